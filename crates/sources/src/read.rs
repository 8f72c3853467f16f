//! Streams a file through its mapping. One thread cuts the file into chunks, the workers turn chunks into records, the caller's
//! thread is handed the batches in file order; at most two chunks wait for it.

use crate::{
    batch::{Batch, Reject, Summary},
    build::{Builder, RowFault},
    code::{Code, ON_ROW, ON_SHEET, Result, params},
    encoding::{BAD, BAD_BYTES, Encoding},
    limits,
    mapping::Mapping,
    plan::Plan,
    stream::{Chunk, Element, Part, Rows, Sheet, stream, too_many_columns},
    text::{
        csv::{self, Next},
        json,
    },
    value::{Cell, Fault},
};
use hashbrown::HashMap;
use memchr::memmem;
use rayon::prelude::*;
use std::{borrow::Cow, ops::ControlFlow, path::Path, sync::mpsc::sync_channel};

/// Rows of one worker's share of a chunk of cells or JSON.
const SHARE: usize = 512;
/// Longest cell shown in a reject.
const SHOWN: usize = 1000;

/// Streams a file through its mapping: `each` is handed batches in file order, until the file ends or it breaks off.
///
/// # Errors
/// When the file cannot be read to its end, breaks a limit, or does not fit the mapping.
pub fn read(path: &Path, mapping: &Mapping, each: &mut dyn FnMut(Batch) -> ControlFlow<()>) -> Result<Summary> {
    let plan = Plan::new(mapping)?;
    let mut summary = Summary { bytes: std::fs::metadata(path)?.len(), ..Summary::default() };
    let mut outcome = Ok(());
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Result<Vec<Batch>>>(1);
        let plan = &plan;
        scope.spawn(move || {
            let ended = stream(path, mapping, &mut |chunk| {
                let batches = decode(&chunk, plan)?;
                Ok(sender.send(Ok(batches)).is_ok())
            });
            if let Err(e) = ended {
                // nobody listens any more if the caller broke off
                let _unheard = sender.send(Err(e));
            }
        });
        for message in receiver {
            match message {
                Ok(batches) => {
                    for batch in batches {
                        summary.accepted += batch.rows.len() as u64;
                        summary.rejected += batch.rejects.len() as u64;
                        if each(batch).is_break() {
                            summary.stopped = true;
                            return;
                        }
                    }
                }
                Err(e) => outcome = Err(e),
            }
        }
    });
    outcome.map(|()| summary)
}

/// Streams the rows as they stand; see [`crate::raw_rows`].
pub(crate) fn raw_rows(path: &Path, mapping: &Mapping, each: &mut dyn FnMut(u64, &str) -> ControlFlow<()>) -> Result<()> {
    stream(path, mapping, &mut |chunk| {
        let mut go_on = true;
        match &chunk.rows {
            Rows::Csv { buffer, parts, delimiter, ended, .. } => {
                for part in parts.iter() {
                    records(buffer, *part, *delimiter, *ended, &mut |line, record, _| {
                        go_on = go_on && (is_blank_record(record, *delimiter) || each(line, &raw(record)).is_continue());
                    });
                }
            }
            Rows::Json { elements, .. } => {
                for e in elements.iter() {
                    go_on = go_on && each(e.line, &raw(e.text)).is_continue();
                }
            }
            Rows::Cells(rows) => {
                for (line, cells) in rows.iter() {
                    go_on = go_on && each(*line, &tabbed(cells)).is_continue();
                }
            }
        }
        Ok(go_on)
    })
}

