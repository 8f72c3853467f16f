//! Endpoints of webhooks: where changes are told, which ones, and with which secret.

use crate::{Access, Error, Result, Tx};
use domain::clock::Instant;

/// Is anything sent there?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// yes
    On,
    /// switched off by a person: nothing is kept for it
    Off,
    /// stopped by itself; what is to be sent is kept until a person switches it on
    Paused,
}

impl State {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            State::On => "on",
            State::Off => "off",
            State::Paused => "paused",
        }
    }

    fn parse(text: &str) -> State {
        match text {
            "on" => State::On,
            "paused" => State::Paused,
            _ => State::Off,
        }
    }
}

/// An endpoint.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    /// `whk_…`
    pub id: String,
    /// where to
    pub url: String,
    /// what it is for
    pub description: String,
    /// which events, a document of `flow`
    pub events: serde_json::Value,
    /// `whsec_…`, sealed
    pub secret: String,
    /// the one before, while it is still good
    pub previous: Option<(String, Instant)>,
    /// is anything sent?
    pub state: State,
    /// why it was stopped
    pub why: Option<String>,
    /// attempts that failed since the last that did not
    pub failures: i64,
    /// the last that did not
    pub succeeded_at: Option<Instant>,
    /// the last that did
    pub failed_at: Option<Instant>,
    /// by whom
    pub created_by: String,
    /// their name, if they are known
    pub created_by_name: Option<String>,
    /// when
    pub created_at: Instant,
    /// changed last
    pub updated_at: Instant,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    url: String,
    description: String,
    events: String,
    secret: String,
    previous_secret: Option<String>,
    previous_until: Option<i64>,
    state: String,
    why: Option<String>,
    failures: i64,
    succeeded_at: Option<i64>,
    failed_at: Option<i64>,
    created_by: String,
    created_by_name: Option<String>,
    created_at: i64,
    updated_at: i64,
}

fn webhook(r: Row) -> Result<Webhook> {
    Ok(Webhook {
        events: serde_json::from_str(&r.events)?,
        previous: r.previous_secret.zip(r.previous_until.map(Instant)),
        state: State::parse(&r.state),
        id: r.id,
        url: r.url,
        description: r.description,
        secret: r.secret,
        why: r.why,
        failures: r.failures,
        succeeded_at: r.succeeded_at.map(Instant),
        failed_at: r.failed_at.map(Instant),
        created_by: r.created_by,
        created_by_name: r.created_by_name,
        created_at: Instant(r.created_at),
        updated_at: Instant(r.updated_at),
    })
}

macro_rules! columns {
    () => {
        "id, url, description, events, secret, previous_secret, previous_until, state, why, failures, succeeded_at, failed_at, created_by,
        (SELECT u.name FROM users u WHERE u.id = created_by) AS created_by_name, created_at, updated_at"
    };
}

statements! {
    INSERT = "INSERT INTO webhooks (id, workspace, url, description, events, secret, state, failures, created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $9)";
    LIST = concat!("SELECT ", columns!(), " FROM webhooks WHERE workspace = $1 AND removed_at IS NULL ORDER BY created_at, id");
    GET = concat!("SELECT ", columns!(), " FROM webhooks WHERE workspace = $1 AND id = $2 AND removed_at IS NULL");
    COUNT = "SELECT COUNT(*) FROM webhooks WHERE workspace = $1 AND removed_at IS NULL";
    WATCHING = "SELECT COUNT(*) FROM webhooks WHERE workspace = $1 AND removed_at IS NULL AND state <> 'off'";
    EDIT = "UPDATE webhooks SET url = $3, description = $4, events = $5, state = $6, why = NULL, failures = 0, updated_at = $7
        WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    TURN = "UPDATE webhooks SET previous_secret = secret, previous_until = $3, secret = $4, updated_at = $5
        WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    REMOVE = "UPDATE webhooks SET removed_at = $3, state = 'off', secret = '', previous_secret = NULL, previous_until = NULL
        WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    PAUSE = "UPDATE webhooks SET state = 'paused', why = $3 WHERE workspace = $1 AND id = $2 AND state = 'on'";
    WELL = "UPDATE webhooks SET failures = 0, succeeded_at = $2 WHERE id = $1";
    ILL = "UPDATE webhooks SET failures = failures + 1, failed_at = $2 WHERE id = $1";
    LEASE = "UPDATE webhooks SET worker = $2, lease_until = $3
        WHERE id = $1 AND state = 'on' AND removed_at IS NULL
            AND (worker = $2 OR lease_until IS NULL OR lease_until < $4 OR lease_until > $5)";
    RELEASE = "UPDATE webhooks SET worker = NULL, lease_until = NULL WHERE id = $1 AND worker = $2";
    SHUT = "UPDATE webhooks SET secret = $2, previous_secret = $3 WHERE id = $1 AND secret = $4";
    FORGET_SECRETS = "UPDATE webhooks SET previous_secret = NULL, previous_until = NULL WHERE previous_until < $1";
}

