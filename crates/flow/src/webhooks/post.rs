//! Sends what waits: several endpoints at a time, each one message after the other in the order the changes were noticed. A try is
//! counted before it is made; what was not taken is tried again later and later, then given up in the open.

use super::endpoints::purpose;
use crate::{Error, Result, app::App, audit, vault};
use channels::{
    Refused,
    sign::{self, Secret},
    webhook::{Message, Receipt},
};
use domain::{
    audit::{Action, Actor},
    clock::Instant,
};
use std::{sync::Arc, time::Duration};
use store::{
    delivery::{self, Attempt, Delivery, State},
    webhook::{self, Webhook},
};
use tokio::{sync::watch, task::JoinSet};

/// How often it is looked for something to send.
const LOOK: Duration = Duration::from_secs(1);
/// Endpoints that are sent to at the same time.
const ENDPOINTS: usize = 8;
/// How long one sends to an endpoint without saying so again. Longer than a try may take.
const LEASE: i64 = 30_000_000;
/// So long a server that ends waits for what it is sending.
const FAREWELL: Duration = Duration::from_secs(5);
/// After so long at one endpoint others have their turn.
const TURN: i64 = 60_000_000;
/// Seconds after each try that failed; after the last it is given up. About three and a half days.
pub const BACK_OFF: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Tries of a message.
pub const TRIES: i64 = BACK_OFF.len() as i64 + 1;
/// What lies further ahead was put there by a clock that was turned back since.
const FAR: i64 = 2 * 86_400_000_000;

/// Sends until `closing`.
pub(crate) async fn work(app: &Arc<App>, mut closing: watch::Receiver<bool>) {
    let worker = app.new_id("wrk");
    let mut turns: JoinSet<()> = JoinSet::new();
    while !*closing.borrow() {
        while turns.try_join_next().is_some() {}
        match due(app).await {
            Ok(endpoints) => {
                for id in endpoints.into_iter().take(ENDPOINTS.saturating_sub(turns.len())) {
                    let (app, worker, closed) = (Arc::clone(app), format!("{worker}.{id}"), closing.clone());
                    turns.spawn(async move {
                        if let Err(e) = turn(&app, &worker, &id, &closed).await {
                            tracing::warn!(webhook = %id, error = %e, "what waits for an endpoint could not be sent");
                        }
                        webhook::release(&app.store, &id, &worker).await.ok();
                    });
                }
            }
            Err(e) => tracing::error!(error = %e, "it could not be asked what waits for webhooks"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = closing.changed() => {}
            Some(_) = turns.join_next(), if !turns.is_empty() => {}
        }
    }
    // what is being sent is noted, and its endpoint free for others; what takes longer was counted, and is sent again by whoever comes next
    let all = async { while turns.join_next().await.is_some() {} };
    tokio::time::timeout(FAREWELL, all).await.ok();
    turns.shutdown().await;
}

/// Endpoints to send to now; none while a restore has not been looked at.
async fn due(app: &App) -> Result<Vec<String>> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    if workspace.is_empty() {
        return Ok(Vec::new());
    }
    let due = delivery::due(&app.store, &workspace, now, Instant(now.0 + FAR), Instant(now.0 + 2 * LEASE)).await?;
    if due.is_empty() || delivery::held(&app.store, &workspace).await?.is_some() {
        return Ok(Vec::new());
    }
    Ok(due)
}

/// Sends what is due to one endpoint, in order, until `closed`.
async fn turn(app: &App, worker: &str, id: &str, closed: &watch::Receiver<bool>) -> Result<u64> {
    let (workspace, begun) = (app.settings().id.clone(), app.clock.now());
    let mut sent = 0;
    loop {
        let now = app.clock.now();
        if *closed.borrow() || now.0 - begun.0 > TURN || !webhook::lease(&app.store, id, worker, now, Instant(now.0 + LEASE)).await? {
            return Ok(sent);
        }
        let Some(endpoint) = webhook::get(&app.store, &workspace, id).await? else { return Ok(sent) };
        let Some(next) = delivery::head(&app.store, id).await? else { return Ok(sent) };
        let waits = next.next_at > now && next.next_at.0 <= now.0 + FAR;
        if waits || !delivery::begin(&app.store, &next, Instant(now.0 + back_off(app, next.attempts + 1))).await? {
            return Ok(sent);
        }
        store::failpoint("webhook-before-send");
        let attempt = send(app, &endpoint, &next.message.id, &next.message.body).await?;
        store::failpoint("webhook-sent-before-noted");
        note(app, &endpoint, &next, &attempt).await?;
        if attempt.outcome != OK {
            return Ok(sent);
        }
        sent += 1;
    }
}

/// How a try that was taken ended.
pub(super) const OK: &str = "ok";
/// How one ended that was answered with another status.
pub(super) const STATUS: &str = "status";
/// How one ended before it began: the key that opens the secret is not here, so nothing could be signed.
const SECRET: &str = "secret";

