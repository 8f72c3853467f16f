//! How good the data was, day by day, and what the ledger of imports says of it.

use crate::{Access, Result, Tx};
use domain::{CustomerKey, Day, clock::Instant};

/// One finding of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// the business day
    pub day: Day,
    /// which
    pub code: String,
    /// how many had it
    pub found: u64,
    /// of so many
    pub among: u64,
    /// thousandths that it cost of the hundred
    pub points: u64,
}

/// What imports brought in, all of those in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// rows of their files
    pub rows: u64,
    /// rows that were set aside
    pub aside: u64,
    /// the last one came in then
    pub last: Option<Instant>,
}

statements! {
    NOTE = "INSERT INTO quality_days (workspace, day, code, found, among, points) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace, day, code) DO UPDATE SET found = excluded.found, among = excluded.among, points = excluded.points";
    SINCE = "SELECT day, code, found, among, points FROM quality_days WHERE workspace = $1 AND day >= $2 ORDER BY day, code";
    FORGET = "DELETE FROM quality_days WHERE workspace = $1 AND day < $2";
    BROUGHT = "SELECT CAST(COALESCE(SUM(rows_in), 0) AS BIGINT), CAST(COALESCE(SUM(quarantined), 0) AS BIGINT), MAX(committed_at)
        FROM imports WHERE status = 'committed'";
    ASIDE = "SELECT q.code, COUNT(*) FROM quarantine_rows q JOIN imports i ON i.id = q.import
        WHERE i.status = 'committed' GROUP BY q.code ORDER BY q.code";
    ERASED = "SELECT key FROM customers WHERE erased_at IS NOT NULL ORDER BY key";
}

/// Notes a finding of a day; noted again it is as it is now.
pub async fn note(tx: &mut Tx, workspace: &str, n: &Noted) -> Result<()> {
    execute!(tx, NOTE, workspace, i64::from(n.day.0), n.code.as_str(), n.found as i64, n.among as i64, n.points as i64).map(|_| ())
}

/// What was noted from a day on, by day and code.
pub async fn since(db: impl Access, workspace: &str, from: Day) -> Result<Vec<Noted>> {
    let rows = rows!(db, (i64, String, i64, i64, i64), SINCE, workspace, i64::from(from.0))?;
    let noted = |(day, code, found, among, points): (i64, String, i64, i64, i64)| Noted { day: Day(day as i32), code, found: found as u64, among: among as u64, points: points as u64 };
    Ok(rows.into_iter().map(noted).collect())
}

/// Forgets what was noted before a day.
pub async fn forget(db: impl Access, workspace: &str, before: Day) -> Result<u64> {
    execute!(db, FORGET, workspace, i64::from(before.0))
}

/// What imports brought in.
pub async fn brought(db: impl Access) -> Result<Brought> {
    let (rows, aside, last) = optional!(db, (i64, i64, Option<i64>), BROUGHT)?.unwrap_or_default();
    Ok(Brought { rows: rows.max(0) as u64, aside: aside.max(0) as u64, last: last.map(Instant) })
}

/// Rows that imports in force set aside, by reason.
pub async fn aside(db: impl Access) -> Result<Vec<(String, u64)>> {
    Ok(rows!(db, (String, i64), ASIDE)?.into_iter().map(|(code, n)| (code, n.max(0) as u64)).collect())
}

/// Who was erased and left amounts: nothing is known of them on purpose.
pub async fn erased(db: impl Access) -> Result<Vec<CustomerKey>> {
    Ok(rows!(db, (i64,), ERASED)?.into_iter().map(|(k,)| CustomerKey(k as u32)).collect())
}
