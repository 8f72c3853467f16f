//! What would change it where customers are compared with all, against the whole business computed again: the change is put
//! into the facts, and every mean, rank, edge and class is found anew from all customers.

use crate::{
    change::{Case, LIMIT, TYPICAL, parts, with_segment, yen},
    laws::{AS_OF, facts},
    make,
};
use domain::{
    classification::{Classification, Method},
    clock::Instant,
    explain::{Change, Means, Moment, Scope, Target},
    fact::Facts,
    feature::{Feature, History, Plan, Population, catalog},
    library::{classifications, vocabulary},
    period::{Day, Zone},
    rule::{self, Row, Vocabulary},
    segment::{self, Members, Segment, Step},
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use testkit::chance::Chance;

/// A target among all customers, with nothing but what it needs.
struct Shop {
    target: Target,
    names: Vocabulary,
    plan: Plan,
    classifications: Vec<Classification>,
    segments: Vec<Segment>,
}

fn own_segment() -> Target {
    Target::Segment("own".into())
}

impl Shop {
    fn of(target: Target, rule: &str) -> Shop {
        let segments: Vec<Segment> = with_segment(&rule::parse(rule).expect("a rule"));
        let segments: Vec<Segment> = segments.into_iter().filter(|s| s.key == "own").collect();
        let mut few = classifications().to_vec();
        // few enough to matter in a small business
        for c in few.iter_mut().filter(|c| c.key == "product_preference") {
            if let Method::Values { limit, .. } = &mut c.method {
                *limit = Some(2);
            }
        }
        let names = vocabulary(yen()).segments(&segments);
        let mut needed = BTreeSet::new();
        let mut open = match &target {
            Target::Class(key) => vec![format!("class.{key}")],
            Target::Segment(_) => segments.iter().flat_map(segment_needs).collect(),
        };
        while let Some(key) = open.pop() {
            if let Some(c) = few.iter().find(|c| key == format!("class.{}", c.key)) {
                match &c.method {
                    Method::Rules { classes, .. } => open.extend(classes.iter().flat_map(|class| rule::features_named(&class.when))),
                    Method::Values { feature, .. } => open.push(feature.clone()),
                }
            } else if let (Some(f), true) = (catalog().iter().find(|f| f.key == key), !needed.contains(&key)) {
                open.extend(f.definition.needs());
            }
            needed.insert(key);
        }
        let features: Vec<Feature> = catalog().iter().filter(|f| needed.contains(&f.key)).cloned().collect();
        few.retain(|c| needed.contains(&format!("class.{}", c.key)));
        Shop { target, plan: Plan::new(&features, yen()).expect("a plan"), names, classifications: few, segments }
    }

    /// Everyone on the day, one of them with other facts or on another day.
    fn everyone<'f>(&self, all: &'f [Facts], one: usize, with: &'f Facts, day: Day) -> Population<'f> {
        let of = |(i, f): (usize, &'f Facts)| if i == one { History::as_of(with, day, Instant::MAX) } else { History::as_of(f, AS_OF, Instant::MAX) };
        let mut everyone = Population::compute(&self.plan, all.iter().enumerate().map(of), &[], &parts);
        for step in segment::plan(&self.classifications, &self.segments).expect("an order") {
            match step {
                Step::Classification(i) => drop(everyone.classify(&self.classifications[i].check(&self.names).expect("checks"))),
                Step::Segment(i) if self.target == own_segment() => {
                    drop(everyone.assign(&self.segments[i].check(&self.segments, &self.names).expect("checks"), |_| false));
                }
                Step::Segment(_) => {}
            }
        }
        everyone
    }

    fn truth(&self, all: &[Facts], one: usize, with: &Facts, day: Day) -> String {
        let everyone = self.everyone(all, one, with, day);
        let profile = &everyone.profiles[one];
        match &self.target {
            Target::Class(key) => profile.get(&format!("class.{key}")).as_text().expect("a class").to_owned(),
            Target::Segment(key) => if profile.member(key) { "in" } else { "out" }.to_owned(),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope::of(self.target.clone(), catalog(), &self.classifications, &self.segments, &self.names).expect("checks")
    }

    fn change(&self, all: &[Facts], one: usize, limit: i64) -> Change {
        let (scope, everyone) = (self.scope(), self.everyone(all, one, &all[one], AS_OF));
        let base = everyone.base();
        let apart = scope.apart(&all[one], base, &everyone.everyone(one));
        let at = Zone::utc().end_of(AS_OF);
        let moment = Moment { day: AS_OF, known: Instant::MAX, at, base, apart: &apart, listed: &|_| false, typical: Some(TYPICAL), limit: Some(limit) };
        scope.change(&all[one], &moment)
    }

    /// Does it follow everything that the customer moves?
    fn follows(&self, all: &[Facts]) -> bool {
        !self.scope().held(self.everyone(all, 0, &all[0], AS_OF).base())
    }
}

fn segment_needs(s: &Segment) -> Vec<String> {
    match &s.members {
        Members::Dynamic { rule } => rule::features_named(rule),
        Members::Static { .. } => Vec::new(),
    }
}

fn class(key: &str) -> Shop {
    Shop::of(Target::Class(key.into()), "everyone")
}

/// Classes and rules that compare with all and are followed all the way.
fn followed(which: usize, low: i64, n: i64) -> Shop {
    let keys = ["rfm_8", "rfm_11", "purchase_amount", "standing", "clv_band", "value_potential", "lifecycle", "product_preference"];
    let rule = match which.checked_sub(keys.len()) {
        None => return class(keys[which]),
        Some(0) => format!("net >= {n} * mean_of_all(net, orders) - {low}"),
        Some(1) => format!("net <= median_of_all(net, orders) and orders >= {n}"),
        Some(2) => format!("net / {} > p90_of_all(average_order_net) or gross < {low}", n + 1),
        Some(3) => format!("top {} % by net", 10 + n * 15),
        Some(4) => format!("bottom {} % by net / orders", 10 + n * 15),
        Some(5) => format!("contribution_share >= 0.{}", n + 1),
        Some(6) => format!("net between mean_of_all(net) / 2 and 1.{n} * mean_of_all(net, orders)"),
        Some(7) => format!("net * {} >= sum_of_all(net) or mean_of_all(recency_days, orders) < recency_days", n + 2),
        _ => format!("rfm_m + rfm_f >= {} or net > mean_of_all(gross) + {low}", n + 4),
    };
    Shop::of(own_segment(), &rule)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(70))]

    /// The least of its kind and nothing missed, every amount tried, everything computed again.
    #[test]
    fn compared_with_a_few_it_is_the_least(all in prop::collection::vec(facts(), 1..6), which in 0usize..17, low in 1..300i64, n in 0..4i64) {
        let shop = followed(which, low, n);
        prop_assert!(shop.follows(&all));
        let change = shop.change(&all, 0, LIMIT);
        let own = all[0].until(AS_OF, Instant::MAX);
        let truth = |facts: &Facts, day| shop.truth(&all, 0, facts, day);
        let found = Case { truth: &truth, facts: &own }.holds(&change);
        prop_assert!(found.is_ok(), "{:?}, {which} {low} {n}\n{:?}", shop.target, found.err());
        let told = |w: &domain::explain::Way| w.held == (w.until.is_some() || matches!(w.means, Means::Wait { .. }));
        prop_assert!(change.ways.iter().all(told), "{:?}", change.ways);
    }
}

/// A business of so many, with prospects, refunds and amounts as shops have them.
fn business(c: &mut Chance, customers: usize) -> Vec<Facts> {
    let mut order = 0;
    let mut one = || {
        let mut facts = Facts::default();
        let scale = c.between(10, 3_000);
        for _ in 0..if c.one_in(6) { 0 } else { c.between(1, 6) } {
            order += 1;
            let (id, paid) = (format!("O{order}"), scale * c.between(1, 60) + c.between(0, 99));
            let on = AS_OF.plus(-(c.between(0, 500) as i32));
            facts.orders.push(make::order(&id, &on.to_string(), paid));
            if c.with(0.7) {
                facts.lines.push(make::line(&id, 1, &on.to_string(), ["tea", "cup", "pot", "jar"][c.below(4)], paid));
            }
            if c.one_in(7) {
                facts.refunds.push(make::refund(Some(&id), &on.to_string(), c.between(1, paid)));
            }
        }
        facts
    };
    (0..customers).map(|_| one()).collect()
}

/// What is said comes true when it is done, and a cent or one less does not: in businesses as small as those where a customer
/// moves the mean.
#[test]
fn compared_with_many_it_comes_true() {
    let c = &mut Chance::new(20_260_929);
    let mut seen = 0;
    for round in 0..40usize {
        let customers = 20 + c.below(81);
        let all = business(c, customers);
        for which in [round % 17, (round + 7) % 17] {
            let shop = followed(which, c.between(1, 30_000), c.between(0, 3));
            for _ in 0..4 {
                let one = c.below(customers);
                let change = shop.change(&all, one, 5_000_000);
                let own = all[one].until(AS_OF, Instant::MAX);
                let truth = |facts: &Facts, day| shop.truth(&all, one, facts, day);
                let case = Case { truth: &truth, facts: &own };
                assert_eq!(change.before, truth(&own, AS_OF));
                for way in &change.ways {
                    seen += 1;
                    comes_true(&case, way, &change.before).unwrap_or_else(|what| panic!("{what}: {way:?} of {one} in round {round}, {:?}", shop.target));
                }
            }
        }
    }
    assert!(seen > 400, "{seen}");
}

fn comes_true(case: &Case<'_>, way: &domain::explain::Way, before: &str) -> Result<(), String> {
    let is = |what: &str, outcome: String, expected: bool| if (outcome == way.after) == expected { Ok(()) } else { Err(format!("{what} is {outcome}")) };
    let still = |what: &str, outcome: String| if outcome == before { Ok(()) } else { Err(format!("{what} is {outcome}")) };
    let range = |amount: i64, end: i64, outcome: &dyn Fn(i64) -> String| {
        is("the amount", outcome(amount), true)?;
        if amount > 1 {
            still("one less", outcome(amount - 1))?;
            still("half", outcome((amount / 2).max(1)))?;
        }
        is("the most", outcome(way.most.unwrap_or(end)), true)?;
        way.most.filter(|most| *most < end).map_or(Ok(()), |most| is("more than the most", outcome(most + 1), false))
    };
    match &way.means {
        Means::Order { amount, with } => range(*amount, 50_000_000, &|a| case.orders(1, a, with.as_ref())),
        Means::Orders { count, amount, with } => {
            is("so many", case.orders(*count, *amount, with.as_ref()), true)?;
            if *count > 1 { still("one less", case.orders(count - 1, *amount, with.as_ref())) } else { Ok(()) }
        }
        Means::Refund { amount, .. } => {
            let (key, net) = case.returnable()[0];
            range(*amount, net, &|a| case.refunds(&[(key, a)]))
        }
        Means::Refunds { count } => {
            let orders = case.returnable();
            is("so many", case.refunds(&orders[..*count as usize]), true)?;
            still("one less", case.refunds(&orders[..*count as usize - 1]))
        }
        // the others as they stand
        Means::Wait { days, day } => {
            is("the day", (case.truth)(case.facts, *day), true)?;
            still("the day before", (case.truth)(case.facts, AS_OF.plus(days - 1)))
        }
        Means::Interactions { .. } | Means::Score { .. } => Ok(()),
    }
}

/// Clusters, shared costs and what others have only in relation to all are not followed: it is said.
#[test]
fn what_is_held_still_is_said() {
    let all = business(&mut Chance::new(7), 30);
    let kmeans = Shop::of(own_segment(), "rfm_m_kmeans >= 3");
    let nested = Shop::of(own_segment(), "contribution_share > mean_of_all(contribution_share)");
    for shop in [kmeans, nested] {
        assert!(!shop.follows(&all));
        let changes: Vec<Change> = (0..all.len()).map(|one| shop.change(&all, one, 5_000_000)).filter(|c| !c.ways.is_empty()).collect();
        assert!(changes.len() > 10, "{}", changes.len());
        for change in changes {
            assert!(change.ways.iter().all(|w| w.held));
            let (zh, en) = (&change.sentence.zh, &change.sentence.en);
            assert!(zh.contains("以其他客户和分界不变计") && en.contains("other customers and edges as they stand today"), "{change:?}");
        }
    }
    let waits = (0..all.len()).map(|one| class("lifecycle").change(&all, one, 5_000_000)).find(|c| c.sentence.zh.contains("天后"));
    assert!(waits.is_some_and(|c| c.sentence.en.contains(", with other customers and edges as they stand today")));
}
