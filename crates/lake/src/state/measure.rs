//! One measure over the selected facts of every customer of a chunk. Each arm says for many what `feature::measure` says
//! for one; sums of floats run in the same order, so that results are equal to the last bit.

use super::{
    column::NONE,
    facts::{Chunk, Slot, slot},
    load::NULL,
};
use domain::{
    Day,
    feature::{Field, Measure},
    money::div_half_even,
};
use std::ops::Range;

/// A piece of a column to fill, and which of its values are known.
pub(super) enum Out<'a> {
    /// whole numbers or money
    Int(&'a mut [i64], &'a mut [u64]),
    Number(&'a mut [f64], &'a mut [u64]),
    Bool(&'a mut [bool], &'a mut [u64]),
    Day(&'a mut [i32], &'a mut [u64]),
    Text(&'a mut [u32], &'a mut [u64]),
}

impl Out<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Out::Int(v, _) => v.len(),
            Out::Number(v, _) => v.len(),
            Out::Bool(v, _) => v.len(),
            Out::Day(v, _) => v.len(),
            Out::Text(v, _) => v.len(),
        }
    }

    fn whole(&mut self, value: impl FnMut(usize) -> Option<i64>) {
        if let Out::Int(v, k) = self {
            fill(v, k, value);
        }
    }

    fn number(&mut self, value: impl FnMut(usize) -> Option<f64>) {
        if let Out::Number(v, k) = self {
            fill(v, k, value);
        }
    }

    fn text(&mut self, mut code: impl FnMut(usize) -> u32) {
        if let Out::Text(v, k) = self {
            fill(v, k, |c| Some(code(c)).filter(|code| *code != NONE));
        }
    }

    /// What nothing comes to: columns begin with zeros, of which some are known.
    pub(super) fn of_nothing(&mut self, m: &Measure) {
        let zero = match m {
            Measure::Count | Measure::ActiveDays | Measure::Gaps | Measure::Distinct(_) => matches!(self, Out::Int(..)),
            Measure::Sum(field) => match slot(*field) {
                Slot::Money(_) => matches!(self, Out::Int(..)),
                Slot::Number(_) => matches!(self, Out::Number(..)),
                _ => false,
            },
            _ => false,
        };
        let customers = self.len();
        let (Out::Int(_, known) | Out::Number(_, known)) = self else { return };
        if zero {
            for (w, word) in known.iter_mut().enumerate().take(customers.div_ceil(64)) {
                *word = u64::MAX >> (64 - (customers - w * 64).min(64));
            }
        }
    }
}

/// Values of the customers of a chunk, and which of them are known.
fn fill<T>(values: &mut [T], known: &mut [u64], mut value: impl FnMut(usize) -> Option<T>) {
    for (w, (values, word)) in values.chunks_mut(64).zip(known).enumerate() {
        for (i, slot) in values.iter_mut().enumerate() {
            if let Some(x) = value(w * 64 + i) {
                *slot = x;
                *word |= 1 << i;
            }
        }
    }
}

/// The facts of each customer that count, earliest first.
pub(super) trait Pick {
    fn of(&self, customer: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone;
}

/// Facts in a row.
pub(super) struct Ranges<'a>(pub(super) &'a [Range<usize>]);

impl Pick for Ranges<'_> {
    fn of(&self, customer: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone {
        self.0.get(customer).cloned().unwrap_or(0..0)
    }
}

/// Facts picked one by one.
pub(super) struct Listed<'a> {
    pub(super) picked: &'a [u32],
    pub(super) ends: &'a [u32],
}

impl Pick for Listed<'_> {
    fn of(&self, customer: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone {
        let at = |i: usize| self.ends.get(i).map_or(0, |e| *e as usize);
        let mine = self.picked.get(at(customer)..at(customer + 1)).unwrap_or(&[]);
        mine.iter().map(|i| *i as usize)
    }
}

/// What several measures of one group of aggregates share: gaps between different days, most frequent texts.
#[derive(Default)]
pub(super) struct Shared {
    ready: bool,
    gaps: Vec<i64>,
    ends: Vec<u32>,
    days: Vec<i32>,
    sorted: Vec<i64>,
    bits: Vec<u64>,
    favourites: Vec<(Field, Vec<Favourite>)>,
    counts: Vec<(u32, i64)>,
    seen: Vec<u32>,
}

