//! Merges: who stands for whom. A merge makes a lake snapshot of its own, so that a run of a snapshot knows its merges and an import
//! staged before one is staged again. Rows of the one who was merged stay as they are and are read with the root's.

use crate::{Access, Error, Result, Store, Tx, catalog, catalog::write, customer, db::clean, job};
use domain::{CustomerKey, clock::Instant, merge::Aliases};

/// A merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// `mrg_…`
    pub id: String,
    /// its place, from 1
    pub seq: i64,
    /// who was merged
    pub merged: CustomerKey,
    /// who stands for both
    pub survivor: CustomerKey,
    /// `cus_…` of who was merged
    pub merged_id: String,
    /// `cus_…` of who stands for both
    pub survivor_id: String,
    /// which values were chosen, as a document of `flow`
    pub fields: serde_json::Value,
    /// what was before, as a document of `flow`
    pub image: serde_json::Value,
    /// those made in one step share it
    pub batch: String,
    /// who merged them
    pub author: String,
    /// their name, if it is a person
    pub author_name: Option<String>,
    /// when
    pub at: Instant,
    /// taken back
    pub ended_at: Option<Instant>,
    /// by whom
    pub ended_by: Option<String>,
}

/// An attribute that does not count while a merge stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// whose
    pub customer: CustomerKey,
    /// its key
    pub attribute: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    seq: i64,
    merged: i64,
    survivor: i64,
    merged_id: String,
    survivor_id: String,
    fields: String,
    image: String,
    batch: String,
    author: String,
    author_name: Option<String>,
    at: i64,
    ended_at: Option<i64>,
    ended_by: Option<String>,
}

impl TryFrom<Row> for Merge {
    type Error = Error;

    fn try_from(r: Row) -> Result<Merge> {
        Ok(Merge {
            fields: serde_json::from_str(&r.fields)?,
            image: serde_json::from_str(&r.image)?,
            id: r.id,
            seq: r.seq,
            merged: CustomerKey(r.merged as u32),
            survivor: CustomerKey(r.survivor as u32),
            merged_id: r.merged_id,
            survivor_id: r.survivor_id,
            batch: r.batch,
            author: r.author,
            author_name: r.author_name,
            at: Instant(r.at),
            ended_at: r.ended_at.map(Instant),
            ended_by: r.ended_by,
        })
    }
}

statements! {
    AT = "SELECT merged, survivor FROM merges WHERE began <= $1 AND (ended IS NULL OR ended > $1) ORDER BY seq";
    KNOWN = "SELECT merged, survivor FROM merges WHERE began <= $1 AND at <= $2 AND (ended IS NULL OR ended > $1 OR ended_at > $2)
        ORDER BY seq";
    SILENCES_AT = "SELECT s.customer, s.attribute, s.until FROM merge_silences s JOIN merges m ON m.id = s.merge
        WHERE m.began <= $1 AND (m.ended IS NULL OR m.ended > $1)";
    SILENCES_KNOWN = "SELECT s.customer, s.attribute, s.until FROM merge_silences s JOIN merges m ON m.id = s.merge
        WHERE m.began <= $1 AND m.at <= $2 AND (m.ended IS NULL OR m.ended > $1 OR m.ended_at > $2)";
    MOVED = "SELECT COUNT(*) FROM merges WHERE began > $1 OR ended > $1";
    GET = "SELECT m.id, m.seq, m.merged, m.survivor, m.merged_id, m.survivor_id, m.fields, m.image, m.batch, m.author,
            u.name AS author_name, m.at, m.ended_at, m.ended_by
        FROM merges m LEFT JOIN users u ON u.id = m.author WHERE m.workspace = $1 AND m.id = $2";
    PAGE = "SELECT m.id, m.seq, m.merged, m.survivor, m.merged_id, m.survivor_id, m.fields, m.image, m.batch, m.author,
            u.name AS author_name, m.at, m.ended_at, m.ended_by
        FROM merges m LEFT JOIN users u ON u.id = m.author WHERE m.workspace = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3";
    OF_BATCH = "SELECT m.id, m.seq, m.merged, m.survivor, m.merged_id, m.survivor_id, m.fields, m.image, m.batch, m.author,
            u.name AS author_name, m.at, m.ended_at, m.ended_by
        FROM merges m LEFT JOIN users u ON u.id = m.author WHERE m.workspace = $1 AND m.batch = $2 ORDER BY m.seq DESC";
    OF_GROUP = "SELECT m.id, m.seq, m.merged, m.survivor, m.merged_id, m.survivor_id, m.fields, m.image, m.batch, m.author,
            u.name AS author_name, m.at, m.ended_at, m.ended_by
        FROM merges m LEFT JOIN users u ON u.id = m.author
        WHERE m.workspace = $1 AND m.ended IS NULL
            AND m.merged IN (SELECT c.key FROM customers c WHERE c.root = $2) ORDER BY m.seq DESC";
    NEXT = "SELECT CAST(COALESCE(MAX(seq), 0) + 1 AS BIGINT) FROM merges WHERE workspace = $1";
    INSERT = "INSERT INTO merges (id, workspace, seq, merged, survivor, merged_id, survivor_id, fields, image, batch, author, at, began)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    SILENCE = "INSERT INTO merge_silences (merge, customer, attribute, until) VALUES ($1, $2, $3, $4)";
    JOIN_ROOTS = "UPDATE customers SET root = $2 WHERE key = $1 OR root = $1";
    END = "UPDATE merges SET ended = $2, ended_at = $3, ended_by = $4 WHERE id = $1 AND ended IS NULL";
    OPEN = "SELECT id, merged, survivor FROM merges WHERE ended IS NULL ORDER BY seq";
    GROUP = "SELECT key FROM customers WHERE key = $1 OR root = $1 ORDER BY key";
    MEMBERS = "SELECT key FROM customers WHERE root = $1";
    CLEAR = "UPDATE customers SET root = NULL WHERE root = $1";
    ROOT = "SELECT root FROM customers WHERE key = $1";
    SET_ROOT = "UPDATE customers SET root = $2 WHERE key = $1";
    NOTES_SINCE = "SELECT COUNT(*) FROM notes WHERE customer = $1 AND created_at > $2 AND removed_at IS NULL";
}

