//! JSON Lines and JSON arrays as rows: each object a row, nested objects with dotted names, lists as their JSON text.

use crate::{code::Code, limits, value::Cell};
use memchr::memchr;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Where the next element of a JSON array (or of a row of objects) ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// an element from `start` to `end`
    Element {
        /// its first byte
        start: usize,
        /// behind its last byte
        end: usize,
        /// the text ends inside it
        cut: bool,
    },
    /// the buffer ends before the element does
    Incomplete,
    /// longer than the limit
    TooLong,
    /// the closing bracket, or the end of a file without brackets
    End,
    /// the file ends before the closing bracket
    Cut,
}

/// Position behind the bracket that opens the rows: of the file itself, or of the first list inside one enclosing object
/// (`{"orders": [`). `None` if the text is objects one after the other.
pub(crate) fn opening(head: &[u8]) -> Option<usize> {
    let mut depth = 0;
    let mut at = 0;
    while let Some(b) = head.get(at) {
        match b {
            b'"' => at = string_end(head, at)?,
            b'[' => return Some(at + 1),
            b'{' => {
                depth += 1;
                if depth > 1 {
                    return None;
                }
            }
            b'}' => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Position of the quote that closes the string opened at `open`.
fn string_end(text: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let found = memchr::memchr2(b'"', b'\\', text.get(at..)?)? + at;
        if text.get(found) == Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

/// Finds the element at or after `from`.
pub(crate) fn next_element(buffer: &[u8], from: usize, bracketed: bool, ended: bool) -> Next {
    let mut start = from;
    loop {
        match buffer.get(start) {
            Some(b' ' | b'\n' | b'\r' | b'\t' | b',') => start += 1,
            Some(b']') => return Next::End,
            Some(_) => break,
            None if !ended => return Next::Incomplete,
            None if bracketed => return Next::Cut,
            None => return Next::End,
        }
    }
    let (mut at, mut depth) = (start, 0u32);
    while let Some(b) = buffer.get(at) {
        match b {
            b'"' => match string_end(buffer, at) {
                Some(end) => at = end,
                None => break,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => {
                let end = if depth == 1 { at + 1 } else { at };
                return Next::Element { start, end: end.max(start + 1), cut: false };
            }
            b'}' | b']' => depth -= 1,
            b',' | b'\n' if depth == 0 => return Next::Element { start, end: at, cut: false },
            _ => {}
        }
        at += 1;
        if at - start > limits::LINE {
            return Next::TooLong;
        }
    }
    if buffer.len() - start > limits::LINE {
        return Next::TooLong;
    }
    if !ended {
        return Next::Incomplete;
    }
    // a lone value at the end of the file may be whole
    Next::Element { start, end: buffer.len(), cut: depth > 0 || bracketed }
}

/// Line ends in a stretch of JSON.
pub(crate) fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// End of the line that starts at `from`, and the start of the next one.
pub(crate) fn line(buffer: &[u8], from: usize, ended: bool) -> Option<(usize, usize)> {
    match memchr(b'\n', buffer.get(from..).unwrap_or_default()) {
        Some(i) => Some((from + i, from + i + 1)),
        None if ended && from < buffer.len() => Some((buffer.len(), buffer.len())),
        None => None,
    }
}

/// One object as names and cells.
pub(crate) fn row(text: &str) -> Result<Vec<(String, Cell<'static>)>, Code> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(map)) => {
            let mut out = Vec::with_capacity(map.len());
            flatten(String::new(), map, &mut out);
            Ok(out)
        }
        Ok(_) => Err(Code::JsonNotObject),
        Err(_) => Err(Code::JsonInvalid),
    }
}

fn flatten(prefix: String, map: Map<String, Value>, out: &mut Vec<(String, Cell<'static>)>) {
    for (key, value) in map {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            // the parser allows 128 levels, so this recursion is bounded
            Value::Object(inner) => flatten(name, inner, out),
            other => out.push((name, cell(other))),
        }
        if out.len() > limits::COLUMNS {
            return;
        }
    }
}

fn cell(value: Value) -> Cell<'static> {
    match value {
        Value::Null => Cell::Blank,
        Value::Bool(b) => Cell::Bool(b),
        Value::String(s) if s.is_empty() => Cell::Blank,
        Value::String(s) => Cell::Text(Cow::Owned(s)),
        Value::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(i), _) => Cell::Int(i),
            (None, Some(f)) => Cell::Number(f),
            _ => Cell::Blank,
        },
        other => Cell::Text(Cow::Owned(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str) -> (Vec<(String, bool)>, Next) {
        let (mut at, bracketed) = opening(text.as_bytes()).map_or((0, false), |p| (p, true));
        let mut out = Vec::new();
        loop {
            match next_element(text.as_bytes(), at, bracketed, true) {
                Next::Element { start, end, cut } => {
                    out.push((text[start..end].to_owned(), cut));
                    at = end;
                }
                other => return (out, other),
            }
        }
    }

    #[test]
    fn arrays_objects_and_cuts() {
        let (found, how) = elements(r#" [ {"a":"]}\""}, {"b":[1,{"c":2}]} ] "#);
        assert_eq!(found, [(r#"{"a":"]}\""}"#.to_owned(), false), (r#"{"b":[1,{"c":2}]}"#.to_owned(), false)]);
        assert_eq!(how, Next::End);
        let (found, how) = elements(r#"[{"a":1},{"b":"#);
        assert_eq!((found.len(), found.last().map(|f| f.1), how), (2, Some(true), Next::Cut));
        assert_eq!(elements(r#"[{"a":1},"#).1, Next::Cut);
        assert_eq!(elements(r#"{"n":2,"orders":[{"a":1},{"a":2}],"x":1}"#).0.len(), 2);
        assert_eq!(elements("{\"a\":1}\n{\"a\":2}").0.len(), 2);
        assert_eq!(elements("[1, \"x\", {\"a\":1}]").0.len(), 3);
    }

    #[test]
    fn objects_become_cells() {
        let row = row(r#"{"id":7,"who":{"name":"Amy","tags":["a"]},"x":null,"p":1.5,"ok":true}"#).unwrap();
        let names: Vec<&str> = row.iter().map(|r| r.0.as_str()).collect();
        assert_eq!(names, ["id", "ok", "p", "who.name", "who.tags", "x"]);
        assert_eq!(row[4].1, Cell::Text("[\"a\"]".into()));
        assert_eq!(super::row("[1]"), Err(Code::JsonNotObject));
        assert_eq!(super::row("{"), Err(Code::JsonInvalid));
        assert_eq!(super::row(&format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200))), Err(Code::JsonInvalid));
    }
}
