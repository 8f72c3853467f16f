//! What an import would do or has done: every count exact, over all rows, the same for dry run and import.

use crate::schema::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report of a dry run, and of the import that follows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// data rows of all files; always `accepted + quarantined + duplicates`
    pub rows_in: u64,
    /// rows that bring something new
    pub accepted: u64,
    /// rows set aside with a reason
    pub quarantined: u64,
    /// rows that say nothing that was not known
    pub duplicates: u64,
    /// customers by what happens to them
    pub customers: Customers,
    /// records by kind: `orders`, `lines`, `refunds`, `interactions`, `answers`, `products`, `costs`, `contacts`
    pub records: BTreeMap<String, Records>,
    /// how many orders the new lines are of, where no file tells of orders but by their lines
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<u64>,
    /// rows that say again what an earlier import brought, by import: they rest on its rows and go when it is undone
    #[serde(default)]
    pub repeats: BTreeMap<String, u64>,
    /// why rows were set aside, most frequent first
    pub rejects_by_reason: Vec<Reason>,
    /// what of accepted rows could not be read and was left blank, most frequent first
    #[serde(default)]
    pub left_blank: Vec<LeftBlank>,
    /// how good the data is
    pub quality: Quality,
    /// earliest day of a fact
    pub first_day: Option<String>,
    /// latest day of a fact
    pub last_day: Option<String>,
    /// how long it took
    pub seconds: f64,
}

/// Customers by what happens to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Customers {
    /// new
    pub created: u64,
    /// known, with something new about them
    pub updated: u64,
    /// known, with nothing new
    pub unchanged: u64,
}

/// Records of one kind by what happens to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Records {
    /// new
    pub created: u64,
    /// newer versions of known ones
    pub updated: u64,
    /// known already, word for word
    pub duplicate: u64,
}

/// One reason for setting rows aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// stable code
    pub code: String,
    /// for people
    pub text: Label,
    /// rows
    pub count: u64,
    /// the first few
    pub examples: Vec<Example>,
}

/// Values of one column that could not be read, for one reason: their rows are in, the values are not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeftBlank {
    /// file
    pub file: String,
    /// column heading
    pub column: String,
    /// stable code
    pub code: String,
    /// why, for people
    pub text: Label,
    /// values, over all rows
    pub count: u64,
    /// the first few
    pub examples: Vec<Example>,
}

/// A row that was set aside, or a value that was left blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Example {
    /// file
    pub file: String,
    /// line in the file
    pub line: u64,
    /// column heading
    pub column: String,
    /// the value as written
    pub value: String,
}

/// How good the data is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Quality {
    /// 0–100
    pub score: u8,
    /// what was looked at
    pub checks: Vec<Check>,
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// nothing to do
    Ok,
    /// worth a look
    Warn,
    /// should be mended first
    Bad,
}

/// One check of the data's quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// stable code
    pub code: String,
    /// for people
    pub text: Label,
    /// how serious
    pub level: Level,
    /// rows or records concerned
    pub count: u64,
    /// of those looked at, 0–1
    pub share: f64,
}

impl LeftBlank {
    /// Where, how the first of them was written, and why it could not be read.
    pub fn sentence(&self, lang: domain::Lang) -> String {
        let (line, value) = self.examples.first().map_or((0, ""), |e| (e.line, e.value.as_str()));
        match lang {
            domain::Lang::Zh => format!("{} 的“{}”列：{}（第 {line} 行“{value}”）", self.file, self.column, self.text.zh),
            domain::Lang::En => format!("{}, “{}”: {} (line {line} “{value}”)", self.file, self.column, self.text.en),
        }
    }
}

impl Report {
    /// Adds to the counts of a kind.
    pub fn record(&mut self, kind: &str) -> &mut Records {
        if !self.records.contains_key(kind) {
            self.records.insert(kind.to_owned(), Records::default());
        }
        self.records.entry(kind.to_owned()).or_default()
    }

    /// Values left blank, of all columns.
    pub fn blanks(&self) -> u64 {
        self.left_blank.iter().map(|b| b.count).sum()
    }

    /// Was a row left out because it is about somebody who was erased?
    pub fn tells_of_erased(&self) -> bool {
        self.rejects_by_reason.iter().any(|r| r.code == sources::Code::ErasedPerson.key())
    }

    /// Does the balance of rows hold?
    pub fn balanced(&self) -> bool {
        self.rows_in == self.accepted + self.quarantined + self.duplicates
    }
}

/// A label of the published shape.
pub fn label(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}
