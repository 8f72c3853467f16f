//! A whole file into an object: tried, brought, brought again, taken back; what does not fit is told and lost nowhere.

use crate::app::{Answer, TestApp, Who, both};
use axum::{body::Body, http::{Method, Request, header}};
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn named(zh: &str, en: &str) -> Value {
    json!({ "zh": zh, "en": en })
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// Warranties: a number of their own, whose, when, how much, what for.
fn warranty() -> Value {
    let field = |key: &str, en: &str, kind: &str| json!({ "key": key, "label": named(key, en), "kind": kind });
    let mut what = field("类型", "Kind", "choice");
    what["options"] = json!([{ "key": "整机", "label": named("整机", "Whole") }, { "key": "配件", "label": named("配件", "Part") }]);
    let (mut number, mut allergy) = (field("质保编号", "Serial", "text"), field("忌口", "Diet", "text"));
    (number["required"], allergy["personal"]) = (json!(true), json!(true));
    json!({ "label": named("质保", "Warranties"), "time": "购买日期", "sections": [{ "fields": [
        number, field("客户", "Customer", "customer"), field("购买日期", "Bought", "day"), field("金额", "Price", "money"), what, field("已激活", "Active", "bool"), field("备注", "Remark", "long_text"), allergy,
    ] }] })
}

async fn made(app: &mut TestApp) -> String {
    text(&app.post("/objects", warranty()).await.expect(201)["id"])
}

/// Sends a file by somebody, perhaps with a key; the jobs of the server are done meanwhile.
pub async fn bring(app: &TestApp, who: &Who, path: &str, file: (&str, &[u8]), form: Value, key: Option<&str>) -> Answer {
    if form["dry_run"] == true || path.contains("refused") {
        return sent(app, who, path, file, form, key).await;
    }
    let workers = flow::jobs::Workers::start(&app.ctx.app);
    let answer = sent(app, who, path, file, with(form, "wait", 60), key).await;
    workers.stop().await;
    answer
}

fn with(mut form: Value, name: &str, value: u64) -> Value {
    form[name] = json!(value);
    form
}

/// Sends a file by somebody; nobody does jobs.
async fn sent(app: &TestApp, who: &Who, path: &str, (name, bytes): (&str, &[u8]), form: Value, key: Option<&str>) -> Answer {
    let Who::Session(cookie) = who else { panic!("nobody is signed in") };
    let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{form}\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let request = Request::builder().method(Method::POST).uri(format!("{}{path}", api::BASE)).header(header::HOST, "shop.test").header(api::CSRF_HEADER, "1");
    let request = request.header(header::COOKIE, cookie).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    let request = if let Some(key) = key { request.header("idempotency-key", key) } else { request };
    app.raw(request.body(Body::from(body)).expect("a request")).await
}

const FILE: &str = "质保编号,会员号,购买日期,金额,类型,已激活,备注,内部\n\
W1,M001,2025/12/01,\"￥1,280.50\",Whole,是,包装完好,x\n\
W2,13800000002,2025年12月2日,99,配件,否,\"两行\n备注\",x\n\
W3,M099,2025-12-03,10,整机,是,,x\n\
W4,M003,哪天,abc,别的,也许,,x\n\
,M004,2025-12-04,1,整机,是,,x\n\
W1,M001,2025/12/01,\"￥1,280.50\",Whole,是,包装完好,x\n";

/// The same in GB18030.
const GBK: &[u8] = b"\
\xd6\xca\xb1\xa3\xb1\xe0\xba\xc5,\xbb\xe1\xd4\xb1\xba\xc5,\xb9\xba\xc2\xf2\xc8\xd5\xc6\xda,\xbd\xf0\xb6\xee,\xc0\xe0\xd0\xcd,\xd2\xd1\xbc\xa4\
\xbb\xee,\xb1\xb8\xd7\xa2,\xc4\xda\xb2\xbf\nW1,M001,2025/12/01,\x22\xa3\xa41,280.50\x22,Whole,\xca\xc7,\xb0\xfc\xd7\xb0\xcd\xea\xba\xc3,x\nW2\
,13800000002,2025\xc4\xea12\xd4\xc22\xc8\xd5,99,\xc5\xe4\xbc\xfe,\xb7\xf1,\x22\xc1\xbd\xd0\xd0\n\xb1\xb8\xd7\xa2\x22,x\nW3,M099,2025-12-03,10\
,\xd5\xfb\xbb\xfa,\xca\xc7,,x\nW4,M003,\xc4\xc4\xcc\xec,abc,\xb1\xf0\xb5\xc4,\xd2\xb2\xd0\xed,,x\n,M004,2025-12-04,1,\xd5\xfb\xbb\xfa,\xca\xc7\
,,x\nW1,M001,2025/12/01,\x22\xa3\xa41,280.50\x22,Whole,\xca\xc7,\xb0\xfc\xd7\xb0\xcd\xea\xba\xc3,x\n";

fn counts(r: &Value) -> [u64; 5] {
    ["rows", "made", "changed", "same", "refused"].map(|k| r[k].as_u64().unwrap_or(u64::MAX))
}

#[tokio::test]
async fn a_file_is_tried_brought_again_and_taken_back() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let (me, object) = (app.me(), made(&mut app).await);
        let path = format!("/objects/{object}/imports");
        let tried = bring(&app, &me, &path, ("质保.csv", FILE.as_bytes()), json!({ "dry_run": true }), None).await.expect(200);
        assert_eq!(counts(&tried), [6, 2, 0, 1, 3], "{tried:#}");
        let fields: Vec<&Value> = tried["columns"].as_array().expect("columns").iter().map(|c| &c["field"]).collect();
        assert_eq!(json!(fields), json!(["质保编号", "客户", "购买日期", "金额", "类型", "已激活", "备注", null]), "a column in the words of other systems names the customer; what nothing is called is left out");
        let told: Vec<(u64, &str, &str)> = tried["refusals"].as_array().expect("refusals").iter().map(|r| (r["row"].as_u64().unwrap_or(0), r["field"].as_str().unwrap_or(""), r["message"]["en"].as_str().unwrap_or(""))).collect();
        // a line break in a cell moves the rows behind it
        assert_eq!(told, [
            (5, "客户", "there is no such customer"), (6, "已激活", "yes or no is wanted"), (6, "类型", "there is no option “别的”"), (6, "购买日期", "a day is wanted, such as 2026-03-05"),
            (6, "金额", "an amount is wanted, such as 128.50"), (7, "质保编号", "it must be filled in"),
        ]);
        assert_eq!((&tried["id"], tried["refusals"][0]["column"].as_str()), (&json!(null), Some("会员号")));
        assert_eq!(app.get(&format!("/objects/{object}")).await.expect(200)["records"], 0, "nothing was written");

        // the same in the letters of an old system, and what was seen is what is done
        let form = json!({ "seen": tried["seen"] });
        let done = bring(&app, &me, &path, ("质保.csv", GBK), form.clone(), Some("once")).await.expect(200);
        assert_eq!(counts(&done), [6, 2, 0, 1, 3]);
        let import = text(&done["id"]);
        assert!(import.starts_with("rim_"), "{import}");
        let again = bring(&app, &me, &path, ("质保.csv", GBK), form.clone(), Some("once")).await;
        assert_eq!((again.header("idempotency-replayed"), text(&again.json()["id"])), ("true", import.clone()), "the same request is done once");
        assert_eq!(bring(&app, &me, &path, ("质保.csv", GBK), form, None).await.problem(), (409, "record.moved".into()), "it is not as it was seen any more");
        let list = app.get(&format!("/objects/{object}/records?sort=number")).await.expect(200);
        assert_eq!(list["items"][0]["values"]["金额"], json!({ "type": "money", "value": 128_050 }));
        assert_eq!((&list["items"][1]["values"]["备注"]["value"], &list["items"][1]["day"], &list["items"][1]["values"]["已激活"]["value"]), (&json!("两行\n备注"), &json!("2025-12-02"), &json!(false)));
        assert_eq!(list["items"][1]["names"].as_object().map(serde_json::Map::len), Some(1), "found by phone");

        // said twice is not brought twice
        let same = bring(&app, &me, &path, ("质保.csv", FILE.as_bytes()), json!({}), None).await.expect(200);
        assert_eq!((counts(&same), &same["id"]), ([6, 0, 0, 3, 3], &json!(null)));

        // corrections, by a field of one's own choice; what a row leaves empty stays
        let better = "Serial,Customer,Price,类型\nW1,M002,1300,\nW2,,,Part\nW5,M005,5,整机\nW5,M006,5,整机\n";
        app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 1_000_000));
        let form = json!({ "match": "质保编号" });
        let done = bring(&app, &me, &path, ("more.csv", better.as_bytes()), form.clone(), None).await.expect(200);
        assert_eq!(counts(&done), [4, 1, 1, 1, 1], "{done:#}");
        assert_eq!((&done["refusals"][0]["row"], &done["refusals"][0]["field"]), (&json!(5), &json!("质保编号")));
        let find = async |app: &mut TestApp, n: &str| app.get(&format!("/objects/{object}/records?q={n}")).await.expect(200)["items"][0].clone();
        let (w1, w5) = (find(&mut app, "W1").await, find(&mut app, "W5").await);
        assert_eq!((&w1["edition"], &w1["values"]["金额"]["value"], &w1["values"]["备注"]["value"], &w1["day"]), (&json!(2), &json!(130_000), &json!("包装完好"), &json!("2025-12-01")));
        assert_eq!(counts(&bring(&app, &me, &path, ("more.csv", better.as_bytes()), form, None).await.expect(200)), [4, 0, 0, 3, 1]);

        // taken back: the new one goes, the changed one is as it was; what somebody changed since stays
        let imports = app.get(&path).await.expect(200)["items"].clone();
        assert_eq!((imports.as_array().map(Vec::len), &imports[1]["name"], imports[1]["author_name"].is_string()), (Some(2), &json!("质保.csv"), true));
        let second = text(&done["id"]);
        let w5_path = format!("/records/{}", text(&w5["id"]));
        app.with_body(Method::PUT, &w5_path, json!({ "values": { "质保编号": "W5", "备注": "改过" } })).await.expect(200);
        assert_eq!(app.post(&format!("/record-imports/{second}/undo"), json!({})).await.expect(200), json!({ "id": second, "removed": 0, "restored": 1, "kept": 1 }));
        let w1 = find(&mut app, "W1").await;
        assert_eq!((&w1["edition"], &w1["values"]["金额"]["value"]), (&json!(3), &json!(128_050)));
        assert_eq!(app.read(&me, &format!("/customers/{}/records", text(&w1["values"]["客户"]["value"]))).await.expect(200)["items"].as_array().map(Vec::len), Some(1), "whose it is, too");
        assert_eq!(app.post(&format!("/record-imports/{second}/undo"), json!({})).await.problem(), (409, "record.undone".into()));
        assert_eq!(app.post(&format!("/record-imports/{import}/undo"), json!({})).await.expect(200), json!({ "id": import, "removed": 1, "restored": 0, "kept": 1 }), "W1 was written since");
        let log = app.read(&me, "/audit").await.expect(200).to_string();
        assert!(log.contains("record.imported") && log.contains("record.import_undone") && !log.contains("包装完好"), "{log}");
        assert_eq!(app.post("/record-imports/rim_nobody/undo", json!({})).await.problem(), (404, "record_import.not_found".into()));
    }
}

