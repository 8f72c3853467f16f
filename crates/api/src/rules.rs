//! `/rules`: between text and tree, both ways, with the sentence people read.

use crate::{ctx::Ctx, error::{Problem, Result}, extract::Json, scope::Scope};
use axum::extract::State;
use domain::rule::Rule;
use flow::analysis::rules::{self, RuleForms};
use flow::schema;
use serde::Deserialize;
use utoipa::ToSchema;

/// A rule as text.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RuleText {
    /// e.g. `net_12m >= 5000 and recency_days > 60`
    pub text: String,
}

/// A rule as tree.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RuleTree {
    /// the tree
    #[schema(value_type = schema::Rule)]
    pub rule: Rule,
}

/// Read a rule's text
///
/// Answers the tree and the sentence, or 422 `rule.…` with the place of the mistake (`params.span`, in characters).
#[utoipa::path(post, path = "/rules/parse", tag = "rule", request_body = RuleText,
    responses((status = 200, body = RuleForms), (status = 422, body = Problem)))]
pub async fn parse(State(ctx): State<Ctx>, scope: Scope, Json(body): Json<RuleText>) -> Result<Json<RuleForms>> {
    Ok(Json(rules::parse(&ctx.app, scope.sight, &body.text).await?))
}

/// Write a rule's text
#[utoipa::path(post, path = "/rules/render", tag = "rule", request_body = RuleTree,
    responses((status = 200, body = RuleForms), (status = 422, body = Problem)))]
pub async fn render(State(ctx): State<Ctx>, scope: Scope, Json(body): Json<RuleTree>) -> Result<Json<RuleForms>> {
    Ok(Json(rules::render(&ctx.app, scope.sight, body.rule).await?))
}
