//! `zhiyin`: the composition root. Parses what was typed, puts the pieces together, runs one command, ends with its code.

// what is written goes through `voice`, which knows that nobody may be listening
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod args_business;
mod args_customer;
mod args_records;
mod chosen;
mod command;
mod compose;
mod config;
mod errors;
mod exit;
mod help;
mod interrupt;
mod pipe;
mod reckon;
mod upgrade;
mod usage;
mod voice;

use args::{AuditAction, Cli, Command, CustomerAction, RecordsAction, Try, UserAction};
use clap::{CommandFactory, FromArgMatches};
use exit::Outcome;
use std::{ffi::OsString, process::ExitCode};
use voice::Voice;

/// Rows are made in one thread and let go in another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let early = usage::Early::of(&typed);
    let (lang, json) = (early.lang, early.json);
    let parsed = help::localise(Cli::command(), lang).try_get_matches_from(typed);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(e) => return usage::answer(&e, &early),
    };
    log(cli.global.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            voice::tell(&format!("error: {e}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(failure) => failure.report(lang, json),
    }
}

async fn run(cli: Cli) -> Outcome {
    let mut config = config::Config::load(&cli.global)?;
    if let Some(slug) = &cli.global.business {
        config.chosen = Some(chosen::place(slug, &cli.command, &config).await?);
    }
    let voice = Voice::new(&cli.global, config.lang.as_deref());
    match cli.command {
        Command::Demo { port, customers, seed, data, attempt } => {
            command::demo::run(port, (customers, seed), data, attempt.dry_run, &voice).await
        }
        Command::Serve { home, listen, origin, proxies, egress_port, egress_allow } => {
            config.egress.and(&egress_port, &egress_allow);
            let listen = listen.or_else(|| config.server.listen.clone()).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
            let origin = origin.or_else(|| config.server.origin.clone());
            let requests_a_minute = config.server.requests_a_minute.unwrap_or(command::serve::REQUESTS_A_MINUTE);
            command::serve::run(&home, command::serve::Reach { listen, origin, proxies, requests_a_minute }, &config, &voice).await
        }
        Command::Import { home, files, reckoning, attempt: Try { dry_run }, yes, history, parse_only, undo, everything } => {
            let how = command::import::How { dry_run, yes, history, parse_only };
            if let Some(file) = everything {
                return command::everything::import(&home, &file, dry_run, &config, &voice).await;
            }
            match undo {
                Some(id) => command::import::undo(&home, &id, dry_run, &config, &voice).await,
                None => command::import::run(&home, &files, &reckoning, how, &config, &voice).await,
            }
        }
        Command::Classify { files, reckoning, out, format, strict, as_of, definitions, attempt: Try { dry_run } } => {
            let what = command::classify::What { out, format, strict, as_of, definitions, dry_run };
            command::classify::run(&files, &reckoning, what, &voice).await
        }
        Command::Segment { home, rule, rules, segment, out, format, as_of, attempt: Try { dry_run } } => {
            let what = command::segment::What { rule, rules, segment, out, format, as_of, dry_run };
            command::segment::run(&home, what, &config, &voice).await
        }
        Command::Dedupe { input, id, out, threshold, columns, also, not, seed, attempt } => {
            let choice = flow::duplicates::Choice { id, columns, also, not, threshold, seed };
            command::dedupe::run(&input, choice, out.as_ref(), attempt.dry_run, &voice).await
        }
        Command::Features { home } => command::features::run(&home, &config, &voice).await,
        Command::Export { home, folder, everything: true, format, attempt } => command::everything::export(&home, &folder, format.into(), attempt.dry_run, &config, &voice).await,
        Command::Export { home, folder, attempt, .. } => command::definitions::export(&home, &folder, attempt.dry_run, &config, &voice).await,
        Command::Apply { home, folder, attempt } => command::definitions::apply(&home, &folder, attempt.dry_run, &config, &voice).await,
        Command::User { action } => match action {
            UserAction::Password { home, email, attempt } => command::user::password(&home, email.as_deref(), attempt.dry_run, &config, &voice).await,
            UserAction::SecondFactor { home, email, attempt } => command::member::second_factor(&home, &email, attempt.dry_run, &config, &voice).await,
            UserAction::List { home } => command::member::list(&home, &config, &voice).await,
            UserAction::Add { home, email, name, standing, attempt } => {
                command::member::add(&home, &command::member::Newcomer { email, name, standing }, attempt.dry_run, &config, &voice).await
            }
            UserAction::Role { home, email, standing, attempt } => command::member::role(&home, &email, standing, attempt.dry_run, &config, &voice).await,
            UserAction::Remove { home, email, attempt } => command::member::remove(&home, &email, attempt.dry_run, &config, &voice).await,
        },
        Command::Business { action } => command::business::run(action, &config, &voice).await,
        Command::Customer { action: CustomerAction::Erase { home, id, reason, confirm, attempt } } => {
            let what = command::customer::What { id, reason, confirm, dry_run: attempt.dry_run };
            command::customer::erase(&home, what, &config, &voice).await
        }
        Command::Customer { action: CustomerAction::Profiling { home, ids, allow, how, on, attempt } } => {
            let what = command::profiling::What { ids, allow, how, on, dry_run: attempt.dry_run };
            command::profiling::run(&home, what, &config, &voice).await
        }
        Command::Customer { action: CustomerAction::Set { home, field, ids, value, clear: _, rule, segment, all: _, attempt } } => {
            let filter = [("rule", rule), ("segment", segment)].into_iter().filter_map(|(name, said)| Some((name.to_owned(), said?))).collect();
            let what = command::field::What { field, value, ids, filter, dry_run: attempt.dry_run };
            command::field::run(&home, what, &config, &voice).await
        }
        Command::Records { action: RecordsAction::Import { home, object, file, map, by, sheet, rejects, attempt } } => {
            let what = command::records::What { object, file, map, by, sheet, rejects, dry_run: attempt.dry_run };
            command::records::run(&home, what, &config, &voice).await
        }
        Command::Audit { action: AuditAction::Verify { home, head } } => command::audit::verify(&home, head.as_deref(), &config, &voice).await,
        Command::Backup { home, to, attempt } => command::backup::run(&home, to.as_deref(), attempt.dry_run, &config, &voice).await,
        Command::Restore { home, file, replace, keep_tokens, attempt } => {
            let how = command::restore::How { replace, keep_tokens, dry_run: attempt.dry_run };
            command::restore::run(&home, &file, how, &config, &voice).await
        }
        Command::Doctor { home, bundle, attempt } => command::doctor::run(&home, bundle.as_deref(), attempt.dry_run, &config, &voice).await,
        Command::Man => command::man::run(voice.lang),
        Command::Completions { shell } => command::completions::run(shell, voice.lang),
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
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false).init();
}
