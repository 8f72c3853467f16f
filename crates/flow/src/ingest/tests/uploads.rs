//! The way of the web app: upload, map, check, confirm, undo; and what happens when the process ends in between.

use super::*;
use crate::ingest::{self, Upload, view::ImportView};
use std::time::Duration;

pub(super) async fn upload(shop: &Shop, name: &str, text: &str) -> ImportView {
    let path = shop.app.temporary().join("upload");
    std::fs::write(&path, text).expect("a file");
    ingest::receive(&shop.app, Sight::Full, vec![Upload { name: name.into(), path }], &tester()).await.expect("arrives")
}

pub(super) async fn until(app: &App, id: &str, status: &str) -> ImportView {
    for _ in 0..500 {
        let view = ingest::get(app, Sight::Full, id).await.expect("is there");
        if view.status == status {
            return view;
        }
        assert_ne!(view.status, "failed", "{:?}", view.error);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {status}");
}

pub(super) async fn checked(shop: &Shop, id: &str) -> ImportView {
    ingest::check(&shop.app, Sight::Full, id).await.expect("begins");
    until(&shop.app, id, "checked").await
}

#[tokio::test]
async fn the_whole_way() {
    let shop = Shop::open().await;
    let view = upload(&shop, "订单.csv", ORDERS).await;
    assert_eq!((view.status.as_str(), view.files.len()), ("mapping", 1));
    assert_eq!(view.files[0].name, "订单.csv");
    assert_eq!(view.files[0].columns.len(), 5);
    let report = checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!(report.accepted, 3);
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 0);
    ingest::confirm(&shop.app, Sight::Full, &view.id, &tester()).await.expect("begins");
    let done = until(&shop.app, &view.id, "committed").await;
    assert!(done.undo_until.is_some() && done.snapshot.is_some());
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
    assert!(ingest::discard(&shop.app, &view.id).await.is_err());
    ingest::undo(&shop.app, &view.id, &tester()).await.expect("undone");
    assert_eq!(until(&shop.app, &view.id, "undone").await.undo_until, None);
}

/// A check is seen to be over before it has let go; whoever is that quick is not sent away.
#[tokio::test]
async fn a_step_that_is_just_ending_is_waited_for() {
    let shop = Shop::open().await;
    let id = upload(&shop, "订单.csv", ORDERS).await.id;
    checked(&shop, &id).await;
    let held = loop {
        if let Some(held) = shop.app.imports.start(&id, &shop.app.uploads(&id)).expect("a place") {
            break held;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let letting_go = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(held);
        shop.app.imports.end(&id);
    };
    let author = tester();
    let (begun, ()) = tokio::join!(ingest::confirm(&shop.app, Sight::Full, &id, &author), letting_go);
    begun.expect("begins");
    until(&shop.app, &id, "committed").await;
}

#[tokio::test]
async fn a_mapping_made_by_hand_is_remembered() {
    let shop = Shop::open().await;
    let text = "bon,who,when,sum\nD1,C1,2026-03-01,10.00\nD2,C2,2026-03-02,11.00\n";
    let view = upload(&shop, "odd.csv", text).await;
    let shown = mapping_of(&view);
    assert_eq!((shown.kinds.len(), codes(&view)), (0, vec!["guess_no_kind".to_owned()]));
    let mut mapping = shown;
    for (column, target) in mapping.columns.iter_mut().zip(["order.id", "customer.id", "order.at", "order.paid"]) {
        column.target = sources::Target::parse(target).expect("a target");
    }
    let set = ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![mapping]).await.expect("fits");
    assert_eq!(mapping_of(&set).kinds, [sources::Kind::Order, sources::Kind::Refund]);
    assert_eq!(codes(&set), ["guess_kinds", "guess_time_zone"], "what is told is told of the mapping that was set");
    checked(&shop, &view.id).await;
    ingest::confirm(&shop.app, Sight::Full, &view.id, &tester()).await.expect("begins");
    until(&shop.app, &view.id, "committed").await;
    assert_eq!(shop.facts("C2").await.orders.iter().map(|o| (o.day.to_string(), o.paid)).collect::<Vec<_>>(), [("2026-03-02".to_owned(), 1100)]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let next = upload(&shop, "odd2.csv", "bon,who,when,sum\nD3,C1,2026-03-03,12.00\n").await;
    let proposed: sources::Mapping = serde_json::from_value(next.files[0].mapping.clone()).expect("a mapping");
    assert_eq!(proposed.columns.iter().map(|c| c.target.name()).collect::<Vec<_>>(), ["order.id", "customer.id", "order.at", "order.paid"]);
    assert_eq!((proposed.kinds.len(), codes(&next)), (2, vec!["guess_kinds".to_owned(), "guess_time_zone".to_owned()]));
}

#[tokio::test]
async fn a_template_saved_without_kinds_gives_what_its_columns_say() {
    let shop = Shop::open().await;
    let text = "bon,who,when,sum\nD1,C1,2026-03-01,10.00\n";
    let mut template = shop.source("odd.csv", text).await.mapping;
    for (column, target) in template.columns.iter_mut().zip(["order.id", "customer.id", "order.at", "order.paid"]) {
        column.target = sources::Target::parse(target).expect("a target");
    }
    assert!(template.kinds.is_empty());
    ingest::remember(&shop.app, [&template].into_iter(), &tester()).await.expect("remembers");
    let (staged, _) = shop.import(&[("odd.csv", text)]).await;
    assert_eq!(staged.report.records["orders"].created, 1);
}

#[tokio::test]
async fn day_and_month_that_were_guessed_wrong_are_corrected_for_the_file_or_for_a_column() {
    let shop = Shop::open().await;
    let text = "order_id,customer_id,order_time,paid\nD1,C1,03/04/2026,10.00\nD2,C2,05/04/2026,11.00\n";
    let view = upload(&shop, "orders.csv", text).await;
    assert!(codes(&view).contains(&"guess_date_ambiguous".to_owned()));
    let mut mapping = mapping_of(&view);
    assert_eq!(mapping.date_order, sources::DateOrder::Mdy);
    mapping.date_order = sources::DateOrder::Dmy;
    let set = ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![mapping]).await.expect("fits");
    assert!(!codes(&set).contains(&"guess_date_ambiguous".to_owned()), "{:?}", codes(&set));
    let report = checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!((report.first_day.as_deref(), report.last_day.as_deref()), (Some("2026-04-03"), Some("2026-04-05")));
    let mut alone = mapping_of(&set);
    alone.columns[2].date_order = Some(sources::DateOrder::Mdy);
    ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![alone]).await.expect("fits");
    let report = checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!((report.first_day.as_deref(), report.last_day.as_deref()), (Some("2026-03-04"), Some("2026-05-04")));
}

