//! Customers, the reason of their class, and what would change it.

use super::*;
use crate::{
    clock::Instant,
    fact::{AnswerFact, AttributeFact, Facts, InteractionFact, OrderFact},
    feature::{Base, Field, catalog},
    id::key64,
    label::Label,
    library,
    money::Currency,
    period::{Day, Zone},
    rule::{Vocabulary, parse},
    segment::{Members, Segment},
    value::Value,
};
use std::sync::Arc;

fn today() -> Day {
    Day::new(2026, 8, 20).expect("a day")
}

/// Orders as (days ago, fen).
fn bought(orders: &[(i32, i64)]) -> Facts {
    let order = |(i, (ago, paid)): (usize, &(i32, i64))| {
        let day = today().plus(-ago);
        let at = Zone::utc().end_of(day);
        OrderFact {
            order_key: key64(&format!("o{i}")),
            order_id: format!("o{i}"),
            at,
            day,
            recorded_at: at,
            batch: 1,
            paid: *paid,
            cost: None,
            discount: None,
            cancelled: false,
            channel: Some("app".into()),
            store: None,
            payment: None,
            coupon: None,
        }
    };
    Facts { orders: orders.iter().enumerate().map(order).collect(), ..Facts::default() }
}

fn order(amount: i64) -> Means {
    Means::Order { amount, with: None }
}

fn rule_segment(key: &str, rule: &str) -> Segment {
    Segment {
        key: key.into(),
        label: Label::new("贵宾", "VIP"),
        description: Label::default(),
        members: Members::Dynamic { rule: parse(rule).expect(rule) },
        exclude: Vec::new(),
        priority: None,
        version: 1,
    }
}

fn names(segments: &[Segment]) -> Vocabulary {
    Vocabulary::new(Currency::CNY).features(catalog()).classifications(library::classifications()).segments(segments)
}

struct Shop {
    segments: Vec<Segment>,
    names: Vocabulary,
    base: Arc<Base>,
}

impl Shop {
    fn vip(rule: &str) -> Shop {
        let segments = vec![rule_segment("vip", rule)];
        let names = names(&segments);
        Shop { segments, names, base: Arc::new(Base::default()) }
    }
    fn scope(&self, target: Target) -> Scope<'_> {
        Scope::of(target, catalog(), library::classifications(), &self.segments, &self.names).expect("checks")
    }
    fn moment<'a>(&'a self, listed: &'a dyn Fn(&str) -> bool) -> Moment<'a> {
        let at = Zone::utc().end_of(today());
        Moment { day: today(), known: Instant::MAX, at, base: &self.base, apart: &self.base, listed, typical: Some(10_000), limit: None }
    }
    fn why(&self, facts: &Facts) -> Why {
        self.scope(Target::Segment("vip".into())).why(facts, &self.moment(&|_| false))
    }
    fn change(&self, facts: &Facts) -> Change {
        self.scope(Target::Segment("vip".into())).change(facts, &self.moment(&|_| false))
    }
}

#[test]
fn a_member_sees_the_conditions_the_values_and_the_facts() {
    let shop = Shop::vip("net >= 100 and recency_days < 60");
    let why = shop.why(&bought(&[(100, 5_000), (10, 7_000)]));
    assert_eq!(why.result.key, "in");
    let [net, recency] = why.conditions.as_slice() else { panic!("two conditions: {why:?}") };
    assert_eq!((&net.actual, &net.threshold, net.holds), (&Value::Money(12_000), &Value::Money(10_000), true));
    assert_eq!((net.path.as_str(), net.text.as_str(), net.finding.zh.as_str()), ("/all/0", "net >= 100", "实际 ¥120"));
    let days: Vec<Day> = net.counted.iter().flat_map(|c| c.items.iter().map(|f| f.day)).collect();
    assert_eq!(days, [today().plus(-100), today().plus(-10)]);
    assert_eq!((&recency.actual, recency.sentence.zh.as_str()), (&Value::Int(10), "近 60 天下过单"));
    assert_eq!(why.sentence.zh, "在人群“贵宾”内，因为净消费额为 ¥120，达到 ¥100，且距上次下单 10 天，不到 60 天。");
    assert_eq!(why.sentence.en, "In “VIP” because net came to ¥120, at least ¥100, and it has been 10 days since the last order, less than 60.");
}

