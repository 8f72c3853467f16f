//! What every handler is handed: the application, the brakes on guessing, and how the server is reached.

use crate::error::{Error, Result};
use crate::houses::Houses;
use crate::limit::{Brake, Rate};
use crate::password::{AtWork, Passwords};
use domain::clock::Instant;
use flow::app::App;
use std::sync::{Arc, Weak};

/// How the server is reached.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// the address people type, e.g. `https://crm.example.com`; with `https` cookies are `Secure`
    pub origin: Option<String>,
    /// reverse proxies in front of us: so many entries of `X-Forwarded-For` are trusted, counted from the right
    pub proxies: usize,
    /// largest upload in bytes; `None` = whatever the disk holds
    pub upload_limit: Option<u64>,
    /// requests a minute of each token, session and network of strangers; `None` or 0 = as many as they like
    pub requests_a_minute: Option<u32>,
    /// its name in the address, for a business that is not the server's first
    pub business: Option<String>,
}

impl Config {
    /// Do people reach us by https?
    pub fn https(&self) -> bool {
        self.origin.as_deref().is_some_and(|o| o.starts_with("https://"))
    }

    /// Where this business begins on its server: nothing, or `/w/<slug>`.
    pub fn base(&self) -> String {
        self.business.as_deref().map(flow::businesses::path).unwrap_or_default()
    }

    /// The address people type for this business, if the server knows its own.
    pub fn address(&self) -> Option<String> {
        self.origin.as_deref().map(|origin| format!("{}{}", origin.trim_end_matches('/'), self.base()))
    }

    /// Name of a cookie of this business: one browser may be signed in to several. No slug has a dot.
    pub fn cookie(&self, name: &str) -> String {
        let prefix = if self.https() { "__Host-" } else { "" };
        match &self.business {
            None => format!("{prefix}{name}"),
            Some(slug) => format!("{prefix}{name}.{slug}"),
        }
    }
}

/// State of the router; cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    /// use cases, store, lake, clock
    pub app: Arc<App>,
    /// how the server is reached
    pub config: Arc<Config>,
    /// hashing
    pub passwords: Passwords,
    /// failures of signing in and setting up
    pub brake: Brake,
    /// requests of each caller
    pub rate: Arc<Rate>,
    /// the server ends: streams do, too
    pub closing: tokio::sync::watch::Sender<bool>,
    /// requests under way that named themselves
    pub running: crate::idempotency::Running,
    /// who asked lately
    pub known: Arc<crate::known::Known>,
    /// every business of the server
    pub houses: Weak<Houses>,
}

impl Ctx {
    /// Around an open application. Facts stay at hand from now on: people try rules out.
    pub fn new(app: Arc<App>, config: Config) -> Ctx {
        app.runs.keep_facts();
        let brake = Brake::new(Arc::clone(&app));
        let rate = Arc::new(Rate::new(config.requests_a_minute));
        Ctx { app, config: Arc::new(config), passwords: Passwords::default(), brake, rate, closing: tokio::sync::watch::Sender::new(false), running: crate::idempotency::Running::default(), known: Arc::default(), houses: Weak::new() }
    }

    /// One of the businesses of a server.
    pub fn among(self, houses: Weak<Houses>) -> Ctx {
        Ctx { houses, ..self }
    }

    /// One that shares the hasher with this one.
    pub fn hashing_beside(self, other: &Ctx) -> Ctx {
        Ctx { passwords: other.passwords.beside(), ..self }
    }

    /// A turn to compare a password, if these keys may try. The brake is looked at before the queue, so that who must wait takes nobody's
    /// place, and again when it is their turn: of many guesses at once no more are looked at than one after the other.
    ///
    /// # Errors
    /// `session.too_many_tries`, `server.busy`, or when the store refuses.
    pub async fn may_try(&self, keys: &[String], now: Instant) -> Result<AtWork> {
        self.brake.check(keys, now).await?;
        let turn = self.passwords.turn().await?;
        self.brake.check(keys, now).await?;
        Ok(turn)
    }

    /// The workspace this store holds; empty before the set-up. Read with every request: another process on the same database may
    /// have made or changed it.
    pub async fn workspace(&self) -> Result<String> {
        self.app.look().await?;
        Ok(self.app.settings().id.clone())
    }

    /// Random bytes from the application's source of chance.
    pub fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.app.chance.fill(&mut bytes);
        if N >= 16 && bytes == [0; N] {
            return Err(Error::internal("the source of chance gives only zeros"));
        }
        Ok(bytes)
    }
}
