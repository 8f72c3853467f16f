//! The end of the audit log, signed: what was signed must be in the log, as it was.

use crate::app::{TestApp, both};
use domain::clock::Instant;
use flow::{app::App, seal};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

async fn more(app: &mut TestApp, name: &str) {
    app.post("/tags", json!({ "name": name, "colour": "blue" })).await.expect(201);
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("audit-heads.jsonl")).expect("the file of signed heads");
    text.lines().map(|l| serde_json::from_str(l).expect("json")).collect()
}

#[tokio::test]
async fn every_day_the_end_is_signed_and_what_was_signed_must_be_there() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let folder = app.ctx.app.data.clone();
        assert_eq!(app.get("/audit/head").await.problem(), (404, "audit_head.not_found".into()));
        for n in 0..3 {
            more(&mut app, &format!("t{n}")).await;
            let signed = seal::sign(&app.ctx.app).await.expect("signs").expect("there is a log");
            assert_eq!(seal::sign(&app.ctx.app).await.expect("signs").as_ref(), Some(&signed), "nothing new, nothing signed");
        }
        assert_eq!(lines(&folder).len(), 3);
        for file in ["audit-key", "audit-heads.jsonl"] {
            assert_eq!(fs::metadata(folder.join(file)).expect("is there").permissions().mode() & 0o777, 0o600, "{file}");
        }
        let key = fs::read_to_string(folder.join("audit-key")).expect("a key");
        let head = app.get("/audit/head").await.expect(200);
        assert!(!app.get("/audit/head").await.text().contains(key.trim()));
        let check = app.get("/audit/verify").await.expect(200);
        assert_eq!((&check["whole"], &check["signatures"], &check["signed"]), (&json!(true), &json!(3), &head), "{check:#}");

        // a line of the file that was changed
        let good = fs::read_to_string(folder.join("audit-heads.jsonl")).expect("reads");
        let mut first = lines(&folder)[0].clone();
        first["hash"] = json!("0".repeat(64));
        fs::write(folder.join("audit-heads.jsonl"), format!("{first}\n{good}{{\"seq\":")).expect("writes");
        let check = app.get("/audit/verify").await.expect(200);
        assert_eq!((&check["whole"], &check["broken"]["why"], &check["broken"]["seq"]), (&json!(false), &json!("signature"), &first["seq"]), "{check:#}");
        // half a line is what a crash leaves
        fs::write(folder.join("audit-heads.jsonl"), format!("{good}{{\"seq\":")).expect("writes");
        assert_eq!(app.get("/audit/verify").await.expect(200)["whole"], true);
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found_by_what_was_signed() {
    let mut app = TestApp::ready(None).await;
    more(&mut app, "before").await;
    let (folder, copy) = (app.ctx.app.data.clone(), tempfile::tempdir().expect("a folder"));
    // the database as it was, and all that is beside it as it is later
    for file in ["zhiyin.db", "zhiyin.db-wal"] {
        if folder.join(file).exists() {
            fs::copy(folder.join(file), copy.path().join(file)).expect("copies");
        }
    }
    more(&mut app, "after").await;
    let signed = seal::sign(&app.ctx.app).await.expect("signs").expect("there is a log");
    assert_eq!(app.get("/audit/verify").await.expect(200)["whole"], true);
    for file in ["audit-key", "audit-heads.jsonl"] {
        fs::copy(folder.join(file), copy.path().join(file)).expect("copies");
    }
    let store = store::Store::open(&format!("sqlite:{}", copy.path().join("zhiyin.db").display())).await.expect("opens");
    let old = App::open(store, copy.path(), app.clock.clone(), Arc::clone(&app.ctx.app.chance)).await.expect("opens");
    let check = flow::audit::verify(&old, None).await.expect("walks");
    let broken = check.broken.expect("the end is missing");
    assert_eq!((broken.seq, broken.why.as_str(), check.whole), (signed.seq, "head", false));
    // unless a restore took it away
    let restored = store::restore::Restored { at: Instant(signed.at + 1), made_at: Instant(signed.at - 1), program: "test".into() };
    let mut tx = old.store.begin().await.expect("begins");
    store::restore::settle(&mut tx, &restored, true).await.expect("settles");
    tx.commit().await.expect("commits");
    assert!(flow::audit::verify(&old, None).await.expect("walks").whole);
}
