//! `/classifications`: one with its definition and class sizes, and its next version.

use crate::{asked::At, ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}};
use axum::extract::State;
use domain::classification::Classification;
use flow::analysis::classifications::{self, ClassificationView};
use flow::schema;
use serde::Deserialize;
use utoipa::ToSchema;

/// The next version of a classification.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClassificationEdit {
    /// the whole document; its key is the one in the path
    #[schema(value_type = schema::Classification)]
    pub definition: Classification,
}

/// A classification with its definition
///
/// Each class's rule as text and as a sentence, and how many customers it has as of the day.
#[utoipa::path(get, path = "/classifications/{key}", tag = "classification", params(At, ("key" = String, Path,)),
    responses((status = 200, body = ClassificationView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Path(key): Path<String>, Query(at): Query<At>) -> Result<Json<ClassificationView>> {
    Ok(Json(classifications::show(&ctx.app, &key, at.asked()?).await?))
}

/// Publish the next version of a classification
///
/// Checked as a whole before it is kept; earlier versions stay.
#[utoipa::path(put, path = "/classifications/{key}", tag = "classification", params(("key" = String, Path,)),
    request_body = ClassificationEdit,
    responses((status = 200, body = ClassificationView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, who: crate::session::Who, Path(key): Path<String>, Json(body): Json<ClassificationEdit>) -> Result<Json<ClassificationView>> {
    Ok(Json(classifications::edit(&ctx.app, &key, body.definition, &who.name).await?))
}
