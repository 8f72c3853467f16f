//! Saved views of the customer list, those each person keeps in front, and the one each begins with.

use crate::{Access, Error, Result, Tx, db::clean};
use domain::clock::Instant;
use std::collections::BTreeSet;

/// A saved view.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// `v_…`
    pub id: String,
    /// whose, `usr_…`
    pub owner: String,
    /// the owner's name
    pub owner_name: Option<String>,
    /// name for people
    pub name: String,
    /// what the address says: filters, sort, columns, density
    pub query: serde_json::Value,
    /// for everybody, or its owner alone
    pub shared: bool,
    /// made
    pub created_at: Instant,
    /// last changed
    pub updated_at: Instant,
    /// last looked through by anybody, to the hour
    pub used_at: Instant,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    owner: String,
    owner_name: Option<String>,
    name: String,
    query: String,
    audience: String,
    created_at: i64,
    updated_at: i64,
    used_at: i64,
}

impl TryFrom<Row> for View {
    type Error = Error;

    fn try_from(r: Row) -> Result<View> {
        Ok(View {
            query: serde_json::from_str(&r.query)?,
            id: r.id,
            owner: r.owner,
            owner_name: r.owner_name,
            name: r.name,
            shared: r.audience == EVERYONE,
            created_at: Instant(r.created_at),
            updated_at: Instant(r.updated_at),
            used_at: Instant(r.used_at),
        })
    }
}

const EVERYONE: &str = "everyone";
const PRIVATE: &str = "private";

fn audience(shared: bool) -> &'static str {
    if shared { EVERYONE } else { PRIVATE }
}

statements! {
    LIST = "SELECT v.id, v.owner, u.name AS owner_name, v.name, v.query, v.audience, v.created_at, v.updated_at, v.used_at
        FROM views v LEFT JOIN users u ON u.id = v.owner
        WHERE v.workspace = $1 AND v.removed_at IS NULL AND (v.owner = $2 OR v.audience = 'everyone')
        ORDER BY v.created_at, v.id";
    ALL = "SELECT v.id, v.owner, u.name AS owner_name, v.name, v.query, v.audience, v.created_at, v.updated_at, v.used_at
        FROM views v LEFT JOIN users u ON u.id = v.owner
        WHERE v.workspace = $1 AND v.removed_at IS NULL ORDER BY v.created_at, v.id";
    GET = "SELECT v.id, v.owner, u.name AS owner_name, v.name, v.query, v.audience, v.created_at, v.updated_at, v.used_at
        FROM views v LEFT JOIN users u ON u.id = v.owner
        WHERE v.workspace = $1 AND v.id = $2 AND v.removed_at IS NULL AND (v.owner = $3 OR v.audience = 'everyone')";
    COUNT = "SELECT COUNT(*) FROM views WHERE workspace = $1 AND owner = $2 AND removed_at IS NULL";
    INSERT = "INSERT INTO views (id, workspace, owner, name, query, audience, created_at, updated_at, used_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7)";
    CHANGE = "UPDATE views SET name = $3, query = $4, audience = $5, updated_at = $6 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    REMOVE = "UPDATE views SET removed_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    REMOVED = "SELECT v.id, v.owner, u.name AS owner_name, v.name, v.query, v.audience, v.created_at, v.updated_at, v.used_at
        FROM views v LEFT JOIN users u ON u.id = v.owner
        WHERE v.workspace = $1 AND v.id = $2 AND v.removed_at IS NOT NULL AND (v.owner = $3 OR v.audience = 'everyone')";
    RESTORE = "UPDATE views SET removed_at = NULL WHERE workspace = $1 AND id = $2 AND removed_at IS NOT NULL";
    USED = "UPDATE views SET used_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    DEFAULT = "SELECT view FROM view_defaults WHERE workspace = $1 AND user_id = $2";
    SET_DEFAULT = "INSERT INTO view_defaults (workspace, user_id, view) VALUES ($1, $2, $3)
        ON CONFLICT (workspace, user_id) DO UPDATE SET view = excluded.view";
    DROP_DEFAULT = "DELETE FROM view_defaults WHERE workspace = $1 AND user_id = $2";
    PINNED = "SELECT view FROM view_pins WHERE workspace = $1 AND user_id = $2";
    PIN = "INSERT INTO view_pins (workspace, user_id, view) VALUES ($1, $2, $3) ON CONFLICT (workspace, user_id, view) DO NOTHING";
    UNPIN = "DELETE FROM view_pins WHERE workspace = $1 AND user_id = $2 AND view = $3";
}

