//! Jobs: claimed once, retried, given up in the open.

use super::*;
use crate::{
    Error,
    job::{self, NewJob, State},
};

fn new(id: &str) -> NewJob {
    NewJob::new(id.to_owned(), "compute", json!({"day": "2026-11-22"}), at(0))
}

async fn claim(store: &Store, worker: &str, now: i64) -> Option<job::Job> {
    job::claim(store, worker, at(now), at(now + 60)).await.unwrap()
}

both! {
    async fn a_job_enqueued_in_a_transaction_that_failed_is_not_there(store: &Store) {
        let mut tx = store.begin().await.unwrap();
        assert!(job::enqueue(&mut tx, &new("job_1"), at(0)).await.unwrap());
        drop(tx);
        assert!(job::get(store, "job_1").await.unwrap().is_none());
    }

    async fn jobs_run_by_priority_and_time_and_report(store: &Store) {
        job::enqueue(store, &NewJob { run_at: at(5), ..new("job_late") }, at(0)).await.unwrap();
        job::enqueue(store, &new("job_b"), at(0)).await.unwrap();
        job::enqueue(store, &NewJob { priority: -1, run_at: at(1), ..new("job_first") }, at(0)).await.unwrap();
        let first = claim(store, "w", 2).await.unwrap();
        assert_eq!((first.id.as_str(), first.state, first.attempts), ("job_first", State::Running, 1));
        assert_eq!(first.payload, json!({"day": "2026-11-22"}));
        assert_eq!(claim(store, "w", 2).await.unwrap().id, "job_b");
        assert!(claim(store, "w", 2).await.is_none());
        assert_eq!(claim(store, "w", 5).await.unwrap().id, "job_late");
        assert!(!job::progress(store, &first, "w", 3, 10, "rows", at(100)).await.unwrap());
        job::done(store, &first, "w", at(7), Some(&json!({"ok": true}))).await.unwrap();
        let over = job::get(store, "job_first").await.unwrap().unwrap();
        assert_eq!((over.state, over.done, over.total, over.unit.as_deref()), (State::Done, 3, 10, Some("rows")));
        assert_eq!((over.result, over.finished_at), (Some(json!({"ok": true})), Some(at(7))));
        assert_eq!(job::forget(store, at(8)).await.unwrap(), 1);
    }

    async fn a_unique_key_is_open_once(store: &Store) {
        let keyed = |id: &str| NewJob { unique_key: Some("recompute".into()), ..new(id) };
        assert!(job::enqueue(store, &keyed("job_1"), at(0)).await.unwrap());
        assert!(!job::enqueue(store, &keyed("job_2"), at(0)).await.unwrap());
        let one = claim(store, "w", 1).await.unwrap();
        assert!(!job::enqueue(store, &keyed("job_2"), at(0)).await.unwrap());
        job::done(store, &one, "w", at(2), None).await.unwrap();
        assert!(job::enqueue(store, &keyed("job_2"), at(0)).await.unwrap());
    }

    async fn what_is_asked_while_it_runs_is_done_once_more_after_it(store: &Store) {
        let keyed = |id: &str| NewJob { unique_key: Some("search".into()), payload: json!({}), ..new(id) };
        assert!(job::enqueue_behind(store, &keyed("job_1"), at(0)).await.unwrap());
        // one that waits has read nothing yet
        assert!(!job::enqueue_behind(store, &keyed("job_2"), at(0)).await.unwrap());
        let one = claim(store, "w", 1).await.unwrap();
        for id in ["job_2", "job_3"] {
            assert!(!job::enqueue_behind(store, &keyed(id), at(1)).await.unwrap());
        }
        let end = async |one: &job::Job, next: &str| {
            let mut tx = store.begin().await.unwrap();
            job::done(&mut tx, one, "w", at(2), None).await.unwrap();
            let followed = job::follow(&mut tx, one, next, at(2)).await.unwrap();
            tx.commit().await.unwrap();
            followed
        };
        assert!(end(&one, "job_next").await);
        let next = claim(store, "w", 2).await.unwrap();
        assert_eq!((next.id.as_str(), next.name.as_str(), &next.payload, next.attempts), ("job_next", "compute", &json!({}), 1));
        assert!(!end(&next, "job_last").await, "nobody asked meanwhile");
        assert!(claim(store, "w", 3).await.is_none());
        assert!(job::enqueue_behind(store, &keyed("job_4"), at(3)).await.unwrap());
    }

    async fn a_failing_job_backs_off_and_dies_in_the_open(store: &Store) {
        job::enqueue(store, &NewJob { max_attempts: 3, ..new("job_1") }, at(0)).await.unwrap();
        let mut now = 0;
        for attempt in 1..=3u32 {
            let j = claim(store, "w", now).await.unwrap();
            assert_eq!(j.attempts, attempt);
            let state = job::retry(store, &j, "w", at(now), "no network").await.unwrap();
            assert_eq!(state, if attempt == 3 { State::Dead } else { State::Queued });
            assert!(claim(store, "w", now).await.is_none());
            now += job::back_off(attempt) / 1_000_000;
        }
        let dead = job::list(store, State::Dead, 10).await.unwrap();
        assert_eq!(dead[0].error.as_deref(), Some("no network"));
        assert!(claim(store, "w", 99_999).await.is_none());
        assert!(job::revive(store, "job_1", at(100_000)).await.unwrap());
        assert_eq!(claim(store, "w", 100_000).await.unwrap().attempts, 1);
    }

    async fn a_job_whose_worker_vanishes_is_taken_over_then_buried(store: &Store) {
        job::enqueue(store, &NewJob { max_attempts: 2, ..new("job_poison") }, at(0)).await.unwrap();
        let one = claim(store, "w1", 0).await.unwrap();
        assert!(claim(store, "w2", 60).await.is_none());
        let two = claim(store, "w2", 61).await.unwrap();
        assert_eq!(two.attempts, 2);
        // the first worker wakes up and must not overwrite the second's work
        assert!(matches!(job::done(store, &one, "w1", at(62), None).await.unwrap_err(), Error::LeaseLost { .. }));
        assert!(matches!(job::progress(store, &one, "w1", 1, 1, "", at(99)).await.unwrap_err(), Error::LeaseLost { .. }));
        assert!(claim(store, "w3", 200).await.is_none());
        let dead = job::get(store, "job_poison").await.unwrap().unwrap();
        assert_eq!((dead.state, dead.error.as_deref()), (State::Dead, Some("the worker died on every attempt")));
    }

    async fn progress_prolongs_the_lease_and_carries_the_wish_to_stop(store: &Store) {
        job::enqueue(store, &new("job_1"), at(0)).await.unwrap();
        job::enqueue(store, &NewJob { run_at: at(9_999), ..new("job_2") }, at(0)).await.unwrap();
        let j = claim(store, "w", 0).await.unwrap();
        job::progress(store, &j, "w", 1, 2, "rows", at(500)).await.unwrap();
        assert!(claim(store, "w2", 400).await.is_none());
        assert!(job::cancel(store, "job_1", at(1)).await.unwrap());
        assert!(job::progress(store, &j, "w", 1, 2, "rows", at(600)).await.unwrap());
        job::stopped(store, &j, "w", at(2)).await.unwrap();
        assert!(job::cancel(store, "job_2", at(3)).await.unwrap());
        assert!(!job::cancel(store, "job_2", at(3)).await.unwrap());
        assert_eq!(job::list(store, State::Cancelled, 10).await.unwrap().len(), 2);
    }

    async fn eight_workers_take_each_job_once(store: &Store) {
        for n in 0..60 {
            job::enqueue(store, &new(&format!("job_{n:03}")), at(0)).await.unwrap();
        }
        let workers: Vec<_> = (0..8).map(|w| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                let name = format!("w{w}");
                while let Some(j) = claim(&store, &name, 1).await {
                    job::done(&store, &j, &name, at(2), None).await.unwrap();
                    mine.push(j.id);
                }
                mine
            })
        }).collect();
        let mut all = Vec::new();
        for w in workers {
            all.append(&mut w.await.unwrap());
        }
        all.sort();
        let expected: Vec<String> = (0..60).map(|n| format!("job_{n:03}")).collect();
        assert_eq!(all, expected);
    }
}

