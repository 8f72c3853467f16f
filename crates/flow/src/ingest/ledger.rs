//! The ledger row of an import: begun, dropped, taken back. What staging and commit need around them.

use super::{
    commit::refresh,
    stage::{Request, Source},
};
use crate::{Error, Result, app::App, audit, compaction::{self, Found}, fresh::Fresh};
use domain::{
    audit::{Action, Actor},
    table::Table,
};
use lake::Part;
use sha2::{Digest, Sha256};
use sources::{Kind, Mapping};
use std::{collections::BTreeSet, io::Read, path::Path};
use store::import::{NewImport, Status, Undo, Undone};

/// Times it is tried to take an import back when files are merged meanwhile.
const TRIES: usize = 8;

/// Hash of a file's content, in hexadecimal.
///
/// # Errors
/// When the disk refuses.
pub fn content_hash(path: &Path) -> std::io::Result<String> {
    let (mut file, mut hash, mut buffer) = (std::fs::File::open(path)?, Sha256::new(), vec![0u8; 1 << 18]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        text.push_str(&format!("{b:02x}"));
        text
    })
}

/// What makes an import the same as another: the content of its files and how they are read, whatever they are called and
/// in whatever order they come.
pub fn fingerprint<'a>(files: impl Iterator<Item = (&'a str, &'a Mapping)>) -> String {
    let mut parts: Vec<String> =
        files.map(|(content, mapping)| format!("{content} {}", serde_json::to_string(mapping).unwrap_or_default())).collect();
    parts.sort();
    hex(&Sha256::digest(parts.join("\n")))
}

/// Were the rows known when they happened? The first load of a kind brings its past with it, whatever was loaded before
/// it; later files tell news. Unless somebody says otherwise.
pub(super) async fn is_history(app: &App, sources: &[Source]) -> Result<bool> {
    let held: BTreeSet<Table> = store::catalog::snapshot(&app.store, None).await?.files.iter().map(|f| f.table).collect();
    let facts: Vec<&[Table]> = sources.iter().flat_map(|s| &s.mapping.kinds).filter_map(|k| tables_of(*k)).collect();
    Ok(match facts.is_empty() {
        true => !held.contains(&Table::Attributes),
        false => facts.into_iter().flatten().all(|t| !held.contains(t)),
    })
}

/// Where facts of a kind go that happen on a day; an order and its lines are one.
fn tables_of(kind: Kind) -> Option<&'static [Table]> {
    Some(match kind {
        Kind::Order | Kind::Line => &[Table::Orders, Table::Lines],
        Kind::Refund => &[Table::Refunds],
        Kind::Interaction => &[Table::Interactions],
        Kind::Answer => &[Table::Answers],
        Kind::Customer | Kind::Contact | Kind::Product | Kind::Cost => return None,
    })
}

/// Writes the ledger row of an import of files in hand; what comes back can be staged or imported. `history`: the rows
/// were known when they happened; `None` = yes if the lake is empty.
///
/// # Errors
/// When a file cannot be read or the store refuses.
pub async fn begin(app: &App, sources: Vec<Source>, author: &Actor, history: Option<bool>) -> Result<Request> {
    enter(app, sources, author, history, false).await
}

/// As [`begin`], of files that are made up to try things with.
///
/// # Errors
/// As [`begin`].
pub(crate) async fn begin_sample(app: &App, sources: Vec<Source>, author: &Actor) -> Result<Request> {
    enter(app, sources, author, Some(true), true).await
}

async fn enter(app: &App, sources: Vec<Source>, author: &Actor, history: Option<bool>, sample: bool) -> Result<Request> {
    let paths: Vec<_> = sources.iter().map(|s| s.path.clone()).collect();
    let hashes = tokio::task::spawn_blocking(move || paths.iter().map(|p| content_hash(p)).collect::<std::io::Result<Vec<_>>>());
    let hashes = hashes.await??;
    let history = match history {
        Some(said) => said,
        None => is_history(app, &sources).await?,
    };
    let print = fingerprint(hashes.iter().map(String::as_str).zip(sources.iter().map(|s| &s.mapping)));
    let files: Vec<_> = sources.iter().zip(&hashes).map(|(s, h)| serde_json::json!({ "name": s.name, "sha256": h })).collect();
    let mappings: Vec<&Mapping> = sources.iter().map(|s| &s.mapping).collect();
    let mappings = serde_json::to_value(&mappings).map_err(|e| Error::Internal(e.to_string()))?;
    let (id, now) = (app.new_id("imp"), app.clock.now());
    let new = NewImport { id: id.clone(), author: author.name.clone(), created_at: now, fingerprint: print.clone(), files: files.into(), sample };
    let mut tx = app.store.begin().await?;
    let batch = store::import::create(&mut tx, &new).await?.batch;
    store::import::set_mapping(&mut tx, &id, &mappings, &print, now).await?;
    store::import::set_status(&mut tx, &id, Status::Checking, None, now).await?;
    tx.commit().await?;
    Ok(Request { id, batch, sources, history, carried: None })
}

