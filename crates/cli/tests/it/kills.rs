//! `kill -9` at random instants, of imports, undos and servers. Every import that was acknowledged is in once; every other is
//! whole or absent.

use crate::{
    failpoints::healthy,
    files::{Lot, orders},
    place::{Answer, Engine, Place, run, start},
    server::{Browser, Server},
    world::{World, age, orphans},
};
use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};
use testkit::chance::Chance;

/// Imports that must really be killed, half on each database, if `ZHIYIN_KILLS` does not say how many.
const KILLS: usize = 200;
/// The signal of `kill -9`.
const SIGKILL: i32 = 9;
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

/// Undos and servers to kill on each database, beside the imports.
const UNDOS: usize = 20;
const SERVERS: usize = 8;

/// A business under fire.
struct Siege {
    engine: Engine,
    place: Place,
    chance: Chance,
    tries: Vec<Try>,
}

fn killed(engine: Engine, stream: u64) {
    let seed = number("ZHIYIN_SEED", u64::from(std::process::id()));
    let kills = number("ZHIYIN_KILLS", KILLS as u64).div_ceil(2) as usize;
    println!("{engine:?}: {kills} imports to kill, ZHIYIN_SEED={seed}");
    let chance = Chance::new(seed.wrapping_mul(2) + stream);
    let mut siege = Siege { engine, place: Place::new(engine), chance, tries: Vec::with_capacity(2 * kills) };
    let imports = siege.imports(kills);
    let undos = siege.undos(UNDOS);
    let servers = siege.servers(SERVERS);
    println!("{engine:?}: {} processes were killed: {imports} imports, {undos} undos, {servers} servers", imports + undos + servers);
    assert!(imports >= kills, "{imports} of {kills} imports were killed");
    siege.all_once_more();
}

impl Siege {
    /// A file of the next number, not tried yet.
    fn file(&self) -> (PathBuf, String, Lot) {
        let n = self.tries.len();
        let (text, lot) = orders(n, CUSTOMERS);
        (self.place.file(&format!("orders-{n}.csv"), &text), text, lot)
    }

    /// What is there, compared with what was said: every file whole or absent, and those acknowledged whole.
    fn weighed(&self) -> (World, Vec<usize>) {
        let world = World::of(&self.place);
        let mut absent = Vec::new();
        for (n, t) in self.tries.iter().enumerate() {
            match world.files.get(&n) {
                Some(there) => assert_eq!(*there, t.lot, "file {n} is not whole or more than once there"),
                None => {
                    assert!(!t.acknowledged, "file {n} was acknowledged and is lost");
                    absent.push(n);
                }
            }
        }
        let whole = self.tries.len() - absent.len();
        assert_eq!(world.committed.len(), whole, "one ledger row for each");
        assert_eq!(world.customers, (whole * CUSTOMERS) as u64);
        (world, absent)
    }

    /// Imports at random until so many were killed; answers how many were. An import that ended before its kill does not
    /// count.
    fn imports(&mut self, kills: usize) -> usize {
        // milliseconds an import takes here, followed as the lake grows
        let mut usual = LONGEST;
        let (mut late, mut killed) = (0, 0);
        while killed < kills {
            assert!(self.tries.len() <= 6 * kills + 10, "{killed} of {} imports were killed: the kills come too late", self.tries.len());
            let (file, _, lot) = self.file();
            let mut command = self.place.importing(std::slice::from_ref(&file));
            let begun = Instant::now();
            // the first is left alone: it makes the database and shows how long an import takes
            let first = self.tries.is_empty();
            let ended = if first { Ok(run(&mut command)) } else { start(&mut command).within(delay(&mut self.chance, usual)) };
            let answer: &Answer = match &ended {
                Ok(answer) => {
                    let took = begun.elapsed().as_secs_f64() * 1_000.0;
                    usual = if self.tries.len() <= 1 { took } else { usual.mul_add(0.8, took * 0.2) };
                    assert_eq!((answer.code, answer.acknowledged()), (Some(0), true), "an import failed by itself: {answer:#?}");
                    answer
                }
                Err(answer) => {
                    // one that ended in the instant of its kill was not killed
                    killed += usize::from(answer.signal == Some(SIGKILL));
                    late += usize::from(answer.acknowledged());
                    answer
                }
            };
            self.tries.push(Try { file, lot, acknowledged: answer.acknowledged() });
        }
        let (world, absent) = self.weighed();
        println!(
            "{:?}: {} imports, {killed} killed ({late} after their answer); {} are in, {} are not; an import takes {usual:.0} ms",
            self.engine, self.tries.len(), self.tries.len() - absent.len(), absent.len()
        );
        assert!(self.tries.len() - killed > 1 && !absent.is_empty(), "the kills came too early or too late to show anything");
        healthy(&self.place, &world);
        killed
    }

    /// An import that nobody kills.
    fn one_more(&mut self) -> World {
        let (file, _, lot) = self.file();
        assert!(run(&mut self.place.importing(std::slice::from_ref(&file))).ends(0).acknowledged());
        self.tries.push(Try { file, lot, acknowledged: true });
        self.weighed().0
    }

