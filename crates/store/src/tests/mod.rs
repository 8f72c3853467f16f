//! Every law of the store, on SQLite and on a real PostgreSQL.

mod arrival;
mod audit;
mod snapshots;
mod commits;
mod dashboards;
mod dump;
mod erasure;
mod foreign;
mod house;
mod jobs;
mod kills;
mod ledger;
mod members;
mod open;
mod people;
mod questions;
mod settings;
mod statements;
mod tries;
mod undoing;
mod work;

use crate::{
    Store, catalog,
    customer::{NewCustomer, NewIdentifier},
    import::{self, Base, Commit, Counts, NewImport, Status},
};
use domain::{
    CustomerKey,
    clock::Instant,
    identity::{Identifier, IdentifierKind},
    table::{ColumnStats, DataFile, Table},
};
use serde_json::json;

/// Writes each test once and runs it on both databases, each in a database of its own.
macro_rules! both {
    ($(async fn $name:ident($store:ident: &Store) $body:block)*) => { $(
        mod $name {
            use super::*;

            async fn law($store: &Store) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let folder = tempfile::tempdir().unwrap();
                let store = $crate::tests::sqlite(folder.path()).await;
                law(&store).await;
                store.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let store = $crate::tests::postgres().await;
                law(&store).await;
                store.close().await;
            }
        }
    )* };
}
pub(crate) use both;

pub(crate) async fn sqlite(folder: &std::path::Path) -> Store {
    let url = format!("sqlite:{}", folder.join("zhiyin.db").display());
    Store::open_with(&url, 4).await.unwrap()
}

pub(crate) async fn postgres() -> Store {
    let url = testkit::postgres::database().unwrap();
    Store::open_with(&url, 6).await.unwrap()
}

/// Second `n` of the tests' time.
pub(crate) fn at(n: i64) -> Instant {
    Instant(1_763_700_000_000_000 + n * 1_000_000)
}

/// Makes the lake's catalog: its head is 1 then.
pub(crate) async fn lake(store: &Store) {
    let boot = catalog::Bootstrap { data_path: "/data/lake", author: "test", now: at(0), random: [7; 16] };
    assert_eq!(catalog::ensure(store, &boot).await.unwrap(), 1);
}

/// No rows in files that were merged.
pub(crate) const NONE: catalog::Merged<'static> = catalog::Merged { base: 1, files: &[] };

/// A file of a table with statistics for its first two columns, `customer` and `row_key`.
pub(crate) fn file(table: Table, path: &str, rows: u64) -> DataFile {
    let stats = |column, nulls, min: &str, max: &str| ColumnStats { column, nulls, min: Some(min.into()), max: Some(max.into()) };
    DataFile {
        table,
        path: path.to_owned(),
        rows,
        bytes: rows * 10,
        footer: 100,
        columns: vec![stats(1, 0, "9", "12"), stats(2, 0, "-5", "700")],
    }
}

pub(crate) fn person(key: u32, name: &str) -> NewCustomer {
    NewCustomer { key: CustomerKey(key), id: format!("cus_{key:06}"), organisation: false, name: Some(name.to_owned()) }
}

pub(crate) fn known_by(key: u32, kind: IdentifierKind, value: &str) -> NewIdentifier {
    NewIdentifier { customer: CustomerKey(key), identifier: Identifier { kind, value: value.to_owned() } }
}

/// An import that was uploaded and checked.
pub(crate) async fn checked(store: &Store, id: &str, fingerprint: &str) {
    let mut tx = store.begin().await.unwrap();
    let new = NewImport {
        id: id.to_owned(),
        author: "amy".to_owned(),
        created_at: at(1),
        fingerprint: fingerprint.to_owned(),
        files: json!([{"name": "orders.csv"}]),
        sample: false,
    };
    import::create(&mut tx, &new).await.unwrap();
    import::set_status(&mut tx, id, Status::Checking, None, at(2)).await.unwrap();
    import::set_status(&mut tx, id, Status::Checked, None, at(3)).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn base(store: &Store) -> Base {
    Base {
        snapshot: catalog::head(store).await.unwrap(),
        customers: crate::customer::counter(store).await.unwrap(),
        identifiers: crate::customer::put_right::version(store).await.unwrap(),
    }
}

/// A commit of `files` with ten accepted rows.
pub(crate) fn commit_of<'a>(import: &'a str, base: Base, files: &'a [DataFile]) -> Commit<'a> {
    Commit {
        counts: Counts { rows_in: 10, accepted: 10, quarantined: 0, duplicates: 0 },
        report: json!({"rows_in": 10}),
        undo_until: Some(at(1_000)),
        ..Commit::new(import, "amy", at(10), base, files)
    }
}
