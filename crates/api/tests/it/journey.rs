//! A new owner's first ten minutes, by requests alone: files in, mapped, checked, committed, looked at, undone.

use crate::app::{TestApp, both, customers_csv, orders_csv, still};
use axum::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn rejected_rows_are_called_after_their_file() {
    let mut app = TestApp::ready(None).await;
    let bad = orders_csv() + "D9999,M001,2025-13-45 10:00:00,1.00,门店\n";
    let id = app.upload(&[("订单.csv", &bad)]).await["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
    app.until(&id, "checked").await;
    let csv = app.get(&format!("/imports/{id}/rejected.csv")).await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"__-rejected.csv\"; filename*=UTF-8''%E8%AE%A2%E5%8D%95-rejected.csv");
    assert!(csv.text().contains("D9999"));
}

#[tokio::test]
async fn from_two_files_to_classes_and_back() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let import = app.upload(&[("会员.csv", &customers_csv()), ("订单.csv", &orders_csv())]).await;
        let id = import["id"].as_str().expect("an id").to_owned();
        let targets: Vec<_> = import["files"].as_array().expect("files").iter()
            .flat_map(|f| f["columns"].as_array().expect("columns"))
            .map(|c| (c["header"].clone(), c["target"].clone()))
            .collect();
        assert_json_snapshot!("import_targets", targets);
        app.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
        let checked = app.until(&id, "checked").await;
        assert_json_snapshot!("import_report", still(&checked["report"]));
        app.post(&format!("/imports/{id}/commit"), json!({})).await.expect(202);
        app.until(&id, "committed").await;
        assert_eq!(app.get("/overview").await.expect(200)["customers"], 12);
        app.post(&format!("/imports/{id}/undo"), json!({})).await;
        app.until(&id, "undone").await;
        let after = app.get("/overview").await.expect(200);
        assert_eq!((&after["customers"], &after["orders"], &after["net"]), (&0.into(), &0.into(), &0.into()));
    }
}

/// Uploads a file, sets its mapping by request, and answers what the server makes of it.
async fn mapped(app: &mut TestApp, name: &str, text: &str, change: impl FnOnce(&mut serde_json::Value)) -> (String, serde_json::Value) {
    let import = app.upload(&[(name, text)]).await;
    let id = import["id"].as_str().expect("an id").to_owned();
    let mut mapping = import["files"][0]["mapping"].clone();
    change(&mut mapping);
    let set = app.with_body(Method::PUT, &format!("/imports/{id}/mapping"), json!({ "files": [mapping] })).await.expect(200);
    (id, set["files"][0].clone())
}

async fn committed(app: &mut TestApp, id: &str) -> serde_json::Value {
    app.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
    app.until(id, "checked").await;
    app.post(&format!("/imports/{id}/commit"), json!({})).await.expect(202);
    app.until(id, "committed").await["report"].clone()
}

fn codes(file: &serde_json::Value) -> Vec<&str> {
    file["guesses"].as_array().into_iter().flatten().filter_map(|g| g["code"].as_str()).collect()
}

#[tokio::test]
async fn a_file_nobody_recognised_brings_orders_once_its_columns_are_said() {
    let mut app = TestApp::ready(None).await;
    let text = "bon,wer,wann,summe\nB1,K1,03/04/2025,\"1.234,50\"\nB2,K2,05/04/2025,\"2,00\"\n";
    let (id, file) = mapped(&mut app, "bons.csv", text, |m| {
        for (i, target) in ["order.id", "customer.id", "order.at", "order.paid"].into_iter().enumerate() {
            m["columns"][i]["target"] = json!(target);
        }
    }).await;
    assert_eq!(file["mapping"]["kinds"], json!(["order", "refund"]));
    assert_eq!(codes(&file), ["guess_kinds", "guess_time_zone", "guess_date_ambiguous", "guess_decimal_comma"]);
    // the guess about the days is corrected
    let mut mapping = file["mapping"].clone();
    assert_eq!(mapping["date_order"], "mdy");
    mapping["date_order"] = json!("dmy");
    let set = app.with_body(Method::PUT, &format!("/imports/{id}/mapping"), json!({ "files": [mapping] })).await.expect(200);
    assert!(!codes(&set["files"][0]).contains(&"guess_date_ambiguous"), "{set}");
    let report = committed(&mut app, &id).await;
    assert_eq!((&report["records"]["orders"]["created"], &report["first_day"], &report["last_day"]), (&json!(2), &json!("2025-04-03"), &json!("2025-04-05")));
    assert_eq!(app.get("/overview").await.expect(200)["net"], 123_650);
}

#[tokio::test]
async fn one_column_keeps_what_is_known_while_the_others_take_the_files_word() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("a.csv", "customer_id,name,city,skin_type\nC1,Amy,Leeds,dry\n")]).await;
    let (id, _) = mapped(&mut app, "b.csv", "customer_id,name,city,skin_type\nC1,Amy Reed,York,oily\n", |m| m["columns"][2]["collision"] = json!("never")).await;
    let report = committed(&mut app, &id).await;
    assert_eq!(report["customers"]["updated"], 1);
    let list = app.get("/customers?columns=city,custom.skin_type").await.expect(200);
    let who = &list["items"][0];
    assert_eq!(who["name"], "Amy Reed");
    let text = |key: &str| who["values"][key]["value"].as_str().unwrap_or_default().to_owned();
    assert_eq!((text("city"), text("custom.skin_type")), ("Leeds".to_owned(), "oily".to_owned()));
}

#[tokio::test]
async fn a_column_that_is_no_identifier_makes_nobody_one_customer() {
    let mut app = TestApp::ready(None).await;
    let text = "customer_id,name,phone\nC1,Amy,13800000001\nC2,Ben,13800000001\n";
    let (id, file) = mapped(&mut app, "family.csv", text, |m| m["columns"][2]["identifier"] = json!(false)).await;
    assert_eq!(file["mapping"]["columns"][2]["identifier"], json!(false));
    let report = committed(&mut app, &id).await;
    let conflicts = report["quality"]["checks"].as_array().expect("checks").iter().find(|c| c["code"] == "identifier_conflicts").map(|c| c["count"].clone());
    assert_eq!((&report["customers"]["created"], conflicts), (&json!(2), Some(json!(0))));
    let targets = app.get("/imports/targets").await.expect(200);
    let of = |name: &str| targets["items"].as_array().expect("targets").iter().find(|t| t["target"] == name).cloned().unwrap_or_default();
    assert_eq!((&of("customer.phone")["identifier"], &of("order.at")["type"], &of("order.paid")["collides"], &of("attribute.city")["collides"]), (&json!(true), &json!("day"), &json!(false), &json!(true)));
}
