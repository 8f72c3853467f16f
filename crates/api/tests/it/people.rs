//! The people of a business: invited, given roles, taken out; and the programs they make tokens for.

use crate::app::{Answer, PASSWORD, TestApp, Who, both, session_of};
use axum::http::Method;
use domain::{
    access::{Permission, Personal, Role},
    clock::Instant,
};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000_000;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn invite(app: &TestApp, by: &Who, form: Value) -> Answer {
    app.by(by, Method::POST, "/invitations", Some(form)).await
}

async fn accept(app: &TestApp, token: &Value, name: &str, password: &str) -> Answer {
    let form = json!({ "token": token, "name": name, "password": password });
    app.by(&Who::Nobody, Method::POST, "/invitations/accept", Some(form)).await
}

#[tokio::test]
async fn somebody_is_invited_and_joins_with_the_invited_address() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let wrong = invite(&app, &owner, json!({ "email": "nobody", "role": "agent" })).await;
        assert_eq!((wrong.problem(), &wrong.json()["fields"]["email"]), ((422, "invitation.form".into()), &json!("field.email")));
        let made = invite(&app, &owner, json!({ "email": " Ben@Shop.test", "role": "agent", "personal": "denied" })).await.expect(201);
        let token = &made["token"];
        assert!(text(token).starts_with("inv_") && text(&made["link"]) == format!("/invite#{}", text(token)), "{made}");
        assert_eq!((&made["invitation"]["email"], &made["invitation"]["state"]), (&json!("ben@shop.test"), &json!("open")));

        let offer = app.by(&Who::Nobody, Method::POST, "/invitations/look", Some(json!({ "token": token }))).await.expect(200);
        assert_eq!(offer, json!({ "email": "ben@shop.test", "role": "agent", "workspace": "小店", "inviter": "王掌柜", "known": false }));
        let weak = accept(&app, token, " ", "short").await;
        assert_eq!((weak.problem(), weak.json()["fields"].clone()), ((422, "invitation.form".into()), json!({ "name": "field.length", "password": "field.password" })));
        let joined = accept(&app, token, " Ben ", "staple staple staple").await;
        let ben = session_of(&joined);
        let user = joined.expect(201)["user"].clone();
        assert_eq!((&user["email"], &user["name"], &user["role"], &user["permissions"]), (&json!("ben@shop.test"), &json!("Ben"), &json!("agent"), &json!(["base:read", "customers:write"])));
        app.read(&ben, "/overview").await.expect(200);

        // once
        assert_eq!(accept(&app, token, "Ben", "staple staple staple").await.problem(), (422, "invitation.token".into()));
        let look = app.by(&Who::Nobody, Method::POST, "/invitations/look", Some(json!({ "token": token }))).await;
        assert_eq!(look.problem(), (422, "invitation.token".into()));
        assert_eq!(invite(&app, &owner, json!({ "email": "ben@shop.test", "role": "viewer" })).await.problem(), (409, "member.exists".into()));
        let listed = app.read(&owner, "/invitations").await.expect(200);
        assert_eq!((&listed["items"][0]["state"], listed["items"][0].get("token")), (&json!("accepted"), None));
        let members = app.read(&owner, "/members").await.expect(200);
        let seen: Vec<_> = members["items"].as_array().expect("items").iter().map(|m| (text(&m["role"]), m["you"] == true)).collect();
        assert_eq!(seen, [("owner".into(), true), ("agent".into(), false)]);
    }
}

