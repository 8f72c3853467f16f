//! Failures of proving who one is, so that guessing waits whichever process is asked. Keys are hashes: whose address or e-mail it
//! was is not kept.

use crate::{Access, Result, Store};
use domain::clock::Instant;

/// Failures of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// so many
    pub count: u64,
    /// the first of them
    pub first: Instant,
}

statements! {
    COUNT = "SELECT COUNT(*), CAST(COALESCE(MIN(at), 0) AS BIGINT) FROM tries WHERE key = $1 AND at > $2";
    PUT = "INSERT INTO tries (key, at) VALUES ($1, $2)";
    FORGET = "DELETE FROM tries WHERE key = $1";
    FORGET_OLD = "DELETE FROM tries WHERE at <= $1";
}

/// Failures of a key after an instant.
pub async fn since(db: impl Access, key: &str, after: Instant) -> Result<Tries> {
    let row = optional!(db, (i64, i64), COUNT, key, after.0)?;
    let (count, first) = row.unwrap_or_default();
    Ok(Tries { count: count.unsigned_abs(), first: Instant(first) })
}

/// Notes a failure of each key, and forgets those up to `old`.
pub async fn failed(store: &Store, keys: &[String], now: Instant, old: Instant) -> Result<()> {
    let mut tx = store.begin().await?;
    execute!(&mut tx, FORGET_OLD, old.0)?;
    for key in keys {
        execute!(&mut tx, PUT, key.as_str(), now.0)?;
    }
    tx.commit().await
}

/// Forgets the failures of these keys.
pub async fn passed(store: &Store, keys: &[String]) -> Result<()> {
    for key in keys {
        execute!(store, FORGET, key.as_str())?;
    }
    Ok(())
}
