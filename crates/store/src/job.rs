//! Jobs: work that outlives a request. Enqueued in the transaction of the change that caused it, claimed with a lease, run
//! at least once, retried with back-off, dead-lettered in the open. Safe to run twice is the job's own duty.
//!
//! Attempts are counted when a job is claimed, so that one which takes the process down with it runs out of attempts, too.

use crate::{Access, Error, Result, Store, failpoint};
use domain::clock::Instant;

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
    fn key(self) -> &'static str {
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
}

impl NewJob {
    /// A job to run at once, five tries.
    pub fn new(id: String, name: &str, payload: serde_json::Value, now: Instant) -> NewJob {
        NewJob { id, name: name.to_owned(), unique_key: None, payload, run_at: now, priority: 0, max_attempts: 5 }
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
    /// done, dead or cancelled
    pub finished_at: Option<Instant>,
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
    finished_at: Option<i64>,
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
        finished_at: r.finished_at.map(Instant),
    })
}

statements! {
    ENQUEUE = "INSERT INTO jobs (id, name, unique_key, payload, state, priority, run_at, attempts, max_attempts, created_at)
        VALUES ($1, $2, $3, $4, 'queued', $5, $6, 0, $7, $8) ON CONFLICT DO NOTHING";
    GET = "SELECT id, name, payload, state, attempts, max_attempts, run_at, cancel, done, total, unit, error, result,
        created_at, finished_at FROM jobs WHERE id = $1";
    OPEN = "SELECT id, name, payload, state, attempts, max_attempts, run_at, cancel, done, total, unit, error, result,
        created_at, finished_at FROM jobs WHERE unique_key = $1 AND state IN ('queued', 'running')";
    LIST = "SELECT id, name, payload, state, attempts, max_attempts, run_at, cancel, done, total, unit, error, result,
        created_at, finished_at FROM jobs WHERE state = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    BURY = "UPDATE jobs SET state = 'dead', finished_at = $1, worker = NULL, lease_until = NULL,
            error = COALESCE(error, 'the worker died on every attempt')
        WHERE state = 'running' AND lease_until < $1 AND attempts >= max_attempts";
    PROGRESS = "UPDATE jobs SET done = $4, total = $5, unit = $6, lease_until = $7
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running' RETURNING cancel";
    FINISH = "UPDATE jobs SET state = $4, finished_at = $5, error = $6, result = $7, worker = NULL, lease_until = NULL
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running'";
    RETRY = "UPDATE jobs SET state = 'queued', run_at = $4, error = $5, worker = NULL, lease_until = NULL
        WHERE id = $1 AND worker = $2 AND attempts = $3 AND state = 'running'";
    CANCEL = "UPDATE jobs SET cancel = $3, state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
            finished_at = CASE WHEN state = 'queued' THEN $2 ELSE finished_at END
        WHERE id = $1 AND state IN ('queued', 'running')";
    REVIVE = "UPDATE jobs SET state = 'queued', run_at = $2, attempts = 0, cancel = $3, finished_at = NULL
        WHERE id = $1 AND state IN ('dead', 'cancelled')";
    FORGET = "DELETE FROM jobs WHERE state IN ('done', 'cancelled') AND finished_at < $1";
    CLAIM = "UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = $2, lease_until = $3
        WHERE id = (SELECT id FROM jobs
            WHERE (state = 'queued' AND run_at <= $1) OR (state = 'running' AND lease_until < $1)
            ORDER BY priority, run_at, id LIMIT 1)
        RETURNING id, name, payload, state, attempts, max_attempts, run_at, cancel, done, total, unit, error, result,
            created_at, finished_at";
}

/// The one statement that differs between the engines: PostgreSQL's workers must not wait for one another here.
pub(crate) const CLAIM_POSTGRES: &str =
    "UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = $2, lease_until = $3
        WHERE id = (SELECT id FROM jobs
            WHERE (state = 'queued' AND run_at <= $1) OR (state = 'running' AND lease_until < $1)
            ORDER BY priority, run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, name, payload, state, attempts, max_attempts, run_at, cancel, done, total, unit, error, result,
            created_at, finished_at";

/// Enqueues; false if an open job has the same unique key (or the same id was enqueued before).
pub async fn enqueue(db: impl Access, j: &NewJob, now: Instant) -> Result<bool> {
    let touched = execute!(
        db, ENQUEUE, j.id.as_str(), j.name.as_str(), j.unique_key.as_deref(), j.payload.to_string(), j.priority, j.run_at.0,
        i64::from(j.max_attempts.max(1)), now.0,
    )?;
    Ok(touched == 1)
}

/// By id.
pub async fn get(db: impl Access, id: &str) -> Result<Option<Job>> {
    optional!(db, Row, GET, id)?.map(job).transpose()
}

/// The open job with this unique key.
pub async fn open(db: impl Access, unique_key: &str) -> Result<Option<Job>> {
    optional!(db, Row, OPEN, unique_key)?.map(job).transpose()
}

/// The newest of a state.
pub async fn list(db: impl Access, state: State, limit: u32) -> Result<Vec<Job>> {
    rows!(db, Row, LIST, state.key(), i64::from(limit))?.into_iter().map(job).collect()
}

/// Takes the next job that is due for `worker` until `lease_until`, counting the attempt. Jobs whose worker vanished on
/// their last attempt are buried on the way.
pub async fn claim(store: &Store, worker: &str, now: Instant, lease_until: Instant) -> Result<Option<Job>> {
    let mut tx = store.begin().await?;
    execute!(&mut tx, BURY, now.0)?;
    let claim = if store.engine() == "postgres" { CLAIM_POSTGRES } else { CLAIM };
    let row = optional!(&mut tx, Row, claim, now.0, worker, lease_until.0)?;
    tx.commit().await?;
    failpoint("store.job.claimed");
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

/// Microseconds to wait after the n-th failed attempt: 2, 4, 8 … seconds, at most an hour.
pub fn back_off(attempts: u32) -> i64 {
    let seconds = 1i64 << attempts.clamp(1, 12);
    seconds.min(3_600) * 1_000_000
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
