//! Who may use this server: the one-time set-up token that makes the first person its owner, signing in and out, sessions and API
//! tokens. Tokens are 256 random bits; the database holds only their SHA-256, each kind in a table of its own.

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::known::Shown;
pub use crate::password::acceptable;
use crate::scope::Scope;
use crate::second_step::{Entry, arrive, proves};
use crate::session::Peer;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    Currency, Lang, Zone,
    audit::{Action, Actor},
    clock::Instant,
};
use flow::{audit, people::{second_factor::{self, Taken}, viewing::{self, Over}}};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    member,
    session::{Found, Session},
    user::User,
    workspace::Workspace,
};
use utoipa::ToSchema;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// A session ends when it has not been used for so long.
const IDLE: i64 = 14 * 24 * HOUR;
/// A set-up token that nobody used; the next start prints a new one.
const OFFER: i64 = 7 * 24 * HOUR;

/// What the first person tells about themselves and the business.
#[derive(Clone, Deserialize, ToSchema)]
pub struct SetupForm {
    /// the token the server printed at its start
    pub token: String,
    /// the owner's name
    pub name: String,
    /// the owner's e-mail, to sign in with
    pub email: String,
    /// at least ten characters
    pub password: String,
    /// name of the business
    pub workspace_name: String,
    /// IANA name; decides where business days end
    pub time_zone: String,
    /// ISO 4217 code
    pub currency: String,
    /// `zh-CN` or `en`
    pub lang: String,
}

/// E-mail and password.
#[derive(Clone, Deserialize, ToSchema)]
pub struct SignIn {
    /// e-mail
    pub email: String,
    /// password
    pub password: String,
}

/// One's own password, changed.
#[derive(Clone, Deserialize, ToSchema)]
pub struct PasswordForm {
    /// the present one
    pub old: String,
    /// at least ten characters
    pub new: String,
}

/// What a business calls itself and speaks; and, while nothing is reckoned by them, its time zone and currency.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct WorkspaceForm {
    /// name of the business
    pub name: String,
    /// default language, `zh-CN` or `en`
    pub lang: String,
    /// IANA name; absent: as it is. Another one only where `settled` is false
    #[serde(default)]
    pub time_zone: Option<String>,
    /// ISO 4217 code; absent: as it is. Another one only where `settled` is false
    #[serde(default)]
    pub currency: Option<String>,
}

/// A new secret and what the database keeps of it.
pub(crate) fn secret(ctx: &Ctx) -> Result<(String, String)> {
    let token = URL_SAFE_NO_PAD.encode(ctx.random::<32>()?);
    let kept = hash(&token);
    Ok((token, kept))
}