/// Writes a new one.
pub async fn create(tx: &mut Tx, workspace: &str, w: &Webhook) -> Result<()> {
    execute!(
        tx, INSERT, w.id.as_str(), workspace, w.url.as_str(), w.description.as_str(), w.events.to_string(), w.secret.as_str(),
        w.state.key(), w.created_by.as_str(), w.created_at.0,
    )
    .map(|_| ())
}

/// All of them, oldest first.
pub async fn list(db: impl Access, workspace: &str) -> Result<Vec<Webhook>> {
    rows!(db, Row, LIST, workspace)?.into_iter().map(webhook).collect()
}

/// By id.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Webhook>> {
    optional!(db, Row, GET, workspace, id)?.map(webhook).transpose()
}

/// How many there are.
pub async fn count(db: impl Access, workspace: &str) -> Result<i64> {
    scalar!(db, i64, COUNT, workspace)
}

/// How many want to be told, now or later.
pub async fn watching(db: impl Access, workspace: &str) -> Result<i64> {
    scalar!(db, i64, WATCHING, workspace)
}

/// Changes where to, what for, which events and whether; earlier failures are forgotten.
pub async fn edit(tx: &mut Tx, workspace: &str, w: &Webhook, now: Instant) -> Result<()> {
    let touched = execute!(
        tx, EDIT, workspace, w.id.as_str(), w.url.as_str(), w.description.as_str(), w.events.to_string(), w.state.key(), now.0,
    )?;
    if touched == 1 { Ok(()) } else { Err(Error::none("webhook", &w.id)) }
}

/// A new secret; the one before is good until `until`.
pub async fn turn(tx: &mut Tx, workspace: &str, id: &str, secret: &str, until: Instant, now: Instant) -> Result<()> {
    let touched = execute!(tx, TURN, workspace, id, until.0, secret, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("webhook", id)) }
}

/// Takes one away, and its secrets with it; what was sent stays in the history for a while.
pub async fn remove(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, workspace, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("webhook", id)) }
}

/// Stops one that is on; false if it is not.
pub async fn pause(tx: &mut Tx, workspace: &str, id: &str, why: &str) -> Result<bool> {
    Ok(execute!(tx, PAUSE, workspace, id, why)? == 1)
}

/// Notes how an attempt ended.
pub async fn tried(tx: &mut Tx, id: &str, well: bool, now: Instant) -> Result<()> {
    execute!(tx, if well { WELL } else { ILL }, id, now.0).map(|_| ())
}

/// Takes the turn to send to it, or keeps it; false if another has it or nothing is to be sent there.
pub async fn lease(db: impl Access, id: &str, worker: &str, now: Instant, until: Instant) -> Result<bool> {
    // no lease is longer than ours; one that seems so was given by a clock that was turned back since
    let long = now.0.saturating_add(until.0.saturating_sub(now.0).saturating_mul(2));
    Ok(execute!(db, LEASE, id, worker, until.0, now.0, long)? == 1)
}

/// Gives the turn back.
pub async fn release(db: impl Access, id: &str, worker: &str) -> Result<()> {
    execute!(db, RELEASE, id, worker).map(|_| ())
}

/// The same secrets in another writing, unless there is a new one.
pub async fn shut(db: impl Access, w: &Webhook, secret: &str, previous: Option<&str>) -> Result<()> {
    execute!(db, SHUT, w.id.as_str(), secret, previous, w.secret.as_str()).map(|_| ())
}

/// Forgets secrets whose time is over.
pub async fn forget_secrets(db: impl Access, now: Instant) -> Result<u64> {
    execute!(db, FORGET_SECRETS, now.0)
}
