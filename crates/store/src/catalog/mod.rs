//! The lake's catalog: DuckLake 1.0 tables beside our own, so that one transaction commits files and ledger together and
//! any DuckLake reader finds the lake as it is.
//!
//! Files live at `<data path><schema folder><table>/<path>`; [`FOLDER`] is the schema's. A file's rows carry its column's
//! field id = our column number. We write data files only: no delete files, no inlined rows, and refuse to read a snapshot
//! in which another program left some ([`Error::Foreign`]) rather than answer wrongly.

pub(crate) mod compact;
pub(crate) mod ensure;
pub(crate) mod expire;
pub(crate) mod stats;
pub(crate) mod write;

pub use compact::{Compaction, Swap, apart, compact};
pub use ensure::{Bootstrap, ensure, move_to};
pub use expire::{Expired, expire};
pub use write::{Merged, Replaced};

use crate::{Access, Error, Result, Store};
use domain::table::{Column, ColumnStats, DataFile, Snapshot, Table};
use std::collections::HashMap;

/// The schema's folder under the data path; tables' folders are inside.
pub const FOLDER: &str = "main/";

/// The catalog id of a table: its place from 1.
pub(crate) fn table_id(table: Table) -> i64 {
    Table::ALL.iter().position(|t| *t == table).map_or(0, |i| i as i64 + 1)
}

/// The table of a catalog id.
pub(crate) fn table_of(id: i64) -> Option<Table> {
    usize::try_from(id - 1).ok().and_then(|i| Table::ALL.get(i)).copied()
}

/// A table's column by field id.
pub(crate) fn column_of(table: Table, id: i64) -> Option<&'static Column> {
    usize::try_from(id - 1).ok().and_then(|i| table.columns().get(i))
}

statements! {
    HEAD = "SELECT CAST(COALESCE(MAX(snapshot_id), -1) AS BIGINT) FROM ducklake_snapshot";
    EXISTS = "SELECT COUNT(*) FROM ducklake_snapshot WHERE snapshot_id = $1";
    LIST = "SELECT s.snapshot_id, s.schema_version, c.changes_made, c.author
        FROM ducklake_snapshot s LEFT JOIN ducklake_snapshot_changes c ON c.snapshot_id = s.snapshot_id
        ORDER BY s.snapshot_id DESC LIMIT $1";
    TABLES = "SELECT table_id, table_name, CASE WHEN end_snapshot IS NULL OR end_snapshot > $1 THEN 1 ELSE 0 END
            + CAST(0 AS BIGINT) AS live
        FROM ducklake_table WHERE begin_snapshot <= $1 ORDER BY begin_snapshot";
    COLUMNS = "SELECT table_id, column_id, column_name, column_type FROM ducklake_column
        WHERE begin_snapshot <= $1 AND (end_snapshot IS NULL OR end_snapshot > $1)";
    FILES = "SELECT data_file_id, table_id, path, path_is_relative, file_format, record_count, file_size_bytes, footer_size,
            CASE WHEN encryption_key IS NULL AND mapping_id IS NULL AND (partial_max IS NULL OR partial_max <= $1)
                THEN 0 ELSE 1 END + CAST(0 AS BIGINT) AS foreign_kind
        FROM ducklake_data_file
        WHERE begin_snapshot <= $1 AND (end_snapshot IS NULL OR end_snapshot > $1)
        ORDER BY COALESCE(file_order, data_file_id), data_file_id";
    STATS = "SELECT s.data_file_id, s.column_id, s.null_count, s.min_value, s.max_value
        FROM ducklake_file_column_stats s JOIN ducklake_data_file f ON f.data_file_id = s.data_file_id
        WHERE f.begin_snapshot <= $1 AND (f.end_snapshot IS NULL OR f.end_snapshot > $1)
        ORDER BY s.data_file_id, s.column_id";
    DELETE_FILES = "SELECT COUNT(*) FROM ducklake_delete_file
        WHERE begin_snapshot <= $1 AND (end_snapshot IS NULL OR end_snapshot > $1) AND table_id <= $2";
    INLINED = "SELECT name FROM table_names WHERE name LIKE 'ducklake!_inlined!_de%' ESCAPE '!'
            OR name LIKE 'ducklake!_inlined!_data!_%!_%' ESCAPE '!' ORDER BY name";
    PATHS = "SELECT table_id, path FROM ducklake_data_file ORDER BY data_file_id";
    HELD = "SELECT table_id, path, path_is_relative, file_size_bytes FROM ducklake_data_file ORDER BY data_file_id";
    ANY_DELETE_FILE = "SELECT COUNT(*) FROM ducklake_delete_file";
    DATA_PATH = "SELECT value FROM ducklake_metadata WHERE key = 'data_path' AND scope IS NULL";
}

#[derive(sqlx::FromRow)]
struct FileRow {
    data_file_id: i64,
    path_is_relative: bool,
    file_format: Option<String>,
    foreign_kind: i64,
    #[sqlx(flatten)]
    file: Listed,
}

/// A file as the catalog lists it.
#[derive(sqlx::FromRow)]
pub(crate) struct Listed {
    table_id: i64,
    path: String,
    record_count: i64,
    file_size_bytes: i64,
    footer_size: Option<i64>,
}

