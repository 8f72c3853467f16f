//! How a command speaks: the answer to standard output, everything else to standard error; a progress bar only on a terminal.

use crate::{args::Global, config};
use domain::Lang;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
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
            eprintln!("{}", self.lang.pick(zh, en));
        }
    }

    /// The answer: JSON under `--json`, else the text.
    pub fn answer(&self, json: &serde_json::Value, text: impl FnOnce() -> String) {
        if self.json {
            println!("{json}");
        } else {
            println!("{}", text());
        }
    }

    /// A progress bar of `total` bytes or rows (0 = unknown).
    pub fn progress(&self, zh: &str, en: &str) -> Progress {
        let shown = !self.quiet && !self.json && std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(self.lang.pick(zh, en).to_owned());
        let plain = !self.quiet && !shown;
        Progress(Arc::new(Inner { bar, plain, json: self.json, label: self.lang.pick(zh, en).to_owned(), told: Mutex::new(Instant::now()), done: AtomicU64::new(0) }))
    }
}

/// A progress bar; on something that is no terminal, a line every ten seconds.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    bar: ProgressBar,
    plain: bool,
    json: bool,
    label: String,
    told: Mutex<Instant>,
    done: AtomicU64,
}

impl Progress {
    /// So much of so much is done.
    pub fn at(&self, done: u64, total: u64) {
        self.0.bar.set_length(total);
        self.0.bar.set_position(done);
        self.0.done.store(done, Ordering::Relaxed);
        if !self.0.plain {
            return;
        }
        let Ok(mut told) = self.0.told.lock() else { return };
        if told.elapsed() >= Duration::from_secs(10) {
            *told = Instant::now();
            if self.0.json {
                eprintln!("{}", serde_json::json!({"progress": {"what": self.0.label, "done": done, "total": total}}));
            } else {
                eprintln!("{} {} %", self.0.label, done * 100 / total.max(1));
            }
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.bar.finish_and_clear();
    }
}
