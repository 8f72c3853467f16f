//! The way of the web app: upload, map, check, confirm, undo; and what happens when the process ends in between.

use super::*;
use crate::ingest::{self, Upload, view::ImportView};
use std::time::Duration;

async fn upload(shop: &Shop, name: &str, text: &str) -> ImportView {
    let path = shop.app.temporary().join("upload");
    std::fs::write(&path, text).expect("a file");
    ingest::receive(&shop.app, vec![Upload { name: name.into(), path }], "test").await.expect("arrives")
}

async fn until(app: &App, id: &str, status: &str) -> ImportView {
    for _ in 0..500 {
        let view = ingest::get(app, id).await.expect("is there");
        if view.status == status {
            return view;
        }
        assert_ne!(view.status, "failed", "{:?}", view.error);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {status}");
}

pub(super) async fn checked(shop: &Shop, id: &str) -> ImportView {
    ingest::check(&shop.app, id).await.expect("begins");
    until(&shop.app, id, "checked").await
}

#[tokio::test]
async fn the_whole_way() {
    let shop = Shop::open().await;
    let view = upload(&shop, "订单.csv", ORDERS).await;
    assert_eq!((view.status.as_str(), view.files.len()), ("mapping", 1));
    assert_eq!(view.files[0].name, "订单.csv");
    assert_eq!(view.files[0].columns.len(), 5);
    let report = checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!(report.accepted, 3);
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 0);
    ingest::confirm(&shop.app, &view.id, "test").await.expect("begins");
    let done = until(&shop.app, &view.id, "committed").await;
    assert!(done.undo_until.is_some() && done.snapshot.is_some());
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
    assert!(ingest::discard(&shop.app, &view.id).await.is_err());
    ingest::undo(&shop.app, &view.id, "test").await.expect("undone");
    assert_eq!(until(&shop.app, &view.id, "undone").await.undo_until, None);
}

#[tokio::test]
async fn a_mapping_made_by_hand_is_remembered() {
    let shop = Shop::open().await;
    let text = "bon,who,when,sum\nD1,C1,2026-03-01,10.00\nD2,C2,2026-03-02,11.00\n";
    let view = upload(&shop, "odd.csv", text).await;
    let mut mapping: sources::Mapping = serde_json::from_value(view.files[0].mapping.clone()).expect("a mapping");
    for (column, target) in mapping.columns.iter_mut().zip(["order.id", "customer.id", "order.at", "order.paid"]) {
        column.target = sources::Target::parse(target).expect("a target");
        column.identifier = column.target.is_identifier();
    }
    mapping.kinds = vec![sources::Kind::Order];
    ingest::set_mapping(&shop.app, &view.id, vec![mapping.clone()]).await.expect("fits");
    checked(&shop, &view.id).await;
    ingest::confirm(&shop.app, &view.id, "test").await.expect("begins");
    until(&shop.app, &view.id, "committed").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let next = upload(&shop, "odd2.csv", "bon,who,when,sum\nD3,C1,2026-03-03,12.00\n").await;
    let proposed: sources::Mapping = serde_json::from_value(next.files[0].mapping.clone()).expect("a mapping");
    assert_eq!(proposed.columns.iter().map(|c| c.target.name()).collect::<Vec<_>>(), ["order.id", "customer.id", "order.at", "order.paid"]);
}

#[tokio::test]
async fn a_member_number_alone_is_the_customer_number_unless_it_is_known_as_a_card() {
    let shop = Shop::open().await;
    let orders = "订单号,会员号,下单时间,实付金额\nD1,C1,2026-03-01,10.00\n";
    assert!(shop.source("orders.csv", orders).await.mapping.has(&sources::Target::CustomerId));
    shop.import(&[("people.csv", "客户编号,会员号,姓名\nK1,C1,王芳\n")]).await;
    assert!(shop.source("orders.csv", orders).await.mapping.has(&sources::Target::CustomerMember));
    shop.import(&[("orders.csv", orders)]).await;
    assert_eq!(shop.facts("K1").await.orders.len(), 1);
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_and_leaves_nothing() {
    let shop = Shop::open().await;
    let path = shop.app.temporary().join("upload");
    std::fs::write(&path, [0u8, 159, 146, 150, 0, 0, 1]).expect("a file");
    let refused = ingest::receive(&shop.app, vec![Upload { name: "x.bin".into(), path }], "test").await;
    assert!(matches!(refused, Err(crate::Error::Invalid { .. })), "{refused:?}");
    assert_eq!(std::fs::read_dir(shop.app.data.join("uploads")).expect("a folder").count(), 0);
    assert!(ingest::list(&shop.app).await.expect("list").is_empty());
}

#[tokio::test]
async fn what_was_cut_short_is_back_at_its_mapping_and_what_was_checked_commits_after_a_restart() {
    let shop = Shop::open().await;
    let (cut, kept) = (upload(&shop, "a.csv", ORDERS).await, upload(&shop, "b.csv", &ORDERS.replace('D', "E")).await);
    checked(&shop, &kept.id).await;
    let mut tx = shop.app.store.begin().await.expect("a transaction");
    store::import::set_status(&mut tx, &cut.id, store::import::Status::Checking, None, NOW).await.expect("moves");
    tx.commit().await.expect("commits");
    let after = shop.again().await;
    assert_eq!(ingest::recover(&after).await.expect("recovers"), 1);
    assert_eq!(ingest::get(&after, &cut.id).await.expect("there").status, "mapping");
    ingest::confirm(&after, &kept.id, "test").await.expect("begins");
    until(&after, &kept.id, "committed").await;
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
}
