//! Rows put into a table of a database that is in use, in the transaction of whoever asks.

use super::{
    Kind, Table, quoted,
    loading::{into_postgres, into_sqlite},
    reading::{postgres_tables, sqlite_tables},
    text,
};
use crate::{Access, Result, Tx, db::On};
use std::io::BufRead;

/// A row of a table's text, without its end: values in the order of the columns.
///
/// # Errors
/// When it is no such row.
pub fn values(line: &[u8]) -> Result<Vec<Option<String>>> {
    let words = |value: Option<Vec<u8>>| value.map(|v| String::from_utf8(v).map_err(|_| text::broken("a text that is not UTF-8"))).transpose();
    line.split(|b| *b == b'\t').map(|field| words(text::take(field)?)).collect()
}

/// A row as [`values`] reads it, with its end.
pub fn line<'a>(values: impl IntoIterator<Item = Option<&'a str>>, out: &mut Vec<u8>) {
    for (n, value) in values.into_iter().enumerate() {
        if n > 0 {
            out.push(b'\t');
        }
        match value {
            Some(value) => text::put(out, value.as_bytes()),
            None => out.extend(text::NONE),
        }
    }
    out.push(b'\n');
}

/// The tables of a database, by name.
///
/// # Errors
/// When the database refuses.
pub async fn tables(tx: &mut Tx) -> Result<Vec<Table>> {
    match tx.on() {
        On::Sqlite(t) => sqlite_tables(t).await,
        On::Postgres(t) => postgres_tables(t).await,
    }
}

/// Takes every row out of a table; answers how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn empty(tx: &mut Tx, table: &Table) -> Result<u64> {
    let text = ["DELETE FROM ", &quoted(&table.name)].concat();
    Ok(match tx.on() {
        On::Sqlite(t) => sqlx::query(sqlx::AssertSqlSafe(text)).persistent(false).execute(t).await?.rows_affected(),
        On::Postgres(t) => sqlx::query(sqlx::AssertSqlSafe(text)).persistent(false).execute(t).await?.rows_affected(),
    })
}

/// Fills an empty table with rows, one a line, that hold these columns; what they leave out has its default. Answers the rows.
///
/// # Errors
/// When there are other columns, a row does not fit, or the database refuses.
pub async fn fill(tx: &mut Tx, table: &Table, names: &[String], rows: &mut (dyn BufRead + Send)) -> Result<u64> {
    let kinds = names.iter().map(|n| table.columns.iter().zip(&table.kinds).find(|(c, _)| *c == n).map(|(_, kind)| *kind));
    let kinds = kinds.collect::<Option<Vec<Kind>>>().ok_or_else(|| text::broken(&["other columns than table ", &table.name].concat()))?;
    match tx.on() {
        On::Sqlite(t) => into_sqlite(t, &table.name, names, &kinds, rows).await,
        On::Postgres(t) => into_postgres(t, &table.name, names, rows).await,
    }
}
