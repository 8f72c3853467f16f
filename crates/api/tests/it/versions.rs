//! Definitions over time: versions and what they changed, the way back, sizes of days before, and what a change would do.

use crate::app::{TestApp, both};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn segment(rule: &str) -> Value {
    json!({ "key": "regulars", "label": { "zh": "常客", "en": "Regulars" }, "rule_text": rule })
}

/// What a version says: its number, its state, and what it changed as (what, before, after).
fn told(version: &Value) -> (u64, String, Vec<(String, Value, Value)>) {
    let changes = version["changes"].as_array().expect("changes");
    let changes = changes.iter().map(|c| (c["what"]["en"].as_str().expect("a name").to_owned(), c["before"]["text"].clone(), c["after"]["text"].clone()));
    (version["version"].as_u64().expect("a number"), version["state"].as_str().expect("a state").to_owned(), changes.collect())
}

#[tokio::test]
async fn a_segment_tells_its_versions_and_an_earlier_one_comes_back_as_the_next() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.post("/segments", segment("orders >= 6")).await.expect(201);
        app.with_body(Method::PUT, "/segments/regulars", segment("orders >= 10")).await.expect(200);
        app.post("/segments", json!({ "key": "rest", "label": { "zh": "其余", "en": "Rest" }, "rule_text": "not in segment(\"regulars\")" })).await.expect(201);
        let history = app.get("/segments/regulars/versions").await.expect(200);
        assert_eq!(history["used_by"], json!([{ "kind": "segment", "key": "rest", "label": { "zh": "其余", "en": "Rest" } }]));
        let items = history["items"].as_array().expect("versions");
        let rule = |before: &str, after: &str| vec![("rule".to_owned(), json!(before), json!(after))];
        assert_eq!(told(&items[0]), (2, "in_force".into(), rule("orders >= 6", "orders >= 10")));
        assert_eq!((told(&items[1]).0, told(&items[1]).1), (1, "earlier".into()));
        assert_eq!(items[1]["against_now"][0]["after"]["text"], "orders >= 6");
        assert_eq!(items[0]["against_now"], json!([]));
        assert!(items[0]["author"].is_string() && items[0]["published_at"].is_string());

        let back = app.post("/segments/regulars/restore", json!({ "version": 1 })).await.expect(200);
        assert_eq!(told(&back["items"][0]), (3, "in_force".into(), rule("orders >= 10", "orders >= 6")));
        assert_eq!(app.get("/segments/regulars").await.expect(200)["size"], 6);
        assert_eq!(app.post("/segments/regulars/restore", json!({ "version": 1 })).await.problem(), (409, "definition.in_force".into()));
        assert_eq!(app.post("/segments/regulars/restore", json!({ "version": 9 })).await.problem(), (422, "definition.version".into()));
        assert_eq!(app.post("/segments/nobody/restore", json!({ "version": 1 })).await.problem(), (404, "segment.not_found".into()));

        // one that was taken away is told, and comes back
        assert_eq!(app.delete("/segments/rest").await.status, 204);
        assert_eq!(app.get("/segments/rest/versions").await.expect(200)["items"][0]["state"], "taken_away");
        app.post("/segments/rest/restore", json!({ "version": 1 })).await.expect(200);
        let rest = app.get("/segments/rest").await.expect(200);
        assert_eq!((&rest["version"], &rest["size"]), (&2.into(), &6.into()));
        let actions: Vec<Value> = app.get("/audit?action=definition.published").await.expect(200)["items"].as_array().expect("entries").iter().map(|e| e["subject"].clone()).collect();
        assert_eq!(actions.iter().filter(|s| **s == json!("segment regulars")).count(), 3, "{actions:?}");
    }
}

