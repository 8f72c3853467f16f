//! Files of the data folder, beside database and lake, that may hold a person: they go whole.

use super::receipt::{ErasureLine, Receipt};
use crate::{Error, Result, app::App, ingest, sight::Sight};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use store::import::Status;

/// How often it is looked whether an import that is under way has come to its end: for a minute.
const LOOKS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);
/// A file that nobody wrote to for so long was left behind, in microseconds: an hour.
const LEFT: i64 = 3_600_000_000;

/// Entries of a folder; none where there is no folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        found => found?.map(|e| e.map(|e| e.path())).collect(),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Copies of the database made before upgrades, and what stood there before restores.
fn copies(app: &App) -> io::Result<Vec<PathBuf>> {
    let beside = app.store.file_beside();
    let mut folders = vec![app.data.clone()];
    folders.extend(beside.as_deref().and_then(Path::parent).map(Path::to_path_buf).filter(|f| *f != app.data));
    let mut found = Vec::new();
    for folder in folders {
        found.extend(entries(&folder)?.into_iter().filter(|p| {
            let name = name(p);
            name.contains(".before-upgrade-") || (name.starts_with("before-restore-") && p.is_dir())
        }));
    }
    Ok(found)
}

/// Was it left behind?
fn old(app: &App, path: &Path) -> bool {
    let written = fs::metadata(path).and_then(|m| m.modified()).ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    written.is_some_and(|at| (at.as_micros() as i64) < app.clock.now().0.saturating_sub(LEFT))
}

fn temporary(app: &App) -> io::Result<Vec<PathBuf>> {
    Ok(entries(&app.temporary())?.into_iter().filter(|p| p.is_file() && old(app, p)).collect())
}

/// How many would go, by kind.
///
/// # Errors
/// When the store or the disk refuses.
pub(super) async fn count(app: &App) -> Result<Vec<ErasureLine>> {
    let counts = [("exports", entries(&app.exports())?.len()), ("uploads", entries(&app.data.join("uploads"))?.len()), ("copies", copies(app)?.len())];
    let mut receipt = Receipt::default();
    receipt.files.extend(counts.map(|(kind, n)| (kind.to_owned(), n as u64)));
    let schemas = store::erasure::aside(&app.store, &app.settings().id).await?.len() as u64;
    *receipt.files.entry("copies".to_owned()).or_default() += schemas;
    Ok(receipt.files())
}

/// Removes them; adds what went to `gone`. `again`: an older database was put back, and what stood in its place, which is kept aside,
/// has nothing of them.
///
/// # Errors
/// `erasure.import_busy` while an import that was uploaded does not come to its end; when the store or the disk refuses.
pub(super) async fn clear(app: &Arc<App>, again: bool, gone: &mut BTreeMap<String, u64>) -> Result<()> {
    let mut count = |kind: &str, n: usize| {
        if n > 0 {
            *gone.entry(kind.to_owned()).or_default() += n as u64;
        }
    };
    count("exports", remove(entries(&app.exports())?)?);
    if !again {
        count("copies", remove(copies(app)?)?);
        count("copies", store::erasure::drop_aside(&app.store, &app.settings().id).await?);
    }
    count("temporary", remove(temporary(app)?)?);
    let mut uploads = 0;
    for folder in entries(&app.data.join("uploads"))? {
        uploads += usize::from(upload(app, &folder).await?);
    }
    count("uploads", uploads);
    crate::backup::forget_holds(&app.temporary());
    Ok(())
}

fn remove(paths: Vec<PathBuf>) -> io::Result<usize> {
    let mut removed = 0;
    for path in paths {
        let done = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match done {
            Ok(()) => removed += 1,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok(removed)
}

/// Removes an upload that was not imported: what is being checked is stopped first, what is being committed is waited for.
async fn upload(app: &Arc<App>, folder: &Path) -> Result<bool> {
    let id = name(folder);
    for _ in 0..LOOKS {
        let Some(import) = store::import::get(&app.store, &id).await? else {
            // nobody knows it: it was never finished, or is being taken in at this moment
            return Ok(old(app, folder) && remove(vec![folder.to_path_buf()])? > 0);
        };
        match import.status {
            Status::Committed | Status::Undone => return Ok(remove(vec![folder.to_path_buf()])? > 0),
            Status::Mapping | Status::Checked | Status::Failed => match ingest::discard(app, &id).await {
                Ok(()) => return Ok(true),
                Err(Error::Conflict { .. } | Error::NotFound { .. }) => {}
                Err(e) => return Err(e),
            },
            Status::Checking => drop(ingest::stop(app, Sight::Full, &id).await?),
            Status::Committing => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::conflict("erasure.import_busy", "有一次导入正在进行，稍后自动再试", "an import is under way; it is tried again by itself"))
}
