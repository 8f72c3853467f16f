//! `xtask load HOST:PORT PLAN`: plays the requests of a plan against a server at a fixed rate, whether it keeps up or not (an open
//! loop). The time of a request is counted from when it was due, not from when a connection was free for it, so a server that falls
//! behind cannot hide its queue. Prints one JSON document: requests, refusals and times in milliseconds of each kind.
//!
//! A plan is JSON Lines, `{"kind", "method", "path", "body"?, "token"?}`, played from top to bottom and again; `{n}` in a path or a body
//! is the number of the request in this run, and a token of its own comes before that of all.

use anyhow::{Context, Result, bail, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{Instant, sleep_until, timeout},
};

/// An answer that takes longer is a failure.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many refusals are shown as they were said.
const SHOWN: usize = 5;

/// What `xtask load` is told.
struct Told {
    host: String,
    plan: Vec<Request>,
    /// requests a second
    rate: u64,
    seconds: u64,
    /// seconds at the start that are played and not counted
    warm: u64,
    connections: usize,
    token: String,
}

struct Request {
    kind: String,
    method: String,
    path: String,
    body: String,
    token: Option<String>,
}

#[derive(Default)]
struct Kind {
    failed: u64,
    times: Option<Histogram<u64>>,
}

/// What came of it, gathered by all connections.
#[derive(Default)]
struct Seen {
    kinds: BTreeMap<String, Kind>,
    shown: Vec<String>,
}

impl Seen {
    fn note(&mut self, kind: &str, took: Duration, answer: Result<u16, String>) -> Result<()> {
        let of = self.kinds.entry(kind.to_owned()).or_default();
        match answer {
            Ok(status) if status < 400 => {}
            refused => {
                of.failed += 1;
                if self.shown.len() < SHOWN {
                    self.shown.push(format!("{kind}: {refused:?}"));
                }
            }
        }
        let times = match &mut of.times {
            Some(times) => times,
            none => none.insert(Histogram::new_with_bounds(1, 60_000_000, 3)?),
        };
        times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        Ok(())
    }
}

/// Plays a plan and prints what came of it.
pub fn run(arguments: &[String]) -> Result<()> {
    let told = told(arguments)?;
    let report = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(play(Arc::new(told)))?;
    println!("{report}");
    Ok(())
}

fn told(arguments: &[String]) -> Result<Told> {
    let usage = "usage: xtask load HOST:PORT PLAN [--rate N] [--seconds N] [--warm N] [--connections N], ZHIYIN_TOKEN=zhi_…";
    let [host, plan, flags @ ..] = arguments else { bail!("{usage}") };
    let mut given: BTreeMap<&str, u64> = BTreeMap::from([("--rate", 1000), ("--seconds", 60), ("--warm", 0), ("--connections", 256)]);
    for pair in flags.chunks(2) {
        let [flag, number] = pair else { bail!("{usage}") };
        let slot = given.get_mut(flag.as_str()).with_context(|| format!("{flag}? {usage}"))?;
        *slot = number.parse().with_context(|| format!("{flag} takes a number"))?;
    }
    let of = |flag| given.get(flag).copied().unwrap_or_default();
    let text = fs::read_to_string(plan).with_context(|| format!("cannot read {plan}"))?;
    let plan = text.lines().enumerate().map(|(i, line)| request(line).with_context(|| format!("line {} of the plan", i + 1))).collect::<Result<Vec<_>>>()?;
    ensure!(!plan.is_empty() && of("--rate") > 0 && of("--connections") > 0, "nothing to play");
    let token = std::env::var("ZHIYIN_TOKEN").context("ZHIYIN_TOKEN is not set")?;
    let connections = usize::try_from(of("--connections"))?;
    Ok(Told { host: host.clone(), plan, rate: of("--rate"), seconds: of("--seconds"), warm: of("--warm"), connections, token })
}

fn request(line: &str) -> Result<Request> {
    let said: Value = serde_json::from_str(line)?;
    let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("it has no {key}"));
    let body = said.get("body").map(Value::to_string).unwrap_or_default();
    Ok(Request { kind: text("kind")?, method: text("method")?, path: text("path")?, body, token: text("token").ok() })
}

