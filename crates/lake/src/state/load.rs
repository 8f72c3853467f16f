//! Reads the needed columns of a table as of a day, as known at an instant, and lays their rows out by customer: a
//! counting sort over dense customer numbers that keeps the order of files and rows.

use super::{Bits, column::NONE, gather::{Scope, either}};
use crate::{Error, Lake, Result, read::files_of, stats};
use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
};
use domain::table::{ColumnType, DataFile, Table};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::{ops::Range, sync::Arc};

/// A whole number that is not known.
pub(super) const NULL: i64 = i64::MIN;

/// A column laid out by customer.
#[derive(Debug)]
pub(super) enum Raw {
    /// No file has a value.
    Absent,
    Whole(Vec<i64>),
    Day(Vec<i32>),
    /// NaN where not known
    Number(Vec<f64>),
    /// 0, 1, or 2 where not known
    Flag(Vec<u8>),
    /// codes into the sorted texts
    Text(Vec<u32>, Vec<String>),
}

impl Raw {
    pub(super) fn whole(&self, i: usize) -> i64 {
        if let Raw::Whole(v) = self { v.get(i).copied().unwrap_or(NULL) } else { NULL }
    }

    pub(super) fn day(&self, i: usize) -> i32 {
        if let Raw::Day(v) = self { v.get(i).copied().unwrap_or(0) } else { 0 }
    }

    pub(super) fn number(&self, i: usize) -> f64 {
        if let Raw::Number(v) = self { v.get(i).copied().unwrap_or(f64::NAN) } else { f64::NAN }
    }

    pub(super) fn flag(&self, i: usize) -> bool {
        self.maybe_flag(i).unwrap_or(false)
    }

    pub(super) fn maybe_flag(&self, i: usize) -> Option<bool> {
        let Raw::Flag(v) = self else { return None };
        v.get(i).filter(|f| **f < 2).map(|f| *f == 1)
    }

    /// A day that may be unknown.
    pub(super) fn date(&self, i: usize) -> Option<i32> {
        let Raw::Day(v) = self else { return None };
        v.get(i).copied().filter(|d| *d != i32::MIN)
    }

    pub(super) fn code(&self, i: usize) -> u32 {
        if let Raw::Text(v, _) = self { v.get(i).copied().unwrap_or(NONE) } else { NONE }
    }

    /// All whole numbers; none if there are no values.
    pub(super) fn wholes(&self) -> &[i64] {
        if let Raw::Whole(v) = self { v } else { &[] }
    }

    pub(super) fn days(&self) -> &[i32] {
        if let Raw::Day(v) = self { v } else { &[] }
    }

    pub(super) fn codes(&self) -> &[u32] {
        if let Raw::Text(v, _) = self { v } else { &[] }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Raw::Absent)
    }
}

/// Where the rows of a table go.
#[derive(Debug)]
pub(super) struct Layout {
    lake: Lake,
    table: Table,
    /// The first customer.
    first: usize,
    /// Per customer from the first on the first row, and one more for the end.
    pub(super) offsets: Vec<u32>,
    files: Vec<Part>,
    /// Is the later row always the version that counts?
    pub(super) in_order: bool,
    /// Who has known rows after the day; empty if there are none.
    pub(super) later: Option<Bits>,
}

/// The rows of a file that a layout has.
#[derive(Debug)]
struct Part {
    file: DataFile,
    /// Which rows of the file.
    rows: Range<usize>,
    /// The place of each of them; `NONE` for rows that are not seen.
    places: Vec<u32>,
    /// The first row of each block of customers, and one more for the end; none if the file is not in order of customers.
    starts: Vec<u32>,
}

/// Customers that are loaded at a time: what they take is given back before the next ones come.
pub(super) const BLOCK: usize = 65_536;

/// Which rows a layout has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those up to the day.
    Seen,
    /// Those after the day, too: a version learnt last takes the earlier ones away, wherever its own day lies.
    Versions,
}

