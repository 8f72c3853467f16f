//! What a tile says on a day: one table, whatever is drawn of it. Its cells know whom they count, so that every number opens its
//! customers, and the same table is what is read out, exported and mailed.

use super::tile::{Reach, Who};
use crate::{analysis::{Known, overview::RunInfo}, schema};
use domain::{Day, Label, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What all tiles of a dashboard say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// today; without a day asked for, the business day is the last one up to today on which anything happened
    #[schema(value_type = String, format = Date)]
    pub today: Day,
    /// as known then or today
    pub known: Known,
    /// the day the reader compares with, if they named one
    #[schema(value_type = Option<String>, format = Date)]
    pub compare: Option<Day>,
    /// how and when it was computed
    pub run: RunInfo,
    /// all customers
    pub customers: u64,
    /// those who fulfil the reader's filter
    pub matching: u64,
    /// what each tile says, in the order of the tiles
    pub items: Vec<Figure>,
    /// days of trends and comparisons still being computed; ask again
    pub pending: u32,
}

/// What a tile says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// the tile
    pub tile: String,
    /// what stands above it
    #[schema(value_type = schema::Label)]
    pub title: Label,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// the day it compares with
    #[schema(value_type = Option<String>, format = Date)]
    pub compare: Option<Day>,
    /// how many customers it is about
    pub n: u64,
    /// parameters of the customer list that shows them
    pub open: Who,
    /// the number, where it is one
    pub headline: Option<Headline>,
    /// what it should come to, where that was said
    pub goal: Option<FigureGoal>,
    /// what whoever made the dashboard wrote, where it is a text
    #[schema(value_type = Option<schema::Label>)]
    pub text: Option<Label>,
    /// columns of the table
    pub columns: Vec<FigureColumn>,
    /// its rows
    pub rows: Vec<FigureRow>,
    /// what else has to be said
    #[schema(value_type = Vec<schema::Label>)]
    pub notes: Vec<Label>,
    /// days still being computed; ask again
    pub pending: u32,
    /// why it says nothing
    pub problem: Option<FigureProblem>,
}

/// Why a tile says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FigureProblem {
    /// stable code
    pub code: String,
    /// for people
    #[schema(value_type = schema::Label)]
    pub message: Label,
}

/// One number, and what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Headline {
    /// now
    pub now: Reckoned,
    /// on the day compared with; absent while it is being computed
    pub before: Option<Reckoned>,
    /// now less before
    #[schema(value_type = Option<schema::Value>)]
    pub difference: Option<Value>,
    /// difference ÷ before; absent where before is nothing
    pub change: Option<f64>,
    /// what kind of value it is
    pub kind: ColumnKind,
    /// unit behind the number
    #[schema(value_type = Option<schema::Label>)]
    pub unit: Option<Label>,
    /// customers whose value counts
    pub open: Who,
}

/// What a figure should come to, and how far it is from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureGoal {
    /// what it is called
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// the value
    #[schema(value_type = schema::Value)]
    pub value: Value,
    /// what kind of value it is
    pub kind: ColumnKind,
    /// from which side it is reached
    pub reach: Reach,
    /// what it is now less the goal; absent where there is no one number
    #[schema(value_type = Option<schema::Value>)]
    pub difference: Option<Value>,
    /// what it is now ÷ the goal
    pub share: Option<f64>,
    /// is it reached?
    pub reached: Option<bool>,
}

/// A value and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reckoned {
    /// the value
    #[schema(value_type = schema::Value)]
    pub value: Value,
    /// customers whose value counts
    pub n: u64,
    /// where it is an estimate: 95 % of such intervals hold the mean of everybody
    #[schema(value_type = Option<schema::Value>)]
    pub low: Option<Value>,
    /// the upper end
    #[schema(value_type = Option<schema::Value>)]
    pub high: Option<Value>,
}

/// What kind of values a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// text
    Text,
    /// whole number
    Int,
    /// any number
    Number,
    /// minor units of the reporting currency
    Money,
    /// business day
    Day,
    /// share, 0–1
    Share,
    /// yes or no
    Bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureColumn {
    /// machine name
    pub key: String,
    /// for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// what it holds
    pub kind: ColumnKind,
    /// unit behind the number
    #[schema(value_type = Option<schema::Label>)]
    pub unit: Option<Label>,
    /// what it holds is the sum of the others
    pub total: bool,
    /// what it holds is the goal
    pub goal: bool,
    /// what narrows a dashboard to it
    pub filter: Option<Who>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureRow {
    /// machine name
    pub key: String,
    /// the cells, one a column
    pub cells: Vec<FigureCell>,
    /// it sums the others up
    pub total: bool,
    /// what narrows a dashboard to it
    pub filter: Option<Who>,
    /// `cus_…`, where it is a customer
    pub customer: Option<String>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureCell {
    /// the value
    #[schema(value_type = schema::Value)]
    pub value: Value,
    /// how people call it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Label>)]
    pub label: Option<Label>,
    /// ÷ the whole it is a part of
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// customers it counts
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// parameters of the customer list that shows exactly them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Who>,
    /// its period is not over yet
    #[serde(default, skip_serializing_if = "is_false")]
    pub partial: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(b: &bool) -> bool {
    !b
}

impl FigureColumn {
    /// A plain column.
    pub(super) fn new(key: impl Into<String>, label: Label, kind: ColumnKind) -> FigureColumn {
        FigureColumn { key: key.into(), label, kind, unit: None, total: false, goal: false, filter: None }
    }

    /// With a unit behind its numbers.
    pub(super) fn unit(self, unit: Option<Label>) -> FigureColumn {
        FigureColumn { unit, ..self }
    }
}

impl FigureRow {
    /// A plain row.
    pub(super) fn new(key: impl Into<String>, cells: Vec<FigureCell>) -> FigureRow {
        FigureRow { key: key.into(), cells, total: false, filter: None, customer: None }
    }
}

impl FigureCell {
    /// A name.
    pub(super) fn named(key: &str, label: Label) -> FigureCell {
        FigureCell { value: Value::Text(key.to_owned()), label: Some(label), ..FigureCell::default() }
    }

    /// A value, and nobody behind it.
    pub(super) fn of(value: Value) -> FigureCell {
        FigureCell { value, ..FigureCell::default() }
    }

    /// So many customers, and who they are.
    pub(super) fn count(n: u64, open: Who) -> FigureCell {
        FigureCell { value: Value::Int(n as i64), n: Some(n), open: Some(open), ..FigureCell::default() }
    }

    /// With its part of a whole.
    pub(super) fn of_whole(self, whole: u64) -> FigureCell {
        let share = self.n.filter(|_| whole > 0).map(|n| n as f64 / whole as f64);
        FigureCell { share, ..self }
    }
}
