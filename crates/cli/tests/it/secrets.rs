//! Secrets are written and never told again: one of each kind is set by whoever may, and then everything a server says is looked through:
//! each reading of the API's own description, what goes wrong, files that go out, backups, what the command line answers, the log at its
//! most talkative, and every byte of the data folder.

use crate::{
    files::orders,
    place::{Engine, Place, block_on, run, start},
    server::Browser,
};
use domain::clock::{Clock, SystemClock};
use flow::people::totp;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    thread,
    time::Duration,
};

/// Stands in a name, and so where texts are told: what finds nothing else finds this.
const CONTROL: &str = "ZQ6-control";
const GUEST: &str = "ZQ6 guest's password";
const SMTP: &str = "ZQ6-smtp/4711+%";
const CLIENT: &str = "ZQ6-client-secret";
const TYPED: &str = "ZQ6 mistyped password";
const OWNER: &str = "correct horse battery";
/// The keys of the data folder: nobody else reads these files.
const KEYS: [&str; 3] = ["secret-key", "audit-key", "erasure-key"];

#[test]
fn nothing_that_was_written_to_be_kept_is_told_again_on_sqlite() {
    told_nowhere(Engine::Sqlite);
}

#[test]
fn nothing_that_was_written_to_be_kept_is_told_again_on_postgres() {
    told_nowhere(Engine::Postgres);
}

/// What somebody may hold, by what it is.
#[derive(Default)]
struct Secrets(BTreeMap<&'static str, Vec<String>>);

impl Secrets {
    fn keep(&mut self, kind: &'static str, value: impl Into<String>) -> String {
        let value = value.into();
        assert!(value.len() >= 8, "{kind}: {value} stands in other texts by chance");
        self.0.entry(kind).or_default().push(value.clone());
        value
    }

    /// Which of them stand in these bytes.
    fn within(&self, bytes: &[u8], but: &[&str]) -> Vec<&'static str> {
        let text = String::from_utf8_lossy(bytes);
        self.0.iter().filter(|(kind, all)| !but.contains(kind) && all.iter().any(|s| text.contains(s.as_str()))).map(|(kind, _)| *kind).collect()
    }
}

/// What was looked through, and what was found where.
#[derive(Default)]
struct Looked {
    texts: usize,
    bytes: usize,
    found: Vec<String>,
    control: BTreeSet<&'static str>,
}

impl Looked {
    fn at(&mut self, secrets: &Secrets, what: (&'static str, &str), bytes: &[u8], but: &[&str]) {
        self.texts += 1;
        self.bytes += bytes.len();
        self.found.extend(secrets.within(bytes, but).iter().map(|kind| format!("{kind} in {} {}", what.0, what.1)));
        if bytes.windows(CONTROL.len()).any(|w| w == CONTROL.as_bytes()) {
            self.control.insert(what.0);
        }
    }

    /// Each file in an archive.
    fn unpacked(&mut self, secrets: &Secrets, kind: &'static str, file: &Path, but: &[&str]) {
        let mut archive = zip::ZipArchive::new(fs::File::open(file).expect("it was written")).expect("an archive");
        for n in 0..archive.len() {
            let mut entry = archive.by_index(n).expect("an entry");
            let (name, mut bytes) = (format!("{:?}", entry.name()), Vec::new());
            entry.read_to_end(&mut bytes).expect("it reads");
            self.at(secrets, (kind, &name), &bytes, but);
        }
    }

    /// Each file of a folder.
    fn folder(&mut self, secrets: &Secrets, folder: &Path, but: &[&str]) {
        for entry in fs::read_dir(folder).expect("it reads") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                self.folder(secrets, &path, but);
            } else if !KEYS.iter().any(|key| path.ends_with(key)) {
                // a file may be gone by now
                let bytes = fs::read(&path).unwrap_or_default();
                self.at(secrets, ("the data folder", &path.display().to_string()), &bytes, but);
            }
        }
    }
}

/// A sign-in service, as far as it says who it is, and somebody who takes every message.
fn listen() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let at = move |path: &str| format!("http://127.0.0.1:{port}{path}");
    let known = json!({ "issuer": at(""), "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/keys") }).to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 65_536];
            let n = stream.read(&mut asked).unwrap_or_default();
            let body = if asked[..n].starts_with(b"GET /.well-known/") { known.as_str() } else { "{\"keys\":[]}" };
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).ok();
        }
    });
    port
}

