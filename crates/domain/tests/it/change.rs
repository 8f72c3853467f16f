//! What would change it, against brute force: random customers, random rules, every amount of a small grid tried.
//!
//! The law: doing what is offered has the outcome it says, and nothing smaller of the same kind changes anything; and where
//! nothing of a kind is offered, nothing of that kind within the grid would do.

use crate::laws::{AS_OF, facts};
use domain::{
    clock::Instant,
    explain::{Change, Means, Moment, Scope, Target, Way, With},
    fact::{AnswerFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    feature::{Base, Field, History, Plan, Population, catalog},
    id::key64,
    label::Label,
    library::{classifications, segments, vocabulary},
    money::Currency,
    period::{Day, Zone},
    rule::{self, Rule},
    segment::{self, Members, Segment, Step},
};
use proptest::prelude::*;
use std::sync::Arc;
use testkit::{chance::Chance, rules};

/// Largest amount of the grid, minor units.
pub const LIMIT: i64 = 400;
/// Net of a typical order of somebody who never bought.
pub const TYPICAL: i64 = 100;

pub fn yen() -> Currency {
    Currency::parse("JPY").expect("a currency")
}

/// A rule as a segment among those that ship.
pub fn with_segment(rule: &Rule) -> Vec<Segment> {
    let own = Segment {
        key: "own".into(),
        label: Label::new("自己的", "Own"),
        description: Label::default(),
        members: Members::Dynamic { rule: rule.clone() },
        exclude: Vec::new(),
        priority: None,
        version: 1,
    };
    segments().iter().cloned().chain([own]).collect()
}

/// Borders without k-means: equal parts.
pub fn parts(x: &[f64]) -> Vec<(f64, f64)> {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunks(sorted.len().div_ceil(5).max(1)).map(|c| (c[0], c[c.len() - 1])).collect()
}

/// What the whole base knows, as a run finds it.
fn base(all: &[Facts], segments: &[Segment], names: &rule::Vocabulary) -> Arc<Base> {
    let plan = Plan::new(catalog(), yen()).expect("a plan");
    let histories = all.iter().map(|f| History::as_of(f, AS_OF, Instant::MAX));
    let mut everyone = Population::compute(&plan, histories, &[], &parts);
    for step in segment::plan(classifications(), segments).expect("an order") {
        match step {
            Step::Classification(i) => {
                everyone.classify(&classifications()[i].check(names).expect("checks"));
            }
            Step::Segment(i) => {
                everyone.assign(&segments[i].check(segments, names).expect("checks"), |_| false);
            }
        }
    }
    everyone.base().clone()
}

/// One customer and a target; the true outcome of anything done.
pub struct Case<'a> {
    /// what the customer is with these facts on a day
    pub truth: &'a dyn Fn(&Facts, Day) -> String,
    pub facts: &'a Facts,
}

