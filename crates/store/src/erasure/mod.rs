//! Erasures: what was asked, how far it is, and the receipt. [`people`] takes the person out of our own tables, [`files`] out of the
//! lake's catalog, [`texts`] out of what others wrote, [`scour`] out of what the database left behind on its pages.

pub mod files;
pub mod people;
pub(crate) mod scour;
pub mod texts;

pub use scour::{aside, drop_aside};

use crate::{Access, Error, Result, Tx, bulk::Bulk};
use domain::{audit::Actor, clock::Instant};

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// asked for, nothing is gone yet
    Asked,
    /// gone from tables and catalog; old files and pages are being cleared
    Erased,
    /// gone
    Done,
}

impl State {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Erased => "erased",
            State::Done => "done",
        }
    }

    fn parse(text: &str) -> State {
        match text {
            "erased" => State::Erased,
            "done" => State::Done,
            _ => State::Asked,
        }
    }
}

/// An erasure.
#[derive(Debug, Clone, PartialEq)]
pub struct Erasure {
    /// `era_…`
    pub id: String,
    /// its place, from 1
    pub seq: i64,
    /// `cus_…`, the public id the customer had
    pub customer: String,
    /// what is left to do, as a document of `flow`; empty when it is done
    pub work: String,
    /// why
    pub reason: String,
    /// who asked for it
    pub author: String,
    /// their name, if it is a person
    pub author_name: Option<String>,
    /// how far it is
    pub state: State,
    /// what was removed and what is kept, as a document of `flow`
    pub receipt: serde_json::Value,
    /// asked for
    pub asked_at: Instant,
    /// gone from the tables
    pub erased_at: Option<Instant>,
    /// gone from everywhere
    pub finished_at: Option<Instant>,
    /// from then on their identifiers may come in again
    pub lifted_at: Option<Instant>,
}

