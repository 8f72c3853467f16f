//! What customers are found by, in memory: every name, number, phone and address in lower case, one after the other, and beside
//! them a signature of each block of sixteen. A text that is looked for can only stand in a block whose signature has all of its
//! grams, so of millions of texts a few hundred are read. Grams are three letters, or two or one where there are letters beyond
//! ASCII: a Chinese name is two or three long. The signatures lie side by side, gram by gram, so that a search is the intersection
//! of a few bitmaps.

use domain::{CustomerKey, mask};
use memchr::memmem::Finder;

/// Texts a block.
const BLOCK: usize = 16;
/// Bitmaps that grams are spread over.
const BUCKETS: usize = 1024;
/// Stands between two texts and in none.
const END: u8 = b'\n';

/// What a text is to its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// their own name
    Name,
    /// a contact's name
    Contact,
    /// a number of the business's own
    Number,
    /// phones, addresses, ids of others: nothing for who may not see details
    Detail,
}

/// How well what is looked for fits whoever it finds; the better, the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// it is their whole name, number, phone or address
    Whole,
    /// their own name begins with it
    Start,
    /// it stands somewhere within, or belongs to a contact of theirs
    Within,
}

/// Texts by customer; see the module.
#[derive(Debug)]
pub(super) struct Index {
    texts: Vec<u8>,
    /// where each text begins
    starts: Vec<u32>,
    owners: Vec<u32>,
    kinds: Vec<Kind>,
    /// texts of customers who changed since
    dead: Vec<bool>,
    buried: usize,
    signatures: Vec<Vec<u64>>,
}

impl Index {
    pub(super) fn new() -> Index {
        Index { texts: Vec::new(), starts: Vec::new(), owners: Vec::new(), kinds: Vec::new(), dead: Vec::new(), buried: 0, signatures: vec![Vec::new(); BUCKETS] }
    }

