//! Files written anew: the rows of several become one file's, or some go from a file they share with others. Whoever else stands in
//! them stays as they stood, every row in its order, every column as it was.

use crate::{
    Error, Lake, Result,
    read::{Footers, Reader},
    schema, stats,
    writer::{Shelf, file_stem},
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray},
    compute::{cast, concat_batches, filter_record_batch, not},
    datatypes::{DataType, Int32Type, Int64Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use domain::{
    CustomerKey,
    clock::Instant,
    table::{DataFile, Table},
};
use std::{path::Path, sync::Arc};

/// A reader of files by themselves, without a snapshot.
pub(crate) fn reader(root: &Path) -> Reader {
    Reader { root: root.to_path_buf(), snapshot: 0, footers: Arc::new(Footers::default()) }
}

/// Hands out every row of a file with every column of its table, words written out. A column that came after the file has no value.
pub(crate) fn each_piece(reader: &Reader, file: &DataFile, mut each: impl FnMut(RecordBatch) -> Result<()>) -> Result<()> {
    let table = file.table;
    let columns: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
    reader.scan(file, &columns, |arrays| each(RecordBatch::try_new(schema::schema(table), arrays.iter().map(plain).collect::<Result<_>>()?)?))
}

/// A column with its words written out.
fn plain(column: &ArrayRef) -> Result<ArrayRef> {
    match column.data_type() {
        DataType::Dictionary(_, words) => Ok(cast(column, words)?),
        _ => Ok(Arc::clone(column)),
    }
}

/// Puts pieces on the shelf as one file; none where no row is left. Dictionaries and statistics are made anew: a word must not stay in
/// one that no row uses.
pub(crate) fn put(shelf: &Shelf, table: Table, pieces: Vec<RecordBatch>) -> Result<Option<DataFile>> {
    let whole = concat_batches(&schema::schema(table), &pieces)?;
    drop(pieces);
    if whole.num_rows() == 0 {
        return Ok(None);
    }
    let coded: Vec<ArrayRef> = whole.columns().iter().zip(schema::coded(table).fields()).map(|(c, f)| Ok(cast(c, f.data_type())?)).collect::<Result<_>>()?;
    let customers = whole.column_by_name("customer").and_then(|c| c.as_primitive_opt::<Int32Type>());
    let customers: Vec<u32> = customers.map(|c| c.values().iter().map(|k| *k as u32).collect()).unwrap_or_default();
    drop(whole);
    let batch = RecordBatch::try_new(schema::coded(table), coded)?;
    let mut behind = Some(shelf.write_behind(table, 1, batch, customers));
    shelf.wait(&mut behind)
}

/// Bytes of text that are held at a time; rows and bytes of files are for whoever chooses the files.
const TEXT: usize = 96 << 20;

fn text_bytes(piece: &RecordBatch) -> usize {
    piece.columns().iter().filter_map(|c| c.as_string_opt::<i32>()).map(|c| c.value_data().len()).sum()
}

/// Files and the one that holds their rows.
pub type Joined = (Vec<DataFile>, DataFile);

/// Writes the rows of these files of one table, which follow on each other, into one, or into more where their words are many. Each holds
/// the rows of its files in their order, by customer where the table knows some. A file that would stay alone stays as it is. Nothing
/// names the new files yet.
///
/// # Errors
/// When a file cannot be read or written, or rows would be lost.
pub fn merge(root: &Path, files: &[DataFile], stem: &str) -> Result<Vec<Joined>> {
    let reader = reader(root);
    let (mut joined, mut old): (Vec<Joined>, Vec<DataFile>) = (Vec::new(), Vec::new());
    let (mut pieces, mut held): (Vec<RecordBatch>, usize) = (Vec::new(), 0);
    for file in files {
        let (mut here, mut text): (Vec<RecordBatch>, usize) = (Vec::new(), 0);
        each_piece(&reader, file, |piece| {
            text += text_bytes(&piece);
            here.push(piece);
            Ok(())
        })?;
        if held + text > TEXT {
            joined.extend(join(&reader, stem, std::mem::take(&mut old), std::mem::take(&mut pieces))?);
            held = 0;
        }
        held += text;
        old.push(file.clone());
        pieces.append(&mut here);
    }
    joined.extend(join(&reader, stem, old, pieces)?);
    Ok(joined)
}

fn join(reader: &Reader, stem: &str, old: Vec<DataFile>, pieces: Vec<RecordBatch>) -> Result<Option<Joined>> {
    let (Some(first), true) = (old.first(), old.len() > 1) else { return Ok(None) };
    let shelf = Shelf::new(&reader.root, &file_stem(stem)).in_order(reader.learnt_in_order(old.iter())?);
    let new = put(&shelf, first.table, pieces)?;
    let rows: u64 = old.iter().map(|f| f.rows).sum();
    match new {
        Some(new) if new.rows == rows => Ok(Some((old, new))),
        new => Err(Error::Damaged { path: schema::folder(&reader.root, first.table), reason: format!("{} rows of {rows} were merged", new.map_or(0, |n| n.rows)) }),
    }
}

/// Rows that came together and can be taken back together, whichever files they stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// those of an import, by its number
    Batch(i64),
    /// those of a change by hand
    Hand {
        /// which attribute
        attribute: String,
        /// when they were learnt
        learnt: Instant,
        /// of whom, if it is one
        customer: Option<CustomerKey>,
    },
}

