//! What a result promises to hold: the sheets of the workbook, charts that point at real figures, an RFM table that adds up, a
//! dictionary of every column, the report of the import; and an HTML report with the same figures as the JSON.

use crate::{
    files::{csv, dirty_orders},
    place::{Place, run},
    workbook::{Cells, Workbook, row},
};
use domain::{Day, Lang};
use serde_json::Value;
use std::collections::BTreeMap;

/// A business of three hundred customers in every format, in a language.
fn sample(lang: Lang) -> (Place, Value) {
    let place = Place::sqlite();
    let today = Day::new(2026, 6, 30).expect("a day");
    let files = sample::write_files(&place.path("files"), 300, 7, Lang::En, today).expect("the sample is written");
    let mut command = place.zhiyin(["classify", "--json", "--currency", "CNY", "--time-zone", "Asia/Shanghai", "--lang", lang.tag()]);
    for file in files.iter().filter(|f| !f.ends_with("truth.csv")) {
        command.arg("--file").arg(file);
    }
    for end in ["xlsx", "csv", "json", "html"] {
        command.args(["--out", &format!("out.{end}")]);
    }
    let said = run(&mut command).ends(0).json();
    assert!(said["quarantined"].as_u64().is_some_and(|n| n > 0), "the sample has dirty rows: {said}");
    (place, said)
}

