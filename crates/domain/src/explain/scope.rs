//! Everything one class or segment rests on and nothing else, so that it can be evaluated again and again for one customer.

use super::{
    change::{Change, Question, Situation, change},
    why::{self, Why},
};
use crate::{
    classification::{self, By, Classification, Classifier, Method},
    clock::Instant,
    fact::Facts,
    feature::{self, Aggregate, Base, Cycle, FactKind, Feature, Field, History, Plan, Profile, aggregates_behind},
    label::Label,
    money::{Currency, div_half_even},
    period::Day,
    rule::{self, Literal, Names, Row, Rule},
    segment::{self, Members, Segment, Segmenter, Step},
    value::Value,
};
use std::{collections::BTreeSet, sync::Arc};

/// Largest order worth proposing, in major units.
const LIMIT: i64 = 1_000_000;

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// the class in this classification
    Class(String),
    /// membership of this segment
    Segment(String),
}

/// Why a target cannot be evaluated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// there is no such classification or segment
    #[error("there is no `{0}`")]
    Unknown(String),
    /// a feature it rests on does not check
    #[error(transparent)]
    Feature(#[from] feature::Error),
    /// a classification does not check
    #[error("classification `{0}`: {1}")]
    Classification(String, classification::Error),
    /// a segment does not check
    #[error(transparent)]
    Segment(#[from] segment::Error),
    /// definitions need each other
    #[error(transparent)]
    Cycle(#[from] Cycle),
}

/// When the question is asked, and what only the whole base knows.
pub struct Moment<'a> {
    /// the as-of day
    pub day: Day,
    /// facts learnt later do not count
    pub known: Instant,
    /// an instant of the as-of day, at which supposed facts happen
    pub at: Instant,
    /// statistics, cuts and borders of the run
    pub base: &'a Arc<Base>,
    /// is this customer on the list of a static segment?
    pub listed: &'a dyn Fn(&str) -> bool,
    /// net of a typical order of all customers, for one who has none; minor units
    pub typical: Option<i64>,
}

/// The definitions a target rests on, checked and in order.
pub struct Scope<'a> {
    target: Target,
    currency: Currency,
    names: &'a dyn Names,
    features: Vec<Feature>,
    classifications: Vec<(Classification, Classifier)>,
    segments: Vec<(Segment, Segmenter)>,
    plan: Plan,
    steps: Vec<Step>,
}

