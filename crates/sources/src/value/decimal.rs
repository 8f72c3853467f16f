//! Numbers and money as people write them, read exactly: `1,234.50`, `1.234,50`, `￥１２`, `(30)`, `1.2万`. No floats on the way to
//! minor units; rounding is half to even.

use super::{Cell, Fault, Read, currency, error, text};
use crate::{
    code::{Code, params},
    mapping::DecimalMark,
};
use domain::{Currency, money::div_half_even};

/// `mantissa ÷ 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub mantissa: i128,
    pub places: u32,
}

/// What may stand behind a number of people, years or things.
pub(crate) const UNITS: [char; 5] = ['岁', '人', '年', '个', '歲'];

/// Largest amount we reckon with: ninety trillion major units.
const LARGEST_MINOR: i128 = 9_000_000_000_000_000;

impl Decimal {
    fn whole(n: i64) -> Decimal {
        Decimal { mantissa: i128::from(n), places: 0 }
    }

    /// Nearest minor unit, halves to even. `scale` multiplies first (千元, 万元).
    pub fn minor(self, digits: u32, scale: i64) -> Read<i64> {
        let up = self.mantissa.checked_mul(i128::from(scale));
        let minor = if self.places <= digits {
            up.and_then(|m| m.checked_mul(10i128.pow(digits - self.places)))
        } else {
            up.and_then(|m| m.checked_mul(10i128.pow(digits))).map(|m| div_half_even(m, 10i128.pow(self.places.min(38))))
        };
        match minor {
            Some(m) if m.abs() <= LARGEST_MINOR => i64::try_from(m).map_err(|_| Code::MoneyOutOfRange.into()),
            _ => Err(Code::MoneyOutOfRange.into()),
        }
    }

    /// Does the amount fall between two minor units, so that [`Decimal::minor`] rounds it?
    pub fn is_rounded(self, digits: u32, scale: i64) -> bool {
        self.places > digits && self.mantissa.checked_mul(i128::from(scale)).is_some_and(|m| m % 10i128.pow((self.places - digits).min(38)) != 0)
    }

    /// Exact product.
    pub fn times(self, other: Decimal) -> Read<Decimal> {
        let mantissa = self.mantissa.checked_mul(other.mantissa).ok_or(Code::MoneyOutOfRange)?;
        Ok(Decimal { mantissa, places: self.places + other.places })
    }

    /// As a float, for quantities and scores.
    pub fn number(self) -> f64 {
        if self.places == 0 {
            return self.mantissa as f64;
        }
        match i32::try_from(self.places) {
            // both are exact below 2^53 and 10^22: one division, one rounding
            Ok(p) if p <= 22 => self.mantissa as f64 / 10f64.powi(p),
            _ => format!("{}e-{}", self.mantissa, self.places).parse().unwrap_or(0.0),
        }
    }

    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    pub fn abs(self) -> Decimal {
        Decimal { mantissa: self.mantissa.abs(), places: self.places }
    }
}

/// A number; `None` for a blank cell. `fault` names what was expected.
pub(crate) fn read(cell: &Cell<'_>, mark: DecimalMark, fault: Code) -> Read<Option<Decimal>> {
    match cell {
        Cell::Text(t) => {
            if let Some(d) = simple(t.as_bytes(), mark) {
                return Ok(Some(d));
            }
            let trimmed = t.trim_matches(text::is_space);
            if text::is_nothing(trimmed) {
                return Ok(None);
            }
            parse(trimmed, mark).map(Some).ok_or_else(|| fault.into())
        }
        Cell::Blank => Ok(None),
        Cell::Int(n) => Ok(Some(Decimal::whole(*n))),
        Cell::Number(n) => float(*n).map(Some).ok_or_else(|| fault.into()),
        Cell::Error(e) => error(e),
        _ => Err(fault.into()),
    }
}

/// An amount in `currency`; another currency's sign or code beside the number makes it a foreign amount.
pub(crate) fn money(cell: &Cell<'_>, mark: DecimalMark, currency: Currency) -> Read<Option<Decimal>> {
    match cell {
        Cell::Text(t) => {
            if let Some(d) = simple(t.as_bytes(), mark) {
                return Ok(Some(d));
            }
            let found = read(cell, mark, Code::MoneyInvalid)?;
            match currency::foreign(t, currency) {
                Some(sign) if found.is_some() => Err(Fault { code: Code::CurrencyForeign, params: params([("found", &sign), ("expected", currency.code())]) }),
                _ => Ok(found),
            }
        }
        other => read(other, mark, Code::MoneyInvalid),
    }
}

