//! Scores are exact.

use domain::score::{bins, cluster_cuts, quantile, quantile_cuts};
use proptest::prelude::*;

/// The definition itself: `1 + ⌊5·w/n⌋`, w = values strictly worse.
fn by_definition(values: &[f64], smaller_is_better: bool) -> Vec<u8> {
    let worse = |a: f64, b: f64| if smaller_is_better { a > b } else { a < b };
    let w = |v: f64| values.iter().filter(|x| worse(**x, v)).count();
    values.iter().map(|v| 1 + (5 * w(*v) / values.len()) as u8).collect()
}

#[test]
fn ten_buyers() {
    let values: Vec<f64> = (1..=10).map(f64::from).collect();
    assert_eq!(quantile(&values, false), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    assert_eq!(quantile(&values, true), [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
}

#[test]
fn ties_share_a_score() {
    assert_eq!(quantile(&[1.0, 1.0, 1.0, 1.0, 2.0], false), [1, 1, 1, 1, 5]);
    assert_eq!(quantile(&[7.0; 4], false), [1; 4]);
    assert_eq!(quantile(&[3.0], true), [1]);
    assert_eq!(quantile(&[], true), Vec::<u8>::new());
}

#[test]
fn own_edges_are_passed_when_reached() {
    assert_eq!(bins(&[1.0, 2.0, 3.0, 5.0, 9.0, 10.0], &[2.0, 3.0, 5.0, 10.0], false), [1, 2, 3, 4, 4, 5]);
    assert_eq!(bins(&[0.0, 30.0, 31.0, 90.0, 365.0, 366.0], &[30.0, 90.0, 180.0, 365.0], true), [5, 5, 4, 4, 2, 1]);
}

#[test]
fn clusters_are_ranked() {
    let groups = [(0.0, 2.0), (10.0, 12.0), (50.0, 50.0)];
    let up = cluster_cuts(&groups, false);
    assert_eq!([0.0, 2.0, 10.0, 12.0, 50.0].map(|v| up.score(v)), [1, 1, 2, 2, 3]);
    let down = cluster_cuts(&groups, true);
    assert_eq!([0.0, 2.0, 10.0, 12.0, 50.0].map(|v| down.score(v)), [3, 3, 2, 2, 1]);
}

proptest! {
    #[test]
    fn the_cuts_say_what_the_definition_says(values in prop::collection::vec(-20i32..20, 0..80), smaller in any::<bool>()) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        prop_assert_eq!(quantile(&values, smaller), by_definition(&values, smaller));
    }

    #[test]
    fn row_order_does_not_matter(values in prop::collection::vec(0i32..9, 1..40), turn in 0usize..40) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let mut turned = values.clone();
        turned.rotate_left(turn % values.len());
        prop_assert_eq!(quantile_cuts(&mut values.clone(), true), quantile_cuts(&mut turned, true));
    }

    #[test]
    fn better_never_scores_less(values in prop::collection::vec(-50i32..50, 1..60), a in -60i32..60, b in -60i32..60) {
        let cuts = quantile_cuts(&mut values.into_iter().map(f64::from).collect::<Vec<_>>(), false);
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(cuts.score(f64::from(low)) <= cuts.score(f64::from(high)));
        prop_assert!((1..=5).contains(&cuts.score(f64::from(a))));
    }
}
