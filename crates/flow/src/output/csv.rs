//! CSV as spreadsheets open it: UTF-8 with a byte order mark, CRLF, every text quoted and harmless.

use super::{cell::{Cell, Sheet}, guard::harmless};
use std::io::{self, Write};

/// Writes a header of machine names and every row.
///
/// # Errors
/// When the disk refuses.
pub fn write(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    write_part(sheet, true, out)
}

/// Writes some of the rows of a larger file; the header with the first part.
///
/// # Errors
/// When the disk refuses.
pub fn write_part(sheet: &Sheet, first: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    if first {
        out.write_all("\u{feff}".as_bytes())?;
        for (i, column) in sheet.columns.iter().enumerate() {
            separate(&mut line, i);
            heading(&mut line, &column.key);
        }
        end(&mut line, out)?;
    }
    for row in 0..sheet.rows.count() {
        sheet.rows.reach(row)?;
        for column in 0..sheet.columns.len() {
            separate(&mut line, column);
            match sheet.rows.cell(row, column) {
                Cell::Text(t) => quote(&mut line, &harmless(&t)),
                cell => line.push_str(&cell.plain(sheet.digits)),
            }
        }
        end(&mut line, out)?;
    }
    Ok(())
}

/// Machine names stand bare; headings of people's own files are quoted and harmless.
fn heading(line: &mut String, key: &str) {
    if key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')) {
        line.push_str(key);
    } else {
        quote(line, &harmless(key));
    }
}

fn separate(line: &mut String, column: usize) {
    if column > 0 {
        line.push(',');
    }
}

/// Puts a text in quotes.
pub fn quote(line: &mut String, text: &str) {
    line.push('"');
    for (i, part) in text.split('"').enumerate() {
        if i > 0 {
            line.push_str("\"\"");
        }
        line.push_str(part);
    }
    line.push('"');
}

fn end(line: &mut String, out: &mut dyn Write) -> io::Result<()> {
    line.push_str("\r\n");
    out.write_all(line.as_bytes())?;
    line.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::cell::{Column, Kind}, *};
    use domain::{Day, Label};

    #[test]
    fn texts_are_quoted_and_harmless_numbers_are_bare() {
        let column = |key: &str, kind| Column { key: key.into(), label: Label::same(key), description: Label::default(), unit: None, kind };
        let sheet = Sheet {
            columns: vec![column("customer_id", Kind::Text), column("net", Kind::Money), column("day", Kind::Day), column("share", Kind::Number)],
            rows: Box::new(vec![
                vec![Cell::text("=cmd|'/c calc'!A1"), Cell::Money(-12345), Cell::Day(Day(0)), Cell::Number(0.25)],
                vec![Cell::text("say \"hi\", 知音"), Cell::Empty, Cell::Empty, Cell::Empty],
            ]),
            digits: 2,
        };
        let mut out = Vec::new();
        write(&sheet, &mut out).expect("memory takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            text,
            "\u{feff}customer_id,net,day,share\r\n\"'=cmd|'/c calc'!A1\",-123.45,1970-01-01,0.25\r\n\"say \"\"hi\"\", 知音\",,,\r\n"
        );
    }
}
