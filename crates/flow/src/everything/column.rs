//! What a table of the open files is made of.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// a whole number
    Whole,
    /// a mark of 64 bits, which few programs keep as a number
    Key,
    /// a number
    Number,
    /// an amount in major units of the currency, with exactly its decimals
    Money,
    /// yes or no
    Flag,
    /// a business day
    Day,
    /// an instant, UTC
    Instant,
    /// words
    Text,
    /// a document
    Json,
}

impl Kind {
    /// As the manifest says it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Kind::Whole => "integer",
            Kind::Key => "key",
            Kind::Number => "number",
            Kind::Money => "money",
            Kind::Flag => "boolean",
            Kind::Day => "date",
            Kind::Instant => "timestamp",
            Kind::Text => "text",
            Kind::Json => "json",
        }
    }

    /// Is it written as words, whatever the format?
    pub(super) fn is_words(self) -> bool {
        matches!(self, Kind::Text | Kind::Json)
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// its name in the files
    pub(super) name: String,
    pub(super) kind: Kind,
    /// is there always a value?
    pub(super) needed: bool,
    pub(super) zh: String,
    pub(super) en: String,
}

/// A table as the files hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// its name, and that of its files
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) zh: String,
    pub(super) en: String,
}

impl Shape {
    /// Name of a file of it, from 1.
    pub(super) fn file(&self, part: usize, extension: &str) -> String {
        match part {
            1 => format!("{}.{extension}", self.name),
            n => format!("{}-{n}.{extension}", self.name),
        }
    }
}
