//! `zhiyin serve`: ready, killed while it works, ready again.

use crate::{
    failpoints::WORK,
    files::orders,
    place::{Engine, Place, block_on, run, start},
};
use domain::clock::{Clock, Instant, SystemClock};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    time::Duration,
};
use store::{
    Store,
    job::{self, State},
};

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts it on a free port and waits until it says where.
    #[track_caller]
    pub fn start(place: &Place) -> Server {
        let mut command = place.at_home(["serve", "--json", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output is ours");
        BufReader::new(out).read_line(&mut line).expect("it says something");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|e| {
            child.kill().expect("the process is ours to kill");
            let mut err = String::new();
            child.stderr.take().expect("its errors are ours").read_to_string(&mut err).expect("its errors read");
            panic!("{e}: {line:?} {err}")
        });
        let address = said["address"].as_str().and_then(|a| a.strip_prefix("http://")).expect("an address").to_owned();
        Server { child, address }
    }

    /// Does `GET path` answer 200?
    pub fn answers(&self, path: &str) -> bool {
        self.get(path).is_ok_and(|text| text.starts_with("HTTP/1.1 200"))
    }

    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself; then there is nothing to kill
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

#[test]
fn a_job_outlives_the_death_of_its_server_on_sqlite() {
    jobs_outlive(Engine::Sqlite);
}

#[test]
fn a_job_outlives_the_death_of_its_server_on_postgres() {
    jobs_outlive(Engine::Postgres);
}

fn jobs_outlive(engine: Engine) {
    for (n, point) in WORK.iter().enumerate() {
        println!("{engine:?}: {point}");
        let place = Place::new(engine);
        let (text, _) = orders(n, 5);
        let file = place.file("orders.csv", &text);
        place.import(&file).ends(0);
        let server = start(place.at_home(["serve", "--json", "--listen", "127.0.0.1:0"]).env("ZHIYIN_FAILPOINT", point));
        let died = server.within(Duration::from_secs(30)).unwrap_or_else(|late| panic!("{point} was not passed: {late:#?}"));
        died.aborted();
        block_on(taken_up(&place, point));
    }
}

/// The job is there, its attempt counted, and the next worker gets it when the lease is over; not before.
async fn taken_up(place: &Place, point: &str) {
    let store = Store::open(&place.url()).await.expect("the store opens");
    let running = job::list(&store, State::Running, 10).await.expect("the jobs read");
    let [left] = running.as_slice() else { panic!("one job should run after dying at {point}: {running:?}") };
    assert_eq!(left.attempts, 1);
    let now = SystemClock.now();
    let at = |seconds: i64| Instant(now.0 + seconds * 1_000_000);
    assert!(job::claim(&store, "early", now, at(60)).await.expect("the jobs answer").is_none(), "the lease was not kept");
    let next = job::claim(&store, "next", at(3_600), at(3_660)).await.expect("the jobs answer").expect("the job is given out again");
    assert_eq!((&next.id, next.attempts), (&left.id, 2));
    job::done(&store, &next, "next", at(3_601), None).await.expect("the job ends");
    assert!(job::claim(&store, "late", at(7_200), at(7_260)).await.expect("the jobs answer").is_none(), "the job was given out twice");
    store.close().await;
}

#[test]
fn a_port_in_use_is_a_conflict() {
    let place = Place::sqlite();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let said = run(&mut place.at_home(["serve", "--json", "--listen", &address])).ends(7);
    assert_eq!(said.json()["error"]["code"], "port", "{said:#?}");
    assert!(said.err.contains(&address), "{said:#?}");
}
