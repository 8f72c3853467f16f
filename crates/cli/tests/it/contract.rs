//! What scripts rely on: exit codes, JSON on standard output, nothing else there; texts in both languages.

use super::{json, run, zhiyin};
use std::fs;

const ORDERS: &str = "order_id,customer_id,order_time,paid\nD1,C1,2026-03-01 10:00:00,100.00\nD2,,2026-03-02 10:00:00,5.00\n";

#[test]
fn an_import_with_rows_set_aside_ends_with_4_and_says_how_many() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (orders, rejects) = (folder.path().join("orders.csv"), folder.path().join("rejects.csv"));
    fs::write(&orders, ORDERS).expect("a file");
    let data = folder.path().join("data");
    let output = run(zhiyin().arg("import").arg("--data").arg(&data).arg("--orders").arg(&orders).arg("--rejects").arg(&rejects).args(["--yes", "--json"]));
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json(&output);
    assert_eq!((&said["accepted"], &said["quarantined"]), (&1.into(), &1.into()));
    assert!(fs::read_to_string(&rejects).expect("a file").contains("customer_missing"));
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let orders = folder.path().join("orders.csv");
    fs::write(&orders, ORDERS.lines().take(2).collect::<Vec<_>>().join("\n")).expect("a file");
    let data = folder.path().join("data");
    let import = |more: &[&str]| json(&run(zhiyin().arg("import").arg("--data").arg(&data).arg("--orders").arg(&orders).arg("--json").args(more)));
    assert_eq!(import(&["--dry-run"])["accepted"], 1);
    assert_eq!(import(&["--dry-run"])["accepted"], 1);
    assert_eq!(import(&["--yes"])["accepted"], 1);
    assert_eq!(import(&["--dry-run"])["duplicates"], 1);
}

#[test]
fn usage_and_missing_files_have_their_own_codes_in_both_languages() {
    assert_eq!(run(zhiyin().arg("classify").args(["--out", "x.csv"])).status.code(), Some(2));
    assert_eq!(run(zhiyin().arg("nonsense")).status.code(), Some(2));
    for (lang, word) in [("zh-CN", "不存在"), ("en", "no such")] {
        let output = run(zhiyin().args(["classify", "--orders", "/nowhere/orders.csv", "--out", "x.csv", "--lang", lang]));
        assert_ne!(output.status.code(), Some(0));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(said.contains("/nowhere/orders.csv"), "{word}: {said}");
    }
}

#[test]
fn definitions_go_out_and_come_back_without_a_change() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, out) = (folder.path().join("data"), folder.path().join("definitions"));
    let exported = run(zhiyin().arg("export").arg("--data").arg(&data).arg(&out).arg("--json"));
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let apply = |more: &[&str]| json(&run(zhiyin().arg("apply").arg("--data").arg(&data).arg(&out).arg("--json").args(more)));
    let said = apply(&[]);
    assert_eq!((said["created"].as_array().map(Vec::len), said["updated"].as_array().map(Vec::len)), (Some(0), Some(0)), "{said}");
    let own = "kind: segment\nkey: whales\nlabel: {zh: 大客户, en: Whales}\nmembers:\n  kind: dynamic\n  rule: net >= 5000 and recency_days <= 90\n";
    fs::write(out.join("segments/whales.yaml"), own).expect("a file");
    assert_eq!(apply(&["--dry-run"])["created"], serde_json::json!(["segment whales"]));
    assert_eq!(apply(&[])["created"], serde_json::json!(["segment whales"]));
    assert_eq!(apply(&[])["created"], serde_json::json!([]));
    fs::write(out.join("segments/whales.yaml"), own.replace("recency_days", "no_such_feature")).expect("a file");
    let refused = run(zhiyin().arg("apply").arg("--data").arg(&data).arg(&out));
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("whales.yaml") || String::from_utf8_lossy(&refused.stderr).contains("no_such_feature"));
}
