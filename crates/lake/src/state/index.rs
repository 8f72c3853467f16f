//! Columns put in order once, for what is asked again and again of a run that serves: pages of lists, and comparisons with
//! a constant while a rule is being written.

use super::{Bits, Column, column::NONE, order::rank};
use domain::rule::Op;
use rayon::prelude::*;
use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// A column in order.
#[derive(Debug)]
pub(super) struct Index {
    /// customers with a value, by it; equal ones by number
    order: Vec<u32>,
    /// where each different value begins in the order, and one more for the end
    starts: Vec<u32>,
    /// the different values as `rank` has them, ascending
    ranks: Vec<u64>,
    /// the same on the number line; of texts none
    values: Vec<f64>,
    /// per customer the place of the value among the different ones; `NONE` without
    codes: Vec<u32>,
    /// the first, the first two, … of so many parts of the order as sets, so that any stretch of it is a set by a few steps
    parts: Vec<Vec<u64>>,
}

/// Parts of an order whose beginnings are kept as sets.
const PARTS: usize = 32;

impl Index {
    fn new(column: &Column) -> Index {
        let len = column.len();
        let ranked = (0..len).into_par_iter().map(|i| (rank(column, i, false), i as u32));
        let mut ranked: Vec<(u64, u32)> = ranked.filter(|r| r.0 != u64::MAX).collect();
        ranked.par_sort_unstable();
        let mut index = Index {
            order: ranked.iter().map(|r| r.1).collect(),
            starts: Vec::new(),
            ranks: Vec::new(),
            values: Vec::new(),
            codes: vec![NONE; len],
            parts: Vec::with_capacity(PARTS),
        };
        for (place, (rank, i)) in ranked.into_iter().enumerate() {
            if index.ranks.last() != Some(&rank) {
                index.ranks.push(rank);
                index.starts.push(place as u32);
                index.values.extend(column.number(i as usize));
            }
            if let Some(code) = index.codes.get_mut(i as usize) {
                *code = index.ranks.len() as u32 - 1;
            }
        }
        index.starts.push(index.order.len() as u32);
        [&mut index.order, &mut index.starts].into_iter().for_each(Vec::shrink_to_fit);
        let mut set = vec![0; len.div_ceil(64)];
        for part in 0..PARTS {
            turn(&mut set, &index.order[index.edge(part)..index.edge(part + 1)]);
            index.parts.push(set.clone());
        }
        index
    }

    /// Where a part of the order begins.
    fn edge(&self, part: usize) -> usize {
        self.order.len() * part / PARTS
    }

    /// The first so many of the order as a set.
    fn first(&self, many: usize) -> Vec<u64> {
        // the nearest edge: at most half a part is turned
        let part = partition_point(PARTS, |part| self.edge(part) + self.edge(part + 1) < 2 * many);
        let mut set = match part.checked_sub(1) {
            Some(whole) => self.parts[whole].clone(),
            None => vec![0; self.codes.len().div_ceil(64)],
        };
        let edge = self.edge(part);
        turn(&mut set, &self.order[edge.min(many)..edge.max(many)]);
        set
    }

    /// Whose code is one of these, or of those with a value whose is not.
    pub(super) fn who(&self, codes: &Range<u32>, negated: bool) -> Bits {
        let place = |code: u32| self.starts[(code as usize).min(self.ranks.len())] as usize;
        let (from, to) = (place(codes.start), place(codes.end.max(codes.start)));
        let mut set = if negated { self.first(self.order.len()) } else { vec![0; self.codes.len().div_ceil(64)] };
        if to - from <= self.order.len() / PARTS {
            turn(&mut set, &self.order[from..to]);
        } else {
            let (start, end) = (self.first(from), self.first(to));
            set.iter_mut().zip(start.iter().zip(&end)).for_each(|(w, (a, b))| *w ^= a ^ b);
        }
        Bits::from_words(set, self.codes.len())
    }

    /// Bytes it takes.
    fn bytes(&self) -> usize {
        let parts = self.parts.iter().map(Vec::len).sum::<usize>();
        4 * (self.order.len() + self.starts.len() + self.codes.len()) + 8 * (self.ranks.len() + self.values.len() + parts)
    }

