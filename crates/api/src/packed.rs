//! Large answers go over the wire packed: a first page takes 25 kB of JSON instead of 160.

use crate::web::accepts;
use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// Smaller ones fit a few packets as they are.
const SMALLEST: u64 = 4 << 10;
/// Larger ones are files and stream.
const LARGEST: u64 = 4 << 20;

/// Packs an answer in JSON that is whole and large, for whoever takes it so. Nothing in such an answer is a secret beside something that
/// a stranger chose (what would let it be guessed by its size): cookies go with no request that another site began.
pub async fn packed(request: Request, next: Next) -> Response {
    let takes = request.headers().get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).any(|v| accepts(v, "gzip"));
    let answer = next.run(request).await;
    let json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let size = answer.body().size_hint().exact().unwrap_or_default();
    if !json || answer.headers().contains_key(header::CONTENT_ENCODING) || !(SMALLEST..=LARGEST).contains(&size) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !takes {
        return Response::from_parts(head, body);
    }
    let whole = match to_bytes(body, usize::MAX).await {
        Ok(whole) => whole,
        Err(e) => return crate::Error::internal(e).into_response(),
    };
    let mut pack = GzEncoder::new(Vec::with_capacity(whole.len() / 4), Compression::fast());
    match pack.write_all(&whole).and_then(|()| pack.finish()) {
        Ok(small) => {
            head.headers.remove(header::CONTENT_LENGTH);
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(head, Body::from(small))
        }
        Err(_) => Response::from_parts(head, Body::from(whole)),
    }
}
