//! An answer, row by row, as plain values. Amounts stay exact: a decimal is handed out as it is written.

use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Schema, UInt8Type, UInt16Type, UInt32Type, UInt64Type},
    util::display::{ArrayFormatter, FormatOptions},
};
use domain::Day;

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// its columns
    pub columns: Vec<AnswerColumn>,
    /// its rows
    pub rows: Vec<Vec<Field>>,
    /// there are more
    pub more: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerColumn {
    /// as the question calls it
    pub name: String,
    /// what it holds
    pub kind: AnswerKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// yes or no
    Bool,
    /// whole numbers
    Int,
    /// numbers
    Number,
    /// exact decimals
    Decimal,
    /// texts
    Text,
    /// days
    Day,
    /// anything else, as it is written
    Other,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// not known
    Null,
    /// yes or no
    Bool(bool),
    /// whole number
    Int(i64),
    /// number
    Number(f64),
    /// an exact decimal: digits and how many of them are behind the point
    Decimal(i128, u32),
    /// text
    Text(String),
    /// day
    Day(Day),
}

fn kind(ty: &DataType) -> AnswerKind {
    use DataType as T;
    match ty {
        T::Boolean => AnswerKind::Bool,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => AnswerKind::Int,
        T::Float32 | T::Float64 => AnswerKind::Number,
        T::Decimal128(_, scale) if *scale >= 0 => AnswerKind::Decimal,
        T::Utf8 | T::LargeUtf8 | T::Utf8View => AnswerKind::Text,
        T::Date32 => AnswerKind::Day,
        _ => AnswerKind::Other,
    }
}

impl Answer {
    pub(super) fn begin(schema: &Schema) -> Answer {
        let column = |f: &datafusion::arrow::datatypes::FieldRef| AnswerColumn { name: f.name().clone(), kind: kind(f.data_type()) };
        Answer { columns: schema.fields().iter().map(column).collect(), ..Answer::default() }
    }

    /// Takes rows up to a limit; true when it is reached and there are more.
    pub(super) fn take(&mut self, batch: &RecordBatch, most: usize) -> bool {
        let room = most.saturating_sub(self.rows.len());
        let n = batch.num_rows().min(room);
        let columns: Vec<Vec<Field>> = batch.columns().iter().map(|c| values(c.as_ref(), n)).collect();
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in 0..n {
            self.rows.push(columns.iter_mut().map(|c| c.next().unwrap_or(Field::Null)).collect());
        }
        self.more = batch.num_rows() > room;
        self.more
    }
}

fn values(array: &dyn Array, n: usize) -> Vec<Field> {
    macro_rules! of {
        ($ty:ty, $make:expr) => {{
            let a = array.as_primitive::<$ty>();
            (0..n).map(|i| if a.is_null(i) { Field::Null } else { $make(a.value(i)) }).collect()
        }};
    }
    use DataType as T;
    match array.data_type() {
        T::Boolean => {
            let a = array.as_boolean();
            (0..n).map(|i| if a.is_null(i) { Field::Null } else { Field::Bool(a.value(i)) }).collect()
        }
        T::Int8 => of!(Int8Type, |v| Field::Int(i64::from(v))),
        T::Int16 => of!(Int16Type, |v| Field::Int(i64::from(v))),
        T::Int32 => of!(Int32Type, |v| Field::Int(i64::from(v))),
        T::Int64 => of!(Int64Type, Field::Int),
        T::UInt8 => of!(UInt8Type, |v| Field::Int(i64::from(v))),
        T::UInt16 => of!(UInt16Type, |v| Field::Int(i64::from(v))),
        T::UInt32 => of!(UInt32Type, |v| Field::Int(i64::from(v))),
        T::UInt64 => of!(UInt64Type, |v| Field::Int(i64::try_from(v).unwrap_or(i64::MAX))),
        T::Float32 => of!(Float32Type, |v| Field::Number(f64::from(v))),
        T::Float64 => of!(Float64Type, Field::Number),
        T::Date32 => of!(Date32Type, |v| Field::Day(Day(v))),
        T::Decimal128(_, scale) if *scale >= 0 => {
            let scale = *scale as u32;
            of!(Decimal128Type, |v| Field::Decimal(v, scale))
        }
        T::Null => vec![Field::Null; n],
        _ => {
            let options = FormatOptions::default();
            let Ok(format) = ArrayFormatter::try_new(array, &options) else { return vec![Field::Null; n] };
            (0..n).map(|i| if array.is_null(i) { Field::Null } else { Field::Text(format.value(i).to_string()) }).collect()
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Field::Null => Ok(()),
            Field::Bool(b) => write!(f, "{b}"),
            Field::Int(n) => write!(f, "{n}"),
            Field::Number(x) => write!(f, "{x}"),
            Field::Decimal(n, 0) => write!(f, "{n}"),
            Field::Decimal(n, digits) => {
                let unit = 10u128.checked_pow(*digits).unwrap_or(u128::MAX);
                let whole = n.unsigned_abs();
                write!(f, "{}{}.{:0width$}", if *n < 0 { "-" } else { "" }, whole / unit, whole % unit, width = *digits as usize)
            }
            Field::Text(t) => f.write_str(t),
            Field::Day(d) => write!(f, "{d}"),
        }
    }
}
