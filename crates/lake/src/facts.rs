//! The raw facts of one customer, as `domain` wants them: for the profile page, explanations and single recomputation.

use crate::{
    Lake, Result,
    products::Products,
    read::{Texts, files_of},
    stats,
};
use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
};
use domain::{
    CustomerKey, Day,
    clock::Instant,
    fact::{AnswerFact, AttributeFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    table::Table,
    value::Value,
};

/// Cells of a batch by place, row by row.
pub(crate) struct Rows<'a>(pub(crate) &'a [ArrayRef]);

impl Rows<'_> {
    fn whole(&self, c: usize, i: usize) -> i64 {
        self.0[c].as_primitive::<Int64Type>().value(i)
    }
    fn maybe_whole(&self, c: usize, i: usize) -> Option<i64> {
        (!self.0[c].is_null(i)).then(|| self.whole(c, i))
    }
    fn number(&self, c: usize, i: usize) -> f64 {
        self.0[c].as_primitive::<Float64Type>().value(i)
    }
    fn instant(&self, c: usize, i: usize) -> Instant {
        Instant(self.0[c].as_primitive::<TimestampMicrosecondType>().value(i))
    }
    fn day(&self, c: usize, i: usize) -> Day {
        Day(self.0[c].as_primitive::<Date32Type>().value(i))
    }
    fn flag(&self, c: usize, i: usize) -> bool {
        self.0[c].as_boolean().value(i)
    }
    fn maybe_text(&self, c: usize, i: usize) -> Option<String> {
        Texts::of(&self.0[c]).get(i).map(str::to_string)
    }
    fn text(&self, c: usize, i: usize) -> String {
        self.maybe_text(c, i).unwrap_or_default()
    }
    fn known(&self, c: usize, i: usize) -> bool {
        !self.0[c].is_null(i)
    }
}

impl Lake {
    /// All raw facts of a customer, of those merged into them too, learnt by `known`, in the order they were written; theirs come behind. Lines without category, brand or
    /// cost take them from the product list known by then.
    pub fn facts(&self, customer: CustomerKey, known: Instant) -> Result<Facts> {
        let mut facts = Facts::default();
        self.each_row(Table::Orders, customer, known, |r, i, _| facts.orders.push(order(r, i)))?;
        self.each_row(Table::Lines, customer, known, |r, i, _| facts.lines.push(line(r, i)))?;
        self.each_row(Table::Refunds, customer, known, |r, i, _| facts.refunds.push(refund(r, i)))?;
        self.each_row(Table::Interactions, customer, known, |r, i, _| facts.interactions.push(interaction(r, i)))?;
        self.each_row(Table::Answers, customer, known, |r, i, _| facts.answers.push(answer(r, i)))?;
        self.each_row(Table::Attributes, customer, known, |r, i, whose| {
            let a = attribute(r, i);
            if !self.aliases().is_silent(whose, &a.key, a.recorded_at) {
                facts.attributes.push(a);
            }
        })?;
        if facts.lines.iter().any(|l| l.product.is_some() && Products::would_help(l)) {
            let products = self.products(known)?;
            facts.lines.iter_mut().for_each(|l| products.complete(l));
        }
        Ok(facts)
    }

    /// What a customer's attribute was said to be, in the order it was written; of those merged into them too.
    pub fn attribute(&self, customer: CustomerKey, key: &str) -> Result<Vec<AttributeFact>> {
        let mut all = Vec::new();
        self.each_row(Table::Attributes, customer, Instant(i64::MAX), |r, i, whose| {
            let a = attribute(r, i);
            if a.key == key && !self.aliases().is_silent(whose, &a.key, a.recorded_at) {
                all.push(a);
            }
        })?;
        Ok(all)
    }