/// Turns a chunk into batches, in order.
fn decode(chunk: &Chunk<'_>, plan: &Plan) -> Result<Vec<Batch>> {
    let bytes = chunk.bytes;
    match &chunk.rows {
        Rows::Csv { buffer, parts, delimiter, width, ended } => {
            parts.par_iter().map(|part| separated(plan, buffer, *part, *delimiter, *width, *ended, chunk.encoding, bytes)).collect()
        }
        Rows::Json { elements, names } => Ok(elements.par_chunks(SHARE).map(|e| objects(plan, e, names, chunk.encoding, bytes)).collect()),
        Rows::Cells(rows) => Ok(rows.par_chunks(SHARE).map(|r| placed(cells(plan, r, chunk.encoding, bytes), chunk.sheet)).collect()),
    }
}

/// Every record of a part: its line, its bytes, and whether a quote in it is left open.
pub(crate) fn records<'b>(buffer: &'b [u8], part: Part, delimiter: u8, ended: bool, each: &mut dyn FnMut(u64, &'b [u8], bool)) {
    let (mut at, mut line) = (part.start, part.line);
    while at < part.end {
        let Next::Record { end, next, lines, unclosed } = csv::next_record(buffer, at, delimiter, ended) else { return };
        each(line, buffer.get(at..end).unwrap_or_default(), unclosed);
        (at, line) = (next, line + lines);
    }
}

#[expect(clippy::too_many_arguments, reason = "a chunk taken apart")]
fn separated(plan: &Plan, buffer: &[u8], part: Part, delimiter: u8, width: usize, ended: bool, encoding: Encoding, bytes: u64) -> Result<Batch> {
    let mut work = Work::new(plan, bytes);
    let mut row: Vec<Cell<'_>> = Vec::with_capacity(width + 1);
    let mut broken = None;
    let decoded = encoding != Encoding::Utf8;
    records(buffer, part, delimiter, ended, &mut |line, record, unclosed| {
        if record.is_empty() || broken.is_some() {
            return;
        }
        let reject = |code: Code, pairs: [(&str, &str); 2]| Reject { line, column: None, code, value: String::new(), raw: raw(record), params: params(pairs) };
        let text = match std::str::from_utf8(record) {
            Ok(text) if !(decoded && memmem::find(record, BAD_BYTES).is_some()) => text,
            _ => {
                work.batch.rejects.push(reject(Code::RowUndecodable, [("encoding", encoding.name()), ("", "")]));
                return;
            }
        };
        if unclosed {
            work.batch.rejects.push(reject(Code::QuoteUnclosed, [("", ""), ("", "")]));
            return;
        }
        row.clear();
        csv::fields(text, delimiter, &mut row);
        if row.len() > limits::COLUMNS {
            broken = Some(line);
            return;
        }
        if row.len() != width {
            if row.iter().all(Cell::is_blank) {
                return;
            }
            let counts = [("found", row.len().to_string()), ("expected", width.to_string())];
            let pairs = || counts.each_ref().map(|(k, v)| (*k, v.as_str()));
            if row.iter().skip(width).any(|c| !c.is_blank()) {
                work.batch.rejects.push(reject(Code::RowTooLong, pairs()));
                return;
            }
            let missing = plan.used.iter().skip(row.len()).take(width.saturating_sub(row.len())).any(|u| *u);
            if missing {
                let code = if crate::build::is_totals_word(text.split(char::from(delimiter)).next().unwrap_or_default()) { Code::TotalsRow } else { Code::RowTooShort };
                work.batch.rejects.push(reject(code, pairs()));
                return;
            }
            row.truncate(width);
        }
        work.take(line, &row, true, || raw(record));
    });
    match broken {
        Some(line) => Err(too_many_columns(line)),
        None => Ok(work.done()),
    }
}

