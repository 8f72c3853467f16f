//! A backup becomes a business again: on the database it came from or on the other, all of it or nothing.

use super::{
    Archive, Told, archive,
    manifest::{Held, Manifest},
    place::{link_or_copy, sync},
    stopped,
};
use crate::{Error, Result};
use domain::{
    audit::{Action, Actor, Head, Note},
    clock::Instant,
};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};
use store::{Store, dump, dump::Loading, restore::Closed};
use tempfile::TempDir;

/// Folders of a restore begin so; what one that died left behind is taken away by the next.
const UNFINISHED: &str = ".restore-";

/// Where a backup goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// the data folder
    pub data: PathBuf,
    /// address of the database
    pub url: String,
    /// may something be there? It is kept aside.
    pub replace: bool,
    /// do API tokens stay good? For a move, where nothing happened since the backup
    pub tokens_stay: bool,
    /// who does it, for the audit log
    pub by: Actor,
    /// what time it is
    pub now: Instant,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// what was restored
    pub manifest: Manifest,
    /// doors that were closed
    pub closed: Closed,
    /// end of the audit log now
    pub head: Option<Head>,
    /// where what was there before is kept
    pub aside: Option<PathBuf>,
    /// the schema of PostgreSQL it is kept in
    pub aside_schema: Option<String>,
}

/// Restores a backup that was looked at ([`Archive::verify`]).
///
/// # Errors
/// `restore.not_empty`, `restore.in_use`, `restore.file_differs`, `restore.lake_file`, `backup.damaged`, `backup.stopped`, or when
/// the store or the disk refuses; then everything is as it was.
pub async fn restore(archive: &mut Archive, target: &Target, told: Told<'_>) -> Result<Restored> {
    let lake = target.data.join("lake");
    fs::create_dir_all(&lake)?;
    let _alone = alone(&target.data)?;
    let there = there(archive, target, &lake).await?;
    // which businesses there are is the server's own; a backup of the first does not turn that back
    let businesses = if there { Some(store::business::known(&target.url).await?) } else { None };
    let file = Store::file(&target.url)?.map(std::path::absolute).transpose()?;
    let beside = match file.as_deref().and_then(Path::parent) {
        Some(parent) => parent.to_owned(),
        None => target.data.clone(),
    };
    fs::create_dir_all(&beside)?;
    for folder in [&lake, &beside, &target.data] {
        forget_unfinished(folder)?;
    }
    let files = unpacked(archive, &lake, told)?;
    store::failpoint("restore-unpacked");
    let stamp = free_stamp(target);
    let schema = (there && file.is_none()).then(|| format!("before_restore_{stamp}"));
    let (built, mut loading) = match &file {
        Some(_) => {
            let folder = unfinished(&beside)?;
            // the file is made here, so that nobody else may read it
            super::place::create(&folder.path().join("zhiyin.db"))?;
            let loading = Loading::sqlite(&folder.path().join("zhiyin.db"), &archive.manifest.schema).await?;
            (Some(folder), loading)
        }
        None => (None, Loading::postgres(&target.url, &archive.manifest.schema, schema.as_deref()).await?),
    };
    let (closed, head) = filled(archive, target, &lake, &mut loading, told).await?;
    if let Some(all) = &businesses {
        store::business::replace(loading.tx(), all).await?;
    }
    store::failpoint("restore-loaded");
    let mut placed = Placed { files: Vec::new(), aside: None, done: false };
    if there {
        placed.aside = Some(set_aside(target, &lake, file.as_deref(), &stamp, &files)?);
    }
    files.place(&lake, &mut placed)?;
    store::failpoint("restore-placed");
    if !told(1, 1) {
        return Err(stopped());
    }
    store::failpoint("restore-before-commit");
    loading.finish().await?;
    if let (Some(file), Some(folder)) = (&file, &built) {
        take_name(&folder.path().join("zhiyin.db"), file, there)?;
    }
    placed.done = true;
    store::failpoint("restore-after-commit");
    let aside = placed.aside.take();
    Ok(Restored { manifest: archive.manifest.clone(), closed, head, aside, aside_schema: schema })
}

/// Nobody else restores into this folder meanwhile.
fn alone(data: &Path) -> Result<File> {
    let lock = File::open(data)?;
    lock.try_lock().map_err(|e| match e {
        fs::TryLockError::WouldBlock => in_use(),
        fs::TryLockError::Error(e) => e.into(),
    })?;
    Ok(lock)
}

