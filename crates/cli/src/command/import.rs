//! `zhiyin import`: files into a data folder: columns guessed, all rows tried, one commit; or a whole import taken back.

use super::reading::{currency_of, given, kinds, name_of, own_mappings, parse_only};
use crate::{
    args::{Files, Home, Reckoning},
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    pipe,
    reckon::{self, Reckoned},
    voice::Voice,
};
use domain::{Lang, audit::Actor};
use flow::{
    app::App,
    ingest::{self, Done, Progress, Rejects, Report, Source, Staged, report::Level},
};
use serde_json::json;
use std::{
    fs::File,
    io::{IsTerminal, Write},
    path::Path,
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

/// The same for the audit log.
pub fn author() -> Actor {
    Actor::program(AUTHOR)
}

/// Imports files.
pub async fn run(home: &Home, files: &Files, reckoning: &Reckoning, how: How, config: &Config, voice: &Voice) -> Outcome {
    pipe::one_output(files.rejects.iter(), voice.json)?;
    let (files, _stdin) = pipe::settled(files)?;
    let (files, paths) = (&files, given(&files)?);
    if how.parse_only {
        return parse_only(files, &paths, reckoning, voice).await;
    }
    // without anybody who can agree it is a dry run, and a dry run makes no data folder
    let asks = !how.yes && !voice.json && std::io::stdin().is_terminal();
    let commits = !how.dry_run && (how.yes || asks);
    let (app, _goes) = if commits { (compose::open(home, config).await?, None) } else { compose::trial(home, config).await? };
    let (app, interrupt) = (Arc::new(app), Interrupt::watch(voice));
    if commits {
        ingest::sweep(&app).await?;
    }
    let currency = currency_of(&paths, voice.lang);
    let reckoned = reckon::reckon(&app, reckoning, currency, voice.lang.pick("我的生意", "My business"), voice.lang).await?;
    let sources = propose(&app, files, voice).await?;
    reckoned.tell(voice);
    let mut staged = tried(&app, sources.clone(), how.history, &interrupt, voice).await?;
    narrate(&staged.report, voice);
    if let Some(path) = &files.rejects {
        write_rejects(&mut staged.rejects, path, voice.lang).await?;
    }
    let go = commits && (how.yes || agreed(&staged.report, &interrupt, voice).await);
    if interrupt.asked() || !go {
        let (report, import) = (staged.report.clone(), staged.id.clone());
        drop(staged);
        ingest::drop_import(&app, &import).await?;
        if interrupt.asked() {
            return Err(stopped());
        }
        if !how.dry_run && !asks {
            return Ok(nobody_agreed(&report, &reckoned, voice));
        }
        if asks {
            voice.say("什么都没有导入。", "Nothing was imported.");
        }
        told(&report, &reckoned, json!({"dry_run": true}), voice);
        return Ok(ended(&report));
    }
    if let Err(e) = reckon::settle(&app, &reckoned).await {
        ingest::drop_import(&app, &staged.id).await?;
        return Err(e);
    }
    let (staged, done) = committed(&app, staged, &sources, &interrupt, voice).await?;
    let outcome = finished(&app, home, (&staged, &done), &sources, &reckoned, voice).await;
    // what was written lies in the database's own file then, also for those who may only read it
    app.store.close().await;
    outcome
}

/// There was nobody to ask: nothing was imported, and whoever waits for the end must not think that it was.
fn nobody_agreed(report: &Report, reckoned: &Reckoned, voice: &Voice) -> ExitCode {
    let failure = Failure::new(
        Code::Usage,
        "import.not_confirmed",
        format!("什么都没有导入：这只是试跑。要导入这 {} 行，请加 --yes", report.accepted),
        format!("nothing was imported: this was a dry run. To import these {} rows, add --yes", report.accepted),
    );
    told(report, reckoned, json!({"dry_run": true, "error": failure.json(voice.lang)}), voice);
    failure.report(voice.lang, false)
}

/// The command that takes an import back, from where this one was given.
fn undo_command(home: &Home, import: &str) -> String {
    let quoted = |text: String| match text.chars().all(|c| c.is_alphanumeric() || "/._-~".contains(c)) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    };
    let mut command = "zhiyin import".to_owned();
    // what the environment says it will say again
    if let Some(data) = home.data.as_ref().filter(|_| std::env::var_os("ZHIYIN_DATA").is_none()) {
        command.push_str(&format!(" --data {}", quoted(data.display().to_string())));
    }
    // an address may hold a password
    if home.store.is_some() && std::env::var_os("ZHIYIN__STORE__URL").is_none() {
        command.push_str(" --store …");
    }
    format!("{command} --undo {import}")
}

