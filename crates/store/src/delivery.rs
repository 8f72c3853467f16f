//! Messages of webhooks on their way: written in the transaction that notices a change, sent in order, tried again, given up.

use crate::{Access, Result, Store, Tx, bulk::Bulk, restore};
use domain::clock::Instant;
use std::collections::BTreeMap;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// waits for its turn, or to be tried again
    Waiting,
    /// it was taken
    Sent,
    /// given up
    Dead,
    /// a person did not want it sent any more
    Dropped,
}

impl State {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Dead => "dead",
            State::Dropped => "dropped",
        }
    }

    fn parse(text: &str) -> State {
        match text {
            "waiting" => State::Waiting,
            "sent" => State::Sent,
            "dropped" => State::Dropped,
            _ => State::Dead,
        }
    }
}

/// What is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// `msg_…`
    pub id: String,
    /// names the change and its part; a second message of the same is not written
    pub change: String,
    /// `segment.entered`, …
    pub kind: String,
    /// `segment:…`, `class:…`, or empty
    pub subject: String,
    /// as it is sent
    pub body: String,
    /// how many customers it names
    pub customers: u64,
}

/// A message on its way to an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// `dlv_…`
    pub id: String,
    /// to whom
    pub webhook: String,
    /// what, without its body
    pub message: Message,
    /// its turn
    pub place: i64,
    /// where it stands
    pub state: State,
    /// tries so far
    pub attempts: i64,
    /// not before
    pub next_at: Instant,
    /// written
    pub created_at: Instant,
    /// sent or given up
    pub finished_at: Option<Instant>,
    /// what was answered last
    pub status: Option<i64>,
    /// how long that took, milliseconds
    pub took: Option<i64>,
    /// how it ended: `ok`, `status`, or why there was no answer
    pub outcome: Option<String>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// which
    pub n: i64,
    /// when
    pub at: Instant,
    /// how long, milliseconds
    pub took: i64,
    /// what was answered
    pub status: Option<i64>,
    /// how it ended
    pub outcome: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    webhook: String,
    message: String,
    change_key: String,
    kind: String,
    subject: String,
    body: String,
    customers: i64,
    place: i64,
    state: String,
    attempts: i64,
    next_at: i64,
    created_at: i64,
    finished_at: Option<i64>,
    status: Option<i64>,
    took: Option<i64>,
    outcome: Option<String>,
}

impl From<Row> for Delivery {
    fn from(r: Row) -> Delivery {
        let message = Message { id: r.message, change: r.change_key, kind: r.kind, subject: r.subject, body: r.body, customers: r.customers.max(0) as u64 };
        Delivery {
            message,
            id: r.id,
            webhook: r.webhook,
            place: r.place,
            state: State::parse(&r.state),
            attempts: r.attempts,
            next_at: Instant(r.next_at),
            created_at: Instant(r.created_at),
            finished_at: r.finished_at.map(Instant),
            status: r.status,
            took: r.took,
            outcome: r.outcome,
        }
    }
}

macro_rules! select {
    ($body:literal, $rest:literal) => {
        concat!(
            "SELECT d.id, d.webhook, d.message, m.change_key, m.kind, m.subject, ", $body, " AS body, m.customers, d.place, d.state, d.attempts,
            d.next_at, d.created_at, d.finished_at, d.status, d.took, d.outcome
            FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message WHERE ", $rest
        )
    };
}

