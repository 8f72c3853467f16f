//! `/jobs`: what goes on in the background, as a history, one by one, and as a stream while it happens; `/schedules`.

use crate::{
    ctx::Ctx,
    error::{Problem, Result},
    extract::{Json, Path, Query},
    paging,
    scope::{self, Scope},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response, sse::{Event, KeepAlive, Sse}},
};
use domain::access::Role;
use flow::jobs::{
    Board, Seen,
    view::{self, JobPage, JobState, JobView, ScheduleView, Viewer, Wanted},
};
use futures::{Stream, stream};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};
use tokio::{sync::watch, time::{Interval, MissedTickBehavior, interval}};
use utoipa::{IntoParams, ToSchema};

/// How often it is asked whether somebody who looks on still may.
const STILL: Duration = Duration::from_secs(2);
/// A word so often keeps proxies from closing a stream on which nothing happens.
const ALIVE: Duration = Duration::from_secs(15);

impl Scope {
    /// Who looks at jobs.
    pub fn viewer(&self) -> Viewer {
        Viewer { actor: self.actor(), permissions: self.permissions, owner: self.role == Role::Owner }
    }
}

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// only in this state
    pub state: Option<JobState>,
    /// only of this kind: `export`, `sample`, `records`, `carry`, `refresh`, `roll`, `sweep`, `tidy`, `announce`, `seal`
    pub kind: Option<String>,
    /// only those the reader asked for
    pub mine: Option<bool>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// Schedules.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Schedules {
    /// all of them
    pub items: Vec<ScheduleView>,
}

/// An event of the stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobEvent {
    /// `jobs`, `job` or `over`
    event: String,
    /// JSON: all jobs, one, or nothing
    data: String,
}

/// What went on in the background
///
/// Newest first: one's own jobs; everybody's for whoever may read the audit log.
#[utoipa::path(get, path = "/jobs", tag = "job", params(JobQuery),
    responses((status = 200, body = JobPage), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<JobQuery>) -> Result<Json<JobPage>> {
    let wanted = Wanted { state: q.state, kind: q.kind.as_deref(), mine: q.mine.unwrap_or(false) };
    let limit = paging::limit(q.limit)? as u32;
    Ok(Json(view::page(&ctx.app, &scope.viewer(), wanted, q.cursor.as_deref(), limit).await?))
}

/// One job
#[utoipa::path(get, path = "/jobs/{id}", tag = "job", params(("id" = String, Path,)),
    responses((status = 200, body = JobView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<JobView>> {
    Ok(Json(view::get(&ctx.app, &scope.viewer(), &id).await?))
}

/// Stop a job
///
/// One that waits is stopped at once, one that runs soon; nothing of it is left.
#[utoipa::path(post, path = "/jobs/{id}/cancel", tag = "job", params(("id" = String, Path,)),
    responses((status = 200, body = JobView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn cancel(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<JobView>> {
    Ok(Json(view::cancel(&ctx.app, &scope.viewer(), &id).await?))
}

/// Run a job again that was given up or stopped
#[utoipa::path(post, path = "/jobs/{id}/retry", tag = "job", params(("id" = String, Path,)),
    responses((status = 200, body = JobView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn retry(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<JobView>> {
    Ok(Json(view::retry(&ctx.app, &scope.viewer(), &id).await?))
}

/// What is done every day
#[utoipa::path(get, path = "/schedules", tag = "job", responses((status = 200, body = Schedules)))]
pub async fn schedules(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<Schedules>> {
    Ok(Json(Schedules { items: view::schedules(&ctx.app, &scope.viewer()).await? }))
}

/// Look on while it happens
///
/// Server-sent events. `jobs` holds every job that is open or finished within a day (`{"items": […]}`), first of all and again when
/// what the reader may see changes; `job` holds one that changed. The stream ends with `over` when the reader may no longer look on.
#[utoipa::path(get, path = "/jobs/events", tag = "job",
    responses((status = 200, description = "a stream of events", body = JobEvent, content_type = "text/event-stream")))]
pub async fn events(State(ctx): State<Ctx>, scope: Scope, headers: HeaderMap) -> Result<Response> {
    let seen = Board::watch(&ctx.app).await?;
    let mut still = interval(STILL);
    still.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let closing = ctx.closing.subscribe();
    let onlooker = Onlooker { ctx, viewer: scope.viewer(), headers, seen, closing, still, told: None, waiting: Vec::new(), over: false };
    let stream = Sse::new(onlooker.events()).keep_alive(KeepAlive::new().interval(ALIVE));
    // proxies that gather answers would keep events to themselves
    Ok(([(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))], stream).into_response())
}

/// Somebody who looks on.
struct Onlooker {
    ctx: Ctx,
    viewer: Viewer,
    headers: HeaderMap,
    seen: watch::Receiver<Arc<Seen>>,
    closing: watch::Receiver<bool>,
    still: Interval,
    /// each job as it was told last
    told: Option<BTreeMap<String, String>>,
    waiting: Vec<Event>,
    over: bool,
}

impl Onlooker {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut me| async move {
            let event = me.next().await?;
            Some((Ok(event), me))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Some(event);
            }
            if self.over || *self.closing.borrow() {
                return None;
            }
            if self.told.is_none() {
                self.look();
                continue;
            }
            tokio::select! {
                changed = self.seen.changed() => {
                    changed.ok()?;
                    self.look();
                }
                _ = self.closing.changed() => return None,
                _ = self.still.tick() => self.ask().await,
            }
        }
    }

    /// Tells what looks different from before.
    fn look(&mut self) {
        let seen = Arc::clone(&self.seen.borrow_and_update());
        let now = view::seen(&self.ctx.app, &self.viewer, &seen);
        let text = |v: &JobView| serde_json::to_string(v).unwrap_or_default();
        let texts: BTreeMap<String, String> = now.iter().map(|(id, v)| (id.clone(), text(v))).collect();
        let gone = |told: &BTreeMap<String, String>| told.keys().any(|id| !texts.contains_key(id));
        match self.told.as_ref() {
            Some(told) if !gone(told) => {
                let fresh = texts.iter().rev().filter(|(id, text)| told.get(*id) != Some(text));
                self.waiting = fresh.map(|(_, text)| Event::default().event("job").data(text.as_str())).collect();
            }
            _ => {
                let all: Vec<&str> = texts.values().map(String::as_str).collect();
                self.waiting = vec![Event::default().event("jobs").data(format!("{{\"items\":[{}]}}", all.join(",")))];
            }
        }
        self.told = Some(texts);
    }

    /// May they still look on, and see what they saw?
    async fn ask(&mut self) {
        match scope::still(&self.ctx, &self.headers).await {
            // another page is shown to whoever looks as somebody else by now
            Ok(Some(scope)) if scope.permissions.has(domain::access::Permission::BaseRead) && scope.member.user == self.viewer.actor.id => {
                if scope.viewer() != self.viewer {
                    self.viewer = scope.viewer();
                    self.told = None;
                }
            }
            Ok(_) => {
                self.waiting = vec![Event::default().event("over").data("{}")];
                self.over = true;
            }
            Err(e) => tracing::warn!(error = %e, "it could not be asked whether somebody may still look on"),
        }
    }
}

