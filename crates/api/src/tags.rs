//! `/tags`: words people hang on customers. Whoever works on customers makes them; names, colours and ends are for who may change
//! definitions.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging::Part, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::work::tags::{self, TagDraft, TagView};
use serde::Serialize;
use utoipa::ToSchema;

/// All tags.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagList {
    /// by name
    pub items: Vec<TagView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// All tags, and how many have each
#[utoipa::path(get, path = "/tags", tag = "work", params(Part), responses((status = 200, body = TagList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<TagList>> {
    let (items, next_cursor) = p.of(tags::list(&ctx.app, scope.sight).await?)?;
    Ok(Json(TagList { items, next_cursor }))
}

/// Make a tag
#[utoipa::path(post, path = "/tags", tag = "work", request_body = TagDraft,
    responses((status = 201, body = TagView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<TagDraft>) -> Result<(StatusCode, Json<TagView>)> {
    Ok((StatusCode::CREATED, Json(tags::create(&ctx.app, &scope.by(), &draft).await?)))
}

/// Give a tag another name and colour
#[utoipa::path(put, path = "/tags/{id}", tag = "work", params(("id" = String, Path,)), request_body = TagDraft,
    responses((status = 200, body = TagView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<TagDraft>) -> Result<Json<TagView>> {
    Ok(Json(tags::edit(&ctx.app, &scope.by(), &id, &draft).await?))
}

/// Take a tag away
///
/// And with it from everybody who has it; it can be brought back.
#[utoipa::path(delete, path = "/tags/{id}", tag = "work", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    tags::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a tag back
///
/// On everybody who had it.
#[utoipa::path(post, path = "/tags/{id}/restore", tag = "work", params(("id" = String, Path,)),
    responses((status = 200, body = TagView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<TagView>> {
    Ok(Json(tags::restore(&ctx.app, &scope.by(), &id).await?))
}
