//! Secrets by which we are known outside lie sealed in the database, also those that an earlier program left there in the clear. Where
//! their key is lost nothing is dropped, and people are told what to do.

use crate::{
    app::{TestApp, both},
    mail::{draft as mail_draft, office},
    webhooks::{Sink, until},
};
use axum::http::Method;
use flow::jobs::Workers;
use serde_json::{Value, json};
use store::{
    delivery::{Message, Post},
    webhook,
};

/// How a sealed text begins.
const SEALED: &str = "s1:";

fn lose_the_key(app: &TestApp) {
    std::fs::remove_file(app.ctx.app.data.join("secret-key")).expect("it was there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_of_a_webhook_is_sealed_and_asked_for_anew_where_its_key_is_lost() {
    for url in both().await {
        let sink = Sink::start().await;
        let mut app = TestApp::going_out(url, sink.egress()).await.founded().await;
        let made = app.post("/webhooks", json!({ "url": sink.url(), "types": ["segment.left"] })).await.expect(201);
        let id = made["webhook"]["id"].as_str().expect("an id").to_owned();
        let (path, secret) = (format!("/webhooks/{id}"), made["secret"].as_str().expect("a secret"));
        let (store, workspace) = (app.ctx.app.store.clone(), app.ctx.app.settings().id.clone());
        let kept = async || webhook::get(&store, &workspace, &id).await.expect("reads").expect("is there");
        assert!(kept().await.secret.starts_with(SEALED));
        let ping = async |app: &TestApp| app.by(&app.me(), Method::POST, &format!("{path}/test"), Some(json!({}))).await.expect(200)["delivery"]["outcome"].clone();
        assert_eq!(ping(&app).await, "ok");
        // as a program before this one left it: it is good, and sealed with the next start
        webhook::shut(&store, &kept().await, secret, None).await.expect("writes");
        assert_eq!((kept().await.secret.as_str(), ping(&app).await), (secret, json!("ok")));
        let workers = Workers::start(&app.ctx.app);
        until("it is sealed", || async { kept().await.secret.starts_with(SEALED) }).await;
        assert_eq!(ping(&app).await, "ok");

        lose_the_key(&app);
        let came = sink.came();
        assert_eq!(ping(&app).await, "secret");
        let waits = Post {
            message: Message { id: "msg_1".into(), change: "1".into(), kind: "segment.left".into(), subject: "segment:x".into(), body: "{}".into(), customers: 0 },
            to: vec![("dlv_1".into(), id.clone())],
        };
        let mut tx = store.begin().await.expect("begins");
        store::delivery::post(&mut tx, &workspace, vec![waits], domain::clock::Clock::now(&*app.clock)).await.expect("writes");
        tx.commit().await.expect("commits");
        let state = async |app: &TestApp| app.read(&app.me(), &path).await.expect(200);
        until("it pauses", || async { state(&app).await["state"] == "paused" }).await;
        let paused = state(&app).await;
        assert_eq!((&paused["why"], &paused["waiting"], sink.came()), (&json!("secret"), &json!(1), came), "nothing goes out unsigned: {paused}");
        app.post(&format!("{path}/secret"), json!({})).await.expect(200);
        app.with_body(Method::PUT, &path, json!({ "url": sink.url(), "types": ["segment.left"] })).await.expect(200);
        until("what waited goes out", || async { sink.ids().contains(&"msg_1".to_owned()) }).await;
        workers.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_of_the_mail_server_is_sealed_and_mails_wait_where_its_key_is_lost() {
    for url in both().await {
        let sink = testkit::smtp::Sink::start().expect("a port");
        let mut app = office(url, &sink).await;
        app.with_body(Method::PUT, "/mail", mail_draft(&sink)).await.expect(200);
        let (store, workspace) = (app.ctx.app.store.clone(), app.ctx.app.settings().id.clone());
        let kept = async || store::mail::relay(&store, &workspace).await.expect("reads").expect("is there");
        assert!(kept().await.password.starts_with(SEALED));
        let test = async |app: &TestApp| app.by(&app.me(), Method::POST, "/mail/test", Some(json!({}))).await.expect(200)["sent"].clone();
        store::mail::shut(&store, &workspace, &kept().await, "geheim-4711").await.expect("writes");
        assert_eq!(test(&app).await, true);
        let workers = Workers::start(&app.ctx.app);
        until("it is sealed", || async { kept().await.password.starts_with(SEALED) }).await;
        assert_eq!(test(&app).await, true);
        assert_eq!(sink.kept()[1].login, sink.kept()[0].login);
        // written to another server it does not open: nobody is sent a password that is another's
        let elsewhere = store::mail::Relay { host: "other.test".into(), ..kept().await };
        let mut tx = store.begin().await.expect("begins");
        store::mail::set(&mut tx, &workspace, &elsewhere).await.expect("writes");
        tx.commit().await.expect("commits");
        assert_eq!((test(&app).await, app.get("/mail").await.expect(200)["relay"]["password_lost"].clone()), (json!(false), json!(true)));
        app.with_body(Method::PUT, "/mail", mail_draft(&sink)).await.expect(200);

        lose_the_key(&app);
        let mut app = app.reached_at("http://shop.test");
        app.post("/invitations", json!({ "email": "new@shop.test", "role": "viewer" })).await.expect(201);
        let said = app.get("/mail").await.expect(200);
        assert_eq!((&said["relay"]["password_set"], &said["relay"]["password_lost"], &said["recent"][0]["state"]), (&json!(false), &json!(true), &json!("waiting")));
        assert_eq!(test(&app).await, false);
        let mut same = mail_draft(&sink);
        same["password"] = Value::Null;
        assert_eq!(app.with_body(Method::PUT, "/mail", same).await.problem(), (422, "mail.password".into()));
        app.with_body(Method::PUT, "/mail", mail_draft(&sink)).await.expect(200);
        until("what waited goes out", || async { sink.kept().iter().any(|m| m.to.iter().any(|to| to.contains("new@shop.test"))) }).await;
        workers.stop().await;
    }
}
