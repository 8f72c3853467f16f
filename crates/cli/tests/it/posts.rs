//! `kill -9` while programs post: every row that was acknowledged is in the lake once, every other post is there as a whole or not at all.

use crate::{
    files::Lot,
    place::{Engine, Place, block_on, start},
    server::{Browser, Server},
    world::World,
};
use domain::clock::{self, Clock, SystemClock};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use store::{Store, job};
use testkit::chance::Chance;

/// Servers killed, half on each database, if `ZHIYIN_POST_KILLS` does not say how many.
const KILLS: usize = 100;
/// Programs that post at the same time.
const PROGRAMS: usize = 4;
/// Orders of a post.
const ORDERS: i64 = 3;
/// A server lives for at most so many posts.
const MOST_POSTS: usize = 12;
/// And at most so many milliseconds more.
const LONGEST: f64 = 60.0;

#[test]
fn random_kills_while_programs_post_on_sqlite() {
    besieged(Engine::Sqlite, 0);
}

#[test]
fn random_kills_while_programs_post_on_postgres() {
    besieged(Engine::Postgres, 1);
}

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |text| text.parse().unwrap_or_else(|e| panic!("{name}={text}: {e}")))
}

/// What is there of post `n`.
fn lot(n: usize) -> Lot {
    post(n).1
}

/// Post `n`: three orders of one new customer.
fn post(n: usize) -> (Value, Lot) {
    let order = |k: i64| json!({ "number": format!("D{n}-{k}"), "at": "2026-03-01T10:00:00Z", "paid": n as i64 % 90 + k + 1, "customer": { "id": format!("P{n}") } });
    let paid = (0..ORDERS).map(|k| (n as i64 % 90 + k + 1) * 100).sum();
    (json!((0..ORDERS).map(order).collect::<Vec<_>>()), Lot { orders: ORDERS, numbers: ORDERS, paid })
}

fn besieged(engine: Engine, stream: u64) {
    let seed = number("ZHIYIN_SEED", u64::from(std::process::id()));
    let kills = number("ZHIYIN_POST_KILLS", KILLS as u64).div_ceil(2) as usize;
    println!("{engine:?}: {kills} servers to kill, ZHIYIN_SEED={seed}");
    let mut chance = Chance::new(seed.wrapping_mul(2) + stream);
    let place = Place::new(engine);
    let mut browser = Browser::default();
    let next = Arc::new(AtomicUsize::new(0));
    let said = Arc::new(Mutex::new(BTreeSet::new()));
    let mut slowest = Duration::ZERO;
    for kill in 0..kills {
        let begun = Instant::now();
        let server = Server::start(&place);
        slowest = slowest.max(begun.elapsed());
        browser.address = server.address.clone();
        if let Some(token) = &server.token {
            browser.set_up(token);
        }
        let over = Arc::new(AtomicBool::new(false));
        let programs: Vec<_> = (0..PROGRAMS)
            .map(|program| {
                let (mut browser, next, said, over) = (browser.clone(), Arc::clone(&next), Arc::clone(&said), Arc::clone(&over));
                thread::spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        let Ok((status, answer)) = browser.send("POST", "/orders", "application/json", &post(n).0.to_string()) else {
                            thread::sleep(Duration::from_millis(2));
                            continue;
                        };
                        assert_eq!((status, &answer["accepted"]), (202, &json!(ORDERS)), "{answer}");
                        said.lock().expect("nobody panics here").insert(n);
                        // moves are under way while it is killed
                        if program == 0 {
                            browser.send("POST", "/inbox/move", "application/json", "{}").ok();
                        }
                    }
                })
            })
            .collect();
        // it lives for some posts, however fast the machine is, and then an instant that nobody chose
        let posts = || said.lock().expect("nobody panics here").len();
        let (before, lives_for) = (posts(), if kill == 0 { MOST_POSTS } else { (chance.unit() * (MOST_POSTS + 1) as f64) as usize });
        while posts() - before < lives_for {
            assert!(begun.elapsed() < Duration::from_secs(120), "nothing is acknowledged");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_secs_f64(chance.unit() * LONGEST / 1_000.0));
        // now and then a move comes to its end before the server does
        let upto = if kill % 8 == 7 { Duration::from_secs(5) } else { Duration::ZERO };
        let (asked, moves) = (Instant::now(), last_move(&mut browser));
        while asked.elapsed() < upto && last_move(&mut browser) == moves {
            thread::sleep(Duration::from_millis(20));
        }
        server.die();
        over.store(true, Ordering::Relaxed);
        // so that the next one moves what waits, and is killed while it does
        block_on(run_out(&place));
        programs.into_iter().for_each(|p| p.join().expect("a program met only a server that was gone"));
    }
    let said = said.lock().expect("nobody panics here").clone();
    let world = moved(&place, &mut browser);
    let tried = next.load(Ordering::Relaxed);
    for n in 0..tried {
        match world.files.get(&n) {
            Some(there) => assert_eq!(*there, post(n).1, "post {n} is not whole or more than once there"),
            None => assert!(!said.contains(&n), "post {n} was acknowledged and is lost"),
        }
    }
    let whole = world.files.len();
    assert_eq!((world.customers, world.orders()), (whole as u64, whole as u64 * ORDERS as u64));
    println!("{engine:?}: {kills} servers killed; {} posts of {tried} were acknowledged, {whole} are in, by {} moves; ready within {slowest:?}", said.len(), world.committed.len());
    assert!(said.len() > kills && said.len() < tried && world.committed.len() > 1, "the kills came too early or too late to show anything");
}

