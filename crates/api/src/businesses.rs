//! `/businesses`: the businesses of the server, for owners of the first; and which of them a browser is signed in to. In any other
//! business there is no such thing.

use crate::{
    account,
    ctx::Ctx,
    error::{Error, Problem, Result},
    extract::{Json, Path, Query},
    houses::Houses,
    paging::Part,
    scope::{self, Scope},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::access::Role;
use flow::{
    businesses::{self, BusinessState, BusinessView},
    schema,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::business::Business;
use utoipa::ToSchema;

/// The businesses of the server besides the first.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusinessList {
    /// by their name in the address
    pub items: Vec<BusinessView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// A business to add.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BusinessForm {
    /// its name in the address: 2–40 lower-case letters, digits and hyphens; stays for good
    pub slug: String,
    /// the language its founder is greeted in, `zh-CN` or `en`; absent: their browser's
    #[serde(default)]
    pub lang: Option<String>,
}

/// Whom the link is for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct BusinessLinkForm {
    /// the language its founder is greeted in, `zh-CN` or `en`; absent: their browser's
    #[serde(default)]
    pub lang: Option<String>,
}

/// A business with the link its founder sets it up by, which is shown this once.
#[derive(Serialize, ToSchema)]
pub struct BusinessMade {
    /// the business
    pub business: BusinessView,
    /// for its founder: good once, and for a week. Without an address of its own the server leaves the host out
    pub link: String,
}

/// A business this browser is signed in to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnBusiness {
    /// where it is on this server: empty for the first, `/w/<slug>` for others
    pub path: String,
    /// what it calls itself
    pub name: String,
    /// what one is there
    #[schema(value_type = schema::Role)]
    pub role: Role,
    /// is it the one that was asked?
    pub here: bool,
}

/// The businesses this browser is signed in to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnBusinessList {
    /// the first before the others
    pub items: Vec<OwnBusiness>,
}

/// The server's businesses, for whom they are a matter at all.
fn houses(ctx: &Ctx) -> Result<Arc<Houses>> {
    match ctx.config.business {
        Some(_) => Err(Error::not_found()),
        None => ctx.houses.upgrade().ok_or_else(Error::not_found),
    }
}

async fn view(houses: &Houses, b: &Business) -> Result<BusinessView> {
    let house = houses.open(&b.slug).filter(|_| b.archived_at.is_none());
    Ok(businesses::view(b, &houses.place(&b.id)?, houses.state(b), house.as_ref().map(|h| h.ctx.app.as_ref())).await?)
}

/// A link by which whoever has it founds the business; any earlier one is not good any more.
async fn offer(houses: &Houses, scope: &Scope, b: &Business, lang: Option<&str>) -> Result<BusinessMade> {
    let away = || Error::new(StatusCode::CONFLICT, "business.away", "this business cannot be opened at this moment; whoever runs the server finds out why in its log");
    let house = houses.open(&b.slug).ok_or_else(away)?;
    let token = account::offer_setup(&house.ctx).await?;
    let token = token.ok_or_else(|| Error::new(StatusCode::CONFLICT, "business.founded", "this business has its founder; its owners let people in"))?;
    businesses::offered(&houses.first().app, &scope.by(), b).await?;
    let base = house.ctx.config.address().unwrap_or_else(|| house.ctx.config.base());
    let lang = lang.map(|lang| format!("?lang={lang}")).unwrap_or_default();
    Ok(BusinessMade { business: view(houses, b).await?, link: format!("{base}/setup{lang}#token={token}") })
}

fn spoken(lang: Option<&str>) -> Result<()> {
    match lang {
        None | Some("zh-CN" | "en") => Ok(()),
        Some(_) => Err(Error::invalid("business.form", "some fields need another look").field("lang", "field.lang")),
    }
}

