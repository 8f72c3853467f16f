//! Aggregates of all customers: facts in, columns out. All aggregates of a chunk of customers run while its facts are in
//! the cache; those with the same window and filter share one selection of facts. The meaning is `History::aggregate`.

use super::{
    Bits, Column, Data,
    column::{Texts, same},
    facts::{CHUNK, Chunk, FACT_KINDS, FactTable, Facts, KINDS, Slot, TEXT, slot},
    measure::{Listed, Out, Pick, Ranges, Shared, measure},
    test::Test,
};
use domain::{
    Currency, Day, ValueType, Window,
    feature::{Aggregate, Condition, FactKind, Measure},
};
use rayon::prelude::*;
use std::ops::Range;

/// Aggregates to compute.
pub(super) struct Fold<'a> {
    /// with their types
    aggregates: Vec<(&'a Aggregate, ValueType)>,
    as_of: Day,
    currency: Currency,
}

/// Aggregates with one window and filter.
struct Group<'a> {
    window: Window,
    filter: &'a [Condition],
    days: (Day, Day),
    tests: Vec<Test>,
    /// what is measured, and into which column
    measures: Vec<(&'a Measure, usize)>,
}

/// A fold ready for facts with certain texts.
pub(super) struct Ready<'a> {
    fold: &'a Fold<'a>,
    /// by kind
    groups: [Vec<Group<'a>>; KINDS],
    /// by kind the texts the tests know
    texts: [[Texts; TEXT.len()]; KINDS],
    /// facts nobody has
    nothing: Chunk,
}

impl<'a> Fold<'a> {
    pub(super) fn new(aggregates: Vec<(&'a Aggregate, ValueType)>, as_of: Day, currency: Currency) -> Fold<'a> {
        Fold { aggregates, as_of, currency }
    }

    /// Columns to fill.
    pub(super) fn columns(&self, customers: usize) -> Vec<(Data, Bits)> {
        let column = |(_, ty): &(&Aggregate, ValueType)| (Data::of(*ty, customers, Texts::default()), Bits::none(customers));
        self.aggregates.iter().map(column).collect()
    }

    /// Cuts the columns into one piece a chunk: safe to fill from many threads.
    pub(super) fn tasks<'c>(&self, columns: &'c mut [(Data, Bits)], customers: usize) -> Vec<Vec<Out<'c>>> {
        slices(columns, customers.div_ceil(CHUNK))
    }

    /// The texts that columns are made of: of which facts, and in which slot.
    pub(super) fn text_slots(&self) -> Vec<(FactKind, usize)> {
        let mut slots: Vec<(FactKind, usize)> = self.aggregates.iter().filter_map(|(a, ty)| text_slot(a, *ty)).collect();
        slots.sort_unstable_by_key(|(kind, slot)| (*kind as usize, *slot));
        slots.dedup();
        slots
    }

    /// The columns made of such texts: their codes, and where their texts go.
    pub(super) fn texts<'c>(
        &self,
        columns: &'c mut [(Data, Bits)],
        of: (FactKind, usize),
    ) -> impl Iterator<Item = (&'c mut [u32], &'c mut Texts)> {
        let made = move |((a, ty), (data, _)): (&(&Aggregate, ValueType), &'c mut (Data, Bits))| match data {
            Data::Text(codes, texts) if text_slot(a, *ty) == Some(of) => Some((codes.as_mut_slice(), texts)),
            _ => None,
        };
        self.aggregates.iter().zip(columns).filter_map(made)
    }

    /// Ready for facts without texts.
    pub(super) fn ready(&self) -> Ready<'_> {
        let mut groups: [Vec<Group<'_>>; KINDS] = Default::default();
        for (i, (a, _)) in self.aggregates.iter().enumerate() {
            let of_kind = &mut groups[a.fact as usize];
            match of_kind.iter_mut().find(|g| g.window == a.window && g.filter == a.filter) {
                Some(group) => group.measures.push((&a.measure, i)),
                None => of_kind.push(Group {
                    window: a.window,
                    filter: &a.filter,
                    days: a.window.days(self.as_of),
                    tests: Vec::new(),
                    measures: vec![(&a.measure, i)],
                }),
            }
        }
        let nothing = Chunk { offsets: vec![0; CHUNK + 1], days_rise: true, ..Chunk::default() };
        let mut ready = Ready { fold: self, groups, texts: Default::default(), nothing };
        FACT_KINDS.into_iter().for_each(|kind| ready.test(kind));
        ready
    }
}

