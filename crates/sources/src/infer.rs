//! Looks at a file: what it is by its content, its encoding, separator, sheet and header, and a sample of rows from its start and,
//! for large text files, from places further on.

use crate::{
    Options, Probe,
    code::{Code, Error, Result, params},
    columnar::Columnar,
    encoding::{BAD, Encoding, detect},
    header, limits,
    mapping::{Format, Mapping},
    probe::Guess,
    propose,
    sheet::{self, Contents, Workbook},
    stream::{line_too_long, owned_row, separator, too_many_columns},
    swell::Swell,
    text::{html, json, sniff},
    value::Cell,
};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

/// Start of a text file that is looked at as a whole: longer than a line may be, so that a quote left open is seen to be so.
const HEAD: usize = 2 << 20;
/// Places further on, and how much of each.
const PLACES: u64 = 8;
const PLACE: usize = 64 << 10;
/// Most rows of the sample.
const MOST: usize = 5000;
/// Most text of the sample.
const MOST_TEXT: usize = 16 << 20;
/// How far a file of plain ASCII is searched for the first other character.
const SEARCH: u64 = 512 << 20;

/// A sample of a file.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub format: Format,
    pub encoding: Option<Encoding>,
    pub delimiter: Option<char>,
    pub sheets: Vec<String>,
    pub sheet: Option<String>,
    /// sheets with the same header, read below the first
    pub more_sheets: Vec<String>,
    pub is_1904: bool,
    pub header_row: u64,
    pub headers: Vec<String>,
    /// data rows, without the header
    pub rows: Vec<sheet::Row<'static>>,
    pub rows_estimate: u64,
    pub bytes: u64,
    pub guesses: Vec<Guess>,
}

pub(crate) fn guess<const N: usize>(code: Code, pairs: [(&str, &str); N]) -> Guess {
    Guess { code, params: params(pairs) }
}

pub(crate) fn probe(path: &Path, options: &Options<'_>) -> Result<Probe> {
    let mut sample = sample(path, options)?;
    // a sheet that was asked for is read alone
    sample.other_sheets(path, &|_| options.sheet.is_none())?;
    Ok(propose::propose(sample, options))
}

impl Sample {
    /// Looks at the other sheets of a workbook. Of those that `may`, the ones with the header of the sheet at hand, in the same row,
    /// are read below it, and their first rows join the sample; others that hold a table are told as left out.
    fn other_sheets(&mut self, path: &Path, may: &dyn Fn(&str) -> bool) -> Result<()> {
        let Some(first) = self.sheet.clone().filter(|_| self.sheets.len() > 1) else { return Ok(()) };
        let mut book = Workbook::open(path, self.format)?;
        let hidden = book.hidden();
        let wanted = header::signature(self.headers.iter().map(String::as_str));
        let all = self.sheets.clone();
        let mut left = Vec::new();
        for name in all.iter().filter(|s| **s != first) {
            let joins = self.header_row > 0 && !hidden.contains(name) && may(name);
            let (mut rows, mut seen, mut same, mut more) = (Vec::new(), 0, false, false);
            let (mut text, mut swell) = (0, Swell::new(self.bytes));
            book.rows(name, &mut |row| {
                text += swell.take(row.0, &row.1)?;
                seen += 1;
                if row.0 == self.header_row {
                    same = header::signature(sniff::names(&row.1).iter().map(String::as_str)) == wanted;
                } else if row.0 > self.header_row && same && joins {
                    rows.push(owned_row(row));
                    more = rows.len() >= MOST / 4 || text >= MOST_TEXT / 4;
                    return Ok(!more);
                }
                Ok(seen < 2 || row.0 < self.header_row || same && joins)
            })?;
            if same && joins && !rows.is_empty() {
                let count = rows.len() as u64;
                self.rows_estimate += if more { book.claimed_rows(name).unwrap_or(count).max(count) } else { count };
                if self.rows.len() < MOST {
                    self.rows.extend(rows);
                }
                self.more_sheets.push(name.clone());
            } else if seen > 1 {
                left.push(name.as_str());
            }
        }
        self.tell_sheets(&first, &left);
        Ok(())
    }

