//! Everything on its way in: all of it or nothing, into a business that holds nothing.

use super::{
    Archive, Compared, Told, compare,
    manifest::Manifest,
    stage::{Room, Staged, stage},
};
use crate::{
    Error, Result,
    app::App,
    audit,
    backup::Hold,
    fresh::Fresh,
    ingest,
};
use domain::audit::{Action, Actor};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::File,
    io::BufReader,
    path::Path,
    sync::Arc,
};
use store::{
    arrival::{Arrival, Held, look},
    audit::Filter,
    workspace::{self, Workspace},
};

/// Places where it may die, in the order it passes them; the store has its own in between.
pub const FAILPOINTS: &[&str] = &["everything-staged", "everything-arrived"];

/// What the log calls it.
const SUBJECT: &str = "everything";
/// Entries of the log that are looked at for an arrival.
const LOOKED: u32 = 100;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// what the files say of themselves
    pub manifest: Manifest,
    /// customers
    pub customers: u64,
    /// rows of all tables, without the results
    pub rows: u64,
    /// people of the business who have no account here yet
    pub formers: u64,
    /// the lake snapshot that made it visible
    pub snapshot: i64,
    /// classes and segments here beside those that were taken away; none where that could not be found out
    pub compared: Option<Compared>,
}

/// May everything of a business come in here?
///
/// # Errors
/// `everything.not_empty` with what is here already; when the store refuses.
pub async fn may_arrive(app: &App) -> Result<()> {
    look(&app.store).await?.map_or(Ok(()), |held| Err(not_empty(held)))
}

fn not_empty(held: Held) -> Error {
    let (zh, en) = match held {
        Held::Customers => ("这里已经有过客户", "there are or were customers here"),
        Held::Facts => ("这里已经有数据", "there are facts here"),
        Held::Inbox => ("有程序送来的数据在等待", "rows that programs posted are waiting"),
        Held::Imports => ("这里已经有导入，请先丢弃没有完成的导入", "there are imports here; discard those that were not finished"),
        Held::Definitions => ("这里已经改过特征、分类或人群", "features, classifications or segments were changed here"),
        Held::Tags => ("这里已经有标签", "there are tags here"),
        Held::Objects => ("这里已经有自己的对象", "there are objects here"),
        Held::Dashboards => ("这里已经有看板", "there are dashboards here"),
        Held::Views => ("这里已经有视图", "there are saved views here"),
        Held::Questions => ("这里已经有保存的查询", "there are kept questions here"),
        Held::Erasures => ("这里已经删除过个人信息", "people were erased here"),
    };
    Error::conflict(
        "everything.not_empty",
        format!("全部数据只能带进一个空的业务：{zh}。新建一个业务或换一个数据目录再试"),
        format!("everything goes into an empty business only: {en}. Add a business, or use another data folder"),
    )
}

/// Brings everything in and compares the results. An archive that was looked at ([`Archive::verify`]) is wanted; what becomes true
/// does so in one transaction, and with it the log says which job did it.
///
/// # Errors
/// `everything.not_empty`, `everything.damaged`, `everything.stopped`, what does not fit of definitions, or when the store, the lake or
/// the disk refuses; then everything is as it was.
pub async fn arrive(app: &Arc<App>, archive: &mut Archive, by: &Actor, job: Option<&str>, told: Told<'_>) -> Result<Arrived> {
    may_arrive(app).await?;
    let temporary = app.temporary();
    std::fs::create_dir_all(&temporary)?;
    let hold = Hold::make(&temporary).ok_or_else(|| Error::Io(std::io::ErrorKind::PermissionDenied.into()))?;
    let (made, workspace) = business(app, &archive.manifest).await?;
    let accounts: BTreeMap<String, String> = store::user::list(&app.store).await?.into_iter().map(|u| (u.email, u.id)).collect();
    let fresh = Fresh::new(&app.lake, app.new_id("all"));
    let mut staged = Staged::default();
    let snapshot = store::catalog::head(&app.store).await? + 1;
    let mut room = Room { archive, folder: hold.folder(), lake: &app.lake, stem: fresh.stem(), told, accounts, business: workspace.id.clone(), snapshot };
    stage(&mut room, &mut staged)?;
    store::failpoint("everything-staged");
    commit(app, &staged, fresh, (by, job), made, &workspace, snapshot).await?;
    store::failpoint("everything-arrived");
    // from here on it is in, whatever fails
    let compared = settled(app, archive, hold.folder()).await;
    let compared = compared.inspect_err(|e| tracing::error!(error = %e, "everything came in, and could not be compared with what was taken away")).ok();
    let manifest = archive.manifest.clone();
    let rows = staged.texts.iter().map(|t| t.rows).sum::<u64>() + staged.files.iter().map(|f| f.rows).sum::<u64>();
    Ok(Arrived { manifest, customers: staged.customers, rows, formers: staged.formers.len() as u64, snapshot, compared })
}

