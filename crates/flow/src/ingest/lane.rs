//! One lane a table: is the row new, newer or known? New rows go straight into the final Parquet files.

use super::{
    fact::{Fact, Of, Stamp},
    nth::Nth,
    returned::Returned,
    rows::Content,
    seen::{Mixed, Seen, Sieve, Verdict},
    spool::{PARTITIONS, Spool, partition},
    wire::{Put, Take},
};
use crate::Result;
use domain::{CustomerKey, Day, table::DataFile};
use lake::{Lake, Writer};
use std::{collections::HashMap, hash::BuildHasherDefault, io, path::Path};

/// Keys kept exactly in memory, a lane: about 38 MB.
const EXACT: usize = 3_600_000;
/// Bytes of files whose rows are few beside those of a large lake.
const FEW: u64 = 16 << 20;
/// Identities looked up in the lake at a time: about 18 MB.
pub(super) const IDENTITIES: u64 = 900_000;

/// A row that waited: its number, customer, identity, fact and key.
type Waited<F> = (u64, CustomerKey, Option<u64>, F, u64);

trait Wait: Fact {
    /// Takes a row off a spool.
    fn waited(record: &[u8], content: &mut Content) -> Result<Waited<Self>> {
        let mut take = Take(record);
        let (row, customer, identity) = (take.u64()?, CustomerKey(take.u32()?), Some(take.u64()?).filter(|i| *i != 0));
        let fact = Self::take(&mut take)?;
        // what identity it has was settled when it came
        let (key, _) = fact.keys(content, customer, Of::Purchases);
        Ok((row, customer, identity, fact, key))
    }
}

impl<F: Fact> Wait for F {}

/// A table's rows on their way in.
pub struct Lane<F: Fact> {
    writer: Writer<F::Row<'static>>,
    seen: Seen,
    identities: Spool,
    unread: Vec<DataFile>,
    /// first and last day of the facts that came
    days: Option<(Day, Day)>,
    /// rows that say what was said before, by key; none where the lake knows no such facts
    repeats: Option<Spool>,
    stamp: Stamp,
    content: Content,
    put: Put,
    created: u64,
    duplicate: u64,
    /// how many rows had an identity that may stand on several
    nth: Nth,
    returned: Returned,
    changes: Option<Changes>,
}

/// What the new rows change of what was known.
#[derive(Debug, Default)]
struct Changes {
    updated: u64,
    moved: Vec<(u64, CustomerKey)>,
}

impl<F: Fact> Lane<F> {
    /// A lane that writes below `root` and knows what `lake` holds, some of it perhaps `corrected` by later rows. Of `bytes` that are
    /// little beside the lake every row is settled at the end, so that the lake's keys go by once and nothing is made of them.
    pub fn new(root: &Path, folder: &Path, stem: &str, stamp: Stamp, lake: &Lake, corrected: bool, bytes: u64) -> Lane<F> {
        let few = bytes <= FEW && bytes / 8 < lake.rows(F::TABLE);
        Lane {
            writer: Writer::new(root, stem, lake::Limits::default()),
            seen: if few { Seen::few(folder) } else { Seen::new(folder, EXACT) },
            identities: Spool::new(folder, PARTITIONS, 8 << 20),
            unread: lake.files(F::TABLE).cloned().collect(),
            days: None,
            repeats: (lake.rows(F::TABLE) > 0).then(|| Spool::new(folder, PARTITIONS, 4 << 20)),
            stamp,
            content: Content::default(),
            put: Put::default(),
            created: 0,
            duplicate: 0,
            nth: Nth::default(),
            returned: Returned::new(folder, corrected),
            changes: None,
        }
    }

    /// The files not read yet that reach into these days.
    fn reached(&mut self, days: Option<(Day, Day)>) -> Vec<DataFile> {
        let apart = |f: &mut DataFile| match (days, lake::days(f)) {
            (Some((from, to)), Some((first, last))) => to < first || last < from,
            _ => false,
        };
        self.unread.extract_if(.., |f| !apart(f)).collect()
    }

    /// Reads the row keys of the lake's files that reach into this day.
    fn reach(&mut self, lake: &Lake, day: Option<Day>) -> Result<()> {
        for file in self.reached(day.map(|d| (d, d))) {
            let (seen, mut refused) = (&mut self.seen, Ok(()));
            lake.keys(&file, |keys| {
                for key in keys {
                    if let Err(e) = seen.load(*key as u64) {
                        refused = Err(e);
                    }
                }
            })?;
            refused?;
        }
        Ok(())
    }

