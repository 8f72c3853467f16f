//! A feature is a definition, not code: attribute, aggregate, formula, score or base-wide relation. One value per customer per as-of day.
//!
//! [`History`] is what is known of one customer as of a day; [`Plan`] evaluates definitions over it, one customer at a time;
//! [`catalog`] lists the features that ship with the product.

mod aggregate;
mod apart;
mod catalog;
mod cost;
mod derive;
mod evaluate;
mod fit;
mod history;
mod measure;
mod order;
mod personal;
mod place;
mod population;
mod span;
mod suppose;
mod version;
mod words;

pub use crate::rule::{aggregate_type, field_type};
pub use aggregate::{AggregateError, check_aggregate};
pub use apart::{Compared, Everyone, Moved, Ordered};
pub use catalog::{catalog, catalog_error, find};
pub use cost::{CostShare, cost_of, share_out};
pub use derive::{Derivation, derive};
pub use evaluate::{Base, Error, Plan, Profile};
pub use fit::fit;
pub use history::{History, Order, Recorded, Refund, SIGNUP};
pub use measure::FactRef;
pub(crate) use order::sort;
pub use order::{Cycle, aggregates_behind, order};
pub use personal::{as_written, detail, personal};
pub use place::{City, Province, Region, Tier};
pub use population::{Clusters, Population};
pub use span::{Spans, Values};
pub use words::{named_values, value_label, values_of};

use crate::{
    classification::Named,
    field::{self, Entry, Kind, OptionsFault},
    figure::Figure,
    label::Label,
    money::Currency,
    period::Window,
    profiling,
    rule::{Expr, decimal},
    value::ValueType,
};
use serde::{Deserialize, Serialize};

/// A feature's definition as a versioned document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Machine name, stable in every format: `net`, `orders`, `recency_days`, `rfm_r`, …
    pub key: String,
    /// Name for people.
    pub label: Label,
    /// One sentence: what it means, with its formula.
    pub description: Label,
    /// Shelf in the catalog.
    pub group: Group,
    /// Type of its values.
    pub value: ValueType,
    /// Unit shown behind the number (`days`, `orders`, …); money shows its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    /// How it is computed.
    pub definition: Definition,
    /// How people fill it in by hand, if it is an own attribute they made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// Ships with the product.
    #[serde(default)]
    pub builtin: bool,
    /// Version of the definition, from 1.
    #[serde(default = "one")]
    pub version: u32,
}

fn one() -> u32 {
    1
}

/// Before the name of an attribute that a built-in function reads.
const ATTRIBUTE: &str = "attribute.";
/// Attributes that nobody writes as a value: contacts are counted, the rest is said in a way of its own.
const ELSEWHERE: &[&str] = &["contacts", "kind", profiling::ATTRIBUTE];

impl Feature {
    /// The own attribute it shows as it is.
    pub fn own(&self) -> Option<&str> {
        match &self.definition {
            Definition::Attribute { key } if key.starts_with("custom.") => Some(key),
            _ => None,
        }
    }

    /// The figure over records that fills it in.
    pub fn figure(&self) -> Option<&Figure> {
        self.entry.as_ref()?.figure.as_ref()
    }

    /// The own attribute it shows as it is, where no records fill it in.
    pub fn own_field(&self) -> Option<&str> {
        self.own().filter(|_| self.figure().is_none())
    }

    /// The attribute that people put right by hand: the one it shows, as it is or spelled anew. What we count ourselves, what records fill
    /// in and what is said in a way of its own is none.
    pub fn by_hand(&self) -> Option<&str> {
        let attribute = match &self.definition {
            Definition::Attribute { key } => key.as_str(),
            Definition::Derived { function, of } if function.spells() && of.iter().all(|k| k.starts_with(ATTRIBUTE)) => of.first()?.strip_prefix(ATTRIBUTE)?,
            _ => return None,
        };
        (self.figure().is_none() && !ELSEWHERE.contains(&attribute)).then_some(attribute)
    }

