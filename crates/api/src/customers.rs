//! `/customers`: the list by rule, segment, class and name; its export; one customer, their timeline, and why.

use crate::{asked::At, ctx::Ctx, error::{Error, Problem, Result}, extract::{Json, Path, Query}, paging::limit, scope::Scope};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use flow::analysis::customers::{self, CustomerPage, Filter, Listing, Sort};
use flow::analysis::export::{self, Sheet};
use flow::analysis::facets::{self, Facets};
use flow::analysis::profile::{self, Profile};
use flow::analysis::course::{self, CourseView};
use flow::analysis::timeline::{self, EventKind, Timeline};
use flow::analysis::why::{self, Subject};
use flow::analysis::why_view::WhyView;
use flow::output::Labels;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// Who is listed. Besides these, `class.<classification>=<class>` filters by class, `f.<own field>=<option>` by a field of choices or of
/// yes and no (`none`: not filled in), and `was.<classification>=<class>@<YYYY-MM-DD>` by the class on another day. Several classes,
/// options or owners, by comma or by naming the parameter again, mean either.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "described here, read by Filter::of")]
pub struct WhoQuery {
    /// rule as text
    pub rule: Option<String>,
    /// member of this segment
    pub segment: Option<String>,
    /// `<segment>@<YYYY-MM-DD>`: a member, and none on that other day
    pub entered: Option<String>,
    /// `<segment>@<YYYY-MM-DD>`: no member, but one on that other day
    pub left: Option<String>,
    /// part of a name, phone, e-mail or number
    pub q: Option<String>,
    /// tags by comma, all of which they have; `-tag_…` for one they have not, `none` for no tag at all
    pub tag: Option<String>,
    /// who looks after them: `usr_…`, or `none`; several by comma: either
    pub owner: Option<String>,
    /// has this finding: a `code` of `GET /data-quality`
    pub finding: Option<String>,
}

/// In which order, with which columns, and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// feature key, `class.<classification>` or `owner`, `-` before it for descending; absent = `-net`. `match`, with `q`: first who is called so, then
    /// whose name begins so, then the rest. Not by name or number: those are no
    /// features, so that runs hold nothing a person is called by; `q` finds by them
    pub sort: Option<String>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// feature keys, `class.<classification>`, `tags` and `owner` by comma; absent = the usual ones, in a file all
    pub columns: Option<String>,
}

/// The whole query string: who is listed ([`Filter::of`]), filters whose names are data among it. A filter that stands there twice means
/// either of the two.
#[derive(Debug, Clone, Default)]
pub struct Pairs(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Pairs, D::Error> {
        let mut pairs: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in Vec::<(String, String)>::deserialize(from)? {
            let several = ["tag", "owner"].contains(&key.as_str()) || key.starts_with("class.") || key.starts_with("f.");
            match pairs.get_mut(&key).filter(|before| several && !before.is_empty()) {
                Some(before) => before.extend([",", &value]),
                None => drop(pairs.insert(key, value)),
            }
        }
        Ok(Pairs(pairs))
    }
}

impl ListQuery {
    fn listing(&self, pairs: &BTreeMap<String, String>) -> Result<Listing> {
        let keys = |t: &String| t.split(',').map(str::trim).filter(|k| !k.is_empty()).map(str::to_owned).collect();
        Ok(Listing {
            filter: Filter::of(pairs)?,
            sort: self.sort.as_deref().map(Sort::parse).unwrap_or_default(),
            columns: self.columns.as_ref().map(keys),
            limit: limit(self.limit)?,
            cursor: self.cursor.clone().filter(|c| !c.is_empty()),
        })
    }
}

