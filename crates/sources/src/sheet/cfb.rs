//! The OLE container of old Excel files and of encrypted new ones: just enough of it to see what is inside and to read one stream.

use crate::{
    code::{Error, Result},
    limits,
};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

/// What a container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// an Excel 97–2003 workbook
    Workbook,
    /// an encrypted file of a later Excel
    Encrypted,
    /// something else
    Other,
}

const END: u32 = 0xffff_fffe;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes)
}

fn cut() -> Error {
    Error::damaged("the workbook is cut short")
}

/// An open container.
struct Container {
    file: File,
    sector: u64,
    size: u64,
    fat: Vec<u32>,
    /// name, first sector, size
    entries: Vec<(String, u32, u64)>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    mini_cutoff: u64,
}

impl Container {
    fn open(path: &Path) -> Result<Container> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut header = [0u8; 512];
        file.read_exact(&mut header).map_err(|_| cut())?;
        let sector = 1u64 << u16_at(&header, 30).filter(|s| (7..=16).contains(s)).ok_or_else(cut)?;
        let mut found = Container { file, sector, size, fat: Vec::new(), entries: Vec::new(), mini_fat: Vec::new(), mini: Vec::new(), mini_cutoff: u64::from(u32_at(&header, 56).ok_or_else(cut)?) };
        let mut fat_sectors: Vec<u32> = header.get(76..).unwrap_or_default().chunks_exact(4).filter_map(|c| u32_at(c, 0)).filter(|s| *s < END - 10).collect();
        let (mut next, mut steps) = (u32_at(&header, 68).ok_or_else(cut)?, 0u64);
        while next < END - 10 {
            let table = found.sector(next)?;
            let split = table.len().saturating_sub(4);
            fat_sectors.extend(table.get(..split).unwrap_or_default().chunks_exact(4).filter_map(|c| u32_at(c, 0)).filter(|s| *s < END - 10));
            next = u32_at(&table, split).ok_or_else(cut)?;
            steps += 1;
            if steps > size / sector + 1 {
                return Err(cut());
            }
        }
        if fat_sectors.len() as u64 > size / sector + 1 {
            return Err(cut());
        }
        for s in fat_sectors {
            let table = found.sector(s)?;
            found.fat.extend(table.chunks_exact(4).filter_map(|c| u32_at(c, 0)));
        }
        let directory = found.chain(u32_at(&header, 48).ok_or_else(cut)?, 8 << 20)?;
        let mut root = (END, 0);
        for entry in directory.chunks_exact(128) {
            let length = usize::from(u16_at(entry, 64).unwrap_or(0)).clamp(2, 64) - 2;
            let units: Vec<u16> = entry.get(..length).unwrap_or_default().chunks_exact(2).filter_map(|c| u16_at(c, 0)).collect();
            let (start, bytes) = (u32_at(entry, 116).unwrap_or(END), u64::from(u32_at(entry, 120).unwrap_or(0)));
            match entry.get(66) {
                Some(5) => root = (start, bytes),
                Some(2) => found.entries.push((String::from_utf16_lossy(&units), start, bytes)),
                _ => {}
            }
        }
        let mini_start = u32_at(&header, 60).ok_or_else(cut)?;
        if mini_start < END - 10 {
            let table = found.chain(mini_start, 16 << 20)?;
            found.mini_fat = table.chunks_exact(4).filter_map(|c| u32_at(c, 0)).collect();
            found.mini = found.chain(root.0, 64 << 20)?;
        }
        Ok(found)
    }

    fn sector(&mut self, number: u32) -> Result<Vec<u8>> {
        let at = (u64::from(number) + 1) * self.sector;
        if at >= self.size {
            return Err(cut());
        }
        self.file.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::with_capacity(self.sector as usize);
        Read::by_ref(&mut self.file).take(self.sector).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The bytes of a chain of sectors, at most `limit` and never in circles.
    fn chain(&mut self, start: u32, limit: u64) -> Result<Vec<u8>> {
        let (mut next, mut out) = (start, Vec::new());
        while next < END - 10 {
            out.extend(self.sector(next)?);
            if out.len() as u64 > limit.min(self.size + self.sector) {
                return Err(cut());
            }
            next = self.fat.get(next as usize).copied().ok_or_else(cut)?;
        }
        Ok(out)
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.0.eq_ignore_ascii_case(name))
    }

    fn stream(&mut self, name: &str) -> Result<Vec<u8>> {
        let (_, start, size) = self.entries.iter().find(|e| e.0.eq_ignore_ascii_case(name)).cloned().ok_or_else(cut)?;
        let mut bytes = Vec::new();
        if size >= self.mini_cutoff {
            bytes = self.chain(start, limits::XLS)?;
        } else {
            let mut next = start;
            while next < END - 10 && (bytes.len() as u64) < size {
                let at = next as usize * 64;
                bytes.extend_from_slice(self.mini.get(at..at + 64).ok_or_else(cut)?);
                next = self.mini_fat.get(next as usize).copied().ok_or_else(cut)?;
            }
        }
        if (bytes.len() as u64) < size {
            return Err(cut());
        }
        bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(bytes)
    }
}

/// What a container holds.
pub(crate) fn contents(path: &Path) -> Result<Contents> {
    let container = Container::open(path)?;
    Ok(match () {
        () if container.has("EncryptedPackage") => Contents::Encrypted,
        () if container.has("Workbook") || container.has("Book") => Contents::Workbook,
        () => Contents::Other,
    })
}

/// The stream of a workbook's records.
pub(super) fn workbook(path: &Path) -> Result<Vec<u8>> {
    let mut container = Container::open(path)?;
    let name = if container.has("Workbook") { "Workbook" } else { "Book" };
    container.stream(name)
}
