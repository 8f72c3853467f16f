//! Segments: versioned documents with the size and worth they have now, and the preview of one that is still being built.

use super::{Definitions, Known, Picture, customers::{self, CustomerItem}, defined::{self, Change}, in_force::InForce, moment::Asked, overview::share, used_by};
use crate::{Error, Result, app::App, people::By, schema, sight::{Sight, Walls}};
use domain::{Day, Label, audit::Actor, rule, rule::{Compiled, Rule}, segment::{Members, Priority, Segment}};
use lake::Bits;
use serde_json::json;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::definition::Kind;
use utoipa::ToSchema;

/// A segment as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentView {
    /// machine name
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// one sentence
    #[schema(value_type = schema::Label)]
    pub description: Label,
    /// `dynamic` or `static`
    pub kind: String,
    /// customers in it as of the day
    pub size: u64,
    /// their net, minor units
    pub net: i64,
    /// ÷ all customers
    pub share: f64,
    /// version of the definition
    pub version: u32,
    /// when that version was in force, where it is not simply the one of now; told as known then
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<InForce>,
    /// the rule's text, if dynamic
    pub rule_text: Option<String>,
    /// the rule, if dynamic
    #[schema(value_type = Option<schema::Rule>)]
    pub rule: Option<Rule>,
    /// plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
    /// members of these segments are left out
    pub exclude: Vec<String>,
    /// place in a group of mutually exclusive segments
    #[schema(value_type = Option<schema::Priority>)]
    pub priority: Option<Priority>,
    /// the business day of the numbers
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// this version came into force then, RFC 3339; only a list tells it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<String>,
}

/// What a person sends to make or change a segment: a rule as text or tree, or whom a fixed list holds. A fixed list that is
/// changed keeps its customers when nothing is said about them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentDraft {
    /// machine name; made from the label if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// one sentence
    #[serde(default)]
    #[schema(value_type = schema::Label)]
    pub description: Label,
    /// rule as text
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_text: Option<String>,
    /// rule as tree
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Rule>)]
    pub rule: Option<Rule>,
    /// a snapshot of these customers (`cus_…`) instead of a rule
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<String>>,
    /// a snapshot of everyone whom `GET /customers` lists with these parameters instead of a rule: `rule`, `segment`, `q`, `tag`, `owner`,
    /// `class.…`, `was.…`, `as_of`, `known`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<BTreeMap<String, String>>,
    /// members of these segments are left out
    #[serde(default)]
    pub exclude: Vec<String>,
    /// place in a group of mutually exclusive segments
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Priority>)]
    pub priority: Option<Priority>,
}

/// What is asked of a preview.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewRequest {
    /// rule as text
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_text: Option<String>,
    /// rule as tree
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Rule>)]
    pub rule: Option<Rule>,
    /// members of these segments are left out
    #[serde(default)]
    pub exclude: Vec<String>,
    /// the segment that is being changed, if there is one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// place in a group of mutually exclusive segments: members of those before it are left out
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Priority>)]
    pub priority: Option<Priority>,
    /// another day than the current one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Date, required = false)]
    pub as_of: Option<Day>,
    /// as known `then` or `today`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// Whom a segment would take in: an exact count, the count of each condition alone, and ten of the customers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// members: customers who fulfil the rule, less those who go to other segments
    pub count: u64,
    /// customers who fulfil the rule
    pub matched: u64,
    /// who goes to other segments, one after the other
    pub taken: Vec<Taken>,
    /// of so many
    pub total: u64,
    /// their net, minor units
    pub net: i64,
    /// time the count took
    pub milliseconds: u64,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
    /// canonical text
    pub text: String,
    /// the tree
    #[schema(value_type = schema::Rule)]
    pub rule: Rule,
    /// each condition alone
    pub conditions: Vec<ConditionCount>,
    /// the ten with the largest net
    pub sample: Vec<CustomerItem>,
    /// against the version in force, of a segment that is being changed
    pub moves: Option<Moves>,
}

/// Who would come and go if a segment were changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Moves {
    /// the version in force
    pub version: u32,
    /// its members
    pub before: u64,
    /// customers who would become members
    pub entering: u64,
    /// members who would no longer be
    pub leaving: u64,
    /// those with the largest net of them
    pub entering_sample: Vec<CustomerItem>,
    /// those with the largest net of them
    pub leaving_sample: Vec<CustomerItem>,
}

/// Customers who fulfil the rule and go to another segment, not counted before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Taken {
    /// the other segment
    pub key: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// an earlier one of the same group, rather than one whose members are left out
    pub earlier: bool,
    /// customers
    pub customers: u64,
}

