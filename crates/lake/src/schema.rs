//! The lake's tables in Arrow's words. Every field carries `PARQUET:field_id`, so that DuckDB maps columns by id.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use domain::table::{Column, ColumnType, Table};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

/// Where a table's files lie, the way DuckLake composes it: data path, schema `main/`, table.
pub fn folder(root: &Path, table: Table) -> PathBuf {
    root.join("main").join(table.name())
}

/// Arrow type of a lake column.
pub fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Int32 => DataType::Int32,
        ColumnType::Int64 => DataType::Int64,
        ColumnType::Float64 => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Varchar => DataType::Utf8,
        ColumnType::Date => DataType::Date32,
        ColumnType::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// Texts that hardly repeat are written plainly, the others as a dictionary.
pub(crate) fn is_dictionary(column: &Column) -> bool {
    column.kind == ColumnType::Varchar && column.name != "order_id"
}

fn fields(table: Table, dictionaries: bool) -> SchemaRef {
    let fields: Vec<Field> = table
        .columns()
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let kind = if dictionaries && is_dictionary(c) {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            } else {
                data_type(c.kind)
            };
            let id = [(PARQUET_FIELD_ID_META_KEY.to_string(), (i + 1).to_string())];
            Field::new(c.name, kind, c.nullable).with_metadata(id.into())
        })
        .collect();
    Arc::new(Schema::new(fields))
}

static PLAIN: LazyLock<Vec<SchemaRef>> = LazyLock::new(|| Table::ALL.iter().map(|t| fields(*t, false)).collect());
static CODED: LazyLock<Vec<SchemaRef>> = LazyLock::new(|| Table::ALL.iter().map(|t| fields(*t, true)).collect());

/// The table's schema, texts as `Utf8`.
pub fn schema(table: Table) -> SchemaRef {
    PLAIN[table as usize].clone()
}

/// The table's schema with repeating texts as dictionaries: what the writer builds and the kernel reads.
pub(crate) fn coded(table: Table) -> SchemaRef {
    CODED[table as usize].clone()
}

/// Place of a column in its table.
pub(crate) fn place(table: Table, column: &str) -> usize {
    table.columns().iter().position(|c| c.name == column).unwrap_or(usize::MAX)
}

/// Type of a column that older files of the table may lack.
pub(crate) fn later(table: Table, column: &str) -> Option<DataType> {
    let field = coded(table).field_with_name(column).ok()?.clone();
    field.is_nullable().then(|| field.data_type().clone())
}