/// The whole answer to a request, head and all.
fn answer(browser: &Browser, method: &str, path: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(&browser.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    let (address, cookie, length) = (&browser.address, &browser.cookie, body.len());
    write!(
        stream,
        "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nX-Zhiyin-Csrf: 1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .expect("it reads");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap_or_else(|e| panic!("{method} {path}: {e}"));
    all
}

fn value(cookie: &str) -> &str {
    cookie.split_once('=').expect("a cookie").1
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// The bytes of a secret as an app reads them.
fn bytes(secret: &str) -> Vec<u8> {
    let bits: String = secret.chars().map(|c| format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("a letter of the alphabet"))).collect();
    bits.as_bytes().chunks_exact(8).map(|b| b.iter().fold(0, |n, bit| (n << 1) | (bit - b'0'))).collect()
}

/// One secret of each kind, set.
fn planted(place: &Place, browser: &mut Browser, setup: &str, port: u16) -> Secrets {
    let mut s = Secrets::default();
    let ask = |browser: &mut Browser, method: &str, path: &str, body: Value| -> Value {
        let (status, said) = browser.send(method, path, "application/json", &body.to_string()).expect("it answers");
        assert!((200..300).contains(&status), "{method} {path}: {status} {said}");
        said
    };
    s.keep("the set-up token", setup);
    s.keep("a password", OWNER);
    ask(browser, "PUT", "/workspace", json!({ "name": CONTROL, "lang": "en" }));
    let token = ask(browser, "POST", "/tokens", json!({ "name": "nightly", "role": "owner" }));
    s.keep("an API token", text(&token["secret"]));
    // before there is a mail server: a mail that waits holds the link it brings
    let open = ask(browser, "POST", "/invitations", json!({ "email": "open@shop.test", "role": "viewer" }));
    s.keep("an invitation", text(&open["token"]));
    let used = ask(browser, "POST", "/invitations", json!({ "email": "guest@shop.test", "role": "analyst" }));
    let used = s.keep("an invitation", text(&used["token"]));
    s.keep("a password", GUEST);
    let mut guest = Browser { cookie: String::new(), ..browser.clone() };
    ask(&mut guest, "POST", "/invitations/accept", json!({ "token": used, "name": "Guest", "password": GUEST }));
    s.keep("a session", value(&guest.cookie));
    let hook = ask(browser, "POST", "/webhooks", json!({ "url": format!("http://127.0.0.1:{port}/in"), "types": ["segment.left"] }));
    s.keep("a webhook's secret", text(&hook["secret"]));
    let hook = format!("/webhooks/{}", text(&hook["webhook"]["id"]));
    let turned = ask(browser, "POST", &format!("{hook}/secret"), json!({}));
    s.keep("a webhook's secret", text(&turned["secret"]));
    ask(browser, "POST", &format!("{hook}/test"), json!({}));
    ask(browser, "PUT", "/mail", json!({ "host": "mail.zq6.test", "port": 587, "security": "starttls", "username": "crm", "password": SMTP, "from_address": "crm@shop.test" }));
    s.keep("the mail server's password", SMTP);
    ask(browser, "PUT", "/workspace/sign-in/oidc", json!({ "issuer": format!("http://127.0.0.1:{port}"), "client_id": "zhiyin", "client_secret": CLIENT, "label": "Login" }));
    s.keep("the sign-in service's secret", CLIENT);
    let mut away = Browser { cookie: String::new(), ..browser.clone() };
    let url = text(&ask(&mut away, "POST", "/session/oidc", json!({}))["url"]);
    let state = url.split(['?', '&']).find_map(|p| p.strip_prefix("state=")).expect("a state");
    s.keep("a sign-in that went to the service", state);
    s.keep("a sign-in that went to the service", value(&away.cookie));
    let board = ask(browser, "POST", "/dashboards", json!({ "name": { "zh": CONTROL, "en": CONTROL }, "tiles": [] }));
    ask(browser, "PUT", &format!("/dashboards/{}/subscription", text(&board["id"])), json!({ "every": "day", "hour": 8 }));
    let founded = ask(browser, "POST", "/businesses", json!({ "slug": "brand-b" }));
    s.keep("a link to found a business", text(&founded["link"]).split("token=").nth(1).and_then(|t| t.split('&').next()).expect("a token"));
    let offer = ask(browser, "POST", "/session/second-factor", json!({}));
    let app = s.keep("a second factor", text(&offer["secret"]));
    let code = totp::code(&bytes(&app), totp::step(SystemClock.now()));
    let on = ask(browser, "POST", "/session/second-factor/confirm", json!({ "code": code }));
    on["codes"].as_array().expect("codes").iter().for_each(|c| drop(s.keep("a recovery code", text(c))));
    s.keep("a session", value(&browser.cookie));
    let mut waits = Browser { cookie: String::new(), ..browser.clone() };
    ask(&mut waits, "POST", "/session", json!({ "email": "owner@shop.test", "password": OWNER }));
    s.keep("a sign-in that waits", value(&waits.cookie));
    s.keep("what somebody typed in vain", TYPED);
    for body in [json!({ "email": "owner@shop.test", "password": TYPED }), json!({ "email": "owner@shop.test", "password": [TYPED] })] {
        let (status, said) = waits.send("POST", "/session", "application/json", &body.to_string()).expect("it answers");
        assert!((400..500).contains(&status) && !said.to_string().contains(TYPED), "{status} {said}");
    }
    // what ends a subscription stands in each of its mails and in the database, so that the next mail can hold it
    let sent = block_on(async {
        let store = store::Store::open(&place.url()).await.expect("the store opens");
        let workspace = store::workspace::get(&store).await.expect("reads").expect("one").id;
        let all = store::subscription::all(&store, &workspace).await.expect("reads");
        store.close().await;
        all
    });
    s.keep("a link to unsubscribe", sent[0].token.clone());
    s
}

/// Ids an answer names, one of each kind.
fn ids(said: &Value, found: &mut BTreeMap<String, String>) {
    match said {
        Value::String(id) => {
            if let Some((kind, rest)) = id.split_once('_').filter(|(kind, rest)| kind.len() <= 4 && rest.len() == 26) {
                found.insert(kind.to_owned(), format!("{kind}_{rest}"));
            }
        }
        Value::Array(all) => all.iter().for_each(|v| ids(v, found)),
        Value::Object(map) => map.values().for_each(|v| ids(v, found)),
        _ => {}
    }
}

/// All readings there are, each with every kind of id.
fn crawl(browser: &Browser, mut look: impl FnMut(&str, &[u8])) -> usize {
    let (_, described) = browser.clone().send("GET", "/openapi.json", "application/json", "").expect("it answers");
    let paths = described["paths"].as_object().expect("paths").iter().filter(|(path, item)| item.get("get").is_some() && !path.ends_with("/events"));
    let paths: Vec<String> = paths.map(|(path, _)| path.trim_start_matches("/api/v1").to_owned()).collect();
    let (mut found, mut said) = (BTreeMap::new(), 0);
    let mut ask = |path: &str, found: &mut BTreeMap<String, String>| {
        let all = answer(browser, "GET", path, "");
        let well = all.starts_with(b"HTTP/1.1 200");
        said += usize::from(well);
        look(path, &all);
        let head = all.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| at + 4);
        if let Ok(document) = serde_json::from_slice(&all[head..]) {
            ids(&document, found);
        }
        well
    };
    for path in paths.iter().filter(|p| !p.contains('{')) {
        ask(path, &mut found);
    }
    let keys: Vec<String> = found.values().cloned().chain(["lifecycle".to_owned(), "orders".to_owned()]).collect();
    for path in paths.iter().filter(|p| p.contains('{')) {
        // the first it has something to say about
        let delivery = found.get("dlv").map_or("x", String::as_str);
        keys.iter().any(|id| ask(&path.replace("{id}", id).replace("{key}", id).replace("{delivery}", delivery), &mut BTreeMap::new()));
    }
    said
}

fn told_nowhere(engine: Engine) {
    let place = Place::new(engine);
    let port = listen();
    place.file("zhiyin.toml", &format!("[egress]\nallow = [\"127.0.0.1:{port}\"]\n"));
    // it says where people reach it, not where it listens
    let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").to_string();
    let server = start(place.at_home(["serve", "--json", "--listen", &address, "--origin", "http://crm.shop.test"]).env("RUST_LOG", "trace"));
    let said = server.first_line();
    let mut browser = Browser { address, ..Browser::default() };
    let setup = text(&said["setup"]);
    let setup = setup.split("token=").nth(1).expect("a token");
    browser.set_up(setup);
    browser.import("orders.csv", &orders(0, 5).0).expect("the file is in");
    let mut secrets = planted(&place, &mut browser, setup, port);

    let keys: Vec<String> = KEYS.iter().filter_map(|key| fs::read_to_string(place.data().join(key)).ok()).collect();
    assert!(!keys.is_empty(), "nothing was sealed");
    keys.iter().for_each(|key| drop(secrets.keep("a key of the data folder", key.trim())));

    // what is asked, and what is asked wrongly
    let mut looked = Looked::default();
    let answered = crawl(&browser, |path, all| looked.at(&secrets, ("the API", path), all, &[]));
    assert!(answered > 55, "only {answered} readings said anything");
    for (method, path, body) in [
        ("PUT", "/mail", json!({ "host": "other.zq6.test", "port": 587, "security": "starttls", "username": "crm", "from_address": "crm@shop.test" })),
        ("POST", "/mail/test", json!({})),
        ("PUT", "/workspace/sign-in/oidc", json!({ "issuer": format!("http://127.0.0.1:{port}"), "client_id": "another", "label": "Login" })),
        ("POST", "/session/code", json!({ "code": "000000" })),
        ("POST", "/unsubscribe", json!({ "token": "0".repeat(48) })),
        ("POST", "/tokens", json!({ "name": "", "role": "owner" })),
        ("POST", "/sql/run", json!({ "text": "SELECT * FROM tokens" })),
    ] {
        looked.at(&secrets, ("the API", path), &answer(&browser, method, path, &body.to_string()), &[]);
    }
    // files that go out, and the command line
    let (backup, everything, bundle) = (place.path("backup.zip"), place.path("everything.zip"), place.path("bundle.zip"));
    let file = |path: &Path| path.display().to_string();
    let commands: [Vec<String>; 7] = [
        vec!["backup".into(), "--json".into(), "--to".into(), file(&backup)],
        vec!["export".into(), "--json".into(), "--everything".into(), file(&everything)],
        vec!["export".into(), "-".into()],
        vec!["doctor".into(), "--bundle".into(), file(&bundle)],
        vec!["user".into(), "list".into(), "--json".into()],
        vec!["business".into(), "list".into(), "--json".into()],
        vec!["audit".into(), "verify".into(), "--json".into()],
    ];
    for command in commands {
        let said = run(place.at_home(command.iter().map(String::as_str)).env("RUST_LOG", "trace"));
        assert!(said.code == Some(0) || command[0] == "doctor", "{command:?}: {said:#?}");
        looked.at(&secrets, ("the command line", &command.join(" ")), said.out.as_bytes(), &[]);
        looked.at(&secrets, ("the log", &command.join(" ")), said.err.as_bytes(), &[]);
    }
    // in the store lie hashes and sealed texts; what ends a subscription lies there as it is
    let unsubscribe = ["a link to unsubscribe"];
    looked.unpacked(&secrets, "a backup", &backup, &unsubscribe);
    looked.unpacked(&secrets, "everything", &everything, &[]);
    looked.unpacked(&secrets, "the bundle", &bundle, &[]);
    looked.folder(&secrets, &place.data(), &unsubscribe);

    assert!(server.interrupt());
    let said = server.wait();
    assert!(said.err.contains("TRACE") && said.err.len() > 100_000, "the log is not at its most talkative: {} bytes", said.err.len());
    looked.at(&secrets, ("the log", "of the server"), said.err.as_bytes(), &[]);
    // the link a server prints at its first start is there to be read
    looked.at(&secrets, ("what the server prints", ""), said.out.as_bytes(), &["the set-up token"]);

    println!("{engine:?}: {} kinds, {} texts of {} KiB looked through, {answered} readings", secrets.0.len(), looked.texts, looked.bytes / 1024);
    assert!(secrets.0.len() >= 16, "{:?}", secrets.0.keys());
    assert_eq!(looked.found, Vec::<String>::new());
    let seen: Vec<&str> = looked.control.iter().copied().collect();
    let mut finds = vec!["a backup", "everything", "the API"];
    finds.extend((engine == Engine::Sqlite).then_some("the data folder"));
    assert!(finds.iter().all(|place| seen.contains(place)), "what stands in a name is found in {seen:?}");
}

/// The password of a database is in its address; what goes wrong there is told without it.
#[test]
fn the_password_of_the_database_is_not_told_when_it_does_not_answer() {
    let place = Place::sqlite();
    for command in [["serve", "--json"], ["doctor", "--json"]] {
        let said = run(place.zhiyin(command).env("RUST_LOG", "trace").arg("--data").arg(place.data()).args(["--store", "postgres://zhiyin:ZQ6-database@127.0.0.1:1/shop"]));
        assert!(said.code != Some(0) || command[0] == "doctor", "{said:#?}");
        assert!(!said.out.is_empty() && !said.out.contains("ZQ6-database") && !said.err.contains("ZQ6-database"), "{said:#?}");
    }
}