/// What the database keeps of a token.
pub(crate) fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// While nobody can sign in: a fresh set-up token to print. `None` once there is an owner.
///
/// # Errors
/// When the store refuses.
pub async fn offer_setup(ctx: &Ctx) -> Result<Option<String>> {
    if !store::setup::required(&ctx.app.store).await? {
        return Ok(None);
    }
    let (token, kept) = secret(ctx)?;
    let now = ctx.app.clock.now();
    let mut tx = ctx.app.store.begin().await?;
    store::setup::offer(&mut tx, &kept, now, Instant(now.0 + OFFER)).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Makes the workspace and its owner and signs the owner in.
///
/// # Errors
/// `setup.token`, `setup.done`, `setup.form` and `setup.settled` with fields, or when the store refuses.
pub async fn complete_setup(ctx: &Ctx, form: SetupForm, peer: &Peer) -> Result<Scope> {
    let keys = [format!("setup:{}", peer.network())];
    let now = ctx.app.clock.now();
    ctx.brake.check(&keys, now).await?;
    // whoever comes too late is told so before anything is hashed for them
    if !store::setup::required(&ctx.app.store).await? {
        return Err(done());
    }
    let (workspace, owner) = checked(ctx, &form, now)?;
    let owner = User { password_hash: ctx.passwords.hash(form.password, ctx.random()?).await?, ..owner };
    let mut tx = ctx.app.store.begin().await?;
    match store::setup::complete(&mut tx, &hash(form.token.trim()), now, &workspace, &owner).await {
        Ok(made) => {
            if let Some(problem) = other("setup.settled", &workspace, &made) {
                tx.rollback().await?;
                return Err(problem);
            }
            // whoever did something in what was brought in is who did it
            let owner = store::user::by_email(&mut tx, &owner.email).await?.unwrap_or(owner);
            let founder = Actor { id: owner.id.clone(), name: owner.name.clone(), token: None };
            let note = audit::of(&ctx.app, &founder, Action::WorkspaceFounded, made.id.as_str());
            store::audit::append(&mut tx, &made.id, &note).await?;
            tx.commit().await?;
            ctx.app.reload().await?;
            begin(ctx, &owner.id, peer, "setup", None).await
        }
        Err(store::Error::NotFound { .. }) => {
            tx.rollback().await?;
            ctx.brake.failed(&keys, now).await?;
            Err(Error::invalid("setup.token", "this is not the token the server printed").field("token", "setup.token"))
        }
        Err(store::Error::Taken { .. }) => Err(done()),
        Err(e) => Err(e.into()),
    }
}

fn done() -> Error {
    Error::new(StatusCode::CONFLICT, "setup.done", "the set-up was done before; sign in")
}

/// The workspace facts were reckoned by before anybody set it up.
///
/// # Errors
/// When the store refuses.
pub async fn settled(ctx: &Ctx) -> Result<Option<Workspace>> {
    match store::import::any(&ctx.app.store).await? {
        true => Ok(store::workspace::get(&ctx.app.store).await?),
        false => Ok(None),
    }
}

/// Another time zone or currency was asked for than the one facts were reckoned by.
fn other(code: &'static str, asked: &Workspace, made: &Workspace) -> Option<Error> {
    let (zone, currency) = (&made.time_zone, &made.currency);
    let differ = [("time_zone", asked.time_zone != *zone), ("currency", asked.currency != *currency)];
    let title = format!("what was imported is reckoned in {currency} and {zone}; both stay");
    let problem = Error::new(StatusCode::CONFLICT, code, title).params(json!({ "time_zone": zone, "currency": currency }));
    let fields: Vec<&str> = differ.iter().filter(|(_, other)| *other).map(|(name, _)| *name).collect();
    (!fields.is_empty()).then(|| fields.iter().fold(problem, |problem, name| problem.field(name, "field.settled")))
}

/// The form as documents, or every field that does not fit.
fn checked(ctx: &Ctx, form: &SetupForm, now: Instant) -> Result<(Workspace, User)> {
    let mut problem = Error::invalid("setup.form", "some fields need another look");
    let mut bad = false;
    let mut expect = |holds: bool, field: &str, code: &str| {
        if !holds {
            problem = std::mem::replace(&mut problem, Error::not_found()).field(field, code);
            bad = true;
        }
    };
    let short = |text: &str, most: usize| (1..=most).contains(&text.trim().chars().count());
    let (zone, currency) = (Zone::parse(form.time_zone.trim()), Currency::parse(&form.currency));
    expect(short(&form.name, 100), "name", "field.length");
    expect(short(&form.workspace_name, 100), "workspace_name", "field.length");
    expect(email_like(&form.email), "email", "field.email");
    expect(acceptable(&form.password), "password", "field.password");
    expect(zone.is_some(), "time_zone", "field.time_zone");
    expect(currency.is_some(), "currency", "field.currency");
    let (false, Some(zone), Some(currency)) = (bad, zone, currency) else { return Err(problem) };
    let workspace = Workspace {
        id: ctx.app.new_id("wsp"),
        name: form.workspace_name.trim().to_owned(),
        time_zone: zone.name().to_owned(),
        currency: currency.code().to_owned(),
        lang: Lang::parse(&form.lang).tag().to_owned(),
        created_at: now,
        updated_at: now,
    };
    let owner = User {
        id: ctx.app.new_id("usr"),
        email: form.email.trim().to_lowercase(),
        name: form.name.trim().to_owned(),
        password_hash: String::new(),
        created_at: now,
        disabled_at: None,
    };
    Ok((workspace, owner))
}

/// Changes a signed-in person's password and ends their other sessions; answers how many.
///
/// # Errors
/// `session.form` with fields, `session.old_password`, `session.too_many_tries`, or when the store refuses.
pub async fn change_password(ctx: &Ctx, scope: &Scope, form: PasswordForm) -> Result<u64> {
    let (user, token) = (scope.member.user.as_str(), scope.person()?);
    ctx.brake.check(&[format!("password:{user}")], ctx.app.clock.now()).await?;
    if !acceptable(&form.new) {
        return Err(Error::invalid("session.form", "some fields need another look").field("new", "field.password"));
    }
    // a browser left open must not give an account that has no password one
    if store::user::get(&ctx.app.store, user).await?.is_some_and(|u| u.password_hash.is_empty()) {
        let title = "this account signs in through the sign-in service and has no password; whoever runs the server can set one";
        return Err(Error::new(StatusCode::CONFLICT, "session.no_password", title));
    }
    proves(ctx, scope, form.old, "old").await?;
    let kept = ctx.passwords.hash(form.new, ctx.random()?).await?;
    let mut tx = ctx.app.store.begin().await?;
    store::user::set_password(&mut tx, user, &kept).await?;
    let ended = store::session::delete_others(&mut tx, user, &hash(token)).await?;
    store::pending::delete_of_user(&mut tx, user).await?;
    audit::append(&ctx.app, &mut tx, &audit::of(&ctx.app, &scope.actor(), Action::PasswordChanged, user)).await?;
    tx.commit().await?;
    tracing::info!(user, ended, "a password was changed");
    Ok(ended)
}

/// Sets a password without asking for the old one and ends every session of that person; answers how many. For whoever
/// runs the server.
///
/// # Errors
/// `session.form` with fields, or when the store refuses.
pub async fn reset_password(ctx: &Ctx, by: &Actor, user: &str, new: String) -> Result<u64> {
    if !acceptable(&new) {
        return Err(Error::invalid("session.form", "some fields need another look").field("new", "field.password"));
    }
    let kept = ctx.passwords.hash(new, ctx.random()?).await?;
    let mut tx = ctx.app.store.begin().await?;
    store::user::set_password(&mut tx, user, &kept).await?;
    let ended = store::session::delete_of_user(&mut tx, user).await?;
    store::pending::delete_of_user(&mut tx, user).await?;
    audit::append(&ctx.app, &mut tx, &audit::of(&ctx.app, by, Action::PasswordReset, user)).await?;
    tx.commit().await?;
    Ok(ended)
}

/// What is kept of a password; a weak one is refused before.
///
/// # Errors
/// `session.form` with fields.
pub async fn kept_password(ctx: &Ctx, password: String) -> Result<String> {
    if !acceptable(&password) {
        return Err(Error::invalid("session.form", "some fields need another look").field("password", "field.password"));
    }
    ctx.passwords.hash(password, ctx.random()?).await
}

/// Renames the business and sets its default language; its time zone and currency while nothing is reckoned by them.
///
/// # Errors
/// `workspace.form` and `workspace.settled` with fields, or when the store refuses.
pub async fn change_workspace(ctx: &Ctx, by: &Actor, form: &WorkspaceForm) -> Result<()> {
    let mut problem = Error::invalid("workspace.form", "some fields need another look");
    let named = (1..=100).contains(&form.name.trim().chars().count());
    let spoken = matches!(form.lang.as_str(), "zh-CN" | "en");
    if !named {
        problem = problem.field("name", "field.length");
    }
    if !spoken {
        problem = problem.field("lang", "field.lang");
    }
    let zone = form.time_zone.as_deref().map(|name| Zone::parse(name.trim()));
    if matches!(zone, Some(None)) {
        problem = problem.field("time_zone", "field.time_zone");
    }
    let currency = form.currency.as_deref().map(Currency::parse);
    if currency == Some(None) {
        problem = problem.field("currency", "field.currency");
    }
    if !(named && spoken) || matches!(zone, Some(None)) || currency == Some(None) {
        return Err(problem);
    }
    let mut tx = ctx.app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let now = store::workspace::get(&mut tx).await?.ok_or_else(Error::not_found)?;
    let next = Workspace {
        name: form.name.trim().to_owned(),
        lang: form.lang.clone(),
        time_zone: zone.flatten().map_or_else(|| now.time_zone.clone(), |zone| zone.name().to_owned()),
        currency: currency.flatten().map_or_else(|| now.currency.clone(), |currency| currency.code().to_owned()),
        updated_at: ctx.app.clock.now(),
        ..now.clone()
    };
    if let Some(problem) = other("workspace.settled", &next, &now)
        && store::workspace::reckoned(&mut tx).await?
    {
        return Err(problem);
    }
    store::workspace::update(&mut tx, &next).await?;
    let detail = json!({ "name": next.name, "lang": next.lang, "time_zone": next.time_zone, "currency": next.currency });
    audit::append(&ctx.app, &mut tx, &audit::of(&ctx.app, by, Action::WorkspaceChanged, next.id.as_str()).detail(detail)).await?;
    tx.commit().await?;
    Ok(ctx.app.reload().await?)
}

/// One `@` with something on either side and no spaces; whether it exists only a mail could tell.
pub fn email_like(text: &str) -> bool {
    let text = text.trim();
    let parts = text.split_once('@');
    text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'))
}

/// Checks e-mail and password and begins a session, or asks for a code. One answer for every kind of failure; who is no member (any more) has none.
///
/// # Errors
/// `session.wrong`, `session.too_many_tries`, or when the store refuses.
pub async fn sign_in(ctx: &Ctx, form: SignIn, peer: &Peer) -> Result<Entry> {
    let from = peer.address.as_str();
    let keys = [format!("ip:{}", peer.network()), format!("mail:{}", form.email.trim().to_lowercase())];
    let now = ctx.app.clock.now();
    let turn = ctx.may_try(&keys, now).await?;
    let workspace = ctx.workspace().await?;
    let user = store::user::by_email(&ctx.app.store, &form.email).await?;
    let known = user.as_ref().map(|u| u.password_hash.clone());
    let fits = acceptable(&form.password) & turn.verify(form.password, known).await?;
    let id = user.map(|u| u.id).unwrap_or_default();
    let member = member::get(&ctx.app.store, &workspace, &id).await?.filter(|m| !m.disabled);
    if !fits || member.is_none() {
        ctx.brake.failed(&keys, now).await?;
        drop(turn);
        refused(ctx, &id, from).await?;
        return Err(wrong());
    }
    drop(turn);
    ctx.brake.passed(&keys).await?;
    store::session::delete_expired(&ctx.app.store, now).await?;
    arrive(ctx, &id, peer, "password").await
}

/// E-mail or password is wrong, whichever.
pub(crate) fn wrong() -> Error {
    Error::new(StatusCode::UNAUTHORIZED, "session.wrong", "e-mail or password is wrong")
}

/// Notes that somebody was refused; whose account it was, if it is one, and never what was typed.
pub(crate) async fn refused(ctx: &Ctx, user: &str, from: &str) -> Result<()> {
    let note = audit::of(&ctx.app, &Actor::nobody(), Action::SessionRefused, user).detail(json!({ "from": from }));
    Ok(audit::note(&ctx.app, note).await?)
}

/// Begins a session with a token of its own; `via`: how they proved who they are, `second`: by which code besides.
pub(crate) async fn begin(ctx: &Ctx, user: &str, peer: &Peer, via: &str, second: Option<Taken>) -> Result<Scope> {
    let (token, token_hash) = secret(ctx)?;
    let workspace = ctx.workspace().await?;
    let now = ctx.app.clock.now();
    let session = Session {
        id: ctx.app.new_id("ses"),
        token_hash,
        user: user.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: Instant(now.0 + IDLE),
        agent: peer.agent.clone(),
        address: peer.address.clone(),
        via: via.to_owned(),
    };
    let mut tx = ctx.app.store.begin().await?;
    let member = member::get(&mut tx, &workspace, user).await?.ok_or_else(wrong)?;
    store::session::create(&mut tx, &session).await?;
    member::seen(&mut tx, &workspace, user, now).await?;
    let actor = Actor { id: member.user.clone(), name: member.name.clone(), token: None };
    audit::append(&ctx.app, &mut tx, &audit::of(&ctx.app, &actor, Action::SessionBegun, user).detail(json!({ "from": peer.address, "via": via, "second_factor": second.map(Taken::key) }))).await?;
    tx.commit().await?;
    let due = store::second_factor::asked(&ctx.app.store, &workspace).await? && !second_factor::on(&ctx.app, user).await?;
    Ok(Scope::signed_in(member, token, due))
}

/// Whose session this is, if it is one; a session in use is prolonged, noted at most once an hour.
///
/// # Errors
/// When the store refuses.
pub async fn by_session(ctx: &Ctx, token: &str) -> Result<Option<Scope>> {
    let Some((house, mut found)) = session_of(ctx, token).await? else { return Ok(None) };
    let (now, session) = (ctx.app.clock.now(), &mut found.session);
    if now.0 - session.seen_at.0 > HOUR {
        let until = Instant(now.0 + IDLE);
        store::session::seen(&ctx.app.store, &session.token_hash, now, until).await?;
        member::seen(&ctx.app.store, &ctx.app.settings().id, &found.member.user, now).await?;
        (session.seen_at, session.expires_at) = (now, until);
        ctx.known.keep(house, session.token_hash.clone(), Shown::Session(found.clone()));
    }
    let viewing = found.viewing.as_ref().map(|v| (found.session.token_hash.clone(), v.user.clone(), v.until <= now));
    let scope = Scope::of_session(*found, token.to_owned(), now);
    if let (Some((hash, whom, late)), None) = (viewing, &scope.viewed) {
        viewing::end(&ctx.app, &scope.by(), &hash, &whom, if late { Over::Time } else { Over::Changed }).await?;
    }
    Ok(Some(scope))
}

/// Whose session this still is; it is neither prolonged nor noted.
///
/// # Errors
/// When the store refuses.
pub async fn still_session(ctx: &Ctx, token: &str) -> Result<Option<Scope>> {
    let found = session_of(ctx, token).await?.map(|(_, found)| found).filter(|found| !found.second_factor_due);
    Ok(found.map(|found| Scope::of_session(*found, token.to_owned(), ctx.app.clock.now())))
}

/// A session and whose it is, and the state of the house that is as of.
async fn session_of(ctx: &Ctx, token: &str) -> Result<Option<(i64, Box<Found>)>> {
    let (house, hash, now) = (ctx.app.look().await?.house, hash(token), ctx.app.clock.now());
    if let Some(Shown::Session(found)) = ctx.known.find(house, &hash, now) {
        return Ok(Some((house, found)));
    }
    let Some(found) = store::session::find(&ctx.app.store, &ctx.app.settings().id, &hash, now).await? else { return Ok(None) };
    let found = Box::new(found);
    ctx.known.keep(house, hash, Shown::Session(found.clone()));
    Ok(Some((house, found)))
}

/// Whose API token this is, if it is one; that it was used is noted at most once a minute.
///
/// # Errors
/// When the store refuses.
pub async fn by_token(ctx: &Ctx, secret: &str) -> Result<Option<Scope>> {
    let (house, hash, now) = (ctx.app.look().await?.house, hash(secret), ctx.app.clock.now());
    let known = ctx.known.find(house, &hash, now);
    let (mut token, owner, fresh) = match known {
        Some(Shown::Token(token, owner)) => (token, owner, false),
        _ => match store::token::find(&ctx.app.store, &ctx.app.settings().id, &hash, now).await? {
            Some((token, owner)) => (token, owner, true),
            None => return Ok(None),
        },
    };
    let noted = token.used_at.is_none_or(|at| now.0 - at.0 > MINUTE);
    if noted {
        store::token::used(&ctx.app.store, &token.id, now).await?;
        token.used_at = Some(now);
    }
    if noted || fresh {
        ctx.known.keep(house, hash, Shown::Token(token.clone(), owner.clone()));
    }
    Ok(Some(Scope::token(&token, owner)))
}

/// A session looks as its owner again, if it looked as somebody else.
///
/// # Errors
/// When the store refuses.
pub async fn look_back(ctx: &Ctx, token: &str, why: Over) -> Result<()> {
    let Some((_, found)) = session_of(ctx, token).await? else { return Ok(()) };
    let Some(viewing) = &found.viewing else { return Ok(()) };
    let owner = Scope::signed_in(found.member.clone(), token.to_owned(), found.second_factor_due);
    Ok(viewing::end(&ctx.app, &owner.by(), &found.session.token_hash, &viewing.user, why).await?)
}

/// Ends a session.
///
/// # Errors
/// When the store refuses.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<()> {
    look_back(ctx, token, Over::SignedOut).await?;
    Ok(store::session::delete(&ctx.app.store, &hash(token)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_looks_like_one() {
        for good in ["a@b.cn", " Wang.Li+x@mail.example.com "] {
            assert!(email_like(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.cn", "a@b@c.cn", "a b@c.cn", "a@b.cn\r\nBcc: x@y.z"] {
            assert!(!email_like(bad), "{bad}");
        }
    }

    #[test]
    fn only_a_hash_is_kept() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
