//! Files: what is written can be read by name, statistics say the truth, nothing that is gone answers silently.

use domain::{
    CustomerKey, Day, Value,
    clock::Instant,
    feature::catalog,
    table::{DataFile, Snapshot, Table},
};
use lake::{CostRow, Error, Lake, Limits, LineRow, OrderRow, ProductRow, RefundRow, folder, sweep};
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};
use std::{collections::BTreeSet, fs};
use crate::support::{Business, Chance, write};

fn order(customer: u32, n: u64, day: i32) -> OrderRow<'static> {
    OrderRow {
        customer: CustomerKey(customer),
        row_key: n,
        order_key: n.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        order_id: "A-1",
        at: Instant(i64::from(day) * 86_400_000_000 + 36_000_000_000),
        day: Day(day),
        recorded_at: Instant(1_700_000_000_123_456),
        paid: 100 * n as i64,
        cost: None,
        discount: Some(-5),
        cancelled: n.is_multiple_of(2),
        channel: Some("app"),
        store: None,
        payment: None,
        coupon: Some("x"),
        batch: 3,
    }
}

fn snapshot(files: Vec<DataFile>) -> Snapshot {
    Snapshot { id: 9, files }
}

#[test]
fn statistics_are_in_ducklake_words() {
    let root = tempfile::tempdir().unwrap();
    let files = write(root.path(), "imp-1", &[order(7, 2, 19_000), order(3, 1, 18_000)], Limits::default());
    let [file] = files.as_slice() else { panic!("one file") };
    let of = |name: &str| {
        let at = Table::Orders.columns().iter().position(|c| c.name == name).unwrap();
        let s = &file.columns[at];
        assert_eq!(s.column as usize, at + 1);
        (s.min.clone().unwrap_or_default(), s.max.clone().unwrap_or_default(), s.nulls)
    };
    let is = |low: &str, high: &str, nulls| (low.to_string(), high.to_string(), nulls);
    assert_eq!((file.path.as_str(), file.rows), ("imp_1-00001.parquet", 2));
    assert_eq!(of("customer"), is("3", "7", 0));
    assert_eq!(of("day"), is("2019-04-14", "2022-01-08", 0));
    assert_eq!(of("recorded_at"), is("2023-11-14 22:13:20.123456+00", "2023-11-14 22:13:20.123456+00", 0));
    assert_eq!(of("cancelled"), is("0", "1", 0));
    assert_eq!(of("channel"), is("app", "app", 0));
    assert_eq!(of("cost"), is("", "", 2));
    assert_eq!(of("discount"), is("-5", "-5", 0));

    // the catalog's bytes and footer are the file's
    let bytes = fs::read(folder(root.path(), Table::Orders).join(&file.path)).unwrap();
    let tail = &bytes[bytes.len() - 8..];
    assert_eq!(bytes.len() as u64, file.bytes);
    assert_eq!(u64::from(u32::from_le_bytes(tail[..4].try_into().unwrap())), file.footer);
    assert_eq!(&tail[4..], b"PAR1");
    assert_eq!(bytes.windows(4).filter(|w| *w == b"PAR1").count(), 2);
}

#[test]
fn long_texts_are_bounded_not_cut_wrongly() {
    let root = tempfile::tempdir().unwrap();
    let long = "长".repeat(300);
    let row = ProductRow {
        row_key: 1,
        recorded_at: Instant(0),
        product: &long,
        name: Some("nul\0"),
        category: None,
        brand: None,
        price: None,
        cost: None,
        batch: 1,
    };
    let files = write(root.path(), "p", &[row], Limits::default());
    let (product, name) = (&files[0].columns[2], &files[0].columns[3]);
    assert!(product.min.as_ref().is_some_and(|t| t.len() <= 200 && long.starts_with(t.as_str())));
    // no upper bound is better than one that is too small, and PostgreSQL takes no NUL
    assert_eq!((&product.max, &name.min, &name.max), (&None, &None, &None));
}