    /// How it is filled in: as people made it, by the words its values have, or as its type says.
    pub fn asked(&self) -> Option<Entry> {
        self.by_hand()?;
        let options: Vec<Named> = match &self.definition {
            Definition::Derived { function, .. } => words::spellings_of(*function).into_iter().map(|(key, label)| Named { key: key.to_owned(), label }).collect(),
            _ => Vec::new(),
        };
        let kind = match self.value {
            _ if !options.is_empty() => Kind::Choice,
            ValueType::Bool => Kind::Bool,
            ValueType::Int | ValueType::Number => Kind::Number,
            ValueType::Money => Kind::Money,
            ValueType::Text => Kind::Text,
            ValueType::Day => Kind::Day,
        };
        Some(self.entry.clone().unwrap_or(Entry { kind, options, personal: false, figure: None }))
    }

    /// What is wrong with how it is filled in.
    ///
    /// # Errors
    /// For people.
    pub fn check_entry(&self) -> Result<(), Label> {
        let Some(entry) = &self.entry else { return Ok(()) };
        let typed = entry.kind.value_type() == self.value && !matches!(entry.kind, Kind::LongText | Kind::Customer);
        if self.own().is_none() || !typed {
            return Err(Label::new("只有自有属性能手工填写，类型也要相符", "only own attributes are filled in by hand, and the type must agree"));
        }
        if let Some(figure) = &entry.figure {
            figure.check()?;
        }
        field::check_options(entry.kind, &entry.options).map_err(|e: OptionsFault| e.message())
    }
}

/// Shelf of the feature catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// age, gender, income, …
    Demographics,
    /// country, region, city tier
    Geography,
    /// values, lifestyle, interests
    Psychographics,
    /// orders, money, order values
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
    /// contribution, share
    Value,
    /// repeat, referral, breadth
    Loyalty,
    /// made by the user
    Custom,
}

/// How a feature is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Definition {
    /// An attribute of the customer as known.
    Attribute {
        /// attribute key, e.g. `gender`
        key: String,
    },
    /// One number (or text) from the customer's facts.
    Aggregate(Aggregate),
    /// A built-in function of other values: age from a birthday, tier of a city, …
    Derived {
        /// which function
        function: Derivation,
        /// its arguments, in the order the function names them: feature keys, or `attribute.<key>` for a raw attribute
        of: Vec<String>,
    },
    /// Arithmetic over other features; may use base-wide statistics (`Expr::Base`).
    Formula {
        /// the expression
        expr: Expr,
    },
    /// 1–5 score of a numeric feature among those customers where `among` is > 0 (others score 0).
    Score {
        /// numeric feature that is scored
        of: String,
        /// feature that says who takes part (`> 0`), e.g. `orders_12m`
        among: String,
        /// how edges are found
        method: ScoreMethod,
        /// is a smaller value better? (recency)
        #[serde(default)]
        smaller_is_better: bool,
    },
    /// This customer's value ÷ the sum over all customers (contribution share). Null when the sum is 0.
    Share {
        /// numeric feature
        of: String,
    },
    /// What winning the customer cost: every cost whose channel is the customer's and whose days hold the customer's day,
    /// ÷ the customers of that channel with such a day. Null when no cost is known.
    CostShare {
        /// text feature: the channel that won the customer
        channel: String,
        /// day feature: when it was won
        day: String,
    },
}

/// How a score's edges are found (`domain.md` §4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ScoreMethod {
    /// `1 + ⌊5·w/n⌋`, w = buyers strictly worse, n = buyers
    Quantile,
    /// Own edges, ascending, four of them: score = 1 + edges passed (`≥` edge; for smaller-is-better, `≤` edge from the far side)
    Bins {
        /// ascending edges as people write them: money in major units, days as days
        edges: Vec<f64>,
    },
    /// One-dimensional k-means with k = 5, exact (dynamic programming), clusters ranked by their centre
    Kmeans,
}

