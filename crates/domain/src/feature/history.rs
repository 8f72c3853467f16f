//! One customer as known at an instant and as of a day: orders put together from heads, lines and refunds (`domain.md` §3).
//!
//! Only facts with `day ≤ D` and `recorded_at ≤ K` exist here; of several versions of one fact the one learnt last.

use super::{Aggregate, FactKind, fit, version::latest};
use crate::{
    clock::Instant,
    fact::{AnswerFact, AttributeFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    money::Currency,
    period::{Day, Window},
    value::{Value, ValueType},
};
use std::collections::{BTreeMap, HashMap};

/// The attribute that says since when somebody is a customer.
pub const SIGNUP: &str = "signup_day";

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
    /// paid before refunds: the head's, else the sum of the lines that are not cancelled (of all lines, if all are)
    pub gross: i64,
    /// refunds of this order so far
    pub refunded: i64,
    /// cancelled by its head, or every line of it is
    pub cancelled: bool,
    /// cost of goods: the head's, else the sum of those lines that know theirs
    pub cost: Option<i64>,
    /// discount (heads only)
    pub discount: Option<i64>,
    /// pieces: sum over those lines; unknown without lines
    pub quantity: Option<f64>,
    /// sales channel: the head's, else the earliest line's
    pub channel: Option<&'f str>,
    /// shop: the head's, else the earliest line's
    pub store: Option<&'f str>,
    /// means of payment (heads only)
    pub payment: Option<&'f str>,
    /// coupon (heads only)
    pub coupon: Option<&'f str>,
    /// its lines that are not cancelled (all lines, if all are), earliest first
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
    /// what it comes to: a refund told by a status counts only for what the order's other refunds leave
    pub amount: i64,
    /// names an order that is known as of the day; otherwise it lowers the customer's net on its own day
    pub linked: bool,
}

/// Had the customer's number been given out? What no fact says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// by K
    pub by_known: bool,
    /// by the end of D, and by K
    pub by_day: bool,
}

impl Recorded {
    /// As known today: everybody is.
    pub const TODAY: Recorded = Recorded { by_known: true, by_day: false };
}

/// What is known of one customer as of a day.
#[derive(Debug, Clone)]
pub struct History<'f> {
    day: Day,
    /// a fact is known that lies after the day
    later: bool,
    pub(super) currency: Currency,
    orders: Vec<Order<'f>>,
    lines: Vec<&'f LineFact>,
    refunds: Vec<Refund<'f>>,
    interactions: Vec<&'f InteractionFact>,
    answers: Vec<&'f AnswerFact>,
    attributes: BTreeMap<&'f str, &'f Value>,
    /// where it is looked at day after day: aggregates over all time, with the day they were reckoned on
    settled: Option<Vec<(Aggregate, Value, Day)>>,
}

impl<'f> History<'f> {
    /// The customer as of `day`, as known at `known` ([`Instant::MAX`] = as known today).
    pub fn as_of(facts: &'f Facts, day: Day, known: Instant) -> History<'f> {
        let seen = |fact_day: Day, recorded: Instant| fact_day <= day && recorded <= known;
        let heads = latest(&facts.orders, day, known);
        let mut lines = latest(&facts.lines, day, known);
        lines.sort_by_key(|l| (l.order_key, l.at, l.line_key));
        let mut of_orders: Vec<(u64, Vec<&LineFact>)> = lines.chunk_by(|a, b| a.order_key == b.order_key).filter_map(|of| Some((of.first()?.order_key, of.to_vec()))).collect();

        let mut orders: Vec<Order> = Vec::with_capacity(heads.len());
        for head in heads {
            let own = of_orders.binary_search_by_key(&head.order_key, |(key, _)| *key).ok().and_then(|i| of_orders.get_mut(i));
            orders.push(Order::with_head(head, own.map(|(_, lines)| std::mem::take(lines)).unwrap_or_default()));
        }
        orders.extend(of_orders.into_iter().filter_map(|(_, lines)| Order::without_head(lines)));
        orders.sort_by_key(|o| (o.at, o.key));

        let mut index: Vec<(u64, usize)> = orders.iter().enumerate().map(|(i, o)| (o.key, i)).collect();
        index.sort_unstable();
        let place = |key: u64| index.binary_search_by_key(&key, |(k, _)| *k).ok().and_then(|i| index.get(i)).map(|(_, i)| *i);
        let mut refunds = Vec::new();
        for (fact, amount) in counted(latest(&facts.refunds, day, known)) {
            let order = fact.order_key.and_then(place).and_then(|i| orders.get_mut(i));
            let linked = order.is_some();
            if let Some(order) = order {
                order.refunded = order.refunded.saturating_add(amount);
            }
            refunds.push(Refund { fact, amount, linked });
        }

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
        let later = |fact_day: Day, recorded: Instant| fact_day > day && recorded <= known;
        let later = facts.orders.iter().any(|f| later(f.day, f.recorded_at))
            || facts.lines.iter().any(|f| later(f.day, f.recorded_at))
            || facts.refunds.iter().any(|f| later(f.day, f.recorded_at))
            || facts.interactions.iter().any(|f| later(f.day, f.recorded_at))
            || facts.answers.iter().any(|f| later(f.day, f.recorded_at));
        History { day, later, currency: Currency::CNY, orders, lines: bought, refunds, interactions, answers, attributes, settled: None }
    }

    /// The same on a later day, where nothing is known of the days between.
    pub fn on(mut self, day: Day) -> History<'f> {
        debug_assert!(!self.later && day >= self.day, "a fact lies between the days");
        self.day = day;
        self
    }

