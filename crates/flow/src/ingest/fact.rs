//! What every kind of fact says of itself on its way into the lake: its table, its keys, its row.

use super::{
    rows::{Content, order_key},
    wire::Wire,
};
use domain::{
    CustomerKey, Day,
    clock::Instant,
    id::key64,
    record::{AnswerRecord, CostRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, RefundRecord},
    table::Table,
};
use lake::{AnswerRow, CostRow, InteractionRow, LineRow, OrderRow, ProductRow, RefundRow, Row};

/// What every row of an import carries.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// when the import was staged
    pub now: Instant,
    /// rows were known when they happened
    pub history: bool,
    /// number of the import
    pub batch: i64,
}

impl Stamp {
    /// When a fact that happened at `at` counts as learnt.
    pub fn recorded(&self, at: Instant) -> Instant {
        if self.history { at.min(self.now) } else { self.now }
    }
}

/// What a file's rows may correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// orders with numbers: whoever says one again says all of it again
    Orders,
    /// purchases without numbers, told by their content
    Purchases,
    /// rows that were set aside before: what stands beside them is in already
    Rejected,
}

/// A record that becomes one row of one table.
pub trait Fact: Wire + 'static {
    /// Its row.
    type Row<'r>: Row;
    /// Name in the report.
    const NAME: &'static str;
    /// The table.
    const TABLE: Table;
    /// The business day, where the table has one.
    fn day(&self) -> Option<Day>;
    /// Key of its content, and the identity that survives a correction, where it has one.
    fn keys(&self, content: &mut Content, customer: CustomerKey, of: Of) -> (u64, Option<u64>);
    /// May one identity stand on several rows of a file?
    fn repeats(&self) -> bool {
        false
    }
    /// The row.
    fn row<'r>(&'r self, customer: CustomerKey, key: u64, identity: Option<u64>, stamp: &Stamp) -> Self::Row<'r>;
}

impl Fact for OrderRecord {
    type Row<'r> = OrderRow<'r>;
    const NAME: &'static str = "orders";
    const TABLE: Table = Table::Orders;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey, _: Of) -> (u64, Option<u64>) {
        (content.order(customer, self), Some(order_key(&self.order_id)))
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> OrderRow<'r> {
        OrderRow {
            customer,
            row_key,
            order_key: order_key(&self.order_id),
            order_id: &self.order_id,
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            paid: self.paid,
            cost: self.cost,
            discount: self.discount,
            cancelled: self.cancelled,
            channel: self.channel.as_deref(),
            store: self.store.as_deref(),
            payment: self.payment.as_deref(),
            coupon: self.coupon.as_deref(),
            batch: stamp.batch,
        }
    }
}

/// A line's own time, which ingest fills in from the order before the line gets here.
fn line_time(line: &LineRecord) -> (Instant, Day) {
    (line.at.unwrap_or(Instant(0)), line.day.unwrap_or_default())
}

impl Fact for LineRecord {
    type Row<'r> = LineRow<'r>;
    const NAME: &'static str = "lines";
    const TABLE: Table = Table::Lines;

    fn day(&self) -> Option<Day> {
        Some(line_time(self).1)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey, of: Of) -> (u64, Option<u64>) {
        content.line(customer, self, line_time(self).0.0, of)
    }

    fn repeats(&self) -> bool {
        self.line_no.is_none()
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, identity: Option<u64>, stamp: &Stamp) -> LineRow<'r> {
        let (at, day) = line_time(self);
        LineRow {
            customer,
            row_key,
            order_key: order_key(&self.order_id),
            order_id: &self.order_id,
            line_key: identity.unwrap_or(row_key),
            at,
            day,
            recorded_at: stamp.recorded(at),
            product: self.product.as_deref(),
            category: self.category.as_deref(),
            brand: self.brand.as_deref(),
            quantity: self.quantity,
            paid: self.paid,
            cost: self.cost,
            cancelled: self.cancelled,
            channel: self.channel.as_deref(),
            store: self.store.as_deref(),
            batch: stamp.batch,
        }
    }
}

impl Fact for RefundRecord {
    type Row<'r> = RefundRow<'r>;
    const NAME: &'static str = "refunds";
    const TABLE: Table = Table::Refunds;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey, of: Of) -> (u64, Option<u64>) {
        content.refund(customer, self, of)
    }

    fn repeats(&self) -> bool {
        true
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, identity: Option<u64>, stamp: &Stamp) -> RefundRow<'r> {
        RefundRow {
            customer,
            row_key,
            order_key: self.order_id.as_deref().map(order_key),
            order_id: self.order_id.as_deref(),
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            amount: self.amount,
            reason: self.reason.as_deref(),
            product: self.product.as_deref(),
            batch: stamp.batch,
            refund_key: identity,
            by_status: self.by_status,
        }
    }
}

impl Fact for InteractionRecord {
    type Row<'r> = InteractionRow<'r>;
    const NAME: &'static str = "interactions";
    const TABLE: Table = Table::Interactions;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey, _: Of) -> (u64, Option<u64>) {
        (content.interaction(customer, self), None)
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> InteractionRow<'r> {
        InteractionRow {
            customer,
            row_key,
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            kind: &self.kind,
            channel: self.channel.as_deref(),
            batch: stamp.batch,
        }
    }
}

impl Fact for AnswerRecord {
    type Row<'r> = AnswerRow<'r>;
    const NAME: &'static str = "answers";
    const TABLE: Table = Table::Answers;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey, _: Of) -> (u64, Option<u64>) {
        (content.answer(customer, self), None)
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> AnswerRow<'r> {
        AnswerRow {
            customer,
            row_key,
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            question: &self.question,
            score: self.score,
            channel: self.channel.as_deref(),
            batch: stamp.batch,
        }
    }
}

impl Fact for ProductRecord {
    type Row<'r> = ProductRow<'r>;
    const NAME: &'static str = "products";
    const TABLE: Table = Table::Products;

    fn day(&self) -> Option<Day> {
        None
    }

    fn keys(&self, content: &mut Content, _: CustomerKey, _: Of) -> (u64, Option<u64>) {
        (content.product(self), Some(key64(&self.product)))
    }

    fn row<'r>(&'r self, _: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> ProductRow<'r> {
        ProductRow {
            row_key,
            recorded_at: stamp.recorded(Instant(0)),
            product: &self.product,
            name: self.name.as_deref(),
            category: self.category.as_deref(),
            brand: self.brand.as_deref(),
            price: self.price,
            cost: self.cost,
            batch: stamp.batch,
        }
    }
}

impl Fact for CostRecord {
    type Row<'r> = CostRow<'r>;
    const NAME: &'static str = "costs";
    const TABLE: Table = Table::Costs;

    fn day(&self) -> Option<Day> {
        None
    }

    fn keys(&self, content: &mut Content, _: CustomerKey, _: Of) -> (u64, Option<u64>) {
        let (key, identity) = content.cost(self);
        (key, Some(identity))
    }

    fn repeats(&self) -> bool {
        true
    }

    fn row<'r>(&'r self, _: CustomerKey, row_key: u64, identity: Option<u64>, stamp: &Stamp) -> CostRow<'r> {
        CostRow {
            row_key,
            recorded_at: stamp.recorded(Instant(0)),
            channel: self.channel.as_deref(),
            campaign: self.campaign.as_deref(),
            first_day: self.from,
            last_day: self.to,
            amount: self.amount,
            batch: stamp.batch,
            cost_key: identity,
        }
    }
}
