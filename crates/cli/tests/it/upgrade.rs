//! A database of an earlier program: copied, then brought up to date with its data kept, killed wherever.

use crate::place::{Engine, Place, block_on, run, start};
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};
use store::{
    Store,
    dump::{Loading, known_versions},
};
use testkit::chance::Chance;

/// The schema of the very first program, with a business, two people and a customer.
const FIRST: &[(&str, &str)] = &[
    ("workspace", "one\tid\tname\ttime_zone\tcurrency\tlang\tcreated_at\tupdated_at\n1\twsp_1\t花店\\t2\tUTC\tEUR\ten\t1\t1\n"),
    ("counters", "name\tvalue\ncustomer\t1\nbatch\t1\n"),
    (
        "users",
        "id\temail\tname\tpassword_hash\trole\tcreated_at\tdisabled_at\n\
         usr_a\ta@b.cn\tA\t-\towner\t5\t\\N\nusr_b\tb@b.cn\tB\\\\b\t-\teditor\t6\t\\N\n",
    ),
    ("customers", "key\tid\torganisation\tname\tfolded\tadded\n0\tcus_0\t0\t王芳\t王芳\t0\n"),
    ("identifiers", "kind\tvalue\tcustomer\tadded\n1\t+8613800000001\t0\t0\n"),
    ("import_customers", "snapshot\tbits\n1\t\\\\x00ff\n"),
];

/// The earliest that holds all of it, and the last before members.
const EARLIEST: i64 = 6;
const BEFORE_MEMBERS: i64 = 7;
/// The last in which nobody was merged.
const BEFORE_MERGES: i64 = 12;
/// The last in which nobody was erased.
const BEFORE_ERASURES: i64 = 22;

/// A place whose database has the schema up to `version`.
fn earlier(engine: Engine, version: i64) -> Place {
    let place = Place::new(engine);
    let versions: Vec<i64> = known_versions().into_iter().filter(|v| *v <= version).collect();
    fs::create_dir_all(place.data()).expect("a folder");
    block_on(async {
        let mut loading = match engine {
            Engine::Sqlite => Loading::sqlite(&place.data().join("zhiyin.db"), &versions).await,
            Engine::Postgres => Loading::postgres(&place.url(), &versions, None).await,
        }
        .expect("an old schema");
        for table in loading.tables().await.expect("tables") {
            let Some((_, text)) = FIRST.iter().find(|(name, _)| *name == table.name) else { continue };
            // a later schema has no roles in accounts
            let text = if version > BEFORE_MEMBERS { text.replace("\trole", "").replace("\towner", "").replace("\teditor", "") } else { (*text).to_owned() };
            // a later one knows who stands for a customer
            let merged = version > BEFORE_MERGES && table.name == "customers";
            let text = if merged { text.replace("\tadded\n", "\tadded\troot\n").replace("\t0\n", "\t0\t\\N\n") } else { text };
            // and a later one yet, since when somebody is erased
            let erased = version > BEFORE_ERASURES && table.name == "customers";
            let text = if erased { text.replace("\troot\n", "\troot\terased_at\n").replace("\t\\N\n", "\t\\N\t\\N\n") } else { text };
            loading.table(&table, &mut text.as_bytes()).await.expect("it fits");
        }
        loading.finish().await.expect("it is made");
    });
    place
}

/// `zhiyin user list`.
fn listing(place: &Place) -> std::process::Command {
    let mut command = place.zhiyin(["user", "list", "--json", "--data"]);
    command.arg(place.data()).arg("--store").arg(place.url());
    command
}

fn copies(place: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.data()).expect("the data folder");
    let mut found: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).filter(|p| p.to_string_lossy().contains(".before-upgrade-")).collect();
    found.sort();
    found
}

/// What was there is there.
#[track_caller]
fn kept(place: &Place) {
    block_on(async {
        let store = Store::open(&place.url()).await.expect("it opens");
        let workspace = store::workspace::get(&store).await.expect("it answers").expect("a workspace");
        assert_eq!((workspace.name.as_str(), workspace.currency.as_str()), ("花店\t2", "EUR"));
        let users = store::user::list(&store).await.expect("it answers");
        let named: Vec<(&str, &str)> = users.iter().map(|u| (u.email.as_str(), u.name.as_str())).collect();
        assert_eq!(named, [("a@b.cn", "A"), ("b@b.cn", "B\\b")]);
        assert_eq!(store::customer::count(&store).await.expect("it answers"), 1);
        assert_eq!(store::customer::counter(&store).await.expect("it answers"), 1);
        store.close().await;
    });
}

#[test]
fn an_old_database_is_copied_first_on_sqlite() {
    copied(Engine::Sqlite);
}

#[test]
fn an_old_database_is_copied_first_on_postgres() {
    copied(Engine::Postgres);
}

