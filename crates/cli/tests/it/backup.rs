//! `zhiyin backup` and `zhiyin restore`: a round trip under load, on both databases and across; kills; refusals.

use crate::{
    failpoints::healthy,
    files::orders,
    place::{Answer, Engine, Place, block_on, fed, run, start},
    server::{Browser, Server},
    world::{World, checksum, committed},
};
use flow::backup::{Archive, Manifest};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};
use store::Store;
use testkit::chance::Chance;

const CUSTOMERS: usize = 40;

/// Tables in which a restored business differs from the one that was backed up, on purpose.
const OTHERWISE: [&str; 10] =
    ["house", "sessions", "setup_tokens", "tries", "invitations", "tokens", "audit", "restores", "imports", "ducklake_metadata"];

/// A business with an owner, a signed-in browser and some imports.
fn shop(engine: Engine, imports: usize) -> (Place, Server, Browser) {
    let place = Place::new(engine);
    let server = Server::start(&place);
    let mut browser = Browser { address: server.address.clone(), cookie: String::new() };
    browser.set_up(server.token.as_deref().expect("a first start"));
    for n in 0..imports {
        browser.import(&format!("orders-{n}.csv"), &orders(n, CUSTOMERS).0).expect("it comes in");
    }
    (place, server, browser)
}

fn backup(place: &Place, name: &str) -> (PathBuf, Value) {
    let to = place.path(name);
    let said = run(place.at_home(["backup", "--json", "--to"]).arg(&to)).ends(0).json();
    (to, said)
}

fn restoring(place: &Place, file: &Path, more: &[&str]) -> std::process::Command {
    let mut command = place.at_home(["restore", "--json"]);
    command.arg(file).args(more);
    command
}

fn manifest(file: &Path) -> Manifest {
    Archive::open(file).expect("a backup").manifest
}

/// Hashes of the tables' texts.
fn texts(manifest: &Manifest) -> BTreeMap<String, String> {
    let tables = manifest.tables.iter().filter(|t| !OTHERWISE.contains(&t.table.as_str()));
    tables.map(|t| (t.table.clone(), t.sha256.clone())).collect()
}

fn files(manifest: &Manifest) -> BTreeMap<String, Option<String>> {
    manifest.lake.iter().map(|f| (f.path.clone(), f.sha256.clone())).collect()
}

