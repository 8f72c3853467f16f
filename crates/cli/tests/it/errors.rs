//! Errors say what, where and what to do, in the reader's language, and end with the code that scripts know.

use crate::{
    files::{REFUNDS, orders},
    place::{Answer, Engine, Place, run},
};

/// Ends with `code`, names `id`, and says it in JSON and in words.
#[track_caller]
fn fails(answer: Answer, code: i32, id: &str, words: &str) {
    let answer = answer.ends(code);
    let error = &answer.json()["error"];
    assert_eq!(error["code"], id, "{answer:#?}");
    assert!(error["message"].as_str().is_some_and(|m| m.contains(words)), "{answer:#?}");
    assert!(answer.err.contains(words), "{answer:#?}");
}

#[test]
fn a_file_that_is_not_there_is_named_in_both_languages() {
    let place = Place::sqlite();
    for command in ["classify", "import"] {
        let out = if command == "classify" { &["--out", "out.csv"][..] } else { &["--yes"][..] };
        let ask = |lang: &str| run(place.zhiyin([command, "--orders", "nope.csv", "--json", "--lang", lang]).args(out));
        fails(ask("en"), 5, "file", "nope.csv does not exist");
        fails(ask("zh-CN"), 5, "file", "找不到 nope.csv");
    }
    let words = run(&mut place.zhiyin(["classify", "--orders", "nope.csv", "--out", "out.csv", "--lang", "zh-CN"])).ends(5);
    assert_eq!((words.out.as_str(), words.err.trim_end()), ("", "错误 file: 找不到 nope.csv\n  核对路径和权限，以及磁盘空间\n  详见 docs/reference/errors.zh-CN.md#file"));
    assert!(!place.path("zhiyin-data").exists() && !place.path("out.csv").exists());
}

#[test]
fn wrong_usage_is_2() {
    let place = Place::sqlite();
    run(&mut place.zhiyin(["fly"])).ends(2);
    run(&mut place.zhiyin(["classify", "--no-such-flag"])).ends(2);
    let file = place.file("refunds.csv", REFUNDS);
    fails(run(place.zhiyin(["classify", "--json", "--refunds"]).arg(&file)), 2, "out", "--out");
    fails(run(place.zhiyin(["classify", "--json", "--out", "x.docx", "--refunds"]).arg(&file)), 2, "out", "x.docx");
    fails(run(&mut place.at_home(["import", "--yes", "--json"])), 2, "files", "no file");
    fails(run(&mut place.at_home(["segment", "--json"])), 2, "rule", "no rule");
    fails(run(place.at_home(["import", "--json", "--yes", "--time-zone", "Mars/Base", "--refunds"]).arg(&file)), 2, "time_zone", "Mars/Base");
    fails(run(place.at_home(["import", "--json", "--yes", "--currency", "dollars", "--refunds"]).arg(&file)), 2, "currency", "dollars");
}

#[test]
fn a_wrong_configuration_is_3() {
    let place = Place::sqlite();
    fails(run(&mut place.zhiyin(["doctor", "--json", "--config", "nope.toml"])), 3, "file", "nope.toml");
    place.file("zhiyin.toml", "[store]\nurll = \"sqlite:x.db\"\n");
    fails(run(&mut place.zhiyin(["doctor", "--json"])), 3, "config", "urll");
    let mapping = place.file("mapping.json", "{}");
    let (text, _) = orders(0, 1);
    let file = place.file("orders.csv", &text);
    std::fs::remove_file(place.path("zhiyin.toml")).expect("the file goes");
    fails(run(place.at_home(["import", "--yes", "--json", "--mapping"]).arg(mapping).arg("--orders").arg(file)), 3, "mapping", "mapping.json");
}

#[test]
fn what_is_no_table_is_refused_and_leaves_nothing() {
    let place = Place::sqlite();
    let mut bytes = b"PK\x03\x04 this is no workbook ".to_vec();
    bytes.extend((0..=255).cycle().take(4_000));
    std::fs::write(place.path("broken.xlsx"), bytes).expect("the folder is writable");
    let said = run(&mut place.at_home(["import", "--yes", "--json", "--orders", "broken.xlsx"])).ends(4);
    assert!(said.json()["error"]["message"].as_str().is_some_and(|m| m.contains("broken.xlsx")), "{said:#?}");
    let world = crate::world::World::of(&place);
    assert_eq!((world.orders(), world.committed.len()), (0, 0));
}

#[test]
fn what_is_not_there_is_5_and_what_is_over_is_7() {
    let place = Place::sqlite();
    let (text, _) = orders(0, 1);
    let file = place.file("orders.csv", &text);
    let import = place.import(&file).ends(0).json()["import"].as_str().expect("an import id").to_owned();
    fails(run(&mut place.at_home(["import", "--undo", "imp_nothing", "--json"])), 5, "import.not_found", "imp_nothing");
    fails(run(&mut place.at_home(["apply", "--json", "nowhere"])), 5, "folder", "nowhere");
    // with facts in the folder
    let other = run(place.at_home(["import", "--yes", "--json", "--time-zone", "Asia/Shanghai", "--orders"]).arg(&file));
    fails(other, 7, "workspace.settled", "UTC");
    run(&mut place.at_home(["import", "--undo", &import, "--json"])).ends(0);
    fails(run(&mut place.at_home(["import", "--undo", &import, "--json"])), 7, "import.state", &import);
}

#[test]
fn a_wrong_rule_is_shown_with_the_character() {
    let place = Place::sqlite();
    let (text, _) = orders(0, 1);
    place.import(&place.file("orders.csv", &text)).ends(0);
    // (rule, what the caret stands under)
    let rules = [
        ("net >= 5 and no_such_thing > 3", "no_such_thing"),
        ("net >= 5 andd orders > 3", "andd"),
        ("orders >= 1 and net >= \"much\"", "net >= \"much\""),
    ];
    for (rule, wrong) in rules {
        for lang in ["en", "zh-CN"] {
            let said = run(&mut place.at_home(["segment", "--rule", rule, "--lang", lang, "--json"])).ends(4);
            assert_eq!(said.json()["error"]["code"], "rule", "{said:#?}");
            let lines: Vec<&str> = said.err.lines().collect();
            let at = lines.iter().position(|l| l.trim() == rule).unwrap_or_else(|| panic!("the rule is not shown: {said:#?}"));
            let (shown, caret) = (lines[at], lines.get(at + 1).copied().unwrap_or_default());
            let under: String = shown.chars().zip(caret.chars()).filter(|(_, c)| *c == '^').map(|(s, _)| s).collect();
            assert!(!under.is_empty() && wrong.starts_with(under.trim()), "{rule}: the caret stands under {under:?}: {said:#?}");
        }
    }
}

#[test]
fn a_database_that_does_not_answer_is_said() {
    let place = Place::new(Engine::Sqlite);
    let (text, _) = orders(0, 1);
    let file = place.file("orders.csv", &text);
    let import = |store: &str| run(place.zhiyin(["import", "--yes", "--json", "--data", "data", "--store", store, "--orders"]).arg(&file));
    let said = import("mysql://localhost/x").ends(3);
    assert_eq!(said.json()["error"]["code"], "store.address", "{said:#?}");
    assert!(said.json()["error"]["hint"].as_str().is_some_and(|h| h.contains("doctor")), "{said:#?}");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let said = import(&format!("postgres://127.0.0.1:{nobody}/x")).ends(8);
    assert_eq!(said.json()["error"]["code"], "store.unavailable", "{said:#?}");
}