fn document(place: &Place) -> Value {
    serde_json::from_str(&place.text("out.json")).expect("it is JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_else(|| panic!("{key} is no list"))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

/// Of a summary sheet: classification → (class, customers, net).
fn classes_of(cells: &Cells) -> BTreeMap<String, Vec<(String, f64, f64)>> {
    let mut all: BTreeMap<String, Vec<(String, f64, f64)>> = BTreeMap::new();
    for r in 2.. {
        let line = row(cells, r);
        if line.is_empty() {
            return all;
        }
        all.entry(line[0].clone()).or_default().push((line[2].clone(), number(&line[4]), number(&line[6])));
    }
    all
}

#[test]
fn the_workbook_holds_what_it_promises() {
    for (lang, names) in [
        (Lang::En, ["customers", "classes", "RFM", "charts", "dictionary", "report"]),
        (Lang::Zh, ["客户", "分类汇总", "RFM", "图表", "数据字典", "数据报告"]),
    ] {
        let (place, said) = sample(lang);
        let (book, json) = (Workbook::open(&place.path("out.xlsx")), document(&place));
        assert_eq!(book.sheets.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), names);
        customers(&book, &place, names[0]);
        summaries(&book, &json, names[1]);
        rfm(&book, &json, lang);
        charts(&book, &json, names[3], lang);
        dictionary(&book, &json, names[0], names[4]);
        report(&book, &json, &said, names[5]);
    }
}

/// The rows are those of the CSV, column for column.
fn customers(book: &Workbook, place: &Place, name: &str) {
    let (cells, rows) = (book.sheet(name), csv(&place.text("out.csv")));
    let head = row(cells, 1);
    assert_eq!(head.len(), rows[0].len());
    let net = head.iter().position(|h| h == "net").expect("a column") as u32 + 1;
    for (i, expected) in rows.iter().enumerate() {
        let at = i as u32 + 2;
        assert_eq!(cells.get(&(at, 1)), Some(&expected["customer_id"]), "row {at}");
        assert_eq!(cells.get(&(at, net)).map(|n| number(n)), Some(number(&expected["net"])), "row {at}");
    }
    assert!(row(cells, rows.len() as u32 + 2).is_empty(), "more rows than customers");
}

/// Every class of every classification with the figures of the JSON; each classification adds up to everybody.
fn summaries(book: &Workbook, json: &Value, name: &str) {
    let found = classes_of(book.sheet(name));
    let total = json["totals"]["customers"].as_f64().expect("a total");
    assert_eq!(found.len(), list(json, "classifications").len());
    for c in list(json, "classifications") {
        let key = c["key"].as_str().expect("a key");
        let expected: Vec<(String, f64, f64)> =
            list(c, "classes").iter().map(|k| (k["key"].as_str().unwrap_or("").to_owned(), k["customers"].as_f64().unwrap_or(-1.0), k["net"].as_f64().unwrap_or(-1.0))).collect();
        assert_eq!(found[key], expected, "{key}");
        assert_eq!(found[key].iter().map(|k| k.1).sum::<f64>(), total, "{key} does not add up to everybody");
    }
}

/// Two boards of 25 cells and two tables of groups; people add up to buyers and to everybody.
fn rfm(book: &Workbook, json: &Value, lang: Lang) {
    let cells = book.sheet("RFM");
    let board = |top: u32| -> Vec<f64> { (top..top + 5).flat_map(|r| (2..=6).map(move |c| (r, c))).map(|at| cells.get(&at).map_or(0.0, |n| number(n))).collect() };
    let head = ["F \\ R", "5", "4", "3", "2", "1"];
    assert_eq!((row(cells, 2), row(cells, 11)), (head.map(str::to_owned).to_vec(), row(cells, 2)));
    let (people, money) = (board(3), board(12));
    assert_eq!(people.iter().sum::<f64>(), json["rfm"]["buyers"].as_f64().expect("buyers"));
    for (i, at) in (1..=5u64).rev().flat_map(|f| (1..=5u64).rev().map(move |r| (r, f))).enumerate() {
        let cell = list(&json["rfm"], "cells").iter().find(|c| (c["r"].as_u64(), c["f"].as_u64()) == (Some(at.0), Some(at.1)));
        let of = |key: &str| cell.and_then(|c| c[key].as_f64()).unwrap_or(0.0);
        assert_eq!((people[i], money[i]), (of("customers"), of("net")), "cell R{} F{}", at.0, at.1);
    }
    let place = |title: &str| (1..200).find(|r| cells.get(&(*r, 1)).is_some_and(|t| t == title)).unwrap_or_else(|| panic!("no table {title}"));
    for (title, key) in [("RFM 8", "rfm_8"), ("RFM 11", "rfm_11")] {
        let c = list(json, "classifications").iter().find(|c| c["key"] == key).expect("the classification");
        let top = place(title) + 2;
        for (i, k) in list(c, "classes").iter().enumerate() {
            let line = row(cells, top + i as u32);
            let label = k["label"][if lang == Lang::Zh { "zh" } else { "en" }].as_str().expect("a label");
            assert_eq!((line[0].as_str(), number(&line[1])), (label, k["customers"].as_f64().expect("a count")), "{title}");
        }
    }
}

/// Four drawings: three of classes, one of the value curve; each points at figures that are there and right.
fn charts(book: &Workbook, json: &Value, sheet: &str, lang: Lang) {
    assert_eq!(book.charts.len(), 4, "{:#?}", book.charts.iter().map(|c| &c.ranges).collect::<Vec<_>>());
    let label = |l: &Value| l[if lang == Lang::Zh { "zh" } else { "en" }].as_str().unwrap_or("").to_owned();
    let mut drawn = Vec::new();
    for chart in &book.charts {
        let [names, values] = chart.ranges.as_slice() else { panic!("a chart draws one series: {:?}", chart.ranges) };
        assert!(names.starts_with(&format!("{sheet}!")) || names.starts_with(&format!("'{sheet}'!")), "{names}");
        let (names, values) = (book.range(names), book.range(values));
        assert_eq!(names.len(), values.len());
        let figures: Vec<(String, f64)> = names
            .iter()
            .zip(&values)
            .map(|(n, v)| (n.expect("a category is blank").clone(), number(v.expect("a value is blank"))))
            .collect();
        drawn.push((chart, figures));
    }
    for key in ["lifecycle", "rfm_8", "rfm_11"] {
        let c = list(json, "classifications").iter().find(|c| c["key"] == key).expect("the classification");
        let expected: Vec<(String, f64)> = list(c, "classes").iter().map(|k| (label(&k["label"]), k["customers"].as_f64().unwrap_or(-1.0))).collect();
        let title = label(&c["label"]);
        assert!(drawn.iter().any(|(chart, figures)| *figures == expected && chart.xml.contains(&title)), "{key} is not drawn: {expected:?}");
    }
    let points = list(&json["curve"], "points");
    let expected: Vec<(f64, f64)> = points.iter().map(|p| (p["customers_share"].as_f64().unwrap_or(-1.0), p["net_share"].as_f64().unwrap_or(-1.0))).collect();
    let curve = |figures: &[(String, f64)]| figures.len() == expected.len() && figures.iter().zip(&expected).all(|((x, y), e)| x.parse().is_ok_and(|x: f64| (x - e.0).abs() < 1e-9) && (y - e.1).abs() < 1e-9);
    assert!(drawn.iter().any(|(chart, figures)| curve(figures) && chart.xml.contains("scatterChart")), "the value curve is not drawn");
}

/// One line a column of the customers, in their order, with both names.
fn dictionary(book: &Workbook, json: &Value, customers: &str, name: &str) {
    let (head, cells) = (row(book.sheet(customers), 1), book.sheet(name));
    let keys: Vec<String> = (2..).map(|r| row(cells, r).first().cloned().unwrap_or_default()).take_while(|k| !k.is_empty()).collect();
    assert_eq!(keys, head);
    for (i, c) in list(json, "dictionary").iter().enumerate() {
        let line = row(cells, i as u32 + 2);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        assert_eq!((&line[0], &line[1], &line[3], &line[4]), (&text(&c["key"]), &text(&c["type"]), &text(&c["label"]["zh"]), &text(&c["label"]["en"])));
    }
}

/// Rows by what became of them, and why some were set aside, as the command said.
fn report(book: &Workbook, json: &Value, said: &Value, name: &str) {
    let cells = book.sheet(name);
    for (r, key) in ["rows_in", "accepted", "duplicates", "quarantined"].into_iter().enumerate() {
        let line = row(cells, r as u32 + 2);
        assert_eq!((line[0].as_str(), line[1].as_str()), (key, said[key].to_string().as_str()));
        assert_eq!(json["report"][key], said[key], "{key}");
    }
    let reasons = list(&json["report"], "rejects_by_reason");
    assert!(!reasons.is_empty());
    for (i, reason) in reasons.iter().enumerate() {
        let line = row(cells, 9 + i as u32);
        assert_eq!((line[0].as_str(), line[1].clone()), (reason["code"].as_str().expect("a code"), reason["count"].to_string()));
    }
    assert_eq!(reasons.iter().filter_map(|r| r["count"].as_u64()).sum::<u64>(), said["quarantined"].as_u64().expect("a count"));
}

/// `1234567` → `1,234,567`, as the report writes whole numbers.
fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let groups: Vec<String> = digits.as_bytes().rchunks(3).rev().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    format!("{}{}", if n < 0 { "-" } else { "" }, groups.join(","))
}

