//! The process dies at each failpoint: afterwards either nothing happened or everything did.

use super::*;
use crate::{customer, failpoint::FAILPOINTS, job};
use std::process::Command;

const URL: &str = "ZHIYIN_TEST_STORE";

/// What dies: only does something when a test below starts it in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = Store::open_with(&url, 2).await.unwrap();
    let point = std::env::var("ZHIYIN_FAILPOINT").unwrap();
    match point.split('.').nth(1) {
        Some("commit") => {
            let files = [file(Table::Orders, "b.parquet", 10)];
            let people = Box::new((5..10).map(|n| person(n, "new")));
            let job = Some(job::NewJob::new("job_2".into(), "next", json!({}), at(10)));
            let staged = base(&store).await;
            import::commit(&store, Commit { customers: people, job, ..commit_of("imp_2", staged, &files) }).await.unwrap();
        }
        Some("undo") => {
            import::undo(&store, import::Undo { import: "imp_1", now: at(20), author: "amy", merged: NONE, job: None, audit: None }).await.unwrap();
        }
        Some("merge") => {
            let mut merging = crate::merge::begin(&store, at(20)).await.unwrap();
            merging.join("wsp", &mut two_are_one(), &[]).await.unwrap();
            merging.commit("amy", &job::NewJob::new("job_3".into(), "next", json!({}), at(20)), at(20)).await.unwrap();
        }
        Some("compact") => {
            let swaps = [catalog::Swap { old: vec!["a.parquet".to_owned()], new: file(Table::Orders, "c.parquet", 10) }];
            catalog::compact(&store, catalog::Compaction { now: at(20), author: "system", swaps: &swaps, attempt: None, job: None }).await.unwrap();
        }
        _ => {
            job::claim(&store, "victim", at(11), at(60)).await.unwrap();
        }
    }
}

/// Everything a commit, an undo, a compaction or a claim could half do.
async fn world(store: &Store) -> String {
    let lake = catalog::snapshot(store, None).await.unwrap();
    let paths: Vec<&str> = lake.files.iter().map(|f| f.path.as_str()).collect();
    let mut imports = Vec::new();
    for id in ["imp_1", "imp_2"] {
        imports.push(import::find(store, id).await.unwrap().status.key());
    }
    let jobs = scalar!(store, i64, "SELECT COUNT(*) FROM jobs").unwrap();
    let changes = scalar!(store, i64, "SELECT COUNT(*) FROM ducklake_snapshot_changes").unwrap();
    let attempts = job::get(store, "job_1").await.unwrap().map(|j| j.attempts);
    let people = customer::count(store).await.unwrap();
    let counter = customer::counter(store).await.unwrap();
    format!(
        "head {} of {changes}, files {paths:?}, {imports:?}, {people} of {counter} people, {jobs} jobs, claimed {attempts:?}",
        lake.id + 1,
    )
}

fn two_are_one() -> crate::merge::Merge {
    crate::merge::Merge {
        id: "mrg_1".into(),
        seq: 0,
        merged: CustomerKey(1),
        survivor: CustomerKey(0),
        merged_id: "cus_1".into(),
        survivor_id: "cus_0".into(),
        fields: json!({}),
        image: json!({}),
        batch: "mgb_1".into(),
        author: "usr_amy".into(),
        author_name: None,
        at: at(20),
        ended_at: None,
        ended_by: None,
    }
}

async fn prepare(store: &Store) {
    lake(store).await;
    checked(store, "imp_1", "f1").await;
    checked(store, "imp_2", "f2").await;
    let files = [file(Table::Orders, "a.parquet", 10)];
    let people = Box::new((0..5).map(|n| person(n, "old")));
    let job = Some(job::NewJob::new("job_1".into(), "next", json!({}), at(10)));
    let staged = base(store).await;
    import::commit(store, Commit { customers: people, job, ..commit_of("imp_1", staged, &files) }).await.unwrap();
}

const BEFORE: &str =
    r#"head 3 of 3, files ["a.parquet"], ["committed", "checked"], 5 of 5 people, 1 jobs, claimed Some(0)"#;

fn after(point: &str) -> &'static str {
    match point {
        "store.commit.done" => {
            r#"head 4 of 4, files ["a.parquet", "b.parquet"], ["committed", "committed"], 10 of 10 people, 2 jobs, claimed Some(0)"#
        }
        "store.undo.done" => r#"head 4 of 4, files [], ["undone", "checked"], 0 of 5 people, 1 jobs, claimed Some(0)"#,
        "store.merge.done" => {
            r#"head 4 of 4, files ["a.parquet"], ["committed", "checked"], 4 of 5 people, 2 jobs, claimed Some(0)"#
        }
        // the attempt of a job that kills its process counts
        "store.job.claimed" => {
            r#"head 3 of 3, files ["a.parquet"], ["committed", "checked"], 5 of 5 people, 1 jobs, claimed Some(1)"#
        }
        _ => BEFORE,
    }
}

async fn kill_at(url: &str, point: &str) {
    let store = Store::open_with(url, 2).await.unwrap();
    prepare(&store).await;
    assert_eq!(world(&store).await, BEFORE);
    store.close().await;
    let died = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::kills::victim", "--nocapture"])
        .env(URL, url)
        .env("ZHIYIN_FAILPOINT", point)
        .output()
        .unwrap();
    assert_eq!(died.status.code(), None, "{point} was not passed: {}", String::from_utf8_lossy(&died.stdout));
    let store = Store::open_with(url, 2).await.unwrap();
    assert_eq!(world(&store).await, after(point), "after dying at {point}");
    if store.engine() == "sqlite" {
        assert_eq!(scalar!(&store, String, "PRAGMA integrity_check").unwrap(), "ok");
    }
    store.close().await;
}

/// Those of one call here; an arrival is many, and dies at its own in the tests of the command line.
fn own() -> impl Iterator<Item = &'static str> {
    FAILPOINTS.iter().copied().filter(|point| !point.starts_with("store.arrive."))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_failpoint_on_sqlite() {
    for point in own() {
        let folder = tempfile::tempdir().unwrap();
        kill_at(&format!("sqlite:{}", folder.path().join("zhiyin.db").display()), point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_failpoint_on_postgres() {
    for point in own() {
        kill_at(&testkit::postgres::database().unwrap(), point).await;
    }
}
