//! A whole file as a table of texts, for whoever compares rows with each other. Held in one piece of memory; everything else
//! in this room streams.

use crate::{
    Mapping,
    code::{Code, Result},
    encoding::{BAD, BAD_BYTES, Encoding},
    limits,
    read::records,
    stream::{Chunk, Element, Part, Rows, stream, too_many_columns},
    text::{csv, json},
    value::{Cell, text},
};
use hashbrown::HashMap;
use memchr::memmem;
use rayon::prelude::*;
use std::path::Path;

/// A table of texts.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// headers, as written
    pub headers: Vec<String>,
    /// line of each row in the file, as in [`crate::Reject`]
    pub lines: Vec<u64>,
    /// rows that could not be read, with why
    pub skipped: Vec<(u64, Code)>,
    cells: String,
    ends: Vec<usize>,
}

impl Table {
    /// How many rows were read.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// A cell; empty when it is not filled in, or says so in a word (`N/A`, `无`).
    pub fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.headers.len() {
            return "";
        }
        let place = row * self.headers.len() + column;
        let start = if place == 0 { 0 } else { self.ends.get(place - 1).copied().unwrap_or(0) };
        self.ends.get(place).and_then(|end| self.cells.get(start..*end)).unwrap_or_default()
    }

    /// A column, one text a row.
    pub fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.rows()).map(move |row| self.cell(row, column))
    }
}

/// Reads a whole file, or of one with more than `most` rows no more than tell so. What the columns mean in the mapping makes no
/// difference.
///
/// # Errors
/// When the file cannot be read to its end, breaks a limit, or does not fit the mapping.
pub fn table(path: &Path, mapping: &Mapping, most: usize) -> Result<Table> {
    let width = mapping.columns.iter().map(|c| c.index + 1).max().unwrap_or(0);
    let mut headers = vec![String::new(); width];
    for column in &mapping.columns {
        if let Some(header) = headers.get_mut(column.index) {
            header.clone_from(&column.header);
        }
    }
    let mut all = Table { headers, ..Table::default() };
    stream(path, mapping, &mut |chunk| {
        for piece in pieces(&chunk, width)? {
            all.take(piece);
        }
        Ok(all.rows() + all.skipped.len() <= most)
    })?;
    Ok(all)
}

impl Table {
    fn take(&mut self, piece: Piece) {
        let start = self.cells.len();
        self.cells.push_str(&piece.cells);
        self.ends.extend(piece.ends.iter().map(|end| start + end));
        self.lines.extend(piece.lines);
        self.skipped.extend(piece.skipped);
    }
}

/// Stands for the end of a line while a cell is cleaned: it is no control character.
const BREAK: &str = "\u{2028}";

/// Some rows.
struct Piece {
    width: usize,
    cells: String,
    ends: Vec<usize>,
    lines: Vec<u64>,
    skipped: Vec<(u64, Code)>,
}

fn pieces(chunk: &Chunk<'_>, width: usize) -> Result<Vec<Piece>> {
    match &chunk.rows {
        Rows::Csv { buffer, parts, delimiter, ended, .. } => {
            parts.par_iter().map(|part| separated(buffer, *part, *delimiter, width, *ended, chunk.encoding)).collect()
        }
        Rows::Json { elements, names } => Ok(vec![objects(elements, names, width)]),
        Rows::Cells(rows) => {
            let mut piece = Piece::new(width);
            rows.iter().for_each(|(line, cells)| piece.row(*line, cells));
            Ok(vec![piece])
        }
    }
}

fn separated(buffer: &[u8], part: Part, delimiter: u8, width: usize, ended: bool, encoding: Encoding) -> Result<Piece> {
    let mut piece = Piece::new(width);
    let mut row: Vec<Cell<'_>> = Vec::with_capacity(width + 1);
    let mut broken = None;
    records(buffer, part, delimiter, ended, &mut |line, record, unclosed| {
        if record.is_empty() || broken.is_some() {
            return;
        }
        let bad = encoding != Encoding::Utf8 && memmem::find(record, BAD_BYTES).is_some();
        let text = match std::str::from_utf8(record) {
            Ok(text) if !bad => text,
            _ => return piece.skipped.push((line, Code::RowUndecodable)),
        };
        if unclosed {
            return piece.skipped.push((line, Code::QuoteUnclosed));
        }
        row.clear();
        csv::fields(text, delimiter, &mut row);
        if row.len() > limits::COLUMNS {
            broken = Some(line);
            return;
        }
        piece.row(line, &row);
    });
    match broken {
        Some(line) => Err(too_many_columns(line)),
        None => Ok(piece),
    }
}