/// Text of an element of the page, without tags and entities.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let out = out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of the page between this heading and the next of its level.
fn part<'h>(html: &'h str, heading: &str, level: &str) -> &'h str {
    let open = format!("<{level}>");
    html.split(&open).find(|p| p.starts_with(heading)).unwrap_or_else(|| panic!("no heading {heading}")).split("<h2>").next().unwrap_or_default()
}

#[test]
fn the_page_says_what_the_json_says() {
    for lang in [Lang::En, Lang::Zh] {
        let (place, said) = sample(lang);
        let (html, json) = (place.text("out.html"), document(&place));
        let label = |l: &Value| l[if lang == Lang::Zh { "zh" } else { "en" }].as_str().unwrap_or("").to_owned();
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
        // nothing comes from elsewhere, nothing runs
        for bad in ["http://", "https://", "<script", "src=", "<link", "<iframe", "url(", "@import", "javascript:"] {
            assert!(!html.contains(bad), "{bad} is on the page");
        }
        let whole = |value: &Value| grouped(domain::money::div_half_even((value.as_f64().expect("money") * 100.0).round() as i128, 100) as i64);
        let totals = &json["totals"];
        let cards = words(html.split("class=\"cards\"").nth(1).and_then(|c| c.split("<h2>").next()).expect("the cards"));
        for key in ["customers", "buyers", "orders"] {
            assert!(cards.contains(&grouped(totals[key].as_i64().expect("a total"))), "{key}: {cards}");
        }
        assert!(cards.contains(&format!("¥{}", whole(&totals["net"]))), "{cards}");
        // how the data came in
        let counts = ["rows_in", "accepted", "duplicates", "quarantined"].map(|k| grouped(said[k].as_i64().expect("a count")));
        assert!(counts.iter().all(|n| cards.contains(n)), "{counts:?}: {cards}");
        for reason in list(&json["report"], "rejects_by_reason") {
            assert!(cards.contains(&format!("{} {}", label(&reason["text"]), reason["count"])), "{reason}: {cards}");
        }
        // every class of every classification: people, share, money, share of money, orders
        for c in list(&json, "classifications") {
            let level = if ["lifecycle", "rfm_8"].contains(&c["key"].as_str().unwrap_or("")) { "h2" } else { "h3" };
            let shown = words(part(&html, &format!("{}</{level}>", escaped(&label(&c["label"]))), level));
            let percent = |key: &str, k: &Value| format!("{:.1}%", k[key].as_f64().expect("a share") * 100.0);
            for k in list(c, "classes") {
                let line = format!("{} {} {} ¥{} {} {}", label(&k["label"]), grouped(k["customers"].as_i64().expect("a count")), percent("share", k), whole(&k["net"]), percent("net_share", k), grouped(k["orders"].as_i64().expect("a count")));
                assert!(shown.contains(&line), "{line}: {shown}");
            }
        }
        // the drawings, each with every figure
        let drawings: Vec<&str> = html.split("<svg").skip(1).filter_map(|s| s.split("</svg>").next()).collect();
        assert_eq!(drawings.len(), 4, "lifecycle, RFM 8, the RFM board, the value curve");
        for (at, key) in [(0, "lifecycle"), (1, "rfm_8")] {
            let c = list(&json, "classifications").iter().find(|c| c["key"] == key).expect("the classification");
            assert_eq!(drawings[at].matches("<rect").count(), list(c, "classes").len(), "{key}: one bar a class");
            assert!(list(c, "classes").iter().all(|k| words(drawings[at]).contains(&label(&k["label"]))), "{key}");
        }
        assert_eq!(drawings[2].matches("<rect").count(), 25);
        let board = words(drawings[2]);
        for cell in list(&json["rfm"], "cells") {
            assert!(board.contains(&grouped(cell["customers"].as_i64().expect("a count"))), "{cell}: {board}");
        }
        let points = drawings[3].split("points=\"").nth(1).and_then(|p| p.split('"').next()).expect("a line");
        assert_eq!(points.split_whitespace().count(), list(&json["curve"], "points").len());
        // cohorts: the size of each month that is shown
        let shown = words(part(&html, if lang == Lang::Zh { "同期群" } else { "Cohorts" }, "h2"));
        for cohort in list(&json, "cohorts").iter().rev().take(12) {
            let line = format!("{} {}", cohort["month"].as_str().expect("a month"), grouped(cohort["size"].as_i64().expect("a size")));
            assert!(shown.contains(&line), "{line}: {shown}");
        }
        for c in list(&json, "dictionary") {
            assert!(html.contains(&format!("<td>{}</td>", escaped(c["key"].as_str().expect("a key")))), "{c}");
        }
    }
}

