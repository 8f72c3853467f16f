//! `/objects/{id}/imports`, `/record-imports`: a whole file into an object, tried first, taken back as one. The file is sent along with each request
//! and kept by none but the job that brings it.

use crate::{
    ctx::Ctx,
    customers::bytes_attachment,
    error::{Error, Problem, Result},
    extract::{Json, Path, Query},
    imports::{Kept, LangQuery, file_name, lang, save},
    paging::Part,
    scope::Scope,
};
use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
};
use flow::objects::{self, import::{self, RecordImportForm, RecordImportReport, RecordImportUndone, RecordImportView}};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Largest file of records: what an object may hold, ten times over.
pub const MOST_BYTES: usize = 32 << 20;

/// A file of records.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; the part is streamed")]
pub struct RecordFile {
    /// CSV or a workbook, up to 32 MiB
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// how it is brought
    form: RecordImportForm,
}

/// Imports of an object.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordImportList {
    /// newest first
    pub items: Vec<RecordImportView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// What a request brings.
struct Brought {
    file: Kept,
    name: String,
    form: RecordImportForm,
}

/// What a request comes as; whether there is such an object is answered first.
type Parts = std::result::Result<Multipart, MultipartRejection>;

async fn receive(ctx: &Ctx, object: &str, parts: Parts) -> Result<Brought> {
    objects::get(&ctx.app, object).await?;
    let mut parts = parts.map_err(|e| Error::malformed(e.body_text()))?;
    let (mut file, mut form, mut left) = (None, RecordImportForm::default(), MOST_BYTES as u64);
    while let Some(part) = parts.next_field().await.map_err(|e| Error::malformed(e.body_text()))? {
        match part.name().map(str::to_owned).as_deref() {
            Some("form") => {
                let text = part.text().await.map_err(|e| Error::malformed(e.body_text()))?;
                form = serde_json::from_str(&text).map_err(|e| Error::malformed(e.to_string()))?;
            }
            Some("file") if file.is_none() => {
                let kept = Kept(ctx.app.temporary().join(ctx.app.new_id("upl")));
                let name = file_name(part.file_name().unwrap_or_default(), 0);
                save(part, &kept.0, &mut left).await?;
                file = Some((kept, name));
            }
            _ => return Err(Error::malformed("there is one part `file`, and one part `form`")),
        }
    }
    let (file, name) = file.ok_or_else(|| Error::invalid("import.no_file", "no file arrived").params(json!({})))?;
    Ok(Brought { file, name, form })
}

/// Bring a file of records
///
/// With `dry_run` it is only said what would become of it: how many records are new, how many are changed, how many rows say what is
/// there, and which do not fit, with row, field and what to mend. Otherwise everything that fits comes in, at once or not at all; `seen`
/// of the dry run makes sure that it is what was looked at. What a field takes and how many records there may be is as for records written
/// one by one.
///
/// A job brings it. What is in within two seconds, or as long as `wait` says, is answered with 200; otherwise the answer is 202, `job` is at it, and `GET /jobs/{id}`
/// tells how far it is and what it came to. It can be stopped until it is in, and then nothing of it is left.
#[utoipa::path(post, path = "/objects/{id}/imports", tag = "object", params(("id" = String, Path,)), request_body(content = RecordFile, content_type = "multipart/form-data"),
    responses((status = 200, body = RecordImportReport), (status = 202, body = RecordImportReport), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, parts: Parts) -> Result<(StatusCode, Json<RecordImportReport>)> {
    let Brought { file, name, form } = receive(&ctx, &id, parts).await?;
    let report = import::job::order(&ctx.app, &scope.by(), &id, (&file.0, &name), form).await?;
    Ok((if report.job.is_some() { StatusCode::ACCEPTED } else { StatusCode::OK }, Json(report)))
}

/// Rows of a file that do not fit
///
/// As CSV with the reason in front; mended, it can be brought as it is. Whoever sees no details of people gets only where and why.
#[utoipa::path(post, path = "/objects/{id}/imports/refused", tag = "object", params(("id" = String, Path,), LangQuery),
    request_body(content = RecordFile, content_type = "multipart/form-data"),
    responses((status = 200, description = "the file", body = String, content_type = "text/csv"), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn refused(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(q): Query<LangQuery>, parts: Parts) -> Result<Response> {
    let b = receive(&ctx, &id, parts).await?;
    let (file, name) = import::refused(&ctx.app, &scope.by(), &id, (&b.file.0, &b.name), &b.form, lang(&ctx, &q)).await?;
    bytes_attachment(file, "text/csv; charset=utf-8", &name)
}

/// Files that were brought
///
/// Of the last 30 days: as long as they can be taken back.
#[utoipa::path(get, path = "/objects/{id}/imports", tag = "object", params(("id" = String, Path,), Part),
    responses((status = 200, body = RecordImportList), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(p): Query<Part>) -> Result<Json<RecordImportList>> {
    let (items, next_cursor) = p.of(import::list(&ctx.app, scope.sight, &id).await?)?;
    Ok(Json(RecordImportList { items, next_cursor }))
}

/// Take a file of records back
///
/// The records it made go, those it changed are as they were before; whatever was written in them since stays.
#[utoipa::path(post, path = "/record-imports/{id}/undo", tag = "object", params(("id" = String, Path,)),
    responses((status = 200, body = RecordImportUndone), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn undo(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<RecordImportUndone>> {
    Ok(Json(import::undo(&ctx.app, &scope.by(), &id).await?))
}
