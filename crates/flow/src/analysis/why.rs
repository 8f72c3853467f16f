//! Why is this customer in this class or segment: every condition with the customer's value and the facts that counted,
//! and the smallest feasible change that would alter the answer.

use super::{
    Definitions, Picture,
    moment::Asked,
    profile::person,
    why_view::{ChangeView, MeansView, Tried, WayView, WhyCondition, WhyView},
};
use crate::{Error, Result, app::App};
use domain::{
    CustomerKey, Day, Label, Zone,
    classification::{Classification, Classifier, Method, Named},
    clock::Instant,
    explain::{self, Change, Question, Situation, Way, Why, change},
    fact::Facts,
    feature::{Base, Feature, History, Plan, Profile},
    rule::{self, Row, Rule},
    segment::{Members, Segment, Segmenter, Step},
};
use std::{collections::BTreeSet, sync::Arc};

/// Which assignment is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// the class in this classification
    Classification(String),
    /// being in this segment or not
    Segment(String),
}

/// Why this customer is in this class or segment, and what would change it.
///
/// # Errors
/// `customer.not_found`, `classification.not_found`, `segment.not_found`; when the store or the lake refuses.
pub async fn why(app: &App, id: &str, subject: &Subject, asked: Asked) -> Result<WhyView> {
    let person = person(app, id).await?;
    let picture = app.runs.at(app, asked).await?;
    let zone = app.settings().zone.clone();
    let listed = listed(&picture, &person.id);
    let judge = Judge::new(&picture, subject, listed)?;
    tokio::task::spawn_blocking(move || {
        // without what happens after the as-of day: supposing days go by supposes nothing else
        let facts = picture.lake.facts(person.key, picture.known_as_of)?.until(picture.as_of, picture.known_as_of);
        Ok(judge.answer(&picture, &facts, person.key, &zone))
    })
    .await?
}

/// The static segments this customer is listed in.
fn listed(picture: &Picture, id: &str) -> BTreeSet<String> {
    let on_list = |m: &Members| matches!(m, Members::Static { customers } if customers.iter().any(|c| c == id));
    picture.definitions.segments().iter().filter(|s| on_list(&s.members)).map(|s| s.key.clone()).collect()
}

/// Judges one customer by the row-wise meaning of the definitions, with the base of the run: only the subject and what
/// it is built on.
struct Judge {
    plan: Plan,
    steps: Vec<Step>,
    features: Vec<Feature>,
    classifications: Vec<Classification>,
    classifiers: Vec<Classifier>,
    segments: Vec<Segment>,
    segmenters: Vec<Segmenter>,
    listed: BTreeSet<String>,
    /// place of the subject in `classifications` or `segments`
    subject: Step,
}

impl Judge {
    fn new(picture: &Picture, subject: &Subject, listed: BTreeSet<String>) -> Result<Judge> {
        let all = &picture.definitions;
        let missing = match subject {
            Subject::Classification(key) => all.classification(key).is_none().then(|| Error::not_found("classification", key)),
            Subject::Segment(key) => all.segment(key).is_none().then(|| Error::not_found("segment", key)),
        };
        if let Some(e) = missing {
            return Err(e);
        }
        let needed = Needed::of(all, subject);
        let features: Vec<Feature> = all.features().iter().filter(|f| needed.features.contains(&f.key)).cloned().collect();
        let classifications: Vec<Classification> =
            all.classifications().iter().filter(|c| needed.classifications.contains(&c.key)).cloned().collect();
        let segments: Vec<Segment> = all.segments().iter().filter(|s| needed.segments.contains(&s.key)).cloned().collect();
        let internal = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
        let names = all.names();
        let place = |found: Option<usize>| found.ok_or_else(|| Error::Internal("the subject needs itself".to_owned()));
        let subject = match subject {
            Subject::Classification(key) => Step::Classification(place(classifications.iter().position(|c| c.key == *key))?),
            Subject::Segment(key) => Step::Segment(place(segments.iter().position(|s| s.key == *key))?),
        };
        Ok(Judge {
            plan: Plan::new(&features, picture.currency).map_err(|e| internal(&e))?,
            steps: domain::segment::plan(&classifications, &segments).map_err(|e| internal(&e))?,
            classifiers: classifications.iter().map(|c| c.check(names)).collect::<Result<_, _>>().map_err(|e| internal(&e))?,
            segmenters: segments.iter().map(|s| s.check(all.segments(), names)).collect::<Result<_, _>>().map_err(|e| internal(&e))?,
            features,
            classifications,
            segments,
            listed,
            subject,
        })
    }

