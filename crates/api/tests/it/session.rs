//! First-run set-up, signing in and out, and what guards them.

use crate::{
    app::{TestApp, Who, both, setup_form, still},
    walls::operations,
};
use api::account;
use axum::{body::Body, http::{Method, Request}};
use domain::{access::{Personal, Role}, audit::Actor};
use insta::assert_json_snapshot;
use flow::ingest;
use serde_json::json;
use std::sync::Arc;
use store::workspace::Workspace;

#[tokio::test]
async fn the_first_person_becomes_the_owner_with_the_printed_token() {
    for url in both().await {
        let mut app = TestApp::bare(url).await;
        assert_json_snapshot!("session_before_setup", app.get("/session").await.expect(200));
        let token = account::offer_setup(&app.ctx).await.expect("offers").expect("a token");
        assert_eq!(app.post("/setup", setup_form("wrong")).await.problem(), (422, "setup.token".into()));
        let done = app.post("/setup", setup_form(&token)).await;
        let cookie = done.header("set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"), "{cookie}");
        assert_json_snapshot!("session_after_setup", still(&done.expect(201)));
        assert_eq!(app.get("/overview").await.expect(200)["customers"], 0);
        assert_eq!(app.post("/setup", setup_form(&token)).await.problem(), (409, "setup.done".into()));
        assert!(account::offer_setup(&app.ctx).await.expect("answers").is_none(), "no second token");
        // nothing is hashed for who comes too late: they wait for nobody who signs in
        let _all = (app.ctx.passwords.turn().await.expect("a turn"), app.ctx.passwords.turn().await.expect("a turn"));
        let late = tokio::time::timeout(std::time::Duration::from_secs(20), app.by(&Who::Nobody, Method::POST, "/setup", Some(setup_form("guessed"))));
        assert_eq!(late.await.expect("it is answered").problem(), (409, "setup.done".into()));
    }
}

/// What `zhiyin import` does before anybody comes: facts in dollars. Answers the import's id.
async fn imported_first(app: &TestApp) -> String {
    let (app, day, cli) = (&app.ctx.app, crate::app::NOW, Actor::program("cli"));
    let (id, name, zone, currency, lang) = ("wsp_first".into(), "My business".into(), "Etc/UTC".into(), "USD".into(), "en".into());
    let workspace = Workspace { id, name, time_zone: zone, currency, lang, created_at: day, updated_at: day };
    store::workspace::create(&app.store, &workspace).await.expect("it is made");
    app.reload().await.expect("it reckons so");
    let path = app.data.join("orders.csv");
    std::fs::write(&path, crate::app::orders_csv()).expect("the folder is ours");
    let mapping = ingest::propose(app, &path, "orders.csv", None).await.expect("it reads").mapping;
    let sources = vec![ingest::Source { name: "orders.csv".into(), path, mapping }];
    let request = ingest::begin(app, sources, &cli, Some(true)).await.expect("it begins");
    ingest::import(app, &request, &cli, &Arc::default()).await.expect("it is in");
    request.id
}

#[tokio::test]
async fn what_facts_were_reckoned_by_is_told_and_stays() {
    for url in both().await {
        let mut app = TestApp::bare(url).await;
        assert_eq!(app.get("/session").await.expect(200)["settled"], json!(null));
        let import = imported_first(&app).await;
        assert_eq!(app.get("/session").await.expect(200)["settled"], json!({ "time_zone": "Etc/UTC", "currency": "USD" }));
        let token = account::offer_setup(&app.ctx).await.expect("offers").expect("a token");
        let refused = app.post("/setup", setup_form(&token)).await;
        assert_eq!(refused.problem(), (409, "setup.settled".into()));
        assert_eq!(refused.json()["fields"], json!({ "time_zone": "field.settled", "currency": "field.settled" }));
        assert_eq!(refused.json()["params"], json!({ "time_zone": "Etc/UTC", "currency": "USD" }));
        // with the import gone everything is free again, and the token was not used up
        ingest::undo(&app.ctx.app, &import, &Actor::program("cli")).await.expect("it is taken back");
        assert_eq!(app.get("/session").await.expect(200)["settled"], json!(null));
        let done = app.post("/setup", setup_form(&token)).await.expect(201);
        assert_eq!((&done["workspace"]["currency"]["code"], &done["workspace"]["time_zone"]), (&json!("CNY"), &json!("Asia/Shanghai")));
    }
}

