//! The process dies at each place that has a name. Afterwards either everything or nothing of what it did is there, and the
//! same again does it exactly once.

use crate::{
    files::{Lot, dirty_orders},
    place::{Engine, Place, run},
    world::{World, age, orphans},
};
use serde_json::Value;
use std::{collections::BTreeSet, path::PathBuf};

/// Places an import passes, and whether it is in when it dies there.
const IMPORT: &[(&str, bool)] = &[
    ("staged-written", false),
    ("staged-synced", false),
    ("before-commit", false),
    ("store.commit.begun", false),
    ("store.commit.catalog", false),
    ("store.commit.customers", false),
    ("store.commit.ledger", false),
    ("store.commit.done", true),
    ("after-commit", true),
];
/// Places an undo passes, and whether the import is out when it dies there.
const UNDO: &[(&str, bool)] =
    &[("store.undo.begun", false), ("store.undo.catalog", false), ("store.undo.people", false), ("store.undo.done", true)];
/// Places the server's worker passes (`server.rs`).
pub const WORK: &[&str] = &["store.job.claimed", "job-effect-before-done"];
/// Places an export passes in a server (`jobs.rs`).
pub const EXPORT: &[&str] = &["job-export-begun", "job-export-written"];
/// The place a file of records passes in a server when its rows are written and not committed (`jobs.rs`).
pub const RECORDS: &str = "job-records-written";
/// Places a change passes on its way to a webhook (`webhooks.rs`).
pub const TOLD: &[&str] = &["webhook-announce-before-commit", "webhook-announced", "webhook-before-send", "webhook-sent-before-noted"];
/// Places no command passes; the store's own tests die there.
const ELSEWHERE: &[&str] = &["store.merge.written", "store.merge.done"];
/// The place a compaction passes in a server (`server.rs`).
pub const COMPACTION: &str = "store.compact.catalog";
/// Places everything of a business passes as it comes in (`everything.rs`).
const ARRIVAL: &[&str] = &["store.arrive.begun", "store.arrive.filled", "store.arrive.done"];

/// Customers of a file's own.
const CUSTOMERS: usize = 40;
/// Rows of a file that come in; besides there are one without a customer and one that is there twice.
const ACCEPTED: u64 = CUSTOMERS as u64 * 2 + 1;

#[test]
fn every_failpoint_has_its_test() {
    let here: BTreeSet<&str> = IMPORT.iter().chain(UNDO).map(|(name, _)| *name).chain(WORK.iter().chain(EXPORT).chain(TOLD).chain(ELSEWHERE).chain(ARRIVAL).chain(&[COMPACTION, RECORDS]).copied()).collect();
    let all: BTreeSet<&str> = store::FAILPOINTS.iter().chain(flow::ingest::FAILPOINTS).chain(flow::jobs::FAILPOINTS).copied().collect();
    assert_eq!(here, all);
}

#[test]
fn an_import_dies_anywhere_on_sqlite() {
    imports_die(Engine::Sqlite);
}

#[test]
fn an_import_dies_anywhere_on_postgres() {
    imports_die(Engine::Postgres);
}

#[test]
fn an_undo_dies_anywhere_on_sqlite() {
    undos_die(Engine::Sqlite);
}

#[test]
fn an_undo_dies_anywhere_on_postgres() {
    undos_die(Engine::Postgres);
}

fn file(place: &Place, n: usize) -> (PathBuf, Lot) {
    let (text, lot) = dirty_orders(n, CUSTOMERS);
    (place.file(&format!("orders-{n}.csv"), &text), lot)
}

/// What must be there once `lot` is in as file `n`.
fn with(before: &World, n: usize, lot: Lot, import: &str) -> World {
    let mut after = before.clone();
    after.snapshot += 1;
    after.committed.push(import.to_owned());
    after.files.insert(n, lot);
    after.customers += CUSTOMERS as u64;
    after.quarantined += 1;
    *after.rows.get_mut("orders").expect("a table of orders") += ACCEPTED;
    after
}

fn committed(said: &Value) -> String {
    assert_eq!(said["accepted"], ACCEPTED, "{said}");
    assert_eq!((&said["quarantined"], &said["duplicates"], &said["rows_in"]), (&1.into(), &1.into(), &(ACCEPTED + 2).into()), "{said}");
    assert!(said["snapshot"].is_i64(), "{said}");
    said["import"].as_str().expect("an import id").to_owned()
}