fn copied(engine: Engine) {
    let place = earlier(engine, BEFORE_MEMBERS);
    let answer = run(&mut listing(&place)).ends(0);
    let [copy] = copies(&place).try_into().expect("one copy");
    assert!(answer.err.contains(&copy.display().to_string()), "it does not say where: {answer:#?}");
    assert!(copy.to_string_lossy().contains("-0007-"), "{copy:?}");
    assert_eq!(fs::metadata(&copy).expect("a file").permissions().mode() & 0o777, 0o600);
    let members = answer.json()["members"].as_array().map_or(0, Vec::len);
    assert_eq!(members, 2, "{answer:#?}");
    kept(&place);
    // at the newest schema nothing is copied
    let again = run(&mut listing(&place)).ends(0);
    assert!(!again.err.contains("before-upgrade") && copies(&place).len() == 1, "{again:#?}");
    // the copy is what was there before: back from it, and up to date once more
    let back = Place::new(engine);
    fs::create_dir_all(back.data()).expect("a folder");
    match engine {
        Engine::Sqlite => {
            fs::copy(&copy, back.data().join("zhiyin.db")).expect("it copies");
        }
        Engine::Postgres => {
            run(back.at_home(["restore", "--json"]).arg(&copy)).ends(0);
        }
    }
    kept(&back);
    // three are kept
    for day in 1..=5 {
        let old = copy.with_file_name(copy.file_name().expect("a name").to_string_lossy().replace("-0007-", &format!("-000{day}-")));
        fs::write(&old, "old").expect("a file");
        let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + day);
        fs::File::options().write(true).open(&old).and_then(|f| f.set_modified(long_ago)).expect("its time can be set");
    }
    if engine == Engine::Sqlite {
        fs::copy(&copy, place.data().join("zhiyin.db")).expect("it copies");
        for log in ["zhiyin.db-wal", "zhiyin.db-shm"] {
            fs::remove_file(place.data().join(log)).ok();
        }
        run(&mut listing(&place)).ends(0);
        let left: Vec<String> = copies(&place).iter().map(|p| p.display().to_string()).collect();
        assert!(left.len() == 3 && left.iter().any(|p| p.contains("-0007-")) && left.iter().any(|p| p.contains("-0005-")), "{left:?}");
    }
}

#[test]
fn an_upgrade_killed_anywhere_goes_on_sqlite() {
    killed(Engine::Sqlite);
}

#[test]
fn an_upgrade_killed_anywhere_goes_on_postgres() {
    killed(Engine::Postgres);
}

fn killed(engine: Engine) {
    // between two steps
    for version in known_versions().into_iter().filter(|v| *v >= EARLIEST) {
        let place = earlier(engine, version);
        run(&mut listing(&place)).ends(0);
        kept(&place);
    }
    // and anywhere
    let seed = std::env::var("ZHIYIN_SEED").map_or(u64::from(std::process::id()), |text| text.parse().expect("a number"));
    println!("{engine:?}: ZHIYIN_SEED={seed}");
    let mut chance = Chance::new(seed);
    let place = earlier(engine, BEFORE_MEMBERS);
    let begun = std::time::Instant::now();
    run(&mut listing(&place)).ends(0);
    let usual = begun.elapsed();
    let (mut dead, mut tries) = (0, 0);
    while dead < 8 {
        tries += 1;
        assert!(tries <= 60, "the kills came too late: {dead}");
        let place = earlier(engine, BEFORE_MEMBERS);
        dead += usize::from(start(&mut listing(&place)).within(usual.mul_f64(chance.unit())).is_err());
        kept(&place);
        assert!(copies(&place).iter().all(|copy| fs::metadata(copy).is_ok_and(|about| about.len() > 0)));
    }
    println!("{engine:?}: {dead} of {tries} were killed");
}

#[test]
fn where_no_copy_can_be_made_nothing_is_changed() {
    let place = earlier(Engine::Postgres, BEFORE_MEMBERS);
    // nothing can be put where the copy would be
    let day = domain::clock::Clock::now(&domain::clock::SystemClock).rfc3339().chars().take(10).collect::<String>();
    let taken = place.data().join(format!("store.before-upgrade-0007-{day}.zip"));
    fs::create_dir_all(taken.join("in the way")).expect("a folder");
    let said = run(&mut listing(&place)).ends(1).json();
    assert_eq!(said["error"]["code"], json!("upgrade.copy"), "{said}");
    let outdated = block_on(Store::outdated(&place.url())).expect("it answers").expect("still old");
    assert_eq!(outdated.version, BEFORE_MEMBERS);
    fs::remove_dir_all(&taken).expect("it is ours");
    run(&mut listing(&place)).ends(0);
    kept(&place);
}
