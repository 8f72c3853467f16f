//! Second factors: a secret of an authenticator app, sealed by whoever calls; the newest of its time steps that was used, so that a
//! code is good once; recovery codes, of which only hashes are kept; and whether the business asks everybody for one.

use crate::{Access, Result, Tx};
use domain::clock::Instant;

/// A second factor of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// sealed
    pub secret: String,
    /// in force since; `None`: being set up
    pub confirmed_at: Option<Instant>,
    /// the newest time step a code was taken of
    pub last_step: i64,
}

statements! {
    GET = "SELECT secret, confirmed_at, last_step FROM second_factors WHERE user_id = $1";
    OFFER = "INSERT INTO second_factors (user_id, secret, created_at, last_step) VALUES ($1, $2, $3, 0)
        ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_step = 0
        WHERE second_factors.confirmed_at IS NULL";
    CONFIRM = "UPDATE second_factors SET confirmed_at = $3, last_step = $4 WHERE user_id = $1 AND secret = $2 AND confirmed_at IS NULL";
    STEP = "UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2";
    REMOVE = "DELETE FROM second_factors WHERE user_id = $1";
    HAVE = "SELECT user_id FROM second_factors WHERE confirmed_at IS NOT NULL ORDER BY user_id";
    PUT_CODE = "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)";
    USE_CODE = "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL";
    CODES_LEFT = "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL";
    FORGET_CODES = "DELETE FROM recovery_codes WHERE user_id = $1";
    ASKED = "SELECT COUNT(*) FROM sign_in_rules WHERE workspace = $1 AND second_factor = 1";
    ASK = "INSERT INTO sign_in_rules (workspace, second_factor, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace) DO UPDATE SET second_factor = excluded.second_factor, updated_at = excluded.updated_at";
}

/// Somebody's, whether in force or being set up.
pub async fn get(db: impl Access, user: &str) -> Result<Option<Factor>> {
    let row = optional!(db, (String, Option<i64>, i64), GET, user)?;
    Ok(row.map(|(secret, at, last_step)| Factor { secret, confirmed_at: at.map(Instant), last_step }))
}

/// Begins to set one up, in the place of one that was begun; false if one is in force.
pub async fn offer(tx: &mut Tx, user: &str, secret: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, OFFER, user, secret, now.0)? == 1)
}

/// Puts the one with this secret in force; false if it is another by now, or in force already.
pub async fn confirm(tx: &mut Tx, user: &str, secret: &str, now: Instant, step: i64) -> Result<bool> {
    Ok(execute!(tx, CONFIRM, user, secret, now.0, step)? == 1)
}

/// Uses a time step up, and all before it; false if it was used.
pub async fn step(tx: &mut Tx, user: &str, step: i64) -> Result<bool> {
    Ok(execute!(tx, STEP, user, step)? == 1)
}

/// Takes it away, with its recovery codes; false if there was none.
pub async fn remove(tx: &mut Tx, user: &str) -> Result<bool> {
    execute!(&mut *tx, FORGET_CODES, user)?;
    Ok(execute!(tx, REMOVE, user)? == 1)
}

/// Who has one in force.
pub async fn have(db: impl Access) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), HAVE)?.into_iter().map(|(user,)| user).collect())
}

/// New recovery codes in the place of the old.
pub async fn set_codes(tx: &mut Tx, user: &str, hashes: &[String]) -> Result<()> {
    execute!(&mut *tx, FORGET_CODES, user)?;
    for hash in hashes {
        execute!(&mut *tx, PUT_CODE, user, hash.as_str())?;
    }
    Ok(())
}

/// Uses a recovery code up; false if it is none or was used.
pub async fn use_code(tx: &mut Tx, user: &str, hash: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, USE_CODE, user, hash, now.0)? == 1)
}

/// Recovery codes that are not used yet.
pub async fn codes_left(db: impl Access, user: &str) -> Result<u32> {
    Ok(u32::try_from(scalar!(db, i64, CODES_LEFT, user)?).unwrap_or(0))
}

/// Does the business ask everybody for one?
pub async fn asked(db: impl Access, workspace: &str) -> Result<bool> {
    Ok(scalar!(db, i64, ASKED, workspace)? > 0)
}

/// Says whether it does.
pub async fn ask(tx: &mut Tx, workspace: &str, everybody: bool, now: Instant) -> Result<()> {
    execute!(tx, ASK, workspace, i64::from(everybody), now.0).map(|_| ())
}
