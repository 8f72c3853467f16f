//! What people define: segments, features, classifications, rules.

use crate::app::{TestApp, both, still};
use axum::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn rules_go_between_text_and_tree_and_errors_point_at_the_character() {
    let mut app = TestApp::ready(None).await;
    let forms = app.post("/rules/parse", json!({ "text": "net_12m>=5000 and recency_days > 60" })).await.expect(200);
    assert_json_snapshot!(forms);
    let back = app.post("/rules/render", json!({ "rule": forms["rule"] })).await.expect(200);
    assert_eq!(back, forms);
    let wrong = app.post("/rules/parse", json!({ "text": "net >= 5000 and oders > 3" })).await.expect(422);
    assert_json_snapshot!(wrong);
}

#[tokio::test]
async fn a_preview_counts_the_whole_and_each_condition() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let preview = app.post("/segments/preview", json!({ "rule_text": "orders >= 4 and recency_days <= 6" })).await.expect(200);
        assert_json_snapshot!("preview", still(&preview));
        let aggregate = json!({ "rule_text": "sum(orders.net, last 90 days, channel = \"门店\") > 500" });
        assert!(app.post("/segments/preview", aggregate).await.expect(200)["count"].as_u64().is_some_and(|n| n > 0));
        assert_eq!(app.post("/segments/preview", json!({})).await.problem(), (422, "segment.members".into()));
    }
}

#[tokio::test]
async fn what_needs_each_other_is_refused_with_the_names_of_the_ring() {
    let mut app = TestApp::ready(None).await;
    let formula = |key: &str, zh: &str, en: &str, of: &str| {
        let expr = json!({ "binary": { "left": { "feature": of }, "op": "+", "right": { "literal": 1.0 } } });
        json!({ "key": key, "label": { "zh": zh, "en": en }, "description": { "zh": "", "en": "" }, "group": "custom", "value": "number", "definition": { "kind": "formula", "expr": expr } })
    };
    app.post("/features", formula("one_more", "多一", "One more", "gap_mean_days")).await.expect(201);
    app.post("/features", formula("two_more", "多二", "Two more", "one_more")).await.expect(201);
    let ring = app.with_body(Method::PUT, "/features/one_more", formula("one_more", "多一", "One more", "two_more")).await;
    assert_eq!(ring.problem(), (422, "feature.cycle".into()));
    let said = ring.json()["params"]["message"].clone();
    for (lang, names) in [("zh", ["多一", "多二"]), ("en", ["One more", "Two more"])] {
        assert!(names.iter().all(|n| said[lang].as_str().is_some_and(|t| t.contains(n))), "{said}");
    }
    // two segments likewise
    let segment = |key: &str, zh: &str, rule: &str| json!({ "key": key, "label": { "zh": zh, "en": format!("Set {zh}") }, "rule_text": rule });
    app.post("/segments", segment("first", "甲群", "orders > 1")).await.expect(201);
    app.post("/segments", segment("second", "乙群", "in segment(\"first\")")).await.expect(201);
    let ring = app.with_body(Method::PUT, "/segments/first", segment("first", "甲群", "in segment(\"second\")")).await;
    assert_eq!(ring.problem(), (422, "definition.circle".into()));
    let said = ring.json()["params"]["message"].to_string();
    assert!(said.contains("甲群") && said.contains("乙群") && said.contains("Set 乙群"), "{said}");
}

/// What the page of a segment counts is who is in it: after what goes to earlier segments of its group and to those left out.
#[tokio::test]
async fn a_preview_of_a_segment_counts_its_members() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let make = |key: &str, rule: &str, rank: u32, exclude: &[&str]| {
            let priority = if rank > 0 { json!({ "group": "mine", "rank": rank }) } else { serde_json::Value::Null };
            json!({ "key": key, "label": { "zh": key, "en": key }, "rule_text": rule, "exclude": exclude, "priority": priority })
        };
        for body in [make("best", "orders >= 10", 1, &[]), make("left_out", "orders = 5", 0, &[]), make("good", "orders >= 4", 2, &["left_out"])] {
            app.post("/segments", body).await.expect(201);
        }
        let listed = app.get("/segments/good").await.expect(200);
        let asked = json!({ "key": "good", "rule_text": "orders >= 4", "exclude": ["left_out"], "priority": { "group": "mine", "rank": 2 } });
        let preview = app.post("/segments/preview", asked).await.expect(200);
        assert_eq!(preview["count"], listed["size"]);
        let members = app.get("/customers?segment=good").await.expect(200);
        assert_eq!(members["total"], preview["count"]);
        let taken: Vec<_> = preview["taken"].as_array().expect("a list").iter().map(|t| (t["key"].as_str(), t["earlier"].as_bool(), t["customers"].as_u64())).collect();
        assert_eq!(taken, [(Some("best"), Some(true), Some(2)), (Some("left_out"), Some(false), Some(1))]);
        assert_eq!(preview["matched"].as_u64(), preview["count"].as_u64().map(|n| n + 3));
        let ids: Vec<_> = members["items"].as_array().expect("items").iter().map(|i| &i["id"]).collect();
        assert!(preview["sample"].as_array().expect("a sample").iter().all(|i| ids.contains(&&i["id"])));
        // the same rule at the head of the group loses nobody to it
        let first = json!({ "key": "good", "rule_text": "orders >= 4", "priority": { "group": "mine", "rank": 1 } });
        assert_eq!(app.post("/segments/preview", first).await.expect(200)["taken"].as_array().map(Vec::len), Some(1));
        let head = json!({ "key": "aaa", "rule_text": "orders >= 4", "priority": { "group": "mine", "rank": 1 } });
        assert_eq!(app.post("/segments/preview", head).await.expect(200)["taken"].as_array().map(Vec::len), Some(0));
    }
}

