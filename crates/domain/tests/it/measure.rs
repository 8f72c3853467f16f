//! Every measure by example, and what makes no sense.

use crate::make::{answer, day, interaction, line, order, orders, refund};
use domain::{
    clock::Instant,
    fact::Facts,
    feature::{Aggregate, AggregateError, Condition, FactKind, Field, History, Measure, check_aggregate},
    period::Window,
    rule::{Expr, Literal, Op, parse_expr},
    value::{Value, ValueType},
};

fn aggregate(text: &str) -> Aggregate {
    let Ok(Expr::Aggregate(aggregate)) = parse_expr(text) else { panic!("{text} is no aggregate") };
    *aggregate
}

fn value(facts: &Facts, on: &str, text: &str) -> Value {
    History::as_of(facts, day(on), Instant::MAX).aggregate(&aggregate(text))
}

fn four() -> Facts {
    let mut facts = orders([
        order("A", "2026-01-01", 100),
        order("B", "2026-01-11", 301),
        order("C", "2026-01-11", 500),
        order("D", "2026-02-20", 200),
    ]);
    for (o, channel) in facts.orders.iter_mut().zip(["app", "shop", "app", "shop"]) {
        o.channel = Some(channel.into());
    }
    facts
}

#[test]
fn measures_of_numbers() {
    let facts = four();
    let on = "2026-02-28";
    assert_eq!(value(&facts, on, "count(orders)"), Value::Int(4));
    assert_eq!(value(&facts, on, "sum(orders.net)"), Value::Money(1101));
    // 1101 / 4 = 275.25
    assert_eq!(value(&facts, on, "mean(orders.net)"), Value::Money(275));
    assert_eq!(value(&facts, on, "min(orders.net)"), Value::Money(100));
    assert_eq!(value(&facts, on, "max(orders.net)"), Value::Money(500));
    assert_eq!(value(&facts, on, "last(orders.net)"), Value::Money(200));
    assert_eq!(value(&facts, on, "first(orders.net)"), Value::Money(100));
    assert_eq!(value(&facts, on, "count(orders, net > 2, channel = \"app\")"), Value::Int(1));
    assert_eq!(value(&facts, on, "count(orders, channel not in (\"app\"))"), Value::Int(2));
    // Thursday, Sunday, Sunday, Friday
    assert_eq!(value(&facts, on, "count(orders, weekday >= 5)"), Value::Int(2));
}

#[test]
fn means_of_money_round_half_to_even() {
    let facts = orders([order("A", "2026-01-01", 1), order("B", "2026-01-02", 2)]);
    assert_eq!(value(&facts, "2026-02-01", "mean(orders.net)"), Value::Money(2));
    let facts = orders([order("A", "2026-01-01", 2), order("B", "2026-01-02", 3)]);
    assert_eq!(value(&facts, "2026-02-01", "mean(orders.net)"), Value::Money(2));
}

#[test]
fn rhythm() {
    let facts = four();
    let on = "2026-02-28";
    assert_eq!(value(&facts, on, "active_days(orders)"), Value::Int(3));
    assert_eq!(value(&facts, on, "gaps(orders)"), Value::Int(2));
    assert_eq!(value(&facts, on, "mean_gap(orders)"), Value::Number(25.0));
    assert_eq!(value(&facts, on, "sd_gap(orders)"), Value::Number(15.0));
    assert_eq!(value(&facts, on, "p90_gap(orders)"), Value::Int(40));
    assert_eq!(value(&facts, on, "p90_gap_before(orders)"), Value::Int(10));
    assert_eq!(value(&facts, on, "last_gap(orders)"), Value::Int(40));
    assert_eq!(value(&facts, on, "days_since_last(orders)"), Value::Int(8));
    assert_eq!(value(&facts, on, "days_since_first(orders)"), Value::Int(58));
    assert_eq!(value(&facts, "2026-02-20", "days_since_last(orders)"), Value::Int(0));
}

#[test]
fn the_p90_gap_is_the_nearest_rank() {
    // ten gaps 1 … 10: the ⌈0.9·10⌉ = 9th smallest
    let mut at = day("2026-01-01");
    let mut facts = orders([order("0", "2026-01-01", 1)]);
    for gap in 1..=10 {
        at = at.plus(gap);
        facts.orders.push(order(&gap.to_string(), &at.to_string(), 1));
    }
    assert_eq!(value(&facts, "2026-12-31", "p90_gap(orders)"), Value::Int(9));
    assert_eq!(value(&facts, "2026-12-31", "p90_gap_before(orders)"), Value::Int(9));
}

