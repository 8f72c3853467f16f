//! Passwords: argon2id with the library's defaults (19 MiB, two passes), never more than a few at a time, and the same
//! work for an unknown e-mail as for a known one.

use crate::error::{Error, Result};
use axum::http::StatusCode;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::Argon2;
use serde_json::json;
use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Verified when nobody has the e-mail, so that an answer takes as long either way.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dW5rbm93bi1wZXJzb24$nOiUbqZ3cY3Lr2Bq3bE8dYLq0yVZb6m0c0S0m2b0kX8";

/// So many are hashed or wait for their turn; whoever comes then is asked to come again. Each takes 19 MiB and a core while it is hashed.
const CROWD: usize = 34;

/// Hashing a few passwords at once.
#[derive(Clone)]
pub struct Passwords(Arc<Turns>);

struct Turns {
    /// at work or waiting
    places: Arc<Semaphore>,
    /// at work: few of one business, few of a server
    work: flow::shares::Turns,
    /// what was compared so far, in KiB gone through
    weighed: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords(Arc::new(Turns { places: Arc::new(Semaphore::new(CROWD)), work: flow::shares::Turns::default(), weighed: AtomicU64::default() }))
    }
}

impl Passwords {
    /// For another business of this server: a crowd at its door keeps nobody waiting at this one.
    pub fn beside(&self) -> Passwords {
        Passwords(Arc::new(Turns { places: Arc::new(Semaphore::new(CROWD)), work: self.0.work.beside(), weighed: AtomicU64::default() }))
    }

    /// A turn; `server.busy` when too many wait already.
    ///
    /// # Errors
    /// `server.busy`.
    pub async fn turn(&self) -> Result<AtWork> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| {
            let busy = Error::new(StatusCode::SERVICE_UNAVAILABLE, "server.busy", "too many people sign in at this moment; try again soon");
            busy.params(json!({ "retry_after": 2 }))
        })?;
        Ok(AtWork { turns: Arc::clone(&self.0), held: Arc::new((place, self.0.work.take().await?)) })
    }

    /// The PHC string to store.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String> {
        let held = self.turn().await?.held;
        tokio::task::spawn_blocking(move || {
            let _held = held;
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|h| h.to_string()).map_err(Error::internal)
        })
        .await
        .map_err(Error::internal)?
    }

    /// The work of all comparisons so far, as their own parameters tell it: KiB gone through. Whoever is not known costs as much as
    /// whoever is.
    pub fn weighed(&self) -> u64 {
        self.0.weighed.load(Ordering::Relaxed)
    }
}

/// Whose turn it is. Who notes a failure before giving the turn back is known to have failed to whoever comes next.
pub struct AtWork {
    turns: Arc<Turns>,
    /// given back when the work is done, also where nobody waits for it any more: a crowd that walks away hashes no more at a time
    held: Arc<(OwnedSemaphorePermit, flow::shares::Turn)>,
}

impl AtWork {
    /// Does the password fit the stored hash? Without a stored hash the work is done all the same and the answer is no.
    ///
    /// # Errors
    /// When the hasher refuses.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let (turns, held) = (Arc::clone(&self.turns), Arc::clone(&self.held));
        tokio::task::spawn_blocking(move || {
            let _held = held;
            // an account without a password keeps an empty text
            let known = stored.as_deref().is_some_and(|text| PasswordHash::new(text).is_ok());
            let hash = PasswordHash::new(stored.as_deref().filter(|_| known).unwrap_or(DUMMY)).map_err(Error::internal)?;
            let fits = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
            let cost = ["m", "t"].into_iter().map(|name| u64::from(hash.params.get_decimal(name).unwrap_or(0))).product();
            turns.weighed.fetch_add(cost, Ordering::Relaxed);
            Ok(known && fits)
        })
        .await
        .map_err(Error::internal)?
    }
}

/// Long enough to resist guessing, short enough not to be a weapon against the hasher.
pub fn acceptable(password: &str) -> bool {
    (10..=256).contains(&password.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery".into(), [7; 16]).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let turn = passwords.turn().await.expect("a turn");
        assert!(turn.verify("correct horse battery".into(), Some(hash.clone())).await.expect("verifies"));
        assert!(!turn.verify("correct horse batterx".into(), Some(hash)).await.expect("verifies"));
        for nothing in [None, Some(String::new()), Some("no hash".to_owned())] {
            assert!(!turn.verify("whatever it is".into(), nothing).await.expect("verifies"));
        }
        assert_eq!(passwords.weighed(), 5 * 19_456 * 2);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_crowd_is_asked_to_come_again() {
        let passwords = Passwords::default();
        let tries = (0..200).map(|_| {
            let passwords = passwords.clone();
            tokio::spawn(async move { passwords.turn().await?.verify("whatever it is".into(), None).await })
        });
        let (mut done, mut refused) = (0, 0);
        for one in tries.collect::<Vec<_>>() {
            match one.await.expect("ends") {
                Ok(_) => done += 1,
                Err(e) => {
                    assert_eq!((e.status(), e.problem().code.as_str(), &e.problem().params["retry_after"]), (StatusCode::SERVICE_UNAVAILABLE, "server.busy", &2.into()));
                    refused += 1;
                }
            }
        }
        assert!(refused > 0 && done >= CROWD, "{done} done, {refused} refused");
        assert!(passwords.turn().await.is_ok(), "their places are not given back");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_walks_away_keeps_their_place_until_the_work_is_done() {
        let passwords = Passwords::default();
        for _ in 0..2 {
            let turn = passwords.turn().await.expect("a turn");
            assert!(turn.verify("whatever it is".into(), None).now_or_never().is_none(), "that takes a while");
        }
        assert!(passwords.turn().now_or_never().is_none() || passwords.weighed() > 0, "two are at work, whoever waits for them");
        assert!(passwords.turn().await.is_ok(), "and then they are done");
    }

    #[test]
    fn the_dummy_is_a_hash_that_costs_what_a_true_one_costs() {
        let dummy = PasswordHash::new(DUMMY).expect("a valid PHC string");
        assert_eq!(dummy.params.to_string(), "m=19456,t=2,p=1");
        assert_eq!(dummy.hash.map(|h| h.as_bytes().len()), Some(32));
    }
}
