//! Walls: every operation of the API's own description × everybody who may come, and × every id nobody has. The table is a reviewed
//! snapshot; that it follows from what each route says it needs is asserted beside.

use crate::app::{TestApp, Who, both, customers_csv};
use axum::http::Method;
use domain::access::{Permission, Permissions, Personal, Role};
use serde_json::{Value, json};

/// An operation of the description.
pub struct Operation {
    pub method: Method,
    pub path: String,
    pub needs: String,
    pub parameters: Vec<(String, String)>,
}

/// All of them; those that end looking as somebody else and the session come last.
pub fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(api::openapi()).expect("json");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, o) in item.as_object().expect("methods") {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            let parameters = o["parameters"].as_array().into_iter().flatten().map(|p| (text(&p["in"]), text(&p["name"]))).collect();
            let method = method.to_uppercase().parse().expect("a method");
            all.push(Operation { method, path: path.trim_start_matches(api::BASE).to_owned(), needs: text(&o["x-permission"]), parameters });
        }
    }
    all.sort_by_key(|o| (o.method == Method::DELETE && o.path == "/session", o.path == "/session/view", o.path.clone(), o.method.to_string()));
    all
}

#[test]
fn every_operation_says_what_it_needs() {
    for o in operations() {
        let known = o.needs == "open" || o.needs == "session" || Permission::ALL.iter().any(|p| p.key() == o.needs);
        assert!(known, "{} {} needs {:?}", o.method, o.path, o.needs);
    }
    let open: Vec<String> = operations().into_iter().filter(|o| o.needs == "open").map(|o| format!("{} {}", o.method, o.path)).collect();
    let door = ["GET /healthz", "POST /invitations/accept", "POST /invitations/look", "GET /session", "POST /session", "GET /session/businesses", "POST /session/code", "POST /session/oidc", "POST /session/oidc/finish", "POST /setup", "POST /unsubscribe", "DELETE /session"];
    assert_eq!(open, door, "what anyone may call is looked at by people");
}

/// May whoever has these do what needs this?
fn may(permissions: Option<(Permissions, bool)>, needs: &str) -> u16 {
    match (needs, permissions) {
        ("open", _) => 0,
        (_, None) => 401,
        ("session", Some((_, person))) => if person { 0 } else { 403 },
        (_, Some((set, _))) => if set.iter().any(|p| p.key() == needs) { 0 } else { 403 },
    }
}

#[tokio::test]
async fn each_role_may_exactly_what_its_permissions_say() {
    let app = TestApp::ready(None).await;
    let mut everybody: Vec<(&str, Who, Option<(Permissions, bool)>)> = vec![("nobody", Who::Nobody, None)];
    for role in Role::ALL {
        let (_, who) = app.joined(role, Personal::ByRole).await;
        everybody.push((role.key(), who, Some((role.permissions(), true))));
    }
    let (_, token) = app.token(&app.me(), json!({ "name": "all", "role": "owner" })).await;
    everybody.push(("token", token, Some((Role::Owner.permissions().by_token(), false))));
    let mut table = format!("{:<42} {:<18}", "operation", "needs");
    everybody.iter().for_each(|(name, ..)| table.push_str(&format!(" {name:>8}")));
    for o in operations() {
        let path = o.path.replace("{id}", "nobody").replace("{key}", "nobody").replace("{delivery}", "nobody");
        let mut line = format!("{:<42} {:<18}", format!("{} {}", o.method, o.path), o.needs);
        for (name, who, permissions) in &everybody {
            // an empty body reaches no decision behind the door
            let body = (o.method != Method::GET && o.method != Method::DELETE).then(|| json!({}));
            let answer = app.by(who, o.method.clone(), &path, body).await;
            let status = answer.status.as_u16();
            let refused = match (status, answer.status.is_client_error().then(|| answer.problem().1)) {
                (401, Some(code)) if code == "session.required" => 401,
                (403, Some(code)) if code == "access.denied" || code == "access.session" => 403,
                _ => 0,
            };
            // looking as somebody is for an owner who came themselves
            let expected = if *name == "token" && o.path == "/members/{id}/view" { 403 } else { may(*permissions, &o.needs) };
            assert_eq!(refused, expected, "{name}: {} {} answers {status} {}", o.method, o.path, answer.text());
            line.push_str(&format!(" {:>8}", if refused == 0 { "yes".to_owned() } else { refused.to_string() }));
        }
        table.push('\n');
        table.push_str(line.trim_end());
    }
    insta::assert_snapshot!("matrix", table);
}

