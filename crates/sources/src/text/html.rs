//! The first table of a web page, which many a shop system calls a spreadsheet: its rows, merged cells spread out, entities and
//! markup undone. The page is read as a stream; nothing in it can make a row or the whole grow beyond its limits.

use super::source::Source;
use crate::{
    code::{Code, Error, Result},
    encoding::{BAD, Encoding},
    limits,
    sheet::Row,
    stream::{line_too_long, too_many_columns},
    value::Cell,
};
use memchr::{memchr, memmem};
use std::path::Path;

/// Text read at a time.
const PIECE: usize = 1 << 16;
/// Longest tag, with its attributes.
const TAG: usize = 1 << 18;
/// Rows with more than one cell that make a table of data; a table of fewer only arranges the page.
const ENOUGH: u64 = 2;

/// Is handed each row that is not blank; answers whether to go on.
type Each<'e> = dyn FnMut(Row<'static>) -> Result<bool> + 'e;

/// Streams the rows of the first table of data; answers how many bytes of the file were read.
pub(crate) fn rows(path: &Path, encoding: Encoding, each: &mut Each<'_>) -> Result<u64> {
    let mut source = Source::open(path, encoding)?;
    let (mut buffer, mut at) = (Vec::with_capacity(2 * PIECE), 0);
    let mut page = Page::default();
    loop {
        let rest = buffer.get(at..).unwrap_or_default();
        match next(rest, page.skip, source.ended) {
            Token::Text(n) => {
                page.text(rest.get(..n).unwrap_or_default())?;
                at += n;
            }
            Token::Tag(n) => {
                let tag = String::from_utf8_lossy(rest.get(..n).unwrap_or_default()).into_owned();
                at += n;
                if !page.tag(&tag, each)? {
                    return Ok(source.bytes_read);
                }
            }
            Token::Skip(n, skip) => {
                page.skip = skip;
                at += n;
            }
            Token::More if rest.len() > TAG => return Err(Error::damaged("a tag without an end")),
            Token::More => {
                buffer.drain(..at);
                at = 0;
                let want = buffer.len() + PIECE;
                source.fill(&mut buffer, want)?;
            }
            Token::End => {
                page.end_row(each)?;
                return Ok(source.bytes_read);
            }
        }
    }
}

/// The encoding a page names for itself.
pub(crate) fn charset(head: &str) -> Option<Encoding> {
    let (_, rest) = head.split_once("charset=")?;
    let name: String = rest.trim_start_matches(['"', '\'', ' ']).chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    Some(match name.as_str() {
        "utf-8" | "utf8" => Encoding::Utf8,
        "gb2312" | "gbk" | "gb_2312-80" | "x-gbk" => Encoding::Gbk,
        "gb18030" => Encoding::Gb18030,
        "big5" | "big5-hkscs" => Encoding::Big5,
        "shift_jis" | "shift-jis" | "sjis" | "x-sjis" => Encoding::ShiftJis,
        "windows-1252" | "iso-8859-1" | "latin1" | "us-ascii" => Encoding::Windows1252,
        _ => return None,
    })
}

/// What is passed over until its end comes.
type Skip = Option<&'static [u8]>;

enum Token {
    /// so many bytes of text
    Text(usize),
    /// so many bytes of a tag, brackets included
    Tag(usize),
    /// so many bytes that say nothing; what is passed over from there
    Skip(usize, Skip),
    /// cannot be told before more is read
    More,
    End,
}

