//! What people write while they work with customers: tags, owners, notes, views, and changes that can be taken back in any order.

use super::*;
use crate::{
    Error, Tx, change::{self, Change, Delta, Deltas, Kind, Renamed}, customer, mark::{self, Set}, note::{self, Note}, tag::{self, Tag}, view::{self, View},
};
use domain::tag::Colour;
use std::collections::{BTreeMap, BTreeSet};

const WORKSPACE: &str = "wsp_1";

fn vip(id: &str, name: &str) -> Tag {
    Tag { id: id.into(), name: name.into(), colour: Colour::Amber, created_by: "usr_1".into(), created_at: at(1), removed_at: None }
}

fn change_of(n: i64, seq: i64, kind: Kind, subject: &str, changed: u64) -> Change {
    Change {
        id: format!("chg_{n:06}"),
        seq,
        author: "usr_1".into(),
        author_name: None,
        request_key: format!("key-{n}"),
        fingerprint: "f".into(),
        kind,
        subject: subject.into(),
        asked: Some(json!({ "filter": { "q": "a" } })),
        matched: changed,
        changed,
        at: at(n),
        undone_at: None,
    }
}

async fn people(store: &Store, n: u32) {
    lake(store).await;
    checked(store, "imp_1", "f1").await;
    let files = [file(Table::Orders, "a.parquet", 10)];
    let commit = Commit { customers: Box::new((0..n).map(|k| person(k, "Wang"))), ..commit_of("imp_1", base(store).await, &files) };
    import::commit(store, commit).await.unwrap();
}

async fn write_down(tx: &mut Tx, n: i64, kind: Kind, subject: &str, deltas: &Deltas) -> Change {
    let seq = change::next(tx, WORKSPACE).await.unwrap();
    let made = change_of(n, seq, kind, subject, change::touched(deltas).count());
    change::create(tx, WORKSPACE, &made, deltas).await.unwrap();
    made
}

async fn undo(store: &Store, c: &Change, n: i64) {
    let mut tx = store.begin().await.unwrap();
    let back = change::settle(&mut tx, WORKSPACE, c).await.unwrap();
    change::turn_back(&mut tx, &back).await.unwrap();
    assert!(change::undone(&mut tx, WORKSPACE, &c.id, "usr_1", at(n)).await.unwrap());
    tx.commit().await.unwrap();
}

/// A customer's way through the sets, as anybody would write it down: each change that altered it with what it found and left.
#[derive(Default)]
struct Way {
    steps: Vec<(usize, Option<u32>, Option<u32>)>,
    now: Option<u32>,
}

impl Way {
    fn go(&mut self, change: usize, to: Option<u32>) {
        if self.now != to {
            self.steps.push((change, self.now, to));
            self.now = to;
        }
    }

    fn undo(&mut self, change: usize) {
        let Some(i) = self.steps.iter().position(|s| s.0 == change) else { return };
        let (_, found, _) = self.steps.remove(i);
        match self.steps.get_mut(i) {
            None => self.now = found,
            // the next one found what this one found; one that leaves it as it found it did nothing
            Some(next) if next.2 == found => drop(self.steps.remove(i)),
            Some(next) => next.1 = found,
        }
    }
}

fn chance(state: &mut u64, n: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) % n
}

