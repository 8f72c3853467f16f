//! Rows that were set aside, as a file a person can mend and hand in again: file, line, column and reason, then the row as
//! it stood, cell by cell under its own headings. Handed in again, the columns in front are left out ([`settle`]).

use super::rejects::{Rejects, sentence};
use crate::{
    Error, Result,
    app::App,
    audit,
    output::{cell::{Cell, Column, Kind, Sheet}, csv, xlsx},
    sight::{self, Sight},
};
use domain::{Label, Lang, audit::{Action, Actor}};
use sources::{Format as SourceFormat, Kind as RowKind, Mapping, Target};
use std::{
    collections::HashMap,
    io::{Seek, Write},
};
use store::quarantine::Row;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with byte order mark
    Csv,
    /// Excel
    Xlsx,
}

impl Format {
    /// By the end of a file's name; CSV unless it says xlsx.
    pub fn of(path: &std::path::Path) -> Format {
        let end = path.extension().map(|e| e.to_ascii_lowercase());
        if end.is_some_and(|e| e == "xlsx") { Format::Xlsx } else { Format::Csv }
    }
}

/// The columns in front of the row's own.
const FRONT: [&str; 7] = ["file", "line", "column", "code", "reason", "value", "row"];
/// So many of them say nothing of what stood in the row: place and reason.
const PLACE: usize = 5;

/// The files of an import: their names and headings, and where each heading stands in the file of rejected rows.
#[derive(Debug)]
pub struct Layout {
    names: Vec<String>,
    mappings: Vec<Mapping>,
    headings: Vec<String>,
    places: HashMap<(String, usize), usize>,
}

impl Layout {
    /// Of files and how they were read, in the order of the import.
    pub fn new(names: Vec<String>, mappings: Vec<Mapping>) -> Layout {
        let (mut headings, mut places) = (Vec::new(), HashMap::new());
        for heading in mappings.iter().flat_map(own) {
            places.entry(heading).or_insert_with_key(|(text, _)| {
                headings.push(text.clone());
                headings.len() - 1
            });
        }
        Layout { names, mappings, headings, places }
    }

    fn columns(&self) -> Vec<Column> {
        let column = |key: &str| Column {
            key: key.to_owned(),
            label: Label::same(key),
            description: Label::default(),
            unit: None,
            kind: if key == "line" { Kind::Int } else { Kind::Text },
        };
        FRONT.into_iter().chain(self.headings.iter().map(String::as_str)).map(column).collect()
    }

    fn cells(&self, r: Row, sight: Sight, lang: Lang) -> Vec<Cell<'static>> {
        let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
        let reason = sentence(&r, sight).get(lang).to_owned();
        let name = self.names.get(r.file as usize).cloned().unwrap_or_default();
        let mut cells = vec![Cell::Empty; FRONT.len() + self.headings.len()];
        if let Some(mapping) = self.mappings.get(r.file as usize) {
            for (heading, value) in own(mapping).zip(split(mapping, &r.raw)) {
                let place = self.places.get(&heading).and_then(|p| cells.get_mut(FRONT.len() + p));
                place.into_iter().for_each(|cell| *cell = text(value.clone()));
            }
        }
        let front = [
            text(name),
            Cell::Int(r.line as i64),
            text(r.column.unwrap_or_default()),
            text(r.code),
            text(reason),
            text(r.value.unwrap_or_default()),
            text(r.raw),
        ];
        cells.iter_mut().zip(front).for_each(|(cell, value)| *cell = value);
        cells
    }

    /// As `sight` shows it: without people's details only where and why, not a cell of the row.
    fn seen(&self, sight: Sight, rows: impl Iterator<Item = Row>, lang: Lang) -> Sheet {
        let sheet = self.sheet(rows, sight, lang);
        if !sight.is_masked() {
            return sheet;
        }
        let seen = |row: usize| {
            let cells = (0..PLACE).map(|column| match sheet.rows.cell(row, column) {
                Cell::Text(t) => Cell::Text(sight::text(sight, t.into_owned()).into()),
                Cell::Int(line) => Cell::Int(line),
                _ => Cell::Empty,
            });
            cells.collect::<Vec<Cell<'static>>>()
        };
        let rows: Vec<Vec<Cell<'static>>> = (0..sheet.rows.count()).map(seen).collect();
        Sheet { columns: sheet.columns.iter().take(PLACE).cloned().collect(), rows: Box::new(rows), digits: sheet.digits }
    }

    fn sheet(&self, rows: impl Iterator<Item = Row>, sight: Sight, lang: Lang) -> Sheet {
        let cells: Vec<Vec<Cell<'static>>> = rows.map(|r| self.cells(r, sight, lang)).collect();
        Sheet { columns: self.columns(), rows: Box::new(cells), digits: 2 }
    }
}