#[tokio::test]
async fn another_header_row_or_encoding_is_looked_at_anew_and_a_header_that_is_not_there_is_refused() {
    let shop = Shop::open().await;
    let view = upload(&shop, "orders.csv", ORDERS).await;
    let mut lower = mapping_of(&view);
    lower.header_row = 2;
    let set = ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![lower]).await.expect("is looked at");
    assert_eq!(set.files[0].columns[0].header, "D1");
    let mut back = mapping_of(&set);
    back.header_row = 1;
    let back = ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![back]).await.expect("is looked at");
    assert_eq!((back.files[0].columns[0].header.as_str(), mapping_of(&back)), ("order_id", mapping_of(&view)));
    let mut latin = mapping_of(&back);
    latin.encoding = sources::Encoding::Windows1252;
    let latin = ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![latin]).await.expect("is looked at");
    assert_eq!(latin.files[0].encoding.as_deref(), Some("windows-1252"));
    // Chinese headings cannot be read so, and come back when the letters do
    let chinese = upload(&shop, "订单.csv", "\u{feff}甲,乙,丙\nD1,C1,2026-03-01\nD2,C2,2026-03-02\n").await;
    let mut gb = mapping_of(&chinese);
    gb.encoding = sources::Encoding::Gb18030;
    let gb = ingest::set_mapping(&shop.app, Sight::Full, &chinese.id, vec![gb]).await.expect("is looked at");
    assert_ne!(gb.files[0].columns[0].header, "甲");
    let mut back = mapping_of(&gb);
    back.encoding = sources::Encoding::Utf8;
    let back = ingest::set_mapping(&shop.app, Sight::Full, &chinese.id, vec![back]).await.expect("is looked at");
    assert_eq!((back.files[0].columns[0].header.as_str(), back.files[0].header_row), ("甲", 1));
    let mut wrong = mapping_of(&latin);
    wrong.columns[0].header = "something".into();
    let refused = ingest::set_mapping(&shop.app, Sight::Full, &view.id, vec![wrong]).await;
    assert!(matches!(&refused, Err(crate::Error::Invalid { .. })), "{refused:?}");
}

fn mapping_of(view: &ImportView) -> sources::Mapping {
    serde_json::from_value(view.files[0].mapping.clone()).expect("a mapping")
}

fn codes(view: &ImportView) -> Vec<String> {
    view.files[0].guesses.iter().map(|g| g.code.clone()).collect()
}

