//! A file of any format as chunks of rows, in file order, in bounded memory. What is done with the rows is not decided here.

use crate::{
    code::{Code, Error, Result},
    columnar::Columnar,
    encoding::Encoding,
    header, limits,
    mapping::{Format, Mapping},
    sheet::{self, Workbook},
    swell::Swell,
    text::{
        csv::{self, Next},
        html, json,
        source::Source,
    },
    value::Cell,
};
use hashbrown::HashMap;
use std::path::Path;

/// Text handed on at a time, and how it is divided among the workers.
const CHUNK: usize = 1 << 20;
const PART: usize = 96 << 10;
const PART_ROWS: usize = 2048;
/// Rows of workbooks, Parquet and JSON handed on at a time.
const ROWS: usize = 4096;

/// A stretch of CSV that begins and ends with a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub start: usize,
    pub end: usize,
    pub line: u64,
}

/// One element of a JSON file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'b> {
    pub line: u64,
    pub text: &'b [u8],
    /// the file ends inside it
    pub cut: bool,
}

/// Some rows of the file.
pub(crate) enum Rows<'b> {
    /// separated text: parts of a buffer
    Csv {
        buffer: &'b [u8],
        parts: &'b [Part],
        delimiter: u8,
        /// fields of the header
        width: usize,
        ended: bool,
    },
    /// JSON texts, and the place of each name
    Json { elements: &'b [Element<'b>], names: &'b HashMap<String, usize> },
    /// cells
    Cells(&'b [sheet::Row<'static>]),
}

/// Some rows, and how far into the file they reach.
pub(crate) struct Chunk<'b> {
    pub rows: Rows<'b>,
    pub encoding: Encoding,
    pub bytes: u64,
    /// their sheet, where several are read as one
    pub sheet: Option<Sheet<'b>>,
}

/// One of several sheets read as one table: its rows are numbered on from those of the sheets before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet<'b> {
    pub name: &'b str,
    /// the last row of the sheets before it
    pub before: u64,
}

/// Is handed chunks; answers whether to go on.
pub(crate) type Sink<'s> = dyn FnMut(Chunk<'_>) -> Result<bool> + 's;

/// Streams the data rows of a file.
pub(crate) fn stream(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    match mapping.format {
        Format::Csv => separated(path, mapping, sink),
        Format::Jsonl => json_lines(path, mapping, sink),
        Format::Json => json_array(path, mapping, sink),
        Format::Xlsx | Format::Xls => workbook(path, mapping, sink),
        Format::Parquet => columnar(path, mapping, sink),
        Format::Html => page(path, mapping, sink),
    }
}

/// The separator as a byte; others than ASCII are none.
pub(crate) fn separator(delimiter: char) -> Result<u8> {
    match u8::try_from(delimiter) {
        Ok(b) if b.is_ascii() && !matches!(b, b'"' | b'\n' | b'\r') => Ok(b),
        _ => Err(Error::new(Code::MappingInvalid, [("detail", "delimiter")])),
    }
}

pub(crate) fn line_too_long(line: u64) -> Error {
    Error::new(Code::LineTooLong, [("line", &line.to_string()), ("limit", &limits::LINE.to_string())])
}

pub(crate) fn too_many_columns(line: u64) -> Error {
    Error::new(Code::TooManyColumns, [("line", &line.to_string()), ("limit", &limits::COLUMNS.to_string())])
}

/// The file must have the header the mapping was made for.
fn check_header(found: &[String], mapping: &Mapping) -> Result<()> {
    for column in &mapping.columns {
        let name = found.get(column.index).map(String::as_str).unwrap_or_default();
        if header::normal(name) != header::normal(&column.header) {
            let place = (column.index + 1).to_string();
            return Err(Error::new(Code::HeaderDiffers, [("column", &place), ("expected", &column.header), ("found", name)]));
        }
    }
    Ok(())
}