    /// The customer with every class and segment the subject is built on; the subject's own last.
    fn profile<'f>(&self, facts: &'f Facts, base: &Arc<Base>, day: Day, known: Instant) -> Profile<'f> {
        let mut profile = self.plan.suppose(History::as_of(facts, day, known), base);
        for step in &self.steps {
            match step {
                Step::Classification(i) => {
                    if let Some(c) = self.classifiers.get(*i) {
                        domain::classification::suppose(c, &mut profile);
                    }
                }
                Step::Segment(i) => {
                    if let Some(s) = self.segmenters.get(*i) {
                        domain::segment::suppose(s, &mut profile, self.listed.contains(&s.key));
                    }
                }
            }
        }
        profile
    }

    /// The class, or `in` / `out`.
    fn outcome(&self, profile: &Profile<'_>) -> String {
        match self.subject {
            Step::Classification(i) => {
                let key = self.classifications.get(i).map(|c| format!("class.{}", c.key)).unwrap_or_default();
                profile.get(&key).as_text().unwrap_or_default().to_owned()
            }
            Step::Segment(i) => {
                let member = self.segments.get(i).is_some_and(|s| profile.member(&s.key));
                if member { "in" } else { "out" }.to_owned()
            }
        }
    }

    fn answer(&self, picture: &Picture, facts: &Facts, key: CustomerKey, zone: &Zone) -> WhyView {
        let base = Arc::new(picture.run.base().clone());
        let mut profile = self.profile(facts, &base, picture.as_of, picture.known_as_of);
        let (why, version) = self.explain(&mut profile, picture);
        let situation = Situation {
            facts,
            day: picture.as_of,
            at: zone.end_of(picture.as_of),
            currency: picture.currency,
            typical: typical(picture, key),
            limit: limit(picture, key),
            questions: questions(),
        };
        let outcome = |facts: &Facts, day: Day| {
            let known = picture.known_as_of.max(zone.end_of(day));
            self.outcome(&self.profile(facts, &base, day, known))
        };
        let change = change(&situation, &outcome, &|after| self.becoming(after));
        WhyView {
            subject: why.subject,
            result: why.result,
            sentence: why.sentence,
            conditions: why.conditions.into_iter().map(WhyCondition::from).collect(),
            tried: why.tried.into_iter().map(Tried::from).collect(),
            change: change.map(|c| self.change_view(c)),
            as_of: picture.as_of,
            known: picture.known,
            version,
        }
    }

    fn explain(&self, profile: &mut Profile<'_>, picture: &Picture) -> (Why, u32) {
        let names = picture.names();
        match self.subject {
            Step::Classification(i) => match (self.classifications.get(i), self.classifiers.get(i)) {
                (Some(c), Some(classifier)) => (explain::class(c, classifier, profile, &self.features, names), c.version),
                _ => (nothing(), 0),
            },
            Step::Segment(i) => match (self.segments.get(i), self.segmenters.get(i)) {
                (Some(s), Some(segmenter)) => {
                    let listed = self.listed.contains(&s.key);
                    (explain::segment(s, segmenter, profile, listed, &self.features, names), s.version)
                }
                _ => (nothing(), 0),
            },
        }
    }

    /// Key and name of an outcome.
    fn named(&self, outcome: &str) -> Named {
        let label = match self.subject {
            Step::Classification(i) => self.classifications.get(i).map(|c| c.class_label(outcome)).unwrap_or_default(),
            Step::Segment(_) if outcome == "in" => Label::new("在人群内", "in the segment"),
            Step::Segment(_) => Label::new("不在人群内", "not in the segment"),
        };
        Named { key: outcome.to_owned(), label }
    }

    /// The outcome with a verb.
    fn becoming(&self, after: &str) -> Label {
        let label = match self.subject {
            Step::Classification(_) => self.named(after).label,
            Step::Segment(i) => self.segments.get(i).map(|s| s.label.clone()).unwrap_or_default(),
        };
        let (zh, en) = match (self.subject, after) {
            (Step::Classification(_), _) => ("成为", "become"),
            (Step::Segment(_), "in") => ("进入人群", "enter segment"),
            (Step::Segment(_), _) => ("离开人群", "leave segment"),
        };
        Label::new(format!("{zh}“{}”", label.zh), format!("{en} “{}”", label.en))
    }

    fn change_view(&self, c: Change) -> ChangeView {
        let way = |w: Way| WayView { means: MeansView::from(w.means), target: self.named(&w.after), until: w.until, sentence: w.sentence };
        ChangeView { sentence: c.sentence, target: self.named(&c.after), ways: c.ways.into_iter().map(way).collect() }
    }
}

