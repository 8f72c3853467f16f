//! A person is planted wherever a text can be, erased, and looked for in every byte: files, pages of the database and its log, tables as
//! a backup writes them, the lake's files with their history, exports and backups made later. Then the same file comes again, an older
//! backup is restored, and the process dies at each place that has a name.

use crate::{
    files::orders,
    place::{Engine, Place, block_on, run},
    server::{Browser, Server},
    world::orphans,
};
use arrow::util::display::array_value_to_string;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything by which the person could be found; none of it may be left.
const CANARY: [&str; 11] = [
    "欧阳翠羽", "Rosalindcanary", "13877712345", "rosalind.canary@example.org", "MCANARY77", "金丝雀巷八十八号", "CPNCANARYX", "canary-reason-zz", "评语里的金丝雀句子",
    "备注里的金丝雀句子", "slip.canary@example.org",
];

const CUSTOMERS: &str = "\
会员号,姓名,手机,邮箱,爱好,城市
MCANARY77,欧阳翠羽,13877712345,rosalind.canary@example.org,金丝雀巷八十八号,杭州
M1001,王小明,13900001111,wang@example.org,南京路一号,上海
M1002,李小红,13900002222,li@example.org,长安街二号,北京
";
const ORDERS: &str = "\
订单号,会员号,下单时间,实付,优惠券
D1,MCANARY77,2026-03-01 10:00,120.00,CPNCANARYX
D2,M1001,2026-03-02 10:00,80.00,CPN1
D3,MCANARY77,2026-03-03 10:00,30.00,
D4,M1002,2026-13-45 10:00,30.00,
D5,MCANARY77,2026-13-46 10:00,31.00,金丝雀巷八十八号
";
const REFUNDS: &str = "\
退款单号,订单号,退款时间,退款金额,退款原因
R1,D1,2026-03-05 10:00,20.00,canary-reason-zz
";
const FEEDBACK: &str = "\
会员号,时间,NPS,评论
MCANARY77,2026-03-06 10:00,3,评语里的金丝雀句子
M1001,2026-03-06 11:00,9,很好
";

/// One request, with a key of its own.
fn ask(browser: &Browser, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let mut stream = TcpStream::connect(&browser.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    let (address, cookie, body) = (&browser.address, &browser.cookie, if body.is_null() { String::new() } else { body.to_string() });
    let key = format!("key-{:016x}", body.bytes().chain(path.bytes()).fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b))));
    write!(
        stream,
        "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nX-Zhiyin-Csrf: 1\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .expect("it is sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())))
}

#[track_caller]
fn done(browser: &Browser, method: &str, path: &str, body: Value) -> Value {
    let (status, said) = ask(browser, method, path, &body);
    assert!((200..300).contains(&status), "{method} {path}: {status} {said}");
    said
}

/// Waits until a request answers what is asked for.
#[track_caller]
fn until(browser: &Browser, path: &str, right: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1200 {
        let (_, said) = ask(browser, "GET", path, &Value::Null);
        if right(&said) {
            return said;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("{path} never became so: {:?}", ask(browser, "GET", path, &Value::Null));
}

fn every_file(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { every_file(&path, into) } else { into.push(path) }
    }
}

/// Where any of these texts stands: in the bytes of files, UTF-8 and UTF-16, and in the cells, statistics and dictionaries of Parquet.
fn found_in(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    every_file(folder, &mut files);
    let mut found = Vec::new();
    for path in files {
        // files of the moment go while the folder is walked
        let bytes = match fs::read(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            read => read.expect("the file reads"),
        };
        for text in texts {
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
            if holds(text.as_bytes()) || holds(&wide) {
                found.push(format!("{}: {text}", path.display()));
            }
        }
        if path.extension().is_some_and(|e| e == "parquet") {
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("it opens")).expect("it is Parquet").build().expect("it reads");
            for batch in reader {
                let batch = batch.expect("it reads");
                for column in batch.columns() {
                    for row in 0..batch.num_rows() {
                        let cell = array_value_to_string(column, row).expect("a cell");
                        found.extend(texts.iter().filter(|t| cell.contains(**t)).map(|t| format!("{} in a cell: {t}", path.display())));
                    }
                }
            }
        }
    }
    found
}

