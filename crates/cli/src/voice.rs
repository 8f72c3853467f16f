//! How a command speaks: the answer to standard output, everything else to standard error; a progress bar only on a terminal.

use crate::{args::Global, config};
use domain::Lang;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{IsTerminal, Write},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How this run speaks.
#[derive(Clone)]
pub struct Voice {
    /// reader's language
    pub lang: Lang,
    /// one JSON document on standard output
    pub json: bool,
    /// nothing but the answer
    pub quiet: bool,
}

impl Voice {
    /// From the flags and the configuration's language.
    pub fn new(global: &Global, configured: Option<&str>) -> Voice {
        Voice { lang: config::language(global.lang.as_deref(), configured), json: global.json, quiet: global.quiet }
    }

    /// Narration, to standard error.
    pub fn say(&self, zh: &str, en: &str) {
        if !self.quiet && !self.json {
            tell(self.lang.pick(zh, en));
        }
    }

    /// The answer: JSON under `--json`, else the text.
    pub fn answer(&self, json: &serde_json::Value, text: impl FnOnce() -> String) {
        print(&if self.json { json.to_string() } else { text() });
    }

    /// The answer of a command that only scripts wait for.
    pub fn document(&self, json: &serde_json::Value) {
        if self.json {
            print(&json.to_string());
        }
    }

    /// A progress bar of the bytes of a stage; `stage` is its name for scripts.
    pub fn progress(&self, stage: &'static str, zh: &str, en: &str) -> Progress {
        self.progress_in("bytes", stage, zh, en)
    }

    /// A progress bar of the rows of a stage.
    pub fn progress_of_rows(&self, stage: &'static str, zh: &str, en: &str) -> Progress {
        self.progress_in("rows", stage, zh, en)
    }

    fn progress_in(&self, unit: &'static str, stage: &'static str, zh: &str, en: &str) -> Progress {
        let shown = !self.quiet && !self.json && std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        let template = if unit == "bytes" { "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}" } else { "{msg} {wide_bar} {pos}/{len} {eta}" };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(self.lang.pick(zh, en).to_owned());
        let plain = !self.quiet && !shown;
        let (label, told) = (self.lang.pick(zh, en).to_owned(), Mutex::new(Told { when: Instant::now(), tenth: 0, any: false }));
        Progress(Arc::new(Inner { bar, plain, json: self.json, unit, stage, label, told }))
    }
}

/// Writes a line to standard error. Whoever read it may be gone (`2>&1 | head`): the work goes on, and ends with its code.
pub fn tell(line: &str) {
    let mut out = std::io::stderr().lock();
    // where narration cannot be written there is nowhere to say so
    out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).ok();
}

/// Writes a line to standard output. Whoever reads it may go away early (`| head`): then there is nobody left to tell, and
/// the command ends as it would.
pub fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    match out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {}
        Err(e) => {
            tell(&format!("error file: stdout: {e}"));
            std::process::exit(1);
        }
    }
}

/// A progress bar; on something that is no terminal, a line every tenth or every ten seconds; under `--json` each line is
/// a JSON event.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    bar: ProgressBar,
    plain: bool,
    json: bool,
    unit: &'static str,
    stage: &'static str,
    label: String,
    told: Mutex<Told>,
}

/// What was told last.
struct Told {
    when: Instant,
    tenth: u64,
    any: bool,
}

impl Progress {
    /// So much of so much is done.
    pub fn at(&self, done: u64, total: u64) {
        self.0.bar.set_length(total);
        self.0.bar.set_position(done);
        let Ok(mut told) = self.0.told.lock() else { return };
        let tenth = if total > 0 { done.min(total) * 10 / total } else { 0 };
        // what is over before a word was said needs none
        let step = tenth > told.tenth && (tenth < 10 || told.any);
        if self.0.plain && (step || told.when.elapsed() >= Duration::from_secs(10)) {
            *told = Told { when: Instant::now(), tenth, any: true };
            self.0.tell(done, total);
        }
    }

    /// Takes the bar away; where lines were told, the last one says that it is done.
    pub fn end(&self, done: u64, total: u64) {
        self.0.bar.finish_and_clear();
        let Ok(mut told) = self.0.told.lock() else { return };
        if told.any && told.tenth < 10 {
            told.tenth = 10;
            self.0.tell(done, total);
        }
    }
}

impl Inner {
    fn tell(&self, done: u64, total: u64) {
        if self.json {
            let progress = serde_json::json!({"stage": self.stage, "what": self.label, "done": done, "total": total, "unit": self.unit});
            tell(&serde_json::json!({ "progress": progress }).to_string());
        } else {
            tell(&format!("{} {} %", self.label, done * 100 / total.max(1)));
        }
    }
}
