//! Rows that are set aside keep their place, reason and text, come out harmlessly, and come in again when they are mended.

use super::*;
use crate::ingest::rejected::{self, Again, Format};
use domain::Lang;
use std::io::Read;

const DIRTY: &str = "order_id,customer_id,order_time,paid\n\
    D1,C1,2026-03-01 10:00:00,100.00\n\
    D2,,2026-03-02 10:00:00,5.00\n\
    D3,C3,2026-02-30 10:00:00,5.00\n\
    D4,C4,2026-03-04 10:00:00,\"=1+1\"\n";

fn csv(staged: &mut Staged, lang: Lang) -> String {
    let mut out = std::io::Cursor::new(Vec::new());
    rejected::write(&mut staged.rejects, lang, Format::Csv, &mut out).expect("writes");
    String::from_utf8(out.into_inner()).expect("UTF-8")
}

#[tokio::test]
async fn each_row_has_its_place_reason_and_text() {
    let shop = Shop::open().await;
    let (mut staged, _) = shop.import(&[("orders.csv", DIRTY)]).await;
    assert_eq!((staged.report.accepted, staged.report.quarantined), (1, 3));
    let text = csv(&mut staged, Lang::En);
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "file,line,column,code,reason,value,row,order_id,customer_id,order_time,paid");
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with("\"orders.csv\",3,"), "{}", lines[1]);
    assert!(lines[1].contains("customer_missing") && lines[1].contains("\"D2,,2026-03-02 10:00:00,5.00\""), "{}", lines[1]);
    assert!(lines[2].contains("\"2026-02-30 10:00:00\""));
    // a formula is harmless wherever it shows
    assert!(lines[3].contains("\"'=1+1\""), "{}", lines[3]);
    assert!(!lines[3].contains(",\"=1+1\""));
    let said: Vec<&str> = staged.report.rejects_by_reason.iter().map(|r| r.code.as_str()).collect();
    assert_eq!(said.len(), 3);
}

