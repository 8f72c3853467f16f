//! Moving: a stretch of the inbox becomes the files of an import, which goes the way of every import. The rows leave the inbox in the
//! commit that names their facts, so a process that dies on the way has moved all of them or none.

use super::{
    form::{AnswerForm, CustomerForm, InteractionForm, OrderForm, RefundForm},
    pace::{Pace, pace},
    post,
    wire::{Posted, Rows},
};
use crate::{
    Error, Result,
    app::App,
    ingest::{self, Carried, Progress, Request, Source},
    jobs::{Beat, Kind},
    schema::Label,
};
use domain::{audit::Actor, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{
    import::{NewImport, Status},
    inbox::{Moved, Row},
    job::NewJob,
};
use utoipa::ToSchema;

/// What waits is moved when its oldest row has waited as long as [`pace`] says, or when so many rows wait.
const MANY: u64 = 5_000;
/// Rows moved at a time.
const ROWS: u32 = 20_000;
/// Bytes moved at a time.
const BYTES: usize = 48 << 20;
/// Moves of one job; what waits beyond is the next one's.
const MOVES: usize = 50;
/// Imports looked through for moves that were cut short.
const RECENT: u32 = 50;
/// How long a move that was given up is left alone, unless somebody asks for one.
const REST: i64 = 3_600_000_000;

/// What waits, and what was moved last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboxView {
    /// rows acknowledged and not moved yet: lists and figures do not know them
    pub waiting: u64,
    /// RFC 3339: when the oldest of them came; absent when none waits
    pub oldest_at: Option<String>,
    /// seconds it has waited
    pub lag_seconds: i64,
    /// RFC 3339: everything acknowledged before this moment is moved
    pub complete_until: String,
    /// RFC 3339: it is moved by then; absent when none waits
    pub due_at: Option<String>,
    /// the last move did not succeed and is tried again; the server's log says why
    pub failing: Option<Label>,
    /// the last move
    pub last: Option<LastMove>,
}

/// A move: an import like any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastMove {
    /// `imp_…`
    pub import: String,
    /// RFC 3339
    pub at: String,
    /// rows of its files
    pub rows_in: u64,
    /// rows that brought something new
    pub accepted: u64,
    /// rows that said nothing new
    pub duplicates: u64,
    /// rows set aside: what they refer to is not known
    pub quarantined: u64,
}

/// What waits, and what was moved last.
///
/// # Errors
/// When the store refuses.
pub async fn show(app: &App) -> Result<InboxView> {
    let (now, waiting) = (app.clock.now(), store::inbox::waiting(&app.store).await?);
    let last = recent(app).await?.into_iter().find(|i| matches!(i.status, Status::Committed | Status::Undone));
    let pace = pace(app).await?;
    let failing = match waiting.rows {
        0 => None,
        _ => trouble(app, &pace).await?.then(|| Label {
            zh: "上一次搬运没有成功，会自动重试；原因见服务器日志".to_owned(),
            en: "the last move did not succeed and is tried again; the server's log says why".to_owned(),
        }),
    };
    Ok(InboxView {
        waiting: waiting.rows,
        oldest_at: waiting.oldest.map(Instant::rfc3339),
        lag_seconds: waiting.oldest.map_or(0, |t| (now.0 - t.0).max(0) / 1_000_000),
        complete_until: waiting.oldest.unwrap_or(now).rfc3339(),
        due_at: waiting.oldest.map(|t| Instant(t.0.saturating_add(pace.wait)).rfc3339()),
        failing,
        last: last.map(|i| LastMove {
            at: i.committed_at.unwrap_or(i.updated_at).rfc3339(),
            rows_in: i.counts.rows_in,
            accepted: i.counts.accepted,
            duplicates: i.counts.duplicates,
            quarantined: i.counts.quarantined,
            import: i.id,
        }),
    })
}

/// The newest moves.
async fn recent(app: &App) -> Result<Vec<store::import::Import>> {
    let ours = |i: &store::import::Import| i.files.get(0).and_then(|f| f.get("inbox")).is_some();
    Ok(store::import::list(&app.store, None, RECENT).await?.into_iter().filter(ours).collect())
}