#[test]
fn the_report_is_in_every_result_and_never_the_seconds() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", &dirty_orders(0, 3).0);
    let classify = |out: &str| run(place.zhiyin(["classify", "--json", "--lang", "en", "--out", out, "--orders"]).arg(&file)).ends(0).json();
    let mut bytes = Vec::new();
    for turn in 0..2 {
        for end in ["json", "html", "xlsx"] {
            let out = format!("{turn}.{end}");
            classify(&out);
            bytes.push(std::fs::read(place.path(&out)).expect("it is there"));
        }
    }
    assert!(bytes[..3] == bytes[3..], "equal inputs give equal bytes");
    let json: Value = serde_json::from_str(&place.text("0.json")).expect("it is JSON");
    let report = json["report"].as_object().expect("the report is in the file");
    assert_eq!((&report["rows_in"], &report["accepted"], &report["quarantined"], &report["duplicates"]), (&9.into(), &7.into(), &1.into(), &1.into()));
    assert!(!report.contains_key("seconds"));
    assert_eq!(report["rejects_by_reason"][0]["code"], "customer_missing");
    let html = words(&place.text("0.html"));
    assert!(html.contains("9 rows read: 7 accepted, 1 duplicate, 1 set aside") && html.contains("set aside because"), "{html}");
}
