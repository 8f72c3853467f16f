//! How a customer went through classes and segments: the days on which they entered and left, by the definitions as they stand.
//!
//! Each day is judged by what is known of the customer as of that day. What compares customers with one another (quantile scores,
//! top n %) takes the edges of one run for every day, so that one ruler measures the whole course and its last day is what that run
//! says.

use super::scope::{Error, Scope, Target};
use crate::{
    classification::Classification,
    clock::Instant,
    fact::{AttributeFact, Facts},
    feature::{Base, Feature, History, Recorded},
    period::Day,
    profiling::{self, Said},
    rule::Names,
    segment::{Members, Segment},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A customer came into another class, or into or out of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// the first day of it
    pub day: Day,
    /// of what
    pub target: Target,
    /// the class before it, or `in` / `out`; `None`: they were not there yet
    pub before: Option<String>,
    /// the class from then on, or `in` / `out`
    pub after: String,
}

/// Every classification, and every segment that a rule makes: a fixed list has no days.
pub struct Course<'a> {
    targets: Vec<Target>,
    scope: Scope<'a>,
}

impl<'a> Course<'a> {
    /// Of these definitions.
    ///
    /// # Errors
    /// What does not check.
    pub fn of(features: &[Feature], classifications: &[Classification], segments: &[Segment], names: &'a dyn Names) -> Result<Option<Course<'a>>, Error> {
        let classes = classifications.iter().map(|c| Target::Class(c.key.clone()));
        let made = segments.iter().filter(|s| matches!(s.members, Members::Dynamic { .. }));
        let targets: Vec<Target> = classes.chain(made.map(|s| Target::Segment(s.key.clone()))).collect();
        let Some(first) = targets.first() else { return Ok(None) };
        let scope = Scope::under(&targets, first.clone(), features, classifications, segments, names)?;
        Ok(Some(Course { targets, scope }))
    }

    /// The turns between two days, both counted, earliest first; where they stood on the day before the first is no turn.
    /// `listed`: the static segments they are in.
    pub fn turns(&self, facts: &Facts, (from, to): (Day, Day), known: Instant, base: &Arc<Base>, listed: &BTreeSet<String>) -> Vec<Turn> {
        let before = from.plus(-1);
        // days on which something of them happened; between those only time passes
        let mut marks: BTreeSet<i32> = days(facts).filter(|d| before < *d && *d <= to).map(|d| d.0).collect();
        marks.insert(before.0);
        let ends: Vec<i32> = marks.iter().skip(1).copied().chain([to.0 + 1]).collect();
        let mut stood: BTreeMap<&Target, String> = BTreeMap::new();
        let mut turns = Vec::new();
        for (begin, end) in marks.into_iter().zip(ends) {
            let day = Day(begin);
            if !History::as_of(facts, day, known).is_present(Recorded::TODAY) {
                continue;
            }
            let seen = facts.until(day, known);
            let refuses = refuses(&seen.attributes);
            let mut history = History::as_of(&seen, day, Instant::MAX).day_by_day();
            for day in (begin..end).map(Day) {
                let profile = self.scope.profile_of(history.on(day), base, &|segment| listed.contains(segment));
                for target in &self.targets {
                    let after = match target {
                        Target::Class(_) if refuses => profiling::NOT_PROFILED.to_owned(),
                        Target::Segment(_) if refuses => "out".to_owned(),
                        _ => Scope::outcome_of(target, &profile),
                    };
                    let was = stood.get(target);
                    let entered = was.is_none() && matches!(target, Target::Segment(_)) && after == "out";
                    if day > before && was != Some(&after) && !entered {
                        turns.push(Turn { day, target: target.clone(), before: was.cloned(), after: after.clone() });
                    }
                    if was != Some(&after) {
                        stood.insert(target, after);
                    }
                }
                history = profile.into_history();
            }
        }
        turns
    }
}

/// Days on which anything of them happened or began to hold.
fn days(facts: &Facts) -> impl Iterator<Item = Day> {
    let orders = facts.orders.iter().map(|f| f.day).chain(facts.lines.iter().map(|f| f.day)).chain(facts.refunds.iter().map(|f| f.day));
    let others = facts.interactions.iter().map(|f| f.day).chain(facts.answers.iter().map(|f| f.day));
    let signup = |a: &AttributeFact| if let crate::value::Value::Day(day) = a.value { Some(day) } else { None };
    orders.chain(others).chain(facts.attributes.iter().map(|a| a.day)).chain(facts.attributes.iter().filter_map(signup))
}

/// Do they refuse to be profiled, by all of this?
fn refuses(said: &[AttributeFact]) -> bool {
    profiling::standing(said.iter().filter_map(Said::of)).is_some()
}