async fn settled(app: &App, archive: &mut Archive, folder: &Path) -> Result<Compared> {
    app.reload().await?;
    app.runs.forget_all();
    app.jobs.pulse();
    compare::compare(app, archive, folder).await
}

/// Did this job bring everything in, although nobody noted that it was done? Then the results once more.
///
/// # Errors
/// When the store, the lake or the disk refuses.
pub async fn brought(app: &App, archive: &mut Archive, job: &str) -> Result<Option<Compared>> {
    let only = Filter { action: Some(Action::ImportCommitted.key().to_owned()), ..Filter::default() };
    // there is nothing before it: what it came into was empty
    let noted = store::audit::page(&app.store, &app.settings().id, &only, None, LOOKED).await?;
    let here = noted.iter().any(|n| n.entry.subject == SUBJECT && serde_json::from_str::<Value>(&n.entry.detail).is_ok_and(|d| d["job"] == job));
    if !here {
        return Ok(None);
    }
    let folder = tempfile::Builder::new().prefix("everything-").tempdir_in(app.temporary())?;
    compare::compare(app, archive, folder.path()).await.map(Some)
}

/// The business it comes into: a new one takes everything, one that was set up keeps its name and language.
async fn business(app: &App, manifest: &Manifest) -> Result<(bool, Workspace)> {
    let (now, said) = (app.clock.now(), &manifest.business);
    if let Some(here) = workspace::get(&app.store).await? {
        return Ok((false, Workspace { time_zone: said.time_zone.clone(), currency: said.currency.clone(), updated_at: now, ..here }));
    }
    let new = Workspace {
        id: app.new_id("wsp"),
        name: said.name.clone(),
        time_zone: said.time_zone.clone(),
        currency: said.currency.clone(),
        lang: said.lang.clone(),
        created_at: now,
        updated_at: now,
    };
    app.assume(new.clone())?;
    Ok((true, new))
}

async fn commit(app: &App, staged: &Staged, fresh: Fresh, (by, job): (&Actor, Option<&str>), made: bool, workspace: &Workspace, snapshot: i64) -> Result<()> {
    let now = app.clock.now();
    let mut arrival = match Arrival::begin(&app.store, now, &staged.files, &by.name).await? {
        Ok(arrival) => arrival,
        Err(held) => return Err(not_empty(held)),
    };
    if arrival.snapshot() != snapshot {
        return Err(Error::conflict("everything.busy", "有别的操作同时进行，请再试一次", "something else was done meanwhile; try once more"));
    }
    match made {
        true => workspace::create(arrival.tx(), workspace).await?,
        false => workspace::update(arrival.tx(), workspace).await?,
    }
    for former in &staged.formers {
        store::user::create_former(arrival.tx(), &former.id, &former.email, &former.name, now).await?;
    }
    let there = arrival.tables().await?;
    for text in &staged.texts {
        let table = there.iter().find(|t| t.name == text.stored.store).ok_or_else(|| Error::Internal(format!("the store has no table {}", text.stored.store)))?;
        let mut rows = BufReader::with_capacity(1 << 18, File::open(&text.path)?);
        let filled = arrival.fill(table, &text.names, &mut rows).await.map_err(|e| unfit(text.stored.name, e))?;
        if filled != text.rows {
            return Err(Error::Internal(format!("{filled} of {} rows of {}", text.rows, text.stored.name)));
        }
    }
    for (name, who) in &staged.marks {
        arrival.mark(name, who).await?;
    }
    let detail = serde_json::json!({ "customers": staged.customers, "facts": staged.files.iter().map(|f| f.rows).sum::<u64>(), "job": job });
    let entry = audit::entry(app, audit::of(app, by, Action::ImportCommitted, SUBJECT).detail(detail));
    let entry = store::audit::NewEntry { workspace: workspace.id.clone(), ..entry };
    let job = ingest::refresh(app, SUBJECT, by);
    Ok(Fresh::naming(fresh, arrival.commit(staged.next_customer, staged.next_batch, &staged.gaps, &job, &entry, now)).await?)
}

/// Rows that the database does not take: two with one key, or what it refuses besides.
fn unfit(table: &str, e: store::Error) -> Error {
    match e {
        store::Error::Database(_) | store::Error::Invalid(_) => {
            super::damaged(table, &format!("数据库不接受其中的行（{e}）"), &format!("the database does not take its rows ({e})"))
        }
        e => e.into(),
    }
}
