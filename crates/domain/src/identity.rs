//! Identifiers: how a person or organisation is recognised; unique per (workspace, kind, normalised value).

use crate::Label;
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
    /// Every kind, strongest first.
    pub const ALL: [IdentifierKind; 5] =
        [IdentifierKind::External, IdentifierKind::Member, IdentifierKind::Phone, IdentifierKind::Email, IdentifierKind::Unionid];

    /// Its number where it is stored: its place in [`IdentifierKind::ALL`].
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The kind of a stored number.
    pub fn of_code(code: u8) -> Option<IdentifierKind> {
        IdentifierKind::ALL.get(usize::from(code)).copied()
    }

    /// What people call it.
    pub fn label(self) -> Label {
        match self {
            IdentifierKind::External => Label::new("客户编号", "Customer number"),
            IdentifierKind::Member => Label::new("会员卡号", "Member card number"),
            IdentifierKind::Phone => Label::new("手机", "Phone"),
            IdentifierKind::Email => Label::new("邮箱", "E-mail"),
            IdentifierKind::Unionid => Label::same("unionid"),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_number_is_the_kind_it_was_written_for() {
        let codes: Vec<u8> = IdentifierKind::ALL.iter().map(|k| k.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4]);
        assert!(IdentifierKind::ALL.iter().all(|k| IdentifierKind::of_code(k.code()) == Some(*k)));
        assert_eq!(IdentifierKind::of_code(5), None);
    }
}
