//! Carrying an erasure out, in steps that may each be done again: the lake's files are written anew, then one transaction takes the person
//! out of the tables and the catalog, then what is left on the disk is removed. A process that dies leaves the steps before the
//! transaction without effect and those after it to be done again.

use super::{Receipt, Work, files, group, job, known::{self, Hasher}, scrub::Scrub};
use crate::{Error, Result, app::App, audit, inbox, ingest::refresh, work::{contacts, hand}};
use domain::{
    CustomerKey,
    audit::{Action, Actor},
    table::{DataFile, Table},
};
use lake::Erased;
use serde_json::json;
use std::{collections::{BTreeMap, BTreeSet}, sync::Arc};
use store::{
    Tx,
    catalog::Replaced,
    erasure::{Erasure, State, people, texts},
};

/// Places where the process may die, in the order an erasure passes them.
pub const FAILPOINTS: &[&str] = &["erase-begun", "erase-written", "erase-catalog", "erase-people", "erase-committed", "erase-files-removed", "erase-scoured"];

/// Times it is tried when the lake moves meanwhile.
const TRIES: usize = 20;
/// The attribute that says how many contacts an organisation has.

/// Carries an erasure out, or what is left of it. Doing it twice is harmless.
///
/// # Errors
/// `erasure.not_found`, `erasure.import_busy`; when the store, the lake or the disk refuses. It is tried again then.
pub async fn carry_out(app: &Arc<App>, id: &str) -> Result<()> {
    store::failpoint("erase-begun");
    let mut e = super::find(app, id).await?;
    if e.state == State::Asked {
        // what waits about them comes into the lake first, so that it goes with the rest
        inbox::carry(app, None).await?;
        let mut receipt = Receipt { again: !Work::read(&e)?.hashes.is_empty(), ..Receipt::default() };
        files::clear(app, receipt.again, &mut receipt.files).await?;
        take_out(app, &mut e, receipt).await?;
    }
    if e.state == State::Erased {
        clear(app, &mut e).await?;
    }
    Ok(())
}

/// Erasures that a process which died left, and people whom an older copy of the database brought back: both are carried out by jobs.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn recover(app: &Arc<App>) -> Result<u64> {
    again(app).await?;
    let open = store::erasure::open(&app.store, &app.settings().id).await?;
    for e in &open {
        store::job::enqueue(&app.store, &job(app, &e.id, &Actor::program("server")), app.clock.now()).await?;
    }
    if !open.is_empty() {
        app.jobs.pulse();
    }
    Ok(open.len() as u64)
}