#[tokio::test]
async fn an_invitation_ends_by_time_by_word_by_a_newer_one_and_with_whoever_made_it() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let (manager_id, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        let first = invite(&app, &owner, json!({ "email": "ben@shop.test", "role": "viewer" })).await.expect(201);
        let second = invite(&app, &owner, json!({ "email": "BEN@shop.test", "role": "viewer" })).await.expect(201);
        assert_eq!(accept(&app, &first["token"], "Ben", PASSWORD).await.problem(), (422, "invitation.token".into()));
        let id = text(&second["invitation"]["id"]);
        assert_eq!(app.by(&owner, Method::DELETE, &format!("/invitations/{id}"), None).await.status, 204);
        assert_eq!(app.by(&owner, Method::DELETE, &format!("/invitations/{id}"), None).await.problem(), (409, "invitation.closed".into()));
        assert_eq!(accept(&app, &second["token"], "Ben", PASSWORD).await.problem(), (422, "invitation.token".into()));

        let theirs = invite(&app, &manager, json!({ "email": "carl@shop.test", "role": "viewer" })).await.expect(201);
        assert_eq!(app.by(&owner, Method::DELETE, &format!("/members/{manager_id}"), None).await.status, 204);
        assert_eq!(accept(&app, &theirs["token"], "Carl", PASSWORD).await.problem(), (422, "invitation.token".into()));

        let late = invite(&app, &owner, json!({ "email": "dora@shop.test", "role": "viewer" })).await.expect(201);
        app.clock.set(Instant(crate::app::NOW.0 + 7 * DAY));
        assert_eq!(accept(&app, &late["token"], "Dora", PASSWORD).await.problem(), (422, "invitation.token".into()));
        let states: Vec<String> = app.read(&owner, "/invitations").await.expect(200)["items"].as_array().expect("items").iter().map(|i| text(&i["state"])).collect();
        assert_eq!(states.iter().filter(|s| *s == "revoked").count(), 3, "{states:?}");
        assert!(states.contains(&"expired".to_owned()), "{states:?}");
    }
}

#[tokio::test]
async fn who_may_less_lets_nobody_in_any_more() {
    let app = TestApp::ready(None).await;
    let owner = app.me();
    let (id, manager) = app.joined(Role::Manager, Personal::ByRole).await;
    let asked = invite(&app, &manager, json!({ "email": "carl@shop.test", "role": "agent" })).await.expect(201);
    // they still manage members, but could not give the sight of details now
    app.by(&owner, Method::PUT, &format!("/members/{id}"), Some(json!({ "role": "manager", "personal": "denied" }))).await.expect(200);
    assert_eq!(accept(&app, &asked["token"], "Carl", PASSWORD).await.problem(), (422, "invitation.token".into()));
    assert_eq!(invite(&app, &manager, json!({ "email": "carl@shop.test", "role": "agent" })).await.problem(), (403, "access.beyond".into()));
    invite(&app, &manager, json!({ "email": "carl@shop.test", "role": "viewer" })).await.expect(201);
}

#[tokio::test]
async fn somebody_who_was_a_member_comes_back_with_the_password_they_had() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let (id, _) = app.joined(Role::Analyst, Personal::Granted).await;
        let email = text(&app.read(&owner, "/members").await.expect(200)["items"][1]["email"]);
        app.by(&owner, Method::DELETE, &format!("/members/{id}"), None).await;
        let sign_in = json!({ "email": email, "password": PASSWORD });
        assert_eq!(app.by(&Who::Nobody, Method::POST, "/session", Some(sign_in)).await.problem(), (401, "session.wrong".into()));
        let made = invite(&app, &owner, json!({ "email": email, "role": "viewer" })).await.expect(201);
        let offer = app.by(&Who::Nobody, Method::POST, "/invitations/look", Some(json!({ "token": made["token"] }))).await.expect(200);
        assert_eq!(offer["known"], true);
        // whoever has the link cannot take the account over
        assert_eq!(accept(&app, &made["token"], "Somebody", "another password").await.problem(), (401, "session.wrong".into()));
        let back = accept(&app, &made["token"], "Somebody", PASSWORD).await.expect(201);
        assert_eq!((&back["user"]["id"], &back["user"]["name"], &back["user"]["role"]), (&json!(id), &json!("the analyst"), &json!("viewer")));
    }
}

#[tokio::test]
async fn guessing_invitations_waits() {
    let app = TestApp::ready(None).await;
    for n in 0..10 {
        let guess = app.by(&Who::Nobody, Method::POST, "/invitations/look", Some(json!({ "token": format!("inv_{n}") }))).await;
        assert_eq!(guess.problem(), (422, "invitation.token".into()));
    }
    assert_eq!(accept(&app, &json!("inv_x"), "x", PASSWORD).await.problem(), (429, "session.too_many_tries".into()));
    let right = invite(&app, &app.me(), json!({ "email": "ben@shop.test", "role": "viewer" })).await.expect(201);
    assert_eq!(accept(&app, &right["token"], "Ben", PASSWORD).await.problem(), (429, "session.too_many_tries".into()));
}

