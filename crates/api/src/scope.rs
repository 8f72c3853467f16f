//! Who asks, and what they may: a signed-in person by the cookie, or a program by `Authorization: Bearer zhi_…`. What a route needs
//! stands beside it on the page of routes; the guard lets through whoever has it and nobody else.

use crate::account;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::limit::{self, Caller};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    Label,
    access::{Permission, Permissions, Role, Sight},
    audit::Actor,
    clock::Instant,
};
use flow::people::By;
use serde_json::json;
use store::{member::Member, session::Found, token::Token};

/// As whom a page was made to look, `usr_…`.
pub const VIEWING: &str = "x-zhiyin-viewing";
/// What every API token begins with.
pub const BEARER: &str = "zhi_";

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// nothing: anyone
    Open,
    /// a person who is signed in, even one who has still to set up the second factor everybody needs
    Account,
    /// a person who is signed in, whatever their role
    Session,
    /// this permission
    Has(Permission),
    /// a person who is signed in, whoever they look as: the way back to themselves
    Back,
}

impl Needs {
    /// As the API's description says it.
    pub fn key(self) -> &'static str {
        match self {
            Needs::Open => "open",
            Needs::Account | Needs::Session | Needs::Back => "session",
            Needs::Has(permission) => permission.key(),
        }
    }

    /// Is it shown to whoever looks as somebody else? Not what changes anything, what is about the account of that member, what makes
    /// a file that would be taken along in their name, nor their questions and tokens.
    fn shown(self, asks: bool) -> bool {
        let closed = matches!(self, Needs::Account | Needs::Session | Needs::Has(Permission::ExportTake | Permission::TokensWrite));
        self == Needs::Back || (asks && !closed)
    }

    fn check(self, scope: &Scope, asks: bool) -> Result<()> {
        if scope.viewed.is_some() && !self.shown(asks) {
            return Err(only_looks());
        }
        match self {
            Needs::Open => Ok(()),
            Needs::Back | Needs::Account => scope.person().map(|_| ()),
            _ if scope.second_factor_due => Err(due()),
            Needs::Session => scope.person().map(|_| ()),
            Needs::Has(permission) if scope.permissions.has(permission) => Ok(()),
            Needs::Has(permission) => Err(denied(permission)),
        }
    }
}

/// How they came.
#[derive(Clone, PartialEq, Eq)]
enum Via {
    /// a session, by its token
    Session(String),
    /// an API token, `tok_…`
    Token(String),
}

impl std::fmt::Debug for Via {
    /// What opens a session is never written down.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Via::Session(_) => f.write_str("Session"),
            Via::Token(id) => write!(f, "Token({id})"),
        }
    }
}

/// Whoever asks: who they are, what they may do and how much of people they see. Put into the request by [`guard`].
#[derive(Debug, Clone)]
pub struct Scope {
    /// who they are
    pub member: Member,
    /// the role: the person's, or their token's
    pub role: Role,
    /// what they may do
    pub permissions: Permissions,
    /// how much of people's details they see
    pub sight: Sight,
    /// everybody needs a second factor, and they have none: nothing but setting one up is open to them
    pub second_factor_due: bool,
    /// the owner who looks as `member`, if it is not they themselves
    pub viewed: Option<Viewed>,
    via: Via,
}

/// An owner who looks as somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewed {
    /// the owner
    pub by: Member,
    /// at the latest
    pub until: Instant,
}

impl Scope {
    /// A person who is signed in.
    pub fn signed_in(member: Member, session: String, second_factor_due: bool) -> Scope {
        let permissions = if second_factor_due { Permissions::NONE } else { member.permissions() };
        Scope { role: member.role, permissions, sight: permissions.sight(), second_factor_due, viewed: None, via: Via::Session(session), member }
    }

    /// Whoever has a session: the owner of it, or, as long as that lasts, the member as whom they look.
    pub fn of_session(found: Found, session: String, now: Instant) -> Scope {
        let own = Scope::signed_in(found.member, session, found.second_factor_due);
        let lasts = own.role == Role::Owner && !own.second_factor_due;
        match found.viewing.filter(|v| lasts && v.until > now).map(|v| (v.member, v.until)) {
            Some((Some(member), until)) => {
                let permissions = member.permissions().and(own.permissions);
                Scope { role: member.role, permissions, sight: permissions.sight(), viewed: Some(Viewed { by: own.member, until }), member, ..own }
            }
            _ => own,
        }
    }

    /// A program with somebody's token.
    pub fn token(token: &Token, owner: Member) -> Scope {
        let permissions = token.permissions(owner.permissions());
        Scope { role: token.role, permissions, sight: permissions.sight(), second_factor_due: false, viewed: None, via: Via::Token(token.id.clone()), member: owner }
    }

