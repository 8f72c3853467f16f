//! `/members`: who belongs to the business, and as what.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging::Part, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::people::members::{self, How, MemberEdit, MemberView};
use serde::Serialize;
use utoipa::ToSchema;

/// All members.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberList {
    /// longest there first
    pub items: Vec<MemberView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Everybody who belongs to the business
#[utoipa::path(get, path = "/members", tag = "member", params(Part), responses((status = 200, body = MemberList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<MemberList>> {
    let (items, next_cursor) = p.of(members::list(&ctx.app, &scope.by()).await?)?;
    Ok(Json(MemberList { items, next_cursor }))
}

/// Give a member another role
///
/// Holds from their next request on. Nobody gives what they do not have themselves; the last owner stays one.
#[utoipa::path(put, path = "/members/{id}", tag = "member", params(("id" = String, Path,)), request_body = MemberEdit,
    responses((status = 200, body = MemberView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(edit): Json<MemberEdit>) -> Result<Json<MemberView>> {
    Ok(Json(members::change(&ctx.app, &scope.by(), &id, edit, How::Done).await?))
}

/// Take a member out
///
/// In the same instant their sessions end, their tokens are revoked and their open invitations closed.
#[utoipa::path(delete, path = "/members/{id}", tag = "member", params(("id" = String, Path,)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    members::remove(&ctx.app, &scope.by(), &id, How::Done).await?;
    Ok(StatusCode::NO_CONTENT)
}
