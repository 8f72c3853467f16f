//! What every use case is handed: where things are kept, what time it is, and how this business reckons.

use crate::{Error, Result};
use domain::{Currency, Day, Lang, Zone, clock::Clock};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

/// Where random bytes come from. Only the composition root makes one that is not seeded.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Chance {
    /// Ten random bytes, the random part of a public id.
    pub fn id_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        bytes
    }
}

/// How the business reckons: name, time zone, currency, language.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `wsp_…`
    pub id: String,
    /// name for people
    pub name: String,
    /// decides where business days end
    pub zone: Zone,
    /// reporting currency
    pub currency: Currency,
    /// default language
    pub lang: Lang,
}

impl Settings {
    /// Before the set-up is done: Shanghai, yuan, Chinese.
    pub fn unset() -> Settings {
        Settings {
            id: String::new(),
            name: String::new(),
            zone: Zone::parse("Asia/Shanghai").unwrap_or_else(Zone::utc),
            currency: Currency::CNY,
            lang: Lang::Zh,
        }
    }
}

/// The application: handed to every use case.
pub struct App {
    /// what people write
    pub store: store::Store,
    /// folder of everything kept in files
    pub data: PathBuf,
    /// the lake's root folder
    pub lake: PathBuf,
    /// what time it is
    pub clock: Arc<dyn Clock>,
    /// where random bytes come from
    pub chance: Arc<dyn Chance>,
    settings: RwLock<Arc<Settings>>,
    /// the settings are as of so many changes of the house
    settled: AtomicI64,
    /// whose turn it is to read them
    reading: tokio::sync::Mutex<()>,
    /// how far the base is, asked by many at once
    pub(crate) looks: crate::looks::Looks,
    /// what customers are called, those looked at lately
    pub(crate) cards: crate::analysis::cards::Cards,
    /// what tags and members are called
    pub(crate) names: crate::analysis::marks::Names,
    /// who has which tag, and who looks after whom
    pub(crate) marks: crate::analysis::marks::Marks,
    /// imports checked and waiting for their commit, progress of those under way
    pub imports: crate::ingest::Board,
    /// where what programs post is written down
    pub inbox: crate::inbox::Gate,
    /// the latest computed run
    pub runs: crate::analysis::Runs,
    /// sizes of classes and segments on days before
    pub trends: crate::analysis::trend::Trends,
    /// numbers of dashboards on days before
    pub boards: crate::dashboards::Boards,
    /// where questions in SQL are answered
    pub desk: lake::desk::Desk,
    /// whom a text finds
    pub finder: crate::finder::Finder,
    /// what this process knows of jobs
    pub jobs: crate::jobs::Board,
    /// how good the data was when it was looked at last
    pub quality: crate::quality::Quality,
    /// the service people sign in through, as it was asked last
    pub sign_in: crate::people::oidc::Known,
    /// the one way out
    pub egress: channels::Egress,
    /// what it may take of the machine it shares with other businesses
    pub shares: crate::shares::Shares,
}

impl App {
    /// Opens the application over a store and a data folder; makes the folders that are missing.
    ///
    /// # Errors
    /// When the store or the disk refuses.
    pub async fn open(store: store::Store, data: &Path, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<App> {
        let data = std::path::absolute(data)?;
        let lake = data.join("lake");
        for folder in [&lake, &data.join("uploads"), &data.join("tmp")] {
            std::fs::create_dir_all(folder)?;
        }
        let now = clock.now();
        let mut random = [0; 16];
        chance.fill(&mut random);
        let place = lake.to_string_lossy().into_owned();
        let bootstrap = store::catalog::Bootstrap { data_path: &place, author: "zhiyin", now, random };
        store::catalog::ensure(&store, &bootstrap).await?;
        let said = store::catalog::data_path(&store).await?;
        if said.is_some_and(|said| !Path::new(&said).exists()) {
            tracing::info!(to = %place, "the data folder moved; the lake's catalog says so now");
            store::catalog::move_to(&store, &place).await?;
        }
        App::over(store, data, clock, chance).await
    }

    /// Goes out by another way than the usual one.
    pub fn with_egress(self, egress: channels::Egress) -> App {
        App { egress, ..self }
    }

    /// Shares the machine with another business of this server.
    pub fn beside(self, other: &App) -> App {
        App { shares: other.shares.beside(), desk: other.desk.beside(), ..self }
    }

    /// Opens the application to look at what is there; makes and changes nothing.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn looking(store: store::Store, data: &Path, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<App> {
        App::over(store, std::path::absolute(data)?, clock, chance).await
    }

