//! A segment: a set of customers given by a rule (dynamic) or frozen (static); customers may be in many.

use crate::{
    classification::{Classification, Method},
    feature::{Cycle, Profile, sort},
    label::{Label, Lang},
    rule::{
        self, Compiled, Names, Row, Rule,
        span::{Spread, Truth},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

/// Why segments cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// two segments of one key
    #[error("there are two segments `{segment}`")]
    Twice {
        /// the key
        segment: String,
    },
    /// a segment's rule does not check
    #[error("segment `{segment}`: {error}")]
    Rule {
        /// the segment
        segment: String,
        /// why
        error: rule::Error,
    },
    /// leaves out a segment that does not exist
    #[error("segment `{segment}` leaves out `{exclude}`, which does not exist")]
    Unknown {
        /// the segment
        segment: String,
        /// what it leaves out
        exclude: String,
    },
    /// segments (and classifications) that need each other
    #[error(transparent)]
    Cycle(#[from] Cycle),
}

impl Error {
    /// Machine name for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Twice { .. } => "segment.twice",
            Error::Rule { error, .. } => error.code.as_str(),
            Error::Unknown { .. } => "segment.unknown",
            Error::Cycle(_) => "segment.cycle",
        }
    }

    /// For people.
    pub fn message(&self) -> Label {
        match self {
            Error::Twice { segment } => {
                Label::new(format!("有两个人群都叫 {segment}。"), format!("There are two segments {segment}."))
            }
            Error::Rule { segment, error } => Label::new(
                format!("人群 {segment}：{}", error.message(Lang::Zh)),
                format!("Segment {segment}: {}", error.message(Lang::En)),
            ),
            Error::Unknown { segment, exclude } => Label::new(
                format!("人群 {segment} 要排除的 {exclude} 不存在。"),
                format!("Segment {segment} leaves out {exclude}, which does not exist."),
            ),
            Error::Cycle(cycle) => {
                let ring = cycle.keys.join(" → ");
                Label::new(format!("这些人群互相依赖，成了环：{ring}"), format!("These segments need each other in a ring: {ring}"))
            }
        }
    }
}

impl Segment {
    /// Segments of the same priority group that take a customer before this one does: smaller rank, of equal ranks smaller key.
    pub fn stronger<'a>(&self, all: &'a [Segment]) -> Vec<&'a str> {
        let Some(own) = &self.priority else { return Vec::new() };
        let wins = |other: &Segment| {
            other.priority.as_ref().is_some_and(|p| p.group == own.group && (p.rank, &other.key) < (own.rank, &self.key))
        };
        all.iter().filter(|s| wins(s)).map(|s| s.key.as_str()).collect()
    }

    /// Segments that must be known before this one.
    pub fn needs(&self, all: &[Segment]) -> Vec<String> {
        let named = match &self.members {
            Members::Dynamic { rule } => rule::segments_named(rule),
            Members::Static { .. } => Vec::new(),
        };
        let stronger = self.stronger(all).into_iter().map(str::to_owned);
        let needs: BTreeSet<String> = named.into_iter().chain(self.exclude.iter().cloned()).chain(stronger).collect();
        needs.into_iter().collect()
    }
}

/// An order in which every segment comes after those it needs.
pub fn order(segments: &[Segment]) -> Result<Vec<usize>, Cycle> {
    let keys: Vec<&str> = segments.iter().map(|s| s.key.as_str()).collect();
    let needs: Vec<Vec<String>> = segments.iter().map(|s| s.needs(segments)).collect();
    sort(&keys, &needs)
}

/// What to compute next: rules of segments may name classes, rules of classes may name segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// the classification at this place
    Classification(usize),
    /// the segment at this place
    Segment(usize),
}

