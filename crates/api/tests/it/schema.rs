//! The published shapes of documents are the shapes of the domain: everything that ships goes through them unchanged.

use domain::{feature, library, rule};
use flow::schema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The document, read as its published shape and written again.
fn through<T: Serialize + DeserializeOwned>(document: &impl Serialize) -> (Value, Value) {
    let before = serde_json::to_value(document).expect("json");
    let read: T = serde_json::from_value(before.clone()).unwrap_or_else(|e| panic!("{e} in {before:#}"));
    (before, serde_json::to_value(&read).expect("json"))
}

#[test]
fn every_feature_classification_and_segment_rule_fits() {
    for f in feature::catalog() {
        let (before, after) = through::<schema::Feature>(f);
        same(&before, &after);
    }
    for c in library::classifications() {
        let (before, after) = through::<schema::Classification>(c);
        same(&before, &after);
    }
    for s in library::segments() {
        if let domain::segment::Members::Dynamic { rule } = &s.members {
            let (before, after) = through::<schema::Rule>(rule);
            same(&before, &after);
        }
    }
}

#[test]
fn every_kind_of_condition_fits() {
    let text = r#"(net_12m >= 5000 or not recency_days > 60) and city in ("上海", "北京") and net between 1 and 2.5
        and name_x contains "x" and gender is missing and in segment("vip") and top 10 % by net and bottom 5 % by net
        and sum(orders.net, last 90 days, channel = "app") > max(1, -net, abs(net)) and first_order_day >= 2025-01-01
        and count(interactions, last 6 months, kind = "visit") < 3 and recency_days <= mean_of_all(recency_days, orders)
        and count(orders, 30 to 10 days ago) = 0"#;
    let rule = rule::parse(text).unwrap_or_else(|e| panic!("{}", e.message(domain::Lang::En)));
    let (before, after) = through::<schema::Rule>(&rule);
    same(&before, &after);
}

/// Equal, whole numbers counting as numbers.
fn same(a: &Value, b: &Value) {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => assert_eq!(x.as_f64(), y.as_f64()),
        (Value::Array(x), Value::Array(y)) => {
            assert_eq!(x.len(), y.len());
            x.iter().zip(y).for_each(|(x, y)| same(x, y));
        }
        (Value::Object(x), Value::Object(y)) => {
            assert_eq!(x.keys().collect::<Vec<_>>(), y.keys().collect::<Vec<_>>());
            x.iter().for_each(|(k, v)| same(v, &y[k]));
        }
        _ => assert_eq!(a, b),
    }
}
