//! Imports from files to the lake and back, on a real store and a real lake in a temporary folder.

mod collisions;
mod corpus;
mod corrections;
mod counts;
mod equal_rows;
mod found_by_order;
mod found_by_text;
mod own_columns;
mod present;
mod rejected_rows;
mod undone;
mod together;
mod uploads;

use super::{Done, Progress, Request, Source, Staged};
use crate::{
    app::App,
    opened::{self, NOW},
    sight::Sight,
};
use domain::{
    CustomerKey, Value,
    audit::Actor,
    clock::{Clock, Instant, MockClock},
    fact::Facts,
};
use std::sync::Arc;

/// Whoever does what these tests do.
fn tester() -> Actor {
    Actor::program("test")
}

/// An application in a folder of its own, with a clock that moves a second with every import.
struct Shop {
    app: Arc<App>,
    clock: Arc<MockClock>,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn open() -> Shop {
        let (folder, clock) = (tempfile::tempdir().expect("a temporary folder"), Arc::new(MockClock::at(NOW)));
        let app = opened::business(folder.path(), None, clock.clone(), 1).await;
        Shop { app, clock, folder }
    }

    /// A second application over the same store and folder, as another process would be.
    async fn again(&self) -> Arc<App> {
        opened::process(self.folder.path(), None, self.clock.clone(), 2).await
    }

    async fn source(&self, name: &str, text: &str) -> Source {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let probe = super::propose(&self.app, &path, name, None).await.expect("the file is read");
        Source { name: name.into(), path, mapping: probe.mapping }
    }

    async fn begin(&self, files: &[(&str, &str)]) -> Request {
        self.clock.set(Instant(self.clock.now().0 + 1_000_000));
        let mut sources = Vec::new();
        for (name, text) in files {
            sources.push(self.source(name, text).await);
        }
        super::begin(&self.app, sources, &tester(), Some(false)).await.expect("begins")
    }

    async fn stage(&self, files: &[(&str, &str)]) -> Staged {
        let request = self.begin(files).await;
        super::stage(&self.app, request, Arc::new(Progress::default())).await.expect("stages")
    }

    async fn import(&self, files: &[(&str, &str)]) -> (Staged, Done) {
        let request = self.begin(files).await;
        let done = super::import(&self.app, &request, &tester(), &Arc::new(Progress::default())).await.expect("imports");
        assert!(done.0.report.balanced(), "{:?}", done.0.report);
        done
    }

    async fn lake(&self) -> lake::Lake {
        let snapshot = store::catalog::snapshot(&self.app.store, None).await.expect("a snapshot");
        lake::Lake::open(&self.app.lake, &snapshot).expect("the lake")
    }

    async fn who(&self, external: &str) -> Option<CustomerKey> {
        let id = domain::identity::Identifier { kind: domain::identity::IdentifierKind::External, value: external.into() };
        store::customer::resolve(&self.app.store, &[id]).await.expect("resolves")[0]
    }

    async fn facts(&self, external: &str) -> Facts {
        let key = self.who(external).await.expect("a known customer");
        self.lake().await.facts(key, Instant::MAX).expect("facts")
    }

    /// The latest known value of an attribute.
    async fn attribute(&self, external: &str, key: &str) -> Value {
        let facts = self.facts(external).await;
        let mut latest: Option<domain::fact::AttributeFact> = None;
        for a in facts.attributes.into_iter().filter(|a| a.key == key) {
            if latest.as_ref().is_none_or(|l| l.recorded_at <= a.recorded_at) {
                latest = Some(a);
            }
        }
        latest.map_or(Value::Null, |a| a.value)
    }

    fn parquet_files(&self) -> usize {
        let tables = std::fs::read_dir(self.app.lake.join("main")).map(|d| d.flatten().map(|e| e.path()).collect::<Vec<_>>()).unwrap_or_default();
        tables.iter().filter_map(|t| std::fs::read_dir(t).ok()).map(Iterator::count).sum()
    }
}

const ORDERS: &str = "order_id,customer_id,order_time,paid,status\n\
    D1,C1,2026-03-01 10:00:00,100.00,completed\n\
    D2,C1,2026-03-05 10:00:00,50.50,completed\n\
    D3,C2,2026-04-01 10:00:00,20.00,cancelled\n";
