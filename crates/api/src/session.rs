//! `/session`, `/setup` and `/workspace`, the session cookie, and the guard that lets only signed-in people further.

use crate::account::{self, PasswordForm, SetupForm, SignIn, WorkspaceForm};
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::extract::Json;
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::net::SocketAddr;
use store::user::User;
use utoipa::ToSchema;

/// Who is signed in, as far as the page must know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    /// nobody can sign in yet: show the set-up page
    pub setup_required: bool,
    /// the signed-in person
    pub user: Option<UserView>,
    /// the business; only for people who are signed in
    pub workspace: Option<WorkspaceView>,
    /// what the set-up page cannot ask: facts were imported before anybody set the business up, and were reckoned by it
    pub settled: Option<SettledView>,
}

/// What facts were reckoned by and stays.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettledView {
    /// IANA name
    pub time_zone: String,
    /// ISO 4217 code
    pub currency: String,
}

/// A password was changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasswordChanged {
    /// so many other sessions of that person ended
    pub ended: u64,
}

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserView {
    /// `usr_…`
    pub id: String,
    /// display name
    pub name: String,
    /// e-mail
    pub email: String,
}

/// The business.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkspaceView {
    /// `wsp_…`
    pub id: String,
    /// display name
    pub name: String,
    /// IANA name
    pub time_zone: String,
    /// reporting currency
    pub currency: CurrencyView,
    /// default language, `zh-CN` or `en`
    pub lang: String,
}

/// A currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CurrencyView {
    /// ISO 4217
    pub code: String,
    /// digits after the decimal point
    pub digits: u32,
    /// sign
    pub symbol: String,
}

/// The signed-in person, put into the request by [`guard`].
#[derive(Debug, Clone)]
pub struct Who {
    /// `usr_…`
    pub id: String,
    /// display name, the author of what they change
    pub name: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who> {
        parts.extensions.get::<Who>().cloned().ok_or_else(Error::unauthenticated)
    }
}

/// The address a request comes from: the peer, or behind so many trusted proxies the entry of `X-Forwarded-For` that the
/// outermost of them wrote.
#[derive(Debug, Clone)]
pub struct Peer(pub String);

impl FromRequestParts<Ctx> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Peer> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
        let entries: Vec<&str> = parts.headers.get_all("x-forwarded-for").iter()
            .filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).map(str::trim).collect();
        let behind = ctx.config.proxies.checked_sub(1).and_then(|n| entries.iter().rev().nth(n)).map(|e| (*e).to_owned());
        Ok(Peer(behind.or(peer).unwrap_or_else(|| "unknown".to_owned())))
    }
}

fn cookie_name(ctx: &Ctx) -> &'static str {
    if ctx.config.https() { "__Host-zhiyin" } else { "zhiyin" }
}

/// The session token of a request.
fn token(ctx: &Ctx, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(ctx);
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.filter_map(|p| p.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v.to_owned())
}

/// The cookie of a token, or the one that takes it away.
fn cookie(ctx: &Ctx, token: Option<&str>) -> Result<HeaderValue> {
    let secure = if ctx.config.https() { "; Secure" } else { "" };
    let age = if token.is_some() { 14 * 24 * 3600 } else { 0 };
    let value = token.unwrap_or("");
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}", cookie_name(ctx));
    HeaderValue::from_str(&text).map_err(Error::internal)
}

/// Lets a request through only with a session, and says whose it is.
pub async fn guard(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    let user = match token(&ctx, request.headers()) {
        Some(token) => account::user_of(&ctx, &token).await,
        None => Ok(None),
    };
    match user {
        Ok(Some(user)) => {
            request.extensions_mut().insert(Who { id: user.id, name: user.name });
            next.run(request).await
        }
        Ok(None) => Error::unauthenticated().into_response(),
        Err(e) => e.into_response(),
    }
}

/// The session as the page sees it.
async fn view(ctx: &Ctx, user: Option<User>) -> Result<SessionView> {
    let setup_required = store::setup::required(&ctx.app.store).await?;
    let settings = ctx.app.settings();
    let workspace = user.as_ref().map(|_| WorkspaceView {
        id: settings.id.clone(),
        name: settings.name.clone(),
        time_zone: settings.zone.name().to_owned(),
        currency: CurrencyView {
            code: settings.currency.code().to_owned(),
            digits: settings.currency.digits(),
            symbol: settings.currency.symbol(),
        },
        lang: settings.lang.tag().to_owned(),
    });
    let user = user.map(|u| UserView { id: u.id, name: u.name, email: u.email });
    let settled = if setup_required { account::settled(ctx).await? } else { None };
    Ok(SessionView { setup_required, user, workspace, settled: settled.map(|w| SettledView { time_zone: w.time_zone, currency: w.currency }) })
}

/// A session with its cookie.
async fn begun(ctx: &Ctx, status: StatusCode, user: User, token: &str) -> Result<Response> {
    let view = view(ctx, Some(user)).await?;
    let mut response = (status, Json(view)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(ctx, Some(token))?);
    Ok(response)
}

/// Who is signed in
///
/// Also tells whether the first-run set-up is still to be done.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = SessionView)))]
pub async fn show(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<Json<SessionView>> {
    let user = match token(&ctx, &headers) {
        Some(token) => account::user_of(&ctx, &token).await?,
        None => None,
    };
    Ok(Json(view(&ctx, user).await?))
}

/// Sign in
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, Peer(from): Peer, Json(form): Json<SignIn>) -> Result<Response> {
    let (user, token) = account::sign_in(&ctx, form, &from).await?;
    begun(&ctx, StatusCode::OK, user, &token).await
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
pub async fn end(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<Response> {
    if let Some(token) = token(&ctx, &headers) {
        account::sign_out(&ctx, &token).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&ctx, None)?)]).into_response())
}

/// First-run set-up
///
/// With the token the server printed, makes the business and its owner, and signs the owner in. Works once. Where facts
/// were imported before, their time zone and currency stay (`settled` of the session); others are refused.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetupForm,
    responses((status = 201, body = SessionView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn setup(State(ctx): State<Ctx>, Peer(from): Peer, Json(form): Json<SetupForm>) -> Result<Response> {
    let (owner, token) = account::complete_setup(&ctx, form, &from).await?;
    begun(&ctx, StatusCode::CREATED, owner, &token).await
}

/// Change one's own password
///
/// Ends every other session of that person; this one goes on.
#[utoipa::path(put, path = "/session/password", tag = "session", request_body = PasswordForm,
    responses((status = 200, body = PasswordChanged), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn password(State(ctx): State<Ctx>, who: Who, headers: HeaderMap, Json(form): Json<PasswordForm>) -> Result<Json<PasswordChanged>> {
    let token = token(&ctx, &headers).ok_or_else(Error::unauthenticated)?;
    Ok(Json(PasswordChanged { ended: account::change_password(&ctx, &who.id, &token, form).await? }))
}

/// Rename the business, set its language
///
/// Time zone and currency stay as they were set up: every day and amount was reckoned by them.
#[utoipa::path(put, path = "/workspace", tag = "session", request_body = WorkspaceForm,
    responses((status = 200, body = SessionView), (status = 422, body = Problem)))]
pub async fn workspace(State(ctx): State<Ctx>, who: Who, Json(form): Json<WorkspaceForm>) -> Result<Json<SessionView>> {
    account::change_workspace(&ctx, &form).await?;
    let user = store::user::get(&ctx.app.store, &who.id).await?;
    Ok(Json(view(&ctx, user).await?))
}
