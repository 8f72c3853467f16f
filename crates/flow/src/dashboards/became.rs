//! Customers by the month of their first order, and what became of them.

use super::{
    draw::Desk,
    figure::{ColumnKind, Figure, FigureCell, FigureColumn, FigureRow},
    tile::{CohortOf, Tile, Who, narrowed},
};
use crate::Result;
use domain::{Day, Label, Value};
use lake::{Bits, CohortSums};
use std::{collections::BTreeMap, sync::Arc};

/// First and last day of the n-th month after one that begins on a day.
fn month(first: Day, after: usize) -> (Day, Day) {
    let begins = |n: i32| {
        let date = first.date();
        let months = i32::from(date.year()) * 12 + i32::from(date.month()) - 1 + n;
        Day::new(months.div_euclid(12) as i16, months.rem_euclid(12) as i8 + 1, 1).unwrap_or(first)
    };
    (begins(after as i32), begins(after as i32 + 1).plus(-1))
}

/// The rule that whoever a cell counts fulfils, and nobody else.
fn rule(of: CohortOf, first: Day, after: Option<usize>) -> Who {
    let (begins, ends) = month(first, 0);
    let cohort = format!("min(orders.day) between {begins} and {ends}");
    let text = match (of, after) {
        (_, None) | (CohortOf::Retention | CohortOf::Money, Some(0)) => cohort,
        (CohortOf::Retention | CohortOf::Money, Some(n)) => {
            let (from, to) = month(first, n);
            format!("{cohort} and count(orders, day >= {from}, day <= {to}) >= 1")
        }
        (CohortOf::Repurchase, Some(n)) => format!("{cohort} and count(orders, day <= {}) >= 2", month(first, n).1),
    };
    BTreeMap::from([("rule".to_owned(), text)])
}

/// A row a month of first orders, a column a month after it.
pub(super) async fn cohort(desk: &Desk<'_>, tile: &Tile, who: &Who, set: &Arc<Bits>, of: CohortOf, months: u32) -> Result<Figure> {
    let (picture, set, base, mut figure) = (Arc::clone(&desk.picture), Arc::clone(set), desk.open(who), desk.blank(tile));
    let work = move || -> Result<Figure> {
        let cohorts = picture.run.cohort_sums(months, &set)?;
        let as_of = picture.as_of;
        let width = cohorts.iter().map(|c| c.buyers.len()).max().unwrap_or(0);
        let kind = if of == CohortOf::Money { ColumnKind::Money } else { ColumnKind::Int };
        figure.columns = vec![FigureColumn::new("month", Label::new("首单月份", "First order"), ColumnKind::Text), FigureColumn::new("size", Label::new("客户数", "Customers"), ColumnKind::Int)];
        figure.columns.extend((0..width).map(|n| FigureColumn::new(format!("m{n}"), Label::same(format!("+{n}")), kind)));
        let running = |first: Day, n: usize| month(first, n).1 > as_of;
        for c in &cohorts {
            let name: String = c.month.to_string().chars().take(7).collect();
            let mut cells = vec![FigureCell::named(&name, Label::same(name.clone())), FigureCell::count(c.size, narrowed(&base, &rule(of, c.month, None)))];
            for n in 0..c.buyers.len() {
                let open = narrowed(&base, &rule(of, c.month, Some(n)));
                let at = |all: &[u64]| all.get(n).copied().unwrap_or(0);
                let cell = match of {
                    CohortOf::Retention => FigureCell::count(at(&c.buyers), open).of_whole(c.size),
                    CohortOf::Repurchase => FigureCell::count(at(&c.again), open).of_whole(c.size),
                    CohortOf::Money => FigureCell { value: Value::Money(c.net.get(n).copied().unwrap_or(0)), ..FigureCell::count(at(&c.buyers), open) },
                };
                cells.push(FigureCell { partial: running(c.month, n), ..cell });
            }
            figure.rows.push(FigureRow::new(name, cells));
        }
        figure.rows.push(FigureRow { total: true, ..FigureRow::new("all", together(&cohorts, of, width, &running)) });
        figure.notes.push(Label::new("斜线格子的月份还没有过完；末行按人数加权，只算过完的月份", "hatched months are not over; the last row is weighted by size, of months that are over"));
        figure.title = match of {
            CohortOf::Retention => Label::new("按月留存", "Retention by month"),
            CohortOf::Repurchase => Label::new("按月复购（累计）", "Repurchase by month (cumulative)"),
            CohortOf::Money => Label::new("按月同期群的净消费额", "Net of monthly cohorts"),
        };
        Ok(figure)
    };
    tokio::task::spawn_blocking(work).await?
}

/// All cohorts together, of those months that are over for them.
fn together(cohorts: &[CohortSums], of: CohortOf, width: usize, running: &impl Fn(Day, usize) -> bool) -> Vec<FigureCell> {
    let all: u64 = cohorts.iter().map(|c| c.size).sum();
    let mut cells = vec![FigureCell::named("all", Label::new("合计", "Together")), FigureCell::of(Value::Int(all as i64))];
    for n in 0..width {
        let over: Vec<&CohortSums> = cohorts.iter().filter(|c| c.buyers.len() > n && !running(c.month, n)).collect();
        let size: u64 = over.iter().map(|c| c.size).sum();
        let of_all = |pick: fn(&CohortSums) -> &Vec<u64>| -> u64 { over.iter().filter_map(|c| pick(c).get(n)).sum() };
        let cell = match of {
            _ if over.is_empty() => FigureCell::default(),
            CohortOf::Money => FigureCell::of(Value::Money(over.iter().filter_map(|c| c.net.get(n)).sum())),
            CohortOf::Retention | CohortOf::Repurchase => {
                let count = if of == CohortOf::Retention { of_all(|c| &c.buyers) } else { of_all(|c| &c.again) };
                let share = (size > 0).then(|| count as f64 / size as f64);
                FigureCell { value: Value::Int(count as i64), n: Some(count), share, ..FigureCell::default() }
            }
        };
        cells.push(cell);
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_rules_of_cells() {
        let day = |t: &str| Day::parse(t).unwrap_or_default();
        assert_eq!(month(day("2024-11-01"), 3), (day("2025-02-01"), day("2025-02-28")));
        let text = |of, after| rule(of, day("2024-01-01"), after).remove("rule").unwrap_or_default();
        assert_eq!(text(CohortOf::Retention, Some(1)), "min(orders.day) between 2024-01-01 and 2024-01-31 and count(orders, day >= 2024-02-01, day <= 2024-02-29) >= 1");
        assert_eq!(text(CohortOf::Repurchase, Some(0)), "min(orders.day) between 2024-01-01 and 2024-01-31 and count(orders, day <= 2024-01-31) >= 2");
        assert_eq!(text(CohortOf::Money, Some(0)), text(CohortOf::Repurchase, None));
    }
}