impl Listed {
    /// Without column statistics; none of a table that is not ours.
    pub(crate) fn file(self) -> Option<DataFile> {
        Some(DataFile {
            table: table_of(self.table_id)?,
            path: self.path,
            rows: self.record_count.max(0) as u64,
            bytes: self.file_size_bytes.max(0) as u64,
            footer: self.footer_size.unwrap_or(0).max(0) as u64,
            columns: Vec::new(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct StatsRow {
    data_file_id: i64,
    column_id: i64,
    null_count: Option<i64>,
    min_value: Option<String>,
    max_value: Option<String>,
}

/// A snapshot in the lake's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// its id
    pub id: i64,
    /// the schema's version
    pub schema_version: i64,
    /// DuckLake's list of changes
    pub changes: String,
    /// who
    pub author: Option<String>,
}

/// The newest snapshot's id; -1 before [`ensure`].
pub async fn head(db: impl Access) -> Result<i64> {
    scalar!(db, i64, HEAD)
}

/// The newest `limit` snapshots, newest first.
pub async fn history(db: impl Access, limit: u32) -> Result<Vec<Entry>> {
    let rows = rows!(db, (i64, i64, Option<String>, Option<String>), LIST, i64::from(limit))?;
    Ok(rows
        .into_iter()
        .map(|(id, schema_version, changes, author)| Entry {
            id,
            schema_version,
            changes: changes.unwrap_or_default(),
            author,
        })
        .collect())
}

/// Where the lake's files are, ending in `/`; `None` before [`ensure`].
pub async fn data_path(db: impl Access) -> Result<Option<String>> {
    Ok(optional!(db, (String,), DATA_PATH)?.map(|(v,)| v))
}

/// Every file any snapshot names, with its bytes: what a copy of the lake is made of. `Foreign` if another program left files of
/// its own.
pub async fn held<A>(db: &mut A) -> Result<Vec<(Table, String, u64)>>
where
    for<'a> &'a mut A: Access,
{
    if scalar!(&mut *db, i64, ANY_DELETE_FILE)? > 0 {
        return Err(Error::Foreign("a delete file".to_owned()));
    }
    let rows = rows!(db, (i64, String, bool, i64), HELD)?;
    rows.into_iter()
        .map(|(table, path, relative, bytes)| match table_of(table).filter(|_| relative) {
            Some(table) => Ok((table, path, bytes.unsigned_abs())),
            None => Err(Error::Foreign(format!("file {path:?} of table {table}"))),
        })
        .collect()
}

/// Every file any snapshot names, live or ended: what an orphan sweep must leave alone.
pub async fn paths(db: impl Access) -> Result<Vec<(Table, String)>> {
    let rows = rows!(db, (i64, String), PATHS)?;
    Ok(rows.into_iter().filter_map(|(t, p)| Some((table_of(t)?, p))).collect())
}

/// What the lake holds at a snapshot (the newest without one). [`Error::SnapshotGone`] for one that is not there,
/// [`Error::Foreign`] for one we cannot read truly.
pub async fn snapshot(store: &Store, id: Option<i64>) -> Result<Snapshot> {
    let id = match id {
        Some(id) => id,
        None => head(store).await?,
    };
    exists(store, id).await?;
    refuse_foreign(store, id).await?;
    let mut files = Vec::new();
    let mut place = HashMap::new();
    for f in rows!(store, FileRow, FILES, id)? {
        let foreign = f.foreign_kind != 0 || !f.path_is_relative || f.file_format.as_deref() != Some("parquet");
        let Some(mut file) = f.file.file() else { continue };
        if foreign {
            return Err(Error::Foreign(format!("file {} of {}", file.path, file.table.name())));
        }
        place.insert(f.data_file_id, files.len());
        file.columns.reserve_exact(file.table.columns().len());
        files.push(file);
    }
    for s in rows!(store, StatsRow, STATS, id)? {
        let Some(file) = place.get(&s.data_file_id).and_then(|i| files.get_mut(*i)) else { continue };
        file.columns.push(ColumnStats {
            column: s.column_id as u32,
            nulls: s.null_count.unwrap_or(0).max(0) as u64,
            min: s.min_value,
            max: s.max_value,
        });
    }
    // it may have been expired while we read
    exists(store, id).await?;
    Ok(Snapshot { id, files })
}

async fn exists(store: &Store, id: i64) -> Result<()> {
    match scalar!(store, i64, EXISTS, id)? {
        0 => Err(Error::SnapshotGone { id }),
        _ => Ok(()),
    }
}

/// Another program's work that would make our answer wrong without a sign.
async fn refuse_foreign(store: &Store, id: i64) -> Result<()> {
    if scalar!(store, i64, DELETE_FILES, id, Table::ALL.len() as i64)? > 0 {
        return Err(Error::Foreign("a delete file".to_owned()));
    }
    for (name,) in rows!(store, (String,), INLINED)? {
        // ducklake_inlined_delete_<table>, ducklake_inlined_data_<table>_<schema version>
        let table = name.split('_').nth(3).and_then(|n| n.parse().ok()).and_then(table_of);
        if let Some(table) = table {
            return Err(Error::Foreign(format!("rows of {} inside the catalog ({name})", table.name())));
        }
    }
    let tables = rows!(store, (i64, String, i64), TABLES, id)?;
    for table in Table::ALL {
        let mut all = tables.iter().filter(|(t, _, _)| *t == table_id(table)).peekable();
        let live = all.clone().find(|(_, _, live)| *live != 0);
        match live {
            Some((_, name, _)) if name != table.name() => return Err(Error::Foreign(format!("table {name}"))),
            None if all.peek().is_some() => return Err(Error::Foreign(format!("table {} was dropped", table.name()))),
            _ => {}
        }
    }
    for (t, c, name, kind) in rows!(store, (i64, i64, String, String), COLUMNS, id)? {
        let Some(table) = table_of(t) else { continue };
        let known = column_of(table, c).is_some_and(|ours| ours.name == name && ours.kind.ducklake() == kind);
        if !known {
            return Err(Error::Foreign(format!("column {name} {kind} of {}", table.name())));
        }
    }
    Ok(())
}
