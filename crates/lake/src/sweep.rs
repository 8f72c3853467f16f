//! Orphans: files of imports that were never committed, or that no snapshot names any more.

use crate::{Result, error::at, schema};
use domain::{
    clock::Instant,
    table::{DataFile, Table},
};
use std::{collections::HashSet, ffi::OsString, fs, path::Path, time::UNIX_EPOCH};

/// Removes the Parquet files that no live snapshot names and that were last written before `before` (now minus a grace
/// longer than the longest import). `live` must name the files of EVERY snapshot that may still be read.
/// Gives the number of files and bytes removed.
pub fn sweep(root: &Path, live: &[DataFile], before: Instant) -> Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for table in Table::ALL {
        let folder = schema::folder(root, table);
        let named: HashSet<OsString> =
            live.iter().filter(|f| f.table == table).map(|f| OsString::from(&f.path)).collect();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(at(folder)(e)),
        };
        for entry in entries {
            let entry = entry.map_err(at(&folder))?;
            let path = entry.path();
            if path.extension().is_none_or(|e| e != "parquet") || named.contains(&entry.file_name()) {
                continue;
            }
            let about = entry.metadata().map_err(at(&path))?;
            let written = about.modified().map_err(at(&path))?;
            let micros = written.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64);
            if about.is_file() && micros < before.0 {
                fs::remove_file(&path).map_err(at(&path))?;
                files += 1;
                bytes += about.len();
            }
        }
    }
    Ok((files, bytes))
}

/// Removes the files that writers whose stem is this, or begins with this and another word, have written, but for those that are `named`.
/// Only for those whose files no commit was tried with, or whose commit was refused.
pub fn forget(root: &Path, stem: &str, named: &[(Table, String)]) -> Result<u64> {
    let (stem, mut files) = (crate::writer::file_stem(stem), 0);
    for table in Table::ALL {
        let folder = schema::folder(root, table);
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry.map_err(at(&folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let theirs = name.strip_prefix(&stem).is_some_and(|rest| rest.starts_with(['-', '_']));
            if theirs && !named.iter().any(|(t, path)| (*t, path) == (table, &name)) {
                fs::remove_file(entry.path()).map_err(at(entry.path()))?;
                files += 1;
            }
        }
    }
    Ok(files)
}
