//! Values that people write over what files said, of one customer or of all matching: rows of the lake in files of a snapshot of their own, so
//! that the facts stay as they are, a newer row counts, and taking it back ends the files.

use crate::{Access, Conflict, Result, Store, Tx, catalog::{Merged, write}, merge};
use domain::{CustomerKey, clock::Instant, table::DataFile};

statements! {
    PUT = "INSERT INTO change_facts (change, customer, attribute, snapshot) VALUES ($1, $2, $3, $4)";
    OF = "SELECT customer, attribute, snapshot FROM change_facts WHERE change = $1";
    DROP = "DELETE FROM change_facts WHERE change = $1";
}

/// Stands for no customer in particular.
const SEVERAL: i64 = -1;

/// What a change wrote into the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// of whom, if it is one
    pub customer: Option<CustomerKey>,
    /// which attribute
    pub attribute: String,
    /// the lake snapshot that made it visible
    pub snapshot: i64,
}

/// Names files of attributes in a snapshot of its own. `base`: the snapshot they were made by; `Conflict` if the lake moved since, or
/// somebody was merged.
pub async fn begin(store: &Store, now: Instant, base: i64, files: &[DataFile], author: &str) -> Result<(Tx, i64)> {
    let mut change = write::begin(store, now, files.len(), 0, 0).await?;
    if change.moved_since(base).await? || merge::moved_since(&mut change.tx, base).await? {
        let head = change.snapshot - 1;
        return Err(Conflict::Lake { staged: base, head }.into());
    }
    let tables = change.add(files).await?;
    let changes: Vec<String> = tables.iter().map(|t| format!("inserted_into_table:{t}")).collect();
    change.changes(&changes, author).await?;
    Ok((change.tx, change.snapshot))
}

/// Takes out what a snapshot wrote, in one of its own; nothing where nothing of it is left. `Conflict` if files were merged since it was
/// looked where the rows are.
pub async fn end(store: &Store, now: Instant, snapshot: i64, merged: Merged<'_>, author: &str) -> Result<Option<Tx>> {
    let mut change = write::begin(store, now, merged.files.len(), 0, 0).await?;
    let (tables, files) = change.take_out(snapshot, merged).await?;
    if files == 0 {
        change.tx.rollback().await?;
        return Ok(None);
    }
    let changes: Vec<String> = tables.iter().map(|t| format!("deleted_from_table:{t}")).collect();
    change.changes(&changes, author).await?;
    Ok(Some(change.tx))
}

/// Notes what a change wrote.
pub async fn note(tx: &mut Tx, change: &str, w: &Written) -> Result<()> {
    execute!(tx, PUT, change, w.customer.map_or(SEVERAL, |c| i64::from(c.0)), w.attribute.as_str(), w.snapshot).map(|_| ())
}

/// What a change wrote.
pub async fn of(db: impl Access, change: &str) -> Result<Option<Written>> {
    let row = optional!(db, (i64, String, i64), OF, change)?;
    Ok(row.map(|(customer, attribute, snapshot)| Written { customer: u32::try_from(customer).ok().map(CustomerKey), attribute, snapshot }))
}

/// Forgets what a change wrote: it can no longer be taken back.
pub(crate) async fn forget(tx: &mut Tx, change: &str) -> Result<()> {
    execute!(tx, DROP, change).map(|_| ())
}
