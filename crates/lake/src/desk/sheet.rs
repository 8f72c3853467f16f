//! Tables beside the facts: what a run computed of each customer, column by column as a question asks for them, and plain texts.

use crate::state::{Bits, Column, Data, Run};
use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    catalog::{Session, TableProvider},
    common::{stats::Precision, tree_node::TreeNodeRecursion},
    datasource::TableType,
    error::Result,
    execution::TaskContext,
    logical_expr::Expr,
    physical_expr::EquivalenceProperties,
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PhysicalExpr, PlanProperties, ReplaceChildrenOptions, SendableRecordBatchStream, Statistics, StatisticsArgs,
        execution_plan::{Boundedness, EmissionType},
        stream::RecordBatchStreamAdapter,
    },
};
use domain::{Currency, ValueType, mask};
use std::{borrow::Cow, sync::Arc};

/// Rows that are made at a time.
const BATCH: usize = 8192;
/// Bytes a text of a customer has, about.
const WORDS: usize = 24;

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
        SheetTable(Arc::new(Ready { schema: Arc::new(Schema::new(fields)), sheet: self, who, currency }))
    }
}

pub(super) fn money(currency: Currency) -> DataType {
    DataType::Decimal128(20, currency.digits() as i8)
}

/// A sheet for the engine.
#[derive(Debug)]
pub(super) struct SheetTable(Arc<Ready>);

/// A sheet with its customers.
struct Ready {
    schema: SchemaRef,
    sheet: Sheet,
    who: Vec<u32>,
    currency: Currency,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("name", &self.sheet.name).finish()
    }
}

fn texts<'t>(masked: bool, rows: &[u32], text: impl Fn(usize) -> Option<&'t str>) -> ArrayRef {
    let shown = |t: &'t str| if masked { mask::text(t) } else { Cow::Borrowed(t) };
    Arc::new(StringArray::from_iter(rows.iter().map(|i| text(*i as usize).map(shown))))
}

impl Ready {
    /// Some columns of some rows.
    fn batch(&self, wanted: &[usize], schema: &SchemaRef, rows: &[u32]) -> Result<RecordBatch> {
        let columns = wanted.iter().filter_map(|i| self.sheet.columns.get(*i)).map(|(_, of)| self.array(of, rows)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
    }

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
        self.0.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(&self, _: &dyn Session, projection: Option<&Vec<usize>>, _: &[Expr], limit: Option<usize>) -> Result<Arc<dyn ExecutionPlan>> {
        let wanted = projection.cloned().unwrap_or_else(|| (0..self.0.sheet.columns.len()).collect());
        let schema: SchemaRef = Arc::new(self.0.schema.project(&wanted)?);
        let rows = limit.unwrap_or(usize::MAX).min(self.0.who.len());
        let properties = PlanProperties::new(EquivalenceProperties::new(schema), Partitioning::UnknownPartitioning(1), EmissionType::Incremental, Boundedness::Bounded);
        Ok(Arc::new(Rows { of: Arc::clone(&self.0), wanted, rows, properties: Arc::new(properties) }))
    }
}

/// The first rows of a sheet, made as they are asked for: a question holds no more of them than it works with, whose memory is counted.
#[derive(Debug)]
struct Rows {
    of: Arc<Ready>,
    wanted: Vec<usize>,
    rows: usize,
    properties: Arc<PlanProperties>,
}

impl DisplayAs for Rows {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rows: {} of {}", self.rows, self.of.sheet.name)
    }
}

impl ExecutionPlan for Rows {
    fn name(&self) -> &str {
        "Rows"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(&self, _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>, _: ReplaceChildrenOptions) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (of, wanted, rows, schema) = (Arc::clone(&self.of), self.wanted.clone(), self.rows, self.schema());
        let made = schema.clone();
        let batches = (0..rows).step_by(BATCH).map(move |from| of.batch(&wanted, &made, of.who.get(from..rows.min(from + BATCH)).unwrap_or_default()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(batches))))
    }

    /// What joins are arranged by.
    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let schema = self.schema();
        let width: usize = schema.fields().iter().map(|f| f.data_type().primitive_width().unwrap_or(WORDS)).sum();
        Ok(Arc::new(Statistics {
            num_rows: Precision::Exact(self.rows),
            total_byte_size: Precision::Inexact(self.rows.saturating_mul(width)),
            column_statistics: Statistics::unknown_column(&schema),
        }))
    }
}
