//! The web app: both languages say everything, and its layers look one way.

use super::files;
use anyhow::Result;
use std::{collections::BTreeMap, fs, path::Path};

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

/// Both languages have the same keys, none empty.
pub fn locales(root: &Path, found: &mut Vec<String>) -> Result<()> {
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

/// The modules a line of TypeScript names: behind `from`, in `import('…')`, in `import '…'`.
fn named(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for quote in ['\'', '"'] {
        let mut parts = line.split(quote);
        let mut before = parts.next().unwrap_or_default();
        while let (Some(inside), after) = (parts.next(), parts.next()) {
            let ahead = before.trim_end().trim_end_matches('(').trim_end();
            if ahead.ends_with("from") || ahead.ends_with("import") {
                out.push(inside);
            }
            before = after.unwrap_or_default();
        }
    }
    out
}

/// `./x` and `../x` of a file, from the source folder on; `@/x` as it stands; nothing for libraries.
fn place(file: &str, module: &str) -> Option<String> {
    if let Some(path) = module.strip_prefix("@/") {
        return Some(path.to_owned());
    }
    if !module.starts_with('.') {
        return None;
    }
    let mut at: Vec<&str> = file.split('/').collect();
    at.pop();
    for part in module.split('/') {
        match part {
            "." => {}
            ".." => {
                at.pop();
            }
            part => at.push(part),
        }
    }
    Some(at.join("/"))
}

/// routes → areas → parts → api | i18n | theme, and an area never imports another.
pub fn layers(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let src = root.join("web/src");
    for ext in ["ts", "tsx"] {
        for file in files(&src, ext)? {
            let name = super::relative(&src, &file)?;
            let mut parts = name.split('/');
            let (layer, area) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            for (number, line) in fs::read_to_string(&file)?.lines().enumerate() {
                for target in named(line).into_iter().filter_map(|m| place(&name, m)) {
                    let mut to = target.split('/');
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
    }
    Ok(())
}
