//! `Idempotency-Key`, as in the IETF draft: a change that names itself happens once, however often it is sent. The same key with the
//! same request is answered with what was answered then, for 24 hours; with another request it is refused (422); while the first is being
//! done, others wait a moment and then are told so (409).
//!
//! Keys belong to who sent them (a person or a token) and to method and address. What programs post is written down together with its
//! answer, in one transaction. Everything else claims its key before it is done and keeps the answer after; when the server dies in between
//! nobody can say what became of it, and that is what is answered (409 `idempotency.cut_short`). An answer that holds a secret is kept
//! sealed with the key of the data folder; a file is hashed while it streams. See `docs/decisions/0012-doors.md`.

use crate::{
    ctx::Ctx,
    error::{Error, Result},
    scope::Scope,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Label, clock::Instant};
use futures::{TryStreamExt, future};
use flow::inbox::Keyed;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::answer::{self, Answer, Key, Known};
use tokio::sync::watch;

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key.
pub const LONGEST: usize = 255;
/// How long an answer is kept.
const KEPT: i64 = 24 * 3600 * 1_000_000;
/// How long somebody waits for the first request of the same key.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a request of another process may still be under way.
const YOUNG: i64 = 60_000_000;
/// Largest answer that is kept.
const ANSWER: usize = 4 << 20;

/// Requests under way in this process, by their key.
pub type Running = Arc<Mutex<BTreeMap<Key, watch::Receiver<()>>>>;

/// What keys mean at a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// claimed before, kept after
    Claimed,
    /// the route keeps its answer itself, in the transaction of what it does
    Inside,
    /// the route knows its changes by their keys itself, for as long as they can be taken back
    Own,
    /// nothing: a question in a body changes nothing
    Asking,
    /// as `Claimed`; the answer holds a secret and is kept sealed
    Sealed,
    /// as `Claimed`; the body is a stream of files, which is known by its hash once it has passed
    Streamed,
    /// none: nobody is known yet whose key it could be
    Refused,
}

/// What a route that takes keys is layered with.
#[derive(Clone)]
pub struct Door {
    /// the application
    pub ctx: Ctx,
    /// what keys mean here
    pub keys: Keys,
    /// largest body
    pub most: usize,
}

fn problem(status: StatusCode, code: &str, zh: &str, en: &str) -> Error {
    Error::new(status, code, en).params(json!({ "message": Label::new(zh, en) }))
}

