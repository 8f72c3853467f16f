//! `/objects`: kinds of records that the business made for itself, their records, and those of one customer.

use crate::{
    ctx::Ctx,
    error::{Problem, Result},
    extract::{Json, Path, Query},
    paging::{Paging, Part, USUAL, cursor, limit, no_cursor},
    scope::Scope,
};
use axum::{extract::State, http::StatusCode};
use flow::kinds::{self, KindForm, KindReport};
use flow::objects::{
    self, ObjectDraft, ObjectUsage, ObjectView,
    bulk::{self, RecordsChange, RecordsChanged},
    list::{self, Listing},
    records::{self, RecordDraft, RecordView},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Objects.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectList {
    /// oldest first
    pub items: Vec<ObjectView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Kinds of records
#[utoipa::path(get, path = "/objects", tag = "object", params(Part), responses((status = 200, body = ObjectList), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, Query(p): Query<Part>) -> Result<Json<ObjectList>> {
    let (items, next_cursor) = p.of(objects::list(&ctx.app).await?)?;
    Ok(Json(ObjectList { items, next_cursor }))
}

/// Make a kind of records
#[utoipa::path(post, path = "/objects", tag = "object", request_body = ObjectDraft,
    responses((status = 201, body = ObjectView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(ctx): State<Ctx>, scope: Scope, Json(draft): Json<ObjectDraft>) -> Result<(StatusCode, Json<ObjectView>)> {
    Ok((StatusCode::CREATED, Json(objects::create(&ctx.app, &scope.by(), draft).await?)))
}

/// A kind of records and its form
#[utoipa::path(get, path = "/objects/{id}", tag = "object", params(("id" = String, Path,)), responses((status = 200, body = ObjectView), (status = 404, body = Problem)))]
pub async fn show(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Json<ObjectView>> {
    Ok(Json(objects::get(&ctx.app, &id).await?))
}

/// Change a form
///
/// `edition` is the one that was changed; if somebody else was quicker, the answer is 409. Fields that are left out are kept aside with
/// what was written in them, and are back when they are sent again. A field keeps its kind here; `POST …/fields/{field}/kind` changes it.
#[utoipa::path(put, path = "/objects/{id}", tag = "object", params(("id" = String, Path,)), request_body = ObjectDraft,
    responses((status = 200, body = ObjectView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<ObjectDraft>) -> Result<Json<ObjectView>> {
    Ok(Json(objects::edit(&ctx.app, &scope.by(), &id, draft).await?))
}

/// Take a kind of records away
///
/// Its records go with it; both can be brought back.
#[utoipa::path(delete, path = "/objects/{id}", tag = "object", params(("id" = String, Path,)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    objects::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a kind of records back
#[utoipa::path(post, path = "/objects/{id}/restore", tag = "object", params(("id" = String, Path,)),
    responses((status = 200, body = ObjectView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn restore(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<ObjectView>> {
    Ok(Json(objects::restore(&ctx.app, &scope.by(), &id).await?))
}

/// What would go with a field, or with all of it
#[utoipa::path(get, path = "/objects/{id}/usage", tag = "object", params(("id" = String, Path,)), responses((status = 200, body = ObjectUsage), (status = 404, body = Problem)))]
pub async fn usage(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Json<ObjectUsage>> {
    Ok(Json(objects::usage(&ctx.app, &id).await?))
}

/// Give a field another kind
///
/// With `dry_run` it is only said what would become of what was written: how much is kept, converted and lost, with examples, and what
/// would no longer be understood; while there is any of that, the change is refused. `seen` of the dry run makes sure that it comes to what
/// was looked at. What was written stays as it is and is only read in another way: given its former kind again, the field says what it said.
#[utoipa::path(post, path = "/objects/{id}/fields/{field}/kind", tag = "object", params(("id" = String, Path,), ("field" = String, Path,)), request_body = KindForm,
    responses((status = 200, body = KindReport), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rekind(State(ctx): State<Ctx>, scope: Scope, Path((id, field)): Path<(String, String)>, Json(form): Json<KindForm>) -> Result<Json<KindReport>> {
    Ok(Json(kinds::of_record(&ctx.app, &scope.by(), &id, &field, &form).await?))
}

/// Which records. Besides these, `f.<field>=…` filters by a field: a part of a text, an option, `true` or `false`, a customer's id, a
/// number or day, or a range `from..to`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordsQuery {
    /// part of a text
    pub q: Option<String>,
    /// the customer they link to
    pub customer: Option<String>,
    /// a field or `number`, `-` before it for descending; absent: the newest first
    pub sort: Option<String>,
}

/// A page of records.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordPage {
    /// the page
    pub items: Vec<RecordView>,
    /// how many there are of all pages
    pub total: u64,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Records of a kind
#[utoipa::path(get, path = "/objects/{id}/records", tag = "object", params(("id" = String, Path,), RecordsQuery, Paging),
    extensions(("x-query-prefixes" = json!(["f."]))),
    responses((status = 200, body = RecordPage), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn records(
    State(ctx): State<Ctx>,
    scope: Scope,
    Path(id): Path<String>,
    Query(q): Query<RecordsQuery>,
    Query(p): Query<Paging>,
    Query(pairs): Query<BTreeMap<String, String>>,
) -> Result<Json<RecordPage>> {
    let filters = pairs.into_iter().filter_map(|(k, v)| Some((k.strip_prefix("f.")?.to_owned(), v))).filter(|(_, v)| !v.trim().is_empty()).collect();
    let listing = Listing { q: q.q, customer: q.customer, filters, sort: q.sort, ..Listing::default() };
    let (after, most) = (p.after()?, limit(p.limit.or(Some(USUAL as u32)))?);
    let page = list::page(&ctx.app, scope.sight, &id, &listing, after.as_deref(), most).await?.ok_or_else(no_cursor)?;
    Ok(Json(RecordPage { items: page.items, total: page.total, next_cursor: page.next.as_deref().map(cursor) }))
}

/// Write a record
#[utoipa::path(post, path = "/objects/{id}/records", tag = "object", params(("id" = String, Path,)), request_body = RecordDraft,
    responses((status = 201, body = RecordView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn write(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<RecordDraft>) -> Result<(StatusCode, Json<RecordView>)> {
    let mut made = records::create(&ctx.app, &scope.by(), &id, &[draft]).await?;
    let one = made.pop().ok_or_else(|| crate::error::Error::internal("no record was written"))?;
    Ok((StatusCode::CREATED, Json(one)))
}

/// Records to be written in one step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBatch {
    /// 1 to 500
    pub records: Vec<RecordDraft>,
}

/// Records that were written.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordsWritten {
    /// their ids, in the order they were sent
    pub ids: Vec<String>,
}

/// Write many records
///
/// All of them or none: what does not fit is told with its place, from 0, in `params.record`.
#[utoipa::path(post, path = "/objects/{id}/records/batch", tag = "object", params(("id" = String, Path,)), request_body = RecordBatch,
    responses((status = 201, body = RecordsWritten), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn batch(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(form): Json<RecordBatch>) -> Result<(StatusCode, Json<RecordsWritten>)> {
    let made = records::create(&ctx.app, &scope.by(), &id, &form.records).await?;
    Ok((StatusCode::CREATED, Json(RecordsWritten { ids: made.into_iter().map(|r| r.id).collect() })))
}

/// Change many records
///
/// Takes them away or sets one field of all of them, all or none. `POST /record-imports/{id}/undo` takes it back within 30 days, as far as
/// nothing was written since.
#[utoipa::path(post, path = "/objects/{id}/records/change", tag = "object", params(("id" = String, Path,)), request_body = RecordsChange,
    responses((status = 200, body = RecordsChanged), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn change(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(form): Json<RecordsChange>) -> Result<Json<RecordsChanged>> {
    Ok(Json(bulk::change(&ctx.app, &scope.by(), &id, &form).await?))
}

/// A record
#[utoipa::path(get, path = "/records/{id}", tag = "object", params(("id" = String, Path,)), responses((status = 200, body = RecordView), (status = 404, body = Problem)))]
pub async fn record(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<RecordView>> {
    Ok(Json(records::get(&ctx.app, scope.sight, &id).await?))
}

/// Change a record
///
/// What is absent is empty from now on; fields that whoever asks does not see whole stay as they are. `edition` is the one that was
/// changed; if somebody else was quicker, the answer is 409.
#[utoipa::path(put, path = "/records/{id}", tag = "object", params(("id" = String, Path,)), request_body = RecordDraft,
    responses((status = 200, body = RecordView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rewrite(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Json(draft): Json<RecordDraft>) -> Result<Json<RecordView>> {
    Ok(Json(records::edit(&ctx.app, &scope.by(), &id, &draft).await?))
}

/// Take a record away
///
/// For 30 days it can be brought back.
#[utoipa::path(delete, path = "/records/{id}", tag = "object", params(("id" = String, Path,)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn take(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<StatusCode> {
    records::remove(&ctx.app, &scope.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a record back
#[utoipa::path(post, path = "/records/{id}/restore", tag = "object", params(("id" = String, Path,)), responses((status = 200, body = RecordView), (status = 404, body = Problem)))]
pub async fn bring(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>) -> Result<Json<RecordView>> {
    Ok(Json(records::restore(&ctx.app, &scope.by(), &id).await?))
}

/// Records of one customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordList {
    /// the last changed first
    pub items: Vec<RecordView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Records that link to a customer
///
/// Of every kind, at most 500.
#[utoipa::path(get, path = "/customers/{id}/records", tag = "object", params(("id" = String, Path,), Part),
    responses((status = 200, body = RecordList), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn of_customer(State(ctx): State<Ctx>, scope: Scope, Path(id): Path<String>, Query(p): Query<Part>) -> Result<Json<RecordList>> {
    let (items, next_cursor) = p.of(list::of_customer(&ctx.app, scope.sight, &id).await?)?;
    Ok(Json(RecordList { items, next_cursor }))
}