#[test]
fn tops_break_ties_by_money_then_by_name() {
    let on = "2026-02-28";
    assert_eq!(value(&four(), on, "top(orders.channel)"), Value::Text("app".into()));
    assert_eq!(value(&four(), on, "top_share(orders.channel)"), Value::Number(0.5));
    let lines = |paid: [i64; 3]| Facts {
        lines: ["tea", "cup", "tea"].into_iter().zip(paid).zip(1..).map(|((c, p), n)| line("A", n, "2026-01-01", c, p)).collect(),
        ..Facts::default()
    };
    assert_eq!(value(&lines([1, 900, 1]), on, "top(lines.category)"), Value::Text("tea".into()));
    let even = Facts { lines: vec![line("A", 1, "2026-01-01", "tea", 5), line("A", 2, "2026-01-01", "cup", 5)], ..Facts::default() };
    assert_eq!(value(&even, on, "top(lines.category)"), Value::Text("cup".into()));
    assert_eq!(value(&even, on, "distinct(lines.category)"), Value::Int(2));
    assert_eq!(value(&even, on, "distinct(lines.brand)"), Value::Int(0));
}

#[test]
fn windows_are_closed_at_both_ends() {
    let facts = four();
    assert_eq!(value(&facts, "2026-01-11", "count(orders, last 11 days)"), Value::Int(3));
    assert_eq!(value(&facts, "2026-01-11", "count(orders, last 10 days)"), Value::Int(2));
    assert_eq!(value(&facts, "2026-02-28", "count(orders, 58 to 48 days ago)"), Value::Int(3));
    assert_eq!(value(&facts, "2026-02-28", "count(orders, 57 to 49 days ago)"), Value::Int(0));
    assert_eq!(value(&facts, "2026-02-11", "count(orders, last 1 months)"), Value::Int(0));
    assert_eq!(value(&facts, "2026-02-10", "count(orders, last 1 months)"), Value::Int(2));
}

#[test]
fn nothing_gives_nothing_or_zero() {
    let facts = Facts::default();
    for (text, expected) in [
        ("count(orders)", Value::Int(0)),
        ("sum(orders.net)", Value::Money(0)),
        ("sum(lines.quantity)", Value::Number(0.0)),
        ("distinct(lines.category)", Value::Int(0)),
        ("active_days(orders)", Value::Int(0)),
        ("gaps(orders)", Value::Int(0)),
        ("mean(orders.net)", Value::Null),
        ("max(orders.day)", Value::Null),
        ("last(answers.score)", Value::Null),
        ("top(orders.channel)", Value::Null),
        ("mean_gap(orders)", Value::Null),
        ("p90_gap(orders)", Value::Null),
        ("days_since_last(interactions)", Value::Null),
    ] {
        assert_eq!(value(&facts, "2026-01-01", text), expected, "{text}");
    }
}

#[test]
fn interactions_and_answers() {
    let facts = Facts {
        interactions: vec![interaction("visit", "2026-01-02"), interaction("call", "2026-01-01"), interaction("visit", "2026-01-03")],
        answers: vec![answer("nps", "2026-01-02", 9.0), answer("csat", "2026-01-03", 3.0), answer("nps", "2026-01-01", 4.0)],
        ..Facts::default()
    };
    let on = "2026-01-05";
    assert_eq!(value(&facts, on, "last(interactions.kind)"), Value::Text("visit".into()));
    assert_eq!(value(&facts, on, "first(interactions.kind)"), Value::Text("call".into()));
    assert_eq!(value(&facts, on, "count(interactions, kind in (\"visit\", \"访问\"))"), Value::Int(2));
    assert_eq!(value(&facts, on, "last(answers.score, kind = \"nps\")"), Value::Number(9.0));
    assert_eq!(value(&facts, on, "mean(answers.score, kind = \"nps\")"), Value::Number(6.5));
}

