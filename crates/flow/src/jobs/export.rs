//! Lists of customers as files, written in the background: everyone the filter leaves, never cut short. What the maker may see is
//! asked when the file is written, not when it was ordered; and again of whoever takes it.

use super::{Beat, Effect, Kind, view::{self, JobView, Viewer}};
use crate::{
    Error, Result,
    analysis::{
        customers::{Filter, Listing, Sort},
        export::{self as list, Picked, Sheet},
        moment::{Asked, Known},
    },
    app::App,
    audit,
    objects::{self, file},
    output::Labels,
    sight::Sight,
};
use domain::{Day, Label, access::{Permission, Permissions}, audit::{Action, Actor}, clock::Instant};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use store::job::{Job, NewJob, State};
use utoipa::ToSchema;

/// How long a file is kept.
pub const KEPT: i64 = 7 * 86_400_000_000;

/// What is to be exported: the parameters of a customer list, and a format.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    /// `csv`, `xlsx` or `parquet`; absent = `csv`
    #[serde(default)]
    pub format: Sheet,
    /// who: `rule`, `segment`, `q`, `tag`, `owner`, `finding`, `entered`, `left`, `class.<classification>`, `f.<own field>`,
    /// `was.<classification>`, as the customer list takes them
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
    /// of those only these customers or records, by id; at most 5,000
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<String>>,
    /// and not these; at most 5,000
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// whose words stand in it: `keys`, the machine names that programs read; `zh-CN` or `en` for people: headings, classes, options of
    /// fields, yes and no in that language. Parquet always has `keys`
    #[serde(default)]
    pub labels: Labels,
    /// `obj_…`: its records instead of customers; who then takes `q`, `customer` and `f.<field>`, as the list of records takes them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// feature key, `class.<classification>` or `owner`, `-` before it for descending; absent = `-net`
    #[serde(default)]
    pub sort: Option<String>,
    /// feature keys, `class.<classification>`, `tags` and `owner`, written in this order; absent = everything. Who the customer is stands in
    /// front: `customer_id`, `name`, `phone`, `email`, `member_no` and `zhiyin_id`, or those of them that are named. Of records: `id`,
    /// `number` and fields
    #[serde(default)]
    pub columns: Option<Vec<String>>,
    /// the business day, `YYYY-MM-DD`; absent = the last day on which anything happened
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Day>,
    /// as known `then` or `today`
    #[serde(default)]
    pub known: Known,
    /// everything of the business instead, its tables in this format: see `/everything`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everything: Option<crate::everything::Format>,
}

impl ExportForm {
    fn asked(&self) -> Asked {
        Asked { as_of: self.as_of, known: self.known }
    }

    fn picked(&self) -> Picked {
        Picked { customers: self.customers.clone(), except: self.except.clone() }
    }

    /// The records it is about.
    fn records(&self) -> Result<objects::list::Listing> {
        Ok(objects::list::Listing { only: self.customers.clone(), except: self.except.clone(), ..file::listing(&self.filter, self.sort.as_deref())? })
    }

    fn labels(&self) -> Labels {
        if self.format == Sheet::Parquet { Labels::Keys } else { self.labels }
    }

    fn listing(&self) -> Result<Listing> {
        Filter::check(self.filter.keys())?;
        Ok(Listing {
            filter: Filter::of(&self.filter)?,
            sort: self.sort.as_deref().map(Sort::parse).unwrap_or_default(),
            columns: self.columns.clone(),
            limit: usize::MAX,
            cursor: None,
        })
    }
}

/// What an export answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) name: String,
    pub(super) masked: bool,
    pub(super) expires_at: Instant,
}