/// Forgets an import that was begun and not committed (after a dry run, or when it failed).
///
/// # Errors
/// When it is committed, or the store refuses.
pub async fn drop_import(app: &App, id: &str) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let here = store::import::get(&mut tx, id).await?.ok_or_else(|| Error::not_found("import", id))?;
    if matches!(here.status, Status::Checking | Status::Committing) {
        store::import::set_status(&mut tx, id, Status::Mapping, None, now).await?;
    }
    store::import::discard(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// As [`drop_import`], for one that stopped half way: the lake files it has written go, too.
///
/// # Errors
/// As [`drop_import`], or when the disk refuses.
pub async fn drop_half(app: &App, id: &str) -> Result<()> {
    drop_import(app, id).await?;
    let (lake, id) = (app.lake.clone(), id.to_owned());
    tokio::task::spawn_blocking(move || lake::forget(&lake, &id, &[])).await??;
    Ok(())
}

/// Takes a whole committed import back: its facts, the customers only it brought, what it changed.
///
/// # Errors
/// `import.not_committed`, `import.undo_expired`, or when the store refuses.
pub async fn undo(app: &App, id: &str, author: &Actor) -> Result<Undone> {
    take_back(app, id, author, true).await
}

/// What [`undo`] would do; everything stays as it is.
///
/// # Errors
/// As [`undo`].
pub async fn undo_trial(app: &App, id: &str, author: &Actor) -> Result<Undone> {
    take_back(app, id, author, false).await
}

/// Rows of other imports in force that say what this one brought: they were duplicates then, and go with it when it is
/// undone. Importing those files again brings them back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resting {
    /// so many rows
    pub rows: u64,
    /// of these imports
    pub imports: Vec<String>,
}

/// What of other imports rests on this one.
///
/// # Errors
/// When the store refuses.
pub async fn resting(app: &App, id: &str) -> Result<Resting> {
    let mut found = Resting::default();
    each_in_force(app, |import, report| {
        if let Some(rows) = report.repeats.get(id).filter(|n| **n > 0) {
            found.rows += rows;
            found.imports.push(import.id.clone());
        }
    })
    .await?;
    Ok(found)
}

/// Imports in force that came after this one and changed what was known: if its content comes once more, their word stays.
///
/// # Errors
/// When the store refuses.
pub async fn corrected_since(app: &App, id: &str) -> Result<Vec<String>> {
    let Some(first) = store::import::get(&app.store, id).await?.and_then(|i| i.snapshot) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    each_in_force(app, |import, report| {
        let changed = report.customers.updated > 0 || report.records.values().any(|r| r.updated > 0);
        if changed && import.snapshot.is_some_and(|s| s > first) {
            found.push(import.id.clone());
        }
    })
    .await?;
    Ok(found)
}

/// Kinds of facts of which imports in force corrected what was known.
///
/// # Errors
/// When the store refuses.
pub(super) async fn corrected(app: &App) -> Result<BTreeSet<String>> {
    let mut kinds = BTreeSet::new();
    each_in_force(app, |_, report| {
        kinds.extend(report.records.iter().filter(|(_, r)| r.updated > 0).map(|(kind, _)| kind.clone()));
    })
    .await?;
    Ok(kinds)
}

/// Every committed import with its report, newest first.
async fn each_in_force(app: &App, mut each: impl FnMut(&store::import::Import, &super::Report)) -> Result<()> {
    let mut before = None;
    loop {
        let page = store::import::list(&app.store, before, 500).await?;
        let Some(last) = page.last() else { return Ok(()) };
        before = Some(last.batch);
        for import in page.iter().filter(|i| i.status == Status::Committed) {
            if let Some(report) = import.report.clone().and_then(|r| serde_json::from_value(r).ok()) {
                each(import, &report);
            }
        }
    }
}

/// Takes an import back, or finds out what that would come to: its own files end, and its rows go from those they share with others.
async fn take_back(app: &App, id: &str, author: &Actor, meant: bool) -> Result<Undone> {
    for _ in 0..TRIES {
        let now = app.clock.now();
        let may = |i: &store::import::Import| i.status == Status::Committed && i.snapshot.is_some() && i.undo_until.is_none_or(|t| t >= now);
        let import = store::import::get(&app.store, id).await?.filter(may);
        let mut found = match import {
            Some(import) => compaction::find(app, Part::Batch(import.batch), meant).await?,
            // the store says why not
            None => Found::nothing(store::catalog::head(&app.store).await?),
        };
        let audit = audit::entry(app, audit::of(app, author, Action::ImportUndone, id));
        let job = Some(refresh(app, id, author));
        let fresh = found.fresh.take();
        let undo = Undo { import: id, now, author: &author.name, merged: found.merged(), job, audit: Some(audit) };
        let outcome = match meant {
            true => Fresh::naming(fresh, store::import::undo(&app.store, undo)).await,
            false => store::import::undo_trial(&app.store, undo).await,
        };
        match outcome {
            Err(store::Error::Conflict(why)) => tracing::info!(import = %id, %why, "it is looked anew where its rows are"),
            outcome => return refused(id, outcome),
        }
    }
    Err(Error::Store(store::Error::Busy))
}

fn refused(id: &str, outcome: store::Result<Undone>) -> Result<Undone> {
    match outcome {
        Ok(undone) => Ok(undone),
        Err(store::Error::NotFound { .. }) => Err(Error::not_found("import", id)),
        Err(store::Error::State { state, .. }) => Err(not_now(id, &state)),
        Err(store::Error::UndoExpired { .. }) => {
            Err(Error::conflict("import.undo_expired", "这次导入已过可撤销的期限", "it is too late to take this import back"))
        }
        Err(e) => Err(e.into()),
    }
}

/// The import is not in the state this needs.
pub(super) fn not_now(id: &str, state: &str) -> Error {
    Error::Conflict {
        code: "import.state",
        message: domain::Label::new(format!("导入 {id} 当前状态是 {state}，不能这样做"), format!("import {id} is {state}; this cannot be done now")),
        params: serde_json::json!({ "import": id, "status": state }),
    }
}

/// Remembers how files with these headers are read.
pub async fn remember(app: &App, mappings: impl Iterator<Item = &Mapping>, author: &Actor) -> Result<()> {
    for mapping in mappings {
        let document = serde_json::to_value(mapping).map_err(|e| Error::Internal(e.to_string()))?;
        store::template::put(&app.store, &mapping.signature(), &document, &author.name, app.clock.now()).await?;
    }
    Ok(())
}
