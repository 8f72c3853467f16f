//! What holds for every rule and every customer.

use super::{any, customer, names, Customer};
use crate::{
    label::Lang,
    rule::{self, Expr, Literal, Op, Rule, check},
    value::Value,
};
use proptest::{option, prelude::*};

fn anybody() -> impl Strategy<Value = Customer> {
    let amount = || option::of(-600i64..600);
    (amount(), amount(), option::of(-6i64..6), option::of(-6i64..6), option::of(-6.0..6.0f64), any::<(bool, bool, bool)>()).prop_map(
        |(net, net_12m, orders, recency, rate, (shanghai, known, vip))| {
            let mut c = customer();
            for (key, fen) in [("net", net), ("net_12m", net_12m)] {
                c = c.with(key, fen.map_or(Value::Null, Value::Money));
            }
            for (key, n) in [("orders", orders), ("recency_days", recency)] {
                c = c.with(key, n.map_or(Value::Null, Value::Int));
            }
            c = c.with("return_rate", rate.map_or(Value::Null, |x: f64| Value::Number(x.round())));
            if known {
                c = c.text("city", if shanghai { "上海" } else { "Beijing" });
            }
            if vip { c.in_segment("vip") } else { c }
        },
    )
}

fn holds(rule: &Rule, customer: &Customer) -> bool {
    check(rule, &names()).unwrap_or_else(|e| panic!("{rule}: {e}")).holds(customer)
}

fn not(rule: Rule) -> Rule {
    Rule::Not(Box::new(rule))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn text_and_back_is_the_same_tree(rule in any::rule()) {
        let text = rule.to_string();
        let parsed = rule::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}\n{e}")))?;
        prop_assert_eq!(&parsed, &rule, "{}", text);
        prop_assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn expressions_too(expr in any::expr()) {
        let text = expr.to_string();
        let parsed = rule::parse_expr(&text).map_err(|e| TestCaseError::fail(format!("{text}\n{e}")))?;
        prop_assert_eq!(parsed, expr, "{}", text);
    }

    #[test]
    fn numbers_of_any_size_too(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
        let expr = Expr::Literal(Literal::Number(x));
        prop_assert_eq!(rule::parse_expr(&expr.to_string()), Ok(expr));
    }

    #[test]
    fn json_and_back_is_the_same_tree(rule in any::rule()) {
        let json = serde_json::to_string(&rule).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let parsed: Rule = serde_json::from_str(&json).map_err(|e| TestCaseError::fail(format!("{json}\n{e}")))?;
        prop_assert_eq!(parsed, rule, "{}", json);
    }

    #[test]
    fn any_text_gives_a_rule_or_a_place(text in any::<String>()) {
        if let Err(error) = rule::parse(&text) {
            prop_assert!(error.span.start <= error.span.end && error.span.end <= text.chars().count(), "{error}");
        }
    }

    #[test]
    fn words_of_rules_in_any_order_give_a_rule_or_a_place(words in proptest::collection::vec(proptest::sample::select(
        vec!["net", ">=", "5", "and", "or", "not", "(", ")", "in", "segment", "\"x\"", "between", "is", "missing", "sum", "orders.net", ",",
             "last", "90", "days", "top", "%", "by", "-", "+", "everyone", "all", "contains", "2026-03-05", "max", "mean_of_all"]), 0..12))
    {
        let text = words.join(" ");
        match rule::parse(&text) {
            Ok(rule) => prop_assert_eq!(rule::parse(&rule.to_string()), Ok(rule)),
            Err(error) => prop_assert!(error.span.end <= text.chars().count(), "{} {}", text, error),
        }
    }

    #[test]
    fn checking_and_rendering_never_fail_badly(rule in any::rule()) {
        let names = names();
        if let Err(error) = check(&rule, &names) {
            prop_assert!(!error.message(Lang::Zh).is_empty() && !error.message(Lang::En).is_empty());
        }
        for lang in [Lang::Zh, Lang::En] {
            prop_assert!(!rule::render(&rule, lang, &names).is_empty());
        }
    }

    #[test]
    fn not_not_is_nothing(rule in any::checked(), someone in anybody()) {
        prop_assert_eq!(holds(&not(not(rule.clone())), &someone), holds(&rule, &someone));
    }

    #[test]
    fn de_morgan(a in any::checked(), b in any::checked(), someone in anybody()) {
        let none = not(Rule::Any(vec![a.clone(), b.clone()]));
        let neither = Rule::All(vec![not(a.clone()), not(b.clone())]);
        prop_assert_eq!(holds(&none, &someone), holds(&neither, &someone));
        let not_both = not(Rule::All(vec![a.clone(), b.clone()]));
        let one_fails = Rule::Any(vec![not(a), not(b)]);
        prop_assert_eq!(holds(&not_both, &someone), holds(&one_fails, &someone));
    }

    #[test]
    fn between_is_two_comparisons(low in -6..6i32, high in -6..6i32, someone in anybody()) {
        let net = || Expr::Feature("net".into());
        let number = |x: i32| Expr::Literal(Literal::Number(f64::from(x)));
        let between = Rule::Between { expr: net(), low: number(low), high: number(high) };
        let two = Rule::All(vec![
            Rule::Compare { left: net(), op: Op::Ge, right: number(low) },
            Rule::Compare { left: net(), op: Op::Le, right: number(high) },
        ]);
        prop_assert_eq!(holds(&between, &someone), holds(&two, &someone));
    }

    #[test]
    fn in_is_any_equal(values in proptest::collection::vec(-6..6i32, 0..4), someone in anybody()) {
        let orders = || Expr::Feature("orders".into());
        let literals = || values.iter().map(|x| Literal::Number(f64::from(*x)));
        let within = Rule::In { expr: orders(), values: literals().collect() };
        let equal = literals().map(|l| Rule::Compare { left: orders(), op: Op::Eq, right: Expr::Literal(l) });
        prop_assert_eq!(holds(&within, &someone), holds(&Rule::Any(equal.collect()), &someone));
    }

    #[test]
    fn a_flipped_comparison_is_the_same(op in proptest::sample::select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge]), x in -6..6i32, someone in anybody()) {
        let net = || Expr::Feature("net".into());
        let number = || Expr::Literal(Literal::Number(f64::from(x)));
        let one = Rule::Compare { left: net(), op, right: number() };
        let other = Rule::Compare { left: number(), op: op.flipped(), right: net() };
        prop_assert_eq!(holds(&one, &someone), holds(&other, &someone));
    }

    #[test]
    fn the_top_are_those_whom_too_few_beat(values in proptest::collection::vec(-5..5i32, 1..40), tenths in 1..1000u32, bottom in any::<bool>()) {
        let percent = f64::from(tenths) / 10.0;
        let all: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let cut = rule::cut(&mut all.clone(), percent, bottom);
        for x in &all {
            let better = all.iter().filter(|y| if bottom { *y < x } else { *y > x }).count() as u64;
            let belongs = better * 1000 < u64::from(tenths) * all.len() as u64;
            prop_assert_eq!(cut.is_some_and(|cut| if bottom { *x <= cut } else { *x >= cut }), belongs, "{} of {:?}", x, all);
        }
    }
}
