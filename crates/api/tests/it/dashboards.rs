//! Dashboards: every number opens exactly the customers it counts, and whoever may not see something does not see it in a tile.

use crate::app::{TestApp, Who, both};
use axum::http::Method;
use domain::{Lang, access::{Personal, Role, Sight}};
use serde_json::{Value, json};

fn coded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn query(open: &Value) -> String {
    open.as_object().expect("parameters").iter().map(|(k, v)| format!("{k}={}", coded(v.as_str().expect("a text")))).collect::<Vec<_>>().join("&")
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// A tile of every kind, over classes, segments, values and scores.
fn every_kind() -> Value {
    let count = json!({ "stat": "count" });
    let sum = |f: &str| json!({ "stat": "sum", "feature": f });
    let mean = |f: &str| json!({ "stat": "mean", "feature": f });
    json!([
        { "id": "number", "width": 1, "show": { "kind": "number", "measure": count } },
        { "id": "money", "width": 1, "who": { "class.lifecycle": "active" }, "show": { "kind": "number", "measure": sum("net"), "back": "week" } },
        { "id": "mean", "width": 1, "show": { "kind": "number", "measure": mean("average_order_net"), "back": "year" } },
        { "id": "trend", "width": 2, "show": { "kind": "trend", "measure": count, "by": "class.lifecycle", "step": "month", "points": 6 } },
        { "id": "week", "width": 2, "who": { "rule": "orders >= 2" }, "show": { "kind": "trend", "measure": mean("recency_days"), "step": "week", "points": 4 } },
        { "id": "day", "width": 2, "show": { "kind": "trend", "measure": { "stat": "min", "feature": "recency_days" }, "step": "day", "points": 3, "goal": { "value": 10, "reach": "at_most" } } },
        { "id": "median", "width": 1, "show": { "kind": "number", "measure": { "stat": "median", "feature": "net" }, "goal": { "value": 10_000_000, "label": { "zh": "春季目标", "en": "" } } } },
        { "id": "spread", "width": 2, "show": { "kind": "histogram", "feature": "net" } },
        { "id": "five", "width": 2, "who": { "rule": "orders >= 1" }, "show": { "kind": "histogram", "feature": "orders", "bins": 5 } },
        { "id": "tail", "width": 2, "show": { "kind": "histogram", "feature": "average_order_net", "bins": 40 } },
        { "id": "words", "width": 2, "show": { "kind": "text", "text": { "zh": "看 https://a.example/", "en": "" } } },
        { "id": "segments", "width": 2, "show": { "kind": "bar", "by": "segments", "measure": count, "limit": 20 } },
        { "id": "cities", "width": 2, "show": { "kind": "bar", "by": "city", "measure": sum("net"), "limit": 3 } },
        { "id": "genders", "width": 2, "show": { "kind": "bar", "by": "gender", "measure": mean("net"), "limit": 5 } },
        { "id": "rfm", "width": 2, "show": { "kind": "heat", "x": "rfm_f", "y": "rfm_r", "measure": count } },
        { "id": "cross", "width": 2, "show": { "kind": "heat", "x": "city", "y": "class.lifecycle", "measure": mean("recency_days") } },
        { "id": "flow", "width": 4, "show": { "kind": "flow", "classification": "lifecycle", "back": "quarter" } },
        { "id": "back", "width": 4, "show": { "kind": "cohort", "of": "retention", "months": 12 } },
        { "id": "again", "width": 4, "show": { "kind": "cohort", "of": "repurchase", "months": 12 } },
        { "id": "spent", "width": 4, "show": { "kind": "cohort", "of": "money", "months": 12 } },
        { "id": "list", "width": 4, "show": { "kind": "list", "sort": "-net", "columns": ["net", "city", "class.lifecycle"], "limit": 5 } },
        { "id": "group", "width": 4, "show": { "kind": "group", "by": "class.rfm_8", "measures": [sum("net"), mean("orders")], "limit": 10 } },
    ])
}

fn draft(tiles: &Value) -> Value {
    json!({ "name": { "zh": "看板", "en": "Board" }, "tiles": tiles, "audience": "everyone" })
}

/// The figures once every day is there.
async fn figures(app: &TestApp, who: &Who, id: &str, query: &str) -> Value {
    for _ in 0..60 {
        let found = app.read(who, &format!("/dashboards/{id}/figures?{query}")).await.expect(200);
        if found["pending"] == 0 {
            return found;
        }
    }
    panic!("days never come");
}

fn tile<'a>(figures: &'a Value, id: &str) -> &'a Value {
    figures["items"].as_array().expect("items").iter().find(|f| f["tile"] == id).unwrap_or_else(|| panic!("no tile {id}"))
}

