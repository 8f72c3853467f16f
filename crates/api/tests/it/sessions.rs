//! Where somebody is signed in: seen and ended by themselves and nobody else.

use crate::app::{PASSWORD, TestApp, Who, both, session_of};
use axum::{body::Body, http::{Method, Request, header}};
use domain::{access::{Personal, Role}, clock::Instant};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000_000;
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";

/// Signs in with another browser.
async fn with(app: &TestApp, agent: &str) -> Who {
    let request = Request::post(format!("{}/session", api::BASE)).header(api::CSRF_HEADER, "1").header(header::CONTENT_TYPE, "application/json").header(header::USER_AGENT, agent);
    let body = json!({ "email": "owner@shop.test", "password": PASSWORD }).to_string();
    session_of(&app.raw(request.body(Body::from(body)).expect("a request")).await)
}

async fn listed(app: &TestApp, who: &Who) -> Vec<Value> {
    app.read(who, "/sessions").await.expect(200)["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_it_from_there() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let here = app.me();
        app.clock.set(Instant(crate::app::NOW.0 + HOUR));
        let edge = with(&app, EDGE).await;
        let odd = with(&app, "<b>").await;
        let all = listed(&app, &here).await;
        let said: Vec<_> = all.iter().map(|s| (s["device"]["zh"].as_str().unwrap_or_default(), s["via"].as_str().unwrap_or_default(), s["current"] == true)).collect();
        assert_eq!((said[0], said.len()), (("未知设备", "setup", true), 3));
        assert!(said.contains(&("Windows 上的 Edge", "password", false)), "{said:?}");
        assert_eq!((&all[0]["created_at"], &all[0]["address"]), (&json!("2025-12-31T04:00:00.000000Z"), &json!("unknown")));
        assert!(all.iter().all(|s| s.get("token_hash").is_none()));

        // another's is not found, and neither is one that is gone
        let (_, stranger) = app.joined(Role::Manager, Personal::ByRole).await;
        let id = |device: &str| all.iter().find(|s| s["device"]["en"] == device).map(|s| s["id"].as_str().unwrap_or_default().to_owned()).expect("it is there");
        let edges = id("Edge on Windows");
        assert_eq!(app.by(&stranger, Method::DELETE, &format!("/sessions/{edges}"), None).await.problem(), (404, "session.not_found".into()));
        app.read(&edge, "/overview").await.expect(200);
        assert_eq!(app.by(&here, Method::DELETE, &format!("/sessions/{edges}"), None).await.status, 204);
        assert_eq!(app.read(&edge, "/overview").await.problem(), (401, "session.required".into()));
        assert_eq!(app.by(&here, Method::DELETE, &format!("/sessions/{edges}"), None).await.problem(), (404, "session.not_found".into()));

        let (_, token) = app.token(&here, json!({ "name": "program", "role": "owner" })).await;
        assert_eq!(app.by(&here, Method::DELETE, "/sessions", None).await.expect(200), json!({ "ended": 1 }));
        assert_eq!(app.by(&here, Method::DELETE, "/sessions", None).await.expect(200), json!({ "ended": 0 }));
        assert_eq!(app.read(&odd, "/overview").await.problem(), (401, "session.required".into()));
        for who in [&here, &stranger, &token] {
            app.read(who, "/overview").await.expect(200);
        }
        assert_eq!(app.read(&token, "/sessions").await.problem(), (403, "access.session".into()), "a program has no sessions");

        let log = app.read(&here, "/audit?action=session.ended").await.expect(200);
        let said: Vec<_> = log["items"].as_array().expect("items").iter().map(|e| e["detail"]["sessions"].clone()).collect();
        assert_eq!(said, [json!(1), json!(1)]);
        // the one that asks may end itself
        let own = listed(&app, &here).await[0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(app.by(&here, Method::DELETE, &format!("/sessions/{own}"), None).await.status, 204);
        assert_eq!(app.read(&here, "/overview").await.problem(), (401, "session.required".into()));
    }
}

#[tokio::test]
async fn what_a_browser_says_of_itself_is_cut_and_a_session_that_is_over_is_not_listed() {
    let app = TestApp::ready(None).await;
    with(&app, &"x".repeat(5_000)).await;
    let kept = store::session::of_user(&app.ctx.app.store, &app.read(&app.me(), "/session").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned(), crate::app::NOW).await.expect("answers");
    assert_eq!(kept.iter().map(|s| s.agent.len()).max(), Some(300));
    app.clock.set(Instant(crate::app::NOW.0 + 13 * 24 * HOUR));
    let late = with(&app, EDGE).await;
    app.clock.set(Instant(crate::app::NOW.0 + 15 * 24 * HOUR));
    assert_eq!(listed(&app, &late).await.len(), 1);
}
