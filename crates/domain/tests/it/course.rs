//! The course of a customer through classes and segments, against each day judged by itself.

use crate::laws::{AS_OF, facts};
use domain::{
    clock::Instant,
    explain::{Course, Scope, Target},
    fact::Facts,
    feature::{Base, History, Recorded, catalog},
    library::{classifications, segments, vocabulary},
    period::Day,
    profiling,
    segment::Members,
    value::Value,
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const DAYS: i32 = 100;

/// Every turn, by asking each target on each day by itself.
fn plainly(facts: &Facts, (from, to): (Day, Day), base: &Arc<Base>) -> BTreeSet<(Day, String, Option<String>, String)> {
    let names = vocabulary(domain::money::Currency::CNY);
    let made = segments().iter().filter(|s| matches!(s.members, Members::Dynamic { .. }));
    let targets = classifications().iter().map(|c| Target::Class(c.key.clone())).chain(made.map(|s| Target::Segment(s.key.clone())));
    let mut turns = BTreeSet::new();
    for target in targets {
        let scope = Scope::of(target.clone(), catalog(), classifications(), segments(), &names).expect("checks");
        let mut stood: Option<String> = None;
        for day in (from.0 - 1..=to.0).map(Day) {
            if !History::as_of(facts, day, Instant::MAX).is_present(Recorded::TODAY) {
                continue;
            }
            let seen = facts.until(day, Instant::MAX);
            let outcome = scope.outcome(&scope.profile(&seen, day, Instant::MAX, base, &|_| false));
            let nothing = stood.is_none() && outcome == "out" && matches!(target, Target::Segment(_));
            if day >= from && stood.as_ref() != Some(&outcome) && !nothing {
                turns.insert((day, format!("{target:?}"), stood.clone(), outcome.clone()));
            }
            stood = Some(outcome);
        }
    }
    turns
}

fn turns(facts: &Facts, span: (Day, Day), base: &Arc<Base>) -> Vec<domain::explain::Turn> {
    let names = vocabulary(domain::money::Currency::CNY);
    let course = Course::of(catalog(), classifications(), segments(), &names).expect("checks").expect("some");
    course.turns(facts, span, Instant::MAX, base, &BTreeSet::new())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_course_is_what_each_day_says(facts in facts()) {
        let (span, base) = ((AS_OF.plus(1 - DAYS), AS_OF), Arc::new(Base::default()));
        let found = turns(&facts, span, &base);
        prop_assert!(found.is_sorted_by_key(|t| t.day));
        let found: BTreeSet<_> = found.into_iter().map(|t| (t.day, format!("{:?}", t.target), t.before, t.after)).collect();
        prop_assert_eq!(found, plainly(&facts, span, &base));
    }
}

#[test]
fn who_refuses_is_in_the_neutral_class_and_in_no_segment_from_that_day_on() {
    use crate::make::{attribute, day, order, orders};
    let mut facts = orders([order("a", "2026-07-01", 50_000), order("b", "2026-07-20", 90_000)]);
    facts.attributes.push(attribute(profiling::ATTRIBUTE, "2026-08-01", Value::Bool(true)));
    let all = turns(&facts, (day("2026-06-01"), day("2026-08-20")), &Arc::new(Base::default()));
    let lifecycle: Vec<(String, Option<&str>, &str)> = all.iter().filter(|t| t.target == Target::Class("lifecycle".into())).map(|t| (t.day.to_string(), t.before.as_deref(), t.after.as_str())).collect();
    assert_eq!(lifecycle.first().map(|(day, before, _)| (day.as_str(), *before)), Some(("2026-07-01", None)), "{lifecycle:?}");
    assert_eq!(lifecycle.last().map(|(day, _, after)| (day.as_str(), *after)), Some(("2026-08-01", "not_profiled")), "{lifecycle:?}");
    let mut stood: BTreeMap<&Target, &str> = BTreeMap::new();
    all.iter().for_each(|t| { stood.insert(&t.target, &t.after); });
    assert!(stood.iter().all(|(target, after)| match target { Target::Class(_) => *after == "not_profiled", Target::Segment(_) => *after == "out" }), "{stood:?}");
}
