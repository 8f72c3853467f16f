//! Endpoints and deliveries as people see them. No secret is in them.

use super::{
    EventType,
    event::Events,
    post::TRIES,
};
use crate::{Error, Result, app::App, people::invitations::PersonView};
use domain::clock::Instant;
use serde::{Deserialize, Serialize};
use store::{
    delivery::{self, Attempt, Delivery, State},
    webhook::{self, Webhook},
};
use utoipa::ToSchema;

/// Is anything sent to an endpoint?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// yes
    On,
    /// switched off by a person; nothing is kept for it
    Off,
    /// stopped because nothing arrived; what is to be sent is kept until it is switched on again
    Paused,
}

/// An endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookView {
    /// `whk_…`
    pub id: String,
    /// where to
    pub url: String,
    /// what it is for
    pub description: String,
    /// which events
    pub types: Vec<EventType>,
    /// only about these segments; empty: about all
    pub segments: Vec<String>,
    /// only about these classifications; empty: about all
    pub classifications: Vec<String>,
    /// is anything sent?
    pub state: WebhookState,
    /// why it is paused: `failing` (every try of a message failed), `gone` (the endpoint answered 410), `secret` (its secret does not
    /// open with the key of this data folder: make a new one)
    pub why: Option<String>,
    /// tries that failed since the last that did not
    pub failures: u64,
    /// messages that wait
    pub waiting: u64,
    /// RFC 3339: the last try that was taken
    pub succeeded_at: Option<String>,
    /// RFC 3339: the last that was not
    pub failed_at: Option<String>,
    /// RFC 3339: until then messages are signed with the secret before, too
    pub previous_secret_until: Option<String>,
    /// who made it
    pub created_by: PersonView,
    /// RFC 3339
    pub created_at: String,
}

/// After a restore: nothing goes out until somebody looked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HeldView {
    /// RFC 3339: when the backup was restored
    pub restored_at: String,
    /// RFC 3339: when the backup was made
    pub made_at: String,
    /// messages that waited in the backup or came since
    pub waiting: u64,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// waits for its turn, or to be tried again
    Waiting,
    /// was taken
    Sent,
    /// was given up
    Dead,
    /// somebody did not want it sent any more
    Dropped,
}

impl From<DeliveryState> for State {
    fn from(s: DeliveryState) -> State {
        match s {
            DeliveryState::Waiting => State::Waiting,
            DeliveryState::Sent => State::Sent,
            DeliveryState::Dead => State::Dead,
            DeliveryState::Dropped => State::Dropped,
        }
    }
}

/// A message on its way to an endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// `dlv_…`
    pub id: String,
    /// `webhook-id` of the message: the same for every endpoint and every try
    pub message: String,
    /// `segment.entered`, `segment.left`, `class.changed`, `ping`
    #[serde(rename = "type")]
    pub kind: String,
    /// key of the segment or classification
    pub subject: Option<String>,
    /// customers it names
    pub customers: u64,
    /// where it stands
    pub state: DeliveryState,
    /// tries so far
    pub attempts: u32,
    /// tries before it is given up
    pub max_attempts: u32,
    /// RFC 3339: not tried before
    pub next_try_at: Option<String>,
    /// status of the last answer
    pub status: Option<u16>,
    /// how long the last try took
    pub milliseconds: Option<u64>,
    /// how the last try ended: `ok`, `status`, or why there was no answer (`secret`, `lookup`, `inside`, `port`, `connect`, `tls`, `slow`, `broken`, `expired`, …)
    pub outcome: Option<String>,
    /// RFC 3339
    pub created_at: String,
    /// RFC 3339: sent or given up
    pub finished_at: Option<String>,
}

/// One try.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TryView {
    /// which
    pub n: u32,
    /// RFC 3339
    pub at: String,
    /// status of the answer
    pub status: Option<u16>,
    /// how long it took
    pub milliseconds: u64,
    /// how it ended
    pub outcome: String,
}