#[tokio::test]
async fn rows_that_do_not_fit_come_back_as_a_file_that_can_be_mended() {
    let mut app = TestApp::shop(None).await;
    let (me, object) = (app.me(), made(&mut app).await);
    let path = format!("/objects/{object}/imports");
    let csv = "质保编号;金额;备注\nW1;abc;=HYPERLINK(\"http://evil\")\nW2;5;fine\nW3;1;a;b;c\n";
    let file = bring(&app, &me, &format!("{path}/refused?lang=en"), ("坏.csv", csv.as_bytes()), json!({}), None).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let rows = file.text();
    assert!(rows.contains("zhiyin_row") && rows.contains("Price: an amount is wanted") && rows.contains("\"'=HYPERLINK") && !rows.contains("fine"), "{rows}");
    // mended, it is brought as it is
    let mended = rows.replace("abc", "77");
    let done = bring(&app, &me, &path, ("坏-refused.csv", mended.as_bytes()), json!({}), None).await.expect(200);
    assert_eq!((counts(&done), &done["columns"][0]["field"]), ([2, 1, 0, 0, 1], &json!(null)), "{done:#}");
    let one = app.get(&format!("/objects/{object}/records")).await.expect(200)["items"][0]["values"].clone();
    assert_eq!((&one["金额"]["value"], one["备注"]["value"].as_str()), (&json!(7700), Some("=HYPERLINK(\"http://evil\")")), "our own apostrophe is off again");

    // a workbook of ours comes in again as what it is
    let order = json!({ "format": "xlsx", "object": object });
    let job = app.by(&me, Method::POST, "/exports", Some(order)).await.expect(202);
    let book = app.written(&me, &job).await.bytes;
    let same = bring(&app, &me, &path, ("质保.xlsx", &book), json!({ "match": "质保编号" }), None).await.expect(200);
    assert_eq!((counts(&same), same["sheets"].as_array().is_some_and(|s| !s.is_empty())), ([1, 0, 0, 1, 0], true), "{same:#}");

    for (bad, code) in [
        (json!({ "columns": ["质保编号", "质保编号"] }), "record.columns"), (json!({ "columns": ["nothing"] }), "record.columns"), (json!({ "columns": [null] }), "record.columns"),
        (json!({ "match": "类型" }), "record.columns"), (json!({ "columns": [null, null, null, null] }), "record.columns"),
    ] {
        assert_eq!(bring(&app, &me, &path, ("a.csv", csv.as_bytes()), bad, None).await.problem(), (422, code.into()));
    }
    assert_eq!(bring(&app, &me, &path, ("a.csv", b""), json!({}), None).await.status, 422);
    assert_eq!(bring(&app, &me, &path, ("a.csv", csv.as_bytes()), json!({ "sheet": 1 }), None).await.status, 400);
    assert_eq!(app.post(&path, json!({})).await.status, 400, "there is no file");
}

