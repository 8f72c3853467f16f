//! The lake's files add up: every move of what programs posted, every import and every value written by hand makes some. A job makes
//! few of many, with the same rows in the same order, behind whoever asks; what came together can be taken back as before, because its
//! rows are told by what they carry.

mod plan;

use crate::{
    Error, Result,
    app::App,
    fresh::Fresh,
    ingest::refresh,
    jobs::{Beat, Effect, Kind},
};
use domain::audit::Actor;
use lake::Part;
use serde_json::json;
use std::sync::Arc;
use store::{
    catalog::{self, Compaction, Merged, Replaced, Swap},
    job::{Job, NewJob},
};

/// Times it is planned anew when files went meanwhile.
const TRIES: usize = 5;
/// So many files that could be fewer are not left until the night.
const MANY: usize = 400;

/// Enqueues a compaction if there are many files to be merged.
///
/// # Errors
/// When the store or the lake refuses.
pub(crate) async fn due(app: &App) -> Result<()> {
    let lake = app.runs.lake(app).await?;
    let many = |apart: &[_]| plan::groups(&lake.snapshot().files, apart).iter().map(Vec::len).sum::<usize>() >= MANY;
    if !many(&[]) || !many(&catalog::apart(&app.store).await?) {
        return Ok(());
    }
    let (kind, now) = (Kind::Compact, app.clock.now());
    let mut job = NewJob::new(app.new_id("job"), kind.key(), json!({}), now).by(&app.settings().id, &Actor::program("server"));
    // the nightly one's
    job.unique_key = Some(format!("schedule {}", kind.key()));
    job.priority = kind.priority();
    job.max_attempts = kind.attempts();
    store::job::enqueue(&app.store, &job, now).await?;
    app.jobs.pulse();
    Ok(())
}

/// Merges what there is to be merged, in one snapshot of the lake. Nothing is lost if it is stopped or dies: the old files are there until
/// the new ones are named, and what an attempt that died wrote goes with the next.
///
/// # Errors
/// When it must stop; when the store, the lake or the disk refuses.
pub(crate) async fn run(app: &Arc<App>, job: &Job, beat: &Arc<Beat>) -> Result<Effect> {
    let actor = Actor::program("server");
    let named = catalog::paths(&app.store).await?;
    let (root, left) = (app.lake.clone(), format!("cmp_{}", job.id));
    tokio::task::spawn_blocking(move || lake::forget(&root, &left, &named)).await??;
    for _ in 0..TRIES {
        let snapshot = catalog::snapshot(&app.store, None).await?;
        let groups = plan::groups(&snapshot.files, &catalog::apart(&app.store).await?);
        let rows: u64 = groups.iter().flatten().map(|f| f.rows).sum();
        let fresh = Fresh::new(&app.lake, format!("cmp_{}_{}", job.id, job.attempts));
        let (root, stem, telling) = (app.lake.clone(), fresh.stem().to_owned(), Arc::clone(beat));
        let merged = lake::aside("compaction", move || -> Result<Vec<Swap>> {
            let (mut swaps, mut done) = (Vec::with_capacity(groups.len()), 0);
            for group in groups {
                telling.tell(done, rows)?;
                done += group.iter().map(|f| f.rows).sum::<u64>();
                let joined = lake::merge(&root, &group, &stem)?;
                swaps.extend(joined.into_iter().map(|(old, new)| Swap { old: old.into_iter().map(|f| f.path).collect(), new }));
            }
            Ok(swaps)
        });
        let swaps = merged.await.unwrap_or_else(|| Err(Error::Internal("a compaction broke off".to_owned())))?;
        beat.tell(rows, rows)?;
        let files: usize = swaps.iter().map(|s| s.old.len()).sum();
        let effect = Effect { result: Some(json!({ "files": files, "into": swaps.len() })), ..Effect::default() };
        if swaps.is_empty() {
            return Ok(effect);
        }
        let next = Some(refresh(app, &format!("compaction:{}", snapshot.id), &actor));
        let compaction = Compaction { now: app.clock.now(), author: &actor.name, swaps: &swaps, attempt: Some((job.id.as_str(), job.attempts)), job: next };
        match Fresh::naming(fresh, catalog::compact(&app.store, compaction)).await {
            Ok(_) => {
                app.jobs.pulse();
                return Ok(effect);
            }
            // some of them were taken back or written anew meanwhile
            Err(store::Error::Conflict(why)) => tracing::info!(%why, "files are merged once more"),
            Err(e) => return Err(e.into()),
        }
    }
    Err(Error::Store(store::Error::Busy))
}

/// Rows that are to be taken out, found in the files of the lake.
pub(crate) struct Found {
    base: i64,
    files: Vec<Replaced>,
    /// what was written in their place
    pub(crate) fresh: Option<Fresh>,
}

impl Found {
    /// Nothing, in the lake as it was at a snapshot.
    pub(crate) fn nothing(base: i64) -> Found {
        Found { base, files: Vec::new(), fresh: None }
    }

    /// For the store.
    pub(crate) fn merged(&self) -> Merged<'_> {
        Merged { base: self.base, files: &self.files }
    }
}

/// Finds the rows of a part, in files of their own and in those that they came to share with others, and writes these anew without them
/// if it is meant. Nothing names the new files yet.
///
/// # Errors
/// When the store, the lake or the disk refuses.
pub(crate) async fn find(app: &App, part: Part, meant: bool) -> Result<Found> {
    let lake = app.runs.lake(app).await?;
    let apart = catalog::apart(&app.store).await?;
    let (base, fresh) = (lake.snapshot().id, Fresh::new(&app.lake, app.new_id("out")));
    let stem = meant.then(|| fresh.stem().to_owned());
    let without = tokio::task::spawn_blocking(move || lake.without(&part, &apart, stem.as_deref())).await??;
    let files: Vec<Replaced> = without.into_iter().map(|w| Replaced { old: w.old, new: w.new }).collect();
    if files.iter().any(|f| f.new.is_some()) {
        return Ok(Found { base, files, fresh: Some(fresh) });
    }
    fresh.keep();
    Ok(Found { base, files, fresh: None })
}