/// Did the last move fail?
async fn trouble(app: &App, pace: &Pace) -> Result<bool> {
    let under_way = store::job::open(&app.store, Kind::Carry.key()).await?;
    Ok(under_way.is_some_and(|j| j.error.is_some()) || pace.given_up.is_some())
}

fn job(app: &App, now: Instant) -> NewJob {
    let key = Kind::Carry.key();
    let mut job = NewJob::new(app.new_id("job"), key, json!({}), now);
    job.workspace = app.settings().id.clone();
    job.unique_key = Some(key.to_owned());
    job.priority = Kind::Carry.priority();
    job.max_attempts = Kind::Carry.attempts();
    job
}

/// Enqueues the move if something has waited long enough; a worker asks now and then. What is acknowledged is never given up: a move
/// that was is tried again after an hour, so that one that takes the server down does not do so again and again.
///
/// # Errors
/// When the store refuses.
pub async fn due(app: &App) -> Result<()> {
    let (now, waiting) = (app.clock.now(), store::inbox::waiting(&app.store).await?);
    let Some(oldest) = waiting.oldest else { return Ok(()) };
    let pace = pace(app).await?;
    let old = now.0 - oldest.0 >= pace.wait;
    // asked for while a move was under way: what came after it had read what waits is moved by another
    let asked = store::inbox::asked(&app.store).await?;
    if old || asked || waiting.rows >= MANY {
        let rests = pace.given_up.and_then(|j| j.finished_at).is_some_and(|at| now.0 - at.0 < REST);
        if rests {
            return Ok(());
        }
        store::job::enqueue(&app.store, &job(app, now), now).await?;
        app.jobs.pulse();
    }
    Ok(())
}

/// Has what waits moved now rather than when it is due.
///
/// # Errors
/// When the store refuses.
pub async fn hasten(app: &App) -> Result<InboxView> {
    let now = app.clock.now();
    if store::inbox::waiting(&app.store).await?.rows > 0 {
        store::inbox::ask(&app.store, now).await?;
        store::job::enqueue(&app.store, &job(app, now), now).await?;
        app.jobs.pulse();
    }
    show(app).await
}

/// Moves what waits, telling how far it is. One after the other: whoever comes while another moves waits, and moves what came since.
///
/// # Errors
/// When the store, the lake or the disk refuses; nothing is lost then, and what was moved stays moved.
pub async fn carry(app: &Arc<App>, beat: Option<&Beat>) -> Result<u64> {
    let mut moved = 0;
    let _turn = app.inbox.moving.lock().await;
    store::inbox::begun(&app.store).await?;
    for _ in 0..MOVES {
        let rows = store::inbox::first(&app.store, ROWS).await?;
        let stretch = stretch(&rows);
        if stretch.is_empty() {
            break;
        }
        drop_half(app).await?;
        one(app, stretch).await?;
        moved += stretch.len() as u64;
        if let Some(beat) = beat {
            beat.tell(moved, moved + (rows.len() - stretch.len()) as u64)?;
        }
        // moved in one go, what waited when the job began is done
        if stretch.len() < ROWS as usize && rows.len() == stretch.len() {
            break;
        }
    }
    Ok(moved)
}

/// Moves that were cut short: nothing of them happened.
async fn drop_half(app: &App) -> Result<()> {
    for half in recent(app).await?.into_iter().filter(|i| matches!(i.status, Status::Checking | Status::Committing)) {
        ingest::drop_half(app, &half.id).await?;
    }
    Ok(())
}

/// The rows that are moved together: known in the same way, not too much at a time, and never two tellings of one thing of which a file
/// would make two things.
fn stretch(rows: &[Row]) -> &[Row] {
    let alone = [OrderForm::KIND, RefundForm::KIND];
    let (mut met, mut bytes) = (BTreeSet::new(), 0);
    let history = rows.first().is_some_and(|r| r.history);
    let mut fits = |r: &Row| {
        bytes += r.body.len();
        let again = alone.contains(&r.kind.as_str()) && !met.insert(r.identity);
        r.history == history && !again && (bytes <= BYTES || bytes == r.body.len())
    };
    let upto = rows.iter().position(|r| !fits(r)).unwrap_or(rows.len());
    rows.get(..upto).unwrap_or_default()
}

