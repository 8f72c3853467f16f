//! Lists, exports, one customer, and why.

use crate::app::{TestApp, both, still};
use insta::assert_json_snapshot;
use serde_json::Value;

fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().filter_map(|i| i["name"].as_str()).map(str::to_owned).collect()
}

async fn id_of(app: &mut TestApp, name: &str) -> String {
    let page = app.get(&format!("/customers?q={name}")).await.expect(200);
    page["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{name} in {page:#}")).to_owned()
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_paged() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let first = app.get("/customers?limit=5&columns=orders,net,class.lifecycle").await.expect(200);
        assert_json_snapshot!("customers_page", still(&first));
        let mut seen = names(&first);
        let mut cursor = first["next_cursor"].as_str().map(str::to_owned);
        while let Some(next) = cursor {
            let page = app.get(&format!("/customers?limit=5&cursor={next}")).await.expect(200);
            seen.extend(names(&page));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
        }
        assert_eq!(seen.len(), 12);
        assert_eq!(seen.first().map(String::as_str), Some("客户11"));
        let few = app.get("/customers?rule=orders%20%3E%3D%2010&sort=orders").await.expect(200);
        assert_eq!((names(&few), &few["total"]), (vec!["客户10".to_owned(), "客户11".into()], &2.into()));
        let phone = app.get("/customers?q=13800000007").await.expect(200);
        assert_eq!(names(&phone), ["客户7"]);
        let wide: String = "13800000007".bytes().map(|b| format!("%EF%BC%{:02X}", 0x90 + b - b'0')).collect();
        for written in ["138%200000%200007", "138-0000-0007", "%2B86%20138%200000%200007", wide.as_str()] {
            let same = app.get(&format!("/customers?q={written}")).await.expect(200);
            assert_eq!(names(&same), ["客户7"], "{written}");
        }
        let none = app.get("/customers?class.rfm_8=no_purchase").await.expect(200);
        assert_eq!(names(&none), ["客户12"]);
        assert_eq!(app.get("/customers?rule=oders%20%3E%201").await.problem(), (422, "rule.unknown_feature".into()));
        assert_eq!(app.get("/customers?segment=none").await.problem(), (404, "segment.not_found".into()));
        assert_eq!(app.get("/customers?sort=none").await.problem(), (404, "feature.not_found".into()));
        assert_eq!(app.get("/customers?cursor=x").await.problem(), (422, "request.cursor".into()));
    }
}

#[tokio::test]
async fn an_export_has_everyone_and_is_harmless() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.import(&[("evil.csv", "会员号,姓名,手机号\nE1,\"=HYPERLINK(\"\"http://x\"\")\",13700000001\n")]).await;
        let csv = app.get("/customers/export?columns=orders,net&sort=-orders").await;
        assert_eq!(csv.status, 200, "{}", csv.text());
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"customers-2025-12-30.csv\"");
        let text = csv.text();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 14);
        assert_eq!(lines[0], "customer_id,name,phone,email,member_no,zhiyin_id,orders,net");
        assert!(lines[1].contains(",11,"), "{}", lines[1]);
        assert!(text.contains("\"'=HYPERLINK("), "a formula is made harmless");
        let xlsx = app.get("/customers/export?format=xlsx").await;
        assert_eq!(xlsx.bytes.get(..2), Some(b"PK".as_slice()));
    }
}

#[tokio::test]
async fn one_customer_with_everything_known() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let id = id_of(&mut app, "客户3").await;
        let profile = app.get(&format!("/customers/{id}")).await.expect(200);
        let value = |key: &str| {
            let all = profile["features"].as_array().expect("features");
            all.iter().find(|f| f["key"] == key).map(|f| f["value"].clone()).unwrap_or_default()
        };
        assert_json_snapshot!("profile_values", ["orders", "net", "gross", "first_order_day", "last_order_day", "recency_days", "average_order_net", "city", "gender"].map(value));
        assert_json_snapshot!("profile_identifiers", profile["identifiers"]);
        let timeline = app.get(&format!("/customers/{id}/timeline?types=order&limit=2")).await.expect(200);
        assert_json_snapshot!("timeline", timeline);
        let rest = app.get(&format!("/customers/{id}/timeline?types=order&limit=2&cursor={}", timeline["next_cursor"].as_str().expect("a cursor"))).await.expect(200);
        assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next_cursor"]), (Some(1), &Value::Null));
        assert_eq!(app.get(&format!("/customers/{id}/timeline?types=gossip")).await.problem(), (422, "timeline.type".into()));
        assert_eq!(app.get("/customers/cus_nobody").await.problem(), (404, "customer.not_found".into()));
    }
}

