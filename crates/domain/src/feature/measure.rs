//! Measuring a history: which facts count, and what they come to.

use super::{Aggregate, Condition, FactKind, Field, History, Measure, Order, aggregate_type, field_type, history::Refund, words};
use crate::{
    clock::Instant,
    fact::{AnswerFact, InteractionFact, LineFact},
    label::Label,
    money::{Currency, div_half_even},
    period::Day,
    rule::{Literal, Op, decimal},
    value::{Value, ValueType},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A fact that counted, for people to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactRef {
    /// which kind
    pub fact: FactKind,
    /// when
    pub at: Instant,
    /// business day
    pub day: Day,
    /// what, in words
    pub title: Label,
    /// order number, if it is or names an order
    pub order_id: Option<String>,
    /// minor units: net of an order, paid of a line, amount of a refund
    pub amount: Option<i64>,
}

/// One fact of any kind.
#[derive(Clone, Copy)]
enum Fact<'a> {
    Order(&'a Order<'a>),
    Line(&'a LineFact),
    Refund(&'a Refund<'a>),
    Interaction(&'a InteractionFact),
    Answer(&'a AnswerFact),
}

impl History<'_> {
    /// Sets the reporting currency, which says how money in filters (`gross >= 100`, major units) is read. CNY if never set.
    pub fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    /// The value of an aggregate; `Null` for combinations that make no sense (see [`super::check_aggregate`]).
    pub fn aggregate(&self, aggregate: &Aggregate) -> Value {
        match aggregate_type(aggregate) {
            Some(ty) => measure(&self.select(aggregate), aggregate, ty, self.day()),
            None => Value::Null,
        }
    }

    /// The facts that counted, earliest first. Measures that look at one fact only (`last`, `days since last`, …) give that one.
    pub fn counted(&self, aggregate: &Aggregate) -> Vec<FactRef> {
        let facts = self.select(aggregate);
        let shown = match aggregate.measure {
            Measure::Last(_) | Measure::DaysSinceLast => facts.get(facts.len().saturating_sub(1)..),
            Measure::First(_) | Measure::DaysSinceFirst => facts.get(..facts.len().min(1)),
            _ => facts.get(..),
        };
        shown.unwrap_or_default().iter().map(|f| f.reference(aggregate.fact)).collect()
    }

    /// Facts of the kind, inside the window, for which the filter holds; earliest first.
    fn select(&self, aggregate: &Aggregate) -> Vec<Fact<'_>> {
        let (from, to) = aggregate.window.days(self.day());
        let holds = |f: &Fact| {
            let day = f.day();
            from <= day && day <= to && aggregate.filter.iter().all(|c| c.holds(aggregate.fact, &f.field(c.field), self.currency))
        };
        match aggregate.fact {
            FactKind::Orders => self.orders().iter().filter(|o| o.valid()).map(Fact::Order).filter(holds).collect(),
            FactKind::AllOrders => self.orders().iter().map(Fact::Order).filter(holds).collect(),
            FactKind::Lines => self.lines().iter().map(|l| Fact::Line(l)).filter(holds).collect(),
            FactKind::Refunds => self.refunds().iter().map(Fact::Refund).filter(holds).collect(),
            FactKind::Interactions => self.interactions().iter().map(|i| Fact::Interaction(i)).filter(holds).collect(),
            FactKind::Answers => self.answers().iter().map(|a| Fact::Answer(a)).filter(holds).collect(),
        }
    }
}

impl Condition {
    /// Does it hold for this value of its field? An unknown value never does.
    pub fn holds(&self, fact: FactKind, actual: &Value, currency: Currency) -> bool {
        let Some(ty) = field_type(fact, self.field) else { return false };
        if actual.is_null() {
            return false;
        }
        let test = |literal: &Literal| -> Option<bool> {
            if let Value::Text(text) = actual {
                return match (literal, self.op) {
                    (Literal::Text(t), Op::Eq | Op::Ne) => Some(t == text),
                    _ => None,
                };
            }
            let right = point(literal, ty, currency)?;
            let left = actual.as_f64()?;
            Some(if self.op == Op::Ne { left == right } else { self.op.numbers(left, right) })
        };
        let any = self.values.iter().any(|v| test(v) == Some(true));
        // `!=` with several values: none of them
        if self.op == Op::Ne { !any } else { any }
    }

    /// Its values on the number line of its field (money in minor units), for comparing many facts; those of another type are left out.
    pub fn points(&self, fact: FactKind, currency: Currency) -> Vec<f64> {
        let Some(ty) = field_type(fact, self.field) else { return Vec::new() };
        self.values.iter().filter_map(|v| point(v, ty, currency)).collect()
    }
}

/// A literal on the number line of a field's type: money in minor units.
fn point(literal: &Literal, ty: ValueType, currency: Currency) -> Option<f64> {
    Some(match (literal, ty) {
        (Literal::Number(x), ValueType::Money) => decimal::minor(*x, currency.digits())? as f64,
        (Literal::Number(x), ValueType::Int | ValueType::Number) => *x,
        (Literal::Day(d), ValueType::Day) => f64::from(d.0),
        (Literal::Bool(b), ValueType::Bool) => f64::from(u8::from(*b)),
        _ => return None,
    })
}

impl Fact<'_> {
    fn at(&self) -> Instant {
        match self {
            Fact::Order(o) => o.at,
            Fact::Line(l) => l.at,
            Fact::Refund(r) => r.fact.at,
            Fact::Interaction(i) => i.at,
            Fact::Answer(a) => a.at,
        }
    }

    fn day(&self) -> Day {
        match self {
            Fact::Order(o) => o.day,
            Fact::Line(l) => l.day,
            Fact::Refund(r) => r.fact.day,
            Fact::Interaction(i) => i.day,
            Fact::Answer(a) => a.day,
        }
    }

    /// Money that breaks ties of `top` and that people see.
    fn amount(&self) -> Option<i64> {
        match self {
            Fact::Order(o) => Some(o.net()),
            Fact::Line(l) => Some(l.paid),
            Fact::Refund(r) => Some(r.amount),
            Fact::Interaction(_) | Fact::Answer(_) => None,
        }
    }

    fn field(&self, field: Field) -> Value {
        match field {
            Field::Day => return Value::Day(self.day()),
            Field::Weekday => return Value::Int(i64::from(self.day().weekday())),
            _ => {}
        }
        let text = |t: Option<&str>| t.map_or(Value::Null, |t| Value::Text(t.to_owned()));
        let money = |m: Option<i64>| m.map_or(Value::Null, Value::Money);
        match self {
            Fact::Order(o) => match field {
                Field::Net => Value::Money(o.net()),
                Field::Gross => Value::Money(o.gross),
                Field::Refunded => Value::Money(o.refunded),
                Field::Cost => money(o.cost),
                Field::Discount => money(o.discount),
                Field::Quantity => o.quantity.map_or(Value::Null, Value::Number),
                Field::Channel => text(o.channel),
                Field::Store => text(o.store),
                Field::Payment => text(o.payment),
                Field::Coupon => text(o.coupon),
                Field::Cancelled => Value::Bool(o.cancelled),
                _ => Value::Null,
            },
            Fact::Line(l) => match field {
                Field::Gross => Value::Money(l.paid),
                Field::Cost => money(l.cost),
                Field::Quantity => Value::Number(l.quantity),
                Field::Channel => text(l.channel.as_deref()),
                Field::Store => text(l.store.as_deref()),
                Field::Product => text(l.product.as_deref()),
                Field::Category => text(l.category.as_deref()),
                Field::Brand => text(l.brand.as_deref()),
                _ => Value::Null,
            },
            Fact::Refund(r) => match field {
                Field::Refunded => Value::Money(r.amount),
                Field::Reason => text(r.fact.reason.as_deref()),
                Field::Linked => Value::Bool(r.linked),
                _ => Value::Null,
            },
            Fact::Interaction(i) => match field {
                Field::Kind => text(Some(&i.kind)),
                Field::Channel => text(i.channel.as_deref()),
                _ => Value::Null,
            },
            Fact::Answer(a) => match field {
                Field::Kind => text(Some(&a.question)),
                Field::Channel => text(a.channel.as_deref()),
                Field::Score => Value::Number(a.score),
                _ => Value::Null,
            },
        }
    }

    fn reference(&self, fact: FactKind) -> FactRef {
        let (title, order_id) = match self {
            Fact::Order(o) => (Label::new(format!("订单 {}", o.id), format!("Order {}", o.id)), Some(o.id.to_owned())),
            Fact::Line(l) => {
                let name = l.product.as_deref().or(l.category.as_deref());
                let title = name.map_or_else(|| Label::new("订单明细", "Order line"), Label::same);
                (title, Some(l.order_id.clone()))
            }
            Fact::Refund(r) => {
                let id = r.fact.order_id.clone();
                let title = match &id {
                    Some(id) => Label::new(format!("退款（订单 {id}）"), format!("Refund of order {id}")),
                    None => Label::new("退款", "Refund"),
                };
                (title, id)
            }
            Fact::Interaction(i) => (words::interaction(&i.kind), None),
            Fact::Answer(a) => (words::answer(&a.question, a.score), None),
        };
        FactRef { fact, at: self.at(), day: self.day(), title, order_id, amount: self.amount() }
    }
}

