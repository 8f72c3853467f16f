//! The real binary, as people and scripts use it.

mod account;
mod answers;
mod backup;
mod businesses;
mod classify;
mod contract;
mod crowds;
mod dedupe;
mod definitions;
mod desk;
mod endings;
mod erasure;
mod errors;
mod everything;
mod failpoints;
mod field;
mod files;
mod formats;
mod interrupted;
mod jobs;
mod kills;
mod own;
mod pipes;
mod processes;
mod profiling;
mod place;
mod posts;
mod reckoned;
mod records;
mod reference;
mod report;
mod same;
mod secrets;
mod server;
mod tried;
mod upgrade;
mod webhooks;
mod workbook;
mod world;

use std::process::{Command, Output};

/// The binary, speaking English, without the machine's own settings.
fn zhiyin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhiyin"));
    command.env("LC_ALL", "C.UTF-8").env_remove("ZHIYIN_DATA").env_remove("ZHIYIN__STORE__URL").env_remove("ZHIYIN_FAILPOINT");
    command.current_dir(std::env::temp_dir());
    command
}

/// Runs it; what it said.
fn run(command: &mut Command) -> Output {
    command.output().expect("the binary starts")
}

/// The JSON document on standard output.
fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        panic!("{e}: {}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}
