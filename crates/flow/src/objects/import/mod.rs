//! A whole file into an object. It is read as every file is, and tried first: which rows are new records, which change one, which say
//! what is there, and which do not fit and why. Then all that fit come in, in one transaction, which is one change and is taken back as
//! one. Whoever tries a file sends it along each time; to bring it, [`job`] keeps it until it is in.

mod columns;
pub mod job;
mod plan;

use super::{Known, figures, filling::Fill, known, records::{self, Filled}};
use crate::{
    Error, Result,
    app::App,
    audit,
    ingest::unreadable,
    output::{cell::{Cell, Column, Kind, Sheet}, csv},
    people::By,
    schema,
    sight::{self, Sight},
    work::{self, UNDO_DAYS},
};
use domain::{Label, Lang, audit::Action, clock::Instant};
use plan::{Plan, Told};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sources::{Probe, Table};
use std::path::Path;
use store::{Tx, object as stored, record_import::{self as kept, Before, RecordImport}};
use utoipa::ToSchema;

/// Refusals that are told; the file of refused rows has them all.
const TOLD: usize = 200;

/// How a file is brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordImportForm {
    /// the field each column fills, in the order of the file; `null` leaves one out. Absent: as proposed by their headings
    #[serde(default)]
    pub columns: Option<Vec<Option<String>>>,
    /// the field that says which record a row is of: a row whose value there is one record's changes that. Absent: a row that says
    /// what a record says is that record, any other is a new one
    #[serde(default, rename = "match")]
    pub by: Option<String>,
    /// the sheet of a workbook; absent: the first with rows
    #[serde(default)]
    pub sheet: Option<String>,
    /// the row of the headings, from 1; absent: as found
    #[serde(default)]
    pub header_row: Option<u64>,
    /// only say what would happen
    #[serde(default)]
    pub dry_run: bool,
    /// the `seen` of a dry run: if anything is different since, the answer is 409
    #[serde(default)]
    pub seen: Option<String>,
    /// seconds the answer waits until it is in, at most 60; absent: 2
    #[serde(default)]
    pub wait: Option<u64>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordImportColumn {
    /// heading as written
    pub header: String,
    /// the first cells that are not empty
    pub samples: Vec<String>,
    /// the field it fills; absent: it is left out
    pub field: Option<String>,
}

/// Why a row is not brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RowRefusal {
    /// where it stands in the file, from 1
    pub row: u64,
    /// the field that does not fit; absent: the row as a whole
    pub field: Option<String>,
    /// the heading of its column
    pub column: Option<String>,
    /// what to mend
    #[schema(value_type = schema::Label)]
    pub message: Label,
}

/// What became of a file, or would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordImportReport {
    /// `rim_…`, by which it is taken back; absent for a dry run, where nothing was written, and while `job` is at it
    pub id: Option<String>,
    /// `job_…`, which is still at it; absent once it is in
    pub job: Option<String>,
    /// nothing was written
    pub dry_run: bool,
    /// the file
    pub name: String,
    /// the sheet that was read
    pub sheet: Option<String>,
    /// the sheets there are
    pub sheets: Vec<String>,
    /// the row of the headings, from 1
    pub header_row: u64,
    /// its columns, in order
    pub columns: Vec<RecordImportColumn>,
    /// the field that says which record a row is of
    #[serde(rename = "match")]
    pub by: Option<String>,
    /// rows that are not blank
    pub rows: u64,
    /// new records
    pub made: u64,
    /// records that are changed
    pub changed: u64,
    /// rows that say what is there
    pub same: u64,
    /// rows that do not fit
    pub refused: u64,
    /// why not, of the first 200
    pub refusals: Vec<RowRefusal>,
    /// stands for all of this; sent with the import, that does what was seen here or nothing
    pub seen: String,
}

/// An import that can be taken back, or was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordImportView {
    /// `rim_…`
    pub id: String,
    /// the file; empty: done by hand to many records at once
    pub name: String,
    /// who, `usr_…`
    pub author: String,
    /// display name
    pub author_name: Option<String>,
    /// records it made
    pub made: i64,
    /// records it changed
    pub changed: i64,
    /// records it took away
    pub removed: i64,
    /// RFC 3339
    pub at: String,
    /// it can be taken back until then, RFC 3339
    pub undo_until: String,
    /// taken back, RFC 3339
    pub undone_at: Option<String>,
}