fn aliases(edges: Vec<(i64, i64)>, silences: Vec<(i64, String, i64)>) -> Aliases {
    let mut all = Aliases::new(edges.into_iter().map(|(a, b)| (CustomerKey(a as u32), CustomerKey(b as u32))));
    for (customer, attribute, until) in silences {
        all.silence(CustomerKey(customer as u32), &attribute, Instant(until));
    }
    all
}

/// The merges of a lake snapshot.
pub async fn at(store: &Store, snapshot: i64) -> Result<Aliases> {
    let edges = rows!(store, (i64, i64), AT, snapshot)?;
    if edges.is_empty() {
        return Ok(Aliases::default());
    }
    Ok(aliases(edges, rows!(store, (i64, String, i64), SILENCES_AT, snapshot)?))
}

/// The merges that were in force at an instant, as a lake snapshot knows them.
pub async fn known(store: &Store, snapshot: i64, instant: Instant) -> Result<Aliases> {
    let edges = rows!(store, (i64, i64), KNOWN, snapshot, instant.0)?;
    if edges.is_empty() {
        return Ok(Aliases::default());
    }
    Ok(aliases(edges, rows!(store, (i64, String, i64), SILENCES_KNOWN, snapshot, instant.0)?))
}

/// The merges in force now.
pub async fn now(store: &Store) -> Result<Aliases> {
    at(store, catalog::head(store).await?).await
}

/// Was anybody merged, or a merge taken back, after this snapshot?
pub(crate) async fn moved_since(tx: &mut Tx, snapshot: i64) -> Result<bool> {
    Ok(scalar!(tx, i64, MOVED, snapshot)? > 0)
}

/// One.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Merge>> {
    optional!(db, Row, GET, workspace, id)?.map(Merge::try_from).transpose()
}

/// The newest `limit` below the place `before`.
pub async fn page(db: impl Access, workspace: &str, before: Option<i64>, limit: u32) -> Result<Vec<Merge>> {
    rows!(db, Row, PAGE, workspace, before.unwrap_or(i64::MAX), i64::from(limit))?.into_iter().map(Merge::try_from).collect()
}

/// Those made in one step, the last first.
pub async fn of_batch(db: impl Access, workspace: &str, batch: &str) -> Result<Vec<Merge>> {
    rows!(db, Row, OF_BATCH, workspace, batch)?.into_iter().map(Merge::try_from).collect()
}

/// The merges a customer is made of, the last first.
pub async fn of_group(db: impl Access, workspace: &str, root: CustomerKey) -> Result<Vec<Merge>> {
    rows!(db, Row, OF_GROUP, workspace, i64::from(root.0))?.into_iter().map(Merge::try_from).collect()
}

/// A root and everybody merged into it.
pub async fn group(db: impl Access, root: CustomerKey) -> Result<Vec<CustomerKey>> {
    Ok(rows!(db, (i64,), GROUP, i64::from(root.0))?.into_iter().map(|(k,)| CustomerKey(k as u32)).collect())
}

/// Notes written about a customer since an instant.
pub async fn notes_since(db: impl Access, customer: CustomerKey, since: Instant) -> Result<u64> {
    scalar!(db, i64, NOTES_SINCE, i64::from(customer.0), since.0).map(|n| n.max(0) as u64)
}

/// A lake snapshot being made of merges, or of merges taken back.
pub struct Merging(write::Change);

/// Begins one.
pub async fn begin(store: &Store, now: Instant) -> Result<Merging> {
    Ok(Merging(write::begin(store, now, 0, 0, 0).await?))
}

