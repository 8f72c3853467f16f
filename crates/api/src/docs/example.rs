//! A body an operation takes, made from its schema: examples where it has them, else the least that fits.

use serde_json::{Map, Value, json};

/// Names of numbers and texts that read better with a likely value.
const LIKELY: &[(&str, &str)] = &[
    ("number", "D-1001"), ("id", "C-2001"), ("phone", "13800001111"), ("email", "amy@example.com"), ("name", "Amy"), ("key", "loyal"), ("rule_text", "orders >= 3"),
    ("text", "orders >= 3"), ("zh", "老客户"), ("en", "Loyal"), ("product", "P-7"), ("order", "D-1001"), ("password", "correct horse battery"),
];
/// Fields shown though they are not required.
const SHOWN: &[&str] = &["id", "lines", "product", "quantity", "price", "customer", "order", "attributes", "name", "phone", "rule_text"];
/// How deep shapes that hold themselves are followed.
const DEPTH: usize = 6;

/// The value of a schema.
pub fn of(document: &Value, schema: &Value) -> Value {
    value(document, schema, "", 0)
}

/// The schema itself, where it only names another.
pub fn resolve<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let name = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/"));
    name.map_or(schema, |name| resolve(document, &document["components"]["schemas"][name]))
}

fn value(document: &Value, schema: &Value, name: &str, depth: usize) -> Value {
    let schema = resolve(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if depth > DEPTH {
        return Value::Null;
    }
    for several in ["oneOf", "anyOf"] {
        let one = schema[several].as_array().and_then(|all| all.iter().find(|s| s["type"] != "null"));
        if let Some(one) = one {
            return value(document, one, name, depth);
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        let mut merged = Map::new();
        for part in all {
            if let Value::Object(fields) = value(document, part, name, depth) {
                merged.extend(fields);
            }
        }
        return Value::Object(merged);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|k| *k != "null").cloned().unwrap_or_default(),
        one => one.clone(),
    };
    match kind.as_str().unwrap_or_default() {
        "object" => Value::Object(fields(document, schema, depth)),
        "array" => match schema.get("items") {
            Some(items) => json!([value(document, items, name, depth + 1)]),
            None => json!([]),
        },
        "string" => text(schema, name),
        "integer" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        "number" => json!(128.5),
        "boolean" => json!(false),
        _ => Value::Null,
    }
}

fn fields(document: &Value, schema: &Value, depth: usize) -> Map<String, Value> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let shown = properties.filter(|(name, _)| required.contains(&name.as_str()) || SHOWN.contains(&name.as_str()));
    shown.map(|(name, of)| (name.clone(), value(document, of, name, depth + 1))).filter(|(_, v)| !v.is_null()).collect()
}

fn text(schema: &Value, name: &str) -> Value {
    match schema["format"].as_str() {
        Some("date") => return json!("2026-03-01"),
        Some("date-time") => return json!("2026-03-01T10:00:00+08:00"),
        _ => {}
    }
    let likely = LIKELY.iter().find(|(n, _)| *n == name).map_or("text", |(_, v)| v);
    json!(likely)
}