impl Layout {
    /// Rows of the table learnt by `known`.
    pub(super) fn new(lake: &Lake, table: Table, rows: Rows, scope: Scope) -> Result<Layout> {
        let customers = scope.customers;
        let seen = |f: &&DataFile| {
            f.rows > 0 && stats::span(f, "recorded_at").is_none_or(|(low, _)| low <= scope.known.0)
        };
        let files: Vec<&DataFile> = files_of(&lake.snapshot().files, table).filter(seen).collect();
        let read: Vec<(DataFile, Owners)> = files
            .into_par_iter()
            .with_max_len(1)
            .map(|f| Ok((f.clone(), owners(lake, f, rows, scope)?)))
            .collect::<Result<_>>()?;
        let mut later: Option<Bits> = None;
        let mut files: Vec<Part> = Vec::with_capacity(read.len());
        for (file, owners) in read {
            later = either(later, owners.later);
            if !owners.rows.is_empty() {
                files.push(Part { file, rows: 0..owners.rows.len(), places: owners.rows, starts: owners.starts });
            }
        }

        let mut offsets = vec![0u32; customers as usize + 1];
        for c in files.iter().flat_map(|f| &f.places).filter(|c| **c != NONE) {
            // offsets[c] counts customer c for now
            offsets[*c as usize] += 1;
        }
        let mut sum = 0u32;
        for o in &mut offsets {
            let count = *o;
            *o = sum;
            sum = sum.checked_add(count).ok_or_else(|| Error::Row {
                table,
                column: "customer",
                reason: "more than 4,294,967,295 rows".into(),
            })?;
        }
        let mut next = offsets.clone();
        for place in files.iter_mut().flat_map(|f| &mut f.places).filter(|c| **c != NONE) {
            let n = &mut next[*place as usize];
            *place = *n;
            *n += 1;
        }
        let in_order = learnt_in_order(files.iter().map(|f| &f.file));
        Ok(Layout { lake: lake.clone(), table, first: 0, offsets, files, in_order, later })
    }

    pub(super) fn rows(&self) -> usize {
        self.offsets.last().map_or(0, |n| *n as usize)
    }

    /// The rows of a customer.
    pub(super) fn of(&self, customer: usize) -> Range<usize> {
        let at = |i: usize| self.offsets.get(i).map_or(0, |o| *o as usize);
        let place = customer.saturating_sub(self.first);
        at(place)..at(place + 1)
    }

    /// The customers of the layout.
    pub(super) fn customers(&self) -> Range<usize> {
        self.first..self.first + self.offsets.len().saturating_sub(1)
    }

    /// Can it be cut into blocks of customers? Only if each file holds its customers in order.
    pub(super) fn has_blocks(&self) -> bool {
        self.files.iter().all(|f| !f.starts.is_empty())
    }

    /// The rows of the block of customers that begins with `first`.
    pub(super) fn block(&self, first: usize) -> Layout {
        let last = (first + BLOCK).min(self.customers().end);
        let base = self.offsets.get(first).copied().unwrap_or(0);
        let offsets = self.offsets.get(first..=last).unwrap_or(&[]).iter().map(|o| o - base).collect();
        let at = |f: &Part, block: usize| f.starts.get(block).map_or(f.rows.end, |row| *row as usize);
        let part = |f: &Part| {
            let rows = at(f, first / BLOCK)..at(f, first / BLOCK + 1);
            let places = f.places.get(rows.clone())?.iter().map(|p| if *p == NONE { NONE } else { p - base });
            (!rows.is_empty()).then(|| Part { file: f.file.clone(), places: places.collect(), rows, starts: Vec::new() })
        };
        Layout {
            lake: self.lake.clone(),
            table: self.table,
            first,
            offsets,
            files: self.files.iter().filter_map(part).collect(),
            in_order: self.in_order,
            later: self.later.clone(),
        }
    }

