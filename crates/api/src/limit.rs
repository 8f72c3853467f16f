//! Two brakes. One on guessing passwords and set-up tokens: after ten failures in a quarter of an hour from one network, or
//! for one e-mail, the next try waits. Failures are kept in the database, so that they count whichever process is asked.
//! The other on asking too much: so many requests a minute for each token, each session and each network of those who are neither,
//! counted in memory.

use crate::account::hash;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::session::Peer;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::clock::Instant;
use flow::app::App;
use serde_json::json;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

const FAILURES: u64 = 10;
const WINDOW: i64 = 15 * 60 * 1_000_000;

/// Failures by key (`ip:…`, of a network as [`network`] has it; `mail:…`) within the window.
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

/// The network an address belongs to, as far as one customer of a provider can choose addresses in it: of IPv6 the first 56 bits.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => format!("{}/56", Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 56))),
        },
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// Who asks, as requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller<'a> {
    /// an API token, `tok_…`
    Token(&'a str),
    /// a session, by its token
    Session(&'a str),
    /// nobody who is known, from this network
    Network(&'a str),
}

/// Places where callers are counted, so that few requests meet at one.
const SHARDS: usize = 64;
/// Callers remembered in one of them.
const MOST: usize = 2_048;
const MINUTE: i64 = 60_000_000_000;

/// When what each caller asked so far would be over, had they asked evenly; nanoseconds.
type Shard = Mutex<BTreeMap<u64, i64>>;

/// So many requests a minute, which may come at once.
pub struct Rate {
    /// nanoseconds a request is worth; none: no limit
    worth: Option<i64>,
    shards: Vec<Shard>,
}

impl Rate {
    /// `None` or 0: no limit.
    pub fn new(a_minute: Option<u32>) -> Rate {
        let worth = a_minute.filter(|n| *n > 0).map(|n| (MINUTE / i64::from(n)).max(1));
        let shards = if worth.is_some() { SHARDS } else { 0 };
        Rate { worth, shards: (0..shards).map(|_| Shard::default()).collect() }
    }

    /// One request more.
    ///
    /// # Errors
    /// `request.too_many`.
    pub fn take(&self, caller: Caller<'_>, now: Instant) -> Result<()> {
        let Some(worth) = self.worth else { return Ok(()) };
        let mut hasher = DefaultHasher::new();
        caller.hash(&mut hasher);
        let (key, now) = (hasher.finish(), now.0.saturating_mul(1_000));
        let Some(shard) = usize::try_from(key % SHARDS as u64).ok().and_then(|n| self.shards.get(n)) else { return Ok(()) };
        let mut callers = shard.lock().unwrap_or_else(PoisonError::into_inner);
        // a clock that was put back must not keep anybody waiting for more than what they asked
        let over = callers.get(&key).map_or(now, |over| (*over).clamp(now, now.saturating_add(MINUTE)));
        let next = over.saturating_add(worth);
        let early = next.saturating_sub(now).saturating_sub(MINUTE);
        if early > 0 {
            callers.insert(key, over);
            drop(callers);
            let wait = early.saturating_add(999_999_999) / 1_000_000_000;
            return Err(Error::new(StatusCode::TOO_MANY_REQUESTS, "request.too_many", "too many requests; wait a moment").params(json!({ "retry_after": wait })));
        }
        if callers.len() >= MOST && !callers.contains_key(&key) {
            // whoever has asked nothing for a while may ask as much as whoever is new
            callers.retain(|_, over| *over > now);
            if callers.len() >= MOST {
                callers.clear();
            }
        }
        callers.insert(key, next);
        Ok(())
    }
}

/// Counts a request of somebody who shows neither session nor token.
///
/// # Errors
/// `request.too_many`.
pub fn stranger(ctx: &Ctx, request: &Request) -> Result<()> {
    if ctx.rate.worth.is_none() {
        return Ok(());
    }
    let peer = Peer::of(ctx, request.headers(), request.extensions());
    ctx.rate.take(Caller::Network(&peer.network()), ctx.app.clock.now())
}

/// Counts requests of routes that are open to anyone.
pub async fn strangers(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    // whether the server lives is answered however many ask
    let probes = request.uri().path().ends_with("/healthz");
    let counted = if probes { Ok(()) } else { stranger(&ctx, &request) };
    match counted {
        Ok(()) => next.run(request).await,
        Err(e) => e.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_line_are_one_and_others_are_not() {
        assert_eq!(network("2001:db8:1:2fe::1"), network("2001:db8:1:201:ffff::9"));
        assert_ne!(network("2001:db8:1:2fe::1"), network("2001:db8:1:3fe::1"));
        assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7");
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
        assert_eq!(network("unknown"), "unknown");
    }

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_it_trickles() {
        let rate = Rate::new(Some(60));
        let at = |ms: i64| Instant(1_000_000_000_000 + ms * 1_000);
        let take = |caller, ms| rate.take(caller, at(ms)).is_ok();
        assert_eq!((0..100).filter(|_| take(Caller::Token("a"), 0)).count(), 60);
        assert!(take(Caller::Session("a"), 0) && take(Caller::Network("a"), 0) && take(Caller::Token("b"), 0), "each is counted by itself");
        assert!(!take(Caller::Token("a"), 900) && take(Caller::Token("a"), 1_000) && !take(Caller::Token("a"), 1_001));
        // a clock that goes back an hour stops nobody for an hour
        assert!(!take(Caller::Token("a"), -3_600_000) && take(Caller::Token("a"), -3_598_000));
        let free = Rate::new(None);
        assert!((0..10_000).all(|_| free.take(Caller::Token("a"), at(0)).is_ok()));
        // many callers are not kept for ever
        (0..140_000).for_each(|n| drop(rate.take(Caller::Network(&n.to_string()), at(0))));
        let kept: usize = rate.shards.iter().map(|s| s.lock().expect("nobody panicked").len()).sum();
        assert!(kept <= SHARDS * MOST, "{kept}");
    }
}
