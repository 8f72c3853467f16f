//! Workbooks of several sheets: a sheet a month is one table; sheets that differ are told, and one is read.

use domain::{Currency, Zone, record::Record};
use sources::{Code, Mapping, Options, Probe, Reject, probe, raw_rows, read, review};
use std::{fs::File, io::Write, ops::ControlFlow, path::Path};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook of sheets: name, is it hidden, rows; cells of each that are merged.
fn workbook(path: &Path, sheets: &[(&str, bool, &[&str])], merged: &[&str]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let (mut names, mut links) = (String::new(), String::new());
    for (i, (name, hidden, _)) in sheets.iter().enumerate() {
        let n = i + 1;
        let state = if *hidden { r#" state="hidden""# } else { "" };
        names.push_str(&format!(r#"<sheet name="{name}" sheetId="{n}"{state} r:id="r{n}"/>"#));
        links.push_str(&format!(r#"<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>"#));
    }
    let mut parts = vec![
        ("_rels/.rels".to_owned(), format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#)),
        ("xl/workbook.xml".to_owned(), format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!(r#"<Relationships xmlns="{relations}">{links}</Relationships>"#)),
    ];
    for (i, (_, _, rows)) in sheets.iter().enumerate() {
        let mut xml = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>"#);
        for (r, row) in rows.iter().enumerate() {
            xml.push_str(&format!(r#"<row r="{}">"#, r + 1));
            for (c, cell) in row.split(',').enumerate() {
                let column = char::from(b'A' + u8::try_from(c).unwrap());
                xml.push_str(&format!(r#"<c r="{column}{}" t="inlineStr"><is><t>{cell}</t></is></c>"#, r + 1));
            }
            xml.push_str("</row>");
        }
        let merged: String = merged.iter().map(|cells| format!(r#"<mergeCell ref="{cells}"/>"#)).collect();
        xml.push_str(&if merged.is_empty() { "</sheetData></worksheet>".to_owned() } else { format!("</sheetData><mergeCells>{merged}</mergeCells></worksheet>") });
        parts.push((format!("xl/worksheets/sheet{}.xml", i + 1), xml));
    }
    for (name, text) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

struct Book(tempfile::TempDir, Zone);

impl Book {
    fn of(sheets: &[(&str, bool, &[&str])]) -> Book {
        Book::merged(sheets, &[])
    }

    fn merged(sheets: &[(&str, bool, &[&str])], merged: &[&str]) -> Book {
        let dir = tempfile::tempdir().unwrap();
        workbook(&dir.path().join("book.xlsx"), sheets, merged);
        Book(dir, Zone::utc())
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("book.xlsx")
    }

    fn probe(&self, sheet: Option<&str>) -> Probe {
        probe(&self.path(), &Options { sheet, ..Options::new(&self.1, Currency::CNY) }).unwrap()
    }

    fn read(&self, mapping: &Mapping) -> (Vec<String>, Vec<Reject>) {
        let (mut orders, mut rejects) = (Vec::new(), Vec::new());
        read(&self.path(), mapping, &mut |batch| {
            orders.extend(batch.records().filter_map(|r| if let Record::Order(o) = r { Some(o.order_id.clone()) } else { None }));
            rejects.extend(batch.rejects);
            ControlFlow::Continue(())
        })
        .unwrap();
        (orders, rejects)
    }
}

const HEAD: &str = "order_id,customer_id,date,amount";

fn told(probe: &Probe) -> Vec<(&'static str, bool, String)> {
    probe.guesses.iter().filter(|g| matches!(g.code, Code::GuessSheet | Code::GuessSheets | Code::GuessSheetsLeft)).map(|g| (g.code.key(), g.is_warning(), g.text().en)).collect()
}

#[test]
fn a_sheet_a_month_is_one_table() {
    let book = Book::of(&[("Jan", false, &[HEAD, "S1,C1,2025-01-01,5", "S2,C2,2025-01-02,5"]), ("Feb", false, &["Order ID,Customer ID,Date,Amount", "S3,C1,2025-02-01,5", "S4,C2,2025-02-30,5"]), ("Mar", false, &[HEAD, "S5,C1,2025-03-01,5"])]);
    let found = book.probe(None);
    assert_eq!(found.rows_estimate, 5);
    assert_eq!(told(&found), [("guess_sheets", false, "3 sheets with the same header are read as one table: Jan, Feb, Mar".to_owned())]);
    // as it travels to the page and back
    let mapping: Mapping = serde_json::from_str(&serde_json::to_string(&found.mapping).unwrap()).unwrap();
    let (orders, rejects) = book.read(&mapping);
    assert_eq!(orders, ["S1", "S2", "S3", "S5"]);
    // numbered on from the sheet before, and found again by its sheet
    let reject = &rejects[0];
    assert_eq!((reject.line, reject.code), (6, Code::DateInvalid));
    assert_eq!(reject.label().en, "Not a date that exists (sheet “Feb”, row 3)");
    assert_eq!(reject.label().zh, "不是有效日期（工作表“Feb”第 3 行）");
    let mut lines = Vec::new();
    raw_rows(&book.path(), &mapping, &mut |line, raw| {
        lines.push((line, raw.to_owned()));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(lines.iter().map(|l| l.0).collect::<Vec<_>>(), [2, 3, 5, 6, 8]);
    assert!(lines[3].1.starts_with("S4\t"));
    // looked at again, the same is told; asked for alone, a sheet is read alone
    let again = review(&book.path(), &Options::new(&book.1, Currency::CNY), mapping.clone(), Some(&mapping)).unwrap();
    assert_eq!((told(&again), again.mapping.more_sheets.len()), (told(&found), 2));
    let alone = book.probe(Some("Feb"));
    assert_eq!((alone.mapping.sheet.as_deref(), alone.mapping.more_sheets.len()), (Some("Feb"), 0));
    assert_eq!(book.read(&alone.mapping).0, ["S3"]);
}

#[test]
fn sheets_that_differ_are_told_and_one_is_read() {
    let book = Book::of(&[("orders", false, &[HEAD, "S1,C1,2025-01-01,5", "S2,C2,2025-01-02,5"]), ("blank", false, &["who,what"]), ("notes", false, &["who,what", "me,nothing"]), ("old", true, &[HEAD, "S9,C1,2025-01-01,5"])]);
    let found = book.probe(None);
    assert_eq!(told(&found), [("guess_sheets_left", true, "This is sheet “orders” of 4; not read with it: notes, old".to_owned())]);
    assert_eq!(book.read(&found.mapping).0, ["S1", "S2"]);
}

#[test]
fn cells_merged_over_rows_count_for_each_of_them() {
    let rows = ["Sales 2025,,,,", "order_id,customer_id,date,item,amount", "S1,C1,2025-01-01,tea,5", ",,,pot,6", ",,,cup,7", "S2,C2,2025-01-02,tea,5", ",,,,", "S3,,2025-01-03,tea,5", ",,,pot,6"];
    let merged = ["C3:C5", "A1:E1", "B3:B5", "A3:A5", "A6:A7", "B8:B9", "A8:A9", "C8:C9"];
    let book = Book::merged(&[("sales", false, &rows)], &merged);
    let found = book.probe(None);
    let mut lines = Vec::new();
    raw_rows(&book.path(), &found.mapping, &mut |_, raw| {
        lines.push(raw.to_owned());
        ControlFlow::Continue(())
    })
    .unwrap();
    // what is merged and says nothing says nothing in any row, and a row of nothing stays one
    assert_eq!(lines, ["S1\tC1\t2025-01-01\ttea\t5", "S1\tC1\t2025-01-01\tpot\t6", "S1\tC1\t2025-01-01\tcup\t7", "S2\tC2\t2025-01-02\ttea\t5", "S3\t\t2025-01-03\ttea\t5", "S3\t\t2025-01-03\tpot\t6"]);
    let rejects = book.read(&found.mapping).1;
    assert!(rejects.iter().all(|r| r.line >= 8), "{rejects:?}");
}
