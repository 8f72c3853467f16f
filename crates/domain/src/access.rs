//! Who may do what: five roles, a small closed set of permissions, and how much of people's details is shown. What is not
//! granted here is refused.
//!
//! Nobody gives what they do not have, and nobody touches somebody who has more: both are [`Permissions::within`].

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a person may be to a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// answers for the business: everything
    Owner,
    /// runs it: everything but the business's own settings
    Manager,
    /// thinks about it: classes, segments and exports, without the details of people
    Analyst,
    /// talks to customers: sees who they are, tags them, takes notes; changes no definition
    Agent,
    /// looks on: figures and lists, without the details of people
    Viewer,
}

impl Role {
    /// Every role, the one that may most first.
    pub const ALL: [Role; 5] = [Role::Owner, Role::Manager, Role::Analyst, Role::Agent, Role::Viewer];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Analyst => "analyst",
            Role::Agent => "agent",
            Role::Viewer => "viewer",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.key() == text)
    }

    /// What the role may do by itself.
    pub fn permissions(self) -> Permissions {
        use Permission::{AuditRead, BaseRead, CustomersErase, CustomersWrite, DefinitionsWrite, ExportTake, ImportsWrite, MembersManage, PersonalRead, SettingsWrite, TokensWrite};
        let manager = [BaseRead, PersonalRead, CustomersWrite, ExportTake, DefinitionsWrite, ImportsWrite, MembersManage, TokensWrite, AuditRead, CustomersErase];
        match self {
            Role::Owner => Permissions::of(&manager).with(SettingsWrite),
            Role::Manager => Permissions::of(&manager),
            Role::Analyst => Permissions::of(&[BaseRead, CustomersWrite, ExportTake, DefinitionsWrite, TokensWrite]),
            Role::Agent => Permissions::of(&[BaseRead, PersonalRead, CustomersWrite]),
            Role::Viewer => Permissions::of(&[BaseRead]),
        }
    }

    /// May a member of this role have this word on people's details? An owner answers for everything and sees everything; what an
    /// owner's token sees may be less.
    pub fn takes(self, personal: Personal) -> bool {
        self != Role::Owner || personal != Personal::Denied
    }

    /// What the role may do where a member's own word on people's details counts.
    ///
    /// Who brings files sees what is in them, and a dry run tells one phone from another: importing goes with the details; so does erasing
    /// somebody, who must be told from others first.
    pub fn granted(self, personal: Personal) -> Permissions {
        let base = self.permissions();
        let sees = match personal {
            Personal::ByRole => base.has(Permission::PersonalRead),
            Personal::Granted => true,
            Personal::Denied => false,
        };
        if !sees {
            return base.without(Permission::PersonalRead).without(Permission::ImportsWrite).without(Permission::CustomersErase);
        }
        let all = base.with(Permission::PersonalRead);
        if self == Role::Analyst { all.with(Permission::ImportsWrite) } else { all }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// One member's own word on seeing people's details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// as the role says
    #[default]
    ByRole,
    /// yes, whatever the role says
    Granted,
    /// no, whatever the role says
    Denied,
}

impl Personal {
    /// Every word.
    pub const ALL: [Personal; 3] = [Personal::ByRole, Personal::Granted, Personal::Denied];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Personal::ByRole => "by_role",
            Personal::Granted => "granted",
            Personal::Denied => "denied",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<Personal> {
        Personal::ALL.into_iter().find(|p| p.key() == text)
    }
}

/// One thing that may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Permission {
    /// see the base: figures, lists, profiles, definitions, imports
    #[serde(rename = "base:read")]
    BaseRead,
    /// see people's details: phones, e-mails, birthdays, what they wrote
    #[serde(rename = "personal:read")]
    PersonalRead,
    /// work on customers: tags, owner, notes, a name put right, shared views
    #[serde(rename = "customers:write")]
    CustomersWrite,
    /// take lists along as files
    #[serde(rename = "export:take")]
    ExportTake,
    /// make, change and delete features, classifications and segments
    #[serde(rename = "definitions:write")]
    DefinitionsWrite,
    /// bring files, commit and undo them
    #[serde(rename = "imports:write")]
    ImportsWrite,
    /// change the business's own settings
    #[serde(rename = "settings:write")]
    SettingsWrite,
    /// invite people, give them roles, take them out
    #[serde(rename = "members:manage")]
    MembersManage,
    /// make API tokens
    #[serde(rename = "tokens:write")]
    TokensWrite,
    /// read the audit log
    #[serde(rename = "audit:read")]
    AuditRead,
    /// erase a person for good, and read what was erased
    #[serde(rename = "customers:erase")]
    CustomersErase,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 11] = [
        Permission::BaseRead,
        Permission::PersonalRead,
        Permission::CustomersWrite,
        Permission::ExportTake,
        Permission::DefinitionsWrite,
        Permission::ImportsWrite,
        Permission::SettingsWrite,
        Permission::MembersManage,
        Permission::TokensWrite,
        Permission::AuditRead,
        Permission::CustomersErase,
    ];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Permission::BaseRead => "base:read",
            Permission::PersonalRead => "personal:read",
            Permission::CustomersWrite => "customers:write",
            Permission::ExportTake => "export:take",
            Permission::DefinitionsWrite => "definitions:write",
            Permission::ImportsWrite => "imports:write",
            Permission::SettingsWrite => "settings:write",
            Permission::MembersManage => "members:manage",
            Permission::TokensWrite => "tokens:write",
            Permission::AuditRead => "audit:read",
            Permission::CustomersErase => "customers:erase",
        }
    }

    fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u16);

