//! A table from its first row to its last, and back: customer by customer, and of each customer in the order in which the rows came.
//! Files lie one beside the other while they are read, so that any number of rows takes the memory of a few thousand a file.

use crate::{
    Lake, Limits, Result, Writer,
    cells::Cells,
    error::of,
    read::{Batches, Texts, files_of},
    rows::Row,
    schema, stats,
};
use arrow::{
    array::{Array, ArrayRef, AsArray, new_null_array},
    datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use domain::{
    CustomerKey, Day,
    clock::Instant,
    table::{ColumnType, DataFile, Table},
};
use parquet::{
    arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    file::metadata::ParquetMetaData,
};
use std::{cmp::Reverse, collections::BinaryHeap, fs::File, path::Path};

/// Rows of a file that are held at once.
const HELD: usize = 2048;
/// A file that is written is closed at the end of a customer once it has so many rows, or so many bytes of text.
const ROWS: u64 = 786_432;
const TEXT: usize = 192 << 20;

/// A cell, whatever its table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain<'a> {
    /// nothing
    None,
    /// a whole number, a hash, minor units, or a customer
    Whole(i64),
    /// a number
    Number(f64),
    /// yes or no
    Flag(bool),
    /// a day
    Day(Day),
    /// an instant
    Instant(Instant),
    /// a text
    Text(&'a str),
}

/// A file that is being read: what of it is at hand.
struct Place<'l> {
    lake: &'l Lake,
    file: &'l DataFile,
    batches: Option<Batches>,
    columns: Vec<ArrayRef>,
    row: usize,
}

impl<'l> Place<'l> {
    /// Goes to the next row; false after the last.
    fn next(&mut self) -> Result<bool> {
        self.row += 1;
        if self.columns.first().is_some_and(|c| self.row < c.len()) {
            return Ok(true);
        }
        let table = self.file.table;
        let names: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
        let (lacking, there): (Vec<&str>, Vec<&str>) = names.iter().partition(|c| self.lake.reader().lacks(self.file, c).unwrap_or(false));
        if self.batches.is_none() {
            let rows = 0..usize::try_from(self.file.rows).unwrap_or(0);
            self.batches = Some(self.lake.reader().stream(self.file, rows, &there, HELD)?);
        }
        let found = match &mut self.batches {
            Some(batches) => batches.next()?,
            None => None,
        };
        let Some(found) = found else {
            self.columns.clear();
            return Ok(false);
        };
        let rows = found.first().map_or(0, |c| c.len());
        let mut found = found.into_iter();
        self.columns = names
            .iter()
            .zip(schema::schema(table).fields())
            .map(|(name, field)| match lacking.contains(name) {
                true => new_null_array(field.data_type(), rows),
                false => found.next().unwrap_or_else(|| new_null_array(field.data_type(), rows)),
            })
            .collect();
        self.row = 0;
        Ok(rows > 0)
    }

    /// Whose row is at hand; 0 where the table knows no customers.
    fn customer(&self) -> i32 {
        let column = self.columns.get(schema::place(self.file.table, "customer"));
        column.and_then(|c| c.as_primitive_opt::<Int32Type>()).map_or(0, |c| c.value(self.row))
    }
}

/// The cells of the row at hand.
fn cells<'a>(place: &'a Place<'_>, out: &mut Vec<Plain<'a>>) {
    out.clear();
    for (column, array) in place.file.table.columns().iter().zip(&place.columns) {
        let i = place.row;
        out.push(match column.kind {
            _ if array.is_null(i) => Plain::None,
            ColumnType::Int32 => array.as_primitive_opt::<Int32Type>().map_or(Plain::None, |a| Plain::Whole(i64::from(a.value(i)))),
            ColumnType::Int64 => array.as_primitive_opt::<Int64Type>().map_or(Plain::None, |a| Plain::Whole(a.value(i))),
            ColumnType::Float64 => array.as_primitive_opt::<Float64Type>().map_or(Plain::None, |a| Plain::Number(a.value(i))),
            ColumnType::Boolean => array.as_boolean_opt().map_or(Plain::None, |a| Plain::Flag(a.value(i))),
            ColumnType::Date => array.as_primitive_opt::<Date32Type>().map_or(Plain::None, |a| Plain::Day(Day(a.value(i)))),
            ColumnType::TimestampTz => array.as_primitive_opt::<TimestampMicrosecondType>().map_or(Plain::None, |a| Plain::Instant(Instant(a.value(i)))),
            ColumnType::Varchar => Texts::of(array).get(i).map_or(Plain::None, Plain::Text),
        });
    }
}

