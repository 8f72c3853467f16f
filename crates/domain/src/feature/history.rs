//! One customer as known at an instant and as of a day: orders put together from heads, lines and refunds (`domain.md` §3).
//!
//! Only facts with `day ≤ D` and `recorded_at ≤ K` exist here. Of several versions of an order head (or line) the one learnt
//! last counts; of equal ones the later row.

use crate::{
    clock::Instant,
    fact::{AnswerFact, AttributeFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    money::Currency,
    period::Day,
    value::Value,
};
use std::collections::{BTreeMap, HashMap};

/// An order as of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Order<'f> {
    /// key of the order number
    pub key: u64,
    /// the order number
    pub id: &'f str,
    /// when: the head's, else the earliest line's
    pub at: Instant,
    /// business day of `at`; all money of the order counts on it
    pub day: Day,
    /// paid before refunds: the head's, else the sum of the lines
    pub gross: i64,
    /// refunds of this order so far
    pub refunded: i64,
    /// cancelled by its head, or every line of it is
    pub cancelled: bool,
    /// cost of goods: the head's, else the sum of the lines that know theirs
    pub cost: Option<i64>,
    /// discount (heads only)
    pub discount: Option<i64>,
    /// pieces: sum over lines; unknown without lines
    pub quantity: Option<f64>,
    /// sales channel: the head's, else the earliest line's
    pub channel: Option<&'f str>,
    /// shop: the head's, else the earliest line's
    pub store: Option<&'f str>,
    /// means of payment (heads only)
    pub payment: Option<&'f str>,
    /// coupon (heads only)
    pub coupon: Option<&'f str>,
    /// its lines, earliest first
    pub lines: Vec<&'f LineFact>,
}

impl Order<'_> {
    /// Paid minus refunds of this order.
    pub fn net(&self) -> i64 {
        self.gross.saturating_sub(self.refunded)
    }

    /// Not cancelled, and something of it was kept.
    pub fn valid(&self) -> bool {
        !self.cancelled && self.net() > 0
    }
}

/// A refund and whether the order it names is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund<'f> {
    /// the fact
    pub fact: &'f RefundFact,
    /// names an order that is known as of the day; otherwise it lowers the customer's net on its own day
    pub linked: bool,
}

/// What is known of one customer as of a day.
#[derive(Debug, Clone)]
pub struct History<'f> {
    day: Day,
    pub(super) currency: Currency,
    orders: Vec<Order<'f>>,
    lines: Vec<&'f LineFact>,
    refunds: Vec<Refund<'f>>,
    interactions: Vec<&'f InteractionFact>,
    answers: Vec<&'f AnswerFact>,
    attributes: BTreeMap<&'f str, &'f Value>,
}

