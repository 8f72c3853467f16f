//! What people decide about: pairs of customers who may be one, the most probable first.

use super::{
    find::{Reason, WHOLE},
    merges::{self, MergeParty, MergeView, Wish},
    sides::{self, FieldView, ReasonView, SideView},
};
use crate::{
    Error, Result,
    analysis::{Asked, profile::person},
    app::App,
    audit,
    paging,
    people::By,
    sight::{self, Sight},
};
use domain::{CustomerKey, Label, audit::Action, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use store::{
    customer::Customer,
    duplicate::{self, Duplicate, State, Wanted},
    job,
};
use utoipa::ToSchema;

/// Two customers who may be one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CandidateView {
    /// `dup_…`
    pub id: String,
    /// that they are one, 0–1
    pub probability: f64,
    /// `person` or `organisation`
    pub kind: String,
    /// `open`, `later`, `distinct` or `merged`
    #[schema(value_type = String)]
    pub state: State,
    /// the first
    pub a: MergeParty,
    /// the second
    pub b: MergeParty,
    /// what each field said
    pub reasons: Vec<ReasonView>,
    /// undecided pairs that hang together with this one, itself among them
    pub related: u64,
    /// found, RFC 3339
    pub found_at: String,
    /// decided, RFC 3339
    pub decided_at: Option<String>,
}

/// A page of pairs, the most probable first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CandidatePage {
    /// the page
    pub items: Vec<CandidateView>,
    /// how many there are in all
    pub total: u64,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
    /// somebody, or the night, has the search under way
    pub searching: bool,
    /// when it was over last, RFC 3339
    pub searched_at: Option<String>,
}

/// A pair with both customers laid side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CandidateDetail {
    /// the pair
    pub pair: CandidateView,
    /// the first
    pub a: SideView,
    /// the second
    pub b: SideView,
    /// field by field
    pub fields: Vec<FieldView>,
    /// who stays where nobody says: `a` or `b`
    pub suggested: String,
}

/// What somebody decides of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// they are one
    Merge,
    /// they are two, and the pair is not proposed again
    Distinct,
    /// not now
    Later,
    /// back into the queue
    Open,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionDraft {
    /// which
    pub decision: Decision,
    /// of a merge: who stays, `cus_…`; absent = whoever ordered more often
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survivor: Option<String>,
    /// of a merge: whose value counts, `cus_…`, by field
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// What a decision came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionMade {
    /// the pair as it stands now
    pub pair: CandidateView,
    /// the merge, if they were made one
    pub merge: Option<MergeView>,
}

/// All pairs from a probability on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkDraft {
    /// at least so probable, 0.9–1
    pub from: f64,
    /// `person` or `organisation`; absent = both
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// how many whoever asks believes they are (of more than 2,000 the first 2,000); another number is a conflict
    pub expected: u64,
}

/// What merging many came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BulkMade {
    /// `mgb_…`: takes all of it back
    pub batch: String,
    /// customers merged into others
    pub merged: u64,
    /// pairs of the kind that are left
    pub left: u64,
}

/// What there is about one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerDuplicates {
    /// who they may be one with
    pub candidates: Vec<CandidateView>,
    /// whom they are made of
    pub merges: Vec<MergeView>,
}

/// Which pairs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asking {
    /// `open`, `later`, `distinct` or `merged`; absent = `open`
    pub state: Option<String>,
    /// `person` or `organisation`
    pub kind: Option<String>,
    /// at least so probable
    pub from: Option<f64>,
    /// and less than this
    pub below: Option<f64>,
}

/// Pairs merged in one step.
pub const BULK: u64 = 2_000;
/// No pair below this is merged unseen.
const SURE: f64 = 0.9;

fn organisation(kind: Option<&str>) -> Result<Option<bool>> {
    match kind.filter(|k| !k.is_empty()) {
        None => Ok(None),
        Some("person") => Ok(Some(false)),
        Some("organisation") => Ok(Some(true)),
        Some(other) => Err(Error::Invalid {
            code: "duplicate.kind",
            message: Label::new(format!("没有“{other}”这种客户：只有 person 和 organisation"), format!("there is no kind of customer `{other}`: person or organisation")),
            params: json!({ "kind": other }),
        }),
    }
}

fn billionths(name: &str, share: Option<f64>) -> Result<Option<i64>> {
    let Some(share) = share else { return Ok(None) };
    if (0.0..=1.0).contains(&share) {
        return Ok(Some((share * WHOLE).round() as i64));
    }
    Err(Error::Invalid {
        code: "duplicate.probability",
        message: Label::new(format!("{name} 是 0 到 1 之间的概率：{share}"), format!("{name} is a probability from 0 to 1: {share}")),
        params: json!({ "name": name, "value": share }),
    })
}

