//! What screens show of a run, checked by hand on a small business and against the columns on a random one.

use domain::{
    CustomerKey, Day, Value, Window,
    clock::Instant,
    feature::catalog,
    rule::{Vocabulary, check_text},
    segment::{Members, Segment},
    table::Snapshot,
};
use lake::{At, Bits, Cohort, Lake, Limits, OrderRow, Place, Repurchase, Run, Sort, flow};
use crate::support::{Business, TODAY, write};

fn order(customer: u32, n: u64, day: Day, paid: i64) -> OrderRow<'static> {
    OrderRow {
        customer: CustomerKey(customer),
        row_key: n,
        order_key: n,
        order_id: "A",
        at: Instant(i64::from(day.0) * 86_400_000_000),
        day,
        recorded_at: Instant(0),
        paid,
        cost: None,
        discount: None,
        cancelled: false,
        channel: None,
        store: None,
        payment: None,
        coupon: None,
        batch: 1,
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Four customers: 0 bought in January and March, 1 in January twice, 2 in March, 3 never.
fn small(as_of: &str) -> (Run, tempfile::TempDir) {
    let root = tempfile::tempdir().unwrap();
    let rows = [
        order(0, 1, day("2024-01-10"), 1000),
        order(0, 2, day("2024-03-01"), 3000),
        order(1, 3, day("2024-01-31"), 500),
        order(1, 4, day("2024-01-31"), 700),
        order(2, 5, day("2024-03-05"), 9000),
    ];
    let files = write(root.path(), "t", &rows, Limits::default());
    let lake = Lake::open(root.path(), &Snapshot { id: 1, files }).unwrap();
    let mut spec = Business::random(0, 4, 1).spec(Instant::MAX, catalog().to_vec());
    spec.as_of = day(as_of);
    let listed = |key: &str, exclude: &[&str]| Segment {
        key: key.into(),
        label: Default::default(),
        description: Default::default(),
        members: Members::Static { customers: Vec::new() },
        exclude: exclude.iter().map(|e| (*e).to_string()).collect(),
        priority: None,
        version: 1,
    };
    spec.segments = vec![listed("few", &[]), listed("rest", &["few"])];
    spec.statics.insert("few".into(), vec![CustomerKey(1), CustomerKey(2)]);
    spec.statics.insert("rest".into(), vec![CustomerKey(0), CustomerKey(1)]);
    (lake.run(&spec).unwrap(), root)
}

/// More texts than a block's list carries on, one a customer, and some that everybody has: each keeps its own, whether the
/// facts are kept or read again, and whether the rule was known before the run.
#[test]
fn many_texts_in_many_blocks() {
    let customers = 13_000u32;
    let coupons: Vec<String> = (0..customers).map(|c| format!("c{:05}", c.wrapping_mul(7919) % customers)).collect();
    let shops = ["north", "east", "south"];
    let row = |c: u32, n: u64, coupon| OrderRow {
        coupon,
        store: Some(shops[(c as u64 + n) as usize % 3]),
        ..order(c, n * 100_000 + u64::from(c), day("2024-01-10"), 100 + n as i64)
    };
    let mut rows: Vec<OrderRow<'_>> = (0..customers).map(|c| row(c, 1, Some(coupons[c as usize].as_str()))).collect();
    rows.extend((0..customers).rev().step_by(2).map(|c| row(c, 2, None)));
    let root = tempfile::tempdir().unwrap();
    let files = write(root.path(), "t", &rows, Limits { rows: 7_000, ..Limits::default() });
    let lake = Lake::open(root.path(), &Snapshot { id: 1, files }).unwrap();
    let mut spec = Business::random(0, 4, 1).spec(Instant::MAX, catalog().to_vec());
    (spec.as_of, spec.customers, spec.recorded) = (day("2024-02-01"), customers, customers);
    let names = Vocabulary::new(spec.currency).features(&spec.features);
    let (_, top) = check_text(r#"top(orders.coupon) = "c00042""#, &names).unwrap();
    let (_, shop) = check_text(r#"count(orders, store = "east") >= 1"#, &names).unwrap();
    let needs = [&top, &shop].into_iter().flat_map(|r| r.needs().aggregates.clone());
    let asked: Vec<_> = needs.collect();
    let whose = coupons.iter().position(|c| c == "c00042").unwrap();
    let east = |c: u32| (1..=2u64).any(|n| (n == 1 || c % 2 == 1) && shops[(u64::from(c) + n) as usize % 3] == "east");
    for (keep, ahead) in [(true, false), (false, false), (false, true), (true, true)] {
        (spec.keep_facts, spec.aggregates) = (keep, if ahead { asked.clone() } else { Vec::new() });
        let run = lake.run(&spec).unwrap();
        assert_eq!(run.mask(&top).unwrap().iter().collect::<Vec<_>>(), [whose]);
        let found: Vec<usize> = run.mask(&shop).unwrap().iter().collect();
        assert_eq!(found, (0..customers).filter(|c| east(*c)).map(|c| c as usize).collect::<Vec<_>>());
    }
}

#[test]
fn lists_and_sums() {
    let (run, _root) = small("2024-03-31");
    let by = |key: &str, descending| Sort { by: key.into(), descending };
    let numbers = |page: Vec<CustomerKey>| page.into_iter().map(|c| c.0).collect::<Vec<_>>();
    assert_eq!(numbers(run.order(Some(&by("net", true)), None)), [2, 0, 1, 3]);
    assert_eq!(numbers(run.page(Some(&by("net", false)), None, 1, 2)), [1, 0]);
    // without a value last, whatever the direction
    assert_eq!(numbers(run.order(Some(&by("recency_days", true)), None)), [1, 0, 2, 3]);
    assert_eq!(numbers(run.order(Some(&by("recency_days", false)), None)), [2, 0, 1, 3]);
    let some = Bits::of([CustomerKey(0), CustomerKey(3)], 4);
    assert_eq!(numbers(run.order(Some(&by("net", true)), Some(&some))), [0, 3]);

    let sum = run.sum(&Bits::all(4));
    assert_eq!((sum.customers, sum.net, sum.orders, sum.median_recency), (4, 14_200, 5, Some(30)));
    let classes = run.groups("lifecycle");
    assert_eq!(classes.iter().map(|(_, s)| s.customers).sum::<u64>(), 4);
    assert_eq!(classes.iter().map(|(_, s)| s.net).sum::<i64>(), 14_200);
    assert_eq!(run.matrix("rfm_r", "rfm_f").unwrap().buyers, 3);
}

#[test]
fn pages_follow_on_from_a_place_whatever_changes_before_it() {
    let business = Business::random(7, 300, 6);
    let root = tempfile::tempdir().unwrap();
    let files = business.write(root.path(), 500);
    let lake = Lake::open(root.path(), &Snapshot { id: 1, files }).unwrap();
    let run = lake.run(&business.spec(Instant::MAX, catalog().to_vec())).unwrap();
    let everyone = run.present().clone();
    for (key, descending) in [("net", true), ("net", false), ("orders", true), ("recency_days", false), ("top_channel", true), ("top_channel", false), ("first_order_day", true), ("class.lifecycle", false), ("class.rfm_8", true)] {
        let sort = Sort { by: key.into(), descending };
        let whole = run.order(Some(&sort), None);
        let (mut seen, mut after) = (run.page(Some(&sort), None, 0, 7), None);
        while let Some(last) = seen.last().copied().filter(|last| after != Some(*last)) {
            after = Some(last);
            let place = run.place(&sort, last).unwrap();
            // whoever was on the pages before may leave the list meanwhile
            let mut left = everyone.clone();
            left.and_not(&Bits::of(seen.iter().copied(), left.len()));
            let next = run.page_after(&sort, &left, &place, 7);
            assert_eq!(next, run.page_after(&sort, &everyone, &place, 7), "{key}");
            seen.extend(next);
        }
        assert_eq!(seen, whole, "{key} {descending}");
    }
}

#[test]
fn a_place_that_nobody_has_is_still_a_place() {
    let (run, _root) = small("2024-03-31");
    let numbers = |page: Vec<CustomerKey>| page.into_iter().map(|c| c.0).collect::<Vec<_>>();
    let everyone = Bits::all(4);
    let behind = |by: &str, descending, value: At, customer: Option<u32>| {
        let sort = Sort { by: by.into(), descending };
        numbers(run.page_after(&sort, &everyone, &Place { value, customer: customer.map(CustomerKey) }, 10))
    };
    let net = Sort { by: "net".into(), descending: true };
    let Some(Place { value: At::Rank(of_first), .. }) = run.place(&net, CustomerKey(2)) else { panic!("net is a number") };
    assert_eq!(behind("net", true, At::Rank(of_first), Some(2)), [0, 1, 3]);
    assert_eq!(behind("net", true, At::Rank(of_first + 1), None), [0, 1, 3]);
    assert_eq!(behind("net", true, At::Rank(of_first), None), [2, 0, 1, 3], "whoever stood there is gone: nobody is left out");
    // a class that is no more stood nowhere
    assert_eq!(behind("class.lifecycle", false, At::Text("no_more".into()), Some(9)).len(), 4);

    // a text that nobody has any more stands between two that somebody has
    let business = Business::random(7, 300, 6);
    let root = tempfile::tempdir().unwrap();
    let files = business.write(root.path(), 500);
    let lake = Lake::open(root.path(), &Snapshot { id: 1, files }).unwrap();
    let run = lake.run(&business.spec(Instant::MAX, catalog().to_vec())).unwrap();
    let column = run.column("top_channel").unwrap();
    let texts: Vec<&str> = run.present().iter().filter_map(|i| column.text(i)).collect();
    let nobody = run.present().count() as usize - texts.len();
    assert!(texts.iter().any(|t| *t > "m") && texts.iter().any(|t| *t < "m"), "{texts:?}");
    for between in ["", "m", "zzz", "\u{10ffff}"] {
        for descending in [false, true] {
            let sort = Sort { by: "top_channel".into(), descending };
            let place = Place { value: At::Text(between.into()), customer: Some(CustomerKey(9)) };
            let behind = run.page_after(&sort, run.present(), &place, usize::MAX);
            let expected = texts.iter().filter(|t| if descending { **t < between } else { **t > between }).count() + nobody;
            assert_eq!(behind.len(), expected, "{between:?} {descending}");
        }
    }
}

#[test]
fn static_segments_and_exclusions() {
    let (run, _root) = small("2024-03-31");
    let members = |key: &str| run.segment_members(key).unwrap().iter().collect::<Vec<_>>();
    assert_eq!((members("few"), members("rest")), (vec![1, 2], vec![0]));
    let (_, rule) = check_text("in segment(\"few\") and net > 10", run.names()).unwrap();
    assert_eq!(run.mask(&rule).unwrap().iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn cohorts_and_repurchase() {
    let (run, _root) = small("2024-03-31");
    let cohort = |month: &str, size, values: &[u64]| Cohort { month: day(month), size, values: values.to_vec() };
    assert_eq!(run.cohorts(3).unwrap(), [
        cohort("2024-01-01", 2, &[2, 0, 1]),
        cohort("2024-02-01", 0, &[0, 0]),
        cohort("2024-03-01", 1, &[1])
    ]);
    assert_eq!(run.repurchase(Window::All).unwrap(), Repurchase { buyers: 3, repeated: 2 });
    assert_eq!(run.repurchase(Window::Months(1)).unwrap(), Repurchase { buyers: 2, repeated: 0 });
    assert_eq!(run.repurchase_within(30).unwrap(), Repurchase { buyers: 2, repeated: 1 });
    run.release();
    assert_eq!(run.repurchase_within(60).unwrap(), Repurchase { buyers: 2, repeated: 2 });
}

#[test]
fn moves_between_two_days() {
    let (before, _a) = small("2024-02-15");
    let (after, _b) = small("2024-03-31");
    let links = flow(&before, &after, "lifecycle");
    assert_eq!(links.iter().map(|l| l.customers).sum::<u64>(), 4);
    assert_eq!(links.iter().map(|l| l.net).sum::<i64>(), 14_200);
    let second = CustomerKey(2);
    assert_eq!(before.value("orders", second), Value::Int(0));
    assert_eq!(after.value("orders", second), Value::Int(1));
}

#[test]
fn the_curve_ends_at_everything() {
    let b = Business::random(3, 400, 6);
    let root = tempfile::tempdir().unwrap();
    let run = b.lake(root.path(), 100_000).run(&b.spec(Instant::MAX, catalog().to_vec())).unwrap();
    let curve = run.curve(11);
    assert_eq!((curve.points.first(), curve.points.last()), (Some(&(0.0, 0.0)), Some(&(1.0, 1.0))));
    assert!(curve.points.windows(2).all(|w| w[0].0 <= w[1].0));
    assert!(curve.gini.is_some_and(|g| g > 0.0 && g < 1.0));
    assert_eq!(run.as_of(), TODAY);
}

#[test]
fn numbers_nobody_has_count_nowhere() {
    let b = Business::random(11, 60, 4);
    let root = tempfile::tempdir().unwrap();
    let lake = b.lake(root.path(), 100_000);
    let mut spec = b.spec(Instant::MAX, catalog().to_vec());
    let empty: Vec<u32> = (0..60).filter(|i| b.customers[*i as usize] == Default::default()).collect();
    spec.customers = 80;
    spec.gaps = vec![60..=79];
    let run = lake.run(&spec).unwrap();
    assert_eq!(run.present().count(), 60);
    for c in &spec.classifications {
        assert_eq!(run.classes(&c.key).unwrap().sizes().iter().sum::<u64>(), 60, "{}", c.key);
    }
    spec.customers = 60;
    spec.gaps.clear();
    let without = lake.run(&spec).unwrap();
    for key in run.features() {
        for i in 0..60 {
            assert_eq!(run.value(key, CustomerKey(i)), without.value(key, CustomerKey(i)), "{key} {i} {empty:?}");
        }
    }
}

#[test]
fn what_became_of_cohorts_by_hand_and_against_the_triangle() {
    let (run, _root) = small("2024-03-31");
    let all = run.cohort_sums(3, &Bits::all(4)).unwrap();
    let january = &all[0];
    assert_eq!((january.month, january.size, january.buyers.as_slice()), (day("2024-01-01"), 2, &[2, 0, 1][..]));
    // customer 1 bought twice in January, customer 0 a second time in March
    assert_eq!((january.again.as_slice(), january.net.as_slice()), (&[1, 1, 2][..], &[2200, 0, 3000][..]));
    assert_eq!((all[2].size, all[2].again.as_slice(), all[2].net.as_slice()), (1, &[0][..], &[9000][..]));
    let one = run.cohort_sums(3, &Bits::of([CustomerKey(0)], 4)).unwrap();
    assert_eq!((one[0].size, one[0].buyers.as_slice(), one[2].size), (1, &[1, 0, 1][..], 0));

    let b = Business::random(5, 1300, 6);
    let root = tempfile::tempdir().unwrap();
    let run = b.lake(root.path(), 100_000).run(&b.spec(Instant::MAX, catalog().to_vec())).unwrap();
    let (triangle, sums) = (run.cohorts(24).unwrap(), run.cohort_sums(24, run.present()).unwrap());
    assert_eq!(triangle.len(), sums.len());
    for (cohort, sums) in triangle.iter().zip(&sums) {
        assert_eq!((cohort.month, cohort.size, &cohort.values), (sums.month, sums.size, &sums.buyers));
    }
    // whoever is in half of the base is in one half of the cohorts
    let half = Bits::of((0..1300).step_by(2).map(CustomerKey), 1300);
    let mut rest = run.present().clone();
    rest.and_not(&half);
    let (a, b) = (run.cohort_sums(24, &half).unwrap(), run.cohort_sums(24, &rest).unwrap());
    for ((a, b), all) in a.iter().zip(&b).zip(&sums) {
        let both: Vec<u64> = a.again.iter().zip(&b.again).map(|(x, y)| x + y).collect();
        let net: Vec<i64> = a.net.iter().zip(&b.net).map(|(x, y)| x + y).collect();
        assert_eq!((a.size + b.size, both, net), (all.size, all.again.clone(), all.net.clone()));
    }
}
