//! `-`: standard input where a file is read, standard output where one is written.

use crate::{
    args::Files,
    exit::{Code, Failure},
    interrupt::Interrupt,
};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Is it standard input or output that is meant?
pub fn is(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The text of a file, or of standard input.
pub fn text(path: &Path) -> Result<String, Failure> {
    if !is(path) {
        return std::fs::read_to_string(path).map_err(|e| Failure::file(path, &e));
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(|e| Failure::file(Path::new("stdin"), &e))?;
    Ok(text)
}

/// The files with standard input in a file of its own, for readers go back and forth. The folder goes when it is dropped.
pub fn settled(files: &Files) -> Result<(Files, Option<TempDir>), Failure> {
    let mut files = files.clone();
    let wanted = files.each().filter(|p| is(p)).count() + files.mapping.iter().filter(|p| is(p)).count();
    if wanted > 1 {
        return Err(Failure::new(Code::Usage, "stdin", "标准输入（-）只能用一次", "standard input (-) can be used once only"));
    }
    let Some(place) = files.each().find(|p| is(p)) else { return Ok((files, None)) };
    let (path, folder) = kept(|_| {})?;
    *place = path;
    Ok((files, Some(folder)))
}

/// An archive, or standard input in a file of its own, for archives are read back and forth. The folder goes when it is dropped, and
/// when the command is broken off.
pub fn whole(file: &Path, interrupt: &Interrupt) -> Result<(PathBuf, Option<TempDir>), Failure> {
    if !is(file) {
        return Ok((file.to_owned(), None));
    }
    let (path, folder) = kept(|folder| interrupt.leaves(folder))?;
    Ok((path, Some(folder)))
}

/// Standard input in a file; `begun` learns of its folder before anything is read.
fn kept(begun: impl FnOnce(&Path)) -> Result<(PathBuf, TempDir), Failure> {
    let failed = |e: io::Error| Failure::file(Path::new("stdin"), &e);
    let folder = tempfile::tempdir().map_err(failed)?;
    begun(folder.path());
    let path = folder.path().join("stdin");
    io::copy(&mut io::stdin().lock(), &mut File::create(&path).map_err(failed)?).map_err(failed)?;
    Ok((path, folder))
}

/// At most one thing goes to standard output, and under `--json` that is the answer.
pub fn one_output<'a>(outs: impl Iterator<Item = &'a PathBuf>, json: bool) -> Result<(), Failure> {
    match outs.filter(|p| is(p)).count() + usize::from(json) {
        0 | 1 => Ok(()),
        _ => Err(Failure::new(Code::Usage, "stdout", "标准输出只能用一次：--json 或一个 -", "standard output can be used once only: --json or one -")),
    }
}

/// Hands a path to write to; what is there afterwards goes to standard output.
pub async fn through<T>(write: impl AsyncFnOnce(&Path) -> Result<T, Failure>) -> Result<T, Failure> {
    let failed = |e: io::Error| Failure::file(Path::new("stdout"), &e);
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("out");
    let done = write(&path).await?;
    match io::copy(&mut File::open(&path).map_err(failed)?, &mut io::stdout().lock()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(failed(e)),
        _ => Ok(done),
    }
}