    /// Has any row a value in the column?
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|f| !stats::is_empty(&f.file, name))
    }

    /// Loads columns, each on its own task; `None` where not asked for.
    pub(super) fn load(&self, columns: &[(&'static str, bool)]) -> Result<Vec<Raw>> {
        columns
            .par_iter()
            .with_max_len(1)
            .map(|(name, wanted)| if *wanted { self.column(name) } else { Ok(Raw::Absent) })
            .collect()
    }

    fn column(&self, name: &str) -> Result<Raw> {
        let files: Vec<&Part> = self.files.iter().filter(|f| !stats::is_empty(&f.file, name)).collect();
        let Some(kind) = self.table.columns().iter().find(|c| c.name == name).map(|c| c.kind) else {
            return Ok(Raw::Absent);
        };
        if files.is_empty() {
            return Ok(Raw::Absent);
        }
        let n = self.rows();
        let each = |put: &mut dyn FnMut(&ArrayRef, &[u32]) -> Result<()>| -> Result<()> {
            for part in &files {
                let mut done = 0;
                self.lake.reader().scan_rows(&part.file, part.rows.clone(), &[name], |b| {
                    let next = done + b[0].len();
                    put(&b[0], part.places.get(done..next).unwrap_or(&[]))?;
                    done = next;
                    Ok(())
                })?;
            }
            Ok(())
        };
        Ok(match kind {
            ColumnType::Int64 | ColumnType::TimestampTz => {
                let mut out = vec![NULL; n];
                each(&mut |a, places| {
                    let values: &[i64] = match kind {
                        ColumnType::Int64 => a.as_primitive::<Int64Type>().values(),
                        _ => a.as_primitive::<TimestampMicrosecondType>().values(),
                    };
                    scatter(a, values, places, &mut out);
                    Ok(())
                })?;
                Raw::Whole(out)
            }
            ColumnType::Date | ColumnType::Int32 => {
                let mut out = vec![i32::MIN; n];
                each(&mut |a, places| {
                    let values: &[i32] = match kind {
                        ColumnType::Int32 => a.as_primitive::<Int32Type>().values(),
                        _ => a.as_primitive::<Date32Type>().values(),
                    };
                    scatter(a, values, places, &mut out);
                    Ok(())
                })?;
                Raw::Day(out)
            }
            ColumnType::Float64 => {
                let mut out = vec![f64::NAN; n];
                each(&mut |a, places| {
                    scatter(a, a.as_primitive::<Float64Type>().values(), places, &mut out);
                    Ok(())
                })?;
                Raw::Number(out)
            }
            ColumnType::Boolean => {
                let mut out = vec![2u8; n];
                each(&mut |a, places| {
                    let flags = a.as_boolean();
                    for (i, place) in places.iter().enumerate() {
                        if *place != NONE && flags.is_valid(i) {
                            out[*place as usize] = u8::from(flags.value(i));
                        }
                    }
                    Ok(())
                })?;
                Raw::Flag(out)
            }
            ColumnType::Varchar => {
                let mut out = vec![NONE; n];
                let mut coder = Coder::default();
                each(&mut |a, places| {
                    coder.encode(a, places, &mut out);
                    Ok(())
                })?;
                let texts = coder.sort(&mut out);
                Raw::Text(out, texts)
            }
        })
    }
}

/// Whose the rows of a file are.
struct Owners {
    /// per row, `NONE` where it is not seen; empty if no row is
    rows: Vec<u32>,
    later: Option<Bits>,
    /// as in [`Part`]
    starts: Vec<u32>,
}

fn owners(lake: &Lake, file: &DataFile, rows: Rows, scope: Scope) -> Result<Owners> {
    let (as_of, known) = (scope.as_of, scope.known);
    let late = |column: &str, cut: i64| stats::span(file, column).is_none_or(|(_, high)| high > cut);
    let by_day = late("day", as_of.0.into());
    let by_learnt = late("recorded_at", known.0);
    let mut columns = vec!["customer"];
    if by_day {
        columns.push("day");
    }
    if by_learnt {
        columns.push("recorded_at");
    }
    let mut owners: Vec<u32> = Vec::with_capacity(file.rows as usize);
    let mut later = by_day.then(|| Bits::none(scope.customers as usize));
    let (mut starts, mut before, mut sorted) = (Vec::new(), 0, true);
    lake.reader().scan(file, &columns, |b| {
        let from = owners.len();
        owners.extend(b[0].as_primitive::<Int32Type>().values().iter().map(|c| *c as u32));
        let new = owners.get_mut(from..).unwrap_or_default();
        if let Some(c) = new.iter().find(|c| **c >= scope.customers) {
            return Err(Error::UnknownCustomer { table: file.table, customer: *c, customers: scope.customers });
        }
        for (row, c) in (from as u32..).zip(new.iter()) {
            sorted &= before <= *c;
            before = *c;
            while starts.len() * BLOCK <= *c as usize {
                starts.push(row);
            }
        }
        if by_learnt {
            let learnt = b[b.len() - 1].as_primitive::<TimestampMicrosecondType>().values();
            new.iter_mut().zip(learnt.iter()).filter(|(_, t)| **t > known.0).for_each(|(c, _)| *c = NONE);
        }
        if let Some(later) = &mut later {
            let days = b[1].as_primitive::<Date32Type>().values();
            for (c, _) in new.iter_mut().zip(days.iter()).filter(|(c, d)| **d > as_of.0 && **c != NONE) {
                later.insert(*c as usize);
                if rows == Rows::Seen {
                    *c = NONE;
                }
            }
        }
        Ok(())
    })?;
    if rows == Rows::Seen && stats::span(file, "day").is_some_and(|(low, _)| low > i64::from(as_of.0)) {
        owners = Vec::new();
    }
    let blocks = (scope.customers as usize).div_ceil(BLOCK);
    starts.resize(blocks + 1, file.rows as u32);
    if !sorted {
        starts.clear();
    }
    Ok(Owners { rows: owners, later, starts })
}

/// Is the later row always the version that counts? The files of an import follow on each other, and none of its rows was
/// learnt before those of the imports that came earlier.
fn learnt_in_order<'a>(files: impl Iterator<Item = &'a DataFile>) -> bool {
    let (mut before, mut now, mut batch) = (i64::MIN, i64::MIN, None);
    for f in files {
        let (Some((low, high)), Some((b, b_high))) = (stats::span(f, "recorded_at"), stats::span(f, "batch")) else {
            return false;
        };
        if batch != Some(b) {
            if batch.is_some_and(|last| b < last) {
                return false;
            }
            (before, batch) = (before.max(now), Some(b));
        }
        if b != b_high || low < before {
            return false;
        }
        now = now.max(high);
    }
    true
}

