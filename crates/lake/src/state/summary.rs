//! What screens show of a run: sums of groups, the RFM matrix, the contribution curve, moves between two
//! runs, cohorts and repurchase.

use super::{
    Bits, Classes, Column, Run,
    column::NONE,
    facts::Wanted,
};
use crate::Result;
use domain::{Day, Window, feature::FactKind};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Sums of a group of customers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupSum {
    /// how many
    pub customers: u64,
    /// sum of `net`, minor units
    pub net: i64,
    /// sum of `gross`, minor units
    pub gross: i64,
    /// sum of `contribution`, minor units
    pub contribution: i64,
    /// sum of `orders`
    pub orders: i64,
    /// median of `recency_days` (the lower of two middle ones) of those who have one
    pub median_recency: Option<i64>,
}

/// A cell of the RFM matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// recency score, 1–5
    pub r: u8,
    /// frequency score, 1–5
    pub f: u8,
    /// how many
    pub customers: u64,
    /// sum of `net`
    pub net: i64,
    /// sum of `contribution`
    pub contribution: i64,
}

/// The RFM matrix: 25 cells, R then F ascending.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    /// cells
    pub cells: Vec<Cell>,
    /// customers with scores above 0
    pub buyers: u64,
}

/// Contribution of customers to net.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// (share of buyers, share of their net), from the smallest net upwards; 0,0 and 1,1 included
    pub points: Vec<(f64, f64)>,
    /// Gini coefficient; `None` without net
    pub gini: Option<f64>,
    /// how many buyers
    pub buyers: u64,
    /// (share of buyers, share of net) of the best 1, 5, 10, 20 %
    pub top: Vec<(f64, f64)>,
    /// who is above each of the points; nobody above the last
    pub above: Vec<Option<Best>>,
    /// who is among each of the top
    pub best: Vec<Best>,
}

/// The best buyers, those equal to the last of them included: whoever has at least so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Best {
    /// net of the last of them
    pub from: i64,
    /// how many have at least that
    pub customers: u64,
    /// their net
    pub net: i64,
}

/// Customers who moved from one class to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// class before
    pub from: String,
    /// class after
    pub to: String,
    /// how many
    pub customers: u64,
    /// sum of their `net` after
    pub net: i64,
}

/// Customers whose first valid order fell into a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// first day of the month
    pub month: Day,
    /// how many
    pub size: u64,
    /// how many of them bought in the same month, the next, and so on, up to the as-of day's
    pub values: Vec<u64>,
}

/// Repurchase by customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repurchase {
    /// those who could: at least one valid order
    pub buyers: u64,
    /// those who did
    pub repeated: u64,
}

