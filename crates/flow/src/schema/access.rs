//! Roles and permissions as the API publishes them; `domain::access` says what they mean.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person is to the business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// answers for the business: everything
    Owner,
    /// runs it: everything but the business's own settings
    Manager,
    /// classes, segments and exports, without the details of people
    Analyst,
    /// sees who customers are, changes nothing
    Agent,
    /// figures and lists, without the details of people
    Viewer,
}

/// A member's own word on seeing people's details.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// as the role says
    ByRole,
    /// yes, whatever the role says
    Granted,
    /// no, whatever the role says
    Denied,
}

/// One thing that may be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub enum Permission {
    /// see the base
    #[serde(rename = "base:read")]
    BaseRead,
    /// see people's details
    #[serde(rename = "personal:read")]
    PersonalRead,
    /// take lists along as files
    #[serde(rename = "export:take")]
    ExportTake,
    /// change definitions
    #[serde(rename = "definitions:write")]
    DefinitionsWrite,
    /// bring files
    #[serde(rename = "imports:write")]
    ImportsWrite,
    /// change the business's settings
    #[serde(rename = "settings:write")]
    SettingsWrite,
    /// invite people and give them roles
    #[serde(rename = "members:manage")]
    MembersManage,
    /// make API tokens
    #[serde(rename = "tokens:write")]
    TokensWrite,
    /// read the audit log
    #[serde(rename = "audit:read")]
    AuditRead,
}
