//! Ids where people seldom look: in bodies, and in what a reading is narrowed by. Every text a body of the API's own description may hold
//! is one that names something or one that does not; those that do are handed what is of another business, and the answer is the one to
//! what nobody has.

use crate::{
    app::{TestApp, both, still},
    businesses::{all_of, one_of_each, planted},
};
use axum::{body::Body, http::{Method, header}};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Parameters of readings that name something; `walls` and `businesses` hand an id to those with a noun of their own, this file to others.
pub const IDS_ASKED: [&str; 8] = ["entered", "left", "customer", "a", "b", "actor", "about", "by"];

/// … and those that do not: places in a list, days, texts that are looked for, choices.
pub const NO_IDS_ASKED: [&str; 32] = [
    "version", "atomic", "history", "strict", "action", "from", "to", "cursor", "limit", "format", "head", "as_of", "known", "anyway", "step", "points", "months", "rule", "q", "finding", "sort", "columns", "labels", "types",
    "compare", "tile", "lang", "state", "kind", "below", "mine", "scoring",
];

/// Texts of bodies that are no ids: what people call things, amounts, days, secrets, the business's own numbers of its customers and orders,
/// words of rules, keys a definition itself makes, and names of features, in whose place `hostile` puts what nobody gave.
const NO_IDS: [&str; 85] = [
    "*/[]", "among", "amount", "audience", "body", "brand", "by", "category", "channel", "client_id", "client_secret", "code", "colour", "columns/[]", "comment", "confirm", "cost", "coupon", "currency", "day", "description",
    "discount", "domains/[]", "email", "en", "feature", "field", "file", "file/[]", "from_address", "from_name", "group", "host", "how", "id", "iss", "issuer", "key", "kind", "label", "lang", "line", "literal", "match",
    "member", "name", "new", "number", "of", "of/[]", "old", "order", "paid", "password", "payment", "phone", "price", "product", "quantity", "question", "reason", "role", "rule_text", "score", "seen", "sheet", "slug",
    "sort", "state", "store", "text", "time", "time_zone", "token", "unionid", "url", "username", "value", "value/[]", "values/[]", "was", "workspace_name", "x", "y", "zh",
];

/// Names of the texts a body may hold: the last step of the way there, with the one before where the last has no name.
fn texts(schema: &Value, all: &Value, way: &[String], seen: &[String], found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        if !seen.iter().any(|s| s == name) {
            texts(&all[name], all, way, &[seen, &[name.to_owned()]].concat(), found);
        }
        return;
    }
    let step = |name: &str| [way, &[name.to_owned()]].concat();
    for kind in ["allOf", "oneOf", "anyOf"] {
        schema[kind].as_array().into_iter().flatten().for_each(|s| texts(s, all, way, seen, found));
    }
    let typed = |t: &Value| t == "string" || t.as_array().is_some_and(|all| all.iter().any(|t| t == "string"));
    if typed(&schema["type"]) && schema.get("enum").is_none() && !["date", "date-time"].iter().any(|f| schema["format"] == *f) {
        let from = way.len() - if way.last().is_some_and(|w| w == "[]" || w == "*") { 2.min(way.len()) } else { 1.min(way.len()) };
        found.insert(way[from..].join("/"));
    }
    schema["properties"].as_object().into_iter().flatten().for_each(|(name, s)| texts(s, all, &step(name), seen, found));
    if schema["items"].is_object() {
        texts(&schema["items"], all, &step("[]"), seen, found);
    }
    if schema["additionalProperties"].is_object() {
        texts(&schema["additionalProperties"], all, &step("*"), seen, found);
    }
}

/// What is handed over: a text of the description, how a request with it is sent, and what kind of id it takes.
struct Case {
    name: &'static str,
    kind: &'static str,
    method: Method,
    path: String,
    body: Value,
}

fn case(name: &'static str, kind: &'static str, path: &str, body: Value) -> Case {
    Case { name, kind, method: if body.is_null() { Method::GET } else { Method::POST }, path: path.to_owned(), body }
}

/// What is one's own, by kind.
struct Own {
    customer: String,
    other: String,
    tag: String,
    object: String,
    board: String,
}

