//! Workbooks and Parquet files may name one long text a million times. Here is counted how much text a file has become.

use crate::{
    code::{Code, Error, Result},
    limits,
    value::Cell,
};

/// Text longer than this is rarely the same twice in an honest file.
const LONG: usize = 1024;
/// Long texts that are harmless whatever the size of the file.
const HARMLESS: u64 = 64 << 20;

/// Counts the long texts of a file against its size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Swell {
    long: u64,
    limit: u64,
}

impl Swell {
    /// For a file of so many bytes.
    pub fn new(file: u64) -> Swell {
        Swell { long: 0, limit: file.saturating_mul(limits::ZIP_RATIO).max(HARMLESS) }
    }

    /// Counts a row; answers how many bytes of text it holds.
    pub fn take(&mut self, line: u64, row: &[Cell<'_>]) -> Result<usize> {
        let mut bytes = 0usize;
        for cell in row {
            if let Cell::Text(t) = cell {
                bytes += t.len();
                if t.len() > LONG {
                    self.long += t.len() as u64;
                }
            }
        }
        if bytes > limits::LINE * 4 {
            return Err(crate::stream::line_too_long(line));
        }
        if self.long > self.limit {
            return Err(Error::new(Code::ZipRatio, [("entry", "text"), ("limit", &limits::ZIP_RATIO.to_string())]));
        }
        Ok(bytes)
    }
}
