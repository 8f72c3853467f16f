//! A whole business that comes in as open files: in one lake snapshot and one transaction, into a business that holds nothing.

use crate::{
    Error, Result, Store, Tx, audit,
    catalog::write,
    customer::{touched, write::GAPS},
    dump::{self, Table},
    failpoint, job,
    mark::{self, Set},
};
use domain::{clock::Instant, table::DataFile};
use std::io::BufRead;

statements! {
    CUSTOMERS = "SELECT value FROM counters WHERE name = 'customer'";
    FACTS = "SELECT COUNT(*) FROM ducklake_data_file WHERE end_snapshot IS NULL";
    WAITING = "SELECT COUNT(*) FROM inbox";
    IMPORTS = "SELECT COUNT(*) FROM imports WHERE status <> 'failed'";
    DEFINITIONS = "SELECT COUNT(*) FROM definitions";
    TAGS = "SELECT COUNT(*) FROM tags";
    OBJECTS = "SELECT COUNT(*) FROM objects";
    DASHBOARDS = "SELECT COUNT(*) FROM dashboards";
    VIEWS = "SELECT COUNT(*) FROM views";
    QUESTIONS = "SELECT COUNT(*) FROM questions";
    ERASURES = "SELECT COUNT(*) FROM erasures";
    FORGET_FAILED = "DELETE FROM imports WHERE status = 'failed'";
    SET_COUNTER = "UPDATE counters SET value = $2 WHERE name = $1";
}

/// What may be left of imports that came to nothing, and of looks at nothing: it gives way to what comes in.
const GIVES_WAY: [&str; 3] = ["mapping_templates", "quarantine_rows", "quality_days"];

/// What a business holds already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// customers, or numbers that were given to some
    Customers,
    /// facts in the lake
    Facts,
    /// rows that programs posted and that wait
    Inbox,
    /// imports, or files that were uploaded for one
    Imports,
    /// features, classifications or segments of its own
    Definitions,
    /// tags
    Tags,
    /// objects of its own
    Objects,
    /// dashboards
    Dashboards,
    /// saved views of lists
    Views,
    /// kept questions
    Questions,
    /// people who were erased
    Erasures,
}

/// What it holds, if it holds anything.
async fn held(tx: &mut Tx) -> Result<Option<Held>> {
    let questions = [
        (CUSTOMERS, Held::Customers),
        (FACTS, Held::Facts),
        (WAITING, Held::Inbox),
        (IMPORTS, Held::Imports),
        (DEFINITIONS, Held::Definitions),
        (TAGS, Held::Tags),
        (OBJECTS, Held::Objects),
        (DASHBOARDS, Held::Dashboards),
        (VIEWS, Held::Views),
        (QUESTIONS, Held::Questions),
        (ERASURES, Held::Erasures),
    ];
    for (question, what) in questions {
        if scalar!(&mut *tx, i64, question)? > 0 {
            return Ok(Some(what));
        }
    }
    Ok(None)
}

/// Does this business hold anything?
pub async fn look(store: &Store) -> Result<Option<Held>> {
    let mut tx = store.begin().await?;
    let found = held(&mut tx).await?;
    tx.rollback().await?;
    Ok(found)
}

/// A business that is coming in. Dropped without [`Arrival::commit`], nothing happened.
pub struct Arrival(write::Change);

impl Arrival {
    /// Begins, and names the files of the lake. `Err` in the middle: what the business holds already.
    pub async fn begin(store: &Store, now: Instant, files: &[DataFile], author: &str) -> Result<std::result::Result<Arrival, Held>> {
        let mut change = write::begin(store, now, files.len(), 0, 0).await?;
        if let Some(what) = held(&mut change.tx).await? {
            change.tx.rollback().await?;
            return Ok(Err(what));
        }
        execute!(&mut change.tx, FORGET_FAILED)?;
        failpoint("store.arrive.begun");
        let tables = change.add(files).await?;
        let changes: Vec<String> = tables.iter().map(|t| format!("inserted_into_table:{t}")).collect();
        change.changes(&changes, author).await?;
        Ok(Ok(Arrival(change)))
    }

    /// The lake snapshot that it makes.
    pub fn snapshot(&self) -> i64 {
        self.0.snapshot
    }

    /// The transaction it all happens in.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.0.tx
    }

    /// The tables there are.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        dump::tables(&mut self.0.tx).await
    }

    /// Fills a table; see [`dump::fill`]. `Busy` if somebody put rows there since it was looked whether there are any.
    pub async fn fill(&mut self, table: &Table, names: &[String], rows: &mut (dyn BufRead + Send)) -> Result<u64> {
        if dump::empty(&mut self.0.tx, table).await? > 0 && !GIVES_WAY.contains(&table.name.as_str()) {
            return Err(Error::Busy);
        }
        dump::fill(&mut self.0.tx, table, names, rows).await
    }

    /// Puts customers into a set: who has a tag, whom a member looks after.
    pub async fn mark(&mut self, name: &str, who: &Set) -> Result<()> {
        mark::put(&mut self.0.tx, name, who, &Set::default()).await
    }

    /// Makes it true: the next numbers given out, the numbers that belong to nobody, what comes next and what the log says.
    pub async fn commit(mut self, next_customer: u32, next_batch: i64, gaps: &[(u32, u32)], job: &job::NewJob, entry: &audit::NewEntry, now: Instant) -> Result<()> {
        let tx = &mut self.0.tx;
        execute!(&mut *tx, SET_COUNTER, "customer", i64::from(next_customer))?;
        execute!(&mut *tx, SET_COUNTER, "batch", next_batch)?;
        bulk!(&mut *tx, GAPS, gaps.iter(), |(first, last)| [i64::from(*first), i64::from(*last)]);
        touched::note(&mut *tx, None).await?;
        job::enqueue(&mut *tx, job, now).await?;
        audit::append(&mut *tx, &entry.workspace, &entry.note).await?;
        failpoint("store.arrive.filled");
        self.0.tx.commit().await?;
        failpoint("store.arrive.done");
        Ok(())
    }
}
