//! Two engines, one meaning: what `domain` says of customers one by one, a run says of all at once. Random businesses,
//! every feature, class and segment that ships with the product.

use domain::{
    CustomerKey, Value,
    clock::Instant,
    explain::{Scope, Target},
    feature::{Population, catalog},
    merge::Aliases,
    rule::Row,
    table::{DataFile, Snapshot, Table},
};
use lake::{Lake, Run, Spec};
use proptest::prelude::*;
use std::sync::Arc;
use crate::support::{Business, TODAY, end_of, population, there};

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits() || a == b,
        _ => a == b,
    }
}

fn compare(b: &Business, spec: &Spec, lake: &Lake) -> Result<Run, TestCaseError> {
    let run = lake.run(spec).unwrap();
    let all = population(b, spec);
    let there = there(b, spec);
    prop_assert_eq!(run.present().iter().collect::<Vec<_>>(), there.clone());
    for (i, profile) in there.iter().copied().zip(&all.profiles) {
        let row = run.row(CustomerKey(i as u32));
        let features = spec.features.iter().map(|f| f.key.clone());
        let classes = spec.classifications.iter().map(|c| format!("class.{}", c.key));
        for key in features.chain(classes) {
            let (want, got) = (profile.get(&key), row.value(&key));
            prop_assert!(same(want, &got), "{key} of {i}: domain {want:?}, lake {got:?}\n{:#?}", b.customers[i]);
        }
        for s in &spec.segments {
            prop_assert_eq!(profile.member(&s.key), row.member(&s.key), "{} of {}", s.key, i);
        }
    }
    for (key, value) in &all.base().stats {
        prop_assert_eq!(Some(value), run.base().stats.get(key));
    }
    // a run knows the borders of own edges, too: screens show them
    for (key, cuts) in &all.base().cuts {
        prop_assert_eq!(Some(cuts), run.base().cuts.get(key));
    }
    prop_assert_eq!(&all.base().tops, &run.base().tops);
    prop_assert_eq!(&all.base().kept, &run.base().kept);
    prop_assert_eq!(&all.base().costs, &run.base().costs);
    for (place, i) in there.iter().copied().enumerate().step_by(5) {
        apart(b, spec, &run, &all, (place, i))?;
    }
    Ok(run)
}

/// What all are compared with moves with one of them in the same way: of the customer in this place, of this number.
fn apart(b: &Business, spec: &Spec, run: &Run, all: &Population<'_>, (place, i): (usize, usize)) -> Result<(), TestCaseError> {
    let classes = spec.classifications.iter().map(|c| Target::Class(c.key.clone()));
    for target in classes.chain(spec.segments.iter().map(|s| Target::Segment(s.key.clone()))) {
        let scope = Scope::of(target.clone(), &spec.features, &spec.classifications, &spec.segments, run.names()).unwrap();
        let facts = b.customers[i].until(spec.as_of, spec.known_as_of);
        let want = scope.apart(&facts, all.base(), &all.everyone(place));
        let got = scope.apart(&facts, run.base(), &run.everyone(CustomerKey(i as u32)));
        prop_assert_eq!(&want.moved, &got.moved, "{:?}", target);
        prop_assert_eq!((&want.tops, &want.kept), (&got.tops, &got.kept), "{:?}", target);
        prop_assert!(want.cuts.iter().all(|(key, cuts)| got.cuts.get(key) == Some(cuts)), "{target:?}");
        // nothing done, nothing moved
        let profile = scope.profile(&facts, spec.as_of, Instant::MAX, &got, &|_| false);
        let row = run.row(CustomerKey(i as u32));
        match &target {
            Target::Class(key) => prop_assert_eq!(Value::Text(scope.outcome(&profile)), row.value(&format!("class.{key}")), "{} of {}", key, i),
            Target::Segment(key) => prop_assert_eq!(scope.outcome(&profile) == "in", row.member(key), "{} of {}", key, i),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_whole_catalog(seed: u64, customers in 1usize..14, size in 1usize..10, files in 1usize..4, then: bool, ago in 0usize..3, recorded in 0u32..16) {
        let b = Business::random(seed, customers, size);
        let root = tempfile::tempdir().unwrap();
        let lake = b.lake(root.path(), (customers * size * 2).div_ceil(files));
        let known = if then { end_of(TODAY) } else { Instant::MAX };
        let mut spec = b.spec(known, catalog().to_vec());
        // a day in the middle: facts after it are known, corrections to later days among them
        spec.as_of = TODAY.plus([0, -30, -400][ago]);
        spec.recorded_by_day = recorded.min(spec.customers);
        if then {
            spec.recorded = spec.recorded_by_day;
        }
        let run = compare(&b, &spec, &lake)?;
        // the facts read back are the facts written
        for (i, facts) in b.customers.iter().enumerate() {
            prop_assert_eq!(&lake.facts(CustomerKey(i as u32), Instant::MAX).unwrap(), facts);
        }
        // equal inputs, equal bytes
        prop_assert_eq!(run.digest(), lake.run(&spec).unwrap().digest());
        // files that were merged say what those said that they are made of, and of customers who were merged, too
        let groups = Table::ALL.map(|table| lake.files(table).cloned().collect::<Vec<_>>());
        let joined = |g: &Vec<DataFile>| if g.len() > 1 { lake::merge(root.path(), g, "few").unwrap().into_iter().map(|(_, new)| new).collect() } else { g.clone() };
        let few = groups.iter().flat_map(joined).collect();
        let few = Lake::open(root.path(), &Snapshot { id: 1, files: few }).unwrap();
        let pairs = [(1, 0), (2, 0), (5, 3)].into_iter().filter(|(member, _)| seed % 2 == 0 && *member < customers as u32);
        let aliases = Arc::new(Aliases::new(pairs.map(|(member, root)| (CustomerKey(member), CustomerKey(root)))));
        let (many, few) = (lake.merged(Arc::clone(&aliases)), few.merged(aliases));
        prop_assert_eq!(many.run(&spec).unwrap().digest(), few.run(&spec).unwrap().digest());
        for key in (0..customers as u32).map(CustomerKey) {
            prop_assert_eq!(many.facts(key, known).unwrap(), few.facts(key, known).unwrap());
        }
    }
}

/// More customers than a chunk, so that pieces meet.
#[test]
fn many_customers() {
    let b = Business::random(42, 1500, 3);
    let root = tempfile::tempdir().unwrap();
    let lake = b.lake(root.path(), 700);
    compare(&b, &b.spec(Instant::MAX, catalog().to_vec()), &lake).unwrap();
}
