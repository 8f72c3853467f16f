//! `/sample`: sample data for an empty business, and its end.

use crate::{
    ctx::Ctx,
    error::{Problem, Result},
    extract::{Json, Query},
    imports::{LangQuery, lang},
    scope::Scope,
};
use axum::{extract::State, http::StatusCode};
use flow::{jobs::view::JobView, sample};

/// Try with sample data
///
/// Customers, orders, interactions and answers of a made-up shop, for a business that holds no data yet. Answers the job that brings
/// them in; `sample` of `GET /overview` and of their import says that they are there.
#[utoipa::path(post, path = "/sample", tag = "import", params(LangQuery),
    responses((status = 202, body = JobView), (status = 409, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<LangQuery>) -> Result<(StatusCode, Json<JobView>)> {
    Ok((StatusCode::ACCEPTED, Json(sample::order(&ctx.app, &scope.viewer(), lang(&ctx, &q)).await?)))
}

/// Remove the sample data
///
/// As undoing its import does, at any time: its facts, the customers only it brought with what was written about them. Data of one's
/// own, segments and tags stay.
#[utoipa::path(delete, path = "/sample", tag = "import", responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope) -> Result<StatusCode> {
    sample::remove(&ctx.app, &scope.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
