//! `/session`, `/setup` and `/workspace`, and the session cookie.

use crate::account::{self, PasswordForm, SetupForm, SignIn, WorkspaceForm};
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::extract::{Json, Path};
use crate::limit;
use crate::scope::{self, Scope, cookie_name};
use crate::second_step::{self, CodeForm, Entry};
use axum::{
    extract::{ConnectInfo, FromRequestParts, State},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::access::{Permission, Role};
use flow::{people::viewing::{self, Over}, schema};
use serde::Serialize;
use std::net::SocketAddr;
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
    /// names of its owners, whom to ask for what one may not do; empty for who is not signed in
    pub owners: Vec<String>,
    /// an owner looks as `user`
    pub viewing: Option<ViewingView>,
    /// a sign-in of this browser waits for the code of its second step
    pub code_required: bool,
    /// the business asks everybody for a second factor and this person has none: nothing but setting one up is open to them
    pub second_factor_due: bool,
    /// what stands on the button of the business's own sign-in service, if there is one; for who is not signed in
    pub oidc: Option<String>,
    /// what the set-up page cannot ask: facts were imported before anybody set the business up, and were reckoned by it
    pub settled: Option<SettledView>,
}

/// An owner who looks at the product as another member sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ViewingView {
    /// name of the owner
    pub by: String,
    /// RFC 3339: at the latest
    pub until: String,
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
    /// what they are
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// what they may do; ask these and not the role
    #[schema(value_type = Vec<schema::Permission>)]
    pub permissions: Vec<Permission>,
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
    /// something is reckoned by time zone and currency, so both stay
    pub settled: bool,
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

/// The address a request comes from: the peer, or behind so many trusted proxies the entry of `X-Forwarded-For` that the
/// outermost of them wrote.
#[derive(Debug, Clone)]
pub struct Peer {
    /// the address
    pub address: String,
    /// what the program says of itself, cut to a sensible length
    pub agent: String,
}

/// Longest text of a browser about itself that is kept.
const AGENT: usize = 300;

impl FromRequestParts<Ctx> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Peer> {
        Ok(Peer::of(ctx, &parts.headers, &parts.extensions))
    }
}

impl Peer {
    /// Of a request.
    pub fn of(ctx: &Ctx, headers: &HeaderMap, extensions: &Extensions) -> Peer {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
        let entries: Vec<&str> = headers.get_all("x-forwarded-for").iter()
            .filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).map(str::trim).collect();
        let behind = ctx.config.proxies.checked_sub(1).and_then(|n| entries.iter().rev().nth(n)).map(|e| (*e).to_owned());
        let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Peer { address: behind.or(peer).unwrap_or_else(|| "unknown".to_owned()), agent: agent.chars().take(AGENT).collect() }
    }

    /// What its failures and requests are counted by.
    pub fn network(&self) -> String {
        limit::network(&self.address)
    }
}

/// The cookie of a token, or the one that takes it away.
fn set_cookie(ctx: &Ctx, token: Option<&str>) -> Result<HeaderValue> {
    cookie_of(ctx, &cookie_name(ctx), token, 14 * 24 * 3600)
}

/// A cookie of this name for so many seconds, or the one that takes it away.
pub(crate) fn cookie_of(ctx: &Ctx, name: &str, token: Option<&str>, seconds: i64) -> Result<HeaderValue> {
    let secure = if ctx.config.https() { "; Secure" } else { "" };
    let age = if token.is_some() { seconds } else { 0 };
    let value = token.unwrap_or("");
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).map_err(Error::internal)
}

/// The session as the page sees it.
async fn view(ctx: &Ctx, scope: Option<&Scope>, code_required: bool) -> Result<SessionView> {
    let setup_required = store::setup::required(&ctx.app.store).await?;
    let settings = ctx.app.settings();
    let reckoned = scope.is_some() && store::workspace::reckoned(&ctx.app.store).await?;
    let workspace = scope.map(|_| WorkspaceView {
        id: settings.id.clone(),
        name: settings.name.clone(),
        time_zone: settings.zone.name().to_owned(),
        currency: CurrencyView {
            code: settings.currency.code().to_owned(),
            digits: settings.currency.digits(),
            symbol: settings.currency.symbol(),
        },
        lang: settings.lang.tag().to_owned(),
        settled: reckoned,
    });
    let user = scope.map(|s| UserView {
        id: s.member.user.clone(),
        name: s.member.name.clone(),
        email: s.member.email.clone(),
        role: s.role,
        permissions: s.permissions.iter().collect(),
    });
    let owners = match scope {
        Some(_) => store::member::list(&ctx.app.store, &settings.id).await?.into_iter().filter(|m| m.role == Role::Owner && !m.disabled).map(|m| m.name).collect(),
        None => Vec::new(),
    };
    let settled = if setup_required { account::settled(ctx).await? } else { None };
    let settled = settled.map(|w| SettledView { time_zone: w.time_zone, currency: w.currency });
    let second_factor_due = scope.is_some_and(|s| s.second_factor_due);
    let oidc = match scope {
        None if ctx.config.origin.is_some() => flow::people::oidc::settings::label(&ctx.app).await?,
        _ => None,
    };
    let viewing = scope.and_then(|s| s.viewed.as_ref()).map(|v| ViewingView { by: v.by.name.clone(), until: v.until.rfc3339() });
    Ok(SessionView { oidc, setup_required, user, viewing, workspace, owners, code_required, second_factor_due, settled })
}

