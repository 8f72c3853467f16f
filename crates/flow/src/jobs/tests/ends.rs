//! How jobs end.

use super::*;
use crate::{
    jobs::{Kind, LEASE, reason::JobProblem},
    merging::find,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_breaks_is_given_up_and_the_others_go_on() {
    for place in Place::both().await {
        let app = place.process(2).await;
        let crew = Crew::of(&app, perform);
        for (id, name) in [("job_breaks", "breaks"), ("job_fails", "fails"), ("job_gone", "hopeless"), ("job_fine", "fine")] {
            enqueue(&app, id, name).await;
        }
        let broke = until(&place, &app, "job_breaks", State::Dead).await;
        let reason = JobProblem::read(broke.error.as_deref().unwrap_or_default());
        assert_eq!((broke.attempts, reason.code.as_str()), (5, "job.broke"));
        let failed = until(&place, &app, "job_fails", State::Dead).await;
        let reason = JobProblem::read(failed.error.as_deref().unwrap_or_default());
        assert_eq!((failed.attempts, reason.code.as_str()), (5, "internal"));
        assert!(!failed.error.unwrap_or_default().contains("as this test wants it"), "the inside of the house");
        let gone = until(&place, &app, "job_gone", State::Dead).await;
        assert_eq!((gone.attempts, JobProblem::read(gone.error.as_deref().unwrap_or_default()).code.as_str()), (1, "segment.not_found"), "what cannot succeed is not tried again");
        until(&place, &app, "job_fine", State::Done).await;
        enqueue(&app, "job_after", "fine").await;
        until(&place, &app, "job_after", State::Done).await;
        crew.leave().await;
        assert_eq!(effects(&app).await, ["job_after", "job_fine"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_do_each_job_once() {
    for place in Place::both().await {
        let (one, two) = (place.process(2).await, place.process(3).await);
        for n in 0..60 {
            enqueue(&one, &format!("job_{n:02}"), "fine").await;
        }
        let crews = [Crew::of(&one, perform), Crew::of(&two, perform), Crew::of(&two, perform)];
        for n in 0..60 {
            let done = until(&place, &one, &format!("job_{n:02}"), State::Done).await;
            assert_eq!(done.attempts, 1, "{}", done.id);
        }
        for crew in crews {
            crew.leave().await;
        }
        let expected: Vec<String> = (0..60).map(|n| format!("job_{n:02}")).collect();
        assert_eq!(effects(&one).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_job_is_stopped_or_given_back_and_its_lease_outlives_jumps_of_the_clock() {
    for place in Place::both().await {
        let app = place.process(2).await;
        let crew = Crew::of(&app, perform);
        enqueue(&app, "job_1", "waits").await;
        until(&place, &app, "job_1", State::Running).await;
        // nobody takes it while it runs, however the clock jumps
        for by in [DAY, -DAY, -DAY, 3_600 * SECOND] {
            place.clock.set(Instant(place.clock.now().0 + by));
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            assert_eq!((state(&app, "job_1").await.attempts, state(&app, "job_1").await.state), (1, State::Running));
        }
        let told = state(&app, "job_1").await;
        assert!(told.done > 0 && told.total == 10_000, "progress is written down: {told:?}");
        assert!(job::cancel(&app.store, "job_1", place.clock.now()).await.expect("cancels"));
        let stopped = until(&place, &app, "job_1", State::Cancelled).await;
        assert_eq!(stopped.attempts, 1);

        enqueue(&app, "job_2", "waits").await;
        until(&place, &app, "job_2", State::Running).await;
        crew.leave().await;
        let back = state(&app, "job_2").await;
        assert_eq!((back.state, back.attempts), (State::Queued, 0), "the end of a process costs no attempt");
        assert!(effects(&app).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_the_lease_has_no_effect() {
    for place in Place::both().await {
        let (one, two) = (place.process(2).await, place.process(3).await);
        let crew = Crew::of(&one, perform);
        enqueue(&one, "job_1", "waits").await;
        until(&place, &one, "job_1", State::Running).await;
        // another process believes the first is gone
        let later = Instant(place.clock.now().0 + 3 * LEASE);
        let taken = job::claim(&two.store, "other", later, Instant(later.0 + 100 * LEASE)).await.expect("answers");
        assert_eq!(taken.as_ref().map(|j| j.attempts), Some(2));
        // the first notices and stops; what it does afterwards does not count
        tokio::time::sleep(Duration::from_secs(4)).await;
        let now = state(&one, "job_1").await;
        assert_eq!((now.state, now.attempts), (State::Running, 2));
        crew.leave().await;
        assert_eq!(state(&one, "job_1").await.attempts, 2, "a job that another has is not given back");
        let taken = taken.expect("it was taken");
        job::done(&two.store, &taken, "other", later, None).await.expect("the other ends it");
        assert!(effects(&one).await.is_empty());
    }
}

/// Whoever asks while a search runs may mean what came after it began: it is done once more, however often it was asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_asked_for_while_one_runs_is_done_once_more() {
    fn slow(_: Arc<App>, _: Arc<Job>, _: Arc<Beat>) -> futures::future::BoxFuture<'static, crate::Result<Effect>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok(Effect::default())
        })
    }
    for place in Place::both().await {
        let app = place.process(2).await;
        app.reload().await.expect("settings");
        let ask = async || find::ask(&app, &domain::audit::Actor::program("test")).await.expect("asks");
        let first = ask().await.expect("a new one");
        assert_eq!(ask().await, None, "it has not begun");
        let crew = Crew::of(&app, slow);
        until(&place, &app, &first, State::Running).await;
        for _ in 0..3 {
            assert_eq!(ask().await, None);
        }
        until(&place, &app, &first, State::Done).await;
        let filter = job::Filter { name: Some(Kind::Duplicates.key().to_owned()), ..job::Filter::default() };
        let mut all = Vec::new();
        for _ in 0..100 {
            all = job::page(&app.store, "wsp_test", &filter, None, 10).await.expect("reads");
            if all.iter().all(|j| j.state == State::Done) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        crew.leave().await;
        // the night's own beside them
        assert!(all.len() == 3 && all.iter().all(|j| j.state == State::Done), "{all:?}");
        assert!(ask().await.is_some(), "nothing is open");
    }
}
