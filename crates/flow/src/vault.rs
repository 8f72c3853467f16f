//! Secrets that must be read again and that nobody but this server should read: second factors, the secret of a sign-in service, those of
//! webhooks, the password of the mail server. They lie in the database sealed (ChaCha20-Poly1305) with a key of the data folder, so that
//! the database, its copies and backups alone give nothing away. What one is for is sealed with it: moved to another place it does not
//! open.

use crate::{Error, Result, app::App, keyfile};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};

/// File of the key.
const KEY: &str = "secret-key";
/// What a sealed text begins with.
const MARK: &str = "s1:";

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| Error::Internal("the key of secrets is none".into()))?;
    Ok(LessSafeKey::new(key))
}

/// Seals a secret for one purpose.
///
/// # Errors
/// When the disk refuses.
pub fn seal(app: &App, purpose: &str, secret: &[u8]) -> Result<String> {
    let cipher = cipher(&keyfile::made(app, KEY)?)?;
    let mut nonce = [0; NONCE_LEN];
    app.chance.fill(&mut nonce);
    let mut sealed = secret.to_vec();
    let done = cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed);
    done.map_err(|_| Error::Internal("a secret could not be sealed".into()))?;
    Ok(format!("{MARK}{}{}", keyfile::hex(&nonce), keyfile::hex(&sealed)))
}

/// Opens what was sealed for this purpose; `None` if it was sealed with another key, for another purpose, or changed.
///
/// # Errors
/// When the disk refuses.
pub fn open(app: &App, purpose: &str, sealed: &str) -> Result<Option<Vec<u8>>> {
    let Some(key) = keyfile::read(app, KEY)? else { return Ok(None) };
    let Some(bytes) = sealed.strip_prefix(MARK).and_then(keyfile::bytes) else { return Ok(None) };
    let Some((nonce, rest)) = bytes.split_at_checked(NONCE_LEN) else { return Ok(None) };
    let Ok(nonce) = Nonce::try_assume_unique_for_key(nonce) else { return Ok(None) };
    let mut rest = rest.to_vec();
    Ok(cipher(&key)?.open_in_place(nonce, Aad::from(purpose), &mut rest).ok().map(|plain| plain.to_vec()))
}

/// Was this text sealed? What programs before this one kept in the clear was not.
pub fn is_sealed(text: &str) -> bool {
    text.strip_prefix(MARK).and_then(keyfile::bytes).is_some_and(|bytes| bytes.len() >= NONCE_LEN + MAX_TAG_LEN)
}

/// The words of a text that was sealed for this purpose, or that is still in the clear; `None` as [`open`].
///
/// # Errors
/// When the disk refuses.
pub fn words(app: &App, purpose: &str, text: &str) -> Result<Option<String>> {
    if !is_sealed(text) {
        return Ok(Some(text.to_owned()));
    }
    Ok(open(app, purpose, text)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}
