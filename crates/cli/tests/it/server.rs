//! `zhiyin serve`: ready, killed while it works, ready again.

use crate::{
    failpoints::{COMPACTION, WORK},
    files::orders,
    place::{Engine, Place, block_on, run, start},
    world::{World, orphans},
};
use domain::clock::{Clock, Instant, SystemClock};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};
use store::{
    Store,
    job::{self, State},
};

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    /// where it answers
    pub address: String,
    /// the token of the first start, while nobody can sign in
    pub token: Option<String>,
}

/// A browser, as far as imports need one.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// `host:port`
    pub address: String,
    /// the session
    pub cookie: String,
}

impl Browser {
    /// One request under `/api/v1`: status and answer. An error when the server is gone.
    pub fn send(&mut self, method: &str, path: &str, kind: &str, body: &str) -> std::io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let (address, cookie, length) = (&self.address, &self.cookie, body.len());
        write!(
            stream,
            "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nX-Zhiyin-Csrf: 1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let broken = || std::io::Error::other(format!("no answer: {text:?}"));
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(broken)?;
        let set = head.lines().find_map(|l| l.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")));
        if let Some(cookie) = set.and_then(|(_, value)| value.split(';').next()) {
            self.cookie = cookie.to_owned();
        }
        if status == 204 {
            return Ok((status, Value::Null));
        }
        Ok((status, serde_json::from_str(body).map_err(|_| broken())?))
    }

    /// Makes the owner with the token of the first start.
    #[track_caller]
    pub fn set_up(&mut self, token: &str) {
        let form = serde_json::json!({
            "token": token, "name": "Owner", "email": "owner@shop.test", "password": "correct horse battery",
            "workspace_name": "Shop", "time_zone": "UTC", "currency": "USD", "lang": "en"
        });
        let (status, said) = self.send("POST", "/setup", "application/json", &form.to_string()).expect("it answers");
        assert_eq!(status, 201, "{said}");
    }

    /// Brings a file in: uploaded, checked, committed. `Ok` once the server said that it is in; an error when the server is
    /// gone before.
    pub fn import(&mut self, name: &str, text: &str) -> std::io::Result<()> {
        let body = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n--edge--\r\n");
        let (status, import) = self.send("POST", "/imports", "multipart/form-data; boundary=edge", &body)?;
        assert_eq!(status, 201, "{import}");
        let id = import["id"].as_str().expect("an id").to_owned();
        for (step, becomes) in [("check", "checked"), ("commit", "committed")] {
            let (status, said) = self.send("POST", &format!("/imports/{id}/{step}"), "application/json", "{}")?;
            assert_eq!(status, 202, "{said}");
            loop {
                let (_, now) = self.send("GET", &format!("/imports/{id}"), "application/json", "")?;
                assert_ne!(now["status"], "failed", "{now}");
                if now["status"] == becomes {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Ok(())
    }
}

impl Server {
    /// Starts it on a free port and waits until it says where.
    #[track_caller]
    pub fn start(place: &Place) -> Server {
        Server::start_to_die(place, None)
    }

    /// The same, to die where a failpoint says.
    #[track_caller]
    pub fn start_to_die(place: &Place, failpoint: Option<&str>) -> Server {
        let mut command = place.at_home(["serve", "--json", "--listen", "127.0.0.1:0"]);
        Server::launched(command.envs(failpoint.map(|name| ("ZHIYIN_FAILPOINT", name))))
    }

    /// Starts this command, which serves on a port of its own choice.
    #[track_caller]
    pub fn launched(command: &mut Command) -> Server {
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
        let token = said["setup"].as_str().and_then(|link| link.split("token=").nth(1)).map(str::to_owned);
        Server { child, address, token }
    }

    /// `kill -9`.
    pub fn die(mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("the process is ours to kill");
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it ever took, in MiB.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).expect("Linux tells it");
        line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number") / 1024
    }

    /// Did it end by itself?
    pub fn is_gone(&mut self) -> bool {
        self.child.try_wait().expect("the process is ours").is_some()
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

/// The job is there, its attempt counted, and the next worker gets it when the lease is over; not before. Beside it are those of the
/// schedules.
async fn taken_up(place: &Place, point: &str) {
    let store = Store::open(&place.url()).await.expect("the store opens");
    let running = job::list(&store, State::Running, 10).await.expect("the jobs read");
    let refresh: Vec<&job::Job> = running.iter().filter(|j| j.name == "refresh").collect();
    let [left] = refresh.as_slice() else { panic!("one such job should run after dying at {point}: {running:?}") };
    assert_eq!(left.attempts, 1);
    let now = SystemClock.now();
    let at = |seconds: i64| Instant(now.0 + seconds * 1_000_000);
    let take = async |worker: &str, from: i64| {
        let mut taken = Vec::new();
        while let Some(j) = job::claim(&store, worker, at(from), at(from + 60)).await.expect("the jobs answer") {
            job::done(&store, &j, worker, at(from + 1), None).await.expect("the job ends");
            taken.push((j.id, j.attempts));
        }
        taken
    };
    assert!(take("early", 0).await.iter().all(|(id, _)| *id != left.id), "the lease was not kept");
    let next = take("next", 3_600).await;
    assert!(next.contains(&(left.id.clone(), 2)), "the job is given out again: {next:?}");
    assert!(take("late", 7_200).await.is_empty(), "a job was given out twice");
    store.close().await;
}

#[test]
fn a_compaction_dies_before_it_is_true_and_the_next_one_is_on_sqlite() {
    compactions_die(Engine::Sqlite);
}

#[test]
fn a_compaction_dies_before_it_is_true_and_the_next_one_is_on_postgres() {
    compactions_die(Engine::Postgres);
}

/// Small files of imports are merged when a server starts, as every night. It dies before that is true: everything is as it was, but for
/// files that nothing names. The next server does it, and they are gone.
fn compactions_die(engine: Engine) {
    let place = Place::new(engine);
    for n in 0..5 {
        let (text, _) = orders(n, 5);
        place.import(&place.file(&format!("orders-{n}.csv"), &text)).ends(0);
    }
    let before = World::of(&place);
    let server = start(place.at_home(["serve", "--json", "--listen", "127.0.0.1:0"]).env("ZHIYIN_FAILPOINT", COMPACTION));
    server.within(Duration::from_secs(30)).unwrap_or_else(|late| panic!("{COMPACTION} was not passed: {late:#?}")).aborted();
    assert_eq!(World::of(&place), before);
    assert!(!orphans(&place).is_empty(), "nothing was written before it died");
    // whoever waits for the lease would take it up: it is given back
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let later = |seconds: i64| Instant(SystemClock.now().0 + seconds * 1_000_000);
        while let Some(left) = job::claim(&store, "next", later(3_600), later(3_660)).await.expect("the jobs answer") {
            match left.name.as_str() {
                "compact" => {
                    job::release(&store, &left, "next").await.expect("it is given back");
                    break;
                }
                _ => job::done(&store, &left, "next", later(3_601), None).await.expect("the job ends"),
            }
        }
        store.close().await;
    });
    let server = Server::start(&place);
    let begun = std::time::Instant::now();
    while World::of(&place).snapshot == before.snapshot {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is not taken up");
        std::thread::sleep(Duration::from_millis(100));
    }
    server.die();
    let after = World::of(&place);
    assert_eq!(World { snapshot: before.snapshot, ..after }, before);
    assert_eq!(orphans(&place), Vec::<std::path::PathBuf>::new(), "what the dead one wrote is left");
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

/// Whoever has read where it is may end it, however soon.
#[test]
fn a_demo_that_has_just_named_its_address_ends_in_order() {
    let place = Place::sqlite();
    for made in [true, false] {
        let demo = start(&mut place.zhiyin(["demo", "--json", "--port", "0", "--customers", "20", "--data", "demo"]));
        assert!(demo.first_line()["address"].is_string(), "made: {made}");
        assert!(demo.interrupt());
        demo.within(Duration::from_secs(30)).expect("it ends").ends(0);
    }
}
