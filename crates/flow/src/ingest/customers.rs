//! What files say about customers themselves: names, attributes, contacts. Said in any order and by several files, settled
//! at the end, one partition of customers at a time, against what the store and the lake know.

use super::{
    bits::Bits,
    fact::Stamp,
    people::People,
    rows::Content,
    spool::{PARTITIONS, Spool},
    wire::{Put, Take, Wire},
};
use crate::Result;
use domain::{
    CustomerKey, Day, Value,
    clock::Instant,
    record::{ContactRecord, CustomerRecord},
};
use lake::{AttributeRow, Lake, Writer};
use sources::{Collision, Mapping, Target};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
    path::Path,
};
use store::{contact::Contact, customer::CustomerChange};

/// An attribute nobody dated, learnt for the first time, holds from here on: we know of nothing else before it.
pub const ALWAYS: Day = Day(-25_567); // 1900-01-01

/// What wins, column by column, in one file.
#[derive(Debug, Default)]
pub struct Rules {
    name: Collision,
    attributes: HashMap<String, Collision>,
}

impl Rules {
    /// The rules of a mapping. Where several columns give one thing (family and given name), the most careful rule counts.
    pub fn of(mapping: &Mapping) -> Rules {
        let mut rules = Rules::default();
        for c in &mapping.columns {
            let rule = match &c.target {
                Target::Attribute(key) => rules.attributes.entry(key.clone()).or_default(),
                Target::Custom(slug) => rules.attributes.entry(format!("custom.{slug}")).or_default(),
                Target::CustomerName | Target::CustomerCompany | Target::CustomerFamilyName | Target::CustomerGivenName => &mut rules.name,
                _ => continue,
            };
            *rule = c.collision.max(*rule);
        }
        rules
    }

    fn attribute(&self, key: &str) -> Collision {
        self.attributes.get(key).copied().unwrap_or_default()
    }
}

/// May a value replace what is known?
fn wins(rule: Collision, known: bool, new_customer: bool) -> bool {
    match rule {
        Collision::Overwrite => true,
        Collision::IfBlank => !known,
        Collision::Never => !known && new_customer,
    }
}

/// A customer made by this import.
#[derive(Debug, Default, Clone)]
pub struct Fresh {
    /// organisation instead of person
    pub organisation: bool,
    /// display name
    pub name: Option<Box<str>>,
}

/// What settling gave.
#[derive(Debug, Default)]
pub struct Settled {
    /// customers made by this import, in the order of their numbers
    pub fresh: Vec<Fresh>,
    /// known customers whose name or kind changes
    pub changes: Vec<CustomerChange>,
    /// known customers with something new
    pub updated: u64,
    /// known customers with nothing new
    pub unchanged: u64,
    /// contacts nobody knew
    pub contacts: Vec<Contact>,
    /// contacts said again
    pub known_contacts: u64,
    /// rows that say again what an earlier import said of a customer, by that import's number
    pub resting: BTreeMap<i64, Bits>,
}

/// What files said about customers so far.
#[derive(Debug)]
pub struct Roster {
    said: Spool,
    known: Spool,
    put: Put,
    touched: Bits,
    attributes: bool,
    learnt: HashSet<u32>,
}

const CUSTOMER: u8 = 0;
const CONTACT: u8 = 1;

impl Roster {
    /// Temporary files go to `folder`.
    pub fn new(folder: &Path) -> Roster {
        Roster {
            said: Spool::new(folder, PARTITIONS, 48 << 20),
            known: Spool::new(folder, PARTITIONS, 24 << 20),
            put: Put::default(),
            touched: Bits::default(),
            attributes: false,
            learnt: HashSet::new(),
        }
    }

    /// A known customer got a new identifier.
    pub fn learnt(&mut self, key: CustomerKey) {
        self.learnt.insert(key.0);
    }

