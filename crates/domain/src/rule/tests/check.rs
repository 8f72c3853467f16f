//! What fits together and what does not.

use super::names;
use crate::{
    label::Lang,
    money::Currency,
    rule::{self, Vocabulary, check, check_formula, check_text, compiled::Pred},
    value::ValueType,
};

#[test]
fn errors_say_what_does_not_fit_and_where() {
    for (text, code, under, en) in [
        ("nett >= 5", "rule.unknown_feature", "nett", "There is no feature `nett`. Did you mean `net`?"),
        ("城市 = \"x\"", "rule.unknown_feature", "城市", "There is no feature `城市`. Did you mean `city`?"),
        ("orders > 1 and in segment(\"vpi\")", "rule.unknown_segment", "in segment(\"vpi\")", "There is no segment `vpi`. Did you mean `vip`?"),
        (
            "class.lifecycle = \"at_rsk\"",
            "rule.unknown_class",
            "class.lifecycle = \"at_rsk\"",
            "Classification `lifecycle` has no class `at_rsk`. Did you mean `at_risk`?",
        ),
        ("orders > 1 and net > orders", "rule.unlike_types", "net > orders", "An amount of money and a number do not go together."),
        ("city = 5", "rule.unlike_types", "city = 5", "A text and a number do not go together. Put texts in quotes."),
        ("city > \"a\"", "rule.not_ordered", "city > \"a\"", "A text has no order. Use =, != or in (…)."),
        ("opted_in > true", "rule.not_ordered", "opted_in > true", "A yes/no value has no order. Use =, != or in (…)."),
        ("net * net > 1", "rule.money_times_money", "net * net", "Money can only be multiplied by a number, and a number not divided by money."),
        ("orders contains \"1\"", "rule.not_text", "orders", "A text is needed here, this is a number."),
        ("city + 1 > 2", "rule.not_numeric", "city", "A number is needed here, this is a text."),
        ("top 0 % by net", "rule.percent", "top 0 % by net", "A percentage is above 0 and at most 100, not 0."),
        ("top 5 % by city", "rule.not_numeric", "city", "A number is needed here, this is a text."),
        ("sum(refunds.net) > 1", "rule.field_of_fact", "sum(refunds.net)", "`refunds` have no field `net`."),
        ("sum(orders.channel) > 1", "rule.measure_of_field", "sum(orders.channel)", "`sum` does not fit `channel`."),
        ("count(orders, last 0 days) > 1", "rule.window", "count(orders, last 0 days)", "There is no day in this window. E.g. last 90 days, or 90 to 31 days ago."),
        ("count(orders, channel = 5) > 1", "rule.unlike_types", "channel = 5", "A text and a number do not go together. Put texts in quotes."),
        ("count(orders, net > (5, 6)) > 1", "rule.filter_values", "net > (5, 6)", "Only = and != take several values."),
        ("abs(net, 1) > 1", "rule.arguments", "abs(net, 1)", "`abs` does not take 2 arguments."),
        ("mean_of_all(city) > 1", "rule.not_numeric", "city", "A number is needed here, this is a text."),
    ] {
        let error = check_text(text, &names()).expect_err(text);
        let span: String = text.chars().skip(error.span.start).take(error.span.len()).collect();
        assert_eq!((error.code.as_str(), span.as_str(), error.message(Lang::En).as_str()), (code, under, en), "{text}");
        assert!(!error.message(Lang::Zh).is_empty());
    }
}

#[test]
fn a_rule_given_as_json_gets_a_path_and_a_span_in_its_canonical_text() {
    let rule: rule::Rule = serde_json::from_value(serde_json::json!({"all": [
        {"compare": {"left": {"feature": "orders"}, "op": ">=", "right": {"literal": 2}}},
        {"compare": {"left": {"feature": "nett"}, "op": ">", "right": {"literal": 5}}},
    ]}))
    .expect("a rule");
    let error = check(&rule, &names()).expect_err("unknown");
    assert_eq!(error.path, "/all/1/compare/left");
    assert_eq!(error.span, 16..20);
    assert_eq!(rule.to_string().get(error.span), Some("nett"));
}

#[test]
fn a_tree_that_could_not_be_read_back_from_its_text_is_refused() {
    let nested = |n: usize| (0..n).fold(rule::parse("net > 1").expect("parses"), |r, _| rule::Rule::Not(Box::new(r)));
    assert!(check(&nested(20), &names()).is_ok());
    assert_eq!(check(&nested(60), &names()).map_err(|e| e.code), Err(rule::Code::TooDeep));
}