fn objects(elements: &[Element<'_>], names: &HashMap<String, usize>, width: usize) -> Piece {
    let mut piece = Piece::new(width);
    let mut row: Vec<Cell<'_>> = Vec::with_capacity(width);
    for element in elements {
        let text = match std::str::from_utf8(element.text) {
            Ok(text) if !text.contains(BAD) => text,
            _ => {
                piece.skipped.push((element.line, Code::RowUndecodable));
                continue;
            }
        };
        match if element.cut { Err(Code::JsonInvalid) } else { json::row(text) } {
            Ok(pairs) => {
                row.clear();
                row.resize(width, Cell::Blank);
                for (name, cell) in pairs {
                    if let Some(slot) = names.get(&name).and_then(|i| row.get_mut(*i)) {
                        *slot = cell;
                    }
                }
                piece.row(element.line, &row);
            }
            Err(code) => piece.skipped.push((element.line, code)),
        }
    }
    piece
}

impl Piece {
    fn new(width: usize) -> Piece {
        Piece { width, cells: String::new(), ends: Vec::new(), lines: Vec::new(), skipped: Vec::new() }
    }

    /// Takes a row in; short ones are filled up with nothing, blank ones are none.
    fn row(&mut self, line: u64, cells: &[Cell<'_>]) {
        if cells.iter().all(Cell::is_blank) {
            return;
        }
        if cells.iter().skip(self.width).any(|c| !c.is_blank()) {
            return self.skipped.push((line, Code::RowTooLong));
        }
        for column in 0..self.width {
            match cells.get(column) {
                Some(Cell::Text(t)) => {
                    // lines stay lines
                    let clean = if t.contains('\n') { text::clean(&t.replace('\n', BREAK)).replace(BREAK, "\n").into() } else { text::clean(t) };
                    if !text::is_nothing(&clean) {
                        self.cells.push_str(&clean);
                    }
                }
                Some(Cell::Error(_)) | None => {}
                Some(other) => self.cells.push_str(&other.shown()),
            }
            self.ends.push(self.cells.len());
        }
        self.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, probe};
    use domain::{Currency, Zone};

    fn read(name: &str, bytes: &[u8]) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let found = probe(&path, &Options::new(&Zone::utc(), Currency::CNY)).unwrap();
        table(&path, &found.mapping, usize::MAX).unwrap()
    }

    #[test]
    fn rows_as_texts() {
        let t = read("people.csv", "id,name,phone\n1, Amy ,13800001111\n\n2,N/A\n3,Bob,1,2\n4,\"say \"\"hi\"\"\",'+86 138\n".as_bytes());
        assert_eq!(t.headers, ["id", "name", "phone"]);
        assert_eq!(t.lines, [2, 4, 6]);
        assert_eq!(t.skipped, [(5, Code::RowTooLong)]);
        assert_eq!(t.column(1).collect::<Vec<_>>(), ["Amy", "", "say \"hi\""]);
        assert_eq!(t.column(2).collect::<Vec<_>>(), ["13800001111", "", "+86 138"]);
        assert_eq!(t.cell(9, 9), "");
        assert_eq!(read("lines.csv", "id,text\n1,\" two\nlines \"\n2,x\n".as_bytes()).cell(0, 1), "two\nlines");
    }

    #[test]
    fn what_is_too_long_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.csv");
        std::fs::write(&path, format!("n,text\n{}", "1,something to read\n".repeat(500_000))).unwrap();
        let found = probe(&path, &Options::new(&Zone::utc(), Currency::CNY)).unwrap();
        let rows = table(&path, &found.mapping, 10).unwrap().rows();
        assert!(rows > 10 && rows < 500_000, "{rows}");
    }

    #[test]
    fn json_and_other_encodings() {
        let t = read("people.json", "[{\"姓名\":\"王芳\",\"年龄\":30},{\"年龄\":31.5,\"姓名\":null}]".as_bytes());
        assert_eq!(t.column(0).collect::<Vec<_>>(), ["王芳", ""]);
        assert_eq!(t.column(1).collect::<Vec<_>>(), ["30", "31.5"]);
        let (gbk, _, _) = encoding_rs::GBK.encode("姓名,城市\n王芳,北京\n李雷,上海\n");
        assert_eq!(read("people.csv", &gbk).column(0).collect::<Vec<_>>(), ["王芳", "李雷"]);
    }
}
