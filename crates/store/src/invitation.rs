//! Invitations: a link that lets one address join, once, for a while. Only the hash of its token is kept.

use crate::{Access, Error, Result, Tx, member};
use domain::{
    access::{Personal, Role},
    clock::Instant,
};

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `ivt_…`
    pub id: String,
    /// in lower case; nobody else can use it
    pub email: String,
    /// what they will be
    pub role: Role,
    /// whether they will see people's details
    pub personal: Personal,
    /// who invited, `usr_…`
    pub created_by: String,
    /// their name
    pub created_by_name: String,
    /// when
    pub created_at: Instant,
    /// no longer good
    pub expires_at: Instant,
    /// used
    pub accepted_at: Option<Instant>,
    /// taken back
    pub revoked_at: Option<Instant>,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// can be used
    Open,
    /// was used
    Accepted,
    /// was taken back
    Revoked,
    /// nobody used it in time
    Expired,
}

impl State {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Accepted => "accepted",
            State::Revoked => "revoked",
            State::Expired => "expired",
        }
    }
}

impl Invitation {
    /// Where it stands.
    pub fn state(&self, now: Instant) -> State {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => State::Accepted,
            (None, Some(_)) => State::Revoked,
            (None, None) if self.expires_at <= now => State::Expired,
            (None, None) => State::Open,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    role: String,
    personal: String,
    created_by: String,
    created_by_name: String,
    created_at: i64,
    expires_at: i64,
    accepted_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for Invitation {
    type Error = Error;

    fn try_from(r: Row) -> Result<Invitation> {
        Ok(Invitation {
            role: member::role(&r.role)?,
            personal: member::personal(&r.personal)?,
            id: r.id,
            email: r.email,
            created_by: r.created_by,
            created_by_name: r.created_by_name,
            created_at: Instant(r.created_at),
            expires_at: Instant(r.expires_at),
            accepted_at: r.accepted_at.map(Instant),
            revoked_at: r.revoked_at.map(Instant),
        })
    }
}

statements! {
    INSERT = "INSERT INTO invitations (id, workspace, token_hash, email, role, personal, created_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LIST = "SELECT i.id, i.email, i.role, i.personal, i.created_by, u.name AS created_by_name, i.created_at, i.expires_at,
            i.accepted_at, i.revoked_at
        FROM invitations i JOIN users u ON u.id = i.created_by
        WHERE i.workspace = $1 ORDER BY i.created_at DESC, i.id DESC LIMIT $2";
    GET = "SELECT i.id, i.email, i.role, i.personal, i.created_by, u.name AS created_by_name, i.created_at, i.expires_at,
            i.accepted_at, i.revoked_at
        FROM invitations i JOIN users u ON u.id = i.created_by WHERE i.workspace = $1 AND i.id = $2";
    BY_TOKEN = "SELECT i.id, i.email, i.role, i.personal, i.created_by, u.name AS created_by_name, i.created_at, i.expires_at,
            i.accepted_at, i.revoked_at
        FROM invitations i JOIN users u ON u.id = i.created_by
        WHERE i.workspace = $1 AND i.token_hash = $2 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $3";
    OF_ADDRESS = "SELECT i.id, i.email, i.role, i.personal, i.created_by, u.name AS created_by_name, i.created_at, i.expires_at,
            i.accepted_at, i.revoked_at
        FROM invitations i JOIN users u ON u.id = i.created_by
        WHERE i.workspace = $1 AND i.email = $2 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $3
        ORDER BY i.created_at DESC, i.id DESC LIMIT 1";
    ACCEPT = "UPDATE invitations SET accepted_at = $2
        WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2";
    REVOKE = "UPDATE invitations SET revoked_at = $3
        WHERE workspace = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    REVOKE_OF_ADDRESS = "UPDATE invitations SET revoked_at = $3
        WHERE workspace = $1 AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    FORGET = "DELETE FROM invitations WHERE expires_at < $1 OR accepted_at < $1 OR revoked_at < $1";
    REVOKE_BY = "UPDATE invitations SET revoked_at = $3
        WHERE workspace = $1 AND created_by = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
}

/// Writes an invitation with the hash of its token.
pub async fn create(tx: &mut Tx, workspace: &str, i: &Invitation, token_hash: &str) -> Result<()> {
    execute!(
        tx, INSERT, i.id.as_str(), workspace, token_hash, i.email.as_str(), i.role.key(), i.personal.key(), i.created_by.as_str(),
        i.created_at.0, i.expires_at.0,
    )
    .map(|_| ())
}

/// The newest `limit`, newest first.
pub async fn list(db: impl Access, workspace: &str, limit: u32) -> Result<Vec<Invitation>> {
    rows!(db, Row, LIST, workspace, i64::from(limit))?.into_iter().map(Invitation::try_from).collect()
}

/// By id.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Invitation>> {
    optional!(db, Row, GET, workspace, id)?.map(Invitation::try_from).transpose()
}

/// The open invitation of a token.
pub async fn by_token(db: impl Access, workspace: &str, token_hash: &str, now: Instant) -> Result<Option<Invitation>> {
    optional!(db, Row, BY_TOKEN, workspace, token_hash, now.0)?.map(Invitation::try_from).transpose()
}

/// The open invitation of an address.
pub async fn of_address(db: impl Access, workspace: &str, email: &str, now: Instant) -> Result<Option<Invitation>> {
    optional!(db, Row, OF_ADDRESS, workspace, email, now.0)?.map(Invitation::try_from).transpose()
}

/// Uses an invitation up; `NotFound` if it is no longer open.
pub async fn accept(tx: &mut Tx, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, ACCEPT, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("invitation", id)) }
}

/// Takes an open invitation back; false if it was not open.
pub async fn revoke(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, REVOKE, workspace, id, now.0)? == 1)
}

/// Takes back every open invitation of an address; answers how many.
pub async fn revoke_of_address(tx: &mut Tx, workspace: &str, email: &str, now: Instant) -> Result<u64> {
    execute!(tx, REVOKE_OF_ADDRESS, workspace, email, now.0)
}

/// Takes back every open invitation somebody made; answers how many.
pub async fn revoke_by(tx: &mut Tx, workspace: &str, user: &str, now: Instant) -> Result<u64> {
    execute!(tx, REVOKE_BY, workspace, user, now.0)
}

/// Forgets invitations that have been of no use since before an instant.
pub async fn forget(db: impl Access, before: Instant) -> Result<u64> {
    execute!(db, FORGET, before.0)
}
