//! `--dry-run`: says what would happen, and nothing is different afterwards; on a fresh place nothing is there at all.

use crate::{
    files::{SHOP_ORDERS, dirty_orders, orders},
    place::{Answer, Engine, Place, block_on, run},
    world::{World, orphans},
};
use std::{fs, path::PathBuf, process::Command};

/// Nothing of ours lies in the folder or the database.
#[track_caller]
fn nothing(place: &Place) {
    assert!(!place.data().exists(), "a data folder was made");
    assert!(!block_on(store::Store::exists(&place.url())).expect("the place can be looked at"), "the database was filled");
}

fn with_zone(place: &Place, zone: &str, currency: &str, more: &[&str]) -> Command {
    let file = place.file("orders.csv", SHOP_ORDERS);
    let mut command = place.at_home(["import", "--json", "--time-zone", zone, "--currency", currency]);
    command.args(more).arg("--orders").arg(file);
    command
}

#[test]
fn a_dry_run_of_a_first_import_binds_nothing_on_sqlite() {
    binds_nothing(Engine::Sqlite);
}

#[test]
fn a_dry_run_of_a_first_import_binds_nothing_on_postgres() {
    binds_nothing(Engine::Postgres);
}

fn binds_nothing(engine: Engine) {
    let place = Place::new(engine);
    // with nobody there to agree nothing is imported either, and that is no success
    for (more, code) in [(&["--dry-run"][..], 0), (&["--dry-run", "--yes"], 0), (&[], 2)] {
        let said = run(&mut with_zone(&place, "Asia/Shanghai", "CNY", more)).ends(code).json();
        assert_eq!((&said["dry_run"], &said["accepted"], &said["customers"]), (&true.into(), &5.into(), &3.into()), "{said}");
        nothing(&place);
    }
    // what the first import says counts, not what was tried
    let real = run(&mut with_zone(&place, "Europe/Berlin", "EUR", &["--yes"])).ends(0).json();
    assert_eq!((&real["accepted"], &real["customers"]), (&5.into(), &3.into()), "{real}");
    let doctor = run(&mut place.at_home(["doctor", "--json", "--lang", "en"])).json().to_string();
    assert!(doctor.contains("time zone Europe/Berlin, currency EUR"), "{doctor}");
    let other = run(&mut with_zone(&place, "Asia/Shanghai", "CNY", &["--dry-run"])).ends(7);
    assert_eq!(other.json()["error"]["code"], "workspace.settled");
}

#[test]
fn who_says_no_at_the_question_is_bound_to_nothing() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", SHOP_ORDERS);
    let answer = |word: &str| -> Answer {
        let mut import = place.at_home(["import", "--lang", "en", "--time-zone", "Asia/Shanghai", "--currency", "CNY", "--orders"]);
        import.arg(&file);
        let words = std::iter::once(import.get_program()).chain(import.get_args());
        let line = words.map(|w| format!("'{}'", w.to_string_lossy())).collect::<Vec<_>>().join(" ");
        // a terminal of its own, and somebody at it
        let mut terminal = Command::new("script");
        terminal.args(["-qec", &line, "/dev/null"]).env("TZ", "UTC").current_dir(place.path(""));
        crate::place::fed(&mut terminal, format!("{word}\n").as_bytes())
    };
    let no = answer("n").ends(0);
    assert!(no.out.contains("Import 5 rows? [y/N]") && no.out.contains("Nothing was imported."), "{no:#?}");
    let unsettled = block_on(async {
        let store = store::Store::open(&place.url()).await.expect("the store opens");
        let workspace = store::workspace::get(&store).await.expect("it reads");
        store.close().await;
        workspace
    });
    assert_eq!(unsettled, None, "the question alone settled how to reckon");
    assert_eq!(World::of(&place).orders(), 0);
    let yes = answer("y").ends(0);
    assert!(yes.out.contains("Imported."), "{yes:#?}");
    assert_eq!(World::of(&place).orders(), 5);
}

#[test]
fn a_dry_run_takes_no_import_back_on_sqlite() {
    takes_nothing_back(Engine::Sqlite);
}

#[test]
fn a_dry_run_takes_no_import_back_on_postgres() {
    takes_nothing_back(Engine::Postgres);
}

