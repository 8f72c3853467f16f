//! The lake's tables and files as plain values: the seam between `lake`, which writes and reads Parquet, and `store`,
//! which keeps the DuckLake catalog. Neither names the other's libraries.

use serde::{Deserialize, Serialize};

/// Type of a lake column, in DuckLake's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// 32-bit
    Int32,
    /// 64-bit
    Int64,
    /// 64-bit float (quantities and scores; never money)
    Float64,
    /// boolean
    Boolean,
    /// text
    Varchar,
    /// calendar day
    Date,
    /// microseconds, UTC
    TimestampTz,
}

impl ColumnType {
    /// DuckLake's name of the type.
    pub fn ducklake(self) -> &'static str {
        match self {
            ColumnType::Int32 => "int32",
            ColumnType::Int64 => "int64",
            ColumnType::Float64 => "float64",
            ColumnType::Boolean => "boolean",
            ColumnType::Varchar => "varchar",
            ColumnType::Date => "date",
            ColumnType::TimestampTz => "timestamptz",
        }
    }
}

/// A column of a lake table. Its field id is its place in the table, from 1; columns are only ever appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// name
    pub name: &'static str,
    /// type
    pub kind: ColumnType,
    /// may be null
    pub nullable: bool,
}

const fn must(name: &'static str, kind: ColumnType) -> Column {
    Column { name, kind, nullable: false }
}

const fn may(name: &'static str, kind: ColumnType) -> Column {
    Column { name, kind, nullable: true }
}

/// A table of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// order heads
    Orders,
    /// order lines
    Lines,
    /// refunds
    Refunds,
    /// interactions
    Interactions,
    /// scores
    Answers,
    /// attributes of customers, one row a value
    Attributes,
    /// products
    Products,
    /// acquisition costs
    Costs,
}

use ColumnType::{Boolean, Date, Float64, Int32, Int64, TimestampTz, Varchar};

/// Common to all facts: whose, row identity (xxh3 of the content), when, business day, when learnt, import batch.
const CUSTOMER: Column = must("customer", Int32);
const ROW_KEY: Column = must("row_key", Int64);
const AT: Column = must("at", TimestampTz);
const DAY: Column = must("day", Date);
const RECORDED_AT: Column = must("recorded_at", TimestampTz);
const BATCH: Column = must("batch", Int64);

impl Table {
    /// Every table, in catalog order; a table's DuckLake id is its place from 1.
    pub const ALL: [Table; 8] = [
        Table::Orders,
        Table::Lines,
        Table::Refunds,
        Table::Interactions,
        Table::Answers,
        Table::Attributes,
        Table::Products,
        Table::Costs,
    ];

    /// Name in SQL and of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Table::Orders => "orders",
            Table::Lines => "lines",
            Table::Refunds => "refunds",
            Table::Interactions => "interactions",
            Table::Answers => "answers",
            Table::Attributes => "attributes",
            Table::Products => "products",
            Table::Costs => "costs",
        }
    }

    /// Its columns; field id = place from 1. Money columns are minor units. `order_key`, `line_key`, `refund_key` and
    /// `cost_key` are xxh3 hashes reinterpreted as signed. Files written before a column came do not have it: no value.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Orders => const { &[
                CUSTOMER, ROW_KEY, must("order_key", Int64), must("order_id", Varchar), AT, DAY, RECORDED_AT,
                must("paid", Int64), may("cost", Int64), may("discount", Int64), must("cancelled", Boolean),
                may("channel", Varchar), may("store", Varchar), may("payment", Varchar), may("coupon", Varchar), BATCH,
            ] },
            Table::Lines => const { &[
                CUSTOMER, ROW_KEY, must("order_key", Int64), must("order_id", Varchar), must("line_key", Int64), AT, DAY,
                RECORDED_AT, may("product", Varchar), may("category", Varchar), may("brand", Varchar),
                must("quantity", Float64), must("paid", Int64), may("cost", Int64), must("cancelled", Boolean),
                may("channel", Varchar), may("store", Varchar), BATCH,
            ] },
            Table::Refunds => const { &[
                CUSTOMER, ROW_KEY, may("order_key", Int64), may("order_id", Varchar), AT, DAY, RECORDED_AT,
                must("amount", Int64), may("reason", Varchar), may("product", Varchar), BATCH, may("refund_key", Int64),
                may("by_status", Boolean),
            ] },
            Table::Interactions => const { &[
                CUSTOMER, ROW_KEY, AT, DAY, RECORDED_AT, must("kind", Varchar), may("channel", Varchar), BATCH,
            ] },
            Table::Answers => const { &[
                CUSTOMER, ROW_KEY, AT, DAY, RECORDED_AT, must("question", Varchar), must("score", Float64),
                may("channel", Varchar), BATCH,
            ] },
            // exactly one of text, number, money, date, flag is set; none = the value was taken back
            Table::Attributes => const { &[
                CUSTOMER, ROW_KEY, DAY, RECORDED_AT, must("key", Varchar), may("text", Varchar), may("number", Float64),
                may("whole", Int64), may("money", Int64), may("date", Date), may("flag", Boolean), BATCH,
            ] },
            Table::Products => const { &[
                ROW_KEY, RECORDED_AT, must("product", Varchar), may("name", Varchar), may("category", Varchar),
                may("brand", Varchar), may("price", Int64), may("cost", Int64), BATCH,
            ] },
            Table::Costs => const { &[
                ROW_KEY, RECORDED_AT, may("channel", Varchar), may("campaign", Varchar), must("first_day", Date),
                must("last_day", Date), must("amount", Int64), BATCH, may("cost_key", Int64),
            ] },
        }
    }
}

/// Statistics of one column of one file, as DuckLake keeps them (text forms; days `YYYY-MM-DD`, timestamps
/// `YYYY-MM-DD HH:MM:SS.ffffff+00`, booleans `0`/`1`; floats carry no bounds; text bounds may be cut short).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnStats {
    /// field id
    pub column: u32,
    /// rows without a value
    pub nulls: u64,
    /// smallest
    pub min: Option<String>,
    /// largest
    pub max: Option<String>,
}

/// A Parquet file that is written and fsynced, with its folder, but not yet named by any catalog row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// the table it belongs to
    pub table: Table,
    /// path relative to the table's folder
    pub path: String,
    /// rows
    pub rows: u64,
    /// bytes
    pub bytes: u64,
    /// bytes of the Parquet footer
    pub footer: u64,
    /// one a column
    pub columns: Vec<ColumnStats>,
}

/// What the lake holds at one DuckLake snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// DuckLake snapshot id
    pub id: i64,
    /// the files live in it, oldest first
    pub files: Vec<DataFile>,
}
