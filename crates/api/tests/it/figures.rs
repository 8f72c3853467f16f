//! Figures over records: own fields that records fill in, on every day, whoever writes, merges or takes away.

use crate::{
    app::{Answer, TestApp, Who, both},
    fields::{id_of, text, value},
    work::change,
};
use axum::http::Method;
use domain::clock::{Clock, Instant};
use serde_json::{Value, json};

const NULL: fn() -> Value = || json!({ "type": "null" });

fn named(name: &str) -> Value {
    json!({ "zh": name, "en": name })
}

/// Visits of customers.
fn visits() -> Value {
    let options = json!([{ "key": "新品会", "label": { "zh": "新品会", "en": "Launch" } }, { "key": "沙龙", "label": { "zh": "沙龙", "en": "Salon" } }]);
    let field = |key: &str, kind: &str| json!({ "key": key, "label": named(key), "kind": kind });
    let mut which = field("类型", "choice");
    which["options"] = options;
    json!({ "label": named("到店"), "time": "日期", "sections": [{ "label": named(""), "fields": [field("客户", "customer"), field("日期", "day"), which, field("花费", "money"), field("备注", "long_text"), field("电话", "text")] }] })
}

fn figure(name: &str, object: &str, more: Value) -> Value {
    let key = format!("custom.{name}");
    let mut figure = json!({ "object": object });
    more.as_object().into_iter().flatten().for_each(|(k, v)| figure[k] = v.clone());
    json!({
        "key": key, "label": named(name), "description": named(""), "group": "custom", "value": "number",
        "definition": { "kind": "attribute", "key": key }, "entry": { "kind": "number", "figure": figure },
    })
}

async fn write(app: &TestApp, object: &str, values: Value) -> String {
    later(app);
    text(&app.by(&app.me(), Method::POST, &format!("/objects/{object}/records"), Some(json!({ "values": values }))).await.expect(201)["id"])
}

/// What is written next is learnt later.
fn later(app: &TestApp) {
    app.clock.set(Instant(app.clock.now().0 + 1_000_000));
}

