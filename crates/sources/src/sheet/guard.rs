//! Looks through a workbook's archive before it is opened: sizes as they really unfold, not as the archive claims them, and texts,
//! tags and declarations of the XML inside, so that nothing behind this guard can grow beyond its limit.

use crate::{
    code::{Code, Error, Result},
    limits,
};
use memchr::{memchr, memmem};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// Fails if the archive breaks a limit; answers whether cells of a sheet are merged.
pub(crate) fn scan(path: &Path) -> Result<bool> {
    entry_count(path)?;
    let mut zip = zip::ZipArchive::new(BufReader::new(File::open(path)?)).map_err(Error::damaged)?;
    if zip.len() > limits::ZIP_ENTRIES {
        return Err(too_many());
    }
    let (mut total, mut sheets, mut merges) = (0u64, false, false);
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(Error::damaged)?;
        if entry.encrypted() {
            return Err(Error::new(Code::FileEncrypted, []));
        }
        let name = entry.name().map_err(Error::damaged)?.to_ascii_lowercase().replace('\\', "/");
        sheets |= name.ends_with("workbook.xml") || name.ends_with("workbook.bin");
        if name.ends_with("workbook.bin") {
            return Err(Error::new(Code::FormatUnsupported, [("format", "XLSB")]));
        }
        if [".zip", ".7z", ".rar", ".gz", ".xz", ".zst"].iter().any(|e| name.ends_with(e)) {
            return Err(Error::new(Code::ZipNested, [("entry", &name)]));
        }
        let (claimed, packed) = (entry.size(), entry.compressed_size());
        if claimed >= limits::ZIP_RATIO_FROM && claimed / packed.max(1) > limits::ZIP_RATIO {
            return Err(steep(&name));
        }
        total = total.saturating_add(claimed);
        if total > limits::ZIP_TOTAL {
            return Err(Error::new(Code::ZipTooLarge, [("limit", &limits::ZIP_TOTAL.to_string())]));
        }
        merges |= look(entry, &name, packed)? > 0;
    }
    if sheets { Ok(merges) } else { Err(Error::new(Code::FormatUnknown, [])) }
}

fn too_many() -> Error {
    Error::new(Code::ZipTooManyEntries, [("limit", &limits::ZIP_ENTRIES.to_string())])
}

fn steep(name: &str) -> Error {
    Error::new(Code::ZipRatio, [("entry", name), ("limit", &limits::ZIP_RATIO.to_string())])
}

/// Reads the number of entries from the end of the archive, before a library makes room for them.
fn entry_count(path: &Path) -> Result<()> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let from = size.saturating_sub(66_000);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let at = memmem::rfind(&end, b"PK\x05\x06").ok_or_else(|| Error::damaged("the archive has no directory"))?;
    match end.get(at + 10..at + 12) {
        Some([low, high]) if usize::from(u16::from_le_bytes([*low, *high])) > limits::ZIP_ENTRIES => Err(too_many()),
        Some(_) => Ok(()),
        None => Err(Error::damaged("the archive's directory is cut short")),
    }
}

/// What is counted while an entry unfolds.
struct Look<'n> {
    name: &'n str,
    /// bytes since the last `<`
    run: u64,
    /// inside a comment or CDATA: how it ends
    special: Option<&'static [u8]>,
    tags: u64,
    texts: u64,
    formats: u64,
    merges: u64,
}

