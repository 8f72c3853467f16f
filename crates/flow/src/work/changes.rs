//! Changes of customers: of one, of those somebody picked, or of all a filter leaves, worked out here and not in the browser. Each is
//! one transaction with an id and what it changed, safe to send twice, and can be taken back for 30 days.

use super::{UNDO_DAYS, contacts::{self, ContactDraft}, fields, hand::Back, identifiers::{self, IdentifierDraft}, lists, oldest, owners, profiling::{self, RefusalDraft}, tags};
use crate::{
    Error, Result,
    analysis::{customers, marks::NONE},
    app::App,
    audit,
    fresh::Fresh,
    people::By,
    sight,
};
use domain::{
    CustomerKey, Label,
    access::Permission,
    audit::Action,
    clock::Instant,
    field::Written,
    merge::Aliases,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::{
    Tx,
    change::{self, Change, Deltas, Kind, Renamed},
    mark::{self, Set},
};
use utoipa::ToSchema;

/// What shall change, and of whom: `customers` by id, or everyone whom a `filter` leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeDraft {
    /// `tag_add`, `tag_remove`, `owner_set`, `list_add`, `list_remove`, `name_set`, `field_set`, `contact_set`, `identifier_set`, `profiling_refuse` or `profiling_allow`
    #[schema(value_type = String, pattern = "^(tag_add|tag_remove|owner_set|list_add|list_remove|name_set|field_set|contact_set|identifier_set|profiling_refuse|profiling_allow)$")]
    pub kind: Kind,
    /// the tag, the member (`none` for nobody), the key of the fixed list or of the field, or the contact (absent: a new one)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// the name of one customer, put right
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// what the field holds from now on; absent: nothing
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::schema::Written>)]
    pub value: Option<Written>,
    /// what whoever asks saw in the field of one customer; something else is a conflict
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::schema::TypedValue>)]
    pub was: Option<serde_json::Value>,
    /// what the contact says from now on; absent: it goes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactDraft>,
    /// the identifier that comes, is put right or goes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<IdentifierDraft>,
    /// when and how they said that they do not want to be profiled, or have nothing against it any more
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalDraft>,
    /// exactly these (`cus_…`), at most 5,000
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<String>>,
    /// everyone whom `GET /customers` lists with these parameters
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<BTreeMap<String, String>>,
    /// but not these (`cus_…`), at most 5,000
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// how many whoever asks believes they are; another number is a conflict
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
}

