//! An explanation as it leaves the house; `domain::explain` makes it, this file only gives it a published shape.

use super::{in_force::InForce, moment::Known};
use crate::schema;
use domain::{Day, Label, Value, classification::Named, explain};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhyView {
    /// classification or segment
    #[schema(value_type = schema::Label)]
    pub subject: Label,
    /// the class, or `in` / `out` for a segment
    #[schema(value_type = schema::Named)]
    pub result: Named,
    /// the deciding rule in plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
    /// the deciding rule's conditions
    pub conditions: Vec<WhyCondition>,
    /// the classes tried before, in order, and whether their rule held
    pub tried: Vec<Tried>,
    /// the smallest feasible changes, or why there is none
    pub change: ChangeView,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// as known then or today
    pub known: Known,
    /// version of the definition
    pub version: u32,
    /// when that version was in force, where it is not simply the one of now; told as known then
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<InForce>,
}

/// One condition and how it came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(no_recursion)]
pub struct WhyCondition {
    /// how it is made: `all`, `any`, `not` of its children, or a `leaf`
    pub kind: String,
    /// canonical text
    pub text: String,
    /// plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
    /// the actual value in words; empty for groups
    #[schema(value_type = schema::Label)]
    pub finding: Label,
    /// what the value is compared with; null if there is no single such value
    #[schema(value_type = schema::Value)]
    pub threshold: Value,
    /// the customer's value of the left side
    #[schema(value_type = schema::Value)]
    pub actual: Value,
    /// does it hold?
    pub holds: bool,
    /// place in the tree
    pub path: String,
    /// conditions inside an and, or, not
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<WhyCondition>,
    /// the facts that counted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
}

/// The facts that counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// how many
    pub count: u64,
    /// the latest of them
    pub items: Vec<CountedFact>,
}

/// A fact that counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountedFact {
    /// business day
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// one line
    #[schema(value_type = schema::Label)]
    pub title: Label,
    /// minor units
    pub amount: Option<i64>,
}

/// A class that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tried {
    /// class
    pub class: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// did its rule hold?
    pub holds: bool,
    /// its rule as it stands for this customer
    pub condition: WhyCondition,
}

/// The smallest feasible changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    /// "an order of ¥380 today makes this customer a champion"; without a way, why there is none
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
    /// the class or answer after the first way, if there is one
    #[schema(value_type = Option<schema::Named>)]
    pub target: Option<Named>,
    /// ways, the smallest first: what the customer does by how often, then by how much; then what is given back; waiting last
    pub ways: Vec<WayView>,
}

/// One way to another outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WayView {
    /// what is done
    pub means: MeansView,
    /// the class or answer afterwards
    #[schema(value_type = schema::Named)]
    pub target: Named,
    /// largest amount of the order or refund that does it, minor units; absent: any larger one does, too
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<i64>,
    /// last day on which doing it still has this effect, if that is soon
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Day>,
    /// true with other customers and edges as they stand today; otherwise what all are compared with moves with it, exactly
    pub held: bool,
    /// in words
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MeansView {
    /// one order of this amount today
    Order {
        /// minor units
        amount: i64,
        /// what is particular about it
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<WithView>,
    },
    /// several typical orders today
    Orders {
        /// how many
        count: u32,
        /// minor units each
        amount: i64,
        /// what is particular about them
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<WithView>,
    },
    /// interactions of one kind today
    Interactions {
        /// what: `visit`, `inquiry`, …
        interaction: String,
        /// where, if not where the customer was last
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<String>,
        /// how many
        count: u32,
    },
    /// an answer with this score today
    Score {
        /// the question
        question: String,
        /// the score
        score: i32,
    },
    /// part or all of the latest order is given back today
    Refund {
        /// the order's number
        order: String,
        /// minor units
        amount: i64,
        /// is that all of it?
        whole: bool,
    },
    /// the latest orders are given back whole today
    Refunds {
        /// how many
        count: u32,
    },
    /// nothing new for so many days
    Wait {
        /// how many
        days: i32,
        /// the day it changes
        #[schema(value_type = String, format = Date)]
        day: Day,
    },
}

/// What is particular about an order; otherwise it is as the customer's last one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WithView {
    /// `channel`, `store`, `payment`, `coupon`; of its one line `product`, `category` or `brand`
    pub field: String,
    /// the text; absent: one never seen before
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl From<explain::With> for WithView {
    fn from(with: explain::With) -> WithView {
        let field = serde_json::to_value(with.field).ok().and_then(|v| v.as_str().map(str::to_owned));
        WithView { field: field.unwrap_or_default(), value: with.value }
    }
}

impl From<explain::Means> for MeansView {
    fn from(m: explain::Means) -> MeansView {
        match m {
            explain::Means::Order { amount, with } => MeansView::Order { amount, with: with.map(WithView::from) },
            explain::Means::Orders { count, amount, with } => MeansView::Orders { count, amount, with: with.map(WithView::from) },
            explain::Means::Interactions { interaction, channel, count } => MeansView::Interactions { interaction, channel, count },
            explain::Means::Score { question, score } => MeansView::Score { question, score },
            explain::Means::Refund { order, amount, whole } => MeansView::Refund { order, amount, whole },
            explain::Means::Refunds { count } => MeansView::Refunds { count },
            explain::Means::Wait { days, day } => MeansView::Wait { days, day },
        }
    }
}

impl From<explain::Condition> for WhyCondition {
    fn from(c: explain::Condition) -> WhyCondition {
        let kind = match c.kind {
            explain::Kind::All => "all",
            explain::Kind::Any => "any",
            explain::Kind::Not => "not",
            explain::Kind::Leaf => "leaf",
        };
        let fact = |f: domain::feature::FactRef| CountedFact { day: f.day, title: f.title, amount: f.amount };
        WhyCondition {
            kind: kind.to_owned(),
            path: c.path,
            text: c.text,
            sentence: c.sentence,
            finding: c.finding,
            threshold: c.threshold,
            actual: c.actual,
            holds: c.holds,
            children: c.children.into_iter().map(WhyCondition::from).collect(),
            counted: c.counted.map(|k| Counted { count: k.count as u64, items: k.items.into_iter().map(fact).collect() }),
        }
    }
}

impl From<explain::Tried> for Tried {
    fn from(t: explain::Tried) -> Tried {
        Tried { class: t.class, label: t.label, holds: t.holds, condition: t.condition.into() }
    }
}
