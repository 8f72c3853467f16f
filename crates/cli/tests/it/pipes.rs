//! `-` for standard input and output, completions, the manual page, and the bundle for issues.

use crate::{
    files::{SHOP_ORDERS, csv, dirty_orders, orders},
    place::{Place, fed, run},
    world::World,
};
use std::{collections::BTreeSet, io::Read, process::Command};

#[test]
fn a_file_may_come_from_standard_input() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", SHOP_ORDERS);
    run(place.zhiyin(["classify", "--currency", "USD", "--out", "named.csv", "--orders"]).arg(&file)).ends(0);
    let args = ["classify", "--currency", "USD", "--json", "--orders", "-", "--out", "piped.csv"];
    let said = fed(&mut place.zhiyin(args), SHOP_ORDERS.as_bytes()).ends(0).json();
    assert_eq!(said["rows_in"], 5, "{said}");
    assert_eq!(place.text("piped.csv"), place.text("named.csv"));

    let said = fed(&mut place.at_home(["import", "--yes", "--json", "--orders", "-"]), orders(0, 3).0.as_bytes()).ends(0).json();
    assert_eq!(said["accepted"], 6, "{said}");
    let said = fed(&mut place.at_home(["import", "--parse-only", "--json", "--orders", "-"]), dirty_orders(0, 3).0.as_bytes()).ends(4).json();
    assert_eq!((&said["accepted"], &said["quarantined"]), (&8.into(), &1.into()), "{said}");
    let said = fed(&mut place.at_home(["segment", "--json", "--rules", "-"]), b"# one a line\norders = 2\n").ends(0).json();
    assert_eq!(said["rules"], serde_json::json!([{"text": "orders = 2", "count": 3}]));
    // the file is called stdin where rows are shown
    let said = fed(&mut place.at_home(["import", "--dry-run", "--json", "--orders", "-"]), dirty_orders(1, 2).0.as_bytes()).ends(4).json();
    assert_eq!(said["report"]["rejects_by_reason"][0]["examples"][0]["file"], "stdin", "{said}");
    let twice = fed(&mut place.zhiyin(["classify", "--json", "--orders", "-", "--customers", "-", "--out", "x.csv"]), b"").ends(2);
    assert_eq!(twice.json()["error"]["code"], "stdin");
}

#[test]
fn a_result_may_go_to_standard_output() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", &dirty_orders(0, 3).0);
    let classify = |args: &[&str]| run(place.zhiyin(["classify", "--orders"]).arg(&file).args(args));
    classify(&["--out", "named.csv", "--out", "named.json"]).ends(0);
    let piped = classify(&["--out", "-"]).ends(0);
    assert_eq!(piped.out, place.text("named.csv"));
    assert!(piped.err.contains("8 accepted") || piped.err.contains("7 accepted"), "the narration is beside it: {piped:#?}");
    assert_eq!(classify(&["--out", "-", "--format", "json", "--quiet"]).ends(0).out, place.text("named.json"));
    let rejects = classify(&["--out", "x.csv", "--rejects", "-", "--quiet"]).ends(0).out;
    assert_eq!(csv(&rejects).iter().map(|r| r["code"].as_str()).collect::<Vec<_>>(), ["customer_missing"]);
    for both in [&["--out", "-", "--json"][..], &["--out", "-", "--rejects", "-"], &["--out", "-", "--out", "-"]] {
        let said = classify(both).ends(2);
        assert!(said.err.contains("stdout"), "{said:#?}");
    }
    place.import(&file).ends(4);
    let who = run(&mut place.at_home(["segment", "--rule", "orders = 2", "--out", "-"])).ends(0);
    let ids: BTreeSet<String> = csv(&who.out).into_iter().map(|r| r["customer_id"].clone()).collect();
    assert_eq!(ids, (0..3).map(|n| format!("K0-{n}")).collect());
    assert!(who.err.contains("3  orders = 2"), "{who:#?}");
}

#[test]
fn definitions_pass_from_one_business_to_another_by_a_pipe() {
    let (one, other) = (Place::sqlite(), Place::sqlite());
    let text = run(&mut one.at_home(["export", "-"])).ends(0).out;
    assert!(text.starts_with("---\n") && text.contains("key: rfm_8"), "{text}");
    let said = fed(&mut other.at_home(["apply", "-", "--json"]), text.as_bytes()).ends(0).json();
    let files = run(&mut one.at_home(["export", "folder", "--json"])).ends(0).json()["files"].as_u64().expect("a count");
    assert_eq!((&said["created"], &said["unchanged"]), (&serde_json::json!([]), &(files - 1).into()), "{said}");
    let wrong = fed(&mut other.at_home(["apply", "-", "--json", "--lang", "en"]), b"kind: nonsense\n").ends(4);
    assert!(wrong.json()["error"]["message"].as_str().is_some_and(|m| m.contains("stdin")), "{wrong:#?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::sqlite();
    let line = format!("'{}' features --lang en | head -n 1; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_zhiyin"));
    let said = run(Command::new("bash").args(["-c", &line]).current_dir(place.path(""))).ends(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("Features\n", ""));
}

