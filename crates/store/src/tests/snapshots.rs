//! The lake's catalog as DuckLake 1.0 wants it, and time travel.

use super::*;
use crate::{Conflict, Error, customer};

both! {
    async fn a_new_catalog_is_a_ducklake_of_version_1_0(store: &Store) {
        lake(store).await;
        assert_eq!(catalog::data_path(store).await.unwrap().as_deref(), Some("/data/lake/"));
        let metadata = rows!(store, (String, String), "SELECT key, value FROM ducklake_metadata WHERE scope IS NULL ORDER BY key").unwrap();
        let metadata: Vec<(&str, &str)> = metadata.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert!(metadata.contains(&("version", "1.0")) && metadata.contains(&("data_inlining_row_limit", "0")));
        let tables = rows!(store, (i64, String, String), "SELECT table_id, table_name, path FROM ducklake_table ORDER BY table_id").unwrap();
        let expected: Vec<_> = (1..).zip(Table::ALL).map(|(i, t)| (i, t.name().to_owned(), format!("{}/", t.name()))).collect();
        assert_eq!(tables, expected);
        let columns = rows!(store, (i64, String, String, bool),
            "SELECT column_id, column_name, column_type, nulls_allowed FROM ducklake_column WHERE table_id = 1 ORDER BY column_order").unwrap();
        assert_eq!(columns.len(), Table::Orders.columns().len());
        assert_eq!(columns[4], (5, "at".into(), "timestamptz".into(), false));
        assert_eq!(columns[8], (9, "cost".into(), "int64".into(), true));
        let history = catalog::history(store, 9).await.unwrap();
        assert_eq!((history[0].id, history[0].schema_version), (1, 1));
        assert!(history[0].changes.starts_with("created_table:\"main\".\"orders\",created_table:\"main\".\"lines\""));
        assert_eq!(history[1].changes, "created_schema:\"main\"");
        let (next_catalog, next_file) = optional!(store, (i64, i64), "SELECT next_catalog_id, next_file_id FROM ducklake_snapshot WHERE snapshot_id = 1").unwrap().unwrap();
        assert_eq!((next_catalog, next_file), (9, 0));
        // once more changes nothing
        lake(store).await;
        assert_eq!(catalog::history(store, 9).await.unwrap().len(), 2);
        let ids = scalar!(store, i64, "SELECT COUNT(DISTINCT table_uuid) FROM ducklake_table").unwrap();
        assert_eq!(ids, 8);
    }

    async fn a_newer_program_appends_its_tables_and_columns(store: &Store) {
        lake(store).await;
        // as an older program would have left it
        execute!(store, "DELETE FROM ducklake_column WHERE table_id = 2 AND column_id > 10").unwrap();
        execute!(store, "DELETE FROM ducklake_column WHERE table_id = 8").unwrap();
        execute!(store, "DELETE FROM ducklake_table WHERE table_id = 8").unwrap();
        execute!(store, "UPDATE ducklake_snapshot SET next_catalog_id = 8 WHERE snapshot_id = 1").unwrap();
        let boot = catalog::Bootstrap { data_path: "/data/lake", author: "test", now: at(50), random: [9; 16] };
        assert_eq!(catalog::ensure(store, &boot).await.unwrap(), 2);
        let last = &catalog::history(store, 1).await.unwrap()[0];
        assert_eq!((last.schema_version, last.changes.as_str()), (2, "altered_table:2,created_table:\"main\".\"costs\""));
        let added = rows!(store, (i64, i64, bool), "SELECT column_id, begin_snapshot, nulls_allowed FROM ducklake_column WHERE table_id = 2 AND column_id > 10 ORDER BY column_id").unwrap();
        assert_eq!(added.len(), Table::Lines.columns().len() - 10);
        assert!(added.iter().all(|(_, begin, nulls)| *begin == 2 && *nulls));
        assert_eq!(catalog::snapshot(store, Some(1)).await.unwrap().files, []);
    }

    async fn a_past_snapshot_reads_as_it_was_and_an_unknown_one_is_an_error(store: &Store) {
        lake(store).await;
        for n in 1..=3 {
            let id = format!("imp_{n}");
            checked(store, &id, &id).await;
            let files = [file(Table::Lines, &format!("{n}.parquet"), 10)];
            import::commit(store, commit_of(&id, base(store).await, &files)).await.unwrap();
        }
        for n in 1..=4i64 {
            let then = catalog::snapshot(store, Some(n)).await.unwrap();
            let paths: Vec<_> = then.files.iter().map(|f| f.path.clone()).collect();
            let expected: Vec<_> = (1..n).map(|k| format!("{k}.parquet")).collect();
            assert_eq!((then.id, paths), (n, expected));
        }
        assert!(matches!(catalog::snapshot(store, Some(5)).await.unwrap_err(), Error::SnapshotGone { id: 5 }));
        execute!(store, "DELETE FROM ducklake_snapshot WHERE snapshot_id = 3").unwrap();
        assert!(matches!(catalog::snapshot(store, Some(3)).await.unwrap_err(), Error::SnapshotGone { id: 3 }));
        assert_eq!(catalog::paths(store).await.unwrap().len(), 3);
    }

    async fn statistics_of_a_table_widen_and_count(store: &Store) {
        lake(store).await;
        let mut second = file(Table::Orders, "b.parquet", 20);
        second.columns = vec![
            ColumnStats { column: 1, nulls: 0, min: Some("-2".into()), max: Some("10".into()) },
            ColumnStats { column: 6, nulls: 3, min: Some("2024-02-29".into()), max: Some("2026-01-01".into()) },
            ColumnStats { column: 9, nulls: 20, min: None, max: None },
        ];
        let mut first = file(Table::Orders, "a.parquet", 10);
        first.columns.push(ColumnStats { column: 6, nulls: 0, min: Some("2025-01-01".into()), max: Some("2025-06-30".into()) });
        first.columns.push(ColumnStats { column: 9, nulls: 1, min: Some("5".into()), max: Some("70".into()) });
        for (id, f) in [("imp_1", first), ("imp_2", second)] {
            checked(store, id, id).await;
            import::commit(store, commit_of(id, base(store).await, &[f])).await.unwrap();
        }
        let (records, next_row, bytes) = optional!(store, (i64, i64, i64),
            "SELECT record_count, next_row_id, file_size_bytes FROM ducklake_table_stats WHERE table_id = 1").unwrap().unwrap();
        assert_eq!((records, next_row, bytes), (30, 30, 300));
        let starts = rows!(store, (i64,), "SELECT row_id_start FROM ducklake_data_file ORDER BY data_file_id").unwrap();
        assert_eq!(starts, [(0,), (10,)]);
        let stats = rows!(store, (i64, bool, Option<String>, Option<String>),
            "SELECT column_id, contains_null, min_value, max_value FROM ducklake_table_column_stats WHERE table_id = 1 AND column_id IN (1, 2, 6, 9) ORDER BY column_id").unwrap();
        let text = |t: &str| Some(t.to_owned());
        assert_eq!(stats, [
            // numbers compare as numbers
            (1, false, text("-2"), text("12")),
            // a file that says nothing of a column makes its bounds unknown
            (2, true, None, None),
            (6, true, text("2024-02-29"), text("2026-01-01")),
            // nothing but nulls bounds nothing
            (9, true, text("5"), text("70")),
        ]);
        import::undo(store, import::Undo { import: "imp_2", now: at(20), author: "amy", merged: NONE, job: None, audit: None }).await.unwrap();
        let records = scalar!(store, i64, "SELECT record_count FROM ducklake_table_stats WHERE table_id = 1").unwrap();
        assert_eq!(records, 10);
    }

    async fn compaction_swaps_files_and_does_not_disturb_a_staged_import(store: &Store) {
        lake(store).await;
        for n in 1..=4 {
            let id = format!("imp_{n}");
            checked(store, &id, &id).await;
        }
        for (n, name) in [(1, "1"), (2, "2"), (4, "last")] {
            let id = format!("imp_{n}");
            let files = [file(Table::Orders, &format!("{name}.parquet"), 10)];
            import::commit(store, commit_of(&id, base(store).await, &files)).await.unwrap();
        }
        let staged = base(store).await;
        let swap = |path: &str, rows| [catalog::Swap { old: vec!["1.parquet".to_owned(), "2.parquet".to_owned()], new: file(Table::Orders, path, rows) }];
        let compact = async |swaps: &[catalog::Swap]| catalog::compact(store, catalog::Compaction { now: at(30), author: "system", swaps, attempt: None, job: None }).await;
        assert!(matches!(compact(&swap("short.parquet", 19)).await.unwrap_err(), Error::Invalid(_)));
        let both = swap("both.parquet", 20);
        let id = compact(&both).await.unwrap();
        let paths = async |id| catalog::snapshot(store, id).await.unwrap().files.into_iter().map(|f| f.path).collect::<Vec<_>>();
        // it stands where they stood: before what came later
        assert_eq!(paths(None).await, ["both.parquet", "last.parquet"]);
        assert_eq!(paths(Some(id - 1)).await, ["1.parquet", "2.parquet", "last.parquet"]);
        assert_eq!(catalog::history(store, 1).await.unwrap()[0].changes, "compacted_table:1");
        let again = compact(&both).await.unwrap_err();
        assert!(matches!(&again, Error::Conflict(Conflict::File { path }) if path == "1.parquet"), "{again}");
        assert_eq!(catalog::head(store).await.unwrap(), id);

        let files = [file(Table::Orders, "3.parquet", 10)];
        import::commit(store, commit_of("imp_3", staged, &files)).await.unwrap();
        assert_eq!(paths(None).await, ["both.parquet", "last.parquet", "3.parquet"]);

        // what ended goes when its time is over, the snapshots that name it first; what lives stays, and so does the newest snapshot then
        let held = async || catalog::paths(store).await.unwrap().len();
        assert_eq!((catalog::expire(store, at(29)).await.unwrap().files, held().await), (0, 5));
        let gone = catalog::expire(store, at(31)).await.unwrap();
        assert_eq!((gone.files, held().await), (2, 3));
        assert_eq!(paths(None).await.len(), 3);
        assert!(matches!(catalog::snapshot(store, Some(id - 1)).await.unwrap_err(), Error::SnapshotGone { .. }));
        assert_eq!(scalar!(store, i64, "SELECT COUNT(DISTINCT data_file_id) FROM ducklake_file_column_stats").unwrap(), 3);
        // whoever staged against what is forgotten stages again
        checked(store, "imp_5", "imp_5").await;
        let files = [file(Table::Orders, "5.parquet", 10)];
        let late = import::commit(store, commit_of("imp_5", import::Base { snapshot: 2, ..base(store).await }, &files)).await;
        assert!(matches!(late.unwrap_err(), Error::Conflict(Conflict::Lake { .. })));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_id_that_duckdb_takes_under_our_hands_is_not_the_end() {
    let store = postgres().await;
    lake(&store).await;
    checked(&store, "imp_1", "f1").await;
    let staged = base(&store).await;
    // DuckDB knows nothing of our lock
    let mut duckdb = store.begin().await.unwrap();
    execute!(&mut duckdb, "INSERT INTO ducklake_snapshot VALUES (2, now(), 2, 10, 0)").unwrap();
    execute!(&mut duckdb, "INSERT INTO ducklake_snapshot_changes VALUES (2, 'created_table:\"main\".\"notes\"', 'duckdb', NULL, NULL)").unwrap();
    let ours = tokio::spawn({
        let store = store.clone();
        async move {
            let files = [file(Table::Orders, "a.parquet", 10)];
            let people = Box::new([person(0, "amy")].into_iter());
            import::commit(&store, Commit { customers: people, ..commit_of("imp_1", staged, &files) }).await
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!ours.is_finished());
    duckdb.commit().await.unwrap();
    let done = ours.await.unwrap().unwrap();
    assert_eq!((done.snapshot, done.customers), (3, 1));
    assert_eq!(customer::count(&store).await.unwrap(), 1);
    store.close().await;
}
