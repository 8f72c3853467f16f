//! Excel: written row by row in constant memory. Texts are typed as texts, so nothing is taken for a formula; numbers,
//! money and days keep their type. The first row has the machine names; what they mean stands in a note on each.

use super::{
    cell::{Cell, Kind, Sheet},
    document::Document,
    xlsx_parts as parts,
};
use crate::{Error, Result};
use domain::Lang;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Note, Workbook, Worksheet, XlsxError};
use std::io::{self, Seek, SeekFrom, Write};

/// Rows of customers on one sheet; more go on the next.
pub const ROWS_A_SHEET: usize = 1_000_000;
/// So many cells of a sheet stay below four gigabytes.
const CELLS_A_PART: usize = 40_000_000;
/// Excel's columns.
const COLUMNS: usize = 16_384;
/// Excel's longest text in a cell.
const TEXT: usize = 32_767;

pub(crate) fn failed(e: XlsxError) -> Error {
    match e {
        XlsxError::IoError(e) => Error::Io(e),
        other => Error::Internal(format!("xlsx: {other}")),
    }
}

/// How cells look.
pub(super) struct Look {
    pub(super) head: Format,
    pub(super) money: Format,
    pub(super) day: Format,
    pub(super) share: Format,
    pub(super) title: Format,
}

impl Look {
    pub(super) fn new(digits: u32) -> Look {
        let decimals = if digits == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(digits as usize)) };
        Look {
            head: Format::new().set_bold().set_background_color("#E6F2F0"),
            money: Format::new().set_num_format(decimals),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            share: Format::new().set_num_format("0.0%"),
            title: Format::new().set_bold().set_font_size(14),
        }
    }
}

/// A workbook whose bytes depend on its content only.
pub(crate) fn workbook() -> Result<Workbook> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2026, 1, 1).map_err(failed)?;
    book.set_properties(&DocProperties::new().set_author("Zhiyin").set_creation_datetime(&created));
    Ok(book)
}

/// Writes a document: customers, class summaries, RFM table, charts, data dictionary, and how the data came in.
///
/// # Errors
/// When the disk refuses or there are more columns than Excel has.
pub fn write(document: &Document, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    let (mut book, lang) = (workbook()?, document.lang);
    table(&mut book, &document.customers, lang.pick("客户", "customers"), lang)?;
    parts::classes(&mut book, document)?;
    parts::rfm(&mut book, document)?;
    parts::charts(&mut book, document)?;
    parts::dictionary(&mut book, document)?;
    parts::report(&mut book, document)?;
    save(&mut book, out)
}

/// Writes a plain table.
///
/// # Errors
/// When the disk refuses or there are more columns than Excel has.
pub fn write_table(sheet: &Sheet, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    let mut book = workbook()?;
    table(&mut book, sheet, "data", Lang::En)?;
    save(&mut book, out)
}

/// As [`write_table`], on sheets of this name, with what is not yet archived in a folder of ours: it may be many times the size of
/// the result.
///
/// # Errors
/// When the disk refuses or there are more columns than Excel has.
pub fn write_table_by(sheet: &Sheet, name: &str, folder: &std::path::Path, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    let mut book = workbook()?;
    book.set_tempdir(folder).map_err(failed)?;
    // beyond four gigabytes a part of an archive needs the larger form, which small ones do without
    book.use_zip_large_file(sheet.rows.count().min(ROWS_A_SHEET).saturating_mul(sheet.columns.len()) > CELLS_A_PART);
    table(&mut book, sheet, name, Lang::En)?;
    sheet.rows.reach(sheet.rows.count())?;
    save(&mut book, out)
}

/// Writes the archive.
pub(crate) fn save(book: &mut Workbook, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    let mut calm = Calm { out, at: 0, end: 0, refused: None };
    book.save_to_writer(&mut calm).map_err(failed)?;
    calm.refused.map_or(Ok(()), |e| Err(Error::Io(e)))
}

/// Takes whatever comes and keeps the first refusal of the place behind it for the end: told at once, the archive's writer
/// would print a line of its own to standard error.
struct Calm<'o, W> {
    out: &'o mut W,
    at: u64,
    end: u64,
    refused: Option<io::Error>,
}

impl<W: Write + Seek> Calm<'_, W> {
    fn attempt(&mut self, act: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.refused.is_none() {
            self.refused = act(self.out).err();
        }
    }
}