impl Case<'_> {
    fn outcome(&self, facts: &Facts, day: Day) -> String {
        (self.truth)(facts, day)
    }

    fn after(&self, change: impl FnOnce(&mut Facts)) -> String {
        let mut facts = self.facts.clone();
        change(&mut facts);
        self.outcome(&facts, AS_OF)
    }

    fn order(&self, facts: &mut Facts, n: u32, amount: i64, with: Option<&With>) {
        let last = self.facts.orders.iter().max_by_key(|o| o.at);
        let line = self.facts.lines.iter().max_by_key(|l| l.at);
        let order_id = format!("neu {n}");
        let at = Zone::utc().end_of(AS_OF);
        let mut order = OrderFact {
            order_key: key64(&order_id),
            order_id,
            at,
            day: AS_OF,
            recorded_at: at,
            batch: 99,
            paid: amount,
            cost: None,
            discount: None,
            cancelled: false,
            channel: last.map_or_else(|| line.and_then(|l| l.channel.clone()), |o| o.channel.clone()),
            store: last.map_or_else(|| line.and_then(|l| l.store.clone()), |o| o.store.clone()),
            payment: last.and_then(|o| o.payment.clone()),
            coupon: None,
        };
        if let Some(With { field, value }) = with {
            let text = Some(value.clone().unwrap_or_else(|| format!("ganz neu {n}")));
            let only = |f: Field| text.clone().filter(|_| f == *field);
            match field {
                Field::Channel => order.channel = text,
                Field::Store => order.store = text,
                Field::Payment => order.payment = text,
                Field::Coupon => order.coupon = text,
                _ => facts.lines.push(LineFact {
                    order_key: order.order_key,
                    order_id: order.order_id.clone(),
                    line_key: key64(&format!("line {n}")),
                    at,
                    day: AS_OF,
                    recorded_at: at,
                    batch: 99,
                    product: only(Field::Product),
                    category: only(Field::Category),
                    brand: only(Field::Brand),
                    quantity: 1.0,
                    paid: amount,
                    cost: None,
                    cancelled: false,
                    channel: order.channel.clone(),
                    store: order.store.clone(),
                }),
            }
        }
        facts.orders.push(order);
    }

    pub fn orders(&self, count: u32, amount: i64, with: Option<&With>) -> String {
        self.after(|facts| (0..count).for_each(|n| self.order(facts, n, amount, with)))
    }

    pub fn interactions(&self, count: u32, kind: &str, channel: Option<&String>) -> String {
        let at = Zone::utc().end_of(AS_OF);
        let usual = || self.facts.interactions.iter().max_by_key(|i| i.at).and_then(|i| i.channel.clone());
        let channel = channel.cloned().or_else(usual);
        let one = InteractionFact { at, day: AS_OF, recorded_at: at, kind: kind.into(), channel };
        self.after(|facts| facts.interactions.extend((0..count).map(|_| one.clone())))
    }

    pub fn score(&self, question: &str, score: i32) -> String {
        let at = Zone::utc().end_of(AS_OF);
        let answer = AnswerFact { at, day: AS_OF, recorded_at: at, question: question.into(), score: f64::from(score), channel: None };
        self.after(|facts| facts.answers.push(answer))
    }

    pub fn refunds(&self, of: &[(u64, i64)]) -> String {
        let at = Zone::utc().end_of(AS_OF);
        let refund = |(key, amount): &(u64, i64)| RefundFact {
            refund_key: None,
            order_key: Some(*key),
            order_id: None,
            at,
            day: AS_OF,
            recorded_at: at,
            batch: 99,
            amount: *amount,
            reason: None,
            by_status: false,
        };
        self.after(|facts| facts.refunds.extend(of.iter().map(refund)))
    }

    /// Valid orders, the latest first: key and net; without those whose status already tells of a refund.
    pub fn returnable(&self) -> Vec<(u64, i64)> {
        let told = |key: u64| self.facts.refunds.iter().any(|r| r.by_status && r.order_key == Some(key));
        let history = History::as_of(self.facts, AS_OF, Instant::MAX);
        history.orders().iter().rev().filter(|o| o.valid() && !told(o.key)).map(|o| (o.key, o.net())).collect()
    }

    fn typical(&self) -> i64 {
        let nets: Vec<i64> = History::as_of(self.facts, AS_OF, Instant::MAX).orders().iter().filter(|o| o.valid()).map(|o| o.net()).collect();
        let n = i128::try_from(nets.len()).expect("few");
        let mean = |n| domain::money::div_half_even(nets.iter().map(|x| i128::from(*x)).sum(), n);
        if n == 0 { TYPICAL } else { i64::try_from(mean(n)).expect("small") }
    }

    /// The law, kind by kind.
    pub fn holds(&self, change: &Change) -> Result<(), TestCaseError> {
        let before = self.outcome(self.facts, AS_OF);
        prop_assert_eq!(&change.before, &before);
        prop_assert!(change.ways.is_sorted_by_key(|w| w.means.measure()));
        prop_assert_eq!(change.after.as_ref(), change.ways.first().map(|w| &w.after));
        prop_assert!(!change.sentence.zh.is_empty() && !change.sentence.en.is_empty());
        for way in &change.ways {
            prop_assert_ne!(&way.after, &before);
            self.is_least(&way.means, &way.after, &before)?;
            self.holds_up_to(way)?;
        }
        self.nothing_is_missed(change, &before)
    }

    /// Doing it has the outcome, and less of it has none.
    fn is_least(&self, means: &Means, after: &str, before: &str) -> Result<(), TestCaseError> {
        let same = |outcome: String, what: &dyn Fn() -> String| {
            prop_assert_eq!(outcome.as_str(), before, "already {} is enough for {:?}", what(), means);
            Ok(())
        };
        match means {
            Means::Order { amount, with } => {
                prop_assert_eq!(self.orders(1, *amount, with.as_ref()), after);
                (1..*amount).try_for_each(|less| same(self.orders(1, less, with.as_ref()), &|| less.to_string()))
            }
            Means::Orders { count, amount, with } => {
                prop_assert_eq!(self.orders(*count, *amount, with.as_ref()), after);
                prop_assert_eq!(*amount, self.typical());
                (1..*count).try_for_each(|n| same(self.orders(n, *amount, with.as_ref()), &|| n.to_string()))
            }
            Means::Interactions { interaction, channel, count } => {
                prop_assert_eq!(self.interactions(*count, interaction, channel.as_ref()), after);
                (1..*count).try_for_each(|n| same(self.interactions(n, interaction, channel.as_ref()), &|| n.to_string()))
            }
            Means::Score { question, score } => {
                prop_assert_eq!(self.score(question, *score), after);
                let (low, high) = [("nps", (0, 10)), ("csat", (1, 5)), ("ces", (1, 7))].into_iter().find(|(q, _)| q == question).expect("known").1;
                let last = self.facts.answers.iter().filter(|a| a.question == *question).max_by_key(|a| a.at);
                let far = |s: i32| (f64::from(s) - last.map_or(f64::from(high), |a| a.score)).abs();
                let mut nearer = (low..=high).filter(|s| far(*s) < far(*score));
                nearer.try_for_each(|s| same(self.score(question, s), &|| s.to_string()))
            }
            Means::Refund { amount, .. } => {
                let (key, _) = self.returnable()[0];
                prop_assert_eq!(self.refunds(&[(key, *amount)]), after);
                (1..*amount).try_for_each(|less| same(self.refunds(&[(key, less)]), &|| less.to_string()))
            }
            Means::Refunds { count } => {
                let all = self.returnable();
                prop_assert_eq!(self.refunds(&all[..*count as usize]), after);
                (1..*count as usize).try_for_each(|n| same(self.refunds(&all[..n]), &|| n.to_string()))
            }
            Means::Wait { days, .. } => {
                prop_assert_eq!(self.outcome(self.facts, AS_OF.plus(*days)), after);
                (1..*days).try_for_each(|d| same(self.outcome(self.facts, AS_OF.plus(d)), &|| d.to_string()))
            }
        }
    }

    /// Every amount up to the largest has the outcome, the next one has not; without a largest all have.
    fn holds_up_to(&self, way: &Way) -> Result<(), TestCaseError> {
        let (least, end, outcome): (i64, i64, Box<dyn Fn(i64) -> String>) = match &way.means {
            Means::Order { amount, with } => (*amount, LIMIT, Box::new(move |a| self.orders(1, a, with.as_ref()))),
            Means::Refund { amount, .. } => {
                let (key, net) = self.returnable()[0];
                (*amount, net, Box::new(move |a| self.refunds(&[(key, a)])))
            }
            _ => {
                prop_assert_eq!(way.most, None);
                return Ok(());
            }
        };
        let most = way.most.unwrap_or(end);
        prop_assert!(least <= most);
        for amount in least..=most.min(end) {
            prop_assert_eq!(outcome(amount), way.after.as_str(), "{} within {:?}", amount, way);
        }
        if most < end {
            prop_assert_ne!(outcome(most + 1), way.after.as_str(), "one more than {:?}", way);
        }
        Ok(())
    }

    /// Of kinds that are not offered nothing would do.
    fn nothing_is_missed(&self, change: &Change, before: &str) -> Result<(), TestCaseError> {
        let offered = |kind: fn(&Means) -> bool| change.ways.iter().any(|w| kind(&w.means));
        if !offered(|m| matches!(m, Means::Order { with: None, .. })) {
            let missed = (1..=LIMIT).find(|amount| self.orders(1, *amount, None) != before);
            prop_assert_eq!(missed, None, "one order");
        }
        if !offered(|m| matches!(m, Means::Order { with: None, .. } | Means::Orders { with: None, .. })) {
            let missed = (1..=24).find(|n| self.orders(*n, self.typical(), None) != before);
            prop_assert_eq!(missed, None, "typical orders of {}", self.typical());
        }
        if !offered(|m| matches!(m, Means::Interactions { .. })) {
            prop_assert_eq!((1..=12).find(|n| self.interactions(*n, "visit", None) != before), None, "visits");
        }
        if let (false, Some((key, net))) = (offered(|m| matches!(m, Means::Refund { .. })), self.returnable().first()) {
            prop_assert_eq!((1..=*net).find(|amount| self.refunds(&[(*key, *amount)]) != before), None, "a refund");
        }
        if !offered(|m| matches!(m, Means::Wait { .. })) {
            prop_assert_eq!((1..=400).find(|d| self.outcome(self.facts, AS_OF.plus(*d)) != before), None, "days");
        }
        Ok(())
    }
}

