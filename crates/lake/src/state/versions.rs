//! Of several versions of one fact the one learnt last, as `domain::feature` has it: within one import the later row,
//! between imports the later `recorded_at`, of equal ones the later import. Its day is looked at afterwards.

use super::load::{Layout, NULL, Raw};
use std::ops::Range;

/// The rows of a table that correct each other.
pub(super) struct Versions<'a> {
    /// What survives a correction; a row without it has no versions.
    pub(super) key: &'a Raw,
    pub(super) day: &'a Raw,
    pub(super) recorded: &'a Raw,
    pub(super) batch: &'a Raw,
    /// Is the later row always the one that counts?
    in_order: bool,
    /// The as-of day, if some rows lie after it.
    cut: Option<i32>,
}

/// Memory that is used again for every customer.
#[derive(Default)]
pub(super) struct Ranked {
    /// row keys on their way into an order: key, import, row
    rows: Vec<(u64, i64, u32)>,
    /// keys met so far, each where its bits say; 0 = free
    seen: Vec<i64>,
}

/// Keys told apart at first sight: by some bits of theirs.
const SIEVE: usize = 64;

impl Ranked {
    /// Is every key there once? Keys are hashes already.
    fn unique(&mut self, keys: &[i64]) -> bool {
        // most customers have few keys, and the sieve tells them apart; only if it does not, every key is looked up
        if keys.len() <= SIEVE {
            let mut sieve = [0u64; SIEVE];
            let passed = keys.iter().filter(|k| **k != NULL).all(|key| {
                let (word, bit) = ((*key >> 6) as usize & (SIEVE - 1), 1 << (*key & 63));
                let new = sieve[word] & bit == 0;
                sieve[word] |= bit;
                new
            });
            if passed {
                return true;
            }
        }
        let size = (keys.len() * 2).next_power_of_two();
        self.seen.clear();
        self.seen.resize(size, 0);
        keys.iter().filter(|k| **k != NULL).all(|key| {
            let mut at = *key as usize & (size - 1);
            while self.seen[at] != 0 && self.seen[at] != *key {
                at = (at + 1) & (size - 1);
            }
            std::mem::replace(&mut self.seen[at], *key) == 0 && *key != 0
        })
    }
}

impl<'a> Versions<'a> {
    pub(super) fn new(layout: &Layout, as_of: i32, key: &'a Raw, day: &'a Raw, recorded: &'a Raw, batch: &'a Raw) -> Versions<'a> {
        Versions { key, day, recorded, batch, in_order: layout.in_order, cut: layout.late.then_some(as_of) }
    }

    /// Adds the rows that count, in their order.
    pub(super) fn latest(&self, rows: Range<usize>, ranked: &mut Ranked, out: &mut Vec<u32>) {
        let all = self.key.wholes();
        let of = all.get(rows.clone()).unwrap_or(&[]);
        if ranked.unique(of) {
            out.extend(rows.map(|r| r as u32));
        } else {
            let ranked = &mut ranked.rows;
            ranked.clear();
            ranked.extend(rows.map(|r| (all[r] as u64, if self.in_order { 0 } else { self.batch.whole(r) }, r as u32)));
            ranked.sort_unstable();
            for same in ranked.chunk_by(|a, b| a.0 == b.0) {
                match same {
                    [(key, ..), ..] if *key == NULL as u64 => out.extend(same.iter().map(|k| k.2)),
                    _ => out.extend(self.last(same)),
                }
            }
            out.sort_unstable();
        }
        if let Some(cut) = self.cut {
            out.retain(|r| self.day.day(*r as usize) <= cut);
        }
    }

    /// Of the rows of one fact, by import and row.
    fn last(&self, same: &[(u64, i64, u32)]) -> Option<u32> {
        if self.in_order {
            return same.last().map(|k| k.2);
        }
        let of_import = same.chunk_by(|a, b| a.1 == b.1).filter_map(<[_]>::last);
        of_import.max_by_key(|k| (self.recorded.whole(k.2 as usize), k.1)).map(|k| k.2)
    }
}
