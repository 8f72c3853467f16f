//! Whatever people type is a value, and a name nobody gave is no name, on both databases: in rules, filters, searches, orders, columns,
//! groups and charts. What comes back is what plain comparing says.

use crate::{
    app::{TestApp, Who, both},
    work::change,
};
use axum::http::Method;
use domain::rule::{Expr, Literal, Op, Rule};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Each means something to some reader of SQL, of rules, of templates or of paths.
const TEXTS: [&str; 12] = [
    "' OR 1=1 --", "\"; DROP TABLE customers; --", "x' UNION SELECT password_hash FROM users --", "%", "_", "\\' OR ''='", "1); DELETE FROM records; --", "net > 0 or city is missing",
    "$1 ?1 :a @p", "{{7*7}} ${jndi:ldap://x}", "NULL", "上海' /* 🙂 */ || pg_sleep(9) || '",
];

fn coded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

fn word() -> Expr {
    Expr::Feature("custom.word".to_owned())
}

/// A shop in which each of the texts is the word of one customer and stands in one record; their ids by text.
async fn shop(url: Option<String>) -> (TestApp, Vec<String>, String) {
    let mut app = TestApp::shop(url).await;
    let me = app.me();
    let label = json!({ "zh": "词", "en": "Word" });
    let own = json!({
        "key": "custom.word", "label": label, "description": label, "group": "custom", "value": "text",
        "definition": { "kind": "attribute", "key": "custom.word" }, "entry": { "kind": "text" },
    });
    app.post("/features", own).await.expect(201);
    let fields = json!([{ "key": "what", "label": label, "kind": "text" }]);
    let object = text(&app.post("/objects", json!({ "label": label, "sections": [{ "fields": fields }] })).await.expect(201)["id"]);
    let people: Vec<String> = app.get("/customers?limit=50").await.expect(200)["items"].as_array().expect("items").iter().map(|c| text(&c["id"])).collect();
    assert_eq!(people.len(), TEXTS.len());
    for (n, (who, said)) in people.iter().zip(TEXTS).enumerate() {
        let set = json!({ "kind": "field_set", "subject": "custom.word", "customers": [who], "value": said });
        change(&app, &me, &format!("word-{n:04}"), set).await.expect(200);
        app.post(&format!("/objects/{object}/records"), json!({ "values": { "what": said } })).await.expect(201);
    }
    (app, people, object)
}

async fn listed(app: &mut TestApp, path: &str, what: impl Fn(&Value) -> String) -> BTreeSet<String> {
    app.get(path).await.expect(200)["items"].as_array().expect("items").iter().map(what).collect()
}

#[tokio::test]
async fn what_is_typed_is_a_value_and_never_a_word_of_ours() {
    for url in both().await {
        let (mut app, people, object) = shop(url).await;
        let customers = app.get("/overview").await.expect(200)["customers"].clone();
        let mut asked = 0;
        for said in TEXTS {
            let literal = || Literal::Text(said.to_owned());
            let rules: [(Rule, &dyn Fn(&str) -> bool); 5] = [
                (Rule::Compare { left: word(), op: Op::Eq, right: Expr::Literal(literal()) }, &|w| w == said),
                (Rule::Compare { left: word(), op: Op::Ne, right: Expr::Literal(literal()) }, &|w| w != said),
                (Rule::In { expr: word(), values: vec![literal(), Literal::Text("x".to_owned())] }, &|w| w == said),
                (Rule::Contains { expr: word(), text: said.to_owned() }, &|w| w.to_lowercase().contains(&said.to_lowercase())),
                (Rule::Not(Box::new(Rule::In { expr: word(), values: vec![literal()] })), &|w| w != said),
            ];
            for (rule, holds) in rules {
                let plainly: BTreeSet<String> = people.iter().zip(TEXTS).filter(|(_, w)| holds(w)).map(|(id, _)| id.clone()).collect();
                let found = listed(&mut app, &format!("/customers?limit=50&rule={}", coded(&rule.to_string())), |c| text(&c["id"])).await;
                assert_eq!(found, plainly, "{rule}");
                let previewed = app.post("/segments/preview", json!({ "rule_text": rule.to_string() })).await.expect(200);
                assert_eq!(previewed["count"], json!(plainly.len()), "{rule}: {previewed}");
                asked += 2;
            }
            let plainly: BTreeSet<String> = TEXTS.iter().filter(|w| w.to_lowercase().contains(&said.to_lowercase())).map(|w| (*w).to_owned()).collect();
            for asks in ["f.what", "q"] {
                let found = listed(&mut app, &format!("/objects/{object}/records?limit=50&{asks}={}", coded(said)), |r| text(&r["values"]["what"]["value"])).await;
                assert_eq!(found, plainly, "{asks}={said}");
                asked += 1;
            }
            // no name, number or address is like this
            let found = listed(&mut app, &format!("/customers?q={}", coded(said)), |c| text(&c["id"])).await;
            assert!(found.is_empty(), "q={said} finds {found:?}");
        }
        assert_eq!(asked, TEXTS.len() * 12);
        assert_eq!(app.get("/overview").await.expect(200)["customers"], customers);
    }
}

