//! Making one customer of two, and taking that back: who, when, by whom, which values won, and what was before.

use super::find;
use crate::{
    Error, Result,
    analysis::profile::person,
    app::App,
    audit,
    ingest::refresh,
    objects::figures,
    paging,
    people::By,
    sight::{self, Sight},
    work::changes::give_owner,
};
use domain::{CustomerKey, Label, audit::Action, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    customer::Customer,
    duplicate::{self, State},
    mark,
    merge::{self, Merge, Merging, Silence},
};
use utoipa::ToSchema;

/// Who is to be one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeDraft {
    /// who stays, `cus_…`
    pub survivor: String,
    /// who is merged into them, `cus_…`, 1–50
    pub merged: Vec<String>,
    /// whose value counts, `cus_…`, by field: `name`, `owner`, `attribute.<key>`. A field that is not named: of name and owner the
    /// survivor's, where it has one; of an attribute what was learnt last
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// Somebody in a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeParty {
    /// `cus_…`
    pub id: String,
    /// display name
    pub name: Option<String>,
}

/// A merge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergeView {
    /// `mrg_…`
    pub id: String,
    /// `mgb_…`, shared by those made in one step; taking that back takes all of them back
    pub batch: String,
    /// who was merged
    pub merged: MergeParty,
    /// into whom
    pub survivor: MergeParty,
    /// whose value was chosen, by field
    pub fields: BTreeMap<String, String>,
    /// who did it, `usr_…`
    pub author: String,
    /// display name
    pub author_name: Option<String>,
    /// RFC 3339
    pub at: String,
    /// taken back, RFC 3339
    pub undone_at: Option<String>,
    /// told when it is taken back: what came since and names nobody in particular, and so stays with the survivor
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stayed: Option<Stayed>,
}

/// What stays with the survivor when a merge is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stayed {
    /// notes written since
    pub notes: u64,
    /// a name given since
    pub name: bool,
    /// an owner given since
    pub owner: bool,
}

/// What was merged in one step, or taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergesMade {
    /// `mgb_…`
    pub batch: String,
    /// one by one
    pub merges: Vec<MergeView>,
}

/// A page of merges, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergePage {
    /// the page
    pub items: Vec<MergeView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// What becomes of the pair when a merge is taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoDraft {
    /// they are two customers: the pair is not proposed again
    #[serde(default)]
    pub distinct: bool,
}

/// Customers merged in one step by hand.
const MANY: usize = 50;
/// What begins the id of a step.
const BATCH: &str = "mgb";

/// What was before a merge, to give it back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Image {
    /// the survivor's name, and what it became
    name: Option<(Option<String>, Option<String>)>,
    /// after which snapshot a person had put it right last
    edit: Option<i64>,
    /// the survivor's owner, and who it became
    owner: Option<(Option<String>, Option<String>)>,
}

/// Two to be made one, and whose values count.
pub(super) struct Wish {
    pub(super) survivor: CustomerKey,
    pub(super) merged: CustomerKey,
    pub(super) fields: BTreeMap<String, CustomerKey>,
}

async fn view(app: &App, sight: Sight, m: Merge) -> Result<MergeView> {
    let party = async |key, id: String| -> Result<MergeParty> {
        let known = store::customer::by_key(&app.store, key).await?.filter(|c| c.id == id);
        Ok(MergeParty { id, name: known.and_then(|c| c.name).map(|n| sight::text(sight, n)) })
    };
    Ok(MergeView {
        merged: party(m.merged, m.merged_id).await?,
        survivor: party(m.survivor, m.survivor_id).await?,
        id: m.id,
        batch: m.batch,
        fields: serde_json::from_value(m.fields).unwrap_or_default(),
        author: m.author,
        author_name: m.author_name,
        at: m.at.rfc3339(),
        undone_at: m.ended_at.map(Instant::rfc3339),
        stayed: None,
    })
}

pub(super) async fn views(app: &App, sight: Sight, merges: Vec<Merge>) -> Result<Vec<MergeView>> {
    let mut all = Vec::with_capacity(merges.len());
    for m in merges {
        all.push(view(app, sight, m).await?);
    }
    Ok(all)
}