#[test]
fn rolls_and_never_overwrites() {
    let root = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (0..25).map(|n| order(n as u32, n, 19_000)).collect();
    let limits = Limits { rows: 10, ..Limits::default() };
    let first = write(root.path(), "t", &rows, limits);
    let again = write(root.path(), "t", &rows, limits);
    assert_eq!(first.iter().map(|f| f.rows).collect::<Vec<_>>(), [10, 10, 5]);
    let names: BTreeSet<_> = first.iter().chain(&again).map(|f| f.path.clone()).collect();
    assert_eq!(names.len(), 6);
}

#[test]
fn a_row_that_cannot_be_kept_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let mut w = lake::Writer::<LineRow>::new(root.path(), "t", Limits::default());
    let mut row = LineRow {
        customer: CustomerKey(0),
        row_key: 1,
        order_key: 1,
        order_id: "1",
        line_key: 1,
        at: Instant(0),
        day: Day(0),
        recorded_at: Instant(0),
        product: None,
        category: None,
        brand: None,
        quantity: f64::NAN,
        paid: 1,
        cost: None,
        cancelled: false,
        channel: None,
        store: None,
        batch: 1,
    };
    assert!(matches!(w.push(&row), Err(Error::Row { column: "quantity", .. })));
    let mut w = lake::Writer::<LineRow>::new(root.path(), "t", Limits::default());
    row.quantity = 1.0;
    row.customer = CustomerKey(u32::MAX);
    assert!(matches!(w.push(&row), Err(Error::Row { column: "customer", .. })));
}

#[test]
fn what_is_gone_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let files = write(root.path(), "t", &[order(0, 1, 19_000)], Limits::default());
    let path = folder(root.path(), Table::Orders).join(&files[0].path);
    let mut other = files.clone();
    other[0].rows = 2;
    let lake = Lake::open(root.path(), &snapshot(other)).unwrap();
    assert!(matches!(lake.facts(CustomerKey(0), Instant::MAX), Err(Error::Damaged { .. })));

    let lake = Lake::open(root.path(), &snapshot(files.clone())).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(matches!(lake.facts(CustomerKey(0), Instant::MAX), Err(Error::Missing { snapshot: 9, .. })));
    assert!(matches!(Lake::open(root.path(), &snapshot(files)), Err(Error::Missing { .. })));
}

#[test]
fn a_fact_of_nobody_is_an_error() {
    let b = Business::random(1, 3, 1);
    let root = tempfile::tempdir().unwrap();
    let files = write(root.path(), "t", &[order(3, 1, 19_000)], Limits::default());
    let lake = Lake::open(root.path(), &snapshot(files)).unwrap();
    let run = lake.run(&b.spec(Instant::MAX, domain::feature::catalog().to_vec()));
    assert!(matches!(run, Err(Error::UnknownCustomer { customer: 3, customers: 3, .. })));
}

/// Many customers are read in ranges: a row beyond the last range is met all the same.
#[test]
fn a_fact_of_nobody_is_an_error_among_many() {
    let mut spec = Business::random(1, 3, 1).spec(Instant::MAX, domain::feature::catalog().to_vec());
    for customers in [4_096, 4_097, 9_000] {
        let root = tempfile::tempdir().unwrap();
        let rows: Vec<OrderRow<'_>> = (0..customers + 3).map(|c| order(c, u64::from(c), 19_000)).collect();
        let files = write(root.path(), "t", &rows, Limits::default());
        let lake = Lake::open(root.path(), &snapshot(files)).unwrap();
        (spec.customers, spec.recorded) = (customers, customers);
        let run = lake.run(&spec);
        assert!(matches!(run, Err(Error::UnknownCustomer { customer, .. }) if customer == customers), "{run:?}");
    }
}