#[tokio::test]
async fn the_bounds_of_an_object_hold_for_files() {
    let mut app = TestApp::shop(None).await;
    let (me, object) = (app.me(), made(&mut app).await);
    let path = format!("/objects/{object}/imports");
    let rows = |from: u32, to: u32| (from..to).fold(String::from("质保编号,客户,金额\n"), |all, n| all + &format!("W{n},M{:03},{n}\n", n % 12 + 1));
    let begun = std::time::Instant::now();
    let done = bring(&app, &me, &path, ("a.csv", rows(0, 49_990).as_bytes()), json!({}), None).await.expect(200);
    println!("49,990 records in {:?}", begun.elapsed());
    assert_eq!(done["made"], 49_990);
    assert_eq!(bring(&app, &me, &path, ("b.csv", rows(60_000, 60_011).as_bytes()), json!({ "dry_run": true }), None).await.problem(), (409, "record.full".into()));
    assert_eq!(bring(&app, &me, &path, ("b.csv", rows(60_000, 60_010).as_bytes()), json!({}), None).await.expect(200)["made"], 10);
    assert_eq!(bring(&app, &me, &path, ("c.csv", rows(0, 50_001).as_bytes()), json!({}), None).await.problem(), (422, "record.rows".into()));
    let begun = std::time::Instant::now();
    let better = rows(0, 49_990).replace(",M001,", ",M002,");
    let done = bring(&app, &me, &path, ("a.csv", better.as_bytes()), json!({ "match": "质保编号" }), None).await.expect(200);
    println!("{} records changed in {:?}", done["changed"], begun.elapsed());
    assert_eq!(counts(&done)[2] + counts(&done)[3], 49_990);
    let begun = std::time::Instant::now();
    assert_eq!(app.post(&format!("/record-imports/{}/undo", text(&done["id"])), json!({})).await.expect(200)["restored"], done["changed"]);
    println!("taken back in {:?}", begun.elapsed());
}

