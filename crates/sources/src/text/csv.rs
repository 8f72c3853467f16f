//! Records and fields of a separated text. One function decides where a record ends, for the reader that cuts the stream into parts
//! and for the workers that decode them, so both see the same rows and the same line numbers.
//!
//! A quote opens a field only where a field begins. Inside, `""` is a quote. A quote that is never closed — the file ends, a megabyte
//! passes, or a later line closes it where no field ends — costs its own line only.

use crate::{limits, value::Cell};
use memchr::{memchr, memchr3, memchr_iter};
use std::borrow::Cow;

/// Where the next record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// a record
    Record {
        /// its end, without the line end
        end: usize,
        /// start of the next one
        next: usize,
        /// lines it covers
        lines: u64,
        /// a quote in it is never closed
        unclosed: bool,
    },
    /// the buffer ends before the record does
    Incomplete,
    /// the line is longer than the limit
    TooLong,
    /// there is nothing left
    End,
}

/// How a quoted field ends.
enum Close {
    /// behind this position, with so many line ends inside
    At(usize, u64),
    Never,
    Incomplete,
}

fn byte(buffer: &[u8], at: usize) -> Option<u8> {
    buffer.get(at).copied()
}

fn tail(buffer: &[u8], from: usize) -> &[u8] {
    buffer.get(from..).unwrap_or_default()
}

/// Position of the first line end from `from`.
fn line_end(buffer: &[u8], from: usize) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', tail(buffer, from)).map(|i| from + i)
}

