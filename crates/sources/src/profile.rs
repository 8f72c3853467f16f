//! What the cells of one column look like, over the sample.

use crate::{
    code::Code,
    concept::{Concept, concept},
    mapping::{DateOrder, DecimalMark},
    value::{
        Cell, contact,
        date::{self, Moment},
        decimal, status,
        text::{self, is_space},
        word,
    },
};
use hashbrown::HashSet;
use std::cmp::Ordering;

/// Longer texts are no number, date, phone or word.
const LONG: usize = 400;

/// Shares and counts over one column's cells that are not missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    pub index: usize,
    pub header: String,
    /// what the header says, and how sure that is
    pub concept: Option<(Concept, f64)>,
    /// rows of the sample
    pub rows: usize,
    /// cells that are not missing
    pub filled: usize,
    pub samples: Vec<String>,
    pub distinct: usize,
    /// numbers with a point, numbers with a comma, whole numbers
    pub numbers: usize,
    pub comma_numbers: usize,
    pub whole: usize,
    pub negative: usize,
    /// numbers, or numbers of people, years and the like: `45人`, `35岁`
    pub counted: usize,
    /// numbers with a currency sign or two decimals
    pub moneyed: usize,
    pub largest: f64,
    /// numbers that begin to count, at 1, or go on from the one above
    pub running: usize,
    pub leading_zeros: usize,
    pub point_zero: usize,
    pub dates: usize,
    pub timed: usize,
    /// times that say their zone
    pub zoned: usize,
    pub serials: usize,
    pub times: usize,
    pub date_styles: usize,
    pub order: Option<DateOrder>,
    pub order_sure: bool,
    /// dates that can only be read with the day first, and with the month first
    day_first: usize,
    month_first: usize,
    /// are years written behind, in four digits? Then they are not read in front, whatever order is said
    year_behind: bool,
    pub phones: usize,
    pub lost_phones: usize,
    pub emails: usize,
    pub truths: usize,
    /// words an order's status is written with, where the header says it is one
    pub statuses: usize,
    pub genders: usize,
    /// words that name the question of a score
    pub questions: usize,
    /// months: `2025-01`, `2025年1月`, `Jan 2025`
    pub months: usize,
    /// the order of year, month and day is only the likelier one
    pub order_doubtful: bool,
    /// a column that a file of rejected rows put in front of the file's own
    pub added: bool,
    pub letters: usize,
    pub longest: usize,
    pub errors: usize,
}

impl Profile {
    /// Share of the filled cells.
    pub fn share(&self, count: usize) -> f64 {
        if self.filled == 0 { 0.0 } else { count as f64 / self.filled as f64 }
    }

    /// Share of the rows that are filled.
    pub fn fill(&self) -> f64 {
        if self.rows == 0 { 0.0 } else { self.filled as f64 / self.rows as f64 }
    }

    /// Are nearly all cells different?
    pub fn is_unique(&self) -> bool {
        self.filled > 0 && self.distinct as f64 >= self.filled as f64 * 0.98
    }

    /// A text that can be nothing but text.
    fn long(&mut self, shown: &str, distinct: &mut HashSet<u64>) {
        if self.samples.len() < 3 {
            self.samples.push(shown.chars().take(80).collect());
        }
        distinct.insert(xxhash_rust::xxh3::xxh3_64(shown.as_bytes()));
        self.longest = self.longest.max(shown.len());
        self.letters += 1;
    }

    pub fn is_numeric(&self) -> bool {
        self.share(self.numbers.max(self.comma_numbers)) >= 0.9
    }

    /// Do the cells count the rows?
    pub fn is_running(&self) -> bool {
        self.filled > 1 && self.share(self.running) >= 0.95
    }

    pub fn is_date(&self) -> bool {
        self.share(self.dates) >= 0.5
    }

    /// The decimal mark that the cells prove, if they do.
    pub fn mark(&self) -> Option<DecimalMark> {
        match self.comma_numbers.cmp(&self.numbers) {
            Ordering::Greater => Some(DecimalMark::Comma),
            Ordering::Less => Some(DecimalMark::Point),
            Ordering::Equal => None,
        }
    }

    /// How dates written with numbers are really read when this order is said.
    pub fn read_as(&self, said: DateOrder) -> DateOrder {
        if said == DateOrder::Ymd && self.year_behind { DateOrder::Dmy } else { said }
    }

    /// Dates that cannot be read in this order, but the other way round.
    pub fn contrary(&self, order: DateOrder) -> usize {
        match order {
            DateOrder::Dmy => self.month_first,
            DateOrder::Mdy => self.day_first,
            DateOrder::Ymd => 0,
        }
    }
}

/// Three numbers of a date, read as year, month and day.
type Reading = fn(&(u32, u32, u32)) -> (u32, u32, u32);

