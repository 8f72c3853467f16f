//! Computed runs, kept: asked-for days are computed once whoever asks (single flight), the latest few are remembered, and
//! a new import or definition makes new ones while the old answer still serves those who cannot wait.

use super::{Known, Picture, defined::{self, Definitions}, in_force, moment::{Asked, Manner}};
use crate::{Error, Result, app::App, inbox::Waiting};
use domain::{Currency, Day, clock::Instant, feature::Aggregate, merge::Aliases, rule::Compiled, segment::Members};
use futures::{FutureExt, future::{BoxFuture, Shared}};
use lake::{Lake, Spec};
use std::collections::BTreeMap;
use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

/// What a run is the answer to; equal keys give equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    snapshot: i64,
    customers: u32,
    revision: i64,
    as_of: Day,
    known: Known,
    by: Option<Day>,
}

type Pending = Shared<BoxFuture<'static, Result<Arc<Picture>, Arc<Error>>>>;

struct Slot {
    key: Key,
    /// it is the answer to "now", not to a day somebody named
    current: bool,
    run: Pending,
}

/// How many customers make a run large; of large ones fewer are kept.
const LARGE: usize = 300_000;
const KEPT: usize = 8;
const KEPT_LARGE: usize = 3;
/// How long a reading of the current day waits for a new run before it takes the one before.
const PATIENCE: Duration = Duration::from_secs(3);
/// No snapshot has this number: a run under it serves until the next is there, and nobody finds it.
const NO_SNAPSHOT: i64 = -1;
/// Milliseconds of the run before from which waiting for the next is in vain: whoever asks is answered at once.
const LONG: u64 = 1_000;

/// The runs at hand, most recently used last.
#[derive(Default)]
pub struct Runs {
    slots: Arc<Mutex<Vec<Slot>>>,
    lake: Mutex<Option<Lake>>,
    aliases: Mutex<Option<(i64, Arc<Aliases>)>>,
    definitions: Mutex<Option<(Currency, Arc<Definitions>)>>,
    keeps_facts: AtomicBool,
}

/// A run and whether a newer one is on its way.
pub struct Reading {
    /// the run
    pub picture: Arc<Picture>,
    /// an import or a definition changed since, and the new run is not ready yet
    pub stale: bool,
    /// what programs posted that no run knows yet; `None` also for a day as it was known then
    pub waiting: Option<Waiting>,
}

impl Runs {
    /// From now on the facts of the current day stay at hand, for rules people try out. A command that answers once does
    /// without: it needs half the memory.
    pub fn keep_facts(&self) {
        self.keeps_facts.store(true, Ordering::Relaxed);
    }