/// What stands in a folder, by name.
fn entries(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries.map(|e| e.expect("the folder reads").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn from_sqlite_to_sqlite() {
    round_trip(Engine::Sqlite, Engine::Sqlite);
}

#[test]
fn from_sqlite_to_postgres() {
    round_trip(Engine::Sqlite, Engine::Postgres);
}

#[test]
fn from_postgres_to_sqlite() {
    round_trip(Engine::Postgres, Engine::Sqlite);
}

#[test]
fn from_postgres_to_postgres() {
    round_trip(Engine::Postgres, Engine::Postgres);
}

/// Ends the load, also when a check fails meanwhile.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Backups are made while one process imports and another reads; each of them is a moment that was. The last one, made when
/// nothing moves, gives the same tables and files back.
fn round_trip(from: Engine, to: Engine) {
    let (place, server, mut browser) = shop(from, 1);
    let over = AtomicBool::new(false);
    let made = thread::scope(|scope| {
        let (over, mut importing, mut reading) = (&over, browser.clone(), browser.clone());
        let end = End(over);
        let imports = scope.spawn(move || {
            let mut n = 1;
            while !over.load(Ordering::Relaxed) || n < 3 {
                importing.import(&format!("orders-{n}.csv"), &orders(n, CUSTOMERS).0).expect("it comes in");
                n += 1;
            }
            n
        });
        let reads = scope.spawn(move || {
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                let (status, said) = reading.send("GET", "/overview", "application/json", "").expect("it answers");
                assert_eq!(status, 200, "{said}");
                count += 1;
            }
            count
        });
        let made: Vec<(PathBuf, Value, usize)> = (0..3)
            .map(|n| {
                let before = committed(&place);
                let (file, said) = backup(&place, &format!("busy-{n}.zip"));
                (file, said, before)
            })
            .collect();
        drop(end);
        assert!(imports.join().expect("imports went on") >= 3 && reads.join().expect("reads went on") > 0);
        made
    });
    for (file, said, before) in &made {
        let there = Place::new(to);
        run(&mut restoring(&there, file, &[])).ends(0);
        let world = World::of(&there);
        assert!(world.committed.len() >= *before, "an import acknowledged before the backup is not in it");
        for (n, lot) in &world.files {
            assert_eq!(*lot, orders(*n, CUSTOMERS).1, "file {n} is in by half");
        }
        assert_eq!(world.snapshot, said["snapshot"].as_i64().expect("a snapshot"));
        healthy(&there, &world);
    }
    browser.send("POST", "/tokens", "application/json", &serde_json::json!({"name": "till", "role": "viewer", "personal": "by_role", "days": 30}).to_string()).expect("it answers");
    // a job that dies with its server waits again in what is restored
    let running = |browser: &mut Browser| browser.send("GET", "/jobs?limit=200", "application/json", "").expect("it answers").1.to_string().contains("\"running\"");
    while running(&mut browser) {
        thread::sleep(Duration::from_millis(100));
    }
    server.die();
    let (file, said) = backup(&place, "quiet.zip");
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    let there = Place::new(to);
    let restored = run(&mut restoring(&there, &file, &[])).ends(0).json();
    assert_eq!((World::of(&there), checksum(&there)), (World::of(&place), checksum(&place)));
    let (again, _) = backup(&there, "again.zip");
    let (one, other) = (manifest(&file), manifest(&again));
    assert_eq!((texts(&one), files(&one)), (texts(&other), files(&other)));
    // the log is whole and holds the end it had; one entry more tells of the restore
    let head = said["audit_head"].as_str().expect("a log");
    let verify = ["audit", "verify"].map(std::ffi::OsString::from).into_iter();
    let home = ["--data".into(), there.data().into(), "--store".into(), there.url().into(), "--json".into(), "--head".into(), head.into()];
    let verified = run(&mut there.zhiyin(verify.chain(home))).ends(0).json();
    assert_eq!(verified["head"], restored["audit_head"], "{verified} {restored}");
    let place_in_log = |head: &str| head.split(':').next().and_then(|n| n.parse::<u64>().ok()).expect("a place");
    assert_eq!(place_in_log(restored["audit_head"].as_str().expect("a head")), place_in_log(head) + 1);
    // whoever was signed in is not; the password is
    assert_eq!(restored["sessions_ended"], 1, "{restored}");
    let server = Server::start(&there);
    let mut old = Browser { address: server.address.clone(), cookie: browser.cookie.clone() };
    assert_eq!(old.send("GET", "/overview", "application/json", "").expect("it answers").0, 401);
    let form = serde_json::json!({"email": "owner@shop.test", "password": "correct horse battery"});
    let mut fresh = Browser { address: server.address.clone(), cookie: String::new() };
    let (status, said) = fresh.send("POST", "/session", "application/json", &form.to_string()).expect("it answers");
    assert!(status < 300, "{status} {said}");
    assert_eq!(fresh.send("GET", "/overview", "application/json", "").expect("it answers").0, 200);
    let at = block_on(async {
        let store = Store::open(&there.url()).await.expect("the store opens");
        let last = store::restore::last(&store).await.expect("the store answers").expect("a mark");
        store.close().await;
        last.made_at
    });
    assert_eq!(at, one.made_at);
}

#[test]
fn a_restore_dies_anywhere_on_sqlite() {
    restores_die(Engine::Sqlite);
}

#[test]
fn a_restore_dies_anywhere_on_postgres() {
    restores_die(Engine::Postgres);
}

/// Is there nothing, as far as a command can see?
fn empty(place: &Place) -> bool {
    !block_on(Store::exists(&place.url())).expect("the address is good")
}

fn restores_die(engine: Engine) {
    let (place, server, _) = shop(engine, 2);
    server.die();
    let (file, _) = backup(&place, "backup.zip");
    let whole = World::of(&place);
    let (other, server, _) = shop(engine, 1);
    server.die();
    let before = World::of(&other);
    for point in flow::backup::FAILPOINTS {
        println!("{engine:?}: {point}");
        let there = Place::new(engine);
        run(restoring(&there, &file, &[]).env("ZHIYIN_FAILPOINT", point)).aborted();
        let done = *point == "restore-after-commit";
        assert_eq!(empty(&there), !done, "after dying at {point}");
        if !done {
            run(&mut restoring(&there, &file, &[])).ends(0);
        }
        assert_eq!(World::of(&there), whole, "after dying at {point}");
        let left = entries(&there.data().join("lake"));
        assert!(left.iter().all(|name| !name.starts_with(".restore-")) || done, "{left:?}");
        // over something that is there
        run(restoring(&other, &file, &["--replace"]).env("ZHIYIN_FAILPOINT", point)).aborted();
        assert_eq!(World::of(&other), if done { whole.clone() } else { before.clone() }, "replaced, after dying at {point}");
    }
    // and once more in peace: what was there is kept, and opens
    let (third, server, _) = shop(engine, 1);
    server.die();
    let was = World::of(&third);
    let said = run(&mut restoring(&third, &file, &["--replace"])).ends(0).json();
    assert_eq!(World::of(&third), whole);
    let aside = PathBuf::from(said["aside"].as_str().expect("kept aside"));
    assert!(aside.join("lake/main/orders").exists(), "{said}");
    if engine == Engine::Sqlite {
        let mut command = third.zhiyin(["segment", "--json", "--rule", "orders >= 1", "--data"]);
        let said = run(command.arg(&aside)).ends(0).json();
        assert_eq!(said["customers"], was.customers, "{said}");
    } else {
        assert!(said["aside_schema"].is_string(), "{said}");
    }
}

#[test]
fn random_kills_on_sqlite() {
    killed(Engine::Sqlite, 30);
}

#[test]
fn random_kills_on_postgres() {
    killed(Engine::Postgres, 30);
}

/// `kill -9` at random instants: a backup is there as a whole or not at all, a target is whole or empty.
fn killed(engine: Engine, times: usize) {
    let seed = std::env::var("ZHIYIN_SEED").map_or(u64::from(std::process::id()), |text| text.parse().expect("a number"));
    println!("{engine:?}: ZHIYIN_SEED={seed}");
    let mut chance = Chance::new(seed);
    let (place, server, _) = shop(engine, 2);
    server.die();
    let (file, said) = backup(&place, "backup.zip");
    let whole = World::of(&place);
    let usual = 0.1 + said["seconds"].as_f64().expect("seconds") * 1.5;
    // about half of them shall die, on a machine that is busy now and idle then: the reach follows
    let (mut making, mut restored) = (usual, 2.0 * usual);
    let follow = |reach: &mut f64, killed: bool| *reach *= if killed { 1.15 } else { 0.85 };
    let (mut dead, mut at_all) = (0, 0);
    for n in 0..times {
        let to = place.path("killed.zip");
        fs::remove_file(&to).ok();
        let mut command = place.at_home(["backup", "--json", "--to"]);
        let killed = start(command.arg(&to)).within(Duration::from_secs_f64(chance.unit() * making)).is_err();
        follow(&mut making, killed);
        dead += usize::from(killed);
        if to.exists() {
            Archive::open(&to).expect("a backup").verify(&|_, _| true).expect("a whole one");
        }
        let there = Place::new(engine);
        let killed = start(&mut restoring(&there, &file, &[])).within(Duration::from_secs_f64(chance.unit() * restored)).is_err();
        follow(&mut restored, killed);
        dead += usize::from(killed);
        if empty(&there) {
            run(&mut restoring(&there, &file, &[])).ends(0);
        } else {
            at_all += 1;
        }
        assert_eq!(World::of(&there), whole, "kill {n}");
    }
    println!("{engine:?}: {dead} of {} were killed, {at_all} restores were over", 2 * times);
    assert!(dead >= times / 2, "the kills came too late: {dead}");
    assert_eq!(World::of(&place), whole);
}

/// The file with something done to it.
fn spoilt(place: &Place, file: &Path, how: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(file).expect("a file");
    how(&mut bytes);
    let to = place.path("spoilt.zip");
    fs::write(&to, bytes).expect("the folder is writable");
    to
}

#[track_caller]
fn refused(answer: Answer, exit: i32, code: &str) {
    let said = answer.ends(exit).json();
    assert_eq!(said["error"]["code"], code, "{said}");
    for word in ["message", "hint"] {
        assert!(said["error"][word].as_str().is_some_and(|m| !m.is_empty()), "{said}");
    }
}

#[test]
fn what_is_no_whole_backup_is_refused_and_nothing_is_touched() {
    let (place, server, _) = shop(Engine::Sqlite, 1);
    server.die();
    let (file, _) = backup(&place, "backup.zip");
    let there = Place::sqlite();
    let half = spoilt(&place, &file, |b| b.truncate(b.len() / 2));
    refused(run(&mut restoring(&there, &half, &[])), 4, "backup.unreadable");
    let text = place.file("text.zip", "not a zip");
    refused(run(&mut restoring(&there, &text, &[])), 4, "backup.unreadable");
    refused(run(&mut restoring(&there, Path::new("nowhere.zip"), &[])), 5, "file");
    // a byte of a Parquet file, which lies as it is in the archive
    let held = manifest(&file).lake.first().cloned().expect("a file of the lake");
    let parquet = fs::read(place.data().join("lake").join(&held.path)).expect("it is in the lake");
    let flipped = spoilt(&place, &file, |b| {
        let at = b.windows(parquet.len()).position(|w| w == parquet).expect("it is in the backup");
        b[at + parquet.len() / 2] ^= 1;
    });
    refused(run(&mut restoring(&there, &flipped, &[])), 4, "backup.damaged");
    assert!(!there.data().exists(), "something was made");
}

/// The backup packed anew: with another manifest, and with one file more or less.
fn repacked(place: &Place, file: &Path, without: Option<&str>, more: &[(&str, &[u8])], edit: impl FnOnce(&mut Value)) -> PathBuf {
    let mut archive = zip::ZipArchive::new(fs::File::open(file).expect("a file")).expect("a zip");
    let to = place.path("repacked.zip");
    let mut packed = zip::ZipWriter::new(fs::File::create(&to).expect("a file"));
    let options = zip::write::SimpleFileOptions::default();
    let mut edit = Some(edit);
    for n in 0..archive.len() {
        let mut entry = archive.by_index(n).expect("an entry");
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("it reads");
        if name == "manifest.json" {
            let mut said: Value = serde_json::from_slice(&bytes).expect("JSON");
            edit.take().expect("one manifest")(&mut said);
            bytes = said.to_string().into_bytes();
        }
        if without != Some(name.as_str()) {
            packed.start_file(name, options).and_then(|()| Ok(packed.write_all(&bytes)?)).expect("it packs");
        }
    }
    for (name, bytes) in more {
        packed.start_file(*name, options).and_then(|()| Ok(packed.write_all(bytes)?)).expect("it packs");
    }
    packed.finish().expect("it packs");
    to
}

#[test]
fn a_backup_that_lies_is_refused_and_nothing_is_touched() {
    let (place, server, _) = shop(Engine::Sqlite, 1);
    server.die();
    let (file, _) = backup(&place, "backup.zip");
    let there = Place::sqlite();
    let refuses = |without: Option<&str>, more: &[(&str, &[u8])], edit: &dyn Fn(&mut Value), exit: i32, code: &str| {
        let lie = repacked(&place, &file, without, more, edit);
        refused(run(&mut restoring(&there, &lie, &[])), exit, code);
        assert!(!there.data().exists(), "something was made");
    };
    let as_it_is = |_: &mut Value| {};
    refuses(None, &[], &|m| m["schema"].as_array_mut().expect("a list").push(9_999.into()), 3, "store.newer_schema");
    refuses(None, &[], &|m| m["format"] = 2.into(), 4, "backup.unreadable");
    refuses(None, &[], &|m| m["format"] = "one".into(), 4, "backup.damaged");
    refuses(None, &[("lake/main/orders/more.parquet", b"x")], &as_it_is, 4, "backup.damaged");
    refuses(Some("store/users.tsv"), &[], &as_it_is, 4, "backup.damaged");
    refuses(Some("manifest.json"), &[], &as_it_is, 4, "backup.unreadable");
    refuses(None, &[], &|m| m["tables"][0]["rows"] = 77.into(), 4, "backup.damaged");
    refuses(None, &[], &|m| m["tables"][0]["sha256"] = "00".into(), 4, "backup.damaged");
    for path in ["../../../etc/cron.d/x", "main/../../x", "/etc/x", "main/orders/..", "x"] {
        refuses(None, &[], &|m| m["lake"][0]["path"] = path.into(), 4, "backup.damaged");
    }
    // a table that is not in it though its schema has one
    let gone = |m: &mut Value| m["tables"].as_array_mut().expect("a list").retain(|t| t["table"] != "users");
    refuses(Some("store/users.tsv"), &[], &gone, 4, "backup.damaged");
}

#[test]
fn a_target_that_is_not_empty_or_in_use_is_refused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (place, server, _) = shop(engine, 1);
        let (file, _) = backup(&place, "backup.zip");
        let before = World::of(&place);
        refused(run(&mut restoring(&place, &file, &[])), 7, "restore.not_empty");
        refused(run(&mut restoring(&place, &file, &["--replace"])), 7, "restore.in_use");
        assert!(server.answers("/api/v1/healthz"), "the server is not disturbed");
        assert_eq!(World::of(&place), before);
        server.die();
        // an empty database, but somebody else's lake
        let there = Place::new(engine);
        let lake = there.data().join("lake/main/orders");
        fs::create_dir_all(&lake).expect("a folder");
        fs::write(lake.join("other.parquet"), "x").expect("a file");
        refused(run(&mut restoring(&there, &file, &[])), 7, "restore.not_empty");
        assert_eq!(entries(&there.data()), BTreeSet::from(["lake".to_owned()]));
    }
}

