//! Dates and times as people and spreadsheets write them. A date that does not exist is never bent into one that does.

use super::{Cell, Fault, Read, error, text};
use crate::{
    code::{Code, params},
    mapping::DateOrder,
};
use domain::{Day, Zone, clock::Instant};
use std::fmt;

const DAY_MICROS: i64 = 86_400_000_000;
/// 1970-01-01 as a spreadsheet's serial number.
const EPOCH_SERIAL: f64 = 25_569.0;
/// Days between the two epochs a workbook may count from.
pub(crate) const SHIFT_1904: f64 = 1462.0;
/// Years we believe.
const YEARS: std::ops::RangeInclusive<i64> = 1850..=2199;

/// A point in time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// wall clock of the business
    Local {
        /// days since 1970-01-01
        day: i32,
        /// microseconds since midnight
        micros: i64,
        /// a time of day was written
        timed: bool,
    },
    /// with its zone: microseconds since 1970 in UTC
    Absolute(i64),
}

impl Moment {
    pub fn local_micros(micros: i64) -> Moment {
        let day = i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX);
        Moment::Local { day, micros: micros.rem_euclid(DAY_MICROS), timed: true }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Local { day, micros, timed } => {
                write!(f, "{}", Day(*day))?;
                if *timed {
                    let s = micros / 1_000_000;
                    write!(f, " {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)?;
                }
                Ok(())
            }
            Moment::Absolute(t) => f.write_str(&Instant(*t).rfc3339()),
        }
    }
}

/// Days since 1970-01-01 of a civil date, if there is such a date (Howard Hinnant's algorithm).
fn civil(year: i64, month: i64, day: i64) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    i32::try_from(era * 146_097 + doe - 719_468).ok()
}

fn dated(year: i64, month: i64, day: i64) -> Read<i32> {
    let found = civil(year, month, day).ok_or(Code::DateInvalid)?;
    if YEARS.contains(&year) { Ok(found) } else { Err(out_of_range()) }
}

fn out_of_range() -> Fault {
    Fault {
        code: Code::DateOutOfRange,
        params: params([("first", &YEARS.start().to_string()), ("last", &YEARS.end().to_string())]),
    }
}

/// Two digits of a year: 69–99 are 19xx, the rest 20xx.
fn full_year(year: i64, digits: usize) -> i64 {
    match digits {
        1 | 2 if year >= 69 => 1900 + year,
        1 | 2 => 2000 + year,
        _ => year,
    }
}

/// A spreadsheet's serial date. 60 is the 29 February 1900 that never was.
pub(crate) fn serial(n: f64) -> Read<Moment> {
    if !n.is_finite() || !(1.0..110_000.0).contains(&n) || (60.0..61.0).contains(&n) {
        return Err(if n.is_finite() && n.abs() < 1e9 { Code::DateInvalid.into() } else { out_of_range() });
    }
    let shifted = if n < 60.0 { n + 1.0 } else { n } - EPOCH_SERIAL;
    // half a millisecond: serials carry about that much noise
    let mut day = shifted.floor();
    let mut micros = ((shifted - day) * 86_400_000.0).round() as i64 * 1000;
    if micros >= DAY_MICROS {
        micros -= DAY_MICROS;
        day += 1.0;
    }
    Ok(Moment::Local { day: day as i32, micros, timed: n.fract() != 0.0 })
}

/// A serial that is not marked as a date: five digits before the point, else it is some other number (a year, a count).
fn bare_serial(n: f64) -> Read<Moment> {
    if n >= 10_000.0 { serial(n) } else { Err(Code::DateInvalid.into()) }
}

/// A date with or without a time; `None` for a blank cell.
pub(crate) fn read(cell: &Cell<'_>, order: DateOrder) -> Read<Option<Moment>> {
    match cell {
        Cell::Text(t) => {
            if let Some(found) = numeric(t.as_bytes(), order) {
                return if found.is_err() && is_zero_date(t) { Ok(None) } else { found.map(Some) };
            }
            let trimmed = t.trim_matches(text::is_space);
            if text::is_nothing(trimmed) || is_zero_date(trimmed) {
                return Ok(None);
            }
            written(trimmed, order).map(Some)
        }
        Cell::Blank => Ok(None),
        Cell::Serial(n) => serial(*n).map(Some),
        Cell::Int(n) => number(&n.to_string(), order).map(Some),
        Cell::Number(n) => number(&super::number_text(*n), order).map(Some),
        Cell::Instant(t) => Ok(Some(Moment::Absolute(*t))),
        Cell::Local(t) => Ok(Some(Moment::local_micros(*t))),
        Cell::Day(d) => Ok(Some(Moment::Local { day: *d, micros: 0, timed: false })),
        Cell::Error(e) => error(e),
        Cell::Bool(_) => Err(Code::DateInvalid.into()),
    }
}

