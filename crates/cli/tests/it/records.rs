//! `zhiyin records import`: a whole file into an object, tried before, written, brought again; what does not fit is said and handed back.

use crate::place::{Engine, Place, block_on, fed, run};
use domain::clock::Instant;
use serde_json::json;
use std::fs;

const CUSTOMERS: &str = "会员号,姓名\nM1,王小明\nM2,李小红\n";
const ORDERS: &str = "订单号,会员号,下单时间,实付\nD1,M1,2026-03-01 10:00,120\nD2,M2,2026-03-02 10:00,80\n";
const FILE: &str = "编号,卡号,日期,费用\nW1,M1,2026/3/5,12.5\nW2,M2,2026年3月6日,7\nW3,M9,2026-03-07,1\n";

fn object(place: &Place) {
    let field = |key: &str, en: &str, kind: &str| json!({ "key": key, "label": { "zh": key, "en": en }, "kind": kind });
    let form = json!({ "label": { "zh": "维修", "en": "Repairs" }, "sections": [{ "fields": [field("编号", "Serial", "text"), field("客户", "Customer", "customer"), field("日期", "Day", "day"), field("金额", "Price", "money")] }] });
    block_on(async {
        let store = store::Store::open(&place.url()).await.expect("opens");
        let workspace = store::workspace::get(&store).await.expect("reads").expect("there").id;
        let now = Instant(1_772_000_000_000_000);
        let object = store::object::Object { id: "obj_repairs".into(), key: "维修".into(), document: form, edition: 1, created_by: "test".into(), created_at: now, updated_at: now, removed_at: None };
        let mut tx = store.begin().await.expect("begins");
        store::object::create(&mut tx, &workspace, &object).await.expect("is made");
        tx.commit().await.expect("is kept");
        store.close().await;
    });
}

fn brought(engine: Engine) {
    let place = Place::new(engine);
    for (name, text) in [("会员.csv", CUSTOMERS), ("订单.csv", ORDERS)] {
        place.import(&place.file(name, text)).ends(0);
    }
    object(&place);
    let file = place.file("维修.csv", FILE).display().to_string();
    let rejects = place.path("被拒.csv").display().to_string();
    let bring = |more: &[&str], code: i32| run(place.at_home(["records", "import", "--json", "--object", "维修"]).args(more)).ends(code).json();

    let tried = bring(&[&file, "--map", "费用=Price", "--map", "卡号=客户", "--dry-run", "--rejects", &rejects], 4);
    assert_eq!((&tried["dry_run"], &tried["made"], &tried["refused"], &tried["id"]), (&json!(true), &json!(2), &json!(1), &json!(null)), "{tried:#}");
    assert_eq!((&tried["refusals"][0]["row"], &tried["refusals"][0]["field"]), (&json!(4), &json!("客户")));
    assert!(fs::read_to_string(&rejects).expect("written").contains("W3"));
    let done = bring(&[&file, "--map", "费用=金额", "--map", "卡号=客户"], 4);
    assert!(done["id"].as_str().is_some_and(|id| id.starts_with("rim_")), "{done:#}");
    let again = bring(&[&file, "--map", "费用=金额", "--map", "卡号=客户"], 4);
    assert_eq!((&again["made"], &again["same"], &again["id"]), (&json!(0), &json!(2), &json!(null)));
    // by its id, a field matched, from standard input
    let better = "Serial,Price\nW1,99\n";
    let answer = fed(place.at_home(["records", "import", "--json", "--object", "obj_repairs"]).args(["-", "--match", "Serial"]), better.as_bytes()).ends(0).json();
    assert_eq!((&answer["changed"], &answer["match"]), (&json!(1), &json!("编号")));
    let said = run(place.at_home(["records", "import", "--object", "Repairs", "--lang", "en", "--dry-run"]).arg(&file)).ends(4);
    assert!(said.out.contains("2 new") || said.out.contains("rows refused"), "{}", said.out);

    assert_eq!(run(place.at_home(["records", "import", "--json", "--object", "nothing"]).arg(&file)).ends(5).json()["error"]["code"], "object.not_found");
    for (wrong, code) in [(["--map", "费用"], 2), (["--map", "没有=金额"], 2), (["--map", "费用=没有"], 2), (["--match", "没有"], 2), (["--match", "金额"], 4)] {
        assert_eq!(bring(&[&[file.as_str()], &wrong[..]].concat(), code)["error"]["code"], "record.columns", "{wrong:?}");
    }
    run(place.at_home(["records", "import", "--object", "维修", "nowhere.csv"]).env("X", "")).ends(5);
}

#[test]
fn a_file_of_records_on_sqlite() {
    brought(Engine::Sqlite);
}

#[test]
fn a_file_of_records_on_postgres() {
    brought(Engine::Postgres);
}