#[tokio::test]
async fn segments_are_made_changed_used_and_taken_away() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let label = json!({ "zh": "常客", "en": "Regulars" });
        let made = app.post("/segments", json!({ "label": label, "rule_text": "orders >= 6" })).await.expect(201);
        assert_json_snapshot!("segment", made);
        let key = made["key"].as_str().expect("a key").to_owned();
        let taken = app.post("/segments", json!({ "key": key, "label": label, "rule_text": "orders >= 6" })).await;
        assert_eq!(taken.problem(), (409, "segment.key_taken".into()));
        let rest = json!({ "key": "rest", "label": { "zh": "其余", "en": "" }, "rule_text": "all()", "exclude": [key] });
        let rest = match app.post("/segments", rest.clone()).await {
            answer if answer.status == 201 => answer,
            _ => app.post("/segments", json!({ "key": "rest", "label": { "zh": "其余", "en": "" }, "rule_text": "orders >= 0", "exclude": [key] })).await,
        };
        assert_eq!(rest.expect(201)["size"], 6);
        assert_eq!(app.delete(&format!("/segments/{key}")).await.problem(), (409, "segment.in_use".into()));
        let edit = json!({ "label": label, "rule_text": "orders >= 10" });
        let edited = app.with_body(Method::PUT, &format!("/segments/{key}"), edit).await.expect(200);
        assert_eq!((&edited["size"], &edited["version"]), (&2.into(), &2.into()));
        let all = app.get("/segments").await.expect(200);
        let told = |key: &str| all["items"].as_array().and_then(|i| i.iter().find(|s| s["key"] == key)).and_then(|s| s["changed_at"].as_str().map(ToOwned::to_owned));
        assert!(told(&key) >= told("rest") && told("rest").is_some(), "what was changed last came into force last");
        assert_eq!(app.get("/segments/rest").await.expect(200)["size"], 10);
        assert_eq!(app.delete("/segments/rest").await.status, 204);
        assert_eq!(app.delete(&format!("/segments/{key}")).await.status, 204);
        assert_eq!(app.get("/segments/rest").await.problem(), (404, "segment.not_found".into()));
        let circle = json!({ "key": "loop", "label": label, "rule_text": "in segment(\"loop\")" });
        assert_eq!(app.post("/segments", circle).await.status, 422);
    }
}

