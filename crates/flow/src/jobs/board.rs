//! What this process knows of jobs: that something changed, and, while anybody looks on, how every recent job stands. Jobs of other
//! processes are seen by looking once a second.

use crate::{Result, app::App};
use domain::clock::Instant;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::{import::Status, job::Job};
use tokio::sync::watch;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(1);
/// Changes that follow one another closely are seen together.
const CALM: Duration = Duration::from_millis(120);
/// How long a finished job is looked at.
const RECENT: i64 = 24 * 3_600_000_000;
/// The most that is looked at.
const MOST: u32 = 500;

/// An import's long step that this process does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `imp_…`
    pub import: String,
    /// names of its files
    pub files: Vec<String>,
    /// its rows are being committed, not checked
    pub commits: bool,
    /// bytes read, of how many
    pub bytes: (u64, u64),
}

/// What was seen at a look.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// open jobs and those finished lately, newest first
    pub jobs: Vec<Job>,
    /// long steps of imports in this process
    pub steps: Vec<Step>,
}

/// What this process knows of jobs.
#[derive(Debug)]
pub struct Board {
    pulse: watch::Sender<u64>,
    seen: watch::Sender<Arc<Seen>>,
    looking: AtomicBool,
}

impl Default for Board {
    fn default() -> Self {
        Board { pulse: watch::Sender::new(0), seen: watch::Sender::default(), looking: AtomicBool::new(false) }
    }
}

impl Board {
    /// Says that something changed: a job was enqueued, went on, ended.
    pub fn pulse(&self) {
        self.pulse.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Hears of changes.
    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.pulse.subscribe()
    }

    /// Looks on from now: the receiver is told whenever something looks different.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn watch(app: &Arc<App>) -> Result<watch::Receiver<Arc<Seen>>> {
        let receiver = app.jobs.seen.subscribe();
        let now = look(app).await?;
        app.jobs.show(now);
        if !app.jobs.looking.swap(true, Ordering::SeqCst) {
            tokio::spawn(look_on(Arc::clone(app)));
        }
        Ok(receiver)
    }

    fn show(&self, now: Seen) {
        self.seen.send_if_modified(|seen| {
            let differs = **seen != now;
            if differs {
                *seen = Arc::new(now);
            }
            differs
        });
    }
}

/// Looks until nobody looks on any more.
async fn look_on(app: Arc<App>) {
    let mut pulse = app.jobs.listen();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = pulse.changed() => tokio::time::sleep(CALM).await,
        }
        pulse.mark_unchanged();
        if app.jobs.seen.receiver_count() == 0 {
            app.jobs.looking.store(false, Ordering::SeqCst);
            if app.jobs.seen.receiver_count() == 0 || app.jobs.looking.swap(true, Ordering::SeqCst) {
                return;
            }
        }
        match look(&app).await {
            Ok(now) => app.jobs.show(now),
            Err(e) => tracing::warn!(error = %e, "the jobs could not be looked at"),
        }
    }
}

async fn look(app: &App) -> Result<Seen> {
    let settings = app.settings();
    let after = Instant(app.clock.now().0 - RECENT);
    let jobs = store::job::recent(&app.store, &settings.id, after, MOST).await?;
    let mut steps = Vec::new();
    for (id, progress) in app.imports.under_way() {
        if let Some(import) = store::import::get(&app.store, &id).await? {
            let commits = import.status == Status::Committing;
            steps.push(Step { import: id, files: crate::ingest::view::names(&import.files), commits, bytes: progress.bytes() });
        }
    }
    Ok(Seen { jobs, steps })
}
