//! The published sets under `../shared/data`, beside the repository. Where they are missing a test says so and proves nothing:
//! `make test` repeats at its end what was left out, and CI may leave out nothing.

use std::{env, fs::OpenOptions, io::Write, path::PathBuf};

/// A file of a published set, or `None` with a word about it.
///
/// # Panics
/// When it is missing and nothing may be: under `CI` or `ZHIYIN_REQUIRE_DATA`.
pub fn file(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("ZHIYIN_SHARED").map_or_else(|| PathBuf::from("../../../shared"), PathBuf::from);
    let path = std::path::absolute(folder.join("data").join(name)).ok()?;
    if path.exists() {
        return Some(path);
    }
    unproven(&format!("../shared/data/{name} is missing: what it shows is not proven here"));
    None
}

/// Says that something is not proven, and why.
///
/// # Panics
/// When nothing may be left out: under `CI` or `ZHIYIN_REQUIRE_DATA`.
pub fn unproven(said: &str) {
    assert!(env::var_os("CI").is_none() && env::var_os("ZHIYIN_REQUIRE_DATA").is_none(), "{said}");
    eprintln!("{said}");
    if let Some(kept) = env::var_os("ZHIYIN_UNPROVEN") {
        let file = OpenOptions::new().append(true).create(true).open(kept);
        file.and_then(|mut f| writeln!(f, "{said}")).unwrap_or_else(|e| eprintln!("{e}"));
    }
}