async fn listed(app: &TestApp, who: &Who, open: &Value) -> u64 {
    app.read(who, &format!("/customers?limit=1&{}", query(open))).await.expect(200)["total"].as_u64().expect("a total")
}

/// Opens every number of every tile; how many there were.
async fn opened(app: &TestApp, who: &Who, found: &Value) -> usize {
    let mut checked = 0;
    for figure in found["items"].as_array().expect("items") {
        assert_eq!(figure["problem"], Value::Null, "{figure:#}");
        assert_eq!(listed(app, who, &figure["open"]).await, figure["n"].as_u64().expect("n"), "{}", figure["tile"]);
        if let Some(headline) = figure["headline"].as_object() {
            assert_eq!(listed(app, who, &headline["open"]).await, headline["now"]["n"].as_u64().expect("n"), "{}", figure["tile"]);
        }
        for row in figure["rows"].as_array().expect("rows") {
            assert_eq!(row["cells"].as_array().map(Vec::len), figure["columns"].as_array().map(Vec::len).filter(|_| !["back", "again", "spent", "retention", "repurchase"].iter().any(|t| figure["tile"] == *t)).or(row["cells"].as_array().map(Vec::len)));
            for cell in row["cells"].as_array().expect("cells").iter().filter(|c| c["open"].is_object()) {
                assert_eq!(listed(app, who, &cell["open"]).await, cell["n"].as_u64().expect("n"), "{} {cell}", figure["tile"]);
                checked += 1;
            }
        }
    }
    checked
}

#[tokio::test]
async fn every_number_opens_exactly_its_customers() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        app.post("/segments", json!({ "key": "often", "label": { "zh": "常客", "en": "Often" }, "rule_text": "orders >= 4" })).await.expect(201);
        app.post("/segments", json!({ "key": "some", "label": { "zh": "部分", "en": "Some" }, "rule_text": "net >= 500" })).await.expect(201);
        let me = app.me();
        let id = text(&app.post("/dashboards", draft(&every_kind())).await.expect(201)["id"]);
        let found = figures(&app, &me, &id, "").await;
        assert_eq!((&found["customers"], &found["matching"], &found["as_of"]), (&json!(12), &json!(12), &json!("2025-12-30")));
        assert!(opened(&app, &me, &found).await > 150);

        // the same with a filter, another day and a day compared with
        let tag = text(&app.post("/tags", json!({ "name": "T", "colour": "blue" })).await.expect(201)["id"]);
        for narrowed in ["segment=often&class.lifecycle=active", "as_of=2025-11-20&known=today&compare=2025-06-30", "rule=orders%20%3E%3D%203%20or%20city%20%3D%20%22%E4%B8%8A%E6%B5%B7%22", "owner=none", &format!("tag=-{tag}&compare=2025-12-01")] {
            let found = figures(&app, &me, &id, narrowed).await;
            assert!(opened(&app, &me, &found).await > 20, "{narrowed}");
        }
        assert_eq!(app.read(&me, &format!("/dashboards/{id}/figures?segment=none")).await.problem(), (404, "segment.not_found".into()));
        assert_eq!(app.read(&me, &format!("/dashboards/{id}/figures?compare=2026-01-05")).await.problem(), (422, "dashboard.compare".into()));

        // templates fill at once, and every number of theirs opens its customers, too
        for template in app.get("/dashboards/templates").await.expect(200)["items"].as_array().expect("templates") {
            let made = text(&app.post("/dashboards", json!({ "name": template["name"], "tiles": template["tiles"] })).await.expect(201)["id"]);
            let found = figures(&app, &me, &made, "").await;
            assert!(opened(&app, &me, &found).await > 10, "{}", template["key"]);
        }
    }
}

