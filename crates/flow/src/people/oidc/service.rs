//! Talking to the service: what it says of itself, its keys, and a code exchanged for a token. Always through the one way out.

use super::token::{self, Expected, Fault, Identity};
use crate::{Error, Result, app::App};
use base64::{Engine, engine::general_purpose::STANDARD};
use channels::{ask::Question, egress::Refused};
use domain::{Label, clock::Instant};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use store::oidc::{Provider, Start};

/// How long what a service says of itself is believed without asking again.
const FRESH: i64 = 3_600_000_000;

/// What a service says of itself.
#[derive(Debug, Clone)]
pub struct Service {
    issuer: String,
    authorize: String,
    token: String,
    /// with the secret in the form, for services that take no header
    by_form: bool,
    /// it names itself when it sends people back
    names_itself: bool,
    keys: Value,
    keys_at: String,
    asked: Instant,
}

/// The service as it was asked last.
#[derive(Debug, Default)]
pub struct Known(Mutex<Option<Service>>);

impl Known {
    fn get(&self) -> Option<Service> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, service: &Service) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(service.clone());
    }

    /// Asks anew next time.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// It does not answer, or not what such a service answers.
fn unreachable(what: &'static str, why: &str) -> Error {
    Error::Invalid {
        code: "oidc.unreachable",
        message: Label::new(format!("登录服务没有给出应有的答复（{what}：{why}）"), format!("the sign-in service does not answer as it should ({what}: {why})")),
        params: json!({ "what": what, "why": why }),
    }
}

async fn document(app: &App, what: &'static str, url: &str, question: Question<'_>) -> Result<Value> {
    let answer = app.egress.ask(url, question).await.map_err(|e: Refused| unreachable(what, e.key()))?;
    if answer.status != 200 {
        return Err(unreachable(what, &answer.status.to_string()));
    }
    serde_json::from_slice(&answer.body).ok().filter(Value::is_object).ok_or_else(|| unreachable(what, "json"))
}

/// What the service of an issuer says of itself, and its keys.
///
/// # Errors
/// `oidc.unreachable`.
pub async fn discover(app: &App, issuer: &str) -> Result<Service> {
    let now = app.clock.now();
    let fresh = |s: &Service| s.issuer == issuer && (0..FRESH).contains(&(now.0 - s.asked.0));
    if let Some(known) = app.sign_in.get().filter(fresh) {
        return Ok(known);
    }
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let said = document(app, "discovery", &url, Question::default()).await?;
    // another's configuration under this address is another's
    if said.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err(unreachable("discovery", "issuer"));
    }
    let address = |name: &'static str| -> Result<String> {
        let url = said.get(name).and_then(Value::as_str).ok_or_else(|| unreachable("discovery", name))?;
        app.egress.asks(url).map_err(|e| unreachable(name, e.key()))?;
        Ok(url.to_owned())
    };
    let ways: Vec<&str> = said.get("token_endpoint_auth_methods_supported").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let keys_at = address("jwks_uri")?;
    let service = Service {
        issuer: issuer.to_owned(),
        authorize: address("authorization_endpoint")?,
        token: address("token_endpoint")?,
        by_form: !ways.is_empty() && !ways.contains(&"client_secret_basic") && ways.contains(&"client_secret_post"),
        names_itself: said.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        keys: document(app, "jwks", &keys_at, Question::default()).await?,
        keys_at,
        asked: now,
    };
    app.sign_in.put(&service);
    Ok(service)
}

/// A query of names and values.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", super::super::totp::escaped(value))).collect::<Vec<_>>().join("&")
}

impl Service {
    /// Where people go.
    pub fn address(&self, query: &str) -> String {
        let joint = if self.authorize.contains('?') { '&' } else { '?' };
        format!("{}{joint}{query}", self.authorize)
    }

    /// Is who sends people back the service they were sent to (RFC 9207)?
    pub fn is(&self, named: Option<&str>) -> bool {
        named.map_or(!self.names_itself, |named| named == self.issuer)
    }

    /// Exchanges a code for a token, and reads it.
    ///
    /// # Errors
    /// `oidc.unreachable`, `oidc.answer`.
    pub async fn identity(mut self, app: &App, provider: &Provider, secret: &str, start: &Start, code: &str, redirect: &str) -> Result<Identity> {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", start.verifier.as_str())];
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", super::super::totp::escaped(&provider.client_id), super::super::totp::escaped(secret))));
        if self.by_form {
            form.extend([("client_id", provider.client_id.as_str()), ("client_secret", secret)]);
        }
        let form = query(&form);
        let question = Question { form: Some(&form), authorization: (!self.by_form).then_some(basic.as_str()) };
        let answer = document(app, "token", &self.token, question).await?;
        let token = answer.get("id_token").and_then(Value::as_str).ok_or_else(|| unreachable("token", "id_token"))?;
        let expected = Expected { issuer: &provider.issuer, client: &provider.client_id, nonce: &start.nonce, now: app.clock.now() };
        let mut outcome = token::read(token, &self.keys, expected);
        // its keys may be others by now: asked once
        if outcome == Err(Fault::Key) {
            self.keys = document(app, "jwks", &self.keys_at, Question::default()).await?;
            app.sign_in.put(&self);
            outcome = token::read(token, &self.keys, expected);
        }
        outcome.map_err(|fault| {
            tracing::warn!(?fault, issuer = provider.issuer, "an ID token is not believed");
            Error::invalid("oidc.answer", "登录服务的答复核对不上，没有登录；请重试，仍不行请告诉负责人", "what the sign-in service answered does not hold, so nobody was signed in; try again, and if it stays tell an owner")
        })
    }
}