/// What was ordered and, once it is there, the file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportView {
    /// `csv`, `xlsx` or `parquet`
    pub format: Sheet,
    /// the segment whose members it lists, if it is one's
    pub segment: Option<String>,
    /// everything of the business: format of its tables
    pub everything: Option<crate::everything::Format>,
    /// the business day of the numbers
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Day>,
    /// name of the file
    pub name: Option<String>,
    /// its size
    pub bytes: Option<u64>,
    /// people's details are hidden in it
    pub masked: Option<bool>,
    /// until when it is kept, RFC 3339
    pub expires_at: Option<String>,
    /// it is there now
    pub available: bool,
}

/// An export as its job knows it.
pub(super) fn shown(app: &App, job: &Job) -> Option<ExportView> {
    let form: ExportForm = serde_json::from_value(job.payload.clone()).ok()?;
    let written = written(job);
    let now = app.clock.now();
    Some(ExportView {
        format: form.format,
        segment: form.filter.get("segment").cloned(),
        everything: form.everything,
        as_of: form.as_of,
        available: job.state == State::Done && written.as_ref().is_some_and(|w| w.expires_at > now),
        bytes: written.as_ref().map(|w| w.bytes),
        masked: written.as_ref().map(|w| w.masked),
        expires_at: written.as_ref().map(|w| w.expires_at.rfc3339()),
        name: written.map(|w| w.name),
    })
}

fn written(job: &Job) -> Option<Written> {
    serde_json::from_value(job.result.clone()?).ok()
}

/// Orders an export. Whether it can be written is known at once; the same order again while it is open is the same job.
///
/// # Errors
/// As the customer list; when the store refuses.
pub async fn order(app: &Arc<App>, who: &Viewer, form: ExportForm) -> Result<JobView> {
    let (form, rows) = match &form.object {
        _ if form.everything.is_some() => {
            super::everything::allowed(&who.permissions)?;
            let rows = crate::everything::plan(app).await?.rows() as usize;
            (form, rows)
        }
        Some(object) => {
            // what would not fit when it is written is told now
            let (table, _) = file::table(app, who.sight(), object, &form.records()?, form.columns.as_deref(), form.labels()).await?;
            let rows = table.rows.count();
            (form, rows)
        }
        None => {
            list::check(app, &form.picked()).await?;
            let plan = list::plan(app, who.sight(), form.asked(), &form.listing()?, &form.picked(), form.labels()).await?;
            // the day on the screen is the day in the file, whatever comes in meanwhile
            (ExportForm { as_of: Some(plan.as_of()), ..form }, plan.rows())
        }
    };
    let payload = serde_json::to_value(&form).map_err(|e| Error::Internal(e.to_string()))?;
    let now = app.clock.now();
    let token = who.actor.token.as_deref().unwrap_or_default();
    let same = Sha256::digest(format!("{}\n{token}\n{payload}", who.actor.id));
    let key = same.iter().take(16).fold("export ".to_owned(), |k, b| format!("{k}{b:02x}"));
    let mut job = NewJob::new(app.new_id("job"), Kind::Export.key(), payload, now).by(&app.settings().id, &who.actor);
    job.unique_key = Some(key.clone());
    job.priority = Kind::Export.priority();
    job.max_attempts = Kind::Export.attempts();
    job.total = rows as i64;
    job.unit = Some("rows".to_owned());
    // the one that has the key may be over before it is read
    for _ in 0..3 {
        if store::job::enqueue(&app.store, &job, now).await? {
            app.jobs.pulse();
            return view::get(app, who, &job.id).await;
        }
        if let Some(open) = store::job::open(&app.store, &key).await? {
            return Ok(view::of(app, who, &open));
        }
    }
    Err(Error::Store(store::Error::Busy))
}

/// Keeps an uploaded file beside the exports for the job that works on it, and orders the job: both or neither. Answers whether it was
/// ordered; not where an open job has its key.
pub(crate) async fn entrust(app: &App, job: &NewJob, upload: &Path) -> Result<bool> {
    let folder = app.exports();
    std::fs::create_dir_all(&folder)?;
    File::open(upload)?.sync_all()?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if !store::job::enqueue(&mut tx, job, app.clock.now()).await? {
        return Ok(false);
    }
    std::fs::rename(upload, place(app, &job.id))?;
    File::open(&folder)?.sync_all()?;
    tx.commit().await?;
    app.jobs.pulse();
    Ok(true)
}

