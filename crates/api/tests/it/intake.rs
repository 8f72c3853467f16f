//! Facts by programs: the same rows mean the same as in a file, what is answered is durable, and each refused row says why.

use crate::app::{Answer, TestApp, Who, both, customers_csv};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::{access::{Personal, Role}, clock::Instant};
use serde_json::{Value, json};
use std::sync::Arc;

/// An amount as it is written: major units from minor ones.
fn written(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The same as a number of JSON.
fn amount(cents: i64) -> Value {
    serde_json::from_str(&written(cents)).expect("a number")
}

pub fn order(number: &str, customer: &str, day: &str, cents: i64) -> Value {
    json!({ "number": number, "at": format!("{day}T10:00:00+08:00"), "paid": amount(cents), "customer": { "id": customer } })
}

/// The worker's turn: everything that waits is moved. A second passes, as it does between a post and its move.
pub async fn carry(app: &TestApp) -> u64 {
    app.clock.set(Instant(domain::clock::Clock::now(&*app.clock).0 + 1_000_000));
    flow::inbox::carry(&app.ctx.app, None).await.expect("it is moved")
}

async fn sent(app: &mut TestApp, path: &str, kind: &str, body: &str) -> Answer {
    let request = app.request(Method::POST, path).header(header::CONTENT_TYPE, kind).body(Body::from(body.to_owned())).expect("a request");
    app.send(request).await
}

async fn figure(app: &mut TestApp, customer: &str, key: &str) -> Value {
    // as of the day of the clock: what is learnt of somebody counts from the day it is learnt
    let path = format!("/customers?q={customer}&columns={key}&as_of=2025-12-31");
    app.get(&path).await.expect(200)["items"][0]["values"][key].clone()
}

/// Files of the lake that nothing names.
pub async fn orphans(app: &TestApp) -> Vec<std::path::PathBuf> {
    let (root, store) = (&app.ctx.app.lake, &app.ctx.app.store);
    let named: Vec<_> = store::catalog::paths(store).await.expect("the catalog reads").into_iter().map(|(t, path)| lake::folder(root, t).join(path)).collect();
    let folders = domain::table::Table::ALL.iter().filter_map(|t| std::fs::read_dir(lake::folder(root, *t)).ok());
    folders.flatten().map(|e| e.expect("an entry").path()).filter(|p| !named.contains(p)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_at_the_same_moment_move_everything_once_and_leave_nothing() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let orders: Vec<Value> = (1..=60).map(|n| order(&format!("D{n}"), &format!("C{}", n % 7), "2025-12-01", n * 1_025)).collect();
        app.post("/orders", json!(orders)).await.expect(202);
        app.clock.set(Instant(domain::clock::Clock::now(&*app.clock).0 + 1_000_000));
        let here = &app.ctx.app;
        // one process: who comes second waits, and finds nothing left
        let (a, b, c) = tokio::join!(flow::inbox::carry(here, None), flow::inbox::carry(here, None), flow::inbox::carry(here, None));
        let mut moved = [a.expect("moved"), b.expect("moved"), c.expect("moved")];
        moved.sort_unstable();
        assert_eq!(moved, [0, 0, 60]);
        assert_eq!(orphans(&app).await, Vec::<std::path::PathBuf>::new());
        // another process: whoever loses says so and takes its files along
        let beside = app.beside(flow::webhooks::Egress::new(flow::webhooks::Policy::default())).await;
        for round in 2..6 {
            let orders: Vec<Value> = (1..=60).map(|n| order(&format!("D{round}-{n}"), &format!("C{}", n % 7), "2025-12-02", n * 1_025)).collect();
            app.post("/orders", json!(orders)).await.expect(202);
            app.clock.set(Instant(domain::clock::Clock::now(&*app.clock).0 + 1_000_000));
            let here = Arc::clone(&app.ctx.app);
            let (a, b) = tokio::join!(flow::inbox::carry(&here, None), flow::inbox::carry(&beside, None));
            assert!(a.is_ok() || b.is_ok(), "{a:?} {b:?}");
            let left = flow::inbox::carry(&here, None).await.expect("what is left is moved");
            // each row by one of them, and by one alone
            assert_eq!([&a, &b].into_iter().flatten().sum::<u64>() + left, 60, "{a:?} {b:?}");
            assert_eq!(orphans(&app).await, Vec::<std::path::PathBuf>::new());
            let said = app.get("/overview").await.expect(200);
            assert_eq!(said["orders"], round * 60, "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_posted_means_what_the_same_file_means() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let orders: Vec<Value> = (1..=9).map(|n| order(&format!("D{n}"), &format!("C{}", n % 3), &format!("2025-12-0{n}"), n * 1_025)).collect();
        let said = app.post("/orders", json!(orders)).await.expect(202);
        assert_eq!((&said["accepted"], &said["duplicates"], &said["rejected"]), (&json!(9), &json!(0), &json!([])));
        let waiting = app.get("/inbox").await.expect(200);
        assert_eq!((&waiting["waiting"], &waiting["last"]), (&json!(9), &Value::Null), "{waiting}");
        assert_eq!(carry(&app).await, 9);
        let moved = app.get("/inbox").await.expect(200);
        assert_eq!((&moved["waiting"], &moved["last"]["accepted"]), (&json!(0), &json!(9)), "{moved}");
        let by_api = app.get("/overview").await.expect(200);

        let mut other = TestApp::ready(None).await;
        let mut csv = String::from("订单号,客户编号,下单时间,实付金额\n");
        (1..=9).for_each(|n| csv.push_str(&format!("D{n},C{},2025-12-0{n} 10:00:00,{}\n", n % 3, written(n * 1_025))));
        other.import(&[("订单.csv", &csv)]).await;
        let by_file = other.get("/overview").await.expect(200);
        for figure in ["as_of", "customers", "buyers", "net", "gross", "orders", "classifications"] {
            assert_eq!(by_api[figure], by_file[figure], "{figure}");
        }
        assert_eq!(by_api["orders"], 9);

        // the same file now brings nothing new, and the ledger knows the move
        let again = app.dry_run(&[("订单.csv", &csv)]).await;
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(9)), "{again}");
        let list = app.get("/imports").await.expect(200);
        let import = list["items"].as_array().expect("imports").iter().find(|i| i["author"] == "API").expect("the move").clone();
        assert_eq!((&import["files"][0]["name"], &import["status"]), (&json!("API orders"), &json!("committed")));
        app.post(&format!("/imports/{}/undo", import["id"].as_str().expect("an id")), json!({})).await.expect(200);
        assert_eq!(app.get("/overview").await.expect(200)["customers"], json!(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refused_row_says_where_and_why_and_the_good_ones_are_in() {
    let mut app = TestApp::ready(None).await;
    let rows = json!([
        order("D1", "C1", "2025-12-01", 1000),
        { "number": "D2", "at": "2025-13-45", "paid": 1, "customer": { "id": "C1" } },
        { "number": "D3", "at": "2025-12-01", "paid": 1, "customer": {} },
        { "number": "D4", "at": "2025-12-01", "paid": 1 },
        { "number": "D5", "at": "2025-12-01", "paid": 1, "customer": { "id": "C1" }, "pay": 2 },
        { "number": "D6", "at": "2025-12-01", "paid": [1], "customer": { "id": "C1" } },
        { "number": "D7", "at": "2025-12-01", "paid": 1, "currency": "USD", "customer": { "id": "C1" } },
        { "number": "D8", "at": "2025-12-01", "paid": 1, "customer": { "id": "C1" }, "lines": [{ "product": "P", "paid": 1 }, { "product": "Q" }] },
        7,
        { "number": "D9", "at": "2025-12-01", "paid": "12,5x", "customer": { "phone": "13800001111" } },
    ]);
    let said = app.post("/orders", rows.clone()).await.expect(202);
    assert_eq!(said["accepted"], 1, "{said:#}");
    let why: Vec<(u64, &str, &str)> = said["rejected"].as_array().expect("rejected").iter()
        .map(|r| (r["index"].as_u64().expect("a place"), r["field"].as_str().unwrap_or(""), r["code"].as_str().expect("a code"))).collect();
    assert_eq!(why, [
        (1, "at", "date_invalid"), (2, "customer.id", "customer_missing"), (3, "customer", "row.field_missing"), (4, "pay", "row.field_unknown"),
        (5, "paid", "row.field_type"), (6, "currency", "currency_foreign"), (7, "lines.1.paid", "amount_missing"), (8, "", "row.not_object"), (9, "paid", "row.field_type"),
    ]);
    for r in said["rejected"].as_array().expect("rejected") {
        let (zh, en) = (r["message"]["zh"].as_str().unwrap_or(""), r["message"]["en"].as_str().unwrap_or(""));
        assert!(zh.chars().any(|c| c > '\u{4e00}') && !en.is_empty(), "{r}");
    }
    // all or none
    let none = app.post("/orders?atomic=true", rows).await;
    assert_eq!(none.problem(), (422, "rows.refused".into()));
    assert_eq!(none.json()["params"]["rejected"].as_array().map(Vec::len), Some(9));
    assert_eq!(app.get("/inbox").await.expect(200)["waiting"], 1);
    // nothing at all
    assert_eq!(app.post("/orders", json!([])).await.problem(), (422, "rows.empty".into()));
    assert_eq!(app.post("/orders", json!([{}])).await.problem(), (422, "rows.refused".into()));
    let many: Vec<Value> = (0..2001).map(|_| json!({})).collect();
    assert_eq!(app.post("/orders", json!(many)).await.problem(), (422, "rows.too_many".into()));
    assert_eq!(sent(&mut app, "/orders", "application/json", "{\"number\":1,\"number\":2}").await.problem(), (400, "request.malformed".into()));
    assert_eq!(sent(&mut app, "/orders", "application/json", "[{").await.problem(), (400, "request.malformed".into()));
    assert_eq!(sent(&mut app, "/orders", "text/csv", "a,b").await.problem(), (415, "request.media_type".into()));
    let large = format!("[{}]", vec!["{}"; 2 << 20].join(","));
    assert_eq!(sent(&mut app, "/orders", "application/json", &large).await.problem(), (413, "request.too_large".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_corrected_and_said_again_across_moves_and_within_one() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let post = |cents: i64| { let mut o = order("D1", "C1", "2025-12-01", cents); o["lines"] = json!([{ "product": "P", "paid": amount(cents) }, { "product": "P", "paid": amount(100) }]); o };
        // the same thing twice is one; another amount is a correction; back to the first is a correction, too
        let said = app.post("/orders", json!([post(1000), post(1000), post(2000), post(1000)])).await.expect(202);
        assert_eq!((&said["accepted"], &said["duplicates"]), (&json!(3), &json!(1)));
        let said = app.post("/orders", post(1000)).await.expect(202);
        assert_eq!((&said["accepted"], &said["duplicates"]), (&json!(0), &json!(1)));
        assert_eq!(carry(&app).await, 3);
        assert_eq!(figure(&mut app, "C1", "net").await["value"], 1000, "the last word counts");
        assert_eq!(figure(&mut app, "C1", "orders").await["value"], 1);
        app.post("/orders", post(3000)).await.expect(202);
        carry(&app).await;
        assert_eq!(figure(&mut app, "C1", "net").await["value"], 3000);
        // refunds: told twice they are one
        let refund = json!({ "number": "R1", "order": "D1", "at": "2025-12-02", "amount": 5 });
        app.post("/refunds", json!([refund, refund])).await.expect(202);
        carry(&app).await;
        app.post("/refunds", refund).await.expect(202);
        carry(&app).await;
        assert_eq!(figure(&mut app, "C1", "net").await["value"], 2500);
        // one whose order nobody knows is set aside when it is moved, and told
        app.post("/refunds", json!({ "number": "R2", "order": "D404", "at": "2025-12-02", "amount": 5 })).await.expect(202);
        carry(&app).await;
        assert_eq!(app.get("/inbox").await.expect(200)["last"]["quarantined"], 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_interactions_and_answers_come_in_and_lines_of_json_do_too() {
    let mut app = TestApp::ready(None).await;
    let lines = "{\"id\":1001,\"name\":\"王芳\",\"phone\":\"13800001111\",\"attributes\":{\"city\":\"上海\",\"birthday\":\"1990-02-28\"},\"custom\":{\"skin_type\":\"dry\",\"steps\":7}}\n\
        {\"id\":2001,\"name\":\"知音公司\",\"kind\":\"organisation\",\"contact\":{\"name\":\"李雷\",\"role\":\"采购\"}}\n";
    let said = sent(&mut app, "/customers", "application/x-ndjson", lines).await.expect(202);
    assert_eq!(said["accepted"], 2, "{said:#}");
    app.post("/interactions", json!({ "at": "2025-12-03 09:00", "kind": "visit", "customer": { "phone": "138 0000 1111" } })).await.expect(202);
    app.post("/answers", json!([
        { "at": "2025-12-04", "question": "nps", "score": 9, "comment": "很好", "customer": { "id": "1001" } },
        { "at": "2025-12-04", "question": "nps", "score": 11, "customer": { "id": "1001" } },
    ])).await.expect(202);
    assert_eq!(carry(&app).await, 4);
    assert_eq!(figure(&mut app, "1001", "city").await["value"], "上海");
    assert_eq!(figure(&mut app, "1001", "custom.skin_type").await["value"], "dry");
    assert_eq!(figure(&mut app, "1001", "custom.steps").await["value"], 7.0);
    let id = app.get("/customers?q=1001").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    let types: Vec<String> = app.get(&format!("/customers/{id}/timeline")).await.expect(200)["items"].as_array().expect("events").iter()
        .map(|e| e["type"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(types.contains(&"interaction".to_owned()) && types.contains(&"answer".to_owned()), "{types:?}");
    let firm = app.get("/customers?q=2001").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    let firm = app.get(&format!("/customers/{firm}")).await.expect(200);
    assert_eq!((&firm["kind"], &firm["contacts"][0]["name"]), (&json!("organisation"), &json!("李雷")), "{firm:#}");
    let stranger = app.post("/customers", json!({ "id": 1, "attributes": { "shoe_size": 44 } })).await;
    assert_eq!(stranger.json()["params"]["rejected"][0]["code"], "row.attribute_unknown");
    let blank = app.post("/customers", json!({ "id": 1, "attributes": { "birthday": "soon" } })).await.expect(202);
    assert_eq!(blank["left_blank"][0]["field"], "attributes.birthday", "{blank}");
    // whoever types it in is told of every field at fault, and nothing of the row is kept
    let strict = app.post("/customers?strict=true", json!([{ "id": 3 }, { "id": 4, "attributes": { "birthday": "soon", "signup_day": "later" } }])).await.expect(202);
    let at_fault: Vec<_> = strict["rejected"].as_array().expect("refusals").iter().map(|r| (r["index"].as_u64(), r["field"].as_str())).collect();
    assert_eq!(at_fault, [(Some(1), Some("attributes.birthday")), (Some(1), Some("attributes.signup_day"))], "{strict:#}");
    assert_eq!((&strict["accepted"], &strict["left_blank"]), (&json!(1), &json!([])));
    // what a row does not say of somebody stays as it was
    app.post("/customers", json!({ "id": 1001, "attributes": { "city": "北京" } })).await.expect(202);
    carry(&app).await;
    assert_eq!(figure(&mut app, "1001", "city").await["value"], "北京");
    assert_eq!(figure(&mut app, "1001", "custom.skin_type").await["value"], "dry");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_import_may_post_and_the_log_says_who_did() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", &customers_csv())]).await;
    let (id, program) = app.token(&app.me(), json!({ "name": "till", "role": "manager" })).await;
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let o = order("D1", "C1", "2025-12-01", 1000);
    assert_eq!(app.by(&analyst, Method::POST, "/orders", Some(o.clone())).await.problem(), (403, "access.denied".into()));
    assert_eq!(app.by(&Who::Nobody, Method::POST, "/orders", Some(o.clone())).await.problem(), (401, "session.required".into()));
    app.by(&program, Method::POST, "/orders", Some(o)).await.expect(202);
    carry(&app).await;
    let log = app.get("/audit?action=import.committed").await.expect(200);
    assert_eq!(log["items"][0]["detail"]["posted_by"][&id], 1, "{log:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn posts_at_the_same_time_are_each_in_once() {
    for url in both().await {
        let app = std::sync::Arc::new(TestApp::ready(url).await);
        let (_, program) = app.token(&app.me(), json!({ "name": "till", "role": "manager" })).await;
        let posts = (0..64).map(|n| {
            let (app, program) = (std::sync::Arc::clone(&app), program.clone());
            tokio::spawn(async move {
                let rows: Vec<Value> = (0..5).map(|k| order(&format!("D{n}-{k}"), &format!("C{n}"), "2025-12-01", 100)).collect();
                app.by(&program, Method::POST, "/orders", Some(json!(rows))).await.expect(202)["accepted"].as_u64()
            })
        });
        for post in posts.collect::<Vec<_>>() {
            assert_eq!(post.await.expect("no panic"), Some(5));
        }
        let moves = (0..4).map(|_| { let app = std::sync::Arc::clone(&app); tokio::spawn(async move { flow::inbox::carry(&app.ctx.app, None).await }) });
        // whoever comes second finds it gone and says so; nothing is in twice
        for outcome in moves.collect::<Vec<_>>() {
            if let Err(e) = outcome.await.expect("no panic") {
                assert!(e.to_string().contains("another worker") || e.to_string().starts_with("no import") || e.to_string().contains("does not exist") || e.to_string().contains("lease") || e.to_string().starts_with("import imp_"), "{e}");
            }
        }
        carry(&app).await;
        let totals = app.read(&program, "/overview").await.expect(200);
        assert_eq!(totals["customers"], 64, "{totals:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_moved_when_it_is_due_or_asked_for() {
    let mut app = TestApp::ready(None).await;
    let workers = flow::jobs::Workers::start(&app.ctx.app);
    app.post("/orders", order("D1", "C1", "2025-12-01", 1000)).await.expect(202);
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    assert_eq!(app.get("/inbox").await.expect(200)["waiting"], 1, "it waits for others");
    app.clock.set(Instant(domain::clock::Clock::now(&*app.clock).0 + 301_000_000));
    until_moved(&mut app).await;
    app.post("/orders", order("D2", "C1", "2025-12-02", 1000)).await.expect(202);
    assert_eq!(app.post("/inbox/move", json!({})).await.expect(202)["waiting"], 1);
    until_moved(&mut app).await;
    workers.stop().await;
    assert_eq!(figure(&mut app, "C1", "orders").await["value"], 2);
}

async fn until_moved(app: &mut TestApp) {
    for _ in 0..200 {
        if app.get("/inbox").await.expect(200)["waiting"] == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was never moved");
}

/// A request of a program with a key.
pub fn keyed(who: &Who, method: Method, path: &str, key: &str, body: &Value) -> Request<Body> {
    let Who::Token(secret) = who else { panic!("a program") };
    let request = Request::builder().method(method).uri(format!("{}{path}", api::BASE)).header(header::HOST, "shop.test");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {secret}")).header("idempotency-key", key);
    request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).expect("a request")
}

/// A move that is under way may have read what waits already: whoever asks meanwhile is not forgotten until the next is due.
#[tokio::test]
async fn a_move_asked_for_during_another_follows_it() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let order = |n: u32| json!({ "number": format!("M{n}"), "at": "2025-12-30", "paid": 10, "customer": { "id": "N1" } });
        let store = app.ctx.app.store.clone();
        let now = domain::clock::Clock::now(&*app.clock);
        let until = Instant(now.0 + 60_000_000);
        let ended = || async {
            while let Some(other) = store::job::claim(&store, "test", now, until).await.expect("claims") {
                store::job::done(&store, &other, "test", now, None).await.expect("ends");
            }
        };
        // the jobs of the shop's own import are not of this test
        ended().await;
        app.post("/orders", order(1)).await.expect(202);
        app.post("/inbox/move", json!({})).await.expect(202);
        let first = store::job::claim(&store, "test", now, until).await.expect("claims").expect("a move");
        assert_eq!(first.name, "carry");
        assert_eq!(carry(&app).await, 1);
        app.post("/orders", order(2)).await.expect(202);
        assert_eq!(app.post("/inbox/move", json!({})).await.expect(202)["waiting"], 1);
        store::job::done(&store, &first, "test", now, None).await.expect("ends");
        let moves = || async { store::job::list(&store, store::job::State::Queued, 50).await.expect("lists").into_iter().filter(|j| j.name == "carry").count() };
        assert_eq!(moves().await, 0, "the one that ran stood in its way");
        flow::inbox::due(&app.ctx.app).await.expect("looks");
        assert_eq!(moves().await, 1);
        assert_eq!(carry(&app).await, 1);
        // and once it began nobody asks any more
        app.post("/orders", order(3)).await.expect(202);
        ended().await;
        flow::inbox::due(&app.ctx.app).await.expect("looks");
        assert_eq!(moves().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_wait_are_told_with_the_figures_and_a_small_business_sees_them_in_a_second() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let id = app.get("/customers?limit=1").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        let told = async |app: &mut TestApp| {
            let (list, one) = (app.get("/customers?limit=1").await.expect(200), app.get(&format!("/customers/{id}")).await.expect(200));
            let whole = app.get("/overview").await.expect(200);
            assert_eq!((&list["waiting"], &one["waiting"]), (&whole["run"]["waiting"], &whole["run"]["waiting"]));
            whole["run"]["waiting"].clone()
        };
        assert_eq!(told(&mut app).await, Value::Null);
        let since = domain::clock::Clock::now(&*app.clock);
        app.post("/orders", json!([order("W1", "W", "2025-12-30", 1_000), order("W2", "W", "2025-12-30", 2_000)])).await.expect(202);
        assert_eq!(told(&mut app).await, json!({ "rows": 2, "since": since.rfc3339() }));
        // what was known on a day before knows nothing of them, and never will
        let then = app.get("/customers?limit=1&as_of=2025-12-30&known=then").await.expect(200);
        assert_eq!(then["waiting"], Value::Null);
        let store = app.ctx.app.store.clone();
        let moves = || async { store::job::list(&store, store::job::State::Queued, 50).await.expect("lists").into_iter().filter(|j| j.name == "carry").count() };
        flow::inbox::due(&app.ctx.app).await.expect("looks");
        assert_eq!(moves().await, 0);
        assert_eq!(app.get("/inbox").await.expect(200)["due_at"], Instant(since.0 + 1_000_000).rfc3339());
        app.clock.set(Instant(since.0 + 1_000_000));
        flow::inbox::due(&app.ctx.app).await.expect("looks");
        assert_eq!(moves().await, 1);
        assert_eq!(carry(&app).await, 2);
        assert_eq!(told(&mut app).await, Value::Null);
        assert_eq!(figure(&mut app, "W", "net").await["value"], 3_000);
    }
}
