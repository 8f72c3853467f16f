//! Own features, classifications and segments without code: a folder of YAML beside the files, the figures in the result, and
//! the same in a business that lasts.

use crate::{
    files::{CUSTOMERS, LAST_DAY, REFUNDS, SHOP_ORDERS, csv},
    place::{Place, run},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, process::Command};

/// An aggregate inside a formula, a formula over an own feature, an aggregate by its parts, a comparison with everybody.
const FEATURES: &str = "\
kind: feature
key: app_net
label: {zh: 小程序净额, en: Net in the app}
description: {zh: 小程序订单的净额, en: Net of the orders of the app}
group: custom
value: money
definition:
  kind: formula
  expr: sum(orders.net, channel = \"app\")
---
kind: feature
key: app_share
label: {zh: 小程序占比, en: Share of the app}
description: {zh: 小程序净额占净额, en: Net in the app of all net}
group: custom
value: number
definition:
  kind: formula
  expr: app_net / net
---
kind: feature
key: days_since_refund
label: {zh: 距上次退款, en: Days since the last refund}
description: {zh: 距上次退款的天数, en: Whole days since the last refund}
group: custom
value: int
definition:
  kind: aggregate
  fact: refunds
  measure: {of: days_since_last}
---
kind: feature
key: above_mean
label: {zh: 高出平均, en: Above the mean}
description: {zh: 两倍订单数减去两倍全体平均, en: Twice the orders less twice the mean of all}
group: custom
value: number
definition:
  kind: formula
  expr: orders * 2 - mean_of_all(orders) * 2
";

const CLASSIFICATION: &str = "\
kind: classification
key: app_fans
label: {zh: 小程序客户, en: Fans of the app}
description: {zh: 按小程序净额, en: By net in the app}
group: custom
method:
  kind: rules
  classes:
  - key: big
    label: {zh: 大, en: Big}
    when: app_net >= 500
  - key: small
    label: {zh: 小, en: Small}
    when: app_share > 0.5 and days_since_refund < 100
  otherwise:
    key: none
    label: {zh: 无, en: None}
";

const SEGMENT: &str = "\
kind: segment
key: fans_back
label: {zh: 退过款的小程序客户, en: Fans who sent something back}
description: {zh: 测试, en: Of the test}
members:
  kind: dynamic
  rule: class.app_fans = \"small\" and days_since_refund <= 60
";

fn written(place: &Place) {
    for folder in ["own/features", "own/deep/down"] {
        fs::create_dir_all(place.path(folder)).expect("a folder");
    }
    place.file("own/features/app.yaml", FEATURES);
    place.file("own/deep/down/fans.yml", CLASSIFICATION);
    place.file("own/back.yaml", SEGMENT);
}

fn shop(place: &Place, command: &mut Command) {
    for (flag, name, text) in [("--customers", "customers.csv", CUSTOMERS), ("--orders", "orders.csv", SHOP_ORDERS), ("--refunds", "refunds.csv", REFUNDS)] {
        command.arg(flag).arg(place.file(name, text));
    }
    command.args(["--currency", "USD", "--time-zone", "UTC"]);
}

/// By hand, of the three files: customer, app_net, app_share, days_since_refund, above_mean, class.
const EXPECTED: [(&str, &str, Option<f64>, &str, f64, &str); 4] = [
    // 100.00 and 50.25 in the app, 20.25 paid back on 20 February, 39 days before the last day; the third is cancelled
    ("A-1", "130.00", Some(1.0), "39", 2.0, "small"),
    // 10.00 in the store
    ("'=1+1", "0.00", Some(0.0), "", 0.0, "none"),
    ("<script>alert(1)</script>", "999.99", Some(1.0), "", 0.0, "big"),
    // never bought: nothing of nothing is unknown
    ("D-4", "0.00", None, "", -2.0, "none"),
];

#[test]
fn own_formulas_and_classes_stand_in_the_result() {
    let place = Place::sqlite();
    written(&place);
    let mut command = place.zhiyin(["classify", "--json", "--definitions", "own", "--out", "out.csv", "--out", "out.json", "--out", "out.html"]);
    shop(&place, &mut command);
    let said = run(&mut command).ends(0).json();
    assert_eq!((&said["customers"], &said["as_of"]), (&4.into(), &LAST_DAY.into()), "{said}");
    let rows: BTreeMap<String, BTreeMap<String, String>> = csv(&place.text("out.csv")).into_iter().map(|r| (r["customer_id"].clone(), r)).collect();
    for (id, app_net, app_share, since, above, class) in EXPECTED {
        let row = &rows[id];
        assert_eq!((row["app_net"].as_str(), row["days_since_refund"].as_str(), row["app_fans"].as_str()), (app_net, since, class), "{id}");
        assert_eq!(row["app_share"].parse().ok(), app_share, "{id}: {}", row["app_share"]);
        // two, one, one and no orders: their mean is one
        assert_eq!(row["above_mean"].parse().ok(), Some(above), "{id}");
    }
    let document: Value = serde_json::from_str(&place.text("out.json")).expect("it is JSON");
    let fans = document["classifications"].as_array().into_iter().flatten().find(|c| c["key"] == "app_fans").expect("the classification");
    let sizes: Vec<(&str, u64)> = fans["classes"].as_array().into_iter().flatten().map(|c| (c["key"].as_str().unwrap_or(""), c["customers"].as_u64().unwrap_or(0))).collect();
    assert_eq!(sizes, [("big", 1), ("small", 1), ("none", 2)]);
    let meaning = document["dictionary"].as_array().into_iter().flatten().find(|c| c["key"] == "app_net").expect("the column is explained");
    assert_eq!((&meaning["label"]["zh"], &meaning["type"]), (&"小程序净额".into(), &"money".into()), "{meaning}");
    assert!(place.text("out.html").contains("Fans of the app"));
}

#[test]
fn the_same_definitions_serve_a_business_that_lasts() {
    let place = Place::sqlite();
    written(&place);
    let mut import = place.at_home(["import", "--yes", "--json"]);
    shop(&place, &mut import);
    run(&mut import).ends(0);
    let dry = run(&mut place.at_home(["apply", "own", "--dry-run", "--json"])).ends(0).json();
    let real = run(&mut place.at_home(["apply", "own", "--json"])).ends(0).json();
    assert_eq!((&dry["created"], real["created"].as_array().map(Vec::len)), (&real["created"], Some(6)), "{dry} {real}");
    let rules = [("in segment(\"fans_back\")", 1), ("app_net > 100", 2), ("class.app_fans = \"none\"", 2), ("app_share is missing", 1)];
    let mut segment = place.at_home(["segment", "--json"]);
    rules.iter().for_each(|(rule, _)| {
        segment.args(["--rule", rule]);
    });
    let said = run(&mut segment).ends(0).json();
    let expected: Vec<Value> = rules.iter().map(|(text, count)| json!({"text": text, "count": count})).collect();
    assert_eq!(said["rules"], json!(expected));
    // and go out and come in again
    run(&mut place.at_home(["export", "out"])).ends(0);
    assert!(place.text("out/features/app_net.yaml").contains("sum(orders.net"), "{}", place.text("out/features/app_net.yaml"));
    let said = run(&mut place.at_home(["apply", "out", "--json"])).ends(0).json();
    assert_eq!((&said["created"], &said["updated"]), (&json!([]), &json!([])), "{said}");
}

#[test]
fn a_definition_that_does_not_fit_is_named_and_nothing_is_written() {
    let place = Place::sqlite();
    written(&place);
    let wrong = [
        (FEATURES.replace("app_net / net", "app_net / no_such"), "no_such"),
        (FEATURES.replace("app_net / net", "app_net //"), "app.yaml"),
        (FEATURES.replace("value: number", "value: text"), "not a text"),
        (FEATURES.replace("sum(orders.net, channel = \"app\")", "app_share * net"), "Share of the app"),
    ];
    for (text, named) in wrong {
        place.file("own/features/app.yaml", &text);
        let mut command = place.zhiyin(["classify", "--json", "--lang", "en", "--definitions", "own", "--out", "out.csv"]);
        shop(&place, &mut command);
        let said = run(&mut command).ends(4);
        assert!(said.json()["error"]["message"].as_str().is_some_and(|m| m.contains(named)), "{named}: {said:#?}");
        assert!(!place.path("out.csv").exists());
    }
    let mut command = place.zhiyin(["classify", "--json", "--definitions", "nowhere", "--out", "out.csv"]);
    shop(&place, &mut command);
    assert_eq!(run(&mut command).ends(5).json()["error"]["code"], "folder");
}
