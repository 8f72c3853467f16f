//! `zhiyin customer profiling`: noted from a script, kept through a backup, taken back; and what is wrong with it is said.

use crate::place::{Engine, Place, block_on, run};
use domain::identity::{Identifier, IdentifierKind};
use serde_json::{Value, json};

const CUSTOMERS: &str = "会员号,姓名\nM1,王小明\nM2,李小红\nM3,陈一\n";
const ORDERS: &str = "订单号,会员号,下单时间,实付\nD1,M1,2026-03-01 10:00,120\nD2,M2,2026-03-02 10:00,80\nD3,M3,2026-03-03 10:00,30\n";

/// `cus_…` of a number.
fn id(place: &Place, number: &str) -> String {
    block_on(async {
        let store = store::Store::open(&place.url()).await.expect("opens");
        let key = store::customer::resolve(&store, &[Identifier { kind: IdentifierKind::External, value: number.into() }]).await.expect("resolves")[0];
        let found = store::customer::by_key(&store, key.expect("known")).await.expect("reads").expect("there").id;
        store.close().await;
        found
    })
}

/// How many a rule takes in.
fn count(place: &Place, rule: &str) -> Value {
    run(place.at_home(["segment", "--json", "--rule"]).arg(rule)).ends(0).json()["rules"][0]["count"].clone()
}

fn told(engine: Engine, other: Engine) {
    let place = Place::new(engine);
    for (name, text) in [("会员.csv", CUSTOMERS), ("订单.csv", ORDERS)] {
        place.import(&place.file(name, text)).ends(0);
    }
    let (one, two) = (id(&place, "M1"), id(&place, "M2"));
    let profiling = |more: &[&str], code: i32| run(place.at_home(["customer", "profiling", "--json"]).args(more)).ends(code);
    assert_eq!(count(&place, "orders >= 1"), 3);

    let planned = profiling(&[&one, &two, "--how", "phone", "--dry-run"], 0).json();
    assert_eq!((&planned["dry_run"], &planned["changed"]), (&json!(true), &json!(2)));
    assert_eq!(profiling(&[&one, &one, "--how", "phone", "--dry-run"], 0).json()["changed"], 1, "nobody changes twice");
    assert_eq!(profiling(&[&one, "--how", "phone", "--on", "2099-01-01", "--dry-run"], 4).json()["error"]["code"], "change.refusal_day");
    assert_eq!(count(&place, "orders >= 1"), 3, "nothing was written");
    let made = profiling(&[&one, &two, "--how", "in-person", "--on", "2026-03-02"], 0).json();
    assert_eq!((&made["change"]["changed"], &made["change"]["subject"]), (&json!(2), &json!("in_person")));
    assert_eq!(count(&place, "orders >= 1"), 1);
    assert_eq!(profiling(&[&one, "--how", "letter"], 0).json()["change"]["changed"], 0, "they said so already");

    // kept through a backup, on another database
    let file = place.path("a.backup");
    run(place.at_home(["backup", "--json", "--to"]).arg(&file)).ends(0);
    let there = Place::new(other);
    run(there.at_home(["restore", "--json"]).arg(&file)).ends(0);
    assert_eq!(count(&there, "orders >= 1"), 1);

    assert_eq!(profiling(&[&two, "--how", "email", "--allow"], 0).json()["change"]["changed"], 1);
    assert_eq!(count(&place, "orders >= 1"), 2);
    assert_eq!(profiling(&[&one, "--how", "phone", "--on", "2099-01-01"], 4).json()["error"]["code"], "change.refusal_day");
    profiling(&[&one], 2);
    profiling(&[&one, "--how", "telepathy"], 2);
    profiling(&["cus_nobody", "--how", "phone"], 4);
}

#[test]
fn noted_kept_and_taken_back_on_sqlite() {
    told(Engine::Sqlite, Engine::Postgres);
}

#[test]
fn noted_kept_and_taken_back_on_postgres() {
    told(Engine::Postgres, Engine::Sqlite);
}