/// How many files the server keeps.
fn kept(app: &TestApp) -> usize {
    std::fs::read_dir(app.ctx.app.exports()).map_or(0, |all| all.count())
}

#[tokio::test]
async fn a_file_waits_for_its_job_and_goes_with_it_however_that_ends() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let (me, object) = (app.me(), made(&mut app).await);
        let path = format!("/objects/{object}/imports");
        let records = async |app: &TestApp| app.read(&me, &format!("/objects/{object}")).await.expect(200)["records"].clone();
        let order = async |app: &TestApp, form: Value| {
            let said = sent(app, &me, &path, ("王芳13811115678.csv", FILE.as_bytes()), with(form, "wait", 0), None).await.expect(202);
            assert_eq!((counts(&said), &said["id"]), ([6, 2, 0, 1, 3], &json!(null)), "what will become of it");
            text(&said["job"])
        };
        let job = async |app: &TestApp, who: &Who, id: &str| app.read(who, &format!("/jobs/{id}")).await.expect(200);
        let act = async |app: &TestApp, id: &str, what: &str| app.by(&me, Method::POST, &format!("/jobs/{id}/{what}"), None).await;

        // nobody does jobs: it waits, and another file into the same object with it
        let id = order(&app, json!({})).await;
        assert_eq!((kept(&app), records(&app).await), (1, json!(0)));
        assert_eq!(sent(&app, &me, &path, ("b.csv", FILE.as_bytes()), json!({}), None).await.problem(), (409, "record.busy".into()));
        let now = job(&app, &me, &id).await;
        assert_eq!((&now["kind"], &now["state"], &now["quiet"], &now["files"], &now["total"]), (&json!("records"), &json!("queued"), &json!(false), &json!(["王芳13811115678.csv"]), &json!(6)));
        let (_, blind) = app.joined(Role::Manager, Personal::Denied).await;
        assert!(!job(&app, &blind, &id).await.to_string().contains("13811115678"), "the name of a file");
        // another process knows it, too, and keeps its file
        assert_eq!(flow::jobs::export::sweep(&app.another_process().await.ctx.app).await.expect("sweeps"), 0);

        // stopped: nothing is left, and it is not run again without its file
        assert_eq!(act(&app, &id, "cancel").await.expect(200)["state"], "cancelled");
        assert_eq!((kept(&app), records(&app).await), (0, json!(0)));
        assert_eq!((&job(&app, &me, &id).await["can_retry"], act(&app, &id, "retry").await.problem()), (&json!(false), (409, "job.once".into())));

        // what was looked at is another by the time it is brought: said, and nothing is written
        let seen = text(&sent(&app, &me, &path, ("a.csv", FILE.as_bytes()), json!({ "dry_run": true }), None).await.expect(200)["seen"]);
        let id = order(&app, json!({ "seen": seen })).await;
        app.post(&format!("/objects/{object}/records"), json!({ "values": { "质保编号": "W1" } })).await.expect(201);
        app.at_rest().await;
        let dead = job(&app, &me, &id).await;
        assert_eq!((&dead["state"], &dead["problem"]["code"], &dead["attempts"]), (&json!("dead"), &json!("record.moved"), &json!(1)), "{dead:#}");
        assert_eq!((kept(&app), records(&app).await), (0, json!(1)));

        // an erasure takes every file along: said, too
        let id = order(&app, json!({})).await;
        std::fs::remove_dir_all(app.ctx.app.exports()).expect("is removed");
        app.at_rest().await;
        assert_eq!(job(&app, &me, &id).await["problem"]["code"], "record.file_gone");

        // whoever may no longer, does not
        let (agent, theirs) = app.joined(Role::Agent, Personal::ByRole).await;
        let id = text(&sent(&app, &theirs, &path, ("a.csv", FILE.as_bytes()), json!({ "wait": 0 }), None).await.expect(202)["job"]);
        app.with_body(Method::PUT, &format!("/members/{agent}"), json!({ "role": "viewer" })).await.expect(200);
        app.at_rest().await;
        assert_eq!((&job(&app, &me, &id).await["problem"]["code"], kept(&app), records(&app).await), (&json!("access.denied"), 0, json!(1)));

        // brought: in with its end, in the list of what can be taken back, and the file is gone
        let id = order(&app, json!({})).await;
        app.at_rest().await;
        let done = job(&app, &me, &id).await;
        assert_eq!((&done["state"], &done["records"]["made"], &done["records"]["refused"], &done["records"]["object"]), (&json!("done"), &json!(2), &json!(3), &json!(object)), "{done:#}");
        assert_eq!((kept(&app), records(&app).await), (0, json!(3)));
        assert_eq!(app.get(&path).await.expect(200)["items"][0]["id"], done["records"]["import"]);
        app.post(&format!("/record-imports/{}/undo", text(&done["records"]["import"])), json!({})).await.expect(200);
        assert_eq!(records(&app).await, 1);
    }
}

