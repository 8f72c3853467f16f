//! Where jobs are done: one bench a process, with a few places. It takes what is due, keeps the leases of what it has, carries
//! wishes to stop, and says how each ended. A job that breaks is an error of that job; a job whose process dies is taken up by
//! whoever comes next.

use super::{
    beat::{Beat, Why},
    export,
    kind::{Kind, SHORT},
    reason::{JobProblem, hopeless},
};
use crate::{Error, Result, app::App, audit};
use domain::{audit::Note, clock::Instant};
use futures::future::BoxFuture;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use store::{Tx, job::{self, Job, State}};
use tokio::{sync::watch, task::JoinSet};

/// How long a worker may be silent before another takes its job: with the time a start takes, an orphan is taken up within
/// fifteen seconds.
pub const LEASE: i64 = 10_000_000;
/// How often the bench looks for jobs; it is woken when this process enqueues one.
const PAUSE: Duration = Duration::from_millis(500);
/// How often progress is written down and wishes to stop are heard.
const BEAT: Duration = Duration::from_millis(700);
/// A lease is prolonged at the latest after so many beats without progress.
const SILENT: u32 = 4;
/// Pauses between two looks at the schedules.
const LOOKS: u32 = 30;
/// How long a job that was asked to stop may take to hear of it.
const GRACE: Duration = Duration::from_secs(2);
/// How long a process that ends waits for its jobs to stop.
const FAREWELL: Duration = Duration::from_secs(5);
/// Jobs done at a time, besides the place that is kept for short ones.
const PLACES: usize = 2;

/// What a job did, to be written down with its end.
#[derive(Debug, Default)]
pub struct Effect {
    /// what it answers
    pub result: Option<serde_json::Value>,
    /// what the audit log is told
    pub note: Option<Note>,
    /// what it wrote, not committed yet: it is there with the end of the job, or not at all
    pub wrote: Option<Tx>,
}

/// The code of jobs: given one, does it.
pub type Perform = fn(Arc<App>, Arc<Job>, Arc<Beat>) -> BoxFuture<'static, Result<Effect>>;

struct Held {
    job: Arc<Job>,
    beat: Arc<Beat>,
    /// as last written down, and how many beats ago
    written: Mutex<((i64, i64), u32)>,
}

/// Resolves a while after a job was asked to stop.
async fn must_stop(beat: &Beat) {
    while beat.why().is_none() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(GRACE).await;
}

/// The place where a process does its jobs.
pub struct Bench {
    app: Arc<App>,
    worker: String,
    perform: Perform,
    held: Mutex<BTreeMap<String, Arc<Held>>>,
    renewed: AtomicI64,
}