fn scatter<T: Copy>(array: &ArrayRef, values: &[T], places: &[u32], out: &mut [T]) {
    if array.null_count() == 0 {
        for (v, place) in values.iter().zip(places) {
            if *place != NONE {
                out[*place as usize] = *v;
            }
        }
    } else {
        for (i, (v, place)) in values.iter().zip(places).enumerate() {
            if *place != NONE && array.is_valid(i) {
                out[*place as usize] = *v;
            }
        }
    }
}

/// Gives each text a code, in order of appearance, and at the end in order of the texts.
#[derive(Default)]
struct Coder {
    codes: HashMap<String, u32>,
    /// The last dictionary seen and its codes: a column chunk's batches share one.
    last: Option<(ArrayRef, Vec<u32>)>,
}

impl Coder {
    fn code(&mut self, text: &str) -> u32 {
        let next = self.codes.len() as u32;
        *self.codes.entry_ref(text).or_insert(next)
    }

    fn encode(&mut self, array: &ArrayRef, places: &[u32], out: &mut [u32]) {
        if let Some(d) = array.as_dictionary_opt::<Int32Type>() {
            let map = match self.last.take() {
                Some((seen, map)) if Arc::ptr_eq(&seen, d.values()) => map,
                _ => d.values().as_string::<i32>().iter().map(|t| t.map_or(NONE, |t| self.code(t))).collect(),
            };
            let keys = d.keys();
            let all = keys.null_count() == 0;
            for (i, (key, place)) in keys.values().iter().zip(places).enumerate() {
                if *place != NONE && (all || keys.is_valid(i)) {
                    out[*place as usize] = map.get(*key as usize).copied().unwrap_or(NONE);
                }
            }
            self.last = Some((d.values().clone(), map));
        } else {
            for (text, place) in array.as_string::<i32>().iter().zip(places) {
                if let (Some(text), false) = (text, *place == NONE) {
                    out[*place as usize] = self.code(text);
                }
            }
        }
    }

    fn sort(self, out: &mut [u32]) -> Vec<String> {
        let mut texts: Vec<(String, u32)> = self.codes.into_iter().collect();
        texts.sort_unstable();
        let mut rank = vec![0u32; texts.len()];
        for (new, (_, old)) in texts.iter().enumerate() {
            rank[*old as usize] = new as u32;
        }
        recode(out, &rank);
        texts.into_iter().map(|(t, _)| t).collect()
    }
}

/// Replaces every code by its new one.
pub(super) fn recode(codes: &mut [u32], new: &[u32]) {
    for c in codes.iter_mut().filter(|c| **c != NONE) {
        *c = new.get(*c as usize).copied().unwrap_or(NONE);
    }
}

/// The sorted union of sorted texts, and per list the place of each of its texts in the union.
pub(super) fn union(lists: &[&[String]]) -> (Vec<String>, Vec<Vec<u32>>) {
    let mut all: Vec<&String> = lists.iter().flat_map(|l| l.iter()).collect();
    all.sort_unstable();
    all.dedup();
    let place = |t: &String| all.binary_search(&t).map_or(NONE, |c| c as u32);
    let maps = lists.iter().map(|l| l.iter().map(place).collect()).collect();
    (all.into_iter().cloned().collect(), maps)
}
