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
        assert_eq!(app.get("/segments/rest").await.expect(200)["size"], 10);
        assert_eq!(app.delete("/segments/rest").await.status, 204);
        assert_eq!(app.delete(&format!("/segments/{key}")).await.status, 204);
        assert_eq!(app.get("/segments/rest").await.problem(), (404, "segment.not_found".into()));
        let circle = json!({ "key": "loop", "label": label, "rule_text": "in segment(\"loop\")" });
        assert_eq!(app.post("/segments", circle).await.status, 422);
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
