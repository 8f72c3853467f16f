//! Where the files are put: into one archive, or into a folder. Equal content gives equal bytes.

use super::{Told, stopped};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

/// Where everything goes.
pub enum Place<'o> {
    /// one archive
    Zip(&'o mut (dyn Write + Send)),
    /// a folder that is there and empty
    Folder(PathBuf),
}

type Archive<'o> = ZipWriter<StreamWriter<BufWriter<&'o mut (dyn Write + Send)>>>;

enum To<'o> {
    Zip(Box<Archive<'o>>),
    Folder(PathBuf, Option<BufWriter<File>>),
}

/// A place that is being filled, file by file.
pub(super) struct Shelf<'o> {
    to: To<'o>,
    told: Told<'o>,
    hash: Sha256,
    bytes: u64,
    /// rows that were written, of so many
    done: u64,
    total: u64,
}

impl<'o> Shelf<'o> {
    pub(super) fn new(place: Place<'o>, told: Told<'o>, total: u64) -> Shelf<'o> {
        let to = match place {
            Place::Zip(out) => To::Zip(Box::new(ZipWriter::new_stream(BufWriter::with_capacity(1 << 18, out)))),
            Place::Folder(path) => To::Folder(path, None),
        };
        Shelf { to, told, hash: Sha256::new(), bytes: 0, done: 0, total }
    }

    /// Begins a file; `packed`: it does not shrink any more.
    pub(super) fn begin(&mut self, name: &str, packed: bool) -> Result<()> {
        (self.hash, self.bytes) = (Sha256::new(), 0);
        match &mut self.to {
            To::Zip(zip) => {
                let plain = SimpleFileOptions::default().large_file(true).unix_permissions(0o600);
                let options = match packed {
                    true => plain.compression_method(CompressionMethod::Stored),
                    false => plain.compression_method(CompressionMethod::Deflated).compression_level(Some(4)),
                };
                zip.start_file(name, options).map_err(io::Error::from)?;
            }
            To::Folder(folder, file) => {
                let path = folder.join(name);
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                *file = Some(BufWriter::with_capacity(1 << 18, File::create(path)?));
            }
        }
        Ok(())
    }

    /// Ends it: its bytes and their hash.
    pub(super) fn end(&mut self) -> Result<(u64, String)> {
        if let To::Folder(_, file) = &mut self.to {
            if let Some(file) = file.take() {
                file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            }
        }
        let hash = std::mem::replace(&mut self.hash, Sha256::new()).finalize();
        Ok((self.bytes, hex(&hash)))
    }

    /// A whole file.
    pub(super) fn put(&mut self, name: &str, content: &[u8]) -> Result<(u64, String)> {
        self.begin(name, false)?;
        self.write_all(content)?;
        self.end()
    }

    /// A file that lies elsewhere and does not shrink any more.
    pub(super) fn copy(&mut self, name: &str, from: &Path) -> Result<(u64, String)> {
        self.begin(name, true)?;
        let (mut file, mut buffer) = (File::open(from)?, vec![0u8; 1 << 18]);
        loop {
            match file.read(&mut buffer)? {
                0 => return self.end(),
                n => self.write_all(buffer.get(..n).unwrap_or_default())?,
            }
        }
    }

    /// One row more.
    pub(super) fn step(&mut self) -> Result<()> {
        self.done += 1;
        if self.done % 1024 == 0 && !(self.told)(self.done.min(self.total), self.total) {
            return Err(stopped());
        }
        Ok(())
    }

    /// Closes it.
    pub(super) fn finish(self) -> Result<()> {
        match self.to {
            To::Zip(zip) => {
                let mut out = zip.finish().map_err(io::Error::from)?;
                Ok(out.flush()?)
            }
            To::Folder(folder, _) => File::open(folder)?.sync_all().map_err(Error::Io),
        }
    }
}

impl Write for Shelf<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Zip(zip) => zip.write_all(bytes)?,
            To::Folder(_, Some(file)) => file.write_all(bytes)?,
            To::Folder(..) => return Err(io::Error::other("no file was begun")),
        }
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, b| text + &format!("{b:02x}"))
}
