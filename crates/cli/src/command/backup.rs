//! `zhiyin backup`: the whole business in one file, while others go on working.

use crate::{
    args::Home,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    pipe,
    voice::Voice,
};
use domain::clock::Instant;
use flow::backup;
use serde_json::json;
use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The last backup of a data folder, kept in it for `doctor`.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Last {
    /// when
    pub made_at: Instant,
    /// the same for people
    pub made: String,
    /// where to
    pub file: String,
}

impl Last {
    const NAME: &str = "last-backup.json";

    /// What is known of it.
    pub fn of(data: &Path) -> Option<Last> {
        serde_json::from_slice(&std::fs::read(data.join(Last::NAME)).ok()?).ok()
    }

    /// Keeps it. A folder that cannot be written to keeps nothing, and the backup is as good.
    fn keep(&self, data: &Path) {
        let kept = serde_json::to_vec(self).ok().and_then(|text| {
            let mut part = tempfile::NamedTempFile::new_in(data).ok()?;
            part.write_all(&text).ok()?;
            part.persist(data.join(Last::NAME)).ok()
        });
        if kept.is_none() {
            tracing::debug!(data = %data.display(), "the time of the backup was not kept");
        }
    }
}

/// Writes a backup, or says what would be in it.
pub async fn run(home: &Home, to: Option<&Path>, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    pipe::one_output(to.map(Path::to_path_buf).iter(), voice.json)?;
    let app = compose::looking(home, config).await?;
    let interrupt = Interrupt::watch(voice);
    let hold = backup::Hold::make(&app.temporary());
    if let Some(hold) = &hold {
        interrupt.leaves(hold.folder());
    }
    let now = app.clock.now();
    let held = hold.as_ref().map(backup::Hold::files);
    let source = backup::Source { store: &app.store, lake: &app.lake, hold: held.as_deref(), whole: true, now };
    if dry_run {
        let plan = backup::plan(&source).await?;
        app.store.close().await;
        planned(&plan, voice);
        return Ok(ExitCode::SUCCESS);
    }
    let progress = voice.progress("backup", "备份", "backing up");
    let told = |done: u64, total: u64| {
        progress.at(done, total);
        !interrupt.asked()
    };
    let stopped = |failure: Failure| match interrupt.asked() {
        true => Failure::interrupted("备份已停止，什么都没有留下", "the backup was stopped; nothing is left of it"),
        false => failure,
    };
    let written = match to.filter(|to| pipe::is(to)) {
        Some(_) => backup::write(&source, io::stdout(), &told).await.map(|manifest| (manifest, None)).map_err(|e| stopped(e.into())),
        None => {
            let to = to.map_or_else(|| usual_name(now), Path::to_path_buf);
            into_file(&source, &to, &interrupt, &told).await.map(|(manifest, bytes)| (manifest, Some((to, bytes)))).map_err(stopped)
        }
    };
    app.store.close().await;
    let (manifest, file) = written?;
    progress.end(manifest.lake_bytes(), manifest.lake_bytes());
    let place = file.as_ref().map_or_else(|| "-".to_owned(), |(to, _)| std::path::absolute(to).unwrap_or_else(|_| to.clone()).display().to_string());
    Last { made_at: manifest.made_at, made: manifest.made.clone(), file: place }.keep(&app.data);
    let (rows, files, tables) = (manifest.rows(), manifest.lake.len(), manifest.tables.len());
    let Some((to, bytes)) = file else {
        voice.say(&format!("已备份：{tables} 张表 {rows} 行，{files} 个数据文件"), &format!("backed up: {rows} rows of {tables} tables, {files} files of the lake"));
        return Ok(ExitCode::SUCCESS);
    };
    let answer = json!({
        "file": to.display().to_string(), "bytes": bytes, "made": manifest.made, "database": manifest.database, "schema": manifest.schema.last(),
        "snapshot": manifest.snapshot, "tables": tables, "rows": rows, "lake_files": files, "lake_bytes": manifest.lake_bytes(), "audit_head": manifest.audit,
        "seconds": compose::seconds_since(app.clock.as_ref(), now),
    });
    voice.answer(&answer, || {
        let size = size(bytes);
        let zh = format!("已备份到 {}：{tables} 张表 {rows} 行，{files} 个数据文件，共 {size}\n里面有客户的姓名、电话和密码的哈希，请像钥匙一样保管。恢复：zhiyin restore {}", to.display(), to.display());
        let en = format!(
            "backed up to {}: {rows} rows of {tables} tables, {files} files of the lake, {size}\nIt holds names, phones and password hashes: keep it as you keep keys. To restore: zhiyin restore {}",
            to.display(), to.display()
        );
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

fn planned(plan: &backup::Plan, voice: &Voice) {
    let answer = json!({
        "dry_run": true, "schema": plan.schema.last(), "tables": plan.tables, "rows": plan.rows, "lake_files": plan.files, "lake_bytes": plan.bytes, "audit_head": plan.audit,
    });
    voice.answer(&answer, || {
        let (tables, rows, files, size) = (plan.tables, plan.rows, plan.files, size(plan.bytes));
        let zh = format!("会备份 {tables} 张表 {rows} 行，{files} 个数据文件（{size}）");
        let en = format!("would back up {rows} rows of {tables} tables and {files} files of the lake ({size})");
        voice.lang.pick(&zh, &en).to_owned()
    });
}

/// `zhiyin-20261129-032600.zip` in the folder one is in.
fn usual_name(now: Instant) -> PathBuf {
    let digits: String = now.rfc3339().chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, time) = digits.split_at_checked(8).unwrap_or((&digits, ""));
    PathBuf::from(format!("zhiyin-{day}-{time}.zip"))
}

/// Writes it in a folder of its own beside its place, then gives it its name: nobody ever finds half a backup.
pub async fn into_file(source: &backup::Source<'_>, to: &Path, interrupt: &Interrupt, told: backup::Told<'_>) -> Result<(backup::Manifest, u64), Failure> {
    let beside = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e: io::Error| Failure::file(to, &e);
    if to.is_dir() {
        return Err(Failure::new(Code::Usage, "out", format!("{} 是目录，请写文件名", to.display()), format!("{} is a folder; name a file", to.display())));
    }
    let folder = tempfile::Builder::new().prefix(".zhiyin-backup-").tempdir_in(beside).map_err(failed)?;
    interrupt.leaves(folder.path());
    let part = folder.path().join("part");
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(failed)?;
    let manifest = backup::write(source, &mut file, told).await?;
    file.flush().and_then(|()| file.sync_all()).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    store::failpoint("backup-written");
    std::fs::rename(&part, to).and_then(|()| File::open(beside)?.sync_all()).map_err(failed)?;
    Ok((manifest, bytes))
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
