//! Objects of the business's own: a form, records filled in with it, their list, file and walls.

use crate::app::{Answer, TestApp, Who, both};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

fn named(zh: &str, en: &str) -> Value {
    json!({ "zh": zh, "en": en })
}

fn field(key: &str, kind: &str, more: Value) -> Value {
    let mut f = json!({ "key": key, "label": named(key, &format!("en {key}")), "kind": kind });
    for (k, v) in more.as_object().expect("an object") {
        f[k] = v.clone();
    }
    f
}

/// Events at a shop.
fn event() -> Value {
    let options = json!([{ "key": "新品会", "label": named("新品会", "Launch") }, { "key": "沙龙", "label": named("沙龙", "Salon") }]);
    json!({
        "label": named("门店活动", "Store event"), "description": named("谁来了，花了多少", "who came"), "time": "日期",
        "sections": [
            { "label": named("活动", "Event"), "fields": [
                field("客户", "customer", json!({ "required": true })), field("日期", "day", json!({ "required": true })),
                field("类型", "choice", json!({ "options": options, "help": named("哪种活动", "which kind") })),
            ] },
            { "label": named("结果", "Outcome"), "fields": [
                field("花费", "money", json!({})), field("人数", "number", json!({})), field("到场", "bool", json!({})),
                field("备注", "long_text", json!({})), field("忌口", "text", json!({ "personal": true })),
            ] },
        ],
    })
}

async fn id_of(app: &TestApp, q: &str) -> String {
    text(&app.read(&app.me(), &format!("/customers?q={q}")).await.expect(200)["items"][0]["id"])
}

async fn write(app: &TestApp, who: &Who, object: &str, values: Value) -> Answer {
    app.by(who, Method::POST, &format!("/objects/{object}/records"), Some(json!({ "values": values }))).await
}

async fn change(app: &TestApp, who: &Who, object: &str, body: Value) -> Answer {
    app.by(who, Method::POST, &format!("/objects/{object}/records/change"), Some(body)).await
}

