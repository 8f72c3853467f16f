//! Parameters of the query string: a name that a route does not take is refused, because whoever mistypes one would be answered as if
//! they had asked for everything. What a route takes is what its description says.

use crate::error::Error;
use axum::{
    extract::{Query, Request, State},
    http::{Method, StatusCode, Uri},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::sync::Arc;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};

/// Where a handler says how names that are data begin: `class.`, `f.`, …
pub const PREFIXES: &str = "x-query-prefixes";

/// What one operation takes.
#[derive(Debug)]
struct Taken {
    method: Method,
    names: Vec<String>,
    prefixes: Vec<String>,
}

impl Taken {
    fn of(method: Method, operation: &Operation) -> Taken {
        let of_query = operation.parameters.iter().flatten().filter(|p| matches!(p.parameter_in, ParameterIn::Query));
        let prefixes = operation.extensions.as_ref().and_then(|all| all.get(PREFIXES)).and_then(|list| list.as_array());
        Taken {
            method,
            names: of_query.map(|p| p.name.clone()).collect(),
            prefixes: prefixes.into_iter().flatten().filter_map(|p| p.as_str()).map(str::to_owned).collect(),
        }
    }

    fn takes(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name) || self.prefixes.iter().any(|p| name.strip_prefix(p.as_str()).is_some_and(|rest| !rest.is_empty()))
    }

    /// The first name it does not take.
    fn unknown(&self, uri: &Uri) -> Option<String> {
        let mut names = uri.query()?.split('&').filter(|p| !p.is_empty()).map(|p| p.split_once('=').map_or(p, |(name, _)| name));
        if names.all(|name| self.takes(name)) {
            return None;
        }
        // it may be written with escapes
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
        pairs.into_iter().map(|(name, _)| name).find(|name| !self.takes(name))
    }
}

/// What the operations of a route take.
#[derive(Debug, Clone)]
pub struct Parameters(Arc<Vec<Taken>>);

impl Parameters {
    /// As the description of the route says.
    pub fn of<'a>(items: impl Iterator<Item = &'a PathItem>) -> Parameters {
        let of_item = |item: &PathItem| {
            let all = [(Method::GET, &item.get), (Method::PUT, &item.put), (Method::POST, &item.post), (Method::DELETE, &item.delete)];
            all.into_iter().filter_map(|(method, operation)| Some(Taken::of(method, operation.as_ref()?))).collect::<Vec<_>>()
        };
        Parameters(Arc::new(items.flat_map(of_item).collect()))
    }

    fn unknown(&self, method: &Method, uri: &Uri) -> Option<String> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.0.iter().find(|t| t.method == *method)?.unknown(uri)
    }
}

/// Refuses what the route does not take.
pub async fn known(State(taken): State<Parameters>, request: Request, next: Next) -> Response {
    let unknown = taken.unknown(request.method(), request.uri());
    match unknown {
        None => next.run(request).await,
        Some(name) => {
            let title = format!("this address takes no parameter {name:?}");
            Error::new(StatusCode::BAD_REQUEST, "request.parameter", title).params(json!({ "name": name })).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_described_is_told() {
        let taken = Taken { method: Method::GET, names: vec!["rule".into(), "limit".into()], prefixes: vec!["class.".into()] };
        let unknown = |query: &str| taken.unknown(&format!("/api/v1/customers{query}").parse().expect("an address"));
        for fits in ["", "?", "?rule=a%20%3E%201&limit=3", "?class.lifecycle=x", "?class%2Elifecycle=x", "?%6Cimit=3", "?limit", "?&limit=1&"] {
            assert_eq!(unknown(fits), None, "{fits}");
        }
        for (query, name) in [("?clas.lifecycle=x", "clas.lifecycle"), ("?limit=3&rul=x", "rul"), ("?class.=x", "class."), ("?x", "x"), ("?%E5%90%8D=1", "名")] {
            assert_eq!(unknown(query).as_deref(), Some(name), "{query}");
        }
    }
}