/// Looks at an entry; answers how many regions of merged cells it has.
fn look(mut entry: impl Read, name: &str, packed: u64) -> Result<u64> {
    let is_texts = name.ends_with("sharedstrings.xml");
    let is_styles = name.ends_with("styles.xml");
    let is_media = name.contains("/media/") || name.contains("/embeddings/");
    let is_sheet = !is_texts && !is_styles && name.contains("sheet") && name.ends_with(".xml");
    let limit = match () {
        () if is_texts => limits::ZIP_TEXTS,
        () if is_sheet || is_media => limits::ZIP_ENTRY,
        () => limits::ZIP_SMALL,
    };
    let mut seen = Look { name, run: 0, special: None, tags: 0, texts: 0, formats: 0, merges: 0 };
    let mut piece = vec![0u8; 64 << 10];
    let (mut carried, mut total) = (0usize, 0u64);
    loop {
        let n = entry.read(piece.get_mut(carried..).unwrap_or_default()).map_err(|e| Error::damaged(e.to_string()))?;
        let filled = carried + n;
        total += n as u64;
        if total > limit {
            return Err(Error::new(Code::ZipEntryTooLarge, [("entry", name), ("limit", &limit.to_string())]));
        }
        if total >= limits::ZIP_RATIO_FROM && total / packed.max(1) > limits::ZIP_RATIO {
            return Err(steep(name));
        }
        let text = piece.get(..filled).unwrap_or_default();
        if total == n as u64 && is_texts {
            claimed_texts(text)?;
        }
        // keep a few bytes back, so that what spans two pieces is seen whole
        let keep = if n == 0 { 0 } else { filled.min(12) };
        if !is_media {
            seen.xml(text.get(..filled - keep).unwrap_or_default(), text, is_texts, is_styles)?;
        }
        if n == 0 {
            break;
        }
        piece.copy_within(filled - keep..filled, 0);
        carried = keep;
    }
    Ok(seen.merges)
}

/// `uniqueCount` makes a reader set room aside; it must be believable.
fn claimed_texts(head: &[u8]) -> Result<()> {
    let head = head.get(..head.len().min(4096)).unwrap_or(head);
    let Some(at) = memmem::find(head, b"uniqueCount") else { return Ok(()) };
    let digits: String = head.iter().skip(at + 11).skip_while(|b| !b.is_ascii_digit()).take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
    match digits.parse::<usize>() {
        Ok(n) if n <= limits::TEXTS => Ok(()),
        Err(_) if digits.is_empty() => Ok(()),
        _ => Err(too_many_texts()),
    }
}

fn too_many_texts() -> Error {
    Error::new(Code::ZipText, [("limit", &limits::TEXTS.to_string())])
}

impl Look<'_> {
    /// Looks at the tags that begin in `own`; `whole` goes a little further.
    fn xml(&mut self, own: &[u8], whole: &[u8], is_texts: bool, is_styles: bool) -> Result<()> {
        let mut at = 0;
        while at < own.len() {
            if let Some(end) = self.special {
                match memmem::find(whole.get(at..).unwrap_or_default(), end) {
                    Some(i) if at + i < own.len() => {
                        self.special = None;
                        self.grow(i as u64)?;
                        at += i + 1;
                    }
                    _ => return self.grow((own.len() - at) as u64),
                }
                continue;
            }
            let Some(i) = memchr(b'<', own.get(at..).unwrap_or_default()) else { return self.grow((own.len() - at) as u64) };
            self.grow(i as u64)?;
            self.run = 0;
            self.tags += 1;
            let tag = whole.get(at + i..).unwrap_or_default();
            match tag {
                [b'<', b'!', b'-', ..] => self.special = Some(b"-->"),
                [b'<', b'!', b'[', ..] => self.special = Some(b"]]>"),
                [b'<', b'!', ..] => return Err(Error::damaged("the workbook declares entities")),
                [b'<', b's', b'i', b'>' | b' ' | b'/', ..] if is_texts => {
                    self.texts += 1;
                    if self.texts > limits::TEXTS as u64 {
                        return Err(too_many_texts());
                    }
                }
                [b'<', b'x', b'f', b'>' | b' ' | b'/', ..] if is_styles => self.formats += 1,
                [b'<', b'm', b'e', b'r', b'g', b'e', b'C', b'e', b'l', b'l', b' ', ..] => {
                    self.merges += 1;
                    if self.merges > limits::MERGES {
                        return Err(Error::new(Code::TooManyCells, [("limit", &limits::MERGES.to_string())]));
                    }
                }
                _ => {}
            }
            if is_styles && (self.formats > 130_000 || self.tags > 500_000) {
                return Err(Error::new(Code::ZipEntryTooLarge, [("entry", self.name), ("limit", &limits::ZIP_SMALL.to_string())]));
            }
            at += i + 1;
        }
        Ok(())
    }

    fn grow(&mut self, by: u64) -> Result<()> {
        self.run += by;
        if self.run > limits::CELL as u64 * 2 {
            return Err(Error::new(Code::CellTooLong, [("line", self.name), ("limit", &limits::CELL.to_string())]));
        }
        Ok(())
    }
}