/// `0000-00-00` is how some databases write "no date".
fn is_zero_date(text: &str) -> bool {
    text.starts_with("0000-00-00") || text.starts_with("0000/00/00")
}

/// A time of day alone, in microseconds; `None` for a blank cell.
pub(crate) fn time(cell: &Cell<'_>) -> Read<Option<i64>> {
    match cell {
        Cell::Serial(n) | Cell::Number(n) if (0.0..1.0).contains(n) => Ok(Some((n * 86_400_000.0).round() as i64 * 1000 % DAY_MICROS)),
        Cell::Text(t) => {
            let trimmed = t.trim_matches(text::is_space);
            if text::is_nothing(trimmed) {
                return Ok(None);
            }
            let plain = plain_time(trimmed);
            match clock(plain.as_bytes()) {
                Some((micros, None)) => Ok(Some(micros)),
                _ => Err(Code::DateInvalid.into()),
            }
        }
        Cell::Local(t) => Ok(Some(t.rem_euclid(DAY_MICROS))),
        Cell::Blank => Ok(None),
        Cell::Error(e) => error(e),
        _ => Err(Code::DateInvalid.into()),
    }
}

/// The month of `2026-03`, `2026年3月`, `2026.03`, `202603` or `Mar 2026`: its first and last day.
pub(crate) fn month(written: &str) -> Option<(Day, Day)> {
    let text = text::narrowed(written.trim()).replace(['年', '/', '.'], "-").replace("月份", "").replace('月', "");
    let digits = |t: &str| if t.bytes().all(|b| b.is_ascii_digit()) { t.parse::<i64>().ok() } else { None };
    let (year, month) = match text.split_once('-') {
        Some((y, m)) if y.trim().len() == 4 && (1..=2).contains(&m.trim().len()) => (digits(y.trim())?, digits(m.trim())?),
        None if text.len() == 6 && digits(&text).is_some() => (text.get(..4)?.parse().ok()?, text.get(4..)?.parse().ok()?),
        _ => english_month(&text.to_lowercase())?,
    };
    let first = dated(year, month, 1).ok()?;
    let next = if month == 12 { dated(year + 1, 1, 1) } else { dated(year, month + 1, 1) }.ok()?;
    Some((Day(first), Day(next - 1)))
}

