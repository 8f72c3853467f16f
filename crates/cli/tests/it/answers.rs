//! What scripts rely on: exit codes, one JSON document on standard output, nothing but errors on standard error when quiet,
//! help in both languages, and that a dry run changes nothing.

use crate::{
    files::{cells, csv, dirty_orders, orders},
    place::{Answer, Place, run},
    world::{World, orphans},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Commands and what the help says of them.
const COMMANDS: &[(&str, &str, &str)] = &[
    ("demo", "Open a sample business", "示例生意"),
    ("serve", "Serve the web app", "提供网页"),
    ("import", "Bring files into a data folder", "把文件导入数据目录"),
    ("classify", "Classify the customers of some files", "把文件里的客户分好类"),
    ("segment", "Count and list the customers", "统计并列出"),
    ("dedupe", "Find rows that are one person", "同一个人"),
    ("features", "List features and classifications", "列出特征与分类"),
    ("export", "Write all definitions as YAML", "把全部定义写成 YAML"),
    ("apply", "Read definitions back", "从目录读回定义"),
    ("user", "Accounts of the people who sign in", "登录知音的账号"),
    ("doctor", "Check the installation", "检查安装"),
    ("man", "Print the manual page", "打印手册页"),
    ("completions", "Print a completion script", "打印补全脚本"),
];

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str).collect()
}

#[test]
fn help_speaks_both_languages() {
    let place = Place::sqlite();
    let english = run(&mut place.zhiyin(["--help", "--lang", "en"])).ends(0).out;
    let chinese = run(&mut place.zhiyin(["--lang=zh-CN", "--help"])).ends(0).out;
    for (command, en, zh) in COMMANDS {
        assert!(english.contains(command) && english.contains(en), "{command}: {english}");
        assert!(chinese.contains(command) && chinese.contains(zh), "{command}: {chinese}");
        let help = run(&mut place.zhiyin([command, "--help", "--lang", "zh-CN"])).ends(0).out;
        assert!(help.contains(zh), "{command}: {help}");
    }
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "10", "130"] {
        assert!(english.contains(&format!(" {code} ")) && chinese.contains(&code.to_string()), "exit code {code} is not listed: {english}");
    }
}

#[test]
fn the_language_is_the_flag_or_the_environment_or_english() {
    let place = Place::sqlite();
    let chinese = |answer: Answer| answer.ends(0).out.contains("懂每一位客户");
    assert!(!chinese(run(&mut place.zhiyin(["--help"]))));
    assert!(chinese(run(place.zhiyin(["--help"]).env("LANG", "zh_CN.UTF-8"))));
    assert!(!chinese(run(place.zhiyin(["--help"]).env("LANG", "zh_CN.UTF-8").env("LC_ALL", "en_US.UTF-8"))));
    assert!(chinese(run(place.zhiyin(["--help", "--lang", "zh-CN"]).env("LC_ALL", "en_US.UTF-8"))));
    place.file("zhiyin.toml", "lang = \"zh-CN\"\n");
    let doctor = run(&mut place.zhiyin(["doctor"]));
    assert!(doctor.out.contains("知音"), "{doctor:#?}");
}

#[test]
fn an_import_answers_with_its_counts() {
    let place = Place::sqlite();
    let (text, _) = dirty_orders(0, 3);
    let file = place.file("orders.csv", &text);
    let said = place.import(&file).ends(4);
    assert_eq!(said.out.trim_end().lines().count(), 1, "one document: {said:#?}");
    let json = said.json();
    let expected = ["rows_in", "accepted", "quarantined", "duplicates", "left_blank", "customers", "seconds", "report", "import", "snapshot", "currency", "currency_from", "time_zone", "time_zone_from"];
    assert_eq!(keys(&json), expected.into_iter().collect());
    assert_eq!((&json["rows_in"], &json["accepted"], &json["quarantined"], &json["duplicates"]), (&9.into(), &7.into(), &1.into(), &1.into()));
    assert_eq!(json["customers"], 4);
    assert!(json["seconds"].as_f64().is_some_and(|s| s > 0.0), "{json}");
    assert!(json["import"].as_str().is_some_and(|id| id.starts_with("imp_")), "{json}");
    assert_eq!(json["report"]["rejects_by_reason"][0]["code"], "customer_missing", "{json}");
    assert_eq!(json["report"]["rejects_by_reason"][0]["examples"][0]["line"], 9, "{json}");
}

#[test]
fn rows_set_aside_are_written_with_reason_and_cells() {
    let place = Place::sqlite();
    let (text, _) = dirty_orders(0, 3);
    let file = place.file("orders.csv", &text);
    let (en, zh) = (place.path("rejects.csv"), place.path("拒绝.csv"));
    for (lang, path) in [("en", &en), ("zh-CN", &zh)] {
        let said = run(place.at_home(["import", "--dry-run", "--json", "--lang", lang]).arg("--orders").arg(&file).arg("--rejects").arg(path));
        said.ends(4);
    }
    let rows = csv(&place.text("rejects.csv"));
    let [row] = rows.as_slice() else { panic!("one row was set aside: {rows:?}") };
    assert_eq!((row["file"].as_str(), row["line"].as_str(), row["code"].as_str()), ("orders.csv", "9", "customer_missing"));
    assert_eq!((row["Order ID"].as_str(), row["Paid"].as_str()), ("F0-nobody", "99.99"), "the row as it stood");
    let chinese = csv(&place.text("拒绝.csv"));
    assert_ne!(chinese[0]["reason"], row["reason"]);
    assert!(chinese[0]["reason"].contains("客户"), "{chinese:?}");
}

