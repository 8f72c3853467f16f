//! The web app, embedded: files from `web/dist`, compressed beforehand where the build left `.br` or `.gz` beside them;
//! hashed assets are cached for ever, the page itself never, and every path without a file is the page (the app routes it).

use crate::ctx::Ctx;
use crate::error::Error;
use crate::security::page_policy;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::Engine;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
struct Dist;

/// Shown while no web app has been built; the API works all the same.
const ABSENT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Zhiyin</title>\
<p>网页尚未构建：请在 web 目录运行 npm run build。接口在 /api/v1。</p>\
<p>The web app is not built yet: run <code>npm run build</code> in <code>web</code>. The API is at <code>/api/v1</code>.</p></html>";

/// Any path outside `/api`.
pub async fn serve(State(ctx): State<Ctx>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Error::new(StatusCode::METHOD_NOT_ALLOWED, "request.method", "pages are only read").into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" || elsewhere(path) {
        return Error::not_found().into_response();
    }
    match file(path, &headers) {
        Some(response) => response,
        // A missing file is missing; a missing page is the app, which has its own "not found".
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => Error::not_found().into_response(),
        None => page(&ctx),
    }
}

/// Does a program mean another business by it? It wants no page in answer.
fn elsewhere(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("w") && parts.nth(1) == Some("api")
}

/// `index.html` with a fresh nonce in its `csp-nonce` meta tag and in its policy.
fn page(ctx: &Ctx) -> Response {
    let Ok(random) = ctx.random::<18>() else { return Error::internal("no randomness").into_response() };
    let nonce = base64::engine::general_purpose::STANDARD.encode(random);
    let html = Dist::get("index.html").and_then(|f| String::from_utf8(f.data.into_owned()).ok());
    let html = html.unwrap_or_else(|| ABSENT.to_owned()).replace("__NONCE__", &nonce).replace("__BASE__", &ctx.config.base());
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A file of the app as it is, or `None`. The page is never served raw.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path.ends_with(".html") || path.ends_with(".br") || path.ends_with(".gz") || path.ends_with(".map") {
        return None;
    }
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let variants = [("br", ".br"), ("gzip", ".gz")];
    let packed = variants.iter().filter(|(coding, _)| accepts(accepted, coding)).find_map(|(coding, suffix)| {
        Dist::get(&format!("{path}{suffix}")).map(|f| (Some(*coding), f))
    });
    let (coding, found) = packed.or_else(|| Dist::get(path).map(|f| (None, f)))?;
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    // Vite puts hashed files in `assets/`; their name changes with their content.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Body::from(found.data.into_owned()).into_response();
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind.as_ref()).ok()?);
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    head.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        head.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some(response)
}

/// Does an `Accept-Encoding` take this coding?
pub fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        pieces.next() == Some(coding) && !pieces.any(|p| matches!(p.replace(' ', "").as_str(), "q=0" | "q=0.0"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_only_when_offered() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.8", "gzip"));
        assert!(!accepts("gzip;q=0", "gzip"));
        assert!(!accepts("", "br"));
    }
}
