//! Everything of a business, taken away and brought in, in the background. Only whoever answers for the business may, and only as long
//! as they may: it is asked again when the work is done and when the file is taken.

use super::{
    Beat, Effect, Kind,
    export::{self, ExportForm, Written},
    view::{self, JobView, Viewer},
};
use crate::{
    Error, Result,
    app::App,
    audit,
    everything::{self, Archive, Compared, Format, Place},
};
use domain::{
    access::{Permission, Permissions},
    audit::{Action, Actor},
    clock::Instant,
};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::job::{Job, NewJob, State};

/// May somebody take everything away, and bring everything in?
///
/// # Errors
/// `access.denied` or `access.masked`.
pub(super) fn allowed(permissions: &Permissions) -> Result<()> {
    if !permissions.has(Permission::PersonalRead) {
        return Err(Error::denied("access.masked", "里面有客户的联系方式等个人信息，您没有查看权限", "it shows details of people that you may not see"));
    }
    if !permissions.has(Permission::SettingsWrite) || !permissions.has(Permission::ExportTake) {
        return Err(Error::denied("access.denied", "只有所有者可以带走或带进全部数据", "only an owner may take everything away or bring it in"));
    }
    Ok(())
}

/// Orders everything in a file; the same order again while it is open is the same job.
///
/// # Errors
/// `access.denied`, `access.masked`; when the store or the lake refuses.
pub async fn order(app: &Arc<App>, who: &Viewer, format: Format) -> Result<JobView> {
    export::order(app, who, ExportForm { everything: Some(format), ..ExportForm::default() }).await
}

/// Writes it; the name of the file, and what it answers.
pub(super) async fn write(app: &Arc<App>, job: &Job, format: Format, permissions: &Permissions, beat: &Arc<Beat>, part: &Path, target: &Path) -> Result<Effect> {
    allowed(permissions)?;
    let (own, told, place) = (Arc::clone(app), Arc::clone(beat), part.to_owned());
    // reads and writes for minutes: nobody else waits for it
    let work = move || {
        tokio::runtime::Handle::current().block_on(async move {
            let mut file = export::private(&place)?;
            let manifest = everything::write(&own, format, Place::Zip(&mut file), &|done, total| told.tell(done, total).is_ok()).await?;
            file.flush()?;
            file.sync_all()?;
            Ok::<_, Error>((manifest, file.metadata()?.len()))
        })
    };
    let (manifest, bytes) = tokio::task::spawn_blocking(work).await??;
    std::fs::rename(part, target)?;
    File::open(app.exports())?.sync_all()?;
    store::failpoint("job-export-written");
    let (rows, as_of) = (manifest.rows(), manifest.as_of);
    let name = format!("zhiyin-{as_of}-{}.zip", format.key());
    let expires_at = Instant(app.clock.now().0 + export::KEPT);
    let written = Written { rows, bytes, name, masked: false, expires_at };
    let actor = Actor { id: job.actor.clone(), name: String::new(), token: job.token.clone() };
    let detail = serde_json::json!({ "format": format.key(), "rows": rows, "as_of": as_of.to_string(), "masked": false, "job": job.id });
    let note = audit::of(app, &actor, Action::ExportTaken, "everything").detail(detail);
    Ok(Effect { result: Some(serde_json::to_value(written).map_err(|e| Error::Internal(e.to_string()))?), note: Some(note), ..Effect::default() })
}

/// Takes an uploaded archive in, looks at every byte of it, and orders that it comes in. The upload is moved away.
///
/// # Errors
/// `access.denied`, `access.masked`, `everything.not_empty`, what is wrong with the archive; when the store or the disk refuses.
pub async fn receive(app: &Arc<App>, who: &Viewer, upload: PathBuf) -> Result<JobView> {
    allowed(&who.permissions)?;
    everything::may_arrive(app).await?;
    let looked = upload.clone();
    let rows = tokio::task::spawn_blocking(move || {
        let mut archive = Archive::open(&looked)?;
        archive.verify(&|_, _| true)?;
        Ok::<u64, Error>(archive.manifest.rows())
    });
    let rows = rows.await??;
    let (id, now) = (app.new_id("job"), app.clock.now());
    let mut job = NewJob::new(id.clone(), Kind::Arrive.key(), serde_json::json!({}), now).by(&app.settings().id, &who.actor);
    job.unique_key = Some("arrive".to_owned());
    job.priority = Kind::Arrive.priority();
    job.max_attempts = Kind::Arrive.attempts();
    job.total = i64::try_from(rows).unwrap_or(i64::MAX);
    job.unit = Some("rows".to_owned());
    if !export::entrust(app, &job, &upload).await? {
        return Err(Error::conflict("everything.busy", "已经有一份全部数据正在带进来", "everything of a business is coming in already"));
    }
    view::get(app, who, &id).await
}

/// Brings it in.
pub(super) async fn arrive(app: &Arc<App>, job: &Arc<Job>, beat: &Arc<Beat>) -> Result<Effect> {
    allowed(&export::maker(app, job).await?)?;
    let (own, told, path, id) = (Arc::clone(app), Arc::clone(beat), export::place(app, &job.id), job.id.clone());
    let actor = Actor { id: job.actor.clone(), name: job.actor_name.clone().unwrap_or_default(), token: job.token.clone() };
    let again = job.attempts > 1;
    let work = move || {
        tokio::runtime::Handle::current().block_on(async move {
            let mut archive = Archive::open(&path)?;
            // the process may have died after it was in
            let before = match again {
                true => everything::brought(&own, &mut archive, &id).await?,
                false => None,
            };
            if before.is_some() {
                return Ok(before);
            }
            // the archive goes with the job: until its end is noted down it may be asked for again
            let told = |done, total| told.tell(done, total).is_ok();
            Ok::<Option<Compared>, Error>(everything::arrive(&own, &mut archive, &actor, Some(&id), &told).await?.compared)
        })
    };
    let compared = tokio::task::spawn_blocking(work).await??;
    Ok(Effect { result: Some(serde_json::to_value(compared).map_err(|e| Error::Internal(e.to_string()))?), ..Effect::default() })
}

/// How it came in.
pub(super) fn arrived(job: &Job) -> Option<Compared> {
    let there = job.name == Kind::Arrive.key() && job.state == State::Done;
    serde_json::from_value(job.result.clone().filter(|_| there)?).ok()
}
