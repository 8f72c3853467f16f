//! Files without a person: what only tells of them goes, what the books need stays as amounts, without the words beside it. A file is
//! written anew in the form it has; the rows of everybody else keep their order.

use crate::{
    Result,
    anew::{self, reader},
    read::Reader,
    schema,
    writer::{Shelf, file_stem},
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray},
    compute::{filter_record_batch, nullif},
    datatypes::Int32Type,
    record_batch::RecordBatch,
};
use domain::{
    CustomerKey,
    table::{DataFile, Table},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A file that held somebody, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Erased {
    /// the file that held them
    pub old: DataFile,
    /// the file without them; `None` where no row is left
    pub new: Option<DataFile>,
    /// rows that went
    pub rows: u64,
    /// rows that stay without a word that stood beside their amount
    pub blanked: u64,
}

/// Do the rows of this table only tell of a person? Orders, lines and refunds are needed for the books.
fn goes(table: Table) -> bool {
    matches!(table, Table::Interactions | Table::Answers | Table::Attributes)
}

/// Words beside amounts that may name a person.
fn words(table: Table) -> &'static [&'static str] {
    match table {
        Table::Orders => &["coupon"],
        Table::Refunds => &["reason"],
        _ => &[],
    }
}

/// Counts the rows of these customers, by table.
///
/// # Errors
/// When a file cannot be read.
pub fn held(root: &Path, files: &[DataFile], customers: &BTreeSet<CustomerKey>) -> Result<BTreeMap<Table, u64>> {
    let reader = reader(root);
    let mut rows = BTreeMap::new();
    for file in files.iter().filter(|f| f.table.columns().iter().any(|c| c.name == "customer")) {
        let count: &mut u64 = rows.entry(file.table).or_default();
        reader.scan(file, &["customer"], |batch| {
            *count += batch.first().map_or(0, |c| ours(c, customers).true_count() as u64);
            Ok(())
        })?;
    }
    Ok(rows)
}

/// Writes the files that hold these customers anew without them; answers those. Nothing names the new ones yet; they are called after
/// what the old ones are called after, and `mark`.
///
/// # Errors
/// When a file cannot be read or written.
pub fn erase(root: &Path, files: &[DataFile], customers: &BTreeSet<CustomerKey>, mark: &str) -> Result<Vec<Erased>> {
    let reader = reader(root);
    let mut erased = Vec::new();
    for file in files.iter().filter(|f| goes(f.table) || !words(f.table).is_empty()) {
        if concerns(&reader, file, customers)? {
            let after: Vec<&str> = file.path.split(['_', '-']).take(2).chain([mark]).collect();
            let shelf = Shelf::new(root, &file_stem(&after.join("_"))).in_order(reader.is_in_order(file)?);
            erased.push(rewritten(&reader, &shelf, file, customers)?);
        }
    }
    Ok(erased)
}

/// Which rows are theirs.
fn ours(column: &ArrayRef, customers: &BTreeSet<CustomerKey>) -> BooleanArray {
    let keys = column.as_primitive_opt::<Int32Type>().map(|c| c.values().iter().map(|k| customers.contains(&CustomerKey(*k as u32))).collect());
    BooleanArray::from(keys.unwrap_or_else(|| vec![false; column.len()]))
}

/// Does the file hold something of them that is to go?
fn concerns(reader: &Reader, file: &DataFile, customers: &BTreeSet<CustomerKey>) -> Result<bool> {
    let mut any = false;
    let columns: Vec<&str> = std::iter::once("customer").chain(words(file.table).iter().copied()).collect();
    reader.scan(file, &columns, |batch| {
        let Some((whose, words)) = batch.split_first() else { return Ok(()) };
        let whose = ours(whose, customers);
        let said = |row: usize| goes(file.table) || words.iter().any(|w| w.is_valid(row));
        any |= whose.true_count() > 0 && (0..whose.len()).any(|row| whose.value(row) && said(row));
        Ok(())
    })?;
    Ok(any)
}