/// The texts of one field of one customer's facts: the most frequent one and how many there are.
#[derive(Clone, Copy)]
struct Favourite {
    code: u32,
    times: u32,
    all: u32,
    different: u32,
}

impl Shared {
    pub(super) fn forget(&mut self) {
        self.ready = false;
        self.favourites.clear();
    }

    /// The favourites of all customers; found once a field, whatever is measured of it.
    fn favourites(&mut self, field: Field, pick: &impl Pick, chunk: &Chunk, customers: usize) -> &[Favourite] {
        let place = match self.favourites.iter().position(|(f, _)| *f == field) {
            Some(place) => place,
            None => {
                let all = (0..customers).map(|c| self.favourite(field, pick.of(c), chunk)).collect();
                self.favourites.push((field, all));
                self.favourites.len() - 1
            }
        };
        self.favourites.get(place).map_or(&[], |(_, all)| all)
    }

    /// Ties: more money, then the text that sorts first by bytes.
    fn favourite(&mut self, field: Field, facts: impl Iterator<Item = usize>, chunk: &Chunk) -> Favourite {
        let mut best = Favourite { code: NONE, times: 0, all: 0, different: 0 };
        let Slot::Text(t) = slot(field) else { return best };
        let (texts, amount) = (&chunk.text[t], chunk.amount());
        if texts.is_empty() {
            return best;
        }
        self.seen.clear();
        for i in facts {
            let code = texts[i];
            if code == NONE {
                continue;
            }
            if code as usize >= self.counts.len() {
                self.counts.resize(code as usize + 1, (0, 0));
            }
            let count = &mut self.counts[code as usize];
            if count.0 == 0 {
                self.seen.push(code);
            }
            count.0 += 1;
            count.1 = count.1.saturating_add(amount.get(i).copied().unwrap_or(0));
            best.all += 1;
        }
        best.different = self.seen.len() as u32;
        let mut most = 0i64;
        for code in &self.seen {
            let (times, money) = std::mem::take(&mut self.counts[*code as usize]);
            // codes are in order of the texts
            let first = best.code == NONE || *code < best.code;
            if (times, money, first) > (best.times, most, false) {
                (best.code, best.times, most) = (*code, times, money);
            }
        }
        best
    }

    fn find(&mut self, pick: &impl Pick, chunk: &Chunk, customers: usize) {
        if self.ready {
            return;
        }
        self.ready = true;
        self.gaps.clear();
        self.ends.clear();
        self.ends.push(0);
        for c in 0..customers {
            self.distinct_days(pick.of(c), chunk);
            self.gaps.extend(self.days.windows(2).map(|w| i64::from(w[1]) - i64::from(w[0])));
            self.ends.push(self.gaps.len() as u32);
        }
    }

    /// Leaves the different days of these facts in `days`, ascending.
    fn distinct_days(&mut self, facts: impl Iterator<Item = usize>, chunk: &Chunk) {
        self.days.clear();
        self.days.extend(facts.map(|i| chunk.day[i]));
        if !self.days.is_sorted() {
            self.days.sort_unstable();
        }
        self.days.dedup();
    }

    fn of(&self, c: usize) -> &[i64] {
        let at = |i: usize| self.ends.get(i).map_or(0, |e| *e as usize);
        self.gaps.get(at(c)..at(c + 1)).unwrap_or(&[])
    }
}