impl ChangeDraft {
    /// A change of a kind, of nobody yet.
    pub fn new(kind: Kind) -> ChangeDraft {
        ChangeDraft { kind, subject: None, name: None, value: None, was: None, contact: None, identifier: None, refusal: None, customers: None, filter: None, except: Vec::new(), expected: None }
    }
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MadeChange {
    /// `chg_…`
    pub id: String,
    /// `tag_add`, `tag_remove`, `owner_set`, `list_add`, `list_remove`, `name_set`, `field_set`, `contact_set`, `identifier_set`, `profiling_refuse` or `profiling_allow`
    #[schema(value_type = String)]
    pub kind: Kind,
    /// tag, member, list or field; the kind of identifier; of a refusal how it was said; empty for none
    pub subject: String,
    /// its name; empty where it has none any more
    #[schema(value_type = crate::schema::Label)]
    pub subject_name: Label,
    /// who, `usr_…`
    pub author: String,
    /// display name
    pub author_name: Option<String>,
    /// customers it was asked for
    pub matched: u64,
    /// customers of whom something changed
    pub changed: u64,
    /// RFC 3339
    pub at: String,
    /// it can be taken back until then, RFC 3339; absent where it no longer can
    pub undo_until: Option<String>,
    /// taken back, RFC 3339
    pub undone_at: Option<String>,
    /// told when it is taken back: customers who are as they were before; later changes of the others stand
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverted: Option<u64>,
}

/// A page of changes, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangePage {
    /// the page
    pub items: Vec<MadeChange>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Customers named one by one.
const PICKED: usize = 5_000;
/// Characters of a name.
const NAME: usize = 200;

async fn subject_name(app: &App, by: &By, c: &Change) -> Result<Label> {
    let sight = by.permissions.sight();
    Ok(match c.kind {
        Kind::TagAdd | Kind::TagRemove => {
            let tag = store::tag::get(&app.store, &app.settings().id, &c.subject).await?;
            tag.map_or_else(Label::default, |t| Label::same(sight::text(sight, t.name)))
        }
        Kind::OwnerSet => store::user::get(&app.store, &c.subject).await?.map_or_else(Label::default, |u| Label::same(u.name)),
        Kind::ListAdd | Kind::ListRemove => lists::label(app, &c.subject).await?,
        Kind::FieldSet => fields::label(app, &c.subject).await?,
        Kind::NameSet | Kind::ContactSet => Label::default(),
        Kind::IdentifierSet => identifiers::label(&c.subject),
        Kind::ProfilingRefuse | Kind::ProfilingAllow => profiling::label(&c.subject),
    })
}

async fn view(app: &App, by: &By, c: Change, reverted: Option<u64>) -> Result<MadeChange> {
    let until = Instant(c.at.0 + UNDO_DAYS * 86_400_000_000);
    let open = c.undone_at.is_none() && c.asked.is_some() && until > app.clock.now();
    Ok(MadeChange {
        subject_name: subject_name(app, by, &c).await?,
        id: c.id,
        kind: c.kind,
        subject: c.subject,
        author: c.author,
        author_name: c.author_name,
        matched: c.matched,
        changed: c.changed,
        at: c.at.rfc3339(),
        undo_until: open.then(|| until.rfc3339()),
        undone_at: c.undone_at.map(|at| at.rfc3339()),
        reverted,
    })
}

/// What kinds of changes take beyond working on customers.
pub(super) fn allowed(by: &By, kind: Kind) -> Result<()> {
    let lacks = |p: Permission| !by.permissions.has(p);
    match kind {
        Kind::ListAdd | Kind::ListRemove if lacks(Permission::DefinitionsWrite) => Err(Error::denied("change.list", "您没有修改人群的权限", "you may not change segments")),
        Kind::NameSet if lacks(Permission::PersonalRead) => Err(sight::masked("name")),
        Kind::ContactSet if lacks(Permission::PersonalRead) => Err(sight::masked("contact")),
        Kind::IdentifierSet if lacks(Permission::PersonalRead) => Err(sight::masked("identifier")),
        _ => Ok(()),
    }
}

fn valid_key(key: &str) -> Result<()> {
    let fits = (8..=100).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(()) } else { Err(Error::invalid("change.key", "请求要带 Idempotency-Key：8 到 100 个可见的 ASCII 字符", "the request needs an Idempotency-Key of 8 to 100 visible ASCII characters")) }
}

