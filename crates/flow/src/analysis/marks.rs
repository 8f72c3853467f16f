//! Tags and owners as sets over a run's customers.

use super::{Picture, customers::Filter};
use crate::{Error, Result, app::App, sight::{self, Sight}};
use domain::CustomerKey;
use lake::Bits;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{
    mark::{self, Set},
    tag::Tag,
};
use utoipa::ToSchema;

/// In the place of an owner or a tag: has none.
pub const NONE: &str = "none";

/// A tag as customers carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagRef {
    /// `tag_…`
    pub id: String,
    /// as it is shown
    pub name: String,
    /// `grey`, `blue`, `green`, `amber`, `red`, `purple`, `teal` or `pink`
    pub colour: String,
}

/// Who looks after a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnerRef {
    /// `usr_…`
    pub id: String,
    /// display name
    pub name: String,
}

/// A stored set as bits over so many customers.
pub fn bits(set: &Set, len: usize) -> Bits {
    let mut words = vec![0; len.div_ceil(64)];
    set.add_to(&mut words);
    Bits::from_words(words, len)
}

/// Those who have no tag, or no owner.
fn nobodys(sets: &BTreeMap<String, Set>, picture: &Picture) -> Bits {
    let all = sets.values().fold(Set::default(), |all, set| all.or(set));
    let mut none = picture.everyone().clone();
    none.and_not(&bits(&all, none.len()));
    none
}

/// Those whom nobody looks after.
pub(crate) async fn ownerless(app: &App, picture: &Picture) -> Result<Bits> {
    Ok(nobodys(&of_owners(app).await?, picture))
}

/// Every tag there is and who has it; sets of tags that were taken away count for nothing.
pub(super) async fn of_tags(app: &App) -> Result<BTreeMap<String, Set>> {
    let mut sets = mark::all_held(&app.store, mark::TAGS, &*app.runs.aliases(app).await?).await?;
    let named = app.names.now(app).await?;
    Ok(named.tags.iter().map(|t| (t.id.clone(), sets.remove(&mark::of_tag(&t.id)).unwrap_or_default())).collect())
}

/// Whom each member looks after, by `usr_…`.
pub(super) async fn of_owners(app: &App) -> Result<BTreeMap<String, Set>> {
    let sets = mark::all_held(&app.store, mark::OWNERS, &*app.runs.aliases(app).await?).await?;
    Ok(sets.into_iter().filter_map(|(name, set)| Some((name.strip_prefix(mark::OWNERS)?.to_owned(), set))).collect())
}

/// Leaves only those with these tags and this owner.
///
/// # Errors
/// `tag.not_found`, `owner.not_found`; when the store refuses.
pub(super) async fn narrow(app: &App, picture: &Picture, filter: &Filter, who: &mut Bits) -> Result<()> {
    for (tag, has) in &filter.tags {
        if tag == NONE {
            let none = nobodys(&of_tags(app).await?, picture);
            if *has { who.and(&none) } else { who.and_not(&none) };
            continue;
        }
        if !app.names.now(app).await?.tags.iter().any(|t| t.id == *tag) {
            return Err(Error::not_found("tag", tag));
        }
        let set = bits(&mark::held(&app.store, &mark::of_tag(tag), &*app.runs.aliases(app).await?).await?, who.len());
        if *has { who.and(&set) } else { who.and_not(&set) };
    }
    match filter.owner.as_deref() {
        None => {}
        Some(NONE) => {
            who.and(&nobodys(&of_owners(app).await?, picture));
        }
        Some(owner) => {
            store::user::get(&app.store, owner).await?.ok_or_else(|| Error::not_found("owner", owner))?;
            who.and(&bits(&mark::held(&app.store, &mark::of_owner(owner), &*app.runs.aliases(app).await?).await?, who.len()));
        }
    }
    Ok(())
}

/// What tags and members are called, kept as long as the house stands.
#[derive(Default)]
pub struct Names(Mutex<Option<(i64, Arc<Named>)>>);

/// Their names.
pub(super) struct Named {
    /// tags there are, by name
    pub(super) tags: Vec<Tag>,
    /// everybody who has or had an account, by `usr_…`
    pub(super) members: BTreeMap<String, String>,
}

impl Names {
    fn kept(&self) -> MutexGuard<'_, Option<(i64, Arc<Named>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn now(&self, app: &App) -> Result<Arc<Named>> {
        let house = app.look().await?.house;
        if let Some((_, named)) = self.kept().as_ref().filter(|(at, _)| *at == house) {
            return Ok(Arc::clone(named));
        }
        let tags = store::tag::list(&app.store, &app.settings().id).await?;
        let members = store::user::list(&app.store).await?.into_iter().map(|u| (u.id, u.name)).collect();
        let named = Arc::new(Named { tags, members });
        *self.kept() = Some((house, Arc::clone(&named)));
        Ok(named)
    }
}

/// Tags and owner of each of these customers, tags by name.
pub(crate) async fn carried(app: &App, sight: Sight, keys: &[CustomerKey]) -> Result<Carried> {
    let sets = mark::around_held(&app.store, keys, &*app.runs.aliases(app).await?).await?;
    let mut carried = Carried::default();
    if sets.is_empty() {
        return Ok(carried);
    }
    let named = app.names.now(app).await?;
    for tag in &named.tags {
        let Some(set) = sets.get(&mark::of_tag(&tag.id)) else { continue };
        let shown = TagRef { id: tag.id.clone(), name: sight::text(sight, tag.name.clone()), colour: tag.colour.key().to_owned() };
        for key in keys.iter().filter(|k| set.holds(**k)) {
            carried.tags.entry(*key).or_default().push(shown.clone());
        }
    }
    for (name, set) in &sets {
        let Some(user) = name.strip_prefix(mark::OWNERS) else { continue };
        let whose: Vec<&CustomerKey> = keys.iter().filter(|k| set.holds(**k)).collect();
        if whose.is_empty() {
            continue;
        }
        let name = named.members.get(user).cloned().unwrap_or_default();
        carried.owner.extend(whose.into_iter().map(|k| (*k, OwnerRef { id: user.to_owned(), name: name.clone() })));
    }
    Ok(carried)
}

/// What people hung on customers.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    tags: BTreeMap<CustomerKey, Vec<TagRef>>,
    owner: BTreeMap<CustomerKey, OwnerRef>,
}

impl Carried {
    /// A customer's tags and owner.
    pub(crate) fn take(&mut self, key: CustomerKey) -> (Vec<TagRef>, Option<OwnerRef>) {
        (self.tags.remove(&key).unwrap_or_default(), self.owner.remove(&key))
    }
}
