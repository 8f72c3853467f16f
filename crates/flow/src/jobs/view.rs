//! Jobs as people see them: their own, or everybody's for whoever oversees the business.

use super::{JobProblem, Kind, board::{Seen, Step}, export::{self, ExportView}, schedule::SCHEDULES};
use crate::{Error, Result, app::App, audit, everything::Compared, objects::import::{self, job::RecordsBrought}, paging, sight};
use domain::{
    Day, Label,
    access::{Permission, Permissions, Sight},
    audit::{Action, Actor},
    clock::Instant,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::job::{self, Job, State};
use utoipa::ToSchema;

/// Who looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// who they are
    pub actor: Actor,
    /// what they may
    pub permissions: Permissions,
    /// answers for the business
    pub owner: bool,
}

impl Viewer {
    /// How much of people they see.
    pub fn sight(&self) -> Sight {
        self.permissions.sight()
    }

    fn sees(&self, app: &App, job: &Job) -> bool {
        job.workspace == app.settings().id && (job.actor == self.actor.id || self.permissions.has(Kind::SEES))
    }

    fn governs(&self, job: &Job) -> bool {
        let own = job.actor == self.actor.id && Kind::parse(&job.name).is_some_and(|k| self.permissions.has(k.needs()));
        own || self.permissions.has(Kind::GOVERNS)
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// waits for its turn
    Queued,
    /// under way
    Running,
    /// finished
    Done,
    /// given up; somebody must look
    Dead,
    /// stopped by a person
    Cancelled,
}

impl From<State> for JobState {
    fn from(s: State) -> JobState {
        match s {
            State::Queued => JobState::Queued,
            State::Running => JobState::Running,
            State::Done => JobState::Done,
            State::Dead => JobState::Dead,
            State::Cancelled => JobState::Cancelled,
        }
    }
}

impl From<JobState> for State {
    fn from(s: JobState) -> State {
        match s {
            JobState::Queued => State::Queued,
            JobState::Running => State::Running,
            JobState::Done => State::Done,
            JobState::Dead => State::Dead,
            JobState::Cancelled => State::Cancelled,
        }
    }
}

/// Who asked for a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobActor {
    /// `usr_…`, `server`, `cli`
    pub id: String,
    /// display name, if it is a person
    pub name: Option<String>,
}

/// A job.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// `job_…`; in the stream also `imp_…`, an import's long step
    pub id: String,
    /// `export`, `sample`, `records`, `refresh`, `roll`, `sweep`, `tidy`; in the stream also `import_check`, `import_commit`
    pub kind: String,
    /// where it stands
    pub state: JobState,
    /// nobody waits for it
    pub quiet: bool,
    /// the reader asked for it
    pub mine: bool,
    /// who did
    pub actor: Option<JobActor>,
    /// so much is done
    pub done: u64,
    /// of so much; 0 = not known
    pub total: u64,
    /// what is counted: `rows`, `bytes`
    pub unit: Option<String>,
    /// about how many seconds are left
    pub seconds_left: Option<u64>,
    /// it was asked to stop and will
    pub stopping: bool,
    /// tries so far
    pub attempts: u32,
    /// tries allowed
    pub max_attempts: u32,
    /// when it is tried again, RFC 3339
    pub next_try_at: Option<String>,
    /// why it failed last
    pub problem: Option<JobProblem>,
    /// what is exported, if it is an export
    pub export: Option<ExportView>,
    /// how it came in, if it is everything of a business
    pub arrival: Option<Compared>,
    /// what a file of records comes to, if it is one
    pub records: Option<RecordsBrought>,
    /// names of the files, if it is an import
    pub files: Vec<String>,
    /// may the reader stop it?
    pub can_cancel: bool,
    /// may the reader have it run again?
    pub can_retry: bool,
    /// may the reader take its file?
    pub can_download: bool,
    /// asked for, RFC 3339
    pub created_at: Option<String>,
    /// begun
    pub started_at: Option<String>,
    /// over
    pub finished_at: Option<String>,
}

/// A page of jobs, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobPage {
    /// the page
    pub items: Vec<JobView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// A schedule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScheduleView {
    /// which kind of job it makes
    pub key: String,
    /// `HH:MM` in the business's time zone, every day
    pub time: String,
    /// when it is due next, RFC 3339
    pub next_at: String,
    /// the slot it took last
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Day>,
    /// when
    pub last_at: Option<String>,
    /// the job that did it
    pub last_job: Option<JobView>,
}