/// A body that would do, were the id anybody's.
pub fn body(o: &Operation, app: &Value) -> Option<Value> {
    let named = |key: &str| json!({ "zh": key, "en": key });
    Some(match (o.method.as_str(), o.path.as_str()) {
        ("GET" | "DELETE", _) | ("PUT", "/views/{id}/pin") => return None,
        ("PUT", "/members/{id}") => json!({ "role": "viewer" }),
        ("PUT", "/classifications/{key}") => json!({ "definition": app["classification"] }),
        ("PUT", "/features/{key}") => app["feature"].clone(),
        ("PUT", "/segments/{key}") => json!({ "label": named("x"), "rule_text": "orders > 1" }),
        ("PUT", "/tags/{id}") => json!({ "name": "x" }),
        ("PUT", "/notes/{id}") | ("POST", "/customers/{id}/notes") => json!({ "body": "x" }),
        ("PUT", "/views/{id}") => json!({ "name": "x", "query": {} }),
        ("PUT", "/webhooks/{id}") => json!({ "url": "https://hooks.example.com/", "types": ["segment.left"] }),
        ("PUT", "/sql/questions/{id}") => json!({ "name": "x", "text": "SELECT 1" }),
        ("PUT", "/dashboards/{id}") => json!({ "name": named("x"), "tiles": [] }),
        ("PUT", "/objects/{id}") => json!({ "label": named("x"), "sections": [{ "fields": [{ "key": "a", "label": named("a"), "kind": "text" }] }] }),
        ("PUT", "/records/{id}") | ("POST", "/objects/{id}/records") => json!({ "values": {} }),
        ("POST", "/objects/{id}/records/batch") => json!({ "records": [{ "values": {} }] }),
        ("POST", "/objects/{id}/records/change") => json!({ "records": [], "action": { "kind": "remove" } }),
        ("PUT", "/dashboards/{id}/subscription") => json!({ "every": "week", "hour": 8 }),
        ("PUT", "/imports/{id}/mapping") => json!({ "files": [] }),
        ("POST", "/customers/{id}/erasure") => json!({ "reason": "x", "confirm": "x" }),
        ("POST", path) if path.ends_with("/kind") => json!({ "kind": "text", "dry_run": true }),
        ("POST", path) if path.ends_with("/decision") => json!({ "decision": "later" }),
        ("POST", path) if path.ends_with("/restore") => json!({ "version": 1 }),
        ("POST", _) => json!({}),
        other => panic!("what would be a body of {other:?}?"),
    })
}

#[tokio::test]
async fn an_id_nobody_has_is_not_found_whatever_it_looks_like() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", &customers_csv())]).await;
    let known = json!({
        "classification": app.get("/classifications/lifecycle").await.expect(200)["definition"],
        "feature": app.get("/features").await.expect(200)["items"][0],
    });
    let me = app.me();
    let mut checked = 0;
    for o in operations().iter().filter(|o| o.needs != "open") {
        let mut ids: Vec<(&str, &str)> = Vec::new();
        for (place, name) in &o.parameters {
            match (place.as_str(), name.as_str()) {
                ("path", "id" | "key" | "field" | "delivery") | ("query", "segment" | "classification" | "tag" | "owner") => ids.push((place, name)),
                ("path", other) => panic!("{} {}: what is {other}?", o.method, o.path),
                ("query", other) => assert!(crate::bodies::NO_IDS_ASKED.contains(&other) || crate::bodies::IDS_ASKED.contains(&other), "{} {}: is {other} an id?", o.method, o.path),
                _ => {}
            }
        }
        for (place, name) in ids {
            // one that could be, one that could not, and what belongs to another noun
            let mut answers = Vec::new();
            for id in ["cus_01j0000000000000000000000", "usr_nobody", "zzz", "..", "%27%20OR%201%3D1"] {
                let path = match place {
                    "path" => o.path.replace(&format!("{{{name}}}"), id).replace("{id}", "whk_nobody").replace("{field}", "x").replace("{delivery}", "x"),
                    _ => format!("{}?{name}={id}", o.path.replace("{id}", "x").replace("{key}", "x")),
                };
                let path = if o.path.ends_with("/why") && place == "path" { format!("{path}?classification=lifecycle") } else { path };
                let answer = app.by(&me, o.method.clone(), &path, body(o, &known)).await;
                let (status, code) = answer.problem();
                assert!(status == 404 && code.ends_with("not_found"), "{} {path}: {}", o.method, answer.text());
                if code != "not_found" {
                    answers.push(answer.text().replace(&id.replace("%27%20OR%201%3D1", "' OR 1=1"), "[id]"));
                }
                checked += 1;
            }
            answers.dedup();
            assert!(answers.len() <= 1, "{} {}: the answers differ: {answers:#?}", o.method, o.path);
        }
    }
    assert!(checked > 100, "only {checked} were tried");
}

