//! Codes of authenticator apps: RFC 6238 with what every app knows, HMAC-SHA-1 over steps of thirty seconds, six digits. A clock may be
//! one step off to either side.

use domain::clock::Instant;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

/// Seconds of a step.
pub const STEP: i64 = 30;
/// Bytes of a new secret, as RFC 4226 has it for SHA-1.
pub const BYTES: usize = 20;
const SIX: u32 = 1_000_000;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The number behind a step's code (RFC 4226, 5.3).
fn number(secret: &[u8], step: i64) -> u32 {
    let mac = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let bytes = mac.as_ref();
    let from = usize::from(bytes.last().copied().unwrap_or(0) & 0xf);
    bytes.iter().skip(from).take(4).fold(0, |n, b| (n << 8) | u32::from(*b)) & 0x7fff_ffff
}

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    format!("{:06}", number(secret, step) % SIX)
}

/// The step it is now.
pub fn step(now: Instant) -> i64 {
    now.0.div_euclid(STEP * 1_000_000)
}

/// The newest step near now whose code this is.
pub fn step_of(secret: &[u8], now: Instant, typed: &str) -> Option<i64> {
    let here = step(now);
    (here - 1..=here + 1).filter(|s| code(secret, *s) == typed).max()
}

/// Bytes as authenticator apps take them (RFC 4648, 6, without padding).
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(letter(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(letter(bits << (5 - held)));
    }
    text
}

fn letter(five: u32) -> char {
    ALPHABET.get((five & 31) as usize).copied().map_or('A', char::from)
}

/// The address a picture for apps holds.
pub fn address(business: &str, email: &str, secret: &[u8]) -> String {
    let issuer = escaped(&format!("Zhiyin {business}"));
    format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}", escaped(email), base32(secret))
}

pub(super) fn escaped(text: &str) -> String {
    // what stands for itself in any part of an address (RFC 3986, 2.3)
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, SHA-1: eight digits there, the last six of them here.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, eight) in [(59, 94_287_082), (1_111_111_109, 7_081_804), (1_111_111_111, 14_050_471), (1_234_567_890, 89_005_924), (2_000_000_000, 69_279_037), (20_000_000_000, 65_353_130)] {
            let here = step(Instant(seconds * 1_000_000));
            assert_eq!(number(SECRET, here) % 100_000_000, eight, "{seconds}");
            assert_eq!(code(SECRET, here), format!("{:06}", eight % SIX));
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn the_first_ten_counters_are_those_of_the_standard() {
        let all: Vec<String> = (0..10).map(|n| code(SECRET, n)).collect();
        assert_eq!(all, ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]);
    }

    #[test]
    fn a_clock_may_be_one_step_off() {
        let at = |seconds: i64| Instant(seconds * 1_000_000);
        let typed = code(SECRET, 100);
        for (seconds, good) in [(2_969, false), (2_970, true), (3_000, true), (3_029, true), (3_059, true), (3_060, false)] {
            assert_eq!(step_of(SECRET, at(seconds), &typed), good.then_some(100), "{seconds}");
        }
        assert_eq!(step_of(SECRET, at(3_000), ""), None);
        assert_eq!(step_of(SECRET, at(3_000), &typed[1..]), None);
    }

    /// RFC 4648, 10.
    #[test]
    fn bytes_are_written_as_in_the_standard() {
        for (plain, written) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), written);
        }
        assert_eq!(address("小 店", "a+b@c.cn", b"foobar"), "otpauth://totp/Zhiyin%20%E5%B0%8F%20%E5%BA%97:a%2Bb%40c.cn?secret=MZXW6YTBOI&issuer=Zhiyin%20%E5%B0%8F%20%E5%BA%97&algorithm=SHA1&digits=6&period=30");
    }
}
