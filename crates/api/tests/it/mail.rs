//! Mail: a server that is set, tried, used for invitations; mails that are refused, cut off, and sent once for all that.

use crate::app::{TestApp, both};
use axum::http::Method;
use domain::clock::{Clock, Instant};
use flow::{
    jobs::Workers,
    mail::send::{BACK_OFF, TRIES},
    webhooks::{Egress, Found, Policy, Resolve},
};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc, time::Duration};
use testkit::smtp::{Arrived, Fault, Sink};

struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: &str) -> Found {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

pub async fn office(url: Option<String>, sink: &Sink) -> TestApp {
    let policy = Policy { inside: vec![format!("mail.test:{}", sink.port).parse().expect("a place")], ..Policy::default() };
    TestApp::going_out(url, Egress::new(policy).with_names(Arc::new(Loopback))).await.founded().await
}

pub fn draft(sink: &Sink) -> Value {
    json!({ "host": "mail.test", "port": sink.port, "security": "none", "username": "crm", "password": "geheim-4711", "from_address": "crm@shop.test" })
}

async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("half a minute, and not yet: {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_is_set_tried_and_its_password_never_told() {
    for url in both().await {
        let sink = Sink::start().expect("a port");
        let mut app = office(url, &sink).await;
        assert_eq!(app.get("/mail").await.expect(200), json!({ "relay": null, "recent": [] }));
        assert_eq!(app.post("/mail/test", json!({})).await.problem(), (404, "mail.not_found".into()));
        for (change, code) in [
            (json!({ "host": "" }), "mail.host"),
            (json!({ "host": "a b" }), "mail.host"),
            (json!({ "host": "127.0.0.1" }), "mail.host"),
            (json!({ "host": "smtp.example.com\r\nx" }), "mail.host"),
            (json!({ "port": 22 }), "mail.port"),
            (json!({ "from_address": "nobody" }), "mail.from"),
            (json!({ "from_address": "a@b.test>\r\nRCPT TO:<x@y.test" }), "mail.from"),
            (json!({ "from_name": "x\r\nBcc: y@z.test" }), "mail.text"),
            (json!({ "password": null }), "mail.password"),
        ] {
            let mut bad = draft(&sink);
            bad.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            assert_eq!(app.with_body(Method::PUT, "/mail", bad.clone()).await.problem(), (422, code.into()), "{bad}");
        }
        let set = app.with_body(Method::PUT, "/mail", draft(&sink)).await.expect(200);
        assert_eq!((&set["relay"]["password_set"], &set["relay"]["host"]), (&json!(true), &json!("mail.test")));
        let tested = app.post("/mail/test", json!({})).await.expect(200);
        assert_eq!((&tested["sent"], &tested["to"]), (&json!(true), &json!("owner@shop.test")), "{tested}");
        let [mail]: [Arrived; 1] = sink.kept().try_into().expect("one");
        assert_eq!(mail.login.as_deref(), Some("AUTH PLAIN AGNybQBnZWhlaW0tNDcxMQ=="));
        // the password stays with its server and login, and goes to no other
        let mut same = draft(&sink);
        same.as_object_mut().expect("an object").remove("password");
        app.with_body(Method::PUT, "/mail", same.clone()).await.expect(200);
        app.post("/mail/test", json!({})).await.expect(200);
        assert_eq!(sink.kept()[1].login, sink.kept()[0].login);
        let mut other = same.clone();
        other["host"] = json!("smtp.evil.test");
        other["port"] = json!(587);
        assert_eq!(app.with_body(Method::PUT, "/mail", other).await.problem(), (422, "mail.password".into()));
        sink.misbehave(&[Fault::Login(535)]);
        let refused = app.post("/mail/test", json!({})).await.expect(200);
        assert_eq!((&refused["sent"], &refused["code"]), (&json!(false), &json!(535)));
        for read in ["/mail", "/audit?limit=500", "/session"] {
            let said = app.get(read).await.text();
            assert!(!said.contains("4711") && !said.contains("NDcxMQ"), "{read}: {said}");
        }
        assert!(app.get("/audit?limit=500").await.text().contains("mail.set"));
        assert_eq!(app.delete("/mail").await.status, 204);
        assert_eq!(app.delete("/mail").await.problem(), (404, "mail.not_found".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_arrives_once_whatever_the_mail_server_does() {
    for url in both().await {
        let sink = Sink::start().expect("a port");
        let mut app = office(url, &sink).await;
        let form = |n: u32| json!({ "email": format!("new{n}@shop.test"), "role": "viewer" });
        // none is set: the link is handed over as before
        assert_eq!(app.post("/invitations", form(0)).await.expect(201)["mailed"], false);
        app.with_body(Method::PUT, "/mail", draft(&sink)).await.expect(200);
        // nor does a server that does not know its own address send one
        assert_eq!(app.post("/invitations", form(0)).await.expect(201)["mailed"], false);
        let mut app = app.reached_at("http://shop.test");
        let workers = Workers::start(&app.ctx.app);
        let faults = [Fault::NoGreeting, Fault::Hello(421), Fault::Login(535), Fault::Recipient(450), Fault::Data(451), Fault::Message(452), Fault::Silent];
        sink.misbehave(&faults);
        let made = app.post("/invitations", form(1)).await.expect(201);
        assert_eq!(made["mailed"], true);
        for (n, wait) in BACK_OFF.iter().take(faults.len()).enumerate() {
            until("it was tried", || newest(&app).is_some_and(|m| m.attempts > n as i64 && m.outcome.is_some())).await;
            app.clock.set(Instant(app.clock.now().0 + wait * 1_000_000 + 200_000_000));
        }
        until("it arrived", || !sink.kept().is_empty()).await;
        let all = sink.arrived();
        let kept = sink.kept();
        assert_eq!(kept.len(), 1);
        // the one that was taken without a word and the one that was acknowledged are the same mail
        let ids: std::collections::BTreeSet<String> = all.iter().map(|a| a.header("Message-ID")).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        let mail = &kept[0];
        assert_eq!((mail.to.clone(), mail.header("From")), (vec!["RCPT TO:<new1@shop.test>".to_owned()], "=?UTF-8?B?5bCP5bqX?= <crm@shop.test>".to_owned()));
        let bodies = decoded(&mail.text);
        let link = made["link"].as_str().expect("a link");
        assert!(bodies.iter().all(|b| b.contains(link)) && bodies.len() == 2, "{bodies:?}");
        // what was sent is not kept
        let recent = app.get("/mail").await.expect(200)["recent"].clone();
        assert_eq!((&recent[0]["state"], &recent[0]["attempts"]), (&json!("sent"), &json!(faults.len() + 1)));
        let id = recent[0]["id"].as_str().expect("an id").to_owned();
        assert!(!recent.to_string().contains("inv_") && id.starts_with("mal_"));
        // one that is refused for good is given up at once
        sink.misbehave(&[Fault::Recipient(550)]);
        app.post("/invitations", form(2)).await.expect(201);
        until("it is given up", || newest(&app).is_some_and(|m| m.state == store::mail::State::Dead)).await;
        let shown = app.get("/mail").await.expect(200)["recent"][0].clone();
        assert_eq!((&shown["state"], &shown["code"], &shown["attempts"]), (&json!("dead"), &json!(550), &json!(1)));
        assert!(shown["problem"]["zh"].is_string());
        workers.stop().await;
        assert!(TRIES > faults.len() as i64);
    }
}

/// The newest mail.
fn newest(app: &TestApp) -> Option<store::mail::Mail> {
    let workspace = app.ctx.app.settings().id.clone();
    let read = store::mail::recent(&app.ctx.app.store, &workspace, 1);
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(read)).expect("reads").into_iter().next()
}

/// The bodies of a mail.
fn decoded(text: &str) -> Vec<String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let parts = text.split("Content-Transfer-Encoding: base64\r\n\r\n").skip(1);
    parts.map(|p| p.lines().take_while(|l| !l.starts_with("--")).collect::<String>()).map(|b| String::from_utf8(STANDARD.decode(b).expect("base64")).expect("text")).collect()
}
