//! Expectation–maximisation (Dempster, Laird & Rubin, JRSS B 39, 1977) over *patterns*: thousands of pairs that agree in the
//! same way are one line with a count. `u` stands; what is found is `m`, how often one person's rows agree to each level, and
//! how many pairs are one person's.
//!
//! All pairs of the table are in the sum, those nobody looked at as strangers; so the share of matches is one of all pairs,
//! and it does not matter how the pairs to look at were chosen. A third kind of pair, people who live together, agrees in
//! what they share as one person's rows do, and in what is personal as strangers do.

use super::{
    kind::{Kind, Level},
    rates::Levels,
    table::FIELDS,
    ties::{Tie, times},
};

/// What is expected of one person's rows before any is seen, and how many pairs that expectation weighs.
const EXPECTED: Levels = [0.0, 0.76, 0.07, 0.04, 0.03, 0.02, 0.01, 0.07];
const EXPECTED_WEIGHT: f64 = 5.0;
const MOST_ROUNDS: usize = 300;
const STILL: f64 = 1e-5;
/// After so many rounds, patterns that no pair of interest has are left out.
const SETTLED: usize = 5;
/// One person's rows differ in what is personal no more often than this.
const MOST_DIFFERENT: f64 = 0.4;

/// What EM found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub m: Vec<Levels>,
    /// share of all pairs that are one person's
    pub same: f64,
    /// share of all pairs that are of people who live together
    pub household: f64,
}

/// A table's fields as EM needs them.
pub(crate) struct Fields<'f> {
    pub kinds: &'f [Kind],
    pub partners: &'f [(usize, usize)],
    /// how often strangers agree
    pub u: &'f [Levels],
    pub ties: &'f [Tie],
}

/// A pattern and what stays the same about it while `m` is sought.
struct Line {
    pattern: u64,
    /// how many pairs have it
    count: f64,
    /// how many times as often strangers agree in this way as their fields alone say
    tied: f64,
    /// the same for people who live together
    tied_home: f64,
    /// fields in which people who live together agree
    shared: u32,
}

/// `patterns`: three bits a field, and how many pairs have it.
pub(crate) fn fit(fields: &Fields<'_>, patterns: &[(u64, f64)], rows: usize) -> Found {
    let (kinds, u) = (fields.kinds, fields.u);
    let all = (rows as f64 * (rows as f64 - 1.0) / 2.0).max(1.0);
    let begin = (0.1 * rows as f64 / all).min(0.05);
    let mut m: Vec<Levels> = kinds.iter().map(|kind| expected(*kind)).collect();
    let mut found = Found { m: Vec::new(), same: begin, household: if tells_households(kinds) { begin } else { 0.0 } };
    let mut lines: Vec<Line> = patterns.iter().map(|(pattern, count)| fields.line(*pattern, *count)).collect();
    for round in 0..MOST_ROUNDS {
        let ratio = ratios(&m, u);
        let strangers = 1.0 - found.same - found.household;
        let mut sums = vec![[0.0; Level::COUNT]; kinds.len()];
        let (mut matches, mut households) = (0.0, 0.0);
        lines.retain(|line| {
            let (mut one, mut home, mut rest, mut shared) = (found.same, found.household * line.tied_home, line.pattern, line.shared);
            for levels in &ratio {
                let times = levels[(rest & 7) as usize];
                one *= times;
                home *= if shared & 1 == 1 { times } else { 1.0 };
                (rest, shared) = (rest >> 3, shared >> 1);
            }
            let sum = one + home + strangers * line.tied;
            let (weight, at_home) = (line.count * one / sum, line.count * home / sum);
            matches += weight;
            households += at_home;
            let mut rest = line.pattern;
            for sum in &mut sums {
                sum[(rest & 7) as usize] += weight;
                rest >>= 3;
            }
            // what is hopeless by now stays so
            round != SETTLED || weight + at_home > 1e-4
        });
        let mut moved: f64 = 0.0;
        for ((kind, m), sum) in kinds.iter().zip(&mut m).zip(&sums) {
            let new = improved(*kind, sum);
            moved = new.iter().zip(m.iter()).map(|(a, b)| (a - b).abs()).fold(moved, f64::max);
            *m = new;
        }
        // half a pair: a table without duplicates has a small share, not none
        let same = ((matches + 0.5) / all).min(0.5);
        moved = moved.max((same / found.same - 1.0).abs() * 0.1);
        found.same = same;
        if found.household > 0.0 {
            found.household = ((households + 0.1) / all).min(0.2);
        }
        if moved < STILL {
            break;
        }
    }
    found.m = m;
    found
}