#[tokio::test]
async fn queries_read_and_do_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (1..=100).map(|n| order(n as u32 % 10, n, 19_000 + n as i32)).collect();
    let files = write(root.path(), "t", &rows, Limits { rows: 30, ..Limits::default() });
    let lake = Lake::open(root.path(), &snapshot(files)).unwrap();
    let found = lake.sql("SELECT count(*) n, sum(paid) p, max(day) d FROM orders WHERE customer = 3").await.unwrap();
    let text = format!("{:?}", found[0].columns());
    assert!(text.contains("10") && text.contains("48000") && text.contains("2022-04-11"), "{text}");
    let count = lake.sql("SELECT count(*) FROM orders").await.unwrap();
    assert!(format!("{:?}", count[0].column(0)).contains("100"));

    let out = root.path().join("out.csv");
    for bad in [
        "CREATE TABLE x AS SELECT 1",
        "DROP TABLE orders",
        "INSERT INTO orders SELECT * FROM orders",
        "DELETE FROM orders",
        "SET datafusion.execution.target_partitions = 1",
        &format!("COPY (SELECT 1) TO '{}'", out.display()),
        "EXPLAIN ANALYZE INSERT INTO orders SELECT * FROM orders",
        &format!("EXPLAIN ANALYZE COPY (SELECT 1) TO '{}'", out.display()),
        &format!("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '{}'", out.display()),
    ] {
        assert!(matches!(lake.sql(bad).await, Err(Error::ReadOnly(_) | Error::Query(_))), "{bad}");
    }
    assert!(lake.sql("SELECT * FROM '/etc/passwd'").await.is_err());
    assert!(!out.exists());
    assert_eq!(fs::read_dir(folder(root.path(), Table::Orders)).unwrap().count(), 4);
}

#[test]
fn row_keys_of_days() {
    let root = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (0..100).map(|n| order(0, n, 19_000 + n as i32)).collect();
    let files = write(root.path(), "t", &rows, Limits { rows: 30, ..Limits::default() });
    let lake = Lake::open(root.path(), &snapshot(files)).unwrap();
    let keys = |days| {
        let mut all = Vec::new();
        lake.row_keys(Table::Orders, days, |k| all.extend_from_slice(k)).unwrap();
        all
    };
    assert_eq!(keys(None), (0..100).collect::<Vec<i64>>());
    assert_eq!(keys(Some((Day(19_028), Day(19_031)))), [28, 29, 30, 31]);
    assert_eq!(lake.days(), Some((Day(19_000), Day(19_099))));
}

#[test]
fn orphans_go_when_their_time_has_come() {
    let root = tempfile::tempdir().unwrap();
    let live = write(root.path(), "live", &[order(0, 1, 19_000)], Limits::default());
    write(root.path(), "lost", &[order(0, 1, 19_000)], Limits::default());
    assert_eq!(sweep(root.path(), &live, Instant(0)).unwrap(), (0, 0));
    assert_eq!(sweep(root.path(), &live, Instant::MAX).unwrap().0, 1);
    assert!(Lake::open(root.path(), &snapshot(live)).is_ok());
}

#[test]
fn what_an_import_wrote_goes_with_every_attempt_of_it_and_no_other_import() {
    let root = tempfile::tempdir().unwrap();
    let live = write(root.path(), "imp_12", &[order(0, 1, 19_000)], Limits::default());
    for stem in ["imp_1", "imp_1-6617ee2a1bf21", "imp_1-6617ee2a1bf22"] {
        write(root.path(), stem, &[order(0, 1, 19_000)], Limits::default());
    }
    assert_eq!(lake::forget(root.path(), "imp_1-6617ee2a1bf21", &[]).unwrap(), 1);
    let named: Vec<_> = live.iter().map(|f| (f.table, f.path.clone())).collect();
    assert_eq!(lake::forget(root.path(), "imp", &named[..1]).unwrap(), 2);
    assert_eq!(lake::forget(root.path(), "imp_1", &[]).unwrap(), 0);
    assert_eq!(sweep(root.path(), &live, Instant::MAX).unwrap().0, 0);
}

