//! `zhiyin export --everything` and `zhiyin import --everything`: all a business has in open files, and back into an empty one.

use super::{backup::size, import};
use crate::{
    args::Home,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    pipe,
    voice::Voice,
};
use clap::ValueEnum;
use flow::everything::{self, Archive, Format, Manifest, Place};
use serde_json::json;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

/// Format of the tables of everything a business has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// separated by commas
    Csv,
    /// Excel
    Xlsx,
    /// one JSON object a line
    Jsonl,
    /// Parquet
    Parquet,
}

impl From<TableFormat> for Format {
    fn from(name: TableFormat) -> Format {
        match name {
            TableFormat::Csv => Format::Csv,
            TableFormat::Xlsx => Format::Xlsx,
            TableFormat::Jsonl => Format::Jsonl,
            TableFormat::Parquet => Format::Parquet,
        }
    }
}

/// Takes everything away, or says what that would be.
pub async fn export(home: &Home, to: &Path, format: Format, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    pipe::one_output(std::iter::once(&to.to_owned()), voice.json)?;
    let app = match dry_run {
        true => compose::looking(home, config).await?,
        false => compose::existing(home, config).await?,
    };
    if dry_run {
        let plan = everything::plan(&app).await?;
        app.store.close().await;
        let tables: serde_json::Map<String, serde_json::Value> = plan.tables.iter().map(|(name, rows)| (name.clone(), json!(rows))).collect();
        let answer = json!({ "dry_run": true, "format": format.key(), "as_of": plan.as_of.to_string(), "rows": plan.rows(), "tables": tables, "definitions": plan.definitions });
        voice.answer(&answer, || {
            let (rows, count, definitions) = (plan.rows(), plan.tables.len(), plan.definitions);
            // some rows of people's tables stay: what was taken away or taken back
            let zh = format!("会写出 {count} 张表、至多 {rows} 行、{definitions} 个定义（{}）；什么都没有写", format.key());
            let en = format!("would write {count} tables of up to {rows} rows and {definitions} definitions ({}); nothing was written", format.key());
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let (app, interrupt) = (Arc::new(app), Interrupt::watch(voice));
    let begun = app.clock.now();
    let progress = voice.progress_of_rows("export", "写出全部数据", "writing everything");
    let told = |done: u64, total: u64| {
        progress.at(done, total);
        !interrupt.asked()
    };
    let written = match pipe::is(to) {
        true => everything::write(&app, format, Place::Zip(&mut io::stdout()), &told).await.map(|m| (m, 0)).map_err(Failure::from),
        false => into_place(&app, format, to, &interrupt, &told).await,
    };
    app.store.close().await;
    let (manifest, bytes) = written.map_err(|failure| match interrupt.asked() {
        true => Failure::interrupted("已停止，什么都没有留下", "it was stopped; nothing is left of it"),
        false => failure,
    })?;
    progress.end(manifest.rows(), manifest.rows());
    let (rows, tables) = (manifest.rows(), manifest.tables.len());
    if pipe::is(to) {
        voice.say(&format!("已写出 {tables} 张表 {rows} 行"), &format!("wrote {rows} rows of {tables} tables"));
        return Ok(ExitCode::SUCCESS);
    }
    let answer = json!({
        "file": to.display().to_string(), "bytes": bytes, "format": format.key(), "as_of": manifest.as_of.to_string(), "rows": rows, "tables": counts(&manifest),
        "seconds": compose::seconds_since(app.clock.as_ref(), begun),
    });
    voice.answer(&answer, || {
        let (place, size) = (to.display(), size(bytes));
        let zh = format!("已写到 {place}：{tables} 张表 {rows} 行，共 {size}\n里面有客户的姓名和电话，请像钥匙一样保管。带进一个空的知音：zhiyin import --everything {place} --data 新目录");
        let en = format!("wrote {place}: {rows} rows of {tables} tables, {size}\nIt holds names and phones: keep it as you keep keys. Into an empty Zhiyin: zhiyin import --everything {place} --data NEW-FOLDER");
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

fn counts(manifest: &Manifest) -> serde_json::Map<String, serde_json::Value> {
    manifest.tables.iter().map(|t| (t.name.clone(), json!(t.rows))).collect()
}

/// Writes it beside its place, then gives it its name: nobody ever finds half of it. What ends in `.zip` is an archive, else a folder.
async fn into_place(app: &Arc<flow::app::App>, format: Format, to: &Path, interrupt: &Interrupt, told: everything::Told<'_>) -> Result<(Manifest, u64), Failure> {
    let failed = |e: io::Error| Failure::file(to, &e);
    let archive = to.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    let free = match std::fs::read_dir(to) {
        Ok(mut entries) => !archive && entries.next().is_none(),
        Err(e) => archive || e.kind() == io::ErrorKind::NotFound,
    };
    if !free {
        let place = to.display();
        return Err(Failure::new(Code::Conflict, "out", format!("{place} 已经存在而且不是空目录"), format!("{place} is there and is no empty folder"))
            .hint("写一个新的目录名，或以 .zip 结尾的文件名", "name a new folder, or a file that ends in .zip"));
    }
    let beside = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new().prefix(".zhiyin-everything-").tempdir_in(beside).map_err(failed)?;
    interrupt.leaves(folder.path());
    let part = folder.path().join("part");
    if archive {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part).map_err(failed)?;
        let manifest = everything::write(app, format, Place::Zip(&mut file), told).await?;
        file.flush().and_then(|()| file.sync_all()).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        std::fs::rename(&part, to).and_then(|()| File::open(beside)?.sync_all()).map_err(failed)?;
        return Ok((manifest, bytes));
    }
    compose::make_folder(&part).map_err(failed)?;
    let manifest = everything::write(app, format, Place::Folder(part.clone()), told).await?;
    let bytes = manifest.every_file().map(|(_, bytes, _)| bytes).sum();
    std::fs::rename(&part, to).and_then(|()| File::open(beside)?.sync_all()).map_err(failed)?;
    Ok((manifest, bytes))
}

/// Brings everything in, or says what would come in.
pub async fn import(home: &Home, file: &Path, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let interrupt = Interrupt::watch(voice);
    let (file, _stdin) = pipe::whole(file, &interrupt)?;
    let stopped = |failure: Failure| match interrupt.asked() {
        true => Failure::interrupted("已停止，什么都没有带进来", "it was stopped; nothing came in"),
        false => failure,
    };
    let mut archive = Archive::open(&file).map_err(|e| match e {
        flow::Error::Io(e) => Failure::file(&file, &e),
        e => e.into(),
    })?;
    let looking = voice.progress("verify", "核对文件", "checking the files");
    archive
        .verify(&|done, total| {
            looking.at(done, total);
            !interrupt.asked()
        })
        .map_err(|e| stopped(e.into()))?;
    let total: u64 = archive.manifest.every_file().map(|(_, bytes, _)| bytes).sum();
    looking.end(total, total);
    if dry_run {
        // a dry run makes no data folder
        let (app, _goes) = compose::trial(home, config).await?;
        everything::may_arrive(&app).await?;
        let m = &archive.manifest;
        let answer = json!({ "dry_run": true, "made": m.made, "program": m.program, "name": m.business.name, "format": m.format.key(), "as_of": m.as_of.to_string(), "rows": m.rows(), "tables": counts(m) });
        voice.answer(&answer, || {
            let (name, rows, made) = (&m.business.name, m.rows(), &m.made);
            let zh = format!("文件完好：{name}，{made}，{rows} 行；什么都没有写");
            let en = format!("the files are whole: {name}, {made}, {rows} rows; nothing was written");
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let app = Arc::new(compose::open(home, config).await?);
    let begun = app.clock.now();
    let progress = voice.progress_of_rows("import", "带进全部数据", "bringing everything in");
    let done = everything::arrive(&app, &mut archive, &import::author(), None, &|done, total| {
        progress.at(done, total);
        !interrupt.asked()
    })
    .await;
    let arrived = match done {
        Ok(arrived) => arrived,
        Err(e) => {
            app.store.close().await;
            return Err(stopped(e.into()));
        }
    };
    progress.end(arrived.rows, arrived.rows);
    // what was written lies in the database's own file then, also for those who may only read it
    app.store.close().await;
    let answer = json!({
        "name": arrived.manifest.business.name, "made": arrived.manifest.made, "format": arrived.manifest.format.key(), "customers": arrived.customers, "rows": arrived.rows,
        "people_without_account": arrived.formers, "snapshot": arrived.snapshot, "compared": arrived.compared, "seconds": compose::seconds_since(app.clock.as_ref(), begun),
    });
    voice.answer(&answer, || {
        let (name, customers, rows) = (&arrived.manifest.business.name, arrived.customers, arrived.rows);
        let mut zh = format!("已带进「{name}」：{customers} 位客户，{rows} 行");
        let mut en = format!("{name} came in: {customers} customers, {rows} rows");
        match &arrived.compared {
            None => {
                zh.push_str("\n分类和人群没能与带出时核对，原因见日志");
                en.push_str("\nclasses and segments could not be compared with what was taken away; the log says why");
            }
            Some(c) => {
                zh.push_str(&format!("\n按 {} 核对：{} 位客户中 {} 位的分类和人群与带出时相同", c.as_of, c.customers, c.same));
                en.push_str(&format!("\nAs of {}: classes and segments of {} of {} customers are as they were", c.as_of, c.same, c.customers));
                if !c.differ.is_empty() {
                    let names: Vec<&str> = c.differ.iter().map(String::as_str).collect();
                    zh.push_str(&format!("\n不同的：{}", names.join("、")));
                    en.push_str(&format!("\nthese differ: {}", names.join(", ")));
                }
            }
        }
        if arrived.formers > 0 {
            zh.push_str(&format!("\n{} 位同事在这里还没有账号：用原来的邮箱邀请，他们做过的事仍是他们的", arrived.formers));
            en.push_str(&format!("\n{} of the people have no account here yet: invite them by the address they had, and what they did is theirs again", arrived.formers));
        }
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}
