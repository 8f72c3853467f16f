//! Erasing a person: asked for, done in the background, told by a receipt. What only tells of them goes from everywhere; what the books
//! need stays as amounts under a number that leads to nobody. [`work`] does it, [`scrub`] finds them in texts, [`known`] knows them again
//! by keyed hashes, [`receipt`] says what was done.

mod files;
pub mod known;
pub mod receipt;
mod scrub;
mod work;

pub use receipt::{ErasureLine, ErasurePage, ErasurePlan, ErasureView, Receipt};
pub use work::{FAILPOINTS, carry_out, recover};

use crate::{
    Error, Result,
    app::App,
    audit,
    jobs::Kind,
    paging,
    people::By,
};
use domain::{CustomerKey, Label, audit::{Action, Actor}, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};
use store::{
    customer::Customer,
    erasure::{Erasure, State},
    job::NewJob,
};
use utoipa::ToSchema;

/// Characters of a reason.
const LENGTH: usize = 500;

/// What is asked for, and that it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureDraft {
    /// why, 1–500 characters; it stays in the receipt, so it names nobody
    pub reason: String,
    /// the customer's id once more, or their name exactly as it stands there: this cannot be undone
    pub confirm: String,
}

/// What is left to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Work {
    /// whom, where that is not the customer who was named: found again by their hashes
    #[serde(default)]
    customers: Vec<u32>,
    /// hashes they were found by
    #[serde(default)]
    hashes: Vec<String>,
    /// lake files to be removed, table and path
    #[serde(default)]
    files: Vec<(domain::table::Table, String)>,
}

impl Work {
    fn read(e: &Erasure) -> Result<Work> {
        if e.work.is_empty() {
            return Ok(Work::default());
        }
        serde_json::from_str(&e.work).map_err(|why| Error::Internal(format!("what is left of the erasure {}: {why}", e.id)))
    }

    fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::Internal(e.to_string()))
    }
}

/// A customer who is there and not erased.
async fn person(app: &App, id: &str) -> Result<Customer> {
    let person = crate::analysis::profile::person(app, id).await?;
    if store::erasure::people::since(&app.store, person.key).await?.is_some() {
        return Err(Error::conflict("erasure.already", "这位客户已经删除，只留下金额", "this customer was erased already; only amounts are left"));
    }
    Ok(person)
}

/// Somebody and everybody merged into them.
async fn group(app: &App, root: CustomerKey) -> Result<BTreeSet<CustomerKey>> {
    Ok(store::merge::group(&app.store, root).await?.into_iter().collect())
}

/// What erasing a customer would remove and what it would keep. Nothing is changed.
///
/// # Errors
/// `customer.not_found`, `erasure.already`; when the store, the lake or the disk refuses.
pub async fn plan(app: &Arc<App>, id: &str) -> Result<ErasurePlan> {
    let person = person(app, id).await?;
    let keys = group(app, person.key).await?;
    let receipt = work::trial(app, &keys).await?;
    Ok(ErasurePlan {
        id: person.id,
        name: person.name,
        merged: keys.len() as u64 - 1,
        removed: receipt.removed(),
        kept: receipt.kept(),
        files: files::count(app).await?,
    })
}

/// Asks for the erasure of a customer; it is done in the background. Asked again while it is under way, it is the same.
///
/// # Errors
/// `customer.not_found`, `erasure.already`, `erasure.reason`, `erasure.reason_names`, `erasure.confirm`; when the store refuses.
pub async fn ask(app: &Arc<App>, by: &By, id: &str, draft: &ErasureDraft) -> Result<ErasureView> {
    let e = begin(app, by, id, draft).await?;
    let mut tx = app.store.begin().await?;
    store::job::enqueue(&mut tx, &job(app, &e.id, &by.actor), app.clock.now()).await?;
    tx.commit().await?;
    app.jobs.pulse();
    Ok(receipt::view(e))
}

