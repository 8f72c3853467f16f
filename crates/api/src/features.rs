//! `/features`: the catalog, and features of one's own without code.

use crate::{asked::{Anyway, Base, Restore}, ctx::Ctx, error::{Problem, Result}, extract::{Json, Path, Query}, paging::Part, scope::Scope};
use axum::{extract::State, http::StatusCode};
use domain::feature::Feature;
use flow::{
    analysis::{features::{self, FeatureList}, versions::{self, Versions}},
    kinds::{self, KindForm, KindReport},
    schema,
};
use store::definition::Kind;

/// The feature catalog
#[utoipa::path(get, path = "/features", tag = "feature", params(Part), responses((status = 200, body = FeatureList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<FeatureList>> {
    let all = features::list(&ctx.app, scope.sight).await?;
    let (items, next_cursor) = p.of(all.items)?;
    Ok(Json(FeatureList { items, next_cursor, ..all }))
}

/// Add a feature of one's own
///
/// An attribute, an aggregate or a formula; checked for types and circles before it is kept.
#[utoipa::path(post, path = "/features", tag = "feature", request_body = schema::Feature,
    responses((status = 201, body = schema::Feature), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(feature): Json<Feature>) -> Result<(StatusCode, Json<Feature>)> {
    Ok((StatusCode::CREATED, Json(features::create(&ctx.app, scope.sight, feature, &scope.actor()).await?)))
}

/// Publish the next version of a feature of one's own
#[utoipa::path(put, path = "/features/{key}", tag = "feature", params(Base, ("key" = String, Path,)), request_body = schema::Feature,
    responses((status = 200, body = schema::Feature), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(q): Query<Base>, Json(feature): Json<Feature>) -> Result<Json<Feature>> {
    Ok(Json(features::edit(&ctx.app, scope.sight, &key, feature, q.version, &scope.actor()).await?))
}

/// Take a feature of one's own away, or put a changed one back
///
/// One's own is refused while another definition needs it, and asked about (`anyway`) while something names it. Of one that ships with the product the changed version goes, and
/// the shipped one is in force again.
#[utoipa::path(delete, path = "/features/{key}", tag = "feature", params(Anyway, ("key" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Query(q): Query<Anyway>) -> Result<StatusCode> {
    features::remove(&ctx.app, &scope.by(), &key, q.anyway == Some(true)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give an own field of customers another kind
///
/// With `dry_run` it is only said what would become of what was written: how much is kept, converted and lost, with examples, and what
/// would no longer be understood; while there is any of that, the change is refused. `seen` of the dry run makes sure that it comes to what
/// was looked at. What was written stays as it is and is only read in another way: the former version put in force again, the field says
/// what it said.
#[utoipa::path(post, path = "/features/{key}/kind", tag = "feature", params(("key" = String, Path,)), request_body = KindForm,
    responses((status = 200, body = KindReport), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rekind(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Json(form): Json<KindForm>) -> Result<Json<KindReport>> {
    Ok(Json(kinds::of_feature(&ctx.app, &scope.by(), &key, &form).await?))
}

/// The versions of a feature
///
/// What each changed, who published it, what it would change back, and what uses the feature.
#[utoipa::path(get, path = "/features/{key}/versions", tag = "feature", params(("key" = String, Path,)),
    responses((status = 200, body = Versions), (status = 404, body = Problem)))]
pub async fn versions(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>) -> Result<Json<Versions>> {
    Ok(Json(versions::list(&ctx.app, &scope.by(), Kind::Feature, &key).await?))
}

/// Put an earlier version of a feature in force again
///
/// As its next version: nothing that was ever in force is rewritten.
#[utoipa::path(post, path = "/features/{key}/restore", tag = "feature", params(("key" = String, Path,)), request_body = Restore,
    responses((status = 200, body = Versions), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(key): Path<String>, Json(body): Json<Restore>) -> Result<Json<Versions>> {
    Ok(Json(versions::restore(&ctx.app, &scope.by(), Kind::Feature, &key, body.version).await?))
}