fn measure(facts: &[Fact], aggregate: &Aggregate, ty: ValueType, today: Day) -> Value {
    let known = |field: Field| facts.iter().map(move |f| f.field(field)).filter(|v| !v.is_null());
    let since = |f: Option<&Fact>| f.map_or(Value::Null, |f| Value::Int(i64::from(today.0) - i64::from(f.day().0)));
    match &aggregate.measure {
        Measure::Count => Value::Int(facts.len() as i64),
        Measure::Sum(field) => total(known(*field), ty).0,
        Measure::Mean(field) => match total(known(*field), ty) {
            (_, 0) => Value::Null,
            (Value::Money(sum), n) => Value::Money(div_half_even(i128::from(sum), n as i128) as i64),
            (Value::Number(sum), n) => Value::Number(sum / n as f64),
            _ => Value::Null,
        },
        Measure::Min(field) => known(*field).reduce(|a, b| if b.as_f64() < a.as_f64() { b } else { a }).unwrap_or_default(),
        Measure::Max(field) => known(*field).reduce(|a, b| if b.as_f64() > a.as_f64() { b } else { a }).unwrap_or_default(),
        Measure::Last(field) => facts.last().map(|f| f.field(*field)).unwrap_or_default(),
        Measure::First(field) => facts.first().map(|f| f.field(*field)).unwrap_or_default(),
        Measure::Distinct(field) => {
            let different: BTreeSet<(u64, String)> = known(*field).map(identity).collect();
            Value::Int(different.len() as i64)
        }
        Measure::Top(field) => top(facts, *field).map_or(Value::Null, |(name, _, _)| Value::Text(name)),
        Measure::TopShare(field) => top(facts, *field).map_or(Value::Null, |(_, n, all)| Value::Number(n as f64 / all as f64)),
        Measure::DaysSinceLast => since(facts.last()),
        Measure::DaysSinceFirst => since(facts.first()),
        Measure::MeanGap | Measure::SdGap | Measure::P90Gap | Measure::P90GapBefore | Measure::LastGap | Measure::Gaps => {
            gap(&gaps(facts), &aggregate.measure)
        }
        Measure::ActiveDays => Value::Int(days(facts).len() as i64),
    }
}

