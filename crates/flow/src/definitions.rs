//! Definitions as text files that `git` can hold: one YAML document for each feature, classification and segment, rules and
//! formulas in their text form, and the JSON schema they follow. Written by `zhiyin export`, read back by `zhiyin apply`.

use crate::{
    Error, Result,
    analysis::{Definitions, defined::{self, Change}},
    app::App,
    schema,
};
use domain::{Label, audit::Actor, classification::Classification, feature::Feature, rule, segment::Segment};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use utoipa::PartialSchema;

/// Folders of the kinds.
const FEATURES: &str = "features";
const CLASSIFICATIONS: &str = "classifications";
const SEGMENTS: &str = "segments";
/// The schema's file.
const SCHEMA: &str = "schema.json";

/// What applying a folder does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// `feature spend_90d`, …
    pub created: Vec<String>,
    /// documents that differ from what is in force
    pub updated: Vec<String>,
    /// documents that say what is in force already
    pub unchanged: u64,
    /// nothing was written
    pub dry_run: bool,
}

/// What writing the definitions into a folder does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exported {
    /// files that hold the definitions in force, and the schema
    pub files: u64,
    /// files that were not there
    pub created: Vec<PathBuf>,
    /// files that said something else
    pub updated: Vec<PathBuf>,
    /// files that say it already
    pub unchanged: u64,
    /// nothing was written
    pub dry_run: bool,
}

/// The definitions in force.
///
/// # Errors
/// When the store refuses or a stored document does not read back.
pub async fn current(app: &App) -> Result<Arc<Definitions>> {
    defined::current(app).await
}

/// Writes every definition into a folder, and the schema. Files of definitions that are no longer in force stay: it is
/// `git` that forgets. A dry run only says which files it would write.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn export(app: &App, folder: &Path, dry_run: bool) -> Result<Exported> {
    let texts = texts(&*current(app).await?)?;
    let mut said = Exported { files: texts.len() as u64, dry_run, ..Exported::default() };
    for (name, text) in texts {
        let path = folder.join(name);
        match std::fs::read_to_string(&path) {
            Ok(there) if there == text => {
                said.unchanged += 1;
                continue;
            }
            Ok(_) => said.updated.push(path.clone()),
            Err(_) => said.created.push(path.clone()),
        }
        if !dry_run {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&path, text)?;
        }
    }
    Ok(said)
}

/// The files [`export`] writes: their names below the folder, and their texts.
pub(crate) fn texts(all: &Definitions) -> Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for (kind, key, document) in documents(all)? {
        texts.push((format!("{kind}/{key}.yaml"), format!("# yaml-language-server: $schema=../{SCHEMA}\n{}", yaml(&document)?)));
    }
    texts.push((SCHEMA.to_owned(), format!("{:#}\n", schema_document())));
    Ok(texts)
}

/// Every definition in one text, YAML documents one after the other.
///
/// # Errors
/// When the store refuses.
pub async fn export_text(app: &App) -> Result<String> {
    let all = current(app).await?;
    let mut text = String::new();
    for (_, _, document) in documents(&all)? {
        text.push_str("---\n");
        text.push_str(&yaml(&document)?);
    }
    Ok(text)
}

/// Reads a folder made by [`export`] (or any `.yaml`, `.yml` or `.json` documents) and publishes what differs, all of it or
/// nothing.
///
/// # Errors
/// When a file does not read, a definition does not fit with the others, or the store or the disk refuses.
pub async fn apply(app: &App, folder: &Path, dry_run: bool) -> Result<Changes> {
    publish(app, read(folder)?, dry_run).await
}

/// As [`apply`], for documents in one text, one after the other as [`export_text`] writes them; `name` is what errors call it.
///
/// # Errors
/// As [`apply`].
pub async fn apply_text(app: &App, name: &str, text: &str, dry_run: bool) -> Result<Changes> {
    publish(app, parts(Path::new(name), text)?, dry_run).await
}