/// A float as the shortest decimal that is equal to it.
fn float(n: f64) -> Option<Decimal> {
    if !n.is_finite() {
        return None;
    }
    let millionths = (n * 1e6).round();
    if millionths.abs() < 9e15 && millionths / 1e6 == n {
        return Some(Decimal { mantissa: millionths as i128, places: 6 });
    }
    parse(&format!("{n}"), DecimalMark::Point)
}

/// `-1234.56` and nothing else, without a detour.
fn simple(bytes: &[u8], mark: DecimalMark) -> Option<Decimal> {
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    if bytes.is_empty() || bytes.len() > 17 {
        return None;
    }
    let (mut mantissa, mut places, mut point) = (0i64, 0u32, false);
    for &b in bytes {
        match b {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i64::from(b - b'0');
                places += u32::from(point);
            }
            b'.' if !point && mark == DecimalMark::Point => point = true,
            _ => return None,
        }
    }
    if point && bytes.len() == 1 {
        return None;
    }
    Some(Decimal { mantissa: i128::from(if negative { -mantissa } else { mantissa }), places })
}

/// Any way of writing a number; `None` if it is none.
pub(crate) fn parse(written: &str, mark: DecimalMark) -> Option<Decimal> {
    if written.len() > 80 {
        return None;
    }
    let lower = text::narrowed(written).to_lowercase();
    let mut rest = lower.trim();
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        negative = true;
        rest = inner.trim();
    }
    let (mut shift, mut percent, mut signed) = (0u32, false, false);
    loop {
        let before = rest;
        rest = rest.trim_matches(|c: char| c.is_whitespace() || currency::is_sign(c));
        let bare = matches!(rest.as_bytes(), [b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9']);
        for word in currency::words().take_while(|_| !bare) {
            rest = rest.strip_prefix(word).unwrap_or(rest);
            rest = rest.strip_suffix(word).unwrap_or(rest);
        }
        for (sign, is_minus) in [('-', true), ('−', true), ('–', true), ('+', false)] {
            if !signed {
                let cut = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign));
                if let Some(cut) = cut {
                    (rest, signed) = (cut, true);
                    negative ^= is_minus;
                }
            }
        }
        for (word, by) in [("万", 4), ("萬", 4), ("亿", 8), ("億", 8), ("千", 3)] {
            if shift == 0 && by > 0
                && let Some(cut) = rest.strip_suffix(word) {
                    (rest, shift) = (cut, by);
                }
        }
        if let Some(cut) = rest.strip_suffix('%').filter(|_| !percent) {
            (rest, percent) = (cut, true);
        }
        if rest == before {
            break;
        }
    }
    let (digits, exponent) = match rest.split_once('e') {
        Some((m, e)) => (m, e.parse::<i32>().ok().filter(|e| e.abs() <= 30)?),
        None => (rest, 0),
    };
    let (mantissa, places) = grouped(digits, mark)?;
    let mut power = exponent + i32::try_from(shift).ok()? - i32::try_from(places).ok()? - if percent { 2 } else { 0 };
    let mut mantissa = if negative { -mantissa } else { mantissa };
    while power > 0 {
        mantissa = mantissa.checked_mul(10)?;
        power -= 1;
    }
    Some(Decimal { mantissa, places: power.unsigned_abs() })
}

