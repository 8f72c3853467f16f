//! Customers in an order, page by page: read off an index of the column where one stands, picked from the set where not.

use super::{Bits, Column, Data, Run, column::NONE};
use domain::CustomerKey;

/// In which order customers are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// a column: feature or `class.<key>`
    pub by: String,
    /// largest first
    pub descending: bool,
}

/// A place in an order: a value, and behind which of those who have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// the value
    pub value: At,
    /// behind this customer; `None`: before all who have the value
    pub customer: Option<CustomerKey>,
}

/// A value in an order, the same in every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// a number that sorts as the value does
    Rank(u64),
    /// a text
    Text(String),
}

impl Place {
    /// Everyone behind the place sorts behind this; `None`: everyone is.
    fn edge(&self, column: &Column, descending: bool) -> Option<(u64, u32)> {
        let before = |rank: u64| rank.checked_sub(1).map(|r| (r, u32::MAX));
        let held = |rank: u64| match self.customer {
            Some(c) => Some((rank, c.0)),
            None => before(rank),
        };
        match (&self.value, column.data()) {
            (At::Text(text), Data::Text(_, texts)) => {
                // texts of a feature stand in their order, classes in that of their rules
                let known = texts.iter().position(|t| t == text);
                if known.is_none() && !texts.is_sorted() {
                    // a class that is no more stood nowhere: from the beginning
                    return None;
                }
                let place = known.unwrap_or_else(|| texts.partition_point(|t| t < text));
                // the rank of the text in this place, and of the one before it
                let (own, last) = (place as u64 + 1, place as u64);
                match (known.is_some(), descending) {
                    (true, false) => held(own),
                    (true, true) => held(!own),
                    // nobody has it any more: who would stand behind it
                    (false, false) => before(own),
                    (false, true) => before(!last),
                }
            }
            (At::Rank(rank), _) => held(*rank),
            // of another kind of column: from the beginning
            (At::Text(_), _) => None,
        }
    }
}

impl Run {
    /// A page of customers in an order. Those without a value come last, whatever the direction; equal ones by number.
    pub fn page(&self, sort: Option<&Sort>, among: Option<&Bits>, offset: usize, limit: usize) -> Vec<CustomerKey> {
        let among = among.unwrap_or(&self.present);
        match sort {
            Some(sort) if self.column(&sort.by).is_some() => self.ordered(sort, among, None, offset, limit),
            _ => among.iter().skip(offset).take(limit).map(|i| CustomerKey(i as u32)).collect(),
        }
    }

    /// So many customers of an order, behind a place in it. The place need not be taken any more, nor be of this run.
    pub fn page_after(&self, sort: &Sort, among: &Bits, after: &Place, limit: usize) -> Vec<CustomerKey> {
        let Some(column) = self.column(&sort.by) else { return Vec::new() };
        self.ordered(sort, among, after.edge(column, sort.descending), 0, limit)
    }

    /// The place of a customer in an order.
    pub fn place(&self, sort: &Sort, customer: CustomerKey) -> Option<Place> {
        let (column, i) = (self.column(&sort.by)?, customer.0 as usize);
        let value = match (column.data(), column.text(i)) {
            (Data::Text(..), Some(text)) => At::Text(text.to_owned()),
            _ => At::Rank(rank(column, i, sort.descending)),
        };
        Some(Place { value, customer: Some(customer) })
    }

    /// All of them in an order.
    pub fn order(&self, sort: Option<&Sort>, among: Option<&Bits>) -> Vec<CustomerKey> {
        self.page(sort, among, 0, usize::MAX)
    }

    /// So many of a set behind an edge, of an order by a column there is.
    fn ordered(&self, sort: &Sort, among: &Bits, behind: Option<(u64, u32)>, offset: usize, limit: usize) -> Vec<CustomerKey> {
        let Some(column) = self.column(&sort.by) else { return Vec::new() };
        let (n, wanted) = (among.len() as u64, offset.saturating_add(limit));
        // walking the whole order meets one of the set every n ÷ count steps; picking looks at each of the set
        let count = among.count();
        let steps = (wanted as u64).saturating_mul(n) / count.max(1);
        let index = if steps < count { self.indexes.of(&sort.by, column, PAGES) } else { None };
        let found: Vec<u32> = match index {
            Some(index) => index.walk(among, sort.descending, behind).skip(offset).take(limit).collect(),
            None => {
                let ranked = among.iter().map(|i| (rank(column, i, sort.descending), i as u32));
                let ranked = ranked.filter(|r| behind.is_none_or(|edge| *r > edge));
                first(ranked, wanted).into_iter().skip(offset).map(|(_, i)| i).collect()
            }
        };
        found.into_iter().map(CustomerKey).collect()
    }
}

/// Pages in one order before its index is made.
const PAGES: u32 = 2;

/// The `n` smallest, in order. Of a million only those are kept that may be among them.
fn first(ranked: impl Iterator<Item = (u64, u32)>, n: usize) -> Vec<(u64, u32)> {
    let room = n.saturating_mul(2).max(1024);
    let mut kept: Vec<(u64, u32)> = Vec::new();
    let mut edge = None;
    for one in ranked.filter(|_| n > 0) {
        if edge.is_some_and(|edge| one >= edge) {
            continue;
        }
        kept.push(one);
        if kept.len() >= room {
            edge = Some(*kept.select_nth_unstable(n - 1).1);
            kept.truncate(n);
        }
    }
    kept.sort_unstable();
    kept.truncate(n);
    kept
}

/// A number that sorts as the value does; unknown values are largest.
pub(super) fn rank(column: &Column, i: usize, descending: bool) -> u64 {
    const TOP: u64 = 1 << 63;
    let known = match column.data() {
        Data::Int(v) | Data::Money(v) => column.known().holds(i).then(|| (v[i] as u64) ^ TOP),
        // from 1: turned around, the first stays below those without a value
        Data::Text(codes, _) => (codes[i] != NONE).then(|| u64::from(codes[i]) + 1),
        _ => column.number(i).map(|x| {
            let bits = (x + 0.0).to_bits();
            if bits & TOP == 0 { bits | TOP } else { !bits }
        }),
    };
    known.map_or(u64::MAX, |r| if descending { !r } else { r }.min(u64::MAX - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_many_are_those_of_all_sorted() {
        let all: Vec<(u64, u32)> = (0..5000_u32).map(|i| (u64::from(i.wrapping_mul(2_654_435_761) % 97), i)).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        for n in [0, 1, 7, 511, 512, 513, 4999, 5000, usize::MAX] {
            assert_eq!(first(all.iter().copied(), n), sorted[..n.min(sorted.len())], "{n}");
            assert_eq!(first(all.iter().rev().copied(), n), sorted[..n.min(sorted.len())], "{n} from behind");
        }
    }
}
