//! What was typed does not fit: said in the reader's language, as JSON under `--json`, and what may have been meant. Also the
//! little that must be known of a command line before it is parsed.

use crate::{
    args::Global,
    config::{self, Config},
    exit::{Code, Failure},
    help, voice,
};
use clap::error::{ContextKind as Kind, ErrorKind};
use domain::{Label, Lang};
use std::{ffi::OsString, io::IsTerminal, process::ExitCode};

/// What the flags say wherever they stand, before anything is checked.
pub struct Early {
    /// reader's language
    pub lang: Lang,
    /// answer in JSON
    pub json: bool,
    /// colours are not wanted
    no_color: bool,
}

impl Early {
    /// From what was typed, the configuration and the environment.
    pub fn of(typed: &[OsString]) -> Early {
        let words: Vec<_> = typed.iter().map(|t| t.to_string_lossy()).collect();
        let value = |flag: &str| {
            let after = words.iter().position(|w| w == flag).and_then(|i| words.get(i + 1)).map(ToString::to_string);
            after.or_else(|| words.iter().find_map(|w| w.strip_prefix(flag)?.strip_prefix('=').map(str::to_owned)))
        };
        let has = |flag: &str| words.iter().any(|w| w == flag);
        let config = value("--config").map(Into::into);
        // a configuration that is wrong is told once it is needed
        let configured = Config::load(&Global { config, ..Global::default() }).ok().and_then(|c| c.lang);
        let lang = config::language(value("--lang").as_deref(), configured.as_deref());
        let no_color = has("--no-color") || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Early { lang, json: has("--json"), no_color }
    }
}

/// Answers what the parser did not take: help and version, or a mistake.
pub fn answer(e: &clap::Error, early: &Early) -> ExitCode {
    let lang = early.lang;
    match e.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            voice::print(help::frame(&text(e, early, std::io::stdout().is_terminal()), lang).trim_end());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !early.json => {
            voice::tell(help::frame(&text(e, early, std::io::stderr().is_terminal()), lang).trim_end());
            voice::tell(&format!("\n{}", lang.pick("第一次用？试试 zhiyin demo", "New here? Try `zhiyin demo`")));
            ExitCode::from(Code::Usage as u8)
        }
        _ => failure(e).report(lang, early.json),
    }
}

fn text(e: &clap::Error, early: &Early, terminal: bool) -> String {
    let text = e.render();
    if terminal && !early.no_color { text.ansi().to_string() } else { text.to_string() }
}

/// The mistake as an error like all others.
pub fn failure(e: &clap::Error) -> Failure {
    let get = |kind| e.get(kind).map(ToString::to_string).unwrap_or_default();
    let (arg, value) = (get(Kind::InvalidArg), get(Kind::InvalidValue));
    let (zh, en) = match e.kind() {
        ErrorKind::UnknownArgument => (format!("没有参数 {arg}"), format!("there is no argument {arg}")),
        ErrorKind::InvalidSubcommand => {
            let name = get(Kind::InvalidSubcommand);
            (format!("没有命令 {name}"), format!("there is no command {name}"))
        }
        ErrorKind::InvalidValue if value.is_empty() => (format!("{arg} 后面要有值"), format!("{arg} needs a value")),
        ErrorKind::InvalidValue => (format!("{arg} 不能是 {value}"), format!("{value} is no value of {arg}")),
        ErrorKind::ValueValidation if arg.starts_with("--lang") => {
            (format!("没有语言 {value:?}，可以是 zh-CN、en"), format!("there is no language {value:?}; it may be zh-CN or en"))
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(e).map(ToString::to_string).unwrap_or_default();
            let range = why.split_once(" is not in ").and_then(|(_, r)| r.split_once("..=")).map(|(low, high)| format!("，应在 {low} 到 {high} 之间"));
            (format!("{arg} 不能是 {value}{}", range.unwrap_or_default()), format!("{value} is no value of {arg}: {why}"))
        }
        ErrorKind::MissingRequiredArgument => (format!("缺少 {arg}"), format!("{arg} is missing")),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => ("没有写命令".to_owned(), "there is no command".to_owned()),
        ErrorKind::ArgumentConflict => {
            let other = get(Kind::PriorArg);
            match other.is_empty() || other == arg {
                true => (format!("{arg} 只能写一次"), format!("{arg} may be given once only")),
                false => (format!("{arg} 不能与 {other} 同用"), format!("{arg} does not go with {other}")),
            }
        }
        ErrorKind::TooManyValues => (format!("{arg} 的值太多：{value}"), format!("{arg} takes no such value: {value}")),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => (format!("{arg} 的值太少"), format!("{arg} needs more values")),
        ErrorKind::InvalidUtf8 => ("参数里有不是 UTF-8 的字节".to_owned(), "an argument has bytes that are not UTF-8".to_owned()),
        // nothing else is known to reach people; the parser's own words are better than none
        _ => {
            let said = e.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            (said.clone(), said)
        }
    };
    Failure { hint: Some(hint(e)), ..Failure::new(Code::Usage, "usage", zh, en) }
}