/// Writes down anew the erasures that the list beside the database knows and the database does not.
async fn again(app: &Arc<App>) -> Result<()> {
    let missing = known::missing(app).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let all: BTreeSet<String> = missing.values().flat_map(|m| &m.hashes).cloned().collect();
    let found = known::whose(app, &all).await?;
    let workspace = app.settings().id.clone();
    for (id, known::Missing { hashes, lifted }) in missing {
        let mut customers: BTreeSet<CustomerKey> = BTreeSet::new();
        for key in found.iter().filter(|(_, h)| hashes.contains(h)).map(|(key, _)| *key) {
            let root = store::customer::by_key(&app.store, key).await?.and_then(|c| c.root).unwrap_or(key);
            customers.extend(group(app, root).await?);
        }
        tracing::info!(erasure = %id, customers = customers.len(), "an older database was put back; who was erased since is erased again");
        let work = Work { customers: customers.iter().map(|k| k.0).collect(), hashes, files: Vec::new() };
        let server = Actor::program("server");
        let mut e = Erasure::asked(id.clone(), String::new(), work.text()?, "—".to_owned(), &server, app.clock.now());
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        store::erasure::create(&mut tx, &workspace, &mut e).await?;
        if lifted {
            store::erasure::lifted(&mut tx, &workspace, &id, &server.id, app.clock.now()).await?;
        }
        let note = audit::of(app, &server, Action::ErasureAsked, id.as_str()).detail(json!({ "erasure": id, "again": true }));
        audit::append(app, &mut tx, &note).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whom it is about: as they stand now.
async fn whom(app: &App, e: &Erasure) -> Result<BTreeSet<CustomerKey>> {
    let work = Work::read(e)?;
    if e.customer.is_empty() {
        return Ok(work.customers.into_iter().map(CustomerKey).collect());
    }
    match store::customer::standing(&app.store, &e.customer).await? {
        Some(root) => group(app, root.key).await,
        None => Ok(BTreeSet::new()),
    }
}

/// The lake as it is, and what it holds of some customers.
struct Held {
    base: i64,
    live: Vec<DataFile>,
    rows: BTreeMap<Table, u64>,
}

async fn held(app: &App, keys: &BTreeSet<CustomerKey>) -> Result<Held> {
    let snapshot = store::catalog::snapshot(&app.store, None).await?;
    let (root, keys, files) = (app.lake.clone(), keys.clone(), snapshot.files.clone());
    let rows = tokio::task::spawn_blocking(move || lake::held(&root, &files, &keys)).await??;
    Ok(Held { base: snapshot.id, live: snapshot.files, rows })
}

impl Held {
    fn receipt(&self, receipt: &mut Receipt) {
        for (table, rows) in self.rows.iter().filter(|(_, rows)| **rows > 0) {
            let counts = match table {
                Table::Orders | Table::Lines | Table::Refunds => &mut receipt.kept,
                _ => &mut receipt.removed,
            };
            counts.insert(table.name().to_owned(), *rows);
        }
    }

    /// Do amounts stay, for which the numbers are needed?
    fn stays(&self) -> bool {
        [Table::Orders, Table::Lines, Table::Refunds].iter().any(|t| self.rows.get(t).is_some_and(|rows| *rows > 0))
    }
}

/// What erasing somebody would do, found out by doing it and taking it back.
pub(super) async fn trial(app: &Arc<App>, keys: &BTreeSet<CustomerKey>) -> Result<Receipt> {
    let held = held(app, keys).await?;
    let mut receipt = Receipt::default();
    held.receipt(&mut receipt);
    let mut tx = app.store.begin().await?;
    let person = people::of(&mut tx, &keys.iter().copied().collect::<Vec<_>>()).await?;
    let elsewhere = people::elsewhere(&mut tx, &person, keys).await?;
    receipt.remove("contacts_elsewhere", elsewhere.len() as u64);
    from_tables(app, &mut tx, keys, &person, held.stays(), &mut receipt).await?;
    tx.rollback().await?;
    Ok(receipt)
}

/// Takes a person out of tables and texts.
async fn from_tables(app: &App, tx: &mut Tx, keys: &BTreeSet<CustomerKey>, person: &people::Person, stays: bool, receipt: &mut Receipt) -> Result<()> {
    let keys: Vec<CustomerKey> = keys.iter().copied().collect();
    let ids: Vec<String> = if stays { keys.iter().map(|_| app.new_id("cus")).collect() } else { Vec::new() };
    for (place, rows) in people::take(tx, &keys, &ids, app.clock.now()).await? {
        receipt.remove(&place, rows);
    }
    // they are gone: whoever still has one of their names is somebody else
    let mut own = BTreeSet::new();
    for name in &person.names {
        if people::namesakes(&mut *tx, name).await? == 0 {
            own.insert(name.clone());
        }
    }
    let scrub = Scrub::of(person, |name| own.contains(name));
    receipt.remove("rows_set_aside", texts::blank_rows(tx, &|t| scrub.is_in(t)).await?);
    receipt.remove("kept_answers", texts::drop_answers(tx, &|t| scrub.repeats(t)).await?);
    receipt.remove("samples", texts::drop_samples(tx).await?);
    let mut mentions = 0;
    for place in texts::PLACES {
        mentions += texts::rewrite(tx, place, &|text, reader| scrub.out_of(text, reader)).await?;
    }
    receipt.remove("texts", mentions);
    Ok(())
}

/// Files of the lake that nothing names yet; they go if nothing will.
struct Fresh<'a>(&'a App, Vec<DataFile>);

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        hand::discard(self.0, &self.1);
    }
}