fn rewritten(reader: &Reader, shelf: &Shelf, file: &DataFile, customers: &BTreeSet<CustomerKey>) -> Result<Erased> {
    let table = file.table;
    let (mut rows, mut blanked) = (0, 0);
    let mut pieces: Vec<RecordBatch> = Vec::new();
    anew::each_piece(reader, file, |whole| {
        let whose = ours(whole.column(0), customers);
        if goes(table) {
            rows += whose.true_count() as u64;
            pieces.push(filter_record_batch(&whole, &arrow::compute::not(&whose)?)?);
            return Ok(());
        }
        let mut left = whole.columns().to_vec();
        let mut said = vec![false; whose.len()];
        for word in words(table) {
            if let Some(column) = left.get_mut(schema::place(table, word)) {
                said.iter_mut().enumerate().for_each(|(row, said)| *said |= whose.value(row) && column.is_valid(row));
                *column = nullif(column, &whose)?;
            }
        }
        blanked += said.iter().filter(|s| **s).count() as u64;
        pieces.push(RecordBatch::try_new(whole.schema(), left)?);
        Ok(())
    })?;
    Ok(Erased { old: file.clone(), new: anew::put(shelf, table, pieces)?, rows, blanked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AttributeRow, Lake, Limits, RefundRow, Writer, folder};
    use domain::{Day, Value, clock::Instant, table::Snapshot};

    const OURS: &str = "canary 翠羽 Rosamund";

    fn attributes(root: &Path) -> Vec<DataFile> {
        let mut writer: Writer<AttributeRow<'static>> = Writer::new(root, "imp", Limits::default());
        for key in 1..=3u32 {
            let value = Value::Text(if key == 2 { OURS.to_owned() } else { format!("somebody {key}") });
            let row = AttributeRow { customer: CustomerKey(key), row_key: u64::from(key), day: Day(20_000), recorded_at: Instant(5), key: "custom.address", value: &value, batch: 1 };
            writer.add(&row).expect("a row");
        }
        writer.finish().expect("files")
    }

    fn refunds(root: &Path) -> Vec<DataFile> {
        let mut writer: Writer<RefundRow<'static>> = Writer::new(root, "imp", Limits::default());
        for key in 1..=3u32 {
            let row = RefundRow {
                customer: CustomerKey(key), row_key: u64::from(key), order_key: None, order_id: None, at: Instant(9), day: Day(20_000), recorded_at: Instant(5),
                amount: 700, reason: Some(if key == 2 { OURS } else { "broken" }), product: None, batch: 1, refund_key: None, by_status: false,
            };
            writer.add(&row).expect("a row");
        }
        writer.finish().expect("files")
    }

    fn bytes(root: &Path, files: &[DataFile]) -> Vec<u8> {
        files.iter().flat_map(|f| std::fs::read(folder(root, f.table).join(&f.path)).expect("a file")).collect()
    }

    fn holds(bytes: &[u8], text: &str) -> bool {
        bytes.windows(text.len()).any(|w| w == text.as_bytes())
    }

    #[test]
    fn nothing_of_a_person_is_in_the_files_that_take_the_place_of_theirs() {
        let place = tempfile::tempdir().expect("a folder");
        let root = place.path();
        let old: Vec<DataFile> = attributes(root).into_iter().chain(refunds(root)).collect();
        let stats = |files: &[DataFile]| format!("{:?}", files.iter().map(|f| &f.columns).collect::<Vec<_>>());
        assert!(holds(&bytes(root, &old), "Rosamund") || stats(&old).contains("Rosamund"), "the canary is to be found before");
        let who = BTreeSet::from([CustomerKey(2)]);
        let erased = erase(root, &old, &who, "era_1").expect("erased");
        assert_eq!(erased.iter().map(|e| (e.old.table, e.rows, e.blanked)).collect::<Vec<_>>(), [(Table::Attributes, 1, 0), (Table::Refunds, 0, 1)]);
        let new: Vec<DataFile> = erased.iter().filter_map(|e| e.new.clone()).collect();
        assert!(!holds(&bytes(root, &new), "Rosamund") && !stats(&new).contains("Rosamund"), "{new:?}");
        assert_eq!(held(root, &new, &who).expect("counted"), BTreeMap::from([(Table::Attributes, 0), (Table::Refunds, 1)]));
        let lake = Lake::open(root, &Snapshot { id: 1, files: new }).expect("opens");
        assert!(lake.attribute(CustomerKey(2), "custom.address").expect("reads").is_empty());
        assert_eq!(lake.attribute(CustomerKey(3), "custom.address").expect("reads").len(), 1);
        // again there is nothing to do
        assert!(erase(root, &lake.snapshot().files, &who, "era_2").expect("looked").is_empty());
        let all = BTreeSet::from([CustomerKey(1), CustomerKey(2), CustomerKey(3)]);
        let gone = erase(root, &lake.snapshot().files, &all, "era_3").expect("erased");
        assert!(gone.iter().any(|e| e.old.table == Table::Attributes && e.new.is_none()));
    }
}