/// Digits with group separators and a decimal mark.
fn grouped(digits: &str, mark: DecimalMark) -> Option<(i128, u32)> {
    let (last_point, last_comma) = (digits.rfind('.'), digits.rfind(','));
    // written with both marks, the last one is the decimal mark whatever the column says
    let decimal = match (last_point, last_comma) {
        (Some(p), Some(c)) if p > c => '.',
        (Some(_), Some(_)) => ',',
        _ if mark == DecimalMark::Comma => ',',
        _ => '.',
    };
    let (whole, fraction) = match digits.rsplit_once(decimal) {
        Some((w, f)) => (w, f),
        None => (digits, ""),
    };
    if whole.contains(decimal) || !fraction.bytes().all(|b| b.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut mantissa = 0i128;
    let mut count = 0usize;
    for (i, group) in whole.split([',', '.', '\'', '’', ' ', '_', '，']).enumerate() {
        // 1,234 and 1,23,456 are groups; 1,5 and 1,2345 are not
        let fits = i == 0 || group.len() == 3 || group.len() == 2;
        if !fits || !group.bytes().all(|b| b.is_ascii_digit()) || (i > 0 && count == 0) {
            return None;
        }
        count += group.len();
        for b in group.bytes() {
            mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(b - b'0'))?;
        }
    }
    let last_group = whole.rsplit([',', '.', '\'', '’', ' ', '_', '，']).next().unwrap_or(whole);
    if last_group.len() != whole.len() && last_group.len() != 3 {
        return None;
    }
    for b in fraction.bytes() {
        mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(b - b'0'))?;
    }
    (mantissa < 10i128.pow(34)).then_some((mantissa, u32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DecimalMark::{Comma, Point};

    fn fen(text: &str, mark: DecimalMark) -> Option<i64> {
        read(&Cell::text(text), mark, Code::MoneyInvalid).ok().flatten().and_then(|d| d.minor(2, 1).ok())
    }

    #[test]
    fn money_however_it_is_written() {
        for text in ["1234.50", "1,234.50", "￥1,234.50", "¥ 1234.5", "１２３４．５０", "1 234.50", "1'234.50", "RMB1234.50", "1,234.50元", "CNY 1,234.50", "1.234,50", "+1234.5", "0.12345万", "1.2345e3", "＄1,234.50"] {
            assert_eq!(fen(text, Point), Some(123_450), "{text}");
        }
        for text in ["-30", "(30)", "(￥30.00)", "30-", "￥-30", "-￥30", "－30"] {
            assert_eq!(fen(text, Point), Some(-3000), "{text}");
        }
        assert_eq!(fen("1.234,50", Comma), Some(123_450));
        assert_eq!(fen("1.234", Comma), Some(123_400));
        assert_eq!(fen("12,5", Comma), Some(1250));
        assert_eq!(fen("1.234", Point), Some(123));
        assert_eq!(fen("1,23,456.00", Point), Some(12_345_600));
        for text in ["12,5", "1,2345", "abc", "1.2.3", "1-2", "--5", "", ".", "1e99", "0x10", "１２，３", "12:30", "5 apples"] {
            assert_eq!(fen(text, Point), None, "{text}");
        }
    }

    #[test]
    fn halves_go_to_even_and_floats_are_never_guessed() {
        assert_eq!(fen("0.125", Point), Some(12));
        assert_eq!(fen("0.135", Point), Some(14));
        assert_eq!(fen("-0.125", Point), Some(-12));
        assert_eq!(fen("1.005", Point), Some(100));
        let rounded = |t: &str, digits: u32| parse(t, Point).is_some_and(|d| d.is_rounded(digits, 1));
        assert!(rounded("10.5", 0) && rounded("0.125", 2) && !rounded("0.120", 2) && !rounded("10", 0) && !rounded("10.0", 0) && !rounded("1.2万", 0));
        let cell = |n: f64| read(&Cell::Number(n), Point, Code::MoneyInvalid).ok().flatten().and_then(|d| d.minor(2, 1).ok());
        assert_eq!(cell(0.29), Some(29));
        assert_eq!(cell(1.005), Some(100));
        assert_eq!(cell(1e13), Some(1_000_000_000_000_000));
        assert_eq!(cell(1e15), None);
        assert_eq!(cell(f64::NAN), None);
        assert_eq!(read(&Cell::text("3"), Point, Code::NumberInvalid).ok().flatten().map(Decimal::number), Some(3.0));
        assert_eq!(parse("12%", Point).map(Decimal::number), Some(0.12));
    }

    #[test]
    fn quantity_times_price_is_exact() {
        let d = |t: &str| parse(t, Point).unwrap_or(Decimal::whole(0));
        assert_eq!(d("3").times(d("2.55")).and_then(|x| x.minor(2, 1)), Ok(765));
        assert_eq!(d("1.5").times(d("0.01")).and_then(|x| x.minor(2, 1)), Ok(2));
        assert_eq!(d("15").minor(2, 1000), Ok(1_500_000));
    }
}
