//! Exact one-dimensional k-means by dynamic programming.
//!
//! In one dimension the best clusters are runs of the sorted values, so the best k clusters of the first j values are the
//! best k−1 clusters of the first i plus the run i..j, for the best i (Wang & Song, "Ckmeans.1d.dp: Optimal k-means
//! Clustering in One Dimension by Dynamic Programming", The R Journal 3/2, 2011). The best i never falls as j rises,
//! which divide and conquer turns into O(k·n·log n). Runs over the different values, weighted by how often they occur.

use rayon::prelude::*;

/// One cluster: a run of the sorted values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// smallest value
    pub min: f64,
    /// largest value
    pub max: f64,
    /// mean
    pub centre: f64,
    /// how many values
    pub size: u64,
    /// sum of squared distances to the centre
    pub within: f64,
}

/// Clusters in ascending order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clusters {
    /// ascending; fewer than k if there are fewer different values
    pub clusters: Vec<Cluster>,
    /// sum of all `within`: what was made as small as possible
    pub within: f64,
    /// sum of squared distances to the mean of all
    pub total: f64,
}

impl Clusters {
    /// The values in ascending order of the centres.
    pub fn centres(&self) -> Vec<f64> {
        self.clusters.iter().map(|c| c.centre).collect()
    }

    /// Share of the spread that the clusters explain, 0–1.
    pub fn explained(&self) -> f64 {
        if self.total > 0.0 { 1.0 - self.within / self.total } else { 1.0 }
    }
}

/// The k clusters with the smallest sum of squared distances to their centres. Values that are not finite are left out.
/// Of equally good partitions the one whose borders lie further left is taken, so the answer never depends on row order.
pub fn kmeans(values: &[f64], k: usize) -> Clusters {
    let points = distinct(values);
    let k = k.min(points.len());
    if k == 0 {
        return Clusters::default();
    }
    let runs = Runs::new(&points);
    let n = points.len();
    // best[j]: cost of the first j points in the clusters so far; from[c][j]: where the last of c+1 clusters begins
    let mut best: Vec<f64> = (0..=n).map(|j| runs.cost(0, j)).collect();
    let mut from: Vec<Vec<u32>> = vec![vec![0; n + 1]];
    for c in 1..k {
        let mut next = vec![f64::INFINITY; n + 1];
        let mut start = vec![0u32; n + 1];
        // the first j points can only make c+1 clusters if j > c
        step(&runs, &best, &mut next[c + 1..], &mut start[c + 1..], c + 1, c, n - 1);
        best = next;
        from.push(start);
    }
    let mut borders = vec![n];
    let mut j = n;
    for start in from.iter().rev() {
        j = start.get(j).map_or(0, |s| *s as usize);
        borders.push(j);
    }
    borders.reverse();
    let clusters: Vec<Cluster> = borders.windows(2).map(|w| runs.cluster(&points, w[0], w[1])).collect();
    Clusters { within: clusters.iter().map(|c| c.within).sum(), total: runs.cost(0, n), clusters }
}

/// Fills `next[j - first]` for the `j` of this piece, whose last cluster begins in `low..=high`.
fn step(
    runs: &Runs,
    best: &[f64],
    next: &mut [f64],
    start: &mut [u32],
    first: usize,
    low: usize,
    high: usize,
) {
    if next.is_empty() {
        return;
    }
    let middle = next.len() / 2;
    let j = first + middle;
    let (mut cost, mut at) = (f64::INFINITY, low);
    for i in low..=high.min(j - 1) {
        let c = best[i] + runs.cost(i, j);
        if c < cost {
            (cost, at) = (c, i);
        }
    }
    next[middle] = cost;
    start[middle] = at as u32;
    let (left, right) = next.split_at_mut(middle);
    let (left_start, right_start) = start.split_at_mut(middle);
    let (right, right_start) = (&mut right[1..], &mut right_start[1..]);
    let mut before = || step(runs, best, left, left_start, first, low, at);
    let mut after = || step(runs, best, right, right_start, j + 1, at, high);
    if middle > 4096 {
        rayon::join(before, after);
    } else {
        before();
        after();
    }
}

