//! `zhiyin classify`: small files in, the five formats out, all saying the same, none of them doing harm.

use crate::{
    files::{CUSTOMERS, LAST_DAY, REFUNDS, SHOP_ORDERS, cells, csv},
    place::{Place, run},
};
use arrow::{array::Array, util::display::ArrayFormatter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    process::Command,
};

/// The columns that stand first in every format.
const FIRST: [&str; 14] = [
    "customer_id", "orders", "gross", "net", "first_order_day", "last_order_day", "recency_days", "average_order_net", "rfm_r", "rfm_f",
    "rfm_m", "rfm_8", "rfm_11", "lifecycle",
];
const FORMATS: [&str; 5] = ["out.xlsx", "out.csv", "out.parquet", "out.json", "out.html"];

fn shop(place: &Place) -> Command {
    let files = [("--customers", "customers.csv", CUSTOMERS), ("--orders", "orders.csv", SHOP_ORDERS), ("--refunds", "refunds.csv", REFUNDS)];
    let mut command = place.zhiyin(["classify", "--json", "--currency", "USD", "--time-zone", "UTC"]);
    for (flag, name, text) in files {
        command.arg(flag).arg(place.file(name, text));
    }
    command
}

/// Every format of the shop.
fn classified() -> Place {
    let place = Place::sqlite();
    let mut command = shop(&place);
    for format in FORMATS {
        command.args(["--out", format]);
    }
    let said = run(&mut command).ends(0).json();
    assert_eq!((&said["rows_in"], &said["accepted"], &said["customers"]), (&10.into(), &10.into(), &4.into()), "{said}");
    assert_eq!((&said["as_of"], &said["currency"]), (&LAST_DAY.into(), &"USD".into()), "{said}");
    assert_eq!(said["out"], serde_json::json!(FORMATS));
    place
}

fn row<'a>(rows: &'a [BTreeMap<String, String>], customer: &str) -> &'a BTreeMap<String, String> {
    rows.iter().find(|r| r["customer_id"] == customer).unwrap_or_else(|| panic!("{customer} is not there: {rows:#?}"))
}

#[test]
fn five_formats_say_the_same() {
    let place = classified();
    let text = place.text("out.csv");
    assert!(text.starts_with('\u{feff}') && text.contains("\r\n"), "as spreadsheets want it");
    let head = cells(text.trim_start_matches('\u{feff}')).remove(0);
    assert_eq!(head[..FIRST.len()], FIRST);
    let rows = csv(&text);
    assert_eq!(rows.len(), 4);

    // by hand: two valid orders of 100.00 and 50.25, 20.25 of the second paid back, the third cancelled
    let ann = row(&rows, "A-1");
    let said: Vec<&str> = FIRST[1..8].iter().map(|k| ann[*k].as_str()).collect();
    assert_eq!(said, ["2", "150.25", "130.00", "2026-01-10", "2026-02-10", "49", "65.00"]);
    let dora = row(&rows, "D-4");
    let said: Vec<&str> = FIRST[1..12].iter().map(|k| dora[*k].as_str()).collect();
    assert_eq!(said, ["0", "0.00", "0.00", "", "", "", "", "0", "0", "0", "no_purchase"]);

    // JSON: the same columns, typed
    let json: Value = serde_json::from_str(&place.text("out.json")).expect("it is JSON");
    let people = json["customers"].as_array().expect("customers");
    assert_eq!(people.len(), 4);
    for person in people {
        let object = person.as_object().expect("an object");
        assert_eq!(object.len(), head.len());
        let id = object["customer_id"].as_str().expect("a number").to_owned();
        let guarded = if id.starts_with('=') { format!("'{id}") } else { id };
        let plain = row(&rows, &guarded);
        for (key, value) in object {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let there = &plain[key];
            let same = there.trim_start_matches('\'') == text || there.parse::<f64>().ok().is_some_and(|a| text.parse() == Ok(a));
            assert!(same, "{key} of {guarded}: {there:?} in CSV, {text:?} in JSON");
        }
    }
    for classification in json["classifications"].as_array().expect("classifications") {
        let sum: u64 = classification["classes"].as_array().into_iter().flatten().filter_map(|c| c["customers"].as_u64()).sum();
        assert_eq!(sum, 4, "{} is no partition", classification["key"]);
    }

    // Parquet: the same columns in the same order, the same people
    let file = File::open(place.path("out.parquet")).expect("it is there");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet");
    let names: Vec<String> = reader.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, head);
    let mut found = Vec::new();
    for batch in reader.build().expect("it reads") {
        let batch = batch.expect("it reads");
        let text = |column: &str, row: usize| {
            let array = batch.column_by_name(column).expect("the column");
            let format = ArrayFormatter::try_new(array, &Default::default()).expect("it has a text");
            if array.is_null(row) { String::new() } else { format.value(row).to_string() }
        };
        found.extend((0..batch.num_rows()).map(|r| (text("customer_id", r), text("orders", r), text("net", r), text("rfm_8", r))));
    }
    found.sort();
    let mut expected: Vec<_> = people
        .iter()
        .map(|p| {
            let id = p["customer_id"].as_str().unwrap_or_default().to_owned();
            let plain = row(&rows, &if id.starts_with('=') { format!("'{id}") } else { id.clone() });
            (id, plain["orders"].clone(), plain["net"].clone(), plain["rfm_8"].clone())
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected);

    // Excel: the same columns, read by our own door
    let zone = domain::Zone::utc();
    let probe = sources::probe(&place.path("out.xlsx"), &sources::Options::new(&zone, domain::Currency::USD)).expect("it is a workbook");
    assert_eq!(probe.columns.iter().map(|c| c.header.clone()).collect::<Vec<_>>(), head);
}