fn short(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

impl Run {
    /// The sum of a whole or money feature over a group; 0 of any other.
    pub fn total(&self, feature: &str, group: &Bits) -> i64 {
        self.column(feature).and_then(|c| c.exact(Some(group))).map_or(0, |(sum, _)| short(sum))
    }

    /// Sums of a group.
    pub fn sum(&self, group: &Bits) -> GroupSum {
        let total = |key: &str| self.total(key, group);
        let mut recency: Vec<i64> = self
            .column("recency_days")
            .map(|c| group.iter().filter_map(|i| c.whole(i)).collect())
            .unwrap_or_default();
        GroupSum {
            customers: group.count(),
            net: total("net"),
            gross: total("gross"),
            contribution: total("contribution"),
            orders: total("orders"),
            median_recency: median(&mut recency),
        }
    }

    /// Sums of every class of a classification, in the order of its classes.
    pub fn groups(&self, classification: &str) -> Vec<(String, GroupSum)> {
        let Some(classes) = self.classes(classification) else { return Vec::new() };
        let n = classes.keys().len();
        let [net, gross, contribution, orders] = ["net", "gross", "contribution", "orders"].map(|key| {
            let mut sums = vec![0i128; n];
            if let Some(column) = self.column(key) {
                for (i, code) in classes.codes().iter().enumerate() {
                    if let Some(sum) = sums.get_mut(*code as usize) {
                        *sum += i128::from(column.whole(i).unwrap_or(0));
                    }
                }
            }
            sums
        });
        let mut recency: Vec<Vec<i64>> = classes.sizes().iter().map(|size| Vec::with_capacity(*size as usize)).collect();
        if let Some(column) = self.column("recency_days") {
            for (i, code) in classes.codes().iter().enumerate() {
                if let Some(days) = recency.get_mut(*code as usize) {
                    days.extend(column.whole(i));
                }
            }
        }
        let sum = |i: usize| GroupSum {
            customers: classes.sizes()[i],
            net: short(net[i]),
            gross: short(gross[i]),
            contribution: short(contribution[i]),
            orders: short(orders[i]),
            median_recency: median(&mut recency[i]),
        };
        let sums: Vec<GroupSum> = (0..n).map(sum).collect();
        classes.keys().iter().cloned().zip(sums).collect()
    }

    /// The matrix of two scores, e.g. `rfm_r` and `rfm_f`.
    pub fn matrix(&self, r: &str, f: &str) -> Option<Matrix> {
        let (rs, fs) = (self.column(r)?, self.column(f)?);
        let (net, contribution) = (self.column("net"), self.column("contribution"));
        let mut cells: Vec<(u64, i128, i128)> = vec![(0, 0, 0); 25];
        for i in self.profiled().iter() {
            let (Some(r @ 1..=5), Some(f @ 1..=5)) = (rs.whole(i), fs.whole(i)) else { continue };
            let cell = &mut cells[((r - 1) * 5 + f - 1) as usize];
            cell.0 += 1;
            cell.1 += i128::from(net.and_then(|c| c.whole(i)).unwrap_or(0));
            cell.2 += i128::from(contribution.and_then(|c| c.whole(i)).unwrap_or(0));
        }
        let buyers = cells.iter().map(|c| c.0).sum();
        let cells = cells
            .into_iter()
            .enumerate()
            .map(|(i, (customers, net, contribution))| Cell { r: (i / 5 + 1) as u8, f: (i % 5 + 1) as u8, customers, net: short(net), contribution: short(contribution) })
            .collect();
        Some(Matrix { cells, buyers })
    }

    /// How buyers contribute to net: Lorenz curve, Gini, shares of the best.
    pub fn curve(&self, points: usize) -> Curve {
        let Some(net) = self.column("net") else { return Curve::default() };
        let mut buyers = self.column("orders").map_or_else(|| net.positive(), Column::positive);
        buyers.and_not(&self.refused);
        let mut values: Vec<i64> = buyers.iter().filter_map(|i| net.whole(i)).collect();
        values.par_sort_unstable();
        lorenz(&values, points)
    }

    /// Monthly cohorts by first valid order, of the last `months` months up to the as-of day's.
    pub fn cohorts(&self, months: u32) -> Result<Vec<Cohort>> {
        let mut wanted = Wanted::default();
        wanted.kind(FactKind::Orders);
        let facts = self.facts_with(&wanted)?;
        let chunks = &facts.of(FactKind::Orders).chunks;
        let first = chunks.iter().filter_map(|c| c.day.iter().min()).min().copied();
        let Some(first) = first else { return Ok(Vec::new()) };
        let calendar = Calendar::new(first, self.as_of.0);
        let last = calendar.month(self.as_of.0);
        let from = last.saturating_sub(months.max(1) as usize - 1);
        let width = last + 1 - from;
        let empty = || vec![vec![0u64; width]; width];
        let counts = chunks
            .par_iter()
            .fold(empty, |mut counts, chunk| {
                let mut bought: Vec<usize> = Vec::new();
                for c in 0..chunk.customers() {
                    let days = &chunk.day[chunk.of(c)];
                    bought.clear();
                    bought.extend(days.iter().map(|d| calendar.month(*d)));
                    bought.sort_unstable();
                    bought.dedup();
                    if let Some(cohort) = bought.first().and_then(|m| m.checked_sub(from)) {
                        bought.iter().for_each(|m| counts[cohort][m - from - cohort] += 1);
                    }
                }
                counts
            })
            .reduce(empty, |mut a, b| {
                a.iter_mut().flatten().zip(b.into_iter().flatten()).for_each(|(a, b)| *a += b);
                a
            });
        let cohort = |(i, mut values): (usize, Vec<u64>)| {
            values.truncate(width - i);
            Cohort { month: calendar.first_of(from + i), size: values.first().copied().unwrap_or(0), values }
        };
        Ok(counts.into_iter().enumerate().map(cohort).collect())
    }

    /// Customers with at least two valid orders in the window among those with at least one.
    pub fn repurchase(&self, window: Window) -> Result<Repurchase> {
        let (from, to) = window.days(self.as_of);
        self.over_orders(|days| {
            let n = days.iter().filter(|d| from.0 <= **d && **d <= to.0).count();
            (n >= 1, n >= 2)
        })
    }

    /// Customers with a second valid order within `days` days of the first, among those whose first is that long ago.
    pub fn repurchase_within(&self, days: u32) -> Result<Repurchase> {
        let limit = i64::from(days);
        let today = i64::from(self.as_of.0);
        self.over_orders(|all| {
            let mut sorted: Vec<i64> = all.iter().map(|d| i64::from(*d)).collect();
            sorted.sort_unstable();
            let old = sorted.first().is_some_and(|first| today - first >= limit);
            let soon = sorted.windows(2).next().is_some_and(|w| w[1] - w[0] <= limit);
            (old, old && soon)
        })
    }

    fn over_orders(&self, test: impl Fn(&[i32]) -> (bool, bool) + Sync) -> Result<Repurchase> {
        let mut wanted = Wanted::default();
        wanted.kind(FactKind::Orders);
        let facts = self.facts_with(&wanted)?;
        let sum = |a: Repurchase, b: Repurchase| Repurchase {
            buyers: a.buyers + b.buyers,
            repeated: a.repeated + b.repeated,
        };
        let of_chunk = |chunk: &super::facts::Chunk| {
            (0..chunk.customers()).map(|c| test(&chunk.day[chunk.of(c)])).fold(Repurchase::default(), |all, (could, did)| {
                sum(all, Repurchase { buyers: u64::from(could), repeated: u64::from(did) })
            })
        };
        Ok(facts.of(FactKind::Orders).chunks.par_iter().map(of_chunk).reduce(Repurchase::default, sum))
    }
}

/// Who moved between the classes of a classification from one run to a later one. The class of customers who are not
/// there (yet) is empty. By class before, then class after, in the order of the classes; those not there last.
pub fn flow(before: &Run, after: &Run, classification: &str) -> Vec<Link> {
    let (Some(a), Some(b)) = (before.classes(classification), after.classes(classification)) else { return Vec::new() };
    moves(a, b, after.column("net"))
}

/// How many customers go from which class of one to which of the other, with their net. Neither has a class for a gap.
pub fn moves(a: &Classes, b: &Classes, net: Option<&Column>) -> Vec<Link> {
    let mut links: BTreeMap<(u32, u32), (u64, i128)> = BTreeMap::new();
    let there = |(from, to): (&u32, &u32)| *from != NONE || *to != NONE;
    for (i, (from, to)) in a.codes().iter().zip(b.codes()).enumerate().filter(|(_, pair)| there(*pair)) {
        let link = links.entry((*from, *to)).or_default();
        link.0 += 1;
        link.1 += i128::from(net.and_then(|c| c.whole(i)).unwrap_or(0));
    }
    let key = |keys: &[String], i: u32| keys.get(i as usize).cloned().unwrap_or_default();
    links
        .into_iter()
        .map(|((from, to), (customers, net))| Link {
            from: key(a.keys(), from),
            to: key(b.keys(), to),
            customers,
            net: short(net),
        })
        .collect()
}

fn median(values: &mut [i64]) -> Option<i64> {
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable(middle).1)
}