/// The different values, ascending, and how often each occurs.
fn distinct(values: &[f64]) -> Vec<(f64, f64)> {
    // −0 and 0 are one value
    let mut sorted: Vec<f64> = values.iter().filter(|x| x.is_finite()).map(|x| x + 0.0).collect();
    sorted.par_sort_unstable_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect()
}

/// Sums over the first points, so that the cost of any run is known at once. Values are shifted to their middle, which
/// keeps the squares small.
struct Runs {
    shift: f64,
    sums: Vec<Sums>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    value: f64,
    square: f64,
}

impl Runs {
    fn new(points: &[(f64, f64)]) -> Runs {
        let shift = points.get(points.len() / 2).map_or(0.0, |p| p.0);
        let mut sum = Sums::default();
        let mut sums = Vec::with_capacity(points.len() + 1);
        sums.push(sum);
        for (x, w) in points {
            let x = x - shift;
            sum.weight += w;
            sum.value += w * x;
            sum.square += w * x * x;
            sums.push(sum);
        }
        Runs { shift, sums }
    }

    fn over(&self, from: usize, to: usize) -> Sums {
        let (a, b) = (self.sums[from], self.sums[to]);
        Sums { weight: b.weight - a.weight, value: b.value - a.value, square: b.square - a.square }
    }

    /// Sum of squared distances of a run to its mean.
    fn cost(&self, from: usize, to: usize) -> f64 {
        if to <= from + 1 {
            return 0.0;
        }
        let s = self.over(from, to);
        (s.square - s.value * s.value / s.weight).max(0.0)
    }

    fn cluster(&self, points: &[(f64, f64)], from: usize, to: usize) -> Cluster {
        let s = self.over(from, to);
        Cluster {
            min: points[from].0,
            max: points[to - 1].0,
            centre: self.shift + s.value / s.weight,
            size: s.weight as u64,
            within: self.cost(from, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_the_obvious_groups() {
        let found = kmeans(&[1.0, 2.0, 1.5, 10.0, 11.0, 10.5, 50.0], 3);
        assert_eq!(found.centres(), [1.5, 10.5, 50.0]);
        assert_eq!(found.clusters.iter().map(|c| (c.min, c.max, c.size)).collect::<Vec<_>>(), [
            (1.0, 2.0, 3),
            (10.0, 11.0, 3),
            (50.0, 50.0, 1)
        ]);
        assert!((found.within - 1.0).abs() < 1e-9 && found.explained() > 0.99);
    }

    #[test]
    fn fewer_values_than_clusters() {
        assert_eq!(kmeans(&[], 5), Clusters::default());
        assert_eq!(kmeans(&[7.0, 7.0, f64::NAN], 5).centres(), [7.0]);
        assert_eq!(kmeans(&[3.0, 1.0, 1.0], 5).centres(), [1.0, 3.0]);
    }

    /// Every way to cut the sorted different values into k runs.
    fn brute_force(values: &[f64], k: usize) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        fn best(sorted: &[f64], k: usize) -> f64 {
            let cost = |run: &[f64]| {
                let mean = run.iter().sum::<f64>() / run.len() as f64;
                run.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
            };
            if k == 1 || sorted.len() <= 1 {
                return if sorted.is_empty() { 0.0 } else { cost(sorted) };
            }
            (1..=sorted.len()).map(|i| cost(&sorted[..i]) + best(&sorted[i..], k - 1)).fold(f64::INFINITY, f64::min)
        }
        best(&sorted, k)
    }

    proptest! {
        #[test]
        fn as_good_as_trying_all(values in prop::collection::vec(-50i32..50, 1..14), k in 1usize..6) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = kmeans(&values, k);
            prop_assert!((found.within - brute_force(&values, k)).abs() < 1e-6);
        }

        #[test]
        fn order_of_rows_does_not_matter(mut values in prop::collection::vec(0i64..1_000_000, 1..200), k in 1usize..6) {
            let floats = |v: &[i64]| v.iter().map(|x| *x as f64).collect::<Vec<f64>>();
            let one = kmeans(&floats(&values), k);
            values.reverse();
            prop_assert_eq!(one, kmeans(&floats(&values), k));
        }
    }
}