impl<'a> Scope<'a> {
    /// Picks what the target rests on out of all definitions.
    pub fn of(
        target: Target,
        features: &[Feature],
        classifications: &[Classification],
        segments: &[Segment],
        names: &'a dyn Names,
    ) -> Result<Scope<'a>, Error> {
        let start = match &target {
            Target::Class(key) => format!("class.{key}"),
            Target::Segment(key) => format!("segment.{key}"),
        };
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut open = vec![start];
        while let Some(name) = open.pop() {
            if !needed.insert(name.clone()) {
                continue;
            }
            if let Some(key) = name.strip_prefix("class.") {
                if let Some(c) = classifications.iter().find(|c| c.key == key) {
                    open.extend(classification_needs(c));
                }
            } else if let Some(key) = name.strip_prefix("segment.") {
                if let Some(s) = segments.iter().find(|s| s.key == key) {
                    open.extend(s.needs(segments).iter().map(|k| format!("segment.{k}")));
                    if let Members::Dynamic { rule } = &s.members {
                        open.extend(rule_needs(rule));
                    }
                }
            } else if let Some(f) = features.iter().find(|f| f.key == name) {
                open.extend(f.definition.needs());
            }
        }
        let features: Vec<Feature> = features.iter().filter(|f| needed.contains(&f.key)).cloned().collect();
        let classifications: Vec<Classification> =
            classifications.iter().filter(|c| needed.contains(&format!("class.{}", c.key))).cloned().collect();
        let segments: Vec<Segment> =
            segments.iter().filter(|s| needed.contains(&format!("segment.{}", s.key))).cloned().collect();
        let found = match &target {
            Target::Class(key) => classifications.iter().any(|c| c.key == *key),
            Target::Segment(key) => segments.iter().any(|s| s.key == *key),
        };
        if !found {
            let (Target::Class(key) | Target::Segment(key)) = target;
            return Err(Error::Unknown(key));
        }
        let steps = segment::plan(&classifications, &segments)?;
        let plan = Plan::new(&features, names.currency())?;
        let check = |c: Classification| {
            let classifier = c.check(names).map_err(|e| Error::Classification(c.key.clone(), e))?;
            Ok((c, classifier))
        };
        let classifications = classifications.into_iter().map(check).collect::<Result<Vec<_>, Error>>()?;
        let segmenters = segments.iter().map(|s| s.check(&segments, names)).collect::<Result<Vec<_>, segment::Error>>()?;
        let segments = segments.into_iter().zip(segmenters).collect();
        Ok(Scope { target, currency: names.currency(), names, features, classifications, segments, plan, steps })
    }

    /// The customer's features, classes and segments, as far as the target rests on them.
    pub fn profile<'f>(&self, facts: &'f Facts, day: Day, known: Instant, base: &Arc<Base>, listed: &dyn Fn(&str) -> bool) -> Profile<'f> {
        let mut profile = self.plan.suppose(History::as_of(facts, day, known), base);
        for step in &self.steps {
            match step {
                Step::Classification(i) => {
                    if let Some((_, classifier)) = self.classifications.get(*i) {
                        classification::suppose(classifier, &mut profile);
                    }
                }
                Step::Segment(i) => {
                    if let Some((s, segmenter)) = self.segments.get(*i) {
                        segment::suppose(segmenter, &mut profile, listed(&s.key));
                    }
                }
            }
        }
        profile
    }

    /// The class, or `in` / `out`.
    pub fn outcome(&self, profile: &Profile<'_>) -> String {
        match &self.target {
            Target::Class(key) => match profile.get(&format!("class.{key}")) {
                Value::Text(class) => class.clone(),
                _ => String::new(),
            },
            Target::Segment(key) => (if profile.member(key) { "in" } else { "out" }).to_owned(),
        }
    }

    /// Why the outcome is what it is.
    pub fn why(&self, facts: &Facts, moment: &Moment<'_>) -> Why {
        let mut profile = self.profile(facts, moment.day, moment.known, moment.base, moment.listed);
        let class = |key: &str| self.classifications.iter().find(|(c, _)| c.key == key);
        let segment = |key: &str| self.segments.iter().find(|(s, _)| s.key == key);
        match &self.target {
            Target::Class(key) => match class(key) {
                Some((c, classifier)) => why::class(c, classifier, &mut profile, &self.features, self.names),
                None => why::nothing(),
            },
            Target::Segment(key) => match segment(key) {
                Some((s, segmenter)) => {
                    let listed = (moment.listed)(key);
                    why::segment(s, segmenter, &mut profile, listed, &self.features, self.names)
                }
                None => why::nothing(),
            },
        }
    }

    /// What would change the outcome. The rest of the base stands still.
    pub fn change(&self, facts: &Facts, moment: &Moment<'_>) -> Option<Change> {
        let facts = &facts.until(moment.day, moment.known);
        let situation = Situation {
            facts,
            day: moment.day,
            at: moment.at,
            currency: self.currency,
            typical: typical(&History::as_of(facts, moment.day, Instant::MAX)).or(moment.typical),
            limit: LIMIT.saturating_mul(self.currency.scale()),
            questions: self.questions(),
        };
        let outcome = |facts: &Facts, day: Day| {
            let profile = self.profile(facts, day, Instant::MAX, moment.base, moment.listed);
            self.outcome(&profile)
        };
        change(&situation, &outcome, &|after| self.becoming(after))
    }

    fn becoming(&self, after: &str) -> Label {
        match &self.target {
            Target::Class(key) => {
                let found = self.classifications.iter().find(|(c, _)| c.key == *key);
                let label = found.map_or_else(|| Label::same(after), |(c, _)| c.class_label(after));
                Label::new(format!("成为“{}”", label.zh), format!("become “{}”", label.en))
            }
            Target::Segment(key) => {
                let found = self.segments.iter().find(|(s, _)| s.key == *key);
                let label = found.map_or_else(|| Label::same(key.clone()), |(s, _)| s.label.clone());
                match after {
                    "in" => Label::new(format!("进入人群“{}”", label.zh), format!("enter segment “{}”", label.en)),
                    _ => Label::new(format!("离开人群“{}”", label.zh), format!("leave segment “{}”", label.en)),
                }
            }
        }
    }

    /// Questions whose answers the target rests on, with the scales of `domain.md` §5.
    fn questions(&self) -> Vec<Question> {
        let known = [
            ("nps", ("推荐意愿", "likelihood to recommend"), 0, 10),
            ("csat", ("满意度", "satisfaction"), 1, 5),
            ("ces", ("省力度", "ease"), 1, 7),
        ];
        let mut aggregates: Vec<Aggregate> = self.features.iter().flat_map(|f| aggregates_behind(&f.key, &self.features)).collect();
        let rules = self.classifications.iter().filter_map(|(_, c)| match &c.by {
            By::Rules(rules) => Some(rules.iter().map(|(_, r)| r)),
            By::Values { .. } => None,
        });
        let rules = rules.flatten().chain(self.segments.iter().filter_map(|(_, s)| s.rule.as_ref()));
        aggregates.extend(rules.flat_map(|r| r.aggregates().iter().map(|(_, a)| a.clone())));
        let asks = |a: &Aggregate, key: &str| {
            let kinds: Vec<_> = a.filter.iter().filter(|c| c.field == Field::Kind).collect();
            let named = |l: &Literal| matches!(l, Literal::Text(t) if t == key);
            a.fact == FactKind::Answers && kinds.iter().any(|c| c.op == rule::Op::Eq && c.values.iter().any(named))
        };
        let relevant = known.into_iter().filter(|(key, ..)| aggregates.iter().any(|a| asks(a, key)));
        relevant
            .map(|(key, (zh, en), low, high)| Question { key: key.to_owned(), label: Label::new(zh, en), low, high })
            .collect()
    }
}

fn classification_needs(c: &Classification) -> Vec<String> {
    match &c.method {
        Method::Rules { classes, .. } => classes.iter().flat_map(|class| rule_needs(&class.when)).collect(),
        Method::Values { feature, .. } => vec![feature.clone()],
    }
}

fn rule_needs(rule: &Rule) -> Vec<String> {
    let segments = rule::segments_named(rule).into_iter().map(|k| format!("segment.{k}"));
    rule::features_named(rule).into_iter().chain(segments).collect()
}

/// Net of the customer's average order.
fn typical(history: &History<'_>) -> Option<i64> {
    let valid: Vec<i64> = history.orders().iter().filter(|o| o.valid()).map(|o| o.net()).collect();
    let count = i128::try_from(valid.len()).ok().filter(|n| *n > 0)?;
    i64::try_from(div_half_even(valid.iter().map(|n| i128::from(*n)).sum(), count)).ok()
}