impl ScoreMethod {
    /// Own edges on the number line of the feature they cut (money in minor units); none for the other methods.
    pub fn points(&self, of: ValueType, currency: Currency) -> Vec<f64> {
        let point = |edge: &f64| match of {
            ValueType::Money => decimal::minor(*edge, currency.digits()).map_or(*edge, |minor| minor as f64),
            _ => *edge,
        };
        match self {
            ScoreMethod::Bins { edges } => edges.iter().map(point).collect(),
            ScoreMethod::Quantile | ScoreMethod::Kmeans => Vec::new(),
        }
    }
}

/// A measure over the customer's facts inside a window, after a filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// which facts
    pub fact: FactKind,
    /// what about them
    pub measure: Measure,
    /// only facts for which all of these hold
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Condition>,
    /// only facts of these days
    #[serde(default, skip_serializing_if = "is_all")]
    pub window: Window,
}

fn is_all(w: &Window) -> bool {
    *w == Window::All
}

/// Which facts an aggregate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// valid orders (not cancelled, net > 0), one each, whatever the number of lines
    Orders,
    /// all orders that happened, fully refunded and cancelled ones too
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

/// What an aggregate measures; [`check_aggregate`] says which combinations make sense. "Latest" and "earliest" go by `at`;
/// of equal ones orders by `order_key`, lines by `order_key` then `line_key` (unsigned), all others by row order.
/// Empty input gives 0 for Count, Sum, Distinct; Null for the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "of", content = "field", rename_all = "snake_case")]
pub enum Measure {
    /// number of facts
    Count,
    /// sum of a numeric field
    Sum(Field),
    /// mean of a numeric field; money rounds half to even
    Mean(Field),
    /// smallest
    Min(Field),
    /// largest
    Max(Field),
    /// value of the latest fact (`Null` if that fact has none)
    Last(Field),
    /// value of the earliest fact
    First(Field),
    /// number of different values
    Distinct(Field),
    /// most frequent value of a text field (number of facts); ties: the one with more money (orders: net, lines: paid, refunds:
    /// amount), then the one whose UTF-8 bytes sort first
    Top(Field),
    /// share (0–1) of the most frequent value among facts that have the field
    TopShare(Field),
    /// whole days from the latest fact to the as-of day (0 = today)
    DaysSinceLast,
    /// whole days from the earliest fact to the as-of day
    DaysSinceFirst,
    /// mean of whole-day gaps between consecutive different fact days
    MeanGap,
    /// 90th percentile of those gaps, nearest rank: the ⌈0.9·n⌉-th smallest
    P90Gap,
    /// the same percentile of those gaps without the latest one; `Null` with fewer than two gaps
    P90GapBefore,
    /// number of those gaps
    Gaps,
    /// standard deviation (population) of those gaps
    SdGap,
    /// the latest of those gaps
    LastGap,
    /// number of different days
    ActiveDays,
}

/// A field of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// order: paid − refunds of this order (Money)
    Net,
    /// order, line: paid before refunds (Money)
    Gross,
    /// order: refunds of this order (Money); refund: the amount
    Refunded,
    /// order, line: cost of goods (Money)
    Cost,
    /// order: discount (Money)
    Discount,
    /// order, line: pieces
    Quantity,
    /// order, line, interaction, answer: channel (Text)
    Channel,
    /// order, line: shop (Text)
    Store,
    /// order: means of payment (Text)
    Payment,
    /// order: coupon (Text)
    Coupon,
    /// line: product (Text)
    Product,
    /// line: category (Text)
    Category,
    /// line: brand (Text)
    Brand,
    /// refund: reason (Text)
    Reason,
    /// interaction: kind; answer: question (Text)
    Kind,
    /// answer: score (Number)
    Score,
    /// any: business day (Day)
    Day,
    /// any: 0 = Monday … 6 = Sunday (Int)
    Weekday,
    /// all orders: was it cancelled? (Bool)
    Cancelled,
    /// refund: does it name an order that is known? (Bool)
    Linked,
}

/// One comparison of a fact's field with a constant. Numeric fields compare as numbers (money in MAJOR units as people write it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// the field
    pub field: Field,
    /// how
    pub op: crate::rule::Op,
    /// with what; more than one only for `=` (any of) and `!=` (none of)
    pub values: Vec<crate::rule::Literal>,
}
