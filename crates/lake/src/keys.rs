//! What an import asks of the lake before it adds to it: which rows are there, whose order that was, what a customer's
//! attributes are. Column by column and file by file, so that its memory is the caller's choice.

use crate::{
    Lake, Result,
    read::{Texts, files_of},
    stats,
};
use arrow::{
    array::{Array, AsArray},
    datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
};
use domain::{
    CustomerKey, Day,
    clock::Instant,
    table::{DataFile, Table},
    value::Value,
};

/// First and last day of a file's rows, from its statistics; `None` for tables without days.
pub fn days(file: &DataFile) -> Option<(Day, Day)> {
    let (low, high) = stats::span(file, "day")?;
    Some((Day(i32::try_from(low).ok()?), Day(i32::try_from(high).ok()?)))
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
    /// `line_key` of lines, `refund_key` of refunds that have one; `cost_key` of costs, which are nobody's.
    pub fn identities(&self, file: &DataFile, mut each: impl FnMut(u64, CustomerKey)) -> Result<()> {
        let column = match file.table {
            Table::Orders => "order_key",
            Table::Lines => "line_key",
            Table::Refunds => "refund_key",
            Table::Costs => "cost_key",
            _ => return Ok(()),
        };
        if stats::is_empty(file, column) {
            return Ok(());
        }
        let columns: &[&str] = if file.table == Table::Costs { &[column] } else { &[column, "customer"] };
        self.reader().scan(file, columns, |b| {
            let keys = b[0].as_primitive::<Int64Type>();
            let customers = b.get(1).map(|c| c.as_primitive::<Int32Type>().values());
            for (i, key) in keys.values().iter().enumerate().filter(|(i, _)| keys.is_valid(*i)) {
                each(*key as u64, CustomerKey(customers.map_or(0, |c| c[i] as u32)));
            }
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
            self.reader().scan(file, &["order_key", "customer", "at"], |b| {
                let keys = b[0].as_primitive::<Int64Type>().values();
                let customers = b[1].as_primitive::<Int32Type>().values();
                let times = b[2].as_primitive::<TimestampMicrosecondType>().values();
                for ((key, customer), at) in keys.iter().zip(customers.iter()).zip(times.iter()) {
                    each(*key as u64, CustomerKey(*customer as u32), Instant(*at));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Every attribute row, oldest file first: whose, when learnt, key, value, number of the import. Of a customer's rows with one key the
    /// latest learnt counts, of equal ones the later.
    pub fn each_attribute(&self, mut each: impl FnMut(CustomerKey, Instant, &str, Value, i64)) -> Result<()> {
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
                    let key = keys.get(i).unwrap_or_default();
                    each(CustomerKey(customers.value(i) as u32), Instant(learnt.value(i)), key, value, batches.value(i));
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
