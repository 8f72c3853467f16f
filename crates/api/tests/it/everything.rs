//! Leaving: everything of a business with all that can be in one, out in each format and into an empty business on each database, with
//! the same classes, and out again byte for byte; who may; what is refused.

use crate::{
    app::{TestApp, Who, both},
    work::change,
};
use axum::{body::Body, http::{Method, header}};
use domain::{
    access::{Personal, Role},
    audit::Actor,
};
use flow::everything::{self, Archive, Format, Place};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
    path::Path,
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Names that mean harm, or that formats like to change.
const NAMES: [&str; 12] = [
    "=cmd|'/c calc'!A1", "'quoted", "say \"hi\", 知音", "+8613800000000", "007", "\u{202e}עברית", "👩‍👩‍👧‍👦 🙂", "tab\there", "line\nbreak", "_x000D_ <b>&amp;</b>", "-2", "NULL",
];
/// Erased, and to be found nowhere.
const CANARY: &str = "翠羽Rosamund";

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

fn named(name: &str) -> Value {
    json!({ "zh": name, "en": name })
}

async fn id_of(app: &TestApp, q: &str) -> String {
    text(&app.read(&app.me(), &format!("/customers?q={q}")).await.expect(200)["items"][0]["id"])
}

/// A business in which everything happened.
async fn business(url: Option<String>) -> TestApp {
    let mut app = TestApp::shop(url).await;
    let me = app.me();
    let mut people = String::from("会员号,姓名,手机号,邮箱,城市,备用号\n");
    for (n, name) in NAMES.iter().enumerate() {
        people.push_str(&format!("00{n},\"{}\",139{n:08},h{n}@example.com,\"{}\",{:05}\n", name.replace('"', "\"\""), name.replace('"', "\"\""), n));
    }
    people.push_str(&format!("M900,{CANARY},13987654321,rosamund@example.com,上海,1\n"));
    let mut orders = String::from("订单号,会员号,下单时间,实付金额,状态,优惠券\n");
    for n in 0..12 {
        orders.push_str(&format!("=H{n},00{n},2025-11-{:02} 08:00:00,{}.05,{},\"=HYPERLINK(1)\"\n", n + 1, n * 37, if n % 5 == 4 { "已退款" } else { "已完成" }));
    }
    orders.push_str("HC,M900,2025-11-05 08:00:00,12.00,已完成,\n坏行,,2025-11-05,1,已完成,\n");
    app.import(&[("怪名.csv", &people), ("怪单.csv", &orders)]).await;
    let back = app.import(&[("撤销.csv", "订单号,会员号,下单时间,实付金额\nU1,U001,2025-12-01,99999\n")]).await;
    app.post(&format!("/imports/{}/undo", text(&back["id"])), json!({})).await.expect(200);
    app.post("/answers", json!({ "at": "2025-12-20", "question": "nps", "score": 9, "comment": "很好\r\n=1+1", "customer": { "id": "M001" } })).await.expect(202);
    app.post("/interactions", json!({ "at": "2025-12-21", "kind": "visit", "customer": { "id": "M002" } })).await.expect(202);
    app.post("/refunds", json!({ "number": "R1", "at": "2025-12-22", "amount": 50, "order": "D0200", "customer": { "id": "M002" } })).await.expect(202);
    flow::inbox::carry(&app.ctx.app, None).await.expect("moved");

    // own fields of every kind, filled in by hand, one of them emptied again
    let (first, second) = (id_of(&app, "M001").await, id_of(&app, "M002").await);
    let options = json!([{ "key": "干燥", "label": named("干燥") }, { "key": "色斑", "label": named("色斑") }]);
    for (n, (kind, value_type, value)) in [
        ("text", "text", json!("=1+1")), ("number", "number", json!("0.1")), ("money", "money", json!(128.5)), ("day", "day", json!("2025-06-01")), ("bool", "bool", json!(true)),
        ("choice", "text", json!("干燥")), ("choices", "text", json!(["色斑", "干燥"])),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("custom.f_{kind}");
        let own = if kind.starts_with("choice") { options.clone() } else { json!([]) };
        app.post("/features", json!({
            "key": key, "label": named(kind), "description": named(""), "group": "custom", "value": value_type,
            "definition": { "kind": "attribute", "key": key }, "entry": { "kind": kind, "options": own, "personal": kind == "text" },
        })).await.expect(201);
        for (customer, value) in [(&first, value.clone()), (&second, value)] {
            change(&app, &me, &format!("own-{n:04}-{customer}"), json!({ "kind": "field_set", "subject": key, "customers": [customer], "value": value })).await.expect(200);
        }
    }
    change(&app, &me, "own-emptied", json!({ "kind": "field_set", "subject": "custom.f_number", "customers": [second], "value": null })).await.expect(200);
    app.post("/segments", json!({ "key": "spots", "label": named("色斑"), "rule_text": "custom.f_choices contains \"色斑\"" })).await.expect(201);
    app.post("/segments", json!({ "key": "fixed", "label": named("名单"), "customers": [first, second] })).await.expect(201);
    app.with_body(Method::PUT, "/segments/spots", json!({ "label": named("色斑"), "rule_text": "custom.f_choices contains \"色斑\" and orders >= 1" })).await.expect(200);

    // somebody does not want to be profiled; who wrote that down is known there, too
    let refuses = id_of(&app, "M007").await;
    change(&app, &me, "refuses-0001", json!({ "kind": "profiling_refuse", "customers": [refuses], "refusal": { "how": "phone" } })).await.expect(200);

    // a phone that was not theirs
    let wrong = json!({ "kind": "identifier_set", "customers": [first], "identifier": { "kind": "phone", "was": "8613800000001", "value": "13511112222" } });
    change(&app, &me, "not-theirs", wrong).await.expect(200);

    // tags, one of them taken away; an owner of others; notes, one of them removed
    let (amy, amys) = app.joined(Role::Agent, Personal::ByRole).await;
    for (n, name) in ["VIP", "=tag", "gone"].into_iter().enumerate() {
        let tag = text(&app.post("/tags", json!({ "name": name })).await.expect(201)["id"]);
        change(&app, &me, &format!("tag-{n:05}"), json!({ "kind": "tag_add", "subject": tag, "filter": { "rule": "orders >= 3" } })).await.expect(200);
        if name == "gone" {
            app.delete(&format!("/tags/{tag}")).await;
        }
    }
    change(&app, &me, "owned-0001", json!({ "kind": "owner_set", "subject": amy, "filter": { "rule": "orders >= 5" } })).await.expect(200);
    let long = "很长 \"x\" \u{7f}".repeat(6_000);
    for body in ["=note\n第二行", &long[..long.char_indices().nth(9_000).map_or(0, |(at, _)| at)]] {
        app.by(&amys, Method::POST, &format!("/customers/{first}/notes"), Some(json!({ "body": body }))).await.expect(201);
    }
    let removed = text(&app.post(&format!("/customers/{first}/notes"), json!({ "body": "removed" })).await.expect(201)["id"]);
    app.delete(&format!("/notes/{removed}")).await;

    // records of an own kind; a view that names a colleague; a dashboard; a question
    let field = |key: &str, kind: &str| json!({ "key": key, "label": named(key), "kind": kind });
    let object = app.post("/objects", json!({ "label": named("活动"), "description": named(""), "time": "日期", "sections": [{ "label": named("段"), "fields": [field("客户", "customer"), field("日期", "day"), field("备注", "long_text")] }] })).await.expect(201);
    let object = text(&object["id"]);
    for note in ["=x\n\ty", "ok"] {
        app.post(&format!("/objects/{object}/records"), json!({ "values": { "客户": first, "日期": "2025-12-20", "备注": note } })).await.expect(201);
    }
    app.post("/views", json!({ "name": "Amy's", "query": { "owner": amy, "sort": "-net" }, "audience": "everyone" })).await.expect(201);
    let tiles = json!([{ "id": "a", "width": 2, "show": { "kind": "group", "by": "city", "measures": [{ "stat": "count" }], "limit": 5 } }]);
    app.post("/dashboards", json!({ "name": named("板"), "tiles": tiles })).await.expect(201);
    app.post("/sql/questions", json!({ "name": "q", "text": "SELECT 1" })).await.expect(201);

    // two merged, two merged and parted again
    let ids = [id_of(&app, "M003").await, id_of(&app, "M004").await, id_of(&app, "M005").await, id_of(&app, "M006").await];
    app.post("/merges", json!({ "survivor": ids[0], "merged": [ids[1]] })).await.expect(200);
    let parted = app.post("/merges", json!({ "survivor": ids[2], "merged": [ids[3]] })).await.expect(200);
    app.post(&format!("/merges/{}/undo", text(&parted["merges"][0]["id"])), json!({})).await.expect(200);

    // somebody is erased
    let gone = id_of(&app, "M900").await;
    app.post(&format!("/customers/{gone}/erasure"), json!({ "reason": "asked for it", "confirm": gone })).await;
    let workers = flow::jobs::Workers::start(&app.ctx.app);
    for _ in 0..600 {
        let receipts = app.read(&me, "/erasures").await.expect(200);
        if receipts["items"][0]["state"] == "done" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    workers.stop().await;
    assert_eq!(app.read(&me, "/erasures").await.expect(200)["items"][0]["state"], "done");
    app
}

async fn taken(app: &TestApp, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    everything::write(&app.ctx.app, format, Place::Zip(&mut out), &|_, _| true).await.expect("it is written");
    out
}

/// Every file of an archive; of the manifest without its time.
fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut all = BTreeMap::new();
    for n in 0..zip.len() {
        let mut entry = zip.by_index(n).expect("an entry");
        let name = entry.name().expect("a name").to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("it reads");
        if name == "manifest.json" {
            let mut said: Value = serde_json::from_slice(&content).expect("JSON");
            said["made"] = Value::Null;
            content = said.to_string().into_bytes();
        }
        all.insert(name, content);
    }
    all
}

