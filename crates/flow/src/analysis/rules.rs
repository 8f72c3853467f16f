//! A rule in all its forms at once: tree, text, and a sentence in both languages.

use super::defined;
use crate::{Result, app::App, schema};
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
/// `rule.…` with the place of the mistake; when the store refuses.
pub async fn parse(app: &App, text: &str) -> Result<RuleForms> {
    let definitions = defined::current(app).await?;
    let (rule, _) = rule::check_text(text, definitions.names())?;
    Ok(forms(rule, definitions.names()))
}

/// Writes a rule's text after checking it against everything in force.
///
/// # Errors
/// `rule.…` with the place of the mistake in the canonical text; when the store refuses.
pub async fn render(app: &App, rule: Rule) -> Result<RuleForms> {
    let definitions = defined::current(app).await?;
    rule::check(&rule, definitions.names())?;
    Ok(forms(rule, definitions.names()))
}
