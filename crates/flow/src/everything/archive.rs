//! What was taken away, being read. It may come from anywhere: nothing in it is believed before it was looked at.

use super::{
    Told, damaged,
    manifest::{LAYOUT, Manifest, NAME, WHAT},
    shelf::hex,
    stopped,
};
use crate::{Error, Result};
use domain::{Currency, Zone};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};
use zip::{ZipArchive, result::ZipError};

/// A manifest is not longer than this, and names no more files.
const LONGEST: u64 = 16 << 20;
const FILES: usize = 20_000;
/// Steepest compression of a file; honest ones reach a few dozen.
const RATIO: u64 = 200;
/// Below this a file is harmless whatever its ratio.
const HARMLESS: u64 = 64 << 20;

enum From {
    /// with its bytes
    Zip(Box<ZipArchive<BufReader<File>>>, u64),
    Folder(PathBuf),
}

/// Everything of a business, in an archive or a folder, whose manifest was read.
pub struct Archive {
    from: From,
    /// what it says of itself
    pub manifest: Manifest,
}

impl Archive {
    /// Opens it and reads its manifest.
    ///
    /// # Errors
    /// `everything.unreadable` when it is something else, `everything.newer`, `everything.damaged`, or when the disk refuses.
    pub fn open(path: &Path) -> Result<Archive> {
        if path.is_dir() {
            let file = File::open(path.join(NAME)).map_err(|e| if e.kind() == io::ErrorKind::NotFound { other() } else { e.into() })?;
            let manifest = manifest(file)?;
            return Ok(Archive { from: From::Folder(path.to_owned()), manifest });
        }
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut zip = ZipArchive::new(BufReader::with_capacity(1 << 18, file)).map_err(|_| other())?;
        if zip.len() > FILES {
            return Err(damaged(NAME, "文件太多", "there are too many files"));
        }
        let entry = zip.by_name(NAME).map_err(|e| shut(NAME, e, other))?;
        let manifest = manifest(entry)?;
        Ok(Archive { from: From::Zip(Box::new(zip), size), manifest })
    }

    /// Looks at every byte: is everything there that the manifest names, as it names it, and in an archive nothing else?
    ///
    /// # Errors
    /// `everything.damaged` with the first that is not, `everything.too_large`, or `everything.stopped`.
    pub fn verify(&mut self, told: Told<'_>) -> Result<()> {
        let all: Vec<(String, u64, String)> = self.manifest.every_file().map(|(name, bytes, hash)| (name.to_owned(), bytes, hash.to_owned())).collect();
        let mut named: BTreeSet<&str> = BTreeSet::from([NAME]);
        let total = all.iter().map(|(_, bytes, _)| *bytes).fold(0, u64::saturating_add);
        if let From::Zip(_, size) = &self.from {
            // entries that lie on top of each other unfold to more than any of them does
            unfolds(NAME, total, *size)?;
        }
        if let Some(said) = self.manifest.tables.iter().find(|t| t.rows != t.parts.iter().map(|p| p.rows).fold(0, u64::saturating_add)) {
            return Err(damaged(NAME, &format!("表 {} 的行数与它的文件不符", said.name), &format!("the rows of table {} are not those of its files", said.name)));
        }
        let mut done = 0;
        for (name, bytes, hash) in &all {
            if !inside(name) || !named.insert(name) {
                return Err(damaged(name, "清单里的名字不对或重复", "the manifest names it wrongly or twice"));
            }
            self.pour(name, *bytes, hash, &mut io::sink(), &|n| told(done + n, total))?;
            done += bytes;
        }
        if let From::Zip(zip, _) = &self.from {
            for name in zip.file_names() {
                let name = name.map_err(|_| damaged("?", "名字读不出", "its name does not read"))?;
                // programs that pack a folder name it, too
                if !named.contains(name.as_ref()) && !name.ends_with('/') {
                    return Err(damaged(&name, "清单里没有这个文件", "the manifest does not name it"));
                }
            }
        }
        Ok(())
    }

    /// Puts a file at a place of its own.
    pub(super) fn unpack(&mut self, name: &str, to: &Path, told: &dyn Fn(u64) -> bool) -> Result<()> {
        let found = self.manifest.every_file().find(|(n, ..)| *n == name).map(|(_, bytes, hash)| (bytes, hash.to_owned()));
        let (bytes, hash) = found.ok_or_else(|| damaged(name, "缺少这个文件", "it is missing"))?;
        let mut out = File::create(to)?;
        self.pour(name, bytes, &hash, &mut out, told)
    }

