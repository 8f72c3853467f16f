//! `/audit`: who did what, newest first; whether the log is whole; and all of it as a file.

use crate::{
    ctx::Ctx,
    customers::attachment,
    error::{Problem, Result},
    extract::{Json, Query},
    paging::limit,
    scope::Scope,
};
use axum::{extract::State, response::Response};
use flow::{
    audit::{self, AuditCheck, AuditPage, LogFormat, SignedHeadView, Wanted},
    seal,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// only by this actor: `usr_…`, `cli`
    pub actor: Option<String>,
    /// only of this kind: `member.changed`, `import.committed`, …
    pub action: Option<String>,
    /// only what was done to this, or names it: `cus_…`, `usr_…`, `imp_…`, `segment <key>`, `classification <key>`, `feature <key>`, …
    pub about: Option<String>,
    /// from this business day on, `YYYY-MM-DD`
    pub from: Option<String>,
    /// to this business day, that day too
    pub to: Option<String>,
}

impl AuditQuery {
    fn wanted(&self) -> Wanted<'_> {
        Wanted { actor: self.actor.as_deref(), action: self.action.as_deref(), about: self.about.as_deref(), from: self.from.as_deref(), to: self.to.as_deref() }
    }
}

/// Which kind of file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditFile {
    /// `csv` or `jsonl`; absent = `csv`
    pub format: Option<LogFormat>,
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditPaging {
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// page size, 1–500; absent = 50
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// What was noted down of the log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditNoted {
    /// `<seq>:<hash>` of an earlier check; the log must still hold it
    pub head: Option<String>,
}

/// Who did what
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditQuery, AuditPaging),
    responses((status = 200, body = AuditPage), (status = 422, body = Problem)))]
pub async fn list(State(ctx): State<Ctx>, Query(q): Query<AuditQuery>, Query(p): Query<AuditPaging>) -> Result<Json<AuditPage>> {
    let filter = audit::filter(&ctx.app, q.wanted())?;
    Ok(Json(audit::page(&ctx.app, &filter, p.cursor.as_deref(), limit(p.limit)? as u32).await?))
}

/// Is the log whole?
///
/// Walks all of it. Note the head it answers down elsewhere: handed in later, it tells whether the end was cut off since.
#[utoipa::path(get, path = "/audit/verify", tag = "audit", params(AuditNoted),
    responses((status = 200, body = AuditCheck), (status = 422, body = Problem)))]
pub async fn verify(State(ctx): State<Ctx>, Query(noted): Query<AuditNoted>) -> Result<Json<AuditCheck>> {
    Ok(Json(audit::verify(&ctx.app, noted.head.as_deref()).await?))
}

/// The end of the log as it was signed last
///
/// Once a day it is signed with the key of the business. Keep it elsewhere: with it anybody finds out later whether the log was cut off or
/// written anew.
#[utoipa::path(get, path = "/audit/head", tag = "audit", responses((status = 200, body = SignedHeadView), (status = 404, body = Problem)))]
pub async fn head(State(ctx): State<Ctx>) -> Result<Json<SignedHeadView>> {
    let last = seal::last(&ctx.app).await?;
    Ok(Json(last.ok_or_else(|| flow::Error::not_found("audit_head", "last"))?))
}

/// Take the log along
///
/// As CSV or JSON Lines, newest first. Texts that a spreadsheet would take for formulas are made harmless in CSV.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(AuditQuery, AuditFile),
    responses((status = 200, description = "the file", content((String = "text/csv"), (String = "application/jsonl"))), (status = 422, body = Problem)))]
pub async fn export(State(ctx): State<Ctx>, scope: Scope, Query(q): Query<AuditQuery>, Query(f): Query<AuditFile>) -> Result<Response> {
    let filter = audit::filter(&ctx.app, q.wanted())?;
    let format = f.format.unwrap_or_default();
    let file = audit::export(&ctx.app, &scope.actor(), &filter, format).await?;
    attachment(file, format.content_type(), &format!("audit-{}.{}", ctx.app.today(), format.extension())).await
}