fn cases(own: &Own) -> Vec<Case> {
    let named = json!({ "zh": "x", "en": "x" });
    let (customer, object) = (&own.customer, format!("/objects/{}/records", own.object));
    let tile = |who: Value| json!({ "tiles": [{ "id": "a", "width": 1, "who": who, "show": { "kind": "number", "measure": { "stat": "count" } } }] });
    let mut all = vec![
        case("subject", "tag", "/changes", json!({ "kind": "tag_add", "subject": "{}", "customers": [customer] })),
        case("subject", "usr", "/changes", json!({ "kind": "owner_set", "subject": "{}", "customers": [customer] })),
        case("subject", "key", "/changes", json!({ "kind": "list_add", "subject": "{}", "customers": [customer] })),
        case("customers/[]", "cus", "/changes", json!({ "kind": "tag_add", "subject": own.tag, "customers": ["{}"] })),
        case("customers/[]", "cus", "/segments", json!({ "label": named, "customers": ["{}"] })),
        case("customers/[]", "cus", "/exports", json!({ "format": "csv", "customers": ["{}"] })),
        case("except/[]", "cus", "/changes", json!({ "kind": "tag_add", "subject": own.tag, "filter": { "rule": "orders >= 100" }, "except": ["{}"] })),
        case("merged/[]", "cus", "/merges", json!({ "survivor": customer, "merged": ["{}"] })),
        case("survivor", "cus", "/merges", json!({ "survivor": "{}", "merged": [customer] })),
        case("fields/*", "cus", "/merges", json!({ "survivor": customer, "merged": [own.other], "fields": { "name": "{}" } })),
        case("values/*", "cus", &object, json!({ "values": { "who": "{}" } })),
        case("values/*", "cus", &format!("{object}/batch"), json!({ "records": [{ "values": { "who": "{}" } }] })),
        case("records/[]", "rec", &format!("{object}/change"), json!({ "records": ["{}"], "action": { "kind": "remove" } })),
        case("except/[]", "rec", &format!("{object}/change"), json!({ "except": ["{}"], "filter": { "q": "nothing like it" }, "action": { "kind": "remove" } })),
        case("filter/*", "cus", &format!("{object}/change"), json!({ "filter": { "customer": "{}" }, "action": { "kind": "remove" } })),
        case("object", "obj", "/exports", json!({ "format": "csv", "object": "{}" })),
        case("exclude/[]", "key", "/segments/preview", json!({ "rule_text": "orders > 1", "exclude": ["{}"] })),
        case("segment", "key", "/segments/preview", json!({ "rule": { "member": { "segment": "{}" } } })),
        case("segments/[]", "key", "/webhooks", json!({ "url": "https://hooks.example.com/x", "types": ["segment.left"], "segments": ["{}"] })),
        case("classification", "key", "/dashboards/preview", json!({ "tiles": [{ "id": "a", "width": 1, "show": { "kind": "flow", "classification": "{}" } }] })),
        case("classifications/[]", "key", "/webhooks", json!({ "url": "https://hooks.example.com/x", "types": ["class.changed"], "classifications": ["{}"] })),
        // what readings are narrowed by
        case("", "key", "/customers?entered={}@2025-12-30", Value::Null),
        case("", "key", "/customers?left={}@2025-12-30", Value::Null),
        case("", "cus", &format!("{object}?customer={{}}"), Value::Null),
        case("", "cus", &format!("/duplicates/compare?a={{}}&b={customer}"), Value::Null),
        case("", "cus", &format!("/duplicates/compare?a={customer}&b={{}}"), Value::Null),
        case("", "usr", "/audit?actor={}", Value::Null),
        case("", "cus", "/audit?about={}", Value::Null),
        case("", "usr", "/changes?by={}", Value::Null),
        case("", "key", "/customers/facets?by=class.{}", Value::Null),
        case("", "key", &format!("/dashboards/{}/figures?segment={{}}", own.board), Value::Null),
    ];
    for (noun, kind) in [("tag", "tag"), ("owner", "usr"), ("segment", "key")] {
        all.push(case("filter/*", kind, "/changes", json!({ "kind": "tag_add", "subject": own.tag, "filter": { noun: "{}" } })));
        all.push(case("filter/*", kind, "/exports", json!({ "format": "csv", "filter": { noun: "{}" } })));
        all.push(case("query/*", kind, "/views", json!({ "name": "{}", "query": { noun: "{}" } })));
        all.push(case("who/*", kind, "/dashboards/preview", tile(json!({ noun: "{}" }))));
    }
    all.push(Case { method: Method::PUT, ..case("view", "v", "/default-view", json!({ "view": "{}" })) });
    all
}

