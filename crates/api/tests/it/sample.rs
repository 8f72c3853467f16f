//! Sample data for an empty business: it comes by a job, says what it is, goes with one request however late, and is refused where
//! there is data already; what a crash left half done is in nobody's way.

use crate::{
    app::{NOW, PASSWORD, TestApp, Who, both},
    work::change,
};
use axum::http::Method;
use domain::{
    access::{Personal, Role},
    clock::Instant,
};
use flow::jobs::Workers;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000_000;

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// Customers, and whether a sample is among them.
async fn base(app: &mut TestApp) -> (u64, bool) {
    let said = app.get("/overview").await.expect(200);
    (said["customers"].as_u64().expect("a number"), said["sample"] == true)
}

async fn come(app: &mut TestApp, lang: &str) -> Value {
    let job = app.post(&format!("/sample?lang={lang}"), json!({})).await.expect(202);
    let workers = Workers::start(&app.ctx.app);
    let ended = app.ended(&app.me(), &text(&job["id"])).await;
    workers.stop().await;
    ended
}

/// As an attempt leaves it whose process died before the commit.
async fn cut_short(app: &TestApp) {
    let store = &app.ctx.app.store;
    let now = app.ctx.app.clock.now();
    let new = store::import::NewImport { id: "imp_cut_short".into(), author: "x".into(), created_at: now, fingerprint: "x".into(), files: json!([]), sample: true };
    let mut tx = store.begin().await.expect("begins");
    store::import::create(&mut tx, &new).await.expect("is entered");
    store::import::set_status(&mut tx, &new.id, store::import::Status::Checking, None, now).await.expect("is checked");
    tx.commit().await.expect("commits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_comes_says_so_and_goes_whatever_came_meanwhile() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let me = app.me();
        assert_eq!(base(&mut app).await, (0, false));
        assert_eq!(app.delete("/sample").await.problem(), (404, "sample.not_found".into()));
        let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        assert_eq!(app.by(&analyst, Method::POST, "/sample", None).await.problem(), (403, "access.denied".into()));

        // asked for twice it comes once; what another attempt left half done goes
        cut_short(&app).await;
        let job = app.post("/sample?lang=en", json!({})).await.expect(202);
        assert_eq!((&job["kind"], &job["quiet"], &job["mine"]), (&json!("sample"), &json!(false), &json!(true)));
        assert_eq!(app.post("/sample", json!({})).await.problem(), (409, "sample.coming".into()));
        let workers = Workers::start(&app.ctx.app);
        let done = app.ended(&me, &text(&job["id"])).await;
        workers.stop().await;
        assert_eq!((&done["state"], &done["unit"], done["done"].as_u64() > Some(0), &done["done"]), (&json!("done"), &json!("bytes"), true, &done["total"]), "{done:#}");
        assert_eq!(base(&mut app).await, (2_000, true));
        let imports = app.get("/imports").await.expect(200);
        let one = &imports["items"][0];
        assert_eq!((imports["items"].as_array().map(Vec::len), &one["sample"], &one["status"], &one["undo_until"]), (Some(1), &json!(true), &json!("committed"), &Value::Null), "{imports:#}");
        assert_eq!(app.post("/sample", json!({})).await.problem(), (409, "sample.there".into()));
        let list = app.get("/customers?limit=5").await.expect(200);
        assert!(list["items"].as_array().is_some_and(|l| l.iter().all(|c| text(&c["name"]).is_ascii())), "{list:#}");
        let overview = app.get("/overview").await.expect(200);
        let lifecycle = overview["classifications"].as_array().and_then(|all| all.iter().find(|c| c["key"] == "lifecycle")).expect("ships with the product");
        let held = lifecycle["classes"].as_array().into_iter().flatten().filter(|c| c["customers"].as_u64() > Some(0)).count();
        assert!(held >= 4, "a sample shows every kind of customer: {lifecycle:#}");
        let own = app.get("/features").await.expect(200)["items"].as_array().is_some_and(|l| l.iter().any(|f| text(&f["key"]).starts_with("custom.")));
        assert!(!own, "nothing of it is left among the business's fields");

        // worked with, and files of one's own come in beside it
        let someone = text(&list["items"][0]["id"]);
        app.post(&format!("/customers/{someone}/notes"), json!({ "body": "tried" })).await.expect(201);
        let tag = text(&app.post("/tags", json!({ "name": "tried" })).await.expect(201)["id"]);
        change(&app, &me, "sample-tag-0001", json!({ "kind": "tag_add", "subject": tag, "customers": [someone] })).await.expect(200);
        app.post("/segments", json!({ "key": "often", "label": { "zh": "常客", "en": "Often" }, "rule_text": "orders >= 3" })).await.expect(201);
        app.import(&[("会员.csv", "会员号,姓名,手机号\nM1,自己的,13800000001\nM2,也是,13800000002\n")]).await;
        assert_eq!(base(&mut app).await, (2_002, true));

        // it has no last day
        app.clock.set(Instant(NOW.0 + 60 * DAY));
        let Who::Session(cookie) = app.signs_in("owner@shop.test", PASSWORD).await else { panic!("signed in") };
        app.browse_as(Some(cookie));
        assert_eq!(app.delete("/sample").await.status, 204);
        assert_eq!(base(&mut app).await, (2, false));
        assert_eq!(app.get(&format!("/customers/{someone}")).await.problem(), (404, "customer.not_found".into()));
        assert_eq!(app.get("/segments/often").await.expect(200)["size"], 0);
        assert_eq!(app.get("/tags").await.expect(200)["items"][0]["customers"], 0);
        assert_eq!(app.delete("/sample").await.problem(), (404, "sample.not_found".into()));
        assert_eq!(app.post("/sample", json!({})).await.problem(), (409, "sample.not_empty".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_that_was_stopped_or_overtaken_leaves_nothing() {
    let mut app = TestApp::ready(None).await;
    let me = app.me();
    let job = app.post("/sample", json!({})).await.expect(202);
    app.post(&format!("/jobs/{}/cancel", text(&job["id"])), json!({})).await.expect(200);
    assert_eq!(come(&mut app, "zh-CN").await["state"], "done", "what was stopped is not in the way");
    let list = app.get("/customers?limit=5").await.expect(200);
    assert!(list["items"].as_array().is_some_and(|l| l.iter().all(|c| !text(&c["name"]).is_ascii())), "{list:#}");
    assert_eq!(app.delete("/sample").await.status, 204);
    // one's own files are quicker than the job
    let job = app.post("/sample", json!({})).await.expect(202);
    app.import(&[("会员.csv", "会员号,姓名\nM1,自己的\n")]).await;
    let workers = Workers::start(&app.ctx.app);
    let ended = app.ended(&me, &text(&job["id"])).await;
    workers.stop().await;
    assert_eq!((&ended["state"], &ended["problem"]["code"], &ended["attempts"]), (&json!("dead"), &json!("sample.not_empty"), &json!(1)), "{ended:#}");
    assert_eq!(base(&mut app).await, (1, false));
    let statuses: Vec<String> = app.get("/imports").await.expect(200)["items"].as_array().into_iter().flatten().map(|i| text(&i["status"])).collect();
    assert_eq!(statuses, ["committed", "undone"]);
}