fn takes_nothing_back(engine: Engine) {
    let place = Place::new(engine);
    for (n, text) in [orders(0, 3).0, dirty_orders(1, 4).0].iter().enumerate() {
        let said = place.import(&place.file(&format!("{n}.csv"), text));
        assert!(said.acknowledged(), "{said:#?}");
    }
    let before = World::of(&place);
    let import = before.committed.last().expect("an import").clone();
    for _ in 0..2 {
        let dry = run(&mut place.at_home(["import", "--undo", &import, "--dry-run", "--json"])).ends(0).json();
        let expected = serde_json::json!({"import": import, "undone": false, "dry_run": true, "rows": 9, "customers": 5, "later_rows": 0, "later_imports": []});
        assert_eq!(dry, expected);
        assert_eq!(World::of(&place), before, "the dry run took it back");
    }
    let real = run(&mut place.at_home(["import", "--undo", &import, "--json"])).ends(0).json();
    assert_eq!((&real["undone"], &real["rows"], &real["customers"]), (&true.into(), &9.into(), &5.into()), "{real}");
    assert_eq!(World::of(&place).committed.len(), 1);
    let over = run(&mut place.at_home(["import", "--undo", &import, "--dry-run", "--json"])).ends(7);
    assert_eq!(over.json()["error"]["code"], "import.state", "{over:#?}");
    run(&mut place.at_home(["import", "--undo", "imp_nothing", "--dry-run", "--json"])).ends(5);
}

#[test]
fn a_dry_run_of_an_import_into_a_business_leaves_it_as_it_is() {
    let place = Place::sqlite();
    place.import(&place.file("first.csv", &orders(0, 3).0)).ends(0);
    let before = World::of(&place);
    let file = place.file("second.csv", &orders(1, 3).0);
    for (more, code) in [(&["--dry-run", "--yes"][..], 0), (&[], 2)] {
        let said = run(place.at_home(["import", "--json"]).args(more).arg("--orders").arg(&file)).ends(code).json();
        assert_eq!(said["dry_run"], true, "{said}");
    }
    assert_eq!(World::of(&place), before);
    assert_eq!(orphans(&place), Vec::<PathBuf>::new());
}

#[test]
fn a_dry_run_writes_no_definitions() {
    let place = Place::sqlite();
    let dry = run(&mut place.at_home(["export", "there", "--dry-run", "--json"])).ends(0).json();
    assert!(!place.path("there").exists());
    nothing(&place);
    let files = dry["files"].as_u64().expect("a count");
    assert_eq!((dry["created"].as_array().map(Vec::len), &dry["unchanged"]), (Some(files as usize), &0.into()), "{dry}");
    let real = run(&mut place.at_home(["export", "there", "--json"])).ends(0).json();
    assert_eq!((&real["files"], &real["created"], &real["dry_run"]), (&dry["files"], &dry["created"], &false.into()));
    nothing(&place);
    place.file("there/features/net.yaml", "kind: feature\n");
    let again = run(&mut place.at_home(["export", "there", "--dry-run", "--json"])).ends(0).json();
    assert_eq!((&again["created"], &again["updated"], &again["unchanged"]), (&serde_json::json!([]), &serde_json::json!(["there/features/net.yaml"]), &(files - 1).into()));
    assert_eq!(place.text("there/features/net.yaml"), "kind: feature\n", "the dry run wrote");

    fs::remove_file(place.path("there/features/net.yaml")).expect("the file goes");
    let apply = run(&mut place.at_home(["apply", "there", "--dry-run", "--json"])).ends(0).json();
    assert_eq!((&apply["unchanged"], &apply["dry_run"]), (&(files - 2).into(), &true.into()), "{apply}");
    nothing(&place);
}

#[test]
fn a_dry_run_writes_no_results() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", &dirty_orders(0, 3).0);
    let said = run(place.zhiyin(["classify", "--json", "--dry-run", "--out", "out.csv", "--rejects", "rejects.csv", "--orders"]).arg(&file)).ends(0).json();
    assert_eq!((&said["accepted"], &said["quarantined"], &said["customers"], &said["dry_run"]), (&7.into(), &1.into(), &4.into(), &true.into()), "{said}");
    place.import(&file).ends(4);
    let said = run(&mut place.at_home(["segment", "--rule", "orders >= 1", "--out", "who.csv", "--dry-run", "--json"])).ends(0).json();
    assert_eq!(said["rules"][0]["count"], 4, "{said}");
    run(&mut place.at_home(["doctor", "--bundle", "doctor.zip", "--dry-run", "--lang", "en"])).ends(0);
    for name in ["out.csv", "rejects.csv", "who.csv", "doctor.zip"] {
        assert!(!place.path(name).exists(), "{name} was written");
    }
    let demo = run(&mut place.zhiyin(["demo", "--dry-run", "--json", "--data", "demo"])).ends(0).json();
    assert_eq!((&demo["made"], &demo["customers"], &demo["dry_run"]), (&true.into(), &10_000.into(), &true.into()), "{demo}");
    assert!(!place.path("demo").exists());
}
