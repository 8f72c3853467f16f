//! Short words for facts in tests.

use domain::{
    clock::Instant,
    fact::{AnswerFact, AttributeFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    id::key64,
    period::Day,
    value::Value,
};

/// A day by its text.
pub fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Noon of a day, in UTC.
pub fn noon(day: Day) -> Instant {
    Instant((i64::from(day.0) * 24 + 12) * 3_600_000_000)
}

/// An order head paid `paid` minor units.
pub fn order(id: &str, on: &str, paid: i64) -> OrderFact {
    OrderFact {
        order_key: key64(id),
        order_id: id.into(),
        at: noon(day(on)),
        day: day(on),
        recorded_at: noon(day(on)),
        batch: 1,
        paid,
        cost: None,
        discount: None,
        cancelled: false,
        channel: None,
        store: None,
        payment: None,
        coupon: None,
    }
}

/// A line of an order.
pub fn line(order: &str, no: u32, on: &str, category: &str, paid: i64) -> LineFact {
    LineFact {
        order_key: key64(order),
        order_id: order.into(),
        line_key: key64(&format!("{order}/{no}")),
        at: noon(day(on)),
        day: day(on),
        recorded_at: noon(day(on)),
        batch: 1,
        product: Some(format!("{category} {no}")),
        category: Some(category.into()),
        brand: None,
        quantity: 1.0,
        paid,
        cost: None,
        cancelled: false,
        channel: None,
        store: None,
    }
}

/// A refund, of an order or of none.
pub fn refund(order: Option<&str>, on: &str, amount: i64) -> RefundFact {
    RefundFact {
        refund_key: None,
        order_key: order.map(key64),
        order_id: order.map(Into::into),
        at: noon(day(on)),
        day: day(on),
        recorded_at: noon(day(on)),
        batch: 1,
        amount,
        reason: None,
        by_status: false,
    }
}

/// An interaction.
pub fn interaction(kind: &str, on: &str) -> InteractionFact {
    InteractionFact { at: noon(day(on)), day: day(on), recorded_at: noon(day(on)), kind: kind.into(), channel: None }
}

/// A score.
pub fn answer(question: &str, on: &str, score: f64) -> AnswerFact {
    AnswerFact { at: noon(day(on)), day: day(on), recorded_at: noon(day(on)), question: question.into(), score, channel: None }
}

/// An attribute known from a day.
pub fn attribute(key: &str, on: &str, value: Value) -> AttributeFact {
    AttributeFact { key: key.into(), day: day(on), recorded_at: noon(day(on)), value }
}

/// Facts that are only order heads.
pub fn orders(orders: impl IntoIterator<Item = OrderFact>) -> Facts {
    Facts { orders: orders.into_iter().collect(), ..Facts::default() }
}