#[tokio::test]
async fn figures_are_those_of_the_other_pages() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let id = text(&app.post("/dashboards", draft(&every_kind())).await.expect(201)["id"]);
    let found = figures(&app, &me, &id, "compare=2025-09-30").await;
    let overview = app.get("/overview").await.expect(200);
    let cell = |row: &Value, i: usize| row["cells"][i].clone();
    let rows = |id: &str| tile(&found, id)["rows"].as_array().expect("rows").clone();

    // moves: as GET /flow has them
    let flow = app.get("/flow?classification=lifecycle&from=2025-09-30").await.expect(200);
    let columns: Vec<String> = tile(&found, "flow")["columns"].as_array().expect("columns").iter().map(|c| text(&c["key"])).collect();
    let mut moves = 0;
    for link in flow["links"].as_array().expect("links") {
        let row = rows("flow").into_iter().find(|r| r["key"] == link["source"]).unwrap_or_else(|| panic!("no row {link}"));
        let place = columns.iter().position(|c| link["target"] == *c).expect("a column");
        assert_eq!(cell(&row, place)["n"], link["customers"], "{link}");
        moves += link["customers"].as_u64().expect("customers");
    }
    let all = rows("flow").last().cloned().unwrap_or_default();
    assert_eq!((moves, &cell(&all, columns.len() - 1)["n"], &all["total"]), (12, &json!(12), &json!(true)));

    // cohorts: as GET /cohorts has them
    let cohorts = app.get("/cohorts?months=12").await.expect(200);
    for (cohort, row) in cohorts["cohorts"].as_array().expect("cohorts").iter().zip(rows("back")) {
        let values: Vec<Value> = row["cells"].as_array().expect("cells").iter().skip(2).map(|c| c["n"].clone()).collect();
        assert_eq!((&cohort["month"], &cohort["size"], &cohort["values"]), (&row["key"], &cell(&row, 1)["n"], &json!(values)));
    }
    let december = rows("back").into_iter().find(|r| r["key"] == "2025-12").expect("december");
    assert_eq!(cell(&december, 2)["partial"], true, "December is not over on the 30th");

    // sums of classes: as the overview has them; the cells of a crossing add up
    let lifecycle = overview["classifications"].as_array().expect("all").iter().find(|c| c["key"] == "rfm_8").cloned().expect("rfm_8");
    for class in lifecycle["classes"].as_array().expect("classes").iter().filter(|c| c["customers"] != 0) {
        let row = rows("group").into_iter().find(|r| r["key"] == class["key"]).unwrap_or_else(|| panic!("no row {class}"));
        assert_eq!((&cell(&row, 1)["n"], &cell(&row, 3)["value"]), (&class["customers"], &json!({ "type": "money", "value": class["net"] })));
    }
    let crossed: u64 = rows("cross").iter().flat_map(|r| r["cells"].as_array().expect("cells").iter().skip(1).map(|c| c["share"].as_f64().unwrap_or(0.0)).collect::<Vec<_>>()).map(|s| (s * 12.0).round() as u64).sum();
    assert_eq!(crossed, 12);

    // a number, what it was, and how it changed
    let number = &tile(&found, "number")["headline"];
    assert_eq!((&number["now"]["value"]["value"], &number["now"]["n"]), (&json!(12), &json!(12)));
    assert_eq!(number["before"]["value"]["value"].as_i64().map(|b| 12 - b), number["difference"]["value"].as_i64());
    // every customer is in one bin, and the middle, the least and the greatest are those of the list in its order
    for id in ["spread", "five", "tail"] {
        let whom = tile(&found, id)["n"].as_u64().expect("n");
        assert_eq!(rows(id).iter().map(|r| cell(r, 1)["n"].as_u64().expect("n")).sum::<u64>(), whom, "{id}");
        assert!(!tile(&found, id)["notes"].as_array().expect("notes").is_empty(), "{id}");
    }
    let least = app.get("/customers?sort=net&limit=12&columns=net").await.expect(200);
    let nets: Vec<i64> = least["items"].as_array().expect("items").iter().filter_map(|i| i["values"]["net"]["value"].as_i64()).collect();
    let median = &tile(&found, "median")["headline"]["now"]["value"];
    assert_eq!(nets.len(), 12);
    assert_eq!(median, &json!({ "type": "money", "value": domain::money::div_half_even(i128::from(nets[5] + nets[6]), 2) as i64 }));
    let measures: Vec<Value> = ["min", "max"].iter().map(|s| json!({ "id": s, "width": 1, "show": { "kind": "number", "measure": { "stat": s, "feature": "net" } } })).collect();
    let ends = app.post("/dashboards/preview", json!({ "tiles": measures })).await.expect(200);
    assert_eq!((tile(&ends, "min")["headline"]["now"]["value"]["value"].as_i64(), tile(&ends, "max")["headline"]["now"]["value"]["value"].as_i64()), (nets.first().copied(), nets.last().copied()));
    let goal = &tile(&found, "median")["goal"];
    assert_eq!((&goal["reached"], &goal["label"]["en"], goal["difference"]["value"].as_i64()), (&json!(false), &json!("春季目标"), median["value"].as_i64().map(|m| m - 10_000_000)));
    assert_eq!(tile(&found, "day")["columns"].as_array().map(|c| c.iter().filter(|c| c["goal"] == true).count()), Some(1));

    // a list names its customers in their order
    let list = app.get("/customers?sort=-net&limit=5").await.expect(200);
    let ids: Vec<&Value> = list["items"].as_array().expect("items").iter().map(|i| &i["id"]).collect();
    let told = rows("list");
    assert_eq!(told.iter().map(|r| &r["customer"]).collect::<Vec<_>>(), ids);
}

