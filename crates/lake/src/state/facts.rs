//! Facts as of a day, laid out for folding: per kind small chunks of customers, each chunk's facts in columns, each
//! customer's facts in a row, earliest first. What `domain::feature::History` is for one customer.

use domain::feature::{FactKind, Field};
use std::{collections::BTreeSet, sync::Arc};

/// Customers a chunk: its facts fit a core's cache. A multiple of 64.
pub(super) const CHUNK: usize = 512;

/// Which columns of which facts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted(BTreeSet<(FactKind, Field)>, BTreeSet<FactKind>);

impl Wanted {
    pub(super) fn kind(&mut self, kind: FactKind) {
        self.1.insert(kind);
    }

    pub(super) fn field(&mut self, kind: FactKind, field: Field) {
        self.0.insert((kind, field));
        self.1.insert(kind);
    }

    pub(super) fn has_kind(&self, kind: FactKind) -> bool {
        self.1.contains(&kind)
    }

    pub(super) fn has(&self, kind: FactKind, field: Field) -> bool {
        self.0.contains(&(kind, field))
    }

    pub(super) fn covers(&self, other: &Wanted) -> bool {
        self.0.is_superset(&other.0) && self.1.is_superset(&other.1)
    }

    pub(super) fn add(&mut self, other: &Wanted) {
        self.0.extend(other.0.iter().copied());
        self.1.extend(other.1.iter().copied());
    }
}

/// Where a field's values stand in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Money(usize),
    Number(usize),
    Text(usize),
    Flag(usize),
    Day,
    Weekday,
}

pub(super) const MONEY: [Field; 5] = [Field::Net, Field::Gross, Field::Refunded, Field::Cost, Field::Discount];
pub(super) const NUMBER: [Field; 2] = [Field::Quantity, Field::Score];
pub(super) const TEXT: [Field; 9] = [
    Field::Channel,
    Field::Store,
    Field::Payment,
    Field::Coupon,
    Field::Product,
    Field::Category,
    Field::Brand,
    Field::Reason,
    Field::Kind,
];
pub(super) const FLAG: [Field; 2] = [Field::Cancelled, Field::Linked];

pub(super) fn slot(field: Field) -> Slot {
    let place = |all: &[Field]| all.iter().position(|f| *f == field);
    if let Some(i) = place(&MONEY) {
        Slot::Money(i)
    } else if let Some(i) = place(&NUMBER) {
        Slot::Number(i)
    } else if let Some(i) = place(&TEXT) {
        Slot::Text(i)
    } else if let Some(i) = place(&FLAG) {
        Slot::Flag(i)
    } else if field == Field::Weekday {
        Slot::Weekday
    } else {
        Slot::Day
    }
}

/// The money of such facts that breaks ties of "most frequent".
pub(super) fn amount_field(kind: FactKind) -> Option<Field> {
    match kind {
        FactKind::Orders | FactKind::AllOrders => Some(Field::Net),
        FactKind::Lines => Some(Field::Gross),
        FactKind::Refunds => Some(Field::Refunded),
        FactKind::Interactions | FactKind::Answers => None,
    }
}

/// Facts of up to `CHUNK` customers. A column that is not wanted is empty.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Per customer the first fact, and one more for the end.
    pub(super) offsets: Vec<u32>,
    pub(super) day: Vec<i32>,
    /// `NULL` where not known
    pub(super) money: [Vec<i64>; MONEY.len()],
    /// NaN where not known
    pub(super) number: [Vec<f64>; NUMBER.len()],
    /// `NONE` where not known
    pub(super) text: [Vec<u32>; TEXT.len()],
    pub(super) flag: [Vec<bool>; FLAG.len()],
    /// Money that breaks ties of "most frequent": net of orders, paid of lines, amount of refunds.
    pub(super) amount: Option<usize>,
    /// Does every customer's day never fall as `at` rises?
    pub(super) days_rise: bool,
}

impl Chunk {
    pub(super) fn begin(kind: FactKind) -> Chunk {
        let amount = amount_field(kind).and_then(|f| MONEY.iter().position(|m| *m == f));
        Chunk { offsets: vec![0], amount, days_rise: true, ..Chunk::default() }
    }

    /// Money that breaks ties, per fact.
    pub(super) fn amount(&self) -> &[i64] {
        self.amount.and_then(|m| self.money.get(m)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn end_customer(&mut self) {
        let from = self.offsets.last().map_or(0, |o| *o as usize);
        self.days_rise &= self.day.get(from..).is_none_or(<[i32]>::is_sorted);
        self.offsets.push(self.day.len() as u32);
    }

    /// Gives back what the columns reserved too much.
    pub(super) fn shrink(&mut self) {
        self.day.shrink_to_fit();
        self.money.iter_mut().for_each(Vec::shrink_to_fit);
        self.number.iter_mut().for_each(Vec::shrink_to_fit);
        self.text.iter_mut().for_each(Vec::shrink_to_fit);
        self.flag.iter_mut().for_each(Vec::shrink_to_fit);
    }

    /// The facts of a customer of the chunk.
    pub(super) fn of(&self, customer: usize) -> std::ops::Range<usize> {
        let at = |i: usize| self.offsets.get(i).map_or(0, |o| *o as usize);
        at(customer)..at(customer + 1)
    }
}

/// All facts of one kind.
#[derive(Debug, Default)]
pub(super) struct FactTable {
    pub(super) chunks: Vec<Chunk>,
    /// The texts of each text slot, sorted.
    pub(super) texts: [Arc<Vec<String>>; TEXT.len()],
}

/// All facts wanted so far.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) wanted: Wanted,
    pub(super) orders: FactTable,
    pub(super) all_orders: FactTable,
    pub(super) lines: FactTable,
    pub(super) refunds: FactTable,
    pub(super) interactions: FactTable,
    pub(super) answers: FactTable,
}

impl Facts {
    pub(super) fn of(&self, kind: FactKind) -> &FactTable {
        match kind {
            FactKind::Orders => &self.orders,
            FactKind::AllOrders => &self.all_orders,
            FactKind::Lines => &self.lines,
            FactKind::Refunds => &self.refunds,
            FactKind::Interactions => &self.interactions,
            FactKind::Answers => &self.answers,
        }
    }
}

/// A column of a chunk gets a value if it is wanted.
pub(super) fn put<T>(column: &mut Vec<T>, wanted: bool, value: T) {
    if wanted {
        column.push(value);
    }
}
