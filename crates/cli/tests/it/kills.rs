//! `kill -9` at random instants. Every import that was acknowledged is in once; every other is whole or absent.

use crate::{
    failpoints::healthy,
    files::{Lot, orders},
    place::{Answer, Engine, Place, run, start},
    server::Server,
    world::{World, age, orphans},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use testkit::chance::Chance;

/// Imports to kill if `ZHIYIN_KILLS` does not say how many.
const KILLS: usize = 200;
/// The longest an import may live, in milliseconds.
const LONGEST: f64 = 800.0;
/// Customers of an import.
const CUSTOMERS: usize = 150;

#[test]
fn random_kills_on_sqlite() {
    killed(Engine::Sqlite, 0);
}

#[test]
fn random_kills_on_postgres() {
    killed(Engine::Postgres, 1);
}

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |text| text.parse().unwrap_or_else(|e| panic!("{name}={text}: {e}")))
}

/// When to kill: half of the time log-uniform from the start, else log-uniform before or after the usual end, where the
/// commit is.
fn delay(chance: &mut Chance, usual: f64) -> Duration {
    let logarithmic = |chance: &mut Chance, most: f64| (chance.unit() * (most + 1.0).ln()).exp() - 1.0;
    let milliseconds = if chance.with(0.5) {
        logarithmic(chance, LONGEST.max(usual))
    } else if chance.with(0.7) {
        usual - logarithmic(chance, usual / 2.0)
    } else {
        usual + logarithmic(chance, usual / 2.0)
    };
    Duration::from_secs_f64(milliseconds.max(0.0) / 1_000.0)
}

struct Try {
    file: PathBuf,
    lot: Lot,
    acknowledged: bool,
}

fn killed(engine: Engine, stream: u64) {
    let seed = number("ZHIYIN_SEED", u64::from(std::process::id()));
    let kills = number("ZHIYIN_KILLS", KILLS as u64).div_ceil(2) as usize;
    println!("{engine:?}: {kills} kills, ZHIYIN_SEED={seed}");
    let mut chance = Chance::new(seed.wrapping_mul(2) + stream);
    let place = Place::new(engine);
    let mut tries = Vec::with_capacity(kills + 1);
    // milliseconds an import takes here, followed as the lake grows
    let mut usual = LONGEST;
    let (mut late, mut answered) = (0, 0);
    for n in 0..=kills {
        let (text, lot) = orders(n, CUSTOMERS);
        let file = place.file(&format!("orders-{n}.csv"), &text);
        let mut command = place.importing(std::slice::from_ref(&file));
        let begun = Instant::now();
        // the first is left alone: it makes the database and shows how long an import takes
        let ended = if n == 0 { Ok(run(&mut command)) } else { start(&mut command).within(delay(&mut chance, usual)) };
        let answer: &Answer = match &ended {
            Ok(answer) => {
                let took = begun.elapsed().as_secs_f64() * 1_000.0;
                usual = if n <= 1 { took } else { usual.mul_add(0.8, took * 0.2) };
                assert_eq!((answer.code, answer.acknowledged()), (Some(0), true), "an import failed by itself: {answer:#?}");
                answered += 1;
                answer
            }
            Err(answer) => {
                late += usize::from(answer.acknowledged());
                answer
            }
        };
        tries.push(Try { file, lot, acknowledged: answer.acknowledged() });
    }
    let world = World::of(&place);
    let (mut whole, mut absent) = (0, Vec::new());
    for (n, t) in tries.iter().enumerate() {
        match world.files.get(&n) {
            Some(there) => {
                assert_eq!(*there, t.lot, "file {n} is not whole or more than once there");
                whole += 1;
            }
            None => {
                assert!(!t.acknowledged, "file {n} was acknowledged and is lost");
                absent.push(n);
            }
        }
    }
    println!(
        "{engine:?}: {answered} ended first, {} were killed ({late} after their answer); {whole} are in, {} are not; an import takes {usual:.0} ms",
        tries.len() - answered,
        absent.len()
    );
    assert_eq!(world.committed.len(), whole, "one ledger row for each");
    assert_eq!(world.customers, (whole * CUSTOMERS) as u64);
    assert!(answered > 1 && !absent.is_empty(), "the kills came too early or too late to show anything");
    healthy(&place, &world);

    // ready again within the promised five seconds
    let begun = Instant::now();
    let server = Server::start(&place);
    assert!(server.answers("/healthz"), "the server does not answer");
    assert!(begun.elapsed() < Duration::from_secs(5), "ready after {:?}", begun.elapsed());
    drop(server);

    // all files once more in one import: what was absent comes in, what was there does not come twice
    let lost = orphans(&place);
    lost.iter().for_each(|p| age(p));
    let files: Vec<PathBuf> = tries.iter().map(|t| t.file.clone()).collect();
    let said = run(&mut place.importing(&files)).ends(0).json();
    assert_eq!(said["accepted"], absent.len() * CUSTOMERS * 2, "{said}");
    assert_eq!(said["duplicates"], whole * CUSTOMERS * 2, "{said}");
    let all = World::of(&place);
    assert!(tries.iter().enumerate().all(|(n, t)| all.files.get(&n) == Some(&t.lot)), "{:#?}", all.files);
    assert_eq!(all.orders(), (tries.len() * CUSTOMERS * 2) as u64);
    assert_eq!(all.customers, (tries.len() * CUSTOMERS) as u64);
    assert_eq!(orphans(&place), Vec::<PathBuf>::new(), "{} files of killed imports were not swept", lost.len());
    healthy(&place, &all);
}