/// What became of the records of an import that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordImportUndone {
    /// `rim_…`
    pub id: String,
    /// records it made, which are gone
    pub removed: u64,
    /// records it changed or took away, which are as they were
    pub restored: u64,
    /// records of it that were changed or taken away since, and stay as they are
    pub kept: u64,
}

/// A file, read.
struct Read {
    probe: Probe,
    table: Table,
}

async fn read(app: &App, path: &Path, name: &str, form: &RecordImportForm) -> Result<Read> {
    let settings = app.settings();
    let (file, called, form) = (path.to_owned(), name.to_owned(), form.clone());
    let _turn = app.shares.imports.take().await?;
    let read = move || {
        let options = sources::Options { name: Some(&called), sheet: form.sheet.as_deref(), header_row: form.header_row, ..sources::Options::new(&settings.zone, settings.currency) };
        let probe = sources::probe(&file, &options)?;
        let table = sources::table(&file, &probe.mapping, records::MOST as usize)?;
        Ok::<_, sources::Error>(Read { probe, table })
    };
    let read = tokio::task::spawn_blocking(read).await?.map_err(|e| unreadable(name, &e))?;
    if read.table.rows() + read.table.skipped.len() > records::MOST as usize {
        let most = records::MOST;
        return Err(Error::invalid("record.rows", format!("一个对象最多 {most} 条记录，这个文件的行数更多；更大的数据请作为数据文件导入"), format!("an object has at most {most} records, and this file has more rows; larger tables belong into a data import")));
    }
    Ok(read)
}

/// A file beside the records there are.
struct Looked {
    k: Known,
    plan: Plan,
    report: RecordImportReport,
}

/// What a file comes to; `told` hears how many of its rows were looked at, of how many.
async fn look(app: &App, by: &By, object: &str, (path, name): (&Path, &str), form: &RecordImportForm, told: Told<'_>) -> Result<Looked> {
    let (sight, k) = (by.permissions.sight(), known(app, object).await?);
    let file = read(app, path, name, form).await?;
    let columns = columns::of(&k, sight, &file.probe, form)?;
    let plan = Plan::of(app, sight, &k, &file, &columns, form.by.as_deref(), told).await?;
    let report = report(&k, sight, name, &file, &columns, form, &plan);
    if !form.dry_run && form.seen.as_ref().is_some_and(|seen| *seen != report.seen) {
        return Err(moved());
    }
    Ok(Looked { k, plan, report })
}

/// Tries a file, or brings it at once, as a command does that its caller waits for.
///
/// # Errors
/// `object.not_found`; what is wrong with the file; `record.columns`, `record.rows`, `record.full`, `access.masked`; `record.moved`
/// where the records, the form or the file are others than `seen`; when the store refuses.
pub async fn run(app: &App, by: &By, object: &str, file: (&Path, &str), form: &RecordImportForm) -> Result<RecordImportReport> {
    let Looked { k, plan, mut report } = look(app, by, object, file, form, &|_, _| Ok(())).await?;
    if !form.dry_run && plan.writes() {
        let (id, tx) = write(app, by, &k, file.1, plan).await?;
        tx.commit().await?;
        report.id = Some(id);
    }
    Ok(report)
}

pub(super) fn moved() -> Error {
    Error::conflict("record.moved", "看过之后记录、表单或文件有了变化，什么都没有写入；请再看一遍", "the records, the form or the file changed since they were looked at; nothing was written, so look again")
}