fn next(rest: &[u8], skip: Skip, ended: bool) -> Token {
    let wait = if ended { Token::End } else { Token::More };
    if rest.is_empty() {
        return wait;
    }
    if let Some(end) = skip {
        return match find(rest, end) {
            // the end of a script is a tag of its own
            Some(i) => Token::Skip(if end.starts_with(b"</") { i } else { i + end.len() }, None),
            None if ended => Token::End,
            // what is passed over needs no room, but its end may be cut in two
            None => match rest.len().saturating_sub(end.len()) {
                0 => Token::More,
                n => Token::Skip(n, skip),
            },
        };
    }
    match memchr(b'<', rest) {
        Some(0) => {}
        Some(n) => return Token::Text(n),
        None => return Token::Text(rest.len()),
    }
    match rest {
        [b'<', b'!', b'-', b'-', ..] => Token::Skip(4, Some(b"-->")),
        [b'<', b'!'] | [b'<', b'!', b'-'] | [b'<'] if !ended => Token::More,
        [b'<', b'!' | b'?', ..] => memchr(b'>', rest).map_or(wait, |i| Token::Skip(i + 1, None)),
        [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => close(rest).map_or(wait, Token::Tag),
        // a sign and no tag
        _ => Token::Text(1),
    }
}

/// Finds `end` whatever its case.
fn find(rest: &[u8], end: &[u8]) -> Option<usize> {
    if !end.starts_with(b"</") {
        return memmem::find(rest, end);
    }
    let mut from = 0;
    while let Some(i) = memmem::find(rest.get(from..)?, b"</") {
        let here = rest.get(from + i..from + i + end.len())?;
        if here.eq_ignore_ascii_case(end) {
            return Some(from + i);
        }
        from += i + 2;
    }
    None
}

/// The length of the tag at the start; a bracket inside quotes does not end it.
fn close(rest: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (i, b) in rest.iter().enumerate() {
        match (quote, *b) {
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*b),
            (None, b'>') => return Some(i + 1),
            (None, _) => {}
        }
    }
    None
}

/// A cell that reaches further down.
#[derive(Debug, Clone, Default)]
struct Span {
    rows: u64,
    text: String,
}

/// The page as far as it has been read.
#[derive(Debug, Default)]
struct Page {
    skip: Skip,
    /// open tables; cells are those of the first
    depth: usize,
    row: u64,
    /// rows of this table that look like data
    data: u64,
    in_row: bool,
    own: bool,
    cells: Vec<Cell<'static>>,
    in_cell: bool,
    text: Vec<u8>,
    columns: usize,
    down: u64,
    spans: Vec<Span>,
    /// cells that stand for merged ones
    spread: u64,
}

impl Page {
    fn text(&mut self, text: &[u8]) -> Result<()> {
        if self.in_cell {
            self.text.extend_from_slice(text);
            if self.text.len() > limits::CELL {
                return Err(Error::new(Code::CellTooLong, [("line", &self.row.to_string()), ("limit", &limits::CELL.to_string())]));
            }
        }
        Ok(())
    }

    /// Takes a tag; answers whether to go on.
    fn tag(&mut self, tag: &str, each: &mut Each<'_>) -> Result<bool> {
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        let closes = inside.starts_with('/');
        let name: String = inside.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match (name.as_str(), closes) {
            ("script", false) => self.skip = Some(b"</script"),
            ("style", false) => self.skip = Some(b"</style"),
            ("table", false) if self.depth == 0 || self.data == 0 => {
                // a table inside a table that only arranges the page
                self.drop_row();
                (self.depth, self.data) = (1, 0);
                self.spans.clear();
            }
            ("table", false) => self.depth += 1,
            ("table", true) if self.depth > 1 => self.depth -= 1,
            ("table", true) if self.depth == 1 => {
                let go_on = self.end_row(each)?;
                self.depth = 0;
                return Ok(go_on && self.data < ENOUGH);
            }
            ("tr", false) if self.depth == 1 => {
                let go_on = self.end_row(each)?;
                self.in_row = true;
                self.row += 1;
                return Ok(go_on);
            }
            ("tr", true) if self.depth == 1 => return self.end_row(each),
            ("td" | "th", false) if self.depth == 1 => {
                self.end_cell()?;
                if !self.in_row {
                    (self.in_row, self.row) = (true, self.row + 1);
                }
                let span = |name: &str, most: u64| attribute(inside, name).and_then(|v| v.parse::<u64>().ok()).unwrap_or(1).clamp(1, most);
                (self.in_cell, self.own) = (true, true);
                (self.columns, self.down) = (usize::try_from(span("colspan", limits::COLUMNS as u64)).unwrap_or(1), span("rowspan", 1 << 20));
            }
            ("td" | "th", true) if self.depth == 1 => self.end_cell()?,
            // words on both sides of it are two words
            ("br" | "p" | "div" | "li" | "td" | "th" | "tr", _) => self.text(b" ")?,
            _ => {}
        }
        Ok(true)
    }

