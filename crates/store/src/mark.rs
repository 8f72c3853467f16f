//! Marks: sets of customers that people put together by hand, kept as bits. Who has a tag, whom a member looks after. A million
//! customers in one step are a few hundred short rows, so nobody waits for the writer.

use crate::{Access, Result, Tx, bulk::Bulk};
use domain::{CustomerKey, merge::Aliases};
use std::{collections::BTreeMap, sync::Arc};

/// Words of 64 customers in a row.
const WORDS: usize = 64;
/// Customers in a row.
pub const CHUNK: u32 = 64 * WORDS as u32;

type Block = [u64; WORDS];

/// A set of customers, by rows of [`CHUNK`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set(BTreeMap<u32, Block>);

impl Set {
    /// Bit `i` of word `w` is customer `64 w + i`.
    pub fn from_words(words: &[u64]) -> Set {
        let mut set = Set::default();
        for (chunk, part) in words.chunks(WORDS).enumerate() {
            if part.iter().any(|w| *w != 0) {
                let block = set.0.entry(chunk as u32).or_insert([0; WORDS]);
                block.iter_mut().zip(part).for_each(|(b, w)| *b = *w);
            }
        }
        set
    }

    /// Adds it to words of `from_words`; who is beyond them is left out.
    pub fn add_to(&self, words: &mut [u64]) {
        for (chunk, block) in &self.0 {
            let from = *chunk as usize * WORDS;
            let part = words.get_mut(from..).unwrap_or_default();
            part.iter_mut().zip(block).for_each(|(w, b)| *w |= b);
        }
    }

    /// Adds one.
    pub fn insert(&mut self, key: CustomerKey) {
        let block = self.0.entry(key.0 / CHUNK).or_insert([0; WORDS]);
        if let Some(word) = block.get_mut((key.0 % CHUNK / 64) as usize) {
            *word |= 1 << (key.0 % 64);
        }
    }

    /// Is this customer in?
    pub fn holds(&self, key: CustomerKey) -> bool {
        let block = self.0.get(&(key.0 / CHUNK));
        block.and_then(|b| b.get((key.0 % CHUNK / 64) as usize)).is_some_and(|w| w >> (key.0 % 64) & 1 == 1)
    }

    /// How many are in.
    pub fn count(&self) -> u64 {
        self.0.values().flatten().map(|w| u64::from(w.count_ones())).sum()
    }

    /// Is nobody in?
    pub fn is_empty(&self) -> bool {
        self.0.values().flatten().all(|w| *w == 0)
    }

    /// Those in both.
    pub fn and(&self, other: &Set) -> Set {
        self.zip(other, |a, b| a & b)
    }

    /// Those in either.
    pub fn or(&self, other: &Set) -> Set {
        self.zip(other, |a, b| a | b)
    }

    /// Those not in the other.
    pub fn and_not(&self, other: &Set) -> Set {
        self.zip(other, |a, b| a & !b)
    }

