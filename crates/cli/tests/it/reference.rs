//! `docs/reference/errors.md` is written from the list of codes; no code is used that is not on it (`make codegen` refreshes).

#[path = "../../src/errors.rs"]
#[allow(dead_code, reason = "the binary uses the rest")]
mod errors;

use domain::Lang;
use errors::{ALL, lookup, reference};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("../..")
}

fn page(lang: Lang) -> String {
    let title = lang.pick("错误代码", "Error codes");
    let about = lang.pick(
        "`zhiyin` 出错时给出的代码（`--json` 的 `error.code`）、随之的退出码、含义和办法。代码是稳定的契约。`a.*` 表示以 `a.` 开头的全部代码。",
        "The codes `zhiyin` gives when something goes wrong (`error.code` under `--json`), the exit codes they come with, what they mean and what to do. Codes are a stable contract. `a.*` stands for all codes that begin with `a.`.",
    );
    let mut text = format!("# {title}\n\n{about}\n\n## {}\n\n", lang.pick("命令", "Commands"));
    text.push_str(lang.pick("| 代码 | 退出码 | 含义 | 办法 |\n|---|---|---|---|\n", "| code | exit | what happened | what to do |\n|---|---|---|---|\n"));
    let mut entries: Vec<_> = ALL.iter().collect();
    entries.sort_by_key(|e| e.anchor());
    for e in entries {
        let (what, mend) = (lang.pick(e.what.0, e.what.1), lang.pick(e.mend.0, e.mend.1));
        text.push_str(&format!("| <a id=\"{}\"></a>`{}` | {} | {what} | {mend} |\n", e.anchor(), e.id, e.exit));
    }
    let place = |code: sources::Code| sources::Code::ALL.iter().position(|c| *c == code).expect("a code");
    let (rows, rest) = (place(sources::Code::RowUndecodable), place(sources::Code::EmailDropped));
    let files = [
        (0..rows, lang.pick("文件读不了（退出码 4）", "A file that cannot be read (exit code 4)")),
        (rows..rest, lang.pick("行被搁置的原因（`--rejects` 的 `code` 列）", "Why a row was set aside (column `code` of `--rejects`)")),
    ];
    for (range, heading) in files {
        text.push_str(&format!("\n## {heading}\n\n{}", lang.pick("| 代码 | 含义 |\n|---|---|\n", "| code | what happened |\n|---|---|\n")));
        for code in sources::Code::ALL.iter().take(range.end).skip(range.start) {
            let what = code.message(lang, &sources::Params::new());
            text.push_str(&format!("| <a id=\"{0}\"></a>`{0}` | {what} |\n", code.key()));
        }
    }
    text
}

#[test]
fn reference_of_errors() {
    for (lang, name) in [(Lang::En, "errors.md"), (Lang::Zh, "errors.zh-CN.md")] {
        let (path, text) = (root().join("docs/reference").join(name), page(lang));
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            fs::write(&path, &text).expect("the page is written");
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == text, "docs/reference/{name} is stale: run `make codegen`");
    }
}

/// Every `.rs` file of the product below a folder, in one line each.
fn sources_below(folder: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("the folder reads").path();
        if path.is_dir() && path.ends_with("tests") || path.ends_with("tests.rs") {
            continue;
        } else if path.is_dir() {
            sources_below(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("the file reads");
            let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            out.push(product.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

/// The text in quotes right behind each of these words.
fn named(text: &str, before: &str) -> Vec<String> {
    let parts = text.split(before).skip(1);
    parts.filter_map(|p| p.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned)).collect()
}

#[test]
fn every_code_that_is_used_is_explained() {
    let mut used = BTreeSet::new();
    let below = |folder: &str| {
        let mut all = Vec::new();
        sources_below(&root().join(folder), &mut all);
        all
    };
    for text in below("crates/cli/src").iter().chain(&below("crates/flow/src")) {
        for code in ["Failed", "Usage", "Config", "Rejected", "NotFound", "Permission", "Conflict", "Unavailable", "Interrupted"] {
            used.extend(named(text, &format!("Failure::new(Code::{code},")));
            used.extend(named(text, &format!("Failure::new( Code::{code},")));
        }
        for before in ["Error::invalid(", "Error::conflict(", "Error::denied(", " code: "] {
            used.extend(named(text, before));
        }
        used.extend(named(text, "not_found(").into_iter().map(|noun| format!("{noun}.not_found")));
    }
    let store = fs::read_to_string(root().join("crates/store/src/error.rs")).expect("the file reads");
    let codes = store.split("pub fn code(").nth(1).and_then(|t| t.split("pub fn ").next()).expect("the store names its codes");
    used.extend(named(codes, "=>"));
    assert!(used.len() > 60, "the search finds too little: {used:?}");
    let unknown: Vec<&String> = used.iter().filter(|id| reference(id, Lang::En).is_none()).collect();
    assert!(unknown.is_empty(), "not in crates/cli/src/errors.rs: {unknown:?}");
}

#[test]
fn anchors_are_unique_and_families_catch_their_own() {
    let anchors: BTreeSet<&str> = ALL.iter().map(errors::Entry::anchor).collect();
    assert_eq!(anchors.len(), ALL.len());
    for (id, anchor) in [("segment.not_found", "not_found"), ("import.not_found", "import.not_found"), ("segment.in_use", "segment"), ("import.state", "import.state"), ("file", "file"), ("rule.result_type", "rule")] {
        assert_eq!(lookup(id).map(errors::Entry::anchor), Some(anchor), "{id}");
    }
    assert_eq!(reference("file_empty", Lang::Zh).as_deref(), Some("docs/reference/errors.zh-CN.md#file_empty"));
    assert!(reference("no.such", Lang::En).is_none());
}
