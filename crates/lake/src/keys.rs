//! What an import asks of the lake before it adds to it: which rows are there, whose order that was, what a customer's
//! attributes are. Column by column and file by file, so that its memory is the caller's choice.

use crate::{
    Lake, Result,
    read::{Texts, files_of},
    stats,
};
use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
};
use domain::{
    CustomerKey, Day,
    clock::Instant,
    id::key64,
    table::{DataFile, Table},
    value::Value,
};

/// First and last day of a file's rows, from its statistics; `None` for tables without days.
pub fn days(file: &DataFile) -> Option<(Day, Day)> {
    let (low, high) = stats::span(file, "day")?;
    Some((Day(i32::try_from(low).ok()?), Day(i32::try_from(high).ok()?)))
}

/// First and last number of the imports whose rows a file holds, from its statistics; `None` where they do not say.
pub fn batches(file: &DataFile) -> Option<(i64, i64)> {
    stats::span(file, "batch")
}

/// A row as one version of its fact.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// what survives a correction
    pub identity: u64,
    /// whose; 0 where the table knows no customers
    pub customer: CustomerKey,
    /// key of its content
    pub row_key: u64,
    /// when it was learnt
    pub recorded_at: Instant,
    /// number of the import
    pub batch: i64,
}

/// The column that identities are read from, if any row of the file has one.
fn identity_column(file: &DataFile) -> Option<&'static str> {
    let column = match file.table {
        Table::Orders => "order_key",
        Table::Lines => "line_key",
        Table::Refunds => "refund_key",
        Table::Costs => "cost_key",
        Table::Products => "product",
        _ => return None,
    };
    (!stats::is_empty(file, column)).then_some(column)
}

/// Has the table no customers?
fn is_anybodys(table: Table) -> bool {
    matches!(table, Table::Costs | Table::Products)
}

/// Row and identity of the rows that have one: a key as it stands, or the key of a text.
fn each_identity(column: &ArrayRef, mut each: impl FnMut(usize, u64)) {
    if let Some(keys) = column.as_primitive_opt::<Int64Type>() {
        for (i, key) in keys.values().iter().enumerate().filter(|(i, _)| keys.is_valid(*i)) {
            each(i, *key as u64);
        }
        return;
    }
    let texts = Texts::of(column);
    (0..column.len()).filter_map(|i| Some((i, key64(texts.get(i)?)))).for_each(|(i, key)| each(i, key));
}

impl Lake {
    /// The live files of a table, oldest first.
    pub fn files(&self, table: Table) -> impl Iterator<Item = &DataFile> {
        files_of(&self.snapshot().files, table)
    }

    /// Row keys of one file.
    pub fn keys(&self, file: &DataFile, mut each: impl FnMut(&[i64])) -> Result<()> {
        self.reader().scan(file, &["row_key"], |b| {
            each(b[0].as_primitive::<Int64Type>().values());
            Ok(())
        })
    }

    /// Identities of one file's rows, which survive a correction, and whose rows they are: `order_key` of orders,
    /// `line_key` of lines, `refund_key` of refunds that have one; of costs `cost_key` and of products the key of their
    /// number, which are nobody's.
    pub fn identities(&self, file: &DataFile, mut each: impl FnMut(u64, CustomerKey)) -> Result<()> {
        let Some(column) = identity_column(file) else { return Ok(()) };
        let columns: &[&str] = if is_anybodys(file.table) { &[column] } else { &[column, "customer"] };
        self.reader().scan(file, columns, |b| {
            let customers = b.get(1).map(|c| c.as_primitive::<Int32Type>().values());
            each_identity(&b[0], |i, identity| each(identity, CustomerKey(customers.map_or(0, |c| c[i] as u32))));
            Ok(())
        })
    }

    /// The rows of one file that have an identity, in their order, each as a version of its fact.
    pub fn versions(&self, file: &DataFile, mut each: impl FnMut(Version)) -> Result<()> {
        let Some(column) = identity_column(file) else { return Ok(()) };
        let mut columns = vec![column, "row_key", "recorded_at", "batch"];
        if !is_anybodys(file.table) {
            columns.push("customer");
        }
        self.reader().scan(file, &columns, |b| {
            let (keys, batches) = (b[1].as_primitive::<Int64Type>().values(), b[3].as_primitive::<Int64Type>().values());
            let learnt = b[2].as_primitive::<TimestampMicrosecondType>().values();
            let customers = b.get(4).map(|c| c.as_primitive::<Int32Type>().values());
            each_identity(&b[0], |i, identity| {
                let customer = CustomerKey(customers.map_or(0, |c| c[i] as u32));
                each(Version { identity, customer, row_key: keys[i] as u64, recorded_at: Instant(learnt[i]), batch: batches[i] });
            });
            Ok(())
        })
    }