async fn publish(app: &App, documents: Vec<(PathBuf, Value)>, dry_run: bool) -> Result<Changes> {
    let now = current(app).await?;
    let (changes, said) = compare(&now, documents)?;
    let said = Changes { dry_run, ..said };
    if dry_run {
        defined::try_out(app, &changes).await?;
    } else if !changes.is_empty() {
        let author = Actor { name: "apply".to_owned(), ..Actor::program("cli") };
        defined::publish(app, changes, &author).await?;
    }
    Ok(said)
}

/// The folder's documents beside what is in force.
fn compare(now: &Definitions, documents: Vec<(PathBuf, Value)>) -> Result<(Vec<Change>, Changes)> {
    let (mut changes, mut said) = (Vec::new(), Changes::default());
    for (path, document) in documents {
        let kind = document.get("kind").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
        let found = match kind.as_str() {
            "feature" => weigh(&path, document, |k| now.feature(k), |f: &Feature| &f.key)?.map(|(f, n)| {
                let builtin = n.is_some_and(|n| n.builtin);
                (Change::Feature(Feature { builtin, ..f.clone() }), f.key, n.is_some())
            }),
            "classification" => weigh(&path, document, |k| now.classification(k), |c: &Classification| &c.key)?.map(|(c, n)| {
                let builtin = n.is_some_and(|n| n.builtin);
                (Change::Classification(Classification { builtin, ..c.clone() }), c.key, n.is_some())
            }),
            "segment" => weigh(&path, document, |k| now.segment(k), |s: &Segment| &s.key)?.map(|(s, n)| {
                (Change::Segment(s.clone()), s.key, n.is_some())
            }),
            other => return Err(unreadable(&path, &format!("kind: {other:?}; feature, classification or segment is wanted"))),
        };
        match found {
            None => said.unchanged += 1,
            Some((change, key, known)) => {
                let list = if known { &mut said.updated } else { &mut said.created };
                list.push(format!("{kind} {key}"));
                changes.push(change);
            }
        }
    }
    Ok((changes, said))
}

/// The document as a definition, with the one in force under its key, if they differ.
fn weigh<'a, T: DeserializeOwned + Serialize>(
    path: &Path,
    document: Value,
    now: impl Fn(&str) -> Option<&'a T>,
    key: impl Fn(&T) -> &str,
) -> Result<Option<(T, Option<&'a T>)>> {
    let mut document = document;
    into_trees(&mut document).map_err(|e| match e {
        Error::Rule(e) => Error::Invalid {
            code: "definition.rule",
            message: Label::new(
                format!("{}：{}", path.display(), e.message(domain::Lang::Zh)),
                format!("{}: {}", path.display(), e.message(domain::Lang::En)),
            ),
            params: json!({ "file": path, "span": [e.span.start, e.span.end] }),
        },
        other => other,
    })?;
    let new: T = serde_json::from_value(document).map_err(|e| unreadable(path, &e.to_string()))?;
    let before = now(key(&new));
    let same = before.is_some_and(|b| bare(&new) == bare(b));
    Ok((!same).then_some((new, before)))
}

/// What a definition says, without its version and origin.
fn bare<T: Serialize>(t: &T) -> Value {
    let mut value = serde_json::to_value(t).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.remove("version");
        map.remove("builtin");
    }
    value
}

/// Every definition as (folder, key, document).
fn documents(all: &Definitions) -> Result<Vec<(&'static str, String, Value)>> {
    let mut documents = Vec::new();
    let mut put = |folder: &'static str, kind: &str, key: &str, body: Value| -> Result<()> {
        let mut map = Map::new();
        map.insert("kind".into(), kind.into());
        map.extend(body.as_object().cloned().unwrap_or_default());
        let mut document = Value::Object(map);
        into_texts(&mut document)?;
        documents.push((folder, key.to_owned(), document));
        Ok(())
    };
    for f in all.features() {
        put(FEATURES, "feature", &f.key, bare(f))?;
    }
    for c in all.classifications() {
        put(CLASSIFICATIONS, "classification", &c.key, bare(c))?;
    }
    for s in all.segments() {
        put(SEGMENTS, "segment", &s.key, bare(s))?;
    }
    Ok(documents)
}

