//! The how-manieth row of its file is it that has this identity? The n-th row of a file that names an order's goods corrects
//! the n-th row of an earlier file that named them.

use super::seen::{Layer, Mixed};
use std::{collections::HashMap, hash::BuildHasherDefault};

/// Identities counted exactly: rows of one order stand near each other. About 2 MB.
const WINDOW: usize = 65_536;
/// Identities that the filters of earlier ones are made for, one after the other: 19 MB in all. Beyond twelve million of one
/// import a few in a hundred rows correct nothing.
const EARLIER: [usize; 2] = [1_000_000, 8_000_000];

/// Counts rows by identity, in bounded memory.
#[derive(Debug, Default)]
pub struct Nth {
    window: HashMap<u64, u32, BuildHasherDefault<Mixed>>,
    earlier: Vec<Layer>,
}

impl Nth {
    /// The identity with its number, from 0, of the next row of the file that has it. None where earlier rows may have had it
    /// that are out of sight: such a row corrects nothing.
    pub fn of(&mut self, file: u32, identity: u64) -> Option<(u64, u32)> {
        let key = identity ^ u64::from(file).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if let Some(n) = self.window.get_mut(&key) {
            *n += 1;
            return Some((identity, *n));
        }
        if self.earlier.iter().any(|l| l.holds(key)) {
            return None;
        }
        if self.window.len() >= WINDOW {
            self.pass();
        }
        self.window.insert(key, 0);
        Some((identity, 0))
    }

    /// What was counted goes out of sight.
    fn pass(&mut self) {
        for key in std::mem::take(&mut self.window).into_keys() {
            if let Some(keys) = EARLIER.get(self.earlier.len()).filter(|_| self.earlier.last().is_none_or(|l| l.is_full())) {
                self.earlier.push(Layer::new(*keys));
            }
            if let Some(layer) = self.earlier.last_mut() {
                layer.add(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_out_of_sight_is_never_taken_for_the_first() {
        let mut nth = Nth::default();
        let id = |i: u64| domain::id::key64(&i.to_string());
        let rows = 30 * WINDOW as u64;
        for i in 0..rows {
            // a filter may err to the safe side, seldom
            assert!(nth.of(0, id(i)).is_none_or(|(_, n)| n == 0));
        }
        assert_eq!(nth.of(0, id(rows - 1)), Some((id(rows - 1), 1)));
        assert_eq!(nth.of(0, id(rows - 1)), Some((id(rows - 1), 2)));
        assert!((0..WINDOW as u64).all(|i| nth.of(0, id(i)).is_none()));
        let other = (0..1000).filter(|i| nth.of(1, id(*i)) == Some((id(*i), 0))).count();
        assert!(other > 980, "another file counts anew: {other}");
    }
}