#[test]
fn the_back_off_doubles_up_to_an_hour() {
    let seconds: Vec<i64> = (1..=14).map(|n| job::back_off(n) / 1_000_000).collect();
    assert_eq!(seconds, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]);
}

both! {
    async fn a_clock_that_jumps_neither_strands_a_job_nor_gives_it_out_twice(store: &Store) {
        let day = 86_400;
        // turned back by a day: what was to run at once runs at once
        job::enqueue(store, &NewJob { run_at: at(day), ..new("job_1") }, at(day)).await.unwrap();
        job::enqueue(store, &NewJob { run_at: at(day + 7_200), ..new("job_later") }, at(day)).await.unwrap();
        let one = claim(store, "w1", 0).await.unwrap();
        assert_eq!(one.id, "job_1");
        assert!(claim(store, "w1", 0).await.is_none(), "what was to wait does");
        // a lease given by tomorrow's clock counts from now: not at once, but when it is over
        job::progress(store, &one, "w1", 0, 0, "", at(day + 60)).await.unwrap();
        assert!(claim(store, "w2", 10).await.is_none());
        assert!(claim(store, "w2", 69).await.is_none());
        let two = claim(store, "w2", 71).await.unwrap();
        assert_eq!((two.id.as_str(), two.attempts), ("job_1", 2));
        // a back-off, too
        job::retry(store, &two, "w2", at(day), "no network").await.unwrap();
        assert_eq!(claim(store, "w2", 80).await.unwrap().attempts, 3);
    }

    async fn long_jobs_leave_a_place_to_short_ones(store: &Store) {
        job::enqueue(store, &NewJob { priority: 10, ..new("job_long") }, at(0)).await.unwrap();
        assert!(job::claim_up_to(store, "w", at(1), at(61), 5).await.unwrap().is_none());
        job::enqueue(store, &new("job_short"), at(0)).await.unwrap();
        assert_eq!(job::claim_up_to(store, "w", at(1), at(61), 5).await.unwrap().unwrap().id, "job_short");
        assert_eq!(claim(store, "w", 1).await.unwrap().id, "job_long");
    }

    async fn a_job_given_back_costs_no_attempt(store: &Store) {
        job::enqueue(store, &new("job_1"), at(0)).await.unwrap();
        for _ in 0..20 {
            let j = claim(store, "w", 1).await.unwrap();
            assert_eq!(j.attempts, 1);
            job::release(store, &j, "w").await.unwrap();
            assert!(matches!(job::release(store, &j, "w").await.unwrap_err(), Error::LeaseLost { .. }));
        }
    }

    async fn a_history_is_paged_and_filtered(store: &Store) {
        let amy = domain::audit::Actor { id: "usr_amy".into(), name: "Amy".into(), token: Some("tok_1".into()) };
        for n in 0..7i64 {
            let j = new(&format!("job_{n}"));
            let j = if n % 2 == 0 { j.by("wsp_1", &amy) } else { NewJob { workspace: "wsp_1".into(), name: "sweep".into(), ..j } };
            job::enqueue(store, &j, at(n / 3)).await.unwrap();
        }
        job::enqueue(store, &NewJob { workspace: "wsp_2".into(), ..new("job_other") }, at(9)).await.unwrap();
        let (mut all, mut before): (Vec<String>, Option<(Instant, String)>) = (Vec::new(), None);
        loop {
            let place = before.as_ref().map(|(at, id)| (*at, id.as_str()));
            let page = job::page(store, "wsp_1", &job::Filter::default(), place, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.created_at, last.id.clone()));
            all.extend(page.into_iter().map(|j| j.id));
        }
        assert_eq!(all, ["job_6", "job_5", "job_4", "job_3", "job_2", "job_1", "job_0"]);
        let ids = async |f: job::Filter| -> Vec<String> {
            job::page(store, "wsp_1", &f, None, 10).await.unwrap().into_iter().map(|j| j.id).collect()
        };
        assert_eq!(ids(job::Filter { actor: Some("usr_amy".into()), ..Default::default() }).await, ["job_6", "job_4", "job_2", "job_0"]);
        assert_eq!(ids(job::Filter { name: Some("sweep".into()), ..Default::default() }).await, ["job_5", "job_3", "job_1"]);
        assert!(ids(job::Filter { state: Some(State::Done), ..Default::default() }).await.is_empty());
        let hers = job::get(store, "job_6").await.unwrap().unwrap();
        assert_eq!((hers.actor.as_str(), hers.token.as_deref(), hers.workspace.as_str()), ("usr_amy", Some("tok_1"), "wsp_1"));
        let one = claim(store, "w", 20).await.unwrap();
        job::done(store, &one, "w", at(30), None).await.unwrap();
        assert_eq!(job::recent(store, "wsp_1", at(29), 100).await.unwrap().len(), 7);
        assert_eq!(job::recent(store, "wsp_1", at(30), 100).await.unwrap().len(), 6);
    }

    async fn a_slot_is_taken_once(store: &Store) {
        let taken = |day: i32, at_: i64| crate::schedule::Taken { schedule: "sweep".into(), day: domain::Day(day), at: at(at_), job: format!("job_{day}") };
        let take = async |t: &crate::schedule::Taken| {
            let mut tx = store.begin().await.unwrap();
            let first = crate::schedule::take(&mut tx, "wsp_1", t).await.unwrap();
            tx.commit().await.unwrap();
            first
        };
        assert!(take(&taken(100, 5)).await);
        assert!(!take(&taken(100, 6)).await);
        assert!(take(&taken(99, 7)).await, "a day before, after the clock was turned back, is another slot");
        assert!(crate::schedule::is_taken(store, "wsp_1", "sweep", domain::Day(100)).await.unwrap());
        assert!(!crate::schedule::is_taken(store, "wsp_2", "sweep", domain::Day(100)).await.unwrap());
        assert_eq!(crate::schedule::last(store, "wsp_1").await.unwrap(), [taken(99, 7)]);
        assert_eq!(crate::schedule::forget(store, at(6)).await.unwrap(), 1);
    }
}
