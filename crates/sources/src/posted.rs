//! Rows that come one by one instead of in a file: weighed by the very code that will read them from a file later.

use crate::{
    batch::Batch,
    code::Result,
    encoding::Encoding,
    mapping::Mapping,
    plan::Plan,
    read::objects,
    stream::Element,
};
use hashbrown::HashMap;

/// What would become of these JSON objects if they stood in a file, each with its place in `rows` (from 0) as its line.
///
/// # Errors
/// When the mapping takes nothing in.
pub fn weigh(mapping: &Mapping, rows: &[String]) -> Result<Batch> {
    let plan = Plan::new(mapping)?;
    let names: HashMap<String, usize> = mapping.columns.iter().map(|c| (c.header.clone(), c.index)).collect();
    let elements: Vec<Element<'_>> =
        rows.iter().enumerate().map(|(n, text)| Element { line: n as u64, text: text.as_bytes(), cut: false }).collect();
    Ok(objects(&plan, &elements, &names, Encoding::Utf8, 0))
}
