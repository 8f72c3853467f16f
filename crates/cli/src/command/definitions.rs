//! `zhiyin export` and `zhiyin apply`: definitions as files that git can hold.

use crate::{
    args::Home,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use std::{path::Path, process::ExitCode};

/// Writes all definitions into a folder.
pub async fn export(home: &Home, folder: &Path, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::open(home, config).await?;
    let written = flow::definitions::export(&app, folder).await?;
    voice.answer(&serde_json::json!({"folder": folder, "files": written.len()}), || {
        format!("{} → {}", voice.lang.pick(&format!("{} 个文件", written.len()), &format!("{} files", written.len())), folder.display())
    });
    Ok(ExitCode::SUCCESS)
}

/// Reads definitions back.
pub async fn apply(home: &Home, folder: &Path, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    if !folder.is_dir() {
        return Err(Failure::new(Code::NotFound, "folder", format!("找不到目录 {}", folder.display()), format!("there is no folder {}", folder.display())));
    }
    let app = compose::open(home, config).await?;
    let changes = flow::definitions::apply(&app, folder, dry_run).await?;
    let json = serde_json::to_value(&changes).map_err(|e| Failure::new(Code::Failed, "json", e.to_string(), e.to_string()))?;
    voice.answer(&json, || serde_json::to_string_pretty(&json).unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}
