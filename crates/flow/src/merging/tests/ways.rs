//! Chains, imports that go, days before the merge, values that were chosen, and what people hung on both.

use super::*;
use store::mark;

const PEOPLE: &str = "customer_id,name,phone,city\nC1,王芳,13800000001,上海\nC2,王 芳,13800000002,北京\nC3,李明,13800000003,广州\nC4,赵六,,\n";
const ORDERS: &str = "order_id,customer_id,order_time,paid,status\nD1,C1,2026-03-01 10:00:00,10.00,completed\nD2,C2,2026-03-02 10:00:00,20.00,completed\nD3,C3,2026-03-03 10:00:00,30.00,completed\n";

async fn filled(shop: &Shop) -> [String; 2] {
    [shop.import("people.csv", PEOPLE).await, shop.import("orders.csv", ORDERS).await]
}

async fn net(shop: &Shop, number: &str, asked: Asked) -> String {
    shop.says(number, asked).await.remove("net").unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chains_end_and_come_apart_in_the_middle() {
    for shop in Shop::both().await {
        filled(&shop).await;
        let first = shop.merge("C2", &["C1"]).await;
        let second = shop.merge("C3", &["C2"]).await;
        let root = shop.key("C3").await.expect("known");
        for number in ["C1", "C2", "C3"] {
            assert_eq!(shop.root(number).await, root, "{number}");
        }
        assert_eq!(net(&shop, "C1", Asked::default()).await, "Some(Money(6000))");
        // nobody is merged into whoever is merged into them
        let ring = shop.merge("C1", &["C3"]).await;
        assert!(ring.merges.is_empty(), "{ring:?}");
        let of = merges::of(&shop.app, FULL, root).await.expect("listed");
        assert_eq!(of.len(), 2);
        shop.unmerge(&first).await;
        assert_eq!((shop.root("C1").await, shop.root("C2").await), (shop.key("C1").await.expect("known"), root));
        assert_eq!((net(&shop, "C1", Asked::default()).await, net(&shop, "C3", Asked::default()).await), ("Some(Money(1000))".into(), "Some(Money(5000))".into()));
        shop.unmerge(&second).await;
        assert_eq!(shop.count(Asked::default()).await, 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_past_day_shows_one_and_as_known_then_two() {
    let shop = Shop::at(None).await;
    filled(&shop).await;
    shop.clock.set(Instant(shop.clock.now().0 + 72 * HOUR));
    shop.merge("C1", &["C2"]).await;
    let today = shop.app.today();
    let (before, day) = (Asked { as_of: Some(today.plus(-1)), known: Known::Then }, on("2026-03-05"));
    assert_eq!((shop.count(day).await, net(&shop, "C1", day).await), (3, "Some(Money(3000))".into()));
    assert_eq!((shop.count(before).await, net(&shop, "C1", before).await), (4, "Some(Money(1000))".into()));
    assert_eq!(shop.count(Asked { as_of: Some(today), known: Known::Then }).await, 3);
    let two = shop.id("C2").await;
    let shown = profile::profile(&shop.app, FULL, &two, before).await.expect("shown");
    assert_eq!(shown.id, two, "as known then they are by themselves");
    let now = profile::profile(&shop.app, FULL, &two, Asked::default()).await.expect("shown");
    assert_eq!(now.id, shop.id("C1").await, "an old address goes to who stands for them");
    let values: Vec<&str> = now.identifiers.iter().map(|i| i.value.as_str()).collect();
    assert_eq!(values, ["C1", "C2", "8613800000001", "8613800000002"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_goes_leaves_the_other_by_themselves() {
    for shop in Shop::both().await {
        let first = shop.import("a.csv", "customer_id,name\nC1,王芳\n").await;
        shop.import("b.csv", "customer_id,name\nC2,王芳\nC3,李明\n").await;
        shop.import("orders.csv", "order_id,customer_id,order_time,paid\nD2,C2,2026-03-02 10:00:00,20.00\nD3,C3,2026-03-03 10:00:00,30.00\n").await;
        let made = shop.merge("C1", &["C2"]).await;
        assert_eq!(shop.count(Asked::default()).await, 2);
        shop.undo_import(&first).await;
        assert_eq!(shop.key("C1").await, None);
        let own = shop.key("C2").await.expect("still there");
        assert_eq!((shop.root("C2").await, shop.count(Asked::default()).await), (own, 2));
        assert_eq!(net(&shop, "C2", Asked::default()).await, "Some(Money(2000))");
        let ended = shop.unmerge(&made).await;
        assert!(ended.merges[0].undone_at.is_some() && ended.merges[0].stayed.is_none(), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_value_that_was_chosen_counts_until_a_newer_one_comes() {
    let shop = Shop::at(None).await;
    filled(&shop).await;
    let city = async |asked| shop.says("C1", asked).await.remove("city").unwrap_or_default();
    let made = shop.merge_with("C1", &["C2"], &[("attribute.city", "C1"), ("name", "C2")]).await;
    assert_eq!(city(Asked::default()).await, "Some(Text(\"上海\"))");
    let person = profile::person(&shop.app, &shop.id("C2").await).await.expect("there");
    assert_eq!(person.name.as_deref(), Some("王 芳"));
    shop.unmerge(&made).await;
    assert_eq!(shop.says("C2", Asked::default()).await.remove("city").unwrap_or_default(), "Some(Text(\"北京\"))");
    assert_eq!(profile::person(&shop.app, &shop.id("C1").await).await.expect("there").name.as_deref(), Some("王芳"));
    shop.merge_with("C1", &["C2"], &[("attribute.city", "C1")]).await;
    shop.import("moved.csv", "customer_id,city\nC2,杭州\n").await;
    // a correction holds from the day it was learnt
    assert_eq!(city(Asked { as_of: Some(shop.app.today()), known: Known::Today }).await, "Some(Text(\"杭州\"))", "what is learnt later counts");
    assert_eq!(city(Asked::default()).await, "Some(Text(\"上海\"))");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_lists_and_notes_are_read_together_and_come_apart_again() {
    for shop in Shop::both().await {
        filled(&shop).await;
        let (one, two) = (shop.key("C1").await.expect("known"), shop.key("C2").await.expect("known"));
        let mut tx = shop.app.store.begin().await.expect("begins");
        store::change::set(&mut tx, "tag:tag_vip", &[two].into_iter().collect(), true).await.expect("tagged");
        tx.commit().await.expect("commits");
        let made = shop.merge("C1", &["C2"]).await;
        let aliases = shop.app.runs.aliases(&shop.app).await.expect("read");
        let held = async |aliases: &domain::merge::Aliases| mark::held(&shop.app.store, "tag:tag_vip", aliases).await.expect("read").iter().collect::<Vec<_>>();
        assert_eq!(held(&aliases).await, [one]);
        let ids = vec![shop.id("C2").await, shop.id("C1").await];
        let listed = store::customer::by_ids(&shop.app.store, &ids).await.expect("read");
        assert!(listed.len() == 2 && listed.values().all(|c| c.key == one));
        let found = async || shop.app.finder.find(&shop.app, FULL, "13800000002").await.expect("found").into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(found().await, [one], "an old number finds who stands for them");
        shop.unmerge(&made).await;
        let aliases = shop.app.runs.aliases(&shop.app).await.expect("read");
        assert_eq!((held(&aliases).await, found().await), (vec![two], vec![two]));
        assert_eq!(store::customer::count(&shop.app.store).await.expect("counted"), 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_the_merge_gave_is_taken_back_with_it() {
    let shop = Shop::at(None).await;
    filled(&shop).await;
    let (one, two) = (shop.key("C1").await.expect("known"), shop.key("C2").await.expect("known"));
    let mut tx = shop.app.store.begin().await.expect("begins");
    store::change::set_only(&mut tx, mark::OWNERS, Some("owner:usr_amy"), &[two].into_iter().collect()).await.expect("owned");
    tx.commit().await.expect("commits");
    let made = shop.merge("C1", &["C2"]).await;
    let mine = async || {
        let aliases = shop.app.runs.aliases(&shop.app).await.expect("read");
        mark::held(&shop.app.store, "owner:usr_amy", &aliases).await.expect("read").iter().collect::<Vec<_>>()
    };
    assert_eq!(mine().await, [one]);
    shop.unmerge(&made).await;
    assert_eq!(mine().await, [two]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_merged_is_refused() {
    let shop = Shop::at(None).await;
    filled(&shop).await;
    shop.import("firms.csv", "客户编号,公司名称\nF1,知味贸易有限公司\n").await;
    let by = By::machine("test");
    let refused = async |draft: MergeDraft| match merges::make(&shop.app, &by, &draft).await {
        Err(crate::Error::Invalid { code, .. } | crate::Error::Conflict { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    let (one, two, firm) = (shop.id("C1").await, shop.id("C2").await, shop.id("F1").await);
    let of = |survivor: &str, merged: &[&String]| MergeDraft { survivor: survivor.to_owned(), merged: merged.iter().map(|m| (*m).clone()).collect(), ..MergeDraft::default() };
    assert_eq!(refused(of(&one, &[])).await, "merge.nobody");
    assert_eq!(refused(of(&one, &[&one])).await, "merge.self");
    assert_eq!(refused(of(&one, &[&firm])).await, "merge.kinds");
    let mut odd = of(&one, &[&two]);
    odd.fields.insert("shoe_size".into(), one.clone());
    assert_eq!(refused(odd).await, "merge.field");
    let mut stranger = of(&one, &[&two]);
    stranger.fields.insert("name".into(), firm);
    assert_eq!(refused(stranger).await, "merge.field");
    assert_eq!(shop.count(Asked::default()).await, 5, "nothing was done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_in_sql_know_who_stands_for_whom() {
    let shop = Shop::at(None).await;
    filled(&shop).await;
    let asked = async || {
        let text = "SELECT count(DISTINCT o.customer), count(*) FROM orders o JOIN customers c ON c.customer = o.customer".to_owned();
        crate::sql::ask(&shop.app, &By::machine("test"), crate::sql::SqlForm { text, as_of: None }).await.expect("answered").rows
    };
    let counts = |customers, orders| vec![vec![domain::Value::Int(customers), domain::Value::Int(orders)]];
    assert_eq!(asked().await, counts(3, 3));
    let made = shop.merge("C1", &["C2"]).await;
    assert_eq!(asked().await, counts(2, 3));
    shop.unmerge(&made).await;
    assert_eq!(asked().await, counts(3, 3));
}
