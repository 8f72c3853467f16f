//! The rule: one tree of plain data, one text form, one JSON form, evaluated row by row here and set-wise in `lake`.
//!
//! Two-valued logic: a comparison with an unknown value is false, and `not` turns it into true; `is missing` asks directly.

mod base;
mod check;
pub mod compiled;
mod conditions;
pub(crate) mod decimal;
mod error;
mod lex;
mod literal;
mod names;
mod parse;
mod print;
pub(crate) mod render;
pub mod span;
mod typing;

#[cfg(test)]
mod tests;

pub use base::{cut, round_half_even};
pub(crate) use base::cut_place;
pub use check::{check, check_formula, check_text};
pub use compiled::{BaseKey, Compiled, Formula, Row, Top, TopKey};
pub use conditions::{Condition, classifications_named, conditions, features_named, features_read, segments_named};
pub(crate) use conditions::is_group;
pub use error::{Code, Error};
pub use names::{Names, Vocabulary};
pub use parse::{parse, parse_expr};
pub use render::{amount, in_words, render, render_expr, render_value, render_window, sentence};
pub use typing::{aggregate_type, field_type};

use crate::{feature::Aggregate, period::Day};
use serde::{Deserialize, Serialize};

/// A condition over one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// every one holds; empty = everyone
    All(Vec<Rule>),
    /// at least one holds; empty = nobody
    Any(Vec<Rule>),
    /// does not hold
    Not(Box<Rule>),
    /// `left op right`
    Compare {
        /// left side
        left: Expr,
        /// comparison
        op: Op,
        /// right side
        right: Expr,
    },
    /// `low ≤ expr ≤ high`
    Between {
        /// what
        expr: Expr,
        /// lower bound, included
        low: Expr,
        /// upper bound, included
        high: Expr,
    },
    /// `expr in (a, b, c)`
    In {
        /// what
        expr: Expr,
        /// any of these
        values: Vec<Literal>,
    },
    /// text contains this text (case-insensitive)
    Contains {
        /// what
        expr: Expr,
        /// the text
        text: String,
    },
    /// value is not known
    Missing {
        /// what
        expr: Expr,
    },
    /// member of a segment
    Member {
        /// segment key
        segment: String,
    },
    /// among the top (or bottom) `percent` of customers by a numeric expression: fewer than percent/100 · n customers
    /// with a known value are strictly better
    Top {
        /// 0 < percent ≤ 100
        percent: f64,
        /// by what
        by: Expr,
        /// `bottom 10 % by` instead of `top`
        #[serde(default)]
        bottom: bool,
    },
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// equal
    #[serde(rename = "=")]
    Eq,
    /// different
    #[serde(rename = "!=")]
    Ne,
    /// less
    #[serde(rename = "<")]
    Lt,
    /// less or equal
    #[serde(rename = "<=")]
    Le,
    /// greater
    #[serde(rename = ">")]
    Gt,
    /// greater or equal
    #[serde(rename = ">=")]
    Ge,
}

/// A constant as people write it; money in MAJOR units (`5000`), turned into minor units when the rule is compiled.
///
/// JSON: `true`, `5000`, `"app"`, `"2026-03-05"` (a day); a text that looks like a day is `{"text":"2026-03-05"}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// true / false
    Bool(bool),
    /// number
    Number(f64),
    /// a business day, `2026-03-05`
    Day(Day),
    /// text
    Text(String),
}

/// Arithmetic over features and aggregates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// constant
    Literal(Literal),
    /// a feature, or a class as `class.<classification key>` (Text: the class key)
    Feature(String),
    /// an aggregate written in place: `sum(orders.net, last 90 days, channel = "app")`
    Aggregate(Box<Aggregate>),
    /// `-a`
    Neg(Box<Expr>),
    /// `a + b`, `a - b`, `a * b`, `a / b`; division by 0 is unknown
    Binary {
        /// left side
        left: Box<Expr>,
        /// operator
        op: Arith,
        /// right side
        right: Box<Expr>,
    },
    /// `max(a, b, …)`, `min`, `abs`, `coalesce` (first known)
    Call {
        /// function
        function: Function,
        /// arguments
        args: Vec<Expr>,
    },
    /// the same number for everyone: `mean_of_all(recency_days)`; over customers with a known value
    Base {
        /// which statistic
        stat: Stat,
        /// numeric feature key
        of: String,
        /// only over customers for whom this feature is > 0 (e.g. `orders`: buyers)
        #[serde(default, skip_serializing_if = "Option::is_none")]
        among: Option<String>,
    },
}

/// Arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arith {
    /// plus
    #[serde(rename = "+")]
    Add,
    /// minus
    #[serde(rename = "-")]
    Sub,
    /// times
    #[serde(rename = "*")]
    Mul,
    /// divided by
    #[serde(rename = "/")]
    Div,
}

/// Function of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// largest known argument
    Max,
    /// smallest known argument
    Min,
    /// magnitude
    Abs,
    /// first known argument
    Coalesce,
    /// round half to even to a whole number
    Round,
}

/// Statistic over the whole base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stat {
    /// arithmetic mean
    Mean,
    /// median: the lower of two middle values
    Median,
    /// 90th percentile, nearest rank: the ⌈0.9·n⌉-th smallest
    P90,
    /// sum
    Sum,
}
