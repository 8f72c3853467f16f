//! Sessions: a signed-in browser. Only the hash of its token is kept.

use crate::{Access, Result, member, member::Member};
use domain::{
    access::{Personal, Role},
    clock::Instant,
};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// `ses_…`: what it is called where people see it
    pub id: String,
    /// hash of the token in the cookie
    pub token_hash: String,
    /// whose
    pub user: String,
    /// signed in
    pub created_at: Instant,
    /// last request that was noted
    pub seen_at: Instant,
    /// over
    pub expires_at: Instant,
    /// what the browser said of itself when it began
    pub agent: String,
    /// the address it was begun from
    pub address: String,
    /// how: `password`, `invitation`, `setup`, …
    pub via: String,
}

#[derive(sqlx::FromRow)]
struct Own {
    id: String,
    token_hash: String,
    user_id: String,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
    agent: String,
    address: String,
    via: String,
}

impl From<Own> for Session {
    fn from(r: Own) -> Session {
        Session {
            id: r.id,
            token_hash: r.token_hash,
            user: r.user_id,
            created_at: Instant(r.created_at),
            seen_at: Instant(r.seen_at),
            expires_at: Instant(r.expires_at),
            agent: r.agent,
            address: r.address,
            via: r.via,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    session_id: String,
    agent: String,
    address: String,
    via: String,
    token_hash: String,
    session_created_at: i64,
    seen_at: i64,
    expires_at: i64,
    user_id: String,
    email: String,
    name: String,
    role: String,
    personal: String,
    joined_at: i64,
    member_seen_at: Option<i64>,
    disabled_at: Option<i64>,
    due: i64,
    viewing: Option<String>,
    viewing_until: Option<i64>,
    viewed_email: Option<String>,
    viewed_name: Option<String>,
    viewed_role: Option<String>,
    viewed_personal: Option<String>,
    viewed_joined_at: Option<i64>,
    viewed_seen_at: Option<i64>,
}

/// As whom the owner of a session looks at the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewing {
    /// `usr_…`
    pub user: String,
    /// at the latest
    pub until: Instant,
    /// the member, as long as they are what they were when it began
    pub member: Option<Member>,
}

/// A session in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// the session
    pub session: Session,
    /// whose
    pub member: Member,
    /// the business asks everybody for a second factor, and they have none
    pub second_factor_due: bool,
    /// as whom they look
    pub viewing: Option<Viewing>,
}

statements! {
    INSERT = "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at, id, agent, address, via)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND = "SELECT s.id AS session_id, s.agent, s.address, s.via, s.token_hash, s.created_at AS session_created_at, s.seen_at, s.expires_at, s.user_id, u.email, u.name, m.role,
            m.personal, m.joined_at, m.seen_at AS member_seen_at, u.disabled_at,
            (SELECT COUNT(*) FROM sign_in_rules r WHERE r.workspace = m.workspace AND r.second_factor = 1
                AND NOT EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = s.user_id AND f.confirmed_at IS NOT NULL)) AS due,
            s.viewing, s.viewing_until, v.email AS viewed_email, v.name AS viewed_name, w.role AS viewed_role, w.personal AS viewed_personal,
            w.joined_at AS viewed_joined_at, w.seen_at AS viewed_seen_at
        FROM sessions s JOIN users u ON u.id = s.user_id JOIN members m ON m.user_id = s.user_id AND m.workspace = $1
            LEFT JOIN members w ON w.workspace = $1 AND w.user_id = s.viewing AND w.removed_at IS NULL
                AND w.role = s.viewing_role AND w.personal = s.viewing_personal
            LEFT JOIN users v ON v.id = w.user_id AND v.disabled_at IS NULL
        WHERE s.token_hash = $2 AND s.expires_at > $3 AND u.disabled_at IS NULL AND m.removed_at IS NULL";
    SEEN = "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE token_hash = $1";
    VIEW = "UPDATE sessions SET viewing = $2, viewing_role = $3, viewing_personal = $4, viewing_until = $5 WHERE token_hash = $1";
    VIEW_NO_MORE = "UPDATE sessions SET viewing = NULL, viewing_role = NULL, viewing_personal = NULL, viewing_until = NULL
        WHERE token_hash = $1 AND viewing IS NOT NULL";
    OF_USER = "SELECT id, token_hash, user_id, created_at, seen_at, expires_at, agent, address, via FROM sessions
        WHERE user_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id DESC";
    DELETE = "DELETE FROM sessions WHERE token_hash = $1";
    DELETE_ONE = "DELETE FROM sessions WHERE user_id = $1 AND id = $2";
    DELETE_OF_USER = "DELETE FROM sessions WHERE user_id = $1";
    DELETE_OTHERS = "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2";
    COUNT_OF_USER = "SELECT COUNT(*) FROM sessions WHERE user_id = $1";
    DELETE_EXPIRED = "DELETE FROM sessions WHERE expires_at <= $1";
}

