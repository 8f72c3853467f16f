//! A whole import is taken back: facts, customers only it brought, and what it changed.

use super::*;

#[tokio::test]
async fn everything_is_as_it_was() {
    let shop = Shop::open().await;
    let people = "customer_id,name,city\nC1,王芳,北京\n";
    shop.import(&[("people.csv", people)]).await;
    let before = shop.lake().await.snapshot().files.clone();
    let more = "customer_id,name,city\nC1,王小芳,上海\nC5,新人,上海\n";
    let (staged, _) = shop.import(&[("more.csv", more)]).await;
    assert_eq!(shop.attribute("C1", "city").await, Value::Text("上海".into()));
    crate::ingest::undo(&shop.app, &staged.id, &tester()).await.expect("undone");
    assert_eq!(shop.lake().await.snapshot().files, before);
    assert_eq!(shop.who("C5").await, None);
    let key = shop.who("C1").await.expect("known");
    let c = store::customer::by_key(&shop.app.store, key).await.expect("reads").expect("there");
    assert_eq!(c.name.as_deref(), Some("王芳"));
    assert_eq!(shop.attribute("C1", "city").await, Value::Text("北京".into()));
    let again = crate::ingest::undo(&shop.app, &staged.id, &tester()).await;
    assert!(matches!(again, Err(crate::Error::Conflict { code: "import.state", .. })));
}

#[tokio::test]
async fn after_an_undo_the_same_file_comes_in_again() {
    let shop = Shop::open().await;
    let (first, _) = shop.import(&[("orders.csv", ORDERS)]).await;
    crate::ingest::undo(&shop.app, &first.id, &tester()).await.expect("undone");
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 0);
    let (again, done) = shop.import(&[("orders.csv", ORDERS)]).await;
    assert!(matches!(done, Done::Committed { .. }));
    assert_eq!((again.report.accepted, again.report.customers.created), (3, 2));
    assert_eq!(shop.facts("C1").await.orders.len(), 2);
}

#[tokio::test]
async fn the_sweep_removes_what_nobody_names_and_nothing_else() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    let named = shop.parquet_files();
    let orphan = shop.stage(&[("other.csv", "order_id,customer_id,order_time,paid\nE1,C9,2026-03-01 10:00:00,5.00\n")]).await;
    assert!(shop.parquet_files() > named);
    // as a process that dies leaves it
    std::mem::forget(orphan);
    // files are as old as the machine's clock says; the mock clock stands in between
    assert_eq!(crate::ingest::work::sweep_older(&shop.app, i64::MAX).await.expect("sweeps").0, 0);
    shop.clock.set(Instant(i64::MAX / 2));
    assert_eq!(crate::ingest::work::sweep_older(&shop.app, 0).await.expect("sweeps").0, 1);
    assert_eq!(shop.parquet_files(), named);
    assert_eq!(shop.facts("C1").await.orders.len(), 2);
}

#[tokio::test]
async fn an_import_that_stopped_half_way_leaves_no_file() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    let named = shop.parquet_files();
    let half = shop.stage(&[("other.csv", "order_id,customer_id,order_time,paid\nE1,C9,2026-03-01 10:00:00,5.00\n")]).await;
    let id = half.id.clone();
    std::mem::forget(half);
    assert!(shop.parquet_files() > named);
    crate::ingest::drop_half(&shop.app, &id).await.expect("forgotten");
    assert_eq!(shop.parquet_files(), named);
}

#[tokio::test]
async fn a_later_file_brings_back_what_the_undo_of_an_earlier_one_took() {
    let shop = Shop::open().await;
    let (first, _) = shop.import(&[("a.csv", ORDERS)]).await;
    let more = format!("{ORDERS}D4,C2,2026-04-02 10:00:00,30.00,completed\n");
    let (second, _) = shop.import(&[("b.csv", &more)]).await;
    assert_eq!((second.report.accepted, second.report.duplicates), (1, 3));
    // what goes with it is known before and told
    let resting = crate::ingest::resting(&shop.app, &first.id).await.expect("asked");
    assert_eq!(resting, crate::ingest::Resting { rows: 3, imports: vec![second.id.clone()] });
    assert_eq!(crate::ingest::resting(&shop.app, &second.id).await.expect("asked"), crate::ingest::Resting::default());
    let told = async |id: &str| crate::ingest::get(&shop.app, crate::sight::Sight::Full, id).await.expect("there").resting_rows;
    assert_eq!((told(&first.id).await, told(&second.id).await), (Some(3), Some(0)));
    crate::ingest::undo(&shop.app, &first.id, &tester()).await.expect("undone");
    assert_eq!(told(&first.id).await, None, "what is undone cannot be undone again");
    assert_eq!(shop.facts("C2").await.orders.len(), 1);
    let (again, done) = shop.import(&[("b.csv", &more)]).await;
    assert!(matches!(done, Done::Committed { .. }), "{done:?}");
    assert_eq!((again.report.accepted, again.report.duplicates), (3, 1));
    assert_eq!((shop.facts("C1").await.orders.len(), shop.facts("C2").await.orders.len()), (2, 2));
}

#[tokio::test]
async fn what_is_known_of_customers_rests_on_the_import_that_said_it_too() {
    let shop = Shop::open().await;
    let people = "customer_id,name,city\nC1,王芳,北京\nC2,李明,上海\n";
    let (first, _) = shop.import(&[("people.csv", people)]).await;
    let (second, _) = shop.import(&[("more.csv", "customer_id,name,city\nC1,王芳,北京\nC2,李明,广州\nC3,赵六,上海\n")]).await;
    let resting = crate::ingest::resting(&shop.app, &first.id).await.expect("asked");
    assert_eq!(resting, crate::ingest::Resting { rows: 1, imports: vec![second.id.clone()] });
}
