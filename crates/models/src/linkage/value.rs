//! A value made ready to be compared: written as people meant it, with its parts taken apart once and not for every pair.

use super::{address, distance::letters, kind::Kind};

/// One distinct value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    /// what is compared letter by letter
    pub units: Box<[u16]>,
    /// which letters occur (`distance::letters`)
    pub bag: u64,
    /// its parts
    pub parts: Parts,
}

/// What is known about a value besides its letters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parts {
    /// nothing
    None,
    /// hashes of its words, ascending; is it written in Chinese?
    Words(Box<[u32]>, bool),
    /// letters before the `@`
    Local(usize),
    /// a day that exists
    Day(Day),
    /// words, and the numbers in it in their order as one hash (0 = there is none)
    Street(Box<[u32]>, u32),
}

/// A day on the calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Day {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    /// days since an arbitrary day
    pub number: i32,
}

impl Value {
    fn new(text: &str, parts: Parts) -> Value {
        let units: Box<[u16]> = text.chars().map(unit).collect();
        Value { bag: letters(&units), units, parts }
    }
}

/// A letter as 16 bits; the few that do not fit share the private range.
fn unit(c: char) -> u16 {
    u16::try_from(u32::from(c)).unwrap_or(0xe000 + (u32::from(c) % 0x1900) as u16)
}

/// Full-width letters, digits and blanks as half-width ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

pub(crate) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

/// 32 bits of a text (FNV-1a).
pub(crate) fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

/// 64 bits of a text (FNV-1a).
pub(crate) fn long_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

fn hashes<'a>(words: impl Iterator<Item = &'a str>) -> Box<[u32]> {
    let mut all: Vec<u32> = words.map(hash).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// The text by which a value is told from others; empty when nothing is left of it. Equal texts are equal values.
pub(crate) fn canonical(kind: Kind, written: &str) -> String {
    let lower = || written.chars().map(narrow).flat_map(char::to_lowercase);
    match kind {
        Kind::GivenName | Kind::FamilyName | Kind::Postcode | Kind::Identity | Kind::House => lower().filter(|c| c.is_alphanumeric()).collect(),
        Kind::FullName | Kind::Text => spaced(lower()),
        Kind::Company => company(&spaced(lower())),
        Kind::Phone => {
            let digits: String = lower().filter(char::is_ascii_digit).collect();
            if digits.is_empty() { spaced(lower()) } else { digits }
        }
        Kind::Email | Kind::Category => lower().collect::<String>().trim().to_owned(),
        Kind::Date => date(&lower().collect::<String>()),
        Kind::Address => address::canonical(&lower().collect::<String>()),
        Kind::Place => place(&spaced(lower())),
    }
}

/// Words with one blank between; Chinese without.
fn spaced(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in chars {
        if !c.is_alphanumeric() {
            gap = !matches!(c, '\'' | '’' | '·' | '.') || gap;
            continue;
        }
        if gap && !out.is_empty() && !is_chinese(c) && !out.chars().next_back().is_some_and(is_chinese) {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

/// Forms of business say little: `Acme Ltd` and `ACME Limited` are one name.
fn company(name: &str) -> String {
    const CHINESE: [&str; 6] = ["股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "公司", "集团"];
    const LATIN: [&str; 14] = ["ltd", "limited", "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "plc", "gmbh", "ag", "pty", "sa"];
    if let Some(rest) = CHINESE.iter().find_map(|end| name.strip_suffix(end)).filter(|rest| rest.chars().count() >= 2) {
        return rest.to_owned();
    }
    let words: Vec<&str> = name.split(' ').collect();
    let kept = words.iter().rposition(|w| !LATIN.contains(w)).map_or(words.len(), |last| last + 1);
    words[..kept].join(" ")
}

/// 浙江省 and 浙江 are one place.
fn place(name: &str) -> String {
    const ENDS: [&str; 7] = ["特别行政区", "自治区", "省", "市", "区", "县", "自治州"];
    let rest = ENDS.iter().find_map(|end| name.strip_suffix(end)).filter(|rest| rest.chars().count() >= 2);
    rest.unwrap_or(name).replace(' ', "")
}

/// `YYYYMMDD` if the text is a day written with numbers, year first; else its digits.
fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    if let [y, m, d, ..] = parts.as_slice()
        && let (4, 1 | 2, 1 | 2) = (y.len(), m.len(), d.len())
    {
        return format!("{y}{m:0>2}{d:0>2}");
    }
    parts.concat()
}

fn day(digits: &str) -> Option<Day> {
    if digits.len() != 8 {
        return None;
    }
    let (year, month, day) = (digits.get(..4)?.parse().ok()?, digits.get(4..6)?.parse().ok()?, digits.get(6..)?.parse().ok()?);
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
    // good to two days: it is only asked whether two days are near
    let number = year * 365 + year / 4 + (month as i32 - 1) * 305 / 10 + day as i32;
    valid.then_some(Day { year, month, day, number })
}

/// Takes a canonical text apart.
pub(crate) fn value(kind: Kind, canonical: &str) -> Value {
    match kind {
        Kind::FullName => {
            let mut words: Vec<&str> = canonical.split(' ').collect();
            words.sort_unstable();
            let chinese = canonical.chars().any(is_chinese);
            Value::new(&words.join(" "), Parts::Words(hashes(words.iter().copied()), chinese))
        }
        Kind::Company | Kind::Text => Value::new(canonical, Parts::Words(hashes(canonical.split(' ')), canonical.chars().any(is_chinese))),
        Kind::Email => {
            let local = canonical.rfind('@').map_or(0, |at| canonical[..at].chars().count());
            Value::new(canonical, Parts::Local(local))
        }
        Kind::Date => Value::new(canonical, day(canonical).map_or(Parts::None, Parts::Day)),
        Kind::Address => {
            let (words, numbers) = address::parts(canonical);
            Value::new(&canonical.replace(' ', ""), Parts::Street(words, numbers))
        }
        _ => Value::new(canonical, Parts::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_however_it_is_written() {
        for (kind, texts, want) in [
            (Kind::GivenName, &["O'Brien", " o brien ", "OBRIEN"][..], "obrien"),
            (Kind::FullName, &["Mary Ann  Smith", "mary-ann smith", "ＭＡＲＹ ann Smith"], "mary ann smith"),
            (Kind::FullName, &["王 芳", "王芳 ", "王　芳"], "王芳"),
            (Kind::Phone, &["138 0000-1111", "１３８００００１１１１"], "13800001111"),
            (Kind::Date, &["1990-3-5", "19900305", "1990/03/05", "1990年3月5日"], "19900305"),
            (Kind::Place, &["浙江省", "浙江"], "浙江"),
            (Kind::Company, &["Acme Ltd.", "ACME Limited", "Acme Co., Ltd"], "acme"),
            (Kind::Company, &["杭州山间茶业有限公司", "杭州山间茶业"], "杭州山间茶业"),
            (Kind::Identity, &["11010119900307 123x", "11010119900307123X"], "11010119900307123x"),
        ] {
            for text in texts {
                assert_eq!(canonical(kind, text), want, "{text}");
            }
        }
        assert_eq!(canonical(Kind::Place, "北京"), "北京");
        assert_eq!(canonical(Kind::GivenName, " - "), "");
    }

    #[test]
    fn words_in_another_order_have_equal_letters() {
        let (a, b) = (value(Kind::FullName, "john smith"), value(Kind::FullName, "smith john"));
        assert_eq!(a.units, b.units);
    }
}
