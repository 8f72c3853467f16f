//! What was found, how much it costs, and the two questions about days that need more than counting.

use super::kinds::Kind;
use domain::{Day, Label};
use lake::Bits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Something found.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) count: u64,
    pub(super) of: u64,
    /// whom it touches
    pub(super) who: Option<Bits>,
    /// which days
    pub(super) days: Vec<Day>,
    /// which definitions: key, as walls know it, and name
    pub(super) named: Vec<(String, Label)>,
    /// the field that is missing
    pub(super) label: Option<Label>,
}

impl Found {
    /// Of customers.
    pub(super) fn of(who: Bits, of: u64) -> Found {
        Found { count: who.count(), of, who: Some(who), ..Found::default() }
    }

    pub(super) fn share(&self) -> f64 {
        if self.of == 0 { 0.0 } else { (self.count as f64 / self.of as f64).min(1.0) }
    }

    /// Points it costs of the hundred.
    pub(super) fn points(&self, kind: &Kind) -> f64 {
        kind.weight * self.share()
    }

    pub(super) fn level(&self, kind: &Kind) -> Level {
        let share = self.share();
        match self.count {
            0 => Level::Ok,
            _ if share >= kind.bad => Level::Bad,
            _ if share >= kind.warn => Level::Warn,
            _ => Level::Note,
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QualityLevel)]
pub enum Level {
    /// nothing was found
    Ok,
    /// found, and told
    Note,
    /// to be looked at
    Warn,
    /// figures are wrong by it
    Bad,
}

/// A hundred, less what is lost; 100 means that nothing was.
pub(super) fn score(points: impl IntoIterator<Item = f64>) -> u8 {
    let lost: f64 = points.into_iter().sum();
    let most = if lost > 0.0 { 99.0 } else { 100.0 };
    (100.0 - lost).clamp(0.0, most).round() as u8
}

/// So far back days are compared.
const YEAR: i32 = 365;
/// So far back days are looked for that lack orders.
const LOOKED: i32 = 90;
/// Weeks of a weekday that must be known, the share of them with orders, and how many there are on one.
const WEEKS: u64 = 8;
const OFTEN: f64 = 0.85;
const SEVERAL: f64 = 3.0;

/// Days between two days with orders that nine of ten gaps of the last year do not pass; 1 for who sells every day.
pub(super) fn usual_gap(days: &BTreeMap<Day, u64>, last: Day) -> u64 {
    let with: Vec<Day> = days.range(last.plus(-YEAR)..=last).map(|(day, _)| *day).collect();
    let mut gaps: Vec<i32> = with.windows(2).filter_map(|w| Some(w.get(1)?.0 - w.first()?.0)).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() * 9 / 10).map_or(1, |gap| u64::try_from(*gap).unwrap_or(1).max(1))
}

/// The days up to the last with data on which there is no order although the same weekday usually has some, and how many days were
/// looked at.
pub(super) fn silent_days(days: &BTreeMap<Day, u64>, last: Day) -> (Vec<Day>, u64) {
    let Some(first) = days.range(last.plus(-YEAR)..).next().map(|(day, _)| *day) else { return (Vec::new(), 0) };
    let mut weeks = [(0u64, 0u64, 0u64); 7];
    let each = |from: Day| (from.0..=last.0).map(Day);
    for day in each(first) {
        if let Some((all, with, sum)) = weeks.get_mut(usize::from(day.weekday())) {
            let n = days.get(&day).copied().unwrap_or(0);
            *all += 1;
            *with += u64::from(n > 0);
            *sum += n;
        }
    }
    let usual = |day: Day| {
        let (all, with, sum) = weeks.get(usize::from(day.weekday())).copied().unwrap_or_default();
        all >= WEEKS && with as f64 >= OFTEN * all as f64 && sum as f64 >= SEVERAL * with as f64
    };
    let from = first.max(last.plus(1 - LOOKED));
    let missing = each(from).filter(|day| usual(*day) && !days.contains_key(day)).collect();
    (missing, u64::try_from(last.0 - from.0 + 1).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_means_that_nothing_was_lost() {
        assert_eq!(score([]), 100);
        assert_eq!(score([0.0, 0.0]), 100);
        assert_eq!(score([0.001]), 99);
        assert_eq!(score([12.4, 3.2]), 84);
        assert_eq!(score([90.0, 90.0]), 0);
    }

    #[test]
    fn a_shop_closed_on_sundays_misses_no_sunday() {
        let last = Day::new(2026, 1, 31).expect("a day");
        let mut days: BTreeMap<Day, u64> = (0..200).map(|n| (last.plus(-n), 5)).filter(|(day, _)| day.weekday() != 6).collect();
        assert_eq!(silent_days(&days, last), (Vec::new(), 90));
        let gone = [last.plus(-3), last.plus(-40)];
        assert!(gone.iter().all(|d| days.remove(d).is_some()));
        assert_eq!(silent_days(&days, last).0, [gone[1], gone[0]]);
        assert_eq!(usual_gap(&days, last), 2, "over a Sunday");
    }

    #[test]
    fn who_sells_now_and_then_misses_no_day() {
        let last = Day::new(2026, 1, 31).expect("a day");
        let days: BTreeMap<Day, u64> = (0..40).map(|n| (last.plus(-n * 9), 1)).collect();
        assert_eq!(silent_days(&days, last).0, []);
        assert_eq!(usual_gap(&days, last), 9);
        assert_eq!(silent_days(&BTreeMap::new(), last), (Vec::new(), 0));
        assert_eq!(usual_gap(&BTreeMap::new(), last), 1);
    }
}