    /// Takes a record of a file in: `New(key)` if it is new, `Known` if it is known. A suspect's verdict comes with `settle`.
    pub fn take(&mut self, lake: &Lake, (file, of): (u32, Of), row: u64, customer: CustomerKey, fact: &F) -> Result<Outcome> {
        if self.seen.is_few() {
            self.days = fact.day().map(|day| self.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        } else if !self.unread.is_empty() {
            self.reach(lake, fact.day())?;
        }
        let (key, mut identity) = fact.keys(&mut self.content, customer, of);
        if fact.repeats() {
            identity = identity.filter(|i| *i != key).and_then(|i| self.nth.of(file, i)).map(|(i, n)| self.content.nth(i, n));
        }
        Ok(match self.seen.insert(key)? {
            Verdict::New => {
                self.returned.overruled(customer, identity);
                self.write(customer, fact, key, identity)?;
                Outcome::New(key)
            }
            Verdict::Seen => self.known(lake, row, customer, fact, (key, identity))?,
            Verdict::Suspect => {
                self.put.start().u64(row).u32(customer.0).u64(identity.unwrap_or(0));
                fact.put(&mut self.put);
                self.seen.suspect(key, &self.put.0)?;
                Outcome::Later
            }
        })
    }

    /// What is known is news once more where it was corrected since, unless a later row of the import says otherwise.
    fn known(&mut self, lake: &Lake, row: u64, customer: CustomerKey, fact: &F, (key, identity): (u64, Option<u64>)) -> Result<Outcome> {
        if let Some(identity) = identity.filter(|_| self.returned.may_be_stale())
            && self.returned.is_stale(lake, F::TABLE, key)? {
                self.put.start().u64(row).u32(customer.0).u64(identity);
                fact.put(&mut self.put);
                self.returned.push(customer, identity, &self.put.0)?;
                return Ok(Outcome::Later);
            }
        self.returned.overruled(customer, identity);
        self.repeat(key, row)?;
        Ok(Outcome::Known)
    }

    /// A row says what is known.
    fn repeat(&mut self, key: u64, row: u64) -> Result<()> {
        self.duplicate += 1;
        let Some(repeats) = &mut self.repeats else { return Ok(()) };
        let mut record = [0u8; 16];
        record[..8].copy_from_slice(&key.to_le_bytes());
        record[8..].copy_from_slice(&row.to_le_bytes());
        Ok(repeats.push(partition(key), &record)?)
    }

    /// Which rows say again what which file of the lake holds: `each(file, row)`. Asked after `settle`.
    ///
    /// # Errors
    /// When the disk or the lake refuses.
    pub fn repeated(&mut self, lake: &Lake, mut each: impl FnMut(&DataFile, u64)) -> Result<()> {
        let Some(mut repeats) = self.repeats.take() else { return Ok(()) };
        let passes = (repeats.len() / IDENTITIES + 1).min(PARTITIONS as u64) as usize;
        for pass in 0..passes {
            let mut rows: Vec<(u64, u64)> = Vec::new();
            for part in (pass..PARTITIONS).step_by(passes) {
                repeats.read(part, |r| -> io::Result<()> {
                    let mut take = Take(r);
                    rows.push((take.u64()?, take.u64()?));
                    Ok(())
                })?;
            }
            rows.sort_unstable();
            let sieve = Sieve::new(rows.iter().map(|(key, _)| *key));
            for file in lake.files(F::TABLE).filter(|_| !rows.is_empty()) {
                lake.keys(file, |keys| {
                    for key in keys.iter().map(|k| *k as u64).filter(|k| sieve.may_hold(*k)) {
                        let from = rows.partition_point(|(k, _)| *k < key);
                        rows.iter().skip(from).take_while(|(k, _)| *k == key).for_each(|(_, row)| each(file, *row));
                    }
                })?;
            }
        }
        Ok(())
    }

    fn write(&mut self, customer: CustomerKey, fact: &F, key: u64, identity: Option<u64>) -> Result<()> {
        self.writer.add(&fact.row(customer, key, identity, &self.stamp))?;
        self.created += 1;
        if let Some(identity) = identity.filter(|i| *i != key) {
            let mut record = [0u8; 12];
            record[..8].copy_from_slice(&identity.to_le_bytes());
            record[8..].copy_from_slice(&customer.0.to_le_bytes());
            self.identities.push(partition(identity), &record)?;
        }
        Ok(())
    }

    /// No fact may come for a while: what is worth a file is written, and what can be on disk is.
    pub fn rest(&mut self) -> Result<()> {
        self.identities.rest()?;
        Ok(self.writer.rest()?)
    }

    /// No fact is expected any more.
    pub fn close(&mut self) -> Result<()> {
        Ok(self.seen.close()?)
    }

    /// Settles the suspects, and what returned to an earlier value; `each(row, customer, fact, key)` for those that are new.
    pub fn settle(&mut self, lake: &Lake, mut each: impl FnMut(u64, CustomerKey, &F, u64) -> Result<()>) -> Result<()> {
        let mut seen = std::mem::replace(&mut self.seen, Seen::new(Path::new(""), usize::MAX));
        let mut content = Content::default();
        let days = self.days;
        seen.meet(|take| self.reached(days).iter().try_for_each(|file| lake.keys(file, &mut *take)))?;
        seen.settle(|record, known| -> Result<()> {
            let (row, customer, identity, fact, key) = F::waited(record, &mut content)?;
            if known {
                return self.known(lake, row, customer, &fact, (key, identity)).map(|_| ());
            }
            self.returned.overruled(customer, identity);
            self.write(customer, &fact, key, identity)?;
            each(row, customer, &fact, key)
        })?;
        let mut returned = std::mem::replace(&mut self.returned, Returned::new(Path::new(""), false));
        returned.settle(|record, last| -> Result<()> {
            let (row, customer, identity, fact, key) = F::waited(record, &mut content)?;
            if !last {
                return self.repeat(key, row);
            }
            self.write(customer, &fact, key, identity)?;
            each(row, customer, &fact, key)
        })
    }

    /// The identities of new rows that another customer has so far, by number, in the batch or in the lake, with that
    /// customer: one number, two customers. Asked after `settle`.
    ///
    /// # Errors
    /// When the disk or the lake refuses.
    pub fn moved(&mut self, lake: &Lake) -> Result<&[(u64, CustomerKey)]> {
        if self.changes.is_none() {
            self.changes = Some(self.changes(lake)?);
        }
        Ok(self.changes.as_ref().map_or(&[], |c| &c.moved))
    }

    /// Of the new rows, how many are newer versions of a known fact, and whose those were.
    fn changes(&mut self, lake: &Lake) -> Result<Changes> {
        let passes = (self.identities.len() / IDENTITIES + 1).min(PARTITIONS as u64) as usize;
        let mut changes = Changes::default();
        // who was merged is no other customer
        let other = |a: CustomerKey, b: CustomerKey| lake.aliases().root(a) != lake.aliases().root(b);
        for pass in 0..passes {
            // whose each identity is from now on, and whether the lake was found to know it
            let mut now: HashMap<u64, (CustomerKey, bool), BuildHasherDefault<Mixed>> = HashMap::default();
            let (mut all, mut moved) = (0u64, Vec::new());
            for part in (pass..PARTITIONS).step_by(passes) {
                self.identities.read(part, |r| -> io::Result<()> {
                    let mut take = Take(r);
                    let (key, customer) = (take.u64()?, CustomerKey(take.u32()?));
                    all += 1;
                    if let Some((before, _)) = now.insert(key, (customer, false)).filter(|(c, _)| other(*c, customer)) {
                        moved.push((key, before));
                    }
                    Ok(())
                })?;
            }
            changes.updated += all - now.len() as u64;
            let sieve = Sieve::new(now.keys().copied());
            for file in lake.files(F::TABLE).filter(|_| all > 0) {
                lake.identities(file, |key, customer| {
                    if let Some((owner, known)) = sieve.may_hold(key).then(|| now.get_mut(&key)).flatten() {
                        changes.updated += u64::from(!std::mem::replace(known, true));
                        if other(*owner, customer) {
                            moved.push((key, customer));
                        }
                    }
                })?;
            }
            // one that came back is where it belongs
            moved.retain(|(key, before)| now.get(key).is_none_or(|(owner, _)| other(*owner, *before)));
            moved.sort_unstable_by_key(|(key, before)| (*key, before.0));
            moved.dedup();
            changes.moved.append(&mut moved);
        }
        Ok(changes)
    }

    /// Closes the files and counts.
    pub fn finish(mut self, lake: &Lake) -> Result<(Vec<DataFile>, super::report::Records)> {
        self.moved(lake)?;
        let updated = self.changes.take().unwrap_or_default().updated;
        let records = super::report::Records { created: self.created - updated, updated, duplicate: self.duplicate };
        Ok((self.writer.finish()?, records))
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// new; the key of its row
    New(u64),
    /// known
    Known,
    /// to be settled at the end
    Later,
}