/// Who a field's value is taken from: a field that is known, of somebody who takes part.
fn chosen(fields: &BTreeMap<String, String>, parties: &BTreeMap<String, CustomerKey>) -> Result<BTreeMap<String, CustomerKey>> {
    let known = |field: &str| field == "name" || field == "owner" || field.strip_prefix("attribute.").is_some_and(|k| !k.is_empty());
    let one = |(field, who): (&String, &String)| match parties.get(who).filter(|_| known(field)) {
        Some(key) => Ok((field.clone(), *key)),
        None => Err(Error::Invalid {
            code: "merge.field",
            message: Label::new(
                format!("“{field}”不能取自 {who}：字段只能是 name、owner 或 attribute.<键>，值要取自参与合并的客户"),
                format!("`{field}` cannot be taken from {who}: a field is name, owner or attribute.<key>, and its value that of a customer who takes part"),
            ),
            params: json!({ "field": field, "customer": who }),
        }),
    };
    fields.iter().map(one).collect()
}

/// Makes one customer of several. The same again changes nothing and answers what was done.
///
/// # Errors
/// `merge.nobody`, `merge.many`, `merge.self`, `merge.kinds`, `merge.field`; `customer.not_found`; when the store refuses.
pub async fn make(app: &App, by: &By, draft: &MergeDraft) -> Result<MergesMade> {
    if draft.merged.is_empty() {
        return Err(Error::invalid("merge.nobody", "请指明要并入的客户", "name who is to be merged"));
    }
    if draft.merged.len() > MANY {
        return Err(Error::invalid("merge.many", format!("一次最多合并 {MANY} 位客户"), format!("at most {MANY} customers are merged in one step")));
    }
    if draft.merged.contains(&draft.survivor) {
        return Err(Error::invalid("merge.self", "客户不能并入自己", "nobody is merged into themselves"));
    }
    let mut parties: BTreeMap<String, CustomerKey> = BTreeMap::new();
    for id in draft.merged.iter().chain([&draft.survivor]) {
        parties.insert(id.clone(), person(app, id).await?.key);
    }
    let fields = chosen(&draft.fields, &parties)?;
    let survivor = parties.get(&draft.survivor).copied().unwrap_or(CustomerKey(u32::MAX));
    let mut seen = BTreeSet::from([survivor]);
    let wishes: Vec<Wish> = draft
        .merged
        .iter()
        .filter_map(|id| parties.get(id).copied().filter(|key| seen.insert(*key)))
        .map(|merged| Wish { survivor, merged, fields: fields.clone() })
        .collect();
    let workspace = app.settings().id.clone();
    if wishes.is_empty() {
        // they are one already
        let all = merge::of_group(&app.store, &workspace, survivor).await?;
        let asked: Vec<Merge> = all.into_iter().filter(|m| draft.merged.contains(&m.merged_id)).collect();
        let batch = asked.first().map(|m| m.batch.clone()).unwrap_or_default();
        return Ok(MergesMade { batch, merges: views(app, by.permissions.sight(), asked).await? });
    }
    let (batch, made) = together(app, by, wishes).await?;
    Ok(MergesMade { batch, merges: views(app, by.permissions.sight(), made).await? })
}

/// Carries wishes out in one transaction and one lake snapshot; those who are one meanwhile are left out.
pub(super) async fn together(app: &App, by: &By, wishes: Vec<Wish>) -> Result<(String, Vec<Merge>)> {
    let (workspace, now, batch) = (app.settings().id.clone(), app.clock.now(), app.new_id(BATCH));
    let mut merging = merge::begin(&app.store, now).await?;
    store::audit::turn(merging.tx()).await?;
    let mut made = Vec::with_capacity(wishes.len());
    for wish in wishes {
        if let Some(m) = join(app, by, &mut merging, &workspace, &batch, now, wish).await? {
            made.push(m);
        }
    }
    if made.is_empty() {
        merging.rollback().await?;
        return Ok((batch, made));
    }
    figures::after(app, merging.tx(), &by.actor, None, made.iter().flat_map(|m| [m.merged, m.survivor]).collect()).await?;
    merging.commit(&by.actor.name, &refresh(app, &batch, &by.actor), now).await?;
    app.jobs.pulse();
    Ok((batch, made))
}

/// Who stands for a customer, in the transaction.
async fn standing(merging: &mut Merging, key: CustomerKey) -> Result<Customer> {
    let missing = || Error::not_found("customer", key.0.to_string());
    let own = store::customer::by_key(merging.tx(), key).await?.ok_or_else(missing)?;
    match own.root {
        Some(root) => store::customer::by_key(merging.tx(), root).await?.ok_or_else(missing),
        None => Ok(own),
    }
}

/// The owner a customer has.
async fn owner(merging: &mut Merging, key: CustomerKey) -> Result<Option<String>> {
    let sets = mark::all(merging.tx(), mark::OWNERS).await?;
    Ok(sets.into_iter().find(|(_, set)| set.holds(key)).and_then(|(name, _)| name.strip_prefix(mark::OWNERS).map(str::to_owned)))
}