/// A job as somebody sees it.
pub fn of(app: &App, who: &Viewer, job: &Job) -> JobView {
    let kind = Kind::parse(&job.name);
    let (open, now) = (matches!(job.state, State::Queued | State::Running), app.clock.now());
    let count = |n: i64| n.max(0) as u64;
    let governs = who.governs(job);
    let export = (kind == Some(Kind::Export)).then(|| export::shown(app, job)).flatten();
    let records = (kind == Some(Kind::Records)).then(|| import::job::shown(job)).flatten();
    let waits = job.state == State::Queued && job.attempts > 0 && job.run_at > now;
    JobView {
        id: job.id.clone(),
        kind: job.name.clone(),
        state: job.state.into(),
        quiet: kind.is_none_or(Kind::quiet),
        mine: job.actor == who.actor.id,
        actor: Some(JobActor { id: job.actor.clone(), name: job.actor_name.clone() }),
        done: count(job.done),
        total: count(job.total),
        unit: job.unit.clone().filter(|u| !u.is_empty()),
        seconds_left: job.started_at.filter(|_| job.state == State::Running).and_then(|at| left(at, now, job.done, job.total)),
        stopping: open && job.cancel,
        attempts: job.attempts,
        max_attempts: job.max_attempts,
        next_try_at: waits.then(|| job.run_at.rfc3339()),
        problem: job.error.as_deref().filter(|_| job.state != State::Done).map(JobProblem::read),
        files: records.iter().map(|r| sight::text(who.sight(), r.name.clone())).collect(),
        records: records.map(|r| r.brought),
        can_cancel: open && !job.cancel && governs,
        can_retry: matches!(job.state, State::Dead | State::Cancelled) && governs && kind.is_some_and(|k| !k.once()),
        can_download: export.as_ref().is_some_and(|e| {
            e.available && (job.actor == who.actor.id || who.owner) && (e.everything.is_none() || who.permissions.has(Permission::SettingsWrite)) && who.permissions.has(Permission::ExportTake) && (e.masked == Some(true) || !who.sight().is_masked())
        }),
        export,
        arrival: super::everything::arrived(job),
        created_at: Some(job.created_at.rfc3339()),
        started_at: job.started_at.map(Instant::rfc3339),
        finished_at: job.finished_at.map(Instant::rfc3339),
    }
}

/// At the pace so far; not told before there is a pace.
fn left(begun: Instant, now: Instant, done: i64, total: i64) -> Option<u64> {
    let (elapsed, rest) = (now.0 - begun.0, total - done);
    if done <= 0 || rest < 0 || elapsed < 1_000_000 {
        return None;
    }
    u64::try_from(i128::from(elapsed) * i128::from(rest) / i128::from(done) / 1_000_000).ok()
}

/// An import's long step as whoever may import sees it.
fn step(who: &Viewer, s: &Step) -> JobView {
    JobView {
        id: s.import.clone(),
        kind: if s.commits { "import_commit" } else { "import_check" }.to_owned(),
        state: JobState::Running,
        quiet: false,
        mine: false,
        actor: None,
        done: s.bytes.0,
        total: s.bytes.1,
        unit: Some("bytes".to_owned()),
        seconds_left: None,
        stopping: false,
        attempts: 1,
        max_attempts: 1,
        next_try_at: None,
        problem: None,
        export: None,
        arrival: None,
        records: None,
        files: s.files.clone(),
        can_cancel: !s.commits && who.permissions.has(Permission::ImportsWrite),
        can_retry: false,
        can_download: false,
        created_at: None,
        started_at: None,
        finished_at: None,
    }
}

/// What somebody sees of what was seen, by id.
pub fn seen(app: &App, who: &Viewer, seen: &Seen) -> BTreeMap<String, JobView> {
    let steps = seen.steps.iter().filter(|_| who.permissions.has(Permission::ImportsWrite)).map(|s| step(who, s));
    let jobs = seen.jobs.iter().filter(|j| who.sees(app, j)).map(|j| of(app, who, j));
    jobs.chain(steps).map(|v| (v.id.clone(), v)).collect()
}

/// Which jobs of the history.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// in this state
    pub state: Option<JobState>,
    /// of this kind
    pub kind: Option<&'a str>,
    /// only the reader's own
    pub mine: bool,
}

