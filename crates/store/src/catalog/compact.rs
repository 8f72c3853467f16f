//! Compaction: many small files become few, with the same rows. Time travel keeps the old ones.

use super::{Listed, write};
use crate::{Conflict, Error, Result, Store, failpoint};
use domain::{clock::Instant, table::{DataFile, Table}};
use std::collections::BTreeMap;

/// Files to take the place of others.
#[derive(Debug, Clone)]
pub struct Compaction<'a> {
    /// when
    pub now: Instant,
    /// who
    pub author: &'a str,
    /// live files that end, by table and path
    pub old: &'a [(Table, String)],
    /// files with the same rows
    pub new: &'a [DataFile],
}

statements! {
    SETTLED = "SELECT f.table_id, f.path, f.record_count, f.file_size_bytes, f.footer_size
        FROM ducklake_data_file f
        WHERE f.end_snapshot IS NULL AND NOT EXISTS (
            SELECT 1 FROM imports i WHERE i.snapshot = f.begin_snapshot AND i.status = 'committed' AND (i.undo_until >= $1 OR i.sample = 1))
            AND NOT EXISTS (SELECT 1 FROM change_facts c WHERE c.snapshot = f.begin_snapshot)
        ORDER BY f.data_file_id";
}

/// Live files that may be merged: those whose import or change can no longer be undone. Without column statistics.
pub async fn compactable(store: &Store, now: Instant) -> Result<Vec<DataFile>> {
    Ok(rows!(store, Listed, SETTLED, now.0)?.into_iter().filter_map(Listed::file).collect())
}

/// Swaps files in one snapshot; answers its id. `Conflict` if one of the old files is not live any more.
pub async fn compact(store: &Store, c: &Compaction<'_>) -> Result<i64> {
    let mut change = write::begin(store, c.now, c.new.len(), 0, 0).await?;
    let mut rows: BTreeMap<&str, i64> = BTreeMap::new();
    let mut old = Vec::with_capacity(c.old.len());
    for (table, path) in c.old {
        let file = change.live(*table, path).await?.ok_or_else(|| Conflict::File { path: path.clone() })?;
        *rows.entry(table.name()).or_default() -= file.record_count;
        old.push(file);
    }
    for file in c.new {
        *rows.entry(file.table.name()).or_default() += file.rows as i64;
    }
    if let Some((table, _)) = rows.iter().find(|(_, difference)| **difference != 0) {
        return Err(Error::Invalid(format!("a compaction of {table} that changes the number of rows")));
    }
    let tables = change.end(&old).await?;
    change.add(c.new).await?;
    let changes: Vec<String> = tables.iter().map(|t| format!("compacted_table:{t}")).collect();
    change.changes(&changes, c.author).await?;
    let snapshot = change.snapshot;
    failpoint("store.compact.catalog");
    change.tx.commit().await?;
    Ok(snapshot)
}
