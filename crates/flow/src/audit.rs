//! The audit log: what use cases note in it, and how it is read, checked and taken along.

use crate::{
    Error, Result,
    analysis::moment::parse_day,
    app::App,
    output::{cell::{Cell, Column, Kind, Sheet}, csv},
    paging, schema, seal,
};
use domain::{
    Label,
    audit::{Action, Actor, Head, Note},
    clock::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::{Seek, Write};
use store::{
    Tx,
    audit::{Filter, Named, NewEntry},
};
use utoipa::ToSchema;

/// A page of the log, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// the page
    pub items: Vec<AuditEntry>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// place in the log, from 1
    pub seq: i64,
    /// RFC 3339, UTC
    pub at: String,
    /// who
    pub actor: AuditActor,
    /// display name of whom it was done to, if it is a person
    pub subject_name: Option<String>,
    /// the API token it was done with, `tok_…`
    pub token: Option<String>,
    /// what: `member.changed`, `import.committed`, …
    pub action: String,
    /// id or key of what it was done to
    pub subject: String,
    /// what else is worth knowing
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    /// SHA-256 over this entry and the hash of the one before
    pub hash: String,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditActor {
    /// `usr_…`, `cli`, `server`; empty where nobody is known
    pub id: String,
    /// display name, if it is a person
    pub name: Option<String>,
}

/// What walking the log found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditCheck {
    /// is every entry as it was written?
    pub whole: bool,
    /// entries that are
    pub rows: u64,
    /// the last of them: note it down elsewhere, and a missing end will be found
    pub head: Option<AuditHead>,
    /// the first place where it is not
    pub broken: Option<AuditBreak>,
    /// signed heads of earlier days that were looked at, too
    pub signatures: u64,
    /// the newest of them
    pub signed: Option<SignedHeadView>,
}

/// The end of the log as it was when it was signed. The signature is Ed25519 over five lines: `zhiyin audit head 1`, the id of the
/// business, the place, the hash, and the microseconds since 1970, each ended by a line feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedHeadView {
    /// place
    pub seq: i64,
    /// hash of the entry there
    pub hash: String,
    /// RFC 3339
    pub signed_at: String,
    /// the public key of the business, hexadecimal
    pub key: String,
    /// the signature, hexadecimal
    pub signature: String,
}

/// A place in the log with its hash; as text `12:<hash>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditHead {
    /// place
    pub seq: i64,
    /// hash of the entry there
    pub hash: String,
}

/// Where the log is broken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditBreak {
    /// place
    pub seq: i64,
    /// `hash`, `link`, `gap`, `head` or `signature`
    pub why: String,
    /// for people
    #[schema(value_type = schema::Label)]
    pub message: Label,
}

/// Something this actor does now.
pub fn of(app: &App, actor: &Actor, action: Action, subject: impl Into<String>) -> Note {
    Note::new(app.clock.now(), actor, action, subject)
}

/// A note for a change that the store makes by itself.
pub fn entry(app: &App, note: Note) -> NewEntry {
    NewEntry { workspace: app.settings().id.clone(), note }
}

/// Notes something in the transaction that does it.
///
/// # Errors
/// When the store refuses.
pub async fn append(app: &App, tx: &mut Tx, note: &Note) -> Result<()> {
    store::audit::append(tx, &app.settings().id, note).await?;
    Ok(())
}

/// Notes something that changes nothing in the store: an export, a refused sign-in.
///
/// # Errors
/// When the store refuses.
pub async fn note(app: &App, note: Note) -> Result<()> {
    let mut tx = app.store.begin().await?;
    append(app, &mut tx, &note).await?;
    Ok(tx.commit().await?)
}

/// Which entries are asked for: each condition counts if it is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// by this actor
    pub actor: Option<&'a str>,
    /// of this kind
    pub action: Option<&'a str>,
    /// done to this, or naming it
    pub about: Option<&'a str>,
    /// from this business day on
    pub from: Option<&'a str>,
    /// to this business day, that day too
    pub to: Option<&'a str>,
}

/// Which entries, as the store takes it.
///
/// # Errors
/// `audit.action` for a kind there is not; `request.day`.
pub fn filter(app: &App, wanted: Wanted<'_>) -> Result<Filter> {
    let given = |t: Option<&str>| t.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let day = |name: &str, t: Option<&str>| given(t).map(|t| parse_day(name, &t)).transpose();
    let (from, to) = (day("from", wanted.from)?, day("to", wanted.to)?);
    let settings = app.settings();
    let after = |day: domain::Day| Instant(settings.zone.end_of(day).0 + 1);
    let action = given(wanted.action);
    if let Some(unknown) = action.as_deref().filter(|a| Action::parse(a).is_none()) {
        return Err(Error::Invalid {
            code: "audit.action",
            message: Label::new(format!("没有这种操作：{unknown}"), format!("there is no action {unknown}")),
            params: json!({ "action": unknown }),
        });
    }
    Ok(Filter { actor: given(wanted.actor), action, about: given(wanted.about), from: from.map(|d| after(d.plus(-1))), until: to.map(after) })
}

