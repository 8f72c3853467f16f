//! Imports whose people come back later: uploaded, looked at, mapped, checked, confirmed. Each step answers at once; what
//! takes time runs beside and is seen by its progress.

use super::{
    commit::{Done, commit},
    ledger::{content_hash, fingerprint, is_history, not_now, remember},
    proposal::propose_all,
    stage::{Progress, Request, Source, Staged, stage},
    view::{self, ImportFile, ImportView},
};
use crate::{Error, Result, app::App, sight::{self, Sight}};
use domain::audit::Actor;
use serde_json::{Value, json};
use sources::Mapping;
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::import::{Counts, Import, NewImport, Status};

/// How often it is looked whether another process asked to stop.
const HEED: Duration = Duration::from_millis(300);
/// How long a step that is over may take to let go of its import …
const LETS_GO: Duration = Duration::from_secs(5);
/// … and how often it is looked whether it did.
const GLANCE: Duration = Duration::from_millis(10);

/// A file that arrived.
#[derive(Debug)]
pub struct Upload {
    /// as people call it
    pub name: String,
    /// where it lies, inside the temporary folder of the app
    pub path: PathBuf,
}

/// Takes uploaded files in: they are kept, looked at, and a mapping is proposed for each.
///
/// # Errors
/// When a file is none of our formats, or the store or the disk refuses; then nothing is kept.
pub async fn receive(app: &App, sight: Sight, uploads: Vec<Upload>, author: &Actor) -> Result<ImportView> {
    if uploads.is_empty() {
        return Err(Error::invalid("import.no_file", "没有收到文件", "no file arrived"));
    }
    let id = app.new_id("imp");
    let folder = app.uploads(&id);
    std::fs::create_dir_all(&folder)?;
    let taken = take_in(app, sight, &id, uploads, author).await;
    if taken.is_err() {
        remove_uploads(app, &id);
    }
    taken
}

async fn take_in(app: &App, sight: Sight, id: &str, uploads: Vec<Upload>, author: &Actor) -> Result<ImportView> {
    let folder = app.uploads(id);
    let mut files = Vec::new();
    for upload in uploads {
        let path = folder.join(files.len().to_string());
        std::fs::rename(&upload.path, &path)?;
        let probes = propose_all(app, &path, &upload.name, None).await?;
        let hashed = path.clone();
        let hash = tokio::task::spawn_blocking(move || content_hash(&hashed)).await??;
        for (sheet, probe) in probes.into_iter().enumerate() {
            // each table of a workbook is mapped, and may be left out, by itself
            if sheet > 0 {
                std::fs::hard_link(&path, folder.join(files.len().to_string()))?;
            }
            files.push((ImportFile::of(&upload.name, hash.clone(), &probe), probe.mapping));
        }
    }
    let print = fingerprint(files.iter().map(|(f, m)| (f.sha256.as_str(), m)));
    let mappings = json!(files.iter().map(|(_, m)| m).collect::<Vec<_>>());
    let files = json!(files.iter().map(|(f, _)| f).collect::<Vec<_>>());
    let now = app.clock.now();
    let new = NewImport { id: id.to_owned(), author: author.name.clone(), created_at: now, fingerprint: print.clone(), files, sample: false };
    let mut tx = app.store.begin().await?;
    store::import::create(&mut tx, &new).await?;
    store::import::set_mapping(&mut tx, id, &mappings, &print, now).await?;
    tx.commit().await?;
    get(app, sight, id).await
}

fn remove_uploads(app: &App, id: &str) {
    if let Err(e) = std::fs::remove_dir_all(app.uploads(id)) {
        tracing::debug!(import = id, error = %e, "uploads left behind");
    }
}

async fn find(app: &App, id: &str) -> Result<Import> {
    store::import::get(&app.store, id).await?.ok_or_else(|| Error::not_found("import", id))
}

