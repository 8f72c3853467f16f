//! Changes of customers, of one or of all matching: each with an id, what exactly it changed, and a way back.
//!
//! Taking a change back leaves alone whom a later change touched since. What the later one found is then what this one found, so
//! that it can be taken back in its turn, in any order.

use crate::{Access, Error, Result, Tx, bulk::Bulk, contact, customer::{put_right, write}, edit, db::clean, mark::{self, Set}};
use domain::{CustomerKey, clock::Instant};
use std::collections::BTreeMap;

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// gives a tag
    TagAdd,
    /// takes a tag
    TagRemove,
    /// says who looks after them, or nobody
    OwnerSet,
    /// puts them into a fixed list
    ListAdd,
    /// takes them out of a fixed list
    ListRemove,
    /// puts a name right
    NameSet,
    /// says what an own field holds
    FieldSet,
    /// a contact of an organisation comes, changes or goes
    ContactSet,
    /// an identifier comes, is put right or goes
    IdentifierSet,
    /// somebody does not want to be profiled
    ProfilingRefuse,
    /// somebody has nothing against it any more
    ProfilingAllow,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 11] = [
        Kind::TagAdd, Kind::TagRemove, Kind::OwnerSet, Kind::ListAdd, Kind::ListRemove, Kind::NameSet, Kind::FieldSet, Kind::ContactSet,
        Kind::IdentifierSet, Kind::ProfilingRefuse, Kind::ProfilingAllow,
    ];

    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Kind::TagAdd => "tag_add",
            Kind::TagRemove => "tag_remove",
            Kind::OwnerSet => "owner_set",
            Kind::ListAdd => "list_add",
            Kind::ListRemove => "list_remove",
            Kind::NameSet => "name_set",
            Kind::FieldSet => "field_set",
            Kind::ContactSet => "contact_set",
            Kind::IdentifierSet => "identifier_set",
            Kind::ProfilingRefuse => "profiling_refuse",
            Kind::ProfilingAllow => "profiling_allow",
        }
    }

    fn parse(text: &str) -> Result<Kind> {
        Kind::ALL.into_iter().find(|k| k.key() == text).ok_or_else(|| Error::Invalid(format!("no kind of change {text:?}")))
    }
}

/// A change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `chg_…`
    pub id: String,
    /// its place, from 1
    pub seq: i64,
    /// who made it
    pub author: String,
    /// their name, if it is a person
    pub author_name: Option<String>,
    /// made by whoever asked, the same for the same request
    pub request_key: String,
    /// hash of what was asked
    pub fingerprint: String,
    /// what it does
    pub kind: Kind,
    /// tag, member, list or field; empty for none
    pub subject: String,
    /// for whom it was asked; `None` once its details are forgotten
    pub asked: Option<serde_json::Value>,
    /// customers it was asked for
    pub matched: u64,
    /// customers of whom something changed
    pub changed: u64,
    /// made
    pub at: Instant,
    /// taken back
    pub undone_at: Option<Instant>,
}

/// Whom a change put into a set and whom it took out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// put in
    pub added: Set,
    /// taken out
    pub removed: Set,
}

impl Delta {
    fn all(&self) -> Set {
        self.added.or(&self.removed)
    }
}

/// By name of the set.
pub type Deltas = BTreeMap<String, Delta>;

/// How many customers these changed.
pub fn touched(deltas: &Deltas) -> Set {
    deltas.values().fold(Set::default(), |all, d| all.or(&d.all()))
}

/// A name before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// whose
    pub customer: CustomerKey,
    /// the name that was
    pub before: Option<String>,
    /// the name that is
    pub after: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    seq: i64,
    author: String,
    author_name: Option<String>,
    request_key: String,
    fingerprint: String,
    kind: String,
    subject: String,
    asked: String,
    matched: i64,
    changed: i64,
    at: i64,
    undone_at: Option<i64>,
}

impl TryFrom<Row> for Change {
    type Error = Error;

