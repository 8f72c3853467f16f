//! Everything one class or segment rests on and nothing else, so that it can be evaluated again and again for one customer.

use super::{
    change::{Change, change},
    rests::Rests,
    search::Search,
    suppose,
    why::{self, Why},
};
use crate::{
    classification::{self, By, Classification, Classifier, Method, Named},
    clock::Instant,
    fact::Facts,
    feature::{self, Base, Compared, Cycle, Everyone, Feature, History, Plan, Profile, Values},
    label::Label,
    money::{Currency, div_half_even},
    period::Day,
    rule::{
        self, Names, Row, Rule,
        span::{Spread, Truth},
    },
    segment::{self, Members, Segment, Segmenter, Step},
    value::Value,
};
use std::{collections::BTreeSet, sync::Arc};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// the class in this classification
    Class(String),
    /// membership of this segment
    Segment(String),
}

impl Target {
    /// Of the classification or segment.
    pub fn key(&self) -> &str {
        let (Target::Class(key) | Target::Segment(key)) = self;
        key
    }

    /// As rules name it.
    fn name(&self) -> String {
        match self {
            Target::Class(key) => format!("class.{key}"),
            Target::Segment(key) => format!("segment.{key}"),
        }
    }
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
    /// the same as this customer moves them ([`Scope::apart`])
    pub apart: &'a Arc<Base>,
    /// is this customer on the list of a static segment?
    pub listed: &'a dyn Fn(&str) -> bool,
    /// net of a typical order of all customers, for one who has none; minor units
    pub typical: Option<i64>,
    /// largest order worth proposing, minor units; without it a hundred typical ones or ten thousand major units
    pub limit: Option<i64>,
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
    rests: Rests,
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
        Scope::under(std::slice::from_ref(&target), target.clone(), features, classifications, segments, names)
    }

    /// As [`Scope::of`], with what others rest on besides.
    pub(super) fn under(
        targets: &[Target],
        target: Target,
        features: &[Feature],
        classifications: &[Classification],
        segments: &[Segment],
        names: &'a dyn Names,
    ) -> Result<Scope<'a>, Error> {
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<String> = targets.iter().map(Target::name).collect();
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
        let segments: Vec<(Segment, Segmenter)> = segments.into_iter().zip(segmenters).collect();
        let classifiers = classifications.iter().map(|(c, classifier)| (c.key.as_str(), &classifier.by));
        let rests = Rests::of(&features, classifiers, segments.iter().map(|(_, s)| s));
        Ok(Scope { target, currency: names.currency(), names, features, classifications, segments, plan, steps, rests })
    }

    /// The customer's features, classes and segments, as far as the target rests on them.
    pub fn profile<'f>(&self, facts: &'f Facts, day: Day, known: Instant, base: &Arc<Base>, listed: &dyn Fn(&str) -> bool) -> Profile<'f> {
        self.profile_of(History::as_of(facts, day, known), base, listed)
    }

    /// As [`Scope::profile`], of what is known by a day.
    pub(super) fn profile_of<'f>(&self, history: History<'f>, base: &Arc<Base>, listed: &dyn Fn(&str) -> bool) -> Profile<'f> {
        let mut profile = self.plan.suppose(history, base);
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
        Scope::outcome_of(&self.target, profile)
    }

    /// As [`Scope::outcome`], of any target the profile was made for.
    pub(super) fn outcome_of(target: &Target, profile: &Profile<'_>) -> String {
        match target {
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

    /// Keys of the features it rests on, through classes and segments too.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|f| f.key.as_str())
    }

    /// The base as this customer meets it: what it compares by moves with the customer, all others stand still.
    pub fn apart(&self, facts: &Facts, base: &Arc<Base>, all: &dyn Everyone) -> Arc<Base> {
        let compared = self.compared(base);
        if compared.any() { Arc::new(compared.apart(base, all, &suppose::texts(facts))) } else { Arc::clone(base) }
    }

    /// Does it take edges or values of others as they stand, although the customer moves them?
    pub fn held(&self, base: &Base) -> bool {
        self.compared(base).held()
    }

    /// Does it compare the customer with others at all?
    pub fn compares(&self, base: &Base) -> bool {
        self.compared(base).any()
    }

    /// What the target compares customers by.
    fn compared(&self, base: &Base) -> Compared {
        let mut compared = self.plan.compared(base);
        for (c, classifier) in &self.classifications {
            match &classifier.by {
                By::Rules(rules) => rules.iter().for_each(|(_, rule)| compared.rule(rule.needs())),
                By::Values { feature, limit: Some(limit) } => compared.values(&c.key, feature, *limit),
                By::Values { limit: None, .. } => {}
            }
        }
        self.segments.iter().filter_map(|(_, s)| s.rule.as_ref()).for_each(|rule| compared.rule(rule.needs()));
        compared
    }

    /// What would change the outcome. The rest of the base stands still.
    pub fn change(&self, facts: &Facts, moment: &Moment<'_>) -> Change {
        let facts = &facts.until(moment.day, moment.known);
        let typical = typical(&History::as_of(facts, moment.day, Instant::MAX)).or(moment.typical);
        let compared = self.compared(moment.base);
        let usual = typical.unwrap_or(0).saturating_mul(100).max(self.currency.scale().saturating_mul(10_000));
        let search = Search {
            scope: self,
            moment,
            rests: &self.rests,
            before: self.outcome(&self.profile(facts, moment.day, Instant::MAX, moment.base, moment.listed)),
            facts: self.rests.only(facts),
            day: moment.day,
            typical,
            limit: moment.limit.unwrap_or(usual),
            compares: compared.any(),
            held: compared.held(),
        };
        change(&search, &|after| self.becoming(after))
    }

    /// Have all customers between these two surely this outcome? No aggregate may turn back between them.
    pub(super) fn surely(&self, low: &Values, high: &Values, moment: &Moment<'_>, outcome: &str) -> bool {
        let mut spans = self.plan.spans(low, high, moment.apart);
        for step in &self.steps {
            match step {
                Step::Classification(i) => {
                    if let Some((c, classifier)) = self.classifications.get(*i) {
                        if let By::Rules(rules) = &classifier.by {
                            rules.iter().for_each(|(_, rule)| spans.lines(rule.aggregates()));
                        }
                        let words = classification::spread(classifier, &spans, moment.apart.kept.get(&c.key));
                        spans.put(format!("class.{}", c.key), words);
                    }
                }
                Step::Segment(i) => {
                    if let Some((s, segmenter)) = self.segments.get(*i) {
                        if let Some(rule) = &segmenter.rule {
                            spans.lines(rule.aggregates());
                        }
                        let member = segmenter.spread(&spans, (moment.listed)(&s.key));
                        spans.join(&s.key, member);
                    }
                }
            }
        }
        match &self.target {
            Target::Class(key) => {
                let words = spans.words(&format!("class.{key}"));
                !words.unknown && words.of.is_some_and(|of| of.iter().all(|class| class == outcome))
            }
            Target::Segment(key) => spans.member(key) == Truth::known(outcome == "in"),
        }
    }

    /// The reporting currency.
    pub(super) fn currency(&self) -> Currency {
        self.currency
    }

    /// Key and name of an outcome.
    pub fn named(&self, outcome: &str) -> Named {
        let label = match &self.target {
            Target::Class(key) => {
                let found = self.classifications.iter().find(|(c, _)| c.key == *key);
                found.map_or_else(|| Label::same(outcome), |(c, _)| c.class_label(outcome))
            }
            Target::Segment(_) if outcome == "in" => Label::new("在人群内", "in the segment"),
            Target::Segment(_) => Label::new("不在人群内", "not in the segment"),
        };
        Named { key: outcome.to_owned(), label }
    }

    fn becoming(&self, after: &str) -> Label {
        match &self.target {
            Target::Class(_) => {
                let label = self.named(after).label;
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
