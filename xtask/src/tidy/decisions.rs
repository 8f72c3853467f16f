//! Every third-party dependency has its line of why in docs/decisions.

use super::{files, rooms};
use anyhow::{Context, Result};
use std::{fs, path::Path};

pub fn check(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let why: String = files(&root.join("docs/decisions"), "md")?.iter().filter_map(|f| fs::read_to_string(f).ok()).collect();
    let said = |dep: &str| why.contains(&format!("`{dep}`"));
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    let deps = manifest.get("workspace").and_then(|w| w.get("dependencies")).and_then(|d| d.as_table()).context("workspace.dependencies")?;
    for (dep, spec) in deps {
        if spec.get("path").is_none() && !said(dep) {
            found.push(format!("Cargo.toml: no line in docs/decisions says why `{dep}`"));
        }
    }
    // a crate that brings a library of its own past the workspace's table
    for file in files(root, "toml")?.iter().filter(|f| f.ends_with("Cargo.toml")) {
        let manifest: toml::Table = toml::from_str(&fs::read_to_string(file)?)?;
        let ours = |name: &str| rooms::ROOMS.iter().any(|(room, _)| *room == name);
        for dep in rooms::dependencies(&manifest, &Default::default()) {
            if !dep.shared && !ours(&dep.name) && !said(&dep.name) {
                found.push(format!("{}: no line in docs/decisions says why `{}`", super::relative(root, file)?, dep.name));
            }
        }
    }
    for package in ["web/package.json", "web/tools/openapi/package.json"] {
        let Ok(text) = fs::read_to_string(root.join(package)) else { continue };
        let json: serde_json::Value = serde_json::from_str(&text)?;
        let kinds = ["dependencies", "devDependencies", "optionalDependencies"];
        for dep in kinds.iter().filter_map(|k| json.get(k)?.as_object()).flat_map(|m| m.keys()) {
            if !said(dep) {
                found.push(format!("{package}: no line in docs/decisions says why `{dep}`"));
            }
        }
    }
    Ok(())
}