/// Day and month evidence of dates written with numbers.
#[derive(Default)]
struct Evidence {
    first_over_12: usize,
    second_over_12: usize,
    first_over_31: usize,
    short: usize,
    long: usize,
    firsts: HashSet<u32>,
    thirds: HashSet<u32>,
    pairs: Vec<(u32, u32, u32)>,
    slash: usize,
}

fn three(text: &str) -> Option<(u32, u32, u32, usize, usize, char)> {
    let date = text.split([' ', 'T']).next()?;
    let sep = date.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = date.split(sep);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((a.parse().ok()?, b.parse().ok()?, c.parse().ok()?, a.len(), c.len(), sep))
}

/// Years of this century that a business writes with two digits.
const RECENT: std::ops::RangeInclusive<u32> = 15..=39;

impl Evidence {
    /// Can all dates be read with the year in front and with the day in front, `25/1/6`, and is there too little to tell which?
    fn is_open(&self) -> bool {
        let lead = self.long == 0 && self.short > 0 && self.second_over_12 == 0 && self.first_over_31 == 0 && self.first_over_12 > 0;
        lead && self.thirds.iter().all(|t| (1..=31).contains(t)) && self.firsts.len() <= 3 && self.firsts.len() <= self.thirds.len() + 1
    }

    /// Of two readings, is the one with the year in front the only one that gives years anybody trades in?
    fn is_likelier_year_first(&self) -> bool {
        self.is_open() && self.firsts.iter().all(|y| RECENT.contains(y)) && !self.thirds.iter().any(|y| RECENT.contains(y))
    }

    fn see(&mut self, text: &str) {
        let Some((a, b, c, a_len, c_len, sep)) = three(text) else { return };
        match (a_len, c_len) {
            (1 | 2, 4) => self.long += 1,
            (1 | 2, 1 | 2) => self.short += 1,
            _ => return,
        }
        self.slash += usize::from(sep == '/');
        self.first_over_12 += usize::from(a > 12);
        self.second_over_12 += usize::from(b > 12);
        self.first_over_31 += usize::from(a > 31 && c_len <= 2);
        self.firsts.insert(a);
        self.thirds.insert(c);
        if self.pairs.len() < 2000 {
            self.pairs.push((a, b, c));
        }
    }

    /// The order, and whether the cells prove it.
    fn order(&self, month_first_home: bool) -> Option<(DateOrder, bool)> {
        if self.long + self.short == 0 {
            return None;
        }
        if self.is_likelier_year_first() {
            return Some((DateOrder::Ymd, false));
        }
        if self.short > self.long {
            let year_first = self.first_over_31 > 0 || (self.firsts.len() < self.thirds.len() && self.second_over_12 == 0);
            if year_first {
                return Some((DateOrder::Ymd, self.first_over_31 > 0));
            }
        }
        if self.is_open() {
            return Some((DateOrder::Dmy, false));
        }
        if self.first_over_12 != self.second_over_12 {
            let order = if self.first_over_12 > self.second_over_12 { DateOrder::Dmy } else { DateOrder::Mdy };
            return Some((order, true));
        }
        // files are often in the order of time: which reading climbs?
        let climbs = |key: Reading| self.pairs.windows(2).filter(|w| matches!(w, [x, y] if key(x) <= key(y))).count();
        let (day_first, month_first) = (climbs(|p| (p.2, p.1, p.0)), climbs(|p| (p.2, p.0, p.1)));
        if self.pairs.len() >= 10 && day_first.abs_diff(month_first) * 5 > self.pairs.len() {
            return Some((if day_first > month_first { DateOrder::Dmy } else { DateOrder::Mdy }, false));
        }
        let order = if month_first_home && self.slash * 2 > self.long + self.short { DateOrder::Mdy } else { DateOrder::Dmy };
        Some((order, false))
    }
}