fn wanted(asking: &Asking) -> Result<Wanted> {
    let state = match asking.state.as_deref().filter(|s| !s.is_empty()) {
        None => State::Open,
        Some(text) => State::parse(text).ok_or_else(|| Error::Invalid {
            code: "duplicate.state",
            message: Label::new(format!("没有“{text}”这种状态"), format!("there is no state `{text}`")),
            params: json!({ "state": text }),
        })?,
    };
    Ok(Wanted {
        state,
        organisation: organisation(asking.kind.as_deref())?,
        from: billionths("from", asking.from)?.unwrap_or(0),
        below: billionths("below", asking.below)?.unwrap_or(i64::MAX),
    })
}

/// Who stands for each customer of these pairs.
async fn parties(app: &App, pairs: &[Duplicate]) -> Result<HashMap<CustomerKey, Customer>> {
    let keys: Vec<CustomerKey> = pairs.iter().flat_map(|p| [p.a, p.b]).collect();
    let mut known = store::customer::by_keys(&app.store, &keys).await?;
    // any order: asked for as a set
    let roots: Vec<CustomerKey> = known.values().filter_map(|c| c.root).collect();
    let standing = store::customer::by_keys(&app.store, &roots).await?;
    // any order: each by itself
    known.values_mut().for_each(|c| {
        if let Some(root) = c.root.and_then(|r| standing.get(&r)) {
            *c = root.clone();
        }
    });
    Ok(known)
}

fn reasons(pair: &Duplicate) -> Vec<Reason> {
    serde_json::from_value(pair.reasons.clone()).unwrap_or_default()
}

async fn views(app: &App, sight: Sight, pairs: Vec<Duplicate>) -> Result<Vec<CandidateView>> {
    let known = parties(app, &pairs).await?;
    let picture = app.runs.at(app, Asked::default()).await?;
    let party = |key: CustomerKey| {
        let c = known.get(&key)?;
        Some(MergeParty { id: c.id.clone(), name: c.name.clone().map(|n| sight::text(sight, n)) })
    };
    let mut all = Vec::with_capacity(pairs.len());
    for p in pairs {
        let (Some(a), Some(b)) = (party(p.a), party(p.b)) else { continue };
        let related = if p.state == State::Open { duplicate::clustered(&app.store, &app.settings().id, p.cluster).await? } else { 0 };
        all.push(CandidateView {
            reasons: sides::reasons(&picture, &reasons(&p)),
            id: p.id,
            probability: p.chance as f64 / WHOLE,
            kind: if p.organisation { "organisation" } else { "person" }.to_owned(),
            state: p.state,
            a,
            b,
            related,
            found_at: p.found_at.rfc3339(),
            decided_at: p.decided_at.map(Instant::rfc3339),
        });
    }
    Ok(all)
}

/// A page of pairs.
///
/// # Errors
/// `duplicate.state`, `duplicate.kind`, `duplicate.probability`, `request.cursor`; when the store refuses.
pub async fn list(app: &App, sight: Sight, asking: &Asking, cursor: Option<&str>, limit: u32) -> Result<CandidatePage> {
    let (workspace, wanted) = (app.settings().id.clone(), wanted(asking)?);
    let place = |text: &str| text.split_once('.').and_then(|(chance, id)| Some((chance.parse::<i64>().ok()?, id.to_owned())));
    let after = paging::place(cursor, place)?;
    let pairs = duplicate::page(&app.store, &workspace, wanted, after.as_ref().map(|(c, id)| (*c, id.as_str())), limit).await?;
    let next_cursor = pairs.last().filter(|_| pairs.len() == limit as usize).map(|p| format!("{}.{}", p.chance, p.id));
    let filter = job::Filter { actor: None, state: None, name: Some(crate::jobs::Kind::Duplicates.key().to_owned()) };
    let jobs = job::page(&app.store, &workspace, &filter, None, 5).await?;
    Ok(CandidatePage {
        items: views(app, sight, pairs).await?,
        total: duplicate::count(&app.store, &workspace, wanted).await?,
        next_cursor,
        searching: jobs.iter().any(|j| matches!(j.state, job::State::Queued | job::State::Running)),
        searched_at: jobs.iter().filter(|j| j.state == job::State::Done).find_map(|j| j.finished_at).map(Instant::rfc3339),
    })
}

