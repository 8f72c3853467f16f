//! Fixed lists that grow and shrink by hand: the next version of a segment, put together before its transaction begins.

use crate::{
    Error, Result,
    analysis::defined::{self, Change, Ready},
    app::App,
};
use domain::{
    CustomerKey, Label,
    segment::{Members, Segment},
};
use std::collections::{BTreeMap, HashMap};
use store::{
    change::{Delta, Deltas, touched},
    mark::Set,
};

/// From so many on, every customer is read once instead of each looked up.
const MANY: u64 = 50_000;

/// Under this name a change remembers whom it put into a list and took out of it.
fn mark(key: &str) -> String {
    format!("list:{key}")
}

/// A list's name; empty if it is gone.
pub(super) async fn label(app: &App, key: &str) -> Result<Label> {
    Ok(defined::current(app).await?.segment(key).map(|s| s.label.clone()).unwrap_or_default())
}

/// A fixed list that is there.
pub(super) async fn known(app: &App, key: &str) -> Result<Segment> {
    let definitions = defined::current(app).await?;
    let segment = definitions.segment(key).ok_or_else(|| Error::not_found("segment", key))?;
    match segment.members {
        Members::Static { .. } => Ok(segment.clone()),
        Members::Dynamic { .. } => Err(Error::conflict("change.not_a_list", "这个人群由规则决定，不能逐个增减", "a rule says who is in this segment; nobody is added to it by hand")),
    }
}

fn listed(segment: &Segment) -> &[String] {
    match &segment.members {
        Members::Static { customers } => customers,
        Members::Dynamic { .. } => &[],
    }
}

/// Who is on a list, by number.
async fn keys(app: &App, ids: &[String]) -> Result<Set> {
    if (ids.len() as u64) < MANY {
        return Ok(store::customer::by_ids(&app.store, ids).await?.into_values().map(|c| c.key).collect());
    }
    let wanted: HashMap<&str, ()> = ids.iter().map(|id| (id.as_str(), ())).collect();
    let mut found: Vec<CustomerKey> = Vec::with_capacity(ids.len());
    store::customer::each(&app.store, |c| {
        if wanted.contains_key(c.id.as_str()) {
            found.push(c.root.unwrap_or(c.key));
        }
    })
    .await?;
    Ok(found.into_iter().collect())
}

/// Their public ids; `all`: with those of whoever was merged into them, under which they may be listed.
async fn ids(app: &App, who: &Set, all: bool) -> Result<Vec<String>> {
    let who = if all { &who.spread(&*app.runs.aliases(app).await?) } else { who };
    let mut found = Vec::new();
    if who.count() < MANY {
        let keys: Vec<CustomerKey> = who.iter().collect();
        found.extend(store::customer::by_keys(&app.store, &keys).await?.into_values().map(|c| c.id));
    } else {
        store::customer::each(&app.store, |c| {
            if who.holds(c.key) {
                found.push(c.id);
            }
        })
        .await?;
    }
    Ok(found)
}

/// The next version of a list with some added and some taken out.
async fn next(app: &App, mut segment: Segment, delta: &Delta) -> Result<Ready> {
    let (added, removed) = (ids(app, &delta.added, false).await?, ids(app, &delta.removed, true).await?);
    let gone: HashMap<&str, ()> = removed.iter().map(|id| (id.as_str(), ())).collect();
    let mut customers: Vec<String> = listed(&segment).iter().filter(|id| !gone.contains_key(id.as_str())).cloned().chain(added).collect();
    customers.sort_unstable();
    customers.dedup();
    segment.members = Members::Static { customers };
    defined::ready(app, vec![Change::Segment(segment)]).await
}

/// A list with these customers put in or taken out, and whom that changes.
pub(super) async fn changed(app: &App, key: &str, who: &Set, member: bool) -> Result<(Ready, Deltas)> {
    let segment = known(app, key).await?;
    let before = keys(app, listed(&segment)).await?;
    let delta = if member {
        Delta { added: who.and_not(&before), removed: Set::default() }
    } else {
        Delta { added: Set::default(), removed: who.and(&before) }
    };
    let ready = next(app, segment, &delta).await?;
    Ok((ready, BTreeMap::from([(mark(key), delta)])))
}

/// A list with a change of it taken back.
pub(super) async fn turned_back(app: &App, key: &str, deltas: &Deltas) -> Result<Ready> {
    let segment = known(app, key).await?;
    let all = deltas.get(&mark(key)).cloned().unwrap_or_default();
    debug_assert_eq!(touched(deltas).count(), all.added.or(&all.removed).count());
    next(app, segment, &Delta { added: all.removed, removed: all.added }).await
}
