//! Who does not want to be profiled: in the neutral class everywhere at once, taken in by no rule, counted apart so that sums add up;
//! what was before stays; merged, parted, taken back and brought by a file.

use crate::{
    app::{TestApp, both},
    work::change,
};
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

async fn id_of(app: &TestApp, number: &str) -> String {
    text(&app.read(&app.me(), &format!("/customers?q={number}")).await.expect(200)["items"][0]["id"])
}

async fn total(app: &TestApp, filter: &str) -> u64 {
    app.read(&app.me(), &format!("/customers?limit=1&{filter}")).await.expect(200)["total"].as_u64().expect("a total")
}

fn refuse(ids: &[&String], how: &str, on: &str) -> Value {
    json!({ "kind": "profiling_refuse", "customers": ids, "refusal": { "how": how, "on": on } })
}

/// Sums of every classification.
fn sums(overview: &Value) -> Vec<(String, i64, i64)> {
    let sum = |c: &Value, field: &str| c["classes"].as_array().expect("classes").iter().filter_map(|k| k[field].as_i64()).sum::<i64>();
    overview["classifications"].as_array().expect("classifications").iter().map(|c| (text(&c["key"]), sum(c, "customers"), sum(c, "net"))).collect()
}

/// The class in every classification.
fn classes(profile: &Value) -> Vec<String> {
    profile["classes"].as_array().expect("classes").iter().map(|c| text(&c["class"]["key"])).collect()
}