#[test]
fn counted_facts_are_those_that_made_the_number() {
    let mut facts = four();
    facts.refunds.push(refund(Some("A"), "2026-02-01", 40));
    let history = History::as_of(&facts, day("2026-02-28"), Instant::MAX);
    let counted = history.counted(&aggregate("sum(orders.net, channel = \"app\")"));
    let shown: Vec<_> = counted.iter().map(|f| (f.day.to_string(), f.order_id.as_deref(), f.amount)).collect();
    assert_eq!(shown, [("2026-01-01".into(), Some("A"), Some(60)), ("2026-01-11".into(), Some("C"), Some(500))]);
    assert_eq!(counted[0].title.zh, "订单 A");
    assert_eq!(history.counted(&aggregate("days_since_last(orders)")).len(), 1);
    assert_eq!(history.counted(&aggregate("first(orders.net)"))[0].order_id.as_deref(), Some("A"));
    assert_eq!(history.counted(&aggregate("count(refunds)"))[0].title.en, "Refund of order A");
}

#[test]
fn senseless_aggregates_are_refused() {
    let plain = |fact, measure| Aggregate { fact, measure, filter: vec![], window: Window::All };
    assert_eq!(
        check_aggregate(&plain(FactKind::Lines, Measure::Sum(Field::Net))),
        Err(AggregateError::NoSuchField { fact: FactKind::Lines, field: Field::Net })
    );
    for (fact, measure) in [
        (FactKind::Orders, Measure::Sum(Field::Channel)),
        (FactKind::Orders, Measure::Mean(Field::Day)),
        (FactKind::Orders, Measure::Top(Field::Net)),
        (FactKind::Orders, Measure::TopShare(Field::Weekday)),
        (FactKind::Answers, Measure::Max(Field::Kind)),
    ] {
        let error = check_aggregate(&plain(fact, measure.clone()));
        assert!(matches!(error, Err(AggregateError::MeasureOfField { .. })), "{measure:?}: {error:?}");
    }
    let with = |field, op, values: Vec<Literal>| Aggregate {
        filter: vec![Condition { field, op, values }],
        ..plain(FactKind::Orders, Measure::Count)
    };
    for bad in [
        with(Field::Channel, Op::Gt, vec![Literal::Text("app".into())]),
        with(Field::Channel, Op::Eq, vec![Literal::Number(1.0)]),
        with(Field::Net, Op::Ge, vec![Literal::Number(1.0), Literal::Number(2.0)]),
        with(Field::Net, Op::Eq, vec![]),
    ] {
        assert!(matches!(check_aggregate(&bad), Err(AggregateError::Filter { .. })), "{bad:?}");
    }
    let window = Aggregate { window: Window::Days(0), ..plain(FactKind::Orders, Measure::Count) };
    assert_eq!(check_aggregate(&window), Err(AggregateError::Window));
    assert_eq!(check_aggregate(&plain(FactKind::Refunds, Measure::Distinct(Field::Reason))), Ok(ValueType::Int));
}

#[test]
fn every_sensible_combination_gives_its_type_or_nothing() {
    let mut facts = four();
    facts.lines = vec![line("A", 1, "2026-01-01", "tea", 100)];
    facts.refunds = vec![refund(Some("B"), "2026-01-20", 1)];
    facts.interactions = vec![interaction("visit", "2026-01-02")];
    facts.answers = vec![answer("nps", "2026-01-02", 9.0)];
    let history = History::as_of(&facts, day("2026-02-28"), Instant::MAX);
    let kinds = [FactKind::Orders, FactKind::AllOrders, FactKind::Lines, FactKind::Refunds, FactKind::Interactions, FactKind::Answers];
    let fields = [
        Field::Net, Field::Gross, Field::Refunded, Field::Cost, Field::Discount, Field::Quantity, Field::Channel, Field::Store,
        Field::Payment, Field::Coupon, Field::Product, Field::Category, Field::Brand, Field::Reason, Field::Kind, Field::Score,
        Field::Day, Field::Weekday, Field::Cancelled, Field::Linked,
    ];
    let of_field: [fn(Field) -> Measure; 9] = [
        Measure::Sum, Measure::Mean, Measure::Min, Measure::Max, Measure::Last, Measure::First, Measure::Distinct, Measure::Top,
        Measure::TopShare,
    ];
    let mut sensible = 0;
    for fact in kinds {
        for field in fields {
            for measure in of_field {
                let aggregate = Aggregate { fact, measure: measure(field), filter: vec![], window: Window::All };
                let value = history.aggregate(&aggregate);
                match check_aggregate(&aggregate) {
                    Ok(ty) => {
                        sensible += 1;
                        assert!(value.is_null() || value.value_type() == Some(ty), "{aggregate:?}: {value:?}");
                    }
                    Err(_) => assert_eq!(value, Value::Null, "{aggregate:?}"),
                }
            }
        }
    }
    assert!(sensible > 150, "{sensible}");
}