/// One's own and those for everybody, oldest first.
pub async fn list(db: impl Access, workspace: &str, user: &str) -> Result<Vec<View>> {
    rows!(db, Row, LIST, workspace, user)?.into_iter().map(View::try_from).collect()
}

/// Everybody's, oldest first.
pub async fn all(db: impl Access, workspace: &str) -> Result<Vec<View>> {
    rows!(db, Row, ALL, workspace)?.into_iter().map(View::try_from).collect()
}

/// One, if it is one's own or for everybody.
pub async fn get(db: impl Access, workspace: &str, id: &str, user: &str) -> Result<Option<View>> {
    optional!(db, Row, GET, workspace, id, user)?.map(View::try_from).transpose()
}

/// How many somebody has.
pub async fn count(db: impl Access, workspace: &str, owner: &str) -> Result<i64> {
    scalar!(db, i64, COUNT, workspace, owner)
}

/// Saves a new one.
pub async fn create(tx: &mut Tx, workspace: &str, v: &View) -> Result<()> {
    let (name, query) = (clean(v.name.clone()), v.query.to_string());
    execute!(tx, INSERT, v.id.as_str(), workspace, v.owner.as_str(), name.as_str(), query.as_str(), audience(v.shared), v.created_at.0).map(|_| ())
}

/// Changes one.
pub async fn change(tx: &mut Tx, workspace: &str, v: &View) -> Result<()> {
    let (name, query) = (clean(v.name.clone()), v.query.to_string());
    let touched = execute!(tx, CHANGE, workspace, v.id.as_str(), name.as_str(), query.as_str(), audience(v.shared), v.updated_at.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("view", &v.id)) }
}

/// Takes one away.
pub async fn remove(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, workspace, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("view", id)) }
}

/// One that was taken away, if it was one's own or for everybody.
pub async fn removed(db: impl Access, workspace: &str, id: &str, user: &str) -> Result<Option<View>> {
    optional!(db, Row, REMOVED, workspace, id, user)?.map(View::try_from).transpose()
}

/// Brings one back as it was.
pub async fn restore(tx: &mut Tx, workspace: &str, id: &str) -> Result<()> {
    let touched = execute!(tx, RESTORE, workspace, id)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("view", id)) }
}

/// Notes that somebody looks through one.
pub async fn used(db: impl Access, workspace: &str, id: &str, now: Instant) -> Result<()> {
    execute!(db, USED, workspace, id, now.0).map(|_| ())
}

/// The view somebody begins with.
pub async fn default(db: impl Access, workspace: &str, user: &str) -> Result<Option<String>> {
    Ok(optional!(db, (String,), DEFAULT, workspace, user)?.map(|(view,)| view))
}

/// Says which view somebody begins with.
pub async fn set_default(tx: &mut Tx, workspace: &str, user: &str, view: Option<&str>) -> Result<()> {
    match view {
        Some(view) => execute!(tx, SET_DEFAULT, workspace, user, view),
        None => execute!(tx, DROP_DEFAULT, workspace, user),
    }
    .map(|_| ())
}

/// The views somebody keeps in front.
pub async fn pinned(db: impl Access, workspace: &str, user: &str) -> Result<BTreeSet<String>> {
    Ok(rows!(db, (String,), PINNED, workspace, user)?.into_iter().map(|(view,)| view).collect())
}

/// Says whether somebody keeps a view in front.
pub async fn pin(tx: &mut Tx, workspace: &str, user: &str, view: &str, pinned: bool) -> Result<()> {
    let done = if pinned { execute!(tx, PIN, workspace, user, view) } else { execute!(tx, UNPIN, workspace, user, view) };
    done.map(|_| ())
}