    /// A row of a file said this about a customer: who stands for them, and whose identifier it named.
    pub fn customer(&mut self, (key, named): (CustomerKey, CustomerKey), row: u64, file: u32, c: &CustomerRecord) -> Result<()> {
        self.attributes |= !c.attributes.is_empty();
        self.touched.set(u64::from(key.0));
        self.put.start().u8(CUSTOMER).u32(key.0).u32(named.0).u64(row).u32(file).flag(c.organisation);
        c.name.put(&mut self.put);
        c.attributes.put(&mut self.put);
        Ok(self.said.push(part(key), &self.put.0)?)
    }

    /// A row of a file named a contact of an organisation.
    pub fn contact(&mut self, (key, named): (CustomerKey, CustomerKey), row: u64, file: u32, c: &ContactRecord) -> Result<()> {
        // their number becomes an attribute
        self.attributes = true;
        self.touched.set(u64::from(key.0));
        self.put.start().u8(CONTACT).u32(key.0).u32(named.0).u64(row).u32(file);
        let bare = ContactRecord { organisation: Vec::new(), ..c.clone() };
        bare.put(&mut self.put);
        Ok(self.said.push(part(key), &self.put.0)?)
    }

    /// Spools what the lake knows of the touched customers' attributes.
    fn recall(&mut self, lake: &Lake, people: &People) -> Result<()> {
        if !self.attributes || people.base() == 0 {
            return Ok(());
        }
        let (touched, known, put) = (&self.touched, &mut self.known, &mut self.put);
        let mut refused = Ok(());
        lake.each_attribute(|customer, at, key, value, batch| {
            if touched.has(u64::from(customer.0)) {
                put.start().u32(customer.0).i64(at.0).text(key).value(&value).i64(batch);
                if let Err(e) = known.push(part(customer), &put.0) {
                    refused = Err(e);
                }
            }
        })?;
        Ok(refused?)
    }

    /// Settles everything: writes attribute rows, marks rows that brought something new.
    pub fn settle(
        mut self,
        lake: &Lake,
        store: &store::Store,
        people: &People,
        rules: &[Rules],
        accepted: &mut Bits,
        attributes: &mut Writer<AttributeRow<'static>>,
        stamp: &Stamp,
        today: Day,
    ) -> Result<Settled> {
        self.recall(lake, people)?;
        let mut out = Settled { fresh: vec![Fresh::default(); people.created() as usize], ..Settled::default() };
        for part in 0..PARTITIONS {
            let mut table = Partition { people, rules, stamp, today, keys: HashMap::new(), names: Vec::new(), state: HashMap::new(), dirty: BTreeMap::new(), changed: HashSet::new() };
            table.recall(&mut self.known, part)?;
            let known = table.known_customers(store, &mut self.said, part)?;
            table.apply(&mut self.said, part, known, accepted, &mut out, &mut self.learnt)?;
            table.write(attributes)?;
        }
        out.updated += self.learnt.len() as u64;
        Ok(out)
    }
}

fn part(key: CustomerKey) -> usize {
    key.0 as usize % PARTITIONS
}

/// Name and kind of a customer as they stand.
#[derive(Debug, Clone, Default)]
struct Named {
    organisation: bool,
    name: Option<String>,
    changed: bool,
}

/// A customer's attribute as it stands.
struct Held {
    value: Value,
    learnt: Instant,
    /// the lake knows a value of it
    before: bool,
    /// the import that said it; 0 = this one
    batch: i64,
    /// whose identifier the row named that said it
    whose: u32,
}

/// One partition while it is settled.
struct Partition<'a> {
    people: &'a People,
    rules: &'a [Rules],
    stamp: &'a Stamp,
    today: Day,
    keys: HashMap<String, u16>,
    names: Vec<String>,
    state: HashMap<(u32, u16), Held>,
    dirty: BTreeMap<(u32, u16), ()>,
    changed: HashSet<u32>,
}

/// Content of a contact that tells it from others.
type ContactContent = (u32, Option<String>, Option<String>, Option<String>, Option<String>);

