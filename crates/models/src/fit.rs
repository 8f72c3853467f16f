//! How well clusters on one line fit: silhouettes, exact, and how stable they are when the data is drawn again.

use crate::kmeans::{Clusters, kmeans};

/// How well one cluster fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterFit {
    /// values in it
    pub size: u64,
    /// mean silhouette of its values, −1 to 1
    pub silhouette: f64,
    /// mean over the draws of the Jaccard similarity of the cluster and the one most like it, 0–1
    pub jaccard: f64,
}

/// How well clusters fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fit {
    /// values that were clustered
    pub n: u64,
    /// mean silhouette of all values, −1 to 1; absent with less than two clusters
    pub silhouette: Option<f64>,
    /// share of the spread that the clusters explain, 0–1
    pub explained: f64,
    /// share of the values that stay in their cluster when the data is drawn again, the mean over the draws; absent without draws
    pub same: Option<Range>,
    /// ascending
    pub clusters: Vec<ClusterFit>,
    /// values of each draw
    pub drawn: u64,
    /// draws
    pub draws: u32,
}

/// A mean, and where nine tenths of the draws lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// mean over the draws
    pub mean: f64,
    /// 5 % lie below
    pub low: f64,
    /// 5 % lie above
    pub high: f64,
}

/// A draw holds no more values than this: more would only make the clusters look steadier than they are for few.
const DRAWN: usize = 5_000;

