//! `zhiyin classify`: files in, every customer classified, result out; no server, nothing kept.
//!
//! Its job is the result: it ends with 0 when that was written, even if rows were set aside; `--strict` asks for more
//! (docs/decisions/0004-command-line.md).

use super::{import, reading};
use crate::{
    args::{Files, FormatName, Reckoning},
    compose,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    pipe, reckon,
    voice::Voice,
};
use domain::clock::{Clock, SystemClock};
use flow::{
    analysis::{Asked, Known, parse_day},
    output::{self, Format},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// What to make of the files.
pub struct What {
    /// results
    pub out: Vec<PathBuf>,
    /// format of standard output
    pub format: Option<FormatName>,
    /// a row set aside is a failure
    pub strict: bool,
    /// business day
    pub as_of: Option<String>,
    /// folder of own definitions
    pub definitions: Option<PathBuf>,
    /// write nothing
    pub dry_run: bool,
}

/// Classifies the customers of the files.
pub async fn run(files: &Files, reckoning: &Reckoning, what: What, voice: &Voice) -> Outcome {
    let clock = SystemClock;
    let begun = clock.now();
    if what.out.is_empty() {
        return Err(Failure::new(Code::Usage, "out", "没有指定 --out", "--out was not given").hint("例如 --out 结果.xlsx", "for example --out result.xlsx"));
    }
    pipe::one_output(what.out.iter().chain(&files.rejects), voice.json)?;
    let formats = what.out.iter().map(|path| format(path, what.format)).collect::<Result<Vec<_>, _>>()?;
    what.out.iter().try_for_each(|path| output_folder(path))?;
    let as_of = what.as_of.as_deref().map(|text| parse_day("--as-of", text)).transpose()?;
    let (files, _stdin) = pipe::settled(files)?;
    let paths = reading::given(&files)?;
    if let Some(folder) = what.definitions.as_ref().filter(|f| !f.is_dir()) {
        return Err(super::definitions::no_folder(folder));
    }
    let (app, folder) = compose::one_off().await?;
    let (app, interrupt) = (Arc::new(app), Interrupt::watch(voice));
    interrupt.leaves(folder.path());
    let name = voice.lang.pick("一次性分类", "One-off");
    let reckoned = reckon::reckon(&app, reckoning, reading::currency_of(&paths, voice.lang), name, voice.lang).await?;
    reckon::settle(&app, &reckoned).await?;
    if let Some(definitions) = &what.definitions {
        flow::definitions::apply(&app, definitions, false).await?;
    }
    reckoned.tell(voice);
    let staged = import::bring(&app, &files, !what.dry_run, &interrupt, voice).await?;
    import::narrate(&staged.report, voice);
    let picture = app.runs.at(&app, Asked { as_of, known: Known::Today }).await?;
    if interrupt.asked() {
        return Err(import::stopped());
    }
    if !what.dry_run {
        let outs: Vec<(&Path, Format)> = what.out.iter().map(PathBuf::as_path).zip(formats).collect();
        let (piped, named): (Vec<_>, Vec<_>) = outs.into_iter().partition(|(path, _)| pipe::is(path));
        let write = async |outs: &[(&Path, Format)]| output::write(&app, &picture, Some(&staged.report), voice.lang, outs).await;
        if !named.is_empty() {
            write(&named).await?;
        }
        for (_, format) in piped {
            pipe::through(async |path: &Path| -> Result<(), Failure> { Ok(write(&[(path, format)]).await?) }).await?;
        }
        for (path, _) in named {
            voice.say(&format!("已写出 {}（截至 {}）", path.display(), picture.as_of), &format!("wrote {} (as of {})", path.display(), picture.as_of));
        }
    }
    let mut json = import::counts(&staged.report);
    json["customers"] = picture.total().into();
    json["as_of"] = picture.as_of.to_string().into();
    if let (Some(into), serde_json::Value::Object(how)) = (json.as_object_mut(), reckoned.json()) {
        into.extend(how);
    }
    json["seconds"] = compose::seconds_since(&clock, begun).into();
    json["out"] = what.out.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().into();
    if what.dry_run {
        json["dry_run"] = true.into();
    }
    voice.document(&json);
    app.store.close().await;
    let nothing = staged.report.accepted == 0 && staged.report.rows_in > 0;
    Ok(if nothing || what.strict { import::ended(&staged.report) } else { ExitCode::SUCCESS })
}

/// The folder a file is to be written to must be there before the work begins.
pub fn output_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if pipe::is(path) {
        return Ok(());
    }
    if !folder.is_dir() {
        return Err(Failure::file(folder, &std::io::ErrorKind::NotFound.into())
            .hint("先建好这个文件夹，或换一个位置", "make this folder first, or choose another place"));
    }
    // a result is written beside its place and moved there
    tempfile::tempfile_in(folder).map(|_| ()).map_err(|e| Failure::file(folder, &e))
}

/// The format a file name asks for, or the one that was named for standard output.
pub fn format(path: &Path, named: Option<FormatName>) -> Result<Format, Failure> {
    if pipe::is(path) {
        return Ok(match named.unwrap_or(FormatName::Csv) {
            FormatName::Xlsx => Format::Xlsx,
            FormatName::Csv => Format::Csv,
            FormatName::Parquet => Format::Parquet,
            FormatName::Json => Format::Json,
            FormatName::Html => Format::Html,
        });
    }
    Format::of(path).ok_or_else(|| {
        Failure::new(Code::Usage, "out", format!("不认识 {} 的格式", path.display()), format!("{} names no known format", path.display()))
            .hint("用 .xlsx、.csv、.parquet、.json 或 .html", "use .xlsx, .csv, .parquet, .json or .html")
    })
}
