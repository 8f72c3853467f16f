//! Workbooks as streams of rows, behind a guard that looks at a file before any library unfolds it.

mod cfb;
mod guard;
mod xls;
mod xlsx;

use crate::{
    code::{Code, Error, Result},
    limits,
    mapping::Format,
    value::Cell,
};
use calamine::Dimensions;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

pub(crate) use cfb::Contents;

/// What an OLE container holds.
pub(crate) fn container(path: &Path) -> Result<Contents> {
    cfb::contents(path)
}

/// A row that is not blank: its number from 1, and its cells.
pub(crate) type Row<'a> = (u64, Vec<Cell<'a>>);

/// Is handed each row; answers whether to go on.
pub(crate) type Each<'e> = dyn for<'r> FnMut(Row<'r>) -> Result<bool> + 'e;

/// Workbooks are read by a library that may panic on crafted files; that is a damaged file, not the end of the process.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::damaged("the workbook's structure")))
}

/// An open workbook.
pub(crate) enum Workbook {
    /// Excel 2007 and later
    Xlsx(Box<xlsx::Book>),
    /// Excel 97–2003
    Xls(Box<xls::Book>),
}

impl Workbook {
    /// Looks the file over and opens it.
    pub fn open(path: &Path, format: Format) -> Result<Workbook> {
        match format {
            Format::Xls => guarded(|| xls::Book::open(path)).map(|b| Workbook::Xls(Box::new(b))),
            _ => {
                let merges = guard::scan(path)?;
                guarded(|| xlsx::Book::open(path, merges)).map(|b| Workbook::Xlsx(Box::new(b)))
            }
        }
    }

    /// Names of the sheets that hold cells, in the workbook's order; hidden ones last.
    pub fn sheets(&self) -> Vec<String> {
        match self {
            Workbook::Xlsx(b) => b.sheets(),
            Workbook::Xls(b) => b.sheets(),
        }
    }

    /// Names of the sheets that nobody sees.
    pub fn hidden(&self) -> Vec<String> {
        match self {
            Workbook::Xlsx(b) => b.hidden(),
            Workbook::Xls(b) => b.hidden(),
        }
    }

    /// Does the workbook count days from 1904?
    pub fn is_1904(&self) -> bool {
        match self {
            Workbook::Xlsx(b) => b.is_1904(),
            Workbook::Xls(b) => b.is_1904(),
        }
    }

    /// How many rows a sheet claims to have.
    pub fn claimed_rows(&mut self, sheet: &str) -> Option<u64> {
        match self {
            Workbook::Xlsx(b) => b.claimed_rows(sheet),
            Workbook::Xls(_) => None,
        }
    }

    /// Streams the rows of a sheet.
    pub fn rows(&mut self, sheet: &str, each: &mut Each<'_>) -> Result<()> {
        guarded(|| match self {
            Workbook::Xlsx(b) => b.rows(sheet, each),
            Workbook::Xls(b) => b.rows(sheet, each),
        })
    }
}

/// Cells merged over several rows. Each of these rows has the value of the first, as whoever looks at the sheet reads it; what is
/// merged over columns only, such as a title, stays where it stands.
struct Merged {
    /// first row, column and last row, all from 0, in that order
    regions: std::iter::Peekable<std::vec::IntoIter<(u32, u32, u32)>>,
    /// by column: down to which row the value goes
    open: Vec<Option<(u32, Cell<'static>)>>,
}

impl Merged {
    fn new(regions: Vec<Dimensions>) -> Merged {
        let mut down: Vec<_> = regions.into_iter().filter(|r| r.end.0 > r.start.0).map(|r| (r.start.0, r.start.1, r.end.0)).collect();
        down.sort_unstable();
        Merged { regions: down.into_iter().peekable(), open: Vec::new() }
    }

    /// Takes note of a cell that is merged with those below it.
    fn note(&mut self, row: u32, column: u32, cell: &Cell<'_>) {
        while self.regions.next_if(|(r, c, _)| (*r, *c) < (row, column)).is_some() {}
        if let Some((.., last)) = self.regions.next_if(|(r, c, _)| (*r, *c) == (row, column)) {
            let place = column as usize;
            if self.open.len() <= place {
                self.open.resize(place + 1, None);
            }
            if let Some(slot) = self.open.get_mut(place) {
                *slot = Some((last, cell.clone().into_owned()));
            }
        }
    }

    /// Puts into a row what is merged with cells above it.
    fn fill(&mut self, row: u32, cells: &mut Vec<Cell<'_>>) {
        for (place, slot) in self.open.iter_mut().enumerate() {
            let Some((last, cell)) = slot.as_ref() else { continue };
            if *last < row {
                *slot = None;
                continue;
            }
            if cells.len() <= place {
                cells.resize(place + 1, Cell::Blank);
            }
            if let Some(own) = cells.get_mut(place).filter(|own| own.is_blank()) {
                *own = cell.clone();
            }
        }
    }
}

/// Puts cells into rows: blank rows are passed over, limits are kept.
struct Rows<'a, 'e, 'f> {
    number: u64,
    cells: Vec<Cell<'a>>,
    merged: Merged,
    each: &'e mut Each<'f>,
}

impl<'a, 'e, 'f> Rows<'a, 'e, 'f> {
    fn new(each: &'e mut Each<'f>, merged: Vec<Dimensions>) -> Rows<'a, 'e, 'f> {
        Rows { number: 0, cells: Vec::new(), merged: Merged::new(merged), each }
    }

    /// Takes a cell at `row` and `column`, both from 0; answers whether to go on.
    fn take(&mut self, row: u32, column: u32, cell: Cell<'a>) -> Result<bool> {
        let number = u64::from(row) + 1;
        let go_on = if number == self.number { true } else { self.flush()? };
        self.number = number;
        if cell.is_blank() {
            return Ok(go_on);
        }
        let place = column as usize;
        if place >= limits::COLUMNS {
            return Err(Error::new(Code::TooManyColumns, [("line", &number.to_string()), ("limit", &limits::COLUMNS.to_string())]));
        }
        if let Cell::Text(t) = &cell
            && t.len() > limits::CELL {
                return Err(Error::new(Code::CellTooLong, [("line", &number.to_string()), ("limit", &limits::CELL.to_string())]));
            }
        self.merged.note(row, column, &cell);
        if self.cells.len() <= place {
            self.cells.resize(place + 1, Cell::Blank);
        }
        if let Some(slot) = self.cells.get_mut(place) {
            *slot = cell;
        }
        Ok(go_on)
    }

    /// Hands on the row that is complete.
    fn flush(&mut self) -> Result<bool> {
        let mut cells = std::mem::take(&mut self.cells);
        if cells.iter().all(Cell::is_blank) {
            return Ok(true);
        }
        self.merged.fill(u32::try_from(self.number.saturating_sub(1)).unwrap_or(u32::MAX), &mut cells);
        (self.each)((self.number, cells))
    }
}
