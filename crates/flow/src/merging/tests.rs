//! Laws of merging, on both databases: split and merged is as if it had been one, taken back is as if it had never been, chains end,
//! and imports that come, or go, find whom they mean.

mod laws;
mod queue;
mod ways;

use super::merges::{self, MergeDraft, MergesMade, UndoDraft};
use crate::{
    analysis::{Asked, Known, Picture, profile},
    app::App,
    ingest::{self, Progress, Source},
    opened::{self, NOW},
    people::By,
    sight::Sight,
};
use domain::{
    CustomerKey, Day,
    audit::Actor,
    clock::{Clock, Instant, MockClock},
    identity::{Identifier, IdentifierKind},
};
use std::{collections::BTreeMap, sync::Arc};

const HOUR: i64 = 3_600_000_000;

/// A business of its own.
struct Shop {
    app: Arc<App>,
    clock: Arc<MockClock>,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn at(url: Option<String>) -> Shop {
        let (folder, clock) = (tempfile::tempdir().expect("a temporary folder"), Arc::new(MockClock::at(NOW)));
        let app = opened::business(folder.path(), url.as_deref(), clock.clone(), 7).await;
        Shop { app, clock, folder }
    }

    /// Two, alike, on each database.
    async fn pairs() -> Vec<[Shop; 2]> {
        let postgres = || async { tokio::task::spawn_blocking(testkit::postgres::database).await.expect("no panic").expect("PostgreSQL starts") };
        let (a, b) = (postgres().await, postgres().await);
        vec![[Shop::at(None).await, Shop::at(None).await], [Shop::at(Some(a)).await, Shop::at(Some(b)).await]]
    }

    async fn both() -> Vec<Shop> {
        let postgres = tokio::task::spawn_blocking(testkit::postgres::database).await.expect("no panic").expect("PostgreSQL starts");
        vec![Shop::at(None).await, Shop::at(Some(postgres)).await]
    }

    fn later(&self) {
        self.clock.set(Instant(self.clock.now().0 + HOUR));
    }

    /// Imports a file; answers the import's id.
    async fn import(&self, name: &str, text: &str) -> String {
        self.later();
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let probe = ingest::propose(&self.app, &path, name, None).await.expect("the file is read");
        let source = Source { name: name.into(), path, mapping: probe.mapping };
        let actor = Actor::program("test");
        let request = ingest::begin(&self.app, vec![source], &actor, Some(false)).await.expect("begins");
        let (staged, _) = ingest::import(&self.app, &request, &actor, &Arc::new(Progress::default())).await.expect("imports");
        assert!(staged.report.balanced() && staged.report.quarantined == 0, "{:?}", staged.report);
        staged.id
    }

    async fn undo_import(&self, id: &str) {
        self.later();
        ingest::undo(&self.app, id, &Actor::program("test")).await.expect("undone");
    }

    /// The number an identifier's own customer has.
    async fn key(&self, number: &str) -> Option<CustomerKey> {
        let id = Identifier { kind: IdentifierKind::External, value: number.into() };
        store::customer::resolve(&self.app.store, &[id]).await.expect("resolves")[0]
    }

    /// `cus_…` of an identifier's own customer.
    async fn id(&self, number: &str) -> String {
        let key = self.key(number).await.expect("known");
        store::customer::by_key(&self.app.store, key).await.expect("reads").expect("there").id
    }

    /// Who stands for an identifier's customer.
    async fn root(&self, number: &str) -> CustomerKey {
        let id = self.id(number).await;
        profile::person(&self.app, &id).await.expect("there").key
    }

    async fn merge(&self, survivor: &str, merged: &[&str]) -> MergesMade {
        self.merge_with(survivor, merged, &[]).await
    }

    async fn merge_with(&self, survivor: &str, merged: &[&str], fields: &[(&str, &str)]) -> MergesMade {
        self.later();
        let mut draft = MergeDraft { survivor: self.id(survivor).await, ..MergeDraft::default() };
        for m in merged {
            draft.merged.push(self.id(m).await);
        }
        for (field, who) in fields {
            draft.fields.insert((*field).to_owned(), self.id(who).await);
        }
        merges::make(&self.app, &By::machine("test"), &draft).await.expect("merged")
    }

    async fn unmerge(&self, made: &MergesMade) -> MergesMade {
        self.later();
        let id = &made.merges.first().expect("a merge").id;
        merges::undo(&self.app, &By::machine("test"), id, &UndoDraft::default()).await.expect("taken back")
    }

    async fn picture(&self, asked: Asked) -> Arc<Picture> {
        self.app.runs.at(&self.app, asked).await.expect("a run")
    }

    /// Everything a run says of everybody.
    async fn digest(&self, asked: Asked) -> u64 {
        self.picture(asked).await.run.digest()
    }

    /// Every feature and class of one customer.
    async fn says(&self, number: &str, asked: Asked) -> BTreeMap<String, String> {
        let key = self.root(number).await;
        let picture = self.picture(asked).await;
        let mut all = BTreeMap::new();
        for f in picture.definitions.features() {
            let value = picture.column(&f.key).map(|c| c.value(key.0 as usize));
            all.insert(f.key.clone(), format!("{value:?}"));
        }
        for c in picture.definitions.classifications() {
            all.insert(format!("class.{}", c.key), format!("{:?}", picture.class_of(&c.key, key).map(|c| c.key)));
        }
        for s in picture.definitions.segments() {
            let members = picture.members(&s.key).is_some_and(|m| m.holds(key.0 as usize));
            all.insert(format!("segment.{}", s.key), members.to_string());
        }
        all
    }

    async fn count(&self, asked: Asked) -> u64 {
        self.picture(asked).await.everyone().count()
    }
}

fn on(day: &str) -> Asked {
    Asked { as_of: Day::parse(day), known: Known::Today }
}

fn then(day: &str) -> Asked {
    Asked { as_of: Day::parse(day), known: Known::Then }
}

const FULL: Sight = Sight::Full;
