//! The corpus of hostile files: what must come of each lies beside it as `<name>.expect.json`; `make_corpus.py` makes both.

use domain::{Currency, Zone, record::Record};
use serde::Deserialize;
use sources::{Mapping, Options, probe, read};
use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

#[derive(Debug, Deserialize)]
struct Expected {
    error: Option<String>,
    rows_in: Option<u64>,
    accepted: Option<u64>,
    rejected: Option<BTreeMap<String, u64>>,
    sum: Option<i64>,
    heads: Option<i64>,
    bought: Option<i64>,
    ids: Option<Vec<String>>,
    days: Option<[String; 2]>,
}

#[derive(Debug, Default)]
struct Found {
    accepted: u64,
    rejected: BTreeMap<String, u64>,
    sum: i64,
    heads: i64,
    bought: i64,
    ids: Vec<String>,
    days: Vec<domain::Day>,
    nameless: u64,
}

fn look(path: &Path) -> Result<Found, String> {
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let found = probe(path, &Options::new(&zone, Currency::CNY)).map_err(|e| e.code.key().to_owned())?;
    // The mapping travels as JSON between the page and the server.
    let mapping: Mapping = serde_json::from_str(&serde_json::to_string(&found.mapping).unwrap()).unwrap();
    let mut out = Found::default();
    read(path, &mapping, &mut |batch| {
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
    })
    .map_err(|e| e.code.key().to_owned())?;
    Ok(out)
}

fn take(record: &Record, out: &mut Found) {
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
    let found = match (look(path), &want.error) {
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

#[test]
fn every_hostile_file_comes_out_as_written_beside_it() {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for expected in files.iter().filter(|p| p.to_string_lossy().ends_with(".expect.json")) {
        let name = expected.file_name().unwrap().to_string_lossy().replace(".expect.json", "");
        let want: Expected = serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
        wrong.extend(differences(&folder.join(&name), &want).into_iter().map(|d| format!("{name}: {d}")));
        count += 1;
    }
    assert!(count >= 120, "{count} files");
    assert!(wrong.is_empty(), "{} of {count} files differ:\n{}", wrong.len(), wrong.join("\n"));
}
