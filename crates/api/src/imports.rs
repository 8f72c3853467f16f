//! `/imports`: files in, mapped, checked, committed, undone. What takes time runs beside; its progress is read with `show`.

use crate::{
    ctx::Ctx,
    customers::attachment,
    error::{Error, Problem, Result},
    extract::{Json, Path, Query},
    paging::{self, Paging},
    scope::Scope,
};
use axum::{
    extract::{Multipart, State, multipart::Field},
    http::StatusCode,
    response::Response,
};
use domain::Lang;
use flow::ingest::{
    self, Upload,
    rejected::{self, Format},
    view::{ImportView, TargetView},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;
use tokio::io::AsyncWriteExt;
use utoipa::{IntoParams, ToSchema};

/// Imports listed where nobody says how many.
const LISTED: usize = 200;
/// Files one upload may bring.
const FILES: usize = 32;

/// The newest imports.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportList {
    /// newest first
    pub items: Vec<ImportView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// What columns can mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetList {
    /// in the order of the list on screen; `custom.<name>` is typed in by hand
    pub items: Vec<TargetView>,
}

/// How the files of an import are read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MappingsBody {
    /// one for each file, in their order
    #[schema(value_type = Vec<Object>)]
    pub files: Vec<Value>,
}

/// Files to upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; the parts are streamed")]
pub struct UploadForm {
    /// repeatable
    #[schema(value_type = Vec<String>, format = Binary, max_items = 32)]
    file: Vec<u8>,
}

/// Language of a file for people.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LangQuery {
    /// `zh-CN` or `en`; absent = the workspace's
    pub lang: Option<String>,
}

/// The newest imports
#[utoipa::path(get, path = "/imports", tag = "import", params(Paging), responses((status = 200, body = ImportList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Paging>) -> Result<Json<ImportList>> {
    let limit = p.limit.map_or(Ok(LISTED), |n| paging::limit(Some(n)))?;
    let before = p.after()?.map(|text| text.parse::<i64>().map_err(|_| paging::no_cursor())).transpose()?;
    let (items, next) = ingest::list(&ctx.app, scope.sight, before, limit as u32).await?;
    Ok(Json(ImportList { items, next_cursor: next.map(|batch| paging::cursor(&batch.to_string())) }))
}

/// Bring files
///
/// They are kept, looked at, and a mapping is proposed for each; nothing is imported yet.
#[utoipa::path(post, path = "/imports", tag = "import", request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = ImportView), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, form: Multipart) -> Result<(StatusCode, Json<ImportView>)> {
    let (uploads, _kept) = receive(&ctx, form).await?;
    Ok((StatusCode::CREATED, Json(ingest::receive(&ctx.app, scope.sight, uploads, &scope.actor()).await?)))
}

/// Streams the parts into temporary files, which go when the request is over unless they were taken in.
pub(crate) async fn receive(ctx: &Ctx, mut form: Multipart) -> Result<(Vec<Upload>, Vec<Kept>)> {
    let (mut uploads, mut kept, mut left) = (Vec::new(), Vec::new(), ctx.config.upload_limit.unwrap_or(u64::MAX));
    while let Some(field) = form.next_field().await.map_err(|e| Error::malformed(e.body_text()))? {
        if field.name() != Some("file") {
            return Err(Error::malformed("a part is called `file`, and nothing else"));
        }
        if uploads.len() == FILES {
            return Err(too_large("import.too_many_files", json!({ "limit": FILES })));
        }
        let name = file_name(field.file_name().unwrap_or_default(), uploads.len());
        let path = ctx.app.temporary().join(ctx.app.new_id("upl"));
        kept.push(Kept(path.clone()));
        save(field, &path, &mut left).await?;
        uploads.push(Upload { name, path });
    }
    Ok((uploads, kept))
}

pub(crate) async fn save(mut field: Field<'_>, path: &std::path::Path, left: &mut u64) -> Result<()> {
    let mut file = tokio::io::BufWriter::with_capacity(1 << 18, tokio::fs::File::create(path).await.map_err(Error::internal)?);
    while let Some(chunk) = field.chunk().await.map_err(|e| Error::malformed(e.body_text()))? {
        *left = left.checked_sub(chunk.len() as u64).ok_or_else(|| too_large("import.too_large", json!({})))?;
        file.write_all(&chunk).await.map_err(Error::internal)?;
    }
    file.flush().await.map_err(Error::internal)
}

fn too_large(code: &str, params: Value) -> Error {
    Error::new(StatusCode::PAYLOAD_TOO_LARGE, code, "the upload is larger than this server takes").params(params)
}

/// The last part of the name a browser sends, without anything a terminal or a file system would take amiss.
pub(crate) fn file_name(sent: &str, place: usize) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if name.trim().is_empty() { format!("file-{}", place + 1) } else { name }
}

/// A temporary file that goes with the request.
pub(crate) struct Kept(pub(crate) PathBuf);