fn coded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[tokio::test]
async fn a_form_is_made_filled_in_listed_changed_and_taken_along() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let made = app.post("/objects", event()).await.expect(201);
        let object = text(&made["id"]);
        assert_eq!((&made["key"], &made["records"], &made["edition"], made["sections"][0]["fields"][2]["options"][1]["label"]["en"].as_str()), (&json!("门店活动"), &json!(0), &json!(1), Some("Salon")));
        assert_eq!(app.post("/objects", event()).await.problem(), (409, "object.taken".into()));
        let (first, second) = (id_of(&app, "M001").await, id_of(&app, "M002").await);
        let one = write(&app, &me, &object, json!({ "客户": first, "日期": "2025-12-20", "类型": "Launch", "花费": 320.5, "人数": "2", "到场": true, "备注": "喜欢\n下午" })).await.expect(201);
        assert_eq!(one["values"], json!({
            "客户": { "type": "text", "value": first }, "日期": { "type": "day", "value": "2025-12-20" }, "类型": { "type": "text", "value": "新品会" },
            "花费": { "type": "money", "value": 32050 }, "人数": { "type": "number", "value": 2.0 }, "到场": { "type": "bool", "value": true }, "备注": { "type": "text", "value": "喜欢\n下午" },
        }));
        assert_eq!((&one["number"], &one["day"], &one["names"][&first]), (&json!(1), &json!("2025-12-20"), &json!("客户1")));
        // what does not fit names every field, and nothing is written
        let wrong = write(&app, &me, &object, json!({ "日期": "soon", "类型": "x", "客户": "cus_nobody", "没有": "x" })).await;
        assert_eq!(wrong.problem(), (422, "record.value".into()));
        let faults = wrong.json()["params"]["fields"].as_object().map(|f| f.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        assert_eq!(faults, ["客户", "日期", "没有", "类型"]);
        let batch = |rows: Value| json!({ "records": rows });
        let rows = json!([{ "values": { "客户": "M002", "日期": "2025-12-21", "类型": "沙龙", "花费": 80 } }, { "values": { "客户": second, "日期": "2025-11-01", "花费": 500 } }]);
        let ids = app.post(&format!("/objects/{object}/records/batch"), batch(rows)).await.expect(201)["ids"].clone();
        assert_eq!(ids.as_array().map(Vec::len), Some(2));
        let half = app.post(&format!("/objects/{object}/records/batch"), batch(json!([{ "values": { "客户": first, "日期": "2025-12-22" } }, { "values": { "客户": first } }]))).await;
        assert_eq!((half.problem(), &half.json()["params"]["record"]), ((422, "record.value".into()), &json!(1)));
        assert_eq!(app.post(&format!("/objects/{object}/records/batch"), batch(json!([]))).await.problem(), (422, "record.many".into()));

        let list = async |query: &str| {
            let page = app.read(&me, &format!("/objects/{object}/records?{query}")).await.expect(200);
            page["items"].as_array().expect("items").iter().map(|r| r["number"].as_i64().unwrap_or(0)).collect::<Vec<_>>()
        };
        assert_eq!(list("").await, [3, 2, 1]);
        assert_eq!(list(&format!("sort={}", coded("花费"))).await, [2, 1, 3]);
        assert_eq!(list(&format!("sort={}", coded("-日期"))).await, [2, 1, 3]);
        assert_eq!(list(&format!("sort={}", coded("类型"))).await, [1, 2, 3], "what is empty stands last");
        assert_eq!(list(&format!("f.{}={}", coded("类型"), coded("沙龙"))).await, [2]);
        assert_eq!(list(&format!("f.{}=100..", coded("花费"))).await, [3, 1]);
        assert_eq!(list(&format!("f.{}=2025-12-01..2025-12-20", coded("日期"))).await, [1]);
        assert_eq!(list(&format!("q={}", coded("下午"))).await, [1]);
        assert_eq!(list(&format!("customer={second}")).await, [3, 2]);
        assert_eq!(app.read(&me, &format!("/objects/{object}/records?sort=nothing")).await.problem(), (422, "record.filter".into()));
        assert_eq!(app.read(&me, &format!("/objects/{object}/records?f.nothing=1")).await.problem(), (422, "record.filter".into()));
        assert_eq!(app.read(&me, &format!("/customers/{second}/records")).await.expect(200)["items"].as_array().map(Vec::len), Some(2));

        // changed, and who was slower is told so
        let path = format!("/records/{}", text(&one["id"]));
        let next = app.with_body(Method::PUT, &path, json!({ "values": { "客户": first, "日期": "2025-12-19", "花费": 400 }, "edition": 1 })).await.expect(200);
        assert_eq!((&next["edition"], &next["day"], next["values"].as_object().map(|v| v.len())), (&json!(2), &json!("2025-12-19"), Some(3)));
        assert_eq!(app.with_body(Method::PUT, &path, json!({ "values": { "客户": first, "日期": "2025-12-19" }, "edition": 1 })).await.problem(), (409, "record.moved".into()));
        assert_eq!(app.delete(&path).await.status, 204);
        assert_eq!(app.get(&path).await.problem(), (404, "record.not_found".into()));
        assert_eq!(app.post(&format!("{path}/restore"), json!({})).await.expect(200)["number"], 1);

        // taken along by the jobs that write lists
        let order = json!({ "format": "csv", "object": object, "filter": { "customer": first }, "sort": "number" });
        let job = app.by(&me, Method::POST, "/exports", Some(order)).await.expect(202);
        let file = app.written(&me, &job).await.text();
        assert!(file.contains("花费") && file.contains("400.00") && !file.contains("500.00"), "{file}");
        let log = app.read(&me, "/audit").await.expect(200).to_string();
        for action in ["object.made", "record.written", "record.changed", "record.removed", "record.restored", "export.taken"] {
            assert!(log.contains(action), "{action}");
        }
        assert!(!log.contains("下午"), "the log names no value");
    }
}

