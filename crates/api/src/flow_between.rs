//! `GET /flow`.

use crate::{asked::day, ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}, scope::Scope};
use axum::extract::State;
use flow::analysis::{Known, flow_between::{self, Movement}};
use serde::Deserialize;
use utoipa::IntoParams;

/// Between which days, in which classification.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// classification; absent = `lifecycle`
    pub classification: Option<String>,
    /// first day; absent = three months before the second
    #[param(format = Date)]
    pub from: Option<String>,
    /// second day; absent = the last day on which anything happened
    #[param(format = Date)]
    pub to: Option<String>,
    /// as known `then` or `today`
    pub known: Option<Known>,
}

/// Who moved between two days
///
/// How many customers, with how much net, went from class to class.
#[utoipa::path(get, path = "/flow", tag = "analysis", params(Between),
    responses((status = 200, body = Movement), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<Between>) -> Result<Json<Movement>> {
    let (from, to) = (day("from", q.from.as_deref())?, day("to", q.to.as_deref())?);
    let classification = q.classification.as_deref().unwrap_or("lifecycle");
    Ok(Json(flow_between::movement(&ctx.app, scope.sight, classification, from, to, q.known.unwrap_or_default()).await?))
}