#[tokio::test]
async fn a_mean_of_answers_has_an_interval_and_a_census_has_none() {
    let mut app = TestApp::shop(None).await;
    app.import(&[("反馈.csv", "会员号,日期,nps\nM001,2025-12-20,9\nM002,2025-12-20,3\nM003,2025-12-21,10\nM004,2025-12-22,7\n")]).await;
    let mean = |f: &str| json!({ "id": f.replace('.', "-"), "width": 1, "show": { "kind": "number", "measure": { "stat": "mean", "feature": f } } });
    let found = app.post("/dashboards/preview", json!({ "tiles": [mean("last_nps"), mean("net")] })).await.expect(200);
    let nps = &tile(&found, "last_nps")["headline"]["now"];
    assert_eq!((&nps["n"], nps["value"]["value"].as_f64()), (&json!(4), Some(7.25)), "{found:#}");
    let (low, high) = (nps["low"]["value"].as_f64().expect("low"), nps["high"]["value"].as_f64().expect("high"));
    // 1.96 · √(s²/4 · (1 − 4/12)), s² = 9.583
    assert!((high - 7.25 - 2.4769).abs() < 1e-3 && (7.25 - low - 2.4769).abs() < 1e-3, "{low} {high}");
    assert_eq!(tile(&found, "net")["headline"]["now"]["low"], Value::Null);
}