    /// The run a reading asks for, with what these rules need folded in the same pass.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn for_rules(&self, app: &App, asked: Asked, rules: &[Compiled]) -> Result<Arc<Picture>> {
        let aggregates = rules.iter().flat_map(|r| r.needs().aggregates.iter().cloned()).collect();
        Ok(self.find_or_start(app, asked, None, aggregates, None).await?.picture)
    }

    /// The run a reading asks for, computed if it is not at hand.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn at(&self, app: &App, asked: Asked) -> Result<Arc<Picture>> {
        Ok(self.read(app, asked).await?.picture)
    }

    /// The run of a day that is held beside another.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn beside(&self, app: &App, manner: Manner, day: Day) -> Result<Arc<Picture>> {
        let asked = Asked { as_of: Some(day), known: manner.known };
        Ok(self.find_or_start(app, asked, Some(manner.by), Vec::new(), Some(PATIENCE)).await?.picture)
    }

    /// Like [`Runs::at`], by the definitions in force and no earlier ones, however long that takes: for who has just changed one.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn in_force(&self, app: &App, asked: Asked) -> Result<Arc<Picture>> {
        let picture = self.at(app, asked).await?;
        if picture.definitions.revision() == defined::revision(app).await? {
            return Ok(picture);
        }
        // a day that is named is not answered with the run before
        self.at(app, Asked { as_of: Some(picture.as_of), ..asked }).await
    }

    /// Like [`Runs::at`], and says whether a newer run is on its way. Only a reading of the current day is answered with
    /// the run before, and only if the new one takes longer than a person waits.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn read(&self, app: &App, asked: Asked) -> Result<Reading> {
        self.find_or_start(app, asked, None, Vec::new(), Some(PATIENCE)).await
    }

    /// Waits for a new run only so long, if there is one before it that serves; `None`: however long it takes. `by`: by the definitions of
    /// which day, where that is settled already; as known then they are those of the day itself.
    async fn find_or_start(&self, app: &App, asked: Asked, by: Option<Option<Day>>, aggregates: Vec<(String, Aggregate)>, patience: Option<Duration>) -> Result<Reading> {
        let (now, key, before, run) = loop {
            let now = app.look().await?;
            let lake = self.lake_at(app, now.head).await?;
            let as_of = match asked.as_of {
                Some(day) => day,
                None => lake.last_day(app.today())?.unwrap_or_else(|| app.today()),
            };
            let lake = self.known(app, lake, Asked { as_of: Some(as_of), ..asked }).await?;
            let by = match (by, asked.known) {
                (Some(by), _) => by,
                (None, Known::Then) if in_force::moved_since(app, as_of).await? => Some(as_of),
                _ => None,
            };
            let key = Key { snapshot: now.head, customers: now.customers, revision: now.revision, as_of, known: asked.known, by };
            let current = asked.as_of.is_none() && asked.known == Known::Today;
            let before = if current { self.ready_before(key) } else { None };
            if let Some(run) = self.find(key, current) {
                break (now, key, before, run);
            }
            // of runs that take long one newer one at a time: where changes come faster than runs, memory would grow with each of them
            match (self.under_way(), &before) {
                (Some(ahead), Some(before)) if before.milliseconds > LONG => {
                    if patience.is_some() {
                        let waiting = now.waiting.map(Waiting::from);
                        return Ok(Reading { picture: Arc::clone(before), stale: true, waiting });
                    }
                    let _ = ahead.await;
                }
                _ => {
                    let run = self.start(app, key, current, lake, aggregates.clone()).await?;
                    break (now, key, before, run);
                }
            }
        };
        let waited = match (&before, patience) {
            (Some(before), Some(_)) if before.milliseconds > LONG => run.peek().cloned(),
            (Some(_), Some(patience)) => tokio::time::timeout(patience, run.clone()).await.ok(),
            _ => Some(run.clone().await),
        };
        let waiting = now.waiting.filter(|_| asked.known == Known::Today).map(Waiting::from);
        match (waited, before) {
            (Some(Ok(picture)), _) => Ok(Reading { picture, stale: false, waiting }),
            (Some(Err(e)), _) => {
                self.forget(key);
                Err(Arc::try_unwrap(e).unwrap_or_else(|e| Error::Internal(e.to_string())))
            }
            (None, Some(picture)) => Ok(Reading { picture, stale: true, waiting }),
            (None, None) => Err(Error::Internal("a run was given up before it was done".into())),
        }
    }

    /// Makes the run of the current day and waits until it is there. Called after an import or an edit.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn warm(&self, app: &App) -> Result<()> {
        self.find_or_start(app, Asked::default(), None, Vec::new(), None).await.map(|_| ())
    }

    /// Makes the run of the current day once more, though nothing changed, and waits until it is there; the one at hand serves until then.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn anew(&self, app: &App) -> Result<()> {
        for slot in lock(&self.slots).iter_mut().filter(|s| s.current && s.run.peek().is_some()) {
            slot.key.snapshot = NO_SNAPSHOT;
        }
        self.warm(app).await
    }

    /// Milliseconds the newest run of the current day took; `None` before there is one.
    pub fn took(&self) -> Option<u64> {
        let slots = lock(&self.slots);
        slots.iter().rev().filter(|s| s.current).find_map(|s| Some(s.run.peek()?.as_ref().ok()?.milliseconds))
    }

    /// Nothing of earlier runs stays in memory.
    pub fn forget_all(&self) {
        lock(&self.slots).clear();
        *lock(&self.lake) = None;
        *lock(&self.definitions) = None;
    }

    /// The definitions of a revision, if they are the ones read last.
    pub(super) fn definitions(&self, revision: i64, currency: Currency) -> Option<Arc<Definitions>> {
        let kept = lock(&self.definitions);
        kept.as_ref().filter(|(c, d)| *c == currency && d.revision() == revision).map(|(_, d)| Arc::clone(d))
    }

    /// Remembers definitions just read.
    pub(super) fn keep_definitions(&self, definitions: Arc<Definitions>, currency: Currency) {
        *lock(&self.definitions) = Some((currency, definitions));
    }

    /// Who stands for whom, by the merges of the catalog's head.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn aliases(&self, app: &App) -> Result<Arc<Aliases>> {
        let head = app.look().await?.head;
        self.aliases_at(app, head).await
    }

    /// A snapshot never changes, and neither do its merges.
    pub(crate) async fn aliases_at(&self, app: &App, snapshot: i64) -> Result<Arc<Aliases>> {
        let known = lock(&self.aliases).clone();
        if let Some((_, aliases)) = known.filter(|(at, _)| *at == snapshot) {
            return Ok(aliases);
        }
        let aliases = Arc::new(store::merge::at(&app.store, snapshot).await?);
        *lock(&self.aliases) = Some((snapshot, Arc::clone(&aliases)));
        Ok(aliases)
    }

    /// The lake as a reading knows it: as known then, whoever was merged later is by themselves.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn known(&self, app: &App, lake: Lake, asked: Asked) -> Result<Lake> {
        match (asked.known, asked.as_of) {
            (Known::Then, Some(day)) => {
                let then = app.settings().zone.end_of(day);
                Ok(lake.merged(Arc::new(store::merge::known(&app.store, lake.snapshot().id, then).await?)))
            }
            _ => Ok(lake),
        }
    }

    /// The lake at the catalog's head, read with its merges; opened again only when the head moved.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn lake(&self, app: &App) -> Result<Lake> {
        let head = app.look().await?.head;
        self.lake_at(app, head).await
    }

    async fn lake_at(&self, app: &App, head: i64) -> Result<Lake> {
        let known = lock(&self.lake).clone();
        if let Some(lake) = known.as_ref().filter(|l| l.snapshot().id == head) {
            return Ok(lake.clone());
        }
        let snapshot = store::catalog::snapshot(&app.store, Some(head)).await?;
        let root = app.lake.clone();
        let opened = tokio::task::spawn_blocking(move || match known {
            Some(lake) => lake.at(&snapshot),
            None => Lake::open(&root, &snapshot),
        });
        let opened = opened.await??.merged(self.aliases_at(app, head).await?);
        *lock(&self.lake) = Some(opened.clone());
        Ok(opened)
    }

    /// A run that is at hand or under way; it becomes the most recently used.
    fn find(&self, key: Key, current: bool) -> Option<Pending> {
        let mut slots = lock(&self.slots);
        let place = slots.iter().position(|s| s.key == key)?;
        let mut slot = slots.remove(place);
        slot.current |= current;
        let run = slot.run.clone();
        slots.push(slot);
        Some(run)
    }

    /// The latest finished run of the current day under another key.
    fn ready_before(&self, key: Key) -> Option<Arc<Picture>> {
        let slots = lock(&self.slots);
        slots.iter().rev().filter(|s| s.current && s.key != key).find_map(|s| s.run.peek().and_then(|r| r.as_ref().ok()).cloned())
    }

    /// A run of the current day that is not done yet.
    fn under_way(&self) -> Option<Pending> {
        lock(&self.slots).iter().find(|s| s.current && s.run.peek().is_none()).map(|s| s.run.clone())
    }

    fn forget(&self, key: Key) {
        lock(&self.slots).retain(|s| s.key != key);
    }

    /// Begins a run in the background and remembers it, unless somebody else was quicker.
    async fn start(
        &self,
        app: &App,
        key: Key,
        current: bool,
        lake: Lake,
        aggregates: Vec<(String, Aggregate)>,
    ) -> Result<Pending> {
        let definitions = match key.by {
            Some(day) => in_force::on(app, day).await?,
            None => defined::current(app).await?,
        };
        let settings = app.settings();
        let known_as_of = super::Moment { as_of: key.as_of, known: key.known }.known_as_of(&settings.zone);
        let mut spec = spec(app, &definitions, key, known_as_of).await?;
        // a day somebody looks back at seldom needs its facts again; they are read anew if it does
        let serves = self.keeps_facts.load(Ordering::Relaxed);
        spec.keep_facts = current && serves;
        spec.aggregates = aggregates;
        let clock = Arc::clone(&app.clock);
        let currency = settings.currency;
        let sample = store::import::sample(&app.store, lake.snapshot().id).await?.is_some();
        let large = spec.customers as usize > LARGE;
        let before = if current { self.ready_before(key) } else { None };
        let follows = before.clone().filter(|_| serves);
        let compute = move |spec: Spec| move || {
            let begun = clock.now();
            let run = lake.run(&spec)?;
            let done = clock.now();
            let picture = Picture {
                all: run.sum(run.present()),
                costs_known: run.total("cost", run.present()) != 0,
                run,
                lake,
                definitions,
                currency,
                sample,
                as_of: key.as_of,
                known: key.known,
                by: key.by,
                known_as_of,
                computed_at: done,
                milliseconds: since(begun, done),
                summaries: OnceLock::new(),
                personal: OnceLock::new(),
                usual_order: OnceLock::new(),
            };
            if serves {
                // somebody will look at the overview next; a command asks for what it prints
                picture.summaries();
            }
            if let Some(before) = follows {
                picture.run.follow(&before.run)?;
            }
            Ok(Arc::new(picture))
        };
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.iter().find(|s| s.key == key) {
            return Ok(slot.run.clone());
        }
        // nobody waits for one that takes long while another serves; or another business wants the processors
        let behind = before.as_ref().is_some_and(|b| b.milliseconds > LONG) || (large && !app.shares.alone());
        let (compute, kept) = (compute(spec), Arc::clone(&self.slots));
        let task = tokio::task::spawn_blocking(move || if behind { lake::behind(compute) } else { compute() });
        let run: Pending = async move {
            let outcome = match task.await {
                Ok(outcome) => outcome.map_err(Arc::new),
                Err(e) => Err(Arc::new(e.into())),
            };
            if outcome.is_ok() && let Some(before) = before {
                // nobody will ask for it again; giving back much memory takes a while
                lock(&kept).retain(|s| !s.run.peek().is_some_and(|r| r.as_ref().is_ok_and(|p| Arc::ptr_eq(p, &before))));
                tokio::task::spawn_blocking(move || {
                    before.run.release();
                    drop(before);
                });
            }
            outcome
        }
        .boxed()
        .shared();
        // that it is there is noticed although nobody waits for it
        tokio::spawn(run.clone().map(drop));
        slots.push(Slot { key, current, run: run.clone() });
        let kept = app.shares.part(if large { KEPT_LARGE } else { KEPT });
        // days somebody looks back at come and go; the current one stays
        let latest = slots.iter().rposition(|s| s.current).map(|i| slots[i].key);
        let mut gone = Vec::new();
        while slots.len() > kept {
            let Some(oldest) = slots.iter().position(|s| Some(s.key) != latest) else { break };
            gone.push(slots.remove(oldest));
        }
        if !gone.is_empty() {
            tokio::task::spawn_blocking(move || drop(gone));
        }
        Ok(run)
    }
}