fn report(k: &Known, sight: Sight, name: &str, file: &Read, columns: &[Option<String>], form: &RecordImportForm, plan: &Plan) -> RecordImportReport {
    let column = |(c, field): (&sources::ColumnGuess, &Option<String>)| RecordImportColumn {
        header: c.header.clone(),
        samples: c.samples.iter().map(|s| sight::text(sight, s.clone())).collect(),
        field: field.clone(),
    };
    let heading = |field: &str| columns.iter().position(|c| c.as_deref() == Some(field)).and_then(|i| file.table.headers.get(i)).cloned();
    let refusal = |row: u64, (field, why): &(Option<String>, Label)| RowRefusal {
        row,
        column: field.as_deref().and_then(heading),
        field: field.clone(),
        message: Label::new(sight::text(sight, why.zh.clone()), sight::text(sight, why.en.clone())),
    };
    let mapping = &file.probe.mapping;
    RecordImportReport {
        id: None,
        job: None,
        dry_run: form.dry_run,
        name: sight::text(sight, name.to_owned()),
        sheet: mapping.sheet.clone(),
        sheets: file.probe.sheets.clone(),
        header_row: file.probe.header_row,
        columns: file.probe.columns.iter().zip(columns).map(column).collect(),
        by: form.by.clone(),
        rows: (file.table.rows() + file.table.skipped.len()) as u64,
        made: plan.made.len() as u64,
        changed: plan.changed.len() as u64,
        same: plan.same,
        refused: plan.refused.len() as u64,
        refusals: plan.refused.iter().flat_map(|r| r.why.iter().map(move |why| (r.line, why))).take(TOLD).map(|(row, why)| refusal(row, why)).collect(),
        seen: plan.print(k, columns, form.by.as_deref()),
    }
}

/// Writes what fits, to be committed; answers what it is taken back by.
async fn write(app: &App, by: &By, k: &Known, name: &str, plan: Plan) -> Result<(String, Tx)> {
    let (workspace, now, object) = (app.settings().id.clone(), app.clock.now(), k.row.id.as_str());
    let import = RecordImport {
        id: app.new_id("rim"),
        object: object.to_owned(),
        name: name.to_owned(),
        author: by.actor.id.clone(),
        author_name: None,
        made: plan.made.len() as i64,
        changed: plan.changed.len() as i64,
        created_at: now,
        undone_at: None,
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let form = stored::get(&mut tx, &workspace, object).await?.filter(|o| o.removed_at.is_none());
    if kept::state(&mut tx, object).await? != plan.state || form.is_none_or(|o| o.edition != k.row.edition) {
        return Err(moved());
    }
    let made = records::put(app, &mut tx, by, object, plan.made).await?;
    let rewritten = rewrite(app, &mut tx, by, k, plan.changed).await?;
    let fresh = made.iter().map(|r| (r.id.as_str(), r.edition, None));
    let wrote: Vec<(&str, i64, Option<&Before>)> = fresh.chain(rewritten.iter().map(|(r, b)| (r.id.as_str(), r.edition + 1, Some(b)))).collect();
    kept::note(&mut tx, &workspace, &import, &wrote).await?;
    let detail = json!({ "object": object, "records": import.made, "changed": import.changed });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordsImported, import.id.as_str()).detail(detail)).await?;
    Ok((import.id, tx))
}

/// Writes records anew, all of them or none; answers each with what stood in it before.
pub(super) async fn rewrite(app: &App, tx: &mut Tx, by: &By, k: &Known, all: Vec<(Filled, Fill)>) -> Result<Vec<(stored::Record, Before)>> {
    let (mut changed, mut before, now) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()), app.clock.now());
    for (old, new) in all {
        let day = if k.form.time.is_some() { new.day } else { old.row.day };
        before.push(Before { body: old.row.body.clone(), customer: old.row.customer, day: old.row.day });
        changed.push(stored::Record { customer: new.customer, day, body: records::body(&new.values, &old.unread)?, updated_by: by.actor.id.clone(), updated_at: now, ..old.row });
    }
    if stored::edit_many(tx, &changed).await? != changed.len() as u64 {
        return Err(moved());
    }
    let about = changed.iter().map(|r| r.customer).chain(before.iter().map(|b| b.customer)).flatten().collect();
    figures::after(app, tx, &by.actor, Some(&k.row.id), about).await?;
    Ok(changed.into_iter().zip(before).collect())
}

/// Headings of our own in the file of refused rows; brought again they are left out.
const FRONT: [&str; 2] = ["zhiyin_row", "zhiyin_reason"];

