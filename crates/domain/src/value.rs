//! One value of a feature or attribute, and its type.

use crate::period::Day;
use serde::{Deserialize, Serialize};

/// What kind of value a feature, attribute or expression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// true / false
    Bool,
    /// whole number (counts, days, scores)
    Int,
    /// any number (shares, means)
    Number,
    /// minor units of the workspace's reporting currency
    Money,
    /// text (category, city, …)
    Text,
    /// business day
    Day,
}

impl ValueType {
    /// Bool, Int, Number, Money and Day can be ordered and put on one axis; Text cannot.
    pub fn is_numeric(self) -> bool {
        matches!(self, ValueType::Int | ValueType::Number | ValueType::Money)
    }
}

/// One value. `Null` means "not known" and is equal to nothing, not even to itself, in a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// not known
    #[default]
    Null,
    /// true / false
    Bool(bool),
    /// whole number
    Int(i64),
    /// any number; never NaN
    Number(f64),
    /// minor units of the reporting currency
    Money(i64),
    /// text
    Text(String),
    /// business day
    Day(Day),
}

impl Value {
    /// `None` for `Null`.
    pub fn value_type(&self) -> Option<ValueType> {
        Some(match self {
            Value::Null => return None,
            Value::Bool(_) => ValueType::Bool,
            Value::Int(_) => ValueType::Int,
            Value::Number(_) => ValueType::Number,
            Value::Money(_) => ValueType::Money,
            Value::Text(_) => ValueType::Text,
            Value::Day(_) => ValueType::Day,
        })
    }

    /// Is it `Null`?
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Position on the number line: Bool 0/1, Int and Number as they are, Money in MINOR units, Day in days since
    /// 1970-01-01; `None` for Text and Null. Exact below 2^53, which covers ninety trillion yuan in fen.
    pub fn as_f64(&self) -> Option<f64> {
        Some(match self {
            Value::Bool(b) => f64::from(u8::from(*b)),
            Value::Int(i) | Value::Money(i) => *i as f64,
            Value::Number(x) => *x,
            Value::Day(d) => f64::from(d.0),
            Value::Null | Value::Text(_) => return None,
        })
    }

    /// The text of a `Text`.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(t) = self { Some(t) } else { None }
    }
}
