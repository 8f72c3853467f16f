//! Rows of the store on their way out: the text the database hands over becomes cells of the files.

use super::{
    column::Kind,
    people::People,
    sink,
    tables::{Keep, Link, Stored},
};
use crate::{Error, Result};
use domain::{Day, clock::Instant};
use lake::Plain;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

/// What is known of rows that others point at.
#[derive(Debug)]
pub(super) struct Taken {
    /// ids that were taken, by table of the store
    ids: BTreeMap<&'static str, BTreeSet<String>>,
    pub(super) people: People,
}

impl Taken {
    pub(super) fn new(people: People) -> Taken {
        Taken { ids: BTreeMap::new(), people }
    }

    /// Was the row taken?
    pub(super) fn has(&self, store: &str, id: &str) -> bool {
        self.ids.get(store).is_some_and(|ids| ids.contains(id))
    }
}

/// Tables whose ids others ask for.
const ASKED: [&str; 4] = ["merges", "imports", "objects", "tags"];

/// Takes the text of a table.
pub(super) struct Rows<'r, 't, 'o> {
    stored: &'static Stored,
    table: &'r mut sink::Table<'t, 'o>,
    taken: &'r mut Taken,
    /// places of the columns in a row of the text
    places: Vec<usize>,
    names: Vec<String>,
    held: Vec<u8>,
    first: bool,
    failed: Option<Error>,
}

impl<'r, 't, 'o> Rows<'r, 't, 'o> {
    pub(super) fn new(stored: &'static Stored, columns: &[String], table: &'r mut sink::Table<'t, 'o>, taken: &'r mut Taken) -> Result<Rows<'r, 't, 'o>> {
        let place = |from: &str| columns.iter().position(|c| c == from).ok_or_else(|| Error::Internal(format!("{} has no column {from}", stored.store)));
        let places = stored.columns.iter().map(|c| place(c.from)).collect::<Result<_>>()?;
        Ok(Rows { stored, table, taken, places, names: columns.to_vec(), held: Vec::new(), first: true, failed: None })
    }

    /// What went wrong, as it was.
    pub(super) fn ended(self, done: store::Result<u64>) -> Result<()> {
        match self.failed {
            Some(e) => Err(e),
            None => done.map(|_| ()).map_err(Error::from),
        }
    }

    fn line(&mut self, line: &[u8]) -> Result<()> {
        let values = store::dump::values(line)?;
        let value = |from: &str| self.names.iter().position(|c| c == from).and_then(|n| values.get(n)).and_then(Option::as_deref);
        let keeps = self.stored.keep.iter().all(|keep| match keep {
            Keep::Unset(column) => value(column).is_none(),
            Keep::Is(column, word) => value(column) == Some(*word),
            Keep::With(column, table) => value(column).is_some_and(|id| self.taken.has(table, id)),
        });
        if !keeps {
            return Ok(());
        }
        if ASKED.contains(&self.stored.store) {
            if let Some(id) = value("id") {
                self.taken.ids.entry(self.stored.store).or_default().insert(id.to_owned());
            }
        }
        let mut said: Vec<Option<Cow<'_, str>>> = Vec::with_capacity(self.places.len());
        for (column, place) in self.stored.columns.iter().zip(&self.places) {
            let text = values.get(*place).and_then(Option::as_deref);
            said.push(match (column.link, text) {
                (_, None) => None,
                (Link::Person, Some(id)) => Some(self.taken.people.one(id)),
                (Link::People, Some(text)) => Some(self.taken.people.within(text)),
                (Link::Word(words), Some(number)) => number.parse::<usize>().ok().and_then(|n| words.get(n)).map(|w| Cow::Borrowed(*w)),
                (Link::No | Link::Customer, Some(text)) => Some(Cow::Borrowed(text)),
            });
        }
        let cells: Option<Vec<Plain<'_>>> = self.stored.columns.iter().zip(&said).map(|(c, text)| cell(c.kind, text.as_deref())).collect();
        let cells = cells.ok_or_else(|| Error::Internal(format!("a value of {} does not read", self.stored.store)))?;
        self.table.row(&cells)
    }
}

/// A value of the store as a cell.
fn cell(kind: Kind, text: Option<&str>) -> Option<Plain<'_>> {
    let Some(text) = text else { return Some(Plain::None) };
    Some(match kind {
        Kind::Text | Kind::Json => Plain::Text(text),
        Kind::Whole | Kind::Key | Kind::Money => Plain::Whole(text.parse().ok()?),
        Kind::Number => Plain::Number(text.parse().ok()?),
        Kind::Flag => Plain::Flag(text != "0"),
        Kind::Day => Plain::Day(Day(text.parse().ok()?)),
        Kind::Instant => Plain::Instant(Instant(text.parse().ok()?)),
    })
}

impl Write for Rows<'_, '_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        let mut held = std::mem::take(&mut self.held);
        let mut from = 0;
        while let Some(length) = memchr::memchr(b'\n', held.get(from..).unwrap_or_default()) {
            let line = held.get(from..from + length).unwrap_or_default();
            // the first line names the columns
            if std::mem::replace(&mut self.first, false) {
                from += length + 1;
                continue;
            }
            if let Err(e) = self.line(line) {
                self.failed = Some(e);
                return Err(io::Error::other("it was broken off"));
            }
            from += length + 1;
        }
        held.drain(..from);
        self.held = held;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
