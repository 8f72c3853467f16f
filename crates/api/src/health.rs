//! `GET /healthz`: is the server up and can it reach its database?

use crate::{ctx::Ctx, error::{Error, Problem, Result}, extract::Json};
use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// Up and well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`
    pub status: &'static str,
}

/// Is the server well?
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = Health), (status = 503, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>) -> Result<Json<Health>> {
    let ping = ctx.app.store.ping().await;
    ping.map_err(|e| {
        tracing::error!(cause = %e, "the database does not answer");
        Error::new(StatusCode::SERVICE_UNAVAILABLE, "server.database", "the database does not answer")
    })?;
    Ok(Json(Health { status: "ok" }))
}
