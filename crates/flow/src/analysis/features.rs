//! The feature catalog as people see and extend it: attributes, aggregates and formulas without code.

use super::defined::{self, Change};
use crate::{Error, Result, app::App, schema};
use domain::{Label, feature::Feature};
use serde_json::json;
use store::definition::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All features.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeatureList {
    /// built-in first, then own ones
    #[schema(value_type = Vec<schema::Feature>)]
    pub items: Vec<Feature>,
}

/// Every feature in force.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App) -> Result<FeatureList> {
    Ok(FeatureList { items: defined::current(app).await?.features().to_vec() })
}

/// Adds a feature of one's own.
///
/// # Errors
/// `feature.key_taken`; what does not fit; when the store refuses.
pub async fn create(app: &App, mut feature: Feature, author: &str) -> Result<Feature> {
    if defined::current(app).await?.feature(&feature.key).is_some() {
        return Err(Error::Conflict {
            code: "feature.key_taken",
            message: Label::new(format!("已经有名为 {} 的特征", feature.key), format!("there is already a feature {}", feature.key)),
            params: json!({ "key": feature.key }),
        });
    }
    (feature.builtin, feature.version) = (false, 1);
    published(app, feature, author).await
}

/// The next version of a feature; of one that ships with the product, too: the business's own version is then in force.
///
/// # Errors
/// `feature.not_found`; what does not fit; when the store refuses.
pub async fn edit(app: &App, key: &str, mut feature: Feature, author: &str) -> Result<Feature> {
    let definitions = defined::current(app).await?;
    let now = definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    feature.key = key.to_owned();
    (feature.builtin, feature.version) = (now.builtin, now.version + 1);
    published(app, feature, author).await
}

/// Takes a feature of one's own out of use.
///
/// # Errors
/// `feature.not_found`, `feature.builtin`, `feature.in_use`; when the store refuses.
pub async fn remove(app: &App, key: &str, author: &str) -> Result<()> {
    own(app, key).await?;
    let users = defined::users_of(&*defined::current(app).await?, Kind::Feature, key);
    if !users.is_empty() {
        let named = users.join(", ");
        return Err(Error::Conflict {
            code: "feature.in_use",
            message: Label::new(format!("仍被使用：{named}"), format!("still used by {named}")),
            params: json!({ "users": users }),
        });
    }
    defined::publish(app, vec![Change::Remove(Kind::Feature, key.to_owned())], author).await.map(|_| ())
}

async fn published(app: &App, feature: Feature, author: &str) -> Result<Feature> {
    defined::publish(app, vec![Change::Feature(feature.clone())], author).await?;
    Ok(feature)
}

/// A feature that people made and may take out of use.
async fn own(app: &App, key: &str) -> Result<Feature> {
    let definitions = defined::current(app).await?;
    let feature = definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    if feature.builtin {
        return Err(Error::conflict("feature.builtin", "内置特征不能删除", "a feature that ships with the product cannot be removed"));
    }
    Ok(feature.clone())
}
