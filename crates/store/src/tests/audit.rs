//! The audit log: only ever added to, whole or found broken at the right place.

use super::*;
use crate::audit::{self, Filter, NewEntry};
use domain::audit::{Action, Actor, Head, Note, Why};

fn note(n: i64, action: Action, subject: &str) -> Note {
    let amy = Actor { id: "usr_amy".into(), name: "Amy".into(), token: None };
    Note::new(at(n), &amy, action, subject).detail(json!({ "n": n }))
}

async fn write(store: &Store, workspace: &str, count: i64) {
    for n in 0..count {
        let action = if n % 2 == 0 { Action::MemberChanged } else { Action::TokenMade };
        let mut tx = store.begin().await.unwrap();
        audit::append(&mut tx, workspace, &note(n, action, &format!("s{n}"))).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Takes the guards away, as somebody who owns the database could.
async fn unguarded(store: &Store) {
    let guards: &[&'static str] = match store.engine() {
        "postgres" => &["DROP TRIGGER audit_change ON audit"],
        _ => &["DROP TRIGGER audit_update", "DROP TRIGGER audit_delete", "DROP TRIGGER audit_insert"],
    };
    for text in guards {
        execute!(store, *text).unwrap();
    }
}

async fn broken(store: &Store, noted: Option<Head>) -> Option<(i64, Why)> {
    audit::verify(store, "wsp_1", noted).await.unwrap().broken.map(|b| (b.seq, b.why))
}

both! {
    async fn entries_follow_each_other_and_are_read_newest_first(store: &Store) {
        write(store, "wsp_1", 7).await;
        write(store, "wsp_2", 2).await;
        let verified = audit::verify(store, "wsp_1", None).await.unwrap();
        assert_eq!((verified.rows, verified.broken), (7, None));
        assert_eq!(verified.head.as_ref().map(|h| h.seq), Some(7));
        assert_eq!(audit::verify(store, "wsp_2", None).await.unwrap().rows, 2);
        assert_eq!(audit::verify(store, "wsp_3", None).await.unwrap().head, None);

        let seqs = |page: Vec<audit::Named>| page.into_iter().map(|n| n.entry.seq).collect::<Vec<_>>();
        let all = Filter::default();
        assert_eq!(seqs(audit::page(store, "wsp_1", &all, None, 3).await.unwrap()), [7, 6, 5]);
        assert_eq!(seqs(audit::page(store, "wsp_1", &all, Some(5), 10).await.unwrap()), [4, 3, 2, 1]);
        let made = Filter { action: Some("token.made".into()), ..Filter::default() };
        assert_eq!(seqs(audit::page(store, "wsp_1", &made, None, 10).await.unwrap()), [6, 4, 2]);
        let ben = Filter { actor: Some("usr_ben".into()), ..Filter::default() };
        assert!(audit::page(store, "wsp_1", &ben, None, 10).await.unwrap().is_empty());
        let some = Filter { from: Some(at(2)), until: Some(at(5)), ..Filter::default() };
        assert_eq!(seqs(audit::page(store, "wsp_1", &some, None, 10).await.unwrap()), [5, 4, 3]);
        // done to it, or naming it; what stands for any letter in a pattern stands for itself here
        let about = |text: &str| Filter { about: Some(text.into()), ..Filter::default() };
        assert_eq!(seqs(audit::page(store, "wsp_1", &about("s3"), None, 10).await.unwrap()), [4]);
        assert_eq!(seqs(audit::page(store, "wsp_1", &about("n"), None, 10).await.unwrap()).len(), 7);
        assert!(audit::page(store, "wsp_1", &about("_"), None, 10).await.unwrap().is_empty());
        assert!(audit::page(store, "wsp_1", &about("%"), None, 10).await.unwrap().is_empty());
        let first = audit::page(store, "wsp_1", &all, Some(2), 1).await.unwrap().remove(0);
        assert_eq!((first.entry.subject.as_str(), first.entry.detail.as_str(), first.name), ("s0", "{\"n\":0}", None));
    }

    async fn an_entry_of_a_change_that_was_taken_back_was_never_there(store: &Store) {
        let mut tx = store.begin().await.unwrap();
        audit::append(&mut tx, "wsp_1", &note(1, Action::MemberChanged, "x")).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(audit::verify(store, "wsp_1", None).await.unwrap().rows, 0);
    }

    async fn many_at_once_make_one_chain(store: &Store) {
        let writers: Vec<_> = (0..8).map(|_| { let store = store.clone(); tokio::spawn(async move { write(&store, "wsp_1", 5).await }) }).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let verified = audit::verify(store, "wsp_1", None).await.unwrap();
        assert_eq!((verified.rows, verified.broken), (40, None));
    }

    async fn the_database_itself_refuses_to_change_it(store: &Store) {
        write(store, "wsp_1", 3).await;
        for text in [
            "UPDATE audit SET subject = 'x' WHERE seq = 2",
            "UPDATE audit SET seq = seq + 10",
            "DELETE FROM audit WHERE seq = 3",
            "DELETE FROM audit",
        ] {
            let refused = execute!(store, text).unwrap_err();
            assert!(refused.to_string().contains("only added to"), "{text}: {refused}");
        }
        let own = if store.engine() == "postgres" {
            "TRUNCATE audit"
        } else {
            "INSERT OR REPLACE INTO audit SELECT workspace, seq, at, actor, token, action, 'x', detail, previous, hash FROM audit WHERE seq = 2"
        };
        assert!(execute!(store, own).unwrap_err().to_string().contains("only added to"), "{own}");
        assert_eq!(audit::verify(store, "wsp_1", None).await.unwrap().rows, 3);
    }

    async fn a_change_behind_the_databases_back_is_found_at_its_row(store: &Store) {
        write(store, "wsp_1", 6).await;
        unguarded(store).await;
        let head = audit::verify(store, "wsp_1", None).await.unwrap().head.unwrap();
        // each change, and the change that takes it back
        for (harm, mend, found) in [
            ("UPDATE audit SET subject = 'sX' WHERE seq = 3", "UPDATE audit SET subject = 's2' WHERE seq = 3", (3, Why::Hash)),
            ("UPDATE audit SET detail = '{\"n\":9}' WHERE seq = 1", "UPDATE audit SET detail = '{\"n\":0}' WHERE seq = 1", (1, Why::Hash)),
            ("UPDATE audit SET at = at + 1 WHERE seq = 6", "UPDATE audit SET at = at - 1 WHERE seq = 6", (6, Why::Hash)),
            ("UPDATE audit SET actor = 'usr_bob' WHERE seq = 4", "UPDATE audit SET actor = 'usr_amy' WHERE seq = 4", (4, Why::Hash)),
            ("UPDATE audit SET workspace = 'wsp_9' WHERE seq = 2", "UPDATE audit SET workspace = 'wsp_1' WHERE seq = 2", (2, Why::Gap)),
        ] {
            execute!(store, harm).unwrap();
            assert_eq!(broken(store, None).await, Some(found), "{harm}");
            execute!(store, mend).unwrap();
            assert_eq!(broken(store, None).await, None, "{mend}");
        }
        execute!(store, "DELETE FROM audit WHERE seq = 6").unwrap();
        assert_eq!(broken(store, None).await, None, "a chain that lost its end is a chain");
        assert_eq!(broken(store, Some(head)).await, Some((6, Why::Head)), "but not the one that was noted down");
    }

    async fn an_import_and_its_undoing_are_noted_with_them(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        let entry = |action| Some(NewEntry { workspace: "wsp_1".into(), note: note(1, action, "imp_1") });
        let refused = Commit { counts: Counts { rows_in: 9, ..Counts::default() }, audit: entry(Action::ImportCommitted), ..commit_of("imp_1", base(store).await, &[]) };
        assert!(import::commit(store, refused).await.is_err());
        let commit = Commit { audit: entry(Action::ImportCommitted), ..commit_of("imp_1", base(store).await, &[]) };
        import::commit(store, commit).await.unwrap();
        let undo = |audit| import::Undo { import: "imp_1", now: at(20), author: "amy", merged: NONE, job: None, audit };
        import::undo_trial(store, undo(entry(Action::ImportUndone))).await.unwrap();
        import::undo(store, undo(entry(Action::ImportUndone))).await.unwrap();
        let page = audit::page(store, "wsp_1", &Filter::default(), None, 10).await.unwrap();
        assert_eq!(page.iter().map(|n| n.entry.action.as_str()).collect::<Vec<_>>(), ["import.undone", "import.committed"]);
    }
}
