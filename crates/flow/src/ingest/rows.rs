//! Which row is the same row? The key of a row is the xxh3 of its content, customer included: the same content twice is
//! one fact, whatever file it came from.

use super::fact::Of;
use domain::{
    CustomerKey, Day, Value,
    id::key64,
    record::{AnswerRecord, CostRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, RefundRecord},
};
use xxhash_rust::xxh3::xxh3_64;

/// Gathers the content of a row, each field behind its length so that two rows cannot run together alike.
#[derive(Debug, Default)]
pub struct Content(Vec<u8>);

impl Content {
    fn start(&mut self, kind: u8, customer: CustomerKey) -> &mut Content {
        self.0.clear();
        self.0.push(kind);
        self.whole(i64::from(customer.0))
    }

    fn whole(&mut self, n: i64) -> &mut Content {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }

    fn maybe(&mut self, n: Option<i64>) -> &mut Content {
        self.0.push(u8::from(n.is_some()));
        self.whole(n.unwrap_or(0))
    }

    fn text(&mut self, t: &str) -> &mut Content {
        self.0.extend_from_slice(&(t.len() as u32).to_le_bytes());
        self.0.extend_from_slice(t.as_bytes());
        self
    }

    fn maybe_text(&mut self, t: Option<&str>) -> &mut Content {
        self.0.push(u8::from(t.is_some()));
        self.text(t.unwrap_or_default())
    }

    fn key(&self) -> u64 {
        xxh3_64(&self.0)
    }

    /// Of an order.
    pub fn order(&mut self, c: CustomerKey, o: &OrderRecord) -> u64 {
        self.start(1, c).text(&o.order_id).whole(o.at.0).whole(o.paid).maybe(o.cost).maybe(o.discount).whole(i64::from(o.cancelled));
        self.maybe_text(o.channel.as_deref()).maybe_text(o.store.as_deref()).maybe_text(o.payment.as_deref()).maybe_text(o.coupon.as_deref()).key()
    }

    /// Of a line whose time is known: content, and the identity that survives a correction: order and line number, or else the
    /// order's goods, which several rows of a file may name. What has neither order nor line number of its own is its content.
    pub fn line(&mut self, c: CustomerKey, l: &LineRecord, at: i64, of: Of) -> (u64, Option<u64>) {
        self.start(2, c).text(&l.order_id).maybe_text(l.line_no.as_deref()).whole(at).maybe_text(l.product.as_deref());
        self.maybe_text(l.category.as_deref()).maybe_text(l.brand.as_deref()).whole(l.quantity.to_bits() as i64).whole(l.paid).maybe(l.cost);
        let content = self.whole(i64::from(l.cancelled)).maybe_text(l.channel.as_deref()).maybe_text(l.store.as_deref()).key();
        self.0.clear();
        let identity = match &l.line_no {
            Some(number) => {
                self.0.push(3);
                self.text(&l.order_id).text(number).key()
            }
            None if of == Of::Orders => {
                self.0.push(13);
                self.text(&l.order_id).maybe_text(l.product.as_deref().or(l.category.as_deref())).key()
            }
            None => return (content, None),
        };
        (content, Some(identity))
    }

    /// Of a refund: content, and the identity that survives a correction: number, order and product, if it has a number.
    /// What stands beside an order, be it an amount or a status, is known by order and product.
    pub fn refund(&mut self, c: CustomerKey, r: &RefundRecord, of: Of) -> (u64, Option<u64>) {
        self.start(4, c).maybe_text(r.refund_id.as_deref()).maybe_text(r.order_id.as_deref()).whole(r.at.0).whole(r.amount);
        self.maybe_text(r.reason.as_deref()).maybe_text(r.product.as_deref()).maybe(r.quantity.map(|q| q.to_bits() as i64));
        if let Some(line) = &r.line_no {
            self.text(line);
        }
        if r.by_status {
            self.0.push(1);
        }
        let content = self.key();
        let beside = (r.by_status || r.so_far) && r.order_id.is_some() && of != Of::Rejected;
        if r.refund_id.is_none() && !beside {
            return (content, None);
        }
        self.0.clear();
        self.0.push(10);
        self.maybe_text(r.refund_id.as_deref()).maybe_text(r.order_id.as_deref()).maybe_text(r.product.as_deref());
        self.maybe_text(r.line_no.as_deref());
        (content, Some(self.key()))
    }

    /// The identity of the `n`-th row of one file that has this one, from 0: a number may stand on several rows.
    pub fn nth(&mut self, identity: u64, n: u32) -> u64 {
        if n == 0 {
            return identity;
        }
        self.0.clear();
        self.0.push(11);
        self.whole(identity as i64).whole(i64::from(n)).key()
    }

    /// Of an interaction.
    pub fn interaction(&mut self, c: CustomerKey, i: &InteractionRecord) -> u64 {
        self.start(5, c).whole(i.at.0).text(&i.kind).maybe_text(i.channel.as_deref()).maybe_text(i.reference.as_deref()).key()
    }

    /// Of an answer.
    pub fn answer(&mut self, c: CustomerKey, a: &AnswerRecord) -> u64 {
        self.start(6, c).whole(a.at.0).text(&a.question).whole(a.score.to_bits() as i64).maybe_text(a.channel.as_deref());
        self.maybe_text(a.comment.as_deref()).maybe_text(a.reference.as_deref()).key()
    }

    /// Of a product.
    pub fn product(&mut self, p: &ProductRecord) -> u64 {
        self.start(7, CustomerKey(0)).text(&p.product).maybe_text(p.name.as_deref()).maybe_text(p.category.as_deref());
        self.maybe_text(p.brand.as_deref()).maybe(p.price).maybe(p.cost).key()
    }

    /// Of an acquisition cost: content, and the identity that survives a correction: channel, campaign and period.
    pub fn cost(&mut self, k: &CostRecord) -> (u64, u64) {
        self.start(8, CustomerKey(0)).maybe_text(k.channel.as_deref()).maybe_text(k.campaign.as_deref());
        let content = self.whole(i64::from(k.from.0)).whole(i64::from(k.to.0)).whole(k.amount).key();
        self.0.clear();
        self.0.push(12);
        self.maybe_text(k.channel.as_deref()).maybe_text(k.campaign.as_deref());
        (content, self.whole(i64::from(k.from.0)).whole(i64::from(k.to.0)).key())
    }

    /// Of an attribute.
    pub fn attribute(&mut self, c: CustomerKey, day: Day, key: &str, value: &Value) -> u64 {
        let mut put = super::wire::Put::default();
        put.value(value);
        self.start(9, c).whole(i64::from(day.0)).text(key);
        self.0.extend_from_slice(&put.0);
        self.key()
    }
}

/// The key of an order number.
pub fn order_key(order_id: &str) -> u64 {
    key64(order_id)
}
