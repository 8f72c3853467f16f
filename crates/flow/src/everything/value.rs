//! Cells as text and back, without losing anything.

use super::column::Kind;
use domain::{Day, clock::Instant, money::decimal};
use lake::Plain;

/// A cell that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Whole(i64),
    Number(f64),
    Flag(bool),
    Day(Day),
    Instant(Instant),
    Text(String),
}

impl Value {
    /// As it is handed on.
    pub(super) fn plain(&self) -> Plain<'_> {
        match self {
            Value::None => Plain::None,
            Value::Whole(v) => Plain::Whole(*v),
            Value::Number(x) => Plain::Number(*x),
            Value::Flag(b) => Plain::Flag(*b),
            Value::Day(d) => Plain::Day(*d),
            Value::Instant(t) => Plain::Instant(*t),
            Value::Text(t) => Plain::Text(t),
        }
    }
}

/// What is no text, as text; nothing for nothing.
pub(super) fn say(kind: Kind, cell: Plain<'_>, digits: u32, out: &mut String) {
    match cell {
        Plain::None => {}
        Plain::Whole(v) if kind == Kind::Money => out.push_str(&decimal(v, digits)),
        Plain::Whole(v) => out.push_str(&v.to_string()),
        Plain::Number(x) => out.push_str(&x.to_string()),
        Plain::Flag(b) => out.push_str(if b { "true" } else { "false" }),
        Plain::Day(d) => out.push_str(&d.to_string()),
        Plain::Instant(t) => {
            let text = t.rfc3339();
            // beyond the calendar: microseconds since 1970
            match text.is_empty() {
                true => out.push_str(&format!("@{}", t.0)),
                false => out.push_str(&text),
            }
        }
        Plain::Text(t) => out.push_str(t),
    }
}

/// A text as a cell of this kind; `None` where it is none.
pub(super) fn read(kind: Kind, text: &str, digits: u32) -> Option<Value> {
    Some(match kind {
        Kind::Text | Kind::Json => Value::Text(text.to_owned()),
        Kind::Whole | Kind::Key => Value::Whole(text.parse().ok()?),
        Kind::Money => Value::Whole(minor(text, digits)?),
        Kind::Number => Value::Number(text.parse().ok().filter(|x: &f64| x.is_finite())?),
        Kind::Flag => Value::Flag(match text {
            "true" | "TRUE" | "1" => true,
            "false" | "FALSE" | "0" => false,
            _ => return None,
        }),
        Kind::Day => Value::Day(Day::parse(text)?),
        Kind::Instant => Value::Instant(match text.strip_prefix('@') {
            Some(micros) => Instant(micros.parse().ok()?),
            None => Instant::parse(text)?,
        }),
    })
}

/// A decimal of at most so many digits behind the point, in minor units.
pub(super) fn minor(text: &str, digits: u32) -> Option<i64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
    let width = digits as usize;
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let part_kept = part.trim_end_matches('0');
    if whole.is_empty() || !plain(whole) || !plain(part) || part_kept.len() > width {
        return None;
    }
    let minor: i128 = format!("{whole}{part_kept:0<width$}").parse().ok()?;
    i64::try_from(if negative { -minor } else { minor }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_to_the_last_unit() {
        for (amount, digits) in [(0, 2), (1, 2), (-1, 2), (-5, 2), (123_456, 2), (i64::MAX, 2), (i64::MIN, 2), (7, 0), (-7, 3), (i64::MIN, 0), (12, 4)] {
            let mut text = String::new();
            say(Kind::Money, Plain::Whole(amount), digits, &mut text);
            assert_eq!(minor(&text, digits), Some(amount), "{text}");
        }
        assert_eq!((minor("12.3", 2), minor("12", 2), minor("12.300", 2)), (Some(1230), Some(1200), Some(1230)));
        for wrong in ["", "-", ".5", "1.234", "1e3", "1,000", "+1", "0x1", "92233720368547758.08"] {
            assert_eq!(minor(wrong, 2), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_said_is_read() {
        let cells = [
            (Kind::Whole, Plain::Whole(i64::MIN)),
            (Kind::Key, Plain::Whole(i64::MAX)),
            (Kind::Number, Plain::Number(0.1 + 0.2)),
            (Kind::Number, Plain::Number(-0.0)),
            (Kind::Number, Plain::Number(f64::MIN_POSITIVE)),
            (Kind::Number, Plain::Number(1.797e308)),
            (Kind::Flag, Plain::Flag(false)),
            (Kind::Day, Plain::Day(Day(-40_000))),
            (Kind::Instant, Plain::Instant(Instant(1_700_000_000_123_456))),
            (Kind::Instant, Plain::Instant(Instant(i64::MAX))),
            (Kind::Text, Plain::Text("=1+1")),
        ];
        for (kind, cell) in cells {
            let mut text = String::new();
            say(kind, cell, 2, &mut text);
            assert_eq!(read(kind, &text, 2).as_ref().map(Value::plain), Some(cell), "{text}");
        }
        assert_eq!(read(Kind::Number, "NaN", 2), None);
    }
}