/// As [`ask`], without a job: whoever calls carries it out. What a process that dies leaves is taken up by the next start of a server.
///
/// # Errors
/// As [`ask`].
pub async fn begin(app: &Arc<App>, by: &By, id: &str, draft: &ErasureDraft) -> Result<Erasure> {
    let workspace = app.settings().id.clone();
    if let Some(open) = store::erasure::of_customer(&app.store, &workspace, id).await?.filter(|e| e.state != State::Done) {
        return Ok(open);
    }
    let person = person(app, id).await?;
    let reason = draft.reason.trim();
    if reason.is_empty() || reason.chars().count() > LENGTH {
        return Err(Error::invalid("erasure.reason", "请写明原因，1 到 500 个字", "say why, in 1 to 500 characters"));
    }
    let confirm = draft.confirm.trim();
    if confirm != person.id && person.name.as_deref() != Some(confirm) {
        return Err(Error::Invalid {
            code: "erasure.confirm",
            message: Label::new(
                format!("确认的文字不对：请输入这位客户的姓名，或编号 {}", person.id),
                format!("that is not this customer: type their name as it stands there, or {}", person.id),
            ),
            params: json!({ "id": person.id }),
        });
    }
    let keys: Vec<CustomerKey> = group(app, person.key).await?.into_iter().collect();
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let known = store::erasure::people::of(&mut tx, &keys).await?;
    if scrub::Scrub::of(&store::erasure::people::Person { ids: Vec::new(), ..known }, |_| true).is_in(reason) {
        return Err(Error::invalid(
            "erasure.reason_names",
            "原因会留在回执里，请不要写姓名、电话、邮箱或会员号",
            "the reason stays in the receipt: leave out names, phones, e-mails and member numbers",
        ));
    }
    let mut e = Erasure::asked(app.new_id("era"), person.id.clone(), Work::default().text()?, reason.to_owned(), &by.actor, app.clock.now());
    store::erasure::create(&mut tx, &workspace, &mut e).await?;
    let asked = audit::of(app, &by.actor, Action::ErasureAsked, person.id.as_str()).detail(json!({ "erasure": e.id }));
    audit::append(app, &mut tx, &asked).await?;
    tx.commit().await?;
    Ok(e)
}

/// The job that carries an erasure out.
fn job(app: &App, erasure: &str, actor: &Actor) -> NewJob {
    let mut job = NewJob::new(app.new_id("job"), Kind::Erase.key(), json!({ "erasure": erasure }), app.clock.now()).by(&app.settings().id, actor);
    job.unique_key = Some(format!("erase {erasure}"));
    job.priority = Kind::Erase.priority();
    job.max_attempts = Kind::Erase.attempts();
    job
}

/// Erasures, newest first.
///
/// # Errors
/// `request.cursor`; when the store refuses.
pub async fn list(app: &App, cursor: Option<&str>, limit: u32) -> Result<ErasurePage> {
    let before = paging::place(cursor, |text| text.parse().ok())?;
    let all = store::erasure::page(&app.store, &app.settings().id, before, limit).await?;
    let next_cursor = all.last().filter(|_| all.len() == limit as usize).map(|e| e.seq.to_string());
    Ok(ErasurePage { items: all.into_iter().map(receipt::view).collect(), next_cursor })
}

async fn find(app: &App, id: &str) -> Result<Erasure> {
    store::erasure::get(&app.store, &app.settings().id, id).await?.ok_or_else(|| Error::not_found("erasure", id))
}

/// One, with its receipt.
///
/// # Errors
/// `erasure.not_found`; when the store refuses.
pub async fn get(app: &App, id: &str) -> Result<ErasureView> {
    Ok(receipt::view(find(app, id).await?))
}

/// Lets the identifiers of an erased person come in again, because they are a customer again: as somebody new.
///
/// # Errors
/// `erasure.not_found`, `erasure.under_way`; when the store or the disk refuses.
pub async fn lift(app: &App, by: &By, id: &str) -> Result<ErasureView> {
    let e = find(app, id).await?;
    if e.lifted_at.is_some() {
        return Ok(receipt::view(e));
    }
    if e.state != State::Done {
        return Err(Error::conflict("erasure.under_way", "删除还没有完成，请稍候", "the erasure is not done yet; wait a moment"));
    }
    let now: Instant = app.clock.now();
    // beside the database first: a list that lets somebody in who is not in the database harms nobody
    known::lift(app, id)?;
    let mut tx = app.store.begin().await?;
    if store::erasure::lift(&mut tx, &app.settings().id, id, &by.actor.id, now).await? {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ErasureLifted, id)).await?;
    }
    tx.commit().await?;
    get(app, id).await
}