    /// Tells which sheets of a workbook are read, and which are not.
    fn tell_sheets(&mut self, first: &str, left: &[&str]) {
        let read = std::iter::once(first).chain(self.more_sheets.iter().map(String::as_str)).collect::<Vec<_>>().join(", ");
        let count = self.sheets.len().to_string();
        let mut told = Vec::new();
        if !self.more_sheets.is_empty() {
            told.push(guess(Code::GuessSheets, [("count", &(self.more_sheets.len() + 1).to_string()), ("sheets", &read)]));
        }
        if !left.is_empty() {
            told.push(guess(Code::GuessSheetsLeft, [("sheet", &read), ("count", &count), ("others", &left.join(", "))]));
        }
        if told.is_empty() {
            told.push(guess(Code::GuessSheet, [("sheet", first), ("count", &count)]));
        }
        // before what is told of the header and the days
        let place = self.guesses.iter().position(|g| g.code != Code::GuessFormat).unwrap_or(self.guesses.len());
        self.guesses.splice(place..place, told);
    }
}

pub(crate) fn review(path: &Path, options: &Options<'_>, mapping: Mapping, before: Option<&Mapping>) -> Result<Probe> {
    let asked = Options { kind: None, sheet: mapping.sheet.as_deref(), header_row: Some(mapping.header_row), encoding: Some(mapping.encoding), delimiter: Some(mapping.delimiter), ..options.clone() };
    let mut sample = sample(path, &asked)?;
    sample.other_sheets(path, &|sheet| mapping.more_sheets.iter().any(|s| s == sheet))?;
    propose::review(sample, options, mapping, before)
}

/// Looks at the start of a file and some of the rest.
fn sample(path: &Path, options: &Options<'_>) -> Result<Sample> {
    let name = options.name.map(str::to_owned).unwrap_or_else(|| path.file_name().unwrap_or_default().to_string_lossy().into_owned()).to_lowercase();
    let mut sample = take(path, &name, options)?;
    if sample.rows.is_empty() {
        return Err(Error::new(Code::FileEmpty, []));
    }
    let extension = name.rsplit_once('.').map(|x| x.1).unwrap_or_default();
    let honest = match sample.format {
        Format::Csv => !matches!(extension, "xlsx" | "xls" | "json" | "jsonl" | "parquet"),
        Format::Json | Format::Jsonl => !matches!(extension, "xlsx" | "xls" | "csv" | "tsv" | "parquet"),
        other => extension == other.key() || !matches!(extension, "xlsx" | "xls" | "csv" | "tsv" | "txt" | "json" | "jsonl" | "parquet"),
    };
    if !honest {
        let found = guess(Code::GuessFormat, [("extension", extension), ("format", &sample.format.key().to_uppercase())]);
        sample.guesses.insert(0, found);
    }
    Ok(sample)
}

fn take(path: &Path, name: &str, options: &Options<'_>) -> Result<Sample> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(HEAD as u64).read_to_end(&mut head)?;
    match head.as_slice() {
        [] => Err(Error::new(Code::FileEmpty, [])),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => workbook(path, Format::Xlsx, bytes, options),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => match sheet::container(path)? {
            Contents::Workbook => workbook(path, Format::Xls, bytes, options),
            Contents::Encrypted => Err(Error::new(Code::FileEncrypted, [])),
            Contents::Other => Err(Error::new(Code::FormatUnknown, [])),
        },
        [b'P', b'A', b'R', b'1', ..] => columnar(path, bytes),
        _ => text(path, &mut file, &head, bytes, name, options),
    }
}

fn columnar(path: &Path, bytes: u64) -> Result<Sample> {
    let mut file = Columnar::open(path)?;
    let mut sample = Sample { format: Format::Parquet, bytes, rows_estimate: file.rows, headers: file.names.clone(), ..Sample::default() };
    let mut text = 0;
    while let Some(rows) = file.next_rows()? {
        text += rows.iter().flat_map(|r| &r.1).map(|c| if let Cell::Text(t) = c { t.len() } else { 0 }).sum::<usize>();
        sample.rows.extend(rows);
        if sample.rows.len() >= MOST || text >= MOST_TEXT {
            break;
        }
    }
    Ok(sample)
}