fn differing(one: &[u8], other: &[u8]) -> Vec<String> {
    let (one, other) = (files(one), files(other));
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|n| one.get(*n) != other.get(*n)).cloned().collect()
}

async fn arrives(app: &TestApp, archive: &[u8], folder: &Path) -> flow::Result<everything::Arrived> {
    let path = folder.join("all.zip");
    std::fs::write(&path, archive).expect("a file");
    let mut archive = Archive::open(&path)?;
    archive.verify(&|_, _| true)?;
    everything::arrive(&app.ctx.app, &mut archive, &Actor::program("test"), None, &|_, _| true).await
}

/// What people see of the base, without the run that computed it.
async fn seen(app: &TestApp, customers: &[String]) -> Vec<String> {
    let mut paths = ["/customers?limit=500&sort=net", "/customers/export", "/customers/facets", "/overview", "/segments", "/data-quality"].map(str::to_owned).to_vec();
    paths.extend(customers.iter().flat_map(|id| [format!("/customers/{id}"), format!("/customers/{id}/timeline")]));
    let mut all = Vec::new();
    for path in paths {
        let answer = app.read(&app.me(), &path).await;
        assert_eq!(answer.status, 200, "{path}");
        let said = serde_json::from_slice::<Value>(&answer.bytes).map(|mut v| {
            v.as_object_mut().and_then(|v| v.remove("run"));
            v.to_string()
        });
        all.push(format!("{path} {}", said.unwrap_or_else(|_| answer.text())));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_taken_back_leaves_everything_as_it_was_to_the_byte() {
    // known people by other names, in other cities and with other phones, new ones, orders put right and new ones, rows that say
    // something again and rows that are set aside
    let people = "会员号,姓名,手机号,城市,性别,注册日期\nM003,客户三改名,13900000003,南京,女,2024-03-15\nM004,客户4,13800000004,上海,女,2024-04-15\nN001,新来的,13900000101,上海,男,2025-05-01\n,无号,1.38E+10,上海,男,2025-05-01\n";
    let orders = "订单号,会员号,下单时间,实付金额,渠道\nD0300,M003,2025-12-28 10:00:00,9999.50,门店\nE1,M003,2025-12-30 10:00:00,12.00,门店\nE2,N001,2025-12-30 11:00:00,30000.00,小程序\nE3,N002,2025-12-29 11:00:00,1.00,小程序\nE4,M005,2025-02-30 10:00:00,1.00,门店\n";
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let shop = [id_of(&app, "M003").await, id_of(&app, "M004").await, id_of(&app, "M005").await];
        app.post(&format!("/customers/{}/notes", shop[0]), json!({ "body": "rang" })).await.expect(201);
        app.post("/segments", json!({ "key": "big", "label": named("big"), "rule_text": "net >= 1000" })).await.expect(201);
        let before = (taken(&app, Format::Csv).await, seen(&app, &shop).await);
        let import = app.import(&[("会员2.csv", people), ("订单2.csv", orders)]).await;
        let with = seen(&app, &shop).await;
        assert!(before.1.iter().zip(&with).filter(|(a, b)| a != b).count() >= 6, "it changes what people see: {import:#}");
        app.post(&format!("/imports/{}/undo", text(&import["id"])), json!({})).await.expect(200);
        let after = (taken(&app, Format::Csv).await, seen(&app, &shop).await);
        for (then, now) in before.1.iter().zip(&after.1) {
            assert_eq!(then, now);
        }
        // how files with these headings are read is remembered with its last time, of which the manifest holds the hash
        let apart = |name: &String| name.contains("mapping_templates") || name == "manifest.json";
        let differ: Vec<String> = differing(&before.0, &after.0).into_iter().filter(|name| !apart(name)).collect();
        assert_eq!(differ, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_in_which_everything_happened_goes_out_and_comes_in_the_same_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = business(None).await;
    let first = taken(&source, Format::Csv).await;
    assert_eq!(differing(&first, &taken(&source, Format::Csv).await), Vec::<String>::new(), "the same state is the same files");
    for (name, content) in files(&first) {
        assert!(!content.windows(CANARY.len()).any(|w| w == CANARY.as_bytes()), "{name} knows who was erased");
        assert!(!content.windows(11).any(|w| w == b"13987654321"), "{name} knows the phone of who was erased");
        for line in content.split(|b| *b == b'\n').filter(|_| name.ends_with(".csv")) {
            assert!(!line.split(|b| *b == b',').any(|cell| cell.starts_with(b"\"=") || cell.starts_with(b"=")), "{name} holds a formula: {}", String::from_utf8_lossy(line));
        }
    }
    let rows = |name: &str| serde_json::from_slice::<Value>(&files(&first)["manifest.json"]).expect("JSON")["tables"].as_array().expect("tables").iter().find(|t| t["name"] == name).expect("a table")["rows"].clone();
    for (table, count) in [("notes", 2), ("tags", 2), ("records", 2), ("objects", 1), ("merges", 1), ("views", 1), ("dashboards", 1), ("questions", 1), ("people", 2), ("comments", 1), ("rows_set_aside", 1)] {
        assert_eq!(rows(table), json!(count), "{table}");
    }
    let everybody = rows("classes").as_u64().expect("a count");
    for format in Format::ALL {
        let target = TestApp::bare(None).await;
        let out = if format == Format::Csv { first.clone() } else { taken(&source, format).await };
        let arrived = arrives(&target, &out, folder.path()).await.expect("it comes in");
        let compared = arrived.compared.expect("it is compared");
        assert_eq!((compared.customers, compared.same, &compared.differ), (everybody, everybody, &Default::default()), "{format:?}");
        assert_eq!(differing(&first, &taken(&target, Format::Csv).await), Vec::<String>::new(), "{format:?}: out again, byte for byte");
        // and once more in its own form
        assert_eq!(differing(&out, &taken(&target, format).await), Vec::<String>::new(), "{format:?}");
        assert_eq!(arrives(&target, &out, folder.path()).await.expect_err("it is not empty any more").to_string().split(':').next(), Some("everything.not_empty"));
    }
    // to the other database and back
    for url in both().await {
        let target = TestApp::bare(url).await;
        let arrived = arrives(&target, &first, folder.path()).await.expect("it comes in");
        assert_eq!(arrived.compared.map(|c| c.same), Some(everybody));
        assert_eq!(differing(&first, &taken(&target, Format::Csv).await), Vec::<String>::new());
        // whoever sets it up with the address of an owner of before is who they were; the others are names
        let app = target.founded().await;
        let me = app.me();
        let views = app.read(&me, "/views").await.expect(200);
        assert_eq!(views["items"].as_array().map(Vec::len), Some(1), "{views}");
        let mine = app.read(&me, "/session").await.expect(200)["user"]["id"].clone();
        let tags = app.read(&me, "/tags").await.expect(200).to_string();
        assert!(tags.contains("VIP") && !tags.contains("gone"), "{tags}");
        assert_eq!(views["items"][0]["owner"], mine, "what they made is theirs again: {views}");
        assert_eq!(app.read(&me, "/members").await.expect(200)["items"].as_array().map(Vec::len), Some(1), "nobody else may do anything");
        let refusal = app.read(&me, &format!("/customers/{}", id_of(&app, "M007").await)).await.expect(200)["refusal"].clone();
        assert_eq!((&refusal["by"], &refusal["how"]), (&mine, &json!("phone")), "who wrote it down: {refusal}");
        // a merge that came along can be parted
        let merges = app.read(&me, "/merges").await.expect(200);
        let merge = text(&merges["items"][0]["id"]);
        let parted = app.by(&me, Method::POST, &format!("/merges/{merge}/undo"), Some(json!({}))).await.expect(200);
        assert!(parted["merges"][0]["undone_at"].is_string(), "{parted}");
        // and life goes on: the same file again says nothing new, another does
        let mut app = app;
        let more = app.import(&[("新.csv", "订单号,会员号,下单时间,实付金额\nN1,M001,2025-12-30,10\n")]).await;
        assert_eq!(more["report"]["accepted"], 1, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_cut_off_or_made_to_harm_is_refused_and_nothing_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut source = TestApp::shop(None).await;
    // somebody who did something goes along
    let first = source.get("/customers?limit=1").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    source.post(&format!("/customers/{first}/notes"), json!({ "body": "Called." })).await.expect(201);
    let good = taken(&source, Format::Csv).await;
    let target = TestApp::bare(None).await;
    let again = |edit: &dyn Fn(&mut BTreeMap<String, Vec<u8>>, &mut Value)| -> Vec<u8> {
        let mut all = files(&good);
        let mut manifest: Value = serde_json::from_slice(&all["manifest.json"]).expect("JSON");
        manifest["made"] = json!("2025-12-31T00:00:00Z");
        edit(&mut all, &mut manifest);
        all.insert("manifest.json".into(), manifest.to_string().into_bytes());
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &all {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("an entry");
            zip.write_all(content).expect("written");
        }
        zip.finish().expect("closed").into_inner()
    };
    // a file with another content, and its hash
    let put = |all: &mut BTreeMap<String, Vec<u8>>, manifest: &mut Value, table: &str, content: String| {
        use sha2::{Digest, Sha256};
        let name = format!("{table}.csv");
        let part = manifest["tables"].as_array_mut().expect("tables").iter_mut().find(|t| t["name"] == table).expect("a table");
        part["parts"][0]["bytes"] = json!(content.len());
        part["parts"][0]["sha256"] = json!(Sha256::digest(content.as_bytes()).iter().map(|b| format!("{b:02x}")).collect::<String>());
        all.insert(name, content.into_bytes());
    };
    let orders = String::from_utf8(files(&good)["orders.csv"].clone()).expect("UTF-8");
    let head = orders.split_inclusive('\n').next().expect("a heading").to_owned();
    let one = orders.split_inclusive('\n').nth(1).expect("a row").to_owned();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("no archive", b"Order,Customer\n1,2\n".to_vec(), "everything.unreadable"),
        ("cut off", good[..good.len() / 2].to_vec(), "everything.unreadable"),
        ("another archive", again(&|_, m| m["what"] = json!("something else")), "everything.unreadable"),
        ("a newer program", again(&|_, m| m["layout"] = json!(2)), "everything.newer"),
        ("a changed byte", again(&|all, _| all.get_mut("orders.csv").expect("a file")[40] ^= 1), "everything.damaged"),
        ("a missing file", again(&|all, _| drop(all.remove("customers.csv"))), "everything.damaged"),
        ("a file more", again(&|all, _| drop(all.insert("../evil".into(), vec![1]))), "everything.damaged"),
        ("a missing table", again(&|_, m| m["tables"].as_array_mut().expect("tables").retain(|t| t["name"] != "notes")), "everything.damaged"),
        ("an unknown zone", again(&|_, m| m["business"]["time_zone"] = json!("Mars/Phobos")), "everything.damaged"),
        ("other decimals", again(&|_, m| m["business"]["decimals"] = json!(3)), "everything.damaged"),
        ("a customer nobody is", again(&|all, m| put(all, m, "orders", format!("{head}{}", one.replacen(one.split(',').next().expect("a cell"), "4000000", 1)))), "everything.damaged"),
        ("rows that are not there", again(&|all, m| put(all, m, "orders", head.clone())), "everything.damaged"),
        ("half a quote", again(&|all, m| put(all, m, "orders", format!("{head}\"1"))), "everything.damaged"),
        ("other columns", again(&|all, m| put(all, m, "orders", one.clone())), "everything.damaged"),
        ("more rows than there are numbers", again(&|_, m| m["tables"].as_array_mut().expect("tables").iter_mut().for_each(|t| t["rows"] = json!(u64::MAX))), "everything.damaged"),
        ("more bytes than the archive holds", again(&|_, m| m["tables"].as_array_mut().expect("tables").iter_mut().for_each(|t| t["parts"][0]["bytes"] = json!(u64::MAX))), "everything.too_large"),
        ("somebody twice", again(&|all, m| { let people = csv(all, "people"); put(all, m, "people", format!("{people}{}", people.lines().nth(1).expect("a row"))); said(m, "people", 1); }), "everything.damaged"),
        ("a merge into who was merged", again(&|all, m| { let customers = csv(all, "customers"); put(all, m, "customers", merged(&customers)) }), "everything.damaged"),
        ("classes of nobody", again(&|all, m| { let classes = csv(all, "classes"); put(all, m, "classes", classes.replacen("\n0,", "\n4000000,", 1)) }), "everything.damaged"),
        ("a password", locked(&good), "everything.damaged"),
    ];
    for (what, archive, code) in &cases {
        let said = arrives(&target, archive, folder.path()).await.expect_err(what).to_string();
        assert!(said.starts_with(code), "{what}: {said}");
        everything::may_arrive(&target.ctx.app).await.expect("still empty");
        let left: usize = std::fs::read_dir(target.ctx.app.lake.join("main")).map_or(0, |tables| tables.flatten().map(|t| std::fs::read_dir(t.path()).expect("a folder").count()).sum());
        assert_eq!(left, 0, "{what}: files stay in the lake");
    }
    // a bomb: a manifest that says how long it is, and an entry that unfolds to it
    let bomb = again(&|all, m| put(all, m, "orders", format!("{head}{}", "\n".repeat(80 << 20))));
    let said = arrives(&target, &bomb, folder.path()).await.expect_err("a bomb").to_string();
    assert!(said.starts_with("everything."), "{said}");
    // asked to stop, nothing stays either
    let path = folder.path().join("all.zip");
    std::fs::write(&path, &good).expect("a file");
    let mut archive = Archive::open(&path).expect("opens");
    assert!(archive.verify(&|_, _| false).expect_err("stopped").to_string().starts_with("everything.stopped"));
    // what programs add that pack a folder does not matter
    let mut packed = ZipWriter::new_append(Cursor::new(good)).expect("an archive");
    packed.add_directory("definitions/", SimpleFileOptions::default()).expect("an entry");
    let packed = packed.finish().expect("closed").into_inner();
    assert_eq!(arrives(&target, &packed, folder.path()).await.expect("it comes in after all").compared.map(|c| c.same), Some(12));
}

fn csv(all: &BTreeMap<String, Vec<u8>>, table: &str) -> String {
    String::from_utf8(all[&format!("{table}.csv")].clone()).expect("UTF-8")
}

/// One row more in the manifest.
fn said(manifest: &mut Value, table: &str, more: u64) {
    let table = manifest["tables"].as_array_mut().expect("tables").iter_mut().find(|t| t["name"] == table).expect("a table");
    let rows = table["rows"].as_u64().expect("a count") + more;
    (table["rows"], table["parts"][0]["rows"]) = (json!(rows), json!(rows));
}

/// The first customer is merged into the second, and the second into the third.
fn merged(customers: &str) -> String {
    let place = customers.lines().next().expect("a heading").trim_start_matches('\u{feff}').split(',').position(|c| c == "merged_into").expect("a column");
    let row = |(n, line): (usize, &str)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if n == 1 || n == 2 {
            cells[place] = n.to_string();
        }
        cells.join(",") + "\r\n"
    };
    customers.lines().enumerate().map(row).collect()
}

/// Every entry says that it takes a password.
fn locked(archive: &[u8]) -> Vec<u8> {
    let mut all = archive.to_vec();
    for at in 0..all.len() - 10 {
        match &all[at..at + 4] {
            b"PK\x01\x02" => all[at + 8] |= 1,
            b"PK\x03\x04" => all[at + 6] |= 1,
            _ => {}
        }
    }
    all
}

/// A process that died after everything was in, and before it was noted that the job is done, knows that it was in: also of a business
/// without customers.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_done_again_knows_that_it_was_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut source = TestApp::ready(None).await;
    let tiles = json!([{ "id": "a", "width": 1, "show": { "kind": "number", "measure": { "stat": "count" } } }]);
    source.post("/dashboards", json!({ "name": named("板"), "tiles": tiles })).await.expect(201);
    let path = folder.path().join("all.zip");
    std::fs::write(&path, taken(&source, Format::Jsonl).await).expect("a file");
    for url in both().await {
        let target = TestApp::ready(url).await;
        let (app, mut archive) = (&target.ctx.app, Archive::open(&path).expect("opens"));
        archive.verify(&|_, _| true).expect("it is whole");
        assert_eq!(everything::brought(app, &mut archive, "job_one").await.expect("answers"), None);
        let arrived = everything::arrive(app, &mut archive, &Actor::program("test"), Some("job_one"), &|_, _| true).await.expect("it comes in");
        assert_eq!(everything::brought(app, &mut archive, "job_one").await.expect("answers"), arrived.compared);
        assert_eq!(everything::brought(app, &mut archive, "job_two").await.expect("answers"), None, "another did");
    }
}

async fn dropped(app: &TestApp, who: &Who, archive: &[u8]) -> crate::app::Answer {
    let Who::Session(cookie) = who else { panic!("people drop files") };
    let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"all.zip\"\r\nContent-Type: application/zip\r\n\r\n".to_vec();
    body.extend_from_slice(archive);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let request = axum::http::Request::builder().method(Method::POST).uri(format!("{}/everything/import", api::BASE)).header(header::HOST, "shop.test");
    let request = request.header(api::CSRF_HEADER, "1").header(header::COOKIE, cookie).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    app.raw(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_takes_everything_away_and_brings_it_into_another_business() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let me = app.me();
        let job = app.by(&me, Method::POST, "/everything", Some(json!({ "format": "parquet" }))).await.expect(202);
        assert_eq!(app.by(&me, Method::POST, "/everything", Some(json!({ "format": "parquet" }))).await.expect(202)["id"], job["id"], "the same again is the same");
        let (_, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        assert_eq!(app.by(&manager, Method::POST, "/everything", Some(json!({}))).await.problem(), (403, "access.denied".into()));
        assert_eq!(app.by(&manager, Method::POST, "/exports", Some(json!({ "everything": "csv" }))).await.problem(), (403, "access.denied".into()), "nor by the other door");
        let file = app.written(&me, &job).await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "application/zip"));
        assert!(file.header("content-disposition").contains("zhiyin-2025-12-"), "{}", file.header("content-disposition"));
        let path = format!("/exports/{}/file", text(&job["id"]));
        assert_eq!(app.read(&manager, &path).await.problem(), (404, "export.not_found".into()));
        let noted = app.read(&me, "/audit?action=export.taken").await.expect(200);
        assert_eq!((&noted["items"][0]["subject"], &noted["items"][0]["detail"]["format"]), (&json!("everything"), &json!("parquet")));

        // not into what holds something
        assert_eq!(dropped(&app, &me, &file.bytes).await.problem(), (409, "everything.not_empty".into()));
        let second = app.business("brand-b").await;
        let owner = second.me();
        let refused = second.router.clone();
        drop(refused);
        let body = {
            let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"all.zip\"\r\nContent-Type: application/zip\r\n\r\n".to_vec();
            body.extend_from_slice(&file.bytes);
            body.extend_from_slice(b"\r\n--edge--\r\n");
            body
        };
        let request = second.request(Method::POST, "/everything/import").header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        let job = second.raw(request.body(Body::from(body)).expect("a request")).await.expect(202);
        let workers = flow::jobs::Workers::start(&second.ctx.app);
        let ended = second.ended(&owner, &text(&job["id"])).await;
        workers.stop().await;
        assert_eq!((&ended["state"], &ended["arrival"]["customers"], &ended["arrival"]["same"]), (&json!("done"), &json!(12), &json!(12)), "{ended}");
        let (one, other) = (app.read(&me, "/overview").await.expect(200), second.read(&owner, "/overview").await.expect(200));
        assert_eq!((&one["customers"], &one["net"], &one["classifications"]), (&other["customers"], &other["net"], &other["classifications"]));
        let log = second.read(&owner, "/audit?action=import.committed").await.expect(200);
        assert_eq!(log["items"][0]["subject"], "everything");
        assert_eq!(second.read(&owner, "/session").await.expect(200)["workspace"]["name"], "小店", "a business that was set up keeps its name");
    }
}