/// Where any of these texts stands in the tables of a backup.
fn found_in_backup(file: &Path, texts: &[&str]) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(File::open(file).expect("it opens")).expect("it is a zip");
    let mut found = Vec::new();
    for n in 0..archive.len() {
        let mut entry = archive.by_index(n).expect("an entry");
        let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("it reads");
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines() {
            let hex = |t: &str| t.bytes().fold(String::new(), |h, b| h + &format!("{b:02x}"));
            found.extend(texts.iter().filter(|t| line.contains(**t) || line.contains(&hex(t))).map(|t| format!("{name}: {t}: {}", line.chars().take(200).collect::<String>())));
        }
    }
    found
}

fn backup(place: &Place, name: &str) -> PathBuf {
    let to = place.path(name);
    run(place.at_home(["backup", "--json", "--to"]).arg(&to)).ends(0);
    to
}

fn import(browser: &mut Browser, name: &str, text: &str) -> Value {
    let body = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n--edge--\r\n");
    let (status, import) = browser.send("POST", "/imports", "multipart/form-data; boundary=edge", &body).expect("it answers");
    assert_eq!(status, 201, "{import}");
    let id = import["id"].as_str().expect("an id").to_owned();
    for (step, becomes) in [("check", "checked"), ("commit", "committed")] {
        done(browser, "POST", &format!("/imports/{id}/{step}"), json!({}));
        until(browser, &format!("/imports/{id}"), |i| i["status"] == becomes || i["status"] == "failed");
    }
    let said = until(browser, &format!("/imports/{id}"), |i| i["status"] == "committed");
    said["report"].clone()
}

fn customer(browser: &Browser, name: &str) -> Option<String> {
    let page = done(browser, "GET", "/customers?limit=100", Value::Null);
    let found = page["items"].as_array().into_iter().flatten().find(|c| c["name"] == name);
    found.and_then(|c| c["id"].as_str()).map(str::to_owned)
}

