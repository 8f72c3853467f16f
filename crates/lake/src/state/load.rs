//! Reads the needed columns of a table as of a day, as known at an instant, a block of customers at a time, and lays each
//! block's rows out by customer: a counting sort over dense customer numbers that keeps the order of files and rows. A
//! block's rows fit a core's cache; what they take is used again for the next block.

use super::{coder::Coder, column::{NONE, Texts}, gather::Scope, moved::{self, Moved, Rows, Silence}};
use crate::{
    Error, Lake, Result,
    read::files_of,
    stats,
};
use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
};
use domain::table::{ColumnType, DataFile, Table};
use rayon::prelude::*;
use std::{collections::BTreeMap, ops::Range};

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
    Text(Vec<u32>, Texts),
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

/// Customers of a block; a multiple of `CHUNK`.
pub(super) const BLOCK: usize = 4_096;

/// Rows read at a time.
const BATCH: usize = 4_096;

/// Which rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those up to the day.
    Seen,
    /// Those after the day, too: a version learnt last takes the earlier ones away, wherever its own day lies.
    Versions,
}

/// The rows of a table that a run reads, cut into ranges of customers.
#[derive(Debug)]
pub(super) struct Source {
    lake: Lake,
    table: Table,
    which: Which,
    scope: Scope,
    files: Vec<Part>,
    /// Is the later row always the version that counts?
    pub(super) in_order: bool,
}

#[derive(Debug)]
struct Part {
    file: DataFile,
    /// The first row of each range, and one more for the end; none if the file is not in order of customers.
    starts: Vec<usize>,
    /// Do some rows lie after the day?
    late: bool,
    /// Do all?
    after: bool,
    /// Were some rows learnt too late?
    unknown: bool,
    /// Rows of customers who were merged, by who stands for them.
    moved: Vec<Moved>,
}

impl Source {
    /// The rows of the table learnt in time; `cuts` are the first customer of each range, and one more for the end.
    pub(super) fn open(lake: &Lake, table: Table, which: Which, scope: Scope, cuts: &[u32]) -> Result<Source> {
        Source::cut(lake, table, which, scope, |file| starts(lake, file, cuts))
    }

    /// As [`Source::open`], everybody in one range and to be read as one block, in whatever order the files are.
    pub(super) fn whole(lake: &Lake, table: Table, which: Which, scope: Scope) -> Result<Source> {
        Source::cut(lake, table, which, scope, |file| Ok(vec![0, file.rows as usize]))
    }

    fn cut(
        lake: &Lake,
        table: Table,
        which: Which,
        scope: Scope,
        starts: impl Fn(&DataFile) -> Result<Vec<usize>> + Sync,
    ) -> Result<Source> {
        let (as_of, known) = (i64::from(scope.as_of.0), scope.known.0);
        let learnt = |f: &&DataFile| f.rows > 0 && stats::span(f, "recorded_at").is_none_or(|(low, _)| low <= known);
        let files: Vec<&DataFile> = files_of(&lake.snapshot().files, table).filter(learnt).collect();
        let part = |file: &DataFile| {
            let span = |column| stats::span(file, column);
            Ok(Part {
                starts: starts(file)?,
                late: span("day").is_none_or(|(_, high)| high > as_of),
                after: span("day").is_some_and(|(low, _)| low > as_of),
                unknown: span("recorded_at").is_none_or(|(_, high)| high > known),
                moved: moved::find(lake, file)?,
                file: file.clone(),
            })
        };
        let files: Vec<Part> = files.into_par_iter().with_max_len(1).map(part).collect::<Result<_>>()?;
        // rows of whoever was merged stand behind those of who stands for them, whenever they were learnt
        let in_order = files.iter().all(|f| f.moved.is_empty()) && lake.reader().learnt_in_order(files.iter().map(|f| &f.file))?;
        Ok(Source { lake: lake.clone(), table, which, scope, files, in_order })
    }

    /// Does each file hold its customers in order?
    pub(super) fn is_sorted(&self) -> bool {
        self.files.iter().all(|f| !f.starts.is_empty())
    }

