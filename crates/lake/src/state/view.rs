//! One customer of a run, as a rule sees it.

use super::Run;
use domain::{
    CustomerKey, Value,
    rule::{BaseKey, Row, TopKey},
};

/// One customer of a run.
#[derive(Debug, Clone, Copy)]
pub struct RunRow<'a> {
    run: &'a Run,
    customer: usize,
}

impl Run {
    /// One customer. Aggregates that no definition of the run writes are not known to it: use `mask`, or the facts.
    pub fn row(&self, customer: CustomerKey) -> RunRow<'_> {
        RunRow { run: self, customer: customer.0 as usize }
    }
}

impl Row for RunRow<'_> {
    fn value(&self, key: &str) -> Value {
        self.run.column(key).map_or(Value::Null, |c| c.value(self.customer))
    }

    fn member(&self, segment: &str) -> bool {
        self.run.segment_members(segment).is_some_and(|s| s.holds(self.customer))
    }

    fn base(&self, key: &BaseKey) -> Option<f64> {
        self.run.base.stats.get(key).copied()
    }

    fn cut(&self, key: &TopKey) -> Option<f64> {
        self.run.base.tops.get(key).copied()
    }
}