#[tokio::test]
async fn dashboards_are_kept_changed_by_one_at_a_time_and_come_back() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        let tiles = json!([{ "id": "a", "width": 1, "show": { "kind": "number", "measure": { "stat": "count" } } }]);
        let mine = app.post("/dashboards", json!({ "name": { "zh": " 我的  看板 ", "en": "" }, "tiles": tiles })).await.expect(201);
        assert_eq!((&mine["name"], &mine["audience"], &mine["edition"], &mine["mine"]), (&json!({ "zh": "我的 看板", "en": "我的 看板" }), &json!("private"), &json!(1), &json!(true)));
        let id = text(&mine["id"]);
        assert_eq!(app.read(&analyst, &format!("/dashboards/{id}")).await.problem(), (404, "dashboard.not_found".into()));
        assert_eq!(app.read(&analyst, &format!("/dashboards/{id}/figures")).await.problem(), (404, "dashboard.not_found".into()));

        let put = async |who: &Who, body: Value| app.by(who, Method::PUT, &format!("/dashboards/{id}"), Some(body)).await;
        let shared = put(&me, json!({ "name": mine["name"], "tiles": tiles, "audience": "everyone", "edition": 1 })).await.expect(200);
        assert_eq!(shared["edition"], 2);
        // everybody sees it; whoever defines things changes it, one at a time
        assert_eq!(app.read(&viewer, &format!("/dashboards/{id}")).await.expect(200)["mine"], false);
        assert_eq!(app.read(&viewer, &format!("/dashboards/{id}/figures")).await.expect(200)["items"][0]["n"], 12);
        assert_eq!(put(&viewer, draft(&tiles)).await.problem(), (403, "access.denied".into()));
        let body = |edition: i64, tiles: &Value| json!({ "name": mine["name"], "tiles": tiles, "audience": "everyone", "edition": edition });
        assert_eq!(put(&analyst, body(2, &json!([]))).await.expect(200)["edition"], 3);
        assert_eq!(put(&me, body(2, &tiles)).await.problem(), (409, "dashboard.moved".into()));
        assert_eq!(put(&analyst, json!({ "name": mine["name"], "tiles": [], "edition": 3 })).await.problem(), (403, "dashboard.foreign".into()));

        for (bad, code) in [
            (json!({ "name": { "zh": "", "en": "" }, "tiles": [] }), "dashboard.name"),
            (json!({ "name": { "zh": "x", "en": "x" }, "tiles": [], "audience": "world" }), "dashboard.audience"),
            (draft(&json!([{ "id": "a", "width": 9, "show": { "kind": "number", "measure": { "stat": "count" } } }])), "dashboard.tile"),
            (draft(&json!([{ "id": "a", "width": 1, "show": { "kind": "number", "measure": { "stat": "sum", "feature": "city" } } }])), "dashboard.tile"),
            (draft(&json!([{ "id": "a", "width": 1, "show": { "kind": "histogram", "feature": "city" } }])), "dashboard.tile"),
            (draft(&json!([{ "id": "a", "width": 1, "show": { "kind": "bar", "by": "net", "measure": { "stat": "count" }, "limit": 3 } }])), "dashboard.tile"),
            (draft(&json!([{ "id": "a", "width": 1, "who": { "segment": "none" }, "show": { "kind": "number", "measure": { "stat": "count" } } }])), "dashboard.tile"),
            (draft(&json!([{ "id": "a", "width": 1, "who": { "rule": "ordres > 1" }, "show": { "kind": "number", "measure": { "stat": "count" } } }])), "rule.unknown_feature"),
        ] {
            let answer = app.post("/dashboards", bad).await;
            assert_eq!(answer.problem(), (422, code.to_owned()), "{}", answer.text());
            let message = answer.json()["params"]["message"].clone();
            assert!(message["zh"].is_string() && message["en"].is_string(), "{message}");
        }
        assert_eq!(app.post("/dashboards", draft(&json!([{ "id": "a", "width": 1, "show": { "kind": "pie" } }]))).await.problem().0, 400);

        // gone, and back
        assert_eq!(app.by(&analyst, Method::DELETE, &format!("/dashboards/{id}"), None).await.status, 204);
        assert_eq!(app.get(&format!("/dashboards/{id}")).await.problem(), (404, "dashboard.not_found".into()));
        assert_eq!(app.by(&analyst, Method::POST, &format!("/dashboards/{id}/restore"), None).await.expect(200)["edition"], 3);
        assert_eq!(app.get("/dashboards").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        let said: Vec<String> = app.get("/audit?limit=100").await.expect(200)["items"].as_array().expect("items").iter().filter(|e| e["subject"] == id.as_str()).map(|e| text(&e["action"])).collect();
        assert_eq!(said, ["dashboard.shared", "dashboard.withdrawn", "dashboard.shared", "dashboard.shared"]);
    }
}

