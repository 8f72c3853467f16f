//! What people set: where changes are told, which ones, with which secret; tests, sending again, and the word after a restore.

use super::{
    EventType, Events, PING, post,
    view::{self, DeliveryDetail, WebhookState, WebhookView},
};
use crate::{Error, Result, app::App, audit, people::By, vault};
use channels::sign::{self, Secret};
use domain::{Label, audit::Action, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    delivery::{self, Message, Post, State as Delivered},
    webhook::{self, State, Webhook},
};
use utoipa::ToSchema;

/// Endpoints of a business at most.
pub const MOST: i64 = 50;
/// Longest description.
const LONGEST: usize = 200;
/// How long the secret before is still signed with.
pub const OVERLAP: i64 = 24 * 3_600_000_000;

/// An endpoint to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookDraft {
    /// `https://…`; ports 80 and 443, no address inside a network
    pub url: String,
    /// what it is for
    #[serde(default)]
    pub description: String,
    /// which events, at least one
    pub types: Vec<EventType>,
    /// only about these segments; empty: about all, also later ones
    #[serde(default)]
    pub segments: Vec<String>,
    /// only about these classifications; empty: about all, also later ones
    #[serde(default)]
    pub classifications: Vec<String>,
    /// is anything sent? absent: yes
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// An endpoint with its secret, which is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct WebhookMade {
    /// the endpoint
    pub webhook: WebhookView,
    /// `whsec_…`
    pub secret: String,
}

/// What somebody says after a restore.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct OutboundWord {
    /// drop what waits: it may have been sent after the backup was made
    #[serde(default)]
    pub drop_waiting: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct OutboundConfirmed {
    /// messages that were dropped
    pub dropped: u64,
}

/// What a draft says, checked: where to, and which events.
async fn checked(app: &App, draft: &WebhookDraft) -> Result<Events> {
    if let Err(e) = app.egress.look(draft.url.trim()).await {
        return Err(Error::Invalid { code: "webhook.url", message: post::said(e), params: json!({ "why": e.key() }) });
    }
    if draft.description.chars().count() > LONGEST {
        return Err(Error::invalid("webhook.description", "说明最多 200 个字", "a description has at most 200 characters"));
    }
    if draft.types.is_empty() {
        return Err(Error::invalid("webhook.types", "请至少选择一种事件", "choose at least one kind of event"));
    }
    let definitions = crate::analysis::defined::current(app).await?;
    let unknown = |code: &'static str, key: &str| Error::Invalid { code, message: Label::new(format!("没有“{key}”，它可能已被删除"), format!("there is no {key:?}; it may have been deleted")), params: json!({ "key": key }) };
    if let Some(key) = draft.segments.iter().find(|k| definitions.segment(k).is_none()) {
        return Err(unknown("webhook.segment", key));
    }
    if let Some(key) = draft.classifications.iter().find(|k| definitions.classification(k).is_none()) {
        return Err(unknown("webhook.classification", key));
    }
    let of = |all: &[String]| all.iter().cloned().collect();
    Ok(Events { types: draft.types.iter().copied().collect(), segments: of(&draft.segments), classifications: of(&draft.classifications) })
}

fn fresh_secret(app: &App) -> Secret {
    let mut bytes = [0; sign::BYTES];
    app.chance.fill(&mut bytes);
    Secret::new(bytes)
}

/// What the secrets of an endpoint are sealed for.
pub(super) fn purpose(id: &str) -> String {
    format!("webhook {id}")
}

/// Seals secrets that are still in the clear.
///
/// # Errors
/// When the store or the disk refuses.
pub(crate) async fn shut(app: &App) -> Result<()> {
    for w in webhook::list(&app.store, &app.settings().id).await? {
        let sealed = |text: &str| match vault::is_sealed(text) {
            true => Ok(text.to_owned()),
            false => vault::seal(app, &purpose(&w.id), text.as_bytes()),
        };
        let (now, before) = (sealed(&w.secret)?, w.previous.as_ref().map(|(text, _)| sealed(text)).transpose()?);
        if now != w.secret || before.as_ref() != w.previous.as_ref().map(|(text, _)| text) {
            webhook::shut(&app.store, &w, &now, before.as_deref()).await?;
        }
    }
    Ok(())
}