/// Length of the line end at `at`; `None` if the buffer must be filled to tell.
fn line_end_length(buffer: &[u8], at: usize, ended: bool) -> Option<usize> {
    match (byte(buffer, at), byte(buffer, at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(2),
        (Some(b'\r'), None) if !ended => None,
        _ => Some(1),
    }
}

fn count_lines(text: &[u8]) -> u64 {
    let (mut lines, mut i) = (0, 0);
    while let Some(at) = line_end(text, i) {
        lines += 1;
        i = at + line_end_length(text, at, true).unwrap_or(1);
    }
    lines
}

/// Does the quote at `at` stand where a field begins? Blanks before it do not count.
fn opens(buffer: &[u8], start: usize, at: usize, delimiter: u8) -> bool {
    let mut i = at;
    while i > start {
        match byte(buffer, i - 1) {
            Some(b' ') if delimiter != b' ' => i -= 1,
            Some(b) => return b == delimiter,
            None => return false,
        }
    }
    true
}

/// Does a field end at `at`? Blanks before the separator do not count.
fn field_ends(buffer: &[u8], mut at: usize, delimiter: u8, ended: bool) -> Option<bool> {
    loop {
        match byte(buffer, at) {
            None => return if ended { Some(true) } else { None },
            Some(b'\n' | b'\r') => return Some(true),
            Some(b) if b == delimiter => return Some(true),
            Some(b' ') => at += 1,
            Some(_) => return Some(false),
        }
    }
}

/// Looks for the end of the quoted field that opens at `open`.
fn close(buffer: &[u8], open: usize, delimiter: u8, ended: bool) -> Close {
    let limit = open + limits::LINE;
    let mut at = open + 1;
    loop {
        let Some(quote) = memchr(b'"', buffer.get(at..limit.min(buffer.len())).unwrap_or_default()).map(|i| at + i) else {
            return if ended || buffer.len() >= limit { Close::Never } else { Close::Incomplete };
        };
        if byte(buffer, quote + 1) == Some(b'"') {
            at = quote + 2;
            continue;
        }
        match field_ends(buffer, quote + 1, delimiter, ended) {
            None => return Close::Incomplete,
            Some(true) => return Close::At(quote + 1, count_lines(buffer.get(open..quote).unwrap_or_default())),
            Some(false) if line_end(buffer.get(..quote).unwrap_or_default(), open).is_some() => return Close::Never,
            Some(false) => {
                // a stray quote: if the same line closes the field further on, it is part of the text; else the field closed here
                let stop = match line_end(buffer, quote) {
                    Some(stop) => stop,
                    None if ended || buffer.len() > limit => buffer.len(),
                    None => return Close::Incomplete,
                };
                let line = buffer.get(..stop).unwrap_or(buffer);
                let later = memchr_iter(b'"', tail(line, quote + 1))
                    .map(|i| quote + 1 + i)
                    .find(|q| field_ends(line, q + 1, delimiter, true) == Some(true));
                return Close::At(later.unwrap_or(quote) + 1, 0);
            }
        }
    }
}

/// Finds the record that starts at `start`. `ended` says that nothing follows the buffer.
pub(crate) fn next_record(buffer: &[u8], start: usize, delimiter: u8, ended: bool) -> Next {
    if start >= buffer.len() {
        return if ended { Next::End } else { Next::Incomplete };
    }
    let (mut at, mut lines, mut unclosed) = (start, 1, false);
    let end = loop {
        let Some(found) = memchr3(b'"', b'\n', b'\r', tail(buffer, at)).map(|i| at + i) else {
            if buffer.len() - at > limits::LINE {
                return Next::TooLong;
            }
            if !ended {
                return Next::Incomplete;
            }
            break buffer.len();
        };
        if byte(buffer, found) != Some(b'"') {
            break found;
        }
        at = found + 1;
        if unclosed || !opens(buffer, start, found, delimiter) {
            continue;
        }
        match close(buffer, found, delimiter, ended) {
            Close::At(after, inside) => {
                at = after;
                lines += inside;
            }
            Close::Incomplete => return Next::Incomplete,
            Close::Never => unclosed = true,
        }
    };
    if end - start > limits::LINE.saturating_mul(if lines > 1 { 4 } else { 1 }) {
        return Next::TooLong;
    }
    if end == buffer.len() {
        return Next::Record { end, next: end, lines, unclosed };
    }
    match line_end_length(buffer, end, ended) {
        Some(n) => Next::Record { end, next: end + n, lines, unclosed },
        None => Next::Incomplete,
    }
}

/// The fields of one record, appended to `cells`; stops above the column limit.
pub(crate) fn fields<'a>(record: &'a str, delimiter: u8, cells: &mut Vec<Cell<'a>>) {
    let bytes = record.as_bytes();
    if delimiter == b' ' {
        cells.extend(record.split_ascii_whitespace().take(limits::COLUMNS + 1).map(Cell::text));
        return;
    }
    if memchr(b'"', bytes).is_none() {
        let mut from = 0;
        for at in memchr_iter(delimiter, bytes) {
            cells.push(Cell::text(record.get(from..at).unwrap_or_default()));
            from = at + 1;
            if cells.len() > limits::COLUMNS {
                return;
            }
        }
        cells.push(Cell::text(record.get(from..).unwrap_or_default()));
        return;
    }
    let mut from = 0;
    loop {
        let (cell, next) = field(record, from, delimiter);
        cells.push(cell);
        match next {
            Some(next) if cells.len() <= limits::COLUMNS => from = next,
            _ => return,
        }
    }
}