/// A file's own headings, the n-th of its kind each.
fn own(mapping: &Mapping) -> impl Iterator<Item = (String, usize)> {
    nth(mapping.columns.iter().map(|c| c.header.as_str()))
}

fn nth<'h>(headings: impl Iterator<Item = &'h str>) -> impl Iterator<Item = (String, usize)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    headings.map(move |heading| {
        let n = seen.entry(heading).or_default();
        *n += 1;
        (heading.to_owned(), *n)
    })
}

/// The cells of a row as it stood.
fn split(mapping: &Mapping, raw: &str) -> Vec<String> {
    match mapping.format {
        SourceFormat::Json | SourceFormat::Jsonl => {
            let object: serde_json::Value = serde_json::from_str(raw).unwrap_or_default();
            let cell = |header: &str| match object.get(header) {
                None | Some(serde_json::Value::Null) => String::new(),
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            mapping.columns.iter().map(|c| cell(&c.header)).collect()
        }
        SourceFormat::Csv if mapping.delimiter == ' ' => raw.split_whitespace().map(str::to_owned).collect(),
        SourceFormat::Csv => separated(raw, mapping.delimiter),
        _ => raw.split('\t').map(str::to_owned).collect(),
    }
}

fn separated(raw: &str, delimiter: char) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = raw.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if c == delimiter && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

/// How a file of rejected rows that comes in again is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// it is none
    No,
    /// its own columns are guessed, as no file with their headings is remembered
    Guessed,
    /// its columns mean what they meant in the files it is of
    Known,
}

/// A file of rejected rows that comes in again: its front columns are left out, the others mean what they meant.
/// `known` are mappings remembered from before, the last used first. The rows may be of several files with headings in
/// common: each column means what it meant in the first of them that has it.
pub fn settle(mapping: &mut Mapping, known: &[Mapping]) -> Again {
    if !is_one(mapping) {
        return Again::No;
    }
    let rest = mapping.columns.split_off(FRONT.len());
    mapping.columns.iter_mut().for_each(|c| (c.target, c.identifier) = (Target::Ignore, false));
    let headings: Vec<(String, usize)> = nth(rest.iter().map(|c| c.header.as_str())).collect();
    let of: Vec<&Mapping> = match known.iter().find(|m| own(m).eq(headings.iter().cloned())) {
        Some(whole) => vec![whole],
        None => known.iter().filter(|m| !m.columns.is_empty() && own(m).all(|h| headings.contains(&h))).collect(),
    };
    let meant: Option<Vec<sources::Column>> = rest.iter().zip(&headings).map(|(new, heading)| meaning(&of, heading).map(|old| sources::Column { index: new.index, ..old })).collect();
    let (Some(columns), Some(first)) = (meant, of.iter().find(|m| m.kinds.iter().any(|k| matches!(k, RowKind::Order | RowKind::Line))).or(of.first())) else {
        mapping.columns.extend(rest);
        return Again::Guessed;
    };
    let front = std::mem::take(&mut mapping.columns);
    let columns = front.into_iter().chain(columns.into_iter().map(|mut c| {
        c.date_order = c.date_order.filter(|o| *o != first.date_order);
        c.decimal_mark = c.decimal_mark.filter(|m| *m != first.decimal_mark);
        c
    }));
    let columns = columns.collect();
    let (sheet, more_sheets) = (mapping.sheet.take(), std::mem::take(&mut mapping.more_sheets));
    let layout = (mapping.format, mapping.encoding, mapping.delimiter, mapping.header_row);
    *mapping = Mapping { columns, sheet, more_sheets, ..(*first).clone() };
    (mapping.format, mapping.encoding, mapping.delimiter, mapping.header_row) = layout;
    sources::settle(mapping, None);
    Again::Known
}

/// Is it how a file of rejected rows is read?
pub(super) fn is_one(mapping: &Mapping) -> bool {
    mapping.columns.iter().map(|c| c.header.trim().to_lowercase()).take(FRONT.len()).eq(FRONT)
}

/// What a heading meant in the first of the files that has it, with what that file said of all its columns. A file that left
/// it out is asked last.
fn meaning(of: &[&Mapping], heading: &(String, usize)) -> Option<sources::Column> {
    let column = |m: &Mapping| {
        let place = own(m).position(|h| h == *heading)?;
        let mut column = m.columns.get(place)?.clone();
        column.date_order = column.date_order.or(Some(m.date_order));
        column.decimal_mark = column.decimal_mark.or(Some(m.decimal_mark));
        Some(column)
    };
    let found: Vec<sources::Column> = of.iter().filter_map(|m| column(m)).collect();
    found.iter().find(|c| c.target != Target::Ignore).or(found.first()).cloned()
}

