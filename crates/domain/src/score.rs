//! Scores 1–5 (`domain.md` §4), exact: integer arithmetic on ranks, ties share a score whatever the row order.
//!
//! A scoring is found once over the base as four cuts and then applied to one customer at a time; both `lake` and the
//! single-customer evaluation use the same cuts, so they cannot disagree.

use serde::{Deserialize, Serialize};

/// The four borders between scores 1 … 5, from bad to good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cuts {
    /// borders in the feature's own unit, worst first
    pub edges: Vec<f64>,
    /// must a value be strictly better than the border to pass it (quantile), or at least as good (bins, k-means)?
    pub strict: bool,
    /// is a smaller value better (recency)?
    pub smaller_is_better: bool,
}

impl Cuts {
    /// `1 +` the number of borders the value passes.
    pub fn score(&self, value: f64) -> u8 {
        let passes = |edge: f64| match (self.smaller_is_better, self.strict) {
            (false, true) => value > edge,
            (false, false) => value >= edge,
            (true, true) => value < edge,
            (true, false) => value <= edge,
        };
        1 + self.edges.iter().filter(|e| passes(**e)).count().min(4) as u8
    }
}

/// Cuts for `1 + ⌊5·w/n⌋`, w = values strictly worse, n = values. A value scores at least k + 1 if 5·w ≥ k·n, that is if at
/// least ⌈k·n/5⌉ values are strictly worse: if it is strictly better than the ⌈k·n/5⌉-th worst. Reorders the slice.
pub fn quantile_cuts(values: &mut [f64], smaller_is_better: bool) -> Cuts {
    let n = values.len();
    let mut edges = Vec::with_capacity(4);
    for place in quantile_places(n, smaller_is_better) {
        edges.push(*values.select_nth_unstable_by(place, f64::total_cmp).1);
    }
    Cuts { edges, strict: true, smaller_is_better }
}

/// The places of the four cuts in the ascending order of so many values, worst first.
pub(crate) fn quantile_places(n: usize, smaller_is_better: bool) -> impl Iterator<Item = usize> {
    let ranks = (1..=4usize).filter_map(move |k| (k * n).div_ceil(5).checked_sub(1));
    ranks.map(move |rank| if smaller_is_better { n - 1 - rank } else { rank })
}

/// Cuts at four own edges, given ascending: at or beyond an edge passes it.
pub fn bin_cuts(edges: &[f64], smaller_is_better: bool) -> Cuts {
    let mut edges: Vec<f64> = edges.to_vec();
    edges.sort_by(f64::total_cmp);
    if smaller_is_better {
        edges.reverse();
    }
    Cuts { edges, strict: false, smaller_is_better }
}

/// Cuts from the smallest (largest, if smaller is better) member of each cluster, as k-means finds them: `groups` are the
/// clusters' value ranges in ascending order, at most five; fewer clusters give fewer scores, from 1.
pub fn cluster_cuts(groups: &[(f64, f64)], smaller_is_better: bool) -> Cuts {
    let edges = if smaller_is_better {
        groups.iter().rev().skip(1).map(|(_, max)| *max).collect()
    } else {
        groups.iter().skip(1).map(|(min, _)| *min).collect()
    };
    Cuts { edges, strict: false, smaller_is_better }
}

/// The quantile score of every value.
pub fn quantile(values: &[f64], smaller_is_better: bool) -> Vec<u8> {
    let cuts = quantile_cuts(&mut values.to_vec(), smaller_is_better);
    values.iter().map(|v| cuts.score(*v)).collect()
}

/// The score of every value by own edges.
pub fn bins(values: &[f64], edges: &[f64], smaller_is_better: bool) -> Vec<u8> {
    let cuts = bin_cuts(edges, smaller_is_better);
    values.iter().map(|v| cuts.score(*v)).collect()
}
