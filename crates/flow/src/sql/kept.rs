//! Questions that are kept, and what somebody asked lately.

use crate::{Error, Result, app::App, audit, people::By, sight};
use domain::{Day, Label, access::Permission, audit::Action};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, question::Question};
use utoipa::ToSchema;

/// A question that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuestionView {
    /// `qry_…`
    pub id: String,
    /// name for people
    pub name: String,
    /// the question
    pub text: String,
    /// `private` or `everyone`
    pub audience: String,
    /// whose, `usr_…`
    pub owner: String,
    /// display name
    pub owner_name: Option<String>,
    /// may whoever asks change it and take it away?
    pub mine: bool,
    /// RFC 3339
    pub updated_at: String,
}

/// What shall be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionDraft {
    /// name for people, at most 60 characters
    pub name: String,
    /// the question, at most 10,000 characters
    pub text: String,
    /// `private` (if absent) or `everyone`
    #[serde(default)]
    pub audience: Option<String>,
}

/// What somebody asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedView {
    /// `ask_…`
    pub id: String,
    /// the question
    pub text: String,
    /// why it was not answered; empty if it was
    pub code: String,
    /// rows of the answer
    pub rows: u64,
    /// how long it took
    pub milliseconds: u64,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// when, RFC 3339
    pub at: String,
}

const NAME: usize = 60;
/// Questions a person may keep.
const MOST: i64 = 200;

fn may_change(q: &Question, by: &By) -> bool {
    q.owner == by.actor.id || (q.shared && by.permissions.has(Permission::MembersManage))
}

fn view(by: &By, q: Question) -> QuestionView {
    let sight = by.permissions.sight();
    QuestionView {
        mine: may_change(&q, by),
        audience: if q.shared { "everyone" } else { "private" }.to_owned(),
        name: sight::text(sight, q.name),
        // people write phones into questions
        text: sight::text(sight, q.text),
        id: q.id,
        owner: q.owner,
        owner_name: q.owner_name,
        updated_at: q.updated_at.rfc3339(),
    }
}

fn checked(draft: QuestionDraft) -> Result<(String, String, bool)> {
    let name = draft.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME {
        return Err(Error::invalid("sql.name", format!("名称要 1 到 {NAME} 个字"), format!("a name has 1 to {NAME} characters")));
    }
    if draft.text.trim().is_empty() || draft.text.chars().count() > lake::desk::MOST_CHARS {
        let most = lake::desk::MOST_CHARS;
        return Err(Error::invalid("sql.long", format!("查询要 1 到 {most} 个字符"), format!("a question has 1 to {most} characters")));
    }
    match draft.audience.as_deref() {
        None | Some("private" | "") => Ok((name, draft.text, false)),
        Some("everyone") => Ok((name, draft.text, true)),
        Some(other) => Err(Error::Invalid {
            code: "sql.audience",
            message: Label::new(format!("没有这种范围：{other}"), format!("there is no audience {other}")),
            params: json!({ "audience": other }),
        }),
    }
}

async fn own(app: &App, by: &By, id: &str) -> Result<Question> {
    changeable(by, id, store::question::get(&app.store, &app.settings().id, id, &by.actor.id).await?)
}

fn changeable(by: &By, id: &str, found: Option<Question>) -> Result<Question> {
    let found = found.ok_or_else(|| Error::not_found("question", id))?;
    if may_change(&found, by) { Ok(found) } else { Err(Error::denied("sql.foreign", "这是别人的查询，可以另存为自己的", "this is somebody else's question; keep it as one of your own")) }
}

/// One's own and those for everybody, oldest first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, by: &By) -> Result<Vec<QuestionView>> {
    let all = store::question::list(&app.store, &app.settings().id, &by.actor.id).await?;
    Ok(all.into_iter().map(|q| view(by, q)).collect())
}

/// Keeps a question.
///
/// # Errors
/// `sql.name`, `sql.long`, `sql.audience`, `sql.many`; when the store refuses.
pub async fn create(app: &App, by: &By, draft: QuestionDraft) -> Result<QuestionView> {
    let (name, text, shared) = checked(draft)?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let made = Question { id: app.new_id("qry"), owner: by.actor.id.clone(), owner_name: Some(by.actor.name.clone()), name, text, shared, created_at: now, updated_at: now };
    let mut tx = app.store.begin().await?;
    room(&mut tx, &workspace, &made.owner).await?;
    store::question::create(&mut tx, &workspace, &made).await?;
    if shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::QuestionShared, made.id.as_str())).await?;
    }
    tx.commit().await?;
    Ok(view(by, made))
}

/// Has somebody room for one more?
async fn room(tx: &mut Tx, workspace: &str, owner: &str) -> Result<()> {
    if store::question::count(tx, workspace, owner).await? >= MOST {
        return Err(Error::conflict("sql.many", format!("最多保存 {MOST} 条查询，先删掉不用的"), format!("a person keeps at most {MOST} questions; take some away first")));
    }
    Ok(())
}

/// Changes a question of one's own, or one for everybody for who manages members.
///
/// # Errors
/// `question.not_found`, `sql.foreign`, `access.masked`, and as [`create`].
pub async fn edit(app: &App, by: &By, id: &str, draft: QuestionDraft) -> Result<QuestionView> {
    let before = own(app, by, id).await?;
    if sight::text(by.permissions.sight(), before.text.clone()) != before.text {
        return Err(sight::masked("sql"));
    }
    let (name, text, shared) = checked(draft)?;
    let after = Question { name, text, shared, updated_at: app.clock.now(), ..before.clone() };
    let mut tx = app.store.begin().await?;
    store::question::change(&mut tx, &app.settings().id, &after).await?;
    if shared || before.shared {
        let action = if shared { Action::QuestionShared } else { Action::QuestionWithdrawn };
        audit::append(app, &mut tx, &audit::of(app, &by.actor, action, id)).await?;
    }
    tx.commit().await?;
    Ok(view(by, after))
}

/// Takes a question away: one's own, or one for everybody for who manages members.
///
/// # Errors
/// `question.not_found`, `sql.foreign`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let before = own(app, by, id).await?;
    let mut tx = app.store.begin().await?;
    store::question::remove(&mut tx, &app.settings().id, id, app.clock.now()).await?;
    if before.shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::QuestionWithdrawn, id)).await?;
    }
    Ok(tx.commit().await?)
}

/// Brings back a question that was taken away, as it was: one's own, or one for everybody for who manages members.
///
/// # Errors
/// `question.not_found`, `sql.foreign`, `sql.many`; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<QuestionView> {
    let workspace = app.settings().id.clone();
    let found = changeable(by, id, store::question::removed(&app.store, &workspace, id, &by.actor.id).await?)?;
    let mut tx = app.store.begin().await?;
    room(&mut tx, &workspace, &found.owner).await?;
    store::question::restore(&mut tx, &workspace, id).await?;
    if found.shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::QuestionShared, id)).await?;
    }
    tx.commit().await?;
    Ok(view(by, found))
}

/// What somebody asked, the latest first.
///
/// # Errors
/// When the store refuses.
pub async fn history(app: &App, by: &By) -> Result<Vec<AskedView>> {
    let sight = by.permissions.sight();
    let all = store::question::history(&app.store, &app.settings().id, &by.actor.id).await?;
    let view = |a: store::question::Asked| AskedView {
        id: a.id,
        text: sight::text(sight, a.text),
        code: a.code,
        rows: a.rows.unsigned_abs(),
        milliseconds: a.milliseconds.unsigned_abs(),
        as_of: a.as_of,
        at: a.at.rfc3339(),
    };
    Ok(all.into_iter().map(view).collect())
}
