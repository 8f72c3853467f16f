//! A classification gives exactly one class to every customer: mutually exclusive, exhaustive, first match wins.

use crate::{
    feature::{Cycle, Profile, sort},
    label::Label,
    rule::{
        self, Compiled, Names, Row, Rule,
        span::{Spread, Words},
    },
    value::{Value, ValueType},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Class of the values that are too rare for a class of their own ([`Method::Values`] with a limit).
pub const OTHER_VALUES: &str = "other_values";

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

/// Why a classification cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// a class's rule does not check
    #[error("class `{class}`: {error}")]
    Rule {
        /// the class
        class: String,
        /// why
        error: rule::Error,
    },
    /// two classes of one key
    #[error("there are two classes `{class}`")]
    Twice {
        /// the class
        class: String,
    },
    /// by a feature that does not exist or is no text
    #[error("`{feature}` is no text feature")]
    Feature {
        /// the feature
        feature: String,
    },
}

impl Error {
    /// Machine name for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Rule { error, .. } => error.code.as_str(),
            Error::Twice { .. } => "classification.twice",
            Error::Feature { .. } => "classification.feature",
        }
    }

    /// For people.
    pub fn message(&self) -> Label {
        match self {
            Error::Rule { class, error } => Label::new(
                format!("类别 {class}：{}", error.message(crate::Lang::Zh)),
                format!("Class {class}: {}", error.message(crate::Lang::En)),
            ),
            Error::Twice { class } => Label::new(format!("有两个类别都叫 {class}。"), format!("There are two classes {class}.")),
            Error::Feature { feature } => Label::new(format!("{feature} 不是文字特征。"), format!("{feature} is no text feature.")),
        }
    }
}

/// A checked classification.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    /// its key
    pub key: String,
    /// how classes are found
    pub by: By,
    /// class of the rest
    pub otherwise: String,
}

/// How a checked classification finds classes.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// the first whose rule holds
    Rules(Vec<(String, Compiled)>),
    /// the value of a text feature, as it is
    Values {
        /// the feature
        feature: String,
        /// keep at most this many
        limit: Option<u32>,
    },
}

/// A customer's class and the rule that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// class key
    pub class: String,
    /// place of the rule that held; `None`: none did, or the class is a value
    pub matched: Option<usize>,
}

impl Classification {
    /// Checks every rule against the names it may use.
    pub fn check(&self, names: &dyn Names) -> Result<Classifier, Error> {
        let (by, otherwise) = match &self.method {
            Method::Rules { classes, otherwise } => {
                let mut rules: Vec<(String, Compiled)> = Vec::with_capacity(classes.len());
                for class in classes {
                    if class.key == otherwise.key || rules.iter().any(|(key, _)| *key == class.key) {
                        return Err(Error::Twice { class: class.key.clone() });
                    }
                    let compiled =
                        rule::check(&class.when, names).map_err(|error| Error::Rule { class: class.key.clone(), error })?;
                    rules.push((class.key.clone(), compiled));
                }
                (By::Rules(rules), otherwise)
            }
            Method::Values { feature, limit, otherwise } => {
                if names.feature(feature) != Some(ValueType::Text) {
                    return Err(Error::Feature { feature: feature.clone() });
                }
                (By::Values { feature: feature.clone(), limit: *limit }, otherwise)
            }
        };
        Ok(Classifier { key: self.key.clone(), by, otherwise: otherwise.key.clone() })
    }

    /// The classes with a name of their own, in order; the class of the rest last.
    pub fn named(&self) -> Vec<Named> {
        match &self.method {
            Method::Rules { classes, otherwise } => classes
                .iter()
                .map(|c| Named { key: c.key.clone(), label: c.label.clone() })
                .chain([otherwise.clone()])
                .collect(),
            Method::Values { limit, otherwise, .. } => {
                let rare = Named { key: OTHER_VALUES.into(), label: Label::new("其他取值", "Other values") };
                limit.map(|_| rare).into_iter().chain([otherwise.clone()]).collect()
            }
        }
    }

    /// Name of a class; a class that is a value is called by it.
    pub fn class_label(&self, class: &str) -> Label {
        if class == crate::profiling::NOT_PROFILED {
            return crate::profiling::class_label();
        }
        let named = match &self.method {
            Method::Rules { classes, otherwise } => {
                let own = classes.iter().find(|c| c.key == class).map(|c| &c.label);
                own.or_else(|| (otherwise.key == class).then_some(&otherwise.label)).cloned()
            }
            Method::Values { feature, .. } => {
                self.named().into_iter().find(|n| n.key == class).map(|n| n.label).or_else(|| crate::feature::value_label(feature, class))
            }
        };
        named.unwrap_or_else(|| Label::same(class))
    }