impl<'f> History<'f> {
    /// The customer as of `day`, as known at `known` ([`Instant::MAX`] = as known today).
    pub fn as_of(facts: &'f Facts, day: Day, known: Instant) -> History<'f> {
        let seen = |fact_day: Day, recorded: Instant| fact_day <= day && recorded <= known;

        let mut heads: HashMap<u64, &OrderFact> = HashMap::new();
        for head in facts.orders.iter().filter(|o| seen(o.day, o.recorded_at)) {
            let latest = heads.entry(head.order_key).or_insert(head);
            if head.recorded_at >= latest.recorded_at {
                *latest = head;
            }
        }
        let mut latest_lines: HashMap<u64, &LineFact> = HashMap::new();
        for line in facts.lines.iter().filter(|l| seen(l.day, l.recorded_at)) {
            let latest = latest_lines.entry(line.line_key).or_insert(line);
            if line.recorded_at >= latest.recorded_at {
                *latest = line;
            }
        }
        let mut lines: HashMap<u64, Vec<&LineFact>> = HashMap::new();
        for line in latest_lines.into_values() {
            lines.entry(line.order_key).or_default().push(line);
        }
        for of_order in lines.values_mut() {
            of_order.sort_by_key(|l| (l.at, l.line_key));
        }

        let mut orders: Vec<Order> = Vec::with_capacity(heads.len());
        for head in heads.values() {
            orders.push(Order::with_head(head, lines.remove(&head.order_key).unwrap_or_default()));
        }
        orders.extend(lines.into_values().filter_map(Order::without_head));
        orders.sort_by_key(|o| (o.at, o.key));

        let index: HashMap<u64, usize> = orders.iter().enumerate().map(|(i, o)| (o.key, i)).collect();
        let mut refunds = Vec::new();
        for fact in facts.refunds.iter().filter(|r| seen(r.day, r.recorded_at)) {
            let order = fact.order_key.and_then(|key| index.get(&key)).and_then(|i| orders.get_mut(*i));
            let linked = order.is_some();
            if let Some(order) = order {
                order.refunded = order.refunded.saturating_add(fact.amount);
            }
            refunds.push(Refund { fact, linked });
        }
        refunds.sort_by_key(|r| r.fact.at);

        let mut bought: Vec<&LineFact> = orders.iter().filter(|o| o.valid()).flat_map(|o| o.lines.iter().copied()).collect();
        bought.sort_by_key(|l| (l.at, l.order_key, l.line_key));
        let mut interactions: Vec<_> = facts.interactions.iter().filter(|i| seen(i.day, i.recorded_at)).collect();
        interactions.sort_by_key(|i| i.at);
        let mut answers: Vec<_> = facts.answers.iter().filter(|a| seen(a.day, a.recorded_at)).collect();
        answers.sort_by_key(|a| a.at);

        let mut latest: BTreeMap<&str, &AttributeFact> = BTreeMap::new();
        for fact in facts.attributes.iter().filter(|a| seen(a.day, a.recorded_at)) {
            let best = latest.entry(&fact.key).or_insert(fact);
            if (fact.day, fact.recorded_at) >= (best.day, best.recorded_at) {
                *best = fact;
            }
        }
        let attributes = latest.into_iter().map(|(key, fact)| (key, &fact.value)).collect();
        History { day, currency: Currency::CNY, orders, lines: bought, refunds, interactions, answers, attributes }
    }

    /// The as-of day.
    pub fn day(&self) -> Day {
        self.day
    }

    /// All orders, cancelled and fully refunded ones too, earliest first (`at`, then order key).
    pub fn orders(&self) -> &[Order<'f>] {
        &self.orders
    }

    /// Lines of valid orders, earliest first.
    pub fn lines(&self) -> &[&'f LineFact] {
        &self.lines
    }

    /// Refunds, earliest first.
    pub fn refunds(&self) -> &[Refund<'f>] {
        &self.refunds
    }

    /// Interactions, earliest first.
    pub fn interactions(&self) -> &[&'f InteractionFact] {
        &self.interactions
    }

    /// Scores, earliest first.
    pub fn answers(&self) -> &[&'f AnswerFact] {
        &self.answers
    }

    /// An attribute; `Null` if unknown or taken back. The one that holds from the latest day counts; of one day, the one
    /// learnt last; of equal ones, the later row.
    pub fn attribute(&self, key: &str) -> Value {
        self.attributes.get(key).map_or(Value::Null, |v| (*v).clone())
    }
}

impl<'f> Order<'f> {
    fn with_head(head: &'f OrderFact, lines: Vec<&'f LineFact>) -> Order<'f> {
        let first = lines.first().copied();
        Order {
            key: head.order_key,
            id: &head.order_id,
            at: head.at,
            day: head.day,
            gross: head.paid,
            refunded: 0,
            cancelled: head.cancelled || (!lines.is_empty() && lines.iter().all(|l| l.cancelled)),
            cost: head.cost.or_else(|| cost(&lines)),
            discount: head.discount,
            quantity: quantity(&lines),
            channel: head.channel.as_deref().or_else(|| first.and_then(|l| l.channel.as_deref())),
            store: head.store.as_deref().or_else(|| first.and_then(|l| l.store.as_deref())),
            payment: head.payment.as_deref(),
            coupon: head.coupon.as_deref(),
            lines,
        }
    }

    fn without_head(lines: Vec<&'f LineFact>) -> Option<Order<'f>> {
        let first = *lines.first()?;
        Some(Order {
            key: first.order_key,
            id: &first.order_id,
            at: first.at,
            day: first.day,
            gross: lines.iter().fold(0i64, |sum, l| sum.saturating_add(l.paid)),
            refunded: 0,
            cancelled: lines.iter().all(|l| l.cancelled),
            cost: cost(&lines),
            discount: None,
            quantity: quantity(&lines),
            channel: first.channel.as_deref(),
            store: first.store.as_deref(),
            payment: None,
            coupon: None,
            lines,
        })
    }
}

fn cost(lines: &[&LineFact]) -> Option<i64> {
    lines.iter().filter_map(|l| l.cost).reduce(i64::saturating_add)
}

fn quantity(lines: &[&LineFact]) -> Option<f64> {
    lines.iter().map(|l| l.quantity).reduce(|a, b| a + b)
}
