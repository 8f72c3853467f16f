//! What a later import corrected and a still later one says as it was before. Such a row says again what the lake holds, yet it is
//! no repetition: it is how things stand now, if it is the last word of its import on that fact.

use super::{
    lane::IDENTITIES,
    seen::{Keys, Mixed},
    spool::{PARTITIONS, Spool, partition},
};
use crate::Result;
use domain::{CustomerKey, table::Table};
use lake::{Lake, Version};
use std::{collections::HashMap, hash::BuildHasherDefault, io, path::Path};

/// Rows that may have returned to an earlier value, until the import is read.
#[derive(Debug)]
pub(super) struct Returned {
    /// is any row of the lake corrected by a later one?
    corrected: bool,
    /// the keys of those; found when first asked for
    stale: Option<Keys>,
    /// by fact, which of its rows here is the last word
    last: HashMap<u64, u64, BuildHasherDefault<Mixed>>,
    rows: Spool,
    count: u64,
}

impl Returned {
    /// Of a lake that holds rows `corrected` by later ones; temporary files go to `folder`.
    pub fn new(folder: &Path, corrected: bool) -> Returned {
        Returned { corrected, stale: None, last: HashMap::default(), rows: Spool::new(folder, 1, 1 << 20), count: 0 }
    }

    /// Could a known row be one?
    pub fn may_be_stale(&self) -> bool {
        self.corrected
    }

    /// Is the row of the lake with this key corrected by a later one?
    pub fn is_stale(&mut self, lake: &Lake, table: Table, key: u64) -> Result<bool> {
        if self.stale.is_none() {
            self.stale = Some(stale(lake, table)?);
        }
        Ok(self.stale.as_ref().is_some_and(|s| s.contains(&key)))
    }

    /// Keeps such a row; so far it is the last word on its fact.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&mut self, customer: CustomerKey, identity: u64, row: &[u8]) -> io::Result<()> {
        self.count += 1;
        let fact = fact(identity, customer);
        self.last.insert(fact, self.count);
        let mut record = fact.to_le_bytes().to_vec();
        record.extend_from_slice(&self.count.to_le_bytes());
        record.extend_from_slice(row);
        self.rows.push(0, &record)
    }

    /// A row that is no such one had a later word.
    pub fn overruled(&mut self, customer: CustomerKey, identity: Option<u64>) {
        if let Some(identity) = identity.filter(|_| !self.last.is_empty()) {
            self.last.remove(&fact(identity, customer));
        }
    }

    /// `each(row, is it the last word?)` in the order they came.
    ///
    /// # Errors
    /// When the disk refuses, or whatever `each` returns.
    pub fn settle(&mut self, mut each: impl FnMut(&[u8], bool) -> Result<()>) -> Result<()> {
        let cut = || io::Error::other("a cut record");
        let last = &self.last;
        self.rows.read(0, |record| {
            let (fact, rest) = record.split_first_chunk::<8>().ok_or_else(cut)?;
            let (count, row) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
            each(row, last.get(&u64::from_le_bytes(*fact)) == Some(&u64::from_le_bytes(*count)))
        })
    }
}

/// A customer's versions of a fact are the customer's own.
fn fact(identity: u64, customer: CustomerKey) -> u64 {
    identity ^ u64::from(customer.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Keys of the rows of a table that a later row of the same fact corrects. A share of the facts is looked at at a time.
fn stale(lake: &Lake, table: Table) -> Result<Keys> {
    let mut stale = Keys::default();
    let passes = (lake.rows(table) / IDENTITIES + 1).min(PARTITIONS as u64) as usize;
    for pass in 0..passes {
        let mut last: HashMap<u64, Version, BuildHasherDefault<Mixed>> = HashMap::default();
        for file in lake.files(table) {
            lake.versions(file, |version| {
                let fact = fact(version.identity, version.customer);
                if partition(fact) % passes != pass {
                    return;
                }
                let Some(before) = last.get(&fact) else {
                    last.insert(fact, version);
                    return;
                };
                // within one import the later row, between imports the one learnt later
                if before.batch == version.batch || (before.recorded_at, before.batch) <= (version.recorded_at, version.batch) {
                    stale.insert(before.row_key);
                    stale.remove(&version.row_key);
                    last.insert(fact, version);
                } else if before.row_key != version.row_key {
                    stale.insert(version.row_key);
                }
            })?;
        }
    }
    Ok(stale)
}