    /// Other classifications its rules name.
    pub fn needs(&self) -> Vec<String> {
        match &self.method {
            Method::Rules { classes, .. } => {
                classes.iter().flat_map(|c| rule::classifications_named(&c.when)).collect::<BTreeSet<_>>().into_iter().collect()
            }
            Method::Values { feature, .. } => feature.strip_prefix("class.").map(String::from).into_iter().collect(),
        }
    }
}

/// The class of one customer; `kept` are the values that keep a class of their own when there is a limit.
pub fn classify(classifier: &Classifier, row: &dyn Row, kept: Option<&BTreeSet<String>>) -> Outcome {
    let value = |class: &str| Outcome { class: class.to_owned(), matched: None };
    match &classifier.by {
        By::Rules(rules) => match rules.iter().position(|(_, rule)| rule.holds(row)) {
            Some(place) => Outcome {
                class: rules.get(place).map(|(key, _)| key.clone()).unwrap_or_default(),
                matched: Some(place),
            },
            None => value(&classifier.otherwise),
        },
        By::Values { feature, limit } => match (row.value(feature), limit, kept) {
            (Value::Text(text), Some(_), Some(kept)) if !kept.contains(&text) => value(OTHER_VALUES),
            (Value::Text(text), _, _) if !text.is_empty() => value(&text),
            _ => value(&classifier.otherwise),
        },
    }
}

/// The classes many customers may have ([`rule::span`]): as [`classify`], of each of them.
pub fn spread(classifier: &Classifier, row: &dyn Spread, kept: Option<&BTreeSet<String>>) -> Words {
    let mut of: Vec<String> = Vec::new();
    match &classifier.by {
        By::Rules(rules) => {
            for (key, rule) in rules {
                let truth = rule.pred().span(row);
                if truth.holds {
                    of.push(key.clone());
                }
                if !truth.fails {
                    return Words { of: Some(of), unknown: false };
                }
            }
        }
        By::Values { feature, limit } => {
            let words = row.words(feature);
            let Some(texts) = words.of else { return Words { of: None, unknown: false } };
            let class = |text: String| match (limit, kept) {
                (Some(_), Some(kept)) if !kept.contains(&text) => OTHER_VALUES.to_owned(),
                _ if text.is_empty() => classifier.otherwise.clone(),
                _ => text,
            };
            of.extend(texts.into_iter().map(class));
            if !words.unknown {
                return Words { of: Some(of), unknown: false };
            }
        }
    }
    of.push(classifier.otherwise.clone());
    Words { of: Some(of), unknown: false }
}

/// Classifies a profile: computes the aggregates the rules write in place, classifies, and puts the class as `class.<key>`.
pub fn assign(classifier: &Classifier, profile: &mut Profile<'_>) -> Outcome {
    if let By::Rules(rules) = &classifier.by {
        rules.iter().for_each(|(_, rule)| profile.prepare(rule.aggregates()));
    }
    let outcome = classify(classifier, profile, profile.base().kept.get(&classifier.key));
    profile.set(&format!("class.{}", classifier.key), Value::Text(outcome.class.clone()));
    outcome
}

/// Like [`assign`], for a customer of whom something is supposed: whom nobody in the base can be compared with is
/// compared with themselves ([`Profile::suppose`]).
pub fn suppose(classifier: &Classifier, profile: &mut Profile<'_>) -> Outcome {
    if let By::Rules(rules) = &classifier.by {
        rules.iter().for_each(|(_, rule)| profile.suppose(rule));
    }
    assign(classifier, profile)
}

/// The values that keep a class of their own: the `limit` largest; of equal ones the alphabetically first.
pub fn keep<'a>(sizes: impl IntoIterator<Item = (&'a str, u64)>, limit: u32) -> BTreeSet<String> {
    let mut sizes: Vec<(&str, u64)> = sizes.into_iter().filter(|(value, _)| !value.is_empty()).collect();
    sizes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    sizes.into_iter().take(limit as usize).map(|(value, _)| value.to_owned()).collect()
}

/// An order in which every classification comes after those its rules name.
pub fn order(all: &[Classification]) -> Result<Vec<usize>, Cycle> {
    let keys: Vec<&str> = all.iter().map(|c| c.key.as_str()).collect();
    let needs: Vec<Vec<String>> = all.iter().map(Classification::needs).collect();
    sort(&keys, &needs)
}
