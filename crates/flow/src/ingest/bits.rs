//! One bit a row: what became of it. Sixteen bytes remember a hundred rows, so a file of any size can be balanced exactly.

/// A growing set of small numbers.
#[derive(Debug, Default, Clone)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Puts a number in.
    pub fn set(&mut self, n: u64) {
        let word = (n / 64) as usize;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(w) = self.0.get_mut(word) {
            *w |= 1 << (n % 64);
        }
    }

    /// Is it in?
    pub fn has(&self, n: u64) -> bool {
        self.0.get((n / 64) as usize).is_some_and(|w| w >> (n % 64) & 1 == 1)
    }

    /// How many are in.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|w| u64::from(w.count_ones())).sum()
    }

    /// How many are in, but not in `other`.
    pub fn count_without(&self, other: &Bits) -> u64 {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        self.0.iter().zip(others).map(|(w, o)| u64::from((w & !o).count_ones())).sum()
    }

    /// Every number in it, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().zip(0u64..).flat_map(|(word, i)| (0..64).filter(move |b| word >> b & 1 == 1).map(move |b| i * 64 + b))
    }
}
