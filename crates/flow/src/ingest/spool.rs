//! Byte records in partitions: in memory first, in unnamed temporary files once they outgrow their budget. What an
//! import must remember for later goes here, so that its memory does not grow with the file.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Partitions of a spool that holds many keys.
pub const PARTITIONS: usize = 64;

/// The partition of a well-mixed key.
pub fn partition(key: u64) -> usize {
    (key >> 58) as usize
}

#[derive(Debug, Default)]
struct Part {
    memory: Vec<u8>,
    file: Option<File>,
    records: u64,
}

/// Records in partitions, read back in the order they were pushed.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    parts: Vec<Part>,
    held: usize,
    budget: usize,
}

impl Spool {
    /// `parts` partitions that together hold up to `budget` bytes in memory; temporary files go to `folder`.
    pub fn new(folder: &Path, parts: usize, budget: usize) -> Spool {
        let parts = (0..parts.max(1)).map(|_| Part::default()).collect();
        Spool { folder: folder.to_owned(), parts, held: 0, budget }
    }

    /// Number of partitions.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Records in all partitions.
    pub fn len(&self) -> u64 {
        self.parts.iter().map(|p| p.records).sum()
    }

    /// No record at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a record to a partition.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&mut self, part: usize, record: &[u8]) -> io::Result<()> {
        let count = self.parts.len();
        let Some(slot) = self.parts.get_mut(part % count) else { return Ok(()) };
        let length = u32::try_from(record.len()).map_err(|_| io::Error::other("a record longer than 4 GiB"))?;
        slot.memory.extend_from_slice(&length.to_le_bytes());
        slot.memory.extend_from_slice(record);
        slot.records += 1;
        self.held += record.len() + 4;
        if self.held > self.budget { self.spill() } else { Ok(()) }
    }

    /// Nothing may come for a while: what is held goes to disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn rest(&mut self) -> io::Result<()> {
        self.spill()?;
        self.parts.iter_mut().for_each(|p| p.memory = Vec::new());
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        for part in self.parts.iter_mut().filter(|p| !p.memory.is_empty()) {
            if part.file.is_none() {
                part.file = Some(tempfile::tempfile_in(&self.folder)?);
            }
            if let Some(file) = &mut part.file {
                file.seek(SeekFrom::End(0))?;
                file.write_all(&part.memory)?;
            }
            part.memory.clear();
            part.memory.shrink_to(1 << 16);
        }
        self.held = 0;
        Ok(())
    }

    /// Hands every record of a partition to `each`, oldest first.
    ///
    /// # Errors
    /// When the disk refuses, or whatever `each` returns.
    pub fn read<E: From<io::Error>>(&mut self, part: usize, mut each: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut reader = self.reader(part)?;
        let mut record = Vec::new();
        while reader.next(&mut record)? {
            each(&record)?;
        }
        Ok(())
    }

    /// A reader over one partition, oldest first. The spool must not be pushed to meanwhile.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn reader(&mut self, part: usize) -> io::Result<Reader<'_>> {
        let count = self.parts.len();
        let Some(part) = self.parts.get_mut(part % count) else { return Err(io::Error::other("no partition")) };
        let file = match &mut part.file {
            Some(file) => {
                file.flush()?;
                file.seek(SeekFrom::Start(0))?;
                Some(BufReader::with_capacity(1 << 18, file))
            }
            None => None,
        };
        Ok(Reader { file, memory: &part.memory })
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.parts.iter_mut().for_each(|p| *p = Part::default());
        self.held = 0;
    }
}

/// Reads the records of one partition.
#[derive(Debug)]
pub struct Reader<'a> {
    file: Option<BufReader<&'a mut File>>,
    memory: &'a [u8],
}

impl Reader<'_> {
    /// Puts the next record into `record`; `false` at the end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        if let Some(file) = &mut self.file {
            let mut length = [0u8; 4];
            match file.read_exact(&mut length) {
                Ok(()) => {
                    record.resize(u32::from_le_bytes(length) as usize, 0);
                    file.read_exact(record)?;
                    return Ok(true);
                }
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => self.file = None,
                Err(e) => return Err(e),
            }
        }
        let Some((length, rest)) = self.memory.split_first_chunk::<4>() else { return Ok(false) };
        let Some((body, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else {
            return Err(io::Error::other("a cut record"));
        };
        record.clear();
        record.extend_from_slice(body);
        self.memory = rest;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_order_in_memory_and_from_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for budget in [1 << 20, 64] {
            let mut spool = Spool::new(folder.path(), 4, budget);
            for i in 0..100u32 {
                spool.push((i % 4) as usize, format!("record {i}").as_bytes()).expect("a record is kept");
            }
            let mut seen = Vec::new();
            for part in 0..4 {
                spool.read(part, |r| -> io::Result<()> {
                    seen.push(String::from_utf8_lossy(r).into_owned());
                    Ok(())
                }).expect("a partition is read");
            }
            let expected: Vec<String> = (0..4).flat_map(|p| (0..25).map(move |i| format!("record {}", p + 4 * i))).collect();
            assert_eq!(seen, expected, "budget {budget}");
        }
    }
}
