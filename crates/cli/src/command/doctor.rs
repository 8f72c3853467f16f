//! `zhiyin doctor`: looks at the installation and says how to mend what is wrong.

use super::bundle;
use crate::{
    args::Home,
    config::{self, Config},
    exit::{Code, Outcome, why},
    pipe,
    voice::Voice,
};
use domain::{Label, Zone};
use serde_json::json;
use std::{path::Path, process::ExitCode};

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// nothing to do
    Fine,
    /// should be mended
    Warning,
    /// must be mended
    Broken,
}

impl State {
    /// For scripts.
    pub fn key(self) -> &'static str {
        match self {
            State::Fine => "ok",
            State::Warning => "warning",
            State::Broken => "broken",
        }
    }

    fn mark(self) -> &'static str {
        match self {
            State::Fine => "✓",
            State::Warning => "⚠",
            State::Broken => "✗",
        }
    }
}

/// What one check found.
pub struct Finding {
    /// stable name of the check
    pub key: &'static str,
    /// how it came out
    pub state: State,
    what: Label,
    mend: Option<Label>,
}

fn fine(key: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { key, state: State::Fine, what: Label::new(zh, en), mend: None }
}

fn bad(key: &'static str, state: State, what: (String, String), mend: (&str, &str)) -> Finding {
    Finding { key, state, what: Label::new(what.0, what.1), mend: Some(Label::new(mend.0, mend.1)) }
}