/// A condition and how many customers fulfil it by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConditionCount {
    /// place in the tree
    pub path: String,
    /// canonical text
    pub text: String,
    /// plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
    /// customers
    pub count: u64,
}

/// How many customers a preview shows.
const SAMPLE: usize = 10;
/// And of those who would come and go, each.
const MOVERS: usize = 5;

/// Every segment with its present size, by key.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn list(app: &App, asked: Asked) -> Result<Vec<SegmentView>> {
    let picture = app.runs.at(app, asked).await?;
    let kept = store::definition::current(&app.store, Kind::Segment).await?;
    let changed: BTreeMap<&str, String> = kept.iter().filter_map(|d| Some((d.key.as_str(), d.published_at?.rfc3339()))).collect();
    let all = picture.definitions.segments().iter();
    all.map(|s| Ok(SegmentView { changed_at: changed.get(s.key.as_str()).cloned(), ..view(&picture, s)? })).collect()
}

/// One segment.
///
/// # Errors
/// `segment.not_found`; when the store or the lake refuses.
pub async fn show(app: &App, key: &str, asked: Asked) -> Result<SegmentView> {
    let picture = app.runs.in_force(app, asked).await?;
    let segment = picture.definitions.segment(key).ok_or_else(|| Error::not_found("segment", key))?;
    view(&picture, segment)
}

/// Makes a segment.
///
/// # Errors
/// `segment.key_taken`, `segment.members`, `segment.customer`; what does not fit; when the store or the lake refuses.
pub async fn create(app: &App, sight: Sight, draft: SegmentDraft, author: &Actor) -> Result<SegmentView> {
    let now = defined::current(app).await?;
    let key = match &draft.key {
        Some(key) if now.segment(key).is_some() => {
            return Err(Error::Conflict {
                code: "segment.key_taken",
                message: Label::new(format!("已经有名为 {key} 的人群"), format!("there is already a segment {key}")),
                params: json!({ "key": key }),
            });
        }
        Some(key) => key.clone(),
        None => defined::key_from("segment", &draft.label, |k| now.segment(k).is_some()),
    };
    publish(app, sight, draft, &key, None, author).await
}

/// Publishes the next version of a segment; `base`: the version that was changed.
///
/// # Errors
/// `segment.not_found`, `definition.moved` and as [`create`].
pub async fn edit(app: &App, sight: Sight, key: &str, draft: SegmentDraft, base: Option<u32>, author: &Actor) -> Result<SegmentView> {
    let now = defined::current(app).await?;
    let before = now.segment(key).ok_or_else(|| Error::not_found("segment", key))?;
    publish(app, sight, draft, key, Some((before, base)), author).await
}

/// Takes a segment out of use; `anyway`: also if something names it.
///
/// # Errors
/// `segment.not_found`, `segment.in_use`, `segment.named`; when the store refuses.
pub async fn remove(app: &App, by: &By, key: &str, anyway: bool) -> Result<()> {
    defined::current(app).await?.segment(key).ok_or_else(|| Error::not_found("segment", key))?;
    used_by::withdraw(app, by, Kind::Segment, key, false, anyway).await
}

async fn publish(app: &App, sight: Sight, mut draft: SegmentDraft, key: &str, over: Option<(&Segment, Option<u32>)>, author: &Actor) -> Result<SegmentView> {
    if !defined::is_key(key) {
        return Err(Error::invalid("segment.key", "代号只能用小写字母、数字和下划线，且以字母开头", "a key has lower-case letters, digits and _, a letter first"));
    }
    if draft.label.zh.trim().is_empty() && draft.label.en.trim().is_empty() {
        return Err(Error::invalid("segment.label", "请填写名称", "a name is needed"));
    }
    let definitions = defined::current(app).await?;
    let members = members(app, sight, &definitions, &mut draft, over.map(|(before, _)| before)).await?;
    let segment = Segment {
        key: key.to_owned(),
        label: defined::both(draft.label),
        description: defined::both(draft.description),
        members,
        exclude: draft.exclude,
        priority: draft.priority,
        version: 1,
    };
    defined::publish_over(app, Change::Segment(segment), over.and_then(|(_, base)| base), author).await?;
    show(app, key, Asked::default()).await
}

