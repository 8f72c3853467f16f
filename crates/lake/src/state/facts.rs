//! Facts as of a day, laid out for folding: per kind small chunks of customers, each chunk's facts in columns, each
//! customer's facts in a row, earliest first. What `domain::feature::History` is for one customer.

use super::{
    coder::{recode, union},
    column::{Texts, same},
};
use domain::feature::{FactKind, Field};
use rayon::prelude::*;
use std::sync::Arc;

/// Customers a chunk: its facts fit a core's cache. A multiple of 64.
pub(super) const CHUNK: usize = 512;

/// Which columns of which facts are wanted: a bit a field, and one for the kind itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted([u32; KINDS]);

const KIND: u32 = 1 << 31;

fn bit(field: Field) -> u32 {
    1 << field as u32
}

impl Wanted {
    pub(super) fn kind(&mut self, kind: FactKind) {
        self.0[kind as usize] |= KIND;
    }

    pub(super) fn field(&mut self, kind: FactKind, field: Field) {
        self.0[kind as usize] |= KIND | bit(field);
    }

    pub(super) fn has_kind(&self, kind: FactKind) -> bool {
        self.0[kind as usize] & KIND != 0
    }

    #[inline]
    pub(super) fn has(&self, kind: FactKind, field: Field) -> bool {
        self.0[kind as usize] & bit(field) != 0
    }

    /// Leaves a column out: nobody has a value.
    pub(super) fn drop_field(&mut self, kind: FactKind, field: Field) {
        self.0[kind as usize] &= !bit(field);
    }

    pub(super) fn covers(&self, other: &Wanted) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & b == b)
    }

    pub(super) fn add(&mut self, other: &Wanted) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
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
    /// The last day of all, if they rise.
    pub(super) latest: Option<i32>,
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
        let days = self.day.get(from..).unwrap_or(&[]);
        self.days_rise &= days.is_sorted();
        self.latest = self.latest.max(days.last().copied());
        self.offsets.push(self.day.len() as u32);
    }

    /// Makes room for so many facts in the wanted columns at once: growing means copying.
    pub(super) fn reserve(&mut self, kind: FactKind, facts: usize, wanted: &Wanted) {
        if !wanted.has_kind(kind) {
            return;
        }
        fn room<T>(columns: &mut [Vec<T>], fields: &[Field], facts: usize, has: impl Fn(Field) -> bool) {
            columns.iter_mut().zip(fields).filter(|(_, f)| has(**f)).for_each(|(c, _)| c.reserve_exact(facts));
        }
        let has = |field| wanted.has(kind, field);
        self.day.reserve_exact(facts);
        room(&mut self.money, &MONEY, facts, has);
        room(&mut self.number, &NUMBER, facts, has);
        room(&mut self.text, &TEXT, facts, has);
        room(&mut self.flag, &FLAG, facts, has);
    }

    /// Gives back what the columns reserved much too much.
    pub(super) fn shrink(&mut self) {
        fn fit<T>(column: &mut Vec<T>) {
            if column.capacity() > column.len() + column.len() / 4 {
                column.shrink_to_fit();
            }
        }
        fit(&mut self.day);
        self.money.iter_mut().for_each(fit);
        self.number.iter_mut().for_each(fit);
        self.text.iter_mut().for_each(fit);
        self.flag.iter_mut().for_each(fit);
    }

    /// How many customers it has.
    pub(super) fn customers(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The facts of a customer of the chunk.
    pub(super) fn of(&self, customer: usize) -> std::ops::Range<usize> {
        match (self.offsets.get(customer), self.offsets.get(customer + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }
}

/// Facts of one kind: of a block of customers, or of all.
#[derive(Debug, Default)]
pub(super) struct FactTable {
    pub(super) chunks: Vec<Chunk>,
    /// The texts of each text slot, sorted.
    pub(super) texts: [Texts; TEXT.len()],
}

/// How many kinds of facts there are.
pub(super) const KINDS: usize = 6;

/// All of them, by number.
pub(super) const FACT_KINDS: [FactKind; KINDS] = [
    FactKind::Orders,
    FactKind::AllOrders,
    FactKind::Lines,
    FactKind::Refunds,
    FactKind::Interactions,
    FactKind::Answers,
];

impl FactTable {
    /// Tables of blocks of customers as one: their texts get one numbering.
    pub(super) fn join(mut blocks: Vec<FactTable>) -> FactTable {
        let mut all = FactTable::default();
        for slot in 0..TEXT.len() {
            let lists: Vec<&Texts> = blocks.iter().map(|b| &b.texts[slot]).collect();
            let (texts, maps) = one_numbering(&lists);
            blocks.par_iter_mut().zip(maps).for_each(|(block, map)| {
                block.chunks.iter_mut().for_each(|c| recode(&mut c.text[slot], &map));
            });
            all.texts[slot] = texts;
        }
        all.chunks = blocks.into_iter().flat_map(|b| b.chunks).collect();
        all
    }
}

/// The union of many lists of texts, most of them the same, and per list the place of each of its texts in it.
pub(super) fn one_numbering(lists: &[&Texts]) -> (Texts, Vec<Arc<Vec<u32>>>) {
    let mut different: Vec<&Texts> = Vec::new();
    let mut of: Vec<usize> = Vec::with_capacity(lists.len());
    for list in lists {
        // blocks that follow on each other mostly share their texts
        let place = different.iter().rposition(|d| same(d, list)).unwrap_or_else(|| {
            different.push(list);
            different.len() - 1
        });
        of.push(place);
    }
    let all: Vec<&[String]> = different.iter().map(|d| d.as_slice()).collect();
    let (texts, maps) = union(&all);
    let maps: Vec<Arc<Vec<u32>>> = maps.into_iter().map(Arc::new).collect();
    (Arc::new(texts), of.into_iter().map(|place| maps[place].clone()).collect())
}

/// All facts wanted so far.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) wanted: Wanted,
    /// by kind
    pub(super) tables: [FactTable; KINDS],
}

/// The kinds that say whether a customer is there.
pub(super) const TRACES: [FactKind; 4] =
    [FactKind::AllOrders, FactKind::Refunds, FactKind::Interactions, FactKind::Answers];

impl Facts {
    pub(super) fn of(&self, kind: FactKind) -> &FactTable {
        &self.tables[kind as usize]
    }
}

/// A column of a chunk gets a value if it is wanted.
pub(super) fn put<T>(column: &mut Vec<T>, wanted: bool, value: T) {
    if wanted {
        column.push(value);
    }
}
