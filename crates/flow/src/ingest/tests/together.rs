//! Two processes on one data folder.

use super::{uploads::{checked, until, upload}, *};
use crate::ingest::{self, board};
use store::import::Status;

#[tokio::test]
async fn what_another_process_works_at_is_left_alone() {
    let shop = Shop::open().await;
    let view = upload(&shop, "a.csv", ORDERS).await;
    let progress = shop.app.imports.start(&view.id, &shop.app.uploads(&view.id)).expect("the disk takes it").expect("nobody works at it");
    let mut tx = shop.app.store.begin().await.expect("a transaction");
    store::import::set_status(&mut tx, &view.id, Status::Checking, None, NOW).await.expect("moves");
    tx.commit().await.expect("commits");
    let other = shop.again().await;
    assert_eq!(ingest::recover(&other).await.expect("recovers"), 0, "taken away from whoever works at it");
    assert!(other.imports.start(&view.id, &other.uploads(&view.id)).expect("the disk answers").is_none(), "two work at it");
    assert!(!progress.stopped());
    // a word from there is heard here
    ingest::stop(&other, Sight::Full, &view.id).await.expect("is said");
    assert!(board::asked_to_stop(&shop.app.uploads(&view.id)));
    // its process dies
    shop.app.imports.end(&view.id);
    assert_eq!(ingest::recover(&other).await.expect("recovers"), 1);
    assert_eq!(ingest::get(&other, Sight::Full, &view.id).await.expect("there").status, "mapping");
    ingest::check(&other, Sight::Full, &view.id).await.expect("an old word to stop is forgotten");
    until(&other, &view.id, "checked").await;
}

#[tokio::test]
async fn what_comes_in_is_what_was_shown_last_whoever_checked_it() {
    let shop = Shop::open().await;
    let view = upload(&shop, "a.csv", ORDERS).await;
    assert_eq!(checked(&shop, &view.id).await.report.expect("a report").accepted, 3);
    // mapped and checked anew through another process: nobody knows whose orders these are
    let other = shop.again().await;
    let mut mapping: sources::Mapping = serde_json::from_value(view.files[0].mapping.clone()).expect("a mapping");
    mapping.columns[1].target = sources::Target::Ignore;
    ingest::set_mapping(&other, Sight::Full, &view.id, vec![mapping]).await.expect("mapped");
    ingest::check(&other, Sight::Full, &view.id).await.expect("begins");
    let shown = until(&other, &view.id, "checked").await.report.expect("a report");
    assert_ne!(shown.accepted, 3, "nothing differs");
    ingest::confirm(&shop.app, Sight::Full, &view.id, &tester()).await.expect("begins");
    let done = until(&shop.app, &view.id, "committed").await.report.expect("a report");
    assert_eq!((done.rows_in, done.accepted), (shown.rows_in, shown.accepted));
}

#[tokio::test]
async fn what_another_process_swept_is_staged_again() {
    let shop = Shop::open().await;
    let view = upload(&shop, "a.csv", ORDERS).await;
    checked(&shop, &view.id).await;
    let other = shop.again().await;
    // files are as old as the machine's clock says
    shop.clock.set(Instant(domain::clock::SystemClock.now().0 + 86_400_000_000));
    assert!(ingest::work::sweep_older(&other, 0).await.expect("sweeps").0 > 0, "nothing was staged");
    ingest::confirm(&shop.app, Sight::Full, &view.id, &tester()).await.expect("begins");
    until(&shop.app, &view.id, "committed").await;
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
}