#[tokio::test]
async fn roles_change_and_the_last_owner_stays() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let me = text(&app.read(&owner, "/session").await.expect(200)["user"]["id"]);
        let put = async |who: &Who, id: &str, role: &str, personal: &str| app.by(who, Method::PUT, &format!("/members/{id}"), Some(json!({ "role": role, "personal": personal }))).await;
        assert_eq!(put(&owner, &me, "manager", "by_role").await.problem(), (409, "member.last_owner".into()));
        assert_eq!(app.by(&owner, Method::DELETE, &format!("/members/{me}"), None).await.problem(), (409, "member.last_owner".into()));
        let (id, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        let (other, _) = app.joined(Role::Viewer, Personal::ByRole).await;
        // nobody gives what they do not have, nobody touches who has more
        assert_eq!(put(&manager, &other, "owner", "by_role").await.problem(), (403, "access.beyond".into()));
        assert_eq!(put(&manager, &me, "viewer", "by_role").await.problem(), (403, "access.beyond".into()));
        assert_eq!(app.by(&manager, Method::DELETE, &format!("/members/{me}"), None).await.problem(), (403, "access.beyond".into()));
        assert_eq!(invite(&app, &manager, json!({ "email": "x@y.test", "role": "owner" })).await.problem(), (403, "access.beyond".into()));
        let analyst = put(&manager, &other, "analyst", "granted").await.expect(200);
        assert_eq!((&analyst["role"], &analyst["personal"]), (&json!("analyst"), &json!("granted")));
        assert!(analyst["permissions"].as_array().is_some_and(|p| p.contains(&json!("imports:write"))), "{analyst}");
        // an owner sees everything, whoever says what; else nobody could give it back
        for who in [&me, &other] {
            assert_eq!(put(&owner, who, "owner", "denied").await.problem(), (422, "member.owner_sees".into()));
        }
        assert_eq!(invite(&app, &owner, json!({ "email": "x@y.test", "role": "owner", "personal": "denied" })).await.problem(), (422, "member.owner_sees".into()));
        // two owners: one may go
        put(&owner, &id, "owner", "by_role").await.expect(200);
        put(&owner, &me, "viewer", "by_role").await.expect(200);
        assert_eq!(app.read(&owner, "/members").await.problem(), (403, "access.denied".into()));
        assert_eq!(put(&manager, &id, "viewer", "by_role").await.problem(), (409, "member.last_owner".into()));
    }
}

#[tokio::test]
async fn when_a_member_was_last_here_is_told_to_the_hour() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let seen = async || -> Vec<String> { app.read(&owner, "/members").await.expect(200)["items"].as_array().expect("items").iter().map(|m| text(&m["last_seen_at"])).collect() };
        let now = crate::app::NOW;
        assert_eq!(seen().await, [now.rfc3339(), now.rfc3339()]);
        let later = Instant(now.0 + DAY / 2);
        app.clock.set(later);
        app.read(&agent, "/overview").await.expect(200);
        assert_eq!(seen().await, [later.rfc3339(), later.rfc3339()], "the owner is looking, the agent was just here");
        let minute = Instant(later.0 + 60_000_000);
        app.clock.set(minute);
        app.read(&agent, "/overview").await.expect(200);
        assert_eq!(seen().await[1], later.rfc3339());
    }
}

#[tokio::test]
async fn whom_to_ask_is_told_to_members_only() {
    let app = TestApp::ready(None).await;
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    assert_eq!(app.read(&viewer, "/session").await.expect(200)["owners"], json!(["王掌柜"]));
    assert_eq!(app.read(&Who::Nobody, "/session").await.expect(200)["owners"], json!([]));
}

#[tokio::test]
async fn two_owners_who_take_each_other_out_leave_one() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let owner = app.me();
        let me = text(&app.read(&owner, "/session").await.expect(200)["user"]["id"]);
        let (other, second) = app.joined(Role::Owner, Personal::ByRole).await;
        let (mine, theirs) = (format!("/members/{me}"), format!("/members/{other}"));
        let (a, b) = tokio::join!(app.by(&owner, Method::DELETE, &theirs, None), app.by(&second, Method::DELETE, &mine, None));
        let gone = [&a, &b].iter().filter(|x| x.status == 204).count();
        assert_eq!(gone, 1, "{} {}", a.text(), b.text());
    }
}

