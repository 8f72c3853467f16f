//! `zhiyin customer erase`: takes a person out for good. Whoever may run this may read the data folder.

use crate::{
    args::Home,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use flow::{
    app::App,
    erasure::{self, ErasureDraft, ErasureLine, ErasurePlan, ErasureView},
    people::By,
};
use std::{process::ExitCode, sync::Arc};

/// What is asked for.
pub struct What {
    /// `cus_…`
    pub id: String,
    /// why
    pub reason: Option<String>,
    /// name or id once more
    pub confirm: Option<String>,
    /// only say what would happen
    pub dry_run: bool,
}

/// Erases a customer, or says what would be removed and kept.
pub async fn erase(home: &Home, what: What, config: &Config, voice: &Voice) -> Outcome {
    let app = Arc::new(compose::existing(home, config).await?);
    if what.dry_run {
        let plan = erasure::plan(&app, &what.id).await?;
        voice.answer(&serde_json::json!({ "dry_run": true, "plan": plan }), || planned(&plan, voice));
        return Ok(ExitCode::SUCCESS);
    }
    let (Some(reason), Some(confirm)) = (what.reason, what.confirm) else {
        return Err(Failure::new(
            Code::Usage,
            "erasure.confirm",
            "什么都没有删除：要写 --reason 原因，并用 --confirm 再写一次姓名或编号",
            "nothing was erased: say why with --reason, and the name or id once more with --confirm",
        )
        .hint("先用 --dry-run 看会删除什么、保留什么；删除后不能恢复", "see with --dry-run first what would go and what would stay; it cannot be undone"));
    };
    let begun = erasure::begin(&app, &By::machine("cli"), &what.id, &ErasureDraft { reason, confirm }).await?;
    let done = finished(&app, &begun.id).await?;
    voice.answer(&serde_json::json!({ "erasure": done }), || told(&done, voice));
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn finished(app: &Arc<App>, id: &str) -> Result<ErasureView, Failure> {
    erasure::carry_out(app, id).await?;
    Ok(erasure::get(app, id).await?)
}

/// Erases again whom the data folder's list says was erased, after a restore; answers how many erasures.
///
/// # Errors
/// When the business cannot be opened, or an erasure does not come to its end.
pub async fn again(data: &std::path::Path, url: &str) -> Result<u64, Failure> {
    if !data.join(erasure::known::LIST).exists() {
        return Ok(0);
    }
    let app = Arc::new(compose::open_at(data, url).await?);
    let mut count = 0;
    erasure::recover(&app).await?;
    for e in store::erasure::open(&app.store, &app.settings().id).await? {
        finished(&app, &e.id).await?;
        count += 1;
    }
    app.store.close().await;
    Ok(count)
}

fn lines(all: &[ErasureLine], voice: &Voice) -> String {
    all.iter().map(|l| format!("\n  {:>8}  {}", l.count, voice.lang.pick(&l.label.zh, &l.label.en))).collect()
}

fn planned(p: &ErasurePlan, voice: &Voice) -> String {
    let who = p.name.as_deref().unwrap_or(&p.id);
    let zh = format!("删除 {who} 会去掉：{}\n会保留：{}\n会删除的文件：{}", lines(&p.removed, voice), lines(&p.kept, voice), lines(&p.files, voice));
    let en = format!("erasing {who} would remove:{}\nwould keep:{}\nwould remove files:{}", lines(&p.removed, voice), lines(&p.kept, voice), lines(&p.files, voice));
    voice.lang.pick(&zh, &en).to_owned()
}

fn told(e: &ErasureView, voice: &Voice) -> String {
    let notes: String = e.notes.iter().map(|n| format!("\n- {}", voice.lang.pick(&n.zh, &n.en))).collect();
    let zh = format!("已删除（回执 {}）：{}\n保留：{}\n删除或重写的文件：{}{notes}", e.id, lines(&e.removed, voice), lines(&e.kept, voice), lines(&e.files, voice));
    let en = format!("erased (receipt {}):{}\nkept:{}\nfiles removed or written anew:{}{notes}", e.id, lines(&e.removed, voice), lines(&e.kept, voice), lines(&e.files, voice));
    voice.lang.pick(&zh, &en).to_owned()
}
