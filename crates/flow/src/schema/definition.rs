//! The shapes of features, classifications and what they are made of.

use super::{Aggregate, Expr, Label, Rule, ValueType};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A feature's definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Feature {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
    /// what it means
    pub description: Label,
    /// shelf in the catalog
    pub group: Group,
    /// type of its values
    pub value: ValueType,
    /// unit shown behind the number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    /// how it is computed
    pub definition: Definition,
    /// how people fill it in by hand, if it is an own attribute they made
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// ships with the product
    #[serde(default)]
    pub builtin: bool,
    /// version, from 1
    #[serde(default = "one")]
    pub version: u32,
}

fn one() -> u32 {
    1
}

/// How an own attribute is filled in by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// what is wanted
    pub kind: EntryKind,
    /// what there is to choose from; a key is what files and rules say
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Named>,
    /// a person's own detail: hidden from whoever may not see such
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// nobody fills it in: records of one's own kind do; the kind is then what they come to
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<RecordFigure>,
}

/// What the records of a customer come to, on every day; of a customer without records it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordFigure {
    /// `obj_…`
    pub object: String,
    /// what they come to
    pub stat: RecordStat,
    /// of which field; absent: of the records themselves
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// only records of the last so many days
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3660)]
    pub days: Option<u16>,
}

/// What records come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordStat {
    /// how many there are; of a field: how many say something in it
    Count,
    /// their sum
    Sum,
    /// their mean
    Average,
    /// the least
    Least,
    /// the greatest
    Greatest,
    /// what the first says; of no field: its day
    First,
    /// what the last says; of no field: its day
    Last,
}

/// What kind of value a field wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// one line
    Text,
    /// several lines; of a record only
    LongText,
    /// a number
    Number,
    /// an amount in the reporting currency
    Money,
    /// a day
    Day,
    /// yes or no
    Bool,
    /// one of a list
    Choice,
    /// several of a list
    Choices,
    /// a customer; of a record only
    Customer,
}

/// A value as people and programs write it: money in major units, days as `2026-03-05`, several options as a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Written {
    /// yes or no
    Bool(bool),
    /// a number
    Number(f64),
    /// a text
    Text(String),
    /// several options
    List(Vec<String>),
}

/// Shelf of the feature catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// who they are
    Demographics,
    /// where they are
    Geography,
    /// what they care about
    Psychographics,
    /// orders and money
    Purchase,
    /// what they buy
    Preference,
    /// refunds and returns
    Returns,
    /// visits, calls, clicks
    Interaction,
    /// NPS, CSAT, CES
    Satisfaction,
    /// organisations
    Firmographics,
    /// rhythm, dormancy, tenure
    Lifecycle,
    /// recency, frequency, money scores
    Rfm,
    /// contribution
    Value,
    /// repeat, referral, breadth
    Loyalty,
    /// made by the user
    Custom,
}

/// How a feature is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Definition {
    /// an attribute of the customer as known
    Attribute {
        /// attribute key
        key: String,
    },
    /// one number or text from the customer's facts
    Aggregate(Aggregate),
    /// arithmetic over other features
    Formula {
        /// the expression
        expr: Expr,
    },
    /// a built-in function of other values
    Derived {
        /// which function
        function: Derivation,
        /// feature keys, or `attribute.<key>`
        of: Vec<String>,
    },
    /// 1–5 score of a numeric feature
    Score {
        /// numeric feature that is scored
        of: String,
        /// feature that says who takes part
        among: String,
        /// how edges are found
        method: ScoreMethod,
        /// is a smaller value better?
        #[serde(default)]
        smaller_is_better: bool,
    },
    /// this customer's value ÷ the sum over all customers
    Share {
        /// numeric feature
        of: String,
    },
    /// what winning the customer cost: the channel's costs ÷ the customers it won
    CostShare {
        /// text feature: the channel that won the customer
        channel: String,
        /// day feature: when it was won
        day: String,
    },
}

/// A built-in function from values to a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Derivation {
    /// person or organisation
    Kind,
    /// gender, however it was written
    Gender,
    /// completed years
    Age,
    /// band of ages
    AgeBand,
    /// decade of birth
    BirthDecade,
    /// days to the next birthday
    DaysToBirthday,
    /// education, however it was written
    Education,
    /// marital status, however it was written
    Marital,
    /// country
    Country,
    /// province
    Province,
    /// city
    City,
    /// region of China
    Region,
    /// north or south
    NorthSouth,
    /// tier of the city
    CityTier,
    /// days from a day to the as-of day
    DaysSince,
    /// size of a company
    CompanySize,
}

/// How a score's edges are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ScoreMethod {
    /// fifths of the buyers
    Quantile,
    /// own edges
    Bins {
        /// four ascending edges, money in major units
        edges: Vec<f64>,
    },
    /// one-dimensional k-means with k = 5
    Kmeans,
}

/// A classification: exactly one class for every customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Classification {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
    /// one sentence
    pub description: Label,
    /// shelf
    pub group: String,
    /// how classes are found
    pub method: Method,
    /// ships with the product
    #[serde(default)]
    pub builtin: bool,
    /// version, from 1
    #[serde(default = "one")]
    pub version: u32,
}

/// How classes are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Method {
    /// the first class whose rule holds
    Rules {
        /// in order
        classes: Vec<Class>,
        /// the rest
        otherwise: Named,
    },
    /// one class per value of a text feature
    Values {
        /// text feature
        feature: String,
        /// at most this many classes by size
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
        /// unknown
        otherwise: Named,
    },
}

/// Key and name of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
}

/// A class given by a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Class {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
    /// who
    pub when: Rule,
}

/// Place in a group of mutually exclusive segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Priority {
    /// the group
    pub group: String,
    /// smaller wins
    pub rank: u32,
}