#[tokio::test]
async fn a_form_with_mistakes_names_every_field() {
    let mut app = TestApp::bare(None).await;
    let token = account::offer_setup(&app.ctx).await.expect("offers").expect("a token");
    let mut form = setup_form(&token);
    form["email"] = json!("nobody");
    form["password"] = json!("short");
    form["currency"] = json!("YUAN");
    form["time_zone"] = json!("Mars/Olympus");
    assert_json_snapshot!(app.post("/setup", form).await.expect(422));
}

#[tokio::test]
async fn signing_in_out_and_expiring() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        app.delete("/session").await;
        assert_eq!(app.get("/overview").await.problem(), (401, "session.required".into()));
        let wrong = json!({ "email": "owner@shop.test", "password": "not the password" });
        assert_eq!(app.post("/session", wrong).await.problem(), (401, "session.wrong".into()));
        let nobody = json!({ "email": "nobody@shop.test", "password": "not the password" });
        assert_eq!(app.post("/session", nobody).await.problem(), (401, "session.wrong".into()));
        let right = json!({ "email": " OWNER@shop.test", "password": "correct horse battery" });
        app.post("/session", right).await.expect(200);
        app.get("/overview").await.expect(200);
        app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 15 * 86_400_000_000));
        assert_eq!(app.get("/overview").await.problem(), (401, "session.required".into()));
    }
}

/// Whoever tries addresses learns nothing by the answer, nor by how long it takes: one answer, and the same work, whoever is there.
#[tokio::test]
async fn an_unknown_address_is_answered_as_a_wrong_password_is() {
    for url in both().await {
        let app = TestApp::ready(url).await;
        let (out, _) = app.joined(Role::Agent, Personal::ByRole).await;
        let address = store::user::get(&app.ctx.app.store, &out).await.expect("reads").expect("is there").email;
        assert_eq!(app.by(&app.me(), Method::DELETE, &format!("/members/{out}"), None).await.status, 204);
        store::user::create_former(&app.ctx.app.store, "usr_former", "former@shop.test", "Former", crate::app::NOW).await.expect("is made");
        let tries = [
            ("a wrong password", "owner@shop.test", "not the password"),
            ("an unknown address", "nobody@shop.test", "not the password"),
            ("no password at all", "owner@shop.test", ""),
            ("somebody who was here before", "former@shop.test", "not the password"),
            ("somebody who was taken out, with their password", address.as_str(), crate::app::PASSWORD),
        ];
        let mut told = Vec::new();
        for (who, email, password) in tries {
            let before = app.ctx.passwords.weighed();
            let answer = app.by(&Who::Nobody, Method::POST, "/session", Some(json!({ "email": email, "password": password }))).await;
            told.push((who, answer.status.as_u16(), still(&answer.json()), answer.header("set-cookie").to_owned(), app.ctx.passwords.weighed() - before));
        }
        for (who, status, body, cookie, work) in &told {
            assert_eq!((status, work), (&401, &(19_456 * 2)), "{who}");
            assert_eq!((body, cookie), (&told[0].2, &told[0].3), "{who}");
        }
    }
}

