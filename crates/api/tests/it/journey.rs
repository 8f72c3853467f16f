//! A new owner's first ten minutes, by requests alone: files in, mapped, checked, committed, looked at, undone.

use crate::app::{TestApp, both, customers_csv, orders_csv, still};
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn rejected_rows_are_called_after_their_file() {
    let mut app = TestApp::ready(None).await;
    let bad = orders_csv() + "D9999,M001,2025-13-45 10:00:00,1.00,门店\n";
    let id = app.upload(&[("订单.csv", &bad)]).await["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/imports/{id}/check"), json!({})).await;
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
        app.post(&format!("/imports/{id}/check"), json!({})).await;
        let checked = app.until(&id, "checked").await;
        assert_json_snapshot!("import_report", still(&checked["report"]));
        app.post(&format!("/imports/{id}/commit"), json!({})).await;
        app.until(&id, "committed").await;
        assert_eq!(app.get("/overview").await.expect(200)["customers"], 12);
        app.post(&format!("/imports/{id}/undo"), json!({})).await;
        app.until(&id, "undone").await;
        let after = app.get("/overview").await.expect(200);
        assert_eq!((&after["customers"], &after["orders"], &after["net"]), (&0.into(), &0.into(), &0.into()));
    }
}
