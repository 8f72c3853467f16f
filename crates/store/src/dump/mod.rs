//! The whole database in a form both databases read: one text a table, as PostgreSQL's `COPY` writes it (a line a row, values
//! separated by tabs, `\N` for none), after a first line with the names of the columns. Truth values are 0 and 1, instants of the
//! catalog and UUIDs are text, columns are sorted by name and rows by
//! their key: equal content gives equal bytes on SQLite and PostgreSQL.
//!
//! The statements here name tables and columns that the database itself says it has, quoted, because a dump may be of an older
//! schema than ours: [`quoted`] is the one place where a name becomes SQL. Values never do.

mod filling;
mod known;
mod loading;
mod reading;
mod schema;
mod text;

pub use filling::{empty, fill, line, tables, values};
pub use known::{known_tables, known_versions};
pub use loading::{Loading, in_use};
pub use reading::Reading;
pub(crate) use schema::options;
pub use schema::{make_schema, schema_address};

use crate::{Error, Result};

/// A table as the database at hand has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// its name
    pub name: String,
    /// names of its columns, sorted
    pub columns: Vec<String>,
    kinds: Vec<Kind>,
    key: Vec<String>,
}

/// What a column holds, as far as its text differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Boolean,
    Real,
    Text,
    Bytes,
    Stamp,
    Uuid,
}

impl Kind {
    /// From the type a column was declared with.
    fn of(table: &str, declared: &str) -> Result<Kind> {
        Ok(match declared.to_ascii_lowercase().as_str() {
            "integer" | "bigint" | "smallint" => Kind::Integer,
            "boolean" => Kind::Boolean,
            "real" | "double precision" => Kind::Real,
            "text" | "varchar" | "character varying" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            "timestamp with time zone" => Kind::Stamp,
            "uuid" => Kind::Uuid,
            other => return Err(Error::Foreign(format!("a column of type {other} in table {table}"))),
        })
    }
}

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    ["\"", &name.replace('"', "\"\""), "\""].concat()
}

/// Names, quoted and separated.
fn list(names: &[String]) -> String {
    names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ")
}

impl Table {
    fn new(name: String, mut columns: Vec<(String, String)>, key: Vec<String>) -> Result<Table> {
        // a column that came later may stand elsewhere in the other database
        columns.sort();
        let kinds = columns.iter().map(|(_, declared)| Kind::of(&name, declared)).collect::<Result<_>>()?;
        Ok(Table { name, columns: columns.into_iter().map(|(column, _)| column).collect(), kinds, key })
    }

    /// The first line of its text.
    fn heading(&self) -> Vec<u8> {
        let mut line = Vec::new();
        for (n, column) in self.columns.iter().enumerate() {
            if n > 0 {
                line.push(b'\t');
            }
            text::put(&mut line, column.as_bytes());
        }
        line.push(b'\n');
        line
    }

    /// Names of its columns of text.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().zip(&self.kinds).filter(|(_, k)| **k == Kind::Text).map(|(c, _)| c.as_str())
    }

    /// What orders its rows: its key, else everything.
    fn order(&self) -> &[String] {
        if self.key.is_empty() { &self.columns } else { &self.key }
    }
}