    /// Makes one range of all customers.
    pub(super) fn join(&mut self) {
        self.files.iter_mut().for_each(|f| f.starts = vec![0, f.file.rows as usize]);
    }

    /// Has any row a value in the column?
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|f| !stats::is_empty(&f.file, name))
    }

    /// Is the flag set in any row?
    pub(super) fn ever(&self, name: &str) -> bool {
        self.files.iter().any(|f| !stats::is_never(&f.file, name))
    }

    /// The rows of a range of customers, with the columns that are asked for.
    pub(super) fn feed(&self, range: usize, customers: Range<u32>, columns: &[(&'static str, bool)]) -> Result<Feed<'_>> {
        let kind = |name: &str| self.table.columns().iter().find(|c| c.name == name).map(|c| c.kind);
        let mut streams = Vec::with_capacity(self.files.len());
        for part in &self.files {
            let (Some(from), Some(to)) = (part.starts.get(range), part.starts.get(range + 1)) else { continue };
            if from < to {
                streams.push(self.stream(part, *from..*to, columns)?);
            }
        }
        // rows of whoever was merged come behind all of who stands for them, member by member, so that it does not matter which rows
        // share a file
        let mut moved: BTreeMap<usize, Vec<(&Part, Vec<Moved>)>> = BTreeMap::new();
        for part in &self.files {
            let mut of: BTreeMap<usize, Vec<Moved>> = BTreeMap::new();
            for m in part.moved.iter().filter(|m| customers.contains(&m.root)) {
                of.entry(m.rank).or_default().push(m.clone());
            }
            of.into_iter().for_each(|(rank, mine)| moved.entry(rank).or_default().push((part, mine)));
        }
        for (part, mine) in moved.into_values().flatten() {
            streams.push(self.moved(part, &mine, columns)?);
        }
        let columns = columns
            .iter()
            .enumerate()
            .map(|(i, (name, _))| {
                let there = streams.iter().any(|s| s.places.get(i).copied().flatten().is_some());
                kind(name).filter(|_| there).map(|kind| (kind, Coder::default()))
            })
            .collect();
        let late = self.files.iter().any(|f| f.late);
        Ok(Feed { source: self, streams, columns, next: customers.start, end: customers.end, late, later: Vec::new() })
    }

    fn stream(&self, part: &Part, rows: Range<usize>, columns: &[(&'static str, bool)]) -> Result<Stream> {
        let wanted = self.wanted(part, columns);
        let batches = self.lake.reader().stream(&part.file, rows, &wanted.names, BATCH)?;
        Ok(wanted.stream(Rows::Read(batches)))
    }

    /// The rows of a file that belong to customers who were merged, each under whoever stands for them.
    fn moved(&self, part: &Part, mine: &[Moved], columns: &[(&'static str, bool)]) -> Result<Stream> {
        let wanted = self.wanted(part, columns);
        let rows = moved::rows(&self.lake, &part.file, mine, &wanted.names, wanted.silence)?;
        Ok(Stream { silence: None, ..wanted.stream(Rows::Held(rows)) })
    }

    /// Which columns of a file are read, and where they stand.
    fn wanted(&self, part: &Part, columns: &[(&'static str, bool)]) -> Wanted {
        let mut names = vec!["customer"];
        let mut place = |name: &'static str| match names.iter().position(|n| *n == name) {
            Some(place) => place,
            None => {
                names.push(name);
                names.len() - 1
            }
        };
        let day = part.late.then(|| place("day"));
        let learnt = part.unknown.then(|| place("recorded_at"));
        let silent = self.table == Table::Attributes && self.lake.aliases().has_silences();
        let silence = silent.then(|| Silence { key: place("key"), learnt: place("recorded_at") });
        // rows of a file that lies after the day altogether only say that they are there
        let read = !(part.after && self.which == Which::Seen);
        let places = columns
            .iter()
            .map(|(name, wanted)| (*wanted && read && !stats::is_empty(&part.file, name)).then(|| place(name)))
            .collect();
        Wanted { names, places, day, learnt, silence }
    }
}

/// Columns of a file as they are read.
struct Wanted {
    names: Vec<&'static str>,
    /// per column asked for its place among them
    places: Vec<Option<usize>>,
    day: Option<usize>,
    learnt: Option<usize>,
    silence: Option<Silence>,
}

impl Wanted {
    fn stream(self, batches: Rows) -> Stream {
        let moved = matches!(batches, Rows::Held(_));
        Stream { batches, now: Vec::new(), from: 0, places: self.places, day: self.day, learnt: self.learnt, silence: self.silence, moved }
    }
}

/// Rows of a file on their way.
struct Stream {
    batches: Rows,
    /// the rows at hand; the first column says whose they are
    now: Vec<ArrayRef>,
    /// the first of them not handed on
    from: usize,
    /// per column asked for its place in `now`
    places: Vec<Option<usize>>,
    day: Option<usize>,
    learnt: Option<usize>,
    /// where it stands what does not count
    silence: Option<Silence>,
    /// are they under whoever stands for whose they are?
    moved: bool,
}

pub(super) fn customers_of(columns: &[ArrayRef]) -> &[i32] {
    columns.first().and_then(|c| c.as_primitive_opt::<Int32Type>()).map_or(&[], |c| c.values())
}

/// Rows of a batch that belong to a block.
struct Slice {
    stream: usize,
    columns: Vec<ArrayRef>,
    rows: Range<usize>,
}

/// Where the rows of a block of customers stand.
#[derive(Debug)]
pub(super) struct Layout {
    /// The first customer.
    first: usize,
    /// Per customer from the first on the first row, and one more for the end.
    offsets: Vec<u32>,
    /// Is the later row always the version that counts?
    pub(super) in_order: bool,
    /// May some rows lie after the day?
    pub(super) late: bool,
}

impl Layout {
    pub(super) fn rows(&self) -> usize {
        self.offsets.last().map_or(0, |n| *n as usize)
    }

    /// The rows of a customer.
    pub(super) fn of(&self, customer: usize) -> Range<usize> {
        let at = |i: usize| self.offsets.get(i).map_or(0, |o| *o as usize);
        let place = customer.saturating_sub(self.first);
        at(place)..at(place + 1)
    }

    /// The customers of the block.
    pub(super) fn customers(&self) -> Range<usize> {
        self.first..self.first + self.offsets.len().saturating_sub(1)
    }
}

/// The rows of a range of customers, block by block.
pub(super) struct Feed<'a> {
    source: &'a Source,
    streams: Vec<Stream>,
    /// per column asked for its kind and codes; none if nobody has a value
    columns: Vec<Option<(ColumnType, Coder)>>,
    next: u32,
    end: u32,
    late: bool,
    /// Who has known rows after the day.
    pub(super) later: Vec<u32>,
}

impl Feed<'_> {
    /// The rows of the next customers, up to `until`: where they stand, and the columns asked for.
    pub(super) fn next(&mut self, until: u32) -> Result<(Layout, Vec<Raw>)> {
        let until = until.min(self.end);
        let slices = self.take(until)?;
        let (offsets, places) = self.lay_out(&slices, until)?;
        let layout =
            Layout { first: self.next as usize, offsets, in_order: self.source.in_order, late: self.late };
        self.next = until;
        let rows = layout.rows();
        let streams = &self.streams;
        let columns = self
            .columns
            .iter_mut()
            .enumerate()
            .map(|(i, column)| {
                let Some((kind, coder)) = column else { return Raw::Absent };
                let place = |s: &Slice| streams.get(s.stream).and_then(|s| s.places.get(i).copied().flatten());
                raw(*kind, coder, &slices, &places, place, rows)
            })
            .collect();
        Ok((layout, columns))
    }

    /// The slices of the next batches that belong to customers before `until`.
    fn take(&mut self, until: u32) -> Result<Vec<Slice>> {
        let mut slices = Vec::with_capacity(self.streams.len());
        for (i, s) in self.streams.iter_mut().enumerate() {
            loop {
                let all = customers_of(&s.now).len();
                if s.from >= all {
                    let Some(now) = s.batches.next()? else { break };
                    let customers = self.source.scope.customers;
                    if let Some(c) = customers_of(&now).iter().map(|c| *c as u32).find(|c| *c >= customers) {
                        return Err(Error::UnknownCustomer { table: self.source.table, customer: c, customers });
                    }
                    (s.now, s.from) = (now, 0);
                    continue;
                }
                let rest = customers_of(&s.now).get(s.from..).unwrap_or(&[]);
                let to = if until < self.end { s.from + rest.partition_point(|c| (*c as u32) < until) } else { all };
                if s.from < to {
                    slices.push(Slice { stream: i, columns: s.now.clone(), rows: s.from..to });
                    s.from = to;
                }
                if to < all {
                    break;
                }
            }
        }
        Ok(slices)
    }

    /// Counts each customer's rows and gives every row of the slices its place, `NONE` to those that are not seen.
    fn lay_out(&mut self, slices: &[Slice], until: u32) -> Result<(Vec<u32>, Vec<u32>)> {
        let (first, scope) = (self.next, self.source.scope);
        let mut offsets = vec![0u32; (until - first) as usize + 1];
        let total: usize = slices.iter().map(|s| s.rows.len()).sum();
        let too_many =
            || Error::Row { table: self.source.table, column: "customer", reason: "more than 4,294,967,295 rows".into() };
        u32::try_from(total).map_err(|_| too_many())?;
        let mut places: Vec<u32> = Vec::with_capacity(total);
        for slice in slices {
            let Some(stream) = self.streams.get(slice.stream) else { continue };
            let owners = &customers_of(&slice.columns)[slice.rows.clone()];
            let from = places.len();
            places.extend(owners.iter().map(|c| *c as u32 - first));
            let new = &mut places[from..];
            if !stream.moved {
                let aliases = self.source.lake.aliases();
                moved::leave_out(aliases, owners, new);
                if let Some(silence) = stream.silence {
                    silence.leave_out(aliases, &slice.columns, slice.rows.clone(), new);
                }
            }
            if let Some(learnt) = stream.learnt.map(|p| slice.columns[p].as_primitive::<TimestampMicrosecondType>()) {
                let learnt = &learnt.values()[slice.rows.clone()];
                new.iter_mut().zip(learnt).filter(|(_, t)| **t > scope.known.0).for_each(|(c, _)| *c = NONE);
            }
            if let Some(days) = stream.day.map(|p| slice.columns[p].as_primitive::<Date32Type>()) {
                let days = &days.values()[slice.rows.clone()];
                for (c, _) in new.iter_mut().zip(days).filter(|(c, d)| **d > scope.as_of.0 && **c != NONE) {
                    self.later.push(*c + first);
                    if self.source.which == Which::Seen {
                        *c = NONE;
                    }
                }
            }
            for c in new.iter().filter(|c| **c != NONE) {
                // offsets[c] counts customer c for now
                offsets[*c as usize] += 1;
            }
        }
        self.later.dedup();
        let mut sum = 0u32;
        for o in &mut offsets {
            let count = *o;
            *o = sum;
            sum += count;
        }
        let mut next = offsets.clone();
        for place in places.iter_mut().filter(|c| **c != NONE) {
            let n = &mut next[*place as usize];
            *place = *n;
            *n += 1;
        }
        Ok((offsets, places))
    }
}

/// A column of the slices, laid out.
fn raw(
    kind: ColumnType,
    coder: &mut Coder,
    slices: &[Slice],
    places: &[u32],
    column: impl Fn(&Slice) -> Option<usize>,
    rows: usize,
) -> Raw {
    fn spread<T: Copy>(
        slices: &[Slice],
        places: &[u32],
        column: impl Fn(&Slice) -> Option<usize>,
        mut out: Vec<T>,
        values: impl Fn(&ArrayRef) -> &[T],
    ) -> Vec<T> {
        let mut from = 0;
        for s in slices {
            let to = from + s.rows.len();
            if let Some(array) = column(s).and_then(|p| s.columns.get(p)) {
                scatter(array, &values(array)[s.rows.clone()], s.rows.start, &places[from..to], &mut out);
            }
            from = to;
        }
        out
    }
    match kind {
        ColumnType::Int64 => Raw::Whole(spread(slices, places, column, vec![NULL; rows], |a| {
            a.as_primitive::<Int64Type>().values()
        })),
        ColumnType::TimestampTz => Raw::Whole(spread(slices, places, column, vec![NULL; rows], |a| {
            a.as_primitive::<TimestampMicrosecondType>().values()
        })),
        ColumnType::Int32 => Raw::Day(spread(slices, places, column, vec![i32::MIN; rows], |a| {
            a.as_primitive::<Int32Type>().values()
        })),
        ColumnType::Date => Raw::Day(spread(slices, places, column, vec![i32::MIN; rows], |a| {
            a.as_primitive::<Date32Type>().values()
        })),
        ColumnType::Float64 => Raw::Number(spread(slices, places, column, vec![f64::NAN; rows], |a| {
            a.as_primitive::<Float64Type>().values()
        })),
        ColumnType::Boolean => {
            let mut out = vec![2u8; rows];
            let mut from = 0;
            for s in slices {
                let to = from + s.rows.len();
                if let Some(flags) = column(s).and_then(|p| s.columns.get(p)).map(|a| a.as_boolean()) {
                    for (i, place) in s.rows.clone().zip(&places[from..to]) {
                        if *place != NONE && flags.is_valid(i) {
                            out[*place as usize] = u8::from(flags.value(i));
                        }
                    }
                }
                from = to;
            }
            Raw::Flag(out)
        }
        ColumnType::Varchar => {
            let mut out = vec![NONE; rows];
            let mut from = 0;
            for s in slices {
                let to = from + s.rows.len();
                if let Some(array) = column(s).and_then(|p| s.columns.get(p)) {
                    coder.encode(array, s.stream, s.rows.clone(), &places[from..to], &mut out);
                }
                from = to;
            }
            let texts = coder.settle(&mut out);
            Raw::Text(out, texts)
        }
    }
}

fn scatter<T: Copy>(array: &ArrayRef, values: &[T], first: usize, places: &[u32], out: &mut [T]) {
    if array.null_count() == 0 {
        for (v, place) in values.iter().zip(places) {
            if *place != NONE {
                out[*place as usize] = *v;
            }
        }
    } else {
        for (i, (v, place)) in values.iter().zip(places).enumerate() {
            if *place != NONE && array.is_valid(first + i) {
                out[*place as usize] = *v;
            }
        }
    }
}

/// The first row of each range of customers, and one more for the end; none if the file is not in order of customers.
fn starts(lake: &Lake, file: &DataFile, cuts: &[u32]) -> Result<Vec<usize>> {
    let rows = file.rows as usize;
    let customers = cuts.last().copied().unwrap_or(0);
    if customers as usize <= BLOCK {
        return Ok(vec![0, rows]);
    }
    let mut starts: Vec<usize> = Vec::with_capacity(cuts.len());
    let (mut seen, mut before, mut sorted) = (0, i32::MIN, true);
    lake.reader().scan(file, &["customer"], |b| {
        let all = customers_of(b);
        sorted &= all.is_sorted() && all.first().is_none_or(|c| before <= *c);
        before = all.last().copied().unwrap_or(before);
        // the last range goes on to the end of the file: rows of a customer nobody has are met there, and refused
        let cuts = cuts.get(..cuts.len().saturating_sub(1)).unwrap_or(&[]);
        while let Some(cut) = cuts.get(starts.len()).filter(|c| before as u32 >= **c) {
            starts.push(seen + all.partition_point(|c| (*c as u32) < *cut));
        }
        seen += all.len();
        Ok(())
    })?;
    starts.resize(cuts.len(), rows);
    Ok(if sorted { starts } else { Vec::new() })
}
