//! `/docs`: the reference of the API, made from its own description; pages without a script, readable without a network.

mod codes;
mod example;
mod page;
mod titles;

use crate::{ctx::Ctx, scope};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::Lang;
use std::sync::LazyLock;

/// Nothing but our own style sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static ZH: LazyLock<String> = LazyLock::new(|| page::render(&crate::openapi(), Lang::Zh));
static EN: LazyLock<String> = LazyLock::new(|| page::render(&crate::openapi(), Lang::En));

/// The pages.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .route("/docs", get(choose))
        .route("/docs/zh-CN", get(|State(ctx): State<Ctx>| async move { html(&ctx, &ZH) }))
        .route("/docs/en", get(|State(ctx): State<Ctx>| async move { html(&ctx, &EN) }))
        .route("/docs/style.css", get(style))
}

/// In the language the reader's browser asks for, else the business's.
async fn choose(State(ctx): State<Ctx>, headers: HeaderMap) -> Redirect {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(|v| v.split([',', ';']).next()).unwrap_or_default().trim().to_lowercase();
    let lang = match wanted.get(..2) {
        Some("zh") => Lang::Zh,
        Some("en") => Lang::En,
        _ if scope::cookie(&ctx, &headers).is_some() => ctx.app.settings().lang,
        _ => Lang::En,
    };
    Redirect::temporary(&format!("{}{}", ctx.config.base(), lang.pick("/docs/zh-CN", "/docs/en")))
}

fn html(ctx: &Ctx, page: &'static str) -> Response {
    let mut response = match ctx.config.base().as_str() {
        "" => axum::response::Html(page).into_response(),
        // links and the address in the example are the business's own
        base => axum::response::Html(page.replace("href=\"/", &format!("href=\"{base}/")).replace(page::EXAMPLE, &format!("{}{base}", page::EXAMPLE))).into_response(),
    };
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}