async fn play(told: Arc<Told>) -> Result<Value> {
    let next = Arc::new(AtomicU64::new(0));
    let seen = Arc::new(Mutex::new(Seen::default()));
    let begin = Instant::now() + Duration::from_millis(100);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..told.connections {
        all.spawn(connection(Arc::clone(&told), Arc::clone(&next), Arc::clone(&seen), begin));
    }
    while let Some(one) = all.join_next().await {
        one??;
    }
    let took = begin.elapsed().as_secs_f64();
    let seen = seen.lock().map_err(|_| anyhow::anyhow!("a connection panicked"))?;
    Ok(report(&told, &seen, took))
}

/// One connection takes the next request that is due, one after the other.
async fn connection(told: Arc<Told>, next: Arc<AtomicU64>, seen: Arc<Mutex<Seen>>, begin: Instant) -> Result<()> {
    let all = told.rate * (told.warm + told.seconds);
    let mut wire = None;
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= all {
            return Ok(());
        }
        let due = begin + Duration::from_nanos(n * 1_000_000_000 / told.rate);
        sleep_until(due).await;
        let index = usize::try_from(n)? % told.plan.len();
        let Some(request) = told.plan.get(index) else { continue };
        let answer = match timeout(PATIENCE, ask(&mut wire, &told, request, n)).await {
            Ok(Ok(status)) => Ok(status),
            Ok(Err(error)) => Err(format!("{error:#}")),
            Err(_) => Err("no answer in time".to_owned()),
        };
        if answer.is_err() {
            wire = None;
        }
        if n >= told.rate * told.warm {
            let took = due.elapsed();
            seen.lock().map_err(|_| anyhow::anyhow!("a connection panicked"))?.note(&request.kind, took, answer)?;
        }
    }
}

async fn ask(wire: &mut Option<BufReader<TcpStream>>, told: &Told, request: &Request, n: u64) -> Result<u16> {
    let number = n.to_string();
    let (path, body) = (request.path.replace("{n}", &number), request.body.replace("{n}", &number));
    let length = if request.method == "GET" { String::new() } else { format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()) };
    // changes that want a name for themselves get one that no other run has
    let head = format!(
        "{} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: load-{}-{number}\r\n{length}\r\n{body}",
        request.method,
        told.host,
        request.token.as_ref().unwrap_or(&told.token),
        std::process::id(),
    );
    if wire.is_none() {
        let stream = TcpStream::connect(&told.host).await?;
        stream.set_nodelay(true)?;
        *wire = Some(BufReader::new(stream));
    }
    let stream = wire.as_mut().context("connected")?;
    stream.get_mut().write_all(head.as_bytes()).await?;
    answer(stream).await
}

/// Reads one answer to its end; its status.
async fn answer(stream: &mut BufReader<TcpStream>) -> Result<u16> {
    let (mut line, mut status, mut length) = (String::new(), 0, None);
    loop {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "the connection was closed");
        let said = line.trim_end();
        if status == 0 {
            status = said.split(' ').nth(1).and_then(|s| s.parse().ok()).with_context(|| format!("no status: {said}"))?;
        } else if said.is_empty() {
            break;
        } else if let Some((name, value)) = said.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse::<u64>()?);
        }
    }
    let length = match length {
        Some(length) => length,
        None if status == 204 => 0,
        None => bail!("an answer without a length"),
    };
    let read = tokio::io::copy(&mut stream.take(length), &mut tokio::io::sink()).await?;
    ensure!(read == length, "the answer was cut off");
    Ok(status)
}

fn report(told: &Told, seen: &Seen, took: f64) -> Value {
    let mut whole: Option<Histogram<u64>> = None;
    let mut failed = 0;
    let mut kinds = serde_json::Map::new();
    for (name, kind) in &seen.kinds {
        let Some(times) = &kind.times else { continue };
        failed += kind.failed;
        match &mut whole {
            Some(all) => all.add(times).unwrap_or_default(),
            none => *none = Some(times.clone()),
        }
        kinds.insert(name.clone(), figures(times, kind.failed));
    }
    json!({
        "rate": told.rate, "seconds": told.seconds, "took": took, "connections": told.connections,
        "all": whole.map(|all| figures(&all, failed)), "kinds": kinds, "refusals": seen.shown,
    })
}

fn figures(times: &Histogram<u64>, failed: u64) -> Value {
    let ms = |micros: u64| Duration::from_micros(micros).as_secs_f64() * 1e3;
    let at = |q: f64| ms(times.value_at_quantile(q));
    json!({"requests": times.len(), "failed": failed, "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "p999": at(0.999), "max": ms(times.max())})
}
