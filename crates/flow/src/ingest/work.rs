//! What a server does beside answering: the jobs that imports leave behind, imports cut short by the last end of the
//! process, and files nobody names.

use super::commit::REFRESH;
use crate::{Result, app::App};
use domain::{clock::Instant, table::DataFile};
use std::{sync::Arc, time::Duration};
use store::import::Status;

/// How long a worker may be silent before another takes its job.
const LEASE: i64 = 120_000_000;
/// How long a file may lie unnamed: longer than the longest import.
const GRACE: i64 = 24 * 3600 * 1_000_000;
/// How often the worker looks for jobs.
const PAUSE: Duration = Duration::from_millis(500);

/// Recovers, sweeps, then does jobs until it is aborted. Failures are logged, never fatal.
pub async fn work(app: Arc<App>) {
    if let Err(e) = recover(&app).await {
        tracing::error!(error = %e, "imports cut short could not be recovered");
    }
    if let Err(e) = sweep(&app).await {
        tracing::error!(error = %e, "the sweep failed");
    }
    let worker = app.new_id("wrk");
    loop {
        match one(&app, &worker).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(PAUSE).await,
            Err(e) => {
                tracing::error!(error = %e, "the job queue does not answer");
                tokio::time::sleep(PAUSE * 10).await;
            }
        }
    }
}

/// Does one job that is due; false if there is none. Doing a job twice is harmless.
async fn one(app: &Arc<App>, worker: &str) -> Result<bool> {
    crate::inbox::due(app).await?;
    let now = app.clock.now();
    let Some(job) = store::job::claim(&app.store, worker, now, Instant(now.0 + LEASE)).await? else { return Ok(false) };
    let outcome = match job.name.as_str() {
        REFRESH => app.runs.warm(app).await,
        crate::inbox::CARRY => crate::inbox::carry(app, Some((&job, worker))).await.map(|_| ()),
        other => {
            store::job::fail(&app.store, &job, worker, app.clock.now(), &format!("no code does {other:?}")).await?;
            return Ok(true);
        }
    };
    store::failpoint("job-effect-before-done");
    let now = app.clock.now();
    match outcome {
        Ok(()) => store::job::done(&app.store, &job, worker, now, None).await?,
        Err(e) => {
            tracing::warn!(job = %job.id, error = %e, "job failed");
            store::job::retry(&app.store, &job, worker, now, &e.to_string()).await?;
        }
    }
    Ok(true)
}

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
            let next = match app.uploads(&import.id).exists() {
                true => Status::Mapping,
                false if now.0 - import.updated_at.0 > GRACE => Status::Failed,
                false => continue,
            };
            let mut tx = app.store.begin().await?;
            store::import::set_status(&mut tx, &import.id, next, None, now).await?;
            tx.commit().await?;
            count += 1;
        }
    }
}

/// Removes lake files that no snapshot names and that are older than the longest import takes. Answers files and bytes.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn sweep(app: &App) -> Result<(u64, u64)> {
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
    if swept.0 > 0 {
        tracing::info!(files = swept.0, bytes = swept.1, "swept files of imports that were never committed");
    }
    Ok(swept)
}