    async fn over(store: store::Store, data: PathBuf, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<App> {
        let app = App {
            store,
            lake: data.join("lake"),
            data,
            clock,
            chance,
            settings: RwLock::new(Arc::new(Settings::unset())),
            settled: AtomicI64::new(-1),
            reading: tokio::sync::Mutex::default(),
            looks: crate::looks::Looks::default(),
            cards: crate::analysis::cards::Cards::default(),
            names: crate::analysis::marks::Names::default(),
            marks: crate::analysis::marks::Marks::default(),
            imports: crate::ingest::Board::default(),
            inbox: crate::inbox::Gate::default(),
            runs: crate::analysis::Runs::default(),
            trends: crate::analysis::trend::Trends::default(),
            boards: crate::dashboards::Boards::default(),
            desk: lake::desk::Desk::default(),
            finder: crate::finder::Finder::default(),
            jobs: crate::jobs::Board::default(),
            quality: crate::quality::Quality::default(),
            sign_in: crate::people::oidc::Known::default(),
            egress: channels::Egress::default(),
            shares: crate::shares::Shares::default(),
        };
        app.reload().await?;
        Ok(app)
    }

    /// Reads the workspace's settings again, after the set-up changed them.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn reload(&self) -> Result<()> {
        // one at a time: what was read first must not be put over what was read later
        let _turn = self.reading.lock().await;
        match store::workspace::get(&self.store).await? {
            Some(w) => self.assume(w),
            None => Ok(()),
        }
    }

    /// Reads the settings again if the house changed since they were read.
    pub(crate) async fn settle(&self, house: i64) -> Result<()> {
        if self.settled.load(Ordering::Acquire) != house {
            self.reload().await?;
            self.settled.store(house, Ordering::Release);
        }
        Ok(())
    }

    /// Reckons as this workspace says, whether it is made yet or not: a dry run before the first import.
    ///
    /// # Errors
    /// When its time zone or currency is unknown.
    pub fn assume(&self, w: store::workspace::Workspace) -> Result<()> {
        let unknown = |what: &str, name: &str| Error::Internal(format!("the workspace's {what} {name:?} is unknown"));
        let zone = Zone::parse(&w.time_zone).ok_or_else(|| unknown("time zone", &w.time_zone))?;
        let currency = Currency::parse(&w.currency).ok_or_else(|| unknown("currency", &w.currency))?;
        let settings = Settings { id: w.id, name: w.name, zone, currency, lang: Lang::parse(&w.lang) };
        let before = self.settings();
        if (before.zone.name(), before.currency) != (settings.zone.name(), settings.currency) {
            self.runs.forget_all();
        }
        if let Ok(mut slot) = self.settings.write() {
            *slot = Arc::new(settings);
        }
        Ok(())
    }

    /// How the business reckons.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().map(|s| Arc::clone(&s)).unwrap_or_else(|_| Arc::new(Settings::unset()))
    }

    /// The business day it is now.
    pub fn today(&self) -> Day {
        self.settings().zone.day(self.clock.now())
    }

    /// A new public id: `imp_…`, `cus_…`.
    pub fn new_id(&self, prefix: &str) -> String {
        domain::id::public(prefix, self.clock.now(), self.chance.id_bytes())
    }

    /// Where the files of an upload are kept.
    pub fn uploads(&self, import: &str) -> PathBuf {
        self.data.join("uploads").join(import)
    }

    /// Where the files of exports are kept for those who asked for them.
    pub fn exports(&self) -> PathBuf {
        self.data.join("exports")
    }

    /// Folder of temporary files. Several processes may use it.
    pub fn temporary(&self) -> PathBuf {
        self.data.join("tmp")
    }
}
