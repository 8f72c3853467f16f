//! Definitions people write: order, rings, types.

use crate::make::{attribute, day, order, orders};
use domain::{
    Label,
    clock::Instant,
    fact::{CostFact, Facts},
    feature::{Base, Cycle, Definition, Error, Feature, Group, History, Plan, Population, aggregates_behind, catalog, fit},
    money::Currency,
    rule::{Expr, parse_expr},
    value::{Value, ValueType},
};
use std::sync::Arc;

fn feature(key: &str, ty: ValueType, text: &str) -> Feature {
    let definition = match parse_expr(text).expect("an expression") {
        Expr::Aggregate(aggregate) => Definition::Aggregate(*aggregate),
        expr => Definition::Formula { expr },
    };
    Feature {
        key: key.into(),
        label: Label::same(key),
        description: Label::default(),
        group: Group::Custom,
        value: ty,
        unit: None,
        definition,
        entry: None,
        builtin: false,
        version: 1,
    }
}

fn plan(features: &[Feature]) -> Result<Plan, Error> {
    Plan::new(features, Currency::CNY)
}

#[test]
fn features_are_computed_after_those_they_need_whatever_their_order() {
    let features = [
        feature("c", ValueType::Number, "b / 2"),
        feature("b", ValueType::Number, "a * 3"),
        feature("a", ValueType::Int, "count(orders)"),
    ];
    let plan = plan(&features).expect("a plan");
    assert_eq!(plan.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    let facts = orders([order("A", "2026-01-01", 100), order("B", "2026-01-02", 100)]);
    let profile = plan.evaluate(History::as_of(&facts, day("2026-02-01"), Instant::MAX), &Arc::new(Base::default()));
    assert_eq!(profile.get("c"), &Value::Number(3.0));
}

#[test]
fn a_ring_is_named() {
    let features =
        [feature("a", ValueType::Number, "b + 1"), feature("b", ValueType::Number, "c + 1"), feature("c", ValueType::Number, "a + 1")];
    let Err(Error::Cycle(Cycle { keys })) = plan(&features) else { panic!("a ring") };
    assert_eq!(keys, ["a", "b", "c", "a"]);
    let Err(error @ Error::Cycle(_)) = plan(&[feature("a", ValueType::Number, "a + 1")]) else { panic!("a ring") };
    assert_eq!(error.message().zh, "这些定义互相依赖，成了环：a → a");
}

#[test]
fn what_cannot_be_computed_is_refused_by_name() {
    let codes = |features: &[Feature]| plan(features).err().map(|e| e.code());
    assert_eq!(codes(&[feature("a", ValueType::Number, "no_such_feature + 1")]), Some("rule.unknown_feature"));
    assert_eq!(codes(&[feature("a", ValueType::Int, "sum(orders.net)")]), Some("feature.type"));
    assert_eq!(codes(&[feature("a", ValueType::Money, "sum(lines.net)")]), Some("feature.no_such_field"));
    let twice = [feature("a", ValueType::Int, "count(orders)"), feature("a", ValueType::Int, "count(orders)")];
    assert_eq!(codes(&twice), Some("feature.twice"));
    assert_eq!(codes(&[feature("Bad key", ValueType::Int, "count(orders)")]), Some("feature.key"));
    assert_eq!(codes(&[feature("会员价值", ValueType::Int, "count(orders)")]), None);
    let mut share = feature("s", ValueType::Number, "count(orders)");
    share.definition = Definition::Share { of: "t".into() };
    assert_eq!(codes(std::slice::from_ref(&share)), Some("feature.unknown"));
    let mut text = feature("t", ValueType::Text, "top(orders.channel)");
    assert_eq!(codes(&[share, text.clone()]), Some("feature.not_numeric"));
    text.definition = Definition::Derived { function: domain::feature::Derivation::Country, of: vec![] };
    assert_eq!(codes(&[text]), Some("feature.arguments"));
}

#[test]
fn attributes_fit_the_type_their_feature_declares() {
    use ValueType::{Bool, Int, Money, Number, Text};
    let (text, date) = (|t: &str| Value::Text(t.into()), day("2026-03-05"));
    let cases = [
        (Value::Int(3), Number, Value::Number(3.0)),
        (Value::Number(3.0), Int, Value::Int(3)),
        (Value::Number(3.5), Int, Value::Null),
        (text("12"), Int, Value::Int(12)),
        (text("abc"), Money, Value::Null),
        (text(" 1,200.5 "), Number, Value::Number(1200.5)),
        (text("128.5"), Money, Value::Money(12_850)),
        (Value::Number(128.5), Money, Value::Money(12_850)),
        (Value::Int(128), Money, Value::Money(12_800)),
        (Value::Number(1e300), Money, Value::Null),
        (Value::Money(12_850), Number, Value::Number(128.5)),
        (Value::Money(12_850), Int, Value::Null),
        (Value::Money(12_850), Text, text("128.50")),
        (text("是"), Bool, Value::Bool(true)),
        (text("No"), Bool, Value::Bool(false)),
        (text("maybe"), Bool, Value::Null),
        (Value::Number(1.0), Bool, Value::Bool(true)),
        (Value::Number(2.0), Bool, Value::Null),
        (Value::Bool(true), Number, Value::Number(1.0)),
        (text(" 2026-03-05"), ValueType::Day, Value::Day(date)),
        (Value::Day(date), Text, text("2026-03-05")),
        (Value::Day(date), Money, Value::Null),
    ];
    for (said, ty, read) in cases {
        assert_eq!(fit(said.clone(), ty, Currency::CNY), read, "{said:?} as {ty:?}");
    }
    assert_eq!(fit(text("128"), Money, Currency::parse("JPY").expect("yen")), Value::Money(128));
    let facts = Facts { attributes: vec![attribute("custom.size", "2026-01-01", Value::Int(7))], ..Facts::default() };
    let mut size = feature("custom.size", ValueType::Number, "count(orders)");
    size.definition = Definition::Attribute { key: "custom.size".into() };
    let profile = plan(&[size])
        .expect("a plan")
        .evaluate(History::as_of(&facts, day("2026-01-01"), Instant::MAX), &Arc::new(Base::default()));
    assert_eq!(profile.get("custom.size"), &Value::Number(7.0));
}

#[test]
fn the_aggregates_behind_a_feature() {
    assert_eq!(aggregates_behind("orders", catalog()).len(), 1);
    assert_eq!(aggregates_behind("net", catalog()).len(), 2);
    // contribution = net − cost
    assert_eq!(aggregates_behind("contribution", catalog()).len(), 3);
    assert!(aggregates_behind("gender", catalog()).is_empty());
}

#[test]
fn of_a_corrected_cost_the_version_learnt_last_is_shared() {
    let cost = |cost_key, batch, amount| CostFact {
        cost_key,
        recorded_at: Instant(0),
        batch,
        channel: Some("weibo".into()),
        first_day: day("2026-01-01"),
        last_day: day("2026-01-31"),
        amount,
    };
    let costs = [cost(Some(1), 2, 80), cost(Some(1), 1, 100), cost(Some(2), 1, 10), cost(None, 1, 4), cost(None, 2, 4)];
    let each: Vec<i64> = domain::feature::share_out(&costs, |_, _, _| 1).iter().map(|s| s.each).collect();
    assert_eq!(each, [80, 10, 4, 4]);
}

#[test]
fn the_cost_of_a_channel_is_shared_among_the_customers_it_won() {
    let won = |channel: &str, on: &str| {
        let mut o = order(channel, on, 10_000);
        o.channel = Some(channel.into());
        orders([o])
    };
    let cost = |channel: Option<&str>, from: &str, to: &str, amount| CostFact {
        cost_key: None,
        recorded_at: Instant(0),
        batch: 0,
        channel: channel.map(Into::into),
        first_day: day(from),
        last_day: day(to),
        amount,
    };
    let mut stated = won("weibo", "2026-01-20");
    stated.attributes.push(attribute("acquisition_cost", "2026-01-01", Value::Money(7)));
    let everyone = [won("weibo", "2026-01-01"), won("weibo", "2026-01-31"), stated, won("weibo", "2026-02-01"), won("app", "2026-01-05"), Facts::default()];
    let costs = [
        cost(Some("weibo"), "2026-01-01", "2026-01-31", 50_000),
        // half to even: 5 ÷ 2 = 2
        cost(Some("weibo"), "2026-01-20", "2026-01-31", 5),
        cost(None, "2026-01-01", "2026-12-31", 900),
        cost(Some("douyin"), "2026-01-01", "2026-12-31", 900),
    ];
    let plan = Plan::new(catalog(), Currency::CNY).expect("a plan");
    let histories = everyone.iter().map(|f| History::as_of(f, day("2026-06-30"), Instant::MAX));
    let all = Population::compute(&plan, histories, &costs, &|_| Vec::new());
    let of = |key: &str| all.profiles.iter().map(|p| p.get(key).clone()).collect::<Vec<_>>();
    let third = 16_667;
    let (m, none) = (Value::Money, Value::Null);
    assert_eq!(of("channel_cost"), [m(third), m(third + 2), m(third + 2), none.clone(), none.clone(), none.clone()]);
    assert_eq!(of("acquisition_cost"), [m(third), m(third + 2), m(7), none.clone(), none.clone(), none]);
    // what they are worth, less what winning them cost
    let histories = everyone.iter().map(|f| History::as_of(f, day("2026-06-30"), Instant::MAX));
    let free = Population::compute(&plan, histories, &[], &|_| Vec::new());
    let worth = |all: &Population, i: usize| match all.profiles[i].get("clv_simple") {
        Value::Money(worth) => *worth,
        other => panic!("{other:?}"),
    };
    assert_eq!(worth(&free, 0) - worth(&all, 0), third);
    assert_eq!(worth(&free, 4), worth(&all, 4));
}

#[test]
fn own_edges_of_money_are_written_in_major_units() {
    for (code, paid) in [("CNY", 600_000), ("JPY", 6_000), ("KWD", 6_000_000)] {
        let plan = Plan::new(catalog(), Currency::parse(code).expect("a currency")).expect("a plan");
        let facts = [paid, paid / 60].map(|paid| orders([order("A", "2026-01-01", paid)]));
        let histories = facts.iter().map(|f| History::as_of(f, day("2026-02-01"), Instant::MAX));
        let all = Population::compute(&plan, histories, &[], &|_| Vec::new());
        let scores: Vec<&Value> = all.profiles.iter().map(|p| p.get("rfm_m_bins")).collect();
        assert_eq!(scores, [&Value::Int(5), &Value::Int(2)], "{code}");
    }
}
