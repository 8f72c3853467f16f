//! A field is given another kind: what becomes of its values is said before, what would not be understood refuses it, and nothing is lost.

use crate::{
    app::{TestApp, both},
    fields::{field, id_of, set, text, value},
};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn counts(r: &Value) -> [u64; 6] {
    ["values", "kept", "converted", "lost", "outside", "regained"].map(|name| r[name].as_u64().unwrap_or(u64::MAX))
}

fn keys(all: &Value) -> Vec<&str> {
    all.as_array().expect("a list").iter().filter_map(|d| d["key"].as_str()).collect()
}

#[tokio::test]
async fn a_field_of_customers_is_read_in_another_way_and_back() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let (key, path) = ("custom.budget", "/features/custom.budget/kind");
        app.post("/features", field(key, "text", "text", &[], false)).await.expect(201);
        let mut who = Vec::new();
        for (n, said) in [("M001", "1,200.5"), ("M002", "80"), ("M003", "很多"), ("M004", "80")] {
            let id = id_of(&app, n).await;
            set(&app, &me, &format!("kinds-{n}"), &id, key, json!(said), None).await.expect(200);
            who.push(id);
        }
        let dry = json!({ "kind": "money", "dry_run": true });
        let seen = app.post(path, dry.clone()).await.expect(200);
        assert_eq!(counts(&seen), [4, 0, 3, 1, 0, 0], "{seen:#}");
        assert_eq!(seen["converted_examples"][0], json!({ "before": { "type": "text", "value": "80" }, "after": { "type": "money", "value": 8000 }, "count": 2 }));
        assert_eq!(seen["lost_examples"], json!([{ "before": { "type": "text", "value": "很多" }, "after": { "type": "null" }, "count": 1 }]));
        // a list: what is none of the options stays as it is
        let list = app.post(path, json!({ "kind": "choice", "options": [{ "key": "80", "label": { "zh": "八十", "en": "Eighty" } }], "dry_run": true })).await.expect(200);
        assert_eq!((counts(&list), list["outside_examples"].as_array().map(Vec::len)), ([4, 4, 0, 0, 2, 0], Some(2)));
        let all = app.post(path, json!({ "kind": "choice", "dry_run": true })).await.expect(200);
        assert_eq!((counts(&all), all["outside_examples"].as_array().map(Vec::len)), ([4, 4, 0, 0, 4, 0], Some(3)), "which values there are");
        // what compares it with a text would not be understood
        app.post("/segments", json!({ "key": "eighty", "label": { "zh": "八十的", "en": "Eighties" }, "rule_text": "custom.budget = \"80\"" })).await.expect(201);
        app.post("/views", json!({ "name": "我的", "query": { "rule": "custom.budget contains \"8\"" } })).await.expect(201);
        app.post("/views", json!({ "name": "列", "query": { "columns": "custom.budget" } })).await.expect(201);
        let tiles = json!([{ "id": "a", "width": 2, "show": { "kind": "group", "by": key, "measures": [{ "stat": "count" }], "limit": 5 } }]);
        app.post("/dashboards", json!({ "name": { "zh": "预算", "en": "Budgets" }, "tiles": tiles })).await.expect(201);
        let now = app.post(path, dry.clone()).await.expect(200);
        let broken: Vec<&str> = now["broken"].as_array().expect("a list").iter().filter_map(|d| d["label"]["zh"].as_str()).collect();
        assert_eq!((broken, now["used_by"].as_array().map(Vec::len)), (vec!["八十的", "预算", "我的"], Some(4)), "{now:#}");
        let refused = app.post(path, json!({ "kind": "money" })).await;
        assert_eq!(refused.problem(), (409, "field.kind_breaks".into()));
        let words = refused.json()["params"]["message"].clone();
        assert!(text(&words["zh"]).contains("八十的") && text(&words["en"]).contains("Eighties"), "{words}");
        for broken in now["broken"].as_array().expect("a list") {
            let noun = match text(&broken["kind"]).as_str() {
                "segment" => "segments",
                "dashboard" => "dashboards",
                _ => "views",
            };
            assert_eq!(app.delete(&format!("/{noun}/{}?{}", text(&broken["key"]), if noun == "segments" { "anyway=true" } else { "" })).await.status, 204);
        }
        // somebody wrote something since it was looked at
        set(&app, &me, "kinds-more", &who[3], key, json!("90"), None).await.expect(200);
        assert_eq!(app.post(path, json!({ "kind": "money", "seen": seen["seen"] })).await.problem(), (409, "field.moved".into()));
        let seen = app.post(path, dry).await.expect(200);
        let done = app.post(path, json!({ "kind": "money", "seen": seen["seen"] })).await.expect(200);
        assert_eq!((counts(&done), &done["dry_run"]), ([4, 0, 3, 1, 0, 0], &json!(false)));
        assert_eq!(value(&app, &me, &who[0], key).await, json!({ "type": "money", "value": 120_050 }));
        assert_eq!(value(&app, &me, &who[2], key).await, json!({ "type": "null" }));
        assert_eq!(app.get("/customers?rule=custom.budget%20%3E%3D%2090").await.expect(200)["total"], 2);
        set(&app, &me, "kinds-next", &who[1], key, json!(70), Some(json!({ "type": "money", "value": 8000 }))).await.expect(200);
        // taken back: what was written is what is read, and what was written since as a text
        let versions = app.get("/features/custom.budget/versions").await.expect(200);
        assert!(versions["items"][0]["changes"].to_string().contains("金额"), "{versions:#}");
        app.post("/features/custom.budget/restore", json!({ "version": 1 })).await.expect(200);
        for (id, said) in who.iter().zip(["1,200.5", "70.00", "很多", "90"]) {
            assert_eq!(value(&app, &me, id, key).await, json!({ "type": "text", "value": said }));
        }
        for (body, code) in [(json!({ "kind": "customer" }), "field.kind"), (json!({ "kind": "long_text" }), "feature.entry"), (json!({ "kind": "choice" }), "field.kind")] {
            assert_eq!(app.post(path, body).await.problem(), (422, code.into()));
        }
        assert_eq!(app.post("/features/net/kind", json!({ "kind": "text" })).await.problem(), (422, "change.computed".into()));
    }
}