#[tokio::test]
async fn ten_wrong_passwords_and_the_next_try_waits_even_with_the_right_one() {
    let mut app = TestApp::ready(None).await;
    for _ in 0..10 {
        let wrong = json!({ "email": "owner@shop.test", "password": "not the password" });
        assert_eq!(app.post("/session", wrong).await.status, 401);
    }
    let right = json!({ "email": "owner@shop.test", "password": "correct horse battery" });
    let refused = app.post("/session", right.clone()).await;
    assert_eq!(refused.problem(), (429, "session.too_many_tries".into()));
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0 && s <= 901));
    app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 16 * 60 * 1_000_000));
    app.post("/session", right).await.expect(200);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let (old, new) = ("correct horse battery", "staple staple staple");
        let form = |old: &str, new: &str| json!({ "old": old, "new": new });
        let elsewhere = app.another_browser();
        app.post("/session", json!({ "email": "owner@shop.test", "password": old })).await.expect(200);
        let here = app.another_browser();
        let wrong = app.with_body(Method::PUT, "/session/password", form("not the password", new)).await;
        assert_eq!(wrong.problem(), (422, "session.old_password".into()));
        let short = app.with_body(Method::PUT, "/session/password", form(old, "short")).await.expect(422);
        assert_eq!(short["fields"]["new"], "field.password");
        let changed = app.with_body(Method::PUT, "/session/password", form(old, new)).await.expect(200);
        assert_json_snapshot!("password_changed", changed);
        app.get("/overview").await.expect(200);
        app.browse_as(elsewhere);
        assert_eq!(app.get("/overview").await.problem(), (401, "session.required".into()));
        assert_eq!(app.post("/session", json!({ "email": "owner@shop.test", "password": old })).await.status, 401);
        app.post("/session", json!({ "email": "owner@shop.test", "password": new })).await.expect(200);
        // whoever runs the server needs no old one, and ends them all
        let operator = domain::audit::Actor::program("cli");
        let id = app.get("/session").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned();
        assert!(account::reset_password(&app.ctx, &operator, &id, "short".into()).await.is_err());
        assert_eq!(account::reset_password(&app.ctx, &operator, &id, old.into()).await.expect("sets it"), 2);
        assert_eq!(app.get("/overview").await.problem(), (401, "session.required".into()));
        app.browse_as(here);
        assert_eq!(app.get("/overview").await.problem(), (401, "session.required".into()));
        app.post("/session", json!({ "email": "owner@shop.test", "password": old })).await.expect(200);
    }
}

#[tokio::test]
async fn guessing_the_present_password_waits_too() {
    let mut app = TestApp::ready(None).await;
    for _ in 0..10 {
        let wrong = json!({ "old": "not the password", "new": "staple staple staple" });
        assert_eq!(app.with_body(Method::PUT, "/session/password", wrong).await.status, 422);
    }
    let right = json!({ "old": "correct horse battery", "new": "staple staple staple" });
    assert_eq!(app.with_body(Method::PUT, "/session/password", right).await.problem(), (429, "session.too_many_tries".into()));
}

#[tokio::test]
async fn the_business_gets_another_name_and_language() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let wrong = app.with_body(Method::PUT, "/workspace", json!({ "name": " ", "lang": "fr" })).await;
        assert_eq!(wrong.problem(), (422, "workspace.form".into()));
        assert_eq!(wrong.json()["fields"], json!({ "name": "field.length", "lang": "field.lang" }));
        let renamed = app.with_body(Method::PUT, "/workspace", json!({ "name": " Corner shop ", "lang": "en" })).await.expect(200);
        assert_json_snapshot!("workspace_renamed", still(&renamed));
        assert_eq!(app.get("/session").await.expect(200), renamed);
    }
}

#[tokio::test]
async fn currency_and_time_zone_change_until_something_is_reckoned_by_them() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let form = |zone: &str, currency: &str| json!({ "name": "Shop", "lang": "en", "time_zone": zone, "currency": currency });
        let wrong = app.with_body(Method::PUT, "/workspace", form("Mars/Olympus", "YUAN")).await;
        assert_eq!((wrong.problem(), wrong.json()["fields"].clone()), ((422, "workspace.form".into()), json!({ "time_zone": "field.time_zone", "currency": "field.currency" })));
        // what is kept of the empty base reckons anew
        assert_eq!(app.get("/overview").await.expect(200)["currency"], "CNY");
        let now = app.with_body(Method::PUT, "/workspace", form("Asia/Tokyo", "JPY")).await.expect(200)["workspace"].clone();
        assert_eq!((&now["time_zone"], &now["currency"]["code"], &now["currency"]["digits"], &now["settled"]), (&json!("Asia/Tokyo"), &json!("JPY"), &json!(0), &json!(false)));
        assert_eq!(app.get("/overview").await.expect(200)["currency"], "JPY");
        app.with_body(Method::PUT, "/workspace", form("Asia/Shanghai", "CNY")).await.expect(200);
        // facts stay as they were reckoned; a name may change
        let import = app.import(&[("orders.csv", &crate::app::orders_csv())]).await;
        let refused = app.with_body(Method::PUT, "/workspace", form("Asia/Shanghai", "USD")).await;
        assert_eq!((refused.problem(), refused.json()["fields"].clone()), ((409, "workspace.settled".into()), json!({ "currency": "field.settled" })));
        let same = app.with_body(Method::PUT, "/workspace", form("Asia/Shanghai", "CNY")).await.expect(200);
        assert_eq!(same["workspace"]["settled"], true);
        // taken back, they leave nothing that was reckoned, and the file is read in the new currency
        app.post(&format!("/imports/{}/undo", import["id"].as_str().unwrap_or_default()), json!({})).await.expect(200);
        let free = app.with_body(Method::PUT, "/workspace", form("Asia/Shanghai", "USD")).await.expect(200);
        assert_eq!(free["workspace"]["currency"]["code"], "USD");
        let again = app.import(&[("orders.csv", &crate::app::orders_csv())]).await;
        assert_eq!(again["report"]["quarantined"], import["report"]["quarantined"]);
    }
}

