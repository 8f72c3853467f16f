//! `GET /definitions/export`: everything people defined, as text files that `git` can hold and `zhiyin apply` reads back.

use crate::{ctx::Ctx, error::Result, scope::Scope};
use axum::{extract::State, http::header, response::{IntoResponse, Response}};
use domain::audit::Action;
use flow::audit;

/// Take all definitions along
///
/// One YAML document with a part for every feature, classification and segment.
#[utoipa::path(get, path = "/definitions/export", tag = "definition",
    responses((status = 200, description = "the file", body = String, content_type = "application/yaml")))]
pub async fn export(State(ctx): State<Ctx>, scope: Scope) -> Result<Response> {
    let text = flow::definitions::export_text(&ctx.app).await?;
    audit::note(&ctx.app, audit::of(&ctx.app, &scope.actor(), Action::ExportTaken, "definitions")).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"definitions.yaml\""),
    ];
    Ok((headers, text).into_response())
}