/// What may have been meant, what may stand there, and the usage.
fn hint(e: &clap::Error) -> Label {
    let get = |kind| e.get(kind).map(ToString::to_string).filter(|t| !t.is_empty());
    let meant = [Kind::SuggestedArg, Kind::SuggestedSubcommand, Kind::SuggestedValue].into_iter().find_map(get);
    let valid = [Kind::ValidValue, Kind::ValidSubcommand].into_iter().find_map(get);
    let (mut zh, mut en) = match (meant, valid) {
        (Some(meant), _) => (format!("您是不是要写 {meant}？"), format!("Did you mean {meant}?")),
        (None, Some(valid)) => (format!("可以是：{valid}。"), format!("It may be: {valid}.")),
        (None, None) => (String::new(), String::new()),
    };
    match get(Kind::Usage) {
        Some(usage) => {
            let usage = usage.split_whitespace().collect::<Vec<_>>().join(" ");
            en = format!("{en} {usage}");
            zh.push_str(&help::frame(&usage, Lang::Zh));
        }
        None => {
            zh.push_str("用 --help 查看用法");
            en.push_str(" See --help");
        }
    }
    Label::new(zh, en.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn said(typed: &[&str]) -> Failure {
        let all = std::iter::once("zhiyin").chain(typed.iter().copied());
        failure(&crate::args::Cli::command().try_get_matches_from(all).expect_err("it does not fit"))
    }

    #[test]
    fn mistakes_are_said_in_both_languages_with_what_was_meant() {
        let cases: &[(&[&str], &str, &str)] = &[
            (&["fly"], "没有命令 fly", "there is no command fly"),
            (&["import", "--no-such-flag"], "没有参数 --no-such-flag", "there is no argument --no-such-flag"),
            (&["demo", "--port", "70000"], "--port <PORT> 不能是 70000，应在 0 到 65535 之间", "70000 is no value of --port <PORT>"),
            (&["completions", "cmd"], "<SHELL> 不能是 cmd", "cmd is no value of <SHELL>"),
            (&["export"], "缺少 <FOLDER>", "<FOLDER> is missing"),
            (&["export", "a", "--data", "x", "--data", "y"], "--data <DATA> 只能写一次", "--data <DATA> may be given once only"),
            (&["import", "--lang"], "--lang <LANG> 后面要有值", "--lang <LANG> needs a value"),
        ];
        for (typed, zh, en) in cases {
            let failure = said(typed);
            assert_eq!(failure.code, Code::Usage);
            assert!(failure.message.zh.contains(zh), "{typed:?}: {}", failure.message.zh);
            assert!(failure.message.en.contains(en), "{typed:?}: {}", failure.message.en);
        }
        let meant = said(&["import", "--order", "x.csv"]).hint.expect("a hint");
        assert!(meant.zh.contains("您是不是要写 --orders？") && meant.en.contains("Did you mean --orders?"), "{meant:?}");
        let shells = said(&["completions", "cmd"]).hint.expect("a hint");
        assert!(shells.en.contains("bash") && shells.zh.contains("可以是：bash"), "{shells:?}");
    }
}
