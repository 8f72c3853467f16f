//! Every list goes page by page: nothing twice, nothing missed, whatever comes and goes in between; what is no page is refused.

use crate::{
    app::{TestApp, both},
    record_imports::bring,
};
use axum::{body::Body, http::{Method, header}};
use domain::{CustomerKey, access::{Personal, Role}, clock::{Clock, Instant}};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Lists that are short by nature and read as a whole: what a column can mean, the versions of
/// one definition, each told by what it changed against the one before, the facets of a list, dashboards to begin with, the tiles of one
/// dashboard, what a question in SQL may name, and what is done every day.
const WHOLE: [&str; 11] = ["/classifications/{key}/versions", "/customers/facets", "/customers/{id}/course", "/dashboards/templates", "/dashboards/{id}/figures", "/features/{key}/versions", "/imports/targets", "/schedules", "/segments/{key}/versions", "/session/businesses", "/sql/tables"];

/// Every list of the description: its address, and whether it goes page by page.
fn lists() -> Vec<(String, bool)> {
    let document = serde_json::to_value(api::openapi()).expect("json");
    let shape = |schema: &Value| match schema["$ref"].as_str() {
        Some(name) => document["components"]["schemas"][name.rsplit('/').next().unwrap_or_default()].clone(),
        None => schema.clone(),
    };
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let get = &item["get"];
        if shape(&get["responses"]["200"]["content"]["application/json"]["schema"])["properties"]["items"]["type"] == "array" {
            let has = |name: &str| get["parameters"].as_array().into_iter().flatten().any(|p| p["name"] == name);
            found.push((path.trim_start_matches(api::BASE).to_owned(), has("cursor") && has("limit")));
        }
    }
    found
}

#[test]
fn every_list_goes_page_by_page() {
    let whole: Vec<String> = lists().into_iter().filter(|(_, paged)| !paged).map(|(path, _)| path).collect();
    assert_eq!(whole, WHOLE);
    assert!(lists().len() >= 8, "{:?}", lists());
}

/// All of a list, `limit` at a time.
async fn walked(app: &mut TestApp, path: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    let joint = if path.contains('?') { '&' } else { '?' };
    for _ in 0..500 {
        let page = app.get(&format!("{path}{joint}limit={limit}&cursor={cursor}")).await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        assert!(items.len() <= limit, "{path}: {} of {limit}", items.len());
        all.extend(items);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return all,
        }
    }
    panic!("{path} has no end");
}

/// Pairs that may be one, some of them as probable as others, and two who were.
async fn alike(app: &mut TestApp) {
    let id = async |app: &mut TestApp, n: &str| app.get(&format!("/customers?q={n}")).await.expect(200)["items"][0]["id"].clone();
    let pair = |a: u32, chance: i64| store::duplicate::Duplicate {
        id: format!("dup_{a:03}"),
        a: CustomerKey(a),
        b: CustomerKey(a + 1),
        organisation: false,
        chance,
        state: store::duplicate::State::Open,
        reasons: json!([]),
        content: 1,
        cluster: CustomerKey(a),
        found_at: app_now(),
        decided_at: None,
        decided_by: None,
    };
    let workspace = app.ctx.app.settings().id.clone();
    let mut tx = app.ctx.app.store.begin().await.expect("begins");
    let found = [(0, 900_000_000), (2, 900_000_000), (4, 999_999_999), (6, 500_000_001)].map(|(a, chance)| pair(a, chance));
    store::duplicate::replace(&mut tx, &workspace, found.into()).await.expect("kept");
    tx.commit().await.expect("commits");
    for (survivor, merged) in [("M009", "M010"), ("M011", "M012")] {
        let body = json!({ "survivor": id(app, survivor).await, "merged": [id(app, merged).await] });
        app.post("/merges", body).await.expect(200);
    }
}

fn app_now() -> Instant {
    crate::app::NOW
}

