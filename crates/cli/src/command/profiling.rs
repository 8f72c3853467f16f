//! `zhiyin customer profiling`: who does not want to be profiled, written down from a script. Whoever may run this may read the data
//! folder.

use super::field;
use crate::{
    args::{Home, SaidHow},
    compose,
    config::Config,
    exit::Outcome,
    voice::Voice,
};
use clap::ValueEnum;
use flow::{
    analysis::parse_day,
    people::By,
    work::{changes::{self, ChangeDraft}, profiling::{self, RefusalDraft}},
};
use std::process::ExitCode;
use store::change::Kind;

/// What is asked for.
pub struct What {
    /// `cus_…`
    pub ids: Vec<String>,
    /// they have nothing against it any more
    pub allow: bool,
    /// how they said so
    pub how: SaidHow,
    /// when
    pub on: Option<String>,
    /// only say what would happen
    pub dry_run: bool,
}

/// Notes it, or says whom it would change.
pub async fn run(home: &Home, what: What, config: &Config, voice: &Voice) -> Outcome {
    let on = what.on.as_deref().map(|text| parse_day("--on", text)).transpose()?;
    let app = compose::existing(home, config).await?;
    let how = what.how.to_possible_value().map(|v| v.get_name().replace('-', "_")).unwrap_or_default();
    let refusal = RefusalDraft { on, how };
    profiling::known(&app, Some(&refusal))?;
    let kind = if what.allow { Kind::ProfilingAllow } else { Kind::ProfilingRefuse };
    let draft = ChangeDraft { refusal: Some(refusal), customers: Some(what.ids), ..ChangeDraft::new(kind) };
    if what.dry_run {
        return field::planned(&app, &draft, voice).await;
    }
    let made = changes::make(&app, &By::machine("cli"), &app.new_id("cli"), draft).await?;
    let n = made.changed;
    voice.answer(&serde_json::json!({ "change": made }), || match kind {
        Kind::ProfilingAllow => voice.lang.pick(&format!("已记下：{n} 位不再反对被分析"), &format!("noted: {n} have nothing against being profiled any more")).to_owned(),
        _ => voice.lang.pick(&format!("已记下：{n} 位不愿被分析"), &format!("noted: {n} do not want to be profiled")).to_owned(),
    });
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