impl Bench {
    /// A bench of this process.
    pub fn new(app: &Arc<App>, perform: Perform) -> Arc<Bench> {
        let renewed = AtomicI64::new(app.clock.now().0);
        Arc::new(Bench { app: Arc::clone(app), worker: app.new_id("wrk"), perform, held: Mutex::default(), renewed })
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does jobs until `closing`; then asks those under way to stop and gives them back.
    pub async fn work(self: Arc<Bench>, mut closing: watch::Receiver<bool>) {
        let keeper = tokio::spawn(Arc::clone(&self).keep());
        let mut woken = self.app.jobs.listen();
        let (mut places, mut looks) = (JoinSet::new(), 0u32);
        while !*closing.borrow() {
            if looks == 0 {
                if let Err(e) = super::schedule::tick(&self.app).await {
                    tracing::error!(error = %e, "the schedules could not be looked at");
                }
            }
            looks = (looks + 1) % LOOKS;
            let mut pause = PAUSE;
            while !*closing.borrow() {
                while places.try_join_next().is_some() {}
                match self.take(places.len()).await {
                    Ok(Some(job)) => drop(places.spawn(Arc::clone(&self).run(job))),
                    Ok(None) => break,
                    Err(e) => {
                        tracing::error!(error = %e, "the job queue does not answer");
                        pause = PAUSE * 10;
                        break;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = woken.changed() => {}
                _ = closing.changed() => {}
                Some(_) = places.join_next(), if !places.is_empty() => {}
            }
        }
        self.held().values().for_each(|h| h.beat.stop(Why::Closing));
        let all = async { while places.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, all).await.is_err() {
            let left: Vec<Arc<Held>> = self.held().values().cloned().collect();
            for held in left {
                job::release(&self.app.store, &held.job, &self.worker).await.ok();
            }
        }
        keeper.abort();
    }

    /// The next job, if there is one and a place for it.
    async fn take(&self, busy: usize) -> Result<Option<Job>> {
        if busy > PLACES {
            return Ok(None);
        }
        let priority = if busy < PLACES { job::ANY } else { SHORT };
        let now = self.app.clock.now();
        // after a long wait or a jump of the clock our own leases seem to be over, though their jobs run
        if (now.0 - self.renewed.load(Ordering::Relaxed)).abs() > LEASE / 2 {
            self.renew(true).await;
        }
        let now = self.app.clock.now();
        let taken = job::claim_up_to(&self.app.store, &self.worker, now, Instant(now.0 + LEASE), priority).await?;
        if taken.is_some() {
            self.app.jobs.pulse();
        }
        Ok(taken)
    }

    async fn keep(self: Arc<Bench>) {
        loop {
            tokio::time::sleep(BEAT).await;
            self.renew(false).await;
        }
    }

    /// Writes progress down, prolongs leases, and hears wishes to stop.
    async fn renew(&self, all: bool) {
        let held: Vec<Arc<Held>> = self.held().values().cloned().collect();
        for h in held {
            let told = h.beat.told();
            let due = {
                let mut written = h.written.lock().unwrap_or_else(PoisonError::into_inner);
                written.1 += 1;
                let due = all || written.0 != told || written.1 >= SILENT;
                if due {
                    *written = (told, 0);
                }
                due
            };
            if !due {
                continue;
            }
            let until = Instant(self.app.clock.now().0 + LEASE);
            let unit = h.job.unit.as_deref().unwrap_or_default();
            match job::progress(&self.app.store, &h.job, &self.worker, told.0, told.1, unit, until).await {
                Ok(true) => h.beat.stop(Why::Cancelled),
                Ok(false) => {}
                Err(store::Error::LeaseLost { .. }) => h.beat.stop(Why::Lost),
                Err(e) => tracing::warn!(job = %h.job.id, error = %e, "a lease could not be prolonged"),
            }
            self.app.jobs.pulse();
        }
        self.renewed.store(self.app.clock.now().0, Ordering::Relaxed);
    }

    /// Does one job and says how it ended.
    async fn run(self: Arc<Bench>, job: Job) {
        let beat = Arc::new(Beat::of(job.total));
        let job = Arc::new(job);
        let held = Arc::new(Held { job: Arc::clone(&job), beat: Arc::clone(&beat), written: Mutex::new(((0, job.total), 0)) });
        self.held().insert(job.id.clone(), held);
        let doing = (self.perform)(Arc::clone(&self.app), Arc::clone(&job), Arc::clone(&beat));
        let app = Arc::clone(&self.app);
        let long = Kind::parse(&job.name).is_some_and(|kind| kind.priority() > SHORT);
        let mut task = tokio::spawn(async move {
            // of all businesses of the server few long jobs are under way at a time; one that waits keeps its lease
            let _turn = if long { Some(app.shares.jobs.take().await?) } else { None };
            doing.await
        });
        let mut outcome = tokio::select! {
            ended = &mut task => match ended {
                Ok(outcome) => outcome.map_err(Some),
                Err(e) => {
                    tracing::error!(job = %job.id, kind = %job.name, error = %e, "a job broke");
                    Err(None)
                }
            },
            // what cannot be stopped where it is, is left to itself: it finds out before it has any effect
            () = must_stop(&beat) => Err(None),
        };
        store::failpoint("job-effect-before-done");
        let wrote = outcome.as_mut().ok().and_then(|effect| effect.wrote.take());
        let whole = match (&outcome, wrote) {
            (Ok(effect), Some(tx)) => Some(self.whole(tx, &job, &beat, effect).await),
            _ => None,
        };
        let over = matches!(whole, Some(Ok(())));
        if let Some(Err(e)) = whole {
            outcome = Err(Some(e));
        }
        for wait in [1, 2, 4, 0].into_iter().take_while(|_| !over) {
            match self.end(&job, &beat, &outcome).await {
                Ok(()) => break,
                Err(Error::Store(store::Error::LeaseLost { .. })) => {
                    tracing::info!(job = %job.id, "another worker has this job now");
                    break;
                }
                Err(e) => {
                    tracing::warn!(job = %job.id, error = %e, "the end of a job could not be written down");
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                }
            }
        }
        self.held().remove(&job.id);
        if let Err(e) = export::settle(&self.app, &job.id).await {
            tracing::warn!(job = %job.id, error = %e, "the file of a job goes with the next sweep");
        }
        self.app.jobs.pulse();
    }

    /// Commits what a job wrote together with its end, unless it was to stop.
    async fn whole(&self, mut tx: Tx, job: &Job, beat: &Beat, effect: &Effect) -> Result<()> {
        if self.done(&mut tx, job, beat, effect).await? {
            beat.stop(Why::Cancelled);
            return Err(Error::Internal("the job was stopped".into()));
        }
        Ok(tx.commit().await?)
    }

    /// Writes down that a job is done; was it asked to stop?
    async fn done(&self, tx: &mut Tx, job: &Job, beat: &Beat, effect: &Effect) -> Result<bool> {
        let ((done, total), worker, now) = (beat.told(), self.worker.as_str(), self.app.clock.now());
        let unit = job.unit.as_deref().unwrap_or_default();
        let asked = job::progress(&mut *tx, job, worker, done, total, unit, Instant(now.0 + LEASE)).await?;
        job::done(&mut *tx, job, worker, now, effect.result.as_ref()).await?;
        job::follow(&mut *tx, job, &self.app.new_id("job"), now).await?;
        if let Some(note) = &effect.note {
            audit::append(&self.app, tx, note).await?;
        }
        Ok(asked)
    }

    /// Writes down how a job ended: what it did and that it is done in one transaction, so that a lost lease undoes both.
    async fn end(&self, job: &Job, beat: &Beat, outcome: &Result<Effect, Option<Error>>) -> Result<()> {
        let (store, worker, now) = (&self.app.store, self.worker.as_str(), self.app.clock.now());
        let e = match outcome {
            Ok(effect) => {
                let mut tx = store.begin().await?;
                // what it did is there already
                self.done(&mut tx, job, beat, effect).await?;
                return Ok(tx.commit().await?);
            }
            Err(e) => e,
        };
        match (beat.why(), e) {
            (Some(Why::Lost), _) => {}
            (Some(Why::Cancelled), _) => job::stopped(store, job, worker, now).await?,
            (Some(Why::Closing), _) => job::release(store, job, worker).await?,
            (None, Some(e)) => {
                tracing::warn!(job = %job.id, kind = %job.name, attempt = job.attempts, error = %e, "a job failed");
                let kept = JobProblem::of(e).kept();
                if hopeless(e) {
                    job::fail(store, job, worker, now, &kept).await?;
                } else {
                    job::retry(store, job, worker, now, &kept).await?;
                }
            }
            (None, None) => {
                let state = job::retry(store, job, worker, now, &JobProblem::broke().kept()).await?;
                if state == State::Dead {
                    tracing::error!(job = %job.id, kind = %job.name, "a job broke on every attempt and is not tried again");
                }
            }
        }
        Ok(())
    }
}
