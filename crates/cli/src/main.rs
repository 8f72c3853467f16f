//! `zhiyin`: the composition root. Parses what was typed, puts the pieces together, runs one command, ends with its code.

mod args;
mod command;
mod compose;
mod config;
mod exit;
mod help;
mod voice;

use args::{Cli, Command, UserAction};
use clap::{CommandFactory, FromArgMatches};
use exit::Outcome;
use std::process::ExitCode;
use voice::Voice;

fn main() -> ExitCode {
    let typed: Vec<String> = std::env::args().collect();
    let named = typed.iter().position(|a| a == "--lang").and_then(|i| typed.get(i + 1)).map(String::as_str);
    let inline = typed.iter().find_map(|a| a.strip_prefix("--lang="));
    let lang = config::language(named.or(inline), None);
    let matches = match help::localise(Cli::command(), lang).try_get_matches() {
        Ok(matches) => matches,
        Err(e) => e.exit(),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(e) => e.exit(),
    };
    log(cli.global.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("error: {e}");
            return ExitCode::FAILURE;
        }
    };
    let json = cli.global.json;
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(failure) => failure.report(lang, json),
    }
}

async fn run(cli: Cli) -> Outcome {
    let config = config::Config::load(&cli.global)?;
    let voice = Voice::new(&cli.global, config.lang.as_deref());
    match cli.command {
        Command::Demo { port, customers, seed, data } => command::demo::run(port, customers, seed, data, &voice).await,
        Command::Serve { home, listen, origin, proxies } => {
            let listen = listen.or_else(|| config.server.listen.clone()).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
            let origin = origin.or_else(|| config.server.origin.clone());
            command::serve::run(&home, command::serve::Reach { listen, origin, proxies }, &config, &voice).await
        }
        Command::Import { home, files, reckoning, dry_run, yes, history, parse_only, undo } => {
            let how = command::import::How { dry_run, yes, history, parse_only };
            match undo {
                Some(id) => command::import::undo(&home, &id, &config, &voice).await,
                None => command::import::run(&home, &files, &reckoning, how, &config, &voice).await,
            }
        }
        Command::Classify { files, reckoning, out, as_of, definitions } => {
            command::classify::run(&files, &reckoning, &out, as_of.as_deref(), definitions.as_deref(), &voice).await
        }
        Command::Segment { home, rule, rules, segment, out, as_of } => {
            let what = command::segment::What { rule, rules, segment, out, as_of };
            command::segment::run(&home, what, &config, &voice).await
        }
        Command::Dedupe { input, id, out, threshold, columns, also, not, seed } => {
            let choice = flow::duplicates::Choice { id, columns, also, not, threshold, seed };
            command::dedupe::run(&input, choice, out.as_deref(), &voice).await
        }
        Command::Features { home } => command::features::run(&home, &config, &voice).await,
        Command::Export { home, folder } => command::definitions::export(&home, &folder, &config, &voice).await,
        Command::Apply { home, folder, dry_run } => command::definitions::apply(&home, &folder, dry_run, &config, &voice).await,
        Command::User { action: UserAction::Password { home, email } } => command::user::password(&home, email.as_deref(), &config, &voice).await,
        Command::Doctor { home } => command::doctor::run(&home, &config, &voice).await,
        Command::Completions { shell } => command::completions::run(shell),
    }
}

/// Logs to standard error: warnings, or more with -v, or what RUST_LOG asks for.
fn log(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
