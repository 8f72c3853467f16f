//! `zhiyin dedupe`: a table in, the pairs of rows that are one person out; no server, nothing kept.

use super::classify;
use crate::{
    args::Files,
    compose,
    exit::{Code, Failure, Outcome},
    pipe,
    voice::{self, Voice},
};
use domain::{
    Lang,
    clock::{Clock, SystemClock},
};
use flow::{
    duplicates::{self, Choice, ColumnUse, Found, Reason, Report, Wrong},
    output::Format,
};
use models::linkage::{FieldModel, Kind, Level};
use std::{path::{Path, PathBuf}, process::ExitCode, sync::Arc};

/// Finds the pairs, and unless it is only tried writes them.
pub async fn run(input: &Path, choice: Choice, out: Option<&PathBuf>, dry_run: bool, voice: &Voice) -> Outcome {
    let clock = SystemClock;
    let begun = clock.now();
    if !(choice.threshold > 0.0 && choice.threshold <= 1.0) {
        return Err(Failure::new(Code::Usage, "dedupe.threshold", "--threshold 要大于 0，不超过 1", "--threshold must be above 0 and at most 1")
            .hint("例如 --threshold 0.9", "for example --threshold 0.9"));
    }
    let format = out.map(|path| table_format(path)).transpose()?;
    pipe::one_output(out.into_iter(), voice.json)?;
    let (settled, _kept) = pipe::settled(&Files { file: vec![input.to_owned()], ..Files::default() })?;
    let input = settled.file.first().map_or(input, PathBuf::as_path);
    std::fs::File::open(input).map_err(|e| Failure::file(input, &e))?;
    let size = std::fs::metadata(input).map_or(0, |m| m.len());
    let progress = voice.progress("reading", "正在读取", "reading");
    let (path, name) = (input.to_owned(), input.file_name().unwrap_or(input.as_os_str()).to_string_lossy().into_owned());
    progress.at(0, size);
    let opened = spawned(move || duplicates::open(&path, &name)).await??;
    progress.end(size, size);
    let columns = opened.columns(&choice).map_err(wrong)?;
    told_columns(&columns, voice);
    let chosen = choice.clone();
    let found = spawned(move || opened.find(&chosen)).await?.map_err(wrong)?;
    let report = Report::of(&found, &choice, compose::seconds_since(&clock, begun));
    let found = Arc::new(found);
    if let (Some(path), Some(format), false) = (out, format, dry_run) {
        let write = async |path: &Path| -> Result<(), Failure> {
            let (pairs, path) = (Arc::clone(&found), path.to_owned());
            Ok(spawned(move || duplicates::write(&pairs, &path, format)).await??)
        };
        if pipe::is(path) { pipe::through(write).await? } else { write(path).await? }
    }
    for (line, code) in found.skipped.iter().take(3) {
        let label = code.label(&sources::Params::new());
        voice.say(&format!("第 {line} 行跳过：{}", label.zh), &format!("line {line} was left out: {}", label.en));
    }
    told(&found, &report, voice);
    if let Some(path) = out.filter(|path| !dry_run && !pipe::is(path)) {
        voice.say(&format!("已写出 {}", path.display()), &format!("wrote {}", path.display()));
    }
    if voice.json {
        let mut json = serde_json::to_value(&report).map_err(|e| Failure::new(Code::Failed, "json", e.to_string(), e.to_string()))?;
        if let Some(map) = json.as_object_mut() {
            map.insert("out".into(), out.map(|p| p.display().to_string()).into());
            map.insert("dry_run".into(), dry_run.into());
        }
        voice::print(&json.to_string());
    } else if out.is_some_and(|path| pipe::is(path)) && !dry_run {
        // standard output has the pairs
        let said = summary(&report, voice.lang);
        voice.say(&said, &said);
    } else {
        voice::print(&summary(&report, voice.lang));
    }
    Ok(ExitCode::SUCCESS)
}

async fn spawned<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Failure::new(Code::Failed, "failed", e.to_string(), e.to_string()))
}