#[tokio::test]
async fn many_records_are_changed_at_once_and_as_they_were_again() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let object = text(&app.post("/objects", event()).await.expect(201)["id"]);
        let kinds = ["沙龙", "新品会", "沙龙", "沙龙"];
        let rows: Vec<Value> = kinds.iter().enumerate().map(|(i, kind)| json!({ "values": { "客户": "M001", "日期": format!("2025-12-0{}", i + 1), "类型": kind, "人数": i, "备注": "原样" } })).collect();
        let ids = app.post(&format!("/objects/{object}/records/batch"), json!({ "records": rows })).await.expect(201)["ids"].clone();
        let all = format!("/objects/{object}/records");
        let salon = format!("f.{}={}", coded("类型"), coded("沙龙"));
        let before = app.get(&all).await.expect(200);

        // one field of all that match but one: those that say it already stay as they are
        let set = |value: Value| json!({ "filter": { "f.类型": "沙龙" }, "except": [ids[2]], "expected": 2, "action": { "kind": "set", "field": "人数", "value": value } });
        let made = change(&app, &me, &object, set(json!("0"))).await.expect(200);
        assert_eq!((&made["matched"], &made["changed"]), (&json!(2), &json!(1)), "the first said 0");
        let fourth = app.get(&format!("/records/{}", text(&ids[3]))).await.expect(200);
        assert_eq!((&fourth["values"]["人数"]["value"], &fourth["values"]["备注"]["value"], &fourth["edition"]), (&json!(0.0), &json!("原样"), &json!(2)));
        assert_eq!(change(&app, &me, &object, set(json!("none"))).await.problem(), (422, "record.value".into()));
        assert_eq!(change(&app, &me, &object, json!({ "filter": {}, "expected": 3, "action": { "kind": "remove" } })).await.problem(), (409, "record.moved".into()));
        assert_eq!(change(&app, &me, &object, json!({ "filter": { "segment": "x" }, "action": { "kind": "remove" } })).await.problem(), (422, "record.filter".into()));
        assert_eq!(change(&app, &me, &object, json!({ "records": ids, "action": { "kind": "set", "field": "日期" } })).await.problem(), (422, "record.value".into()), "a day must be there");

        // taken away, and back as one; what was brought back meanwhile stays
        let gone = change(&app, &me, &object, json!({ "records": [ids[0], ids[2]], "action": { "kind": "remove" } })).await.expect(200);
        assert_eq!((app.get(&format!("{all}?{salon}")).await.expect(200)["total"].clone(), &gone["changed"]), (json!(1), &json!(2)));
        app.post(&format!("/records/{}/restore", text(&ids[0])), json!({})).await.expect(200);
        let told = app.get(&format!("/objects/{object}/imports")).await.expect(200);
        let of = |id: &Value| told["items"].as_array().expect("items").iter().find(|i| i["id"] == *id).cloned().unwrap_or_default();
        assert_eq!((&of(&gone["id"])["removed"], &of(&gone["id"])["name"], &of(&made["id"])["changed"]), (&json!(2), &json!(""), &json!(1)));
        let back = app.post(&format!("/record-imports/{}/undo", text(&gone["id"])), json!({})).await.expect(200);
        assert_eq!((&back["removed"], &back["restored"], &back["kept"]), (&json!(0), &json!(1), &json!(1)));
        assert_eq!(app.post(&format!("/record-imports/{}/undo", text(&gone["id"])), json!({})).await.problem(), (409, "record.undone".into()));
        assert_eq!(app.post(&format!("/record-imports/{}/undo", text(&made["id"])), json!({})).await.expect(200)["restored"], 1);
        let values = |page: &Value| page["items"].as_array().expect("items").iter().map(|r| r["values"].clone()).collect::<Vec<_>>();
        assert_eq!(values(&app.get(&all).await.expect(200)), values(&before));

        // a file of some, in columns of one's own; a view remembers the list
        let order = json!({ "format": "csv", "object": object, "customers": [ids[1], ids[3]], "columns": ["人数", "number"], "sort": "number" });
        let job = app.by(&me, Method::POST, "/exports", Some(order)).await.expect(202);
        let file = app.written(&me, &job).await.text();
        assert_eq!(file.trim_start_matches('\u{feff}').lines().collect::<Vec<_>>(), ["\"人数\",number", "1,2", "3,4"]);
        let none = json!({ "format": "parquet", "object": object, "columns": ["nothing"] });
        assert_eq!(app.by(&me, Method::POST, "/exports", Some(none)).await.problem(), (422, "record.filter".into()));
        let view = app.post("/views", json!({ "name": "沙龙", "query": { "object": object, "f.类型": "沙龙", "columns": "人数,日期", "sort": "-日期" } })).await.expect(201);
        assert_eq!(view["query"]["object"], json!(object));
        assert_eq!(app.post("/views", json!({ "name": "x", "query": { "object": object, "segment": "vip" } })).await.problem(), (422, "view.query".into()));
        assert_eq!(app.post("/views", json!({ "name": "x", "query": { "object": "obj_none" } })).await.problem(), (404, "object.not_found".into()));
        app.post("/views", json!({ "name": "own field", "query": { "f.custom.skin": "dry" } })).await.expect(201);

        // who sees no details sets no hidden field, and leaves what is hidden from them
        let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        let hidden = json!({ "filter": {}, "action": { "kind": "set", "field": "忌口", "value": "x" } });
        assert_eq!(change(&app, &analyst, &object, hidden).await.problem(), (403, "access.masked".into()));
        let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        assert_eq!(change(&app, &viewer, &object, json!({ "filter": {}, "action": { "kind": "remove" } })).await.problem(), (403, "access.denied".into()));
    }
}

