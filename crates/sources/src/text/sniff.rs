//! Which character separates the fields, and in which row the header stands.

use super::csv::{self, Next};
use crate::{
    concept::concept,
    limits,
    mapping::{DateOrder, DecimalMark},
    value::{
        Cell,
        date, decimal,
        text::{is_nothing, is_space},
    },
};

use std::collections::BTreeSet;

/// A row of the sample: its line and its cells.
pub(crate) type Row<'a> = (u64, Vec<Cell<'a>>);

/// The rows of a stretch of text that are not blank; a row cut off at the end of the stretch is left out, and so are rows with an
/// open quote unless there are hardly any others.
pub(crate) fn rows(text: &str, delimiter: u8, whole: bool, most: usize) -> Vec<Row<'_>> {
    let good = records(text, delimiter, whole, most, false);
    if good.len() > 1 { good } else { records(text, delimiter, whole, most.min(1000), true) }
}

fn records(text: &str, delimiter: u8, whole: bool, most: usize, broken: bool) -> Vec<Row<'_>> {
    let (mut at, mut line, mut out) = (0, 1, Vec::new());
    while let Next::Record { end, next, lines, unclosed } = csv::next_record(text.as_bytes(), at, delimiter, whole) {
        let record = text.get(at..end).unwrap_or_default();
        if (broken || !unclosed) && !record.trim_matches(is_space).is_empty() {
            let mut cells = Vec::new();
            csv::fields(record, delimiter, &mut cells);
            out.push((line, cells));
        }
        (at, line) = (next, line + lines);
        if out.len() >= most {
            break;
        }
    }
    out
}

/// The separator of a text. `said` is what a `sep=` line says.
pub(crate) fn delimiter(text: &str, whole: bool, name: &str) -> u8 {
    if let Some(said) = text.strip_prefix("sep=").and_then(|t| t.bytes().next()) {
        return said;
    }
    let mut best = (0.0, b',');
    for candidate in [b',', b'\t', b';', b'|'] {
        let sample = rows(text, candidate, whole, 200);
        let (width, share) = common_width(&sample);
        if width < 2 {
            continue;
        }
        let mut score = share * share * (1.0 + (width.min(20) as f64).ln() / 4.0);
        if candidate == b'\t' && name.ends_with(".tsv") {
            score *= 1.5;
        }
        if score > best.0 {
            best = (score, candidate);
        }
    }
    if best.0 > 0.0 {
        return best.1;
    }
    // columns lined up with blanks: every row the same, and numbers among them
    let sample = rows(text, b' ', whole, 200);
    let (width, share) = common_width(&sample);
    let numbers = sample.iter().take(50).filter(|(_, r)| r.iter().any(is_figure)).count();
    if width >= 3 && share > 0.98 && numbers * 2 >= sample.len().min(50) { b' ' } else { b',' }
}

/// The most frequent number of cells, and its share of the rows.
pub(crate) fn common_width(rows: &[Row<'_>]) -> (usize, f64) {
    let mut counts = std::collections::BTreeMap::new();
    for (_, cells) in rows {
        *counts.entry(cells.len()).or_insert(0usize) += 1;
    }
    match counts.iter().max_by_key(|(width, count)| (**count, **width)) {
        Some((width, count)) => (*width, *count as f64 / rows.len() as f64),
        None => (0, 0.0),
    }
}

/// Is it a number or a date, and so no header?
pub(crate) fn is_figure(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(t) => {
            let t = t.trim_matches(is_space);
            t.len() < 40
                && t.bytes().any(|b| b.is_ascii_digit() || b >= 0x80)
                && (decimal::parse(t, DecimalMark::Point).is_some() || decimal::parse(t, DecimalMark::Comma).is_some() || matches!(date::read(&Cell::text(t), DateOrder::Dmy), Ok(Some(_))))
        }
        Cell::Blank => false,
        _ => true,
    }
}

/// Could it be a header?
fn is_heading(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(t) => {
            let t = t.trim_matches(is_space);
            !is_nothing(t) && t.chars().count() <= 250 && !is_figure(cell) && !t.contains('@')
        }
        _ => false,
    }
}

