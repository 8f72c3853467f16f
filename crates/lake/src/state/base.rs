//! What only the whole base knows: statistics and cuts, found from columns. Sums of whole values are exact.

use super::{Bits, Column};
use domain::rule::{BaseKey, Stat};

/// A statistic of a column among those for whom another is above 0.
pub(super) fn statistic(key: &BaseKey, of: &Column, among: Option<&Column>) -> Option<f64> {
    let among: Option<Bits> = among.map(Column::positive);
    match (key.stat, of.exact(among.as_ref())) {
        (Stat::Sum, Some((sum, _))) => Some(sum as f64),
        (Stat::Mean, Some((_, 0))) => None,
        (Stat::Mean, Some((sum, n))) => Some(sum as f64 / n as f64),
        _ => key.stat.of(&mut of.numbers(among.as_ref())),
    }
}
