//! Jobs: work that outlives a request. [`kind`] says which there are, [`bench`] does them, [`schedule`] enqueues what is done
//! every day, [`view`] shows them to whoever may see them, [`export`] writes lists to files.

mod beat;
mod bench;
mod board;
pub mod everything;
pub mod export;
pub mod kind;
mod reason;
pub mod schedule;
mod tidy;
pub mod view;

#[cfg(test)]
mod tests;

pub use beat::{Beat, Why};
pub use bench::{Bench, Effect, LEASE, Perform};
pub use board::{Board, Seen};
pub use kind::Kind;
pub use reason::JobProblem;

use crate::{Result, app::App, compaction, dashboards, erasure, inbox, ingest, mail, merging, objects, quality, sample, seal, webhooks};
use futures::{FutureExt, future::BoxFuture};
use domain::access::Permissions;
use std::{sync::Arc, time::Duration};
use store::job::{Job, State};
use tokio::{sync::watch, task::JoinHandle};

/// Names this room's failpoints.
pub const FAILPOINTS: &[&str] = &["job-export-begun", "job-export-written", "job-records-written", "job-effect-before-done", "webhook-announce-before-commit", "webhook-announced", "webhook-before-send", "webhook-sent-before-noted"];

/// How often the inbox is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Every so many of these looks, imports are looked for that another process on this data folder left half done.
const AGAIN: u32 = 30;

