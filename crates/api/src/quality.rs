//! `GET /data-quality`.

use crate::{ctx::Ctx, error::Result, extract::Json, scope::Scope};
use axum::extract::State;
use flow::quality::{self, DataQuality};

/// How good the data of the whole base is
///
/// What is missing, wrong, entered twice or out of date, how many customers it touches, what it does to results and how it is mended. The first look at a large base
/// takes a few seconds: `ready` is false until then.
#[utoipa::path(get, path = "/data-quality", tag = "analysis", responses((status = 200, body = DataQuality)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<DataQuality>> {
    Ok(Json(quality::show(&ctx.app, scope.sight).await?))
}
