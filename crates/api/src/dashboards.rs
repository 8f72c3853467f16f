//! `/dashboards`: documents with tiles, and what the tiles say on a day. One request answers for all tiles of a dashboard: they come
//! from one run, and every filter is evaluated once.

use crate::{
    asked::{At, day},
    ctx::Ctx,
    customers::bytes_attachment,
    error::{Error, Problem, Result},
    extract::{Json, Path, Query},
    paging::Part,
    scope::Scope,
};
use axum::{extract::State, http::StatusCode, response::Response};
use domain::{Day, Lang};
use flow::{
    analysis::{Known, moment::Asked},
    dashboards::{self, DashboardDraft, DashboardTemplate, DashboardView, FileFormat, Figures, Reading, Tile, Who},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Dashboards.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardList {
    /// oldest first
    pub items: Vec<DashboardView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Dashboards to begin with.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardTemplates {
    /// in the order they are offered
    pub items: Vec<DashboardTemplate>,
}

/// One's own dashboards and those of the team
#[utoipa::path(get, path = "/dashboards", tag = "dashboard", params(Part), responses((status = 200, body = DashboardList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(p): Query<Part>) -> Result<Json<DashboardList>> {
    let (items, next_cursor) = p.of(dashboards::list(&ctx.app, &scope.by()).await?)?;
    Ok(Json(DashboardList { items, next_cursor }))
}

/// Make a dashboard
#[utoipa::path(post, path = "/dashboards", tag = "dashboard", request_body = DashboardDraft,
    responses((status = 201, body = DashboardView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<DashboardDraft>) -> Result<(StatusCode, Json<DashboardView>)> {
    Ok((StatusCode::CREATED, Json(dashboards::create(&ctx.app, &scope.by(), draft).await?)))
}

/// A dashboard
#[utoipa::path(get, path = "/dashboards/{id}", tag = "dashboard", params(("id" = String, Path,)), responses((status = 200, body = DashboardView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<DashboardView>> {
    Ok(Json(dashboards::get(&ctx.app, &scope.by(), &id).await?))
}

/// Change a dashboard
///
/// One's own, or one of the team. `edition` is the one that was changed; if somebody else was quicker, the answer is 409.
#[utoipa::path(put, path = "/dashboards/{id}", tag = "dashboard", params(("id" = String, Path,)), request_body = DashboardDraft,
    responses((status = 200, body = DashboardView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<DashboardDraft>) -> Result<Json<DashboardView>> {
    Ok(Json(dashboards::edit(&ctx.app, &scope.by(), &id, draft).await?))
}

/// Take a dashboard away
///
/// For 30 days it can be brought back.
#[utoipa::path(delete, path = "/dashboards/{id}", tag = "dashboard", params(("id" = String, Path,)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    dashboards::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a dashboard back
#[utoipa::path(post, path = "/dashboards/{id}/restore", tag = "dashboard", params(("id" = String, Path,)), responses((status = 200, body = DashboardView), (status = 404, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<DashboardView>> {
    Ok(Json(dashboards::restore(&ctx.app, &scope.by(), &id).await?))
}

/// Dashboards to begin with
///
/// Their words are in both languages; what whoever asks may not see is left out of them.
#[utoipa::path(get, path = "/dashboards/templates", tag = "dashboard", responses((status = 200, body = DashboardTemplates)))]
pub async fn templates(State(ctx): State<Ctx>, scope: Scope) -> Result<Json<DashboardTemplates>> {
    Ok(Json(DashboardTemplates { items: dashboards::templates(&ctx.app, scope.sight).await? }))
}

/// Of whom, and compared with when. Besides these, `class.<classification>=<class>` narrows a dashboard by class.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NarrowQuery {
    /// an earlier day; absent: what each tile says
    #[param(format = Date)]
    pub compare: Option<String>,
    /// member of this segment
    #[expect(dead_code, reason = "described here, read by Reading::narrowing")]
    pub segment: Option<String>,
    /// rule as text
    #[expect(dead_code, reason = "described here, read by Reading::narrowing")]
    pub rule: Option<String>,
    /// tags by comma, all of which they have; `-tag_…` for one they have not, `none` for no tag at all
    #[expect(dead_code, reason = "described here, read by Reading::narrowing")]
    pub tag: Option<String>,
    /// who looks after them: `usr_…`, or `none`
    #[expect(dead_code, reason = "described here, read by Reading::narrowing")]
    pub owner: Option<String>,
}