    fn drop_row(&mut self) {
        self.cells.clear();
        self.text.clear();
        (self.in_row, self.in_cell, self.own) = (false, false, false);
    }

    /// Puts what reaches down from above into the row, up to the next free place.
    fn carry(&mut self) -> Result<()> {
        while let Some(span) = self.spans.get_mut(self.cells.len()).filter(|s| s.rows > 0) {
            span.rows -= 1;
            let text = span.text.clone();
            self.push(text, true)?;
        }
        Ok(())
    }

    fn push(&mut self, text: String, spread: bool) -> Result<()> {
        self.spread += u64::from(spread);
        if self.spread > limits::XLS_CELLS {
            return Err(Error::new(Code::TooManyCells, [("limit", &limits::XLS_CELLS.to_string())]));
        }
        self.cells.push(if text.is_empty() { Cell::Blank } else { Cell::Text(text.into()) });
        if self.cells.len() > limits::COLUMNS { Err(too_many_columns(self.row)) } else { Ok(()) }
    }

    fn end_cell(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.in_cell) {
            return Ok(());
        }
        let text = plain(&std::mem::take(&mut self.text));
        self.carry()?;
        for i in 0..self.columns {
            let place = self.cells.len();
            // a cell over several columns is written in the first of them
            let own = if i == 0 { text.clone() } else { String::new() };
            if self.down > 1 {
                if self.spans.len() <= place {
                    self.spans.resize(place + 1, Span::default());
                }
                if let Some(span) = self.spans.get_mut(place) {
                    *span = Span { rows: self.down - 1, text: own.clone() };
                }
            }
            self.push(own, i > 0)?;
        }
        Ok(())
    }

    /// Hands on the row that is complete; answers whether to go on.
    fn end_row(&mut self, each: &mut Each<'_>) -> Result<bool> {
        self.end_cell()?;
        if !self.in_row {
            return Ok(true);
        }
        // cells from above that stand behind the row's own
        while self.cells.len() < self.spans.len() {
            self.carry()?;
            if self.cells.len() < self.spans.len() {
                self.push(String::new(), true)?;
            }
        }
        let (cells, own) = (std::mem::take(&mut self.cells), self.own);
        self.drop_row();
        if !own || cells.iter().all(Cell::is_blank) {
            return Ok(true);
        }
        let size: usize = cells.iter().map(|c| if let Cell::Text(t) = c { t.len() } else { 0 }).sum();
        if size > limits::LINE * 4 {
            return Err(line_too_long(self.row));
        }
        self.data += u64::from(cells.iter().filter(|c| !c.is_blank()).count() > 1);
        each((self.row, cells))
    }
}

/// The value of an attribute inside a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some(at) = rest.find('=') {
        let (before, after) = (rest.get(..at)?, rest.get(at + 1..)?.trim_start());
        let key = before.trim_end().rsplit([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(q) => after.get(1..)?.split(q).next()?,
            None => after.split(char::is_whitespace).next()?,
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = after.get(value.len() + 2 * quote.map_or(0, |_| 1)..).unwrap_or_default();
    }
    None
}

