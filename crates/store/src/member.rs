//! Members: who belongs to a business, and as what. Whether somebody may do something is asked of this row with every request.

use crate::{Access, Error, Result, Tx};
use domain::{
    access::{Permissions, Personal, Role},
    clock::Instant,
};

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// `usr_…`
    pub user: String,
    /// in lower case
    pub email: String,
    /// display name
    pub name: String,
    /// what they are
    pub role: Role,
    /// their own word on seeing people's details
    pub personal: Personal,
    /// since
    pub joined_at: Instant,
    /// last here, to the hour; `None`: never
    pub seen_at: Option<Instant>,
    /// the account may no longer sign in
    pub disabled: bool,
}

impl Member {
    /// What they may do.
    pub fn permissions(&self) -> Permissions {
        if self.disabled { Permissions::NONE } else { self.role.granted(self.personal) }
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) user_id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) personal: String,
    pub(crate) joined_at: i64,
    pub(crate) member_seen_at: Option<i64>,
    pub(crate) disabled_at: Option<i64>,
}

impl TryFrom<Row> for Member {
    type Error = Error;

    fn try_from(r: Row) -> Result<Member> {
        Ok(Member {
            role: role(&r.role)?,
            personal: personal(&r.personal)?,
            user: r.user_id,
            email: r.email,
            name: r.name,
            joined_at: Instant(r.joined_at),
            seen_at: r.member_seen_at.map(Instant),
            disabled: r.disabled_at.is_some(),
        })
    }
}

/// A role as stored.
pub(crate) fn role(text: &str) -> Result<Role> {
    Role::parse(text).ok_or_else(|| Error::Invalid(format!("no role {text:?}")))
}

/// A member's word as stored.
pub(crate) fn personal(text: &str) -> Result<Personal> {
    Personal::parse(text).ok_or_else(|| Error::Invalid(format!("no word {text:?} on personal data")))
}

statements! {
    JOIN = "INSERT INTO members (workspace, user_id, role, personal, joined_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace, user_id) DO UPDATE SET role = excluded.role, personal = excluded.personal,
            joined_at = excluded.joined_at, seen_at = NULL, removed_at = NULL
        WHERE members.removed_at IS NOT NULL";
    LIST = "SELECT m.user_id, u.email, u.name, m.role, m.personal, m.joined_at, m.seen_at AS member_seen_at,
            u.disabled_at
        FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.workspace = $1 AND m.removed_at IS NULL ORDER BY m.joined_at, m.user_id";
    GET = "SELECT m.user_id, u.email, u.name, m.role, m.personal, m.joined_at, m.seen_at AS member_seen_at,
            u.disabled_at
        FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.workspace = $1 AND m.user_id = $2 AND m.removed_at IS NULL";
    CHANGE = "UPDATE members SET role = $3, personal = $4 WHERE workspace = $1 AND user_id = $2 AND removed_at IS NULL";
    SEEN = "UPDATE members SET seen_at = $3 WHERE workspace = $1 AND user_id = $2 AND removed_at IS NULL";
    REMOVE = "UPDATE members SET removed_at = $3 WHERE workspace = $1 AND user_id = $2 AND removed_at IS NULL";
    OWNERS = "SELECT COUNT(*) FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.workspace = $1 AND m.role = 'owner' AND m.removed_at IS NULL AND u.disabled_at IS NULL";
}

/// Makes somebody a member, again if they were one before; `Taken` if they are one.
pub async fn join(tx: &mut Tx, workspace: &str, user: &str, role: Role, personal: Personal, now: Instant) -> Result<()> {
    let touched = execute!(tx, JOIN, workspace, user, role.key(), personal.key(), now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::Taken { what: "member" }) }
}

/// Everybody, longest there first.
pub async fn list(db: impl Access, workspace: &str) -> Result<Vec<Member>> {
    rows!(db, Row, LIST, workspace)?.into_iter().map(Member::try_from).collect()
}

/// One, unless they were taken out.
pub async fn get(db: impl Access, workspace: &str, user: &str) -> Result<Option<Member>> {
    optional!(db, Row, GET, workspace, user)?.map(Member::try_from).transpose()
}

/// Gives a member another role or sight.
pub async fn change(tx: &mut Tx, workspace: &str, user: &str, role: Role, personal: Personal) -> Result<()> {
    let touched = execute!(tx, CHANGE, workspace, user, role.key(), personal.key())?;
    if touched == 1 { Ok(()) } else { Err(Error::none("member", user)) }
}

/// Notes that they are here.
pub async fn seen(db: impl Access, workspace: &str, user: &str, now: Instant) -> Result<()> {
    execute!(db, SEEN, workspace, user, now.0).map(|_| ())
}

/// Takes a member out.
pub async fn remove(tx: &mut Tx, workspace: &str, user: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, workspace, user, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("member", user)) }
}

/// How many owners may sign in.
pub async fn owners(db: impl Access, workspace: &str) -> Result<i64> {
    scalar!(db, i64, OWNERS, workspace)
}
