//! Facets: how many of a list there are in each class, with each tag, of each owner, with each option of an own field. Each facet is
//! counted with every filter but its own, so that the other choices beside the one that was made keep their numbers.

use super::{Picture, choices, customers::{self, Filter}, marks, moment::Asked};
use crate::{Error, Result, app::App, schema, sight::{self, Sight, Walls}};
use domain::{Day, Label};
use lake::Bits;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

/// Counts beside the customer list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Facets {
    /// in the order asked for
    pub items: Vec<Facet>,
    /// customers in the list
    pub total: u64,
    /// the business day of the numbers
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// time the counts took
    pub milliseconds: u64,
}

/// One way to narrow the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Facet {
    /// parameter of the list: `tag`, `owner`, `class.<classification>`, `f.<own field>`
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// choices: classes and options in their order, tags by name, owners by number
    pub items: Vec<FacetItem>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FacetItem {
    /// value of the parameter; `none` for those without
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// customers
    pub count: u64,
    /// of a tag
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
}

/// Shown when nothing is asked for.
const USUAL: [&str; 6] = ["tag", "owner", "class.lifecycle", "class.rfm_8", "class.by_country", "class.by_region"];
/// Facets in one answer.
const MOST: usize = 20;

/// Counts a list by these facets; `None` = the usual ones that may be seen.
///
/// # Errors
/// As [`customers::matching`]; `classification.not_found`, `feature.not_found`, `access.masked`, `facet.many`, `facet.field`.
pub async fn facets(app: &App, sight: Sight, asked: Asked, filter: &Filter, by: Option<&[String]>) -> Result<Facets> {
    let picture = app.runs.at(app, asked).await?;
    let begun = app.clock.now();
    let walls = Walls::of(sight, &picture);
    let known = |key: &&str| key.strip_prefix("class.").is_none_or(|c| picture.classes(c).is_some()) && !walls.hides(key);
    let by: Vec<String> = match by {
        None => USUAL.into_iter().filter(known).map(str::to_owned).collect(),
        Some(by) if by.len() > MOST => return Err(Error::invalid("facet.many", format!("一次最多统计 {MOST} 项"), format!("at most {MOST} facets at a time"))),
        Some(by) => by.to_vec(),
    };
    by.iter().try_for_each(|key| walls.ask(key.strip_prefix("f.").unwrap_or(key)))?;
    let who = customers::matching(app, sight, &picture, filter).await?;
    let mut items = Vec::with_capacity(by.len());
    for key in by {
        let rest = filter.without(&key);
        let others = if rest == *filter { None } else { Some(customers::matching(app, sight, &picture, &rest).await?) };
        items.push(facet(app, sight, &picture, &walls, key, others.as_ref().unwrap_or(&who), filter).await?);
    }
    Ok(Facets { items, total: who.count(), as_of: picture.as_of, milliseconds: super::runs::since(begun, app.clock.now()) })
}

async fn facet(app: &App, sight: Sight, picture: &Picture, walls: &Walls, key: String, who: &Bits, filter: &Filter) -> Result<Facet> {
    let (label, items) = match key.as_str() {
        "tag" => (Label::new("标签", "Tags"), tags(app, sight, who).await?),
        "owner" => (Label::new("负责人", "Owner"), owners(app, who).await?),
        other => match other.strip_prefix("f.") {
            Some(field) => options(&choices::Field::of(walls, picture, field)?, who, filter)?,
            None => classes(picture, other.strip_prefix("class.").unwrap_or(other), who, filter)?,
        },
    };
    Ok(Facet { key, label, items })
}

fn item(key: &str, label: Label, count: u64) -> FacetItem {
    FacetItem { key: key.to_owned(), label, count, colour: None }
}

/// Options of an own field that somebody has, those that are chosen, and nothing.
fn options(field: &choices::Field<'_>, who: &Bits, filter: &Filter) -> Result<(Label, Vec<FacetItem>)> {
    let asked = filter.fields.iter().filter(|(f, _)| *f == field.feature.key).map(|(_, text)| field.chosen(text));
    let asked: Vec<&str> = asked.collect::<Result<Vec<_>>>()?.concat();
    let (sizes, nothing) = field.sizes(who);
    let sizes = field.options.iter().zip(sizes).filter(|(o, n)| *n > 0 || asked.contains(&o.key.as_str()));
    let mut items: Vec<FacetItem> = sizes.map(|(o, n)| item(&o.key, o.label.clone(), n)).collect();
    if field.tells_nothing() {
        items.push(item(marks::NONE, Label::new("未填写", "Not filled in"), nothing));
    }
    Ok((field.feature.label.clone(), items))
}

/// Classes that hold somebody, and those that are chosen.
fn classes(picture: &Picture, key: &str, who: &Bits, filter: &Filter) -> Result<(Label, Vec<FacetItem>)> {
    let missing = || Error::not_found("classification", key);
    let (classes, definition) = (picture.classes(key).ok_or_else(missing)?, picture.definitions.classification(key).ok_or_else(missing)?);
    let asked = filter.classes.iter().filter(|(c, _)| c == key).map(|(_, text)| choices::classes(picture, key, text));
    let asked: Vec<&str> = asked.collect::<Result<Vec<_>>>()?.concat();
    let chosen = |class: &str| asked.contains(&class);
    let sizes = if who == picture.everyone() { classes.sizes().to_vec() } else { classes.sizes_among(who) };
    let sizes = classes.keys().iter().zip(sizes);
    let shown = sizes.filter(|(class, n)| *n > 0 || chosen(class));
    Ok((definition.label.clone(), shown.map(|(class, n)| item(class, definition.class_label(class), n)).collect()))
}

/// How many of a set are in the list.
fn within(set: &store::mark::Set, who: &Bits) -> u64 {
    let mut both = marks::bits(set, who.len());
    both.and(who);
    both.count()
}

async fn tags(app: &App, sight: Sight, who: &Bits) -> Result<Vec<FacetItem>> {
    let sets = marks::of_tags(app).await?;
    let mut items = Vec::new();
    for tag in &app.names.now(app).await?.tags {
        let count = sets.get(&tag.id).map_or(0, |set| within(set, who));
        let label = Label::same(sight::text(sight, tag.name.clone()));
        items.push(FacetItem { colour: Some(tag.colour.key().to_owned()), ..item(&tag.id, label, count) });
    }
    Ok(with_none(items, &sets, who, Label::new("没有标签", "No tag")))
}

async fn owners(app: &App, who: &Bits) -> Result<Vec<FacetItem>> {
    let (sets, named) = (marks::of_owners(app).await?, app.names.now(app).await?);
    let mut items = Vec::new();
    for (user, set) in &sets {
        let count = within(set, who);
        if count > 0 {
            let name = named.members.get(user).cloned().unwrap_or_default();
            items.push(item(user, Label::same(name), count));
        }
    }
    items.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.zh.cmp(&b.label.zh)));
    Ok(with_none(items, &sets, who, Label::new("无负责人", "No owner")))
}

fn with_none(mut items: Vec<FacetItem>, sets: &BTreeMap<String, Arc<store::mark::Set>>, who: &Bits, label: Label) -> Vec<FacetItem> {
    let all = sets.values().fold(store::mark::Set::default(), |all, set| all.or(set));
    let none = who.count() - within(&all, who);
    items.push(item(marks::NONE, label, none));
    items
}
