//! Excel: a workbook for each million rows. What a cell cannot hold as it is (too long, empty, with control characters or blanks at its
//! ends) stands whole on the sheet `exact`, as JSON in pieces; its own cell shows as much of it as it can.

use super::{
    bad_row,
    column::{Kind, Shape},
    damaged,
    value::{Value, minor, read, say},
};
use crate::{
    Result,
    output::xlsx::{failed, save, workbook},
};
use lake::Plain;
use rust_xlsxwriter::Workbook;
use std::{
    collections::HashMap,
    fs::File,
    io::BufWriter,
    ops::ControlFlow,
    path::Path,
};

/// Rows of a workbook.
pub(super) const ROWS: u64 = 1_000_000;
/// UTF-16 units of a piece; a cell holds 32,767.
const PIECE: usize = 32_000;
/// Whole numbers up to here are the same as a spreadsheet's number.
const EXACT: u64 = 1_000_000_000_000_000;
const DATA: &str = "data";
const REST: &str = "exact";

/// A workbook that is being written.
pub(super) struct Writer {
    book: Workbook,
    rows: u32,
    rest: u32,
    text: String,
}

impl Writer {
    pub(super) fn new(shape: &Shape, folder: &Path) -> Result<Writer> {
        let mut book = workbook()?;
        book.set_tempdir(folder).map_err(failed)?;
        for name in [DATA, REST] {
            book.add_worksheet_with_constant_memory().map_err(failed)?.set_name(name).map_err(failed)?;
        }
        let page = book.worksheet_from_index(0).map_err(failed)?;
        page.set_freeze_panes(1, 0).map_err(failed)?;
        for (n, column) in shape.columns.iter().enumerate() {
            page.write_string(0, n as u16, column.name.as_str()).map_err(failed)?;
        }
        let page = book.worksheet_from_index(1).map_err(failed)?;
        for (n, name) in ["row", "column", "part", "text"].into_iter().enumerate() {
            page.write_string(0, n as u16, name).map_err(failed)?;
        }
        Ok(Writer { book, rows: 0, rest: 0, text: String::new() })
    }

