//! Which rows of a table count: of several versions of one fact of a customer the one learnt last, as `state::versions` has it.
//! Looked for once a snapshot and table; most files have no row that does not count.

use crate::{Lake, Result, read::files_of};
use arrow::{array::{Array, AsArray, BooleanArray}, datatypes::{Int32Type, Int64Type, TimestampMicrosecondType}};
use domain::{CustomerKey, table::Table};
use parquet::arrow::arrow_reader::RowSelection;
use std::collections::BTreeMap;

/// Rows of each file that count, by its path; files of which all do are left out.
pub(crate) type Counting = BTreeMap<String, RowSelection>;

/// What survives a correction.
fn key(table: Table) -> Option<&'static str> {
    match table {
        Table::Orders => Some("order_key"),
        Table::Lines => Some("line_key"),
        Table::Refunds => Some("refund_key"),
        _ => None,
    }
}

/// A row among those that may correct each other: customer, key, import, whose it is if they were merged, place, recorded.
type Row = (i32, i64, i64, i32, u32, i64);

pub(crate) fn counting(lake: &Lake, table: Table) -> Result<Counting> {
    let Some(key) = key(table) else { return Ok(Counting::new()) };
    let mut rows: Vec<Row> = Vec::new();
    let mut next = 0u32;
    // facts of whoever was merged correct those of who stands for them
    let root = |customer: i32| lake.aliases().root(CustomerKey(customer as u32)).0 as i32;
    let files: Vec<_> = files_of(&lake.snapshot().files, table).collect();
    for file in &files {
        lake.reader().scan(file, &["customer", key, "batch", "recorded_at"], |b| {
            let (customers, keys, batches, recorded) = (
                b[0].as_primitive::<Int32Type>(), b[1].as_primitive::<Int64Type>(), b[2].as_primitive::<Int64Type>(), b[3].as_primitive::<TimestampMicrosecondType>(),
            );
            for i in 0..customers.len() {
                // a fact without a key has no versions
                if !keys.is_null(i) {
                    let (whose, root) = (customers.value(i), root(customers.value(i)));
                    // a run reads rows of whoever was merged behind those of who stands for them
                    let member = if whose == root { i32::MIN } else { whose };
                    rows.push((root, keys.value(i), batches.value(i), member, next + i as u32, recorded.value(i)));
                }
            }
            next += customers.len() as u32;
            Ok(())
        })?;
    }
    rows.sort_unstable();
    let mut gone: Vec<u32> = Vec::new();
    for same in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|s| s.len() > 1) {
        let of_import = same.chunk_by(|a, b| a.2 == b.2).filter_map(<[Row]>::last);
        let last = of_import.max_by_key(|r| (r.5, r.2)).map(|r| r.4);
        gone.extend(same.iter().map(|r| r.4).filter(|r| Some(*r) != last));
    }
    gone.sort_unstable();
    let mut found = Counting::new();
    let mut from = 0u32;
    for file in files {
        let to = from + file.rows as u32;
        let here = gone.partition_point(|r| *r < from)..gone.partition_point(|r| *r < to);
        if !here.is_empty() {
            let mut counts = vec![true; file.rows as usize];
            for row in gone.get(here).unwrap_or_default() {
                if let Some(counts) = counts.get_mut((row - from) as usize) {
                    *counts = false;
                }
            }
            found.insert(file.path.clone(), RowSelection::from_filters(&[BooleanArray::from(counts)]));
        }
        from = to;
    }
    Ok(found)
}