/// An order of classifications and segments together in which everything comes after what it needs.
pub fn plan(classifications: &[Classification], segments: &[Segment]) -> Result<Vec<Step>, Cycle> {
    let class = |key: &str| format!("class.{key}");
    let segment = |key: &str| format!("segment.{key}");
    let named = |rule: &Rule| -> Vec<String> {
        let classes = rule::classifications_named(rule).into_iter().map(|k| class(&k));
        classes.chain(rule::segments_named(rule).iter().map(|k| segment(k))).collect()
    };
    let mut keys: Vec<String> = Vec::with_capacity(classifications.len() + segments.len());
    let mut needs: Vec<Vec<String>> = Vec::with_capacity(keys.capacity());
    for c in classifications {
        keys.push(class(&c.key));
        needs.push(match &c.method {
            Method::Rules { classes, .. } => classes.iter().flat_map(|c| named(&c.when)).collect(),
            Method::Values { feature, .. } => vec![feature.clone()],
        });
    }
    for s in segments {
        keys.push(segment(&s.key));
        let mut all: Vec<String> = s.needs(segments).iter().map(|k| segment(k)).collect();
        if let Members::Dynamic { rule } = &s.members {
            all.extend(rule::classifications_named(rule).into_iter().map(|k| class(&k)));
        }
        needs.push(all);
    }
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let step = |i: usize| match i.checked_sub(classifications.len()) {
        None => Step::Classification(i),
        Some(i) => Step::Segment(i),
    };
    Ok(sort(&keys, &needs)?.into_iter().map(step).collect())
}

/// A checked segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmenter {
    /// its key
    pub key: String,
    /// the rule; `None`: the members are listed
    pub rule: Option<Compiled>,
    /// members of these are left out: excluded segments and stronger ones of the priority group
    pub without: Vec<String>,
}

impl Segment {
    /// Checks the segment against the names it may use.
    pub fn check(&self, all: &[Segment], names: &dyn Names) -> Result<Segmenter, Error> {
        if all.iter().filter(|s| s.key == self.key).count() > 1 {
            return Err(Error::Twice { segment: self.key.clone() });
        }
        if let Some(exclude) = self.exclude.iter().find(|e| !names.has_segment(e)) {
            return Err(Error::Unknown { segment: self.key.clone(), exclude: exclude.clone() });
        }
        let rule = match &self.members {
            Members::Dynamic { rule } => {
                Some(rule::check(rule, names).map_err(|error| Error::Rule { segment: self.key.clone(), error })?)
            }
            Members::Static { .. } => None,
        };
        let stronger = self.stronger(all).into_iter().map(str::to_owned);
        let without: BTreeSet<String> = self.exclude.iter().cloned().chain(stronger).collect();
        Ok(Segmenter { key: self.key.clone(), rule, without: without.into_iter().collect() })
    }
}

impl Segmenter {
    /// Is this customer a member? `listed`: the customer is on the list of a static segment. The row must already know the
    /// segments this one needs.
    pub fn holds(&self, row: &dyn Row, listed: bool) -> bool {
        self.rule.as_ref().map_or(listed, |rule| rule.holds(row)) && !self.without.iter().any(|key| row.member(key))
    }
}

impl Segmenter {
    /// What [`Segmenter::holds`] may say of many customers.
    pub fn spread(&self, row: &dyn Spread, listed: bool) -> Truth {
        let own = self.rule.as_ref().map_or(Truth::known(listed), |rule| rule.pred().span(row));
        self.without.iter().fold(own, |own, key| own.and(!row.member(key)))
    }
}

/// Puts a profile into a segment if it belongs there.
pub fn assign(segmenter: &Segmenter, profile: &mut Profile<'_>, listed: bool) -> bool {
    if let Some(rule) = &segmenter.rule {
        profile.prepare(rule.aggregates());
    }
    let member = segmenter.holds(profile, listed);
    if member {
        profile.join(&segmenter.key);
    }
    member
}

/// Like [`assign`], for a customer of whom something is supposed: whom nobody in the base can be compared with is compared
/// with themselves ([`Profile::suppose`]).
pub fn suppose(segmenter: &Segmenter, profile: &mut Profile<'_>, listed: bool) -> bool {
    if let Some(rule) = &segmenter.rule {
        profile.suppose(rule);
    }
    assign(segmenter, profile, listed)
}

#[cfg(test)]
mod tests;
