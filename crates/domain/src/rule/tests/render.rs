//! How rules read in both languages.

use super::names;
use crate::{
    label::Lang,
    rule::{self, render, render_value},
    value::Value,
};

fn both(text: &str) -> (String, String) {
    let rule = rule::parse(text).expect(text);
    (render(&rule, Lang::Zh, &names()), render(&rule, Lang::En, &names()))
}

#[test]
fn rules_read_naturally() {
    for (text, zh, en) in [
        (
            "net_12m >= 5000 and recency_days >= 60",
            "近 12 个月消费 ≥ ¥5,000，且 60 天没下单",
            "Spend in the last 12 months ≥ ¥5,000 and no order for 60 days",
        ),
        ("recency_days > 60", "超过 60 天没下单", "No order for more than 60 days"),
        ("recency_days < 30", "近 30 天下过单", "Ordered in the last 30 days"),
        ("recency_days <= 30", "最近一单距今不超过 30 天", "Last order at most 30 days ago"),
        ("recency_days between 31 and 90", "最近一单在 31 到 90 天前", "Last order 31 to 90 days ago"),
        ("recency_days is missing", "从未下单", "Never ordered"),
        ("recency_days is known", "下过单", "Has ordered"),
        ("orders = 0", "从未下单", "Never ordered"),
        ("orders >= 1", "下过单", "Has ordered"),
        ("orders = 1", "只下过 1 单", "Ordered exactly once"),
        ("orders >= 3", "订单数 ≥ 3 单", "Orders ≥ 3"),
        ("0.5 < return_rate", "退货率 > 0.5", "Return rate > 0.5"),
        (
            r#"class.lifecycle = "at_risk" or in segment("vip")"#,
            "生命周期阶段为“流失风险”，或属于人群“贵宾”",
            "Lifecycle stage is “At risk” or in segment “VIP”",
        ),
        (
            r#"net > 1 and (city in ("北京", "上海") or gender = "female") and not in segment("vip")"#,
            "累计消费 > ¥1，且（城市为“北京”或“上海”，或性别为“女”），且不属于人群“贵宾”",
            "Lifetime spend > ¥1 and (city is “北京” or “上海” or gender is “female”) and not in segment “VIP”",
        ),
        (r#"city not in ("北京")"#, "城市不是“北京”", "City is not “北京”"),
        (r#"city contains "海""#, "城市包含“海”", "City contains “海”"),
        ("city is missing", "城市未知", "City is unknown"),
        ("opted_in = true", "同意营销为是", "Marketing consent is yes"),
        ("not (net > 5)", "并非（累计消费 > ¥5）", "Not (lifetime spend > ¥5)"),
        ("net between 10.5 and 20", "累计消费在 ¥10.50 到 ¥20 之间", "Lifetime spend between ¥10.50 and ¥20"),
        ("top 10 % by net", "累计消费排在前 10%", "In the top 10% by lifetime spend"),
        (
            r#"sum(orders.net, last 90 days, channel = "app") >= 1000"#,
            "近 90 天消费（渠道为“app”） ≥ ¥1,000",
            "Spend (channel “app”) in the last 90 days ≥ ¥1,000",
        ),
        ("count(orders, last 60 days) = 0", "近 60 天没下单", "No order in the last 60 days"),
        (
            r#"count(interactions, last 30 days, kind = "visit") >= 1"#,
            "近 30 天有互动（类型为“visit”）",
            "Has interactions (kind “visit”) in the last 30 days",
        ),
        (
            "count(orders, last 12 months, weekday in (5, 6)) >= 3",
            "近 12 个月订单数（星期为周六或周日） ≥ 3 单",
            "Number of orders (weekday Saturday or Sunday) in the last 12 months ≥ 3",
        ),
        (
            "recency_days <= mean_of_all(recency_days, orders)",
            "距上次下单天数 ≤ 买家平均值",
            "Days since last order ≤ the average of all buyers",
        ),
        (
            "net >= 3 * mean_of_all(net, orders) and net > median_of_all(net_12m)",
            "累计消费 ≥ 买家平均值的 3 倍，且累计消费 > 全体客户中位近 12 个月消费",
            "Lifetime spend ≥ 3 × the average of all buyers and lifetime spend > the median spend in the last 12 months of all customers",
        ),
        ("recency_days > orders * 2 / 3", "距上次下单天数 > 订单数 × 2 ÷ 3", "Days since last order > orders × 2 ÷ 3"),
        ("city in (\"a\", \"b\", \"c\")", "城市为“a”、“b”或“c”", "City is “a”, “b” or “c”"),
        ("coupon_share >= 0.3", "用券占比 ≥ 30%", "Share with a coupon ≥ 30%"),
        ("net / orders >= 100", "累计消费 ÷ 订单数 ≥ ¥100", "Lifetime spend ÷ orders ≥ ¥100"),
        ("first_order_day >= 2026-03-05", "首单日 ≥ 2026-03-05", "First order day ≥ 2026-03-05"),
        ("everyone", "所有客户", "Everyone"),
    ] {
        assert_eq!(both(text), (zh.to_owned(), en.to_owned()), "{text}");
    }
}

#[test]
fn values_read_naturally() {
    for (value, key, zh) in [
        (Value::Money(1_234_567), None, "¥12,345.67"),
        (Value::Money(-500), None, "-¥5"),
        (Value::Int(1_234), Some("recency_days"), "1,234 天"),
        (Value::Number(1.0 / 3.0), None, "0.3333"),
        (Value::Number(1234.567), None, "1,234.57"),
        (Value::Number(-0.00001), None, "0"),
        (Value::Text("female".into()), Some("gender"), "“女”"),
        (Value::Text("上海".into()), Some("city"), "“上海”"),
        (Value::Number(0.125), Some("coupon_share"), "12.5%"),
        (Value::Null, None, "未知"),
        (Value::Bool(true), None, "是"),
    ] {
        assert_eq!(render_value(&value, key, Lang::Zh, &names()), zh);
    }
    assert_eq!(render_value(&Value::Int(1), Some("recency_days"), Lang::En, &names()), "1 day");
}
