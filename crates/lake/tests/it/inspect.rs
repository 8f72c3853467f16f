//! What is wrong with facts, counted by hand: a correction counts once, whoever was merged under who stands for them.

use crate::support::{TODAY, write};
use domain::{CustomerKey, Day, clock::Instant, merge::Aliases, table::Snapshot};
use lake::{Lake, Limits, LineRow, OrderRow};
use std::sync::Arc;

fn order(customer: u32, n: u64, back: i32, paid: i64) -> OrderRow<'static> {
    let day = TODAY.plus(-back);
    OrderRow {
        customer: CustomerKey(customer),
        row_key: n,
        order_key: n,
        order_id: "A",
        at: Instant(i64::from(day.0) * 86_400_000_000),
        day,
        recorded_at: Instant(1),
        paid,
        cost: None,
        discount: None,
        cancelled: false,
        channel: None,
        store: Some("one"),
        payment: None,
        coupon: None,
        batch: 1,
    }
}

fn line(customer: u32, order: u64, n: u64, paid: i64) -> LineRow<'static> {
    LineRow {
        customer: CustomerKey(customer),
        row_key: n,
        order_key: order,
        order_id: "A",
        line_key: n,
        at: Instant(i64::from(TODAY.0) * 86_400_000_000),
        day: TODAY,
        recorded_at: Instant(1),
        product: Some("tea"),
        category: None,
        brand: None,
        quantity: 1.0,
        paid,
        cost: None,
        cancelled: false,
        channel: None,
        store: None,
        batch: 1,
    }
}

#[test]
fn every_fault_is_counted_once() {
    let root = tempfile::tempdir().unwrap();
    let orders = [
        // ordinary ones, so that there is a middle
        order(0, 1, 3, 1_000), order(1, 2, 3, 1_100), order(2, 3, 4, 900), order(3, 4, 5, 1_050),
        // corrected: nothing, then something
        order(0, 5, 6, 0), OrderRow { recorded_at: Instant(2), batch: 2, row_key: 50, ..order(0, 5, 6, 800) },
        order(1, 6, 6, 0), OrderRow { cancelled: true, ..order(1, 7, 6, 0) },
        order(2, 8, 6, -40), order(3, 9, -2, 700),
        // twice, and not twice: another shop, another day, another customer, cancelled
        order(2, 10, 8, 500), order(2, 11, 8, 500), OrderRow { store: Some("two"), ..order(2, 12, 8, 500) }, order(2, 13, 9, 500), order(1, 14, 8, 500), OrderRow { cancelled: true, ..order(2, 15, 8, 500) },
        // far beyond the rest, and long before
        order(3, 16, 10, 500_000), order(1, 17, 3_000, 950),
        // with lines
        order(0, 20, 7, 300), OrderRow { discount: Some(100), ..order(0, 21, 7, 300) }, order(0, 22, 7, 310),
    ];
    let lines = [line(0, 20, 200, 100), line(0, 20, 201, 200), line(0, 21, 210, 400), line(0, 22, 220, 300), line(1, 99, 990, 120)];
    let mut files = write(root.path(), "o", &orders, Limits::default());
    files.extend(write(root.path(), "l", &lines, Limits::default()));
    let lake = Lake::open(root.path(), &Snapshot { id: 1, files }).unwrap();
    let found = lake.inspect(4, TODAY, Instant::MAX).unwrap();
    let who = |bits: &lake::Bits| bits.iter().collect::<Vec<_>>();
    // heads that count, and one order of which only a line is known
    let heads = orders.len() as u64 - 1;
    assert_eq!((found.zero.count, found.zero.of, who(&found.zero.who)), (1, heads + 1, vec![1]));
    assert_eq!((found.negative.count, who(&found.negative.who)), (1, vec![2]));
    assert_eq!((found.future.count, who(&found.future.who)), (1, vec![3]));
    assert_eq!((found.early.count, who(&found.early.who), found.began), (1, vec![1], Some(TODAY.plus(-10))));
    assert_eq!((found.twice.count, who(&found.twice.who)), (1, vec![2]));
    assert_eq!((found.outliers.count, who(&found.outliers.who)), (1, vec![3]));
    assert!(found.edge.is_some_and(|e| (14_000..500_000).contains(&e)), "{:?}", found.edge);
    assert_eq!((found.unequal.count, found.unequal.of, who(&found.unequal.who)), (1, 3, vec![0]));
    assert_eq!((found.bare.count, who(&found.bare.who)), (heads - 3, vec![0, 1, 2, 3]));
    assert_eq!(found.days.get(&TODAY), Some(&1), "an order without a head is on its lines' day");
    assert_eq!(found.days.get(&Day(TODAY.0 - 8)), Some(&4));
    // known before the correction came
    assert_eq!(lake.inspect(4, TODAY, Instant(1)).unwrap().zero.count, 2);
    // one who was merged is who stands for them: what each of the two said is said twice now
    let merged = lake.merged(Arc::new(Aliases::new([(CustomerKey(1), CustomerKey(2))])));
    let found = merged.inspect(4, TODAY, Instant::MAX).unwrap();
    assert_eq!((found.twice.count, who(&found.twice.who), who(&found.zero.who)), (2, vec![2], vec![2]));
}
