//! Rows of one person in any table: read it, see what its columns say, compare, tell. `models::linkage` says how probable a
//! pair is; here is decided what is compared with what.

mod columns;
mod pairs;
mod report;

pub use columns::{Choice, ColumnUse, Reason, Wrong};
pub use pairs::write;
pub use report::Report;

use crate::{Error, Result};
use columns::Chosen;
use domain::{Currency, Zone};
use models::linkage::{self, Field, Links};
use rayon::prelude::*;
use sources::{Mapping, Options, Table, TraitGuess};
use std::{borrow::Cow, path::Path};

/// A file that was read, and what its columns say.
pub struct Opened {
    table: Table,
    mapping: Mapping,
    traits: Vec<TraitGuess>,
}

/// What was found in it.
pub struct Found {
    /// how many rows were compared
    pub rows: usize,
    /// rows that could not be read: their lines, and why
    pub skipped: Vec<(u64, sources::Code)>,
    /// every column and what became of it
    pub columns: Vec<ColumnUse>,
    /// the column that names the rows; without one, rows go by their numbers from 1
    pub id: Option<String>,
    /// the model and the pairs
    pub links: Links,
    /// groups of two or more rows that the pairs connect
    pub clusters: usize,
    /// rows in these groups
    pub clustered: usize,
    ids: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read to its end.
pub fn open(path: &Path, name: &str) -> Result<Opened> {
    let unreadable = |e: sources::Error| crate::ingest::unreadable(name, &e);
    let zone = Zone::utc();
    let mapping = sources::probe(path, &Options::new(&zone, Currency::CNY)).map_err(unreadable)?.mapping;
    let table = sources::table(path, &mapping, usize::MAX).map_err(unreadable)?;
    let traits = sources::traits(&table, &mapping);
    Ok(Opened { table, mapping, traits })
}

impl Opened {
    /// Which column is what, before anything is compared.
    ///
    /// # Errors
    /// When a choice names a column that is not there, the rows' names are not names, or nothing can be compared.
    pub fn columns(&self, choice: &Choice) -> Result<Vec<ColumnUse>, Wrong> {
        Ok(self.chosen(choice)?.columns)
    }

    fn chosen(&self, choice: &Choice) -> Result<Chosen, Wrong> {
        columns::choose(&self.table, &self.traits, choice)
    }

    /// Finds the pairs of at least the choice's probability.
    ///
    /// # Errors
    /// As [`Opened::columns`].
    pub fn find(&self, choice: &Choice) -> Result<Found, Wrong> {
        let chosen = self.chosen(choice)?;
        let texts: Vec<Vec<Cow<'_, str>>> = chosen.fields.par_iter().map(|field| self.meant(field.column, field.others.as_deref())).collect();
        let fields: Vec<Field<'_>> = chosen.fields.iter().zip(&texts).map(|(field, texts)| Field {
            name: self.header(field.column),
            kind: field.kind,
            values: texts.iter().map(AsRef::as_ref).collect(),
        }).collect();
        let links = linkage::link(&linkage::Table::new(&fields), choice.threshold, choice.seed);
        let rows = self.table.rows();
        let person = links.people(rows);
        let mut size = vec![0u32; rows];
        person.iter().for_each(|p| size[*p as usize] += 1);
        let ids = match chosen.id {
            Some(column) => self.table.column(column).map(str::to_owned).collect(),
            None => (1..=rows).map(|n| n.to_string()).collect(),
        };
        Ok(Found {
            rows,
            skipped: self.table.skipped.clone(),
            id: chosen.id.map(|c| self.header(c).to_owned()),
            columns: chosen.columns,
            clusters: size.iter().filter(|n| **n > 1).count(),
            clustered: size.iter().filter(|n| **n > 1).map(|n| *n as usize).sum(),
            links,
            ids,
        })
    }

    fn header(&self, column: usize) -> &str {
        self.table.headers.get(column).map(String::as_str).unwrap_or_default()
    }

    /// A column as it is meant; where a whole name is missing, put together from its parts.
    fn meant(&self, column: usize, parts: Option<&[usize]>) -> Vec<Cow<'_, str>> {
        let what = self.traits.get(column).map_or(sources::Trait::Text, |t| t.what);
        (0..self.table.rows()).map(|row| {
            let cell = self.table.cell(row, column);
            match parts {
                Some(parts) if cell.is_empty() => Cow::Owned(whole(parts.iter().map(|p| self.table.cell(row, *p)))),
                _ => sources::meant(what, cell, &self.mapping, column),
            }
        }).collect()
    }
}

/// 王 and 芳 are 王芳; Smith and Amy are Smith Amy.
fn whole<'c>(parts: impl Iterator<Item = &'c str>) -> String {
    let mut name = String::new();
    for part in parts.filter(|p| !p.is_empty()) {
        if name.is_ascii() && !name.is_empty() {
            name.push(' ');
        }
        name.push_str(part);
    }
    name
}

impl Found {
    /// What the row of this place is called.
    pub fn name(&self, row: u32) -> &str {
        self.ids.get(row as usize).map(String::as_str).unwrap_or_default()
    }
}

impl From<Wrong> for Error {
    fn from(wrong: Wrong) -> Error {
        let message = wrong.message();
        Error::Invalid { code: wrong.code(), message, params: serde_json::Value::Null }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_together() {
        assert_eq!(whole(["王", "芳"].into_iter()), "王芳");
        assert_eq!(whole(["Smith", "", "Amy"].into_iter()), "Smith Amy");
    }
}