#[test]
fn what_is_known_of_everybody_is_no_fact_of_the_customers() {
    for rule in ["recency_days <= mean_of_all(recency_days, orders)", "rfm_r >= 1"] {
        let mut base = Base::default();
        base.stats.insert(crate::rule::BaseKey { stat: crate::rule::Stat::Mean, of: "recency_days".into(), among: Some("orders".into()) }, 50.0);
        base.cuts.insert("rfm_r".into(), crate::score::Cuts { edges: vec![200.0, 61.0, 31.0, 8.0], strict: true, smaller_is_better: true });
        let shop = Shop { base: Arc::new(base), ..Shop::vip(rule) };
        let why = shop.why(&bought(&[(100, 5_000), (10, 7_000)]));
        let days: Vec<Day> = why.conditions.iter().flat_map(|c| c.counted.iter()).flat_map(|c| c.items.iter().map(|f| f.day)).collect();
        assert_eq!(days, [today().plus(-10)], "{rule}: the last order alone says how long ago it was");
    }
}

#[test]
fn who_is_not_a_member_sees_what_fails() {
    let shop = Shop::vip("net >= 100 and recency_days < 60");
    let why = shop.why(&bought(&[(100, 15_000)]));
    assert_eq!(why.result.key, "out");
    assert_eq!(why.conditions.iter().map(|c| c.holds).collect::<Vec<_>>(), [true, false]);
    assert_eq!(why.sentence.zh, "不在人群“贵宾”内：距上次下单 100 天（要求不到 60 天）。");
    assert_eq!(why.sentence.en, "Not in “VIP”: it has been 100 days since the last order (asked for: less than 60).");
}

#[test]
fn groups_inside_keep_their_parentheses_and_not_shows_the_value() {
    let shop = Shop::vip("(net >= 100 or orders >= 9) and net is known and not in segment(\"vip_list\")");
    let listed = rule_segment("vip_list", "nobody");
    let segments = vec![shop.segments[0].clone(), listed];
    let names = names(&segments);
    let shop = Shop { segments, names, base: shop.base };
    let why = shop.why(&bought(&[(10, 12_000)]));
    assert_eq!(why.sentence.zh, "在人群“贵宾”内，因为净消费额为 ¥120，达到 ¥100，且不属于人群“贵宾”。");
    assert_eq!(why.conditions.iter().map(|c| c.kind).collect::<Vec<_>>(), [Kind::Any, Kind::Leaf, Kind::Leaf]);
    assert_eq!(why.conditions[1].counted.as_ref().map(|c| c.count), Some(1));
}

#[test]
fn a_class_shows_what_was_tried() {
    let shop = Shop::vip("everyone");
    let facts = bought(&[(3, 5_000)]);
    let why = shop.scope(Target::Class("lifecycle".into())).why(&facts, &shop.moment(&|_| false));
    assert_eq!(why.result.key, "new");
    assert!(why.tried.last().is_some_and(|t| t.class == "new" && t.holds));
    assert!(why.tried.iter().rev().skip(1).all(|t| !t.holds));
    assert!(!why.conditions.is_empty() && why.conditions.iter().all(|c| c.holds));
}

