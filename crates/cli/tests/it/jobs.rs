//! Jobs of the real server, which dies: of a job that takes it down, at the worst places, and at random under a load of jobs.

use crate::{
    failpoints::{EXPORT, RECORDS},
    files::orders,
    place::{Engine, Place},
    server::{Browser, Server},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};
use testkit::chance::Chance;

/// A job is taken up again so soon after the server answers.
const TAKEN_UP: Duration = Duration::from_secs(15);
/// Exports waiting while the server is killed, and how often it is.
const LOAD: usize = 60;
const KILLS: usize = 10;

#[test]
fn a_job_that_takes_the_server_down_is_given_up_on_sqlite() {
    poison(Engine::Sqlite);
}

#[test]
fn a_job_that_takes_the_server_down_is_given_up_on_postgres() {
    poison(Engine::Postgres);
}

#[test]
fn jobs_survive_random_kills_on_sqlite() {
    killed(Engine::Sqlite);
}

#[test]
fn jobs_survive_random_kills_on_postgres() {
    killed(Engine::Postgres);
}

/// A business with a few customers, an owner who is signed in, and no server.
fn business(engine: Engine) -> (Place, Browser) {
    let place = Place::new(engine);
    let server = Server::start(&place);
    let mut browser = Browser { address: server.address.clone(), ..Browser::default() };
    browser.set_up(server.token.as_deref().expect("nobody is set up"));
    browser.import("orders.csv", &orders(0, 40).0).expect("the file is in");
    server.die();
    (place, browser)
}

impl Browser {
    fn get(&mut self, path: &str) -> Value {
        let (status, said) = self.send("GET", path, "application/json", "").expect("it answers");
        assert_eq!(status, 200, "{said}");
        said
    }

    /// Orders an export; its id, unless the server died of it before it could answer.
    fn export(&mut self, form: &Value) -> Option<String> {
        let (status, said) = self.send("POST", "/exports", "application/json", &form.to_string()).ok()?;
        assert_eq!(status, 202, "{said}");
        said["id"].as_str().map(str::to_owned)
    }

    /// Every export by id.
    fn exports(&mut self) -> BTreeMap<String, Value> {
        let page = self.get("/jobs?kind=export&limit=200");
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().map(|j| (j["id"].as_str().unwrap_or_default().to_owned(), j)).collect()
    }

