//! `/views`: saved views of the customer list, one's own and those for everybody.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging::Part, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::work::views::{self, ViewDraft, ViewView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Saved views.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewList {
    /// oldest first
    pub items: Vec<ViewView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// The view a person begins with.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DefaultView {
    /// `v_…`; null: the list as it is
    pub view: Option<String>,
}

/// One's own views and those for everybody
#[utoipa::path(get, path = "/views", tag = "work", params(Part), responses((status = 200, body = ViewList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<ViewList>> {
    let (items, next_cursor) = p.of(views::list(&ctx.app, &scope.by()).await?)?;
    Ok(Json(ViewList { items, next_cursor }))
}

/// Save a view
///
/// To share it with everybody takes `customers:write`.
#[utoipa::path(post, path = "/views", tag = "work", request_body = ViewDraft,
    responses((status = 201, body = ViewView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<ViewDraft>) -> Result<(StatusCode, Json<ViewView>)> {
    Ok((StatusCode::CREATED, Json(views::create(&ctx.app, &scope.by(), draft).await?)))
}

/// Change a view
///
/// One's own, or one for everybody for who manages members.
#[utoipa::path(put, path = "/views/{id}", tag = "work", params(("id" = String, Path,)), request_body = ViewDraft,
    responses((status = 200, body = ViewView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<ViewDraft>) -> Result<Json<ViewView>> {
    Ok(Json(views::edit(&ctx.app, &scope.by(), &id, draft).await?))
}

/// Take a view away
///
/// One's own, or one for everybody for who manages members.
#[utoipa::path(delete, path = "/views/{id}", tag = "work", params(("id" = String, Path,)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    views::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a view back
///
/// As it was, for who may take it away.
#[utoipa::path(post, path = "/views/{id}/restore", tag = "work", params(("id" = String, Path,)),
    responses((status = 200, body = ViewView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<ViewView>> {
    Ok(Json(views::restore(&ctx.app, &scope.by(), &id).await?))
}

/// Keep a view in front
///
/// For whoever asks: it stands before the others.
#[utoipa::path(put, path = "/views/{id}/pin", tag = "work", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn pin(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    views::pin(&ctx.app, &scope.by(), &id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put a view back among the others
#[utoipa::path(delete, path = "/views/{id}/pin", tag = "work", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn unpin(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    views::pin(&ctx.app, &scope.by(), &id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Note that a view is looked through
#[utoipa::path(post, path = "/views/{id}/use", tag = "work", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn used(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    views::used(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Choose the view one begins with
#[utoipa::path(put, path = "/default-view", tag = "work", request_body = DefaultView,
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn set_default(State(ctx): State<Ctx>, scope: Scope, Json(body): Json<DefaultView>) -> Result<StatusCode> {
    views::set_default(&ctx.app, &scope.by(), body.view.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
