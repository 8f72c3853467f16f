//! Which day is the present.

use super::*;
use crate::analysis::Asked;

#[tokio::test]
async fn one_mistyped_year_does_not_move_the_present() {
    let shop = Shop::open().await;
    let text = "order_id,customer_id,order_time,paid\nD1,C1,2026-03-01,10\nD2,C2,2026-03-05,10\nD3,C3,2062-03-05,10\n";
    let (staged, _) = shop.import(&[("orders.csv", text)]).await;
    assert!(staged.report.quality.checks.iter().any(|c| c.code == "future_dates" && c.count == 1));
    let picture = shop.app.runs.at(&shop.app, Asked::default()).await.expect("a run");
    assert_eq!(picture.as_of.to_string(), "2026-03-05");
}

#[tokio::test]
async fn a_number_that_two_customers_claim_is_told() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    let (staged, _) = shop.import(&[("b.csv", "order_id,customer_id,order_time,paid,status\nD1,C9,2026-03-01 10:00:00,100.00,completed\n")]).await;
    assert!(staged.report.quality.checks.iter().any(|c| c.code == "orders_of_two" && c.count == 1), "{:?}", staged.report.quality);
}