fn workbook(path: &Path, format: Format, bytes: u64, options: &Options<'_>) -> Result<Sample> {
    let mut book = Workbook::open(path, format)?;
    let sheets = book.sheets();
    let mut sample = Sample { format, bytes, is_1904: book.is_1904(), ..Sample::default() };
    if let Some(wanted) = options.sheet
        && !sheets.iter().any(|s| s == wanted) {
            return Err(Error::new(Code::SheetMissing, [("sheet", wanted)]));
        }
    for name in sheets.iter().filter(|s| options.sheet.is_none_or(|w| w == *s)) {
        let mut rows = Vec::new();
        let (mut more, mut text, mut swell) = (false, 0, Swell::new(bytes));
        book.rows(name, &mut |row| {
            text += swell.take(row.0, &row.1)?;
            rows.push(owned_row(row));
            more = rows.len() >= MOST || text >= MOST_TEXT;
            Ok(!more)
        })?;
        if rows.len() < 2 && sheets.len() > 1 && options.sheet.is_none() {
            continue;
        }
        sample.sheet = Some(name.clone());
        sample.rows_estimate = if more { book.claimed_rows(name).unwrap_or(rows.len() as u64).max(rows.len() as u64) } else { rows.len() as u64 };
        sample.rows = rows;
        break;
    }
    if sample.is_1904 {
        sample.guesses.push(guess(Code::GuessEpoch1904, []));
    }
    sample.sheets = sheets;
    part_header(&mut sample, options);
    Ok(sample)
}

/// Splits the sample into header and data.
fn part_header(sample: &mut Sample, options: &Options<'_>) {
    let place = match options.header_row {
        Some(0) => None,
        Some(row) => sample.rows.iter().position(|r| r.0 >= row),
        None => sniff::header(&sample.rows),
    };
    let width = sample.rows.iter().map(|r| r.1.len()).max().unwrap_or(0).min(limits::COLUMNS);
    match place {
        Some(place) => {
            let mut data = sample.rows.split_off(place);
            sample.rows_estimate = sample.rows_estimate.saturating_sub(place as u64 + 1);
            let header = if data.is_empty() { (1, Vec::new()) } else { data.remove(0) };
            sample.header_row = header.0;
            sample.headers = sniff::names(&header.1);
            if header.0 > 1 {
                sample.guesses.push(guess(Code::GuessHeader, [("row", &header.0.to_string())]));
            }
            sample.rows = data;
        }
        None => {
            sample.header_row = 0;
            sample.headers = (1..=width).map(|i| format!("column {i}")).collect();
            sample.guesses.push(guess(Code::GuessNoHeader, []));
        }
    }
}

/// Stretches of a file that are not ASCII, at most a quarter of a megabyte.
fn telling(file: &mut File, head: &[u8]) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    let mut collect = |piece: &[u8]| {
        for block in piece.chunks(4096).filter(|b| !b.is_ascii()) {
            found.extend_from_slice(block);
        }
        found.len() >= 256 << 10
    };
    if collect(head) {
        return Ok(found);
    }
    let mut piece = vec![0u8; 1 << 20];
    let mut searched = 0;
    file.seek(SeekFrom::Start(head.len() as u64))?;
    while searched < SEARCH {
        let n = file.read(&mut piece)?;
        if n == 0 || collect(piece.get(..n).unwrap_or_default()) {
            break;
        }
        searched += n as u64;
    }
    Ok(found)
}

fn decoded(encoding: Encoding, raw: &[u8], whole: bool) -> String {
    let raw = raw.get(encoding.bom(raw)..).unwrap_or_default();
    match encoding.decoder() {
        Some(mut decoder) => {
            let mut out = String::new();
            decoder.decode(raw, whole, &mut out);
            out
        }
        None => {
            // bytes that are not UTF-8 become the sign that the reader rejects
            String::from_utf8_lossy(raw).replace('\u{fffd}', &BAD.to_string())
        }
    }
}

