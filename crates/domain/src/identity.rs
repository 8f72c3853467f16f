//! Identifiers: how a person or organisation is recognised; unique per (workspace, kind, normalised value).

use serde::{Deserialize, Serialize};

/// Kind of identifier, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// the business's own customer number
    External,
    /// member card number
    Member,
    /// phone, E.164 digits
    Phone,
    /// e-mail, lower case
    Email,
    /// WeChat unionid
    Unionid,
}

impl IdentifierKind {
    /// Machine name as stored.
    pub fn key(self) -> &'static str {
        match self {
            IdentifierKind::External => "external",
            IdentifierKind::Member => "member",
            IdentifierKind::Phone => "phone",
            IdentifierKind::Email => "email",
            IdentifierKind::Unionid => "unionid",
        }
    }
}

/// An identifier, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// what it is
    pub kind: IdentifierKind,
    /// normalised value
    pub value: String,
}
