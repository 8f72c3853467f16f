//! The one commit: everything or nothing, once.

use super::*;
use crate::{
    Conflict, Error,
    comment::{self, Comment},
    contact::{self, Contact},
    customer::{self, CustomerChange},
    import::Committed,
    job, quarantine,
};

fn rejected(line: u64) -> quarantine::Row {
    quarantine::Row {
        file: 0, line, column: None, code: "number".into(), value: None, raw: "x".into(), params: json!({}),
    }
}

both! {
    async fn a_commit_makes_everything_visible_at_once(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        let files = [file(Table::Orders, "a.parquet", 7), file(Table::Orders, "b.parquet", 2), file(Table::Refunds, "a.parquet", 1)];
        let commit = Commit {
            customers: Box::new((0..2_500).map(|n| person(n, &format!("客户{n}")))),
            identifiers: Box::new((0..2_500).map(|n| known_by(n, IdentifierKind::Phone, &format!("86138{n:08}")))
                .chain([known_by(7, IdentifierKind::Email, "amy@shop.cn"), known_by(8, IdentifierKind::Email, "amy@shop.cn")])),
            contacts: Box::new([Contact { customer: CustomerKey(3), name: Some("Li".into()), role: None, phone: None, email: None }; 1].into_iter()),
            comments: Box::new([Comment {
                row_key: -5, customer: CustomerKey(3), at: at(1), question: "nps".into(), channel: None, body: "很好".into(),
            }].into_iter()),
            quarantine: Some(Box::new((2..5).map(rejected))),
            counts: Counts { rows_in: 20, accepted: 15, quarantined: 3, duplicates: 2 },
            report: json!({"seconds": 2}),
            job: Some(job::NewJob::new("job_1".into(), "recompute", json!({}), at(10))),
            ..commit_of("imp_1", base(store).await, &files)
        };
        let done = import::commit(store, commit).await.unwrap();
        assert_eq!(done, Committed { snapshot: 2, customers: 2_500, identifiers: 2_501, changed: 0, contacts: 1, comments: 1 });

        let ledger = import::find(store, "imp_1").await.unwrap();
        assert_eq!((ledger.status, ledger.snapshot, ledger.new_customers), (Status::Committed, Some(2), 2_500));
        assert_eq!((ledger.committed_at, ledger.undo_until), (Some(at(10)), Some(at(1_000))));
        assert_eq!(ledger.counts, Counts { rows_in: 20, accepted: 15, quarantined: 3, duplicates: 2 });
        assert_eq!(quarantine::count(store, "imp_1").await.unwrap(), 3);
        assert_eq!((customer::count(store).await.unwrap(), customer::counter(store).await.unwrap()), (2_500, 2_500));
        let by = async |t| customer::recorded_by(store, at(t)).await.unwrap();
        assert_eq!((by(9).await, by(10).await, by(11).await), (0, 2_500, 2_500));
        let amy = [Identifier { kind: IdentifierKind::Email, value: "amy@shop.cn".into() }];
        assert_eq!(customer::resolve(store, &amy).await.unwrap(), [Some(CustomerKey(7))]);
        assert_eq!(contact::of(store, CustomerKey(3)).await.unwrap().len(), 1);
        let both = contact::by_keys(store, &[CustomerKey(3), CustomerKey(4)]).await.unwrap();
        assert_eq!(both[0].name.as_deref(), Some("Li"));
        assert_eq!(comment::of(store, CustomerKey(3)).await.unwrap()[0].body, "很好");
        assert!(job::get(store, "job_1").await.unwrap().is_some());
        let lake = catalog::snapshot(store, None).await.unwrap();
        assert_eq!((lake.id, lake.files.as_slice()), (2, &files[..]));
        assert_eq!(catalog::history(store, 1).await.unwrap()[0].changes, "inserted_into_table:1,inserted_into_table:3");
    }

    async fn the_same_content_goes_in_once(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "same").await;
        checked(store, "imp_2", "same").await;
        let files = [file(Table::Orders, "a.parquet", 10)];
        import::commit(store, commit_of("imp_1", base(store).await, &files)).await.unwrap();
        let head = catalog::head(store).await.unwrap();
        let again = [file(Table::Orders, "b.parquet", 10)];
        for id in ["imp_1", "imp_2"] {
            let refused = import::commit(store, commit_of(id, base(store).await, &again)).await.unwrap_err();
            assert!(matches!(&refused, Error::AlreadyImported { import } if import == "imp_1"), "{refused}");
        }
        assert_eq!(catalog::head(store).await.unwrap(), head);
        assert_eq!(import::committed(store, "same").await.unwrap().as_deref(), Some("imp_1"));
    }

    async fn eight_commits_of_the_same_content_at_once_are_one(store: &Store) {
        lake(store).await;
        for n in 0..8 {
            checked(store, &format!("imp_{n}"), "same").await;
        }
        let staged = base(store).await;
        let tries: Vec<_> = (0..8).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let files = [file(Table::Orders, &format!("{n}.parquet"), 10)];
                let id = format!("imp_{n}");
                let people = Box::new((0..50).map(move |k| NewCustomer { id: format!("cus_{n}_{k}"), ..person(k, "x") }));
                import::commit(&store, Commit { customers: people, ..commit_of(&id, staged, &files) }).await
            })
        }).collect();
        let mut won = 0;
        for t in tries {
            match t.await.unwrap() {
                Ok(_) => won += 1,
                Err(Error::AlreadyImported { .. }) => {}
                Err(e) => panic!("{e}"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(customer::count(store).await.unwrap(), 50);
        assert_eq!(catalog::snapshot(store, None).await.unwrap().files.len(), 1);
    }

    async fn a_commit_staged_on_an_older_world_is_a_conflict_and_changes_nothing(store: &Store) {
        lake(store).await;
        for n in 1..=3 {
            checked(store, &format!("imp_{n}"), &format!("f{n}")).await;
        }
        let old = base(store).await;
        let a = [file(Table::Orders, "a.parquet", 10)];
        import::commit(store, commit_of("imp_1", old, &a)).await.unwrap();
        let b = [file(Table::Orders, "b.parquet", 10)];
        let refused = import::commit(store, commit_of("imp_2", old, &b)).await.unwrap_err();
        assert!(matches!(refused, Error::Conflict(Conflict::Lake { staged: 1, head: 2 })), "{refused}");

        let now = base(store).await;
        let people = || Box::new([person(0, "amy")].into_iter());
        let moved = Base { customers: 5, ..now };
        let refused = import::commit(store, Commit { customers: people(), ..commit_of("imp_2", moved, &b) }).await.unwrap_err();
        assert!(matches!(refused, Error::Conflict(Conflict::Customers { staged: 5, now: 0 })), "{refused}");
        // the numbers of new customers follow on from the counter
        let gap = Box::new([person(0, "amy"), person(2, "bob")].into_iter());
        let refused = import::commit(store, Commit { customers: gap, ..commit_of("imp_2", now, &b) }).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        assert_eq!((base(store).await, customer::count(store).await.unwrap()), (now, 0));
        assert_eq!(import::find(store, "imp_2").await.unwrap().status, Status::Checked);
        import::commit(store, Commit { customers: people(), ..commit_of("imp_2", now, &b) }).await.unwrap();
    }

    async fn rows_that_do_not_add_up_are_not_committed(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f").await;
        let now = base(store).await;
        let counts = Counts { rows_in: 10, accepted: 8, quarantined: 1, duplicates: 0 };
        let refused = import::commit(store, Commit { counts, ..commit_of("imp_1", now, &[]) }).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        // a row counted as quarantined but not kept is a lost row
        let counts = Counts { rows_in: 10, accepted: 8, quarantined: 2, duplicates: 0 };
        let quarantine = Some(Box::new([rejected(2)].into_iter()) as import::Rows<'_, _>);
        let refused = import::commit(store, Commit { counts, quarantine, ..commit_of("imp_1", now, &[]) }).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        assert_eq!((base(store).await, quarantine::count(store, "imp_1").await.unwrap()), (now, 0));
    }

    async fn quarantine_kept_at_the_check_need_not_come_again(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f").await;
        let mut tx = store.begin().await.unwrap();
        quarantine::append(&mut tx, "imp_1", (2..4).map(rejected)).await.unwrap();
        tx.commit().await.unwrap();
        let counts = Counts { rows_in: 10, accepted: 8, quarantined: 2, duplicates: 0 };
        import::commit(store, Commit { counts, ..commit_of("imp_1", base(store).await, &[]) }).await.unwrap();
        assert_eq!(quarantine::count(store, "imp_1").await.unwrap(), 2);
    }

    async fn only_a_checked_import_is_committed(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f").await;
        let mut tx = store.begin().await.unwrap();
        import::set_status(&mut tx, "imp_1", Status::Failed, None, at(5)).await.unwrap();
        tx.commit().await.unwrap();
        let refused = import::commit(store, commit_of("imp_1", base(store).await, &[])).await.unwrap_err();
        assert!(matches!(&refused, Error::State { state, .. } if state == "failed"), "{refused}");
        let refused = import::commit(store, commit_of("imp_none", base(store).await, &[])).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. }), "{refused}");
    }

    async fn a_path_outside_the_tables_folder_is_refused(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f").await;
        for path in ["../x.parquet", "/etc/passwd", "", "a//b", "a\\b"] {
            let files = [file(Table::Orders, path, 10)];
            let refused = import::commit(store, commit_of("imp_1", base(store).await, &files)).await.unwrap_err();
            assert!(matches!(refused, Error::Invalid(_)), "{path}: {refused}");
        }
    }

    async fn a_known_customer_changes_and_is_named(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        checked(store, "imp_2", "f2").await;
        let people = Box::new((0..3).map(|n| person(n, "old")));
        import::commit(store, Commit { customers: people, ..commit_of("imp_1", base(store).await, &[]) }).await.unwrap();
        let changes = Box::new([
            CustomerChange { key: CustomerKey(1), organisation: true, name: Some("ACME Ltd".into()) },
            CustomerChange { key: CustomerKey(2), organisation: false, name: None },
        ].into_iter());
        let done = import::commit(store, Commit { changes, ..commit_of("imp_2", base(store).await, &[]) }).await.unwrap();
        assert_eq!(done.changed, 2);
        let acme = customer::by_key(store, CustomerKey(1)).await.unwrap().unwrap();
        assert_eq!((acme.organisation, acme.name.as_deref()), (true, Some("ACME Ltd")));
        assert_eq!(customer::by_key(store, CustomerKey(2)).await.unwrap().unwrap().name, None);
        assert_eq!(customer::organisations(store).await.unwrap(), [CustomerKey(1)]);
    }
}
