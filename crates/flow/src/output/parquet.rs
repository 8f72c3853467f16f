//! Parquet: the customers as columns. Money is a decimal of major units, days are dates, texts and class keys are texts.

use super::cell::{Cell, Kind, Sheet};
use crate::{Error, Result};
use arrow::{
    array::{ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder},
    datatypes::{DataType, Field, Schema},
    record_batch::RecordBatch,
};
use std::{io::Write, sync::Arc};

/// Rows a batch.
const BATCH: usize = super::cell::STEP;
/// Digits of a money column: any 64-bit amount fits.
const PRECISION: u8 = 20;

/// Writes a table.
///
/// # Errors
/// When the disk refuses.
pub fn write(sheet: &Sheet, out: &mut (impl Write + Send)) -> Result<()> {
    let fields: Vec<Field> = sheet.columns.iter().map(|c| Field::new(&c.key, data_type(c.kind, sheet.digits), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let rows = sheet.rows.count();
    let batches = (0..rows.max(1)).step_by(BATCH).map(|from| {
        let to = rows.min(from + BATCH);
        sheet.rows.reach(from)?;
        let columns: Vec<ArrayRef> =
            sheet.columns.iter().enumerate().map(|(i, c)| column(sheet, i, c.kind, from..to)).collect::<Result<_>>()?;
        RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|e| Error::Internal(e.to_string()))
    });
    let mut writer = lake::Export::new(out, Arc::clone(&schema))?;
    for batch in batches {
        writer.write(&batch?)?;
    }
    Ok(writer.finish()?)
}

fn data_type(kind: Kind, digits: u32) -> DataType {
    match kind {
        Kind::Text | Kind::Class => DataType::Utf8,
        Kind::Int => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Money => DataType::Decimal128(PRECISION, digits as i8),
        Kind::Day => DataType::Date32,
        Kind::Bool => DataType::Boolean,
    }
}

/// One column of some rows; a cell of another type than its column's counts as not known.
fn column(sheet: &Sheet, index: usize, kind: Kind, rows: std::ops::Range<usize>) -> Result<ArrayRef> {
    let cells = rows.map(|row| sheet.rows.cell(row, index));
    macro_rules! build {
        ($builder:expr, $cell:pat => $value:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                match cell {
                    $cell => builder.append_value($value),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    Ok(match kind {
        Kind::Text | Kind::Class => build!(StringBuilder::new(), Cell::Text(t) => t.as_ref()),
        Kind::Int => build!(Int64Builder::new(), Cell::Int(i) => i),
        Kind::Number => build!(Float64Builder::new(), Cell::Number(x) => x),
        Kind::Day => build!(Date32Builder::new(), Cell::Day(d) => d.0),
        Kind::Bool => build!(BooleanBuilder::new(), Cell::Bool(b) => b),
        Kind::Money => {
            let builder = Decimal128Builder::new().with_precision_and_scale(PRECISION, sheet.digits as i8);
            build!(builder.map_err(|e| Error::Internal(e.to_string()))?, Cell::Money(m) => i128::from(m))
        }
    })
}