#[test]
fn a_mended_row_comes_in_as_what_it_was() {
    let place = Place::sqlite();
    let (text, _) = dirty_orders(0, 3);
    let rejects = place.path("rejects.csv");
    let mut first = place.at_home(["import", "--yes", "--json"]);
    let said = run(first.arg("--orders").arg(place.file("orders.csv", &text)).arg("--rejects").arg(&rejects)).ends(4).json();
    assert_eq!(said["quarantined"], 1, "{said}");
    let before = World::of(&place);
    let mut rows = cells(&place.text("rejects.csv"));
    let customer = rows[0].iter().position(|h| h == "Customer ID").expect("the file's own heading");
    rows[1][customer] = "C-mended".to_owned();
    let mended: Vec<String> = rows.iter().map(|r| r.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(",")).collect();
    let file = place.file("mended.csv", &mended.join("\r\n"));
    let said = place.import(&file).ends(0).json();
    assert_eq!((&said["accepted"], &said["report"]["records"]["orders"]["created"]), (&1.into(), &1.into()), "{said}");
    assert_eq!(World::of(&place).rows["orders"], before.rows["orders"] + 1);
}

#[test]
fn a_dry_run_changes_nothing() {
    let place = Place::sqlite();
    let (text, _) = orders(0, 3);
    place.import(&place.file("first.csv", &text)).ends(0);
    let before = World::of(&place);
    let (text, _) = orders(1, 3);
    let file = place.file("second.csv", &text);
    let dry = run(place.at_home(["import", "--dry-run", "--yes", "--json"]).arg("--orders").arg(&file)).ends(0).json();
    assert_eq!((&dry["dry_run"], &dry["accepted"]), (&true.into(), &6.into()), "{dry}");
    // nobody there who could say yes
    let unasked = run(place.at_home(["import", "--json"]).arg("--orders").arg(&file)).ends(2).json();
    assert_eq!((&unasked["dry_run"], &unasked["error"]["code"]), (&true.into(), &"import.not_confirmed".into()), "{unasked}");
    assert_eq!(World::of(&place), before);
    assert!(orphans(&place).is_empty(), "files of the dry run are left");
    let ledger = crate::place::block_on(async {
        let store = store::Store::open(&place.url()).await.expect("the store opens");
        let ledger = crate::world::ledger(&store).await;
        store.close().await;
        ledger.len()
    });
    assert_eq!(ledger, 1, "a dry run is in the ledger");
    let real = place.import(&file).ends(0).json();
    for key in ["rows_in", "accepted", "quarantined", "duplicates", "customers"] {
        assert_eq!(real[key], dry[key], "the dry run was not exact: {key}");
    }
}

#[test]
fn parse_only_touches_no_data_folder() {
    let place = Place::sqlite();
    let (text, _) = dirty_orders(0, 3);
    let file = place.file("orders.csv", &text);
    let said = run(place.at_home(["import", "--parse-only", "--json"]).arg("--orders").arg(&file)).ends(4).json();
    assert_eq!(keys(&said), ["rows_in", "accepted", "quarantined", "left_blank", "seconds"].into_iter().collect());
    assert_eq!((&said["rows_in"], &said["quarantined"]), (&9.into(), &1.into()), "{said}");
    assert!(!place.data().exists());
}

#[test]
fn quiet_says_nothing_but_the_answer() {
    let place = Place::sqlite();
    let (text, _) = orders(0, 2);
    let file = place.file("orders.csv", &text);
    let quiet = run(place.at_home(["import", "--yes", "--quiet"]).arg("--orders").arg(&file)).ends(0);
    assert_eq!(quiet.err, "");
    let rule = run(&mut place.at_home(["segment", "--rule", "orders >= 1", "--quiet"])).ends(0);
    assert_eq!((rule.out.trim(), rule.err.as_str()), ("2  orders >= 1", ""));
}

#[test]
fn a_segment_is_counted_and_listed() {
    let place = Place::sqlite();
    let (text, _) = orders(0, 10);
    place.import(&place.file("orders.csv", &text)).ends(0);
    let rules = place.file("rules.txt", "# one a line\norders = 2\n\norders > 2\n");
    let said = run(place.at_home(["segment", "--json", "--as-of", "2026-04-01", "--rules"]).arg(&rules)).ends(0).json();
    assert_eq!(keys(&said), ["as_of", "customers", "milliseconds", "rules"].into_iter().collect());
    assert_eq!((&said["as_of"], &said["customers"]), (&"2026-04-01".into(), &10.into()));
    assert_eq!(said["rules"], serde_json::json!([{"text": "orders = 2", "count": 10}, {"text": "orders > 2", "count": 0}]));
    let before = run(&mut place.at_home(["segment", "--json", "--as-of", "2026-02-28", "--rule", "orders >= 1"])).ends(0).json();
    assert_eq!(before["rules"][0]["count"], 0, "nobody had ordered by then: {before}");
    run(place.at_home(["segment", "--rule", "orders = 2", "--out"]).arg(place.path("who.csv"))).ends(0);
    let who: BTreeSet<String> = csv(&place.text("who.csv")).into_iter().map(|r| r["customer_id"].clone()).collect();
    assert_eq!(who, (0..10).map(|n| format!("K0-{n}")).collect());
}