    /// As its requests are counted.
    pub fn caller(&self) -> Caller<'_> {
        match &self.via {
            Via::Session(token) => Caller::Session(token),
            Via::Token(id) => Caller::Token(id),
        }
    }

    /// For the audit log, and as the author of what they write.
    pub fn actor(&self) -> Actor {
        let token = match &self.via {
            Via::Session(_) => None,
            Via::Token(id) => Some(id.clone()),
        };
        Actor { id: self.member.user.clone(), name: self.member.name.clone(), token }
    }

    /// Who does something, and what they may do themselves.
    pub fn by(&self) -> By {
        By { actor: self.actor(), permissions: self.permissions }
    }

    /// The session's token, if a person came themselves.
    ///
    /// # Errors
    /// `access.session` for a program.
    pub fn person(&self) -> Result<&str> {
        match &self.via {
            Via::Session(token) => Ok(token),
            Via::Token(_) => Err(refused("access.session", "这一步要本人登录，令牌不行", "this takes a person who is signed in, not a token", json!({}))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Scope {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Scope> {
        parts.extensions.get::<Scope>().cloned().ok_or_else(Error::unauthenticated)
    }
}

/// Whoever looks as somebody else changes nothing.
fn only_looks() -> Error {
    refused("access.viewing", "您正在以他人的身份查看：只能看，不能改，也不能下载；请先回到自己的身份", "you are looking as somebody else, and neither change nor take anything that way; go back to yourself first", json!({}))
}

/// The page was made for somebody as whom its reader does not look any more.
fn looked() -> Error {
    let message = Label::new("您已不再以这位成员的身份查看，请刷新页面", "you do not look as this member any more; load the page anew");
    Error::new(StatusCode::CONFLICT, "access.viewing_over", message.en.clone()).params(json!({ "message": message }))
}

/// The second factor comes first.
fn due() -> Error {
    refused("session.second_factor_due", "企业要求两步验证：请先设置，才能继续", "this business asks everybody for a second step of signing in; set yours up first", json!({}))
}

/// The permission is lacking.
fn denied(permission: Permission) -> Error {
    let key = permission.key();
    refused("access.denied", format!("您没有这项权限：{key}"), format!("this takes a permission you do not have: {key}"), json!({ "permission": key }))
}

fn refused(code: &str, zh: impl Into<String>, en: impl Into<String>, mut params: serde_json::Value) -> Error {
    let message = Label::new(zh, en);
    params["message"] = json!(message);
    Error::new(StatusCode::FORBIDDEN, code, message.en).params(params)
}

/// What a guarded route is guarded with.
#[derive(Clone)]
pub struct Gate {
    /// the application
    pub ctx: Ctx,
    /// what the route needs
    pub needs: Needs,
    /// the route changes nothing, whatever its method
    pub asks: bool,
}

/// Lets a request through only with what its route needs, and says whose it is.
pub async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    // what only reads looks once how far the base is
    match gate.asks || matches!(*request.method(), Method::GET | Method::HEAD) {
        true => flow::looks::once(let_through(gate, true, request, next)).await,
        false => let_through(gate, false, request, next).await,
    }
}

async fn let_through(gate: Gate, asks: bool, mut request: Request, next: Next) -> Response {
    let scope = match of(&gate.ctx, request.headers()).await {
        Ok(Some(scope)) => scope,
        Ok(None) => return limit::stranger(&gate.ctx, &request).err().unwrap_or_else(Error::unauthenticated).into_response(),
        Err(e) => return e.into_response(),
    };
    if let Err(e) = gate.ctx.rate.take(scope.caller(), gate.ctx.app.clock.now()) {
        return e.into_response();
    }
    // a page that shows one member must not do anything as another
    let page = request.headers().get(VIEWING).map(|id| scope.viewed.is_some() && id.as_bytes() == scope.member.user.as_bytes());
    if page == Some(false) && gate.needs != Needs::Back {
        return looked().into_response();
    }
    if let Err(e) = gate.needs.check(&scope, asks) {
        return e.into_response();
    }
    request.extensions_mut().insert(scope);
    next.run(request).await
}

/// Whose request this is. A request that names a token is judged by it alone: a bad one is not saved by a cookie.
///
/// # Errors
/// When the store refuses.
pub async fn of(ctx: &Ctx, headers: &HeaderMap) -> Result<Option<Scope>> {
    if headers.contains_key(header::AUTHORIZATION) {
        return match bearer(headers) {
            Some(secret) => account::by_token(ctx, secret).await,
            None => Ok(None),
        };
    }
    match cookie(ctx, headers) {
        Some(token) => account::by_session(ctx, &token).await,
        None => Ok(None),
    }
}

/// Whose request this still is, long after it began. Unlike a request of its own it prolongs nothing.
///
/// # Errors
/// When the store refuses.
pub async fn still(ctx: &Ctx, headers: &HeaderMap) -> Result<Option<Scope>> {
    if headers.contains_key(header::AUTHORIZATION) {
        return of(ctx, headers).await;
    }
    match cookie(ctx, headers) {
        Some(token) => account::still_session(ctx, &token).await,
        None => Ok(None),
    }
}

/// The API token a request names.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && secret.starts_with(BEARER)).then_some(secret)
}

/// Name of the session cookie.
pub fn cookie_name(ctx: &Ctx) -> String {
    ctx.config.cookie("zhiyin")
}

/// The session token of a request.
pub fn cookie(ctx: &Ctx, headers: &HeaderMap) -> Option<String> {
    cookie_named(headers, &cookie_name(ctx))
}

/// The value of a cookie.
pub fn cookie_named(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.filter_map(|p| p.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_token_is_named_in_one_way() {
        let of = |value: &str| {
            let headers: HeaderMap = [(header::AUTHORIZATION, HeaderValue::from_str(value).expect("a header"))].into_iter().collect();
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer zhi_abc").as_deref(), Some("zhi_abc"));
        assert_eq!(of("bearer  zhi_abc ").as_deref(), Some("zhi_abc"));
        for bad in ["zhi_abc", "Basic zhi_abc", "Bearer abc", "Bearer", "Bearer inv_abc"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