/// One import.
///
/// # Errors
/// `import.not_found`, or when the store refuses.
pub async fn get(app: &App, sight: Sight, id: &str) -> Result<ImportView> {
    let found = find(app, id).await?;
    let snapshot = found.snapshot;
    let mut import = view::of(found, &app.imports, app.clock.now());
    if import.undo_until.is_some() {
        import.resting_rows = Some(super::resting(app, id).await?.rows);
        import.handled = Some(match snapshot {
            Some(snapshot) => store::customer::by_hand(&app.store, snapshot).await?,
            None => 0,
        });
    }
    Ok(sight::import(sight, import))
}

/// The newest imports before a number (`None` = from the newest), and the number the next page starts before.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, sight: Sight, before: Option<i64>, limit: u32) -> Result<(Vec<ImportView>, Option<i64>)> {
    let now = app.clock.now();
    let mut all = store::import::list(&app.store, before, limit.saturating_add(1)).await?;
    let more = all.len() > limit as usize;
    all.truncate(limit as usize);
    let next = all.last().filter(|_| more).map(|last| last.batch);
    Ok((all.into_iter().map(|i| sight::import(sight, view::of(i, &app.imports, now))).collect(), next))
}

/// Sets how the files are read. What each row gives follows from its columns, and all guesses are told anew. Where a file's
/// own layout is asked for anew (another sheet, header row, encoding or separator), it is looked at with that layout.
///
/// # Errors
/// When a mapping does not fit its file, or the import is past mapping.
pub async fn set_mapping(app: &App, sight: Sight, id: &str, mappings: Vec<Mapping>) -> Result<ImportView> {
    let import = find(app, id).await?;
    if !matches!(import.status, Status::Mapping | Status::Checked | Status::Failed) {
        return Err(not_now(id, import.status.key()));
    }
    let mut files: Vec<ImportFile> = serde_json::from_value(import.files).map_err(|e| Error::Internal(e.to_string()))?;
    if mappings.len() != files.len() {
        return Err(Error::Invalid {
            code: "import.mappings",
            message: domain::Label::new("每个文件要有一份映射", "there must be one mapping for each file"),
            params: json!({ "files": files.len(), "mappings": mappings.len() }),
        });
    }
    let mut settled = Vec::new();
    for (place, (file, mapping)) in files.iter_mut().zip(mappings).enumerate() {
        settled.push(relook(app, id, place, file, mapping).await?);
    }
    let print = fingerprint(files.iter().zip(&settled).map(|(f, m)| (f.sha256.as_str(), m)));
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    store::import::set_files(&mut tx, id, &json!(files), now).await?;
    store::import::set_mapping(&mut tx, id, &json!(settled), &print, now).await?;
    store::import::set_status(&mut tx, id, Status::Mapping, None, now).await?;
    store::quarantine::clear(&mut tx, id).await?;
    tx.commit().await?;
    drop(app.imports.take(id));
    get(app, sight, id).await
}

/// Takes a mapping for a file over: what follows from its columns is settled, and every guess told anew. The file's own proposal
/// comes instead if its layout was changed and the header found there is another.
async fn relook(app: &App, id: &str, place: usize, file: &mut ImportFile, mut mapping: Mapping) -> Result<Mapping> {
    let before: Option<Mapping> = serde_json::from_value(file.mapping.clone()).ok();
    let settings = app.settings();
    let (path, name) = (app.uploads(id).join(place.to_string()), file.name.clone());
    let looked = tokio::task::spawn_blocking(move || {
        let options = sources::Options { name: Some(&name), ..sources::Options::new(&settings.zone, settings.currency) };
        let layout = |m: &Mapping| (m.sheet.clone(), m.header_row, m.encoding, m.delimiter);
        if let Some(before) = before.as_ref().filter(|b| layout(b) != layout(&mapping)) {
            // on another sheet, or read with other letters, the header may stand elsewhere, unless its row was said, too
            let header_row = (mapping.header_row != before.header_row).then_some(mapping.header_row);
            let asked = sources::Options { sheet: mapping.sheet.as_deref(), header_row, encoding: Some(mapping.encoding), delimiter: Some(mapping.delimiter), ..options.clone() };
            let fresh = sources::probe(&path, &asked)?;
            if fresh.mapping.signature() != mapping.signature() {
                return Ok(fresh);
            }
            mapping.header_row = fresh.mapping.header_row;
        }
        sources::review(&path, &options, mapping, before.as_ref())
    });
    let probe = looked.await?.map_err(|e| super::stage::unreadable(&file.name, &e))?;
    *file = ImportFile::of(&file.name, std::mem::take(&mut file.sha256), &probe);
    Ok(probe.mapping)
}

