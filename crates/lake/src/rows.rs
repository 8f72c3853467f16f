//! One struct per table of the lake: what `flow::ingest` pushes into a `Writer`. Fields stand in the order of `Table::columns`.

use crate::cells::Cells;
use domain::{CustomerKey, Day, clock::Instant, table::Table, value::Value};

/// A row of a lake table.
pub trait Row {
    /// The table.
    const TABLE: Table;
    /// Writes the cells, in column order.
    fn write(&self, cells: &mut Cells);
}

/// An order's head. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderRow<'a> {
    /// whose
    pub customer: CustomerKey,
    /// xxh3 of the row's content: duplicates have the same
    pub row_key: u64,
    /// xxh3 of the order number
    pub order_key: u64,
    /// the order number
    pub order_id: &'a str,
    /// when
    pub at: Instant,
    /// business day of `at`
    pub day: Day,
    /// when we learnt it
    pub recorded_at: Instant,
    /// paid
    pub paid: i64,
    /// cost of goods
    pub cost: Option<i64>,
    /// discount
    pub discount: Option<i64>,
    /// cancelled
    pub cancelled: bool,
    /// channel
    pub channel: Option<&'a str>,
    /// shop
    pub store: Option<&'a str>,
    /// means of payment
    pub payment: Option<&'a str>,
    /// coupon
    pub coupon: Option<&'a str>,
    /// import batch
    pub batch: i64,
}

impl Row for OrderRow<'_> {
    const TABLE: Table = Table::Orders;
    fn write(&self, c: &mut Cells) {
        c.customer(self.customer).key(self.row_key).key(self.order_key).text(self.order_id);
        c.instant(self.at).day(self.day).instant(self.recorded_at);
        c.whole(self.paid).maybe_whole(self.cost).maybe_whole(self.discount).flag(self.cancelled);
        c.maybe_text(self.channel).maybe_text(self.store).maybe_text(self.payment).maybe_text(self.coupon);
        c.whole(self.batch);
    }
}

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineRow<'a> {
    /// whose
    pub customer: CustomerKey,
    /// xxh3 of the row's content
    pub row_key: u64,
    /// xxh3 of the order number
    pub order_key: u64,
    /// the order number
    pub order_id: &'a str,
    /// identity of the line
    pub line_key: u64,
    /// when
    pub at: Instant,
    /// business day of `at`
    pub day: Day,
    /// when we learnt it
    pub recorded_at: Instant,
    /// product
    pub product: Option<&'a str>,
    /// category
    pub category: Option<&'a str>,
    /// brand
    pub brand: Option<&'a str>,
    /// pieces
    pub quantity: f64,
    /// paid for the line
    pub paid: i64,
    /// cost of goods of the line
    pub cost: Option<i64>,
    /// cancelled
    pub cancelled: bool,
    /// channel
    pub channel: Option<&'a str>,
    /// shop
    pub store: Option<&'a str>,
    /// import batch
    pub batch: i64,
}

impl Row for LineRow<'_> {
    const TABLE: Table = Table::Lines;
    fn write(&self, c: &mut Cells) {
        c.customer(self.customer).key(self.row_key).key(self.order_key).text(self.order_id).key(self.line_key);
        c.instant(self.at).day(self.day).instant(self.recorded_at);
        c.maybe_text(self.product).maybe_text(self.category).maybe_text(self.brand);
        c.number(self.quantity).whole(self.paid).maybe_whole(self.cost).flag(self.cancelled);
        c.maybe_text(self.channel).maybe_text(self.store).whole(self.batch);
    }
}

/// Money given back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RefundRow<'a> {
    /// whose
    pub customer: CustomerKey,
    /// xxh3 of the row's content
    pub row_key: u64,
    /// xxh3 of the number of the order it points at
    pub order_key: Option<u64>,
    /// that order's number
    pub order_id: Option<&'a str>,
    /// when
    pub at: Instant,
    /// business day of `at`
    pub day: Day,
    /// when we learnt it
    pub recorded_at: Instant,
    /// given back, positive
    pub amount: i64,
    /// why
    pub reason: Option<&'a str>,
    /// product, if the row names one
    pub product: Option<&'a str>,
    /// import batch
    pub batch: i64,
    /// identity of a refund that has a number
    pub refund_key: Option<u64>,
    /// told by the order's status alone
    pub by_status: bool,
}

impl Row for RefundRow<'_> {
    const TABLE: Table = Table::Refunds;
    fn write(&self, c: &mut Cells) {
        c.customer(self.customer).key(self.row_key).maybe_key(self.order_key).maybe_text(self.order_id);
        c.instant(self.at).day(self.day).instant(self.recorded_at).whole(self.amount);
        // the two last came later: no value stands for "none" and "no", as in files that do not have them
        c.maybe_text(self.reason).maybe_text(self.product).whole(self.batch);
        c.maybe_key(self.refund_key).maybe_flag(self.by_status.then_some(true));
    }
}