/// The rows of a file that do not fit, each with why, as CSV; mended, it can be brought as it is. Whoever sees no details gets only
/// where and why, not a cell of a row.
///
/// # Errors
/// As a dry run.
pub async fn refused(app: &App, by: &By, object: &str, (path, name): (&Path, &str), form: &RecordImportForm, lang: Lang) -> Result<(Vec<u8>, String)> {
    let (sight, k) = (by.permissions.sight(), known(app, object).await?);
    let file = read(app, path, name, form).await?;
    let columns = columns::of(&k, sight, &file.probe, form)?;
    let plan = Plan::of(app, sight, &k, &file, &columns, form.by.as_deref(), &|_, _| Ok(())).await?;
    let headers: &[String] = if sight.is_masked() { &[] } else { &file.table.headers };
    let column = |(key, kind): (&str, Kind)| Column { key: key.to_owned(), label: Label::same(key), description: Label::default(), unit: None, kind };
    let sheet_columns = [(FRONT[0], Kind::Int), (FRONT[1], Kind::Text)].into_iter().chain(headers.iter().map(|h| (h.as_str(), Kind::Text))).map(column).collect();
    let reason = |why: &(Option<String>, Label)| {
        let label = why.0.as_deref().and_then(|key| k.form.field(key)).map(|f| f.label.get(lang).to_owned());
        let text = sight::text(sight, why.1.get(lang).to_owned());
        label.map_or_else(|| text.clone(), |label| format!("{label}{}{text}", lang.pick("：", ": ")))
    };
    let row = |r: &plan::Refused| {
        let mut cells = vec![Cell::Int(r.line as i64), Cell::Text(r.why.iter().map(reason).collect::<Vec<_>>().join(lang.pick("；", "; ")).into())];
        cells.extend((0..headers.len()).map(|c| match r.at.map(|at| file.table.cell(at, c)) {
            None | Some("") => Cell::Empty,
            Some(text) => Cell::Text(text.to_owned().into()),
        }));
        cells
    };
    let rows: Vec<Vec<Cell<'static>>> = plan.refused.iter().map(row).collect();
    let mut out = Vec::new();
    csv::write(&Sheet { columns: sheet_columns, rows: Box::new(rows), digits: 2 }, &mut out)?;
    let name = sight::text(sight, name.to_owned());
    Ok((out, format!("{}-refused.csv", name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem))))
}

fn view(sight: Sight, i: RecordImport) -> RecordImportView {
    RecordImportView {
        name: sight::text(sight, i.name),
        author: i.author,
        author_name: i.author_name,
        made: i.made.max(0),
        changed: i.changed,
        removed: -i.made.min(0),
        at: i.created_at.rfc3339(),
        undo_until: Instant(i.created_at.0 + UNDO_DAYS * 86_400_000_000).rfc3339(),
        undone_at: i.undone_at.map(Instant::rfc3339),
        id: i.id,
    }
}

/// The imports of an object within the 30 days in which they can be taken back, newest first.
///
/// # Errors
/// `object.not_found`; when the store refuses.
pub async fn list(app: &App, sight: Sight, object: &str) -> Result<Vec<RecordImportView>> {
    let k = known(app, object).await?;
    let all = kept::list(&app.store, &app.settings().id, &k.row.id, work::oldest(app.clock.now())).await?;
    Ok(all.into_iter().map(|i| view(sight, i)).collect())
}

/// Takes an import back: the records it made go, those it changed are as they were before; whatever was written since stays.
///
/// # Errors
/// `record_import.not_found`, also after 30 days and where the object is gone; `record.undone`; when the store refuses.
pub async fn undo(app: &App, by: &By, id: &str) -> Result<RecordImportUndone> {
    let (workspace, now, none) = (app.settings().id.clone(), app.clock.now(), || Error::not_found("record_import", id));
    let import = kept::get(&app.store, &workspace, id, work::oldest(now)).await?.ok_or_else(none)?;
    known(app, &import.object).await.map_err(|_| none())?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let Some((removed, restored)) = kept::undo(&mut tx, &workspace, &import, &by.actor.id, now).await? else {
        return Err(Error::conflict("record.undone", "这一次已经撤回了", "this was taken back already"));
    };
    figures::of_object(app, &mut tx, &by.actor, &import.object).await?;
    let left = (import.made + import.changed).unsigned_abs().saturating_sub(removed + restored);
    let detail = json!({ "object": import.object, "removed": removed, "restored": restored, "kept": left });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordsImportUndone, id).detail(detail)).await?;
    tx.commit().await?;
    Ok(RecordImportUndone { id: import.id, removed, restored, kept: left })
}
