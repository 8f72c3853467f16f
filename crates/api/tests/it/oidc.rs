//! Signing in through a service of one's own: who is let in as whom, and every wrong answer that lets nobody in.

use crate::{
    app::{Answer, NOW, PASSWORD, TestApp, Who, both, session_of},
    idp::{CLIENT, Fault, Idp, SECRET, pairs},
};
use axum::http::Method;
use domain::{access::{Personal, Role}, clock::Instant};
use flow::webhooks::{Egress, Found, Policy, Resolve};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc};

struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: &str) -> Found {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

const ORIGIN: &str = "http://crm.shop.test";

fn draft(idp: &Idp) -> Value {
    json!({ "issuer": idp.issuer(), "client_id": CLIENT, "client_secret": SECRET, "label": "Shop login" })
}

async fn put(app: &TestApp, who: &Who, draft: Value) -> Answer {
    app.by(who, Method::PUT, "/workspace/sign-in/oidc", Some(draft)).await
}

/// A shop with a service that is allowed and set.
pub async fn shop(url: Option<String>) -> (TestApp, Idp) {
    let idp = Idp::start("idp.test", NOW.0 / 1_000_000);
    let policy = Policy { inside: vec![format!("idp.test:{}", idp.port).parse().expect("a place")], ..Policy::default() };
    let app = TestApp::going_out(url, Egress::new(policy).with_names(Arc::new(Loopback))).await.founded().await.reached_at(ORIGIN);
    put(&app, &app.me(), draft(&idp)).await.expect(200);
    (app, idp)
}

/// Goes there: the browser, and where it goes.
pub async fn leaves(app: &TestApp) -> (Who, String) {
    let answer = app.by(&Who::Nobody, Method::POST, "/session/oidc", Some(json!({}))).await;
    let browser = session_of(&answer);
    (browser, answer.expect(200)["url"].as_str().expect("an address").to_owned())
}

pub async fn comes(app: &TestApp, idp: &Idp, browser: &Who, (code, state): (&str, &str)) -> Answer {
    app.by(browser, Method::POST, "/session/oidc/finish", Some(json!({ "code": code, "state": state, "iss": idp.issuer() }))).await
}

/// There and back.
async fn signs_in(app: &TestApp, idp: &Idp) -> Answer {
    let (browser, url) = leaves(app).await;
    let (code, state) = idp.authorizes(&url);
    comes(app, idp, &browser, (&code, &state)).await
}

pub fn person(sub: &str, email: &str) -> Value {
    json!({ "sub": sub, "email": email, "email_verified": true, "name": "Ben at work" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_and_invited_people_come_in_and_nobody_else() {
    for url in both().await {
        let (app, idp) = shop(url).await;
        let owner = app.me();
        assert_eq!(app.read(&Who::Nobody, "/session").await.expect(200)["oidc"], "Shop login");
        let (_, url) = leaves(&app).await;
        let asked = pairs(url.split_once('?').expect("a query").1);
        assert_eq!((asked["redirect_uri"].as_str(), asked["tenant"].as_str(), asked["state"].len(), asked["nonce"].len()), ("http://crm.shop.test/signin/oidc", "1", 43, 43));

        // the owner, by the address; from then on by the account, whatever its address is
        idp.is(person("sub-owner", "Owner@Shop.test"));
        let first = signs_in(&app, &idp).await;
        let inside = session_of(&first);
        let id = first.expect(200)["user"]["id"].clone();
        assert_eq!(app.read(&inside, "/session").await.expect(200)["user"]["email"], "owner@shop.test");
        assert_eq!(app.read(&inside, "/sessions").await.expect(200)["items"][0]["via"], "oidc");
        idp.is(json!({ "sub": "sub-owner", "email": "elsewhere@shop.test", "email_verified": false }));
        assert_eq!(signs_in(&app, &idp).await.expect(200)["user"]["id"], id);
        // another account with the same address is not them
        idp.is(person("sub-other", "owner@shop.test"));
        assert_eq!(signs_in(&app, &idp).await.problem(), (403, "oidc.other_account".into()));

        // nobody asked them in; then somebody does
        idp.is(person("sub-ben", "ben@shop.test"));
        assert_eq!(signs_in(&app, &idp).await.problem(), (403, "oidc.not_invited".into()));
        app.by(&owner, Method::POST, "/invitations", Some(json!({ "email": "ben@shop.test", "role": "agent", "personal": "denied" }))).await.expect(201);
        for user in [json!({ "sub": "sub-ben", "email": "ben@shop.test", "email_verified": false }), json!({ "sub": "sub-ben", "email": "ben@shop.test" }), json!({ "sub": "sub-ben" })] {
            idp.is(user);
            assert_eq!(signs_in(&app, &idp).await.problem(), (403, "oidc.email".into()), "an address that is not theirs for certain");
        }
        idp.is(person("sub-ben", "ben@shop.test"));
        let ben = signs_in(&app, &idp).await;
        let session = session_of(&ben);
        let user = ben.expect(200)["user"].clone();
        assert_eq!((&user["name"], &user["role"], &user["permissions"]), (&json!("Ben at work"), &json!("agent"), &json!(["base:read", "customers:write"])));
        assert_eq!(app.read(&owner, "/invitations").await.expect(200)["items"][0]["state"], "accepted");
        // without a password there is no way in by one, and none is set by a browser left open
        for password in ["", PASSWORD] {
            assert_eq!(app.by(&Who::Nobody, Method::POST, "/session", Some(json!({ "email": "ben@shop.test", "password": password }))).await.problem(), (401, "session.wrong".into()));
        }
        assert_eq!(app.by(&session, Method::PUT, "/session/password", Some(json!({ "old": "", "new": PASSWORD }))).await.problem(), (409, "session.no_password".into()));
        // taken out, they stay out
        assert_eq!(app.by(&owner, Method::DELETE, &format!("/members/{}", user["id"].as_str().expect("an id")), None).await.status, 204);
        assert_eq!(app.read(&session, "/overview").await.problem(), (401, "session.required".into()));
        assert_eq!(signs_in(&app, &idp).await.problem(), (403, "oidc.not_invited".into()));
        let log = app.read(&owner, "/audit?limit=500").await.text().to_owned();
        assert!(["oidc.set", "oidc.linked", "oidc.not_invited", "\"via\":\"oidc\""].iter().all(|w| log.contains(w)) && !log.contains("geheim"), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_of_named_domains_come_in_where_that_is_said() {
    for url in both().await {
        let (app, idp) = shop(url).await;
        let owner = app.me();
        let with = |more: Value| {
            let mut draft = draft(&idp);
            draft.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            draft
        };
        assert_eq!(put(&app, &owner, with(json!({ "newcomers": "viewer" }))).await.problem(), (422, "oidc.newcomers".into()), "the whole world");
        assert_eq!(put(&app, &owner, with(json!({ "newcomers": "owner", "domains": ["shop.test"] }))).await.problem(), (422, "oidc.newcomers".into()));
        put(&app, &owner, with(json!({ "newcomers": "viewer", "domains": [" @Shop.test"] }))).await.expect(200);
        idp.is(person("sub-1", "new@shop.test"));
        assert_eq!(signs_in(&app, &idp).await.expect(200)["user"]["role"], "viewer");
        for email in ["new@evil.test", "new@sub.shop.test", "new@shop.test.evil.test", "a@shop.test@evil.test"] {
            idp.is(person("sub-2", email));
            assert_eq!(signs_in(&app, &idp).await.problem(), (403, "oidc.domain".into()), "{email}");
        }
        idp.is(person("sub-3", "three@shop.test"));
        // a second step is asked for here as well
        app.by(&owner, Method::PUT, "/workspace/sign-in", Some(json!({ "second_factor_required": true }))).await.expect(200);
        let view = signs_in(&app, &idp).await.expect(200);
        assert_eq!((&view["second_factor_due"], &view["user"]["permissions"]), (&json!(true), &json!([])));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_hold_lets_nobody_in() {
    for url in both().await {
        let (app, idp) = shop(url).await;
        idp.is(person("sub-owner", "owner@shop.test"));
        for fault in Fault::ALL {
            idp.fails(Some(fault));
            assert_eq!(signs_in(&app, &idp).await.problem(), (422, "oidc.answer".into()), "{fault:?}");
            forgive(&app).await;
        }
        idp.fails(None);
        // a new key is asked for once; one of another kind will do
        idp.asked();
        idp.turns("second", true);
        signs_in(&app, &idp).await.expect(200);
        assert_eq!(idp.asked(), ["/token", "/keys"]);
        signs_in(&app, &idp).await.expect(200);
        assert_eq!(idp.asked(), ["/token"]);
        idp.fails(Some(Fault::StrangeKey));
        assert_eq!(signs_in(&app, &idp).await.problem(), (422, "oidc.answer".into()));
        assert_eq!(idp.asked(), ["/token", "/keys"], "once, not for ever");
        idp.fails(Some(Fault::Signature));
        assert_eq!(signs_in(&app, &idp).await.problem(), (422, "oidc.answer".into()));
        idp.fails(None);

        // a state is good once, in the browser it was made for, for ten minutes, and only back from where it went
        let (browser, url) = leaves(&app).await;
        let (code, state) = idp.authorizes(&url);
        comes(&app, &idp, &browser, (&code, &state)).await.expect(200);
        assert_eq!(comes(&app, &idp, &browser, (&code, &state)).await.problem(), (422, "oidc.over".into()), "replayed");
        let (browser, url) = leaves(&app).await;
        let (other, _) = leaves(&app).await;
        let (code, state) = idp.authorizes(&url);
        assert_eq!(comes(&app, &idp, &other, (&code, &state)).await.problem(), (422, "oidc.over".into()), "another browser");
        assert_eq!(comes(&app, &idp, &browser, (&code, &state)).await.problem(), (422, "oidc.over".into()), "and it is used up");
        let (browser, _) = leaves(&app).await;
        assert_eq!(comes(&app, &idp, &browser, ("code-0", "invented")).await.problem(), (422, "oidc.over".into()));
        forgive(&app).await;
        for iss in [json!("https://login.example.com"), json!(null)] {
            let (browser, url) = leaves(&app).await;
            let (code, state) = idp.authorizes(&url);
            let mixed = json!({ "code": code, "state": state, "iss": iss });
            assert_eq!(app.by(&browser, Method::POST, "/session/oidc/finish", Some(mixed)).await.problem(), (422, "oidc.over".into()), "mixed up: {iss}");
        }
        let (browser, url) = leaves(&app).await;
        let (code, state) = idp.authorizes(&url);
        app.clock.set(Instant(NOW.0 + 11 * 60_000_000));
        assert_eq!(comes(&app, &idp, &browser, (&code, &state)).await.problem(), (422, "oidc.over".into()), "late");
        app.clock.set(NOW);
        // a code of another sign-in does not fit this one's verifier
        forgive(&app).await;
        let ((browser, one), (_, two)) = (leaves(&app).await, leaves(&app).await);
        let ((_, state), (code, _)) = (idp.authorizes(&one), idp.authorizes(&two));
        assert_eq!(comes(&app, &idp, &browser, (&code, &state)).await.problem(), (422, "oidc.unreachable".into()));
    }
}

/// Forgets what counts against whoever failed.
async fn forgive(app: &TestApp) {
    let now = Instant(NOW.0 + 3_600_000_000);
    store::tries::failed(&app.ctx.app.store, &[], now, now).await.expect("forgets");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_set_by_an_owner_and_its_secret_never_told() {
    for url in both().await {
        let (app, idp) = shop(url).await;
        let owner = app.me();
        let state = app.read(&owner, "/workspace/sign-in/oidc").await;
        assert!(!state.text().contains("geheim"));
        let state = state.expect(200);
        assert_eq!((&state["provider"]["secret_set"], &state["redirect_uri"]), (&json!(true), &json!("http://crm.shop.test/signin/oidc")));
        let kept = store::oidc::get(&app.ctx.app.store, &app.ctx.app.settings().id).await.expect("answers").expect("there");
        assert!(kept.client_secret.starts_with("s1:"), "in the clear");
        let (_, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        assert_eq!(put(&app, &manager, draft(&idp)).await.problem(), (403, "access.denied".into()));
        for (change, code) in [
            (json!({ "issuer": "idp" }), "oidc.issuer"),
            (json!({ "issuer": "http://login.example.com" }), "oidc.issuer"),
            (json!({ "issuer": "https://login.example.com/?x" }), "oidc.issuer"),
            (json!({ "issuer": "https://127.0.0.1/" }), "oidc.issuer"),
            (json!({ "issuer": "https://169.254.169.254/" }), "oidc.issuer"),
            (json!({ "issuer": format!("{}/", idp.issuer()) }), "oidc.unreachable"),
            (json!({ "client_id": " " }), "oidc.client"),
            (json!({ "label": "" }), "oidc.label"),
            (json!({ "domains": ["shop"] }), "oidc.domains"),
            (json!({ "domains": ["a@shop.test"] }), "oidc.domains"),
            (json!({ "client_id": "another", "client_secret": null }), "oidc.secret"),
        ] {
            let mut bad = draft(&idp);
            bad.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            let answer = put(&app, &owner, bad).await;
            assert_eq!(answer.problem(), (422, code.into()), "{change}: {}", answer.text());
        }
        // without a secret the one that is kept stays
        let mut same = draft(&idp);
        same["client_secret"] = json!(null);
        put(&app, &owner, same).await.expect(200);
        idp.is(person("sub-owner", "owner@shop.test"));
        signs_in(&app, &idp).await.expect(200);
        idp.pretends(Some("https://login.example.com"));
        assert_eq!(put(&app, &owner, draft(&idp)).await.problem(), (422, "oidc.unreachable".into()), "another's configuration");
        idp.pretends(None);
        assert_eq!(app.by(&owner, Method::DELETE, "/workspace/sign-in/oidc", None).await.status, 204);
        assert_eq!(app.by(&owner, Method::DELETE, "/workspace/sign-in/oidc", None).await.problem(), (404, "oidc.not_found".into()));
        assert_eq!(app.by(&Who::Nobody, Method::POST, "/session/oidc", Some(json!({}))).await.problem(), (404, "oidc.not_found".into()));
        assert_eq!(app.read(&Who::Nobody, "/session").await.expect(200)["oidc"], json!(null));
    }
}

#[tokio::test]
async fn without_an_address_of_our_own_nobody_can_be_sent_back() {
    let app = TestApp::ready(None).await;
    let body = json!({ "issuer": "https://login.example.com", "client_id": "x", "client_secret": "x", "label": "x" });
    assert_eq!(put(&app, &app.me(), body).await.problem(), (422, "oidc.origin".into()));
    assert_eq!(app.by(&Who::Nobody, Method::POST, "/session/oidc", Some(json!({}))).await.problem(), (404, "oidc.not_found".into()));
}
