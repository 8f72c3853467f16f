//! How alike two short texts are, one machine word at a time: a text of up to 64 letters is a bit mask per letter, and a whole
//! column of the distance matrix is one addition.
//!
//! Edits: optimal string alignment, i.e. Levenshtein distance in which exchanging two neighbours is one edit (Damerau, CACM
//! 7/3, 1964), bit-parallel after Hyyrö (Nordic Journal of Computing 10/1, 2003). Alikeness: Jaro (JASA 84, 1989) with
//! Winkler's bonus for a common beginning (Proc. Section on Survey Research Methods, ASA, 1990).

/// Texts are compared up to here; what is longer is compared by its beginning.
pub(crate) const LONGEST: usize = 64;
/// Winkler's weight of a common beginning, and how many letters of it count.
const BEGINNING: f64 = 0.1;
const BEGINNING_MOST: usize = 4;

/// Where each letter stands in one text. Kept by a worker and used again and again: only the letters of the last text are
/// taken out, so nothing of the size of an alphabet is ever cleared.
pub struct Places {
    ascii: [u64; 128],
    other: Vec<(u16, u64)>,
}

impl Default for Places {
    fn default() -> Places {
        Places { ascii: [0; 128], other: Vec::new() }
    }
}

impl Places {
    fn set(&mut self, text: &[u16]) {
        for (i, &c) in text.iter().enumerate() {
            let bit = 1u64 << i;
            if let Some(mask) = self.ascii.get_mut(usize::from(c)) {
                *mask |= bit;
            } else if let Some((_, mask)) = self.other.iter_mut().find(|(o, _)| *o == c) {
                *mask |= bit;
            } else {
                self.other.push((c, bit));
            }
        }
    }

    fn clear(&mut self, text: &[u16]) {
        for &c in text {
            if let Some(mask) = self.ascii.get_mut(usize::from(c)) {
                *mask = 0;
            }
        }
        self.other.clear();
    }

    fn of(&self, c: u16) -> u64 {
        match self.ascii.get(usize::from(c)) {
            Some(mask) => *mask,
            None => self.other.iter().find(|(o, _)| *o == c).map_or(0, |(_, mask)| *mask),
        }
    }

    /// Fewest letters to add, leave out, change or exchange with a neighbour.
    pub(crate) fn edits(&mut self, a: &[u16], b: &[u16]) -> usize {
        let (a, b) = (head(a), head(b));
        if a.is_empty() || b.is_empty() {
            return a.len().max(b.len());
        }
        self.set(a);
        let last = 1u64 << (a.len() - 1);
        let (mut up, mut down, mut diagonal, mut before, mut edits) = (!0u64, 0u64, 0u64, 0u64, a.len());
        for &c in b {
            let here = self.of(c);
            let exchanged = ((!diagonal & here) << 1) & before;
            diagonal = ((here & up).wrapping_add(up) ^ up) | here | down | exchanged;
            let right = down | !(diagonal | up);
            let left = diagonal & up;
            edits += usize::from(right & last != 0);
            edits -= usize::from(left & last != 0);
            let (right, left) = ((right << 1) | 1, left << 1);
            up = left | !(diagonal | right);
            down = right & diagonal;
            before = here;
        }
        self.clear(a);
        edits
    }

    /// Jaro–Winkler alikeness, 0–1.
    pub(crate) fn alike(&mut self, a: &[u16], b: &[u16]) -> f64 {
        let (a, b) = (head(a), head(b));
        let jaro = self.jaro(a, b);
        let common = a.iter().zip(b).take(BEGINNING_MOST).take_while(|(x, y)| x == y).count();
        jaro + common as f64 * BEGINNING * (1.0 - jaro)
    }

    fn jaro(&mut self, a: &[u16], b: &[u16]) -> f64 {
        if a.is_empty() || b.is_empty() {
            return if a.len() == b.len() { 1.0 } else { 0.0 };
        }
        let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
        self.set(b);
        let (mut of_a, mut of_b) = (0u64, 0u64);
        for (i, &c) in a.iter().enumerate() {
            let free = self.of(c) & !of_b & window(i, reach);
            let first = free & free.wrapping_neg();
            of_b |= first;
            of_a |= u64::from(first != 0) << i;
        }
        self.clear(b);
        let shared = f64::from(of_a.count_ones());
        if shared == 0.0 {
            return 0.0;
        }
        let (mut left_a, mut left_b, mut displaced) = (of_a, of_b, 0u32);
        while left_a != 0 {
            displaced += u32::from(a[left_a.trailing_zeros() as usize] != b[left_b.trailing_zeros() as usize]);
            left_a &= left_a - 1;
            left_b &= left_b - 1;
        }
        let exchanged = f64::from(displaced / 2);
        (shared / a.len() as f64 + shared / b.len() as f64 + (shared - exchanged) / shared) / 3.0
    }
}

/// The places within `reach` of place `i`.
fn window(i: usize, reach: usize) -> u64 {
    let upto = |n: usize| if n >= 64 { !0 } else { (1u64 << n) - 1 };
    upto(i + reach + 1) & !upto(i.saturating_sub(reach))
}

fn head(text: &[u16]) -> &[u16] {
    &text[..text.len().min(LONGEST)]
}

/// Which letters occur at all: one bit a letter. What stands in one text and not in the other costs an edit each, so most
/// strangers are told apart without looking at their letters.
pub(crate) fn letters(text: &[u16]) -> u64 {
    head(text).iter().fold(0, |bag, &c| bag | 1u64 << bucket(c))
}

