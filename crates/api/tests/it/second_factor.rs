//! The second step of signing in: set up, asked for, used up, taken away, and asked of everybody.

use crate::app::{Answer, NOW, PASSWORD, TestApp, Who, both, session_of};
use axum::http::Method;
use domain::{access::{Personal, Role}, clock::{Clock, Instant}};
use flow::people::totp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SECOND: i64 = 1_000_000;

/// The bytes of a secret as an app reads them.
fn bytes(secret: &Value) -> Vec<u8> {
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for c in secret.as_str().expect("a secret").chars() {
        bits = (bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("a letter of the alphabet") as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out
}

/// What the app shows now.
pub fn shown(app: &TestApp, secret: &[u8]) -> String {
    totp::code(secret, totp::step(app.clock.now()))
}

fn later(app: &TestApp, seconds: i64) {
    app.clock.set(Instant(app.clock.now().0 + seconds * SECOND));
}

async fn post(app: &TestApp, who: &Who, path: &str, body: Value) -> Answer {
    app.by(who, Method::POST, path, Some(body)).await
}

/// Sets it up; the secret and the recovery codes.
pub async fn set_up(app: &TestApp, who: &Who) -> (Vec<u8>, Vec<String>) {
    let offer = post(app, who, "/session/second-factor", json!({})).await.expect(201);
    let secret = bytes(&offer["secret"]);
    let on = post(app, who, "/session/second-factor/confirm", json!({ "code": shown(app, &secret) })).await.expect(200);
    let codes = on["codes"].as_array().expect("codes").iter().map(|c| c.as_str().expect("a code").to_owned()).collect();
    (secret, codes)
}

/// The first step, with the right password: a sign-in that waits.
pub async fn first_step(app: &TestApp, email: &str) -> Who {
    let answer = post(app, &Who::Nobody, "/session", json!({ "email": email, "password": PASSWORD })).await;
    let waits = session_of(&answer);
    let view = answer.expect(200);
    assert_eq!((&view["code_required"], &view["user"], &view["workspace"], &view["owners"]), (&json!(true), &json!(null), &json!(null), &json!([])));
    assert!(matches!(&waits, Who::Session(c) if c.starts_with("zhiyin-code=")), "{waits:?}");
    waits
}

pub async fn code(app: &TestApp, waits: &Who, code: &str) -> Answer {
    post(app, waits, "/session/code", json!({ "code": code })).await
}

const OWNER: &str = "owner@shop.test";

#[tokio::test]
async fn it_is_set_up_asked_for_and_turned_off() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let me = app.me();
        let before = app.read(&me, "/session/second-factor").await.expect(200);
        assert_eq!(before, json!({ "on": false, "since": null, "recovery_left": 0, "required": false, "password": true }));
        let elsewhere = app.signs_in(OWNER, PASSWORD).await;
        let (_, program) = app.token(&me, json!({ "name": "nightly", "role": "owner" })).await;

        let offer = post(&app, &me, "/session/second-factor", json!({})).await.expect(201);
        let secret = bytes(&offer["secret"]);
        assert_eq!((secret.len(), offer["address"].as_str().is_some_and(|a| a.starts_with("otpauth://totp/Zhiyin%20") && a.contains(":owner%40shop.test?secret="))), (20, true), "{offer}");
        // begun is not in force; wrong codes put nothing in force; a picture shown again makes the one before void
        assert_eq!(post(&app, &me, "/session/second-factor/confirm", json!({ "code": "000000" })).await.problem(), (422, "second_factor.code".into()));
        app.signs_in(OWNER, PASSWORD).await;
        let again = bytes(&post(&app, &me, "/session/second-factor", json!({})).await.expect(201)["secret"]);
        assert_eq!(post(&app, &me, "/session/second-factor/confirm", json!({ "code": shown(&app, &secret) })).await.problem(), (422, "second_factor.code".into()));
        let secret = again;
        let on = post(&app, &me, "/session/second-factor/confirm", json!({ "code": format!(" {} ", shown(&app, &secret)) })).await.expect(200);
        assert_eq!(on["ended"], 2, "every other session ends");
        let codes: BTreeSet<&str> = on["codes"].as_array().expect("codes").iter().filter_map(Value::as_str).collect();
        assert!(codes.len() == 10 && codes.iter().all(|c| c.len() == 19 && c.matches('-').count() == 3), "{codes:?}");
        assert_eq!(app.read(&elsewhere, "/overview").await.problem(), (401, "session.required".into()));
        app.read(&program, "/overview").await.expect(200);
        app.read(&me, "/overview").await.expect(200);
        assert_eq!(post(&app, &me, "/session/second-factor", json!({})).await.problem(), (409, "second_factor.on".into()));

        // nothing of it is in the clear
        let kept = store::second_factor::get(&app.ctx.app.store, app.read(&me, "/session").await.expect(200)["user"]["id"].as_str().expect("an id")).await.expect("answers").expect("there");
        assert!(kept.secret.starts_with("s1:") && !kept.secret.contains(offer["secret"].as_str().expect("a secret")));

        // the code that put it in force is used up
        let waits = first_step(&app, OWNER).await;
        assert_eq!(app.read(&waits, "/overview").await.problem(), (401, "session.required".into()), "it opens nothing but its door");
        assert_eq!(app.read(&waits, "/session").await.expect(200)["code_required"], true);
        assert_eq!(code(&app, &waits, &shown(&app, &secret)).await.problem(), (422, "second_factor.code".into()));
        later(&app, 30);
        let fresh = shown(&app, &secret);
        let wide: String = fresh.chars().map(|c| char::from_u32('０' as u32 + c.to_digit(10).expect("a digit")).expect("a digit")).collect();
        let answer = code(&app, &waits, &wide).await;
        let inside = session_of(&answer);
        assert_eq!(answer.expect(200)["user"]["email"], OWNER);
        app.read(&inside, "/overview").await.expect(200);
        // neither the waiting sign-in nor the code works twice
        assert_eq!(code(&app, &waits, &fresh).await.problem(), (401, "session.code_over".into()));
        assert_eq!(code(&app, &first_step(&app, OWNER).await, &fresh).await.problem(), (422, "second_factor.code".into()));

        // recovery codes: each once, however it is typed; then made anew
        let all: Vec<&str> = codes.into_iter().collect();
        let typed = all[0].to_uppercase().replace('-', " ");
        let answer = code(&app, &first_step(&app, OWNER).await, &typed).await;
        let recovered = session_of(&answer);
        answer.expect(200);
        assert_eq!(code(&app, &first_step(&app, OWNER).await, all[0]).await.problem(), (422, "second_factor.code".into()));
        assert_eq!(app.read(&recovered, "/session/second-factor").await.expect(200)["recovery_left"], 9);
        assert_eq!(post(&app, &recovered, "/session/second-factor/recovery", json!({ "code": all[1] })).await.problem(), (422, "second_factor.code".into()), "only the app makes new ones");
        later(&app, 30);
        let renewed = post(&app, &recovered, "/session/second-factor/recovery", json!({ "code": shown(&app, &secret) })).await.expect(200);
        assert_eq!(code(&app, &first_step(&app, OWNER).await, all[2]).await.problem(), (422, "second_factor.code".into()), "the old ones are void");
        let new = renewed["codes"][0].as_str().expect("a code").to_owned();
        code(&app, &first_step(&app, OWNER).await, &new).await.expect(200);

        // off: the password and a code
        later(&app, 30);
        let off = async |password: &str, code: &str| post(&app, &recovered, "/session/second-factor/off", json!({ "password": password, "code": code })).await;
        assert_eq!(off("not the password", &shown(&app, &secret)).await.problem(), (422, "session.old_password".into()));
        assert_eq!(off(PASSWORD, "123456").await.problem(), (422, "second_factor.code".into()));
        assert_eq!(off(PASSWORD, &shown(&app, &secret)).await.status, 204);
        assert_eq!(off(PASSWORD, &shown(&app, &secret)).await.problem(), (409, "second_factor.off".into()));
        app.signs_in(OWNER, PASSWORD).await;
        let log = app.read(&recovered, "/audit?limit=500").await.text().to_owned();
        for action in ["second_factor.on", "second_factor.off", "recovery.renewed", "\"second_factor\":\"recovery\"", "\"second_factor\":\"app\""] {
            assert!(log.contains(action), "{action}");
        }
        for secret in all.iter().chain([&new.as_str()]) {
            assert!(!log.contains(secret));
        }
    }
}

