//! Who is who: identifiers to customer numbers, in memory by hash. Known ones are asked of the store a batch at a time;
//! whoever nobody knows becomes the next number. Merging two known customers is not done here: the stronger identifier
//! decides, and the other stays where it is. A phone or an address that several share melts nobody: whoever brings a number
//! of the business's own that is new is somebody new, if the one who has the phone already has another such number.

use super::{
    seen::Mixed,
    spool::Spool,
    wire::Put,
};
use domain::{
    CustomerKey,
    identity::{Identifier, IdentifierKind},
    merge::Aliases,
};
use std::{collections::HashMap, hash::BuildHasherDefault, io, path::Path, sync::Arc};
use store::customer::put_right::Removed;

/// 96 bits of the xxh3 of kind and value: two of ten million identifiers share them with a chance below 10⁻¹⁴.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print([u32; 3]);

/// A print is a hash already: 64 of its bits find its place.
impl std::hash::Hash for Print {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.0[0]) | u64::from(self.0[1]) << 32);
    }
}

impl Print {
    /// The print of an identifier. The kind goes in after the value is hashed: as a seed it would only shift the first
    /// bytes of a short text, and the member number 20111 would be the customer number 10112.
    pub fn of(id: &Identifier) -> Print {
        let kind = xxhash_rust::xxh3::xxh3_128(&[id.kind.code()]);
        let h = xxhash_rust::xxh3::xxh3_128(id.value.as_bytes()) ^ kind;
        Print([h as u32, (h >> 32) as u32, (h >> 64) as u32])
    }
}

/// The same number under the other of the two kinds of number a business gives its customers.
pub fn twin(id: &Identifier) -> Option<Identifier> {
    let kind = match id.kind {
        IdentifierKind::External => IdentifierKind::Member,
        IdentifierKind::Member => IdentifierKind::External,
        IdentifierKind::Phone | IdentifierKind::Email | IdentifierKind::Unionid => return None,
    };
    Some(Identifier { kind, value: id.value.clone() })
}

/// The bit of a number the business itself gave, which nobody else has; 0 for what people may share.
fn own_number(kind: IdentifierKind) -> u8 {
    match kind {
        IdentifierKind::External => 1,
        IdentifierKind::Member => 2,
        IdentifierKind::Unionid => 4,
        IdentifierKind::Phone | IdentifierKind::Email => 0,
    }
}

/// What resolving a record's identifiers gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// the customer
    pub key: CustomerKey,
    /// made just now
    pub created: bool,
    /// an identifier of the record was new for this customer
    pub learnt: bool,
    /// a weaker identifier belongs to somebody else
    pub conflict: bool,
    /// an identifier of the record was taken from this customer by hand, and stays away
    pub kept_off: bool,
}

/// Identifiers and the customers they mean.
#[derive(Debug)]
pub struct People {
    known: HashMap<Print, u32, BuildHasherDefault<Mixed>>,
    /// which own numbers the customers made here have, by number from `base`
    numbers: Vec<u8>,
    /// the same of customers of the store that were asked for
    stored: HashMap<u32, u8>,
    base: u32,
    next: u32,
    fresh: Spool,
    put: Put,
    aliases: Arc<Aliases>,
    /// from whom people took an identifier
    removed: HashMap<Print, Vec<u32>, BuildHasherDefault<Mixed>>,
    version: i64,
}

impl People {
    /// Numbers from `base` on are free. New identifiers are kept in `folder` once they are many.
    pub fn new(base: u32, folder: &Path) -> People {
        People { known: HashMap::default(), numbers: Vec::new(), stored: HashMap::new(), base, next: base, fresh: Spool::new(folder, 1, 32 << 20), put: Put::default(), aliases: Arc::default(), removed: HashMap::default(), version: 0 }
    }

    /// Customers of the store were merged: what they have is one person's, and a fact stays under whose identifier it names, so that a
    /// merge that is taken back gives it to them.
    pub fn merged(self, aliases: Arc<Aliases>) -> People {
        People { aliases, ..self }
    }

