//! Statistics of a file's columns, in the text forms DuckLake keeps in its catalog, and back.

use crate::{Result, schema};
use arrow::{
    array::{Array, ArrayRef, AsArray, StringArray},
    compute::{max, max_boolean, max_string, min, min_boolean, min_string},
    datatypes::{DataType, Date32Type, Int32Type, Int64Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use datafusion::common::ScalarValue;
use domain::{
    Day,
    clock::Instant,
    table::{ColumnStats, ColumnType, DataFile, Table},
};

/// Longer texts are cut short as lower bound and left out as upper bound.
const LONGEST_BOUND: usize = 200;

/// One statistic a column of the batch.
pub(crate) fn of(table: Table, batch: &RecordBatch) -> Vec<ColumnStats> {
    table
        .columns()
        .iter()
        .zip(batch.columns())
        .enumerate()
        .map(|(i, (column, array))| {
            let (low, high) = bounds(column.kind, array);
            ColumnStats { column: i as u32 + 1, nulls: array.null_count() as u64, min: low, max: high }
        })
        .collect()
}

fn bounds(kind: ColumnType, array: &ArrayRef) -> (Option<String>, Option<String>) {
    fn both<T>(low: Option<T>, high: Option<T>, text: impl Fn(T) -> String) -> (Option<String>, Option<String>) {
        (low.map(&text), high.map(&text))
    }
    match kind {
        ColumnType::Int32 => {
            let a = array.as_primitive::<Int32Type>();
            both(min(a), max(a), |v| v.to_string())
        }
        ColumnType::Int64 => {
            let a = array.as_primitive::<Int64Type>();
            both(min(a), max(a), |v| v.to_string())
        }
        ColumnType::Date => {
            let a = array.as_primitive::<Date32Type>();
            both(min(a), max(a), |v| Day(v).to_string())
        }
        ColumnType::TimestampTz => {
            let a = array.as_primitive::<TimestampMicrosecondType>();
            both(min(a), max(a), instant_text)
        }
        ColumnType::Boolean => {
            let a = array.as_boolean();
            both(min_boolean(a), max_boolean(a), |v| u8::from(v).to_string())
        }
        // floats carry no bounds: NaN would make them lies
        ColumnType::Float64 => (None, None),
        ColumnType::Varchar => match array.as_any_dictionary_opt() {
            // the builder starts afresh with every file, so each value of the dictionary occurs
            Some(d) => d.values().as_string_opt::<i32>().map_or((None, None), text_bounds),
            None => array.as_string_opt::<i32>().map_or((None, None), text_bounds),
        },
    }
}

fn text_bounds(a: &StringArray) -> (Option<String>, Option<String>) {
    let fit = |t: &str| t.len() <= LONGEST_BOUND && !t.contains('\0');
    let low = min_string(a).filter(|t| !t.contains('\0')).map(|t| {
        let end = (0..=LONGEST_BOUND.min(t.len())).rev().find(|i| t.is_char_boundary(*i)).unwrap_or(0);
        t[..end].to_string()
    });
    (low, max_string(a).filter(|t| fit(t)).map(str::to_string))
}

/// `YYYY-MM-DD HH:MM:SS.ffffff+00`.
pub(crate) fn instant_text(micros: i64) -> String {
    let text = Instant(micros).rfc3339();
    text.replacen('T', " ", 1).trim_end_matches('Z').to_string() + "+00"
}

/// A bound of the catalog as a value of the column's type.
pub(crate) fn parse(kind: ColumnType, text: &str) -> Option<ScalarValue> {
    let target = schema::data_type(kind);
    if let DataType::Boolean = target {
        return Some(ScalarValue::Boolean(Some(matches!(text, "1" | "true"))));
    }
    let value = ScalarValue::Utf8(Some(text.to_string())).cast_to(&target).ok()?;
    (!value.is_null()).then_some(value)
}

/// The span of a whole-number, day or instant column in a file, as the catalog knows it.
pub(crate) fn span(file: &DataFile, column: &str) -> Option<(i64, i64)> {
    let place = schema::place(file.table, column);
    let kind = file.table.columns().get(place)?.kind;
    let stats = file.columns.iter().find(|s| s.column as usize == place + 1)?;
    let number = |text: &Option<String>| -> Option<i64> {
        let text = text.as_deref()?;
        if let ColumnType::Int32 | ColumnType::Int64 = kind {
            return text.parse().ok();
        }
        match parse(kind, text)? {
            ScalarValue::Date32(v) => v.map(i64::from),
            ScalarValue::TimestampMicrosecond(v, _) => v,
            _ => None,
        }
    };
    Some((number(&stats.min)?, number(&stats.max)?))
}

/// Does the file hold only rows without a value in this column? One that came after the file has none.
pub(crate) fn is_empty(file: &DataFile, column: &str) -> bool {
    let place = schema::place(file.table, column);
    let nullable = file.table.columns().get(place).is_some_and(|c| c.nullable);
    let stats = file.columns.iter().find(|s| s.column as usize == place + 1);
    stats.map_or(nullable, |s| s.nulls == file.rows)
}

/// Is the flag set in no row of the file, as the catalog knows it?
pub(crate) fn is_never(file: &DataFile, column: &str) -> bool {
    let place = schema::place(file.table, column);
    let stats = file.columns.iter().find(|s| s.column as usize == place + 1);
    is_empty(file, column) || stats.and_then(|s| s.max.as_deref()).is_some_and(|max| matches!(max, "0" | "false"))
}

/// The catalog's record of a freshly written file must be readable again; checked once where it is made.
pub(crate) fn check(file: &DataFile) -> Result<()> {
    for name in ["customer", "day", "recorded_at"] {
        let there = file.table.columns().iter().any(|c| c.name == name);
        if there && file.rows > 0 && span(file, name).is_none() {
            return Err(crate::Error::Damaged { path: file.path.clone().into(), reason: format!("no span of {name}") });
        }
    }
    Ok(())
}
