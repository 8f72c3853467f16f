//! The audit log's end, signed once a day. A chain of hashes cannot tell that its end was cut off, nor that all of it was written
//! anew; a head that was signed before can. The key is made at its first use and lies in the data folder, for its owner alone; each
//! signed head is kept in the database and in a file beside the key, so that whoever changes one must change the other, too.

use crate::{Error, Result, app::App, audit::SignedHeadView, keyfile::{self, bytes, hex}};
use domain::audit::{Broken, Head, Why};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::PathBuf,
};
use store::audit_head::{self, SignedHead};

/// File of the key: 32 bytes as hexadecimal digits.
const KEY: &str = "audit-key";
/// File of the signed heads: one JSON document on each line.
const HEADS: &str = "audit-heads.jsonl";

/// What is signed: which business, which place, which hash, when.
fn statement(workspace: &str, head: &Head, at: i64) -> Vec<u8> {
    format!("zhiyin audit head 1\n{workspace}\n{}\n{}\n{at}\n", head.seq, head.hash).into_bytes()
}

/// The key of the business; made if there is none.
fn key(app: &App) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(&keyfile::made(app, KEY)?).map_err(|_| Error::Internal(format!("{KEY} holds no key")))
}

/// Signs the end of the log, unless that was done; answers what was signed last.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn sign(app: &App) -> Result<Option<SignedHead>> {
    let workspace = app.settings().id.clone();
    let Some(head) = store::audit::head(&app.store, &workspace).await? else { return Ok(None) };
    let last = audit_head::last(&app.store, &workspace).await?;
    if last.as_ref().is_some_and(|l| l.seq == head.seq) {
        return Ok(last);
    }
    let pair = key(app)?;
    let at = app.clock.now().0;
    let signature = pair.sign(&statement(&workspace, &head, at));
    let signed = SignedHead { seq: head.seq, hash: head.hash, at, key: hex(pair.public_key().as_ref()), signature: hex(signature.as_ref()) };
    // the file first: a line more than the database knows harms nobody
    append(app, &signed)?;
    let mut tx = app.store.begin().await?;
    audit_head::add(&mut tx, &workspace, &signed).await?;
    tx.commit().await?;
    Ok(Some(signed))
}

fn heads(app: &App) -> PathBuf {
    app.data.join(HEADS)
}

fn append(app: &App, signed: &SignedHead) -> Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut line = serde_json::to_string(signed).map_err(|e| Error::Internal(e.to_string()))?;
    line.push('\n');
    let mut file = options.open(heads(app))?;
    file.write_all(line.as_bytes())?;
    Ok(file.sync_all()?)
}

/// The signed heads of the file; a last line that was cut short by a crash is left out.
fn noted(app: &App) -> Result<Vec<SignedHead>> {
    match std::fs::read_to_string(heads(app)) {
        Ok(text) => Ok(text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e.into()),
    }
}

/// What the signed heads say of a log that is whole in itself.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    /// heads that were looked at
    pub heads: u64,
    /// the newest
    pub last: Option<SignedHeadView>,
    /// the first place where the log is not what was signed
    pub broken: Option<Broken>,
}

/// Does the log hold every head that was signed, as it was signed?
///
/// # Errors
/// When the store or the disk refuses.
pub async fn witness(app: &App) -> Result<Witness> {
    let workspace = app.settings().id.clone();
    let mut all = audit_head::all(&app.store, &workspace).await?;
    let restores = store::restore::all(&app.store).await?;
    // what a restore took away was signed after the backup was made; the restore itself stands in the log
    let replaced = |h: &SignedHead| restores.iter().any(|r| r.made_at.0 < h.at && h.at < r.at.0);
    for line in noted(app)? {
        if !all.contains(&line) && !replaced(&line) {
            all.push(line);
        }
    }
    all.sort_by_key(|h| (h.seq, h.at));
    let mut said = Witness { heads: all.len() as u64, last: all.last().map(view), broken: None };
    for h in &all {
        let broken = |why| Some(Broken { seq: h.seq, why });
        if !good(&workspace, h) {
            said.broken = broken(Why::Signature);
        } else if audit_head::hash_at(&app.store, &workspace, h.seq).await?.as_deref() != Some(h.hash.as_str()) {
            said.broken = broken(Why::Head);
        }
        if said.broken.is_some() {
            return Ok(said);
        }
    }
    Ok(said)
}

fn good(workspace: &str, h: &SignedHead) -> bool {
    let (Some(key), Some(signature)) = (bytes(&h.key), bytes(&h.signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(&statement(workspace, &h.head(), h.at), &signature).is_ok()
}

/// The newest signed head, for people.
///
/// # Errors
/// When the store refuses.
pub async fn last(app: &App) -> Result<Option<SignedHeadView>> {
    Ok(audit_head::last(&app.store, &app.settings().id).await?.as_ref().map(view))
}

fn view(h: &SignedHead) -> SignedHeadView {
    SignedHeadView { seq: h.seq, hash: h.hash.clone(), signed_at: h.instant().rfc3339(), key: h.key.clone(), signature: h.signature.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").expect("bytes");
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key");
        assert_eq!(hex(pair.public_key().as_ref()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(hex(pair.sign(&[0x72]).as_ref()), "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        let head = SignedHead { seq: 7, hash: "ab".repeat(32), at: 5, key: hex(pair.public_key().as_ref()), signature: String::new() };
        let signed = SignedHead { signature: hex(pair.sign(&statement("wsp_1", &head.head(), 5)).as_ref()), ..head };
        assert!(good("wsp_1", &signed));
        for other in [SignedHead { seq: 8, ..signed.clone() }, SignedHead { hash: "ac".repeat(32), ..signed.clone() }, SignedHead { at: 6, ..signed.clone() }, SignedHead { key: hex(&[1; 32]), ..signed.clone() }, SignedHead { signature: "zz".into(), ..signed.clone() }] {
            assert!(!good("wsp_1", &other), "{other:?}");
        }
        assert!(!good("wsp_2", &signed));
        assert_eq!((bytes("0"), bytes("ä"), bytes("0g"), bytes("00ff")), (None, None, None, Some(vec![0, 255])));
    }
}
