//! The feature catalog as people see and extend it: attributes, aggregates and formulas without code.

use super::{defined::{self, Change}, used_by};
use crate::{Error, Result, app::App, people::By, schema, sight::{Sight, Walls}};
use domain::{Label, audit::Actor, feature::{self, Feature}, field::Entry};
use serde_json::json;
use std::collections::BTreeMap;
use store::definition::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All features.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeatureList {
    /// built-in first, then own ones
    #[schema(value_type = Vec<schema::Feature>)]
    pub items: Vec<Feature>,
    /// keys of those that ship with the product and that people changed
    pub changed: Vec<String>,
    /// keys of those that whoever asks may not see: no column, sort or rule takes them
    pub masked: Vec<String>,
    /// where the next page starts; absent on the last
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// how those are filled in that people put right by hand (`field_set`), by key; the rest is computed
    #[schema(value_type = BTreeMap<String, schema::Entry>)]
    pub by_hand: BTreeMap<String, Entry>,
}

/// Every feature in force.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, sight: Sight) -> Result<FeatureList> {
    let items = defined::current(app).await?.features().to_vec();
    let masked = Walls::now(app, sight).await?.features();
    let by_hand = items.iter().filter(|f| !masked.contains(&f.key)).filter_map(|f| Some((f.key.clone(), f.asked()?))).collect();
    Ok(FeatureList { by_hand, changed: items.iter().filter(|f| changed(f)).map(|f| f.key.clone()).collect(), masked, items, next_cursor: None })
}

/// Adds a feature of one's own.
///
/// # Errors
/// `feature.key_taken`; what does not fit; what is hidden; when the store refuses.
pub async fn create(app: &App, sight: Sight, mut feature: Feature, author: &Actor) -> Result<Feature> {
    if defined::current(app).await?.feature(&feature.key).is_some() {
        return Err(Error::Conflict {
            code: "feature.key_taken",
            message: Label::new(format!("已经有名为 {} 的特征", feature.key), format!("there is already a feature {}", feature.key)),
            params: json!({ "key": feature.key }),
        });
    }
    feature.builtin = false;
    published(app, sight, feature, None, author).await
}

/// The next version of a feature; of one that ships with the product, too: the business's own version is then in force. `base`: the
/// version that was changed.
///
/// # Errors
/// `feature.not_found`, `definition.moved`; what does not fit; what is hidden; when the store refuses.
pub async fn edit(app: &App, sight: Sight, key: &str, mut feature: Feature, base: Option<u32>, author: &Actor) -> Result<Feature> {
    let definitions = defined::current(app).await?;
    let now = definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    feature.key = key.to_owned();
    feature.builtin = now.builtin;
    published(app, sight, feature, base, author).await
}

/// Takes a feature of one's own out of use; puts one that ships with the product back to how it ships.
///
/// # Errors
/// `feature.not_found`, `feature.builtin`, `feature.in_use`, `feature.named` unless `anyway`; when the store refuses.
pub async fn remove(app: &App, by: &By, key: &str, anyway: bool) -> Result<()> {
    let definitions = defined::current(app).await?;
    let now = definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    let shipped = feature::find(key).is_some();
    if shipped && !changed(now) {
        return Err(Error::conflict("feature.builtin", "内置定义本来就是这样，不能删除", "this is as it ships with the product and cannot be removed"));
    }
    used_by::withdraw(app, by, Kind::Feature, key, shipped, anyway).await
}

/// Does it ship with the product in another form?
fn changed(now: &Feature) -> bool {
    feature::find(&now.key).is_some_and(|shipped| shipped != now)
}

async fn published(app: &App, sight: Sight, feature: Feature, base: Option<u32>, author: &Actor) -> Result<Feature> {
    Walls::now(app, sight).await?.ask_feature(&feature, &*defined::current(app).await?)?;
    let key = feature.key.clone();
    let now = defined::publish_over(app, Change::Feature(feature), base, author).await?;
    now.feature(&key).cloned().ok_or_else(|| Error::not_found("feature", key))
}
