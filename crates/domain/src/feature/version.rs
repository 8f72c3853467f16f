//! Of several versions of one fact the one learnt last: within one import the later row, between imports the later
//! `recorded_at` (of equal ones the later import). Its day is looked at afterwards.

use crate::{
    clock::Instant,
    fact::{CostFact, Facts, LineFact, OrderFact, RefundFact},
    period::Day,
};

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
    let seen = facts.iter().enumerate().filter(|(_, f)| f.learnt().0 <= known);
    let mut found: Vec<(usize, &F)> = Vec::with_capacity(facts.len());
    let mut keyed: Vec<(u64, usize, &F)> = Vec::with_capacity(facts.len());
    for (row, fact) in seen {
        match fact.key() {
            Some(key) => keyed.push((key, row, fact)),
            None => found.push((row, fact)),
        }
    }
    keyed.sort_unstable_by_key(|(key, row, _)| (*key, *row));
    found.extend(keyed.chunk_by(|a, b| a.0 == b.0).filter_map(counts));
    found.retain(|(_, f)| f.day() <= day);
    found.sort_unstable_by_key(|(row, _)| *row);
    found.into_iter().map(|(_, f)| f).collect()
}

/// Of one fact's rows, in their order, the one that counts: of each import the last, of these the one learnt last.
fn counts<'f, F: Version>(rows: &[(u64, usize, &'f F)]) -> Option<(usize, &'f F)> {
    let mut imports: Vec<(usize, &F)> = Vec::with_capacity(1);
    for (_, row, fact) in rows {
        match imports.iter_mut().find(|(_, v)| v.learnt().1 == fact.learnt().1) {
            Some(version) => *version = (*row, fact),
            None => imports.push((*row, fact)),
        }
    }
    imports.into_iter().max_by_key(|(_, v)| v.learnt())
}
