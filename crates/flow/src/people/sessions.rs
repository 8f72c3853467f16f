//! One's own sessions: where somebody is signed in, and ending that from afar.

use super::{By, device};
use crate::{Error, Result, app::App, audit, schema};
use domain::{Label, audit::Action};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::session;
use utoipa::ToSchema;

/// A browser somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OwnSession {
    /// `ses_…`
    pub id: String,
    /// browser and system in plain words, as far as the browser told
    #[schema(value_type = schema::Label)]
    pub device: Label,
    /// the address it signed in from
    pub address: String,
    /// how it signed in: `password`, `invitation`, `oidc`, `setup`
    pub via: String,
    /// RFC 3339: signed in
    pub created_at: String,
    /// RFC 3339, to the hour: last used
    pub last_used_at: String,
    /// RFC 3339: over, if it is not used before
    pub expires_at: String,
    /// is it the one that asks?
    pub current: bool,
}

/// All of them: the one that asks first, then by when they were used. `current`: the hash of its token.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, by: &By, current: &str) -> Result<Vec<OwnSession>> {
    let all = session::of_user(&app.store, &by.actor.id, app.clock.now()).await?;
    let mut views: Vec<OwnSession> = all
        .into_iter()
        .map(|s| OwnSession {
            current: s.token_hash == current,
            id: s.id,
            device: device::said(&s.agent),
            address: s.address,
            via: s.via,
            created_at: s.created_at.rfc3339(),
            last_used_at: s.seen_at.rfc3339(),
            expires_at: s.expires_at.rfc3339(),
        })
        .collect();
    views.sort_by_key(|s| !s.current);
    Ok(views)
}

/// Ends one of one's own; it may be the one that asks.
///
/// # Errors
/// `session.not_found`; when the store refuses.
pub async fn end(app: &App, by: &By, id: &str) -> Result<()> {
    let mut tx = app.store.begin().await?;
    if !session::delete_one(&mut tx, &by.actor.id, id).await? {
        return Err(Error::not_found("session", id));
    }
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::SessionEnded, by.actor.id.as_str()).detail(json!({ "sessions": 1 }))).await?;
    Ok(tx.commit().await?)
}

/// Ends all of one's own but the one that asks; answers how many.
///
/// # Errors
/// When the store refuses.
pub async fn end_others(app: &App, by: &By, current: &str) -> Result<u64> {
    let mut tx = app.store.begin().await?;
    let ended = session::delete_others(&mut tx, &by.actor.id, current).await?;
    if ended > 0 {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::SessionEnded, by.actor.id.as_str()).detail(json!({ "sessions": ended }))).await?;
    }
    tx.commit().await?;
    Ok(ended)
}
