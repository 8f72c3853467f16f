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

/// Comparisons with the same columns, again and again: once a column is put in order, the answers stay what they were.
#[test]
fn a_column_in_order_answers_as_before() {
    let b = Business::random(11, 700, 6);
    let root = tempfile::tempdir().unwrap();
    let lake = b.lake(root.path(), 1000);
    let spec = b.spec(Instant::MAX, catalog().to_vec());
    let run = lake.run(&spec).unwrap();
    for column in ["net", "orders", "recency_days", "average_order_net", "last_order_day"] {
        let values = run.column(column).unwrap();
        let number = |i: usize| if column == "last_order_day" { None } else { values.number(i) };
        let scale = if column.contains("net") { 100.0 } else { 1.0 };
        let mut constants: Vec<f64> = (0..values.len()).step_by(97).filter_map(number).flat_map(|x| [x / scale, x / scale + 0.5]).collect();
        constants.extend([-1.0, 0.0, 1e9]);
        let mut rules: Vec<String> = Vec::new();
        for x in &constants {
            rules.extend(["=", "!=", "<", "<=", ">", ">="].map(|op| format!("{column} {op} {x}")));
            rules.push(format!("{column} between {x} and {}", x + 3.0));
        }
        if column == "last_order_day" {
            rules = ["<", ">=", "=", "!=", ">", "<="].map(|op| format!("{column} {op} 2024-01-15")).to_vec();
            rules.extend(["<", ">="].map(|op| format!("{column} {op} 2023-06-01")));
        }
        let mut checked = 0;
        for text in rules {
            let Ok((_, compiled)) = rule::check_text(&text, run.names()) else { continue };
            checked += 1;
            let mask = run.mask(&compiled).unwrap();
            for i in run.present().iter() {
                let one = run.row(domain::CustomerKey(i as u32));
                assert_eq!(compiled.holds(&one), mask.holds(i), "customer {i} and {text}");
            }
        }
        assert!(checked >= 8, "{column}: only {checked} rules made sense");
    }
}
