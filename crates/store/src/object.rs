//! Objects that people made, and their records. Two people who change one at the same time are told so by its edition; what was taken
//! away keeps its row.

use crate::{Access, Error, Result, Store, Tx, bulk::Bulk, db::clean};
use domain::{CustomerKey, Day, clock::Instant};

/// An object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// `obj_…`
    pub id: String,
    /// its name when it was made, for good
    pub key: String,
    /// the form, as a document of `domain`
    pub document: serde_json::Value,
    /// one more with every change, from 1
    pub edition: i64,
    /// who made it
    pub created_by: String,
    /// made
    pub created_at: Instant,
    /// last changed
    pub updated_at: Instant,
    /// taken away
    pub removed_at: Option<Instant>,
}

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// `rec_…`
    pub id: String,
    /// `obj_…`
    pub object: String,
    /// its place, from 1
    pub seq: i64,
    /// whose
    pub customer: Option<CustomerKey>,
    /// when
    pub day: Option<Day>,
    /// values by field key
    pub body: serde_json::Value,
    /// one more with every change, from 1
    pub edition: i64,
    /// who wrote it
    pub created_by: String,
    /// written
    pub created_at: Instant,
    /// who changed it last
    pub updated_by: String,
    /// last changed
    pub updated_at: Instant,
    /// taken away
    pub removed_at: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct ObjectRow {
    id: String,
    key: String,
    document: String,
    edition: i64,
    created_by: String,
    created_at: i64,
    updated_at: i64,
    removed_at: Option<i64>,
}

impl TryFrom<ObjectRow> for Object {
    type Error = Error;

    fn try_from(r: ObjectRow) -> Result<Object> {
        Ok(Object {
            document: serde_json::from_str(&r.document)?,
            id: r.id,
            key: r.key,
            edition: r.edition,
            created_by: r.created_by,
            created_at: Instant(r.created_at),
            updated_at: Instant(r.updated_at),
            removed_at: r.removed_at.map(Instant),
        })
    }
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    id: String,
    object: String,
    seq: i64,
    customer: Option<i64>,
    day: Option<i64>,
    body: String,
    edition: i64,
    created_by: String,
    created_at: i64,
    updated_by: String,
    updated_at: i64,
    removed_at: Option<i64>,
}

impl TryFrom<RecordRow> for Record {
    type Error = Error;

    fn try_from(r: RecordRow) -> Result<Record> {
        Ok(Record {
            body: serde_json::from_str(&r.body)?,
            id: r.id,
            object: r.object,
            seq: r.seq,
            customer: r.customer.map(|k| CustomerKey(k as u32)),
            day: r.day.map(|d| Day(d as i32)),
            edition: r.edition,
            created_by: r.created_by,
            created_at: Instant(r.created_at),
            updated_by: r.updated_by,
            updated_at: Instant(r.updated_at),
            removed_at: r.removed_at.map(Instant),
        })
    }
}

statements! {
    LIST = "SELECT id, key, document, edition, created_by, created_at, updated_at, removed_at FROM objects
        WHERE workspace = $1 AND removed_at IS NULL ORDER BY created_at, id";
    GET = "SELECT id, key, document, edition, created_by, created_at, updated_at, removed_at FROM objects WHERE workspace = $1 AND id = $2";
    COUNT = "SELECT COUNT(*) FROM objects WHERE workspace = $1 AND removed_at IS NULL";
    INSERT = "INSERT INTO objects (id, workspace, key, document, edition, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $6, $6)";
    CHANGE = "UPDATE objects SET document = $4, edition = edition + 1, updated_at = $5
        WHERE workspace = $1 AND id = $2 AND edition = $3 AND removed_at IS NULL";
    REMOVE = "UPDATE objects SET removed_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    RESTORE = "UPDATE objects SET removed_at = NULL WHERE workspace = $1 AND id = $2 AND removed_at IS NOT NULL";
    RECORDS = "SELECT COUNT(*) FROM records WHERE object = $1 AND removed_at IS NULL";
    NEXT = "SELECT CAST(COALESCE(MAX(seq), 0) + 1 AS BIGINT) FROM records WHERE object = $1";
    RECORD = "SELECT id, object, seq, customer, day, body, edition, created_by, created_at, updated_by, updated_at, removed_at
        FROM records WHERE workspace = $1 AND id = $2";
    PAGE = "SELECT id, object, seq, customer, day, body, edition, created_by, created_at, updated_by, updated_at, removed_at
        FROM records WHERE object = $1 AND removed_at IS NULL AND seq < $2 ORDER BY seq DESC LIMIT $3";
    OF_CUSTOMER = "SELECT r.id, r.object, r.seq, r.customer, r.day, r.body, r.edition, r.created_by, r.created_at, r.updated_by, r.updated_at, r.removed_at
        FROM records r JOIN objects o ON o.id = r.object
        WHERE r.workspace = $1 AND r.removed_at IS NULL AND o.removed_at IS NULL
            AND (r.customer = $2 OR r.customer IN (SELECT c.key FROM customers c WHERE c.root = $2))
        ORDER BY r.updated_at DESC, r.id LIMIT $3";
    EDIT = "UPDATE records SET customer = $4, day = $5, body = $6, edition = edition + 1, updated_by = $7, updated_at = $8
        WHERE workspace = $1 AND id = $2 AND edition = $3 AND removed_at IS NULL";
    TAKE = "UPDATE records SET removed_at = $3 WHERE workspace = $1 AND id = $2 AND removed_at IS NULL";
    BRING = "UPDATE records SET removed_at = NULL WHERE workspace = $1 AND id = $2 AND removed_at >= $3";
}

