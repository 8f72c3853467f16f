//! Users: who may sign in; what they may do then is their membership's. The password hash is made and checked by `api`; the store
//! only keeps it.

use crate::{Access, Error, Result};
use domain::clock::Instant;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `usr_…`
    pub id: String,
    /// in lower case
    pub email: String,
    /// display name
    pub name: String,
    /// PHC string
    pub password_hash: String,
    /// made
    pub created_at: Instant,
    /// may no longer sign in
    pub disabled_at: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    name: String,
    password_hash: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl From<Row> for User {
    fn from(r: Row) -> User {
        User {
            id: r.id,
            email: r.email,
            name: r.name,
            password_hash: r.password_hash,
            created_at: Instant(r.created_at),
            disabled_at: r.disabled_at.map(Instant),
        }
    }
}

statements! {
    INSERT = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (email) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash, created_at = excluded.created_at
        WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = users.id) AND users.password_hash = ''
        RETURNING id";
    INSERT_FORMER = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, '', $4)";
    FORMER = "SELECT u.id, u.email FROM users u WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id) AND u.password_hash = ''";
    BY_ID = "SELECT id, email, name, password_hash, created_at, disabled_at FROM users WHERE id = $1";
    BY_EMAIL = "SELECT id, email, name, password_hash, created_at, disabled_at FROM users WHERE email = $1
            AND (users.password_hash <> '' OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = users.id))";
    LIST = "SELECT id, email, name, password_hash, created_at, disabled_at FROM users ORDER BY created_at, id";
    COUNT = "SELECT COUNT(*) FROM users WHERE users.password_hash <> '' OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = users.id)";
    PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1";
    DISABLE = "UPDATE users SET disabled_at = $2 WHERE id = $1";
}

/// Adds a user, and answers their id; `Taken` if the address is in use. Whoever did something in a business that was brought in
/// ([`create_former`]) is who did it, and keeps that id.
pub async fn create(db: impl Access, u: &User) -> Result<String> {
    let email = u.email.trim().to_lowercase();
    let made = optional!(
        db, (String,), INSERT, u.id.as_str(), email.as_str(), u.name.as_str(), u.password_hash.as_str(), u.created_at.0,
    )
    .map_err(|e| e.taken("e-mail address"))?;
    made.map(|(id,)| id).ok_or(Error::Taken { what: "e-mail address" })
}

/// Somebody who did something in a business that was brought in, and has no account here: a name for what they did, no more. Neither
/// [`by_email`] nor [`count`] knows them; an account made for their address later is theirs.
pub async fn create_former(db: impl Access, id: &str, email: &str, name: &str, now: Instant) -> Result<()> {
    let email = email.trim().to_lowercase();
    execute!(db, INSERT_FORMER, id, email.as_str(), name, now.0).map(|_| ()).map_err(|e| e.taken("e-mail address"))
}

/// Those of [`create_former`]: id and address.
pub async fn formers(db: impl Access) -> Result<Vec<(String, String)>> {
    rows!(db, (String, String), FORMER)
}

/// By id.
pub async fn get(db: impl Access, id: &str) -> Result<Option<User>> {
    Ok(optional!(db, Row, BY_ID, id)?.map(User::from))
}

/// The account of an address, in any case.
pub async fn by_email(db: impl Access, email: &str) -> Result<Option<User>> {
    let email = email.trim().to_lowercase();
    Ok(optional!(db, Row, BY_EMAIL, email.as_str())?.map(User::from))
}

/// Everybody who has a name here, oldest first.
pub async fn list(db: impl Access) -> Result<Vec<User>> {
    Ok(rows!(db, Row, LIST)?.into_iter().map(User::from).collect())
}

/// How many accounts there are.
pub async fn count(db: impl Access) -> Result<u64> {
    scalar!(db, i64, COUNT).map(|n| n.max(0) as u64)
}

/// Replaces the password hash.
pub async fn set_password(db: impl Access, id: &str, hash: &str) -> Result<()> {
    let touched = execute!(db, PASSWORD, id, hash)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("user", id)) }
}

/// Locks a user out (`Some`) or lets them in again.
pub async fn set_disabled(db: impl Access, id: &str, at: Option<Instant>) -> Result<()> {
    let touched = execute!(db, DISABLE, id, at.map(|t| t.0))?;
    if touched == 1 { Ok(()) } else { Err(Error::none("user", id)) }
}