/// Exactly one of rule text, rule, customers and filter; a fixed list of which nothing is said stays as it is.
async fn members(app: &App, sight: Sight, definitions: &Definitions, draft: &mut SegmentDraft, before: Option<&Segment>) -> Result<Members> {
    match (draft.rule_text.take(), draft.rule.take(), draft.customers.take(), draft.filter.take()) {
        (Some(text), _, None, None) => Ok(Members::Dynamic { rule: Walls::now(app, sight).await?.check_text(&text, definitions.names())?.0 }),
        (None, Some(rule), None, None) => {
            Walls::now(app, sight).await?.check(&rule, definitions.names())?;
            Ok(Members::Dynamic { rule })
        }
        (None, None, Some(customers), None) => listed(app, customers).await,
        (None, None, None, Some(filter)) => Ok(Members::Static { customers: customers::everyone_of(app, sight, &filter).await? }),
        (None, None, None, None) => match before.map(|s| &s.members) {
            Some(kept @ Members::Static { .. }) => Ok(kept.clone()),
            _ => Err(no_members()),
        },
        _ => Err(no_members()),
    }
}

/// A list of customers, each of whom must exist.
async fn listed(app: &App, mut customers: Vec<String>) -> Result<Members> {
    customers.sort();
    customers.dedup();
    let known = store::customer::by_ids(&app.store, &customers).await?;
    match customers.iter().find(|id| !known.contains_key(*id)) {
        Some(id) => Err(Error::Invalid {
            code: "segment.customer",
            message: Label::new(format!("没有客户 {id}"), format!("there is no customer {id}")),
            params: json!({ "id": id }),
        }),
        None => Ok(Members::Static { customers }),
    }
}

fn no_members() -> Error {
    Error::invalid("segment.members", "请给出一条规则或一份客户名单", "give a rule or a list of customers")
}

fn view(picture: &Picture, s: &Segment) -> Result<SegmentView> {
    let nobody = Bits::none(picture.everyone().len());
    let who = picture.members(&s.key).unwrap_or(&nobody);
    let size = who.count();
    let (kind, rule) = match &s.members {
        Members::Dynamic { rule } => ("dynamic", Some(rule.clone())),
        Members::Static { .. } => ("static", None),
    };
    Ok(SegmentView {
        key: s.key.clone(),
        label: s.label.clone(),
        description: s.description.clone(),
        kind: kind.to_owned(),
        size,
        net: picture.run.sum(who).net,
        share: share(size as f64, picture.total() as f64),
        version: s.version,
        in_force: picture.definitions.in_force(Kind::Segment, &s.key),
        rule_text: rule.as_ref().map(Rule::to_string),
        sentence: match &rule {
            Some(rule) => rule::sentence(rule, picture.names()),
            None => {
                let plural = if size == 1 { "" } else { "s" };
                let n = rule::grouped(&size.to_string());
                Label::new(format!("固定名单，{n} 位客户"), format!("a fixed list of {n} customer{plural}"))
            }
        },
        rule,
        exclude: s.exclude.clone(),
        priority: s.priority.clone(),
        as_of: picture.as_of,
        changed_at: None,
    })
}

/// Counts a rule that is still being written.
///
/// # Errors
/// `rule.…` with the place of the mistake; `access.masked`; an unknown segment to leave out; when the store or the lake refuses.
pub async fn preview(app: &App, sight: Sight, request: PreviewRequest) -> Result<Preview> {
    let picture = app.runs.at(app, Asked { as_of: request.as_of, known: request.known.unwrap_or_default() }).await?;
    let walls = Walls::of(sight, &picture);
    let (rule, compiled) = match (request.rule_text, request.rule) {
        (Some(text), _) => walls.check_text(&text, picture.names())?,
        (None, Some(rule)) => {
            let compiled = walls.check(&rule, picture.names())?;
            (rule, compiled)
        }
        (None, None) => return Err(Error::invalid("segment.members", "请给出一条规则", "give a rule")),
    };
    let others = others(&picture, request.key.as_deref(), &request.exclude, request.priority)?;
    let begun = app.clock.now();
    let parts = rule::conditions(&rule);
    let masks = parts.iter().map(|c| mask(&picture, &rule::check(c.rule, picture.names())?)).collect::<Result<Vec<_>>>()?;
    let mut who = match joined(&rule, &parts, &masks) {
        Some(who) => who,
        None => mask(&picture, &compiled)?,
    };
    let matched = who.count();
    let taken = others.into_iter().map(|(segment, members, earlier)| {
        let before = who.count();
        who.and_not(members);
        Taken { key: segment.key.clone(), label: segment.label.clone(), earlier, customers: before - who.count() }
    });
    let taken = taken.collect();
    let conditions = parts.into_iter().zip(&masks).map(|(c, who)| condition(&picture, c, who.count())).collect();
    let milliseconds = super::runs::since(begun, app.clock.now());
    let (count, net) = (who.count(), picture.run.total("net", &who));
    let sample = largest(app, sight, &picture, &who, SAMPLE).await?;
    let changed = request.key.as_deref().and_then(|key| picture.definitions.segment(key));
    let moves = match changed {
        Some(segment) => Some(moves(app, sight, &picture, segment, &who).await?),
        None => None,
    };
    Ok(Preview {
        moves,
        count,
        matched,
        taken,
        total: picture.total(),
        net,
        milliseconds,
        as_of: picture.as_of,
        sentence: rule::sentence(&rule, picture.names()),
        text: rule.to_string(),
        rule,
        conditions,
        sample,
    })
}

