//! What guards every answer and every change: strict headers on all responses, and on every unsafe request under `/api`
//! the proof that our own page sent it (same origin and a header no foreign form can set).

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::scope;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The header every unsafe request carries.
pub const CSRF_HEADER: &str = "x-zhiyin-csrf";

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// For answers that are no page of ours: nothing in them may run or be framed.
const CLOSED_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The policy of the web app's page; styles that antd writes at run time carry the nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Sets the headers of every response; what a handler set itself stays.
pub async fn headers(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CLOSED_POLICY));
    if api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    if ctx.config.https() {
        let value = HeaderValue::from_static("max-age=31536000");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(value);
    }
    response
}

/// Refuses unsafe requests that our own page did not send. A program that names its token and has no cookie is no page.
pub async fn csrf(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let program = scope::bearer(request.headers()).is_some() && scope::cookie(&ctx, request.headers()).is_none();
    let safe = program || matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && let Err(e) = own_page(request.headers(), ctx.config.origin.as_deref()) {
        return e.into_response();
    }
    next.run(request).await
}

/// Is the request from our own origin, as far as the browser tells, and does it carry our header?
fn own_page(headers: &HeaderMap, public: Option<&str>) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let marked = text(CSRF_HEADER) == Some("1");
    let site = text("sec-fetch-site").is_none_or(|s| s == "same-origin" || s == "none");
    let origin = match text("origin") {
        None => true,
        Some(origin) if Some(origin) == public => true,
        Some(origin) => text("host").is_some_and(|host| origin.split_once("://").is_some_and(|(_, o)| o == host)),
    };
    if marked && site && origin {
        return Ok(());
    }
    Err(Error::new(StatusCode::FORBIDDEN, "request.foreign", "this change was not sent by our own page"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn only_our_own_page_may_change_things() {
        let own = [("x-zhiyin-csrf", "1"), ("origin", "http://shop.test:8080"), ("host", "shop.test:8080")];
        assert!(own_page(&with(&own), None).is_ok());
        assert!(own_page(&with(&[("x-zhiyin-csrf", "1")]), None).is_ok(), "scripts send no origin");
        assert!(own_page(&with(&own[1..]), None).is_err(), "a foreign form cannot set the header");
        let foreign = [("x-zhiyin-csrf", "1"), ("origin", "http://evil.test"), ("host", "shop.test:8080")];
        assert!(own_page(&with(&foreign), None).is_err());
        let null = [("x-zhiyin-csrf", "1"), ("origin", "null"), ("host", "shop.test:8080")];
        assert!(own_page(&with(&null), None).is_err());
        let proxied = [("x-zhiyin-csrf", "1"), ("origin", "https://crm.shop.test"), ("host", "127.0.0.1:8080")];
        assert!(own_page(&with(&proxied), Some("https://crm.shop.test")).is_ok());
        let cross = [("x-zhiyin-csrf", "1"), ("sec-fetch-site", "cross-site")];
        assert!(own_page(&with(&cross), None).is_err());
    }
}
