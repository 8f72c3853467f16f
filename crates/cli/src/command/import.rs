//! `zhiyin import`: files into a data folder: columns guessed, all rows tried, one commit; or a whole import taken back.

use crate::{
    args::{Files, Home, Reckoning},
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use domain::{Currency, Lang, Zone, clock::{Clock, SystemClock}};
use flow::{
    app::App,
    ingest::{self, Done, Progress, Report, Source, Staged, report::Level},
};
use serde_json::json;
use sources::{Kind, Mapping};
use std::{
    fs::File,
    io::{IsTerminal, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// How far to go.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// stop after the dry run
    pub dry_run: bool,
    /// do not ask
    pub yes: bool,
    /// rows were known when they happened; `None` = yes for the first load of their kind
    pub history: Option<bool>,
    /// only read and check
    pub parse_only: bool,
}

/// Author of what the command line does.
pub const AUTHOR: &str = "cli";

/// Imports files.
pub async fn run(home: &Home, files: &Files, reckoning: &Reckoning, how: How, config: &Config, voice: &Voice) -> Outcome {
    let paths = given(files)?;
    if how.parse_only {
        return parse_only(files, &paths, reckoning, voice);
    }
    let app = Arc::new(compose::open(home, config).await?);
    ingest::sweep(&app).await?;
    let currency = currency_of(&paths, voice.lang);
    compose::settle(&app, reckoning, currency, voice.lang.pick("我的生意", "My business"), voice.lang).await?;
    let sources = propose(&app, files, voice).await?;
    let staged = tried(&app, sources.clone(), how.history, voice).await?;
    let (report, import) = (staged.report.clone(), staged.id.clone());
    narrate(&report, voice);
    let mut staged = staged;
    if let Some(path) = &files.rejects {
        write_rejects(&mut staged, path, voice.lang)?;
    }
    let mappings: Vec<Mapping> = sources.iter().map(|s| s.mapping.clone()).collect();
    let go = !how.dry_run && (how.yes || agreed(&report, voice));
    if !go {
        staged.discard(&app.lake);
        ingest::drop_import(&app, &import).await?;
        told(&report, json!({"dry_run": true}), voice);
        return Ok(ended(&report));
    }
    let done = match ingest::commit(&app, &mut staged, AUTHOR).await {
        Ok(done) => done,
        // somebody else committed since the dry run: weigh it against the new state and commit that
        Err(flow::Error::Store(store::Error::Conflict(_))) => {
            let request = ingest::Request { id: staged.id.clone(), batch: staged.batch, sources, history: staged.history };
            staged.discard(&app.lake);
            let (again, done) = ingest::import(&app, &request, AUTHOR, &Arc::new(Progress::default())).await?;
            staged = again;
            done
        }
        Err(e) => return Err(e.into()),
    };
    ingest::remember(&app, mappings.iter(), AUTHOR).await?;
    let extra = match &done {
        Done::Committed { snapshot } => json!({"import": import, "snapshot": snapshot}),
        Done::Already { import } => json!({"import": import, "already": true}),
    };
    if let Done::Already { .. } = done {
        let mut report = staged.report.clone();
        (report.duplicates, report.accepted) = (report.duplicates + report.accepted, 0);
        told(&report, extra, voice);
        voice.say("内容相同的文件已经导入过，没有任何改变。", "The same content was imported before; nothing changed.");
        return Ok(ended(&report));
    }
    told(&staged.report, extra, voice);
    voice.say(
        &format!("已导入。30 天内可撤销：zhiyin import --undo {import}"),
        &format!("Imported. You can undo it for 30 days: zhiyin import --undo {import}"),
    );
    Ok(ended(&staged.report))
}

/// Takes an import back.
pub async fn undo(home: &Home, id: &str, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    ingest::undo(&app, id, AUTHOR).await?;
    voice.answer(&json!({"import": id, "undone": true}), || voice.lang.pick("已撤销。", "Undone.").to_owned());
    Ok(ExitCode::SUCCESS)
}

/// Imports files without asking; what `demo` and `classify` do.
pub async fn bring(app: &Arc<App>, files: &Files, history: bool, voice: &Voice) -> Result<Staged, Failure> {
    let sources = propose(app, files, voice).await?;
    let request = ingest::begin(app, sources.clone(), AUTHOR, Some(history)).await?;
    let progress = Arc::new(Progress::default());
    let watched = watch(Arc::clone(&progress), voice);
    let outcome = ingest::import(app, &request, AUTHOR, &progress).await;
    watched.abort();
    let (mut staged, _) = outcome?;
    if let Some(path) = &files.rejects {
        write_rejects(&mut staged, path, voice.lang)?;
    }
    Ok(staged)
}

/// The files that were named, all there.
pub fn given(files: &Files) -> Result<Vec<PathBuf>, Failure> {
    let paths = files.all();
    if paths.is_empty() {
        return Err(Failure::new(Code::Usage, "files", "没有指定文件", "no file was named")
            .hint("例如 --customers 会员.csv --orders 订单.xlsx", "for example --customers customers.csv --orders orders.xlsx"));
    }
    for path in &paths {
        File::open(path).map_err(|e| Failure::file(path, &e))?;
    }
    Ok(paths)
}

/// The currency whose sign the files carry, if they agree on one.
pub fn currency_of(paths: &[PathBuf], lang: Lang) -> Option<Currency> {
    let fallback = match lang {
        Lang::Zh => Currency::CNY,
        Lang::En => Currency::USD,
    };
    let zone = Zone::utc();
    paths.iter().find_map(|path| {
        let probe = sources::probe(path, &sources::Options::new(&zone, fallback)).ok()?;
        probe.columns.iter().flat_map(|c| &c.samples).find_map(|cell| signed(cell))
    })
}

/// The currency a cell's sign stands for.
fn signed(cell: &str) -> Option<Currency> {
    let cell = cell.trim();
    let code = [("¥", "CNY"), ("￥", "CNY"), ("US$", "USD"), ("HK$", "HKD"), ("NT$", "TWD"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("₩", "KRW")]
        .into_iter()
        .find(|(sign, _)| cell.strip_prefix(sign).is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit())))?;
    Currency::parse(code.1)
}

fn kinds(files: &Files) -> Vec<(PathBuf, Option<Kind>)> {
    let of = |paths: &[PathBuf], kind: Option<Kind>| paths.iter().cloned().map(move |p| (p, kind)).collect::<Vec<_>>();
    [
        of(&files.customers, Some(Kind::Customer)),
        of(&files.products, Some(Kind::Product)),
        of(&files.orders, Some(Kind::Order)),
        of(&files.lines, Some(Kind::Line)),
        of(&files.refunds, Some(Kind::Refund)),
        of(&files.interactions, Some(Kind::Interaction)),
        of(&files.feedback, Some(Kind::Answer)),
        of(&files.costs, Some(Kind::Cost)),
        of(&files.file, None),
    ]
    .concat()
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn own_mapping(files: &Files, index: usize) -> Result<Option<Mapping>, Failure> {
    let Some(path) = files.mapping.get(index) else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|e| Failure::file(path, &e))?;
    let mapping = serde_json::from_str(&text).map_err(|e| {
        Failure::new(Code::Config, "mapping", format!("{} 不是列映射：{e}", path.display()), format!("{} is not a mapping: {e}", path.display()))
    })?;
    Ok(Some(mapping))
}

/// Guesses how every file is read and tells the guesses.
async fn propose(app: &App, files: &Files, voice: &Voice) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for (index, (path, kind)) in kinds(files).into_iter().enumerate() {
        let name = name_of(&path);
        let probe = match own_mapping(files, index)? {
            Some(mapping) => ingest::review(app, &path, &name, mapping).await?,
            None => ingest::propose(app, &path, &name, kind).await?,
        };
        voice.say(&format!("{name}："), &format!("{name}:"));
        for guess in &probe.guesses {
            let text = guess.text();
            voice.say(&format!("  {}", text.zh), &format!("  {}", text.en));
        }
        for column in &probe.columns {
            let target = column.target.name();
            let samples = column.samples.join(" · ");
            voice.say(&format!("  {} → {target}   {samples}", column.header), &format!("  {} → {target}   {samples}", column.header));
        }
        sources.push(Source { name, path, mapping: probe.mapping });
    }
    Ok(sources)
}