    fn try_from(r: Row) -> Result<Change> {
        Ok(Change {
            kind: Kind::parse(&r.kind)?,
            asked: if r.asked.is_empty() { None } else { Some(serde_json::from_str(&r.asked)?) },
            id: r.id,
            seq: r.seq,
            author: r.author,
            author_name: r.author_name,
            request_key: r.request_key,
            fingerprint: r.fingerprint,
            subject: r.subject,
            matched: r.matched.max(0) as u64,
            changed: r.changed.max(0) as u64,
            at: Instant(r.at),
            undone_at: r.undone_at.map(Instant),
        })
    }
}

#[derive(sqlx::FromRow)]
struct NameRow {
    customer: i64,
    name_before: Option<String>,
    name_after: Option<String>,
    edit_before: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct MarkRow {
    seq: i64,
    change: String,
    mark: String,
    chunk: i64,
    added: Vec<u8>,
    removed: Vec<u8>,
}

statements! {
    GET = "SELECT c.id, c.seq, c.author, u.name AS author_name, c.request_key, c.fingerprint, c.kind, c.subject, c.asked,
            c.matched, c.changed, c.at, c.undone_at
        FROM changes c LEFT JOIN users u ON u.id = c.author WHERE c.workspace = $1 AND c.id = $2";
    BY_REQUEST = "SELECT c.id, c.seq, c.author, u.name AS author_name, c.request_key, c.fingerprint, c.kind, c.subject, c.asked,
            c.matched, c.changed, c.at, c.undone_at
        FROM changes c LEFT JOIN users u ON u.id = c.author
        WHERE c.workspace = $1 AND c.author = $2 AND c.request_key = $3";
    PAGE = "SELECT c.id, c.seq, c.author, u.name AS author_name, c.request_key, c.fingerprint, c.kind, c.subject, c.asked,
            c.matched, c.changed, c.at, c.undone_at
        FROM changes c LEFT JOIN users u ON u.id = c.author
        WHERE c.workspace = $1 AND (c.author = $2 OR $2 = '') AND c.seq < $3 ORDER BY c.seq DESC LIMIT $4";
    NEXT = "SELECT CAST(COALESCE(MAX(seq), 0) + 1 AS BIGINT) FROM changes WHERE workspace = $1";
    INSERT = "INSERT INTO changes (id, workspace, seq, author, request_key, fingerprint, kind, subject, asked, matched, changed, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    UNDONE = "UPDATE changes SET undone_at = $3, undone_by = $4 WHERE workspace = $1 AND id = $2 AND undone_at IS NULL";
    MARKS = "SELECT CAST(0 AS BIGINT) AS seq, change, mark, chunk, added, removed FROM change_marks WHERE change = $1";
    LATER = "SELECT c.seq, m.change, m.mark, m.chunk, m.added, m.removed FROM changes c JOIN change_marks m ON m.change = c.id
        WHERE c.workspace = $1 AND c.seq > $2 AND c.undone_at IS NULL AND m.mark >= $3 AND m.mark <= $4 ORDER BY c.seq";
    DROP_MARKS = "DELETE FROM change_marks WHERE change = $1";
    NAMED = "SELECT customer, name_before, name_after, edit_before FROM change_names WHERE change = $1";
    PUT_NAME = "INSERT INTO change_names (change, customer, name_before, name_after, edit_before) VALUES ($1, $2, $3, $4, $5)";
    DROP_NAME = "DELETE FROM change_names WHERE change = $1";
    OLD = "SELECT id FROM changes WHERE workspace = $1 AND at < $2 AND asked <> '' ORDER BY at LIMIT 50";
    FORGET = "UPDATE changes SET asked = '' WHERE id = $1";
}

pub(crate) const PUT_MARKS: Bulk = Bulk {
    head: "INSERT INTO change_marks (change, mark, chunk, added, removed) VALUES",
    width: 5,
    tail: "",
};

/// One.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Change>> {
    optional!(db, Row, GET, workspace, id)?.map(Change::try_from).transpose()
}

/// The change a request made, if it was made before.
pub async fn by_request(db: impl Access, workspace: &str, author: &str, key: &str) -> Result<Option<Change>> {
    optional!(db, Row, BY_REQUEST, workspace, author, key)?.map(Change::try_from).transpose()
}