#[tokio::test]
async fn who_may_not_learns_nothing_from_a_file() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let (me, object) = (app.me(), made(&mut app).await);
        let path = format!("/objects/{object}/imports");
        let secret = "质保编号,客户,忌口,备注\nW1,M001,海鲜,打 13811115678\n";
        bring(&app, &me, &path, ("王芳13811115678.csv", secret.as_bytes()), json!({}), None).await.expect(200);
        let (_, hidden) = app.joined(Role::Agent, Personal::Denied).await;
        let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        assert_eq!(bring(&app, &viewer, &path, ("a.csv", secret.as_bytes()), json!({ "dry_run": true }), None).await.problem(), (403, "access.denied".into()));
        assert!(!app.read(&viewer, &path).await.expect(200).to_string().contains("13811115678"), "the name of a file");
        // a hidden field is neither filled nor compared
        let dry = |more: Value| { let mut form = json!({ "dry_run": true }); more.as_object().into_iter().flatten().for_each(|(k, v)| form[k] = v.clone()); form };
        let tried = bring(&app, &hidden, &path, ("a.csv", secret.as_bytes()), dry(json!({})), None).await.expect(200);
        assert_eq!((&tried["columns"][2]["field"], counts(&tried)), (&json!(null), [1, 1, 0, 0, 0]), "{tried:#}");
        assert!(!tried.to_string().contains("13811115678"), "{tried}");
        for form in [json!({ "columns": ["质保编号", null, "忌口"] }), json!({ "columns": ["质保编号", null, "忌口"], "match": "忌口" })] {
            assert_eq!(bring(&app, &hidden, &path, ("a.csv", secret.as_bytes()), dry(form), None).await.problem(), (403, "access.masked".into()));
        }
        // a phone guessed right is answered as one guessed wrong, of customers and in texts
        let guess = |phone: &str, remark: &str| format!("质保编号,客户,备注\nW1,{phone},{remark}\n");
        let mut answers = Vec::new();
        for (phone, remark) in [("13800000001", "打 13811115678"), ("13800009999", "打 13811119999")] {
            for form in [json!({}), json!({ "match": "质保编号" }), json!({ "match": "备注" })] {
                let answer = bring(&app, &hidden, &path, ("a.csv", guess(phone, remark).as_bytes()), dry(form), None).await.text();
                let answer = answer.replace(&text(&serde_json::from_str::<Value>(&answer).expect("JSON")["seen"]), "");
                assert!(!answer.contains(phone) && !answer.contains("1381111"), "{answer}");
                answers.push(answer);
            }
        }
        let (right, wrong) = answers.split_at(3);
        let shown = |all: &[String]| all.iter().map(|a| counts(&serde_json::from_str(a).expect("JSON"))).collect::<Vec<_>>();
        assert_eq!(shown(right), shown(wrong));
        for remark in ["打 13811115678", "打 13811119999"] {
            let tried = bring(&app, &hidden, &path, ("a.csv", guess("M001", remark).as_bytes()), dry(json!({})), None).await.expect(200);
            assert_eq!(counts(&tried), [1, 1, 0, 0, 0], "a text they do not see is compared with nothing");
        }
        let file = bring(&app, &hidden, &format!("{path}/refused?lang=zh-CN"), ("a.csv", guess("13800000001", "x").as_bytes()), json!({}), None).await.text();
        assert!(file.contains("没有这位客户") && !file.contains("13800000001"), "{file}");
        // what they change leaves what they do not see
        let done = bring(&app, &hidden, &path, ("a.csv", "质保编号,客户,备注\nW1,M002,y\n".as_bytes()), json!({ "match": "质保编号" }), None).await.expect(200);
        assert_eq!(done["changed"], 1);
        let now = app.get(&format!("/objects/{object}/records")).await.expect(200)["items"][0]["values"].clone();
        assert_eq!((&now["忌口"]["value"], &now["备注"]["value"]), (&json!("海鲜"), &json!("打 13811115678")));
    }
}

