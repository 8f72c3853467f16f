//! The smallest amount that makes a difference, exactly.
//!
//! Trying every minor unit would take for ever, and halving skips a band in the middle. So whole spans of amounts are asked
//! at once ([`crate::feature::Spans`]): where the outcome is surely the same for all of them they are put aside together,
//! otherwise both halves are looked at, the smaller first, down to the single amount.

use super::search::Search;
use crate::{fact::Facts, feature::Values};
use std::{collections::HashMap, rc::Rc};

/// Most spans looked at. A rule that cannot be decided with so many gets no amount rather than one that may not be the smallest.
const SPANS: u32 = 800;

/// What is known of one amount.
struct Point {
    outcome: String,
    values: Values,
}

struct Amounts<'a> {
    search: &'a Search<'a>,
    facts: Facts,
    set: &'a dyn Fn(&mut Facts, i64),
    known: HashMap<i64, Rc<Point>>,
    left: u32,
}

/// Spans are used up.
struct Spent;

/// The smallest amount from 1 to `limit` with another outcome than before, and that outcome. `set` puts an amount into the
/// facts; between two of the `edges` no aggregate turns back as the amount grows.
pub(super) fn smallest(search: &Search<'_>, facts: Facts, set: &dyn Fn(&mut Facts, i64), limit: i64, edges: &[i64]) -> Option<(i64, String)> {
    let mut starts: Vec<i64> = edges.iter().flat_map(|e| [*e, e.saturating_add(1)]).filter(|e| 1 < *e && *e <= limit).collect();
    starts.push(1);
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|s| s - 1).chain([limit]).collect::<Vec<_>>();
    let mut amounts = Amounts { search, facts, set, known: HashMap::new(), left: SPANS };
    for (low, high) in starts.iter().zip(ends) {
        match amounts.first(*low, high) {
            Ok(Some(found)) => return Some((found, amounts.at(found).outcome.clone())),
            Ok(None) => amounts.known.clear(),
            Err(Spent) => return None,
        }
    }
    None
}

impl Amounts<'_> {
    fn at(&mut self, amount: i64) -> Rc<Point> {
        if let Some(point) = self.known.get(&amount) {
            return point.clone();
        }
        (self.set)(&mut self.facts, amount);
        let (outcome, values) = self.search.values(&self.facts);
        let point = Rc::new(Point { outcome, values });
        self.known.insert(amount, point.clone());
        point
    }

    /// The smallest amount of this span with another outcome.
    fn first(&mut self, low: i64, high: i64) -> Result<Option<i64>, Spent> {
        self.left = self.left.checked_sub(1).ok_or(Spent)?;
        let a = self.at(low);
        if a.outcome != self.search.before {
            return Ok(Some(low));
        }
        if low >= high {
            return Ok(None);
        }
        let b = self.at(high);
        if b.outcome == self.search.before && self.search.surely(&a.values, &b.values) {
            return Ok(None);
        }
        let middle = low + (high - low) / 2;
        match self.first(low, middle)? {
            None => self.first(middle + 1, high),
            found => Ok(found),
        }
    }
}