fn imports_die(engine: Engine) {
    let place = Place::new(engine);
    let (base, lot) = file(&place, 0);
    committed(&place.import(&base).ends(4).json());
    let mut before = World::of(&place);
    assert_eq!(before.files.get(&0), Some(&lot));
    for (n, (point, whole)) in IMPORT.iter().enumerate().map(|(i, p)| (i + 1, p)) {
        println!("{engine:?}: {point}");
        let (orders, lot) = file(&place, n);
        let died = run(place.importing(std::slice::from_ref(&orders)).env("ZHIYIN_FAILPOINT", point)).aborted();
        assert!(!died.acknowledged(), "said it is in before it was over: {died:#?}");
        let left = World::of(&place);
        let lost = orphans(&place);
        let fresh = left.committed.last().cloned().unwrap_or_default();
        assert_eq!(left, if *whole { with(&before, n, lot, &fresh) } else { before.clone() }, "after dying at {point}");
        assert!(!*whole || lost.is_empty(), "{lost:?} unnamed though everything is in");
        assert!(*point == "staged-written" || *whole || !lost.is_empty(), "nothing was written before {point}");
        lost.iter().for_each(|p| age(p));
        let said = place.import(&orders).ends(4).json();
        let after = if *whole {
            assert_eq!((&said["already"], &said["import"], &said["accepted"]), (&true.into(), &fresh.into(), &0.into()), "{said}");
            left
        } else {
            with(&before, n, lot, &committed(&said))
        };
        assert_eq!(World::of(&place), after, "the same again after dying at {point}");
        assert_eq!(orphans(&place), Vec::<PathBuf>::new(), "what the dead import left was not swept");
        before = after;
    }
    let said = place.import(&base).ends(4).json();
    assert_eq!(said["already"], true, "{said}");
    assert_eq!(World::of(&place), before, "the first file once more");
    healthy(&place, &before);
}

fn undos_die(engine: Engine) {
    let place = Place::new(engine);
    let (first, second) = (file(&place, 0), file(&place, 1));
    committed(&place.import(&first.0).ends(4).json());
    let alone = World::of(&place);
    let import = committed(&place.import(&second.0).ends(4).json());
    let both = World::of(&place);
    assert_eq!(both, with(&alone, 1, second.1, &import));
    let out = World { snapshot: both.snapshot + 1, ..alone.clone() };
    for (point, whole) in UNDO {
        println!("{engine:?}: {point}");
        run(place.at_home(["import", "--undo", &import, "--json"]).env("ZHIYIN_FAILPOINT", point)).aborted();
        assert_eq!(World::of(&place), if *whole { out.clone() } else { both.clone() }, "after dying at {point}");
    }
    let again = run(&mut place.at_home(["import", "--undo", &import, "--json"])).ends(7);
    assert_eq!(again.json()["error"]["code"], "import.state", "{again:#?}");
    assert_eq!(World::of(&place), out);
    // what was taken back may come in again
    let import = committed(&place.import(&second.0).ends(4).json());
    assert_eq!(World::of(&place), with(&out, 1, second.1, &import));
    healthy(&place, &with(&out, 1, second.1, &import));
}

/// `doctor` finds nothing broken and counts the same rows; `segment` counts the same customers.
#[track_caller]
pub fn healthy(place: &Place, world: &World) {
    let doctor = run(&mut place.at_home(["doctor", "--json", "--lang", "en"]));
    let checks = doctor.json()["checks"].as_array().cloned().unwrap_or_default();
    assert!(checks.iter().all(|c| c["state"] != "broken"), "{checks:#?}");
    let rows: u64 = world.rows.values().sum();
    let lake = format!("lake snapshot {}:", world.snapshot);
    let found = checks.iter().filter_map(|c| c["what"].as_str()).find(|what| what.starts_with(&lake));
    assert!(found.is_some_and(|what| what.ends_with(&format!(" {rows} rows"))), "{checks:#?}");
    let rules = ["orders = 2", "orders >= 1", "net > 0"];
    let said = run(&mut place.at_home(["segment", "--json", "--rule", rules[0], "--rule", rules[1], "--rule", rules[2]])).ends(0).json();
    let counts: Vec<u64> = said["rules"].as_array().into_iter().flatten().filter_map(|r| r["count"].as_u64()).collect();
    // everybody bought twice, but the one customer whom every file knows
    let regular = world.files.values().filter(|l| l.orders % 2 == 1).count() as u64;
    let twice = world.customers - u64::from(regular > 0) + u64::from(regular == 2);
    assert_eq!(counts, [twice, world.customers, world.customers], "{said}");
    assert_eq!(said["customers"], world.customers, "{said}");
}
