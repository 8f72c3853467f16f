//! Opening: addresses, the schema, refusal of a newer one.

use super::*;
use crate::Error;

both! {
    async fn an_open_store_answers_and_is_at_the_newest_schema(store: &Store) {
        store.ping().await.unwrap();
        let applied = scalar!(store, i64, "SELECT COUNT(*) FROM _sqlx_migrations").unwrap();
        assert_eq!(applied, crate::dump::known_versions().len() as i64);
    }

    async fn a_transaction_that_is_dropped_did_nothing(store: &Store) {
        let mut tx = store.begin().await.unwrap();
        execute!(&mut tx, "UPDATE counters SET value = 99 WHERE name = 'batch'").unwrap();
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        execute!(&mut tx, "UPDATE counters SET value = 98 WHERE name = 'batch'").unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(scalar!(store, i64, "SELECT value FROM counters WHERE name = 'batch'").unwrap(), 1);
    }

    async fn writers_queue_instead_of_failing(store: &Store) {
        let writers = (0..16).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    let mut tx = store.begin().await.unwrap();
                    execute!(&mut tx, "UPDATE counters SET value = value + 1 WHERE name = 'batch'").unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(scalar!(store, i64, "SELECT value FROM counters WHERE name = 'batch'").unwrap(), 161);
    }
}

const NEWER: &str = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 6";

#[tokio::test]
async fn a_newer_schema_is_refused_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path()).await;
    execute!(&store, NEWER).unwrap();
    store.close().await;
    let url = format!("sqlite:{}", folder.path().join("zhiyin.db").display());
    let refused = Store::open(&url).await.unwrap_err();
    assert!(matches!(refused, Error::NewerSchema { version: 9999 }), "{refused}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_on_postgres() {
    let url = testkit::postgres::database().unwrap();
    let store = Store::open_with(&url, 2).await.unwrap();
    execute!(&store, NEWER).unwrap();
    store.close().await;
    let refused = Store::open(&url).await.unwrap_err();
    assert!(matches!(refused, Error::NewerSchema { version: 9999 }), "{refused}");
}

/// The schema of the program before members, with a business and two people.
const BEFORE: [&str; 3] = [
    "INSERT INTO workspace (one, id, name, time_zone, currency, lang, created_at, updated_at) VALUES (1, 'wsp_1', 'x', 'UTC', 'EUR', 'en', 1, 1)",
    "INSERT INTO users (id, email, name, password_hash, role, created_at) VALUES ('usr_a', 'a@b.cn', 'A', '-', 'owner', 5)",
    "INSERT INTO users (id, email, name, password_hash, role, created_at) VALUES ('usr_b', 'b@b.cn', 'B', '-', 'editor', 6)",
];

async fn everybody_owns(url: &str) {
    let store = Store::open(url).await.unwrap();
    let all = crate::member::list(&store, "wsp_1").await.unwrap();
    let seen: Vec<_> = all.iter().map(|m| (m.user.as_str(), m.role, m.personal, m.joined_at.0)).collect();
    let (owner, by_role) = (domain::access::Role::Owner, domain::access::Personal::ByRole);
    assert_eq!(seen, [("usr_a", owner, by_role, 5), ("usr_b", owner, by_role, 6)]);
    store.close().await;
}

fn earlier(all: &sqlx::migrate::Migrator) -> sqlx::migrate::Migrator {
    sqlx::migrate::Migrator::with_migrations(all.iter().filter(|m| m.version < 8).cloned().collect())
}

#[tokio::test]
async fn whoever_could_sign_in_before_owns_the_business_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("zhiyin.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    earlier(&crate::db::SQLITE).run(&pool).await.unwrap();
    for text in BEFORE {
        sqlx::query(text).execute(&pool).await.unwrap();
    }
    pool.close().await;
    everybody_owns(&url).await;
}

#[tokio::test]
async fn whoever_could_sign_in_before_owns_the_business_on_postgres() {
    let url = testkit::postgres::database().unwrap();
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    earlier(&crate::db::POSTGRES).run(&pool).await.unwrap();
    for text in BEFORE {
        sqlx::query(text).execute(&pool).await.unwrap();
    }
    pool.close().await;
    everybody_owns(&url).await;
}

#[tokio::test]
async fn another_kind_of_address_is_refused_without_repeating_its_password() {
    let refused = Store::open("mysql://root:secret@host/db").await.unwrap_err();
    assert_eq!(refused.code(), "store.address");
    assert!(!refused.to_string().contains("secret"));
}

#[tokio::test]
async fn sqlite_is_set_to_keep_what_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path()).await;
    assert_eq!(scalar!(&store, String, "PRAGMA journal_mode").unwrap(), "wal");
    assert_eq!(scalar!(&store, i64, "PRAGMA synchronous").unwrap(), 2);
    // in the same log, in its order, without waiting for the disk itself
    assert_eq!(scalar!(store.trailing(), i64, "PRAGMA synchronous").unwrap(), 1);
    assert_eq!(scalar!(&store, i64, "PRAGMA foreign_keys").unwrap(), 1);
    assert_eq!(scalar!(&store, i64, "PRAGMA secure_delete").unwrap(), 1);
    assert_eq!(scalar!(&store, i64, "PRAGMA busy_timeout").unwrap(), 20_000);
}

#[tokio::test]
async fn two_programs_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("zhiyin.db").display());
    let openers: Vec<_> = (0..4).map(|_| tokio::spawn({ let url = url.clone(); async move { Store::open_with(&url, 2).await } })).collect();
    for opener in openers {
        opener.await.unwrap().unwrap().ping().await.unwrap();
    }
}