/// Fills one column piece.
pub(super) fn measure(m: &Measure, pick: &impl Pick, chunk: &Chunk, out: &mut Out<'_>, today: Day, s: &mut Shared) {
    let customers = out.len();
    let since = |i: Option<usize>| i.map(|i| i64::from(today.0) - i64::from(chunk.day[i]));
    match m {
        Measure::Count => out.whole(|c| Some(pick.of(c).len() as i64)),
        Measure::DaysSinceLast => out.whole(|c| since(pick.of(c).next_back())),
        Measure::DaysSinceFirst => out.whole(|c| since(pick.of(c).next())),
        Measure::ActiveDays => {
            // as many as there are gaps between them, and one
            s.find(pick, chunk, customers);
            out.whole(|c| Some(if pick.of(c).len() == 0 { 0 } else { s.of(c).len() as i64 + 1 }));
        }
        Measure::Gaps => {
            s.find(pick, chunk, customers);
            out.whole(|c| Some(s.of(c).len() as i64));
        }
        Measure::LastGap => {
            s.find(pick, chunk, customers);
            out.whole(|c| s.of(c).last().copied());
        }
        Measure::MeanGap => {
            s.find(pick, chunk, customers);
            out.number(|c| Some(s.of(c)).filter(|gaps| !gaps.is_empty()).map(mean));
        }
        Measure::SdGap => {
            s.find(pick, chunk, customers);
            out.number(|c| Some(s.of(c)).filter(|gaps| !gaps.is_empty()).map(deviation));
        }
        Measure::P90Gap | Measure::P90GapBefore => {
            s.find(pick, chunk, customers);
            let mut sorted = std::mem::take(&mut s.sorted);
            out.whole(|c| {
                let gaps = s.of(c);
                let keep = gaps.len().checked_sub(usize::from(*m == Measure::P90GapBefore))?;
                // nearest rank: the ⌈0.9·n⌉-th smallest
                let rank = (keep * 9).div_ceil(10).checked_sub(1)?;
                sorted.clear();
                sorted.extend_from_slice(&gaps[..keep]);
                Some(*sorted.select_nth_unstable(rank).1)
            });
            s.sorted = sorted;
        }
        Measure::Sum(field) => sum(*field, pick, chunk, out, false),
        Measure::Mean(field) => sum(*field, pick, chunk, out, true),
        Measure::Min(field) => extreme(*field, pick, chunk, out, |new, best| new < best),
        Measure::Max(field) => extreme(*field, pick, chunk, out, |new, best| new > best),
        Measure::First(field) => copy(*field, chunk, out, |c| pick.of(c).next()),
        Measure::Last(field) => copy(*field, chunk, out, |c| pick.of(c).next_back()),
        Measure::Distinct(field) if matches!(slot(*field), Slot::Text(_)) => {
            let all = s.favourites(*field, pick, chunk, customers);
            out.whole(|c| all.get(c).map(|f| i64::from(f.different)));
        }
        Measure::Distinct(field) => out.whole(|c| Some(distinct(*field, pick.of(c), chunk, &mut s.bits))),
        Measure::Top(field) => {
            let all = s.favourites(*field, pick, chunk, customers);
            out.text(|c| all.get(c).map_or(NONE, |f| f.code));
        }
        Measure::TopShare(field) => {
            let all = s.favourites(*field, pick, chunk, customers);
            out.number(|c| all.get(c).filter(|f| f.all > 0).map(|f| f64::from(f.times) / f64::from(f.all)));
        }
    }
}

fn mean(gaps: &[i64]) -> f64 {
    gaps.iter().sum::<i64>() as f64 / gaps.len() as f64
}

fn deviation(gaps: &[i64]) -> f64 {
    let centre = mean(gaps);
    let squares: f64 = gaps.iter().map(|g| (*g as f64 - centre).powi(2)).sum();
    (squares / gaps.len() as f64).sqrt()
}

fn sum(field: Field, pick: &impl Pick, chunk: &Chunk, out: &mut Out<'_>, mean: bool) {
    match slot(field) {
        Slot::Money(m) => {
            let column = &chunk.money[m];
            if column.is_empty() {
                // nobody of the chunk has a value
                return out.whole(|_| (!mean).then_some(0));
            }
            let of = |c: usize| {
                let (mut sum, mut n) = (0i64, 0i64);
                for v in pick.of(c).map(|i| column[i]).filter(|v| *v != NULL) {
                    sum = sum.saturating_add(v);
                    n += 1;
                }
                (sum, n)
            };
            if mean {
                out.whole(|c| match of(c) {
                    (_, 0) => None,
                    (sum, n) => Some(div_half_even(i128::from(sum), i128::from(n)) as i64),
                });
            } else {
                out.whole(|c| Some(of(c).0));
            }
        }
        Slot::Number(k) => {
            let column = &chunk.number[k];
            if column.is_empty() {
                return out.number(|_| (!mean).then_some(0.0));
            }
            out.number(|c| {
                let (mut sum, mut n) = (0f64, 0usize);
                for v in pick.of(c).map(|i| column[i]).filter(|v| !v.is_nan()) {
                    sum += v;
                    n += 1;
                }
                match (mean, n) {
                    (false, _) => Some(sum),
                    (true, 0) => None,
                    (true, n) => Some(sum / n as f64),
                }
            });
        }
        _ => {}
    }
}

