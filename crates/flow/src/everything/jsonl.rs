//! JSON Lines: one object a row. Amounts are numbers with exactly the currency's decimals; marks of 64 bits are texts, because few
//! programs keep them as numbers. Numbers are read as the decimals they are, never by way of another type.

use super::{
    bad_row,
    column::{Kind, Shape},
    damaged,
    value::{Value, read, say},
};
use crate::Result;
use lake::Plain;
use std::io::{BufRead, Write};

/// The longest line that is read.
const LINE: u64 = 64 << 20;

/// A row.
pub(super) fn row(shape: &Shape, cells: &[Plain<'_>], digits: u32, line: &mut String, out: &mut dyn Write) -> std::io::Result<()> {
    line.clear();
    let mut said = String::new();
    for (n, (column, cell)) in shape.columns.iter().zip(cells).enumerate() {
        line.push_str(if n == 0 { "{" } else { "," });
        quoted(&column.name, line);
        line.push(':');
        match (column.kind, cell) {
            (_, Plain::None) => line.push_str("null"),
            (_, Plain::Text(text)) => quoted(text, line),
            (Kind::Whole | Kind::Money | Kind::Number | Kind::Flag, cell) => say(column.kind, *cell, digits, line),
            (kind, cell) => {
                said.clear();
                say(kind, *cell, digits, &mut said);
                quoted(&said, line);
            }
        }
    }
    line.push_str("}\n");
    out.write_all(line.as_bytes())
}

fn quoted(text: &str, line: &mut String) {
    line.push_str(&serde_json::Value::from(text).to_string());
}

/// Reads every row of a file.
pub(super) fn rows(file: &str, from: &mut dyn BufRead, shape: &Shape, digits: u32, each: &mut dyn FnMut(u64, &[Value]) -> Result<()>) -> Result<u64> {
    let (mut count, mut line, mut values) = (0, String::new(), Vec::with_capacity(shape.columns.len()));
    loop {
        line.clear();
        let row = count + 1;
        let read_bytes = std::io::Read::take(&mut *from, LINE).read_line(&mut line).map_err(|e| match e.kind() {
            std::io::ErrorKind::InvalidData => damaged(file, &format!("第 {row} 行不是 UTF-8"), &format!("row {row} is not UTF-8")),
            _ => e.into(),
        })?;
        if read_bytes == 0 {
            return Ok(count);
        }
        count = row;
        values.clear();
        let broken = || damaged(file, &format!("第 {row} 行不是一个 JSON 对象"), &format!("row {row} is not one JSON object"));
        let mut scan = Scan(line.trim_end());
        scan.take("{").ok_or_else(broken)?;
        for (n, column) in shape.columns.iter().enumerate() {
            if n > 0 {
                scan.take(",").ok_or_else(broken)?;
            }
            let name = scan.string().ok_or_else(broken)?;
            if name != column.name {
                return Err(bad_row(file, row, &column.name, "没有这一列", "the column is not there"));
            }
            scan.take(":").ok_or_else(broken)?;
            let value = match scan.0.trim_start().starts_with('"') {
                true => read(column.kind, &scan.string().ok_or_else(broken)?, digits),
                false => match scan.word().ok_or_else(broken)? {
                    "null" => Some(Value::None),
                    word if column.kind.is_words() => return Err(bad_row(file, row, &column.name, &format!("{word} 不是文字"), &format!("{word} is no text"))),
                    word => read(column.kind, word, digits),
                },
            };
            values.push(value.ok_or_else(|| bad_row(file, row, &column.name, "不是这一列应有的值", "not a value of this column"))?);
        }
        scan.take("}").filter(|()| scan.0.trim().is_empty()).ok_or_else(broken)?;
        each(row, &values)?;
    }
}

/// What is left of a line.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn take(&mut self, sign: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(sign)?;
        Some(())
    }

    /// A text in quotes.
    fn string(&mut self) -> Option<String> {
        let text = self.0.trim_start();
        let mut escaped = false;
        let end = text.bytes().enumerate().skip(1).find_map(|(n, byte)| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends.then_some(n + 1)
        })?;
        let (own, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        serde_json::from_str(own).ok()
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let end = text.find([',', '}', ' ']).unwrap_or(text.len());
        let (own, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        (!own.is_empty()).then_some(own)
    }
}