#[tokio::test]
async fn of_a_thousand_guesses_five_are_looked_at() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let (secret, _) = set_up(&app, &app.me()).await;
        later(&app, 60);
        let waits = first_step(&app, OWNER).await;
        let right = shown(&app, &secret);
        let near: Vec<String> = (-1..=1).map(|d| totp::code(&secret, totp::step(app.clock.now()) + d)).collect();
        let guesses: Vec<String> = (0..1_000_000).map(|n| format!("{n:06}")).filter(|g| !near.contains(g)).take(999).collect();
        let mut looked_at = 0;
        for guess in &guesses {
            let (status, code) = code(&app, &waits, guess).await.problem();
            match (status, code.as_str()) {
                (422, "second_factor.code") => looked_at += 1,
                (401, "session.code_over") => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(looked_at, 5);
        assert_eq!(code(&app, &waits, &right).await.problem(), (401, "session.code_over".into()), "not even the right one");
        assert_eq!(app.read(&waits, "/session").await.expect(200)["code_required"], false);
        // many sign-ins do not help: ten wrong codes for one person, and the next waits
        let waits = first_step(&app, OWNER).await;
        for guess in &guesses[..5] {
            assert_eq!(code(&app, &waits, guess).await.problem(), (422, "second_factor.code".into()));
        }
        let waits = first_step(&app, OWNER).await;
        assert_eq!(code(&app, &waits, &right).await.problem(), (429, "session.too_many_tries".into()));
        later(&app, 16 * 60);
        let waits = first_step(&app, OWNER).await;
        code(&app, &waits, &shown(&app, &secret)).await.expect(200);
        // a sign-in waits for ten minutes
        let waits = first_step(&app, OWNER).await;
        later(&app, 10 * 60);
        assert_eq!(code(&app, &waits, &shown(&app, &secret)).await.problem(), (401, "session.code_over".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_guesses_at_once_no_more_are_looked_at_and_a_code_lets_one_in() {
    for url in both().await {
        let app = std::sync::Arc::new(TestApp::ready(url).await);
        let (secret, codes) = set_up(&app, &app.me()).await;
        later(&app, 60);
        let at_once = async |tries: Vec<(Who, String)>| {
            let all = tries.into_iter().map(|(waits, typed)| {
                let app = std::sync::Arc::clone(&app);
                tokio::spawn(async move { code(&app, &waits, &typed).await.status.as_u16() })
            });
            let mut said = Vec::new();
            for one in all.collect::<Vec<_>>() {
                said.push(one.await.expect("no panic"));
            }
            said
        };
        let of = |said: &[u16], status: u16| said.iter().filter(|s| **s == status).count();
        let waits = first_step(&app, OWNER).await;
        let said = at_once((0..20).map(|n| (waits.clone(), format!("wrong-{n}"))).collect()).await;
        assert_eq!((of(&said, 422), of(&said, 401)), (5, 15), "{said:?}");
        // one code on several sign-ins
        for typed in [shown(&app, &secret), codes[0].clone()] {
            let mut tries = Vec::new();
            for _ in 0..4 {
                tries.push((first_step(&app, OWNER).await, typed.clone()));
            }
            let said = at_once(tries).await;
            assert_eq!(of(&said, 200), 1, "{said:?}");
            later(&app, 16 * 60);
        }
    }
}

#[tokio::test]
async fn what_ends_access_ends_a_sign_in_that_waits() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        for what in ["password", "removed", "reset", "out"] {
            let (id, who) = app.joined(Role::Manager, Personal::ByRole).await;
            let email = app.read(&who, "/session").await.expect(200)["user"]["email"].as_str().expect("an address").to_owned();
            let (secret, _) = set_up(&app, &who).await;
            later(&app, 60);
            let waits = first_step(&app, &email).await;
            match what {
                "password" => drop(app.by(&who, Method::PUT, "/session/password", Some(json!({ "old": PASSWORD, "new": "staple staple staple" }))).await.expect(200)),
                "removed" => assert_eq!(app.by(&owner, Method::DELETE, &format!("/members/{id}"), None).await.status, 204),
                "reset" => drop(app.by(&owner, Method::DELETE, &format!("/members/{id}/second-factor"), None).await.expect(200)),
                _ => assert_eq!(app.by(&waits, Method::DELETE, "/session", None).await.status, 204),
            }
            assert_eq!(code(&app, &waits, &shown(&app, &secret)).await.problem(), (401, "session.code_over".into()), "{what}");
        }
    }
}

#[tokio::test]
async fn an_owner_takes_away_what_somebody_lost() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let (id, who) = app.joined(Role::Agent, Personal::ByRole).await;
        let email = app.read(&who, "/session").await.expect(200)["user"]["email"].as_str().expect("an address").to_owned();
        let path = format!("/members/{id}/second-factor");
        assert_eq!(app.by(&owner, Method::DELETE, &path, None).await.problem(), (409, "second_factor.off".into()));
        set_up(&app, &who).await;
        let members = app.read(&owner, "/members").await.expect(200);
        let has: Vec<_> = members["items"].as_array().expect("items").iter().map(|m| m["second_factor"] == true).collect();
        assert_eq!(has, [false, true]);
        let (_, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        assert_eq!(app.by(&manager, Method::DELETE, &path, None).await.problem(), (403, "access.denied".into()));
        assert_eq!(app.by(&owner, Method::DELETE, &path, None).await.expect(200), json!({ "ended": 1 }));
        assert_eq!(app.read(&who, "/overview").await.problem(), (401, "session.required".into()));
        app.signs_in(&email, PASSWORD).await;
        assert!(app.read(&owner, "/audit?action=second_factor.reset").await.text().contains(&id));
    }
}

#[tokio::test]
async fn where_everybody_needs_one_nothing_else_is_open_before() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let (_, program) = app.token(&owner, json!({ "name": "nightly", "role": "owner" })).await;
        assert_eq!(app.read(&owner, "/workspace/sign-in").await.expect(200), json!({ "second_factor_required": false, "without": ["王掌柜", "the agent"] }));
        let put = async |who: &Who, on: bool| app.by(who, Method::PUT, "/workspace/sign-in", Some(json!({ "second_factor_required": on }))).await;
        assert_eq!(put(&agent, true).await.problem(), (403, "access.denied".into()));
        put(&owner, true).await.expect(200);
        app.read(&program, "/overview").await.expect(200);
        for who in [&owner, &agent] {
            for path in ["/overview", "/customers", "/sessions", "/jobs/events"] {
                assert_eq!(app.read(who, path).await.problem(), (403, "session.second_factor_due".into()), "{path}");
            }
            assert_eq!(put(who, false).await.problem(), (403, "session.second_factor_due".into()));
            assert_eq!(app.by(who, Method::PUT, "/session/password", Some(json!({ "old": PASSWORD, "new": "staple staple staple" }))).await.problem(), (403, "session.second_factor_due".into()));
            let view = app.read(who, "/session").await.expect(200);
            assert_eq!((&view["second_factor_due"], &view["user"]["permissions"]), (&json!(true), &json!([])));
        }
        let again = app.signs_in("owner@shop.test", PASSWORD).await;
        assert_eq!(app.read(&again, "/overview").await.problem(), (403, "session.second_factor_due".into()));
        set_up(&app, &owner).await;
        app.read(&owner, "/overview").await.expect(200);
        assert_eq!(app.read(&owner, "/session").await.expect(200)["second_factor_due"], false);
        assert_eq!(app.read(&owner, "/workspace/sign-in").await.expect(200)["without"], json!(["the agent"]));
        put(&owner, false).await.expect(200);
        app.read(&agent, "/overview").await.expect(200);
        assert!(app.read(&owner, "/audit?action=sign_in.changed").await.text().contains("second_factor_required"));
    }
}

