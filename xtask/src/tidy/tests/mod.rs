//! Each rule must fail when it is broken. Most break one rule of a tiny tree that keeps them all.

mod code;
mod tree;

use super::*;

/// What the checks of one file say.
fn found(name: &str, text: &str) -> Vec<String> {
    let mut out = Vec::new();
    source(name, text, &mut out);
    out
}

/// Each of these lines, alone in a function of this file, is found, and by this word.
fn each_found(name: &str, lines: &[&str], word: &str) {
    for line in lines {
        let said = found(name, &format!("//! x\nfn f() {{\n{line}\n}}\n"));
        assert!(said.iter().any(|s| s.contains(word)), "not found in {name}: {line}\n{said:#?}");
    }
}

fn none_found(name: &str, lines: &[&str]) {
    for line in lines {
        let said = found(name, &format!("//! x\nfn f() {{\n{line}\n}}\n"));
        assert!(said.is_empty(), "found in {name}: {line}\n{said:#?}");
    }
}