/// Whose texts a column of texts has.
fn text_slot(a: &Aggregate, ty: ValueType) -> Option<(FactKind, usize)> {
    match a.measure.field().map(slot) {
        Some(Slot::Text(i)) if ty == ValueType::Text => Some((a.fact, i)),
        _ => None,
    }
}

/// Folds facts that were kept.
pub(super) fn fold(facts: &Facts, fold: &Fold<'_>, customers: usize) -> Vec<Column> {
    let mut columns = fold.columns(customers);
    let mut ready = fold.ready();
    ready.learn(&facts.tables);
    let tasks = fold.tasks(&mut columns, customers);
    tasks.into_par_iter().enumerate().for_each_init(Scratch::default, |scratch, (n, mut outs)| {
        ready.run(&facts.tables, n, &mut outs, scratch);
    });
    for (kind, slot) in fold.text_slots() {
        fold.texts(&mut columns, (kind, slot)).for_each(|(_, texts)| *texts = facts.of(kind).texts[slot].clone());
    }
    columns.into_iter().map(|(data, known)| Column::new(data, known)).collect()
}

impl Ready<'_> {
    fn test(&mut self, kind: FactKind) {
        for group in &mut self.groups[kind as usize] {
            let test = |c| Test::new(c, kind, &self.texts[kind as usize], self.fold.currency);
            group.tests = group.filter.iter().map(test).collect();
        }
    }

    /// Makes the tests ready for these texts, unless they are.
    pub(super) fn learn(&mut self, tables: &[FactTable; KINDS]) {
        for kind in FACT_KINDS {
            let new = &tables[kind as usize].texts;
            if !self.texts[kind as usize].iter().zip(new).all(|(a, b)| same(a, b)) {
                self.texts[kind as usize] = new.clone();
                self.test(kind);
            }
        }
    }

    /// Folds the `n`-th chunk of the tables.
    pub(super) fn run(&self, tables: &[FactTable; KINDS], n: usize, outs: &mut [Out<'_>], scratch: &mut Scratch) {
        for (groups, table) in self.groups.iter().zip(tables) {
            let chunk = table.chunks.get(n).unwrap_or(&self.nothing);
            scratch.spare.append(&mut scratch.windows);
            for group in groups {
                group.run(chunk, outs, self.fold.as_of, scratch);
            }
        }
    }
}

/// Cuts the columns into one piece a chunk: safe to fill from many threads.
fn slices<'a>(columns: &'a mut [(Data, Bits)], chunks: usize) -> Vec<Vec<Out<'a>>> {
    let mut tasks: Vec<Vec<Out<'a>>> = (0..chunks).map(|_| Vec::with_capacity(columns.len())).collect();
    for (data, known) in columns {
        let known = known.words_mut().chunks_mut(CHUNK / 64);
        let mut give = |outs: Vec<Out<'a>>| tasks.iter_mut().zip(outs).for_each(|(t, o)| t.push(o));
        match data {
            Data::Bool(v) => give(v.chunks_mut(CHUNK).zip(known).map(|(v, k)| Out::Bool(v, k)).collect()),
            Data::Int(v) => give(v.chunks_mut(CHUNK).zip(known).map(|(v, k)| Out::Int(v, k)).collect()),
            Data::Money(v) => give(v.chunks_mut(CHUNK).zip(known).map(|(v, k)| Out::Int(v, k)).collect()),
            Data::Number(v) => give(v.chunks_mut(CHUNK).zip(known).map(|(v, k)| Out::Number(v, k)).collect()),
            Data::Day(v) => give(v.chunks_mut(CHUNK).zip(known).map(|(v, k)| Out::Day(v, k)).collect()),
            Data::Text(v, _) => give(v.chunks_mut(CHUNK).zip(known).map(|(v, k)| Out::Text(v, k)).collect()),
        }
    }
    tasks
}