/// Names where names are asked for: the same answer for each as for a plain one that nobody gave, and no error of ours.
#[tokio::test]
async fn a_name_nobody_gave_names_nothing() {
    for url in both().await {
        let (app, people, object) = shop(url).await;
        let me = app.me();
        let places: Vec<(Method, String, Value)> = ["sort={}", "sort=-{}", "columns=net,{}", "segment={}", "class.{}=x", "was.{}=x@2025-12-30", "f.{}=x", "cursor={}", "owner={}", "tag={}", "entered={}@2025-12-30"]
            .iter()
            .map(|p| format!("/customers?{p}"))
            .chain(["/customers/facets?by={}", "/customers/export?columns={}", "/flow?classification={}"].map(str::to_owned))
            .chain(["sort={}", "sort=-{}", "f.{}=x", "cursor={}"].map(|p| format!("/objects/{object}/records?{p}")))
            .chain([format!("/customers/{}/why?segment={{}}", people[0]), format!("/customers/{}/why?classification={{}}", people[0])])
            .map(|path| (Method::GET, path, Value::Null))
            .chain(bodies())
            .collect();
        let (mut asked, mut refused) = (0, 0);
        for (method, path, body) in &places {
            let with = |name: &str| {
                let quoted = serde_json::to_string(name).expect("a text");
                let body = body.to_string().replace("\"{}\"", &quoted).replace("\"-{}\"", &format!("\"-{}", &quoted[1..]));
                (path.replace("{}", &coded(name)), (!body.starts_with("null")).then(|| serde_json::from_str(&body).expect("json")))
            };
            let ask = async |who: &Who, name: &str| {
                let (path, body): (String, Option<Value>) = with(name);
                let answer = app.by(who, method.clone(), &path, body).await;
                assert!(answer.status.as_u16() < 500, "{method} {path} with {name}: {}", answer.text());
                (answer.status.as_u16(), answer.text().matches("cus_").count() + answer.text().matches("rec_").count())
            };
            let (status, told) = ask(&me, "zz_nobody").await;
            refused += usize::from(status >= 400);
            for name in TEXTS.iter().filter(|name| !name.contains(',')) {
                let (other, more) = ask(&me, name).await;
                // a name may be one that cannot be, where another is only one that is not; it finds no more than that does
                assert!(other == status || other == 422 || other == 400, "{method} {path} {body} with {name}: {other} and not {status}");
                assert!(more <= told, "{method} {path} {body} with {name} tells of {more} and not {told}");
                asked += 1;
            }
        }
        assert!(refused >= 27, "only {refused} of {} refuse a name nobody gave", places.len());
        assert!(asked > 250, "only {asked} were asked");
        assert_eq!(app.read(&me, "/overview").await.expect(200)["customers"], json!(people.len()));
        assert_eq!(app.read(&me, &format!("/objects/{object}/records?limit=50")).await.expect(200)["items"].as_array().map(Vec::len), Some(TEXTS.len()));
    }
}

/// Bodies that name something.
fn bodies() -> Vec<(Method, String, Value)> {
    let named = json!({ "zh": "x", "en": "x" });
    let tile = |show: Value| json!({ "tiles": [{ "id": "a", "width": 2, "show": show }] });
    let count = json!({ "stat": "count" });
    let feature = |definition: Value| json!({ "key": "zz_new", "label": named, "description": named, "group": "custom", "value": "number", "definition": definition });
    [
        ("/dashboards/preview", tile(json!({ "kind": "bar", "by": "{}", "measure": count, "limit": 5 }))),
        ("/dashboards/preview", tile(json!({ "kind": "group", "by": "city", "measures": [{ "stat": "sum", "feature": "{}" }], "limit": 5 }))),
        ("/dashboards/preview", tile(json!({ "kind": "heat", "x": "{}", "y": "rfm_r", "measure": count }))),
        ("/dashboards/preview", tile(json!({ "kind": "heat", "x": "rfm_r", "y": "{}", "measure": count }))),
        ("/dashboards/preview", tile(json!({ "kind": "list", "sort": "-{}", "columns": ["net"], "limit": 5 }))),
        ("/dashboards/preview", tile(json!({ "kind": "list", "sort": "net", "columns": ["{}"], "limit": 5 }))),
        ("/dashboards/preview", tile(json!({ "kind": "flow", "classification": "{}" }))),
        ("/segments/preview", json!({ "rule": { "member": { "segment": "{}" } } })),
        ("/segments/preview", json!({ "rule": { "missing": { "expr": { "feature": "{}" } } } })),
        ("/features", feature(json!({ "kind": "formula", "expr": { "feature": "{}" } }))),
        ("/classifications", json!({ "definition": { "key": "zz_new", "label": named, "description": named, "group": "custom", "method": { "kind": "values", "feature": "{}", "otherwise": { "key": "none", "label": named } } } })),
        ("/exports", json!({ "format": "csv", "sort": "{}" })),
        ("/exports", json!({ "format": "csv", "columns": ["{}"] })),
        ("/exports", json!({ "format": "csv", "filter": { "segment": "{}" } })),
    ]
    .map(|(path, body)| (Method::POST, path.to_owned(), body))
    .to_vec()
}