async fn request(app: &App, import: &Import) -> Result<Request> {
    let mappings: Vec<Mapping> = import.mapping.clone().and_then(|m| serde_json::from_value(m).ok()).unwrap_or_default();
    let folder = app.uploads(&import.id);
    let names = view::names(&import.files);
    let sources = names.into_iter().zip(mappings).enumerate();
    let sources: Vec<Source> =
        sources.map(|(place, (name, mapping))| Source { name, path: folder.join(place.to_string()), mapping }).collect();
    let history = is_history(app, &sources).await?;
    Ok(Request { id: import.id.clone(), batch: import.batch, sources, history, carried: None })
}

/// Begins the dry run over all rows.
///
/// # Errors
/// When the import is past it, or something is under way for it.
pub async fn check(app: &Arc<App>, sight: Sight, id: &str) -> Result<ImportView> {
    let import = find(app, id).await?;
    if !matches!(import.status, Status::Mapping | Status::Checked | Status::Failed) {
        return Err(not_now(id, import.status.key()));
    }
    let request = request(app, &import).await?;
    let progress = begin(app, id, Status::Checking).await?;
    let (app_there, id_there) = (Arc::clone(app), id.to_owned());
    tokio::spawn(async move {
        let (app, id) = (app_there, id_there);
        let asked = tokio::spawn(heed(app.uploads(&id), Arc::clone(&progress)));
        let outcome = checked(&app, request, progress).await;
        asked.abort();
        app.imports.end(&id);
        if let Err(e) = outcome {
            fail(&app, &id, &e).await;
        }
    });
    get(app, sight, id).await
}

/// Stops the work at an upload when another process asks for it.
async fn heed(folder: PathBuf, progress: Arc<Progress>) {
    while !super::board::asked_to_stop(&folder) {
        tokio::time::sleep(HEED).await;
    }
    progress.stop();
}

async fn begin(app: &App, id: &str, status: Status) -> Result<Arc<Progress>> {
    let mut waited = Duration::ZERO;
    let progress = loop {
        if let Some(progress) = app.imports.start(id, &app.uploads(id))? {
            break progress;
        }
        // a step is seen to be over a moment before it lets go
        let over = !matches!(find(app, id).await?.status, Status::Checking | Status::Committing);
        if !over || waited >= LETS_GO {
            return Err(not_now(id, status.key()));
        }
        tokio::time::sleep(GLANCE).await;
        waited += GLANCE;
    };
    let moved = move_to(app, id, status, None).await;
    if moved.is_err() {
        app.imports.end(id);
    }
    moved.map(|()| progress)
}

async fn move_to(app: &App, id: &str, status: Status, error: Option<&Value>) -> Result<()> {
    let mut tx = app.store.begin().await?;
    match store::import::set_status(&mut tx, id, status, error, app.clock.now()).await {
        Err(store::Error::State { state, .. }) => Err(not_now(id, &state)),
        Err(e) => Err(e.into()),
        Ok(()) => Ok(tx.commit().await?),
    }
}

async fn checked(app: &Arc<App>, request: Request, progress: Arc<Progress>) -> Result<()> {
    let id = request.id.clone();
    let _turn = turn(app, &progress).await?;
    let mut staged = stage(app, request, progress).await?;
    record(app, &mut staged, Status::Checked).await?;
    app.imports.keep(staged);
    tracing::debug!(import = %id, "checked");
    Ok(())
}