/// The business with the person in every place.
fn planted(place: &Place) -> (Server, Browser, String) {
    let server = Server::start(place);
    let mut browser = Browser { address: server.address.clone(), cookie: String::new() };
    browser.set_up(server.token.as_deref().expect("a first start"));
    for (name, text) in [("欧阳翠羽的会员.csv", CUSTOMERS), ("orders.csv", ORDERS), ("refunds.csv", REFUNDS), ("feedback.csv", FEEDBACK)] {
        import(&mut browser, name, text);
    }
    let b = &browser;
    let id = until(b, "/customers?limit=100", |p| p["items"].as_array().is_some_and(|i| i.iter().any(|c| c["name"] == "欧阳翠羽")))["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|c| c["name"] == "欧阳翠羽")
        .and_then(|c| c["id"].as_str())
        .expect("an id")
        .to_owned();
    let other = customer(b, "王小明").expect("another");
    done(b, "POST", &format!("/customers/{id}/notes"), json!({ "body": "备注里的金丝雀句子" }));
    done(b, "POST", &format!("/customers/{other}/notes"), json!({ "body": "介绍人是欧阳翠羽，电话 138-7771-2345" }));
    let tag = done(b, "POST", "/tags", json!({ "name": "欧阳翠羽的朋友" }));
    done(b, "POST", "/changes", json!({ "kind": "tag_add", "subject": tag["id"], "customers": [id], "expected": 1 }));
    done(b, "POST", "/changes", json!({ "kind": "name_set", "name": "Rosalindcanary 欧阳翠羽", "customers": [id], "expected": 1 }));
    // a slip that was put right: it is remembered so that no file brings it back
    let slip = |was: Option<&str>, value: Option<&str>| json!({ "kind": "identifier_set", "customers": [id], "identifier": { "kind": "email", "was": was, "value": value } });
    done(b, "POST", "/changes", slip(None, Some("slip.canary@example.org")));
    done(b, "POST", "/changes", slip(Some("slip.canary@example.org"), None));
    done(b, "POST", "/views", json!({ "name": "找 Rosalindcanary 欧阳翠羽", "query": { "q": "欧阳翠羽" } }));
    done(b, "POST", "/sql/questions", json!({ "name": "q", "text": "select * from customers where name = '欧阳翠羽'" }));
    let object = json!({ "label": { "zh": "维修", "en": "Repair" }, "sections": [{ "label": { "zh": "", "en": "" }, "fields": [
        { "key": "who", "label": { "zh": "客户", "en": "Customer" }, "kind": "customer" },
        { "key": "what", "label": { "zh": "内容", "en": "What" }, "kind": "text" }] }] });
    let object = done(b, "POST", "/objects", object)["id"].as_str().expect("an id").to_owned();
    done(b, "POST", &format!("/objects/{object}/records"), json!({ "values": { "who": id, "what": "送到金丝雀巷八十八号" } }));
    done(b, "POST", &format!("/objects/{object}/records"), json!({ "values": { "who": other, "what": "欧阳翠羽 代取" } }));
    done(b, "POST", "/exports", json!({ "format": "csv", "filter": { "q": "欧阳翠羽" } }));
    until(b, "/jobs?limit=50", |p| p["items"].as_array().is_some_and(|i| i.iter().any(|j| j["kind"] == "export" && j["state"] == "done")));
    done(b, "POST", "/interactions", json!([{ "customer": { "phone": "13877712345" }, "at": "2026-03-07T10:00:00Z", "kind": "visit" }]));
    // uploaded and left
    let body = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"again.csv\"\r\nContent-Type: text/csv\r\n\r\n{CUSTOMERS}\r\n--edge--\r\n");
    assert_eq!(browser.send("POST", "/imports", "multipart/form-data; boundary=edge", &body).expect("it answers").0, 201);
    // what an upgrade and a restore leave behind
    fs::write(place.data().join("zhiyin.db.before-upgrade-0019-2026-01-01.db"), CANARY.join("\n")).expect("the folder is ours");
    fs::create_dir_all(place.data().join("before-restore-20260101000000")).expect("the folder is ours");
    fs::write(place.data().join("before-restore-20260101000000/zhiyin.db"), CANARY.join("\n")).expect("the folder is ours");
    (server, browser, id)
}

/// Asks for an erasure and waits for its end.
fn erased(browser: &Browser, id: &str) -> Value {
    let asked = done(browser, "POST", &format!("/customers/{id}/erasure"), json!({ "reason": "本人要求", "confirm": id }));
    let era = asked["id"].as_str().expect("an id").to_owned();
    until(browser, &format!("/erasures/{era}"), |e| e["state"] == "done")
}

fn count(lines: &Value, key: &str) -> u64 {
    lines.as_array().into_iter().flatten().find(|l| l["key"] == key).and_then(|l| l["count"].as_u64()).unwrap_or(0)
}

