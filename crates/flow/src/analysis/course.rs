//! How one customer went through classes and segments: on which day they came into another class, into a segment or out of it.

use super::{Known, moment::Asked, picture::Picture, profile::person_then};
use crate::{Error, Result, app::App, schema, sight::{Sight, Walls}, webhooks::EventType};
use domain::{
    Day, Label,
    classification::Named,
    explain::{Course, Scope, Target, Turn},
    fact::Facts,
    profiling,
    segment::Members,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A year: so many days are looked at, the last one with them.
const DAYS: i32 = 366;

/// What one customer went through, by the definitions of the day asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CourseView {
    /// turns, latest first
    pub items: Vec<TurnView>,
    /// the first day that was looked at
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// the last one: the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// as known then or today
    pub known: Known,
}

/// They came into another class, into a segment or out of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TurnView {
    /// the first day of it
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// what turned
    #[serde(rename = "type")]
    pub kind: EventType,
    /// key of the classification or segment
    pub key: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// of a class: the one before; absent for who was not there yet
    #[schema(value_type = Option<schema::Named>)]
    pub before: Option<Named>,
    /// of a class: the one from then on
    #[schema(value_type = Option<schema::Named>)]
    pub after: Option<Named>,
    /// it rests on a comparison with all others (quantile scores, top n %): measured on every day by the edges of the last one
    pub compared: bool,
}

/// What one customer went through in the year before a day.
///
/// # Errors
/// `customer.not_found`; when the store or the lake refuses.
pub async fn course(app: &App, sight: Sight, id: &str, asked: Asked) -> Result<CourseView> {
    let person = person_then(app, id, asked).await?;
    let picture = app.runs.at(app, asked).await?;
    let walls = Walls::of(sight, &picture);
    let on_lists: Vec<_> = picture.definitions.segments().iter().filter(|s| matches!(s.members, Members::Static { .. })).map(|s| s.key.clone()).collect();
    let listed: BTreeSet<String> = on_lists.into_iter().filter(|key| picture.members(key).is_some_and(|m| m.holds(person.key.0 as usize))).collect();
    tokio::task::spawn_blocking(move || {
        let facts = picture.lake.facts(person.key, picture.known_as_of)?;
        turns(&picture, &walls, &facts, &listed)
    })
    .await?
}

fn turns(picture: &Picture, walls: &Walls, facts: &Facts, listed: &BTreeSet<String>) -> Result<CourseView> {
    let all = &picture.definitions;
    let (from, base) = (picture.as_of.plus(1 - DAYS), picture.run.base());
    let broken = |e: domain::explain::Error| Error::Internal(e.to_string());
    let course = Course::of(all.features(), all.classifications(), all.segments(), all.names()).map_err(broken)?;
    let found = course.map_or_else(Vec::new, |c| c.turns(facts, (from, picture.as_of), picture.known_as_of, base, listed));
    let mut scopes: BTreeMap<Target, Scope<'_>> = BTreeMap::new();
    let mut items = Vec::with_capacity(found.len());
    for turn in found.into_iter().rev() {
        if !scopes.contains_key(&turn.target) {
            let scope = Scope::of(turn.target.clone(), all.features(), all.classifications(), all.segments(), all.names()).map_err(broken)?;
            scopes.insert(turn.target.clone(), scope);
        }
        let Some(scope) = scopes.get(&turn.target) else { continue };
        let hidden = |key: &str| matches!(&turn.target, Target::Class(_)) && walls.hides_class(key);
        if !scope.features().any(|key| walls.hides(key)) && !hidden(turn.target.key()) {
            items.extend(view(picture, scope, &turn));
        }
    }
    Ok(CourseView { items, from, as_of: picture.as_of, known: picture.known })
}

fn view(picture: &Picture, scope: &Scope<'_>, turn: &Turn) -> Option<TurnView> {
    let (all, key) = (&picture.definitions, turn.target.key());
    let class = |outcome: &str| match outcome {
        profiling::NOT_PROFILED => Named { key: outcome.to_owned(), label: profiling::class_label() },
        outcome => scope.named(outcome),
    };
    let (kind, label, before, after) = match &turn.target {
        Target::Class(_) => (EventType::ClassChanged, &all.classification(key)?.label, turn.before.as_deref().map(class), Some(class(&turn.after))),
        Target::Segment(_) => (if turn.after == "in" { EventType::SegmentEntered } else { EventType::SegmentLeft }, &all.segment(key)?.label, None, None),
    };
    let compared = scope.compares(picture.run.base());
    Some(TurnView { day: turn.day, kind, key: key.to_owned(), label: label.clone(), before, after, compared })
}