#[tokio::test]
async fn whoever_refuses_is_neutral_everywhere_at_once() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let (one, other) = (id_of(&app, "M003").await, id_of(&app, "M005").await);
        let named = json!({ "zh": "买过", "en": "Bought" });
        app.post("/segments", json!({ "key": "bought", "label": named, "rule_text": "orders >= 1" })).await.expect(201);
        app.post("/segments", json!({ "key": "never", "label": named, "rule_text": "not (orders >= 1)" })).await.expect(201);
        app.post("/segments", json!({ "key": "picked", "label": named, "customers": [one] })).await.expect(201);
        let before = app.get("/overview").await.expect(200);
        let known = app.get(&format!("/customers/{one}")).await.expect(200);
        assert_eq!((&before["not_profiled"], &known["refusal"]), (&json!(0), &Value::Null));

        let said = refuse(&[&one], "letter", "2025-12-20");
        let made = change(&app, &me, "refuse-0001", said.clone()).await.expect(200);
        assert_eq!((&made["changed"], &made["subject"], made["undo_until"].is_string()), (&json!(1), &json!("letter"), true));
        assert_eq!(change(&app, &me, "refuse-0001", said.clone()).await.expect(200), made, "asked twice is once");
        assert_eq!(change(&app, &me, "refuse-0002", said).await.expect(200)["changed"], 0);

        // the page of the customer, and why
        let profile = app.get(&format!("/customers/{one}")).await.expect(200);
        assert_eq!((&profile["refusal"]["on"], &profile["refusal"]["how"], &profile["refusal"]["by_name"], &profile["stale"]), (&json!("2025-12-20"), &json!("letter"), &json!("王掌柜"), &json!(false)));
        assert!(classes(&profile).iter().all(|c| c == "not_profiled") && classes(&profile).len() == classes(&known).len(), "{profile:#}");
        assert_eq!(profile["segments"].as_array().expect("segments").iter().map(|s| text(&s["key"])).collect::<Vec<_>>(), ["picked"], "a list by hand is no rule");
        // figures stay; a score is an opinion, and there is none
        for (now, before) in profile["features"].as_array().expect("features").iter().zip(known["features"].as_array().expect("features")) {
            let score = text(&now["key"]).starts_with("rfm_");
            let wanted = if score { json!({ "type": "null" }) } else { before["value"].clone() };
            assert_eq!(now["value"], wanted, "{}", now["key"]);
            assert!(!score || before["value"]["type"] != "null", "{before}");
        }
        for subject in ["classification=lifecycle", "classification=by_city", "segment=bought", "segment=never"] {
            let why = app.get(&format!("/customers/{one}/why?{subject}")).await.expect(200);
            let wanted = if subject.starts_with("class") { "not_profiled" } else { "out" };
            assert_eq!((&why["result"]["key"], &why["conditions"]), (&json!(wanted), &json!([])), "{subject}");
            for (lang, words) in [("zh", ["2025-12-20", "标准价格"]), ("en", ["2025-12-20", "standard prices"])] {
                assert!(words.iter().all(|w| text(&why["sentence"][lang]).contains(w)), "{why:#}");
            }
        }
        assert_eq!(app.get(&format!("/customers/{one}/why?segment=picked")).await.expect(200)["result"]["key"], "in");
        assert!(app.get(&format!("/customers/{one}/timeline?types=attribute")).await.expect(200).to_string().contains("Does not want to be profiled"));

        // counted apart, and everything adds up
        let overview = app.get("/overview").await.expect(200);
        assert_eq!((&overview["not_profiled"], &overview["customers"], &overview["net"], &overview["orders"]), (&json!(1), &before["customers"], &before["net"], &before["orders"]));
        assert_eq!(sums(&overview), sums(&before));
        for c in overview["classifications"].as_array().expect("classifications") {
            let neutral: Vec<&Value> = c["classes"].as_array().expect("classes").iter().filter(|k| k["key"] == "not_profiled").collect();
            assert_eq!(neutral.iter().map(|k| (&k["customers"], &k["label"]["en"])).collect::<Vec<_>>(), [(&json!(1), &json!("Not profiled"))], "{}", c["key"]);
            let listed = total(&app, &format!("class.{}=not_profiled", text(&c["key"]))).await;
            assert_eq!(listed, 1, "{}", c["key"]);
        }
        let facets = app.get("/customers/facets?by=class.lifecycle").await.expect(200);
        let counted: u64 = facets["items"][0]["items"].as_array().expect("items").iter().filter_map(|i| i["count"].as_u64()).sum();
        assert_eq!(counted, 12);
        let tiles = json!([{ "id": "a", "width": 2, "show": { "kind": "group", "by": "class.lifecycle", "measures": [{ "stat": "count" }], "limit": 20 } }]);
        assert!(app.post("/dashboards/preview", json!({ "tiles": tiles })).await.expect(200).to_string().contains("Not profiled"));
        assert!(app.get("/customers/export?columns=net,class.lifecycle&class.lifecycle=not_profiled").await.text().contains("not_profiled"));

        // no rule takes them in, whatever it says
        for (segment, rule, n) in [("bought", "orders%20%3E%3D%201", 10), ("never", "not%20(orders%20%3E%3D%201)", 1)] {
            assert_eq!((total(&app, &format!("segment={segment}")).await, total(&app, &format!("rule={rule}")).await), (n, n), "{segment}");
        }
        let preview = app.post("/segments/preview", json!({ "rule_text": "orders >= 1" })).await.expect(200);
        assert_eq!(preview["count"], 10);
        let board = app.get("/rfm").await.expect(200);
        assert_eq!(board["groups8"].as_array().expect("groups").iter().filter_map(|g| g["customers"].as_u64()).sum::<u64>(), 12);
        for cell in board["cells"].as_array().expect("cells") {
            let listed = total(&app, &format!("rule=rfm_r%20%3D%20{}%20and%20rfm_f%20%3D%20{}", cell["r"], cell["f"])).await;
            assert_eq!(cell["customers"], listed, "{cell}");
        }

        // what was before stays: on a day before, and as known then
        let class = |p: Value| classes(&p);
        let at = |query: &str| format!("/customers/{one}?{query}");
        assert!(!class(app.get(&at("as_of=2025-12-19")).await.expect(200)).contains(&"not_profiled".to_owned()));
        assert!(class(app.get(&at("as_of=2025-12-21")).await.expect(200)).contains(&"not_profiled".to_owned()));
        assert!(!class(app.get(&at("as_of=2025-12-21&known=then")).await.expect(200)).contains(&"not_profiled".to_owned()));

        // merged, whoever stands for them refuses; parted, only they
        let merged = app.post("/merges", json!({ "survivor": other, "merged": [one], "fields": { "attribute.profiling_refused": other } })).await.expect(200);
        assert_eq!(app.get(&format!("/customers/{other}")).await.expect(200)["refusal"]["how"], "letter");
        let merge = text(&merged["merges"][0]["id"]);
        app.post(&format!("/merges/{merge}/undo"), json!({})).await.expect(200);
        assert_eq!(app.get(&format!("/customers/{other}")).await.expect(200)["refusal"], Value::Null);
        assert_eq!(app.get(&format!("/customers/{one}")).await.expect(200)["refusal"]["how"], "letter");

        // taken back by them, they are as they were; and that is a change that can be undone
        let allowed = change(&app, &me, "allow-0001", json!({ "kind": "profiling_allow", "customers": [one], "refusal": { "how": "phone" } })).await.expect(200);
        assert_eq!(allowed["changed"], 1);
        let after = app.get("/overview").await.expect(200);
        assert_eq!((&after["classifications"], &after["not_profiled"]), (&before["classifications"], &json!(0)));
        app.post(&format!("/changes/{}/undo", text(&allowed["id"])), json!({})).await.expect(200);
        assert_eq!(app.get("/overview").await.expect(200)["not_profiled"], 1);
        app.post(&format!("/changes/{}/undo", text(&made["id"])), json!({})).await.expect(200);
        assert_eq!(app.get("/overview").await.expect(200)["not_profiled"], 0);
        let log = app.get("/audit?limit=500").await.expect(200).to_string();
        assert!(["profiling_refuse", "profiling_allow", "letter"].iter().all(|w| log.contains(w)), "{log}");
    }
}

