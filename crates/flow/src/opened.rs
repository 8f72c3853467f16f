//! The business that tests of this crate open, and the moment at which they do.

use crate::app::{App, Chance};
use domain::clock::{Clock, Instant};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

/// 2026-11-22T04:00:00Z, noon in Shanghai.
pub(crate) const NOW: Instant = Instant(1_795_320_000_000_000);

/// Seeded chance.
struct Seeded(Mutex<testkit::chance::Chance>);

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut chance = self.0.lock().expect("nobody panics here");
        bytes.iter_mut().for_each(|b| *b = chance.bits() as u8);
    }
}

/// A process on this folder, whose database lies in it where no other is named; its ids follow from the seed.
pub(crate) async fn process(folder: &Path, url: Option<&str>, clock: Arc<dyn Clock>, seed: u64) -> Arc<App> {
    let own = format!("sqlite:{}", folder.join("zhiyin.db").display());
    let store = store::Store::open(url.unwrap_or(&own)).await.expect("the store opens");
    let chance = Arc::new(Seeded(Mutex::new(testkit::chance::Chance::new(seed))));
    Arc::new(App::open(store, folder, clock, chance).await.expect("the application opens"))
}

/// As [`process`], once there is a business: `wsp_test`, of shops in Shanghai.
pub(crate) async fn business(folder: &Path, url: Option<&str>, clock: Arc<dyn Clock>, seed: u64) -> Arc<App> {
    let app = process(folder, url, clock, seed).await;
    let workspace = store::workspace::Workspace {
        id: "wsp_test".into(),
        name: "Shop".into(),
        time_zone: "Asia/Shanghai".into(),
        currency: "CNY".into(),
        lang: "zh-CN".into(),
        created_at: NOW,
        updated_at: NOW,
    };
    store::workspace::create(&app.store, &workspace).await.expect("a workspace");
    app.reload().await.expect("settings");
    app
}
