//! Every count of a report is exact, and a dry run says what the import then does.

use super::*;
use crate::ingest::report::{Customers, Records};

#[tokio::test]
async fn a_first_import_creates_and_the_same_rows_again_change_nothing() {
    let shop = Shop::open().await;
    let (staged, done) = shop.import(&[("orders.csv", ORDERS)]).await;
    let r = &staged.report;
    assert_eq!((r.rows_in, r.accepted, r.quarantined, r.duplicates), (3, 3, 0, 0));
    assert_eq!(r.customers, Customers { created: 2, updated: 0, unchanged: 0 });
    assert_eq!(r.records["orders"], Records { created: 3, updated: 0, duplicate: 0 });
    assert_eq!((r.first_day.as_deref(), r.last_day.as_deref()), (Some("2026-03-01"), Some("2026-04-01")));
    assert!(matches!(done, Done::Committed { .. }));

    let (again, done) = shop.import(&[("renamed.csv", ORDERS)]).await;
    assert!(matches!(done, Done::Already { .. }));
    assert_eq!((again.report.accepted, again.report.duplicates), (0, 3));
    // the same rows in another order are other content, but no new rows
    let lines: Vec<&str> = ORDERS.lines().collect();
    let turned = [lines[0], lines[3], lines[1], lines[2]].join("\n");
    let (turned, done) = shop.import(&[("turned.csv", &turned)]).await;
    assert!(matches!(done, Done::Committed { .. }));
    assert_eq!((turned.report.accepted, turned.report.duplicates, turned.files.len()), (0, 3, 0));
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
}

#[tokio::test]
async fn a_corrected_order_is_an_update_and_rows_repeated_in_a_file_count_once() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    let corrected = "order_id,customer_id,order_time,paid,status\n\
        D2,C1,2026-03-06 10:00:00,60.00,completed\n\
        D2,C1,2026-03-06 10:00:00,60.00,completed\n\
        D4,C3,2026-05-01 10:00:00,1.00,completed\n";
    let (staged, _) = shop.import(&[("more.csv", corrected)]).await;
    let r = &staged.report;
    assert_eq!((r.rows_in, r.accepted, r.duplicates), (3, 2, 1));
    assert_eq!(r.records["orders"], Records { created: 1, updated: 1, duplicate: 1 });
    let orders = shop.facts("C1").await.orders;
    assert_eq!(orders.iter().map(|o| o.paid).collect::<Vec<_>>(), [10_000, 5_050, 6_000]);
}

#[tokio::test]
async fn lines_and_refunds_that_name_only_their_order_find_its_customer_and_time() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    // D9 comes in the same import, though its file is read after the lines were named first; D1 lies in the lake
    let lines = "order_id,line_no,product_id,category,quantity,amount\nD1,1,P1,茶,1,60.00\nD1,2,P2,器,2,40.00\nD9,1,P1,茶,1,9.00\n";
    let orders = "order_id,customer_id,order_time,paid,status\nD9,C7,2026-06-01 09:00:00,9.00,completed\n";
    let (staged, _) = shop.import(&[("order_lines.csv", lines), ("orders2.csv", orders)]).await;
    let r = &staged.report;
    assert_eq!((r.rows_in, r.accepted, r.quarantined), (4, 4, 0), "{:?}", r.rejects_by_reason);
    let facts = shop.facts("C1").await;
    assert_eq!(facts.lines.len(), 2);
    assert!(facts.lines.iter().all(|l| l.day == facts.orders[0].day && l.at == facts.orders[0].at));
    assert_eq!(shop.facts("C7").await.lines.len(), 1);
}

