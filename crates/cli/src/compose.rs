//! Where the pieces are put together, and the only place with the machine's clock and randomness.

use crate::{
    args::{Home, Reckoning},
    config::{self, Config},
    exit::{Code, Failure},
};
use domain::{Currency, Lang, Zone, clock::{Clock, SystemClock}};
use flow::app::{App, Chance};
use std::{path::Path, sync::Arc};
use store::{Store, workspace::Workspace};
use tempfile::TempDir;

/// The operating system's randomness.
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // An operating system without randomness cannot keep secrets; there is nothing sensible to go on with.
        if getrandom::fill(bytes).is_err() {
            eprintln!("error: the operating system gives no random bytes");
            std::process::abort();
        }
    }
}

/// Opens the business of a data folder.
///
/// # Errors
/// When folder or database refuse.
pub async fn open(home: &Home, config: &Config) -> Result<App, Failure> {
    let (data, url) = config::place(home, config);
    open_at(&data, &url).await
}

/// Opens the business of a data folder that must be there: a command that only reads makes no empty one.
///
/// # Errors
/// When there is none, or folder or database refuse.
pub async fn existing(home: &Home, config: &Config) -> Result<App, Failure> {
    let (data, url) = config::place(home, config);
    let file = url.strip_prefix("sqlite:").map(|rest| rest.split('?').next().unwrap_or(rest).trim_start_matches("//"));
    if file.is_some_and(|file| !Path::new(file).exists()) {
        return Err(Failure::new(
            Code::NotFound,
            "data",
            format!("{} 里没有数据", data.display()),
            format!("there is no data in {}", data.display()),
        )
        .hint("检查 --data，或先用 zhiyin import 导入", "check --data, or bring files in with `zhiyin import` first"));
    }
    open_at(&data, &url).await
}

/// A business to look at or to try something on: the one that is there, else an empty one that goes with the folder.
///
/// # Errors
/// When folder or database refuse.
pub async fn trial(home: &Home, config: &Config) -> Result<(App, Option<TempDir>), Failure> {
    let (data, url) = config::place(home, config);
    if Store::exists(&url).await? {
        return Ok((open_at(&data, &url).await?, None));
    }
    let (app, folder) = one_off().await?;
    Ok((app, Some(folder)))
}

/// An empty business in a folder that goes when it is dropped.
///
/// # Errors
/// When the disk refuses.
pub async fn one_off() -> Result<(App, TempDir), Failure> {
    let folder = tempfile::tempdir().map_err(|e| Failure::file(&std::env::temp_dir(), &e))?;
    let url = format!("sqlite:{}", folder.path().join("zhiyin.db").display());
    Ok((open_at(folder.path(), &url).await?, folder))
}

/// Opens the business at a folder and a database.
///
/// # Errors
/// When folder or database refuse.
pub async fn open_at(data: &Path, url: &str) -> Result<App, Failure> {
    make_folder(data).map_err(|e| Failure::file(data, &e))?;
    // what the database would say of a folder it may not write to helps nobody
    tempfile::tempfile_in(data).map_err(|e| Failure::file(data, &e))?;
    let store = Store::open(url).await?;
    Ok(App::open(store, data, Arc::new(SystemClock), Arc::new(SystemChance)).await?)
}

/// Makes the data folder, for its owner's eyes only: it holds names and phones. One that is there stays as open as it is.
fn make_folder(data: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(data)
}

