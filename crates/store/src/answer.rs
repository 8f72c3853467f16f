//! Answers kept for requests that named themselves by an `Idempotency-Key`, so that the same request again changes nothing and is
//! answered alike. Keys and requests are kept as hashes.

use crate::{Access, Result};
use domain::clock::Instant;

/// Which request: who sent it, where to, and the key it named itself by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// `wsp_…`
    pub workspace: String,
    /// a person's or a token's id
    pub actor: String,
    /// method and address
    pub route: String,
    /// hash of the key
    pub key_hash: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status
    pub status: u16,
    /// content type
    pub kind: Option<String>,
    /// body
    pub body: Vec<u8>,
}

/// A request that was met before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// hash of what it said
    pub request_hash: String,
    /// when
    pub made_at: Instant,
    /// what was answered; `None` while it is being done, or if it was cut short
    pub answer: Option<Answer>,
}

type Stored = (String, i64, Option<i64>, Option<String>, Option<Vec<u8>>);

statements! {
    FIND = "SELECT request_hash, made_at, status, kind, body FROM answers
        WHERE workspace = $1 AND actor = $2 AND route = $3 AND key_hash = $4 AND made_at >= $5";
    CLAIM = "INSERT INTO answers (workspace, actor, route, key_hash, request_hash, made_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace, actor, route, key_hash) DO UPDATE
        SET request_hash = excluded.request_hash, made_at = excluded.made_at, status = NULL, kind = NULL, body = NULL
        WHERE answers.made_at < $7";
    KEEP = "UPDATE answers SET request_hash = $8, status = $5, kind = $6, body = $7
        WHERE workspace = $1 AND actor = $2 AND route = $3 AND key_hash = $4";
    RELEASE = "DELETE FROM answers WHERE workspace = $1 AND actor = $2 AND route = $3 AND key_hash = $4 AND status IS NULL";
    FORGET = "DELETE FROM answers WHERE made_at < $1";
}

/// The request with this key since `since`, if it was met.
pub async fn find(db: impl Access, k: &Key, since: Instant) -> Result<Option<Known>> {
    let row = optional!(db, Stored, FIND, k.workspace.as_str(), k.actor.as_str(), k.route.as_str(), k.key_hash.as_str(), since.0)?;
    Ok(row.map(|(request_hash, made_at, status, kind, body)| Known {
        request_hash,
        made_at: Instant(made_at),
        answer: status.map(|s| Answer { status: s as u16, kind, body: body.unwrap_or_default() }),
    }))
}

/// Takes a key for a request, before it is done; false if somebody has it since `since`.
pub async fn claim(db: impl Access, k: &Key, request_hash: &str, now: Instant, since: Instant) -> Result<bool> {
    let taken = execute!(
        db, CLAIM, k.workspace.as_str(), k.actor.as_str(), k.route.as_str(), k.key_hash.as_str(), request_hash, now.0, since.0,
    )?;
    Ok(taken == 1)
}

/// Keeps what was answered, and the hash of what was asked.
pub async fn keep(db: impl Access, k: &Key, request_hash: &str, answer: &Answer) -> Result<()> {
    execute!(
        db, KEEP, k.workspace.as_str(), k.actor.as_str(), k.route.as_str(), k.key_hash.as_str(), i64::from(answer.status),
        answer.kind.clone(), answer.body.clone(), request_hash,
    )
    .map(|_| ())
}

/// Gives a key back whose request changed nothing.
pub async fn release(db: impl Access, k: &Key) -> Result<()> {
    execute!(db, RELEASE, k.workspace.as_str(), k.actor.as_str(), k.route.as_str(), k.key_hash.as_str()).map(|_| ())
}

/// Forgets what is older than `before`; answers how many.
pub async fn forget(db: impl Access, before: Instant) -> Result<u64> {
    execute!(db, FORGET, before.0)
}
