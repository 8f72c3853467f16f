//! Who moved: how customers went from class to class of one classification between two days.

use super::{Known, Picture, moment::Asked};
use crate::{Error, Result, app::App, schema, sight::{Sight, Walls}};
use domain::{Day, Label};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The movement between two days.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Movement {
    /// classification
    pub classification: String,
    /// first day
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// second day
    #[schema(value_type = String, format = Date)]
    pub to: Day,
    /// classes in their order, with their sizes on both days
    pub nodes: Vec<MovementNode>,
    /// pairs of classes between which anybody moved or stayed
    pub links: Vec<MovementLink>,
}

/// A class on both days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MovementNode {
    /// class
    pub key: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// customers on the first day
    pub from_count: u64,
    /// customers on the second day
    pub to_count: u64,
}

/// Customers of one class on the first day and another (or the same) on the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MovementLink {
    /// class on the first day
    pub source: String,
    /// class on the second day
    pub target: String,
    /// customers
    pub customers: u64,
    /// their net as of the second day, minor units
    pub net: i64,
}

/// The node of customers who were not there yet on a day. No class can have this key: a dot is no part of one.
pub(crate) const NOT_YET: &str = "not.yet";

/// The movement in a classification. Without days: the last three months.
///
/// # Errors
/// No such classification, or a hidden one; days in the wrong order; when the store or the lake refuses.
pub async fn movement(app: &App, sight: Sight, classification: &str, from: Option<Day>, to: Option<Day>, known: Known) -> Result<Movement> {
    let after = app.runs.at(app, Asked { as_of: to, known }).await?;
    let from = from.unwrap_or_else(|| after.as_of.months_before(3));
    if from > after.as_of {
        return Err(Error::invalid("request.days", "起始日晚于结束日", "the first day is after the second"));
    }
    let before = app.runs.beside(app, after.manner(), from).await?;
    let key = classification.to_owned();
    [&before, &after].into_iter().try_for_each(|picture| Walls::of(sight, picture).ask(&format!("class.{key}")))?;
    tokio::task::spawn_blocking(move || between(&before, &after, &key)).await?
}

/// The pairs of classes and the sizes on both sides.
fn between(before: &Picture, after: &Picture, key: &str) -> Result<Movement> {
    let missing = || Error::not_found("classification", key);
    let definition = after.definitions.classification(key).ok_or_else(missing)?;
    let (old, new) = (before.classes(key).ok_or_else(missing)?, after.classes(key).ok_or_else(missing)?);
    let mut moved = lake::flow(&before.run, &after.run, key);
    for class in moved.iter_mut().flat_map(|l| [&mut l.from, &mut l.to]).filter(|class| class.is_empty()) {
        *class = NOT_YET.to_owned();
    }
    let mut keys: Vec<String> = definition.named().into_iter().map(|n| n.key).collect();
    for key in new.keys().iter().chain(old.keys()) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys.insert(0, NOT_YET.to_owned());
    let label = |key: &str| match key {
        NOT_YET => Label::new("还不是客户", "Not a customer yet"),
        _ => definition.class_label(key),
    };
    let node = |key: String| MovementNode {
        label: label(&key),
        from_count: moved.iter().filter(|l| l.from == key).map(|l| l.customers).sum(),
        to_count: moved.iter().filter(|l| l.to == key).map(|l| l.customers).sum(),
        key,
    };
    let nodes = keys.into_iter().map(node).filter(|n| n.from_count + n.to_count > 0).collect();
    let link = |l: lake::Link| MovementLink { source: l.from, target: l.to, customers: l.customers, net: l.net };
    let links = moved.into_iter().map(link).collect();
    Ok(Movement { classification: key.to_owned(), from: before.as_of, to: after.as_of, nodes, links })
}
