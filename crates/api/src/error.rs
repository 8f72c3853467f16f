//! Every error a client can meet, in one shape: `application/problem+json` with a stable `code` that the web app
//! translates. Nothing about the inside of the house leaves it: what is unexpected is logged here and answered as `internal`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Label;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// RFC 9457 problem details, with a code, parameters for its translation, and errors by field.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// URI of the kind of problem
    #[serde(rename = "type")]
    pub kind: String,
    /// one English sentence
    pub title: String,
    /// HTTP status
    pub status: u16,
    /// stable machine name, e.g. `rule.unknown_feature`
    pub code: String,
    /// values for the translation of `code`; `message` holds a ready text in both languages where there is one
    #[schema(value_type = Object)]
    pub params: Value,
    /// field → code, for forms
    pub fields: BTreeMap<String, String>,
}

/// What a handler answers when it cannot do what was asked.
#[derive(Debug)]
pub struct Error(Box<Problem>);

/// Result of a handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A problem with a code and a sentence.
    pub fn new(status: StatusCode, code: &str, title: impl Into<String>) -> Error {
        Error(Box::new(Problem {
            kind: format!("urn:zhiyin:problem:{code}"),
            title: title.into(),
            status: status.as_u16(),
            code: code.to_owned(),
            params: json!({}),
            fields: BTreeMap::new(),
        }))
    }

    /// With parameters for the translation.
    pub fn params(mut self, params: Value) -> Error {
        self.0.params = params;
        self
    }

    /// With an error on one field of the form.
    pub fn field(mut self, name: &str, code: &str) -> Error {
        self.0.fields.insert(name.to_owned(), code.to_owned());
        self
    }

    /// No such page, route or thing.
    pub fn not_found() -> Error {
        Error::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing here")
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Error {
        Error::new(StatusCode::UNAUTHORIZED, "session.required", "sign in first")
    }

    /// A request body, query or path that does not fit its description.
    pub fn malformed(detail: impl Into<String>) -> Error {
        let detail = detail.into();
        Error::new(StatusCode::BAD_REQUEST, "request.malformed", detail.clone()).params(json!({ "detail": detail }))
    }

    /// A value that cannot be taken as it is.
    pub fn invalid(code: &str, title: impl Into<String>) -> Error {
        Error::new(StatusCode::UNPROCESSABLE_ENTITY, code, title)
    }

    /// Logs what happened and says only that it did.
    pub fn internal(cause: impl std::fmt::Display) -> Error {
        tracing::error!(%cause, "request failed");
        Error::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side; it is in the server's log")
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The problem itself, e.g. to store with a failed job.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.title)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let retry = self.0.params.get("retry_after").and_then(Value::as_i64);
        let mut response = (self.status(), axum::Json(*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Adds the ready text of a message to the parameters.
fn with_message(params: Value, message: &Label) -> Value {
    let mut params = if params.is_object() { params } else { json!({}) };
    if let Some(map) = params.as_object_mut() {
        map.entry("message").or_insert_with(|| json!(message));
    }
    params
}

impl From<flow::Error> for Error {
    fn from(e: flow::Error) -> Error {
        use flow::Error as E;
        match e {
            E::NotFound { noun, key } => {
                Error::new(StatusCode::NOT_FOUND, &format!("{noun}.not_found"), format!("{noun} does not exist"))
                    .params(json!({ "key": key }))
            }
            E::Invalid { code, message, params } => {
                Error::invalid(code, message.en.clone()).params(with_message(params, &message))
            }
            E::Conflict { code, message, params } => {
                Error::new(StatusCode::CONFLICT, code, message.en.clone()).params(with_message(params, &message))
            }
            E::Denied { code, message, params } => {
                Error::new(StatusCode::FORBIDDEN, code, message.en.clone()).params(with_message(params, &message))
            }
            E::Rule(e) => rule(&e),
            E::Store(e) => e.into(),
            other => Error::internal(other),
        }
    }
}

impl From<store::Error> for Error {
    fn from(e: store::Error) -> Error {
        use store::Error as E;
        let status = match &e {
            E::NotFound { .. } => StatusCode::NOT_FOUND,
            E::Taken { .. } | E::State { .. } | E::Conflict(_) | E::AlreadyImported { .. } | E::UndoExpired { .. } => StatusCode::CONFLICT,
            E::Busy | E::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => return Error::internal(e),
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::warn!(cause = %e, "the database keeps a request waiting");
        }
        let message = e.message();
        Error::new(status, e.code(), message.en.clone()).params(with_message(json!({}), &message))
    }
}

/// A rule that does not parse or fit: 422 `rule.…` with the place of the mistake and a sentence in both languages.
fn rule(e: &domain::rule::Error) -> Error {
    let message = Label::new(e.message(domain::Lang::Zh), e.message(domain::Lang::En));
    let params = json!({ "span": [e.span.start, e.span.end], "path": e.path, "message": message, "values": e.params });
    Error::invalid(e.code.as_str(), message.en.clone()).params(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words a person of the other language would stumble over.
    fn chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    #[test]
    fn what_the_store_refuses_is_said_in_both_languages() {
        let refused = [
            store::Error::Busy,
            store::Error::NotFound { what: "draft", id: "x".into() },
            store::Error::Taken { what: "version" },
            store::Error::State { what: "import", id: "x".into(), state: "undone".into() },
            store::Error::Conflict(store::Conflict::Customers { staged: 1, now: 2 }),
            store::Error::AlreadyImported { import: "imp_1".into() },
            store::Error::UndoExpired { import: "imp_1".into() },
        ];
        for e in refused {
            let said = Error::from(e);
            let message = said.problem().params["message"].clone();
            let text = |lang: &str| message[lang].as_str().unwrap_or_default().to_owned();
            assert!(chinese(&text("zh")) && !chinese(&text("en")) && !text("en").is_empty(), "{said}: {message}");
            assert_eq!(said.problem().title, text("en"));
        }
    }

    #[test]
    fn what_is_unexpected_stays_inside() {
        let said = Error::from(store::Error::Invalid("table users has no column".into()));
        assert_eq!((said.status(), said.problem().code.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
        assert!(!said.to_string().contains("users"));
    }
}