fn text(path: &Path, file: &mut File, head: &[u8], bytes: u64, name: &str, options: &Options<'_>) -> Result<Sample> {
    let encoding = match options.encoding {
        Some(e) => e,
        None => detect(head, &telling(file, head)?),
    };
    let whole = bytes == head.len() as u64;
    let text = decoded(encoding, head, whole);
    let control = text.chars().take(4096).filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).count();
    let bad = text.chars().take(4096).filter(|c| *c == BAD).count();
    if (control + bad) * 10 > text.chars().take(4096).count() {
        return Err(Error::new(Code::FormatUnknown, []));
    }
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Error::new(Code::FileEmpty, []));
    }
    let lower: String = start.chars().take(2048).flat_map(char::to_lowercase).collect();
    if lower.starts_with('<') {
        if ["<html", "<table", "<!doctype html", "<meta", "<body"].iter().any(|t| lower.contains(t)) {
            return page(path, head, encoding, &lower, bytes, options);
        }
        if lower.contains("urn:schemas-microsoft-com:office:spreadsheet") || lower.starts_with("<?xml") {
            return Err(Error::new(Code::FormatUnsupported, [("format", "XML")]));
        }
    }
    let mut sample = Sample { bytes, encoding: Some(encoding), ..Sample::default() };
    if encoding != Encoding::Utf8 {
        sample.guesses.push(guess(Code::GuessEncoding, [("encoding", encoding.name())]));
    }
    if lower.starts_with("%pdf") || lower.starts_with("{\\rtf") {
        return Err(Error::new(Code::FormatUnknown, []));
    }
    let list = start.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', '[', ']', '"']) || rest.trim_start().is_empty());
    if list || start.starts_with('{') {
        return objects(sample, &text, list, whole);
    }
    separated(sample, file, &text, whole, name, options)
}

/// A web page: its first table of data.
fn page(path: &Path, head: &[u8], found: Encoding, lower: &str, bytes: u64, options: &Options<'_>) -> Result<Sample> {
    // a page that is no UTF-8 is what it says it is
    let valid = |head: &[u8]| std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none(), |_| true);
    let encoding = match (options.encoding, html::charset(lower)) {
        (Some(chosen), _) => chosen,
        (None, Some(named)) if named != Encoding::Utf8 && !valid(head) => named,
        _ => found,
    };
    let mut sample = Sample { format: Format::Html, encoding: Some(encoding), bytes, ..Sample::default() };
    let (mut text, mut swell, mut more) = (0, Swell::new(bytes), false);
    let read = html::rows(path, encoding, &mut |row| {
        text += swell.take(row.0, &row.1)?;
        sample.rows.push(row);
        more = sample.rows.len() >= MOST || text >= MOST_TEXT;
        Ok(!more)
    })?;
    let tabular = sample.rows.iter().filter(|(_, r)| r.iter().filter(|c| !c.is_blank()).count() > 1).count();
    if tabular < 2 {
        return Err(Error::new(Code::FormatHtml, []));
    }
    if encoding != Encoding::Utf8 {
        sample.guesses.push(guess(Code::GuessEncoding, [("encoding", encoding.name())]));
    }
    sample.rows_estimate = estimate(sample.rows.len() as u64, usize::try_from(read).unwrap_or(usize::MAX), !more, bytes);
    part_header(&mut sample, options);
    sample.rows.retain(|(_, r)| !r.iter().any(|c| matches!(c, Cell::Text(t) if t.contains(BAD))));
    Ok(sample)
}

