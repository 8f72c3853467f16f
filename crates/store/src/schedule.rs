//! Schedules: which slot of which schedule was taken when, by which job. A slot is a business day; whoever takes it first has it,
//! whatever the clock does afterwards.

use crate::{Access, Result, Tx};
use domain::{Day, clock::Instant};

/// The last slot of a schedule that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// the schedule
    pub schedule: String,
    /// the slot
    pub day: Day,
    /// when
    pub at: Instant,
    /// `job_…`
    pub job: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    schedule: String,
    day: i64,
    at: i64,
    job: String,
}

statements! {
    TAKE = "INSERT INTO schedule_slots (workspace, schedule, day, at, job) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    IS_TAKEN = "SELECT COUNT(*) FROM schedule_slots WHERE workspace = $1 AND schedule = $2 AND day = $3";
    LAST = "SELECT s.schedule, s.day, s.at, s.job FROM schedule_slots s
        WHERE s.workspace = $1 AND s.at = (SELECT MAX(o.at) FROM schedule_slots o WHERE o.workspace = s.workspace AND o.schedule = s.schedule)
        ORDER BY s.schedule, s.day";
    FORGET = "DELETE FROM schedule_slots WHERE at < $1";
}

/// Takes a slot; false if it was taken before.
pub async fn take(tx: &mut Tx, workspace: &str, t: &Taken) -> Result<bool> {
    Ok(execute!(tx, TAKE, workspace, t.schedule.as_str(), i64::from(t.day.0), t.at.0, t.job.as_str())? == 1)
}

/// Was this slot taken?
pub async fn is_taken(db: impl Access, workspace: &str, schedule: &str, day: Day) -> Result<bool> {
    Ok(scalar!(db, i64, IS_TAKEN, workspace, schedule, i64::from(day.0))? > 0)
}

/// What each schedule took last.
pub async fn last(db: impl Access, workspace: &str) -> Result<Vec<Taken>> {
    let rows = rows!(db, Row, LAST, workspace)?;
    Ok(rows.into_iter().map(|r| Taken { schedule: r.schedule, day: Day(r.day as i32), at: Instant(r.at), job: r.job }).collect())
}

/// Forgets slots taken before an instant.
pub async fn forget(db: impl Access, before: Instant) -> Result<u64> {
    execute!(db, FORGET, before.0)
}