/// The businesses this browser is signed in to
///
/// Told by the cookies it sends and nothing else; one without a session is not named.
#[utoipa::path(get, path = "/session/businesses", tag = "session", responses((status = 200, body = OwnBusinessList)))]
pub async fn mine(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<Json<OwnBusinessList>> {
    let all: Vec<Ctx> = match ctx.houses.upgrade() {
        Some(houses) => houses.all().iter().map(|h| h.ctx.clone()).collect(),
        None => vec![ctx.clone()],
    };
    let mut items = Vec::new();
    for there in all {
        let Some(token) = scope::cookie(&there, &headers) else { continue };
        let Some(scope) = account::still_session(&there, &token).await? else { continue };
        let here = there.config.business == ctx.config.business;
        items.push(OwnBusiness { path: there.config.base(), name: there.app.settings().name.clone(), role: scope.role, here });
    }
    Ok(Json(OwnBusinessList { items }))
}

/// The businesses of the server
///
/// Besides the first, whose owners may ask. Sizes, and when somebody was there; nothing of what is in them.
#[utoipa::path(get, path = "/businesses", tag = "server", params(Part), responses((status = 200, body = BusinessList), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, Query(p): Query<Part>) -> Result<Json<BusinessList>> {
    let houses = houses(&ctx)?;
    let (page, next_cursor) = p.of(businesses::list(&ctx.app).await?)?;
    let mut items = Vec::with_capacity(page.len());
    for b in &page {
        items.push(view(&houses, b).await?);
    }
    Ok(Json(BusinessList { items, next_cursor }))
}

/// Add a business
///
/// It is served at `/w/<slug>` at once, by every process on this database within seconds. Answers the link by which its founder sets it
/// up; it is shown this once.
#[utoipa::path(post, path = "/businesses", tag = "server", request_body = BusinessForm,
    responses((status = 201, body = BusinessMade), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<BusinessForm>) -> Result<(StatusCode, Json<BusinessMade>)> {
    let houses = houses(&ctx)?;
    spoken(form.lang.as_deref())?;
    let new = businesses::add(&ctx.app, &scope.by(), &form.slug).await?;
    houses.refresh().await?;
    Ok((StatusCode::CREATED, Json(offer(&houses, &scope, &new, form.lang.as_deref()).await?)))
}

/// Make a new link to found a business
///
/// For one that still waits for its founder; the link before is not good any more.
#[utoipa::path(post, path = "/businesses/{id}/link", tag = "server", params(("id" = String, Path,)), request_body = BusinessLinkForm,
    responses((status = 200, body = BusinessMade), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn link(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(form): Json<BusinessLinkForm>) -> Result<Json<BusinessMade>> {
    let houses = houses(&ctx)?;
    spoken(form.lang.as_deref())?;
    let b = businesses::get(&ctx.app, &id).await?;
    houses.refresh().await?;
    Ok(Json(offer(&houses, &scope, &b, form.lang.as_deref()).await?))
}

/// Archive a business
///
/// It is not served any more and its jobs rest; nothing of it is deleted.
#[utoipa::path(post, path = "/businesses/{id}/archive", tag = "server", params(("id" = String, Path,)),
    responses((status = 200, body = BusinessView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn archive(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<BusinessView>> {
    let houses = houses(&ctx)?;
    let b = businesses::archive(&ctx.app, &scope.by(), &id).await?;
    houses.refresh().await?;
    let shown = businesses::view(&b, &houses.place(&b.id)?, BusinessState::Archived, None).await?;
    Ok(Json(shown))
}

/// Serve an archived business again
#[utoipa::path(post, path = "/businesses/{id}/reopen", tag = "server", params(("id" = String, Path,)),
    responses((status = 200, body = BusinessView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn reopen(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<BusinessView>> {
    let houses = houses(&ctx)?;
    let b = businesses::reopen(&ctx.app, &scope.by(), &id).await?;
    houses.refresh().await?;
    Ok(Json(view(&houses, &b).await?))
}
