//! `zhiyin business` and `--business`: several businesses in one data folder, on both databases.

use crate::{
    files::orders,
    place::{Engine, Place, run, start},
    server::{Browser, Server},
};
use flow::{backup::Archive, businesses::FAILPOINTS};
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

#[test]
fn each_business_is_worked_on_by_its_name_on_sqlite() {
    worked_on(Engine::Sqlite);
}

#[test]
fn each_business_is_worked_on_by_its_name_on_postgres() {
    worked_on(Engine::Postgres);
}

/// Hashes of all there is of a business.
fn content(file: &Path) -> String {
    let m = Archive::open(file).expect("a backup").manifest;
    format!("{:?} {:?}", m.tables, m.lake)
}

fn backup(place: &Place, name: &str, more: &[&str]) -> std::path::PathBuf {
    let to = place.path(name);
    run(place.at_home(["backup", "--json"]).args(more).arg("--to").arg(&to)).ends(0);
    to
}

/// The businesses as the list shows them: name, state, customers.
fn listed(place: &Place) -> Vec<(String, String, Value)> {
    let said = run(&mut place.at_home(["business", "list", "--json"])).ends(0).json();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    said["businesses"].as_array().expect("a list").iter().map(|b| (text(&b["slug"]), text(&b["state"]), b["customers"].clone())).collect()
}

fn code(place: &Place, args: &[&str], exit: i32) -> String {
    let said = run(place.at_home(args.iter().copied()).arg("--json")).ends(exit).json();
    said["error"]["code"].as_str().unwrap_or_default().to_owned()
}

