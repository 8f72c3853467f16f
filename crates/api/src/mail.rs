//! `/mail`: the business's own mail server.

use crate::{
    ctx::Ctx,
    error::{Problem, Result},
    extract::Json,
    scope::Scope,
};
use axum::{extract::State, http::StatusCode};
use flow::mail::relay::{self, MailDraft, MailState, MailTested};

/// The mail server, and the newest mails
///
/// Its password is never told.
#[utoipa::path(get, path = "/mail", tag = "mail", responses((status = 200, body = MailState)))]
pub async fn show(State(ctx): State<Ctx>, _: Scope) -> Result<Json<MailState>> {
    Ok(Json(relay::show(&ctx.app).await?))
}

/// Set the mail server
///
/// Invitations go out by it. Without a `password` the one that is kept stays, as long as server and login stay.
#[utoipa::path(put, path = "/mail", tag = "mail", request_body = MailDraft,
    responses((status = 200, body = MailState), (status = 422, body = Problem)))]
pub async fn set(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<MailDraft>) -> Result<Json<MailState>> {
    Ok(Json(relay::set(&ctx.app, &scope.by(), draft).await?))
}

/// Take the mail server away
///
/// No mails go out any more.
#[utoipa::path(delete, path = "/mail", tag = "mail", responses((status = 204), (status = 404, body = Problem)))]
pub async fn unset(State(ctx): State<Ctx>, scope: Scope) -> Result<StatusCode> {
    relay::unset(&ctx.app, &scope.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test to oneself
///
/// Now, to the address of whoever asks; what came of it is answered.
#[utoipa::path(post, path = "/mail/test", tag = "mail", responses((status = 200, body = MailTested), (status = 404, body = Problem)))]
pub async fn test(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<MailTested>> {
    Ok(Json(relay::test(&ctx.app, &scope.member.email).await?))
}
