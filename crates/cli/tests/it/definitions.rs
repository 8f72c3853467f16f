//! `zhiyin export` and `zhiyin apply`: what is written reads back, and writes the same bytes again.

use crate::place::{Place, run};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const SEGMENT: &str = "\
kind: segment
key: big_spenders
label:
  zh: 大客户
  en: Big spenders
description:
  zh: 消费多
  en: They spend much
members:
  kind: dynamic
  rule: net_12m >= 5000 and recency_days <= 90
";

fn export(place: &Place, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let said = run(&mut place.at_home(["export", folder, "--json"])).ends(0).json();
    let files = tree(&place.path(folder));
    assert_eq!(said["files"], files.len(), "{said}");
    files
}

/// Every file below a folder.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("the folder reads") {
            let path = entry.expect("the folder reads").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = fs::read(&path).expect("the file reads");
                files.insert(path.strip_prefix(folder).expect("it is below").to_owned(), bytes);
            }
        }
    }
    files
}

#[test]
fn what_is_exported_reads_back_byte_for_byte() {
    let place = Place::sqlite();
    let first = export(&place, "first");
    assert!(first.contains_key(Path::new("classifications/rfm_8.yaml")) && first.contains_key(Path::new("schema.json")), "{:?}", first.keys());
    let said = run(&mut place.at_home(["apply", "first", "--json"])).ends(0).json();
    assert_eq!((&said["created"], &said["updated"]), (&serde_json::json!([]), &serde_json::json!([])), "{said}");
    assert_eq!(said["unchanged"], first.len() - 1, "all but the schema: {said}");
    assert!(export(&place, "again") == first, "the second export differs");

    place.file("first/segments/big_spenders.yaml", SEGMENT);
    let dry = run(&mut place.at_home(["apply", "first", "--dry-run", "--json"])).ends(0).json();
    assert_eq!((&dry["created"], &dry["dry_run"]), (&serde_json::json!(["segment big_spenders"]), &true.into()), "{dry}");
    let said = run(&mut place.at_home(["apply", "first", "--json"])).ends(0).json();
    assert_eq!((&said["created"], &said["dry_run"]), (&dry["created"], &false.into()), "{said}");
    let second = export(&place, "second");
    assert_eq!(second.len(), first.len() + 1);
    let text = String::from_utf8_lossy(&second[Path::new("segments/big_spenders.yaml")]).into_owned();
    assert!(text.contains("net_12m >= 5000 and recency_days <= 90"), "the rule stands there as text: {text}");

    // another business takes it over
    let other = Place::sqlite();
    run(other.at_home(["apply", "--json"]).arg(place.path("second"))).ends(0);
    assert!(export(&other, "third") == second, "the definitions differ in another business");
}

#[test]
fn a_wrong_definition_changes_nothing() {
    let place = Place::sqlite();
    let before = export(&place, "before");
    fs::create_dir(place.path("wrong")).expect("the folder is writable");
    place.file("wrong/good.yaml", &SEGMENT.replace("big_spenders", "fine"));
    place.file("wrong/wrong.yaml", &SEGMENT.replace("net_12m >=", "net_12m >= >="));
    let said = run(&mut place.at_home(["apply", "wrong", "--json", "--lang", "en"])).ends(4);
    assert!(said.json()["error"]["message"].as_str().is_some_and(|m| m.contains("wrong.yaml")), "{said:#?}");
    place.file("wrong/wrong.yaml", &SEGMENT.replace("net_12m", "no_such_feature"));
    run(&mut place.at_home(["apply", "wrong", "--json"])).ends(4);
    assert!(export(&place, "after") == before, "half of it was applied");
}
