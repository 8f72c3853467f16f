//! A backup being read. It may come from anywhere: nothing in it is believed before it was looked at.

use super::{
    Told, damaged,
    manifest::{FORMAT, Held, Manifest, NAME, TableText},
    place::hex,
    stopped,
};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};
use zip::{ZipArchive, read::ZipFile};

/// A manifest is not longer than this.
const LONGEST: u64 = 256 << 20;

/// A backup whose manifest was read.
pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// what it says of itself
    pub manifest: Manifest,
}

impl Archive {
    /// Opens a backup and reads its manifest.
    ///
    /// # Errors
    /// `backup.unreadable` when it is none or of a later format, `store.newer_schema`, or when the disk refuses.
    pub fn open(path: &Path) -> Result<Archive> {
        let file = File::open(path)?;
        let none = |_| unreadable("这不是知音的备份，或者文件不完整", "this is no backup of Zhiyin, or it is cut off");
        let mut zip = ZipArchive::new(BufReader::with_capacity(1 << 18, file)).map_err(none)?;
        let mut text = Vec::new();
        zip.by_name(NAME).map_err(none)?.take(LONGEST).read_to_end(&mut text).map_err(|_| broken(NAME))?;
        // what a later program wrote may have another shape: its format is all that is asked first
        #[derive(serde::Deserialize)]
        struct Only {
            format: u32,
        }
        let only: Only = serde_json::from_slice(&text).map_err(|_| broken(NAME))?;
        if only.format > FORMAT {
            return Err(unreadable("这份备份由更新版本的知音生成，请换用新版本", "this backup was made by a newer Zhiyin; use a newer program"));
        }
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| broken(NAME))?;
        let known = store::dump::known_versions();
        if let Some(version) = manifest.schema.iter().find(|v| !known.contains(v)) {
            return Err(store::Error::NewerSchema { version: *version }.into());
        }
        Ok(Archive { zip, manifest })
    }

    /// Looks at every byte: is everything there that the manifest names, as it names it, and nothing else?
    ///
    /// # Errors
    /// `backup.damaged` with the first that is not, or `backup.stopped`.
    pub fn verify(&mut self, told: Told<'_>) -> Result<()> {
        let mut named: BTreeSet<String> = BTreeSet::from([NAME.to_owned()]);
        let tables = self.manifest.tables.iter().map(|t: &TableText| (t.entry(), t.bytes, t.sha256.clone()));
        let mut all: Vec<(String, u64, String)> = tables.collect();
        for file in &self.manifest.lake {
            match (&file.sha256, file.inside()) {
                (Some(sha256), true) if self.manifest.whole => all.push((file.entry(), file.bytes, sha256.clone())),
                (None, true) if !self.manifest.whole => {}
                _ => return Err(broken(&file.path)),
            }
        }
        let total = self.manifest.bytes();
        let mut done = 0;
        for (name, bytes, sha256) in all {
            let mut sink = Counted { hash: Sha256::new(), bytes: 0, told, before: done, total };
            let entry = self.zip.by_name(&name).map_err(|_| broken(&name))?;
            let copied = io::copy(&mut entry.take(bytes.saturating_add(1)), &mut sink);
            if !told(done, total) {
                return Err(stopped());
            }
            if copied.is_err() || sink.bytes != bytes || hex(&sink.hash.finalize()) != sha256 || !named.insert(name.clone()) {
                return Err(broken(&name));
            }
            done += bytes;
        }
        for name in self.zip.file_names() {
            match name {
                Ok(name) if named.contains(name.as_ref()) => {}
                Ok(unnamed) => return Err(broken(&unnamed)),
                Err(_) => return Err(broken("?")),
            }
        }
        Ok(())
    }

    /// The text of a table.
    pub(super) fn table(&mut self, table: &TableText) -> Result<BufReader<ZipFile<'_, BufReader<File>>>> {
        let name = table.entry();
        Ok(BufReader::with_capacity(1 << 18, self.zip.by_name(&name).map_err(|_| broken(&name))?))
    }

    /// Unpacks a file of the lake; it is on the disk when this answers.
    pub(super) fn unpack(&mut self, file: &Held, to: &Path) -> Result<()> {
        let mut entry = self.zip.by_name(&file.entry()).map_err(|_| broken(&file.path))?;
        let mut out = super::place::create(to)?;
        let mut sink = Counted { hash: Sha256::new(), bytes: 0, told: &|_, _| true, before: 0, total: 0 };
        let mut buffer = vec![0u8; 1 << 18];
        loop {
            match entry.read(&mut buffer)? {
                0 => break,
                n => {
                    let some = buffer.get(..n).unwrap_or_default();
                    sink.write_all(some)?;
                    out.write_all(some)?;
                }
            }
        }
        // it was looked at before; the file may be another by now
        if Some(hex(&sink.hash.finalize())) != file.sha256 {
            return Err(broken(&file.path));
        }
        Ok(out.sync_all()?)
    }
}

struct Counted<'a> {
    hash: Sha256,
    bytes: u64,
    told: Told<'a>,
    before: u64,
    total: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !(self.told)(self.before + self.bytes, self.total) {
            return Err(io::Error::other("it was stopped"));
        }
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unreadable(zh: &str, en: &str) -> Error {
    Error::invalid("backup.unreadable", zh, en)
}

/// Something in it is not what its manifest says.
pub(super) fn broken(name: &str) -> Error {
    damaged(format!("备份已损坏：{name} 与清单不符"), format!("the backup is damaged: {name} is not what its manifest says"))
}
