//! `/duplicates`: customers who may be one, side by side, and what somebody decides of them.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::{
    jobs::view::JobView,
    merging::{
        merges,
        queue::{self, Asking, BulkDraft, BulkMade, CandidateDetail, CandidatePage, CustomerDuplicates, DecisionDraft, DecisionMade},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which pairs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DuplicatesQuery {
    /// `open`, `later`, `distinct` or `merged`; absent = `open`
    pub state: Option<String>,
    /// `person` or `organisation`; absent = both
    pub kind: Option<String>,
    /// at least so probable, 0–1
    pub from: Option<f64>,
    /// and less than this, 0–1
    pub below: Option<f64>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
}

/// Customers who may be one
///
/// Pairs, the most probable first, each with what every field said. No value of a field is in it.
#[utoipa::path(get, path = "/duplicates", tag = "work", params(DuplicatesQuery),
    responses((status = 200, body = CandidatePage), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<DuplicatesQuery>) -> Result<Json<CandidatePage>> {
    let asking = Asking { state: q.state, kind: q.kind, from: q.from, below: q.below };
    Ok(Json(queue::list(&ctx.app, scope.sight, &asking, q.cursor.as_deref(), paging::limit(q.limit)? as u32).await?))
}

/// Which two.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// `cus_…`
    pub a: String,
    /// `cus_…`
    pub b: String,
}

/// Any two customers side by side
///
/// Whether they were found or not: before they are merged by hand. The pair has no id where they were not.
#[utoipa::path(get, path = "/duplicates/compare", tag = "work", params(CompareQuery),
    responses((status = 200, body = CandidateDetail), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn compare(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<CompareQuery>) -> Result<Json<CandidateDetail>> {
    Ok(Json(queue::compare(&ctx.app, scope.sight, &q.a, &q.b).await?))
}

/// A pair, both customers side by side
#[utoipa::path(get, path = "/duplicates/{id}", tag = "work", params(("id" = String, Path,)),
    responses((status = 200, body = CandidateDetail), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<CandidateDetail>> {
    Ok(Json(queue::show(&ctx.app, scope.sight, &id).await?))
}

/// Decide of a pair
///
/// `merge` makes one customer of the two, `distinct` never proposes them again unless what was compared changes, `later` puts them
/// aside, `open` puts them back. The same again changes nothing.
#[utoipa::path(post, path = "/duplicates/{id}/decision", tag = "work", request_body = DecisionDraft, params(("id" = String, Path,)),
    responses((status = 200, body = DecisionMade), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn decide(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<DecisionDraft>) -> Result<Json<DecisionMade>> {
    Ok(Json(queue::decide(&ctx.app, &scope.by(), &id, &draft).await?))
}

/// Merge every pair from a probability on
///
/// In one step, at most 2,000 pairs, of which `POST /merges/{batch}/undo` takes all back.
#[utoipa::path(post, path = "/duplicates/merge", tag = "work", request_body = BulkDraft,
    responses((status = 200, body = BulkMade), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn merge_all(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<BulkDraft>) -> Result<Json<BulkMade>> {
    Ok(Json(queue::merge_all(&ctx.app, &scope.by(), &draft).await?))
}

/// Look for duplicates now
///
/// Otherwise every night and after every import. While it is under way the same again is the same job.
#[utoipa::path(post, path = "/duplicates/search", tag = "work",
    responses((status = 202, body = JobView)))]
pub async fn search(State(ctx): State<Ctx>, scope: Scope) -> Result<(StatusCode, Json<JobView>)> {
    Ok((StatusCode::ACCEPTED, Json(merges::search(&ctx.app, &scope.viewer()).await?)))
}

/// Who a customer may be one with, and whom they are made of
#[utoipa::path(get, path = "/customers/{id}/duplicates", tag = "work", params(("id" = String, Path,)),
    responses((status = 200, body = CustomerDuplicates), (status = 404, body = Problem)))]
pub async fn of_customer(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<CustomerDuplicates>> {
    Ok(Json(queue::of_customer(&ctx.app, scope.sight, &id).await?))
}