/// Visit, click, open, call …
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InteractionRow<'a> {
    /// whose
    pub customer: CustomerKey,
    /// xxh3 of the row's content
    pub row_key: u64,
    /// when
    pub at: Instant,
    /// business day of `at`
    pub day: Day,
    /// when we learnt it
    pub recorded_at: Instant,
    /// what
    pub kind: &'a str,
    /// where
    pub channel: Option<&'a str>,
    /// import batch
    pub batch: i64,
}

impl Row for InteractionRow<'_> {
    const TABLE: Table = Table::Interactions;
    fn write(&self, c: &mut Cells) {
        c.customer(self.customer).key(self.row_key).instant(self.at).day(self.day).instant(self.recorded_at);
        c.text(self.kind).maybe_text(self.channel).whole(self.batch);
    }
}

/// An answered score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnswerRow<'a> {
    /// whose
    pub customer: CustomerKey,
    /// xxh3 of the row's content
    pub row_key: u64,
    /// when
    pub at: Instant,
    /// business day of `at`
    pub day: Day,
    /// when we learnt it
    pub recorded_at: Instant,
    /// `nps`, `csat`, `ces` or own key
    pub question: &'a str,
    /// the score
    pub score: f64,
    /// where
    pub channel: Option<&'a str>,
    /// import batch
    pub batch: i64,
}

impl Row for AnswerRow<'_> {
    const TABLE: Table = Table::Answers;
    fn write(&self, c: &mut Cells) {
        c.customer(self.customer).key(self.row_key).instant(self.at).day(self.day).instant(self.recorded_at);
        c.text(self.question).number(self.score).maybe_text(self.channel).whole(self.batch);
    }
}

/// One attribute of a customer as learnt at one time. `Value::Null` takes an earlier value back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributeRow<'a> {
    /// whose
    pub customer: CustomerKey,
    /// xxh3 of the row's content
    pub row_key: u64,
    /// from which day it holds
    pub day: Day,
    /// when we learnt it
    pub recorded_at: Instant,
    /// attribute key
    pub key: &'a str,
    /// the value
    pub value: &'a Value,
    /// import batch
    pub batch: i64,
}

impl Row for AttributeRow<'_> {
    const TABLE: Table = Table::Attributes;
    fn write(&self, c: &mut Cells) {
        c.customer(self.customer).key(self.row_key).day(self.day).instant(self.recorded_at).text(self.key);
        let v = self.value;
        c.maybe_text(v.as_text());
        c.maybe_number(if let Value::Number(x) = v { Some(*x) } else { None });
        c.maybe_whole(if let Value::Int(i) = v { Some(*i) } else { None });
        c.maybe_whole(if let Value::Money(m) = v { Some(*m) } else { None });
        c.maybe_day(if let Value::Day(d) = v { Some(*d) } else { None });
        c.maybe_flag(if let Value::Bool(b) = v { Some(*b) } else { None });
        c.whole(self.batch);
    }
}

/// A product. A later row wins field by field: what it leaves out stays as it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProductRow<'a> {
    /// xxh3 of the row's content
    pub row_key: u64,
    /// when we learnt it
    pub recorded_at: Instant,
    /// product number
    pub product: &'a str,
    /// name
    pub name: Option<&'a str>,
    /// category
    pub category: Option<&'a str>,
    /// brand
    pub brand: Option<&'a str>,
    /// list price
    pub price: Option<i64>,
    /// cost of one piece
    pub cost: Option<i64>,
    /// import batch
    pub batch: i64,
}

impl Row for ProductRow<'_> {
    const TABLE: Table = Table::Products;
    fn write(&self, c: &mut Cells) {
        c.key(self.row_key).instant(self.recorded_at).text(self.product).maybe_text(self.name);
        c.maybe_text(self.category).maybe_text(self.brand).maybe_whole(self.price).maybe_whole(self.cost);
        c.whole(self.batch);
    }
}

/// Acquisition cost of a channel in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostRow<'a> {
    /// xxh3 of the row's content
    pub row_key: u64,
    /// when we learnt it
    pub recorded_at: Instant,
    /// channel
    pub channel: Option<&'a str>,
    /// campaign
    pub campaign: Option<&'a str>,
    /// first day
    pub first_day: Day,
    /// last day
    pub last_day: Day,
    /// amount
    pub amount: i64,
    /// import batch
    pub batch: i64,
    /// identity that survives a correction
    pub cost_key: Option<u64>,
}

impl Row for CostRow<'_> {
    const TABLE: Table = Table::Costs;
    fn write(&self, c: &mut Cells) {
        c.key(self.row_key).instant(self.recorded_at).maybe_text(self.channel).maybe_text(self.campaign);
        c.day(self.first_day).day(self.last_day).whole(self.amount).whole(self.batch).maybe_key(self.cost_key);
    }
}