#[tokio::test]
async fn what_was_opened_before_another_version_overwrites_nothing() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.post("/segments", segment("orders >= 6")).await.expect(201);
        app.post("/features", json!({ "key": "twice", "label": { "zh": "两倍", "en": "Twice" }, "description": { "zh": "x", "en": "x" }, "group": "custom", "value": "number",
            "definition": { "kind": "formula", "expr": { "binary": { "left": { "feature": "orders" }, "op": "*", "right": { "literal": 2 } } } } })).await.expect(201);
        for (path, document) in [("/segments/regulars", None), ("/features/twice", Some("")), ("/classifications/lifecycle", Some("definition"))] {
            let there = match document {
                Some("") => app.get("/features").await.expect(200)["items"].as_array().and_then(|all| all.iter().find(|f| f["key"] == "twice").cloned()).expect("the feature"),
                Some(part) => app.get(path).await.expect(200)[part].clone(),
                None => app.get(path).await.expect(200),
            };
            let opened = there["version"].as_u64().expect("a version");
            let body = |en: &str| match document {
                None => json!({ "label": { "zh": en, "en": en }, "rule_text": "orders >= 6" }),
                Some(part) => {
                    let mut next = there.clone();
                    next["label"] = json!({ "zh": en, "en": en });
                    if part.is_empty() { next } else { json!({ part: next }) }
                }
            };
            app.with_body(Method::PUT, &format!("{path}?version={opened}"), body("First")).await.expect(200);
            let late = app.with_body(Method::PUT, &format!("{path}?version={opened}"), body("Second")).await;
            assert_eq!(late.problem(), (409, "definition.moved".into()), "{path}");
            assert_eq!(late.json()["params"]["version"], opened + 1, "{path}");
            app.with_body(Method::PUT, &format!("{path}?version={}", opened + 1), body("Second")).await.expect(200);
            app.with_body(Method::PUT, path, body("Third")).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_day_as_known_then_is_told_by_the_version_in_force_on_it() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let day = app.ctx.app.today();
        let (then, today) = (format!("as_of={day}&known=then"), format!("as_of={day}"));
        app.post("/segments", segment("orders >= 6")).await.expect(201);
        let kept = app.get(&format!("/customers/export?{then}")).await.text();
        app.clock.set(crate::app::NOW.plus_days(2));
        app.with_body(Method::PUT, "/segments/regulars", segment("orders >= 10")).await.expect(200);
        app.post("/segments", json!({ "key": "rest", "label": { "zh": "其余", "en": "Rest" }, "rule_text": "not in segment(\"regulars\")" })).await.expect(201);
        let shipped = app.get("/classifications/purchase_frequency").await.expect(200);
        let mut mine = shipped["definition"].clone();
        mine["label"] = json!({ "zh": "我的", "en": "Mine" });
        app.with_body(Method::PUT, "/classifications/purchase_frequency", json!({ "definition": mine })).await.expect(200);

        let told = async |app: &mut TestApp, path: &str| {
            let s = app.get(path).await.expect(200);
            (s["version"].clone(), s["size"].clone(), s["rule_text"].clone(), s["in_force"].clone())
        };
        let until = day.plus(2).to_string();
        let earlier = json!({ "from": day, "until": until, "later": false });
        assert_eq!(told(&mut app, &format!("/segments/regulars?{then}")).await, (json!(1), json!(6), json!("orders >= 6"), earlier.clone()));
        assert_eq!(told(&mut app, &format!("/segments/regulars?{today}")).await, (json!(2), json!(2), json!("orders >= 10"), Value::Null));
        assert_eq!(app.get(&format!("/customers?segment=regulars&{then}")).await.expect(200)["total"], 6);
        // what there was none of yet is its first version after that day; whoever else counts in it counts as then
        let first = json!({ "from": until, "until": null, "later": true });
        assert_eq!(told(&mut app, &format!("/segments/rest?{then}")).await, (json!(1), json!(6), json!("not in segment(\"regulars\")"), first));
        let class = app.get(&format!("/classifications/purchase_frequency?{then}")).await.expect(200);
        assert_eq!((&class["label"], &class["version"], &class["in_force"]), (&shipped["label"], &shipped["version"], &json!({ "from": null, "until": until, "later": false })));
        // the explanation, too, and days held beside it are told by the same definition
        let id = crate::fields::id_of(&app, "M007").await;
        let why = app.get(&format!("/customers/{id}/why?segment=regulars&{then}")).await.expect(200);
        assert_eq!((&why["result"]["key"], &why["version"], &why["in_force"]), (&json!("in"), &json!(1), &earlier), "{why:#}");
        assert_eq!(app.get(&format!("/customers/{id}/why?segment=regulars&{today}")).await.expect(200)["result"]["key"], "out");
        let trend = app.get(&format!("/segments/regulars/trend?points=2&{then}")).await.expect(200);
        assert_eq!((&trend["version"], &trend["points"].as_array().and_then(|p| p.last()).expect("a day")["size"]), (&json!(1), &json!(6)), "{trend:#}");
        // what was taken away since is told then as it was; a list taken along then is the list taken along now
        app.delete("/segments/rest").await;
        app.delete("/segments/regulars").await;
        assert_eq!(told(&mut app, &format!("/segments/regulars?{then}")).await, (json!(1), json!(6), json!("orders >= 6"), earlier));
        assert_eq!(app.get(&format!("/segments/regulars?{today}")).await.problem(), (404, "segment.not_found".into()));
        assert_eq!(app.get(&format!("/customers/export?{then}")).await.text(), kept);
    }
}

