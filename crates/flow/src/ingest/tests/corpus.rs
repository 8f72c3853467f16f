//! The hostile files of `sources`, staged as an import: every row is accepted, set aside with its reason, or said before, as written
//! beside the file.

use super::*;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

#[derive(Debug, Deserialize)]
struct Expected {
    error: Option<String>,
    #[serde(default)]
    rows_in: u64,
    /// rows that can be read
    #[serde(default)]
    accepted: u64,
    #[serde(default)]
    rejected: BTreeMap<String, u64>,
    /// of those, rows that say nothing new
    #[serde(default)]
    duplicates: u64,
}

/// A row of a report: rows in, accepted, duplicates, and those set aside by reason.
type Balance = (u64, u64, u64, BTreeMap<String, u64>);

async fn staged(shop: &Shop, name: &str, path: &Path) -> Balance {
    let probe = crate::ingest::propose(&shop.app, path, name, None).await.expect("is read");
    let source = Source { name: name.to_owned(), path: path.to_owned(), mapping: probe.mapping };
    let request = crate::ingest::begin(&shop.app, vec![source], &tester(), Some(false)).await.expect("begins");
    let staged = crate::ingest::stage(&shop.app, request, Arc::default()).await.expect("stages");
    let report = staged.report.clone();
    assert!(report.balanced(), "{name}: {report:?}");
    let id = staged.id.clone();
    drop(staged);
    crate::ingest::drop_import(&shop.app, &id).await.expect("drops");
    let reasons = report.rejects_by_reason.iter().map(|r| (r.code.clone(), r.count)).collect();
    (report.rows_in, report.accepted, report.duplicates, reasons)
}

#[tokio::test]
async fn every_row_of_the_corpus_is_accepted_set_aside_or_said_before() {
    let shop = Shop::open().await;
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("../sources/tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().map(|e| e.path()).collect();
    files.sort();
    let (mut wrong, mut count, mut twice) = (Vec::new(), 0, 0);
    for beside in files.iter().filter(|p| p.to_string_lossy().ends_with(".expect.json")) {
        let want: Expected = serde_json::from_str(&std::fs::read_to_string(beside).expect("text")).expect("an expectation");
        if want.error.is_some() {
            continue;
        }
        let name = beside.file_name().map(|n| n.to_string_lossy().replace(".expect.json", "")).unwrap_or_default();
        let found = staged(&shop, &name, &folder.join(&name)).await;
        let said = (want.rows_in, want.accepted - want.duplicates, want.duplicates, want.rejected);
        if found != said {
            wrong.push(format!("{name}: {found:?}, expected {said:?}"));
        }
        (count, twice) = (count + 1, twice + want.duplicates);
    }
    assert!(wrong.is_empty(), "{} of {count} files differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 120 && twice > 0, "{count} files, {twice} rows said before");
}