/// Year and month of `jan 2025`, `january, 2025`, `2025 jan` or `jan-25`.
fn english_month(lower: &str) -> Option<(i64, i64)> {
    const NAMES: [&str; 12] = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let mut words = lower.split([' ', ',', '-', '\'']).filter(|w| !w.is_empty());
    let (first, second) = (words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let (name, year) = if first.starts_with(|c: char| c.is_ascii_digit()) { (second, first) } else { (first, second) };
    let month = NAMES.iter().position(|full| name.len() >= 3 && full.starts_with(name) || name == "sept" && *full == "september")?;
    let short = year.len() == 2 && !lower.contains(' ');
    if !year.bytes().all(|b| b.is_ascii_digit()) || !(year.len() == 4 || short) {
        return None;
    }
    Some((full_year(year.parse().ok()?, year.len()), i64::try_from(month).ok()? + 1))
}

/// Digits at the start: value, how many, and the rest.
fn digits(bytes: &[u8]) -> (i64, usize, &[u8]) {
    let count = bytes.iter().take(18).take_while(|b| b.is_ascii_digit()).count();
    let (head, rest) = bytes.split_at_checked(count).unwrap_or((bytes, &[]));
    (head.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')), count, rest)
}

/// `2026-03-05T10:15:00Z`, `5/3/26 10:15`, `20260305101500`: digits and separators only. `None` if it is written another way.
fn numeric(bytes: &[u8], order: DateOrder) -> Option<Read<Moment>> {
    let (first, first_len, rest) = digits(bytes);
    let Some((&sep, rest)) = rest.split_first() else { return compact(bytes, first, first_len) };
    if first_len == 8 && matches!(sep, b' ' | b'T') {
        let date = dated(first / 10_000, first / 100 % 100, first % 100);
        return with_time(date, rest);
    }
    if !matches!(sep, b'-' | b'/' | b'.') || first_len == 0 {
        return None;
    }
    let (second, second_len, rest) = digits(rest);
    let (&sep2, rest) = rest.split_first()?;
    if sep2 != sep || !(1..=2).contains(&second_len) {
        return None;
    }
    let (third, third_len, rest) = digits(rest);
    let date = match (first_len, third_len, order) {
        (4, 1 | 2, _) => dated(first, second, third),
        (1 | 2, 4, DateOrder::Mdy) => dated(third, first, second),
        (1 | 2, 4, _) => dated(third, second, first),
        (1 | 2, 1 | 2, DateOrder::Mdy) => dated(full_year(third, third_len), first, second),
        (1 | 2, 1 | 2, DateOrder::Dmy) => dated(full_year(third, third_len), second, first),
        (1 | 2, 1 | 2, DateOrder::Ymd) => dated(full_year(first, first_len), second, third),
        _ => return None,
    };
    match rest {
        [] => Some(date.map(|day| Moment::Local { day, micros: 0, timed: false })),
        [b' ' | b'T' | b't', time @ ..] => with_time(date, time),
        _ => None,
    }
}

fn with_time(date: Read<i32>, time: &[u8]) -> Option<Read<Moment>> {
    let (micros, offset) = clock(time.trim_ascii())?;
    Some(date.map(|day| match offset {
        None => Moment::Local { day, micros, timed: true },
        Some(seconds) => Moment::Absolute(i64::from(day) * DAY_MICROS + micros - i64::from(seconds) * 1_000_000),
    }))
}

/// Digits alone: `20260305`, `20260305101500`, an Excel serial, seconds or milliseconds since 1970.
fn compact(bytes: &[u8], n: i64, len: usize) -> Option<Read<Moment>> {
    let local = |date: i64, time: i64, timed: bool| {
        let (h, m, s) = (time / 10_000, time / 100 % 100, time % 100);
        if h > 23 || m > 59 || s > 59 {
            return Err(Code::DateInvalid.into());
        }
        dated(date / 10_000, date / 100 % 100, date % 100).map(|day| Moment::Local { day, micros: ((h * 60 + m) * 60 + s) * 1_000_000, timed })
    };
    match (len, bytes.len() == len) {
        (8, true) => Some(local(n, 0, false)),
        (12, true) => Some(local(n / 10_000, n % 10_000 * 100, true)),
        (14, true) => Some(local(n / 1_000_000, n % 1_000_000, true)),
        (5, true) => Some(serial(n as f64)),
        (10, true) if (1_000_000_000..4_000_000_000).contains(&n) => Some(Ok(Moment::Absolute(n * 1_000_000))),
        (13, true) if (1_000_000_000_000..4_000_000_000_000).contains(&n) => Some(Ok(Moment::Absolute(n * 1000))),
        _ => None,
    }
}

/// A number in a date column: a serial, or digits that are a date.
fn number(digits: &str, order: DateOrder) -> Read<Moment> {
    match numeric(digits.as_bytes(), order) {
        Some(found) => found,
        None => digits.parse::<f64>().map_err(|_| Fault::from(Code::DateInvalid)).and_then(bare_serial),
    }
}

/// `10:15`, `10:15:30.25`, `3:05 PM`, with `Z` or `+08:00` behind: microseconds since midnight, and seconds east of UTC.
fn clock(bytes: &[u8]) -> Option<(i64, Option<i32>)> {
    let (hour, hour_len, rest) = digits(bytes);
    let rest = rest.strip_prefix(b":")?;
    let (minute, minute_len, mut rest) = digits(rest);
    if !(1..=2).contains(&hour_len) || !(1..=2).contains(&minute_len) || minute > 59 {
        return None;
    }
    let (mut second, mut fraction) = (0, 0);
    if let Some(more) = rest.strip_prefix(b":") {
        let (s, len, after) = digits(more);
        if !(1..=2).contains(&len) || s > 59 {
            return None;
        }
        (second, rest) = (s, after);
        if let [b'.' | b',', more @ ..] = rest {
            let (f, len, after) = digits(more);
            if len == 0 {
                return None;
            }
            fraction = if len <= 6 { f * 10i64.pow(6 - len as u32) } else { f / 10i64.pow(len as u32 - 6) };
            rest = after;
        }
    }
    let rest = rest.trim_ascii();
    let (mut hour, rest) = (hour, rest);
    let rest = match rest {
        [a, b'm' | b'M', after @ ..] | [a, b'.', b'm' | b'M', b'.', after @ ..] if matches!(a, b'a' | b'A' | b'p' | b'P') => {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if matches!(a, b'p' | b'P') { 12 } else { 0 };
            after.trim_ascii()
        }
        other => other,
    };
    if hour > 23 {
        return None;
    }
    let micros = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
    let offset = match rest {
        [] => None,
        b"Z" | b"z" | b"UTC" | b"GMT" | b"utc" | b"gmt" => Some(0),
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (n, len, after) = digits(zone);
            let (h, m, after) = match (len, after) {
                (1 | 2, [b':', more @ ..]) => {
                    let (m, m_len, after) = digits(more);
                    (m_len == 2).then_some((n, m, after))?
                }
                (2, after) => (n, 0, after),
                (4, after) => (n / 100, n % 100, after),
                _ => return None,
            };
            if h > 18 || m > 59 || !after.is_empty() {
                return None;
            }
            let seconds = i32::try_from((h * 60 + m) * 60).ok()?;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    Some((micros, offset))
}

/// Chinese words of a time become signs, the half of the day goes to the end: `下午3点05分` → `3:05 pm`.
fn plain_time(text: &str) -> String {
    let mut t = text::narrowed(text).replace(['时', '時', '点', '點'], ":").replace('分', ":").replace('秒', "");
    let mut half = "";
    for (word, mark) in [("上午", " am"), ("早上", " am"), ("凌晨", " am"), ("下午", " pm"), ("晚上", " pm"), ("中午", " pm")] {
        if t.contains(word) {
            t = t.replace(word, " ");
            half = mark;
        }
    }
    let t = t.trim().trim_end_matches(':').replace(": ", ":");
    let t = if t.contains(':') || t.is_empty() { t } else { format!("{t}:00") };
    format!("{t}{half}")
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Every other way: `2026年3月5日 下午3点`, `5 Mar 2026`, `March 5th, 2026 10:15`, `Thu, 5 Mar 2026`, `民国115年3月5日`.
fn written(written: &str, order: DateOrder) -> Read<Moment> {
    let invalid = || Fault::from(Code::DateInvalid);
    if written.len() > 80 {
        return Err(invalid());
    }
    let text = text::narrowed(written);
    if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月').ok_or_else(invalid)?;
        let (day, rest) = rest.split_once(['日', '号', '號']).ok_or_else(invalid)?;
        let (year, republic) = match year.trim().strip_prefix("民国").or_else(|| year.trim().strip_prefix("民國")) {
            Some(y) => (y.trim(), true),
            None => (year.trim(), false),
        };
        let n = |t: &str| t.trim().parse::<i64>().map_err(|_| invalid());
        let year = if republic { n(year)? + 1911 } else { full_year(n(year)?, year.len()) };
        let date = dated(year, n(month)?, n(day)?);
        let rest = rest.trim().trim_start_matches(['星', '期', '周', '一', '二', '三', '四', '五', '六', '日', ',']).trim();
        return finish(date, rest);
    }
    if let Some(found) = numeric(text.trim().as_bytes(), order) {
        return found;
    }
    // 2026/3/5 下午3:05 and the like: a numeric date, then a time in words
    if let Some((date, rest)) = text.split_once(' ')
        && let Some(Ok(Moment::Local { day, timed: false, .. })) = numeric(date.as_bytes(), order) {
            return finish(Ok(day), rest);
        }
    let lower = text.to_lowercase();
    if !lower.bytes().any(|b| b.is_ascii_alphabetic()) {
        return lower.parse::<f64>().map_err(|_| invalid()).and_then(bare_serial);
    }
    english(&lower)
}

fn finish(date: Read<i32>, rest: &str) -> Read<Moment> {
    if rest.is_empty() {
        return date.map(|day| Moment::Local { day, micros: 0, timed: false });
    }
    with_time(date, plain_time(rest).as_bytes()).unwrap_or_else(|| Err(Code::DateInvalid.into()))
}

fn english(lower: &str) -> Read<Moment> {
    let invalid = || Fault::from(Code::DateInvalid);
    let (mut month, mut numbers, mut rest) = (None, Vec::with_capacity(2), lower.trim());
    while numbers.len() < 2 || month.is_none() {
        rest = rest.trim_start_matches([' ', ',', '-', '/', '.', '\'']);
        let word: usize = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if word > 0 {
            let (name, after) = rest.split_at_checked(word).unwrap_or((rest, ""));
            rest = after;
            let found = name.get(..3).and_then(|n| MONTHS.iter().position(|m| *m == n));
            let is_weekday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|d| name.starts_with(d));
            match found {
                Some(m) if month.is_none() => month = Some(m as i64 + 1),
                _ if is_weekday || matches!(name, "st" | "nd" | "rd" | "th" | "of") => {}
                _ => return Err(invalid()),
            }
            continue;
        }
        let (n, len, after) = digits(rest.as_bytes());
        if len == 0 || len > 4 || numbers.len() == 2 {
            return Err(invalid());
        }
        numbers.push((n, len));
        rest = rest.get(rest.len() - after.len()..).unwrap_or_default();
    }
    let (Some(month), [a, b]) = (month, numbers.as_slice()) else { return Err(invalid()) };
    let date = if a.1 == 4 { dated(a.0, month, b.0) } else { dated(full_year(b.0, b.1), month, a.0) };
    let rest = rest.trim_start_matches([' ', ',', 't']).trim_start_matches("at ");
    match rest {
        "" => date.map(|day| Moment::Local { day, micros: 0, timed: false }),
        time => with_time(date, time.as_bytes()).unwrap_or_else(|| Err(invalid())),
    }
}

/// Turns wall-clock times of one zone into instants; remembers the offset of the days it has seen.
#[derive(Debug)]
pub(crate) struct Wall {
    zone: Zone,
    /// day → offset in microseconds where the whole day has one
    seen: Vec<(i32, Option<i64>)>,
}

const SLOTS: usize = 1024;

impl Wall {
    pub fn new(zone: &Zone) -> Wall {
        Wall { zone: zone.clone(), seen: vec![(i32::MIN, None); SLOTS] }
    }

    fn exact(&self, day: i32, micros: i64) -> Instant {
        let seconds = micros / 1_000_000;
        let part = |n: i64| i8::try_from(n).unwrap_or(0);
        let nanos = i32::try_from(micros % 1_000_000 * 1000).unwrap_or(0);
        let time = jiff::civil::Time::new(part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60), nanos);
        self.zone.instant(Day(day).date().to_datetime(time.unwrap_or_else(|_| jiff::civil::Time::midnight())))
    }

    fn offset(&mut self, day: i32) -> Option<i64> {
        let slot = day.rem_euclid(SLOTS as i32) as usize;
        if let Some((known, offset)) = self.seen.get(slot)
            && *known == day {
                return *offset;
            }
        let midnight = i64::from(day) * DAY_MICROS;
        let start = midnight - self.exact(day, 0).0;
        let end = midnight + DAY_MICROS - self.exact(day.saturating_add(1), 0).0;
        let offset = (start == end).then_some(start);
        if let Some(entry) = self.seen.get_mut(slot) {
            *entry = (day, offset);
        }
        offset
    }

    /// The instant and the business day of a moment.
    pub fn place(&mut self, moment: Moment) -> (Instant, Day) {
        match moment {
            Moment::Local { day, micros, .. } => match self.offset(day) {
                Some(offset) => (Instant(i64::from(day) * DAY_MICROS + micros - offset), Day(day)),
                None => {
                    let at = self.exact(day, micros);
                    (at, self.zone.day(at))
                }
            },
            Moment::Absolute(t) => (Instant(t), self.zone.day(Instant(t))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str, order: DateOrder) -> String {
        match read(&Cell::text(text), order) {
            Ok(Some(m)) => m.to_string(),
            Ok(None) => "none".into(),
            Err(f) => f.code.key().into(),
        }
    }

    #[test]
    fn dates_however_they_are_written() {
        for text in [
            "2026-03-05", "2026/3/5", "2026.3.5", "20260305", "5 Mar 2026", "Mar 5, 2026", "March 5th, 2026", "5-Mar-26", "05MAR2026", "Thu, 5 Mar 2026",
            "2026年3月5日", "2026年03月05日", "２０２６年３月５日", "2026-3-05", "46086", "２０２６／３／５", " 2026-03-05 ", "26-3-5", "民国115年3月5日", "Thursday, 5 March 2026",
        ] {
            assert_eq!(d(text, DateOrder::Ymd), "2026-03-05", "{text}");
        }
        assert_eq!(d("5/3/2026", DateOrder::Dmy), "2026-03-05");
        assert_eq!(d("5/3/2026", DateOrder::Mdy), "2026-05-03");
        assert_eq!(d("1/2/26", DateOrder::Mdy), "2026-01-02");
        assert_eq!(d("1/2/71", DateOrder::Dmy), "1971-02-01");
    }

    #[test]
    fn times_and_zones() {
        for text in [
            "2026-03-05 15:05:00", "2026/3/5 15:05", "20260305150500", "202603051505", "2026-03-05T15:05:00", "2026年3月5日 下午3点05分", "2026/3/5 下午3:05", "2026年3月5日15时5分0秒",
            "5 Mar 2026 3:05 PM", "3/5/2026 3:05 pm", "46086.628472222226", "2026-03-05 15:05:00.000", "20260305 15:05",
        ] {
            assert_eq!(d(text, DateOrder::Mdy), "2026-03-05 15:05:00", "{text}");
        }
        for text in ["2026-03-05T15:05:00Z", "2026-03-05T23:05:00+08:00", "2026-03-05 23:05:00 +0800", "1772723100", "1772723100000", "2026-03-05T15:05:00.000000Z"] {
            assert_eq!(d(text, DateOrder::Ymd), "2026-03-05T15:05:00.000000Z", "{text}");
        }
        assert_eq!(time(&Cell::text("下午3点05分")), Ok(Some(54_300_000_000)));
        assert_eq!(time(&Cell::Serial(0.5)), Ok(Some(43_200_000_000)));
        for text in ["2026年3月", "2026年03月份", "2026-03", "2026/3", "2026.03", "202603", "Mar 2026", "March 2026", "2026 Mar", "march, 2026", "Mar-2026", "Mar-26"] {
            assert_eq!(month(text), Some((Day(20_513), Day(20_543))), "{text}");
        }
        for text in ["2026-13", "2026.3.5", "5 Mar 2026", "Mar 26", "2026", "Marx 2026", "march", "2026-", "12345"] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["2026/2/30", "2026-13-01", "2025-02-29", "31/4/2026", "today", "2026", "12", "2026-03-05 25:00", "2026-03-05 10:61", "Feb 30 2026", "5 Mar", "10:30", "1e5", "2026-03-05x", "99999999"] {
            assert_eq!(d(text, DateOrder::Dmy), "date_invalid", "{text}");
        }
        assert_eq!(d("9999-12-31", DateOrder::Ymd), "date_out_of_range");
        assert_eq!(d("0001-01-01", DateOrder::Ymd), "date_out_of_range");
        assert_eq!(d("0000-00-00", DateOrder::Ymd), "none");
        assert_eq!(d("N/A", DateOrder::Ymd), "none");
        assert!(serial(60.0).is_err());
        assert_eq!(serial(59.0).map(|m| m.to_string()), Ok("1900-02-28".into()));
        assert_eq!(serial(61.0).map(|m| m.to_string()), Ok("1900-03-01".into()));
    }

    #[test]
    fn wall_clocks_agree_with_the_zone() {
        for name in ["Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "UTC"] {
            let zone = Zone::parse(name).unwrap();
            let mut wall = Wall::new(&zone);
            for day in (10_000..21_000).step_by(3) {
                for micros in [0, 3_600_000_000 * 2 + 1_800_000_000, DAY_MICROS - 1] {
                    let (at, business) = wall.place(Moment::Local { day, micros, timed: true });
                    assert_eq!(at, wall.exact(day, micros), "{name} {day}");
                    assert_eq!(business, zone.day(at), "{name} {day} {micros}");
                }
            }
        }
    }
}