fn fingerprint(draft: &ChangeDraft) -> String {
    let text = serde_json::to_string(draft).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// Customers by public id, each of whom must exist.
async fn picked(app: &App, ids: &[String]) -> Result<Vec<CustomerKey>> {
    if ids.len() > PICKED {
        return Err(Error::invalid("change.many", format!("逐个点名最多 {PICKED} 位，更多请按筛选选择全部"), format!("at most {PICKED} customers are named one by one; select all matching instead")));
    }
    let known = store::customer::by_ids(&app.store, ids).await?;
    match ids.iter().find(|id| !known.contains_key(*id)) {
        Some(id) => Err(Error::Invalid {
            code: "change.customer",
            message: Label::new(format!("没有客户 {id}"), format!("there is no customer {id}")),
            params: json!({ "id": id }),
        }),
        None => Ok(ids.iter().filter_map(|id| known.get(id)).map(|c| c.key).collect()),
    }
}

/// Whom a change is about.
async fn whom(app: &App, by: &By, draft: &ChangeDraft) -> Result<Set> {
    let who: Set = match (&draft.customers, &draft.filter) {
        (Some(ids), None) => picked(app, ids).await?.into_iter().collect(),
        (None, Some(parameters)) => {
            let (_, who) = customers::everyone(app, by.permissions.sight(), parameters).await?;
            Set::from_words(who.words())
        }
        _ => return Err(Error::invalid("change.whom", "请点名客户，或给出筛选，二者选一", "name customers or give a filter, one of the two")),
    };
    let except: Set = picked(app, &draft.except).await?.into_iter().collect();
    let who = who.and_not(&except);
    let found = who.count();
    if let Some(expected) = draft.expected.filter(|n| *n != found) {
        return Err(Error::Conflict {
            code: "change.moved",
            message: {
                let [then, now] = [expected, found].map(|n| domain::rule::grouped(&n.to_string()));
                Label::new(format!("名单刚有变化：原来 {then} 位，现在 {now} 位，请看过再确认"), format!("the list has just changed: {then} then, {now} now; look again and confirm"))
            },
            params: json!({ "expected": expected, "found": found }),
        });
    }
    if found == 0 {
        return Err(Error::invalid("change.nobody", "没有选中任何客户", "nobody is selected"));
    }
    Ok(who)
}

/// The tag, member or list a change names, as it is kept.
async fn subject(app: &App, by: &By, draft: &ChangeDraft) -> Result<String> {
    let named = draft.subject.as_deref().map(str::trim).unwrap_or_default();
    match draft.kind {
        Kind::TagAdd | Kind::TagRemove => Ok(tags::known(app, named).await?.id),
        Kind::OwnerSet if named.is_empty() || named == NONE => Ok(String::new()),
        Kind::OwnerSet => {
            let may = owners::list(app).await?.into_iter().find(|o| o.id == named);
            may.map(|o| o.id).ok_or_else(|| Error::not_found("owner", named))
        }
        Kind::ListAdd | Kind::ListRemove => lists::known(app, named).await.map(|_| named.to_owned()),
        Kind::FieldSet => fields::known(app, by.permissions.sight(), named).await.map(|f| f.key),
        Kind::NameSet | Kind::ContactSet => Ok(String::new()),
        Kind::IdentifierSet => identifiers::subject(draft.identifier.as_ref()),
        Kind::ProfilingRefuse | Kind::ProfilingAllow => profiling::known(app, draft.refusal.as_ref()),
    }
}

/// What a change names, as it is kept, and whom it is about.
pub(super) async fn asked(app: &App, by: &By, draft: &ChangeDraft) -> Result<(String, Set)> {
    Ok((subject(app, by, draft).await?, whom(app, by, draft).await?))
}

/// A name as it is kept; none for nothing.
fn new_name(draft: &ChangeDraft) -> Result<Option<String>> {
    let name = draft.name.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("change.name", format!("姓名最多 {NAME} 个字"), format!("a name has at most {NAME} characters")));
    }
    Ok(Some(name).filter(|n| !n.is_empty()))
}

/// Makes a change. `key` is made by whoever asks: the same request again answers the change it made the first time.
///
/// # Errors
/// `change.…` for what does not fit; `change.key_reused` for another request under the same key; `change.moved` where `expected` is
/// another number now; `tag.not_found`, `owner.not_found`, `segment.not_found`; `access.masked`; when the store or the lake refuses.
pub async fn make(app: &App, by: &By, key: &str, draft: ChangeDraft) -> Result<MadeChange> {
    valid_key(key)?;
    allowed(by, draft.kind)?;
    let (workspace, fingerprint) = (app.settings().id.clone(), fingerprint(&draft));
    if let Some(made) = change::by_request(&app.store, &workspace, &by.actor.id, key).await? {
        return again(app, by, made, &fingerprint).await;
    }
    let (subject, who) = asked(app, by, &draft).await?;
    let now = app.clock.now();
    let mut made = Change {
        id: app.new_id("chg"),
        seq: 0,
        author: by.actor.id.clone(),
        author_name: Some(by.actor.name.clone()),
        request_key: key.to_owned(),
        fingerprint: fingerprint.clone(),
        kind: draft.kind,
        subject,
        asked: Some(json!({ "filter": draft.filter, "customers": draft.customers.as_ref().map(Vec::len), "except": draft.except.len(), ONE: draft.customers.as_deref().and_then(|ids| ids.first().filter(|_| ids.len() == 1)) })),
        matched: who.count(),
        changed: 0,
        at: now,
        undone_at: None,
    };
    let written = match draft.kind {
        Kind::NameSet => rename(app, by, &mut made, &who, new_name(&draft)?).await,
        Kind::FieldSet => fields::set(app, by, &mut made, &who, &draft).await,
        Kind::ContactSet => contacts::set(app, by, &mut made, &who, &draft).await,
        Kind::IdentifierSet => identifiers::set(app, by, &mut made, &who, draft.identifier.as_ref()).await,
        Kind::ProfilingRefuse | Kind::ProfilingAllow => profiling::set(app, by, &mut made, &who, draft.refusal.as_ref()).await,
        Kind::ListAdd | Kind::ListRemove => listed(app, by, &mut made, &who).await,
        Kind::TagAdd | Kind::TagRemove | Kind::OwnerSet => marked(app, by, &mut made, &who).await,
    };
    match written {
        Err(Error::Store(store::Error::Taken { what: "change" })) => {
            // the same request came at the same moment and was quicker
            let found = change::by_request(&app.store, &workspace, &by.actor.id, key).await?;
            again(app, by, found.ok_or_else(|| Error::not_found("change", key))?, &fingerprint).await
        }
        Err(e) => Err(e),
        Ok(()) => view(app, by, made, None).await,
    }
}

