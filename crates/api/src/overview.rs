//! `GET /overview`.

use crate::{asked::At, ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}, scope::Scope};
use axum::extract::State;
use flow::analysis::overview::{self, Overview};

/// The whole base as of a day
///
/// Customers, buyers, net, and every classification with the size and worth of its classes.
#[utoipa::path(get, path = "/overview", tag = "analysis", params(At),
    responses((status = 200, body = Overview), (status = 422, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Query(at): Query<At>) -> Result<Json<Overview>> {
    Ok(Json(overview::overview(&ctx.app, scope.sight, at.asked()?).await?))
}
