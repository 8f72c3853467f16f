//! `zhiyin segment`: how many customers, and who, fulfil a rule or belong to a saved segment.

use crate::{
    args::{FormatName, Home},
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    pipe,
    voice::Voice,
};
use domain::{
    clock::{Clock, SystemClock},
    rule,
};
use flow::{
    analysis::{Asked, Known, parse_day},
    output,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What to count.
pub struct What {
    /// rule texts
    pub rule: Vec<String>,
    /// file with one rule a line
    pub rules: Option<PathBuf>,
    /// key of a saved segment
    pub segment: Option<String>,
    /// where to write who
    pub out: Option<PathBuf>,
    /// format of standard output
    pub format: Option<FormatName>,
    /// as of
    pub as_of: Option<String>,
    /// write no file
    pub dry_run: bool,
}

/// Counts, and lists if asked.
pub async fn run(home: &Home, what: What, config: &Config, voice: &Voice) -> Outcome {
    let mut texts = what.rule.clone();
    // the line of the file a rule stands in
    let mut lines: Vec<Option<usize>> = vec![None; texts.len()];
    if let Some(path) = &what.rules {
        let file = pipe::text(path)?;
        let rules = file.lines().map(str::trim).enumerate().filter(|(_, l)| !l.is_empty() && !l.starts_with('#'));
        for (at, rule) in rules {
            texts.push(rule.to_owned());
            lines.push(Some(at + 1));
        }
    }
    if let Some(out) = &what.out {
        pipe::one_output(std::iter::once(out), voice.json)?;
        super::classify::format(out, what.format)?;
        super::classify::output_folder(out)?;
    }
    if let Some(key) = &what.segment {
        texts.push(format!("in segment({})", serde_json::Value::from(key.as_str())));
    }
    if texts.is_empty() {
        return Err(Failure::new(Code::Usage, "rule", "没有规则", "there is no rule").hint("用 --rule、--rules 或 --segment", "use --rule, --rules or --segment"));
    }
    let as_of = what.as_of.as_deref().map(|text| parse_day("--as-of", text)).transpose()?;
    let app = compose::looking(home, config).await?;
    let clock = SystemClock;
    let begun = clock.now();
    let definitions = flow::analysis::defined::current(&app).await?;
    if let Some(key) = what.segment.as_ref().filter(|key| definitions.segment(key).is_none()) {
        return Err(flow::Error::not_found("segment", key.as_str()).into());
    }
    let file = what.rules.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
    let mut compiled = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        let line = lines.get(at).copied().flatten();
        compiled.push(compile(text, definitions.names()).map_err(|e| match line {
            Some(line) => e.at(&file, line),
            None => e,
        })?);
    }
    let picture = app.runs.for_rules(&app, Asked { as_of, known: Known::Today }, &compiled).await?;
    let counts = picture.run.counts(&compiled)?;
    let milliseconds = (clock.now().0 - begun.0) / 1000;
    if let (Some(out), [one]) = (&what.out, compiled.as_slice()) {
        let (who, format) = (picture.run.mask(one)?, super::classify::format(out, what.format)?);
        let write = async |path: &Path| -> Result<(), Failure> {
            Ok(output::write_members(&app, &picture, &who, format, voice.lang, path).await?)
        };
        match (what.dry_run, pipe::is(out)) {
            (true, _) => {}
            (false, true) => pipe::through(write).await?,
            (false, false) => write(out).await?,
        }
    } else if what.out.is_some() {
        return Err(Failure::new(Code::Usage, "out", "--out 只能配一条规则", "--out goes with one rule only"));
    }
    let rules: Vec<_> = texts.iter().zip(&counts).map(|(text, count)| json!({"text": text, "count": count})).collect();
    let json = json!({"as_of": picture.as_of, "customers": picture.total(), "milliseconds": milliseconds, "rules": rules});
    let counted = || texts.iter().zip(&counts).map(|(text, count)| format!("{count:>10}  {text}")).collect::<Vec<_>>().join("\n");
    match what.out.as_ref().is_some_and(|out| pipe::is(out)) && !what.dry_run {
        // standard output has the customers
        true => voice.say(&counted(), &counted()),
        false => voice.answer(&json, counted),
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The checked rule, or an error that points at the character.
fn compile(text: &str, names: &dyn rule::Names) -> Result<rule::Compiled, Failure> {
    let checked = rule::parse(text).and_then(|r| rule::check(&r, names));
    checked.map_err(|e| {
        let caret = format!("{}{}", " ".repeat(e.span.start), "^".repeat(e.span.len().max(1)));
        let shown = |lang| format!("{}\n  {text}\n  {caret}", e.message(lang));
        Failure::new(Code::Rejected, "rule", shown(domain::Lang::Zh), shown(domain::Lang::En))
    })
}
