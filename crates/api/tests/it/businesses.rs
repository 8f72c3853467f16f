//! Several businesses on one server, on SQLite and on PostgreSQL: nothing of one is seen, found or taken from another.

use crate::{
    app::{Answer, PASSWORD, TestApp, Who, both, customers_csv, orders_csv, session_of, setup_form},
    walls::{body, operations},
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::access::{Personal, Role};
use futures::StreamExt;
use serde_json::{Value, json};
use std::{collections::{BTreeMap, BTreeSet}, time::Duration};

/// Stands in every text of the other business.
const CANARY: &str = "ZQ-B-";

/// A business in whose every text the canary stands.
pub async fn planted(first: &TestApp) -> TestApp {
    let mut b = first.business("brand-b").await;
    let named = |what: &str| json!({ "zh": format!("{CANARY}{what}"), "en": format!("{CANARY}{what}") });
    b.with_body(Method::PUT, "/workspace", json!({ "name": format!("{CANARY}business"), "lang": "en" })).await.expect(200);
    let people = customers_csv().replace("客户", &format!("{CANARY}客户")).replace('M', "ZQ-B-M").replace("上海", "ZQ-B-city");
    let orders = orders_csv().replace(",M", ",ZQ-B-M").replace("小程序", "ZQ-B-channel");
    b.import(&[("ZQ-B-people.csv", &people), ("ZQ-B-orders.csv", &orders)]).await;
    let customer = b.get("/customers").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    let tag = b.post("/tags", json!({ "name": "ZQ-B-tag", "colour": "blue" })).await.expect(201)["id"].clone();
    b.post(&format!("/customers/{customer}/notes"), json!({ "body": "ZQ-B-note" })).await.expect(201);
    b.post("/views", json!({ "name": "ZQ-B-view", "query": { "rule": "orders > 1" }, "audience": "everyone" })).await.expect(201);
    b.post("/segments", json!({ "key": "zq_b_segment", "label": named("segment"), "rule_text": "orders > 1" })).await.expect(201);
    b.post("/sql/questions", json!({ "name": "ZQ-B-question", "text": "SELECT 'ZQ-B-sql'", "audience": "everyone" })).await.expect(201);
    b.post("/sql/run", json!({ "text": "SELECT 'ZQ-B-asked'" })).await.expect(200);
    b.post("/dashboards", json!({ "name": named("board"), "tiles": [] })).await.expect(201);
    let fields = json!([{ "key": "what", "label": named("field"), "kind": "text" }, { "key": "who", "label": named("who"), "kind": "customer" }]);
    let object = b.post("/objects", json!({ "label": named("object"), "sections": [{ "fields": fields }] })).await.expect(201)["id"].as_str().expect("an id").to_owned();
    b.post(&format!("/objects/{object}/records"), json!({ "values": { "what": "ZQ-B-record", "who": customer } })).await.expect(201);
    b.post("/webhooks", json!({ "url": "https://hooks.example.com/zq-b", "description": "ZQ-B-hook", "types": ["segment.left"] })).await.expect(201);
    b.post("/tokens", json!({ "name": "ZQ-B-token", "role": "viewer" })).await.expect(201);
    b.post("/invitations", json!({ "email": "zq-b-guest@shop.test", "role": "viewer" })).await.expect(201);
    b.post("/exports", json!({ "format": "csv" })).await.expect(202);
    let all = json!({ "kind": "tag_add", "subject": tag, "filter": { "rule": "orders >= 1" } });
    let request = b.request(Method::POST, "/changes").header("idempotency-key", "change-of-zq-b").header(header::CONTENT_TYPE, "application/json");
    b.send(request.body(Body::from(all.to_string())).expect("a request")).await.expect(200);
    b.joined(Role::Agent, Personal::ByRole).await;
    b
}

/// Every id an answer names.
fn ids(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(s) => {
            let id = s.split_once('_').is_some_and(|(prefix, rest)| (1..=4).contains(&prefix.len()) && rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
            if id {
                found.insert(s.clone());
            }
        }
        Value::Array(all) => all.iter().for_each(|v| ids(v, found)),
        Value::Object(map) => map.values().for_each(|v| ids(v, found)),
        _ => {}
    }
}

/// What all readings without a parameter in their path say, and the ids they name; but the list of businesses, which is no business's own.
pub async fn all_of(app: &TestApp, who: &Who) -> (String, BTreeSet<String>) {
    let (mut text, mut found) = (String::new(), BTreeSet::new());
    for o in operations().iter().filter(|o| o.method == Method::GET && !o.path.contains('{') && !o.path.ends_with("/events") && o.path != "/businesses") {
        let answer = app.read(who, &o.path).await;
        text.push_str(&answer.text());
        if let Ok(value) = serde_json::from_slice(&answer.bytes) {
            ids(&value, &mut found);
        }
    }
    (text, found)
}

/// One of each kind.
pub fn one_of_each(all: &BTreeSet<String>) -> Vec<String> {
    let kinds: BTreeMap<&str, &String> = all.iter().filter_map(|id| Some((id.split_once('_')?.0, id))).collect();
    kinds.into_values().cloned().collect()
}

fn cookie(who: &Who) -> String {
    match who {
        Who::Session(cookie) => cookie.clone(),
        _ => panic!("nobody is signed in"),
    }
}

#[tokio::test]
async fn what_is_of_another_business_is_answered_as_what_nobody_has() {
    for url in both().await {
        let every = url.is_none();
        let mut a = TestApp::shop(url).await;
        let b = planted(&a).await;
        let (_, theirs) = all_of(&b, &b.me()).await;
        let theirs = one_of_each(&theirs);
        assert!(theirs.len() >= 14, "few kinds of ids: {theirs:?}");
        let known = json!({
            "classification": a.get("/classifications/lifecycle").await.expect(200)["definition"],
            "feature": a.get("/features").await.expect(200)["items"][0],
        });
        let me = a.me();
        let mut checked = 0;
        for o in operations().iter().filter(|o| o.needs != "open") {
            for (place, name) in &o.parameters {
                if !matches!((place.as_str(), name.as_str()), ("path", "id" | "key" | "field" | "delivery") | ("query", "segment" | "classification" | "tag" | "owner")) {
                    continue;
                }
                let keys = ["zq_b_segment".to_owned()];
                // on SQLite every id at every place; on PostgreSQL each place has some of them, and each of them some places
                let from = checked % theirs.len();
                let some = if every { theirs.len() } else { 3 };
                for id in theirs.iter().cycle().skip(from).take(some).chain(&keys) {
                    let nobodys = match id.split_once('_') {
                        Some((prefix, rest)) if rest.len() == 26 => format!("{prefix}_01j00000000000000000000000"),
                        _ => "zz_nobodys".to_owned(),
                    };
                    let mut answers = Vec::new();
                    for id in [id, &nobodys] {
                        let path = match place.as_str() {
                            "path" => o.path.replace(&format!("{{{name}}}"), id).replace("{id}", "whk_nobody").replace("{field}", "x").replace("{delivery}", "x"),
                            _ => format!("{}?{name}={id}", o.path.replace("{id}", "x").replace("{key}", "x")),
                        };
                        let path = if o.path.ends_with("/why") && place == "path" { format!("{path}?classification=lifecycle") } else { path };
                        let answer = a.by(&me, o.method.clone(), &path, body(o, &known)).await;
                        assert!(!answer.text().contains(CANARY), "{} {path}: {}", o.method, answer.text());
                        answers.push((answer.status.as_u16(), answer.text().replace(id.as_str(), "[id]")));
                    }
                    assert_eq!(answers[0], answers[1], "{} {} with {id}", o.method, o.path);
                    assert_eq!(answers[0].0, 404, "{} {} with {id}: {}", o.method, o.path, answers[0].1);
                    checked += 1;
                }
            }
        }
        assert!(checked > if every { 800 } else { 200 }, "only {checked} were tried");
        // and in bodies
        let of = |prefix: &str| theirs.iter().find(|id| id.starts_with(prefix)).cloned().unwrap_or_else(|| panic!("no {prefix} among {theirs:?}"));
        let mine = a.get("/customers").await.expect(200)["items"][0]["id"].clone();
        let merge = json!({ "survivor": mine, "merged": [of("cus_")] });
        assert_eq!(a.post("/merges", merge).await.problem().0, 404);
        let change = json!({ "kind": "tag_add", "subject": of("tag_"), "filter": { "rule": "orders >= 1" } });
        let request = a.request(Method::POST, "/changes").header("idempotency-key", "a-foreign-tag").header(header::CONTENT_TYPE, "application/json");
        assert_eq!(a.send(request.body(Body::from(change.to_string())).expect("a request")).await.problem().0, 404);
        // nothing of it changed there
        let (_, still) = all_of(&b, &b.me()).await;
        assert!(theirs.iter().all(|id| still.contains(id)), "something of theirs is gone");
    }
}

#[tokio::test]
async fn nothing_of_one_is_in_any_answer_of_another() {
    for url in both().await {
        let a = TestApp::shop(url).await;
        let mut heard = a.listen(&a.me(), "/jobs/events").await;
        let workers = flow::jobs::Workers::start(&a.ctx.app);
        let b = planted(&a).await;
        let (mut whole, mine) = all_of(&a, &a.me()).await;
        for role in [Role::Manager, Role::Analyst, Role::Agent, Role::Viewer] {
            whole += &all_of(&a, &a.joined(role, Personal::ByRole).await.1).await.0;
        }
        assert!(!whole.contains(CANARY) && !whole.contains("zq_b") && !whole.contains("zq-b"), "{}", whole.split('{').find(|s| s.contains(CANARY)).unwrap_or_default());
        let mut crawled = 0;
        for o in operations().iter().filter(|o| o.method == Method::GET && o.path.contains('{') && !o.path.ends_with("/events")) {
            for id in one_of_each(&mine).iter().map(String::as_str).chain(["lifecycle", "orders", "rfm"]) {
                let answer = a.read(&a.me(), &o.path.replace("{id}", id).replace("{key}", id).replace("{delivery}", id)).await;
                assert!(!answer.text().contains(CANARY), "GET {} with {id}: {}", o.path, answer.text());
                crawled += usize::from(answer.status == 200);
            }
        }
        assert!(crawled > 10, "only {crawled} said anything");
        for q in ["ZQ-B", "ZQ-B-%E5%AE%A2%E6%88%B7", "13800000001"] {
            let found = a.read(&a.me(), &format!("/customers?q={q}")).await.expect(200);
            assert!(!found.to_string().contains(CANARY), "{found}");
        }
        while let Ok(Some(part)) = tokio::time::timeout(Duration::from_millis(1_500), heard.next()).await {
            let part = String::from_utf8_lossy(&part.expect("a part")).into_owned();
            assert!(!part.contains(CANARY) && !b.ctx.app.settings().id.is_empty() && !part.contains(&b.ctx.app.settings().id), "{part}");
        }
        workers.stop().await;
        // whoever looks after the server knows what it calls itself, and no more
        let listed = a.read(&a.me(), "/businesses").await.expect(200).to_string();
        assert_eq!(listed.matches(CANARY).count(), 1, "{listed}");
        // counted by nobody else either
        assert_eq!(a.read(&a.me(), "/overview").await.expect(200)["customers"], 12);
        assert_eq!(b.read(&b.me(), "/overview").await.expect(200)["customers"], 12);
    }
}

#[tokio::test]
async fn whoever_is_signed_in_to_one_is_nobody_in_another() {
    for url in both().await {
        let a = TestApp::ready(url).await;
        let b = a.business("brand-b").await;
        let (of_a, of_b) = (cookie(&a.me()), cookie(&b.me()));
        assert!(of_a.starts_with("zhiyin=") && of_b.starts_with("zhiyin.brand-b="), "{of_a} {of_b}");
        let secret = |cookie: &str| cookie.split_once('=').expect("a cookie").1.to_owned();
        let (_, token_a) = a.token(&a.me(), json!({ "name": "x", "role": "viewer" })).await;
        let (_, token_b) = b.token(&b.me(), json!({ "name": "x", "role": "viewer" })).await;
        for o in operations().iter().filter(|o| o.needs != "open" && !o.path.contains('{') && o.method == Method::GET) {
            for who in [Who::Session(of_a.clone()), Who::Session(format!("zhiyin.brand-b={}", secret(&of_a))), token_a.clone()] {
                assert_eq!(b.read(&who, &o.path).await.problem(), (401, "session.required".into()), "{} of the other by {who:?}", o.path);
            }
            for who in [Who::Session(of_b.clone()), Who::Session(format!("zhiyin={}", secret(&of_b))), token_b.clone()] {
                assert_eq!(a.read(&who, &o.path).await.problem(), (401, "session.required".into()), "{} of the first by {who:?}", o.path);
            }
        }
        // the same address in both is two accounts
        assert_eq!(b.read(&token_b, "/overview").await.status, 200);
        let (_, guest) = a.joined(Role::Viewer, Personal::ByRole).await;
        let email = a.read(&guest, "/session").await.expect(200)["user"]["email"].as_str().expect("an address").to_owned();
        let tried = b.by(&Who::Nobody, Method::POST, "/session", Some(json!({ "email": email, "password": PASSWORD }))).await;
        assert_eq!(tried.problem(), (401, "session.wrong".into()));
        // signing out of one leaves the other, in a browser that is in both
        let both_in = Who::Session(format!("{of_a}; {of_b}"));
        let names = async |app: &TestApp| -> Vec<(String, bool)> {
            let list = app.read(&both_in, "/session/businesses").await.expect(200);
            list["items"].as_array().expect("items").iter().map(|i| (i["path"].as_str().expect("a path").to_owned(), i["here"] == true)).collect()
        };
        assert_eq!(names(&a).await, [(String::new(), true), ("/w/brand-b".to_owned(), false)]);
        assert_eq!(names(&b).await, [(String::new(), false), ("/w/brand-b".to_owned(), true)]);
        assert_eq!(a.read(&a.me(), "/session/businesses").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(a.read(&Who::Nobody, "/session/businesses").await.expect(200), json!({ "items": [] }));
        assert_eq!(a.read(&token_a, "/session/businesses").await.expect(200), json!({ "items": [] }));
        let out = b.by(&both_in, Method::DELETE, "/session", None).await;
        assert_eq!(out.status, 204);
        assert!(out.headers.get_all("set-cookie").iter().all(|c| c.to_str().is_ok_and(|c| c.contains(".brand-b="))), "{:?}", out.headers);
        assert_eq!(names(&a).await, [(String::new(), true)]);
        assert_eq!(b.read(&both_in, "/overview").await.status, 401);
        assert_eq!(a.read(&both_in, "/overview").await.status, 200);
    }
}

#[tokio::test]
async fn owners_of_the_first_add_a_business_and_its_founder_sets_it_up() {
    for url in both().await {
        let mut a = TestApp::ready(url).await;
        assert_eq!(a.get("/businesses").await.expect(200), json!({ "items": [], "next_cursor": null }));
        for (form, status, code) in [
            (json!({ "slug": "Brand B" }), 422, "business.slug"),
            (json!({ "slug": "../x" }), 422, "business.slug"),
            (json!({ "slug": "api" }), 422, "business.reserved"),
            (json!({ "slug": "brand-b", "lang": "fr" }), 422, "business.form"),
        ] {
            assert_eq!(a.post("/businesses", form.clone()).await.problem(), (status, code.into()), "{form}");
        }
        let made = a.post("/businesses", json!({ "slug": "brand-b", "lang": "en" })).await.expect(201);
        assert_eq!((&made["business"]["state"], &made["business"]["path"]), (&json!("waiting"), &json!("/w/brand-b")));
        let link = made["link"].as_str().expect("a link").to_owned();
        assert!(link.starts_with("/w/brand-b/setup?lang=en#token="), "{link}");
        assert_eq!(a.post("/businesses", json!({ "slug": "brand-b" })).await.problem(), (409, "business.taken".into()));
        let id = made["business"]["id"].as_str().expect("an id").to_owned();
        // a later link is the one that is good
        let later = a.post(&format!("/businesses/{id}/link"), json!({})).await.expect(200)["link"].as_str().expect("a link").to_owned();
        let token = |link: &str| link.split("token=").nth(1).and_then(|t| t.split('&').next()).expect("a token").to_owned();
        let found = async |token: String| send(&a, Method::POST, "/w/brand-b/api/v1/setup", None, Some(setup_form(&token))).await;
        assert_eq!(found(token(&link)).await.problem(), (422, "setup.token".into()));
        let founder = session_of(&found(token(&later)).await);
        assert!(cookie(&founder).starts_with("zhiyin.brand-b="));
        assert_eq!(a.post(&format!("/businesses/{id}/link"), json!({})).await.problem(), (409, "business.founded".into()));
        let row = a.get("/businesses").await.expect(200)["items"][0].clone();
        assert_eq!((&row["state"], &row["name"], &row["customers"]), (&json!("open"), &json!("小店"), &json!(0)));
        assert!(row["bytes"].as_u64().is_some_and(|b| b > 10_000) && row["last_seen_at"].is_string(), "{row}");
        // nobody else manages the list, and in another business there is none
        let theirs = Some(cookie(&founder));
        assert_eq!(send(&a, Method::GET, "/w/brand-b/api/v1/businesses", theirs.as_deref(), None).await.problem(), (404, "not_found".into()));
        assert_eq!(send(&a, Method::POST, "/w/brand-b/api/v1/businesses", theirs.as_deref(), Some(json!({ "slug": "brand-c" }))).await.problem(), (404, "not_found".into()));
        for role in [Role::Manager, Role::Analyst, Role::Agent, Role::Viewer] {
            let (_, who) = a.joined(role, Personal::ByRole).await;
            assert_eq!(a.read(&who, "/businesses").await.problem(), (403, "access.denied".into()), "{role}");
        }
        let actions: Vec<Value> = a.get("/audit").await.expect(200)["items"].as_array().expect("items").iter().map(|i| i["action"].clone()).collect();
        for action in ["business.added", "business.offered"] {
            assert!(actions.iter().any(|a| a == action), "{action} among {actions:?}");
        }
        // its own description and docs name its own address
        let described = send(&a, Method::GET, "/w/brand-b/api/v1/openapi.json", None, None).await.expect(200);
        assert_eq!(described["servers"], json!([{ "url": "/w/brand-b" }]));
        let docs = send(&a, Method::GET, "/w/brand-b/docs/en", None, None).await.text();
        assert!(docs.contains("href=\"/w/brand-b/settings/tokens\"") && docs.contains("ZHIYIN=http://127.0.0.1:8080/w/brand-b") && !docs.contains("href=\"/docs"), "docs");

        // archived: answered as an address nobody has; and back
        let before = send(&a, Method::GET, "/w/brand-b/api/v1/session", theirs.as_deref(), None).await;
        assert_eq!(before.expect(200)["user"]["role"], "owner");
        assert_eq!(a.post(&format!("/businesses/{id}/archive"), json!({})).await.expect(200)["state"], "archived");
        for path in ["/w/brand-b/api/v1/session", "/w/brand-b/", "/w/brand-b/docs/en"] {
            let (archived, nobodys) = (send(&a, Method::GET, path, theirs.as_deref(), None).await, send(&a, Method::GET, &path.replace("brand-b", "brand-z"), theirs.as_deref(), None).await);
            assert_eq!((archived.status, still(&archived)), (nobodys.status, still(&nobodys)), "{path}");
        }
        assert_eq!(a.read(&Who::Session(format!("{}; {}", cookie(&a.me()), cookie(&founder))), "/session/businesses").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(a.post(&format!("/businesses/{id}/reopen"), json!({})).await.expect(200)["state"], "open");
        assert_eq!(send(&a, Method::GET, "/w/brand-b/api/v1/session", theirs.as_deref(), None).await.expect(200)["user"]["role"], "owner");
    }
}

/// A page without what is drawn anew each time.
fn still(answer: &Answer) -> String {
    let text = answer.text();
    match text.split_once("csp-nonce\" content=\"") {
        Some((before, after)) => format!("{before}{}", after.split_once('"').map_or("", |(_, rest)| rest)),
        None => text,
    }
}

/// A request to the whole server.
async fn send(app: &TestApp, method: Method, uri: &str, cookie: Option<&str>, body: Option<Value>) -> Answer {
    let request = Request::builder().method(method).uri(uri).header(header::HOST, "shop.test").header(api::CSRF_HEADER, "1");
    let request = match cookie {
        Some(cookie) => request.header(header::COOKIE, cookie),
        None => request,
    };
    let request = match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    app.raw(request.expect("a request")).await
}

#[tokio::test]
async fn a_name_is_taken_to_the_letter() {
    let a = TestApp::ready(None).await;
    let b = a.business("brand-b").await;
    let theirs = cookie(&b.me());
    let own = send(&a, Method::GET, "/w/brand-b/api/v1/session", Some(&theirs), None).await;
    assert_eq!(own.expect(200)["user"]["role"], "owner");
    for tricked in ["Brand-B", "brand-b%2f", "%62rand-b", "brand-b%00", "", ".", "..", "%2e%2e", "brand-b;x", "brand-b.", "x/../brand-b", "/brand-b", "brand-b%20", "brand--b", "brand-c"] {
        let answer = send(&a, Method::GET, &format!("/w/{tricked}/api/v1/session"), Some(&theirs), None).await;
        assert_eq!(answer.status.as_u16() / 100 * 100 + u16::from(answer.status == 404) * 4, if answer.status == 404 { 404 } else { 200 }, "{tricked}");
        assert!(!answer.text().contains("owner@shop.test"), "{tricked}: {}", answer.text());
    }
    // what leaves the business again by its path is not taken out of it
    for path in ["/w/brand-b/../api/v1/session", "/w/brand-b/%2e%2e/api/v1/session", "/w/brand-b//api/v1/session", "//w/brand-b/api/v1/session", "/w/brand-b/w/brand-b/api/v1/session"] {
        let answer = send(&a, Method::GET, path, Some(&cookie(&a.me())), None).await;
        assert!(!answer.text().contains("\"role\":\"owner\""), "{path}: {}", answer.text());
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let (one, other) = ("/w/nobody-1/api/v1/tags", "/w/nobody-2/x/api");
        let one = send(&a, method.clone(), one, None, Some(json!({}))).await;
        let other = send(&a, method, other, None, Some(json!({}))).await;
        assert_eq!((one.status, one.text()), (other.status, other.text()));
    }
    assert_eq!(send(&a, Method::GET, "/w/nobody/api/v1/session", None, None).await.problem(), (404, "not_found".into()));
}

#[tokio::test]
async fn every_process_on_one_database_serves_what_was_added_on_any() {
    for url in both().await {
        let mut a = TestApp::ready(url).await;
        let other = a.another_process().await;
        other.houses.refresh().await.expect("the list is read");
        assert!(other.houses.open("brand-b").is_none());
        let made = a.post("/businesses", json!({ "slug": "brand-b" })).await.expect(201);
        let work = tokio::spawn(std::sync::Arc::clone(&other.houses).work());
        let mut tries = 0;
        while other.houses.open("brand-b").is_none() {
            tries += 1;
            assert!(tries < 100, "not served by the other after ten seconds");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let token = made["link"].as_str().and_then(|l| l.split("token=").nth(1)).expect("a token").to_owned();
        let founded = send(&other, Method::POST, "/w/brand-b/api/v1/setup", None, Some(setup_form(&token))).await;
        let session = cookie(&session_of(&founded));
        assert_eq!(send(&a, Method::GET, "/w/brand-b/api/v1/session", Some(&session), None).await.expect(200)["user"]["role"], "owner");
        let id = made["business"]["id"].as_str().expect("an id").to_owned();
        a.post(&format!("/businesses/{id}/archive"), json!({})).await.expect(200);
        let mut tries = 0;
        while other.houses.open("brand-b").is_some() {
            tries += 1;
            assert!(tries < 100, "still served by the other after ten seconds");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        other.houses.farewell();
        work.await.expect("ends");
        other.houses.rest().await;
    }
}

#[tokio::test]
async fn one_whose_making_was_cut_short_is_finished_by_the_next_start() {
    for url in both().await {
        let a = TestApp::ready(url).await;
        // the process ended after it had written the business down
        let added = flow::businesses::add(&a.ctx.app, &flow::people::By::machine("test"), "brand-b").await.expect("is added");
        let place = a.place().of(&added.id).expect("a place");
        assert!(!place.exists().await.expect("looked at"));
        let next = a.another_process().await;
        next.houses.refresh().await.expect("the list is read");
        assert!(next.houses.open("brand-b").is_some() && place.exists().await.expect("looked at"));
        let made = flow::businesses::get(&a.ctx.app, &added.id).await.expect("is there").made_at;
        assert!(made.is_some());
        // data that was there and is gone is no new business
        if place.url.starts_with("sqlite:") {
            next.houses.rest().await;
            let moved = place.data.with_extension("moved");
            std::fs::rename(&place.data, &moved).expect("is moved");
            let third = a.another_process().await;
            third.houses.refresh().await.expect("the list is read");
            assert!(third.houses.open("brand-b").is_none() && !place.data.exists(), "an empty one was made in its place");
            assert_eq!(send(&third, Method::GET, "/w/brand-b/api/v1/session", None, None).await.problem(), (503, "business.away".into()));
            assert_eq!(third.read(&a.me(), "/businesses").await.expect(200)["items"][0]["state"], "missing");
        }
    }
}
