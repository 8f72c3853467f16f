//! One cell, whatever its source, and what it can be read as. Nothing here knows rows or files.

pub(crate) mod contact;
pub(crate) mod currency;
pub(crate) mod date;
pub(crate) mod decimal;
pub(crate) mod status;
pub(crate) mod text;
pub(crate) mod word;

use crate::code::{Code, Params};
use std::borrow::Cow;

/// A cell as its source gives it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Cell<'a> {
    /// nothing
    #[default]
    Blank,
    /// text as written
    Text(Cow<'a, str>),
    /// whole number
    Int(i64),
    /// number
    Number(f64),
    /// true / false
    Bool(bool),
    /// a spreadsheet's date: days since 1899-12-30, whatever the workbook's own epoch
    Serial(f64),
    /// microseconds since 1970 in UTC
    Instant(i64),
    /// microseconds since 1970 on the wall clock of the business
    Local(i64),
    /// calendar day
    Day(i32),
    /// a spreadsheet's error value
    Error(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// The same, which needs nothing else to last.
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Cell::Blank => Cell::Blank,
            Cell::Text(t) => Cell::Text(Cow::Owned(t.into_owned())),
            Cell::Int(n) => Cell::Int(n),
            Cell::Number(n) => Cell::Number(n),
            Cell::Bool(b) => Cell::Bool(b),
            Cell::Serial(n) => Cell::Serial(n),
            Cell::Instant(n) => Cell::Instant(n),
            Cell::Local(n) => Cell::Local(n),
            Cell::Day(n) => Cell::Day(n),
            Cell::Error(t) => Cell::Error(Cow::Owned(t.into_owned())),
        }
    }

    /// Text or nothing.
    pub fn text(text: &'a str) -> Cell<'a> {
        if text.is_empty() { Cell::Blank } else { Cell::Text(Cow::Borrowed(text)) }
    }

    /// Has it no content at all? Words that stand for "nothing" are content here.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Blank => true,
            Cell::Text(t) => t.trim_matches(text::is_space).is_empty(),
            _ => false,
        }
    }

    /// Nothing, or a word that stands for it (`N/A`, `NULL`, `-`, `无`).
    pub fn is_missing(&self) -> bool {
        match self {
            Cell::Blank => true,
            Cell::Text(t) => match t.as_bytes() {
                [b'0'..=b'9' | b'A'..=b'M' | b'O'..=b'Z' | b'a'..=b'm' | b'o'..=b'z', ..] => false,
                _ => text::is_nothing(t.trim_matches(text::is_space)),
            },
            _ => false,
        }
    }

    /// As a person sees it.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Blank => Cow::Borrowed(""),
            Cell::Text(t) | Cell::Error(t) => Cow::Borrowed(t),
            Cell::Int(n) => Cow::Owned(n.to_string()),
            Cell::Number(n) => Cow::Owned(number_text(*n)),
            Cell::Bool(b) => Cow::Borrowed(if *b { "TRUE" } else { "FALSE" }),
            Cell::Serial(n) => Cow::Owned(match date::serial(*n) {
                Ok(m) => m.to_string(),
                Err(_) => number_text(*n),
            }),
            Cell::Instant(t) => Cow::Owned(domain::clock::Instant(*t).rfc3339()),
            Cell::Local(t) => Cow::Owned(date::Moment::local_micros(*t).to_string()),
            Cell::Day(d) => Cow::Owned(domain::Day(*d).to_string()),
        }
    }
}

/// A number without an exponent where that is readable: `13800001111`, `12.5`.
pub(crate) fn number_text(n: f64) -> String {
    if n.abs() < 1e21 { format!("{n}") } else { format!("{n:e}") }
}

/// Why a cell cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub code: Code,
    pub params: Params,
}

impl From<Code> for Fault {
    fn from(code: Code) -> Fault {
        Fault { code, params: Params::new() }
    }
}

pub(crate) type Read<T> = Result<T, Fault>;

/// An error cell is never a value.
pub(crate) fn error<T>(text: &str) -> Read<T> {
    Err(Fault { code: Code::CellError, params: crate::code::params([("value", text)]) })
}