/// Customers and contacts of a partition that the store knows.
#[derive(Default)]
struct Known {
    customers: HashMap<u32, Named>,
    contacts: HashSet<ContactContent>,
}

impl Partition<'_> {
    fn key(&mut self, name: &str) -> Result<u16> {
        if let Some(key) = self.keys.get(name) {
            return Ok(*key);
        }
        let key = u16::try_from(self.names.len()).map_err(|_| io::Error::other("more than 65,536 attributes"))?;
        self.keys.insert(name.to_owned(), key);
        self.names.push(name.to_owned());
        Ok(key)
    }

    fn recall(&mut self, known: &mut Spool, part: usize) -> Result<()> {
        known.read(part, |record| -> Result<()> {
            let mut take = Take(record);
            let (customer, learnt) = (take.u32()?, take.instant()?);
            let key = self.key(take.text()?)?;
            let (value, batch) = (take.value()?, take.i64()?);
            let held = self.state.get(&(customer, key));
            if held.is_none_or(|h| h.learnt <= learnt) {
                self.state.insert((customer, key), Held { value, learnt, before: true, batch, whose: customer });
            }
            Ok(())
        })
    }

    /// Asks the store for the partition's known customers, and for contacts where contacts are said.
    fn known_customers(&self, store: &store::Store, said: &mut Spool, part: usize) -> Result<Known> {
        let (mut keys, mut organisations) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        said.read(part, |record| -> Result<()> {
            let mut take = Take(record);
            let (kind, key) = (take.u8()?, CustomerKey(take.u32()?));
            if !self.people.is_new(key) && seen.insert((kind, key.0)) {
                match kind {
                    CUSTOMER => keys.push(key),
                    _ => organisations.push(key),
                }
            }
            Ok(())
        })?;
        keys.extend(organisations.iter().copied().filter(|k| !seen.contains(&(CUSTOMER, k.0))));
        let mut known = Known::default();
        if keys.is_empty() {
            return Ok(known);
        }
        let handle = tokio::runtime::Handle::current();
        for (key, c) in handle.block_on(store::customer::by_keys(store, &keys))? {
            known.customers.insert(key.0, Named { organisation: c.organisation, name: c.name, changed: false });
        }
        for key in organisations {
            for c in handle.block_on(store::contact::of(store, key))? {
                known.contacts.insert((key.0, c.name, c.role, c.phone, c.email));
            }
        }
        Ok(known)
    }

    fn apply(
        &mut self,
        said: &mut Spool,
        part: usize,
        mut known: Known,
        accepted: &mut Bits,
        out: &mut Settled,
        learnt: &mut HashSet<u32>,
    ) -> Result<()> {
        let (mut old, mut met) = (HashSet::<u32>::new(), BTreeMap::<u32, (u32, i64)>::new());
        said.read(part, |record| -> Result<()> {
            let mut take = Take(record);
            let (kind, key, whose) = (take.u8()?, take.u32()?, take.u32()?);
            let (row, file) = (take.u64()?, take.u32()?);
            let is_new = self.people.is_new(CustomerKey(key));
            if !is_new {
                old.insert(key);
            }
            let named = known.customers.entry(key).or_default();
            let changed = if kind == CUSTOMER {
                self.customer(&mut take, (key, whose, row, file), is_new, named, &mut out.resting)?
            } else {
                let c = ContactRecord::take(&mut take)?;
                met.insert(key, (whose, 0));
                let promoted = !std::mem::replace(&mut named.organisation, true);
                named.changed |= promoted;
                let content = (key, c.name.clone(), c.role.clone(), c.phone.clone(), c.email.clone());
                let new = known.contacts.insert(content);
                if new {
                    out.contacts.push(Contact { customer: CustomerKey(whose), name: c.name, role: c.role, phone: c.phone, email: c.email });
                } else {
                    out.known_contacts += 1;
                }
                promoted || new
            };
            if changed {
                accepted.set(row);
                self.changed.insert(key);
            }
            Ok(())
        })?;
        // any order: counted in a sorted map
        for (key, ..) in &known.contacts {
            met.entry(*key).and_modify(|(_, n)| *n += 1);
        }
        for (key, (whose, contacts)) in met {
            let at = (key, self.key("contacts")?);
            let (held, value) = (self.state.get(&at), Value::Int(contacts));
            if held.is_none_or(|h| h.value != value) {
                let before = held.is_some_and(|h| h.before);
                self.state.insert(at, Held { value, learnt: self.stamp.now, before, batch: 0, whose });
                self.dirty.insert(at, ());
            }
        }
        let first = out.changes.len();
        // any order: the changes are sorted below
        for (key, named) in known.customers {
            let name = named.name;
            match key.checked_sub(self.people.base()) {
                Some(at) => {
                    if let Some(slot) = out.fresh.get_mut(at as usize) {
                        *slot = Fresh { organisation: named.organisation, name: name.map(String::into_boxed_str) };
                    }
                }
                None if named.changed => {
                    out.changes.push(CustomerChange { key: CustomerKey(key), organisation: named.organisation, name });
                }
                None => {}
            }
        }
        if let Some(changes) = out.changes.get_mut(first..) {
            changes.sort_unstable_by_key(|c| c.key);
        }
        // any order: only counted
        for key in old {
            let new = learnt.remove(&key) || self.changed.contains(&key);
            *(if new { &mut out.updated } else { &mut out.unchanged }) += 1;
        }
        Ok(())
    }

    fn customer(
        &mut self,
        take: &mut Take<'_>,
        (key, whose, row, file): (u32, u32, u64, u32),
        is_new: bool,
        named: &mut Named,
        resting: &mut BTreeMap<i64, Bits>,
    ) -> Result<bool> {
        let rules = self.rules;
        let Some(rules) = rules.get(file as usize) else { return Ok(false) };
        let mut changed = false;
        if take.flag()? && !named.organisation {
            (named.organisation, named.changed, changed) = (true, true, true);
        }
        if let Some(name) = <Option<String> as Wire>::take(take)? {
            if named.name.as_ref() != Some(&name) && wins(rules.name, named.name.is_some(), is_new) {
                (named.name, named.changed, changed) = (Some(name), true, true);
            }
        }
        for (name, value) in Vec::<(String, Value)>::take(take)? {
            let at = (key, self.key(&name)?);
            let held = self.state.get(&at);
            let known = held.is_some_and(|h| !h.value.is_null());
            let same = held.map_or(value.is_null(), |h| h.value == value);
            if let Some(held) = held.filter(|h| same && h.batch != 0) {
                resting.entry(held.batch).or_default().set(row);
            }
            if same || !wins(rules.attribute(&name), known, is_new) {
                continue;
            }
            let before = held.is_some_and(|h| h.before);
            self.state.insert(at, Held { value, learnt: self.stamp.now, before, batch: 0, whose });
            self.dirty.insert(at, ());
            changed = true;
        }
        Ok(changed)
    }

    /// Writes what changed: a first value holds from the beginning, a later one from today.
    fn write(&self, writer: &mut Writer<AttributeRow<'static>>) -> Result<()> {
        let mut content = Content::default();
        for at in self.dirty.keys() {
            let (Some(held), Some(key)) = (self.state.get(at), self.names.get(at.1 as usize)) else { continue };
            let (day, recorded_at) = match held.before {
                true => (self.today, self.stamp.now),
                false => (ALWAYS, self.stamp.recorded(Instant(i64::from(ALWAYS.0) * 86_400_000_000))),
            };
            let customer = CustomerKey(held.whose);
            let row_key = content.attribute(customer, day, key, &held.value);
            writer.add(&AttributeRow { customer, row_key, day, recorded_at, key, value: &held.value, batch: self.stamp.batch })?;
        }
        Ok(())
    }
}
