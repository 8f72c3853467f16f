//! Definitions: features, classifications and segments as versioned documents. Drafted, published, never edited in place:
//! a change is a new version, and what a past run used can always be read again.

use crate::{Access, Error, Result, Tx};
use domain::clock::Instant;

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `domain::feature::Feature`
    Feature,
    /// `domain::classification::Classification`
    Classification,
    /// `domain::segment::Segment`
    Segment,
}

impl Kind {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Feature => "feature",
            Kind::Classification => "classification",
            Kind::Segment => "segment",
        }
    }
}

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// being worked on; one a key
    Draft,
    /// in force; one a key
    Published,
    /// in force until a newer one came
    Superseded,
    /// a draft that a newer draft replaced
    Discarded,
    /// taken out of use; no other is in force
    Retired,
}

impl State {
    fn parse(text: &str) -> State {
        match text {
            "draft" => State::Draft,
            "published" => State::Published,
            "discarded" => State::Discarded,
            "retired" => State::Retired,
            _ => State::Superseded,
        }
    }
}

/// One version of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// what it defines
    pub kind: Kind,
    /// machine name
    pub key: String,
    /// from 1
    pub version: i64,
    /// where it stands
    pub state: State,
    /// the document
    pub document: serde_json::Value,
    /// who wrote it
    pub author: String,
    /// written
    pub created_at: Instant,
    /// came into force
    pub published_at: Option<Instant>,
    /// was taken out of use, whether or not a later version came after that
    pub retired_at: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct Row {
    key: String,
    version: i64,
    state: String,
    document: String,
    author: String,
    created_at: i64,
    published_at: Option<i64>,
    retired_at: Option<i64>,
}

statements! {
    CURRENT = "SELECT key, version, state, document, author, created_at, published_at, retired_at FROM definitions
        WHERE kind = $1 AND state = 'published' ORDER BY key";
    GET = "SELECT key, version, state, document, author, created_at, published_at, retired_at FROM definitions
        WHERE kind = $1 AND key = $2 AND state = 'published'";
    DRAFT = "SELECT key, version, state, document, author, created_at, published_at, retired_at FROM definitions
        WHERE kind = $1 AND key = $2 AND state = 'draft'";
    AT = "SELECT key, version, state, document, author, created_at, published_at, retired_at FROM definitions
        WHERE kind = $1 AND key = $2 AND version = $3";
    HISTORY = "SELECT key, version, state, document, author, created_at, published_at, retired_at FROM definitions
        WHERE kind = $1 AND key = $2 ORDER BY version DESC";
    NEXT = "SELECT CAST(COALESCE(MAX(version), 0) + 1 AS BIGINT) FROM definitions WHERE kind = $1 AND key = $2";
    DISCARD = "UPDATE definitions SET state = 'discarded' WHERE kind = $1 AND key = $2 AND state = 'draft'";
    INSERT = "INSERT INTO definitions (kind, key, version, state, document, author, created_at)
        VALUES ($1, $2, $3, 'draft', $4, $5, $6)";
    SUPERSEDE = "UPDATE definitions SET state = 'superseded' WHERE kind = $1 AND key = $2 AND state IN ('published', 'retired')";
    PUBLISH = "UPDATE definitions SET state = 'published', published_at = $4, revision = $5
        WHERE kind = $1 AND key = $2 AND version = $3 AND state = 'draft'";
    PUBLISHED = "SELECT key, version, state, document, author, created_at, published_at, retired_at FROM definitions
        WHERE kind = $1 AND published_at IS NOT NULL ORDER BY key, version";
    SINCE = "SELECT COUNT(*) FROM definitions WHERE published_at > $1 OR retired_at > $1";
    RETIRE = "UPDATE definitions SET state = 'retired', revision = $3, retired_at = $4 WHERE kind = $1 AND key = $2 AND state = 'published'";
    EVER = "SELECT COUNT(*) FROM definitions WHERE kind = $1 AND key = $2";
    ANY = "SELECT COUNT(*) FROM definitions WHERE kind = $1";
    REVISION = "SELECT CAST(COALESCE(MAX(revision), 0) AS BIGINT) FROM definitions";
}

fn definition(kind: Kind, r: Row) -> Result<Definition> {
    Ok(Definition {
        kind,
        document: serde_json::from_str(&r.document)?,
        key: r.key,
        version: r.version,
        state: State::parse(&r.state),
        author: r.author,
        created_at: Instant(r.created_at),
        published_at: r.published_at.map(Instant),
        retired_at: r.retired_at.map(Instant),
    })
}

