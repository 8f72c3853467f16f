//! What a backup says of itself.

use domain::{audit::Head, clock::Instant};
use serde::{Deserialize, Serialize};

/// The format this program writes, and the newest it reads.
pub const FORMAT: u32 = 1;
/// Its name in the file.
pub(super) const NAME: &str = "manifest.json";

/// What is in a backup. Written last; everything else in the file is named here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// how the file is laid out
    pub format: u32,
    /// the program that made it
    pub program: String,
    /// when
    pub made_at: Instant,
    /// the same for people, RFC 3339
    pub made: String,
    /// `sqlite` or `postgres`
    pub database: String,
    /// migrations of its schema
    pub schema: Vec<i64>,
    /// id of the business, once it is set up
    pub workspace: Option<String>,
    /// its name
    pub name: Option<String>,
    /// snapshot of the lake
    pub snapshot: i64,
    /// end of the audit log, `seq:hash`
    pub audit: Option<String>,
    /// are the lake's files in here? (else only the store is: a copy made before an upgrade)
    pub whole: bool,
    /// the store
    pub tables: Vec<TableText>,
    /// the lake
    pub lake: Vec<Held>,
}

/// The text of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableText {
    /// name of the table
    pub table: String,
    /// rows
    pub rows: u64,
    /// bytes of its text
    pub bytes: u64,
    /// their hash
    pub sha256: String,
}

/// A file of the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// below the lake's folder
    pub path: String,
    /// its bytes
    pub bytes: u64,
    /// their hash; none where it is not in here
    pub sha256: Option<String>,
}

impl TableText {
    /// Its name in the file.
    pub fn entry(&self) -> String {
        entry(&self.table)
    }
}

/// Name of a table's text in the file.
pub(super) fn entry(table: &str) -> String {
    format!("store/{table}.tsv")
}

impl Held {
    /// Its name in the file.
    pub fn entry(&self) -> String {
        format!("lake/{}", self.path)
    }

    /// Does it stay inside the lake? A manifest may come from anywhere.
    pub fn inside(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        let plain = |part: &&str| !part.is_empty() && *part != "." && *part != ".." && !part.contains(['\\', ':', '\0']);
        parts.len() >= 3 && parts.first() == Some(&"main") && parts.iter().all(plain)
    }
}

impl Manifest {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|t| t.rows).sum()
    }

    /// Bytes of the lake's files.
    pub fn lake_bytes(&self) -> u64 {
        self.lake.iter().map(|f| f.bytes).sum()
    }

    /// Bytes that are in the file.
    pub fn bytes(&self) -> u64 {
        let lake = if self.whole { self.lake_bytes() } else { 0 };
        self.tables.iter().map(|t| t.bytes).sum::<u64>() + lake
    }

    /// End of its audit log.
    pub fn head(&self) -> Option<Head> {
        self.audit.as_deref().and_then(Head::parse)
    }
}
