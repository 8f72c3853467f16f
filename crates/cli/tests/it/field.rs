//! `zhiyin customer set`: an own field of some customers or of all a rule finds, looked at before, written, and what is wrong with it
//! is said.

use crate::place::{Engine, Place, run};
use serde_json::{Value, json};

const CUSTOMERS: &str = "会员号,姓名,肤质\nM1,王小明,干性\nM2,李小红,\nM3,陈一,\n";
const ORDERS: &str = "订单号,会员号,下单时间,实付\nD1,M1,2026-03-01 10:00,120\nD2,M2,2026-03-02 10:00,80\nD3,M3,2026-03-03 10:00,30\n";

fn set(engine: Engine) {
    let place = Place::new(engine);
    for (name, text) in [("会员.csv", CUSTOMERS), ("订单.csv", ORDERS)] {
        place.import(&place.file(name, text)).ends(0);
    }
    let set = |more: &[&str], code: i32| run(place.at_home(["customer", "set", "--json", "custom.肤质"]).args(more)).ends(code);
    let count = |rule: &str| -> Value { run(place.at_home(["segment", "--json", "--rule"]).arg(rule)).ends(0).json()["rules"][0]["count"].clone() };
    let rich = ["--rule", "net >= 80", "--value", "干性"];

    let plan = set(&[&rich[..], &["--dry-run"]].concat(), 0).json();
    assert_eq!((&plan["dry_run"], &plan["matched"], &plan["changed"], &plan["same"]), (&json!(true), &json!(2), &json!(1), &json!(1)));
    assert_eq!(count("custom.肤质 = \"干性\""), 1, "nothing was written");
    let made = set(&rich, 0).json();
    assert_eq!((&made["change"]["matched"], &made["change"]["changed"], count("custom.肤质 = \"干性\"")), (&json!(2), &json!(1), json!(2)));
    assert_eq!(set(&["--all", "--value", "油性"], 0).json()["change"]["changed"], 3);
    assert_eq!(set(&["--all", "--clear"], 0).json()["change"]["changed"], 3);
    assert_eq!(count("custom.肤质 = \"油性\""), 0);

    assert_eq!(set(&["cus_nobody", "--value", "x"], 4).json()["error"]["code"], "change.customer");
    assert_eq!(run(&mut place.at_home(["customer", "set", "--json", "net", "--all", "--value", "1"])).ends(4).json()["error"]["code"], "change.computed");
    set(&["--value", "x"], 2);
    set(&["--all"], 2);
    set(&["--all", "--value", "x", "--clear"], 2);
    set(&["cus_1", "--all", "--value", "x"], 2);
}

#[test]
fn set_of_many_on_sqlite() {
    set(Engine::Sqlite);
}

#[test]
fn set_of_many_on_postgres() {
    set(Engine::Postgres);
}
