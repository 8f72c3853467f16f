//! Webhooks: changes of segments and classes told to programs of others. [`announce`] notices what changed and writes it down once,
//! [`post`] sends it in order until it is taken or given up, [`endpoints`] is what people set, [`view`] what they see.

pub mod announce;
pub mod endpoints;
mod event;
pub mod post;
pub mod view;

use crate::{Result, app::App};
use store::webhook::{self, Webhook};

pub use event::EventType;
pub(crate) use event::{Events, PING};

/// The way out and how names are looked up for it, for whoever puts the application together.
pub use channels::{
    Egress, Policy,
    egress::{Found, Resolve, System},
};

/// Every endpoint, and what it wants to be told.
pub(crate) async fn naming(app: &App) -> Result<Vec<(Webhook, Events)>> {
    let all = webhook::list(&app.store, &app.settings().id).await?;
    Ok(all.into_iter().map(|w| (Events::read(&w.events), w)).map(|(events, w)| (w, events)).collect())
}
