//! What a command says when somebody relies on it: that nothing was imported, how an import is taken back and what goes with
//! it, whose value is in force, and that each language is spoken throughout.

use crate::{
    files::SHOP_ORDERS,
    place::{Answer, Place, run},
    world::World,
};

fn import(place: &Place, file: &str, text: &str, lang: &str) -> Answer {
    let file = place.file(file, text);
    let mut command = place.at_home(["import", "--yes", "--lang", lang, "--currency", "USD", "--time-zone", "UTC", "--file"]);
    run(command.arg(file)).ends(0)
}

/// The id in what a person reads.
fn id(answer: &Answer) -> String {
    let at = answer.err.find("--undo imp_").unwrap_or_else(|| panic!("no way back: {answer:#?}"));
    answer.err[at + 7..].split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn without_anybody_to_agree_nothing_is_imported_and_that_is_said() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", SHOP_ORDERS);
    for (lang, words) in [("zh-CN", ["什么都没有导入", "--yes"]), ("en", ["nothing was imported", "--yes"])] {
        for quiet in [&[][..], &["--quiet"]] {
            let said = run(place.at_home(["import", "--lang", lang]).args(quiet).arg("--orders").arg(&file)).ends(2);
            assert!(words.iter().all(|w| said.err.contains(w)), "{said:#?}");
        }
    }
    assert!(!place.data().exists(), "a data folder was made");
}

#[test]
fn the_way_back_names_the_data_folder() {
    let place = Place::sqlite();
    let said = import(&place, "orders.csv", SHOP_ORDERS, "en");
    let hint = said.err.lines().find(|l| l.contains("--undo")).and_then(|l| l.split("zhiyin ").nth(1)).expect("a hint").to_owned();
    run(&mut place.zhiyin(hint.split_whitespace())).ends(0);
    assert_eq!(World::of(&place).orders(), 0, "{hint}");
    let elsewhere = run(place.zhiyin(["import", "--yes", "--lang", "en", "--file", "orders.csv", "--currency", "USD", "--time-zone", "UTC"]).env("ZHIYIN_DATA", place.data())).ends(0);
    assert!(elsewhere.err.contains("zhiyin import --undo imp_"), "{elsewhere:#?}");
}

#[test]
fn an_undo_says_what_of_later_imports_goes_with_it() {
    let place = Place::sqlite();
    let head = "order_id,customer_id,date,amount\n";
    let a = "A1,C1,2025-01-01,1\nA2,C2,2025-01-02,2\nA3,C1,2025-01-03,3\n";
    let first = id(&import(&place, "a.csv", &format!("{head}{a}"), "en"));
    let second = id(&import(&place, "b.csv", &format!("{head}{a}A4,C3,2025-01-04,4\n"), "en"));
    for dry in [&["--dry-run"][..], &[]] {
        if !dry.is_empty() {
            let words = run(place.at_home(["import", "--undo", &first, "--lang", "zh-CN"]).args(dry)).ends(0);
            assert!(words.out.contains("3 行") && words.out.contains(&second) && words.out.contains("再导入"), "{words:#?}");
        }
        let said = run(place.at_home(["import", "--undo", &first, "--json"]).args(dry)).ends(0).json();
        assert_eq!((&said["later_rows"], &said["later_imports"]), (&3.into(), &serde_json::json!([second])), "{said}");
    }
    assert_eq!(World::of(&place).rows["orders"], 1);
}

#[test]
fn an_earlier_content_again_says_whose_word_stays() {
    let place = Place::sqlite();
    let head = "channel,start,end,amount\n";
    let costs = |amount: &str, lang: &str| {
        let file = place.file("costs.csv", &format!("{head}wechat,2025-01-01,2025-01-31,{amount}\n"));
        run(place.at_home(["import", "--yes", "--lang", lang, "--currency", "USD", "--time-zone", "UTC", "--costs"]).arg(file)).ends(0)
    };
    costs("100", "en");
    let second = id(&costs("120", "en"));
    let again = costs("100", "en");
    assert!(again.err.contains("nothing changed") && again.err.contains("1 later imports changed"), "{again:#?}");
    assert_eq!(id(&again), second);
    let chinese = costs("100", "zh-CN");
    assert!(chinese.err.contains("后来的导入") && id(&chinese) == second, "{chinese:#?}");
    // the latest content again is simply there
    let latest = costs("120", "en");
    assert!(latest.err.contains("nothing changed") && !latest.err.contains("--undo"), "{latest:#?}");
}

#[test]
fn chinese_is_chinese_throughout() {
    let place = Place::sqlite();
    import(&place, "orders.csv", SHOP_ORDERS, "zh-CN");
    let zh = |args: &[&str], code: i32| run(place.at_home(args.iter().copied()).args(["--lang", "zh-CN"])).ends(code);
    let said = zh(&["segment", "--segment", "nope"], 5);
    assert!(said.err.contains("没有人群“nope”") && !said.err.contains("没有 segment"), "{said:#?}");
    let said = zh(&["import", "--undo", "imp_nope"], 5);
    assert!(said.err.contains("没有导入“imp_nope”") && !said.err.contains("zhiyin features"), "{said:#?}");
    let said = run(&mut place.zhiyin(["doctor", "--data", "/proc/nope/data", "--lang", "zh-CN"])).ends(1);
    assert!(said.out.contains("不可写：不存在") && !said.out.contains("os error"), "{said:#?}");
    std::fs::create_dir(place.path("defs")).expect("a folder");
    place.file("defs/a.yaml", "kind: segment\nkey: [\n");
    let said = zh(&["apply", "defs"], 4);
    assert!(said.err.contains("a.yaml 第") && said.err.contains("不是 YAML（解析器原文："), "{said:#?}");
}

#[test]
fn a_language_nobody_speaks_is_refused() {
    let place = Place::sqlite();
    for lang in ["fr", "de", ""] {
        let said = run(&mut place.zhiyin(["doctor", "--json", "--lang", lang])).ends(2);
        assert!(said.json()["error"]["message"].as_str().is_some_and(|m| m.contains("zh-CN") && m.contains("en")), "{said:#?}");
    }
    for lang in ["zh", "zh_CN.UTF-8", "en-GB"] {
        assert_ne!(run(&mut place.zhiyin(["doctor", "--lang", lang])).code, Some(2));
    }
    place.file("zhiyin.toml", "lang = \"fr\"\n");
    run(&mut place.zhiyin(["doctor"])).ends(3);
}

#[test]
fn apply_speaks_and_a_file_of_rules_names_its_line() {
    let place = Place::sqlite();
    import(&place, "orders.csv", SHOP_ORDERS, "en");
    run(&mut place.at_home(["export", "defs"])).ends(0);
    let said = run(&mut place.at_home(["apply", "defs", "--lang", "en"])).ends(0);
    assert!(said.out.starts_with("applied: 0 created · 0 changed · ") && !said.out.contains('{'), "{said:#?}");
    let rules = place.file("rules.txt", "# ours\norders >= 1\n\nno_such_thing > 3\n");
    let said = run(place.at_home(["segment", "--lang", "en", "--rules"]).arg(&rules)).ends(4);
    assert!(said.err.contains("rules.txt, line 4: "), "{said:#?}");
    let said = run(place.at_home(["segment", "--lang", "zh-CN", "--rules"]).arg(&rules)).ends(4);
    assert!(said.err.contains("rules.txt 第 4 行："), "{said:#?}");
}