#[test]
fn doctor_finds_what_is_missing() {
    let place = Place::sqlite();
    let empty = run(&mut place.at_home(["doctor", "--json", "--lang", "en"]));
    assert_eq!(keys(&empty.json()), ["version", "data", "checks"].into_iter().collect());
    assert!(!place.data().exists(), "looking made a data folder");
    let (text, _) = orders(0, 2);
    place.import(&place.file("orders.csv", &text)).ends(0);
    let state = |answer: &Answer, what: &str| {
        let json = answer.json();
        let checks = json["checks"].as_array().cloned().unwrap_or_default();
        let found = checks.iter().find(|c| c["what"].as_str().is_some_and(|w| w.contains(what)));
        found.map(|c| (c["state"].as_str().unwrap_or_default().to_owned(), c["mend"].is_string()))
    };
    let well = run(&mut place.at_home(["doctor", "--json", "--lang", "en"]));
    assert_eq!(state(&well, "lake snapshot"), Some(("ok".to_owned(), false)), "{well:#?}");
    let folder = lake::folder(&place.data().join("lake"), domain::table::Table::Orders);
    let file = std::fs::read_dir(folder).expect("the lake's folder").next().expect("a file of orders").expect("its entry").path();
    std::fs::remove_file(file).expect("the file goes");
    let ill = run(&mut place.at_home(["doctor", "--json", "--lang", "en"])).ends(1);
    assert_eq!(state(&ill, "lacks 1 files"), Some(("broken".to_owned(), true)), "{ill:#?}");
    let chinese = run(&mut place.at_home(["doctor", "--lang", "zh-CN"])).ends(1);
    assert!(chinese.out.contains("✗ 数据湖缺 1 个文件") && chinese.out.contains("→"), "{chinese:#?}");
}

#[test]
fn completions_and_features_need_no_data() {
    let place = Place::sqlite();
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&mut place.zhiyin(["completions", shell])).ends(0).out;
        assert!(script.contains("zhiyin") && script.contains("classify"), "{shell}: {script}");
    }
    let said = run(&mut place.zhiyin(["features", "--json"])).ends(0).json();
    assert_eq!(keys(&said), ["features", "classifications"].into_iter().collect());
    let key = |list: &Value| list.as_array().into_iter().flatten().filter_map(|f| f["key"].as_str().map(str::to_owned)).collect::<BTreeSet<_>>();
    assert!(key(&said["features"]).is_superset(&["orders", "net", "rfm_r"].map(str::to_owned).into()), "{said}");
    assert!(key(&said["classifications"]).is_superset(&["rfm_8", "rfm_11", "lifecycle"].map(str::to_owned).into()), "{said}");
    let text = run(&mut place.zhiyin(["features", "--lang", "zh-CN"])).ends(0).out;
    assert!(text.starts_with("特征\n") && text.contains("\n分类\n"), "{text}");
}

#[test]
fn a_mapping_made_by_hand_need_not_say_what_the_rows_give() {
    let place = Place::sqlite();
    let file = place.file("bons.csv", "bon,wer,wann,summe\nB1,K1,03/04/2026,\"1.234,50\"\nB2,K2,05/04/2026,\"2,00\"\n");
    let mapping = place.file(
        "mapping.json",
        r#"{"format":"csv","time_zone":"Asia/Shanghai","currency":"CNY","date_order":"dmy","decimal_mark":"comma","columns":[
            {"index":0,"header":"bon","target":"order.id"},{"index":1,"header":"wer","target":"customer.id"},
            {"index":2,"header":"wann","target":"order.at"},{"index":3,"header":"summe","target":"order.paid"}]}"#,
    );
    let home = ["import", "--yes", "--json", "--currency", "CNY", "--mapping"];
    let said = run(place.at_home(home).arg(&mapping).arg("--file").arg(&file)).ends(0).json();
    assert_eq!((&said["accepted"], &said["report"]["records"]["orders"]["created"]), (&2.into(), &2.into()), "{said:#}");
    let world = World::of(&place);
    assert_eq!(world.orders(), 2);
    // and it is told of the mapping, not of what would have been guessed
    let told = run(place.at_home(["import", "--yes", "--currency", "CNY", "--dry-run", "--lang", "en", "--mapping"]).arg(&mapping).arg("--file").arg(&file)).ends(0);
    assert!(told.err.contains("Recognised data: orders") && !told.err.contains("No customers, orders"), "{told:#?}");
}