fn bucket(c: u16) -> u32 {
    match c {
        0x61..=0x7a => u32::from(c - 0x61),
        0x30..=0x39 => 26 + u32::from(c - 0x30),
        _ => 36 + u32::from(c) % 28,
    }
}

/// No fewer edits than this turn one text into the other.
pub(crate) fn least_edits(a: (&[u16], u64), b: (&[u16], u64)) -> usize {
    let only = (a.1 & !b.1).count_ones().max((b.1 & !a.1).count_ones()) as usize;
    only.max(a.0.len().min(LONGEST).abs_diff(b.0.len().min(LONGEST)))
}

/// Jaro–Winkler alikeness is no higher than this.
pub(crate) fn most_alike(a: (&[u16], u64), b: (&[u16], u64)) -> f64 {
    let (long_a, long_b) = (a.0.len().min(LONGEST), b.0.len().min(LONGEST));
    if long_a == 0 || long_b == 0 {
        return if long_a == long_b { 1.0 } else { 0.0 };
    }
    let (only_a, only_b) = ((a.1 & !b.1).count_ones() as usize, (b.1 & !a.1).count_ones() as usize);
    let shared = long_a.saturating_sub(only_a).min(long_b.saturating_sub(only_b)) as f64;
    let jaro = if shared == 0.0 { 0.0 } else { (shared / long_a as f64 + shared / long_b as f64 + 1.0) / 3.0 };
    let common = a.0.iter().zip(b.0).take(BEGINNING_MOST).take_while(|(x, y)| x == y).count();
    jaro + common as f64 * BEGINNING * (1.0 - jaro)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn edits(a: &str, b: &str) -> usize {
        Places::default().edits(&units(a), &units(b))
    }

    fn alike(a: &str, b: &str) -> f64 {
        Places::default().alike(&units(a), &units(b))
    }

    #[test]
    fn edits_as_a_person_counts_them() {
        for (a, b, want) in [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("smith", "smiht", 1), ("ca", "abc", 3), ("张伟", "张玮", 1), ("13800001111", "13800001112", 1), ("20151029", "20150731", 4)] {
            assert_eq!(edits(a, b), want, "{a} {b}");
            assert_eq!(edits(b, a), want, "{b} {a}");
        }
    }

    /// Winkler's own table (1990) and the values every implementation is held against.
    #[test]
    fn alikeness_of_the_known_pairs() {
        for (a, b, want) in [("martha", "marhta", 0.9611), ("dwayne", "duane", 0.84), ("dixon", "dicksonx", 0.8133), ("jones", "johnson", 0.8324), ("abroms", "abrams", 0.9222), ("a", "b", 0.0), ("same", "same", 1.0)] {
            assert!((alike(a, b) - want).abs() < 1e-4, "{a} {b}: {}", alike(a, b));
        }
    }

    fn slow_edits(a: &[u16], b: &[u16]) -> usize {
        let mut d = vec![vec![0usize; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = match (i, j) {
                    (0, j) => j,
                    (i, 0) => i,
                    _ => {
                        let mut best = (d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(d[i - 1][j] + 1).min(d[i][j - 1] + 1);
                        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                            best = best.min(d[i - 2][j - 2] + 1);
                        }
                        best
                    }
                };
            }
        }
        d[a.len()][b.len()]
    }

    fn slow_jaro(a: &[u16], b: &[u16]) -> f64 {
        let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
        let mut taken = vec![false; b.len()];
        let mut from_a = Vec::new();
        for (i, c) in a.iter().enumerate() {
            let low = i.saturating_sub(reach);
            if let Some(j) = (low..b.len().min(i + reach + 1)).find(|j| !taken[*j] && b[*j] == *c) {
                taken[j] = true;
                from_a.push(*c);
            }
        }
        let from_b: Vec<u16> = b.iter().zip(&taken).filter(|(_, t)| **t).map(|(c, _)| *c).collect();
        let shared = from_a.len() as f64;
        if shared == 0.0 {
            return if a.is_empty() && b.is_empty() { 1.0 } else { 0.0 };
        }
        let exchanged = (from_a.iter().zip(&from_b).filter(|(x, y)| x != y).count() / 2) as f64;
        (shared / a.len() as f64 + shared / b.len() as f64 + (shared - exchanged) / shared) / 3.0
    }

    fn text() -> impl Strategy<Value = Vec<u16>> {
        prop::collection::vec(prop::sample::select(units("abcd01伟玮")), 0..=64)
    }

    proptest! {
        #[test]
        fn a_word_at_a_time_is_a_cell_at_a_time(a in text(), b in text()) {
            let mut places = Places::default();
            prop_assert_eq!(places.edits(&a, &b), slow_edits(&a, &b));
            prop_assert!((places.jaro(&a, &b) - slow_jaro(&a, &b)).abs() < 1e-12);
        }

        #[test]
        fn bounds_hold(a in text(), b in text()) {
            let mut places = Places::default();
            let (x, y) = ((a.as_slice(), letters(&a)), (b.as_slice(), letters(&b)));
            prop_assert!(least_edits(x, y) <= places.edits(&a, &b));
            prop_assert!(most_alike(x, y) + 1e-12 >= places.alike(&a, &b));
            prop_assert_eq!(places.edits(&a, &b), places.edits(&b, &a));
        }
    }
}