#[tokio::test]
async fn without_the_key_recovery_codes_still_let_in() {
    let app = TestApp::ready(None).await;
    let (secret, codes) = set_up(&app, &app.me()).await;
    later(&app, 60);
    let key = app.ctx.app.data.join("secret-key");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&key).expect("a key")) & 0o777, 0o600);
    std::fs::rename(&key, app.ctx.app.data.join("elsewhere")).expect("moves");
    let waits = first_step(&app, OWNER).await;
    assert_eq!(code(&app, &waits, &shown(&app, &secret)).await.problem(), (409, "second_factor.key".into()));
    code(&app, &waits, &codes[0]).await.expect(200);
    // another key opens nothing, and what was sealed for one person opens for nobody else
    let sealed = flow::vault::seal(&app.ctx.app, "for amy", b"secret").expect("seals");
    assert_eq!(flow::vault::open(&app.ctx.app, "for amy", &sealed).expect("answers").as_deref(), Some(&b"secret"[..]));
    assert_eq!(flow::vault::open(&app.ctx.app, "for ben", &sealed).expect("answers"), None);
    assert_eq!(code(&app, &first_step(&app, OWNER).await, &shown(&app, &secret)).await.problem(), (409, "second_factor.key".into()));
    std::fs::rename(app.ctx.app.data.join("elsewhere"), &key).expect("moves");
    assert_eq!(flow::vault::open(&app.ctx.app, "for amy", &sealed).expect("answers"), None);
    code(&app, &first_step(&app, OWNER).await, &shown(&app, &secret)).await.expect(200);
}

#[tokio::test]
async fn an_invitation_does_not_go_round_the_second_step() {
    let app = TestApp::ready(None).await;
    let owner = app.me();
    let (id, who) = app.joined(Role::Agent, Personal::ByRole).await;
    let email = app.read(&who, "/session").await.expect(200)["user"]["email"].clone();
    let (secret, _) = set_up(&app, &who).await;
    assert_eq!(app.by(&owner, Method::DELETE, &format!("/members/{id}"), None).await.status, 204);
    let made = post(&app, &owner, "/invitations", json!({ "email": email, "role": "viewer" })).await.expect(201);
    let answer = post(&app, &Who::Nobody, "/invitations/accept", json!({ "token": made["token"], "password": PASSWORD })).await;
    let waits = session_of(&answer);
    assert_eq!(answer.expect(201)["code_required"], true);
    app.clock.set(Instant(NOW.0 + 60 * SECOND));
    let inside = code(&app, &waits, &shown(&app, &secret)).await.expect(200);
    assert_eq!((&inside["user"]["id"], &inside["user"]["role"]), (&json!(id), &json!("viewer")));
}
