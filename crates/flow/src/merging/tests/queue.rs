//! The queue: what is found, and that what people decided stays decided.

use super::{super::{find, queue}, *};
use crate::jobs::Beat;
use queue::{Asking, BulkDraft, Decision, DecisionDraft};

async fn search(shop: &Shop) -> serde_json::Value {
    shop.later();
    find::run(&shop.app, &Arc::new(Beat::default())).await.expect("looked").result.expect("an answer")
}

async fn open(shop: &Shop) -> queue::CandidatePage {
    queue::list(&shop.app, FULL, &Asking::default(), None, 500).await.expect("listed")
}

/// Members with everything known, a third of whom come again as somebody at a till would write them.
fn planted(people: usize) -> (String, String, Vec<(String, String)>) {
    let (members, again, truth) = testkit::doubles::doubles(people, 5);
    (members, again, truth)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_duplicates_are_found_and_nobody_else() {
    let shop = Shop::at(None).await;
    let (members, again, truth) = planted(1_200);
    shop.import("members.csv", &members).await;
    shop.import("till.csv", &again).await;
    let said = search(&shop).await;
    let page = open(&shop).await;
    assert_eq!(said["open"], page.total, "{said}");
    let mut found = std::collections::BTreeSet::new();
    for pair in &page.items {
        let mut names = Vec::new();
        for party in [&pair.a, &pair.b] {
            let person = profile::profile(&shop.app, FULL, &party.id, Asked::default()).await.expect("there");
            names.push(person.identifiers[0].value.clone());
        }
        names.sort();
        found.insert((names[0].clone(), names[1].clone()));
    }
    let right = truth.iter().filter(|(a, b)| found.contains(&(a.clone().min(b.clone()), a.clone().max(b.clone())))).count();
    let (precision, recall) = (right as f64 / found.len() as f64, right as f64 / truth.len() as f64);
    println!("{} planted, {} found, precision {precision:.3}, recall {recall:.3}", truth.len(), found.len());
    assert!(precision >= 0.97 && recall >= 0.9, "precision {precision:.3}, recall {recall:.3}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_not_proposed_and_who_is_twice_is() {
    let shop = Shop::at(None).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = sample::write_files(folder.path(), 2_000, 3, domain::Lang::Zh, shop.app.today()).expect("written");
    let (members, again, _) = planted(40);
    for (n, file) in files.iter().take(3).enumerate() {
        // rows that a real file spoils are left out as they are
        let text = std::fs::read_to_string(file).expect("read");
        shop.later();
        let path = shop.folder.path().join(format!("{n}.csv"));
        std::fs::write(&path, text).expect("a file");
        let probe = ingest::propose(&shop.app, &path, "demo.csv", None).await.expect("the file is read");
        let source = Source { name: "demo.csv".into(), path, mapping: probe.mapping };
        let actor = Actor::program("test");
        let request = ingest::begin(&shop.app, vec![source], &actor, Some(false)).await.expect("begins");
        ingest::import(&shop.app, &request, &actor, &Arc::new(Progress::default())).await.expect("imports");
    }
    search(&shop).await;
    let none = open(&shop).await.total;
    // one of 250 members of the sample signed up twice
    assert!((8..=12).contains(&none), "8 who are twice among 2,000, {none} proposed");
    shop.import("members.csv", &members).await;
    shop.import("till.csv", &again).await;
    search(&shop).await;
    let some = open(&shop).await.total;
    assert!((10..=16).contains(&(some - none)), "14 more who are twice, {some} proposed after {none}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_decided_stays_decided_until_the_data_changes() {
    for shop in Shop::both().await {
        let (members, again, _) = planted(300);
        shop.import("members.csv", &members).await;
        shop.import("till.csv", &again).await;
        search(&shop).await;
        let first = open(&shop).await;
        assert!(first.total > 20, "{}", first.total);
        let by = By::machine("test");
        let decide = async |id: &str, decision| {
            let draft = DecisionDraft { decision, survivor: None, fields: BTreeMap::new() };
            queue::decide(&shop.app, &by, id, &draft).await.expect("decided")
        };
        let (distinct, later, merged) = (&first.items[0], &first.items[1], &first.items[2]);
        for _ in 0..2 {
            assert_eq!(decide(&distinct.id, Decision::Distinct).await.pair.state, store::duplicate::State::Distinct);
            assert_eq!(decide(&later.id, Decision::Later).await.pair.state, store::duplicate::State::Later);
        }
        let one = decide(&merged.id, Decision::Merge).await;
        assert!(one.merge.is_some() && one.pair.state == store::duplicate::State::Merged);
        search(&shop).await;
        let second = open(&shop).await;
        let pair = |p: &queue::CandidateView| (p.a.id.clone(), p.b.id.clone());
        for gone in [distinct, later, merged] {
            assert!(second.items.iter().all(|p| pair(p) != pair(gone)), "proposed again: {gone:?}");
        }
        assert_eq!(second.total + 3, first.total);
        // what was compared of one of them changes
        let person = profile::profile(&shop.app, FULL, &distinct.a.id, Asked::default()).await.expect("there");
        let number = person.identifiers.iter().find(|i| i.kind == "member" || i.kind == "external").expect("a number").value.clone();
        let heading = if person.identifiers.iter().any(|i| i.kind == "member") { "会员号" } else { "客户编号" };
        shop.import("moved.csv", &format!("{heading},性别,城市\n{number},,乌鲁木齐\n")).await;
        search(&shop).await;
        let third = open(&shop).await;
        let back = queue::show(&shop.app, FULL, &distinct.id).await.expect("there");
        assert!(third.items.iter().any(|p| pair(p) == pair(distinct)) || back.pair.state == store::duplicate::State::Distinct);
        // taken back as two, the pair is not proposed again
        let merge = one.merge.expect("made");
        merges::undo(&shop.app, &by, &merge.id, &UndoDraft { distinct: true }).await.expect("taken back");
        search(&shop).await;
        assert!(open(&shop).await.items.iter().all(|p| pair(p) != pair(merged)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_are_sure_are_merged_in_one_step_and_taken_back_in_one() {
    for shop in Shop::both().await {
        let (members, again, _) = planted(300);
        shop.import("members.csv", &members).await;
        shop.import("till.csv", &again).await;
        search(&shop).await;
        let before = (shop.count(Asked::default()).await, shop.digest(Asked::default()).await);
        let sure = queue::list(&shop.app, FULL, &Asking { from: Some(0.99), ..Asking::default() }, None, 1).await.expect("listed").total;
        let by = By::machine("test");
        let draft = |expected| BulkDraft { from: 0.99, kind: None, expected };
        let moved = queue::merge_all(&shop.app, &by, &draft(sure + 1)).await;
        assert!(matches!(moved, Err(crate::Error::Conflict { code: "duplicate.moved", .. })), "{moved:?}");
        let unsure = queue::merge_all(&shop.app, &by, &BulkDraft { from: 0.5, kind: None, expected: 1 }).await;
        assert!(matches!(unsure, Err(crate::Error::Invalid { code: "duplicate.unsure", .. })), "{unsure:?}");
        let made = queue::merge_all(&shop.app, &by, &draft(sure)).await.expect("merged");
        assert_eq!((shop.count(Asked::default()).await, made.left), (before.0 - made.merged, 0));
        let back = merges::undo(&shop.app, &by, &made.batch, &UndoDraft::default()).await.expect("taken back");
        assert_eq!(back.merges.len() as u64, made.merged);
        assert_eq!((shop.count(Asked::default()).await, shop.digest(Asked::default()).await), before);
        assert_eq!(queue::list(&shop.app, FULL, &Asking { from: Some(0.99), ..Asking::default() }, None, 1).await.expect("listed").total, sure);
    }
}
