//! Which customers a rule holds for.

use super::{Customer, customer, names};
use crate::{
    period::Day,
    rule::{BaseKey, Stat, check_formula, check_text, parse_expr},
    value::{Value, ValueType},
};

fn holds(text: &str, customer: Customer) -> bool {
    check_text(text, &names()).unwrap_or_else(|e| panic!("{text}: {e}")).1.holds(&customer)
}

#[test]
fn money_exactly_at_the_threshold_and_one_fen_below() {
    assert!(holds("net >= 5000", customer().net(500_000)));
    assert!(!holds("net >= 5000", customer().net(499_999)));
    assert!(!holds("net > 5000", customer().net(500_000)));
    assert!(holds("5000 <= net", customer().net(500_000)));
    assert!(holds("net between 1 and 5000", customer().net(500_000)));
}

#[test]
fn unknown_is_neither_equal_nor_different_but_not_turns_it_round() {
    for text in ["net = 5", "net != 5", "net < 5", "net >= 5", "net between 1 and 9", "net in (5)", "city = \"a\"", "city != \"a\"", "city contains \"a\""] {
        assert!(!holds(text, customer()), "{text}");
        assert!(holds(&format!("not ({text})"), customer()), "not ({text})");
    }
    assert!(holds("net is missing and city is missing", customer()));
    assert!(holds("net is known", customer().net(0)));
    assert!(holds("coalesce(net, 0) = 0", customer()));
}

#[test]
fn nobody_and_everyone() {
    assert!(holds("everyone", customer()));
    assert!(!holds("nobody", customer()));
}

#[test]
fn arithmetic() {
    let someone = || customer().net(1000).orders(4).with("net_12m", Value::Money(250));
    assert!(holds("net / orders = 2.5", someone()));
    assert!(holds("net - net_12m * 2 = 5", someone()));
    assert!(holds("net / net_12m = 4", someone()));
    assert!(holds("max(net, net_12m) = 10 and min(net, 3) = 3", someone()));
    assert!(holds("abs(net_12m - net) = 7.5", someone()));
    assert!(holds("round(net_12m) = 2", someone())); // 2.50 → 2: halves to even, whole yuan
    assert!(!holds("net / (orders - 4) = 0", someone()) && holds("net / (orders - 4) is missing", someone()));
    assert!(holds("-net < 0", someone()));
    assert!(holds("max(net, net_12m) = 10", customer().net(1000))); // the largest known
}

#[test]
fn texts_days_and_flags() {
    let someone = || customer().text("city", "Shanghai 上海").with("opted_in", Value::Bool(true)).with("first_order_day", Value::Day(Day(20_000)));
    assert!(holds("city contains \"SHANG\"", someone()));
    assert!(!holds("city = \"shanghai 上海\"", someone()));
    assert!(holds("city in (\"x\", \"Shanghai 上海\")", someone()));
    assert!(holds("opted_in = true and opted_in != false", someone()));
    assert!(holds(&format!("first_order_day = {} and first_order_day + 1 > {}", Day(20_000), Day(20_000)), someone()));
    assert!(holds(&format!("{} - first_order_day = 30", Day(20_030)), someone()));
}

#[test]
fn segments_statistics_and_cuts() {
    assert!(holds("in segment(\"vip\")", customer().in_segment("vip")));
    assert!(holds("not in segment(\"vip\")", customer()));
    let mut someone = customer().net(1000);
    someone.bases.insert(BaseKey { stat: Stat::Mean, of: "net".into(), among: Some("orders".into()) }, 999.5);
    someone.cuts.insert("top 10 % by net".into(), 1000.0);
    assert!(holds("net > mean_of_all(net, orders) and top 10 % by net", someone));
    assert!(!holds("net >= mean_of_all(net)", customer().net(1)), "an unknown mean makes it false");
}

#[test]
fn aggregates_are_asked_by_their_canonical_text() {
    let key = "agg:sum(orders.net, last 90 days, channel = \"app\")";
    assert!(holds("sum(orders.net, channel='app', last 90 days) >= 5", customer().with(key, Value::Money(500))));
}

#[test]
fn a_formula_gives_typed_values() {
    let value = |text: &str, ty, c: Customer| check_formula(&parse_expr(text).expect(text), ty, &names()).expect(text).value(&c);
    assert_eq!(value("net / orders", ValueType::Money, customer().net(1001).orders(2)), Value::Money(500)); // 500.5 → even
    assert_eq!(value("net / orders", ValueType::Money, customer().net(1003).orders(2)), Value::Money(502));
    assert_eq!(value("net / orders", ValueType::Money, customer().net(1001).orders(0)), Value::Null);
    assert_eq!(value("orders / 2", ValueType::Number, customer().orders(3)), Value::Number(1.5));
    assert_eq!(value("first_order_day + 7", ValueType::Day, customer().with("first_order_day", Value::Day(Day(3)))), Value::Day(Day(10)));
    assert_eq!(value("coalesce(city, \"-\")", ValueType::Text, customer()), Value::Text("-".into()));
}
