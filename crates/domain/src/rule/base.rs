//! Relations of one customer to all: statistics over the base and the cut of `top n %`, on plain slices.

use super::{Stat, decimal};

impl Stat {
    /// The statistic of the known values; `None` if there are none (a sum of none is 0). Reorders the slice.
    pub fn of(self, values: &mut [f64]) -> Option<f64> {
        match self {
            Stat::Sum => Some(values.iter().sum()),
            Stat::Mean if values.is_empty() => None,
            Stat::Mean => Some(values.iter().sum::<f64>() / values.len() as f64),
            Stat::Median | Stat::P90 => nth(values, self.place(values.len())?),
        }
    }

    /// The place of a median or percentile in the ascending order of so many values.
    pub(crate) fn place(self, count: usize) -> Option<usize> {
        match self {
            Stat::Median => Some(count.checked_sub(1)? / 2),
            Stat::P90 => (count * 9).div_ceil(10).checked_sub(1),
            Stat::Sum | Stat::Mean => None,
        }
    }
}

/// The worst value that still is among the top (bottom) `percent` of these known values: a customer belongs if the own
/// value is `≥` it (bottom: `≤`). Exactly those for whom fewer than `percent/100 · n` are strictly better. Reorders the slice.
pub fn cut(values: &mut [f64], percent: f64, bottom: bool) -> Option<f64> {
    let place = cut_place(percent, values.len(), bottom)?;
    nth(values, place)
}

/// The place of the cut in the ascending order of so many values.
pub(crate) fn cut_place(percent: f64, count: usize, bottom: bool) -> Option<usize> {
    let rank = decimal::share_ceil(percent, count)?;
    let index = rank.checked_sub(1)?.min(count.checked_sub(1)?);
    Some(if bottom { index } else { count - 1 - index })
}

/// The value at this place of the ascending order.
pub(crate) fn nth(values: &mut [f64], index: usize) -> Option<f64> {
    (index < values.len()).then(|| *values.select_nth_unstable_by(index, f64::total_cmp).1)
}

/// To the nearest multiple of `unit`, halves to even; unit 1 for plain numbers, 100 for money in fen.
pub fn round_half_even(x: f64, unit: f64) -> f64 {
    if unit == 1.0 { x.round_ties_even() } else { (x / unit).round_ties_even() * unit }
}
