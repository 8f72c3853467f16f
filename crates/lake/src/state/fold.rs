//! Aggregates of all customers: facts in, columns out. All aggregates of one kind of facts run in one pass, chunk by
//! chunk; those with the same window and filter share one selection of facts. The meaning is `History::aggregate`.

use super::{
    Bits, Column, Data,
    facts::{CHUNK, Chunk, FactTable},
    measure::{Listed, Out, Pick, Ranges, Shared, measure},
    test::Test,
};
use domain::{
    Currency, Day, ValueType, Window,
    feature::{Aggregate, Condition, Measure},
};
use rayon::prelude::*;
use std::{ops::Range, sync::Arc};

/// Aggregates with one window and filter.
struct Group<'a> {
    window: Window,
    filter: &'a [Condition],
    days: (Day, Day),
    tests: Vec<Test>,
    /// what is measured, and into which column
    measures: Vec<(&'a Measure, usize)>,
}

/// Computes aggregates over facts of one kind; `aggregates` come with their types.
pub(super) fn fold(
    facts: &FactTable,
    aggregates: &[(&Aggregate, ValueType)],
    customers: usize,
    as_of: Day,
    currency: Currency,
) -> Vec<Column> {
    let groups = groups(facts, aggregates, as_of, currency);
    let mut columns: Vec<(Data, Bits)> = aggregates
        .iter()
        .map(|(a, ty)| (Data::of(*ty, customers, texts_of(facts, &a.measure)), Bits::none(customers)))
        .collect();
    if !facts.chunks.is_empty() {
        let tasks = slices(&mut columns, facts.chunks.len());
        facts.chunks.par_iter().zip(tasks).for_each_init(Scratch::default, |scratch, (chunk, mut outs)| {
            for group in &groups {
                group.run(chunk, &mut outs, as_of, scratch);
            }
        });
    } else {
        // nobody has such facts: every aggregate of nothing
        let chunk = Chunk { offsets: vec![0; CHUNK + 1], days_rise: true, ..Chunk::default() };
        let tasks = slices(&mut columns, customers.div_ceil(CHUNK));
        tasks.into_par_iter().for_each_init(Scratch::default, |scratch, mut outs| {
            for group in &groups {
                group.run(&chunk, &mut outs, as_of, scratch);
            }
        });
    }
    columns.into_iter().map(|(data, known)| Column::new(data, known)).collect()
}

fn texts_of(facts: &FactTable, measure: &Measure) -> Arc<Vec<String>> {
    match measure.field().map(super::facts::slot) {
        Some(super::facts::Slot::Text(i)) => facts.texts[i].clone(),
        _ => Arc::default(),
    }
}

fn groups<'a>(
    facts: &FactTable,
    aggregates: &[(&'a Aggregate, ValueType)],
    as_of: Day,
    currency: Currency,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (i, (a, _)) in aggregates.iter().enumerate() {
        let same = groups.iter_mut().find(|g| g.window == a.window && g.filter == a.filter);
        if let Some(group) = same {
            group.measures.push((&a.measure, i));
            continue;
        }
        let tests = a.filter.iter().map(|c| Test::new(c, a.fact, facts, currency)).collect();
        let days = a.window.days(as_of);
        groups.push(Group { window: a.window, filter: &a.filter, days, tests, measures: vec![(&a.measure, i)] });
    }
    groups
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
struct Scratch {
    ranges: Vec<Range<usize>>,
    picked: Vec<u32>,
    ends: Vec<u32>,
    shared: Shared,
}

impl Group<'_> {
    fn run(&self, chunk: &Chunk, outs: &mut [Out<'_>], as_of: Day, s: &mut Scratch) {
        let customers = outs.first().map_or(0, Out::len);
        let (from, to) = self.days;
        s.ranges.clear();
        let mut whole = true;
        for c in 0..customers {
            let all = chunk.of(c);
            if self.window == Window::All {
                s.ranges.push(all);
            } else if chunk.days_rise {
                let days = &chunk.day[all.clone()];
                let low = all.start + days.partition_point(|d| *d < from.0);
                let high = all.start + days.partition_point(|d| *d <= to.0);
                s.ranges.push(low..high.max(low));
            } else {
                whole = false;
                s.ranges.push(all);
            }
        }
        if whole && self.tests.is_empty() {
            return self.measure(&Ranges(&s.ranges), chunk, outs, as_of, &mut s.shared);
        }
        s.picked.clear();
        s.ends.clear();
        s.ends.push(0);
        for range in &s.ranges {
            for i in range.clone() {
                let day = chunk.day[i];
                if (whole || (from.0 <= day && day <= to.0)) && self.tests.iter().all(|t| t.holds(chunk, i)) {
                    s.picked.push(i as u32);
                }
            }
            s.ends.push(s.picked.len() as u32);
        }
        self.measure(&Listed { picked: &s.picked, ends: &s.ends }, chunk, outs, as_of, &mut s.shared);
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
