//! Signing in through a service of one's own (OpenID Connect): which one, whose account there is whose here, and sign-ins that went
//! there and are not back yet.

use crate::{Access, Error, Result, Tx};
use domain::clock::Instant;

/// The service of a business.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// as it names itself in its tokens
    pub issuer: String,
    /// what we are called there
    pub client_id: String,
    /// sealed
    pub client_secret: String,
    /// what stands on the button
    pub label: String,
    /// domains of addresses it answers for; none: any
    pub domains: Vec<String>,
    /// role of who is neither a member nor invited; `None`: they stay outside
    pub newcomers: Option<String>,
    /// set
    pub updated_at: Instant,
}

/// A sign-in that went there.
#[derive(Clone, PartialEq, Eq)]
pub struct Start {
    /// hash of what comes back with it
    pub state_hash: String,
    /// hash of what the browser keeps meanwhile
    pub browser_hash: String,
    /// which service it went to
    pub issuer: String,
    /// what the token must repeat
    pub nonce: String,
    /// what proves to the service that it was us (PKCE)
    pub verifier: String,
    /// over
    pub expires_at: Instant,
}

statements! {
    GET = "SELECT issuer, client_id, client_secret, label, domains, newcomers, updated_at FROM oidc_providers WHERE workspace = $1";
    SET = "INSERT INTO oidc_providers (workspace, issuer, client_id, client_secret, label, domains, newcomers, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace) DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id,
            client_secret = excluded.client_secret, label = excluded.label, domains = excluded.domains, newcomers = excluded.newcomers,
            updated_at = excluded.updated_at";
    UNSET = "DELETE FROM oidc_providers WHERE workspace = $1";
    ACCOUNT = "SELECT user_id FROM oidc_accounts WHERE issuer = $1 AND subject = $2";
    ACCOUNT_OF = "SELECT subject FROM oidc_accounts WHERE issuer = $1 AND user_id = $2";
    LINK = "INSERT INTO oidc_accounts (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)";
    BEGIN = "INSERT INTO oidc_starts (state_hash, browser_hash, issuer, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    FIND = "SELECT state_hash, browser_hash, issuer, nonce, verifier, expires_at FROM oidc_starts WHERE state_hash = $1 AND expires_at > $2";
    TAKE = "DELETE FROM oidc_starts WHERE state_hash = $1";
    FORGET = "DELETE FROM oidc_starts WHERE expires_at <= $1";
}

type Row = (String, String, String, String, String, Option<String>, i64);

/// The service of a business.
pub async fn get(db: impl Access, workspace: &str) -> Result<Option<Provider>> {
    let Some((issuer, client_id, client_secret, label, domains, newcomers, at)) = optional!(db, Row, GET, workspace)? else { return Ok(None) };
    let domains = serde_json::from_str(&domains).map_err(|e| Error::Invalid(format!("domains of a sign-in service: {e}")))?;
    Ok(Some(Provider { issuer, client_id, client_secret, label, domains, newcomers, updated_at: Instant(at) }))
}

/// Sets it.
pub async fn set(tx: &mut Tx, workspace: &str, p: &Provider) -> Result<()> {
    let domains = serde_json::Value::from(p.domains.clone()).to_string();
    execute!(
        tx, SET, workspace, p.issuer.as_str(), p.client_id.as_str(), p.client_secret.as_str(), p.label.as_str(), domains.as_str(),
        p.newcomers.as_deref(), p.updated_at.0,
    )
    .map(|_| ())
}

/// Takes it away; false if there was none. Whose account is whose stays, for the day it is back.
pub async fn unset(tx: &mut Tx, workspace: &str) -> Result<bool> {
    Ok(execute!(tx, UNSET, workspace)? == 1)
}

/// Whose account of the service this is.
pub async fn user_of(db: impl Access, issuer: &str, subject: &str) -> Result<Option<String>> {
    Ok(optional!(db, (String,), ACCOUNT, issuer, subject)?.map(|(user,)| user))
}

/// The account somebody has at the service.
pub async fn subject_of(db: impl Access, issuer: &str, user: &str) -> Result<Option<String>> {
    Ok(optional!(db, (String,), ACCOUNT_OF, issuer, user)?.map(|(subject,)| subject))
}

/// Says whose it is from now on; `Taken` if it is somebody's, or they have another.
pub async fn link(tx: &mut Tx, issuer: &str, subject: &str, user: &str, now: Instant) -> Result<()> {
    execute!(tx, LINK, issuer, subject, user, now.0).map(|_| ()).map_err(|e| e.taken("account of the sign-in service"))
}

/// Notes that a sign-in went there.
pub async fn begin(db: impl Access, s: &Start) -> Result<()> {
    execute!(db, BEGIN, s.state_hash.as_str(), s.browser_hash.as_str(), s.issuer.as_str(), s.nonce.as_str(), s.verifier.as_str(), s.expires_at.0).map(|_| ())
}

/// The one that comes back, once: it is gone with this.
pub async fn take(tx: &mut Tx, state_hash: &str, now: Instant) -> Result<Option<Start>> {
    let row = optional!(&mut *tx, (String, String, String, String, String, i64), FIND, state_hash, now.0)?;
    if execute!(tx, TAKE, state_hash)? != 1 {
        return Ok(None);
    }
    Ok(row.map(|(state_hash, browser_hash, issuer, nonce, verifier, at)| Start { state_hash, browser_hash, issuer, nonce, verifier, expires_at: Instant(at) }))
}

/// Forgets those that never came back.
pub async fn forget(db: impl Access, now: Instant) -> Result<u64> {
    execute!(db, FORGET, now.0)
}
