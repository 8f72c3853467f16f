//! Files as a backup and a restore put them in their places.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Folders of files that are being copied begin so.
const HELD: &str = "backup-";

/// A folder in which files of the lake have second names while they are copied. Whoever finds one that nobody locks takes it away.
#[derive(Debug)]
pub struct Hold {
    folder: TempDir,
    #[allow(dead_code, reason = "its lock is what counts")]
    lock: File,
}

impl Hold {
    /// Makes one; none where nothing can be written.
    pub fn make(temporary: &Path) -> Option<Hold> {
        forget_holds(temporary);
        let folder = tempfile::Builder::new().prefix(HELD).tempdir_in(temporary).ok()?;
        let lock = create(&folder.path().join("lock")).ok()?;
        lock.try_lock().ok()?;
        Some(Hold { folder, lock })
    }

    /// What goes when the process ends at once.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the names are.
    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }
}

/// Takes away what copies that died left behind: nothing that was erased since may stay there.
pub fn forget_holds(temporary: &Path) {
    let Ok(entries) = fs::read_dir(temporary) else { return };
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(HELD)) {
        let dead = File::open(entry.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_ok());
        if dead && let Err(e) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), error = %e, "left behind by a backup");
        }
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        text.push_str(&format!("{b:02x}"));
        text
    })
}

/// A new file for its owner's eyes only.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A second name for a file, or a second file where the disk knows no second names.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(e) if !matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists | io::ErrorKind::StorageFull) => {
            fs::copy(from, to).map(|_| ())
        }
        done => done,
    }
}

/// What stands in a folder is on the disk when this answers.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
