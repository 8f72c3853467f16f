//! Orders as shops and tills export them: cancelled, refunded, paid in parts, in several currencies. Each table is a small export;
//! each test says what must be counted.

use domain::{
    Currency, Zone,
    record::{OrderRecord, Record, RefundRecord},
};
use sources::{Code, Kind, Options, Probe, Reject, probe, read};
use std::{collections::BTreeMap, ops::ControlFlow};

struct Seen {
    probe: Probe,
    records: Vec<Record>,
    rejects: Vec<Reject>,
    notes: BTreeMap<Code, u64>,
}

impl Seen {
    fn target(&self, header: &str) -> String {
        self.probe.mapping.columns.iter().find(|c| c.header == header).map(|c| c.target.name()).unwrap_or_default()
    }

    fn guess(&self, code: Code) -> String {
        self.probe.guesses.iter().find(|g| g.code == code).map(|g| g.text().en).unwrap_or_default()
    }

    fn orders(&self) -> Vec<&OrderRecord> {
        self.records.iter().filter_map(|r| if let Record::Order(o) = r { Some(o) } else { None }).collect()
    }

    fn refunds(&self) -> Vec<&RefundRecord> {
        self.records.iter().filter_map(|r| if let Record::Refund(o) = r { Some(o) } else { None }).collect()
    }

    /// Paid, by heads or else by lines, in minor units, for one order.
    fn paid(&self, order: &str) -> i64 {
        let heads: Vec<i64> = self.orders().iter().filter(|o| o.order_id == order).map(|o| o.paid).collect();
        let lines: i64 = self.records.iter().map(|r| if let Record::Line(l) = r && l.order_id == order { l.paid } else { 0 }).sum();
        heads.last().copied().unwrap_or(lines)
    }

    /// Numbers of the orders that are not cancelled.
    fn bought(&self) -> Vec<&str> {
        self.orders().iter().filter(|o| !o.cancelled).map(|o| o.order_id.as_str()).collect()
    }

    fn rejected(&self) -> Vec<(u64, Code)> {
        self.rejects.iter().map(|r| (r.line, r.code)).collect()
    }
}

fn with(text: &str, currency: &str, kind: Option<Kind>) -> Seen {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut options = Options::new(&zone, Currency::parse(currency).unwrap());
    options.name = Some("file.csv");
    options.kind = kind;
    let probe = probe(file.path(), &options).unwrap();
    let (mut records, mut rejects, mut notes) = (Vec::new(), Vec::new(), BTreeMap::new());
    read(file.path(), &probe.mapping, &mut |batch| {
        notes.extend(batch.notes.clone());
        records.extend(batch.rows.into_iter().flat_map(|r| r.1));
        rejects.extend(batch.rejects);
        ControlFlow::Continue(())
    })
    .unwrap();
    Seen { probe, records, rejects, notes }
}

fn look(text: &str) -> Seen {
    with(text, "CNY", Some(Kind::Order))
}

#[test]
fn a_cancelled_column_of_yes_and_no() {
    for (header, yes, no) in [("cancelled", "Yes", "No"), ("Is Canceled", "1", "0"), ("是否取消", "是", "否"), ("cancelled", "TRUE", "FALSE"), ("Cancelled at", "2024-01-06 10:00", ""), ("cancelled", "√", "")] {
        let seen = look(&format!("order_id,customer_id,order_date,amount,{header}\n1,A,2024-01-01,100,{no}\n2,A,2024-01-05,200,{yes}\n"));
        assert_eq!(seen.target(header), "order.cancelled", "{header}");
        assert_eq!(seen.bought(), ["1"], "{header} {yes}");
        assert!(seen.rejects.is_empty(), "{header}");
    }
    // a status in numbers says nothing about cancelling, whatever its numbers are
    let seen = look("order_id,customer_id,order_date,amount,status\n1,A,2024-01-01,100,0\n2,A,2024-01-05,200,1\n");
    assert_eq!(seen.bought(), ["1", "2"]);
    assert!(seen.guess(Code::GuessStatusUnknown).ends_with(": 0, 1"));
}