/// A session with its cookie; or, while it waits for its code, the cookie of that.
pub(crate) async fn begun(ctx: &Ctx, status: StatusCode, entry: &Entry) -> Result<Response> {
    let waits = second_step::cookie_name(ctx);
    match entry {
        Entry::In(scope) => {
            let mut response = (status, Json(view(ctx, Some(scope), false).await?)).into_response();
            response.headers_mut().insert(header::SET_COOKIE, set_cookie(ctx, Some(scope.person()?))?);
            response.headers_mut().append(header::SET_COOKIE, cookie_of(ctx, &waits, None, 0)?);
            Ok(response)
        }
        Entry::Code(token) => {
            let mut response = (status, Json(view(ctx, None, true).await?)).into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie_of(ctx, &waits, Some(token), second_step::WAITS)?);
            Ok(response)
        }
    }
}

/// Who is signed in
///
/// Also tells whether the first-run set-up is still to be done.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = SessionView)))]
pub async fn show(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<Json<SessionView>> {
    let scope = scope::of(&ctx, &headers).await?;
    let waits = scope.is_none() && second_step::waits(&ctx, &headers).await?;
    Ok(Json(view(&ctx, scope.as_ref(), waits).await?))
}

/// Sign in
///
/// Who has a second factor is not in yet: `code_required`, and a cookie by which the code is given.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, peer: Peer, Json(form): Json<SignIn>) -> Result<Response> {
    // to its end, also where nobody waits for the answer any more: a guess counts as a guess
    let door = ctx.clone();
    let entry = tokio::spawn(async move { account::sign_in(&door, form, &peer).await }).await.map_err(Error::internal)??;
    begun(&ctx, StatusCode::OK, &entry).await
}

/// Give the code of the second step
///
/// Ends a sign-in that waits for it: six digits of the app, or a recovery code; each is good once. Five tries, ten minutes.
#[utoipa::path(post, path = "/session/code", tag = "session", request_body = CodeForm,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn code(State(ctx): State<Ctx>, headers: HeaderMap, peer: Peer, Json(form): Json<CodeForm>) -> Result<Response> {
    let scope = second_step::finish(&ctx, &headers, &form, &peer).await?;
    begun(&ctx, StatusCode::OK, &Entry::In(scope)).await
}

/// Look as oneself again
///
/// Answers the session as it is then, also where it looked as nobody else.
#[utoipa::path(delete, path = "/session/view", tag = "member", responses((status = 200, body = SessionView)))]
pub async fn look_back(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<SessionView>> {
    let token = scope.person()?;
    account::look_back(&ctx, token, Over::Back).await?;
    let own = account::by_session(&ctx, token).await?;
    Ok(Json(view(&ctx, own.as_ref(), false).await?))
}

/// Look at the product as a member sees it
///
/// With their permissions, their sight and what is theirs; whatever changes anything, takes a file along or is about their account is
/// refused (`access.viewing`). For owners who came themselves. It belongs to this session and ends with `DELETE /session/view`, after
/// an hour, or when either of the two is locked, taken out or given another role.
#[utoipa::path(post, path = "/members/{id}/view", tag = "member", params(("id" = String, Path,)),
    responses((status = 200, body = SessionView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn look_as(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<SessionView>> {
    let token = scope.person()?;
    viewing::begin(&ctx.app, &scope.by(), &account::hash(token), &id).await?;
    let there = account::by_session(&ctx, token).await?;
    Ok(Json(view(&ctx, there.as_ref(), false).await?))
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
pub async fn end(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<Response> {
    if let Some(token) = scope::cookie(&ctx, &headers) {
        account::sign_out(&ctx, &token).await?;
    }
    if let Some(token) = scope::cookie_named(&headers, &second_step::cookie_name(&ctx)) {
        store::pending::delete(&ctx.app.store, &account::hash(&token)).await?;
    }
    let mut response = (StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&ctx, None)?)]).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie_of(&ctx, &second_step::cookie_name(&ctx), None, 0)?);
    Ok(response)
}

/// First-run set-up
///
/// With the token the server printed, makes the business and its owner, and signs the owner in. Works once. Where facts
/// were imported before, their time zone and currency stay (`settled` of the session); others are refused.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetupForm,
    responses((status = 201, body = SessionView), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn setup(State(ctx): State<Ctx>, peer: Peer, Json(form): Json<SetupForm>) -> Result<Response> {
    let scope = account::complete_setup(&ctx, form, &peer).await?;
    begun(&ctx, StatusCode::CREATED, &Entry::In(scope)).await
}

/// Change one's own password
///
/// Ends every other session of that person; this one goes on.
#[utoipa::path(put, path = "/session/password", tag = "session", request_body = PasswordForm,
    responses((status = 200, body = PasswordChanged), (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn password(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<PasswordForm>) -> Result<Json<PasswordChanged>> {
    Ok(Json(PasswordChanged { ended: account::change_password(&ctx, &scope, form).await? }))
}

/// Rename the business, set its language
///
/// Time zone and currency, too, until something is imported: then every day and amount is reckoned by them, and both stay.
#[utoipa::path(put, path = "/workspace", tag = "session", request_body = WorkspaceForm,
    responses((status = 200, body = SessionView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn workspace(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<WorkspaceForm>) -> Result<Json<SessionView>> {
    account::change_workspace(&ctx, &scope.actor(), &form).await?;
    Ok(Json(view(&ctx, Some(&scope), false).await?))
}
