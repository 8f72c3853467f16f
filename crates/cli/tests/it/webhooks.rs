//! Changes told by a server that dies at the worst places: each is told, and no two messages tell the same.

use crate::{
    failpoints::TOLD,
    files::orders,
    place::{Engine, Place},
    server::{Browser, Server},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// Customers of a file.
const CUSTOMERS: usize = 700;

#[test]
fn a_change_is_told_once_wherever_the_server_dies_on_sqlite() {
    dies(Engine::Sqlite);
}

#[test]
fn a_change_is_told_once_wherever_the_server_dies_on_postgres() {
    dies(Engine::Postgres);
}

/// `webhook-id` and body of everything that came, in order.
type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// Somebody on the loopback who takes everything.
fn listen() -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let words = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut all = Vec::new();
            let mut piece = [0; 65_536];
            while let Ok(n) = stream.read(&mut piece) {
                all.extend_from_slice(&piece[..n]);
                let text = String::from_utf8_lossy(&all).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { if n == 0 { break } else { continue } };
                let header = |name: &str| head.lines().find_map(|l| l.split_once(": ").filter(|(k, _)| k.eq_ignore_ascii_case(name))).map(|(_, v)| v.to_owned()).unwrap_or_default();
                if body.len() >= header("content-length").parse().unwrap_or(0) {
                    words.lock().expect("nobody panicked").push((header("webhook-id"), serde_json::from_str(body).expect("json")));
                    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok();
                    break;
                }
                if n == 0 {
                    break;
                }
            }
        }
    });
    (port, heard)
}

fn waits(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(90), "not yet: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Customers by the messages that told of them.
fn told(heard: &Heard) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, body) in heard.lock().expect("nobody panicked").iter() {
        for c in body["data"]["customers"].as_array().into_iter().flatten() {
            all.entry(c["id"].as_str().unwrap_or_default().to_owned()).or_default().insert(id.clone());
        }
    }
    all
}

fn dies(engine: Engine) {
    let place = Place::new(engine);
    let (port, heard) = listen();
    place.file("zhiyin.toml", &format!("[egress]\nallow = [\"127.0.0.1:{port}\"]\n"));
    let server = Server::start(&place);
    let mut browser = Browser { address: server.address.clone(), ..Browser::default() };
    browser.set_up(server.token.as_deref().expect("nobody is set up"));
    browser.import("orders.csv", &orders(0, 40).0).expect("the file is in");
    let ask = |browser: &mut Browser, path: &str, body: Value| {
        let (status, said) = browser.send("POST", path, "application/json", &body.to_string()).expect("it answers");
        assert_eq!(status, 201, "{said}");
    };
    ask(&mut browser, "/segments", json!({ "key": "buyers", "label": { "zh": "买家", "en": "Buyers" }, "rule_text": "net > 0" }));
    ask(&mut browser, "/webhooks", json!({ "url": format!("http://127.0.0.1:{port}/in"), "types": ["segment.entered"], "segments": ["buyers"] }));
    let look = browser.clone();
    waits("the first state is known", || {
        let (_, jobs) = look.clone().send("GET", "/jobs?kind=announce&state=done", "application/json", "").expect("it answers");
        jobs["items"][0]["id"].is_string()
    });
    server.die();
    for (n, point) in TOLD.iter().enumerate() {
        println!("{engine:?}: {point}");
        let file = place.file(&format!("orders-{n}.csv"), &orders(n + 1, CUSTOMERS).0);
        place.import(&file).ends(0);
        let mut dying = Server::start_to_die(&place, Some(point));
        let begun = Instant::now();
        while !dying.is_gone() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{point} was not passed");
            thread::sleep(Duration::from_millis(50));
        }
        let server = Server::start(&place);
        waits("everything is told", || told(&heard).len() == CUSTOMERS * (n + 1));
        thread::sleep(Duration::from_secs(2));
        server.die();
        let twice: Vec<String> = told(&heard).into_iter().filter(|(_, ids)| ids.len() != 1).map(|(c, _)| c).collect();
        assert_eq!(twice, Vec::<String>::new(), "told by two messages after dying at {point}");
    }
    // what was sent and not noted came again under its own name, nothing else did
    let ids: Vec<String> = heard.lock().expect("nobody panicked").iter().map(|(id, _)| id.clone()).collect();
    let different: BTreeSet<&String> = ids.iter().collect();
    assert!(ids.len() - different.len() <= 1, "{} of {}", different.len(), ids.len());
}