impl<W: Write + Seek> Write for Calm<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|out| out.write_all(bytes));
        self.at += bytes.len() as u64;
        self.end = self.end.max(self.at);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(|out| out.flush());
        Ok(())
    }
}

impl<W: Write + Seek> Seek for Calm<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        if at != self.at {
            self.attempt(|out| out.seek(SeekFrom::Start(at)).map(|_| ()));
        }
        self.at = at;
        Ok(at)
    }
}

/// The rows of a table, on as many sheets as they need: `name`, `name_2`, …
fn table(book: &mut Workbook, sheet: &Sheet, name: &str, lang: Lang) -> Result<()> {
    if sheet.columns.len() > COLUMNS {
        return Err(Error::invalid("output.columns", "列数超过 Excel 的上限", "there are more columns than Excel has"));
    }
    let (look, rows) = (Look::new(sheet.digits), sheet.rows.count());
    for (number, from) in (0..rows.max(1)).step_by(ROWS_A_SHEET).enumerate() {
        let page = book.add_worksheet_with_constant_memory().map_err(failed)?;
        let title = if number == 0 { name.to_owned() } else { format!("{name}_{}", number + 1) };
        page.set_name(title).map_err(failed)?;
        page.set_freeze_panes(1, 1).map_err(failed)?;
        for (i, c) in sheet.columns.iter().enumerate() {
            let column = i as u16;
            let width = if c.kind == Kind::Text { 20 } else { 14 };
            page.set_column_width(column, width).map_err(failed)?;
            page.write_string_with_format(0, column, c.key.as_str(), &look.head).map_err(failed)?;
            let note = [c.label.get(lang), c.description.get(lang)].into_iter().filter(|t| !t.is_empty() && *t != c.key).collect::<Vec<_>>();
            if !note.is_empty() {
                page.insert_note(0, column, &Note::new(note.join("\n")).add_author_prefix(false)).map_err(failed)?;
            }
        }
        for row in from..rows.min(from + ROWS_A_SHEET) {
            sheet.rows.reach(row)?;
            for column in 0..sheet.columns.len() {
                cell(page, (row - from + 1) as u32, column as u16, sheet.rows.cell(row, column), sheet.digits, &look)?;
            }
        }
    }
    Ok(())
}

/// Writes one cell with its type.
pub(super) fn cell(page: &mut Worksheet, row: u32, column: u16, cell: Cell<'_>, digits: u32, look: &Look) -> Result<()> {
    let written = match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(t) if t.len() > TEXT => page.write_string(row, column, t.chars().take(TEXT / 2).collect::<String>()),
        Cell::Text(t) => page.write_string(row, column, t.as_ref()),
        Cell::Int(i) => page.write_number(row, column, i as f64),
        Cell::Number(x) => page.write_number(row, column, x),
        Cell::Money(m) => page.write_number_with_format(row, column, major(m, digits), &look.money),
        Cell::Bool(b) => page.write_boolean(row, column, b),
        Cell::Day(d) => match ExcelDateTime::parse_from_str(&d.to_string()) {
            Ok(day) => page.write_datetime_with_format(row, column, &day, &look.day),
            // Excel knows no days before 1900
            Err(_) => page.write_string(row, column, d.to_string()),
        },
    };
    written.map(|_| ()).map_err(failed)
}

/// Minor units as the number of major units a spreadsheet shows: the double nearest to the exact decimal.
pub(super) fn major(minor: i64, digits: u32) -> f64 {
    minor as f64 / 10f64.powi(digits as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with so many bytes left.
    struct Full(io::Cursor<Vec<u8>>, usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.1.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            self.1 = room;
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }

    impl Seek for Full {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_full_disk_is_told_as_one_and_room_enough_makes_a_whole_workbook() {
        let sheet = || Sheet { columns: Vec::new(), rows: Box::new(vec![vec![Cell::Empty]]), digits: 2 };
        let write = |room| {
            let mut disk = Full(io::Cursor::default(), room);
            write_table(&sheet(), &mut disk).map(|()| disk.0.into_inner())
        };
        for room in [0, 100, 2_000] {
            let said = write(room).expect_err("it does not fit");
            assert!(matches!(&said, Error::Io(e) if e.kind() == io::ErrorKind::StorageFull), "{room}: {said}");
        }
        let book = write(1 << 20).expect("it fits");
        assert_eq!((book.get(..2), book.get(book.len() - 22..book.len() - 18)), (Some(&b"PK"[..]), Some(&b"PK\x05\x06"[..])));
    }
}