#[tokio::test]
async fn many_at_once_by_a_file_and_what_is_refused() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let many = json!({ "kind": "profiling_refuse", "filter": { "rule": "orders >= 5" }, "expected": 7, "refusal": { "how": "email" } });
        let made = change(&app, &me, "many-0001", many).await.expect(200);
        assert_eq!((&made["matched"], &made["changed"]), (&json!(7), &json!(7)));
        assert_eq!(app.get("/overview").await.expect(200)["not_profiled"], 7);
        app.post(&format!("/changes/{}/undo", text(&made["id"])), json!({})).await.expect(200);
        assert_eq!(app.get("/overview").await.expect(200)["not_profiled"], 0);

        // a file says it by yes; its no is nobody's word
        let (one, two) = (id_of(&app, "M001").await, id_of(&app, "M002").await);
        change(&app, &me, "file-0001", refuse(&[&two], "web", "2025-12-01")).await.expect(200);
        let import = app.import(&[("拒绝.csv", "会员号,不愿被分析\nM001,是\nM002,否\nM004,\n")]).await;
        let shown = |p: Value| text(&p["refusal"]["how"]);
        assert_eq!(shown(app.get(&format!("/customers/{one}")).await.expect(200)), "import");
        assert_eq!(shown(app.get(&format!("/customers/{two}")).await.expect(200)), "web");
        assert_eq!(app.get("/overview").await.expect(200)["not_profiled"], 2);
        app.post(&format!("/imports/{}/undo", text(&import["id"])), json!({})).await;
        app.until(&text(&import["id"]), "undone").await;
        assert_eq!(app.get("/overview").await.expect(200)["not_profiled"], 1);

        let problem = |body: Value| json!({ "kind": "profiling_refuse", "customers": [one], "refusal": body });
        assert_eq!(change(&app, &me, "bad-00001", json!({ "kind": "profiling_refuse", "customers": [one] })).await.problem(), (422, "change.refusal".into()));
        assert_eq!(change(&app, &me, "bad-00002", problem(json!({ "how": "telepathy" }))).await.problem(), (422, "change.refusal".into()));
        assert_eq!(change(&app, &me, "bad-00003", problem(json!({ "how": "phone", "on": "2027-01-01" }))).await.problem(), (422, "change.refusal_day".into()));
        let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        assert_eq!(change(&app, &viewer, "bad-00004", problem(json!({ "how": "phone" }))).await.problem(), (403, "access.denied".into()));
    }
}