#[tokio::test]
async fn mended_rows_come_in_again() {
    let shop = Shop::open().await;
    let (mut staged, _) = shop.import(&[("orders.csv", DIRTY)]).await;
    crate::ingest::ledger::remember(&shop.app, [&shop.source("orders.csv", DIRTY).await.mapping].into_iter(), &tester()).await.expect("remembers");
    let mended = csv(&mut staged, Lang::Zh).replace("\"2026-02-30 10:00:00\",\"5.00\"", "\"2026-02-28 10:00:00\",\"5.00\"");
    let path = shop.app.temporary().join("mended.csv");
    std::fs::write(&path, mended).expect("a file");
    let upload = crate::ingest::Upload { name: "rejected.csv".into(), path };
    let view = crate::ingest::receive(&shop.app, Sight::Full, vec![upload], &tester()).await.expect("arrives");
    let targets: Vec<&str> = view.files[0].mapping["columns"].as_array().expect("columns").iter().filter_map(|c| c["target"].as_str()).collect();
    assert_eq!(targets, ["ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "order.id", "customer.id", "order.at", "order.paid"]);
    let checked = super::uploads::checked(&shop, &view.id).await;
    let report = checked.report.expect("a report");
    assert_eq!((report.rows_in, report.accepted, report.quarantined), (3, 1, 2));
}

#[tokio::test]
async fn rows_of_several_files_mean_what_they_meant_in_each() {
    let shop = Shop::open().await;
    let (people, orders) = ("会员号,城市,获客渠道,注册日期\nM1,上海,门店,2026-01-02\n,北京,门店,2026-01-02\n", "订单号,会员号,下单时间,实付金额,渠道\nA1,M1,2026-02-28,12,APP\nA2,M1,2026-02-30,12,APP\nA3,,2026-02-20,12,APP\n");
    let (mut staged, _) = shop.import(&[("people.csv", people), ("orders.csv", orders)]).await;
    assert_eq!(staged.report.quarantined, 3);
    let mappings = [shop.source("people.csv", people).await.mapping, shop.source("orders.csv", orders).await.mapping];
    crate::ingest::ledger::remember(&shop.app, mappings.iter(), &tester()).await.expect("remembers");
    let path = shop.app.temporary().join("again.csv");
    std::fs::write(&path, csv(&mut staged, Lang::Zh)).expect("a file");
    let upload = crate::ingest::Upload { name: "rejected.csv".into(), path };
    let view = crate::ingest::receive(&shop.app, crate::sight::Sight::Full, vec![upload], &super::tester()).await.expect("arrives");
    let targets: Vec<&str> = view.files[0].mapping["columns"].as_array().expect("columns").iter().skip(7).filter_map(|c| c["target"].as_str()).collect();
    let meant = ["customer.id", "attribute.city", "attribute.acquisition_channel", "attribute.signup_day", "order.id", "order.at", "order.paid", "order.channel"];
    assert_eq!(targets, meant);
    let report = super::uploads::checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!((report.rows_in, report.quarantined), (3, 3), "they are as wrong as they were");
    let mut reasons: Vec<(&str, u64)> = report.rejects_by_reason.iter().map(|r| (r.code.as_str(), r.count)).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, [("customer_missing", 2), ("date_invalid", 1)]);
}

#[test]
fn rows_of_a_workbook_with_a_sheet_a_month_are_no_workbook_themselves() {
    let (zone, corpus) = (domain::Zone::utc(), std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../sources/tests/corpus")));
    let options = sources::Options::new(&zone, domain::Currency::CNY);
    let known = sources::probe(&corpus.join("sheets_of_months.xlsx"), &options).expect("a proposal").mapping;
    assert!(!known.more_sheets.is_empty());
    let headers: Vec<&str> = known.columns.iter().map(|c| c.header.as_str()).collect();
    let file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    let row = format!("months.xlsx,3,paid,money_invalid,no amount,x,x{}", ",1".repeat(headers.len()));
    std::fs::write(file.path(), format!("file,line,column,code,reason,value,row,{}\n{row}\n", headers.join(","))).expect("writes");
    let mut mapping = sources::probe(file.path(), &options).expect("a proposal").mapping;
    assert_eq!(rejected::settle(&mut mapping, std::slice::from_ref(&known)), Again::Known);
    assert_eq!((mapping.sheet, mapping.more_sheets), (None, Vec::new()));
    assert!(mapping.columns.iter().skip(7).map(|c| &c.target).eq(known.columns.iter().map(|c| &c.target)));
}

#[tokio::test]
async fn a_line_of_an_unknown_order_is_set_aside_with_its_text() {
    let shop = Shop::open().await;
    let lines = "order_id,line_no,product_id,category,quantity,amount\nNOPE,1,P1,茶,1,60.00\n";
    let (mut staged, _) = shop.import(&[("order_lines.csv", lines)]).await;
    assert_eq!((staged.report.rows_in, staged.report.quarantined), (1, 1));
    assert_eq!(staged.report.rejects_by_reason[0].code, "order_unknown");
    let text = csv(&mut staged, Lang::Zh);
    assert!(text.contains("\"NOPE,1,P1,茶,1,60.00\""), "{text}");
    assert!(text.contains("NOPE”不在这些文件里"), "{text}");
}

#[tokio::test]
async fn the_store_keeps_what_was_set_aside() {
    let shop = Shop::open().await;
    let (staged, _) = shop.import(&[("orders.csv", DIRTY)]).await;
    for format in [Format::Csv, Format::Xlsx] {
        let file = rejected::file(&shop.app, Sight::Full, &tester(), &staged.id, Lang::En, format).await.expect("a file");
        let mut bytes = Vec::new();
        file.0.into_std().await.read_to_end(&mut bytes).expect("reads");
        match format {
            Format::Csv => assert_eq!(String::from_utf8_lossy(&bytes).lines().count(), 4),
            Format::Xlsx => assert!(bytes.starts_with(b"PK")),
        }
    }
}
