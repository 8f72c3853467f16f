//! `/exports`: lists of customers as files, written in the background.

use crate::{
    ctx::Ctx,
    customers::attachment,
    error::{Problem, Result},
    extract::{Json, Path},
    scope::Scope,
};
use axum::{extract::State, http::StatusCode, response::Response};
use flow::jobs::{
    export::{self, ExportForm},
    view::JobView,
};

/// Write a list to a file
///
/// Every customer of the list, however many. Answers the job that writes it; once it is done, the file is at `/exports/{id}/file` for
/// seven days. Texts that a spreadsheet would take for formulas are made harmless; beyond a million rows a workbook goes on on further
/// sheets. The same order again while it is open is the same job.
#[utoipa::path(post, path = "/exports", tag = "job", request_body = ExportForm,
    responses((status = 202, body = JobView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<ExportForm>) -> Result<(StatusCode, Json<JobView>)> {
    Ok((StatusCode::ACCEPTED, Json(export::order(&ctx.app, &scope.viewer(), form).await?)))
}

/// Take the file along
///
/// For whoever asked for it, or an owner, as long as they may.
#[utoipa::path(get, path = "/exports/{id}/file", tag = "job", params(("id" = String, Path,)),
    responses((status = 200, description = "the file", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/zip"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn file(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Response> {
    let taken = export::file(&ctx.app, &scope.viewer(), &id).await?;
    attachment(tokio::fs::File::from_std(taken.file), taken.content_type, &taken.name).await
}
