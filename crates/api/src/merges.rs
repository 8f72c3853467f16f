//! `/merges`: customers made one by hand or out of the queue, and back.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging, scope::Scope};
use axum::extract::State;
use flow::merging::merges::{self, MergeDraft, MergePage, MergesMade, UndoDraft};

/// Merges, newest first
///
/// Those that were taken back, too.
#[utoipa::path(get, path = "/merges", tag = "work", params(paging::Paging),
    responses((status = 200, body = MergePage), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<paging::Paging>) -> Result<Json<MergePage>> {
    Ok(Json(merges::list(&ctx.app, scope.sight, q.cursor.as_deref(), paging::limit(q.limit)? as u32).await?))
}

/// Merge customers
///
/// Facts, identifiers, contacts, notes, tags and lists of all of them are one customer's from then on, on every day. The same again
/// changes nothing and answers what was done.
#[utoipa::path(post, path = "/merges", tag = "work", request_body = MergeDraft,
    responses((status = 200, body = MergesMade), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<MergeDraft>) -> Result<Json<MergesMade>> {
    Ok(Json(merges::make(&ctx.app, &scope.by(), &draft).await?))
}

/// Take a merge back
///
/// However long ago, also from the middle of a chain; `mgb_…` takes back all of one step. Everybody has again what came under their
/// own identifiers, before and since.
#[utoipa::path(post, path = "/merges/{id}/undo", tag = "work", request_body = UndoDraft, params(("id" = String, Path,)),
    responses((status = 200, body = MergesMade), (status = 404, body = Problem)))]
pub async fn undo(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<UndoDraft>) -> Result<Json<MergesMade>> {
    Ok(Json(merges::undo(&ctx.app, &scope.by(), &id, &draft).await?))
}
