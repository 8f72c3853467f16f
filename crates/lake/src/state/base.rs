//! What only the whole base knows: statistics and cuts, found from columns. Sums of whole values are exact.

use super::{Bits, Column};
use domain::rule::{BaseKey, Stat};

/// A statistic of a column among these customers.
pub(super) fn statistic(key: &BaseKey, of: &Column, among: &Bits) -> Option<f64> {
    match (key.stat, of.exact(Some(among))) {
        (Stat::Sum, Some((sum, _))) => Some(sum as f64),
        (Stat::Mean, Some((_, 0))) => None,
        (Stat::Mean, Some((sum, n))) => Some(sum as f64 / n as f64),
        _ => key.stat.of(&mut of.numbers(Some(among))),
    }
}