/// Commits what was tried; once more from the start if somebody else committed in between. A Ctrl-C now waits for its end.
async fn committed(app: &Arc<App>, mut staged: Staged, sources: &[Source], interrupt: &Interrupt, voice: &Voice) -> Result<(Staged, Done), Failure> {
    match ingest::commit(app, &mut staged, &author()).await {
        Ok(done) => Ok((staged, done)),
        Err(flow::Error::Store(store::Error::Conflict(_))) => {
            let request = ingest::Request { id: staged.id.clone(), batch: staged.batch, sources: sources.to_vec(), history: staged.history, carried: None };
            let progress = Arc::new(Progress::default());
            let watched = watch(&progress, interrupt, voice);
            let outcome = ingest::import(app, &request, &author(), &progress).await;
            watched.end();
            match outcome {
                Err(e) if interrupt.asked() => {
                    tracing::debug!(error = %e, "stopped");
                    ingest::drop_half(app, &request.id).await?;
                    Err(stopped())
                }
                other => Ok(other?),
            }
        }
        Err(e) => Err(e.into()),
    }
}

async fn finished(app: &App, home: &Home, (staged, done): (&Staged, &Done), sources: &[Source], reckoned: &Reckoned, voice: &Voice) -> Outcome {
    ingest::remember(app, sources.iter().map(|s| &s.mapping), &author()).await?;
    match done {
        Done::Already { import } => {
            let mut report = staged.report.clone();
            (report.duplicates, report.accepted) = (report.duplicates + report.accepted, 0);
            let later = ingest::corrected_since(app, import).await?;
            told(&report, reckoned, json!({"import": import, "already": true, "corrected_by": later}), voice);
            voice.say("内容相同的文件已经导入过，没有任何改变。", "The same content was imported before; nothing changed.");
            if let Some(last) = later.first() {
                let (undo, n) = (undo_command(home, last), later.len());
                voice.say(
                    &format!("在它之后有 {n} 次导入改过已有的数据，改后的值仍然有效。要回到这份文件的值，先撤销后来的导入：{undo}"),
                    &format!("{n} later imports changed what was known, and their values stay in force. To go back to the values of this file, undo the later import first: {undo}"),
                );
            }
            Ok(ended(&report))
        }
        Done::Committed { snapshot } => {
            let import = &staged.id;
            told(&staged.report, reckoned, json!({"import": import, "snapshot": snapshot}), voice);
            let undo = undo_command(home, import);
            voice.say(&format!("已导入。30 天内可撤销：{undo}"), &format!("Imported. You can undo it for 30 days: {undo}"));
            reckoned.stays(voice);
            Ok(ended(&staged.report))
        }
    }
}

/// Takes an import back, or says what that would do.
pub async fn undo(home: &Home, id: &str, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let rows = store::import::get(&app.store, id).await?.map_or(0, |i| i.counts.accepted);
    let resting = ingest::resting(&app, id).await?;
    let undone = if dry_run { ingest::undo_trial(&app, id, &author()).await? } else { ingest::undo(&app, id, &author()).await? };
    let mut json = json!({"import": id, "undone": !dry_run, "rows": rows, "customers": undone.customers, "later_rows": resting.rows, "later_imports": resting.imports});
    if dry_run {
        json["dry_run"] = true.into();
    }
    voice.answer(&json, || {
        let (zh, en) = if dry_run { ("会撤销", "Would take back") } else { ("已撤销", "Taken back") };
        let zh = format!("{zh} {rows} 行，其中只由它带来的客户 {} 位。", undone.customers);
        let en = format!("{en} {rows} rows, and {} customers only it brought.", undone.customers);
        let (zh, en) = match resting.imports.as_slice() {
            [] => (zh, en),
            later => {
                let (n, zh_list, en_list) = (resting.rows, later.join("、"), later.join(", "));
                (
                    format!("{zh}\n其他导入（{zh_list}）里有 {n} 行与它相同，当时没有再记一次，也会一起失去；再导入那些文件即可恢复。"),
                    format!("{en}\n{n} rows of other imports ({en_list}) say the same and were not kept twice: they go with it. Importing those files again brings them back."),
                )
            }
        };
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

/// Imports files without asking; what `demo` and `classify` do. `rejects`: write the rows set aside if asked to.
pub async fn bring(app: &Arc<App>, files: &Files, rejects: bool, interrupt: &Interrupt, voice: &Voice) -> Result<Staged, Failure> {
    let sources = propose(app, files, voice).await?;
    let request = ingest::begin(app, sources, &author(), Some(true)).await?;
    let progress = Arc::new(Progress::default());
    let watched = watch(&progress, interrupt, voice);
    let outcome = ingest::import(app, &request, &author(), &progress).await;
    watched.end();
    if interrupt.asked() {
        return Err(stopped());
    }
    let (mut staged, _) = outcome?;
    if let Some(path) = files.rejects.as_ref().filter(|_| rejects) {
        write_rejects(&mut staged.rejects, path, voice.lang).await?;
    }
    Ok(staged)
}

/// Nothing happened, and how to go on.
pub fn stopped() -> Failure {
    Failure::interrupted("已停止，没有提交任何内容", "stopped; nothing was committed")
        .hint("再运行同一条命令就从头开始；已导入过的文件不会重复计入", "run the same command to start again; what was imported before does not count twice")
}

/// Guesses how every file is read and tells the guesses.
async fn propose(app: &App, files: &Files, voice: &Voice) -> Result<Vec<Source>, Failure> {
    let (mut sources, own) = (Vec::new(), own_mappings(files)?);
    for (index, (path, kind)) in kinds(files).into_iter().enumerate() {
        let name = name_of(&path);
        let probes = match own.get(index).cloned() {
            Some(mapping) => vec![ingest::review(app, &path, &name, mapping).await?],
            None => ingest::propose_all(app, &path, &name, kind).await?,
        };
        for probe in probes {
            shown(&name, &probe, voice);
            sources.push(Source { name: name.clone(), path: path.clone(), mapping: probe.mapping });
        }
    }
    Ok(sources)
}

/// How a table is read, with every guess.
fn shown(name: &str, probe: &sources::Probe, voice: &Voice) {
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
}

/// Somebody who tells how far the reading is, and stops it when asked to.
struct Watch {
    task: tokio::task::JoinHandle<()>,
    progress: Arc<Progress>,
    bar: crate::voice::Progress,
}

impl Watch {
    fn end(self) {
        self.task.abort();
        let (done, total) = self.progress.bytes();
        self.bar.end(done, total);
    }
}

fn watch(progress: &Arc<Progress>, interrupt: &Interrupt, voice: &Voice) -> Watch {
    let bar = voice.progress("reading", "正在读取", "reading");
    let (seen, shown, interrupt) = (Arc::clone(progress), bar.clone(), interrupt.clone());
    let task = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let (done, total) = seen.bytes();
            shown.at(done, total);
            if interrupt.asked() {
                seen.stop();
            }
        }
    });
    Watch { task, progress: Arc::clone(progress), bar }
}