/// Sum of known values and how many they are.
fn total(values: impl Iterator<Item = Value>, ty: ValueType) -> (Value, usize) {
    let (mut money, mut number, mut n) = (0i64, 0f64, 0usize);
    for value in values {
        n += 1;
        match value {
            Value::Money(m) => money = money.saturating_add(m),
            other => number += other.as_f64().unwrap_or(0.0),
        }
    }
    (if ty == ValueType::Money { Value::Money(money) } else { Value::Number(number) }, n)
}

fn identity(value: Value) -> (u64, String) {
    match value {
        Value::Text(t) => (0, t),
        // -0 and 0 are one number
        other => ((other.as_f64().unwrap_or(0.0) + 0.0).to_bits(), String::new()),
    }
}

/// Most frequent text, how often it occurs, and how many facts have the field.
fn top(facts: &[Fact], field: Field) -> Option<(String, usize, usize)> {
    let mut found: BTreeMap<String, (usize, i64)> = BTreeMap::new();
    let mut all = 0;
    for fact in facts {
        if let Value::Text(name) = fact.field(field) {
            all += 1;
            let entry = found.entry(name).or_default();
            entry.0 += 1;
            entry.1 = entry.1.saturating_add(fact.amount().unwrap_or(0));
        }
    }
    // the map is in order of the texts, so the first of equal ones is the alphabetically first
    let best = found.into_iter().reduce(|best, other| if other.1 > best.1 { other } else { best });
    best.map(|(name, (n, _))| (name, n, all))
}

/// The different days, ascending.
fn days(facts: &[Fact]) -> BTreeSet<Day> {
    facts.iter().map(Fact::day).collect()
}

/// Whole days between consecutive different days, in time order.
fn gaps(facts: &[Fact]) -> Vec<i64> {
    let days: Vec<i64> = days(facts).into_iter().map(|d| i64::from(d.0)).collect();
    days.iter().zip(days.iter().skip(1)).map(|(a, b)| b - a).collect()
}

fn gap(gaps: &[i64], measure: &Measure) -> Value {
    let mean = |gaps: &[i64]| gaps.iter().sum::<i64>() as f64 / gaps.len() as f64;
    let int = |x: Option<i64>| x.map_or(Value::Null, Value::Int);
    match measure {
        Measure::Gaps => Value::Int(gaps.len() as i64),
        _ if gaps.is_empty() => Value::Null,
        Measure::MeanGap => Value::Number(mean(gaps)),
        Measure::SdGap => {
            let centre = mean(gaps);
            let squares: f64 = gaps.iter().map(|g| (*g as f64 - centre).powi(2)).sum();
            Value::Number((squares / gaps.len() as f64).sqrt())
        }
        Measure::P90Gap => int(p90(gaps)),
        Measure::P90GapBefore => int(gaps.split_last().and_then(|(_, before)| p90(before))),
        Measure::LastGap => int(gaps.last().copied()),
        _ => Value::Null,
    }
}

/// 90th percentile by nearest rank: the ⌈0.9·n⌉-th smallest.
fn p90(gaps: &[i64]) -> Option<i64> {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    sorted.get((sorted.len() * 9).div_ceil(10).checked_sub(1)?).copied()
}