fn worked_on(engine: Engine) {
    let place = Place::new(engine);
    place.import(&place.file("first.csv", &orders(0, 7).0)).ends(0);
    assert_eq!(code(&place, &["business", "add", "brand-b"], 7), "business.first");
    {
        let server = Server::start(&place);
        let mut browser = Browser { address: server.address.clone(), cookie: String::new() };
        browser.set_up(server.token.as_deref().expect("a first start"));
    }
    assert_eq!(code(&place, &["business", "add", "Brand B"], 4), "business.slug");
    assert_eq!(run(&mut place.at_home(["business", "add", "brand-b", "--dry-run", "--json"])).ends(0).json()["dry_run"], true);
    assert!(listed(&place).is_empty());
    let made = run(&mut place.at_home(["business", "add", "brand-b", "--origin", "https://crm.example.com/", "--json"])).ends(0).json();
    assert!(made["setup"].as_str().is_some_and(|l| l.starts_with("https://crm.example.com/w/brand-b/setup#token=")), "{made}");
    assert_eq!(code(&place, &["business", "add", "brand-b"], 7), "business.taken");
    assert_eq!(code(&place, &["import", "--business", "brand-z", "--yes", "--orders", "first.csv"], 5), "business.not_found");
    assert_eq!(code(&place, &["serve", "--business", "brand-b"], 2), "business.flag");
    let mode = fs::metadata(place.data().join("businesses")).expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);

    // what is done in one is done in no other
    let before = content(&backup(&place, "a-before.zip", &[]));
    let file = place.file("theirs.csv", &orders(1, 5).0);
    run(place.at_home(["import", "--business", "brand-b", "--yes", "--json", "--currency", "EUR", "--time-zone", "Europe/Berlin", "--orders"]).arg(&file)).ends(0);
    assert_eq!(listed(&place), [("brand-b".into(), "waiting".into(), 5.into())]);
    let theirs = backup(&place, "b.zip", &["--business", "brand-b"]);
    let kept = content(&theirs);
    assert_ne!(kept, before);
    let more = place.file("more.csv", &orders(2, 9).0);
    run(place.at_home(["import", "--business", "brand-b", "--yes", "--json", "--orders"]).arg(&more)).ends(0);
    assert_ne!(content(&backup(&place, "b-more.zip", &["--business", "brand-b"])), kept);
    assert_eq!(code(&place, &["restore", "--business", "brand-b", "b.zip"], 7), "restore.not_empty");
    run(&mut place.at_home(["restore", "--business", "brand-b", "--replace", "b.zip", "--json"])).ends(0);
    assert_eq!(listed(&place), [("brand-b".into(), "waiting".into(), 5.into())]);
    assert_eq!(content(&backup(&place, "a-after.zip", &[])), before, "the first differs");
    let doctor = run(&mut place.at_home(["doctor", "--business", "brand-b", "--lang", "en"])).out;
    assert!(doctor.contains("Europe/Berlin") && doctor.contains("businesses/biz_"), "{doctor}");

    // a restore of the first turns its own data back, and not which businesses there are
    let early = backup(&place, "a-early.zip", &[]);
    run(&mut place.at_home(["business", "add", "brand-c", "--json"])).ends(0);
    run(place.at_home(["restore", "--replace", "--json"]).arg(&early)).ends(0);
    let names: Vec<String> = listed(&place).into_iter().map(|(slug, ..)| slug).collect();
    assert_eq!(names, ["brand-b", "brand-c"]);

    run(&mut place.at_home(["business", "archive", "brand-c", "--json"])).ends(0);
    assert_eq!(listed(&place)[1].1, "archived");
    run(&mut place.at_home(["business", "reopen", "brand-c", "--json"])).ends(0);
    assert_eq!(listed(&place)[1].1, "waiting");
    let link = run(&mut place.at_home(["business", "link", "brand-c", "--json"])).ends(0).json();
    assert!(link["setup"].as_str().is_some_and(|l| l.contains("/w/brand-c/setup#token=")), "{link}");

    // a server that is started now serves all of them, beside a restore of one it does not serve
    run(&mut place.at_home(["business", "archive", "brand-b", "--json"])).ends(0);
    let server = Server::start(&place);
    assert!(server.answers("/w/brand-c/api/v1/session") && !server.answers("/w/brand-b/api/v1/session"));
    run(&mut place.at_home(["restore", "--business", "brand-b", "--replace", "b.zip", "--json"])).ends(0);
    run(&mut place.at_home(["business", "reopen", "brand-b", "--json"])).ends(0);
    let mut tries = 0;
    while !server.answers("/w/brand-b/api/v1/session") {
        tries += 1;
        assert!(tries < 100, "not served ten seconds later");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn one_whose_making_was_cut_short_is_whole_after_the_next_start_on_sqlite() {
    cut_short(Engine::Sqlite);
}

#[test]
fn one_whose_making_was_cut_short_is_whole_after_the_next_start_on_postgres() {
    cut_short(Engine::Postgres);
}

fn cut_short(engine: Engine) {
    let place = Place::new(engine);
    {
        let server = Server::start(&place);
        Browser { address: server.address.clone(), cookie: String::new() }.set_up(server.token.as_deref().expect("a first start"));
    }
    // one failpoint after the other: the list knows of it, then its data is there and the list does not say so yet
    run(place.at_home(["business", "add", "brand-b", "--json"]).env("ZHIYIN_FAILPOINT", "business-added")).aborted();
    let dying = start(place.at_home(["serve", "--json", "--listen", "127.0.0.1:0"]).env("ZHIYIN_FAILPOINT", "business-made"));
    dying.within(Duration::from_secs(30)).unwrap_or_else(|late| panic!("business-made was not passed: {late:#?}")).aborted();
    let server = Server::start(&place);
    assert!(server.answers("/w/brand-b/api/v1/session"));
    drop(server);
    assert_eq!(listed(&place), [("brand-b".into(), "waiting".into(), 0.into())]);
    let link = run(&mut place.at_home(["business", "link", "brand-b", "--json"])).ends(0).json();
    assert!(link["setup"].as_str().is_some_and(|l| l.contains("/w/brand-b/setup#token=")), "{link}");
    assert_eq!(FAILPOINTS, ["business-added", "business-made"]);
}