    /// Undos at random until so many were killed: each import is out as a whole, or in as before.
    fn undos(&mut self, kills: usize) -> usize {
        let (mut before, _) = self.weighed();
        let (mut usual, mut killed, mut out) = (LONGEST / 2.0, 0, 0);
        while killed < kills {
            let Some(import) = before.committed.last().cloned() else {
                // few imports outlived their kill, and these are out: one more, left alone
                before = self.one_more();
                continue;
            };
            let mut undo = self.place.at_home(["import", "--undo", &import, "--json"]);
            let begun = Instant::now();
            let delay = Duration::from_secs_f64(usual * 1.3 * self.chance.unit() / 1_000.0);
            let ended = start(&mut undo).within(delay);
            let said = match &ended {
                Ok(answer) => {
                    assert_eq!(answer.code, Some(0), "an undo failed by itself: {answer:#?}");
                    usual = usual.mul_add(0.5, begun.elapsed().as_secs_f64() * 500.0);
                    true
                }
                Err(answer) => {
                    killed += usize::from(answer.signal == Some(SIGKILL));
                    answer.out.contains("\"undone\":true")
                }
            };
            let after = World::of(&self.place);
            if after == before {
                assert!(!said, "an undo was acknowledged and did not happen");
                continue;
            }
            out += 1;
            let gone: Vec<usize> = before.files.keys().filter(|n| !after.files.contains_key(n)).copied().collect();
            let [n] = gone.as_slice() else { panic!("one file went with an import: {gone:?}") };
            let mut expected = before.clone();
            expected.snapshot += 1;
            expected.committed.pop();
            expected.files.remove(n);
            expected.customers -= CUSTOMERS as u64;
            *expected.rows.get_mut("orders").expect("a table of orders") -= CUSTOMERS as u64 * 2;
            assert_eq!(after, expected, "an undo took more or less than its import");
            self.tries[*n].acknowledged = false;
            before = after;
        }
        println!("{:?}: {killed} undos killed; {out} imports are out", self.engine);
        healthy(&self.place, &before);
        killed
    }

    /// Servers that are killed while somebody imports by the web: what the server said is in is in.
    fn servers(&mut self, kills: usize) -> usize {
        let mut browser = Browser::default();
        let (mut usual, mut killed, mut said) = (0.0, 0, 0);
        while killed < kills {
            let server = Server::start(&self.place);
            browser.address = server.address.clone();
            if let Some(token) = &server.token {
                browser.set_up(token);
            }
            let (file, text, lot) = self.file();
            let (mut there, name) = (browser.clone(), file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
            let begun = Instant::now();
            let import = thread::spawn(move || there.import(&name, &text).map(|()| begun.elapsed().as_secs_f64() * 1_000.0));
            if usual > 0.0 {
                thread::sleep(Duration::from_secs_f64(usual * 1.1 * self.chance.unit() / 1_000.0));
            } else {
                // the first is left alone: it shows how long it takes
                while !import.is_finished() {
                    thread::sleep(Duration::from_millis(10));
                }
            }
            server.die();
            killed += 1;
            let answer = import.join().expect("the browser met nothing it did not expect");
            if let (true, Ok(took)) = (usual == 0.0, &answer) {
                usual = *took;
            }
            said += usize::from(answer.is_ok());
            self.tries.push(Try { file, lot, acknowledged: answer.is_ok() });
            self.weighed();
        }
        println!("{:?}: {killed} servers killed, {said} of them after they said that the file is in; that takes {usual:.0} ms", self.engine);
        killed
    }

    /// Ready within the promised five seconds; then all files once more in one import: what was absent comes in, what was
    /// there does not come twice.
    fn all_once_more(&self) {
        let begun = Instant::now();
        let server = Server::start(&self.place);
        assert!(server.answers("/healthz"), "the server does not answer");
        assert!(begun.elapsed() < Duration::from_secs(5), "ready after {:?}", begun.elapsed());
        drop(server);

        let (_, absent) = self.weighed();
        let whole = self.tries.len() - absent.len();
        let lost = orphans(&self.place);
        lost.iter().for_each(|p| age(p));
        let files: Vec<PathBuf> = self.tries.iter().map(|t| t.file.clone()).collect();
        let said = run(&mut self.place.importing(&files)).ends(0).json();
        assert_eq!(said["accepted"], absent.len() * CUSTOMERS * 2, "{said}");
        assert_eq!(said["duplicates"], whole * CUSTOMERS * 2, "{said}");
        let all = World::of(&self.place);
        assert!(self.tries.iter().enumerate().all(|(n, t)| all.files.get(&n) == Some(&t.lot)), "{:#?}", all.files);
        assert_eq!(all.orders(), (self.tries.len() * CUSTOMERS * 2) as u64);
        assert_eq!(all.customers, (self.tries.len() * CUSTOMERS) as u64);
        assert_eq!(orphans(&self.place), Vec::<PathBuf>::new(), "{} files of killed imports were not swept", lost.len());
        healthy(&self.place, &all);
    }
}