impl Permissions {
    /// May do nothing.
    pub const NONE: Permissions = Permissions(0);

    /// Exactly these.
    pub fn of(all: &[Permission]) -> Permissions {
        all.iter().fold(Permissions::NONE, |set, p| set.with(*p))
    }

    /// Is it one of them?
    pub fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// And this one.
    pub fn with(self, permission: Permission) -> Permissions {
        Permissions(self.0 | permission.bit())
    }

    /// But not this one.
    pub fn without(self, permission: Permission) -> Permissions {
        Permissions(self.0 & !permission.bit())
    }

    /// Those in both.
    pub fn and(self, other: Permissions) -> Permissions {
        Permissions(self.0 & other.0)
    }

    /// Has the other every one of these?
    pub fn within(self, other: Permissions) -> bool {
        self.0 & !other.0 == 0
    }

    /// What an API token of somebody with these may do at most: it makes neither members nor further tokens, so that
    /// revoking it is the end of it.
    pub fn by_token(self) -> Permissions {
        self.without(Permission::MembersManage).without(Permission::TokensWrite)
    }

    /// One by one, in their order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.has(*p))
    }

    /// How much of people's details is shown.
    pub fn sight(self) -> Sight {
        if self.has(Permission::PersonalRead) { Sight::Full } else { Sight::Masked }
    }
}

/// How much of people's details is shown. Handed into every use case that shows people; `flow::sight` is the one place that acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sight {
    /// as they are
    Full,
    /// contact data and other personal details hidden
    Masked,
}

impl Sight {
    /// Are details hidden?
    pub fn is_masked(self) -> bool {
        self == Sight::Masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(set: Permissions) -> Vec<&'static str> {
        set.iter().map(Permission::key).collect()
    }

    #[test]
    fn each_role_may_what_its_line_says() {
        assert_eq!(keys(Role::Viewer.permissions()), ["base:read"]);
        assert_eq!(keys(Role::Agent.permissions()), ["base:read", "personal:read", "customers:write"]);
        assert_eq!(keys(Role::Analyst.permissions()), ["base:read", "customers:write", "export:take", "definitions:write", "tokens:write"]);
        assert_eq!(Role::Manager.permissions(), Role::Owner.permissions().without(Permission::SettingsWrite));
        assert_eq!(keys(Role::Owner.permissions()).len(), Permission::ALL.len());
        for role in Role::ALL {
            assert!(role.permissions().within(Role::Owner.permissions()), "{role}");
            assert_eq!(Role::parse(role.key()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }

    #[test]
    fn a_members_own_word_changes_the_details_and_nothing_else() {
        for role in Role::ALL {
            let (own, yes, no) = (role.granted(Personal::ByRole), role.granted(Personal::Granted), role.granted(Personal::Denied));
            assert_eq!(own, role.permissions(), "{role}");
            assert!(yes.has(Permission::PersonalRead) && !no.has(Permission::PersonalRead), "{role}");
            assert_eq!((yes.sight(), no.sight()), (Sight::Full, Sight::Masked));
            assert!(!no.has(Permission::ImportsWrite) && !no.has(Permission::CustomersErase), "{role}: who sees nobody brings nobody in and takes nobody out");
            let rest = |set: Permissions| set.without(Permission::PersonalRead).without(Permission::ImportsWrite).without(Permission::CustomersErase);
            assert_eq!((rest(yes), rest(no)), (rest(own), rest(own)), "{role}");
        }
    }

    #[test]
    fn an_owner_has_everything_whatever_was_said() {
        for role in Role::ALL {
            for personal in Personal::ALL {
                assert_eq!(role.takes(personal), (role, personal) != (Role::Owner, Personal::Denied));
                assert!(!role.takes(personal) || role != Role::Owner || role.granted(personal) == Role::Owner.permissions());
            }
        }
    }

    #[test]
    fn nobody_brings_files_without_seeing_what_is_in_them() {
        for role in Role::ALL {
            for personal in Personal::ALL {
                let set = role.granted(personal);
                assert!(!set.has(Permission::ImportsWrite) || set.has(Permission::PersonalRead), "{role} {personal:?}");
            }
        }
        assert!(Role::Analyst.granted(Personal::Granted).has(Permission::ImportsWrite));
        assert!(!Role::Agent.granted(Personal::Granted).has(Permission::ImportsWrite));
    }

    #[test]
    fn a_token_makes_no_more_of_its_kind() {
        let most = Role::Owner.permissions().by_token();
        assert!(!most.has(Permission::TokensWrite) && !most.has(Permission::MembersManage));
        assert!(most.has(Permission::SettingsWrite) && most.within(Role::Owner.permissions()));
        assert_eq!(Role::Viewer.permissions().by_token().and(most), Role::Viewer.permissions());
    }

    #[test]
    fn names_are_the_same_in_json_and_in_words() {
        for p in Permission::ALL {
            assert_eq!(serde_json::to_value(p).ok().as_ref().and_then(|v| v.as_str()), Some(p.key()));
        }
        for p in Personal::ALL {
            assert_eq!(serde_json::to_value(p).ok().as_ref().and_then(|v| v.as_str()), Some(p.key()));
            assert_eq!(Personal::parse(p.key()), Some(p));
        }
    }
}
