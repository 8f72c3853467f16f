//! `GET /overview`, and `POST /overview/run` that computes it anew.

use crate::{asked::At, ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}, scope::Scope};
use axum::{extract::State, http::StatusCode};
use flow::{analysis::overview::{self, Overview}, jobs::view::JobView};

/// The whole base as of a day
///
/// Customers, buyers, net, and every classification with the size and worth of its classes.
#[utoipa::path(get, path = "/overview", tag = "analysis", params(At),
    responses((status = 200, body = Overview), (status = 422, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Query(at): Query<At>) -> Result<Json<Overview>> {
    Ok(Json(overview::overview(&ctx.app, scope.sight, at.asked()?).await?))
}

/// Compute the current figures anew
///
/// They follow every change by themselves, and the day that begins; this is for whoever wants to be sure. The ones at hand serve until
/// the new ones are there. While it is under way the same again is the same job.
#[utoipa::path(post, path = "/overview/run", tag = "analysis", responses((status = 202, body = JobView)))]
pub async fn anew(State(ctx): State<Ctx>, scope: Scope) -> Result<(StatusCode, Json<JobView>)> {
    Ok((StatusCode::ACCEPTED, Json(overview::anew(&ctx.app, &scope.viewer()).await?)))
}
