//! A table on its way into files of one format, and back.

use super::{
    Format,
    column::{Column, Shape},
    csv, damaged, jsonl,
    manifest::{Part, Said},
    parquet,
    shelf::Shelf,
    value::Value,
    xlsx,
};
use crate::Result;
use lake::Plain;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// Writes tables.
pub(super) struct Sink<'s, 'o> {
    pub(super) shelf: &'s mut Shelf<'o>,
    pub(super) format: Format,
    pub(super) digits: u32,
    /// a folder for what is not archived yet
    pub(super) folder: &'s Path,
}

impl<'s, 'o> Sink<'s, 'o> {
    /// Begins a table. Its rows follow, then [`Table::end`].
    pub(super) fn table<'t>(&'t mut self, shape: &'t Shape) -> Result<Table<'t, 'o>> {
        let extension = self.format.key();
        let name = shape.file(1, extension);
        let kind = match self.format {
            Format::Xlsx => Kind::Xlsx { book: Some(xlsx::Writer::new(shape, self.folder)?), shelf: &mut *self.shelf, folder: self.folder, parts: Vec::new() },
            Format::Parquet => {
                self.shelf.begin(&name, true)?;
                Kind::Parquet(parquet::Writer::new(&mut *self.shelf, shape, self.digits)?)
            }
            Format::Csv => {
                self.shelf.begin(&name, false)?;
                csv::heading(shape, &mut *self.shelf)?;
                Kind::Lines(&mut *self.shelf, csv::row)
            }
            Format::Jsonl => {
                self.shelf.begin(&name, false)?;
                Kind::Lines(&mut *self.shelf, jsonl::row)
            }
        };
        Ok(Table { shape, digits: self.digits, kind, rows: 0, line: String::new(), name })
    }
}

type Line = fn(&Shape, &[Plain<'_>], u32, &mut String, &mut dyn std::io::Write) -> std::io::Result<()>;

enum Kind<'t, 'o> {
    Lines(&'t mut Shelf<'o>, Line),
    Parquet(parquet::Writer<'t, 'o>),
    Xlsx { book: Option<xlsx::Writer>, shelf: &'t mut Shelf<'o>, folder: &'t Path, parts: Vec<Part> },
}

/// A table that is being written.
pub(super) struct Table<'t, 'o> {
    shape: &'t Shape,
    digits: u32,
    kind: Kind<'t, 'o>,
    rows: u64,
    line: String,
    name: String,
}

impl<'t, 'o> Table<'t, 'o> {
    /// Writes a row.
    pub(super) fn row(&mut self, cells: &[Plain<'_>]) -> Result<()> {
        self.rows += 1;
        match &mut self.kind {
            Kind::Lines(shelf, line) => {
                line(self.shape, cells, self.digits, &mut self.line, *shelf)?;
                shelf.step()
            }
            Kind::Parquet(writer) => {
                writer.row(cells)?;
                writer.shelf().step()
            }
            Kind::Xlsx { book, shelf, folder, parts } => {
                if book.as_ref().is_some_and(xlsx::Writer::is_full) {
                    Table::archive(self.shape, book.take(), shelf, folder, parts)?;
                }
                let writer = match book {
                    Some(writer) => writer,
                    None => book.insert(xlsx::Writer::new(self.shape, folder)?),
                };
                writer.row(self.shape, cells, self.digits)?;
                shelf.step()
            }
        }
    }

    fn archive(shape: &Shape, book: Option<xlsx::Writer>, shelf: &mut Shelf<'_>, folder: &Path, parts: &mut Vec<Part>) -> Result<()> {
        let Some(book) = book else { return Ok(()) };
        let (rows, name) = (book.rows(), shape.file(parts.len() + 1, Format::Xlsx.key()));
        let place = tempfile::NamedTempFile::new_in(folder)?;
        book.end(place.path())?;
        let (bytes, sha256) = shelf.copy(&name, place.path())?;
        parts.push(Part { name, rows, bytes, sha256 });
        Ok(())
    }

    /// Ends the table; what the manifest says of it.
    pub(super) fn end(self) -> Result<Said> {
        let Table { shape, kind, rows, name, .. } = self;
        let one = |(bytes, sha256): (u64, String)| vec![Part { name, rows, bytes, sha256 }];
        let parts = match kind {
            Kind::Lines(shelf, _) => one(shelf.end()?),
            Kind::Parquet(writer) => one(writer.end()?.end()?),
            Kind::Xlsx { book, shelf, folder, mut parts } => {
                Table::archive(shape, book, shelf, folder, &mut parts)?;
                parts
            }
        };
        Ok(Said::of(shape, parts))
    }
}

/// Reads every row of a file of a table; answers how many.
pub(super) fn read(file: &str, path: &Path, format: Format, shape: &Shape, digits: u32, each: &mut dyn FnMut(u64, &[Value]) -> Result<()>) -> Result<u64> {
    let lines = || -> Result<BufReader<File>> { Ok(BufReader::with_capacity(1 << 18, File::open(path)?)) };
    match format {
        Format::Csv => csv::rows(file, &mut lines()? as &mut dyn BufRead, shape, digits, each),
        Format::Jsonl => jsonl::rows(file, &mut lines()?, shape, digits, each),
        Format::Parquet => parquet::rows(file, path, shape, digits, each),
        Format::Xlsx => xlsx::rows(file, path, shape, digits, each),
    }
}

/// Are these the columns of the table, in their order?
pub(super) fn same_columns(file: &str, shape: &Shape, names: &[&str]) -> Result<()> {
    let want = shape.columns.iter().map(|c: &Column| c.name.as_str());
    if want.clone().eq(names.iter().copied()) {
        return Ok(());
    }
    let want: Vec<&str> = want.collect();
    let (want, found) = (want.join(", "), names.join(", "));
    Err(damaged(file, &format!("列应为 {want}，实际是 {found}"), &format!("its columns should be {want}, and are {found}")))
}