#[test]
fn a_number_that_looks_like_a_compact_date_stays_a_text() {
    let rule: rule::Rule = serde_json::from_value(serde_json::json!({"in": {"expr": {"feature": "city"}, "values": ["20260305", "2026-03-05"]}}))
        .expect("a rule");
    assert_eq!(rule.to_string(), "city in (\"20260305\", 2026-03-05)");
    assert!(check(&rule, &names()).is_ok_and(|c| c.holds(&super::customer().text("city", "20260305"))));
    assert!(check(&rule, &names()).is_ok_and(|c| c.holds(&super::customer().text("city", "2026-03-05"))));
}

#[test]
fn literals_beside_money_are_major_units() {
    let right = |text: &str, currency| {
        let names = Vocabulary::new(currency).feature("net", ValueType::Money, Default::default(), None);
        let (_, compiled) = check_text(text, &names).expect(text);
        match compiled.pred() {
            Pred::Compare { right, .. } => right.eval(&super::customer()),
            _ => None,
        }
    };
    for (text, minor) in [
        ("net >= 5000", 500_000.0),
        ("net >= 0.29", 29.0),
        // halves to even of the decimal as written, not of its binary neighbour
        ("net >= 1.005", 100.0),
        ("net >= 1.015", 102.0),
        ("net >= -1.015", -102.0),
        ("net >= 2 * 50 + 1", 10_100.0),
        ("net >= max(1, 2)", 200.0),
        ("net >= round(1.5)", 200.0),
    ] {
        assert_eq!(right(text, Currency::CNY), Some(minor), "{text}");
    }
    assert_eq!(right("net >= 5000", Currency::parse("JPY").expect("JPY")), Some(5000.0));
    assert_eq!(right("net >= 1.2345", Currency::parse("KWD").expect("KWD")), Some(1234.0));
}

#[test]
fn what_a_rule_reads_is_listed_once() {
    let text = r#"net > 1 and net < 5 and sum(orders.net, last 90 days) > 2 and sum(orders.net, last 90 days) < 9
        and class.lifecycle = "active" and in segment("vip") and recency_days <= mean_of_all(recency_days, orders) and top 5% by net/orders"#;
    let (rule, compiled) = check_text(text, &names()).expect(text);
    assert_eq!(compiled.features(), ["class.lifecycle", "net", "orders", "recency_days"]);
    assert_eq!(compiled.aggregates().iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>(), ["agg:sum(orders.net, last 90 days)"]);
    assert_eq!(compiled.segments(), ["vip"]);
    assert_eq!(compiled.bases().len(), 1);
    assert_eq!(compiled.tops().iter().map(|t| t.key.0.as_str()).collect::<Vec<_>>(), ["top 5 % by net / orders"]);
    assert_eq!(rule::features_named(&rule), compiled.features());
    assert_eq!(rule::segments_named(&rule), compiled.segments());
    assert_eq!(rule::classifications_named(&rule), ["lifecycle"]);
}

#[test]
fn days_and_texts_adapt_to_what_they_stand_beside() {
    for text in [
        "first_order_day >= 2026-03-05",
        "first_order_day >= \"2026-03-05\"",
        "city = 2026-03-05",
        "first_order_day + 30 <= 2026-03-05",
        "first_order_day - 2026-03-05 > 30",
        "return_rate > 1 and orders >= 0.5",
        "opted_in = true and opted_in in (true, false)",
        "coalesce(city, gender) = \"x\"",
    ] {
        assert!(check_text(text, &names()).is_ok(), "{text}: {:?}", check_text(text, &names()));
    }
}

#[test]
fn a_formula_has_the_declared_type() {
    let formula = |text: &str, ty| {
        let expr = rule::parse_expr(text).expect(text);
        check_formula(&expr, ty, &names()).map(|f| f.ty).map_err(|e| e.message(Lang::En))
    };
    assert_eq!(formula("net / orders", ValueType::Money), Ok(ValueType::Money));
    assert_eq!(formula("net / net_12m", ValueType::Number), Ok(ValueType::Number));
    assert_eq!(formula("orders / 2", ValueType::Int), Ok(ValueType::Int));
    assert_eq!(formula("5", ValueType::Money), Ok(ValueType::Money));
    assert_eq!(formula("net", ValueType::Number), Err("The result is an amount of money, not a number.".into()));
}

#[test]
fn conditions_are_listed_with_their_places() {
    let rule = rule::parse(r#"net > 1 and not (orders > 2) and (city = "a" or not (city = "b" and city is known))"#).expect("parses");
    let found: Vec<(String, String)> = rule::conditions(&rule).into_iter().map(|c| (c.path, c.rule.to_string())).collect();
    let expected = [
        ("/all/0", "net > 1"),
        ("/all/1", "not (orders > 2)"),
        ("/all/2/any/0", "city = \"a\""),
        ("/all/2/any/1/not/all/0", "city = \"b\""),
        ("/all/2/any/1/not/all/1", "city is known"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}