statements! {
    LAST_PLACE = "SELECT COALESCE(MAX(place), 0) FROM webhook_deliveries";
    HEAD = select!("m.body", "d.webhook = $1 AND d.state = 'waiting' ORDER BY d.place, d.id LIMIT 1");
    GET = select!("m.body", "d.webhook = $1 AND d.id = $2");
    PAGE = select!("''", "d.webhook = $1 AND (d.state = $2 OR $2 = '') AND (d.place < $3 OR (d.place = $3 AND d.id < $4))
        ORDER BY d.place DESC, d.id DESC LIMIT $5");
    ATTEMPTS = "SELECT n, at, took, status, outcome FROM webhook_attempts WHERE delivery = $1 ORDER BY n";
    WAITING = "SELECT webhook, COUNT(*) FROM webhook_deliveries WHERE state = 'waiting' GROUP BY webhook";
    DUE = "SELECT w.id FROM webhooks w JOIN webhook_deliveries d ON d.webhook = w.id
        WHERE w.workspace = $1 AND w.state = 'on' AND w.removed_at IS NULL AND d.state = 'waiting'
            AND (d.next_at <= $2 OR d.next_at > $3) AND (w.lease_until IS NULL OR w.lease_until < $2 OR w.lease_until > $4)
            AND d.place = (SELECT MIN(e.place) FROM webhook_deliveries e WHERE e.webhook = w.id AND e.state = 'waiting')
        ORDER BY d.next_at, w.id LIMIT 32";
    BEGIN = "UPDATE webhook_deliveries SET attempts = attempts + 1, next_at = $3 WHERE id = $1 AND state = 'waiting' AND attempts = $2";
    END = "UPDATE webhook_deliveries SET state = $3, finished_at = $4, status = $5, took = $6, outcome = $7
        WHERE id = $1 AND state = 'waiting' AND attempts = $2";
    TRIED = "INSERT INTO webhook_attempts (delivery, n, at, took, status, outcome)
        VALUES ($1, (SELECT COALESCE(MAX(n), 0) + 1 FROM webhook_attempts WHERE delivery = $1), $2, $3, $4, $5)";
    AGAIN = "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = $3, finished_at = NULL
        WHERE webhook = $1 AND id = $2 AND state <> 'waiting'";
    SOON = "UPDATE webhook_deliveries SET attempts = 0, next_at = $2 WHERE webhook = $1 AND state = 'waiting' AND attempts > 0";
    DROP_OF = "UPDATE webhook_deliveries SET state = 'dropped', finished_at = $2 WHERE webhook = $1 AND state = 'waiting'";
    DROP_BEFORE = "UPDATE webhook_deliveries SET state = 'dropped', finished_at = $3
        WHERE state = 'waiting' AND created_at <= $2 AND webhook IN (SELECT id FROM webhooks WHERE workspace = $1)";
    EXPIRE = "UPDATE webhook_deliveries SET state = 'dead', finished_at = $2, outcome = 'expired' WHERE state = 'waiting' AND created_at < $1";
    FORGET = "DELETE FROM webhook_deliveries WHERE state <> 'waiting' AND finished_at < $1";
    FORGET_MESSAGES = "DELETE FROM webhook_messages
        WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.message = webhook_messages.id)";
    CONFIRMED = "SELECT confirmed_at FROM outbound WHERE workspace = $1";
    CONFIRM = "INSERT INTO outbound (workspace, confirmed_at, confirmed_by) VALUES ($1, $2, $3)
        ON CONFLICT (workspace) DO UPDATE SET confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by";
}

pub(crate) const MESSAGES: Bulk = Bulk {
    head: "INSERT INTO webhook_messages (id, workspace, change_key, kind, subject, body, customers, created_at) VALUES",
    width: 8,
    tail: "",
};
pub(crate) const DELIVERIES: Bulk = Bulk {
    head: "INSERT INTO webhook_deliveries (id, webhook, message, place, state, attempts, next_at, created_at) VALUES",
    width: 8,
    tail: "",
};

/// A message and to which endpoints it goes, each with the delivery's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// what
    pub message: Message,
    /// (delivery, webhook)
    pub to: Vec<(String, String)>,
}

/// Writes messages and their deliveries, in this order, behind everything that waits.
pub async fn post(tx: &mut Tx, workspace: &str, posts: Vec<Post>, now: Instant) -> Result<()> {
    let place = scalar!(&mut *tx, i64, LAST_PLACE)? + 1;
    let (mut messages, mut each) = (Vec::new(), Vec::new());
    for (p, place) in posts.into_iter().zip(place..) {
        for (id, webhook) in p.to {
            each.push((id, webhook, p.message.id.clone(), place));
        }
        messages.push(p.message);
    }
    bulk!(tx, MESSAGES, messages, |m| [m.id, workspace.to_owned(), m.change, m.kind, m.subject, m.body, m.customers as i64, now.0]);
    bulk!(tx, DELIVERIES, each, |(id, webhook, message, place)| [id, webhook, message, place, "waiting".to_owned(), 0_i64, now.0, now.0]);
    Ok(())
}

/// The next one of an endpoint.
pub async fn head(db: impl Access, webhook: &str) -> Result<Option<Delivery>> {
    Ok(optional!(db, Row, HEAD, webhook)?.map(Delivery::from))
}

/// One of an endpoint, with its body.
pub async fn get(db: impl Access, webhook: &str, id: &str) -> Result<Option<Delivery>> {
    Ok(optional!(db, Row, GET, webhook, id)?.map(Delivery::from))
}

