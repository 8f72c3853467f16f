//! From files to facts to columns: workers take ranges of customers, read them block by block, put facts together and fold
//! them at once, so that a block's facts never leave the cache. They are kept only if somebody asks for more of them later.

use super::{
    Bits, Column,
    column::Texts,
    facts::{CHUNK, Chunk, FactTable, Facts, KINDS, Slot, TRACES, Wanted, one_numbering, put, slot},
    fold::{Fold, Scratch},
    load::{BLOCK, Feed, Raw, Source, Which},
    measure::Out,
    purchases::{PurchaseFeed, Purchases},
};
use crate::{Lake, Result};
use domain::{
    Day,
    clock::Instant,
    feature::{FactKind, Field},
    table::Table,
};
use rayon::prelude::*;
use std::ops::Range;

/// Whose facts, as of when, as known when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) customers: u32,
    pub(super) as_of: Day,
    pub(super) known: Instant,
}

/// What came of the facts.
pub(super) struct Gathered {
    /// a column per aggregate of the fold
    pub(super) columns: Vec<Column>,
    /// of whom a fact is seen
    pub(super) seen: Bits,
    /// who has known facts after the day
    pub(super) later: Bits,
    /// the facts, if they are kept
    pub(super) facts: Option<Facts>,
}

/// What a worker found in a range of customers.
struct Found {
    /// per block its chunks and the texts that columns are made of, by slot of the fold
    texts: Vec<(Range<usize>, Vec<Texts>)>,
    seen: Vec<u64>,
    later: Vec<u32>,
    kept: Vec<[FactTable; KINDS]>,
}