impl Fields<'_> {
    fn line(&self, pattern: u64, count: f64) -> Line {
        let mut each = [1.0; FIELDS];
        times(self.ties, self.u, pattern, &mut each);
        let shared = shared(self.kinds.iter().copied(), self.partners, pattern);
        let at_home = each.iter().enumerate().filter(|(i, _)| shared >> i & 1 == 0).map(|(_, t)| t).product();
        Line { pattern, count, tied: each.iter().product(), tied_home: at_home, shared }
    }
}

/// `m` of a field from how often its levels were seen. One person's first name, date of birth … may differ, but not as a rule.
fn improved(kind: Kind, seen: &Levels) -> Levels {
    let prior = expected(kind);
    let all: f64 = seen[1..].iter().sum::<f64>() + EXPECTED_WEIGHT;
    let mut m = [0.0; Level::COUNT];
    kind.levels().iter().for_each(|l| m[*l as usize] = (seen[*l as usize] + EXPECTED_WEIGHT * prior[*l as usize]) / all);
    let different = m[Level::Different as usize];
    if kind.is_personal() && different > MOST_DIFFERENT {
        let scale = (1.0 - MOST_DIFFERENT) / (1.0 - different);
        m.iter_mut().for_each(|x| *x *= scale);
        m[Level::Different as usize] = MOST_DIFFERENT;
    }
    m
}

/// Households can be told apart where something is personal and something shared.
fn tells_households(kinds: &[Kind]) -> bool {
    let personal = kinds.iter().any(|k| matches!(k, Kind::GivenName | Kind::FullName | Kind::Date | Kind::Identity));
    let shared = kinds.iter().any(|k| matches!(k, Kind::Address | Kind::Phone | Kind::FamilyName));
    personal && shared && kinds.len() >= 3
}

/// What is expected of a field whose kind knows only some of the levels.
fn expected(kind: Kind) -> Levels {
    let mut levels = [0.0; Level::COUNT];
    let sum: f64 = kind.levels().iter().map(|l| EXPECTED[*l as usize]).sum();
    kind.levels().iter().for_each(|l| levels[*l as usize] = EXPECTED[*l as usize] / sum);
    levels
}

/// `m / u`: what agreeing to a level makes of the odds. A missing value makes nothing of them.
fn ratios(m: &[Levels], u: &[Levels]) -> Vec<Levels> {
    let ratio = |m: &Levels, u: &Levels| std::array::from_fn(|l| if l == 0 || u[l] <= 0.0 { 1.0 } else { m[l] / u[l] });
    m.iter().zip(u).map(|(m, u)| ratio(m, u)).collect()
}

/// In which fields people who live together agree as one person's rows do, one bit a field: in what is not personal. A
/// surname that stands in the other row's field for first names is shared if nothing else of the two names is.
pub(crate) fn shared(kinds: impl Iterator<Item = Kind>, partners: &[(usize, usize)], pattern: u64) -> u32 {
    let level = |i: usize| Level::of(pattern >> (3 * i));
    let mut mask = 0;
    for (i, kind) in kinds.enumerate() {
        let crossed = matches!(level(i), Level::Swapped | Level::SwappedClose) && kind != Kind::FullName;
        let alone = || partners.iter().any(|&(a, b)| (a == i && level(b) == Level::Different) || (b == i && level(a) == Level::Different));
        mask |= u32::from(if crossed { alone() } else { !kind.is_personal() }) << i;
    }
    mask
}
