//! Numbers, money, days and texts as people read them.

use super::super::{Literal, Names, decimal};
use crate::{
    label::{Label, Lang},
    money::{self, Currency},
    value::{Value, ValueType},
};

/// A value for people: `¥1,234.50`, `12`, `0.3333`, `“上海”`, `2026-03-05`; the name of a class or coded value by `key`.
pub fn render_value(value: &Value, key: Option<&str>, lang: Lang, names: &dyn Names) -> String {
    match value {
        Value::Null => lang.pick("未知", "unknown").to_owned(),
        Value::Bool(b) => yes_no(*b, lang).to_owned(),
        Value::Int(i) => with_unit(grouped(&i.to_string()), unit_of(key, names), *i == 1, lang),
        Value::Number(x) => match unit_of(key, names) {
            Some(unit) if is_share(&unit) => percent(*x),
            unit => with_unit(rounded(*x), unit, *x == 1.0, lang),
        },
        Value::Money(minor) => amount(*minor, names.currency()),
        Value::Text(text) => text_value(text, key, lang, names),
        Value::Day(day) => day.to_string(),
    }
}

fn unit_of(key: Option<&str>, names: &dyn Names) -> Option<Label> {
    key.and_then(|k| names.unit(k))
}

/// A literal beside something of this type, with its unit.
pub(super) fn literal(
    literal: &Literal,
    ty: Option<ValueType>,
    key: Option<&str>,
    unit: Option<Label>,
    lang: Lang,
    names: &dyn Names,
) -> String {
    match literal {
        Literal::Bool(b) => yes_no(*b, lang).to_owned(),
        Literal::Number(x) if ty == Some(ValueType::Money) => match decimal::minor(*x, names.currency().digits()) {
            Some(minor) => amount(minor, names.currency()),
            None => grouped(&x.to_string()),
        },
        Literal::Number(x) if unit.as_ref().is_some_and(is_share) => percent(*x),
        Literal::Number(x) => with_unit(grouped(&x.to_string()), unit, *x == 1.0, lang),
        Literal::Day(day) => day.to_string(),
        Literal::Text(text) => text_value(text, key, lang, names),
    }
}

fn yes_no(b: bool, lang: Lang) -> &'static str {
    if b { lang.pick("是", "yes") } else { lang.pick("否", "no") }
}

fn text_value(text: &str, key: Option<&str>, lang: Lang, names: &dyn Names) -> String {
    let label = key.and_then(|key| names.value_label(key, text));
    format!("“{}”", label.as_ref().map_or(text, |l| l.get(lang)))
}

/// Is it a part of a whole, 0 to 1?
fn is_share(unit: &Label) -> bool {
    unit.en == "share"
}

fn percent(share: f64) -> String {
    format!("{}%", rounded(share * 100.0))
}

fn with_unit(number: String, unit: Option<Label>, one: bool, lang: Lang) -> String {
    let Some(unit) = unit else { return number };
    let unit = unit.get(lang);
    let unit = if one && lang == Lang::En { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
    match unit {
        "" => number,
        unit => format!("{number} {unit}"),
    }
}

/// An amount: currency sign, thousands, minor units only if there are any.
pub fn amount(minor: i64, currency: Currency) -> String {
    let text = money::decimal(minor, currency.digits());
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest.to_owned()),
        None => ("", text),
    };
    let text = match text.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|b| b == b'0') => whole.to_owned(),
        _ => text,
    };
    format!("{sign}{}{}", currency.symbol(), grouped(&text))
}

/// At most two decimals, four below 1.
fn rounded(x: f64) -> String {
    let text = if x.abs() < 1.0 { format!("{x:.4}") } else { format!("{x:.2}") };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    grouped(if text == "-0" { "0" } else { text })
}

/// Thousands separated by commas.
pub fn grouped(number: &str) -> String {
    let (whole, rest) = number.find('.').and_then(|dot| number.split_at_checked(dot)).unwrap_or((number, ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut text = String::with_capacity(number.len() + digits.len() / 3);
    text.push_str(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(rest);
    text
}
