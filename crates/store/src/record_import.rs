//! What was done to many records of an object at once, and what stood in a record before: a file that was brought, one field set, records
//! taken away. Each is one change, and is taken back as one, for as long as that is kept.

use crate::{Access, Result, Tx, bulk::Bulk, db::clean};
use domain::{CustomerKey, Day, clock::Instant};

/// A file that was brought, or what was done by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordImport {
    /// `rim_…`
    pub id: String,
    /// `obj_…`
    pub object: String,
    /// as people call the file; empty: by hand
    pub name: String,
    /// who brought it
    pub author: String,
    /// display name, where it is a person's
    pub author_name: Option<String>,
    /// records it made; below 0: so many it took away
    pub made: i64,
    /// records it changed
    pub changed: i64,
    /// when
    pub created_at: Instant,
    /// taken back
    pub undone_at: Option<Instant>,
}

/// What stood in a record before an import changed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// values by field key
    pub body: serde_json::Value,
    /// whose
    pub customer: Option<CustomerKey>,
    /// when
    pub day: Option<Day>,
}

/// What an object's records are at one moment: it is another whenever one is written, changed or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// how many there are
    pub records: i64,
    /// the last place
    pub last: i64,
    /// all their editions together
    pub editions: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    object: String,
    name: String,
    author: String,
    author_name: Option<String>,
    made: i64,
    changed: i64,
    created_at: i64,
    undone_at: Option<i64>,
}

impl From<Row> for RecordImport {
    fn from(r: Row) -> RecordImport {
        RecordImport {
            id: r.id,
            object: r.object,
            name: r.name,
            author: r.author,
            author_name: r.author_name,
            made: r.made,
            changed: r.changed,
            created_at: Instant(r.created_at),
            undone_at: r.undone_at.map(Instant),
        }
    }
}

statements! {
    STATE = "SELECT COUNT(*), CAST(COALESCE(MAX(seq), 0) AS BIGINT), CAST(COALESCE(SUM(edition), 0) AS BIGINT) FROM records
        WHERE object = $1 AND removed_at IS NULL";
    INSERT = "INSERT INTO record_imports (id, workspace, object, name, author, made, changed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    GET = "SELECT i.id, i.object, i.name, i.author, u.name AS author_name, i.made, i.changed, i.created_at, i.undone_at
        FROM record_imports i LEFT JOIN users u ON u.id = i.author WHERE i.workspace = $1 AND i.id = $2 AND i.created_at >= $3";
    LIST = "SELECT i.id, i.object, i.name, i.author, u.name AS author_name, i.made, i.changed, i.created_at, i.undone_at
        FROM record_imports i LEFT JOIN users u ON u.id = i.author
        WHERE i.workspace = $1 AND i.object = $2 AND i.created_at >= $3 ORDER BY i.created_at DESC, i.id";
    UNDONE = "UPDATE record_imports SET undone_at = $3 WHERE workspace = $1 AND id = $2 AND undone_at IS NULL";
    TAKE = "UPDATE records SET removed_at = $3 WHERE object = $2 AND removed_at IS NULL
        AND EXISTS (SELECT 1 FROM record_imported i WHERE i.import = $1 AND i.record = records.id AND i.before IS NULL AND i.edition = records.edition)";
    BACK = "UPDATE records SET body = i.before, customer = i.customer, day = i.day, edition = records.edition + 1, updated_by = $3, updated_at = $4
        FROM record_imported i WHERE records.object = $2 AND records.removed_at IS NULL
        AND i.import = $1 AND i.record = records.id AND i.before IS NOT NULL AND i.edition = records.edition";
    BRING = "UPDATE records SET removed_at = NULL WHERE object = $2 AND removed_at = $3
        AND EXISTS (SELECT 1 FROM record_imported i WHERE i.import = $1 AND i.record = records.id AND i.edition = -records.edition)";
    FORGET_ROWS = "DELETE FROM record_imported WHERE import IN (SELECT id FROM record_imports WHERE created_at < $1)";
    FORGET = "DELETE FROM record_imports WHERE created_at < $1";
}

pub(crate) const NOTE: Bulk =
    Bulk { head: "INSERT INTO record_imported (import, record, edition, before, customer, day) VALUES", width: 6, tail: "" };

/// What the records of an object are now.
pub async fn state(db: impl Access, object: &str) -> Result<State> {
    let row = rows!(db, (i64, i64, i64), STATE, object)?.pop().unwrap_or_default();
    Ok(State { records: row.0, last: row.1, editions: row.2 })
}

/// Writes down that many records were written, and of each the edition it has since, and what stood in it before. Of one that was taken
/// away, at `created_at`, the edition stands below 0.
pub async fn note(tx: &mut Tx, workspace: &str, import: &RecordImport, all: &[(&str, i64, Option<&Before>)]) -> Result<()> {
    execute!(
        &mut *tx, INSERT, import.id.as_str(), workspace, import.object.as_str(), clean(import.name.clone()), import.author.as_str(), import.made,
        import.changed, import.created_at.0,
    )?;
    bulk!(tx, NOTE, all.iter(), |(record, edition, before)| [
        import.id.as_str(),
        *record,
        *edition,
        before.map(|b| clean(b.body.to_string())),
        before.and_then(|b| b.customer).map(|k| i64::from(k.0)),
        before.and_then(|b| b.day).map(|d| i64::from(d.0)),
    ]);
    Ok(())
}

/// One since `from`.
pub async fn get(db: impl Access, workspace: &str, id: &str, from: Instant) -> Result<Option<RecordImport>> {
    Ok(optional!(db, Row, GET, workspace, id, from.0)?.map(RecordImport::from))
}

/// Those of an object since `from`, newest first.
pub async fn list(db: impl Access, workspace: &str, object: &str, from: Instant) -> Result<Vec<RecordImport>> {
    Ok(rows!(db, Row, LIST, workspace, object, from.0)?.into_iter().map(RecordImport::from).collect())
}

/// Takes it back: what it made goes, what it changed or took away is as it was before, and whatever was written since stays. Answers how many
/// records went and how many are as they were; `None` if it was taken back already.
pub async fn undo(tx: &mut Tx, workspace: &str, import: &RecordImport, by: &str, now: Instant) -> Result<Option<(u64, u64)>> {
    if execute!(&mut *tx, UNDONE, workspace, import.id.as_str(), now.0)? != 1 {
        return Ok(None);
    }
    let gone = execute!(&mut *tx, TAKE, import.id.as_str(), import.object.as_str(), now.0)?;
    let back = execute!(&mut *tx, BACK, import.id.as_str(), import.object.as_str(), by, now.0)?;
    let brought = execute!(&mut *tx, BRING, import.id.as_str(), import.object.as_str(), import.created_at.0)?;
    Ok(Some((gone, back + brought)))
}

/// Forgets imports from before `from`: they cannot be taken back any more.
pub async fn forget(store: &crate::Store, from: Instant) -> Result<u64> {
    let mut tx = store.begin().await?;
    execute!(&mut tx, FORGET_ROWS, from.0)?;
    let gone = execute!(&mut tx, FORGET, from.0)?;
    tx.commit().await?;
    Ok(gone)
}