    /// What people took from a customer is not given to them again, and what was merged with them is not either.
    pub fn without(mut self, removed: &Removed) -> People {
        for (id, customer) in &removed.identifiers {
            self.removed.entry(Print::of(id)).or_default().push(customer.0);
        }
        People { version: removed.version, ..self }
    }

    /// How often identifiers had been put right by hand.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Did people take this identifier from this customer?
    fn keeps_off(&self, key: u32, print: Print) -> bool {
        let root = |key: u32| self.root(CustomerKey(key));
        self.removed.get(&print).is_some_and(|from| from.iter().any(|k| root(*k) == root(key)))
    }

    /// Who stands for a customer.
    pub fn root(&self, key: CustomerKey) -> CustomerKey {
        self.aliases.root(key)
    }

    /// First number given by this import.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// Customers made by this import.
    pub fn created(&self) -> u32 {
        self.next - self.base
    }

    /// Is this customer made by this import?
    pub fn is_new(&self, key: CustomerKey) -> bool {
        key.0 >= self.base
    }

    /// Has this identifier been asked for already?
    pub fn knows(&self, print: Print) -> bool {
        self.known.contains_key(&print)
    }

    /// The customer of a record with one known identifier: what almost every order has.
    pub fn known(&self, ids: &[Identifier]) -> Option<CustomerKey> {
        let [id] = ids else { return None };
        self.known.get(&Print::of(id)).map(|key| CustomerKey(*key))
    }

    /// An order that names its customer by "member number" may mean what the customer list calls "customer number", and the
    /// other way round: the identifier to go by instead, if only that one is known. Lists of customers themselves are
    /// taken at their word.
    pub fn twin(&self, ids: &[Identifier]) -> Option<Identifier> {
        let [id] = ids else { return None };
        let twin = twin(id)?;
        (!self.knows(Print::of(id)) && self.knows(Print::of(&twin))).then_some(twin)
    }

    /// The store knows this identifier.
    pub fn remember(&mut self, id: &Identifier, customer: CustomerKey) {
        self.known.entry(Print::of(id)).or_insert(customer.0);
    }

    /// A customer of the store that a record may mean by phone or address alone, although the record brings a number of the
    /// business's own that nobody has: which such numbers it has must be [`People::learn_numbers`] before it is resolved.
    pub fn doubtful(&self, ids: &[Identifier]) -> Option<CustomerKey> {
        let (key, _) = self.shared(ids)?;
        (key < self.base && !self.stored.contains_key(&key)).then_some(CustomerKey(key))
    }

    /// The kinds of identifiers a customer of the store has.
    pub fn learn_numbers(&mut self, customer: CustomerKey, kinds: impl Iterator<Item = IdentifierKind>) {
        self.stored.insert(customer.0, kinds.fold(0, |all, kind| all | own_number(kind)));
    }

    /// Whom a record means by phone or address alone, and the kinds of the own numbers it brings that nobody has.
    fn shared(&self, ids: &[Identifier]) -> Option<(u32, u8)> {
        if ids.len() < 2 {
            return None;
        }
        let find = |id: &Identifier| self.known.get(&Print::of(id)).copied();
        let (own, weak): (Vec<_>, Vec<_>) = ids.iter().partition(|id| own_number(id.kind) != 0);
        if own.is_empty() || own.iter().any(|id| find(id).is_some()) {
            return None;
        }
        let brings = own.iter().fold(0, |all, id| all | own_number(id.kind));
        Some((weak.iter().find_map(|id| find(id))?, brings))
    }

    fn numbers_of(&self, key: u32) -> u8 {
        match key.checked_sub(self.base) {
            Some(at) => self.numbers.get(at as usize).copied().unwrap_or(0),
            None => self.stored.get(&key).copied().unwrap_or(0),
        }
    }

