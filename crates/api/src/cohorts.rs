//! `GET /cohorts`.

use crate::{asked::At, ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}};
use axum::extract::State;
use flow::analysis::cohorts::{self, Cohorts};
use serde::Deserialize;
use utoipa::IntoParams;

/// How far back.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// so many months up to the as-of day's, 1–60; absent = 12
    pub months: Option<u32>,
}

/// Monthly cohorts
///
/// Customers by the month of their first valid order, and how many ordered in each later month.
#[utoipa::path(get, path = "/cohorts", tag = "analysis", params(At, Span),
    responses((status = 200, body = Cohorts), (status = 422, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Query(at): Query<At>, Query(span): Query<Span>) -> Result<Json<Cohorts>> {
    Ok(Json(cohorts::cohorts(&ctx.app, at.asked()?, span.months.unwrap_or(12).clamp(1, 60)).await?))
}
