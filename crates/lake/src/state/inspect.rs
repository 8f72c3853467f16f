//! What is wrong with the facts, told apart in one pass over orders and their lines: block by block as a run reads them, of each the
//! version that counts, whoever was merged under who stands for them. Days are looked at, not cut: what lies ahead is looked for.

use super::{
    Bits,
    column::NONE,
    gather::{Scope, cuts},
    load::{BLOCK, Layout, NULL, Raw, Source, Which},
    versions::{Ranked, Versions},
};
use crate::{Lake, Result, read::files_of, stats};
use arrow::{array::AsArray, datatypes::{Date32Type, Int32Type}};
use domain::{CustomerKey, Day, clock::Instant, table::Table};
use rayon::prelude::*;
use std::{collections::BTreeMap, ops::Range};

/// Facts of one fault.
#[derive(Debug, Clone)]
pub struct Fault {
    /// facts that have it
    pub count: u64,
    /// facts that could have it
    pub of: u64,
    /// whose they are
    pub who: Bits,
}

/// What one pass over the facts found.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// nothing was paid, and nobody cancelled it
    pub zero: Fault,
    /// less than nothing was paid: a refund that came in as an order
    pub negative: Fault,
    /// orders, refunds, interactions and answers of a day to come
    pub future: Fault,
    /// orders long before all others
    pub early: Fault,
    /// the day the business began, if orders lie long before it
    pub began: Option<Day>,
    /// orders of which no line is known, where lines are known of others
    pub bare: Fault,
    /// orders whose lines come to something else than was paid
    pub unequal: Fault,
    /// orders that say what another order of the customer's says, on the same day
    pub twice: Fault,
    /// amounts far beyond the rest
    pub outliers: Fault,
    /// the smallest of these amounts, minor units
    pub edge: Option<i64>,
    /// orders that count, by day
    pub days: BTreeMap<Day, u64>,
}

/// Eight steps to a doubling: the fences are drawn on a logarithmic scale.
const STEPS: f64 = 8.0;
/// An amount is at least sixteen times the upper quartile.
const LEAST: usize = 32;
/// Days without an order after which the business is said to have begun.
const SILENCE: i32 = 730;
/// At most one order of so many lies before that.
const FEW: u64 = 1_000;

/// The step of an amount.
fn step(paid: i64) -> usize {
    ((paid as f64).log2() * STEPS).floor() as usize
}

/// What is found of a range of customers.
#[derive(Default)]
struct Found {
    zero: Vec<u32>,
    negative: Vec<u32>,
    future: Vec<u32>,
    bare: Vec<u32>,
    unequal: Vec<u32>,
    twice: Vec<u32>,
    /// all orders; with lines; valid ones
    orders: u64,
    lined: u64,
    valid: u64,
    days: BTreeMap<i32, u64>,
    steps: Vec<u64>,
    /// of each customer with a valid order: number, largest amount
    largest: Vec<(u32, i64)>,
    /// of each customer with an order: number, days of orders that count
    first: Vec<(u32, i32)>,
}

/// An order in the making.
struct Order {
    day: i32,
    paid: i64,
    discount: i64,
    cancelled: bool,
    store: u32,
    head: bool,
    lines: Range<usize>,
}

// places of the columns
const KEY: usize = 0;
const DAY: usize = 1;
const RECORDED: usize = 2;
const BATCH: usize = 3;
const PAID: usize = 4;
const CANCELLED: usize = 5;
const STORE: usize = 6;
const DISCOUNT: usize = 7;
const LINE_KEY: usize = 6;
const PRODUCT: usize = 7;
const QUANTITY: usize = 8;

/// Memory of one worker.
#[derive(Default)]
struct Scratch {
    ranked: Ranked,
    heads: Vec<u32>,
    lines: Vec<u32>,
    orders: Vec<Order>,
    /// day, amount, shop, and a hash of the lines
    said: Vec<(i32, i64, u32, u64)>,
}

impl Lake {
    /// Looks for what is wrong with the facts known at an instant; `today` tells what lies ahead.
    ///
    /// # Errors
    /// When a file cannot be read, or names somebody nobody is.
    pub fn inspect(&self, customers: u32, today: Day, known: Instant) -> Result<Inspection> {
        let scope = Scope { customers, as_of: Day(i32::MAX), known };
        let mut ranges = cuts(customers);
        let mut block = BLOCK as u32;
        let open = |table| Source::open(self, table, Which::Versions, scope, &ranges);
        let (mut heads, mut lines) = (open(Table::Orders)?, open(Table::Lines)?);
        if !(heads.is_sorted() && lines.is_sorted()) {
            heads.join();
            lines.join();
            ranges = vec![0, customers];
            block = u32::MAX;
        }
        let pieces: Vec<(usize, Range<u32>)> = ranges.windows(2).map(|w| w[0]..w[1]).enumerate().collect();
        let work = |(i, range): (usize, Range<u32>)| piece(&heads, &lines, i, range, block, today);
        let found: Vec<Found> = pieces.into_par_iter().with_max_len(1).map(work).collect::<Result<_>>()?;
        let later = self.later(customers, today, known)?;
        Ok(conclude(found, later, customers))
    }

