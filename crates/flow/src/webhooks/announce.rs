//! Notices what changed. Whenever the current state of the world is another than the one told last (facts, definitions or the day
//! changed), its members of every watched segment and class are compared with those told last, and the difference is written down
//! as messages, with the new membership, in one transaction. So a change is told once, whatever dies in between, and of several
//! servers one tells it. What nobody watches costs nothing.

use super::event::{EventType, Events, Subject};
use crate::{
    Error, Result,
    analysis::{Picture, moment::Asked},
    app::App,
    jobs::{Beat, Kind},
};
use domain::{CustomerKey, Label, audit::Actor};
use lake::Bits;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use store::{
    announced::{self, Announced, Sets},
    delivery::{self, Message, Post},
    job::NewJob,
    mark::Set,
    webhook::{self, State, Webhook},
};

/// Customers in one message at most.
pub const MOST: usize = 500;
/// How long is waited between two looks for a run that is on its way.
const AGAIN: Duration = Duration::from_millis(300);

/// What was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// messages, before they go to several endpoints
    pub messages: u64,
    /// customers they name
    pub customers: u64,
}

/// What decides who is in what: facts, customers, definitions, day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct World {
    snapshot: i64,
    customers: u32,
    revision: i64,
    as_of: String,
}

impl World {
    fn of(picture: &Picture) -> World {
        World { snapshot: picture.lake.snapshot().id, customers: picture.run.customers(), revision: picture.definitions.revision(), as_of: picture.as_of.to_string() }
    }

    fn text(&self) -> String {
        format!("{}.{}.{}.{}", self.snapshot, self.customers, self.revision, self.as_of)
    }

    /// A short name of the state, the same wherever it is computed.
    fn run(&self) -> String {
        format!("run_{:016x}", domain::id::key64(&self.text()))
    }

    /// What is different from the state told before.
    fn because(&self, before: &str) -> Vec<&'static str> {
        let old: Vec<&str> = before.splitn(4, '.').collect();
        let differs = |i: usize, now: &str| old.get(i).is_some_and(|o| *o != now);
        let mut why = Vec::new();
        if differs(0, &self.snapshot.to_string()) || differs(1, &self.customers.to_string()) {
            why.push("facts");
        }
        if differs(2, &self.revision.to_string()) {
            why.push("definitions");
        }
        if differs(3, &self.as_of) {
            why.push("day");
        }
        why
    }
}

/// The state as it is now, without computing it.
async fn world(app: &App) -> Result<World> {
    let lake = app.runs.lake(app).await?;
    let as_of = lake.last_day(app.today())?.unwrap_or_else(|| app.today());
    let customers = store::customer::counter(&app.store).await?;
    let revision = store::definition::revision(&app.store).await?;
    Ok(World { snapshot: lake.snapshot().id, customers, revision, as_of: as_of.to_string() })
}

/// Enqueues the job if there may be news and somebody wants to hear them.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn due(app: &App) -> Result<()> {
    let workspace = app.settings().id.clone();
    if workspace.is_empty() {
        return Ok(());
    }
    let last = announced::last(&app.store, &workspace).await?;
    let endpoints = listening(app, &workspace).await?;
    if endpoints.is_empty() {
        if !last.watched.is_empty() {
            announced::unwatch(&app.store, &workspace).await?;
        }
        return Ok(());
    }
    let world = world(app).await?;
    let same = world.text() == last.world && subjects(app, &endpoints).await? == texts_of(&last);
    if same {
        return Ok(());
    }
    let now = app.clock.now();
    let mut job = NewJob::new(app.new_id("job"), Kind::Announce.key(), json!({}), now).by(&workspace, &Actor::program("server"));
    job.unique_key = Some(Kind::Announce.key().to_owned());
    job.priority = Kind::Announce.priority();
    job.max_attempts = Kind::Announce.attempts();
    // one that was given up is not begun again every second
    let rests = store::job::list(&app.store, store::job::State::Dead, 1).await?;
    if rests.iter().any(|j| j.name == job.name && j.finished_at.is_some_and(|at| now.0 - at.0 < REST)) {
        return Ok(());
    }
    if store::job::enqueue(&app.store, &job, now).await? {
        app.jobs.pulse();
    }
    Ok(())
}

/// After the job was given up it is tried again so much later.
const REST: i64 = 600_000_000;

fn texts_of(last: &Announced) -> BTreeSet<String> {
    last.watched.clone()
}

