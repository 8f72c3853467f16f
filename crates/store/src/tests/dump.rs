//! A dump: the same bytes from both databases, and all of it back.

use super::*;
use crate::dump::{Loading, Reading, known_tables, known_versions};
use std::collections::BTreeMap;

/// A store with something in it that is hard to write down.
async fn filled(store: &Store) {
    lake(store).await;
    checked(store, "imp_1", "f1").await;
    let files = [file(Table::Orders, "a.parquet", 10)];
    let names = ["tab\there", "line\nbreak", "back\\slash", "\\N", "", "知音 🎵", "quote\"'"];
    let people = (0u32..).zip(names).map(|(n, name)| person(n, name)).collect::<Vec<_>>();
    let staged = base(store).await;
    import::commit(store, Commit { customers: Box::new(people.into_iter()), ..commit_of("imp_1", staged, &files) }).await.unwrap();
    execute!(store, "INSERT INTO ducklake_view (view_id, view_uuid, begin_snapshot, view_name) VALUES (7, NULL, 3, 'b')").unwrap();
    execute!(store, "INSERT INTO ducklake_view (view_id, view_uuid, begin_snapshot, view_name) VALUES (NULL, NULL, 3, 'a')").unwrap();
}

async fn texts(reading: &mut Reading) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for table in reading.tables().await.unwrap() {
        let mut text = Vec::new();
        let rows = reading.table(&table, &mut text).await.unwrap();
        assert_eq!(rows, reading.count(&table).await.unwrap(), "{}", table.name);
        assert_eq!(rows as usize + 1, text.iter().filter(|b| **b == b'\n').count(), "{}", table.name);
        all.insert(table.name, text);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_give_the_same_bytes_and_take_them() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (sqlite(folder.path()).await, postgres().await);
    let mut dumps = Vec::new();
    for store in [&one, &other] {
        filled(store).await;
        dumps.push(texts(&mut store.reading().await.unwrap()).await);
        store.close().await;
    }
    let from_other = dumps.pop().unwrap();
    let from_one = dumps.pop().unwrap();
    assert_eq!(from_one.keys().collect::<Vec<_>>(), from_other.keys().collect::<Vec<_>>());
    for (table, text) in &from_one {
        let (a, b) = (String::from_utf8_lossy(text), String::from_utf8_lossy(&from_other[table]));
        assert_eq!(a, b, "{table}");
    }
    let file = folder.path().join("again.db");
    let url = testkit::postgres::database().unwrap();
    let versions = known_versions();
    for mut loading in [Loading::sqlite(&file, &versions).await.unwrap(), Loading::postgres(&url, &versions, None).await.unwrap()] {
        for table in loading.tables().await.unwrap() {
            loading.table(&table, &mut from_one[&table.name].as_slice()).await.unwrap();
        }
        loading.migrate().await.unwrap();
        loading.finish().await.unwrap();
    }
    for url in [format!("sqlite:{}", file.display()), url] {
        let store = Store::open_with(&url, 2).await.unwrap();
        assert_eq!(texts(&mut store.reading().await.unwrap()).await, from_one, "{url}");
        assert_eq!(crate::customer::count(&store).await.unwrap(), 7);
        store.close().await;
    }
}

both! {
    async fn a_reading_is_one_moment(store: &Store) {
        let mut reading = store.reading().await.unwrap();
        execute!(store, "UPDATE counters SET value = 77 WHERE name = 'batch'").unwrap();
        let table = reading.tables().await.unwrap().into_iter().find(|t| t.name == "counters").unwrap();
        let mut text = Vec::new();
        reading.table(&table, &mut text).await.unwrap();
        assert_eq!(text, b"name\tvalue\nbatch\t1\ncustomer\t0\nidentifiers\t0\ninbox_asked\t0\nmarks\t0\ntouched\t0\n");
    }

    async fn what_the_program_knows_is_what_is_there(store: &Store) {
        let mut reading = store.reading().await.unwrap();
        let there: Vec<String> = reading.tables().await.unwrap().into_iter().map(|t| t.name).collect();
        let known: Vec<String> = known_tables(&reading.schema().await.unwrap()).await.unwrap().into_iter().collect();
        assert_eq!(there, known);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_nothing_is_there() {
    let url = testkit::postgres::database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for engine in ["sqlite", "postgres"] {
        let spoilt: [&[u8]; 5] = [b"name\tvalue\nbatch", b"name\nbatch\n", b"name\tvalue\nbatch\tmany\n", b"name\tvalue\nbatch\t1\t2\n", b""];
        for (n, text) in spoilt.iter().enumerate() {
            let versions = known_versions();
            let mut loading = match engine {
                "sqlite" => Loading::sqlite(&folder.path().join(format!("{n}.db")), &versions).await.unwrap(),
                _ => Loading::postgres(&url, &versions, None).await.unwrap(),
            };
            let table = loading.tables().await.unwrap().into_iter().find(|t| t.name == "counters").unwrap();
            assert!(loading.table(&table, &mut &text[..]).await.is_err(), "{engine} took {n}");
        }
    }
    assert!(!Store::exists(&url).await.unwrap());
    let newer = Loading::sqlite(&folder.path().join("newer.db"), &[1, 9_999]).await.unwrap_err();
    assert_eq!(newer.code(), "store.newer_schema");
}
