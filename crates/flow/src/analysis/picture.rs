//! One computed run with everything it was computed from: what every answer of this room is read off.

use super::{Known, moment::Manner, overview::ClassificationSummary};
use super::defined::Definitions;
use crate::{Error, Result};
use domain::{Currency, CustomerKey, Day, classification::Named, clock::Instant, rule::Vocabulary};
use lake::{Bits, Classes, Column, Lake, Run, GroupSum};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// A run, the definitions and the lake behind it, and how long it took.
pub struct Picture {
    /// every feature, class and segment of every customer
    pub run: Run,
    /// the lake's snapshot
    pub lake: Lake,
    /// the definitions in force; as known then, those that were in force then
    pub definitions: Arc<Definitions>,
    /// the reporting currency
    pub currency: Currency,
    /// sample data is among it
    pub sample: bool,
    /// the business day
    pub as_of: Day,
    /// as known then or today
    pub known: Known,
    /// the definitions are those of this day, where they are not those of now
    pub(super) by: Option<Day>,
    /// the instant facts had to be known by
    pub known_as_of: Instant,
    /// finished
    pub computed_at: Instant,
    /// sums over everyone
    pub all: GroupSum,
    /// is the cost of goods of any order known?
    pub costs_known: bool,
    /// how long it took
    pub milliseconds: u64,
    pub(super) summaries: OnceLock<Vec<ClassificationSummary>>,
    pub(super) personal: OnceLock<BTreeSet<String>>,
    pub(super) usual_order: OnceLock<Option<i64>>,
}

impl Picture {
    /// How it was read, apart from the day: for other days that are held beside it.
    pub fn manner(&self) -> Manner {
        Manner { known: self.known, by: self.by }
    }

    /// Who is a customer: every number given out, less those an undone import took back.
    pub fn everyone(&self) -> &Bits {
        self.run.present()
    }

    /// How many customers there are.
    pub fn total(&self) -> u64 {
        self.everyone().count()
    }

    /// A feature's column.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.run.column(key)
    }

    /// A feature's column, or the outcome "there is no such feature".
    ///
    /// # Errors
    /// `feature.not_found`.
    pub fn expect(&self, key: &str) -> Result<&Column> {
        self.column(key).ok_or_else(|| Error::not_found("feature", key))
    }

    /// Customers with at least one valid order.
    pub fn buyers(&self) -> Bits {
        self.column("orders").map_or_else(|| Bits::none(self.everyone().len()), Column::positive)
    }

    /// The middle one of the buyers' average orders, net, in minor units; counted once a run.
    pub fn usual_order(&self) -> Option<i64> {
        *self.usual_order.get_or_init(|| {
            let column = self.column("average_order_net")?;
            let mut all: Vec<i64> = self.buyers().iter().filter_map(|i| column.whole(i)).collect();
            let middle = all.len().checked_sub(1)? / 2;
            Some(*all.select_nth_unstable(middle).1)
        })
    }

    /// The classes of a classification.
    pub fn classes(&self, classification: &str) -> Option<&Classes> {
        self.run.classes(classification)
    }

    /// The members of a segment.
    pub fn members(&self, segment: &str) -> Option<&Bits> {
        self.run.segment_members(segment)
    }

    /// Key and name of a customer's class.
    pub fn class_of(&self, classification: &str, customer: CustomerKey) -> Option<Named> {
        let key = self.classes(classification)?.of(customer.0 as usize)?.to_owned();
        let definition = self.definitions.classification(classification)?;
        Some(Named { label: definition.class_label(&key), key })
    }

    /// Features that show people's own details, and classes that are their values as `class.<key>`; looked for once a run.
    pub fn personal(&self) -> &BTreeSet<String> {
        self.personal.get_or_init(|| crate::sight::personal(&self.definitions, |key| self.column(key)))
    }

    /// What rules may name.
    pub fn names(&self) -> &Vocabulary {
        self.definitions.names()
    }
}
