//! `zhiyin completions`: a completion script for a shell.

use crate::{args::Cli, exit::Outcome};
use clap::CommandFactory;
use std::process::ExitCode;

/// Prints the script.
pub fn run(shell: clap_complete::Shell) -> Outcome {
    clap_complete::generate(shell, &mut Cli::command(), "zhiyin", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}