fn canary(engine: Engine) {
    let place = Place::new(engine);
    let (server, browser, id) = planted(&place);
    let before = backup(&place, "before.zip");
    assert!(!found_in_backup(&before, &CANARY).is_empty() && !found_in(&place.data(), &CANARY).is_empty(), "nothing was planted");
    let figures = done(&browser, "GET", "/overview", Value::Null);

    let plan = done(&browser, "GET", &format!("/customers/{id}/erasure"), Value::Null);
    assert_eq!((count(&plan["kept"], "orders"), count(&plan["kept"], "refunds"), count(&plan["removed"], "identifiers")), (2, 1, 3), "{plan}");
    for wrong in [json!({ "reason": "", "confirm": id }), json!({ "reason": "翠羽", "confirm": "王小明" }), json!({ "reason": "电话 138 7771 2345 的人要求", "confirm": id })] {
        assert_eq!(ask(&browser, "POST", &format!("/customers/{id}/erasure"), &wrong).0, 422, "{wrong}");
    }
    let receipt = erased(&browser, &id);
    for (key, at_least) in [("identifiers", 3), ("attributes", 2), ("interactions", 1), ("answers", 1), ("comments", 1), ("notes", 1), ("records", 1), ("words", 2), ("rows_set_aside", 1), ("texts", 4)] {
        assert!(count(&receipt["removed"], key) >= at_least, "{key}: {receipt:#}");
    }
    assert_eq!((count(&receipt["files"], "exports"), count(&receipt["files"], "uploads"), count(&receipt["files"], "copies")), (1, 1, 2), "{receipt:#}");
    assert_eq!(count(&receipt["kept"], "orders"), 2, "{receipt:#}");

    // the books are as they were, and lead to nobody
    let after = done(&browser, "GET", "/overview", Value::Null);
    for figure in ["customers", "buyers", "net", "gross", "orders"] {
        assert!(figures[figure].as_i64().is_some_and(|n| n > 0) && figures[figure] == after[figure], "{figure}: {} then {}", figures[figure], after[figure]);
    }
    assert_eq!(ask(&browser, "GET", &format!("/customers/{id}"), &Value::Null).0, 404);
    let page = done(&browser, "GET", "/customers?limit=100", Value::Null);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(3), "{page}");
    // every byte, while the server has the database open
    assert_eq!(found_in(&place.data(), &CANARY), Vec::<String>::new());
    assert_eq!(orphans(&place), Vec::<PathBuf>::new(), "old files of the lake are left");
    let later = backup(&place, "later.zip");
    assert_eq!(found_in_backup(&later, &CANARY), Vec::<String>::new());
    done(&browser, "POST", "/exports", json!({ "format": "csv" }));
    until(&browser, "/jobs?limit=50", |p| p["items"].as_array().is_some_and(|i| i.iter().any(|j| j["kind"] == "export" && j["state"] == "done" && j["export"]["available"] == true)));
    assert_eq!(found_in(&place.data(), &CANARY), Vec::<String>::new());
    // others are as they were
    let other = customer(&browser, "王小明").expect("another is there");
    let text = done(&browser, "GET", &format!("/customers/{other}/timeline"), Value::Null).to_string();
    assert!(text.contains("介绍人是…，电话 …") && text.contains("很好"), "{text}");
    let verified = done(&browser, "GET", "/audit/verify", Value::Null);
    assert_eq!(verified["whole"], true, "{verified}");

    comes_again(&place, browser.clone(), &receipt);
    drop(server);
    restored(&place, &before);
}

/// The same files again bring nobody back, and say so; once that is lifted, they bring somebody new.
fn comes_again(place: &Place, mut browser: Browser, receipt: &Value) {
    let report = import(&mut browser, "again.csv", &CUSTOMERS.replace("杭州", "宁波"));
    let reasons = report["rejects_by_reason"].as_array().cloned().unwrap_or_default();
    assert!(reasons.iter().any(|r| r["code"] == "erased_person" && r["count"] == 1), "{report:#}");
    let report = import(&mut browser, "bad.csv", "订单号,手机,下单时间,实付\nD77,13877712345,2026-99-99,1.00\nD78,13900001111,2026-03-09 10:00,1.00\n");
    assert!(report["rejects_by_reason"].as_array().is_some_and(|r| r.iter().any(|r| r["code"] == "erased_person")), "{report:#}");
    // a program that posts them is let in by the door and left out by the move
    done(&browser, "POST", "/customers", json!([{ "phone": "13877712345", "name": "欧阳翠羽" }]));
    done(&browser, "POST", "/inbox/move", json!({}));
    until(&browser, "/inbox", |i| i["waiting"] == 0);
    assert_eq!(customer(&browser, "欧阳翠羽"), None);
    let rows = backup(place, "again.zip");
    // the move's own ledger row names nobody
    assert_eq!(found_in_backup(&rows, &["13877712345", "rosalind.canary@example.org", "金丝雀巷八十八号"]), Vec::<String>::new());
    let era = receipt["id"].as_str().expect("an id");
    done(&browser, "POST", &format!("/erasures/{era}/lift"), json!({}));
    import(&mut browser, "back.csv", &CUSTOMERS.replace("杭州", "温州"));
    until(&browser, "/customers?limit=100", |p| p["items"].as_array().is_some_and(|i| i.iter().any(|c| c["name"] == "欧阳翠羽")));
    let id = customer(&browser, "欧阳翠羽").expect("somebody new");
    assert_eq!(done(&browser, "GET", &format!("/customers/{id}"), Value::Null)["features"].as_array().into_iter().flatten().find(|f| f["key"] == "orders").map(|f| f["value"]["value"].clone()), Some(0.into()));
    erased(&browser, &id);
}

