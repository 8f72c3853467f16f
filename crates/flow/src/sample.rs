//! Sample data for an empty business, to try things with before one's own files are in: the customers, orders, interactions and
//! answers of [`::sample`], brought in as files are, by a job. They are one import that the ledger marks as a sample, so that taking
//! that back takes everything, however long it has been there and whatever came in beside it.

use crate::{
    Error, Result,
    app::App,
    ingest::{self, Done, Progress, Request, Source},
    jobs::{
        Beat, Effect, Kind,
        view::{self, JobView, Viewer},
    },
};
use domain::{Lang, audit::Actor};
use sources::Target;
use std::{sync::Arc, time::Duration};
use store::job::{Job, NewJob};

/// As many as show every class and are there within seconds.
const CUSTOMERS: u32 = 2_000;
/// The same people every time.
const SEED: u64 = 7;
/// How often it is told how far the reading is, and heard whether it should stop.
const GLANCE: Duration = Duration::from_millis(100);
/// Times it is staged again when others commit in between.
const TRIES: usize = 8;

/// Orders sample data, with names and headings in `lang`.
///
/// # Errors
/// `sample.there`, `sample.not_empty`, `sample.coming`; when the store refuses.
pub async fn order(app: &Arc<App>, who: &Viewer, lang: Lang) -> Result<JobView> {
    vacant(app).await?;
    let (id, now, kind) = (app.new_id("job"), app.clock.now(), Kind::Sample);
    let mut job = NewJob::new(id.clone(), kind.key(), serde_json::json!({ "lang": lang.tag() }), now).by(&app.settings().id, &who.actor);
    job.unique_key = Some(kind.key().to_owned());
    job.priority = kind.priority();
    job.max_attempts = kind.attempts();
    job.unit = Some("bytes".to_owned());
    if !store::job::enqueue(&app.store, &job, now).await? {
        return Err(Error::conflict("sample.coming", "示例数据正在生成，马上就好", "sample data is on its way already"));
    }
    app.jobs.pulse();
    view::get(app, who, &id).await
}

/// Removes the sample: it is as if it had never come.
///
/// # Errors
/// `sample.not_found`; when the store refuses.
pub async fn remove(app: &App, author: &Actor) -> Result<()> {
    let import = there(app).await?.ok_or_else(|| Error::not_found("sample", "sample"))?;
    ingest::undo(app, &import, author).await.map(|_| ())
}

async fn there(app: &App) -> Result<Option<String>> {
    Ok(store::import::sample(&app.store, store::catalog::head(&app.store).await?).await?)
}

/// Sample data goes into an empty business only: nobody's own customers are mixed up with it unasked.
async fn vacant(app: &App) -> Result<()> {
    if there(app).await?.is_some() {
        return Err(Error::conflict("sample.there", "示例数据已经在这里了", "the sample data is here already"));
    }
    let held = store::import::any(&app.store).await? || store::customer::count(&app.store).await? > 0 || store::inbox::waiting(&app.store).await?.rows > 0;
    if held {
        return Err(Error::conflict("sample.not_empty", "这里已经有自己的数据；示例数据只能放进空的业务", "there is data of your own here; sample data goes into an empty business only"));
    }
    Ok(())
}

/// Brings it in. A crash leaves nothing or all of it; the next attempt goes on from there.
pub(crate) async fn bring(app: &Arc<App>, job: &Job, beat: &Arc<Beat>) -> Result<Effect> {
    let import = match there(app).await? {
        Some(import) => import,
        None => {
            for begun in store::import::samples_begun(&app.store).await? {
                ingest::drop_half(app, &begun).await?;
            }
            let lang = Lang::parse(job.payload.get("lang").and_then(|l| l.as_str()).unwrap_or_default());
            let author = Actor { id: job.actor.clone(), name: job.actor_name.clone().unwrap_or_default(), token: job.token.clone() };
            make(app, lang, &author, beat).await?
        }
    };
    // whoever waits for it finds customers and classes there when it is done
    app.finder.refresh(&app.store).await?;
    app.runs.warm(app).await?;
    Ok(Effect { result: Some(serde_json::json!({ "import": import })), ..Effect::default() })
}

async fn make(app: &Arc<App>, lang: Lang, author: &Actor, beat: &Arc<Beat>) -> Result<String> {
    let temporary = app.temporary();
    std::fs::create_dir_all(&temporary)?;
    let folder = tempfile::tempdir_in(&temporary)?;
    let (place, today) = (folder.path().to_owned(), app.today());
    let files = tokio::task::spawn_blocking(move || ::sample::write_files(&place, CUSTOMERS, SEED, lang, today)).await??;
    let mut sources = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for mut probe in ingest::propose_all(app, &path, &name, None).await? {
            // an own column makes a field of the business, which would stay when the sample goes
            probe.mapping.columns.iter_mut().filter(|c| matches!(c.target, Target::Custom(_))).for_each(|c| c.target = Target::Ignore);
            sources.push(Source { name: name.clone(), path: path.clone(), mapping: probe.mapping });
        }
    }
    let request = ingest::begin_sample(app, sources, author).await?;
    let progress = Arc::new(Progress::default());
    let told = tokio::spawn(tell(Arc::clone(&progress), Arc::clone(beat)));
    let outcome = brought(app, &request, author, &progress, beat).await;
    told.abort();
    if outcome.is_err() && let Err(e) = ingest::drop_half(app, &request.id).await {
        tracing::debug!(import = %request.id, error = %e, "left for the next attempt");
    }
    outcome.map(|()| request.id)
}

/// Tells how far the reading is, and stops it when the job must stop.
async fn tell(progress: Arc<Progress>, beat: Arc<Beat>) {
    loop {
        let (done, total) = progress.bytes();
        if beat.tell(done, total).is_err() {
            return progress.stop();
        }
        tokio::time::sleep(GLANCE).await;
    }
}

async fn brought(app: &Arc<App>, request: &Request, author: &Actor, progress: &Arc<Progress>, beat: &Beat) -> Result<()> {
    for _ in 0..TRIES {
        let mut staged = ingest::stage(app, request.clone(), Arc::clone(progress)).await?;
        let (done, total) = progress.bytes();
        // what came in before it was staged is seen here; what comes in after it makes the commit a conflict
        vacant(app).await?;
        beat.tell(done, total)?;
        match ingest::commit(app, &mut staged, author).await {
            Err(Error::Store(store::Error::Conflict(why))) => tracing::info!(import = %request.id, %why, "staging again"),
            Ok(Done::Committed { .. }) => return Ok(()),
            // only a sample of before has the same content, and that was looked for
            Ok(Done::Already { .. }) => return vacant(app).await,
            Err(e) => return Err(e),
        }
    }
    Err(Error::Store(store::Error::Busy))
}
