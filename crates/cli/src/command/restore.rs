//! `zhiyin restore`: a backup becomes a business again, in an empty place, on SQLite or PostgreSQL.

use crate::{
    args::Home,
    command::{backup::size, import},
    compose,
    config::{self, Config},
    exit::{Failure, Outcome},
    interrupt::Interrupt,
    pipe,
    voice::Voice,
};
use domain::clock::{Clock, SystemClock};
use flow::backup::{Archive, Target, restore};
use serde_json::json;
use std::{path::Path, process::ExitCode};

/// How.
pub struct How {
    /// what is there is kept aside
    pub replace: bool,
    /// API tokens stay good
    pub keep_tokens: bool,
    /// only look
    pub dry_run: bool,
}

/// Restores, or says what would be restored.
pub async fn run(home: &Home, file: &Path, how: How, config: &Config, voice: &Voice) -> Outcome {
    let interrupt = Interrupt::watch(voice);
    let (file, _stdin) = pipe::whole(file, &interrupt)?;
    let (data, url) = config::place(home, config);
    let begun = SystemClock.now();
    let stopped = |failure: Failure| match interrupt.asked() {
        true => Failure::interrupted("恢复已停止，目标和原来一样", "the restore was stopped; the target is as it was"),
        false => failure,
    };
    let mut archive = Archive::open(&file).map_err(|e| match e {
        flow::Error::Io(e) => Failure::file(&file, &e),
        e => e.into(),
    })?;
    let looking = voice.progress("verify", "核对备份", "checking the backup");
    let total = archive.manifest.bytes();
    archive.verify(&|done, total| {
        looking.at(done, total);
        !interrupt.asked()
    })
    .map_err(|e| stopped(e.into()))?;
    looking.end(total, total);
    let m = archive.manifest.clone();
    if how.dry_run {
        let answer = json!({
            "dry_run": true, "made": m.made, "program": m.program, "database": m.database, "schema": m.schema.last(), "name": m.name, "whole": m.whole,
            "tables": m.tables.len(), "rows": m.rows(), "lake_files": m.lake.len(), "lake_bytes": m.lake_bytes(), "audit_head": m.audit,
        });
        voice.answer(&answer, || {
            let (name, made, rows, files, size) = (m.name.as_deref().unwrap_or("–"), &m.made, m.rows(), m.lake.len(), size(m.lake_bytes()));
            let zh = format!("备份完好：{name}，{made}，{rows} 行，{files} 个数据文件（{size}）；什么都没有写");
            let en = format!("the backup is whole: {name}, {made}, {rows} rows, {files} files of the lake ({size}); nothing was written");
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let (new, address) = (!data.exists(), url.clone());
    compose::make_folder(&data).map_err(|e| Failure::file(&data, &e))?;
    let target = Target { data: data.clone(), url, replace: how.replace, tokens_stay: how.keep_tokens, by: import::author(), now: begun };
    let progress = voice.progress("restore", "恢复", "restoring");
    let done = restore(&mut archive, &target, &|done, total| {
        progress.at(done, total);
        !interrupt.asked()
    })
    .await;
    let done = match done {
        Ok(done) => done,
        Err(e) => {
            if new {
                // what was made for it goes, unless something is in it
                std::fs::remove_dir(data.join("lake")).and_then(|()| std::fs::remove_dir(&data)).ok();
            }
            return Err(stopped(e.into()));
        }
    };
    progress.end(total, total);
    let erased_again = super::customer::again(&data, &address).await?;
    let (aside, closed) = (done.aside.as_ref().map(|p| p.display().to_string()), done.closed);
    let answer = json!({
        "data": data.display().to_string(), "made": m.made, "from": m.database, "name": m.name, "tables": m.tables.len(), "rows": m.rows(),
        "lake_files": m.lake.len(), "lake_bytes": m.lake_bytes(), "audit_head_of_backup": m.audit, "audit_head": done.head.map(|h| h.to_string()),
        "sessions_ended": closed.sessions, "invitations_closed": closed.invitations, "tokens_revoked": closed.tokens, "uploads_left_out": closed.uploads,
        "erased_again": erased_again, "aside": aside, "aside_schema": done.aside_schema, "seconds": compose::seconds_since(&SystemClock, begun),
    });
    voice.answer(&answer, || {
        let (place, made, rows, files) = (data.display(), &m.made, m.rows(), m.lake.len());
        let mut zh = format!("已恢复到 {place}：{made} 的备份，{rows} 行，{files} 个数据文件");
        let mut en = format!("restored to {place}: the backup of {made}, {rows} rows, {files} files of the lake");
        zh.push_str(&format!("\n退出 {} 处登录，关闭 {} 份邀请，撤销 {} 个 API 令牌：备份之后可能已有人被移出", closed.sessions, closed.invitations, closed.tokens));
        let many = |n: u64, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let (sessions, invitations, tokens) = (many(closed.sessions, "session"), many(closed.invitations, "invitation"), many(closed.tokens, "API token"));
        en.push_str(&format!("\n{sessions} ended, {invitations} closed, {tokens} revoked: somebody may have been taken out after the backup"));
        if erased_again > 0 {
            zh.push_str(&format!("\n备份之后删除过的人已再次删除：{erased_again} 次"));
            en.push_str(&format!("\npeople who were erased after the backup are erased again: {}", many(erased_again, "erasure")));
        }
        if let Some(aside) = &aside {
            let schema = done.aside_schema.as_ref();
            zh.push_str(&format!("\n原来的内容保存在 {aside}{}", schema.map_or_else(String::new, |s| format!("，数据库中在 schema {s}"))));
            en.push_str(&format!("\nwhat was there before is kept in {aside}{}", schema.map_or_else(String::new, |s| format!(", its tables in the schema {s}"))));
        }
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}
