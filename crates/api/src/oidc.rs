//! `/session/oidc` and `/workspace/sign-in/oidc`: signing in through a service of one's own. The service sends people back to a page of the
//! web app, which hands on what they bring: no address that is logged on our side does anything.

use crate::{
    account,
    ctx::Ctx,
    error::{Error, Problem, Result},
    extract::Json,
    scope::{self, Scope},
    second_step,
    session::{self, Peer, SessionView, cookie_of},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::audit::{Action, Actor};
use flow::{
    audit,
    people::oidc::{self, AWAY, Coming, settings::{self, OidcDraft, OidcState}},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Where to go.
#[derive(Clone, Serialize, ToSchema)]
pub struct OidcLeaving {
    /// the service's page; one comes back by itself
    pub url: String,
}

/// What the service sent along.
#[derive(Clone, Deserialize, ToSchema)]
pub struct OidcComing {
    /// `code` of the address
    pub code: String,
    /// `state` of the address
    pub state: String,
    /// `iss` of the address, if there is one
    #[serde(default)]
    pub iss: Option<String>,
}

fn cookie_name(ctx: &Ctx) -> String {
    ctx.config.cookie("zhiyin-oidc")
}

/// Where people come back to: under our own address as it was configured, whatever a request says.
fn redirect(ctx: &Ctx) -> Result<String> {
    let address = ctx.config.address().ok_or_else(|| Error::new(StatusCode::NOT_FOUND, "oidc.not_found", "nobody signs in this way here"))?;
    Ok(settings::redirect(&address))
}

/// Go to the sign-in service
///
/// Answers where; the browser gets a cookie without which nobody comes back.
#[utoipa::path(post, path = "/session/oidc", tag = "session",
    responses((status = 200, body = OidcLeaving), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn leave(State(ctx): State<Ctx>, peer: Peer) -> Result<Response> {
    ctx.workspace().await?;
    let redirect = redirect(&ctx)?;
    ctx.brake.check(&keys(&peer), ctx.app.clock.now()).await?;
    let (browser, kept) = account::secret(&ctx)?;
    let [(state, _), (nonce, _), (verifier, _)] = [account::secret(&ctx)?, account::secret(&ctx)?, account::secret(&ctx)?];
    let leaving = oidc::leave(&ctx.app, [&state, &nonce, &verifier], &kept, &redirect).await?;
    let mut response = Json(OidcLeaving { url: leaving.url }).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie_of(&ctx, &cookie_name(&ctx), Some(&browser), AWAY)?);
    Ok(response)
}

fn keys(peer: &Peer) -> [String; 1] {
    [format!("oidc:{}", peer.network())]
}

/// Come back from the sign-in service
///
/// With what it sent along, once, in the browser that went there. Who has a second factor is asked for its code.
#[utoipa::path(post, path = "/session/oidc/finish", tag = "session", request_body = OidcComing,
    responses((status = 200, body = SessionView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn come(State(ctx): State<Ctx>, headers: HeaderMap, peer: Peer, Json(form): Json<OidcComing>) -> Result<Response> {
    ctx.workspace().await?;
    let redirect = redirect(&ctx)?;
    let now = ctx.app.clock.now();
    ctx.brake.check(&keys(&peer), now).await?;
    let browser = scope::cookie_named(&headers, &cookie_name(&ctx)).unwrap_or_default();
    let back = Coming { code: &form.code, state: &form.state, issuer: form.iss.as_deref(), browser_hash: &account::hash(&browser) };
    let user = match oidc::come(&ctx.app, back, &redirect).await {
        Ok(user) => user,
        Err(e) => {
            ctx.brake.failed(&keys(&peer), now).await?;
            let e = Error::from(e);
            let note = audit::of(&ctx.app, &Actor::nobody(), Action::SessionRefused, "").detail(json!({ "from": peer.address, "via": "oidc", "why": e.problem().code }));
            audit::note(&ctx.app, note).await?;
            return Err(e);
        }
    };
    let entry = second_step::arrive(&ctx, &user, &peer, "oidc").await?;
    let mut response = session::begun(&ctx, StatusCode::OK, &entry).await?;
    response.headers_mut().append(header::SET_COOKIE, cookie_of(&ctx, &cookie_name(&ctx), None, 0)?);
    Ok(response)
}

/// The sign-in service
///
/// Its secret is never told.
#[utoipa::path(get, path = "/workspace/sign-in/oidc", tag = "session", responses((status = 200, body = OidcState)))]
pub async fn show(State(ctx): State<Ctx>, _: Scope) -> Result<Json<OidcState>> {
    Ok(Json(settings::show(&ctx.app, ctx.config.address().as_deref()).await?))
}

/// Set the sign-in service
///
/// It is asked what it says of itself before it is kept. Without a `client_secret` the one that is kept stays, as long as service and client stay.
#[utoipa::path(put, path = "/workspace/sign-in/oidc", tag = "session", request_body = OidcDraft,
    responses((status = 200, body = OidcState), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn set(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<OidcDraft>) -> Result<Json<OidcState>> {
    Ok(Json(settings::set(&ctx.app, &scope.by(), draft, ctx.config.address().as_deref()).await?))
}

/// Take the sign-in service away
///
/// Who signed in through it signs in with a password from then on, if they have one.
#[utoipa::path(delete, path = "/workspace/sign-in/oidc", tag = "session", responses((status = 204), (status = 404, body = Problem)))]
pub async fn unset(State(ctx): State<Ctx>, scope: Scope) -> Result<StatusCode> {
    settings::unset(&ctx.app, &scope.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
