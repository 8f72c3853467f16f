//! One classification with its definition, each rule as text and as a sentence, and the size of its classes; and its
//! next version when a person edits it.

use super::{defined::{self, Change}, flow_between::MovementLink, in_force::InForce, moment::Asked, overview::{ClassSize, ClassificationSummary}, used_by};
use crate::{Error, Result, app::App, people::By, schema, sight::{Sight, Walls}};
use domain::{Day, Label, audit::Actor, classification::{Classification, Method}, rule, rule::Names};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::definition::Kind;
use utoipa::ToSchema;

/// A classification as of a day, with its definition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClassificationView {
    /// key, names, classes with their sizes
    #[serde(flatten)]
    pub summary: ClassificationSummary,
    /// the document
    #[schema(value_type = schema::Classification)]
    pub definition: Classification,
    /// each rule in all forms; the last entry is the class that takes the rest
    pub rules: Vec<ClassRule>,
    /// when that version was in force, where it is not simply the one of now; told as known then
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<InForce>,
    /// ships with the product and was changed by people
    pub changed: bool,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
}

/// The rule of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassRule {
    /// class
    pub class: String,
    /// canonical text; empty for the class that takes the rest
    pub text: String,
    /// plain language
    #[schema(value_type = schema::Label)]
    pub sentence: Label,
}

/// A classification as of a day.
///
/// # Errors
/// `classification.not_found`, `access.masked`; when the store or the lake refuses.
pub async fn show(app: &App, sight: Sight, key: &str, asked: Asked) -> Result<ClassificationView> {
    let picture = app.runs.in_force(app, asked).await?;
    let missing = || Error::not_found("classification", key);
    let definition = picture.definitions.classification(key).ok_or_else(missing)?.clone();
    Walls::of(sight, &picture).ask(&format!("class.{key}"))?;
    let summary = picture.summaries().iter().find(|s| s.key == key).ok_or_else(missing)?.clone();
    let (rules, changed) = (rules(&definition, picture.names()), changed(&definition));
    let in_force = picture.definitions.in_force(Kind::Classification, key);
    Ok(ClassificationView { summary, rules, in_force, changed, definition, as_of: picture.as_of })
}

/// Does it ship with the product in another form?
fn changed(now: &Classification) -> bool {
    defined::shipped_classification(&now.key).is_some_and(|shipped| shipped != now)
}

/// Adds a classification of one's own; without a key one is made from its name.
///
/// # Errors
/// `classification.key_taken`, `classification.key`, `classification.label`; what does not fit; what is hidden; when the store
/// refuses.
pub async fn create(app: &App, sight: Sight, mut new: Classification, author: &Actor) -> Result<ClassificationView> {
    let now = defined::current(app).await?;
    if new.key.is_empty() {
        new.key = defined::key_from("classification", &new.label, |k| now.classification(k).is_some());
    }
    if now.classification(&new.key).is_some() {
        return Err(Error::Conflict {
            code: "classification.key_taken",
            message: Label::new(format!("已经有名为 {} 的分类", new.key), format!("there is already a classification {}", new.key)),
            params: json!({ "key": new.key }),
        });
    }
    if !defined::is_key(&new.key) {
        return Err(Error::invalid("classification.key", "代号只能用小写字母、数字和下划线，且以字母开头", "a key has lower-case letters, digits and _, a letter first"));
    }
    if new.label.zh.trim().is_empty() && new.label.en.trim().is_empty() {
        return Err(Error::invalid("classification.label", "请填写名称", "a name is needed"));
    }
    Walls::now(app, sight).await?.ask_classification(&new)?;
    new.label = defined::both(new.label);
    new.builtin = false;
    let key = new.key.clone();
    defined::publish(app, vec![Change::Classification(new)], author).await?;
    show(app, sight, &key, Asked::default()).await
}

/// Takes a classification of one's own out of use; puts one that ships with the product back to how it ships.
///
/// # Errors
/// `classification.not_found`, `classification.builtin`, `classification.in_use`, `classification.named` unless `anyway`; when the store refuses.
pub async fn remove(app: &App, by: &By, key: &str, anyway: bool) -> Result<()> {
    let definitions = defined::current(app).await?;
    let now = definitions.classification(key).ok_or_else(|| Error::not_found("classification", key))?;
    let shipped = defined::shipped_classification(key).is_some();
    if shipped && !changed(now) {
        return Err(Error::conflict("classification.builtin", "内置定义本来就是这样，不能删除", "this is as it ships with the product and cannot be removed"));
    }
    used_by::withdraw(app, by, Kind::Classification, key, shipped, anyway).await
}