/// Looks at one column. `home` is the workspace's calling code; `month_first` its habit where day and month cannot be told apart.
pub(crate) fn profile(index: usize, header: &str, rows: &[(u64, Vec<Cell<'_>>)], home: &str, month_first: bool) -> Profile {
    let mut p = Profile { index, header: header.to_owned(), concept: concept(header), rows: rows.len(), ..Profile::default() };
    let mut distinct: HashSet<u64> = HashSet::new();
    let mut styles: HashSet<String> = HashSet::new();
    let mut evidence = Evidence::default();
    let is_status = matches!(p.concept, Some((Concept::Status | Concept::Cancelled, _)));
    let mut above: Option<u64> = None;
    for cell in rows.iter().filter_map(|(_, r)| r.get(index)).filter(|c| !c.is_missing()) {
        p.filled += 1;
        let shown = cell.shown();
        if shown.len() > LONG {
            p.long(&shown, &mut distinct);
            continue;
        }
        let trimmed = text::narrowed(shown.trim_matches(is_space)).into_owned();
        if p.samples.len() < 3 {
            p.samples.push(trimmed.chars().take(80).collect());
        }
        distinct.insert(xxhash_rust::xxh3::xxh3_64(trimmed.as_bytes()));
        p.longest = p.longest.max(trimmed.chars().count());
        p.errors += usize::from(matches!(cell, Cell::Error(_)));
        let lower = trimmed.to_lowercase();
        numbers(&mut p, cell, &trimmed);
        let number = trimmed.parse::<u64>().ok();
        // what several rows share, a merged cell, counts once
        p.running += usize::from(number.is_some_and(|n| n == 1 || p.running > 0 && above.and_then(|a| n.checked_sub(a)).is_some_and(|step| step <= 1)));
        above = number;
        let is_dateish = trimmed.len() <= 40 && trimmed.bytes().any(|b| b.is_ascii_digit());
        if is_dateish {
            evidence.see(&trimmed);
            let any = [DateOrder::Dmy, DateOrder::Mdy].iter().find_map(|o| date::read(cell, *o).ok().flatten());
            if let Some(moment) = any {
                p.dates += 1;
                p.zoned += usize::from(matches!(moment, Moment::Absolute(_)));
                p.timed += usize::from(matches!(moment, Moment::Local { timed: true, .. } | Moment::Absolute(_)));
                let whole_serial = trimmed.len() == 5 && trimmed.bytes().all(|b| b.is_ascii_digit());
                let is_serial = whole_serial || matches!(cell, Cell::Int(_) | Cell::Number(_)) || (trimmed.len() > 5 && trimmed.parse::<f64>().is_ok() && trimmed.contains('.'));
                p.serials += usize::from(is_serial);
                if styles.len() < 20 {
                    styles.insert(style(&trimmed));
                }
            } else if matches!(date::time(cell), Ok(Some(_))) && trimmed.contains(':') {
                p.times += 1;
            }
        }
        p.times += usize::from(matches!(cell, Cell::Serial(n) if *n < 1.0));
        match contact::phone(cell, home) {
            Ok(Some(digits)) => p.phones += usize::from(digits.len() >= 10),
            Err(f) if f.code == Code::PhoneLostDigits => p.lost_phones += 1,
            _ => {}
        }
        p.emails += usize::from(lower.contains('@'));
        p.truths += usize::from(matches!(cell, Cell::Bool(_)) || word::truth_word(&lower).is_some());
        p.statuses += usize::from(is_status && status::status_word(&lower).is_some());
        p.genders += usize::from(word::gender_word(&lower).is_some());
        p.questions += usize::from(word::question_word(&lower));
        p.months += usize::from(trimmed.len() <= 20 && date::month(&trimmed).is_some());
        p.letters += usize::from(trimmed.chars().any(char::is_alphabetic));
    }
    p.distinct = distinct.len();
    p.date_styles = styles.len();
    if let Some((order, sure)) = evidence.order(month_first) {
        (p.day_first, p.month_first, p.year_behind) = (evidence.first_over_12, evidence.second_over_12, evidence.long > 0);
        // proof for both is no doubt about one: it is told as a contradiction
        p.order_doubtful = !sure && evidence.is_open() && (order == DateOrder::Dmy || evidence.is_likelier_year_first());
        (p.order, p.order_sure) = (Some(order), sure || p.contrary(order) > 0);
    }
    p
}

fn numbers(p: &mut Profile, cell: &Cell<'_>, trimmed: &str) {
    if matches!(cell, Cell::Serial(_) | Cell::Day(_) | Cell::Instant(_) | Cell::Local(_) | Cell::Bool(_)) {
        return;
    }
    p.leading_zeros += usize::from(trimmed.len() > 1 && trimmed.starts_with('0') && trimmed.bytes().all(|b| b.is_ascii_digit()));
    p.point_zero += usize::from(trimmed.strip_suffix(".0").is_some_and(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit())));
    p.comma_numbers += usize::from(decimal::parse(trimmed, DecimalMark::Comma).is_some());
    p.counted += usize::from(decimal::parse(trimmed.trim_end_matches(decimal::UNITS).trim_end(), DecimalMark::Point).is_some());
    let Some(d) = decimal::parse(trimmed, DecimalMark::Point) else { return };
    p.numbers += 1;
    let n = d.number();
    p.largest = p.largest.max(n.abs());
    p.negative += usize::from(n < 0.0);
    p.whole += usize::from(n.fract() == 0.0 && !trimmed.contains('%'));
    p.moneyed += usize::from(trimmed.contains(['¥', '￥', '$', '€', '£', '元']) || trimmed.rsplit_once('.').is_some_and(|(_, f)| f.len() == 2));
}

/// The way a date is written: digits as `9`, letters as `a`.
fn style(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let mark = match c {
            '0'..='9' => '9',
            c if c.is_ascii_alphabetic() => 'a',
            c => c,
        };
        if !out.ends_with(mark) || !matches!(mark, '9' | 'a') {
            out.push(mark);
        }
    }
    out
}