/// List customers
///
/// Besides the parameters below `class.<classification>=<class>` takes those of a class, and `was.<classification>=<class>@<YYYY-MM-DD>`
/// those who were in it on another day. What is no parameter is refused.
#[utoipa::path(get, path = "/customers", tag = "customer", params(At, WhoQuery, ListQuery),
    extensions(("x-query-prefixes" = json!(["class.", "was.", "f."]))),
    responses((status = 200, body = CustomerPage), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, scope: Scope, Query(at): Query<At>, Query(q): Query<ListQuery>, Query(Pairs(pairs)): Query<Pairs>) -> Result<Json<CustomerPage>> {
    Ok(Json(customers::list(&ctx.app, scope.sight, at.asked()?, q.listing(&pairs)?).await?))
}

/// Which facets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FacetsQuery {
    /// `tag`, `owner`, `class.<classification>` and `f.<own field>` by comma; absent = the usual ones
    pub by: Option<String>,
}

/// Count a list
///
/// How many of it there are in each class, with each tag, of each owner, with each option of an own field. Each facet is counted without its own filter.
#[utoipa::path(get, path = "/customers/facets", tag = "customer", params(At, WhoQuery, FacetsQuery),
    extensions(("x-query-prefixes" = json!(["class.", "was.", "f."]))),
    responses((status = 200, body = Facets), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn count(State(ctx): State<Ctx>, scope: Scope, Query(at): Query<At>, Query(by): Query<FacetsQuery>, Query(Pairs(pairs)): Query<Pairs>) -> Result<Json<Facets>> {
    let by: Option<Vec<String>> = by.by.map(|t| t.split(',').map(str::trim).filter(|k| !k.is_empty()).map(str::to_owned).collect());
    Ok(Json(facets::facets(&ctx.app, scope.sight, at.asked()?, &Filter::of(&pairs)?, by.as_deref()).await?))
}

/// Format and words of an export.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `csv`, `xlsx` or `parquet`; absent = `csv`
    pub format: Option<Sheet>,
    /// whose words stand in it: `keys` (absent, and always in Parquet), the machine names that programs read; `zh-CN` or `en` for people
    pub labels: Option<Labels>,
}

/// Take the whole list along
///
/// Every customer of the list, not only a page; for a long one `POST /exports` does not keep you waiting. Texts that a spreadsheet would take for formulas are made harmless.
#[utoipa::path(get, path = "/customers/export", tag = "customer", params(At, WhoQuery, ListQuery, ExportQuery),
    extensions(("x-query-prefixes" = json!(["class.", "was.", "f."]))),
    responses((status = 200, description = "the file", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "application/vnd.apache.parquet"))), (status = 422, body = Problem)))]
pub async fn export(State(ctx): State<Ctx>, scope: Scope, Query(at): Query<At>, Query(q): Query<ListQuery>, Query(e): Query<ExportQuery>, Query(Pairs(pairs)): Query<Pairs>) -> Result<Response> {
    let sheet = e.format.unwrap_or_default();
    let (file, as_of) = export::customers(&ctx.app, scope.sight, &scope.actor(), at.asked()?, q.listing(&pairs)?, sheet, e.labels.unwrap_or_default()).await?;
    let whose = pairs.get("segment").map(String::as_str).filter(|s| !s.is_empty()).unwrap_or("customers");
    attachment(file, sheet.content_type(), &format!("{whose}-{as_of}.{}", sheet.extension())).await
}

/// One customer
#[utoipa::path(get, path = "/customers/{id}", tag = "customer", params(At, ("id" = String, Path,)),
    responses((status = 200, body = Profile), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(at): Query<At>) -> Result<Json<Profile>> {
    Ok(Json(profile::profile(&ctx.app, scope.sight, &id, at.asked()?).await?))
}

/// Which part of a timeline.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// kinds by comma: `order,refund,interaction,answer,attribute,note`; absent = all
    pub types: Option<String>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// What happened with a customer, latest first
