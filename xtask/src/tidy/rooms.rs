//! Who may name whom: our crates from left to right, and one door for each big library. Every kind of dependency is read
//! (plain, of a target, of a build script, of tests), and renamed ones count under their true name.

use anyhow::{Context, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use toml::Value;

/// Which of our crates a crate may name. Tests may name `testkit` besides.
pub const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("models", &["domain"]),
    ("sample", &["domain"]),
    ("sources", &["domain"]),
    ("lake", &["domain", "models"]),
    ("store", &["domain"]),
    ("channels", &["domain"]),
    ("flow", &["domain", "models", "sample", "sources", "lake", "store", "channels"]),
    ("api", &["domain", "flow", "store", "lake"]),
    ("testkit", &["domain", "sample"]),
    ("zhiyin", &["domain", "models", "sample", "sources", "lake", "store", "channels", "flow", "api"]),
    ("xtask", &[]),
];

/// Libraries with one door each; what is called `library-…` or `library_…` goes with it.
const DOORS: &[(&str, &[&str])] = &[
    ("datafusion", &["lake"]),
    ("object_store", &["lake"]),
    ("parquet", &["lake", "sources"]),
    ("sqlx", &["store"]),
    ("axum", &["api"]),
    ("utoipa", &["api", "flow"]),
    ("clap", &["zhiyin"]),
    ("calamine", &["sources"]),
    ("hyper", &["channels"]),
    ("tokio", &["lake", "store", "channels", "flow", "api", "zhiyin", "testkit", "xtask"]),
    ("getrandom", &["zhiyin"]),
    ("syn", &["xtask"]),
];

/// Tables of dependencies in a manifest, and whether only tests see them.
const TABLES: &[(&str, bool)] = &[("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];

/// A dependency under its true name.
pub struct Dependency {
    pub table: String,
    pub name: String,
    pub test: bool,
    /// said in the workspace's own table
    pub shared: bool,
}

pub fn check(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let ours: BTreeSet<&str> = ROOMS.iter().map(|(name, _)| *name).collect();
    let renamed = renamed(root)?;
    let mut seen = BTreeSet::new();
    let mut manifests = vec![root.join("xtask/Cargo.toml")];
    for entry in fs::read_dir(root.join("crates"))? {
        manifests.push(entry?.path().join("Cargo.toml"));
    }
    manifests.sort();
    for path in manifests {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let manifest: toml::Table = toml::from_str(&text)?;
        let name = manifest.get("package").and_then(|p| p.get("name")).and_then(Value::as_str).unwrap_or_default().to_owned();
        seen.insert(name.clone());
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == name) else {
            found.push(format!("crates: `{name}` is not in the table of rooms (xtask/src/tidy/rooms.rs, ARCHITECTURE.md)"));
            continue;
        };
        for dep in dependencies(&manifest, &renamed) {
            let (table, of) = (&dep.table, dep.name.as_str());
            let testkit = dep.test && of == "testkit";
            if ours.contains(of) && !allowed.contains(&of) && !testkit && of != name {
                found.push(format!("{name}/Cargo.toml [{table}]: must not use `{of}`"));
            }
            let door = DOORS.iter().find(|(lib, _)| of == *lib || of.strip_prefix(lib).is_some_and(|rest| rest.starts_with(['-', '_'])));
            if let Some((_, doors)) = door {
                // the whole product's tests look at what it wrote
                let reader = dep.test && name == "zhiyin" && of == "parquet";
                if !doors.contains(&name.as_str()) && !reader {
                    found.push(format!("{name}/Cargo.toml [{table}]: only {} may name `{of}`", doors.join(", ")));
                }
            }
        }
    }
    for (room, _) in ROOMS.iter().filter(|(room, _)| !seen.contains(*room)) {
        found.push(format!("crates: `{room}` is in the table of rooms but does not exist"));
    }
    Ok(())
}

/// Every dependency of a manifest: of all tables, of every target.
pub fn dependencies(manifest: &toml::Table, renamed: &BTreeMap<String, String>) -> Vec<Dependency> {
    let mut all = Vec::new();
    let mut read = |place: &str, table: &toml::Table| {
        for (kind, test) in TABLES {
            for (key, spec) in table.get(*kind).and_then(Value::as_table).into_iter().flatten() {
                let shared = spec.get("workspace").and_then(Value::as_bool) == Some(true);
                let of_workspace = if shared { renamed.get(key).cloned() } else { None };
                let name = of_workspace.or_else(|| true_name(spec)).unwrap_or_else(|| key.clone());
                all.push(Dependency { table: format!("{place}{kind}"), name, test: *test, shared });
            }
        }
    };
    read("", manifest);
    for (target, table) in manifest.get("target").and_then(Value::as_table).into_iter().flatten() {
        if let Some(table) = table.as_table() {
            read(&format!("target.{target}."), table);
        }
    }
    all
}

/// `other = { package = "name" }`, `other = { path = "../name" }`
fn true_name(spec: &Value) -> Option<String> {
    let package = spec.get("package").and_then(Value::as_str);
    let path = spec.get("path").and_then(Value::as_str).and_then(|p| p.trim_end_matches('/').rsplit('/').next());
    // the folder `cli` holds the crate `zhiyin`
    package.or(path).map(|name| if name == "cli" { "zhiyin".into() } else { name.to_owned() })
}

/// What the workspace's own table calls otherwise.
pub fn renamed(root: &Path) -> Result<BTreeMap<String, String>> {
    let path = root.join("Cargo.toml");
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(&path).with_context(|| path.display().to_string())?)?;
    let deps = manifest.get("workspace").and_then(|w| w.get("dependencies")).and_then(Value::as_table);
    Ok(deps.into_iter().flatten().filter_map(|(key, spec)| Some((key.clone(), true_name(spec)?))).collect())
}