impl Drop for Kept {
    fn drop(&mut self) {
        if self.0.exists() && std::fs::remove_file(&self.0).is_err() {
            tracing::debug!("an upload stays in the temporary folder until the next start");
        }
    }
}

/// What a column can mean
#[utoipa::path(get, path = "/imports/targets", tag = "import", responses((status = 200, body = TargetList)))]
pub async fn targets(State(ctx): State<Ctx>) -> Result<Json<TargetList>> {
    Ok(Json(TargetList { items: ingest::targets(&ctx.app).await? }))
}

/// One import
#[utoipa::path(get, path = "/imports/{id}", tag = "import", params(("id" = String, Path,)),
    responses((status = 200, body = ImportView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<ImportView>> {
    Ok(Json(ingest::get(&ctx.app, scope.sight, &id).await?))
}

/// Forget an import that is not committed
#[utoipa::path(delete, path = "/imports/{id}", tag = "import", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<StatusCode> {
    ingest::discard(&ctx.app, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say how the files are read
#[utoipa::path(put, path = "/imports/{id}/mapping", tag = "import", params(("id" = String, Path,)), request_body = MappingsBody,
    responses((status = 200, body = ImportView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn map(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(body): Json<MappingsBody>) -> Result<Json<ImportView>> {
    let mappings: Vec<_> = body.files.into_iter().map(serde_json::from_value).collect::<Result<_, _>>().map_err(|e| {
        Error::invalid("import.mapping", "a mapping does not fit its description").params(json!({ "detail": e.to_string() }))
    })?;
    Ok(Json(ingest::set_mapping(&ctx.app, scope.sight, &id, mappings).await?))
}

/// Dry run over all rows
///
/// Answers at once; `progress` tells how far it is, `report` what a commit would do, to the row.
#[utoipa::path(post, path = "/imports/{id}/check", tag = "import", params(("id" = String, Path,)),
    responses((status = 202, body = ImportView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn check(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<(StatusCode, Json<ImportView>)> {
    Ok((StatusCode::ACCEPTED, Json(ingest::check(&ctx.app, scope.sight, &id).await?)))
}

/// Stop a dry run
#[utoipa::path(post, path = "/imports/{id}/stop", tag = "import", params(("id" = String, Path,)),
    responses((status = 200, body = ImportView), (status = 404, body = Problem)))]
pub async fn stop(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<ImportView>> {
    Ok(Json(ingest::stop(&ctx.app, scope.sight, &id).await?))
}

/// Commit what was checked
///
/// All of it in one transaction, or nothing. Answers at once; `status` becomes `committed`.
#[utoipa::path(post, path = "/imports/{id}/commit", tag = "import", params(("id" = String, Path,)),
    responses((status = 202, body = ImportView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn commit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<(StatusCode, Json<ImportView>)> {
    Ok((StatusCode::ACCEPTED, Json(ingest::confirm(&ctx.app, scope.sight, &id, &scope.actor()).await?)))
}

/// Take a whole import back
///
/// Its facts, the customers only it brought, and what it changed.
#[utoipa::path(post, path = "/imports/{id}/undo", tag = "import", params(("id" = String, Path,)),
    responses((status = 200, body = ImportView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn undo(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<ImportView>> {
    ingest::undo(&ctx.app, &id, &scope.actor()).await?;
    Ok(Json(ingest::get(&ctx.app, scope.sight, &id).await?))
}

/// Rows that were set aside, as CSV
///
/// Each with file, line, column, reason and the row as it stood; mend it and bring it again.
#[utoipa::path(get, path = "/imports/{id}/rejected.csv", tag = "import", params(LangQuery, ("id" = String, Path,)),
    responses((status = 200, description = "the file", body = String, content_type = "text/csv"), (status = 404, body = Problem)))]
pub async fn rejected_csv(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(q): Query<LangQuery>) -> Result<Response> {
    let (file, name) = rejected::file(&ctx.app, scope.sight, &scope.actor(), &id, lang(&ctx, &q), Format::Csv).await?;
    attachment(file, "text/csv; charset=utf-8", &format!("{name}.csv")).await
}

/// Rows that were set aside, as XLSX
#[utoipa::path(get, path = "/imports/{id}/rejected.xlsx", tag = "import", params(LangQuery, ("id" = String, Path,)),
    responses((status = 200, description = "the file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn rejected_xlsx(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(q): Query<LangQuery>) -> Result<Response> {
    let (file, name) = rejected::file(&ctx.app, scope.sight, &scope.actor(), &id, lang(&ctx, &q), Format::Xlsx).await?;
    attachment(file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &format!("{name}.xlsx")).await
}

pub(crate) fn lang(ctx: &Ctx, q: &LangQuery) -> Lang {
    q.lang.as_deref().map_or_else(|| ctx.app.settings().lang, Lang::parse)
}
