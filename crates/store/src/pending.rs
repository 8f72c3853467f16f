//! Sign-ins that wait for their second step: the password was right, the code is still to come. Only the hash of their token is kept,
//! they live for minutes, and a try is counted before it is looked at.

use crate::{Access, Result};
use domain::clock::Instant;

/// A sign-in that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// whose
    pub user: String,
    /// how the first step was done
    pub via: String,
    /// codes that were tried
    pub tries: i64,
}

statements! {
    INSERT = "INSERT INTO pending_sign_ins (token_hash, user_id, via, created_at, expires_at, tries) VALUES ($1, $2, $3, $4, $5, 0)";
    FIND = "SELECT user_id, via, tries FROM pending_sign_ins WHERE token_hash = $1 AND expires_at > $2 AND tries < $3";
    TRY = "UPDATE pending_sign_ins SET tries = tries + 1 WHERE token_hash = $1 AND expires_at > $2 AND tries < $3";
    DELETE = "DELETE FROM pending_sign_ins WHERE token_hash = $1";
    DELETE_OF_USER = "DELETE FROM pending_sign_ins WHERE user_id = $1";
    DELETE_EXPIRED = "DELETE FROM pending_sign_ins WHERE expires_at <= $1";
}

/// Begins one.
pub async fn create(db: impl Access, token_hash: &str, user: &str, via: &str, now: Instant, expires_at: Instant) -> Result<()> {
    execute!(db, INSERT, token_hash, user, via, now.0, expires_at.0).map(|_| ())
}

/// The one of a token, unless it is over or was tried `most` times.
pub async fn find(db: impl Access, token_hash: &str, now: Instant, most: i64) -> Result<Option<Pending>> {
    let row = optional!(db, (String, String, i64), FIND, token_hash, now.0, most)?;
    Ok(row.map(|(user, via, tries)| Pending { user, via, tries }))
}

/// Counts a try; false if it is over or was tried `most` times.
pub async fn count(db: impl Access, token_hash: &str, now: Instant, most: i64) -> Result<bool> {
    Ok(execute!(db, TRY, token_hash, now.0, most)? == 1)
}

/// Ends one; false if it was over.
pub async fn delete(db: impl Access, token_hash: &str) -> Result<bool> {
    Ok(execute!(db, DELETE, token_hash)? == 1)
}

/// Ends all of somebody's: what proved who they are changed.
pub async fn delete_of_user(db: impl Access, user: &str) -> Result<u64> {
    execute!(db, DELETE_OF_USER, user)
}

/// Forgets those that are over.
pub async fn delete_expired(db: impl Access, now: Instant) -> Result<u64> {
    execute!(db, DELETE_EXPIRED, now.0)
}
