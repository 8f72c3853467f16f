//! `/sql`: questions by analysts over what the lake holds and what was computed. Dropping the request stops its question.

use crate::{
    ctx::Ctx,
    customers::bytes_attachment,
    error::{Problem, Result},
    extract::{Json, Path, Query},
    paging::Part,
    scope::Scope,
};
use axum::{extract::State, http::StatusCode, response::Response};
use flow::{
    dashboards::FileFormat,
    sql::{self, AskedView, QuestionDraft, QuestionView, SqlAnswer, SqlForm, SqlTable},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a question may name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SqlTables {
    /// tables and their columns
    pub items: Vec<SqlTable>,
    /// functions
    pub functions: Vec<String>,
    /// rows that are shown of an answer
    pub rows: u64,
    /// rows a file takes
    pub file_rows: u64,
}

/// Questions that are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionList {
    /// oldest first
    pub items: Vec<QuestionView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// What somebody asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedList {
    /// latest first
    pub items: Vec<AskedView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// What a question may name
///
/// Tables, columns and functions. What whoever asks may not see is no column.
#[utoipa::path(get, path = "/sql/tables", tag = "sql", responses((status = 200, body = SqlTables)))]
pub async fn tables(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<SqlTables>> {
    Ok(Json(SqlTables {
        items: sql::tables(&ctx.app, scope.sight).await?,
        functions: lake_functions(),
        rows: sql::ROWS as u64,
        file_rows: sql::FILE_ROWS as u64,
    }))
}

fn lake_functions() -> Vec<String> {
    sql::functions().iter().map(|f| (*f).to_owned()).collect()
}

/// Ask
///
/// One SELECT over the tables of `GET /sql/tables`, within ten seconds, at most 10,000 rows. Every question is noted in the audit log;
/// texts in it stand there as `…`.
#[utoipa::path(post, path = "/sql/run", tag = "sql", request_body = SqlForm, responses((status = 200, body = SqlAnswer), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn run(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<SqlForm>) -> Result<Json<SqlAnswer>> {
    Ok(Json(sql::ask(&ctx.app, &scope.by(), form).await?))
}

/// In which format.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SqlFileQuery {
    /// `csv` or `xlsx`; absent = `csv`
    pub format: Option<FileFormat>,
}

/// Take an answer along
///
/// The whole answer or none: more than 100,000 rows are refused.
#[utoipa::path(post, path = "/sql/file", tag = "sql", params(SqlFileQuery), request_body = SqlForm,
    responses((status = 200, description = "the file", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn file(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<SqlFileQuery>, Json(form): Json<SqlForm>) -> Result<Response> {
    let format = q.format.unwrap_or_default();
    let (bytes, name) = sql::file(&ctx.app, &scope.by(), form, format).await?;
    bytes_attachment(bytes, format.content_type(), &name)
}

/// Questions that are kept, one's own and those for everybody
#[utoipa::path(get, path = "/sql/questions", tag = "sql", params(Part), responses((status = 200, body = QuestionList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<QuestionList>> {
    let (items, next_cursor) = p.of(sql::list(&ctx.app, &scope.by()).await?)?;
    Ok(Json(QuestionList { items, next_cursor }))
}

/// Keep a question
#[utoipa::path(post, path = "/sql/questions", tag = "sql", request_body = QuestionDraft,
    responses((status = 201, body = QuestionView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<QuestionDraft>) -> Result<(StatusCode, Json<QuestionView>)> {
    Ok((StatusCode::CREATED, Json(sql::create(&ctx.app, &scope.by(), draft).await?)))
}

/// Change a question that is kept
#[utoipa::path(put, path = "/sql/questions/{id}", tag = "sql", params(("id" = String, Path,)), request_body = QuestionDraft,
    responses((status = 200, body = QuestionView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<QuestionDraft>) -> Result<Json<QuestionView>> {
    Ok(Json(sql::edit(&ctx.app, &scope.by(), &id, draft).await?))
}

/// Take a question away
#[utoipa::path(delete, path = "/sql/questions/{id}", tag = "sql", params(("id" = String, Path,)), responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    sql::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a question back
///
/// As it was, for who may take it away.
#[utoipa::path(post, path = "/sql/questions/{id}/restore", tag = "sql", params(("id" = String, Path,)),
    responses((status = 200, body = QuestionView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<QuestionView>> {
    Ok(Json(sql::restore(&ctx.app, &scope.by(), &id).await?))
}

/// What one asked lately
///
/// The latest two hundred questions of whoever asks, answered or not.
#[utoipa::path(get, path = "/sql/history", tag = "sql", params(Part), responses((status = 200, body = AskedList), (status = 422, body = Problem)))]
pub async fn history(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<AskedList>> {
    let (items, next_cursor) = p.of(sql::history(&ctx.app, &scope.by()).await?)?;
    Ok(Json(AskedList { items, next_cursor }))
}
