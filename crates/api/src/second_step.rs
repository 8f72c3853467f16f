//! The second step of signing in. Whoever proved who they are by a first one (a password, an invitation, a sign-in service) and has a
//! second factor gets a sign-in that waits, by a cookie of its own: minutes, five tries, and it opens nothing but this door.

use crate::account::{self, begin, hash, secret};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::scope::{self, Scope};
use crate::session::Peer;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    audit::{Action, Actor},
    clock::Instant,
};
use flow::{audit, people::second_factor};
use serde::Deserialize;
use serde_json::json;
use store::pending;
use utoipa::ToSchema;

/// How long a sign-in waits for its code, in seconds.
pub const WAITS: i64 = 10 * 60;
/// Codes one may try.
pub const TRIES: i64 = 5;

/// How far a sign-in came.
pub enum Entry {
    /// all the way
    In(Scope),
    /// it waits for a code; by this token
    Code(String),
}

/// The code of an authenticator app, or a recovery code.
#[derive(Clone, Deserialize, ToSchema)]
pub struct CodeForm {
    /// six digits, or a recovery code
    pub code: String,
}

/// Whose first step was right: in, or asked for a code.
pub async fn arrive(ctx: &Ctx, user: &str, peer: &Peer, via: &str) -> Result<Entry> {
    if !second_factor::on(&ctx.app, user).await? {
        return Ok(Entry::In(begin(ctx, user, peer, via, None).await?));
    }
    let (token, kept) = secret(ctx)?;
    let now = ctx.app.clock.now();
    pending::delete_expired(&ctx.app.store, now).await?;
    pending::create(&ctx.app.store, &kept, user, via, now, Instant(now.0 + WAITS * 1_000_000)).await?;
    Ok(Entry::Code(token))
}

/// Name of the cookie of a sign-in that waits.
pub fn cookie_name(ctx: &Ctx) -> String {
    ctx.config.cookie("zhiyin-code")
}

/// Does a sign-in of this browser wait for its code?
pub async fn waits(ctx: &Ctx, headers: &HeaderMap) -> Result<bool> {
    let Some(token) = scope::cookie_named(headers, &cookie_name(ctx)) else { return Ok(false) };
    Ok(pending::find(&ctx.app.store, &hash(&token), ctx.app.clock.now(), TRIES).await?.is_some())
}

/// There is no sign-in that waits, or it is over: one answer for all of them.
fn over() -> Error {
    Error::new(StatusCode::UNAUTHORIZED, "session.code_over", "this sign-in is over; begin again with the password")
}

/// Keys of the brake on codes of one person, whichever sign-in they are tried on.
pub(crate) fn keys(user: &str) -> [String; 1] {
    [format!("code:{user}")]
}

/// A wrong code counts.
pub(crate) async fn counted<T>(ctx: &Ctx, user: &str, outcome: flow::Result<T>) -> Result<T> {
    if matches!(&outcome, Err(flow::Error::Invalid { code: "second_factor.code", .. })) {
        ctx.brake.failed(&keys(user), ctx.app.clock.now()).await?;
    } else if outcome.is_ok() {
        ctx.brake.passed(&keys(user)).await?;
    }
    Ok(outcome?)
}

/// Ends a sign-in that waits with the right code, and begins the session.
///
/// # Errors
/// `session.code_over`, `second_factor.code`, `second_factor.key`, `session.too_many_tries`, or when the store refuses.
pub async fn finish(ctx: &Ctx, headers: &HeaderMap, form: &CodeForm, peer: &Peer) -> Result<Scope> {
    let kept = hash(&scope::cookie_named(headers, &cookie_name(ctx)).ok_or_else(over)?);
    let now = ctx.app.clock.now();
    ctx.workspace().await?;
    let waiting = pending::find(&ctx.app.store, &kept, now, TRIES).await?.ok_or_else(over)?;
    ctx.brake.check(&keys(&waiting.user), now).await?;
    // counted before it is looked at: of many at once five are looked at
    if !pending::count(&ctx.app.store, &kept, now, TRIES).await? {
        return Err(over());
    }
    let mut tx = ctx.app.store.begin().await?;
    let outcome = second_factor::take(&ctx.app, &mut tx, &waiting.user, &form.code).await;
    if outcome.is_err() {
        tx.rollback().await?;
        if matches!(&outcome, Err(flow::Error::Invalid { .. })) {
            let note = audit::of(&ctx.app, &Actor::nobody(), Action::SessionRefused, waiting.user.as_str()).detail(json!({ "from": peer.address, "second_factor": "code" }));
            audit::note(&ctx.app, note).await?;
        }
    } else if !pending::delete(&mut tx, &kept).await? {
        return Err(over());
    } else {
        tx.commit().await?;
    }
    let taken = counted(ctx, &waiting.user, outcome).await?;
    begin(ctx, &waiting.user, peer, &waiting.via, Some(taken)).await
}

/// Does the password fit? What has none is not asked for one.
///
/// # Errors
/// `session.old_password`, `session.too_many_tries`, or when the store refuses.
pub(crate) async fn proves(ctx: &Ctx, scope: &Scope, password: String, field: &str) -> Result<()> {
    let user = scope.member.user.as_str();
    let known = store::user::get(&ctx.app.store, user).await?.map(|u| u.password_hash);
    if known.as_deref() == Some("") {
        return Ok(());
    }
    let keys = [format!("password:{user}")];
    let now = ctx.app.clock.now();
    let turn = ctx.may_try(&keys, now).await?;
    let fits = account::acceptable(&password) & turn.verify(password, known).await?;
    if !fits {
        ctx.brake.failed(&keys, now).await?;
        return Err(Error::invalid("session.old_password", "the present password is wrong").field(field, "session.old_password"));
    }
    ctx.brake.passed(&keys).await
}
