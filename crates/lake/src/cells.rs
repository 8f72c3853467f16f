//! Column builders of one file in the making. Cells arrive in column order, row after row.

use crate::schema;
use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
        StringDictionaryBuilder, TimestampMicrosecondBuilder,
    },
    datatypes::Int32Type,
    record_batch::RecordBatch,
};
use domain::{
    CustomerKey, Day,
    clock::Instant,
    table::{ColumnType, Table},
};
use std::sync::Arc;

enum Builder {
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Boolean(BooleanBuilder),
    Plain(StringBuilder),
    Coded(StringDictionaryBuilder<Int32Type>),
    Date(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
}

/// The columns of a file in the making.
pub struct Cells {
    table: Table,
    columns: Vec<Builder>,
    /// Where each row belongs; 0 for tables without customers.
    customers: Vec<u32>,
    next: usize,
    rows: usize,
    bytes: usize,
    broken: Option<(&'static str, String)>,
}

impl Cells {
    pub(crate) fn new(table: Table) -> Cells {
        let columns = table
            .columns()
            .iter()
            .map(|c| match c.kind {
                ColumnType::Int32 => Builder::Int32(Int32Builder::new()),
                ColumnType::Int64 => Builder::Int64(Int64Builder::new()),
                ColumnType::Float64 => Builder::Float64(Float64Builder::new()),
                ColumnType::Boolean => Builder::Boolean(BooleanBuilder::new()),
                ColumnType::Varchar if schema::is_dictionary(c) => Builder::Coded(StringDictionaryBuilder::new()),
                ColumnType::Varchar => Builder::Plain(StringBuilder::new()),
                ColumnType::Date => Builder::Date(Date32Builder::new()),
                ColumnType::TimestampTz => {
                    Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
                }
            })
            .collect();
        Cells { table, columns, customers: Vec::new(), next: 0, rows: 0, bytes: 0, broken: None }
    }

    /// Ends a row: every column must have got its cell.
    pub(crate) fn end_row(&mut self) -> Result<(), (&'static str, String)> {
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        let want = self.columns.len();
        if self.next != want {
            return Err(("row", format!("{} cells for {want} columns", self.next)));
        }
        self.next = 0;
        self.rows += 1;
        Ok(())
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of text taken in so far, roughly.
    pub(crate) fn text_bytes(&self) -> usize {
        self.bytes
    }

    /// The columns as a batch and the customer of each row.
    pub(crate) fn finish(mut self) -> Result<(RecordBatch, Vec<u32>), arrow::error::ArrowError> {
        let arrays: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(|b| -> ArrayRef {
                match b {
                    Builder::Int32(b) => Arc::new(b.finish()),
                    Builder::Int64(b) => Arc::new(b.finish()),
                    Builder::Float64(b) => Arc::new(b.finish()),
                    Builder::Boolean(b) => Arc::new(b.finish()),
                    Builder::Plain(b) => Arc::new(b.finish()),
                    Builder::Coded(b) => Arc::new(b.finish()),
                    Builder::Date(b) => Arc::new(b.finish()),
                    Builder::Instant(b) => Arc::new(b.finish()),
                }
            })
            .collect();
        Ok((RecordBatch::try_new(schema::coded(self.table), arrays)?, self.customers))
    }

    fn misfit(&mut self, what: &str) {
        let column = self.table.columns().get(self.next).map_or("row", |c| c.name);
        self.broken.get_or_insert((column, format!("{what} does not belong here")));
    }

    fn cell(&mut self, what: &str, put: impl FnOnce(&mut Builder) -> bool) -> &mut Cells {
        let fits = self.columns.get_mut(self.next).is_some_and(put);
        if !fits {
            self.misfit(what);
        }
        self.next += 1;
        self
    }

    pub(crate) fn customer(&mut self, c: CustomerKey) -> &mut Cells {
        self.customers.push(c.0);
        let Ok(key) = i32::try_from(c.0) else {
            self.misfit("a customer number beyond 2^31");
            return self;
        };
        self.cell("a customer", |b| if let Builder::Int32(b) = b { b.append_value(key); true } else { false })
    }

    pub(crate) fn key(&mut self, k: u64) -> &mut Cells {
        self.whole(k as i64)
    }

    pub(crate) fn maybe_key(&mut self, k: Option<u64>) -> &mut Cells {
        self.maybe_whole(k.map(|k| k as i64))
    }

    pub(crate) fn whole(&mut self, v: i64) -> &mut Cells {
        self.cell("a whole number", |b| if let Builder::Int64(b) = b { b.append_value(v); true } else { false })
    }

    pub(crate) fn maybe_whole(&mut self, v: Option<i64>) -> &mut Cells {
        self.cell("a whole number", |b| if let Builder::Int64(b) = b { b.append_option(v); true } else { false })
    }

    pub(crate) fn number(&mut self, v: f64) -> &mut Cells {
        if !v.is_finite() {
            self.misfit("a number that is not finite");
        }
        self.maybe_number(Some(v))
    }

    pub(crate) fn maybe_number(&mut self, v: Option<f64>) -> &mut Cells {
        self.cell("a number", |b| if let Builder::Float64(b) = b { b.append_option(v); true } else { false })
    }

    pub(crate) fn flag(&mut self, v: bool) -> &mut Cells {
        self.maybe_flag(Some(v))
    }

    pub(crate) fn maybe_flag(&mut self, v: Option<bool>) -> &mut Cells {
        self.cell("a flag", |b| if let Builder::Boolean(b) = b { b.append_option(v); true } else { false })
    }

    pub(crate) fn day(&mut self, d: Day) -> &mut Cells {
        self.maybe_day(Some(d))
    }

    pub(crate) fn maybe_day(&mut self, d: Option<Day>) -> &mut Cells {
        self.cell("a day", |b| if let Builder::Date(b) = b { b.append_option(d.map(|d| d.0)); true } else { false })
    }

    pub(crate) fn instant(&mut self, t: Instant) -> &mut Cells {
        self.cell("an instant", |b| if let Builder::Instant(b) = b { b.append_value(t.0); true } else { false })
    }

    pub(crate) fn text(&mut self, t: &str) -> &mut Cells {
        self.maybe_text(Some(t))
    }

    pub(crate) fn maybe_text(&mut self, t: Option<&str>) -> &mut Cells {
        self.bytes += t.map_or(0, str::len);
        self.cell("a text", |b| match b {
            Builder::Plain(b) => {
                b.append_option(t);
                true
            }
            Builder::Coded(b) => match t {
                Some(t) => b.append(t).is_ok(),
                None => {
                    b.append_null();
                    true
                }
            },
            _ => false,
        })
    }
}
