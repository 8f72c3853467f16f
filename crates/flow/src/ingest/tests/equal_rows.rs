//! Rows without a number of their own: equal ones are as many as they are, and the same file again brings nothing.

use super::*;

const BOUGHT: &str = "customer_id,date,amount\nC1,2026-03-01,10.00\nC1,2026-03-01,10.00\nC1,2026-03-01,12.00\nC2,2026-03-02,10.00\n";
const MORE: &str = "customer_id,date,amount\nC1,2026-03-01,10.00\nC2,2026-03-02,10.00\nC2,2026-03-02,10.00\n";

async fn paid(shop: &Shop, external: &str) -> Vec<i64> {
    shop.facts(external).await.orders.iter().map(|o| o.paid).collect()
}

#[tokio::test]
async fn equal_purchases_are_as_many_as_they_are() {
    let shop = Shop::open().await;
    let (first, _) = shop.import(&[("orders.csv", BOUGHT)]).await;
    assert_eq!((first.report.accepted, first.report.duplicates), (4, 0));
    assert_eq!(paid(&shop, "C1").await, [1000, 1000, 1200]);
    let (more, _) = shop.import(&[("more.csv", MORE)]).await;
    assert_eq!((more.report.accepted, more.report.duplicates), (1, 2));
    assert_eq!((paid(&shop, "C1").await.len(), paid(&shop, "C2").await.len()), (3, 2));
}
