//! Which service people sign in through. Its secret is written and never told again.

use super::{BACK, purpose, sealed, service};
use crate::{Error, Result, app::App, audit, people::By, schema, vault};
use domain::{access::Role, audit::Action};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::oidc::{self, Provider};
use utoipa::ToSchema;

/// Most domains.
const DOMAINS: usize = 20;

/// A service to be.
#[derive(Clone, Deserialize, ToSchema)]
pub struct OidcDraft {
    /// its address, as it names itself: `https://login.example.com`
    pub issuer: String,
    /// what we are called there
    pub client_id: String,
    /// our secret there; absent: as it was
    pub client_secret: Option<String>,
    /// what stands on the button
    pub label: String,
    /// domains of addresses it answers for, e.g. `example.com`; none: any
    #[serde(default)]
    pub domains: Vec<String>,
    /// what becomes of people of these domains who are neither members nor invited; absent: they stay outside
    #[serde(default)]
    #[schema(value_type = Option<schema::Role>)]
    pub newcomers: Option<Role>,
}

/// The service, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OidcView {
    /// its address
    pub issuer: String,
    /// what we are called there
    pub client_id: String,
    /// is a secret kept that can be read?
    pub secret_set: bool,
    /// what stands on the button
    pub label: String,
    /// domains of addresses it answers for
    pub domains: Vec<String>,
    /// what becomes of newcomers of these domains
    #[schema(value_type = Option<schema::Role>)]
    pub newcomers: Option<Role>,
    /// RFC 3339: set
    pub updated_at: String,
}

/// The service, and what it must be told of us.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OidcState {
    /// absent: none is set
    pub provider: Option<OidcView>,
    /// where it sends people back to; absent where the server does not know its own address
    pub redirect_uri: Option<String>,
}

/// Where the service sends people back to; `origin`: our own address.
pub fn redirect(origin: &str) -> String {
    format!("{}{BACK}", origin.trim_end_matches('/'))
}

/// The secret, opened.
pub(super) fn secret(app: &App, p: &Provider) -> Result<String> {
    let opened = vault::open(app, &purpose(&p.issuer, &p.client_id), &p.client_secret)?.and_then(|bytes| String::from_utf8(bytes).ok());
    opened.ok_or_else(|| Error::invalid("oidc.key", "这台服务器没有打开客户端密钥的 secret-key（恢复备份后常见）：请放回它，或重新填写客户端密钥", "this server lacks secret-key to open the client secret (usual after a backup was restored): put it back, or type the client secret anew"))
}

/// The service.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn show(app: &App, origin: Option<&str>) -> Result<OidcState> {
    let provider = oidc::get(&app.store, &app.settings().id).await?.map(|p| OidcView {
        secret_set: secret(app, &p).is_ok(),
        newcomers: p.newcomers.as_deref().and_then(Role::parse),
        issuer: p.issuer,
        client_id: p.client_id,
        label: p.label,
        domains: p.domains,
        updated_at: p.updated_at.rfc3339(),
    });
    Ok(OidcState { provider, redirect_uri: origin.map(redirect) })
}

/// What stands on the button, if people can sign in this way.
///
/// # Errors
/// When the store refuses.
pub async fn label(app: &App) -> Result<Option<String>> {
    Ok(oidc::get(&app.store, &app.settings().id).await?.map(|p| p.label))
}

/// Sets it, once it answers as such a service does.
///
/// # Errors
/// `oidc.issuer`, `oidc.client`, `oidc.secret`, `oidc.label`, `oidc.domains`, `oidc.newcomers`, `oidc.origin`, `oidc.unreachable`; when the
/// store or the disk refuses.
pub async fn set(app: &App, by: &By, draft: OidcDraft, origin: Option<&str>) -> Result<OidcState> {
    let workspace = app.settings().id.clone();
    if origin.is_none() {
        return Err(Error::invalid("oidc.origin", "服务器不知道自己的地址：请用 --origin（或 zhiyin.toml 的 origin）启动，登录服务要靠它把人送回来", "the server does not know its own address: start it with --origin, so that the service can send people back"));
    }
    let issuer = draft.issuer.trim();
    if issuer.contains(['?', '#']) || app.egress.asks(issuer).is_err() {
        return Err(Error::invalid("oidc.issuer", "登录服务的地址要以 https:// 开头，不带 ? 和 #，并且是公网地址（或运行服务器的人允许的内网地址）", "the address of the service begins with https://, has no ? or #, and is public (or inside and allowed by whoever runs the server)"));
    }
    let short = |text: &str, most: usize| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let (client, label) = (draft.client_id.trim(), draft.label.trim());
    if !short(client, 255) {
        return Err(Error::invalid("oidc.client", "请填写客户端 ID", "the client id is missing"));
    }
    if !short(label, 40) {
        return Err(Error::invalid("oidc.label", "按钮文字要 1 到 40 个字符", "the text of the button has 1 to 40 characters"));
    }
    let domains: Vec<String> = draft.domains.iter().map(|d| d.trim().trim_start_matches('@').to_lowercase()).filter(|d| !d.is_empty()).collect();
    let like = |d: &String| d.len() <= 253 && d.contains('.') && !d.starts_with('.') && !d.ends_with('.') && !d.contains(|c: char| c.is_whitespace() || c.is_control() || "@/:,;".contains(c));
    if domains.len() > DOMAINS || !domains.iter().all(like) {
        return Err(Error::invalid("oidc.domains", "邮箱域名写作 example.com，最多 20 个", "domains are written example.com, at most 20 of them"));
    }
    if let Some(role) = draft.newcomers {
        if domains.is_empty() || role == Role::Owner {
            return Err(Error::invalid("oidc.newcomers", "让新人直接加入，要先写明邮箱域名，并且不能是所有者", "who lets newcomers in names the domains of their addresses, and nobody comes in as an owner"));
        }
        by.covers(role.permissions())?;
    }
    let before = oidc::get(&app.store, &workspace).await?;
    let same = before.filter(|b| b.issuer == issuer && b.client_id == client);
    let client_secret = match (draft.client_secret.as_deref().filter(|s| !s.is_empty()), same) {
        (Some(new), _) if short(new, 1_000) => sealed(app, issuer, client, new)?,
        (None, Some(kept)) => kept.client_secret,
        _ => return Err(Error::invalid("oidc.secret", "请填写客户端密钥；换了服务或客户端 ID 要重新填写", "the client secret is missing; for another service or client id it is asked for again")),
    };
    app.sign_in.forget();
    service::discover(app, issuer).await?;
    let next = Provider {
        issuer: issuer.to_owned(),
        client_id: client.to_owned(),
        client_secret,
        label: label.to_owned(),
        domains,
        newcomers: draft.newcomers.map(|r| r.key().to_owned()),
        updated_at: app.clock.now(),
    };
    let mut tx = app.store.begin().await?;
    oidc::set(&mut tx, &workspace, &next).await?;
    let detail = json!({ "issuer": next.issuer, "domains": next.domains, "role": next.newcomers });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::OidcSet, "").detail(detail)).await?;
    tx.commit().await?;
    show(app, origin).await
}

/// Takes it away; who signed in this way signs in with a password, if they have one.
///
/// # Errors
/// `oidc.not_found`; when the store refuses.
pub async fn unset(app: &App, by: &By) -> Result<()> {
    let mut tx = app.store.begin().await?;
    if !oidc::unset(&mut tx, &app.settings().id).await? {
        return Err(Error::not_found("oidc", ""));
    }
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::OidcUnset, "")).await?;
    Ok(tx.commit().await?)
}
