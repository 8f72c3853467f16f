//! Writing a backup.

use super::{
    Told, damaged,
    manifest::{FORMAT, Held, Manifest, NAME, TableText, entry},
    place::{hex, link_or_copy},
    stopped,
};
use crate::{Error, Result};
use domain::clock::Instant;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};
use store::{
    Store,
    dump::{Reading, Table},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

/// Times a copy is begun anew because a file of the lake went away as it began.
const TRIES: usize = 3;

/// What to copy.
pub struct Source<'a> {
    /// what people write
    pub store: &'a Store,
    /// the lake's root folder
    pub lake: &'a Path,
    /// a folder on the lake's disk in which its files are held while they are copied; none where nothing can be written
    pub hold: Option<&'a Path>,
    /// with the lake's files?
    pub whole: bool,
    /// what time it is
    pub now: Instant,
}

/// What a backup would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// name of the business
    pub name: Option<String>,
    /// migrations of its schema
    pub schema: Vec<i64>,
    /// tables
    pub tables: usize,
    /// rows of them all
    pub rows: u64,
    /// files of the lake
    pub files: usize,
    /// their bytes
    pub bytes: u64,
    /// end of the audit log
    pub audit: Option<String>,
}

/// Everything a backup is made of, as of one moment.
struct Moment {
    reading: Reading,
    tables: Vec<Table>,
    manifest: Manifest,
}

async fn moment(source: &Source<'_>) -> Result<Moment> {
    let mut reading = source.store.reading().await?;
    let schema = reading.schema().await?;
    let known = store::dump::known_tables(&schema).await?;
    let all = reading.tables().await?;
    if let Some(foreign) = all.iter().find(|t| t.name.starts_with("ducklake_") && !known.contains(&t.name)) {
        return Err(store::Error::Foreign(format!("table {}", foreign.name)).into());
    }
    let tables: Vec<Table> = all.into_iter().filter(|t| known.contains(&t.name)).collect();
    let workspace = store::workspace::get(&mut reading).await?;
    let audit = match workspace.as_ref().filter(|_| known.contains("audit")) {
        Some(w) => store::audit::head(&mut reading, &w.id).await?,
        None => None,
    };
    let held = store::catalog::held(&mut reading).await?;
    let lake = held.into_iter().map(|(table, path, bytes)| Held { path: format!("main/{}/{path}", table.name()), bytes, sha256: None });
    let manifest = Manifest {
        format: FORMAT,
        program: concat!("zhiyin ", env!("CARGO_PKG_VERSION")).to_owned(),
        made_at: source.now,
        made: source.now.rfc3339(),
        database: source.store.engine().to_owned(),
        schema,
        workspace: workspace.as_ref().map(|w| w.id.clone()),
        name: workspace.map(|w| w.name),
        snapshot: store::catalog::head(&mut reading).await?,
        audit: audit.map(|head| head.to_string()),
        whole: source.whole,
        tables: Vec::with_capacity(tables.len()),
        lake: lake.collect(),
    };
    Ok(Moment { reading, tables, manifest })
}

/// Says what a backup would hold.
///
/// # Errors
/// When the store refuses, or another program left something in it that cannot be copied.
pub async fn plan(source: &Source<'_>) -> Result<Plan> {
    let mut m = moment(source).await?;
    let mut rows = 0;
    for table in &m.tables {
        rows += m.reading.count(table).await?;
    }
    let (files, bytes) = (m.manifest.lake.len(), m.manifest.lake_bytes());
    Ok(Plan { name: m.manifest.name, schema: m.manifest.schema, tables: m.tables.len(), rows, files, bytes, audit: m.manifest.audit })
}