#[test]
fn one_customer_among_many_files() {
    let root = tempfile::tempdir().unwrap();
    let c = &mut Chance(5);
    let rows: Vec<_> = (0..60_000).map(|n| order(c.below(5_000) as u32, n, 19_000)).collect();
    let files = write(root.path(), "t", &rows, Limits { rows: 20_000, ..Limits::default() });
    let lake = Lake::open(root.path(), &snapshot(files)).unwrap();
    for customer in [0, 17, 2_500, 4_999, 5_000] {
        let want: Vec<i64> = rows.iter().filter(|r| r.customer.0 == customer).map(|r| r.paid).collect();
        let facts = lake.facts(CustomerKey(customer), Instant::MAX).unwrap();
        assert_eq!(facts.orders.iter().map(|o| o.paid).collect::<Vec<_>>(), want);
    }
}

#[test]
fn the_product_list_completes_lines() {
    let root = tempfile::tempdir().unwrap();
    let line = |n: u64, category: Option<&'static str>| LineRow {
        customer: CustomerKey(0),
        row_key: n,
        order_key: n,
        order_id: "1",
        line_key: n,
        at: Instant(0),
        day: Day(0),
        recorded_at: Instant(10),
        product: Some("p"),
        category,
        brand: None,
        quantity: 2.5,
        paid: 100,
        cost: None,
        cancelled: false,
        channel: None,
        store: None,
        batch: 1,
    };
    let product = |n: u64, at: i64, category: Option<&'static str>, cost: Option<i64>| ProductRow {
        row_key: n,
        recorded_at: Instant(at),
        product: "p",
        name: Some("P"),
        category,
        brand: Some("B"),
        price: None,
        cost,
        batch: 1,
    };
    let mut files = write(root.path(), "l", &[line(1, None), line(2, Some("own"))], Limits::default());
    files.extend(write(root.path(), "p", &[product(2, 20, None, Some(31)), product(1, 15, Some("c"), Some(7))], Limits::default()));
    let cost = CostRow {
        row_key: 1,
        recorded_at: Instant(0),
        channel: Some("ads"),
        campaign: None,
        first_day: Day(0),
        last_day: Day(30),
        amount: 5,
        batch: 1,
        cost_key: None,
    };
    files.extend(write(root.path(), "c", &[cost], Limits::default()));
    let lake = Lake::open(root.path(), &snapshot(files)).unwrap();
    let lines = |known| lake.facts(CustomerKey(0), known).unwrap().lines;
    let category = |known| lines(known).iter().map(|l| l.category.clone().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(category(Instant(10)), ["", "own"]);
    assert_eq!(category(Instant::MAX), ["c", "own"]);
    // 2.5 pieces at 31 are 77.5, half to even 78; later knowledge wins field by field
    assert_eq!(lines(Instant::MAX)[0].cost, Some(78));
    assert_eq!(lines(Instant(15))[0].cost, Some(18));

    // the run says the same
    let b = Business::random(0, 1, 1);
    let run = lake.run(&b.spec(Instant::MAX, domain::feature::catalog().to_vec())).unwrap();
    let rule = |text: &str| domain::rule::check_text(text, run.names()).unwrap().1;
    assert_eq!(run.count(&rule("sum(lines.cost) = 1.56 and distinct(lines.category) = 2")).unwrap(), 1);
    assert_eq!(run.value("orders", CustomerKey(0)), Value::Int(2));
}

/// The file as it was written before these columns came.
fn without_the_last(root: &std::path::Path, file: &mut DataFile, columns: usize) {
    let path = folder(root, file.table).join(&file.path);
    let batches = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&path).unwrap()).unwrap().build().unwrap();
    let keep: Vec<usize> = (0..file.table.columns().len() - columns).collect();
    let old: Vec<_> = batches.map(|b| b.unwrap().project(&keep).unwrap()).collect();
    let mut writer = ArrowWriter::try_new(fs::File::create(&path).unwrap(), old[0].schema(), None).unwrap();
    old.iter().for_each(|b| writer.write(b).unwrap());
    writer.close().unwrap();
    let bytes = fs::read(&path).unwrap();
    let footer = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
    (file.bytes, file.footer) = (bytes.len() as u64, footer.into());
    file.columns.truncate(keep.len());
}

