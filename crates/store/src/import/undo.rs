//! Undo: the import's files end with a new snapshot, those its rows share with others are replaced by ones without them, people are as they were, and the ledger keeps the row.
//!
//! Customers the import made stay if a later import mentions them; their rows then belong to that import. Others go, and
//! their numbers become gaps that are never given out again.

use super::Status;
use crate::{Error, Result, Store, Tx, audit, catalog::{Merged, write}, customer, failpoint, job};
use domain::clock::Instant;

/// Which import to take back.
#[derive(Debug, Clone)]
pub struct Undo<'a> {
    /// the ledger row
    pub import: &'a str,
    /// when
    pub now: Instant,
    /// who
    pub author: &'a str,
    /// its rows in files that were merged since
    pub merged: Merged<'a>,
    /// what comes next
    pub job: Option<job::NewJob>,
    /// what the audit log says of it
    pub audit: Option<audit::NewEntry>,
}

/// What an undo did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// the lake snapshot without the import
    pub snapshot: i64,
    /// files that ended
    pub files: u64,
    /// customers removed
    pub customers: u64,
}

statements! {
    HERE = "SELECT status, COALESCE(snapshot, -1), undo_until FROM imports WHERE id = $1";
    UNDO = "UPDATE imports SET status = 'undone', undo_snapshot = $2, undone_at = $3, updated_at = $3
        WHERE id = $1 AND status = 'committed'";
}

/// Takes a committed import back, all or nothing. [`Error::State`] if it is not in, [`Error::UndoExpired`] if its time is
/// over or it came in elsewhere, `Conflict` if files were merged since it was looked where its rows are.
pub async fn undo(store: &Store, u: Undo<'_>) -> Result<Undone> {
    let (undone, tx) = take_back(store, u).await?;
    tx.commit().await?;
    failpoint("store.undo.done");
    Ok(undone)
}

/// As [`undo`], up to the last step: says what it would do, or why it cannot, and leaves everything as it is.
pub async fn undo_trial(store: &Store, u: Undo<'_>) -> Result<Undone> {
    let (undone, tx) = take_back(store, u).await?;
    tx.rollback().await?;
    Ok(undone)
}

async fn take_back(store: &Store, u: Undo<'_>) -> Result<(Undone, Tx)> {
    let mut change = write::begin(store, u.now, u.merged.files.len(), 0, 0).await?;
    let here = optional!(&mut change.tx, (String, i64, Option<i64>), HERE, u.import)?;
    let (status, added, until) = here.ok_or_else(|| Error::none("import", u.import))?;
    let status = Status::parse(&status);
    if status != Status::Committed {
        return Err(super::state(u.import, status));
    }
    if added < 0 || until.is_some_and(|t| t < u.now.0) {
        return Err(Error::UndoExpired { import: u.import.to_owned() });
    }
    failpoint("store.undo.begun");

    let (tables, files) = change.take_out(added, u.merged).await?;
    let changes: Vec<String> = tables.iter().map(|t| format!("deleted_from_table:{t}")).collect();
    change.changes(&changes, u.author).await?;
    failpoint("store.undo.catalog");

    let customers = customer::write::take_back(&mut change.tx, added, (change.snapshot, u.now, u.author)).await?;
    failpoint("store.undo.people");

    execute!(&mut change.tx, UNDO, u.import, change.snapshot, u.now.0)?;
    if let Some(job) = &u.job {
        job::enqueue(&mut change.tx, job, u.now).await?;
    }
    if let Some(entry) = &u.audit {
        audit::append(&mut change.tx, &entry.workspace, &entry.note).await?;
    }
    Ok((Undone { snapshot: change.snapshot, files, customers }, change.tx))
}