/// The reason is what the customer's values are, also where a class only says what the classes before it did not.
#[test]
fn a_sentence_says_the_values_that_decided() {
    let mut base = Base::default();
    let cuts = |edges: [f64; 4], smaller_is_better| crate::score::Cuts { edges: edges.to_vec(), strict: true, smaller_is_better };
    base.cuts.insert("rfm_r".into(), cuts([200.0, 61.0, 31.0, 8.0], true));
    base.cuts.insert("rfm_f".into(), cuts([1.0, 2.0, 4.0, 8.0], false));
    base.cuts.insert("rfm_m".into(), cuts([5_000.0, 10_000.0, 30_000.0, 90_000.0], false));
    let shop = Shop { base: Arc::new(base), ..Shop::vip("everyone") };
    let why = |class: &str, facts: &Facts| shop.scope(Target::Class(class.into())).why(facts, &shop.moment(&|_| false)).sentence;
    let mut scored = bought(&[(10, 3_000)]);
    let at = Zone::utc().end_of(today().plus(-5));
    scored.answers.push(AnswerFact { at, day: today().plus(-5), recorded_at: at, question: "csat".into(), score: 4.0, channel: None });
    let said = why("satisfaction", &scored);
    assert_eq!(said.zh, "属于“不满意”，因为最近满意度为 4 分，不超过 4 分。");
    assert_eq!(said.en, "“Dissatisfied” because latest CSAT came to 4, at most 4.");
    assert_eq!(why("satisfaction", &Facts::default()).zh, "不符合前面任何一类，归入“未知”：最近满意度未知。");
    let once = bought(&[(45, 3_000)]);
    let never = why("returns", &once).zh;
    assert!(never.starts_with("属于“从不退货”，因为") && never.contains("退款次数为 0 次，不到 1 次"), "{never}");
    let loyal = why("loyalty", &once).zh;
    assert!(loyal.contains("订单数为 1 单，不到 2 单"), "{loyal}");
    let active = why("lifecycle", &bought(&[(66, 3_000), (47, 3_000), (28, 3_000), (9, 3_000)]));
    assert!(active.zh.starts_with("不符合前面任何一类，归入“活跃”：") && active.zh.contains("距上次下单 9 天，不超过 20 天（沉睡阈值的三分之二）"), "{active:?}");
    assert!(active.en.contains("it has been 9 days since the last order, at most 20 (two thirds of the dormancy threshold)"), "{active:?}");
    let eleven = why("rfm_11", &once);
    assert_eq!(
        eleven.zh,
        "属于“即将沉睡客户”，因为 RFM：R 分为 3 分（距上次下单 45 天，3 分为 31 到 60 天），且 RFM：F 分加 RFM：M 分为 2，不超过 4（RFM：F 分 1 分（订单数 1 单，1 分为至多 1 单）、RFM：M 分 1 分（净消费额 ¥30，1 分为至多 ¥50））。"
    );
    assert_eq!(why("rfm_11", &Facts::default()).zh, "不符合前面任何一类，归入“未购买”：RFM：R 分为 0 分（没有可打分的订单）。");
    assert_eq!(why("rfm_8", &Facts::default()).zh, "不符合前面任何一类，归入“未购买”：从未下单。");
}

