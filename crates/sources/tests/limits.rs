//! More bombs than `bombs.rs` knows: lies about sizes, endless texts and styles, a comment without end, a million tiny rows, one
//! text repeated. Each is read by a child process; it must end within five seconds of processor time (so that a busy machine
//! changes nothing) and under 300 MB.

use arrow::{
    array::{ArrayRef, Int32Array, StringArray},
    record_batch::RecordBatch,
};
use domain::{Currency, Zone};
use sources::{Options, probe, read};
use std::{
    fs::File,
    io::{BufWriter, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

const CHILD: &str = "ZHIYIN_LIMIT";

/// Reads the file named by the environment; says how it ended and how much memory that took.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let zone = Zone::utc();
    let outcome = probe(&path, &Options::new(&zone, Currency::CNY)).and_then(|p| read(&path, &p.mapping, &mut |_| ControlFlow::Continue(())));
    let word = match outcome {
        Ok(summary) => format!("read:{}", summary.accepted + summary.rejected),
        Err(e) => e.code.key().to_owned(),
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak: u64 = status.lines().find(|l| l.starts_with("VmHWM")).and_then(|l| l.split_whitespace().nth(1)).unwrap().parse().unwrap();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let ticks: u64 = stat.split_whitespace().skip(13).take(2).map(|t| t.parse::<u64>().unwrap()).sum();
    println!("LIMIT {word} {:.2} {}", ticks as f64 / 100.0, peak / 1024);
}

fn ends(path: &Path, word: &str) {
    let out = Command::new(std::env::current_exe().unwrap()).args(["--exact", "child", "--nocapture"]).env(CHILD, path).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    let line = text.lines().find_map(|l| l.split_once("LIMIT ").map(|x| x.1.to_owned())).unwrap_or_else(|| panic!("{path:?} died: {text} {}", String::from_utf8_lossy(&out.stderr)));
    let parts: Vec<&str> = line.split(' ').collect();
    assert_eq!(parts[0], word, "{path:?}");
    assert!(parts[1].parse::<f64>().unwrap() <= 5.0, "{path:?}: {line}");
    assert!(parts[2].parse::<u64>().unwrap() < 300, "{path:?}: {line}");
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook with one sheet and one more part.
fn workbook(path: &Path, sheet: &dyn Fn(&mut dyn Write), part: &str, more: &dyn Fn(&mut dyn Write)) {
    let mut zip = zip::ZipWriter::new(BufWriter::new(File::create(path).unwrap()));
    let options = zip::write::SimpleFileOptions::default();
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        ("_rels/.rels", format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#)),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#)),
    ];
    for (name, text) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    sheet(&mut zip);
    zip.start_file(part, options).unwrap();
    more(&mut zip);
    zip.finish().unwrap();
}

fn plain_sheet(out: &mut dyn Write) {
    write!(out, r#"<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>customer_id</t></is></c><c r="B1" t="inlineStr"><is><t>city</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row></sheetData></worksheet>"#).unwrap();
}

#[test]
fn a_table_of_texts_that_lies_about_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lie.xlsx");
    workbook(&path, &plain_sheet, "xl/sharedStrings.xml", &|out| {
        write!(out, r#"<sst xmlns="{MAIN}" uniqueCount="99999999999"><si><t>x</t></si></sst>"#).unwrap();
    });
    ends(&path, "zip_text_too_many");
}

#[test]
fn a_table_of_empty_texts_without_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("texts.xlsx");
    workbook(&path, &plain_sheet, "xl/sharedStrings.xml", &|out| {
        write!(out, r#"<sst xmlns="{MAIN}">"#).unwrap();
        let mut seed = 1u32;
        for _ in 0..3_000_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            write!(out, "<si><t>{}</t></si>", seed % 97).unwrap();
        }
    });
    ends(&path, "zip_text_too_many");
}

#[test]
fn styles_without_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("styles.xlsx");
    workbook(&path, &plain_sheet, "xl/styles.xml", &|out| {
        write!(out, r#"<styleSheet xmlns="{MAIN}"><cellXfs>"#).unwrap();
        for i in 0..400_000 {
            write!(out, r#"<xf numFmtId="{}"/>"#, i % 13).unwrap();
        }
        write!(out, "</cellXfs></styleSheet>").unwrap();
    });
    ends(&path, "zip_entry_too_large");
}

#[test]
fn a_comment_without_end_and_an_entity() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("comment.xlsx");
    let noise = |out: &mut dyn Write| {
        write!(out, r#"<worksheet xmlns="{MAIN}"><!-- "#).unwrap();
        let mut seed = 1u64;
        for _ in 0..400_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            write!(out, "<{seed:016x}>").unwrap();
        }
    };
    workbook(&path, &noise, "docProps/app.xml", &|out| out.write_all(b"<a/>").unwrap());
    ends(&path, "cell_too_long");
    let path = dir.path().join("entity.xlsx");
    let entity = |out: &mut dyn Write| out.write_all(b"<!DOCTYPE x [<!ENTITY a \"aaaa\">]><worksheet/>").unwrap();
    workbook(&path, &entity, "docProps/app.xml", &|out| out.write_all(b"<a/>").unwrap());
    ends(&path, "file_damaged");
}

#[test]
fn an_archive_inside_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("nested.xlsx");
    workbook(&path, &plain_sheet, "xl/more.zip", &|out| out.write_all(b"PK").unwrap());
    ends(&path, "zip_nested");
}

#[test]
fn a_million_rows_of_one_letter() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tiny.csv");
    std::fs::write(&path, format!("customer_id\n{}", "a\n".repeat(1_000_000))).unwrap();
    ends(&path, "read:1000000");
    // a comma each: blank rows are no rows
    std::fs::write(&path, format!("customer_id,city\nK1,x\n{}", ",\n".repeat(2_000_000))).unwrap();
    ends(&path, "read:1");
}

#[test]
fn a_quote_at_every_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("quotes.csv");
    std::fs::write(&path, format!("customer_id,city\n{}", "K1,\"open\n".repeat(300_000))).unwrap();
    ends(&path, "read:300000");
    // one quote a megabyte apart from the next: each is looked for once
    std::fs::write(&path, format!("customer_id,city\n{}", format!("K1,\"open\n{}", "K2,x\n".repeat(250_000)).repeat(8))).unwrap();
    ends(&path, "read:2000008");
}

