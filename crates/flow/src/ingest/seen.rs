//! Has this key been seen? Exact, in bounded memory: a hash set first; beyond its budget a Bloom filter answers "surely
//! not", and only keys it cannot rule out are settled at the end, partition by partition. Few keys beside many that are known
//! are all settled at the end: the many go by once, and those that are met stand out.

use super::spool::{PARTITIONS, Spool, partition};
use std::{
    collections::HashSet,
    hash::{BuildHasherDefault, Hasher},
    io,
    path::Path,
};

/// A hasher for keys that are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0u8; 8];
            word.iter_mut().zip(chunk).for_each(|(w, b)| *w = *b);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Set of hashes.
pub type Keys = HashSet<u64, BuildHasherDefault<Mixed>>;

/// Tells of most keys in one look that they are not among some few.
#[derive(Debug)]
pub(super) struct Sieve(Vec<u64>);

impl Sieve {
    /// Of so many keys, well mixed ones.
    pub fn new(keys: impl ExactSizeIterator<Item = u64>) -> Sieve {
        // one bit in thirty-two is set; at most a megabyte, which a processor has at hand
        let mut sieve = Sieve(vec![0; (keys.len() / 2).next_power_of_two().clamp(64, 1 << 17)]);
        keys.for_each(|key| {
            let (word, bit) = sieve.place(key);
            if let Some(w) = sieve.0.get_mut(word) {
                *w |= bit;
            }
        });
        sieve
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let bit = key & (self.0.len() as u64 * 64 - 1);
        ((bit >> 6) as usize, 1 << (bit & 63))
    }

    /// May the key be one of them?
    pub fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.0.get(word).is_some_and(|w| w & bit != 0)
    }
}

/// What is known about a key at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// never seen before
    New,
    /// seen before
    Seen,
    /// perhaps seen: hand its row to [`Seen::suspect`]
    Suspect,
}

/// One layer of the filter: 12 bits a key, 4 probes, about 0.5 % suspects when full.
#[derive(Debug)]
pub(super) struct Layer {
    bits: Vec<u64>,
    room: usize,
}

impl Layer {
    pub fn new(keys: usize) -> Layer {
        let words = (keys * 12 / 64).next_power_of_two();
        Layer { bits: vec![0; words], room: words * 64 / 12 }
    }

    fn probes(&self, key: u64) -> impl Iterator<Item = (usize, u64)> + use<> {
        let mask = self.bits.len() as u64 * 64 - 1;
        let step = key.rotate_left(32) | 1;
        (0..4u64).map(move |i| {
            let bit = key.wrapping_add(i.wrapping_mul(step)) & mask;
            ((bit >> 6) as usize, 1u64 << (bit & 63))
        })
    }

    pub fn holds(&self, key: u64) -> bool {
        self.probes(key).all(|(word, bit)| self.bits.get(word).is_some_and(|w| w & bit != 0))
    }

    /// Does it hold as many keys as it was made for?
    pub fn is_full(&self) -> bool {
        self.room == 0
    }

    pub fn add(&mut self, key: u64) {
        for (word, bit) in self.probes(key) {
            if let Some(w) = self.bits.get_mut(word) {
                *w |= bit;
            }
        }
        self.room = self.room.saturating_sub(1);
    }
}

/// Largest filter layer: 256 MiB of bits hold 178 M keys; beyond that more keys become suspects, memory stays.
const LARGEST: usize = 178_000_000;

/// A set of keys in bounded memory.
#[derive(Debug)]
pub struct Seen {
    exact: Keys,
    budget: usize,
    layers: Vec<Layer>,
    closed: bool,
    keys: Spool,
    suspects: Spool,
    /// of few keys, those that are known
    met: Option<Keys>,
}

impl Seen {
    /// Up to `budget` keys are kept exactly in memory; temporary files go to `folder`.
    pub fn new(folder: &Path, budget: usize) -> Seen {
        Seen {
            exact: Keys::default(),
            budget,
            layers: Vec::new(),
            closed: false,
            keys: Spool::new(folder, PARTITIONS, 8 << 20),
            suspects: Spool::new(folder, PARTITIONS, 8 << 20),
            met: None,
        }
    }

    /// Of few keys: each is a suspect, and all are in memory. What is known is told by [`Seen::meet`] before they are settled.
    pub fn few(folder: &Path) -> Seen {
        Seen { suspects: Spool::new(folder, 1, 8 << 20), met: Some(Keys::default()), ..Seen::new(folder, usize::MAX) }
    }

    /// Is it one of few keys?
    pub fn is_few(&self) -> bool {
        self.met.is_some()
    }

    /// Notes which of few keys are among these known ones.
    ///
    /// # Errors
    /// Whatever `known` returns, which hands them over.
    pub fn meet<E>(&mut self, known: impl FnOnce(&mut dyn FnMut(&[i64])) -> Result<(), E>) -> Result<(), E> {
        let Some(met) = self.met.as_mut().filter(|_| !self.exact.is_empty()) else { return Ok(()) };
        let (sieve, exact) = (Sieve::new(self.exact.iter().copied()), &self.exact);
        known(&mut |keys| met.extend(keys.iter().map(|k| *k as u64).filter(|k| sieve.may_hold(*k) && exact.contains(k))))
    }