#[tokio::test]
async fn a_form_changes_and_nothing_that_was_written_is_lost() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let made = app.post("/objects", event()).await.expect(201);
    let (object, path) = (text(&made["id"]), format!("/objects/{}", text(&made["id"])));
    let first = id_of(&app, "M001").await;
    let one = write(&app, &me, &object, json!({ "客户": first, "日期": "2025-12-20", "花费": 10, "人数": 3 })).await.expect(201);
    let usage = app.get(&format!("{path}/usage")).await.expect(200);
    assert_eq!((&usage["records"], &usage["customers"]), (&json!(1), &json!(1)));
    assert!(usage["fields"].as_array().expect("fields").contains(&json!({ "key": "人数", "records": 1 })));
    let mut smaller = event();
    smaller["sections"][1]["fields"] = json!([field("花费", "money", json!({}))]);
    smaller["edition"] = json!(1);
    let edited = app.with_body(Method::PUT, &path, smaller.clone()).await.expect(200);
    assert_eq!((edited["retired"].as_array().map(Vec::len), &edited["edition"]), (Some(4), &json!(2)));
    assert_eq!(app.with_body(Method::PUT, &path, smaller).await.problem(), (409, "object.moved".into()));
    let record = format!("/records/{}", text(&one["id"]));
    assert!(app.get(&record).await.expect(200)["values"].get("人数").is_none());
    app.with_body(Method::PUT, &record, json!({ "values": { "客户": first, "日期": "2025-12-20", "花费": 11 } })).await.expect(200);
    let mut other = event();
    other["sections"][1]["fields"][1] = field("人数", "text", json!({}));
    assert_eq!(app.with_body(Method::PUT, &path, other).await.problem(), (422, "object.form".into()));
    app.with_body(Method::PUT, &path, event()).await.expect(200);
    assert_eq!(app.get(&record).await.expect(200)["values"]["人数"]["value"], 3.0);
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(app.get(&path).await.problem(), (404, "object.not_found".into()));
    assert_eq!(app.get(&record).await.problem(), (404, "record.not_found".into()));
    assert_eq!(app.read(&me, &format!("/customers/{first}/records")).await.expect(200)["items"], json!([]));
    assert_eq!(app.post(&format!("{path}/restore"), json!({})).await.expect(200)["records"], 1);
    for (bad, code) in [
        (json!({ "label": named("", ""), "sections": [{ "fields": [field("a", "text", json!({}))] }] }), "object.form"),
        (json!({ "label": named("x", "x"), "sections": [] }), "object.form"),
        (json!({ "label": named("x", "x"), "sections": [{ "fields": [field("a", "choice", json!({}))] }] }), "object.form"),
        (json!({ "label": named("x", "x"), "time": "a", "sections": [{ "fields": [field("a", "text", json!({}))] }] }), "object.form"),
    ] {
        assert_eq!(app.post("/objects", bad).await.problem(), (422, code.into()));
    }
}

