//! A file of records is brought in the background: it lies beside the exports until the job is over, however that ends. What the job
//! writes is committed with its end, so that it is brought once or not at all, whoever stops it and whatever breaks off.

use super::{Looked, RecordImportForm, RecordImportReport, look, write};
use crate::{
    Error, Result,
    app::App,
    jobs::{self, Beat, Effect, Kind, export},
    people::By,
};
use domain::audit::Actor;
use serde::{Deserialize, Serialize};
use std::{path::Path, time::Duration};
use store::job::{Job, NewJob};
use utoipa::ToSchema;

/// Seconds an answer waits until a file is in, where nobody says how long; and the most it does.
const PATIENCE: u64 = 2;
const LONGEST: u64 = 60;

/// What is to be brought.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    object: String,
    name: String,
    form: RecordImportForm,
}

/// What a file of records comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordsBrought {
    /// `obj_…`, whose records they are
    pub object: String,
    /// `rim_…`, by which it is taken back; absent until it is in, and where nothing was written
    pub import: Option<String>,
    /// new records
    pub made: u64,
    /// records that were changed
    pub changed: u64,
    /// rows that say what is there
    pub same: u64,
    /// rows that do not fit
    pub refused: u64,
}

impl RecordsBrought {
    fn of(object: String, import: Option<String>, r: &RecordImportReport) -> RecordsBrought {
        RecordsBrought { object, import, made: r.made, changed: r.changed, same: r.same, refused: r.refused }
    }
}

/// A file of records as its job knows it.
pub(crate) struct Shown {
    /// as people call it
    pub(crate) name: String,
    /// what it came to so far
    pub(crate) brought: RecordsBrought,
}

/// What a job is about.
pub(crate) fn shown(job: &Job) -> Option<Shown> {
    let Order { object, name, .. } = serde_json::from_value(job.payload.clone()).ok()?;
    let nothing = RecordsBrought { object, import: None, made: 0, changed: 0, same: 0, refused: 0 };
    Some(Shown { name, brought: brought(job).unwrap_or(nothing) })
}

fn brought(job: &Job) -> Option<RecordsBrought> {
    serde_json::from_value(job.result.clone()?).ok()
}

/// Looks at a file and has it brought by a job; a short one is in when this answers, of another the report says which job is at it. The
/// upload is moved away.
///
/// # Errors
/// As [`super::run`], and `record.busy` while another file is on its way into the same object.
pub async fn order(app: &App, by: &By, object: &str, (upload, name): (&Path, &str), form: RecordImportForm) -> Result<RecordImportReport> {
    let Looked { plan, mut report, .. } = look(app, by, object, (upload, name), &form, &|_, _| Ok(())).await?;
    if form.dry_run || !plan.writes() {
        return Ok(report);
    }
    let patience = Duration::from_secs(form.wait.unwrap_or(PATIENCE).min(LONGEST));
    let order = Order { object: object.to_owned(), name: name.to_owned(), form };
    let payload = serde_json::to_value(order).map_err(|e| Error::Internal(e.to_string()))?;
    let (id, now, kind) = (app.new_id("job"), app.clock.now(), Kind::Records);
    let mut job = NewJob::new(id.clone(), kind.key(), payload, now).by(&app.settings().id, &by.actor);
    job.unique_key = Some(format!("{} {object}", kind.key()));
    job.priority = kind.priority();
    job.max_attempts = kind.attempts();
    job.total = report.rows as i64;
    job.unit = Some("rows".to_owned());
    if !export::entrust(app, &job, upload).await? {
        return Err(Error::conflict("record.busy", "另一个文件正在导入这个对象，请等它结束", "another file is on its way into this object; wait until it is in"));
    }
    report.job = Some(id.clone());
    let over = jobs::awaited(app, &id, patience).await?;
    Ok(match over.as_ref().and_then(brought) {
        // what it was when it was written
        Some(RecordsBrought { import, made, changed, same, refused, .. }) => RecordImportReport { id: import, made, changed, same, refused, job: None, ..report },
        None => report,
    })
}

/// Brings it.
pub(crate) async fn run(app: &App, job: &Job, beat: &Beat) -> Result<Effect> {
    let order: Order = serde_json::from_value(job.payload.clone()).map_err(|e| Error::Internal(format!("the order of an import: {e}")))?;
    let permissions = jobs::maker(app, job).await?.filter(|may| may.has(Kind::Records.needs()));
    let permissions = permissions.ok_or_else(|| Error::denied("access.denied", "要求这次导入的人已没有权限", "whoever asked for this import may no longer"))?;
    let by = By { actor: Actor { id: job.actor.clone(), name: job.actor_name.clone().unwrap_or_default(), token: job.token.clone() }, permissions };
    let file = export::place(app, &job.id);
    if !file.is_file() {
        return Err(Error::conflict("record.file_gone", "文件已不在服务器上，什么都没有写入，请重新导入", "the file is not on the server any more, so nothing was written; bring it again"));
    }
    let told = |done, total| beat.tell(done, total);
    let Looked { k, plan, report } = look(app, &by, &order.object, (&file, &order.name), &order.form, &told).await?;
    beat.tell(report.rows, report.rows)?;
    let (import, wrote) = match plan.writes() {
        true => write(app, &by, &k, &order.name, plan).await.map(|(id, tx)| (Some(id), Some(tx)))?,
        false => (None, None),
    };
    store::failpoint("job-records-written");
    let brought = RecordsBrought::of(order.object, import, &report);
    Ok(Effect { result: Some(serde_json::to_value(brought).map_err(|e| Error::Internal(e.to_string()))?), wrote, ..Effect::default() })
}
