//! `zhiyin completions`: a completion script for a shell.

use crate::{args::Cli, exit::Outcome, help, voice};
use clap::CommandFactory;
use domain::Lang;
use std::process::ExitCode;

/// Prints the script.
pub fn run(shell: clap_complete::Shell, lang: Lang) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::localise(Cli::command(), lang), "zhiyin", &mut script);
    voice::print(String::from_utf8_lossy(&script).trim_end());
    Ok(ExitCode::SUCCESS)
}