/// The dry run; the ledger row of one that fails is dropped, with what it wrote.
async fn tried(app: &Arc<App>, sources: Vec<Source>, history: Option<bool>, interrupt: &Interrupt, voice: &Voice) -> Result<Staged, Failure> {
    let request = ingest::begin(app, sources, &author(), history).await?;
    let progress = Arc::new(Progress::default());
    let watched = watch(&progress, interrupt, voice);
    let outcome = ingest::stage(app, request.clone(), progress).await;
    watched.end();
    match outcome {
        Ok(staged) => Ok(staged),
        Err(e) => {
            ingest::drop_half(app, &request.id).await?;
            Err(if interrupt.asked() { stopped() } else { e.into() })
        }
    }
}

/// Writes the rows that were set aside to a file, or to standard output.
pub async fn write_rejects(rejects: &mut Rejects, path: &Path, lang: Lang) -> Result<(), Failure> {
    let format = ingest::rejected::Format::of(path);
    let mut write = |path: &Path| -> Result<(), Failure> {
        let mut out = File::create(path).map_err(|e| Failure::file(path, &e))?;
        Ok(ingest::rejected::write(rejects, lang, format, &mut out).map(|_| ())?)
    };
    match pipe::is(path) {
        true => pipe::through(async |path| write(path)).await,
        false => write(path),
    }
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
    for blank in &r.left_blank {
        voice.say(
            &format!("  {} 个值留空：{}", blank.count, blank.sentence(Lang::Zh)),
            &format!("  {} values left blank: {}", blank.count, blank.sentence(Lang::En)),
        );
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

/// Asks; a Ctrl-C is a no. The question waits on a thread of its own, which ends with the process.
async fn agreed(report: &Report, interrupt: &Interrupt, voice: &Voice) -> bool {
    let question = voice.lang.pick(&format!("导入 {} 行？[y/N] ", report.accepted), &format!("Import {} rows? [y/N] ", report.accepted)).to_owned();
    let mut out = std::io::stderr();
    out.write_all(question.as_bytes()).and_then(|()| out.flush()).ok();
    let (tell, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let yes = std::io::stdin().read_line(&mut line).is_ok() && matches!(line.trim().to_lowercase().as_str(), "y" | "yes" | "是");
        // nobody waits for it any more after a Ctrl-C
        tell.send(yes).ok();
    });
    tokio::select! {
        yes = answer => yes.unwrap_or(false),
        () = interrupt.wait() => false,
    }
}

/// The counts every import answers with.
pub fn counts(report: &Report) -> serde_json::Value {
    json!({
        "rows_in": report.rows_in, "accepted": report.accepted, "quarantined": report.quarantined, "duplicates": report.duplicates,
        "left_blank": report.blanks(),
        "customers": report.customers.created + report.customers.updated + report.customers.unchanged, "seconds": report.seconds,
    })
}

fn told(report: &Report, reckoned: &Reckoned, extra: serde_json::Value, voice: &Voice) {
    let mut json = counts(report);
    if let (Some(into), Ok(serde_json::Value::Object(all))) = (json.as_object_mut(), serde_json::to_value(report)) {
        into.insert("report".to_owned(), all.into());
        for more in [reckoned.json(), extra] {
            if let serde_json::Value::Object(more) = more {
                into.extend(more);
            }
        }
    }
    voice.document(&json);
}

/// Data that was rejected, in whole or in part, is not quite success.
pub fn ended(report: &Report) -> ExitCode {
    if report.quarantined > 0 { ExitCode::from(Code::Rejected as u8) } else { ExitCode::SUCCESS }
}
