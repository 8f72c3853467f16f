//! `/webhooks`: where changes of segments and classes are told, what went there, and the word after a restore.

use crate::{
    ctx::Ctx,
    error::{Problem, Result},
    extract::{Json, Path, Query},
    paging::{self, Part},
    scope::Scope,
};
use axum::{extract::State, http::StatusCode};
use flow::webhooks::{
    endpoints::{self, OutboundConfirmed, OutboundWord, WebhookDraft, WebhookMade},
    view::{self, DeliveryDetail, DeliveryPage, DeliveryState, HeldView, WebhookView},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Endpoints of webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// oldest first
    pub items: Vec<WebhookView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
    /// nothing goes out until somebody looked at this restore
    pub held: Option<HeldView>,
}

/// Which deliveries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// only in this state
    pub state: Option<DeliveryState>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// Where changes are told
#[utoipa::path(get, path = "/webhooks", tag = "webhook", params(Part), responses((status = 200, body = WebhookList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, _: Scope, Query(p): Query<Part>) -> Result<Json<WebhookList>> {
    let (all, held) = view::list(&ctx.app).await?;
    let (items, next_cursor) = p.of(all)?;
    Ok(Json(WebhookList { items, next_cursor, held }))
}

/// Have changes told
///
/// Messages follow Standard Webhooks: each names itself (`webhook-id`), says when it is sent (`webhook-timestamp`) and is signed
/// (`webhook-signature`). The secret is shown this once.
#[utoipa::path(post, path = "/webhooks", tag = "webhook", request_body = WebhookDraft,
    responses((status = 201, body = WebhookMade), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<WebhookDraft>) -> Result<(StatusCode, Json<WebhookMade>)> {
    Ok((StatusCode::CREATED, Json(endpoints::create(&ctx.app, &scope.by(), &draft).await?)))
}

/// One webhook
#[utoipa::path(get, path = "/webhooks/{id}", tag = "webhook", params(("id" = String, Path,)),
    responses((status = 200, body = WebhookView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, _: Scope, Path(id): Path<String>) -> Result<Json<WebhookView>> {
    Ok(Json(view::show(&ctx.app, &id).await?))
}

/// Change a webhook
///
/// Switched off, what waits for it is dropped. Switched on after a pause, what waits is tried at once.
#[utoipa::path(put, path = "/webhooks/{id}", tag = "webhook", params(("id" = String, Path,)), request_body = WebhookDraft,
    responses((status = 200, body = WebhookView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<WebhookDraft>) -> Result<Json<WebhookView>> {
    Ok(Json(endpoints::edit(&ctx.app, &scope.by(), &id, &draft).await?))
}

/// Take a webhook away
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhook", params(("id" = String, Path,)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    endpoints::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook a new secret
///
/// It is shown this once. For a day messages are signed with the one before, too, so that the receiver can change over.
#[utoipa::path(post, path = "/webhooks/{id}/secret", tag = "webhook", params(("id" = String, Path,)),
    responses((status = 200, body = WebhookMade), (status = 404, body = Problem)))]
pub async fn turn(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<WebhookMade>> {
    Ok(Json(endpoints::turn(&ctx.app, &scope.by(), &id).await?))
}

/// Send a test
///
/// A `ping` is sent at once, and what came of it is answered: status and time, nothing of what the other side says.
#[utoipa::path(post, path = "/webhooks/{id}/test", tag = "webhook", params(("id" = String, Path,)),
    responses((status = 200, body = DeliveryDetail), (status = 404, body = Problem)))]
pub async fn test(State(ctx): State<Ctx>, _: Scope, Path(id): Path<String>) -> Result<Json<DeliveryDetail>> {
    Ok(Json(endpoints::test(&ctx.app, &id).await?))
}

/// What went to a webhook
///
/// Newest first, for thirty days.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", tag = "webhook", params(("id" = String, Path,), DeliveryQuery),
    responses((status = 200, body = DeliveryPage), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn deliveries(State(ctx): State<Ctx>, _: Scope, Path(id): Path<String>, Query(q): Query<DeliveryQuery>) -> Result<Json<DeliveryPage>> {
    let limit = paging::limit(q.limit)? as u32;
    Ok(Json(view::deliveries(&ctx.app, &id, q.state, q.cursor.as_deref(), limit).await?))
}

/// One delivery, what is sent, and every try
#[utoipa::path(get, path = "/webhooks/{id}/deliveries/{delivery}", tag = "webhook", params(("id" = String, Path,), ("delivery" = String, Path,)),
    responses((status = 200, body = DeliveryDetail), (status = 404, body = Problem)))]
pub async fn show_delivery(State(ctx): State<Ctx>, _: Scope, Path((id, delivery)): Path<(String, String)>) -> Result<Json<DeliveryDetail>> {
    Ok(Json(view::show_delivery(&ctx.app, &id, &delivery).await?))
}

/// Send a message again
///
/// One that was sent or given up, with the same `webhook-id`.
#[utoipa::path(post, path = "/webhooks/{id}/deliveries/{delivery}/retry", tag = "webhook", params(("id" = String, Path,), ("delivery" = String, Path,)),
    responses((status = 200, body = DeliveryDetail), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn resend(State(ctx): State<Ctx>, scope: Scope, Path((id, delivery)): Path<(String, String)>) -> Result<Json<DeliveryDetail>> {
    Ok(Json(endpoints::resend(&ctx.app, &scope.by(), &id, &delivery).await?))
}

/// After a restore: let things go out again
///
/// What waited in the backup may have gone out after it was made; it is sent, or dropped if asked for.
#[utoipa::path(post, path = "/outbound/confirm", tag = "webhook", request_body = OutboundWord,
    responses((status = 200, body = OutboundConfirmed), (status = 409, body = Problem)))]
pub async fn confirm(State(ctx): State<Ctx>, scope: Scope, Json(word): Json<OutboundWord>) -> Result<Json<OutboundConfirmed>> {
    Ok(Json(endpoints::confirm(&ctx.app, &scope.by(), word).await?))
}
