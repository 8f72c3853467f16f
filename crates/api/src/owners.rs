//! `/owners`: who may look after customers.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::{Json, Query}, paging::Part};
use axum::extract::State;
use flow::{analysis::marks::OwnerRef, work::owners};
use serde::Serialize;
use utoipa::ToSchema;

/// Members who may look after customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnerList {
    /// longest there first
    pub items: Vec<OwnerRef>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Who may look after customers
#[utoipa::path(get, path = "/owners", tag = "work", params(Part), responses((status = 200, body = OwnerList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, Query(p): Query<Part>) -> Result<Json<OwnerList>> {
    let (items, next_cursor) = p.of(owners::list(&ctx.app).await?)?;
    Ok(Json(OwnerList { items, next_cursor }))
}