async fn pair(app: &App, id: &str) -> Result<Duplicate> {
    duplicate::get(&app.store, &app.settings().id, id).await?.ok_or_else(|| Error::not_found("duplicate", id))
}

async fn view(app: &App, sight: Sight, p: Duplicate) -> Result<CandidateView> {
    let id = p.id.clone();
    views(app, sight, vec![p]).await?.pop().ok_or_else(|| Error::not_found("duplicate", id))
}

/// One pair, both customers side by side.
///
/// # Errors
/// `duplicate.not_found`; when the store or the lake refuses.
pub async fn show(app: &App, sight: Sight, id: &str) -> Result<CandidateDetail> {
    let p = pair(app, id).await?;
    let known = parties(app, std::slice::from_ref(&p)).await?;
    let (Some(a), Some(b)) = (known.get(&p.a), known.get(&p.b)) else { return Err(Error::not_found("duplicate", id)) };
    let picture = app.runs.at(app, Asked::default()).await?;
    let suggested = if sides::stays(&picture, a.key, b.key) == a.key { "a" } else { "b" };
    let ([side_a, side_b], fields) = sides::beside(app, sight, [a, b], &reasons(&p)).await?;
    Ok(CandidateDetail { pair: view(app, sight, p).await?, a: side_a, b: side_b, fields, suggested: suggested.to_owned() })
}

/// Any two customers side by side, whether they were found or not: before they are merged by hand.
///
/// # Errors
/// `customer.not_found`, `merge.self`; when the store or the lake refuses.
pub async fn compare(app: &App, sight: Sight, a: &str, b: &str) -> Result<CandidateDetail> {
    let (a, b) = (person(app, a).await?, person(app, b).await?);
    if a.key == b.key {
        return Err(Error::invalid("merge.self", "这两位已是同一位客户", "these two are one customer already"));
    }
    let known = duplicate::of_pair(&app.store, &app.settings().id, a.key, b.key).await?;
    let picture = app.runs.at(app, Asked::default()).await?;
    let suggested = if sides::stays(&picture, a.key, b.key) == a.key { "a" } else { "b" };
    let told = known.as_ref().map(reasons).unwrap_or_default();
    let ([side_a, side_b], fields) = sides::beside(app, sight, [&a, &b], &told).await?;
    let party = |s: &SideView| MergeParty { id: s.id.clone(), name: s.name.clone() };
    let pair = CandidateView {
        id: known.as_ref().map(|k| k.id.clone()).unwrap_or_default(),
        probability: known.as_ref().map_or(0.0, |k| k.chance as f64 / WHOLE),
        kind: side_a.kind.clone(),
        state: known.as_ref().map_or(State::Open, |k| k.state),
        a: party(&side_a),
        b: party(&side_b),
        reasons: sides::reasons(&picture, &told),
        related: 0,
        found_at: known.as_ref().map_or_else(|| app.clock.now().rfc3339(), |k| k.found_at.rfc3339()),
        decided_at: known.and_then(|k| k.decided_at).map(Instant::rfc3339),
    };
    Ok(CandidateDetail { pair, a: side_a, b: side_b, fields, suggested: suggested.to_owned() })
}

/// Decides of a pair. The same again changes nothing.
///
/// # Errors
/// `duplicate.not_found`, `duplicate.merged` for one that is one customer, `merge.…`; when the store refuses.
pub async fn decide(app: &App, by: &By, id: &str, draft: &DecisionDraft) -> Result<DecisionMade> {
    let p = pair(app, id).await?;
    let sight = by.permissions.sight();
    let state = match draft.decision {
        Decision::Merge => return merge(app, by, p, draft).await,
        Decision::Distinct => State::Distinct,
        Decision::Later => State::Later,
        Decision::Open => State::Open,
    };
    let known = parties(app, std::slice::from_ref(&p)).await?;
    if known.get(&p.a).map(|c| c.key) == known.get(&p.b).map(|c| c.key) {
        return Err(Error::conflict("duplicate.merged", "这两位已合并，请先拆开", "these two are one customer; take the merge back first"));
    }
    if p.state != state {
        let (workspace, now) = (app.settings().id.clone(), app.clock.now());
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        let decided = (state != State::Open).then_some((by.actor.id.as_str(), now));
        duplicate::decide(&mut tx, &workspace, id, state, decided).await?;
        let ids = [p.a, p.b].map(|k| known.get(&k).map(|c| c.id.clone()));
        let note = audit::of(app, &by.actor, Action::DuplicatesDecided, id).detail(json!({ "decision": state.key(), "customers": ids }));
        audit::append(app, &mut tx, &note).await?;
        tx.commit().await?;
    }
    Ok(DecisionMade { pair: view(app, sight, pair(app, id).await?).await?, merge: None })
}