/// The curve of ascending values.
fn lorenz(values: &[i64], points: usize) -> Curve {
    let n = values.len();
    let total: i128 = values.iter().map(|v| i128::from(*v)).sum();
    if n == 0 || total <= 0 {
        return Curve { buyers: n as u64, ..Curve::default() };
    }
    let mut sums: Vec<i128> = Vec::with_capacity(n + 1);
    sums.push(0);
    let (mut sum, mut ranked) = (0i128, 0i128);
    for (i, v) in values.iter().enumerate() {
        sum += i128::from(*v);
        ranked += (2 * (i as i128 + 1) - n as i128 - 1) * i128::from(*v);
        sums.push(sum);
    }
    let share = |of: i128| of as f64 / total as f64;
    let steps = points.clamp(2, n + 1) - 1;
    let point = |p: usize| {
        let i = p * n / steps;
        (i as f64 / n as f64, share(sums[i]))
    };
    let size = |part: f64| ((n as f64 * part).ceil() as usize).clamp(1, n);
    // the values are in ascending order: the best begin at `i`
    let best = |i: usize| {
        let from = *values.get(i)?;
        let first = values.partition_point(|v| *v < from);
        Some(Best { from, customers: (n - first) as u64, net: short(total - sums[first]) })
    };
    const PARTS: [f64; 4] = [0.01, 0.05, 0.1, 0.2];
    Curve {
        points: (0..=steps).map(point).collect(),
        above: (0..=steps).map(|p| best(p * n / steps)).collect(),
        gini: Some(ranked as f64 / (n as f64 * total as f64)),
        buyers: n as u64,
        top: PARTS.map(|part| (part, share(total - sums[n - size(part)]))).to_vec(),
        best: PARTS.iter().filter_map(|part| best(n - size(*part))).collect(),
    }
}

