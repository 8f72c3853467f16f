//! Rows of customers who were merged: left out where they stand and read under whoever stands for them, behind all rows of theirs. There are few of them; they are found by one look at whose each row is, and read at once.

use super::{column::NONE, load::customers_of};
use crate::{
    Lake, Result,
    read::{Batches, Texts},
};
use arrow::{
    array::{ArrayRef, AsArray, Int32Array, UInt32Array},
    compute::{concat, take},
    datatypes::TimestampMicrosecondType,
};
use domain::{CustomerKey, clock::Instant, merge::Aliases, table::DataFile};
use std::{ops::Range, sync::Arc};

/// Rows read at a time.
const BATCH: usize = 4_096;

/// A stretch of a file's rows that belong to one customer who was merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    /// who stands for them
    pub(super) root: u32,
    member: u32,
    /// their place among all who were merged into the root
    pub(super) rank: usize,
    rows: Range<usize>,
}

/// The stretches of a file, by root, by member, and then as they stand.
pub(super) fn find(lake: &Lake, file: &DataFile) -> Result<Vec<Moved>> {
    let aliases = lake.aliases();
    let mut found: Vec<Moved> = Vec::new();
    if aliases.is_empty() || !file.table.columns().iter().any(|c| c.name == "customer") {
        return Ok(found);
    }
    let (mut seen, mut before) = (0usize, None);
    lake.reader().scan(file, &["customer"], |b| {
        for (i, c) in customers_of(b).iter().enumerate() {
            let row = seen + i;
            if before == Some(*c) {
                if let Some(last) = found.last_mut().filter(|m| m.rows.end == row && m.member == *c as u32) {
                    last.rows.end += 1;
                }
                continue;
            }
            before = Some(*c);
            if let Some(root) = aliases.merged_into(CustomerKey(*c as u32)) {
                let rank = aliases.members(root).position(|m| m.0 == *c as u32).unwrap_or(0);
                found.push(Moved { root: root.0, member: *c as u32, rank, rows: row..row + 1 });
            }
        }
        seen += customers_of(b).len();
        Ok(())
    })?;
    found.sort_by_key(|m| (m.root, m.member, m.rows.start));
    Ok(found)
}

/// Rows on their way: from a file, or at hand.
pub(super) enum Rows {
    Read(Batches),
    Held(Option<Vec<ArrayRef>>),
}

impl Rows {
    /// The next rows; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<ArrayRef>>> {
        match self {
            Rows::Read(batches) => batches.next(),
            Rows::Held(rows) => Ok(rows.take()),
        }
    }
}

/// Where among the columns read it stands whether an attribute counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence {
    pub(super) key: usize,
    pub(super) learnt: usize,
}

impl Silence {
    fn is_silent(self, aliases: &Aliases, columns: &[ArrayRef], whose: u32, row: usize) -> bool {
        let (Some(keys), Some(learnt)) = (columns.get(self.key), columns.get(self.learnt)) else { return false };
        let learnt = Instant(learnt.as_primitive::<TimestampMicrosecondType>().value(row));
        Texts::of(keys).get(row).is_some_and(|key| aliases.is_silent(CustomerKey(whose), key, learnt))
    }

    /// Takes the place from rows that do not count.
    pub(super) fn leave_out(self, aliases: &Aliases, columns: &[ArrayRef], rows: Range<usize>, places: &mut [u32]) {
        let owners = customers_of(columns);
        for (row, place) in rows.zip(places) {
            let Some(whose) = owners.get(row).map(|c| *c as u32) else { continue };
            if aliases.silences(CustomerKey(whose)) && self.is_silent(aliases, columns, whose, row) {
                *place = NONE;
            }
        }
    }
}

/// Takes the place from rows of customers who were merged.
pub(super) fn leave_out(aliases: &Aliases, owners: &[i32], places: &mut [u32]) {
    let (Some(low), Some(high)) = (owners.iter().min(), owners.iter().max()) else { return };
    let gone = aliases.merged_within(*low as u32, (*high as u32).saturating_add(1));
    if gone.is_empty() {
        return;
    }
    for (owner, place) in owners.iter().zip(places) {
        if gone.binary_search_by_key(&(*owner as u32), |(member, _)| member.0).is_ok() {
            *place = NONE;
        }
    }
}

/// These stretches of a file, in their order, each row under whoever stands for whose it is.
pub(super) fn rows(lake: &Lake, file: &DataFile, moved: &[Moved], names: &[&str], silence: Option<Silence>) -> Result<Option<Vec<ArrayRef>>> {
    // read as they stand, then laid in order
    let mut standing: Vec<&Moved> = moved.iter().collect();
    standing.sort_by_key(|m| m.rows.start);
    let mut first: Vec<(usize, usize)> = Vec::with_capacity(standing.len());
    let mut read = 0usize;
    for m in &standing {
        first.push((m.rows.start, read));
        read += m.rows.len();
    }
    let mut batches = lake.reader().pick(file, standing.iter().map(|m| m.rows.clone()).collect(), names, BATCH)?;
    let mut parts: Vec<Vec<ArrayRef>> = names.iter().map(|_| Vec::new()).collect();
    while let Some(batch) = batches.next()? {
        parts.iter_mut().zip(batch).for_each(|(part, column)| part.push(column));
    }
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(parts.len());
    for part in &parts {
        let part: Vec<&dyn arrow::array::Array> = part.iter().map(AsRef::as_ref).collect();
        if part.is_empty() {
            return Ok(None);
        }
        columns.push(concat(&part)?);
    }
    let (mut order, mut owners): (Vec<u32>, Vec<i32>) = (Vec::with_capacity(read), Vec::with_capacity(read));
    for m in moved {
        let Ok(at) = first.binary_search_by_key(&m.rows.start, |(start, _)| *start) else { continue };
        let from = first.get(at).map_or(0, |(_, at)| *at);
        for row in from..from + m.rows.len() {
            if !silence.is_some_and(|s| s.is_silent(lake.aliases(), &columns, m.member, row)) {
                order.push(row as u32);
                owners.push(m.root as i32);
            }
        }
    }
    let order = UInt32Array::from(order);
    let mut laid: Vec<ArrayRef> = columns.iter().map(|c| take(c, &order, None)).collect::<std::result::Result<_, _>>()?;
    if let Some(owner) = laid.first_mut() {
        *owner = Arc::new(Int32Array::from(owners));
    }
    Ok(Some(laid))
}