    /// Refunds, interactions and answers: how many there are, and whose lie ahead, one entry a fact.
    fn later(&self, customers: u32, today: Day, known: Instant) -> Result<(u64, Vec<u32>)> {
        let mut ahead = Vec::new();
        let mut all = 0;
        for table in [Table::Refunds, Table::Interactions, Table::Answers] {
            for file in files_of(&self.snapshot().files, table) {
                all += file.rows;
                if stats::span(file, "day").is_some_and(|(_, high)| high <= i64::from(today.0)) || stats::span(file, "recorded_at").is_some_and(|(low, _)| low > known.0) {
                    continue;
                }
                self.reader().scan(file, &["customer", "day"], |b| {
                    let days = b[1].as_primitive::<Date32Type>().values().iter();
                    let late = b[0].as_primitive::<Int32Type>().values().iter().zip(days).filter(|(_, d)| **d > today.0);
                    ahead.extend(late.map(|(c, _)| self.aliases().root(CustomerKey(*c as u32)).0).filter(|c| *c < customers));
                    Ok(())
                })?;
            }
        }
        Ok((all, ahead))
    }
}

/// A range of customers, block by block.
fn piece(heads: &Source, lines: &Source, i: usize, range: Range<u32>, block: u32, today: Day) -> Result<Found> {
    let head = [
        ("order_key", true), ("day", true), ("recorded_at", !heads.in_order), ("batch", !heads.in_order), ("paid", true),
        ("cancelled", heads.ever("cancelled")), ("store", true), ("discount", true),
    ];
    let line = [
        ("order_key", true), ("day", true), ("recorded_at", !lines.in_order), ("batch", !lines.in_order), ("paid", true),
        ("cancelled", lines.ever("cancelled")), ("line_key", true), ("product", true), ("quantity", true),
    ];
    let mut head_feed = heads.feed(i, range.clone(), &head)?;
    let mut line_feed = lines.feed(i, range.clone(), &line)?;
    let mut found = Found::default();
    let mut scratch = Scratch::default();
    let mut from = range.start;
    while from < range.end {
        let until = range.end.min(from.saturating_add(block));
        let (head_layout, head) = head_feed.next(until)?;
        let (line_layout, line) = line_feed.next(until)?;
        let rows = Rows { heads: head_layout, head, lines: line_layout, line };
        for customer in from..until {
            rows.customer(customer, today, &mut scratch, &mut found);
        }
        from = until;
    }
    Ok(found)
}

/// The rows of a block.
struct Rows {
    heads: Layout,
    head: Vec<Raw>,
    lines: Layout,
    line: Vec<Raw>,
}

impl Rows {
    fn customer(&self, customer: u32, today: Day, s: &mut Scratch, found: &mut Found) {
        self.orders(customer as usize, s);
        let mut largest = 0;
        let mut first = i32::MAX;
        s.said.clear();
        let note = |list: &mut Vec<u32>, holds: bool| if holds { list.push(customer) };
        for o in &s.orders {
            let lined = !o.lines.is_empty();
            found.orders += 1;
            note(&mut found.zero, !o.cancelled && o.paid == 0);
            note(&mut found.negative, o.paid < 0);
            note(&mut found.future, o.day > today.0);
            note(&mut found.bare, o.head && !lined);
            if o.head && lined {
                found.lined += 1;
                let sum = self.sum(o.lines.clone(), &s.lines);
                let before = if o.discount == NULL { o.paid } else { o.paid.saturating_add(o.discount) };
                note(&mut found.unequal, !o.cancelled && sum != o.paid && sum != before);
            }
            if o.cancelled || o.paid <= 0 {
                continue;
            }
            found.valid += 1;
            *found.days.entry(o.day).or_default() += 1;
            first = first.min(o.day);
            largest = largest.max(o.paid);
            let step = step(o.paid);
            if found.steps.len() <= step {
                found.steps.resize(step + 1, 0);
            }
            if let Some(n) = found.steps.get_mut(step) {
                *n += 1;
            }
            s.said.push((o.day, o.paid, o.store, self.content(o.lines.clone(), &s.lines)));
        }
        s.said.sort_unstable();
        for same in s.said.chunk_by(|a, b| a == b) {
            found.twice.extend(std::iter::repeat_n(customer, same.len() - 1));
        }
        if largest > 0 {
            found.largest.push((customer, largest));
            found.first.push((customer, first));
        }
    }

