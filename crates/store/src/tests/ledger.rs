//! The import ledger before a commit: states, documents, quarantine.

use super::*;
use crate::{Error, quarantine};

fn row(line: u64, code: &str) -> quarantine::Row {
    quarantine::Row {
        file: 0,
        line,
        column: Some("金额".into()),
        code: code.into(),
        value: Some("12,5x".into()),
        raw: format!("a,{line},\0\"12,5x\""),
        params: json!({"expected": "number"}),
    }
}

both! {
    async fn batches_are_numbered_and_imports_listed_newest_first(store: &Store) {
        for n in 0..5 {
            checked(store, &format!("imp_{n}"), &format!("f{n}")).await;
        }
        let page = import::list(store, None, 2).await.unwrap();
        assert_eq!(page.iter().map(|i| i.batch).collect::<Vec<_>>(), [5, 4]);
        let page = import::list(store, Some(4), 10).await.unwrap();
        assert_eq!(page.iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), ["imp_2", "imp_1", "imp_0"]);
        let one = import::get(store, "imp_1").await.unwrap().unwrap();
        assert_eq!((one.status, one.author.as_str(), one.created_at), (Status::Checked, "amy", at(1)));
        assert_eq!(one.files, json!([{"name": "orders.csv"}]));
        assert!(import::get(store, "imp_none").await.unwrap().is_none());
    }

    async fn an_import_only_goes_where_its_state_allows(store: &Store) {
        checked(store, "imp_1", "f").await;
        let mut tx = store.begin().await.unwrap();
        for wrong in [Status::Committed, Status::Undone] {
            let refused = import::set_status(&mut tx, "imp_1", wrong, None, at(4)).await.unwrap_err();
            assert!(matches!(refused, Error::State { what: "import", .. }), "{refused}");
        }
        import::set_status(&mut tx, "imp_1", Status::Committing, None, at(4)).await.unwrap();
        let problem = json!({"code": "disk_full"});
        import::set_status(&mut tx, "imp_1", Status::Failed, Some(&problem), at(5)).await.unwrap();
        assert_eq!(import::find(&mut tx, "imp_1").await.unwrap().error, Some(problem));
        assert!(import::set_status(&mut tx, "imp_1", Status::Committing, None, at(6)).await.is_err());
        import::set_status(&mut tx, "imp_1", Status::Mapping, None, at(6)).await.unwrap();
        let again = import::find(&mut tx, "imp_1").await.unwrap();
        assert_eq!((again.error, again.updated_at), (None, at(6)));
        assert!(import::set_status(&mut tx, "imp_none", Status::Mapping, None, at(6)).await.is_err());
    }

    async fn documents_are_set_while_the_import_is_open(store: &Store) {
        checked(store, "imp_1", "f").await;
        let mut tx = store.begin().await.unwrap();
        import::set_mapping(&mut tx, "imp_1", &json!([{"columns": []}]), "f2", at(5)).await.unwrap();
        import::set_files(&mut tx, "imp_1", &json!([]), at(5)).await.unwrap();
        let counts = Counts { rows_in: 5, accepted: 3, quarantined: 1, duplicates: 1 };
        import::set_report(&mut tx, "imp_1", &json!({"seconds": 1}), counts, at(6)).await.unwrap();
        let unbalanced = Counts { rows_in: 6, ..counts };
        assert!(matches!(
            import::set_report(&mut tx, "imp_1", &json!({}), unbalanced, at(6)).await.unwrap_err(),
            Error::Invalid(_)
        ));
        tx.commit().await.unwrap();
        let one = import::find(store, "imp_1").await.unwrap();
        assert_eq!((one.fingerprint.as_str(), one.counts, one.report), ("f2", counts, Some(json!({"seconds": 1}))));
        assert_eq!((one.mapping, one.files), (Some(json!([{"columns": []}])), json!([])));
    }

    async fn a_discarded_import_takes_its_quarantine_along(store: &Store) {
        checked(store, "imp_1", "f").await;
        let mut tx = store.begin().await.unwrap();
        quarantine::append(&mut tx, "imp_1", [row(2, "number")].into_iter()).await.unwrap();
        import::discard(&mut tx, "imp_1").await.unwrap();
        assert!(matches!(import::discard(&mut tx, "imp_1").await.unwrap_err(), Error::NotFound { .. }));
        tx.commit().await.unwrap();
        assert_eq!(quarantine::count(store, "imp_1").await.unwrap(), 0);
    }

    async fn quarantined_rows_stream_in_and_out_unchanged(store: &Store) {
        checked(store, "imp_1", "f").await;
        let mut tx = store.begin().await.unwrap();
        let rows = (2..5_002).map(|n| row(n, if n % 5 == 0 { "phone_lost_digits" } else { "number" }));
        assert_eq!(quarantine::append(&mut tx, "imp_1", rows).await.unwrap(), 5_000);
        assert_eq!(quarantine::append(&mut tx, "imp_1", [row(9_000, "date")].into_iter()).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let (page, next) = quarantine::page(store, "imp_1", 0, 3).await.unwrap();
        assert_eq!((page.len(), next), (3, Some(3)));
        // a zero byte is the one thing PostgreSQL's text cannot hold
        assert_eq!(page[0], quarantine::Row { raw: "a,2,\u{2400}\"12,5x\"".into(), ..row(2, "number") });
        let (page, next) = quarantine::page(store, "imp_1", 5_000, 3).await.unwrap();
        assert_eq!((page.len(), page[0].line, next), (1, 9_000, None));
        let mut lines = Vec::new();
        quarantine::each(store, "imp_1", |r| lines.push(r.line)).await.unwrap();
        assert_eq!(lines.len(), 5_001);
        assert!(lines.is_sorted());
        let counts = quarantine::counts(store, "imp_1").await.unwrap();
        let counts: Vec<_> = counts.iter().map(|c| (c.code.as_str(), c.rows)).collect();
        assert_eq!(counts, [("number", 4_000), ("phone_lost_digits", 1_000), ("date", 1)]);
        assert_eq!(quarantine::clear(store, "imp_1").await.unwrap(), 5_001);
    }
}

#[test]
fn a_committed_import_moves_by_commit_and_undo_alone() {
    let all = [
        Status::Mapping, Status::Checking, Status::Checked, Status::Committing, Status::Committed, Status::Undone, Status::Failed,
    ];
    for s in all {
        assert!(!s.may_become(Status::Committed) && !s.may_become(Status::Undone));
        assert!(!Status::Committed.may_become(s) && !Status::Undone.may_become(s));
    }
    assert!(Status::Mapping.may_become(Status::Checking));
    assert!(!Status::Mapping.may_become(Status::Checked));
    assert!(Status::Checked.may_become(Status::Mapping));
}
