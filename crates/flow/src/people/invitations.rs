//! Invitations: a link for one address, good once and for a week. Who follows it becomes a member with the invited address: a new
//! account with a password of its own, or an account that was there, with its present password.

use super::{By, members};
use crate::{Error, Result, app::App, audit, mail::{self, Letter}, schema};
use domain::{
    access::{Personal, Role},
    audit::{Action, Actor},
    clock::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    invitation::{self, Invitation, State},
    member, user,
    user::User,
};
use utoipa::ToSchema;

/// How long an invitation is good.
const GOOD: i64 = 7 * 24 * 3_600_000_000;
/// So many of the newest are listed.
const LISTED: u32 = 200;

/// An invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InvitationView {
    /// `ivt_…`
    pub id: String,
    /// whom it is for
    pub email: String,
    /// what they will be
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// whether they will see people's details
    #[schema(value_type = schema::Personal)]
    pub personal: Personal,
    /// `open`, `accepted`, `revoked`, `expired`
    pub state: String,
    /// RFC 3339
    pub created_at: String,
    /// who invited
    pub created_by: PersonView,
    /// RFC 3339
    pub expires_at: String,
    /// RFC 3339
    pub accepted_at: Option<String>,
}

/// A person by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// `usr_…`
    pub id: String,
    /// display name
    pub name: String,
}

/// Whom an open invitation is for, told to whoever holds its token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InvitationOffer {
    /// the address; it becomes the account's
    pub email: String,
    /// what they will be
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// name of the business
    pub workspace: String,
    /// who invites
    pub inviter: String,
    /// there is an account with this address: its present password is asked for, and no name
    pub known: bool,
}

/// Whom to invite.
#[derive(Debug, Clone)]
pub struct Guest {
    /// in lower case
    pub email: String,
    /// what they will be
    pub role: Role,
    /// whether they will see people's details
    pub personal: Personal,
}

/// Who follows an invitation.
#[derive(Debug, Clone)]
pub enum Arrival {
    /// somebody new, with a name and the hash of a password
    New {
        /// display name
        name: String,
        /// PHC string
        password_hash: String,
    },
    /// the account of the address, whose password was checked: `usr_…`
    Known(String),
}

fn view(i: Invitation, now: Instant) -> InvitationView {
    InvitationView {
        state: i.state(now).key().to_owned(),
        id: i.id,
        email: i.email,
        role: i.role,
        personal: i.personal,
        created_at: i.created_at.rfc3339(),
        created_by: PersonView { id: i.created_by, name: i.created_by_name },
        expires_at: i.expires_at.rfc3339(),
        accepted_at: i.accepted_at.map(Instant::rfc3339),
    }
}

/// The newest, newest first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App) -> Result<Vec<InvitationView>> {
    let now = app.clock.now();
    Ok(invitation::list(&app.store, &app.settings().id, LISTED).await?.into_iter().map(|i| view(i, now)).collect())
}

