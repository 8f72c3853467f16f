//! What a later row changes: refunds told again, orders that move to another customer, days looked back at.

use super::*;
use crate::{
    analysis::Asked,
    ingest::{
        lane::{Lane, Stamp},
        report::Records,
        rows::order_key,
    },
};
use domain::{Day, record::OrderRecord};

#[tokio::test]
async fn a_refund_told_again_is_corrected_and_not_added() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    let head = "refund_id,order_id,refund_time,refund_amount,reason\n";
    // one number on two rows: two refunds
    let first = format!("{head}R1,D1,2026-03-10 10:00:00,30.00,\nR1,D1,2026-03-11 10:00:00,20.00,\nR2,D2,2026-03-11 10:00:00,1.00,\n");
    let (staged, _) = shop.import(&[("refunds.csv", &first)]).await;
    assert_eq!(staged.report.records["refunds"], Records { created: 3, updated: 0, duplicate: 0 });
    let again = format!("{head}R1,D1,2026-03-10 10:00:00,30.00,broken\nR1,D1,2026-03-11 10:00:00,25.00,\nR2,D2,2026-03-11 10:00:00,1.00,\n");
    let (staged, _) = shop.import(&[("refunds again.csv", &again)]).await;
    assert_eq!(staged.report.records["refunds"], Records { created: 0, updated: 2, duplicate: 1 });
    let facts = shop.facts("C1").await;
    assert_eq!(facts.refunds.len(), 5);
    let counted = facts.until(Day(i32::MAX), Instant::MAX).refunds;
    let mut amounts: Vec<i64> = counted.iter().map(|r| r.amount).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [100, 2_500, 3_000]);
}

#[tokio::test]
async fn an_acquisition_cost_told_again_is_corrected_and_not_added() {
    let shop = Shop::open().await;
    let head = "渠道,开始日期,结束日期,投放费用\n";
    // two invoices of one month are two costs
    let first = format!("{head}抖音,2026-01-01,2026-01-31,100\n抖音,2026-01-01,2026-01-31,60\n天猫,2026-01-01,2026-01-31,8000.50\n");
    let (staged, _) = shop.import(&[("costs.csv", &first)]).await;
    assert_eq!(staged.report.records["costs"], Records { created: 3, updated: 0, duplicate: 0 });
    let again = format!("{head}抖音,2026-01-01,2026-01-31,100\n抖音,2026-01-01,2026-01-31,50\n天猫,2026-01-01,2026-01-31,8000.50\n抖音,2026-02-01,2026-02-28,7\n");
    let (staged, _) = shop.import(&[("costs again.csv", &again)]).await;
    assert_eq!(staged.report.records["costs"], Records { created: 1, updated: 1, duplicate: 2 });
    let costs = shop.lake().await.costs(Instant::MAX).expect("reads");
    let shares = domain::feature::share_out(&costs, |_, _, _| 1);
    let mut each: Vec<_> = shares.iter().map(|s| (s.channel.as_str(), s.each)).collect();
    each.sort_unstable();
    assert_eq!(each, [("天猫", 800_050), ("抖音", 700), ("抖音", 5_000), ("抖音", 10_000)]);
    crate::ingest::undo(&shop.app, &staged.id, &domain::audit::Actor::program("test")).await.expect("undone");
    let costs = shop.lake().await.costs(Instant::MAX).expect("reads");
    assert_eq!(domain::feature::share_out(&costs, |_, _, _| 1).iter().map(|s| s.each).sum::<i64>(), 816_050);
}

#[tokio::test]
async fn a_past_day_knows_nobody_who_came_later() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    shop.import(&[("customers.csv", "customer_id,name,gender,signup_date\nC8,Ann,F,2026-03-20\nC9,Bob,M,\n")]).await;
    let at = async |day: &str, known| {
        let asked = Asked { as_of: Some(Day::parse(day).expect("a day")), known };
        crate::analysis::overview::overview(&shop.app, domain::access::Sight::Full, asked).await.expect("an overview")
    };
    use crate::analysis::Known::{Then, Today};
    // Bob has no day at all and is always there, as known today; the others from their first day on
    let all = at("2026-04-01", Today).await;
    assert_eq!((all.customers, all.buyers), (4, 1));
    assert_eq!((at("2026-03-19", Today).await.customers, at("2026-03-20", Today).await.customers), (2, 3));
    assert_eq!(at("2020-01-01", Today).await.customers, 1);
    for c in &all.classifications {
        assert_eq!(c.classes.iter().map(|k| k.customers).sum::<u64>(), 4, "{}", c.key);
    }
    // nothing was known then: it was all imported later
    assert_eq!(at("2026-04-01", Then).await.customers, 0);
    assert_eq!(at("2026-11-22", Then).await.customers, 4);
    // who came in between is on no class before
    let day = |text: &str| Day::parse(text);
    let moved = crate::analysis::flow_between::movement(&shop.app, Sight::Full, "lifecycle", day("2020-01-01"), day("2026-04-01"), Today).await.expect("a flow");
    assert_eq!(moved.links.iter().map(|l| l.customers).sum::<u64>(), 4);
    assert_eq!(moved.nodes[0].from_count, 3);
}

#[tokio::test]
async fn a_lane_says_which_orders_left_their_customer() {
    let shop = Shop::open().await;
    shop.import(&[("orders.csv", ORDERS)]).await;
    let lake = shop.lake().await;
    let c1 = shop.who("C1").await.expect("C1");
    let (b, c) = (CustomerKey(70), CustomerKey(71));
    let order = |id: &str, paid| OrderRecord {
        customer: Vec::new(),
        order_id: id.into(),
        at: NOW,
        day: Day(20_000),
        paid,
        cost: None,
        discount: None,
        cancelled: false,
        channel: None,
        store: None,
        payment: None,
        coupon: None,
    };
    let stamp = Stamp { now: NOW, history: false, batch: 9 };
    let mut lane: Lane<OrderRecord> = Lane::new(&shop.app.lake, shop.folder.path(), "moved", stamp, &lake);
    // D1 was C1's; N1 goes from one to the other inside the file; N2 there and back; D2 stays
    for (row, (who, id, paid)) in [(b, "D1", 1), (b, "N1", 1), (c, "N1", 2), (b, "N2", 1), (c, "N2", 2), (b, "N2", 3), (c1, "D2", 4)].into_iter().enumerate() {
        lane.take(&lake, row as u64, who, &order(id, paid)).expect("taken");
    }
    let mut moved = lane.moved(&lake).expect("asked").to_vec();
    let mut want = vec![(order_key("D1"), c1), (order_key("N1"), b), (order_key("N2"), c)];
    moved.sort_unstable();
    want.sort_unstable();
    assert_eq!(moved, want);
    let (_, records) = lane.finish(&lake).expect("finished");
    assert_eq!(records, Records { created: 2, updated: 5, duplicate: 0 });
}
