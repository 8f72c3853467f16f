//! `GET /cohorts`.

use crate::{asked::At, ctx::Ctx, error::{Error, Problem, Result}, extract::{Json, Query}};
use axum::extract::State;
use domain::Label;
use flow::analysis::cohorts::{self, Cohorts};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

/// Most months.
const MOST: u32 = 60;

/// How far back.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// so many months up to the as-of day's, 1–60; absent = 12
    #[param(minimum = 1, maximum = 60)]
    pub months: Option<u32>,
}

/// Monthly cohorts
///
/// Customers by the month of their first valid order, and how many ordered in each later month.
#[utoipa::path(get, path = "/cohorts", tag = "analysis", params(At, Span),
    responses((status = 200, body = Cohorts), (status = 422, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Query(at): Query<At>, Query(span): Query<Span>) -> Result<Json<Cohorts>> {
    let months = span.months.unwrap_or(12);
    if !(1..=MOST).contains(&months) {
        let message = Label::new(format!("months 应在 1 到 {MOST} 之间"), format!("months is 1 to {MOST}"));
        return Err(Error::invalid("request.months", message.en.clone()).params(json!({ "message": message })).field("months", "field.range"));
    }
    Ok(Json(cohorts::cohorts(&ctx.app, at.asked()?, months).await?))
}
