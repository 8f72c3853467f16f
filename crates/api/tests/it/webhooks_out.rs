//! Where webhooks may not go they do not go: at no moment, by no spelling. And what waits is sent in order, later and later, until it is
//! given up.

use crate::app::{TestApp, both};
use crate::webhooks::{Sink, until};
use axum::http::Method;
use domain::clock::{Clock, Instant};
use flow::{
    jobs::Workers,
    webhooks::{Egress, Found, Policy, Resolve, post::{BACK_OFF, TRIES}},
};
use serde_json::{Value, json};
use store::delivery::{Message, Post};
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use testkit::addresses::INSIDE;

/// A name that leads outside until it is turned.
#[derive(Default)]
struct Turning(AtomicBool);

impl Resolve for Turning {
    fn resolve(&self, host: &str) -> Found {
        let inside = host != "turning.test" || self.0.load(Ordering::SeqCst);
        Box::pin(async move { Ok(vec![if inside { IpAddr::from([127, 0, 0, 1]) } else { IpAddr::from([93, 184, 216, 34]) }]) })
    }
}

fn draft(url: &str) -> Value {
    json!({ "url": url, "types": ["segment.entered", "segment.left", "class.changed"] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spelling_of_an_inside_address_is_taken_tested_or_sent_to() {
    let canary = Sink::start().await;
    let mut policy = Policy::default();
    policy.ports.insert(canary.port);
    let names = Arc::new(Turning::default());
    let mut app = TestApp::going_out(None, Egress::new(policy).with_names(names.clone())).await.founded().await;
    let good = format!("http://turning.test:{}/", canary.port);
    let made = app.post("/webhooks", draft(&good)).await.expect(201);
    let id = made["webhook"]["id"].as_str().expect("an id").to_owned();
    let (workspace, store) = (app.ctx.app.settings().id.clone(), app.ctx.app.store.clone());
    assert!(INSIDE.len() >= 70);
    let mut tried = Vec::new();
    for (n, spelling) in INSIDE.iter().enumerate() {
        let url = spelling.replace("{port}", &canary.port.to_string());
        let created = app.post("/webhooks", draft(&url)).await.problem();
        assert_eq!(created, (422, "webhook.url".into()), "{url}");
        let edited = app.with_body(Method::PUT, &format!("/webhooks/{id}"), draft(&url)).await.problem();
        assert_eq!(edited, (422, "webhook.url".into()), "{url}");
        // as if it had come into the database another way: tested, and sent to
        let stored = store::webhook::get(&store, &workspace, &id).await.expect("reads").expect("is there");
        let secret = made["secret"].as_str().expect("a secret").to_owned();
        let stored = store::webhook::Webhook { id: format!("whk_{n}"), url: url.clone(), secret, ..stored };
        let waits = Post {
            message: Message { id: format!("msg_{n}"), change: n.to_string(), kind: "segment.left".into(), subject: "segment:x".into(), body: "{}".into(), customers: 0 },
            to: vec![(format!("dlv_{n}"), stored.id.clone())],
        };
        let mut tx = store.begin().await.expect("begins");
        store::webhook::create(&mut tx, &workspace, &stored).await.expect("writes");
        tx.commit().await.expect("commits");
        let tested = app.post(&format!("/webhooks/{}/test", stored.id), json!({})).await.expect(200);
        assert_eq!((&tested["delivery"]["state"], &tested["delivery"]["status"]), (&json!("dead"), &Value::Null), "{url}");
        let mut tx = store.begin().await.expect("begins");
        store::delivery::post(&mut tx, &workspace, vec![waits], app.clock.now()).await.expect("writes");
        tx.commit().await.expect("commits");
        tried.push((url, stored.id, format!("dlv_{n}")));
    }
    let workers = Workers::start(&app.ctx.app);
    for (url, hook, delivery) in tried {
        let path = format!("/webhooks/{hook}/deliveries/{delivery}");
        until("it was tried", || async { app.read(&app.me(), &path).await.expect(200)["tries"].as_array().is_some_and(|t| t.len() == 1) }).await;
        let shown = app.read(&app.me(), &path).await.expect(200);
        assert_eq!((&shown["delivery"]["state"], &shown["delivery"]["status"]), (&json!("waiting"), &Value::Null), "{url}");
    }
    workers.stop().await;
    // a name that was outside when it was taken
    app.with_body(Method::PUT, &format!("/webhooks/{id}"), draft(&good)).await.expect(200);
    names.0.store(true, Ordering::SeqCst);
    let tested = app.post(&format!("/webhooks/{id}/test"), json!({})).await.expect(200);
    assert_eq!(tested["delivery"]["outcome"], "inside");
    assert_eq!(app.with_body(Method::PUT, &format!("/webhooks/{id}"), draft(&good)).await.problem(), (422, "webhook.url".into()));
    assert_eq!(canary.came(), 0, "somebody was called");
}

async fn tries(app: &TestApp, id: &str) -> usize {
    let shown = app.read(&app.me(), &format!("/webhooks/{id}/deliveries/dlv_0")).await.expect(200);
    shown["tries"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_tried_later_and_later_in_order_and_then_given_up() {
    for url in both().await {
        let sink = Sink::start().await;
        let mut app = TestApp::going_out(url, sink.egress()).await.founded().await;
        let id = app.post("/webhooks", draft(&sink.url())).await.expect(201)["webhook"]["id"].as_str().expect("an id").to_owned();
        let posts: Vec<Post> = (0..3).map(|n| Post {
            message: Message { id: format!("msg_{n}"), change: format!("{n}"), kind: "segment.left".into(), subject: "segment:x".into(), body: format!("{{\"n\":{n}}}"), customers: 0 },
            to: vec![(format!("dlv_{n}"), id.clone())],
        }).collect();
        let store = app.ctx.app.store.clone();
        let mut tx = store.begin().await.expect("begins");
        store::delivery::post(&mut tx, &app.ctx.app.settings().id, posts, app.clock.now()).await.expect("writes");
        tx.commit().await.expect("commits");
        sink.answers(503);
        let me = app.me();
        let workers = Workers::start(&app.ctx.app);
        let begun = app.clock.now();
        for n in 1..=TRIES as usize {
            until("it is tried", || async { tries(&app, &id).await == n }).await;
            let shown = app.read(&me, &format!("/webhooks/{id}/deliveries/dlv_0")).await.expect(200);
            let Some(wait) = BACK_OFF.get(n - 1) else { break };
            assert_eq!((&shown["delivery"]["state"], &shown["delivery"]["status"]), (&json!("waiting"), &json!(503)));
            // not a second before its time
            app.clock.set(Instant(app.clock.now().0 + wait * 1_000_000 - 1_000_000));
            tokio::time::sleep(std::time::Duration::from_millis(if n < 3 { 1_500 } else { 0 })).await;
            if n < 3 {
                assert_eq!(tries(&app, &id).await, n, "before its time");
            }
            app.clock.set(Instant(app.clock.now().0 + wait * 100_000 + 2_000_000));
        }
        assert!(app.clock.now().0 - begun.0 > 3 * 86_400_000_000);
        let shown = app.read(&me, &format!("/webhooks/{id}")).await.expect(200);
        assert_eq!((&shown["state"], &shown["why"], &shown["waiting"], &shown["failures"]), (&json!("paused"), &json!("failing"), &json!(2), &json!(TRIES)), "{shown:#}");
        let log = app.read(&me, "/audit?action=webhook.paused").await.expect(200);
        assert_eq!((&log["items"][0]["actor"]["id"], &log["items"][0]["subject"]), (&json!("server"), &json!(id)));
        assert_eq!(sink.ids(), vec!["msg_0"; TRIES as usize], "nothing overtakes what was noticed first");
        // paused is paused
        sink.answers(204);
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(sink.ids().len(), TRIES as usize);
        let page = app.read(&me, &format!("/webhooks/{id}/deliveries?state=dead")).await.expect(200);
        assert_eq!(page["items"][0]["id"], "dlv_0");
        assert_eq!(app.post(&format!("/webhooks/{id}/deliveries/dlv_0/retry"), json!({})).await.problem(), (409, "webhook.off".into()));
        // switched on, what waits goes out, in order
        app.with_body(Method::PUT, &format!("/webhooks/{id}"), draft(&sink.url())).await.expect(200);
        until("the rest went out", || async { sink.ids().len() == TRIES as usize + 2 }).await;
        assert_eq!(sink.ids()[TRIES as usize..], ["msg_1", "msg_2"]);
        // nobody sends between the two
        workers.stop().await;
        assert_eq!(app.post(&format!("/webhooks/{id}/deliveries/dlv_0/retry"), json!({})).await.expect(200)["delivery"]["state"], "waiting");
        assert_eq!(app.post(&format!("/webhooks/{id}/deliveries/dlv_0/retry"), json!({})).await.problem(), (409, "delivery.waiting".into()));
        let workers = Workers::start(&app.ctx.app);
        until("it is sent again", || async { sink.ids().last().is_some_and(|m| m == "msg_0") }).await;
        // who wants no more says so
        sink.answers(410);
        app.post(&format!("/webhooks/{id}/deliveries/dlv_1/retry"), json!({})).await.expect(200);
        until("it is stopped", || async { app.read(&app.me(), &format!("/webhooks/{id}")).await.expect(200)["state"] == "paused" }).await;
        assert_eq!(app.read(&me, &format!("/webhooks/{id}")).await.expect(200)["why"], "gone");
        workers.stop().await;
    }
}
