//! The smallest amount that makes a difference, and up to which amount the difference stays the same, exactly.
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
    /// the outcome that is left
    same: &'a str,
    known: HashMap<i64, Rc<Point>>,
    left: u32,
    /// up to here it is surely not left
    sure: i64,
}

/// Spans are used up.
struct Spent;

/// What is asked of amounts: `set` puts one into the facts; between two of the `edges` no aggregate turns back as it grows.
pub(super) struct Asked<'a> {
    pub search: &'a Search<'a>,
    pub facts: Facts,
    pub set: &'a dyn Fn(&mut Facts, i64),
    pub edges: Vec<i64>,
}

impl Asked<'_> {
    /// The smallest amount from 1 to `limit` with another outcome than before, and that outcome.
    pub fn smallest(&self, limit: i64) -> Option<(i64, String)> {
        let mut amounts = self.amounts(&self.search.before);
        let found = amounts.from(1, limit, &self.edges).ok()??;
        Some((found, amounts.at(found).outcome.clone()))
    }

    /// The largest amount up to which, from `from` on, the outcome is `after`; `None`: up to `limit` it always is. Where that
    /// cannot be decided for all, amounts ever larger are tried.
    pub fn most(&self, from: i64, after: &str, limit: i64) -> Option<i64> {
        let mut amounts = self.amounts(after);
        match amounts.from(from, limit, &self.edges) {
            Ok(found) => found.map(|other| other - 1),
            Err(Spent) => amounts.tried(from, limit),
        }
    }

    fn amounts<'a>(&'a self, same: &'a str) -> Amounts<'a> {
        Amounts { search: self.search, facts: self.facts.clone(), set: self.set, same, known: HashMap::new(), left: SPANS, sure: 0 }
    }
}

impl Amounts<'_> {
    /// The smallest amount from `low` to `limit` with another outcome than the same one.
    fn from(&mut self, low: i64, limit: i64, edges: &[i64]) -> Result<Option<i64>, Spent> {
        let mut starts: Vec<i64> = edges.iter().flat_map(|e| [*e, e.saturating_add(1)]).filter(|e| low < *e && *e <= limit).collect();
        starts.push(low);
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).map(|s| s - 1).chain([limit]).collect::<Vec<_>>();
        for (low, high) in starts.iter().zip(ends) {
            if let Some(found) = self.first(*low, high)? {
                return Ok(Some(found));
            }
            self.known.clear();
        }
        Ok(None)
    }

    /// As far as trying tells: every next amount a quarter larger, then halves between the last that is the same and the first
    /// that is not.
    fn tried(&mut self, from: i64, limit: i64) -> Option<i64> {
        self.known.clear();
        let mut same = self.sure.max(from);
        let mut next = same;
        while next < limit {
            next = next.saturating_add((next / 4).max(1)).min(limit);
            if self.at(next).outcome == self.same {
                same = next;
                continue;
            }
            while next - same > 1 {
                let middle = same + (next - same) / 2;
                if self.at(middle).outcome == self.same { same = middle } else { next = middle }
            }
            return Some(same);
        }
        None
    }

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
        if a.outcome != self.same {
            return Ok(Some(low));
        }
        self.sure = low;
        if low >= high {
            return Ok(None);
        }
        let b = self.at(high);
        if b.outcome == self.same && self.search.surely(&a.values, &b.values, self.same) {
            self.sure = high;
            return Ok(None);
        }
        let middle = low + (high - low) / 2;
        match self.first(low, middle)? {
            None => self.first(middle + 1, high),
            found => Ok(found),
        }
    }
}
