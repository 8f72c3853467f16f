//! What strangers who share one thing share besides. Two people called Anna Berg have e-mail addresses that look alike, and
//! two from one town share its postcode: counted as if fields were independent, they would pass for one person. So pairs that
//! share a value are drawn, those that are plainly strangers are kept, and how often these agree in another field replaces
//! how often any two strangers do (the main terms of a log-linear model: Thibaudeau, "The Discrimination Power of Dependency
//! Structures in Record Linkage", Survey Methodology 19/1, 1993).

use super::{
    chance::Chance,
    distance::Places,
    kind::{Kind, Level},
    rates::Levels,
    table::Table,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Pairs drawn for each field, and how many plain strangers must be among them.
const DRAWN: usize = 8000;
const STRANGERS: f64 = 200.0;
/// Agreement must be so many times as frequent to count as tied, and seen so often.
const TIED: f64 = 3.0;
const SEEN: f64 = 20.0;

/// Strangers who share one field's value agree in another one more often than strangers at large.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tie {
    /// place of the field whose values are equal
    pub given: usize,
    /// place of the field that agrees, too
    pub field: usize,
    /// to which level
    pub level: Level,
    /// how many times as often as among strangers at large, > 1
    pub times: f64,
}

/// For every field, how plain strangers who share its value agree in the others.
pub(crate) struct Shared {
    /// `[given][field]`
    seen: Vec<Vec<Levels>>,
}

/// Draws pairs that share a value of each field.
pub(crate) fn draw(table: &Table, seed: u64) -> Shared {
    let fields = table.columns.len();
    let none = || vec![[0.0; Level::COUNT]; fields];
    let ties = |given: usize| fields >= 4 && binds(table.columns[given].kind);
    let seen = (0..fields).into_par_iter().map(|given| if ties(given) { of(table, given, Chance::new(seed, 9000 + given as u64)) } else { none() });
    Shared { seen: seen.collect() }
}

/// Can strangers share a value of this kind, and something else because of it?
fn binds(kind: Kind) -> bool {
    !matches!(kind, Kind::Date | Kind::Email | Kind::Phone | Kind::Identity | Kind::House | Kind::Category)
}

/// Can agreement to this level come from sharing something else? An e-mail address looks like its owner's name; but nothing
/// makes two strangers' whole addresses, numbers or days of birth equal.
fn is_bound(kind: Kind, level: Level) -> bool {
    match kind {
        Kind::Date | Kind::Phone | Kind::Identity => false,
        Kind::Email => level != Level::Exact,
        _ => level != Level::Different,
    }
}

fn of(table: &Table, given: usize, mut chance: Chance) -> Vec<Levels> {
    let mut seen = vec![[0.0; Level::COUNT]; table.columns.len()];
    let codes = &table.columns[given].codes;
    let most = codes.iter().max().map_or(0, |m| *m as usize);
    let mut starts = vec![0u32; most + 2];
    codes.iter().for_each(|c| starts[*c as usize + 1] += 1);
    let mut pairs: Vec<u64> = Vec::with_capacity(most + 1);
    let mut sum = 0u64;
    for code in 0..=most {
        let n = u64::from(starts[code + 1]);
        sum += if code == 0 { 0 } else { n * n.saturating_sub(1) };
        pairs.push(sum);
    }
    if sum == 0 {
        return seen;
    }
    for code in 0..=most {
        starts[code + 1] += starts[code];
    }
    let mut next = starts.clone();
    let mut rows = vec![0u32; codes.len()];
    for &row in &table.order {
        let slot = &mut next[codes[row as usize] as usize];
        rows[*slot as usize] = row;
        *slot += 1;
    }
    let mut places = Places::default();
    // few pairs are all looked at, each once in either order
    let every = sum <= 2 * DRAWN as u64;
    for turn in 0..if every { sum } else { DRAWN as u64 } {
        let at = if every { turn } else { chance.below(sum as usize) as u64 };
        let code = pairs.partition_point(|p| *p <= at);
        let (from, n) = (starts[code] as usize, (starts[code + 1] - starts[code]) as usize);
        let place = (at - if code == 0 { 0 } else { pairs[code - 1] }) as usize;
        let (i, j) = (place / (n - 1), place % (n - 1));
        let (a, b) = (rows[from + i], rows[from + if j >= i { j + 1 } else { j }]);
        if every && i > j {
            continue;
        }
        let pattern = table.pattern(a as usize, b as usize, &mut places);
        for (field, sums) in seen.iter_mut().enumerate().filter(|(f, _)| *f != given) {
            if plain_strangers(pattern, table.columns.len(), given, field) {
                sums[(pattern >> (3 * field) & 7) as usize] += 1.0;
            }
        }
    }
    seen
}

/// Do more of the other fields differ than agree?
fn plain_strangers(pattern: u64, fields: usize, given: usize, field: usize) -> bool {
    let mut balance = 0;
    for other in (0..fields).filter(|f| *f != given && *f != field) {
        balance += match Level::of(pattern >> (3 * other)) {
            Level::Different => 1,
            Level::Missing => 0,
            _ => -1,
        };
    }
    balance >= if fields > 4 { 2 } else { 1 }
}

impl Shared {
    /// What is tied to what, with how often strangers at large agree.
    pub fn ties(&self, kinds: &[Kind], u: &[Levels]) -> Vec<Tie> {
        let mut ties = Vec::new();
        for (given, fields) in self.seen.iter().enumerate() {
            for (field, sums) in fields.iter().enumerate() {
                let filled: f64 = sums[1..].iter().sum();
                if filled < STRANGERS {
                    continue;
                }
                for &level in kinds[field].levels().iter().filter(|l| is_bound(kinds[field], **l)) {
                    // equal and equal is one thing, told once
                    let twice = level == Level::Exact && given > field && is_bound(kinds[given], level) && self.seen[field][given][1..].iter().sum::<f64>() >= STRANGERS;
                    let (here, large) = (sums[level as usize], u[field][level as usize]);
                    let times = if large > 0.0 { here / filled / large } else { 1.0 };
                    if !twice && here >= SEEN && times >= TIED {
                        ties.push(Tie { given, field, level, times });
                    }
                }
            }
        }
        ties
    }
}

/// How many times as often strangers agree to the level of each field as their fields alone say, given the others: for each
/// field 1 or more. `u` times it never exceeds one.
pub(crate) fn times(ties: &[Tie], u: &[Levels], pattern: u64, out: &mut [f64]) {
    out.fill(1.0);
    for tie in ties {
        if Level::of(pattern >> (3 * tie.given)) == Level::Exact && Level::of(pattern >> (3 * tie.field)) == tie.level {
            let most = 0.9 / u[tie.field][tie.level as usize].max(1e-12);
            out[tie.field] = (out[tie.field] * tie.times).min(most.max(1.0));
        }
    }
}
