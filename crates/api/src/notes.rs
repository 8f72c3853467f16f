//! `/notes`: what people write about customers. They are read in the customer's timeline.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path}, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::work::notes::{self, NoteDraft, NoteView};

/// Note something about a customer
#[utoipa::path(post, path = "/customers/{id}/notes", tag = "work", params(("id" = String, Path,)), request_body = NoteDraft,
    responses((status = 201, body = NoteView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<NoteDraft>) -> Result<(StatusCode, Json<NoteView>)> {
    Ok((StatusCode::CREATED, Json(notes::create(&ctx.app, &scope.by(), &id, &draft).await?)))
}

/// Change the words of one's own note
#[utoipa::path(put, path = "/notes/{id}", tag = "work", params(("id" = String, Path,)), request_body = NoteDraft,
    responses((status = 200, body = NoteView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<NoteDraft>) -> Result<Json<NoteView>> {
    Ok(Json(notes::edit(&ctx.app, &scope.by(), &id, &draft).await?))
}

/// Take a note away
///
/// One's own, or anybody's for who manages members. It can be brought back for 30 days and is deleted then.
#[utoipa::path(delete, path = "/notes/{id}", tag = "work", params(("id" = String, Path,)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    notes::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a note back
#[utoipa::path(post, path = "/notes/{id}/restore", tag = "work", params(("id" = String, Path,)),
    responses((status = 200, body = NoteView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<NoteView>> {
    Ok(Json(notes::restore(&ctx.app, &scope.by(), &id).await?))
}