#[tokio::test]
async fn a_tile_whose_ground_is_gone_says_so_and_the_others_go_on() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    app.post("/segments", json!({ "key": "often", "label": { "zh": "常客", "en": "Often" }, "rule_text": "orders >= 4" })).await.expect(201);
    let count = json!({ "kind": "number", "measure": { "stat": "count" } });
    let tiles = json!([{ "id": "a", "width": 1, "who": { "segment": "often" }, "show": count }, { "id": "b", "width": 1, "show": count }]);
    let id = text(&app.post("/dashboards", draft(&tiles)).await.expect(201)["id"]);
    assert_eq!(app.delete("/segments/often?anyway=true").await.status, 204);
    let found = figures(&app, &me, &id, "").await;
    let gone = &tile(&found, "a")["problem"];
    assert_eq!(gone["code"], "segment.not_found");
    assert!(text(&gone["message"]["zh"]).contains("often"));
    assert_eq!((&tile(&found, "b")["problem"], &tile(&found, "b")["n"]), (&Value::Null, &json!(12)));
    // it can still be changed: the tile that stands there is not asked about again
    let put = json!({ "name": { "zh": "新", "en": "New" }, "tiles": [tiles[1], tiles[0]], "audience": "everyone" });
    app.with_body(Method::PUT, &format!("/dashboards/{id}"), put).await.expect(200);
}

