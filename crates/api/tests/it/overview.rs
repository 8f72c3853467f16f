//! The whole base: sizes add up, days move, boards agree with a hand count.

use crate::app::{TestApp, both};
use axum::http::Method;
use flow::analysis::Asked;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn classes_add_up_to_all_customers_and_money_to_all_money() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let overview = app.get("/overview").await.expect(200);
        assert_eq!(overview["as_of"], "2025-12-30", "the last day on which anything happened");
        assert_eq!((&overview["customers"], &overview["buyers"], &overview["orders"]), (&12.into(), &11.into(), &66.into()));
        let net: i64 = (1..=11i64).flat_map(|n| (0..n).map(move |k| (100 * n + k) * 100 + 50)).sum();
        assert_eq!(overview["net"], net);
        let classifications = overview["classifications"].as_array().expect("classifications");
        assert!(classifications.len() >= 30, "{}", classifications.len());
        for c in classifications {
            let sum = |field: &str| c["classes"].as_array().expect("classes").iter().filter_map(|k| k[field].as_i64()).sum::<i64>();
            assert_eq!((sum("customers"), sum("net"), sum("orders")), (12, net, 66), "{}", c["key"]);
        }
        let lifecycle = classifications.iter().find(|c| c["key"] == "lifecycle").expect("lifecycle");
        assert_json_snapshot!("lifecycle", lifecycle);

        // computed anew though nothing changed: another run, the same figures
        let (me, runs) = (app.me(), &app.ctx.app.runs);
        let before = runs.at(&app.ctx.app, Asked::default()).await.expect("a run");
        let job = app.by(&me, Method::POST, "/overview/run", None).await.expect(202);
        assert_eq!(app.by(&me, Method::POST, "/overview/run", None).await.expect(202)["id"], job["id"], "while one is open the same again is the same");
        let workers = flow::jobs::Workers::start(&app.ctx.app);
        assert_eq!(app.ended(&me, job["id"].as_str().expect("an id")).await["state"], "done");
        workers.stop().await;
        let after = runs.at(&app.ctx.app, Asked::default()).await.expect("a run");
        assert!(!Arc::ptr_eq(&before, &after));
        let again = app.get("/overview").await.expect(200);
        assert_eq!((&again["classifications"], &again["net"]), (&overview["classifications"], &overview["net"]));
        assert!(again["next_run_at"].as_str() > again["run"]["computed_at"].as_str(), "{} {}", again["next_run_at"], again["run"]);
    }
}

#[tokio::test]
async fn the_board_counts_by_hand() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let board = app.get("/rfm?compare=2025-06-30").await.expect(200);
        assert_json_snapshot!("rfm", board);
        assert_eq!(board["cells"].as_array().map(Vec::len), Some(25));
        for scoring in ["bins", "kmeans"] {
            let other = app.get(&format!("/rfm?scoring={scoring}")).await.expect(200);
            assert_eq!(other["buyers"], 11, "{scoring}");
            let groups = other["groups11"].as_array().expect("groups");
            assert_eq!(groups.iter().filter_map(|g| g["customers"].as_i64()).sum::<i64>(), 12, "{scoring}");
        }
        // the groups the fit speaks of are those of the board
        let board = app.get("/rfm?scoring=kmeans").await.expect(200);
        let fit = app.get("/rfm/fit").await.expect(200);
        for axis in fit["axes"].as_array().expect("axes") {
            let (name, scores) = (axis["axis"].as_str().expect("a name"), axis["scores"].as_array().expect("scores"));
            assert_eq!((&axis["n"], scores.len()), (&json!(11), 5), "{axis}");
            assert!(axis["silhouette"].as_f64().is_some_and(|s| s > 0.0 && s <= 1.0) && axis["same"]["low"].as_f64() <= axis["same"]["mean"].as_f64(), "{axis}");
            for s in scores.iter().filter(|_| name != "m") {
                let on_board = board["cells"].as_array().expect("cells").iter().filter(|c| c[name] == s["score"]);
                assert_eq!(on_board.filter_map(|c| c["customers"].as_u64()).sum::<u64>(), s["customers"].as_u64().expect("how many"), "{name} {s}");
            }
        }
        assert_eq!(app.get("/rfm/fit").await.expect(200), fit);
        assert_eq!(app.get("/rfm?as_of=yesterday").await.problem(), (422, "request.day".into()));
        assert_eq!(app.get("/rfm?scoring=magic").await.problem(), (400, "request.malformed".into()));
    }
}

#[tokio::test]
async fn what_goods_cost_is_taken_off_in_every_class_and_cell_once_it_is_known() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        assert_eq!(app.get("/rfm").await.expect(200)["cells"][0]["contribution"], Value::Null);
        app.import(&[("成本.csv", "订单号,会员号,下单时间,实付金额,商品成本\nK1,M001,2025-11-02 10:00:00,100.00,60.00\nK2,M002,2025-11-03 10:00:00,50.00,20.00\n")]).await;
        let overview = app.get("/overview").await.expect(200);
        let left = overview["net"].as_i64().expect("net") - 8_000;
        for c in overview["classifications"].as_array().expect("classifications") {
            let classes = c["classes"].as_array().expect("classes");
            assert_eq!(classes.iter().filter_map(|k| k["contribution"].as_i64()).sum::<i64>(), left, "{}", c["key"]);
            let shares: f64 = classes.iter().filter_map(|k| k["contribution_share"].as_f64()).sum();
            assert!((shares - 1.0).abs() < 1e-9, "{shares}");
        }
        let board = app.get("/rfm").await.expect(200);
        let all: i64 = board["cells"].as_array().expect("cells").iter().filter_map(|c| c["contribution"].as_i64()).sum();
        let net: i64 = board["cells"].as_array().expect("cells").iter().filter_map(|c| c["net"].as_i64()).sum();
        assert_eq!(all, net - 8_000);
    }
}