/// Reads the facts wanted, folds them, and keeps them if `keep`.
pub(super) fn gather(lake: &Lake, scope: Scope, wanted: &Wanted, fold: &Fold<'_>, keep: bool) -> Result<Gathered> {
    let customers = scope.customers as usize;
    let sources = Sources::open(lake, scope, wanted)?;
    let mut columns = fold.columns(customers);
    let mut tasks = fold.tasks(&mut columns, customers);
    let mut pieces: Vec<(usize, Range<u32>, Vec<Vec<Out<'_>>>)> = Vec::new();
    for (i, range) in sources.ranges().enumerate().rev() {
        let outs = tasks.split_off((range.start as usize / CHUNK).min(tasks.len()));
        pieces.push((i, range, outs));
    }
    let found: Vec<Found> = pieces
        .into_par_iter()
        .rev()
        .with_max_len(1)
        .map(|(i, range, outs)| sources.work(i, range, outs, fold, keep))
        .collect::<Result<_>>()?;

    let mut seen: Vec<u64> = Vec::with_capacity(customers.div_ceil(64));
    let mut later = Bits::none(customers);
    let (mut texts, mut kept) = (Vec::new(), Vec::new());
    for mut f in found {
        seen.append(&mut f.seen);
        f.later.into_iter().for_each(|c| later.insert(c as usize));
        texts.append(&mut f.texts);
        kept.append(&mut f.kept);
    }
    for (i, of) in fold.text_slots().into_iter().enumerate() {
        let lists: Vec<&Texts> = texts.iter().filter_map(|(_, lists)| lists.get(i)).collect();
        let (union, maps) = one_numbering(&lists);
        for (codes, all) in fold.texts(&mut columns, of) {
            for ((chunks, _), map) in texts.iter().zip(&maps) {
                let (from, to) = ((chunks.start * CHUNK).min(codes.len()), (chunks.end * CHUNK).min(codes.len()));
                super::coder::recode(&mut codes[from..to], map);
            }
            *all = union.clone();
        }
    }
    let facts = keep.then(|| {
        let mut by_kind: [Vec<FactTable>; KINDS] = Default::default();
        for block in kept {
            by_kind.iter_mut().zip(block).for_each(|(all, table)| all.push(table));
        }
        Facts { wanted: wanted.clone(), tables: by_kind.map(FactTable::join) }
    });
    let columns = columns.into_iter().map(|(data, known)| Column::new(data, known)).collect();
    Ok(Gathered { columns, seen: Bits::from_words(seen, customers), later, facts })
}

/// The tables a run reads, cut into ranges of customers.
struct Sources {
    /// the first customer of each range, and one more for the end
    cuts: Vec<u32>,
    /// customers of a block
    block: u32,
    wanted: Wanted,
    purchases: Option<Purchases>,
    interactions: Option<Source>,
    answers: Option<Source>,
}

impl Sources {
    fn open(lake: &Lake, scope: Scope, wanted: &Wanted) -> Result<Sources> {
        let cuts = cuts(scope.customers);
        let bought = [FactKind::Orders, FactKind::AllOrders, FactKind::Lines, FactKind::Refunds];
        let events = |kind, table| {
            let open = || Source::open(lake, table, Which::Seen, scope, &cuts);
            wanted.has_kind(kind).then(open).transpose()
        };
        let (purchases, (interactions, answers)) = rayon::join(
            || {
                let there = bought.iter().any(|k| wanted.has_kind(*k));
                there.then(|| Purchases::open(lake, scope, wanted, &cuts)).transpose()
            },
            || {
                rayon::join(
                    || events(FactKind::Interactions, Table::Interactions),
                    || events(FactKind::Answers, Table::Answers),
                )
            },
        );
        let (purchases, interactions, answers) = (purchases?, interactions?, answers?);
        let mut all =
            Sources { cuts, block: BLOCK as u32, wanted: wanted.clone(), purchases, interactions, answers };
        if !all.sources().all(|s| s.is_sorted()) {
            // files of other makers need not be in order: everybody is one block then
            all.sources().for_each(Source::join);
            all.cuts = vec![0, scope.customers];
            all.block = u32::MAX;
        }
        Ok(all)
    }

    fn sources(&mut self) -> impl Iterator<Item = &mut Source> {
        let purchases = self.purchases.iter_mut().flat_map(|p| p.sources.iter_mut());
        purchases.chain(&mut self.interactions).chain(&mut self.answers)
    }

    fn ranges(&self) -> impl DoubleEndedIterator<Item = Range<u32>> + ExactSizeIterator {
        self.cuts.windows(2).map(|w| w[0]..w[1])
    }

    /// Reads a range of customers and folds its facts into these pieces of the columns, one a chunk.
    fn work<'s>(&'s self, i: usize, range: Range<u32>, mut outs: Vec<Vec<Out<'_>>>, fold: &Fold<'_>, keep: bool) -> Result<Found> {
        let event = |source: Option<&'s Source>, kind| {
            source.map(|s| EventFeed::open(s, i, range.clone(), kind, self.wanted.clone())).transpose()
        };
        let mut purchases = self.purchases.as_ref().map(|p| p.feed(i, range.clone())).transpose()?;
        let mut interactions = event(self.interactions.as_ref(), FactKind::Interactions)?;
        let mut answers = event(self.answers.as_ref(), FactKind::Answers)?;
        let mut found = Found { texts: Vec::new(), seen: Vec::new(), later: Vec::new(), kept: Vec::new() };
        let (mut ready, slots) = (fold.ready(), fold.text_slots());
        let mut scratch = Scratch::default();
        let mut from = range.start;
        while from < range.end {
            let until = range.end.min(from.saturating_add(self.block));
            let [orders, all_orders, lines, refunds] =
                purchases.as_mut().map(|p| p.next(until)).transpose()?.unwrap_or_default();
            let seen = interactions.as_mut().map(|f| f.next(until)).transpose()?.unwrap_or_default();
            let answered = answers.as_mut().map(|f| f.next(until)).transpose()?.unwrap_or_default();
            let mut block: [FactTable; KINDS] = Default::default();
            let of_kind = [
                (FactKind::Orders, orders),
                (FactKind::AllOrders, all_orders),
                (FactKind::Lines, lines),
                (FactKind::Refunds, refunds),
                (FactKind::Interactions, seen),
                (FactKind::Answers, answered),
            ];
            of_kind.into_iter().for_each(|(kind, table)| block[kind as usize] = table);

            let chunks = from as usize / CHUNK..(until as usize).div_ceil(CHUNK);
            let first = range.start as usize / CHUNK;
            ready.learn(&block);
            for (n, chunk) in chunks.clone().enumerate() {
                if let Some(outs) = outs.get_mut(chunk - first) {
                    ready.run(&block, n, outs, &mut scratch);
                }
            }
            found.see(&block, (until - from) as usize);
            let texts = slots.iter().map(|(kind, slot)| block[*kind as usize].texts[*slot].clone()).collect();
            found.texts.push((chunks, texts));
            if keep {
                block.iter_mut().flat_map(|t| &mut t.chunks).for_each(Chunk::shrink);
                found.kept.push(block);
            }
            from = until;
        }
        let bought = purchases.iter().flat_map(|p: &PurchaseFeed<'_>| &p.feeds);
        let events = interactions.iter().chain(&answers).map(|e| &e.feed);
        for feed in bought.chain(events) {
            found.later.extend(&feed.later);
        }
        Ok(found)
    }
}