#[tokio::test]
async fn a_program_signs_in_with_a_token_and_may_what_its_maker_may() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let owner = app.me();
        let wrong = app.by(&owner, Method::POST, "/tokens", Some(json!({ "name": "", "role": "viewer", "days": 400 }))).await;
        assert_eq!((wrong.problem(), wrong.json()["fields"].clone()), ((422, "token.form".into()), json!({ "name": "field.length", "days": "field.range" })));
        let made = app.post("/tokens", json!({ "name": "nightly", "role": "analyst" })).await.expect(201);
        let secret = text(&made["secret"]);
        assert!(secret.starts_with("zhi_") && secret.len() == 47 && secret.starts_with(&text(&made["token"]["prefix"])), "{made}");
        let program = Who::Token(secret.clone());
        let page = app.read(&program, "/customers").await.expect(200);
        assert_eq!(page["items"][0]["phone"], "138****0011");
        // no header of our page, and no cookie
        let segment = json!({ "key": "made", "label": { "zh": "x", "en": "x" }, "rule_text": "orders > 1" });
        app.by(&program, Method::POST, "/segments", Some(segment)).await.expect(201);
        assert_eq!(app.by(&program, Method::PUT, "/session/password", Some(json!({ "old": "x", "new": "y" }))).await.problem(), (403, "access.session".into()));
        let beside = Who::Session(format!("zhiyin={secret}"));
        assert_eq!(app.read(&beside, "/customers").await.problem(), (401, "session.required".into()), "a token is no cookie");
        let session = match &owner { Who::Session(cookie) => cookie.trim_start_matches("zhiyin=").to_owned(), _ => unreachable!() };
        assert_eq!(app.read(&Who::Token(session), "/customers").await.problem(), (401, "session.required".into()), "a session is no token");
        let listed = app.get("/tokens").await.expect(200);
        assert!(!listed.to_string().contains(&secret), "a secret is never shown again");
        assert_eq!((&listed["items"][0]["state"], listed["items"][0]["last_used_at"].is_string()), (&json!("active"), true));

        // at its day it is over
        app.clock.set(Instant(crate::app::NOW.0 + 90 * DAY));
        assert_eq!(app.read(&program, "/customers").await.problem(), (401, "session.required".into()));
    }
}

#[tokio::test]
async fn a_token_shrinks_with_its_maker_and_is_their_own_business() {
    let app = TestApp::ready(None).await;
    let owner = app.me();
    let (id, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let beyond = app.by(&analyst, Method::POST, "/tokens", Some(json!({ "name": "x", "role": "owner" }))).await;
    assert_eq!(beyond.problem(), (403, "access.beyond".into()));
    let sees = app.by(&analyst, Method::POST, "/tokens", Some(json!({ "name": "x", "role": "viewer", "personal": "granted" }))).await;
    assert_eq!(sees.problem(), (403, "access.beyond".into()));
    let (token_id, program) = app.token(&analyst, json!({ "name": "x", "role": "analyst" })).await;
    let (owners, _) = app.token(&owner, json!({ "name": "y", "role": "owner" })).await;
    assert_eq!(app.read(&analyst, "/tokens").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(app.read(&owner, "/tokens").await.expect(200)["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(app.by(&analyst, Method::DELETE, &format!("/tokens/{owners}"), None).await.problem(), (404, "token.not_found".into()));
    assert_eq!(app.read(&program, "/customers/export").await.status, 200);
    app.by(&owner, Method::PUT, &format!("/members/{id}"), Some(json!({ "role": "viewer" }))).await.expect(200);
    assert_eq!(app.read(&program, "/customers/export").await.problem(), (403, "access.denied".into()));
    app.read(&program, "/customers").await.expect(200);
    assert_eq!(app.by(&owner, Method::DELETE, &format!("/tokens/{token_id}"), None).await.status, 204);
    assert_eq!(app.by(&owner, Method::DELETE, &format!("/tokens/{token_id}"), None).await.problem(), (409, "token.closed".into()));
    assert_eq!(app.read(&program, "/customers").await.problem(), (401, "session.required".into()));
}

#[test]
fn what_is_published_are_the_domains_own_words() {
    let words = |schema: &str| {
        let document = serde_json::to_value(api::openapi()).expect("json");
        document["components"]["schemas"][schema]["enum"].as_array().cloned().unwrap_or_default()
    };
    assert_eq!(words("Role"), Role::ALL.map(|r| json!(r)));
    assert_eq!(words("Permission"), Permission::ALL.map(|p| json!(p)));
    assert_eq!(words("Personal"), Personal::ALL.map(|p| json!(p)));
}
