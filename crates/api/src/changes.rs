//! `/changes`: tags, owner, lists, own fields and names of one customer or of all matching, each change with a way back.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging, scope::Scope};
use axum::{extract::State, http::HeaderMap};
use flow::work::{
    changes::{self, ChangeDraft, ChangePage, MadeChange},
    preview::{self, ChangePreview},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which changes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// `everybody` for everybody's, which is for who manages members; absent = one's own
    pub by: Option<String>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
}

/// Changes, newest first
#[utoipa::path(get, path = "/changes", tag = "work", params(ChangesQuery),
    responses((status = 200, body = ChangePage), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<ChangesQuery>) -> Result<Json<ChangePage>> {
    let everybodys = q.by.as_deref() == Some("everybody");
    Ok(Json(changes::list(&ctx.app, &scope.by(), everybodys, q.cursor.as_deref(), paging::limit(q.limit)? as u32).await?))
}

/// Change customers
///
/// Those named, or everyone a filter leaves, however many. The same request with the same `Idempotency-Key` is the same change.
#[utoipa::path(post, path = "/changes", tag = "work", request_body = ChangeDraft,
    params(("Idempotency-Key" = String, Header, description = "8 to 100 visible ASCII characters, made anew for each change")),
    responses((status = 200, body = MadeChange), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, headers: HeaderMap, Json(draft): Json<ChangeDraft>) -> Result<Json<MadeChange>> {
    let key = headers.get("idempotency-key").and_then(|v| v.to_str().ok()).unwrap_or_default();
    Ok(Json(changes::make(&ctx.app, &scope.by(), key.trim_matches('"'), draft).await?))
}

/// What a change would come to
///
/// The same body as for making it: of how many something would change, who has it already, and of whom nothing can be changed and why.
/// Nothing is written.
#[utoipa::path(post, path = "/changes/preview", tag = "work", request_body = ChangeDraft,
    responses((status = 200, body = ChangePreview), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn ask(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<ChangeDraft>) -> Result<Json<ChangePreview>> {
    Ok(Json(preview::of(&ctx.app, &scope.by(), &draft).await?))
}

/// Take a change back
///
/// Within 30 days: one's own, or anybody's for who manages members. Whom a later change touched stays as that left them.
#[utoipa::path(post, path = "/changes/{id}/undo", tag = "work", params(("id" = String, Path,)),
    responses((status = 200, body = MadeChange), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn undo(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<MadeChange>> {
    Ok(Json(changes::undo(&ctx.app, &scope.by(), &id).await?))
}