/// The answer to a request that was made before.
async fn again(app: &App, by: &By, made: Change, fingerprint: &str) -> Result<MadeChange> {
    if made.fingerprint == fingerprint {
        return view(app, by, made, None).await;
    }
    Err(Error::invalid("change.key_reused", "这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key was used for another request"))
}

/// Says in a transaction of something larger who looks after a customer, as a change of its own, so that others before and after it
/// are taken back rightly. `request`: of the larger thing.
pub(crate) async fn give_owner(app: &App, tx: &mut Tx, by: &By, request: &str, customer: CustomerKey, owner: Option<&str>) -> Result<()> {
    let mut made = Change {
        id: app.new_id("chg"),
        seq: 0,
        author: by.actor.id.clone(),
        author_name: Some(by.actor.name.clone()),
        request_key: request.to_owned(),
        fingerprint: String::new(),
        kind: Kind::OwnerSet,
        subject: owner.unwrap_or_default().to_owned(),
        asked: Some(json!({ "merge": request })),
        matched: 1,
        changed: 0,
        at: app.clock.now(),
        undone_at: None,
    };
    let set = owner.map(mark::of_owner);
    let deltas = change::set_only(tx, mark::OWNERS, set.as_deref(), &[customer].into_iter().collect()).await?;
    made.changed = change::touched(&deltas).count();
    close(app, tx, by, &mut made, &deltas).await
}

/// Where a change of one customer alone says whose it was, so that the log of a customer can be read.
const ONE: &str = "customer";

fn one(c: &Change) -> Option<&str> {
    c.asked.as_ref()?.get(ONE)?.as_str()
}

/// Writes a change and its note down at the end of its transaction.
pub(super) async fn close(app: &App, tx: &mut Tx, by: &By, made: &mut Change, deltas: &Deltas) -> Result<()> {
    let workspace = app.settings().id.clone();
    made.seq = change::next(tx, &workspace).await?;
    change::create(tx, &workspace, made, deltas).await?;
    change::forget(tx, &workspace, oldest(made.at)).await?;
    let detail = json!({ "kind": made.kind.key(), "subject": made.subject, "matched": made.matched, "changed": made.changed, ONE: one(made) });
    audit::append(app, tx, &audit::of(app, &by.actor, Action::CustomersChanged, made.id.as_str()).detail(detail)).await
}

/// Hangs tags and owners on customers or takes them off; answers whom that changed.
pub(super) async fn mark(tx: &mut Tx, aliases: &Aliases, kind: Kind, subject: &str, who: &Set) -> Result<Deltas> {
    let tag = mark::of_tag(subject);
    Ok(match kind {
        Kind::OwnerSet => {
            let owner = Some(mark::of_owner(subject)).filter(|_| !subject.is_empty());
            change::set_only(tx, mark::OWNERS, owner.as_deref(), who).await?
        }
        // it may be one who was merged into them that it was hung on
        Kind::TagRemove => change::set(tx, &tag, &who.spread(aliases), false).await?,
        _ => {
            let held = mark::held(&mut *tx, &tag, aliases).await?;
            change::set(tx, &tag, &who.and_not(&held), true).await?
        }
    })
}

