//! What reading gives: batches of accepted rows and of rejects, in file order, every data row exactly once.

use crate::code::{Code, Params, params};
use domain::{Label, record::Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A row that is not taken in, with everything needed to mend it and hand it in again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    /// line of the file (row of the sheet) where the row begins, from 1
    pub line: u64,
    /// header of the column at fault, if one is
    pub column: Option<String>,
    /// why
    pub code: Code,
    /// the cell at fault as written; empty if the row as a whole is at fault
    pub value: String,
    /// the row as written (a spreadsheet's row as tab-separated text)
    pub raw: String,
    /// filled into the sentence
    pub params: Params,
}

impl Reject {
    /// The reason in both languages.
    pub fn label(&self) -> Label {
        self.code.label(&self.params)
    }
}

/// What of one column was left blank in accepted rows, for one reason: the row is in, the value is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBlank {
    /// header of the column, as written
    pub column: String,
    /// why its cells could not be read
    pub code: Code,
    /// how many, over all rows
    pub count: u64,
    /// line and cell as written of the first of them, in file order
    pub first: Vec<(u64, String)>,
}

impl LeftBlank {
    /// Most cells that are shown of one column and reason.
    pub const EXAMPLES: usize = 5;

    /// Adds what a later batch left blank to what the batches before it did.
    pub fn gather(all: &mut Vec<LeftBlank>, later: Vec<LeftBlank>) {
        for more in later {
            match all.iter_mut().find(|l| l.code == more.code && l.column == more.column) {
                Some(known) => {
                    known.count += more.count;
                    let room = LeftBlank::EXAMPLES.saturating_sub(known.first.len());
                    known.first.extend(more.first.into_iter().take(room));
                }
                None => all.push(more),
            }
        }
    }

    /// Why the cells could not be read, in both languages.
    pub fn reason(&self) -> Label {
        self.code.label(&Params::new())
    }

    /// The whole sentence in both languages: the column, how many, the first of them and why.
    pub fn label(&self) -> Label {
        let (line, value) = self.first.first().map(|(line, value)| (line.to_string(), value.clone())).unwrap_or_default();
        let reason = self.reason();
        let count = self.count.to_string();
        Code::ValuesLeftBlank.label(&params([("column", &self.column), ("count", &count), ("line", &line), ("value", &value), ("reason_zh", &reason.zh), ("reason_en", &reason.en)]))
    }
}

/// Some rows of the file.
#[derive(Debug, Default)]
pub struct Batch {
    /// accepted rows: line in the file, and the records made from it (at least one)
    pub rows: Vec<(u64, Vec<domain::record::Record>)>,
    /// rejected rows
    pub rejects: Vec<Reject>,
    /// what was left out of accepted rows, and how often
    pub notes: BTreeMap<Code, u64>,
    /// values of accepted rows that could not be read, by column and reason; see [`LeftBlank::gather`]
    pub left_blank: Vec<LeftBlank>,
    /// bytes of the file read so far, this batch included
    pub bytes_read: u64,
}

impl Batch {
    /// Accepted and rejected rows together.
    pub fn rows_in(&self) -> u64 {
        (self.rows.len() + self.rejects.len()) as u64
    }

    /// All records, in file order.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.rows.iter().flat_map(|(_, r)| r)
    }
}

/// How a read ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// rows accepted
    pub accepted: u64,
    /// rows rejected
    pub rejected: u64,
    /// bytes of the file
    pub bytes: u64,
    /// the reader was told to stop before the end
    pub stopped: bool,
}