/// Invites an address; an open invitation it had is taken back. With a `link` that leads here from anywhere, and a mail server, a mail
/// is on its way, which is answered besides.
///
/// # Errors
/// `member.exists`, `member.owner_sees`, `access.beyond`; when the store refuses.
pub async fn create(app: &App, by: &By, guest: Guest, token_hash: &str, link: Option<&str>) -> Result<(InvitationView, bool)> {
    by.covers(guest.role.granted(guest.personal))?;
    members::fits(guest.role, guest.personal)?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let new = Invitation {
        id: app.new_id("ivt"),
        email: guest.email,
        role: guest.role,
        personal: guest.personal,
        created_by: by.actor.id.clone(),
        created_by_name: by.actor.name.clone(),
        created_at: now,
        expires_at: Instant(now.0 + GOOD),
        accepted_at: None,
        revoked_at: None,
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if let Some(known) = user::by_email(&mut tx, &new.email).await? {
        if member::get(&mut tx, &workspace, &known.id).await?.is_some() {
            return Err(members::exists());
        }
    }
    invitation::revoke_of_address(&mut tx, &workspace, &new.email, now).await?;
    invitation::create(&mut tx, &workspace, &new, token_hash).await?;
    let note = audit::of(app, &by.actor, Action::InvitationMade, new.id.as_str()).detail(json!({ "role": new.role, "personal": new.personal }));
    audit::append(app, &mut tx, &note).await?;
    let mailed = match link {
        Some(link) => mail::enqueue(app, &mut tx, "invitation", &format!("invitation:{}", new.id), &new.email, &letter(app, &by.actor.name, link), app.settings().lang).await?,
        None => false,
    };
    tx.commit().await?;
    Ok((view(new, now), mailed))
}

/// What an invited person reads.
fn letter(app: &App, inviter: &str, link: &str) -> Letter {
    let settings = app.settings();
    let business = settings.name.as_str();
    let say = |zh: String, en: String| settings.lang.pick(&zh, &en).to_owned();
    Letter {
        subject: say(format!("邀请您加入「{business}」"), format!("You are invited to {business}")),
        paragraphs: vec![
            say(format!("{inviter} 邀请您加入「{business}」，一起了解和照顾好每一位客户。"), format!("{inviter} invites you to {business}, to know every customer and treat each one right.")),
            say("链接七天内有效，只能使用一次，并且只对这个邮箱有效。".into(), "The link works once, for seven days, and for this address only.".into()),
        ],
        link: Some((say("接受邀请".into(), "Accept the invitation".into()), link.to_owned())),
        footer: say(format!("{business} · 知音。如果您不认识邀请人，请忽略这封邮件。"), format!("{business} · Zhiyin. If you do not know who invites you, ignore this mail.")),
        unsubscribe: None,
    }
}

/// Takes an open invitation back.
///
/// # Errors
/// `invitation.not_found`, `invitation.closed`, `access.beyond`; when the store refuses.
pub async fn revoke(app: &App, by: &By, id: &str) -> Result<()> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let here = invitation::get(&mut tx, &workspace, id).await?.ok_or_else(|| Error::not_found("invitation", id))?;
    by.covers(here.role.granted(here.personal))?;
    if here.state(now) != State::Open || !invitation::revoke(&mut tx, &workspace, id, now).await? {
        return Err(Error::conflict("invitation.closed", "这个邀请已经用过、撤回或过期", "this invitation was used, taken back or is over"));
    }
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::InvitationRevoked, id)).await?;
    Ok(tx.commit().await?)
}

/// One answer for a token that is wrong, used, taken back or over.
pub fn no_good() -> Error {
    Error::invalid("invitation.token", "邀请链接无效或已过期，请让邀请人重新发送", "this invitation is not good any more; ask for a new one")
}

/// The open invitation of a token, and the account of its address if there is one.
///
/// # Errors
/// `invitation.token`; when the store refuses.
pub async fn look(app: &App, token_hash: &str) -> Result<(Invitation, Option<User>)> {
    let found = invitation::by_token(&app.store, &app.settings().id, token_hash, app.clock.now()).await?.ok_or_else(no_good)?;
    let known = user::by_email(&app.store, &found.email).await?;
    Ok((found, known))
}

/// What the holder of a token is told.
///
/// # Errors
/// `invitation.token`; when the store refuses.
pub async fn offer(app: &App, token_hash: &str) -> Result<InvitationOffer> {
    let (found, known) = look(app, token_hash).await?;
    Ok(InvitationOffer {
        email: found.email,
        role: found.role,
        workspace: app.settings().name.clone(),
        inviter: found.created_by_name,
        known: known.is_some(),
    })
}

/// Uses an invitation up and makes its address a member; answers their id.
///
/// # Errors
/// `invitation.token`, `member.exists`; when the store refuses.
pub async fn accept(app: &App, token_hash: &str, arrival: Arrival) -> Result<String> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let found = invitation::by_token(&mut tx, &workspace, token_hash, now).await?.ok_or_else(no_good)?;
    let known = user::by_email(&mut tx, &found.email).await?;
    let (id, name) = match (arrival, known) {
        (Arrival::Known(id), Some(known)) if known.id == id => (id, known.name),
        (Arrival::New { name, password_hash }, None) => {
            let new = User { id: app.new_id("usr"), email: found.email.clone(), name, password_hash, created_at: now, disabled_at: None };
            (user::create(&mut tx, &new).await?, new.name)
        }
        // an account came or went since the token was looked at
        _ => return Err(no_good()),
    };
    members::joined(member::join(&mut tx, &workspace, &id, found.role, found.personal, now).await)?;
    invitation::accept(&mut tx, &found.id, now).await?;
    let actor = Actor { id: id.clone(), name, token: None };
    let detail = json!({ "role": found.role, "personal": found.personal, "invitation": found.id });
    audit::append(app, &mut tx, &audit::of(app, &actor, Action::MemberJoined, id.as_str()).detail(detail)).await?;
    tx.commit().await?;
    Ok(id)
}