#[test]
fn results_do_no_harm() {
    let place = classified();
    // CSV: no text starts as a formula
    for line in cells(place.text("out.csv").trim_start_matches('\u{feff}')) {
        for cell in line {
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
            assert!(!formula || cell.parse::<f64>().is_ok(), "{cell:?} would be a formula");
        }
    }
    assert!(place.text("out.csv").contains("\"'=1+1\""));
    // Excel: texts are texts
    let mut book = zip::ZipArchive::new(File::open(place.path("out.xlsx")).expect("it is there")).expect("it is an archive");
    let (mut sheets, mut texts) = (0, String::new());
    for index in 0..book.len() {
        let mut part = book.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut xml = String::new();
        if name.starts_with("xl/worksheets/sheet") {
            part.read_to_string(&mut xml).expect("it is XML");
            assert!(!xml.contains("<f>") && !xml.contains("<f "), "{name} has a formula");
            sheets += 1;
            texts.push_str(&xml);
        } else if name == "xl/sharedStrings.xml" {
            part.read_to_string(&mut texts).expect("it is XML");
        }
        assert!(!name.contains("externalLink") && !name.contains("vbaProject"), "{name}");
    }
    assert!(sheets > 1 && texts.contains("=1+1"), "the text itself is untouched");
    assert!(!texts.contains("<script>"));
    // HTML: no one's name is code, nothing is fetched from elsewhere
    let html = place.text("out.html");
    assert!(html.to_lowercase().starts_with("<!doctype html>"));
    for bad in ["<script>alert", "<b>Xi'an", "src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!html.contains(bad), "{bad}");
    }
}

#[test]
fn rejected_rows_do_no_harm() {
    let place = Place::sqlite();
    let text = "Order ID,Customer ID,Order time,Paid\n=HYPERLINK(1),,2026-03-01 10:00:00,1.00\nO1,A,2026-03-01 10:00:00,2.00\n@x,A,never,3.00\n";
    let file = place.file("=orders.csv", text);
    let said = run(place.zhiyin(["classify", "--json", "--out", "out.csv", "--rejects", "rejects.csv", "--orders"]).arg(file)).ends(0).json();
    assert_eq!((&said["accepted"], &said["quarantined"]), (&1.into(), &2.into()), "{said}");
    let rows = csv(&place.text("rejects.csv"));
    assert_eq!(rows.len(), 2);
    for (key, cell) in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{key}: {cell:?} would be a formula");
    }
    assert_eq!(rows[0]["file"], "'=orders.csv");
    assert_eq!(rows[0]["Order ID"], "'=HYPERLINK(1)");
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let (one, other) = (classified(), classified());
    for format in FORMATS {
        let read = |place: &Place| fs::read(place.path(format)).expect("it is there");
        assert!(read(&one) == read(&other), "{format} differs");
    }
}

#[test]
fn a_day_in_the_past_leaves_out_what_came_later() {
    let place = Place::sqlite();
    run(shop(&place).args(["--as-of", "2026-01-31", "--out", "then.csv"])).ends(0);
    let rows = csv(&place.text("then.csv"));
    let ann = row(&rows, "A-1");
    assert_eq!((ann["orders"].as_str(), ann["net"].as_str(), ann["recency_days"].as_str()), ("1", "100.00", "21"));
    let bad = run(shop(&place).args(["--as-of", "2026-02-30", "--out", "then.csv"])).ends(4);
    assert!(bad.err.contains("2026-02-30"), "{bad:#?}");
}

#[test]
fn the_report_speaks_the_readers_language() {
    let place = Place::sqlite();
    run(shop(&place).args(["--lang", "zh-CN", "--out", "zh.html"])).ends(0);
    run(shop(&place).args(["--lang", "en", "--out", "en.html"])).ends(0);
    assert!(place.text("zh.html").contains("lang=\"zh-CN\"") && place.text("zh.html").contains("客户"));
    assert!(place.text("en.html").contains("lang=\"en\"") && place.text("en.html").contains("ustomers"));
}