/// Place of the header among the first rows; `None` if there is none.
pub(crate) fn header(rows: &[Row<'_>]) -> Option<usize> {
    let window = rows.get(..rows.len().min(40)).unwrap_or_default();
    let filled = |cells: &[Cell<'_>]| cells.iter().filter(|c| !c.is_blank()).count();
    let width = rows.iter().take(200).map(|r| filled(&r.1)).max().unwrap_or(0);
    let mut best: Option<(usize, usize)> = None;
    for (place, (_, cells)) in window.iter().enumerate() {
        let n = filled(cells);
        let headings = cells.iter().filter(|c| is_heading(c)).count();
        if n == 0 || n * 2 < width || headings * 10 < n * 7 {
            continue;
        }
        let distinct: BTreeSet<String> = cells.iter().filter(|c| !c.is_blank()).map(|c| c.shown().trim().to_lowercase()).collect();
        if distinct.len() * 10 < n * 7 {
            continue;
        }
        let found = cells.iter().filter_map(|c| if let Cell::Text(t) = c { concept(t).filter(|(_, sure)| *sure > 0.7) } else { None });
        let known = found.map(|f| f.0).collect::<BTreeSet<_>>().len();
        let enough = known >= 2 || (known == 1 && width <= 3);
        if enough && best.is_none_or(|(_, most)| known > most) {
            best = Some((place, known));
        }
    }
    if let Some((place, _)) = best {
        return Some(place);
    }
    // no known word: text above figures, or names that never come again below
    for (place, (_, cells)) in window.iter().enumerate() {
        let n = filled(cells);
        if n == 0 || n * 2 < width {
            continue;
        }
        if !cells.iter().filter(|c| !c.is_blank()).all(is_heading) {
            return None;
        }
        let below = rows.get(place + 1..).unwrap_or_default();
        let figures = below.iter().take(100).any(|(_, r)| r.iter().zip(cells).any(|(c, h)| !h.is_blank() && is_figure(c)));
        let again = below.iter().take(500).any(|(_, r)| r.iter().zip(cells).any(|(c, h)| !h.is_blank() && c == h));
        let distinct = cells.iter().enumerate().all(|(i, c)| c.is_blank() || !cells.iter().take(i).any(|d| d == c));
        return (distinct && !again && (figures || below.is_empty() || n == width)).then_some(place);
    }
    None
}

/// Header texts of a row: trimmed, at most [`limits::COLUMNS`].
pub(crate) fn names(cells: &[Cell<'_>]) -> Vec<String> {
    cells.iter().take(limits::COLUMNS).map(|c| crate::value::text::clean(&c.shown()).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    fn found(text: &str) -> (char, Option<u64>) {
        let d = delimiter(text, true, "x.csv");
        let all = rows(text, d, true, 1000);
        (char::from(d), header(&all).and_then(|p| all.get(p)).map(|r| r.0))
    }

    #[test]
    fn separators_and_headers() {
        assert_eq!(found("Order ID,Customer ID,Paid\n1,2,3\n"), (',', Some(1)));
        assert_eq!(found("ID;Year_Birth;Income\n5524;1957;58138\n2174;1954;46344\n"), (';', Some(1)));
        assert_eq!(found("a|b|c\n1|2,5|3\n4|5,5|6\n"), ('|', Some(1)));
        assert_eq!(found("sep=;\nOrder ID;Paid\n1;2\n"), (';', Some(2)));
        assert_eq!(found("某某公司订单明细\n导出时间：2026-03-01\n\n订单号,会员号,实付金额\n1,2,3\n"), (',', Some(4)));
        assert_eq!(found(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n"), (' ', None));
        assert_eq!(found("1,2,3\n4,5,6\n"), (',', None));
        assert_eq!(found("客户信息,,订单信息,\n会员号,姓名,订单号,实付金额\n1,王伟,3,4\n"), (',', Some(2)));
        assert_eq!(found("foo,bar\nx,1\ny,2\n"), (',', Some(1)));
    }

    #[test]
    fn a_fault_is_no_figure() {
        assert!(decimal::read(&Cell::text("x"), DecimalMark::Point, Code::NumberInvalid).is_err());
        assert!(!is_figure(&Cell::text("订单号")));
        assert!(is_figure(&Cell::text("2026年3月5日")));
        assert!(is_figure(&Cell::text("￥1,234.50")));
    }
}
