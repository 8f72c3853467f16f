//! What a restored business must not take over from the day of its backup, and the mark that it was restored.
//!
//! A backup knows nothing of what happened after it: who was signed out, whose token was revoked, which invitation was taken back,
//! which message was sent. So whatever opens a door is closed again, and whatever goes out looks at [`last`] first.

use crate::{Access, Result, Tx};
use domain::clock::Instant;

/// What was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Closed {
    /// signed-in browsers
    pub sessions: u64,
    /// open invitations
    pub invitations: u64,
    /// API tokens
    pub tokens: u64,
    /// uploads that were not imported yet: their files are in no backup
    pub uploads: u64,
}

/// A restore that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// when
    pub at: Instant,
    /// when its backup was made
    pub made_at: Instant,
    /// the program that made it
    pub program: String,
}

statements! {
    END_SESSIONS = "DELETE FROM sessions";
    END_STARTS = "DELETE FROM oidc_starts";
    END_PENDING = "DELETE FROM pending_sign_ins";
    END_SETUPS = "DELETE FROM setup_tokens";
    CLOSE_INVITATIONS = "UPDATE invitations SET revoked_at = $1
        WHERE accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $1";
    REVOKE_TOKENS = "UPDATE tokens SET revoked_at = $1 WHERE revoked_at IS NULL";
    FORGET_ROWS = "DELETE FROM quarantine_rows
        WHERE import IN (SELECT id FROM imports WHERE status NOT IN ('committed', 'undone'))";
    FORGET_UPLOADS = "DELETE FROM imports WHERE status NOT IN ('committed', 'undone')";
    FREE_JOBS = "UPDATE jobs SET state = 'queued', worker = NULL, lease_until = NULL WHERE state = 'running'";
    NOTE = "INSERT INTO restores (at, made_at, program) VALUES ($1, $2, $3)";
    LAST = "SELECT at, made_at, program FROM restores ORDER BY at DESC LIMIT 1";
    ALL = "SELECT at, made_at, program FROM restores ORDER BY at";
}

/// Closes what a backup may open again, and notes the restore. API tokens stay if `tokens_stay`.
pub async fn settle(tx: &mut Tx, restored: &Restored, tokens_stay: bool) -> Result<Closed> {
    let now = restored.at.0;
    let sessions = execute!(&mut *tx, END_SESSIONS)?;
    execute!(&mut *tx, END_PENDING)?;
    execute!(&mut *tx, END_STARTS)?;
    execute!(&mut *tx, END_SETUPS)?;
    let invitations = execute!(&mut *tx, CLOSE_INVITATIONS, now)?;
    let tokens = if tokens_stay { 0 } else { execute!(&mut *tx, REVOKE_TOKENS, now)? };
    execute!(&mut *tx, FORGET_ROWS)?;
    let uploads = execute!(&mut *tx, FORGET_UPLOADS)?;
    execute!(&mut *tx, FREE_JOBS)?;
    execute!(tx, NOTE, now, restored.made_at.0, restored.program.as_str())?;
    Ok(Closed { sessions, invitations, tokens, uploads })
}

/// The last restore; what was queued to go out before it may have gone out already.
pub async fn last(db: impl Access) -> Result<Option<Restored>> {
    let row = optional!(db, (i64, i64, String), LAST)?;
    Ok(row.map(|(at, made_at, program)| Restored { at: Instant(at), made_at: Instant(made_at), program }))
}

/// Every restore, oldest first.
pub async fn all(db: impl Access) -> Result<Vec<Restored>> {
    let rows = rows!(db, (i64, i64, String), ALL)?;
    Ok(rows.into_iter().map(|(at, made_at, program)| Restored { at: Instant(at), made_at: Instant(made_at), program }).collect())
}
