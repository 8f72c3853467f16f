//! Orders put together from heads, lines and refunds (`domain.md` §3).

use crate::make::{attribute, day, line, noon, order, orders, refund};
use domain::{
    clock::Instant,
    fact::Facts,
    feature::{History, Recorded},
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
    corrected.batch = 2;
    let facts = orders([corrected, first]);
    let (Ok(Expr::Aggregate(net)), as_of) = (parse_expr("sum(orders.net)"), day("2026-03-01")) else { panic!() };
    assert_eq!(History::as_of(&facts, as_of, Instant::MAX).aggregate(&net), Value::Money(700));
    assert_eq!(History::as_of(&facts, as_of, noon(day("2026-02-09"))).aggregate(&net), Value::Money(1000));
    assert_eq!(History::as_of(&facts, as_of, noon(day("2026-01-09"))).aggregate(&net), Value::Money(0));
}

#[test]
fn in_one_import_the_later_row_corrects_the_earlier_one_whenever_it_happened() {
    // a history load: every row was known when it happened
    let facts = orders([order("A", "2026-01-10", 1000), order("A", "2026-01-02", 700)]);
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net)"), Value::Money(700));
    assert_eq!(value(&facts, "2026-02-01", "min(orders.day)"), Value::Day(day("2026-01-02")));
}

#[test]
fn an_order_corrected_to_a_later_day_was_not_there_before() {
    let mut later = order("A", "2026-03-10", 1000);
    later.batch = 2;
    let facts = orders([order("A", "2026-01-10", 1000), later]);
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(0));
    assert_eq!(value(&facts, "2026-03-10", "count(orders)"), Value::Int(1));
    // then nobody knew
    let (Ok(Expr::Aggregate(count)), as_of) = (parse_expr("count(orders)"), day("2026-02-01")) else { panic!() };
    assert_eq!(History::as_of(&facts, as_of, noon(as_of)).aggregate(&count), Value::Int(1));
}

#[test]
fn a_cancelled_line_is_no_part_of_its_order() {
    let (mut tea, mut cup) = (line("A", 1, "2026-01-10", "tea", 100), line("A", 2, "2026-01-11", "cup", 40));
    (tea.cost, cup.cost, cup.cancelled) = (Some(60), Some(10), true);
    let mut facts = Facts { lines: vec![tea.clone(), cup.clone()], ..Facts::default() };
    let expect = [
        ("sum(orders.net)", Value::Money(100)),
        ("sum(orders.cost)", Value::Money(60)),
        ("sum(orders.quantity)", Value::Number(1.0)),
        ("count(lines)", Value::Int(1)),
        ("distinct(lines.category)", Value::Int(1)),
    ];
    for (text, want) in &expect {
        assert_eq!(value(&facts, "2026-02-01", text), *want, "{text}");
    }
    // with a head, which says what was paid
    facts.orders.push(order("A", "2026-01-10", 100));
    for (text, want) in &expect {
        assert_eq!(value(&facts, "2026-02-01", text), *want, "{text} with a head");
    }
    // all cancelled: so is the order, and its gross is what all lines were
    tea.cancelled = true;
    let facts = Facts { lines: vec![tea, cup], ..Facts::default() };
    assert_eq!(value(&facts, "2026-02-01", "count(orders)"), Value::Int(0));
    assert_eq!(value(&facts, "2026-02-01", "sum(all_orders.gross, cancelled = true)"), Value::Money(140));
}

