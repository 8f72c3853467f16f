//! Facts: immutable timestamped rows, as the lake holds them, one customer at a time (`domain.md` §1–3).
//!
//! Every fact carries `at` (when it happened), `day` (the business day of `at`) and `recorded_at` (when we learnt it).
//! A fact is never updated: a corrected order is a newer row with the same `order_key`. Of the versions known by K the one
//! learnt last counts: within one import (`batch`) the later row, between imports the later `recorded_at`. Only then is its
//! day looked at: an order corrected to a later day was not there before.

use crate::{clock::Instant, period::Day, value::Value};
use serde::{Deserialize, Serialize};

/// An order's head. Its amount may instead come from its lines: an order without a head is paid what its lines are paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderFact {
    /// xxh3 of the order number in its workspace.
    pub order_key: u64,
    /// The order number as the business writes it.
    pub order_id: String,
    /// When it happened.
    pub at: Instant,
    /// Business day of `at`.
    pub day: Day,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// The import that brought it.
    #[serde(default)]
    pub batch: i64,
    /// Paid, minor units, before refunds.
    pub paid: i64,
    /// Cost of goods, minor units, if known.
    pub cost: Option<i64>,
    /// Discount granted, minor units, if known.
    pub discount: Option<i64>,
    /// Cancelled orders are never valid.
    pub cancelled: bool,
    /// Sales channel.
    pub channel: Option<String>,
    /// Shop.
    pub store: Option<String>,
    /// Means of payment.
    pub payment: Option<String>,
    /// Coupon used.
    pub coupon: Option<String>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineFact {
    /// The order it belongs to.
    pub order_key: u64,
    /// The order number.
    pub order_id: String,
    /// Identity of the line: order and line number, or order and content.
    pub line_key: u64,
    /// When it happened.
    pub at: Instant,
    /// Business day of `at`.
    pub day: Day,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// The import that brought it.
    #[serde(default)]
    pub batch: i64,
    /// Product number or name.
    pub product: Option<String>,
    /// Category, from the file or else from the product list.
    pub category: Option<String>,
    /// Brand.
    pub brand: Option<String>,
    /// Pieces (may be fractional for goods by weight).
    pub quantity: f64,
    /// Paid for the whole line, minor units.
    pub paid: i64,
    /// Cost of goods of the whole line, minor units, if known.
    pub cost: Option<i64>,
    /// Line of a cancelled order.
    pub cancelled: bool,
    /// Sales channel.
    pub channel: Option<String>,
    /// Shop.
    pub store: Option<String>,
}

/// Money given back. With an order it lowers that order's net on the ORDER's day; without, the customer's net on its own day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundFact {
    /// Identity of a refund that has a number: number, order and product. Without one every row is a refund of its own.
    #[serde(default)]
    pub refund_key: Option<u64>,
    /// The order it points at, if it names one.
    pub order_key: Option<u64>,
    /// That order's number.
    pub order_id: Option<String>,
    /// When it happened.
    pub at: Instant,
    /// Business day of `at`.
    pub day: Day,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// The import that brought it.
    #[serde(default)]
    pub batch: i64,
    /// Given back, minor units, positive.
    pub amount: i64,
    /// Why, as the business codes it.
    pub reason: Option<String>,
    /// Told by the order's status alone: it counts only for what the order's other refunds leave.
    #[serde(default)]
    pub by_status: bool,
}

/// Visit, click, open, call, store visit, social, support contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InteractionFact {
    /// When it happened.
    pub at: Instant,
    /// Business day of `at`.
    pub day: Day,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// What: `visit`, `click`, `open`, `call`, `complaint`, `referral`, … as the business writes it.
    pub kind: String,
    /// Where.
    pub channel: Option<String>,
}

/// An answered score: NPS 0–10, CSAT 1–5, CES 1–7, or another question with its scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerFact {
    /// When it happened.
    pub at: Instant,
    /// Business day of `at`.
    pub day: Day,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// `nps`, `csat`, `ces` or the question's own key.
    pub question: String,
    /// The score as given.
    pub score: f64,
    /// Where it was given.
    pub channel: Option<String>,
}

/// What winning customers through a channel cost in a period. It belongs to no customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostFact {
    /// Identity that survives a correction: channel, campaign and period, and which of an import's rows of those it is. Without
    /// one every row is a cost of its own.
    #[serde(default)]
    pub cost_key: Option<u64>,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// The import that brought it.
    #[serde(default)]
    pub batch: i64,
    /// The channel; a cost without one is nobody's.
    pub channel: Option<String>,
    /// First day of the period.
    pub first_day: Day,
    /// Last day of the period.
    pub last_day: Day,
    /// Spent, minor units.
    pub amount: i64,
}

/// One attribute as learnt at one time. Of those with `day ≤ D` the latest day wins; of one day, the one learnt last; of
/// equal ones, the later row. What a file says without a date is best given an early `day` the first time it is learnt, so
/// that past days see it too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeFact {
    /// Attribute key, e.g. `gender`, `city`, `custom.skin_type`.
    pub key: String,
    /// From which day it holds (the day it was recorded unless the file says otherwise).
    pub day: Day,
    /// When we learnt it.
    pub recorded_at: Instant,
    /// The value; `Null` takes an earlier value back.
    pub value: Value,
}

/// All raw facts of one customer, in the order they were recorded.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// order heads
    pub orders: Vec<OrderFact>,
    /// order lines
    pub lines: Vec<LineFact>,
    /// refunds
    pub refunds: Vec<RefundFact>,
    /// interactions
    pub interactions: Vec<InteractionFact>,
    /// scores
    pub answers: Vec<AnswerFact>,
    /// attributes
    pub attributes: Vec<AttributeFact>,
}