    /// Per customer the place of the value among the different ones.
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The codes of numbers that compare so with a constant; of `!=` those that do not.
    pub(super) fn range(&self, op: Op, x: f64) -> Range<u32> {
        let below = self.values.partition_point(|v| *v < x) as u32;
        let not_above = self.values.partition_point(|v| *v <= x) as u32;
        match op {
            Op::Eq | Op::Ne => below..not_above,
            Op::Lt => 0..below,
            Op::Le => 0..not_above,
            Op::Gt => not_above..self.values.len() as u32,
            Op::Ge => below..self.values.len() as u32,
        }
    }

    /// Those of a set in the order, behind an edge (a rank and a customer); those without a value last, by number. Parts of the
    /// order that nobody of the set is in are passed over.
    pub(super) fn walk<'a>(&'a self, among: &'a Bits, descending: bool, behind: Option<(u64, u32)>) -> impl Iterator<Item = u32> + 'a {
        let groups = self.ranks.len();
        let turned = move |g: usize| if descending { groups - 1 - g } else { g };
        let rank = move |g: usize| if descending { !self.ranks[turned(g)] } else { self.ranks[turned(g)] };
        let mut next = behind.map_or(0, |(edge, _)| partition_point(groups, |g| rank(g) < edge));
        let after = move |g: usize, i: &u32| behind.is_none_or(|edge| (rank(g), *i) > edge);
        let mut taken: [Option<bool>; PARTS] = [None; PARTS];
        let met = std::iter::from_fn(move || {
            while next < groups {
                let g = next;
                next += 1;
                let (from, to) = self.stretch(turned(g));
                let part = self.part(from);
                if to > self.edge(part + 1) || *taken[part].get_or_insert_with(|| self.meets(part, among)) {
                    return Some(g);
                }
                // the first group that reaches out of the part; it may reach into it, too
                next = match descending {
                    false => self.starts.partition_point(|s| (*s as usize) < self.edge(part + 1)).saturating_sub(1),
                    true => groups - self.starts.partition_point(|s| (*s as usize) < self.edge(part)),
                }
                .max(next);
            }
            None
        });
        let known = met.flat_map(move |g| {
            let (from, to) = self.stretch(turned(g));
            self.order[from..to].iter().copied().filter(move |i| after(g, i))
        });
        let unknown = among.iter().map(|i| i as u32).filter(move |i| behind.is_none_or(|edge| (u64::MAX, *i) > edge));
        let unknown = unknown.filter(|i| self.codes.get(*i as usize) == Some(&NONE));
        known.filter(|i| among.holds(*i as usize)).chain(unknown)
    }

    /// Where those with one of the different values stand in the order.
    fn stretch(&self, value: usize) -> (usize, usize) {
        (self.starts[value] as usize, self.starts[value + 1] as usize)
    }

    /// The part of the order that a place is in.
    fn part(&self, place: usize) -> usize {
        partition_point(PARTS - 1, |part| self.edge(part + 1) <= place)
    }

    /// Is anybody of the set in a part of the order?
    fn meets(&self, part: usize, among: &Bits) -> bool {
        let before = part.checked_sub(1).map(|p| &self.parts[p]);
        let mut words = self.parts[part].iter().zip(among.words()).enumerate();
        words.any(|(i, (all, among))| (all ^ before.map_or(0, |b| b[i])) & among != 0)
    }
}

/// Takes in who is not in, and out who is.
fn turn(set: &mut [u64], who: &[u32]) {
    for i in who {
        if let Some(word) = set.get_mut(*i as usize / 64) {
            *word ^= 1 << (i % 64);
        }
    }
}