/// Where the file of an export lies.
pub(crate) fn place(app: &App, id: &str) -> PathBuf {
    app.exports().join(id)
}

/// Removes what an attempt left behind unless it was finished.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

/// Writes an export.
///
/// # Errors
/// When its maker may no longer, what it names is gone, or the store, the lake or the disk refuses.
pub(super) async fn run(app: &Arc<App>, job: &Arc<Job>, beat: &Arc<Beat>) -> Result<Effect> {
    store::failpoint("job-export-begun");
    let form: ExportForm = serde_json::from_value(job.payload.clone()).map_err(|e| Error::Internal(format!("the order of an export: {e}")))?;
    let permissions = maker(app, job).await?;
    let sight = permissions.sight();
    let sheet = form.format;
    let folder = app.exports();
    let (target, part) = (place(app, &job.id), Part(folder.join(format!("{}.{}.part", job.id, job.attempts))));
    if let Some(format) = form.everything {
        std::fs::create_dir_all(&folder)?;
        return super::everything::write(app, job, format, &permissions, beat, &part.0, &target).await;
    }
    let (told, last) = (Arc::clone(beat), Arc::clone(beat));
    let segment = form.filter.get("segment").filter(|s| !s.is_empty() && form.object.is_none());
    let (table, rows, as_of, stem) = match &form.object {
        Some(object) => {
            let (table, name) = file::table(app, sight, object, &form.records()?, form.columns.as_deref(), form.labels()).await?;
            let rows = table.rows.count() as u64;
            (table, rows, app.today(), name)
        }
        None => {
            let plan = list::plan(app, sight, form.asked(), &form.listing()?, &form.picked(), form.labels()).await?;
            let (rows, as_of) = (plan.rows() as u64, plan.as_of());
            let stem = segment.map_or("customers", String::as_str).to_owned();
            (plan.table(app, move |row| told.tell(row as u64, rows)), rows, as_of, stem)
        }
    };
    let temporary = app.temporary();
    let page = form.labels().sheet(&if form.object.is_some() { Label::new("记录", "Records") } else { list::title() }).to_owned();
    let bytes = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        let mut out = BufWriter::with_capacity(1 << 18, private(&part.0)?);
        list::write(&temporary, &table, &page, sheet, &mut out)?;
        out.flush()?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        last.tell(rows, rows)?;
        std::fs::rename(&part.0, &target)?;
        File::open(&folder)?.sync_all()?;
        Ok::<u64, Error>(bytes)
    });
    let bytes = bytes.await??;
    store::failpoint("job-export-written");
    let name = format!("{stem}-{as_of}.{}", sheet.extension());
    let expires_at = Instant(app.clock.now().0 + KEPT);
    let written = Written { rows, bytes, name, masked: sight.is_masked(), expires_at };
    let actor = Actor { id: job.actor.clone(), name: String::new(), token: job.token.clone() };
    let detail = serde_json::json!({
        "format": sheet.extension(), "rows": rows, "as_of": as_of.to_string(), "segment": segment, "masked": sight.is_masked(), "job": job.id,
    });
    let note = audit::of(app, &actor, Action::ExportTaken, form.object.as_deref().unwrap_or("customers")).detail(detail);
    Ok(Effect { result: Some(serde_json::to_value(written).map_err(|e| Error::Internal(e.to_string()))?), note: Some(note), ..Effect::default() })
}

/// A new file that nobody else on the machine may read.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// What whoever ordered a job may do now.
pub(super) async fn maker(app: &App, job: &Job) -> Result<Permissions> {
    let permissions = super::maker(app, job).await?.filter(|may| may.has(Permission::ExportTake));
    permissions.ok_or_else(|| Error::denied("export.denied", "要求这次导出的人已不能导出", "whoever asked for this export may no longer export"))
}

