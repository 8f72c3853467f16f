//! Set-up: the one-time token printed at first start lets one person become the owner. Only its hash is kept.

use crate::{Access, Error, Result, Tx, import, member, user, user::User, workspace, workspace::Workspace};
use domain::{
    access::{Personal, Role},
    clock::Instant,
};

statements! {
    CLEAR = "DELETE FROM setup_tokens";
    INSERT = "INSERT INTO setup_tokens (token_hash, created_at, expires_at) VALUES ($1, $2, $3)";
    TAKE = "DELETE FROM setup_tokens WHERE token_hash = $1 AND expires_at > $2";
}

/// Nobody can sign in yet.
pub async fn required(db: impl Access) -> Result<bool> {
    Ok(user::count(db).await? == 0)
}

/// Replaces the set-up token.
pub async fn offer(tx: &mut Tx, token_hash: &str, now: Instant, expires_at: Instant) -> Result<()> {
    execute!(&mut *tx, CLEAR)?;
    execute!(tx, INSERT, token_hash, now.0, expires_at.0).map(|_| ())
}

/// Uses the token up and makes the workspace and its owner, all or nothing; answers the workspace. One that already holds facts
/// (made by `zhiyin import`) keeps its id, time zone and currency, by which they were reckoned, and takes the rest. `NotFound`
/// for a wrong or expired token, `Taken` when set-up was done before.
pub async fn complete(tx: &mut Tx, token_hash: &str, now: Instant, w: &Workspace, owner: &User) -> Result<Workspace> {
    if !required(&mut *tx).await? {
        return Err(Error::Taken { what: "workspace" });
    }
    if execute!(&mut *tx, TAKE, token_hash, now.0)? != 1 {
        return Err(Error::none("set-up token", ""));
    }
    let mut made = w.clone();
    if let Some(there) = workspace::get(&mut *tx).await? {
        made.id = there.id;
        if import::any(&mut *tx).await? {
            (made.time_zone, made.currency) = (there.time_zone, there.currency);
        }
        workspace::update(&mut *tx, &made).await?;
    } else {
        workspace::create(&mut *tx, &made).await?;
    }
    let owner = user::create(&mut *tx, owner).await?;
    member::join(tx, &made.id, &owner, Role::Owner, Personal::ByRole, now).await?;
    Ok(made)
}