/// Everything of a kind in force, by key.
pub async fn current(db: impl Access, kind: Kind) -> Result<Vec<Definition>> {
    rows!(db, Row, CURRENT, kind.key())?.into_iter().map(|r| definition(kind, r)).collect()
}

/// The version in force.
pub async fn get(db: impl Access, kind: Kind, key: &str) -> Result<Option<Definition>> {
    optional!(db, Row, GET, kind.key(), key)?.map(|r| definition(kind, r)).transpose()
}

/// The draft.
pub async fn draft(db: impl Access, kind: Kind, key: &str) -> Result<Option<Definition>> {
    optional!(db, Row, DRAFT, kind.key(), key)?.map(|r| definition(kind, r)).transpose()
}

/// One version, whatever its state.
pub async fn at(db: impl Access, kind: Kind, key: &str, version: i64) -> Result<Option<Definition>> {
    optional!(db, Row, AT, kind.key(), key, version)?.map(|r| definition(kind, r)).transpose()
}

/// Every version, newest first.
pub async fn history(db: impl Access, kind: Kind, key: &str) -> Result<Vec<Definition>> {
    rows!(db, Row, HISTORY, kind.key(), key)?.into_iter().map(|r| definition(kind, r)).collect()
}

/// Every version of a kind that ever was in force, by key, oldest first.
pub async fn published(db: impl Access, kind: Kind) -> Result<Vec<Definition>> {
    rows!(db, Row, PUBLISHED, kind.key())?.into_iter().map(|r| definition(kind, r)).collect()
}

/// Did any definition come into force or out of it after an instant?
pub async fn moved_since(db: impl Access, then: Instant) -> Result<bool> {
    Ok(scalar!(db, i64, SINCE, then.0)? > 0)
}

/// Was there ever a version under this key, or under any key of the kind?
pub async fn ever(db: impl Access, kind: Kind, key: Option<&str>) -> Result<bool> {
    let versions = match key {
        Some(key) => scalar!(db, i64, EVER, kind.key(), key)?,
        None => scalar!(db, i64, ANY, kind.key())?,
    };
    Ok(versions > 0)
}

/// A number that grows with every publication and retirement; equal numbers mean equal definitions in force.
pub async fn revision(db: impl Access) -> Result<i64> {
    scalar!(db, i64, REVISION)
}

/// Writes a new draft in place of an earlier draft; answers its version.
pub async fn save_draft(
    tx: &mut Tx,
    kind: Kind,
    key: &str,
    document: &serde_json::Value,
    author: &str,
    now: Instant,
) -> Result<i64> {
    execute!(&mut *tx, DISCARD, kind.key(), key)?;
    let version = scalar!(&mut *tx, i64, NEXT, kind.key(), key)?;
    execute!(tx, INSERT, kind.key(), key, version, document.to_string(), author, now.0).map_err(|e| e.taken("version"))?;
    Ok(version)
}

/// Puts a draft in force.
pub async fn publish(tx: &mut Tx, kind: Kind, key: &str, version: i64, now: Instant) -> Result<()> {
    let revision = revision(&mut *tx).await? + 1;
    execute!(&mut *tx, SUPERSEDE, kind.key(), key)?;
    let touched =
        execute!(tx, PUBLISH, kind.key(), key, version, now.0, revision).map_err(|e| e.taken("revision"))?;
    if touched == 1 { Ok(()) } else { Err(Error::none("draft", key)) }
}

/// Writes and publishes in one step; answers the version.
pub async fn put(
    tx: &mut Tx,
    kind: Kind,
    key: &str,
    document: &serde_json::Value,
    author: &str,
    now: Instant,
) -> Result<i64> {
    let version = save_draft(tx, kind, key, document, author, now).await?;
    publish(tx, kind, key, version, now).await?;
    Ok(version)
}

/// Takes a definition out of use; its versions stay readable, and a new version brings it back.
pub async fn retire(tx: &mut Tx, kind: Kind, key: &str, now: Instant) -> Result<()> {
    let revision = revision(&mut *tx).await? + 1;
    execute!(&mut *tx, DISCARD, kind.key(), key)?;
    let touched = execute!(tx, RETIRE, kind.key(), key, revision, now.0)?;
    if touched == 1 { Ok(()) } else { Err(Error::none(kind.key(), key)) }
}