/// Whatever is compared is said without signs, and the border is the exact one: 31 ÷ 3 of two days are at most 20 whole ones.
#[test]
fn a_reason_can_be_read_aloud() {
    for (rule, zh, en) in [
        ("recency_days <= order_days * 31 / 3", "距上次下单 10 天，不超过 20 天（", "it has been 10 days since the last order, at most 20 (31/3 of the days with an order)"),
        ("orders > 1.5", "订单数为 2 单，超过 1 单", "orders came to 2, more than 1"),
        ("net between 50 and 200", "净消费额为 ¥120，在 ¥50 到 ¥200 之间", "net came to ¥120, between ¥50 and ¥200"),
        ("net >= 2 * average_order_net", "净消费额为 ¥120，达到 ¥120（笔单价的 2 倍）", "net came to ¥120, at least ¥120 (twice the average order net)"),
        ("top_channel = \"app\"", "常用渠道为“app”", "usual channel is “app”"),
        ("not top_channel = \"web\"", "常用渠道为“app”，不是“web”", "usual channel is “app”, not “web”"),
        ("last_order_day >= 2026-01-01", "最近下单日为 2026-08-10，不早于 2026-01-01", "last order is 2026-08-10, no earlier than 2026-01-01"),
        ("weekend_share < 0.9", "", ", less than 90%"),
    ] {
        let shop = Shop::vip(rule);
        let said = shop.why(&bought(&[(100, 5_000), (10, 7_000)])).sentence;
        assert!(said.zh.starts_with("在人群“贵宾”内，因为") && said.zh.contains(zh) && said.en.contains(en), "{rule}: {said:?}");
        for sign in ["≤", "≥", "<", ">", "=", "×", "÷", "实际", "actual"] {
            assert!(!said.zh.contains(sign) && !said.en.contains(sign), "{rule}: {said:?}");
        }
    }
}

#[test]
fn the_missing_amount_to_the_fen_or_in_typical_orders() {
    let shop = Shop::vip("net >= 100");
    let change = shop.change(&bought(&[(100, 3_000), (10, 3_200)]));
    let means: Vec<&Means> = change.ways.iter().map(|w| &w.means).collect();
    // 100.00 − 62.00; the average order is 31.00
    assert_eq!(means, [&order(3_800), &Means::Orders { count: 2, amount: 3_100, with: None }]);
    assert_eq!((change.before.as_str(), change.after.as_deref()), ("out", Some("in")));
    assert_eq!(change.sentence.zh, "再消费 ¥38，或再下 2 单（每单 ¥31，与平时相当），即可进入人群“贵宾”。");
    assert_eq!(change.sentence.en, "Spend ¥38 more or 2 more typical orders of ¥31 to enter segment “VIP”.");
}

#[test]
fn until_when_it_helps() {
    // the older order leaves the window on the 12th day from now
    let shop = Shop::vip("sum(orders.net, last 30 days) >= 100");
    let change = shop.change(&bought(&[(18, 6_000), (5, 1_000)]));
    assert_eq!(change.ways[0].means, order(3_000));
    assert_eq!(change.ways[0].until, Some(today().plus(11)));
    assert!(change.sentence.zh.starts_with("在 8 月 31 日之前再消费 ¥30"), "{}", change.sentence.zh);
    assert!(change.sentence.en.contains("by 31 August to enter"), "{}", change.sentence.en);
}

#[test]
fn an_order_of_any_amount_and_days_that_pass() {
    let shop = Shop::vip("recency_days <= 60");
    let gone = shop.change(&bought(&[(100, 3_000)]));
    assert_eq!(gone.ways.len(), 1);
    assert_eq!(gone.ways[0].means, order(1));
    assert_eq!(gone.sentence.zh, "再下一单（金额不限），即可进入人群“贵宾”。");
    let here = shop.change(&bought(&[(50, 3_000)]));
    let means: Vec<&Means> = here.ways.iter().map(|w| &w.means).collect();
    let refund = Means::Refund { order: "o0".into(), amount: 3_000, whole: true };
    assert_eq!(means, [&refund, &Means::Wait { days: 11, day: today().plus(11) }]);
    assert!(here.sentence.zh.starts_with("若最近一单（o0）全额退款，将离开人群“贵宾”；若一直没有新的记录，11 天后（8 月 31 日）将离开人群“贵宾”；此外没有能主动促成的改变：无论再下一单（最多 ¥10,000），还是再下 24 单平常的订单，都一样。"), "{}", here.sentence.zh);
}