impl Erasure {
    /// One that is asked for now; [`create`] gives it its place.
    pub fn asked(id: String, customer: String, work: String, reason: String, by: &Actor, at: Instant) -> Erasure {
        Erasure {
            id,
            seq: 0,
            customer,
            work,
            reason,
            author: by.id.clone(),
            author_name: Some(by.name.clone()).filter(|n| !n.is_empty()),
            state: State::Asked,
            receipt: serde_json::json!({}),
            asked_at: at,
            erased_at: None,
            finished_at: None,
            lifted_at: None,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    seq: i64,
    customer: String,
    work: String,
    reason: String,
    author: String,
    author_name: Option<String>,
    state: String,
    receipt: String,
    asked_at: i64,
    erased_at: Option<i64>,
    finished_at: Option<i64>,
    lifted_at: Option<i64>,
}

impl TryFrom<Row> for Erasure {
    type Error = Error;

    fn try_from(r: Row) -> Result<Erasure> {
        Ok(Erasure {
            state: State::parse(&r.state),
            receipt: serde_json::from_str(&r.receipt)?,
            id: r.id,
            seq: r.seq,
            customer: r.customer,
            work: r.work,
            reason: r.reason,
            author: r.author,
            author_name: r.author_name,
            asked_at: Instant(r.asked_at),
            erased_at: r.erased_at.map(Instant),
            finished_at: r.finished_at.map(Instant),
            lifted_at: r.lifted_at.map(Instant),
        })
    }
}

macro_rules! select {
    () => {
        "SELECT e.id, e.seq, e.customer, e.work, e.reason, e.author, u.name AS author_name, e.state, e.receipt, e.asked_at, e.erased_at,
            e.finished_at, e.lifted_at
        FROM erasures e LEFT JOIN users u ON u.id = e.author WHERE "
    };
}

statements! {
    NEXT = "SELECT CAST(COALESCE(MAX(seq), 0) + 1 AS BIGINT) FROM erasures WHERE workspace = $1";
    INSERT = "INSERT INTO erasures (id, workspace, seq, customer, work, reason, author, state, receipt, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9)";
    GET = concat!(select!(), "e.workspace = $1 AND e.id = $2");
    OPEN_OF = concat!(select!(), "e.workspace = $1 AND e.customer = $2 ORDER BY e.seq DESC LIMIT 1");
    OPEN = concat!(select!(), "e.workspace = $1 AND e.state <> 'done' ORDER BY e.seq");
    PAGE = concat!(select!(), "e.workspace = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3");
    IDS = "SELECT id FROM erasures WHERE workspace = $1 ORDER BY seq";
    ERASED = "UPDATE erasures SET state = 'erased', work = $3, receipt = $4, erased_at = $5
        WHERE workspace = $1 AND id = $2 AND state = 'asked'";
    DONE = "UPDATE erasures SET state = 'done', work = '', receipt = $3, finished_at = $4
        WHERE workspace = $1 AND id = $2 AND state = 'erased'";
    LIFT = "UPDATE erasures SET lifted_at = $3, lifted_by = $4 WHERE workspace = $1 AND id = $2 AND state = 'done' AND lifted_at IS NULL";
    LIFTED = "UPDATE erasures SET lifted_at = $3, lifted_by = $4 WHERE workspace = $1 AND id = $2 AND lifted_at IS NULL";
    HASHES = "SELECT h.hash FROM erased_identifiers h JOIN erasures e ON e.id = h.erasure WHERE e.lifted_at IS NULL ORDER BY h.hash";
    HASHES_OF = "SELECT hash FROM erased_identifiers WHERE erasure = $1 ORDER BY hash";
}

pub(crate) const PUT_HASHES: Bulk =
    Bulk { head: "INSERT INTO erased_identifiers (erasure, hash) VALUES", width: 2, tail: " ON CONFLICT (erasure, hash) DO NOTHING" };

/// Writes down that somebody is to be erased.
pub async fn create(tx: &mut Tx, workspace: &str, e: &mut Erasure) -> Result<()> {
    e.seq = scalar!(&mut *tx, i64, NEXT, workspace)?;
    execute!(
        tx, INSERT, e.id.as_str(), workspace, e.seq, e.customer.as_str(), e.work.as_str(), e.reason.as_str(), e.author.as_str(),
        e.receipt.to_string(), e.asked_at.0,
    )
    .map(|_| ())
}

/// One.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Erasure>> {
    optional!(db, Row, GET, workspace, id)?.map(Erasure::try_from).transpose()
}

/// The last one of a customer, by the public id they have or had.
pub async fn of_customer(db: impl Access, workspace: &str, customer: &str) -> Result<Option<Erasure>> {
    optional!(db, Row, OPEN_OF, workspace, customer)?.map(Erasure::try_from).transpose()
}

/// Those under way, the first first.
pub async fn open(db: impl Access, workspace: &str) -> Result<Vec<Erasure>> {
    rows!(db, Row, OPEN, workspace)?.into_iter().map(Erasure::try_from).collect()
}

/// The newest `limit` below the place `before`.
pub async fn page(db: impl Access, workspace: &str, before: Option<i64>, limit: u32) -> Result<Vec<Erasure>> {
    rows!(db, Row, PAGE, workspace, before.unwrap_or(i64::MAX), i64::from(limit))?.into_iter().map(Erasure::try_from).collect()
}

/// The ids of all.
pub async fn ids(db: impl Access, workspace: &str) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), IDS, workspace)?.into_iter().map(|(id,)| id).collect())
}

/// The person is gone from the tables; `false` if somebody else wrote that down before.
pub async fn erased(tx: &mut Tx, workspace: &str, e: &Erasure, hashes: &[String], now: Instant) -> Result<bool> {
    let done = execute!(&mut *tx, ERASED, workspace, e.id.as_str(), e.work.as_str(), e.receipt.to_string(), now.0)? == 1;
    if done {
        bulk!(tx, PUT_HASHES, hashes.iter(), |hash| [e.id.as_str().to_owned(), hash.as_str().to_owned()]);
    }
    Ok(done)
}

/// The person is gone from everywhere; `false` if that was written down before.
pub async fn done(tx: &mut Tx, workspace: &str, e: &Erasure, now: Instant) -> Result<bool> {
    Ok(execute!(tx, DONE, workspace, e.id.as_str(), e.receipt.to_string(), now.0)? == 1)
}

/// Their identifiers may come in again; `false` if they may already, or it is not done yet.
pub async fn lift(tx: &mut Tx, workspace: &str, id: &str, by: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, LIFT, workspace, id, now.0, by)? == 1)
}

/// Of one that is done again after an older database was put back, and had been lifted: their identifiers may come in.
pub async fn lifted(tx: &mut Tx, workspace: &str, id: &str, by: &str, now: Instant) -> Result<()> {
    execute!(tx, LIFTED, workspace, id, now.0, by).map(|_| ())
}

/// Keyed hashes of the identifiers that may not come in.
pub async fn hashes(db: impl Access) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), HASHES)?.into_iter().map(|(h,)| h).collect())
}

/// Those of one erasure.
pub async fn hashes_of(db: impl Access, id: &str) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), HASHES_OF, id)?.into_iter().map(|(h,)| h).collect())
}