#[tokio::test]
async fn what_ships_with_the_product_is_a_version_too() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let shipped = app.get("/classifications/purchase_frequency/versions").await.expect(200);
        let first = &shipped["items"][0];
        assert_eq!((first["state"].as_str(), &first["author"], shipped["items"].as_array().map(Vec::len)), (Some("in_force"), &Value::Null, Some(1)));
        let mut own = app.get("/classifications/purchase_frequency").await.expect(200)["definition"].clone();
        own["label"]["en"] = json!("How often");
        app.with_body(Method::PUT, "/classifications/purchase_frequency", json!({ "definition": own })).await.expect(200);
        let now = app.get("/classifications/purchase_frequency/versions").await.expect(200);
        let states: Vec<_> = now["items"].as_array().expect("versions").iter().map(|v| (v["version"].clone(), v["state"].clone())).collect();
        assert_eq!(states, [(json!(2), json!("in_force")), (json!(1), json!("shipped"))]);
        assert_eq!(now["items"][0]["changes"].as_array().map(Vec::len), Some(1));
        assert_eq!(now["items"][0]["changes"][0]["after"]["words"]["en"], "How often");
        let back = app.post("/classifications/purchase_frequency/restore", json!({ "version": 1 })).await.expect(200);
        assert_eq!(back["items"][0]["version"], 3);
        // a feature tells its formula
        let formula = json!({
            "key": "half", "label": { "zh": "一半", "en": "Half" }, "description": { "zh": "", "en": "" }, "group": "custom", "value": "number",
            "definition": { "kind": "formula", "expr": app.post("/rules/parse", json!({ "text": "orders / 2 > 1" })).await.expect(200)["rule"]["compare"]["left"] },
        });
        let made = app.post("/features", formula.clone()).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let told = app.get("/features/half/versions").await.expect(200);
        let all: Vec<_> = told["items"][0]["changes"].as_array().expect("changes").iter().filter_map(|c| c["after"]["text"].as_str()).collect();
        assert_eq!(all, ["orders / 2"]);
    }
}

#[tokio::test]
async fn sizes_of_days_before_are_those_of_the_lists_of_those_days() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.post("/segments", segment("orders_12m >= 4")).await.expect(201);
        let mut trend = app.get("/segments/regulars/trend?points=6").await.expect(200);
        while trend["pending"] != 0 {
            trend = app.get("/segments/regulars/trend?points=6").await.expect(200);
        }
        let points = trend["points"].as_array().expect("points").clone();
        assert_eq!(points.len(), 6);
        let mut moved = 0;
        for (i, p) in points.iter().enumerate() {
            let day = p["day"].as_str().expect("a day");
            let list = app.get(&format!("/customers?segment=regulars&as_of={day}&limit=1")).await.expect(200);
            assert_eq!(list["total"], p["size"], "{day}");
            let Some(before) = i.checked_sub(1).map(|b| &points[b]) else {
                assert_eq!((&p["entered"], &p["left"]), (&Value::Null, &Value::Null));
                continue;
            };
            let other = before["day"].as_str().expect("a day");
            for (what, n) in [("entered", &p["entered"]), ("left", &p["left"])] {
                let list = app.get(&format!("/customers?{what}=regulars%40{other}&as_of={day}&limit=1")).await.expect(200);
                assert_eq!(&list["total"], n, "{what} {other} to {day}");
                moved += n.as_u64().expect("a count");
            }
            let grew = p["size"].as_i64().expect("a size") - before["size"].as_i64().expect("a size");
            assert_eq!(grew, p["entered"].as_i64().expect("a count") - p["left"].as_i64().expect("a count"));
        }
        assert!(moved > 0, "nobody moved: {points:?}");

        let classes = app.get("/classifications/lifecycle/trend?points=3&step=week").await.expect(200);
        for (i, day) in classes["days"].as_array().expect("days").iter().enumerate() {
            let sizes: u64 = classes["classes"].as_array().expect("classes").iter().map(|c| c["sizes"][i].as_u64().expect("a size")).sum();
            assert_eq!(Some(sizes), day["total"].as_u64());
        }
        // a newer definition has sizes of its own
        app.with_body(Method::PUT, "/segments/regulars", segment("orders_12m >= 6")).await.expect(200);
        let next = app.get("/segments/regulars/trend?points=2").await.expect(200);
        assert_eq!(next["version"], 2);
        let size = app.get("/segments/regulars").await.expect(200)["size"].clone();
        assert_eq!(next["points"][1]["size"], size);
        assert_eq!(app.get("/segments/regulars/trend?points=1").await.problem(), (422, "trend.points".into()));
        assert_eq!(app.get("/customers?entered=regulars").await.problem(), (422, "request.day".into()));
    }
}

