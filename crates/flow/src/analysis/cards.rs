//! What customers are called and found under, kept for the pages people look at: as of the look a page is made by, and read again when
//! the base says that they changed ([`store::customer::touched`]).

use crate::{Result, app::App};
use domain::{CustomerKey, identity::Identifier, merge::Aliases};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{
    contact::{self, Contact},
    customer::{self, Customer, touched},
};

/// So many are kept twice over: those read lately, and those before them.
const KEPT: usize = 10_000;

/// A customer's own words, without those of whoever was merged into them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    /// `cus_…`
    pub(crate) id: String,
    /// a company?
    pub(crate) organisation: bool,
    /// display name
    pub(crate) name: Option<String>,
    identifiers: Vec<Identifier>,
    contacts: Vec<Contact>,
}

#[derive(Default)]
struct Kept {
    /// right as of this many changes
    touched: i64,
    young: HashMap<CustomerKey, Arc<Card>>,
    old: HashMap<CustomerKey, Arc<Card>>,
    /// numbers by public id, of the same two ages
    numbers: [HashMap<String, CustomerKey>; 2],
}

impl Kept {
    fn get(&mut self, key: CustomerKey) -> Option<Arc<Card>> {
        if let Some(card) = self.young.get(&key) {
            return Some(Arc::clone(card));
        }
        let card = self.old.remove(&key)?;
        self.put(key, Arc::clone(&card));
        Some(card)
    }

    fn put(&mut self, key: CustomerKey, card: Arc<Card>) {
        if self.young.len() >= KEPT {
            self.old = std::mem::take(&mut self.young);
            let [young, old] = &mut self.numbers;
            *old = std::mem::take(young);
        }
        self.numbers[0].insert(card.id.clone(), key);
        self.young.insert(key, card);
    }

    fn forget(&mut self, who: Option<Vec<CustomerKey>>) {
        match who {
            Some(keys) => keys.iter().for_each(|k| {
                self.young.remove(k);
                self.old.remove(k);
            }),
            None => *self = Kept { touched: self.touched, ..Kept::default() },
        }
    }
}

/// Cards at hand.
#[derive(Default)]
pub struct Cards(Mutex<Kept>);

impl Cards {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets who changed up to this look.
    async fn follow(&self, app: &App, now: i64) -> Result<()> {
        let known = self.kept().touched;
        if known >= now {
            return Ok(());
        }
        let changed = touched::since(&app.store, known).await?;
        let mut kept = self.kept();
        if kept.touched == known {
            kept.forget(changed);
            kept.touched = now;
        }
        Ok(())
    }

    /// The cards of these customers; numbers that belong to nobody are left out.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn of(&self, app: &App, keys: &[CustomerKey]) -> Result<BTreeMap<CustomerKey, Arc<Card>>> {
        let now = app.look().await?.touched;
        self.follow(app, now).await?;
        let (mut found, missing) = {
            let mut kept = self.kept();
            let mut found = BTreeMap::new();
            let missing: Vec<CustomerKey> = keys.iter().copied().filter(|k| kept.get(*k).map(|card| found.insert(*k, card)).is_none()).collect();
            (found, missing)
        };
        if missing.is_empty() {
            return Ok(found);
        }
        let fresh = read(app, &missing).await?;
        let mut kept = self.kept();
        // read after the look: what changed since then is told by the next one. One that is ahead by now was told already
        if kept.touched == now {
            for (key, card) in &fresh {
                kept.put(*key, Arc::clone(card));
            }
        }
        found.extend(fresh);
        Ok(found)
    }

    /// Whose public id this is; for one who was merged, who stands for them.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn standing(&self, app: &App, id: &str) -> Result<Option<Customer>> {
        let look = app.look().await?;
        self.follow(app, look.touched).await?;
        let known = {
            let kept = self.kept();
            kept.numbers.iter().find_map(|n| n.get(id)).copied()
        };
        if let Some(key) = known {
            let key = app.runs.aliases_at(app, look.head).await?.root(key);
            if let Some(card) = self.of(app, &[key]).await?.remove(&key) {
                return Ok(Some(Customer { key, id: card.id.clone(), organisation: card.organisation, name: card.name.clone(), root: None }));
            }
        }
        Ok(customer::standing(&app.store, id).await?)
    }
}

async fn read(app: &App, keys: &[CustomerKey]) -> Result<BTreeMap<CustomerKey, Arc<Card>>> {
    // side by side: one wait for the database instead of three
    let (people, identifiers, theirs) =
        tokio::join!(customer::by_keys(&app.store, keys), customer::own_identifiers_by_keys(&app.store, keys), contact::by_keys(&app.store, keys));
    let (mut people, mut identifiers) = (people?, identifiers?);
    let mut contacts: HashMap<CustomerKey, Vec<Contact>> = HashMap::new();
    for contact in theirs? {
        contacts.entry(contact.customer).or_default().push(contact);
    }
    let card = |c: Customer| {
        let (identifiers, contacts) = (identifiers.remove(&c.key).unwrap_or_default(), contacts.remove(&c.key).unwrap_or_default());
        (c.key, Arc::new(Card { id: c.id, organisation: c.organisation, name: c.name, identifiers, contacts }))
    };
    Ok(keys.iter().filter_map(|k| people.remove(k)).map(card).collect())
}

/// Customers with whoever was merged into them.
pub(crate) fn with_members(aliases: &Aliases, keys: &[CustomerKey]) -> Vec<CustomerKey> {
    let mut all = keys.to_vec();
    all.extend(keys.iter().flat_map(|k| aliases.members(*k)));
    all
}

/// A customer's identifiers, those of whoever was merged into them too, strongest first and the customer's own before others of a kind.
pub(crate) fn identifiers(cards: &BTreeMap<CustomerKey, Arc<Card>>, aliases: &Aliases, key: CustomerKey) -> Vec<Identifier> {
    let group = with_members(aliases, &[key]);
    let mut all: Vec<(&CustomerKey, &Identifier)> = group.iter().filter_map(|k| Some((k, cards.get(k)?))).flat_map(|(k, c)| c.identifiers.iter().map(move |i| (k, i))).collect();
    all.sort_by_key(|(whose, i)| (i.kind, **whose != key, i.value.as_str()));
    all.into_iter().map(|(_, i)| i.clone()).collect()
}

/// A company's contacts, those of whoever was merged into it too, by name.
pub(crate) fn contacts(cards: &BTreeMap<CustomerKey, Arc<Card>>, aliases: &Aliases, key: CustomerKey) -> Vec<Contact> {
    let mut all: Vec<Contact> = with_members(aliases, &[key]).iter().filter_map(|k| cards.get(k)).flat_map(|c| c.contacts.iter().cloned()).collect();
    all.sort_by_cached_key(|c| (c.name.clone(), c.content()));
    all
}
