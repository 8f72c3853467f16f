//! However a file is cut for the workers, every row comes out once, in order, with its own line number and its own text.

use domain::{Currency, Zone, record::Record};
use sources::{Code, Options, Summary, probe, raw_rows, read};
use std::{fmt::Write, ops::ControlFlow, path::Path};

fn zone() -> Zone {
    Zone::parse("Asia/Shanghai").unwrap()
}

/// A few megabytes of orders: line ends inside quotes, long texts, bad rows and quotes left open, in a fixed order.
fn orders(rows: usize) -> (String, Vec<(u64, bool)>) {
    let mut text = "order_id,customer_id,order_time,paid,remark\n".to_owned();
    let (mut line, mut want) = (2, Vec::new());
    for i in 0..rows {
        let (row, good, lines) = match i % 11 {
            3 => (format!("A{i},K{},2026-03-01,1.50,\"two\r\nlines\"\r\n", i % 97), true, 2),
            5 => (format!("A{i},,2026-03-01,1.50,nobody\n"), false, 1),
            7 => (format!("A{i},K{},2026-02-30,1.50,{}\n", i % 97, "x".repeat(i % 3000)), false, 1),
            8 => (format!("A{i},K{},2026-03-01,1.50,\"open\n", i % 97), false, 1),
            9 => ("\n ,,\n".to_owned() + &format!("A{i},K{},2026-03-01,1.50,\"after \"\"blanks\"\"\"\n", i % 97), true, 3),
            _ => (format!("A{i},K{},2026-03-01 10:00:00,1.50,plain\n", i % 97), true, 1),
        };
        let own = line + if i % 11 == 9 { 2 } else { 0 };
        want.push((own, good));
        line += lines;
        text.push_str(&row);
    }
    (text, want)
}

/// Lines with their fate, the summary, lines with their text.
type Taken = (Vec<(u64, bool)>, Summary, Vec<(u64, String)>);

fn take(path: &Path) -> Taken {
    let zone = zone();
    let mapping = probe(path, &Options::new(&zone, Currency::CNY)).unwrap().mapping;
    let mut got = Vec::new();
    let summary = read(path, &mapping, &mut |batch| {
        let mut rows: Vec<(u64, bool)> = batch.rows.iter().map(|r| (r.0, true)).chain(batch.rejects.iter().map(|r| (r.line, false))).collect();
        rows.sort_unstable();
        got.extend(rows);
        ControlFlow::Continue(())
    })
    .unwrap();
    let mut raw = Vec::new();
    raw_rows(path, &mapping, &mut |line, text| {
        raw.push((line, text.to_owned()));
        ControlFlow::Continue(())
    })
    .unwrap();
    (got, summary, raw)
}

#[test]
fn every_row_once_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("orders.csv");
    let (text, want) = orders(30_000);
    assert!(text.len() > 5 << 20);
    std::fs::write(&path, &text).unwrap();
    let (got, summary, raw) = take(&path);
    assert_eq!(got.len(), want.len());
    assert!(got == want, "first difference: {:?}", got.iter().zip(&want).find(|(g, w)| g != w));
    assert_eq!(summary.accepted + summary.rejected, want.len() as u64);
    assert_eq!(raw.iter().map(|r| r.0).collect::<Vec<_>>(), want.iter().map(|w| w.0).collect::<Vec<_>>());
    assert!(raw.iter().enumerate().all(|(i, r)| r.1.starts_with(&format!("A{i},"))));
}

#[test]
fn the_same_rows_in_every_encoding() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = "订单号,会员号,下单时间,实付金额,备注\r\n".to_owned();
    for i in 0..60_000 {
        write!(text, "D{i},会员{},2026年3月{}日,￥{}.50,\"龙井，\"\"{i}\"\"\"\r\n", i % 89, i % 28 + 1, i % 500).unwrap();
    }
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let sums: Vec<i64> = [text.clone().into_bytes(), gbk, utf16]
        .into_iter()
        .enumerate()
        .map(|(i, bytes)| {
            let path = dir.path().join(format!("{i}.csv"));
            std::fs::write(&path, bytes).unwrap();
            let zone = zone();
            let mapping = probe(&path, &Options::new(&zone, Currency::CNY)).unwrap().mapping;
            let (mut sum, mut rows) = (0, 0);
            read(&path, &mapping, &mut |batch| {
                assert!(batch.rejects.is_empty(), "{:?}", batch.rejects.first());
                rows += batch.rows.len();
                sum += batch.records().map(|r| if let Record::Order(o) = r { o.paid } else { 0 }).sum::<i64>();
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(rows, 60_000);
            sum
        })
        .collect();
    assert!(sums.windows(2).all(|w| w[0] == w[1]), "{sums:?}");
}

#[test]
fn the_reader_stops_when_told_and_refuses_another_header() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("orders.csv");
    std::fs::write(&path, orders(20_000).0).unwrap();
    let zone = zone();
    let mapping = probe(&path, &Options::new(&zone, Currency::CNY)).unwrap().mapping;
    let mut batches = 0;
    let summary = read(&path, &mapping, &mut |_| {
        batches += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert!(summary.stopped && batches == 1);
    std::fs::write(&path, "order_id,customer_id,paid,order_time,remark\n1,2,3,4,5\n").unwrap();
    assert_eq!(read(&path, &mapping, &mut |_| ControlFlow::Continue(())).unwrap_err().code, Code::HeaderDiffers);
}

#[test]
fn months_that_show_their_order_only_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("orders.csv");
    let mut text = "order_id,customer_id,order_date,paid\n".to_owned();
    for i in 0..120_000 {
        let day = if i < 110_000 { i % 12 + 1 } else { i % 28 + 1 };
        writeln!(text, "A{i},K{},{day}/2/2026,1.00", i % 97).unwrap();
    }
    std::fs::write(&path, &text).unwrap();
    let zone = zone();
    let mapping = probe(&path, &Options::new(&zone, Currency::USD)).unwrap().mapping;
    let summary = read(&path, &mapping, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((summary.accepted, summary.rejected), (120_000, 0));
}