#[test]
fn a_better_score() {
    let shop = Shop::vip("last_nps >= 9");
    let mut facts = bought(&[(10, 3_000)]);
    let at = Zone::utc().end_of(today().plus(-5));
    facts.answers.push(AnswerFact { at, day: today().plus(-5), recorded_at: at, question: "nps".into(), score: 6.0, channel: None });
    let change = shop.change(&facts);
    assert_eq!(change.ways.iter().map(|w| &w.means).collect::<Vec<_>>(), [&Means::Score { question: "nps".into(), score: 9 }]);
    assert_eq!(change.sentence.zh, "下次推荐意愿评分为 9 分，即可进入人群“贵宾”。");
    // down as well as up: the nearest score that changes it
    facts.answers[0].score = 10.0;
    let change = shop.change(&facts);
    assert_eq!(change.ways.iter().map(|w| &w.means).collect::<Vec<_>>(), [&Means::Score { question: "nps".into(), score: 8 }]);
}

#[test]
fn orders_in_the_customers_own_channel() {
    let shop = Shop::vip("sum(orders.net, channel = \"app\") >= 100");
    let change = shop.change(&bought(&[(10, 3_000)]));
    assert_eq!(change.ways[0].means, order(7_000));
}

#[test]
fn nothing_feasible() {
    let shop = Shop::vip("gender = \"female\"");
    let change = shop.change(&bought(&[(10, 3_000)]));
    assert_eq!((change.ways, change.after), (Vec::new(), None));
    assert_eq!(change.sentence.zh, "没有能主动促成的改变：取决于客户资料（性别），这不是能促成的事，资料有误时才更正。");
    assert_eq!(change.sentence.en, "Nothing can be done to change it: it depends on what is recorded about the customer (gender): not something to bring about, only to correct if it is wrong.");
}

#[test]
fn what_happened_later_does_not_count_when_waiting() {
    let shop = Shop::vip("recency_days <= 60");
    let mut moment_later = bought(&[(50, 3_000), (-3, 9_000)]); // an order three days after the as-of day
    moment_later.orders.reverse();
    assert_eq!(shop.change(&moment_later).ways.last().map(|w| w.means.clone()), Some(Means::Wait { days: 11, day: today().plus(11) }));
}

#[test]
fn the_first_order_of_all_makes_the_first_buyer() {
    // nobody bought yet, so nobody knows the buyers' mean: whoever orders first is it
    let shop = Shop::vip("everyone");
    let rfm = shop.scope(Target::Class("rfm_8".into()));
    let change = rfm.change(&Facts::default(), &shop.moment(&|_| false));
    assert_eq!((change.before.as_str(), change.after.as_deref()), ("no_purchase", Some("important_value")));
    assert_eq!(change.ways[0].means, order(1));
    assert_eq!(change.sentence.zh, "下第一单（金额不限），即可成为“重要价值”。");
    let clv = shop.scope(Target::Class("clv_band".into()));
    let change = clv.change(&Facts::default(), &shop.moment(&|_| false));
    assert_eq!((change.before.as_str(), change.after.as_deref()), ("no_purchase", Some("high")));
}

#[test]
fn a_target_that_does_not_exist() {
    let shop = Shop::vip("everyone");
    let scope = Scope::of(Target::Class("nowhere".into()), catalog(), library::classifications(), &shop.segments, &shop.names);
    assert_eq!(scope.err(), Some(Error::Unknown("nowhere".into())));
}

#[test]
fn a_band_is_not_jumped_over() {
    // doubling from 64 to 128 would miss it
    let shop = Shop::vip("net between 1 and 1.1");
    let change = shop.change(&Facts::default());
    assert_eq!(change.ways[0].means, order(100));
    assert_eq!(change.ways[0].sentence.zh, "下第一单（金额 ¥1 至 ¥1.10）");
    assert_eq!(change.ways[0].sentence.en, "a first order of ¥1 to ¥1.10");
    // 29 divides no amount a search by halves would come to
    let shop = Shop::vip("max_order_net = 1234.57 or net > 9999999");
    assert_eq!(shop.change(&bought(&[(10, 3_000)])).ways[0].means, order(123_457));
}