async fn join(app: &App, by: &By, merging: &mut Merging, workspace: &str, batch: &str, now: Instant, wish: Wish) -> Result<Option<Merge>> {
    let (survivor, merged) = (standing(merging, wish.survivor).await?, standing(merging, wish.merged).await?);
    if survivor.key == merged.key {
        return Ok(None);
    }
    if survivor.organisation != merged.organisation {
        return Err(Error::conflict("merge.kinds", "个人和企业不能合并成一位客户", "a person and an organisation are not one customer"));
    }
    let from_merged = |field: &str| wish.fields.get(field) == Some(&wish.merged);
    let mut image = Image::default();
    let name = if from_merged("name") || survivor.name.is_none() { merged.name.clone() } else { survivor.name.clone() };
    if name != survivor.name {
        let snapshot = merging.snapshot();
        image.edit = merging.rename(survivor.key, name.clone(), Some(snapshot)).await?;
        image.name = Some((survivor.name.clone(), name));
    }
    let id = app.new_id("mrg");
    let (own, others) = (owner(merging, survivor.key).await?, owner(merging, merged.key).await?);
    let after = if from_merged("owner") { others } else { own.clone().or(others) };
    if after != own {
        give_owner(app, merging.tx(), by, &id, survivor.key, after.as_deref()).await?;
        image.owner = Some((own, after));
    }
    let silences = silences(merging, &wish, survivor.key, merged.key).await?;
    let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
    for (field, who) in &wish.fields {
        fields.insert(field, if *who == wish.merged { &merged.id } else { &survivor.id });
    }
    let mut m = Merge {
        id,
        seq: 0,
        merged: merged.key,
        survivor: survivor.key,
        merged_id: merged.id.clone(),
        survivor_id: survivor.id.clone(),
        fields: json!(fields),
        image: serde_json::to_value(&image).map_err(|e| Error::Internal(e.to_string()))?,
        batch: batch.to_owned(),
        author: by.actor.id.clone(),
        author_name: Some(by.actor.name.clone()),
        at: now,
        ended_at: None,
        ended_by: None,
    };
    merging.join(workspace, &mut m, &silences).await?;
    if let Some(pair) = duplicate::of_pair(merging.tx(), workspace, wish.survivor, wish.merged).await? {
        duplicate::decide(merging.tx(), workspace, &pair.id, State::Merged, Some((&by.actor.id, now))).await?;
    }
    let detail = json!({ "merge": m.id, "merged": merged.id, "batch": batch, "fields": fields.keys().collect::<Vec<_>>() });
    audit::append(app, merging.tx(), &audit::of(app, &by.actor, Action::CustomersMerged, survivor.id.as_str()).detail(detail)).await?;
    Ok(Some(m))
}

/// What the others said of attributes for which somebody's value was chosen.
async fn silences(merging: &mut Merging, wish: &Wish, survivor: CustomerKey, merged: CustomerKey) -> Result<Vec<Silence>> {
    let mut all = Vec::new();
    for (field, who) in &wish.fields {
        let Some(attribute) = field.strip_prefix("attribute.") else { continue };
        let loser = if *who == wish.merged { survivor } else { merged };
        for customer in merge::group(merging.tx(), loser).await? {
            all.push(Silence { customer, attribute: attribute.to_owned() });
        }
    }
    Ok(all)
}

/// Takes a merge back, or all of a step (`mgb_…`), however long ago. One that was taken back is answered as it is.
///
/// # Errors
/// `merge.not_found`; when the store refuses.
pub async fn undo(app: &App, by: &By, id: &str, draft: &UndoDraft) -> Result<MergesMade> {
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let found = if id.starts_with(BATCH) {
        merge::of_batch(&app.store, &workspace, id).await?
    } else {
        merge::get(&app.store, &workspace, id).await?.into_iter().collect()
    };
    let batch = found.first().map(|m| m.batch.clone()).ok_or_else(|| Error::not_found("merge", id))?;
    let sight = by.permissions.sight();
    if found.iter().all(|m| m.ended_at.is_some()) {
        return Ok(MergesMade { batch, merges: views(app, sight, found).await? });
    }
    let mut merging = merge::begin(&app.store, now).await?;
    store::audit::turn(merging.tx()).await?;
    let mut undone: Vec<(Merge, Option<Stayed>)> = Vec::with_capacity(found.len());
    for mut m in found {
        let stayed = part(app, by, &mut merging, &workspace, now, &m, draft).await?;
        if stayed.is_some() {
            m.ended_at = Some(now);
        }
        undone.push((m, stayed));
    }
    let around: Vec<CustomerKey> = undone.iter().filter(|(_, s)| s.is_some()).flat_map(|(m, _)| [m.merged, m.survivor]).collect();
    merging.settle(&around).await?;
    figures::after(app, merging.tx(), &by.actor, None, around).await?;
    merging.commit(&by.actor.name, &refresh(app, &batch, &by.actor), now).await?;
    app.jobs.pulse();
    let mut merges = Vec::with_capacity(undone.len());
    for (m, stayed) in undone {
        merges.push(MergeView { stayed, ..view(app, sight, m).await? });
    }
    Ok(MergesMade { batch, merges })
}