    /// The customer's orders, those without a head too.
    fn orders(&self, customer: usize, s: &mut Scratch) {
        s.heads.clear();
        s.lines.clear();
        s.orders.clear();
        let (h, l) = (&self.head, &self.line);
        let (Some(head_key), Some(line_key)) = (h.get(KEY), l.get(KEY)) else { return };
        Versions::new(&self.heads, i32::MAX, head_key, &h[DAY], &h[RECORDED], &h[BATCH]).latest(self.heads.of(customer), &mut s.ranked, &mut s.heads);
        Versions::new(&self.lines, i32::MAX, &l[LINE_KEY], &l[DAY], &l[RECORDED], &l[BATCH]).latest(self.lines.of(customer), &mut s.ranked, &mut s.lines);
        s.lines.sort_unstable_by_key(|i| (line_key.whole(*i as usize), *i));
        let mut groups: Vec<(i64, Range<usize>)> = Vec::new();
        let mut from = 0;
        for of in s.lines.chunk_by(|a, b| line_key.whole(*a as usize) == line_key.whole(*b as usize)) {
            let key = of.first().map_or(NULL, |i| line_key.whole(*i as usize));
            groups.push((key, from..from + of.len()));
            from += of.len();
        }
        let cancelled = |lines: &Range<usize>| !lines.is_empty() && s.lines[lines.clone()].iter().all(|i| l[CANCELLED].flag(*i as usize));
        let mut headed = vec![false; groups.len()];
        for i in s.heads.iter().map(|i| *i as usize) {
            let group = groups.binary_search_by_key(&head_key.whole(i), |g| g.0).ok();
            let lines = group.map_or(0..0, |g| {
                headed[g] = true;
                groups[g].1.clone()
            });
            s.orders.push(Order {
                day: h[DAY].day(i),
                paid: h[PAID].whole(i),
                discount: h[DISCOUNT].whole(i),
                cancelled: h[CANCELLED].flag(i) || cancelled(&lines),
                store: h[STORE].code(i),
                head: true,
                lines,
            });
        }
        for ((_, lines), _) in groups.into_iter().zip(headed).filter(|(_, headed)| !headed) {
            let day = s.lines.get(lines.start).map_or(0, |i| l[DAY].day(*i as usize));
            let paid = self.sum(lines.clone(), &s.lines);
            s.orders.push(Order { day, paid, discount: NULL, cancelled: cancelled(&lines), store: NONE, head: false, lines });
        }
    }

    /// What lines come to: those that are not cancelled, or all of them if every one is.
    fn sum(&self, lines: Range<usize>, sorted: &[u32]) -> i64 {
        let lines = sorted.get(lines).unwrap_or(&[]);
        let flag = |i: &&u32| self.line[CANCELLED].flag(**i as usize);
        let all = lines.iter().all(|i| flag(&i));
        lines.iter().filter(|i| all || !flag(i)).map(|i| self.line[PAID].whole(*i as usize)).fold(0, i64::saturating_add)
    }

    /// The same for lines that say the same, in whatever order.
    fn content(&self, lines: Range<usize>, sorted: &[u32]) -> u64 {
        let l = &self.line;
        let of = |i: &u32| {
            let i = *i as usize;
            (l[PRODUCT].code(i), l[QUANTITY].number(i).to_bits(), l[PAID].whole(i), l[CANCELLED].flag(i))
        };
        let mut said: Vec<_> = sorted.get(lines).unwrap_or(&[]).iter().map(of).collect();
        said.sort_unstable();
        let mut sum = xxhash_rust::xxh3::Xxh3::new();
        for (product, quantity, paid, cancelled) in said {
            sum.update(&product.to_le_bytes());
            sum.update(&quantity.to_le_bytes());
            sum.update(&paid.to_le_bytes());
            sum.update(&[u8::from(cancelled)]);
        }
        sum.digest()
    }
}

/// The step that so many percent of the amounts do not pass.
fn quantile(steps: &[u64], percent: u64) -> Option<usize> {
    let total: u64 = steps.iter().sum();
    let mut below = 0;
    (total > 0).then(|| steps.iter().position(|n| {
        below += n;
        below * 100 >= total * percent
    }))?
}