/// The field that starts at `from`, and the start of the next one.
fn field(record: &str, from: usize, delimiter: u8) -> (Cell<'_>, Option<usize>) {
    let bytes = record.as_bytes();
    let blanks = tail(bytes, from).iter().take_while(|b| **b == b' ' && delimiter != b' ').count();
    let open = from + blanks;
    if byte(bytes, open) == Some(b'"')
        && let Close::At(after, _) = close(bytes, open, delimiter, true) {
            let stop = memchr(delimiter, tail(bytes, after)).map_or(bytes.len(), |i| after + i);
            let inside = record.get(open + 1..after - 1).unwrap_or_default();
            let behind = record.get(after..stop).unwrap_or_default().trim_matches(' ');
            let next = (stop < bytes.len()).then_some(stop + 1);
            if !inside.contains('"') && behind.is_empty() {
                return (Cell::text(inside), next);
            }
            return (Cell::Text(Cow::Owned(format!("{}{behind}", inside.replace("\"\"", "\"")))), next);
        }
    match memchr(delimiter, tail(bytes, from)).map(|i| from + i) {
        Some(stop) => (Cell::text(record.get(from..stop).unwrap_or_default()), Some(stop + 1)),
        None => (Cell::text(record.get(from..).unwrap_or_default()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every record of a text: its line, its fields, and whether a quote was left open.
    fn rows(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let (mut at, mut line, mut out) = (0, 1, Vec::new());
        while let Next::Record { end, next, lines, unclosed } = next_record(text.as_bytes(), at, b',', true) {
            let mut cells = Vec::new();
            fields(&text[at..end], b',', &mut cells);
            out.push((line, cells.iter().map(|c| c.shown().into_owned()).collect(), unclosed));
            (at, line) = (next, line + lines);
        }
        out
    }

    fn plain(text: &str) -> Vec<Vec<String>> {
        rows(text).into_iter().map(|r| r.1).collect()
    }

    #[test]
    fn quotes_line_ends_and_blanks() {
        assert_eq!(plain("a,b\r\n\"c,\"\"d\"\"\",e\rf,\ng"), [vec!["a", "b"], vec!["c,\"d\"", "e"], vec!["f", ""], vec!["g"]]);
        assert_eq!(rows("a\n\"x\ny\",z\nlast\n"), [
            (1, vec!["a".into()], false),
            (2, vec!["x\ny".into(), "z".into()], false),
            (4, vec!["last".into()], false),
        ]);
        assert_eq!(plain("a, \"b, c\" ,d"), [["a", "b, c", "d"]]);
        assert_eq!(plain("5\" tall,x"), [["5\" tall", "x"]]);
        assert_eq!(plain("\"He said \"hi, you\" now\",x"), [["He said \"hi, you\" now", "x"]]);
        assert_eq!(plain("\"ab\"cd,x"), [["abcd", "x"]]);
        assert_eq!(plain("\"\",\"\"\"\""), [["", "\""]]);
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_line() {
        let found = rows("1,\"open,5\n2,\"def\",6\n3,x,7\n");
        assert_eq!(found.iter().map(|r| (r.0, r.2)).collect::<Vec<_>>(), [(1, true), (2, false), (3, false)]);
        let found = rows("1,\"open\n2,b\n3,c");
        assert_eq!(found.iter().map(|r| (r.0, r.2)).collect::<Vec<_>>(), [(1, true), (2, false), (3, false)]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = "x".repeat(limits::LINE + 2);
        assert_eq!(next_record(long.as_bytes(), 0, b',', false), Next::TooLong);
        let long = format!("\"{long}");
        assert_eq!(next_record(long.as_bytes(), 0, b',', false), Next::TooLong);
    }

    proptest! {
        /// What we write we read, and records found piece by piece are the records found at once.
        #[test]
        fn round_trip(table in prop::collection::vec(prop::collection::vec("[a-z\"\n\r, ]{0,6}", 1..5), 1..8)) {
            let written: String = table.iter().map(|row| {
                row.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect::<Vec<_>>().join(",") + "\n"
            }).collect();
            let want: Vec<Vec<String>> = table.clone();
            prop_assert_eq!(plain(&written), want);
            for cut in 0..written.len() {
                let whole = next_record(written.as_bytes(), 0, b',', true);
                match next_record(&written.as_bytes()[..cut], 0, b',', false) {
                    Next::Incomplete => {}
                    early => prop_assert_eq!(early, whole),
                }
            }
        }

        /// Nothing makes it fall over or stand still, and every byte belongs to exactly one record.
        #[test]
        fn any_text(text in "[a,\"\n\r x]{0,60}") {
            let (mut at, mut line) = (0, 1);
            loop {
                match next_record(text.as_bytes(), at, b',', true) {
                    Next::Record { end, next, lines, .. } => {
                        prop_assert!(end <= next && next > at);
                        let mut cells = Vec::new();
                        fields(&text[at..end], b',', &mut cells);
                        (at, line) = (next, line + lines);
                    }
                    other => { prop_assert_eq!(other, Next::End); break }
                }
            }
            prop_assert_eq!(at, text.len());
            let ends = count_lines(text.as_bytes());
            prop_assert!(line == ends + 1 || line == ends + 2);
        }
    }
}