#[tokio::test]
async fn a_line_below_the_head_of_its_order_finds_it_in_the_same_file() {
    let shop = Shop::open().await;
    let shopify = "Name,Email,Financial Status,Paid at,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n\
        #1001,a@x.com,paid,2026-03-01 10:00:00 +0800,55.00,2026-03-01 09:00:00 +0800,1,Tea,20.00\n\
        #1001,a@x.com,,,,2026-03-01 09:00:00 +0800,2,Cup,15.00\n";
    let (staged, _) = shop.import(&[("shopify.csv", shopify)]).await;
    let r = &staged.report;
    assert_eq!((r.rows_in, r.accepted, r.records["orders"].created, r.records["lines"].created), (2, 2, 1, 2), "{:?}", r.rejects_by_reason);
}

#[tokio::test]
async fn a_dry_run_says_what_the_import_then_does_and_leaves_nothing() {
    let shop = Shop::open().await;
    let mut dry = shop.stage(&[("orders.csv", ORDERS)]).await;
    let (said, id) = (dry.report.clone(), dry.id.clone());
    assert!(shop.parquet_files() > 0);
    dry.rejects.each(|_, _| Ok(())).expect("reads");
    drop(dry);
    crate::ingest::drop_import(&shop.app, &id).await.expect("drops");
    assert_eq!(shop.parquet_files(), 0);
    assert!(store::import::list(&shop.app.store, None, 10).await.expect("list").is_empty());
    let (done, _) = shop.import(&[("orders.csv", ORDERS)]).await;
    assert_eq!((said.accepted, said.records, said.customers), (done.report.accepted, done.report.records, done.report.customers));
}

#[tokio::test]
async fn two_imports_staged_side_by_side_both_come_in_once() {
    let shop = Shop::open().await;
    let request = shop.begin(&[("orders.csv", ORDERS)]).await;
    let other = "order_id,customer_id,order_time,paid\nE1,C9,2026-03-01 10:00:00,5.00\nD1,C1,2026-03-01 10:00:00,7.00\n";
    let mut early = crate::ingest::stage(&shop.app, request.clone(), Arc::default()).await.expect("stages");
    shop.import(&[("other.csv", other)]).await;
    let refused = crate::ingest::commit(&shop.app, &mut early, &tester()).await;
    assert!(matches!(refused, Err(crate::Error::Store(store::Error::Conflict(_)))));
    let (staged, done) = crate::ingest::import(&shop.app, &request, &tester(), &Arc::default()).await.expect("imports");
    assert!(matches!(done, Done::Committed { .. }));
    assert_eq!(staged.report.records["orders"], Records { created: 2, updated: 1, duplicate: 0 });
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 5);
    assert_eq!(store::customer::count(&shop.app.store).await.expect("count"), 3);
}

#[tokio::test]
async fn eight_at_once_of_the_same_content_are_in_once() {
    let shop = Shop::open().await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let app = shop.again().await;
        let request = shop.begin(&[("orders.csv", ORDERS)]).await;
        tasks.push(tokio::spawn(async move { crate::ingest::import(&app, &request, &tester(), &Arc::default()).await.map(|d| d.1) }));
    }
    let mut committed = 0;
    for task in tasks {
        committed += usize::from(matches!(task.await.expect("ends").expect("imports"), Done::Committed { .. }));
    }
    assert_eq!(committed, 1);
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
    assert_eq!(store::customer::count(&shop.app.store).await.expect("count"), 2);
}

#[tokio::test]
async fn a_load_of_history_was_known_when_it_happened() {
    let shop = Shop::open().await;
    let source = shop.source("orders.csv", ORDERS).await;
    let request = crate::ingest::begin(&shop.app, vec![source], &tester(), None).await.expect("begins");
    assert!(request.history, "the first load of an empty lake");
    crate::ingest::import(&shop.app, &request, &tester(), &Arc::default()).await.expect("imports");
    assert!(shop.facts("C1").await.orders.iter().all(|o| o.recorded_at == o.at));
    let later = shop.source("more.csv", "order_id,customer_id,order_time,paid\nD5,C1,2026-03-01 10:00:00,5.00\n").await;
    let request = crate::ingest::begin(&shop.app, vec![later], &tester(), None).await.expect("begins");
    assert!(!request.history);
}