/// Microseconds until the n-th failed try is repeated, and up to a tenth more, so that not everything comes back at once.
fn back_off(app: &App, n: i64) -> i64 {
    let seconds = usize::try_from(n - 1).ok().and_then(|i| BACK_OFF.get(i)).copied().unwrap_or(86_400);
    let mut random = [0; 1];
    app.chance.fill(&mut random);
    let [random] = random;
    seconds * 1_000_000 + seconds * 100_000 * i64::from(random) / 255
}

/// The secrets that are good now, newest first; none if the newest does not open any more.
fn secrets(app: &App, endpoint: &Webhook, now: Instant) -> Result<Vec<Secret>> {
    let read = |text: &str| Ok::<_, Error>(vault::words(app, &purpose(&endpoint.id), text)?.as_deref().and_then(Secret::read));
    let Some(newest) = read(&endpoint.secret)? else { return Ok(Vec::new()) };
    let previous = endpoint.previous.as_ref().filter(|(_, until)| *until > now).map(|(text, _)| read(text)).transpose()?.flatten();
    Ok(std::iter::once(newest).chain(previous).collect())
}

/// Sends once and says how it ended.
pub(super) async fn send(app: &App, endpoint: &Webhook, id: &str, body: &str) -> Result<Attempt> {
    let at = app.clock.now();
    let seconds = at.0.div_euclid(1_000_000);
    let secrets = secrets(app, endpoint, at)?;
    let (status, outcome) = if secrets.is_empty() {
        (None, SECRET)
    } else {
        let signature = sign::header(&secrets, id, seconds, body.as_bytes());
        match app.egress.post(&endpoint.url, &Message { id, seconds, signature: &signature, body }).await {
            Ok(receipt) => (Some(i64::from(receipt.status)), if receipt.taken() { OK } else { STATUS }),
            Err(e) => (None, e.key()),
        }
    };
    let done = app.clock.now();
    Ok(Attempt { n: 0, at: done, took: (done.0 - at.0).max(0) / 1_000, status, outcome: outcome.to_owned() })
}

/// Writes down how a try ended; an endpoint where nothing arrives is stopped, and that is noted for everybody to see.
async fn note(app: &App, endpoint: &Webhook, d: &Delivery, attempt: &Attempt) -> Result<()> {
    let well = attempt.outcome == OK;
    let gone = attempt.status.and_then(|s| u16::try_from(s).ok()).is_some_and(|status| Receipt { status }.gone());
    let unsigned = attempt.outcome == SECRET;
    let over = !well && !unsigned && (gone || d.attempts + 1 >= TRIES);
    let state = match (well, over) {
        (true, _) => State::Sent,
        (_, true) => State::Dead,
        _ => State::Waiting,
    };
    let mut tx = app.store.begin().await?;
    delivery::end(&mut tx, d, state, attempt).await?;
    webhook::tried(&mut tx, &endpoint.id, well, attempt.at).await?;
    if over || unsigned {
        let why = match (unsigned, gone) {
            (true, _) => SECRET,
            (_, true) => "gone",
            _ => "failing",
        };
        if webhook::pause(&mut tx, &app.settings().id, &endpoint.id, why).await? {
            let note = audit::of(app, &Actor::program("server"), Action::WebhookPaused, endpoint.id.as_str());
            audit::append(app, &mut tx, &note.detail(serde_json::json!({ "why": why, "status": attempt.status, "outcome": attempt.outcome }))).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// For people: why nothing was sent there.
pub(super) fn said(e: Refused) -> domain::Label {
    let (zh, en) = match e {
        Refused::NoUrl => ("这不是网址；请写成 https://… 的完整地址", "this is no web address; write it in full, as https://…"),
        Refused::Long => ("网址太长，最多 2000 个字符", "the address is too long; at most 2,000 characters"),
        Refused::Scheme => ("只支持 https:// 和 http:// 开头的地址", "an address begins with https:// or http://"),
        Refused::Credentials => ("网址里不能带用户名或密码；请用签名密钥来核实来源", "the address must not hold a name or password; the signature says who sends"),
        Refused::Port => ("只允许 80 和 443 端口；其他端口请运维在 zhiyin.toml 的 [egress] 里放行", "only ports 80 and 443 are allowed; whoever runs the server allows others under [egress] in zhiyin.toml"),
        Refused::Inside => ("这个地址指向内部网络，不能发送；确实需要时请运维在 zhiyin.toml 的 [egress] 里放行", "this leads inside the network, so nothing is sent there; whoever runs the server can allow it under [egress] in zhiyin.toml"),
        Refused::Lookup => ("查不到这个域名，请检查是否写错", "this name could not be looked up; check how it is written"),
        Refused::Connect => ("对方没有应答，连接不上", "nobody answers there"),
        Refused::Tls => ("证书不受信任或与域名不符，没有建立安全连接", "no trusted connection could be made: the certificate is not trusted or is another's"),
        Refused::Slow => ("15 秒内没有收到应答", "there was no answer within 15 seconds"),
        Refused::Broken => ("连接中断，没有收到应答", "the connection broke before an answer came"),
    };
    domain::Label::new(zh, en)
}