    /// Texts that are there, and those of them that count no more.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.starts.len(), self.buried)
    }

    /// Adds a text of a customer. Answers whether there is room for it: four gigabytes are the end.
    pub(super) fn add(&mut self, owner: CustomerKey, kind: Kind, text: &str) -> bool {
        let folded = fold(text);
        let (entry, Ok(start)) = (self.starts.len(), u32::try_from(self.texts.len())) else { return false };
        self.starts.push(start);
        self.owners.push(owner.0);
        self.kinds.push(kind);
        self.dead.push(false);
        self.texts.extend_from_slice(folded.as_bytes());
        self.texts.push(END);
        let block = entry / BLOCK;
        grams(&folded, |gram| {
            let Some(map) = self.signatures.get_mut(gram) else { return };
            if map.len() <= block / 64 {
                map.resize(block / 64 + 1, 0);
            }
            if let Some(word) = map.get_mut(block / 64) {
                *word |= 1 << (block % 64);
            }
        });
        true
    }

    /// The texts of these customers count no more.
    pub(super) fn bury(&mut self, owners: &dyn Fn(u32) -> bool) {
        for (owner, dead) in self.owners.iter().zip(&mut self.dead) {
            if !*dead && owners(*owner) {
                *dead = true;
                self.buried += 1;
            }
        }
    }

    /// Everyone who has a text with this in it. Fewer than three letters find names, and what begins with them. `masked`: only by
    /// what somebody is shown who may not see details.
    pub(super) fn find(&self, text: &str, masked: bool) -> Vec<(CustomerKey, Fit)> {
        let needle = fold(text.trim());
        let mut found = Vec::new();
        if needle.is_empty() || needle.as_bytes().contains(&END) || text.contains('\0') {
            return found;
        }
        let short = needle.chars().count() < 3;
        let search = Finder::new(needle.as_bytes());
        let mut wanted = Vec::new();
        grams(&needle, |gram| wanted.push(gram));
        wanted.sort_unstable();
        wanted.dedup();
        let mut last = None;
        let mut look = |from: usize, to: usize| {
            let Some(region) = self.texts.get(from..to) else { return };
            for at in search.find_iter(region) {
                let at = from + at;
                let entry = self.starts.partition_point(|s| *s as usize <= at).saturating_sub(1);
                if last == Some(entry) {
                    continue;
                }
                last = Some(entry);
                if self.holds(entry, at, &needle, short, masked) {
                    found.extend(self.owners.get(entry).map(|o| (CustomerKey(*o), self.fit(entry, &needle, masked))));
                }
            }
        };
        if wanted.is_empty() {
            look(0, self.texts.len());
        } else {
            for block in self.blocks(&wanted) {
                let begin = |block: usize| self.starts.get(block * BLOCK).map_or(self.texts.len(), |s| *s as usize);
                look(begin(block), begin(block + 1));
            }
        }
        found
    }

    /// Does this text count, for who looks?
    fn holds(&self, entry: usize, at: usize, needle: &str, short: bool, masked: bool) -> bool {
        let (Some(kind), Some(start), Some(false)) = (self.kinds.get(entry), self.starts.get(entry), self.dead.get(entry)) else { return false };
        if short && !matches!(kind, Kind::Name | Kind::Contact) && at != *start as usize {
            return false;
        }
        if !masked {
            return true;
        }
        *kind != Kind::Detail && fold(&mask::text(self.text(entry))).contains(needle)
    }

    /// A text without its end.
    fn text(&self, entry: usize) -> &str {
        let start = self.starts.get(entry).map_or(0, |s| *s as usize);
        let end = self.starts.get(entry + 1).map_or(self.texts.len(), |s| *s as usize).saturating_sub(1);
        self.texts.get(start..end).and_then(|t| std::str::from_utf8(t).ok()).unwrap_or_default()
    }

    /// How well a text that counts fits. What is shown in part only fits in part, so that an order tells nothing either.
    fn fit(&self, entry: usize, needle: &str, masked: bool) -> Fit {
        let (text, kind) = (self.text(entry), self.kinds.get(entry));
        if kind == Some(&Kind::Contact) || masked && mask::text(text) != text {
            return Fit::Within;
        }
        match (text == needle, kind == Some(&Kind::Name) && text.starts_with(needle)) {
            (true, _) => Fit::Whole,
            (_, true) => Fit::Start,
            _ => Fit::Within,
        }
    }

    /// Blocks in which all of these grams may stand.
    fn blocks(&self, grams: &[usize]) -> Vec<usize> {
        let mut maps: Vec<&[u64]> = grams.iter().filter_map(|g| self.signatures.get(*g)).map(Vec::as_slice).collect();
        // what is shortest ends first
        maps.sort_by_key(|m| m.len());
        let Some((first, rest)) = maps.split_first() else { return Vec::new() };
        let mut blocks = Vec::new();
        for (i, word) in first.iter().enumerate() {
            let mut all = *word;
            for map in rest {
                all &= map.get(i).copied().unwrap_or(0);
                if all == 0 {
                    break;
                }
            }
            while all != 0 {
                blocks.push(i * 64 + all.trailing_zeros() as usize);
                all &= all - 1;
            }
        }
        blocks
    }
}

/// Lower case, on one line.
fn fold(text: &str) -> String {
    text.to_lowercase().replace(['\n', '\r', '\0'], " ")
}

/// The grams of a folded text, as numbers of bitmaps. Whatever holds a text has all of its grams.
fn grams(text: &str, mut each: impl FnMut(usize)) {
    let (mut one, mut two) = (None, None);
    for c in text.chars() {
        let c = u32::from(c);
        let wide = |c: u32| c > 0x7f;
        if wide(c) {
            each(bucket([0, 0, c]));
        }
        if let Some(b) = two
            && (wide(b) || wide(c))
        {
            each(bucket([0, b, c]));
        }
        if let (Some(a), Some(b)) = (one, two) {
            each(bucket([a, b, c]));
        }
        (one, two) = (two, Some(c));
    }
}

