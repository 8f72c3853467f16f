//! Bombs are refused in five seconds and under 300 MB (promises.md 5). Each is read by a child process whose processor time
//! and peak memory are measured, one after the other: what else the machine does meanwhile changes neither. Reading is at
//! least as quick by the clock as by the processor, for it works on several threads and the files are in the page cache.

use domain::{Currency, Zone};
use sources::{Options, probe, read};
use std::{
    fs::File,
    io::{BufWriter, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    time::Instant,
};

const CHILD: &str = "ZHIYIN_BOMB";
const SECONDS: f64 = 5.0;
/// By the clock, however busy the machine is: longer is no reading but hanging.
const HANGING: f64 = 60.0;
/// `USER_HZ`, the unit of times in /proc, is 100 on every Linux.
const TICKS: f64 = 100.0;
const MEGABYTES: u64 = 300;

/// Reads the file named by the environment; says how it ended and how much memory that took.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let begun = Instant::now();
    let zone = Zone::utc();
    let outcome = probe(&path, &Options::new(&zone, Currency::CNY)).and_then(|p| read(&path, &p.mapping, &mut |_| ControlFlow::Continue(())));
    let word = match outcome {
        Ok(summary) => format!("read:{}", summary.accepted + summary.rejected),
        Err(e) => e.code.key().to_owned(),
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak: u64 = status.lines().find(|l| l.starts_with("VmHWM")).and_then(|l| l.split_whitespace().nth(1)).unwrap().parse().unwrap();
    println!("BOMB {word} {:.2} {:.3} {}", processor_seconds(), begun.elapsed().as_secs_f64(), peak / 1024);
}

/// What all threads of this process have used so far, those that ended too (proc(5): utime and stime).
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // the name in parentheses may hold anything
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|t| t.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}

/// One bomb at a time: they would share the processors otherwise.
static TURN: Mutex<()> = Mutex::new(());

fn refuse(path: &Path, codes: &[&str]) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let out = Command::new(std::env::current_exe().unwrap()).args(["--exact", "child", "--nocapture"]).env(CHILD, path).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    let line = text.lines().find_map(|l| l.split_once("BOMB ").map(|(_, rest)| rest.to_owned())).unwrap_or_else(|| panic!("{path:?} died: {text} {}", String::from_utf8_lossy(&out.stderr)));
    let parts: Vec<&str> = line.split(' ').collect();
    let (word, seconds, clock, megabytes) = (parts[0], parts[1].parse::<f64>().unwrap(), parts[2].parse::<f64>().unwrap(), parts[3].parse::<u64>().unwrap());
    println!("{path:?}: {word}, {seconds} s of processor, {clock} s by the clock, {megabytes} MB");
    assert!(codes.contains(&word), "{path:?}: ended with {word}, expected one of {codes:?}");
    assert!(seconds <= SECONDS, "{path:?}: took {seconds} s of processor time");
    assert!(clock <= HANGING, "{path:?}: took {clock} s");
    assert!(megabytes < MEGABYTES, "{path:?}: took {megabytes} MB");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_line_of_a_gigabyte() {
    let dir = folder();
    let path = dir.path().join("line.csv");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    out.write_all(b"order_id,customer_id,order_time,paid\nA1,K1,2026-03-01,1.00\n").unwrap();
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..1024 {
        out.write_all(&chunk).unwrap();
    }
    out.flush().unwrap();
    refuse(&path, &["line_too_long"]);
}

#[test]
fn a_line_of_a_gigabyte_inside_quotes_and_in_json() {
    let dir = folder();
    for (name, head) in [("quoted.csv", &b"order_id,customer_id,order_time,paid\nA1,K1,2026-03-01,\""[..]), ("line.jsonl", &b"{\"order_id\":\""[..])] {
        let path = dir.path().join(name);
        let mut out = BufWriter::new(File::create(&path).unwrap());
        out.write_all(head).unwrap();
        let chunk = vec![b'x'; 1 << 20];
        for _ in 0..512 {
            out.write_all(&chunk).unwrap();
        }
        out.flush().unwrap();
        refuse(&path, &["line_too_long"]);
    }
}

#[test]
fn a_million_columns() {
    let dir = folder();
    let path = dir.path().join("wide.csv");
    let heads: Vec<String> = (0..1_000_000).map(|i| format!("c{i}")).collect();
    std::fs::write(&path, format!("{}\n1\n", heads.join(","))).unwrap();
    refuse(&path, &["too_many_columns", "line_too_long"]);
}

fn workbook(path: &Path, sheet: impl FnOnce(&mut dyn Write)) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    let parts = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#),
        ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
    ];
    for (name, text) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    sheet(&mut zip);
    zip.finish().unwrap();
}

const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>"#;
const HEAD: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>customer_id</t></is></c><c r="B1" t="inlineStr"><is><t>city</t></is></c></row>"#;

#[test]
fn a_zip_that_unfolds_to_a_gigabyte_of_blanks() {
    let dir = folder();
    let path = dir.path().join("bomb.xlsx");
    workbook(&path, |out| {
        out.write_all(SHEET.as_bytes()).unwrap();
        let blanks = vec![b' '; 1 << 20];
        for _ in 0..1024 {
            out.write_all(&blanks).unwrap();
        }
    });
    refuse(&path, &["zip_ratio", "zip_entry_too_large", "zip_too_large"]);
}

#[test]
fn a_sheet_that_claims_all_cells_but_holds_two() {
    let dir = folder();
    let path = dir.path().join("far.xlsx");
    workbook(&path, |out| {
        let far = r#"<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>K1</t></is></c><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
        write!(out, "{SHEET}{HEAD}{far}").unwrap();
    });
    refuse(&path, &["read:1", "too_many_columns", "too_many_cells"]);
}

#[test]
fn a_cell_of_a_hundred_megabytes() {
    let dir = folder();
    let path = dir.path().join("cell.xlsx");
    workbook(&path, |out| {
        write!(out, r#"{SHEET}{HEAD}<row r="2"><c r="A2" t="inlineStr"><is><t>"#).unwrap();
        // not compressible beyond the ratio, so that only the cell's own size is at fault
        let mut state = 1u64;
        for _ in 0..(100 << 20) / 8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            write!(out, "{:08x}", (state >> 32) as u32).unwrap();
        }
        write!(out, "</t></is></c></row></sheetData></worksheet>").unwrap();
    });
    refuse(&path, &["cell_too_long"]);
}