#[test]
fn every_text_of_a_body_is_an_id_or_is_none() {
    let document = serde_json::to_value(api::openapi()).expect("json");
    let mut found = BTreeSet::new();
    for (_, item) in document["paths"].as_object().expect("paths") {
        for (_, o) in item.as_object().expect("methods") {
            for (_, content) in o["requestBody"]["content"].as_object().into_iter().flatten() {
                texts(&content["schema"], &document["components"]["schemas"], &[], &[], &mut found);
            }
        }
    }
    assert!(found.len() > 80, "{found:?}");
    let text = || String::new();
    let handed: BTreeSet<&str> = cases(&Own { customer: text(), other: text(), tag: text(), object: text(), board: text() }).iter().map(|c| c.name).collect();
    for name in &found {
        assert!(handed.contains(name.as_str()) != NO_IDS.contains(&name.as_str()), "{name}: an id has a line in `cases`, what is none stands in `NO_IDS`");
    }
    for name in NO_IDS {
        assert!(found.contains(name), "no body holds {name} any more");
    }
}

#[tokio::test]
async fn an_id_of_another_business_in_a_body_is_one_that_nobody_has() {
    for url in both().await {
        let mut a = TestApp::shop(url).await;
        let b = planted(&a).await;
        let (_, theirs) = all_of(&b, &b.me()).await;
        let theirs = one_of_each(&theirs);
        let people = a.get("/customers").await.expect(200);
        let id = |v: &Value| v["id"].as_str().expect("an id").to_owned();
        let fields = json!([{ "key": "who", "label": { "zh": "谁", "en": "Who" }, "kind": "customer" }]);
        let own = Own {
            customer: id(&people["items"][0]),
            other: id(&people["items"][1]),
            tag: id(&a.post("/tags", json!({ "name": "mine" })).await.expect(201)),
            object: id(&a.post("/objects", json!({ "label": { "zh": "x", "en": "x" }, "sections": [{ "fields": fields }] })).await.expect(201)),
            board: id(&a.post("/dashboards", json!({ "name": { "zh": "x", "en": "x" }, "tiles": [] })).await.expect(201)),
        };
        let mut handed = 0;
        for (n, c) in cases(&own).iter().enumerate() {
            let (foreign, nobodys) = match c.kind {
                "key" => ("zq_b_segment".to_owned(), "zz_nobodys_x".to_owned()),
                kind => {
                    let found = theirs.iter().find(|id| id.split_once('_').is_some_and(|(prefix, _)| prefix == kind));
                    (found.cloned().unwrap_or_else(|| panic!("no {kind} among {theirs:?}")), format!("{kind}_01j00000000000000000000000"))
                }
            };
            let mut answers = Vec::new();
            for id in [&foreign, &nobodys] {
                let mut request = a.request(c.method.clone(), &c.path.replace("{}", id)).header(header::CONTENT_TYPE, "application/json");
                if c.method != Method::GET && c.path != "/webhooks" {
                    request = request.header("idempotency-key", format!("body-{n:04}-{id}"));
                }
                let body = if c.body.is_null() { Body::empty() } else { Body::from(c.body.to_string().replace("{}", id)) };
                let answer = a.send(request.body(body).expect("a request")).await;
                assert!(answer.status.as_u16() < 500 && !answer.text().contains("ZQ-B-"), "{} {} {}: {}", c.method, c.path, c.body, answer.text());
                let mut said = serde_json::from_str(&answer.text().replace(id.as_str(), "[id]")).map_or(Value::Null, |v| still(&v));
                said.as_object_mut().map(|told| told.remove("secret"));
                answers.push((answer.status.as_u16(), said));
            }
            assert_eq!(answers[0], answers[1], "{} {} {} with {foreign}", c.method, c.path, c.body);
            handed += 1;
        }
        assert!(handed > 40, "only {handed}");
        let (_, left) = all_of(&b, &b.me()).await;
        assert!(theirs.iter().all(|id| left.contains(id)), "something of theirs is gone");
    }
}
