//! A brake on guessing passwords and set-up tokens: after ten failures in a quarter of an hour from one address, or
//! for one e-mail, the next try waits.

use crate::error::{Error, Result};
use axum::http::StatusCode;
use domain::clock::Instant;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const FAILURES: usize = 10;
const WINDOW: i64 = 15 * 60 * 1_000_000;
/// Beyond this many remembered keys the oldest are forgotten first, so that memory stays small under attack.
const KEYS: usize = 20_000;

/// Failures by key (`ip:…`, `mail:…`) within the window.
#[derive(Debug, Clone, Default)]
pub struct Brake(Arc<Mutex<HashMap<String, Vec<Instant>>>>);

impl Brake {
    /// May these keys try now?
    pub fn check(&self, keys: &[String], now: Instant) -> Result<()> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            let Some(times) = failures.get_mut(key) else { continue };
            times.retain(|t| now.0 - t.0 < WINDOW);
            if let (true, Some(first)) = (times.len() >= FAILURES, times.first()) {
                let wait = (first.0 + WINDOW - now.0) / 1_000_000 + 1;
                return Err(Error::new(StatusCode::TOO_MANY_REQUESTS, "session.too_many_tries", "too many tries; wait a while")
                    .params(json!({ "retry_after": wait })));
            }
        }
        Ok(())
    }

    /// Remembers a failure of these keys.
    pub fn failed(&self, keys: &[String], now: Instant) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= KEYS {
            failures.retain(|_, times| times.last().is_some_and(|t| now.0 - t.0 < WINDOW / 3));
        }
        for key in keys {
            let times = failures.entry(key.clone()).or_default();
            if times.len() < FAILURES {
                times.push(now);
            }
        }
    }

    /// Forgets the failures of these keys after a success.
    pub fn passed(&self, keys: &[String]) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().for_each(|key| {
            failures.remove(key);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_and_time_heals() {
        let brake = Brake::default();
        let keys = ["ip:192.0.2.1".to_owned()];
        for n in 0..10 {
            assert!(brake.check(&keys, Instant(n)).is_ok());
            brake.failed(&keys, Instant(n));
        }
        let refused = brake.check(&keys, Instant(10)).expect_err("braked");
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(brake.check(&["ip:192.0.2.2".to_owned()], Instant(10)).is_ok());
        assert!(brake.check(&keys, Instant(WINDOW + 10)).is_ok());
    }
}
