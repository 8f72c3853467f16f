//! What a later row changes: refunds told again, orders that move to another customer, days looked back at.

use super::*;
use crate::{
    analysis::Asked,
    ingest::{
        fact::{Of, Stamp},
        lane::{Lane, Outcome},
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

/// What counts of a customer: orders and lines that are not cancelled, what they come to, and what was given back.
async fn counted(shop: &Shop, who: &str) -> (usize, i64, i64) {
    let facts = shop.facts(who).await.until(Day(i32::MAX), Instant::MAX);
    let heads: Vec<i64> = facts.orders.iter().filter(|o| !o.cancelled).map(|o| o.paid).collect();
    let lines: Vec<i64> = facts.lines.iter().filter(|l| !l.cancelled).map(|l| l.paid).collect();
    let bought = if heads.is_empty() { &lines } else { &heads };
    (bought.len(), bought.iter().sum(), facts.refunds.iter().map(|r| r.amount).sum())
}

#[tokio::test]
async fn an_export_with_goods_taken_again_corrects_the_one_before() {
    let head = "订单号,会员号,下单时间,商品名称,数量,实付金额,订单状态\n";
    let first = format!("{head}O1,C1,2025-01-01,茶,1,100,已发货\nO1,C1,2025-01-01,杯,1,30,已发货\nO1,C1,2025-01-01,杯,1,40,已发货\nO2,C1,2025-01-02,茶,1,7,已发货\n");
    let table = [
        // cancelled since
        (format!("{head}O1,C1,2025-01-01,茶,1,100,交易关闭\nO1,C1,2025-01-01,杯,1,30,交易关闭\nO1,C1,2025-01-01,杯,1,40,交易关闭\n"), (1, 700, 0), (0, 3, 0)),
        // another amount, another quantity
        (format!("{head}O1,C1,2025-01-01,茶,1,90,已发货\nO1,C1,2025-01-01,杯,2,30,已发货\nO1,C1,2025-01-01,杯,1,40,已发货\n"), (4, 16_700, 0), (0, 2, 1)),
        // one row more of the same goods
        (format!("{head}O1,C1,2025-01-01,杯,1,30,已发货\nO1,C1,2025-01-01,杯,1,40,已发货\nO1,C1,2025-01-01,杯,1,50,已发货\n"), (5, 22_700, 0), (1, 0, 2)),
    ];
    for (again, expected, (created, updated, duplicate)) in table {
        let shop = Shop::open().await;
        shop.import(&[("orders.csv", &first)]).await;
        assert_eq!(counted(&shop, "C1").await, (4, 17_700, 0));
        let (staged, _) = shop.import(&[("orders again.csv", &again)]).await;
        assert_eq!(staged.report.records["lines"], Records { created, updated, duplicate }, "{again}");
        assert_eq!(counted(&shop, "C1").await, expected, "{again}");
    }
}

#[tokio::test]
async fn what_was_given_back_so_far_is_told_anew_by_each_export() {
    for head in ["订单号,会员号,下单时间,实付金额,退款金额", "订单号,会员号,下单时间,商品名称,实付金额,退款金额"] {
        let cells = if head.contains("商品") { "茶,100" } else { "100" };
        let export = |back: &str| format!("{head}\nO1,C1,2025-01-01,{cells},{back}\nO2,C1,2025-01-05,{cells},0\n");
        let shop = Shop::open().await;
        for (n, (back, so_far)) in [("20", 2_000), ("50", 5_000), ("20", 2_000)].into_iter().enumerate() {
            shop.import(&[("orders.csv", &format!("{}O{},C2,2025-01-06,{cells},0\n", export(back), n + 3))]).await;
            assert_eq!(counted(&shop, "C1").await, (2, 20_000, so_far), "{head} {back}");
        }
        // two exports in one go: the later word counts
        let shop = Shop::open().await;
        shop.import(&[("one.csv", &export("20")), ("two.csv", &export("50"))]).await;
        assert_eq!(counted(&shop, "C1").await, (2, 20_000, 5_000), "{head}");
    }
}

#[tokio::test]
async fn a_value_that_returns_is_news() {
    let head = "订单号,会员号,下单时间,实付金额,订单状态\n";
    let shop = Shop::open().await;
    shop.import(&[("1.csv", &format!("{head}O1,C1,2025-01-01,100,已发货\nO2,C1,2025-01-02,5,已发货\n"))]).await;
    shop.import(&[("2.csv", &format!("{head}O1,C1,2025-01-01,90,已发货\n"))]).await;
    let third = format!("{head}O1,C1,2025-01-01,100,已发货\nO2,C1,2025-01-02,5,已发货\nO4,C1,2025-01-03,1,已发货\n");
    let (staged, _) = shop.import(&[("3.csv", &third)]).await;
    assert_eq!(staged.report.records["orders"], Records { created: 1, updated: 1, duplicate: 1 });
    assert_eq!(counted(&shop, "C1").await, (3, 10_600, 0));
    // said once more, with a row that is new: nothing else is
    let (staged, _) = shop.import(&[("4.csv", &format!("{third}O5,C1,2025-01-04,1,已发货\n"))]).await;
    assert_eq!(staged.report.records["orders"], Records { created: 1, updated: 0, duplicate: 3 });
    // an import that corrects itself ends where it ended
    let (one, two) = (format!("{head}O7,C1,2025-02-01,100,已发货\n"), format!("{head}O7,C1,2025-02-01,90,已发货\n"));
    shop.import(&[("5a.csv", &one), ("5b.csv", &two)]).await;
    let (staged, _) = shop.import(&[("6a.csv", &format!("{one}O8,C1,2025-02-02,1,已发货\n")), ("6b.csv", &two)]).await;
    assert_eq!(staged.report.records["orders"], Records { created: 1, updated: 0, duplicate: 2 });
    assert_eq!(counted(&shop, "C1").await, (6, 10_600 + 100 + 9_000 + 100, 0));
    // a product's list price, there and back
    let price = |p: &str| format!("商品编号,商品名称,类目,成本\nP1,龙井,茶叶,{p}\nP2,盖碗,茶具,{p}0\n");
    for (file, p) in [("a.csv", "40"), ("b.csv", "50"), ("c.csv", "40")] {
        shop.import(&[(file, &format!("{}{file},碗,茶具,1\n", price(p)))]).await;
        let products = shop.lake().await.products(Instant::MAX).expect("reads");
        assert_eq!(products.get("P1").and_then(|p| p.cost), Some(p.parse::<i64>().expect("a number") * 100), "{file}");
    }
}

#[tokio::test]
async fn a_row_that_was_set_aside_adds_to_its_order_and_corrects_nothing() {
    let head = "订单号,会员号,下单时间,商品名称,数量,实付金额\n";
    let shop = Shop::open().await;
    let (mut staged, _) = shop.import(&[("orders.csv", &format!("{head}O1,C1,2025-01-01,茶,1,100\nO1,C1,2025-01-01,茶,1,n/a\n"))]).await;
    assert_eq!((counted(&shop, "C1").await, staged.report.quarantined), ((1, 10_000, 0), 1));
    let mut out = std::io::Cursor::new(Vec::new());
    crate::ingest::rejected::write(&mut staged.rejects, domain::Lang::Zh, crate::ingest::rejected::Format::Csv, &mut out).expect("writes");
    let mended = String::from_utf8(out.into_inner()).expect("text").replace("\"n/a\"\n", "\"30\"\n").replace("\"n/a\"\r\n", "\"30\"\r\n");
    shop.import(&[("mended.csv", &mended)]).await;
    assert_eq!(counted(&shop, "C1").await, (2, 13_000, 0), "{mended}");
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
    // whether its rows are many or few beside the lake's
    for bytes in [u64::MAX, 0] {
        let mut lane = lane(&shop, &lake, bytes);
        // D1 was C1's; N1 goes from one to the other inside the file; N2 there and back; D2 stays
        for (row, (who, id, paid)) in [(b, "D1", 1), (b, "N1", 1), (c, "N1", 2), (b, "N2", 1), (c, "N2", 2), (b, "N2", 3), (c1, "D2", 4)].into_iter().enumerate() {
            lane.take(&lake, (0, Of::Orders), row as u64, who, &order(id, paid)).expect("taken");
        }
        lane.settle(&lake, |_, _, _, _| Ok(())).expect("settled");
        let mut moved = lane.moved(&lake).expect("asked").to_vec();
        let mut want = vec![(order_key("D1"), c1), (order_key("N1"), b), (order_key("N2"), c)];
        moved.sort_unstable();
        want.sort_unstable();
        assert_eq!(moved, want);
        let (_, records) = lane.finish(&lake).expect("finished");
        assert_eq!(records, Records { created: 2, updated: 5, duplicate: 0 });
    }
}

/// Whether the rows of an import are many or few beside the lake's, each is new or known alike, and stands in the same place.
#[tokio::test]
async fn few_rows_are_weighed_like_many() {
    let shop = Shop::open().await;
    let lake = shop.lake().await;
    let all = |lake: &lake::Lake, rows: &[(u32, u64, i64)], bytes: u64| {
        let (mut lane, mut new) = (lane(&shop, lake, bytes), Vec::new());
        for (row, (who, id, paid)) in rows.iter().enumerate() {
            let outcome = lane.take(lake, (0, Of::Orders), row as u64, CustomerKey(*who), &order(&format!("O{id}"), *paid)).expect("taken");
            if let Outcome::New(_) = outcome {
                new.push(row as u64);
            }
        }
        lane.settle(lake, |row, _, _, _| Ok(new.push(row))).expect("settled");
        new.sort_unstable();
        let moved = lane.moved(lake).expect("asked").to_vec();
        let mut repeated = Vec::new();
        lane.repeated(lake, |_, row| repeated.push(row)).expect("asked");
        repeated.sort_unstable();
        let (files, records) = lane.finish(lake).expect("finished");
        (files, (new, moved, repeated, records))
    };
    let draw = |seed: u64, most: u64| (0..most).map(move |n| {
        let k = domain::id::key64(&format!("{seed}/{n}"));
        (1 + (k % 3) as u32, k >> 8 & 31, 1 + (k >> 16 & 3) as i64)
    });
    let (mut snapshot, mut again) = (lake.snapshot().clone(), 0);
    for seed in 0..30 {
        let lake = lake.at(&snapshot).expect("opens");
        let rows: Vec<_> = draw(seed, 40).collect();
        let ((many, told), (few, as_told)) = (all(&lake, &rows, u64::MAX), all(&lake, &rows, 0));
        assert_eq!(told, as_told, "{rows:?}");
        again += told.3.duplicate;
        let sizes = |files: &[domain::table::DataFile]| files.iter().map(|f| (f.rows, f.columns.clone())).collect::<Vec<_>>();
        assert_eq!(sizes(&many), sizes(&few));
        // the next is weighed against what these left
        snapshot.files.extend(few);
    }
    assert!(again > 0, "some rows say again what was known");
}

fn order(id: &str, paid: i64) -> OrderRecord {
    OrderRecord {
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
    }
}

/// Orders on their way into the lake, out of files of so many bytes.
fn lane(shop: &Shop, lake: &lake::Lake, bytes: u64) -> Lane<OrderRecord> {
    let stamp = Stamp { now: NOW, history: false, batch: 9 };
    Lane::new(&shop.app.lake, shop.folder.path(), "moved", stamp, lake, false, bytes)
}