fn nothing() -> Why {
    Why {
        subject: Label::default(),
        result: Named { key: String::new(), label: Label::default() },
        sentence: Label::default(),
        conditions: Vec::new(),
        tried: Vec::new(),
    }
}

/// What an order of this customer is worth: their own average, else the buyers' median.
fn typical(picture: &Picture, key: CustomerKey) -> Option<i64> {
    let column = picture.column("average_order_net")?;
    column.whole(key.0 as usize).or_else(|| {
        let mut all: Vec<i64> = picture.buyers().iter().filter_map(|i| column.whole(i)).collect();
        let middle = all.len().checked_sub(1)? / 2;
        Some(*all.select_nth_unstable(middle).1)
    })
}

/// A single order larger than a hundred typical ones, or ten thousand major units, is no feasible change.
fn limit(picture: &Picture, key: CustomerKey) -> i64 {
    let typical = typical(picture, key).unwrap_or(0).saturating_mul(100);
    typical.max(picture.currency.scale().saturating_mul(10_000))
}

/// The questions everybody asks, with their scales (`domain.md` §5).
fn questions() -> Vec<Question> {
    let question = |key: &str, label: &str, low, high| Question { key: key.to_owned(), label: Label::same(label), low, high };
    vec![question("nps", "NPS", 0, 10), question("csat", "CSAT", 1, 5), question("ces", "CES", 1, 7)]
}

/// Everything the subject is built on, however indirectly.
#[derive(Default)]
struct Needed {
    features: BTreeSet<String>,
    classifications: BTreeSet<String>,
    segments: BTreeSet<String>,
}

impl Needed {
    fn of(all: &Definitions, subject: &Subject) -> Needed {
        let mut needed = Needed::default();
        match subject {
            Subject::Classification(key) => needed.classification(all, key),
            Subject::Segment(key) => needed.segment(all, key),
        }
        needed
    }

    fn feature(&mut self, all: &Definitions, key: &str) {
        if let Some(key) = key.strip_prefix("class.") {
            return self.classification(all, key);
        }
        if let (Some(f), false) = (all.feature(key), self.features.contains(key)) {
            self.features.insert(key.to_owned());
            f.definition.needs().iter().for_each(|k| self.feature(all, k));
        }
    }

    fn rule(&mut self, all: &Definitions, r: &Rule) {
        rule::features_named(r).iter().for_each(|k| self.feature(all, k));
        rule::segments_named(r).iter().for_each(|k| self.segment(all, k));
    }

    fn classification(&mut self, all: &Definitions, key: &str) {
        if let (Some(c), true) = (all.classification(key), self.classifications.insert(key.to_owned())) {
            match &c.method {
                Method::Rules { classes, .. } => classes.iter().for_each(|k| self.rule(all, &k.when)),
                Method::Values { feature, .. } => self.feature(all, feature),
            }
        }
    }

    fn segment(&mut self, all: &Definitions, key: &str) {
        if let (Some(s), true) = (all.segment(key), self.segments.insert(key.to_owned())) {
            if let Members::Dynamic { rule } = &s.members {
                self.rule(all, rule);
            }
            s.needs(all.segments()).iter().for_each(|k| self.segment(all, k));
        }
    }
}
