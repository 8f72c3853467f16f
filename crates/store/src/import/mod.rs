//! The import ledger: one row an import, from upload to commit and undo.
//!
//! `rows_in = accepted + quarantined + duplicates`, always: the database checks it too. The same content (by fingerprint) is
//! in at most once at a time.

pub(crate) mod commit;
pub(crate) mod undo;

pub use commit::{Base, Commit, Committed, Rows, commit};
pub use undo::{Undo, Undone, undo, undo_trial};

use crate::{Access, Error, Result, Tx};
use domain::clock::Instant;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// uploaded; columns are being matched
    Mapping,
    /// being read from end to end
    Checking,
    /// read; the report shows what a commit would do
    Checked,
    /// being committed
    Committing,
    /// in
    Committed,
    /// was in, taken back
    Undone,
    /// could not be read or committed
    Failed,
}

impl Status {
    /// As stored and as the API says it.
    pub fn key(self) -> &'static str {
        match self {
            Status::Mapping => "mapping",
            Status::Checking => "checking",
            Status::Checked => "checked",
            Status::Committing => "committing",
            Status::Committed => "committed",
            Status::Undone => "undone",
            Status::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Status {
        match text {
            "mapping" => Status::Mapping,
            "checking" => Status::Checking,
            "checked" => Status::Checked,
            "committing" => Status::Committing,
            "committed" => Status::Committed,
            "undone" => Status::Undone,
            _ => Status::Failed,
        }
    }

    /// May an import go from here to `next` by [`set_status`]? (`Committed` and `Undone` are reached by [`commit`] and
    /// [`undo`] alone.)
    pub fn may_become(self, next: Status) -> bool {
        use Status::{Checked, Checking, Committed, Committing, Failed, Mapping, Undone};
        match (self, next) {
            (Committed | Undone, _) | (_, Committed | Undone) => false,
            (Mapping, Checked | Committing) | (Checking, Committing) => false,
            (Mapping | Checking | Checked | Committing | Failed, Mapping | Checking | Failed) => true,
            (Checking | Committing | Checked, Checked) | (Checked | Committing, Committing) => true,
            (Failed, Checked | Committing) => false,
        }
    }
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// data rows in the files
    pub rows_in: u64,
    /// rows that became records
    pub accepted: u64,
    /// rows set aside
    pub quarantined: u64,
    /// rows known before
    pub duplicates: u64,
}

impl Counts {
    /// Nothing is lost.
    pub fn balanced(&self) -> bool {
        self.rows_in == self.accepted + self.quarantined + self.duplicates
    }
}

/// An upload.
#[derive(Debug, Clone, PartialEq)]
pub struct NewImport {
    /// `imp_…`
    pub id: String,
    /// who
    pub author: String,
    /// when
    pub created_at: Instant,
    /// hash of the files' content (and of what decides how they are read, once that is known)
    pub fingerprint: String,
    /// the files as a document of `flow`
    pub files: serde_json::Value,
    /// they are made up, to try things with
    pub sample: bool,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// `imp_…`
    pub id: String,
    /// the number its facts carry in the lake
    pub batch: i64,
    /// where it stands
    pub status: Status,
    /// who
    pub author: String,
    /// uploaded
    pub created_at: Instant,
    /// last changed
    pub updated_at: Instant,
    /// hash of the content
    pub fingerprint: String,
    /// the files
    pub files: serde_json::Value,
    /// how they are read
    pub mapping: Option<serde_json::Value>,
    /// what a commit does, or did
    pub report: Option<serde_json::Value>,
    /// why it failed
    pub error: Option<serde_json::Value>,
    /// what became of the rows
    pub counts: Counts,
    /// customers it made
    pub new_customers: u64,
    /// the lake snapshot that made it visible
    pub snapshot: Option<i64>,
    /// in since
    pub committed_at: Option<Instant>,
    /// may be undone until
    pub undo_until: Option<Instant>,
    /// the lake snapshot that took it back
    pub undo_snapshot: Option<i64>,
    /// taken back
    pub undone_at: Option<Instant>,
    /// its files are made up, to try things with
    pub sample: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    batch: i64,
    status: String,
    author: String,
    created_at: i64,
    updated_at: i64,
    fingerprint: String,
    files: String,
    mapping: Option<String>,
    report: Option<String>,
    error: Option<String>,
    rows_in: i64,
    accepted: i64,
    quarantined: i64,
    duplicates: i64,
    new_customers: i64,
    snapshot: Option<i64>,
    committed_at: Option<i64>,
    undo_until: Option<i64>,
    undo_snapshot: Option<i64>,
    undone_at: Option<i64>,
    sample: Option<i64>,
}

statements! {
    NEXT_BATCH = "UPDATE counters SET value = value + 1 WHERE name = 'batch' RETURNING value - 1";
    INSERT = "INSERT INTO imports (id, batch, status, author, created_at, updated_at, fingerprint, files, sample)
        VALUES ($1, $2, 'mapping', $3, $4, $4, $5, $6, $7)";
    GET = "SELECT id, batch, status, author, created_at, updated_at, fingerprint, files, mapping, report, error, rows_in,
            accepted, quarantined, duplicates, new_customers, snapshot, committed_at, undo_until, undo_snapshot, undone_at, sample
        FROM imports WHERE id = $1";
    LIST = "SELECT id, batch, status, author, created_at, updated_at, fingerprint, files, mapping, report, error, rows_in,
            accepted, quarantined, duplicates, new_customers, snapshot, committed_at, undo_until, undo_snapshot, undone_at, sample
        FROM imports WHERE batch < $1 ORDER BY batch DESC LIMIT $2";
    COMMITTED = "SELECT id FROM imports WHERE fingerprint = $1 AND status = 'committed'
        AND NOT EXISTS (SELECT 1 FROM imports u WHERE u.status = 'undone' AND u.undo_snapshot > imports.snapshot)
        ORDER BY batch DESC LIMIT 1";
    ANY = "SELECT COUNT(*) FROM imports WHERE status = 'committed'";
    SAMPLE = "SELECT id FROM imports WHERE sample = 1 AND snapshot <= $1 AND (undo_snapshot IS NULL OR undo_snapshot > $1)";
    SAMPLES_BEGUN = "SELECT id FROM imports WHERE sample = 1 AND status NOT IN ('committed', 'undone')";
    SET_STATUS = "UPDATE imports SET status = $3, error = $4, updated_at = $5 WHERE id = $1 AND status = $2";
    SET_FILES = "UPDATE imports SET files = $2, updated_at = $3 WHERE id = $1 AND status NOT IN ('committed', 'undone')";
    SET_MAPPING = "UPDATE imports SET mapping = $2, fingerprint = $3, updated_at = $4
        WHERE id = $1 AND status NOT IN ('committing', 'committed', 'undone')";
    SET_REPORT = "UPDATE imports SET report = $2, rows_in = $3, accepted = $4, quarantined = $5, duplicates = $6, updated_at = $7
        WHERE id = $1 AND status NOT IN ('committed', 'undone')";
    DELETE = "DELETE FROM imports WHERE id = $1 AND status IN ('mapping', 'checked', 'failed')";
}

fn import(r: Row) -> Result<Import> {
    let json = |text: Option<String>| text.as_deref().map(serde_json::from_str).transpose();
    Ok(Import {
        files: serde_json::from_str(&r.files)?,
        mapping: json(r.mapping)?,
        report: json(r.report)?,
        error: json(r.error)?,
        id: r.id,
        batch: r.batch,
        status: Status::parse(&r.status),
        author: r.author,
        created_at: Instant(r.created_at),
        updated_at: Instant(r.updated_at),
        fingerprint: r.fingerprint,
        counts: Counts {
            rows_in: r.rows_in as u64,
            accepted: r.accepted as u64,
            quarantined: r.quarantined as u64,
            duplicates: r.duplicates as u64,
        },
        new_customers: r.new_customers as u64,
        snapshot: r.snapshot,
        committed_at: r.committed_at.map(Instant),
        undo_until: r.undo_until.map(Instant),
        undo_snapshot: r.undo_snapshot,
        undone_at: r.undone_at.map(Instant),
        sample: r.sample.is_some(),
    })
}

/// Enters an upload in the ledger and gives it its batch number.
pub async fn create(tx: &mut Tx, n: &NewImport) -> Result<Import> {
    let batch = scalar!(&mut *tx, i64, NEXT_BATCH)?;
    execute!(
        &mut *tx, INSERT, n.id.as_str(), batch, n.author.as_str(), n.created_at.0, n.fingerprint.as_str(), n.files.to_string(),
        n.sample.then_some(1_i64),
    )
    .map_err(|e| e.taken("import"))?;
    find(tx, &n.id).await
}

/// By id.
pub async fn get(db: impl Access, id: &str) -> Result<Option<Import>> {
    optional!(db, Row, GET, id)?.map(import).transpose()
}

/// By id; `NotFound` without.
pub async fn find(db: impl Access, id: &str) -> Result<Import> {
    get(db, id).await?.ok_or_else(|| Error::none("import", id))
}

/// The newest, at most `limit`, with batch numbers below `before` (`None` = from the newest).
pub async fn list(db: impl Access, before: Option<i64>, limit: u32) -> Result<Vec<Import>> {
    rows!(db, Row, LIST, before.unwrap_or(i64::MAX), i64::from(limit))?.into_iter().map(import).collect()
}

/// The import that brought this content in, if it is in.
pub async fn committed(db: impl Access, fingerprint: &str) -> Result<Option<String>> {
    Ok(optional!(db, (String,), COMMITTED, fingerprint)?.map(|(id,)| id))
}

/// Is any import in: were facts reckoned by the workspace's time zone and currency?
pub async fn any(db: impl Access) -> Result<bool> {
    Ok(scalar!(db, i64, ANY)? > 0)
}

/// The import of sample data that is in as of a lake snapshot.
pub async fn sample(db: impl Access, snapshot: i64) -> Result<Option<String>> {
    Ok(optional!(db, (String,), SAMPLE, snapshot)?.map(|(id,)| id))
}

/// Imports of sample data that were begun and never came in.
pub async fn samples_begun(db: impl Access) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), SAMPLES_BEGUN)?.into_iter().map(|(id,)| id).collect())
}

