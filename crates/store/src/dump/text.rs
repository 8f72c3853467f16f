//! Values as `COPY` writes them.

use crate::{Error, Result};

/// No value.
pub(super) const NONE: &[u8] = b"\\N";

/// Writes a value.
pub(super) fn put(line: &mut Vec<u8>, value: &[u8]) {
    for byte in value {
        let short = match byte {
            b'\\' => b'\\',
            b'\t' => b't',
            b'\n' => b'n',
            b'\r' => b'r',
            0x08 => b'b',
            0x0b => b'v',
            0x0c => b'f',
            other => {
                line.push(*other);
                continue;
            }
        };
        line.extend([b'\\', short]);
    }
}

/// Writes bytes, in hexadecimal after `\x`.
pub(super) fn put_bytes(line: &mut Vec<u8>, value: &[u8]) {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' - 10 + half };
    line.extend(b"\\\\x");
    for byte in value {
        line.extend([digit(byte >> 4), digit(byte & 15)]);
    }
}

/// Reads a value; `None` for none.
pub(super) fn take(field: &[u8]) -> Result<Option<Vec<u8>>> {
    if field == NONE {
        return Ok(None);
    }
    let mut value = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            value.push(*byte);
            continue;
        }
        value.push(match bytes.next() {
            Some(b'\\') => b'\\',
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b'b') => 0x08,
            Some(b'v') => 0x0b,
            Some(b'f') => 0x0c,
            _ => return Err(broken("a backslash that means nothing")),
        });
    }
    Ok(Some(value))
}

/// Reads what [`put_bytes`] wrote, after [`take`].
pub(super) fn bytes(value: &[u8]) -> Result<Vec<u8>> {
    let digit = |d: &u8| (*d as char).to_digit(16).map(|d| d as u8);
    let hex = value.strip_prefix(b"\\x").ok_or_else(|| broken("bytes that do not begin with \\x"))?;
    let pairs = hex.chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().ok_or_else(|| broken("bytes that are not hexadecimal"))
}

/// A text that no dump of ours is.
pub(super) fn broken(why: &str) -> Error {
    Error::Invalid(["the dump of a table holds ", why].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for value in ["", "\\N", "a\tb\nc\r\\", "\\.", "知音", "\u{8}\u{b}\u{c}\u{1}"] {
            let mut line = Vec::new();
            put(&mut line, value.as_bytes());
            assert!(!line.contains(&b'\t') && !line.contains(&b'\n'));
            assert_eq!(take(&line).unwrap().unwrap(), value.as_bytes());
        }
        assert_eq!(take(NONE).unwrap(), None);
        let mut line = Vec::new();
        put_bytes(&mut line, &[0, 255, 92]);
        assert_eq!(line, b"\\\\x00ff5c");
        assert_eq!(bytes(&take(&line).unwrap().unwrap()).unwrap(), [0, 255, 92]);
        assert!(take(b"a\\").is_err() && take(b"\\q").is_err() && bytes(b"\\x0").is_err() && bytes(b"00").is_err());
    }
}
