//! The rows of a file as they stand in it, for whoever must show one again.

use crate::{Mapping, Result};
use std::{ops::ControlFlow, path::Path};

/// Hands every data row to `each` in file order: its line, as in [`crate::Reject`], and its text.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn raw_rows(path: &Path, mapping: &Mapping, each: &mut dyn FnMut(u64, &str) -> ControlFlow<()>) -> Result<()> {
    crate::read::raw_rows(path, mapping, each)
}
