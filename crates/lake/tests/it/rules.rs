//! Random rules over random businesses: true of a customer in `domain` if and only if the customer is in the run's mask.

use crate::support::{Business, TODAY, population, there};
use domain::{clock::Instant, feature::catalog, rule};
use proptest::prelude::*;
use testkit::chance::Chance;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_mask_is_what_holds_for_each(seed: u64, customers in 1usize..24, size in 1usize..8) {
        let b = Business::random(seed, customers, size);
        let root = tempfile::tempdir().unwrap();
        let lake = b.lake(root.path(), 1000);
        let spec = b.spec(Instant::MAX, catalog().to_vec());
        let run = lake.run(&spec).unwrap();
        let mut all = population(&b, &spec);
        let c = &mut Chance::new(seed ^ 1);
        let mut checked = 0;
        for _ in 0..120 {
            let depth = c.below(3);
            let rule = testkit::rules::random(c, TODAY, depth);
            let Ok(compiled) = rule::check(&rule, run.names()) else { continue };
            checked += 1;
            all.prepare(&compiled);
            let mask = run.mask(&compiled).unwrap();
            for (i, profile) in there(&b, &spec).into_iter().zip(&mut all.profiles) {
                prop_assert_eq!(profile.holds(&compiled), mask.holds(i), "customer {} and {}", i, rule);
            }
            prop_assert_eq!(mask.count(), run.count(&compiled).unwrap());
        }
        prop_assert!(checked > 30, "only {} rules made sense", checked);
    }
}
