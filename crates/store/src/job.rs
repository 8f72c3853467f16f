//! Jobs: work that outlives a request. Enqueued in the transaction of the change that caused it, claimed with a lease, run
//! at least once, retried with back-off, dead-lettered in the open. Safe to run twice is the job's own duty.
//!
//! Attempts are counted when a job is claimed, so that one which takes the process down with it runs out of attempts, too. Clocks
//! may jump: what was to run at once runs at once, and a lease or a back-off that lies too far ahead counts from now.

use crate::{Access, Error, Result, Store, failpoint};
use domain::{audit::Actor, clock::Instant};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// waits for its time and a worker
    Queued,
    /// a worker has it
    Running,
    /// finished
    Done,
    /// given up; a person must look
    Dead,
    /// stopped by a person
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] = [State::Queued, State::Running, State::Done, State::Dead, State::Cancelled];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Running => "running",
            State::Done => "done",
            State::Dead => "dead",
            State::Cancelled => "cancelled",
        }
    }

    fn parse(text: &str) -> State {
        match text {
            "queued" => State::Queued,
            "running" => State::Running,
            "done" => State::Done,
            "cancelled" => State::Cancelled,
            _ => State::Dead,
        }
    }
}

/// A job to be enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// `job_…`
    pub id: String,
    /// which code runs it
    pub name: String,
    /// at most one open job has this key; a second is not enqueued
    pub unique_key: Option<String>,
    /// its arguments
    pub payload: serde_json::Value,
    /// not before
    pub run_at: Instant,
    /// smaller first
    pub priority: i64,
    /// tries before it is dead
    pub max_attempts: u32,
    /// whose business it is for; empty before there is one
    pub workspace: String,
    /// who asked for it: `usr_…`, `server`, `cli`
    pub actor: String,
    /// the API token they used, `tok_…`
    pub token: Option<String>,
    /// how much there is to do, if it is known
    pub total: i64,
    /// what is counted
    pub unit: Option<String>,
}

impl NewJob {
    /// A job of the server itself to run at once, five tries.
    pub fn new(id: String, name: &str, payload: serde_json::Value, now: Instant) -> NewJob {
        NewJob {
            id,
            name: name.to_owned(),
            unique_key: None,
            payload,
            run_at: now,
            priority: 0,
            max_attempts: 5,
            workspace: String::new(),
            actor: "server".to_owned(),
            token: None,
            total: 0,
            unit: None,
        }
    }

    /// For a business, asked for by somebody.
    pub fn by(self, workspace: &str, actor: &Actor) -> NewJob {
        NewJob { workspace: workspace.to_owned(), actor: actor.id.clone(), token: actor.token.clone(), ..self }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// `job_…`
    pub id: String,
    /// which code runs it
    pub name: String,
    /// its arguments
    pub payload: serde_json::Value,
    /// where it stands
    pub state: State,
    /// claims so far
    pub attempts: u32,
    /// claims allowed
    pub max_attempts: u32,
    /// not before
    pub run_at: Instant,
    /// a person asked it to stop
    pub cancel: bool,
    /// progress
    pub done: i64,
    /// of
    pub total: i64,
    /// what is counted
    pub unit: Option<String>,
    /// why it failed last
    pub error: Option<String>,
    /// what it answered
    pub result: Option<serde_json::Value>,
    /// enqueued
    pub created_at: Instant,
    /// claimed last
    pub started_at: Option<Instant>,
    /// done, dead or cancelled
    pub finished_at: Option<Instant>,
    /// whose business it is for
    pub workspace: String,
    /// who asked for it
    pub actor: String,
    /// their name, if it is a person
    pub actor_name: Option<String>,
    /// the API token they used
    pub token: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    payload: String,
    state: String,
    attempts: i64,
    max_attempts: i64,
    run_at: i64,
    cancel: bool,
    done: i64,
    total: i64,
    unit: Option<String>,
    error: Option<String>,
    result: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    workspace: String,
    actor: String,
    actor_name: Option<String>,
    token: Option<String>,
}

fn job(r: Row) -> Result<Job> {
    Ok(Job {
        payload: serde_json::from_str(&r.payload)?,
        result: r.result.as_deref().map(serde_json::from_str).transpose()?,
        state: State::parse(&r.state),
        id: r.id,
        name: r.name,
        attempts: r.attempts.max(0) as u32,
        max_attempts: r.max_attempts.max(0) as u32,
        run_at: Instant(r.run_at),
        cancel: r.cancel,
        done: r.done,
        total: r.total,
        unit: r.unit,
        error: r.error,
        created_at: Instant(r.created_at),
        started_at: r.started_at.map(Instant),
        finished_at: r.finished_at.map(Instant),
        workspace: r.workspace,
        actor: r.actor,
        actor_name: r.actor_name,
        token: r.token,
    })
}

/// What a job is read from.
macro_rules! columns {
    () => {
        "id, name, payload, state, attempts, max_attempts, run_at, cancel, done, total, unit, error, result, created_at, started_at,
        finished_at, workspace, actor, (SELECT u.name FROM users u WHERE u.id = actor) AS actor_name, token"
    };
}

/// The next job: due, or one whose worker is gone. `$1` now, `$4` the most a back-off may lie ahead, `$5` the last priority taken.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = $2, lease_until = $3, started_at = $1
            WHERE id = (SELECT id FROM jobs
                WHERE priority <= $5 AND ((state = 'running' AND lease_until < $1) OR (state = 'queued'
                    AND (run_at <= $1 OR run_at = created_at OR (attempts > 0 AND run_at > $4))))
                ORDER BY priority, run_at, id LIMIT 1", $lock, ")
            RETURNING ", columns!()
        )
    };
}

