//! The house rules that a machine can check (ARCHITECTURE.md, "Invariants"). Each check answers with lines `file: what`.

use anyhow::{Context, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Which of our crates, and which libraries, a crate may name. `testkit` may be named by anyone in tests.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("models", &["domain"]),
    ("sources", &["domain"]),
    ("lake", &["domain", "models"]),
    ("store", &["domain"]),
    ("flow", &["domain", "models", "sources", "lake", "store"]),
    ("api", &["domain", "flow", "store", "lake"]),
    ("testkit", &["domain"]),
    ("zhiyin", &["domain", "models", "sources", "lake", "store", "flow", "api", "testkit"]),
    ("xtask", &[]),
];

/// Libraries with one door each.
const DOORS: &[(&str, &[&str])] = &[
    ("datafusion", &["lake"]),
    ("object_store", &["lake"]),
    ("parquet", &["lake", "sources"]),
    ("sqlx", &["store"]),
    ("axum", &["api"]),
    ("utoipa", &["api", "flow"]),
    ("clap", &["zhiyin"]),
    ("calamine", &["sources"]),
    ("tokio", &["lake", "store", "flow", "api", "zhiyin", "testkit"]),
];

/// Time and chance come in by `domain::clock` and the composition root only.
const WORLD: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now", "getrandom::fill", "rand::rng"];
const WORLD_DOORS: &[&str] = &["crates/domain/src/clock.rs", "crates/cli/src/"];

const LONGEST: usize = 600;

/// Runs every check; one line for each thing found.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    rooms(root, &mut found)?;
    let rust = files(root, "rs")?;
    for file in &rust {
        let text = fs::read_to_string(file)?;
        let name = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        source(&name, &text, &mut found);
    }
    for ext in ["ts", "tsx"] {
        for file in files(&root.join("web"), ext)? {
            let name = file.strip_prefix(root)?.to_string_lossy().into_owned();
            if !name.contains("/gen/") {
                length(&name, &fs::read_to_string(&file)?, &mut found);
            }
        }
    }
    locales(root, &mut found)?;
    web_layers(root, &mut found)?;
    decisions(root, &mut found)?;
    Ok(found)
}

fn rooms(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let ours: BTreeSet<&str> = ROOMS.iter().map(|(name, _)| *name).collect();
    let mut seen = BTreeSet::new();
    let mut manifests = vec![root.join("xtask/Cargo.toml")];
    for entry in fs::read_dir(root.join("crates"))? {
        manifests.push(entry?.path().join("Cargo.toml"));
    }
    for path in manifests {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let manifest: toml::Table = toml::from_str(&text)?;
        let name = manifest.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str()).unwrap_or_default().to_owned();
        seen.insert(name.clone());
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == name) else {
            found.push(format!("crates: `{name}` is not in the table of rooms (xtask/src/tidy.rs, ARCHITECTURE.md)"));
            continue;
        };
        for dep in manifest.get("dependencies").and_then(|d| d.as_table()).into_iter().flat_map(|t| t.keys()) {
            if ours.contains(dep.as_str()) && !allowed.contains(&dep.as_str()) {
                found.push(format!("{name}/Cargo.toml: must not use `{dep}`"));
            }
            if let Some((_, doors)) = DOORS.iter().find(|(lib, _)| dep.split('-').next() == Some(lib)) {
                if !doors.contains(&name.as_str()) {
                    found.push(format!("{name}/Cargo.toml: only {} may name `{dep}`", doors.join(", ")));
                }
            }
        }
    }
    for (room, _) in ROOMS.iter().filter(|(room, _)| !seen.contains(*room)) {
        found.push(format!("crates: `{room}` is in the table of rooms but does not exist"));
    }
    Ok(())
}

fn length(name: &str, text: &str, found: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > LONGEST {
        found.push(format!("{name}: {lines} lines; is there a second noun inside? (limit {LONGEST})"));
    }
}

/// Code outside `#[cfg(test)]` modules of the file and outside test folders.
fn product_code(name: &str, text: &str) -> Option<String> {
    let in_tests = name.contains("/tests/") || name.ends_with("tests.rs") || name.contains("/examples/") || name.contains("/benches/") || name.starts_with("crates/testkit/");
    (!in_tests).then(|| text.split("#[cfg(test)]\nmod ").next().unwrap_or(text).to_owned())
}

