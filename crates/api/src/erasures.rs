//! `/erasures`: people taken out for good, and the receipts of it.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::erasure::{self, ErasureDraft, ErasurePage, ErasurePlan, ErasureView};

/// What erasing a customer would remove and keep
///
/// Counted exactly, by doing it and taking it back; nothing is changed.
#[utoipa::path(get, path = "/customers/{id}/erasure", tag = "erasure", params(("id" = String, Path,)),
    responses((status = 200, body = ErasurePlan), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn plan(State(ctx): State<Ctx>, _scope: Scope, Path(id): Path<String>) -> Result<Json<ErasurePlan>> {
    Ok(Json(erasure::plan(&ctx.app, &id).await?))
}

/// Erase a customer for good
///
/// Done in the background: the answer's `state` becomes `erased` and then `done`. Asked again meanwhile, it is the same erasure. What only
/// tells of the person goes from everywhere; orders stay as amounts under a number that leads to nobody.
#[utoipa::path(post, path = "/customers/{id}/erasure", tag = "erasure", params(("id" = String, Path,)), request_body = ErasureDraft,
    responses((status = 202, body = ErasureView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<ErasureDraft>) -> Result<(StatusCode, Json<ErasureView>)> {
    Ok((StatusCode::ACCEPTED, Json(erasure::ask(&ctx.app, &scope.by(), &id, &draft).await?)))
}

/// Erasures, newest first
#[utoipa::path(get, path = "/erasures", tag = "erasure", params(paging::Paging),
    responses((status = 200, body = ErasurePage), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, _scope: Scope, Query(q): Query<paging::Paging>) -> Result<Json<ErasurePage>> {
    Ok(Json(erasure::list(&ctx.app, q.cursor.as_deref(), paging::limit(q.limit)? as u32).await?))
}

/// The receipt of an erasure
///
/// What was removed where, with counts, what is kept and on what ground, and what it cannot promise.
#[utoipa::path(get, path = "/erasures/{id}", tag = "erasure", params(("id" = String, Path,)),
    responses((status = 200, body = ErasureView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, _scope: Scope, Path(id): Path<String>) -> Result<Json<ErasureView>> {
    Ok(Json(erasure::get(&ctx.app, &id).await?))
}

/// Let an erased person be a customer again
///
/// Imports leave out rows with their identifiers until then. From then on such rows make somebody new; what was erased stays erased.
#[utoipa::path(post, path = "/erasures/{id}/lift", tag = "erasure", params(("id" = String, Path,)),
    responses((status = 200, body = ErasureView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn lift(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<ErasureView>> {
    Ok(Json(erasure::lift(&ctx.app, &scope.by(), &id).await?))
}