#[tokio::test]
async fn a_table_goes_along_as_a_file_and_is_noted() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let id = text(&app.post("/dashboards", draft(&every_kind())).await.expect(201)["id"]);
    figures(&app, &me, &id, "").await;
    let answer = app.get(&format!("/dashboards/{id}/file?tile=cities&lang=en")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines.len() == 4 && lines[0].contains("Customers,Share"), "{lines:?}");
    let found = figures(&app, &me, &id, "").await;
    let money = tile(&found, "cities")["rows"][0]["cells"][3]["value"]["value"].as_i64().expect("money");
    assert!(lines[1].ends_with(&domain::money::decimal(money, 2)), "{lines:?}");
    let spread = app.get(&format!("/dashboards/{id}/file?tile=spread&lang=zh-CN")).await.text();
    assert_eq!(spread.lines().count(), 1 + tile(&found, "spread")["rows"].as_array().expect("rows").len(), "{spread}");
    assert!(app.get(&format!("/dashboards/{id}/file?tile=words")).await.text().contains("https://a.example/"));
    let book = app.get(&format!("/dashboards/{id}/file?tile=back&format=xlsx&segment=")).await;
    assert!(book.status == 200 && book.bytes.starts_with(b"PK"));
    assert_eq!(app.get(&format!("/dashboards/{id}/file?tile=nope")).await.problem(), (404, "tile.not_found".into()));
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    assert_eq!(app.read(&viewer, &format!("/dashboards/{id}/file?tile=back")).await.problem(), (403, "access.denied".into()));
    let noted = app.get("/audit?action=export.taken").await.expect(200);
    assert_eq!(noted["items"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn what_is_hidden_is_in_no_tile_and_said_in_words() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", "会员号,姓名,手机号,生日\nM001,王芳,13811115678,1990-03-05\n")]).await;
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let called = json!({ "zh": "打 13811115678", "en": "call 13811115678" });
    let tiles = json!([
        { "id": "a", "width": 1, "show": { "kind": "list", "sort": "-net", "columns": ["birthday"], "limit": 3 } },
        { "id": "b", "width": 1, "show": { "kind": "text", "text": called } },
        { "id": "c", "width": 1, "show": { "kind": "number", "measure": { "stat": "count" }, "goal": { "value": 3, "label": called } } },
    ]);
    assert_eq!(app.by(&analyst, Method::POST, "/dashboards", Some(draft(&tiles))).await.problem(), (403, "access.masked".into()));
    let id = text(&app.post("/dashboards", draft(&tiles)).await.expect(201)["id"]);
    let found = figures(&app, &analyst, &id, "").await;
    assert_eq!(tile(&found, "a")["problem"]["code"], "access.masked");
    assert!(!found.to_string().contains("1990"), "{found:#}");
    let seen = app.read(&analyst, &format!("/dashboards/{id}")).await.expect(200);
    assert!(![&found, &seen].iter().any(|x| x.to_string().contains("13811115678")), "{found:#} {seen:#}");
    let me = app.me();
    assert!(figures(&app, &me, &id, "").await.to_string().contains("1990-03-05"));
}

#[tokio::test]
async fn a_dashboard_is_told_in_both_languages_with_its_day_and_its_customers() {
    let mut app = TestApp::shop(None).await;
    let tiles: Vec<flow::dashboards::Tile> = serde_json::from_value(every_kind()).expect("tiles");
    let name = domain::Label::new("周报", "Weekly");
    let digest = flow::dashboards::digest(&app.ctx.app, &name, &tiles, Lang::Zh, Sight::Full, None).await.expect("a digest");
    assert_eq!((digest.name.as_str(), digest.as_of.to_string().as_str(), digest.sections.len()), ("周报", "2025-12-30", tiles.len()));
    let of = |id: &str| digest.sections.iter().find(|s| s.tile == id).cloned().unwrap_or_else(|| panic!("no section {id}"));
    let number = of("number");
    assert_eq!((number.heading.as_str(), number.lines[0].as_str(), number.table), ("客户数", "12 位", None));
    assert!(number.lines[1].starts_with("2025-11-30 为 "), "{:?}", number.lines);
    assert_eq!(number.lines[2], "截至 2025-12-30，12 位客户");
    let median = of("median");
    assert!(median.lines.iter().any(|l| l.starts_with("春季目标 ≥ ¥100,000.00：未达成，低于 ¥")), "{:?}", median.lines);
    let words = of("words");
    assert_eq!((words.heading.as_str(), words.lines, words.table), ("说明", vec!["看 https://a.example/".to_owned()], None));
    assert!(of("spread").table.is_some_and(|t| t.rows.len() > 1 && t.columns[0] == "净消费额"), "{:?}", of("spread"));
    let cities = of("cities").table.expect("a table");
    assert_eq!((cities.columns[1].as_str(), cities.rows.len()), ("客户数", 3));
    assert!(cities.rows[0][3].starts_with('¥'), "{cities:?}");
    assert!(of("flow").lines.iter().any(|l| l.starts_with("新来 ")));
    assert!(digest.sections.iter().all(|s| !s.heading.is_empty() && !s.lines.is_empty()));
    let english = flow::dashboards::digest(&app.ctx.app, &name, &tiles, Lang::En, Sight::Masked, domain::Day::parse("2025-11-30")).await.expect("a digest");
    assert_eq!((english.name.as_str(), english.as_of.to_string().as_str()), ("Weekly", "2025-11-30"));
    assert!(english.sections[0].lines.iter().any(|l| l == "as of 2025-11-30, 12 customers"), "{:?}", english.sections[0]);
    app.get("/dashboards").await.expect(200);
}