/// Fits `k` clusters to the values that are finite, and says how well they fit.
///
/// The silhouette of a value is (b − a) ÷ max(a, b), a the mean distance to the others of its cluster, b to those of the nearest other
/// cluster, and 0 of one that is alone (Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20, 1987). On a line it needs no pairs: sums of
/// the values to the left and right are enough.
///
/// Stability follows Hennig, "Cluster-wise assessment of cluster stability", Comput. Stat. Data Anal. 52, 2007: `draws` times as many values
/// are drawn with replacement (5,000 of more), clustered anew, every value goes to the nearest new centre, and each cluster is compared
/// with the new one most like it. Above 0.75 a cluster is called stable, below 0.6 it says little. The draws follow from `seed`.
pub fn fit(values: &[f64], k: usize, draws: u32, seed: u64) -> Fit {
    let mut sorted: Vec<f64> = values.iter().filter(|x| x.is_finite()).map(|x| x + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let found = kmeans(&sorted, k);
    let sums: Vec<f64> = std::iter::once(0.0).chain(sorted.iter().scan(0.0, |sum, x| { *sum += x; Some(*sum) })).collect();
    // clusters are runs of the sorted values
    let mut runs: Vec<(usize, usize)> = Vec::with_capacity(found.clusters.len());
    for c in &found.clusters {
        let from = runs.last().map_or(0, |r| r.1);
        runs.push((from, from + c.size as usize));
    }
    let silhouettes: Vec<f64> = (0..runs.len()).map(|i| silhouette(&sorted, &sums, &runs, i)).collect();
    let n = sorted.len();
    let weighted = || silhouettes.iter().zip(&found.clusters).map(|(s, c)| s * c.size as f64).sum::<f64>() / n as f64;
    let mut out = Fit {
        n: n as u64,
        silhouette: (runs.len() > 1).then(weighted),
        explained: found.explained(),
        clusters: silhouettes.iter().zip(&found.clusters).map(|(s, c)| ClusterFit { size: c.size, silhouette: *s, jaccard: 0.0 }).collect(),
        ..Fit::default()
    };
    if runs.len() > 1 && draws > 0 {
        drawn_again(&sorted, &runs, &mut out, k, draws, seed);
    }
    out
}

/// Mean silhouette of a cluster. Values that are equal are reckoned once.
fn silhouette(sorted: &[f64], sums: &[f64], runs: &[(usize, usize)], i: usize) -> f64 {
    let (from, to) = runs[i];
    let size = (to - from) as f64;
    if to - from < 2 || runs.len() < 2 {
        return 0.0;
    }
    let mean = |(a, b): (usize, usize)| (sums[b] - sums[a]) / (b - a) as f64;
    // whoever lies on one side of x is as far from it as their mean is; of the other clusters only the neighbours can be nearest
    let beside: Vec<f64> = [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter_map(|j| runs.get(j).copied()).map(mean).collect();
    let (mut total, mut at) = (0.0, from);
    while at < to {
        let x = sorted[at];
        let end = at + sorted[at..to].partition_point(|y| *y == x);
        let left = x * (at - from) as f64 - (sums[at] - sums[from]);
        let right = (sums[to] - sums[end]) - x * (to - end) as f64;
        let a = (left + right) / (size - 1.0);
        let b = beside.iter().map(|m| (m - x).abs()).fold(f64::INFINITY, f64::min);
        let most = a.max(b);
        if most > 0.0 {
            total += (end - at) as f64 * (b - a) / most;
        }
        at = end;
    }
    total / size
}

fn drawn_again(sorted: &[f64], runs: &[(usize, usize)], out: &mut Fit, k: usize, draws: u32, seed: u64) {
    let n = sorted.len();
    let drawn = n.min(DRAWN);
    let mut random = seed;
    let mut next = || {
        // splitmix64 (Steele, Lea & Flood, OOPSLA 2014)
        random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (random ^ (random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut same: Vec<f64> = Vec::with_capacity(draws as usize);
    let mut jaccard = vec![0.0; runs.len()];
    for _ in 0..draws {
        let values: Vec<f64> = (0..drawn).map(|_| sorted[((u128::from(next()) * n as u128) >> 64) as usize]).collect();
        let again = assigned(sorted, &kmeans(&values, k));
        let shared = |a: (usize, usize), b: (usize, usize)| a.1.min(b.1).saturating_sub(a.0.max(b.0));
        for (sum, run) in jaccard.iter_mut().zip(runs) {
            let like = |b: &(usize, usize)| {
                let both = shared(*run, *b);
                both as f64 / ((run.1 - run.0) + (b.1 - b.0) - both).max(1) as f64
            };
            *sum += again.iter().map(like).fold(0.0, f64::max);
        }
        // the score is the place among the clusters
        same.push(runs.iter().zip(&again).map(|(a, b)| shared(*a, *b)).sum::<usize>() as f64 / n as f64);
    }
    same.sort_unstable_by(f64::total_cmp);
    let place = |q: f64| same[((same.len() - 1) as f64 * q).round() as usize];
    out.same = Some(Range { mean: same.iter().sum::<f64>() / f64::from(draws), low: place(0.05), high: place(0.95) });
    out.clusters.iter_mut().zip(jaccard).for_each(|(c, sum)| c.jaccard = sum / f64::from(draws));
    (out.drawn, out.draws) = (drawn as u64, draws);
}

/// Which of the sorted values are nearest to which centre.
fn assigned(sorted: &[f64], clusters: &Clusters) -> Vec<(usize, usize)> {
    let centres = clusters.centres();
    let mut from = 0;
    let ends = centres.windows(2).map(|w| (w[0] + w[1]) / 2.0).chain(std::iter::once(f64::INFINITY));
    ends.map(|end| {
        let run = (from, sorted.partition_point(|x| *x <= end));
        from = run.1;
        run
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As it is defined, over all pairs.
    fn by_pairs(values: &[f64], k: usize) -> (Vec<f64>, f64) {
        let found = kmeans(values, k);
        let of = |x: f64| found.clusters.iter().position(|c| c.min <= x && x <= c.max).unwrap();
        let mean = |x: f64, cluster: usize, own: bool| {
            let all: Vec<f64> = values.iter().copied().filter(|y| of(*y) == cluster).collect();
            all.iter().map(|y| (x - y).abs()).sum::<f64>() / (all.len() - usize::from(own)) as f64
        };
        let one = |x: f64| {
            let own = of(x);
            if found.clusters[own].size < 2 {
                return 0.0;
            }
            let a = mean(x, own, true);
            let b = (0..found.clusters.len()).filter(|c| *c != own).map(|c| mean(x, c, false)).fold(f64::INFINITY, f64::min);
            if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
        };
        let each = |c: usize| {
            let all: Vec<f64> = values.iter().copied().filter(|x| of(*x) == c).map(one).collect();
            all.iter().sum::<f64>() / all.len() as f64
        };
        ((0..found.clusters.len()).map(each).collect(), values.iter().map(|x| one(*x)).sum::<f64>() / values.len() as f64)
    }

    proptest! {
        #[test]
        fn silhouettes_are_those_of_all_pairs(values in prop::collection::vec(-40i32..40, 2..60), k in 2usize..6) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = fit(&values, k, 0, 1);
            if let Some(all) = found.silhouette {
                let (each, mean) = by_pairs(&values, k);
                prop_assert!((all - mean).abs() < 1e-9, "{} {}", all, mean);
                for (c, s) in found.clusters.iter().zip(each) {
                    prop_assert!((c.silhouette - s).abs() < 1e-9);
                }
            }
        }

        #[test]
        fn shares_are_shares(values in prop::collection::vec(0u32..5_000, 0..200), k in 1usize..6, seed in any::<u64>()) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = fit(&values, k, 8, seed);
            prop_assert_eq!(found.clusters.iter().map(|c| c.size).sum::<u64>(), found.n);
            prop_assert!(found.clusters.iter().all(|c| (0.0..=1.0).contains(&c.jaccard) && (-1.0..=1.0).contains(&c.silhouette)));
            if let Some(r) = found.same {
                prop_assert!(0.0 <= r.low && r.low <= r.high && r.high <= 1.0 && r.mean <= 1.0);
            }
            prop_assert_eq!(&found, &fit(&values, k, 8, seed));
        }
    }

    #[test]
    fn groups_that_are_there_are_found_again_and_those_that_are_not_are_not() {
        let clear: Vec<f64> = (0..400).map(|i| f64::from(i % 4) * 1_000.0 + f64::from(i % 7)).collect();
        let found = fit(&clear, 4, 50, 7);
        assert!(found.silhouette.unwrap() > 0.95 && found.same.unwrap().low > 0.999, "{found:?}");
        assert!(found.clusters.iter().all(|c| c.jaccard > 0.999));
        // spread evenly there are no five groups: borders wander
        let even: Vec<f64> = (0..200).map(f64::from).collect();
        let found = fit(&even, 5, 50, 7);
        assert!(found.silhouette.unwrap() < 0.65 && found.same.unwrap().mean < 0.95, "{found:?}");
    }

    #[test]
    fn one_group_has_no_other_to_be_compared_with() {
        let found = fit(&[3.0, 3.0, f64::NAN], 5, 10, 1);
        assert_eq!((found.n, found.silhouette, found.same, found.draws), (2, None, None, 0));
        assert_eq!(fit(&[], 5, 10, 1), Fit { explained: 1.0, ..Fit::default() });
    }
}