/// A delivery with what is sent and every try.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryDetail {
    /// the delivery
    pub delivery: DeliveryView,
    /// the body, as it is sent
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// oldest first
    pub tries: Vec<TryView>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPage {
    /// the page
    pub items: Vec<DeliveryView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// An endpoint as people see it.
pub(super) fn of(w: Webhook, waiting: i64, now: Instant) -> WebhookView {
    let events = Events::read(&w.events);
    WebhookView {
        state: match w.state {
            webhook::State::On => WebhookState::On,
            webhook::State::Off => WebhookState::Off,
            webhook::State::Paused => WebhookState::Paused,
        },
        types: events.types.into_iter().collect(),
        segments: events.segments.into_iter().collect(),
        classifications: events.classifications.into_iter().collect(),
        previous_secret_until: w.previous.filter(|(_, until)| *until > now).map(|(_, until)| until.rfc3339()),
        created_by: PersonView { name: w.created_by_name.unwrap_or_default(), id: w.created_by },
        id: w.id,
        url: w.url,
        description: w.description,
        why: w.why,
        failures: w.failures.max(0) as u64,
        waiting: waiting.max(0) as u64,
        succeeded_at: w.succeeded_at.map(Instant::rfc3339),
        failed_at: w.failed_at.map(Instant::rfc3339),
        created_at: w.created_at.rfc3339(),
    }
}

fn delivery_view(d: Delivery) -> DeliveryView {
    let waits = d.state == State::Waiting && d.attempts > 0;
    DeliveryView {
        state: match d.state {
            State::Waiting => DeliveryState::Waiting,
            State::Sent => DeliveryState::Sent,
            State::Dead => DeliveryState::Dead,
            State::Dropped => DeliveryState::Dropped,
        },
        subject: d.message.subject.split_once(':').map(|(_, key)| key.to_owned()),
        id: d.id,
        message: d.message.id,
        kind: d.message.kind,
        customers: d.message.customers,
        attempts: u32::try_from(d.attempts).unwrap_or(0),
        max_attempts: TRIES as u32,
        next_try_at: waits.then(|| d.next_at.rfc3339()),
        status: d.status.and_then(|s| u16::try_from(s).ok()),
        milliseconds: d.took.and_then(|t| u64::try_from(t).ok()),
        outcome: d.outcome,
        created_at: d.created_at.rfc3339(),
        finished_at: d.finished_at.map(Instant::rfc3339),
    }
}

fn attempt(a: Attempt) -> TryView {
    TryView {
        n: u32::try_from(a.n).unwrap_or(0),
        at: a.at.rfc3339(),
        status: a.status.and_then(|s| u16::try_from(s).ok()),
        milliseconds: a.took.max(0) as u64,
        outcome: a.outcome,
    }
}

/// Every endpoint, oldest first, and the restore nobody has looked at.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App) -> Result<(Vec<WebhookView>, Option<HeldView>)> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let waiting = delivery::waiting(&app.store).await?;
    let all = webhook::list(&app.store, &workspace).await?;
    let views: Vec<WebhookView> = all.into_iter().map(|w| { let n = waiting.get(&w.id).copied().unwrap_or(0); of(w, n, now) }).collect();
    let held = delivery::held(&app.store, &workspace).await?.map(|r| HeldView {
        restored_at: r.at.rfc3339(),
        made_at: r.made_at.rfc3339(),
        waiting: views.iter().map(|v| v.waiting).sum(),
    });
    Ok((views, held))
}

/// One endpoint.
///
/// # Errors
/// `webhook.not_found`; when the store refuses.
pub async fn show(app: &App, id: &str) -> Result<WebhookView> {
    let here = find(app, id).await?;
    let waiting = delivery::waiting(&app.store).await?.get(id).copied().unwrap_or(0);
    Ok(of(here, waiting, app.clock.now()))
}

pub(super) async fn find(app: &App, id: &str) -> Result<Webhook> {
    webhook::get(&app.store, &app.settings().id, id).await?.ok_or_else(|| Error::not_found("webhook", id))
}

/// A page of what went to an endpoint.
///
/// # Errors
/// `webhook.not_found`, `request.cursor`; when the store refuses.
pub async fn deliveries(app: &App, id: &str, state: Option<DeliveryState>, cursor: Option<&str>, limit: u32) -> Result<DeliveryPage> {
    find(app, id).await?;
    let place = |text: &str| {
        let (place, id) = text.split_once('.')?;
        Some((place.parse::<i64>().ok()?, id.to_owned()))
    };
    let before = match cursor.filter(|c| !c.is_empty()) {
        Some(text) => Some(place(text).ok_or_else(|| Error::invalid("request.cursor", "翻页标记无效", "this is no cursor"))?),
        None => None,
    };
    let before = before.as_ref().map(|(place, id)| (*place, id.as_str()));
    let page = delivery::page(&app.store, id, state.map(State::from), before, limit).await?;
    let next_cursor = page.last().filter(|_| page.len() == limit as usize).map(|d| format!("{}.{}", d.place, d.id));
    Ok(DeliveryPage { items: page.into_iter().map(delivery_view).collect(), next_cursor })
}

/// One delivery with what is sent.
///
/// # Errors
/// `webhook.not_found`, `delivery.not_found`; when the store refuses.
pub async fn show_delivery(app: &App, id: &str, delivery: &str) -> Result<DeliveryDetail> {
    find(app, id).await?;
    let found = store::delivery::get(&app.store, id, delivery).await?.ok_or_else(|| Error::not_found("delivery", delivery))?;
    let payload = serde_json::from_str(&found.message.body).map_err(|e| Error::Internal(e.to_string()))?;
    let tries = store::delivery::attempts(&app.store, delivery).await?.into_iter().map(attempt).collect();
    Ok(DeliveryDetail { delivery: delivery_view(found), payload, tries })
}
