//! Parquet: amounts are decimals, days dates, instants timestamps in UTC.

use super::{
    bad_row,
    column::{Kind, Shape},
    damaged,
    shelf::Shelf,
    value::Value,
};
use crate::{Error, Result};
use arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
    },
    datatypes::{DataType, Date32Type, Decimal128Type, Field, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use domain::{Day, clock::Instant};
use lake::Plain;
use std::{path::Path, sync::Arc};

/// Rows, and bytes of text, of a batch.
const ROWS: usize = 8192;
const TEXT: usize = 16 << 20;
/// Digits of an amount: any 64-bit amount fits.
const PRECISION: u8 = 20;

fn data_type(kind: Kind, digits: u32) -> DataType {
    match kind {
        Kind::Whole | Kind::Key => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Money => DataType::Decimal128(PRECISION, digits as i8),
        Kind::Flag => DataType::Boolean,
        Kind::Day => DataType::Date32,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Text | Kind::Json => DataType::Utf8,
    }
}

enum Builder {
    Whole(Int64Builder),
    Number(Float64Builder),
    Money(Decimal128Builder),
    Flag(BooleanBuilder),
    Day(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl Builder {
    fn new(kind: Kind, digits: u32) -> Result<Builder> {
        Ok(match kind {
            Kind::Whole | Kind::Key => Builder::Whole(Int64Builder::new()),
            Kind::Number => Builder::Number(Float64Builder::new()),
            Kind::Money => {
                let builder = Decimal128Builder::new().with_precision_and_scale(PRECISION, digits as i8);
                Builder::Money(builder.map_err(|e| Error::Internal(e.to_string()))?)
            }
            Kind::Flag => Builder::Flag(BooleanBuilder::new()),
            Kind::Day => Builder::Day(Date32Builder::new()),
            Kind::Instant => Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Text | Kind::Json => Builder::Text(StringBuilder::new()),
        })
    }

    /// A cell of another kind than its column's counts as none.
    fn put(&mut self, cell: Plain<'_>) {
        match (self, cell) {
            (Builder::Whole(b), cell) => b.append_option(if let Plain::Whole(v) = cell { Some(v) } else { None }),
            (Builder::Number(b), cell) => b.append_option(if let Plain::Number(x) = cell { Some(x) } else { None }),
            (Builder::Money(b), cell) => b.append_option(if let Plain::Whole(v) = cell { Some(i128::from(v)) } else { None }),
            (Builder::Flag(b), cell) => b.append_option(if let Plain::Flag(v) = cell { Some(v) } else { None }),
            (Builder::Day(b), cell) => b.append_option(if let Plain::Day(d) = cell { Some(d.0) } else { None }),
            (Builder::Instant(b), cell) => b.append_option(if let Plain::Instant(t) = cell { Some(t.0) } else { None }),
            (Builder::Text(b), cell) => b.append_option(if let Plain::Text(t) = cell { Some(t) } else { None }),
        }
    }

    fn end(&mut self) -> ArrayRef {
        match self {
            Builder::Whole(b) => Arc::new(b.finish()),
            Builder::Number(b) => Arc::new(b.finish()),
            Builder::Money(b) => Arc::new(b.finish()),
            Builder::Flag(b) => Arc::new(b.finish()),
            Builder::Day(b) => Arc::new(b.finish()),
            Builder::Instant(b) => Arc::new(b.finish()),
            Builder::Text(b) => Arc::new(b.finish()),
        }
    }
}

/// A file that is being written.
pub(super) struct Writer<'s, 'o> {
    out: lake::Export<&'s mut Shelf<'o>>,
    schema: SchemaRef,
    columns: Vec<Builder>,
    rows: usize,
    text: usize,
}

impl<'s, 'o> Writer<'s, 'o> {
    pub(super) fn new(shelf: &'s mut Shelf<'o>, shape: &Shape, digits: u32) -> Result<Writer<'s, 'o>> {
        let fields: Vec<Field> = shape.columns.iter().map(|c| Field::new(&c.name, data_type(c.kind, digits), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let columns = shape.columns.iter().map(|c| Builder::new(c.kind, digits)).collect::<Result<_>>()?;
        Ok(Writer { out: lake::Export::new(shelf, Arc::clone(&schema))?, schema, columns, rows: 0, text: 0 })
    }

    pub(super) fn row(&mut self, cells: &[Plain<'_>]) -> Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            if let Plain::Text(t) = cell {
                self.text += t.len();
            }
            column.put(*cell);
        }
        self.rows += 1;
        if self.rows >= ROWS || self.text >= TEXT {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let arrays = self.columns.iter_mut().map(Builder::end).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|e| Error::Internal(e.to_string()))?;
        (self.rows, self.text) = (0, 0);
        Ok(self.out.write(&batch)?)
    }

    /// Where it goes.
    pub(super) fn shelf(&mut self) -> &mut Shelf<'o> {
        self.out.inner()
    }

    /// Writes what is left; where it went.
    pub(super) fn end(mut self) -> Result<&'s mut Shelf<'o>> {
        if self.rows > 0 {
            self.flush()?;
        }
        Ok(self.out.into_inner()?)
    }
}

/// Reads every row of a file.
pub(super) fn rows(file: &str, path: &Path, shape: &Shape, digits: u32, each: &mut dyn FnMut(u64, &[Value]) -> Result<()>) -> Result<u64> {
    let broken = |e: lake::Error| damaged(file, &format!("不是完好的 Parquet（{e}）"), &format!("no whole Parquet file ({e})"));
    let mut from = lake::Foreign::open(path).map_err(broken)?;
    let names: Vec<&str> = from.names.iter().map(String::as_str).collect();
    super::sink::same_columns(file, shape, &names)?;
    let (mut count, mut values) = (0, Vec::with_capacity(shape.columns.len()));
    while let Some(batch) = from.next_batch().map_err(broken)? {
        for (column, array) in shape.columns.iter().zip(batch.columns()) {
            if *array.data_type() != data_type(column.kind, digits) {
                return Err(damaged(file, &format!("“{}”列的类型不对", column.name), &format!("column “{}” is of another type", column.name)));
            }
        }
        for i in 0..batch.num_rows() {
            count += 1;
            values.clear();
            for (column, array) in shape.columns.iter().zip(batch.columns()) {
                let value = cell(column.kind, array, i);
                values.push(value.ok_or_else(|| bad_row(file, count, &column.name, "不是这一列应有的值", "not a value of this column"))?);
            }
            each(count, &values)?;
        }
    }
    Ok(count)
}

fn cell(kind: Kind, array: &ArrayRef, i: usize) -> Option<Value> {
    if array.is_null(i) {
        return Some(Value::None);
    }
    Some(match kind {
        Kind::Whole | Kind::Key => Value::Whole(array.as_primitive_opt::<Int64Type>()?.value(i)),
        Kind::Number => Value::Number(array.as_primitive_opt::<Float64Type>()?.value(i)),
        Kind::Money => Value::Whole(i64::try_from(array.as_primitive_opt::<Decimal128Type>()?.value(i)).ok()?),
        Kind::Flag => Value::Flag(array.as_boolean_opt()?.value(i)),
        Kind::Day => Value::Day(Day(array.as_primitive_opt::<Date32Type>()?.value(i))),
        Kind::Instant => Value::Instant(Instant(array.as_primitive_opt::<TimestampMicrosecondType>()?.value(i))),
        Kind::Text | Kind::Json => Value::Text(array.as_string_opt::<i32>()?.value(i).to_owned()),
    })
}
