//! A text file as a stream of UTF-8, whatever its encoding.

use crate::{
    code::Result,
    encoding::{Decoder, Encoding},
};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

/// Raw bytes read at a time.
const PIECE: usize = 1 << 20;

/// A file read from its start to its end.
pub(crate) struct Source {
    file: File,
    decoder: Option<Decoder>,
    piece: Vec<u8>,
    decoded: String,
    /// raw bytes read so far
    pub bytes_read: u64,
    /// nothing more will come
    pub ended: bool,
}

impl Source {
    /// Opens the file and passes its byte order mark.
    pub fn open(path: &Path, encoding: Encoding) -> Result<Source> {
        let mut file = File::open(path)?;
        let mut head = [0u8; 4];
        let mut held = 0;
        while held < head.len() {
            match file.read(head.get_mut(held..).unwrap_or_default())? {
                0 => break,
                n => held += n,
            }
        }
        let skip = encoding.bom(head.get(..held).unwrap_or_default());
        file.seek(SeekFrom::Start(skip as u64))?;
        Ok(Source { file, decoder: encoding.decoder(), piece: vec![0; PIECE], decoded: String::new(), bytes_read: skip as u64, ended: false })
    }

    /// Appends text to `buffer` until it holds at least `size` bytes or the file ends.
    pub fn fill(&mut self, buffer: &mut Vec<u8>, size: usize) -> Result<()> {
        while buffer.len() < size && !self.ended {
            let n = self.file.read(&mut self.piece)?;
            self.bytes_read += n as u64;
            self.ended = n == 0;
            let piece = self.piece.get(..n).unwrap_or_default();
            match &mut self.decoder {
                None => buffer.extend_from_slice(piece),
                Some(decoder) => {
                    self.decoded.clear();
                    decoder.decode(piece, self.ended, &mut self.decoded);
                    buffer.extend_from_slice(self.decoded.as_bytes());
                }
            }
        }
        Ok(())
    }
}