/// A file, its format and its name.
pub struct Download {
    /// opened
    pub file: File,
    /// its MIME type
    pub content_type: &'static str,
    /// its name
    pub name: String,
}

/// The file of an export, for who made it or an owner. That it left is noted before a byte of it does.
///
/// # Errors
/// `export.not_found`, `export.not_ready`, `export.expired`; `access.masked` where it shows more than the reader may see.
pub async fn file(app: &App, who: &Viewer, id: &str) -> Result<Download> {
    let none = || Error::not_found("export", id);
    let job = store::job::get(&app.store, id).await?.filter(|j| j.name == Kind::Export.key() && j.workspace == app.settings().id);
    let job = job.filter(|j| j.actor == who.actor.id || who.owner).ok_or_else(none)?;
    let form: ExportForm = serde_json::from_value(job.payload.clone()).map_err(|_| none())?;
    let written = match (job.state, written(&job)) {
        (State::Done, Some(written)) => written,
        (State::Queued | State::Running, _) => return Err(Error::conflict("export.not_ready", "文件还没写好，请稍候", "the file is not ready yet")),
        _ => return Err(Error::conflict("export.gone", "这次导出没有完成，没有文件", "this export was not finished; there is no file")),
    };
    let expired = || Error::conflict("export.expired", "文件只保留 7 天，已经删除，请重新导出", "files are kept for seven days and this one is gone; export again");
    if written.expires_at <= app.clock.now() {
        return Err(expired());
    }
    if !written.masked && who.sight() == Sight::Masked {
        return Err(Error::denied("access.masked", "这个文件里有客户的联系方式等个人信息，您没有查看权限", "this file shows details of people that you may not see"));
    }
    if form.everything.is_some() {
        super::everything::allowed(&who.permissions)?;
    }
    let path = place(app, id);
    let file = match tokio::task::spawn_blocking(move || File::open(path)).await? {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(expired()),
        opened => opened?,
    };
    let format = form.everything.map_or(form.format.extension(), crate::everything::Format::key);
    let detail = serde_json::json!({ "format": format, "rows": written.rows, "masked": written.masked });
    audit::note(app, audit::of(app, &who.actor, Action::ExportDownloaded, id).detail(detail)).await?;
    let content_type = if form.everything.is_some() { "application/zip" } else { form.format.content_type() };
    Ok(Download { file, content_type, name: written.name })
}

/// Removes files of exports that are over, and what attempts left behind that were cut short. Answers how many.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn sweep(app: &App) -> Result<u64> {
    let names: Vec<String> = match std::fs::read_dir(app.exports()) {
        Ok(all) => all.filter_map(|f| f.ok()?.file_name().into_string().ok()).collect(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(e.into()),
    };
    // whose file is being taken in has the turn until its job is known
    store::audit::turn(&mut app.store.begin().await?).await?;
    let mut count = 0;
    for name in names {
        count += u64::from(settle(app, &name).await?);
    }
    Ok(count)
}

/// Removes a file, what a job works on or has made, unless the job still needs it or somebody may still take it: asked when any job is
/// over. Answers whether it went.
pub(super) async fn settle(app: &App, name: &str) -> Result<bool> {
    let path = app.exports().join(name);
    if !path.exists() {
        return Ok(false);
    }
    let (id, attempt) = match name.strip_suffix(".part").and_then(|n| n.rsplit_once('.')) {
        Some((id, attempt)) => (id, attempt.parse::<u32>().ok()),
        None => (name, None),
    };
    let kept = match store::job::get(&app.store, id).await? {
        None => false,
        Some(job) => match attempt {
            Some(attempt) => job.state == State::Running && job.attempts == attempt,
            None => match job.state {
                State::Queued | State::Running => true,
                State::Done => written(&job).is_some_and(|w| w.expires_at > app.clock.now()),
                State::Dead | State::Cancelled => false,
            },
        },
    };
    if kept {
        return Ok(false);
    }
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e.into()),
    }
}
