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
use std::io::{Seek, Write};

/// Rows of customers on one sheet; more go on the next.
pub const ROWS_A_SHEET: usize = 1_000_000;
/// Excel's columns.
const COLUMNS: usize = 16_384;
/// Excel's longest text in a cell.
const TEXT: usize = 32_767;

pub(super) fn failed(e: XlsxError) -> Error {
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
pub(super) fn workbook() -> Result<Workbook> {
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
    book.save_to_writer(out).map_err(failed)
}

/// Writes a plain table.
///
/// # Errors
/// When the disk refuses or there are more columns than Excel has.
pub fn write_table(sheet: &Sheet, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    let mut book = workbook()?;
    table(&mut book, sheet, "data", Lang::En)?;
    book.save_to_writer(out).map_err(failed)
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
