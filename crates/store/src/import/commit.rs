//! The one commit. Before it nothing happened (staged files are orphans and get swept); after it everything did: the files
//! are named, the ledger says so, the people are known, and the follow-up job waits.

use super::{Counts, Status};
use crate::{
    Conflict, Error, Result, Store, Tx, audit,
    bits::Bits,
    catalog::write,
    comment::{self, Comment},
    contact::{self, Contact},
    customer::{self, CustomerChange, NewCustomer, NewIdentifier},
    definition, failpoint, inbox, job, merge, quarantine,
};
use domain::{CustomerKey, clock::Instant, table::DataFile};

/// Rows handed over one after the other, so that a million need no list.
pub type Rows<'a, T> = Box<dyn Iterator<Item = T> + Send + 'a>;

/// What staging saw of the world; if it moved, the commit is a [`Conflict`] and must be staged again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// newest lake snapshot
    pub snapshot: i64,
    /// customer counter
    pub customers: u32,
    /// times identifiers were put right by hand
    pub identifiers: i64,
}

/// Everything one import brings.
pub struct Commit<'a> {
    /// the ledger row
    pub import: &'a str,
    /// when
    pub now: Instant,
    /// who
    pub author: &'a str,
    /// what staging saw
    pub base: Base,
    /// files, written and fsynced
    pub files: &'a [DataFile],
    /// customers nobody knew, numbered from `base.customers`
    pub customers: Rows<'a, NewCustomer>,
    /// identifiers, of new and known customers
    pub identifiers: Rows<'a, NewIdentifier>,
    /// known customers whose row changes
    pub changes: Rows<'a, CustomerChange>,
    /// contacts
    pub contacts: Rows<'a, Contact>,
    /// free text of answers
    pub comments: Rows<'a, Comment>,
    /// every known or new customer the import mentions in any way, in any order
    pub mentioned: Rows<'a, CustomerKey>,
    /// rows not accepted; `None` if they were appended to the quarantine when the import was checked
    pub quarantine: Option<Rows<'a, quarantine::Row>>,
    /// what became of the rows
    pub counts: Counts,
    /// what the commit does
    pub report: serde_json::Value,
    /// until when it may be undone; of sample data that has no end
    pub undo_until: Option<Instant>,
    /// definitions the import brings, by kind, key and document; each is published unless its key was ever used
    pub definitions: &'a [(definition::Kind, String, serde_json::Value)],
    /// the stretch of the inbox it was made of; it goes with the commit
    pub inbox: Option<inbox::Moved>,
    /// what comes next
    pub job: Option<job::NewJob>,
    /// what the audit log says of it
    pub audit: Option<audit::NewEntry>,
}

