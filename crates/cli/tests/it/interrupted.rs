//! Ctrl-C: once, nothing is committed and the command says how to go on; twice, it ends at once. And what is said while rows
//! are read when nobody sits at a terminal.

use crate::{
    files::orders,
    place::{Place, Running, run, start},
    world::{World, orphans},
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Customers of a file that takes a second or two to read; two orders each.
const MANY: usize = 120_000;

/// Starts it and waits until a tenth of the file is read.
fn busy(command: &mut Command) -> Running {
    let running = start(command);
    running.until("\"progress\"");
    running
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().map(|e| e.expect("the folder reads").path()).collect()
}

#[test]
fn an_interrupted_import_commits_nothing_and_says_how_to_go_on() {
    let place = Place::sqlite();
    let (text, lot) = orders(0, MANY);
    let file = place.file("many.csv", &text);
    for lang in ["en", "zh-CN"] {
        let running = busy(place.importing(std::slice::from_ref(&file)).args(["--lang", lang]));
        assert!(running.interrupt());
        let said = running.within(Duration::from_secs(10)).expect("it stops at the next batch").ends(130);
        let error = &said.json()["error"];
        assert_eq!((&error["code"], &error["exit"]), (&"interrupted".into(), &130.into()), "{said:#?}");
        let hint = error["hint"].as_str().unwrap_or_default();
        assert!(hint.contains(if lang == "en" { "same command" } else { "同一条命令" }), "{said:#?}");
        let world = World::of(&place);
        assert_eq!((world.orders(), world.committed.len()), (0, 0), "something was committed");
        assert_eq!(orphans(&place), Vec::<PathBuf>::new(), "files of the stopped import are left");
    }
    // the same again goes through
    place.import(&file).ends(0);
    assert_eq!(World::of(&place).files.get(&0), Some(&lot));
}

#[test]
fn twice_ends_at_once() {
    let place = Place::sqlite();
    let file = place.file("many.csv", &orders(0, MANY).0);
    let running = busy(&mut place.importing(std::slice::from_ref(&file)));
    let begun = Instant::now();
    running.interrupt();
    thread::sleep(Duration::from_millis(20));
    running.interrupt();
    running.within(Duration::from_secs(10)).expect("it ends").ends(130);
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    assert_eq!(World::of(&place).orders(), 0);
}

#[test]
fn an_interrupted_classify_writes_and_leaves_nothing() {
    let place = Place::sqlite();
    fs::create_dir(place.path("tmp")).expect("a folder");
    let file = place.file("many.csv", &orders(0, MANY).0);
    for times in [1, 2] {
        let mut command = place.zhiyin(["classify", "--json", "--out", "out.csv", "--orders"]);
        let running = busy(command.arg(&file).env("TMPDIR", place.path("tmp")));
        (0..times).for_each(|_| {
            running.interrupt();
            thread::sleep(Duration::from_millis(20));
        });
        running.within(Duration::from_secs(10)).expect("it stops").ends(130);
        assert!(!place.path("out.csv").exists());
        assert_eq!(entries(&place.path("tmp")), Vec::<PathBuf>::new(), "people's data is left in the temporary folder");
    }
}

#[test]
fn an_interrupted_check_ends_with_130() {
    let place = Place::sqlite();
    let file = place.file("many.csv", &orders(0, 4 * MANY).0);
    let running = busy(place.zhiyin(["import", "--parse-only", "--json", "--orders"]).arg(&file));
    assert!(running.interrupt());
    let said = running.within(Duration::from_secs(10)).expect("it stops").ends(130);
    assert_eq!(said.json()["error"]["code"], "interrupted", "{said:#?}");
}

#[test]
fn progress_is_told_in_lines_and_in_json_events() {
    let place = Place::sqlite();
    let file = place.file("many.csv", &orders(0, MANY).0);
    let tried = |more: &[&str]| run(place.at_home(["import", "--dry-run", "--lang", "en", "--orders"]).arg(&file).args(more)).ends(0);
    let lines = tried(&[]);
    let told: Vec<u64> = lines.err.lines().filter_map(|l| l.strip_prefix("reading ")?.strip_suffix(" %")?.parse().ok()).collect();
    assert!(told.len() > 1 && told.is_sorted() && told.last() == Some(&100), "{told:?}: {lines:#?}");
    assert!(told.len() <= 11, "more than a line every tenth: {told:?}");

    let events = tried(&["--json"]);
    assert_eq!(events.out.lines().count(), 1, "standard output has the answer only");
    let told: Vec<Value> = events.err.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l:?}"))).collect();
    assert!(told.len() > 1, "{events:#?}");
    let number = |event: &Value, key: &str| event["progress"][key].as_u64().unwrap_or_else(|| panic!("{event}"));
    assert!(told.iter().all(|e| e["progress"]["stage"] == "reading" && e["progress"]["unit"] == "bytes"), "{told:?}");
    assert!(told.is_sorted_by_key(|e| number(e, "done")), "{told:?}");
    let last = told.last().expect("an event");
    assert_eq!((number(last, "done"), number(last, "total")), (fs::metadata(&file).expect("it is there").len(), number(last, "done")));

    for quiet in [&["--quiet"][..], &["--quiet", "--json"]] {
        assert_eq!(tried(quiet).err, "");
    }
}