#[tokio::test]
async fn pages_add_up_to_the_whole_and_what_is_no_page_is_refused() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.import(&[("more.csv", "会员号,姓名\nM900,甲\n")]).await;
        for name in ["a", "b", "c"] {
            app.post("/tokens", json!({ "name": name, "role": "viewer" })).await.expect(201);
            app.post("/invitations", json!({ "email": format!("{name}@shop.test"), "role": "viewer" })).await.expect(201);
            app.joined(Role::Viewer, Personal::ByRole).await;
            let tag = app.post("/tags", json!({ "name": name, "colour": "blue" })).await.expect(201)["id"].clone();
            app.post("/views", json!({ "name": name, "query": { "rule": "orders > 1" } })).await.expect(201);
            app.post("/businesses", json!({ "slug": format!("brand-{name}") })).await.expect(201);
            app.post("/sql/questions", json!({ "name": name, "text": "SELECT 1" })).await.expect(201);
            app.post("/sql/run", json!({ "text": "SELECT 1" })).await.expect(200);
            app.post("/dashboards", json!({ "name": { "zh": name, "en": name }, "tiles": [] })).await.expect(201);
            app.joined(Role::Agent, Personal::ByRole).await;
            let all = json!({ "kind": "tag_add", "subject": tag, "filter": { "rule": "orders >= 1" } });
            let request = app.request(Method::POST, "/changes").header("idempotency-key", format!("change-of-{name}")).header(header::CONTENT_TYPE, "application/json");
            app.send(request.body(Body::from(all.to_string())).expect("a request")).await.expect(200);
            app.post("/exports", json!({ "format": "csv" })).await.expect(202);
            app.signs_in("owner@shop.test", crate::app::PASSWORD).await;
            app.post("/webhooks", json!({ "url": "https://hooks.example.com/", "description": name, "types": ["segment.left"] })).await.expect(201);
        }
        let one = app.get("/customers?q=M011").await.expect(200)["items"][0]["id"].clone();
        let mut object = String::new();
        for name in ["甲", "乙"] {
            let fields = json!([{ "key": "who", "label": { "zh": "客户", "en": "Customer" }, "kind": "customer" }]);
            let made = app.post("/objects", json!({ "label": { "zh": name, "en": name }, "sections": [{ "fields": fields }] })).await.expect(201);
            object = made["id"].as_str().expect("an id").to_owned();
            let three: Vec<Value> = (0..3).map(|_| json!({ "values": { "who": one } })).collect();
            app.post(&format!("/objects/{object}/records/batch"), json!({ "records": three })).await.expect(201);
            for n in ["M010", "M012"] {
                let file = format!("Customer\n{n}\n");
                bring(&app, &app.me(), &format!("/objects/{object}/imports"), ("a.csv", file.as_bytes()), json!({}), None).await.expect(200);
            }
        }
        let hook = app.get("/webhooks").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        for _ in 0..3 {
            app.post(&format!("/webhooks/{hook}/test"), json!({})).await.expect(200);
        }
        alike(&mut app).await;
        for n in ["M001", "M002", "M003"] {
            let id = app.get(&format!("/customers?q={n}")).await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
            app.post(&format!("/customers/{id}/erasure"), json!({ "reason": "asked for it", "confirm": id })).await.expect(202);
        }
        let one = app.get("/customers?q=M011").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        for (path, _) in lists().into_iter().filter(|(_, paged)| *paged) {
            let path = path.replace("{id}", if path.starts_with("/webhooks") { &hook } else if path.starts_with("/objects") { &object } else { &one });
            let whole = app.get(&format!("{path}?limit=500")).await.expect(200)["items"].as_array().expect("items").clone();
            assert!(whole.len() > 1, "{path} shows nothing");
            for limit in [1, 2, 7].into_iter().filter(|limit| whole.len() / limit < 60) {
                assert_eq!(walked(&mut app, &path, limit).await, whole, "{path} by {limit}");
            }
            for bad in ["limit=0", "limit=501"] {
                assert_eq!(app.get(&format!("{path}?{bad}")).await.problem(), (422, "request.limit".into()), "{path}?{bad}");
            }
            for bad in ["limit=-1", "limit=x"] {
                assert_eq!(app.get(&format!("{path}?{bad}")).await.problem(), (400, "request.malformed".into()), "{path}?{bad}");
            }
            assert_eq!(app.get(&format!("{path}?cursor=%25%25")).await.problem(), (422, "request.cursor".into()), "{path}");
            // a list that is at hand as a whole is sorted by each of its fields, both ways
            let unknown = app.get(&format!("{path}?sort=nothing")).await;
            if unknown.problem_code() == "request.sort" {
                for name in unknown.json()["params"]["sorts"].as_array().expect("names").iter().filter_map(Value::as_str) {
                    let sorted = app.get(&format!("{path}?sort=-{name}")).await.expect(200)["items"].as_array().expect("items").clone();
                    assert_eq!((sorted.len(), walked(&mut app, &format!("{path}?sort=-{name}"), whole.len().div_ceil(2)).await), (whole.len(), sorted), "{path} by {name}");
                }
                assert_eq!(app.get(&format!("{path}?q=nothing%20is%20called%20so")).await.expect(200)["items"], json!([]), "{path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_who_come_while_pages_are_read_shift_nobody() {
    let mut app = TestApp::shop(None).await;
    let before = app.get("/customers?limit=500").await.expect(200);
    let there: BTreeSet<String> = before["items"].as_array().expect("items").iter().map(|i| i["id"].as_str().expect("an id").to_owned()).collect();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for n in 0.. {
        let page = app.get(&format!("/customers?limit=3&cursor={cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().expect("items").iter().map(|i| i["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
        // somebody who is worth more than all others: the first of the list from now on
        let order = json!({ "number": format!("N{n}"), "at": "2025-12-30", "paid": 900_000 + n, "customer": { "id": format!("N{n}") } });
        app.post("/orders", order).await.expect(202);
        app.clock.set(Instant(app.clock.now().0 + 1_000_000));
        flow::inbox::carry(&app.ctx.app, None).await.expect("it is moved");
    }
    let once: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "somebody was met twice");
    assert!(there.is_subset(&once), "somebody was missed");
}