#[test]
fn a_refund_with_a_number_is_corrected_by_a_later_import() {
    let numbered = |batch, amount| {
        let mut r = refund(Some("A"), "2026-01-12", amount);
        (r.refund_key, r.batch) = (Some(7), batch);
        r
    };
    let mut facts = orders([order("A", "2026-01-10", 10_000)]);
    facts.refunds = vec![numbered(1, 3000), numbered(2, 3000)];
    assert_eq!(value(&facts, "2026-02-01", "sum(refunds.refunded)"), Value::Money(3000));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net)"), Value::Money(7000));
    facts.refunds.push(numbered(3, 500));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net)"), Value::Money(9500));
    assert_eq!(value(&facts, "2026-02-01", "count(refunds)"), Value::Int(1));
    // without a number every row is a refund of its own
    facts.refunds.push(refund(Some("A"), "2026-01-12", 500));
    assert_eq!(value(&facts, "2026-02-01", "sum(orders.net)"), Value::Money(9000));
}

#[test]
fn a_refund_told_by_a_status_counts_only_for_what_is_missing() {
    let mut by_status = refund(Some("A"), "2026-01-12", 1000);
    by_status.by_status = true;
    let mut facts = orders([order("A", "2026-01-10", 1000), order("B", "2026-01-11", 1)]);
    facts.refunds = vec![by_status];
    assert_eq!(value(&facts, "2026-02-01", "count(refunds)"), Value::Int(1));
    assert_eq!(value(&facts, "2026-02-01", "sum(all_orders.refunded)"), Value::Money(1000));
    // part of it told by a refund of its own
    facts.refunds.push(refund(Some("A"), "2026-01-20", 300));
    assert_eq!(value(&facts, "2026-02-01", "sum(all_orders.refunded)"), Value::Money(1000));
    assert_eq!(value(&facts, "2026-02-01", "sum(refunds.refunded)"), Value::Money(1000));
    assert_eq!(value(&facts, "2026-02-01", "count(refunds)"), Value::Int(2));
    // all of it: one event, not two
    facts.refunds.push(refund(Some("A"), "2026-01-21", 700));
    facts.refunds.remove(1);
    facts.refunds.push(refund(Some("A"), "2026-01-22", 300));
    assert_eq!(value(&facts, "2026-02-01", "sum(all_orders.refunded)"), Value::Money(1000));
    assert_eq!(value(&facts, "2026-02-01", "sum(refunds.refunded)"), Value::Money(1000));
    assert_eq!(value(&facts, "2026-02-01", "count(refunds)"), Value::Int(2));
    // refunds of other orders take nothing away
    facts.refunds.truncate(1);
    facts.refunds.push(refund(Some("B"), "2026-01-22", 1));
    assert_eq!(value(&facts, "2026-02-01", "sum(refunds.refunded)"), Value::Money(1001));
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

#[test]
fn a_customer_is_there_from_its_first_trace_on() {
    let there = |facts: &Facts, on: &str, recorded: Recorded| History::as_of(facts, day(on), Instant::MAX).is_present(recorded);
    let today = Recorded::TODAY;
    let bought = orders([order("A", "2026-01-10", 1000)]);
    assert!(there(&bought, "2026-01-10", today) && !there(&bought, "2026-01-09", today));
    // recorded before the first order
    assert!(there(&bought, "2026-01-09", Recorded { by_day: true, ..today }));
    // nothing about it has a day: as known today it is always there, as known then once it was recorded
    let city = Facts { attributes: vec![attribute("city", "1970-01-01", Value::Text("上海".into()))], ..Facts::default() };
    assert!(there(&city, "2020-01-01", today) && there(&Facts::default(), "2020-01-01", today));
    assert!(!there(&city, "2020-01-01", Recorded { by_known: false, by_day: false }));
    // the day it signed up is a trace
    let signed = Facts { attributes: vec![attribute("signup_day", "1970-01-01", Value::Day(day("2026-01-05")))], ..Facts::default() };
    assert!(there(&signed, "2026-01-05", today) && !there(&signed, "2026-01-04", today));
    // an order that was moved to a later day is no trace of the earlier one
    let mut moved = order("A", "2026-03-10", 1000);
    moved.batch = 2;
    let facts = orders([order("A", "2026-01-10", 1000), moved]);
    assert!(!there(&facts, "2026-02-01", today) && there(&facts, "2026-03-10", today));
}