#[tokio::test]
async fn a_timeline_ends_on_the_day_and_knows_what_was_known() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        // learnt at the end of December: an order of November by somebody who had none
        app.import(&[("补录.csv", "订单号,会员号,下单时间,实付金额,渠道\nL1,M012,2025-11-01 10:00:00,88.00,门店\n")]).await;
        let mut days = async |name: &str, at: &str| -> Vec<String> {
            let id = id_of(&mut app, name).await;
            let page = app.get(&format!("/customers/{id}/timeline?types=order{at}")).await.expect(200);
            page["items"].as_array().expect("items").iter().filter_map(|i| i["day"].as_str()).map(str::to_owned).collect()
        };
        assert_eq!(days("客户3", "").await, ["2025-12-28", "2025-11-28", "2025-10-29"]);
        assert_eq!(days("客户3", "&as_of=2025-12-01").await, ["2025-11-28", "2025-10-29"]);
        assert_eq!(days("客户3", "&as_of=2025-12-01&known=then").await, ["2025-11-28", "2025-10-29"]);
        assert_eq!(days("客户12", "&as_of=2025-11-30").await, ["2025-11-01"]);
        assert_eq!(days("客户12", "&as_of=2025-11-30&known=then").await, [""; 0]);
        let id = id_of(&mut app, "客户12").await;
        assert_eq!(app.get(&format!("/customers/{id}/timeline?as_of=soon")).await.problem(), (422, "request.day".into()));
        for (known, count) in [("then", 10), ("today", 11)] {
            let asked = serde_json::json!({ "rule_text": "orders >= 1", "as_of": "2025-11-30", "known": known });
            assert_eq!(app.post("/segments/preview", asked).await.expect(200)["count"], count, "{known}");
            let list = app.get(&format!("/customers?rule=orders%20%3E%3D%201&as_of=2025-11-30&known={known}")).await.expect(200);
            assert_eq!(list["total"], count, "the list says what the preview said");
        }
    }
}

#[tokio::test]
async fn a_course_says_what_the_days_say() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.post("/segments", serde_json::json!({ "key": "often", "label": { "zh": "常来", "en": "Often" }, "rule_text": "orders >= 2 and recency_days <= 20" })).await.expect(201);
        let id = id_of(&mut app, "客户3").await;
        let course = app.get(&format!("/customers/{id}/course")).await.expect(200);
        let turns = course["items"].as_array().expect("items").clone();
        assert_eq!((&course["as_of"], &course["from"]), (&"2025-12-30".into(), &"2024-12-30".into()));
        // bought on 29 October, 28 November and 28 December
        let often: Vec<_> = turns.iter().filter(|t| t["key"] == "often").map(|t| (t["day"].as_str().expect("a day"), t["type"].as_str().expect("a type"))).collect();
        assert_eq!(often, [("2025-12-28", "segment.entered"), ("2025-12-19", "segment.left"), ("2025-11-28", "segment.entered")]);
        let classes = async |app: &mut TestApp, at: &str| -> Value { app.get(&format!("/customers/{id}?{at}")).await.expect(200)["classes"].clone() };
        let of = |all: &Value, key: &Value| all.as_array().expect("classes").iter().find(|c| c["classification"] == *key).map(|c| c["class"].clone());
        // the last turn of each classification leads to where they are today
        let today = classes(&mut app, "").await;
        let mut last = std::collections::BTreeMap::new();
        turns.iter().rev().filter(|t| t["type"] == "class.changed").for_each(|t| { last.insert(t["key"].to_string(), t); });
        assert!(last.len() > 10, "{last:#?}");
        for turn in last.values() {
            assert_eq!(Some(turn["after"].clone()), of(&today, &turn["key"]), "{turn:#}");
        }
        // what compares nobody is on its day and the day before as those days are shown
        let own: Vec<_> = turns.iter().filter(|t| t["type"] == "class.changed" && t["compared"] == false && !t["before"].is_null()).take(4).collect();
        assert!(own.len() > 1 && turns.iter().any(|t| t["compared"] == true), "{turns:#?}");
        for turn in own {
            let day = domain::Day::parse(turn["day"].as_str().expect("a day")).expect("a day");
            for (day, class) in [(day, &turn["after"]), (day.plus(-1), &turn["before"])] {
                let then = classes(&mut app, &format!("as_of={day}")).await;
                assert_eq!(Some(class.clone()), of(&then, &turn["key"]), "{day} {turn:#}");
            }
        }
        assert_eq!(app.get("/customers/cus_nobody/course").await.problem(), (404, "customer.not_found".into()));
    }
}