/// Months of days, looked up instead of computed.
pub(super) struct Calendar {
    first: i32,
    months: Vec<u32>,
    starts: Vec<Day>,
}

impl Calendar {
    pub(super) fn new(first: i32, last: i32) -> Calendar {
        let start = Day(first).plus(1 - i32::from(Day(first).date().day()));
        let mut starts = vec![start];
        while let Some(next) = starts.last().map(|d| next_month(*d)).filter(|d| d.0 <= last) {
            starts.push(next);
        }
        let mut months = Vec::with_capacity((last - first).max(0) as usize + 1);
        let mut month = 0usize;
        for day in first..=last {
            while starts.get(month + 1).is_some_and(|s| s.0 <= day) {
                month += 1;
            }
            months.push(month as u32);
        }
        Calendar { first, months, starts }
    }

    pub(super) fn month(&self, day: i32) -> usize {
        let i = usize::try_from(day - self.first).unwrap_or(0);
        self.months.get(i).map_or(self.starts.len() - 1, |m| *m as usize)
    }

    pub(super) fn first_of(&self, month: usize) -> Day {
        self.starts.get(month).copied().unwrap_or_default()
    }
}

fn next_month(first: Day) -> Day {
    let date = first.date();
    let (year, month) = if date.month() == 12 { (date.year().saturating_add(1), 1) } else { (date.year(), date.month() + 1) };
    Day::new(year, month, 1).unwrap_or(first.plus(31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_begin_at_an_amount_and_ties_belong_to_them() {
        let curve = lorenz(&[-3, 5, 5, 10], 5);
        let best = |from, customers, net| Some(Best { from, customers, net });
        assert_eq!(curve.above, [best(-3, 4, 17), best(5, 3, 20), best(5, 3, 20), best(10, 1, 10), None]);
        assert_eq!(curve.best, [Best { from: 10, customers: 1, net: 10 }; 4]);
    }

    #[test]
    fn equal_buyers_have_no_inequality() {
        let curve = lorenz(&[5, 5, 5, 5], 5);
        assert_eq!(curve.gini, Some(0.0));
        assert_eq!(curve.points, [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (0.75, 0.75), (1.0, 1.0)]);
    }

    #[test]
    fn one_buyer_takes_all() {
        let curve = lorenz(&[0, 0, 0, 100], 3);
        assert_eq!(curve.gini, Some(0.75));
        assert_eq!(curve.top[3], (0.2, 1.0));
        assert_eq!(lorenz(&[], 3), Curve::default());
    }

    #[test]
    fn months_of_days() {
        let day = |y, m, d| Day::new(y, m, d).unwrap();
        let calendar = Calendar::new(day(2023, 12, 15).0, day(2024, 3, 1).0);
        assert_eq!(calendar.month(day(2023, 12, 31).0), 0);
        assert_eq!(calendar.month(day(2024, 2, 29).0), 2);
        assert_eq!(calendar.month(day(2024, 3, 1).0), 3);
        assert_eq!(calendar.first_of(2), day(2024, 2, 1));
    }
}
