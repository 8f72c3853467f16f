//! Of several versions of one fact the one learnt last: within one import the later row, between imports the later
//! `recorded_at` (of equal ones the later import). Its day is looked at afterwards.

use crate::{
    clock::Instant,
    fact::{CostFact, Facts, LineFact, OrderFact, RefundFact},
    period::Day,
};
use std::collections::HashMap;

/// A fact that a later row may correct.
pub(super) trait Version {
    /// What survives a correction; `None` for a fact that has no versions.
    fn key(&self) -> Option<u64>;
    /// When it was learnt, and with which import.
    fn learnt(&self) -> (Instant, i64);
    /// Business day.
    fn day(&self) -> Day;
}

impl Version for OrderFact {
    fn key(&self) -> Option<u64> {
        Some(self.order_key)
    }
    fn learnt(&self) -> (Instant, i64) {
        (self.recorded_at, self.batch)
    }
    fn day(&self) -> Day {
        self.day
    }
}

impl Version for LineFact {
    fn key(&self) -> Option<u64> {
        Some(self.line_key)
    }
    fn learnt(&self) -> (Instant, i64) {
        (self.recorded_at, self.batch)
    }
    fn day(&self) -> Day {
        self.day
    }
}

impl Version for RefundFact {
    fn key(&self) -> Option<u64> {
        self.refund_key
    }
    fn learnt(&self) -> (Instant, i64) {
        (self.recorded_at, self.batch)
    }
    fn day(&self) -> Day {
        self.day
    }
}

impl Version for CostFact {
    fn key(&self) -> Option<u64> {
        self.cost_key
    }
    fn learnt(&self) -> (Instant, i64) {
        (self.recorded_at, self.batch)
    }
    fn day(&self) -> Day {
        self.first_day
    }
}

impl Facts {
    /// What was known by then, and nothing that happened after the day: of each fact the version that counts.
    pub fn until(&self, day: Day, known: Instant) -> Facts {
        fn some<F: Clone>(facts: &[F], seen: impl Fn(&F) -> bool) -> Vec<F> {
            facts.iter().filter(|f| seen(f)).cloned().collect()
        }
        fn last<F: Version + Clone>(facts: &[F], day: Day, known: Instant) -> Vec<F> {
            latest(facts, day, known).into_iter().cloned().collect()
        }
        Facts {
            orders: last(&self.orders, day, known),
            lines: last(&self.lines, day, known),
            refunds: last(&self.refunds, day, known),
            interactions: some(&self.interactions, |f| f.day <= day && f.recorded_at <= known),
            answers: some(&self.answers, |f| f.day <= day && f.recorded_at <= known),
            attributes: some(&self.attributes, |f| f.day <= day && f.recorded_at <= known),
        }
    }
}

/// The versions that count as of the day, as known at `known`, in the order of their rows.
pub(super) fn latest<F: Version>(facts: &[F], day: Day, known: Instant) -> Vec<&F> {
    // per fact the last row of each import
    let mut versions: HashMap<u64, Vec<(usize, &F)>> = HashMap::new();
    let mut found: Vec<(usize, &F)> = Vec::with_capacity(facts.len());
    for row @ (_, fact) in facts.iter().enumerate().filter(|(_, f)| f.learnt().0 <= known) {
        let Some(key) = fact.key() else {
            found.push(row);
            continue;
        };
        let all = versions.entry(key).or_default();
        match all.iter_mut().find(|(_, v)| v.learnt().1 == fact.learnt().1) {
            Some(version) => *version = row,
            None => all.push(row),
        }
    }
    // any order: sorted by row below
    found.extend(versions.into_values().filter_map(|all| all.into_iter().max_by_key(|(_, v)| v.learnt())));
    found.retain(|(_, f)| f.day() <= day);
    found.sort_by_key(|(row, _)| *row);
    found.into_iter().map(|(_, f)| f).collect()
}
