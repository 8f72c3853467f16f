//! `GET /curve`.

use crate::{asked::At, ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}};
use axum::extract::State;
use flow::analysis::curve::{self, Curve};

/// The value curve
///
/// How much of all net the best customers bring, and how uneven it is.
#[utoipa::path(get, path = "/curve", tag = "analysis", params(At),
    responses((status = 200, body = Curve), (status = 422, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Query(at): Query<At>) -> Result<Json<Curve>> {
    Ok(Json(curve::curve(&ctx.app, at.asked()?).await?))
}