async fn part(app: &App, by: &By, merging: &mut Merging, workspace: &str, now: Instant, m: &Merge, draft: &UndoDraft) -> Result<Option<Stayed>> {
    if store::erasure::people::since(merging.tx(), m.merged).await?.is_some() {
        return Err(Error::conflict("erasure.already", "这位客户已经删除，只留下金额", "this customer was erased already; only amounts are left"));
    }
    if !merging.part(m, &by.actor.id, now).await? {
        return Ok(None);
    }
    let image: Image = serde_json::from_value(m.image.clone()).unwrap_or_default();
    let notes = merge::notes_since(merging.tx(), m.survivor, m.at).await?;
    let mut stayed = Stayed { notes, name: false, owner: false };
    if let Some((before, after)) = image.name {
        let here = store::customer::by_key(merging.tx(), m.survivor).await?;
        if here.is_some_and(|c| c.name == after) {
            merging.rename(m.survivor, before, image.edit).await?;
        } else {
            stayed.name = true;
        }
    }
    if let Some((before, after)) = image.owner {
        if owner(merging, m.survivor).await? == after {
            give_owner(app, merging.tx(), by, &format!("{} undone", m.id), m.survivor, before.as_deref()).await?;
        } else {
            stayed.owner = true;
        }
    }
    let state = if draft.distinct { State::Distinct } else { State::Open };
    match duplicate::of_pair(merging.tx(), workspace, m.merged, m.survivor).await? {
        Some(pair) => duplicate::decide(merging.tx(), workspace, &pair.id, state, draft.distinct.then_some((by.actor.id.as_str(), now))).await?,
        None if draft.distinct => {
            let organisation = store::customer::by_key(merging.tx(), m.merged).await?.is_some_and(|c| c.organisation);
            let new = app.new_id("dup");
            duplicate::name(merging.tx(), workspace, &new, (m.merged, m.survivor), organisation, state, (&by.actor.id, now)).await?;
        }
        None => {}
    }
    let detail = json!({ "merge": m.id, "merged": m.merged_id, "batch": m.batch, "notes": stayed.notes });
    audit::append(app, merging.tx(), &audit::of(app, &by.actor, Action::CustomersUnmerged, m.survivor_id.as_str()).detail(detail)).await?;
    Ok(Some(stayed))
}

/// Merges, newest first.
///
/// # Errors
/// `request.cursor`; when the store refuses.
pub async fn list(app: &App, sight: Sight, cursor: Option<&str>, limit: u32) -> Result<MergePage> {
    let before = paging::place(cursor, |text| text.parse().ok())?;
    let merges = merge::page(&app.store, &app.settings().id, before, limit).await?;
    let next_cursor = merges.last().filter(|_| merges.len() == limit as usize).map(|m| m.seq.to_string());
    Ok(MergePage { items: views(app, sight, merges).await?, next_cursor })
}

/// The merges a customer is made of, the last first.
///
/// # Errors
/// When the store refuses.
pub async fn of(app: &App, sight: Sight, root: CustomerKey) -> Result<Vec<MergeView>> {
    views(app, sight, merge::of_group(&app.store, &app.settings().id, root).await?).await
}

/// Has the search for duplicates begin, or begin again after the one under way; answers the job.
///
/// # Errors
/// When the store refuses.
pub async fn search(app: &App, who: &crate::jobs::view::Viewer) -> Result<crate::jobs::view::JobView> {
    if let Some(id) = find::ask(app, &who.actor).await? {
        return crate::jobs::view::get(app, who, &id).await;
    }
    match store::job::open(&app.store, crate::jobs::Kind::Duplicates.key()).await? {
        Some(open) => Ok(crate::jobs::view::of(app, who, &open)),
        None => Err(Error::Store(store::Error::Busy)),
    }
}