    /// Ascending.
    pub fn iter(&self) -> impl Iterator<Item = CustomerKey> + '_ {
        self.0.iter().flat_map(|(chunk, block)| {
            block.iter().enumerate().flat_map(move |(w, word)| {
                (0..64u32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| CustomerKey(chunk * CHUNK + w as u32 * 64 + bit))
            })
        })
    }

    /// With whoever stands for them in the place of those who were merged.
    pub fn joined(&self, aliases: &Aliases) -> Set {
        let here: Vec<(CustomerKey, CustomerKey)> = aliases.merged().iter().filter(|(m, _)| self.holds(*m)).copied().collect();
        let gone: Set = here.iter().map(|(m, _)| *m).collect();
        self.and_not(&gone).or(&here.into_iter().map(|(_, root)| root).collect())
    }

    /// With everybody who was merged into those in it.
    pub fn spread(&self, aliases: &Aliases) -> Set {
        self.or(&aliases.merged().iter().filter(|(_, root)| self.holds(*root)).map(|(m, _)| *m).collect())
    }

    /// Without those who were merged.
    pub fn standing(&self, aliases: &Aliases) -> Set {
        self.and_not(&aliases.merged().iter().map(|(m, _)| *m).collect())
    }

    fn zip(&self, other: &Set, f: impl Fn(u64, u64) -> u64) -> Set {
        let nobody = [0; WORDS];
        let mut all = BTreeMap::new();
        for chunk in self.0.keys().chain(other.0.keys().filter(|c| !self.0.contains_key(c))) {
            let (a, b) = (self.0.get(chunk).unwrap_or(&nobody), other.0.get(chunk).unwrap_or(&nobody));
            let mut block = [0; WORDS];
            block.iter_mut().zip(a.iter().zip(b)).for_each(|(c, (a, b))| *c = f(*a, *b));
            if block.iter().any(|w| *w != 0) {
                all.insert(*chunk, block);
            }
        }
        Set(all)
    }

    /// Numbers of its rows.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied()
    }

    /// A row as stored: little-endian words, without what is 0 at the end.
    pub(crate) fn bytes(&self, chunk: u32) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.0.get(&chunk).into_iter().flatten().flat_map(|w| w.to_le_bytes()).collect();
        let used = bytes.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
        bytes.truncate(used);
        bytes
    }

    /// Takes a stored row in.
    pub(crate) fn put(&mut self, chunk: i64, bytes: &[u8]) {
        let block = block(bytes);
        if let (true, Ok(chunk)) = (block.iter().any(|w| *w != 0), u32::try_from(chunk)) {
            self.0.insert(chunk, block);
        }
    }
}

/// A stored row: little-endian words, without what is 0 at the end.
fn block(bytes: &[u8]) -> Block {
    let mut block = [0u64; WORDS];
    for (word, part) in block.iter_mut().zip(bytes.chunks(8)) {
        *word = part.iter().rev().fold(0, |w, b| w << 8 | u64::from(*b));
    }
    block
}

impl FromIterator<CustomerKey> for Set {
    fn from_iter<I: IntoIterator<Item = CustomerKey>>(keys: I) -> Set {
        let mut set = Set::default();
        keys.into_iter().for_each(|key| set.insert(key));
        set
    }
}

/// Name of the set of those who have a tag.
pub fn of_tag(tag: &str) -> String {
    format!("tag:{tag}")
}

/// Name of the set of those whom a member looks after.
pub fn of_owner(user: &str) -> String {
    format!("owner:{user}")
}

/// Begin of the names of sets by owner: every customer is in one of them at most.
pub const OWNERS: &str = "owner:";
/// Begin of the names of sets by tag.
pub const TAGS: &str = "tag:";

statements! {
    OF = "SELECT chunk, bits FROM marks WHERE mark = $1";
    ALL = "SELECT mark, chunk, bits FROM marks WHERE mark >= $1 AND mark < $2 ORDER BY mark, chunk";
    SINCE = "SELECT mark, chunk, bits FROM marks WHERE version > $1";
}

pub(crate) const PUT: Bulk = Bulk {
    head: "INSERT INTO marks (mark, chunk, bits) VALUES",
    width: 3,
    tail: " ON CONFLICT (mark, chunk) DO UPDATE SET bits = excluded.bits",
};

/// One set.
pub async fn of(db: impl Access, mark: &str) -> Result<Set> {
    let mut set = Set::default();
    rows!(db, (i64, Vec<u8>), OF, mark)?.iter().for_each(|(chunk, bytes)| set.put(*chunk, bytes));
    Ok(set)
}

/// Every set whose name begins so ([`OWNERS`], [`TAGS`]), by name.
pub async fn all(db: impl Access, begin: &str) -> Result<BTreeMap<String, Set>> {
    let end = format!("{begin}{}", char::MAX);
    let rows = rows!(db, (String, i64, Vec<u8>), ALL, begin, end.as_str())?;
    Ok(gathered(rows))
}