#[test]
fn through_pipes_and_as_a_trial() {
    let (place, server, _) = shop(Engine::Sqlite, 1);
    server.die();
    let plan = run(&mut place.at_home(["backup", "--dry-run", "--json"])).ends(0).json();
    let output = place.at_home(["backup", "--to", "-", "--quiet"]).output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let there = Place::sqlite();
    let tried = fed(&mut restoring(&there, Path::new("-"), &["--dry-run"]), &output.stdout).ends(0).json();
    assert!(!there.data().exists(), "a trial made something");
    for what in ["rows", "lake_files", "lake_bytes", "tables", "audit_head"] {
        assert_eq!(tried[what], plan[what], "{what}");
    }
    fed(&mut restoring(&there, Path::new("-"), &[]), &output.stdout).ends(0);
    assert_eq!(World::of(&there), World::of(&place));
    let usual = run(place.at_home(["backup", "--json"]).current_dir(place.path(""))).ends(0).json();
    assert!(place.path(usual["file"].as_str().expect("a name")).exists(), "{usual}");
}

#[test]
fn tokens_end_unless_they_are_kept() {
    let (place, server, mut browser) = shop(Engine::Sqlite, 0);
    let asked = serde_json::json!({"name": "till", "role": "viewer", "personal": "by_role", "days": 30});
    let (status, said) = browser.send("POST", "/tokens", "application/json", &asked.to_string()).expect("it answers");
    assert_eq!(status, 201, "{said}");
    server.die();
    let (file, _) = backup(&place, "backup.zip");
    for (flags, revoked) in [(&[][..], 1), (&["--keep-tokens"][..], 0)] {
        let there = Place::new(Engine::Postgres);
        let said = run(&mut restoring(&there, &file, flags)).ends(0).json();
        assert_eq!(said["tokens_revoked"], revoked, "{said}");
    }
}