/// The format of the pairs; there is no report of them.
fn table_format(path: &Path) -> Result<Format, Failure> {
    let format = classify::format(path, None)?;
    if format == Format::Html {
        return Err(Failure::new(Code::Usage, "out", "成对的行不能写成 HTML", "pairs cannot be written as HTML").hint("用 .csv、.xlsx、.parquet 或 .json", "use .csv, .xlsx, .parquet or .json"));
    }
    classify::output_folder(path)?;
    Ok(format)
}

fn wrong(wrong: Wrong) -> Failure {
    let (message, hint) = (wrong.message(), wrong.hint());
    let code = if matches!(wrong, Wrong::NoColumn { .. }) { Code::Usage } else { Code::Rejected };
    Failure::new(code, wrong.code(), message.zh, message.en).hint(hint.zh, hint.en)
}

/// Which columns are compared, and which are not and why.
fn told_columns(columns: &[ColumnUse], voice: &Voice) {
    let used: Vec<&str> = columns.iter().filter(|c| c.used).map(|c| c.column.as_str()).collect();
    voice.say(&format!("比较：{}", used.join("、")), &format!("comparing: {}", used.join(", ")));
    for column in columns.iter().filter(|c| !c.used && c.reason != Reason::Empty) {
        let (zh, en) = match column.reason {
            Reason::NamesRows => ("用作行号", "names the rows"),
            Reason::Number => ("是编号", "is a number of something"),
            Reason::Answer => ("像是答案（哪些行是同一个人），不作依据；要用它请加 --use", "looks like the answer (which rows are one person) and is no evidence; --use it to compare it"),
            Reason::Twice => ("与其他列重复", "says what other columns say"),
            Reason::TooMany => ("列太多", "there are too many columns"),
            Reason::NotAsked => ("按要求不比较", "was left out as asked"),
            Reason::NotPersonal => ("说明不了是谁", "does not say who somebody is"),
            _ => ("看不出说的是什么；要用它请加 --use", "cannot be told what it says; --use it to compare it"),
        };
        voice.say(&format!("  不比较“{}”：{zh}", column.column), &format!("  not “{}”: {en}", column.column));
    }
}

fn told(found: &Found, report: &Report, voice: &Voice) {
    voice.say(
        &format!("{} 行，看了 {} 对", report.rows, report.candidate_pairs),
        &format!("{} rows, {} pairs looked at", report.rows, report.candidate_pairs),
    );
    for field in &found.links.model.fields {
        let said = strongest(field, voice.lang);
        voice.say(&format!("  {}：{said}", field.name), &format!("  {}: {said}", field.name));
    }
    for tie in &report.ties {
        voice.say(
            &format!("  “{}”相同的陌生人，“{}”也相近的机会是 {:.0} 倍，已扣除", tie.given, tie.column, tie.times),
            &format!("  strangers with one “{}” agree {:.0} times as often in “{}”: taken off", tie.given, tie.times, tie.column),
        );
    }
}

/// What a field's equal and its different values say, in bits.
fn strongest(field: &FieldModel, lang: Lang) -> String {
    let bits = |level: Level| field.levels.iter().find(|l| l.level == level).map_or(0.0, |l| l.bits());
    let different = if field.kind == Kind::Category { lang.pick("不同", "different") } else { lang.pick("全不同", "quite different") };
    format!("{} {:+.1} bit, {different} {:+.1} bit", lang.pick("相同", "equal"), bits(Level::Exact), bits(Level::Different))
}

fn summary(report: &Report, lang: Lang) -> String {
    let percent = report.threshold * 100.0;
    lang.pick(
        &format!("{} 对是同一个（概率 ≥ {percent:.0}%），{} 组共 {} 行，{:.2} 秒", report.pairs, report.clusters, report.clustered_rows, report.seconds),
        &format!("{} pairs are one (probability ≥ {percent:.0} %), {} groups of {} rows, {:.2} s", report.pairs, report.clusters, report.clustered_rows, report.seconds),
    )
    .to_owned()
}
