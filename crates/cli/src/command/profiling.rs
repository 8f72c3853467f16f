//! `zhiyin customer profiling`: who does not want to be profiled, written down from a script. Whoever may run this may read the data
//! folder.

use crate::{
    args::{Home, SaidHow},
    compose,
    config::Config,
    exit::Outcome,
    voice::Voice,
};
use clap::ValueEnum;
use flow::{
    analysis::{Asked, parse_day, profile::person},
    people::By,
    work::{changes::{self, ChangeDraft}, profiling::{self, RefusalDraft}},
};
use std::{collections::BTreeSet, process::ExitCode};
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
    if what.dry_run {
        let picture = app.runs.at(&app, Asked::default()).await?;
        // somebody may be named twice, or by the id of who was merged into them
        let mut matched = BTreeSet::new();
        for id in &what.ids {
            matched.insert(person(&app, id).await?.key);
        }
        let changed = matched.iter().filter(|key| picture.run.refused().holds(key.0 as usize) == what.allow).count();
        voice.answer(&serde_json::json!({ "dry_run": true, "matched": matched.len(), "changed": changed }), || {
            voice.lang.pick(&format!("会改变 {changed} 位，什么都没有写"), &format!("{changed} would change; nothing was written")).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let kind = if what.allow { Kind::ProfilingAllow } else { Kind::ProfilingRefuse };
    let draft = ChangeDraft {
        kind,
        subject: None,
        name: None,
        value: None,
        was: None,
        contact: None,
        refusal: Some(refusal),
        customers: Some(what.ids),
        filter: None,
        except: Vec::new(),
        expected: None,
    };
    let made = changes::make(&app, &By::machine("cli"), &app.new_id("cli"), draft).await?;
    let n = made.changed;
    voice.answer(&serde_json::json!({ "change": made }), || match kind {
        Kind::ProfilingAllow => voice.lang.pick(&format!("已记下：{n} 位不再反对被分析"), &format!("noted: {n} have nothing against being profiled any more")).to_owned(),
        _ => voice.lang.pick(&format!("已记下：{n} 位不愿被分析"), &format!("noted: {n} do not want to be profiled")).to_owned(),
    });
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
