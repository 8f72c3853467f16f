//! Making the catalog, and appending the tables and columns a newer program brings.

use super::{FOLDER, table_id, write};
use crate::{
    Access, Error, Result, Store, Tx,
    bind::{Stamp, Uuid},
    bulk::Bulk,
};
use domain::{
    clock::Instant,
    table::{Column, Table},
};

/// What a new catalog is made of.
#[derive(Debug, Clone)]
pub struct Bootstrap<'a> {
    /// folder or bucket of the lake; a final `/` is added
    pub data_path: &'a str,
    /// who, for the snapshot's author
    pub author: &'a str,
    /// when
    pub now: Instant,
    /// for the UUIDs
    pub random: [u8; 16],
}

statements! {
    MOVE = "UPDATE ducklake_metadata SET value = $1 WHERE key = 'data_path' AND scope IS NULL";
    PUT_METADATA = "INSERT INTO ducklake_metadata (key, value) VALUES ($1, $2)";
    PUT_SCHEMA = "INSERT INTO ducklake_schema (schema_id, schema_uuid, begin_snapshot, end_snapshot, schema_name, path,
            path_is_relative)
        VALUES (0, $1, 0, NULL, 'main', $2, $3)";
    FIRST_SNAPSHOT = "INSERT INTO ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id)
        VALUES (0, $1, 0, 1, 0)";
    PUT_TABLE = "INSERT INTO ducklake_table (table_id, table_uuid, begin_snapshot, end_snapshot, schema_id, table_name, path,
            path_is_relative)
        VALUES ($1, $2, $3, NULL, 0, $4, $5, $6)";
    PUT_SCHEMA_VERSION = "INSERT INTO ducklake_schema_versions (begin_snapshot, schema_version, table_id) VALUES ($1, $2, $3)";
    LIVE_TABLES = "SELECT table_id, table_name FROM ducklake_table WHERE end_snapshot IS NULL";
    LIVE_COLUMNS = "SELECT table_id, column_id FROM ducklake_column WHERE end_snapshot IS NULL";
    VERSION = "SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL";
}

pub(crate) const PUT_COLUMNS: Bulk = Bulk {
    head: "INSERT INTO ducklake_column (column_id, begin_snapshot, end_snapshot, table_id, column_order, column_name,
        column_type, initial_default, default_value, nulls_allowed, parent_column, default_value_type, default_value_dialect)
        VALUES",
    width: 13,
    tail: "",
};

/// Makes the catalog if there is none, then adds the tables and columns it lacks. Safe to call at every start; answers the
/// newest snapshot.
pub async fn ensure(store: &Store, b: &Bootstrap<'_>) -> Result<i64> {
    bootstrap(store, b).await?;
    let missing = missing(store).await?;
    if missing.is_empty() {
        return super::head(store).await;
    }
    let new_tables = missing.iter().filter(|m| m.whole).count() as i64;
    let mut change = write::begin(store, b.now, 0, 1, new_tables).await?;
    let mut changes = Vec::new();
    for m in &missing {
        let id = table_id(m.table);
        if m.whole {
            if id >= change.next_catalog_id {
                return Err(Error::Foreign(format!("catalog id {id} is not free for table {}", m.table.name())));
            }
            let folder = [m.table.name(), "/"].concat();
            execute!(
                &mut change.tx, PUT_TABLE, id, uuid(b.random, id as u8), change.snapshot, m.table.name(), folder, true,
            )?;
            changes.push(format!("created_table:\"main\".\"{}\"", m.table.name()));
        } else {
            changes.push(format!("altered_table:{id}"));
        }
        put_columns(&mut change.tx, m, change.snapshot).await?;
        execute!(&mut change.tx, PUT_SCHEMA_VERSION, change.snapshot, change.schema_version, id)?;
    }
    change.changes(&changes, b.author).await?;
    let snapshot = change.snapshot;
    change.tx.commit().await?;
    Ok(snapshot)
}

/// The files lie elsewhere now: other programs that read the lake go by what the catalog says.
pub async fn move_to(db: impl Access, data_path: &str) -> Result<()> {
    execute!(db, MOVE, folder(data_path)).map(|_| ())
}

/// With a final `/`.
fn folder(data_path: &str) -> String {
    format!("{}/", data_path.trim_end_matches('/'))
}

async fn bootstrap(store: &Store, b: &Bootstrap<'_>) -> Result<()> {
    let mut tx = store.begin().await?;
    tx.lock_lake().await?;
    if let Some((version,)) = optional!(&mut tx, (String,), VERSION)? {
        return if version == "1.0" { Ok(()) } else { Err(Error::Foreign(format!("DuckLake version {version}"))) };
    }
    let data_path = folder(b.data_path);
    let created_by = concat!("zhiyin ", env!("CARGO_PKG_VERSION"));
    let metadata = [
        ("version", "1.0"),
        ("created_by", created_by),
        ("data_path", data_path.as_str()),
        ("encrypted", "false"),
        ("data_inlining_row_limit", "0"),
    ];
    for (key, value) in metadata {
        execute!(&mut tx, PUT_METADATA, key, value)?;
    }
    execute!(&mut tx, FIRST_SNAPSHOT, Stamp(b.now))?;
    execute!(&mut tx, write::PUT_CHANGES, 0i64, "created_schema:\"main\"", b.author)?;
    execute!(&mut tx, PUT_SCHEMA, uuid(b.random, 0), FOLDER, true)?;
    tx.commit().await
}

struct Missing {
    table: Table,
    whole: bool,
    /// field ids and columns
    columns: Vec<(i64, &'static Column)>,
}

async fn missing(store: &Store) -> Result<Vec<Missing>> {
    let tables = rows!(store, (i64, String), LIVE_TABLES)?;
    let columns = rows!(store, (i64, i64), LIVE_COLUMNS)?;
    let mut missing = Vec::new();
    for table in Table::ALL {
        let id = table_id(table);
        let whole = match tables.iter().find(|(t, _)| *t == id) {
            Some((_, name)) if name == table.name() => false,
            Some((_, name)) => return Err(Error::Foreign(format!("catalog id {id} belongs to table {name}"))),
            None => true,
        };
        let lacking: Vec<(i64, &'static Column)> = (1..)
            .zip(table.columns())
            .filter(|(c, _)| whole || !columns.iter().any(|(t, known)| *t == id && known == c))
            .collect();
        if !lacking.is_empty() {
            missing.push(Missing { table, whole, columns: lacking });
        }
    }
    Ok(missing)
}

async fn put_columns(tx: &mut Tx, m: &Missing, snapshot: i64) -> Result<()> {
    let id = table_id(m.table);
    let none = None::<String>;
    bulk!(tx, PUT_COLUMNS, m.columns.iter(), |(c, column)| [
        *c,
        snapshot,
        None::<i64>,
        id,
        *c,
        column.name,
        column.kind.ducklake(),
        none.clone(),
        none.clone(),
        // a column that comes later has no value in older files
        column.nullable || !m.whole,
        None::<i64>,
        none.clone(),
        none.clone(),
    ]);
    Ok(())
}

/// A version-4 shaped UUID of its own for each table, from one draw of chance.
fn uuid(random: [u8; 16], which: u8) -> Uuid {
    let mut bytes = random;
    bytes[15] ^= which;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid(bytes)
}