/// The value, once it is this one.
async fn becomes(app: &TestApp, id: &str, key: &str, wanted: Value) {
    let mut now = Value::Null;
    for _ in 0..400 {
        now = value(app, &app.me(), id, key).await;
        if now == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{key} of {id} is {now}, not {wanted}");
}

async fn on(app: &TestApp, id: &str, key: &str, day: &str) -> Value {
    let profile = app.read(&app.me(), &format!("/customers/{id}?as_of={day}")).await.expect(200);
    profile["features"].as_array().expect("features").iter().find(|f| f["key"] == key).cloned().unwrap_or_default()["value"].clone()
}

fn refused(answer: &Answer) {
    assert_eq!(answer.problem(), (422, "feature.figure".into()));
}

#[tokio::test]
async fn records_fill_in_a_field_on_every_day() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let workers = flow::jobs::Workers::start(&app.ctx.app);
        let object = text(&app.post("/objects", visits()).await.expect(201)["id"]);
        let (first, second) = (id_of(&app, "M001").await, id_of(&app, "M002").await);
        // of records that are there already
        let early = write(&app, &object, json!({ "客户": first, "日期": "2025-06-01", "类型": "沙龙", "花费": 80.1 })).await;
        let (count, spent, last, kind) = ("custom.visits", "custom.spent", "custom.last", "custom.kind");
        app.post("/features", figure("visits", &object, json!({ "stat": "count" }))).await.expect(201);
        let made = app.post("/features", figure("spent", &object, json!({ "stat": "sum", "field": "花费", "days": 30 }))).await.expect(201);
        assert_eq!((&made["value"], &made["entry"]["kind"]), (&json!("money"), &json!("money")), "they follow from what it reads");
        app.post("/features", figure("last", &object, json!({ "stat": "last" }))).await.expect(201);
        let made = app.post("/features", figure("kind", &object, json!({ "stat": "last", "field": "类型" }))).await.expect(201);
        assert_eq!(made["entry"]["options"][1]["label"]["en"], "Salon");
        refused(&app.post("/features", figure("x", &object, json!({ "stat": "sum", "field": "备注" }))).await);
        refused(&app.post("/features", figure("x", &object, json!({ "stat": "sum" }))).await);
        refused(&app.post("/features", figure("x", &object, json!({ "stat": "last", "field": "没有" }))).await);
        refused(&app.post("/features", figure("x", "obj_none", json!({ "stat": "count" }))).await);
        let days = app.post("/features", figure("x", &object, json!({ "stat": "count", "days": 0 }))).await;
        assert_eq!(days.status, 422, "{}", days.text());
        let number = |n: f64| json!({ "type": "number", "value": n });
        becomes(&app, &first, count, number(1.0)).await;
        becomes(&app, &first, kind, json!({ "type": "text", "value": "沙龙" })).await;
        // of records that are written
        let late = write(&app, &object, json!({ "客户": first, "日期": "2025-12-10", "类型": "新品会", "花费": 320.5 })).await;
        write(&app, &object, json!({ "客户": second, "日期": "2025-12-12", "花费": 10 })).await;
        becomes(&app, &first, count, number(2.0)).await;
        becomes(&app, &second, count, number(1.0)).await;
        becomes(&app, &first, spent, json!({ "type": "money", "value": 32_050 })).await;
        becomes(&app, &first, last, json!({ "type": "day", "value": "2025-12-10" })).await;
        // every day knows its own
        assert_eq!((on(&app, &first, count, "2025-05-31").await, on(&app, &first, count, "2025-12-09").await), (NULL(), number(1.0)));
        assert_eq!((on(&app, &first, spent, "2025-06-30").await, on(&app, &first, spent, "2025-07-01").await), (json!({ "type": "money", "value": 8_010 }), NULL()));
        // in rules, lists and files at once
        let found = app.get("/customers?rule=custom.visits%20%3E%3D%202&columns=custom.visits").await.expect(200);
        assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &json!(first)));
        assert!(app.get("/customers/export?columns=custom.last&rule=custom.visits%20%3E%3D%202").await.text().contains("2025-12-10"));
        // nobody writes into it by hand
        let by_hand = change(&app, &app.me(), "figure-0001", json!({ "kind": "field_set", "subject": count, "customers": [first], "value": 9 })).await;
        assert_eq!(by_hand.problem(), (422, "change.computed".into()));
        assert!(!app.get("/imports/targets").await.text().contains(count), "nor does a file");
        // changed, taken away, brought back
        later(&app);
        app.with_body(Method::PUT, &format!("/records/{early}"), json!({ "values": { "客户": second, "日期": "2025-06-02", "花费": 80.1 } })).await.expect(200);
        becomes(&app, &first, count, number(1.0)).await;
        becomes(&app, &second, count, number(2.0)).await;
        later(&app);
        assert_eq!(app.delete(&format!("/records/{late}")).await.status, 204);
        becomes(&app, &first, count, NULL()).await;
        becomes(&app, &first, last, NULL()).await;
        later(&app);
        app.post(&format!("/records/{late}/restore"), json!({})).await.expect(200);
        becomes(&app, &first, count, number(1.0)).await;
        // one customer of two, and two again
        later(&app);
        let merged = app.post("/merges", json!({ "survivor": first, "merged": [second] })).await.expect(200);
        becomes(&app, &first, count, number(3.0)).await;
        later(&app);
        app.post(&format!("/merges/{}/undo", text(&merged["batch"])), json!({})).await.expect(200);
        becomes(&app, &first, count, number(1.0)).await;
        becomes(&app, &second, count, number(2.0)).await;
        // with the object it goes and comes
        later(&app);
        assert_eq!(app.delete(&format!("/objects/{object}")).await.status, 204);
        becomes(&app, &second, count, NULL()).await;
        later(&app);
        app.post(&format!("/objects/{object}/restore"), json!({})).await.expect(200);
        becomes(&app, &second, count, number(2.0)).await;
        workers.stop().await;
    }
}

#[tokio::test]
async fn a_figure_is_as_personal_as_what_it_shows() {
    let mut app = TestApp::shop(None).await;
    let workers = flow::jobs::Workers::start(&app.ctx.app);
    let object = text(&app.post("/objects", visits()).await.expect(201)["id"]);
    let first = id_of(&app, "M001").await;
    write(&app, &object, json!({ "客户": first, "日期": "2025-12-10", "电话": "13912345678" })).await;
    app.post("/features", figure("called", &object, json!({ "stat": "last", "field": "电话" }))).await.expect(201);
    app.post("/features", figure("calls", &object, json!({ "stat": "count", "field": "电话" }))).await.expect(201);
    becomes(&app, &first, "custom.called", json!({ "type": "text", "value": "13912345678" })).await;
    becomes(&app, &first, "custom.calls", json!({ "type": "number", "value": 1.0 })).await;
    let (_, masked) = app.joined(domain::access::Role::Agent, domain::access::Personal::Denied).await;
    let profile = app.read(&masked, &format!("/customers/{first}")).await;
    assert!(!profile.text().contains("13912345678"), "{}", profile.text());
    assert_eq!(value(&app, &masked, &first, "custom.calls").await, json!({ "type": "number", "value": 1.0 }));
    let asked = app.by(&masked, Method::GET, "/customers?rule=custom.called%20%3D%20%2213912345678%22", None).await;
    assert_eq!(asked.status, 403, "{}", asked.text());
    let nobody = app.by(&Who::Nobody, Method::GET, "/features", None).await;
    assert_eq!(nobody.status, 401);
    workers.stop().await;
}
