//! Killed anywhere: at every failpoint once, and 200 times at random. What was acknowledged is there, once; the rest is
//! whole or absent; ledger = lake; and the next import works (promises.md 1).

use super::{json, run, zhiyin};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use store::Store;

const ROWS: usize = 40;

/// A business on one of the two databases.
struct Business {
    folder: tempfile::TempDir,
    store: Option<String>,
    runtime: tokio::runtime::Runtime,
}

/// What an import's rows must be after it: whole, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Whole,
    Absent,
    Either,
}

impl Business {
    fn sqlite() -> Business {
        Business::new(None)
    }

    /// On a PostgreSQL of our own; `None`, said plainly, where none is installed.
    fn postgres() -> Option<Business> {
        match testkit::postgres::database() {
            Ok(url) => Some(Business::new(Some(url))),
            Err(e) => {
                println!("no PostgreSQL here ({e}); this check is left out");
                None
            }
        }
    }

    fn new(store: Option<String>) -> Business {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        Business { folder, store, runtime }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = zhiyin();
        command.arg(name).arg("--data").arg(self.data());
        if let Some(store) = &self.store {
            command.arg("--store").arg(store);
        }
        command
    }

    /// The file of the n-th import.
    fn file(&self, number: usize) -> PathBuf {
        let path = self.folder.path().join(format!("orders-{number}.csv"));
        let mut text = String::from("order_id,customer_id,order_time,paid\n");
        for row in 0..ROWS {
            text.push_str(&format!("{},K{:02},2026-05-{:02} 10:00:00,{}.{row:02}\n", order(number, row), row % 11, 1 + row % 28, number + 1));
        }
        fs::write(&path, text).expect("a file");
        path
    }

    fn import(&self, number: usize) -> Command {
        let mut command = self.command("import");
        command.arg("--orders").arg(self.file(number)).args(["--yes", "--json"]);
        command
    }

    fn url(&self) -> String {
        self.store.clone().unwrap_or_else(|| format!("sqlite:{}", self.data().join("zhiyin.db").display()))
    }

    /// How often each order is in the lake, and what the ledger says was accepted.
    fn look(&self) -> (HashMap<u64, usize>, u64) {
        self.runtime.block_on(async {
            let store = Store::open(&self.url()).await.expect("the database opens");
            let mut orders: HashMap<u64, usize> = HashMap::new();
            if store::catalog::head(&store).await.expect("a head") >= 0 {
                let snapshot = store::catalog::snapshot(&store, None).await.expect("a snapshot");
                let lake = lake::Lake::open(&self.data().join("lake"), &snapshot).expect("every named file is there and whole");
                lake.each_order(|key, _, _| *orders.entry(key).or_default() += 1).expect("the lake reads");
            }
            let ledger = store::import::list(&store, None, 100_000).await.expect("the ledger reads");
            let accepted = ledger.iter().filter(|i| i.status == store::import::Status::Committed).map(|i| i.counts.accepted).sum();
            store.close().await;
            (orders, accepted)
        })
    }

    /// 0 lost, 0 doubled, 0 half, ledger = lake.
    fn check(&self, fates: &[Fate]) {
        let (orders, accepted) = self.look();
        assert!(orders.values().all(|n| *n == 1), "an order is in twice");
        assert_eq!(accepted, orders.len() as u64, "ledger and lake differ");
        for (number, fate) in fates.iter().enumerate() {
            let there = (0..ROWS).filter(|row| orders.contains_key(&domain::id::key64(&order(number, *row)))).count();
            let fits = match fate {
                Fate::Whole => there == ROWS,
                Fate::Absent => there == 0,
                Fate::Either => there == 0 || there == ROWS,
            };
            assert!(fits, "import {number} should be {fate:?} and has {there} of {ROWS} rows");
        }
    }
}

fn order(number: usize, row: usize) -> String {
    format!("C{number:05}-{row:03}")
}

/// Dies at the failpoint; nothing or everything happened; the same import again is in once.
fn every_failpoint(business: &Business) {
    assert!(run(&mut business.import(0)).status.success());
    let mut fates = vec![Fate::Whole];
    let flow = flow::ingest::FAILPOINTS.iter().filter(|p| !p.starts_with("job"));
    let points: Vec<&str> = flow.chain(store::FAILPOINTS.iter().filter(|p| p.starts_with("store.commit"))).copied().collect();
    assert!(points.len() >= 8, "{points:?}");
    for (number, point) in (1..).zip(points) {
        let died = run(business.import(number).env("ZHIYIN_FAILPOINT", point));
        assert_eq!(died.status.code(), None, "{point} was not reached: {}", String::from_utf8_lossy(&died.stderr));
        let committed = matches!(point, "store.commit.done" | "after-commit");
        fates.push(if committed { Fate::Whole } else { Fate::Absent });
        business.check(&fates);
        let begun = Instant::now();
        let again = run(&mut business.import(number));
        assert!(again.status.success(), "{point}: {}", String::from_utf8_lossy(&again.stderr));
        assert!(begun.elapsed() < Duration::from_secs(5), "{point}: not ready again in 5 s");
        let said = json(&again);
        assert_eq!(said["accepted"], if committed { 0 } else { ROWS }, "{point}");
        if let Some(fate) = fates.last_mut() {
            *fate = Fate::Whole;
        }
        business.check(&fates);
    }
    undo_failpoints(business, fates);
    job_failpoints(business);
}

