//! Why is this customer in this class or segment: every condition with the customer's value and the facts that counted,
//! and the smallest feasible change that would alter the answer, or why there is none.

use super::{
    Picture,
    in_force::InForce,
    moment::Asked,
    profile::person_then,
    why_view::{ChangeView, Tried, WayView, WhyCondition, WhyView},
};
use crate::{Error, Result, app::App, sight::{self, Sight, Walls}, work::profiling::{self, RefusalView}};
use domain::{
    CustomerKey, Label, Zone,
    classification::Named,
    explain::{Change, Moment, Scope, Target},
    fact::Facts,
    segment::Members,
};
use std::collections::BTreeSet;
use store::definition::Kind;

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
/// `customer.not_found`, `classification.not_found`, `segment.not_found`, `access.masked`; when the store or the lake refuses.
pub async fn why(app: &App, sight: Sight, id: &str, subject: &Subject, asked: Asked) -> Result<WhyView> {
    let person = person_then(app, id, asked).await?;
    let picture = app.runs.at(app, asked).await?;
    let version = version(&picture, subject)?;
    let walls = Walls::of(sight, &picture);
    if let Subject::Classification(key) = subject {
        walls.ask(&format!("class.{key}"))?;
    }
    if let Some(refusal) = profiling::refusal(app, &picture, person.key).await?
        && let Some(view) = neutral(&picture, subject, version, &refusal)
    {
        return Ok(view);
    }
    let zone = app.settings().zone.clone();
    let lists = picture.definitions.segments().iter().any(|s| matches!(s.members, Members::Static { .. }));
    let listed = if lists { listed(&picture, &store::customer::ids_of(&app.store, person.key).await?) } else { BTreeSet::new() };
    let subject = subject.clone();
    tokio::task::spawn_blocking(move || {
        let facts = picture.lake.facts(person.key, picture.known_as_of)?;
        let scope = scope(&picture, &subject)?;
        let rests = scope.features().any(|key| walls.hides(key));
        Ok(sight::why(&walls, rests, answer(&scope, &picture, &facts, person.key, version, &zone, &listed)))
    })
    .await?
}

/// Why somebody who does not want to be profiled is in the neutral class, or in no segment that a rule makes; nothing of a fixed list.
fn neutral(picture: &Picture, subject: &Subject, (version, in_force): Version, refusal: &RefusalView) -> Option<WhyView> {
    let all = &picture.definitions;
    let (subject, result) = match subject {
        Subject::Classification(key) => {
            let class = domain::profiling::NOT_PROFILED;
            let label = all.classification(key)?.label.clone();
            (label, Named { key: class.to_owned(), label: domain::profiling::class_label() })
        }
        Subject::Segment(key) => {
            let segment = all.segment(key)?;
            if matches!(segment.members, Members::Static { .. }) {
                return None;
            }
            (segment.label.clone(), Named { key: "out".to_owned(), label: Label::new("不在", "not in it") })
        }
    };
    let (day, how) = (refusal.on, &refusal.how_label);
    Some(WhyView {
        subject,
        result,
        sentence: Label::new(
            format!("本人于 {day} 表示不愿被分析（{}）。因此不参与任何分类和按规则的人群，适用标准价格和标准服务。", how.zh),
            format!("On {day} they said that they do not want to be profiled ({}). So they are in no class and in no segment that a rule makes; standard prices and service apply.", how.en),
        ),
        conditions: Vec::new(),
        tried: Vec::new(),
        change: ChangeView {
            sentence: Label::new("只有本人撤回这一表示后才会改变。", "Only they can change that, by taking it back."),
            target: None,
            ways: Vec::new(),
        },
        as_of: picture.as_of,
        known: picture.known,
        version,
        in_force,
    })
}

/// The version of what is asked about, and when it was in force.
type Version = (u32, Option<InForce>);

fn version(picture: &Picture, subject: &Subject) -> Result<Version> {
    let all = &picture.definitions;
    let (version, kind, key) = match subject {
        Subject::Classification(key) => (all.classification(key).map(|c| c.version), Kind::Classification, key),
        Subject::Segment(key) => (all.segment(key).map(|s| s.version), Kind::Segment, key),
    };
    let version = version.ok_or_else(|| Error::not_found(kind.key(), key))?;
    Ok((version, all.in_force(kind, key)))
}

/// The static segments this customer is listed in.
fn listed(picture: &Picture, ids: &[String]) -> BTreeSet<String> {
    let on_list = |m: &Members| matches!(m, Members::Static { customers } if customers.iter().any(|c| ids.contains(c)));
    picture.definitions.segments().iter().filter(|s| on_list(&s.members)).map(|s| s.key.clone()).collect()
}

/// The subject and what it is built on, judged by the row-wise meaning of the definitions.
fn scope<'a>(picture: &'a Picture, subject: &Subject) -> Result<Scope<'a>> {
    let target = match subject {
        Subject::Classification(key) => Target::Class(key.clone()),
        Subject::Segment(key) => Target::Segment(key.clone()),
    };
    let all = &picture.definitions;
    let scope = Scope::of(target, all.features(), all.classifications(), all.segments(), all.names());
    scope.map_err(|e| Error::Internal(e.to_string()))
}

fn answer(scope: &Scope<'_>, picture: &Picture, facts: &Facts, key: CustomerKey, (version, in_force): Version, zone: &Zone, listed: &BTreeSet<String>) -> WhyView {
    let base = picture.run.base();
    let apart = scope.apart(facts, base, &picture.run.everyone(key));
    let moment = Moment {
        day: picture.as_of,
        known: picture.known_as_of,
        at: zone.end_of(picture.as_of),
        base,
        apart: &apart,
        listed: &|segment| listed.contains(segment),
        typical: typical(picture, key),
        limit: None,
    };
    let why = scope.why(facts, &moment);
    WhyView {
        subject: why.subject,
        result: why.result,
        sentence: why.sentence,
        conditions: why.conditions.into_iter().map(WhyCondition::from).collect(),
        tried: why.tried.into_iter().map(Tried::from).collect(),
        change: change(scope, scope.change(facts, &moment)),
        as_of: picture.as_of,
        known: picture.known,
        version,
        in_force,
    }
}

fn change(scope: &Scope<'_>, c: Change) -> ChangeView {
    let ways = c.ways.into_iter().map(|w| WayView {
        means: w.means.into(),
        target: scope.named(&w.after),
        most: w.most,
        until: w.until,
        held: w.held,
        sentence: w.sentence,
    });
    ChangeView { sentence: c.sentence, target: c.after.map(|after| scope.named(&after)), ways: ways.collect() }
}

/// What an order of this customer is worth: their own average, else the buyers' median.
fn typical(picture: &Picture, key: CustomerKey) -> Option<i64> {
    picture.column("average_order_net")?.whole(key.0 as usize).or_else(|| picture.usual_order())
}
