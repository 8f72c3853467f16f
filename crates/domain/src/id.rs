//! Ids. Public ids are random and prefixed (`cus_…`); the lake knows a customer only by a dense number that no URL shows.

use serde::{Deserialize, Serialize};

/// A customer inside the lake: a dense number from 0 in a workspace, given by the store, joined to a person only there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CustomerKey(pub u32);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A prefixed random id: `prefix_` and 26 Crockford base-32 characters; the first ten carry the time in milliseconds
/// (as a ULID does), so ids sort by age. `random` is 80 random bits handed in by the composition root.
pub fn public(prefix: &str, now: crate::clock::Instant, random: [u8; 10]) -> String {
    let mut bits = [0u8; 16];
    let millis = (now.0 / 1000).max(0) as u64;
    for (slot, byte) in bits.iter_mut().zip(millis.to_be_bytes().into_iter().skip(2).chain(random)) {
        *slot = byte;
    }
    let mut n = u128::from_be_bytes(bits);
    let mut text = [b'0'; 26];
    for c in text.iter_mut().rev() {
        *c = ALPHABET.get((n & 31) as usize).copied().unwrap_or(b'0');
        n >>= 5;
    }
    format!("{prefix}_{}", String::from_utf8_lossy(&text))
}

/// A stable 64-bit key of a text in a workspace (xxh3), e.g. of an order number.
pub fn key64(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}