/// Looks at everything and ends with 10 when something should be mended, with 1 when something is broken.
pub async fn run(home: &Home, bundle: Option<&Path>, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    if let Some(path) = bundle {
        pipe::one_output(std::iter::once(&path.to_owned()), voice.json)?;
    }
    let (data, url) = config::place(home, config);
    let version = env!("CARGO_PKG_VERSION");
    let mut found = vec![fine("version", format!("知音 {version}"), format!("zhiyin {version}"))];
    found.push(folder(&data));
    found.extend(space(&data));
    found.push(clock());
    let store = if data.join("zhiyin.db").exists() || home.store.is_some() || config.store.url.is_some() {
        database(&data, &url, &mut found).await
    } else {
        found.push(fine("data", format!("{} 还没有数据", data.display()), format!("{} holds no data yet", data.display())));
        None
    };
    if store.is_some() {
        found.push(backup(&data));
    }
    if let Some(path) = bundle {
        let parts = bundle::parts(&found, store.as_ref(), config, voice.lang).await?;
        bundle::write(path, &parts, dry_run, voice).await?;
    }
    let checks: Vec<_> = found
        .iter()
        .map(|f| json!({"check": f.key, "state": f.state.key(), "what": f.what.get(voice.lang), "mend": f.mend.as_ref().map(|m| m.get(voice.lang))}))
        .collect();
    let text = || {
        let lines = found.iter().map(|f| {
            let mend = f.mend.as_ref().map(|m| format!("\n    → {}", m.get(voice.lang))).unwrap_or_default();
            format!("{} {}{mend}", f.state.mark(), f.what.get(voice.lang))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut json = json!({"version": version, "data": data, "checks": checks});
    if let Some(path) = bundle {
        json["bundle"] = path.display().to_string().into();
    }
    // standard output may have the bundle
    match bundle.is_some_and(pipe::is) && !dry_run {
        true => voice.say(&text(), &text()),
        false => voice.answer(&json, text),
    }
    let any = |state| found.iter().any(|f| f.state == state);
    Ok(match (any(State::Broken), any(State::Warning)) {
        (true, _) => ExitCode::from(Code::Failed as u8),
        (false, true) => ExitCode::from(Code::Warnings as u8),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// What failed and why, with the database's own words behind it: whoever runs doctor mends the machine.
fn said(zh: &str, en: &str, e: &store::Error) -> (String, String) {
    let why = e.message();
    (format!("{zh}：{}（原文：{e}）", why.zh), format!("{en}: {} (in its own words: {e})", why.en))
}

fn folder(data: &Path) -> Finding {
    let place = if data.exists() { data } else { data.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")) };
    match tempfile::tempfile_in(place) {
        Ok(_) => fine("folder", format!("数据目录 {} 可写", data.display()), format!("data folder {} is writable", data.display())),
        Err(e) => {
            let why = why(&e);
            bad(
                "folder",
                State::Broken,
                (format!("数据目录 {} 不可写：{}", data.display(), why.zh), format!("data folder {} is not writable: {}", data.display(), why.en)),
                ("改目录权限，或用 --data 换一个", "change its permissions, or choose another with --data"),
            )
        }
    }
}

/// Free space by `df`, which every Unix has.
fn space(data: &Path) -> Option<Finding> {
    let place = if data.exists() { data } else { Path::new(".") };
    let out = std::process::Command::new("df").arg("-Pk").arg(place).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let free: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    let gib = free as f64 / f64::from(1 << 20);
    Some(if gib < 2.0 {
        bad(
            "space",
            State::Warning,
            (format!("磁盘只剩 {gib:.1} GiB"), format!("only {gib:.1} GiB of disk are free")),
            ("导入时需要文件大小约三倍的空间", "an import needs about three times the size of its files"),
        )
    } else {
        fine("space", format!("磁盘剩余 {gib:.0} GiB"), format!("{gib:.0} GiB of disk are free"))
    })
}

fn clock() -> Finding {
    use domain::clock::{Clock, SystemClock};
    let now = SystemClock.now();
    let today = Zone::utc().day(now);
    if today.date().year() < 2026 {
        return bad(
            "clock",
            State::Warning,
            (format!("机器时钟显示 {today}"), format!("the machine's clock says {today}")),
            ("校准系统时间（NTP）", "set the system time (NTP)"),
        );
    }
    fine("clock", format!("时钟 {} UTC", now.rfc3339()), format!("clock {} UTC", now.rfc3339()))
}

/// When the last backup was made. One that is more than a week old should be made again; who never made any is told how.
fn backup(data: &Path) -> Finding {
    use domain::clock::{Clock, SystemClock};
    let Some(last) = super::backup::Last::of(data) else {
        return fine("backup", "还没有备份过（zhiyin backup）", "no backup was made yet (`zhiyin backup`)");
    };
    let days = (SystemClock.now().0 - last.made_at.0) / 86_400_000_000;
    let (zh, en) = (format!("上次备份 {}，{}", last.made, last.file), format!("last backup {}, {}", last.made, last.file));
    match days {
        ..=7 => fine("backup", zh, en),
        _ => bad("backup", State::Warning, (format!("{zh}：已过 {days} 天"), format!("{en}: {days} days ago")), ("运行 zhiyin backup，最好每晚一次", "run `zhiyin backup`, best every night")),
    }
}

async fn database(data: &Path, url: &str, found: &mut Vec<Finding>) -> Option<store::Store> {
    if let Err(e) = crate::upgrade::before(data, url).await {
        found.push(Finding { key: "database", state: State::Broken, what: e.message, mend: e.hint });
        return None;
    }
    let store = match store::Store::open(url).await {
        Ok(store) => store,
        Err(e) => {
            found.push(bad(
                "database",
                State::Broken,
                said("数据库打不开", "the database does not open", &e),
                ("检查 URL、权限，以及是否由更新的版本写过", "check the URL, the permissions, and whether a newer version wrote it"),
            ));
            return None;
        }
    };
    found.push(fine("database", format!("数据库 {} 正常", store.engine()), format!("database {} answers", store.engine())));
    match store::workspace::get(&store).await {
        Ok(Some(w)) => found.push(fine(
            "workspace",
            format!("{}：时区 {}，货币 {}", w.name, w.time_zone, w.currency),
            format!("{}: time zone {}, currency {}", w.name, w.time_zone, w.currency),
        )),
        Ok(None) => found.push(fine("workspace", "还没有设置", "not set up yet")),
        Err(e) => found.push(bad("workspace", State::Broken, said("读不出设置", "the settings cannot be read", &e), ("从备份恢复", "restore a backup"))),
    }
    match store::catalog::snapshot(&store, None).await {
        Ok(snapshot) => {
            let lake = data.join("lake");
            let missing: Vec<String> = snapshot
                .files
                .iter()
                .map(|f| lake::folder(&lake, f.table).join(&f.path))
                .filter(|p| !p.exists())
                .map(|p| p.display().to_string())
                .collect();
            let (files, rows) = (snapshot.files.len(), snapshot.files.iter().map(|f| f.rows).sum::<u64>());
            match missing.first() {
                None => found.push(fine(
                    "lake",
                    format!("数据湖快照 {}：{files} 个文件，{rows} 行", snapshot.id),
                    format!("lake snapshot {}: {files} files, {rows} rows", snapshot.id),
                )),
                Some(first) => found.push(bad(
                    "lake",
                    State::Broken,
                    (format!("数据湖缺 {} 个文件，如 {first}", missing.len()), format!("the lake lacks {} files, such as {first}", missing.len())),
                    ("从备份恢复 lake 目录", "restore the lake folder from a backup"),
                )),
            }
        }
        Err(e) => found.push(bad("lake", State::Broken, said("目录读不出", "the catalog cannot be read", &e), ("从备份恢复", "restore a backup"))),
    }
    Some(store)
}
