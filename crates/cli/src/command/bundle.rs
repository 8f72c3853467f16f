//! `zhiyin doctor --bundle`: what helps to understand a problem, in one zip that may be shown to strangers. It is put
//! together from numbers and stable names only; no text that people or files brought goes in.

use super::doctor::Finding;
use crate::{
    config::Config,
    exit::{Code, Failure},
    pipe,
    voice::Voice,
};
use domain::{Lang, table::Table};
use serde_json::{Value, json};
use std::{fs::File, io::Write, path::Path};
use store::Store;

/// Imports told of, newest first.
const IMPORTS: u32 = 100;

const ABOUT: (&str, &str) = (
    "知音的诊断包，可附在 issue 里。\n里面只有版本、机器规格、检查结果、行数和代码；没有客户、姓名、电话、邮箱、文件名、列名、路径、地址和密钥。\n发送前可以自己看一遍：都是文本。\n",
    "What Zhiyin knows of a problem, to attach to an issue.\nIt holds versions, the machine's size, results of checks, row counts and codes; no customers, names, phones, e-mails, file names, headings, paths, addresses or secrets.\nLook through it before you send it: it is all text.\n",
);

/// The parts of the bundle, by name.
pub async fn parts(found: &[Finding], store: Option<&Store>, config: &Config, lang: Lang) -> Result<Vec<(&'static str, String)>, Failure> {
    let set = json!({
        "lang": config.lang.is_some(), "store.url": config.store.url.is_some(), "data.folder": config.data.folder.is_some(),
        "server.listen": config.server.listen.is_some(), "server.origin": config.server.origin.is_some(),
    });
    let about = json!({
        "version": env!("CARGO_PKG_VERSION"), "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
        "processors": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "database": store.map(Store::engine), "lang": lang.tag(), "configured": set,
    });
    let checks: Vec<Value> = found.iter().map(|f| json!({"check": f.key, "state": f.state.key()})).collect();
    let mut parts = vec![("README.txt", lang.pick(ABOUT.0, ABOUT.1).to_owned()), ("about.json", pretty(&about)), ("checks.json", pretty(&json!(checks)))];
    if let Some(store) = store {
        parts.push(("lake.json", pretty(&lake(store).await?)));
        let imports = store::import::list(store, None, IMPORTS).await?;
        parts.push(("imports.json", pretty(&imports.iter().map(import).collect())));
    }
    Ok(parts)
}

/// Writes the bundle, or says what would be in it.
pub async fn write(path: &Path, parts: &[(&'static str, String)], dry_run: bool, voice: &Voice) -> Result<(), Failure> {
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let named = names.join(" · ");
    if dry_run {
        voice.say(&format!("会写入 {}：{named}", path.display()), &format!("would write {}: {named}", path.display()));
        return Ok(());
    }
    match pipe::is(path) {
        true => pipe::through(async |path| zipped(path, parts)).await?,
        false => zipped(path, parts)?,
    }
    voice.say(&format!("已写出 {}：{named}", path.display()), &format!("wrote {}: {named}", path.display()));
    Ok(())
}

fn zipped(path: &Path, parts: &[(&'static str, String)]) -> Result<(), Failure> {
    let broken = |e: zip::result::ZipError| Failure::new(Code::Failed, "file", format!("{}：{e}", path.display()), format!("{}: {e}", path.display()));
    let file = File::create(path).map_err(|e| Failure::file(path, &e))?;
    let mut zip = zip::ZipWriter::new(file);
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).map_err(broken)?;
        zip.write_all(text.as_bytes()).map_err(|e| Failure::file(path, &e))?;
    }
    zip.finish().map(|_| ()).map_err(broken)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Files, rows and bytes of every table.
async fn lake(store: &Store) -> Result<Value, Failure> {
    let snapshot = store::catalog::snapshot(store, None).await?;
    let table = |t: Table| {
        let of: Vec<_> = snapshot.files.iter().filter(|f| f.table == t).collect();
        json!({"table": t.name(), "files": of.len(), "rows": of.iter().map(|f| f.rows).sum::<u64>(), "bytes": of.iter().map(|f| f.bytes).sum::<u64>()})
    };
    Ok(json!({"snapshot": snapshot.id, "tables": Table::ALL.into_iter().map(table).collect::<Vec<_>>()}))
}

/// One import by its counts and codes; own columns are only counted as `custom`.
fn import(i: &store::import::Import) -> Value {
    let report = i.report.as_ref();
    let list = |pointer: &str, keep: &[&str]| -> Vec<Value> {
        let all = report.and_then(|r| r.pointer(pointer)).and_then(Value::as_array);
        let kept = |v: &Value| keep.iter().map(|k| ((*k).to_owned(), v[*k].clone())).collect::<serde_json::Map<_, _>>().into();
        all.into_iter().flatten().map(kept).collect()
    };
    let mappings: Vec<sources::Mapping> = i.mapping.clone().and_then(|m| serde_json::from_value(m).ok()).unwrap_or_default();
    let files: Vec<Value> = mappings
        .iter()
        .map(|m| {
            let columns = m.columns.iter().map(|c| c.target.name());
            let columns: Vec<String> = columns.map(|name| if name.starts_with("custom.") { "custom".to_owned() } else { name }).collect();
            json!({"format": m.format, "kinds": m.kinds, "columns": columns})
        })
        .collect();
    json!({
        "import": i.id, "status": i.status.key(), "created_at": i.created_at.rfc3339(), "by_command_line": i.author == super::import::AUTHOR,
        "accepted": i.counts.accepted, "quarantined": i.counts.quarantined, "duplicates": i.counts.duplicates,
        "seconds": report.map(|r| r["seconds"].clone()), "error": i.error.as_ref().map(|e| e["code"].clone()),
        "reasons": list("/rejects_by_reason", &["code", "count"]), "quality": list("/quality/checks", &["code", "level", "count"]), "files": files,
    })
}
