//! Making a lake snapshot: one transaction, its id taken first.
//!
//! The snapshot row is inserted before anything else. Our own writers queue on a lock; a foreign one (DuckDB) may still
//! take the id, and then we begin again before any of the caller's rows were touched.

use super::{stats, table_id};
use crate::{Error, Result, Store, Tx, bind::Stamp, bulk::Bulk};
use domain::{clock::Instant, table::{DataFile, Table}};
use std::{collections::BTreeMap, time::Duration};

statements! {
    HEAD = "SELECT snapshot_id, schema_version, next_catalog_id, next_file_id FROM ducklake_snapshot
        ORDER BY snapshot_id DESC LIMIT 1";
    PUT_SNAPSHOT = "INSERT INTO ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id)
        VALUES ($1, $2, $3, $4, $5)";
    PUT_CHANGES = "INSERT INTO ducklake_snapshot_changes (snapshot_id, changes_made, author, commit_message, commit_extra_info)
        VALUES ($1, $2, $3, NULL, NULL)";
    CHANGES_SINCE = "SELECT changes_made FROM ducklake_snapshot_changes WHERE snapshot_id > $1 ORDER BY snapshot_id";
    TABLE_STATS = "SELECT record_count, next_row_id, file_size_bytes FROM ducklake_table_stats WHERE table_id = $1";
    PUT_TABLE_STATS = "INSERT INTO ducklake_table_stats (table_id, record_count, next_row_id, file_size_bytes)
        VALUES ($1, $2, $3, $4)";
    SET_TABLE_STATS = "UPDATE ducklake_table_stats SET record_count = $2, next_row_id = $3, file_size_bytes = $4
        WHERE table_id = $1";
    PUT_FILE = "INSERT INTO ducklake_data_file (data_file_id, table_id, begin_snapshot, end_snapshot, file_order, path,
            path_is_relative, file_format, record_count, file_size_bytes, footer_size, row_id_start, partition_id,
            encryption_key, mapping_id, partial_max)
        VALUES ($1, $2, $3, NULL, $10, $4, $5, 'parquet', $6, $7, $8, $9, NULL, NULL, NULL, NULL)";
    END_FILE = "UPDATE ducklake_data_file SET end_snapshot = $2 WHERE data_file_id = $1 AND end_snapshot IS NULL";
    BEGUN_BY = "SELECT data_file_id, table_id, record_count, file_size_bytes, path, COALESCE(file_order, data_file_id) AS place
        FROM ducklake_data_file WHERE begin_snapshot = $1 AND end_snapshot IS NULL ORDER BY data_file_id";
    LIVE_BY_PATH = "SELECT data_file_id, table_id, record_count, file_size_bytes, path, COALESCE(file_order, data_file_id) AS place
        FROM ducklake_data_file WHERE table_id = $1 AND path = $2 AND end_snapshot IS NULL";
}

pub(crate) const PUT_STATS: Bulk = Bulk {
    head: "INSERT INTO ducklake_file_column_stats (data_file_id, table_id, column_id, value_count, null_count, min_value,
        max_value) VALUES",
    width: 7,
    tail: "",
};

/// A snapshot being made.
pub(crate) struct Change {
    /// everything happens here
    pub(crate) tx: Tx,
    /// its id
    pub(crate) snapshot: i64,
    /// the schema's version in it
    pub(crate) schema_version: i64,
    /// the first free catalog id after it
    pub(crate) next_catalog_id: i64,
    next_file_id: i64,
    last_file_id: i64,
}

/// A live file in the catalog.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct LiveFile {
    pub(crate) data_file_id: i64,
    pub(crate) table_id: i64,
    pub(crate) record_count: i64,
    pub(crate) file_size_bytes: i64,
    pub(crate) path: String,
    /// where it stands among the files of its table
    pub(crate) place: i64,
}

/// Rows of an import or a change that stand in files with rows of others, because files were merged.
#[derive(Debug, Clone, Copy)]
pub struct Merged<'a> {
    /// the snapshot in which those files were looked for
    pub base: i64,
    /// each with the file that takes its place without them
    pub files: &'a [Replaced],
}

/// A file and the one that takes its place; `None` where nothing is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// the file that was
    pub old: DataFile,
    /// the file that is
    pub new: Option<DataFile>,
}