#[tokio::test]
async fn a_fixed_list_is_taken_from_a_rule_or_a_list_on_the_server() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let label = json!({ "zh": "名单", "en": "List" });
        let draft = |key: &str, filter: serde_json::Value| json!({ "key": key, "label": label, "filter": filter });
        let ruled = app.post("/segments", draft("ruled", json!({ "rule": "orders >= 6" }))).await.expect(201);
        assert_eq!((&ruled["kind"], &ruled["size"], &ruled["rule_text"]), (&"static".into(), &6.into(), &serde_json::Value::Null));
        let filter = json!({ "was.lifecycle": "active@2025-06-30", "class.rfm_8": "general_win_back", "q": "客户", "as_of": "2025-12-01", "known": "then" });
        let query = "was.lifecycle=active%402025-06-30&class.rfm_8=general_win_back&q=%E5%AE%A2%E6%88%B7&as_of=2025-12-01&known=then";
        let list = app.get(&format!("/customers?{query}")).await.expect(200);
        assert_eq!(app.post("/segments", draft("moved", filter)).await.expect(201)["size"], list["total"]);
        let one = app.post("/segments", draft("one", json!({ "rule": "orders = 11" }))).await.expect(201);
        assert_json_snapshot!("fixed_of_one", one["sentence"]);
        // it does not follow the data, and keeps its customers when only its name changes
        app.import(&[("more.csv", "订单号,会员号,下单时间,实付金额,渠道\nN1,M005,2025-12-29 10:00:00,5.00,门店\n")]).await;
        assert_eq!(app.get("/customers?rule=orders%20%3E%3D%206").await.expect(200)["total"], 7);
        let renamed = json!({ "label": { "zh": "老名单", "en": "Old list" } });
        let renamed = app.with_body(Method::PUT, "/segments/ruled", renamed).await.expect(200);
        assert_eq!((&renamed["size"], &renamed["label"]["en"], &renamed["version"]), (&6.into(), &"Old list".into(), &2.into()));
        for (wrong, problem) in [
            (draft("x", json!({ "sort": "-net" })), (422, "segment.filter".to_owned())),
            (draft("x", json!({ "rule": "oders > 1" })), (422, "rule.unknown_feature".to_owned())),
            (draft("x", json!({ "as_of": "soon" })), (422, "request.day".to_owned())),
            (json!({ "key": "x", "label": label, "filter": {}, "rule_text": "orders > 1" }), (422, "segment.members".to_owned())),
        ] {
            assert_eq!(app.post("/segments", wrong.clone()).await.problem(), problem, "{wrong}");
        }
    }
}

#[tokio::test]
async fn a_list_of_customers_is_a_segment_too() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let page = app.get("/customers?limit=3").await.expect(200);
        let ids: Vec<_> = page["items"].as_array().expect("items").iter().map(|i| i["id"].clone()).collect();
        let draft = json!({ "key": "hand_picked", "label": { "zh": "手选", "en": "Hand picked" }, "customers": ids });
        let made = app.post("/segments", draft).await.expect(201);
        assert_eq!((&made["size"], &made["kind"]), (&3.into(), &"static".into()));
        assert_eq!(app.get("/customers?segment=hand_picked").await.expect(200)["total"], 3);
        let nobody = json!({ "key": "nobody", "label": { "zh": "无", "en": "None" }, "customers": ["cus_nobody"] });
        assert_eq!(app.post("/segments", nobody).await.problem(), (422, "segment.customer".into()));
    }
}

fn spend_90d() -> serde_json::Value {
    json!({
        "key": "spend_90d", "label": { "zh": "近 90 天门店消费", "en": "Shop spend, 90 days" },
        "description": { "zh": "", "en": "" }, "group": "custom", "value": "money",
        "definition": { "kind": "aggregate", "fact": "orders", "measure": { "of": "sum", "field": "net" },
            "filter": [{ "field": "channel", "op": "=", "values": ["门店"] }], "window": { "days": 90 } }
    })
}

#[tokio::test]
async fn features_without_code_are_usable_at_once() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let made = app.post("/features", spend_90d()).await.expect(201);
        assert_eq!((&made["builtin"], &made["version"]), (&false.into(), &1.into()));
        assert_eq!(app.post("/features", spend_90d()).await.problem(), (409, "feature.key_taken".into()));
        let page = app.get("/customers?columns=spend_90d&sort=-spend_90d&limit=1").await.expect(200);
        assert_json_snapshot!("own_feature", page["items"][0]["values"]);
        app.post("/segments", json!({ "key": "shoppers", "label": { "zh": "门店客", "en": "Shoppers" }, "rule_text": "spend_90d > 0" })).await.expect(201);
        assert_eq!(app.delete("/features/spend_90d").await.problem(), (409, "feature.in_use".into()));
        assert_eq!(app.delete("/features/net").await.problem(), (409, "feature.builtin".into()));
        app.delete("/segments/shoppers").await;
        assert_eq!(app.delete("/features/spend_90d").await.status, 204);
        let mut wrong = spend_90d();
        wrong["value"] = json!("text");
        assert_eq!(app.post("/features", wrong).await.problem(), (422, "feature.type".into()));
    }
}

#[tokio::test]
async fn a_changed_feature_goes_back_to_the_shipped_one() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let of = |list: &serde_json::Value| list["items"].as_array().and_then(|all| all.iter().find(|f| f["key"] == "rfm_r_bins")).cloned().unwrap_or_default();
        let list = app.get("/features").await.expect(200);
        let (shipped, mut mine) = (of(&list), of(&list));
        assert_eq!(list["changed"], json!([]));
        mine["definition"]["method"]["edges"] = json!([7, 30, 60, 120]);
        let put = app.with_body(Method::PUT, "/features/rfm_r_bins", mine.clone()).await.expect(200);
        assert_eq!((&put["version"], &put["builtin"]), (&2.into(), &true.into()));
        assert_eq!(app.get("/features").await.expect(200)["changed"], json!(["rfm_r_bins"]));
        assert_eq!(app.delete("/features/rfm_r_bins").await.status, 204);
        let list = app.get("/features").await.expect(200);
        assert_eq!((of(&list), &list["changed"]), (shipped, &json!([])));
        assert_eq!(app.delete("/features/rfm_r_bins").await.problem(), (409, "feature.builtin".into()));
        let again = app.with_body(Method::PUT, "/features/rfm_r_bins", mine).await.expect(200);
        assert_eq!(again["version"], 3, "a number never means two things");
    }
}

