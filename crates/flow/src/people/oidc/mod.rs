//! Signing in through a service of one's own (OpenID Connect: authorization code with PKCE, state and nonce). Whose account there is whose
//! here is kept by issuer and subject; the first time an address counts, if the service says that it is theirs.

mod service;
pub mod settings;
pub mod token;

pub use service::Known;

use crate::{Error, Result, app::App, audit, people::members, vault};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    access::{Personal, Role},
    audit::{Action, Actor},
    clock::Instant,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    Tx, invitation, member,
    oidc::{self, Provider, Start},
    user::{self, User},
};
use token::Identity;

/// How long somebody may be away, in seconds.
pub const AWAY: i64 = 10 * 60;
/// Where the service sends people back to, under our own address.
pub const BACK: &str = "/signin/oidc";

/// A sign-in that goes to the service.
pub struct Leaving {
    /// where the browser goes
    pub url: String,
}

/// What comes back with somebody.
pub struct Coming<'a> {
    /// to be exchanged for a token
    pub code: &'a str,
    /// which sign-in it is
    pub state: &'a str,
    /// who sends them, if it says so
    pub issuer: Option<&'a str>,
    /// hash of what their browser kept
    pub browser_hash: &'a str,
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// There is no service, or it is not this one any more.
fn none() -> Error {
    Error::not_found("oidc", "")
}

/// Not begun here, or over: one answer for all of them.
fn over() -> Error {
    Error::invalid("oidc.over", "这次登录已过期，或不是在这个浏览器里开始的，请重新开始", "this sign-in took too long or was not begun in this browser; begin again")
}

/// Nobody here answers to this account.
fn stranger() -> Error {
    Error::denied("oidc.not_invited", "您还不是这里的成员，也没有被邀请；请让负责人邀请您的邮箱", "you are neither a member here nor invited; ask an owner to invite your address")
}