/// What to compute.
async fn spec(app: &App, definitions: &Definitions, key: Key, known_as_of: Instant) -> Result<Spec> {
    let mut statics = BTreeMap::new();
    for s in definitions.segments() {
        if let Members::Static { customers } = &s.members {
            let known = store::customer::by_ids(&app.store, customers).await?;
            statics.insert(s.key.clone(), known.into_values().map(|c| c.key).collect());
        }
    }
    // as known then, the end of the day is the instant of knowing
    let by_day = store::customer::recorded_by(&app.store, app.settings().zone.end_of(key.as_of)).await?;
    let recorded = match key.known {
        Known::Today => key.customers,
        Known::Then => by_day,
    };
    Ok(Spec {
        as_of: key.as_of,
        known_as_of,
        customers: key.customers,
        gaps: store::customer::gaps(&app.store).await?,
        recorded,
        recorded_by_day: by_day,
        currency: app.settings().currency,
        features: definitions.features().to_vec(),
        classifications: definitions.classifications().to_vec(),
        segments: definitions.segments().to_vec(),
        statics,
        aggregates: Vec::new(),
        keep_facts: false,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whole milliseconds between two instants.
pub fn since(begun: Instant, done: Instant) -> u64 {
    u64::try_from((done.0 - begun.0) / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ingest::{self, Progress, Source}, opened};
    use domain::{audit::Actor, clock::Clock};
    use std::sync::{atomic::AtomicI64, mpsc};

    /// Whenever somebody looks, two seconds went by: every run is a long one.
    struct Hurried(AtomicI64);

    impl Clock for Hurried {
        fn now(&self) -> Instant {
            Instant(self.0.fetch_add(2_000_000, Ordering::Relaxed))
        }
    }

    async fn import(app: &Arc<App>, folder: &std::path::Path, number: u32) {
        let (name, path) = (format!("{number}.csv"), folder.join(number.to_string()));
        std::fs::write(&path, format!("order_id,customer_id,order_date,paid\no{number},c{number},2026-11-0{number},10\n")).expect("a file");
        let probe = ingest::propose(app, &path, &name, None).await.expect("the file is read");
        let actor = Actor::program("test");
        let request = ingest::begin(app, vec![Source { name, path, mapping: probe.mapping }], &actor, Some(false)).await.expect("begins");
        ingest::import(app, &request, &actor, &Arc::new(Progress::default())).await.expect("imports");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_long_runs_one_newer_one_is_made_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let app = opened::business(folder.path(), None, Arc::new(Hurried(AtomicI64::new(opened::NOW.0))), 7).await;
        let read = || app.runs.read(&app, Asked::default());
        let under_way = || lock(&app.runs.slots).iter().filter(|s| s.run.peek().is_none()).count();
        import(&app, folder.path(), 1).await;
        app.runs.warm(&app).await.expect("a run");
        assert_eq!(read().await.expect("a run").picture.total(), 1);
        // whatever is made behind others stands still
        let mut held = Vec::new();
        loop {
            let ((go, wait), (come, there)) = (mpsc::channel::<()>(), mpsc::channel());
            held.push((go, std::thread::spawn(move || lake::behind(move || (come.send(()), wait.recv())))));
            if there.recv_timeout(std::time::Duration::from_millis(300)).is_err() {
                break;
            }
        }
        for number in 2..=4 {
            import(&app, folder.path(), number).await;
            let reading = read().await.expect("the run before");
            assert_eq!((reading.picture.total(), reading.stale, under_way()), (1, true, 1), "after change {number}");
        }
        let warm = tokio::spawn({
            let app = Arc::clone(&app);
            async move { app.runs.warm(&app).await }
        });
        for (go, thread) in held {
            drop(go);
            let _ = thread.join();
        }
        warm.await.expect("no panic").expect("the newest run");
        let newest = read().await.expect("a run");
        assert_eq!((newest.picture.total(), newest.stale, under_way()), (4, false, 0), "who waits gets all of it");
    }
}
