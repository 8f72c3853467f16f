//! `/session/second-factor`, `/members/{id}/second-factor` and `/workspace/sign-in`: a code besides the password.

use crate::{
    account,
    ctx::Ctx,
    error::{Problem, Result},
    extract::{Json, Path},
    scope::Scope,
    second_step::{self, CodeForm, counted, keys, proves},
    sessions::SessionsEnded,
};
use axum::{extract::State, http::StatusCode};
use flow::people::members::How;
use flow::people::second_factor::{self, RecoveryCodes, SecondFactorOffer, SecondFactorView, SignInRules, SignInRulesEdit};
use serde::Deserialize;
use utoipa::ToSchema;

/// What turning it off takes.
#[derive(Clone, Deserialize, ToSchema)]
pub struct SecondFactorEnd {
    /// the present password; empty for an account that has none
    #[serde(default)]
    pub password: String,
    /// six digits, or a recovery code
    pub code: String,
}

/// One's own second factor
#[utoipa::path(get, path = "/session/second-factor", tag = "session", responses((status = 200, body = SecondFactorView)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<SecondFactorView>> {
    Ok(Json(second_factor::show(&ctx.app, &scope.member.user).await?))
}

/// Begin to set a second factor up
///
/// Answers a new secret for an authenticator app, this once; in force when a code of it was given.
#[utoipa::path(post, path = "/session/second-factor", tag = "session", responses((status = 201, body = SecondFactorOffer), (status = 409, body = Problem)))]
pub async fn offer(State(ctx): State<Ctx>, scope: Scope) -> Result<(StatusCode, Json<SecondFactorOffer>)> {
    Ok((StatusCode::CREATED, Json(second_factor::offer(&ctx.app, &scope.by(), &scope.member.email).await?)))
}

/// Put one's second factor in force
///
/// By a code of the app. Every other session of that person ends; ten recovery codes are shown this once.
#[utoipa::path(post, path = "/session/second-factor/confirm", tag = "session", request_body = CodeForm,
    responses((status = 200, body = RecoveryCodes), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn confirm(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<CodeForm>) -> Result<Json<RecoveryCodes>> {
    let user = scope.member.user.as_str();
    ctx.brake.check(&keys(user), ctx.app.clock.now()).await?;
    let current = account::hash(scope.person()?);
    Ok(Json(counted(&ctx, user, second_factor::confirm(&ctx.app, &scope.by(), &form.code, &current).await).await?))
}

/// Make one's recovery codes anew
///
/// By a code of the app. The old ones are void; the new ones are shown this once.
#[utoipa::path(post, path = "/session/second-factor/recovery", tag = "session", request_body = CodeForm,
    responses((status = 200, body = RecoveryCodes), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn renew(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<CodeForm>) -> Result<Json<RecoveryCodes>> {
    let user = scope.member.user.as_str();
    ctx.brake.check(&keys(user), ctx.app.clock.now()).await?;
    Ok(Json(counted(&ctx, user, second_factor::renew(&ctx.app, &scope.by(), &form.code).await).await?))
}

/// Turn one's second factor off
///
/// Takes the present password and a code.
#[utoipa::path(post, path = "/session/second-factor/off", tag = "session", request_body = SecondFactorEnd,
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn turn_off(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<SecondFactorEnd>) -> Result<StatusCode> {
    let user = scope.member.user.as_str();
    ctx.brake.check(&keys(user), ctx.app.clock.now()).await?;
    proves(&ctx, &scope, form.password, "password").await?;
    second_step::counted(&ctx, user, second_factor::turn_off(&ctx.app, &scope.by(), &form.code).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a member's second factor away
///
/// For who lost the app and the recovery codes. Every session of theirs ends; they sign in with what is left and set up a new one.
#[utoipa::path(delete, path = "/members/{id}/second-factor", tag = "member", params(("id" = String, Path,)),
    responses((status = 200, body = SessionsEnded), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn reset(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<SessionsEnded>> {
    Ok(Json(SessionsEnded { ended: second_factor::reset(&ctx.app, &scope.by(), &id, How::Done).await? }))
}

/// What is asked of everybody who signs in
#[utoipa::path(get, path = "/workspace/sign-in", tag = "session", responses((status = 200, body = SignInRules)))]
pub async fn rules(State(ctx): State<Ctx>, _: Scope) -> Result<Json<SignInRules>> {
    Ok(Json(second_factor::rules(&ctx.app).await?))
}

/// Say what is asked of everybody who signs in
///
/// Who has no second factor and needs one sets it up before anything else, from their next request on. API tokens go on.
#[utoipa::path(put, path = "/workspace/sign-in", tag = "session", request_body = SignInRulesEdit, responses((status = 200, body = SignInRules)))]
pub async fn set_rules(State(ctx): State<Ctx>, scope: Scope, Json(edit): Json<SignInRulesEdit>) -> Result<Json<SignInRules>> {
    Ok(Json(second_factor::set_rules(&ctx.app, &scope.by(), edit).await?))
}
