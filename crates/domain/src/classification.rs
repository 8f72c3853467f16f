//! A classification gives exactly one class to every customer: mutually exclusive, exhaustive, first match wins.

use crate::{label::Label, rule::Rule};
use serde::{Deserialize, Serialize};

/// A classification as a versioned document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// machine name: `lifecycle`, `rfm_8`, …; in rules the class is `class.<key>`
    pub key: String,
    /// name for people
    pub label: Label,
    /// one sentence
    pub description: Label,
    /// shelf: `behaviour`, `demographics`, `geography`, `psychographics`, `satisfaction`, `loyalty`, `value`, `lifecycle`, `b2b`, `cold_start`, `custom`
    pub group: String,
    /// how classes are found
    pub method: Method,
    /// ships with the product
    #[serde(default)]
    pub builtin: bool,
    /// version, from 1
    #[serde(default = "one")]
    pub version: u32,
}

fn one() -> u32 {
    1
}

/// How classes are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Method {
    /// The first class whose rule holds; `otherwise` takes the rest.
    Rules {
        /// in order
        classes: Vec<Class>,
        /// the rest
        otherwise: Named,
    },
    /// One class per value of a text feature (top category, city, industry): the class key is the value itself; unknown → `otherwise`.
    Values {
        /// text feature
        feature: String,
        /// at most this many classes by size; smaller ones are `other_values`
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
        /// unknown
        otherwise: Named,
    },
}

/// Key and name of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
}

/// A class given by a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// machine name
    pub key: String,
    /// name for people
    pub label: Label,
    /// who
    pub when: Rule,
}
