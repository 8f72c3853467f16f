//! Text as people write it, and what they are told when it does not read.

use crate::{label::Lang, rule};

fn canonical(text: &str) -> String {
    rule::parse(text).map_or_else(|e| format!("{e}"), |rule| rule.to_string())
}

#[test]
fn text_as_written_and_canonical() {
    for (written, expected) in [
        ("net_12m>=5000", "net_12m >= 5000"),
        (
            r#"net_12m >= 5000 and (class.lifecycle = "at_risk" or recency_days > 60) and not in segment("vip")"#,
            r#"net_12m >= 5000 and (class.lifecycle = "at_risk" or recency_days > 60) and not in segment("vip")"#,
        ),
        // precedence: and before or, not before and
        ("a = 1 or b = 2 and not c = 3", "a = 1 or (b = 2 and not (c = 3))"),
        ("a = 1 && b = 2 || c = 3", "(a = 1 and b = 2) or c = 3"),
        ("((a = 1))", "a = 1"),
        ("everyone", "everyone"),
        ("all()", "everyone"),
        ("any(a = 1, b = 2)", "a = 1 or b = 2"),
        ("x between 1 and 5", "x between 1 and 5"),
        ("x not between -1 and 5", "x not between -1 and 5"),
        (r#"city in ('Beijing', "上海")"#, r#"city in ("Beijing", "上海")"#),
        (r#"city not in ("Beijing")"#, r#"city not in ("Beijing")"#),
        (r#"not city in ("Beijing")"#, r#"city not in ("Beijing")"#),
        (r#"name contains "x""#, r#"name contains "x""#),
        ("x IS NOT MISSING", "x is known"),
        ("x is not known", "x is missing"),
        ("top 10% by net", "top 10 % by net"),
        ("bottom 2.5 % by net / orders", "bottom 2.5 % by net / orders"),
        // full-width punctuation and digits
        ("ｎｅｔ＞＝５０００", "net >= 5000"),
        ("（净额 ≥ 5000） and 城市 ＝ “上海”", r#"净额 >= 5000 and 城市 = "上海""#),
        ("city in （“北京”、「上海」，'广州'）", r#"city in ("北京", "上海", "广州")"#),
        // arithmetic
        ("net/orders>=100", "net / orders >= 100"),
        ("(a+b)*c - d > 1", "(a + b) * c - d > 1"),
        ("a-(b-c) = 1", "a - (b - c) = 1"),
        ("a - -5 = 1", "a - -5 = 1"),
        ("-a * 2 < 0", "-a * 2 < 0"),
        ("max(a, b + 1) >= coalesce(c, 0)", "max(a, b + 1) >= coalesce(c, 0)"),
        ("recency_days <= mean_of_all(recency_days, orders)", "recency_days <= mean_of_all(recency_days, orders)"),
        // days
        ("first_order_day >= 2026-03-05", "first_order_day >= 2026-03-05"),
        ("x = 2026 - 3", "x = 2026 - 3"),
        // aggregates
        (
            r#"sum(orders.net, channel="app", last 90 days) > 1"#,
            r#"sum(orders.net, last 90 days, channel = "app") > 1"#,
        ),
        (r#"count(interactions, last 4 weeks, kind = "visit") >= 2"#, r#"count(interactions, last 28 days, kind = "visit") >= 2"#),
        ("avg(orders.net, last 1 year) > 1", "mean(orders.net, last 12 months) > 1"),
        ("sum(orders.net, 90 to 31 days ago) > 1", "sum(orders.net, 90 to 31 days ago) > 1"),
        (r#"top(lines.category) = "tea""#, r#"top(lines.category) = "tea""#),
        (r#"distinct(lines.brand, category not in ("tea", "rice")) > 3"#, r#"distinct(lines.brand, category not in ("tea", "rice")) > 3"#),
        ("max(orders.net) > 1", "max(orders.net) > 1"),
        ("max(`orders.net`, 2) > 1", "max(`orders.net`, 2) > 1"),
        ("days_since_last(interactions) > 30", "days_since_last(interactions) > 30"),
        ("`and` = 1", "`and` = 1"),
    ] {
        assert_eq!(canonical(written), expected, "{written}");
    }
}

/// What stands under the error's span, and the messages.
fn told(text: &str) -> (String, String, String) {
    let error = rule::parse(text).expect_err(text);
    let under: String = text.chars().skip(error.span.start).take(error.span.len()).collect();
    (under, error.message(Lang::En), error.message(Lang::Zh))
}

#[test]
fn errors_point_at_the_character() {
    for (text, under, en, zh) in [
        ("", "", "Expected a condition, found the end.", "这里应是条件，却是结尾。"),
        ("net", "net", "A condition is needed here, this is only a value. Add a comparison, e.g. net >= 1.", "这里需要一个条件，只写了一个值。请补上比较，例如 net >= 1。"),
        ("net >= ", "", "Expected a value, found the end.", "这里应是值，却是结尾。"),
        ("net >= 5 orders = 2", "orders", "Expected the end, found `orders`.", "这里应是结尾，却是“orders”。"),
        ("net 5", "5", "Expected a comparison (>=, in, between, …), found `5`.", "这里应是比较（如 >=、in、between），却是“5”。"),
        ("net >= 5 # x", "#", "`#` means nothing here.", "这里不能用“#”。"),
        ("净额 = “上海", "“上海", "The text has no closing quote. Add the closing quote.", "文字没有结束引号。请在结尾加上引号。"),
        ("a = 2026-02-30", "2026-02-30", "There is no day `2026-02-30`. Days are written 2026-03-05.", "没有“2026-02-30”这一天。日期写作 2026-03-05。"),
        ("(a = 1", "", "Expected `)`, found the end.", "这里应是“)”，却是结尾。"),
        ("(a = 1) + 2 > 3", "(a = 1)", "A value is needed here, this is a condition.", "这里需要一个值，却写了一个条件。"),
        ("sum(ordrs.net) > 1", "ordrs.net", "There are no facts `ordrs`. Did you mean `orders`?", "没有名为“ordrs”的事实。您是不是要写“orders”？"),
        ("sum(orders.nett) > 1", "orders.nett", "There is no field `nett`. Did you mean `net`?", "没有名为“nett”的字段。您是不是要写“net”？"),
        ("sun(orders.net) > 1", "sun", "There is no function `sun`. Did you mean `sum`?", "没有名为“sun”的函数。您是不是要写“sum”？"),
        ("sum(orders.net, last 90) > 1", ")", "Expected days or months, found `)`.", "这里应是days 或 months，却是“)”。"),
        ("x is lost", "lost", "Expected `missing`, found `lost`.", "这里应是“missing”，却是“lost”。"),
    ] {
        assert_eq!(told(text), (under.to_owned(), en.to_owned(), zh.to_owned()), "{text}");
    }
}

#[test]
fn nesting_and_length_are_limited_and_deep_rules_survive_json() {
    let nested = |n: usize| format!("{}a = 1{}", "(".repeat(n), ")".repeat(n));
    assert!(rule::parse(&nested(30)).is_ok());
    assert_eq!(rule::parse(&nested(5000)).map_err(|e| e.code), Err(rule::Code::TooDeep));
    assert_eq!(rule::parse(&format!("{} a = 1", "not ".repeat(5000))).map_err(|e| e.code), Err(rule::Code::TooDeep));
    assert_eq!(rule::parse(&format!("a{} = 1", " + a".repeat(5000))).map_err(|e| e.code), Err(rule::Code::TooDeep));
    assert_eq!(rule::parse(&"x".repeat(200_000)).map_err(|e| e.code), Err(rule::Code::TooLong));
    let wide = format!("a = 1{}", " and a = 1".repeat(5000));
    assert!(rule::parse(&wide).is_ok());
    // the deepest the parser takes, JSON takes too
    let deepest = (1..200).map(|n| format!("a{} = 1", " + a".repeat(n))).take_while(|t| rule::parse(t).is_ok()).last();
    let rule = deepest.map(|t| rule::parse(&t).expect("parsed before")).expect("at least one");
    let json = serde_json::to_string(&rule).expect("serializes");
    assert_eq!(serde_json::from_str::<rule::Rule>(&json).expect("reads back"), rule);
}
