//! What is done every day at its hour, in the time zone of the business. A slot is a business day; it is taken once, by whichever
//! process looks first, whatever the clocks do. Of slots that were missed only the last is made up for.

use super::kind::Kind;
use crate::{Result, app::App};
use domain::{Day, Zone, audit::Actor, clock::Instant};
use store::{job::NewJob, schedule::{self, Taken}};

/// Something done every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// what is done; its key is the schedule's
    pub kind: Kind,
    /// local hour
    pub hour: i8,
    /// and minute
    pub minute: i8,
}

/// The day that has begun is computed.
pub const ROLL: Schedule = Schedule { kind: Kind::Roll, hour: 0, minute: 5 };
/// Every schedule.
pub const SCHEDULES: [Schedule; 7] = [
    ROLL,
    Schedule { kind: Kind::Compact, hour: 1, minute: 0 },
    Schedule { kind: Kind::Seal, hour: 2, minute: 0 },
    Schedule { kind: Kind::Duplicates, hour: 2, minute: 30 },
    Schedule { kind: Kind::Quality, hour: 3, minute: 0 },
    Schedule { kind: Kind::Sweep, hour: 3, minute: 30 },
    Schedule { kind: Kind::Tidy, hour: 4, minute: 0 },
];

impl Schedule {
    /// When the slot of a day begins. An hour that a change of clocks leaves out is the one after it, one that comes twice the first.
    pub fn begins(self, zone: &Zone, day: Day) -> Instant {
        zone.at(day, self.hour, self.minute)
    }

    /// The last slot that has begun.
    pub fn slot(self, zone: &Zone, now: Instant) -> Day {
        let today = zone.day(now);
        if self.begins(zone, today) <= now { today } else { today.plus(-1) }
    }

    /// When the next slot begins.
    pub fn next(self, zone: &Zone, now: Instant) -> Instant {
        self.begins(zone, self.slot(zone, now).plus(1))
    }

    /// Local time as people write it.
    pub fn time(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
}

/// Takes every slot that has begun and that nobody took; answers how many.
///
/// # Errors
/// When the store refuses.
pub async fn tick(app: &App) -> Result<usize> {
    if app.settings().id.is_empty() {
        app.reload().await?;
    }
    let (settings, now) = (app.settings(), app.clock.now());
    if settings.id.is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    for s in SCHEDULES {
        let (key, day) = (s.kind.key(), s.slot(&settings.zone, now));
        if schedule::is_taken(&app.store, &settings.id, key, day).await? {
            continue;
        }
        let mut job = NewJob::new(app.new_id("job"), key, serde_json::json!({ "day": day }), now).by(&settings.id, &Actor::program("server"));
        job.unique_key = Some(format!("schedule {key}"));
        job.priority = s.kind.priority();
        job.max_attempts = s.kind.attempts();
        let mut tx = app.store.begin().await?;
        if schedule::take(&mut tx, &settings.id, &Taken { schedule: key.to_owned(), day, at: now, job: job.id.clone() }).await? {
            store::job::enqueue(&mut tx, &job, now).await?;
            tx.commit().await?;
            count += 1;
        }
    }
    if count > 0 {
        app.jobs.pulse();
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_PAST_TWO: Schedule = Schedule { kind: Kind::Sweep, hour: 2, minute: 30 };
    const HOUR: i64 = 3_600_000_000;

    fn day(y: i16, m: i8, d: i8) -> Day {
        Day::new(y, m, d).expect("a day")
    }

    #[test]
    fn every_day_has_one_slot_whatever_the_clocks_do() {
        // spring forward (2:30 is not there), fall back (1:30 and 2:30 of it twice), and none of it
        for (zone, from, days) in [("Europe/Berlin", day(2026, 3, 27), 5), ("Europe/Berlin", day(2026, 10, 23), 5), ("America/New_York", day(2026, 11, 1), 3), ("Asia/Shanghai", day(2026, 1, 1), 3), ("Pacific/Apia", day(2011, 12, 28), 6)] {
            let zone = Zone::parse(zone).expect("a zone");
            let (mut at, end) = (zone.at(from, 0, 0), zone.at(from.plus(days), 0, 0));
            let mut seen: Vec<Day> = Vec::new();
            while at < end {
                let slot = HALF_PAST_TWO.slot(&zone, at);
                assert!(seen.last().is_none_or(|last| *last <= slot), "a slot came back: {seen:?} {slot}");
                if seen.last() != Some(&slot) {
                    seen.push(slot);
                }
                assert!(HALF_PAST_TWO.next(&zone, at) > at && HALF_PAST_TWO.next(&zone, at).0 - at.0 <= 49 * HOUR);
                at.0 += HOUR / 6;
            }
            assert!(seen.len() as i32 >= days, "{}: {seen:?}", zone.name());
            seen.windows(2).for_each(|w| assert!(w[1].0 - w[0].0 <= 2, "{}: {seen:?}", zone.name()));
        }
    }
}