/// Begins a snapshot that will add `files` files, `schema` schema versions and `tables` tables.
pub(crate) async fn begin(store: &Store, now: Instant, files: usize, schema: i64, tables: i64) -> Result<Change> {
    for attempt in 1.. {
        let mut tx = store.begin().await?;
        tx.lock_lake().await?;
        let head = optional!(&mut tx, (i64, i64, i64, i64), HEAD)?;
        let Some((head, schema_version, next_catalog_id, next_file_id)) = head else {
            return Err(Error::Invalid("the lake's catalog is not made yet".to_owned()));
        };
        let snapshot = head + 1;
        let schema_version = schema_version + schema;
        let next_catalog_id = next_catalog_id + tables;
        let last_file_id = next_file_id + files as i64;
        let put = execute!(&mut tx, PUT_SNAPSHOT, snapshot, Stamp(now), schema_version, next_catalog_id, last_file_id);
        match put {
            Ok(_) => return Ok(Change { tx, snapshot, schema_version, next_catalog_id, next_file_id, last_file_id }),
            Err(e) if e.is_unique() && attempt < 10 => {
                tx.rollback().await?;
                tracing::debug!(snapshot, attempt, "another program took the snapshot id");
                tokio::time::sleep(Duration::from_millis(20 * attempt)).await;
            }
            Err(e) if e.is_unique() => return Err(Error::Busy),
            Err(e) => return Err(e),
        }
    }
    Err(Error::Busy)
}

impl Change {
    /// Writes the list of changes.
    pub(crate) async fn changes(&mut self, changes: &[String], author: &str) -> Result<()> {
        execute!(&mut self.tx, PUT_CHANGES, self.snapshot, changes.join(","), author).map(|_| ())
    }

    /// Did rows of our tables come or go after `staged`? Compactions and new foreign tables do not count.
    pub(crate) async fn moved_since(&mut self, staged: i64) -> Result<bool> {
        self.changed_since(staged, moves_rows).await
    }

    /// Does one of the lists of changes after this snapshot say so? Yes where the snapshot has been forgotten, and its lists with it.
    async fn changed_since(&mut self, snapshot: i64, says: fn(&str) -> bool) -> Result<bool> {
        if scalar!(&mut self.tx, i64, super::EXISTS, snapshot)? == 0 {
            return Ok(true);
        }
        // our own row has no list of changes yet
        let changes = rows!(&mut self.tx, (Option<String>,), CHANGES_SINCE, snapshot)?;
        Ok(changes.iter().any(|(c,)| c.as_deref().is_some_and(says)))
    }

    /// Takes rows out that came with the snapshot `begun`: its own files end, those that were merged with others are replaced. Answers
    /// the ids of the tables and how many files ended. `Conflict` if files were merged since it was looked where the rows are.
    pub(crate) async fn take_out(&mut self, begun: i64, merged: Merged<'_>) -> Result<(Vec<i64>, u64)> {
        if self.changed_since(merged.base, merges).await? {
            return Err(crate::Conflict::Lake { staged: merged.base, head: self.snapshot - 1 }.into());
        }
        let mut ended = self.begun_by(begun).await?;
        let mut new = Vec::new();
        for r in merged.files {
            let old = self.live(r.old.table, &r.old.path).await?.ok_or_else(|| crate::Conflict::File { path: r.old.path.clone() })?;
            if r.new.as_ref().is_some_and(|n| n.table != r.old.table || n.rows as i64 >= old.record_count) {
                return Err(Error::Invalid(format!("file {} without rows that it holds", old.path)));
            }
            new.extend(r.new.as_ref().map(|n| (n, Some(old.place))));
            if ended.iter().all(|e| e.data_file_id != old.data_file_id) {
                ended.push(old);
            }
        }
        let tables = self.end(&ended).await?;
        self.add_at(&new).await?;
        Ok((tables, ended.len() as u64))
    }

    /// Names files in this snapshot; answers the ids of their tables.
    pub(crate) async fn add(&mut self, files: &[DataFile]) -> Result<Vec<i64>> {
        self.add_at(&files.iter().map(|f| (f, None)).collect::<Vec<_>>()).await
    }

    /// As [`Change::add`], each in a place among the files of its table; `None`: behind all others.
    pub(crate) async fn add_at(&mut self, files: &[(&DataFile, Option<i64>)]) -> Result<Vec<i64>> {
        let mut by_table: BTreeMap<i64, (Table, Vec<(&DataFile, Option<i64>)>)> = BTreeMap::new();
        for (file, place) in files {
            check_path(file)?;
            by_table.entry(table_id(file.table)).or_insert_with(|| (file.table, Vec::new())).1.push((*file, *place));
        }
        for (id, (table, files)) in &by_table {
            self.add_to(*id, *table, files).await?;
        }
        Ok(by_table.into_keys().collect())
    }