/// A backup of before is erased from again as soon as it is restored.
fn restored(place: &Place, before: &Path) {
    let said = run(place.at_home(["restore", "--json", "--replace"]).arg(before)).ends(0).json();
    // the one that was lifted and the one after it: what was erased stays erased
    assert_eq!(said["erased_again"], 2, "{said}");
    assert_eq!(found_in(&place.data(), &CANARY), Vec::<String>::new());
    let later = backup(place, "restored.zip");
    assert_eq!(found_in_backup(&later, &CANARY), Vec::<String>::new());
    let doctor = run(&mut place.at_home(["doctor", "--json", "--lang", "en"])).json();
    assert!(doctor["checks"].as_array().into_iter().flatten().all(|c| c["state"] != "broken"), "{doctor:#}");
}

#[test]
fn a_person_is_in_no_byte_on_sqlite() {
    canary(Engine::Sqlite);
}

#[test]
fn a_person_is_in_no_byte_on_postgres() {
    canary(Engine::Postgres);
}

fn dies(engine: Engine) {
    let place = Place::new(engine);
    place.import(&place.file("orders.csv", &orders(1, 20).0)).ends(0);
    let sums = || run(&mut place.at_home(["segment", "--json", "--rule", "net > 0"])).ends(0).json()["customers"].clone();
    let before = sums();
    let ids: Vec<String> = block_on(async {
        let store = store::Store::open(&place.url()).await.expect("the store opens");
        let people = store::customer::page(&store, domain::CustomerKey(0), 100).await.expect("they read");
        store.close().await;
        people.into_iter().map(|c| c.id).collect()
    });
    for (point, id) in flow::erasure::FAILPOINTS.iter().zip(&ids) {
        println!("{engine:?}: {point}");
        let command = || place.at_home(["customer", "erase", "--json", id, "--reason", "asked for it", "--confirm", id]);
        run(command().env("ZHIYIN_FAILPOINT", point)).aborted();
        // the next start of a server finishes what was begun
        let server = Server::start(&place);
        let finished = block_on(async {
            let store = store::Store::open(&place.url()).await.expect("the store opens");
            let workspace = store::workspace::get(&store).await.expect("it reads").expect("a workspace").id;
            let mut state = None;
            for _ in 0..600 {
                state = store::erasure::of_customer(&store, &workspace, id).await.expect("it reads").map(|e| e.state);
                if state == Some(store::erasure::State::Done) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let gone = store::customer::get(&store, id).await.expect("it reads").is_none();
            store.close().await;
            (state, gone)
        });
        assert_eq!(finished, (Some(store::erasure::State::Done), true), "after dying at {point}");
        server.die();
        assert_eq!(sums(), before, "after dying at {point}");
    }
}

#[test]
fn an_erasure_dies_anywhere_on_sqlite() {
    dies(Engine::Sqlite);
}

#[test]
fn an_erasure_dies_anywhere_on_postgres() {
    dies(Engine::Postgres);
}
