//! Tables beside the facts: what a run computed of each customer, column by column as a question asks for them, and plain texts.

use crate::state::{Bits, Column, Data, Run};
use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    catalog::{Session, TableProvider},
    datasource::{TableType, memory::MemorySourceConfig},
    error::Result,
    logical_expr::Expr,
    physical_plan::ExecutionPlan,
};
use domain::{Currency, ValueType, mask};
use std::{borrow::Cow, sync::Arc};

/// Rows that are made at a time.
const BATCH: usize = 8192;

/// Whoever holds a run.
pub trait Holds: Send + Sync {
    /// The run.
    fn run(&self) -> &Run;
}

/// What a column of a sheet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// the customer's number
    Customer,
    /// a feature
    Feature(String),
    /// the class in a classification
    Class(String),
    /// membership of a segment
    Member(String),
    /// texts by the customer's number
    Texts(Arc<Vec<Option<String>>>),
}

/// A table of one row a customer.
#[derive(Clone)]
pub struct Sheet {
    /// its name
    pub name: String,
    /// names and what they are
    pub columns: Vec<(String, Of)>,
    /// where it is read off
    pub of: Arc<dyn Holds>,
    /// details in what was computed are hidden: it may repeat what people wrote. Plain texts come as they may be seen
    pub masked: bool,
}

impl Sheet {
    fn class_column<'r>(run: &'r Run, key: &str) -> Option<&'r Column> {
        run.column(&format!("class.{key}"))
    }

    fn kind(&self, of: &Of, currency: Currency) -> DataType {
        let by = |ty: ValueType| match ty {
            ValueType::Bool => DataType::Boolean,
            ValueType::Int => DataType::Int64,
            ValueType::Number => DataType::Float64,
            ValueType::Money => money(currency),
            ValueType::Day => DataType::Date32,
            ValueType::Text => DataType::Utf8,
        };
        match of {
            Of::Customer => DataType::Int32,
            Of::Feature(key) => self.of.run().column(key).map_or(DataType::Utf8, |c| by(c.value_type())),
            Of::Class(_) | Of::Texts(_) => DataType::Utf8,
            Of::Member(_) => DataType::Boolean,
        }
    }

    pub(super) fn table(self, currency: Currency) -> SheetTable {
        let fields: Vec<Field> = self.columns.iter().map(|(name, of)| Field::new(name, self.kind(of, currency), !matches!(of, Of::Customer | Of::Member(_)))).collect();
        let who: Vec<u32> = self.of.run().present().iter().map(|i| i as u32).collect();
        SheetTable { schema: Arc::new(Schema::new(fields)), sheet: self, who, currency }
    }
}

pub(super) fn money(currency: Currency) -> DataType {
    DataType::Decimal128(20, currency.digits() as i8)
}

/// A sheet for the engine.
pub(super) struct SheetTable {
    schema: SchemaRef,
    sheet: Sheet,
    who: Vec<u32>,
    currency: Currency,
}

impl std::fmt::Debug for SheetTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SheetTable").field("name", &self.sheet.name).finish()
    }
}

fn texts<'t>(masked: bool, rows: &[u32], text: impl Fn(usize) -> Option<&'t str>) -> ArrayRef {
    let shown = |t: &'t str| if masked { mask::text(t) } else { Cow::Borrowed(t) };
    Arc::new(StringArray::from_iter(rows.iter().map(|i| text(*i as usize).map(shown))))
}

impl SheetTable {
    fn array(&self, of: &Of, rows: &[u32]) -> Result<ArrayRef> {
        let run = self.sheet.of.run();
        let at = |i: &u32| *i as usize;
        let masked = self.sheet.masked;
        Ok(match of {
            Of::Customer => Arc::new(Int32Array::from_iter_values(rows.iter().map(|i| *i as i32))),
            Of::Texts(all) => texts(false, rows, |i| all.get(i)?.as_deref()),
            Of::Class(key) => texts(masked, rows, |i| Sheet::class_column(run, key)?.text(i)),
            Of::Member(key) => {
                let members = run.segment_members(key);
                let holds = |i: &u32| Some(members.is_some_and(|m: &Bits| m.holds(at(i))));
                Arc::new(BooleanArray::from_iter(rows.iter().map(holds)))
            }
            Of::Feature(key) => {
                let Some(column) = run.column(key) else { return Ok(texts(masked, rows, |_| None)) };
                let known = |i: &u32| column.known().holds(at(i));
                match column.data() {
                    Data::Bool(v) => Arc::new(BooleanArray::from_iter(rows.iter().map(|i| known(i).then(|| v.get(at(i)).copied()).flatten()))),
                    Data::Int(v) => Arc::new(Int64Array::from_iter(rows.iter().map(|i| known(i).then(|| v.get(at(i)).copied()).flatten()))),
                    Data::Number(v) => Arc::new(Float64Array::from_iter(rows.iter().map(|i| known(i).then(|| v.get(at(i)).copied()).flatten()))),
                    Data::Day(v) => Arc::new(Date32Array::from_iter(rows.iter().map(|i| known(i).then(|| v.get(at(i)).copied()).flatten()))),
                    Data::Money(v) => {
                        let values = rows.iter().map(|i| known(i).then(|| v.get(at(i)).map(|m| i128::from(*m))).flatten());
                        Arc::new(Decimal128Array::from_iter(values).with_precision_and_scale(20, self.currency.digits() as i8)?)
                    }
                    Data::Text(..) => texts(masked, rows, |i| column.text(i)),
                }
            }
        })
    }
}

#[async_trait]
impl TableProvider for SheetTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(&self, _: &dyn Session, projection: Option<&Vec<usize>>, _: &[Expr], limit: Option<usize>) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.sheet.columns.len()).collect();
        let wanted = projection.unwrap_or(&all);
        let schema: SchemaRef = Arc::new(self.schema.project(wanted)?);
        let rows = self.who.get(..limit.unwrap_or(usize::MAX).min(self.who.len())).unwrap_or(&self.who);
        let mut batches = Vec::with_capacity(rows.len() / BATCH + 1);
        for rows in rows.chunks(BATCH) {
            let columns = wanted.iter().filter_map(|i| self.sheet.columns.get(*i)).map(|(_, of)| self.array(of, rows)).collect::<Result<Vec<_>>>()?;
            let options = datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(rows.len()));
            batches.push(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?);
        }
        Ok(MemorySourceConfig::try_new_exec(&[batches], schema, None)?)
    }
}
