//! Everything a business has, taken away in open files that any other tool reads, and brought into an empty business with the same
//! result.
//!
//! [`write`] reads one moment and writes each kind of row as a table ([`tables`]) in one of four formats, with the definitions as the
//! files `zhiyin apply` reads, a description of every column made of the code's own tables, and a manifest that names every file with
//! its hash. [`arrive`] looks at every byte before it touches anything and becomes true in one transaction.

mod archive;
mod arrive;
mod column;
mod compare;
mod csv;
mod jsonl;
mod manifest;
mod notes;
mod parquet;
mod people;
mod rows;
mod shelf;
mod sink;
mod stage;
mod tables;
mod value;
mod words;
mod write;
mod xlsx;

pub use archive::Archive;
pub use arrive::{Arrived, FAILPOINTS, arrive, brought, may_arrive};
pub use compare::Compared;
pub use manifest::{File, Manifest, Part, Said};
pub use shelf::Place;
pub use tables::{FROM_ELSEWHERE, LEFT};
pub use write::{Plan, plan, write};

use crate::Error;
use domain::Label;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Format of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// UTF-8 with byte order mark
    #[default]
    Csv,
    /// Excel; a file for each million rows
    Xlsx,
    /// one JSON object a line
    Jsonl,
    /// Parquet
    Parquet,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Xlsx, Format::Jsonl, Format::Parquet];

    /// Machine name, and the end of the files' names.
    pub fn key(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Jsonl => "jsonl",
            Format::Parquet => "parquet",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.key() == text)
    }
}

/// How far it is, in rows or bytes: so much of so much; false asks to stop.
pub type Told<'a> = &'a (dyn Fn(u64, u64) -> bool + Sync);

/// Somebody asked to stop.
fn stopped() -> Error {
    Error::conflict("everything.stopped", "已停止，什么都没有改变", "it was stopped; nothing changed")
}

/// A file is not what it should be: which, and why.
fn damaged(file: &str, zh: &str, en: &str) -> Error {
    Error::Invalid {
        code: "everything.damaged",
        message: Label::new(format!("{file}：{zh}"), format!("{file}: {en}")),
        params: serde_json::json!({ "file": file }),
    }
}

/// A row is not what it should be.
fn bad_row(file: &str, row: u64, column: &str, zh: &str, en: &str) -> Error {
    Error::Invalid {
        code: "everything.damaged",
        message: Label::new(format!("{file} 第 {row} 行“{column}”：{zh}"), format!("{file}, row {row}, “{column}”: {en}")),
        params: serde_json::json!({ "file": file, "row": row, "column": column }),
    }
}
