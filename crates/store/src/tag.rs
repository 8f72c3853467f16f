//! Tags: their names and colours. Who has one is a set of customers ([`crate::mark`]).

use crate::{Access, Error, Result, Tx};
use domain::{
    clock::Instant,
    tag::{Colour, folded},
};

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// `tag_…`
    pub id: String,
    /// as it is shown
    pub name: String,
    /// its colour
    pub colour: Colour,
    /// who made it, `usr_…`
    pub created_by: String,
    /// made
    pub created_at: Instant,
    /// taken away
    pub removed_at: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    colour: String,
    created_by: String,
    created_at: i64,
    removed_at: Option<i64>,
}

impl From<Row> for Tag {
    fn from(r: Row) -> Tag {
        Tag {
            id: r.id,
            name: r.name,
            colour: Colour::parse(&r.colour).unwrap_or_default(),
            created_by: r.created_by,
            created_at: Instant(r.created_at),
            removed_at: r.removed_at.map(Instant),
        }
    }
}

statements! {
    LIST = "SELECT id, name, colour, created_by, created_at, removed_at FROM tags
        WHERE workspace = $1 AND removed_at IS NULL ORDER BY folded, id";
    GET = "SELECT id, name, colour, created_by, created_at, removed_at FROM tags WHERE workspace = $1 AND id = $2";
    COUNT = "SELECT COUNT(*) FROM tags WHERE workspace = $1 AND removed_at IS NULL";
    INSERT = "INSERT INTO tags (id, workspace, name, folded, colour, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    CHANGE = "UPDATE tags SET name = $3, folded = $4, colour = $5 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    REMOVE = "UPDATE tags SET removed_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    RESTORE = "UPDATE tags SET removed_at = NULL WHERE workspace = $1 AND id = $2 AND removed_at IS NOT NULL";
}

/// Every tag, by name.
pub async fn list(db: impl Access, workspace: &str) -> Result<Vec<Tag>> {
    Ok(rows!(db, Row, LIST, workspace)?.into_iter().map(Tag::from).collect())
}

/// One, also if it was taken away.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Tag>> {
    Ok(optional!(db, Row, GET, workspace, id)?.map(Tag::from))
}

/// How many there are.
pub async fn count(db: impl Access, workspace: &str) -> Result<i64> {
    scalar!(db, i64, COUNT, workspace)
}

/// Adds one; `Taken` if there is one of this name.
pub async fn create(tx: &mut Tx, workspace: &str, tag: &Tag) -> Result<()> {
    let (id, name, fold) = (tag.id.as_str(), tag.name.as_str(), folded(&tag.name));
    execute!(tx, INSERT, id, workspace, name, fold.as_str(), tag.colour.key(), tag.created_by.as_str(), tag.created_at.0)
        .map_err(|e| e.taken("tag"))
        .map(|_| ())
}

/// Gives it another name and colour; `Taken` if another has the name.
pub async fn change(tx: &mut Tx, workspace: &str, id: &str, name: &str, colour: Colour) -> Result<()> {
    let fold = folded(name);
    let touched = execute!(tx, CHANGE, workspace, id, name, fold.as_str(), colour.key()).map_err(|e| e.taken("tag"))?;
    if touched == 1 { Ok(()) } else { Err(Error::none("tag", id)) }
}

/// Takes it away; who had it is remembered.
pub async fn remove(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, workspace, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("tag", id)) }
}

/// Brings it back on everybody who had it; `Taken` if another has its name now.
pub async fn restore(tx: &mut Tx, workspace: &str, id: &str) -> Result<()> {
    let touched = execute!(tx, RESTORE, workspace, id).map_err(|e| e.taken("tag"))?;
    if touched == 1 { Ok(()) } else { Err(Error::none("tag", id)) }
}