impl Found {
    /// Notes who of a block has facts. Blocks but the last are whole words.
    fn see(&mut self, block: &[FactTable; KINDS], customers: usize) {
        let from = self.seen.len();
        self.seen.resize(from + customers.div_ceil(64), 0);
        for kind in TRACES {
            for (n, chunk) in block[kind as usize].chunks.iter().enumerate() {
                for (c, w) in chunk.offsets.windows(2).enumerate() {
                    let place = n * CHUNK + c;
                    if let Some(word) = self.seen.get_mut(from + place / 64) {
                        *word |= u64::from(w[0] < w[1]) << (place % 64);
                    }
                }
            }
        }
    }
}

/// Ranges of whole blocks, two for every worker.
pub(super) fn cuts(customers: u32) -> Vec<u32> {
    let blocks = (customers as usize).div_ceil(BLOCK);
    let ranges = (rayon::current_num_threads() * 2).clamp(1, blocks.max(1));
    let mut cuts: Vec<u32> = (0..ranges).map(|i| (i * blocks / ranges * BLOCK) as u32).collect();
    cuts.push(customers);
    cuts
}

/// Interactions or answers of a range of customers, block by block.
struct EventFeed<'a> {
    feed: Feed<'a>,
    kind: FactKind,
    wanted: Wanted,
    order: Vec<usize>,
}

impl<'a> EventFeed<'a> {
    fn open(source: &'a Source, range: usize, customers: Range<u32>, kind: FactKind, wanted: Wanted) -> Result<EventFeed<'a>> {
        let has = |field| wanted.has(kind, field);
        let columns = [
            ("at", true),
            ("day", true),
            (if kind == FactKind::Answers { "question" } else { "kind" }, has(Field::Kind)),
            ("channel", has(Field::Channel)),
            ("score", has(Field::Score)),
        ];
        let feed = source.feed(range, customers, &columns)?;
        Ok(EventFeed { feed, kind, wanted, order: Vec::new() })
    }

    /// Those of the next customers, up to `until`: earliest first, of equal instants the earlier row.
    fn next(&mut self, until: u32) -> Result<FactTable> {
        let (layout, raw) = self.feed.next(until)?;
        let [at, day, kinds, channels, scores] = raw.as_slice() else { return Ok(FactTable::default()) };
        let (Slot::Text(kind_slot), Slot::Text(channel_slot), Slot::Number(score_slot)) =
            (slot(Field::Kind), slot(Field::Channel), slot(Field::Score))
        else {
            return Ok(FactTable::default());
        };
        let has = |field| self.wanted.has(self.kind, field);
        let mut table = FactTable::default();
        let customers = layout.customers();
        for from in customers.clone().step_by(CHUNK) {
            let mut chunk = Chunk::begin(self.kind);
            for customer in from..customers.end.min(from + CHUNK) {
                self.order.clear();
                self.order.extend(layout.of(customer));
                if !self.order.is_sorted_by_key(|i| at.whole(*i)) {
                    self.order.sort_by_key(|i| at.whole(*i));
                }
                for i in self.order.iter().copied() {
                    chunk.day.push(day.day(i));
                    put(&mut chunk.text[kind_slot], has(Field::Kind), kinds.code(i));
                    put(&mut chunk.text[channel_slot], has(Field::Channel), channels.code(i));
                    put(&mut chunk.number[score_slot], has(Field::Score), scores.number(i));
                }
                chunk.end_customer();
            }
            table.chunks.push(chunk);
        }
        for (place, raw) in [(kind_slot, kinds), (channel_slot, channels)] {
            if let Raw::Text(_, texts) = raw {
                table.texts[place] = texts.clone();
            }
        }
        Ok(table)
    }
}