#[tokio::test]
async fn details_are_hidden_and_stay_when_others_change_the_rest() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let object = text(&app.post("/objects", event()).await.expect(201)["id"]);
    let first = id_of(&app, "M001").await;
    let values = json!({ "客户": first, "日期": "2025-12-20", "忌口": "海鲜", "备注": "打 13811115678" });
    let one = write(&app, &me, &object, values).await.expect(201);
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    let path = format!("/records/{}", text(&one["id"]));
    let seen = app.read(&analyst, &path).await.expect(200);
    assert_eq!((seen["values"].get("忌口"), &seen["masked"]), (None, &json!(["备注", "忌口"])));
    for way in [path.clone(), format!("/objects/{object}/records"), format!("/customers/{first}/records"), format!("/objects/{object}/records?q={}", coded("海鲜"))] {
        let answer = app.read(&analyst, &way).await.text();
        assert!(!answer.contains("海鲜") && !answer.contains("13811115678"), "{way}: {answer}");
    }
    assert_eq!(app.read(&analyst, &format!("/objects/{object}/records?q={}", coded("海鲜"))).await.expect(200)["total"], 0);
    for way in [format!("f.{}=x", coded("忌口")), format!("sort={}", coded("忌口")), "q=13811115678".into()] {
        assert_eq!(app.read(&analyst, &format!("/objects/{object}/records?{way}")).await.problem(), (403, "access.masked".into()), "{way}");
    }
    let job = app.by(&analyst, Method::POST, "/exports", Some(json!({ "format": "csv", "object": object }))).await.expect(202);
    let file = app.written(&analyst, &job).await.text();
    assert!(!file.contains("海鲜") && !file.contains("13811115678"), "{file}");
    app.by(&analyst, Method::PUT, &path, Some(json!({ "values": { "客户": "M002", "日期": "2025-12-24", "忌口": "x", "备注": "y" } }))).await.expect(200);
    let now = app.read(&me, &path).await.expect(200);
    assert_eq!((&now["values"]["忌口"]["value"], &now["values"]["备注"]["value"], &now["day"]), (&json!("海鲜"), &json!("打 13811115678"), &json!("2025-12-24")));
    assert_eq!(app.by(&viewer, Method::POST, &format!("/objects/{object}/records"), Some(json!({ "values": {} }))).await.problem(), (403, "access.denied".into()));
    assert_eq!(app.by(&viewer, Method::POST, "/objects", Some(event())).await.problem(), (403, "access.denied".into()));
    // the records of who was merged are with who stands for both
    let second = id_of(&app, "M002").await;
    app.post("/merges", json!({ "survivor": first, "merged": [second] })).await.expect(200);
    assert_eq!(app.read(&me, &format!("/customers/{first}/records")).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(app.read(&me, &format!("/objects/{object}/records?customer={first}")).await.expect(200)["total"], 1);
}