statements! {
    ENQUEUE = "INSERT INTO jobs (id, name, unique_key, payload, state, priority, run_at, attempts, max_attempts, created_at,
            workspace, actor, token, total, unit)
        VALUES ($1, $2, $3, $4, 'queued', $5, $6, 0, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    TELL = "UPDATE jobs SET payload = $2 WHERE unique_key = $1 AND state = 'running'";
    FOLLOW = "INSERT INTO jobs (id, name, unique_key, payload, state, priority, run_at, attempts, max_attempts, created_at,
            workspace, actor, total)
        SELECT $2, name, unique_key, $3, 'queued', priority, $4, 0, max_attempts, $4, workspace, 'server', 0
        FROM jobs WHERE id = $1 AND payload = $5";
    GET = concat!("SELECT ", columns!(), " FROM jobs WHERE id = $1");
    LIST = concat!("SELECT ", columns!(), " FROM jobs WHERE state = $1 ORDER BY created_at DESC, id DESC LIMIT $2");
    OPEN = concat!("SELECT ", columns!(), " FROM jobs WHERE unique_key = $1 AND state IN ('queued', 'running')");
    WAITING = "SELECT payload FROM jobs WHERE workspace = $1 AND name = $2 AND state = 'queued' ORDER BY created_at, id LIMIT $3";
    PAGE = concat!("SELECT ", columns!(), " FROM jobs
        WHERE workspace = $1 AND (actor = $2 OR $2 = '') AND (state = $3 OR $3 = '') AND (name = $4 OR $4 = '')
            AND (created_at < $5 OR (created_at = $5 AND id < $6))
        ORDER BY created_at DESC, id DESC LIMIT $7");
    RECENT = concat!("SELECT ", columns!(), " FROM jobs
        WHERE workspace = $1 AND (state IN ('queued', 'running') OR finished_at > $2)
        ORDER BY created_at DESC, id DESC LIMIT $3");
    DUE = "SELECT COUNT(*) FROM jobs
        WHERE priority <= $3 AND ((state = 'running' AND (lease_until < $1 OR lease_until > $4)) OR (state = 'queued'
            AND (run_at <= $1 OR run_at = created_at OR (attempts > 0 AND run_at > $2))))";
    SHORTEN = "UPDATE jobs SET lease_until = $1 WHERE state = 'running' AND lease_until > $2";
    BURY = "UPDATE jobs SET state = 'dead', finished_at = $1, worker = NULL, lease_until = NULL,
            error = COALESCE(error, 'the worker died on every attempt')
        WHERE state = 'running' AND lease_until < $1 AND attempts >= max_attempts";
    PROGRESS = "UPDATE jobs SET done = $4, total = $5, unit = $6, lease_until = $7
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running' RETURNING cancel";
    FINISH = "UPDATE jobs SET state = $4, finished_at = $5, error = $6, result = $7, worker = NULL, lease_until = NULL
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running'";
    RETRY = "UPDATE jobs SET state = 'queued', run_at = $4, error = $5, worker = NULL, lease_until = NULL
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running'";
    RELEASE = "UPDATE jobs SET state = 'queued', attempts = attempts - 1, worker = NULL, lease_until = NULL
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running'";
    CANCEL = "UPDATE jobs SET cancel = $3, state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
            finished_at = CASE WHEN state = 'queued' THEN $2 ELSE finished_at END
        WHERE id = $1 AND state IN ('queued', 'running')";
    REVIVE = "UPDATE jobs SET state = 'queued', run_at = $2, attempts = 0, cancel = $3, finished_at = NULL, error = NULL, done = 0
        WHERE id = $1 AND state IN ('dead', 'cancelled')";
    FORGET = "DELETE FROM jobs WHERE state IN ('done', 'cancelled') AND finished_at < $1";
    FORGET_DEAD = "DELETE FROM jobs WHERE state = 'dead' AND finished_at < $1";
    CLAIM = claim!("");
}

/// The one statement that differs between the engines: PostgreSQL's workers must not wait for one another here.
pub(crate) const CLAIM_POSTGRES: &str = claim!(" FOR UPDATE SKIP LOCKED");

/// Enqueues; false if an open job has the same unique key (or the same id was enqueued before).
pub async fn enqueue(db: impl Access, j: &NewJob, now: Instant) -> Result<bool> {
    let touched = execute!(
        db, ENQUEUE, j.id.as_str(), j.name.as_str(), j.unique_key.as_deref(), j.payload.to_string(), j.priority, j.run_at.0,
        i64::from(j.max_attempts.max(1)), now.0, j.workspace.as_str(), j.actor.as_str(), j.token.as_deref(), j.total,
        j.unit.as_deref(),
    )?;
    Ok(touched == 1)
}

/// What a running job is told that another has to follow, in place of what it was given: only for kinds that are given nothing.
const AGAIN: &str = r#"{"again":true}"#;

/// Enqueues what has to begin after this moment: an open job with its unique key will do where it waits; one that runs, and so may have
/// read already what has changed, is followed by another ([`follow`]). Answers whether it was enqueued.
pub async fn enqueue_behind(store: &Store, j: &NewJob, now: Instant) -> Result<bool> {
    let key = j.unique_key.as_deref().unwrap_or_default();
    for _ in 0..3 {
        if enqueue(store, j, now).await? {
            return Ok(true);
        }
        // one that began in between began late enough; one that ended in between did not
        if execute!(store, TELL, key, AGAIN)? > 0 || open(store, key).await?.is_some() {
            return Ok(false);
        }
    }
    Err(Error::Busy)
}

/// Enqueues the job that follows one that is over and was told so; with its end, in one transaction.
pub async fn follow(db: impl Access, over: &Job, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(db, FOLLOW, over.id.as_str(), id, "{}", now.0, AGAIN)? == 1)
}