#[tokio::test]
async fn a_member_number_alone_is_the_customer_number_unless_it_is_known_as_a_card() {
    let shop = Shop::open().await;
    let orders = "订单号,会员号,下单时间,实付金额\nD1,C1,2026-03-01,10.00\n";
    assert!(shop.source("orders.csv", orders).await.mapping.has(&sources::Target::CustomerId));
    shop.import(&[("people.csv", "客户编号,会员号,姓名\nK1,C1,王芳\n")]).await;
    assert!(shop.source("orders.csv", orders).await.mapping.has(&sources::Target::CustomerMember));
    shop.import(&[("orders.csv", orders)]).await;
    assert_eq!(shop.facts("K1").await.orders.len(), 1);
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_and_leaves_nothing() {
    let shop = Shop::open().await;
    let path = shop.app.temporary().join("upload");
    std::fs::write(&path, [0u8, 159, 146, 150, 0, 0, 1]).expect("a file");
    let refused = ingest::receive(&shop.app, Sight::Full, vec![Upload { name: "x.bin".into(), path }], &tester()).await;
    assert!(matches!(refused, Err(crate::Error::Invalid { .. })), "{refused:?}");
    assert_eq!(std::fs::read_dir(shop.app.data.join("uploads")).expect("a folder").count(), 0);
    assert!(ingest::list(&shop.app, Sight::Full, None, 10).await.expect("list").0.is_empty());
}

#[tokio::test]
async fn what_was_cut_short_is_back_at_its_mapping_and_what_was_checked_commits_after_a_restart() {
    let shop = Shop::open().await;
    let (cut, kept) = (upload(&shop, "a.csv", ORDERS).await, upload(&shop, "b.csv", &ORDERS.replace('D', "E")).await);
    checked(&shop, &kept.id).await;
    let mut tx = shop.app.store.begin().await.expect("a transaction");
    store::import::set_status(&mut tx, &cut.id, store::import::Status::Checking, None, NOW).await.expect("moves");
    tx.commit().await.expect("commits");
    let after = shop.again().await;
    assert_eq!(ingest::recover(&after).await.expect("recovers"), 1);
    assert_eq!(ingest::get(&after, Sight::Full, &cut.id).await.expect("there").status, "mapping");
    ingest::confirm(&after, Sight::Full, &kept.id, &tester()).await.expect("begins");
    until(&after, &kept.id, "committed").await;
    assert_eq!(shop.lake().await.rows(domain::table::Table::Orders), 3);
}

#[tokio::test]
async fn each_table_of_a_workbook_is_mapped_by_itself_and_may_be_left_out() {
    let shop = Shop::open().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let tables: [(&str, &[&[&str]]); 4] = [
        ("说明", &[&["本表由系统导出"]]),
        ("会员", &[&["会员号", "姓名", "城市"], &["C1", "王芳", "北京"], &["C2", "李明", "上海"]]),
        ("订单", &[&["订单号", "会员号", "下单时间", "实付金额"], &["D1", "C1", "2026-03-01", "100"]]),
        ("退款", &[&["退款单号", "订单号", "退款时间", "退款金额"], &["R1", "D1", "2026-03-05", "10"]]),
    ];
    for (name, rows) in tables {
        let sheet = book.add_worksheet().set_name(name).expect("a sheet");
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                sheet.write_string(r as u32, c as u16, *cell).expect("a cell");
            }
        }
    }
    let path = shop.app.temporary().join("book");
    book.save(&path).expect("a workbook");
    let view = ingest::receive(&shop.app, Sight::Full, vec![Upload { name: "账本.xlsx".into(), path }], &tester()).await.expect("arrives");
    let sheets: Vec<_> = view.files.iter().map(|f| (f.name.as_str(), f.sheet.as_deref().unwrap_or_default())).collect();
    assert_eq!(sheets, [("账本.xlsx", "会员"), ("账本.xlsx", "订单"), ("账本.xlsx", "退款")]);
    let report = checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!((report.rows_in, report.accepted), (4, 4));
    // the refunds stay out
    let mut mappings: Vec<sources::Mapping> = view.files.iter().map(|f| serde_json::from_value(f.mapping.clone()).expect("a mapping")).collect();
    mappings[2].columns.iter_mut().for_each(|c| c.target = sources::Target::Ignore);
    ingest::set_mapping(&shop.app, Sight::Full, &view.id, mappings).await.expect("mapped");
    let report = checked(&shop, &view.id).await.report.expect("a report");
    assert_eq!((report.rows_in, report.accepted, report.records.contains_key("refunds")), (3, 3, false));
}
