//! One moment of a database, read from end to end while others go on writing.

use super::{Kind, Table, list, quoted, text};
use crate::{
    Access, Error, Result, Store,
    db::{Inner, On},
};
use futures::TryStreamExt;
use sqlx::{
    ConnectOptions, Decode, PgConnection, Postgres, Row, Sqlite, SqliteConnection, Transaction, TypeInfo, ValueRef,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::io::Write;

/// Tables of a SQLite file, without those of the database itself and of the migrations.
pub(super) const SQLITE_TABLES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_sqlx_migrations' ORDER BY name";
const SQLITE_COLUMNS: &str = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
const POSTGRES_TABLES: &str = "SELECT table_name::text FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> '_sqlx_migrations'
    ORDER BY table_name::text COLLATE \"C\"";
const POSTGRES_COLUMNS: &str = "SELECT column_name::text, data_type::text FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
const POSTGRES_KEY: &str = "SELECT a.attname::text FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = (quote_ident(current_schema()) || '.' || quote_ident($1))::regclass AND i.indisprimary
    ORDER BY array_position(i.indkey::int2[], a.attnum)";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A database as it was at one instant. Holds a transaction open: let go of it soon.
#[derive(Debug)]
pub struct Reading(Of);

#[derive(Debug)]
enum Of {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl<'a> Access for &'a mut Reading {
    type Sqlite = &'a mut SqliteConnection;
    type Postgres = &'a mut PgConnection;
    fn on(self) -> On<&'a mut SqliteConnection, &'a mut PgConnection> {
        match &mut self.0 {
            Of::Sqlite(t) => On::Sqlite(&mut **t),
            Of::Postgres(t) => On::Postgres(&mut **t),
        }
    }
}

impl Store {
    /// Everything as it is now, whatever others write from here on.
    pub async fn reading(&self) -> Result<Reading> {
        // a connection of its own: reading a table to its end is slow by nature, and no sign of anything
        let mut reading = Reading(match &self.0 {
            Inner::Sqlite { pool, .. } => {
                let options = SqliteConnectOptions::clone(&pool.connect_options()).disable_statement_logging();
                Of::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_with(options).await?.begin_with("BEGIN").await?)
            }
            Inner::Postgres(pool) => {
                let options = PgConnectOptions::clone(&pool.connect_options()).disable_statement_logging();
                Of::Postgres(PgPoolOptions::new().max_connections(1).connect_with(options).await?.begin_with(ONE_MOMENT).await?)
            }
        });
        // the moment is that of the first question
        reading.schema().await?;
        Ok(reading)
    }
}

impl Reading {
    /// The migrations its schema is made of.
    pub async fn schema(&mut self) -> Result<Vec<i64>> {
        Ok(rows!(self, (i64,), APPLIED)?.into_iter().map(|(v,)| v).collect())
    }

    /// Its tables, by name.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        match &mut self.0 {
            Of::Sqlite(t) => sqlite_tables(t).await,
            Of::Postgres(t) => postgres_tables(t).await,
        }
    }

    /// Rows of a table.
    pub async fn count(&mut self, table: &Table) -> Result<u64> {
        let text = ["SELECT COUNT(*) FROM ", &quoted(&table.name)].concat();
        let (count,): (i64,) = match &mut self.0 {
            Of::Sqlite(t) => sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_one(&mut **t).await?,
            Of::Postgres(t) => sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_one(&mut **t).await?,
        };
        Ok(count.unsigned_abs())
    }

    /// Writes a table's text; answers its rows. The error of `out` comes back as it is.
    pub async fn table(&mut self, table: &Table, out: &mut (dyn Write + Send)) -> Result<u64> {
        out.write_all(&table.heading()).map_err(sqlx::Error::Io)?;
        match &mut self.0 {
            Of::Sqlite(t) => from_sqlite(t, table, out).await,
            Of::Postgres(t) => from_postgres(t, table, out).await,
        }
    }
}