    /// Waits until a job is over.
    fn over(&mut self, id: &str) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.get(&format!("/jobs/{id}"));
            if job["state"] != "queued" && job["state"] != "running" {
                return job;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{job:#}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn poison(engine: Engine) {
    let (place, mut browser) = business(engine);
    let mut deaths = 0;
    let mut ordered = false;
    // whatever restarts it, does; it dies of every attempt and then of none
    let server = loop {
        let mut server = Server::start_to_die(&place, Some(EXPORT[0]));
        browser.address = server.address.clone();
        if !ordered {
            browser.export(&json!({ "format": "csv" }));
            ordered = true;
        }
        let begun = Instant::now();
        while !server.is_gone() && begun.elapsed() < TAKEN_UP {
            thread::sleep(Duration::from_millis(100));
        }
        if !server.is_gone() {
            break server;
        }
        deaths += 1;
        assert!(deaths <= 5, "it still dies");
    };
    assert_eq!(deaths, 5, "given up after five tries");
    let jobs = browser.exports();
    let dead = jobs.values().next().cloned().unwrap_or_default();
    assert_eq!((jobs.len(), &dead["state"], &dead["attempts"], &dead["problem"]["code"]), (1, &json!("dead"), &json!(5), &json!("job.crashed")), "{dead:#}");
    // it serves on, and does other jobs
    browser.import("more.csv", &orders(1, 40).0).expect("the server goes on");
    let refresh = browser.get("/jobs?kind=refresh")["items"][0]["id"].as_str().expect("a job follows").to_owned();
    assert_eq!(browser.over(&refresh)["state"], "done");
    assert!(server.answers("/healthz"));
    server.die();
    // what made it poison is mended: it is run again, by hand
    let server = Server::start(&place);
    browser.address = server.address.clone();
    let id = dead["id"].as_str().expect("an id");
    let (status, again) = browser.send("POST", &format!("/jobs/{id}/retry"), "application/json", "{}").expect("it answers");
    // a worker may have it already
    assert!(status == 200 && (again["state"] == "queued" || again["state"] == "running"), "{again:#}");
    let done = browser.over(id);
    assert_eq!((&done["state"], &done["export"]["available"]), (&json!("done"), &json!(true)), "{done:#}");
    server.die();

    // killed between the file and the word that it is done: taken up again soon after the start, one file, one entry in the log
    for point in EXPORT {
        let mut server = Server::start_to_die(&place, Some(point));
        browser.address = server.address.clone();
        browser.export(&json!({ "format": "csv", "columns": ["orders"], "sort": if point == &EXPORT[0] { "orders" } else { "-orders" } }));
        while !server.is_gone() {
            thread::sleep(Duration::from_millis(50));
        }
        let server = Server::start(&place);
        let begun = Instant::now();
        browser.address = server.address.clone();
        let id = browser.exports().into_iter().find(|(_, j)| j["state"] == "running").expect("it is left running").0;
        let done = browser.over(&id);
        println!("{engine:?}: taken up and done {:?} after the start", begun.elapsed());
        assert!(begun.elapsed() < TAKEN_UP, "taken up after {:?}", begun.elapsed());
        assert_eq!((&done["state"], &done["attempts"]), (&json!("done"), &json!(2)), "{done:#}");
        assert_eq!(taken(&mut browser).get(&id), Some(&1));
        server.die();
    }
    records_die(&place, &mut browser);
}

/// Killed with every row written and nothing committed: nothing is there; taken up again everything is, once, and the file is gone.
fn records_die(place: &Place, browser: &mut Browser) {
    let mut server = Server::start_to_die(place, Some(RECORDS));
    browser.address = server.address.clone();
    let field = json!({ "key": "serial", "label": { "zh": "编号", "en": "Serial" }, "kind": "text" });
    let object = json!({ "label": { "zh": "质保", "en": "Warranties" }, "sections": [{ "fields": [field] }] });
    let (status, made) = browser.send("POST", "/objects", "application/json", &object.to_string()).expect("it answers");
    assert_eq!(status, 201, "{made}");
    let path = format!("/objects/{}", made["id"].as_str().expect("an id"));
    let rows = (0..3_000).fold(String::from("Serial\n"), |all, n| all + &format!("W{n}\n"));
    let body = format!("--edge\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{{}}\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"w.csv\"\r\n\r\n{rows}\r\n--edge--\r\n");
    browser.send("POST", &format!("{path}/imports"), "multipart/form-data; boundary=edge", &body).ok();
    while !server.is_gone() {
        thread::sleep(Duration::from_millis(50));
    }
    let files = || std::fs::read_dir(place.data().join("exports")).map_or(0, |all| all.flatten().filter(|f| std::fs::read(f.path()).is_ok_and(|b| b.starts_with(b"Serial"))).count());
    assert_eq!(files(), 1, "the server keeps the file");
    let server = Server::start(place);
    browser.address = server.address.clone();
    assert_eq!(browser.get(&path)["records"], 0, "nothing of it is in");
    let id = browser.get("/jobs?kind=records")["items"][0]["id"].as_str().expect("an id").to_owned();
    let done = browser.over(&id);
    assert_eq!((&done["state"], &done["attempts"], &done["records"]["made"]), (&json!("done"), &json!(2), &json!(3_000)), "{done:#}");
    assert_eq!((&browser.get(&path)["records"], browser.get(&format!("{path}/imports"))["items"].as_array().map(Vec::len)), (&json!(3_000), Some(1)));
    let begun = Instant::now();
    while files() > 0 {
        assert!(begun.elapsed() < TAKEN_UP, "the file stays");
        thread::sleep(Duration::from_millis(50));
    }
    server.die();
}

/// How often the log says that each job wrote its file.
fn taken(browser: &mut Browser) -> BTreeMap<String, usize> {
    let log = browser.get("/audit?action=export.taken&limit=500");
    let mut counts = BTreeMap::new();
    for entry in log["items"].as_array().into_iter().flatten() {
        *counts.entry(entry["detail"]["job"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    counts
}

fn killed(engine: Engine) {
    let seed = std::env::var("ZHIYIN_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(|| u64::from(std::process::id()));
    let kills = std::env::var("ZHIYIN_JOB_KILLS").ok().and_then(|s| s.parse().ok()).unwrap_or(KILLS);
    println!("{engine:?}: ZHIYIN_SEED={seed}");
    let mut chance = Chance::new(seed);
    let (place, mut browser) = business(engine);
    let mut ids = Vec::new();
    let formats = ["csv", "xlsx", "parquet"];
    let form = |n: usize| json!({ "format": formats[n % 3], "filter": { "rule": format!("orders >= 0 and net >= -{n}") } });
    let mut acknowledged = 0;
    for kill in 0..kills {
        let server = Server::start(&place);
        browser.address = server.address.clone();
        // some more are ordered with each life
        for n in (kill * LOAD / kills)..((kill + 1) * LOAD / kills) {
            ids.extend(browser.export(&form(n)));
            acknowledged += 1;
        }
        thread::sleep(Duration::from_secs_f64(chance.unit() * 1.5));
        server.die();
    }
    assert_eq!(ids.len(), acknowledged);
    let server = Server::start(&place);
    browser.address = server.address.clone();
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    let taken_up = Instant::now();
    for id in &ids {
        let job = browser.over(id);
        *states.entry(job["state"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        let done = job["state"] == "done";
        assert!(done || (job["state"] == "dead" && job["attempts"] == 5), "{job:#}");
        let file = std::fs::metadata(place.data().join("exports").join(id)).map(|m| m.len()).unwrap_or_default();
        assert_eq!(done, file > 0 && job["export"]["bytes"] == file, "{job:#}");
    }
    println!("{engine:?}: {} jobs after {kills} kills: {states:?}, the last {:?} after the last start", ids.len(), taken_up.elapsed());
    let all = browser.exports();
    assert_eq!((all.len(), ids.len()), (LOAD, LOAD), "no job without its order, none lost");
    let counts = taken(&mut browser);
    for id in &ids {
        let expected = usize::from(all.get(id).is_some_and(|j| j["state"] == "done"));
        assert_eq!(counts.get(id).copied().unwrap_or_default(), expected, "each effect once: {id}");
    }
    assert!(states.get("done").is_some_and(|n| *n > LOAD / 2), "{states:?}");
    server.die();
}
