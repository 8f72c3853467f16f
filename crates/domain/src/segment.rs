//! A segment: a set of customers given by a rule (dynamic) or frozen (static); customers may be in many.

use crate::{label::Label, rule::Rule};
use serde::{Deserialize, Serialize};

/// A segment as a versioned document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
    /// one sentence
    #[serde(default)]
    pub description: Label,
    /// how members are found
    pub members: Members,
    /// members of these segments are left out
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// mutually exclusive with the others of this group: a customer is only in the one with the smallest rank
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// version, from 1
    #[serde(default = "one")]
    pub version: u32,
}

fn one() -> u32 {
    1
}

/// How members are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Members {
    /// whoever fulfils the rule as of the day
    Dynamic {
        /// the rule
        rule: Rule,
    },
    /// a snapshot: public customer ids
    Static {
        /// `cus_…`
        customers: Vec<String>,
    },
}

/// Place in a group of mutually exclusive segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priority {
    /// the group
    pub group: String,
    /// smaller wins
    pub rank: u32,
}
