//! `/segments`: versioned sets of customers, and the preview of one under construction.

use crate::{asked::{Anyway, At, Back, Base, Restore}, ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging::Part, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::analysis::{
    segments::{self, Preview, PreviewRequest, SegmentDraft, SegmentView},
    trend::{self, SegmentTrend},
    versions::{self, Versions},
};
use serde::Serialize;
use store::definition::Kind;
use utoipa::ToSchema;

/// All segments.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentList {
    /// by key
    pub items: Vec<SegmentView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// All segments with their present sizes
#[utoipa::path(get, path = "/segments", tag = "segment", params(At, Part), responses((status = 200, body = SegmentList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, Query(at): Query<At>, Query(p): Query<Part>) -> Result<Json<SegmentList>> {
    let (items, next_cursor) = p.of(segments::list(&ctx.app, at.asked()?).await?)?;
    Ok(Json(SegmentList { items, next_cursor }))
}

/// One segment
#[utoipa::path(get, path = "/segments/{key}", tag = "segment", params(At, ("key" = String, Path,)),
    responses((status = 200, body = SegmentView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Path(key): Path<String>, Query(at): Query<At>) -> Result<Json<SegmentView>> {
    Ok(Json(segments::show(&ctx.app, &key, at.asked()?).await?))
}

/// Make a segment
///
/// From a rule (text or tree), or as a snapshot: of named customers, or of everyone a filter of the customer list leaves.
#[utoipa::path(post, path = "/segments", tag = "segment", request_body = SegmentDraft,
    responses((status = 201, body = SegmentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<SegmentDraft>) -> Result<(StatusCode, Json<SegmentView>)> {
    Ok((StatusCode::CREATED, Json(segments::create(&ctx.app, scope.sight, draft, &scope.actor()).await?)))
}

/// Publish the next version of a segment
#[utoipa::path(put, path = "/segments/{key}", tag = "segment", params(Base, ("key" = String, Path,)), request_body = SegmentDraft,
    responses((status = 200, body = SegmentView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(q): Query<Base>, Json(draft): Json<SegmentDraft>) -> Result<Json<SegmentView>> {
    Ok(Json(segments::edit(&ctx.app, scope.sight, &key, draft, q.version, &scope.actor()).await?))
}

/// Take a segment away
///
/// Refused while another definition needs it, and asked about (`anyway`) while a dashboard, a saved view or a webhook names it.
#[utoipa::path(delete, path = "/segments/{key}", tag = "segment", params(Anyway, ("key" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(q): Query<Anyway>) -> Result<StatusCode> {
    segments::remove(&ctx.app, &scope.by(), &key, q.anyway == Some(true)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who a rule would take in
///
/// The exact count, the count of each condition by itself, and ten customers.
#[utoipa::path(post, path = "/segments/preview", tag = "segment", request_body = PreviewRequest,
    responses((status = 200, body = Preview), (status = 422, body = Problem)))]
pub async fn preview(State(ctx): State<Ctx>, scope: Scope, Json(body): Json<PreviewRequest>) -> Result<Json<Preview>> {
    Ok(Json(segments::preview(&ctx.app, scope.sight, body).await?))
}

/// The versions of a segment
///
/// What each changed, who published it, what it would change back, and what uses the segment.
#[utoipa::path(get, path = "/segments/{key}/versions", tag = "segment", params(("key" = String, Path,)),
    responses((status = 200, body = Versions), (status = 404, body = Problem)))]
pub async fn versions(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>) -> Result<Json<Versions>> {
    Ok(Json(versions::list(&ctx.app, &scope.by(), Kind::Segment, &key).await?))
}

/// Put an earlier version of a segment in force again
///
/// As its next version: nothing that was ever in force is rewritten. A segment that was taken away comes back.
#[utoipa::path(post, path = "/segments/{key}/restore", tag = "segment", params(("key" = String, Path,)), request_body = Restore,
    responses((status = 200, body = Versions), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Json(body): Json<Restore>) -> Result<Json<Versions>> {
    Ok(Json(versions::restore(&ctx.app, &scope.by(), Kind::Segment, &key, body.version).await?))
}

/// A segment over time
///
/// Its size on days before, by the definition in force, and who came and went between them. Days that are still being computed
/// are counted in `pending`: ask again.
#[utoipa::path(get, path = "/segments/{key}/trend", tag = "segment", params(At, Back, ("key" = String, Path,)),
    responses((status = 200, body = SegmentTrend), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn trend(State(ctx): State<Ctx>, Path(key): Path<String>, Query(at): Query<At>, Query(back): Query<Back>) -> Result<Json<SegmentTrend>> {
    Ok(Json(trend::of_segment(&ctx.app, &key, back.span(&at)?).await?))
}
