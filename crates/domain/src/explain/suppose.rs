//! Facts that are supposed: orders, answers and refunds of today as this customer would have them.

use super::{
    change::{Question, With},
    search::Search,
};
use crate::{
    clock::Instant,
    fact::{AnswerFact, Facts, LineFact, OrderFact, RefundFact},
    feature::{Field, Order},
    id::key64,
    period::Day,
};

/// Is it said of an order's line rather than its head?
pub(super) fn on_line(with: &With) -> bool {
    matches!(with.field, Field::Product | Field::Category | Field::Brand)
}

/// Orders one after the other, each as the customer's last one but for what is particular about it.
pub(super) struct Supposed<'a> {
    search: &'a Search<'a>,
    with: Option<&'a With>,
    like: OrderFact,
    made: u32,
}

impl<'a> Supposed<'a> {
    pub fn new(search: &'a Search<'a>, with: Option<&'a With>) -> Supposed<'a> {
        let facts = &search.facts;
        let last = facts.orders.iter().max_by_key(|o| o.at);
        let line = facts.lines.iter().max_by_key(|l| l.at);
        let like = OrderFact {
            order_key: 0,
            order_id: String::new(),
            at: search.moment.at,
            day: search.day,
            recorded_at: search.moment.at,
            batch: i64::MAX,
            paid: 0,
            cost: None,
            discount: None,
            cancelled: false,
            channel: last.map_or_else(|| line.and_then(|l| l.channel.clone()), |o| o.channel.clone()),
            store: last.map_or_else(|| line.and_then(|l| l.store.clone()), |o| o.store.clone()),
            payment: last.and_then(|o| o.payment.clone()),
            coupon: None,
        };
        Supposed { search, with, like, made: 0 }
    }

    /// One more order of this amount, some days from now.
    pub fn add(&mut self, facts: &mut Facts, paid: i64, days: i32) {
        self.made += 1;
        let order_id = format!("supposed order {}", self.made);
        let at = self.search.moment.at.plus_days(days);
        let mut order = OrderFact {
            order_key: key64(&order_id),
            order_id,
            at,
            day: self.search.day.plus(days),
            recorded_at: at,
            paid,
            ..self.like.clone()
        };
        if let Some(with) = self.with {
            let text = Some(with.value.clone().unwrap_or_else(|| format!("never seen before {}", self.made)));
            match with.field {
                Field::Channel => order.channel = text,
                Field::Store => order.store = text,
                Field::Payment => order.payment = text,
                Field::Coupon => order.coupon = text,
                field => facts.lines.push(line(&order, field, text)),
            }
        }
        facts.orders.push(order);
    }
}

/// The order's one line.
fn line(order: &OrderFact, field: Field, text: Option<String>) -> LineFact {
    let only = |f: Field| text.clone().filter(|_| f == field);
    LineFact {
        order_key: order.order_key,
        order_id: order.order_id.clone(),
        line_key: order.order_key,
        at: order.at,
        day: order.day,
        recorded_at: order.recorded_at,
        batch: order.batch,
        product: only(Field::Product),
        category: only(Field::Category),
        brand: only(Field::Brand),
        quantity: 1.0,
        paid: order.paid,
        cost: None,
        cancelled: false,
        channel: order.channel.clone(),
        store: order.store.clone(),
    }
}

/// The customer's facts and so many orders of this amount, some days from now.
pub(super) fn ordered(search: &Search<'_>, with: Option<&With>, count: u32, paid: i64, days: i32) -> Facts {
    let mut facts = search.facts.clone();
    let mut supposed = Supposed::new(search, with);
    (0..count).for_each(|_| supposed.add(&mut facts, paid, days));
    facts
}

/// The orders that were supposed last, each with its line, a day later.
pub(super) fn tomorrow(facts: &mut Facts, count: u32) {
    let later = |at: &mut Instant, day: &mut Day, recorded: &mut Instant| {
        (*at, *day) = (at.plus_days(1), day.plus(1));
        *recorded = *at;
    };
    let count = count as usize;
    facts.orders.iter_mut().rev().take(count).for_each(|o| later(&mut o.at, &mut o.day, &mut o.recorded_at));
    facts.lines.iter_mut().rev().take(count).for_each(|l| later(&mut l.at, &mut l.day, &mut l.recorded_at));
}

/// An answer today.
pub(super) fn answer(search: &Search<'_>, question: &Question, score: i32) -> AnswerFact {
    let at = search.moment.at;
    AnswerFact { at, day: search.day, recorded_at: at, question: question.key.clone(), score: f64::from(score), channel: None }
}

/// A refund of this order today.
pub(super) fn refund(search: &Search<'_>, order: &Order<'_>, amount: i64) -> RefundFact {
    RefundFact {
        refund_key: None,
        order_key: Some(order.key),
        order_id: Some(order.id.to_owned()),
        at: search.moment.at,
        day: search.day,
        recorded_at: search.moment.at,
        batch: i64::MAX,
        amount,
        reason: None,
        by_status: false,
    }
}

/// Texts the customer's orders have in any field.
pub(super) fn texts(facts: &Facts) -> Vec<String> {
    let fields = [Field::Channel, Field::Store, Field::Payment, Field::Coupon, Field::Product, Field::Category, Field::Brand];
    fields.into_iter().flat_map(|field| own_texts(facts, field)).collect()
}

/// Texts the customer's orders have in this field, the most frequent first.
pub(super) fn own_texts(facts: &Facts, field: Field) -> Vec<String> {
    let texts: Vec<&String> = match field {
        Field::Channel => facts.orders.iter().filter_map(|o| o.channel.as_ref()).collect(),
        Field::Store => facts.orders.iter().filter_map(|o| o.store.as_ref()).collect(),
        Field::Payment => facts.orders.iter().filter_map(|o| o.payment.as_ref()).collect(),
        Field::Coupon => facts.orders.iter().filter_map(|o| o.coupon.as_ref()).collect(),
        Field::Product => facts.lines.iter().filter_map(|l| l.product.as_ref()).collect(),
        Field::Category => facts.lines.iter().filter_map(|l| l.category.as_ref()).collect(),
        Field::Brand => facts.lines.iter().filter_map(|l| l.brand.as_ref()).collect(),
        _ => Vec::new(),
    };
    let mut counted: Vec<(usize, &String)> = Vec::new();
    for text in texts {
        match counted.iter_mut().find(|(_, t)| *t == text) {
            Some((n, _)) => *n += 1,
            None => counted.push((1, text)),
        }
    }
    counted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    counted.into_iter().map(|(_, t)| t.clone()).collect()
}