/// Waits for a place: a server checks few imports at a time, whichever businesses they are of.
async fn turn(app: &App, progress: &Progress) -> Result<crate::shares::Turn> {
    let mut turn = std::pin::pin!(app.shares.imports.take());
    loop {
        if let Ok(turn) = tokio::time::timeout(HEED, &mut turn).await {
            return turn;
        }
        if progress.stopped() {
            return Err(Error::conflict("import.stopped", "导入已停止", "the import was stopped"));
        }
    }
}

/// Writes the report and the rows set aside beside the import.
async fn record(app: &App, staged: &mut Staged, status: Status) -> Result<()> {
    let now = app.clock.now();
    let r = &staged.report;
    let counts = Counts { rows_in: r.rows_in, accepted: r.accepted, quarantined: r.quarantined, duplicates: r.duplicates };
    let report = serde_json::to_value(r).map_err(|e| Error::Internal(e.to_string()))?;
    let mut tx = app.store.begin().await?;
    store::quarantine::clear(&mut tx, &staged.id).await?;
    let kept = store::quarantine::append(&mut tx, &staged.id, staged.rejects.stream()?).await?;
    if kept != counts.quarantined {
        return Err(Error::Internal(format!("{} rows set aside, {kept} kept", counts.quarantined)));
    }
    store::import::set_report(&mut tx, &staged.id, &report, counts, now).await?;
    store::import::set_status(&mut tx, &staged.id, status, None, now).await?;
    if staged.report.tells_of_erased() {
        store::erasure::texts::drop_samples_of(&mut tx, &staged.id).await?;
    }
    Ok(tx.commit().await?)
}

/// The failure as it is kept: code, and a message in both languages.
fn problem(e: &Error) -> Value {
    let (code, message, params) = match e {
        Error::Invalid { code, message, params } | Error::Conflict { code, message, params } => ((*code).to_owned(), message.clone(), params.clone()),
        other => {
            let code = match other {
                Error::Store(e) => e.code(),
                _ => "internal",
            };
            let why = other.message();
            let message = domain::Label::new(format!("导入没有完成：{}", why.zh), format!("the import did not finish: {}", why.en));
            (code.to_owned(), message, Value::Null)
        }
    };
    let mut params = if params.is_object() { params } else { json!({}) };
    params["message"] = json!(message);
    json!({
        "type": format!("urn:zhiyin:problem:{code}"), "title": message.en, "status": 422, "code": code, "params": params, "fields": {},
    })
}

/// Notes that it failed, however long the store does not answer: an import of which nothing is noted seems to be under way for good.
async fn fail(app: &App, id: &str, e: &Error) {
    tracing::warn!(import = id, error = %e, "import failed");
    let mut wait = Duration::from_secs(1);
    while let Err(again) = move_to(app, id, Status::Failed, Some(&problem(e))).await {
        tracing::error!(import = id, error = %again, "cannot note that an import failed");
        if !matches!(again, Error::Store(store::Error::Busy | store::Error::Unavailable(_) | store::Error::Database(_))) {
            return;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(60));
    }
}

/// Begins the commit of a checked import: exactly what its report says, unless others committed meanwhile; then it is
/// staged again against what is there now.
///
/// # Errors
/// When it is not checked, or something is under way for it.
pub async fn confirm(app: &Arc<App>, sight: Sight, id: &str, author: &Actor) -> Result<ImportView> {
    let import = find(app, id).await?;
    if import.status != Status::Checked {
        return Err(not_now(id, import.status.key()));
    }
    let request = request(app, &import).await?;
    let progress = begin(app, id, Status::Committing).await?;
    let (app_there, id_there, author) = (Arc::clone(app), id.to_owned(), author.clone());
    tokio::spawn(async move {
        let (app, id) = (app_there, id_there);
        let outcome = committed(&app, &request, import.report.as_ref(), &author, progress).await;
        app.imports.end(&id);
        match outcome {
            Ok(Done::Committed { .. }) => {
                remove_uploads(&app, &id);
                let mappings = request.sources.iter().map(|s| &s.mapping);
                if let Err(e) = remember(&app, mappings, &author).await {
                    tracing::warn!(import = %id, error = %e, "the mapping was not remembered");
                }
            }
            Ok(Done::Already { import }) => {
                let e = Error::Conflict {
                    code: "import.already_imported",
                    message: domain::Label::new(format!("相同的内容已经导入过（{import}）"), format!("the same content is in already ({import})")),
                    params: json!({ "import": import }),
                };
                fail(&app, &id, &e).await;
            }
            Err(e) => fail(&app, &id, &e).await,
        }
    });
    get(app, sight, id).await
}