    pub(super) fn row(&mut self, shape: &Shape, cells: &[Plain<'_>], digits: u32) -> Result<()> {
        self.rows += 1;
        for (n, (column, cell)) in shape.columns.iter().zip(cells).enumerate() {
            let (row, place) = (self.rows, n as u16);
            let text = match (column.kind, cell) {
                (_, Plain::None) => continue,
                (Kind::Whole, Plain::Whole(v)) if v.unsigned_abs() < EXACT => {
                    self.page(0)?.write_number(row, place, *v as f64).map_err(failed)?;
                    continue;
                }
                (Kind::Money, Plain::Whole(v)) if v.unsigned_abs() < EXACT => {
                    self.text.clear();
                    say(Kind::Money, *cell, digits, &mut self.text);
                    // the nearest double of the exact decimal, which prints as that decimal
                    let shown: f64 = self.text.parse().unwrap_or_default();
                    self.page(0)?.write_number(row, place, shown).map_err(failed)?;
                    continue;
                }
                (_, Plain::Number(x)) => {
                    // a spreadsheet knows no negative zero, and writers differ on very small and very large numbers
                    if *x != 0.0 && (1e-9..1e15).contains(&x.abs()) || x.to_bits() == 0 {
                        self.page(0)?.write_number(row, place, *x).map_err(failed)?;
                        continue;
                    }
                    None
                }
                (_, Plain::Flag(b)) => {
                    self.page(0)?.write_boolean(row, place, *b).map_err(failed)?;
                    continue;
                }
                (_, Plain::Text(text)) => Some(*text),
                _ => None,
            };
            match text {
                None => {
                    self.text.clear();
                    say(column.kind, *cell, digits, &mut self.text);
                    let said = std::mem::take(&mut self.text);
                    self.page(0)?.write_string(row, place, said.as_str()).map_err(failed)?;
                    self.text = said;
                }
                Some(text) if holds(text) => {
                    self.page(0)?.write_string(row, place, text).map_err(failed)?;
                }
                Some(text) => {
                    let shown: String = text.chars().take(200).map(|c| if c.is_control() || c > '\u{fffd}' && c < '\u{10000}' { ' ' } else { c }).collect();
                    let shown = shown.trim();
                    let shown = if shown.is_empty() { "…" } else { shown };
                    self.page(0)?.write_string(row, place, shown).map_err(failed)?;
                    for (part, piece) in pieces(text).into_iter().enumerate() {
                        self.rest += 1;
                        let (at, name) = (self.rest, column.name.clone());
                        let page = self.page(1)?;
                        page.write_number(at, 0, f64::from(row)).map_err(failed)?;
                        page.write_string(at, 1, name).map_err(failed)?;
                        page.write_number(at, 2, (part + 1) as f64).map_err(failed)?;
                        page.write_string(at, 3, piece).map_err(failed)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn page(&mut self, n: usize) -> Result<&mut rust_xlsxwriter::Worksheet> {
        self.book.worksheet_from_index(n).map_err(failed)
    }

    /// Is there no room for another row?
    pub(super) fn is_full(&self) -> bool {
        u64::from(self.rows) >= ROWS || self.rest > 1_000_000
    }

    pub(super) fn rows(&self) -> u64 {
        u64::from(self.rows)
    }

    /// Writes the file.
    pub(super) fn end(mut self, path: &Path) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
        self.book.use_zip_large_file(true);
        save(&mut self.book, &mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(())
    }
}

/// Does a cell hold this text as it is?
fn holds(text: &str) -> bool {
    let strange = |c: char| c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    !text.is_empty() && text.trim() == text && !text.contains("_x") && !text.contains(strange) && text.encode_utf16().take(PIECE + 1).count() <= PIECE
}

/// A text as JSON, in pieces that begin and end with a sign.
fn pieces(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let (mut piece, mut units) = (String::new(), 0);
    // every sign in a form of its own: nothing of it is lost in a cell
    for c in text.chars() {
        let shown = match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() || c.is_whitespace() || matches!(c, '_' | '\u{fffe}' | '\u{ffff}' | '\u{feff}') => {
                let mut pair = [0; 2];
                c.encode_utf16(&mut pair).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
            c => c.to_string(),
        };
        let more = shown.encode_utf16().count();
        if units + more > PIECE {
            all.push(format!("\"{}\"", std::mem::take(&mut piece)));
            units = 0;
        }
        piece.push_str(&shown);
        units += more;
    }
    all.push(format!("\"{piece}\""));
    all
}

/// Texts that stand elsewhere, by row and column.
type Rest = HashMap<(u64, String), String>;

/// Reads every row of a workbook.
pub(super) fn rows(file: &str, path: &Path, shape: &Shape, digits: u32, each: &mut dyn FnMut(u64, &[Value]) -> Result<()>) -> Result<u64> {
    let broken = |e: sources::Error| {
        let message = e.label();
        damaged(file, &message.zh, &message.en)
    };
    let mut book = sources::Sheets::open(path).map_err(broken)?;
    let mut rest = Rest::new();
    let mut fault = None;
    book.rows(REST, &mut |row, cells| {
        let mut cells = cells.iter();
        let (at, column, _, text) = (cells.next(), cells.next(), cells.next(), cells.next());
        match (at, column, text) {
            _ if row == 1 => {}
            (Some(sources::Shown::Number(at)), Some(sources::Shown::Text(column)), Some(sources::Shown::Text(text))) => match serde_json::from_str::<String>(text) {
                Ok(piece) => rest.entry((*at as u64, (*column).to_owned())).or_default().push_str(&piece),
                Err(_) => fault = Some(damaged(file, &format!("工作表 {REST} 第 {row} 行不是 JSON"), &format!("row {row} of the sheet {REST} is no JSON"))),
            },
            _ => fault = Some(damaged(file, &format!("工作表 {REST} 第 {row} 行不完整"), &format!("row {row} of the sheet {REST} is not whole"))),
        }
        if fault.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .map_err(broken)?;
    let (mut count, mut values) = (0u64, Vec::with_capacity(shape.columns.len()));
    book.rows(DATA, &mut |row, cells| {
        let done = if row == 1 {
            let names: Vec<&str> = cells.iter().map(|c| if let sources::Shown::Text(t) = c { t } else { "" }).collect();
            super::sink::same_columns(file, shape, &names)
        } else {
            count += 1;
            take(file, row - 1, shape, cells, &rest, digits, &mut values).and_then(|()| each(row - 1, &values))
        };
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(e) => {
                fault.get_or_insert(e);
                ControlFlow::Break(())
            }
        }
    })
    .map_err(broken)?;
    fault.map_or(Ok(count), Err)
}

fn take(file: &str, row: u64, shape: &Shape, cells: &[sources::Shown<'_>], rest: &Rest, digits: u32, values: &mut Vec<Value>) -> Result<()> {
    values.clear();
    for (n, column) in shape.columns.iter().enumerate() {
        let value = match cells.get(n) {
            None | Some(sources::Shown::Blank) => Some(Value::None),
            Some(sources::Shown::Flag(b)) => Some(Value::Flag(*b)).filter(|_| column.kind == Kind::Flag),
            Some(sources::Shown::Number(x)) => match column.kind {
                Kind::Number => Some(Value::Number(*x)),
                Kind::Money => minor(&format!("{x}"), digits).map(Value::Whole),
                Kind::Whole if x.fract() == 0.0 && x.abs() < EXACT as f64 => Some(Value::Whole(*x as i64)),
                _ => None,
            },
            Some(sources::Shown::Text(text)) => match rest.get(&(row, column.name.clone())) {
                Some(whole) if column.kind.is_words() => Some(Value::Text(whole.clone())),
                _ => read(column.kind, text, digits),
            },
        };
        values.push(value.ok_or_else(|| bad_row(file, row, &column.name, "不是这一列应有的值", "not a value of this column"))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::column::Column, *};

    #[test]
    fn a_text_in_pieces_is_whole() {
        for text in ["", " a ", "tab\tnew\nline\r\n", "_x000D_", "\u{feff}知音 🙂 \u{200f}", &"长\u{1F600}\"\\".repeat(40_000)] {
            assert!(!holds(text));
            let all = pieces(text);
            assert!(all.iter().all(|p| p.encode_utf16().count() <= 32_767));
            let back: String = all.iter().map(|p| serde_json::from_str::<String>(p).expect("JSON")).collect();
            assert_eq!(back, text);
        }
        assert!(holds("知音 says “hi” =1+1"));
    }

    #[test]
    fn numbers_that_a_spreadsheet_does_not_know_are_kept() {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind, needed: false, zh: String::new(), en: String::new() };
        let shape = Shape { name: "t".to_owned(), columns: vec![column("whole", Kind::Whole), column("money", Kind::Money)], zh: String::new(), en: String::new() };
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("t.xlsx");
        let numbers = [i64::MIN, -999_999_999_999_999, -1, 0, 12_345, 999_999_999_999_999, 1_000_000_000_000_000, i64::MAX];
        for digits in [0, 2, 3] {
            let mut book = Writer::new(&shape, folder.path()).expect("a workbook");
            for n in numbers {
                book.row(&shape, &[Plain::Whole(n), Plain::Whole(n)], digits).expect("a row");
            }
            book.end(&file).expect("closed");
            let mut seen = Vec::new();
            let mut each = |_: u64, values: &[Value]| {
                seen.push(values.to_vec());
                Ok(())
            };
            rows("t.xlsx", &file, &shape, digits, &mut each).expect("it reads");
            assert_eq!(seen, numbers.map(|n| vec![Value::Whole(n), Value::Whole(n)]));
        }
    }
}
