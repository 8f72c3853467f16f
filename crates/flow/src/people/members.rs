//! Members: who is one, what they may, and their going. The last owner who can sign in stays one.

use super::By;
use crate::{Error, Result, app::App, audit, schema};
use domain::{
    Label,
    access::{Permission, Personal, Role},
    audit::Action,
    clock::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, invitation, member, member::Member, pending, second_factor, session, token, user, user::User};
use utoipa::ToSchema;

/// A member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// `usr_…`
    pub id: String,
    /// display name
    pub name: String,
    /// e-mail
    pub email: String,
    /// what they are
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// their own word on seeing people's details
    #[schema(value_type = schema::Personal)]
    pub personal: Personal,
    /// what they may do
    #[schema(value_type = Vec<schema::Permission>)]
    pub permissions: Vec<Permission>,
    /// RFC 3339: since when
    pub created_at: String,
    /// RFC 3339, to the hour: when they were last here; absent if never
    pub last_seen_at: Option<String>,
    /// do they need a code besides the password to sign in?
    pub second_factor: bool,
    /// is it whoever asks?
    pub you: bool,
}

/// What a member shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberEdit {
    /// the role
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// whether they see people's details; absent: as the role says
    #[serde(default)]
    #[schema(value_type = schema::Personal)]
    pub personal: Personal,
}

/// For good, or to see whether it could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// it is done
    Done,
    /// whatever stands in the way is said, and nothing is left of it
    Tried,
}

impl How {
    pub(super) async fn end(self, tx: Tx) -> Result<()> {
        match self {
            How::Done => Ok(tx.commit().await?),
            How::Tried => Ok(tx.rollback().await?),
        }
    }
}

fn view(m: Member, by: &By, second_factor: bool) -> MemberView {
    MemberView {
        second_factor,
        you: m.user == by.actor.id,
        permissions: m.permissions().iter().collect(),
        id: m.user,
        name: m.name,
        email: m.email,
        role: m.role,
        personal: m.personal,
        created_at: m.joined_at.rfc3339(),
        last_seen_at: m.seen_at.map(Instant::rfc3339),
    }
}

/// Everybody, longest there first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, by: &By) -> Result<Vec<MemberView>> {
    let have = second_factor::have(&app.store).await?;
    let second = |m: &Member| have.contains(&m.user);
    Ok(member::list(&app.store, &app.settings().id).await?.into_iter().map(|m| (second(&m), m)).map(|(second, m)| view(m, by, second)).collect())
}

async fn find(tx: &mut Tx, workspace: &str, id: &str) -> Result<Member> {
    member::get(tx, workspace, id).await?.ok_or_else(|| Error::not_found("member", id))
}

async fn has_second(tx: &mut Tx, id: &str) -> Result<bool> {
    Ok(second_factor::get(tx, id).await?.is_some_and(|f| f.confirmed_at.is_some()))
}

/// Somebody whom nobody may outrank must stay.
async fn owned(tx: &mut Tx, workspace: &str) -> Result<()> {
    if member::owners(tx, workspace).await? > 0 {
        return Ok(());
    }
    Err(Error::conflict("member.last_owner", "这是最后一位所有者，请先把另一位成员设为所有者", "this is the last owner; make another member an owner first"))
}

/// An owner answers for everything and sees everything; else nobody would be left who could give the sight of details back.
pub(super) fn fits(role: Role, personal: Personal) -> Result<()> {
    if role.takes(personal) {
        return Ok(());
    }
    Err(Error::invalid("member.owner_sees", "所有者始终能看到个人信息，不能取消", "an owner always sees personal details; that cannot be denied"))
}

/// Gives a member another role or sight; it holds from their next request on.
///
/// # Errors
/// `member.not_found`, `member.last_owner`, `member.owner_sees`, `access.beyond`; when the store refuses.
pub async fn change(app: &App, by: &By, id: &str, edit: MemberEdit, how: How) -> Result<MemberView> {
    let workspace = app.settings().id.clone();
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let before = find(&mut tx, &workspace, id).await?;
    by.covers(before.role.granted(before.personal))?;
    by.covers(edit.role.granted(edit.personal))?;
    fits(edit.role, edit.personal)?;
    member::change(&mut tx, &workspace, id, edit.role, edit.personal).await?;
    if before.role == Role::Owner {
        owned(&mut tx, &workspace).await?;
    }
    let after = find(&mut tx, &workspace, id).await?;
    // nobody is let in by somebody who could not let them in now
    if !before.permissions().within(after.permissions()) {
        invitation::revoke_by(&mut tx, &workspace, id, app.clock.now()).await?;
    }
    let said = |m: &Member| json!({ "role": m.role, "personal": m.personal });
    let note = audit::of(app, &by.actor, Action::MemberChanged, id).detail(json!({ "before": said(&before), "after": said(&after) }));
    audit::append(app, &mut tx, &note).await?;
    let second = has_second(&mut tx, id).await?;
    how.end(tx).await?;
    Ok(view(after, by, second))
}

/// Takes a member out: in the same instant their sessions end, their tokens are revoked and their open invitations closed.
///
/// # Errors
/// `member.not_found`, `member.last_owner`, `access.beyond`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str, how: How) -> Result<MemberView> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let before = find(&mut tx, &workspace, id).await?;
    by.covers(before.role.granted(before.personal))?;
    member::remove(&mut tx, &workspace, id, now).await?;
    if before.role == Role::Owner {
        owned(&mut tx, &workspace).await?;
    }
    session::delete_of_user(&mut tx, id).await?;
    pending::delete_of_user(&mut tx, id).await?;
    token::revoke_of_user(&mut tx, &workspace, id, now).await?;
    invitation::revoke_by(&mut tx, &workspace, id, now).await?;
    let note = audit::of(app, &by.actor, Action::MemberRemoved, id).detail(json!({ "role": before.role }));
    audit::append(app, &mut tx, &note).await?;
    let second = has_second(&mut tx, id).await?;
    how.end(tx).await?;
    Ok(view(before, by, second))
}

/// Adds somebody without an invitation, for whoever runs the machine. An account that was a member before comes back with its own
/// password.
///
/// # Errors
/// `member.exists`, `member.owner_sees`; when the store refuses.
pub async fn add(app: &App, by: &By, person: &User, edit: MemberEdit, how: How) -> Result<MemberView> {
    let workspace = app.settings().id.clone();
    by.covers(edit.role.granted(edit.personal))?;
    fits(edit.role, edit.personal)?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let known = user::by_email(&mut tx, &person.email).await?;
    let id = match known {
        Some(known) => known.id,
        None => user::create(&mut tx, person).await?,
    };
    joined(member::join(&mut tx, &workspace, &id, edit.role, edit.personal, app.clock.now()).await)?;
    let note = audit::of(app, &by.actor, Action::MemberJoined, id.as_str()).detail(json!({ "role": edit.role, "personal": edit.personal }));
    audit::append(app, &mut tx, &note).await?;
    let added = find(&mut tx, &workspace, &id).await?;
    let second = has_second(&mut tx, &id).await?;
    how.end(tx).await?;
    Ok(view(added, by, second))
}

/// "Is a member already", said as an outcome.
pub(super) fn joined(outcome: store::Result<()>) -> Result<()> {
    match outcome {
        Err(store::Error::Taken { what: "member" }) => Err(exists()),
        other => Ok(other?),
    }
}

/// The address belongs to a member.
pub(super) fn exists() -> Error {
    Error::Conflict {
        code: "member.exists",
        message: Label::new("这个邮箱已经是成员了", "this address belongs to a member already"),
        params: json!({}),
    }
}