/// By id.
pub async fn get(db: impl Access, id: &str) -> Result<Option<Job>> {
    optional!(db, Row, GET, id)?.map(job).transpose()
}

/// The newest of a state.
pub async fn list(db: impl Access, state: State, limit: u32) -> Result<Vec<Job>> {
    rows!(db, Row, LIST, state.key(), i64::from(limit))?.into_iter().map(job).collect()
}

/// The open job with this unique key.
pub async fn open(db: impl Access, unique_key: &str) -> Result<Option<Job>> {
    optional!(db, Row, OPEN, unique_key)?.map(job).transpose()
}

/// What the jobs of a kind that wait were given, the oldest first.
pub async fn waiting(db: impl Access, workspace: &str, name: &str, limit: u32) -> Result<Vec<serde_json::Value>> {
    let all = rows!(db, (String,), WAITING, workspace, name, i64::from(limit))?;
    all.into_iter().map(|(payload,)| Ok(serde_json::from_str(&payload)?)).collect()
}

/// Which jobs of a history; each condition counts if it is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// asked for by this actor
    pub actor: Option<String>,
    /// in this state
    pub state: Option<State>,
    /// of this kind
    pub name: Option<String>,
}

/// The newest `limit` jobs of a business after the place `before` (enqueued, id).
pub async fn page(db: impl Access, workspace: &str, f: &Filter, before: Option<(Instant, &str)>, limit: u32) -> Result<Vec<Job>> {
    let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (at.0, id));
    let (actor, name) = (f.actor.as_deref().unwrap_or_default(), f.name.as_deref().unwrap_or_default());
    let rows = rows!(db, Row, PAGE, workspace, actor, f.state.map_or("", State::key), name, at, id, i64::from(limit))?;
    rows.into_iter().map(job).collect()
}

/// Jobs of a business that are open or finished after an instant, newest first.
pub async fn recent(db: impl Access, workspace: &str, after: Instant, limit: u32) -> Result<Vec<Job>> {
    rows!(db, Row, RECENT, workspace, after.0, i64::from(limit))?.into_iter().map(job).collect()
}

/// Every priority.
pub const ANY: i64 = i64::MAX;

/// Takes the next job that is due for `worker` until `lease_until`, counting the attempt. Jobs whose worker vanished on
/// their last attempt are buried on the way.
pub async fn claim(store: &Store, worker: &str, now: Instant, lease_until: Instant) -> Result<Option<Job>> {
    claim_up_to(store, worker, now, lease_until, ANY).await
}

