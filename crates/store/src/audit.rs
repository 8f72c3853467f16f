//! The audit log: appended to in the transaction of the change it tells of, never changed (triggers of both databases see to it),
//! walked from end to end to find where it was.

use crate::{Access, Result, Store, Tx, db::clean};
use domain::{
    audit::{Broken, Chain, Entry, Head, Note, ORIGIN},
    clock::Instant,
};

/// A note for a workspace's log, for a change that the store makes by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// whose log
    pub workspace: String,
    /// the note
    pub note: Note,
}

/// An entry with the name of who did it, if that is a person we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// the entry
    pub entry: Entry,
    /// the actor's name
    pub name: Option<String>,
    /// the name of whom it was done to
    pub subject: Option<String>,
}

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// by this actor
    pub actor: Option<String>,
    /// of this kind
    pub action: Option<String>,
    /// done to this, or naming it: an id, or `segment <key>` and the like
    pub about: Option<String>,
    /// from this instant on
    pub from: Option<Instant>,
    /// before this instant
    pub until: Option<Instant>,
}

/// What walking a log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// entries that are as they were written
    pub rows: u64,
    /// the last of them; none in an empty log
    pub head: Option<Head>,
    /// the first place where it is broken
    pub broken: Option<Broken>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    actor: String,
    token: String,
    action: String,
    subject: String,
    detail: String,
    previous: String,
    hash: String,
    name: Option<String>,
    subject_name: Option<String>,
}

impl From<Row> for Named {
    fn from(r: Row) -> Named {
        let entry = Entry {
            seq: r.seq,
            at: Instant(r.at),
            actor: r.actor,
            token: r.token,
            action: r.action,
            subject: r.subject,
            detail: r.detail,
            previous: r.previous,
            hash: r.hash,
        };
        Named { entry, name: r.name, subject: r.subject_name }
    }
}

statements! {
    HEAD = "SELECT seq, hash FROM audit WHERE workspace = $1 ORDER BY seq DESC LIMIT 1";
    INSERT = "INSERT INTO audit (workspace, seq, at, actor, token, action, subject, detail, previous, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    PAGE = "SELECT a.seq, a.at, a.actor, a.token, a.action, a.subject, a.detail, a.previous, a.hash, u.name,
            s.name AS subject_name
        FROM audit a LEFT JOIN users u ON u.id = a.actor LEFT JOIN users s ON s.id = a.subject
        WHERE a.workspace = $1 AND a.seq < $2 AND (a.actor = $3 OR $3 = '') AND (a.action = $4 OR $4 = '')
            AND a.at >= $5 AND a.at < $6 AND ($7 = '' OR a.subject = $7 OR a.detail LIKE $8 ESCAPE '!')
        ORDER BY a.seq DESC LIMIT $9";
    LAST = "SELECT a.seq, a.at, a.actor, a.token, a.action, a.subject, a.detail, a.previous, a.hash, u.name, '' AS subject_name
        FROM audit a LEFT JOIN users u ON u.id = a.actor
        WHERE a.workspace = $1 AND a.action = $2 AND a.subject = $3 ORDER BY a.seq DESC LIMIT 1";
    FROM = "SELECT a.seq, a.at, a.actor, a.token, a.action, a.subject, a.detail, a.previous, a.hash, '' AS name,
            '' AS subject_name
        FROM audit a
        WHERE a.workspace = $1 AND a.seq > $2 ORDER BY a.seq LIMIT $3";
}

/// Rows read at a time when a log is walked.
const STEP: i64 = 5_000;

/// Waits for the turn to change who may do what: every such change is noted, so whoever may add to the log is the only one who
/// decides.
pub async fn turn(tx: &mut Tx) -> Result<()> {
    tx.lock_audit().await
}

/// The end of a workspace's log; none of an empty one.
pub async fn head(db: impl Access, workspace: &str) -> Result<Option<Head>> {
    Ok(optional!(db, (i64, String), HEAD, workspace)?.map(|(seq, hash)| Head { seq, hash }))
}

/// Adds an entry to a workspace's log. Others who add to it wait until the transaction is over.
pub async fn append(tx: &mut Tx, workspace: &str, note: &Note) -> Result<Entry> {
    tx.lock_audit().await?;
    let head = optional!(&mut *tx, (i64, String), HEAD, workspace)?;
    let (seq, previous) = head.unwrap_or_else(|| (0, ORIGIN.to_owned()));
    let note = Note { subject: clean(note.subject.clone()), ..note.clone() };
    let e = Entry::after(workspace, seq, &previous, &note);
    execute!(
        tx, INSERT, workspace, e.seq, e.at.0, e.actor.as_str(), e.token.as_str(), e.action.as_str(), e.subject.as_str(),
        e.detail.as_str(), e.previous.as_str(), e.hash.as_str(),
    )?;
    Ok(e)
}

/// The newest `limit` entries below the place `before` (`None` = from the newest).
pub async fn page(db: impl Access, workspace: &str, filter: &Filter, before: Option<i64>, limit: u32) -> Result<Vec<Named>> {
    let (actor, action) = (filter.actor.as_deref().unwrap_or_default(), filter.action.as_deref().unwrap_or_default());
    let (from, until) = (filter.from.map_or(i64::MIN, |at| at.0), filter.until.map_or(i64::MAX, |at| at.0));
    let about = filter.about.as_deref().unwrap_or_default();
    let named = format!("%{}%", serde_json::Value::from(about).to_string().replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let rows = rows!(db, Row, PAGE, workspace, before.unwrap_or(i64::MAX), actor, action, from, until, about, named.as_str(), i64::from(limit))?;
    Ok(rows.into_iter().map(Named::from).collect())
}

/// The newest entry of a kind about a subject.
pub async fn last(db: impl Access, workspace: &str, action: &str, subject: &str) -> Result<Option<Named>> {
    Ok(optional!(db, Row, LAST, workspace, action, subject)?.map(Named::from))
}

/// Walks the whole log from its first entry; `noted`: a head that was written down earlier and must be in it.
pub async fn verify(store: &Store, workspace: &str, noted: Option<Head>) -> Result<Verified> {
    let mut chain = Chain::new(workspace, noted);
    let (mut rows, mut head): (u64, Option<Head>) = (0, None);
    loop {
        let after = head.as_ref().map_or(0, |h| h.seq);
        let step = rows!(store, Row, FROM, workspace, after, STEP)?;
        let full = step.len() as i64 == STEP;
        for named in step.into_iter().map(Named::from) {
            if let Err(broken) = chain.follow(&named.entry) {
                return Ok(Verified { rows, head, broken: Some(broken) });
            }
            rows += 1;
            head = Some(Head { seq: named.entry.seq, hash: named.entry.hash });
        }
        if !full {
            let broken = chain.end().err();
            return Ok(Verified { rows, head, broken });
        }
    }
}
