//! Signatures of webhooks as Standard Webhooks has them: `v1,` and the HMAC-SHA256 over `id.timestamp.body`, in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// What a secret begins with.
pub const PREFIX: &str = "whsec_";
/// Bytes of a new secret.
pub const BYTES: usize = 32;

/// What an endpoint and we know; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Of random bytes.
    pub fn new(bytes: [u8; BYTES]) -> Secret {
        Secret(bytes.to_vec())
    }

    /// `whsec_…`, or what follows it.
    pub fn read(text: &str) -> Option<Secret> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Secret(bytes))
    }

    /// As people copy it.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.mac(id, seconds, body).finalize().into_bytes()))
    }

    /// Is one of the signatures of a header ours? Compared in constant time.
    pub fn verifies(&self, id: &str, seconds: i64, body: &[u8], header: &str) -> bool {
        header.split(' ').filter_map(|one| one.strip_prefix("v1,")).filter_map(|text| STANDARD.decode(text).ok()).any(|given| self.mac(id, seconds, body).verify_slice(&given).is_ok())
    }

    fn mac(&self, id: &str, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            // a key of any length is taken
            Err(_) => return Hmac::<Sha256>::new(&Default::default()),
        };
        for part in [id.as_bytes(), b".", seconds.to_string().as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// The header of all secrets that are good now, newest first.
pub fn header(secrets: &[Secret], id: &str, seconds: i64, body: &[u8]) -> String {
    secrets.iter().map(|s| s.sign(id, seconds, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example: secret, id, time, body, signature.
    const VECTOR: (&str, &str, i64, &[u8], &str) = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        br#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );

    #[test]
    fn the_published_example_holds() {
        let (secret, id, at, body, signature) = VECTOR;
        let secret = Secret::read(secret).expect("a secret");
        assert_eq!(secret.sign(id, at, body), signature);
        assert_eq!(secret.text(), VECTOR.0);
        assert!(secret.verifies(id, at, body, signature));
        assert!(secret.verifies(id, at, body, &format!("v1a,xx v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= {signature}")));
    }

    #[test]
    fn one_bit_makes_it_another() {
        let (secret, id, at, body, signature) = VECTOR;
        let secret = Secret::read(secret).expect("a secret");
        for at_byte in 0..body.len() {
            for bit in 0..8 {
                let mut other = body.to_vec();
                other[at_byte] ^= 1 << bit;
                assert!(!secret.verifies(id, at, &other, signature));
            }
        }
        assert!(!secret.verifies(id, at + 1, body, signature) && !secret.verifies("msg_other", at, body, signature));
        assert!(!Secret::new([7; BYTES]).verifies(id, at, body, signature));
        for bad in ["", "v1,", "v1,====", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="] {
            assert!(!secret.verifies(id, at, body, bad), "{bad}");
        }
    }

    #[test]
    fn a_turned_secret_signs_twice_and_no_secret_is_printed() {
        let (old, new) = (Secret::new([1; BYTES]), Secret::new([2; BYTES]));
        let both = header(&[new.clone(), old.clone()], "msg_1", 5, b"{}");
        assert!(old.verifies("msg_1", 5, b"{}", &both) && new.verifies("msg_1", 5, b"{}", &both));
        assert_eq!(both.split(' ').count(), 2);
        assert_eq!(format!("{old:?}"), "Secret");
        assert!(Secret::read("whsec_short").is_none() && Secret::read("whsec_!").is_none());
    }
}