/// A page of the log.
///
/// # Errors
/// `request.cursor`; when the store refuses.
pub async fn page(app: &App, filter: &Filter, cursor: Option<&str>, limit: u32) -> Result<AuditPage> {
    let before = paging::place(cursor, |text| text.parse().ok())?;
    let mut entries = store::audit::page(&app.store, &app.settings().id, filter, before, limit.saturating_add(1)).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next_cursor = entries.last().filter(|_| more).map(|last| last.entry.seq.to_string());
    Ok(AuditPage { items: entries.into_iter().map(view).collect(), next_cursor })
}

fn view(n: Named) -> AuditEntry {
    let e = n.entry;
    AuditEntry {
        seq: e.seq,
        at: e.at.rfc3339(),
        actor: AuditActor { id: e.actor, name: n.name },
        subject_name: n.subject,
        token: Some(e.token).filter(|t| !t.is_empty()),
        action: e.action,
        subject: e.subject,
        detail: serde_json::from_str(&e.detail).unwrap_or_default(),
        hash: e.hash,
    }
}

/// Walks the whole log; `noted`: a head `12:<hash>` that was written down earlier.
///
/// # Errors
/// `audit.head` for something that is none; when the store refuses.
pub async fn verify(app: &App, noted: Option<&str>) -> Result<AuditCheck> {
    let noted = match noted.filter(|t| !t.trim().is_empty()) {
        Some(text) => Some(Head::parse(text).ok_or_else(|| Error::invalid("audit.head", "应是“序号:哈希”，如校验结果所示", "a head is written as place:hash, as a check says it"))?),
        None => None,
    };
    let found = store::audit::verify(&app.store, &app.settings().id, noted).await?;
    let witness = seal::witness(app).await?;
    let broken = found.broken.or(witness.broken);
    Ok(AuditCheck {
        whole: broken.is_none(),
        signatures: witness.heads,
        signed: witness.last,
        rows: found.rows,
        head: found.head.map(|h| AuditHead { seq: h.seq, hash: h.hash }),
        broken: broken.map(|b| AuditBreak { seq: b.seq, why: b.why.key().to_owned(), message: b.message() }),
    })
}

/// Rows written at a time.
const PART: u32 = 10_000;

/// Format of an exported log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// UTF-8 with byte order mark, for spreadsheets
    #[default]
    Csv,
    /// JSON Lines: one entry on each line, for programs
    Jsonl,
}

impl LogFormat {
    /// MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            LogFormat::Csv => "text/csv; charset=utf-8",
            LogFormat::Jsonl => "application/jsonl",
        }
    }

    /// End of the file name.
    pub fn extension(self) -> &'static str {
        match self {
            LogFormat::Csv => "csv",
            LogFormat::Jsonl => "jsonl",
        }
    }
}

/// The log, newest first, as a file that is deleted when it is closed. That it was taken stands in it, too.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn export(app: &App, actor: &Actor, filter: &Filter, format: LogFormat) -> Result<tokio::fs::File> {
    note(app, of(app, actor, Action::ExportTaken, "audit")).await?;
    let mut out = tempfile::tempfile_in(app.temporary())?;
    let (mut before, mut first) = (None, true);
    loop {
        let entries = store::audit::page(&app.store, &app.settings().id, filter, before, PART).await?;
        before = entries.last().map(|last| last.entry.seq);
        let full = entries.len() == PART as usize;
        match format {
            LogFormat::Csv => csv::write_part(&sheet(entries), first, &mut out)?,
            LogFormat::Jsonl => lines(entries, &mut out)?,
        }
        first = false;
        if !full {
            break;
        }
    }
    out.flush()?;
    out.rewind()?;
    Ok(tokio::fs::File::from_std(out))
}

/// One entry on each line, with the hash of the one before, so that the chain can be followed in the file.
fn lines(entries: Vec<Named>, out: &mut impl Write) -> Result<()> {
    for named in entries {
        let previous = named.entry.previous.clone();
        let mut line = serde_json::to_value(view(named)).map_err(std::io::Error::from)?;
        line["previous"] = json!(previous);
        serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn sheet(entries: Vec<Named>) -> Sheet {
    let column = |key: &str| Column {
        key: key.to_owned(),
        label: Label::same(key),
        description: Label::default(),
        unit: None,
        kind: if key == "seq" { Kind::Int } else { Kind::Text },
    };
    let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
    let row = |n: Named| {
        let e = n.entry;
        let texts = [e.at.rfc3339(), e.actor, n.name.unwrap_or_default(), e.token, e.action, e.subject, n.subject.unwrap_or_default(), e.detail, e.previous, e.hash];
        std::iter::once(Cell::Int(e.seq)).chain(texts.map(text)).collect::<Vec<Cell<'static>>>()
    };
    let columns = ["seq", "at", "actor", "actor_name", "token", "action", "subject", "subject_name", "detail", "previous", "hash"];
    Sheet { columns: columns.into_iter().map(column).collect(), rows: Box::new(entries.into_iter().map(row).collect::<Vec<_>>()), digits: 2 }
}
