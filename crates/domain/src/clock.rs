//! The only door through which time and chance enter. Everything else takes them as arguments.

use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Instant(pub i64);

impl Instant {
    /// The far future: "as known today" without a cut.
    pub const MAX: Instant = Instant(i64::MAX);

    /// So many times 24 hours later.
    pub fn plus_days(self, days: i32) -> Instant {
        Instant(self.0.saturating_add(i64::from(days) * 86_400_000_000))
    }

    /// RFC 3339 in UTC with microseconds: `2026-11-22T04:16:10.000000Z`.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0).map(|t| format!("{t:.6}")).unwrap_or_default()
    }

    /// What [`Instant::rfc3339`] writes, and whatever else of RFC 3339 names an instant to the microsecond.
    pub fn parse(text: &str) -> Option<Instant> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Instant(t.as_microsecond()))
    }
}

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// The machine's clock. Only the composition root makes one.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until moved, for tests and reproducible runs.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// Stands at `now`.
    pub fn at(now: Instant) -> MockClock {
        MockClock(AtomicI64::new(now.0))
    }

    /// Moves to `now`.
    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}