/// Questions that take a body; everything else that is not read changes something.
const ASKED: [&str; 7] = ["/changes/preview", "/classifications/preview", "/dashboards/preview", "/objects/{id}/imports/refused", "/rules/parse", "/rules/render", "/segments/preview"];

#[tokio::test]
async fn whoever_looks_as_somebody_sees_what_they_see_and_does_nothing() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", &customers_csv())]).await;
    for (role, personal) in [(Role::Agent, Personal::Denied), (Role::Manager, Personal::ByRole)] {
        let (id, member) = app.joined(role, personal).await;
        app.by(&member, Method::POST, "/views", Some(json!({ "name": "theirs alone", "query": {} }))).await.expect(201);
        let (_, owner) = app.joined(Role::Owner, Personal::ByRole).await;
        let begun = app.by(&owner, Method::POST, &format!("/members/{id}/view"), None).await.expect(200);
        assert_eq!((&begun["user"]["id"], &begun["user"]["role"], &begun["viewing"]["by"]), (&json!(id), &json!(role), &json!("the owner")), "{begun:#}");
        let mut shown = 0;
        for o in operations().iter().filter(|o| o.needs != "open" && o.path != "/session/view") {
            let path = o.path.replace("{id}", "nobody").replace("{key}", "lifecycle").replace("{delivery}", "nobody");
            let body = (o.method != Method::GET && o.method != Method::DELETE).then(|| json!({}));
            let answer = app.by(&owner, o.method.clone(), &path, body.clone()).await;
            let closed = ["session", "export:take", "tokens:write"].contains(&o.needs.as_str());
            if closed || (o.method != Method::GET && !ASKED.contains(&o.path.as_str())) {
                assert_eq!(answer.problem(), (403, "access.viewing".into()), "{} {}", o.method, o.path);
                continue;
            }
            let theirs = app.by(&member, o.method.clone(), &path, body).await;
            assert_eq!(answer.status, theirs.status, "{} {}: {}", o.method, o.path, answer.text());
            // what is reckoned anew says when, and a stream has no end
            if answer.header("content-type") == "application/json" {
                assert_eq!(answer.text(), theirs.text(), "{} {}", o.method, o.path);
            }
            shown += 1;
        }
        assert!(shown > 40, "{shown}");
        let views = app.read(&owner, "/views").await.expect(200);
        assert!(views.to_string().contains("theirs alone"), "{views}");
        let back = app.by(&owner, Method::DELETE, "/session/view", None).await.expect(200);
        assert_eq!((&back["user"]["role"], &back["viewing"]), (&json!("owner"), &Value::Null));
        assert!(!app.read(&owner, "/views").await.expect(200).to_string().contains("theirs alone"));
    }
}

