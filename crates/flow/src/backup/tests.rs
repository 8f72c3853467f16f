//! What a manifest may name, and what becomes of a copy that is stopped or whose lake is not as its catalog says.

use super::*;
use domain::clock::Instant;
use std::path::Path;
use store::Store;

#[test]
fn files_stay_inside_the_lake() {
    let inside = |path: &str| Held { path: path.to_owned(), bytes: 1, sha256: None }.inside();
    assert!(inside("main/orders/a.parquet") && inside("main/orders/2026/a.parquet"));
    for path in ["", "a", "main/a", "other/orders/a", "/main/orders/a", "main/../a/b", "main/orders/..", "main/./a", "main//a", "main\\orders\\a", "main/orders/c:a"] {
        assert!(!inside(path), "{path}");
    }
}

async fn store(folder: &Path) -> Store {
    let store = Store::open(&format!("sqlite:{}", folder.join("zhiyin.db").display())).await.expect("a store");
    let place = folder.join("lake").display().to_string();
    let bootstrap = store::catalog::Bootstrap { data_path: &place, author: "test", now: Instant(1), random: [7; 16] };
    store::catalog::ensure(&store, &bootstrap).await.expect("a catalog");
    store
}

#[tokio::test]
async fn a_stopped_copy_says_so_and_a_whole_one_reads_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = store(folder.path()).await;
    let lake = folder.path().join("lake");
    let source = Source { store: &store, lake: &lake, hold: None, whole: true, now: Instant(1_795_320_000_000_000) };
    let stopped = write(&source, Vec::new(), &|_, _| false).await;
    assert!(matches!(stopped, Err(crate::Error::Conflict { code: "backup.stopped", .. })), "{stopped:?}");
    let to = folder.path().join("b.zip");
    let made = write(&source, std::fs::File::create(&to).expect("a file"), &|_, _| true).await.expect("written");
    assert_eq!((made.workspace.as_deref(), made.lake.len(), made.audit.as_deref(), made.whole), (None, 0, None, true));
    assert!(made.made.starts_with("2026-11-22T04:00:00"), "{}", made.made);
    let mut archive = Archive::open(&to).expect("it reads");
    assert_eq!(archive.manifest, made);
    archive.verify(&|_, _| true).expect("it is whole");
    let stopped = archive.verify(&|_, _| false);
    assert!(matches!(stopped, Err(crate::Error::Conflict { code: "backup.stopped", .. })), "{stopped:?}");
    // the copy did not keep others from writing
    let mut tx = store.begin().await.expect("a transaction");
    store::restore::settle(&mut tx, &store::restore::Restored { at: Instant(5), made_at: Instant(1), program: "x".into() }, true).await.expect("settled");
    tx.commit().await.expect("commits");
    assert_eq!(store::restore::last(&store).await.expect("answers").map(|r| r.at), Some(Instant(5)));
}

#[test]
fn what_a_dead_copy_held_goes_and_what_a_living_one_holds_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let living = Hold::make(folder.path()).expect("a hold");
    let dead = folder.path().join("backup-dead");
    std::fs::create_dir_all(dead.join("files/main")).expect("a folder");
    std::fs::write(dead.join("lock"), "").expect("a file");
    forget_holds(folder.path());
    assert!(living.folder().exists() && !dead.exists());
    drop(living);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
