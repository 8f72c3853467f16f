//! `/tokens`: what programs sign in with. Made by a person who is signed in, shown once.

use crate::{
    account,
    ctx::Ctx,
    error::{Error, Problem, Result},
    extract::{Json, Path, Query},
    paging::Part,
    scope::{BEARER, Scope},
};
use axum::{extract::State, http::StatusCode};
use domain::access::{Personal, Role};
use flow::{
    people::tokens::{self, NewToken, TokenView},
    schema,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Days a token is good if nobody says.
const DAYS: u32 = 90;
/// At most.
const MOST_DAYS: u32 = 365;
/// Letters of the secret that are shown later, to tell it by.
const SHOWN: usize = BEARER.len() + 6;

/// API tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenList {
    /// newest first
    pub items: Vec<TokenView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// A token to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TokenForm {
    /// what it is for
    pub name: String,
    /// at most what this role may, and at most what its owner may
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// whether it sees people's details; absent: as the role says
    #[serde(default)]
    #[schema(value_type = schema::Personal)]
    pub personal: Personal,
    /// good for so many days, 1–365; absent = 90
    pub days: Option<u32>,
}

/// A token with its secret, which is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct TokenMade {
    /// the token
    pub token: TokenView,
    /// `zhi_…`, for `Authorization: Bearer …`
    pub secret: String,
}

/// One's API tokens
///
/// For who manages members everybody's.
#[utoipa::path(get, path = "/tokens", tag = "token", params(Part), responses((status = 200, body = TokenList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<TokenList>> {
    let (items, next_cursor) = p.of(tokens::list(&ctx.app, &scope.by()).await?)?;
    Ok(Json(TokenList { items, next_cursor }))
}

/// Make an API token
///
/// The secret is shown this once. A token makes neither members nor further tokens, and may nothing its owner may not.
#[utoipa::path(post, path = "/tokens", tag = "token", request_body = TokenForm,
    responses((status = 201, body = TokenMade), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<TokenForm>) -> Result<(StatusCode, Json<TokenMade>)> {
    scope.person()?;
    let days = form.days.unwrap_or(DAYS);
    let (named, dated) = ((1..=100).contains(&form.name.trim().chars().count()), (1..=MOST_DAYS).contains(&days));
    let mut problem = Error::invalid("token.form", "some fields need another look");
    if !named {
        problem = problem.field("name", "field.length");
    }
    if !dated {
        problem = problem.field("days", "field.range");
    }
    if !(named && dated) {
        return Err(problem);
    }
    let secret = format!("{BEARER}{}", account::secret(&ctx)?.0);
    let new = NewToken {
        name: form.name.trim().to_owned(),
        role: form.role,
        personal: form.personal,
        days,
        prefix: secret.chars().take(SHOWN).collect(),
        token_hash: account::hash(&secret),
    };
    let token = tokens::create(&ctx.app, &scope.by(), new).await?;
    Ok((StatusCode::CREATED, Json(TokenMade { token, secret })))
}

/// Take an API token back
///
/// One's own, or anybody's for who manages members. It is refused from the next request on.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "token", params(("id" = String, Path,)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn revoke(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    scope.person()?;
    tokens::revoke(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
