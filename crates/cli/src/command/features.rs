//! `zhiyin features`: every feature and classification with its definition.

use crate::{args::Home, compose, config::{self, Config}, exit::Outcome, voice::Voice};
use domain::{classification::Classification, feature::Feature};
use std::process::ExitCode;

/// Lists the definitions of a data folder, or the built-in ones.
pub async fn run(home: &Home, config: &Config, voice: &Voice) -> Outcome {
    let (data, _) = config::place(home, config);
    let kept = home.data.is_some() || home.store.is_some() || config.store.url.is_some() || data.exists();
    let (features, classifications): (Vec<Feature>, Vec<Classification>) = if kept {
        let app = compose::looking(home, config).await?;
        let definitions = flow::definitions::current(&app).await?;
        (definitions.features().to_vec(), definitions.classifications().to_vec())
    } else {
        (domain::feature::catalog().to_vec(), domain::library::classifications().to_vec())
    };
    let json = serde_json::json!({"features": features, "classifications": classifications});
    voice.answer(&json, || {
        let lang = voice.lang;
        let mut lines = vec![lang.pick("特征", "Features").to_owned()];
        lines.extend(features.iter().map(|f| format!("  {:<28} {}  {}", f.key, f.label.get(lang), f.description.get(lang))));
        lines.push(lang.pick("\n分类", "\nClassifications").to_owned());
        lines.extend(classifications.iter().map(|c| format!("  {:<28} {}  {}", c.key, c.label.get(lang), c.description.get(lang))));
        lines.join("\n")
    });
    Ok(ExitCode::SUCCESS)
}