/// Moves an import on. `State` if it may not go there from where it is.
pub async fn set_status(
    tx: &mut Tx,
    id: &str,
    next: Status,
    error: Option<&serde_json::Value>,
    now: Instant,
) -> Result<()> {
    let here = find(&mut *tx, id).await?.status;
    let text = error.map(|e| e.to_string());
    let moved =
        here.may_become(next) && execute!(tx, SET_STATUS, id, here.key(), next.key(), text, now.0)? == 1;
    if moved { Ok(()) } else { Err(state(id, here)) }
}

/// Replaces the document about the files.
pub async fn set_files(tx: &mut Tx, id: &str, files: &serde_json::Value, now: Instant) -> Result<()> {
    let touched = execute!(&mut *tx, SET_FILES, id, files.to_string(), now.0)?;
    settle(tx, id, touched).await
}

/// Sets how the files are read, and the fingerprint that goes with it.
pub async fn set_mapping(
    tx: &mut Tx,
    id: &str,
    mapping: &serde_json::Value,
    fingerprint: &str,
    now: Instant,
) -> Result<()> {
    let touched = execute!(&mut *tx, SET_MAPPING, id, mapping.to_string(), fingerprint, now.0)?;
    settle(tx, id, touched).await
}

/// Sets what a commit would do.
pub async fn set_report(tx: &mut Tx, id: &str, report: &serde_json::Value, counts: Counts, now: Instant) -> Result<()> {
    if !counts.balanced() {
        return Err(Error::Invalid(format!("rows do not add up: {counts:?}")));
    }
    let touched = execute!(
        &mut *tx, SET_REPORT, id, report.to_string(), counts.rows_in as i64, counts.accepted as i64, counts.quarantined as i64,
        counts.duplicates as i64, now.0,
    )?;
    settle(tx, id, touched).await
}

/// Forgets an import that was never committed, with its quarantine.
pub async fn discard(tx: &mut Tx, id: &str) -> Result<()> {
    let touched = execute!(&mut *tx, DELETE, id)?;
    settle(tx, id, touched).await
}

async fn settle(tx: &mut Tx, id: &str, touched: u64) -> Result<()> {
    if touched == 1 {
        return Ok(());
    }
    Err(state(id, find(tx, id).await?.status))
}

fn state(id: &str, at: Status) -> Error {
    Error::State { what: "import", id: id.to_owned(), state: at.key().to_owned() }
}