/// Where rules and formulas stand in a document.
fn slots(document: &mut Value) -> (Vec<&mut Value>, Option<&mut Value>) {
    let kind = document.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    match kind.as_str() {
        "classification" => {
            let classes = document.pointer_mut("/method/classes").and_then(Value::as_array_mut);
            (classes.into_iter().flatten().filter_map(|c| c.get_mut("when")).collect(), None)
        }
        "segment" => (document.pointer_mut("/members/rule").into_iter().collect(), None),
        "feature" => (Vec::new(), document.pointer_mut("/definition/expr")),
        _ => (Vec::new(), None),
    }
}

/// Rules and formulas as text.
fn into_texts(document: &mut Value) -> Result<()> {
    let lost = |e: serde_json::Error| Error::Internal(format!("a rule does not read back: {e}"));
    let (rules, formula) = slots(document);
    for slot in rules {
        let rule: rule::Rule = serde_json::from_value(slot.take()).map_err(lost)?;
        *slot = rule.to_string().into();
    }
    if let Some(slot) = formula {
        let expr: rule::Expr = serde_json::from_value(slot.take()).map_err(lost)?;
        *slot = expr.to_string().into();
    }
    Ok(())
}

/// Rules and formulas as trees; those that are trees already stay.
fn into_trees(document: &mut Value) -> Result<()> {
    let lost = |e: serde_json::Error| Error::Internal(format!("a rule does not write: {e}"));
    let (rules, formula) = slots(document);
    for slot in rules {
        if let Some(text) = slot.as_str() {
            *slot = serde_json::to_value(rule::parse(text)?).map_err(lost)?;
        }
    }
    if let Some(slot) = formula {
        if let Some(text) = slot.as_str() {
            *slot = serde_json::to_value(rule::parse_expr(text)?).map_err(lost)?;
        }
    }
    Ok(())
}

fn yaml(document: &Value) -> Result<String> {
    serde_yaml_ng::to_string(document).map_err(|e| Error::Internal(format!("yaml: {e}")))
}

fn unreadable(path: &Path, why: &str) -> Error {
    Error::Invalid {
        code: "definition.unreadable",
        message: Label::new(
            format!("{} 不合定义的格式（解析器原文：{why}）", path.display()),
            format!("{} cannot be read: {why}", path.display()),
        ),
        params: json!({ "file": path, "detail": why }),
    }
}

/// A text that is no YAML: where, and in the parser's own words why.
fn no_yaml(path: &Path, e: &serde_yaml_ng::Error) -> Error {
    let (file, detail) = (path.display(), e.to_string());
    let (zh, en) = match e.location() {
        Some(at) => (
            format!("{file} 第 {} 行第 {} 列不是 YAML（解析器原文：{detail}）", at.line(), at.column()),
            format!("{file}, line {}, column {}, is no YAML: {detail}", at.line(), at.column()),
        ),
        None => (format!("{file} 不是 YAML（解析器原文：{detail}）"), format!("{file} is no YAML: {detail}")),
    };
    Error::Invalid { code: "definition.unreadable", message: Label::new(zh, en), params: json!({ "file": path, "detail": detail }) }
}

/// Every document of a folder and its sub-folders, by path.
fn read(folder: &Path) -> Result<Vec<(PathBuf, Value)>> {
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(place) = folders.pop() {
        for entry in std::fs::read_dir(&place)? {
            let path = entry?.path();
            let end = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
            let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if matches!(end.as_str(), "yaml" | "yml" | "json") && path.file_name().is_some_and(|n| n != SCHEMA) {
                let text = std::fs::read_to_string(&path)?;
                files.insert(path, text);
            }
        }
    }
    let mut documents = Vec::new();
    for (path, text) in files {
        documents.extend(parts(&path, &text)?);
    }
    Ok(documents)
}

