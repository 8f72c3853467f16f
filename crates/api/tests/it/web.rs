//! Pages, headers and errors around the API.

use crate::app::TestApp;
use axum::{body::Body, http::Method};
use std::io::Read;

#[tokio::test]
async fn every_page_has_strict_headers_and_its_own_nonce() {
    let mut app = TestApp::ready(None).await;
    let page = app.get("/-/customers?sort=-net").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy").to_owned();
    for part in ["default-src 'none'", "script-src 'self';", "style-src 'self' 'nonce-", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(!policy.contains("unsafe"));
    let again = app.get("/-/").await;
    assert_ne!(policy, again.header("content-security-policy"), "a nonce is used once");
    assert!(!again.text().contains("__NONCE__"));
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")] {
        assert_eq!(page.header(name), value);
    }
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn answers_of_the_api_are_never_kept_by_caches() {
    let mut app = TestApp::ready(None).await;
    let answer = app.get("/session").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(app.get("/healthz").await.expect(200)["status"], "ok");
}

#[tokio::test]
async fn large_answers_are_packed_for_whoever_takes_them_so() {
    let mut app = TestApp::ready(None).await;
    let plain = app.get("/features").await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let take = |path: &str, how: &str| app.request(Method::GET, path).header("accept-encoding", how).body(Body::empty()).expect("a request");
    let (packed, small, refused) = (take("/features", "br, gzip;q=0.5"), take("/session", "gzip"), take("/features", "gzip;q=0"));
    let packed = app.send(packed).await;
    assert_eq!((packed.status.as_u16(), packed.header("content-encoding"), packed.header("content-type")), (200, "gzip", "application/json"));
    let mut whole = Vec::new();
    flate2::read::GzDecoder::new(packed.bytes.as_slice()).read_to_end(&mut whole).expect("it is gzip");
    assert!(whole == plain.bytes, "what is unpacked is what stands there plain");
    assert!(packed.bytes.len() * 3 < whole.len(), "{} of {}", packed.bytes.len(), whole.len());
    assert_eq!(app.send(small).await.header("content-encoding"), "");
    assert_eq!(app.send(refused).await.header("content-encoding"), "");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_and_not_a_page() {
    let mut app = TestApp::ready(None).await;
    assert_eq!(app.get("/nothing").await.problem(), (404, "not_found".into()));
    assert_eq!(app.get("/-/assets/missing-1a2b.js").await.problem(), (404, "not_found".into()));
    assert_eq!(app.get("/-/../../etc/passwd.txt").await.problem(), (404, "not_found".into()));
    assert_eq!(app.delete("/overview").await.problem(), (405, "request.method".into()));
    let request = app.request(Method::POST, "/rules/parse").header("content-type", "application/json");
    let answer = app.send(request.body(Body::from("{")).expect("a request")).await;
    assert_eq!(answer.problem(), (400, "request.malformed".into()));
    let request = app.request(Method::POST, "/rules/parse").header("content-type", "application/json");
    let large = format!("{{\"text\":\"{}\"}}", "x".repeat(2 << 20));
    let answer = app.send(request.body(Body::from(large)).expect("a request")).await;
    assert_eq!(answer.problem(), (413, "request.too_large".into()));
}
