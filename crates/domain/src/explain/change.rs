//! What would change the outcome: of every kind of doing the least that does, or in words why nothing would.
//!
//! Ways stand in the order of [`Means::measure`]. Each is found by asking the true outcome again and is the smallest of its
//! kind: the amounts exactly, to the minor unit, everything that is counted by counting. All other customers stand as they do
//! today; the means, ranks and edges they make move with this customer's own change, and where they cannot, it is said
//! ([`Way::held`]).

use super::{say, search::Search};
use crate::{feature::Field, label::Label, period::Day};
use serde::Serialize;

/// A question with its scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// `nps`, `csat`, …
    pub key: String,
    /// for people
    pub label: Label,
    /// whole scores from here
    pub low: i32,
    /// to here, the best
    pub high: i32,
}

/// What is particular about an order; otherwise it is as the customer's last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct With {
    /// channel, shop, means of payment, coupon; of its one line product, category or brand
    pub field: Field,
    /// the text; `None`: one never seen before, with every order another
    pub value: Option<String>,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Means {
    /// one order of this amount today
    Order {
        /// minor units
        amount: i64,
        /// what is particular about it
        #[serde(skip_serializing_if = "Option::is_none")]
        with: Option<With>,
    },
    /// several orders of a typical amount today
    Orders {
        /// how many
        count: u32,
        /// minor units each
        amount: i64,
        /// what is particular about them
        #[serde(skip_serializing_if = "Option::is_none")]
        with: Option<With>,
    },
    /// interactions of one kind today
    Interactions {
        /// what: `visit`, `inquiry`, …
        interaction: String,
        /// where, if not where the customer was last
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<String>,
        /// how many
        count: u32,
    },
    /// an answer with this score today
    Score {
        /// the question
        question: String,
        /// the score
        score: i32,
    },
    /// part or all of the latest order is given back today
    Refund {
        /// the order's number
        order: String,
        /// minor units
        amount: i64,
        /// is that all of it?
        whole: bool,
    },
    /// the latest orders are given back whole today
    Refunds {
        /// how many
        count: u32,
    },
    /// nothing new for so many days
    Wait {
        /// how many
        days: i32,
        /// the day it changes
        day: Day,
    },
}

impl Means {
    /// How much it is. First what a customer does, then what is given back, waiting last; of these the fewest acts (orders,
    /// interactions, answers, refunds; days), of equally many the least money.
    pub fn measure(&self) -> (u8, i64, i64) {
        match self {
            Means::Order { amount, .. } => (0, 1, *amount),
            Means::Orders { count, amount, .. } => (0, i64::from(*count), amount.saturating_mul(i64::from(*count))),
            Means::Interactions { count, .. } => (0, i64::from(*count), 0),
            Means::Score { .. } => (0, 1, 0),
            Means::Refund { amount, .. } => (1, 1, *amount),
            Means::Refunds { count } => (1, i64::from(*count), i64::MAX),
            Means::Wait { days, .. } => (2, i64::from(*days), 0),
        }
    }

    /// Does a customer do it, rather than a refund or time?
    pub(super) fn is_act(&self) -> bool {
        self.measure().0 == 0
    }
}

/// One way to another outcome. More money than the amount does it, too, up to [`Way::most`]. Less of it (one minor unit, one
/// order, one interaction, one day; a score nearer the last one) leaves the outcome as it is. What all are compared with moves
/// with it as far as it can be followed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// what is done
    pub means: Means,
    /// the outcome then
    pub after: String,
    /// largest amount of one order or refund that has this outcome, minor units; `None`: any larger one has it, too
    pub most: Option<i64>,
    /// last day on which doing it still has this effect, if that is soon
    pub until: Option<Day>,
    /// true with other customers, and edges that cannot be followed, as they stand today: k-means, shared costs, what others
    /// have only in relation to all; where days pass, anything that compares customers
    pub held: bool,
    /// what is done, in words
    pub sentence: Label,
}

/// What would change the outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// the outcome now
    pub before: String,
    /// the outcome after the first way, if there is one
    pub after: Option<String>,
    /// ways, the smallest first ([`Means::measure`])
    pub ways: Vec<Way>,
    /// in one sentence; without a way, why there is none
    pub sentence: Label,
}

/// Searches for the smallest changes. `becoming` says an outcome with a verb: `成为“活跃客户”` / `become “Active”`,
/// `进入人群“VIP”` / `enter segment “VIP”`.
pub(super) fn change(search: &Search<'_>, becoming: &dyn Fn(&str) -> Label) -> Change {
    let mut ways = search.acts();
    ways.extend(search.refunds());
    ways.extend(search.wait());
    ways.sort_by_key(|w| w.means.measure());
    let after = ways.first().map(|w| w.after.clone());
    let sentence = say::change(search, &ways, becoming);
    Change { before: search.before.clone(), after, ways, sentence }
}
