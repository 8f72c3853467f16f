//! The corpus of hostile files: what must come of each lies beside it as `<name>.expect.json`; `make_corpus.py` makes both.

use domain::{Currency, Zone, record::Record};
use serde::Deserialize;
use sources::{Code, Mapping, Options, probe, read};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    error: Option<String>,
    rows_in: Option<u64>,
    accepted: Option<u64>,
    rejected: Option<BTreeMap<String, u64>>,
    /// of those accepted here, rows that say nothing new; looked at where imports are staged, in `flow`
    #[serde(default)]
    #[expect(dead_code, reason = "read by the test of the same files in flow")]
    duplicates: u64,
    /// what is told about the file before anything is imported, in the order of the page; every guess, and none besides
    guesses: Option<Vec<String>>,
    /// records that come of the rows, by kind
    records: Option<BTreeMap<String, u64>>,
    sum: Option<i64>,
    heads: Option<i64>,
    bought: Option<i64>,
    ids: Option<Vec<String>>,
    days: Option<[String; 2]>,
}

#[derive(Debug, Default)]
struct Found {
    records: BTreeMap<String, u64>,
    accepted: u64,
    rejected: BTreeMap<String, u64>,
    sum: i64,
    heads: i64,
    bought: i64,
    ids: Vec<String>,
    days: Vec<domain::Day>,
    nameless: u64,
}

/// What is told about a file, and what comes of its rows; or the code it is refused with before or after that.
fn look(path: &Path) -> (Vec<String>, Result<Found, String>) {
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let found = match probe(path, &Options::new(&zone, Currency::CNY)) {
        Ok(found) => found,
        Err(e) => return (Vec::new(), Err(e.code.key().to_owned())),
    };
    let guesses = found.guesses.iter().map(|g| g.code.key().trim_start_matches("guess_").to_owned()).collect();
    // The mapping travels as JSON between the page and the server.
    let mapping: Mapping = serde_json::from_str(&serde_json::to_string(&found.mapping).unwrap()).unwrap();
    let mut out = Found::default();
    let ended = read(path, &mapping, &mut |batch| {
        out.accepted += batch.rows.len() as u64;
        for reject in &batch.rejects {
            *out.rejected.entry(reject.code.key().to_owned()).or_default() += 1;
            if reject.line == 0 || reject.raw.is_empty() {
                out.nameless += 1;
            }
        }
        for record in batch.records() {
            take(record, &mut out);
        }
        ControlFlow::Continue(())
    });
    (guesses, ended.map(|_| out).map_err(|e| e.code.key().to_owned()))
}

fn take(record: &Record, out: &mut Found) {
    let kind = match record {
        Record::Customer(_) => "customer",
        Record::Contact(_) => "contact",
        Record::Order(_) => "order",
        Record::Line(_) => "line",
        Record::Refund(_) => "refund",
        Record::Interaction(_) => "interaction",
        Record::Answer(_) => "answer",
        Record::Product(_) => "product",
        Record::Cost(_) => "cost",
    };
    *out.records.entry(kind.to_owned()).or_default() += 1;
    let mut who = |ids: &[domain::identity::Identifier]| out.ids.extend(ids.iter().map(|i| i.value.clone()));
    match record {
        Record::Customer(c) => who(&c.identifiers),
        Record::Order(o) => {
            who(&o.customer);
            out.sum += o.paid;
            out.heads += o.paid;
            out.bought += if o.cancelled { 0 } else { o.paid };
            out.days.push(o.day);
        }
        Record::Line(l) => {
            who(&l.customer);
            out.sum += l.paid;
            out.days.extend(l.day);
        }
        Record::Refund(r) => who(&r.customer),
        Record::Interaction(i) => who(&i.customer),
        Record::Answer(a) => who(&a.customer),
        Record::Contact(_) | Record::Product(_) | Record::Cost(_) => {}
    }
}

fn differences(path: &Path, want: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    let (guesses, found) = look(path);
    let guessed = want.guesses.clone().unwrap_or_default();
    if guesses != guessed {
        wrong.push(format!("guesses: {}, expected {}", guesses.join(" "), guessed.join(" ")));
    }
    let found = match (found, &want.error) {
        (Err(code), Some(error)) if code == *error => return wrong,
        (Err(code), _) => return vec![format!("refused with {code}, expected {:?}", want.error)],
        (Ok(found), Some(error)) => return vec![format!("should be refused with {error}, read {found:?}")],
        (Ok(found), None) => found,
    };
    let rejected = want.rejected.clone().unwrap_or_default();
    let total = found.accepted + found.rejected.values().sum::<u64>();
    let mut differ = |what: &str, found: String, want: String| {
        if found != want {
            wrong.push(format!("{what}: {found}, expected {want}"));
        }
    };
    differ("rows in", total.to_string(), want.rows_in.unwrap_or_default().to_string());
    differ("accepted", found.accepted.to_string(), want.accepted.unwrap_or_default().to_string());
    differ("rejected", format!("{:?}", found.rejected), format!("{rejected:?}"));
    differ("records", format!("{:?}", found.records), format!("{:?}", want.records.clone().unwrap_or_default()));
    differ("rejects without line or original text", found.nameless.to_string(), "0".to_owned());
    for (what, sum, want) in [("sum of paid", found.sum, want.sum), ("sum of orders", found.heads, want.heads), ("sum of orders not cancelled", found.bought, want.bought)] {
        if let Some(want) = want {
            differ(what, sum.to_string(), want.to_string());
        }
    }
    if let Some([first, last]) = &want.days {
        let days = (found.days.iter().min().map(ToString::to_string), found.days.iter().max().map(ToString::to_string));
        differ("days", format!("{days:?}"), format!("{:?}", (Some(first), Some(last))));
    }
    for id in want.ids.iter().flatten().filter(|id| !found.ids.contains(id)) {
        differ("customer", format!("{:?}", found.ids), id.clone());
    }
    wrong
}

/// The files and what is expected of them.
fn corpus() -> Vec<(PathBuf, Expected)> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let expected = files.iter().filter_map(|p| Some((PathBuf::from(p.to_str()?.strip_suffix(".expect.json")?), p)));
    expected.map(|(file, p)| (file, serde_json::from_str(&std::fs::read_to_string(p).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", p.display())))).collect()
}

#[test]
fn every_hostile_file_comes_out_as_written_beside_it() {
    let corpus = corpus();
    let named = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let wrong: Vec<String> = corpus.iter().flat_map(|(path, want)| differences(path, want).into_iter().map(|d| format!("{}: {d}", named(path)))).collect();
    assert!(corpus.len() >= 120, "{} files", corpus.len());
    assert!(wrong.is_empty(), "{} differences in {} files:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
}

#[test]
fn every_guess_there_is_is_told_of_a_file() {
    let told: BTreeSet<String> = corpus().into_iter().flat_map(|(_, want)| want.guesses.unwrap_or_default()).map(|g| format!("guess_{g}")).collect();
    let silent: Vec<&str> = Code::ALL.iter().map(|c| c.key()).filter(|k| k.starts_with("guess_") && !told.contains(*k)).collect();
    assert!(silent.is_empty(), "no file is expected to say: {silent:?}");
    let unknown: Vec<&String> = told.iter().filter(|k| Code::parse(k).is_none()).collect();
    assert!(unknown.is_empty(), "no such guess: {unknown:?}");
}