impl Part {
    /// May the file hold rows of it? `Some(true)` if all its rows are, as the catalog knows.
    fn may_be_in(&self, file: &DataFile) -> Option<bool> {
        let batch = stats::span(file, "batch");
        match self {
            Part::Batch(number) => match batch {
                Some((low, high)) => (low <= *number && *number <= high).then_some(low == high),
                None => Some(false),
            },
            Part::Hand { learnt, .. } => {
                let inside = |span: Option<(i64, i64)>, n: i64| span.is_none_or(|(low, high)| low <= n && n <= high);
                (file.table == Table::Attributes && inside(batch, 0) && inside(stats::span(file, "recorded_at"), learnt.0)).then_some(false)
            }
        }
    }

    /// Which rows are of it.
    fn rows(&self, piece: &RecordBatch) -> BooleanArray {
        let number = |name: &str, row: usize| piece.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>()).map(|c| c.value(row));
        let of = |row: usize| match self {
            Part::Batch(batch) => number("batch", row) == Some(*batch),
            Part::Hand { attribute, learnt, customer } => {
                let at = piece.column_by_name("recorded_at").and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>()).map(|c| c.value(row));
                let key = piece.column_by_name("key").and_then(|c| c.as_string_opt::<i32>()).map(|c| c.value(row));
                let whose = piece.column_by_name("customer").and_then(|c| c.as_primitive_opt::<Int32Type>()).map(|c| c.value(row) as u32);
                number("batch", row) == Some(0) && at == Some(learnt.0) && key == Some(attribute.as_str()) && customer.is_none_or(|c| whose == Some(c.0))
            }
        };
        (0..piece.num_rows()).map(|row| Some(of(row))).collect()
    }
}

/// A live file that holds rows of a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Without {
    /// the file
    pub old: DataFile,
    /// the file without them; `None` where no row is left
    pub new: Option<DataFile>,
}

impl Lake {
    /// Writes the files that hold rows of the part anew without them; answers those. `but`: files that are known to hold none, or whose
    /// rows are told by what named them. With no stem nothing is written: it is only said which files they are.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn without(&self, part: &Part, but: &[(Table, String)], stem: Option<&str>) -> Result<Vec<Without>> {
        let mut found = Vec::new();
        for file in self.snapshot().files.iter().filter(|f| !but.iter().any(|(table, path)| (*table, path) == (f.table, &f.path))) {
            let Some(all) = part.may_be_in(file) else { continue };
            if all {
                found.push(Without { old: file.clone(), new: None });
                continue;
            }
            let (mut pieces, mut rows): (Vec<RecordBatch>, usize) = (Vec::new(), 0);
            each_piece(self.reader(), file, |piece| {
                let gone = part.rows(&piece);
                rows += gone.true_count();
                if stem.is_some() {
                    pieces.push(filter_record_batch(&piece, &not(&gone)?)?);
                }
                Ok(())
            })?;
            if rows == 0 {
                continue;
            }
            let new = match stem {
                Some(stem) => put(&Shelf::new(&self.reader().root, &file_stem(stem)).in_order(self.reader().is_in_order(file)?), file.table, pieces)?,
                None => None,
            };
            found.push(Without { old: file.clone(), new });
        }
        Ok(found)
    }
}