/// Sends somebody to the service. `random`: three secrets, for state, nonce and verifier; `browser_hash`: of what their browser keeps.
///
/// # Errors
/// `oidc.not_found`, `oidc.unreachable`; when the store refuses.
pub async fn leave(app: &App, random: [&str; 3], browser_hash: &str, redirect: &str) -> Result<Leaving> {
    let provider = oidc::get(&app.store, &app.settings().id).await?.ok_or_else(none)?;
    let service = service::discover(app, &provider.issuer).await?;
    let now = app.clock.now();
    let [state, nonce, verifier] = random;
    let start = Start {
        state_hash: hash(state),
        browser_hash: browser_hash.to_owned(),
        issuer: provider.issuer.clone(),
        nonce: nonce.to_owned(),
        verifier: verifier.to_owned(),
        expires_at: Instant(now.0 + AWAY * 1_000_000),
    };
    oidc::forget(&app.store, now).await?;
    oidc::begin(&app.store, &start).await?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let query = service::query(&[
        ("response_type", "code"),
        ("client_id", &provider.client_id),
        ("redirect_uri", redirect),
        ("scope", "openid email profile"),
        ("state", state),
        ("nonce", nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    Ok(Leaving { url: service.address(&query) })
}

/// Takes somebody back from the service; answers whose account here it is.
///
/// # Errors
/// `oidc.over`, `oidc.answer`, `oidc.unreachable`, `oidc.email`, `oidc.domain`, `oidc.not_invited`, `oidc.other_account`; when the store
/// refuses.
pub async fn come(app: &App, back: Coming<'_>, redirect: &str) -> Result<String> {
    let workspace = app.settings().id.clone();
    let now = app.clock.now();
    // used up before anything else, whatever becomes of it
    let mut tx = app.store.begin().await?;
    let start = oidc::take(&mut tx, &hash(back.state), now).await?;
    tx.commit().await?;
    let start = start.filter(|s| s.browser_hash == back.browser_hash).ok_or_else(over)?;
    let provider = oidc::get(&app.store, &workspace).await?.filter(|p| p.issuer == start.issuer).ok_or_else(over)?;
    let service = service::discover(app, &provider.issuer).await?;
    if !service.is(back.issuer) {
        tracing::warn!(issuer = provider.issuer, "somebody was sent back by another service than they were sent to");
        return Err(over());
    }
    let secret = settings::secret(app, &provider)?;
    let identity = service.identity(app, &provider, &secret, &start, back.code, redirect).await?;
    whose(app, &workspace, &provider, identity).await
}

/// Whose account it is here: by issuer and subject; the first time by an address that is theirs.
async fn whose(app: &App, workspace: &str, provider: &Provider, who: Identity) -> Result<String> {
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if let Some(id) = oidc::user_of(&mut tx, &provider.issuer, &who.subject).await? {
        let member = member::get(&mut tx, workspace, &id).await?.filter(|m| !m.disabled);
        return member.map(|m| m.user).ok_or_else(stranger);
    }
    let email = who.email.as_deref().ok_or_else(|| {
        Error::denied("oidc.email", "登录服务没有确认您的邮箱，无法认出您是谁", "the sign-in service does not confirm your e-mail address, so nobody can tell who you are here")
    })?;
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    if !provider.domains.is_empty() && !provider.domains.iter().any(|d| d == domain) {
        return Err(Error::denied("oidc.domain", format!("这里不接受 {domain} 的邮箱"), format!("addresses of {domain} are not taken here")));
    }
    let known = user::by_email(&mut tx, email).await?;
    let invited = invitation::of_address(&mut tx, workspace, email, app.clock.now()).await?;
    let mut id = match known {
        Some(known) if known.disabled_at.is_some() => return Err(stranger()),
        Some(known) => known.id,
        None => app.new_id("usr"),
    };
    if oidc::subject_of(&mut tx, &provider.issuer, &id).await?.is_some() {
        return Err(Error::denied("oidc.other_account", "这个邮箱在这里已与登录服务的另一个账号绑定；请告诉负责人", "this address belongs to another account of the sign-in service here; tell an owner"));
    }
    if member::get(&mut tx, workspace, &id).await?.is_none() {
        let newcomer = provider.newcomers.as_deref().and_then(Role::parse).map(|role| (role, Personal::ByRole));
        let (role, personal) = invited.as_ref().map(|i| (i.role, i.personal)).or(newcomer).ok_or_else(stranger)?;
        // an address somebody had before comes back by invitation alone
        if user::get(&mut tx, &id).await?.is_none() {
            let name = name(&who, email);
            id = user::create(&mut tx, &User { id: id.clone(), email: email.to_owned(), name, password_hash: String::new(), created_at: app.clock.now(), disabled_at: None }).await?;
        } else if invited.is_none() {
            return Err(stranger());
        }
        joined(app, &mut tx, workspace, &id, (role, personal), invited.map(|i| i.id)).await?;
    }
    oidc::link(&mut tx, &provider.issuer, &who.subject, &id, app.clock.now()).await?;
    let actor = actor(&mut tx, workspace, &id).await?;
    audit::append(app, &mut tx, &audit::of(app, &actor, Action::OidcLinked, id.as_str()).detail(json!({ "issuer": provider.issuer }))).await?;
    tx.commit().await?;
    Ok(id)
}

async fn actor(tx: &mut Tx, workspace: &str, id: &str) -> Result<Actor> {
    let member = member::get(tx, workspace, id).await?.ok_or_else(stranger)?;
    Ok(Actor { id: member.user, name: member.name, token: None })
}

async fn joined(app: &App, tx: &mut Tx, workspace: &str, id: &str, (role, personal): (Role, Personal), invitation: Option<String>) -> Result<()> {
    members::joined(member::join(tx, workspace, id, role, personal, app.clock.now()).await)?;
    if let Some(invitation) = &invitation {
        invitation::accept(tx, invitation, app.clock.now()).await?;
    }
    let actor = actor(tx, workspace, id).await?;
    let detail = json!({ "role": role, "personal": personal, "invitation": invitation, "via": "oidc" });
    Ok(audit::append(app, tx, &audit::of(app, &actor, Action::MemberJoined, id).detail(detail)).await?)
}

/// What they are called: as the service says, else the first part of their address.
fn name(who: &Identity, email: &str) -> String {
    let said = who.name.as_deref().unwrap_or_default();
    let plain: String = said.chars().filter(|c| !c.is_control()).take(100).collect();
    match plain.trim() {
        "" => email.split('@').next().unwrap_or_default().chars().take(100).collect(),
        plain => plain.to_owned(),
    }
}

/// The secret of a service is sealed for it and its client.
fn purpose(issuer: &str, client: &str) -> String {
    format!("secret of {client} at {issuer}")
}

fn sealed(app: &App, issuer: &str, client: &str, secret: &str) -> Result<String> {
    vault::seal(app, &purpose(issuer, client), secret.as_bytes())
}