#[tokio::test]
async fn a_field_of_records_is_read_in_another_way_and_back() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let part = |key: &str, kind: &str| json!({ "key": key, "label": { "zh": key, "en": key }, "kind": kind });
        let form = json!({ "label": { "zh": "回访", "en": "Call" }, "sections": [{ "fields": [part("who", "customer"), part("人数", "text")] }] });
        let object = text(&app.post("/objects", form.clone()).await.expect(201)["id"]);
        let who = id_of(&app, "M001").await;
        let mut records = Vec::new();
        for said in ["12", "许多", "12"] {
            let made = app.post(&format!("/objects/{object}/records"), json!({ "values": { "who": who, "人数": said } })).await.expect(201);
            records.push(text(&made["id"]));
        }
        let path = format!("/objects/{object}/fields/%E4%BA%BA%E6%95%B0/kind");
        let figure = json!({ "object": object, "stat": "last", "field": "人数" });
        let last = json!({ "key": "custom.last", "label": { "zh": "上次人数", "en": "Last" }, "description": { "zh": "", "en": "" }, "group": "custom", "value": "text", "definition": { "kind": "attribute", "key": "custom.last" }, "entry": { "kind": "text", "figure": figure } });
        app.post("/features", last).await.expect(201);
        app.post("/views", json!({ "name": "许多的", "query": { "object": object, "f.人数": "许多" } })).await.expect(201);
        let seen = app.post(&path, json!({ "kind": "number", "dry_run": true })).await.expect(200);
        assert_eq!(counts(&seen), [3, 0, 2, 1, 0, 0], "{seen:#}");
        assert_eq!((keys(&seen["broken"])[0], seen["broken"].as_array().map(Vec::len), seen["used_by"].as_array().map(Vec::len)), ("custom.last", Some(2), Some(2)));
        assert_eq!(app.post(&path, json!({ "kind": "number" })).await.problem(), (409, "field.kind_breaks".into()));
        assert_eq!(app.delete("/features/custom.last").await.status, 204);
        assert_eq!(app.delete(&format!("/views/{}", keys(&seen["broken"])[1])).await.status, 204);
        let seen = app.post(&path, json!({ "kind": "number", "dry_run": true })).await.expect(200);
        app.post(&path, json!({ "kind": "number", "seen": seen["seen"] })).await.expect(200);
        let said = async |app: &TestApp, n: usize| app.read(&me, &format!("/records/{}", records[n])).await.expect(200)["values"]["人数"].clone();
        assert_eq!((said(&app, 0).await, said(&app, 1).await), (json!({ "type": "number", "value": 12.0 }), Value::Null));
        let above = format!("/objects/{object}/records?f.%E4%BA%BA%E6%95%B0=10..");
        assert_eq!(app.get(&above).await.expect(200)["total"], 2);
        // a record is changed meanwhile; what cannot be read of it stays
        app.with_body(Method::PUT, &format!("/records/{}", records[1]), json!({ "values": { "who": null } })).await.expect(200);
        app.with_body(Method::PUT, &format!("/records/{}", records[2]), json!({ "values": { "who": who, "人数": 7 } })).await.expect(200);
        let back = app.post(&path, json!({ "kind": "text" })).await.expect(200);
        assert_eq!(counts(&back), [2, 0, 2, 0, 0, 1], "{back:#}");
        for (n, was) in ["12", "许多", "7"].into_iter().enumerate() {
            assert_eq!(said(&app, n).await, json!({ "type": "text", "value": was }));
        }
        for (body, code) in [(json!({ "kind": "customer" }), "field.kind"), (json!({ "kind": "choices", "options": [] }), "field.kind")] {
            assert_eq!(app.post(&path, body).await.problem(), (422, code.into()));
        }
        assert_eq!(app.post(&format!("/objects/{object}/fields/nothing/kind"), json!({ "kind": "text" })).await.problem(), (404, "field.not_found".into()));
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        assert_eq!(app.by(&agent, Method::POST, &path, Some(json!({ "kind": "text" }))).await.problem(), (403, "access.denied".into()));
        // the form itself keeps kinds, so that nothing is lost unseen
        let mut other = form;
        other["sections"][0]["fields"][1]["kind"] = json!("day");
        assert_eq!(app.with_body(Method::PUT, &format!("/objects/{object}"), other).await.problem(), (422, "object.form".into()));
    }
}
