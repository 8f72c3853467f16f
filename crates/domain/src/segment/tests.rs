//! Segments that name each other, leave each other out and share a group.

use super::*;
use crate::{
    classification::{Class, Named},
    money::Currency,
    rule::{BaseKey, TopKey, Vocabulary, parse},
    value::{Value, ValueType},
};
use std::collections::BTreeSet;

fn segment(key: &str, rule: &str) -> Segment {
    Segment {
        key: key.into(),
        label: Label::same(key),
        description: Label::default(),
        members: Members::Dynamic { rule: parse(rule).expect(rule) },
        exclude: Vec::new(),
        priority: None,
        version: 1,
    }
}

impl Segment {
    fn without(mut self, key: &str) -> Segment {
        self.exclude.push(key.into());
        self
    }
    fn ranked(mut self, group: &str, rank: u32) -> Segment {
        self.priority = Some(Priority { group: group.into(), rank });
        self
    }
}

struct Someone {
    orders: i64,
    members: BTreeSet<String>,

}

impl Row for Someone {
    fn value(&self, key: &str) -> Value {
        if key == "orders" { Value::Int(self.orders) } else { Value::Null }
    }
    fn member(&self, segment: &str) -> bool {
        self.members.contains(segment)
    }
    fn base(&self, _: &BaseKey) -> Option<f64> {
        None
    }
    fn cut(&self, _: &TopKey) -> Option<f64> {
        None
    }
}

fn names(all: &[Segment]) -> Vocabulary {
    Vocabulary::new(Currency::CNY)
        .feature("orders", ValueType::Int, Label::default(), None)
        .feature("class.stage", ValueType::Text, Label::default(), None)
        .segments(all)
}

/// The segments a customer with so many orders is in.
fn members(all: &[Segment], orders: i64) -> Vec<String> {
    let names = names(all);
    let mut someone = Someone { orders, members: BTreeSet::new() };
    for i in order(all).expect("no ring") {
        let segment = all.get(i).expect("in range").check(all, &names).expect("checks");
        if segment.holds(&someone, false) {
            someone.members.insert(segment.key);
        }
    }
    someone.members.into_iter().collect()
}

#[test]
fn nested_segments_are_found_first() {
    let all = [
        segment("c", "in segment(\"b\") and orders < 9"),
        segment("b", "in segment(\"a\") or orders = 2"),
        segment("a", "orders >= 5"),
    ];
    assert_eq!(order(&all), Ok(vec![2, 1, 0]));
    assert_eq!(members(&all, 7), ["a", "b", "c"]);
    assert_eq!(members(&all, 9), ["a", "b"]);
    assert_eq!(members(&all, 2), ["b", "c"]);
    assert_eq!(members(&all, 1), [""; 0]);
}

#[test]
fn excluded_members_are_left_out() {
    let all = [segment("promotion", "orders >= 1").without("vip"), segment("vip", "orders >= 5")];
    assert_eq!(members(&all, 1), ["promotion"]);
    assert_eq!(members(&all, 5), ["vip"]);
}

#[test]
fn only_the_first_of_a_priority_group_takes_a_customer() {
    let all = [
        segment("c_third", "orders >= 1").ranked("care", 2),
        segment("b_second", "orders >= 3").ranked("care", 1),
        segment("a_second", "orders >= 2").ranked("care", 1), // of equal ranks the smaller key
        segment("elsewhere", "orders >= 1").ranked("other", 1),
    ];
    assert_eq!(members(&all, 1), ["c_third", "elsewhere"]);
    assert_eq!(members(&all, 2), ["a_second", "elsewhere"]);
    assert_eq!(members(&all, 3), ["a_second", "elsewhere"]);
}

#[test]
fn a_stronger_segment_that_leaves_someone_out_passes_them_on() {
    let all = [
        segment("first", "orders >= 1").ranked("care", 1).without("blocked"),
        segment("second", "orders >= 1").ranked("care", 2),
        segment("blocked", "orders = 4"),
    ];
    assert_eq!(members(&all, 4), ["blocked", "second"]);
    assert_eq!(members(&all, 5), ["first"]);
}

#[test]
fn a_ring_is_named() {
    let all = [segment("a", "in segment(\"b\")"), segment("b", "orders > 1").without("c"), segment("c", "in segment(\"a\")")];
    let ring = order(&all).expect_err("a ring").keys;
    assert_eq!(ring, ["a", "b", "c", "a"]);
    assert_eq!(order(&[segment("self", "orders > 1").without("self")]).expect_err("a ring").keys, ["self", "self"]);
}

#[test]
fn classes_and_segments_that_name_each_other_are_put_in_one_order() {
    let stage = |rule: &str| Classification {
        key: "stage".into(),
        label: Label::default(),
        description: Label::default(),
        group: "custom".into(),
        method: Method::Rules {
            classes: vec![Class { key: "x".into(), label: Label::default(), when: parse(rule).expect(rule) }],
            otherwise: Named { key: "other".into(), label: Label::default() },
        },
        builtin: false,
        version: 1,
    };
    let on_class = [segment("a", "class.stage = \"x\"")];
    assert_eq!(plan(&[stage("orders > 1")], &on_class), Ok(vec![Step::Classification(0), Step::Segment(0)]));
    let on_orders = [segment("a", "orders > 1")];
    assert_eq!(plan(&[stage("in segment(\"a\")")], &on_orders), Ok(vec![Step::Segment(0), Step::Classification(0)]));
    let ring = plan(&[stage("in segment(\"a\")")], &on_class).expect_err("a ring").keys;
    assert_eq!(ring, ["class.stage", "segment.a", "class.stage"]);
}

#[test]
fn what_is_wrong_is_said() {
    let all = [segment("a", "ordrs > 1"), segment("b", "orders > 1").without("nowhere"), segment("b", "orders > 2")];
    let error = |i: usize| all.get(i).and_then(|s| s.check(&all, &names(&all)).err()).expect("an error");
    assert_eq!(error(0).code(), "rule.unknown_feature");
    assert_eq!(error(0).message().en, "Segment a: There is no feature `ordrs`. Did you mean `orders`?");
    assert_eq!(error(1).code(), "segment.twice");
    let all = [segment("b", "orders > 1").without("nowhere")];
    let error = all[0].check(&all, &names(&all)).expect_err("unknown");
    assert_eq!((error.code(), error.message().zh.as_str()), ("segment.unknown", "人群 b 要排除的 nowhere 不存在。"));
}

#[test]
fn listed_customers_are_members_of_a_static_segment() {
    let mut fixed = segment("fixed", "everyone").without("vip");
    fixed.members = Members::Static { customers: vec!["cus_1".into()] };
    let all = [fixed, segment("vip", "orders >= 5")];
    let checked = all[0].check(&all, &names(&all)).expect("checks");
    let mut someone = Someone { orders: 1, members: BTreeSet::new() };
    assert!(checked.holds(&someone, true) && !checked.holds(&someone, false));
    someone.members.insert("vip".into());
    assert!(!checked.holds(&someone, true));
}
