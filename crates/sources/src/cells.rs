//! The sheets of a workbook cell by cell, for whoever knows what stands in them: behind the same guard as any other workbook.

use crate::{Result, mapping::Format, sheet::Workbook, value::Cell};
use std::{ops::ControlFlow, path::Path};

/// A cell as its sheet shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown<'a> {
    /// nothing
    Blank,
    /// a text
    Text(&'a str),
    /// a number
    Number(f64),
    /// yes or no
    Flag(bool),
}

/// An open workbook.
pub struct Sheets(Workbook);

impl Sheets {
    /// Looks an Excel file over and opens it.
    ///
    /// # Errors
    /// When it is none, or breaks a limit.
    pub fn open(path: &Path) -> Result<Sheets> {
        Workbook::open(path, Format::Xlsx).map(Sheets)
    }

    /// Hands out every row of a sheet that is not blank, with its number from 1, until `each` breaks off.
    ///
    /// # Errors
    /// When there is no such sheet, or it cannot be read.
    pub fn rows(&mut self, sheet: &str, each: &mut dyn FnMut(u64, &[Shown<'_>]) -> ControlFlow<()>) -> Result<()> {
        let mut ended = false;
        let done = self.0.rows(sheet, &mut |(number, cells)| {
            let shown: Vec<Shown<'_>> = cells
                .iter()
                .map(|cell| match cell {
                    Cell::Text(t) => Shown::Text(t),
                    Cell::Int(n) => Shown::Number(*n as f64),
                    Cell::Number(x) | Cell::Serial(x) => Shown::Number(*x),
                    Cell::Bool(b) => Shown::Flag(*b),
                    Cell::Blank | Cell::Instant(_) | Cell::Local(_) | Cell::Day(_) | Cell::Error(_) => Shown::Blank,
                })
                .collect();
            ended = ended || each(number, &shown).is_break();
            Ok(!ended)
        });
        done
    }
}
