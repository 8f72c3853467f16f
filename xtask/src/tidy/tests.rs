//! Each rule must fail when it is broken.

use super::*;

fn found(name: &str, text: &str) -> Vec<String> {
    let mut out = Vec::new();
    source(name, text, &mut out);
    out
}

#[test]
fn finds_time_from_the_world_outside_the_clock() {
    let text = "//! x\nlet t = std::time::Instant::now();\n";
    assert_eq!(found("crates/flow/src/a.rs", text).len(), 1);
    assert_eq!(found("crates/cli/src/a.rs", text).len(), 0);
    assert_eq!(found("crates/flow/src/a.rs", "//! x\n// Instant::now() in words\n").len(), 0);
}

#[test]
fn finds_unwrap_in_parsers_but_not_in_their_tests() {
    assert_eq!(found("crates/sources/src/csv.rs", "//! x\nlet a = b.unwrap();\n").len(), 1);
    assert_eq!(found("crates/sources/src/csv.rs", "//! x\n#[cfg(test)]\nmod tests {\nlet a = b.unwrap();\n}\n").len(), 0);
}

#[test]
fn finds_formatted_sql_long_files_and_missing_openings() {
    assert_eq!(found("crates/store/src/a.rs", "//! x\nlet q = format!(\"SELECT {x}\");\n").len(), 1);
    assert_eq!(found("crates/store/src/a.rs", &format!("//! x\n{}", "\n".repeat(LONGEST + 1))).len(), 1);
    assert_eq!(found("crates/store/src/a.rs", "fn main() {}\n").len(), 1);
}

#[test]
fn finds_keys_that_one_language_lacks() {
    let dir = std::env::temp_dir().join(format!("zhiyin-tidy-{}", std::process::id()));
    for (lang, text) in [("zh-CN", r#"{"a":{"b":"甲"},"c":"乙"}"#), ("en", r#"{"a":{"b":"A"},"n_one":"1","d":""}"#)] {
        let folder = dir.join("web/src/i18n/locales").join(lang);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("x.json"), text).unwrap();
    }
    let mut out = Vec::new();
    locales(&dir, &mut out).unwrap();
    assert_eq!(out.len(), 4, "{out:#?}");
}

#[test]
fn finds_a_room_that_reaches_too_far() {
    let dir = std::env::temp_dir().join(format!("zhiyin-rooms-{}", std::process::id()));
    for (name, _) in ROOMS {
        let folder = if *name == "xtask" { dir.join("xtask") } else { dir.join("crates").join(name) };
        fs::create_dir_all(&folder).unwrap();
        let deps = if *name == "domain" { "tokio = \"1\"\nlake = \"1\"\n" } else { "" };
        fs::write(folder.join("Cargo.toml"), format!("[package]\nname = \"{name}\"\n[dependencies]\n{deps}")).unwrap();
    }
    let mut out = Vec::new();
    rooms(&dir, &mut out).unwrap();
    assert_eq!(out.len(), 2, "{out:#?}");
}
