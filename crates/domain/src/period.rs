//! Business days, windows and time zones (`domain.md` §2). Windows are whole days, closed at both ends.

use crate::clock::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A business day: days since 1970-01-01 (a calendar day in the workspace's time zone).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

impl Day {
    /// The day of a civil date; `None` if there is no such date (30 February).
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        jiff::civil::Date::new(year, month, day).ok().map(Day::of)
    }

    /// `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Day> {
        text.trim().parse::<jiff::civil::Date>().ok().map(Day::of)
    }

    fn of(date: jiff::civil::Date) -> Day {
        let epoch = jiff::civil::date(1970, 1, 1);
        Day(epoch.until(date).map(|s| s.get_days()).unwrap_or(0))
    }

    /// The civil date.
    pub fn date(self) -> jiff::civil::Date {
        jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0.clamp(-4_000_000, 2_900_000)))
    }

    /// `n` days later (earlier if negative).
    pub fn plus(self, n: i32) -> Day {
        Day(self.0.saturating_add(n))
    }

    /// The same day-of-month `n` months earlier, clamped to that month's last day.
    pub fn months_before(self, n: u32) -> Day {
        Day::of(self.date().saturating_sub(jiff::Span::new().months(i64::from(n.min(12_000)))))
    }

    /// 0 = Monday … 6 = Sunday.
    pub fn weekday(self) -> u8 {
        (self.0 + 3).rem_euclid(7) as u8
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Day::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("not a day: {text}")))
    }
}

/// A span of business days that ends on (or before) the as-of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// everything up to the as-of day
    #[default]
    All,
    /// *n days as of D* = `D−n+1 … D`
    Days(u32),
    /// *n months as of D*: starts the day after the same day-of-month n months earlier, clamped
    Months(u32),
    /// `from` to `to` days ago, both included: `D−from … D−to` (0 = today)
    DaysAgo {
        /// the far end
        from: u32,
        /// the near end, ≤ `from`
        to: u32,
    },
}

impl Window {
    /// First and last day of the window as of `d`, both included. `All` starts at `Day(i32::MIN)`.
    pub fn days(self, d: Day) -> (Day, Day) {
        let days = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        match self {
            Window::All => (Day(i32::MIN), d),
            Window::Days(n) => (d.plus(1i32.saturating_sub(days(n))), d),
            Window::Months(n) => (d.months_before(n).plus(1), d),
            Window::DaysAgo { from, to } => (d.plus(-days(from)), d.plus(-days(to))),
        }
    }

    /// Does the window as of `d` hold `day`?
    pub fn holds(self, d: Day, day: Day) -> bool {
        let (from, to) = self.days(d);
        from <= day && day <= to
    }
}

/// An IANA time zone, e.g. `Asia/Shanghai`; decides where one business day ends and the next begins.
#[derive(Debug, Clone)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone(jiff::tz::TimeZone::UTC)
    }

    /// By IANA name; `None` if unknown.
    pub fn parse(name: &str) -> Option<Zone> {
        jiff::tz::TimeZone::get(name.trim()).ok().map(Zone)
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The business day an instant falls on.
    pub fn day(&self, at: Instant) -> Day {
        match jiff::Timestamp::from_microsecond(at.0) {
            Ok(t) => Day::of(self.0.to_datetime(t).date()),
            Err(_) => Day(if at.0 < 0 { i32::MIN } else { i32::MAX }),
        }
    }

    /// The instant of a local wall-clock time; in a gap the later offset, in a fold the earlier instant (RFC 5545 "compatible").
    pub fn instant(&self, local: jiff::civil::DateTime) -> Instant {
        self.0.to_zoned(local).map(|z| Instant(z.timestamp().as_microsecond())).unwrap_or(Instant(0))
    }

    /// The instant of an hour and minute of a business day.
    pub fn at(&self, day: Day, hour: i8, minute: i8) -> Instant {
        let time = jiff::civil::Time::new(hour, minute, 0, 0).unwrap_or(jiff::civil::Time::midnight());
        self.instant(day.date().to_datetime(time))
    }

    /// Hour of the local day, 0–23.
    pub fn hour(&self, at: Instant) -> u8 {
        jiff::Timestamp::from_microsecond(at.0).map(|t| self.0.to_datetime(t).hour() as u8).unwrap_or(0)
    }

    /// The last microsecond of a business day.
    pub fn end_of(&self, day: Day) -> Instant {
        let next = day.plus(1).date().to_datetime(jiff::civil::Time::midnight());
        Instant(self.instant(next).0 - 1)
    }
}