#[tokio::test]
async fn classifications_of_ones_own_come_and_go() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let definition = json!({
            "key": "", "label": { "zh": "常客与散客", "en": "Regulars and others" }, "description": { "zh": "", "en": "" }, "group": "custom",
            "method": { "kind": "rules", "otherwise": { "key": "others", "label": { "zh": "散客", "en": "Others" } },
                "classes": [{ "key": "regulars", "label": { "zh": "常客", "en": "Regulars" },
                    "when": { "compare": { "left": { "feature": "orders" }, "op": ">=", "right": { "literal": 6 } } } }] }
        });
        let made = app.post("/classifications", json!({ "definition": definition })).await.expect(201);
        assert_json_snapshot!("own_classification", made);
        let key = made["key"].as_str().expect("a key").to_owned();
        let sizes: Vec<_> = made["classes"].as_array().expect("classes").iter().map(|c| c["customers"].clone()).collect();
        assert_eq!(sizes, [6, 6]);
        let overview = app.get("/overview").await.expect(200);
        assert!(overview["classifications"].as_array().is_some_and(|all| all.iter().any(|c| c["key"] == key && c["group"] == "custom")));
        let mut taken = definition.clone();
        taken["key"] = json!(key);
        assert_eq!(app.post("/classifications", json!({ "definition": taken })).await.problem(), (409, "classification.key_taken".into()));
        taken["key"] = json!("Not A Key");
        assert_eq!(app.post("/classifications", json!({ "definition": taken })).await.problem(), (422, "classification.key".into()));
        let member = json!({ "key": "loyal", "label": { "zh": "常客", "en": "Loyal" }, "rule_text": format!("class.{key} = \"regulars\"") });
        assert_eq!(app.post("/segments", member).await.expect(201)["size"], 6);
        assert_eq!(app.delete(&format!("/classifications/{key}")).await.problem(), (409, "classification.in_use".into()));
        app.delete("/segments/loyal").await;
        assert_eq!(app.delete(&format!("/classifications/{key}")).await.status, 204);
        assert_eq!(app.get(&format!("/classifications/{key}")).await.problem(), (404, "classification.not_found".into()));
        assert_eq!(app.delete(&format!("/classifications/{key}")).await.problem(), (404, "classification.not_found".into()));
        // one that ships: changed, back, and not to be deleted
        assert_eq!(app.delete("/classifications/lifecycle").await.problem(), (409, "classification.builtin".into()));
        let shipped = app.get("/classifications/lifecycle").await.expect(200);
        let mut mine = shipped["definition"].clone();
        mine["label"]["zh"] = json!("我的生命周期");
        let changed = app.with_body(Method::PUT, "/classifications/lifecycle", json!({ "definition": mine })).await.expect(200);
        assert_eq!((&shipped["changed"], &changed["changed"], &changed["version"]), (&false.into(), &true.into(), &2.into()));
        assert_eq!(app.delete("/classifications/lifecycle").await.status, 204);
        assert_eq!(app.get("/classifications/lifecycle").await.expect(200), shipped);
    }
}

#[tokio::test]
async fn an_edited_classification_is_a_new_version() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let before = app.get("/classifications/purchase_frequency").await.expect(200);
        let mut definition = before["definition"].clone();
        definition["label"]["zh"] = json!("我的购买频率");
        let edited = app.with_body(Method::PUT, "/classifications/purchase_frequency", json!({ "definition": definition })).await.expect(200);
        assert_eq!(edited["version"], before["version"].as_i64().unwrap_or(0) + 1);
        assert_eq!(edited["label"]["zh"], "我的购买频率");
        definition["method"]["classes"][0]["when"] = json!({ "compare": { "left": { "feature": "nothing" }, "op": ">", "right": { "literal": 1 } } });
        let refused = app.with_body(Method::PUT, "/classifications/purchase_frequency", json!({ "definition": definition })).await;
        assert_eq!(refused.problem(), (422, "rule.unknown_feature".into()));
        assert_eq!(app.get("/definitions/export").await.status, 200);
    }
}