async fn marked(app: &App, by: &By, made: &mut Change, who: &Set) -> Result<()> {
    let aliases = app.runs.aliases(app).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let deltas = mark(&mut tx, &aliases, made.kind, &made.subject, who).await?;
    made.changed = change::touched(&deltas).joined(&aliases).count();
    close(app, &mut tx, by, made, &deltas).await?;
    Ok(tx.commit().await?)
}

/// A name.
async fn rename(app: &App, by: &By, made: &mut Change, who: &Set, name: Option<String>) -> Result<()> {
    let (Some(customer), 1) = (who.iter().next(), made.matched) else {
        return Err(Error::invalid("change.one", "姓名一次只能改一位客户", "a name is put right for one customer at a time"));
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let before = store::customer::by_key(&mut tx, customer).await?.ok_or_else(|| Error::not_found("customer", ""))?.name;
    made.changed = u64::from(before != name);
    let snapshot = store::catalog::head(&mut tx).await?;
    close(app, &mut tx, by, made, &Deltas::new()).await?;
    change::rename(&mut tx, made, &Renamed { customer, before, after: name }, snapshot).await?;
    Ok(tx.commit().await?)
}

/// Members of a fixed list: the next version of it, and the change, in one transaction.
async fn listed(app: &App, by: &By, made: &mut Change, who: &Set) -> Result<()> {
    let (next, deltas) = lists::changed(app, &made.subject, who, made.kind == Kind::ListAdd).await?;
    made.changed = change::touched(&deltas).count();
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if made.changed > 0 {
        next.write(app, &mut tx, &by.actor).await?;
    }
    close(app, &mut tx, by, made, &deltas).await?;
    Ok(tx.commit().await?)
}

/// Changes, newest first: one's own, or everybody's for who manages members.
///
/// # Errors
/// `request.cursor`; when the store refuses.
pub async fn list(app: &App, by: &By, everybodys: bool, cursor: Option<&str>, limit: u32) -> Result<ChangePage> {
    let before = match cursor.filter(|c| !c.is_empty()) {
        Some(text) => Some(text.parse::<i64>().map_err(|_| Error::invalid("request.cursor", "翻页标记无效", "this is no cursor"))?),
        None => None,
    };
    let all = everybodys && by.permissions.has(Permission::MembersManage);
    let author = if all { None } else { Some(by.actor.id.as_str()) };
    let changes = change::page(&app.store, &app.settings().id, author, before, limit).await?;
    let next_cursor = changes.last().filter(|_| changes.len() == limit as usize).map(|c| c.seq.to_string());
    let mut items = Vec::with_capacity(changes.len());
    for c in changes {
        items.push(view(app, by, c, None).await?);
    }
    Ok(ChangePage { items, next_cursor })
}

/// Takes a change back: one's own, or anybody's for who manages members. Whom a later change touched stays as that left them. A
/// change that was taken back is answered as it is.
///
/// # Errors
/// `change.not_found`, `change.expired`, `change.overtaken`; as [`make`]; when the store refuses.
pub async fn undo(app: &App, by: &By, id: &str) -> Result<MadeChange> {
    let workspace = app.settings().id.clone();
    let found = change::get(&app.store, &workspace, id).await?;
    let mine = |c: &Change| c.author == by.actor.id || by.permissions.has(Permission::MembersManage);
    let c = found.filter(mine).ok_or_else(|| Error::not_found("change", id))?;
    allowed(by, c.kind)?;
    if c.undone_at.is_some() {
        return view(app, by, c, None).await;
    }
    let now = app.clock.now();
    if c.asked.is_none() || c.at < oldest(now) {
        return Err(Error::conflict("change.expired", format!("超过 {UNDO_DAYS} 天，不能再撤销"), format!("this was done more than {UNDO_DAYS} days ago and can no longer be undone")));
    }
    let alone = |(tx, reverted): (Tx, u64)| -> Back { (tx, reverted, None) };
    let (mut tx, reverted, fresh): Back = match c.kind {
        Kind::NameSet => name_back(app, &c).await.map(alone)?,
        Kind::FieldSet => fields::back(app, by, &c).await?,
        Kind::ContactSet => contacts::back(app, by, &c).await.map(alone)?,
        Kind::IdentifierSet => identifiers::back(app, &c).await.map(alone)?,
        Kind::ProfilingRefuse | Kind::ProfilingAllow => profiling::back(app, by, &c).await?,
        Kind::ListAdd | Kind::ListRemove => list_back(app, by, &c).await.map(alone)?,
        Kind::TagAdd | Kind::TagRemove | Kind::OwnerSet => marks_back(app, &c).await.map(alone)?,
    };
    if !change::undone(&mut tx, &workspace, id, &by.actor.id, now).await? {
        // somebody else did at the same moment
        tx.rollback().await?;
        let c = change::get(&app.store, &workspace, id).await?.ok_or_else(|| Error::not_found("change", id))?;
        return view(app, by, c, None).await;
    }
    let detail = json!({ "kind": c.kind.key(), "subject": c.subject, "changed": c.changed, "reverted": reverted, ONE: one(&c) });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::CustomersUnchanged, id).detail(detail)).await?;
    Fresh::naming(fresh, tx.commit()).await?;
    if matches!(c.kind, Kind::FieldSet | Kind::ContactSet | Kind::ProfilingRefuse | Kind::ProfilingAllow) {
        app.jobs.pulse();
    }
    match c.kind {
        Kind::ProfilingRefuse | Kind::ProfilingAllow => app.runs.warm(app).await?,
        Kind::IdentifierSet => identifiers::looked_at(app, &c).await?,
        _ => {}
    }
    view(app, by, Change { undone_at: Some(now), ..c }, Some(reverted)).await
}