fn bucket(gram: [u32; 3]) -> usize {
    let mixed = gram.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |h, c| (h ^ u64::from(*c)).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29));
    (mixed ^ (mixed >> 32)) as usize % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(texts: &[(u32, Kind, &str)]) -> Index {
        let mut index = Index::new();
        for (owner, kind, text) in texts {
            assert!(index.add(CustomerKey(*owner), *kind, text));
        }
        index
    }

    fn found(index: &Index, text: &str, masked: bool) -> Vec<u32> {
        index.find(text, masked).into_iter().map(|(k, _)| k.0).collect()
    }

    #[test]
    fn short_texts_find_names_and_beginnings() {
        let index = of(&[(1, Kind::Name, "王小明"), (2, Kind::Number, "A-17"), (3, Kind::Detail, "8613800001111"), (4, Kind::Name, "Amy 17")]);
        assert_eq!(found(&index, "明", false), [1]);
        assert_eq!(found(&index, "17", false), [4]);
        assert_eq!(found(&index, "a-", false), [2]);
        assert_eq!(found(&index, "86", false), [3]);
        assert_eq!(found(&index, "111", false), [3]);
        assert_eq!(found(&index, "111", true), [0; 0]);
        assert_eq!(found(&index, "a\nb", false), [0; 0]);
    }

    #[test]
    fn who_may_not_see_phones_finds_nobody_by_them() {
        let index = of(&[
            (0, Kind::Name, "王小明"), (0, Kind::Detail, "8613800001111"), (0, Kind::Number, "VIP-0042"), (1, Kind::Name, "王伟13812345678"),
            (1, Kind::Number, "13912345678"), (2, Kind::Name, "Amy"), (2, Kind::Detail, "amy@example.com"), (2, Kind::Number, "amy@shop.cn"), (2, Kind::Detail, "oABC"),
        ]);
        for hidden in ["8613800", "13800001111", "1111", "amy@example", "example.com", "oABC", "1234567", "139123", "my@s", "2345"] {
            assert_eq!(found(&index, hidden, true), [0; 0], "{hidden}");
        }
        for (shown, who) in [("王", vec![0, 1]), ("vip-00", vec![0]), ("0042", vec![0]), ("amy", vec![2]), ("138", vec![1])] {
            assert_eq!(found(&index, shown, true), who, "{shown}");
        }
    }

    #[test]
    fn what_is_called_so_fits_better_than_what_has_it_somewhere() {
        let index = of(&[
            (1, Kind::Name, "王芳"), (2, Kind::Name, "王芳芳"), (3, Kind::Name, "小王芳"), (4, Kind::Contact, "王芳"), (5, Kind::Detail, "wf@shop.cn"),
            (6, Kind::Name, "13800001111"), (7, Kind::Number, "VIP-1"),
        ]);
        let fits = |text: &str, masked| index.find(text, masked).into_iter().map(|(k, fit)| (k.0, fit)).collect::<Vec<_>>();
        assert_eq!(fits("王芳", false), [(1, Fit::Whole), (2, Fit::Start), (3, Fit::Within), (4, Fit::Within)]);
        assert_eq!(fits("WF@shop.cn", false), [(5, Fit::Whole)]);
        assert_eq!(fits("vip", true), [(7, Fit::Within)]);
        assert_eq!(fits("vip-1", true), [(7, Fit::Whole)]);
        // a phone for a name is shown in part, so where it stands tells no more
        assert_eq!((fits("138", false), fits("138", true)), (vec![(6, Fit::Start)], vec![(6, Fit::Within)]));
    }

    #[test]
    fn who_changed_is_found_by_what_they_say_now() {
        let mut index = of(&[(1, Kind::Name, "Old Name"), (2, Kind::Name, "Old Friend")]);
        index.bury(&|owner| owner == 1);
        assert!(index.add(CustomerKey(1), Kind::Name, "New Name"));
        assert_eq!(found(&index, "old", false), [2]);
        assert_eq!(found(&index, "name", false), [1]);
        assert_eq!(index.size(), (3, 1));
    }

    proptest! {
        #[test]
        fn finds_what_reading_all_of_them_finds(
            texts in proptest::collection::vec("[a-cA-C0-2@ 王伟明İß]{0,9}", 0..120),
            needle in "[a-cA-C0-2@ 王伟明İß]{1,5}",
        ) {
            let all: Vec<(u32, Kind, &str)> = texts.iter().enumerate().map(|(i, t)| (i as u32, Kind::Name, t.as_str())).collect();
            let index = of(&all);
            let looked_for = fold(needle.trim());
            let by_reading: Vec<u32> = all.iter().filter(|(_, _, t)| !looked_for.is_empty() && fold(t).contains(&looked_for)).map(|(o, _, _)| *o).collect();
            prop_assert_eq!(found(&index, &needle, false), by_reading);
        }
    }
}
