//! Before a schema is brought up to date: a copy to go back to, and a word about it.

use crate::{
    exit::{Code, Failure},
    voice,
};
use domain::clock::{Clock, SystemClock};
use flow::backup;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};
use store::Store;

/// Copies that are kept.
const KEPT: usize = 3;

/// Copies the store at `url` if the program is about to change its schema; the newest three copies stay.
///
/// # Errors
/// When the copy cannot be made: then nothing is changed.
pub async fn before(data: &Path, url: &str) -> Result<(), Failure> {
    let Some(outdated) = Store::outdated(url).await? else { return Ok(()) };
    let file = Store::file(url)?;
    let folder = match file.as_deref().and_then(Path::parent) {
        Some(parent) => parent.to_owned(),
        None => data.to_owned(),
    };
    let day: String = SystemClock.now().rfc3339().chars().take(10).collect();
    let (stem, end) = match &file {
        Some(file) => (format!("{}.before-upgrade-", file.file_name().unwrap_or_default().to_string_lossy()), ".db"),
        None => ("store.before-upgrade-".to_owned(), ".zip"),
    };
    let to = folder.join(format!("{stem}{:04}-{day}{end}", outdated.version));
    let failed = |e: io::Error| {
        let at = to.display();
        Failure { code: Code::Failed, id: "upgrade.copy".to_owned(), ..Failure::file(&to, &e) }.hint(
            format!("升级前要先把数据库复制到 {at}；请让出磁盘空间或权限，什么都没有改"),
            format!("before an upgrade the database is copied to {at}; make room or give permission, nothing was changed"),
        )
    };
    let beside = tempfile::Builder::new().prefix(".zhiyin-upgrade-").tempdir_in(&folder).map_err(failed)?;
    let part = beside.path().join("part");
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&part).map_err(failed)?;
    let version = match &file {
        Some(_) => Store::copy_file(url, &part).await?,
        None => {
            let store = Store::as_it_is(url).await?;
            let source = backup::Source { store: &store, lake: &data.join("lake"), hold: None, whole: false, now: SystemClock.now() };
            let manifest = backup::write(&source, &mut out, &|_, _| true).await?;
            store.close().await;
            manifest.schema.last().copied().unwrap_or_default()
        }
    };
    // another process may have brought it up to date in between; then it also made the copy
    if version != outdated.version {
        return Ok(());
    }
    out.sync_all().map_err(failed)?;
    fs::rename(&part, &to).and_then(|()| File::open(&folder)?.sync_all()).map_err(failed)?;
    forget_old(&folder, &stem, end).map_err(failed)?;
    voice::tell(&format!(
        "数据库结构要从 {v} 升级；原样的副本在 {at}\nthe database is brought up to date from schema {v}; a copy of it as it was is in {at}",
        v = outdated.version,
        at = to.display()
    ));
    Ok(())
}

/// Copies of earlier upgrades but the newest.
fn forget_old(folder: &Path, stem: &str, end: &str) -> io::Result<()> {
    let mut copies: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(stem) && name.ends_with(end) {
            copies.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    copies.sort();
    let surplus = copies.len().saturating_sub(KEPT);
    copies.into_iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
}