#[tokio::test]
async fn a_score_that_nobody_has_begins_nowhere() {
    let mut app = TestApp::ready(None).await;
    let mut csv = String::from("订单号,会员号,下单时间,实付金额\n");
    // six ordered once, four three times
    for (n, k) in (1..=10).flat_map(|n| (0..if n > 6 { 3 } else { 1 }).map(move |k| (n, k))) {
        csv.push_str(&format!("D{n}-{k},M{n},2025-12-{:02},10.00\n", n + k));
    }
    app.import(&[("订单.csv", &csv)]).await;
    let board = app.get("/rfm").await.expect(200);
    let held = |score: u64| board["cells"].as_array().expect("cells").iter().any(|c| c["f"] == score && c["customers"] != 0);
    assert_eq!([1, 2, 3, 4, 5].map(held), [true, false, false, true, false], "{board}");
    assert_eq!(board["edges"]["f"], serde_json::json!([null, null, 3.0, null]));
}

#[tokio::test]
async fn movement_curve_and_cohorts() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let flow = app.get("/flow?from=2025-06-30&to=2025-12-30").await.expect(200);
        let sum = |list: &str, field: &str| flow[list].as_array().expect(list).iter().filter_map(|n| n[field].as_i64()).sum::<i64>();
        assert_eq!((sum("links", "customers"), sum("nodes", "from_count"), sum("nodes", "to_count")), (12, 12, 12));
        assert_json_snapshot!("flow", flow);
        assert_json_snapshot!("curve", app.get("/curve").await.expect(200));
        assert_json_snapshot!("cohorts", app.get("/cohorts?months=6").await.expect(200));
        assert_eq!(app.get("/flow?classification=none").await.problem(), (404, "classification.not_found".into()));
        assert_eq!(app.get("/flow?from=2025-12-31&to=2025-01-01").await.problem(), (422, "request.days".into()));
    }
}

/// Whatever a figure counts, the list behind it has as many: bands of the flow, newcomers among them, points of the curve,
/// cells of the RFM board.
#[tokio::test]
async fn every_figure_has_a_list_of_as_many() {
    let mut app = TestApp::shop(None).await;
    app.import(&[("new.csv", "会员号,姓名,注册日期\nN1,甲,2025-11-05\nN2,乙,2025-12-01\n")]).await;
    async fn total(app: &mut TestApp, filter: &str) -> i64 {
        app.get(&format!("/customers?limit=1&{filter}")).await.expect(200)["total"].as_i64().expect("a total")
    }
    let flow = app.get("/flow?classification=lifecycle&from=2025-03-31&to=2025-12-30").await.expect(200);
    let links = flow["links"].as_array().expect("links");
    assert!(links.iter().any(|l| l["source"] == "not.yet"), "somebody came: {links:?}");
    for link in links {
        let (source, target) = (link["source"].as_str().expect("a class"), link["target"].as_str().expect("a class"));
        let listed = total(&mut app, &format!("was.lifecycle={source}@2025-03-31&class.lifecycle={target}")).await;
        assert_eq!(link["customers"], listed, "{source} to {target}");
    }
    let curve = app.get("/curve").await.expect(200);
    let best = curve["points"].as_array().expect("points").iter().chain(curve["top"].as_array().expect("top"));
    for best in best.map(|p| &p["best"]).filter(|b| !b.is_null()) {
        let from = domain::money::decimal(best["from"].as_i64().expect("an amount"), 2);
        let listed = total(&mut app, &format!("rule=orders%20%3E%3D%201%20and%20net%20%3E%3D%20{from}")).await;
        assert_eq!(best["customers"], listed, "from {from}");
    }
    for scoring in ["quantile", "bins", "kmeans"] {
        let end = if scoring == "quantile" { String::new() } else { format!("_{scoring}") };
        let board = app.get(&format!("/rfm?scoring={scoring}")).await.expect(200);
        for cell in board["cells"].as_array().expect("cells") {
            let (r, f) = (&cell["r"], &cell["f"]);
            let listed = total(&mut app, &format!("rule=rfm_r{end}%20%3D%20{r}%20and%20rfm_f{end}%20%3D%20{f}")).await;
            assert_eq!(cell["customers"], listed, "{scoring} {r} {f}");
        }
    }
}

#[tokio::test]
async fn an_undone_import_takes_its_customers_out_of_every_count() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let more = app.import(&[("more.csv", "会员号,姓名,手机号\nX1,甲,13900000001\nX2,乙,13900000002\n")]).await;
        assert_eq!(app.get("/overview").await.expect(200)["customers"], 14);
        let id = more["id"].as_str().expect("an id");
        app.post(&format!("/imports/{id}/undo"), serde_json::json!({})).await;
        app.until(id, "undone").await;
        let overview = app.get("/overview").await.expect(200);
        assert_eq!(overview["customers"], 12);
        for c in overview["classifications"].as_array().expect("classifications") {
            let customers: i64 = c["classes"].as_array().expect("classes").iter().filter_map(|k| k["customers"].as_i64()).sum();
            assert_eq!(customers, 12, "{}", c["key"]);
        }
    }
}