    fn each_row(
        &self,
        table: Table,
        customer: CustomerKey,
        known: Instant,
        mut take: impl FnMut(&Rows<'_>, usize, CustomerKey),
    ) -> Result<()> {
        // nobody here asks for the row's key: at its place stands what is read anyway
        let columns: Vec<&str> = table.columns().iter().map(|c| if c.name == "row_key" { "customer" } else { c.name }).collect();
        let recorded = columns.iter().position(|c| *c == "recorded_at").unwrap_or(0);
        let group: Vec<CustomerKey> = self.aliases().group(customer).collect();
        // member by member, as a run reads them
        for member in &group {
            let key = i32::try_from(member.0).unwrap_or(-1);
            for file in files_of(&self.snapshot().files, table) {
                // most files hold nothing of the customer: that is asked first, an instant of the catalog is slower to read
                let whose = stats::span(file, "customer");
                if whose.is_some_and(|(a, b)| i64::from(key) < a || b < i64::from(key)) || stats::span(file, "recorded_at").is_some_and(|(a, _)| a > known.0) {
                    continue;
                }
                self.reader().scan_customer(file, member.0, &columns, |batch| {
                    let rows = Rows(batch);
                    let whose = batch[0].as_primitive::<Int32Type>();
                    for (i, c) in whose.values().iter().enumerate() {
                        if *c == key && rows.instant(recorded, i) <= known {
                            take(&rows, i, *member);
                        }
                    }
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

// The numbers below are the places of the columns in `Table::columns`; a test writes and reads every field of each.

fn order(r: &Rows<'_>, i: usize) -> OrderFact {
    OrderFact {
        order_key: r.whole(2, i) as u64,
        order_id: r.text(3, i),
        at: r.instant(4, i),
        day: r.day(5, i),
        recorded_at: r.instant(6, i),
        batch: r.whole(15, i),
        paid: r.whole(7, i),
        cost: r.maybe_whole(8, i),
        discount: r.maybe_whole(9, i),
        cancelled: r.flag(10, i),
        channel: r.maybe_text(11, i),
        store: r.maybe_text(12, i),
        payment: r.maybe_text(13, i),
        coupon: r.maybe_text(14, i),
    }
}

fn line(r: &Rows<'_>, i: usize) -> LineFact {
    LineFact {
        order_key: r.whole(2, i) as u64,
        order_id: r.text(3, i),
        line_key: r.whole(4, i) as u64,
        at: r.instant(5, i),
        day: r.day(6, i),
        recorded_at: r.instant(7, i),
        batch: r.whole(17, i),
        product: r.maybe_text(8, i),
        category: r.maybe_text(9, i),
        brand: r.maybe_text(10, i),
        quantity: r.number(11, i),
        paid: r.whole(12, i),
        cost: r.maybe_whole(13, i),
        cancelled: r.flag(14, i),
        channel: r.maybe_text(15, i),
        store: r.maybe_text(16, i),
    }
}

fn refund(r: &Rows<'_>, i: usize) -> RefundFact {
    RefundFact {
        refund_key: r.maybe_whole(11, i).map(|k| k as u64),
        order_key: r.maybe_whole(2, i).map(|k| k as u64),
        order_id: r.maybe_text(3, i),
        at: r.instant(4, i),
        day: r.day(5, i),
        recorded_at: r.instant(6, i),
        batch: r.whole(10, i),
        amount: r.whole(7, i),
        reason: r.maybe_text(8, i),
        by_status: r.known(12, i) && r.flag(12, i),
    }
}

fn interaction(r: &Rows<'_>, i: usize) -> InteractionFact {
    InteractionFact {
        at: r.instant(2, i),
        day: r.day(3, i),
        recorded_at: r.instant(4, i),
        kind: r.text(5, i),
        channel: r.maybe_text(6, i),
    }
}

fn answer(r: &Rows<'_>, i: usize) -> AnswerFact {
    AnswerFact {
        at: r.instant(2, i),
        day: r.day(3, i),
        recorded_at: r.instant(4, i),
        question: r.text(5, i),
        score: r.number(6, i),
        channel: r.maybe_text(7, i),
    }
}

pub(crate) fn attribute(r: &Rows<'_>, i: usize) -> AttributeFact {
    let value = if let Some(t) = r.maybe_text(5, i) {
        Value::Text(t)
    } else if r.known(6, i) {
        Value::Number(r.number(6, i))
    } else if r.known(7, i) {
        Value::Int(r.whole(7, i))
    } else if r.known(8, i) {
        Value::Money(r.whole(8, i))
    } else if r.known(9, i) {
        Value::Day(r.day(9, i))
    } else if r.known(10, i) {
        Value::Bool(r.flag(10, i))
    } else {
        Value::Null
    };
    AttributeFact { day: r.day(2, i), recorded_at: r.instant(3, i), key: r.text(4, i), value }
}
