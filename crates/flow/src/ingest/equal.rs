//! Equal rows of one file whose rows have no number of their own: two purchases of the same day and amount are two. The
//! n-th of them is told from the first by n, so that the same file again, or another with the same rows, brings nothing new.

use super::{seen::Mixed, wire::{Put, Wire}};
use domain::{id::key64, record::Record};
use sources::OrderIdentity;
use std::{collections::HashMap, hash::BuildHasherDefault};
use xxhash_rust::xxh3::xxh3_64;

/// Rows of a file that are counted: about 36 MB. Beyond, equal ones count once.
const COUNTED: usize = 1_800_000;

/// How often each row of the file at hand was met.
#[derive(Debug, Default)]
pub struct Equals {
    file: Option<u32>,
    times: HashMap<u64, u32, BuildHasherDefault<Mixed>>,
    put: Put,
}

impl Equals {
    /// Numbers the records of a row, if it is not the first of its like.
    pub fn number(&mut self, file: u32, identity: OrderIdentity, records: &mut [Record]) {
        if identity == OrderIdentity::Column {
            return;
        }
        if self.file.replace(file) != Some(file) {
            self.times.clear();
        }
        let row = match identity {
            OrderIdentity::Row => records.iter().find_map(order_of).map(key64),
            _ => records.iter().find_map(|r| match r {
                Record::Line(l) if l.line_no.is_none() => {
                    l.put(self.put.start());
                    Some(xxh3_64(&self.put.0))
                }
                _ => None,
            }),
        };
        let Some(n) = row.map(|row| self.next(row)).filter(|n| *n > 1) else { return };
        for record in records {
            match (identity, record) {
                (OrderIdentity::Row, Record::Order(o)) => o.order_id = format!("{}-{n}", o.order_id),
                (OrderIdentity::Row, Record::Line(l)) => l.order_id = format!("{}-{n}", l.order_id),
                (OrderIdentity::Row, Record::Refund(r)) => r.order_id = r.order_id.as_ref().map(|id| format!("{id}-{n}")),
                (_, Record::Line(l)) if l.line_no.is_none() => l.line_no = row.map(|row| format!("{row:016x}-{n}")),
                _ => {}
            }
        }
    }

    fn next(&mut self, row: u64) -> u32 {
        if self.times.len() >= COUNTED && !self.times.contains_key(&row) {
            return 1;
        }
        let times = self.times.entry(row).or_default();
        *times += 1;
        *times
    }
}

fn order_of(record: &Record) -> Option<&str> {
    match record {
        Record::Order(o) => Some(&o.order_id),
        Record::Line(l) => Some(&l.order_id),
        Record::Refund(r) => r.order_id.as_deref(),
        _ => None,
    }
}