fn separated(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    let delimiter = separator(mapping.delimiter)?;
    let mut source = Source::open(path, mapping.encoding)?;
    let mut buffer = Vec::with_capacity(CHUNK + limits::LINE);
    let (mut line, mut want) = (1u64, CHUNK);
    let mut width = mapping.columns.iter().map(|c| c.index + 1).max().unwrap_or(0);
    let mut header_passed = mapping.header_row == 0;
    let mut parts = Vec::new();
    loop {
        source.fill(&mut buffer, want)?;
        parts.clear();
        let (mut at, mut rows) = (0, 0);
        let mut part = Part { start: 0, end: 0, line };
        loop {
            match csv::next_record(&buffer, at, delimiter, source.ended) {
                Next::Record { end, next, lines, .. } => {
                    if !header_passed {
                        if line >= mapping.header_row {
                            let record = String::from_utf8_lossy(buffer.get(at..end).unwrap_or_default());
                            let mut cells = Vec::new();
                            csv::fields(&record, delimiter, &mut cells);
                            check_header(&crate::text::sniff::names(&cells), mapping)?;
                            width = cells.len();
                            header_passed = true;
                        }
                        (at, line) = (next, line + lines);
                        part = Part { start: at, end: at, line };
                        continue;
                    }
                    (at, line, rows) = (next, line + lines, rows + 1);
                    if at - part.start >= PART || rows >= PART_ROWS {
                        parts.push(Part { end: at, ..part });
                        part = Part { start: at, end: at, line };
                        rows = 0;
                    }
                    if at >= CHUNK || parts.len() >= 16 {
                        break;
                    }
                }
                Next::TooLong => return Err(line_too_long(line)),
                Next::Incomplete | Next::End => break,
            }
        }
        if at > part.start {
            parts.push(Part { end: at, ..part });
        }
        if !parts.is_empty() {
            let rows = Rows::Csv { buffer: &buffer, parts: &parts, delimiter, width, ended: source.ended };
            let left = (buffer.len() - at) as u64;
            if !sink(Chunk { rows, encoding: mapping.encoding, bytes: source.bytes_read.saturating_sub(left), sheet: None })? {
                return Ok(());
            }
        }
        if source.ended && at >= buffer.len() {
            return Ok(());
        }
        // a record longer than the chunk: look further
        want = if at == 0 { buffer.len() + CHUNK } else { CHUNK };
        buffer.drain(..at);
        if buffer.capacity() > 8 * CHUNK && buffer.len() < CHUNK {
            buffer.shrink_to(2 * CHUNK);
        }
    }
}

fn names(mapping: &Mapping) -> HashMap<String, usize> {
    mapping.columns.iter().map(|c| (c.header.clone(), c.index)).collect()
}

fn json_lines(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    let names = names(mapping);
    let mut source = Source::open(path, mapping.encoding)?;
    let mut buffer = Vec::with_capacity(CHUNK + limits::LINE);
    let (mut line, mut want) = (1u64, CHUNK);
    loop {
        source.fill(&mut buffer, want)?;
        let (mut at, mut elements) = (0, Vec::new());
        while let Some((end, next)) = json::line(&buffer, at, source.ended) {
            if end - at > limits::LINE {
                return Err(line_too_long(line));
            }
            let text = buffer.get(at..end).unwrap_or_default().trim_ascii();
            if !text.is_empty() {
                elements.push(Element { line, text, cut: false });
            }
            (at, line) = (next, line + 1);
            if at >= CHUNK || elements.len() >= ROWS {
                break;
            }
        }
        if at == 0 && buffer.len() > limits::LINE {
            return Err(line_too_long(line));
        }
        if !elements.is_empty() && !sink(Chunk { rows: Rows::Json { elements: &elements, names: &names }, encoding: mapping.encoding, bytes: source.bytes_read, sheet: None })? {
            return Ok(());
        }
        if source.ended && at >= buffer.len() {
            return Ok(());
        }
        want = if at == 0 { buffer.len() + CHUNK } else { CHUNK };
        buffer.drain(..at);
    }
}

fn json_array(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    let names = names(mapping);
    let mut source = Source::open(path, mapping.encoding)?;
    let mut buffer = Vec::with_capacity(CHUNK + limits::LINE);
    source.fill(&mut buffer, CHUNK)?;
    let opening = json::opening(&buffer);
    let bracketed = opening.is_some();
    let mut at = opening.unwrap_or(0);
    let mut line = 1 + json::lines(buffer.get(..at).unwrap_or_default());
    loop {
        let (mut elements, mut over) = (Vec::new(), false);
        loop {
            match json::next_element(&buffer, at, bracketed, source.ended) {
                json::Next::Element { start, end, cut } => {
                    line += json::lines(buffer.get(at..start).unwrap_or_default());
                    let text = buffer.get(start..end).unwrap_or_default();
                    elements.push(Element { line, text, cut });
                    line += json::lines(text);
                    at = end;
                    over = cut;
                }
                json::Next::TooLong => return Err(line_too_long(line)),
                json::Next::End => over = true,
                // nothing shows how much is missing; that the list is not closed is told once
                json::Next::Cut => {
                    let tail = buffer.get(buffer.len().saturating_sub(80)..).unwrap_or_default();
                    elements.push(Element { line, text: tail, cut: true });
                    over = true;
                }
                json::Next::Incomplete => break,
            }
            if over || at >= CHUNK || elements.len() >= ROWS {
                break;
            }
        }
        if !elements.is_empty() && !sink(Chunk { rows: Rows::Json { elements: &elements, names: &names }, encoding: mapping.encoding, bytes: source.bytes_read, sheet: None })? {
            return Ok(());
        }
        if over {
            return Ok(());
        }
        let want = if at == 0 { buffer.len() + CHUNK } else { CHUNK };
        buffer.drain(..at);
        at = 0;
        source.fill(&mut buffer, want)?;
    }
}