#[tokio::test]
async fn a_change_says_beforehand_who_would_come_and_go() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.post("/segments", segment("orders >= 6 and orders <= 9")).await.expect(201);
        let asked = json!({ "key": "regulars", "rule_text": "orders >= 8" });
        let moves = app.post("/segments/preview", asked).await.expect(200)["moves"].clone();
        let before = app.get("/segments/regulars").await.expect(200)["size"].clone();
        app.with_body(Method::PUT, "/segments/regulars", segment("orders >= 8")).await.expect(200);
        let after = app.get("/segments/regulars").await.expect(200)["size"].clone();
        assert_eq!(moves["before"], before);
        let n = |v: &Value| v.as_i64().expect("a number");
        assert_eq!(n(&after) - n(&before), n(&moves["entering"]) - n(&moves["leaving"]));
        assert!(n(&moves["entering"]) > 0 && n(&moves["leaving"]) > 0, "{moves}");
        assert_eq!(moves["entering_sample"].as_array().map(Vec::len), Some(n(&moves["entering"]).min(5) as usize));
        // a new one has nobody to lose
        assert_eq!(app.post("/segments/preview", json!({ "rule_text": "orders >= 8" })).await.expect(200)["moves"], Value::Null);

        let mut own = app.get("/classifications/lifecycle").await.expect(200)["definition"].clone();
        let classes = own["method"]["classes"].as_array().expect("classes").clone();
        own["method"]["classes"] = classes.iter().rev().cloned().collect();
        let preview = app.post("/classifications/preview", json!({ "definition": own })).await.expect(200);
        let total: u64 = preview["classes"].as_array().expect("classes").iter().map(|c| c["customers"].as_u64().expect("a size")).sum();
        assert_eq!(Some(total), preview["total"].as_u64());
        app.with_body(Method::PUT, "/classifications/lifecycle", json!({ "definition": own })).await.expect(200);
        let now = app.get("/classifications/lifecycle").await.expect(200);
        for class in preview["classes"].as_array().expect("classes") {
            let published = now["classes"].as_array().expect("classes").iter().find(|c| c["key"] == class["key"]);
            assert_eq!(published.map(|c| &c["customers"]), Some(&class["customers"]), "{}", class["key"]);
        }
        let links: u64 = preview["links"].as_array().expect("links").iter().map(|l| l["customers"].as_u64().expect("a count")).sum();
        assert_eq!(Some(links), preview["total"].as_u64());
        // what does not fit is said as when it is saved
        own["method"]["classes"][1]["key"] = own["method"]["classes"][0]["key"].clone();
        assert_eq!(app.post("/classifications/preview", json!({ "definition": own })).await.problem(), (422, "classification.twice".into()));
    }
}

#[tokio::test]
async fn a_version_over_what_is_hidden_is_told_to_nobody_who_may_not_see_it() {
    let mut app = TestApp::shop(None).await;
    app.post("/segments", segment("birthday is missing")).await.expect(201);
    app.with_body(Method::PUT, "/segments/regulars", segment("orders >= 6")).await.expect(200);
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let history = app.by(&analyst, Method::GET, "/segments/regulars/versions", None).await.expect(200);
    let first = &history["items"][1];
    assert_eq!((&first["hidden"], &first["changes"]), (&true.into(), &json!([])));
    assert!(!history.to_string().contains("birthday"), "{history}");
    let back = app.by(&analyst, Method::POST, "/segments/regulars/restore", Some(json!({ "version": 1 }))).await;
    assert_eq!(back.problem(), (403, "access.masked".into()));
}