/// What the log says of an endpoint: its address may hold a secret, so only the host is named.
fn noted(app: &App, w: &Webhook) -> serde_json::Value {
    let host = channels::Target::parse(&w.url, app.egress.policy()).map(|t| t.to_string()).unwrap_or_default();
    json!({ "to": host, "events": w.events, "state": w.state.key() })
}

/// Makes an endpoint; its secret is answered this once.
///
/// # Errors
/// `webhook.url`, `webhook.types`, `webhook.segment`, `webhook.classification`, `webhook.description`, `webhook.too_many`; when the store refuses.
pub async fn create(app: &App, by: &By, draft: &WebhookDraft) -> Result<WebhookMade> {
    let events = checked(app, draft).await?;
    let (workspace, now, secret) = (app.settings().id.clone(), app.clock.now(), fresh_secret(app));
    let id = app.new_id("whk");
    let new = Webhook {
        secret: vault::seal(app, &purpose(&id), secret.text().as_bytes())?,
        id,
        url: draft.url.trim().to_owned(),
        description: draft.description.trim().to_owned(),
        events: events.kept(),
        previous: None,
        state: if draft.active { State::On } else { State::Off },
        why: None,
        failures: 0,
        succeeded_at: None,
        failed_at: None,
        created_by: by.actor.id.clone(),
        created_by_name: Some(by.actor.name.clone()),
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if webhook::count(&mut tx, &workspace).await? >= MOST {
        return Err(Error::conflict("webhook.too_many", "最多 50 个 Webhook，请先删除不用的", "there are 50 webhooks already; remove one first"));
    }
    webhook::create(&mut tx, &workspace, &new).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::WebhookMade, new.id.as_str()).detail(noted(app, &new))).await?;
    tx.commit().await?;
    Ok(WebhookMade { webhook: view::of(new, 0, now), secret: secret.text() })
}

/// Changes an endpoint. Switched off, it forgets what waits; switched on after a pause, what waits is tried at once.
///
/// # Errors
/// `webhook.not_found` and as [`create`]; when the store refuses.
pub async fn edit(app: &App, by: &By, id: &str, draft: &WebhookDraft) -> Result<WebhookView> {
    let before = view::find(app, id).await?;
    let events = checked(app, draft).await?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let after = Webhook {
        url: draft.url.trim().to_owned(),
        description: draft.description.trim().to_owned(),
        events: events.kept(),
        state: if draft.active { State::On } else { State::Off },
        ..before.clone()
    };
    let mut tx = app.store.begin().await?;
    webhook::edit(&mut tx, &workspace, &after, now).await?;
    match after.state {
        State::On => delivery::soon(&mut tx, id, now).await?,
        _ => delivery::drop_of(&mut tx, id, now).await?,
    };
    let detail = json!({ "before": noted(app, &before), "after": noted(app, &after) });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::WebhookChanged, id).detail(detail)).await?;
    tx.commit().await?;
    view::show(app, id).await
}

/// Takes an endpoint away; what waits for it is dropped.
///
/// # Errors
/// `webhook.not_found`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let before = view::find(app, id).await?;
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    webhook::remove(&mut tx, &app.settings().id, id, now).await?;
    delivery::drop_of(&mut tx, id, now).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::WebhookRemoved, id).detail(noted(app, &before))).await?;
    Ok(tx.commit().await?)
}

/// A new secret. For a day messages are signed with the one before, too.
///
/// # Errors
/// `webhook.not_found`; when the store refuses.
pub async fn turn(app: &App, by: &By, id: &str) -> Result<WebhookMade> {
    view::find(app, id).await?;
    let (now, secret) = (app.clock.now(), fresh_secret(app));
    let sealed = vault::seal(app, &purpose(id), secret.text().as_bytes())?;
    let mut tx = app.store.begin().await?;
    webhook::turn(&mut tx, &app.settings().id, id, &sealed, Instant(now.0 + OVERLAP), now).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::WebhookTurned, id)).await?;
    tx.commit().await?;
    Ok(WebhookMade { webhook: view::show(app, id).await?, secret: secret.text() })
}

