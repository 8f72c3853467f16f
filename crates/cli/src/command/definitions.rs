//! `zhiyin export` and `zhiyin apply`: definitions as files that git can hold, or as one text.

use crate::{
    args::Home,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    pipe,
    voice::{self, Voice},
};
use std::{path::Path, process::ExitCode};

/// Writes all definitions into a folder, or as one text. Where there is no business yet, those that ship with the product.
pub async fn export(home: &Home, folder: &Path, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    if pipe::is(folder) {
        pipe::one_output(std::iter::once(&folder.to_owned()), voice.json)?;
    }
    let (app, _goes) = compose::looking_or_empty(home, config).await?;
    if pipe::is(folder) {
        voice::print(flow::definitions::export_text(&app).await?.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let said = flow::definitions::export(&app, folder, dry_run).await?;
    let mut json = document(&said)?;
    json["folder"] = folder.display().to_string().into();
    voice.answer(&json, || {
        let (new, other, same) = (said.created.len(), said.updated.len(), said.unchanged);
        let zh = format!("{} {}：新文件 {new} · 改动 {other} · 不变 {same}", if dry_run { "会写入" } else { "已写入" }, folder.display());
        let en = format!("{} {}: {new} new files · {other} changed · {same} unchanged", if dry_run { "would write to" } else { "wrote to" }, folder.display());
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

/// Reads definitions back.
pub async fn apply(home: &Home, folder: &Path, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let text = if pipe::is(folder) { Some(pipe::text(folder)?) } else { None };
    if text.is_none() && !folder.is_dir() {
        return Err(no_folder(folder));
    }
    let (app, _goes) = if dry_run { compose::trial(home, config).await? } else { (compose::open(home, config).await?, None) };
    let changes = match text {
        Some(text) => flow::definitions::apply_text(&app, "stdin", &text, dry_run).await?,
        None => flow::definitions::apply(&app, folder, dry_run).await?,
    };
    let json = document(&changes)?;
    voice.answer(&json, || {
        let zh = format!("{}：新增 {} · 改动 {} · 不变 {}", if dry_run { "会写入" } else { "已写入" }, changes.created.len(), changes.updated.len(), changes.unchanged);
        let en = format!("{}: {} created · {} changed · {} unchanged", if dry_run { "would apply" } else { "applied" }, changes.created.len(), changes.updated.len(), changes.unchanged);
        let each = changes.created.iter().map(|c| format!("\n  + {c}")).chain(changes.updated.iter().map(|c| format!("\n  ~ {c}")));
        format!("{}{}", voice.lang.pick(&zh, &en), each.collect::<String>())
    });
    Ok(ExitCode::SUCCESS)
}

/// The folder of definitions is not there.
pub fn no_folder(folder: &Path) -> Failure {
    Failure::new(Code::NotFound, "folder", format!("找不到目录 {}", folder.display()), format!("there is no folder {}", folder.display()))
}

fn document(said: &impl serde::Serialize) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(said).map_err(|e| Failure::new(Code::Failed, "json", e.to_string(), e.to_string()))
}