pub(super) async fn sqlite_tables(there: &mut SqliteConnection) -> Result<Vec<Table>> {
    let names = sqlx::query_as::<_, (String,)>(SQLITE_TABLES).fetch_all(&mut *there).await?;
    let mut tables = Vec::with_capacity(names.len());
    for (name,) in names {
        let columns = sqlx::query_as::<_, (String, String, i64)>(SQLITE_COLUMNS).bind(&name).fetch_all(&mut *there).await?;
        let mut key: Vec<(i64, String)> = columns.iter().filter(|(_, _, pk)| *pk > 0).map(|(c, _, pk)| (*pk, c.clone())).collect();
        key.sort();
        let columns = columns.into_iter().map(|(column, declared, _)| (column, declared)).collect();
        tables.push(Table::new(name, columns, key.into_iter().map(|(_, c)| c).collect())?);
    }
    Ok(tables)
}

pub(super) async fn postgres_tables(there: &mut PgConnection) -> Result<Vec<Table>> {
    let names = sqlx::query_as::<_, (String,)>(POSTGRES_TABLES).fetch_all(&mut *there).await?;
    let mut tables = Vec::with_capacity(names.len());
    for (name,) in names {
        let columns = sqlx::query_as::<_, (String, String)>(POSTGRES_COLUMNS).bind(&name).fetch_all(&mut *there).await?;
        let key = sqlx::query_as::<_, (String,)>(POSTGRES_KEY).bind(&name).fetch_all(&mut *there).await?;
        tables.push(Table::new(name, columns, key.into_iter().map(|(c,)| c).collect())?);
    }
    Ok(tables)
}

async fn from_sqlite(there: &mut SqliteConnection, table: &Table, out: &mut (dyn Write + Send)) -> Result<u64> {
    let text = ["SELECT ", &list(&table.columns), " FROM ", &quoted(&table.name), " ORDER BY ", &list(table.order())].concat();
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(text)).persistent(false).fetch(there);
    let (mut count, mut line) = (0, Vec::new());
    while let Some(row) = rows.try_next().await? {
        line.clear();
        for n in 0..table.columns.len() {
            if n > 0 {
                line.push(b'\t');
            }
            let value = row.try_get_raw(n)?;
            if value.is_null() {
                line.extend(text::NONE);
                continue;
            }
            let kind = value.type_info().name().to_owned();
            match kind.as_str() {
                "INTEGER" | "BOOLEAN" => line.extend(<i64 as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?.to_string().bytes()),
                "REAL" => line.extend(<f64 as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?.to_string().bytes()),
                "BLOB" => text::put_bytes(&mut line, <&[u8] as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?),
                "TEXT" => text::put(&mut line, <&str as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?.as_bytes()),
                other => return Err(Error::Foreign(format!("a value of type {other} in table {}", table.name))),
            }
        }
        line.push(b'\n');
        out.write_all(&line).map_err(sqlx::Error::Io)?;
        count += 1;
    }
    Ok(count)
}

async fn from_postgres(there: &mut PgConnection, table: &Table, out: &mut (dyn Write + Send)) -> Result<u64> {
    let neutral = |name: &str, kind: Kind| {
        let name = quoted(name);
        match kind {
            Kind::Boolean => [&name, "::int"].concat(),
            Kind::Uuid => [&name, "::text COLLATE \"C\""].concat(),
            Kind::Text => [&name, " COLLATE \"C\""].concat(),
            Kind::Stamp => ["(to_char(", &name, " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00') COLLATE \"C\""].concat(),
            Kind::Integer | Kind::Real | Kind::Bytes => name,
        }
    };
    let columns: Vec<(&String, String)> = table.columns.iter().zip(&table.kinds).map(|(c, kind)| (c, neutral(c, *kind))).collect();
    let values: Vec<&str> = columns.iter().map(|(_, value)| value.as_str()).collect();
    // where it is no key, nothing comes first as in SQLite; with it no index would serve
    let nulls = if table.key.is_empty() { " NULLS FIRST" } else { "" };
    let order: Vec<String> = table
        .order()
        .iter()
        .filter_map(|key| columns.iter().find(|(name, _)| *name == key).map(|(_, value)| [value.as_str(), nulls].concat()))
        .collect();
    let text = [
        "COPY (SELECT ", &values.join(", "), " FROM ", &quoted(&table.name), " ORDER BY ", &order.join(", "), ") TO STDOUT",
    ]
    .concat();
    let mut rows = there.copy_out_raw(&text).await?;
    let mut count = 0;
    while let Some(some) = rows.try_next().await? {
        count += some.iter().filter(|b| **b == b'\n').count() as u64;
        out.write_all(&some).map_err(sqlx::Error::Io)?;
    }
    Ok(count)
}