#[tokio::test]
async fn an_organisation_is_found_by_the_phone_of_a_contact() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.import(&[("公司.csv", "客户编号,公司名称,联系人,联系人电话\nB1,远山科技,赵敏,13726927722\n")]).await;
        for written in ["13726927722", "137%202692%207722", "%2B86%20137-2692-7722", "26927722"] {
            let found = app.get(&format!("/customers?q={written}")).await.expect(200);
            assert_eq!(names(&found), ["远山科技"], "{written}");
        }
        assert_eq!(app.get("/customers?q=13726927723").await.expect(200)["total"], 0);
    }
}

#[tokio::test]
async fn a_timeline_marks_what_does_not_count_and_names_what_it_says() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.import(&[("订单.csv", "订单号,会员号,下单时间,实付金额,渠道\nL9,M012,2031-01-01 10:00:00,88.00,门店\nL8,M012,2025-12-20 10:00:00,60.00,门店\n")]).await;
        app.import(&[("会员.csv", "会员号,城市,国家\nM012,上海,China\n")]).await;
        let id = id_of(&mut app, "客户12").await;
        let events = app.get(&format!("/customers/{id}/timeline")).await.expect(200);
        let events = events["items"].as_array().expect("items");
        let orders: Vec<_> = events.iter().filter(|e| e["type"] == "order").map(|e| (e["day"].as_str(), e["later"].as_bool())).collect();
        assert_eq!(orders, [(Some("2031-01-01"), Some(true)), (Some("2025-12-20"), None)]);
        let learnt: Vec<&str> = events.iter().filter(|e| e["type"] == "attribute").filter_map(|e| e["title"]["zh"].as_str()).collect();
        assert!(learnt.contains(&"城市：“上海”") && learnt.contains(&"国家：“中国”"), "{learnt:?}");
        assert!(events.iter().filter(|e| e["type"] == "attribute").all(|e| e["undated"].as_bool().unwrap_or(false) || e["day"] != "1900-01-01"), "{events:?}");
    }
}

#[tokio::test]
async fn the_only_customer_is_told_what_a_first_order_does() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", "会员号,姓名,手机号\nM1,王伟,13800000001\n")]).await;
    let id = id_of(&mut app, "王伟").await;
    let why = app.get(&format!("/customers/{id}/why?classification=rfm_8")).await.expect(200);
    assert_eq!(why["result"]["key"], "no_purchase");
    assert_json_snapshot!("why_only_customer", why["change"]);
}

#[tokio::test]
async fn why_names_conditions_facts_and_the_smallest_change() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let id = id_of(&mut app, "客户5").await;
        let why = app.get(&format!("/customers/{id}/why?classification=lifecycle")).await.expect(200);
        assert_json_snapshot!("why_lifecycle", why);
        app.post("/segments", serde_json::json!({ "key": "big", "label": { "zh": "大客户", "en": "Big" }, "rule_text": "net >= 5000" })).await.expect(201);
        let why = app.get(&format!("/customers/{id}/why?segment=big")).await.expect(200);
        assert_json_snapshot!("why_segment", why);
        // exact by construction: the proposed amount makes a member, one fen less does not
        let order = why["change"]["ways"].as_array().expect("ways").iter().find(|w| w["means"]["kind"] == "order").expect("an order");
        assert_eq!(order["means"]["amount"], 500_000 - (0..5).map(|k| (500 + k) * 100 + 50).sum::<i64>());
        assert_eq!(app.get(&format!("/customers/{id}/why")).await.problem(), (422, "why.subject".into()));
    }
}

#[tokio::test]
async fn every_class_of_every_customer_is_explained_as_it_was_assigned() {
    let mut app = TestApp::shop(None).await;
    for name in ["客户1", "客户6", "客户12"] {
        let id = id_of(&mut app, name).await;
        let profile = app.get(&format!("/customers/{id}")).await.expect(200);
        for class in profile["classes"].as_array().expect("classes") {
            let key = class["classification"].as_str().expect("a key");
            let why = app.get(&format!("/customers/{id}/why?classification={key}")).await.expect(200);
            assert_eq!(why["result"]["key"], class["class"]["key"], "{name} {key}");
        }
    }
}

/// What went out comes in again as what it was: everybody is who they were, and nothing is learnt from our own figures.
#[tokio::test]
async fn an_exported_list_comes_in_again_as_it_went_out() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        for labels in ["keys", "zh-CN", "en"] {
            let csv = app.get(&format!("/customers/export?labels={labels}")).await.text();
            let report = app.dry_run(&[("customers.csv", csv.trim_start_matches('\u{feff}'))]).await;
            let customers = &report["customers"];
            assert_eq!((customers["created"].as_u64(), customers["updated"].as_u64()), (Some(0), Some(0)), "{labels}: {report:#}");
            assert_eq!(report["quarantined"].as_u64(), Some(0), "{labels}: {report:#}");
        }
    }
}
