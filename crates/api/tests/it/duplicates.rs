//! Customers who are one, by the API: found, laid side by side, decided, merged, and parted again.

use crate::app::{TestApp, Who, both};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

async fn id(app: &TestApp, who: &Who, number: &str) -> String {
    text(&app.read(who, &format!("/customers?q={number}")).await.expect(200)["items"][0]["id"])
}

async fn post(app: &TestApp, who: &Who, path: &str, body: Value) -> crate::app::Answer {
    app.by(who, Method::POST, path, Some(body)).await
}

/// Members and some of them again, compared by the server's own worker.
async fn searched(url: Option<String>) -> TestApp {
    let mut app = TestApp::ready(url).await;
    let (members, again, _) = testkit::doubles::doubles(240, 5);
    app.import(&[("会员.csv", &members)]).await;
    app.import(&[("门店登记.csv", &again)]).await;
    let me = app.me();
    let job = post(&app, &me, "/duplicates/search", json!({})).await.expect(202);
    let twice = post(&app, &me, "/duplicates/search", json!({})).await.expect(202);
    assert_eq!(job["id"], twice["id"], "while one is open the same again is the same");
    let workers = flow::jobs::Workers::start(&app.ctx.app);
    assert_eq!(app.ended(&me, job["id"].as_str().expect("an id")).await["state"], "done");
    workers.stop().await;
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_walked_decided_and_taken_back() {
    for url in both().await {
        let app = searched(url).await;
        let me = app.me();
        let page = app.read(&me, "/duplicates?limit=500").await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        assert!(items.len() > 20 && page["total"] == items.len() && page["searched_at"].is_string(), "{}", page["total"]);
        assert!(items.windows(2).all(|w| w[0]["probability"].as_f64() >= w[1]["probability"].as_f64()));
        let sure = app.read(&me, "/duplicates?from=0.99&limit=500").await.expect(200);
        let rest = app.read(&me, "/duplicates?below=0.99&limit=500").await.expect(200);
        assert_eq!(sure["total"].as_u64().unwrap_or(0) + rest["total"].as_u64().unwrap_or(0), items.len() as u64);
        assert_eq!(app.read(&me, "/duplicates?kind=organisation").await.expect(200)["total"], 0);
        for (query, code) in [("from=2", "duplicate.probability"), ("state=x", "duplicate.state"), ("kind=x", "duplicate.kind")] {
            assert_eq!(app.read(&me, &format!("/duplicates?{query}")).await.problem(), (422, code.into()), "{query}");
        }

        let pair = text(&items[0]["id"]);
        let shown = app.read(&me, &format!("/duplicates/{pair}")).await.expect(200);
        let field = |name: &str| shown["fields"].as_array().expect("fields").iter().find(|f| f["field"] == name).cloned().unwrap_or_default();
        assert_eq!((&field("name")["choose"].is_boolean(), &field("attribute.birthday")["agreement"]), (&true, &json!("equal")), "{shown:#}");
        assert_eq!(field("attribute.birthday")["label"], json!({ "zh": "生日", "en": "Birthday" }));

        // merged out of the queue: one customer, an old address leads to them, and the same again is the same
        let (a, b) = (text(&shown["a"]["id"]), text(&shown["b"]["id"]));
        let before = app.read(&me, "/customers?limit=1").await.expect(200)["total"].clone();
        let draft = json!({ "decision": "merge", "survivor": a, "fields": { "name": b } });
        let made = post(&app, &me, &format!("/duplicates/{pair}/decision"), draft.clone()).await.expect(200);
        assert_eq!((&made["pair"]["state"], &made["merge"]["survivor"]["id"], &made["merge"]["merged"]["id"]), (&json!("merged"), &json!(a), &json!(b)));
        assert_eq!(post(&app, &me, &format!("/duplicates/{pair}/decision"), draft).await.expect(200)["merge"]["id"], made["merge"]["id"]);
        assert_eq!(app.read(&me, "/customers?limit=1").await.expect(200)["total"].as_u64(), before.as_u64().map(|n| n - 1));
        assert_eq!(app.read(&me, &format!("/customers/{b}")).await.expect(200)["id"], json!(a));
        let refused = post(&app, &me, &format!("/duplicates/{pair}/decision"), json!({ "decision": "distinct" })).await;
        assert_eq!(refused.problem(), (409, "duplicate.merged".into()));
        let lineage = app.read(&me, &format!("/customers/{b}/duplicates")).await.expect(200);
        assert_eq!((&lineage["merges"][0]["id"], &lineage["merges"][0]["author_name"]), (&made["merge"]["id"], &json!("王掌柜")));
        assert_eq!(app.read(&me, "/merges").await.expect(200)["items"][0]["id"], made["merge"]["id"]);

        let merge = text(&made["merge"]["id"]);
        let back = post(&app, &me, &format!("/merges/{merge}/undo"), json!({})).await.expect(200);
        assert!(back["merges"][0]["undone_at"].is_string() && back["merges"][0]["stayed"]["notes"] == 0, "{back}");
        assert_eq!(post(&app, &me, &format!("/merges/{merge}/undo"), json!({})).await.expect(200)["merges"][0]["undone_at"], back["merges"][0]["undone_at"]);
        assert_eq!((app.read(&me, &format!("/customers/{b}")).await.expect(200)["id"].clone(), app.read(&me, "/customers?limit=1").await.expect(200)["total"].clone()), (json!(b), before));
        assert_eq!(app.read(&me, &format!("/duplicates/{pair}")).await.expect(200)["pair"]["state"], "open");

        // all that are beyond doubt
        let n = sure["total"].as_u64().expect("a number");
        assert_eq!(post(&app, &me, "/duplicates/merge", json!({ "from": 0.99, "expected": n + 1 })).await.problem(), (409, "duplicate.moved".into()));
        assert_eq!(post(&app, &me, "/duplicates/merge", json!({ "from": 0.6, "expected": n })).await.problem(), (422, "duplicate.unsure".into()));
        let all = post(&app, &me, "/duplicates/merge", json!({ "from": 0.99, "expected": n })).await.expect(200);
        assert_eq!(all["left"], 0);
        let undone = post(&app, &me, &format!("/merges/{}/undo", text(&all["batch"])), json!({})).await.expect(200);
        assert_eq!(undone["merges"].as_array().map(Vec::len), all["merged"].as_u64().map(|n| n as usize));
        let log = app.read(&me, "/audit?action=customers.merged&limit=500").await.expect(200);
        assert_eq!(log["items"].as_array().map(Vec::len), all["merged"].as_u64().map(|n| n as usize + 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merging_by_hand_keeps_what_people_wrote_and_programs_post() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let (one, two) = (id(&app, &me, "M001").await, id(&app, &me, "M002").await);
        app.post(&format!("/customers/{two}/notes"), json!({ "body": "喜欢龙井" })).await.expect(201);
        let tag = text(&app.post("/tags", json!({ "name": "VIP" })).await.expect(201)["id"]);
        let request = |kind: &str, customer: &str| json!({ "kind": kind, "subject": tag, "customers": [customer] });
        let change = async |app: &mut TestApp, key: &str, body: Value| {
            let request = app.request(Method::POST, "/changes").header("idempotency-key", key).header("content-type", "application/json");
            app.send(request.body(axum::body::Body::from(body.to_string())).expect("a request")).await.expect(200)
        };
        change(&mut app, "key-00001", request("tag_add", &two)).await;
        app.post("/segments", json!({ "key": "fixed", "label": { "zh": "名单", "en": "List" }, "customers": [two] })).await.expect(201);
        let side = app.read(&me, &format!("/duplicates/compare?a={one}&b={two}")).await.expect(200);
        assert_eq!((&side["a"]["orders"], &side["b"]["orders"], &side["suggested"]), (&json!(1), &json!(2), &json!("b")));

        let made = post(&app, &me, "/merges", json!({ "survivor": one, "merged": [two] })).await.expect(200);
        let profile = app.read(&me, &format!("/customers/{two}")).await.expect(200);
        let of = |p: &Value, key: &str| p["features"].as_array().expect("features").iter().find(|f| f["key"] == key).cloned().unwrap_or_default()["value"]["value"].clone();
        assert_eq!((&profile["id"], of(&profile, "orders"), &profile["tags"][0]["name"]), (&json!(one), json!(3), &json!("VIP")));
        assert_eq!(app.read(&me, &format!("/customers/{two}/timeline?types=note")).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(app.read(&me, "/customers?segment=fixed").await.expect(200)["items"][0]["id"], json!(one));
        assert_eq!(app.read(&me, &format!("/customers?tag={tag}")).await.expect(200)["items"][0]["id"], json!(one));
        assert_eq!(app.read(&me, "/customers?q=M002").await.expect(200)["items"][0]["id"], json!(one), "an old number finds them");
        let why = app.read(&me, &format!("/customers/{two}/why?segment=fixed")).await.expect(200);
        assert_eq!(why["result"]["key"], app.read(&me, &format!("/customers/{one}/why?segment=fixed")).await.expect(200)["result"]["key"]);
        assert_eq!(post(&app, &me, "/merges", json!({ "survivor": one, "merged": [two] })).await.expect(200)["merges"][0]["id"], made["merges"][0]["id"]);
        assert_eq!(app.read(&me, &format!("/duplicates/compare?a={one}&b={two}")).await.problem(), (422, "merge.self".into()));

        // a program posts under the old number; later each has their own again
        app.post("/orders", json!({ "number": "P1", "at": "2025-12-30", "paid": 5000, "customer": { "id": "M002" } })).await.expect(202);
        flow::inbox::carry(&app.ctx.app, None).await.expect("moved");
        assert_eq!(of(&app.read(&me, &format!("/customers/{one}")).await.expect(200), "orders"), json!(4));
        change(&mut app, "key-00002", request("tag_remove", &one)).await;
        let undone = post(&app, &me, &format!("/merges/{}/undo", text(&made["merges"][0]["id"])), json!({ "distinct": true })).await.expect(200);
        assert!(undone["merges"][0]["undone_at"].is_string());
        let (a, b) = (app.read(&me, &format!("/customers/{one}")).await.expect(200), app.read(&me, &format!("/customers/{two}")).await.expect(200));
        assert_eq!((of(&a, "orders"), of(&b, "orders"), &b["tags"]), (json!(1), json!(3), &json!([])), "a tag taken off while they were one is off");
        assert_eq!(app.read(&me, "/customers?segment=fixed").await.expect(200)["items"][0]["id"], json!(two));
        let distinct = app.read(&me, "/duplicates?state=distinct").await.expect(200);
        assert_eq!(distinct["total"], 1);

        for (body, problem) in [
            (json!({ "survivor": one, "merged": [] }), (422, "merge.nobody")),
            (json!({ "survivor": one, "merged": [one] }), (422, "merge.self")),
            (json!({ "survivor": one, "merged": ["cus_nobody"] }), (404, "customer.not_found")),
            (json!({ "survivor": one, "merged": [two], "fields": { "shoe": one } }), (422, "merge.field")),
        ] {
            let (status, code) = post(&app, &me, "/merges", body.clone()).await.problem();
            assert_eq!((status, code.as_str()), problem, "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_no_details_decides_by_reasons_that_show_none() {
    let app = searched(None).await;
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let page = app.read(&analyst, "/duplicates?limit=5").await.expect(200);
    let pair = text(&page["items"][0]["id"]);
    let shown = app.read(&analyst, &format!("/duplicates/{pair}")).await.expect(200);
    let whole = app.read(&app.me(), &format!("/duplicates/{pair}")).await.expect(200);
    let field = |v: &Value, name: &str| v["fields"].as_array().expect("fields").iter().find(|f| f["field"] == name).cloned().unwrap_or_default();
    assert_eq!((&field(&shown, "attribute.birthday")["masked"], &field(&shown, "attribute.birthday")["a"][0]["en"]), (&json!(true), &json!("(hidden)")));
    let secrets = [field(&whole, "attribute.birthday")["a"][0]["en"].clone(), field(&whole, "phone")["a"][0]["en"].clone(), field(&whole, "email")["a"][0]["en"].clone()];
    for secret in secrets.iter().filter_map(Value::as_str) {
        assert!(!shown.to_string().contains(secret) && !page.to_string().contains(secret), "{secret}");
    }
    let reasons = |v: &Value| v["pair"]["reasons"].clone();
    assert_eq!(reasons(&shown), reasons(&whole), "how far they agree is told to both");
    assert_eq!(post(&app, &viewer, &format!("/duplicates/{pair}/decision"), json!({ "decision": "later" })).await.problem(), (403, "access.denied".into()));
    assert_eq!(post(&app, &analyst, &format!("/duplicates/{pair}/decision"), json!({ "decision": "later" })).await.expect(200)["pair"]["state"], "later");
}