/// Sets with the rows of them that changed after the change `version`; after -1, all of every set. Such a row is in the place of the
/// one before.
pub async fn since(db: impl Access, version: i64) -> Result<Changed> {
    let mut changed = Changed::default();
    for (mark, chunk, bytes) in rows!(db, (String, i64, Vec<u8>), SINCE, version)? {
        let chunk = u32::try_from(chunk).unwrap_or(u32::MAX);
        changed.0.entry(mark).or_default().push((chunk, block(&bytes)));
    }
    Ok(changed)
}

/// Rows that changed, by set.
#[derive(Debug, Default)]
pub struct Changed(BTreeMap<String, Vec<(u32, Block)>>);

impl Changed {
    /// Nothing?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts them into the sets they are of; each that changed is told by name.
    pub fn put_into(self, sets: &mut BTreeMap<String, Arc<Set>>, mut told: impl FnMut(&str)) {
        for (mark, rows) in self.0 {
            told(&mark);
            let set = Arc::make_mut(sets.entry(mark).or_default());
            for (chunk, block) in rows {
                match block.iter().any(|w| *w != 0) {
                    true => drop(set.0.insert(chunk, block)),
                    false => drop(set.0.remove(&chunk)),
                }
            }
        }
    }
}

fn gathered(rows: Vec<(String, i64, Vec<u8>)>) -> BTreeMap<String, Set> {
    let mut all: BTreeMap<String, Set> = BTreeMap::new();
    for (mark, chunk, bytes) in rows {
        all.entry(mark).or_default().put(chunk, &bytes);
    }
    all
}

/// As people mean a set: a tag is whoever's stands for whom it was hung on; an owner is the standing customer's own.
pub fn meant(name: &str, set: &Set, aliases: &Aliases) -> Set {
    if name.starts_with(OWNERS) { set.standing(aliases) } else { set.joined(aliases) }
}

/// [`of`], as people mean it.
pub async fn held(db: impl Access, mark: &str, aliases: &Aliases) -> Result<Set> {
    Ok(meant(mark, &of(db, mark).await?, aliases))
}

/// [`all`], as people mean them.
pub async fn all_held(db: impl Access, begin: &str, aliases: &Aliases) -> Result<BTreeMap<String, Set>> {
    Ok(all(db, begin).await?.into_iter().map(|(name, set)| (meant(&name, &set, aliases), name)).map(|(set, name)| (name, set)).collect())
}

/// Writes what a set holds where it differs from what it held.
pub(crate) async fn put(tx: &mut Tx, mark: &str, now: &Set, before: &Set) -> Result<()> {
    let changed = now.zip(before, |a, b| a ^ b);
    let rows: Vec<(i64, Vec<u8>)> = changed.chunks().map(|c| (i64::from(c), now.bytes(c))).collect();
    bulk!(tx, PUT, rows, |(chunk, bits)| [mark.to_owned(), chunk, bits]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sets() {
        let keys = [0u32, 63, 64, 4095, 4096, 1_000_000].map(CustomerKey);
        let set: Set = keys.into_iter().collect();
        assert_eq!((set.count(), set.iter().collect::<Vec<_>>()), (6, keys.to_vec()));
        assert!(set.holds(CustomerKey(4096)) && !set.holds(CustomerKey(4097)));
        let other: Set = [64, 4097].map(CustomerKey).into_iter().collect();
        assert_eq!(set.and(&other).iter().collect::<Vec<_>>(), [CustomerKey(64)]);
        assert_eq!((set.or(&other).count(), set.and_not(&other).count()), (7, 5));
        assert!(set.and_not(&set).is_empty());
    }

    #[test]
    fn rows_and_words_are_the_same_set() {
        let set: Set = [3u32, 70, 8191, 9000].map(CustomerKey).into_iter().collect();
        let mut words = vec![0; 141];
        set.add_to(&mut words);
        assert_eq!(Set::from_words(&words), set);
        let mut read = Set::default();
        set.chunks().for_each(|c| read.put(i64::from(c), &set.bytes(c)));
        assert_eq!(read, set);
        // whoever is beyond the words is left out
        let mut few = vec![0; 2];
        set.add_to(&mut few);
        assert_eq!(few, [1 << 3, 1 << 6]);
    }
}
