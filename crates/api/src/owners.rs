//! `/owners`: who may look after customers.

use crate::{ctx::Ctx, error::Result, extract::Json};
use axum::extract::State;
use flow::{analysis::marks::OwnerRef, work::owners};
use serde::Serialize;
use utoipa::ToSchema;

/// Members who may look after customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnerList {
    /// longest there first
    pub items: Vec<OwnerRef>,
}

/// Who may look after customers
#[utoipa::path(get, path = "/owners", tag = "work", responses((status = 200, body = OwnerList)))]
pub async fn list(State(ctx): State<Ctx>) -> Result<Json<OwnerList>> {
    Ok(Json(OwnerList { items: owners::list(&ctx.app).await? }))
}