    /// Every order, oldest file first: key, whose, when.
    pub fn each_order(&self, each: impl FnMut(u64, CustomerKey, Instant)) -> Result<()> {
        self.each_of_order(Table::Orders, each)
    }

    /// Every order line, oldest file first: the key of its order, whose, when.
    pub fn each_line(&self, each: impl FnMut(u64, CustomerKey, Instant)) -> Result<()> {
        self.each_of_order(Table::Lines, each)
    }

    fn each_of_order(&self, table: Table, mut each: impl FnMut(u64, CustomerKey, Instant)) -> Result<()> {
        for file in files_of(&self.snapshot().files, table) {
            // in a file of several imports each customer's rows stand together: they are handed out import by import
            let several = stats::span(file, "batch").is_none_or(|(low, high)| low < high);
            let columns: &[&str] = if several { &["order_key", "customer", "at", "batch"] } else { &["order_key", "customer", "at"] };
            let mut held: Vec<(i64, u64, CustomerKey, Instant)> = Vec::new();
            self.reader().scan(file, columns, |b| {
                let keys = b[0].as_primitive::<Int64Type>().values();
                let customers = b[1].as_primitive::<Int32Type>().values();
                let times = b[2].as_primitive::<TimestampMicrosecondType>().values();
                let batches = b.get(3).map(|b| b.as_primitive::<Int64Type>().values());
                for (i, ((key, customer), at)) in keys.iter().zip(customers.iter()).zip(times.iter()).enumerate() {
                    let row = (*key as u64, CustomerKey(*customer as u32), Instant(*at));
                    match batches {
                        Some(batches) => held.push((batches[i], row.0, row.1, row.2)),
                        None => each(row.0, row.1, row.2),
                    }
                }
                Ok(())
            })?;
            held.sort_by_key(|row| row.0);
            held.into_iter().for_each(|(_, key, customer, at)| each(key, customer, at));
        }
        Ok(())
    }

    /// Every attribute row that counts, oldest file first: whose (whoever stands for one who was merged), when learnt, key, value, number of the import. Of a customer's rows with one key the
    /// latest learnt counts, of equal ones the later; those of who was merged come last.
    pub fn each_attribute(&self, mut each: impl FnMut(CustomerKey, Instant, &str, Value, i64)) -> Result<()> {
        let aliases = self.aliases();
        let mut moved: Vec<(CustomerKey, CustomerKey, Instant, String, Value, i64)> = Vec::new();
        let columns = ["customer", "recorded_at", "key", "text", "number", "whole", "money", "date", "flag", "batch"];
        for file in files_of(&self.snapshot().files, Table::Attributes) {
            self.reader().scan(file, &columns, |b| {
                let customers = b[0].as_primitive::<Int32Type>();
                let learnt = b[1].as_primitive::<TimestampMicrosecondType>();
                let (keys, texts) = (Texts::of(&b[2]), Texts::of(&b[3]));
                let batches = b[9].as_primitive::<Int64Type>();
                for i in 0..customers.len() {
                    let known = |c: usize| !b[c].is_null(i);
                    let value = if let Some(t) = texts.get(i) {
                        Value::Text(t.to_owned())
                    } else if known(4) {
                        Value::Number(b[4].as_primitive::<Float64Type>().value(i))
                    } else if known(5) {
                        Value::Int(b[5].as_primitive::<Int64Type>().value(i))
                    } else if known(6) {
                        Value::Money(b[6].as_primitive::<Int64Type>().value(i))
                    } else if known(7) {
                        Value::Day(Day(b[7].as_primitive::<Date32Type>().value(i)))
                    } else if known(8) {
                        Value::Bool(b[8].as_boolean().value(i))
                    } else {
                        Value::Null
                    };
                    let (key, whose) = (keys.get(i).unwrap_or_default(), CustomerKey(customers.value(i) as u32));
                    let learnt = Instant(learnt.value(i));
                    if aliases.is_silent(whose, key, learnt) {
                        continue;
                    }
                    match aliases.merged_into(whose) {
                        Some(root) => moved.push((root, whose, learnt, key.to_owned(), value, batches.value(i))),
                        None => each(whose, learnt, key, value, batches.value(i)),
                    }
                }
                Ok(())
            })?;
        }
        moved.sort_by_key(|row| (row.0, row.1));
        moved.into_iter().for_each(|(root, _, learnt, key, value, batch)| each(root, learnt, &key, value, batch));
        Ok(())
    }
}
