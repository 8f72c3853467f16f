//! Generated files are as young as their source. Tests compare OpenAPI and the reference pages with the code itself; the web app's
//! types come from a Node program, so the hash of the document they were made from stands in their first line.

use anyhow::Result;
use sha2::{Digest, Sha256};
use std::{fmt::Write, fs, path::Path};

const DOCUMENT: &str = "crates/api/tests/it/snapshots/openapi.json";
const TYPES: &str = "web/src/api/gen/schema.d.ts";
/// How the first line begins; `web/tools/openapi/generate.mjs` writes it, with both hashes behind.
const STAMP: &str = "// openapi.json sha256 ";
const BODY: &str = "; types sha256 ";

pub fn check(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let document = fs::read(root.join(DOCUMENT)).unwrap_or_default();
    let types = fs::read_to_string(root.join(TYPES)).unwrap_or_default();
    let (first, body) = types.split_once('\n').unwrap_or_default();
    let Some((of_document, of_types)) = first.strip_prefix(STAMP).and_then(|s| s.split_once(BODY)) else {
        found.push(format!("{TYPES}: its first line does not say what it was made from: run `make codegen`"));
        return Ok(());
    };
    if of_document != hash(&document) {
        found.push(format!("{TYPES}: older than {DOCUMENT}: run `make codegen`"));
    }
    if of_types != hash(body.as_bytes()) {
        found.push(format!("{TYPES}: changed by hand: run `make codegen`"));
    }
    // written by `make codegen`, compared with the code by crates/domain/tests/it/reference.rs
    for page in ["features", "classifications"].iter().flat_map(|p| [format!("docs/reference/{p}.md"), format!("docs/reference/{p}.zh-CN.md")]) {
        if !root.join(&page).exists() {
            found.push(format!("{page}: is missing: run `make codegen`"));
        }
    }
    Ok(())
}

pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