/// Publishes the next version of a classification, the library's copies included; `base`: the version that was changed.
///
/// # Errors
/// `classification.not_found`, `definition.moved`; what does not fit; what is hidden; when the store or the lake refuses.
pub async fn edit(app: &App, sight: Sight, key: &str, mut next: Classification, base: Option<u32>, author: &Actor) -> Result<ClassificationView> {
    let now = defined::current(app).await?;
    let before = now.classification(key).ok_or_else(|| Error::not_found("classification", key))?;
    Walls::now(app, sight).await?.ask_classification(&next)?;
    next.key = key.to_owned();
    next.builtin = before.builtin;
    defined::publish_over(app, Change::Classification(next), base, author).await?;
    show(app, sight, key, Asked::default()).await
}

/// What a classification would do that is still being written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClassificationPreview {
    /// its classes with their sizes; they add up to all customers
    pub classes: Vec<ClassSize>,
    /// from the class of the version in force to the class it would give; none of one that is new
    pub links: Vec<MovementLink>,
    /// names of the classes of both, by key
    #[schema(value_type = BTreeMap<String, schema::Label>)]
    pub names: BTreeMap<String, Label>,
    /// customers whose class would be another
    pub moved: u64,
    /// all customers
    pub total: u64,
    /// how long it took
    pub milliseconds: u64,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
}

/// How large the classes would be, and who would change class, of a classification that is still being written.
///
/// # Errors
/// What does not fit; what is hidden; when the store or the lake refuses.
pub async fn preview(app: &App, sight: Sight, draft: Classification) -> Result<ClassificationPreview> {
    let picture = app.runs.at(app, Asked::default()).await?;
    Walls::of(sight, &picture).ask_classification(&draft)?;
    defined::try_out(app, &[Change::Classification(draft.clone())]).await?;
    let clock = std::sync::Arc::clone(&app.clock);
    tokio::task::spawn_blocking(move || {
        let begun = clock.now();
        let next = picture.run.classes_by(&draft, picture.names())?;
        let before = picture.classes(&draft.key).filter(|_| picture.definitions.classification(&draft.key).is_some());
        let links: Vec<MovementLink> = before.map_or_else(Vec::new, |b| {
            let moved = lake::moves(b, &next, picture.column("net"));
            moved.into_iter().map(|l| MovementLink { source: l.from, target: l.to, customers: l.customers, net: l.net }).collect()
        });
        let mut names: BTreeMap<String, Label> = next.keys().iter().map(|k| (k.clone(), draft.class_label(k))).collect();
        if let (Some(before), Some(now)) = (before, picture.definitions.classification(&draft.key)) {
            before.keys().iter().for_each(|k| {
                names.entry(k.clone()).or_insert_with(|| now.class_label(k));
            });
        }
        let classes = next.keys().iter().map(|key| {
            let sum = picture.run.sum(&next.members(key));
            picture.size(key, draft.class_label(key), &sum)
        });
        let classes = classes.collect();
        Ok(ClassificationPreview {
            classes,
            moved: links.iter().filter(|l| l.source != l.target).map(|l| l.customers).sum(),
            links,
            names,
            total: picture.total(),
            milliseconds: super::runs::since(begun, clock.now()),
            as_of: picture.as_of,
        })
    })
    .await?
}

/// Each rule as text and sentence; the class that takes the rest says so.
fn rules(definition: &Classification, names: &dyn Names) -> Vec<ClassRule> {
    let rest = |key: &str, zh: &str, en: &str| ClassRule { class: key.to_owned(), text: String::new(), sentence: Label::new(zh, en) };
    match &definition.method {
        Method::Rules { classes, otherwise } => {
            let ruled = classes.iter().map(|c| ClassRule {
                class: c.key.clone(),
                text: c.when.to_string(),
                sentence: rule::sentence(&c.when, names),
            });
            ruled.chain([rest(&otherwise.key, "其余客户", "everyone else")]).collect()
        }
        Method::Values { feature, otherwise, .. } => {
            let label = names.label(feature).unwrap_or_else(|| Label::same(feature.clone()));
            let by = Label::new(format!("按{}的取值", label.zh), format!("by the value of {}", label.en));
            vec![ClassRule { class: String::new(), text: feature.clone(), sentence: by }, rest(&otherwise.key, "取值未知", "value not known")]
        }
    }
}