async fn marks_back(app: &App, c: &Change) -> Result<(Tx, u64)> {
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let deltas = change::settle(&mut tx, &app.settings().id, c).await?;
    change::turn_back(&mut tx, &deltas).await?;
    Ok((tx, change::touched(&deltas).count()))
}

async fn name_back(app: &App, c: &Change) -> Result<(Tx, u64)> {
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let names = change::renamed(&mut tx, &c.id).await?.ok_or_else(|| Error::not_found("change", c.id.as_str()))?;
    let now = store::customer::by_key(&mut tx, names.customer).await?;
    if now.is_none_or(|n| n.name != names.after) {
        return Err(Error::conflict("change.overtaken", "这个姓名后来又改过，不能再撤销这一次", "this name was changed again since, so this change cannot be undone"));
    }
    change::name_back(&mut tx, &c.id).await?;
    Ok((tx, c.changed))
}

async fn list_back(app: &App, by: &By, c: &Change) -> Result<(Tx, u64)> {
    let workspace = app.settings().id.clone();
    // whom it comes to is found first, so that nobody waits while a long list is put together
    let mut trial = app.store.begin().await?;
    store::audit::turn(&mut trial).await?;
    let expected = change::settle(&mut trial, &workspace, c).await?;
    trial.rollback().await?;
    let next = lists::turned_back(app, &c.subject, &expected).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if change::settle(&mut tx, &workspace, c).await? != expected {
        return Err(Error::conflict("definition.moved", "定义刚被他人修改，请刷新后重试", "somebody else just changed definitions; reload and try again"));
    }
    let reverted = change::touched(&expected).count();
    if reverted > 0 {
        next.write(app, &mut tx, &by.actor).await?;
    }
    Ok((tx, reverted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_visible() {
        for good in ["12345678", "0f8fad5b-d9cb-469f-a165-70867728950e"] {
            assert!(valid_key(good).is_ok(), "{good}");
        }
        for bad in ["", "1234567", "with space", "换行换行换行", &"x".repeat(101)] {
            assert!(valid_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn other_requests_have_other_fingerprints() {
        let draft = ChangeDraft {
            subject: Some("tag_1".into()),
            filter: Some(BTreeMap::from([("q".to_owned(), "王".to_owned())])),
            expected: Some(3),
            ..ChangeDraft::new(Kind::TagAdd)
        };
        assert_eq!(fingerprint(&draft), fingerprint(&draft.clone()));
        for other in [ChangeDraft { kind: Kind::TagRemove, ..draft.clone() }, ChangeDraft { except: vec!["cus_1".into()], ..draft.clone() }] {
            assert_ne!(fingerprint(&draft), fingerprint(&other));
        }
    }
}