/// Writes a backup; what it answers is what the file says of itself.
///
/// # Errors
/// When the store or the disk refuses, when a file of the lake is not there or not as long as the catalog says, or
/// `backup.stopped`.
pub async fn write<W: Write + Send>(source: &Source<'_>, out: W, told: Told<'_>) -> Result<Manifest> {
    let mut tries = 0;
    let Moment { mut reading, tables, mut manifest } = loop {
        tries += 1;
        let m = moment(source).await?;
        match (source.whole, source.hold) {
            (true, Some(hold)) => match held(source.lake, hold, &m.manifest.lake) {
                Err(Error::NotFound { .. }) if tries < TRIES => continue,
                result => result?,
            },
            _ => {}
        }
        break m;
    };
    let total = manifest.lake_bytes();
    let mut zip = ZipWriter::new_stream(BufWriter::with_capacity(1 << 18, out));
    let plain = SimpleFileOptions::default().large_file(true).unix_permissions(0o600).compression_method(CompressionMethod::Stored);
    let packed = plain.compression_method(CompressionMethod::Deflated).compression_level(Some(4));
    for table in &tables {
        zip.start_file(entry(&table.name), packed).map_err(io::Error::from)?;
        let mut part = Part::new(&mut zip, told, 0, total);
        let written = reading.table(table, &mut part).await;
        let (bytes, sha256) = part.end();
        let rows = written.map_err(|e| if told(0, total) { e.into() } else { stopped() })?;
        manifest.tables.push(TableText { table: table.name.clone(), rows, bytes, sha256 });
    }
    // whoever writes need not wait for the files
    drop(reading);
    if source.whole {
        let mut done = 0;
        for file in &mut manifest.lake {
            let path = source.hold.unwrap_or(source.lake).join(&file.path);
            zip.start_file(file.entry(), plain).map_err(io::Error::from)?;
            let part = Part::new(&mut zip, told, done, total);
            let (bytes, sha256) = copied(&path, part).map_err(|e| match e.kind() {
                io::ErrorKind::NotFound => absent(&file.path),
                _ if !told(done, total) => stopped(),
                _ => e.into(),
            })?;
            if bytes != file.bytes {
                return Err(damaged(
                    format!("数据湖的文件 {} 长 {bytes} 字节，目录里记的是 {}", file.path, file.bytes),
                    format!("{} of the lake has {bytes} bytes, its catalog says {}", file.path, file.bytes),
                ));
            }
            file.sha256 = Some(sha256);
            done += bytes;
        }
    }
    let said = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
    zip.start_file(NAME, packed).map_err(io::Error::from)?;
    zip.write_all(&said)?;
    let mut out: StreamWriter<BufWriter<W>> = zip.finish().map_err(io::Error::from)?;
    out.flush()?;
    Ok(manifest)
}

/// Gives every file a second name, so that it stays whoever takes the first away.
fn held(lake: &Path, hold: &Path, files: &[Held]) -> Result<()> {
    // a try before this one may have left some
    match std::fs::remove_dir_all(hold) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
        _ => {}
    }
    for file in files {
        let to = hold.join(&file.path);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        link_or_copy(&lake.join(&file.path), &to).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => absent(&file.path),
            _ => e.into(),
        })?;
    }
    Ok(())
}

fn absent(path: &str) -> Error {
    Error::not_found("file", path)
}

fn copied<W: Write>(path: &Path, mut part: Part<'_, W>) -> io::Result<(u64, String)> {
    let (mut file, mut buffer) = (File::open(path)?, vec![0u8; 1 << 18]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(part.end()),
            n => part.write_all(buffer.get(..n).unwrap_or_default())?,
        }
    }
}

/// One file inside, with its hash.
struct Part<'a, W> {
    out: &'a mut W,
    told: Told<'a>,
    before: u64,
    total: u64,
    hash: Sha256,
    bytes: u64,
}

impl<'a, W> Part<'a, W> {
    fn new(out: &'a mut W, told: Told<'a>, before: u64, total: u64) -> Part<'a, W> {
        Part { out, told, before, total, hash: Sha256::new(), bytes: 0 }
    }

    fn end(self) -> (u64, String) {
        (self.bytes, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Part<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = (self.before + self.bytes).min(self.total);
        if !(self.told)(done, self.total) {
            return Err(io::Error::other("it was stopped"));
        }
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