/// The newest `limit` below the place `before`; of one author, or of all.
pub async fn page(db: impl Access, workspace: &str, author: Option<&str>, before: Option<i64>, limit: u32) -> Result<Vec<Change>> {
    let rows = rows!(db, Row, PAGE, workspace, author.unwrap_or_default(), before.unwrap_or(i64::MAX), i64::from(limit))?;
    rows.into_iter().map(Change::try_from).collect()
}

/// Puts customers into a set, or takes them out; answers whom that changed.
pub async fn set(tx: &mut Tx, mark: &str, who: &Set, member: bool) -> Result<Deltas> {
    let before = mark::of(&mut *tx, mark).await?;
    let (now, delta) = if member {
        (before.or(who), Delta { added: who.and_not(&before), removed: Set::default() })
    } else {
        (before.and_not(who), Delta { added: Set::default(), removed: who.and(&before) })
    };
    mark::put(tx, mark, &now, &before).await?;
    Ok(BTreeMap::from([(mark.to_owned(), delta)]))
}

/// Puts customers into one of the sets whose names begin so, and out of all others of them; `None`: into none.
pub async fn set_only(tx: &mut Tx, begin: &str, mark: Option<&str>, who: &Set) -> Result<Deltas> {
    let mut sets = mark::all(&mut *tx, begin).await?;
    if let Some(mark) = mark {
        sets.entry(mark.to_owned()).or_default();
    }
    let mut deltas = Deltas::new();
    for (name, before) in sets {
        let delta = if Some(name.as_str()) == mark {
            Delta { added: who.and_not(&before), removed: Set::default() }
        } else {
            Delta { added: Set::default(), removed: who.and(&before) }
        };
        if !delta.all().is_empty() {
            let now = before.or(&delta.added).and_not(&delta.removed);
            mark::put(&mut *tx, &name, &now, &before).await?;
            deltas.insert(name, delta);
        }
    }
    Ok(deltas)
}

/// Puts a name right and remembers what it was. `snapshot`: the lake's now.
pub async fn rename(tx: &mut Tx, change: &Change, names: &Renamed, snapshot: i64) -> Result<()> {
    let edit = write::rename(&mut *tx, names.customer, names.after.clone(), Some(snapshot)).await?;
    let (before, after) = (names.before.clone().map(clean), names.after.clone().map(clean));
    execute!(tx, PUT_NAME, change.id.as_str(), i64::from(names.customer.0), before, after, edit).map(|_| ())
}

/// The place of the next change.
pub async fn next(tx: &mut Tx, workspace: &str) -> Result<i64> {
    scalar!(tx, i64, NEXT, workspace)
}

/// Writes a change down with what it changed; `Taken` if the same request was made meanwhile.
pub async fn create(tx: &mut Tx, workspace: &str, c: &Change, deltas: &Deltas) -> Result<()> {
    let asked = c.asked.as_ref().map(ToString::to_string).unwrap_or_default();
    execute!(
        &mut *tx, INSERT, c.id.as_str(), workspace, c.seq, c.author.as_str(), c.request_key.as_str(), c.fingerprint.as_str(), c.kind.key(),
        clean(c.subject.clone()), clean(asked), c.matched as i64, c.changed as i64, c.at.0,
    )
    .map_err(|e| e.taken("change"))?;
    put(tx, &c.id, deltas).await
}

async fn put(tx: &mut Tx, change: &str, deltas: &Deltas) -> Result<()> {
    let rows = deltas.iter().flat_map(|(mark, d)| {
        d.all().chunks().map(|c| (mark.clone(), i64::from(c), d.added.bytes(c), d.removed.bytes(c))).collect::<Vec<_>>()
    });
    let rows: Vec<(String, i64, Vec<u8>, Vec<u8>)> = rows.collect();
    bulk!(tx, PUT_MARKS, rows, |(mark, chunk, added, removed)| [change.to_owned(), mark, chunk, added, removed]);
    Ok(())
}