#[test]
fn brackets_without_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep.json");
    std::fs::write(&path, "[".repeat(50 << 20)).unwrap();
    ends(&path, "line_too_long");
    std::fs::write(&path, format!("[{{\"a\":{}", "[".repeat(500_000))).unwrap();
    ends(&path, "file_empty");
}

#[test]
fn one_long_text_in_every_row_of_a_parquet_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("repeat.parquet");
    let long = "x".repeat(900_000);
    let rows = 4000;
    let ids: ArrayRef = Arc::new(Int32Array::from_iter_values(0..rows));
    let mut writer = None;
    for chunk in 0..20 {
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows / 20).map(|_| long.as_str())));
        let batch = RecordBatch::try_from_iter([("customer_id", ids.slice((chunk * rows / 20) as usize, (rows / 20) as usize)), ("note", texts)]).unwrap();
        let writer = writer.get_or_insert_with(|| parquet::arrow::ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap());
        writer.write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
    ends(&path, "zip_ratio");
}

#[test]
fn one_long_text_in_every_cell_of_a_workbook() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("repeat.xlsx");
    let sheet = |out: &mut dyn Write| {
        write!(out, r#"<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>customer_id</t></is></c><c r="B1" t="inlineStr"><is><t>note</t></is></c></row>"#).unwrap();
        for i in 2..30_000 {
            write!(out, r#"<row r="{i}"><c r="A{i}"><v>{i}</v></c><c r="B{i}" t="s"><v>0</v></c></row>"#).unwrap();
        }
        write!(out, "</sheetData></worksheet>").unwrap();
    };
    workbook(&path, &sheet, "xl/sharedStrings.xml", &|out| {
        write!(out, r#"<sst xmlns="{MAIN}" uniqueCount="1"><si><t>{}</t></si></sst>"#, "x".repeat(900_000)).unwrap();
    });
    ends(&path, "zip_ratio");
}
