//! CSV: UTF-8 with byte order mark, CRLF, words in quotes. A text that a spreadsheet would take for a formula, that begins with an
//! apostrophe, or that is empty gets an apostrophe in front, and one apostrophe is taken off again when it is read: nothing is lost,
//! and nothing between two commas is nothing.

use super::{
    bad_row,
    column::Shape,
    damaged,
    value::{Value, read, say},
};
use crate::{
    Result,
    output::{csv::quote, guard::is_formula},
};
use lake::Plain;
use std::io::{BufRead, Write};

/// The longest record that is read.
const RECORD: usize = 64 << 20;
const MARK: &str = "\u{feff}";

/// The line of names.
pub(super) fn heading(shape: &Shape, out: &mut dyn Write) -> std::io::Result<()> {
    let mut line = MARK.to_owned();
    for (n, column) in shape.columns.iter().enumerate() {
        if n > 0 {
            line.push(',');
        }
        word(&column.name, &mut line);
    }
    line.push_str("\r\n");
    out.write_all(line.as_bytes())
}

/// A row.
pub(super) fn row(shape: &Shape, cells: &[Plain<'_>], digits: u32, line: &mut String, out: &mut dyn Write) -> std::io::Result<()> {
    line.clear();
    for (n, (column, cell)) in shape.columns.iter().zip(cells).enumerate() {
        if n > 0 {
            line.push(',');
        }
        match cell {
            Plain::Text(text) => word(text, line),
            cell => say(column.kind, *cell, digits, line),
        }
    }
    line.push_str("\r\n");
    out.write_all(line.as_bytes())
}

fn word(text: &str, line: &mut String) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.is_empty() || text.starts_with('\'') || is_formula(text) {
        quote(line, &format!("'{text}"));
    } else if text.chars().all(plain) && text.len() < 64 && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        line.push_str(text);
    } else {
        quote(line, text);
    }
}

/// Reads every row of a file.
pub(super) fn rows(file: &str, from: &mut dyn BufRead, shape: &Shape, digits: u32, each: &mut dyn FnMut(u64, &[Value]) -> Result<()>) -> Result<u64> {
    let mut records = Records { from, fields: Vec::new() };
    if !records.next(file, 1)? {
        return Err(damaged(file, "是空的", "it is empty"));
    }
    let names: Vec<&str> = records.fields.iter().enumerate().map(|(n, f)| if n == 0 { f.strip_prefix(MARK).unwrap_or(f) } else { f }).map(|f| f.strip_prefix('\'').unwrap_or(f)).collect();
    super::sink::same_columns(file, shape, &names)?;
    let (mut count, mut values) = (0, Vec::with_capacity(shape.columns.len()));
    while records.next(file, count + 2)? {
        count += 1;
        if records.fields.len() != shape.columns.len() {
            let (found, want) = (records.fields.len(), shape.columns.len());
            return Err(damaged(file, &format!("第 {count} 行有 {found} 个字段，应为 {want}"), &format!("row {count} has {found} fields instead of {want}")));
        }
        values.clear();
        for (column, field) in shape.columns.iter().zip(&records.fields) {
            let value = match field.as_str() {
                "" => Some(Value::None),
                text => read(column.kind, text.strip_prefix('\'').unwrap_or(text), digits),
            };
            values.push(value.ok_or_else(|| bad_row(file, count, &column.name, "不是这一列应有的值", "not a value of this column"))?);
        }
        each(count, &values)?;
    }
    Ok(count)
}

/// Records of a file, one after the other.
struct Records<'a> {
    from: &'a mut dyn BufRead,
    fields: Vec<String>,
}

impl Records<'_> {
    /// The next record; false after the last.
    fn next(&mut self, file: &str, row: u64) -> Result<bool> {
        self.fields.clear();
        let mut field: Vec<u8> = Vec::new();
        // quoted: inside quotes; shut: a quote was just closed; any: something of the record was seen
        let (mut quoted, mut shut, mut any, mut length) = (false, false, false, 0usize);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| damaged(file, &format!("第 {row} 行不是 UTF-8"), &format!("row {row} is not UTF-8")));
        loop {
            let some = self.from.fill_buf()?;
            if some.is_empty() {
                if quoted {
                    return Err(damaged(file, &format!("第 {row} 行的引号没有成对"), &format!("a quote in row {row} is never closed")));
                }
                if any {
                    self.fields.push(text(field)?);
                }
                return Ok(any);
            }
            let (mut used, mut ended) = (0, false);
            for byte in some {
                used += 1;
                any = true;
                match byte {
                    b'"' if quoted => (quoted, shut) = (false, true),
                    b'"' if shut => {
                        field.push(b'"');
                        (quoted, shut) = (true, false);
                    }
                    b'"' => quoted = true,
                    other if quoted => field.push(*other),
                    b',' => {
                        self.fields.push(text(std::mem::take(&mut field))?);
                        shut = false;
                    }
                    b'\n' => {
                        ended = true;
                        break;
                    }
                    b'\r' => {}
                    other => field.push(*other),
                }
            }
            self.from.consume(used);
            length += used;
            if length > RECORD {
                return Err(damaged(file, &format!("第 {row} 行太长"), &format!("row {row} is too long")));
            }
            if ended {
                self.fields.push(text(field)?);
                return Ok(true);
            }
        }
    }
}
