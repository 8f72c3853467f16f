//! Which fields a fact has, of which type, and the type an aggregate gives.

use crate::{
    feature::{Aggregate, FactKind, Field, Measure},
    value::ValueType,
};

/// Type of a fact's field; `None` if such facts have no such field.
pub fn field_type(fact: FactKind, field: Field) -> Option<ValueType> {
    use FactKind::{AllOrders, Answers, Interactions, Lines, Orders, Refunds};
    let (facts, ty): (&[FactKind], ValueType) = match field {
        Field::Net | Field::Discount => (&[Orders, AllOrders], ValueType::Money),
        Field::Gross | Field::Cost => (&[Orders, AllOrders, Lines], ValueType::Money),
        Field::Refunded => (&[Orders, AllOrders, Refunds], ValueType::Money),
        Field::Quantity => (&[Orders, AllOrders, Lines], ValueType::Number),
        Field::Channel => (&[Orders, AllOrders, Lines, Interactions, Answers], ValueType::Text),
        Field::Store => (&[Orders, AllOrders, Lines], ValueType::Text),
        Field::Payment | Field::Coupon => (&[Orders, AllOrders], ValueType::Text),
        Field::Product | Field::Category | Field::Brand => (&[Lines], ValueType::Text),
        Field::Reason => (&[Refunds], ValueType::Text),
        Field::Kind => (&[Interactions, Answers], ValueType::Text),
        Field::Score => (&[Answers], ValueType::Number),
        Field::Day => return Some(ValueType::Day),
        Field::Weekday => return Some(ValueType::Int),
        Field::Cancelled => (&[AllOrders], ValueType::Bool),
        Field::Linked => (&[Refunds], ValueType::Bool),
    };
    facts.contains(&fact).then_some(ty)
}

/// Type of an aggregate's value; `None` if its facts lack the field or the field cannot be measured so.
pub fn aggregate_type(aggregate: &Aggregate) -> Option<ValueType> {
    let field = |f: &Field| field_type(aggregate.fact, *f);
    match &aggregate.measure {
        Measure::Sum(f) | Measure::Mean(f) => field(f).filter(|t| matches!(t, ValueType::Money | ValueType::Number)),
        Measure::Min(f) | Measure::Max(f) => field(f).filter(|t| *t != ValueType::Text),
        Measure::Last(f) | Measure::First(f) => field(f),
        Measure::Top(f) => field(f).filter(|t| *t == ValueType::Text),
        Measure::Distinct(f) => field(f).map(|_| ValueType::Int),
        Measure::TopShare(f) => field(f).filter(|t| *t == ValueType::Text).map(|_| ValueType::Number),
        Measure::MeanGap | Measure::SdGap => Some(ValueType::Number),
        Measure::Count
        | Measure::DaysSinceLast
        | Measure::DaysSinceFirst
        | Measure::P90Gap
        | Measure::P90GapBefore
        | Measure::Gaps
        | Measure::LastGap
        | Measure::ActiveDays => Some(ValueType::Int),
    }
}

/// Kinds of facts by the name a rule uses.
pub(super) const FACTS: [(FactKind, &str); 6] = [
    (FactKind::Orders, "orders"),
    (FactKind::AllOrders, "all_orders"),
    (FactKind::Lines, "lines"),
    (FactKind::Refunds, "refunds"),
    (FactKind::Interactions, "interactions"),
    (FactKind::Answers, "answers"),
];

/// Fields of facts by the name a rule uses.
pub(super) const FIELDS: [(Field, &str); 20] = [
    (Field::Net, "net"),
    (Field::Gross, "gross"),
    (Field::Refunded, "refunded"),
    (Field::Cost, "cost"),
    (Field::Discount, "discount"),
    (Field::Quantity, "quantity"),
    (Field::Channel, "channel"),
    (Field::Store, "store"),
    (Field::Payment, "payment"),
    (Field::Coupon, "coupon"),
    (Field::Product, "product"),
    (Field::Category, "category"),
    (Field::Brand, "brand"),
    (Field::Reason, "reason"),
    (Field::Kind, "kind"),
    (Field::Score, "score"),
    (Field::Day, "day"),
    (Field::Weekday, "weekday"),
    (Field::Cancelled, "cancelled"),
    (Field::Linked, "linked"),
];

/// Measures without a field, by the name a rule uses.
pub(super) const PLAIN: [(Measure, &str); 10] = [
    (Measure::Count, "count"),
    (Measure::DaysSinceLast, "days_since_last"),
    (Measure::DaysSinceFirst, "days_since_first"),
    (Measure::MeanGap, "mean_gap"),
    (Measure::P90Gap, "p90_gap"),
    (Measure::P90GapBefore, "p90_gap_before"),
    (Measure::Gaps, "gaps"),
    (Measure::SdGap, "sd_gap"),
    (Measure::LastGap, "last_gap"),
    (Measure::ActiveDays, "active_days"),
];

/// Makes a measure of a field.
pub(super) type OfField = fn(Field) -> Measure;

/// Measures of a field, by the name a rule uses.
pub(super) const OF_FIELD: [(OfField, &str); 9] = [
    (Measure::Sum, "sum"),
    (Measure::Mean, "mean"),
    (Measure::Min, "min"),
    (Measure::Max, "max"),
    (Measure::Last, "last"),
    (Measure::First, "first"),
    (Measure::Distinct, "distinct"),
    (Measure::Top, "top"),
    (Measure::TopShare, "top_share"),
];

pub(super) fn by_key<T: Clone>(table: &[(T, &'static str)], key: &str) -> Option<T> {
    table.iter().find(|(_, k)| *k == key).map(|(x, _)| x.clone())
}

/// The name a rule uses for these facts.
pub(super) fn fact_key(fact: FactKind) -> &'static str {
    FACTS.iter().find(|(f, _)| *f == fact).map_or("", |(_, k)| k)
}

/// The name a rule uses for this field.
pub(super) fn field_key(field: Field) -> &'static str {
    FIELDS.iter().find(|(f, _)| *f == field).map_or("", |(_, k)| k)
}

/// `orders.net` → its two halves, if the first is a kind of facts.
pub(super) fn split_field(name: &str) -> Option<(FactKind, &str)> {
    let (fact, field) = name.split_once('.')?;
    Some((by_key(&FACTS, fact)?, field))
}