/// What a buyer with one order becomes depends on the amount: R, F and M each count.
#[test]
fn any_amount_is_said_only_if_every_amount_does() {
    let shop = Shop::vip("everyone");
    let mut base = Base::default();
    let mean = |of: &str| crate::rule::BaseKey { stat: crate::rule::Stat::Mean, of: of.into(), among: Some("orders".into()) };
    base.stats.extend([(mean("recency_days"), 60.0), (mean("orders"), 3.0), (mean("net"), 41_250.0)]);
    let cuts = |edges: [f64; 4], smaller_is_better| crate::score::Cuts { edges: edges.to_vec(), strict: true, smaller_is_better };
    base.cuts.insert("rfm_r".into(), cuts([200.0, 100.0, 60.0, 30.0], true));
    base.cuts.insert("rfm_f".into(), cuts([1.0, 2.0, 4.0, 8.0], false));
    base.cuts.insert("rfm_m".into(), cuts([5_000.0, 10_000.0, 30_000.0, 90_000.0], false));
    let shop = Shop { base: Arc::new(base), ..shop };
    let change = |class: &str, facts: &Facts| shop.scope(Target::Class(class.into())).change(facts, &shop.moment(&|_| false));
    let eight = change("rfm_8", &Facts::default());
    assert_eq!((eight.ways[0].after.as_str(), eight.ways[0].most), ("general_development", Some(41_249)));
    assert!(eight.sentence.zh.starts_with("下第一单（金额不超过 ¥412.49），即可成为“一般发展”"), "{}", eight.sentence.zh);
    assert!(eight.sentence.en.starts_with("A first order of at most ¥412.49 to become “General development”"), "{}", eight.sentence.en);
    let eleven = change("rfm_11", &Facts::default());
    assert_eq!((eleven.ways[0].after.as_str(), eleven.ways[0].most), ("new", Some(10_000)));
    assert!(eleven.sentence.zh.starts_with("下第一单（金额不超过 ¥100），即可成为“新客户”"), "{}", eleven.sentence.zh);
    // a customer who has bought orders once more
    let again = change("rfm_11", &bought(&[(150, 2_000)]));
    assert_eq!((again.ways[0].after.as_str(), again.ways[0].most), ("new", Some(3_000)));
    assert!(again.sentence.zh.starts_with("再下一单（金额不超过 ¥30）"), "{}", again.sentence.zh);
    // and where no amount matters, any does
    let life = change("lifecycle", &Facts::default());
    assert_eq!((life.ways[0].after.as_str(), life.ways[0].most), ("new", None));
    assert_eq!(life.sentence.zh, "下第一单（金额不限），即可成为“新客”。");
}

#[test]
fn interactions_make_an_intent() {
    let shop = Shop::vip("everyone");
    let intent = shop.scope(Target::Class("purchase_intent".into()));
    let change = intent.change(&Facts::default(), &shop.moment(&|_| false));
    let ways: Vec<(&Means, &str)> = change.ways.iter().map(|w| (&w.means, w.after.as_str())).collect();
    let more = |interaction: &str| Means::Interactions { interaction: interaction.into(), channel: None, count: 1 };
    assert_eq!(ways, [(&more("visit"), "weak"), (&more("inquiry"), "medium")]);
    assert_eq!(change.sentence.zh, "再有 1 次访问，即可成为“弱意向”；再有 1 次询价，即可成为“中意向”。");
    assert_eq!(change.sentence.en, "1 more visit to become “Weak”; 1 more inquiry to become “Medium”.");
    let often = shop.scope(Target::Class("interaction_frequency".into()));
    let mut facts = Facts::default();
    let at = Zone::utc().end_of(today().plus(-3));
    facts.interactions.push(InteractionFact { at, day: today().plus(-3), recorded_at: at, kind: "open".into(), channel: None });
    let change = often.change(&facts, &shop.moment(&|_| false));
    assert_eq!(change.ways[0].means, Means::Interactions { interaction: "visit".into(), channel: None, count: 3 });
    assert_eq!(change.ways[1].means, Means::Wait { days: 87, day: today().plus(87) });
}

