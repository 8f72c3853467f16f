//! An XLSX file taken apart without a library for it: sheets by name, cells by place, charts with what they point at.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::Path,
};

/// Cells by row and column, both from 1.
pub type Cells = BTreeMap<(u32, u32), String>;

/// A workbook.
pub struct Workbook {
    /// sheets in their order
    pub sheets: Vec<(String, Cells)>,
    /// every chart: the title, and the ranges it draws (categories, values)
    pub charts: Vec<Chart>,
}

/// A chart.
#[derive(Debug)]
pub struct Chart {
    /// its XML
    pub xml: String,
    /// `sheet!$A$2:$A$9`, as it stands there
    pub ranges: Vec<String>,
}

impl Workbook {
    /// Reads it.
    pub fn open(path: &Path) -> Workbook {
        let mut zip = zip::ZipArchive::new(File::open(path).expect("it is there")).expect("it is an archive");
        let mut parts = BTreeMap::new();
        for index in 0..zip.len() {
            let mut part = zip.by_index(index).expect("a part");
            let (name, mut text) = (part.name().expect("a name").into_owned(), String::new());
            if part.read_to_string(&mut text).is_ok() {
                parts.insert(name, text);
            }
        }
        let texts: Vec<String> = parts.get("xl/sharedStrings.xml").map_or_else(Vec::new, |xml| elements(xml, "si").iter().map(|si| text(si)).collect());
        let names = elements(&parts["xl/workbook.xml"], "sheet").into_iter().map(|s| attribute(s, "name").expect("a sheet has a name"));
        let sheets = names.enumerate().map(|(i, name)| (name, cells(&parts[&format!("xl/worksheets/sheet{}.xml", i + 1)], &texts))).collect();
        let charts = parts.iter().filter(|(name, _)| name.starts_with("xl/charts/chart") && name.ends_with(".xml"));
        let charts = charts.map(|(_, xml)| Chart { xml: xml.clone(), ranges: elements(xml, "c:f").iter().map(|f| text(f)).collect() }).collect();
        Workbook { sheets, charts }
    }

    /// A sheet.
    #[track_caller]
    pub fn sheet(&self, name: &str) -> &Cells {
        let names: Vec<&String> = self.sheets.iter().map(|(n, _)| n).collect();
        self.sheets.iter().find(|(n, _)| n == name).map(|(_, cells)| cells).unwrap_or_else(|| panic!("no sheet {name}: {names:?}"))
    }

    /// The cells of a range in their order; it must lie in one column of a sheet that is there.
    #[track_caller]
    pub fn range(&self, range: &str) -> Vec<Option<&String>> {
        let (sheet, place) = range.rsplit_once('!').unwrap_or_else(|| panic!("{range} names no sheet"));
        let cells = self.sheet(sheet.trim_matches('\''));
        let (from, to) = place.split_once(':').unwrap_or((place, place));
        let (from, to) = (at(&from.replace('$', "")), at(&to.replace('$', "")));
        assert!(from.1 == to.1 && from.0 <= to.0, "{range} is no stretch of a column");
        (from.0..=to.0).map(|row| cells.get(&(row, from.1))).collect()
    }
}

/// A row of a sheet from its first column on, up to the last cell that is there.
pub fn row(cells: &Cells, row: u32) -> Vec<String> {
    let last = cells.range((row, 0)..(row + 1, 0)).map(|(at, _)| at.1).max().unwrap_or(0);
    (1..=last).map(|column| cells.get(&(row, column)).cloned().unwrap_or_default()).collect()
}

/// `B12` → (12, 2).
fn at(place: &str) -> (u32, u32) {
    let letters = place.chars().take_while(char::is_ascii_alphabetic);
    let column = letters.clone().fold(0, |n, c| n * 26 + (c as u32 - 'A' as u32 + 1));
    (place[letters.count()..].parse().expect("a row number"), column)
}

fn cells(xml: &str, texts: &[String]) -> Cells {
    let mut found = Cells::new();
    for cell in elements(xml, "c") {
        let place = at(&attribute(cell, "r").expect("a cell has a place"));
        let kind = attribute(cell, "t").unwrap_or_default();
        let value = match kind.as_str() {
            "inlineStr" => text(elements(cell, "is").first().copied().unwrap_or_default()),
            _ => elements(cell, "v").first().map(|v| text(v)).unwrap_or_default(),
        };
        let value = if kind == "s" { texts[value.parse::<usize>().expect("the number of a text")].clone() } else { value };
        found.insert(place, value);
    }
    found
}

/// Every element of a name, from its `<` to its end; none of them nest.
fn elements<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = xml[from..].find(&open).map(|i| i + from) {
        from = start + open.len();
        if !xml[from..].starts_with([' ', '>', '/']) {
            continue;
        }
        let head = xml[start..].find('>').map_or(xml.len(), |i| start + i + 1);
        let end = if xml[..head].ends_with("/>") { head } else { xml[head..].find(&close).map_or(xml.len(), |i| head + i + close.len()) };
        found.push(&xml[start..end]);
        from = end;
    }
    found
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let head = &element[..element.find('>')?];
    let value = head.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(unescaped(value))
}

/// Text inside an element, without its tags.
fn text(element: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in element.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    unescaped(&out)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&#39;", "'").replace("&amp;", "&")
}