/// The newest `limit` of an endpoint after the place `before` (place, id), without bodies.
pub async fn page(db: impl Access, webhook: &str, state: Option<State>, before: Option<(i64, &str)>, limit: u32) -> Result<Vec<Delivery>> {
    let (place, id) = before.unwrap_or((i64::MAX, ""));
    let rows = rows!(db, Row, PAGE, webhook, state.map_or("", State::key), place, id, i64::from(limit))?;
    Ok(rows.into_iter().map(Delivery::from).collect())
}

/// Every try of one.
pub async fn attempts(db: impl Access, id: &str) -> Result<Vec<Attempt>> {
    let rows = rows!(db, (i64, i64, i64, Option<i64>, String), ATTEMPTS, id)?;
    Ok(rows.into_iter().map(|(n, at, took, status, outcome)| Attempt { n, at: Instant(at), took, status, outcome }).collect())
}

/// How many wait, by endpoint.
pub async fn waiting(db: impl Access) -> Result<BTreeMap<String, i64>> {
    Ok(rows!(db, (String, i64), WAITING)?.into_iter().collect())
}

/// Endpoints whose next message is due and that nobody sends to. What lies further ahead than `far`, and leases than `long`, were
/// given by a clock that was turned back since.
pub async fn due(db: impl Access, workspace: &str, now: Instant, far: Instant, long: Instant) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), DUE, workspace, now.0, far.0, long.0)?.into_iter().map(|(id,)| id).collect())
}

/// Counts a try before it is made, so that one which takes the process down counts, too. False if somebody else was quicker.
pub async fn begin(db: impl Access, d: &Delivery, next_at: Instant) -> Result<bool> {
    Ok(execute!(db, BEGIN, d.id.as_str(), d.attempts, next_at.0)? == 1)
}

/// Notes how the try that was counted ended.
pub async fn end(tx: &mut Tx, d: &Delivery, state: State, attempt: &Attempt) -> Result<bool> {
    let finished = (state != State::Waiting).then_some(attempt.at.0);
    let touched = execute!(
        &mut *tx, END, d.id.as_str(), d.attempts + 1, state.key(), finished, attempt.status, attempt.took, attempt.outcome.as_str(),
    )?;
    tried(tx, &d.id, attempt).await?;
    Ok(touched == 1)
}

/// Keeps a try.
pub async fn tried(tx: &mut Tx, id: &str, a: &Attempt) -> Result<()> {
    execute!(tx, TRIED, id, a.at.0, a.took, a.status, a.outcome.as_str()).map(|_| ())
}

/// Sends one again that is over; false if it still waits.
pub async fn again(tx: &mut Tx, webhook: &str, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, AGAIN, webhook, id, now.0)? == 1)
}

/// What is backing off is tried at once, from the first try on.
pub async fn soon(tx: &mut Tx, webhook: &str, now: Instant) -> Result<u64> {
    execute!(tx, SOON, webhook, now.0)
}

/// Drops everything that waits for an endpoint.
pub async fn drop_of(tx: &mut Tx, webhook: &str, now: Instant) -> Result<u64> {
    execute!(tx, DROP_OF, webhook, now.0)
}

/// Gives up what waits since before `before`, and forgets what was over before then.
pub async fn forget(store: &Store, before: Instant, now: Instant) -> Result<u64> {
    execute!(store, EXPIRE, before.0, now.0)?;
    let gone = execute!(store, FORGET, before.0)?;
    execute!(store, FORGET_MESSAGES, before.0)?;
    Ok(gone)
}

/// The restore nobody has looked at yet: until then nothing goes out.
pub async fn held(store: &Store, workspace: &str) -> Result<Option<restore::Restored>> {
    let Some(last) = restore::last(store).await? else { return Ok(None) };
    let confirmed = optional!(store, (i64,), CONFIRMED, workspace)?.map_or(i64::MIN, |(at,)| at);
    Ok((confirmed < last.at.0).then_some(last))
}

/// Somebody looked at the last restore: what waits goes out, or what was waiting in the backup is dropped. Answers how many were.
pub async fn confirm(tx: &mut Tx, workspace: &str, by: &str, drop_until: Option<Instant>, now: Instant) -> Result<u64> {
    execute!(&mut *tx, CONFIRM, workspace, now.0, by)?;
    match drop_until {
        Some(until) => execute!(tx, DROP_BEFORE, workspace, until.0, now.0),
        None => Ok(0),
    }
}

