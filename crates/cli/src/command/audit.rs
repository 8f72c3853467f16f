//! `zhiyin audit verify`: is the log of who did what as it was written? Ends with 4 when it is not.

use crate::{
    args::Home,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use std::process::ExitCode;

/// Walks the log; the answer is its head, the failure the first place where it is broken.
pub async fn verify(home: &Home, head: Option<&str>, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::looking(home, config).await?;
    let check = flow::audit::verify(&app, head).await?;
    app.store.close().await;
    if let Some(broken) = check.broken {
        let (rows, said) = (check.rows, broken.message);
        return Err(Failure::new(
            Code::Rejected,
            "audit.broken",
            format!("审计日志不完整：{}（之前的 {rows} 条完好）", said.zh),
            format!("the audit log is broken: {} (the {rows} before it are whole)", said.en),
        ));
    }
    let noted = check.head.as_ref().map(|h| format!("{}:{}", h.seq, h.hash));
    voice.answer(&serde_json::json!({"rows": check.rows, "whole": true, "head": noted, "signatures": check.signatures, "signed": check.signed}), || {
        let rows = check.rows;
        let (zh, en) = match &noted {
            Some(head) => (format!("审计日志完好：{rows} 条，末条 {head}"), format!("the audit log is whole: {rows} entries, head {head}")),
            None => ("审计日志还是空的".to_owned(), "the audit log is empty".to_owned()),
        };
        let signed = check.signed.as_ref().map(|s| (format!("；{} 个签名都对，最近签到第 {} 条（{}）", check.signatures, s.seq, s.signed_at), format!("; {} signatures hold, the last at entry {} ({})", check.signatures, s.seq, s.signed_at)));
        let (more_zh, more_en) = signed.unwrap_or_default();
        voice.lang.pick(&format!("{zh}{more_zh}"), &format!("{en}{more_en}")).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}
