//! `zhiyin records import`: a whole file into an object, from a script. Whoever may run this may read the data folder.

use super::reading::name_of;
use crate::{
    args::{Files, Home},
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    pipe,
    voice::Voice,
};
use flow::{
    app::App,
    objects::{self, ObjectView, import::{self, RecordImportForm, RecordImportReport}},
    people::By,
};
use std::{path::{Path, PathBuf}, process::ExitCode};

/// What is asked for.
pub struct What {
    /// name or id of the object
    pub object: String,
    /// the file
    pub file: PathBuf,
    /// `HEADING=FIELD`
    pub map: Vec<String>,
    /// the field that says which record a row is of
    pub by: Option<String>,
    /// sheet of a workbook
    pub sheet: Option<String>,
    /// where rows that do not fit are written
    pub rejects: Option<PathBuf>,
    /// only say what would happen
    pub dry_run: bool,
}

/// Refusals that are told on a terminal.
const TOLD: usize = 10;

/// Brings it, or says what that would come to. Ends with 4 when rows do not fit, as every import does.
pub async fn run(home: &Home, what: What, config: &Config, voice: &Voice) -> Outcome {
    pipe::one_output(what.rejects.iter(), voice.json)?;
    let (settled, _kept) = pipe::settled(&Files { file: vec![what.file.clone()], ..Files::default() })?;
    let path = settled.file.first().unwrap_or(&what.file);
    std::fs::File::open(path).map_err(|e| Failure::file(path, &e))?;
    let app = compose::existing(home, config).await?;
    let done = brought(&app, &what, (path, &name_of(&what.file)), voice).await;
    app.store.close().await;
    done
}

async fn brought(app: &App, what: &What, file: (&Path, &str), voice: &Voice) -> Outcome {
    let by = By::machine("cli");
    let object = objects::list(app).await?.into_iter().find(|o| [&o.id, &o.key, &o.label.zh, &o.label.en].contains(&&what.object)).ok_or_else(|| {
        Failure::new(Code::NotFound, "object.not_found", format!("没有对象“{}”", what.object), format!("there is no object “{}”", what.object))
            .hint("网页“记录”里列出全部对象", "the page Records of the web app lists them all")
    })?;
    let mut form = RecordImportForm { sheet: what.sheet.clone(), dry_run: true, ..RecordImportForm::default() };
    if !what.map.is_empty() {
        let proposed = import::run(app, &by, &object.id, file, &form).await?;
        form.columns = Some(mapped(&object, &what.map, &proposed)?);
    }
    form.by = what.by.as_deref().map(|name| field(&object, name)).transpose()?;
    if let Some(rejects) = &what.rejects {
        let (rows, _) = import::refused(app, &by, &object.id, file, &form, voice.lang).await?;
        let write = async |path: &Path| std::fs::write(path, &rows).map_err(|e| Failure::file(path, &e));
        if pipe::is(rejects) { pipe::through(write).await? } else { write(rejects).await? }
    }
    form.dry_run = what.dry_run;
    let report = import::run(app, &by, &object.id, file, &form).await?;
    told(&object, &report, voice);
    if what.rejects.as_ref().is_some_and(|path| pipe::is(path)) {
        // standard output has the rows
        let said = summary(&report, voice);
        voice.say(&said, &said);
    } else {
        let json = serde_json::to_value(&report).map_err(|e| Failure::new(Code::Failed, "json", e.to_string(), e.to_string()))?;
        voice.answer(&json, || summary(&report, voice));
    }
    Ok(if report.refused > 0 { ExitCode::from(Code::Rejected as u8) } else { ExitCode::SUCCESS })
}

/// A field by its key or name.
fn field(object: &ObjectView, name: &str) -> Result<String, Failure> {
    let found = object.sections.iter().flat_map(|s| &s.fields).find(|f| [&f.key, &f.label.zh, &f.label.en].iter().any(|n| *n == name));
    found.map(|f| f.key.clone()).ok_or_else(|| Failure::new(Code::Usage, "record.columns", format!("表单里没有字段“{name}”"), format!("the form has no field “{name}”")))
}

/// What is proposed, but as `--map` says.
fn mapped(object: &ObjectView, map: &[String], proposed: &RecordImportReport) -> Result<Vec<Option<String>>, Failure> {
    let mut columns: Vec<Option<String>> = proposed.columns.iter().map(|c| c.field.clone()).collect();
    for pair in map {
        let (header, name) = pair.rsplit_once('=').ok_or_else(|| Failure::new(Code::Usage, "record.columns", format!("--map 要写成 列=字段，而不是“{pair}”"), format!("--map is written HEADING=FIELD, not “{pair}”")))?;
        let place = proposed.columns.iter().position(|c| c.header.trim() == header.trim());
        let place = place.ok_or_else(|| Failure::new(Code::Usage, "record.columns", format!("文件里没有“{header}”这一列"), format!("the file has no column “{header}”")))?;
        let key = if name.trim().is_empty() { None } else { Some(field(object, name.trim())?) };
        for (i, column) in columns.iter_mut().enumerate() {
            if i == place {
                column.clone_from(&key);
            } else if key.is_some() && *column == key {
                *column = None;
            }
        }
    }
    Ok(columns)
}

fn told(object: &ObjectView, report: &RecordImportReport, voice: &Voice) {
    let name = |key: &str| object.sections.iter().flat_map(|s| &s.fields).find(|f| f.key == key).map_or_else(|| key.to_owned(), |f| f.label.get(voice.lang).to_owned());
    for c in &report.columns {
        match &c.field {
            Some(key) => voice.say(&format!("  {} → {}", c.header, name(key)), &format!("  {} → {}", c.header, name(key))),
            None => voice.say(&format!("  {}：不导入", c.header), &format!("  {}: left out", c.header)),
        }
    }
    for r in report.refusals.iter().take(TOLD) {
        let field = r.field.as_deref().map(name).unwrap_or_default();
        voice.say(&format!("第 {} 行 {field} {}", r.row, r.message.zh), &format!("row {} {field} {}", r.row, r.message.en));
    }
}

fn summary(r: &RecordImportReport, voice: &Voice) -> String {
    let (zh, en) = match &r.id {
        Some(id) => (format!("；{id}，30 天内可在网页撤回"), format!("; {id}, it can be undone in the web app for 30 days")),
        None => ("；什么都没有写".to_owned(), "; nothing was written".to_owned()),
    };
    let zh = format!("新增 {} 条 · 修改 {} 条 · 已有 {} 行 · 拒绝 {} 行{zh}", r.made, r.changed, r.same, r.refused);
    let en = format!("{} new · {} changed · {} there already · {} rows refused{en}", r.made, r.changed, r.same, r.refused);
    voice.lang.pick(&zh, &en).to_owned()
}
