//! House-keeping: `cargo run -p xtask -- tidy` checks the house rules by machine, `-- load` plays requests against a server.

mod load;
mod tidy;

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    // asked when it runs: clones that share a target folder share this program, too
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((what, rest)) if what == "load" => load::run(rest),
        Some((what, _)) if what == "tidy" => {
            let found = tidy::check(&root)?;
            for line in &found {
                eprintln!("{line}");
            }
            if !found.is_empty() {
                eprintln!("{} things to tidy", found.len());
                std::process::exit(1);
            }
            println!("tidy: every house rule holds");
            Ok(())
        }
        _ => anyhow::bail!("usage: xtask tidy | load"),
    }
}
