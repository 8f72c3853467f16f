//! Excel 97–2003. The records are looked over first: a sheet that claims or spans more cells than it can hold is refused before
//! anything makes room for them.

use super::{Each, Rows, cfb, xlsx::{error_text, serial}};
use crate::{
    code::{Code, Error, Result},
    limits,
    value::{Cell, date::SHIFT_1904},
};
use calamine::{Data, Reader, SheetType, SheetVisible, Xls, XlsError};
use std::{borrow::Cow, fs::File, io::BufReader, path::Path};

/// An open workbook.
pub(crate) struct Book(Xls<BufReader<File>>);

fn fault(e: XlsError) -> Error {
    match e {
        XlsError::Password => Error::new(Code::FileEncrypted, []),
        XlsError::WorksheetNotFound(sheet) => Error::new(Code::SheetMissing, [("sheet", &sheet)]),
        other => Error::damaged(other),
    }
}

impl Book {
    pub fn open(path: &Path) -> Result<Book> {
        if std::fs::metadata(path)?.len() > limits::XLS {
            return Err(Error::new(Code::ZipTooLarge, [("limit", &limits::XLS.to_string())]));
        }
        look(&cfb::workbook(path)?)?;
        Xls::new(BufReader::new(File::open(path)?)).map(Book).map_err(fault)
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

    pub fn rows(&mut self, sheet: &str, each: &mut Each<'_>) -> Result<()> {
        let shift = if self.0.has_1904_epoch() { SHIFT_1904 } else { 0.0 };
        let range = self.0.worksheet_range(sheet).map_err(fault)?;
        let (top, left) = range.start().unwrap_or((0, 0));
        let mut rows = Rows::new(each, self.0.merge_cells_by_sheet_name(sheet).map_err(fault)?);
        for (row, column, value) in range.used_cells() {
            let cell = match value {
                Data::Empty => continue,
                Data::Int(n) => Cell::Int(*n),
                Data::Float(n) => Cell::Number(*n),
                Data::Bool(b) => Cell::Bool(*b),
                Data::String(t) | Data::DateTimeIso(t) | Data::DurationIso(t) => Cell::text(t),
                Data::DateTime(d) => Cell::Serial(serial(d.as_f64(), shift)),
                Data::Error(e) => Cell::Error(Cow::Borrowed(error_text(e))),
            };
            let place = |base: u32, n: usize| base.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
            if !rows.take(place(top, row), place(left, column), cell)? {
                return Ok(());
            }
        }
        rows.flush().map(|_| ())
    }
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    bytes.get(at..at + size).unwrap_or_default().iter().rev().fold(0, |n, b| (n << 8) | u64::from(*b))
}

/// Looks over the records of a workbook.
fn look(stream: &[u8]) -> Result<()> {
    let too_many = || Error::new(Code::TooManyCells, [("limit", &limits::XLS_CELLS.to_string())]);
    let (mut at, mut spread, mut claimed) = (0usize, 0u64, 0u64);
    let (mut rows, mut columns) = ((u64::MAX, 0u64), (u64::MAX, 0u64));
    while at + 4 <= stream.len() {
        let (kind, size) = (number(stream, at, 2), number(stream, at + 2, 2) as usize);
        let data = stream.get(at + 4..at + 4 + size).ok_or_else(|| Error::damaged("a record is cut short"))?;
        match kind {
            0x002f if number(data, 0, 2) != 0 => return Err(Error::new(Code::FileEncrypted, [])),
            // the room a sheet claims: 32-bit rows since Excel 97, 16-bit before
            0x0200 => {
                let wide = data.len() >= 14;
                let (first, last) = if wide { (number(data, 0, 4), number(data, 4, 4)) } else { (number(data, 0, 2), number(data, 2, 2)) };
                let (left, right) = if wide { (number(data, 8, 2), number(data, 10, 2)) } else { (number(data, 4, 2), number(data, 6, 2)) };
                claimed = claimed.saturating_add(last.saturating_sub(first).saturating_mul(right.saturating_sub(left)));
            }
            // cells: row and column come first
            0x0006 | 0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x00bd | 0x00be | 0x00d6 | 0x00fd | 0x027e | 0x0406 | 0x0206 => {
                let (row, column) = (number(data, 0, 2), number(data, 2, 2));
                let last = if matches!(kind, 0x00bd | 0x00be) && data.len() >= 6 { number(data, data.len() - 2, 2) } else { column };
                rows = (rows.0.min(row), rows.1.max(row));
                columns = (columns.0.min(column), columns.1.max(last));
            }
            // a sheet begins or ends
            0x0809 | 0x000a => {
                if rows.0 <= rows.1 {
                    spread = spread.saturating_add((rows.1 - rows.0 + 1).saturating_mul(columns.1.saturating_sub(columns.0) + 1));
                }
                (rows, columns) = ((u64::MAX, 0), (u64::MAX, 0));
            }
            _ => {}
        }
        if spread > limits::XLS_CELLS || claimed > limits::XLS_CELLS * 4 {
            return Err(too_many());
        }
        at += 4 + size;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    #[test]
    fn two_far_cells_are_refused() {
        let near = record(0x0203, &[0, 0, 0, 0]);
        let far = record(0x0203, &[0xff, 0xff, 0xff, 0]);
        let end = record(0x000a, &[]);
        assert!(look(&[near.clone(), end.clone()].concat()).is_ok());
        assert_eq!(look(&[near, far, end].concat()).map_err(|e| e.code), Err(Code::TooManyCells));
        let claim = record(0x0200, &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 1, 0, 0]);
        assert_eq!(look(&claim).map_err(|e| e.code), Err(Code::TooManyCells));
        assert_eq!(look(&record(0x002f, &[1, 0])).map_err(|e| e.code), Err(Code::FileEncrypted));
        assert_eq!(look(&[1, 2, 200, 0]).map_err(|e| e.code), Err(Code::FileDamaged));
    }
}
