//! The definitions as they were in force on a past day, for whoever asks what was known then: what was published by the end of that day
//! and not yet replaced or taken away, and what ships with the product in between. What there was none of yet is told by its first
//! version after that day, and that is said: nothing that can be asked about now is missing there.

use super::defined::{self, Definitions, overlay};
use crate::{Error, Result, app::App};
use domain::{Day, clock::Instant, feature, library};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::definition::{self as stored, Kind};
use utoipa::ToSchema;

/// When the version was in force that an answer is by, where that is not simply the one of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InForce {
    /// the day it came into force; absent: it came with the product
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// the day another took its place or it was taken away; absent: it is in force now
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Day>,
    /// on the day that is asked about there was none: this is the first that came after it
    pub later: bool,
}

/// Of definitions that are not simply those of now, by kind and key.
pub(super) type Earlier = BTreeMap<(Kind, String), InForce>;

/// Is anything defined otherwise now than at the end of this day?
///
/// # Errors
/// When the store refuses.
pub(super) async fn moved_since(app: &App, day: Day) -> Result<bool> {
    Ok(stored::moved_since(&app.store, app.settings().zone.end_of(day)).await?)
}

/// The definitions in force at the end of a day.
///
/// # Errors
/// When the store refuses or a stored document does not read back.
pub(super) async fn on(app: &App, day: Day) -> Result<Arc<Definitions>> {
    let (settings, revision) = (app.settings(), app.look().await?.revision);
    let (then, currency) = (settings.zone.end_of(day), settings.currency);
    let day_of = |at: Instant| settings.zone.day(at);
    let mut earlier = Earlier::new();
    let own = stored::published(&app.store, Kind::Feature).await?;
    let own = pick(own, then, |key| feature::find(key).is_some(), day_of, &mut earlier)?;
    let features = overlay(feature::catalog().to_vec(), own, |f: &feature::Feature| &f.key);
    let own = stored::published(&app.store, Kind::Classification).await?;
    let own = pick(own, then, |key| defined::shipped_classification(key).is_some(), day_of, &mut earlier)?;
    let classifications = overlay(library::classifications().to_vec(), own, |c: &domain::classification::Classification| &c.key);
    // the library's segments are in force until somebody changes one; then they are written down with it
    let own = stored::published(&app.store, Kind::Segment).await?;
    let shipped = own.iter().filter_map(|d| d.published_at).min().is_none_or(|first| first > then);
    let kept = if shipped { library::segments().to_vec() } else { Vec::new() };
    let own = pick(own, then, |key| kept.iter().any(|s| s.key == key), day_of, &mut earlier)?;
    let mut segments = overlay(kept, own, |s: &domain::segment::Segment| &s.key);
    segments.sort_by(|a, b| a.key.cmp(&b.key));
    let all = Definitions::of(features, classifications, segments, currency);
    // what came first later may need something that was otherwise then: such a set was never in force
    if let Err(e) = all.check(currency) {
        tracing::warn!(%day, error = %e, "definitions of then do not fit together with those that came later; those of now are taken");
        return defined::current(app).await;
    }
    Ok(Arc::new(all.as_of(revision, earlier)))
}

/// The version of each key that was in force at an instant; the first after it where there was none, unless the product has one.
fn pick<T: DeserializeOwned>(all: Vec<stored::Definition>, then: Instant, shipped: impl Fn(&str) -> bool, day: impl Fn(Instant) -> Day, earlier: &mut Earlier) -> Result<Vec<T>> {
    let mut by_key: BTreeMap<String, Vec<stored::Definition>> = BTreeMap::new();
    for d in all {
        by_key.entry(d.key.clone()).or_default().push(d);
    }
    let mut picked = Vec::new();
    for (key, versions) in by_key {
        let next = versions.iter().position(|d| d.published_at.is_some_and(|at| at > then)).unwrap_or(versions.len());
        let in_force = next.checked_sub(1).filter(|i| versions.get(*i).and_then(|d| d.retired_at).is_none_or(|at| at > then));
        let came = |i: usize| versions.get(i).and_then(|d| d.published_at);
        let kind = versions.first().map(|d| d.kind);
        let place = match in_force {
            Some(i) => i,
            None if shipped(&key) => {
                if let (Some(kind), Some(until)) = (kind, came(next)) {
                    earlier.insert((kind, key), InForce { from: None, until: Some(day(until)), later: false });
                }
                continue;
            }
            // gone for good: nobody can ask about it now
            None if versions.last().is_some_and(|d| d.retired_at.is_some()) => continue,
            None => next,
        };
        let Some(d) = versions.get(place) else { continue };
        let until = d.retired_at.into_iter().chain(came(place + 1)).min().map(&day);
        let later = in_force.is_none();
        if later || until.is_some() {
            earlier.insert((d.kind, key.clone()), InForce { from: d.published_at.map(&day), until, later });
        }
        let document = serde_json::from_value(d.document.clone());
        picked.push(document.map_err(|e| Error::Internal(format!("{} {key}: {e}", d.kind.key())))?);
    }
    Ok(picked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn version(key: &str, version: i64, published: i64, retired: Option<i64>) -> stored::Definition {
        stored::Definition {
            kind: Kind::Segment,
            key: key.to_owned(),
            version,
            state: stored::State::Superseded,
            document: json!(format!("{key}{version}")),
            author: String::new(),
            created_at: Instant(0),
            published_at: Some(Instant(published)),
            retired_at: retired.map(Instant),
        }
    }

    #[test]
    fn of_each_the_version_in_force_then_and_the_first_after_it_where_there_was_none() {
        let all = || vec![
            version("a", 1, 10, None), version("a", 2, 20, None), version("a", 3, 30, None),
            version("gone", 1, 10, Some(25)),
            version("back", 1, 10, Some(15)), version("back", 2, 28, None),
            version("new", 1, 40, None), version("new", 2, 50, None),
            version("shipped", 2, 40, None),
            version("passing", 1, 40, Some(45)),
            version("same", 1, 5, None),
        ];
        let at = |then: i64| {
            let mut earlier = Earlier::new();
            let picked: Vec<String> = pick(all(), Instant(then), |key| key == "shipped", |at| Day(at.0 as i32), &mut earlier).expect("reads");
            let said: Vec<_> = earlier.into_iter().map(|((_, key), f)| (key, f.from.map(|d| d.0), f.until.map(|d| d.0), f.later)).collect();
            (picked, said)
        };
        let (picked, said) = at(22);
        assert_eq!(picked, ["a2", "back2", "gone1", "new1", "same1"]);
        let k = |key: &str, from: Option<i32>, until: Option<i32>, later: bool| (key.to_owned(), from, until, later);
        assert_eq!(said, [k("a", Some(20), Some(30), false), k("back", Some(28), None, true), k("gone", Some(10), Some(25), false), k("new", Some(40), Some(50), true), k("shipped", None, Some(40), false)]);
        assert_eq!(at(12).0, ["a1", "back1", "gone1", "new1", "same1"]);
        assert_eq!(at(42).0, ["a3", "back2", "new1", "passing1", "same1", "shipped2"]);
        assert_eq!(at(60), (["a3", "back2", "new2", "same1", "shipped2"].map(str::to_owned).to_vec(), Vec::new()));
    }
}