/// Reckons as the data folder does, or as a new one would: then answers the workspace that [`settle`] makes once somebody
/// agreed. Until then nothing is written.
///
/// # Errors
/// When a name is unknown, the folder reckons otherwise than asked, or the database refuses.
pub async fn reckon(app: &App, reckoning: &Reckoning, currency: Option<Currency>, name: &str, lang: Lang) -> Result<Option<Workspace>, Failure> {
    let (asked, told) = (zone(reckoning)?, currency_flag(reckoning)?);
    if let Some(w) = store::workspace::get(&app.store).await? {
        if asked.as_ref().is_some_and(|z| z.name() != w.time_zone) || told.is_some_and(|c| c.code() != w.currency) {
            return Err(settled(&w));
        }
        // another process may have made it since this one opened the folder: reckon as it says
        app.reload().await?;
        return Ok(None);
    }
    let zone = asked.unwrap_or_else(|| system_zone(lang));
    let currency = told.or(currency).unwrap_or(match lang {
        Lang::Zh => Currency::CNY,
        Lang::En => Currency::USD,
    });
    let now = app.clock.now();
    let workspace = Workspace {
        id: app.new_id("wsp"),
        name: name.to_owned(),
        time_zone: zone.name().to_owned(),
        currency: currency.code().to_owned(),
        lang: lang.tag().to_owned(),
        created_at: now,
        updated_at: now,
    };
    app.assume(workspace.clone())?;
    Ok(Some(workspace))
}

/// Makes the workspace everything was reckoned by, unless there is one.
///
/// # Errors
/// When another process made one in between that reckons otherwise, or the database refuses.
pub async fn settle(app: &App, workspace: Option<&Workspace>) -> Result<(), Failure> {
    let Some(workspace) = workspace else { return Ok(()) };
    // in turn with the other writers
    let mut tx = app.store.begin().await?;
    let made = match store::workspace::create(&mut tx, workspace).await {
        Ok(()) => tx.commit().await,
        Err(e) => tx.rollback().await.and(Err(e)),
    };
    match made {
        Err(store::Error::Taken { .. }) => match store::workspace::get(&app.store).await? {
            Some(w) if (&w.time_zone, &w.currency) != (&workspace.time_zone, &workspace.currency) => Err(settled(&w)),
            _ => Ok(app.reload().await?),
        },
        made => Ok(made?),
    }
}

fn settled(w: &Workspace) -> Failure {
    let zh = format!("这个数据目录已按 {} 和 {} 记账", w.time_zone, w.currency);
    let en = format!("this data folder already reckons in {} and {}", w.time_zone, w.currency);
    Failure::new(Code::Conflict, "workspace.settled", zh, en)
        .hint("去掉 --time-zone 和 --currency，或换一个 --data 目录", "leave --time-zone and --currency out, or use another --data folder")
}

fn zone(reckoning: &Reckoning) -> Result<Option<Zone>, Failure> {
    let Some(name) = &reckoning.time_zone else { return Ok(None) };
    Zone::parse(name).map(Some).ok_or_else(|| {
        Failure::new(Code::Usage, "time_zone", format!("没有时区 {name:?}"), format!("there is no time zone {name:?}"))
            .hint("例如 --time-zone Asia/Shanghai", "for example --time-zone Europe/Berlin")
    })
}

/// The currency that was asked for.
///
/// # Errors
/// When it is no ISO 4217 code.
pub fn currency_flag(reckoning: &Reckoning) -> Result<Option<Currency>, Failure> {
    let Some(code) = &reckoning.currency else { return Ok(None) };
    Currency::parse(code).map(Some).ok_or_else(|| {
        Failure::new(Code::Usage, "currency", format!("{code:?} 不是货币代码"), format!("{code:?} is not a currency code")).hint("例如 --currency CNY", "for example --currency EUR")
    })
}

/// The machine's own time zone if it names one, else the one the language suggests.
fn system_zone(lang: Lang) -> Zone {
    let named = std::env::var("TZ").ok().and_then(|name| Zone::parse(&name));
    let file = || std::fs::read_to_string("/etc/timezone").ok().and_then(|name| Zone::parse(&name));
    named.or_else(file).unwrap_or_else(|| match lang {
        Lang::Zh => Zone::parse("Asia/Shanghai").unwrap_or_else(Zone::utc),
        Lang::En => Zone::utc(),
    })
}

/// What time it is, for measuring.
pub fn seconds_since(clock: &dyn Clock, begun: domain::clock::Instant) -> f64 {
    (clock.now().0 - begun.0) as f64 / 1e6
}