pub(crate) fn objects(plan: &Plan, elements: &[Element<'_>], names: &HashMap<String, usize>, encoding: Encoding, bytes: u64) -> Batch {
    let mut work = Work::new(plan, bytes);
    let width = names.values().max().map_or(0, |m| m + 1);
    let mut row: Vec<Cell<'_>> = Vec::with_capacity(width);
    for element in elements {
        let reject = |code: Code| Reject { line: element.line, column: None, code, value: String::new(), raw: raw(element.text), params: params([("encoding", encoding.name())]) };
        let text = match std::str::from_utf8(element.text) {
            Ok(text) if !text.contains(BAD) => text,
            _ => {
                work.batch.rejects.push(reject(Code::RowUndecodable));
                continue;
            }
        };
        let found = if element.cut { Err(Code::JsonInvalid) } else { json::row(text) };
        match found {
            Ok(pairs) => {
                row.clear();
                row.resize(width, Cell::Blank);
                for (name, cell) in pairs {
                    if let Some(slot) = names.get(&name).and_then(|i| row.get_mut(*i)) {
                        *slot = cell;
                    }
                }
                work.take(element.line, &row, false, || text.to_owned());
            }
            Err(code) => work.batch.rejects.push(reject(code)),
        }
    }
    work.done()
}

fn cells(plan: &Plan, rows: &[crate::sheet::Row<'static>], encoding: Encoding, bytes: u64) -> Batch {
    let mut work = Work::new(plan, bytes);
    for (line, row) in rows {
        if row.iter().any(|c| matches!(c, Cell::Text(t) if memmem::find(t.as_bytes(), BAD_BYTES).is_some())) {
            work.batch.rejects.push(Reject { line: *line, column: None, code: Code::RowUndecodable, value: String::new(), raw: tabbed(row).replace(BAD, "\u{fffd}"), params: params([("encoding", encoding.name())]) });
            continue;
        }
        work.take(*line, row, true, || tabbed(row));
    }
    work.done()
}

/// Rejects of one of several sheets say which, and the row there.
fn placed(mut batch: Batch, sheet: Option<Sheet<'_>>) -> Batch {
    if let Some(sheet) = sheet {
        for reject in &mut batch.rejects {
            reject.params.insert(ON_SHEET.to_owned(), sheet.name.to_owned());
            reject.params.insert(ON_ROW.to_owned(), reject.line.saturating_sub(sheet.before).to_string());
        }
    }
    batch
}

/// A batch in the making.
struct Work<'p> {
    plan: &'p Plan,
    builder: Builder<'p>,
    batch: Batch,
}

impl<'p> Work<'p> {
    fn new(plan: &'p Plan, bytes: u64) -> Work<'p> {
        Work { plan, builder: Builder::new(plan), batch: Batch { bytes_read: bytes, ..Batch::default() } }
    }

    /// Accepts or rejects one row; a blank one is none if `skip_blank`.
    fn take(&mut self, line: u64, row: &[Cell<'_>], skip_blank: bool, raw: impl FnOnce() -> String) {
        if skip_blank && row.iter().all(Cell::is_blank) {
            return;
        }
        match self.builder.row(line, row) {
            Ok(records) => self.batch.rows.push((line, records)),
            Err(RowFault { fault: Fault { code, params }, column }) => {
                let value = column.and_then(|c| row.get(c)).map(|c| clip(&c.shown())).unwrap_or_default();
                let column = column.and_then(|c| self.plan.header(c));
                self.batch.rejects.push(Reject { line, column, code, value, raw: raw(), params });
            }
        }
    }

    fn done(self) -> Batch {
        let mut batch = self.batch;
        (batch.notes, batch.left_blank) = self.builder.left();
        batch
    }
}

fn clip(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A record as text, whatever its bytes.
fn raw(record: &[u8]) -> String {
    String::from_utf8_lossy(record).replace(BAD, "\u{fffd}")
}

/// A row of cells as a person would copy it.
fn tabbed(row: &[Cell<'_>]) -> String {
    let shown: Vec<Cow<'_, str>> = row.iter().map(Cell::shown).collect();
    shown.join("\t")
}

fn is_blank_record(record: &[u8], delimiter: u8) -> bool {
    let Ok(text) = std::str::from_utf8(record) else { return false };
    let mut row = Vec::new();
    csv::fields(text, delimiter, &mut row);
    row.iter().all(Cell::is_blank)
}