/// Endpoints that are told, now or when they are switched on again.
async fn listening(app: &App, workspace: &str) -> Result<Vec<(Webhook, Events)>> {
    let all = webhook::list(&app.store, workspace).await?;
    Ok(all.into_iter().filter(|w| w.state != State::Off).map(|w| (Events::read(&w.events), w)).map(|(e, w)| (w, e)).collect())
}

/// What the endpoints watch, of what there is.
async fn subjects(app: &App, endpoints: &[(Webhook, Events)]) -> Result<BTreeSet<String>> {
    let definitions = crate::analysis::defined::current(app).await?;
    Ok(watched(&definitions, endpoints).iter().map(Subject::text).collect())
}

fn watched(definitions: &crate::analysis::Definitions, endpoints: &[(Webhook, Events)]) -> Vec<Subject> {
    let segments = definitions.segments().iter().map(|s| Subject::Segment(s.key.clone()));
    let classes = definitions.classifications().iter().map(|c| Subject::Class(c.key.clone()));
    segments.chain(classes).filter(|s| endpoints.iter().any(|(_, e)| e.watch(s))).collect()
}

/// The current state, however long it takes.
async fn fresh(app: &App, beat: &Beat) -> Result<Arc<Picture>> {
    loop {
        let read = app.runs.read(app, Asked::default()).await?;
        if !read.stale {
            return Ok(read.picture);
        }
        beat.tell(0, 0)?;
        tokio::time::sleep(AGAIN).await;
    }
}

/// One kind of change of one subject.
struct Change {
    kind: EventType,
    /// who, with the class before and after
    customers: Vec<(CustomerKey, Option<String>, Option<String>)>,
}

/// Writes down what changed since the state told last.
///
/// # Errors
/// When the store or the lake refuses, or the job must stop.
pub async fn run(app: &App, beat: &Beat) -> Result<Told> {
    let workspace = app.settings().id.clone();
    let picture = fresh(app, beat).await?;
    let endpoints = listening(app, &workspace).await?;
    let last = announced::last(&app.store, &workspace).await?;
    let world = World::of(&picture);
    let subjects = watched(&picture.definitions, &endpoints);
    let names: BTreeSet<String> = subjects.iter().map(Subject::text).collect();
    if endpoints.is_empty() || (last.world == world.text() && last.watched == names) {
        return Ok(Told::default());
    }
    let (seq, because) = (last.seq + 1, world.because(&last.world));
    let (mut posts, mut sets, mut told) = (Vec::new(), Vec::new(), Told::default());
    for (at, subject) in subjects.iter().enumerate() {
        beat.tell(at as u64, subjects.len() as u64)?;
        let name = subject.text();
        let before = announced::sets(&app.store, &workspace, &name).await?;
        let now = members(&picture, subject);
        // what was not watched before is not news, however many are in it
        if last.watched.contains(&name) {
            for change in changes(subject, &before, &now) {
                let to: Vec<&Webhook> = endpoints.iter().filter(|(_, e)| e.want(change.kind, subject)).map(|(w, _)| w).collect();
                if to.is_empty() {
                    continue;
                }
                let parts = messages(app, &picture, &world, &because, seq, subject, &change).await?;
                told.customers += change.customers.len() as u64;
                told.messages += parts.len() as u64;
                posts.extend(parts.into_iter().map(|message| Post { message, to: to.iter().map(|w| (app.new_id("dlv"), w.id.clone())).collect() }));
            }
        }
        sets.push((name, now, before));
    }
    let mut tx = app.store.begin().await?;
    if !announced::next(&mut tx, &workspace, &last, &world.text(), &names, app.clock.now()).await? {
        // another server told it
        return Ok(Told::default());
    }
    delivery::post(&mut tx, &workspace, posts, app.clock.now()).await?;
    for (name, now, before) in &sets {
        announced::put(&mut tx, &workspace, name, now, before).await?;
    }
    for gone in last.watched.difference(&names) {
        announced::forget(&mut tx, &workspace, gone).await?;
    }
    store::failpoint("webhook-announce-before-commit");
    tx.commit().await?;
    store::failpoint("webhook-announced");
    Ok(told)
}

fn set(bits: &Bits) -> Set {
    Set::from_words(bits.words())
}