fn owned(cell: Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::Blank => Cell::Blank,
        Cell::Text(t) => Cell::Text(t.into_owned().into()),
        Cell::Int(n) => Cell::Int(n),
        Cell::Number(n) => Cell::Number(n),
        Cell::Bool(b) => Cell::Bool(b),
        Cell::Serial(n) => Cell::Serial(n),
        Cell::Instant(t) => Cell::Instant(t),
        Cell::Local(t) => Cell::Local(t),
        Cell::Day(d) => Cell::Day(d),
        Cell::Error(e) => Cell::Error(e.into_owned().into()),
    }
}

/// A row that outlives the reader's buffers.
pub(crate) fn owned_row(row: sheet::Row<'_>) -> sheet::Row<'static> {
    (row.0, row.1.into_iter().map(owned).collect())
}

fn workbook(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    let size = std::fs::metadata(path)?.len();
    let mut book = Workbook::open(path, mapping.format)?;
    let sheets = book.sheets();
    let sheet = match &mapping.sheet {
        Some(name) if sheets.contains(name) => name.clone(),
        Some(name) => return Err(Error::new(Code::SheetMissing, [("sheet", name)])),
        None => sheets.first().cloned().ok_or_else(|| Error::new(Code::FileEmpty, []))?,
    };
    let mut gather = Gather::new(mapping, sink, size);
    if let Some(missing) = mapping.more_sheets.iter().find(|s| !sheets.contains(s)) {
        return Err(Error::new(Code::SheetMissing, [("sheet", missing)]));
    }
    let several = !mapping.more_sheets.is_empty();
    for name in std::iter::once(&sheet).chain(&mapping.more_sheets) {
        gather.turn(several.then_some(name.as_str()))?;
        if gather.stopped {
            break;
        }
        book.rows(name, &mut |row| gather.take(row))?;
    }
    gather.end(size)
}

fn page(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    let size = std::fs::metadata(path)?.len();
    let mut gather = Gather::new(mapping, sink, size);
    html::rows(path, mapping.encoding, &mut |row| gather.take(row))?;
    gather.end(size)
}

/// Rows of cells on their way into chunks; the header is checked as it passes.
struct Gather<'m, 's, 'k> {
    mapping: &'m Mapping,
    sink: &'s mut Sink<'k>,
    pending: Vec<sheet::Row<'static>>,
    cells: usize,
    text: usize,
    swell: Swell,
    stopped: bool,
    /// one of several sheets, the last row before it, and the last row so far
    sheet: Option<&'m str>,
    before: u64,
    last: u64,
}

impl<'m, 's, 'k> Gather<'m, 's, 'k> {
    fn new(mapping: &'m Mapping, sink: &'s mut Sink<'k>, size: u64) -> Gather<'m, 's, 'k> {
        Gather { mapping, sink, pending: Vec::new(), cells: 0, text: 0, swell: Swell::new(size), stopped: false, sheet: None, before: 0, last: 0 }
    }

    /// Another sheet begins.
    fn turn(&mut self, sheet: Option<&'m str>) -> Result<()> {
        if !self.pending.is_empty() {
            (self.cells, self.text) = (0, 0);
            self.flush(0)?;
        }
        (self.sheet, self.before) = (sheet, self.last);
        Ok(())
    }

    fn take(&mut self, row: sheet::Row<'_>) -> Result<bool> {
        if row.0 <= self.mapping.header_row {
            if row.0 == self.mapping.header_row {
                check_header(&crate::text::sniff::names(&row.1), self.mapping)?;
            }
            return Ok(true);
        }
        self.cells += row.1.len();
        self.text += self.swell.take(row.0, &row.1)?;
        let (number, cells) = owned_row(row);
        self.last = self.before + number;
        self.pending.push((self.last, cells));
        if self.pending.len() >= ROWS || self.cells >= ROWS * 16 || self.text >= CHUNK {
            (self.cells, self.text) = (0, 0);
            self.flush(0)?;
        }
        Ok(!self.stopped)
    }

    fn flush(&mut self, bytes: u64) -> Result<()> {
        let sheet = self.sheet.map(|name| Sheet { name, before: self.before });
        self.stopped = !(self.sink)(Chunk { rows: Rows::Cells(&self.pending), encoding: self.mapping.encoding, bytes, sheet })?;
        self.pending.clear();
        Ok(())
    }

    fn end(mut self, size: u64) -> Result<()> {
        if self.stopped || self.pending.is_empty() { Ok(()) } else { self.flush(size) }
    }
}

fn columnar(path: &Path, mapping: &Mapping, sink: &mut Sink<'_>) -> Result<()> {
    let size = std::fs::metadata(path)?.len();
    let mut file = Columnar::open(path)?;
    check_header(&file.names, mapping)?;
    let (mut number, total) = (0u64, file.rows.max(1));
    while let Some(rows) = file.next_rows()? {
        number += rows.len() as u64;
        let bytes = (size as f64 * (number as f64 / total as f64)) as u64;
        if !sink(Chunk { rows: Rows::Cells(&rows), encoding: Encoding::Utf8, bytes, sheet: None })? {
            return Ok(());
        }
    }
    Ok(())
}