fn source(name: &str, text: &str, found: &mut Vec<String>) {
    length(name, text, found);
    let Some(code) = product_code(name, text) else { return };
    let is_tidy = name.starts_with("xtask/");
    for (number, line) in code.lines().enumerate() {
        let at = || format!("{name}:{}", number + 1);
        let bare = line.split("//").next().unwrap_or(line);
        if !is_tidy && !WORLD_DOORS.iter().any(|door| name.starts_with(door)) {
            if let Some(what) = WORLD.iter().find(|w| bare.contains(**w)) {
                found.push(format!("{}: `{what}`: take time and chance as arguments (domain::clock)", at()));
            }
        }
        if name.starts_with("crates/sources/src/") || name.starts_with("crates/domain/src/rule/parse") {
            if bare.contains(".unwrap()") || bare.contains(".expect(") {
                found.push(format!("{}: a parser must not unwrap", at()));
            }
        }
        let sql = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE "];
        if !is_tidy && bare.contains("format!(") && sql.iter().any(|s| bare.contains(s)) {
            found.push(format!("{}: SQL is a constant with bound parameters, never formatted", at()));
        }
        for word in ["todo!(", "unimplemented!(", "dbg!("] {
            if !is_tidy && bare.contains(word) {
                found.push(format!("{}: `{word}`", at()));
            }
        }
    }
    if name.contains("/src/") && !text.trim_start().starts_with("//!") {
        found.push(format!("{name}: open the file with the sentence a newcomer needs (//! …)"));
    }
}

fn keys(prefix: &str, value: &serde_json::Value, out: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (k, v) in map {
                keys(&format!("{prefix}.{k}"), v, out);
            }
        }
        other => {
            out.insert(prefix.to_owned(), other.as_str().unwrap_or_default().to_owned());
        }
    }
}

fn locales(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let mut texts: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for lang in ["zh-CN", "en"] {
        let dir = root.join("web/src/i18n/locales").join(lang);
        let entry = texts.entry(lang).or_default();
        for file in files(&dir, "json")? {
            let area = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            keys(&area, &serde_json::from_str(&fs::read_to_string(&file)?)?, entry);
        }
    }
    let (zh, en) = (&texts["zh-CN"], &texts["en"]);
    if zh.is_empty() {
        found.push("web/src/i18n/locales: no texts found".into());
    }
    // English has one/other forms where Chinese has only other.
    let stem = |key: &str| key.strip_suffix("_one").map(|k| format!("{k}_other")).unwrap_or_else(|| key.to_owned());
    for key in zh.keys().filter(|k| !en.contains_key(*k)) {
        found.push(format!("web/src/i18n/locales/en: `{key}` is missing"));
    }
    for key in en.keys().filter(|k| !zh.contains_key(*k) && !zh.contains_key(&stem(k))) {
        found.push(format!("web/src/i18n/locales/zh-CN: `{key}` is missing"));
    }
    for (lang, map) in &texts {
        for (key, text) in map.iter().filter(|(_, text)| text.trim().is_empty()) {
            found.push(format!("web/src/i18n/locales/{lang}: `{key}` is empty {text}"));
        }
    }
    Ok(())
}

/// routes → areas → parts → api | i18n | theme, and an area never imports another.
fn web_layers(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let src = root.join("web/src");
    for ext in ["ts", "tsx"] {
        for file in files(&src, ext)? {
            let name = file.strip_prefix(&src)?.to_string_lossy().into_owned();
            let mut parts = name.split('/');
            let (layer, area) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            for (number, line) in fs::read_to_string(&file)?.lines().enumerate().filter(|(_, l)| l.contains("from '@/") || l.contains("from \"@/") || l.contains("import('@/")) {
                let target = line.split("@/").nth(1).unwrap_or_default();
                let mut to = target.split(['/', '\'', '"']);
                let (to_layer, to_area) = (to.next().unwrap_or_default(), to.next().unwrap_or_default());
                let bad = match layer {
                    "areas" => to_layer == "routes" || (to_layer == "areas" && to_area != area),
                    "parts" => matches!(to_layer, "routes" | "areas"),
                    "api" | "i18n" | "theme" => matches!(to_layer, "routes" | "areas" | "parts"),
                    _ => false,
                };
                if bad {
                    found.push(format!("web/src/{name}:{}: `{layer}` must not import `{to_layer}/{to_area}`", number + 1));
                }
            }
        }
    }
    Ok(())
}

/// Every third-party dependency of the workspace has its line of why.
fn decisions(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let why: String = files(&root.join("docs/decisions"), "md")?.iter().filter_map(|f| fs::read_to_string(f).ok()).collect();
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    let deps = manifest.get("workspace").and_then(|w| w.get("dependencies")).and_then(|d| d.as_table()).context("workspace.dependencies")?;
    for (dep, spec) in deps {
        if spec.get("path").is_none() && !why.contains(&format!("`{dep}`")) {
            found.push(format!("Cargo.toml: no line in docs/decisions says why `{dep}`"));
        }
    }
    let package = root.join("web/package.json");
    if package.exists() {
        let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(package)?)?;
        for dep in ["dependencies", "devDependencies"].iter().filter_map(|k| json.get(k)?.as_object()).flat_map(|m| m.keys()) {
            if !why.contains(&format!("`{dep}`")) {
                found.push(format!("web/package.json: no line in docs/decisions says why `{dep}`"));
            }
        }
    }
    Ok(())
}

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
