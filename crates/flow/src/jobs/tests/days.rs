//! What is done every day.

use super::*;
use crate::jobs::{kind::Kind, perform as really, schedule::{SCHEDULES, tick}};
use std::collections::BTreeMap;
use store::schedule;

/// Jobs there were, by kind and day.
async fn jobs(app: &App) -> BTreeMap<(String, String), usize> {
    let mut all = BTreeMap::new();
    let page = job::page(&app.store, "wsp_test", &job::Filter::default(), None, 10_000).await.expect("reads");
    for j in page {
        *all.entry((j.name, j.payload["day"].as_str().unwrap_or_default().to_owned())).or_default() += 1;
    }
    all
}

/// Ends every job, so that the next slot finds none open.
async fn finish(app: &App) {
    let now = app.clock.now();
    while let Some(j) = job::claim(&app.store, "test", now, Instant(now.0 + 60 * SECOND)).await.expect("answers") {
        job::done(&app.store, &j, "test", now, None).await.expect("ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_slot_runs_once_over_processes_and_jumps_of_the_clock() {
    for place in Place::both().await {
        let (one, two) = (place.process(2).await, place.process(3).await);
        // every half hour of ten days, with a day forward, a day back and two hours back in between; two processes look each time
        let mut at = NOW;
        for step in 0..480 {
            at.0 += match step {
                100 | 300 => DAY,
                110 | 200 => -DAY,
                250 => -2 * 3_600 * SECOND,
                _ => 1_800 * SECOND,
            };
            place.clock.set(at);
            let (a, b) = tokio::join!(tick(&one), tick(&two));
            a.and(b).expect("the schedules are looked at");
            finish(&one).await;
        }
        let all = jobs(&one).await;
        assert!(all.values().all(|n| *n == 1), "a slot ran twice: {all:#?}");
        for s in SCHEDULES {
            let days = all.keys().filter(|(name, _)| name == s.kind.key()).count();
            assert!((10..=13).contains(&days), "{}: {days} days of ten", s.kind.key());
        }
        let last = schedule::last(&one.store, "wsp_test").await.expect("reads");
        assert_eq!(last.iter().map(|t| t.schedule.as_str()).collect::<Vec<_>>(), ["compact", "duplicates", "quality", "roll", "seal", "sweep", "tidy"]);
    }
}

#[tokio::test]
async fn before_there_is_a_business_nothing_is_scheduled() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = opened::process(folder.path(), None, Arc::new(MockClock::at(NOW)), 1).await;
    assert_eq!(tick(&app).await.expect("looks"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_forgotten() {
    for place in Place::both().await {
        let app = place.process(2).await;
        let crew = Crew::of(&app, really);
        let mut slots = Vec::new();
        for _ in 0..200 {
            slots = schedule::last(&app.store, "wsp_test").await.expect("reads");
            if slots.len() == SCHEDULES.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(slots.len(), SCHEDULES.len(), "the slots that have begun are taken as a bench begins");
        for t in &slots {
            until(&place, &app, &t.job, State::Done).await;
        }
        enqueue(&app, "job_dead", "nonsense").await;
        until(&place, &app, "job_dead", State::Dead).await;
        std::fs::create_dir_all(app.exports()).expect("a folder");
        for name in ["job_none", "job_dead.1.part"] {
            std::fs::write(app.exports().join(name), "x").expect("a file");
        }
        // a month later what is done is gone, and files that are no open export's; what failed stays for somebody to see
        place.clock.set(Instant(NOW.0 + 32 * DAY));
        enqueue(&app, "job_tidy", Kind::Tidy.key()).await;
        until(&place, &app, "job_tidy", State::Done).await;
        for t in &slots {
            assert!(job::get(&app.store, &t.job).await.expect("answers").is_none(), "{t:?}");
        }
        assert!(job::get(&app.store, "job_dead").await.expect("answers").is_some());
        assert_eq!(std::fs::read_dir(app.exports()).expect("the folder").count(), 0);
        crew.leave().await;
    }
}
