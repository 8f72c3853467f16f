//! Undo: the world as it was, whatever came later stays.

use super::*;
use crate::{
    Error,
    comment::{self, Comment},
    customer::{self, CustomerChange},
    import::Undo,
};

async fn undo(store: &Store, id: &str, now: i64) -> crate::Result<import::Undone> {
    import::undo(store, Undo { import: id, now: at(now), author: "amy", merged: NONE, job: None, audit: None }).await
}

fn named(key: u32, name: &str) -> CustomerChange {
    CustomerChange { key: CustomerKey(key), organisation: false, name: Some(name.into()) }
}

async fn name(store: &Store, key: u32) -> Option<String> {
    customer::by_key(store, CustomerKey(key)).await.unwrap().and_then(|c| c.name)
}

both! {
    async fn an_undone_import_leaves_no_trace_but_its_ledger_row(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        let files = [file(Table::Orders, "a.parquet", 6), file(Table::Answers, "a.parquet", 4)];
        let commit = Commit {
            customers: Box::new((0..20).map(|n| person(n, "x"))),
            identifiers: Box::new((0..20).map(|n| known_by(n, IdentifierKind::External, &n.to_string()))),
            comments: Box::new([Comment {
                row_key: 1, customer: CustomerKey(3), at: at(1), question: "nps".into(), channel: None, body: "hm".into(),
            }].into_iter()),
            ..commit_of("imp_1", base(store).await, &files)
        };
        import::commit(store, commit).await.unwrap();
        let undone = undo(store, "imp_1", 20).await.unwrap();
        assert_eq!((undone.snapshot, undone.files, undone.customers), (3, 2, 20));

        assert!(catalog::snapshot(store, None).await.unwrap().files.is_empty());
        assert_eq!(catalog::snapshot(store, Some(2)).await.unwrap().files.len(), 2);
        assert_eq!(catalog::history(store, 1).await.unwrap()[0].changes, "deleted_from_table:1,deleted_from_table:5");
        assert_eq!(customer::count(store).await.unwrap(), 0);
        assert_eq!(comment::count(store).await.unwrap(), 0);
        assert_eq!(scalar!(store, i64, "SELECT COUNT(*) FROM identifiers").unwrap(), 0);
        // numbers are never given out twice
        assert_eq!(customer::counter(store).await.unwrap(), 20);
        assert_eq!(customer::gaps(store).await.unwrap(), [0..=19]);
        let ledger = import::find(store, "imp_1").await.unwrap();
        assert_eq!((ledger.status, ledger.undo_snapshot, ledger.undone_at), (Status::Undone, Some(3), Some(at(20))));
        assert!(matches!(undo(store, "imp_1", 21).await.unwrap_err(), Error::State { .. }));

        // the same content may come again
        checked(store, "imp_2", "f1").await;
        import::commit(store, commit_of("imp_2", base(store).await, &[])).await.unwrap();
    }

    async fn undo_ends_in_time_and_takes_its_rows_from_files_that_were_merged(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        checked(store, "imp_2", "f2").await;
        let a = [file(Table::Orders, "a.parquet", 10)];
        import::commit(store, commit_of("imp_1", base(store).await, &a)).await.unwrap();
        let b = [file(Table::Orders, "b.parquet", 10)];
        let free = Commit { undo_until: None, ..commit_of("imp_2", base(store).await, &b) };
        import::commit(store, free).await.unwrap();
        assert!(matches!(undo(store, "imp_1", 1_001).await.unwrap_err(), Error::UndoExpired { .. }));

        let swaps = [catalog::Swap { old: vec!["a.parquet".to_owned(), "b.parquet".to_owned()], new: file(Table::Orders, "c.parquet", 20) }];
        let looked = base(store).await.snapshot;
        catalog::compact(store, catalog::Compaction { now: at(1_002), author: "system", swaps: &swaps, attempt: None, job: None }).await.unwrap();
        let take = async |base, rows| {
            let new = (rows > 0).then(|| file(Table::Orders, "d.parquet", rows));
            let files = [catalog::Replaced { old: file(Table::Orders, "c.parquet", 20), new }];
            let merged = catalog::Merged { base, files: &files };
            import::undo(store, Undo { import: "imp_2", now: at(1_003), author: "amy", merged, job: None, audit: None }).await
        };
        // somebody looked before they were merged, or lost nothing of it
        assert!(matches!(take(looked, 10).await.unwrap_err(), Error::Conflict(_)));
        assert!(matches!(take(looked + 1, 20).await.unwrap_err(), Error::Invalid(_)));
        assert_eq!(take(looked + 1, 10).await.unwrap().files, 1);
        let left = catalog::snapshot(store, None).await.unwrap().files;
        assert_eq!(left.iter().map(|f| (f.path.as_str(), f.rows)).collect::<Vec<_>>(), [("d.parquet", 10)]);
        assert_eq!(scalar!(store, i64, "SELECT record_count FROM ducklake_table_stats WHERE table_id = 1").unwrap(), 10);
    }

    async fn customers_a_later_import_mentions_stay_until_that_is_undone(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        checked(store, "imp_2", "f2").await;
        let first = Commit {
            customers: Box::new((0..10).map(|n| person(n, "x"))),
            identifiers: Box::new((0..10).map(|n| known_by(n, IdentifierKind::Phone, &format!("8613{n}")))),
            ..commit_of("imp_1", base(store).await, &[])
        };
        import::commit(store, first).await.unwrap();
        let second = Commit {
            customers: Box::new((10..12).map(|n| person(n, "y"))),
            mentioned: Box::new([CustomerKey(4), CustomerKey(5), CustomerKey(7)].into_iter()),
            ..commit_of("imp_2", base(store).await, &[])
        };
        import::commit(store, second).await.unwrap();

        assert_eq!(undo(store, "imp_1", 20).await.unwrap().customers, 7);
        assert_eq!(customer::gaps(store).await.unwrap(), [0..=3, 6..=6, 8..=9]);
        assert_eq!(customer::count(store).await.unwrap(), 5);
        // their identifiers stay with them: the next file must find them
        let four = [Identifier { kind: IdentifierKind::Phone, value: "86134".into() }, Identifier { kind: IdentifierKind::Phone, value: "86136".into() }];
        assert_eq!(customer::resolve(store, &four).await.unwrap(), [Some(CustomerKey(4)), None]);
        assert_eq!(undo(store, "imp_2", 21).await.unwrap().customers, 5);
        assert_eq!(customer::count(store).await.unwrap(), 0);
        assert_eq!(scalar!(store, i64, "SELECT COUNT(*) FROM identifiers").unwrap(), 0);
    }

    async fn names_come_back_whichever_import_is_undone_first(store: &Store) {
        lake(store).await;
        for (n, f) in ["a", "b", "c", "d"].iter().enumerate() {
            checked(store, &format!("imp_{n}"), f).await;
        }
        let zero = Commit { customers: Box::new((0..2).map(|n| person(n, "n0"))), ..commit_of("imp_0", base(store).await, &[]) };
        import::commit(store, zero).await.unwrap();
        for (id, name) in [("imp_1", "n1"), ("imp_2", "n2"), ("imp_3", "n3")] {
            let changes = Box::new([named(0, name)].into_iter());
            let mentioned = Box::new([CustomerKey(0)].into_iter());
            import::commit(store, Commit { changes, mentioned, ..commit_of(id, base(store).await, &[]) }).await.unwrap();
        }
        assert_eq!(name(store, 0).await.as_deref(), Some("n3"));
        // from the middle: what came later stays
        undo(store, "imp_2", 20).await.unwrap();
        assert_eq!(name(store, 0).await.as_deref(), Some("n3"));
        // from the end: what came before the middle is back
        undo(store, "imp_3", 21).await.unwrap();
        assert_eq!(name(store, 0).await.as_deref(), Some("n1"));
        undo(store, "imp_1", 22).await.unwrap();
        assert_eq!(name(store, 0).await.as_deref(), Some("n0"));
        assert_eq!(name(store, 1).await.as_deref(), Some("n0"));
        assert_eq!(scalar!(store, i64, "SELECT COUNT(*) FROM customer_images").unwrap(), 0);
    }
}