#[tokio::test]
async fn whoever_was_erased_is_brought_back_by_no_file() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let (me, object) = (app.me(), made(&mut app).await);
        let path = format!("/objects/{object}/imports");
        let first = "质保编号,客户,备注\nW1,M001,first\nW2,M002,second\n";
        bring(&app, &me, &path, ("a.csv", first.as_bytes()), json!({}), None).await.expect(200);
        // W2 was of M001 for a while; each file at a moment of its own, so that the last one is told first
        for whose in ["M001", "M002"] {
            app.clock.set(domain::clock::Instant(domain::clock::Clock::now(&*app.clock).0 + 1_000));
            bring(&app, &me, &path, ("b.csv", format!("质保编号,客户,备注\nW2,{whose},of {whose}\n").as_bytes()), json!({ "match": "质保编号" }), None).await.expect(200);
        }
        let id = text(&app.get("/customers?q=M001").await.expect(200)["items"][0]["id"]);
        let erasure = app.post(&format!("/customers/{id}/erasure"), json!({ "reason": "asked for it", "confirm": id })).await.expect(202);
        flow::erasure::carry_out(&app.ctx.app, &text(&erasure["id"])).await.expect("erased");
        let last = app.get(&path).await.expect(200)["items"][0]["id"].clone();
        assert_eq!(app.post(&format!("/record-imports/{}/undo", text(&last)), json!({})).await.expect(200)["kept"], 1, "what stood there was theirs and is gone");
        let tried = bring(&app, &me, &path, ("d.csv", "质保编号,备注\nW8,打 13800000001 找她\nW9,打 13800000002\n".as_bytes()), json!({ "dry_run": true }), None).await.expect(200);
        assert_eq!(counts(&tried), [2, 1, 0, 0, 1], "their phone comes in by no text");
        for who in ["M001", "13800000001", &id] {
            let tried = bring(&app, &me, &path, ("c.csv", format!("质保编号,客户\nW9,{who}\n").as_bytes()), json!({}), None).await.expect(200);
            let said = if who.starts_with('1') { "The row is about a person who was erased; it was left out, and its content is not kept" } else { "there is no such customer" };
            assert_eq!((counts(&tried), &tried["refusals"][0]["message"]["en"]), ([1, 0, 0, 0, 1], &json!(said)), "{who}");
        }
    }
}
