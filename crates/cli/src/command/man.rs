//! `zhiyin man`: the whole command line as one manual page, in the reader's language.

use crate::{args::Cli, exit::Outcome, help, voice};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use domain::Lang;
use std::{io, process::ExitCode};

/// Headings the generator writes, and theirs in Chinese.
const HEADINGS: &[(&str, &str)] =
    &[("NAME", "名称"), ("SYNOPSIS", "概要"), ("DESCRIPTION", "说明"), ("OPTIONS", "选项"), ("SUBCOMMANDS", "命令"), ("VERSION", "版本")];

/// Prints the page.
pub fn run(lang: Lang) -> Outcome {
    voice::print(page(lang).unwrap_or_default().trim_end());
    Ok(ExitCode::SUCCESS)
}

/// The page as roff: the command, every command of it with its flags and examples, exit codes, environment and files.
fn page(lang: Lang) -> io::Result<String> {
    // what stands below the help has sections of its own here
    let command = help::localise(Cli::command(), lang).after_help("");
    let mut roff = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut roff)?;
    man.render_name_section(&mut roff)?;
    man.render_synopsis_section(&mut roff)?;
    man.render_description_section(&mut roff)?;
    man.render_options_section(&mut roff)?;
    for sub in command.get_subcommands() {
        commands(sub, &format!("zhiyin {}", sub.get_name()), lang, &mut roff)?;
    }
    let mut text = help::frame(&String::from_utf8_lossy(&roff), lang);
    section(&mut text, lang.pick("退出码", "EXIT STATUS"), help::codes(lang));
    let environment = lang.pick(
        "ZHIYIN_DATA 数据目录 · ZHIYIN__STORE__URL 数据库 · LC_ALL、LANG 语言 · NO_COLOR 不用颜色 · RUST_LOG 日志",
        "ZHIYIN_DATA data folder · ZHIYIN__STORE__URL database · LC_ALL, LANG language · NO_COLOR no colours · RUST_LOG logs",
    );
    section(&mut text, lang.pick("环境变量", "ENVIRONMENT"), environment);
    let files = lang.pick(
        "./zhiyin.toml 配置 · zhiyin-data/zhiyin.db 数据库 · zhiyin-data/lake/ 事实（Parquet）",
        "./zhiyin.toml configuration · zhiyin-data/zhiyin.db database · zhiyin-data/lake/ facts (Parquet)",
    );
    section(&mut text, lang.pick("文件", "FILES"), files);
    section(&mut text, lang.pick("版本", "VERSION"), env!("CARGO_PKG_VERSION"));
    if lang == Lang::Zh {
        for (en, zh) in HEADINGS {
            text = text.replace(&format!(".SH {en}\n"), &format!(".SH {zh}\n"));
        }
    }
    Ok(text)
}

/// A command's own section, and those of the commands below it.
fn commands(command: &Command, name: &str, lang: Lang, roff: &mut Vec<u8>) -> io::Result<()> {
    let mut text = String::new();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    section(&mut text, name, &about);
    let mut flags = Vec::new();
    Man::new(command.clone().disable_help_flag(true).disable_version_flag(true)).render_options_section(&mut flags)?;
    // the flags follow under the command's own heading
    let flags = String::from_utf8_lossy(&flags).replace(".SH OPTIONS\n", "");
    text.push_str(&flags);
    for example in help::examples(command.get_name(), lang).into_iter().flat_map(str::lines) {
        text.push_str(&format!(".PP\n.nf\n    {}\n.fi\n", plain(example)));
    }
    if let Some(ending) = help::ending(command.get_name(), lang) {
        text.push_str(&format!(".PP\n{}\n", plain(ending)));
    }
    roff.extend_from_slice(text.as_bytes());
    command.get_subcommands().try_for_each(|sub| commands(sub, &format!("{name} {}", sub.get_name()), lang, roff))
}

fn section(page: &mut String, title: &str, text: &str) {
    if !page.is_empty() && !page.ends_with('\n') {
        page.push('\n');
    }
    page.push_str(&format!(".SH \"{}\"\n{}\n", plain(title), plain(text)));
}

/// Text that roff takes for nothing else.
fn plain(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_command_flag_and_exit_code_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            let page = page(lang).expect("memory takes it");
            for sub in Cli::command().get_subcommands() {
                assert!(page.contains(&format!("zhiyin {}", sub.get_name())), "{} is not there: {page}", sub.get_name());
                for flag in sub.get_arguments().filter_map(clap::Arg::get_long) {
                    assert!(page.contains(&flag.replace('-', "\\-")), "--{flag} of {} is not there", sub.get_name());
                }
            }
            assert!(page.contains("130") && page.contains("ZHIYIN_DATA") && page.starts_with(".ie"), "{page}");
        }
        let chinese = page(Lang::Zh).expect("memory takes it");
        for word in ["名称", "概要", "选项", "退出码", "环境变量", "只说会发生什么"] {
            assert!(chinese.contains(word), "{word}");
        }
        assert!(!chinese.contains(".SH NAME") && !chinese.contains(".SH OPTIONS"));
    }
}
