//! `zhiyin export --everything` and `zhiyin import --everything`: out and in, on both databases, and dead anywhere on the way.

use crate::{
    files::{CUSTOMERS, SHOP_ORDERS},
    place::{Engine, Place, fed, run},
    world::orphans,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A small shop, and everything of it.
fn shop(engine: Engine) -> (Place, PathBuf, Value) {
    let place = Place::new(engine);
    let people = place.file("people.csv", CUSTOMERS);
    let orders = place.file("orders.csv", SHOP_ORDERS);
    let mut import = place.importing(&[orders]);
    run(import.arg("--customers").arg(people));
    let to = place.path("all.zip");
    let said = run(place.at_home(["export", "--json", "--everything"]).arg(&to)).ends(0).json();
    (place, to, said)
}

fn arriving(place: &Place, file: &Path) -> std::process::Command {
    let mut command = place.at_home(["import", "--json", "--everything"]);
    command.arg(file);
    command
}

fn customers(place: &Place) -> Value {
    run(&mut place.at_home(["segment", "--json", "--rule", "orders >= 0"])).ends(0).json()["customers"].clone()
}

#[test]
fn everything_goes_out_and_comes_in_on_both_databases() {
    for from in [Engine::Sqlite, Engine::Postgres] {
        let (_place, file, said) = shop(from);
        let rows = said["tables"]["customers"].as_u64().expect("a count");
        assert!(rows >= 4, "{said}");
        for to in [Engine::Sqlite, Engine::Postgres] {
            let there = Place::new(to);
            // looking makes nothing
            let looked = run(arriving(&there, &file).arg("--dry-run")).ends(0).json();
            assert_eq!((&looked["dry_run"], &looked["tables"]["customers"]), (&Value::Bool(true), &said["tables"]["customers"]));
            assert!(!there.data().exists() || to == Engine::Postgres);
            let came = run(&mut arriving(&there, &file)).ends(0).json();
            assert_eq!((&came["customers"], &came["compared"]["same"]), (&said["tables"]["customers"], &said["tables"]["classes"]), "{came}");
            let refused = run(&mut arriving(&there, &file)).ends(7);
            assert_eq!(refused.json()["error"]["code"], "everything.not_empty");
        }
    }
}

#[test]
fn a_folder_and_a_pipe_are_as_good_as_an_archive() {
    let (place, file, said) = shop(Engine::Sqlite);
    let folder = place.path("all");
    for format in ["csv", "xlsx", "jsonl", "parquet"] {
        std::fs::remove_dir_all(&folder).ok();
        run(place.at_home(["export", "--everything", "--format", format]).arg(&folder)).ends(0);
        assert!(folder.join("README.md").exists() && folder.join("SCHEMA.md").exists() && folder.join(format!("orders.{format}")).exists() && folder.join("definitions/schema.json").exists());
        let there = Place::sqlite();
        let came = run(&mut arriving(&there, &folder)).ends(0).json();
        assert_eq!(came["compared"]["same"], said["tables"]["classes"], "{format}: {came}");
    }
    // the definitions in it are what `apply` reads
    let there = Place::sqlite();
    let applied = run(there.at_home(["apply", "--json", "--dry-run"]).arg(folder.join("definitions"))).ends(0).json();
    assert_eq!(applied["created"].as_array().map(Vec::len), Some(0), "{applied}");
    let there = Place::sqlite();
    let bytes = std::fs::read(&file).expect("the archive");
    let came = fed(&mut there.at_home(["import", "--json", "--everything", "-"]), &bytes).ends(0).json();
    assert_eq!(came["customers"], said["tables"]["customers"]);
    let plan = run(place.at_home(["export", "--json", "--everything", "--dry-run"]).arg(place.path("never.zip"))).ends(0).json();
    assert!(plan["rows"].as_u64() > Some(0) && !place.path("never.zip").exists(), "{plan}");
    // a folder with something in it is left alone
    run(place.at_home(["export", "--everything"]).arg(&folder)).ends(7);
}

/// Places it passes, and whether everything is in when it dies there.
const PLACES: [(&str, bool); 5] =
    [("everything-staged", false), ("store.arrive.begun", false), ("store.arrive.filled", false), ("store.arrive.done", true), ("everything-arrived", true)];

#[test]
fn an_arrival_dies_anywhere_and_is_there_whole_or_not_at_all() {
    assert_eq!(flow::everything::FAILPOINTS, ["everything-staged", "everything-arrived"]);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (place, file, _) = shop(engine);
        let whole = customers(&place);
        for (point, is_in) in PLACES {
            let there = Place::new(engine);
            run(arriving(&there, &file).env("ZHIYIN_FAILPOINT", point)).aborted();
            if is_in {
                assert_eq!(customers(&there), whole, "{engine:?}: dead at {point}");
                run(&mut arriving(&there, &file)).ends(7);
            } else {
                run(&mut arriving(&there, &file)).ends(0);
                assert_eq!(customers(&there), whole, "{engine:?}: once more after dying at {point}");
            }
            // what the dead one left is nobody's, and goes with the sweep
            assert!(is_in && orphans(&there).is_empty() || !is_in, "{engine:?}: {point}");
            let kept: Vec<_> = std::fs::read_dir(there.data().join("tmp")).expect("a folder").flatten().map(|e| e.file_name()).collect();
            assert!(is_in || kept.is_empty(), "{engine:?}: {point} left {kept:?}");
        }
    }
}

#[test]
fn who_did_something_before_has_no_account_until_somebody_makes_one() {
    let place = Place::sqlite();
    let server = crate::server::Server::start(&place);
    let mut browser = crate::server::Browser { address: server.address.clone(), cookie: String::new() };
    browser.set_up(server.token.as_deref().expect("a first start"));
    browser.import("orders.csv", SHOP_ORDERS).expect("it comes in");
    let first = browser.send("GET", "/customers?limit=1", "application/json", "").expect("it answers").1["items"][0]["id"].as_str().expect("an id").to_owned();
    let (status, said) = browser.send("POST", &format!("/customers/{first}/notes"), "application/json", "{\"body\": \"regular\"}").expect("it answers");
    assert_eq!(status, 201, "{said}");
    server.die();
    let to = place.path("all.zip");
    run(place.at_home(["export", "--json", "--everything"]).arg(&to)).ends(0);
    let there = Place::sqlite();
    let came = run(&mut arriving(&there, &to)).ends(0).json();
    assert_eq!(came["people_without_account"], 1, "{came}");
    // nobody can be given a password, and the first start still asks for an owner
    let refused = fed(&mut there.at_home(["user", "password", "--json"]), b"correct horse battery\n").ends(5).json();
    assert_eq!(refused["error"]["code"], "user.not_found", "{refused}");
    let server = crate::server::Server::start(&there);
    let mut browser = crate::server::Browser { address: server.address.clone(), cookie: String::new() };
    browser.set_up(server.token.as_deref().expect("a first start"));
    // only who wrote a note may write it anew
    let note = said["id"].as_str().expect("an id");
    let (status, said) = browser.send("PUT", &format!("/notes/{note}"), "application/json", "{\"body\": \"still a regular\"}").expect("it answers");
    assert_eq!(status, 200, "what they wrote is theirs: {said}");
}