fn objects(mut sample: Sample, text: &str, list: bool, whole: bool) -> Result<Sample> {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let lines = !list && (json::row(first).is_ok() || json::opening(text.as_bytes()).is_none() && text.trim_end().lines().count() > 1 && !first.trim_end().ends_with(['{', ',', '[']));
    sample.format = if lines { Format::Jsonl } else { Format::Json };
    let mut found: Vec<(u64, Vec<(String, Cell<'static>)>)> = Vec::new();
    let mut count = 0u64;
    if lines {
        if !whole && !text.contains('\n') {
            return Err(line_too_long(1));
        }
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            count += 1;
            if found.len() < MOST {
                found.extend(json::row(line).ok().map(|r| (i as u64 + 1, r)));
            }
        }
    } else {
        let opening = json::opening(text.as_bytes());
        let mut at = opening.unwrap_or(0);
        loop {
            match json::next_element(text.as_bytes(), at, opening.is_some(), whole) {
                json::Next::Element { start, end, cut } => {
                    count += 1;
                    if found.len() < MOST && !cut {
                        found.extend(json::row(text.get(start..end).unwrap_or_default()).ok().map(|r| (count, r)));
                    }
                    at = end;
                    if cut {
                        break;
                    }
                }
                json::Next::TooLong => return Err(line_too_long(1)),
                _ => break,
            }
        }
    }
    if found.is_empty() && !whole {
        return Err(line_too_long(1));
    }
    for name in found.iter().flat_map(|(_, r)| r.iter().map(|(n, _)| n)) {
        if !sample.headers.contains(name) {
            sample.headers.push(name.clone());
            if sample.headers.len() > limits::COLUMNS {
                return Err(too_many_columns(1));
            }
        }
    }
    let places: hashbrown::HashMap<String, usize> = sample.headers.iter().enumerate().map(|(i, n)| (n.clone(), i)).collect();
    for (line, pairs) in found {
        let mut row = vec![Cell::Blank; sample.headers.len()];
        for (name, cell) in pairs {
            if let Some(slot) = places.get(&name).and_then(|i| row.get_mut(*i)) {
                *slot = cell;
            }
        }
        sample.rows.push((line, row));
    }
    sample.rows_estimate = estimate(count, text.len(), whole, sample.bytes);
    Ok(sample)
}

fn estimate(rows: u64, seen: usize, whole: bool, bytes: u64) -> u64 {
    if whole || seen == 0 { rows } else { (rows as f64 * bytes as f64 / seen as f64) as u64 }
}

fn separated(mut sample: Sample, file: &mut File, text: &str, whole: bool, name: &str, options: &Options<'_>) -> Result<Sample> {
    sample.format = Format::Csv;
    let delimiter = match options.delimiter {
        Some(d) => separator(d)?,
        None => sniff::delimiter(text, whole, name),
    };
    sample.delimiter = Some(char::from(delimiter));
    let shown = match delimiter {
        b'\t' => "Tab".to_owned(),
        b' ' => "␠".to_owned(),
        d => char::from(d).to_string(),
    };
    if delimiter != b',' {
        sample.guesses.push(guess(Code::GuessDelimiter, [("delimiter", &shown)]));
    }
    let rows = sniff::rows(text, delimiter, whole, usize::MAX);
    if rows.is_empty() && !whole {
        return Err(line_too_long(1));
    }
    if let Some((line, _)) = rows.iter().find(|r| r.1.len() > limits::COLUMNS) {
        return Err(too_many_columns(*line));
    }
    let undecodable = rows.iter().filter(|(_, r)| r.iter().any(|c| matches!(c, Cell::Text(t) if t.contains(BAD)))).count();
    if undecodable > 0 {
        sample.guesses.push(guess(Code::GuessUndecodable, [("count", &undecodable.to_string())]));
    }
    let not_blank = |r: &sniff::Row<'_>| r.1.iter().any(|c| !c.is_blank());
    let count = rows.iter().filter(|r| not_blank(r)).count() as u64;
    sample.rows_estimate = estimate(count, text.len(), whole, sample.bytes);
    let clean = |r: &sniff::Row<'_>| not_blank(r) && !r.1.iter().any(|c| matches!(c, Cell::Text(t) if t.contains(BAD)));
    sample.rows = rows.into_iter().filter(clean).take(MOST).map(owned_row).collect();
    part_header(&mut sample, options);
    if !whole {
        // a megabyte without a row
        if sample.rows.is_empty() {
            return Err(line_too_long(sample.header_row + 1));
        }
        further(&mut sample, file, delimiter)?;
    }
    Ok(sample)
}

/// Rows from places further on: a column sorted by time shows its later days only there.
fn further(sample: &mut Sample, file: &mut File, delimiter: u8) -> Result<()> {
    let encoding = sample.encoding.unwrap_or_default();
    if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
        return Ok(());
    }
    let width = sample.headers.len();
    let mut piece = vec![0u8; PLACE];
    for place in 1..=PLACES {
        let from = (sample.bytes.saturating_sub(PLACE as u64)) / PLACES * place;
        if from < HEAD as u64 {
            continue;
        }
        file.seek(SeekFrom::Start(from))?;
        let n = file.read(&mut piece)?;
        let raw = piece.get(..n).unwrap_or_default();
        let Some(skip) = memchr::memchr(b'\n', raw) else { continue };
        let text = decoded(encoding, raw.get(skip + 1..).unwrap_or_default(), false);
        let rows = sniff::rows(&text, delimiter, false, 1000);
        // a stretch that begins inside quotes does not have the file's width
        sample.rows.extend(rows.into_iter().filter(|r| r.1.len() == width && !r.1.iter().any(|c| matches!(c, Cell::Text(t) if t.contains(BAD)))).map(owned_row));
    }
    Ok(())
}
