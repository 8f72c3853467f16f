//! The API's description is a reviewed file: `snapshots/openapi.json`; the web app's types are made from it.

use crate::app::TestApp;
use std::path::Path;

#[test]
fn the_description_is_the_reviewed_one() {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("tests/it/snapshots/openapi.json");
    let now = api::openapi().to_pretty_json().expect("json") + "\n";
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &now).expect("writes");
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(reviewed == now, "the API changed: run make codegen and look at the difference");
}

#[test]
fn it_is_openapi_3_1_and_every_operation_says_what_it_does() {
    let document = serde_json::to_value(api::openapi()).expect("json");
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")));
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{method} {path} has no summary");
            assert!(operation["operationId"].as_str().is_some(), "{method} {path} has no id");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => {
                if let Some(name) = map.get("$ref").and_then(|r| r.as_str()).and_then(|r| r.strip_prefix("#/components/schemas/")) {
                    found.insert(name.to_owned());
                }
                map.values().for_each(|v| walk(v, found));
            }
            serde_json::Value::Array(all) => all.iter().for_each(|v| walk(v, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(api::openapi()).expect("json");
    let mut found = std::collections::BTreeSet::new();
    walk(&document, &mut found);
    found.retain(|name| document["components"]["schemas"].get(name).is_none());
    assert!(found.is_empty(), "nothing says what these are: {found:?}");
}

#[test]
fn operation_ids_are_unique() {
    let document = serde_json::to_value(api::openapi()).expect("json");
    let mut seen = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("methods").values() {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(seen.insert(id.clone()), "two operations are called {id}");
        }
    }
}

#[tokio::test]
async fn the_server_hands_it_out() {
    let mut app = TestApp::bare(None).await;
    assert_eq!(app.get("/openapi.json").await.expect(200), serde_json::to_value(api::openapi()).expect("json"));
}
