//! Parquet as a stream of rows.

use crate::{
    code::{Code, Error, Result},
    limits,
    sheet::Row,
    swell::Swell,
    value::Cell,
};
use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    datatypes::{
        DataType, Date32Type, Date64Type, Decimal128Type, Field, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::{borrow::Cow, fs::File, panic::AssertUnwindSafe, path::Path, sync::Arc};

const ROWS: usize = 1024;
/// Text handed on at a time.
const TEXT: usize = 2 << 20;
static FORMAT: std::sync::LazyLock<FormatOptions<'static>> = std::sync::LazyLock::new(FormatOptions::new);

/// An open Parquet file.
pub(crate) struct Columnar {
    /// column names
    pub names: Vec<String>,
    /// rows in all
    pub rows: u64,
    reader: ParquetRecordBatchReader,
    /// the batch at hand, and how many of its rows were handed on
    batch: Option<(RecordBatch, usize)>,
    given: u64,
    swell: Swell,
}

fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::damaged("the Parquet structure")))
}

impl Columnar {
    pub fn open(path: &Path) -> Result<Columnar> {
        guarded(|| {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_skip_arrow_metadata(true)).map_err(Error::damaged)?;
            let metadata = plain.metadata();
            if plain.schema().fields().len() > limits::COLUMNS {
                return Err(Error::new(Code::TooManyColumns, [("line", "1"), ("limit", &limits::COLUMNS.to_string())]));
            }
            for group in metadata.row_groups() {
                let unfolded: i64 = group.columns().iter().map(|c| c.uncompressed_size().max(0)).fold(0, i64::saturating_add);
                if unfolded > limits::ROW_GROUP || unfolded as u64 > size.saturating_mul(limits::ZIP_RATIO * 10).max(limits::ZIP_RATIO_FROM) {
                    return Err(Error::new(Code::ZipRatio, [("entry", "row group"), ("limit", &(limits::ZIP_RATIO * 10).to_string())]));
                }
            }
            // views share a page's dictionary: a text repeated a million times is held once
            let fields: Vec<Field> = plain.schema().fields().iter().map(|f| viewed(f)).collect();
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(Arc::new(Schema::new(fields)));
            let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(Error::damaged)?;
            let names = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
            let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
            let reader = builder.with_batch_size(ROWS).build().map_err(Error::damaged)?;
            Ok(Columnar { names, rows, reader, batch: None, given: 0, swell: Swell::new(size) })
        })
    }

    /// The next rows, each with its number, or `None` at the end.
    pub fn next_rows(&mut self) -> Result<Option<Vec<Row<'static>>>> {
        guarded(|| {
            if self.batch.is_none() {
                self.batch = match self.reader.next() {
                    None => return Ok(None),
                    Some(Err(e)) => return Err(Error::damaged(e)),
                    Some(Ok(batch)) => Some((batch, 0)),
                };
            }
            let Some((batch, from)) = self.batch.take() else { return Ok(None) };
            let formats: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &FORMAT).ok()).collect();
            let (mut rows, mut at, mut bytes) = (Vec::new(), from, 0usize);
            // a page shares its texts; the rows made of it do not
            while at < batch.num_rows() && bytes < TEXT {
                let row: Vec<Cell<'static>> = batch.columns().iter().zip(&formats).map(|(c, f)| if c.is_null(at) { Cell::Blank } else { cell(c, at, f.as_ref()) }).collect();
                self.given += 1;
                if row.iter().any(|c| matches!(c, Cell::Text(t) if t.len() > limits::CELL)) {
                    return Err(Error::new(Code::CellTooLong, [("line", &self.given.to_string()), ("limit", &limits::CELL.to_string())]));
                }
                bytes += self.swell.take(self.given, &row)?;
                rows.push((self.given, row));
                at += 1;
            }
            drop(formats);
            if at < batch.num_rows() {
                self.batch = Some((batch, at));
            }
            Ok(Some(rows))
        })
    }
}

fn viewed(field: &Field) -> Field {
    match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => field.clone().with_data_type(DataType::Utf8View),
        DataType::Binary | DataType::LargeBinary => field.clone().with_data_type(DataType::BinaryView),
        _ => field.clone(),
    }
}

fn text(t: &str) -> Cell<'static> {
    if t.is_empty() { Cell::Blank } else { Cell::Text(Cow::Owned(t.to_owned())) }
}

fn cell(column: &ArrayRef, i: usize, format: Option<&ArrayFormatter<'_>>) -> Cell<'static> {
    macro_rules! whole {
        ($t:ty) => {
            Cell::Int(i64::from(column.as_primitive::<$t>().value(i)))
        };
    }
    match column.data_type() {
        DataType::Utf8View => text(column.as_string_view().value(i)),
        DataType::Utf8 => text(column.as_string::<i32>().value(i)),
        DataType::LargeUtf8 => text(column.as_string::<i64>().value(i)),
        DataType::BinaryView => match std::str::from_utf8(column.as_binary_view().value(i)) {
            Ok(t) => text(t),
            Err(_) => Cell::Error(Cow::Borrowed("binary")),
        },
        DataType::Boolean => Cell::Bool(column.as_boolean().value(i)),
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => {
            let n = column.as_primitive::<UInt64Type>().value(i);
            i64::try_from(n).map_or_else(|_| text(&n.to_string()), Cell::Int)
        }
        DataType::Float64 => Cell::Number(column.as_primitive::<Float64Type>().value(i)),
        // the shortest decimal that is this number, not the noise of widening it
        DataType::Float32 => column.as_primitive::<Float32Type>().value(i).to_string().parse().map_or(Cell::Blank, Cell::Number),
        DataType::Decimal128(_, _) => text(&column.as_primitive::<Decimal128Type>().value_as_string(i)),
        DataType::Date32 => Cell::Day(column.as_primitive::<Date32Type>().value(i)),
        DataType::Date64 => Cell::Local(column.as_primitive::<Date64Type>().value(i).saturating_mul(1000)),
        DataType::Timestamp(unit, zone) => {
            let micros = match unit {
                TimeUnit::Second => column.as_primitive::<TimestampSecondType>().value(i).saturating_mul(1_000_000),
                TimeUnit::Millisecond => column.as_primitive::<TimestampMillisecondType>().value(i).saturating_mul(1000),
                TimeUnit::Microsecond => column.as_primitive::<TimestampMicrosecondType>().value(i),
                TimeUnit::Nanosecond => column.as_primitive::<TimestampNanosecondType>().value(i).div_euclid(1000),
            };
            if zone.is_some() { Cell::Instant(micros) } else { Cell::Local(micros) }
        }
        _ => match format.map(|f| f.value(i).try_to_string()) {
            Some(Ok(t)) => text(&t),
            _ => Cell::Error(Cow::Borrowed("nested")),
        },
    }
}
