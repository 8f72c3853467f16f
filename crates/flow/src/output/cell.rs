//! A result as a table: columns that say what they mean, cells that know their type. Every format is written from it.

use domain::{Day, Label, Value, money::decimal};
use std::{borrow::Cow, io};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// nothing known
    Empty,
    /// text, class key
    Text(Cow<'a, str>),
    /// whole number
    Int(i64),
    /// any number
    Number(f64),
    /// minor units
    Money(i64),
    /// business day
    Day(Day),
    /// yes or no
    Bool(bool),
}

impl Cell<'_> {
    /// Of a text.
    pub fn text(text: &str) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(text))
    }

    /// The cell of a feature's value.
    pub fn of(value: Value) -> Cell<'static> {
        match value {
            Value::Null => Cell::Empty,
            Value::Bool(b) => Cell::Bool(b),
            Value::Int(i) => Cell::Int(i),
            Value::Number(x) => Cell::Number(x),
            Value::Money(m) => Cell::Money(m),
            Value::Text(t) => Cell::Text(Cow::Owned(t)),
            Value::Day(d) => Cell::Day(d),
        }
    }

    /// As text files have it: money as decimal major units, days as `YYYY-MM-DD`, numbers in their shortest form.
    pub fn plain(&self, digits: u32) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(t) => Cow::Borrowed(t),
            Cell::Int(i) => Cow::Owned(i.to_string()),
            Cell::Number(x) => Cow::Owned(x.to_string()),
            Cell::Money(m) => Cow::Owned(decimal(*m, digits)),
            Cell::Day(d) => Cow::Owned(d.to_string()),
            Cell::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
        }
    }
}

/// What kind of values a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// text
    Text,
    /// class key
    Class,
    /// whole number
    Int,
    /// any number
    Number,
    /// minor units
    Money,
    /// business day
    Day,
    /// yes or no
    Bool,
}

impl Kind {
    /// Machine name in the data dictionary.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Class => "class",
            Kind::Int => "int",
            Kind::Number => "number",
            Kind::Money => "money",
            Kind::Day => "day",
            Kind::Bool => "bool",
        }
    }
}

impl From<domain::ValueType> for Kind {
    fn from(t: domain::ValueType) -> Kind {
        use domain::ValueType as V;
        match t {
            V::Bool => Kind::Bool,
            V::Int => Kind::Int,
            V::Number => Kind::Number,
            V::Money => Kind::Money,
            V::Text => Kind::Text,
            V::Day => Kind::Day,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// stable machine name
    pub key: String,
    /// name for people
    pub label: Label,
    /// what it means
    pub description: Label,
    /// unit behind the number
    pub unit: Option<Label>,
    /// what it holds
    pub kind: Kind,
}

/// Rows of cells.
pub trait Rows: Send + Sync {
    /// How many.
    fn count(&self) -> usize;
    /// One cell.
    fn cell(&self, row: usize, column: usize) -> Cell<'_>;
    /// Rows from this one on are read next, at most [`STEP`] of them before the next word, one after the other. Those that are
    /// not at hand are fetched.
    ///
    /// # Errors
    /// When they cannot be, or nobody wants them any more.
    fn reach(&self, _row: usize) -> io::Result<()> {
        Ok(())
    }
}

/// Rows that are read at a time, counted from the first.
pub const STEP: usize = 32_768;

impl Rows for Vec<Vec<Cell<'static>>> {
    fn count(&self) -> usize {
        self.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.get(row).and_then(|r| r.get(column)).cloned().unwrap_or(Cell::Empty)
    }
}

/// A table.
pub struct Sheet {
    /// what the columns mean
    pub columns: Vec<Column>,
    /// the rows
    pub rows: Box<dyn Rows>,
    /// decimals of the currency
    pub digits: u32,
}