/// The forms of one kind among the rows.
fn forms<T: Posted>(rows: &[Row]) -> Result<Vec<T>> {
    let ours = rows.iter().filter(|r| r.kind == T::KIND);
    ours.map(|r| serde_json::from_str(&r.body).map_err(|e| Error::Internal(format!("row {} of the inbox: {e}", r.seq)))).collect()
}

fn files(rows: &[Row]) -> Result<Vec<Rows>> {
    let mut files = Vec::new();
    macro_rules! add {
        ($($form:ty),*) => {$({
            let forms = forms::<$form>(rows)?;
            if !forms.is_empty() {
                files.extend(<$form>::rows(&forms).into_iter().map(|f| f.0));
            }
        })*};
    }
    add!(CustomerForm, OrderForm, RefundForm, InteractionForm, AnswerForm);
    Ok(files)
}

/// Removes its files when it goes.
struct Kept(Vec<PathBuf>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.iter().for_each(|path| {
            if let Err(e) = std::fs::remove_file(path) {
                tracing::debug!(path = %path.display(), error = %e, "left behind");
            }
        });
    }
}

fn write(path: &Path, texts: &[String]) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    texts.iter().try_for_each(|t| writeln!(out, "{t}"))?;
    out.flush()
}

async fn one(app: &Arc<App>, rows: &[Row]) -> Result<()> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    let files = files(rows)?;
    let id = app.new_id("imp");
    let mut sources: Vec<Source> = post::sources(app, &files.iter().collect::<Vec<_>>()).await?;
    let mut kept = Kept(Vec::new());
    for (n, (file, source)) in files.iter().zip(&mut sources).enumerate() {
        source.path = app.temporary().join(format!("{id}-{n}.jsonl"));
        kept.0.push(source.path.clone());
        write(&source.path, &file.texts)?;
    }
    let server = Actor::program("server");
    let now = app.clock.now();
    let mut by: BTreeMap<String, u64> = BTreeMap::new();
    rows.iter().for_each(|r| *by.entry(r.actor.clone()).or_default() += 1);
    let named = |(f, s): (&Rows, &Source)| json!({ "name": f.name, "bytes": f.texts.iter().map(String::len).sum::<usize>(), "rows_estimate": f.texts.len(), "format": "jsonl", "mapping": s.mapping, "inbox": true });
    let named: Vec<_> = files.iter().zip(&sources).map(named).collect();
    // what was posted may say again what an earlier post said; each move is an import of its own
    let new = NewImport { id: id.clone(), author: "API".to_owned(), created_at: now, fingerprint: format!("inbox {id}"), files: named.into(), sample: false };
    let mut tx = app.store.begin().await?;
    let batch = store::import::create(&mut tx, &new).await?.batch;
    store::import::set_status(&mut tx, &id, Status::Checking, None, now).await?;
    tx.commit().await?;
    store::failpoint("inbox-begun");
    let moved = Moved { first: first.seq, last: last.seq, rows: rows.len() as u64 };
    let request = Request { id, batch, sources, history: first.history, carried: Some(Carried { moved, by }) };
    ingest::import(app, &request, &server, &Arc::new(Progress::default())).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, kind: &str, identity: i64, history: bool) -> Row {
        Row { seq, kind: kind.into(), history, identity, body: "{}".into(), actor: "tok_1".into(), received_at: Instant(0) }
    }

    #[test]
    fn two_tellings_of_one_order_are_never_moved_together() {
        let rows = [row(1, "order", 7, false), row(2, "customer", 7, false), row(3, "customer", 7, false), row(4, "order", 8, false), row(5, "order", 7, false)];
        assert_eq!(stretch(&rows).len(), 4);
        assert_eq!(stretch(&rows[4..]).len(), 1);
        assert_eq!(stretch(&[]).len(), 0);
    }

    #[test]
    fn what_was_known_when_it_happened_is_moved_by_itself() {
        let rows = [row(1, "order", 1, true), row(2, "order", 2, true), row(3, "order", 3, false)];
        assert_eq!(stretch(&rows).len(), 2);
    }

    #[test]
    fn one_row_is_moved_however_large() {
        let mut large = row(1, "order", 1, false);
        large.body = "x".repeat(BYTES + 1);
        assert_eq!(stretch(&[large.clone(), row(2, "order", 2, false)]).len(), 1);
        assert_eq!(stretch(&[row(2, "order", 2, false), large]).len(), 1);
    }
}
