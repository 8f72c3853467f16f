//! The thin edge: HTTP under `/api/v1`, its OpenAPI description, sessions, and the embedded web app. Handlers parse, call
//! `flow` and answer; nothing is decided here but who may ask.

pub mod account;
mod asked;
mod audit;
mod businesses;
mod changes;
mod classifications;
mod cohorts;
mod ctx;
mod curve;
mod customers;
mod dashboards;
mod definitions;
mod describe;
mod docs;
mod duplicates;
mod erasures;
pub mod error;
mod everything;
mod exports;
mod extract;
mod features;
mod flow_between;
mod health;
pub mod houses;
pub mod idempotency;
mod imports;
mod intake;
mod invitations;
mod jobs;
mod known;
mod limit;
mod listed;
mod mail;
mod members;
mod merges;
mod notes;
mod objects;
mod oidc;
mod overview;
mod owners;
mod packed;
mod paging;
mod parameters;
mod quality;
mod record_imports;
mod password;
mod rfm;
mod router;
mod rules;
mod sample;
mod scope;
mod second_factor;
mod second_step;
mod security;
mod segments;
mod session;
mod sessions;
mod sql;
mod subscriptions;
mod tags;
mod tokens;
mod turns;
mod views;
mod web;
mod webhooks;

pub use ctx::{Config, Ctx};
pub use error::{Error, Result};
pub use houses::{Houses, Opener};
pub use router::{BASE, openapi, router};
pub use session::Peer;
pub use security::CSRF_HEADER;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves until `stop` resolves, then finishes the requests under way.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, houses: Arc<Houses>, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let service = houses.service().into_make_service_with_connect_info::<SocketAddr>();
    let stop = async move {
        stop.await;
        // whoever looks on would keep the server from ending
        houses.farewell();
    };
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}
