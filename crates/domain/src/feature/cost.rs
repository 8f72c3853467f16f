//! Acquisition cost by channel: what a channel cost in a period, shared out among the customers it won in it.

use super::version::latest;
use crate::{clock::Instant, fact::CostFact, money::div_half_even, period::Day};

/// The part of a cost that each customer bears whom the channel won in these days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostShare {
    /// the channel
    pub channel: String,
    /// first day
    pub from: Day,
    /// last day
    pub to: Day,
    /// amount ÷ new customers, minor units, half to even
    pub each: i64,
}

/// Shares the known costs out, of a corrected one its last version; `won(channel, from, to)` says how many customers' first order day lies in those days. A cost without a
/// channel, or of a channel that won nobody, is nobody's.
pub fn share_out(costs: &[CostFact], won: impl Fn(&str, Day, Day) -> u64) -> Vec<CostShare> {
    let share = |cost: &CostFact| {
        let channel = cost.channel.clone()?;
        let (from, to) = (cost.first_day, cost.last_day);
        let customers = i128::from(won(&channel, from, to));
        let each = i64::try_from(div_half_even(i128::from(cost.amount), Some(customers).filter(|n| *n > 0)?)).ok()?;
        Some(CostShare { channel, from, to, each })
    };
    latest(costs, Day(i32::MAX), Instant::MAX).into_iter().filter_map(share).collect()
}

/// What winning a customer of this channel cost whose first order was on this day; `None` if no cost is known.
pub fn cost_of(shares: &[CostShare], channel: &str, first: Day) -> Option<i64> {
    let borne = shares.iter().filter(|s| s.channel == channel && s.from <= first && first <= s.to);
    borne.map(|s| s.each).reduce(i64::saturating_add)
}
