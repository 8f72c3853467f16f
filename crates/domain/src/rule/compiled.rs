//! A checked rule: typed, money in minor units, every name resolved. `lake` evaluates the same tree over columns.
//!
//! Everything that can be ordered lives on one number line (`Value::as_f64`): Bool 0/1, Int, Number, Money in minor
//! units, Day as days since 1970-01-01. An unknown value makes a comparison false, never an error.

use super::{Arith, Op, Stat, base::round_half_even};
use crate::{
    feature::Aggregate,
    period::Day,
    value::{Value, ValueType},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One customer as a rule sees it.
pub trait Row {
    /// Value of a feature, of a class (`class.<key>`, Text) or of an interned aggregate (`agg:<canonical text>`).
    fn value(&self, key: &str) -> Value;
    /// Member of this segment, after exclusions and priorities?
    fn member(&self, segment: &str) -> bool;
    /// A statistic over all customers; money in minor units.
    fn base(&self, key: &BaseKey) -> Option<f64>;
    /// The cut of a `top n %` (see [`super::cut`]).
    fn cut(&self, key: &TopKey) -> Option<f64>;
}

/// Which statistic over all customers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BaseKey {
    /// mean, median or sum
    pub stat: Stat,
    /// of this numeric feature
    pub of: String,
    /// only over customers for whom this feature is > 0
    pub among: Option<String>,
}

/// Identity of a `top n %`: its canonical text, `top 10 % by net`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TopKey(pub String);

impl fmt::Display for TopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A cut that must be known before a rule can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// identity
    pub key: TopKey,
    /// 0 < percent ≤ 100
    pub percent: f64,
    /// bottom instead of top
    pub bottom: bool,
    /// by what; customers for whom it is unknown do not count
    pub by: Num,
}

/// A condition with all types settled. `All`, `Any` and `Not` stand exactly where they stand in the rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Pred {
    /// every one; empty = true
    All(Vec<Pred>),
    /// at least one; empty = false
    Any(Vec<Pred>),
    /// not
    Not(Box<Pred>),
    /// false if a side is unknown
    Compare {
        /// left side
        left: Num,
        /// comparison
        op: Op,
        /// right side
        right: Num,
        /// type of both sides
        ty: ValueType,
    },
    /// `low ≤ num ≤ high`; false if one is unknown
    Between {
        /// what
        num: Num,
        /// lower bound, included
        low: Num,
        /// upper bound, included
        high: Num,
        /// type of all three
        ty: ValueType,
    },
    /// any of these numbers
    NumIn {
        /// what
        num: Num,
        /// numbers
        values: Vec<f64>,
        /// type of all
        ty: ValueType,
    },
    /// texts equal (or different, `negated`); false if a side is unknown, negated or not
    TextEq {
        /// left side
        left: Text,
        /// right side
        right: Text,
        /// `!=`
        negated: bool,
    },
    /// any of these texts
    TextIn {
        /// what
        text: Text,
        /// texts
        values: Vec<String>,
    },
    /// contains this text, whatever the case
    Contains {
        /// what
        text: Text,
        /// lower case
        needle: String,
    },
    /// the number is unknown
    NumMissing {
        /// what
        num: Num,
        /// its type
        ty: ValueType,
    },
    /// the text is unknown
    TextMissing {
        /// what
        text: Text,
    },
    /// member of the segment
    Member(String),
    /// the number is `≥` (bottom: `≤`) the cut; false if one is unknown
    Top {
        /// by what
        num: Num,
        /// which cut
        key: TopKey,
        /// bottom instead of top
        bottom: bool,
        /// type of the number
        ty: ValueType,
    },
}

