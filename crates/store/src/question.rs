//! Questions in SQL: those people keep, and what each asked lately.

use crate::{Access, Error, Result, Tx, db::clean};
use domain::{Day, clock::Instant};

/// A question that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// `qry_…`
    pub id: String,
    /// whose, `usr_…`
    pub owner: String,
    /// the owner's name
    pub owner_name: Option<String>,
    /// name for people
    pub name: String,
    /// the question
    pub text: String,
    /// for everybody who may ask, or its owner alone
    pub shared: bool,
    /// made
    pub created_at: Instant,
    /// last changed
    pub updated_at: Instant,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    owner: String,
    owner_name: Option<String>,
    name: String,
    body: String,
    audience: String,
    created_at: i64,
    updated_at: i64,
}

impl From<Row> for Question {
    fn from(r: Row) -> Question {
        Question {
            id: r.id,
            owner: r.owner,
            owner_name: r.owner_name,
            name: r.name,
            text: r.body,
            shared: r.audience == EVERYONE,
            created_at: Instant(r.created_at),
            updated_at: Instant(r.updated_at),
        }
    }
}

const EVERYONE: &str = "everyone";

fn audience(shared: bool) -> &'static str {
    if shared { EVERYONE } else { "private" }
}

/// What somebody asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `ask_…`
    pub id: String,
    /// the question
    pub text: String,
    /// why it was not answered; empty if it was
    pub code: String,
    /// rows of the answer
    pub rows: i64,
    /// how long it took
    pub milliseconds: i64,
    /// the business day
    pub as_of: Day,
    /// when
    pub at: Instant,
}

#[derive(sqlx::FromRow)]
struct AskedRow {
    id: String,
    body: String,
    code: String,
    found: i64,
    milliseconds: i64,
    as_of: String,
    at: i64,
}

statements! {
    LIST = "SELECT q.id, q.owner, u.name AS owner_name, q.name, q.body, q.audience, q.created_at, q.updated_at
        FROM questions q LEFT JOIN users u ON u.id = q.owner
        WHERE q.workspace = $1 AND q.removed_at IS NULL AND (q.owner = $2 OR q.audience = 'everyone')
        ORDER BY q.created_at, q.id";
    GET = "SELECT q.id, q.owner, u.name AS owner_name, q.name, q.body, q.audience, q.created_at, q.updated_at
        FROM questions q LEFT JOIN users u ON u.id = q.owner
        WHERE q.workspace = $1 AND q.id = $2 AND q.removed_at IS NULL AND (q.owner = $3 OR q.audience = 'everyone')";
    COUNT = "SELECT COUNT(*) FROM questions WHERE workspace = $1 AND owner = $2 AND removed_at IS NULL";
    INSERT = "INSERT INTO questions (id, workspace, owner, name, body, audience, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
    CHANGE = "UPDATE questions SET name = $3, body = $4, audience = $5, updated_at = $6 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    REMOVE = "UPDATE questions SET removed_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    REMOVED = "SELECT q.id, q.owner, u.name AS owner_name, q.name, q.body, q.audience, q.created_at, q.updated_at
        FROM questions q LEFT JOIN users u ON u.id = q.owner
        WHERE q.workspace = $1 AND q.id = $2 AND q.removed_at IS NOT NULL AND (q.owner = $3 OR q.audience = 'everyone')";
    RESTORE = "UPDATE questions SET removed_at = NULL WHERE workspace = $1 AND id = $2 AND removed_at IS NOT NULL";
    NOTE = "INSERT INTO asked (id, workspace, user_id, body, code, found, milliseconds, as_of, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FORGET = "DELETE FROM asked WHERE workspace = $1 AND user_id = $2 AND at < (
        SELECT MIN(at) FROM (SELECT at FROM asked WHERE workspace = $1 AND user_id = $2 ORDER BY at DESC LIMIT 200) AS latest)";
    HISTORY = "SELECT id, body, code, found, milliseconds, as_of, at FROM asked WHERE workspace = $1 AND user_id = $2 ORDER BY at DESC, id DESC";
}

/// One's own and those for everybody, oldest first.
pub async fn list(db: impl Access, workspace: &str, user: &str) -> Result<Vec<Question>> {
    Ok(rows!(db, Row, LIST, workspace, user)?.into_iter().map(Question::from).collect())
}

/// One, if it is one's own or for everybody.
pub async fn get(db: impl Access, workspace: &str, id: &str, user: &str) -> Result<Option<Question>> {
    Ok(optional!(db, Row, GET, workspace, id, user)?.map(Question::from))
}

/// How many somebody keeps.
pub async fn count(db: impl Access, workspace: &str, owner: &str) -> Result<i64> {
    scalar!(db, i64, COUNT, workspace, owner)
}

/// Keeps a new one.
pub async fn create(tx: &mut Tx, workspace: &str, q: &Question) -> Result<()> {
    let (name, text) = (clean(q.name.clone()), clean(q.text.clone()));
    execute!(tx, INSERT, q.id.as_str(), workspace, q.owner.as_str(), name.as_str(), text.as_str(), audience(q.shared), q.created_at.0).map(|_| ())
}

/// Changes one.
pub async fn change(tx: &mut Tx, workspace: &str, q: &Question) -> Result<()> {
    let (name, text) = (clean(q.name.clone()), clean(q.text.clone()));
    let touched = execute!(tx, CHANGE, workspace, q.id.as_str(), name.as_str(), text.as_str(), audience(q.shared), q.updated_at.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("question", &q.id)) }
}

/// Takes one away.
pub async fn remove(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<()> {
    let touched = execute!(tx, REMOVE, workspace, id, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("question", id)) }
}

/// One that was taken away, if it was one's own or for everybody.
pub async fn removed(db: impl Access, workspace: &str, id: &str, user: &str) -> Result<Option<Question>> {
    Ok(optional!(db, Row, REMOVED, workspace, id, user)?.map(Question::from))
}

/// Brings one back as it was.
pub async fn restore(tx: &mut Tx, workspace: &str, id: &str) -> Result<()> {
    let touched = execute!(tx, RESTORE, workspace, id)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("question", id)) }
}

/// Notes what somebody asked; what is older than the latest two hundred goes.
pub async fn note(tx: &mut Tx, workspace: &str, user: &str, a: &Asked) -> Result<()> {
    let (text, as_of) = (clean(a.text.clone()), a.as_of.to_string());
    execute!(&mut *tx, NOTE, a.id.as_str(), workspace, user, text.as_str(), a.code.as_str(), a.rows, a.milliseconds, as_of.as_str(), a.at.0)?;
    execute!(tx, FORGET, workspace, user).map(|_| ())
}

/// What somebody asked, the latest first.
pub async fn history(db: impl Access, workspace: &str, user: &str) -> Result<Vec<Asked>> {
    let asked = |r: AskedRow| Asked { id: r.id, text: r.body, code: r.code, rows: r.found, milliseconds: r.milliseconds, as_of: Day::parse(&r.as_of).unwrap_or_default(), at: Instant(r.at) };
    Ok(rows!(db, AskedRow, HISTORY, workspace, user)?.into_iter().map(asked).collect())
}
