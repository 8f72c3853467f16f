//! House-keeping: `cargo run -p xtask -- tidy` checks the house rules by machine.

mod tidy;

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    // asked when it runs: clones that share a target folder share this program, too
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {
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
        _ => anyhow::bail!("usage: xtask tidy"),
    }
}