/// Rows of a CSV written at a time.
const PART: u32 = 20_000;
/// An Excel sheet holds no more rows below its header.
const SHEET: usize = 1_048_575;

/// Writes what staging set aside. Answers how many rows.
///
/// # Errors
/// When the disk refuses, or an Excel sheet has no room for all rows.
pub fn write(rejects: &mut Rejects, lang: Lang, format: Format, out: &mut (impl Write + Seek + Send)) -> Result<u64> {
    if format == Format::Xlsx && rejects.len() as usize > SHEET {
        return Err(too_many(rejects.len()));
    }
    let (mut part, mut count): (Vec<Vec<Cell<'static>>>, u64) = (Vec::new(), 0);
    let columns = rejects.layout().columns();
    let sheet = |rows: Vec<Vec<Cell<'static>>>| Sheet { columns: columns.clone(), rows: Box::new(rows), digits: 2 };
    rejects.each(|layout, row| {
        part.push(layout.cells(row, Sight::Full, lang));
        if format == Format::Csv && part.len() >= PART as usize {
            csv::write_part(&sheet(std::mem::take(&mut part)), count == 0, out)?;
            count += u64::from(PART);
        }
        Ok(())
    })?;
    let rest = part.len() as u64;
    match format {
        Format::Csv => csv::write_part(&sheet(part), count == 0, out)?,
        Format::Xlsx => xlsx::write_table(&sheet(part), out)?,
    }
    Ok(count + rest)
}

fn too_many(rows: u64) -> Error {
    Error::Invalid {
        code: "rejected.too_many",
        message: Label::new(format!("{rows} 行超过 Excel 一张表的上限，请下载 CSV"), format!("{rows} rows are more than an Excel sheet holds; take the CSV")),
        params: serde_json::json!({ "rows": rows }),
    }
}

/// Writes the quarantine of an import from the store, as a temporary file that goes when it is closed; and a name for it
/// without its end: that of the import's file, `订单-rejected`, of several files the first one's and how many more. That it was
/// taken stands in the audit log before a byte of it leaves.
///
/// # Errors
/// When the store or the disk refuses, or there is no such import.
pub async fn file(app: &App, sight: Sight, actor: &Actor, id: &str, lang: Lang, format: Format) -> Result<(tokio::fs::File, String)> {
    let import = store::import::get(&app.store, id).await?.ok_or_else(|| Error::not_found("import", id))?;
    let mappings = import.mapping.and_then(|m| serde_json::from_value(m).ok()).unwrap_or_default();
    let names = super::view::names(&import.files);
    let name = sight::text(sight, name(&names));
    let layout = Layout::new(names, mappings);
    let mut out = tempfile::tempfile_in(app.temporary())?;
    let (mut position, mut first, mut all) = (0, true, Vec::new());
    loop {
        let (rows, next) = store::quarantine::page(&app.store, id, position, PART).await?;
        all.extend(rows);
        if format == Format::Csv {
            csv::write_part(&layout.seen(sight, all.drain(..), lang), first, &mut out)?;
            first = false;
        } else if all.len() > SHEET {
            return Err(too_many(store::quarantine::count(&app.store, id).await?));
        }
        match next {
            Some(next) => position = next,
            None => break,
        }
    }
    if format == Format::Xlsx {
        xlsx::write_table(&layout.seen(sight, all.into_iter(), lang), &mut out)?;
    }
    out.flush()?;
    out.rewind()?;
    let detail = serde_json::json!({ "import": id, "masked": sight.is_masked() });
    audit::note(app, audit::of(app, actor, Action::ExportTaken, "rejected").detail(detail)).await?;
    Ok((tokio::fs::File::from_std(out), name))
}

/// What to call the rejected rows of these files.
fn name(files: &[String]) -> String {
    let first = files.first().map(|f| f.rsplit_once('.').map_or(f.as_str(), |(stem, _)| stem)).filter(|f| !f.is_empty());
    match (first, files.len()) {
        (None, _) => "rejected".to_owned(),
        (Some(first), 1) => format!("{first}-rejected"),
        (Some(first), n) => format!("{first}+{}-rejected", n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_called_after_those_it_is_of() {
        assert_eq!(name(&["订单.2025.xlsx".into()]), "订单.2025-rejected");
        assert_eq!(name(&["a.csv".into(), "b.csv".into(), "c.csv".into()]), "a+2-rejected");
        assert_eq!(name(&[]), "rejected");
    }

    #[test]
    fn a_row_falls_into_its_cells() {
        assert_eq!(separated("a,\"b,\"\"c\"\"\",,d\r\n", ','), ["a", "b,\"c\"", "", "d"]);
        assert_eq!(separated("17\" screen;x", ';'), ["17\" screen", "x"]);
    }
}
