//! Rules as examples and as laws.

mod any;
mod check;
mod evaluate;
mod laws;
mod parse;
mod render;

use super::*;
use crate::{
    classification::{Classification, Class, Method, Named},
    label::Label,
    money::Currency,
    value::{Value, ValueType},
};
use std::collections::HashMap;

/// A small shop's names.
fn names() -> Vocabulary {
    let days = || Some(Label::new("天", "days"));
    let class = |key: &str, zh: &str, en: &str| Class {
        key: key.into(),
        label: Label::new(zh, en),
        when: Rule::Any(Vec::new()),
    };
    let lifecycle = Classification {
        key: "lifecycle".into(),
        label: Label::new("生命周期阶段", "Lifecycle stage"),
        description: Label::default(),
        group: "lifecycle".into(),
        method: Method::Rules {
            classes: vec![class("active", "活跃", "Active"), class("at_risk", "流失风险", "At risk")],
            otherwise: Named { key: "other".into(), label: Label::new("其他", "Other") },
        },
        builtin: true,
        version: 1,
    };
    let vip = crate::segment::Segment {
        key: "vip".into(),
        label: Label::new("贵宾", "VIP"),
        description: Label::default(),
        members: crate::segment::Members::Static { customers: Vec::new() },
        exclude: Vec::new(),
        priority: None,
        version: 1,
    };
    Vocabulary::new(Currency::CNY)
        .feature("net", ValueType::Money, Label::new("累计消费", "Lifetime spend"), None)
        .feature("net_12m", ValueType::Money, Label::new("近 12 个月消费", "Spend in the last 12 months"), None)
        .feature("orders", ValueType::Int, Label::new("订单数", "Orders"), Some(Label::new("单", "")))
        .feature("recency_days", ValueType::Int, Label::new("距上次下单天数", "Days since last order"), days())
        .feature("return_rate", ValueType::Number, Label::new("退货率", "Return rate"), None)
        .feature("coupon_share", ValueType::Number, Label::new("用券占比", "Share with a coupon"), Some(Label::new("占比", "share")))
        .feature("city", ValueType::Text, Label::new("城市", "City"), None)
        .feature("gender", ValueType::Text, Label::new("性别", "Gender"), None)
        .value("gender", "female", Label::new("女", "female"))
        .feature("opted_in", ValueType::Bool, Label::new("同意营销", "Marketing consent"), None)
        .feature("first_order_day", ValueType::Day, Label::new("首单日", "First order day"), None)
        .classifications([&lifecycle])
        .segments([&vip])
}

/// A customer made of values.
#[derive(Debug, Default)]
struct Customer {
    values: HashMap<String, Value>,
    segments: Vec<String>,
    bases: HashMap<BaseKey, f64>,
    cuts: HashMap<String, f64>,
}

impl Customer {
    fn with(mut self, key: &str, value: Value) -> Customer {
        self.values.insert(key.into(), value);
        self
    }
    fn net(self, fen: i64) -> Customer {
        self.with("net", Value::Money(fen))
    }
    fn orders(self, n: i64) -> Customer {
        self.with("orders", Value::Int(n))
    }
    fn text(self, key: &str, text: &str) -> Customer {
        self.with(key, Value::Text(text.into()))
    }
    fn in_segment(mut self, key: &str) -> Customer {
        self.segments.push(key.into());
        self
    }
}

impl Row for Customer {
    fn value(&self, key: &str) -> Value {
        self.values.get(key).cloned().unwrap_or_default()
    }
    fn member(&self, segment: &str) -> bool {
        self.segments.iter().any(|s| s == segment)
    }
    fn base(&self, key: &BaseKey) -> Option<f64> {
        self.bases.get(key).copied()
    }
    fn cut(&self, key: &TopKey) -> Option<f64> {
        self.cuts.get(&key.0).copied()
    }
}

fn customer() -> Customer {
    Customer::default()
}
