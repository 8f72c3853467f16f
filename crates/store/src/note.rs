//! Notes: what people write about a customer in their own words. They live here and never in the lake.

use crate::{Access, Error, Result, Tx, db::clean};
use domain::{CustomerKey, clock::Instant};

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// `not_…`
    pub id: String,
    /// about whom
    pub customer: CustomerKey,
    /// whose, `usr_…`
    pub author: String,
    /// the author's name
    pub author_name: Option<String>,
    /// the words
    pub body: String,
    /// written
    pub created_at: Instant,
    /// last changed
    pub edited_at: Option<Instant>,
    /// taken away
    pub removed_at: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    customer: i64,
    author: String,
    author_name: Option<String>,
    body: String,
    created_at: i64,
    edited_at: Option<i64>,
    removed_at: Option<i64>,
}

impl From<Row> for Note {
    fn from(r: Row) -> Note {
        Note {
            id: r.id,
            customer: CustomerKey(r.customer as u32),
            author: r.author,
            author_name: r.author_name,
            body: r.body,
            created_at: Instant(r.created_at),
            edited_at: r.edited_at.map(Instant),
            removed_at: r.removed_at.map(Instant),
        }
    }
}

statements! {
    OF = "SELECT n.id, n.customer, n.author, u.name AS author_name, n.body, n.created_at, n.edited_at, n.removed_at
        FROM notes n LEFT JOIN users u ON u.id = n.author
        WHERE (n.customer = $1 OR n.customer IN (SELECT c.key FROM customers c WHERE c.root = $1)) AND n.removed_at IS NULL ORDER BY n.created_at DESC, n.id DESC";
    GET = "SELECT n.id, n.customer, n.author, u.name AS author_name, n.body, n.created_at, n.edited_at, n.removed_at
        FROM notes n LEFT JOIN users u ON u.id = n.author WHERE n.id = $1";
    INSERT = "INSERT INTO notes (id, customer, author, body, created_at) VALUES ($1, $2, $3, $4, $5)";
    CHANGE = "UPDATE notes SET body = $2, edited_at = $3 WHERE id = $1 AND removed_at IS NULL";
    REMOVE = "UPDATE notes SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
    RESTORE = "UPDATE notes SET removed_at = NULL WHERE id = $1 AND removed_at IS NOT NULL";
    FORGET = "DELETE FROM notes WHERE removed_at < $1";
}

/// Notes about a customer, newest first.
pub async fn of(db: impl Access, customer: CustomerKey) -> Result<Vec<Note>> {
    Ok(rows!(db, Row, OF, i64::from(customer.0))?.into_iter().map(Note::from).collect())
}

/// One, also if it was taken away.
pub async fn get(db: impl Access, id: &str) -> Result<Option<Note>> {
    Ok(optional!(db, Row, GET, id)?.map(Note::from))
}

/// Writes one.
pub async fn create(tx: &mut Tx, note: &Note) -> Result<()> {
    let body = clean(note.body.clone());
    execute!(tx, INSERT, note.id.as_str(), i64::from(note.customer.0), note.author.as_str(), body.as_str(), note.created_at.0).map(|_| ())
}

/// Gives it other words.
pub async fn change(tx: &mut Tx, id: &str, body: &str, now: Instant) -> Result<()> {
    let body = clean(body.to_owned());
    let touched = execute!(tx, CHANGE, id, body.as_str(), now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("note", id)) }
}

/// Takes it away; it can come back until it is forgotten.
pub async fn remove(tx: &mut Tx, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("note", id)) }
}

/// Brings it back.
pub async fn restore(tx: &mut Tx, id: &str) -> Result<()> {
    let touched = execute!(tx, RESTORE, id)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("note", id)) }
}

/// Deletes for good what was taken away before an instant.
pub async fn forget(tx: &mut Tx, before: Instant) -> Result<u64> {
    execute!(tx, FORGET, before.0)
}
