//! Excel 2007 and later, cell by cell.

use super::{Each, Rows};
use crate::{
    code::{Code, Error, Result},
    value::{Cell, date::SHIFT_1904},
};
use calamine::{CellErrorType, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::{borrow::Cow, fs::File, io::BufReader, path::Path};

/// An open workbook, and whether cells of it are merged: what is merged stands at the end of a sheet, which is read twice then.
pub(crate) struct Book(Xlsx<BufReader<File>>, bool);

fn fault(e: XlsxError) -> Error {
    match e {
        XlsxError::Password => Error::new(Code::FileEncrypted, []),
        XlsxError::WorksheetNotFound(sheet) => Error::new(Code::SheetMissing, [("sheet", &sheet)]),
        other => Error::damaged(other),
    }
}

impl Book {
    pub fn open(path: &Path, merges: bool) -> Result<Book> {
        Xlsx::new(BufReader::with_capacity(64 << 10, File::open(path)?)).map(|book| Book(book, merges)).map_err(fault)
    }

    pub fn sheets(&self) -> Vec<String> {
        let all = self.0.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet);
        let (seen, hidden): (Vec<_>, Vec<_>) = all.partition(|s| s.visible == SheetVisible::Visible);
        seen.into_iter().chain(hidden).map(|s| s.name.clone()).collect()
    }

    pub fn hidden(&self) -> Vec<String> {
        self.0.sheets_metadata().iter().filter(|s| s.visible != SheetVisible::Visible).map(|s| s.name.clone()).collect()
    }

    pub fn is_1904(&self) -> bool {
        self.0.has_1904_epoch()
    }

    pub fn claimed_rows(&mut self, sheet: &str) -> Option<u64> {
        let claimed = self.0.worksheet_cells_reader(sheet).ok()?.dimensions();
        Some(u64::from(claimed.end.0.saturating_sub(claimed.start.0)) + 1)
    }

    pub fn rows(&mut self, sheet: &str, each: &mut Each<'_>) -> Result<()> {
        let shift = if self.0.has_1904_epoch() { SHIFT_1904 } else { 0.0 };
        let merged = if self.1 { self.0.merge_cells_by_sheet_name(sheet).map_err(fault)? } else { Vec::new() };
        let mut reader = self.0.worksheet_cells_reader(sheet).map_err(fault)?;
        let mut rows = Rows::new(each, merged);
        while let Some(found) = reader.next_cell().map_err(fault)? {
            let (row, column) = found.get_position();
            let cell = match found.get_value() {
                DataRef::Empty => continue,
                DataRef::Int(n) => Cell::Int(*n),
                DataRef::Float(n) => Cell::Number(*n),
                DataRef::Bool(b) => Cell::Bool(*b),
                DataRef::SharedString(t) => Cell::text(t),
                DataRef::String(t) | DataRef::DateTimeIso(t) | DataRef::DurationIso(t) => Cell::Text(Cow::Owned(t.clone())),
                DataRef::DateTime(d) => Cell::Serial(serial(d.as_f64(), shift)),
                DataRef::Error(e) => Cell::Error(Cow::Borrowed(error_text(e))),
            };
            if !rows.take(row, column, cell)? {
                return Ok(());
            }
        }
        rows.flush().map(|_| ())
    }
}

/// A serial counted from 1899-12-30; below one it is a time of day and has no epoch.
pub(super) fn serial(n: f64, shift: f64) -> f64 {
    if n < 1.0 && shift == 0.0 || (0.0..1.0).contains(&n) { n } else { n + shift }
}

pub(super) fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#DATA!",
    }
}