pub(crate) const OF_CUSTOMERS: Bulk = Bulk {
    head: "SELECT r.id, r.object, r.seq, r.customer, r.day, r.body, r.edition, r.created_by, r.created_at, r.updated_by, r.updated_at, r.removed_at
        FROM (VALUES",
    width: 2,
    tail: ") AS v JOIN records r ON r.customer = v.column1 AND r.object = v.column2 WHERE r.removed_at IS NULL",
};

pub(crate) const PUT_MANY: Bulk = Bulk {
    head: "INSERT INTO records (id, workspace, object, seq, customer, day, body, edition, created_by, created_at, updated_by, updated_at) VALUES",
    width: 12,
    tail: "",
};
pub(crate) const EDIT_MANY: Bulk = Bulk {
    head: "UPDATE records SET customer = v.column2, day = v.column3, body = v.column4, edition = records.edition + 1, updated_by = v.column5,
        updated_at = v.column6 FROM (VALUES",
    width: 7,
    tail: ") AS v WHERE records.id = v.column1 AND records.edition = v.column7 AND records.removed_at IS NULL",
};

pub(crate) const TAKE_MANY: Bulk = Bulk {
    head: "UPDATE records SET removed_at = v.column2 FROM (VALUES",
    width: 3,
    tail: ") AS v WHERE records.id = v.column1 AND records.edition = v.column3 AND records.removed_at IS NULL",
};

fn whose(r: &Record) -> Option<i64> {
    r.customer.map(|k| i64::from(k.0))
}

fn when(r: &Record) -> Option<i64> {
    r.day.map(|d| i64::from(d.0))
}

/// All that are there, oldest first.
pub async fn list(db: impl Access, workspace: &str) -> Result<Vec<Object>> {
    rows!(db, ObjectRow, LIST, workspace)?.into_iter().map(Object::try_from).collect()
}

/// One, taken away or not.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Object>> {
    optional!(db, ObjectRow, GET, workspace, id)?.map(Object::try_from).transpose()
}

/// How many there are.
pub async fn count(db: impl Access, workspace: &str) -> Result<i64> {
    scalar!(db, i64, COUNT, workspace)
}

/// Keeps a new one; `Taken` if another has its key.
pub async fn create(tx: &mut Tx, workspace: &str, o: &Object) -> Result<()> {
    let (key, document) = (clean(o.key.clone()), clean(o.document.to_string()));
    execute!(tx, INSERT, o.id.as_str(), workspace, key, document, o.created_by.as_str(), o.created_at.0).map(|_| ()).map_err(|e| e.taken("object"))
}

/// Changes one if it still is of the edition `o` has; false if somebody else was quicker.
pub async fn change(tx: &mut Tx, workspace: &str, o: &Object) -> Result<bool> {
    Ok(execute!(tx, CHANGE, workspace, o.id.as_str(), o.edition, clean(o.document.to_string()), o.updated_at.0)? == 1)
}

/// Takes one away, and its records with it.
pub async fn remove(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<()> {
    if execute!(tx, REMOVE, workspace, id, now.0)? == 1 { Ok(()) } else { Err(Error::none("object", id)) }
}

/// Brings one back; false if it is there; `Taken` if another has its key now.
pub async fn restore(tx: &mut Tx, workspace: &str, id: &str) -> Result<bool> {
    Ok(execute!(tx, RESTORE, workspace, id).map_err(|e| e.taken("object"))? == 1)
}

/// How many records an object has.
pub async fn records(db: impl Access, object: &str) -> Result<i64> {
    scalar!(db, i64, RECORDS, object)
}

/// The place of an object's next record.
pub async fn next(tx: &mut Tx, object: &str) -> Result<i64> {
    scalar!(tx, i64, NEXT, object)
}

/// Keeps new records.
pub async fn put_many(tx: &mut Tx, workspace: &str, all: &[Record]) -> Result<()> {
    bulk!(tx, PUT_MANY, all.iter(), |r| [
        r.id.as_str(),
        workspace,
        r.object.as_str(),
        r.seq,
        whose(r),
        when(r),
        clean(r.body.to_string()),
        r.edition,
        r.created_by.as_str(),
        r.created_at.0,
        r.updated_by.as_str(),
        r.updated_at.0,
    ]);
    Ok(())
}

/// Changes records that still are of the edition `all` has; answers how many were.
pub async fn edit_many(tx: &mut Tx, all: &[Record]) -> Result<u64> {
    Ok(bulk!(tx, EDIT_MANY, all.iter(), |r| [
        r.id.as_str(),
        whose(r),
        when(r),
        clean(r.body.to_string()),
        r.updated_by.as_str(),
        r.updated_at.0,
        r.edition,
    ]))
}

/// Takes away records that still are of the edition `all` has; answers how many were.
pub async fn take_many(tx: &mut Tx, all: &[Record], now: Instant) -> Result<u64> {
    Ok(bulk!(tx, TAKE_MANY, all.iter(), |r| [r.id.as_str(), now.0, r.edition]))
}

/// A record, taken away or not.
pub async fn record(db: impl Access, workspace: &str, id: &str) -> Result<Option<Record>> {
    optional!(db, RecordRow, RECORD, workspace, id)?.map(Record::try_from).transpose()
}

/// Up to `limit` records below the place `before`, newest first.
pub async fn page(db: impl Access, object: &str, before: Option<i64>, limit: u32) -> Result<Vec<Record>> {
    rows!(db, RecordRow, PAGE, object, before.unwrap_or(i64::MAX), i64::from(limit))?.into_iter().map(Record::try_from).collect()
}

/// The records of a customer and of whoever was merged into them, the last changed first.
pub async fn of_customer(db: impl Access, workspace: &str, customer: CustomerKey, limit: u32) -> Result<Vec<Record>> {
    rows!(db, RecordRow, OF_CUSTOMER, workspace, i64::from(customer.0), i64::from(limit))?.into_iter().map(Record::try_from).collect()
}

/// The records of an object about these customers, in no order.
pub async fn of_customers(store: &Store, object: &str, customers: &[CustomerKey]) -> Result<Vec<Record>> {
    let rows = bulk_rows!(store, RecordRow, OF_CUSTOMERS, customers.iter(), |c| [i64::from(c.0), object.to_owned()]);
    rows.into_iter().map(Record::try_from).collect()
}

/// Changes a record if it still is of the edition `r` has; false if somebody else was quicker.
pub async fn edit(tx: &mut Tx, workspace: &str, r: &Record) -> Result<bool> {
    let done = execute!(
        tx, EDIT, workspace, r.id.as_str(), r.edition, whose(r), when(r), clean(r.body.to_string()), r.updated_by.as_str(), r.updated_at.0,
    )?;
    Ok(done == 1)
}

/// Takes a record away; false if it is gone.
pub async fn take(tx: &mut Tx, workspace: &str, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, TAKE, workspace, id, now.0)? == 1)
}

/// Brings back one that was taken away since `from`; false if there is none.
pub async fn bring(tx: &mut Tx, workspace: &str, id: &str, from: Instant) -> Result<bool> {
    Ok(execute!(tx, BRING, workspace, id, from.0)? == 1)
}