/// Smallest or largest by the number line; of equal ones the earlier fact's.
fn extreme(field: Field, pick: &impl Pick, chunk: &Chunk, out: &mut Out<'_>, better: impl Fn(f64, f64) -> bool + Copy) {
    // where the value is, is asked once a chunk, not once a fact
    match slot(field) {
        Slot::Money(m) => {
            let of = |i: usize| chunk.money[m].get(i).filter(|v| **v != NULL).map(|v| *v as f64);
            copy(field, chunk, out, |c| best(pick.of(c), of, better));
        }
        Slot::Day => copy(field, chunk, out, |c| best(pick.of(c), |i| Some(f64::from(chunk.day[i])), better)),
        _ => copy(field, chunk, out, |c| best(pick.of(c), |i| number(field, chunk, i), better)),
    }
}

fn best(
    facts: impl Iterator<Item = usize>,
    value: impl Fn(usize) -> Option<f64>,
    better: impl Fn(f64, f64) -> bool,
) -> Option<usize> {
    let known = facts.filter_map(|i| Some((i, value(i)?)));
    known.reduce(|best, new| if better(new.1, best.1) { new } else { best }).map(|b| b.0)
}

/// The field of a fact on the number line.
fn number(field: Field, chunk: &Chunk, i: usize) -> Option<f64> {
    match slot(field) {
        Slot::Money(m) => chunk.money[m].get(i).filter(|v| **v != NULL).map(|v| *v as f64),
        Slot::Number(k) => chunk.number[k].get(i).copied().filter(|v| !v.is_nan()),
        Slot::Flag(f) => chunk.flag[f].get(i).map(|b| f64::from(u8::from(*b))),
        Slot::Day => chunk.day.get(i).map(|d| f64::from(*d)),
        Slot::Weekday => chunk.day.get(i).map(|d| f64::from(Day(*d).weekday())),
        Slot::Text(_) => None,
    }
}

/// The field of one fact as the customer's value.
fn copy(field: Field, chunk: &Chunk, out: &mut Out<'_>, mut fact: impl FnMut(usize) -> Option<usize>) {
    match slot(field) {
        Slot::Money(m) => out.whole(|c| chunk.money[m].get(fact(c)?).copied().filter(|v| *v != NULL)),
        Slot::Number(k) => out.number(|c| chunk.number[k].get(fact(c)?).copied().filter(|v| !v.is_nan())),
        Slot::Text(t) => out.text(|c| fact(c).and_then(|i| chunk.text[t].get(i)).copied().unwrap_or(NONE)),
        Slot::Weekday => out.whole(|c| Some(i64::from(Day(chunk.day[fact(c)?]).weekday()))),
        Slot::Flag(f) => {
            if let Out::Bool(v, k) = out {
                fill(v, k, |c| Some(chunk.flag[f].get(fact(c)?).copied().unwrap_or(false)));
            }
        }
        Slot::Day => {
            if let Out::Day(v, k) = out {
                fill(v, k, |c| Some(chunk.day[fact(c)?]));
            }
        }
    }
}

/// How many different numbers.
fn distinct(field: Field, facts: impl Iterator<Item = usize>, chunk: &Chunk, bits: &mut Vec<u64>) -> i64 {
    bits.clear();
    // -0 and 0 are one number
    bits.extend(facts.filter_map(|i| number(field, chunk, i)).map(|x| (x + 0.0).to_bits()));
    bits.sort_unstable();
    bits.dedup();
    bits.len() as i64
}