/// Every change there is, sent with the owner's cookie in each way a foreign page could send it.
#[tokio::test]
async fn a_change_from_a_foreign_page_is_refused() {
    let app = TestApp::ready(None).await;
    let Who::Session(cookie) = app.me() else { panic!("an owner") };
    // what a form can send, another site, a page without an origin, a neighbour of the same site
    let pages: [&[(&str, &str)]; 6] = [
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")],
        &[(api::CSRF_HEADER, "1"), ("origin", "https://evil.test"), ("content-type", "application/json")],
        &[(api::CSRF_HEADER, "1"), ("origin", "null"), ("content-type", "application/json")],
        &[(api::CSRF_HEADER, "1"), ("sec-fetch-site", "same-site"), ("content-type", "application/json")],
        &[(api::CSRF_HEADER, "yes"), ("origin", "http://shop.test"), ("content-type", "application/json")],
    ];
    let mut refused = 0;
    for o in operations().iter().filter(|o| o.method != Method::GET) {
        for marks in pages {
            let path = o.path.replace("{id}", "x").replace("{key}", "x").replace("{delivery}", "x");
            let mut request = Request::builder().method(o.method.clone()).uri(format!("{}{path}", api::BASE)).header("host", "shop.test").header("cookie", &cookie);
            for (name, value) in marks {
                request = request.header(*name, *value);
            }
            let answer = app.raw(request.body(Body::from("{}")).expect("a request")).await;
            assert_eq!(answer.problem(), (403, "request.foreign".into()), "{} {path} with {marks:?}", o.method);
            refused += 1;
        }
    }
    assert!(refused > 500, "only {refused} were tried");
    app.read(&app.me(), "/overview").await.expect(200);
}

/// Whoever puts a session into a browser is nobody in what begins there; where people come by https, cookies go nowhere else.
#[tokio::test]
async fn a_session_begins_with_a_new_name() {
    let app = TestApp::ready(None).await;
    let planted = Who::Session("zhiyin=planted-by-somebody-else-0123456789abcdefgh".to_owned());
    let right = json!({ "email": "owner@shop.test", "password": crate::app::PASSWORD });
    let mine = crate::app::session_of(&app.by(&planted, Method::POST, "/session", Some(right.clone())).await);
    app.read(&mine, "/overview").await.expect(200);
    assert_eq!(app.read(&planted, "/overview").await.problem(), (401, "session.required".into()));
    // nor does a second sign-in go on with the first one's
    let again = crate::app::session_of(&app.by(&mine, Method::POST, "/session", Some(right.clone())).await);
    assert!(matches!((&mine, &again), (Who::Session(a), Who::Session(b)) if a != b));
    let app = app.reached_at("https://shop.test");
    let answer = app.by(&Who::Nobody, Method::POST, "/session", Some(right)).await;
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().filter_map(|c| c.to_str().ok()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-zhiyin"), "{cookie}");
        for part in ["; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
            assert!(cookie.contains(part) && !cookie.contains("Domain"), "{part} in {cookie}");
        }
    }
}

#[tokio::test]
async fn everything_but_the_door_needs_a_session() {
    let mut app = TestApp::ready(None).await;
    app.delete("/session").await;
    let document = serde_json::to_value(api::openapi()).expect("json");
    for (path, item) in document["paths"].as_object().expect("paths") {
        let short = path.trim_start_matches(api::BASE);
        for (method, _) in item.as_object().expect("methods").iter().filter(|(_, o)| o["x-permission"] != "open") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let request = app.request(method.clone(), &short.replace("{key}", "x").replace("{id}", "x"));
            let answer = app.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.problem(), (401, "session.required".into()), "{method} {path}");
        }
    }
}