impl Merging {
    /// Everything happens here.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.0.tx
    }

    /// Its lake snapshot.
    pub fn snapshot(&self) -> i64 {
        self.0.snapshot
    }

    /// Merges the root `m.merged` with all its members into the root `m.survivor`. The database refuses one who is merged already.
    pub async fn join(&mut self, workspace: &str, m: &mut Merge, silences: &[Silence]) -> Result<()> {
        let snapshot = self.0.snapshot;
        let tx = &mut self.0.tx;
        m.seq = scalar!(&mut *tx, i64, NEXT, workspace)?;
        execute!(
            &mut *tx, INSERT, m.id.as_str(), workspace, m.seq, i64::from(m.merged.0), i64::from(m.survivor.0), m.merged_id.as_str(),
            m.survivor_id.as_str(), clean(m.fields.to_string()), clean(m.image.to_string()), m.batch.as_str(), m.author.as_str(), m.at.0, snapshot,
        )
        .map_err(|e| e.taken("merge"))?;
        for s in silences {
            execute!(&mut *tx, SILENCE, m.id.as_str(), i64::from(s.customer.0), clean(s.attribute.clone()), m.at.0)?;
        }
        execute!(tx, JOIN_ROOTS, i64::from(m.merged.0), i64::from(m.survivor.0)).map(|_| ())
    }

    /// Gives a customer another name; answers after which snapshot that was last done by hand. `edit`: after which this is.
    pub async fn rename(&mut self, key: CustomerKey, name: Option<String>, edit: Option<i64>) -> Result<Option<i64>> {
        customer::write::rename(&mut self.0.tx, key, name, edit).await
    }

    /// Takes a merge back; `false` if it was before. [`Merging::settle`] says who stands for whom then.
    pub async fn part(&mut self, m: &Merge, by: &str, now: Instant) -> Result<bool> {
        let snapshot = self.0.snapshot;
        Ok(execute!(&mut self.0.tx, END, m.id.as_str(), snapshot, now.0, by)? == 1)
    }

    /// After merges were taken back: whoever was merged is a root again, with those merged into them.
    pub async fn settle(&mut self, around: &[CustomerKey]) -> Result<()> {
        roots_anew(&mut self.0.tx, around).await
    }

    /// Makes it true, with the job that comes next.
    pub async fn commit(mut self, author: &str, next: &job::NewJob, now: Instant) -> Result<()> {
        self.0.changes(&[], author).await?;
        job::enqueue(&mut self.0.tx, next, now).await?;
        crate::failpoint("store.merge.written");
        self.0.tx.commit().await?;
        crate::failpoint("store.merge.done");
        Ok(())
    }

    /// Leaves everything as it was.
    pub async fn rollback(self) -> Result<()> {
        self.0.tx.rollback().await
    }
}

/// Writes down anew who stands for the members of these customers' groups.
async fn roots_anew(tx: &mut Tx, around: &[CustomerKey]) -> Result<()> {
    let open = rows!(&mut *tx, (String, i64, i64), OPEN)?;
    let all = Aliases::new(open.into_iter().map(|(_, a, b)| (CustomerKey(a as u32), CustomerKey(b as u32))));
    let mut lost: Vec<i64> = Vec::new();
    for key in around {
        let root = optional!(&mut *tx, (Option<i64>,), ROOT, i64::from(key.0))?.and_then(|(r,)| r).unwrap_or(i64::from(key.0));
        lost.extend(rows!(&mut *tx, (i64,), MEMBERS, root)?.into_iter().map(|(k,)| k));
        execute!(&mut *tx, CLEAR, root)?;
    }
    // whoever lost their root by that gets the one they have now
    for member in lost {
        if let Some(root) = all.merged_into(CustomerKey(member as u32)) {
            execute!(&mut *tx, SET_ROOT, member, i64::from(root.0))?;
        }
    }
    Ok(())
}

/// Ends the merges of customers who are about to go with the import that brought them: the others are there by themselves again.
pub(crate) async fn without(tx: &mut Tx, gone: &[CustomerKey], snapshot: i64, now: Instant, by: &str) -> Result<u64> {
    let gone: std::collections::BTreeSet<i64> = gone.iter().map(|k| i64::from(k.0)).collect();
    let open = rows!(&mut *tx, (String, i64, i64), OPEN)?;
    let (mut ended, mut around) = (0, Vec::new());
    for (id, merged, survivor) in open.iter().filter(|(_, a, b)| gone.contains(a) || gone.contains(b)) {
        execute!(&mut *tx, END, id.as_str(), snapshot, now.0, by)?;
        ended += 1;
        around.extend([CustomerKey(*merged as u32), CustomerKey(*survivor as u32)]);
    }
    if ended > 0 {
        roots_anew(tx, &around).await?;
    }
    Ok(ended)
}
