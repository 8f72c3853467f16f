//! JSON of literals: as short as people would write it, and lossless.

use super::Literal;
use crate::period::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const EXACT: f64 = 9_007_199_254_740_992.0;

/// A day exactly as `2026-03-05`; `20260305` is a product number.
fn day(text: &str) -> Option<Day> {
    Day::parse(text).filter(|d| d.to_string() == text)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    text: String,
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Literal::Bool(b) => s.serialize_bool(*b),
            Literal::Number(x) if x.fract() == 0.0 && x.abs() <= EXACT => s.serialize_i64(*x as i64),
            Literal::Number(x) => s.serialize_f64(*x),
            Literal::Day(d) => d.serialize(s),
            Literal::Text(t) if day(t).is_some() => Plain { text: t.clone() }.serialize(s),
            Literal::Text(t) => s.serialize_str(t),
        }
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            Bool(bool),
            Number(f64),
            Text(String),
            Plain(Plain),
        }
        Ok(match Shape::deserialize(d)? {
            Shape::Bool(b) => Literal::Bool(b),
            Shape::Number(x) if x.is_finite() => Literal::Number(x),
            Shape::Number(x) => return Err(D::Error::custom(format!("not a number: {x}"))),
            Shape::Text(t) => match day(&t) {
                Some(day) => Literal::Day(day),
                None => Literal::Text(t),
            },
            Shape::Plain(p) => Literal::Text(p.text),
        })
    }
}