impl<'a> Commit<'a> {
    /// A commit of files and nothing else, to be filled.
    pub fn new(import: &'a str, author: &'a str, now: Instant, base: Base, files: &'a [DataFile]) -> Commit<'a> {
        Commit {
            import,
            now,
            author,
            base,
            files,
            customers: Box::new(std::iter::empty()),
            identifiers: Box::new(std::iter::empty()),
            changes: Box::new(std::iter::empty()),
            contacts: Box::new(std::iter::empty()),
            comments: Box::new(std::iter::empty()),
            mentioned: Box::new(std::iter::empty()),
            quarantine: None,
            counts: Counts::default(),
            report: serde_json::Value::Null,
            undo_until: None,
            definitions: &[],
            inbox: None,
            job: None,
            audit: None,
        }
    }
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// the lake snapshot that made it visible
    pub snapshot: i64,
    /// customers made
    pub customers: u64,
    /// identifiers nobody had
    pub identifiers: u64,
    /// customers changed
    pub changed: u64,
    /// contacts nobody had
    pub contacts: u64,
    /// comments nobody had
    pub comments: u64,
}

statements! {
    HERE = "SELECT status, fingerprint FROM imports WHERE id = $1";
    COMMIT = "UPDATE imports SET status = 'committed', error = NULL, report = $2, rows_in = $3, accepted = $4,
            quarantined = $5, duplicates = $6, first_customer = $7, new_customers = $8, data_files = $9, snapshot = $10,
            committed_at = $11, undo_until = CASE WHEN sample = 1 THEN NULL ELSE CAST($12 AS BIGINT) END, updated_at = $11
        WHERE id = $1 AND status IN ('checking', 'checked', 'committing')";
}

/// Commits an import, all or nothing.
///
/// * [`Error::AlreadyImported`]: this import or one with the same content is in; nothing was changed.
/// * [`Error::Conflict`]: the lake, the customer counter or identifiers by hand moved since staging; stage again.
/// * [`Error::State`]: the import is not being checked, checked or being committed.
pub async fn commit(store: &Store, c: Commit<'_>) -> Result<Committed> {
    if !c.counts.balanced() {
        return Err(Error::Invalid(format!("rows do not add up: {:?}", c.counts)));
    }
    let mut change = write::begin(store, c.now, c.files.len(), 0, 0).await?;
    let snapshot = change.snapshot;
    may_commit(&mut change.tx, c.import).await?;
    if change.moved_since(c.base.snapshot).await? || merge::moved_since(&mut change.tx, c.base.snapshot).await? {
        return Err(Conflict::Lake { staged: c.base.snapshot, head: snapshot - 1 }.into());
    }
    let now = customer::counter(&mut change.tx).await?;
    if now != c.base.customers {
        return Err(Conflict::Customers { staged: c.base.customers, now }.into());
    }
    if customer::put_right::version(&mut change.tx).await? != c.base.identifiers {
        return Err(Conflict::Identifiers.into());
    }
    failpoint("store.commit.begun");

    let tables = change.add(c.files).await?;
    let changes: Vec<String> = tables.iter().map(|t| format!("inserted_into_table:{t}")).collect();
    change.changes(&changes, c.author).await?;
    failpoint("store.commit.catalog");

    let tx = &mut change.tx;
    let customers = customer::write::insert(tx, c.customers, c.base.customers, snapshot).await?;
    // new customers are told by their numbers
    let first = c.base.customers;
    let mut touched = customer::touched::Touched::default();
    let mut touch = |key: CustomerKey| {
        if key.0 < first {
            touched.add(key);
        }
    };
    let identifiers = customer::write::insert_identifiers(tx, c.identifiers.inspect(|i| touch(i.customer)), snapshot).await?;
    let changed = customer::write::change(tx, c.changes.inspect(|c| touch(c.key)), snapshot).await?;
    let contacts = contact::insert(tx, c.contacts.inspect(|c| touch(c.customer)), snapshot).await?;
    if customers > 0 || !touched.is_empty() {
        customer::touched::note(tx, Some(&touched)).await?;
    }
    let comments = comment::insert(tx, c.comments, snapshot).await?;
    let new = (c.base.customers..).take(customers as usize).map(CustomerKey);
    customer::write::note(tx, c.mentioned.chain(new).collect::<Bits>(), snapshot).await?;
    failpoint("store.commit.customers");

    if let Some(rows) = c.quarantine {
        quarantine::clear(&mut *tx, c.import).await?;
        quarantine::append(tx, c.import, rows).await?;
    }
    let kept = quarantine::count(&mut *tx, c.import).await?;
    if kept != c.counts.quarantined {
        return Err(Error::Invalid(format!("{} rows quarantined, {kept} kept", c.counts.quarantined)));
    }
    let touched = execute!(
        &mut *tx, COMMIT, c.import, c.report.to_string(), c.counts.rows_in as i64, c.counts.accepted as i64,
        c.counts.quarantined as i64, c.counts.duplicates as i64, i64::from(c.base.customers), customers as i64,
        c.files.len() as i64, snapshot, c.now.0, c.undo_until.map(|t| t.0),
    )?;
    if touched != 1 {
        return Err(Error::none("import", c.import));
    }
    for (kind, key, document) in c.definitions {
        if !definition::ever(&mut *tx, *kind, Some(key)).await? {
            definition::put(&mut *tx, *kind, key, document, c.author, c.now).await?;
        }
    }
    if let Some(moved) = c.inbox {
        inbox::take(&mut *tx, moved).await?;
    }
    if let Some(job) = &c.job {
        job::enqueue(&mut *tx, job, c.now).await?;
    }
    if let Some(entry) = &c.audit {
        audit::append(&mut *tx, &entry.workspace, &entry.note).await?;
    }
    failpoint("store.commit.ledger");
    change.tx.commit().await?;
    failpoint("store.commit.done");
    Ok(Committed { snapshot, customers, identifiers, changed, contacts, comments })
}

async fn may_commit(tx: &mut Tx, id: &str) -> Result<()> {
    let here = optional!(&mut *tx, (String, String), HERE, id)?;
    let (status, fingerprint) = here.ok_or_else(|| Error::none("import", id))?;
    if let Some(import) = super::committed(&mut *tx, &fingerprint).await? {
        return Err(Error::AlreadyImported { import });
    }
    match Status::parse(&status) {
        Status::Checking | Status::Checked | Status::Committing => Ok(()),
        other => Err(super::state(id, other)),
    }
}
