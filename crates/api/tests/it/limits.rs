//! How much may be asked, by whom, and in which words: networks, rates, parameters.

use crate::app::{TestApp, Who};
use api::Config;
use axum::{body::Body, extract::ConnectInfo, http::{Method, header}};
use domain::clock::{Clock, Instant};
use futures::StreamExt;
use serde_json::json;
use std::net::SocketAddr;

/// A sign-in from this peer, with what proxies said of it.
async fn signs_in(app: &TestApp, peer: &str, forwarded: Option<&str>, password: &str) -> u16 {
    let request = app.request(Method::POST, "/session").header(header::CONTENT_TYPE, "application/json");
    let request = match forwarded {
        Some(entries) => request.header("x-forwarded-for", entries),
        None => request,
    };
    // each of another e-mail, so that only the network counts
    let email = if password == "correct horse battery" { "owner@shop.test".to_owned() } else { format!("{}@shop.test", app.ctx.app.new_id("x")) };
    let mut request = request.body(Body::from(json!({ "email": email, "password": password }).to_string())).expect("a request");
    request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().expect("an address")));
    app.raw(request).await.status.as_u16()
}

const RIGHT: &str = "correct horse battery";

#[tokio::test]
async fn whoever_has_many_addresses_of_one_network_guesses_as_often_as_one() {
    let app = TestApp::ready(None).await;
    for n in 0..10 {
        assert_eq!(signs_in(&app, &format!("[2001:db8:0:11{n}::{n}]:5000"), None, "not the password").await, 401);
    }
    assert_eq!(signs_in(&app, "[2001:db8:0:1ff::1]:5000", None, RIGHT).await, 429, "another address of the same line");
    assert_eq!(signs_in(&app, "[2001:db8:0:2ff::1]:5000", None, RIGHT).await, 200, "the line next door");
    assert_eq!(signs_in(&app, "203.0.113.7:5000", None, RIGHT).await, 200);
}

#[tokio::test]
async fn what_a_client_says_of_its_address_counts_only_where_a_proxy_is_trusted() {
    // nobody stands in front: who makes up an address each time is who they are
    let app = TestApp::ready(None).await;
    for n in 0..10 {
        assert_eq!(signs_in(&app, "203.0.113.7:5000", Some(&format!("198.51.100.{n}")), "not the password").await, 401);
    }
    assert_eq!(signs_in(&app, "203.0.113.7:5000", Some("198.51.100.77"), RIGHT).await, 429);
    // behind one proxy its entry counts, and what came before it does not
    let app = TestApp::ready(None).await.served(Config { proxies: 1, ..Config::default() });
    for n in 0..10 {
        assert_eq!(signs_in(&app, "10.0.0.1:5000", Some(&format!("192.0.2.{n}, 198.51.100.7")), "not the password").await, 401);
    }
    assert_eq!(signs_in(&app, "10.0.0.1:5000", Some("198.51.100.8, 198.51.100.7"), RIGHT).await, 429);
    assert_eq!(signs_in(&app, "10.0.0.1:5000", Some("198.51.100.7, 198.51.100.8"), RIGHT).await, 200);
}

/// Ten thousand guesses of one person's password, many at once, each from an address that is made up: ten reach the hasher, and one that
/// was being looked at when the tenth failed.
#[tokio::test]
async fn of_ten_thousand_guesses_few_are_looked_at() {
    let app = TestApp::ready(None).await;
    let before = app.ctx.passwords.weighed();
    let from = &app;
    let guess = |n: u32| async move {
        let app = from;
        let request = app.request(Method::POST, "/session").header(header::CONTENT_TYPE, "application/json").header("x-forwarded-for", format!("198.51.{}.{}", n / 256 % 256, n % 256));
        let body = json!({ "email": "owner@shop.test", "password": format!("not the password {n}") });
        let mut request = request.body(Body::from(body.to_string())).expect("a request");
        request.extensions_mut().insert(ConnectInfo("203.0.113.7:5000".parse::<SocketAddr>().expect("an address")));
        app.raw(request).await.status.as_u16()
    };
    let said: Vec<u16> = futures::stream::iter(0..10_000).map(guess).buffer_unordered(40).collect().await;
    let of = |status: u16| said.iter().filter(|s| **s == status).count();
    assert_eq!(of(401) + of(429) + of(503), said.len());
    let looked_at = (app.ctx.passwords.weighed() - before) / (19_456 * 2);
    assert!((10..=11).contains(&looked_at) && of(401) as u64 == looked_at, "{looked_at} were looked at, {} answered", of(401));
    assert_eq!(signs_in(&app, "203.0.113.7:5000", None, RIGHT).await, 429);
}

#[tokio::test]
async fn whoever_asks_too_much_is_told_when_to_ask_again_and_others_are_not() {
    let app = TestApp::ready(None).await;
    let mut app = app.served(Config { requests_a_minute: Some(30), ..Config::default() });
    let owner = app.me();
    let (_, program) = app.token(&owner, json!({ "name": "till", "role": "viewer" })).await;
    let mut last = None;
    for n in 1..=31 {
        let answer = app.read(&program, "/tags").await;
        assert_eq!(answer.status, if n <= 30 { 200 } else { 429 }, "{n}: {}", answer.text());
        last = Some(answer);
    }
    let refused = last.expect("31 answers");
    assert_eq!((refused.problem(), refused.header("retry-after")), ((429, "request.too_many".into()), "2"));
    // the person whose token it is goes on, and so does whoever signs in
    app.get("/tags").await.expect(200);
    assert_eq!(signs_in(&app, "203.0.113.7:5000", None, RIGHT).await, 200);
    app.clock.set(Instant(app.clock.now().0 + 2_000_000));
    assert_eq!(app.read(&program, "/tags").await.status, 200);
    assert_eq!(app.read(&program, "/tags").await.status, 429);
    // who shows nothing that is good is counted by their network
    let guesses = (0..40).map(|n| Who::Token(format!("zhi_{n}")));
    let mut answers = Vec::new();
    for guess in guesses {
        answers.push(app.read(&guess, "/tags").await.status.as_u16());
    }
    assert_eq!((answers[0], answers[39]), (401, 429), "{answers:?}");
    assert_eq!(app.by(&Who::Nobody, Method::GET, "/session", None).await.problem(), (429, "request.too_many".into()));
    assert_eq!(app.by(&Who::Nobody, Method::GET, "/healthz", None).await.status, 200);
}

#[tokio::test]
async fn a_parameter_nobody_reads_is_named() {
    let mut app = TestApp::ready(None).await;
    for (path, name) in [
        ("/customers?clas.lifecycle=active", "clas.lifecycle"),
        ("/customers?limit=3&sgment=x", "sgment"),
        ("/customers/facets?cursor=x", "cursor"),
        ("/overview?asof=2025-01-01", "asof"),
        ("/segments?f.x=1", "f.x"),
        ("/tags?%E5%90%8D=1", "名"),
        ("/healthz?x=1", "x"),
    ] {
        let refused = app.get(path).await;
        assert_eq!(refused.problem(), (400, "request.parameter".into()), "{path}");
        assert_eq!(refused.json()["params"]["name"], name, "{path}");
    }
    assert_eq!(app.post("/orders?atomc=true", json!([])).await.problem(), (400, "request.parameter".into()));
    assert_eq!(app.delete("/segments/x?force=true").await.problem(), (400, "request.parameter".into()));
    app.get("/customers?class.lifecycle=active&was.lifecycle=active@2025-01-01&columns=net&rule=net%20%3E%201&limit=3").await.expect(200);
    app.get("/customers?class%2Elifecycle=active").await.expect(200);
}
