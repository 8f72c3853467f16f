//! Tags and owners as sets over a run's customers, kept in memory as long as the base says that they stand.

use super::{Picture, customers::Filter};
use crate::{Error, Result, app::App, sight::{self, Sight}};
use domain::{CustomerKey, merge::Aliases};
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

/// Sets by name, as people mean them.
type Held = BTreeMap<String, Arc<Set>>;

/// Every set at hand.
#[derive(Default)]
pub struct Marks(Mutex<Kept>);

struct Kept {
    /// right as of this many changes
    version: i64,
    stored: BTreeMap<String, Arc<Set>>,
    /// who stood for whom
    aliases: Arc<Aliases>,
    held: Arc<Held>,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept { version: -1, stored: BTreeMap::new(), aliases: Arc::default(), held: Arc::default() }
    }
}

impl Kept {
    /// Takes in what changed.
    fn follow(&mut self, changed: mark::Changed, now: i64, aliases: &Arc<Aliases>) {
        let mut names = Vec::new();
        changed.put_into(&mut self.stored, |name| names.push(name.to_owned()));
        self.version = self.version.max(now);
        if self.aliases != *aliases {
            names = self.stored.keys().cloned().collect();
        }
        self.aliases = Arc::clone(aliases);
        let held = Arc::make_mut(&mut self.held);
        for name in names {
            let Some(stored) = self.stored.get(&name) else { continue };
            let meant = if aliases.is_empty() { Arc::clone(stored) } else { Arc::new(mark::meant(&name, stored, aliases)) };
            held.insert(name, meant);
        }
    }
}

impl Marks {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn now(&self, app: &App) -> Result<Arc<Held>> {
        let look = app.look().await?;
        let aliases = app.runs.aliases_at(app, look.head).await?;
        loop {
            let version = {
                let kept = self.kept();
                if kept.version >= look.marks && kept.aliases == aliases {
                    return Ok(Arc::clone(&kept.held));
                }
                kept.version
            };
            let changed = if version < look.marks { mark::since(&app.store, version).await? } else { mark::Changed::default() };
            let mut kept = self.kept();
            // what was read before somebody else read more would undo it
            if kept.version == version {
                kept.follow(changed, look.marks, &aliases);
            }
        }
    }
}

/// Those who have no tag, or no owner.
fn nobodys(sets: &Held, picture: &Picture) -> Bits {
    let mut none = picture.everyone().clone();
    for set in sets.values() {
        none.and_not(&bits(set, none.len()));
    }
    none
}

/// Those whom nobody looks after.
pub(crate) async fn ownerless(app: &App, picture: &Picture) -> Result<Bits> {
    Ok(nobodys(&of_owners(app).await?, picture))
}

/// Every tag there is and who has it; sets of tags that were taken away count for nothing.
pub(super) async fn of_tags(app: &App) -> Result<Held> {
    let (held, named) = (app.marks.now(app).await?, app.names.now(app).await?);
    Ok(named.tags.iter().map(|t| (t.id.clone(), held.get(&mark::of_tag(&t.id)).cloned().unwrap_or_default())).collect())
}

/// Whom each member looks after, by `usr_…`.
pub(super) async fn of_owners(app: &App) -> Result<Held> {
    let held = app.marks.now(app).await?;
    Ok(held.iter().filter_map(|(name, set)| Some((name.strip_prefix(mark::OWNERS)?.to_owned(), Arc::clone(set)))).collect())
}

/// One set, over so many customers.
async fn set(app: &App, name: &str, len: usize) -> Result<Bits> {
    Ok(app.marks.now(app).await?.get(name).map_or_else(|| Bits::none(len), |set| bits(set, len)))
}

/// Leaves only those with these tags and one of these owners.
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
        let set = set(app, &mark::of_tag(tag), who.len()).await?;
        if *has { who.and(&set) } else { who.and_not(&set) };
    }
    if let Some(owners) = &filter.owner {
        let mut any = Bits::none(who.len());
        for owner in owners.split(',').map(str::trim).filter(|o| !o.is_empty()) {
            if owner == NONE {
                any.or(&nobodys(&of_owners(app).await?, picture));
                continue;
            }
            store::user::get(&app.store, owner).await?.ok_or_else(|| Error::not_found("owner", owner))?;
            any.or(&set(app, &mark::of_owner(owner), who.len()).await?);
        }
        who.and(&any);
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
    let sets = app.marks.now(app).await?;
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
    for (name, set) in &*sets {
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
