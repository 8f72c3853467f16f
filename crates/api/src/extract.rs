//! Doors for request data: the same extractors as axum's, but whatever does not fit is answered as a problem.

use crate::error::Error;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::{body::{Body, Bytes}, http::{HeaderValue, StatusCode, header}};
use flow::inbox;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Room that most answers fit in, so that few are moved while they are written.
const BODY: usize = 4 << 10;

/// A JSON body in, a JSON body out.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let refused = |e: axum::extract::rejection::BytesRejection| match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::new(e.status(), "request.too_large", "the request is larger than this address takes"),
            _ => Error::malformed(e.body_text()),
        };
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await.map_err(refused)?;
        let read = |bytes: Bytes| axum::Json::<T>::from_request(Request::from_parts(parts.clone(), Body::from(bytes)), state);
        let first = match read(bytes.clone()).await {
            Ok(axum::Json(value)) => return Ok(Json(value)),
            Err(e) => Error::malformed(e.body_text()),
        };
        // to JSON `12.0` is a whole number; a reader that wants one is given `12`
        let whole = inbox::strict(&bytes, false).ok().and_then(|body| match body {
            inbox::Body::One(value) => wholes(value),
            inbox::Body::Many(_) => None,
        });
        let Some(text) = whole.and_then(|v| serde_json::to_vec(&v).ok()) else { return Err(first) };
        read(text.into()).await.map(|axum::Json(value)| Json(value)).map_err(|_| first)
    }
}

/// The value with every number that is whole written so; `None` if there is no other way to write it.
fn wholes(mut value: Value) -> Option<Value> {
    fn walk(value: &mut Value, changed: &mut bool) {
        match value {
            Value::Number(n) if n.is_f64() => {
                let whole = n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15);
                if let Some(f) = whole {
                    (*value, *changed) = (Value::from(f as i64), true);
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|v| walk(v, changed)),
            Value::Object(all) => all.values_mut().for_each(|v| walk(v, changed)),
            _ => {}
        }
    }
    let mut changed = false;
    walk(&mut value, &mut changed);
    changed.then_some(value)
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(BODY);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
            Err(e) => Error::internal(e).into_response(),
        }
    }
}

/// A query string.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|q| Query(q.0)).map_err(|e| Error::malformed(e.body_text()))
    }
}

/// A part of the path.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|p| Path(p.0)).map_err(|_| Error::not_found())
    }
}
