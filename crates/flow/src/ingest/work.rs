//! What is left of imports: those cut short by the last end of the process, and files nobody names.

use super::board::Hold;
use crate::{Result, app::App};
use domain::{clock::Instant, table::DataFile};
use store::import::Status;

/// How long a file may lie unnamed: longer than the longest import.
const GRACE: i64 = 24 * 3600 * 1_000_000;
/// How long a file that ended is kept, for whoever still reads the lake as it was: a week.
const PAST: i64 = 7 * 24 * 3600 * 1_000_000;

/// Imports that were being checked or committed when the process ended: nothing of them happened, so they are back at
/// their mapping; those of the command line, which may still run elsewhere, have failed once they are a day old. Answers
/// how many.
///
/// # Errors
/// When the store refuses.
pub async fn recover(app: &App) -> Result<u64> {
    let (mut before, mut count) = (None, 0);
    loop {
        let page = store::import::list(&app.store, before, 500).await?;
        let Some(last) = page.last() else { return Ok(count) };
        before = Some(last.batch);
        for import in page.iter().filter(|i| matches!(i.status, Status::Checking | Status::Committing)) {
            if app.imports.progress(&import.id).is_some() {
                continue;
            }
            let now = app.clock.now();
            let folder = app.uploads(&import.id);
            let hold = if folder.exists() { Some(Hold::of(&folder)?) } else { None };
            let next = match &hold {
                // another process works at it
                Some(None) => continue,
                Some(Some(_)) => Status::Mapping,
                None if now.0 - import.updated_at.0 > GRACE => Status::Failed,
                None => continue,
            };
            let mut tx = app.store.begin().await?;
            // it may have been finished since the list was read
            let still = store::import::find(&mut tx, &import.id).await?.status == import.status;
            if still {
                store::import::set_status(&mut tx, &import.id, next, None, now).await?;
                tx.commit().await?;
                count += 1;
            }
            drop(hold);
        }
    }
}

/// Forgets snapshots of the lake that are long past, and removes files that none names and that are older than the longest import takes.
/// Answers files and bytes.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn sweep(app: &App) -> Result<(u64, u64)> {
    let gone = store::catalog::expire(&app.store, Instant(app.clock.now().0.saturating_sub(PAST))).await?;
    if gone.files > 0 {
        tracing::info!(snapshots = gone.snapshots, files = gone.files, "past snapshots of the lake are forgotten");
    }
    sweep_older(app, GRACE).await
}

/// As [`sweep`], for files older than `grace` microseconds.
pub(super) async fn sweep_older(app: &App, grace: i64) -> Result<(u64, u64)> {
    let named = store::catalog::paths(&app.store).await?;
    let live: Vec<DataFile> = named
        .into_iter()
        .map(|(table, path)| DataFile { table, path, rows: 0, bytes: 0, footer: 0, columns: Vec::new() })
        .collect();
    let (root, before) = (app.lake.clone(), Instant(app.clock.now().0.saturating_sub(grace)));
    let swept = tokio::task::spawn_blocking(move || lake::sweep(&root, &live, before)).await??;
    crate::backup::forget_holds(&app.temporary());
    if swept.0 > 0 {
        tracing::info!(files = swept.0, bytes = swept.1, "swept files that nothing names");
    }
    Ok(swept)
}