/// Writes the lake's files anew and takes the person out of everything, in one transaction.
async fn take_out(app: &Arc<App>, e: &mut Erasure, receipt: Receipt) -> Result<()> {
    let actor = Actor { id: e.author.clone(), name: e.author_name.clone().unwrap_or_default(), token: None };
    let mark: String = e.id.chars().rev().take(8).collect();
    for _ in 0..TRIES {
        let keys = whom(app, e).await?;
        let held = held(app, &keys).await?;
        let all = store::erasure::files::all(&app.store).await?;
        let (root, whose, stem) = (app.lake.clone(), keys.clone(), mark.clone());
        let erased: Vec<Erased> = tokio::task::spawn_blocking(move || lake::erase(&root, &all, &whose, &stem)).await??;
        let mut fresh = Fresh(app, erased.iter().filter_map(|f| f.new.clone()).collect());
        let mut reading = app.store.begin().await?;
        let list: Vec<CustomerKey> = keys.iter().copied().collect();
        let person = people::of(&mut reading, &list).await?;
        let elsewhere = people::elsewhere(&mut reading, &person, &keys).await?;
        reading.rollback().await?;
        let counted = fewer_contacts(app, &e.id, &elsewhere).await?;
        fresh.1.extend(counted.iter().cloned());
        store::failpoint("erase-written");
        let replaced: Vec<Replaced> = erased.iter().map(|f| Replaced { old: f.old.clone(), new: f.new.clone() }).collect();
        let mut tx = match store::erasure::files::replace(&app.store, app.clock.now(), held.base, &held.live, &replaced, &counted, &actor.name).await {
            Err(store::Error::Conflict(why)) => {
                tracing::info!(erasure = %e.id, %why, "written again");
                continue;
            }
            begun => begun?,
        };
        store::failpoint("erase-catalog");
        store::audit::turn(&mut tx).await?;
        let mut receipt = receipt.clone();
        held.receipt(&mut receipt);
        receipt.remove("words", erased.iter().map(|f| f.blanked).sum());
        receipt.files.insert("lake_files".to_owned(), erased.len() as u64);
        // what they are known by as the transaction sees it: somebody may have written something just before
        let person = people::of(&mut tx, &list).await?;
        let now_elsewhere = people::elsewhere(&mut tx, &person, &keys).await?;
        if now_elsewhere != elsewhere {
            tx.rollback().await?;
            continue;
        }
        receipt.remove("contacts_elsewhere", people::take_elsewhere(&mut tx, &elsewhere).await?);
        let hasher = Hasher::made(app)?;
        let mut hashes: BTreeSet<String> = Work::read(e)?.hashes.into_iter().collect();
        hashes.extend(person.identifiers.iter().map(|id| hasher.hash(id)));
        let hashes: Vec<String> = hashes.into_iter().collect();
        from_tables(app, &mut tx, &keys, &person, held.stays(), &mut receipt).await?;
        store::failpoint("erase-people");
        let work = Work { files: erased.iter().map(|f| (f.old.table, f.old.path.clone())).collect(), ..Work::default() };
        let now = app.clock.now();
        let after = Erasure {
            work: work.text()?,
            receipt: serde_json::to_value(&receipt).map_err(|e| Error::Internal(e.to_string()))?,
            state: State::Erased,
            erased_at: Some(now),
            ..e.clone()
        };
        if !store::erasure::erased(&mut tx, &app.settings().id, &after, &hashes, now).await? {
            // somebody else did at the same moment
            tx.rollback().await?;
            *e = super::find(app, &e.id).await?;
            return Ok(());
        }
        let rows: u64 = receipt.removed.values().sum();
        let subject = if e.customer.is_empty() { e.id.as_str() } else { e.customer.as_str() };
        let note = audit::of(app, &actor, Action::CustomerErased, subject).detail(json!({ "erasure": e.id, "removed": rows, "kept": receipt.kept }));
        audit::append(app, &mut tx, &note).await?;
        store::job::enqueue(&mut tx, &refresh(app, &e.id, &actor), now).await?;
        tx.commit().await?;
        store::failpoint("erase-committed");
        fresh.1.clear();
        *e = after;
        return Ok(());
    }
    Err(Error::Store(store::Error::Busy))
}

/// Tells the lake how many contacts are left of organisations that lose some, in files that nothing names yet.
async fn fewer_contacts(app: &App, stem: &str, elsewhere: &[people::Elsewhere]) -> Result<Vec<DataFile>> {
    let mut files = Vec::new();
    let mut by_root: BTreeMap<CustomerKey, i64> = BTreeMap::new();
    for c in elsewhere {
        *by_root.entry(c.root).or_default() += 1;
    }
    for (root, fewer) in by_root {
        let (lake, day) = hand::now(app).await?;
        files.extend(hand::write(app, stem, contacts::count(app, lake, day, root, -fewer).await?, app.clock.now()).await?);
    }
    Ok(files)
}

/// Removes what is left of them on the disk and in memory.
async fn clear(app: &Arc<App>, e: &mut Erasure) -> Result<()> {
    let mut receipt: Receipt = serde_json::from_value(e.receipt.clone()).unwrap_or_default();
    let hashes = store::erasure::hashes_of(&app.store, &e.id).await?;
    known::keep(app, &e.id, &hashes)?;
    // what came in while they went
    inbox::carry(app, None).await?;
    files::clear(app, receipt.again, &mut receipt.files).await?;
    app.finder.refresh(&app.store).await?;
    app.runs.forget_all();
    app.runs.warm(app).await?;
    receipt.computed_at = Some(app.clock.now().rfc3339());
    for (table, path) in Work::read(e)?.files {
        match std::fs::remove_file(lake::folder(&app.lake, table).join(&path)) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(why.into()),
            _ => {}
        }
    }
    store::failpoint("erase-files-removed");
    receipt.scoured = app.store.scour().await?;
    if !receipt.scoured && app.store.engine() == "sqlite" {
        // somebody reads for long: the log is emptied later
        return Err(Error::Store(store::Error::Busy));
    }
    store::failpoint("erase-scoured");
    let now = app.clock.now();
    let after = Erasure {
        work: String::new(),
        receipt: serde_json::to_value(&receipt).map_err(|e| Error::Internal(e.to_string()))?,
        state: State::Done,
        finished_at: Some(now),
        ..e.clone()
    };
    let mut tx = app.store.begin().await?;
    store::erasure::done(&mut tx, &app.settings().id, &after, now).await?;
    tx.commit().await?;
    *e = after;
    Ok(())
}