/// The step from which an amount lies far out: three times the distance of the quartiles above the upper one (Tukey's outer fence),
/// on a logarithmic scale, and at least sixteen times the upper quartile.
fn fence(steps: &[u64]) -> Option<usize> {
    let (low, high) = (quantile(steps, 25)?, quantile(steps, 75)?);
    Some(high + ((high - low) * 3).max(LEAST))
}

/// The day before which lie a few orders and then nothing for years.
fn began(days: &BTreeMap<i32, u64>) -> Option<i32> {
    let total: u64 = days.values().sum();
    let most = (total / FEW).max(1);
    let (mut before, mut last, mut found) = (0, None, None);
    for (day, n) in days {
        if last.is_some_and(|l: i32| day.saturating_sub(l) > SILENCE) && before <= most && before < total {
            found = Some(*day);
        }
        before += n;
        last = Some(*day);
        if before > most {
            break;
        }
    }
    found
}

fn conclude(found: Vec<Found>, (others, ahead): (u64, Vec<u32>), customers: u32) -> Inspection {
    let len = customers as usize;
    let mut all = Found::default();
    for f in found {
        all.zero.extend(f.zero);
        all.negative.extend(f.negative);
        all.future.extend(f.future);
        all.bare.extend(f.bare);
        all.unequal.extend(f.unequal);
        all.twice.extend(f.twice);
        all.orders += f.orders;
        all.lined += f.lined;
        all.valid += f.valid;
        f.days.into_iter().for_each(|(day, n)| *all.days.entry(day).or_default() += n);
        if all.steps.len() < f.steps.len() {
            all.steps.resize(f.steps.len(), 0);
        }
        all.steps.iter_mut().zip(f.steps).for_each(|(all, n)| *all += n);
        all.largest.extend(f.largest);
        all.first.extend(f.first);
    }
    let fault = |customers: &[u32], of: u64| Fault { count: customers.len() as u64, of, who: Bits::of(customers.iter().map(|c| CustomerKey(*c)), len) };
    let fence = fence(&all.steps);
    let far = |paid: i64| fence.is_some_and(|f| step(paid) >= f);
    let began = began(&all.days);
    let early = |day: i32| began.is_some_and(|b| day < b);
    let of = |keep: &mut dyn Iterator<Item = u32>| Bits::of(keep.map(CustomerKey), len);
    all.future.extend(ahead);
    Inspection {
        zero: fault(&all.zero, all.orders),
        negative: fault(&all.negative, all.orders),
        future: fault(&all.future, all.orders + others),
        early: Fault {
            count: all.days.iter().filter(|(day, _)| early(**day)).map(|(_, n)| n).sum(),
            of: all.valid,
            who: of(&mut all.first.iter().filter(|(_, day)| early(*day)).map(|(c, _)| *c)),
        },
        began: began.map(Day),
        // a business that brings no lines misses none
        bare: if all.lined > 0 { fault(&all.bare, all.orders) } else { fault(&[], all.orders) },
        unequal: fault(&all.unequal, all.lined),
        twice: fault(&all.twice, all.valid),
        outliers: Fault {
            count: fence.map_or(0, |f| all.steps.iter().skip(f).sum()),
            of: all.valid,
            who: of(&mut all.largest.iter().filter(|(_, paid)| far(*paid)).map(|(c, _)| *c)),
        },
        edge: fence.map(|f| (f as f64 / STEPS).exp2().ceil() as i64),
        days: all.days.into_iter().map(|(day, n)| (Day(day), n)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_drawn_far_beyond_the_quartiles() {
        let mut steps = vec![0; 200];
        (80..88).for_each(|i| steps[i] = 10);
        assert_eq!((quantile(&steps, 25), quantile(&steps, 75)), (Some(81), Some(85)));
        assert_eq!(fence(&steps), Some(85 + 32), "at least sixteen times");
        steps[40] = 40;
        assert_eq!((quantile(&steps, 25), quantile(&steps, 75), fence(&steps)), (Some(40), Some(84), Some(84 + 3 * 44)));
        assert_eq!(fence(&[]), None);
    }

    #[test]
    fn a_business_begins_after_years_of_nothing() {
        let days = |all: &[(i32, u64)]| all.iter().copied().collect::<BTreeMap<_, _>>();
        assert_eq!(began(&days(&[(-25_567, 1), (19_000, 500), (19_001, 700)])), Some(19_000));
        assert_eq!(began(&days(&[(18_000, 1), (18_700, 500)])), None, "less than two years");
        assert_eq!(began(&days(&[(10_000, 5), (19_000, 500)])), None, "too many for a slip");
        assert_eq!(began(&days(&[(10_000, 1)])), None);
        assert_eq!(began(&days(&[(0, 1), (10_000, 1), (19_000, 5_000)])), Some(19_000), "two slips of five thousand");
    }
}