/// The first of `n` for which it does not hold; it holds for all before and for none after.
fn partition_point(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// Bytes of indexes that are kept; the one used longest ago goes first.
const KEEP: usize = 512 << 20;

/// The indexes of a run, made when their columns were asked for often enough.
#[derive(Debug, Default)]
pub(super) struct Indexes(Mutex<Vec<Slot>>);

#[derive(Debug)]
struct Slot {
    column: String,
    asked: u32,
    index: Arc<OnceLock<Arc<Index>>>,
}

impl Indexes {
    /// The index of a column, made now if it was asked for so many times before; who asks meanwhile waits for it.
    pub(super) fn of(&self, key: &str, column: &Column, after: u32) -> Option<Arc<Index>> {
        let index = {
            let mut slots = self.lock();
            let mut slot = match slots.iter().position(|s| s.column == key) {
                Some(place) => slots.remove(place),
                None => Slot { column: key.to_owned(), asked: 0, index: Arc::default() },
            };
            slot.asked = slot.asked.saturating_add(1);
            let index = (slot.asked > after || slot.index.get().is_some()).then(|| slot.index.clone());
            slots.push(slot);
            index?
        };
        let new = index.get().is_none();
        let made = index.get_or_init(|| Arc::new(Index::new(column))).clone();
        if new {
            self.fit();
        }
        Some(made)
    }

    /// Columns whose index somebody asked for.
    pub(super) fn asked(&self) -> Vec<String> {
        self.lock().iter().filter(|s| s.asked > 0 && s.index.get().is_some()).map(|s| s.column.clone()).collect()
    }

    /// Makes an index nobody has asked for yet.
    pub(super) fn make(&self, key: &str, column: &Column) {
        let index = Arc::new(OnceLock::from(Arc::new(Index::new(column))));
        self.lock().push(Slot { column: key.to_owned(), asked: 0, index });
        self.fit();
    }

    /// Lets those go that were used longest ago, while they are too many.
    fn fit(&self) {
        let mut slots = self.lock();
        let bytes = |slots: &[Slot]| slots.iter().filter_map(|s| s.index.get()).map(|i| i.bytes()).sum::<usize>();
        while bytes(&slots) > KEEP && slots.len() > 1 {
            slots.remove(0);
        }
    }

    /// Gives back the memory.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ValueType;

    #[test]
    fn a_stretch_of_an_order_is_a_set() {
        let len = 5_000;
        // every seventh without a value, many alike
        let mut known = Bits::none(len);
        (0..len).filter(|i| i % 7 != 0).for_each(|i| known.insert(i));
        let mut data = super::super::Data::of(ValueType::Int, len, Default::default());
        if let super::super::Data::Int(values) = &mut data {
            values.iter_mut().enumerate().for_each(|(i, v)| *v = (i as i64 * 7_919) % 613);
        }
        let index = Index::new(&Column::new(data, known));
        let codes = index.codes().to_vec();
        let different = index.values.len() as u32;
        for start in (0..=different).step_by(37) {
            for end in [start, start + 1, start + 40, different].map(|e| e.min(different).max(start)) {
                let range = start..end;
                let within = |i: &usize| codes[*i] != NONE && range.contains(&codes[*i]);
                let without = |i: &usize| codes[*i] != NONE && !range.contains(&codes[*i]);
                assert_eq!(index.who(&range, false).iter().collect::<Vec<_>>(), (0..len).filter(within).collect::<Vec<_>>(), "{range:?}");
                assert_eq!(index.who(&range, true).iter().collect::<Vec<_>>(), (0..len).filter(without).collect::<Vec<_>>(), "not {range:?}");
            }
        }
    }

    #[test]
    fn a_walk_meets_the_set_in_order_from_anywhere() {
        let len = 3_000;
        let mut known = Bits::none(len);
        (0..len).filter(|i| i % 11 != 0).for_each(|i| known.insert(i));
        // values that many share, values that reach over several parts, and values of one customer
        for different in [3, 61, 2_999] {
            let mut data = super::super::Data::of(ValueType::Int, len, Default::default());
            if let super::super::Data::Int(values) = &mut data {
                values.iter_mut().enumerate().for_each(|(i, v)| *v = (i as i64 * 7_919) % different);
            }
            let column = Column::new(data, known.clone());
            let index = Index::new(&column);
            // nobody, few at one end of the order, some here and there, everybody
            let sets: [&dyn Fn(usize) -> bool; 5] = [
                &|_| false,
                &|i| column.number(i).is_some_and(|v| v as i64 >= different - 2),
                &|i| column.number(i).is_some_and(|v| (v as i64) < 2),
                &|i| i % 97 == 5,
                &|_| true,
            ];
            for set in sets {
                let mut among = Bits::none(len);
                (0..len).filter(|i| set(*i)).for_each(|i| among.insert(i));
                for descending in [false, true] {
                    let mut sorted: Vec<(u64, u32)> = among.iter().map(|i| (rank(&column, i, descending), i as u32)).collect();
                    sorted.sort_unstable();
                    for edge in [None, sorted.get(sorted.len() / 3).copied(), sorted.last().copied(), Some((u64::MAX / 2, 7))] {
                        let expected: Vec<u32> = sorted.iter().filter(|r| edge.is_none_or(|e| **r > e)).map(|r| r.1).collect();
                        assert_eq!(index.walk(&among, descending, edge).collect::<Vec<_>>(), expected, "{different} {descending} {edge:?}");
                    }
                }
            }
        }
    }
}