impl Lake {
    /// Hands out every row of a table: by customer, and the rows of a customer as they stand in the files, oldest first. It breaks off
    /// where `each` does.
    ///
    /// # Errors
    /// When a file cannot be read, or what `each` says.
    pub fn each_whole_row<E: From<crate::Error>>(&self, table: Table, mut each: impl FnMut(&[Plain<'_>]) -> std::result::Result<(), E>) -> std::result::Result<(), E> {
        let mut places: Vec<Place<'_>> = Vec::new();
        // who comes next, of which file: a file is opened when the first of its customers is due
        let mut due: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
        for file in files_of(&self.snapshot().files, table) {
            let first = stats::span(file, "customer").map_or(0, |(low, _)| low);
            due.push(Reverse((first, places.len())));
            places.push(Place { lake: self, file, batches: None, columns: Vec::new(), row: 0 });
        }
        while let Some(Reverse((_, n))) = due.pop() {
            let Some(place) = places.get_mut(n) else { continue };
            if place.columns.is_empty() {
                if place.next()? {
                    due.push(Reverse((i64::from(place.customer()), n)));
                }
                continue;
            }
            let whose = place.customer();
            loop {
                // borrows the texts of the row, so it is made for each
                let mut row = Vec::with_capacity(table.columns().len());
                cells(place, &mut row);
                each(&row)?;
                if !place.next()? {
                    break;
                }
                if place.customer() != whose {
                    due.push(Reverse((i64::from(place.customer()), n)));
                    break;
                }
            }
        }
        Ok(())
    }
}

/// A row of the table with this place in [`Table::ALL`].
struct Any<'a, const N: usize>(&'a [Plain<'a>]);

const fn table_of(n: usize) -> Table {
    Table::ALL[n]
}

impl<const N: usize> Row for Any<'_, N> {
    const TABLE: Table = table_of(N);

    fn write(&self, c: &mut Cells) {
        for (column, cell) in Self::TABLE.columns().iter().zip(self.0) {
            let whole = match cell {
                Plain::Whole(v) => Some(*v),
                _ => None,
            };
            match column.kind {
                ColumnType::Int32 => c.customer(CustomerKey(whole.and_then(|k| u32::try_from(k).ok()).unwrap_or(u32::MAX))),
                ColumnType::Int64 => c.maybe_whole(whole),
                ColumnType::Float64 => match cell {
                    Plain::Number(x) => c.number(*x),
                    _ => c.maybe_number(None),
                },
                ColumnType::Boolean => c.maybe_flag(if let Plain::Flag(b) = cell { Some(*b) } else { None }),
                ColumnType::Date => c.maybe_day(if let Plain::Day(d) = cell { Some(*d) } else { None }),
                ColumnType::TimestampTz => match cell {
                    Plain::Instant(t) => c.instant(*t),
                    _ => c.instant(Instant(0)),
                },
                ColumnType::Varchar => c.maybe_text(if let Plain::Text(t) = cell { Some(*t) } else { None }),
            };
        }
    }
}

/// Writes a table from its first row to its last, as [`Lake::each_whole_row`] hands it out.
pub struct WholeTable(Box<dyn Any8 + Send>);

trait Any8 {
    fn add(&mut self, row: &[Plain<'_>]) -> Result<()>;
    fn finish(self: Box<Self>) -> Result<Vec<DataFile>>;
}

struct Of<const N: usize> {
    writer: Writer<Any<'static, N>>,
    last: Option<i64>,
    rows: u64,
    text: usize,
}

impl<const N: usize> Any8 for Of<N> {
    fn add(&mut self, row: &[Plain<'_>]) -> Result<()> {
        let place = schema::place(table_of(N), "customer");
        let whose = match row.get(place) {
            Some(Plain::Whole(k)) => Some(*k),
            _ => None,
        };
        // no customer in two files: they need not be taken apart afterwards
        if (self.rows >= ROWS || self.text >= TEXT) && whose != self.last {
            self.writer.rest()?;
            (self.rows, self.text) = (0, 0);
        }
        self.last = whose;
        self.rows += 1;
        self.text += row.iter().map(|c| if let Plain::Text(t) = c { t.len() } else { 0 }).sum::<usize>();
        self.writer.add(&Any::<N>(row))
    }

    fn finish(self: Box<Self>) -> Result<Vec<DataFile>> {
        self.writer.finish()
    }
}

impl WholeTable {
    /// Starts writing below `root`, under names that begin with `stem`.
    pub fn new(root: &Path, table: Table, stem: &str) -> WholeTable {
        fn of<const N: usize>(root: &Path, stem: &str) -> WholeTable {
            // a customer of more rows than this is in several files, which is well, too
            let limits = Limits { rows: 2 * ROWS as usize, text_bytes: 2 * TEXT };
            WholeTable(Box::new(Of::<N> { writer: Writer::new(root, stem, limits), last: None, rows: 0, text: 0 }))
        }
        match table {
            Table::Orders => of::<0>(root, stem),
            Table::Lines => of::<1>(root, stem),
            Table::Refunds => of::<2>(root, stem),
            Table::Interactions => of::<3>(root, stem),
            Table::Answers => of::<4>(root, stem),
            Table::Attributes => of::<5>(root, stem),
            Table::Products => of::<6>(root, stem),
            Table::Costs => of::<7>(root, stem),
        }
    }

    /// Takes a row: a cell a column.
    ///
    /// # Errors
    /// When a cell does not fit its column, or the disk refuses.
    pub fn add(&mut self, row: &[Plain<'_>]) -> Result<()> {
        self.0.add(row)
    }

    /// Closes the last file and hands out all of them.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(self) -> Result<Vec<DataFile>> {
        self.0.finish()
    }
}

/// A Parquet file that came from elsewhere, batch by batch.
pub struct Foreign {
    reader: ParquetRecordBatchReader,
    /// names of its columns
    pub names: Vec<String>,
}

/// A group of rows that unfolds to more than this is no honest one.
const GROUP: i64 = 4 << 30;
/// So much steeper than its file a group may be.
const RATIO: u64 = 2000;
/// Below this a group is harmless.
const HARMLESS: u64 = 64 << 20;

impl Foreign {
    /// Opens it. A file that would unfold beyond reason is damaged.
    ///
    /// # Errors
    /// When it is no Parquet file, or unfolds beyond reason.
    pub fn open(path: &Path) -> Result<Foreign> {
        let file = File::open(path).map_err(crate::error::at(path))?;
        let size = file.metadata().map_err(crate::error::at(path))?.len();
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(of(path))?;
        if !believable(builder.metadata(), size) {
            return Err(crate::Error::Damaged { path: path.to_owned(), reason: "it unfolds beyond reason".to_owned() });
        }
        let names = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
        Ok(Foreign { reader: builder.with_batch_size(HELD).build().map_err(of(path))?, names })
    }

    /// The next rows.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        Ok(self.reader.next().transpose()?)
    }
}

fn believable(metadata: &ParquetMetaData, size: u64) -> bool {
    metadata.row_groups().iter().all(|group| {
        let unfolded: i64 = group.columns().iter().map(|c| c.uncompressed_size().max(0)).fold(0, i64::saturating_add);
        unfolded <= GROUP && (unfolded.unsigned_abs() <= HARMLESS || unfolded.unsigned_abs() <= size.saturating_mul(RATIO))
    })
}
