//! Hands mails in: one after the other, each counted before it is tried, tried again later and later, given up in the open.

use super::{Letter, relay};
use crate::{Result, app::App};
use channels::{
    mail::{Address, Mail},
    smtp::Unsent,
};
use domain::{Lang, clock::Instant};
use std::{sync::Arc, time::Duration};
use store::{
    Tx,
    delivery,
    mail::{self as stored, NewMail, State},
};
use tokio::sync::watch;

/// How often it is looked for mails.
const LOOK: Duration = Duration::from_secs(1);
/// Nobody else sends a mail for so long; longer than handing it in may take.
const LEASE: i64 = 150_000_000;
/// Seconds after each try that failed; after the last it is given up. About a day and a half.
pub const BACK_OFF: [i64; 8] = [10, 60, 300, 1_800, 7_200, 18_000, 36_000, 64_800];
/// Tries of a mail.
pub const TRIES: i64 = BACK_OFF.len() as i64 + 1;
/// What lies further ahead was put there by a clock that was turned back since.
const FAR: i64 = 2 * 86_400_000_000;

/// Writes a letter to somebody in a transaction; false if one under this key was written before, or no mail server is set.
///
/// # Errors
/// When the store refuses.
pub async fn enqueue(app: &App, tx: &mut Tx, kind: &str, key: &str, to: &str, letter: &Letter, lang: Lang) -> Result<bool> {
    let workspace = app.settings().id.clone();
    if stored::relay(&mut *tx, &workspace).await?.is_none() {
        return Ok(false);
    }
    let new = NewMail {
        id: app.new_id("mal"),
        unique_key: key.to_owned(),
        kind: kind.to_owned(),
        to: to.to_owned(),
        subject: letter.line(),
        text: letter.text(lang),
        html: letter.html(lang),
        unsubscribe: letter.unsubscribe.clone(),
    };
    Ok(stored::enqueue(tx, &workspace, &new, app.clock.now()).await?)
}

/// Sends until `closing`.
pub(crate) async fn work(app: &Arc<App>, mut closing: watch::Receiver<bool>) {
    while !*closing.borrow() {
        let next = tokio::select! {
            sent = one(app) => sent,
            _ = closing.changed() => return,
        };
        match next {
            Ok(true) => continue,
            Ok(false) => {}
            Err(e) => tracing::error!(error = %e, "mails that wait could not be sent"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = closing.changed() => {}
        }
    }
}

/// Tries the next mail; false if there is none.
pub(crate) async fn one(app: &App) -> Result<bool> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    if workspace.is_empty() {
        return Ok(false);
    }
    let Some(next) = stored::due(&app.store, &workspace, now, Instant(now.0 + FAR), Instant(now.0 + 2 * LEASE)).await? else { return Ok(false) };
    let Some(relay) = stored::relay(&app.store, &workspace).await? else { return Ok(false) };
    if delivery::held(&app.store, &workspace).await?.is_some() {
        return Ok(false);
    }
    // until the password is given again mails wait
    let Some(door) = relay::door(app, &relay)? else { return Ok(false) };
    let wait = usize::try_from(next.attempts).ok().and_then(|n| BACK_OFF.get(n)).copied().unwrap_or(86_400);
    if !stored::begin(&app.store, &next, Instant(now.0 + wait * 1_000_000), Instant(now.0 + LEASE)).await? {
        return Ok(true);
    }
    let m = &next.mail;
    let ended = match Address::parse(&m.to) {
        Ok(to) => hand_in(app, &door, &relay, to, &m.id, &m.subject, m.text.clone(), m.html.clone(), m.unsubscribe.clone()).await,
        Err(e) => Err(Unsent::Malformed(e)),
    };
    let (state, code, outcome) = match ended {
        Ok(()) => (State::Sent, None, "ok"),
        Err(e) => {
            let over = e.hopeless() || next.attempts + 1 >= TRIES;
            tracing::warn!(mail = %m.id, kind = %m.kind, attempt = next.attempts + 1, error = %e, "a mail was not sent");
            (if over { State::Dead } else { State::Waiting }, e.code().map(i64::from), e.key())
        }
    };
    stored::end(&app.store, &next, state, code, outcome, app.clock.now()).await?;
    Ok(true)
}

/// Hands one in.
#[allow(clippy::too_many_arguments, reason = "the parts of a mail, each once")]
pub(super) async fn hand_in(app: &App, door: &channels::smtp::Relay, r: &stored::Relay, to: Address, id: &str, subject: &str, text: String, html: String, unsubscribe: Option<String>) -> Result<(), Unsent> {
    let from_name = if r.from_name.is_empty() { app.settings().name.clone() } else { r.from_name.clone() };
    let mail = Mail {
        from: Address::parse(&r.from_address)?,
        from_name: from_name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        to,
        subject: subject.to_owned(),
        text,
        html: (!html.is_empty()).then_some(html),
        id: id.to_owned(),
        at: app.clock.now().0.div_euclid(1_000_000),
        unsubscribe,
    };
    app.egress.mail(door, &mail).await
}