///
/// Of a past day what had happened by then; without a day everything.
#[utoipa::path(get, path = "/customers/{id}/timeline", tag = "customer", params(At, TimelineQuery, ("id" = String, Path,)),
    responses((status = 200, body = Timeline), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn timeline(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(at): Query<At>, Query(q): Query<TimelineQuery>) -> Result<Json<Timeline>> {
    let kinds = q.types.as_deref().map(EventKind::parse_list).transpose()?.unwrap_or_default();
    let limit = limit(q.limit)?;
    Ok(Json(timeline::timeline(&ctx.app, scope.sight, &id, at.asked()?, &kinds, q.cursor.as_deref(), limit).await?))
}

/// How a customer went through classes and segments in the last year, latest first
///
/// By the definitions in force, each day by what is known of it. What compares customers with one another is measured by the edges of
/// the last day on every day (`compared`).
#[utoipa::path(get, path = "/customers/{id}/course", tag = "customer", params(At, ("id" = String, Path,)),
    responses((status = 200, body = CourseView), (status = 404, body = Problem)))]
pub async fn course(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(at): Query<At>) -> Result<Json<CourseView>> {
    Ok(Json(course::course(&ctx.app, scope.sight, &id, at.asked()?).await?))
}

/// Which assignment is asked about: exactly one of the two.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// classification key
    pub classification: Option<String>,
    /// segment key
    pub segment: Option<String>,
}

/// Why is this customer in this class or segment?
///
/// The conditions with the customer's values, the facts that counted, and the smallest feasible change.
#[utoipa::path(get, path = "/customers/{id}/why", tag = "customer", params(At, WhyQuery, ("id" = String, Path,)),
    responses((status = 200, body = WhyView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn why(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(at): Query<At>, Query(q): Query<WhyQuery>) -> Result<Json<WhyView>> {
    let subject = match (q.classification, q.segment) {
        (Some(key), None) => Subject::Classification(key),
        (None, Some(key)) => Subject::Segment(key),
        _ => return Err(Error::invalid("why.subject", "name a classification or a segment")),
    };
    Ok(Json(why::why(&ctx.app, scope.sight, &id, &subject, at.asked()?).await?))
}

/// A file as a download.
pub async fn attachment(file: tokio::fs::File, content_type: &'static str, name: &str) -> Result<Response> {
    let length = file.metadata().await.map_err(Error::internal)?.len();
    let mut response = Body::from_stream(read_stream(file)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(name)).map_err(Error::internal)?);
    Ok(response)
}

/// A small file as a download.
pub fn bytes_attachment(bytes: Vec<u8>, content_type: &'static str, name: &str) -> Result<Response> {
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(name)).map_err(Error::internal)?);
    Ok(response)
}

/// `attachment` with a name any browser understands, and the true one (RFC 6266, RFC 5987) where they differ.
fn disposition(name: &str) -> String {
    let harmless = |c: char| c == ' ' || (c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/' | '%' | ';'));
    let plain: String = name.chars().map(|c| if harmless(c) { c } else { '_' }).collect();
    if plain == name {
        return format!("attachment; filename=\"{plain}\"");
    }
    let coded = |b: u8| match b {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'+' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    let full: String = name.chars().filter(|c| !c.is_control()).collect::<String>().bytes().map(coded).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

/// The file in pieces, so that a large export is never held in memory.
fn read_stream(file: tokio::fs::File) -> impl futures::Stream<Item = std::io::Result<Vec<u8>>> {
    use tokio::io::AsyncReadExt;
    futures::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; 64 * 1024];
        let n = file.read(&mut piece).await?;
        piece.truncate(n);
        Ok((n > 0).then_some((piece, file)))
    })
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_in_any_language_reaches_the_browser() {
        assert_eq!(disposition("vip-2026-01-31.csv"), "attachment; filename=\"vip-2026-01-31.csv\"");
        assert_eq!(
            disposition("订单-rejected.xlsx"),
            "attachment; filename=\"__-rejected.xlsx\"; filename*=UTF-8''%E8%AE%A2%E5%8D%95-rejected.xlsx"
        );
        let evil = disposition("a\"; x=\r\n/..csv");
        assert!(!evil.contains(['\r', '\n', '/']) && evil.matches('"').count() == 2, "{evil}");
    }
}
