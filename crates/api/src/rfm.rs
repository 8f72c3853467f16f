//! `GET /rfm`.

use crate::{asked::{At, day}, ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}};
use axum::extract::State;
use flow::analysis::rfm::{self, Rfm, RfmFit, Scoring};
use serde::Deserialize;
use utoipa::IntoParams;

/// What to show on the board.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Board {
    /// another day to show the change since
    #[param(format = Date)]
    pub compare: Option<String>,
    /// how scores' edges are found
    pub scoring: Option<Scoring>,
}

/// The RFM board
///
/// 25 cells of recency and frequency with people, money and the change since another day; edges; RFM 8 and RFM 11.
#[utoipa::path(get, path = "/rfm", tag = "analysis", params(At, Board),
    responses((status = 200, body = Rfm), (status = 422, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Query(at): Query<At>, Query(board): Query<Board>) -> Result<Json<Rfm>> {
    let compare = day("compare", board.compare.as_deref())?;
    Ok(Json(rfm::board(&ctx.app, at.asked()?, compare, board.scoring.unwrap_or_default()).await?))
}

/// How well k-means scores fit
///
/// Silhouette, explained spread, and stability of the five groups of recency, frequency and money when buyers are drawn again.
#[utoipa::path(get, path = "/rfm/fit", tag = "analysis", params(At), responses((status = 200, body = RfmFit), (status = 422, body = Problem)))]
pub async fn fit(State(ctx): State<Ctx>, Query(at): Query<At>) -> Result<Json<RfmFit>> {
    Ok(Json(rfm::fit(&ctx.app, at.asked()?).await?))
}
