//! The published shape of the domain's documents, for OpenAPI and for the generated TypeScript. `domain` stays free of
//! schema libraries, so the shapes are written once more here; a test sends every shipped document through them and back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod access;
mod definition;
mod object;

pub use access::{Permission, Personal, Role};
pub use definition::{Class, Classification, Definition, Derivation, Entry, EntryKind, Feature, Group, Method, Named, Priority, RecordFigure, RecordStat, ScoreMethod, Written};
pub use object::{FormField, FormSection};

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Label {
    /// Simplified Chinese
    pub zh: String,
    /// English
    pub en: String,
}

/// One value and its type. Money is in minor units; a day is `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// not known
    Null,
    /// true / false
    Bool(bool),
    /// whole number
    Int(i64),
    /// any number
    Number(f64),
    /// minor units of the reporting currency
    Money(i64),
    /// text
    Text(String),
    /// business day
    Day(String),
}

/// [`Value`] under a name the description's generator does not take for any JSON.
pub type TypedValue = Value;

/// What kind of value a feature has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// true / false
    Bool,
    /// whole number
    Int,
    /// any number
    Number,
    /// minor units
    Money,
    /// text
    Text,
    /// business day
    Day,
}

/// A condition over one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(no_recursion)]
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
    /// text contains this text
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
    /// among the top or bottom percent
    Top {
        /// 0 < percent ≤ 100
        percent: f64,
        /// by what
        by: Expr,
        /// bottom instead of top
        #[serde(default)]
        bottom: bool,
    },
}

/// Comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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

/// A constant as people write it; money in major units, a day as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Literal {
    /// true / false
    Bool(bool),
    /// number
    Number(f64),
    /// text, or a day as `YYYY-MM-DD`
    Text(String),
    /// a text that looks like a day
    Quoted {
        /// the text
        text: String,
    },
}

/// Arithmetic over features and aggregates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(no_recursion)]
pub enum Expr {
    /// constant
    Literal(Literal),
    /// a feature, or a class as `class.<classification key>`
    Feature(String),
    /// an aggregate written in place
    Aggregate(Box<Aggregate>),
    /// `-a`
    Neg(Box<Expr>),
    /// `a + b`, `a - b`, `a * b`, `a / b`
    Binary {
        /// left side
        left: Box<Expr>,
        /// operator
        op: Arith,
        /// right side
        right: Box<Expr>,
    },
    /// `max(a, b)`, `min`, `abs`, `coalesce`, `round`
    Call {
        /// function
        function: Function,
        /// arguments
        args: Vec<Expr>,
    },
    /// the same number for everyone: `mean_of_all(recency_days, orders)`
    Base {
        /// which statistic
        stat: Stat,
        /// numeric feature key
        of: String,
        /// only over customers for whom this feature is > 0
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        among: Option<String>,
    },
}

/// Arithmetic operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// round half to even
    Round,
}

/// Statistic over the whole base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stat {
    /// arithmetic mean
    Mean,
    /// median
    Median,
    /// sum
    Sum,
    /// 90th percentile, nearest rank
    P90,
}

/// A span of business days that ends on (or before) the as-of day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// everything up to the as-of day
    All,
    /// n days
    Days(u32),
    /// n months
    Months(u32),
    /// from N to M days ago
    DaysAgo {
        /// the far end
        from: u32,
        /// the near end
        to: u32,
    },
}

/// A measure over the customer's facts inside a window, after a filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Aggregate {
    /// which facts
    pub fact: FactKind,
    /// what about them
    pub measure: Measure,
    /// only facts for which all of these hold
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub filter: Option<Vec<Condition>>,
    /// only facts of these days; absent = all
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub window: Option<Window>,
}

/// Which facts an aggregate reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// valid orders
    Orders,
    /// all orders, fully refunded and cancelled ones too
    AllOrders,
    /// lines of valid orders
    Lines,
    /// refunds
    Refunds,
    /// interactions
    Interactions,
    /// scores
    Answers,
}

/// What an aggregate measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", content = "field", rename_all = "snake_case")]
pub enum Measure {
    /// number of facts
    Count,
    /// sum
    Sum(Field),
    /// mean
    Mean(Field),
    /// smallest
    Min(Field),
    /// largest
    Max(Field),
    /// latest
    Last(Field),
    /// earliest
    First(Field),
    /// number of different values
    Distinct(Field),
    /// most frequent value
    Top(Field),
    /// share of the most frequent value
    TopShare(Field),
    /// days from the latest fact
    DaysSinceLast,
    /// days from the earliest fact
    DaysSinceFirst,
    /// mean gap in days
    MeanGap,
    /// 90th percentile of the gaps
    P90Gap,
    /// standard deviation of the gaps
    SdGap,
    /// latest gap
    LastGap,
    /// 90th percentile of the gaps without the latest
    P90GapBefore,
    /// number of gaps
    Gaps,
    /// number of different days
    ActiveDays,
}

/// A field of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// paid − refunds of this order
    Net,
    /// paid before refunds
    Gross,
    /// refunded
    Refunded,
    /// cost of goods
    Cost,
    /// discount
    Discount,
    /// pieces
    Quantity,
    /// channel
    Channel,
    /// shop
    Store,
    /// means of payment
    Payment,
    /// coupon
    Coupon,
    /// product
    Product,
    /// category
    Category,
    /// brand
    Brand,
    /// reason of a refund
    Reason,
    /// kind of interaction, question of an answer
    Kind,
    /// score
    Score,
    /// was the order cancelled?
    Cancelled,
    /// does the refund name a known order?
    Linked,
    /// business day
    Day,
    /// 0 = Monday
    Weekday,
}

/// One comparison of a fact's field with constants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// the field
    pub field: Field,
    /// how
    pub op: Op,
    /// with what
    pub values: Vec<Literal>,
}
