//! Dashboards by mail: one a slot and person whatever happens, of what they may see, until they stop it.

use crate::app::{TestApp, Who, both};
use axum::http::Method;
use domain::{
    access::{Personal, Role},
    clock::{Clock, Instant},
};
use flow::dashboards::subscription;
use serde_json::{Value, json};
use store::mail::{self, Mail};

const DAY: i64 = 86_400_000_000;

async fn shop(url: Option<String>) -> TestApp {
    let mut app = TestApp::shop(url).await.reached_at("http://shop.test");
    let relay = json!({ "host": "mail.test", "port": 587, "security": "starttls", "username": "crm", "password": "geheim", "from_address": "crm@shop.test" });
    app.with_body(Method::PUT, "/mail", relay).await.expect(200);
    app
}

async fn board(app: &mut TestApp) -> String {
    let tiles = json!([
        { "id": "a", "width": 1, "title": { "zh": "净额", "en": "Net" }, "show": { "kind": "number", "measure": { "stat": "sum", "feature": "net" } } },
        { "id": "b", "width": 4, "show": { "kind": "list", "sort": "-net", "columns": ["net", "orders"], "limit": 5 } }
    ]);
    let made = app.post("/dashboards", json!({ "name": { "zh": "每周", "en": "Weekly" }, "tiles": tiles, "audience": "everyone" })).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn mails(app: &TestApp) -> Vec<Mail> {
    let all = mail::recent(&app.ctx.app.store, &app.ctx.app.settings().id, 50).await.expect("reads");
    all.into_iter().filter(|m| m.mail.kind == "dashboard").collect()
}

/// The mail that is sent next, with what it says.
async fn next(app: &TestApp) -> Mail {
    let now = app.clock.now();
    mail::due(&app.ctx.app.store, &app.ctx.app.settings().id, now, now, now).await.expect("reads").expect("one")
}

async fn later(app: &TestApp, by: i64) {
    app.clock.set(Instant(app.clock.now().0 + by));
    subscription::write(&app.ctx.app).await.expect("writes");
}

#[tokio::test]
async fn a_dashboard_is_mailed_once_a_slot_until_it_is_stopped() {
    for url in both().await {
        let mut app = shop(url).await;
        let id = board(&mut app).await;
        let path = format!("/dashboards/{id}/subscription");
        assert_eq!(app.get(&path).await.expect(200), json!({ "every": null, "hour": 8, "next": null, "to": "owner@shop.test", "mails": true }));
        assert_eq!(app.with_body(Method::PUT, &path, json!({ "every": "day", "hour": 24 })).await.problem(), (422, "subscription.hour".into()));
        assert_eq!(app.get("/dashboards/dsh_none/subscription").await.problem(), (404, "dashboard.not_found".into()));
        let set = app.with_body(Method::PUT, &path, json!({ "every": "day", "hour": 8, "lang": "en" })).await.expect(200);
        assert_eq!(set["every"], "day");
        later(&app, 0).await;
        assert_eq!(mails(&app).await.len(), 0, "the first is of the next slot");
        later(&app, DAY).await;
        later(&app, 0).await;
        assert_eq!(mails(&app).await.len(), 1, "one, however often it is asked");
        let first = next(&app).await;
        assert_eq!(first.mail.to, "owner@shop.test");
        for part in ["As of ", "Net", "customers", "http://shop.test/dashboards/"] {
            assert!(first.mail.text.contains(part), "{part}: {}", first.mail.text);
        }
        assert!(first.mail.html.contains("Net") && !first.mail.text.contains("截至"), "{}", first.mail.text);
        // days nobody was there for are one mail
        later(&app, 9 * DAY).await;
        assert_eq!(mails(&app).await.len(), 2);
        // the job is enqueued once, and only when something is due
        subscription::due(&app.ctx.app).await.expect("asks");
        let letters = |jobs: Value| jobs["items"].as_array().expect("items").iter().filter(|j| j["kind"] == "letters").count();
        assert_eq!(letters(app.get("/jobs?limit=200").await.expect(200)), 0);
        app.clock.set(Instant(app.clock.now().0 + DAY));
        for _ in 0..3 {
            subscription::due(&app.ctx.app).await.expect("asks");
        }
        assert_eq!(letters(app.get("/jobs?limit=200").await.expect(200)), 1);
        // the link of a mail opens nothing by being opened; pressed, it ends the subscription for good
        let link = first.mail.unsubscribe.clone().expect("a link");
        let token = link.split("token=").nth(1).expect("a token").to_owned();
        let stranger = Who::Nobody;
        assert_eq!(app.by(&stranger, Method::POST, "/unsubscribe", Some(json!({ "token": "0".repeat(48) }))).await.problem(), (404, "subscription.not_found".into()));
        assert_eq!(app.by(&stranger, Method::POST, "/unsubscribe", Some(json!({ "token": token }))).await.status, 204);
        assert_eq!(app.by(&stranger, Method::POST, "/unsubscribe", Some(json!({ "token": token }))).await.problem(), (404, "subscription.not_found".into()));
        assert_eq!(app.get(&path).await.expect(200)["every"], Value::Null);
        later(&app, DAY).await;
        assert_eq!(mails(&app).await.len(), 2);
        assert_eq!(app.delete(&path).await.status, 204);
    }
}

#[tokio::test]
async fn a_mail_holds_what_its_reader_may_see_and_nobody_who_went_gets_one() {
    for url in both().await {
        let mut app = shop(url).await;
        let tiles = json!([{ "id": "a", "width": 4, "show": { "kind": "list", "sort": "-orders", "columns": ["orders"], "limit": 5 } }]);
        let made = app.post("/dashboards", json!({ "name": { "zh": "电话 13800000007", "en": "Phone 13800000007" }, "tiles": tiles, "audience": "everyone" })).await.expect(201);
        let path = format!("/dashboards/{}/subscription", made["id"].as_str().expect("an id"));
        let (user, viewer) = app.joined(Role::Viewer, Personal::Denied).await;
        app.by(&viewer, Method::PUT, &path, Some(json!({ "every": "week", "hour": 0 }))).await.expect(200);
        later(&app, 7 * DAY).await;
        assert_eq!(mails(&app).await.len(), 1);
        let mail = next(&app).await;
        assert!(mail.mail.subject.contains("138****"), "{}", mail.mail.subject);
        assert!(!mail.mail.text.contains("13800000007") && !mail.mail.subject.contains("13800000007"), "{} {}", mail.mail.subject, mail.mail.text);
        assert_eq!(app.delete(&format!("/members/{user}")).await.status, 204);
        later(&app, 7 * DAY).await;
        assert_eq!(mails(&app).await.len(), 1);
    }
}

#[tokio::test]
async fn without_a_mail_server_nobody_subscribes() {
    let mut app = TestApp::shop(None).await;
    let id = board(&mut app).await;
    let path = format!("/dashboards/{id}/subscription");
    assert_eq!(app.get(&path).await.expect(200)["mails"], false);
    assert_eq!(app.with_body(Method::PUT, &path, json!({ "every": "month", "hour": 8 })).await.problem(), (409, "subscription.mail".into()));
}