/// Are the files that were staged still there? They are young again then: no sweep of another process takes files for orphans that
/// are about to be named.
fn still_there(app: &App, staged: &Staged) -> bool {
    let now = std::time::UNIX_EPOCH + Duration::from_micros(app.clock.now().0.unsigned_abs());
    staged.files.iter().all(|file| {
        let path = lake::folder(&app.lake, file.table).join(&file.path);
        std::fs::File::options().write(true).open(path).and_then(|file| file.set_modified(now)).is_ok()
    })
}

/// `report`: what people said yes to. What was staged here may be older than that, if another process checked it again.
async fn committed(app: &Arc<App>, request: &Request, report: Option<&Value>, author: &Actor, progress: Arc<Progress>) -> Result<Done> {
    let said = |staged: &Staged| serde_json::to_value(&staged.report).ok();
    let staged = app.imports.take(&request.id).filter(|staged| said(staged).as_ref() == report && still_there(app, staged));
    if let Some(mut staged) = staged {
        match commit(app, &mut staged, author).await {
            Err(Error::Store(store::Error::Conflict(why))) => tracing::info!(import = %request.id, %why, "staging again"),
            other => return other,
        }
    }
    super::commit::import(app, request, author, &progress).await.map(|(_, done)| done)
}

/// Asks a check that is under way to stop; the import can be mapped and checked again.
///
/// # Errors
/// `import.not_found`, or when the store refuses.
pub async fn stop(app: &App, sight: Sight, id: &str) -> Result<ImportView> {
    match app.imports.progress(id) {
        Some(progress) => progress.stop(),
        None if find(app, id).await?.status == Status::Checking => super::board::ask_to_stop(&app.uploads(id))?,
        None => {}
    }
    get(app, sight, id).await
}

/// Forgets an import that was not committed, with its files.
///
/// # Errors
/// When it is committed or under way.
pub async fn discard(app: &App, id: &str) -> Result<()> {
    find(app, id).await?;
    let mut tx = app.store.begin().await?;
    match store::import::discard(&mut tx, id).await {
        Ok(()) => tx.commit().await?,
        Err(store::Error::State { state, .. }) => return Err(not_now(id, &state)),
        Err(e) => return Err(e.into()),
    }
    drop(app.imports.take(id));
    remove_uploads(app, id);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_without_the_inside_of_the_house() {
        let inner = Error::Internal("arrow: column `paid` of batch 7 is out of range".to_owned());
        let told = problem(&inner);
        assert_eq!((told["code"].as_str(), told["params"]["message"]["zh"].as_str()), (Some("internal"), Some("导入没有完成：服务器内部出错，详情见服务器日志")));
        assert!(!told.to_string().contains("arrow"), "{told}");
        let busy = problem(&Error::Store(store::Error::Busy));
        assert_eq!((busy["code"].as_str(), busy["params"]["message"]["en"].as_str()), (Some("store.busy"), Some("the import did not finish: the server is busy; try again in a moment")));
        let full = problem(&Error::Io(std::io::ErrorKind::StorageFull.into()));
        assert!(full["params"]["message"]["zh"].as_str().is_some_and(|m| m.contains("磁盘满了")), "{full}");
    }
}