/// A page of the history.
///
/// # Errors
/// `job.kind`, `request.cursor`; when the store refuses.
pub async fn page(app: &App, who: &Viewer, wanted: Wanted<'_>, cursor: Option<&str>, limit: u32) -> Result<JobPage> {
    let kind = wanted.kind.filter(|k| !k.is_empty());
    if let Some(unknown) = kind.filter(|k| Kind::parse(k).is_none()) {
        return Err(Error::Invalid {
            code: "job.kind",
            message: Label::new(format!("没有这种任务：{unknown}"), format!("there is no such kind of job: {unknown}")),
            params: serde_json::json!({ "kind": unknown }),
        });
    }
    let place = |text: &str| {
        let (at, id) = text.split_once('.')?;
        Some((Instant(at.parse().ok()?), id.to_owned()))
    };
    let before = paging::place(cursor, place)?;
    let own = wanted.mine || !who.permissions.has(Kind::SEES);
    let filter = job::Filter { actor: own.then(|| who.actor.id.clone()), state: wanted.state.map(State::from), name: kind.map(str::to_owned) };
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let jobs = job::page(&app.store, &app.settings().id, &filter, before, limit).await?;
    let next_cursor = jobs.last().filter(|_| jobs.len() == limit as usize).map(|j| format!("{}.{}", j.created_at.0, j.id));
    Ok(JobPage { items: jobs.iter().map(|j| of(app, who, j)).collect(), next_cursor })
}

async fn find(app: &App, who: &Viewer, id: &str) -> Result<Job> {
    let job = job::get(&app.store, id).await?.filter(|j| who.sees(app, j));
    job.ok_or_else(|| Error::not_found("job", id))
}

/// One job.
///
/// # Errors
/// `job.not_found`; when the store refuses.
pub async fn get(app: &App, who: &Viewer, id: &str) -> Result<JobView> {
    Ok(of(app, who, &find(app, who, id).await?))
}

async fn governed(app: &App, who: &Viewer, id: &str) -> Result<Job> {
    let job = find(app, who, id).await?;
    if who.governs(&job) {
        return Ok(job);
    }
    Err(Error::denied("job.denied", "这是别人的任务，只有管理者可以停止或重试", "this is somebody else's job; only whoever manages the business may stop it or run it again"))
}

/// Stops a job: at once if it waits, soon if it runs.
///
/// # Errors
/// `job.not_found`, `job.denied`, `job.over`; when the store refuses.
pub async fn cancel(app: &App, who: &Viewer, id: &str) -> Result<JobView> {
    let job = governed(app, who, id).await?;
    let mut tx = app.store.begin().await?;
    // as whoever ends a job together with what it wrote
    store::audit::turn(&mut tx).await?;
    if !job::cancel(&mut tx, id, app.clock.now()).await? {
        return Err(Error::conflict("job.over", "任务已经结束，没有什么可停止的", "the job is over; there is nothing to stop"));
    }
    let note = audit::of(app, &who.actor, Action::JobCancelled, id).detail(serde_json::json!({ "kind": job.name }));
    audit::append(app, &mut tx, &note).await?;
    tx.commit().await?;
    export::settle(app, id).await?;
    app.jobs.pulse();
    get(app, who, id).await
}

/// Has a job run again that was given up or stopped.
///
/// # Errors
/// `job.not_found`, `job.denied`, `job.open`, `job.once`; when the store refuses.
pub async fn retry(app: &App, who: &Viewer, id: &str) -> Result<JobView> {
    let job = governed(app, who, id).await?;
    if Kind::parse(&job.name).is_some_and(Kind::once) {
        return Err(Error::conflict("job.once", "文件在任务结束后不再保留，请重新导入", "its file was kept until it was over and no longer; bring it again"));
    }
    let open = || Error::conflict("job.open", "只有失败或已停止的任务可以重试，而且同样的任务不能正在进行", "only a job that failed or was stopped is run again, and not while the same is under way");
    let mut tx = app.store.begin().await?;
    match job::revive(&mut tx, id, app.clock.now()).await {
        Ok(true) => {}
        Ok(false) | Err(store::Error::Taken { .. }) => return Err(open()),
        Err(e) => return Err(e.into()),
    }
    let note = audit::of(app, &who.actor, Action::JobRetried, id).detail(serde_json::json!({ "kind": job.name }));
    audit::append(app, &mut tx, &note).await?;
    tx.commit().await?;
    app.jobs.pulse();
    get(app, who, id).await
}

/// Every schedule with its last and next run.
///
/// # Errors
/// When the store refuses.
pub async fn schedules(app: &App, who: &Viewer) -> Result<Vec<ScheduleView>> {
    let (settings, now) = (app.settings(), app.clock.now());
    let last = store::schedule::last(&app.store, &settings.id).await?;
    let mut all = Vec::new();
    for s in SCHEDULES {
        let taken = last.iter().find(|t| t.schedule == s.kind.key());
        let last_job = match taken {
            Some(t) => job::get(&app.store, &t.job).await?.map(|j| of(app, who, &j)),
            None => None,
        };
        all.push(ScheduleView {
            key: s.kind.key().to_owned(),
            time: s.time(),
            next_at: s.next(&settings.zone, now).rfc3339(),
            last_day: taken.map(|t| t.day),
            last_at: taken.map(|t| t.at.rfc3339()),
            last_job,
        });
    }
    Ok(all)
}
