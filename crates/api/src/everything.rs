//! `/everything`: all a business has in open files, away and in.

use crate::{
    ctx::Ctx,
    error::{Error, Problem, Result},
    extract::Json,
    imports::receive,
    scope::Scope,
};
use axum::{
    extract::{Multipart, State},
    http::StatusCode,
};
use flow::{
    everything::Format,
    jobs::{everything, view::JobView},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// How everything is written.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EverythingForm {
    /// `csv`, `xlsx`, `jsonl` or `parquet`; absent = `csv`
    #[serde(default)]
    pub format: Format,
}

/// An archive to bring in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; the part is streamed")]
pub struct ArrivalForm {
    /// the archive, once
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Take everything away
///
/// Every customer, fact, note, tag, record, definition and result in open files, with a description of every column and a manifest of
/// hashes, in one archive. Answers the job that writes it; once it is done, the archive is at `/exports/{id}/file` for seven days. For
/// owners who see people's details.
#[utoipa::path(post, path = "/everything", tag = "job", request_body = EverythingForm,
    responses((status = 202, body = JobView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn export(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<EverythingForm>) -> Result<(StatusCode, Json<JobView>)> {
    Ok((StatusCode::ACCEPTED, Json(everything::order(&ctx.app, &scope.viewer(), form.format).await?)))
}

/// Bring everything in
///
/// An archive of `POST /everything`, into a business that holds nothing. Every byte is looked at before it is answered; the job brings
/// everything in at once or not at all, and says of how many customers classes and segments are as they were.
#[utoipa::path(post, path = "/everything/import", tag = "job", request_body(content = ArrivalForm, content_type = "multipart/form-data"),
    responses((status = 202, body = JobView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn import(State(ctx): State<Ctx>, scope: Scope, form: Multipart) -> Result<(StatusCode, Json<JobView>)> {
    let (uploads, _kept) = receive(&ctx, form).await?;
    let mut uploads = uploads.into_iter();
    match (uploads.next(), uploads.next()) {
        (Some(one), None) => Ok((StatusCode::ACCEPTED, Json(everything::receive(&ctx.app, &scope.viewer(), one.path).await?))),
        _ => Err(Error::invalid("everything.unreadable", "one archive is wanted")),
    }
}