#[test]
fn the_work_goes_on_when_nobody_listens() {
    let place = Place::sqlite();
    let file = place.file("dirty.csv", &dirty_orders(0, 3).0);
    let unheard = |args: &str| {
        let (zhiyin, data, file) = (env!("CARGO_BIN_EXE_zhiyin"), place.data(), file.display());
        // the reader is gone before a word is said
        let line = format!("{{ sleep 0.5; '{zhiyin}' {args} --data '{}' --orders '{file}'; }} 2>&1 | true; exit ${{PIPESTATUS[0]}}", data.display());
        run(Command::new("bash").args(["-c", &line]).env("TZ", "UTC").current_dir(place.path("")))
    };
    for args in ["import --dry-run", "import --dry-run --json", "import --yes --lang en -vv"] {
        unheard(args).ends(4);
    }
    assert_eq!(World::of(&place).orders(), 7);
    // a mistake ends with its own code, too
    unheard("import --nonsense").ends(2);
}

#[test]
fn completions_are_there_for_four_shells() {
    let place = Place::sqlite();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = run(&mut place.zhiyin(["completions", shell])).ends(0).out;
        for word in ["classify", "import", "doctor", "man", "dry-run", "parse-only"] {
            assert!(script.contains(word), "{shell}: {word} is not completed");
        }
        // the shells that are here read it
        if Command::new(shell).arg("--version").output().is_ok() && shell != "powershell" {
            let said = fed(Command::new(shell).arg("-n"), script.as_bytes());
            assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{shell} does not read its script");
        }
    }
    let chinese = run(&mut place.zhiyin(["completions", "fish", "--lang", "zh-CN"])).ends(0).out;
    assert!(chinese.contains("检查安装"), "{chinese}");
}

#[test]
fn the_manual_page_is_in_the_readers_language() {
    let place = Place::sqlite();
    let english = run(&mut place.zhiyin(["man", "--lang", "en"])).ends(0).out;
    let chinese = run(&mut place.zhiyin(["man", "--lang", "zh-CN"])).ends(0).out;
    for (page, words) in [(&english, [".TH", "EXIT STATUS", "zhiyin classify", "data rejected"]), (&chinese, [".TH", "退出码", "zhiyin classify", "数据被拒"])] {
        for word in words {
            assert!(page.contains(word), "{word}: {page}");
        }
    }
}

/// Everything a bundle must not tell.
const PRIVATE: &[&str] = &[
    "K0-", "REGULAR", "F0-", "Order ID", "orders.csv", "Bobby", "13800000009", "bobby@example.com", "Shoes", "shoes", "Blahnik", "secret-host", "hunter2", "99.99",
];

#[test]
fn a_bundle_tells_nothing_that_is_private() {
    let place = Place::sqlite();
    let people = place.file("people.csv", "Customer ID,Name,Phone,Email,Shoes\nK0-0,Bobby,13800000009,bobby@example.com,Blahnik\n");
    run(place.at_home(["import", "--yes", "--json", "--customers"]).arg(people)).ends(0);
    place.import(&place.file("orders.csv", &dirty_orders(0, 3).0)).ends(4);
    place.file("zhiyin.toml", "[server]\norigin = \"https://hunter2@secret-host.example\"\n");
    let said = run(&mut place.at_home(["doctor", "--bundle", "doctor.zip", "--json", "--lang", "en"]));
    assert_eq!(said.json()["bundle"], "doctor.zip", "{said:#?}");
    let file = std::fs::File::open(place.path("doctor.zip")).expect("it is there");
    let mut zip = zip::ZipArchive::new(file).expect("it is a zip");
    let (mut names, mut all) = (BTreeSet::new(), String::new());
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).expect("a part");
        names.insert(part.name().expect("a name").into_owned());
        part.read_to_string(&mut all).expect("it is text");
    }
    assert_eq!(names, ["README.txt", "about.json", "checks.json", "imports.json", "lake.json"].map(str::to_owned).into());
    let place_of_data = place.data().display().to_string();
    for private in PRIVATE.iter().copied().chain([place_of_data.as_str(), "My business"]) {
        assert!(!all.contains(private), "{private:?} is in the bundle: {all}");
    }
    // and enough to understand a problem
    for telling in ["\"customer_missing\"", "\"quarantined\": 1", "\"accepted\": 7", "\"custom\"", "\"rows\": 7", "\"state\": \"ok\"", "\"server.origin\": true", env!("CARGO_PKG_VERSION")] {
        assert!(all.contains(telling), "{telling} is missing: {all}");
    }
}
