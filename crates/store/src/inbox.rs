//! The inbox: what programs posted, durable before it is acknowledged, until one commit moves it to files of the lake.
//!
//! Rows are numbered in the order they become visible: whoever appends takes a lock on PostgreSQL (SQLite has one writer anyway), so
//! that a stretch `first ..= last` that was read holds all there will ever be in it.

use crate::{Access, Error, Result, Tx, bulk::Bulk};
use domain::clock::Instant;
use std::collections::BTreeMap;

/// Something posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// what it is: `order`, `customer`, …
    pub kind: &'static str,
    /// it was known when it happened
    pub history: bool,
    /// hash of what tells it from others of its kind
    pub identity: i64,
    /// hash of all it says
    pub content: i64,
    /// as it was posted, checked
    pub body: String,
    /// who posted it: a person's or a token's id
    pub actor: String,
    /// when
    pub received_at: Instant,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// place, in the order they came
    pub seq: i64,
    /// what it is
    pub kind: String,
    /// it was known when it happened
    pub history: bool,
    /// hash of what tells it from others of its kind
    pub identity: i64,
    /// as it was posted
    pub body: String,
    /// who posted it
    pub actor: String,
    /// when
    pub received_at: Instant,
}

/// A stretch of the inbox that is moved; the commit takes it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// its first place
    pub first: i64,
    /// its last
    pub last: i64,
    /// how many rows stand there
    pub rows: u64,
}

/// The content of a row that never stands for another, whatever it says.
pub const NEVER: i64 = 0;

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// so many
    pub rows: u64,
    /// the oldest came then
    pub oldest: Option<Instant>,
    /// the newest came then
    pub newest: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    seq: i64,
    kind: String,
    history: bool,
    identity: i64,
    body: String,
    actor: String,
    received_at: i64,
}

statements! {
    FIRST = "SELECT seq, kind, history, identity, body, actor, received_at FROM inbox ORDER BY seq LIMIT $1";
    WAITING = "SELECT COUNT(*), MIN(received_at), MAX(received_at) FROM inbox";
    SPAN = "SELECT COALESCE((SELECT MAX(seq) FROM inbox) - (SELECT MIN(seq) FROM inbox) + 1, 0)";
    TAKE = "DELETE FROM inbox WHERE seq >= $1 AND seq <= $2";
    ASK = "UPDATE counters SET value = $1 WHERE name = 'inbox_asked'";
    ASKED = "SELECT value FROM counters WHERE name = 'inbox_asked'";
}

/// The newest of each identity stands last.
pub(crate) const NEWEST: Bulk =
    Bulk { head: "SELECT identity, content FROM inbox WHERE identity IN (VALUES", width: 1, tail: ") ORDER BY seq" };

pub(crate) const INSERT: Bulk =
    Bulk { head: "INSERT INTO inbox (kind, history, identity, content, body, actor, received_at) VALUES", width: 7, tail: "" };

/// Notes that somebody wants what waits moved now; a move that is under way may have read what waits already.
pub async fn ask(db: impl Access, now: Instant) -> Result<()> {
    execute!(db, ASK, now.0).map(|_| ())
}

/// Does somebody want what waits moved, and no move began since?
pub async fn asked(db: impl Access) -> Result<bool> {
    Ok(scalar!(db, i64, ASKED)? > 0)
}

/// A move begins: what waits now is read by it.
pub async fn begun(db: impl Access) -> Result<()> {
    execute!(db, ASK, 0i64).map(|_| ())
}

/// Waits for one's turn to append; until the transaction ends nobody else does.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    tx.lock_inbox().await
}

/// What the newest waiting row of each identity says, by identity. Call [`lock`] first.
pub async fn newest(tx: &mut Tx, identities: &[i64]) -> Result<BTreeMap<i64, i64>> {
    Ok(bulk_rows!(&mut *tx, (i64, i64), NEWEST, identities.iter(), |i| [*i]).into_iter().collect())
}

/// Appends rows; answers how many. Call [`lock`] first.
pub async fn append(tx: &mut Tx, rows: impl Iterator<Item = NewRow> + Send) -> Result<u64> {
    Ok(bulk!(tx, INSERT, rows, |r| [r.kind, r.history, r.identity, r.content, crate::db::clean(r.body), r.actor, r.received_at.0]))
}

/// The first rows, at most `limit`.
pub async fn first(db: impl Access, limit: u32) -> Result<Vec<Row>> {
    let row = |r: Stored| Row {
        seq: r.seq,
        kind: r.kind,
        history: r.history,
        identity: r.identity,
        body: r.body,
        actor: r.actor,
        received_at: Instant(r.received_at),
    };
    Ok(rows!(db, Stored, FIRST, i64::from(limit))?.into_iter().map(row).collect())
}

/// What waits.
pub async fn waiting(db: impl Access) -> Result<Waiting> {
    let found = optional!(db, (i64, Option<i64>, Option<i64>), WAITING)?.unwrap_or_default();
    Ok(Waiting { rows: found.0.max(0) as u64, oldest: found.1.map(Instant), newest: found.2.map(Instant) })
}

/// At most so many rows wait. They are told from the first and the last: whoever posts asks, and must not count them.
pub async fn at_most(db: impl Access) -> Result<u64> {
    Ok(scalar!(db, i64, SPAN)?.max(0) as u64)
}

/// Takes a stretch out, in the commit that names its files. `LeaseLost` if another worker moved it.
pub(crate) async fn take(tx: &mut Tx, moved: Moved) -> Result<()> {
    let taken = execute!(&mut *tx, TAKE, moved.first, moved.last)?;
    if taken == moved.rows { Ok(()) } else { Err(Error::LeaseLost { job: "inbox".to_owned() }) }
}
