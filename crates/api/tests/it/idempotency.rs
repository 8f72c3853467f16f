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

/// A change by somebody who is signed in.
async fn by_person(app: &TestApp, path: &str, body: &Value) -> Answer {
    let Who::Session(cookie) = app.me() else { panic!("somebody is signed in") };
    let request = axum::http::Request::builder().method(Method::POST).uri(format!("{}{path}", api::BASE)).header("host", "shop.test").header(api::CSRF_HEADER, "1");
    let request = request.header("cookie", cookie).header("idempotency-key", "k").header("content-type", "application/json");
    app.raw(request.body(body.to_string().into()).expect("a request")).await
}

#[tokio::test]
async fn an_answer_with_a_secret_is_given_again_and_kept_sealed() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let me = app.me();
        let forms = [
            ("/webhooks", json!({ "url": "https://hooks.example.com/", "types": ["segment.left"] }), json!({ "url": "https://other.example.com/", "types": ["segment.left"] })),
            ("/tokens", json!({ "name": "x", "role": "viewer" }), json!({ "name": "y", "role": "viewer" })),
            ("/invitations", json!({ "email": "x@shop.test", "role": "viewer" }), json!({ "email": "y@shop.test", "role": "viewer" })),
        ];
        for (path, body, other) in &forms {
            let first = by_person(&app, path, body).await;
            let again = by_person(&app, path, body).await;
            assert_eq!((first.status.as_u16(), again.status.as_u16(), &again.bytes, again.header("idempotency-replayed")), (201, 201, &first.bytes, "true"), "{path}: {}", again.text());
            assert_eq!(app.read(&me, path).await.expect(200)["items"].as_array().map(Vec::len), Some(1), "{path}");
            assert_eq!(by_person(&app, path, other).await.problem(), (422, "idempotency.other_request".into()));
            // nobody who reads the database reads it
            let members = app.read(&me, "/members").await.expect(200);
            let key = store::answer::Key {
                workspace: app.ctx.workspace().await.expect("a workspace"),
                actor: members["items"][0]["id"].as_str().expect("an id").to_owned(),
                route: format!("POST {path}"),
                key_hash: key_hash("k"),
            };
            let kept = store::answer::find(&app.ctx.app.store, &key, Instant(0)).await.expect("the store").and_then(|k| k.answer).expect("an answer");
            assert!(kept.body.starts_with(b"s1:") && !kept.body.windows(6).any(|w| w == b"secret"), "{path}");
        }
        // sealed with a key that is gone: nobody can say what became of it, and nothing is done twice
        std::fs::write(app.ctx.app.data.join("secret-key"), "00".repeat(32)).expect("another key");
        let [(path, body, _), ..] = &forms;
        assert_eq!(by_person(&app, path, body).await.problem(), (409, "idempotency.cut_short".into()));
        assert_eq!(app.read(&me, path).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }
}

/// A file, sent with what stands between its parts.
fn upload(who: &Who, key: &str, line: &str, rows: &str) -> axum::http::Request<axum::body::Body> {
    let body = format!("--{line}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"会员.csv\"\r\n\r\n{rows}\r\n--{line}--\r\n");
    let mut request = keyed(who, Method::POST, "/imports", key, &json!({}));
    request.headers_mut().insert("content-type", format!("multipart/form-data; boundary={line}").parse().expect("a header"));
    *request.body_mut() = body.into();
    request
}

#[tokio::test]
async fn a_file_sent_again_under_its_key_is_the_same_import() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let who = program(&app, "till").await;
        let rows = "会员号,姓名\nM001,甲\n";
        let first = app.raw(upload(&who, "k", "edge", rows)).await;
        let again = app.raw(upload(&who, "k", "another-line", rows)).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16(), &again.bytes, again.header("idempotency-replayed")), (201, 201, &first.bytes, "true"), "{}", again.text());
        assert_eq!(app.raw(upload(&who, "k", "edge", "会员号,姓名\nM001,乙\n")).await.problem(), (422, "idempotency.other_request".into()));
        assert_eq!(app.read(&who, "/imports").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        // what was refused changed nothing: the key is free
        assert!(app.raw(upload(&who, "j", "edge", "")).await.status.is_client_error());
        let mended = app.raw(upload(&who, "j", "edge", "会员号,姓名\nM002,丙\n")).await;
        assert_eq!((mended.status.as_u16(), mended.header("idempotency-replayed")), (201, ""));
    }
}

#[tokio::test]
async fn bad_keys_and_those_of_nobody_are_refused() {
    let app = TestApp::ready(None).await;
    let who = program(&app, "till").await;
    assert_eq!(send(&app, &who, "/orders", "", &order("D1")).await.problem(), (400, "idempotency.key".into()));
    assert_eq!(send(&app, &who, "/orders", &"k".repeat(256), &order("D1")).await.problem(), (400, "idempotency.key".into()));
    assert_eq!(send(&app, &who, "/session", "k", &json!({})).await.problem(), (422, "idempotency.not_here".into()));
}
