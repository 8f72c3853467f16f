//! Compaction: many small files become few, with the same rows in the same order. A merged file stands where those stood that it is made
//! of; these end, and are there for snapshots of before until [`super::expire`] lets them go.

use super::{table_of, write};
use crate::{Access, Conflict, Error, Result, Store, failpoint, job};
use domain::{clock::Instant, table::{DataFile, Table}};

/// Files that follow on each other in their table, and the one that takes their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// live files that end, by path
    pub old: Vec<String>,
    /// the file with their rows, in their order
    pub new: DataFile,
}

/// Files to take the place of others.
#[derive(Debug, Clone)]
pub struct Compaction<'a> {
    /// when
    pub now: Instant,
    /// who
    pub author: &'a str,
    /// which
    pub swaps: &'a [Swap],
    /// the job that does it and which attempt this is; a later one has removed what this one wrote
    pub attempt: Option<(&'a str, u32)>,
    /// what comes next
    pub job: Option<job::NewJob>,
}

statements! {
    STILL = "UPDATE jobs SET attempts = attempts WHERE id = $1 AND attempts = $2";
    APART = "SELECT f.table_id, f.path FROM ducklake_data_file f JOIN change_facts c ON c.snapshot = f.begin_snapshot
            JOIN changes x ON x.id = c.change
        WHERE f.end_snapshot IS NULL AND x.at IN (SELECT y.at FROM changes y GROUP BY y.at HAVING COUNT(*) > 1)";
}

/// Live files that must not be merged: rows that a change by hand wrote are told by the instant of the change, and those of two changes
/// of one instant only by the files they are in.
pub async fn apart(db: impl Access) -> Result<Vec<(Table, String)>> {
    Ok(rows!(db, (i64, String), APART)?.into_iter().filter_map(|(table, path)| Some((table_of(table)?, path))).collect())
}

/// Swaps files in one snapshot; answers its id. `Conflict` if one of the old files is not live any more, `LeaseLost` if a later attempt
/// has begun.
pub async fn compact(store: &Store, c: Compaction<'_>) -> Result<i64> {
    let mut change = write::begin(store, c.now, c.swaps.len(), 0, 0).await?;
    if let Some((job, attempt)) = c.attempt {
        if execute!(&mut change.tx, STILL, job, i64::from(attempt))? != 1 {
            return Err(Error::LeaseLost { job: job.to_owned() });
        }
    }
    let (mut old, mut new) = (Vec::new(), Vec::with_capacity(c.swaps.len()));
    for Swap { old: paths, new: file } in c.swaps {
        let (mut rows, mut place) = (0, None);
        for path in paths {
            let live = change.live(file.table, path).await?.ok_or_else(|| Conflict::File { path: path.clone() })?;
            rows += live.record_count;
            place = place.max(Some(live.place));
            old.push(live);
        }
        if rows != file.rows as i64 {
            return Err(Error::Invalid(format!("a compaction of {} that changes the number of rows", file.table.name())));
        }
        new.push((file, place));
    }
    let tables = change.end(&old).await?;
    change.add_at(&new).await?;
    let changes: Vec<String> = tables.iter().map(|t| format!("compacted_table:{t}")).collect();
    change.changes(&changes, c.author).await?;
    if let Some(job) = &c.job {
        job::enqueue(&mut change.tx, job, c.now).await?;
    }
    let snapshot = change.snapshot;
    failpoint("store.compact.catalog");
    change.tx.commit().await?;
    Ok(snapshot)
}
