//! The template library says what `domain.md` §6 says.

use crate::make::{answer, attribute, day, interaction, order, orders, refund};
use domain::{
    clock::Instant,
    fact::Facts,
    feature::{History, Plan, Population, catalog},
    library::{
        classifications, classifications_table, features_table, library_error, rfm_11, rfm_11_cells, rfm_11_table, segments,
        segments_table, vocabulary,
    },
    money::Currency,
    segment::{self, Step},
    value::Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everyone's classes, by classification key.
pub fn classes(everyone: &[Facts], on: &str) -> BTreeMap<String, Vec<String>> {
    let plan = Plan::new(catalog(), Currency::CNY).expect("a plan");
    let names = vocabulary(Currency::CNY);
    let histories = everyone.iter().map(|f| History::as_of(f, day(on), Instant::MAX));
    let mut population = Population::compute(&plan, histories, &[], &|_| Vec::new());
    let mut found = BTreeMap::new();
    for step in segment::plan(classifications(), segments()).expect("no ring") {
        match step {
            Step::Classification(i) => {
                let classifier = classifications()[i].check(&names).expect("checked");
                let outcomes = population.classify(&classifier);
                found.insert(classifier.key.clone(), outcomes.into_iter().map(|o| o.class).collect());
            }
            Step::Segment(i) => {
                let segmenter = segments()[i].check(segments(), &names).expect("checked");
                let members = population.assign(&segmenter, |_| false);
                let key = format!("segment.{}", segmenter.key);
                found.insert(key, members.iter().map(|m| m.to_string()).collect());
            }
        }
    }
    found
}

/// Orders of one yuan amount on these days.
fn buys(name: &str, on: &[&str], yuan: i64) -> Facts {
    orders(on.iter().enumerate().map(|(i, d)| order(&format!("{name}-{i}"), d, yuan * 100)))
}

/// `n` orders, `every` days apart, the last one on `until`.
fn rhythm(name: &str, n: i32, every: i32, until: &str) -> Facts {
    let last = day(until);
    let days: Vec<String> = (0..n).map(|i| last.plus(-every * (n - 1 - i)).to_string()).collect();
    buys(name, &days.iter().map(String::as_str).collect::<Vec<_>>(), 100)
}

#[test]
fn every_rule_of_the_library_parses_and_checks_in_every_currency() {
    assert_eq!(library_error(), None);
    for code in ["CNY", "JPY", "KWD"] {
        let names = vocabulary(Currency::parse(code).expect("a currency"));
        for c in classifications() {
            assert!(c.check(&names).is_ok(), "{}: {:?}", c.key, c.check(&names).err());
        }
        for s in segments() {
            assert!(s.check(segments(), &names).is_ok(), "{}: {:?}", s.key, s.check(segments(), &names).err());
        }
    }
}

#[test]
fn everything_the_law_lists_is_there() {
    let keys: BTreeSet<&str> = classifications().iter().map(|c| c.key.as_str()).collect();
    for key in [
        "interaction_frequency", "purchase_frequency", "purchase_amount", "purchase_behaviour", "product_preference", "returns",
        "age_group", "by_age_band", "by_gender", "by_income", "by_occupation", "by_education", "by_country", "by_region",
        "by_north_south", "by_city", "by_city_tier", "values_orientation", "by_lifestyle", "by_interests", "satisfaction",
        "nps_group", "loyalty", "rfm_8", "rfm_11", "rfm_11_bins", "rfm_11_kmeans", "clv_band", "standing", "value_potential",
        "lifecycle", "by_company_size", "by_industry", "b2b_frequency", "purchase_intent", "key_account", "cold_start",
    ] {
        assert!(keys.contains(key), "{key}");
    }
    assert_eq!(keys.len(), classifications().len());
    let features: BTreeSet<&str> = catalog().iter().map(|f| f.key.as_str()).collect();
    assert!(keys.is_disjoint(&features), "a column would be named twice: {:?}", keys.intersection(&features));
    assert!(segments().len() >= 12);
    for c in classifications() {
        assert!(!c.named().is_empty() && !c.description.zh.is_empty() && !c.description.en.is_empty());
        let json = serde_json::to_string(c).expect("json");
        assert_eq!(&serde_json::from_str::<domain::classification::Classification>(&json).expect("a classification"), c);
    }
}

#[test]
fn the_eight_rfm_classes_have_the_names_of_the_law() {
    let rfm_8 = classifications().iter().find(|c| c.key == "rfm_8").expect("rfm_8");
    let names: Vec<String> = rfm_8.named().into_iter().map(|n| n.label.zh).collect();
    assert_eq!(names, ["重要价值", "重要发展", "重要保持", "重要挽留", "一般价值", "一般发展", "一般保持", "一般挽留", "未购买"]);
}

#[test]
fn rfm_8_compares_each_axis_with_the_buyers_mean() {
    let few = ["2026-10-01"];
    let many = ["2026-09-01", "2026-09-11", "2026-10-01"];
    let old = ["2025-01-01"];
    let old_many = ["2025-01-01", "2024-12-01", "2024-11-01"];
    let everyone = [
        buys("a", &many, 300), // recent, often, much
        buys("b", &few, 900),
        buys("c", &old_many, 300),
        buys("d", &old, 900),
        buys("e", &many, 1),
        buys("f", &few, 1),
        buys("g", &old_many, 1),
        buys("h", &old, 1),
        Facts::default(),
    ];
    assert_eq!(classes(&everyone, "2026-10-31")["rfm_8"], [
        "important_value", "important_development", "important_retention", "important_win_back", "general_value",
        "general_development", "general_retention", "general_win_back", "no_purchase"
    ]);
}

#[test]
fn one_buyer_alone_is_as_good_as_the_mean() {
    assert_eq!(classes(&[buys("a", &["2026-10-01"], 1)], "2026-10-31")["rfm_8"], ["important_value"]);
}

#[test]
fn rfm_11_divides_the_125_cells() {
    let cells = rfm_11_cells();
    assert_eq!(cells.len(), 125);
    assert!(cells.iter().all(|(.., class)| !class.is_empty()));
    let different: BTreeSet<&str> = cells.iter().map(|(.., class)| *class).collect();
    assert_eq!(different.len(), 11);
    let of = |r, f, m| cells.iter().find(|c| (c.0, c.1, c.2) == (r, f, m)).map(|c| c.3);
    assert_eq!(of(5, 5, 5), Some("champions"));
    assert_eq!(of(1, 5, 5), Some("cannot_lose"));
    assert_eq!(of(5, 1, 1), Some("new"));
    assert_eq!(of(1, 1, 1), Some("lost"));
    let english = "\
| R \\ F + M | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |
|---|---|---|---|---|---|---|---|---|---|
| 5 | New | New | Potential loyalist | Potential loyalist | Potential loyalist | Loyal | Champions | Champions | Champions |
| 4 | Promising | Promising | Potential loyalist | Potential loyalist | Potential loyalist | Loyal | Champions | Champions | Champions |
| 3 | About to sleep | About to sleep | About to sleep | Needs attention | Needs attention | Loyal | Loyal | Loyal | Loyal |
| 2 | Hibernating | Hibernating | Hibernating | Hibernating | At risk | At risk | At risk | At risk | At risk |
| 1 | Lost | Lost | Hibernating | Hibernating | At risk | At risk | Cannot lose | Cannot lose | Cannot lose |
";
    assert_eq!(rfm_11_table(domain::Lang::En), english);
}

#[test]
fn every_rfm_11_rule_alone_is_disjoint_from_the_others() {
    use domain::{
        classification::By,
        rule::{BaseKey, Row, TopKey},
    };
    struct Cell([i64; 3], &'static str);
    impl Row for Cell {
        fn value(&self, key: &str) -> Value {
            let axis = ["rfm_r", "rfm_f", "rfm_m"].iter().position(|a| format!("{a}{}", self.1) == key);
            axis.map_or(Value::Null, |i| Value::Int(self.0[i]))
        }
        fn member(&self, _: &str) -> bool {
            false
        }
        fn base(&self, _: &BaseKey) -> Option<f64> {
            None
        }
        fn cut(&self, _: &TopKey) -> Option<f64> {
            None
        }
    }
    for (scoring, suffix) in [("quantile", ""), ("bins", "_bins"), ("kmeans", "_kmeans")] {
        let classifier = rfm_11(scoring).expect("a scoring").check(&vocabulary(Currency::CNY)).expect("checked");
        let By::Rules(rules) = &classifier.by else { panic!("rules") };
        for cell in 0..125 {
            let scores = [cell / 25 + 1, cell / 5 % 5 + 1, cell % 5 + 1];
            let matching = rules.iter().filter(|(_, rule)| rule.holds(&Cell(scores, suffix))).count();
            assert_eq!(matching, 1, "{scoring} {scores:?}");
        }
        assert!(rules.iter().all(|(_, rule)| !rule.holds(&Cell([0, 0, 0], "none"))));
    }
    assert_eq!(rfm_11("guess"), None);
}

#[test]
fn purchase_behaviour_exactly_at_the_threshold() {
    let of = |n: i32, yuan: i64| {
        let days: Vec<String> = (0..n).map(|i| day("2026-10-31").plus(-i).to_string()).collect();
        buys("a", &days.iter().map(String::as_str).collect::<Vec<_>>(), yuan)
    };
    let everyone = [of(11, 1001), of(11, 1000), of(10, 1001), of(6, 501), of(5, 501), of(6, 500), Facts::default()];
    assert_eq!(classes(&everyone, "2026-10-31")["purchase_behaviour"], [
        "high_value", "loyal", "loyal", "loyal", "potential", "potential", "potential"
    ]);
}

#[test]
fn a_life_in_its_own_rhythm() {
    // peers whose mean gaps are 40 days; our customer buys every 20 days from January on, then falls silent, then returns
    let mut everyone: Vec<Facts> = (0..9).map(|i| rhythm(&format!("peer{i}"), 5, 40, "2026-05-01")).collect();
    let mut own: Vec<String> = (0..6).map(|i| day("2026-01-01").plus(20 * i).to_string()).collect();
    own.push("2026-09-01".into());
    everyone.push(buys("own", &own.iter().map(String::as_str).collect::<Vec<_>>(), 100));
    let stage = |on: &str| classes(&everyone, on)["lifecycle"].last().cloned().unwrap_or_default();
    assert_eq!(stage("2025-12-31"), "prospect");
    assert_eq!(stage("2026-01-01"), "new");
    // 30 days, the first one included
    assert_eq!(stage("2026-01-30"), "new");
    assert_eq!(stage("2026-01-31"), "active");
    assert_eq!(stage("2026-04-15"), "active");
    // five gaps of 20 days, peers 40: threshold (5·20 + 2·40) / 7 = 25.7, but never below 30; last order 11 April
    assert_eq!(stage("2026-05-01"), "active");
    assert_eq!(stage("2026-05-02"), "at_risk");
    assert_eq!(stage("2026-05-11"), "at_risk");
    assert_eq!(stage("2026-05-12"), "dormant");
    assert_eq!(stage("2026-07-10"), "dormant");
    assert_eq!(stage("2026-07-11"), "lost");
    assert_eq!(stage("2026-09-01"), "reactivated");
}

#[test]
fn value_and_loyalty() {
    let mut everyone = vec![
        rhythm("loyal", 8, 30, "2026-10-20"),
        rhythm("twice", 2, 40, "2026-10-20"),
        buys("one", &["2026-10-20"], 50),
        buys("gone", &["2024-01-01"], 50),
        buys("rich", &["2026-10-01", "2026-08-20"], 9000),
        Facts::default(),
    ];
    everyone[2].interactions.push(interaction("referral", "2026-10-21"));
    let all = classes(&everyone, "2026-10-31");
    assert_eq!(all["loyalty"], ["loyal", "potentially_loyal", "potentially_loyal", "not_loyal", "potentially_loyal", "no_purchase"]);
    assert_eq!(all["standing"], ["regular", "regular", "new", "regular", "vip", "no_purchase"]);
    assert_eq!(all["value_potential"], ["potential", "potential", "one_time", "churned", "high_value", "no_purchase"]);
    assert_eq!(all["clv_band"], ["middle", "middle", "low", "low", "high", "no_purchase"]);
    assert_eq!(all["purchase_amount"], ["low", "low", "low", "none", "high", "none"]);
    assert_eq!(all["purchase_frequency"], ["high", "middle", "low", "none", "middle", "none"]);
    assert_eq!(all["cold_start"], ["established", "two_orders", "one_order", "one_order", "two_orders", "nothing_known"]);
}

#[test]
fn what_people_say_and_give_back() {
    let with = |change: &dyn Fn(&mut Facts)| {
        let mut facts = buys("x", &["2026-10-01", "2026-10-10"], 100);
        change(&mut facts);
        facts
    };
    let everyone = [
        with(&|f| f.answers.push(answer("csat", "2026-10-20", 5.0))),
        with(&|f| f.answers.push(answer("csat", "2026-10-20", 4.0))),
        with(&|f| f.answers.extend([answer("nps", "2026-10-20", 10.0), answer("nps", "2026-10-21", 6.0)])),
        with(&|f| f.answers.push(answer("nps", "2026-10-21", 8.0))),
        with(&|f| f.answers.push(answer("nps", "2026-10-21", 9.0))),
        with(&|f| f.refunds.extend((0..3).map(|_| refund(None, "2026-10-20", 10)))),
        with(&|f| f.refunds.push(refund(Some("x-0"), "2026-10-20", 10))),
        Facts::default(),
    ];
    let all = classes(&everyone, "2026-10-31");
    assert_eq!(all["satisfaction"][..3], ["satisfied", "dissatisfied", "unknown"]);
    assert_eq!(all["nps_group"][1..5], ["unknown", "detractor", "passive", "promoter"]);
    assert_eq!(all["returns"][4..], ["never", "frequent", "occasional", "no_purchase"]);
    assert_eq!(all["segment.unhappy_buyers"], ["false", "false", "true", "false", "false", "false", "false", "false"]);
    assert_eq!(all["segment.care_first"], all["segment.unhappy_buyers"]);
    assert_eq!(all["segment.promoters_for_referral"][4], "true");
}

#[test]
fn people_places_and_organisations() {
    let person = |attributes: &[(&str, &str)]| Facts {
        attributes: attributes.iter().map(|(k, v)| attribute(k, "2026-01-01", Value::Text((*v).into()))).collect(),
        ..Facts::default()
    };
    let mut everyone = vec![
        person(&[("gender", "女"), ("birthday", "1996-11-01"), ("city", "上海市"), ("education", "本科")]),
        person(&[("gender", "M"), ("birthday", "1966-11-01"), ("province", "陕西省"), ("values", "注重环保")]),
        person(&[("birthday", "1966-10-31"), ("country", "France"), ("occupation", "teacher")]),
        person(&[("kind", "企业"), ("employees", "120"), ("industry", "制造"), ("account_grade", "A")]),
        Facts::default(),
    ];
    everyone[3].interactions = (1..=3).map(|i| interaction("询价", &format!("2026-10-0{i}"))).collect();
    let all = classes(&everyone, "2026-10-31");
    assert_eq!(all["age_group"], ["young", "middle", "elderly", "unknown", "unknown"]);
    assert_eq!(all["by_gender"], ["female", "male", "unknown", "unknown", "unknown"]);
    assert_eq!(all["by_education"][0], "bachelor");
    assert_eq!(all["by_city"][..2], ["上海", "unknown"]);
    assert_eq!(all["by_city_tier"][0], "tier_1");
    assert_eq!(all["by_region"][..3], ["east_china", "northwest_china", "unknown"]);
    assert_eq!(all["by_north_south"][..3], ["south", "north", "unknown"]);
    assert_eq!(all["by_country"], ["China", "China", "France", "unknown", "unknown"]);
    assert_eq!(all["by_occupation"][2], "teacher");
    assert_eq!(all["values_orientation"], ["unknown", "environment_minded", "unknown", "unknown", "unknown"]);
    assert_eq!(all["by_company_size"][2..4], ["not_organisation", "medium"]);
    assert_eq!(all["by_industry"][3], "制造");
    assert_eq!(all["key_account"][2..4], ["not_organisation", "key"]);
    assert_eq!(all["b2b_frequency"][3], "none");
    assert_eq!(all["purchase_intent"][3..], ["strong", "none"]);
    assert_eq!(all["cold_start"], ["profile_only", "profile_only", "profile_only", "interaction_only", "nothing_known"]);
    assert_eq!(all["segment.birthday_week"], ["true", "true", "true", "false", "false"]);
}

#[test]
fn rare_values_share_a_class_when_there_is_a_limit() {
    let mut everyone: Vec<Facts> = (0..60)
        .map(|i| Facts { attributes: vec![attribute("city", "2026-01-01", Value::Text(format!("town {i:02}")))], ..Facts::default() })
        .collect();
    everyone.push(everyone[59].clone());
    let cities = &classes(&everyone, "2026-10-31")["by_city"];
    assert_eq!((cities[59].as_str(), cities[0].as_str(), cities[58].as_str()), ("town 59", "town 00", "other_values"));
    assert_eq!(cities.iter().filter(|c| *c == "other_values").count(), 10);
}

#[test]
fn the_reference_tables_name_everything() {
    for lang in [domain::Lang::Zh, domain::Lang::En] {
        let (features, classes, sets) = (features_table(lang), classifications_table(lang), segments_table(lang));
        for f in catalog() {
            assert!(features.contains(&format!("| `{}` | {} |", f.key, f.label.get(lang))), "{}", f.key);
        }
        for c in classifications() {
            assert!(classes.contains(&format!("`{}`", c.key)));
            for named in c.named().iter().filter(|n| n.key != "other_values") {
                assert!(classes.contains(&format!("| `{}` | {} |", named.key, named.label.get(lang))), "{} {}", c.key, named.key);
            }
        }
        for s in segments() {
            assert!(sets.contains(&format!("`{}`", s.key)));
        }
        let columns = |row: &str| row.matches(" | ").count();
        let rows: Vec<&str> = features.lines().filter(|l| l.starts_with("| `")).collect();
        assert_eq!(rows.len(), catalog().len());
        assert!(rows.iter().all(|r| columns(r) == 5), "{:?}", rows.iter().find(|r| columns(r) != 5));
    }
}
