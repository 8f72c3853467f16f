//! Jobs on both databases: broken ones, stopped ones, several benches at one queue, clocks that jump.

mod days;
mod ends;

use super::{Beat, Bench, Effect, Perform};
use crate::{app::App, opened::{self, NOW}};
use domain::clock::{Clock, Instant, MockClock};
use std::{sync::Arc, time::Duration};
use store::job::{self, Job, NewJob, State};
use tokio::{sync::watch, task::JoinHandle};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A business on a database; any number of processes may open it.
struct Place {
    folder: tempfile::TempDir,
    url: Option<String>,
    clock: Arc<MockClock>,
}

impl Place {
    async fn both() -> [Place; 2] {
        let postgres = tokio::task::spawn_blocking(testkit::postgres::database).await.expect("no panic").expect("PostgreSQL starts");
        [Place::at(None).await, Place::at(Some(postgres)).await]
    }

    async fn at(url: Option<String>) -> Place {
        let place = Place { folder: tempfile::tempdir().expect("a temporary folder"), url, clock: Arc::new(MockClock::at(NOW)) };
        let app = opened::business(place.folder.path(), place.url.as_deref(), place.clock.clone(), 1).await;
        app.store.close().await;
        place
    }

    async fn process(&self, seed: u64) -> Arc<App> {
        opened::process(self.folder.path(), self.url.as_deref(), self.clock.clone(), seed).await
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