fn gathered(rows: Vec<MarkRow>) -> BTreeMap<(i64, String), Deltas> {
    let mut all: BTreeMap<(i64, String), Deltas> = BTreeMap::new();
    for r in rows {
        let delta = all.entry((r.seq, r.change)).or_default().entry(r.mark).or_default();
        delta.added.put(r.chunk, &r.added);
        delta.removed.put(r.chunk, &r.removed);
    }
    all
}

/// What a change changed.
pub async fn deltas(db: impl Access, change: &str) -> Result<Deltas> {
    Ok(gathered(rows!(db, MarkRow, MARKS, change)?).into_values().next().unwrap_or_default())
}

/// Works out what taking a change back comes to: whom no later change touched. What later changes found is noted as what this one
/// found.
pub async fn settle(tx: &mut Tx, workspace: &str, change: &Change) -> Result<Deltas> {
    let own = deltas(&mut *tx, &change.id).await?;
    let (from, to) = match (own.keys().next(), own.keys().next_back()) {
        // whoever has an owner may go to any other
        (Some(first), _) if first.starts_with(mark::OWNERS) => (mark::OWNERS.to_owned(), format!("{}{}", mark::OWNERS, char::MAX)),
        (Some(first), Some(last)) => (first.clone(), last.clone()),
        _ => return Ok(own),
    };
    let mut open = touched(&own);
    for ((_, later), mut found) in gathered(rows!(&mut *tx, MarkRow, LATER, workspace, change.seq, from.as_str(), to.as_str())?) {
        let again = touched(&found).and(&open);
        if again.is_empty() {
            continue;
        }
        for (name, d) in &own {
            let l = found.entry(name.clone()).or_default();
            l.removed = l.removed.and_not(&d.added.and(&again));
            // whom the later one put back there it left as they were; the others it found there
            let there = d.removed.and(&again);
            let back = there.and(&l.added);
            l.added = l.added.and_not(&back);
            l.removed = l.removed.or(&there.and_not(&back));
        }
        execute!(&mut *tx, DROP_MARKS, later.as_str())?;
        put(&mut *tx, &later, &found).await?;
        open = open.and_not(&again);
    }
    let left = |d: Delta| Delta { added: d.added.and(&open), removed: d.removed.and(&open) };
    Ok(own.into_iter().map(|(name, d)| (name, left(d))).collect())
}

/// Takes back what was put into sets and out of them.
pub async fn turn_back(tx: &mut Tx, deltas: &Deltas) -> Result<()> {
    for (name, d) in deltas {
        let before = mark::of(&mut *tx, name).await?;
        let now = before.and_not(&d.added).or(&d.removed);
        mark::put(&mut *tx, name, &now, &before).await?;
    }
    Ok(())
}

/// The name a change gave, and the one that was.
pub async fn renamed(db: impl Access, change: &str) -> Result<Option<Renamed>> {
    let row = optional!(db, NameRow, NAMED, change)?;
    Ok(row.map(|r| Renamed { customer: CustomerKey(r.customer as u32), before: r.name_before, after: r.name_after }))
}

/// Gives the name back that was before a change.
pub async fn name_back(tx: &mut Tx, change: &str) -> Result<()> {
    let row = optional!(&mut *tx, NameRow, NAMED, change)?.ok_or_else(|| Error::none("change", change))?;
    write::rename(tx, CustomerKey(row.customer as u32), row.name_before, row.edit_before).await.map(|_| ())
}

/// Notes that a change was taken back; `false` if it was before.
pub async fn undone(tx: &mut Tx, workspace: &str, id: &str, by: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, UNDONE, workspace, id, now.0, by)? == 1)
}

/// Deletes what some of the changes before an instant changed: they can no longer be taken back. That they were made stays.
pub async fn forget(tx: &mut Tx, workspace: &str, before: Instant) -> Result<()> {
    for (id,) in rows!(&mut *tx, (String,), OLD, workspace, before.0)? {
        execute!(&mut *tx, DROP_MARKS, id.as_str())?;
        execute!(&mut *tx, DROP_NAME, id.as_str())?;
        edit::forget(&mut *tx, &id).await?;
        contact::forget(&mut *tx, &id).await?;
        put_right::forget(&mut *tx, &id).await?;
        execute!(&mut *tx, FORGET, id.as_str())?;
    }
    Ok(())
}