fn watch(progress: Arc<Progress>, voice: &Voice) -> tokio::task::JoinHandle<()> {
    let bar = voice.progress("正在读取", "reading");
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let (done, total) = progress.bytes();
            bar.at(done, total);
            if total > 0 && done >= total {
                bar.end();
                return;
            }
        }
    })
}

/// The dry run; the ledger row of one that fails is dropped.
async fn tried(app: &Arc<App>, sources: Vec<Source>, history: Option<bool>, voice: &Voice) -> Result<Staged, Failure> {
    let request = ingest::begin(app, sources, AUTHOR, history).await?;
    let progress = Arc::new(Progress::default());
    let watched = watch(Arc::clone(&progress), voice);
    let outcome = ingest::stage(app, request.clone(), progress).await;
    watched.abort();
    match outcome {
        Ok(staged) => Ok(staged),
        Err(e) => {
            ingest::drop_import(app, &request.id).await?;
            Err(e.into())
        }
    }
}

fn write_rejects(staged: &mut Staged, path: &Path, lang: Lang) -> Result<(), Failure> {
    let mut out = File::create(path).map_err(|e| Failure::file(path, &e))?;
    ingest::rejected::write(&mut staged.rejects, lang, ingest::rejected::Format::of(path), &mut out)?;
    Ok(())
}