    /// Adds a key and tells whether it was there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn insert(&mut self, key: u64) -> io::Result<Verdict> {
        if self.is_few() {
            self.exact.insert(key);
            return Ok(Verdict::Suspect);
        }
        if self.closed {
            return Ok(Verdict::Suspect);
        }
        if self.layers.is_empty() {
            if !self.exact.insert(key) {
                return Ok(Verdict::Seen);
            }
            if self.exact.len() > self.budget {
                let exact = std::mem::take(&mut self.exact);
                self.layers.push(Layer::new(exact.len() * 4));
                for key in exact {
                    self.remember(key)?;
                }
            }
            return Ok(Verdict::New);
        }
        if self.layers.iter().any(|l| l.holds(key)) {
            return Ok(Verdict::Suspect);
        }
        self.remember(key)?;
        Ok(Verdict::New)
    }

    /// No key is expected any more: the filter goes. One that comes all the same is settled at the end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn close(&mut self) -> io::Result<()> {
        if self.layers.is_empty() {
            return Ok(());
        }
        (self.layers, self.closed) = (Vec::new(), true);
        self.keys.rest()?;
        self.suspects.rest()
    }

    /// Adds a key that is known to have been seen.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn load(&mut self, key: u64) -> io::Result<()> {
        match self.layers.is_empty() && !self.closed {
            true => self.insert(key).map(|_| ()),
            false => self.remember(key),
        }
    }

    fn remember(&mut self, key: u64) -> io::Result<()> {
        let held: usize = self.layers.iter().map(|l| l.bits.len() * 64 / 12).sum();
        if !self.closed && self.layers.last().is_none_or(|l| l.room == 0) && held < LARGEST {
            self.layers.push(Layer::new(held.max(1024)));
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.add(key);
        }
        self.keys.push(partition(key), &key.to_le_bytes())
    }

    /// Keeps a row whose key was a suspect until [`Seen::settle`].
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn suspect(&mut self, key: u64, row: &[u8]) -> io::Result<()> {
        let mut record = key.to_le_bytes().to_vec();
        record.extend_from_slice(row);
        self.suspects.push(partition(key), &record)
    }

    /// Settles the suspects: `each(row, seen)` in the order they came, a partition at a time.
    ///
    /// # Errors
    /// When the disk refuses, or whatever `each` returns.
    pub fn settle<E: From<io::Error>>(&mut self, mut each: impl FnMut(&[u8], bool) -> Result<(), E>) -> Result<(), E> {
        if self.suspects.is_empty() {
            return Ok(());
        }
        for part in 0..self.suspects.parts() {
            let mut known = self.met.take().unwrap_or_default();
            self.keys.read(part, |r| -> io::Result<()> {
                known.extend(r.first_chunk::<8>().map(|k| u64::from_le_bytes(*k)));
                Ok(())
            })?;
            self.suspects.read(part, |r| match r.split_first_chunk::<8>() {
                Some((key, row)) => each(row, !known.insert(u64::from_le_bytes(*key))),
                None => Err(io::Error::other("a cut record").into()),
            })?;
        }
        self.suspects.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few beside many: those the many hold are seen, the others are new once, in the order they came.
    #[test]
    fn few_keys_meet_many() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = |i: u64| domain::id::key64(&i.to_string());
        let mut seen = Seen::few(folder.path());
        let asked: Vec<u64> = (0..300).chain(100..400).map(|i| i * 331).collect();
        for i in &asked {
            assert_eq!(seen.insert(key(*i)).expect("a key is kept"), Verdict::Suspect);
            seen.suspect(key(*i), &i.to_le_bytes()).expect("a suspect is kept");
        }
        let many: Vec<i64> = (0..50_000).map(|i| key(i) as i64).collect();
        seen.meet(|take| -> io::Result<()> { Ok(many.chunks(777).for_each(take)) }).expect("they meet");
        let (mut known, mut order): (std::collections::BTreeSet<u64>, Vec<u64>) = ((0..50_000).collect(), Vec::new());
        seen.settle(|row, was| -> io::Result<()> {
            let i = row.first_chunk::<8>().map(|k| u64::from_le_bytes(*k)).expect("a number");
            order.push(i);
            assert_eq!(was, !known.insert(i), "{i}");
            Ok(())
        }).expect("suspects are settled");
        assert_eq!(order, asked);
    }

    /// Every key twice, the second half of them late: whatever the budget, each is new once and seen once.
    #[test]
    fn exact_within_and_beyond_the_budget() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for budget in [1_000_000, 100] {
            let mut seen = Seen::new(folder.path(), budget);
            let (mut new, mut old) = (0, 0);
            for (n, i) in (0..20_000u64).chain(0..20_000).enumerate() {
                // the last thousand come though nobody expected them
                if n == 39_000 {
                    seen.close().expect("closes");
                }
                let key = domain::id::key64(&i.to_string());
                match seen.insert(key).expect("a key is kept") {
                    Verdict::New => new += 1,
                    Verdict::Seen => old += 1,
                    Verdict::Suspect => seen.suspect(key, &i.to_le_bytes()).expect("a suspect is kept"),
                }
            }
            seen.settle(|_, was| -> io::Result<()> {
                if was { old += 1 } else { new += 1 }
                Ok(())
            }).expect("suspects are settled");
            assert_eq!((new, old), (20_000, 20_000), "budget {budget}");
        }
    }
}
