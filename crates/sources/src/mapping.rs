//! A mapping says how a file is read and what each of its columns means. It is proposed by [`crate::probe`], shown, edited, and saved
//! as a template under the signature of the file's header.

use crate::{
    code::{Code, Error, Result},
    concept::{Concept, concept},
    encoding::Encoding,
    header,
    target::{Kind, Target},
};
use domain::{Currency, ValueType, Zone};
use serde::{Deserialize, Serialize};

/// What a file is, told by its content, never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// text with separators
    #[default]
    Csv,
    /// Excel 2007 and later
    Xlsx,
    /// Excel 97–2003
    Xls,
    /// one JSON object a line
    Jsonl,
    /// one JSON array of objects
    Json,
    /// Apache Parquet
    Parquet,
    /// a table of a web page, as many systems write a spreadsheet
    Html,
}

impl Format {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Xls => "xls",
            Format::Jsonl => "jsonl",
            Format::Json => "json",
            Format::Parquet => "parquet",
            Format::Html => "html",
        }
    }
}

/// In which order day, month and year stand when a date is written with numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 2026-03-05
    #[default]
    Ymd,
    /// 05/03/2026 is 5 March
    Dmy,
    /// 05/03/2026 is 3 May
    Mdy,
}

impl DateOrder {
    /// As people write it.
    pub fn pattern(self) -> &'static str {
        match self {
            DateOrder::Ymd => "YYYY-MM-DD",
            DateOrder::Dmy => "DD/MM/YYYY",
            DateOrder::Mdy => "MM/DD/YYYY",
        }
    }
}

/// The mark between whole and broken part of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// 1,234.50
    #[default]
    Point,
    /// 1.234,50
    Comma,
}

/// What happens to a name or an attribute that is known already when a file says something else; from the boldest to the most careful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Collision {
    /// the file wins
    #[default]
    Overwrite,
    /// the file fills only what is not known
    IfBlank,
    /// what is known stays, and what is not known stays unknown for existing customers
    Never,
}

/// Where the order number of an order or line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OrderIdentity {
    /// a column holds it
    #[default]
    Column,
    /// each row is one order; its number is made from the row's content, so equal rows are one order
    Row,
    /// rows of one customer on one business day are one order
    CustomerDay,
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// place in the file, from 0
    pub index: usize,
    /// header as written
    pub header: String,
    /// what it means
    pub target: Target,
    /// type of a `custom.*` attribute
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_type: Option<ValueType>,
    /// does it tell customers apart? Matters for phones, e-mail addresses and numbers of customers only; a column that says no is
    /// not used to recognise anyone
    #[serde(default = "yes")]
    pub identifier: bool,
    /// what wins when the attribute is known already
    #[serde(default)]
    pub collision: Collision,
    /// order of day and month in this column, if it differs from the file's
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// decimal mark of this column, if it differs from the file's
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    /// the column is written in thousands or ten thousands (千元, k$, 万元)
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub scale: i64,
    /// ids are written `17850.0`
    #[serde(default, skip_serializing_if = "is_false")]
    pub strip_decimal: bool,
}

fn yes() -> bool {
    true
}
fn one() -> i64 {
    1
}
fn is_one(n: &i64) -> bool {
    *n == 1
}
fn is_false(b: &bool) -> bool {
    !b
}

impl Column {
    /// A column with a meaning and nothing special.
    pub fn new(index: usize, header: impl Into<String>, target: Target) -> Column {
        Column {
            index,
            header: header.into(),
            identifier: true,
            target,
            value_type: None,
            collision: Collision::default(),
            date_order: None,
            decimal_mark: None,
            scale: 1,
            strip_decimal: false,
        }
    }
}

impl Column {
    /// Does the company's name stand for its number here? `organisations`: the file's customers are.
    pub(crate) fn names_company(&self, organisations: bool) -> bool {
        let says = |concept: Option<Concept>| matches!(concept, Some(Concept::Company)) || organisations && matches!(concept, Some(Concept::Name));
        self.target == Target::CustomerId && self.identifier && says(concept(&self.header).map(|c| c.0))
    }
}