/// Who is in a subject's sets now.
fn members(picture: &Picture, subject: &Subject) -> Sets {
    match subject {
        Subject::Segment(key) => picture.members(key).map(|m| (String::new(), set(m))).into_iter().collect(),
        Subject::Class(key) => match picture.classes(key) {
            Some(classes) => classes.keys().iter().map(|class| (class.clone(), set(&classes.members(class)))).collect(),
            None => Sets::new(),
        },
    }
}

/// What is different, kind by kind, each in the order of customers.
fn changes(subject: &Subject, before: &Sets, now: &Sets) -> Vec<Change> {
    let nobody = Set::default();
    match subject {
        Subject::Segment(_) => {
            let (before, now) = (before.get("").unwrap_or(&nobody), now.get("").unwrap_or(&nobody));
            let who = |set: Set| set.iter().map(|k| (k, None, None)).collect::<Vec<_>>();
            let entered = Change { kind: EventType::SegmentEntered, customers: who(now.and_not(before)) };
            let left = Change { kind: EventType::SegmentLeft, customers: who(before.and_not(now)) };
            [entered, left].into_iter().filter(|c| !c.customers.is_empty()).collect()
        }
        Subject::Class(_) => {
            let mut by: BTreeMap<CustomerKey, (Option<String>, Option<String>)> = BTreeMap::new();
            let classes: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
            for class in classes {
                let (was, is) = (before.get(class).unwrap_or(&nobody), now.get(class).unwrap_or(&nobody));
                was.and_not(is).iter().for_each(|k| by.entry(k).or_default().0 = Some(class.clone()));
                is.and_not(was).iter().for_each(|k| by.entry(k).or_default().1 = Some(class.clone()));
            }
            let customers: Vec<_> = by.into_iter().map(|(k, (was, is))| (k, was, is)).collect();
            if customers.is_empty() { Vec::new() } else { vec![Change { kind: EventType::ClassChanged, customers }] }
        }
    }
}

/// A change as messages of at most [`MOST`] customers. Customers that an undone import took back have no id any more, and who
/// was erased is not told by the one they got: their number is.
async fn messages(app: &App, picture: &Picture, world: &World, because: &[&str], seq: i64, subject: &Subject, change: &Change) -> Result<Vec<Message>> {
    let kind = change.kind.key();
    let parts = change.customers.len().div_ceil(MOST);
    let mut all = Vec::with_capacity(parts);
    for (part, some) in change.customers.chunks(MOST).enumerate() {
        let keys: Vec<CustomerKey> = some.iter().map(|(k, ..)| *k).collect();
        let mut known = store::customer::by_keys(&app.store, &keys).await?;
        // under the number they have now whoever listens would find them again
        store::erasure::people::among(&app.store, &keys).await?.iter().for_each(|erased| drop(known.remove(erased)));
        let customers: Vec<Value> = some.iter().filter_map(|(key, was, is)| {
            let id = &known.get(key)?.id;
            Some(match change.kind {
                EventType::SegmentEntered => json!({ "id": id, "before": false, "after": true }),
                EventType::SegmentLeft => json!({ "id": id, "before": true, "after": false }),
                EventType::ClassChanged => json!({ "id": id, "before": was, "after": is }),
            })
        }).collect();
        let mut data = json!({
            "as_of": world.as_of,
            "run_id": world.run(),
            "because": because,
            "count": change.customers.len(),
            "part": part + 1,
            "parts": parts,
            "customers": customers,
        });
        let named = customers.len();
        about(picture, subject, &mut data);
        if named < some.len() {
            data["gone"] = json!(some.len() - named);
        }
        let body = json!({ "type": kind, "timestamp": app.clock.now().rfc3339(), "data": data });
        all.push(Message {
            id: app.new_id("msg"),
            change: format!("{seq}/{kind}/{}/{part}", subject.text()),
            kind: kind.to_owned(),
            subject: subject.text(),
            body: serde_json::to_string(&body).map_err(|e| Error::Internal(e.to_string()))?,
            customers: named as u64,
        });
    }
    Ok(all)
}

/// Key and name of what changed.
fn about(picture: &Picture, subject: &Subject, data: &mut Value) {
    let named = |key: &str, label: &Label| json!({ "key": key, "name": { "zh": label.zh, "en": label.en } });
    match subject {
        Subject::Segment(key) => data["segment"] = picture.definitions.segment(key).map_or_else(|| json!({ "key": key }), |s| named(key, &s.label)),
        Subject::Class(key) => data["classification"] = picture.definitions.classification(key).map_or_else(|| json!({ "key": key }), |c| named(key, &c.label)),
    }
}
