//! `zhiyin customer set`: what an own field holds, of some customers or of all a rule finds, written from a script. Whoever may run this
//! may read the data folder.

use crate::{args::Home, compose, config::Config, exit::Outcome, voice::Voice};
use domain::field::Written;
use flow::{
    app::App,
    people::By,
    work::{changes::{self, ChangeDraft}, preview},
};
use std::{collections::BTreeMap, process::ExitCode};
use store::change::Kind;

/// What is asked for.
pub struct What {
    /// the own field
    pub field: String,
    /// what it holds from now on; nothing: it is emptied
    pub value: Option<String>,
    /// `cus_…`
    pub ids: Vec<String>,
    /// whom the list finds, by its own parameters
    pub filter: BTreeMap<String, String>,
    /// only say what would happen
    pub dry_run: bool,
}

/// Sets it, or says what that would come to.
pub async fn run(home: &Home, what: What, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let (customers, filter) = if what.ids.is_empty() { (None, Some(what.filter)) } else { (Some(what.ids), None) };
    let draft = ChangeDraft { subject: Some(what.field), value: what.value.map(Written::Text), customers, filter, ..ChangeDraft::new(Kind::FieldSet) };
    if what.dry_run {
        return planned(&app, &draft, voice).await;
    }
    let made = changes::make(&app, &By::machine("cli"), &app.new_id("cli"), draft).await?;
    let (n, id) = (made.changed, made.id.clone());
    voice.answer(&serde_json::json!({ "change": made }), || {
        voice.lang.pick(&format!("已修改 {n} 位客户（{id}，30 天内可在网页撤销）"), &format!("changed {n} customers ({id}; it can be undone in the web app for 30 days)")).to_owned()
    });
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Says what a change would come to; nothing is written.
pub async fn planned(app: &App, draft: &ChangeDraft, voice: &Voice) -> Outcome {
    let plan = preview::of(app, &By::machine("cli"), draft).await?;
    let mut answer = serde_json::to_value(&plan).unwrap_or_default();
    answer["dry_run"] = true.into();
    voice.answer(&answer, || {
        let refused: String = plan.refused.iter().map(|r| format!(" · {} {}", r.customers, voice.lang.pick(&r.label.zh, &r.label.en))).collect();
        let zh = format!("会改变 {} 位 · {} 位已是这样{refused}；什么都没有写", plan.changed, plan.same);
        let en = format!("{} would change · {} have it already{refused}; nothing was written", plan.changed, plan.same);
        voice.lang.pick(&zh, &en).to_owned()
    });
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