#[test]
fn a_file_from_before_a_column_came_has_no_value_in_it() {
    let root = tempfile::tempdir().unwrap();
    let refund = |row_key, batch, amount, refund_key| RefundRow {
        customer: CustomerKey(0),
        row_key,
        order_key: None,
        order_id: None,
        at: Instant(0),
        day: Day(0),
        recorded_at: Instant(batch),
        amount,
        reason: Some("late"),
        product: None,
        batch,
        refund_key,
        by_status: false,
    };
    let mut files = write(root.path(), "old", &[refund(1, 1, 100, None), refund(2, 1, 10, None)], Limits::default());
    without_the_last(root.path(), &mut files[0], 2);
    files.extend(write(root.path(), "new", &[refund(3, 2, 7, Some(5))], Limits::default()));
    files.extend(write(root.path(), "newer", &[refund(4, 3, 8, Some(5))], Limits::default()));
    let lake = Lake::open(root.path(), &snapshot(files.clone())).unwrap();
    let facts = lake.facts(CustomerKey(0), Instant::MAX).unwrap();
    let found: Vec<_> = facts.refunds.iter().map(|r| (r.amount, r.refund_key, r.by_status)).collect();
    assert_eq!(found, [(100, None, false), (10, None, false), (7, Some(5), false), (8, Some(5), false)]);
    let spec = Business::random(0, 1, 1).spec(Instant::MAX, catalog().to_vec());
    let run = lake.run(&spec).unwrap();
    let of = |key: &str| run.value(key, CustomerKey(0));
    assert_eq!((of("refunds"), of("refunded")), (Value::Int(3), Value::Money(118)));
    assert_eq!(of("top_refund_reason"), Value::Text("late".into()));
    let mut found = Vec::new();
    files.iter().for_each(|f| lake.identities(f, |key, whose| found.push((key, whose))).unwrap());
    assert_eq!(found, [(5, CustomerKey(0)); 2]);
    let rows = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        lake.sql("SELECT count(*), count(refund_key), sum(amount) FROM refunds").await.unwrap()
    });
    let number = |c: usize| arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(rows[0].column(c)).value(0);
    assert_eq!((number(0), number(1), number(2)), (4, 2, 125));
}

/// Rows as they come lie in one file a customer, in the order in which they came; what was written before is gone.
#[test]
fn files_of_one_writer_share_no_customer() {
    let root = tempfile::tempdir().unwrap();
    let chance = &mut Chance(5);
    let rows: Vec<OrderRow<'static>> = (1..=5_000).map(|n| order(if n % 3 == 0 { 77 } else { chance.below(400) as u32 }, n, 19_000 + (n % 50) as i32)).collect();
    let files = write(root.path(), "imp-1", &rows, Limits { rows: 600, ..Limits::default() });
    assert!((5..=9).contains(&files.len()), "{}", files.len());
    let lake = Lake::open(root.path(), &snapshot(files.clone())).unwrap();
    let spans: Vec<(i64, i64)> = files.iter().map(|f| {
        let customer = &f.columns[Table::Orders.columns().iter().position(|c| c.name == "customer").unwrap()];
        (customer.min.as_ref().unwrap().parse().unwrap(), customer.max.as_ref().unwrap().parse().unwrap())
    }).collect();
    assert!(spans.windows(2).all(|w| w[0].1 < w[1].0), "{spans:?}");
    assert_eq!(files.iter().map(|f| f.rows).sum::<u64>(), 5_000);
    for customer in [0, 77, 123, 399, 400] {
        let own: Vec<i64> = rows.iter().filter(|r| r.customer.0 == customer).map(|r| r.paid).collect();
        let found = lake.facts(CustomerKey(customer), Instant::MAX).unwrap();
        assert_eq!(found.orders.iter().map(|o| o.paid).collect::<Vec<_>>(), own, "{customer}");
    }
    let left: BTreeSet<String> = fs::read_dir(folder(root.path(), Table::Orders)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left, files.iter().map(|f| f.path.clone()).collect::<BTreeSet<_>>());
}
