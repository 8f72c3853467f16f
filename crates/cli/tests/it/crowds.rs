//! Two hundred at the door and twenty bombs at the desk: who reads meanwhile is answered, who comes in vain is told to come again, and
//! memory has its bounds. How long a reading took is printed and decides nothing but that there is an answer.

use crate::{
    files::orders,
    place::Place,
    server::{Browser, Server},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    sync::{Barrier, atomic::{AtomicBool, Ordering}},
    thread,
    time::{Duration, Instant},
};

/// Memory a crowd at the door may take, in MiB: two passwords at a time, and two hundred connections.
const DOOR: u64 = 100;
/// … and a crowd at the desk: two questions at a time, a quarter of a gigabyte each.
const DESK: u64 = 2 * 256 + 150;

/// What somebody sends from an address of their own; status and head of the answer. `None`: they went away before there was one.
fn send((n, body): (usize, &str), browser: &Browser, path: &str, patience: Duration) -> Option<(u16, String)> {
    let (address, cookie) = (&browser.address, &browser.cookie);
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(patience)).expect("a limit");
    let length = body.len();
    write!(
        stream,
        "POST /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: 198.51.100.{n}\r\nCookie: {cookie}\r\nX-Zhiyin-Csrf: 1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let status = text.split(' ').nth(1)?.parse().ok()?;
    Some((status, text.to_lowercase()))
}

/// Reads until told to stop; how long each reading took, the longest last.
fn reads(browser: &Browser, over: &AtomicBool) -> Vec<Duration> {
    let mut took = Vec::new();
    loop {
        for path in ["/healthz", "/segments", "/overview"] {
            let begun = Instant::now();
            let (status, said) = browser.clone().send("GET", path, "application/json", "").expect("it answers");
            assert_eq!(status, 200, "{path}: {said}");
            took.push(begun.elapsed());
        }
        if over.load(Ordering::Relaxed) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    took.sort();
    took
}

/// A crowd that sends all at once; what each was told, by status, while somebody reads.
fn crowd(browser: &Browser, path: &str, bodies: Vec<String>, patience: Duration) -> BTreeMap<Option<u16>, Vec<String>> {
    let (over, ready) = (AtomicBool::new(false), Barrier::new(bodies.len()));
    let (told, took) = thread::scope(|scope| {
        let reading = scope.spawn(|| reads(browser, &over));
        let each: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(n, body)| {
                let ready = &ready;
                scope.spawn(move || {
                    ready.wait();
                    send((n, body), browser, path, patience)
                })
            })
            .collect();
        let mut told: BTreeMap<Option<u16>, Vec<String>> = BTreeMap::new();
        for one in each {
            let (status, head) = one.join().expect("nobody panicked").unzip();
            told.entry(status).or_default().extend(head);
        }
        over.store(true, Ordering::Relaxed);
        (told, reading.join().expect("every reading is answered"))
    });
    let part = |of: usize| took[(took.len() * of / 100).min(took.len() - 1)];
    println!("{path}: {:?}; {} readings, half within {:?}, 99 % within {:?}, all within {:?}", told.iter().map(|(s, all)| (s, all.len())).collect::<Vec<_>>(), took.len(), part(50), part(99), part(100));
    told
}

#[test]
fn a_crowd_takes_its_own_time_and_nobody_elses() {
    let place = Place::sqlite();
    // behind a proxy, so that each is somebody else and nobody is braked
    let server = Server::launched(&mut place.at_home(["serve", "--json", "--listen", "127.0.0.1:0", "--proxies", "1"]));
    let mut browser = Browser { address: server.address.clone(), ..Browser::default() };
    browser.set_up(server.token.as_deref().expect("nobody is set up"));
    browser.import("orders.csv", &orders(0, 60).0).expect("the file is in");
    browser.send("GET", "/overview", "application/json", "").expect("it answers");
    let before = server.peak();

    let guess = |n: usize| json!({ "email": format!("somebody-{n}@shop.test"), "password": "not the password" }).to_string();
    let told = crowd(&browser, "/session", (0..200).map(guess).collect(), Duration::from_secs(60));
    assert!(told.keys().all(|s| matches!(s, Some(401 | 503))), "{:?}", told.keys());
    assert!(told[&Some(401)].len() >= 34, "{} were looked at", told[&Some(401)].len());
    let busy = &told[&Some(503)];
    assert!(busy.iter().all(|head| head.contains("\r\nretry-after: 2\r\n") && head.contains("server.busy")), "{busy:?}");
    // whoever sends and goes away does not make room for more at a time
    for wave in 1..4 {
        crowd(&browser, "/session", (200 * wave..200 * (wave + 1)).map(guess).collect(), Duration::from_millis(1));
    }
    let door = server.peak();
    println!("the door: {before} MiB before, {door} MiB at most");
    assert!(door < before + DOOR, "{before} MiB before the crowd at the door, {door} MiB at most");

    let cross = "features a, features b, features c, features d, features e";
    let bombs: Vec<String> = [
        "SELECT a.customer, b.customer, c.customer, d.customer, e.customer FROM {} ORDER BY a.net * e.net DESC, b.net DESC",
        "SELECT DISTINCT a.net + b.net, c.net + d.net, e.net FROM {}",
        "SELECT a.net, b.net, c.net, count(DISTINCT d.net + e.net) FROM {} GROUP BY a.net, b.net, c.net",
        "SELECT row_number() OVER (PARTITION BY a.net ORDER BY b.net, c.net, d.net, e.net) FROM {} ORDER BY 1 DESC",
    ]
    .iter()
    .cycle()
    .take(20)
    .map(|text| json!({ "text": text.replace("{}", cross) }).to_string())
    .collect();
    let told = crowd(&browser, "/sql/run", bombs, Duration::from_secs(4));
    assert!(told.keys().all(|s| matches!(s, None | Some(422))), "{:?}", told.keys());
    let desk = server.peak();
    println!("the desk: {desk} MiB at most");
    assert!(desk < door + DESK, "{door} MiB before the bombs, {desk} MiB at most");
    // they went away: their places are free
    let count = json!({ "text": "SELECT count(*) FROM customers" }).to_string();
    let begun = Instant::now();
    loop {
        let (status, said) = browser.send("POST", "/sql/run", "application/json", &count).expect("it answers");
        if status == 200 {
            break assert_eq!(said["rows"][0][0]["value"], 60);
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{said}");
    }
}
