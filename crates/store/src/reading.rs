//! What a reading of the base depends on, in one look: as long as these stay, so does every answer that is computed.

use crate::{Access, Result};
use domain::clock::Instant;

/// How far the base is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// the catalog's newest snapshot, as [`crate::catalog::head`]
    pub head: i64,
    /// the newest change of a definition, as [`crate::definition::revision`]
    pub revision: i64,
    /// numbers given to customers so far, as [`crate::customer::counter`]
    pub customers: u32,
    /// changes of known customers' names, identifiers and contacts so far, as [`crate::customer::touched::version`]
    pub touched: i64,
    /// changes so far of who may ask what, and of what members and tags are called
    pub house: i64,
    /// changes so far of marks, as [`crate::mark::since`]
    pub marks: i64,
    /// what programs posted and the lake does not know yet; told from its first row and its last, as
    /// [`crate::inbox::at_most`] does. No answer is computed from it.
    pub waiting: Option<Waiting>,
}

/// Rows that wait to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// so many
    pub rows: u64,
    /// the first of them came then
    pub since: Instant,
}

statements! {
    NOW = "SELECT (SELECT CAST(COALESCE(MAX(snapshot_id), -1) AS BIGINT) FROM ducklake_snapshot),
        (SELECT CAST(COALESCE(MAX(revision), 0) AS BIGINT) FROM definitions),
        (SELECT value FROM counters WHERE name = 'customer'),
        (SELECT value FROM counters WHERE name = 'touched'),
        (SELECT version FROM house),
        (SELECT value FROM counters WHERE name = 'marks'),
        (SELECT MIN(seq) FROM inbox),
        (SELECT MAX(seq) FROM inbox),
        (SELECT received_at FROM inbox ORDER BY seq LIMIT 1)";
}

/// How far the base is now.
///
/// # Errors
/// When the database refuses.
pub async fn now(db: impl Access) -> Result<Reading> {
    let found = optional!(db, (i64, i64, i64, i64, i64, i64, Option<i64>, Option<i64>, Option<i64>), NOW)?;
    let (head, revision, customers, touched, house, marks, first, last, since) = found.ok_or(sqlx::Error::RowNotFound)?;
    let waiting = first.zip(last).zip(since).map(|((first, last), since)| Waiting { rows: (last - first + 1).max(1) as u64, since: Instant(since) });
    Ok(Reading { head, revision, customers: customers as u32, touched, house, marks, waiting })
}
