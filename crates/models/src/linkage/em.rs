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
    ties::{Tie, times},
};

/// What is expected of one person's rows before any is seen, and how many pairs that expectation weighs.
const EXPECTED: Levels = [0.0, 0.76, 0.07, 0.04, 0.03, 0.02, 0.01, 0.07];
const EXPECTED_WEIGHT: f64 = 5.0;
const MOST_ROUNDS: usize = 300;
const STILL: f64 = 1e-5;

/// What EM found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub m: Vec<Levels>,
    /// share of all pairs that are one person's
    pub same: f64,
    /// share of all pairs that are of people who live together
    pub household: f64,
}

/// `patterns`: three bits a field, and how many pairs have it.
pub(crate) fn fit(kinds: &[Kind], u: &[Levels], ties: &[Tie], patterns: &[(u64, f64)], rows: usize) -> Found {
    let all = (rows as f64 * (rows as f64 - 1.0) / 2.0).max(1.0);
    let mut m: Vec<Levels> = kinds.iter().map(|kind| expected(*kind)).collect();
    let households = tells_households(kinds);
    let mut found = Found { m: m.clone(), same: (0.1 * rows as f64 / all).min(0.05), household: if households { (0.02 * rows as f64 / all).min(0.01) } else { 0.0 } };
    // how many times as often strangers agree in this way as their fields alone say
    let mut each = vec![1.0; kinds.len()];
    let tied = |pattern: u64, each: &mut [f64]| {
        times(ties, u, pattern, each);
        each.iter().product::<f64>()
    };
    let mut active: Vec<(u64, f64, f64)> = patterns.iter().map(|(p, n)| (*p, *n, tied(*p, &mut each))).collect();
    for round in 0..MOST_ROUNDS {
        let (same, live_together) = (ratios(&m, u), shared_ratios(kinds, &m, u));
        let mut sums = vec![[0.0; Level::COUNT]; kinds.len()];
        let (mut matches, mut households) = (0.0, 0.0);
        let strangers = 1.0 - found.same - found.household;
        let weigh = |pattern: u64, tied: f64| {
            let (mut one, mut home) = (found.same, found.household);
            let mut rest = pattern;
            for (a, b) in same.iter().zip(&live_together) {
                one *= a[(rest & 7) as usize];
                home *= b[(rest & 7) as usize];
                rest >>= 3;
            }
            let sum = one + home + strangers * tied;
            (one / sum, home / sum)
        };
        let mut kept = Vec::new();
        for &(pattern, count, tied) in &active {
            let (one, home) = weigh(pattern, tied);
            let weight = one * count;
            matches += weight;
            households += home * count;
            if round == 5 && weight + home * count > 1e-4 {
                kept.push((pattern, count, tied));
            }
            if weight > 0.0 {
                let mut rest = pattern;
                for sum in &mut sums {
                    sum[(rest & 7) as usize] += weight;
                    rest >>= 3;
                }
            }
        }
        if round == 5 {
            active = kept;
        }
        let mut moved: f64 = 0.0;
        for (i, sum) in sums.iter().enumerate() {
            let prior = expected(kinds[i]);
            let seen: f64 = sum[1..].iter().sum();
            for &level in kinds[i].levels() {
                let l = level as usize;
                let new = (sum[l] + EXPECTED_WEIGHT * prior[l]) / (seen + EXPECTED_WEIGHT);
                moved = moved.max((new - m[i][l]).abs());
                m[i][l] = new;
            }
        }
        // half a pair: a table without duplicates has a small share, not none
        let new = ((matches + 0.5) / all).min(0.5);
        moved = moved.max((new / found.same - 1.0).abs() * 0.1);
        found.same = new;
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

/// The same for people who live together: what is personal says nothing.
fn shared_ratios(kinds: &[Kind], m: &[Levels], u: &[Levels]) -> Vec<Levels> {
    let mut all = ratios(m, u);
    for (kind, levels) in kinds.iter().zip(&mut all) {
        (0..Level::COUNT).filter(|l| !is_shared(*kind, Level::of(*l as u64))).for_each(|l| levels[l] = 1.0);
    }
    all
}

/// Is agreement to this level what people who live together have in common?
pub(crate) fn is_shared(kind: Kind, level: Level) -> bool {
    !kind.is_personal() && !(kind == Kind::FamilyName && matches!(level, Level::Swapped | Level::SwappedClose))
}