    /// The same, to be looked at day after day by [`History::on`]: what no day changes is reckoned once.
    pub(crate) fn day_by_day(self) -> History<'f> {
        History { settled: Some(Vec::new()), ..self }
    }

    /// As [`History::aggregate`]; day by day, what is reckoned over all time moves with the day or not at all.
    pub(super) fn aggregate_today(&mut self, aggregate: &Aggregate) -> Value {
        let Some(settled) = self.settled.as_ref().filter(|_| aggregate.window == Window::All) else { return self.aggregate(aggregate) };
        if let Some((_, value, day)) = settled.iter().find(|(known, ..)| known == aggregate) {
            return match value {
                Value::Int(days) if aggregate.measure.is_of_the_day() => Value::Int(days + i64::from(self.day.0) - i64::from(day.0)),
                value => value.clone(),
            };
        }
        let value = self.aggregate(aggregate);
        self.settled.get_or_insert_default().push((aggregate.clone(), value.clone(), self.day));
        value
    }

    /// The same a day later, and so many of the latest orders with it. They have no lines of their own.
    pub(crate) fn tomorrow(mut self, orders: usize) -> History<'f> {
        if let Some(settled) = &mut self.settled {
            settled.retain(|(a, ..)| !matches!(a.fact, FactKind::Orders | FactKind::AllOrders) || (a.filter.is_empty() && a.measure.is_of_no_day()));
        }
        for order in self.orders.iter_mut().rev().take(orders) {
            debug_assert!(order.lines.is_empty() && order.day == self.day, "an order that is not supposed");
            (order.at, order.day) = (order.at.plus_days(1), order.day.plus(1));
        }
        let day = self.day.plus(1);
        self.on(day)
    }

    /// The as-of day.
    pub fn day(&self) -> Day {
        self.day
    }

    /// Is the customer there yet? Yes, if anything of it is seen, if it signed up or was recorded by the day, or if nothing
    /// about it has a day at all. A customer whose every dated trace lies after the day is not there yet.
    pub fn is_present(&self, recorded: Recorded) -> bool {
        let seen = !(self.orders.is_empty() && self.refunds.is_empty() && self.interactions.is_empty() && self.answers.is_empty());
        seen || match fit(self.attribute(SIGNUP), ValueType::Day, self.currency) {
            Value::Day(signup) => signup <= self.day || recorded.by_day,
            _ => recorded.by_day || (recorded.by_known && !self.later),
        }
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
        let (lines, all_cancelled) = kept(lines);
        Order {
            key: head.order_key,
            id: &head.order_id,
            at: head.at,
            day: head.day,
            gross: head.paid,
            refunded: 0,
            cancelled: head.cancelled || all_cancelled,
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
        let (lines, cancelled) = kept(lines);
        Some(Order {
            key: first.order_key,
            id: &first.order_id,
            at: first.at,
            day: first.day,
            gross: lines.iter().fold(0i64, |sum, l| sum.saturating_add(l.paid)),
            refunded: 0,
            cancelled,
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

/// The lines that are not cancelled; all of them if every one is, and then the order is.
fn kept(mut lines: Vec<&LineFact>) -> (Vec<&LineFact>, bool) {
    let all_cancelled = !lines.is_empty() && lines.iter().all(|l| l.cancelled);
    if !all_cancelled {
        lines.retain(|l| !l.cancelled);
    }
    (lines, all_cancelled)
}

/// Refunds, earliest first, with what each comes to. Those told by a status count only for what the others of their order
/// leave, and not at all if nothing is left.
fn counted(mut refunds: Vec<&RefundFact>) -> Vec<(&RefundFact, i64)> {
    refunds.sort_by_key(|r| r.at);
    let mut others: HashMap<u64, i64> = HashMap::new();
    for (key, refund) in refunds.iter().filter(|r| !r.by_status).filter_map(|r| Some((r.order_key?, r))) {
        let sum = others.entry(key).or_default();
        *sum = sum.saturating_add(refund.amount);
    }
    let amount = |refund: &RefundFact| match refund.order_key.and_then(|key| others.get_mut(&key)) {
        Some(told) if refund.by_status => {
            let known = refund.amount.min(*told).max(0);
            *told -= known;
            Some(refund.amount - known).filter(|left| *left > 0)
        }
        _ => Some(refund.amount),
    };
    let mut amount = amount;
    refunds.into_iter().filter_map(|r| Some((r, amount(r)?))).collect()
}

fn cost(lines: &[&LineFact]) -> Option<i64> {
    lines.iter().filter_map(|l| l.cost).reduce(i64::saturating_add)
}

fn quantity(lines: &[&LineFact]) -> Option<f64> {
    lines.iter().map(|l| l.quantity).reduce(|a, b| a + b)
}
