//! What became of customers by the month of their first valid order: how many came back, how many bought a second time, and what
//! they spent, month by month.

use super::{
    Bits, Run,
    facts::{CHUNK, Chunk, MONEY, Wanted},
    summary::Calendar,
};
use crate::Result;
use domain::{Day, feature::{FactKind, Field}};
use rayon::prelude::*;

/// Customers whose first valid order fell into a month; of each month from that one up to the as-of day's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortSums {
    /// first day of the month
    pub month: Day,
    /// how many
    pub size: u64,
    /// how many of them bought in that month
    pub buyers: Vec<u64>,
    /// how many of them had bought at least twice by the end of that month
    pub again: Vec<u64>,
    /// net of the orders they made in that month, minor units
    pub net: Vec<i64>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    buyers: u64,
    second: u64,
    net: i128,
}

impl Run {
    /// Cohorts of the last `months` months up to the as-of day's, of some customers.
    ///
    /// # Errors
    /// When the lake refuses.
    pub fn cohort_sums(&self, months: u32, among: &Bits) -> Result<Vec<CohortSums>> {
        let mut wanted = Wanted::default();
        wanted.field(FactKind::Orders, Field::Net);
        let facts = self.facts_with(&wanted)?;
        let chunks = &facts.of(FactKind::Orders).chunks;
        let Some(first) = chunks.iter().filter_map(|c| c.day.iter().min()).min().copied() else { return Ok(Vec::new()) };
        let calendar = Calendar::new(first, self.as_of.0);
        let last = calendar.month(self.as_of.0);
        let from = last.saturating_sub(months.max(1) as usize - 1);
        let width = last + 1 - from;
        let empty = || vec![vec![Cell::default(); width]; width];
        let nets = MONEY.iter().position(|f| *f == Field::Net).unwrap_or(0);
        let of_chunk = |mut cells: Vec<Vec<Cell>>, (n, chunk): (usize, &Chunk)| {
            let mut months: Vec<usize> = Vec::new();
            for c in (0..chunk.customers()).filter(|c| among.holds(n * CHUNK + c)) {
                let of = chunk.of(c);
                months.clear();
                months.extend(chunk.day.get(of.clone()).unwrap_or(&[]).iter().map(|d| calendar.month(*d)));
                let Some(row) = months.iter().min().and_then(|m| m.checked_sub(from)) else { continue };
                let Some(cells) = cells.get_mut(row) else { continue };
                let net = chunk.money.get(nets).and_then(|m| m.get(of)).unwrap_or(&[]);
                for (i, month) in months.iter().enumerate() {
                    if let Some(cell) = cells.get_mut(month - from - row) {
                        cell.net += i128::from(net.get(i).copied().filter(|v| *v != i64::MIN).unwrap_or(0));
                    }
                }
                months.sort_unstable();
                if let Some(cell) = months.get(1).and_then(|second| cells.get_mut(second - from - row)) {
                    cell.second += 1;
                }
                months.dedup();
                for month in &months {
                    if let Some(cell) = cells.get_mut(month - from - row) {
                        cell.buyers += 1;
                    }
                }
            }
            cells
        };
        let cells = chunks.par_iter().enumerate().fold(empty, of_chunk).reduce(empty, |mut a, b| {
            for (a, b) in a.iter_mut().flatten().zip(b.into_iter().flatten()) {
                *a = Cell { buyers: a.buyers + b.buyers, second: a.second + b.second, net: a.net + b.net };
            }
            a
        });
        let cohort = |(i, mut row): (usize, Vec<Cell>)| {
            row.truncate(width - i);
            let running = |sum: &mut u64, cell: &Cell| {
                *sum += cell.second;
                Some(*sum)
            };
            CohortSums {
                month: calendar.first_of(from + i),
                size: row.first().map_or(0, |c| c.buyers),
                buyers: row.iter().map(|c| c.buyers).collect(),
                again: row.iter().scan(0, running).collect(),
                net: row.iter().map(|c| i64::try_from(c.net).unwrap_or(i64::MAX)).collect(),
            }
        };
        Ok(cells.into_iter().enumerate().map(cohort).collect())
    }
}
