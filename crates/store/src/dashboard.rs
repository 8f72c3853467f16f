//! Dashboards: documents of a person or of the team. Two people who change one at the same time are told so by its edition.

use crate::{Access, Error, Result, Tx, db::clean};
use domain::{Label, clock::Instant};

/// A dashboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Dashboard {
    /// `dsh_…`
    pub id: String,
    /// whose, `usr_…`
    pub owner: String,
    /// the owner's name
    pub owner_name: Option<String>,
    /// name for people
    pub name: Label,
    /// what is on it
    pub tiles: serde_json::Value,
    /// for everybody, or its owner alone
    pub shared: bool,
    /// one more with every change, from 1
    pub edition: i64,
    /// made
    pub created_at: Instant,
    /// last changed
    pub updated_at: Instant,
    /// by whom, `usr_…`
    pub updated_by: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    owner: String,
    owner_name: Option<String>,
    name_zh: String,
    name_en: String,
    tiles: String,
    audience: String,
    edition: i64,
    created_at: i64,
    updated_at: i64,
    updated_by: String,
}

const EVERYONE: &str = "everyone";

fn audience(shared: bool) -> &'static str {
    if shared { EVERYONE } else { "private" }
}

impl TryFrom<Row> for Dashboard {
    type Error = Error;

    fn try_from(r: Row) -> Result<Dashboard> {
        Ok(Dashboard {
            tiles: serde_json::from_str(&r.tiles)?,
            id: r.id,
            owner: r.owner,
            owner_name: r.owner_name,
            name: Label::new(r.name_zh, r.name_en),
            shared: r.audience == EVERYONE,
            edition: r.edition,
            created_at: Instant(r.created_at),
            updated_at: Instant(r.updated_at),
            updated_by: r.updated_by,
        })
    }
}

statements! {
    LIST = "SELECT d.id, d.owner, u.name AS owner_name, d.name_zh, d.name_en, d.tiles, d.audience, d.edition, d.created_at, d.updated_at, d.updated_by
        FROM dashboards d LEFT JOIN users u ON u.id = d.owner
        WHERE d.workspace = $1 AND d.removed_at IS NULL AND (d.owner = $2 OR d.audience = 'everyone')
        ORDER BY d.created_at, d.id";
    ALL = "SELECT d.id, d.owner, u.name AS owner_name, d.name_zh, d.name_en, d.tiles, d.audience, d.edition, d.created_at, d.updated_at, d.updated_by
        FROM dashboards d LEFT JOIN users u ON u.id = d.owner
        WHERE d.workspace = $1 AND d.removed_at IS NULL ORDER BY d.created_at, d.id";
    GET = "SELECT d.id, d.owner, u.name AS owner_name, d.name_zh, d.name_en, d.tiles, d.audience, d.edition, d.created_at, d.updated_at, d.updated_by
        FROM dashboards d LEFT JOIN users u ON u.id = d.owner
        WHERE d.workspace = $1 AND d.id = $2 AND d.removed_at IS NULL AND (d.owner = $3 OR d.audience = 'everyone')";
    COUNT = "SELECT COUNT(*) FROM dashboards WHERE workspace = $1 AND owner = $2 AND removed_at IS NULL";
    INSERT = "INSERT INTO dashboards (id, workspace, owner, name_zh, name_en, tiles, audience, edition, created_at, updated_at, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $3)";
    CHANGE = "UPDATE dashboards SET name_zh = $4, name_en = $5, tiles = $6, audience = $7, edition = edition + 1, updated_at = $8, updated_by = $9
        WHERE workspace = $1 AND id = $2 AND edition = $3 AND removed_at IS NULL";
    REMOVE = "UPDATE dashboards SET removed_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    RESTORE = "UPDATE dashboards SET removed_at = NULL WHERE workspace = $1 AND id = $2 AND removed_at >= $3 AND (owner = $4 OR audience = 'everyone')";
}

/// One's own and the team's, oldest first.
pub async fn list(db: impl Access, workspace: &str, user: &str) -> Result<Vec<Dashboard>> {
    rows!(db, Row, LIST, workspace, user)?.into_iter().map(Dashboard::try_from).collect()
}

/// Everybody's, oldest first.
pub async fn all(db: impl Access, workspace: &str) -> Result<Vec<Dashboard>> {
    rows!(db, Row, ALL, workspace)?.into_iter().map(Dashboard::try_from).collect()
}

/// One, if it is one's own or the team's.
pub async fn get(db: impl Access, workspace: &str, id: &str, user: &str) -> Result<Option<Dashboard>> {
    optional!(db, Row, GET, workspace, id, user)?.map(Dashboard::try_from).transpose()
}

/// How many somebody has.
pub async fn count(db: impl Access, workspace: &str, owner: &str) -> Result<i64> {
    scalar!(db, i64, COUNT, workspace, owner)
}

/// Keeps a new one.
pub async fn create(tx: &mut Tx, workspace: &str, d: &Dashboard) -> Result<()> {
    let (zh, en, tiles) = (clean(d.name.zh.clone()), clean(d.name.en.clone()), d.tiles.to_string());
    execute!(tx, INSERT, d.id.as_str(), workspace, d.owner.as_str(), zh.as_str(), en.as_str(), tiles.as_str(), audience(d.shared), d.edition, d.created_at.0).map(|_| ())
}

/// Changes one if it still is of the edition `d` has; false if somebody else was quicker.
pub async fn change(tx: &mut Tx, workspace: &str, d: &Dashboard) -> Result<bool> {
    let (zh, en, tiles) = (clean(d.name.zh.clone()), clean(d.name.en.clone()), d.tiles.to_string());
    let touched = execute!(
        tx, CHANGE, workspace, d.id.as_str(), d.edition, zh.as_str(), en.as_str(), tiles.as_str(), audience(d.shared), d.updated_at.0, d.updated_by.as_str()
    )?;
    Ok(touched == 1)
}

/// Takes one away.
pub async fn remove(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, workspace, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("dashboard", id)) }
}

/// Brings one back that was taken away since `from`, for its owner, or for anybody if it is the team's; false if there is none.
pub async fn restore(tx: &mut Tx, workspace: &str, id: &str, from: Instant, user: &str) -> Result<bool> {
    Ok(execute!(tx, RESTORE, workspace, id, from.0, user)? == 1)
}
