//! Acquisition costs: what channels cost in a period. They belong to no customer and are few.

use crate::{
    Lake, Result,
    read::{Texts, files_of},
};
use arrow::{
    array::{Array, AsArray},
    datatypes::{Date32Type, Int64Type, TimestampMicrosecondType},
};
use domain::{Day, clock::Instant, fact::CostFact, table::Table};

impl Lake {
    /// The costs known at an instant, in the order they were written.
    pub fn costs(&self, known: Instant) -> Result<Vec<CostFact>> {
        let mut costs = Vec::new();
        for file in files_of(&self.snapshot().files, Table::Costs) {
            self.reader().scan(file, &["recorded_at", "channel", "first_day", "last_day", "amount", "batch", "cost_key"], |b| {
                let recorded = b[0].as_primitive::<TimestampMicrosecondType>();
                let (batches, keys) = (b[5].as_primitive::<Int64Type>(), b[6].as_primitive::<Int64Type>());
                let day = |c: usize, i: usize| Day(b[c].as_primitive::<Date32Type>().value(i));
                for i in (0..recorded.len()).filter(|i| recorded.value(*i) <= known.0) {
                    costs.push(CostFact {
                        cost_key: keys.is_valid(i).then(|| keys.value(i) as u64),
                        recorded_at: Instant(recorded.value(i)),
                        batch: batches.value(i),
                        channel: Texts::of(&b[1]).get(i).map(str::to_string),
                        first_day: day(2, i),
                        last_day: day(3, i),
                        amount: b[4].as_primitive::<Int64Type>().value(i),
                    });
                }
                Ok(())
            })?;
        }
        Ok(costs)
    }
}