fn moment<'a>(base: &'a Arc<Base>, limit: i64) -> Moment<'a> {
    Moment { day: AS_OF, known: Instant::MAX, at: Zone::utc().end_of(AS_OF), base, apart: base, listed: &|_| false, typical: Some(TYPICAL), limit: Some(limit) }
}

/// The law for one target and one customer among others.
fn check(all: &[Facts], target: Target, segments: &[Segment]) -> Result<Change, TestCaseError> {
    let names = vocabulary(yen()).segments(segments);
    let base = base(all, segments, &names);
    let scope = Scope::of(target, catalog(), classifications(), segments, &names).expect("checks");
    let facts = all[0].until(AS_OF, Instant::MAX);
    let change = scope.change(&all[0], &moment(&base, LIMIT));
    let truth = |facts: &Facts, day| scope.outcome(&scope.profile(facts, day, Instant::MAX, &base, &|_| false));
    Case { truth: &truth, facts: &facts }.holds(&change)?;
    Ok(change)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn of_any_rule_the_least_and_nothing_missed(all in prop::collection::vec(facts(), 1..5), seed: u64) {
        let c = &mut Chance::new(seed);
        let names = vocabulary(yen());
        let rule = loop {
            let depth = c.below(3);
            let rule = rules::random(c, AS_OF, depth);
            if rule::check(&rule, &names).is_ok() {
                break rule;
            }
        };
        let found = check(&all, Target::Segment("own".into()), &with_segment(&rule));
        prop_assert!(found.is_ok(), "{rule}\n{:?}", found.err());
    }

    /// Rules people write, their borders within the grid.
    #[test]
    fn of_usual_rules_the_least_and_nothing_missed(all in prop::collection::vec(facts(), 1..5), low in 1..900i64, more in 0..60i64, days in 1..400i32, n in 0..6i64, form in 0usize..14) {
        let high = low + more;
        let text = match form {
            0 => format!("net between {low} and {high}"),
            1 => format!("sum(orders.net, last {days} days) between {low} and {high} and orders >= {n}"),
            2 => format!("average_order_net between {low} and {high} or orders = {n}"),
            3 => format!("not (net < {low} or net_90d > {high})"),
            4 => format!("net / orders >= {low} and recency_days <= {days}"),
            5 => format!("refund_rate >= 0.{n} and refunds >= {n}"),
            6 => format!("count(orders, net >= {low}, last {days} days) >= {n} and count(orders, net > {high}) = 0"),
            7 => format!("distinct(orders.net) = {n} or distinct(refunds.refunded) = {n}"),
            8 => format!("max_order_net - last_order_net between {low} and {high}"),
            9 => format!("net / max_order_net between 1.{n} and {n} and (interactions >= {n} or last_nps >= {n})"),
            10 => format!("net >= {n} * mean_of_all(net, orders) and net != {low}"),
            11 => format!("top 40 % by net and not (average_order_net in ({low}, {high}))"),
            12 => format!("abs(net - {low}) <= {more} and interactions_90d >= {n}"),
            _ => format!("min(net, gross - {low}) >= {more} and refunded < {high} and mean_nps > {n}"),
        };
        let rule = rule::parse(&text).expect("a rule");
        let found = check(&all, Target::Segment("own".into()), &with_segment(&rule));
        prop_assert!(found.is_ok(), "{text}\n{:?}", found.err());
    }

    /// Every class and segment that ships.
    #[test]
    fn of_the_library_the_least_and_nothing_missed(all in prop::collection::vec(facts(), 1..5), which in 0usize..1000) {
        let all_targets = classifications().iter().map(|c| Target::Class(c.key.clone()));
        let targets: Vec<Target> = all_targets.chain(segments().iter().map(|s| Target::Segment(s.key.clone()))).collect();
        let target = targets[which % targets.len()].clone();
        let found = check(&all, target.clone(), segments());
        prop_assert!(found.is_ok(), "{target:?}\n{:?}", found.err());
    }
}

/// Far beyond the grid the search still finds what is there: it ends because it is done, not because it gave up.
#[test]
fn amounts_of_any_size_are_found() {
    let facts = Facts::default();
    let base = Arc::new(Base::default());
    for (text, amount) in [
        ("net between 98765432 and 98765433", 98_765_432),
        ("orders * net / 3 >= 1000000", 3_000_000),
        ("net / (net + 1000) > 0.99", 99_001),
        ("max_order_net - average_order_net >= 0 and net = 77777777", 77_777_777),
        ("abs(net - 5000000) < 10 and not (net between 4999000 and 5000005)", 5_000_006),
    ] {
        let segments = with_segment(&rule::parse(text).expect("a rule"));
        let names = vocabulary(yen()).segments(&segments);
        let scope = Scope::of(Target::Segment("own".into()), catalog(), classifications(), &segments, &names).expect("checks");
        let change = scope.change(&facts, &moment(&base, 100_000_000));
        assert_eq!(change.ways.first().map(|w| &w.means), Some(&Means::Order { amount, with: None }), "{text}");
    }
}