#[tokio::test]
async fn looking_as_somebody_ends_with_whatever_it_was_given_by() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let first = app.me();
        let (id, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let (manager_id, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        let view = format!("/members/{id}/view");
        assert_eq!(app.by(&manager, Method::POST, &view, None).await.problem(), (403, "access.denied".into()), "it is for owners");
        let (_, program) = app.token(&first, json!({ "name": "all", "role": "owner" })).await;
        assert_eq!(app.by(&program, Method::POST, &view, None).await.problem(), (403, "access.session".into()), "who came themselves");
        let myself = app.read(&first, "/session").await.expect(200)["user"]["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!(app.by(&first, Method::POST, &format!("/members/{myself}/view"), None).await.problem(), (409, "member.yourself".into()));

        // a page that was made for one member does nothing as another
        let marked = async |who: &Who, page: &str, path: &str| {
            let Who::Session(cookie) = who else { unreachable!() };
            let request = axum::http::Request::builder().uri(format!("{}{path}", api::BASE)).header("cookie", cookie).header("x-zhiyin-viewing", page);
            app.raw(request.body(axum::body::Body::empty()).expect("a request")).await
        };
        assert_eq!(marked(&first, &id, "/tags").await.problem(), (409, "access.viewing_over".into()));
        app.by(&first, Method::POST, &view, None).await.expect(200);
        assert_eq!(marked(&first, &id, "/tags").await.status, 200);
        assert_eq!(marked(&first, &manager_id, "/tags").await.problem(), (409, "access.viewing_over".into()));
        assert_eq!(app.by(&first, Method::POST, &format!("/members/{manager_id}/view"), None).await.problem(), (403, "access.viewing".into()), "one at a time");
        // another session of theirs, another process, and the member know nothing of it, or the same
        assert_eq!(app.another_process().await.read(&first, "/audit?limit=1").await.status, 403);
        app.read(&agent, "/tags").await.expect(200);
        app.by(&first, Method::DELETE, "/session/view", None).await.expect(200);

        let put = async |member: &str, role: &str, personal: &str| {
            app.by(&first, Method::PUT, &format!("/members/{member}"), Some(json!({ "role": role, "personal": personal }))).await.expect(200);
        };
        let lock = async |user: &str, at: Option<domain::clock::Instant>| store::user::set_disabled(&app.ctx.app.store, user, at).await.expect("locks");
        for end in ["viewed changed", "viewed blinded", "viewed locked", "viewed removed", "viewer changed", "viewer locked", "an hour", "signed out"] {
            app.clock.set(crate::app::NOW);
            let (whom, _) = app.joined(Role::Agent, Personal::ByRole).await;
            let (by, owner) = app.joined(Role::Owner, Personal::ByRole).await;
            app.by(&owner, Method::POST, &format!("/members/{whom}/view"), None).await.expect(200);
            assert_eq!(app.read(&owner, "/audit?limit=1").await.problem(), (403, "access.denied".into()), "{end}");
            let (mut now, mut why) = (200, "changed");
            match end {
                "viewed changed" => put(&whom, "viewer", "by_role").await,
                "viewed blinded" => put(&whom, "agent", "denied").await,
                "viewed locked" => lock(&whom, Some(crate::app::NOW)).await,
                "viewed removed" => assert_eq!(app.by(&first, Method::DELETE, &format!("/members/{whom}"), None).await.status, 204),
                "viewer changed" => put(&by, "manager", "by_role").await,
                "viewer locked" => {
                    lock(&by, Some(crate::app::NOW)).await;
                    now = 401;
                }
                "an hour" => {
                    app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 3_599_000_000));
                    assert_eq!(app.read(&owner, "/audit?limit=1").await.status, 403, "not before");
                    app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 3_600_000_000));
                    why = "time";
                }
                _ => {
                    assert_eq!(app.by(&owner, Method::DELETE, "/session", None).await.status, 204);
                    (now, why) = (401, "signed_out");
                }
            }
            assert_eq!(app.read(&owner, "/audit?limit=1").await.status.as_u16(), now, "{end}");
            let log = app.read(&first, &format!("/audit?about={whom}&limit=10")).await.expect(200);
            let of = |action: &str| log["items"].as_array().into_iter().flatten().filter(|e| e["action"] == action && e["actor"]["id"] == json!(by)).map(|e| e["detail"].clone()).collect::<Vec<_>>();
            assert_eq!(of("viewing.begun").len(), 1, "{end}: {log:#}");
            if end != "viewer locked" {
                assert_eq!(of("viewing.ended"), [json!({ "why": why })], "{end}");
                assert_eq!(app.read(&owner, "/audit?limit=1").await.status.as_u16(), now, "{end}: said once");
            }
        }
    }
}
