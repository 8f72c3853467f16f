//! Jobs on both databases: broken ones, stopped ones, several benches at one queue, clocks that jump.

mod days;
mod ends;

use super::{Beat, Bench, Effect, Perform};
use crate::app::{App, Chance};
use domain::clock::{Clock, Instant, MockClock};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use store::job::{self, Job, NewJob, State};
use tokio::{sync::watch, task::JoinHandle};

/// Seeded chance.
struct Seeded(Mutex<testkit::chance::Chance>);

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut chance = self.0.lock().expect("nobody panics here");
        bytes.iter_mut().for_each(|b| *b = chance.bits() as u8);
    }
}

/// 2026-11-22T04:00:00Z, noon in Shanghai.
const NOW: Instant = Instant(1_795_320_000_000_000);
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A business on a database; any number of processes may open it.
struct Place {
    folder: tempfile::TempDir,
    url: String,
    clock: Arc<MockClock>,
}

impl Place {
    async fn both() -> [Place; 2] {
        let postgres = tokio::task::spawn_blocking(testkit::postgres::database).await.expect("no panic").expect("PostgreSQL starts");
        [Place::at(None).await, Place::at(Some(postgres)).await]
    }

    async fn at(url: Option<String>) -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("zhiyin.db").display()));
        let place = Place { folder, url, clock: Arc::new(MockClock::at(NOW)) };
        let app = place.process(1).await;
        let workspace = store::workspace::Workspace {
            id: "wsp_test".into(),
            name: "Shop".into(),
            time_zone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            lang: "en".into(),
            created_at: NOW,
            updated_at: NOW,
        };
        let mut tx = app.store.begin().await.expect("begins");
        store::workspace::create(&mut tx, &workspace).await.expect("is made");
        tx.commit().await.expect("commits");
        app.store.close().await;
        place
    }

    async fn process(&self, seed: u64) -> Arc<App> {
        let store = store::Store::open(&self.url).await.expect("the store opens");
        let chance = Arc::new(Seeded(Mutex::new(testkit::chance::Chance::new(seed))));
        Arc::new(App::open(store, self.folder.path(), Arc::clone(&self.clock) as Arc<dyn Clock>, chance).await.expect("the application opens"))
    }
}

/// The workers of one process.
struct Crew {
    closing: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Crew {
    fn of(app: &Arc<App>, perform: Perform) -> Crew {
        let (closing, closed) = watch::channel(false);
        Crew { closing, task: tokio::spawn(Bench::new(app, perform).work(closed)) }
    }

    async fn leave(self) {
        self.closing.send_replace(true);
        self.task.await.expect("the bench does not break");
    }
}

async fn enqueue(app: &App, id: &str, name: &str) {
    let job = NewJob::new(id.to_owned(), name, serde_json::json!({}), app.clock.now());
    let job = NewJob { workspace: "wsp_test".into(), ..job };
    assert!(job::enqueue(&app.store, &job, app.clock.now()).await.expect("enqueues"));
    app.jobs.pulse();
}

async fn state(app: &App, id: &str) -> Job {
    job::get(&app.store, id).await.expect("answers").expect("is there")
}

/// Waits until a job stands so; back-offs pass meanwhile.
async fn until(place: &Place, app: &App, id: &str, wanted: State) -> Job {
    for _ in 0..600 {
        let job = state(app, id).await;
        if job.state == wanted {
            return job;
        }
        if wanted == State::Dead {
            place.clock.set(Instant(place.clock.now().0 + SECOND));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{id} never became {wanted:?}: {:?}", state(app, id).await);
}

/// What the jobs of these tests do: their kind says it.
fn perform(app: Arc<App>, job: Arc<Job>, beat: Arc<Beat>) -> futures::future::BoxFuture<'static, crate::Result<Effect>> {
    use domain::audit::{Action, Actor};
    use futures::FutureExt;
    async move {
        match job.name.as_str() {
            // what is done every day is enqueued here, too
            daily if super::schedule::SCHEDULES.iter().any(|s| s.kind.key() == daily) => return Ok(Effect::default()),
            "breaks" => panic!("as this test wants it"),
            "fails" => return Err(crate::Error::Internal("as this test wants it".into())),
            "hopeless" => return Err(crate::Error::not_found("segment", "gone")),
            "waits" => {
                for n in 0..10_000 {
                    beat.tell(n, 10_000)?;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
        let note = crate::audit::of(&app, &Actor::program("server"), Action::ExportTaken, job.id.as_str());
        Ok(Effect { note: Some(note), ..Effect::default() })
    }
    .boxed()
}

/// How often the log says that a job had its effect.
async fn effects(app: &App) -> Vec<String> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = store::audit::page(&app.store, "wsp_test", &store::audit::Filter::default(), before, 500).await.expect("reads");
        let Some(last) = page.last() else { break };
        before = Some(last.entry.seq);
        all.extend(page.into_iter().map(|e| e.entry.subject));
    }
    all.sort();
    all
}