fn in_use() -> Error {
    Error::conflict(
        "restore.in_use",
        "目标正被使用：先停下用它的 zhiyin（serve、import 或另一次恢复）",
        "the target is in use: stop the zhiyin that uses it (serve, import or another restore) first",
    )
}

fn not_empty(what: &str) -> Error {
    Error::conflict("restore.not_empty", format!("目标不是空的：{what}"), format!("the target is not empty: {what}"))
}

/// Is a business there already, which may be set aside?
async fn there(archive: &Archive, target: &Target, lake: &Path) -> Result<bool> {
    let there = Store::exists(&target.url).await?;
    let shown = |path: &Path| path.display().to_string();
    if there && !target.replace {
        return Err(not_empty(&Store::file(&target.url)?.as_deref().map_or_else(|| "PostgreSQL".to_owned(), shown)));
    }
    let file = Store::file(&target.url)?;
    let other = target.data.join("zhiyin.db");
    if file.is_none() && other.exists() {
        // its lake and the one of the new database would be swept by each other
        return Err(not_empty(&shown(&other)));
    }
    if there && dump::in_use(&target.url).await? {
        return Err(in_use());
    }
    if there {
        return Ok(true);
    }
    if let Some(file) = file {
        // a log without its database would be read into the new one
        let mut log = file.into_os_string();
        log.push("-wal");
        if Path::new(&log).exists() {
            return Err(not_empty(&shown(Path::new(&log))));
        }
    }
    if !archive.manifest.whole {
        // it goes back to its own lake, whatever came into that since
        return Ok(false);
    }
    let ours: BTreeSet<&str> = archive.manifest.lake.iter().map(|f| f.path.as_str()).collect();
    match files_of(lake)?.into_iter().find(|path| !ours.contains(path.as_str())) {
        Some(other) => Err(not_empty(&shown(&lake.join(other)))),
        None => Ok(false),
    }
}

/// Files of a lake, by their paths below it.
fn files_of(lake: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![lake.join("main")];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.extend(path.strip_prefix(lake).ok().map(|p| p.to_string_lossy().into_owned())),
            }
        }
    }
    found.sort();
    Ok(found)
}

fn unfinished(beside: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(beside)
}

fn forget_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Files of the lake, unpacked and waiting for their places.
struct Unpacked {
    folder: TempDir,
    files: Vec<String>,
}

fn unpacked(archive: &mut Archive, lake: &Path, told: Told<'_>) -> Result<Unpacked> {
    let mut unpacked = Unpacked { folder: unfinished(lake)?, files: Vec::new() };
    let (all, whole) = (archive.manifest.lake.clone(), archive.manifest.whole);
    let (mut done, total) = (0, archive.manifest.bytes());
    for file in &all {
        if !told(done, total) {
            return Err(stopped());
        }
        let place = lake.join(&file.path);
        if !whole {
            // a copy of the store alone goes back to its own lake
            if fs::metadata(&place).map_or(0, |about| about.len()) != file.bytes {
                return Err(Error::conflict(
                    "restore.lake_file",
                    format!("备份只有数据库，数据湖里却没有它要的文件 {}", place.display()),
                    format!("the backup holds the database alone, and the lake does not have its file {}", place.display()),
                ));
            }
        } else if place.exists() {
            same(&place, file)?;
        } else {
            let to = unpacked.folder.path().join(unpacked.files.len().to_string());
            archive.unpack(file, &to)?;
            unpacked.files.push(file.path.clone());
        }
        done += file.bytes;
    }
    Ok(unpacked)
}

/// A file of that name is there: it must be that file.
fn same(place: &Path, file: &Held) -> Result<()> {
    match Some(crate::ingest::content_hash(place)?) == file.sha256 {
        true => Ok(()),
        false => Err(Error::conflict(
            "restore.file_differs",
            format!("{} 已经存在，内容却不同", place.display()),
            format!("{} is there already, with other content", place.display()),
        )),
    }
}

impl Unpacked {
    /// Gives every file its name.
    fn place(&self, lake: &Path, placed: &mut Placed) -> Result<()> {
        let mut folders = BTreeSet::new();
        for (n, path) in self.files.iter().enumerate() {
            let to = lake.join(path);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
                folders.insert(folder.to_owned());
            }
            fs::rename(self.folder.path().join(n.to_string()), &to)?;
            placed.files.push(to);
        }
        for folder in folders.iter().map(PathBuf::as_path).chain([lake, &lake.join("main")]) {
            match sync(folder) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
        Ok(())
    }
}