/// As [`claim`], of jobs up to this priority only: long ones leave a place to those that are not.
pub async fn claim_up_to(store: &Store, worker: &str, now: Instant, lease_until: Instant, priority: i64) -> Result<Option<Job>> {
    let far = now.0.saturating_add(HOUR);
    // no lease is longer than ours; one that seems so was given by a clock that was turned back since
    let long = now.0.saturating_add(lease_until.0.saturating_sub(now.0).saturating_mul(2));
    // most looks find nothing; they must not wait for a writer
    if scalar!(store, i64, DUE, now.0, far, priority, long)? == 0 {
        return Ok(None);
    }
    let mut tx = store.begin().await?;
    execute!(&mut tx, SHORTEN, lease_until.0, long)?;
    execute!(&mut tx, BURY, now.0)?;
    let claim = if store.engine() == "postgres" { CLAIM_POSTGRES } else { CLAIM };
    let row = optional!(&mut tx, Row, claim, now.0, worker, lease_until.0, far, priority)?;
    tx.commit().await?;
    if row.is_some() {
        failpoint("store.job.claimed");
    }
    row.map(job).transpose()
}

/// Notes progress and prolongs the lease; true if a person asked the job to stop. `LeaseLost` if another worker has it.
pub async fn progress(
    db: impl Access,
    job: &Job,
    worker: &str,
    done: i64,
    total: i64,
    unit: &str,
    lease_until: Instant,
) -> Result<bool> {
    let cancel = optional!(
        db, (bool,), PROGRESS, job.id.as_str(), worker, i64::from(job.attempts), done, total, unit, lease_until.0,
    )?;
    cancel.map(|(c,)| c).ok_or_else(|| Error::LeaseLost { job: job.id.clone() })
}

async fn finish(
    db: impl Access,
    job: &Job,
    worker: &str,
    state: State,
    now: Instant,
    error: Option<&str>,
    result: Option<String>,
) -> Result<()> {
    let touched =
        execute!(db, FINISH, job.id.as_str(), worker, i64::from(job.attempts), state.key(), now.0, error, result)?;
    if touched == 1 { Ok(()) } else { Err(Error::LeaseLost { job: job.id.clone() }) }
}

/// The job is done. In the transaction of its effect, so that a lost lease undoes the effect, too.
pub async fn done(
    db: impl Access,
    job: &Job,
    worker: &str,
    now: Instant,
    result: Option<&serde_json::Value>,
) -> Result<()> {
    finish(db, job, worker, State::Done, now, None, result.map(|r| r.to_string())).await
}

/// The job cannot succeed: dead at once.
pub async fn fail(db: impl Access, job: &Job, worker: &str, now: Instant, error: &str) -> Result<()> {
    finish(db, job, worker, State::Dead, now, Some(error), None).await
}

/// The job stopped because a person asked it to.
pub async fn stopped(db: impl Access, job: &Job, worker: &str, now: Instant) -> Result<()> {
    finish(db, job, worker, State::Cancelled, now, None, None).await
}

/// The job failed this time: queued again after a back-off, or dead when its attempts are used up. Answers its new state.
pub async fn retry(db: impl Access, job: &Job, worker: &str, now: Instant, error: &str) -> Result<State> {
    if job.attempts >= job.max_attempts {
        fail(db, job, worker, now, error).await?;
        return Ok(State::Dead);
    }
    let again = now.0.saturating_add(back_off(job.attempts));
    let touched = execute!(db, RETRY, job.id.as_str(), worker, i64::from(job.attempts), again, error)?;
    if touched == 1 { Ok(State::Queued) } else { Err(Error::LeaseLost { job: job.id.clone() }) }
}

/// Gives a job back that was not finished because the process ends: it costs no attempt.
pub async fn release(db: impl Access, job: &Job, worker: &str) -> Result<()> {
    let touched = execute!(db, RELEASE, job.id.as_str(), worker, i64::from(job.attempts))?;
    if touched == 1 { Ok(()) } else { Err(Error::LeaseLost { job: job.id.clone() }) }
}

/// The longest back-off, in microseconds.
const HOUR: i64 = 3_600_000_000;

/// Microseconds to wait after the n-th failed attempt: 2, 4, 8 … seconds, at most an hour.
pub fn back_off(attempts: u32) -> i64 {
    let seconds = 1i64 << attempts.clamp(1, 12);
    (seconds * 1_000_000).min(HOUR)
}

/// Stops a queued job and asks a running one to stop. False if it is over already.
pub async fn cancel(db: impl Access, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(db, CANCEL, id, now.0, true)? == 1)
}

/// Queues a dead or cancelled job again, with fresh attempts.
pub async fn revive(db: impl Access, id: &str, now: Instant) -> Result<bool> {
    let touched = execute!(db, REVIVE, id, now.0, false).map_err(|e| e.taken("job key"))?;
    Ok(touched == 1)
}

/// Forgets jobs that finished well before `before`; dead ones stay.
pub async fn forget(db: impl Access, before: Instant) -> Result<u64> {
    execute!(db, FORGET, before.0)
}

/// Forgets dead jobs that nobody looked after for long.
pub async fn forget_dead(db: impl Access, before: Instant) -> Result<u64> {
    execute!(db, FORGET_DEAD, before.0)
}
