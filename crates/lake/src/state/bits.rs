//! A set of customers as bits: bit `i` is customer `i`.

use domain::CustomerKey;

/// A set of customers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// Nobody of `len` customers.
    pub fn none(len: usize) -> Bits {
        Bits { words: vec![0; len.div_ceil(64)], len }
    }

    /// Everybody of `len` customers.
    pub fn all(len: usize) -> Bits {
        Bits { words: vec![u64::MAX; len.div_ceil(64)], len }.trimmed()
    }

    /// From words; bits beyond `len` are dropped.
    pub fn from_words(mut words: Vec<u64>, len: usize) -> Bits {
        words.resize(len.div_ceil(64), 0);
        Bits { words, len }.trimmed()
    }

    /// Exactly these customers; numbers beyond `len` are dropped.
    pub fn of(customers: impl IntoIterator<Item = CustomerKey>, len: usize) -> Bits {
        let mut bits = Bits::none(len);
        for c in customers {
            bits.insert(c.0 as usize);
        }
        bits
    }

    fn trimmed(mut self) -> Bits {
        if let (Some(last), rest @ 1..) = (self.words.last_mut(), self.len % 64) {
            *last &= (1u64 << rest) - 1;
        }
        self
    }

    /// How many customers there are, in or out.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Are there no customers at all?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many are in.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|w| u64::from(w.count_ones())).sum()
    }

    /// Is this one in?
    pub fn holds(&self, i: usize) -> bool {
        self.words.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 == 1)
    }

    /// Puts one in.
    pub fn insert(&mut self, i: usize) {
        if i < self.len && let Some(w) = self.words.get_mut(i / 64) {
            *w |= 1 << (i % 64);
        }
    }

    /// The words, 64 customers each.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Those in, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(w, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    w * 64 + bit
                })
            })
        })
    }

    /// Keeps those that are in the other, too.
    pub fn and(&mut self, other: &Bits) -> &mut Bits {
        self.zip(other, |a, b| a & b)
    }

    /// Adds those of the other.
    pub fn or(&mut self, other: &Bits) -> &mut Bits {
        self.zip(other, |a, b| a | b)
    }

    /// Takes those of the other out.
    pub fn and_not(&mut self, other: &Bits) -> &mut Bits {
        self.zip(other, |a, b| a & !b)
    }

    fn zip(&mut self, other: &Bits, f: impl Fn(u64, u64) -> u64) -> &mut Bits {
        let both = other.words.len().min(self.words.len());
        let (both, rest) = self.words.split_at_mut(both);
        both.iter_mut().zip(&other.words).for_each(|(a, b)| *a = f(*a, *b));
        rest.iter_mut().for_each(|a| *a = f(*a, 0));
        self
    }
}

/// The bits of up to 64 tests, the first lowest. The tests go first, side by side, and are packed by eights afterwards.
#[inline]
pub(super) fn packed(tests: impl Iterator<Item = bool>) -> u64 {
    let mut bytes = [0u8; 64];
    bytes.iter_mut().zip(tests).for_each(|(b, holds)| *b = u8::from(holds));
    let (eights, _) = bytes.as_chunks::<8>();
    // eight bytes of 0 or 1 times this have their lowest bits side by side in the highest byte
    eights.iter().rev().fold(0, |word, eight| word << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_combines() {
        let mut a = Bits::all(70);
        assert_eq!(a.count(), 70);
        let b = Bits::of([CustomerKey(1), CustomerKey(69), CustomerKey(400)], 70);
        assert_eq!(b.iter().collect::<Vec<_>>(), [1, 69]);
        a.and_not(&b);
        assert_eq!(a.count(), 68);
        assert!(!a.holds(69) && a.holds(68) && !a.holds(70));
        a.or(&b).and(&b);
        assert_eq!(a, b);
    }

    #[test]
    fn tests_are_packed_in_their_order() {
        for len in [0, 1, 7, 8, 9, 63, 64] {
            for pattern in [0u64, 1, 0x8000_0000_0000_0001, 0xdead_beef_0bad_f00d, u64::MAX] {
                let expected = if len == 64 { pattern } else { pattern & ((1 << len) - 1) };
                assert_eq!(packed((0..len).map(|i| pattern >> i & 1 == 1)), expected, "{len} {pattern:x}");
            }
        }
    }
}
