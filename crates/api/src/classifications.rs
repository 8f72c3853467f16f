//! `/classifications`: one with its definition and class sizes, its next version, and ones of one's own.

use crate::{asked::{Anyway, At, Back, Base, Restore}, ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, scope::Scope};
use axum::{extract::State, http::StatusCode};
use domain::classification::Classification;
use flow::analysis::{
    classifications::{self, ClassificationPreview, ClassificationView},
    trend::{self, ClassTrend},
    versions::{self, Versions},
};
use flow::schema;
use serde::Deserialize;
use store::definition::Kind;
use utoipa::ToSchema;

/// A classification, or its next version.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClassificationEdit {
    /// the whole document; the key of one that is there is the one in the path
    #[schema(value_type = schema::Classification)]
    pub definition: Classification,
}

/// A classification with its definition
///
/// Each class's rule as text and as a sentence, and how many customers it has as of the day.
#[utoipa::path(get, path = "/classifications/{key}", tag = "classification", params(At, ("key" = String, Path,)),
    responses((status = 200, body = ClassificationView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(at): Query<At>) -> Result<Json<ClassificationView>> {
    Ok(Json(classifications::show(&ctx.app, scope.sight, &key, at.asked()?).await?))
}

/// Add a classification of one's own
///
/// Without a key one is made from its name. Checked as a whole before it is kept; usable in rules at once as `class.<key>`.
#[utoipa::path(post, path = "/classifications", tag = "classification", request_body = ClassificationEdit,
    responses((status = 201, body = ClassificationView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(body): Json<ClassificationEdit>) -> Result<(StatusCode, Json<ClassificationView>)> {
    Ok((StatusCode::CREATED, Json(classifications::create(&ctx.app, scope.sight, body.definition, &scope.actor()).await?)))
}

/// Publish the next version of a classification
///
/// Checked as a whole before it is kept; earlier versions stay.
#[utoipa::path(put, path = "/classifications/{key}", tag = "classification", params(Base, ("key" = String, Path,)),
    request_body = ClassificationEdit,
    responses((status = 200, body = ClassificationView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(q): Query<Base>, Json(body): Json<ClassificationEdit>) -> Result<Json<ClassificationView>> {
    Ok(Json(classifications::edit(&ctx.app, scope.sight, &key, body.definition, q.version, &scope.actor()).await?))
}

/// Take a classification of one's own away, or put a changed one back
///
/// One's own is refused while another definition needs it, and asked about (`anyway`) while something names it. Of one that ships with the product the changed version goes, and
/// the shipped one is in force again.
#[utoipa::path(delete, path = "/classifications/{key}", tag = "classification", params(Anyway, ("key" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(q): Query<Anyway>) -> Result<StatusCode> {
    classifications::remove(&ctx.app, &scope.by(), &key, q.anyway == Some(true)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a classification would do that is still being written
///
/// The sizes of its classes, and against the version in force who would change class: every pair of classes.
#[utoipa::path(post, path = "/classifications/preview", tag = "classification", request_body = ClassificationEdit,
    responses((status = 200, body = ClassificationPreview), (status = 422, body = Problem)))]
pub async fn preview(State(ctx): State<Ctx>, scope: Scope, Json(body): Json<ClassificationEdit>) -> Result<Json<ClassificationPreview>> {
    Ok(Json(classifications::preview(&ctx.app, scope.sight, body.definition).await?))
}

/// The versions of a classification
///
/// What each changed, who published it, what it would change back, and what uses the classification.
#[utoipa::path(get, path = "/classifications/{key}/versions", tag = "classification", params(("key" = String, Path,)),
    responses((status = 200, body = Versions), (status = 404, body = Problem)))]
pub async fn versions(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>) -> Result<Json<Versions>> {
    Ok(Json(versions::list(&ctx.app, &scope.by(), Kind::Classification, &key).await?))
}

/// Put an earlier version of a classification in force again
///
/// As its next version: nothing that was ever in force is rewritten.
#[utoipa::path(post, path = "/classifications/{key}/restore", tag = "classification", params(("key" = String, Path,)), request_body = Restore,
    responses((status = 200, body = Versions), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Json(body): Json<Restore>) -> Result<Json<Versions>> {
    Ok(Json(versions::restore(&ctx.app, &scope.by(), Kind::Classification, &key, body.version).await?))
}

/// A classification over time
///
/// The sizes of its classes on days before, by the definition in force. Days that are still being computed are counted in
/// `pending`: ask again.
#[utoipa::path(get, path = "/classifications/{key}/trend", tag = "classification", params(At, Back, ("key" = String, Path,)),
    responses((status = 200, body = ClassTrend), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn trend(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(at): Query<At>, Query(back): Query<Back>) -> Result<Json<ClassTrend>> {
    Ok(Json(trend::of_classification(&ctx.app, scope.sight, &key, back.span(&at)?).await?))
}