/// The import that was moved last.
fn last_move(browser: &mut Browser) -> Value {
    browser.send("GET", "/inbox", "application/json", "").map(|(_, said)| said["last"]["import"].clone()).unwrap_or_default()
}

/// The lease of a worker that was killed runs out.
async fn run_out(place: &Place) {
    let store = Store::open(&place.url()).await.expect("the store opens");
    let later = clock::Instant(SystemClock.now().0 + 3_600_000_000);
    while let Some(left) = job::claim(&store, "test", later, later).await.expect("the jobs answer") {
        job::done(&store, &left, "test", later, None).await.expect("the job ends");
    }
    store.close().await;
}

/// The world once everything that waited is moved.
fn moved(place: &Place, browser: &mut Browser) -> World {
    block_on(run_out(place));
    let server = Server::start(place);
    browser.address = server.address.clone();
    let begun = Instant::now();
    loop {
        let (_, now) = browser.send("POST", "/inbox/move", "application/json", "{}").expect("it answers");
        if now["waiting"] == 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "it is never moved: {now}");
        thread::sleep(Duration::from_millis(200));
    }
    drop(server);
    World::of(place)
}

/// Places a post and a move pass, and whether what was posted is there when the server dies there.
const POINTS: &[(&str, bool)] = &[("inbox-written", false), ("inbox-acknowledged", true), ("inbox-begun", true)];

#[test]
fn a_post_and_a_move_die_anywhere() {
    let named: BTreeSet<&str> = POINTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, flow::inbox::FAILPOINTS.iter().copied().collect());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for (point, there) in POINTS {
            let place = Place::new(engine);
            let mut browser = Browser::default();
            let first = Server::start(&place);
            browser.address = first.address.clone();
            browser.set_up(first.token.as_deref().expect("nobody is set up"));
            first.die();

            let child = start(place.at_home(["serve", "--json", "--listen", "127.0.0.1:0"]).env("ZHIYIN_FAILPOINT", point));
            browser.address = child.first_line()["address"].as_str().and_then(|a| a.strip_prefix("http://")).expect("an address").to_owned();
            let post = |browser: &mut Browser, n| browser.send("POST", "/orders", "application/json", &post(n).0.to_string());
            let answer = post(&mut browser, 1);
            assert_eq!(answer.is_ok(), *point == "inbox-begun", "{point}: {answer:?}");
            browser.send("POST", "/inbox/move", "application/json", "{}").ok();
            child.within(Duration::from_secs(30)).unwrap_or_else(|late| panic!("{point} was not passed: {late:#?}")).aborted();

            let world = moved(&place, &mut browser);
            let expected: BTreeMap<usize, Lot> = there.then(|| (1, lot(1))).into_iter().collect();
            assert_eq!(world.files, expected, "{engine:?}: {point}");
        }
    }
}
