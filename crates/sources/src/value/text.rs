//! Text: trimmed, without control characters, full-width letters and digits as people meant them where that matters.

use super::{Cell, Fault, Read, error, number_text};
use crate::{
    code::{Code, params},
    header::narrow,
};
use std::borrow::Cow;

/// Longest id, name or category, in characters.
pub(crate) const LONGEST_NAME: usize = 500;
/// Longest comment, in characters.
pub(crate) const LONGEST_COMMENT: usize = 20_000;

pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
}

/// Words that stand for "no value" in an exported file.
pub(crate) fn is_nothing(trimmed: &str) -> bool {
    match trimmed.as_bytes() {
        [] => true,
        // none of the words begins with anything else
        [first, ..] if !matches!(first, b'n' | b'N' | b'\\' | b'#' | b'-' | b'/' | b'(' | b'<' | 0x80..) => false,
        _ if trimmed.len() > 14 => false,
        _ => {
            const WORDS: [&str; 20] = [
                "null", "n/a", "na", "nan", "none", "nil", "\\n", "#n/a", "-", "--", "—", "/", "(null)", "(none)", "<na>", "n.a.", "not available", "not provided", "not specified", "not known",
            ];
            const CHINESE: [&str; 18] = ["无", "空", "暂无", "未填", "未填写", "無", "——", "－", "不详", "不詳", "不明", "保密", "未提供", "未登记", "未录入", "不适用", "暂缺", "未填報"];
            WORDS.iter().any(|w| trimmed.eq_ignore_ascii_case(w)) || CHINESE.contains(&trimmed)
        }
    }
}

/// Trimmed, control characters out, a spreadsheet's `="…"` and our own export's `'` before a formula sign undone.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if let [first, .., last] = text.as_bytes() {
        let plain = |b: &u8| (0x20..0x7f).contains(b);
        if !matches!(first, b' ' | b'=' | b'\'') && *last != b' ' && text.bytes().all(|b| plain(&b)) {
            return Cow::Borrowed(text);
        }
    }
    let mut trimmed = text.trim_matches(is_space);
    if let Some(inner) = trimmed.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        trimmed = inner;
    }
    if let Some(rest) = trimmed.strip_prefix('\'')
        && rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
            trimmed = rest;
        }
    if trimmed.chars().any(|c| c.is_control() || matches!(c, '\u{feff}' | '\u{200b}')) {
        let kept: String = trimmed
            .chars()
            .filter(|c| !matches!(c, '\u{feff}' | '\u{200b}' | '\0'))
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        return Cow::Owned(kept.trim().to_owned());
    }
    Cow::Borrowed(trimmed)
}

/// Full-width letters, digits and signs become half-width.
pub(crate) fn narrowed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.chars().map(narrow).collect()) }
}

fn limited(text: Cow<'_, str>, limit: usize) -> Read<String> {
    if text.len() > limit && text.chars().count() > limit {
        return Err(Fault { code: Code::TextTooLong, params: params([("limit", &limit.to_string())]) });
    }
    Ok(text.into_owned())
}

/// A text of at most `limit` characters; `None` for a blank cell.
pub(crate) fn plain(cell: &Cell<'_>, limit: usize) -> Read<Option<String>> {
    match cell {
        Cell::Text(t) => {
            let text = clean(t);
            if text.is_empty() { Ok(None) } else { limited(text, limit).map(Some) }
        }
        Cell::Blank => Ok(None),
        Cell::Error(e) => error(e),
        other => Ok(Some(other.shown().into_owned())),
    }
}

/// A category-like text: as [`plain`], and words that stand for nothing are nothing.
pub(crate) fn category(cell: &Cell<'_>) -> Read<Option<String>> {
    if cell.is_missing() { Ok(None) } else { plain(cell, LONGEST_NAME) }
}

/// A number that names something. `strip` says that the whole column is written `17850.0`.
pub(crate) fn id(cell: &Cell<'_>, strip: bool) -> Read<Option<String>> {
    let text = match cell {
        Cell::Blank => return Ok(None),
        Cell::Error(e) => return error(e),
        Cell::Int(n) => return Ok(Some(n.to_string())),
        // a spreadsheet keeps fifteen digits and turns the rest into zeros
        Cell::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => return Ok(Some(number_text(*n))),
        Cell::Number(n) if n.abs() >= 1e15 => return Err(Code::IdLostDigits.into()),
        Cell::Text(t) => clean(t),
        other => Cow::Owned(other.shown().into_owned()),
    };
    if is_nothing(&text) {
        return Ok(None);
    }
    let text = match narrowed(&text) {
        Cow::Owned(t) => Cow::Owned(t),
        Cow::Borrowed(_) => text,
    };
    if strip
        && let Some(whole) = text.strip_suffix(".0") {
            return Ok(Some(whole.to_owned()));
        }
    match scientific(&text) {
        Some(Ok(digits)) => Ok(Some(digits)),
        Some(Err(())) => Err(Code::IdLostDigits.into()),
        None => limited(text, LONGEST_NAME).map(Some),
    }
}

/// `1.38E+10` as a spreadsheet shows a long number: its digits if all are there, `Err` if some are lost, `None` if it is not
/// written that way.
pub(crate) fn scientific(text: &str) -> Option<Result<String, ()>> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: usize = exponent.strip_prefix('+')?.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 1 || !digits(whole) || !digits(fraction) || !(5..=30).contains(&exponent) {
        return None;
    }
    Some(if fraction.len() == exponent { Ok(format!("{whole}{fraction}")) } else { Err(()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Cell<'_> {
        Cell::text(text)
    }

    #[test]
    fn ids_keep_zeros_and_never_lose_digits_silently() {
        assert_eq!(id(&t(" 00123 "), false), Ok(Some("00123".into())));
        assert_eq!(id(&t("17850.0"), true), Ok(Some("17850".into())));
        assert_eq!(id(&t("17850.0"), false), Ok(Some("17850.0".into())));
        assert_eq!(id(&t("ＡＢ１２"), false), Ok(Some("AB12".into())));
        assert_eq!(id(&t("1e5"), false), Ok(Some("1e5".into())));
        assert_eq!(id(&t("1.38E+10"), false), Err(Code::IdLostDigits.into()));
        assert_eq!(id(&t("1.3800001111E+10"), false), Ok(Some("13800001111".into())));
        assert_eq!(id(&Cell::Number(17850.0), false), Ok(Some("17850".into())));
        assert_eq!(id(&Cell::Number(1.2345678901234568e17), false), Err(Code::IdLostDigits.into()));
        assert_eq!(id(&t("=\"007\""), false), Ok(Some("007".into())));
        assert_eq!(id(&t("N/A"), false), Ok(None));
    }

    #[test]
    fn text_is_cleaned() {
        assert_eq!(plain(&t("\u{feff} a\tb\u{0}c \u{200b}"), 10), Ok(Some("a bc".into())));
        assert_eq!(plain(&t("'=SUM(A1)"), 100), Ok(Some("=SUM(A1)".into())));
        assert_eq!(plain(&t("'quoted'"), 100), Ok(Some("'quoted'".into())));
        assert_eq!(plain(&t("abcdef"), 5).map_err(|f| f.code), Err(Code::TextTooLong));
        assert_eq!(category(&t("无")), Ok(None));
    }
}