/// The dry run in words.
pub fn narrate(report: &Report, voice: &Voice) {
    let r = report;
    voice.say(
        &format!("\n试跑全部 {} 行：接受 {} · 重复 {} · 拒绝 {}", r.rows_in, r.accepted, r.duplicates, r.quarantined),
        &format!("\nTried all {} rows: {} accepted · {} duplicates · {} rejected", r.rows_in, r.accepted, r.duplicates, r.quarantined),
    );
    let c = r.customers;
    voice.say(
        &format!("客户：新增 {} · 更新 {} · 不变 {}", c.created, c.updated, c.unchanged),
        &format!("customers: {} created · {} updated · {} unchanged", c.created, c.updated, c.unchanged),
    );
    for reason in &r.rejects_by_reason {
        let example = reason.examples.first().map(|e| format!("{}:{} {} {:?}", e.file, e.line, e.column, e.value)).unwrap_or_default();
        voice.say(&format!("  {} × {}   {example}", reason.count, reason.text.zh), &format!("  {} × {}   {example}", reason.count, reason.text.en));
    }
    voice.say(&format!("数据质量 {}/100", r.quality.score), &format!("data quality {}/100", r.quality.score));
    for check in r.quality.checks.iter().filter(|c| c.level != Level::Ok) {
        let share = check.share * 100.0;
        voice.say(
            &format!("  {}：{}（{share:.1}%）", check.text.zh, check.count),
            &format!("  {}: {} ({share:.1} %)", check.text.en, check.count),
        );
    }
}

fn agreed(report: &Report, voice: &Voice) -> bool {
    if voice.json || !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("{}", voice.lang.pick(&format!("导入 {} 行？[y/N] ", report.accepted), &format!("Import {} rows? [y/N] ", report.accepted)));
    std::io::stderr().flush().ok();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).is_ok() && matches!(line.trim().to_lowercase().as_str(), "y" | "yes" | "是")
}

/// The counts every import answers with.
pub fn counts(report: &Report) -> serde_json::Value {
    json!({
        "rows_in": report.rows_in, "accepted": report.accepted, "quarantined": report.quarantined, "duplicates": report.duplicates,
        "customers": report.customers.created + report.customers.updated + report.customers.unchanged, "seconds": report.seconds,
    })
}

fn told(report: &Report, extra: serde_json::Value, voice: &Voice) {
    let mut json = counts(report);
    if let (Some(into), Ok(serde_json::Value::Object(all))) = (json.as_object_mut(), serde_json::to_value(report)) {
        into.insert("report".to_owned(), all.into());
        if let serde_json::Value::Object(extra) = extra {
            into.extend(extra);
        }
    }
    if voice.json {
        println!("{json}");
    }
}

/// Data that was rejected, in whole or in part, is not quite success.
pub fn ended(report: &Report) -> ExitCode {
    if report.quarantined > 0 { ExitCode::from(Code::Rejected as u8) } else { ExitCode::SUCCESS }
}

/// Reads and checks every row and keeps nothing.
fn parse_only(files: &Files, paths: &[PathBuf], reckoning: &Reckoning, voice: &Voice) -> Outcome {
    let clock = SystemClock;
    let begun = clock.now();
    let currency = compose::currency_flag(reckoning)?.or_else(|| currency_of(paths, voice.lang)).unwrap_or(Currency::USD);
    let zone = Zone::utc();
    let (mut accepted, mut rejected) = (0, 0);
    for (index, (path, kind)) in kinds(files).into_iter().enumerate() {
        let unreadable = |e: sources::Error| Failure::from(ingest::unreadable(&name_of(&path), &e));
        let mut options = sources::Options::new(&zone, currency);
        options.kind = kind;
        let mapping = match own_mapping(files, index)? {
            Some(mapping) => sources::review(&path, &options, mapping, None).map_err(unreadable)?.mapping,
            None => sources::probe(&path, &options).map_err(unreadable)?.mapping,
        };
        let summary = sources::read(&path, &mapping, &mut |_| ControlFlow::Continue(())).map_err(unreadable)?;
        accepted += summary.accepted;
        rejected += summary.rejected;
    }
    let seconds = compose::seconds_since(&clock, begun);
    let json = json!({"rows_in": accepted + rejected, "accepted": accepted, "quarantined": rejected, "seconds": seconds});
    voice.answer(&json, || format!("{} · {} · {seconds:.2} s", accepted, rejected));
    Ok(ExitCode::SUCCESS)
}
