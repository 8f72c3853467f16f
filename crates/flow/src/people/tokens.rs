//! API tokens: made by a person for a program, with at most what that person may; gone when they are, or at its day.

use super::{By, invitations::PersonView};
use crate::{Error, Result, app::App, audit, schema};
use domain::{
    access::{Permission, Permissions, Personal, Role},
    audit::Action,
    clock::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::{member, token, token::Token};
use utoipa::ToSchema;

/// An API token; its secret is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// `tok_…`
    pub id: String,
    /// what it is for
    pub name: String,
    /// the first letters of its secret
    pub prefix: String,
    /// at most what this role may
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// whether it sees people's details
    #[schema(value_type = schema::Personal)]
    pub personal: Personal,
    /// what it may do: nothing its owner may not
    #[schema(value_type = Vec<schema::Permission>)]
    pub permissions: Vec<Permission>,
    /// whose it is
    pub owner: PersonView,
    /// RFC 3339
    pub created_at: String,
    /// RFC 3339
    pub expires_at: String,
    /// RFC 3339, to the minute
    pub last_used_at: Option<String>,
    /// `active`, `expired`, `revoked`
    pub state: String,
}

/// What a token shall be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// what it is for
    pub name: String,
    /// at most what this role may
    pub role: Role,
    /// whether it sees people's details
    pub personal: Personal,
    /// good for so many days
    pub days: u32,
    /// the first letters of its secret
    pub prefix: String,
    /// hash of the secret
    pub token_hash: String,
}

fn view(t: Token, owner: Permissions, now: Instant) -> TokenView {
    let state = t.state(now);
    let may = if state == "active" { t.permissions(owner) } else { Permissions::NONE };
    TokenView {
        state: state.to_owned(),
        permissions: may.iter().collect(),
        id: t.id,
        name: t.name,
        prefix: t.prefix,
        role: t.role,
        personal: t.personal,
        owner: PersonView { id: t.user, name: t.user_name },
        created_at: t.created_at.rfc3339(),
        expires_at: t.expires_at.rfc3339(),
        last_used_at: t.used_at.map(Instant::rfc3339),
    }
}

/// One's own; everybody's for who manages members.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, by: &By) -> Result<Vec<TokenView>> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let whose = if by.permissions.has(Permission::MembersManage) { None } else { Some(by.actor.id.as_str()) };
    let tokens = token::list(&app.store, &workspace, whose).await?;
    let members = member::list(&app.store, &workspace).await?;
    let may: BTreeMap<&str, Permissions> = members.iter().map(|m| (m.user.as_str(), m.permissions())).collect();
    let owner = |t: &Token| may.get(t.user.as_str()).copied().unwrap_or(Permissions::NONE);
    Ok(tokens.into_iter().map(|t| (owner(&t), t)).map(|(owner, t)| view(t, owner, now)).collect())
}

/// Makes a token.
///
/// # Errors
/// `access.beyond`; when the store refuses.
pub async fn create(app: &App, by: &By, new: NewToken) -> Result<TokenView> {
    by.covers(new.role.granted(new.personal).by_token())?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let made = Token {
        id: app.new_id("tok"),
        user: by.actor.id.clone(),
        user_name: by.actor.name.clone(),
        name: new.name,
        prefix: new.prefix,
        role: new.role,
        personal: new.personal,
        created_at: now,
        expires_at: Instant(now.0 + i64::from(new.days) * 86_400_000_000),
        used_at: None,
        revoked_at: None,
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    token::create(&mut tx, &workspace, &made, &new.token_hash).await?;
    let detail = json!({ "role": made.role, "personal": made.personal, "days": new.days });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::TokenMade, made.id.as_str()).detail(detail)).await?;
    tx.commit().await?;
    Ok(view(made, by.permissions, now))
}

/// Takes a token back: one's own, or anybody's for who manages members.
///
/// # Errors
/// `token.not_found`, `token.closed`, `access.beyond`; when the store refuses.
pub async fn revoke(app: &App, by: &By, id: &str) -> Result<()> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let here = token::get(&mut tx, &workspace, id).await?;
    let own = |t: &Token| t.user == by.actor.id || by.permissions.has(Permission::MembersManage);
    let here = here.filter(own).ok_or_else(|| Error::not_found("token", id))?;
    if here.user != by.actor.id {
        by.covers(here.role.granted(here.personal).by_token())?;
    }
    if !token::revoke(&mut tx, &workspace, id, now).await? {
        return Err(Error::conflict("token.closed", "这个令牌已经撤销", "this token was taken back before"));
    }
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::TokenRevoked, id)).await?;
    Ok(tx.commit().await?)
}
