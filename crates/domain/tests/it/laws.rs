//! Laws that hold for any facts.

use crate::make::{answer, attribute, interaction, line, order, refund};
use domain::{
    clock::Instant,
    fact::{Facts, RefundFact},
    feature::{Base, History, Plan, catalog},
    id::key64,
    library::{classifications, vocabulary},
    money::Currency,
    period::Day,
    rule::{Expr, parse_expr},
    value::Value,
};
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::new(catalog(), Currency::CNY).expect("a plan"));

pub const START: i32 = 20_000;
pub const AS_OF: Day = Day(START + 400);

/// Some hundred days of facts; instants differ, so that "latest" has one meaning.
pub fn facts() -> impl Strategy<Value = Facts> {
    let on = || (0..400i32).prop_map(|d| Day(START + d).to_string());
    let heads = prop::collection::vec((0..8u8, on(), 0..500i64, prop::bool::weighted(0.1), 0..3u8), 0..10);
    let lines = prop::collection::vec((0..8u8, 0..3u32, on(), 0..3u8, 0..500i64, prop::bool::weighted(0.2)), 0..10);
    let number = prop::option::weighted(0.4, 0..3u8);
    let refunds = prop::collection::vec((prop::option::weighted(0.8, 0..10u8), number, on(), 1..400i64, prop::bool::weighted(0.3)), 0..8);
    let talk = prop::collection::vec((0..4u8, on()), 0..8);
    let scores = prop::collection::vec((0..3u8, on(), 0..=10u8), 0..5);
    let known = prop::collection::vec((0..4u8, on(), 0..5u8), 0..6);
    (heads, lines, refunds, talk, scores, known).prop_map(|(heads, lines, refunds, talk, scores, known)| {
        let mut facts = Facts::default();
        let mut tick = 0;
        let mut next = || {
            tick += 1;
            tick
        };
        for (id, on, paid, cancelled, channel) in heads {
            let mut o = order(&format!("O{id}"), &on, paid);
            o.cancelled = cancelled;
            o.channel = ["app", "shop"].get(usize::from(channel)).map(|c| (*c).to_owned());
            // every row an import of its own
            o.batch = next();
            o.recorded_at = Instant(o.recorded_at.0 + o.batch);
            facts.orders.push(o);
        }
        for (id, no, on, category, paid, cancelled) in lines {
            let mut l = line(&format!("O{id}"), no, &on, ["tea", "cup", "pot"][usize::from(category)], paid);
            l.cancelled = cancelled;
            l.batch = next();
            l.recorded_at = Instant(l.recorded_at.0 + l.batch);
            facts.lines.push(l);
        }
        for (id, no, on, amount, by_status) in refunds {
            let mut r = refund(id.map(|i| format!("O{i}")).as_deref(), &on, amount);
            r.at = Instant(r.at.0 + next());
            r.batch = next();
            r.recorded_at = Instant(r.recorded_at.0 + r.batch);
            r.refund_key = no.map(|no| key64(&format!("R{no}/{id:?}")));
            r.by_status = by_status;
            facts.refunds.push(r);
        }
        for (kind, on) in talk {
            let mut i = interaction(["visit", "call", "referral", "投诉"][usize::from(kind)], &on);
            i.at = Instant(i.at.0 + next());
            facts.interactions.push(i);
        }
        for (question, on, score) in scores {
            let mut a = answer(["nps", "csat", "ces"][usize::from(question)], &on, f64::from(score));
            a.at = Instant(a.at.0 + next());
            facts.answers.push(a);
        }
        for (key, on, value) in known {
            let mut a = attribute(["city", "gender", "values", "kind"][usize::from(key)], &on, Value::Text(value.to_string()));
            a.recorded_at = Instant(a.recorded_at.0 + next());
            facts.attributes.push(a);
        }
        facts
    })
}

