//! A rule in all its forms at once: tree, text, and a sentence in both languages.

use super::defined;
use crate::{Result, app::App, schema, sight::{Sight, Walls}};
use domain::{Label, rule, rule::{Names, Rule}};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule in all its forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleForms {
    /// the tree
    #[schema(value_type = schema::Rule)]
    pub rule: Rule,
    /// canonical text
    pub text: String,
    /// plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
}

/// The forms of a rule that is known to fit.
pub fn forms(rule: Rule, names: &dyn Names) -> RuleForms {
    RuleForms { text: rule.to_string(), sentence: rule::sentence(&rule, names), rule }
}

/// Reads a rule's text and checks it against everything in force.
///
/// # Errors
/// `rule.…` with the place of the mistake; `access.masked`; when the store refuses.
pub async fn parse(app: &App, sight: Sight, text: &str) -> Result<RuleForms> {
    let definitions = defined::current(app).await?;
    let (rule, _) = Walls::now(app, sight).await?.check_text(text, definitions.names())?;
    Ok(forms(rule, definitions.names()))
}

/// Writes a rule's text after checking it against everything in force.
///
/// # Errors
/// `rule.…` with the place of the mistake in the canonical text; `access.masked`; when the store refuses.
pub async fn render(app: &App, sight: Sight, rule: Rule) -> Result<RuleForms> {
    let definitions = defined::current(app).await?;
    Walls::now(app, sight).await?.check(&rule, definitions.names())?;
    Ok(forms(rule, definitions.names()))
}
