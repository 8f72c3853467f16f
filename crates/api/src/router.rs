//! Every route on one page, grouped by who may call it; the OpenAPI document is made from the same lines.

use crate::ctx::Ctx;
use crate::error::Error;
use crate::{classifications, cohorts, curve, customers, definitions, features, flow_between, health, imports, overview, rfm, rules, security, segments, session, web};
use axum::{Router, extract::DefaultBodyLimit, middleware::{from_fn_with_state, map_response}, response::{IntoResponse, Response}, routing::get};
use utoipa::{OpenApi, openapi::PathItem};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where the API lives.
pub const BASE: &str = "/api/v1";

/// Bodies are small, except uploads, which have their own limit and go to disk.
const BODY: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(
    info(title = "Zhiyin", description = "Know every customer; treat each one right.", license(name = "Apache-2.0")),
    // named only inside recursive shapes and query parameters, where the collector does not look
    components(schemas(
        flow::schema::Arith, flow::schema::Function, flow::schema::Stat, flow::analysis::export::Sheet,
        flow::analysis::why_view::Counted, flow::analysis::why_view::CountedFact
    )),
    tags(
        (name = "session", description = "signing in, first-run set-up, settings"),
        (name = "import", description = "files in: map, check, commit, undo"),
        (name = "analysis", description = "the whole base as of a day"),
        (name = "classification", description = "exactly one class for every customer"),
        (name = "segment", description = "sets of customers by rule or by hand"),
        (name = "customer", description = "lists, one customer, and why"),
        (name = "feature", description = "one value per customer per day"),
        (name = "rule", description = "text, tree and sentence of a condition"),
        (name = "definition", description = "everything people defined, as text files"),
        (name = "server", description = "the server itself")
    )
)]
struct Document;

/// Anyone may call these.
fn open() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(session::show, session::create, session::end))
        .routes(routes!(session::setup))
        .routes(routes!(health::show))
}

/// Only people who are signed in.
fn signed_in() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(overview::show))
        .routes(routes!(session::password))
        .routes(routes!(session::workspace))
        .routes(routes!(classifications::create))
        .routes(routes!(classifications::show, classifications::edit, classifications::remove))
        .routes(routes!(rfm::show))
        .routes(routes!(flow_between::show))
        .routes(routes!(curve::show))
        .routes(routes!(cohorts::show))
        .routes(routes!(features::list, features::create))
        .routes(routes!(features::edit, features::remove))
        .routes(routes!(customers::list))
        .routes(routes!(customers::export))
        .routes(routes!(customers::show))
        .routes(routes!(customers::timeline))
        .routes(routes!(customers::why))
        .routes(routes!(segments::list, segments::create))
        .routes(routes!(segments::preview))
        .routes(routes!(segments::show, segments::edit, segments::remove))
        .routes(routes!(rules::parse))
        .routes(routes!(rules::render))
        .routes(routes!(definitions::export))
        .merge(imports::routes())
}

fn api(ctx: Option<&Ctx>) -> (Router<Ctx>, utoipa::openapi::OpenApi) {
    let guarded = match ctx {
        Some(ctx) => signed_in().route_layer(from_fn_with_state(ctx.clone(), session::guard)),
        None => signed_in(),
    };
    OpenApiRouter::with_openapi(Document::openapi()).nest(BASE, open().merge(guarded)).split_for_parts()
}

/// The OpenAPI 3.1 document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = api(None).1;
    document.info.version = "1".to_owned();
    for (path, item) in &mut document.paths.paths {
        let PathItem { get, put, post, delete, .. } = item;
        for (method, operation) in [("get", get), ("put", put), ("post", post), ("delete", delete)] {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
            }
        }
    }
    document
}

/// `get_customers_id_why`: handlers of many nouns share a name, operations of the document must not.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches(BASE).split(['/', '.', '-']).map(|w| w.trim_matches(['{', '}']));
    words.filter(|w| !w.is_empty()).fold(method.to_owned(), |id, word| format!("{id}_{word}"))
}

/// The whole application: API, its description, and the web app everywhere else.
pub fn router(ctx: Ctx) -> Router {
    let document = openapi().to_json().unwrap_or_default();
    let describe = move || async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], document) };
    let (api, _) = api(Some(&ctx));
    api.route("/api/v1/openapi.json", get(describe))
        .fallback(web::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(map_response(plain_refusal))
        .layer(from_fn_with_state(ctx.clone(), security::csrf))
        .layer(from_fn_with_state(ctx.clone(), security::headers))
        .with_state(ctx)
}

async fn wrong_method() -> Response {
    Error::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "request.method", "this address does not take this method").into_response()
}

/// Refusals of the framework itself (an unsupported content type, a body cut short) in the shape of all our errors.
async fn plain_refusal(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(axum::http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let plain = kind.is_some_and(|k| k.starts_with("text/plain"));
    if plain && (status.is_client_error() || status.is_server_error()) {
        return Error::new(status, "request.refused", status.canonical_reason().unwrap_or("refused")).into_response();
    }
    response
}