#[test]
fn orders_of_a_kind_of_their_own() {
    let shop = Shop::vip("everyone");
    let lovers = library::segments().to_vec();
    let names = names(&lovers);
    let scope = Scope::of(Target::Segment("coupon_lovers".into()), catalog(), library::classifications(), &lovers, &names).expect("checks");
    let change = scope.change(&bought(&[(10, 3_000)]), &shop.moment(&|_| false));
    let coupon = Some(With { field: Field::Coupon, value: None });
    assert_eq!(change.ways[0].means, Means::Order { amount: 1, with: coupon });
    assert_eq!(change.ways[0].sentence.en, "one more order of any amount (with a coupon)");
    let prefers = shop.scope(Target::Class("product_preference".into()));
    let mut base = Base::default();
    base.kept.insert("product_preference".into(), ["茶叶", "茶具"].map(String::from).into());
    let shop = Shop { base: Arc::new(base), ..Shop::vip("everyone") };
    let change = prefers.change(&bought(&[(10, 3_000)]), &shop.moment(&|_| false));
    assert_eq!(change.ways[0].means, Means::Order { amount: 1, with: Some(With { field: Field::Category, value: Some("茶具".into()) }) });
}

#[test]
fn what_is_given_back() {
    let shop = Shop::vip("everyone");
    let returns = shop.scope(Target::Class("returns".into()));
    let change = returns.change(&bought(&[(40, 5_000), (10, 3_000)]), &shop.moment(&|_| false));
    assert_eq!(change.ways[0].means, Means::Refund { order: "o1".into(), amount: 1, whole: false });
    assert_eq!((change.before.as_str(), change.after.as_deref()), ("never", Some("occasional")));
    let cold = shop.scope(Target::Class("cold_start".into()));
    let change = cold.change(&bought(&[(40, 5_000), (10, 3_000)]), &shop.moment(&|_| false));
    assert_eq!(change.ways.last().map(|w| (&w.means, w.after.as_str())), Some((&Means::Refund { order: "o1".into(), amount: 3_000, whole: true }, "one_order")));
}

/// Whoever asks about any class or segment that ships gets a way or, in both languages, why there is none.
#[test]
fn the_whole_library_answers() {
    let segments = library::segments().to_vec();
    let names = names(&segments);
    let shop = Shop::vip("everyone");
    let mut known = bought(&[(200, 12_000), (90, 30_000), (12, 8_000)]);
    let on = today().plus(-30);
    let at = Zone::utc().end_of(on);
    for (key, value) in [("gender", "女"), ("city", "上海"), ("occupation", "教师"), ("birthday", "1990-10-03")] {
        known.attributes.push(AttributeFact { key: key.into(), day: on, recorded_at: at, value: Value::Text(value.into()) });
    }
    let targets = library::classifications().iter().map(|c| Target::Class(c.key.clone()));
    let targets: Vec<Target> = targets.chain(segments.iter().map(|s| Target::Segment(s.key.clone()))).collect();
    for facts in [Facts::default(), known] {
        for target in &targets {
            let scope = Scope::of(target.clone(), catalog(), library::classifications(), &segments, &names).expect("checks");
            let change = scope.change(&facts, &shop.moment(&|_| false));
            let acts = change.ways.iter().any(|w| w.means.measure().0 == 0);
            assert!(acts || (change.sentence.zh.contains("没有能主动促成的改变：") && change.sentence.en.to_lowercase().contains("can be done to change it: ")), "{target:?}: {change:?}");
            assert!(change.ways.is_sorted_by_key(|w| w.means.measure()), "{target:?}: {:?}", change.ways);
        }
    }
}