/// A number per customer, or unknown.
#[derive(Debug, Clone, PartialEq)]
pub enum Num {
    /// the same for everyone
    Literal(f64),
    /// a feature or an interned aggregate, by key; its position on the number line
    Column(String),
    /// the same for everyone, found from everyone
    Base(BaseKey),
    /// `-a`
    Neg(Box<Num>),
    /// arithmetic; unknown if a side is unknown, a divisor is 0 or the result is not finite
    Binary {
        /// left side
        left: Box<Num>,
        /// operator
        op: Arith,
        /// right side
        right: Box<Num>,
    },
    /// largest known; unknown if none is known
    Max(Vec<Num>),
    /// smallest known
    Min(Vec<Num>),
    /// first known
    Coalesce(Vec<Num>),
    /// magnitude
    Abs(Box<Num>),
    /// to the nearest multiple of `unit`, halves to even: whole numbers, and for money whole MAJOR units
    Round {
        /// what
        num: Box<Num>,
        /// 1, or the currency's scale for money
        unit: f64,
    },
}

/// A text per customer, or unknown.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    /// the same for everyone
    Literal(String),
    /// a text feature, a class or an interned aggregate, by key
    Column(String),
    /// first known
    Coalesce(Vec<Text>),
}

/// A number or a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// on the number line
    Num(Num),
    /// text
    Text(Text),
}

impl Scalar {
    /// The number, if it is one.
    pub fn num(&self) -> Option<&Num> {
        match self {
            Scalar::Num(num) => Some(num),
            Scalar::Text(_) => None,
        }
    }
}

/// What must be at hand before a tree can be evaluated. Each list is sorted and without repetition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Needs {
    /// feature keys, `class.<key>` among them; also those that statistics are taken of
    pub features: Vec<String>,
    /// aggregates written in place, by interned key
    pub aggregates: Vec<(String, Aggregate)>,
    /// segments
    pub segments: Vec<String>,
    /// statistics over all customers
    pub bases: Vec<BaseKey>,
    /// cuts
    pub tops: Vec<Top>,
}

/// The key under which [`Row::value`] answers an aggregate written in place: `agg:` and its canonical text.
pub fn aggregate_key(aggregate: &Aggregate) -> String {
    format!("agg:{}", super::print::Canonical(aggregate))
}

/// A checked rule, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub(super) pred: Pred,
    pub(super) needs: Needs,
}

/// A checked expression with the type its values shall have.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// the tree
    pub scalar: Scalar,
    /// type of its values; Int and Money are rounded half to even
    pub ty: ValueType,
    pub(super) needs: Needs,
}

impl Compiled {
    /// Does the rule hold for this customer?
    pub fn holds(&self, row: &dyn Row) -> bool {
        self.pred.holds(row)
    }

    /// The tree.
    pub fn pred(&self) -> &Pred {
        &self.pred
    }

    /// Everything it reads.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Feature keys it reads.
    pub fn features(&self) -> &[String] {
        &self.needs.features
    }

    /// Aggregates written in place, by the key under which [`Row::value`] answers them.
    pub fn aggregates(&self) -> &[(String, Aggregate)] {
        &self.needs.aggregates
    }

    /// Segments it names.
    pub fn segments(&self) -> &[String] {
        &self.needs.segments
    }

    /// Statistics over all customers it compares with.
    pub fn bases(&self) -> &[BaseKey] {
        &self.needs.bases
    }

    /// Cuts it compares with.
    pub fn tops(&self) -> &[Top] {
        &self.needs.tops
    }
}

impl Formula {
    /// Everything it reads.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The value for this customer.
    pub fn value(&self, row: &dyn Row) -> Value {
        match &self.scalar {
            Scalar::Num(num) => num.eval(row).map_or(Value::Null, |x| typed(x, self.ty)),
            Scalar::Text(text) => text.eval(row).map_or(Value::Null, Value::Text),
        }
    }
}

/// A point of the number line as a value of this type; Int, Money and Day are rounded half to even.
pub fn typed(x: f64, ty: ValueType) -> Value {
    match ty {
        _ if !x.is_finite() => Value::Null,
        ValueType::Bool => Value::Bool(x != 0.0),
        ValueType::Int => Value::Int(x.round_ties_even() as i64),
        ValueType::Money => Value::Money(x.round_ties_even() as i64),
        ValueType::Day => Value::Day(Day(x.round_ties_even() as i32)),
        ValueType::Number => Value::Number(x),
        ValueType::Text => Value::Null,
    }
}