type Pairs = Query<BTreeMap<String, String>>;

fn reading(at: &At, narrow: &NarrowQuery, pairs: &BTreeMap<String, String>) -> Result<Reading> {
    Ok(Reading { asked: at.asked()?, compare: day("compare", narrow.compare.as_deref())?, filter: Reading::narrowing(pairs) })
}

/// What the tiles of a dashboard say
///
/// Every tile with its day, how many customers it is about and the parameters of the list that shows them. `pending` counts days of
/// trends and comparisons that are still being computed: ask again.
#[utoipa::path(get, path = "/dashboards/{id}/figures", tag = "dashboard", params(("id" = String, Path,), At, NarrowQuery),
    extensions(("x-query-prefixes" = json!(["class."]))),
    responses((status = 200, body = Figures), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn figures(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(at): Query<At>, Query(narrow): Query<NarrowQuery>, Query(pairs): Pairs) -> Result<Json<Figures>> {
    let tiles = dashboards::tiles_of(&ctx.app, &scope.by(), &id).await?;
    Ok(Json(dashboards::figures(&ctx.app, scope.sight, &tiles, &reading(&at, &narrow, &pairs)?).await?))
}

/// Tiles that are kept nowhere yet, and what is asked of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TilesForm {
    /// the tiles
    pub tiles: Vec<Tile>,
    /// the business day; absent = the last day on which anything happened
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Day>,
    /// as known `then` or `today`
    #[serde(default)]
    pub known: Known,
    /// an earlier day to compare with
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub compare: Option<Day>,
    /// of whom: `segment`, `rule`, `tag`, `owner`, `class.<classification>`
    #[serde(default)]
    pub filter: Who,
}

/// What tiles that are being edited say
#[utoipa::path(post, path = "/dashboards/preview", tag = "dashboard", request_body = TilesForm,
    responses((status = 200, body = Figures), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn preview(State(ctx): State<Ctx>, scope: Scope, Json(form): Json<TilesForm>) -> Result<Json<Figures>> {
    dashboards::shape(&form.tiles)?;
    let reading = Reading { asked: Asked { as_of: form.as_of, known: form.known }, compare: form.compare, filter: Reading::narrowing(&form.filter) };
    Ok(Json(dashboards::figures(&ctx.app, scope.sight, &form.tiles, &reading).await?))
}

/// Which tile, in which format and language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// the tile
    #[serde(default)]
    #[param(required = true)]
    pub tile: String,
    /// `csv` or `xlsx`; absent = `csv`
    pub format: Option<FileFormat>,
    /// language of its headings: `zh-CN` or `en`; absent = the business's
    pub lang: Option<String>,
}

/// Take a tile's table along
#[utoipa::path(get, path = "/dashboards/{id}/file", tag = "dashboard", params(("id" = String, Path,), FileQuery, At, NarrowQuery),
    extensions(("x-query-prefixes" = json!(["class."]))),
    responses((status = 200, description = "the file", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn file(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(f): Query<FileQuery>, Query(at): Query<At>, Query(narrow): Query<NarrowQuery>, Query(pairs): Pairs) -> Result<Response> {
    let mut tiles = dashboards::tiles_of(&ctx.app, &scope.by(), &id).await?;
    tiles.retain(|t| t.id == f.tile);
    if tiles.is_empty() {
        return Err(flow::Error::not_found("tile", f.tile).into());
    }
    let found = dashboards::figures(&ctx.app, scope.sight, &tiles, &reading(&at, &narrow, &pairs)?).await?;
    let Some(figure) = found.items.into_iter().next() else { return Err(Error::not_found()) };
    if let Some(problem) = figure.problem {
        return Err(flow::Error::Invalid { code: "dashboard.unreadable", message: problem.message, params: serde_json::json!({ "code": problem.code }) }.into());
    }
    if figure.pending > 0 {
        return Err(flow::Error::conflict("dashboard.pending", "还有日期正在计算，请稍后再导出", "some days are still being computed; export again in a moment").into());
    }
    let format = f.format.unwrap_or_default();
    let lang = f.lang.as_deref().map_or_else(|| ctx.app.settings().lang, Lang::parse);
    let bytes = dashboards::taken(&ctx.app, scope.sight, &scope.actor(), &id, &figure, lang, format).await?;
    bytes_attachment(bytes, format.content_type(), &format!("{}-{}.{}", figure.title.get(lang), figure.as_of, format.extension()))
}
