//! Keys of the business that lie in the data folder, for its owner alone: 32 bytes as hexadecimal digits. They are in no database and in
//! no backup.

use crate::{Error, Result, app::App};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
};

/// The key of this name; `None` if there is none.
///
/// # Errors
/// When the disk refuses or the file holds no key.
pub(crate) fn read(app: &App, name: &str) -> Result<Option<[u8; 32]>> {
    let path = app.data.join(name);
    let mut text = String::new();
    match File::open(&path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?.read_to_string(&mut text)?,
    };
    let seed: Option<[u8; 32]> = bytes(text.trim()).and_then(|b| b.try_into().ok());
    seed.map(Some).ok_or_else(|| Error::Internal(format!("{} holds no key; put it back from where it was copied to, or move it away for a new one", path.display())))
}

/// The key of this name; made if there is none.
///
/// # Errors
/// As [`read`].
pub(crate) fn made(app: &App, name: &str) -> Result<[u8; 32]> {
    if let Some(key) = read(app, name)? {
        return Ok(key);
    }
    // whole under another name first: a crash leaves no half key, and of two servers one makes it
    let mut seed = [0; 32];
    app.chance.fill(&mut seed);
    let path = app.data.join(name);
    let fresh = app.data.join(format!("{name}.{}", app.new_id("new")));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(hex(&seed).as_bytes())?;
    file.sync_all()?;
    let named = std::fs::hard_link(&fresh, &path);
    std::fs::remove_file(&fresh)?;
    named.or_else(|e| if e.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(e) })?;
    File::open(&app.data)?.sync_all()?;
    read(app, name)?.ok_or_else(|| Error::Internal(format!("{} is gone as soon as it was made", path.display())))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.len() % 2 != 0 {
        return None;
    }
    (0..text.len() / 2).map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()).collect()
}