impl Pred {
    /// Does it hold for this customer?
    pub fn holds(&self, row: &dyn Row) -> bool {
        match self {
            Pred::All(preds) => preds.iter().all(|p| p.holds(row)),
            Pred::Any(preds) => preds.iter().any(|p| p.holds(row)),
            Pred::Not(pred) => !pred.holds(row),
            Pred::Compare { left, op, right, .. } => match (left.eval(row), right.eval(row)) {
                (Some(a), Some(b)) => op.numbers(a, b),
                _ => false,
            },
            Pred::Between { num, low, high, .. } => match (num.eval(row), low.eval(row), high.eval(row)) {
                (Some(x), Some(low), Some(high)) => low <= x && x <= high,
                _ => false,
            },
            Pred::NumIn { num, values, .. } => num.eval(row).is_some_and(|x| values.contains(&x)),
            Pred::TextEq { left, right, negated } => match (left.eval(row), right.eval(row)) {
                (Some(a), Some(b)) => (a == b) != *negated,
                _ => false,
            },
            Pred::TextIn { text, values } => text.eval(row).is_some_and(|t| values.contains(&t)),
            Pred::Contains { text, needle } => text.eval(row).is_some_and(|t| t.to_lowercase().contains(needle.as_str())),
            Pred::NumMissing { num, .. } => num.eval(row).is_none(),
            Pred::TextMissing { text } => text.eval(row).is_none(),
            Pred::Member(segment) => row.member(segment),
            Pred::Top { num, key, bottom, .. } => match (num.eval(row), row.cut(key)) {
                (Some(x), Some(cut)) => if *bottom { x <= cut } else { x >= cut },
                _ => false,
            },
        }
    }
}

impl Num {
    /// The number for this customer.
    pub fn eval(&self, row: &dyn Row) -> Option<f64> {
        let fold = |nums: &[Num], pick: fn(f64, f64) -> f64| nums.iter().filter_map(|n| n.eval(row)).reduce(pick);
        match self {
            Num::Literal(x) => Some(*x),
            Num::Column(key) => row.value(key).as_f64(),
            Num::Base(key) => row.base(key),
            Num::Neg(num) => num.eval(row).map(|x| -x),
            Num::Binary { left, op, right } => op.apply(left.eval(row)?, right.eval(row)?),
            Num::Max(nums) => fold(nums, f64::max),
            Num::Min(nums) => fold(nums, f64::min),
            Num::Coalesce(nums) => nums.iter().find_map(|n| n.eval(row)),
            Num::Abs(num) => num.eval(row).map(f64::abs),
            Num::Round { num, unit } => num.eval(row).map(|x| round_half_even(x, *unit)),
        }
    }
}

impl Text {
    /// The text for this customer.
    pub fn eval(&self, row: &dyn Row) -> Option<String> {
        match self {
            Text::Literal(t) => Some(t.clone()),
            Text::Column(key) => match row.value(key) {
                Value::Text(t) => Some(t),
                _ => None,
            },
            Text::Coalesce(texts) => texts.iter().find_map(|t| t.eval(row)),
        }
    }
}

impl Op {
    /// `a op b` on the number line.
    pub fn numbers(self, a: f64, b: f64) -> bool {
        match self {
            Op::Eq => a == b,
            Op::Ne => a != b,
            Op::Lt => a < b,
            Op::Le => a <= b,
            Op::Gt => a > b,
            Op::Ge => a >= b,
        }
    }
}

impl Arith {
    /// `a op b`; `None` for a division by 0 or a result that is not finite.
    pub fn apply(self, a: f64, b: f64) -> Option<f64> {
        let x = match self {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div if b == 0.0 => return None,
            Arith::Div => a / b,
        };
        x.is_finite().then_some(x)
    }
}