async fn merge(app: &App, by: &By, p: Duplicate, draft: &DecisionDraft) -> Result<DecisionMade> {
    let known = parties(app, std::slice::from_ref(&p)).await?;
    let (Some(a), Some(b)) = (known.get(&p.a), known.get(&p.b)) else { return Err(Error::not_found("duplicate", p.id.as_str())) };
    let survivor = match &draft.survivor {
        Some(id) => id.clone(),
        None => {
            let picture = app.runs.at(app, Asked::default()).await?;
            if sides::stays(&picture, a.key, b.key) == a.key { a.id.clone() } else { b.id.clone() }
        }
    };
    if survivor != a.id && survivor != b.id {
        return Err(Error::Invalid {
            code: "merge.survivor",
            message: Label::new(format!("{survivor} 不是这两位中的一位"), format!("{survivor} is neither of the two")),
            params: json!({ "customer": survivor }),
        });
    }
    let sight = by.permissions.sight();
    let id = p.id.clone();
    if a.key == b.key {
        let made = merges::of(app, sight, a.key).await?;
        let merge = made.into_iter().next();
        return Ok(DecisionMade { pair: view(app, sight, p).await?, merge });
    }
    let merged = if survivor == a.id { &b.id } else { &a.id };
    let wish = merges::MergeDraft { survivor, merged: vec![merged.clone()], fields: draft.fields.clone() };
    let made = merges::make(app, by, &wish).await?;
    settle(app, by, &id).await?;
    Ok(DecisionMade { pair: view(app, sight, pair(app, &id).await?).await?, merge: made.merges.into_iter().next() })
}

/// A pair whose customers stand for others: the merge was of those, and the pair goes with it.
async fn settle(app: &App, by: &By, id: &str) -> Result<()> {
    if pair(app, id).await?.state == State::Merged {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    duplicate::decide(&mut tx, &app.settings().id, id, State::Merged, Some((&by.actor.id, app.clock.now()))).await?;
    Ok(tx.commit().await?)
}

/// Merges every undecided pair from a probability on, in one step that can be taken back.
///
/// # Errors
/// `duplicate.probability`, `duplicate.kind`, `duplicate.moved` where `expected` is another number now; when the store refuses.
pub async fn merge_all(app: &App, by: &By, draft: &BulkDraft) -> Result<BulkMade> {
    if draft.from < SURE {
        return Err(Error::Invalid {
            code: "duplicate.unsure",
            message: Label::new(format!("概率 {SURE} 以下的不能批量合并，请逐对查看"), format!("pairs below {SURE} are not merged unseen; look at them one by one")),
            params: json!({ "from": draft.from, "least": SURE }),
        });
    }
    let asking = Asking { state: None, kind: draft.kind.clone(), from: Some(draft.from), below: None };
    let (workspace, wanted) = (app.settings().id.clone(), wanted(&asking)?);
    let found = duplicate::count(&app.store, &workspace, wanted).await?.min(BULK);
    if found != draft.expected {
        return Err(Error::Conflict {
            code: "duplicate.moved",
            message: Label::new(format!("队列刚有变化：原来 {} 对，现在 {found} 对，请看过再确认", draft.expected), format!("the queue has just changed: {} then, {found} now; look again and confirm", draft.expected)),
            params: json!({ "expected": draft.expected, "found": found }),
        });
    }
    let picture = app.runs.at(app, Asked::default()).await?;
    let pairs = duplicate::page(&app.store, &workspace, wanted, None, BULK as u32).await?;
    let wishes = pairs
        .iter()
        .map(|p| {
            let survivor = sides::stays(&picture, p.a, p.b);
            Wish { survivor, merged: if survivor == p.a { p.b } else { p.a }, fields: BTreeMap::new() }
        })
        .collect();
    let (batch, made) = merges::together(app, by, wishes).await?;
    Ok(BulkMade { batch, merged: made.len() as u64, left: duplicate::count(&app.store, &workspace, wanted).await? })
}

/// What there is about one customer: who they may be one with, and whom they are made of.
///
/// # Errors
/// `customer.not_found`; when the store refuses.
pub async fn of_customer(app: &App, sight: Sight, id: &str) -> Result<CustomerDuplicates> {
    let person = person(app, id).await?;
    let pairs = duplicate::of_customer(&app.store, &app.settings().id, person.key).await?;
    Ok(CustomerDuplicates { candidates: views(app, sight, pairs).await?, merges: merges::of(app, sight, person.key).await? })
}
