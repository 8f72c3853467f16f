//! Finding customers by what a person types: a part of a name, a phone, an address or a number, the customers' own or those of
//! their contacts. The texts stand in memory ([`index`]); the store says with every search whether any changed, and whose, so that
//! whoever another process has just brought in is found, too.

mod index;

use crate::{Error, Result, app::App};
use domain::{CustomerKey, access::Sight, identity::IdentifierKind};
pub use index::Fit;
use index::{Index, Kind};
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Store, contact, customer};

/// Customers read in one go.
const PAGE: u32 = 20_000;
/// So many texts may count no more before all are read anew, besides a quarter of them.
const SPARE: usize = 100_000;
/// A text of so many letters finds very many, or none by the index.
const SHORT: usize = 2;

/// The texts, and the change of the store they are as of.
#[derive(Debug)]
struct Kept {
    version: i64,
    index: Index,
    /// the first number that was not read
    next: u32,
}

/// What customers are found by, kept current.
#[derive(Debug, Default)]
pub struct Finder {
    kept: Arc<RwLock<Option<Kept>>>,
    /// one brings it up to date, others wait
    turn: tokio::sync::Mutex<()>,
}

impl Finder {
    /// Everyone whom this text finds, in no order, and how well it fits them; whom it finds twice stands there twice.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn find(&self, app: &App, sight: Sight, text: &str) -> Result<Vec<(CustomerKey, Fit)>> {
        let text = text.trim().trim_start_matches(['+', '＋']).to_owned();
        let look = app.look().await?;
        let mut found = Vec::new();
        if text.starts_with("cus_") {
            found.extend(customer::get(&app.store, &text).await?.map(|c| (c.key, Fit::Whole)));
        }
        // the look that the request is made by says it, too
        if self.version().is_none_or(|known| known < look.touched) {
            self.refresh(&app.store).await?;
        }
        let masked = sight.is_masked();
        if text.chars().count() > SHORT {
            found.extend(self.kept().as_ref().map(|k| k.index.find(&text, masked)).unwrap_or_default());
        } else {
            // much is found by a letter or two: others need not wait for it
            let kept = Arc::clone(&self.kept);
            let by_text = tokio::task::spawn_blocking(move || {
                let kept = kept.read().unwrap_or_else(PoisonError::into_inner);
                kept.as_ref().map(|k| k.index.find(&text, masked)).unwrap_or_default()
            });
            found.extend(by_text.await?);
        }
        // what a merged customer is called finds who stands for them; the texts stay theirs, so that a merge taken back needs nothing
        let aliases = app.runs.aliases_at(app, look.head).await?;
        Ok(found.into_iter().map(|(key, fit)| (aliases.root(key), fit)).collect())
    }

    /// Reads the texts, or those that changed since, so that the next search need not.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn refresh(&self, store: &Store) -> Result<()> {
        if self.version() == Some(customer::touched::version(store).await?) {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        // before the texts are read: what changes meanwhile is told again
        let now = customer::touched::version(store).await?;
        let since = match self.version() {
            Some(version) if version == now => return Ok(()),
            Some(version) => customer::touched::since(store, version).await?,
            None => None,
        };
        match since {
            Some(keys) => self.again(store, keys, now).await,
            None => self.whole(store, now).await,
        }
    }

    /// Reads the texts of these customers anew, and those of newcomers.
    async fn again(&self, store: &Store, keys: Vec<CustomerKey>, now: i64) -> Result<()> {
        let mut fresh = Vec::new();
        for some in keys.chunks(PAGE as usize) {
            let people = customer::by_keys(store, some).await?.into_values().collect();
            fresh.extend(texts(store, people, some).await?);
        }
        let mut from = self.kept().as_ref().map_or(0, |k| k.next);
        while let Some((next, texts)) = newcomers(store, from).await? {
            fresh.extend(texts);
            from = next;
        }
        let whose: HashSet<u32> = keys.iter().map(|k| k.0).collect();
        let crowded = {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            let Some(kept) = kept.as_mut() else { return Ok(()) };
            if !whose.is_empty() {
                kept.index.bury(&|owner| whose.contains(&owner));
            }
            fill(&mut kept.index, fresh)?;
            (kept.version, kept.next) = (now, from);
            let (all, buried) = kept.index.size();
            buried > SPARE + all / 4
        };
        if crowded { self.whole(store, now).await } else { Ok(()) }
    }

    /// Reads all texts.
    async fn whole(&self, store: &Store, now: i64) -> Result<()> {
        let (mut index, mut from) = (Index::new(), 0);
        while let Some((next, texts)) = newcomers(store, from).await? {
            fill(&mut index, texts)?;
            from = next;
        }
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(Kept { version: now, index, next: from });
        Ok(())
    }

    fn version(&self) -> Option<i64> {
        self.kept().as_ref().map(|k| k.version)
    }

    fn kept(&self) -> std::sync::RwLockReadGuard<'_, Option<Kept>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }
}

type Text = (CustomerKey, Kind, String);

fn fill(index: &mut Index, texts: Vec<Text>) -> Result<()> {
    let fits = texts.into_iter().all(|(whose, kind, text)| index.add(whose, kind, &text));
    if fits { Ok(()) } else { Err(Error::Internal("names, phones and numbers of all customers are more than four gigabytes".into())) }
}

/// The next customers from this number on, and the number after them.
async fn newcomers(store: &Store, from: u32) -> Result<Option<(u32, Vec<Text>)>> {
    let people = customer::page(store, CustomerKey(from), PAGE).await?;
    let Some(last) = people.last().map(|c| c.key.0) else { return Ok(None) };
    let keys: Vec<CustomerKey> = people.iter().map(|c| c.key).collect();
    Ok(Some((last + 1, texts(store, people, &keys).await?)))
}

/// What these people are found by.
async fn texts(store: &Store, people: Vec<customer::Customer>, keys: &[CustomerKey]) -> Result<Vec<Text>> {
    let mut texts: Vec<Text> = people.into_iter().filter_map(|c| Some((c.key, Kind::Name, c.name?))).collect();
    for (whose, identifiers) in customer::own_identifiers_by_keys(store, keys).await? {
        texts.extend(identifiers.into_iter().map(|i| match i.kind {
            IdentifierKind::External | IdentifierKind::Member => (whose, Kind::Number, i.value),
            IdentifierKind::Phone | IdentifierKind::Email | IdentifierKind::Unionid => (whose, Kind::Detail, i.value),
        }));
    }
    for contact in contact::by_keys(store, keys).await? {
        let details = [contact.phone, contact.email];
        texts.extend(details.into_iter().flatten().map(|text| (contact.customer, Kind::Detail, text)));
        texts.extend(contact.name.map(|name| (contact.customer, Kind::Contact, name)));
    }
    Ok(texts)
}