    async fn add_to(&mut self, id: i64, table: Table, files: &[(&DataFile, Option<i64>)]) -> Result<()> {
        let known = optional!(&mut self.tx, (i64, i64, i64), TABLE_STATS, id)?;
        let (mut records, mut row_id, mut bytes) = known.unwrap_or_default();
        for (file, place) in files {
            let file_id = self.next_file_id;
            if file_id >= self.last_file_id {
                return Err(Error::Invalid("more files than announced".to_owned()));
            }
            self.next_file_id += 1;
            let rows = file.rows as i64;
            execute!(
                &mut self.tx, PUT_FILE, file_id, id, self.snapshot, file.path.as_str(), true, rows, file.bytes as i64,
                file.footer as i64, row_id, *place,
            )?;
            bulk!(&mut self.tx, PUT_STATS, file.columns.iter(), |s| [
                file_id,
                id,
                i64::from(s.column),
                rows - s.nulls as i64,
                s.nulls as i64,
                stats::bound(s.min.as_deref()),
                stats::bound(s.max.as_deref()),
            ]);
            records += rows;
            row_id += rows;
            bytes += file.bytes as i64;
        }
        let text = if known.is_some() { SET_TABLE_STATS } else { PUT_TABLE_STATS };
        execute!(&mut self.tx, text, id, records, row_id, bytes)?;
        stats::widen(&mut self.tx, id, table, &files.iter().map(|(file, _)| *file).collect::<Vec<_>>()).await
    }

    /// The files a snapshot added that are still live.
    pub(crate) async fn begun_by(&mut self, snapshot: i64) -> Result<Vec<LiveFile>> {
        rows!(&mut self.tx, LiveFile, BEGUN_BY, snapshot)
    }

    /// A live file by path.
    pub(crate) async fn live(&mut self, table: Table, path: &str) -> Result<Option<LiveFile>> {
        optional!(&mut self.tx, LiveFile, LIVE_BY_PATH, table_id(table), path)
    }

    /// Ends files with this snapshot; answers the ids of their tables, each once.
    pub(crate) async fn end(&mut self, files: &[LiveFile]) -> Result<Vec<i64>> {
        let mut by_table: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for file in files {
            if execute!(&mut self.tx, END_FILE, file.data_file_id, self.snapshot)? != 1 {
                return Err(crate::Conflict::File { path: file.path.clone() }.into());
            }
            let sums = by_table.entry(file.table_id).or_default();
            sums.0 += file.record_count;
            sums.1 += file.file_size_bytes;
        }
        for (id, (rows, size)) in &by_table {
            if let Some((records, row_id, bytes)) = optional!(&mut self.tx, (i64, i64, i64), TABLE_STATS, *id)? {
                execute!(&mut self.tx, SET_TABLE_STATS, *id, (records - rows).max(0), row_id, (bytes - size).max(0))?;
            }
        }
        Ok(by_table.into_keys().collect())
    }
}

/// A path stays inside its table's folder, and a file has no more columns than its table.
fn check_path(file: &DataFile) -> Result<()> {
    let inside = !file.path.is_empty()
        && !file.path.starts_with('/')
        && !file.path.contains('\\')
        && file.path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    let columns = file.table.columns().len() as u32;
    if !inside || file.columns.iter().any(|s| s.column == 0 || s.column > columns || s.nulls > file.rows) {
        return Err(Error::Invalid(format!("file {:?} of {}", file.path, file.table.name())));
    }
    Ok(())
}

/// What a list of changes calls rows that come to stand in other files and stay what they are.
const SAME_ROWS: [&str; 5] = ["compacted_table", "merge_adjacent", "rewrite_delete", "flushed_inlined", "inline_flush"];

/// Does a list of changes bring rows into other files?
fn merges(changes: &str) -> bool {
    changes.split(',').filter_map(|c| c.split_once(':')).any(|(kind, _)| SAME_ROWS.contains(&kind.trim()))
}

/// Does a list of changes bring or take rows of our tables, or alter them?
fn moves_rows(changes: &str) -> bool {
    changes.split(',').filter_map(|c| c.split_once(':')).any(|(kind, value)| {
        // changes by name are about tables, views and schemas that are new; ours are named by number
        value.trim().parse().ok().and_then(super::table_of).is_some() && !SAME_ROWS.contains(&kind.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::moves_rows;

    #[test]
    fn compactions_and_foreign_tables_do_not_disturb_a_staged_import() {
        assert!(moves_rows("inserted_into_table:1"));
        assert!(moves_rows("compacted_table:2,deleted_from_table:8"));
        assert!(moves_rows("inlined_insert:3"));
        assert!(moves_rows("altered_table:4"));
        assert!(!moves_rows(""));
        assert!(!moves_rows("compacted_table:1,merge_adjacent:2"));
        assert!(!moves_rows("created_table:\"main\".\"orders, 1\""));
        assert!(!moves_rows("inserted_into_table:99"));
    }
}