#[tokio::test]
async fn what_names_a_segment_is_told_before_it_goes_and_a_deleted_one_says_by_whom() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let (_, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        app.post("/segments", segment("orders >= 6")).await.expect(201);
        let tile = json!({ "id": "a", "width": 1, "who": { "rule": "in segment(\"regulars\")" }, "show": { "kind": "number", "measure": { "stat": "count" } } });
        let board = app.post("/dashboards", json!({ "name": { "zh": "看板", "en": "Board" }, "tiles": [tile], "audience": "everyone" })).await.expect(201);
        let view = |query: Value| json!({ "name": "Mine", "query": query });
        app.post("/views", view(json!({ "segment": "regulars" }))).await.expect(201);
        app.post("/views", view(json!({ "entered": "regulars@2025-12-01", "sort": "-net", "was.lifecycle": "active@2025-01-01" }))).await.expect(201);
        app.post("/views", view(json!({ "segment": "regulars2" }))).await.expect(201);
        let hook = json!({ "url": format!("https://{}/in", crate::app::HOOKS), "description": "till", "types": ["segment.entered"], "segments": ["regulars"] });
        app.post("/webhooks", hook).await.expect(201);

        let kinds = |of: &Value| of.as_array().expect("users").iter().map(|u| u["kind"].as_str().expect("a kind").to_owned()).collect::<Vec<_>>();
        let told = app.get("/segments/regulars/versions").await.expect(200);
        assert_eq!((kinds(&told["used_by"]), &told["used_elsewhere"]), (["dashboard", "view", "view", "webhook"].map(str::to_owned).to_vec(), &json!(0)));
        assert_eq!((&told["used_by"][0]["key"], &told["used_by"][0]["label"]["en"], &told["used_by"][3]["label"]["zh"]), (&board["id"], &json!("Board"), &json!("till")));
        // somebody else's own views are counted, and so are webhooks for whoever does not set them
        let told = app.read(&manager, "/segments/regulars/versions").await.expect(200);
        let hooks = u64::from(!domain::access::Role::Manager.permissions().has(domain::access::Permission::SettingsWrite));
        assert_eq!(told["used_elsewhere"], 2 + hooks, "{told}");
        for (path, n) in [("/classifications/lifecycle/versions", 1), ("/features/net/versions", 1)] {
            let of_view = kinds(&app.get(path).await.expect(200)["used_by"]).iter().filter(|k| *k == "view").count();
            assert_eq!(of_view, n, "{path}");
        }

        let refused = app.by(&manager, Method::DELETE, "/segments/regulars", None).await;
        assert_eq!(refused.problem(), (409, "segment.named".into()));
        assert_eq!((&refused.json()["params"]["used_by"][0]["key"], &refused.json()["params"]["others"]), (&board["id"], &json!(2 + hooks)));
        assert_eq!(app.by(&manager, Method::DELETE, "/segments/regulars?anyway=true", None).await.status, 204);
        assert_eq!(app.get("/segments/regulars").await.problem(), (404, "segment.not_found".into()));
        let gone = app.get("/segments/regulars/versions").await.expect(200);
        assert_eq!((&gone["taken_away"]["by"], &gone["taken_away"]["label"]["en"], &gone["items"][0]["state"]), (&json!("the manager"), &json!("Regulars"), &json!("taken_away")));
        assert!(gone["taken_away"]["at"].is_string());
        let back = app.post("/segments/regulars/restore", json!({ "version": 1 })).await.expect(200);
        assert_eq!(back["taken_away"], Value::Null);
        // a definition that needs it is no question
        app.post("/segments", json!({ "key": "rest", "label": { "zh": "其余", "en": "Rest" }, "rule_text": "not in segment(\"regulars\")" })).await.expect(201);
        assert_eq!(app.delete("/segments/regulars?anyway=true").await.problem(), (409, "segment.in_use".into()));
    }
}