fn undo_failpoints(business: &Business, mut fates: Vec<Fate>) {
    let number = fates.len();
    for point in store::FAILPOINTS.iter().filter(|p| p.starts_with("store.undo")) {
        let said = json(&run(&mut business.import(number)));
        let id = said["import"].as_str().expect("an import").to_owned();
        let died = run(business.command("import").args(["--undo", &id]).env("ZHIYIN_FAILPOINT", point));
        assert_eq!(died.status.code(), None, "{point} was not reached");
        fates.truncate(number);
        fates.push(if *point == "store.undo.done" { Fate::Absent } else { Fate::Whole });
        business.check(&fates);
        if *point != "store.undo.done" {
            assert!(run(business.command("import").args(["--undo", &id])).status.success(), "{point}");
        }
        fates.truncate(number);
        fates.push(Fate::Absent);
        business.check(&fates);
    }
}

/// A server that dies with a job in hand leaves the job to the next one.
fn job_failpoints(business: &Business) {
    for (number, point) in (900..).zip(["store.job.claimed", "job-effect-before-done"]) {
        assert!(run(&mut business.import(number)).status.success());
        let mut serve = business.command("serve");
        serve.args(["--listen", "127.0.0.1:0"]).env("ZHIYIN_FAILPOINT", point).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = serve.spawn().expect("the server starts");
        let begun = Instant::now();
        let died = loop {
            if let Some(status) = server.try_wait().expect("a status") {
                break status;
            }
            if begun.elapsed() > Duration::from_secs(60) {
                server.kill().expect("it ends");
                panic!("{point} was not reached");
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(died.code(), None, "{point}");
        business.runtime.block_on(async {
            let store = Store::open(&business.url()).await.expect("the database opens");
            let held = store::job::list(&store, store::job::State::Running, 10).await.expect("jobs");
            assert!(!held.is_empty(), "{point}: the job is lost");
            // an hour later its lease is over and another worker has it
            let later = domain::clock::Instant(held[0].created_at.0 + 3_600_000_000);
            let lease = domain::clock::Instant(later.0 + 1_000_000);
            let job = store::job::claim(&store, "another", later, lease).await.expect("claims").expect("a job");
            store::job::done(&store, &job, "another", later, None).await.expect("done");
            store.close().await;
        });
    }
}

/// Killed at a random moment, again and again.
fn random_kills(business: &Business) {
    let kills: usize = std::env::var("ZHIYIN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let seed: u64 = std::env::var("ZHIYIN_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}");
    let mut chance = testkit::chance::Chance::new(seed);
    let begun = Instant::now();
    assert!(run(&mut business.import(0)).status.success());
    let whole = begun.elapsed();
    let (mut fates, mut acknowledged, mut survived) = (vec![Fate::Whole], 0usize, 0usize);
    let limit = Duration::from_secs(150);
    let begun = Instant::now();
    for number in 1..=kills {
        let mut child = business.import(number).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        // mostly inside the import, sometimes after its end
        std::thread::sleep(whole.mul_f64(0.2 + chance.unit()));
        child.kill().expect("it ends");
        let fine = child.wait().expect("a status").success();
        acknowledged += usize::from(fine);
        survived += 1;
        fates.push(if fine { Fate::Whole } else { Fate::Either });
        if number % 25 == 0 {
            business.check(&fates);
        }
        if begun.elapsed() > limit {
            println!("stopped after {survived} kills: this machine is slow today");
            break;
        }
    }
    business.check(&fates);
    println!("{survived} kills, {acknowledged} imports acknowledged before theirs");
    // and everything goes on: each import again, and all are there once
    let last = fates.len() - 1;
    for number in [1, last / 2, last] {
        assert!(run(&mut business.import(number)).status.success());
        if let Some(fate) = fates.get_mut(number) {
            *fate = Fate::Whole;
        }
    }
    business.check(&fates);
    assert!(leftovers(&business.data().join("lake")) > 0, "some kills should have hit after files were written");
}

/// Parquet files on disk.
fn leftovers(lake: &Path) -> usize {
    let tables = fs::read_dir(lake.join("main")).map(|d| d.flatten().map(|e| e.path()).collect::<Vec<_>>()).unwrap_or_default();
    tables.iter().filter_map(|t| fs::read_dir(t).ok()).map(Iterator::count).sum()
}

#[test]
fn every_failpoint_on_sqlite() {
    every_failpoint(&Business::sqlite());
}

#[test]
fn every_failpoint_on_postgres() {
    if let Some(business) = Business::postgres() {
        every_failpoint(&business);
    }
}

#[test]
fn random_kills_on_sqlite() {
    random_kills(&Business::sqlite());
}

#[test]
fn random_kills_on_postgres() {
    if let Some(business) = Business::postgres() {
        random_kills(&business);
    }
}
