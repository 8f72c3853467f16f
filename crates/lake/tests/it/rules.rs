//! Random rules over random businesses: true of a customer in `domain` if and only if the customer is in the run's mask.

use crate::support::{Business, TODAY, population, there};
use domain::{
    CustomerKey,
    clock::Instant,
    feature::{Everyone, catalog},
    rule::{self, Compiled},
};
use lake::{Run, Sort, Spec};
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
                let one = run.row(CustomerKey(i as u32));
                assert_eq!(compiled.holds(&one), mask.holds(i), "customer {i} and {text}");
            }
        }
        assert!(checked >= 8, "{column}: only {checked} rules made sense");
    }
}

/// A run that goes on where another was asked has ready what that one had, and says what it would have said without.
#[test]
fn a_run_that_follows_another_answers_as_one_that_does_not() {
    let b = Business::random(23, 600, 6);
    let root = tempfile::tempdir().unwrap();
    let lake = b.lake(root.path(), 1000);
    let mut spec = b.spec(Instant::MAX, catalog().to_vec());
    spec.keep_facts = true;
    let earlier = lake.run(&Spec { as_of: spec.as_of.plus(-40), ..spec.clone() }).unwrap();
    let rules: Vec<Compiled> = [
        "net >= 100 and orders >= 2", "recency_days <= 60", "count(orders, last 45 days) >= 1", "sum(orders.net, last 20 days) > 50 or orders = 1",
        "average_order_net < 300 and count(interactions, last 10 days) = 0",
    ].map(|text| rule::check_text(text, earlier.names()).unwrap().1).to_vec();
    let sort = |by: &str, descending| Sort { by: by.to_owned(), descending };
    let orders = [sort("net", true), sort("recency_days", false)];
    let answers = |run: &Run| {
        let masks: Vec<Vec<usize>> = rules.iter().map(|r| run.mask(r).unwrap().iter().collect()).collect();
        let pages: Vec<Vec<CustomerKey>> = orders.iter().map(|s| run.page(Some(s), None, 3, 50)).collect();
        let others: Vec<Option<f64>> = (0..20).map(|i| run.everyone(CustomerKey(i)).values("net", Some("orders")).1).collect();
        (masks, pages, others)
    };
    for _ in 0..6 {
        answers(&earlier);
    }
    let (alone, following) = (lake.run(&spec).unwrap(), lake.run(&spec).unwrap());
    following.follow(&earlier).unwrap();
    let expected = answers(&alone);
    assert_ne!(expected, answers(&earlier), "forty days change something");
    assert_eq!(answers(&following), expected);
    // what nobody asked of the run in between is not made again, and what was given back is made anew
    let last = lake.run(&spec).unwrap();
    last.follow(&lake.run(&spec).unwrap()).unwrap();
    assert_eq!(answers(&last), expected);
    following.release();
    assert_eq!(answers(&following), expected);
}
