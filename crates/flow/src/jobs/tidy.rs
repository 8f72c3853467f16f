//! Forgets what is over: sessions and invitations of no use any more, old jobs, and files of exports whose days are gone.

use super::{Effect, export};
use crate::{Result, app::App};
use domain::clock::Instant;

const DAY: i64 = 86_400_000_000;
/// A finished job is in the history so long.
pub const JOBS: i64 = 30 * DAY;
/// One that was given up, and that nobody looked after, longer.
const DEAD: i64 = 90 * DAY;
/// An invitation that was used, taken back or not used.
const INVITATIONS: i64 = 30 * DAY;
/// What was told to webhooks, and what waits for one that nobody switches on again.
const DELIVERIES: i64 = 30 * DAY;
/// That a slot of a schedule was taken is known longer than any clock jumps.
const SLOTS: i64 = 800 * DAY;

/// Forgets.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn run(app: &std::sync::Arc<App>) -> Result<Effect> {
    let now = app.clock.now();
    let before = |ago: i64| Instant(now.0.saturating_sub(ago));
    let sessions = store::session::delete_expired(&app.store, now).await?;
    store::oidc::forget(&app.store, now).await?;
    store::pending::delete_expired(&app.store, now).await?;
    let invitations = store::invitation::forget(&app.store, before(INVITATIONS)).await?;
    let mut jobs = store::job::forget(&app.store, before(JOBS)).await?;
    jobs += store::job::forget_dead(&app.store, before(DEAD)).await?;
    store::schedule::forget(&app.store, before(SLOTS)).await?;
    let deliveries = store::delivery::forget(&app.store, before(DELIVERIES), now).await?;
    let mails = store::mail::forget(&app.store, before(DELIVERIES)).await?;
    store::record_import::forget(&app.store, crate::work::oldest(now)).await?;
    store::webhook::forget_secrets(&app.store, now).await?;
    let files = export::sweep(app).await?;
    crate::erasure::recover(app).await?;
    let result = serde_json::json!({ "sessions": sessions, "invitations": invitations, "jobs": jobs, "deliveries": deliveries, "mails": mails, "files": files });
    Ok(Effect { result: Some(result), ..Effect::default() })
}