/// The workers of this process.
pub struct Workers {
    closing: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Workers {
    /// Recovers what the last end of the process cut short, then does jobs.
    pub fn start(app: &Arc<App>) -> Workers {
        let (closing, closed) = watch::channel(false);
        let app = Arc::clone(app);
        let task = tokio::spawn(async move {
            if let Err(e) = ingest::recover(&app).await {
                tracing::error!(error = %e, "imports cut short could not be recovered");
            }
            // programs before this one kept them in the clear
            for sealed in [webhooks::endpoints::shut(&app).await, mail::relay::shut(&app).await] {
                if let Err(e) = sealed {
                    tracing::error!(error = %e, "secrets could not be sealed");
                }
            }
            if let Err(e) = erasure::recover(&app).await {
                tracing::error!(error = %e, "erasures cut short could not be taken up");
            }
            if let Err(e) = ingest::sweep(&app).await {
                tracing::error!(error = %e, "the sweep failed");
            }
            // files of jobs that were over when the process ended
            if let Err(e) = export::sweep(&app).await {
                tracing::error!(error = %e, "files of jobs could not be swept");
            }
            // takes seconds at a million customers; jobs need not wait for it
            let texts = Arc::clone(&app);
            tokio::spawn(async move {
                if let Err(e) = texts.finder.refresh(&texts.store).await {
                    tracing::error!(error = %e, "what customers are found by could not be read");
                }
            });
            let again = async {
                for look in 1u32.. {
                    tokio::time::sleep(LOOK).await;
                    if let Err(e) = inbox::due(&app).await {
                        tracing::error!(error = %e, "the inbox does not answer");
                    }
                    if let Err(e) = webhooks::announce::due(&app).await {
                        tracing::error!(error = %e, "it could not be asked whether there is news for webhooks");
                    }
                    if look % AGAIN != 0 {
                        continue;
                    }
                    if let Err(e) = dashboards::subscription::due(&app).await {
                        tracing::error!(error = %e, "it could not be asked whether a mail is due");
                    }
                    if let Err(e) = ingest::recover(&app).await {
                        tracing::error!(error = %e, "imports cut short could not be recovered");
                    }
                }
            };
            tokio::select! {
                () = again => {}
                // each ends by itself, once it has given back what it holds
                _ = async { tokio::join!(webhooks::post::work(&app, closed.clone()), mail::send::work(&app, closed.clone()), Bench::new(&app, perform).work(closed)) } => {}
            }
        });
        Workers { closing, task }
    }

    /// Asks the jobs under way to stop and gives them back; others go on with them.
    pub async fn stop(self) {
        self.closing.send_replace(true);
        self.task.await.ok();
    }
}

/// What whoever ordered a job may do now; nothing if they are no member any more, or came with a token that holds no longer.
pub(crate) async fn maker(app: &App, job: &Job) -> Result<Option<Permissions>> {
    let member = store::member::get(&app.store, &job.workspace, &job.actor).await?.filter(|m| !m.disabled);
    let Some(member) = member else { return Ok(None) };
    let Some(id) = &job.token else { return Ok(Some(member.permissions())) };
    let (now, token) = (app.clock.now(), store::token::get(&app.store, &job.workspace, id).await?);
    let token = token.filter(|t| t.revoked_at.is_none() && t.expires_at > now && t.user == job.actor);
    Ok(token.map(|t| t.permissions(member.permissions())))
}

/// Waits so long for the end of a job; answers it as it stands then.
pub(crate) async fn awaited(app: &App, id: &str, patience: Duration) -> Result<Option<Job>> {
    let mut news = app.jobs.listen();
    let over = async {
        loop {
            news.mark_unchanged();
            match store::job::get(&app.store, id).await? {
                Some(job) if matches!(job.state, State::Queued | State::Running) => drop(tokio::time::timeout(LOOK, news.changed()).await),
                over => return Ok::<_, crate::Error>(over),
            }
        }
    };
    match tokio::time::timeout(patience, over).await {
        Ok(over) => over,
        Err(_) => Ok(store::job::get(&app.store, id).await?),
    }
}

/// Does a job. Doing one twice is harmless.
pub fn perform(app: Arc<App>, job: Arc<Job>, beat: Arc<Beat>) -> BoxFuture<'static, Result<Effect>> {
    async move {
        match Kind::parse(&job.name) {
            Some(Kind::Refresh) => {
                app.finder.refresh(&app.store).await?;
                if job.payload.get("anew").is_some() {
                    app.runs.anew(&app).await?;
                    return Ok(Effect::default());
                }
                app.runs.warm(&app).await?;
                merging::find::after(&app, &job.payload).await?;
                compaction::due(&app).await?;
                Ok(Effect::default())
            }
            Some(Kind::Roll) => {
                app.finder.refresh(&app.store).await?;
                app.runs.warm(&app).await.map(|()| Effect::default())
            }
            Some(Kind::Sweep) => {
                let (files, bytes) = ingest::sweep(&app).await?;
                Ok(Effect { result: Some(serde_json::json!({ "files": files, "bytes": bytes })), ..Effect::default() })
            }
            Some(Kind::Tidy) => tidy::run(&app).await,
            Some(Kind::Export) => export::run(&app, &job, &beat).await,
            Some(Kind::Duplicates) => merging::find::run(&app, &beat).await,
            Some(Kind::Carry) => {
                let rows = inbox::carry(&app, Some(&beat)).await?;
                Ok(Effect { result: Some(serde_json::json!({ "rows": rows })), ..Effect::default() })
            }
            Some(Kind::Announce) => {
                let told = webhooks::announce::run(&app, &beat).await?;
                Ok(Effect { result: Some(serde_json::json!({ "messages": told.messages, "customers": told.customers })), ..Effect::default() })
            }
            Some(Kind::Letters) => {
                let mails = dashboards::subscription::write(&app).await?;
                Ok(Effect { result: Some(serde_json::json!({ "mails": mails })), ..Effect::default() })
            }
            Some(Kind::Seal) => {
                let signed = seal::sign(&app).await?;
                Ok(Effect { result: signed.map(|s| serde_json::json!({ "seq": s.seq })), ..Effect::default() })
            }
            Some(Kind::Erase) => {
                let id = job.payload.get("erasure").and_then(|id| id.as_str()).unwrap_or_default();
                erasure::carry_out(&app, id).await?;
                Ok(Effect::default())
            }
            Some(Kind::Compact) => compaction::run(&app, &job, &beat).await,
            Some(Kind::Sample) => sample::bring(&app, &job, &beat).await,
            Some(Kind::Arrive) => everything::arrive(&app, &job, &beat).await,
            Some(Kind::Quality) => {
                let score = quality::note(&app).await?;
                Ok(Effect { result: score.map(|score| serde_json::json!({ "score": score })), ..Effect::default() })
            }
            Some(Kind::Records) => objects::import::job::run(&app, &job, &beat).await,
            Some(Kind::Figures) => {
                let values = objects::figures::run(&app, &job.payload).await?;
                Ok(Effect { result: Some(serde_json::json!({ "values": values })), ..Effect::default() })
            }
            None => Err(crate::Error::Invalid {
                code: "job.kind",
                message: domain::Label::new(format!("这个版本不认识这种任务：{}", job.name), format!("this version knows no such job: {}", job.name)),
                params: serde_json::json!({ "kind": job.name }),
            }),
        }
    }
    .boxed()
}
