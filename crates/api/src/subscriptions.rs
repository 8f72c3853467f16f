//! `/dashboards/{id}/subscription`: one's own, by mail; `/unsubscribe`: the way out that stands in each mail.

use crate::{
    ctx::Ctx,
    error::{Problem, Result},
    extract::{Json, Path},
    scope::Scope,
};
use axum::{extract::State, http::StatusCode};
use flow::dashboards::subscription::{self, SubscriptionDraft, SubscriptionView};
use serde::Deserialize;
use utoipa::ToSchema;

/// One's own subscription of a dashboard
#[utoipa::path(get, path = "/dashboards/{id}/subscription", tag = "dashboard", params(("id" = String, Path,)),
    responses((status = 200, body = SubscriptionView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<SubscriptionView>> {
    Ok(Json(subscription::show(&ctx.app, &scope.by(), &scope.member.email, &id).await?))
}

/// Get a dashboard by mail
///
/// Each day, each Monday or on the first of each month, from an hour on; what whoever gets it may see when it is written.
#[utoipa::path(put, path = "/dashboards/{id}/subscription", tag = "dashboard", params(("id" = String, Path,)), request_body = SubscriptionDraft,
    responses((status = 200, body = SubscriptionView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn set(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<SubscriptionDraft>) -> Result<Json<SubscriptionView>> {
    Ok(Json(subscription::set(&ctx.app, &scope.by(), &scope.member.email, &id, draft, ctx.config.address().as_deref()).await?))
}

/// Get it no longer
#[utoipa::path(delete, path = "/dashboards/{id}/subscription", tag = "dashboard", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn end(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    subscription::end(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What stands in the link of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// the token of the link
    pub token: String,
}

/// Unsubscribe by the link of a mail
///
/// Nobody need sign in for it. Only this call unsubscribes: programs that follow the links of mails do not.
#[utoipa::path(post, path = "/unsubscribe", tag = "dashboard", request_body = Unsubscribe,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn unsubscribe(State(ctx): State<Ctx>, Json(form): Json<Unsubscribe>) -> Result<StatusCode> {
    ctx.app.reload().await?;
    subscription::end_by_token(&ctx.app, &form.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