both! {
    async fn changes_are_taken_back_in_any_order(store: &Store) {
        // customers on both sides of the edge of a row
        let keys: Vec<CustomerKey> = (4_080..4_112).map(CustomerKey).collect();
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut ways: BTreeMap<u32, Way> = keys.iter().map(|k| (k.0, Way::default())).collect();
        let mut made: Vec<Change> = Vec::new();
        let mut open: BTreeSet<usize> = BTreeSet::new();
        for n in 0..120usize {
            if chance(&mut state, 3) == 0 && !open.is_empty() {
                let pick = chance(&mut state, open.len() as u64) as usize;
                let i = open.iter().copied().nth(pick).unwrap();
                open.remove(&i);
                undo(store, &made[i], 1_000 + n as i64).await;
                ways.values_mut().for_each(|w| w.undo(i));
            } else {
                let who: Set = keys.iter().copied().filter(|_| chance(&mut state, 2) == 0).collect();
                let to = Some(chance(&mut state, 4) as u32).filter(|o| *o < 3);
                let name = to.map(|o| mark::of_owner(&format!("usr_{o}")));
                let mut tx = store.begin().await.unwrap();
                let deltas = change::set_only(&mut tx, mark::OWNERS, name.as_deref(), &who).await.unwrap();
                made.push(write_down(&mut tx, n as i64, Kind::OwnerSet, "", &deltas).await);
                tx.commit().await.unwrap();
                let i = made.len() - 1;
                open.insert(i);
                who.iter().for_each(|k| ways.get_mut(&k.0).unwrap().go(i, to));
            }
            let sets = mark::all(store, mark::OWNERS).await.unwrap();
            for key in &keys {
                let of: Vec<u32> = (0..3).filter(|o| sets.get(&mark::of_owner(&format!("usr_{o}"))).is_some_and(|s| s.holds(*key))).collect();
                assert_eq!(of, ways[&key.0].now.into_iter().collect::<Vec<_>>(), "step {n}, customer {}", key.0);
            }
        }
        assert!(made.len() > 60 && open.len() < made.len());
    }

    async fn a_tag_goes_on_and_off_and_back(store: &Store) {
        let who: Set = (0..5_000).map(CustomerKey).collect();
        let some: Set = (10..20).map(CustomerKey).collect();
        let mark = mark::of_tag("tag_1");
        let mut tx = store.begin().await.unwrap();
        let first = change::set(&mut tx, &mark, &some, true).await.unwrap();
        write_down(&mut tx, 1, Kind::TagAdd, "tag_1", &first).await;
        let second = change::set(&mut tx, &mark, &who, true).await.unwrap();
        assert_eq!(change::touched(&second).count(), 4_990, "whoever had it is not changed");
        let second = write_down(&mut tx, 2, Kind::TagAdd, "tag_1", &second).await;
        tx.commit().await.unwrap();
        assert_eq!(mark::of(store, &mark).await.unwrap().count(), 5_000);
        // whoever has them in memory reads what changed since
        let mut kept = std::collections::BTreeMap::new();
        mark::since(store, -1).await.unwrap().put_into(&mut kept, |_| ());
        assert_eq!(*kept[&mark], mark::of(store, &mark).await.unwrap());
        let seen = crate::reading::now(store).await.unwrap().marks;
        assert!(mark::since(store, seen).await.unwrap().is_empty());
        undo(store, &second, 9).await;
        assert_eq!(mark::of(store, &mark).await.unwrap(), some);
        let mut told = Vec::new();
        mark::since(store, seen).await.unwrap().put_into(&mut kept, |name| told.push(name.to_owned()));
        assert_eq!((told.as_slice(), &*kept[&mark]), (&[mark.clone()][..], &some));
        let mut tx = store.begin().await.unwrap();
        assert!(!change::undone(&mut tx, WORKSPACE, &second.id, "usr_1", at(9)).await.unwrap(), "once");
    }

    async fn the_same_request_is_one_change(store: &Store) {
        let mut tx = store.begin().await.unwrap();
        let made = write_down(&mut tx, 1, Kind::TagAdd, "tag_1", &BTreeMap::from([("tag:tag_1".to_owned(), Delta::default())])).await;
        tx.commit().await.unwrap();
        let found = change::by_request(store, WORKSPACE, "usr_1", "key-1").await.unwrap().unwrap();
        assert_eq!(found, made);
        assert_eq!(change::by_request(store, WORKSPACE, "usr_2", "key-1").await.unwrap(), None, "keys are each author's own");
        let mut tx = store.begin().await.unwrap();
        let again = Change { id: "chg_other".into(), seq: 2, ..made };
        assert!(matches!(change::create(&mut tx, WORKSPACE, &again, &Deltas::new()).await, Err(Error::Taken { .. })));
    }

    async fn what_is_old_can_no_longer_be_taken_back_but_is_known(store: &Store) {
        let who: Set = (0..10).map(CustomerKey).collect();
        let mut tx = store.begin().await.unwrap();
        let deltas = change::set(&mut tx, "tag:tag_1", &who, true).await.unwrap();
        let old = write_down(&mut tx, 1, Kind::TagAdd, "tag_1", &deltas).await;
        let young = write_down(&mut tx, 50, Kind::TagAdd, "tag_1", &deltas).await;
        change::forget(&mut tx, WORKSPACE, at(50)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(change::deltas(store, &old.id).await.unwrap().is_empty());
        assert_eq!(change::deltas(store, &young.id).await.unwrap(), deltas);
        let page = change::page(store, WORKSPACE, Some("usr_1"), None, 10).await.unwrap();
        assert_eq!(page.iter().map(|c| (c.id.as_str(), c.asked.is_some())).collect::<Vec<_>>(), [("chg_000050", true), ("chg_000001", false)]);
        assert_eq!(mark::of(store, "tag:tag_1").await.unwrap().count(), 10, "what it did stays");
    }

    async fn a_name_put_right_outlives_the_undo_of_an_earlier_import(store: &Store) {
        people(store, 3).await;
        checked(store, "imp_2", "f2").await;
        let renamed = |key| customer::CustomerChange { key: CustomerKey(key), organisation: false, name: Some("Wong".into()) };
        let files = [file(Table::Orders, "b.parquet", 10)];
        let commit = Commit { changes: Box::new((0..2).map(renamed)), ..commit_of("imp_2", base(store).await, &files) };
        import::commit(store, commit).await.unwrap();
        let name = async |key| customer::by_key(store, CustomerKey(key)).await.unwrap().unwrap().name.unwrap();
        let mut tx = store.begin().await.unwrap();
        let made = write_down(&mut tx, 1, Kind::NameSet, "", &Deltas::new()).await;
        let names = Renamed { customer: CustomerKey(0), before: Some("Wong".into()), after: Some("王".into()) };
        let head = catalog::head(&mut tx).await.unwrap();
        change::rename(&mut tx, &made, &names, head).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(change::renamed(store, &made.id).await.unwrap(), Some(names));
        import::undo(store, import::Undo { import: "imp_2", now: at(60), author: "amy", merged: NONE, job: None, audit: None }).await.unwrap();
        assert_eq!((name(0).await, name(1).await), ("王".to_owned(), "Wang".to_owned()));
        let mut tx = store.begin().await.unwrap();
        change::name_back(&mut tx, &made.id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(name(0).await, "Wong");
    }

    async fn notes_go_with_the_customer_an_undone_import_brought(store: &Store) {
        people(store, 2).await;
        let note = Note {
            id: "not_1".into(), customer: CustomerKey(1), author: "usr_1".into(), author_name: None, body: "likes\0tea".into(), created_at: at(5), edited_at: None, removed_at: None,
        };
        let mut tx = store.begin().await.unwrap();
        note::create(&mut tx, &note).await.unwrap();
        note::create(&mut tx, &Note { id: "not_2".into(), created_at: at(6), ..note.clone() }).await.unwrap();
        note::change(&mut tx, "not_2", "likes coffee", at(7)).await.unwrap();
        note::remove(&mut tx, "not_1", at(8)).await.unwrap();
        tx.commit().await.unwrap();
        let of = async || note::of(store, CustomerKey(1)).await.unwrap().into_iter().map(|n| (n.body, n.edited_at)).collect::<Vec<_>>();
        assert_eq!(of().await, [("likes coffee".to_owned(), Some(at(7)))]);
        let mut tx = store.begin().await.unwrap();
        note::restore(&mut tx, "not_1").await.unwrap();
        assert!(note::restore(&mut tx, "not_1").await.is_err(), "it is there");
        tx.commit().await.unwrap();
        assert_eq!(of().await[1].0, "likes␀tea");
        let mut tx = store.begin().await.unwrap();
        note::remove(&mut tx, "not_1", at(8)).await.unwrap();
        assert_eq!((note::forget(&mut tx, at(8)).await.unwrap(), note::forget(&mut tx, at(9)).await.unwrap()), (0, 1));
        tx.commit().await.unwrap();
        assert_eq!(note::get(store, "not_1").await.unwrap(), None);
        import::undo(store, import::Undo { import: "imp_1", now: at(60), author: "amy", merged: NONE, job: None, audit: None }).await.unwrap();
        assert_eq!(note::get(store, "not_2").await.unwrap(), None);
    }

    async fn a_tag_has_its_name_to_itself(store: &Store) {
        let mut tx = store.begin().await.unwrap();
        tag::create(&mut tx, WORKSPACE, &vip("tag_1", "VIP")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(matches!(tag::create(&mut tx, WORKSPACE, &vip("tag_2", "ｖｉｐ")).await, Err(Error::Taken { .. })));
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tag::create(&mut tx, "wsp_2", &vip("tag_9", "vip")).await.unwrap();
        tag::remove(&mut tx, WORKSPACE, "tag_1", at(3)).await.unwrap();
        tag::create(&mut tx, WORKSPACE, &vip("tag_2", "vip")).await.unwrap();
        tx.commit().await.unwrap();
        let names = async || tag::list(store, WORKSPACE).await.unwrap().into_iter().map(|t| t.id).collect::<Vec<_>>();
        assert_eq!(names().await, ["tag_2"]);
        let mut tx = store.begin().await.unwrap();
        assert!(matches!(tag::restore(&mut tx, WORKSPACE, "tag_1").await, Err(Error::Taken { .. })));
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tag::change(&mut tx, WORKSPACE, "tag_2", "best", Colour::Red).await.unwrap();
        tag::restore(&mut tx, WORKSPACE, "tag_1").await.unwrap();
        assert!(tag::change(&mut tx, "wsp_2", "tag_2", "x", Colour::Red).await.is_err(), "another business's");
        tx.commit().await.unwrap();
        assert_eq!(names().await, ["tag_2", "tag_1"]);
    }

    async fn views_are_ones_own_or_everybodys(store: &Store) {
        let mine = View {
            id: "v_1".into(), owner: "usr_1".into(), owner_name: None, name: "mine".into(), query: json!({ "sort": "-net" }), shared: false,
            created_at: at(1), updated_at: at(1), used_at: at(1),
        };
        let mut tx = store.begin().await.unwrap();
        view::create(&mut tx, WORKSPACE, &mine).await.unwrap();
        view::create(&mut tx, WORKSPACE, &View { id: "v_2".into(), shared: true, ..mine.clone() }).await.unwrap();
        view::set_default(&mut tx, WORKSPACE, "usr_2", Some("v_2")).await.unwrap();
        view::set_default(&mut tx, WORKSPACE, "usr_2", Some("v_1")).await.unwrap();
        tx.commit().await.unwrap();
        let seen = async |who| view::list(store, WORKSPACE, who).await.unwrap().into_iter().map(|v| v.id).collect::<Vec<_>>();
        assert_eq!((seen("usr_1").await, seen("usr_2").await), (vec!["v_1".to_owned(), "v_2".to_owned()], vec!["v_2".to_owned()]));
        assert_eq!(view::get(store, WORKSPACE, "v_1", "usr_2").await.unwrap(), None);
        assert_eq!(view::get(store, "wsp_2", "v_2", "usr_2").await.unwrap(), None);
        assert_eq!(view::default(store, WORKSPACE, "usr_2").await.unwrap().as_deref(), Some("v_1"));
        view::used(store, WORKSPACE, "v_1", at(100)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        view::change(&mut tx, WORKSPACE, &View { name: "ours".into(), shared: true, updated_at: at(7), ..mine.clone() }).await.unwrap();
        view::remove(&mut tx, WORKSPACE, "v_2", at(8)).await.unwrap();
        view::set_default(&mut tx, WORKSPACE, "usr_2", None).await.unwrap();
        tx.commit().await.unwrap();
        let now = view::get(store, WORKSPACE, "v_1", "usr_2").await.unwrap().unwrap();
        assert_eq!(now, View { name: "ours".into(), shared: true, updated_at: at(7), used_at: at(100), ..mine });
        assert_eq!((seen("usr_2").await, view::default(store, WORKSPACE, "usr_2").await.unwrap()), (vec!["v_1".to_owned()], None));
    }
}
