//! The house rules that a machine can check (ARCHITECTURE.md, "Invariants"). Each check answers with lines `file: what`.

mod decisions;
mod generated;
mod order;
mod parsers;
mod rooms;
mod rust;
mod sql;
mod web;
mod world;

use anyhow::Result;
use std::{
    fs,
    path::{Path, PathBuf},
};

const LONGEST: usize = 600;

/// Runs every check; one line for each thing found.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    rooms::check(root, &mut found)?;
    for file in files(root, "rs")? {
        source(&relative(root, &file)?, &fs::read_to_string(&file)?, &mut found);
    }
    for ext in ["ts", "tsx", "mjs", "py", "sh"] {
        for file in files(root, ext)? {
            let name = relative(root, &file)?;
            if !name.contains("/gen/") {
                length(&name, &fs::read_to_string(&file)?, &mut found);
            }
        }
    }
    web::locales(root, &mut found)?;
    web::layers(root, &mut found)?;
    decisions::check(root, &mut found)?;
    generated::check(root, &mut found)?;
    Ok(found)
}

/// What one Rust file must keep.
fn source(name: &str, text: &str, found: &mut Vec<String>) {
    length(name, text, found);
    if name.contains("/src/") && !text.trim_start().starts_with("//!") {
        found.push(format!("{name}: open the file with the sentence a newcomer needs (//! …)"));
    }
    if rust::is_test(name) {
        return;
    }
    let file = match syn::parse_file(text) {
        Ok(file) => file,
        Err(e) => {
            found.push(format!("{name}:{}: does not read as Rust: {e}", e.span().start().line));
            return;
        }
    };
    let mut lines: Vec<(usize, String)> = Vec::new();
    parsers::check(name, &file, &mut lines);
    world::check(name, &file, &mut lines);
    order::check(name, &file, text, &mut lines);
    sql::check(&file, &mut lines);
    lines.sort();
    lines.dedup();
    found.extend(lines.into_iter().map(|(line, what)| format!("{name}:{line}: {what}")));
}

fn length(name: &str, text: &str, found: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > LONGEST {
        found.push(format!("{name}: {lines} lines; is there a second noun inside? (limit {LONGEST})"));
    }
}

fn relative(root: &Path, file: &Path) -> Result<String> {
    Ok(file.strip_prefix(root)?.to_string_lossy().replace('\\', "/"))
}

/// Every file of the tree with this ending, ours only.
fn files(dir: &Path, ext: &str) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "node_modules" | "target" | "dist" | ".git" | "test-results" | ".venv") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|e| e == ext) {
                out.push(path);
            }
        }
    }
    out.sort();
    Ok(out)
}

#[cfg(test)]
mod tests;
