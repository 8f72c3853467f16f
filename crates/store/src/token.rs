//! API tokens: what a program signs in with. Only the hash of the secret is kept, and its first letters to tell it by.

use crate::{Access, Error, Result, Tx, member, member::Member};
use domain::{
    access::{Permissions, Personal, Role},
    clock::Instant,
};

/// An API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// `tok_…`
    pub id: String,
    /// whose, `usr_…`
    pub user: String,
    /// their name
    pub user_name: String,
    /// what it is for
    pub name: String,
    /// the first letters of the secret
    pub prefix: String,
    /// at most what this role may
    pub role: Role,
    /// whether it sees people's details
    pub personal: Personal,
    /// made
    pub created_at: Instant,
    /// no longer good
    pub expires_at: Instant,
    /// last used, to the minute
    pub used_at: Option<Instant>,
    /// taken back
    pub revoked_at: Option<Instant>,
}

impl Token {
    /// What it may do in the hands of an owner with these permissions.
    pub fn permissions(&self, owner: Permissions) -> Permissions {
        self.role.granted(self.personal).by_token().and(owner)
    }

    /// `active`, `expired` or `revoked`.
    pub fn state(&self, now: Instant) -> &'static str {
        match self.revoked_at {
            Some(_) => "revoked",
            None if self.expires_at <= now => "expired",
            None => "active",
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    user_name: String,
    name: String,
    prefix: String,
    role: String,
    personal: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for Token {
    type Error = Error;

    fn try_from(r: Row) -> Result<Token> {
        Ok(Token {
            role: member::role(&r.role)?,
            personal: member::personal(&r.personal)?,
            id: r.id,
            user: r.user_id,
            user_name: r.user_name,
            name: r.name,
            prefix: r.prefix,
            created_at: Instant(r.created_at),
            expires_at: Instant(r.expires_at),
            used_at: r.used_at.map(Instant),
            revoked_at: r.revoked_at.map(Instant),
        })
    }
}

/// A token and whose it is.
#[derive(sqlx::FromRow)]
struct Owned {
    #[sqlx(flatten)]
    token: Row,
    email: String,
    member_role: String,
    member_personal: String,
    joined_at: i64,
    member_seen_at: Option<i64>,
}

statements! {
    INSERT = "INSERT INTO tokens (id, workspace, token_hash, user_id, name, prefix, role, personal, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    FIND = "SELECT t.id, t.user_id, u.name AS user_name, t.name, t.prefix, t.role, t.personal, t.created_at, t.expires_at,
            t.used_at, t.revoked_at,
            u.email, m.role AS member_role, m.personal AS member_personal, m.joined_at, m.seen_at AS member_seen_at
        FROM tokens t JOIN users u ON u.id = t.user_id
            JOIN members m ON m.user_id = t.user_id AND m.workspace = t.workspace
        WHERE t.workspace = $1 AND t.token_hash = $2 AND t.expires_at > $3 AND t.revoked_at IS NULL
            AND u.disabled_at IS NULL AND m.removed_at IS NULL";
    LIST = "SELECT t.id, t.user_id, u.name AS user_name, t.name, t.prefix, t.role, t.personal, t.created_at, t.expires_at,
            t.used_at, t.revoked_at
        FROM tokens t JOIN users u ON u.id = t.user_id
        WHERE t.workspace = $1 AND (t.user_id = $2 OR $2 = '') ORDER BY t.created_at DESC, t.id DESC";
    GET = "SELECT t.id, t.user_id, u.name AS user_name, t.name, t.prefix, t.role, t.personal, t.created_at, t.expires_at,
            t.used_at, t.revoked_at
        FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.workspace = $1 AND t.id = $2";
    USED = "UPDATE tokens SET used_at = $2 WHERE id = $1";
    REVOKE = "UPDATE tokens SET revoked_at = $3 WHERE workspace = $1 AND id = $2 AND revoked_at IS NULL";
    REVOKE_OF_USER = "UPDATE tokens SET revoked_at = $3 WHERE workspace = $1 AND user_id = $2 AND revoked_at IS NULL";
}

/// Writes a token with the hash of its secret.
pub async fn create(tx: &mut Tx, workspace: &str, t: &Token, token_hash: &str) -> Result<()> {
    execute!(
        tx, INSERT, t.id.as_str(), workspace, token_hash, t.user.as_str(), t.name.as_str(), t.prefix.as_str(), t.role.key(),
        t.personal.key(), t.created_at.0, t.expires_at.0,
    )
    .map(|_| ())
}

/// The token of a secret and the member it belongs to; none if it is over, revoked, or its owner was taken out.
pub async fn find(db: impl Access, workspace: &str, token_hash: &str, now: Instant) -> Result<Option<(Token, Member)>> {
    let Some(row) = optional!(db, Owned, FIND, workspace, token_hash, now.0)? else { return Ok(None) };
    let token = Token::try_from(row.token)?;
    let owner = Member {
        user: token.user.clone(),
        email: row.email,
        name: token.user_name.clone(),
        role: member::role(&row.member_role)?,
        personal: member::personal(&row.member_personal)?,
        joined_at: Instant(row.joined_at),
        seen_at: row.member_seen_at.map(Instant),
        disabled: false,
    };
    Ok(Some((token, owner)))
}

/// Everybody's, or one person's; newest first.
pub async fn list(db: impl Access, workspace: &str, user: Option<&str>) -> Result<Vec<Token>> {
    rows!(db, Row, LIST, workspace, user.unwrap_or_default())?.into_iter().map(Token::try_from).collect()
}

/// By id.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Token>> {
    optional!(db, Row, GET, workspace, id)?.map(Token::try_from).transpose()
}

/// Notes that it was used.
pub async fn used(db: impl Access, id: &str, now: Instant) -> Result<()> {
    execute!(db, USED, id, now.0).map(|_| ())
}

/// Takes a token back; false if it was before.
pub async fn revoke(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, REVOKE, workspace, id, now.0)? == 1)
}

/// Takes back every token of a person, so that none comes alive again should they come back; answers how many.
pub async fn revoke_of_user(tx: &mut Tx, workspace: &str, user: &str, now: Instant) -> Result<u64> {
    execute!(tx, REVOKE_OF_USER, workspace, user, now.0)
}
