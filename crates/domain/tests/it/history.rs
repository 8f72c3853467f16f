//! Orders put together from heads, lines and refunds (`domain.md` §3).

use crate::make::{attribute, day, line, noon, order, orders, refund};
use domain::{
    clock::Instant,
    fact::Facts,
    feature::History,
    money::Currency,
    rule::{Expr, parse_expr},
    value::Value,
};

fn value(facts: &Facts, on: &str, aggregate: &str) -> Value {
    let Ok(Expr::Aggregate(aggregate)) = parse_expr(aggregate) else { panic!("{aggregate} is no aggregate") };
    History::as_of(facts, day(on), Instant::MAX).aggregate(&aggregate)
}

#[test]
fn an_order_without_a_head_is_paid_what_its_lines_are_paid() {
    let mut facts = Facts { lines: vec![line("A", 2, "2026-01-02", "tea", 300), line("A", 1, "2026-01-01", "cup", 500)], ..Facts::default() };
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.gross)"), Value::Money(800));
    assert_eq!(value(&facts, "2026-02-01", "min(orders.day)"), Value::Day(day("2026-01-01")));
    facts.orders.push(order("A", "2026-01-03", 750));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.gross)"), Value::Money(750));
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(1));
    assert_eq!(value(&facts, "2026-02-01", "min(orders.day)"), Value::Day(day("2026-01-03")));
}

#[test]
fn a_refund_lowers_its_order_on_the_order_s_day() {
    let mut facts = orders([order("A", "2026-01-10", 1000)]);
    facts.refunds.push(refund(Some("A"), "2026-03-01", 400));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net, last 90 days)"), Value::Money(1000));
    assert_eq!(value(&facts, "2026-03-01", "sum(orders.net, last 90 days)"), Value::Money(600));
    // the refund's own day is outside the order's window
    assert_eq!(value(&facts, "2026-03-01", "sum(orders.net, last 30 days)"), Value::Money(0));
    assert_eq!(value(&facts, "2026-03-01", "sum(refunds.refunded, last 30 days)"), Value::Money(400));
}

#[test]
fn a_fully_refunded_order_is_not_valid_but_its_gross_stays() {
    let mut facts = orders([order("A", "2026-01-10", 1000), order("B", "2026-01-11", 1)]);
    facts.refunds.push(refund(Some("A"), "2026-01-12", 1000));
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(1));
    assert_eq!(value(&facts, "2026-02-01", "sum(all_orders.gross, cancelled = false)"), Value::Money(1001));
    assert_eq!(value(&facts, "2026-02-01", "count(all_orders, refunded > 0)"), Value::Int(1));
}

#[test]
fn one_minor_unit_left_keeps_an_order_valid() {
    let mut facts = orders([order("A", "2026-01-10", 1000)]);
    facts.refunds.push(refund(Some("A"), "2026-01-12", 999));
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(1));
    facts.refunds.push(refund(Some("A"), "2026-01-12", 1));
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(0));
}

#[test]
fn a_refund_of_an_unknown_order_names_no_order() {
    let mut facts = orders([order("A", "2026-01-10", 1000)]);
    facts.refunds.push(refund(Some("Z"), "2026-01-12", 300));
    facts.refunds.push(refund(None, "2026-01-13", 200));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net)"), Value::Money(1000));
    assert_eq!(value(&facts, "2026-02-01", "sum(refunds.refunded, linked = false)"), Value::Money(500));
    // once the order is known, the refund is its
    facts.orders.push(order("Z", "2026-01-11", 900));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net)"), Value::Money(1600));
    assert_eq!(value(&facts, "2026-02-01", "sum(refunds.refunded, linked = false)"), Value::Money(200));
}

#[test]
fn cancelled_by_the_head_or_by_every_line() {
    let mut cancelled = order("A", "2026-01-10", 1000);
    cancelled.cancelled = true;
    let (mut one, mut two) = (line("B", 1, "2026-01-11", "tea", 100), line("B", 2, "2026-01-11", "tea", 100));
    one.cancelled = true;
    let facts = Facts { orders: vec![cancelled], lines: vec![one.clone(), two.clone()], ..Facts::default() };
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(1));
    two.cancelled = true;
    let facts = Facts { lines: vec![one, two], ..Facts::default() };
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(0));
    assert_eq!(value(&facts, "2026-02-01", "count(all_orders, cancelled = true)"), Value::Int(1));
    assert_eq!(value(&facts, "2026-02-01", "count(lines)"), Value::Int(0));
}

#[test]
fn the_version_learnt_last_counts_and_earlier_knowledge_can_be_asked_for() {
    let first = order("A", "2026-01-10", 1000);
    let mut corrected = order("A", "2026-01-10", 700);
    corrected.recorded_at = noon(day("2026-02-10"));
    let facts = orders([corrected, first]);
    let (Ok(Expr::Aggregate(net)), as_of) = (parse_expr("sum(orders.net)"), day("2026-03-01")) else { panic!() };
    assert_eq!(History::as_of(&facts, as_of, Instant::MAX).aggregate(&net), Value::Money(700));
    assert_eq!(History::as_of(&facts, as_of, noon(day("2026-02-09"))).aggregate(&net), Value::Money(1000));
    assert_eq!(History::as_of(&facts, as_of, noon(day("2026-01-09"))).aggregate(&net), Value::Money(0));
}

#[test]
fn tomorrow_is_not_known_today() {
    let facts = orders([order("A", "2026-01-10", 1000), order("B", "2026-01-11", 500)]);
    assert_eq!(value(&facts, "2026-01-10", "count(orders)"), Value::Int(1));
    assert_eq!(value(&facts, "2026-01-09", "count(orders)"), Value::Int(0));
}

#[test]
fn the_attribute_of_the_latest_day_counts_and_null_takes_it_back() {
    let facts = Facts {
        attributes: vec![
            attribute("city", "2026-02-01", Value::Text("上海".into())),
            attribute("city", "2026-01-01", Value::Text("北京".into())),
            attribute("gender", "2026-01-01", Value::Text("男".into())),
            attribute("gender", "2026-01-02", Value::Null),
        ],
        ..Facts::default()
    };
    let at = |on: &str, key: &str| History::as_of(&facts, day(on), Instant::MAX).attribute(key);
    assert_eq!(at("2026-01-31", "city"), Value::Text("北京".into()));
    assert_eq!(at("2026-02-01", "city"), Value::Text("上海".into()));
    assert_eq!(at("2026-02-01", "gender"), Value::Null);
    assert_eq!(at("2026-02-01", "income"), Value::Null);
}

#[test]
fn money_in_filters_is_read_in_the_reporting_currency() {
    let facts = orders([order("A", "2026-01-10", 1000), order("B", "2026-01-11", 5000)]);
    let Ok(Expr::Aggregate(large)) = parse_expr("count(orders, net >= 50)") else { panic!() };
    let history = History::as_of(&facts, day("2026-02-01"), Instant::MAX);
    assert_eq!(history.clone().aggregate(&large), Value::Int(1));
    assert_eq!(history.in_currency(Currency::parse("JPY").expect("yen")).aggregate(&large), Value::Int(2));
}