/// What was put in its place and goes again if the restore fails.
struct Placed {
    files: Vec<PathBuf>,
    aside: Option<PathBuf>,
    done: bool,
}

impl Drop for Placed {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        for file in &self.files {
            if let Err(e) = fs::remove_file(file) {
                tracing::warn!(path = %file.display(), error = %e, "left for the sweep");
            }
        }
        if let Some(aside) = &self.aside {
            if let Err(e) = fs::remove_dir_all(aside) {
                tracing::warn!(path = %aside.display(), error = %e, "left behind");
            }
        }
    }
}

/// Fills the new database and closes what must not come back to life.
async fn filled(archive: &mut Archive, target: &Target, lake: &Path, loading: &mut Loading, told: Told<'_>) -> Result<(Closed, Option<Head>)> {
    let there = loading.tables().await?;
    let texts = archive.manifest.tables.clone();
    if let Some(unknown) = texts.iter().find(|t| there.iter().all(|table| table.name != t.table)) {
        return Err(archive::broken(&unknown.table));
    }
    let total = archive.manifest.bytes();
    for table in &there {
        let text = texts.iter().find(|t| t.table == table.name).ok_or_else(|| archive::broken(&table.name))?;
        if !told(total, total) {
            return Err(stopped());
        }
        let rows = loading.table(table, &mut archive.table(text)?).await?;
        if rows != text.rows {
            return Err(archive::broken(&text.entry()));
        }
    }
    loading.migrate().await?;
    let m = &archive.manifest;
    let restored = store::restore::Restored { at: target.now, made_at: m.made_at, program: m.program.clone() };
    let closed = store::restore::settle(loading.tx(), &restored, target.tokens_stay).await?;
    store::catalog::move_to(loading.tx(), &std::path::absolute(lake)?.to_string_lossy()).await?;
    let Some(workspace) = &m.workspace else { return Ok((closed, None)) };
    let detail = serde_json::json!({
        "made": m.made, "audit": m.audit, "sessions": closed.sessions, "invitations": closed.invitations, "tokens": closed.tokens,
    });
    let note = Note::new(target.now, &target.by, Action::WorkspaceRestored, workspace.as_str()).detail(detail);
    let entry = store::audit::append(loading.tx(), workspace, &note).await?;
    Ok((closed, Some(Head { seq: entry.seq, hash: entry.hash })))
}

/// Keeps what is there as a data folder of its own, by second names.
fn set_aside(target: &Target, lake: &Path, file: Option<&Path>, stamp: &str, new: &Unpacked) -> Result<PathBuf> {
    // for its owner's eyes only, and gone with the next restore if this one dies before it is whole
    let folder = unfinished(&target.data)?;
    for path in files_of(lake)?.iter().filter(|path| !new.files.contains(path)) {
        let to = folder.path().join("lake").join(path);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        link_or_copy(&lake.join(path), &to)?;
    }
    if let Some(file) = file {
        // a copy, not a second name: the first is written to again should this go no further
        fs::copy(file, folder.path().join("zhiyin.db"))?;
    }
    sync(folder.path())?;
    let aside = std::path::absolute(aside_of(target, stamp))?;
    fs::rename(folder.keep(), &aside)?;
    sync(&target.data)?;
    Ok(aside)
}

fn aside_of(target: &Target, stamp: &str) -> PathBuf {
    target.data.join(format!("before-restore-{stamp}"))
}

/// The instant as part of a name that nothing has yet.
fn free_stamp(target: &Target) -> String {
    let stamp = stamp(target.now);
    let more = (2..).map(|n| format!("{stamp}_{n}"));
    std::iter::once(stamp.clone()).chain(more).find(|s| !aside_of(target, s).exists()).unwrap_or(stamp.clone())
}

/// The new database takes its name: the instant at which the restore becomes true.
fn take_name(built: &Path, file: &Path, there: bool) -> Result<()> {
    File::open(built)?.sync_all()?;
    match there {
        true => fs::rename(built, file)?,
        // a second name, because it is refused where somebody made a database meanwhile
        false => match fs::hard_link(built, file) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(not_empty(&file.display().to_string())),
            Err(_) => fs::rename(built, file)?,
            Ok(()) => {}
        },
    }
    if let Some(folder) = file.parent() {
        sync(folder)?;
    }
    Ok(())
}

/// An instant as part of a name.
fn stamp(at: Instant) -> String {
    at.rfc3339().chars().filter(char::is_ascii_digit).take(14).collect()
}