/// What a request met before is answered with.
pub fn again(known: Known, request_hash: &str) -> Result<Response> {
    if known.request_hash != request_hash {
        return Err(problem(
            StatusCode::UNPROCESSABLE_ENTITY, "idempotency.other_request",
            "这个 Idempotency-Key 已用于另一个请求；不同的请求请换一个键", "this Idempotency-Key was used for another request; another request takes another key",
        ));
    }
    let Some(answer) = known.answer else {
        return Err(problem(
            StatusCode::CONFLICT, "idempotency.cut_short",
            "带这个 Idempotency-Key 的请求中途断了，是否已生效无从得知：请先查看结果，需要时换一个键重做",
            "the request with this Idempotency-Key was cut short and may or may not have taken effect: look first, then send it with another key if it is needed",
        ));
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if let Some(kind) = answer.kind.and_then(|k| HeaderValue::from_str(&k).ok()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// The key a request names itself by.
fn named(headers: &HeaderMap) -> Result<Option<String>> {
    let mut all = headers.get_all(HEADER).iter();
    let Some(first) = all.next() else { return Ok(None) };
    let text = first.to_str().unwrap_or_default().trim();
    // a structured field: a quoted string; a bare word is what most clients send
    let key = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|b| (0x21..0x7f).contains(&b)) || all.next().is_some() {
        return Err(problem(
            StatusCode::BAD_REQUEST, "idempotency.key",
            "Idempotency-Key 应为 1 至 255 个可见字符，且只出现一次", "an Idempotency-Key is 1 to 255 visible characters, and stands once",
        ));
    }
    Ok(Some(key.to_owned()))
}

/// As a key is kept.
pub fn key_hash(key: &str) -> String {
    hash(&[key.as_bytes()])
}

/// As a request is kept.
pub fn request_hash(uri: &str, kind: &[u8], body: &[u8]) -> String {
    hash(&[uri.as_bytes(), kind, body])
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Lets a change that names itself happen once.
pub async fn once(State(door): State<Door>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    match named(request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => keyed(&door, key, request, next).await.unwrap_or_else(IntoResponse::into_response),
        Err(e) => e.into_response(),
    }
}

async fn keyed(door: &Door, key: String, request: Request, next: Next) -> Result<Response> {
    let scope = request.extensions().get::<Scope>().cloned();
    let Some(scope) = scope.filter(|_| door.keys != Keys::Refused) else {
        return Err(problem(
            StatusCode::UNPROCESSABLE_ENTITY, "idempotency.not_here",
            "这个地址不接受 Idempotency-Key：登录之前，键不属于任何人", "this address takes no Idempotency-Key: before somebody is signed in, a key is nobody's",
        ));
    };
    if door.keys == Keys::Streamed {
        return streamed(door, &scope, &key, request, next).await;
    }
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, door.most).await.map_err(|_| Error::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large", "the request is larger than this address takes"))?;
    let key = whose(door, &scope, &key, &parts).await?;
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let request_hash = match kind.starts_with(b"multipart/") {
        true => Passing::of(&parts).all(&body),
        false => request_hash(&uri(&parts), kind, &body),
    };
    let turn = turn(door, &key).await?;
    let now = door.ctx.app.clock.now();
    let since = Instant(now.0.saturating_sub(KEPT));
    let mut request = Request::from_parts(parts, Body::from(body));
    if door.keys == Keys::Inside {
        if let Some(known) = answer::find(&door.ctx.app.store, &key, since).await? {
            return met(door, &key, known, &request_hash, now);
        }
        request.extensions_mut().insert(Keyed { key, request_hash, since });
        return Ok(next.run(request).await);
    }
    let done = flow::writes::spawn(claimed(door.clone(), turn, (key, request_hash), (now, since), request, next));
    done.await.map_err(Error::internal)?
}

/// Whose key it is, and of what.
async fn whose(door: &Door, scope: &Scope, key: &str, parts: &Parts) -> Result<Key> {
    let actor = scope.actor();
    Ok(Key {
        workspace: door.ctx.workspace().await?,
        actor: actor.token.unwrap_or(actor.id),
        route: format!("{} {}", parts.method, parts.uri.path()),
        key_hash: key_hash(key),
    })
}

fn uri(parts: &Parts) -> String {
    parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string)
}

/// A change whose body streams to disk: it is hashed as it passes. Sent again it is read once more, to see that it is the same.
async fn streamed(door: &Door, scope: &Scope, key: &str, request: Request, next: Next) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let key = whose(door, scope, key, &parts).await?;
    let hash = Arc::new(Mutex::new(Passing::of(&parts)));
    let turn = turn(door, &key).await?;
    let now = door.ctx.app.clock.now();
    let since = Instant(now.0.saturating_sub(KEPT));
    let passing = Arc::clone(&hash);
    let body = body.into_data_stream().inspect_ok(move |chunk| passing.lock().unwrap_or_else(PoisonError::into_inner).take(chunk));
    let sum = move || hash.lock().unwrap_or_else(PoisonError::into_inner).sum();
    let store = &door.ctx.app.store;
    if !answer::claim(store.trailing(), &key, "", now, since).await? {
        let known = answer::find(store, &key, since).await?.ok_or_else(in_flight)?;
        if known.answer.is_some() {
            body.try_for_each(|_| future::ok(())).await.map_err(|e| Error::malformed(e.to_string()))?;
        }
        // one that was cut short is so whatever this one says
        let said = if known.answer.is_some() { sum() } else { known.request_hash.clone() };
        return again(known, &said);
    }
    let request = Request::from_parts(parts, Body::from_stream(body));
    flow::writes::spawn(finish(door.clone(), turn, key, sum, request, next)).await.map_err(Error::internal)?
}

/// The hash of a body that passes. The line that stands between the parts of a form is another each time the same form is sent, so it is
/// left out.
struct Passing {
    hash: Sha256,
    line: Vec<u8>,
    /// what may be the beginning of that line
    tail: Vec<u8>,
    /// the last line came; nobody reads what follows
    over: bool,
}

impl Passing {
    fn of(parts: &Parts) -> Passing {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let line = kind.split(';').find_map(|p| p.trim().strip_prefix("boundary=")).map(|b| b.trim_matches('"').as_bytes().to_vec());
        let mut hash = Sha256::new();
        hash.update(uri(parts));
        Passing { hash, line: line.unwrap_or_default(), tail: Vec::new(), over: false }
    }

    fn take(&mut self, chunk: &[u8]) {
        let Some(first) = self.line.first().copied() else { return self.hash.update(chunk) };
        if self.over {
            return;
        }
        self.tail.extend_from_slice(chunk);
        let mut rest = self.tail.as_slice();
        while let Some(at) = rest.iter().position(|b| *b == first) {
            let (before, from) = rest.split_at(at);
            self.hash.update(before);
            rest = from;
            if let Some(after) = rest.strip_prefix(self.line.as_slice()) {
                match after.get(..2) {
                    None => break,
                    Some(b"--") => {
                        self.over = true;
                        rest = &[];
                    }
                    Some(_) => rest = after,
                }
            } else if rest.len() < self.line.len() && self.line.starts_with(rest) {
                break;
            } else {
                self.hash.update([first]);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        if !self.line.starts_with(rest) && !rest.starts_with(&self.line) {
            self.hash.update(rest);
            rest = &[];
        }
        self.tail = rest.to_vec();
    }

    fn all(mut self, body: &[u8]) -> String {
        self.take(body);
        self.sum()
    }

    fn sum(&mut self) -> String {
        let tail = std::mem::take(&mut self.tail);
        self.hash.update(tail);
        std::mem::take(&mut self.hash).finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Claims the key and does it, whether or not whoever asked still waits.
async fn claimed(door: Door, turn: Turn, (key, request_hash): (Key, String), (now, since): (Instant, Instant), request: Request, next: Next) -> Result<Response> {
    let store = &door.ctx.app.store;
    // what is done under the claim is on the disk after it, so a request that took effect has its claim
    if !answer::claim(store.trailing(), &key, &request_hash, now, since).await? {
        let known = answer::find(store, &key, since).await?;
        return known.map_or_else(|| Err(in_flight()), |known| met(&door, &key, known, &request_hash, now));
    }
    if door.ctx.random::<1>()?[0] == 0 {
        answer::forget(store.trailing(), since).await?;
    }
    finish(door, turn, key, move || request_hash, request, next).await
}

/// A request that is known is answered again; another process may still be at it, this one is not, for it is our turn.
fn met(door: &Door, key: &Key, mut known: Known, request_hash: &str, now: Instant) -> Result<Response> {
    let young = known.answer.is_none() && known.request_hash == request_hash && now.0 - known.made_at.0 < YOUNG;
    if young {
        return Err(in_flight());
    }
    if door.keys == Keys::Sealed {
        known.answer = known.answer.map(|a| opened(door, key, a)).transpose()?.flatten();
    }
    again(known, request_hash)
}

/// What a sealed answer was sealed for.
fn purpose(key: &Key) -> String {
    format!("answer {} {} {} {}", key.workspace, key.actor, key.route, key.key_hash)
}

/// An answer in the clear; none where the data folder has another key by now.
fn opened(door: &Door, key: &Key, answer: Answer) -> Result<Option<Answer>> {
    let sealed = String::from_utf8(answer.body).unwrap_or_default();
    Ok(flow::vault::open(&door.ctx.app, &purpose(key), &sealed)?.map(|body| Answer { body, ..answer }))
}

/// Does what is claimed and keeps the answer.
async fn finish(door: Door, _turn: Turn, key: Key, request_hash: impl FnOnce() -> String, request: Request, next: Next) -> Result<Response> {
    let (parts, body) = next.run(request).await.into_parts();
    let store = &door.ctx.app.store;
    let body = match to_bytes(body, ANSWER).await {
        Ok(body) => body,
        Err(e) => return Err(Error::internal(format!("an answer that should be kept cannot be read: {e}"))),
    };
    if keeps(parts.status) && (door.keys != Keys::Streamed || parts.status.is_success()) {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let kept = match door.keys {
            Keys::Sealed => flow::vault::seal(&door.ctx.app, &purpose(&key), &body)?.into_bytes(),
            _ => body.to_vec(),
        };
        answer::keep(store.trailing(), &key, &request_hash(), &Answer { status: parts.status.as_u16(), kind, body: kept }).await?;
    } else if !parts.status.is_server_error() || parts.status == StatusCode::SERVICE_UNAVAILABLE {
        answer::release(store.trailing(), &key).await?;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Is the answer the same whenever it is asked? What was done, and what can never be done as it stands. Who may not now may later, and
/// what stood in the way may be gone: such a request changed nothing and may be sent again. What broke is kept as cut short.
fn keeps(status: StatusCode) -> bool {
    status.is_success() || matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE)
}

fn in_flight() -> Error {
    let (zh, en) = ("带这个 Idempotency-Key 的请求还在处理，请稍后再试", "the request with this Idempotency-Key is still being done; try again in a moment");
    let params: Value = json!({ "message": Label::new(zh, en), "retry_after": 1 });
    Error::new(StatusCode::CONFLICT, "idempotency.in_flight", en).params(params)
}

/// One's turn among the requests of one key in this process; the next comes when it is dropped.
struct Turn {
    running: Running,
    key: Key,
    _end: watch::Sender<()>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

async fn turn(door: &Door, key: &Key) -> Result<Turn> {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let mut before = {
                let mut running = door.ctx.running.lock().unwrap_or_else(PoisonError::into_inner);
                match running.get(key) {
                    Some(before) => before.clone(),
                    None => {
                        let (end, ended) = watch::channel(());
                        running.insert(key.clone(), ended);
                        return Turn { running: Arc::clone(&door.ctx.running), key: key.clone(), _end: end };
                    }
                }
            };
            // it ends when the other's turn is dropped
            if before.changed().await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    });
    waited.await.map_err(|_| in_flight())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Result<Option<String>> {
        let mut headers = HeaderMap::new();
        values.iter().for_each(|v| {
            headers.append(HEADER, HeaderValue::from_static(v));
        });
        named(&headers)
    }

    #[test]
    fn a_key_is_a_visible_text_that_stands_once() {
        assert_eq!(of(&[]).ok().flatten(), None);
        assert_eq!(of(&["abc"]).ok().flatten().as_deref(), Some("abc"));
        assert_eq!(of(&["\"8e03978e-40d5\""]).ok().flatten().as_deref(), Some("8e03978e-40d5"));
        for bad in [&["", ""][..], &[""], &["\"\""], &["a", "b"], &["a\tb"]] {
            assert!(of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_form_is_the_same_whatever_stands_between_its_parts_and_however_it_arrives() {
        let sum = |line: &str, size: usize, file: &str| {
            let request = axum::http::Request::builder().uri("/imports").header("content-type", format!("multipart/form-data; boundary={line}"));
            let (parts, ()) = request.body(()).expect("a request").into_parts();
            let mut passing = Passing::of(&parts);
            let body = format!("--{line}\r\nname=\"file\"\r\n\r\n{file}\r\n--{line}--\r\n");
            body.as_bytes().chunks(size).for_each(|chunk| passing.take(chunk));
            // what follows need not arrive
            passing.take(&b"epilogue"[..size.min(8)]);
            passing.sum()
        };
        let first = sum("----abc", 1_000, "a-----ab--b");
        for (line, size) in [("----abc", 1), ("----abc", 3), ("x", 7), ("----abd", 2), ("aab", 5)] {
            assert_eq!(sum(line, size, "a-----ab--b"), first, "{line} {size}");
        }
        assert_ne!(sum("----abc", 4, "a-----ab--c"), first);
    }

    #[test]
    fn parts_of_a_request_do_not_run_together() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
