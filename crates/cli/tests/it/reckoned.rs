//! What a business reckons in: told where it was guessed, with the flag that says otherwise, and fixed once facts are in.

use crate::{
    files::SHOP_ORDERS,
    place::{Place, run},
    server::{Browser, Server},
};
use serde_json::{Value, json};

/// The currency and the time zone of an answer, and where each was found.
fn reckons(said: &Value) -> [&str; 4] {
    ["currency", "currency_from", "time_zone", "time_zone_from"].map(|name| said[name].as_str().unwrap_or_default())
}

#[test]
fn the_dry_run_and_the_result_say_what_is_reckoned_in_and_how_that_was_found() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", SHOP_ORDERS);
    let euros = place.file("euros.csv", "Order ID,Customer ID,Order time,Paid\nO1,A,2026-01-01,€12.00\nO2,B,2026-01-02,€13.50\n");
    let tried = |file, more: &[&str]| run(place.at_home(["import", "--dry-run", "--json"]).args(more).arg("--orders").arg(file)).ends(0).json();
    assert_eq!(reckons(&tried(&file, &["--lang", "en"])), ["USD", "language", "UTC", "machine"]);
    assert_eq!(reckons(&tried(&file, &["--lang", "zh-CN"])), ["CNY", "language", "UTC", "machine"]);
    assert_eq!(reckons(&tried(&euros, &["--time-zone", "Europe/Berlin"])), ["EUR", "files", "Europe/Berlin", "flag"]);
    let human = run(place.at_home(["import", "--dry-run", "--lang", "en", "--orders"]).arg(&file)).ends(0);
    for words in ["amounts are in USD (guessed from the language)", "days end by UTC (as this machine is set)", "--currency", "--time-zone"] {
        assert!(human.err.contains(words), "{words}: {human:#?}");
    }
    let one_off = run(place.zhiyin(["classify", "--json", "--lang", "en", "--out", "out.csv", "--orders"]).arg(&file)).ends(0).json();
    assert_eq!(reckons(&one_off), ["USD", "language", "UTC", "machine"]);
    let asked = run(place.zhiyin(["classify", "--lang", "en", "--currency", "USD", "--time-zone", "UTC", "--out", "out.csv", "--orders"]).arg(&file)).ends(0);
    assert!(asked.err.contains("amounts are in USD (as asked)") && !asked.err.contains("if that is wrong"), "{asked:#?}");
}

#[test]
fn a_wrong_guess_is_mended_by_taking_the_import_back() {
    let place = Place::sqlite();
    let file = place.file("orders.csv", SHOP_ORDERS);
    let import = |more: &[&str]| run(place.at_home(["import", "--yes", "--json", "--lang", "en"]).args(more).arg("--orders").arg(&file));
    let first = import(&[]).ends(0).json();
    assert_eq!(reckons(&first), ["USD", "language", "UTC", "machine"]);
    assert_eq!(import(&["--currency", "CNY"]).ends(7).json()["error"]["code"], "workspace.settled");
    let id = first["import"].as_str().expect("an id");
    run(&mut place.at_home(["import", "--undo", id])).ends(0);
    assert_eq!(reckons(&import(&["--currency", "CNY"]).ends(0).json()), ["CNY", "flag", "UTC", "kept"]);
    assert_eq!(reckons(&import(&[]).ends(0).json()), ["CNY", "kept", "UTC", "kept"]);
}

#[test]
fn the_set_up_after_an_import_says_what_is_fixed_and_refuses_another() {
    let place = Place::sqlite();
    place.import(&place.file("orders.csv", SHOP_ORDERS)).ends(0);
    let server = Server::start(&place);
    let mut browser = Browser { address: server.address.clone(), ..Browser::default() };
    let (_, session) = browser.send("GET", "/session", "application/json", "").expect("it answers");
    assert_eq!(session["settled"], json!({"time_zone": "UTC", "currency": "USD"}), "{session}");
    let form = |currency: &str| {
        json!({
            "token": server.token, "name": "Owner", "email": "owner@shop.test", "password": "correct horse battery",
            "workspace_name": "Shop", "time_zone": "UTC", "currency": currency, "lang": "en"
        })
        .to_string()
    };
    let (status, said) = browser.send("POST", "/setup", "application/json", &form("CNY")).expect("it answers");
    assert_eq!((status, &said["code"], &said["fields"]), (409, &json!("setup.settled"), &json!({"currency": "field.settled"})), "{said}");
    let (status, said) = browser.send("POST", "/setup", "application/json", &form("USD")).expect("it answers");
    assert_eq!((status, &said["workspace"]["currency"]["code"], &said["settled"]), (201, &json!("USD"), &Value::Null), "{said}");
}