/// Sends a `ping` now, out of turn, and says what came of it.
///
/// # Errors
/// `webhook.not_found`; when the store refuses.
pub async fn test(app: &App, id: &str) -> Result<DeliveryDetail> {
    let endpoint = view::find(app, id).await?;
    let (workspace, begun) = (app.settings().id.clone(), app.clock.now());
    let body = json!({ "type": PING, "timestamp": begun.rfc3339(), "data": { "webhook": id } }).to_string();
    let (message, dlv) = (app.new_id("msg"), app.new_id("dlv"));
    let attempt = post::send(app, &endpoint, &message, &body).await?;
    let well = attempt.outcome == post::OK;
    let what = Message { change: format!("{PING}/{message}"), id: message, kind: PING.to_owned(), subject: String::new(), body, customers: 0 };
    let mut tx = app.store.begin().await?;
    delivery::post(&mut tx, &workspace, vec![Post { message: what, to: vec![(dlv.clone(), id.to_owned())] }], attempt.at).await?;
    let written = delivery::get(&mut tx, id, &dlv).await?.ok_or_else(|| Error::not_found("delivery", dlv.as_str()))?;
    delivery::begin(&mut tx, &written, attempt.at).await?;
    delivery::end(&mut tx, &written, if well { Delivered::Sent } else { Delivered::Dead }, &attempt).await?;
    webhook::tried(&mut tx, id, well, attempt.at).await?;
    tx.commit().await?;
    view::show_delivery(app, id, &dlv).await
}

/// Sends a message again that was sent or given up, with the same `webhook-id`.
///
/// # Errors
/// `webhook.not_found`, `delivery.not_found`, `delivery.waiting`, `webhook.off`; when the store refuses.
pub async fn resend(app: &App, by: &By, id: &str, dlv: &str) -> Result<DeliveryDetail> {
    let endpoint = view::show(app, id).await?;
    view::show_delivery(app, id, dlv).await?;
    if endpoint.state != WebhookState::On {
        return Err(Error::conflict("webhook.off", "这个 Webhook 已停用或暂停，请先启用", "this webhook is off or paused; switch it on first"));
    }
    let mut tx = app.store.begin().await?;
    if !delivery::again(&mut tx, id, dlv, app.clock.now()).await? {
        return Err(Error::conflict("delivery.waiting", "它还在等待发送，不必重发", "it still waits to be sent"));
    }
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::WebhookResent, id).detail(json!({ "delivery": dlv }))).await?;
    tx.commit().await?;
    view::show_delivery(app, id, dlv).await
}

/// After a restore: what waits may go out, or is dropped because it may have gone out after the backup was made.
///
/// # Errors
/// `outbound.free` if nothing is held; when the store refuses.
pub async fn confirm(app: &App, by: &By, word: OutboundWord) -> Result<OutboundConfirmed> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let Some(held) = delivery::held(&app.store, &workspace).await? else {
        return Err(Error::conflict("outbound.free", "没有被暂停的发送，不需要确认", "nothing is held back"));
    };
    let mut tx = app.store.begin().await?;
    // what came into being since the restore is new in any case
    let dropping = word.drop_waiting.then_some(held.made_at);
    let mut dropped = delivery::confirm(&mut tx, &workspace, &by.actor.id, dropping, now).await?;
    if let Some(until) = dropping {
        dropped += store::mail::drop_before(&mut tx, &workspace, until, now).await?;
    }
    let detail = json!({ "dropped": dropped, "backup": held.made_at.rfc3339() });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::OutboundConfirmed, "").detail(detail)).await?;
    tx.commit().await?;
    Ok(OutboundConfirmed { dropped })
}