/// Who would come and go against the version in force.
async fn moves(app: &App, sight: Sight, picture: &Picture, segment: &Segment, who: &Bits) -> Result<Moves> {
    let before = picture.members(&segment.key).cloned().unwrap_or_else(|| Bits::none(who.len()));
    let (mut entering, mut leaving) = (who.clone(), before.clone());
    entering.and_not(&before);
    leaving.and_not(who);
    Ok(Moves {
        version: segment.version,
        before: before.count(),
        entering: entering.count(),
        leaving: leaving.count(),
        entering_sample: largest(app, sight, picture, &entering, MOVERS).await?,
        leaving_sample: largest(app, sight, picture, &leaving, MOVERS).await?,
    })
}

/// So many of a set, those with the largest net.
async fn largest(app: &App, sight: Sight, picture: &Picture, who: &Bits, limit: usize) -> Result<Vec<CustomerItem>> {
    let page = customers::page(sight, picture, who, &customers::Sort::default(), 0, limit)?;
    let columns = customers::columns(sight, picture, None)?;
    customers::items(app, sight, picture, &page, &columns).await
}

/// Segments whose members do not belong to the one that is being written, with these: earlier ones of its group first.
fn others<'p>(picture: &'p Picture, key: Option<&str>, exclude: &[String], priority: Option<Priority>) -> Result<Vec<(&'p Segment, &'p Bits, bool)>> {
    let all = picture.definitions.segments();
    // of equal ranks the smaller key wins; one without a key yet does not
    let key = key.map_or_else(|| char::MAX.to_string(), str::to_owned);
    let own = Segment {
        key,
        label: Label::default(),
        description: Label::default(),
        members: Members::Static { customers: Vec::new() },
        exclude: Vec::new(),
        priority,
        version: 1,
    };
    let mut earlier: Vec<&Segment> = all.iter().filter(|s| own.stronger(all).contains(&s.key.as_str())).collect();
    earlier.sort_by_key(|s| (s.priority.as_ref().map(|p| p.rank), &s.key));
    let mut found = Vec::with_capacity(earlier.len() + exclude.len());
    let with = |s: &'p Segment, earlier: bool| picture.members(&s.key).map(|members| (s, members, earlier));
    found.extend(earlier.iter().filter_map(|s| with(s, true)));
    for key in exclude {
        let segment = all.iter().find(|s| s.key == *key).and_then(|s| with(s, false));
        found.push(segment.ok_or_else(|| Error::not_found("segment", key))?);
    }
    Ok(found)
}

/// A condition and how many fulfil it by itself.
fn condition(picture: &Picture, condition: rule::Condition<'_>, count: u64) -> ConditionCount {
    let rule = condition.rule;
    ConditionCount { path: condition.path, text: rule.to_string(), sentence: rule::sentence(rule, picture.names()), count }
}

/// For whom a rule holds.
fn mask(picture: &Picture, rule: &Compiled) -> Result<Bits> {
    let mut who = picture.run.mask(rule)?;
    who.and(picture.everyone());
    Ok(who)
}

/// For whom the whole rule holds, if that follows from its conditions: all of them, or any.
fn joined(rule: &Rule, parts: &[rule::Condition<'_>], masks: &[Bits]) -> Option<Bits> {
    let made_of = |rules: &[Rule]| rules.len() == parts.len() && rules.iter().zip(parts).all(|(r, c)| r == c.rule);
    let (first, rest) = masks.split_first()?;
    let mut who = first.clone();
    match rule {
        Rule::All(rules) if made_of(rules) => rest.iter().for_each(|m| _ = who.and(m)),
        Rule::Any(rules) if made_of(rules) => rest.iter().for_each(|m| _ = who.or(m)),
        leaf if rest.is_empty() && parts.first().is_some_and(|c| c.rule == leaf) => {}
        _ => return None,
    }
    Some(who)
}
