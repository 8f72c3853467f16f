//! The files a command was given: there, guessed at, read to their end. Keeps nothing.

use crate::{
    args::{Files, Reckoning},
    compose,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    pipe, reckon,
    voice::Voice,
};
use domain::{Currency, Lang, Zone, clock::{Clock, SystemClock}};
use flow::ingest::{self, Rejects, Source, rejected::Layout};
use serde_json::json;
use sources::{Kind, Mapping};
use std::{
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
};

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

/// The currency the first file that names one carries, in a column or by the signs beside its amounts.
pub fn currency_of(paths: &[PathBuf], lang: Lang) -> Option<Currency> {
    let fallback = match lang {
        Lang::Zh => Currency::CNY,
        Lang::En => Currency::USD,
    };
    let zone = Zone::utc();
    paths.iter().find_map(|path| {
        sources::probe(path, &sources::Options::new(&zone, fallback)).ok()?.currency
    })
}

/// Every file with what it is said to hold, in the order things refer to each other.
pub fn kinds(files: &Files) -> Vec<(PathBuf, Option<Kind>)> {
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

/// What people call a file.
pub fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The mappings that were given by hand, in the order of the files.
pub fn own_mappings(files: &Files) -> Result<Vec<Mapping>, Failure> {
    files.mapping.iter().map(|path| own_mapping(path)).collect()
}

fn own_mapping(path: &Path) -> Result<Mapping, Failure> {
    let text = pipe::text(path)?;
    serde_json::from_str(&text).map_err(|e| {
        Failure::new(Code::Config, "mapping", format!("{} 不是列映射：{e}", path.display()), format!("{} is not a mapping: {e}", path.display()))
    })
}

/// Reads and checks every row and keeps nothing. Ends with 4 when rows are rejected, as an import of these files would.
pub async fn parse_only(files: &Files, paths: &[PathBuf], reckoning: &Reckoning, voice: &Voice) -> Outcome {
    let clock = SystemClock;
    let begun = clock.now();
    let interrupt = Interrupt::watch(voice);
    let currency = reckon::currency_flag(reckoning)?.or_else(|| currency_of(paths, voice.lang)).unwrap_or(Currency::USD);
    let (zone, own) = (Zone::utc(), own_mappings(files)?);
    let mut sources = Vec::new();
    for (index, (path, kind)) in kinds(files).into_iter().enumerate() {
        let name = name_of(&path);
        let mut options = sources::Options::new(&zone, currency);
        options.kind = kind;
        let read = match own.get(index) {
            Some(mapping) => sources::review(&path, &options, mapping.clone(), None),
            None => sources::probe(&path, &options),
        };
        let mapping = read.map_err(|e| ingest::unreadable(&name, &e))?.mapping;
        sources.push(Source { name, path, mapping });
    }
    let folder = tempfile::tempdir().map_err(|e| Failure::file(&std::env::temp_dir(), &e))?;
    let layout = Layout::new(sources.iter().map(|s| s.name.clone()).collect(), sources.iter().map(|s| s.mapping.clone()).collect());
    let mut aside = Rejects::new(folder.path(), layout);
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
    let (total, mut before) = (paths.iter().map(|p| bytes(p)).sum::<u64>(), 0);
    let bar = voice.progress("checking", "正在检查", "checking");
    let (mut accepted, mut rejected, mut blank) = (0, 0, 0);
    for (file, Source { name, path, mapping }) in (0..).zip(&sources) {
        let mut full = Ok(());
        let summary = sources::read(path, mapping, &mut |batch| {
            bar.at(before + batch.bytes_read, total);
            blank += batch.left_blank.iter().map(|b| b.count).sum::<u64>();
            if files.rejects.is_some() {
                full = batch.rejects.iter().try_for_each(|r| aside.add(file, name, r));
            }
            if full.is_err() || interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        full?;
        let summary = summary.map_err(|e| ingest::unreadable(name, &e))?;
        if interrupt.asked() {
            return Err(Failure::interrupted("已停止，什么都没有写入", "stopped; nothing was written")
                .hint("再运行同一条命令即可", "run the same command again"));
        }
        before += bytes(path);
        accepted += summary.accepted;
        rejected += summary.rejected;
    }
    bar.end(total, total);
    if let Some(path) = &files.rejects {
        super::import::write_rejects(&mut aside, path, voice.lang).await?;
    }
    let seconds = compose::seconds_since(&clock, begun);
    let json = json!({"rows_in": accepted + rejected, "accepted": accepted, "quarantined": rejected, "left_blank": blank, "seconds": seconds});
    let counted = || {
        let zh = format!("接受 {accepted} 行 · 拒绝 {rejected} 行 · 留空 {blank} 个值 · {seconds:.2} 秒");
        let en = format!("{accepted} rows accepted · {rejected} rejected · {blank} values left blank · {seconds:.2} s");
        voice.lang.pick(&zh, &en).to_owned()
    };
    match files.rejects.as_ref().is_some_and(|path| pipe::is(path)) {
        // standard output has the rows
        true => voice.say(&counted(), &counted()),
        false => voice.answer(&json, counted),
    }
    Ok(if rejected > 0 { ExitCode::from(Code::Rejected as u8) } else { ExitCode::SUCCESS })
}