/// The documents of one text.
fn parts(path: &Path, text: &str) -> Result<Vec<(PathBuf, Value)>> {
    let mut documents = Vec::new();
    for part in serde_yaml_ng::Deserializer::from_str(text) {
        let document = Value::deserialize(part).map_err(|e| no_yaml(path, &e))?;
        if !document.is_null() {
            documents.push((path.to_owned(), document));
        }
    }
    Ok(documents)
}

/// The JSON schema of a document. Rules and formulas may be their text or their tree.
pub fn schema_document() -> Value {
    let document = |kind: &str, body: Value| {
        json!({ "allOf": [body, { "type": "object", "required": ["kind"], "properties": { "kind": { "const": kind } } }] })
    };
    let of = |s: utoipa::openapi::RefOr<utoipa::openapi::Schema>| serde_json::to_value(s).unwrap_or_default();
    let text = |body: Value| json!({ "anyOf": [{ "type": "string", "description": "text form" }, body] });
    let mut schemas = components();
    for name in ["Rule", "Expr"] {
        if let Some(body) = schemas.remove(name) {
            schemas.insert(name.to_owned(), text(body));
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:zhiyin:definition",
        "title": "Zhiyin definition",
        "oneOf": [
            document("feature", of(schema::Feature::schema())),
            document("classification", of(schema::Classification::schema())),
            document("segment", segment_schema()),
        ],
        "components": { "schemas": schemas },
    })
}

/// The shapes that others point at.
fn components() -> Map<String, Value> {
    let mut found: Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> = Vec::new();
    macro_rules! shapes {
        ($($shape:ident),*) => {
            $(found.push((stringify!($shape).to_owned(), schema::$shape::schema()));)*
        };
    }
    shapes!(Label, ValueType, Rule, Op, Literal, Expr, Arith, Function, Stat, Window, Aggregate, FactKind, Measure, Field, Condition, Group);
    shapes!(Definition, Derivation, Entry, EntryKind, RecordFigure, RecordStat, ScoreMethod, Method, Named, Class, Priority);
    found.into_iter().map(|(name, s)| (name, serde_json::to_value(s).unwrap_or_default())).collect()
}

fn segment_schema() -> Value {
    let at = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    json!({
        "type": "object",
        "required": ["key", "label", "members"],
        "properties": {
            "key": { "type": "string" },
            "label": at("Label"),
            "description": at("Label"),
            "exclude": { "type": "array", "items": { "type": "string" } },
            "priority": at("Priority"),
            "members": { "oneOf": [
                { "type": "object", "required": ["kind", "rule"], "properties": { "kind": { "const": "dynamic" }, "rule": at("Rule") } },
                { "type": "object", "required": ["kind", "customers"],
                  "properties": { "kind": { "const": "static" }, "customers": { "type": "array", "items": { "type": "string" } } } },
            ] },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Currency;

    /// Everything that ships goes out as text and comes back the same.
    #[test]
    fn the_library_survives_the_trip_to_text_files() {
        let library = Definitions::library(Currency::CNY);
        let mut folder = Vec::new();
        for (_, key, document) in documents(&library).expect("documents") {
            let text = yaml(&document).expect("yaml");
            let back: Value = serde_yaml_ng::from_str(&text).expect("yaml reads back");
            assert_eq!(back, document, "{key}");
            folder.push((PathBuf::from(key), back));
        }
        let count = folder.len() as u64;
        let (changes, said) = compare(&library, folder).expect("compares");
        assert!(changes.is_empty(), "{said:?}");
        assert_eq!(said.unchanged, count);
    }

    #[test]
    fn the_schema_points_at_nothing_that_is_missing() {
        let text = schema_document().to_string();
        let schema = schema_document();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap_or_default();
            assert!(schema.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
