//! Where the pieces are put together, and the only place with the machine's clock and randomness.

use crate::{
    args::Home,
    config::{self, Config},
    exit::{Code, Failure},
};
use channels::Egress;
use domain::clock::{Clock, SystemClock};
use flow::{app::{App, Chance}, businesses::Place};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
};
use store::{Size, Store};
use tempfile::TempDir;

/// The operating system's randomness.
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // An operating system without randomness cannot keep secrets; there is nothing sensible to go on with.
        if getrandom::fill(bytes).is_err() {
            crate::voice::tell("error: the operating system gives no random bytes");
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
    Ok(open_at(&data, &url).await?.with_egress(config.egress.client()?))
}

/// Opens the business of a data folder that must be there: a command that only reads makes no empty one.
///
/// # Errors
/// When there is none, or folder or database refuse.
pub async fn existing(home: &Home, config: &Config) -> Result<App, Failure> {
    let (data, url) = there(home, config)?;
    open_at(&data, &url).await
}

/// Opens the business of a data folder to look at, also where nothing can be written.
///
/// # Errors
/// When there is none, or folder or database refuse.
pub async fn looking(home: &Home, config: &Config) -> Result<App, Failure> {
    let (data, url) = there(home, config)?;
    match tempfile::tempfile_in(&data).map_err(|e| e.kind()) {
        Err(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {}
        _ => return open_at(&data, &url).await,
    }
    let store = Store::open_reading(&url).await.map_err(|e| match e {
        store::Error::Database(_) => Failure::new(
            Code::Permission,
            "file",
            format!("{} 不能写入，其中的数据库也没有正常关闭，所以打不开", data.display()),
            format!("{} cannot be written to and its database was not closed properly, so it does not open", data.display()),
        )
        .hint("把整个目录复制到能写入的地方，再用 --data 指定", "copy the whole folder to where it can be written to, and name that with --data"),
        e => e.into(),
    })?;
    Ok(App::looking(store, &data, Arc::new(SystemClock), Arc::new(SystemChance)).await?)
}

/// The business to look at: the one that is there, else an empty one that goes with the folder.
///
/// # Errors
/// When folder or database refuse.
pub async fn looking_or_empty(home: &Home, config: &Config) -> Result<(App, Option<TempDir>), Failure> {
    let (_, url) = config::place(home, config);
    if Store::exists(&url).await? {
        return Ok((looking(home, config).await?, None));
    }
    let (app, folder) = one_off().await?;
    Ok((app, Some(folder)))
}

/// Folder and database of a business that must be there.
fn there(home: &Home, config: &Config) -> Result<(PathBuf, String), Failure> {
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
    Ok((data, url))
}

/// A business to try something on: the one that is there, else an empty one that goes with the folder.
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
    open_sized(data, url, Size::WHOLE).await
}

/// As [`open_at`], taking no more than this of the machine.
///
/// # Errors
/// When folder or database refuse.
pub async fn open_sized(data: &Path, url: &str, size: Size) -> Result<App, Failure> {
    make_folder(data).map_err(|e| Failure::file(data, &e))?;
    // what the database would say of a folder it may not write to helps nobody
    tempfile::tempfile_in(data).map_err(|e| Failure::file(data, &e))?;
    crate::upgrade::before(data, url).await?;
    let store = Store::open_sized(url, size).await?;
    Ok(App::open(store, data, Arc::new(SystemClock), Arc::new(SystemChance)).await?)
}

/// Opens further businesses for a server.
pub struct Beside {
    /// the one way out
    pub egress: Egress,
}

impl api::Opener for Beside {
    fn open(&self, place: Place, among: usize) -> Pin<Box<dyn Future<Output = flow::Result<App>> + Send>> {
        let egress = self.egress.clone();
        Box::pin(async move {
            let app = open_sized(&place.data, &place.url, Size::shared(among)).await;
            Ok(app.map_err(|e| flow::Error::Internal(e.message.en))?.with_egress(egress))
        })
    }
}

/// Makes the data folder, for its owner's eyes only: it holds names and phones. One that is there stays as open as it is.
pub fn make_folder(data: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(data)
}

/// What time it is, for measuring.
pub fn seconds_since(clock: &dyn Clock, begun: domain::clock::Instant) -> f64 {
    (clock.now().0 - begun.0) as f64 / 1e6
}
