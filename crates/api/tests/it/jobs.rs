//! Jobs from outside: exports from the order to the file, walls around them, stopping, running again, and looking on.

use crate::{
    app::{NOW, TestApp, Who, both, customers_csv},
    fields::{SKINS, field, id_of, set, text},
    work::change,
};
use axum::http::Method;
use domain::{
    access::{Personal, Role},
    clock::{Clock, Instant},
};
use flow::jobs::Workers;
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;

fn id(job: &Value) -> String {
    job["id"].as_str().unwrap_or_else(|| panic!("no id: {job}")).to_owned()
}

async fn order(app: &TestApp, who: &Who, form: Value) -> Value {
    app.by(who, Method::POST, "/exports", Some(form)).await.expect(202)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_written_in_the_background_exactly_as_it_would_be_at_once() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let owner = app.me();
        let workers = Workers::start(&app.ctx.app);
        let class = "class.lifecycle";
        for (form, query) in [
            (json!({}), String::new()),
            (json!({ "filter": { "rule": "orders >= 3" }, "sort": "orders", "columns": ["net", "city"] }), "rule=orders%20%3E%3D%203&sort=orders&columns=net,city".to_owned()),
            (json!({ "filter": { "q": "客户1" }, "as_of": "2025-12-01", "known": "today" }), "q=%E5%AE%A2%E6%88%B71&as_of=2025-12-01&known=today".to_owned()),
            (json!({ "filter": { class: "active" }, "sort": "-orders" }), "class.lifecycle=active&sort=-orders".to_owned()),
        ] {
            let job = order(&app, &owner, form.clone()).await;
            let done = app.ended(&owner, &id(&job)).await;
            assert_eq!((&done["state"], &done["can_download"]), (&json!("done"), &json!(true)), "{done:#}");
            let file = app.get(&format!("/exports/{}/file", id(&job))).await;
            let direct = app.get(&format!("/customers/export?{query}")).await;
            assert_eq!((file.status.as_u16(), &file.bytes), (200, &direct.bytes), "{form}");
            assert_eq!(file.header("content-disposition"), direct.header("content-disposition"));
            let rows = file.text().lines().count() as u64 - 1;
            assert_eq!((&done["done"], &done["total"], &done["unit"]), (&json!(rows), &json!(rows), &json!("rows")), "{done:#}");
            assert_eq!(done["export"]["bytes"], json!(file.bytes.len()));
        }
        for (format, magic) in [("xlsx", &b"PK"[..]), ("parquet", &b"PAR1"[..])] {
            let job = order(&app, &owner, json!({ "format": format })).await;
            assert_eq!(app.ended(&owner, &id(&job)).await["state"], "done");
            let file = app.get(&format!("/exports/{}/file", id(&job))).await;
            assert!(file.bytes.starts_with(magic) && file.header("content-disposition").ends_with(&format!(".{format}\"")), "{format}");
        }
        #[cfg(unix)]
        for file in std::fs::read_dir(app.ctx.app.exports()).expect("the folder") {
            use std::os::unix::fs::PermissionsExt;
            let file = file.expect("a file");
            assert_eq!(file.metadata().expect("its own").permissions().mode() & 0o777, 0o600, "{file:?}");
            assert!(!file.file_name().to_string_lossy().contains("part"), "{file:?}");
        }
        workers.stop().await;
        let log = app.get("/audit?limit=500").await.expect(200);
        let count = |action: &str| log["items"].as_array().into_iter().flatten().filter(|e| e["action"] == action).count();
        assert_eq!((count("export.taken"), count("export.downloaded")), (6 + 4, 6), "each is noted when it is written, and when it leaves");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_for_people_has_their_words_the_columns_they_saw_and_those_they_picked() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    app.post("/features", field("custom.skin", "choices", "text", &SKINS, false)).await.expect(201);
    app.post("/features", field("custom.gift", "bool", "bool", &[], false)).await.expect(201);
    let (first, second) = (id_of(&app, "M011").await, id_of(&app, "M010").await);
    set(&app, &me, "field-1001", &first, "custom.skin", json!(["干性", "油性"]), None).await.expect(200);
    set(&app, &me, "field-1002", &first, "custom.gift", json!(true), None).await.expect(200);
    let vip = id(&app.post("/tags", json!({ "name": "=VIP", "colour": "amber" })).await.expect(201));
    let owner = app.get("/owners").await.expect(200)["items"][0].clone();
    for (key, kind, subject) in [("field-1003", "tag_add", json!(vip)), ("field-1004", "owner_set", owner["id"].clone())] {
        change(&app, &me, key, json!({ "kind": kind, "subject": subject, "customers": [first] })).await.expect(200);
    }
    let active = app.get("/customers?q=M011&columns=class.lifecycle").await.expect(200)["items"][0]["classes"]["lifecycle"].clone();
    let columns = json!(["name", "customer_id", "owner", "tags", "class.lifecycle", "custom.skin", "custom.gift", "orders"]);
    let (owner_id, owner_name) = (text(&owner["id"]), text(&owner["name"]));
    let (key, zh, en) = (text(&active["key"]), text(&active["label"]["zh"]), text(&active["label"]["en"]));
    for (labels, head, row) in [
        ("keys", "name,customer_id,owner,tags,lifecycle,custom.skin,custom.gift,orders".to_owned(), format!("\"客户11\",\"M011\",\"{owner_id}\",\"{vip}\",\"{key}\",\"干性、油性\",true,11")),
        ("zh-CN", "\"姓名\",\"客户编号\",\"负责人\",\"标签\",\"生命周期\",skin,gift,\"订单数\"".to_owned(), format!("\"客户11\",\"M011\",\"{owner_name}\",\"'=VIP\",\"{zh}\",\"干性、油性\",\"是\",11")),
        ("en", "Name,\"Customer number\",Owner,Tags,Lifecycle,skin,gift,Orders".to_owned(), format!("\"客户11\",\"M011\",\"{owner_name}\",\"'=VIP\",\"{en}\",\"Dry, Oily\",\"Yes\",11")),
    ] {
        let form = json!({ "customers": [first, second], "columns": columns, "labels": labels, "sort": "-orders" });
        let job = order(&app, &me, form).await;
        let file = app.written(&me, &job).await.text();
        let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!((lines.len(), lines[0], lines[1]), (3, head.as_str(), row.as_str()), "{labels}");
    }
    // everybody the filter leaves but one, in the order of owners; without columns everything, in Parquet by machine names
    let job = order(&app, &me, json!({ "filter": { "rule": "orders >= 9" }, "except": [second], "sort": "owner", "columns": ["customer_id"] })).await;
    assert_eq!(app.written(&me, &job).await.text(), "\u{feff}customer_id\r\n\"M011\"\r\n\"M009\"\r\n");
    let whole = app.get("/customers/export?labels=en").await.text();
    assert!(whole.starts_with("\u{feff}\"Customer number\",Name,Phone,E-mail,") || whole.starts_with("\u{feff}\"Customer number\",Name,Phone,\"E-mail\","), "{whole}");
    assert!(whole.lines().next().is_some_and(|head| head.ends_with(",Tags,Owner")), "{whole}");
    assert!(app.get("/customers/export?labels=en&format=parquet").await.bytes.starts_with(b"PAR1"));
    for (form, problem) in [
        (json!({ "customers": ["cus_nobody"] }), (404, "customer.not_found")),
        (json!({ "except": ["cus_nobody"] }), (404, "customer.not_found")),
        (json!({ "filter": { "class.lifecycle": "zzz" } }), (404, "class.not_found")),
        (json!({ "labels": "fr" }), (400, "request.malformed")),
    ] {
        let (status, code) = app.post("/exports", form.clone()).await.problem();
        assert_eq!((status, code.as_str()), problem, "{form}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_spreadsheet_would_run_is_harmless_and_what_cannot_be_is_said_at_once() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", "会员号,姓名,手机号\nM1,=1+1,13800000001\nM2,@SUM(A1),13800000002\n")]).await;
    let owner = app.me();
    let job = order(&app, &owner, json!({ "columns": ["orders"] })).await;
    let file = app.written(&owner, &job).await;
    assert!(file.text().contains("\"'=1+1\"") && file.text().contains("\"'@SUM(A1)\""), "{}", file.text());
    for (form, problem) in [
        (json!({ "filter": { "rule": "orders >" } }), (422, "rule.")),
        (json!({ "filter": { "segment": "nobody" } }), (404, "segment.not_found")),
        (json!({ "filter": { "colour": "red" } }), (422, "segment.filter")),
        (json!({ "sort": "nothing" }), (404, "feature.not_found")),
        (json!({ "columns": ["nothing"] }), (404, "feature.not_found")),
        (json!({ "format": "pdf" }), (400, "request.malformed")),
        (json!({ "fromat": "csv" }), (400, "request.malformed")),
    ] {
        let (status, code) = app.post("/exports", form.clone()).await.problem();
        assert!(status == problem.0 && code.starts_with(problem.1), "{form}: {status} {code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_order_is_one_job_and_a_job_is_stopped_and_run_again() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let owner = app.me();
        let (one, two) = (order(&app, &owner, json!({})).await, order(&app, &owner, json!({})).await);
        assert_eq!(one["id"], two["id"]);
        let other = order(&app, &owner, json!({ "format": "xlsx" })).await;
        assert_ne!(one["id"], other["id"]);
        let path = |act: &str| format!("/jobs/{}/{act}", one["id"].as_str().unwrap_or_default());
        assert_eq!(app.get(&format!("/exports/{}/file", id(&one))).await.problem(), (409, "export.not_ready".into()));
        assert_eq!(app.post(&path("retry"), json!({})).await.problem(), (409, "job.open".into()));
        let stopped = app.post(&path("cancel"), json!({})).await.expect(200);
        assert_eq!((&stopped["state"], &stopped["can_retry"], &stopped["can_cancel"]), (&json!("cancelled"), &json!(true), &json!(false)));
        assert_eq!(app.post(&path("cancel"), json!({})).await.problem(), (409, "job.over".into()));
        assert_eq!(app.get(&format!("/exports/{}/file", id(&one))).await.problem(), (409, "export.gone".into()));
        let third = order(&app, &owner, json!({})).await;
        assert_ne!(third["id"], one["id"], "what was stopped is not in the way");
        assert_eq!(app.post(&path("retry"), json!({})).await.problem(), (409, "job.open".into()), "the same is under way");
        app.post(&format!("/jobs/{}/cancel", id(&third)), json!({})).await.expect(200);
        assert_eq!(app.post(&path("retry"), json!({})).await.expect(200)["state"], "queued");
        let workers = Workers::start(&app.ctx.app);
        assert_eq!(app.ended(&owner, &id(&one)).await["state"], "done");
        assert_eq!(app.ended(&owner, &id(&other)).await["state"], "done");
        workers.stop().await;

        let all = app.get("/jobs?limit=200").await.expect(200);
        let kinds: Vec<&str> = all["items"].as_array().into_iter().flatten().filter_map(|j| j["kind"].as_str()).collect();
        for kind in ["export", "refresh", "roll", "sweep", "tidy"] {
            assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
        }
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = app.get(&format!("/jobs?kind=export&limit=1&cursor={cursor}")).await.expect(200);
            paged.extend(page["items"].as_array().into_iter().flatten().map(id));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        paged.sort();
        let mut expected = [id(&one), id(&other), id(&third)];
        expected.sort();
        assert_eq!(paged, expected);
        assert_eq!(app.get("/jobs?state=cancelled").await.expect(200)["items"][0]["id"], third["id"]);
        assert_eq!(app.get("/jobs?kind=nonsense").await.problem(), (422, "job.kind".into()));
        assert_eq!(app.get("/jobs?cursor=nonsense").await.problem(), (422, "request.cursor".into()));
        let schedules = app.get("/schedules").await.expect(200);
        assert!(schedules["items"].as_array().is_some_and(|s| s.len() == 7 && s.iter().all(|s| s["last_at"].is_string() && s["next_at"].is_string())), "{schedules:#}");
        let log = app.get("/audit?limit=500").await.expect(200).to_string();
        assert!(log.contains("job.cancelled") && log.contains("job.retried"));
        // files go after a week
        let file = format!("/exports/{}/file", id(&one));
        assert_eq!(app.get(&file).await.status, 200);
        app.clock.set(Instant(NOW.0 + 7 * 86_400_000_000));
        assert_eq!(app.get(&file).await.problem(), (409, "export.expired".into()));
        assert_eq!(app.get(&format!("/jobs/{}", id(&one))).await.expect(200)["can_download"], false);
        assert_eq!(flow::jobs::export::sweep(&app.ctx.app).await.expect("sweeps"), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_job_it_is_decides_who_sees_it_and_takes_its_file() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let owner = app.me();
        let (_, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        let (analyst_id, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        let (_, other) = app.joined(Role::Analyst, Personal::ByRole).await;
        let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        let mine = id(&order(&app, &analyst, json!({})).await);
        let none = app.read(&other, "/jobs/job_nobody").await.text().replace("job_nobody", "[id]");
        for who in [&other, &viewer] {
            assert_eq!(app.read(who, &format!("/jobs/{mine}")).await.text().replace(&mine, "[id]"), none, "as if it were not there");
            for act in ["cancel", "retry"] {
                assert_eq!(app.by(who, Method::POST, &format!("/jobs/{mine}/{act}"), None).await.problem(), (404, "job.not_found".into()));
            }
            assert_eq!(app.read(who, "/jobs").await.expect(200)["items"], json!([]));
        }
        assert_eq!(app.read(&other, &format!("/exports/{mine}/file")).await.problem(), (404, "export.not_found".into()));
        // an overseer sees it, but the file is the maker's and the owner's
        assert_eq!(app.read(&manager, &format!("/jobs/{mine}")).await.expect(200)["mine"], false);
        let workers = Workers::start(&app.ctx.app);
        app.ended(&analyst, &mine).await;
        let path = format!("/exports/{mine}/file");
        assert_eq!(app.read(&manager, &path).await.problem(), (404, "export.not_found".into()));
        let (hers, his) = (app.read(&analyst, &path).await, app.read(&owner, &path).await);
        assert!(hers.text().contains("138****0001") && !hers.text().contains("13800000001"), "{}", hers.text());
        assert_eq!(hers.bytes, his.bytes, "what it hides was decided when it was written");

        // who may see details writes them down; once they may not, the file is not theirs to take either
        app.by(&owner, Method::PUT, &format!("/members/{analyst_id}"), Some(json!({ "role": "analyst", "personal": "granted" }))).await.expect(200);
        let full = id(&order(&app, &analyst, json!({ "columns": ["orders"] })).await);
        app.ended(&analyst, &full).await;
        let path = format!("/exports/{full}/file");
        assert!(app.read(&analyst, &path).await.text().contains("8613800000001"));
        let (_, blind) = app.token(&analyst, json!({ "name": "x", "role": "analyst", "personal": "denied" })).await;
        assert_eq!(app.read(&blind, &path).await.problem(), (403, "access.masked".into()), "their own program that sees less");
        app.by(&owner, Method::PUT, &format!("/members/{analyst_id}"), Some(json!({ "role": "analyst", "personal": "denied" }))).await.expect(200);
        assert_eq!(app.read(&analyst, &path).await.problem(), (403, "access.masked".into()));
        assert_eq!(app.read(&analyst, &format!("/jobs/{full}")).await.expect(200)["can_download"], false);
        workers.stop().await;

        // asked again when it is written
        let late = id(&order(&app, &analyst, json!({ "sort": "orders" })).await);
        app.by(&owner, Method::PUT, &format!("/members/{analyst_id}"), Some(json!({ "role": "viewer" }))).await.expect(200);
        let workers = Workers::start(&app.ctx.app);
        let dead = app.ended(&owner, &late).await;
        assert_eq!((&dead["state"], &dead["problem"]["code"], &dead["attempts"]), (&json!("dead"), &json!("export.denied"), &json!(1)), "{dead:#}");
        assert_eq!(app.read(&analyst, &format!("/exports/{mine}/file")).await.problem(), (403, "access.denied".into()));
        // stopping is for whoever made it or manages
        assert_eq!(app.by(&analyst, Method::POST, &format!("/jobs/{late}/retry"), None).await.problem(), (403, "job.denied".into()));
        // nobody works at it before it is looked at
        workers.stop().await;
        assert_eq!(app.by(&manager, Method::POST, &format!("/jobs/{late}/retry"), None).await.expect(200)["state"], "queued");
        let workers = Workers::start(&app.ctx.app);
        app.ended(&owner, &late).await;
        workers.stop().await;
    }
}

/// What a stream says until `enough` or its end: the kinds and data of its events.
async fn hear(stream: &mut axum::body::BodyDataStream, text: &mut String, enough: impl Fn(&str) -> bool) -> bool {
    let listening = async {
        while !enough(text) {
            match stream.next().await {
                Some(piece) => text.push_str(&String::from_utf8_lossy(&piece.expect("the stream goes on"))),
                None => return true,
            }
        }
        false
    };
    tokio::time::timeout(Duration::from_secs(20), listening).await.unwrap_or_else(|_| panic!("nothing was heard of it: {text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_tells_what_one_may_see_and_ends_with_the_membership() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let owner = app.me();
        let (analyst_id, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        let (_, other) = app.joined(Role::Analyst, Personal::ByRole).await;
        let (mut hers, mut theirs, mut his) = (app.listen(&analyst, "/jobs/events").await, app.listen(&other, "/jobs/events").await, app.listen(&owner, "/jobs/events").await);
        let (mut a, mut b, mut c) = (String::new(), String::new(), String::new());
        hear(&mut hers, &mut a, |t| t.contains("event: jobs")).await;
        hear(&mut theirs, &mut b, |t| t.contains("event: jobs")).await;
        assert!(a.contains("{\"items\":[]}") && b.contains("{\"items\":[]}"), "{a} {b}");
        let workers = Workers::start(&app.ctx.app);
        let job = id(&order(&app, &analyst, json!({})).await);
        let done = |t: &str| t.contains(&job) && t.contains("\"state\":\"done\"") && t.contains("\"can_download\":true");
        hear(&mut hers, &mut a, done).await;
        hear(&mut his, &mut c, |t| t.contains(&job)).await;
        // whoever comes later is told how everything stands
        let (mut late, mut d) = (app.listen(&analyst, "/jobs/events").await, String::new());
        hear(&mut late, &mut d, done).await;
        // an import's long step is seen by whoever may import, and by nobody else
        let import = app.upload(&[("会员.csv", &customers_csv().replace("客户", "顾客"))]).await;
        app.post(&format!("/imports/{}/check", id(&import)), json!({})).await;
        app.until(&id(&import), "checked").await;
        workers.stop().await;
        assert!(!b.contains(&job), "{b}");

        // taken out: nothing more is told, and the stream ends within seconds
        let before = std::time::Instant::now();
        assert_eq!(app.by(&owner, Method::DELETE, &format!("/members/{analyst_id}"), None).await.status, 204);
        assert!(hear(&mut hers, &mut a, |_| false).await, "it ends");
        assert!(a.trim_end().ends_with("data: {}") && a.contains("event: over"), "{a}");
        assert!(before.elapsed() < Duration::from_secs(6), "it took {:?}", before.elapsed());
        // the end of the server ends the others
        app.ctx.closing.send_replace(true);
        assert!(hear(&mut theirs, &mut b, |_| false).await && hear(&mut his, &mut c, |_| false).await);
        assert!(!b.contains(&job) && !b.contains("imp_"), "another's job: {b}");
        assert!(app.clock.now() == NOW, "no clock was moved for this");
    }
}