/// Begins a session.
pub async fn create(db: impl Access, s: &Session) -> Result<()> {
    execute!(
        db, INSERT, s.token_hash.as_str(), s.user.as_str(), s.created_at.0, s.seen_at.0, s.expires_at.0, s.id.as_str(), s.agent.as_str(),
        s.address.as_str(), s.via.as_str(),
    )
    .map(|_| ())
}

/// The session of a token hash and the member it belongs to, unless it is over, or they were locked or taken out.
pub async fn find(db: impl Access, workspace: &str, token_hash: &str, now: Instant) -> Result<Option<Found>> {
    let Some(r) = optional!(db, Row, FIND, workspace, token_hash, now.0)? else { return Ok(None) };
    let second_factor_due = r.due > 0;
    let viewing = viewing(&r)?;
    let session = Session {
        id: r.session_id,
        agent: r.agent,
        address: r.address,
        via: r.via,
        token_hash: r.token_hash,
        user: r.user_id.clone(),
        created_at: Instant(r.session_created_at),
        seen_at: Instant(r.seen_at),
        expires_at: Instant(r.expires_at),
    };
    let row = member::Row {
        user_id: r.user_id,
        email: r.email,
        name: r.name,
        role: r.role,
        personal: r.personal,
        joined_at: r.joined_at,
        member_seen_at: r.member_seen_at,
        disabled_at: r.disabled_at,
    };
    Ok(Some(Found { session, member: Member::try_from(row)?, second_factor_due, viewing }))
}

fn viewing(r: &Row) -> Result<Option<Viewing>> {
    let (Some(user), Some(until)) = (r.viewing.clone(), r.viewing_until.map(Instant)) else { return Ok(None) };
    let member = match (r.viewed_email.clone(), r.viewed_name.clone(), r.viewed_role.clone(), r.viewed_personal.clone(), r.viewed_joined_at) {
        (Some(email), Some(name), Some(role), Some(personal), Some(joined_at)) => {
            Some(Member::try_from(member::Row { user_id: user.clone(), email, name, role, personal, joined_at, member_seen_at: r.viewed_seen_at, disabled_at: None })?)
        }
        _ => None,
    };
    Ok(Some(Viewing { user, until, member }))
}

/// From now on its owner looks as somebody who is this.
pub async fn view(db: impl Access, token_hash: &str, user: &str, (role, personal): (Role, Personal), until: Instant) -> Result<()> {
    execute!(db, VIEW, token_hash, user, role.key(), personal.key(), until.0).map(|_| ())
}

/// Its owner looks as themselves again; false if they did.
pub async fn view_no_more(db: impl Access, token_hash: &str) -> Result<bool> {
    Ok(execute!(db, VIEW_NO_MORE, token_hash)? == 1)
}

/// Notes a request and prolongs the session.
pub async fn seen(db: impl Access, token_hash: &str, now: Instant, expires_at: Instant) -> Result<()> {
    execute!(db, SEEN, token_hash, now.0, expires_at.0).map(|_| ())
}

/// Signs out.
pub async fn delete(db: impl Access, token_hash: &str) -> Result<()> {
    execute!(db, DELETE, token_hash).map(|_| ())
}

/// The sessions of a user that are not over, used last first.
pub async fn of_user(db: impl Access, user: &str, now: Instant) -> Result<Vec<Session>> {
    Ok(rows!(db, Own, OF_USER, user, now.0)?.into_iter().map(Session::from).collect())
}

/// Ends one session of a user; false if they have none of this id.
pub async fn delete_one(db: impl Access, user: &str, id: &str) -> Result<bool> {
    Ok(execute!(db, DELETE_ONE, user, id)? == 1)
}

/// Signs a user out everywhere.
pub async fn delete_of_user(db: impl Access, user: &str) -> Result<u64> {
    execute!(db, DELETE_OF_USER, user)
}

/// Signs a user out everywhere but here.
pub async fn delete_others(db: impl Access, user: &str, token_hash: &str) -> Result<u64> {
    execute!(db, DELETE_OTHERS, user, token_hash)
}

/// How many browsers a user is signed in with.
pub async fn count_of_user(db: impl Access, user: &str) -> Result<i64> {
    scalar!(db, i64, COUNT_OF_USER, user)
}

/// Forgets sessions that are over.
pub async fn delete_expired(db: impl Access, now: Instant) -> Result<u64> {
    execute!(db, DELETE_EXPIRED, now.0)
}
