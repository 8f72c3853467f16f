//! The shape of forms.

use super::{EntryKind, Label, Named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Fields that stand together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FormSection {
    /// heading; may be empty
    #[serde(default = "none")]
    pub label: Label,
    /// in order
    pub fields: Vec<FormField>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FormField {
    /// machine name, for good
    pub key: String,
    /// name for people
    pub label: Label,
    /// what is filled in
    pub kind: EntryKind,
    /// must it be filled in?
    #[serde(default)]
    pub required: bool,
    /// a hint beside it
    #[serde(default = "none")]
    pub help: Label,
    /// what there is to choose from
    #[serde(default)]
    pub options: Vec<Named>,
    /// a person's own detail: hidden from whoever may not see such
    #[serde(default)]
    pub personal: bool,
}

fn none() -> Label {
    Label { zh: String::new(), en: String::new() }
}