/// Memory of one worker.
#[derive(Default)]
pub(super) struct Scratch {
    /// the windows of the chunk at hand, each with its facts
    windows: Vec<Selected>,
    /// windows to use again
    spare: Vec<Selected>,
    passed: Vec<bool>,
    picked: Vec<u32>,
    ends: Vec<u32>,
    shared: Shared,
}

/// The facts of each customer of a chunk that lie in a window.
struct Selected {
    days: (Day, Day),
    ranges: Vec<Range<usize>>,
    /// lie all of them in it? Only if a customer's days rise
    whole: bool,
}

impl Scratch {
    /// The facts in a window; found once a chunk, whatever else is asked of them.
    fn window(&mut self, window: Window, days: (Day, Day), chunk: &Chunk, customers: usize) -> usize {
        let key = if window == Window::All { (Day(i32::MIN), Day(i32::MAX)) } else { days };
        if let Some(place) = self.windows.iter().position(|w| w.days == key) {
            return place;
        }
        let mut ranges = self.spare.pop().map_or_else(Vec::new, |s| s.ranges);
        ranges.clear();
        let whole = window == Window::All || chunk.days_rise;
        let all = (0..customers).map(|c| chunk.of(c));
        if window == Window::All || !chunk.days_rise {
            ranges.extend(all);
        } else {
            let (from, to) = (days.0.0, days.1.0);
            // most windows end on the day of the run, and no fact is of a later one
            let open = chunk.latest.is_none_or(|latest| latest <= to);
            ranges.extend(all.map(|all| {
                let days = &chunk.day[all.clone()];
                // counting is quicker than halving where there are few
                let below = |limit: i32| {
                    if days.len() <= 64 {
                        days.iter().map(|d| u32::from(*d < limit)).sum::<u32>() as usize
                    } else {
                        days.partition_point(|d| *d < limit)
                    }
                };
                let (low, high) = (below(from), if open { days.len() } else { below(to.saturating_add(1)) });
                all.start + low..all.start + high.max(low)
            }));
        }
        self.windows.push(Selected { days: key, ranges, whole });
        self.windows.len() - 1
    }
}

impl Group<'_> {
    fn run(&self, chunk: &Chunk, outs: &mut [Out<'_>], as_of: Day, s: &mut Scratch) {
        let customers = outs.first().map_or(0, Out::len);
        let (from, to) = self.days;
        if chunk.day.is_empty() {
            for (m, column) in &self.measures {
                outs.get_mut(*column).into_iter().for_each(|out| out.of_nothing(m));
            }
            return;
        }
        let place = s.window(self.window, self.days, chunk, customers);
        let Scratch { windows, passed, picked, ends, shared, .. } = s;
        let Selected { ranges, whole, .. } = &windows[place];
        if *whole && self.tests.is_empty() {
            return self.measure(&Ranges(ranges), chunk, outs, as_of, shared);
        }
        passed.clear();
        passed.resize(chunk.day.len(), true);
        if !whole {
            passed.iter_mut().zip(&chunk.day).for_each(|(p, d)| *p = from.0 <= *d && *d <= to.0);
        }
        self.tests.iter().for_each(|t| t.sift(chunk, passed));
        // every fact is written, and stays if it passed: no branch to guess
        picked.clear();
        picked.resize(chunk.day.len() + 1, 0);
        ends.clear();
        ends.push(0);
        let mut n = 0;
        for range in ranges {
            for i in range.clone() {
                picked[n] = i as u32;
                n += usize::from(passed[i]);
            }
            ends.push(n as u32);
        }
        self.measure(&Listed { picked, ends }, chunk, outs, as_of, shared);
    }

    fn measure(&self, pick: &impl Pick, chunk: &Chunk, outs: &mut [Out<'_>], as_of: Day, shared: &mut Shared) {
        shared.forget();
        for (m, column) in &self.measures {
            if let Some(out) = outs.get_mut(*column) {
                measure(m, pick, chunk, out, as_of, shared);
            }
        }
    }
}
