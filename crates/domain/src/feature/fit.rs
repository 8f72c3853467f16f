//! What was said, in the type that is asked for now. What was said stays as it was said; a field that is given another kind reads it in
//! another way, and given the first one again, as before.

use crate::{
    money::{Currency, decimal},
    period::Day,
    rule::decimal::minor,
    value::{Value, ValueType},
};

/// Numbers as large as this are nothing people write.
const LARGEST: f64 = 1e15;

/// A value in the type its feature or field declares: numbers widen, amounts are in major units where they are numbers or text, a text
/// that reads as the type is read; anything else is unknown.
pub fn fit(value: Value, ty: ValueType, currency: Currency) -> Value {
    match (value, ty) {
        (v, ty) if v.value_type() == Some(ty) => v,
        (Value::Int(i), ValueType::Number) => Value::Number(i as f64),
        (Value::Number(x), ValueType::Int) => whole(x),
        (Value::Int(i), ValueType::Bool) if i == 0 || i == 1 => Value::Bool(i == 1),
        (Value::Number(x), ValueType::Bool) if x == 0.0 || x == 1.0 => Value::Bool(x == 1.0),
        (Value::Bool(b), ValueType::Int) => Value::Int(i64::from(b)),
        (Value::Bool(b), ValueType::Number) => Value::Number(f64::from(u8::from(b))),
        (Value::Int(i), ValueType::Money) => i.checked_mul(currency.scale()).map_or(Value::Null, Value::Money),
        (Value::Number(x), ValueType::Money) => amount(x, currency),
        (Value::Money(m), ValueType::Number) => Value::Number(m as f64 / currency.scale() as f64),
        (Value::Money(m), ValueType::Int) if m % currency.scale() == 0 => Value::Int(m / currency.scale()),
        (Value::Int(i), ValueType::Text) => Value::Text(i.to_string()),
        (Value::Number(x), ValueType::Text) => Value::Text(x.to_string()),
        (Value::Money(m), ValueType::Text) => Value::Text(decimal(m, currency.digits())),
        (Value::Bool(b), ValueType::Text) => Value::Text(b.to_string()),
        (Value::Day(d), ValueType::Text) => Value::Text(d.to_string()),
        (Value::Text(t), ValueType::Int) => t.trim().parse().map_or(Value::Null, Value::Int),
        (Value::Text(t), ValueType::Number) => number(&t).map_or(Value::Null, Value::Number),
        (Value::Text(t), ValueType::Money) => number(&t).map_or(Value::Null, |x| amount(x, currency)),
        (Value::Text(t), ValueType::Day) => Day::parse(t.trim()).map_or(Value::Null, Value::Day),
        (Value::Text(t), ValueType::Bool) => truth(&t).map_or(Value::Null, Value::Bool),
        _ => Value::Null,
    }
}

fn whole(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 9e15 { Value::Int(x as i64) } else { Value::Null }
}

fn amount(x: f64, currency: Currency) -> Value {
    Some(x).filter(|x| x.abs() < LARGEST).and_then(|x| minor(x, currency.digits())).map_or(Value::Null, Value::Money)
}

fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', "").parse().ok().filter(|x: &f64| x.is_finite())
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" | "有" | "对" => Some(true),
        "false" | "no" | "n" | "0" | "否" | "无" | "没有" | "不是" => Some(false),
        _ => None,
    }
}
