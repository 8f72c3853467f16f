//! A brake on guessing passwords and set-up tokens: after ten failures in a quarter of an hour from one address, or
//! for one e-mail, the next try waits. Failures are kept in the database, so that they count whichever process is asked.

use crate::account::hash;
use crate::error::{Error, Result};
use axum::http::StatusCode;
use domain::clock::Instant;
use flow::app::App;
use serde_json::json;
use std::sync::Arc;

const FAILURES: u64 = 10;
const WINDOW: i64 = 15 * 60 * 1_000_000;

/// Failures by key (`ip:…`, `mail:…`) within the window.
#[derive(Clone)]
pub struct Brake(Arc<App>);

impl Brake {
    /// Over this application's store.
    pub fn new(app: Arc<App>) -> Brake {
        Brake(app)
    }

    /// May these keys try now?
    ///
    /// # Errors
    /// `session.too_many_tries`, or when the store refuses.
    pub async fn check(&self, keys: &[String], now: Instant) -> Result<()> {
        for key in keys {
            let tries = store::tries::since(&self.0.store, &hash(key), Instant(now.0 - WINDOW)).await?;
            if tries.count >= FAILURES {
                let wait = (tries.first.0 + WINDOW - now.0) / 1_000_000 + 1;
                return Err(Error::new(StatusCode::TOO_MANY_REQUESTS, "session.too_many_tries", "too many tries; wait a while")
                    .params(json!({ "retry_after": wait })));
            }
        }
        Ok(())
    }

    /// Remembers a failure of these keys.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn failed(&self, keys: &[String], now: Instant) -> Result<()> {
        Ok(store::tries::failed(&self.0.store, &hashed(keys), now, Instant(now.0 - WINDOW)).await?)
    }

    /// Forgets the failures of these keys after a success.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn passed(&self, keys: &[String]) -> Result<()> {
        Ok(store::tries::passed(&self.0.store, &hashed(keys)).await?)
    }
}

fn hashed(keys: &[String]) -> Vec<String> {
    keys.iter().map(|key| hash(key)).collect()
}