    /// Finds or makes the customer of a record; `None` when it has no identifier, or when numbers have run out.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn resolve(&mut self, ids: &[Identifier]) -> io::Result<Option<Who>> {
        if ids.is_empty() {
            return Ok(None);
        }
        if let Some(key) = self.known(ids) {
            return Ok(Some(Who { key, created: false, learnt: false, conflict: false, kept_off: false }));
        }
        // a number of the business's own that people took from the one who has the phone is another's
        let taken = |key: u32| ids.iter().any(|id| own_number(id.kind) != 0 && self.keeps_off(key, Print::of(id)));
        let somebody_else = self.shared(ids).is_some_and(|(key, brings)| self.numbers_of(key) & brings != 0 || taken(key));
        let found = if somebody_else { None } else { ids.iter().find_map(|id| self.known.get(&Print::of(id)).copied()) };
        let created = found.is_none();
        let key = match found {
            Some(key) => key,
            None => {
                let key = self.next;
                self.next = key.checked_add(1).ok_or_else(|| io::Error::other("customer numbers have run out"))?;
                self.numbers.push(0);
                key
            }
        };
        let mut who = Who { key: CustomerKey(key), created, learnt: false, conflict: false, kept_off: false };
        for id in ids {
            match self.known.get(&Print::of(id)) {
                Some(other) if *other == key => {}
                Some(other) => who.conflict |= self.root(CustomerKey(*other)) != self.root(CustomerKey(key)),
                None if self.keeps_off(key, Print::of(id)) => who.kept_off = true,
                None => {
                    self.known.insert(Print::of(id), key);
                    self.put.start().u32(key).u8(id.kind.code()).text(&id.value);
                    self.fresh.push(0, &self.put.0)?;
                    who.learnt = !created;
                    let number = own_number(id.kind);
                    match key.checked_sub(self.base) {
                        Some(at) => self.numbers.iter_mut().skip(at as usize).take(1).for_each(|n| *n |= number),
                        None => {
                            self.stored.entry(key).and_modify(|n| *n |= number);
                        }
                    }
                }
            }
        }
        Ok(Some(who))
    }

    /// The new identifiers in the order they came: customer, then the identifier.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn reader(&mut self) -> io::Result<super::spool::Reader<'_>> {
        self.fresh.reader(0)
    }

    /// Forgets the map, keeping what is new: nothing is resolved any more.
    pub fn close(&mut self) {
        (self.known, self.stored, self.numbers) = (HashMap::default(), HashMap::new(), Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::{super::wire::Take, *};
    use domain::identity::IdentifierKind::{Email, External, Phone};

    fn id(kind: domain::identity::IdentifierKind, value: &str) -> Identifier {
        Identifier { kind, value: value.into() }
    }

    #[test]
    fn short_numbers_of_two_kinds_never_meet() {
        use domain::identity::IdentifierKind::Member;
        let numbers = || (10_000..30_000).map(|n: u32| n.to_string());
        let all: std::collections::HashSet<[u32; 3]> =
            [External, Member].into_iter().flat_map(|kind| numbers().map(move |n| Print::of(&id(kind, &n)).0)).collect();
        assert_eq!(all.len(), 40_000);
    }

    #[test]
    fn a_reference_by_member_number_finds_the_customer_number_unless_it_is_known_itself() {
        use domain::identity::IdentifierKind::Member;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut people = People::new(7, folder.path());
        people.remember(&id(External, "B1"), CustomerKey(2));
        assert_eq!(people.twin(&[id(Member, "B1")]), Some(id(External, "B1")));
        assert_eq!(people.twin(&[id(Member, "B2")]), None);
        assert_eq!(people.twin(&[id(Phone, "B1")]), None);
        people.remember(&id(Member, "B1"), CustomerKey(3));
        assert_eq!(people.twin(&[id(Member, "B1")]), None);
    }

    #[test]
    fn a_shared_phone_melts_nobody_who_has_a_number_of_their_own() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut people = People::new(2, folder.path());
        people.remember(&id(Phone, "86400"), CustomerKey(1));
        let who = |p: &mut People, ids: &[Identifier]| p.resolve(ids).expect("resolves").expect("has identifiers");
        assert_eq!(people.doubtful(&[id(External, "C9"), id(Phone, "86400")]), Some(CustomerKey(1)));
        people.learn_numbers(CustomerKey(1), [External].into_iter());
        let stored = who(&mut people, &[id(External, "C9"), id(Phone, "86400")]);
        assert_eq!((stored.key.0, stored.created, stored.conflict), (2, true, true));

        let first = who(&mut people, &[id(External, "C0"), id(Phone, "86138")]);
        let second = who(&mut people, &[id(External, "C1"), id(Phone, "86138")]);
        assert_eq!((first.key.0, second.key.0, second.created, second.conflict), (3, 4, true, true));
        // who has no number yet is the one with the phone, and learns it
        let walk_in = who(&mut people, &[id(Phone, "86139")]);
        let known_now = who(&mut people, &[id(External, "C2"), id(Phone, "86139")]);
        assert_eq!((known_now.key, known_now.created, known_now.learnt), (walk_in.key, false, true));
        // a card is another kind of number: the same customer gets it
        let card = who(&mut people, &[id(IdentifierKind::Member, "M1"), id(Phone, "86138")]);
        assert_eq!((card.key.0, card.created), (3, false));
    }

    #[test]
    fn what_people_took_from_somebody_no_file_gives_them_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let removed = [(id(Phone, "86138"), CustomerKey(1)), (id(External, "C9"), CustomerKey(1))];
        let mut people = People::new(2, folder.path()).without(&Removed { version: 3, identifiers: removed.into() });
        people.remember(&id(External, "C1"), CustomerKey(1));
        people.remember(&id(Email, "a@example.com"), CustomerKey(1));
        let who = |p: &mut People, ids: &[Identifier]| p.resolve(ids).expect("resolves").expect("has identifiers");
        let again = who(&mut people, &[id(External, "C1"), id(Phone, "86138")]);
        assert_eq!((again.key.0, again.learnt, again.kept_off, again.conflict), (1, false, true, false));
        // whoever is known by it alone is somebody else, and so is whoever has the number that was not theirs
        assert_eq!(who(&mut people, &[id(Phone, "86138")]).key.0, 2);
        assert_eq!(who(&mut people, &[id(External, "C9"), id(Email, "a@example.com")]).key.0, 3);
        let now = who(&mut people, &[id(External, "C1"), id(Phone, "86138")]);
        assert_eq!((now.key.0, now.conflict, now.kept_off, people.version()), (1, true, false, 3));
    }

    #[test]
    fn the_strongest_known_identifier_decides_and_new_ones_are_learnt() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut people = People::new(7, folder.path());
        people.remember(&id(External, "A"), CustomerKey(2));
        people.remember(&id(Phone, "86138"), CustomerKey(3));
        let who = |p: &mut People, ids: &[Identifier]| p.resolve(ids).expect("resolves").expect("has identifiers");

        let first = who(&mut people, &[id(External, "A"), id(Email, "a@example.com")]);
        assert_eq!((first.key.0, first.created, first.learnt, first.conflict), (2, false, true, false));
        let by_mail = who(&mut people, &[id(Email, "a@example.com")]);
        assert_eq!(by_mail.key.0, 2);
        let both = who(&mut people, &[id(External, "A"), id(Phone, "86138")]);
        assert_eq!((both.key.0, both.conflict), (2, true));
        let new = who(&mut people, &[id(External, "B")]);
        assert_eq!((new.key.0, new.created), (7, true));
        assert_eq!((who(&mut people, &[id(External, "B")]).key.0, people.created()), (7, 1));
        let phone_is_not_mail = who(&mut people, &[id(Email, "86138")]);
        assert!(phone_is_not_mail.created);
        let (mut fresh, mut record) = (Vec::new(), Vec::new());
        let mut reader = people.reader().expect("reads back");
        while reader.next(&mut record).expect("reads back") {
            let mut take = Take(&record);
            fresh.push((take.u32().expect("a number"), take.identifier().expect("an identifier").value));
        }
        assert_eq!(fresh, [(2, "a@example.com".into()), (7, "B".into()), (8, "86138".into())]);
    }
}
