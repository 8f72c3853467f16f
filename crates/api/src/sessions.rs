//! `/sessions`: where one is signed in oneself, and ending that.

use crate::{account, ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging::Part, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::people::sessions::{self, OwnSession};
use serde::Serialize;
use utoipa::ToSchema;

/// One's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessions {
    /// the one that asks first, then by when they were used last
    pub items: Vec<OwnSession>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Other sessions were ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionsEnded {
    /// so many
    pub ended: u64,
}

/// Where one is signed in
#[utoipa::path(get, path = "/sessions", tag = "session", params(Part), responses((status = 200, body = OwnSessions), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<OwnSessions>> {
    let all = sessions::list(&ctx.app, &scope.by(), &account::hash(scope.person()?)).await?;
    let (items, next_cursor) = p.of(all)?;
    Ok(Json(OwnSessions { items, next_cursor }))
}

/// End all of one's other sessions
///
/// The one that asks goes on.
#[utoipa::path(delete, path = "/sessions", tag = "session", responses((status = 200, body = SessionsEnded)))]
pub async fn end_others(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<SessionsEnded>> {
    let ended = sessions::end_others(&ctx.app, &scope.by(), &account::hash(scope.person()?)).await?;
    Ok(Json(SessionsEnded { ended }))
}

/// End one of one's own sessions
///
/// Whoever uses it is asked to sign in with their next request.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn end(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    sessions::end(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