/// A cell's text: entities undone, runs of blanks one blank; bytes that are no text become the sign that the reader rejects.
fn plain(raw: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(raw) else { return BAD.to_string() };
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let name = rest.get(..rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(rest.len())).unwrap_or_default();
        match entity(name) {
            Some(c) => {
                decoded.push(c);
                rest = rest.get(name.len()..).unwrap_or_default();
                rest = rest.strip_prefix(';').unwrap_or(rest);
            }
            None => decoded.push('&'),
        }
    }
    decoded.push_str(rest);
    let mut out = String::with_capacity(decoded.len());
    for word in decoded.split(|c: char| c.is_whitespace()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "yen" => '¥',
        "euro" => '€',
        "pound" => '£',
        "cent" => '¢',
        "copy" => '©',
        "reg" => '®',
        "deg" => '°',
        "middot" => '·',
        "mdash" => '—',
        "ndash" => '–',
        "minus" => '−',
        "times" => '×',
        "hellip" => '…',
        "laquo" => '«',
        "raquo" => '»',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Vec<(u64, Vec<String>)>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut out = Vec::new();
        rows(file.path(), Encoding::Utf8, &mut |(n, cells)| {
            out.push((n, cells.iter().map(|c| c.shown().into_owned()).collect()));
            Ok(true)
        })?;
        Ok(out)
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        read(text).unwrap().into_iter().map(|r| r.1).collect()
    }

    #[test]
    fn cells_tags_and_entities() {
        let page = "<HTML><style>td>x</style><!-- <table> --><body><p>title</p><TABLE border=1><tr><TH>订单号<th>金额&nbsp;(元)</tr>\
            <tr><td>A<b>1</b></td><td style='mso-number-format:\">\"'>&yen;1,234.50&#12288;</td><tr><td>a &amp; b<br>c</td><td>3 &lt; 4 &unknown; &</td></table><table><tr><td>other</td><td>table</td></tr></table>";
        assert_eq!(cells(page), [vec!["订单号", "金额 (元)"], vec!["A1", "¥1,234.50"], vec!["a & b c", "3 < 4 &unknown; &"]]);
        assert_eq!(cells("<table><tr><td>1 < 2</td><td>x</td></tr></table>"), [["1 < 2", "x"]]);
    }

    #[test]
    fn merged_cells_are_spread_out() {
        let page = "<table><tr><td colspan=3>Orders</td></tr><tr><td>id</td><td>who</td><td>item</td></tr>\
            <tr><td rowspan=\"2\">1</td><td rowspan='2'>A</td><td>x</td></tr><tr><td>y</td></tr><tr><td>2</td><td>B</td><td rowspan=2>z</td></tr><tr><td>3</td><td>C</td></tr><tr></tr></table>";
        assert_eq!(cells(page), [vec!["Orders", "", ""], vec!["id", "who", "item"], vec!["1", "A", "x"], vec!["1", "A", "y"], vec!["2", "B", "z"], vec!["3", "C", "z"]]);
    }

    #[test]
    fn a_table_that_arranges_the_page_is_passed_over() {
        let page = "<table><tr><td><h1>Report</h1></td></tr></table><table><tr><td><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2<table><tr><td>in</td></tr></table></td></tr><tr><td>3</td><td>4</td></tr></table></td></tr></table>";
        assert_eq!(cells(page)[1..], [vec!["a", "b"], vec!["1", "2 in"], vec!["3", "4"]]);
    }

    #[test]
    fn bombs_are_refused() {
        let wide = "<td rowspan=1000000>x</td>".repeat(900);
        assert_eq!(read(&format!("<table><tr>{wide}</tr>{}", "<tr><td>y</td></tr>".repeat(10_000))).map_err(|e| e.code), Err(Code::TooManyCells));
        assert_eq!(read(&format!("<table><tr>{}", "<td>x</td>".repeat(1500))).map_err(|e| e.code), Err(Code::TooManyColumns));
        assert_eq!(read(&format!("<table><tr><td colspan=99999999>x</td><td>y{}", "x".repeat(10))).map_err(|e| e.code), Err(Code::TooManyColumns));
        assert_eq!(read(&format!("<table><tr><td>{}", "x ".repeat(1 << 20))).map_err(|e| e.code), Err(Code::CellTooLong));
        assert_eq!(read(&format!("<table><tr><td {}", "x ".repeat(1 << 20))).map_err(|e| e.code), Err(Code::FileDamaged));
        assert_eq!(read(&format!("<table><!-- {}", "x ".repeat(1 << 20))), Ok(vec![]));
        assert_eq!(cells(&format!("<table>{}<tr><td>a</td><td>b</td></tr></table>", "<table><tr><td>".repeat(5000))), [["a", "b"]]);
    }

    proptest! {
        /// No page makes it fall over or stand still.
        #[test]
        fn any_page(parts in prop::collection::vec(prop::sample::select(vec!["<table>", "</table>", "<tr>", "</tr>", "<td>", "<td rowspan=3>", "<td colspan='2'>", "</td>", "<!--", "-->", "<script>", "</script>", "<", ">", "&", "&amp", "\"", "x", " ", "<td rowspan=0 colspan=\"", "李"]), 0..60)) {
            let _any = read(&parts.concat());
        }
    }
}
