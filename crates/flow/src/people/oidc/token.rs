//! What a service says of who signed in: an ID token, believed only if it is signed by one of the service's keys, made by it, for us, now,
//! and for this very sign-in (OpenID Connect Core, 3.1.3.7).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::clock::Instant;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;

/// Seconds two clocks may differ.
const SLACK: i64 = 60;
/// Longest name of an account.
const SUBJECT: usize = 255;

/// Why a token is not believed; for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// not three parts of base64url with JSON in two of them
    Shape,
    /// signed in a way that is not taken: `none`, HMAC with a secret others know, or something unknown
    Algorithm,
    /// no key of the service has this name
    Key,
    /// the signature does not hold
    Signature,
    /// made by somebody else
    Issuer,
    /// made for somebody else
    Audience,
    /// over, or not good yet
    Time,
    /// made for another sign-in
    Nonce,
    /// names no account
    Subject,
}

/// What must hold.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// who made it
    pub issuer: &'a str,
    /// for whom: us
    pub client: &'a str,
    /// for which sign-in
    pub nonce: &'a str,
    /// the time it is
    pub now: Instant,
}

/// Who signed in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// the account, as nobody else of this service is called
    pub subject: String,
    /// its address in lower case, if the service says that it is theirs
    pub email: Option<String>,
    /// what they are called
    pub name: Option<String>,
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// Reads a token; `keys`: the service's key set.
///
/// # Errors
/// Why it is not believed.
pub fn read(token: &str, keys: &Value, expected: Expected<'_>) -> Result<Identity, Fault> {
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(seal), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return Err(Fault::Shape) };
    let json = |part: &str| decoded(part).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).filter(Value::is_object).ok_or(Fault::Shape);
    let (header, claims) = (json(head)?, json(body)?);
    let seal = decoded(seal).ok_or(Fault::Shape)?;
    // what must be understood and is not
    if header.get("crit").is_some() {
        return Err(Fault::Algorithm);
    }
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
    verified(&header, signed.as_bytes(), &seal, keys)?;
    if text(&claims, "iss") != Some(expected.issuer) {
        return Err(Fault::Issuer);
    }
    meant_for(&claims, expected.client)?;
    let at = |name: &str| claims.get(name).and_then(Value::as_f64).map(|seconds| seconds as i64);
    let now = expected.now.0.div_euclid(1_000_000);
    let in_time = at("exp").is_some_and(|exp| now < exp.saturating_add(SLACK))
        && at("iat").is_some_and(|iat| iat <= now.saturating_add(SLACK))
        && at("nbf").is_none_or(|nbf| nbf <= now.saturating_add(SLACK));
    if !in_time {
        return Err(Fault::Time);
    }
    if text(&claims, "nonce") != Some(expected.nonce) {
        return Err(Fault::Nonce);
    }
    let subject = text(&claims, "sub").filter(|s| (1..=SUBJECT).contains(&s.len())).ok_or(Fault::Subject)?;
    // some services write a truth value as a text
    let verified = claims.get("email_verified").is_some_and(|v| v == &Value::Bool(true) || v == "true");
    Ok(Identity {
        subject: subject.to_owned(),
        email: text(&claims, "email").filter(|_| verified).map(|e| e.trim().to_lowercase()),
        name: text(&claims, "name").map(str::to_owned),
    })
}

/// For us, and if for others, too, handed to us.
fn meant_for(claims: &Value, client: &str) -> Result<(), Fault> {
    let (ours, several) = match claims.get("aud") {
        Some(Value::String(one)) => (one == client, false),
        Some(Value::Array(all)) => (all.iter().any(|a| a == client), all.len() > 1),
        _ => (false, false),
    };
    let party = claims.get("azp");
    let handed = if several { party.is_some_and(|p| p == client) } else { party.is_none_or(|p| p == client) };
    if ours && handed { Ok(()) } else { Err(Fault::Audience) }
}

/// Is it signed by a key of the set? Which way of signing is decided by the key's kind and our list, never by the token alone.
fn verified(header: &Value, signed: &[u8], seal: &[u8], keys: &Value) -> Result<(), Fault> {
    let (algorithm, kind) = match text(header, "alg") {
        Some("RS256") => ("RS256", "RSA"),
        Some("ES256") => ("ES256", "EC"),
        _ => return Err(Fault::Algorithm),
    };
    let fits = |key: &&Value| {
        text(key, "kty") == Some(kind) && text(key, "use").is_none_or(|u| u == "sig") && text(key, "alg").is_none_or(|a| a == algorithm)
    };
    let all: Vec<&Value> = keys.get("keys").and_then(Value::as_array).into_iter().flatten().filter(fits).collect();
    let key = match (text(header, "kid"), all.as_slice()) {
        (Some(kid), some) => some.iter().find(|k| text(k, "kid") == Some(kid)),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let key = key.ok_or(Fault::Key)?;
    let part = |name: &str| text(key, name).and_then(decoded).ok_or(Fault::Key);
    let good = match algorithm {
        "RS256" => RsaPublicKeyComponents { n: part("n")?, e: part("e")? }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, seal).is_ok(),
        _ => {
            let (x, y) = (part("x")?, part("y")?);
            if text(key, "crv") != Some("P-256") || x.len() != 32 || y.len() != 32 {
                return Err(Fault::Key);
            }
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[4][..], &x, &y].concat()).verify(signed, seal).is_ok()
        }
    };
    if good { Ok(()) } else { Err(Fault::Signature) }
}
