//! A change that names itself happens once, however often and from wherever it is sent.

use crate::{
    app::{Answer, TestApp, Who, both},
    intake::keyed,
};
use api::idempotency::{key_hash, request_hash};
use axum::http::Method;
use domain::clock::{Clock, Instant};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};

async fn program(app: &TestApp, name: &str) -> Who {
    app.token(&app.me(), json!({ "name": name, "role": "owner" })).await.1
}

fn order(number: &str) -> Value {
    json!({ "number": number, "at": "2025-12-01", "paid": 1, "customer": { "id": "C1" } })
}

fn segment(key: &str) -> Value {
    json!({ "key": key, "label": { "zh": key, "en": key }, "rule_text": "orders > 1" })
}

async fn send(app: &TestApp, who: &Who, path: &str, key: &str, body: &Value) -> Answer {
    app.raw(keyed(who, Method::POST, path, key, body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_once_are_one_effect_and_sixty_four_equal_answers() {
    for url in both().await {
        let app = Arc::new(TestApp::ready(url).await);
        let who = program(&app, "till").await;
        for (path, body, status) in [("/orders", order("D1"), 202), ("/segments", segment("loyal"), 201)] {
            let all = (0..64).map(|_| {
                let (app, who, body) = (Arc::clone(&app), who.clone(), body.clone());
                tokio::spawn(async move { send(&app, &who, path, "one", &body).await })
            });
            let mut answers = BTreeSet::new();
            for one in all.collect::<Vec<_>>() {
                let answer = one.await.expect("no panic");
                assert_eq!(answer.status, status, "{}", answer.text());
                answers.insert(answer.bytes);
            }
            assert_eq!(answers.len(), 1, "{path}: the answers differ");
        }
        assert_eq!(app.read(&who, "/inbox").await.expect(200)["waiting"], 1);
        let made = app.read(&app.me(), "/audit?action=definition.published").await.expect(200);
        let loyal = made["items"].as_array().expect("entries").iter().filter(|e| e["subject"].as_str().is_some_and(|s| s.contains("loyal"))).count();
        assert_eq!(loyal, 1, "{made:#}");
    }
}

#[tokio::test]
async fn the_same_is_answered_alike_and_another_is_refused() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let who = program(&app, "till").await;
        for (path, body, other) in [("/orders", order("D1"), order("D2")), ("/segments", segment("a1"), segment("a2"))] {
            let first = send(&app, &who, path, "k", &body).await;
            assert!(first.status.is_success() && first.header("idempotency-replayed").is_empty(), "{}", first.text());
            let again = send(&app, &who, path, "k", &body).await;
            assert_eq!((again.status, &again.bytes, again.header("content-type")), (first.status, &first.bytes, first.header("content-type")));
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!(send(&app, &who, path, "k", &other).await.problem(), (422, "idempotency.other_request".into()));
            // another program's key is another key
            let friend = program(&app, "other").await;
            let theirs = send(&app, &friend, path, "k", &other).await;
            assert!(theirs.status.is_success(), "{}", theirs.text());
            // a day later the key is free again
            app.clock.set(Instant(app.clock.now().0 + 25 * 3600 * 1_000_000));
            let later = send(&app, &who, path, "k", &other).await;
            assert_ne!(later.problem_code(), "idempotency.other_request", "{}", later.text());
        }
    }
}

#[tokio::test]
async fn what_changed_nothing_may_be_sent_again() {
    let app = TestApp::ready(None).await;
    let who = program(&app, "till").await;
    // what can never be done is answered alike
    let bad = send(&app, &who, "/segments", "bad", &json!({ "key": "x", "label": { "zh": "x", "en": "x" }, "rule_text": "nonsense >" })).await;
    assert_eq!(bad.status, 422);
    // what stood in the way may be gone
    send(&app, &who, "/segments", "a", &segment("taken")).await.expect(201);
    assert_eq!(send(&app, &who, "/segments", "b", &segment("taken")).await.status, 409);
    app.by(&who, Method::DELETE, "/segments/taken", None).await;
    let now = send(&app, &who, "/segments", "b", &segment("taken")).await;
    assert_ne!(now.header("idempotency-replayed"), "true", "{}", now.text());
}

#[tokio::test]
async fn a_change_that_was_cut_short_is_told_honestly() {
    let app = TestApp::ready(None).await;
    let (token, who) = app.token(&app.me(), json!({ "name": "till", "role": "owner" })).await;
    // as a server that died between the change and its answer leaves it
    let workspace = app.ctx.workspace().await.expect("a workspace");
    let (path, body) = ("/segments", segment("a1").to_string());
    let key = store::answer::Key { workspace, actor: token, route: format!("POST {path}"), key_hash: key_hash("k") };
    let request = request_hash(path, b"application/json", body.as_bytes());
    assert!(store::answer::claim(&app.ctx.app.store, &key, &request, app.clock.now(), Instant(0)).await.expect("a claim"));
    assert_eq!(send(&app, &who, "/segments", "k", &segment("a1")).await.problem(), (409, "idempotency.in_flight".into()));
    app.clock.set(Instant(app.clock.now().0 + 61_000_000));
    assert_eq!(send(&app, &who, "/segments", "k", &segment("a1")).await.problem(), (409, "idempotency.cut_short".into()));
}

#[tokio::test]
async fn secrets_are_not_kept_and_bad_keys_are_refused() {
    let app = TestApp::ready(None).await;
    let who = program(&app, "till").await;
    assert_eq!(send(&app, &who, "/orders", "", &order("D1")).await.problem(), (400, "idempotency.key".into()));
    assert_eq!(send(&app, &who, "/orders", &"k".repeat(256), &order("D1")).await.problem(), (400, "idempotency.key".into()));
    assert_eq!(send(&app, &who, "/session", "k", &json!({})).await.problem(), (422, "idempotency.not_here".into()));
    let Who::Session(cookie) = app.me() else { panic!("somebody is signed in") };
    let request = axum::http::Request::builder().method(Method::POST).uri(format!("{}/tokens", api::BASE)).header("host", "shop.test").header(api::CSRF_HEADER, "1");
    let request = request.header("cookie", cookie).header("idempotency-key", "k").header("content-type", "application/json");
    let answer = app.raw(request.body(json!({ "name": "x", "role": "viewer" }).to_string().into()).expect("a request")).await;
    assert_eq!(answer.problem(), (422, "idempotency.not_here".into()));
}
