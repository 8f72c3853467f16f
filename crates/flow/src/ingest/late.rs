//! Rows set aside after they were read: why, and which order they named, until the file is read once more for their text.

use super::{
    spool::{PARTITIONS, Spool},
    wire::Take,
};
use crate::Result;
use sources::{Code, Params, Reject};
use std::collections::HashMap;

/// Lines of a file whose late rejects are in hand at a time.
pub const WINDOW: u64 = 1 << 18;

/// Rows of one window of lines: line → why, and the order named.
pub fn load(late: &mut Spool, window: u64) -> Result<HashMap<u64, (Code, String)>> {
    let mut rows = HashMap::new();
    late.read(window as usize % PARTITIONS, |record| -> Result<()> {
        let mut take = Take(record);
        let (line, code, order) = (take.u64()?, take.text()?, take.text()?);
        if line / WINDOW == window {
            rows.insert(line, (Code::parse(code).unwrap_or(Code::OrderUnknown), order.to_owned()));
        }
        Ok(())
    })?;
    Ok(rows)
}

/// A row about somebody who was erased: that there was one, and nothing of it.
pub fn nameless(line: u64) -> Reject {
    Reject { line, column: None, code: Code::ErasedPerson, value: String::new(), raw: String::new(), params: Params::new() }
}

/// The row as a file of rejected rows shows it.
pub fn reject(line: u64, code: Code, order: String, raw: &str, column: Option<&str>) -> Reject {
    if code == Code::ErasedPerson {
        return nameless(line);
    }
    let named = code == Code::OrderUnknown;
    let params = if named { Params::from([("order".to_owned(), order.clone())]) } else { Params::new() };
    Reject { line, column: column.filter(|_| named).map(str::to_owned), code, value: order, raw: raw.to_owned(), params }
}
