//! How commands end: with 4 when rows were rejected (and when not), 6 without permission, 2 for what was mistyped, said in
//! the reader's language and in JSON.

use crate::{
    files::{SHOP_ORDERS, csv, dirty_orders},
    place::{Answer, Place, run},
};
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    process::Command,
};

#[test]
fn rejected_rows_end_with_4_where_rows_are_taken_in() {
    let place = Place::sqlite();
    let (dirty, clean) = (place.file("dirty.csv", &dirty_orders(0, 3).0), place.file("clean.csv", SHOP_ORDERS));
    for (file, code, quarantined) in [(&dirty, 4, 1), (&clean, 0, 0)] {
        for how in [&["--parse-only"][..], &["--dry-run"], &["--yes"]] {
            let said = run(place.at_home(["import", "--json", "--currency", "USD"]).args(how).arg("--orders").arg(file)).ends(code).json();
            assert_eq!(said["quarantined"], quarantined, "{how:?}: {said}");
        }
    }
}

#[test]
fn reading_only_writes_the_rows_that_would_be_set_aside() {
    let place = Place::sqlite();
    let (dirty, more) = (place.file("dirty.csv", &dirty_orders(0, 3).0), place.file("more.csv", &dirty_orders(1, 2).0));
    let read = |to: &str| run(place.at_home(["import", "--parse-only", "--rejects", to, "--orders"]).arg(&dirty).arg("--orders").arg(&more)).ends(4);
    read("aside.csv");
    let rows = csv(&place.text("aside.csv"));
    let told: Vec<[&str; 3]> = rows.iter().map(|r| ["file", "code", "Order ID"].map(|name| r[name].as_str())).collect();
    assert_eq!(told, [["dirty.csv", "customer_missing", "F0-nobody"], ["more.csv", "customer_missing", "F1-nobody"]]);
    assert_eq!(read("-").out, place.text("aside.csv"));
    assert!(!place.data().exists(), "a data folder was made");
}

#[test]
fn classify_ends_with_0_when_the_result_is_there_unless_strict() {
    let place = Place::sqlite();
    let dirty = place.file("dirty.csv", &dirty_orders(0, 3).0);
    let hopeless = place.file("hopeless.csv", "Order ID,Customer ID,Order time,Paid\nO1,A,never,1.00\nO2,B,,2.00\n");
    let classify = |file, more: &[&str]| run(place.zhiyin(["classify", "--json", "--out", "out.csv", "--orders"]).arg(file).args(more));
    let said = classify(&dirty, &[]).ends(0).json();
    assert_eq!((&said["accepted"], &said["quarantined"]), (&7.into(), &1.into()), "the count is in the answer: {said}");
    assert!(place.path("out.csv").exists());
    fs::remove_file(place.path("out.csv")).expect("the file goes");
    assert_eq!(classify(&dirty, &["--strict"]).ends(4).json()["quarantined"], 1);
    assert!(place.path("out.csv").exists(), "strict is about the code, not about the result");
    assert_eq!(classify(&hopeless, &[]).ends(4).json()["accepted"], 0);
    let help = run(&mut place.zhiyin(["classify", "--help"])).ends(0).out;
    assert!(help.contains("--strict") && help.contains("Ends with 0 when the result was written"), "{help}");
}

/// Runs it as somebody who may not do everything; tests often run as root, who may.
fn as_nobody(place: &Place, args: &[&str]) -> Answer {
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o755)).expect("the folder is ours");
    let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    if !root {
        return run(&mut place.zhiyin(args));
    }
    // the binary may lie where only root can go
    let (built, there) = (env!("CARGO_BIN_EXE_zhiyin"), place.path("zhiyin"));
    if !there.exists() {
        fs::copy(built, &there).expect("the binary is copied");
        fs::set_permissions(&there, fs::Permissions::from_mode(0o755)).expect("the copy is ours");
    }
    let mut command = Command::new(there);
    command.uid(65_534).gid(65_534).args(args).current_dir(place.path("")).env_clear().env("TZ", "UTC").env("HOME", "/nonexistent");
    command.env("TMPDIR", place.path("tmp"));
    run(&mut command)
}

#[test]
fn without_permission_it_ends_with_6() {
    let place = Place::sqlite();
    fs::create_dir(place.path("tmp")).expect("a folder");
    fs::set_permissions(place.path("tmp"), fs::Permissions::from_mode(0o777)).expect("the folder is ours");
    fs::create_dir(place.path("mine")).expect("a folder");
    place.file("open.csv", SHOP_ORDERS);
    place.file("closed.csv", SHOP_ORDERS);
    let set = |name: &str, mode| fs::set_permissions(place.path(name), fs::Permissions::from_mode(mode)).expect("it is ours");
    set("open.csv", 0o644);
    set("closed.csv", 0o000);
    set("mine", 0o555);
    let cases: &[(&[&str], &str)] = &[
        (&["classify", "--json", "--orders", "closed.csv", "--out", "tmp/out.csv"], "closed.csv"),
        (&["classify", "--json", "--orders", "open.csv", "--out", "mine/out.csv"], "mine"),
        (&["import", "--json", "--yes", "--orders", "open.csv", "--data", "mine/data"], "mine/data"),
        (&["import", "--json", "--yes", "--orders", "open.csv", "--data", "mine"], "mine"),
        (&["export", "--json", "mine/definitions"], "ermission"),
    ];
    for (args, words) in cases {
        let answer = as_nobody(&place, args).ends(6);
        let error = &answer.json()["error"];
        assert_eq!((&error["code"], &error["exit"]), (&"file".into(), &6.into()), "{args:?}: {answer:#?}");
        assert!(error["message"].as_str().is_some_and(|m| m.contains(words)), "{args:?}: {answer:#?}");
    }
}

