//! `zhiyin classify`: files in, every customer classified, result out; no server, nothing kept.

use super::import;
use crate::{
    args::{Files, Reckoning},
    compose,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use domain::clock::{Clock, SystemClock};
use flow::{
    analysis::{Asked, Known, parse_day},
    output,
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Classifies the customers of the files.
pub async fn run(files: &Files, reckoning: &Reckoning, out: &[PathBuf], as_of: Option<&str>, definitions: Option<&Path>, voice: &Voice) -> Outcome {
    let clock = SystemClock;
    let begun = clock.now();
    if out.is_empty() {
        return Err(Failure::new(Code::Usage, "out", "没有指定 --out", "--out was not given").hint("例如 --out 结果.xlsx", "for example --out result.xlsx"));
    }
    let formats = out.iter().map(|path| format(path)).collect::<Result<Vec<_>, _>>()?;
    out.iter().try_for_each(|path| output_folder(path))?;
    let as_of = as_of.map(|text| parse_day("--as-of", text)).transpose()?;
    let paths = import::given(files)?;
    let folder = tempfile::tempdir().map_err(|e| Failure::file(&std::env::temp_dir(), &e))?;
    let url = format!("sqlite:{}", folder.path().join("zhiyin.db").display());
    let app = Arc::new(compose::open_at(folder.path(), &url).await?);
    compose::settle(&app, reckoning, import::currency_of(&paths, voice.lang), voice.lang.pick("一次性分类", "One-off"), voice.lang).await?;
    if let Some(definitions) = definitions {
        flow::definitions::apply(&app, definitions, false).await?;
    }
    let staged = import::bring(&app, files, true, voice).await?;
    import::narrate(&staged.report, voice);
    let picture = app.runs.at(&app, Asked { as_of, known: Known::Today }).await?;
    for (path, format) in out.iter().zip(formats) {
        output::write(&app, &picture, format, voice.lang, path).await?;
        voice.say(&format!("已写出 {}（截至 {}）", path.display(), picture.as_of), &format!("wrote {} (as of {})", path.display(), picture.as_of));
    }
    let mut json = import::counts(&staged.report);
    if let Some(map) = json.as_object_mut() {
        map.insert("customers".into(), picture.total().into());
        map.insert("as_of".into(), picture.as_of.to_string().into());
        map.insert("currency".into(), picture.currency.code().into());
        map.insert("seconds".into(), compose::seconds_since(&clock, begun).into());
        map.insert("out".into(), out.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().into());
    }
    if voice.json {
        println!("{json}");
    }
    app.store.close().await;
    let nothing = staged.report.accepted == 0 && staged.report.rows_in > 0;
    Ok(if nothing { import::ended(&staged.report) } else { ExitCode::SUCCESS })
}

/// The folder a file is to be written to must be there before the work begins.
pub fn output_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
    match folder.filter(|f| !f.is_dir()) {
        None => Ok(()),
        Some(folder) => Err(Failure::file(folder, &std::io::ErrorKind::NotFound.into())
            .hint("先建好这个文件夹，或换一个位置", "make this folder first, or choose another place")),
    }
}

/// The format a file name asks for.
pub fn format(path: &Path) -> Result<output::Format, Failure> {
    output::Format::of(path).ok_or_else(|| {
        Failure::new(Code::Usage, "out", format!("不认识 {} 的格式", path.display()), format!("{} names no known format", path.display()))
            .hint("用 .xlsx、.csv、.parquet、.json 或 .html", "use .xlsx, .csv, .parquet, .json or .html")
    })
}