impl Mapping {
    /// Is it a list of companies that have numbers?
    pub(crate) fn lists_firms(&self) -> bool {
        let numbered = |c: &Column| c.target == Target::CustomerId && c.identifier && concept(&c.header).is_some_and(|c| c.0 == Concept::CompanyId);
        let list = self.kinds.iter().all(|k| matches!(k, Kind::Customer | Kind::Contact));
        self.organisations && list && self.columns.iter().any(numbered)
    }
}

/// How a file is read and what its columns mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// what the file is
    pub format: Format,
    /// text encoding of CSV and JSON
    #[serde(default)]
    pub encoding: Encoding,
    /// separator of CSV; a blank means runs of blanks
    #[serde(default = "comma")]
    pub delimiter: char,
    /// sheet of a workbook; the first one if none is named
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// further sheets with the same header, read below it as one table
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_sheets: Vec<String>,
    /// row of the header, from 1; 0 = there is none
    #[serde(default = "first")]
    pub header_row: u64,
    /// bare numbers in columns of dates are days since 1904, as the workbook counts them
    #[serde(default, skip_serializing_if = "is_false")]
    pub epoch_1904: bool,
    /// order of day and month where a column does not say; one said anew holds for every column (see [`crate::settle`])
    #[serde(default)]
    pub date_order: DateOrder,
    /// decimal mark where a column does not say; one said anew holds for every column
    #[serde(default)]
    pub decimal_mark: DecimalMark,
    /// IANA name; times without a zone are read as this
    pub time_zone: String,
    /// reporting currency; amounts become its minor units
    pub currency: Currency,
    /// what each row gives; follows from the columns (see [`crate::settle`])
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// where order numbers come from
    #[serde(default)]
    pub order_identity: OrderIdentity,
    /// order numbers that begin with this are refunds (`C536379`)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_prefix: Option<String>,
    /// each row that names nobody is a customer of its own
    #[serde(default)]
    pub customer_by_row: bool,
    /// the customers it names are organisations, unless a column says otherwise
    #[serde(default, skip_serializing_if = "is_false")]
    pub organisations: bool,
    /// the cells of an order's head stand on its first row only: a row of order lines without the order's amount (where all rows are
    /// lines, without its day) continues it
    #[serde(default, skip_serializing_if = "is_false")]
    pub continued: bool,
    /// question of `answer.score` where no column names it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// kind of interaction where no column names it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction_kind: Option<String>,
    /// the columns, in file order
    pub columns: Vec<Column>,
}

fn comma() -> char {
    ','
}
fn first() -> u64 {
    1
}

impl Mapping {
    /// The signature of the file's header: equal for files with the same columns in the same order, whatever their case, spacing,
    /// width or encoding. Templates are kept under it.
    pub fn signature(&self) -> String {
        header::signature(self.columns.iter().map(|c| c.header.as_str()))
    }

    /// The business's time zone.
    ///
    /// # Errors
    /// [`Code::TimeZoneUnknown`]
    pub fn zone(&self) -> Result<Zone> {
        Zone::parse(&self.time_zone).ok_or_else(|| Error::new(Code::TimeZoneUnknown, [("zone", &self.time_zone)]))
    }

    /// Is this target given by a column?
    pub fn has(&self, target: &Target) -> bool {
        self.columns.iter().any(|c| c.target == *target)
    }

    /// Keeps what people decided in a saved template — meaning, collision rule, types — and the new file's own format details, and the
    /// currency amounts are in now.
    /// `None` when the headers differ.
    pub fn with_template(&self, template: &Mapping) -> Option<Mapping> {
        if self.signature() != template.signature() {
            return None;
        }
        Some(Mapping {
            format: self.format,
            encoding: self.encoding,
            delimiter: self.delimiter,
            sheet: self.sheet.clone(),
            more_sheets: self.more_sheets.clone(),
            header_row: self.header_row,
            epoch_1904: self.epoch_1904,
            currency: self.currency,
            ..template.clone()
        })
    }
}