#[test]
fn what_only_looks_works_where_nothing_can_be_written() {
    let place = Place::sqlite();
    fs::create_dir(place.path("tmp")).expect("a folder");
    fs::set_permissions(place.path("tmp"), fs::Permissions::from_mode(0o777)).expect("the folder is ours");
    place.import(&place.file("orders.csv", SHOP_ORDERS)).ends(0);
    let data = place.data().display().to_string();
    let chmod = |how: &str| run(Command::new("chmod").args(["-R", how, &data])).ends(0);
    chmod("a+rX,a-w");
    let rule = ["segment", "--data", &data, "--json", "--rule", "orders >= 1"];
    let said = as_nobody(&place, &rule).ends(0).json();
    assert_eq!(said["rules"][0]["count"], 3, "{said}");
    let out = ["segment", "--data", &data, "--rule", "orders >= 1", "--out", "tmp/who.csv", "--quiet"];
    as_nobody(&place, &out).ends(0);
    assert_eq!(csv(&place.text("tmp/who.csv")).len(), 3);
    assert!(as_nobody(&place, &["features", "--data", &data, "--lang", "en"]).ends(0).out.contains("dormancy_threshold_days"));
    assert!(as_nobody(&place, &["export", "-", "--data", &data]).ends(0).out.contains("key: rfm_8"));
    assert_eq!(as_nobody(&place, &["audit", "verify", "--data", &data, "--json"]).ends(0).json()["whole"], true);
    assert_eq!(as_nobody(&place, &["user", "list", "--data", &data, "--json"]).ends(0).json()["members"], serde_json::json!([]));
    // a log that was never written back can be read only where it can be
    chmod("u+w");
    fs::write(place.data().join("zhiyin.db-wal"), [0; 64]).expect("the folder is ours");
    fs::remove_file(place.data().join("zhiyin.db-shm")).ok();
    chmod("a+rX,a-w");
    assert_eq!(as_nobody(&place, &rule).ends(6).json()["error"]["code"], "file");
    chmod("u+w");
}

#[test]
fn what_was_mistyped_is_said_in_both_languages_and_in_json() {
    let place = Place::sqlite();
    let typed: &[(&[&str], &str, &str)] = &[
        (&["fly"], "没有命令 fly", "there is no command fly"),
        (&["import", "--order", "x.csv"], "没有参数 --order", "there is no argument --order"),
        (&["export"], "缺少 <FOLDER>", "<FOLDER> is missing"),
        (&["demo", "--port", "x"], "--port <PORT> 不能是 x", "x is no value of --port <PORT>"),
        (&["completions", "cmd"], "<SHELL> 不能是 cmd", "cmd is no value of <SHELL>"),
    ];
    for (args, zh, en) in typed {
        for (lang, words) in [("zh-CN", zh), ("en", en)] {
            let said = run(place.zhiyin(["--lang", lang, "--json"]).args(*args)).ends(2);
            let error = &said.json()["error"];
            assert_eq!((&error["code"], &error["exit"]), (&"usage".into(), &2.into()), "{said:#?}");
            assert!(error["message"].as_str().is_some_and(|m| m.contains(words)), "{said:#?}");
            assert!(error["hint"].is_string() && error["docs"].is_string(), "{said:#?}");
            let plain = run(place.zhiyin(["--lang", lang]).args(*args)).ends(2);
            let frame = if lang == "en" { "error usage: " } else { "错误 usage: " };
            assert!(plain.out.is_empty() && plain.err.starts_with(frame) && plain.err.contains(words), "{plain:#?}");
            let foreign = if lang == "en" { plain.err.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) } else { ["Usage", "error:", "tip:", "unexpected"].iter().any(|w| plain.err.contains(w)) };
            assert!(!foreign, "in the wrong language: {plain:#?}");
        }
    }
    let meant = run(&mut place.zhiyin(["import", "--order", "x.csv", "--lang", "zh-CN"])).ends(2);
    assert!(meant.err.contains("您是不是要写 --orders？") && meant.err.contains("用法："), "{meant:#?}");
    // nothing typed: the help, and where to begin
    let nothing = run(&mut place.zhiyin::<&str>([])).ends(2);
    assert!(nothing.err.contains("Usage:") && nothing.err.contains("zhiyin demo"), "{nothing:#?}");
    assert_eq!(run(&mut place.zhiyin(["--json"])).ends(2).json()["error"]["code"], "usage");
    // the configuration's language is the reader's, too
    place.file("zhiyin.toml", "lang = \"zh-CN\"\n");
    let said = run(&mut place.zhiyin(["fly"])).ends(2);
    assert!(said.err.starts_with("错误 usage: 没有命令 fly"), "{said:#?}");
    let said = run(&mut place.zhiyin(["classify", "--orders", "nope.csv", "--out", "x.csv"])).ends(5);
    assert!(said.err.starts_with("错误 file: 找不到 nope.csv"), "{said:#?}");
}

#[test]
fn help_in_chinese_has_no_english_around_it() {
    let place = Place::sqlite();
    for args in [&["--help"][..], &["import", "--help"], &["user", "password", "--help"], &["completions", "-h"]] {
        let help = run(place.zhiyin(["--lang", "zh-CN"]).args(args)).ends(0).out;
        assert!(help.contains("用法："), "{help}");
        for english in ["Usage:", "Options:", "Commands:", "Arguments:", "Print help", "[default:", "[env:", "[possible values:"] {
            assert!(!help.contains(english), "{english}: {help}");
        }
    }
}