    /// Reads a file to its end, and no further than the manifest says.
    fn pour(&mut self, name: &str, bytes: u64, hash: &str, out: &mut dyn Write, told: &dyn Fn(u64) -> bool) -> Result<()> {
        let missing = || damaged(name, "缺少这个文件", "it is missing");
        match &mut self.from {
            From::Folder(folder) => {
                let path = folder.join(name);
                // a name that leads elsewhere is not followed
                let about = std::fs::symlink_metadata(&path).map_err(|_| missing())?;
                if !about.is_file() {
                    return Err(missing());
                }
                poured(name, &mut File::open(path)?, bytes, hash, out, told)
            }
            From::Zip(zip, _) => {
                let mut entry = zip.by_name(name).map_err(|e| shut(name, e, missing))?;
                unfolds(name, bytes, entry.compressed_size())?;
                poured(name, &mut entry, bytes, hash, out, told)
            }
        }
    }
}

fn poured(name: &str, from: &mut dyn Read, bytes: u64, hash: &str, out: &mut dyn Write, told: &dyn Fn(u64) -> bool) -> Result<()> {
    let (mut buffer, mut count, mut sum) = (vec![0u8; 1 << 18], 0u64, Sha256::new());
    loop {
        let n = from.read(&mut buffer).map_err(|_| damaged(name, "读不出来，文件不完整", "it does not read: it is cut off or broken"))?;
        let some = buffer.get(..n).unwrap_or_default();
        count += n as u64;
        if count > bytes {
            return Err(damaged(name, "比清单里写的长", "it is longer than the manifest says"));
        }
        sum.update(some);
        out.write_all(some)?;
        if !told(count) {
            return Err(stopped());
        }
        if n == 0 {
            break;
        }
    }
    match count == bytes && hex(&sum.finalize()) == hash {
        true => Ok(()),
        false => Err(damaged(name, "与清单不符，被改动过或不完整", "it is not what the manifest says: it was changed or is not whole")),
    }
}

/// Are so many bytes too many for what they were packed into?
fn unfolds(name: &str, bytes: u64, packed: u64) -> Result<()> {
    if bytes <= HARMLESS || bytes / packed.max(1) <= RATIO {
        return Ok(());
    }
    Err(Error::Invalid {
        code: "everything.too_large",
        message: domain::Label::new(format!("“{name}”的压缩比超过 {RATIO}，疑似压缩炸弹"), format!("“{name}” is compressed more than {RATIO} to 1: this looks like a zip bomb")),
        params: serde_json::json!({ "file": name }),
    })
}

/// Why an entry does not open: it takes a password, or is not there.
fn shut(name: &str, e: ZipError, missing: impl FnOnce() -> Error) -> Error {
    match e {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            damaged(name, "加了密码或用了不认识的压缩方式，请解开后重新打包", "it takes a password, or is packed in an unknown way: unpack it and pack it anew")
        }
        _ => missing(),
    }
}

fn other() -> Error {
    Error::invalid("everything.unreadable", "这不是从知音带走的全部数据：里面没有 manifest.json", "this is not everything of a business taken from Zhiyin: there is no manifest.json in it")
}

fn manifest(from: impl Read) -> Result<Manifest> {
    let mut text = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut text).map_err(|_| damaged(NAME, "读不出来", "it does not read"))?;
    // what a later program wrote may have another shape: what it is is all that is asked first
    #[derive(serde::Deserialize)]
    struct Only {
        what: String,
        layout: u32,
    }
    let only: Only = serde_json::from_slice(&text).map_err(|_| other())?;
    if only.what != WHAT {
        return Err(other());
    }
    if only.layout > LAYOUT {
        return Err(Error::invalid("everything.newer", "这份数据由更新版本的知音写成，请换用新版本", "a newer Zhiyin wrote this; use a newer program"));
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| damaged(NAME, &format!("不合格式（{e}）"), &format!("it does not read ({e})")))?;
    let business = &manifest.business;
    let currency = Currency::parse(&business.currency);
    if Zone::parse(&business.time_zone).is_none() || currency.map(Currency::digits) != Some(business.decimals) {
        return Err(damaged(NAME, "时区或货币不认识", "its time zone or currency is not known"));
    }
    Ok(manifest)
}

/// Does a name stay inside?
fn inside(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']);
    name.split('/').all(plain)
}