#[test]
fn a_status_and_a_cancelled_column_beside_each_other() {
    let seen = look("order_id,customer_id,order_date,amount,status,cancelled\n1,A,2024-01-01,100,paid,no\n2,A,2024-01-05,200,paid,yes\n3,A,2024-01-06,30,cancelled,no\n4,A,2024-01-06,30,refunded,no\n");
    assert_eq!((seen.target("status").as_str(), seen.target("cancelled").as_str()), ("order.status", "order.cancelled"));
    assert_eq!(seen.bought(), ["1", "4"]);
    assert_eq!(seen.refunds().iter().map(|r| r.order_id.as_deref()).collect::<Vec<_>>(), [Some("4")]);
    // mapped as a status by hand, it still says yes and no
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "order_id,customer_id,order_date,amount,cancelled\n1,A,2024-01-01,100,0\n2,A,2024-01-05,200,1\n").unwrap();
    let zone = Zone::utc();
    let mut mapping = probe(file.path(), &Options::new(&zone, Currency::CNY)).unwrap().mapping;
    mapping.columns[4].target = sources::Target::OrderStatus;
    let mut cancelled = Vec::new();
    read(file.path(), &mapping, &mut |batch| {
        cancelled.extend(batch.records().filter_map(|r| if let Record::Order(o) = r { Some(o.cancelled) } else { None }));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(cancelled, [false, true]);
}

#[test]
fn every_status_word_is_told_with_its_meaning() {
    let words = ["交易成功", "已撤销", "Expired", "Chargeback", "订单取消失败", "Closed Won", "non refunded", "特批"];
    let rows: String = words.iter().enumerate().map(|(i, w)| format!("{i},A,2024-01-0{},100,{w}\n", i + 1)).collect();
    let seen = look(&format!("订单号,会员号,下单时间,实付金额,订单状态\n{rows}"));
    assert_eq!(seen.guess(Code::GuessStatus), "“订单状态” is understood as counted: 交易成功, 订单取消失败, Closed Won, non refunded; cancelled: 已撤销, Expired; refunded: Chargeback");
    assert_eq!(seen.guess(Code::GuessStatusUnknown), "“订单状态” has words that are not known and count as bought, please check: 特批");
    let warns: Vec<Code> = seen.probe.guesses.iter().filter(|g| g.is_warning()).map(|g| g.code).collect();
    assert_eq!(warns, [Code::GuessStatusUnknown]);
    assert_eq!(seen.bought(), ["0", "3", "4", "5", "6", "7"]);
    assert_eq!(seen.refunds().len(), 1);
}

#[test]
fn amounts_in_another_currency_are_not_added_up() {
    let text = "order_id,customer_id,order_date,amount\n1,A,2024-01-01,$100\n2,A,2024-01-05,€200\n3,B,2024-01-03,¥50\n4,B,2024-01-04,$7\n5,B,2024-01-05,8\n";
    let seen = with(text, "USD", None);
    assert_eq!(seen.bought(), ["1", "4", "5"]);
    assert_eq!(seen.rejected(), [(3, Code::CurrencyForeign), (4, Code::CurrencyForeign)]);
    assert_eq!(seen.rejects[0].label().en, "The currency is €, the workspace reckons in USD");
    assert_eq!(seen.probe.currency, Currency::parse("USD"));
    // a bare dollar is any dollar, and ¥ is Chinese or Japanese
    assert_eq!(with(text, "HKD", None).bought(), ["1", "4", "5"]);
    assert_eq!(with(text, "JPY", None).bought(), ["3", "5"]);
    // an attribute of money and a refund are amounts too
    let refunds = with("refund_id,order_id,refund_date,refund_amount\nr1,1,2024-01-10,€5\nr2,1,2024-01-10,5\n", "USD", Some(Kind::Refund));
    assert_eq!(refunds.rejected(), [(2, Code::CurrencyForeign)]);
}

#[test]
fn the_currency_a_file_names_is_told() {
    let named = with("order_id,customer_id,order_date,amount,currency\n1,A,2024-01-01,100,EUR\n2,A,2024-01-05,200,eur\n", "USD", None);
    assert_eq!(named.probe.currency, Currency::parse("EUR"));
    assert_eq!(named.guess(Code::GuessCurrencyForeign), "The file reckons in EUR, the workspace in USD: rows in EUR will be rejected");
    assert_eq!(with("order_id,customer_id,order_date,amount\n1,A,2024-01-01,£100\n", "USD", None).probe.currency, Currency::parse("GBP"));
    assert_eq!(with("order_id,customer_id,order_date,amount\n1,A,2024-01-01,￥100\n", "JPY", None).probe.currency, Currency::parse("JPY"));
    assert_eq!(with("order_id,customer_id,order_date,amount\n1,A,2024-01-01,100\n", "USD", None).probe.currency, None);
}

#[test]
fn an_order_paid_in_parts_is_added_up() {
    let text = "order_id,customer_id,order_date,amount\n1,A,2024-01-01,100\n1,A,2024-01-01,30\n2,A,2024-01-05,200\n2,A,2024-01-05,20\n";
    for kind in [None, Some(Kind::Order), Some(Kind::Line)] {
        let seen = with(text, "CNY", kind);
        assert_eq!((seen.paid("1"), seen.paid("2")), (13_000, 22_000), "{kind:?}");
    }
    assert_eq!(look(text).guess(Code::GuessOrderParts), "An order number stands on several rows with different amounts: they are added up");
    // before discount
    let seen = look("order_id,customer_id,order_date,order amount,discount\n1,A,2024-01-01,100,10\n1,A,2024-01-01,30,0\n2,A,2024-01-05,200,0\n");
    assert_eq!((seen.paid("1"), seen.paid("2")), (12_000, 20_000));
    // the same amount again is the same order; money given back under its number is a refund of it
    let seen = look("order_id,customer_id,order_date,amount\n1,A,2024-01-01,100\n1,A,2024-01-01,100\n2,A,2024-01-05,200\n2,A,2024-01-06,-20\n");
    assert_eq!((seen.paid("1"), seen.paid("2"), seen.refunds().len()), (10_000, 20_000, 1));
    assert_eq!(seen.guess(Code::GuessOrderParts), "");
    // one in a hundred is a correction, and that is told
    let mut rows: String = (1..=100).map(|i| format!("{i},A,2024-01-01,100\n")).collect();
    rows.push_str("7,A,2024-01-02,90\n");
    let seen = look(&format!("order_id,customer_id,order_date,amount\n{rows}"));
    assert_eq!((seen.paid("7"), seen.guess(Code::GuessOrderCorrected).is_empty()), (9_000, false));
}

#[test]
fn a_total_that_names_the_order_is_counted_once() {
    for header in ["order_total", "Order Total", "订单总额", "订单金额", "订单实付金额"] {
        let seen = with(&format!("order_id,customer_id,order_date,product,{header}\n1,A,2024-01-01,x,100\n1,A,2024-01-01,y,100\n2,B,2024-01-01,y,50\n3,B,2024-01-02,z,5\n"), "CNY", None);
        assert_eq!((seen.paid("1"), seen.paid("2"), seen.paid("3")), (10_000, 5000, 500), "{header} {:?}", seen.probe.mapping.kinds);
    }
    // an amount that names nothing is the line's unless several orders say otherwise
    let seen = with("order_id,customer_id,order_date,product,amount\n1,A,2024-01-01,x,100\n1,A,2024-01-01,y,100\n2,B,2024-01-01,y,50\n", "CNY", None);
    assert_eq!(seen.paid("1"), 20_000);
}

#[test]
fn without_an_amount_nobody_is_a_buyer_and_that_is_said() {
    let seen = with("order_id,customer_id,order_date,product\n1,A,2024-01-01,x\n2,B,2024-01-02,y\n", "CNY", None);
    assert!(seen.guess(Code::GuessAmountUnknown).contains("nobody is a buyer"));
}

#[test]
fn two_lines_that_give_back_the_same_are_two_refunds() {
    let seen = with("order_id,customer_id,order_date,product,quantity,price,refund_amount\n1,A,2024-01-01,x,1,50,10\n1,A,2024-01-01,y,1,50,10\n2,B,2024-01-01,y,1,50,\n3,B,2024-01-02,y,1,50,0\n", "CNY", None);
    let told: Vec<_> = seen.refunds().iter().map(|r| (r.order_id.clone().unwrap(), r.product.clone().unwrap(), r.amount, r.by_status)).collect();
    assert_eq!(told, [("1".to_owned(), "x".to_owned(), 1000, false), ("1".to_owned(), "y".to_owned(), 1000, false)]);
    let numbered = with("order_id,line_no,customer_id,order_date,product,quantity,price,refund_amount\n1,1,A,2024-01-01,x,1,50,10\n1,2,A,2024-01-01,x,1,50,10\n", "CNY", None);
    assert_eq!(numbered.refunds().iter().map(|r| r.line_no.as_deref()).collect::<Vec<_>>(), [Some("1"), Some("2")]);
}

#[test]
fn refunds_beside_a_total_are_the_orders_once_or_the_lines_each() {
    let rows: String = (1..=4).map(|o| format!("{o},C{o},2024-01-01,x,1,50,100,20\n{o},C{o},2024-01-01,y,1,50,100,{}\n", if o == 4 { 5 } else { 20 })).collect();
    let seen = with(&format!("order_id,customer_id,order_date,product,quantity,price,order_total,refund_amount\n{rows}"), "CNY", None);
    let told: Vec<_> = seen.refunds().iter().map(|r| (r.order_id.as_deref().unwrap(), r.amount)).collect();
    assert_eq!(told, [("1", 2000), ("2", 2000), ("3", 2000), ("4", 2000), ("4", 500)]);
}

#[test]
fn a_refund_told_by_a_status_is_marked_as_such() {
    let seen = look("order_id,customer_id,order_date,amount,status,refund_amount\n1,A,2024-01-01,100,refunded,\n2,A,2024-01-02,80,refunded,30\n3,A,2024-01-03,60,refunded,0\n4,A,2024-01-04,60,paid,0\n");
    let told: Vec<_> = seen.refunds().iter().map(|r| (r.order_id.clone().unwrap(), r.amount, r.by_status, r.product.clone())).collect();
    assert_eq!(told, [("1".to_owned(), 10_000, true, None), ("2".to_owned(), 3000, false, None), ("3".to_owned(), 6000, true, None)]);
    let lines = with("order_id,customer_id,order_date,product,quantity,price,status\n1,A,2024-01-01,x,1,100,已完成\n1,A,2024-01-01,y,1,40,已退款\n", "CNY", None);
    assert_eq!(lines.refunds().iter().map(|r| (r.amount, r.by_status, r.product.as_deref())).collect::<Vec<_>>(), [(4000, true, Some("y"))]);
}

#[test]
fn an_amount_that_is_rounded_is_noted() {
    let text = "order_id,customer_id,order_date,amount\n1,A,2024-01-01,10.5\n2,A,2024-01-02,11\n3,A,2024-01-03,12.0\n";
    let seen = with(text, "JPY", None);
    assert_eq!((seen.paid("1"), seen.notes.clone()), (10, BTreeMap::from([(Code::MoneyRounded, 1)])));
    assert_eq!(with(text, "CNY", None).notes, BTreeMap::new());
}

#[test]
fn days_and_months_that_contradict_each_other_are_told_as_such() {
    let seen = with("order_id,customer_id,order_date,amount\n1,A,13/04/2024,10\n2,B,05/16/2024,20\n3,C,07/08/2024,1\n4,C,25/08/2024,1\n", "EUR", None);
    assert_eq!(seen.guess(Code::GuessDateContrary), "“order_date” has dates with the day first and dates with the month first: it is read as DD/MM/YYYY, 1 of the sample cannot be and will be rejected or left blank");
    assert_eq!((seen.guess(Code::GuessDateAmbiguous).is_empty(), seen.rejected()), (true, vec![(3, Code::DateInvalid)]));
    let tie = with("order_id,customer_id,order_date,amount\n1,A,13/04/2024,10\n2,B,05/16/2024,20\n", "EUR", None);
    assert!(tie.guess(Code::GuessDateAmbiguous).is_empty() && !tie.guess(Code::GuessDateContrary).is_empty());
    let open = with("order_id,customer_id,order_date,amount\n1,A,03/04/2024,10\n2,B,05/06/2024,20\n", "EUR", None);
    assert!(!open.guess(Code::GuessDateAmbiguous).is_empty() && open.guess(Code::GuessDateContrary).is_empty());
}

/// Goods on rows of their own: an amount that is the same on every row of the file says nothing of whose it is, so it is the row's.
#[test]
fn amounts_that_never_differ_are_those_of_the_lines() {
    let rows = |amount: &dyn Fn(usize, usize) -> usize| -> String {
        let row = |(k, j)| format!("B{k:04},2026-03-{:02},1380000{k:04},南京路店,{},1,{}\n", k % 27 + 1, ["乌龙", "普洱"][j], amount(k, j));
        let all = (0..30).flat_map(|k| (0..2).map(move |j| (k, j)));
        format!("订单号,日期,会员手机,门店,商品,数量,金额\n{}", all.map(row).collect::<String>())
    };
    let same = with(&rows(&|_, _| 1280), "CNY", None);
    assert_eq!((same.target("金额"), same.paid("B0007")), ("line.paid".into(), 256_000));
    let own = with(&rows(&|k, j| 100 + (k * 37 + j * 53) % 400), "CNY", None);
    assert_eq!(own.target("金额"), "line.paid");
    // the same on each line of an order, and another for the next: the order's
    let total = with(&rows(&|k, _| 100 + k * 37 % 400), "CNY", None);
    assert_eq!((total.target("金额"), total.guess(Code::GuessOrderCorrected)), ("order.paid".into(), String::new()));
}