fn aggregate(facts: &Facts, day: Day, text: &str) -> Value {
    let Ok(Expr::Aggregate(aggregate)) = parse_expr(text) else { panic!("{text} is no aggregate") };
    History::as_of(facts, day, Instant::MAX).aggregate(&aggregate)
}

fn number(facts: &Facts, day: Day, text: &str) -> f64 {
    aggregate(facts, day, text).as_f64().unwrap_or(0.0)
}

fn all_features(facts: &Facts, day: Day) -> Vec<Value> {
    let profile = PLAN.evaluate(History::as_of(facts, day, Instant::MAX), &Arc::new(Base::default()));
    catalog().iter().map(|f| profile.get(&f.key).clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_in_which_facts_are_learnt_does_not_matter(facts in facts(), turn in 0usize..10) {
        let mut turned = facts.clone();
        fn shuffle<T>(items: &mut [T], turn: usize) {
            items.reverse();
            if !items.is_empty() {
                items.rotate_left(turn % items.len());
            }
        }
        shuffle(&mut turned.orders, turn);
        shuffle(&mut turned.lines, turn);
        shuffle(&mut turned.refunds, turn);
        shuffle(&mut turned.interactions, turn);
        shuffle(&mut turned.answers, turn);
        shuffle(&mut turned.attributes, turn);
        prop_assert_eq!(all_features(&facts, AS_OF), all_features(&turned, AS_OF));
    }

    #[test]
    fn what_happens_after_the_day_changes_nothing(facts in facts(), cut in 0..400i32) {
        let day = Day(START + cut);
        let mut facts = facts;
        // new orders, lines and refunds, that is: not corrections of earlier ones
        facts.orders.iter_mut().filter(|f| f.day > day).for_each(|f| f.order_key ^= 1);
        facts.lines.iter_mut().filter(|f| f.day > day).for_each(|f| f.line_key ^= 1);
        facts.refunds.iter_mut().filter(|f| f.day > day).for_each(|f| f.refund_key = None);
        let mut past = facts.clone();
        past.orders.retain(|f| f.day <= day);
        past.lines.retain(|f| f.day <= day);
        past.refunds.retain(|f| f.day <= day);
        past.interactions.retain(|f| f.day <= day);
        past.answers.retain(|f| f.day <= day);
        past.attributes.retain(|f| f.day <= day);
        prop_assert_eq!(all_features(&facts, day), all_features(&past, day));
    }

    #[test]
    fn a_window_and_what_lies_before_it_are_everything(facts in facts(), n in 1..380u32) {
        for (what, of) in [("count(orders", ""), ("sum(orders.net", ""), ("sum(refunds.refunded", ", linked = false"), ("count(lines", "")] {
            let inside = number(&facts, AS_OF, &format!("{what}, last {n} days{of})"));
            let before = number(&facts, AS_OF, &format!("{what}, 100000 to {n} days ago{of})"));
            prop_assert_eq!(inside + before, number(&facts, AS_OF, &format!("{what}{of})")), "{} {}", what, n);
        }
    }

    #[test]
    fn a_longer_window_never_counts_less(facts in facts(), n in 1..300u32, more in 0..100u32) {
        let count = |n: u32| number(&facts, AS_OF, &format!("count(orders, last {n} days)"));
        prop_assert!(count(n) <= count(n + more));
    }

    #[test]
    fn money_is_neither_made_nor_lost(facts in facts()) {
        let history = History::as_of(&facts, AS_OF, Instant::MAX);
        let refunded: i64 = history.orders().iter().map(|o| o.refunded).sum();
        let loose: i64 = history.refunds().iter().filter(|r| !r.linked).map(|r| r.amount).sum();
        let all: i64 = history.refunds().iter().map(|r| r.amount).sum();
        prop_assert_eq!(refunded + loose, all);
        let told = facts.until(AS_OF, Instant::MAX).refunds;
        let sum = |of: &dyn Fn(&&RefundFact) -> bool| told.iter().filter(of).map(|r| r.amount).sum::<i64>();
        for o in history.orders() {
            let of = |by_status: bool| sum(&|r| r.order_key == Some(o.key) && r.by_status == by_status);
            prop_assert_eq!(o.refunded, of(true).max(of(false)));
        }
        let net: i64 = history.orders().iter().filter(|o| o.valid()).map(|o| o.net()).sum();
        let values = all_features(&facts, AS_OF);
        let of = |key: &str| values[catalog().iter().position(|f| f.key == key).expect("known")].clone();
        prop_assert_eq!(of("net"), Value::Money(net - loose));
        let gross: i64 = history.orders().iter().filter(|o| !o.cancelled).map(|o| o.gross).sum();
        prop_assert_eq!(of("gross"), Value::Money(gross));
    }

    #[test]
    fn a_refund_never_raises_net_and_never_touches_gross(facts in facts(), id in 0..8u8, amount in 1..600i64) {
        let mut refunded = facts.clone();
        refunded.refunds.push(refund(Some(&format!("O{id}")), &AS_OF.to_string(), amount));
        let sum = |f: &Facts, what: &str| number(f, AS_OF, what);
        prop_assert!(sum(&refunded, "sum(orders.net)") <= sum(&facts, "sum(orders.net)"));
        prop_assert!(sum(&refunded, "count(orders)") <= sum(&facts, "count(orders)"));
        let gross = "sum(all_orders.gross, cancelled = false)";
        prop_assert_eq!(sum(&refunded, gross), sum(&facts, gross));
    }

    #[test]
    fn one_more_order_is_one_more_order(facts in facts(), paid in 1..500i64) {
        let mut more = facts.clone();
        more.orders.push(order("new", &AS_OF.to_string(), paid));
        prop_assert_eq!(number(&more, AS_OF, "count(orders)"), number(&facts, AS_OF, "count(orders)") + 1.0);
        prop_assert_eq!(number(&more, AS_OF, "sum(orders.net)"), number(&facts, AS_OF, "sum(orders.net)") + paid as f64);
        prop_assert_eq!(aggregate(&more, AS_OF, "days_since_last(orders)"), Value::Int(0));
    }

    #[test]
    fn facts_that_counted_add_up_to_the_number(facts in facts(), n in 1..380u32) {
        for text in [format!("sum(orders.net, last {n} days)"), format!("sum(refunds.refunded, last {n} days)"), format!("sum(lines.gross, last {n} days)")] {
            let Ok(Expr::Aggregate(a)) = parse_expr(&text) else { panic!() };
            let history = History::as_of(&facts, AS_OF, Instant::MAX);
            let sum: i64 = history.counted(&a).iter().filter_map(|f| f.amount).sum();
            prop_assert_eq!(history.aggregate(&a), Value::Money(sum));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn everyone_has_exactly_one_class_of_every_classification(everyone in prop::collection::vec(facts(), 1..12)) {
        let all = crate::library::classes(&everyone, &AS_OF.to_string());
        let names = vocabulary(Currency::CNY);
        for c in classifications() {
            prop_assert!(c.check(&names).is_ok());
            let classes = &all[&c.key];
            prop_assert_eq!(classes.len(), everyone.len());
            if let domain::classification::Method::Rules { .. } = c.method {
                let named: Vec<String> = c.named().into_iter().map(|n| n.key).collect();
                prop_assert!(classes.iter().all(|k| named.contains(k)), "{}: {:?}", c.key, classes);
            }
            prop_assert!(classes.iter().all(|k| !k.is_empty()));
        }
        // buyers and only buyers have an RFM class
        for (facts, class) in everyone.iter().zip(&all["rfm_8"]) {
            prop_assert_eq!(number(facts, AS_OF, "count(orders)") == 0.0, class == "no_purchase");
        }
        prop_assert_eq!(
            all["rfm_11"].iter().filter(|c| *c == "no_purchase").count(),
            all["rfm_8"].iter().filter(|c| *c == "no_purchase").count()
        );
    }
}
