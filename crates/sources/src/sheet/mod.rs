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
                guard::scan(path)?;
                guarded(|| xlsx::Book::open(path)).map(|b| Workbook::Xlsx(Box::new(b)))
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

/// Puts cells into rows: blank rows are passed over, limits are kept.
struct Rows<'a, 'e, 'f> {
    number: u64,
    cells: Vec<Cell<'a>>,
    each: &'e mut Each<'f>,
}

impl<'a, 'e, 'f> Rows<'a, 'e, 'f> {
    fn new(each: &'e mut Each<'f>) -> Rows<'a, 'e, 'f> {
        Rows { number: 0, cells: Vec::new(), each }
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
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().all(Cell::is_blank) {
            return Ok(true);
        }
        (self.each)((self.number, cells))
    }
}
